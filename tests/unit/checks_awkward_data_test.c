/* Awkward inputs of accounts, assignments, keys, disks and logs (5.1, 6.1.5 to 6.1.7, 6.2, 6.3.3, 7.3), one engagement
 * for each.  Oracle: the rules of the items, worked by hand. */
#include "make_world.h"

#define AT "2026-02-10T06:00:00Z"
#define OF_SUB(source)                                                                             \
    ",'source':'" source "','scope':{'kind':'subscription','ids':['" SCAN_SUB_A "']}"
#define IN_SUB "/subscriptions/" SCAN_SUB_A
#define IN_RG(provider) IN_SUB "/resourceGroups/rg/providers/" provider
#define PASSES "1 pass, 0 fail, 0 unclear"
#define FAILS "0 pass, 1 fail, 0 unclear"
#define OPEN "0 pass, 0 fail, 1 unclear"
#define LEFT_OUT "0 pass, 0 fail, 0 unclear"

static void check_said(world *w, const char *check, size_t row, const char *expected) {
    bd_str got = said(w, check);
    test_failure("%s, row %zu: %.*s", check, row, BD_ARG(got));
    CHECK(bd_str_has_prefix(got, bd_str_of(expected)));
}

/* Pages of Azure's REST, or texts that begin with a bracket as `az` prints them. */
static world *read_pages(const char *facts, const char *const *pages, size_t count) {
    world *w = world_of(facts);
    for (size_t i = 0; i < count && pages[i] != NULL; i++) {
        if (pages[i][0] == '[') {
            put_text_file(w, quoted(pages[i]), AT,
                          ",'complete':true,'command':'portal: export','exporter':'e'");
        } else {
            put_page(w, AT, "", pages[i]);
        }
    }
    return w;
}

/* ---- 5.1 and 6.2.3: who holds what, where ---- */

#define OWNER "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define HELD(name, who, type, role, scope)                                                         \
    "{'id':'" scope "/providers/Microsoft.Authorization/roleAssignments/" name                     \
    "','type':'Microsoft.Authorization/roleAssignments','name':'" name                             \
    "','properties':{'principalId':'" who "','principalType':'" type "','roleDefinitionId':'" role \
    "','scope':'" scope "'}}"
#define SHORT_OWNER "/providers/Microsoft.Authorization/roleDefinitions/" OWNER
#define LONG_OWNER IN_SUB SHORT_OWNER
#define GROUP_ABOVE "/providers/Microsoft.Management/managementGroups/mg1"
#define AZ_HELD(who, type, scope)                                                                  \
    "[{'id':'" scope "/providers/Microsoft.Authorization/roleAssignments/a','name':'a','type':"    \
    "'Microsoft.Authorization/roleAssignments','principalId':'" who "','principalName':'',"        \
    "'principalType':'" type "','roleDefinitionId':'" LONG_OWNER                                   \
    "','roleDefinitionName':'Owner','scope':'" scope "'}]"
#define SOMEBODY                                                                                   \
    "{'id':'" IN_SUB "/providers/Microsoft.Authorization/RoleAssignmentScheduleInstances/p',"      \
    "'type':'Microsoft.Authorization/RoleAssignmentScheduleInstances','name':'p','properties':{"   \
    "'scope':'" IN_SUB "','roleDefinitionId':'" SHORT_OWNER "','principalId':'u9',"                \
    "'principalType':'User','assignmentType':'Assigned','memberType':'Direct','endDateTime':null," \
    "'originRoleAssignmentId':'" IN_SUB "/providers/Microsoft.Authorization/roleAssignments/z'}}"

TEST(checks_awkward, an_owner_stands_whatever_stands_before_the_guid_and_whoever_he_was) {
    static const struct {
        const char *assignment, *expected;
    } rows[] = {
        {HELD("a", "u1", "User", LONG_OWNER, IN_SUB), FAILS},
        {HELD("a", "u1", "User", SHORT_OWNER, IN_SUB), FAILS},
        {HELD("a", "u1", "Group", SHORT_OWNER, IN_SUB), FAILS},
        {HELD("a", "u1", "User", SHORT_OWNER, "/SUBSCRIPTIONS/" SCAN_SUB_A), FAILS},
        {HELD("a", "u1", "User", SHORT_OWNER, IN_SUB "/resourcegroups/RG"), LEFT_OUT},
        {HELD("a", "u1", "ServicePrincipal", SHORT_OWNER, IN_SUB), LEFT_OUT}, /* told apart */
        {AZ_HELD("u1", "User", IN_SUB), FAILS}, /* an orphan: its name is "" */
        {AZ_HELD("u1", "Unknown", IN_SUB), FAILS},
        {AZ_HELD("u1", "", IN_SUB), OPEN},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {rows[i].assignment, SOMEBODY};
        world *w = read_pages(NULL, pages, 2);
        judge_world(w);
        check_said(w, "owner-standing", i, rows[i].expected);
        close_world(w);
    }
}

TEST(checks_awkward, a_role_is_broad_at_the_root_above_and_at_a_subscription) {
#define ABOVE_TOO                                                                                  \
    SOMEBODY ",{'id':'" GROUP_ABOVE "/providers/Microsoft.Authorization/"                          \
             "RoleAssignmentScheduleInstances/p2','type':'Microsoft.Authorization/"                \
             "RoleAssignmentScheduleInstances','name':'p2','properties':{'scope':'" GROUP_ABOVE    \
             "','roleDefinitionId':'" SHORT_OWNER "','principalId':'u9','principalType':'User',"   \
             "'assignmentType':'Assigned','memberType':'Direct','endDateTime':null}}"
#define NAMED(scope)                                                                               \
    "{'named_assignments':{'approved_by':'A','approved_on':'2026-01-01','value':[{'holder':'u1',"  \
    "'role':'Owner','scope':'" scope "','reason':'r'}]}}"
    static const struct {
        const char *facts, *assignment, *expected;
    } rows[] = {
        {NAMED("/"), HELD("a", "u1", "User", SHORT_OWNER, "/"), PASSES},
        {NAMED(IN_SUB), HELD("a", "u1", "User", SHORT_OWNER, "/SUBSCRIPTIONS/" SCAN_SUB_A "/"),
         PASSES},
        {NAMED(GROUP_ABOVE), HELD("a", "u1", "User", SHORT_OWNER, IN_SUB), FAILS},
        {NAMED("/"), HELD("a", "u1", "User", SHORT_OWNER, IN_SUB), FAILS},
        {NAMED(IN_SUB), HELD("a", "u1", "User", SHORT_OWNER, IN_SUB "/resourcegroups/rg"),
         LEFT_OUT},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {rows[i].assignment, SOMEBODY};
        world *w = read_pages(rows[i].facts, pages, 2);
        judge_world(w);
        check_said(w, "broad-roles-approved", i, rows[i].expected);
        close_world(w);
    }
}

/* The list of each subscription repeats what it inherits: one assignment, one exception. */
TEST(checks_awkward, an_inherited_assignment_in_two_lists_is_one_exception) {
    world *w = world_of(NAMED("/elsewhere"));
    *bd_push(test_arena(), &w->s->engagement.subscriptions) =
        (bd_subscription){BD_STR(SCAN_SUB_B), BD_STR("dev")};
    static const char *const ids[] = {SCAN_SUB_A, SCAN_SUB_B};
    for (size_t i = 0; i < 2; i++) {
        bd_str scope = bd_str_format(
            test_arena(), ",'scope':{'kind':'subscription','ids':['%s']},'source':'S05'", ids[i]);
        bd_str pim = bd_str_format(
            test_arena(), ",'scope':{'kind':'subscription','ids':['%s']},'source':'S06'", ids[i]);
        put_page(w, AT, scope.data, HELD("a", "u1", "User", SHORT_OWNER, GROUP_ABOVE));
        put_page(w, AT, pim.data, SOMEBODY);
    }
    judge_world(w);
    size_t exceptions = 0;
    for (size_t i = 0; i < w->s->out->exceptions.count; i++) {
        exceptions +=
            bd_str_eqz(w->s->out->exceptions.data[i].check->id, "owner-standing") ? 1 : 0;
    }
    test_failure("%.*s", BD_ARG(said(w, "owner-standing")));
    CHECK_EQ_INT(exceptions, 1);
    close_world(w);
}

/* ---- 6.2.1: guests ---- */

#define ACCOUNT(upn, type, more)                                                                   \
    "{'id':'u1','userPrincipalName':'" upn "','accountEnabled':true,'userType':'" type "'" more "}"
#define ELIGIBLE                                                                                   \
    "{'id':'" IN_SUB "/providers/Microsoft.Authorization/RoleEligibilityScheduleInstances/e',"     \
    "'type':'Microsoft.Authorization/RoleEligibilityScheduleInstances','name':'e','properties':{"  \
    "'scope':'" IN_SUB "','roleDefinitionId':'" SHORT_OWNER "','principalId':'u9',"                \
    "'principalType':'User','memberType':'Direct','endDateTime':null}}"

TEST(checks_awkward, who_was_invited_is_a_guest_whatever_his_type_says) {
    static const struct {
        const char *user, *expected;
    } rows[] = {
        {ACCOUNT("u1@c.example", "Guest", ""), FAILS},
        {ACCOUNT("x_y.example#EXT#@c.example", "Member", ""), FAILS},
        {ACCOUNT("x_y.example#ext#@c.example", "member", ",'creationType':null"), FAILS},
        {ACCOUNT("u1@c.example", "Member", ",'creationType':'Invitation'"), FAILS},
        {ACCOUNT("u1@c.example", "Member", ",'creationType':null"), LEFT_OUT},
        {ACCOUNT("u1@c.example", "Member", ",'creationType':'LocalAccount'"), LEFT_OUT},
        {ACCOUNT("u1@c.example", "", ""), OPEN},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {HELD("a", "u1", "User", SHORT_OWNER, IN_SUB), ELIGIBLE};
        world *w = read_pages(NULL, pages, 2);
        put_graph(w, "users", AT, "", rows[i].user);
        judge_world(w);
        check_said(w, "guests-with-roles-known", i, rows[i].expected);
        close_world(w);
    }
}

/* ---- 6.2.2: grants ---- */

#define ADDED(activity, targets, by)                                                               \
    "{'id':'e','correlationId':'c','result':'success','activityDisplayName':'" activity            \
    "','activityDateTime':'2026-02-05T10:00:00Z','initiatedBy':{" by "},'targetResources':["       \
    targets "]}"
#define TO(type, name) "{'type':'" type "','id':'i','displayName':'" name "'}"
#define ANN "{'type':'User','id':'u1','userPrincipalName':'ann@c.example'}"
#define BY_ANN "'user':{'userPrincipalName':'ann@c.example'}"

TEST(checks_awkward, a_grant_shows_to_whom_and_not_only_by_which_group) {
    static const struct {
        const char *event, *expected;
    } rows[] = {
        {ADDED("Add member to group", ANN "," TO("Group", "admins"), BY_ANN), PASSES},
        {ADDED("Add member to group", TO("Group", "admins"), BY_ANN), FAILS},
        {ADDED("Add member to group", TO("Group", "inner") "," TO("Group", "admins"), BY_ANN),
         PASSES}, /* a group in a group */
        {ADDED("Add member to role", ANN "," TO("Role", "Owner"), BY_ANN), PASSES},
        {ADDED("Add member to role", TO("Group", "admins") "," TO("Role", "Owner"), BY_ANN),
         PASSES},
        {ADDED("Add member to role", TO("Role", "Owner"), BY_ANN), FAILS},
        /* what PIM writes when somebody activates is no grant */
        {ADDED("Add member to role", ANN "," TO("Role", "Owner"), "'app':{'displayName':'MS-PIM'}"),
         LEFT_OUT},
        {ADDED("Add member to role completed (PIM activation)", ANN, BY_ANN), LEFT_OUT},
        /* a rule of the life cycle grants too: its rule's change is what has to be approved */
        {ADDED("Add member to group", ANN "," TO("Group", "g"),
               "'app':{'displayName':'Microsoft Entra Lifecycle Workflows'}"),
         PASSES},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_graph(w, "auditLogs/directoryAudits", "2026-02-24T00:00:00Z",
                  ",'describes_from':'2026-01-28T00:00:00Z','describes_to':'2026-02-24T00:00:00Z'",
                  rows[i].event);
        judge_world(w);
        check_said(w, "grants-known", i, rows[i].expected);
        close_world(w);
    }
}

#define ROLE_WRITE(status, body)                                                                   \
    "{'id':'" IN_SUB "/events/e','eventDataId':'e','eventTimestamp':'2026-02-05T10:00:00Z',"       \
    "'operationName':{'value':'Microsoft.Authorization/roleAssignments/write'},'status':{'value':" \
    "'" status "'},'resourceId':'" IN_SUB                                                          \
    "/providers/Microsoft.Authorization/roleAssignments/a','subscriptionId':'" SCAN_SUB_A          \
    "','caller':'ann@c.example'" body "}"

TEST(checks_awkward, of_the_rows_of_one_role_write_the_one_that_succeeded_is_the_grant) {
    static const struct {
        const char *event, *expected;
    } rows[] = {
        {ROLE_WRITE("Succeeded", ""), PASSES}, /* by the assignment that it made */
        {ROLE_WRITE("Started", ",'properties':{'requestbody':'{\\'principalId\\':\\'u1\\'}'}"),
         LEFT_OUT},
        {ROLE_WRITE("Failed", ""), LEFT_OUT},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_page(w, "2026-02-24T00:00:00Z",
                 OF_SUB("S27") ",'describes_from':'2026-01-28T00:00:00Z','describes_to':"
                               "'2026-02-24T00:00:00Z'",
                 rows[i].event);
        judge_world(w);
        check_said(w, "grants-azure-known", i, rows[i].expected);
        close_world(w);
    }
}

/* ---- 6.3.3: accounts that nobody uses ---- */

#define ACTIVE_USER(enabled, activity, made)                                                       \
    "{'id':'u1','userPrincipalName':'u1@c.example','accountEnabled':" enabled                      \
    ",'userType':'Member','createdDateTime':" made ",'signInActivity':" activity "}"
#define TRIED "{'lastSignInDateTime':'2026-02-01T00:00:00Z'}"
#define CAME "{'lastSuccessfulSignInDateTime':'2026-02-01T00:00:00Z'}"

TEST(checks_awkward, a_failed_attempt_is_no_use_and_no_sign_in_falls_back_to_the_day_it_was_made) {
    static const struct {
        const char *user, *expected;
    } rows[] = {
        {ACTIVE_USER("true", CAME, "null"), PASSES},
        {ACTIVE_USER("true", TRIED, "null"), OPEN}, /* counts failed attempts too */
        {ACTIVE_USER("true", TRIED, "'2020-01-01T00:00:00Z'"), PASSES},
        {ACTIVE_USER("true", "{}", "'2020-01-01T00:00:00Z'"), PASSES},
        {ACTIVE_USER("true", "{}", "null"), OPEN},
        {ACTIVE_USER("false", "{}", "null"), LEFT_OUT},
        {ACTIVE_USER("null", CAME, "null"), OPEN},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_graph(w, "users", AT, "", rows[i].user);
        judge_world(w);
        check_said(w, "inactive-accounts-listed", i, rows[i].expected);
        close_world(w);
    }
}

/* ---- 6.1.5: keys ---- */

#define STORE_OF(encryption)                                                                       \
    "{'id':'" IN_RG("Microsoft.Storage/storageAccounts/s1") "','type':'Microsoft.Storage/"         \
    "storageAccounts','properties':{'encryption':" encryption "}}"
#define USING(uri)                                                                                 \
    STORE_OF("{'keySource':'Microsoft.Keyvault','keyvaultproperties':{'keyname':'k','keyversion':" \
             "'','keyvaulturi':'" uri "'}}")
#define AZ_STORE                                                                                   \
    "[{'id':'" IN_RG("Microsoft.Storage/storageAccounts/s1") "','type':'Microsoft.Storage/"        \
    "storageAccounts','resourceGroup':'rg','encryption':{'keySource':'Microsoft.Keyvault',"        \
    "'keyVaultProperties':{'keyName':'k','keyVersion':'','keyVaultUri':"                           \
    "'https://v.vault.azure.net'}}}]"
#define VAULT_URI "https://v.vault.azure.net/"
#define HSM_URI "https://v.managedhsm.azure.net/"
#define KEY_AT(uri) "{'kid':'" uri "keys/k','attributes':{'enabled':true,'created':1768003200}}"
#define ROTATES_AT(uri, actions)                                                                   \
    "{'id':'" uri "keys/k/rotationpolicy','lifetimeActions':[" actions "],'attributes':{"          \
    "'expiryTime':null}}"
#define AFTER(interval)                                                                            \
    "{'trigger':{'timeAfterCreate':'" interval "'},'action':{'type':'Rotate'}}"
#define AZ_AFTER(interval)                                                                         \
    "{'action':'Rotate','timeAfterCreate':'" interval "','timeBeforeExpiry':null}"

static world *key_world(const char *store, const char *policy, const char *key) {
    const char *const pages[] = {
        "{'id':'" IN_RG("Microsoft.KeyVault/vaults/v") "','type':'Microsoft.KeyVault/vaults'}",
        store};
    world *w = read_pages(NULL, pages, 2);
    put_page(w, AT, OF_SUB("S18"), "");
    put_page(w, AT, OF_SUB("S12s"), "");
    if (policy != NULL) {
        put_text_file(w, quoted(policy), AT, "");
    }
    put_page(w, AT, ",'source':'S21'", key);
    judge_world(w);
    return w;
}

TEST(checks_awkward, a_key_rotates_by_an_action_that_rotates_in_each_spelling) {
    static const struct {
        const char *store, *policy, *rotate, *rotated;
    } rows[] = {
        {USING(VAULT_URI), ROTATES_AT(VAULT_URI, AFTER("P90D")), PASSES, PASSES},
        {AZ_STORE, ROTATES_AT(VAULT_URI, AFTER("P90D")), PASSES, PASSES},
        {USING(VAULT_URI),
         "{'id':'" VAULT_URI "keys/k/rotationpolicy','createdOn':'2025-01-01T00:00:00+00:00',"
         "'expiresIn':'P2Y','lifetimeActions':[" AZ_AFTER("P18M") "],'updatedOn':null}",
         PASSES, PASSES},
        {USING(VAULT_URI), ROTATES_AT(VAULT_URI, AFTER("P30D")), PASSES, FAILS}, /* 31 days */
        {USING(VAULT_URI), ROTATES_AT(VAULT_URI, AFTER("P1M")), PASSES, OPEN}, /* 28 to 31 */
        {USING(VAULT_URI),
         ROTATES_AT(VAULT_URI, "{'trigger':{'timeBeforeExpiry':'P30D'},'action':{'type':'Notify'}}"),
         FAILS, OPEN},
        {USING(VAULT_URI), ROTATES_AT(VAULT_URI, ""), FAILS, OPEN}, /* an empty policy is none */
        {USING(VAULT_URI), NULL, OPEN, OPEN},
        {USING(VAULT_URI),
         "{'error':{'code':'KeyNotFound','message':'A rotation policy was not found'}}", OPEN, OPEN},
        /* a managed HSM of the same name is another keeper of keys */
        {USING(HSM_URI), ROTATES_AT(VAULT_URI, AFTER("P90D")), OPEN, OPEN},
        {USING(HSM_URI), ROTATES_AT(HSM_URI, AFTER("P90D")), PASSES, OPEN},
        /* whether it uses a key is not shown */
        {STORE_OF("{'services':{'blob':{'enabled':true}}}"), NULL, OPEN, OPEN},
        {STORE_OF("{'keySource':'Microsoft.Storage'}"), NULL, LEFT_OUT, LEFT_OUT},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = key_world(rows[i].store, rows[i].policy, KEY_AT(VAULT_URI));
        check_said(w, "customer-keys-rotate", i, rows[i].rotate);
        check_said(w, "customer-keys-rotated", i, rows[i].rotated);
        close_world(w);
    }
}

/* The resource of a key leaves rotationPolicy out where none is set: that is no pass. */
TEST(checks_awkward, the_resource_of_a_key_shows_its_rotation_or_nothing) {
#define KEY_RESOURCE(more)                                                                         \
    "{'id':'" IN_RG("Microsoft.KeyVault/vaults/v/keys/k") "','type':'Microsoft.KeyVault/vaults/"   \
    "keys','name':'k','properties':{'attributes':{'enabled':true,'created':1768003200}" more "}}"
    static const struct {
        const char *key, *rotate;
    } rows[] = {
        {KEY_RESOURCE(",'rotationPolicy':{'lifetimeActions':[{'trigger':{'timeAfterCreate':'P90D'},"
                      "'action':{'type':'rotate'}}]}"),
         PASSES},
        {KEY_RESOURCE(",'rotationPolicy':{'lifetimeActions':[{'action':{'type':'notify'}}]}"),
         FAILS},
        {KEY_RESOURCE(""), OPEN},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = key_world(USING(VAULT_URI), NULL, rows[i].key);
        check_said(w, "customer-keys-rotate", i, rows[i].rotate);
        close_world(w);
    }
}

/* ---- 6.1.6: the plan for storage ---- */

#define ONE_STORE                                                                                  \
    "{'totalRecords':1,'count':1,'resultTruncated':'false','data':[{'id':'" IN_RG(                 \
        "Microsoft.Storage/storageAccounts/s1") "','name':'s1','type':"                            \
    "'microsoft.storage/storageaccounts','subscriptionId':'" SCAN_SUB_A "'}]}"
#define STORAGE_PLAN(members)                                                                      \
    "{'id':'" IN_SUB "/providers/Microsoft.Security/pricings/StorageAccounts','name':"             \
    "'StorageAccounts','type':'Microsoft.Security/pricings','properties':{" members "}}"
#define OTHER_PLAN                                                                                 \
    "{'id':'" IN_SUB "/providers/Microsoft.Security/pricings/KeyVaults','name':'KeyVaults',"       \
    "'type':'Microsoft.Security/pricings','properties':{'pricingTier':'Standard',"                 \
    "'resourcesCoverageStatus':'FullyCovered'}}"

TEST(checks_awkward, an_override_on_one_account_leaves_the_plan_for_storage_in_part) {
    static const struct {
        const char *plan, *expected;
    } rows[] = {
        {STORAGE_PLAN("'pricingTier':'Standard','subPlan':'DefenderForStorageV2',"
                      "'resourcesCoverageStatus':'FullyCovered'"),
         PASSES},
        {STORAGE_PLAN("'pricingTier':'Standard','resourcesCoverageStatus':'PartiallyCovered'"),
         FAILS},
        {STORAGE_PLAN("'pricingTier':'Free','resourcesCoverageStatus':'NotCovered'"), FAILS},
        {STORAGE_PLAN("'pricingTier':'Standard'"), OPEN},
        {OTHER_PLAN, FAILS}, /* not among those that the subscription lists */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_page(w, AT, OF_SUB("S10"), rows[i].plan);
        put_text_file(w, quoted(ONE_STORE), AT, OF_SUB("S77"));
        judge_world(w);
        check_said(w, "defender-for-storage", i, rows[i].expected);
        close_world(w);
    }
}

/* ---- 6.1.7: disks ---- */

#define COMPUTE(path) IN_RG("Microsoft.Compute/" path)
#define DISK(encryption)                                                                           \
    "{'id':'" COMPUTE("disks/d1") "','type':'Microsoft.Compute/disks','name':'d1','managedBy':'"   \
    COMPUTE("virtualMachines/vm1") "','properties':{'diskState':'Attached','encryption':{'type':'" \
    encryption "'}}}"
#define MACHINE(disk, more)                                                                        \
    "{'id':'" COMPUTE("virtualMachines/vm1") "','type':'Microsoft.Compute/virtualMachines',"       \
    "'name':'vm1','properties':{'storageProfile':{'osDisk':{'osType':'Linux'" disk "}}" more "}}"
#define PLATFORM "EncryptionAtRestWithPlatformKey"

TEST(checks_awkward, encryption_at_host_and_by_the_guest_count_each_by_its_own_mark) {
    static const struct {
        const char *disk, *machine, *expected;
    } rows[] = {
        {DISK("EncryptionAtRestWithPlatformAndCustomerKeys"), MACHINE("", ""), PASSES},
        {DISK(PLATFORM), MACHINE("", ",'securityProfile':{'encryptionAtHost':false}"), FAILS},
        {DISK(PLATFORM), MACHINE("", ",'securityProfile':{'encryptionAtHost':null}"), FAILS},
        {DISK(PLATFORM), MACHINE("", ",'securityProfile':{'securityType':'TrustedLaunch'}"), FAILS},
        {DISK(PLATFORM), MACHINE("", ",'securityProfile':{'encryptionAtHost':true}"), PASSES},
        {DISK(""), MACHINE("", ""), OPEN},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {rows[i].disk, rows[i].machine};
        world *w = read_pages(NULL, pages, 2);
        judge_world(w);
        check_said(w, "disks-encrypted", i, rows[i].expected);
        close_world(w);
    }
}

/* An ephemeral disk is no resource: of its machine nothing but encryption at host shows that it is encrypted. */
TEST(checks_awkward, an_ephemeral_disk_that_no_list_shows_does_not_pass) {
#define EPHEMERAL ",'diffDiskSettings':{'option':'Local','placement':'CacheDisk'}"
    static const struct {
        const char *machine;
        bool may_pass;
    } rows[] = {
        {MACHINE(EPHEMERAL, ""), false},
        {MACHINE(EPHEMERAL, ",'securityProfile':{'encryptionAtHost':false}"), false},
        {MACHINE(EPHEMERAL, ",'securityProfile':{'encryptionAtHost':true}"), true},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_page(w, AT, OF_SUB("S18"), "");
        put_page(w, AT, OF_SUB("S19"), rows[i].machine);
        judge_world(w);
        bd_str got = said(w, "disks-encrypted");
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        bool is_open = !bd_str_has_prefix(got, BD_STR(LEFT_OUT)) &&
                       !bd_str_has_prefix(got, BD_STR(PASSES));
        CHECK(rows[i].may_pass ? bd_str_find(got, BD_STR(" 0 fail, 0 unclear")) > 0 : is_open);
        close_world(w);
    }
}
