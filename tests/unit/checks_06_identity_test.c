/* Section 6.1 to 6.4: identity, over whole engagements, and the one-record cases of tests/cases/checks. */
#include "make_world.h"

#define AT "2026-02-10T06:00:00Z"

/* ---- cases ---- */

typedef struct {
    size_t count;
} case_count;

static void check_case(void *context, size_t line, bd_str condition, bd_str problem) {
    ((case_count *)context)->count++;
    test_failure("line %zu: %.*s", line, BD_ARG(condition));
    CHECK_EQ_STR(problem, "");
}

TEST(checks, the_checks_of_section_06_identity_answer_as_the_cases_say) {
    bd_str text = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/checks/06-identity.case", test_root()).data);
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world setting = {.catalog = make_catalog()};
    case_count seen = {0};
    bd_err err;
    CHECK_OK(bd_cases_run(&setting, text, scratch, check_case, &seen, &err), err);
    bd_arena_close(scratch);
    CHECK(seen.count >= 60);
}

/* ---- Conditional Access ---- */

#define USER(id, upn, type)                                                                        \
    "{'id':'" id "','userPrincipalName':'" upn "','accountEnabled':true,'userType':'" type "'}"
#define POLICY(name, state, users, conditions, grant)                                              \
    "{'id':'p-" name "','displayName':'" name "','state':'" state "','conditions':{'users':{" users \
    "}" conditions "},'grantControls':" grant "}"
#define ALL_USERS "'includeUsers':['All'],'excludeUsers':[],'includeGroups':[],'excludeGroups':[]"
#define ALL_APPS                                                                                   \
    ",'applications':{'includeApplications':['All'],'excludeApplications':[]},'clientAppTypes':['" \
    "all'],'platforms':null,'locations':null,'signInRiskLevels':[]"
#define MFA "{'operator':'OR','builtInControls':['mfa']}"
#define STRENGTH(combinations)                                                                     \
    "{'operator':'OR','builtInControls':[],'authenticationStrength':{'id':'s1',"                    \
    "'requirementsSatisfied':'mfa','allowedCombinations':[" combinations "]}}"
#define ROLES_ACTIVE "roleManagement/directory/roleAssignmentScheduleInstances"
#define ROLES_ELIGIBLE "roleManagement/directory/roleEligibilityScheduleInstances"
#define GA "62e90394-69f5-4237-9190-012177145e10"
#define ACTIVE(id, who, role, type, end, kind)                                                     \
    "{'id':'" id "','principalId':'" who "','roleDefinitionId':'" role                             \
    "','directoryScopeId':'/','assignmentType':'" kind "','memberType':'Direct','endDateTime':" end \
    ",'principal':{'@odata.type':'#microsoft.graph." type "','id':'" who                           \
    "','userPrincipalName':'" who "@c.example'}}"
#define ELIGIBLE(id, who, role)                                                                    \
    "{'id':'" id "','principalId':'" who "','roleDefinitionId':'" role                             \
    "','directoryScopeId':'/','roleEligibilityScheduleId':'x','memberType':'Direct',"               \
    "'endDateTime':null,'principal':{'@odata.type':'#microsoft.graph.user','id':'" who "'}}"

/* An answer without records counts where its sidecar says of what. */
#define OF(source) ",'source':'" source "','scope':{'kind':'tenant','ids':['t']}"

static void put_roles(world *w, const char *active, const char *eligible) {
    put_graph(w, ROLES_ACTIVE, AT, OF("S48"), active);
    put_graph(w, ROLES_ELIGIBLE, AT, OF("S48"), eligible);
}

static world *access_world(const char *facts, const char *users, const char *policies) {
    world *w = world_of(facts);
    put_graph(w, "users", AT, "", users);
    put_graph(w, "conditionalAccess/policies", AT, OF("S45"), policies);
    put_roles(w, ACTIVE("a1", "u9", GA, "user", "null", "Assigned"), "");
    return w;
}

#define GUEST "'guest_x.example#EXT#@c.example'"
#define APPROVED(day, list)                                                                        \
    "{'approved_exclusions':{'approved_by':'A','approved_on':'" day "','value':[" list "]}}"

TEST(checks, conditional_access_is_judged_over_all_policies_for_each_user) {
    static const struct {
        const char *facts, *policies, *expected;
    } rows[] = {
        {NULL, POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA), "1 pass, 0 fail, 0 unclear"},
        {NULL, POLICY("all", "enabledForReportingButNotEnforced", ALL_USERS, ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: a policy is "
         "report-only, which enforces nothing"},
        {NULL, POLICY("all", "disabled", ALL_USERS, ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no enabled "
         "policy reaches the account"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS, ALL_APPS,
                "{'operator':'OR','builtInControls':['mfa','compliantDevice']}"),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "can be met without a second factor"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS, ALL_APPS,
                "{'operator':'AND','builtInControls':['mfa','compliantDevice']}"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, POLICY("all", "enabled", ALL_USERS, ALL_APPS, STRENGTH("'password,sms'")),
         "1 pass, 0 fail, 0 unclear"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'locations':{'includeLocations':['All'],'excludeLocations':['AllTrusted']}",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: leaves out locations that are not on the approved list"},
        {APPROVED("2026-01-01", "'AllTrusted'"),
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'locations':{'includeLocations':['All'],'excludeLocations':['AllTrusted']}",
                MFA),
         "1 pass, 0 fail, 0 unclear"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'signInRiskLevels':['high']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only sign-ins at risk"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'platforms':{'includePlatforms':['android']}",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only some platforms"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'devices':{'deviceFilter':{'mode':'exclude','rule':'x'}}",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only some devices"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':[],'includeUserActions':['urn:user:"
                "registersecurityinfo']},'clientAppTypes':['all']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only some applications or actions"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All'],'applicationFilter':{'mode':"
                "'include','rule':'x'}},'clientAppTypes':['all']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only applications of a filter"},
        {NULL,
         POLICY("modern", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['browser',"
                "'mobileAppsAndDesktopClients']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: some kinds of "
         "client are asked for nothing"},
        {NULL,
         POLICY("modern", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['browser',"
                "'mobileAppsAndDesktopClients']",
                MFA) ","
         POLICY("legacy", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':["
                "'exchangeActiveSync','other']",
                "{'operator':'OR','builtInControls':['block']}"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, POLICY("guests", "enabled", "'includeUsers':['GuestsOrExternalUsers']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no enabled "
         "policy reaches the account"},
        {NULL, POLICY("none", "enabled", "'includeUsers':['None']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no enabled "
         "policy reaches the account"},
        {NULL,
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "excludes the account, which is not on an approved list: bindery.json lacks the fact "
         "approved_exclusions"},
        {APPROVED("2026-01-01", "'u1'"),
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 0 fail, 0 unclear"},
        {APPROVED("2026-02-11", "'u1'"), /* approved after the snapshot */
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "excludes the account, which is not on the approved list"},
        {NULL,
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeGroups':['g1']", ALL_APPS, MFA),
         "0 pass, 0 fail, 1 unclear; the record does not show 'mfa': a policy names the group "
         "'g1', and no complete list of its members was read within seven days of this snapshot"},
        {NULL, "", "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no "
                   "enabled policy reaches the account"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = access_world(rows[i].facts, USER("u1", "u1@c.example", "Member"),
                                rows[i].policies);
        judge_world(w);
        CHECK_EQ_STR(said(w, "mfa-for-every-user"), rows[i].expected);
        close_world(w);
    }
}

/* Control 5.2: another policy that reaches the account is no approval of the one that leaves it out. */
TEST(checks, an_account_that_a_policy_leaves_out_is_on_the_approved_list) {
    static const struct {
        const char *facts, *policies, *expected;
    } rows[] = {
        {NULL, POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA),
         "1 pass, 0 fail, 0 unclear"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA) "," POLICY(
             "two", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example: reached by a policy true, left out by one true, "
         "second factor everywhere true"},
        {APPROVED("2026-01-01", "'u1'"),
         POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA) "," POLICY(
             "two", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 0 fail, 0 unclear"},
        {APPROVED("2026-03-01", "'u1'"), /* approved after this snapshot */
         POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA) "," POLICY(
             "two", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example: reached by a policy true, left out by one true, "
         "second factor everywhere true"},
        {NULL, /* what does not reach him leaves nobody out; a disabled one neither */
         POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA) "," POLICY(
             "two", "enabled", "'includeUsers':['u2'],'excludeUsers':['u1']", ALL_APPS,
             MFA) "," POLICY("three", "disabled", "'includeUsers':['All'],'excludeUsers':['u1']",
                             ALL_APPS, MFA),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, /* whom the group holds was not read */
         POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA) "," POLICY(
             "two", "enabled", "'includeUsers':['All'],'excludeGroups':['g1']", ALL_APPS, MFA),
         "0 pass, 0 fail, 1 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = access_world(rows[i].facts, USER("u1", "u1@c.example", "member"),
                                rows[i].policies);
        judge_world(w);
        bd_str text = said(w, "members-under-conditional-access");
        CHECK_EQ_STR(bd_str_sub(text, 0, bd_str_of(rows[i].expected).size), rows[i].expected);
        close_world(w);
    }
}

TEST(checks, groups_of_policies_are_expanded_to_people) {
    static const char *const policies =
        POLICY("all", "enabled", "'includeUsers':['All'],'excludeGroups':['g1']", ALL_APPS, MFA);
    world *w = access_world(
        NULL, USER("u1", "u1@c.example", "Member") "," USER("u2", "u2@c.example", "Member"),
        policies);
    put_graph(w, "directoryObjects", AT, ",'source':'S65','scope':{'kind':'resource','ids':['g1']}",
              "{'@odata.type':'#microsoft.graph.user','id':'u2'}");
    judge_world(w);
    CHECK_EQ_STR(said(w, "mfa-for-every-user"),
                 "1 pass, 1 fail, 0 unclear; u2@c.example is not asked for MFA everywhere: policy "
                 "'all' excludes the account, which is not on an approved list: bindery.json lacks "
                 "the fact approved_exclusions");
    close_world(w);
}

TEST(checks, what_was_read_of_another_week_or_not_whole_does_not_pass) {
    world *w = world_of(NULL);
    put_graph(w, "users", AT, "", USER("u1", "u1@c.example", "Member"));
    put_graph(w, "conditionalAccess/policies", "2026-01-20T06:00:00Z", "",
              POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA));
    put_roles(w, ACTIVE("a1", "u9", GA, "user", "null", "Assigned"), "");
    judge_world(w);
    CHECK_EQ_STR(said(w, "mfa-for-every-user"),
                 "0 pass, 0 fail, 1 unclear; the record does not show 'mfa': no S45 was read "
                 "within seven days of this snapshot");
    close_world(w);
}

TEST(checks, security_defaults_are_not_conditional_access) {
    world *w = access_world(NULL, USER("u1", "u1@c.example", "Member"), "");
    put_text_file(w,
                  quoted("{'@odata.context':'https://graph.microsoft.com/v1.0/$metadata#policies/"
                         "identitySecurityDefaultsEnforcementPolicy','id':'0','isEnabled':true}"),
                  AT, "");
    judge_world(w);
    CHECK_EQ_STR(said(w, "mfa-for-every-user"),
                 "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: "
                 "security defaults are on in place of a policy, which is not Conditional Access");
    close_world(w);
}

TEST(checks, a_global_administrator_is_asked_for_a_method_that_cannot_be_phished) {
    static const struct {
        const char *policies, *active, *eligible, *expected;
    } rows[] = {
        {POLICY("ga", "enabled", "'includeRoles':['" GA "']", ALL_APPS,
                STRENGTH("'fido2','windowsHelloForBusiness','x509CertificateMultiFactor'")),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "", "1 pass, 0 fail, 0 unclear"},
        {POLICY("ga", "enabled", "'includeRoles':['" GA "']", ALL_APPS, STRENGTH("'fido2'")),
         ACTIVE("a1", "u9", GA, "user", "null", "Assigned"), ELIGIBLE("e1", "u1", GA),
         "1 pass, 0 fail, 0 unclear"},
        {POLICY("ga", "enabled", "'includeRoles':['" GA "']", ALL_APPS,
                STRENGTH("'fido2','password,sms'")),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) is not asked for a "
         "phishing-resistant method: policy 'ga' can be met by a method that is not "
         "phishing-resistant"},
        {POLICY("ga", "enabled", ALL_USERS, ALL_APPS, MFA),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) is not asked for a "
         "phishing-resistant method: policy 'ga' can be met by a method that is not "
         "phishing-resistant"},
        {POLICY("ga", "enabled", ALL_USERS, ALL_APPS,
                "{'operator':'OR','builtInControls':['mfa'],'authenticationStrength':{'id':'"
                "00000000-0000-0000-0000-000000000004'}}"),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) is not asked for a "
         "phishing-resistant method: policy 'ga' can be met by a method that is not "
         "phishing-resistant"},
        {POLICY("ga", "enabled", ALL_USERS, ALL_APPS, STRENGTH("'fido2'")),
         ACTIVE("a1", "g7", GA, "group", "null", "Assigned"), "",
         "0 pass, 0 fail, 1 unclear; the record does not show 'global_admin': 'g7' holds the role "
         "too; whether it is a group is not shown (export with $expand=principal), and no "
         "complete list of its members was read"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_graph(w, "users", AT, "", USER("u1", "u1@c.example", "Member"));
        put_graph(w, "conditionalAccess/policies", AT, "", rows[i].policies);
        put_roles(w, rows[i].active, rows[i].eligible);
        judge_world(w);
        CHECK_EQ_STR(said(w, "admin-phishing-resistant-policy"), rows[i].expected);
        close_world(w);
    }
}

/* ---- PIM ---- */

#define BREAK_GLASS(day)                                                                           \
    "{'break_glass_accounts':{'approved_by':'A','approved_on':'" day "','value':['u1']}}"

TEST(checks, a_privileged_role_is_not_held_standing) {
    static const struct {
        const char *facts, *active, *expected;
    } rows[] = {
        {NULL, ACTIVE("a1", "u1", GA, "user", "null", "Assigned"),
         "0 pass, 1 fail, 0 unclear; u1@c.example holds Global Administrator at / without an end within a year"},
        {NULL, ACTIVE("a1", "u1", GA, "user", "'2026-02-10T14:00:00Z'", "Activated"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, ACTIVE("a1", "u1", GA, "user", "'2026-06-01T00:00:00Z'", "Assigned"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, ACTIVE("a1", "g1", GA, "group", "null", "Assigned"),
         "0 pass, 1 fail, 0 unclear; g1@c.example holds Global Administrator at / without an end within a year"},
        {NULL, ACTIVE("a1", "s1", GA, "servicePrincipal", "null", "Assigned"),
         "0 pass, 0 fail, 0 unclear"},
        {BREAK_GLASS("2026-02-10"), ACTIVE("a1", "u1", GA, "user", "null", "Assigned"),
         "0 pass, 0 fail, 0 unclear"},
        {BREAK_GLASS("2026-02-11"), ACTIVE("a1", "u1", GA, "user", "null", "Assigned"),
         "0 pass, 1 fail, 0 unclear; u1@c.example holds Global Administrator at / without an end within a year"},
        {NULL,
         ACTIVE("a1", "u1", "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "user", "null", "Assigned"),
         "0 pass, 0 fail, 0 unclear"}, /* Directory Readers */
        {NULL,
         "{'id':'a1','principalId':'x','roleDefinitionId':'" GA
         "','assignmentType':'Assigned','endDateTime':null}",
         "0 pass, 0 fail, 1 unclear; the record does not show 'standing': whether a user, a group "
         "or an application holds the role is not shown; export with $expand=principal"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(rows[i].facts);
        put_graph(w, ROLES_ACTIVE, AT, "", rows[i].active);
        judge_world(w);
        CHECK_EQ_STR(said(w, "no-standing-roles"), rows[i].expected);
        close_world(w);
    }
}

TEST(checks, without_lists_of_assignments_nobody_is_taken_to_hold_nothing) {
    world *w = world_of(NULL);
    put_graph(w, ROLES_ELIGIBLE, AT, "", ELIGIBLE("e1", "u1", GA));
    put_graph(w, "roleManagement/directory/roleAssignments", AT, "",
              "{'id':'r1','principalId':'u1','roleDefinitionId':'" GA "','directoryScopeId':'/'}");
    judge_world(w);
    CHECK_EQ_STR(said(w, "no-standing-roles"),
                 "0 pass, 0 fail, 1 unclear; the record does not show 'standing': the export holds "
                 "no roleAssignmentScheduleInstances, so who holds a role standing is not shown");
    close_world(w);
}

#define OWNER "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define IN_SUB "/subscriptions/" SCAN_SUB_A
#define AZURE_ROLE(name, who, kind, end)                                                           \
    "{'id':'" IN_SUB "/providers/Microsoft.Authorization/RoleAssignmentScheduleInstances/" name    \
    "','type':'Microsoft.Authorization/RoleAssignmentScheduleInstances','name':'" name             \
    "','properties':{'scope':'" IN_SUB "','roleDefinitionId':'" IN_SUB                             \
    "/providers/Microsoft.Authorization/roleDefinitions/" OWNER "','principalId':'" who            \
    "','principalType':'User','assignmentType':'" kind "','memberType':'Direct','endDateTime':"    \
    end ",'expandedProperties':{'principal':{'id':'" who "','email':'" who "@c.example'}}}}"

TEST(checks, azure_roles_are_read_from_their_own_service) {
    world *w = world_of(NULL);
    put_page(w, AT, ",'source':'S06'",
             AZURE_ROLE("a1", "u1", "Assigned", "null") ","
             AZURE_ROLE("a2", "u2", "Activated", "'2026-02-10T09:00:00Z'"));
    judge_world(w);
    CHECK_EQ_STR(said(w, "no-standing-azure-roles"),
                 "1 pass, 1 fail, 0 unclear; u1@c.example holds Owner at " IN_SUB
                 " without an end within a year");
    close_world(w);
}

#define RULES(longest, words, context)                                                             \
    "{'id':'x','scopeId':'/','scopeType':'DirectoryRole','roleDefinitionId':'" GA                  \
    "','policy':{'rules':[{'id':'Expiration_EndUser_Assignment','maximumDuration':'" longest       \
    "'},{'id':'Enablement_EndUser_Assignment','enabledRules':[" words                              \
    "]},{'id':'AuthenticationContext_EndUser_Assignment','isEnabled':" context                     \
    "},{'id':'Enablement_Admin_Eligibility','enabledRules':[]}]}}"

TEST(checks, an_activation_asks_for_proof_a_reason_and_an_end) {
    static const struct {
        const char *settings, *expected;
    } rows[] = {
        {RULES("PT8H", "'MultiFactorAuthentication','Justification'", "false"), "1 pass, 0 fail, "},
        {RULES("PT4H30M", "'Justification'", "true"), "1 pass, 0 fail, "},
        {RULES("PT10H", "'MultiFactorAuthentication','Justification'", "false"),
         "0 pass, 1 fail, "},
        {RULES("P1D", "'MultiFactorAuthentication','Justification'", "false"), "0 pass, 1 fail, "},
        {RULES("PT8H", "'MultiFactorAuthentication'", "false"), "0 pass, 1 fail, "},
        {RULES("PT8H", "'Justification'", "false"), "0 pass, 1 fail, "},
        {RULES("PT8H','isExpirationRequired':true,'x':'",
               "'MultiFactorAuthentication','Justification'", "false"),
         "1 pass, 0 fail, "},
        {RULES("PT8H','isExpirationRequired':false,'x':'",
               "'MultiFactorAuthentication','Justification'", "false"),
         "0 pass, 1 fail, "},
        {RULES("8 hours", "'MultiFactorAuthentication','Justification'", "false"),
         "0 pass, 0 fail, "},
        {"{'id':'x','scopeId':'/','roleDefinitionId':'" GA "','policyId':'p'}", "0 pass, 0 fail, "},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_graph(w, "policies/roleManagementPolicyAssignments", AT, "", rows[i].settings);
        judge_world(w);
        bd_str text = said(w, "activation-settings");
        CHECK(bd_str_has_prefix(text, bd_str_of(rows[i].expected)));
        /* every other listed role has no settings in the export, and stays open */
        CHECK(bd_str_find(text, BD_STR(" 0 unclear")) < 0);
        close_world(w);
    }
}

/* ---- registered methods ---- */

#define METHODS(id, registered, list)                                                              \
    "{'id':'" id "','userPrincipalName':'" id "@c.example','userType':'member',"                    \
    "'isMfaRegistered':" registered ",'methodsRegistered':[" list "]}"

TEST(checks, registered_methods_are_looked_up_for_each_user) {
    static const struct {
        const char *report, *registered, *strong;
    } rows[] = {
        {METHODS("u1", "true", "'fido2'"), "1 pass, 0 fail, 0 unclear",
         "1 pass, 0 fail, 0 unclear"},
        {METHODS("u1", "true", "'passKeyDeviceBoundAuthenticator'"), "1 pass, 0 fail, 0 unclear",
         "1 pass, 0 fail, 0 unclear"},
        {METHODS("u1", "false", ""),
         "0 pass, 1 fail, 0 unclear; u1@c.example has no second factor registered",
         "0 pass, 0 fail, 1 unclear; the record does not show 'strong_method': no key is "
         "registered, and the sign-ins of the 90 days before were not all read: one with a "
         "certificate would not be seen"},
        {METHODS("u2", "true", "'fido2'"),
         "0 pass, 0 fail, 1 unclear; the record does not show 'registered': the report of "
         "registered methods has no row of the account: it leaves out disabled accounts and lags "
         "behind new ones",
         "0 pass, 0 fail, 1 unclear; the record does not show 'strong_method': the report of "
         "registered methods has no row of the account: it leaves out disabled accounts and lags "
         "behind new ones"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_graph(w, "users", AT, "", USER("u1", "u1@c.example", "Member"));
        put_graph(w, "reports/authenticationMethods/userRegistrationDetails", AT, "",
                  rows[i].report);
        put_roles(w, ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "");
        judge_world(w);
        CHECK_EQ_STR(said(w, "mfa-registered"), rows[i].registered);
        CHECK_EQ_STR(said(w, "admin-phishing-resistant-method"), rows[i].strong);
        close_world(w);
    }
}

TEST(checks, a_certificate_shows_in_the_sign_ins_only) {
    static const struct {
        const char *details, *expected;
    } rows[] = {
        {"{'authenticationMethod':'X.509 Certificate','succeeded':true}",
         "1 pass, 0 fail, 0 unclear"},
        {"{'authenticationMethod':'X.509 Certificate','succeeded':false}",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) has neither a "
         "phishing-resistant method registered nor signed in by certificate"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_graph(w, "users", AT, "", USER("u1", "u1@c.example", "Member"));
        put_graph(w, "reports/authenticationMethods/userRegistrationDetails", AT, "",
                  METHODS("u1", "true", "'softwareOneTimePasscode'"));
        put_roles(w, ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "");
        static const char *const pulls[] = {"2025-12-08", "2026-01-05", "2026-02-02",
                                            "2026-02-09"};
        for (size_t p = 0; p < BD_COUNT(pulls); p++) {
            bd_str more = bd_str_format(
                test_arena(), ",'describes_from':'%sT00:00:00Z','describes_to':'%sT00:00:00Z'",
                p == 0 ? "2025-11-10" : pulls[p - 1], pulls[p]);
            bd_str event = bd_str_format(
                test_arena(),
                "{'id':'s%zu','createdDateTime':'%sT00:00:00Z','userId':'u1','userPrincipalName':"
                "'u1@c.example','status':{'errorCode':0},'authenticationDetails':[%s]}",
                p, p == 0 ? "2025-11-12" : pulls[p - 1], rows[i].details);
            bd_str at = bd_str_format(test_arena(), "%sT00:00:00Z", pulls[p]);
            put_graph(w, "auditLogs/signIns", at.data, more.data, event.data);
        }
        judge_world(w);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said(w, "admin-phishing-resistant-method"), rows[i].expected);
        close_world(w);
    }
}

/* A person whose name the log does not show is known by the object id; an application has neither. */
TEST(checks, a_sign_in_without_a_name_is_that_of_its_user) {
    static const struct {
        const char *who, *expected;
    } rows[] = {
        {"'userId':'u7','userPrincipalName':'','authenticationRequirement':"
         "'singleFactorAuthentication'",
         "0 pass, 1 fail, 0 unclear; u7 signed in"},
        {"'userId':'u7','authenticationRequirement':'multiFactorAuthentication'",
         "1 pass, 0 fail, 0 unclear"},
        {"'userId':'u7'", "0 pass, 0 fail, 1 unclear"},
        {"'userId':'','servicePrincipalId':'s1','authenticationRequirement':"
         "'singleFactorAuthentication'",
         "0 pass, 0 fail, 0 unclear"},
        {"'userId':'00000000-0000-0000-0000-000000000000','authenticationRequirement':"
         "'singleFactorAuthentication'",
         "0 pass, 0 fail, 0 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        bd_str event = bd_str_format(test_arena(),
                                     "{'id':'s','createdDateTime':'2026-02-03T00:00:00Z',"
                                     "'appDisplayName':'a','status':{'errorCode':0},%s}",
                                     rows[i].who);
        put_graph(w, "auditLogs/signIns", AT,
                  ",'describes_from':'2026-02-02T00:00:00Z','describes_to':'2026-02-09T00:00:00Z'",
                  event.data);
        judge_world(w);
        bd_str got = said(w, "single-factor-sign-ins");
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK(bd_str_has_prefix(got, bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

/* ---- access reviews ---- */

#define REVIEWS "identityGovernance/accessReviews/definitions(\\u0027d1\\u0027)/instances"
#define DECISIONS "identityGovernance/accessReviews/definitions(\\u0027d1\\u0027)/instances(\\u0027i1\\u0027)/decisions"
#define REVIEW(id, role, status, start, end)                                                       \
    "{'id':'" id "','status':'" status "','startDateTime':'" start "','endDateTime':'" end         \
    "','scope':{'query':'/beta/roleManagement/directory/roleDefinitions/" role "'}}"
#define HELD REVIEW("i1", GA, "Applied", "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z")
#define DECISION(id, who, by, decision, result, applied)                                           \
    "{'id':'" id "','accessReviewId':'i1','decision':'" decision "','reviewedBy':{'id':'" by       \
    "'},'principal':{'id':'" who "','userPrincipalName':'" who "@c.example'},'applyResult':'"      \
    result "','appliedDateTime':" applied "}"

static world *review_world(const char *reviews, const char *decisions, const char *before,
                           const char *after) {
    world *w = world_of(NULL);
    put_graph(w, REVIEWS, AT, OF("S50"), reviews);
    put_graph(w, DECISIONS, AT, OF("S50"), decisions);
    put_graph(w, ROLES_ACTIVE, "2026-01-30T06:00:00Z", OF("S48"), before);
    put_graph(w, ROLES_ELIGIBLE, "2026-01-30T06:00:00Z", OF("S48"), "");
    put_graph(w, ROLES_ACTIVE, "2026-02-12T06:00:00Z", OF("S48"), after);
    put_graph(w, ROLES_ELIGIBLE, "2026-02-12T06:00:00Z", OF("S48"), "");
    judge_world(w);
    return w;
}

#define HOLDS(who) ACTIVE("a-" who, who, GA, "user", "null", "Assigned")

TEST(checks, a_review_held_in_the_quarter_counts_and_one_not_ended_leaves_it_open) {
    static const struct {
        const char *reviews, *decisions, *expected;
    } rows[] = {
        {HELD, "", "1 pass, 0 fail, 0 unclear"},
        {REVIEW("i1", GA, "applied", "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z"), "",
         "1 pass, 0 fail, 0 unclear"},
        {REVIEW("i1", GA, "Completed", "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z"),
         DECISION("d1", "u1", "u2", "Approve", "New", "null"), "1 pass, 0 fail, 0 unclear"},
        {REVIEW("i1", GA, "Completed", "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z"),
         DECISION("d1", "u1", "u2", "Deny", "New", "null"), "0 pass, 0 fail, 1 unclear"},
        {REVIEW("i1", GA, "InProgress", "2026-02-01T00:00:00Z", "2026-02-20T00:00:00Z"), "",
         "0 pass, 0 fail, 1 unclear"},
        {REVIEW("i1", GA, "Applied", "2025-11-01T00:00:00Z", "2025-11-08T00:00:00Z"), "",
         "0 pass, 0 fail, 1 unclear"}, /* of another quarter */
        {REVIEW("i1", GA, "Unheard", "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z"), "",
         "0 pass, 0 fail, 1 unclear"},
        {"{'id':'i1','status':'Applied','startDateTime':'2026-02-01T00:00:00Z','endDateTime':"
         "'2026-02-08T00:00:00Z','scope':{'query':'/v1.0/roleManagement/directory/"
         "roleEligibilityScheduleInstances?$filter=roleDefinitionId eq \\u0027" GA "\\u0027'}}",
         "", "0 pass, 0 fail, 1 unclear"}, /* the eligible ones only */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = review_world(rows[i].reviews, rows[i].decisions, HOLDS("u1"), HOLDS("u1"));
        CHECK(bd_str_has_prefix(said(w, "role-reviews-held"), bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

/* Control 4.5: a group, an application, a role. */
TEST(checks, each_scope_of_the_list_was_reviewed_in_the_quarter) {
#define SCOPES(list)                                                                               \
    "{'access_review_scopes':{'approved_by':'A','approved_on':'2026-01-01','value':[" list "]}}"
#define SCOPED(query, status, end)                                                                 \
    "{'id':'i1','status':'" status                                                                 \
    "','startDateTime':'2026-02-01T00:00:00Z','endDateTime':'" end                                 \
    "T00:00:00Z','scope':{'query':'" query "'}}"
#define OF_GROUP "/v1.0/groups/G1/transitiveMembers"
    static const struct {
        const char *facts, *reviews, *expected;
    } rows[] = {
        {SCOPES("'g1'"), SCOPED(OF_GROUP, "Applied", "2026-02-08"), "1 pass, 0 fail, 0 unclear"},
        {SCOPES("'G1'"), SCOPED("/beta/groups/g1/members/?$filter=x", "Applied", "2026-02-08"),
         "1 pass, 0 fail, 0 unclear"},
        {SCOPES("'s1'"), SCOPED("/v1.0/servicePrincipals/s1/appRoleAssignedTo", "Applied",
                                "2026-02-08"),
         "1 pass, 0 fail, 0 unclear"},
        {SCOPES("'" GA "'"), HELD, "1 pass, 0 fail, 0 unclear"},
        {SCOPES("'g1','g2'"), SCOPED(OF_GROUP, "Applied", "2026-02-08"),
         "1 pass, 0 fail, 1 unclear"},
        {SCOPES("'g1'"), SCOPED(OF_GROUP, "InProgress", "2026-02-20"), "0 pass, 0 fail, 1 unclear"},
        {SCOPES("'g1'"), SCOPED(OF_GROUP, "Completed", "2026-02-08"), "0 pass, 0 fail, 1 unclear"},
        {SCOPES("'g1'"), SCOPED(OF_GROUP, "Applied", "2025-12-30"), "0 pass, 0 fail, 1 unclear"},
        {SCOPES("'" GA "'"), /* the eligible holders only */
         SCOPED("/v1.0/roleManagement/directory/roleEligibilityScheduleInstances?$filter="
                "roleDefinitionId eq \\u0027" GA "\\u0027",
                "Applied", "2026-02-08"),
         "0 pass, 0 fail, 1 unclear"},
        {SCOPES(""), SCOPED(OF_GROUP, "Applied", "2026-02-08"), "0 pass, 0 fail, 1 unclear"},
        {NULL, SCOPED(OF_GROUP, "Applied", "2026-02-08"), "0 pass, 0 fail, 1 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(rows[i].facts);
        put_graph(w, REVIEWS, AT, OF("S50"), rows[i].reviews);
        judge_world(w);
        bd_str text = said(w, "review-scopes-held");
        CHECK_EQ_STR(bd_str_sub(text, 0, bd_str_of(rows[i].expected).size), rows[i].expected);
        close_world(w);
    }
}

TEST(checks, every_holder_is_decided_on_by_somebody_else) {
    static const struct {
        const char *decisions, *expected;
    } rows[] = {
        {DECISION("d1", "u1", "u2", "Approve", "New", "null"), "1 pass, 0 fail, 0 unclear"},
        {DECISION("d1", "u1", "u2", "approve", "New", "null"), "1 pass, 0 fail, 0 unclear"},
        {DECISION("d1", "u1", "u1", "Approve", "New", "null"),
         "0 pass, 1 fail, 0 unclear; u1@c.example in Global Administrator: approve, self-review"},
        {DECISION("d1", "u1", "00000000-0000-0000-0000-000000000000", "Approve", "New", "null"),
         "0 pass, 1 fail, 0 unclear; u1@c.example in Global Administrator: approve, nobody"},
        {DECISION("d1", "u1", "u2", "NotReviewed", "AppliedSuccessfully", "null"),
         "0 pass, 1 fail, 0 unclear; u1@c.example in Global Administrator: notreviewed, "
         "not-reviewed"},
        {DECISION("d1", "u1", "u2", "Not reviewed", "New", "null"),
         "0 pass, 1 fail, 0 unclear; u1@c.example in Global Administrator: notreviewed, "
         "not-reviewed"},
        {DECISION("d1", "u1", "u2", "DontKnow", "New", "null"),
         "0 pass, 1 fail, 0 unclear; u1@c.example in Global Administrator: dontknow, "
         "not-reviewed"},
        {DECISION("d1", "u3", "u2", "Approve", "New", "null"),
         "1 pass, 1 fail, 0 unclear; u1 in Global Administrator: no item, not-covered"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = review_world(HELD, rows[i].decisions, HOLDS("u1"), HOLDS("u1"));
        CHECK_EQ_STR(said(w, "review-decisions"), rows[i].expected);
        close_world(w);
    }
}

TEST(checks, a_deny_is_carried_out_and_the_role_is_gone) {
    static const struct {
        const char *decisions, *after, *expected;
    } rows[] = {
        {DECISION("d1", "u1", "u2", "Deny", "AppliedSuccessfully", "'2026-02-08T01:00:00Z'"),
         HOLDS("u2"), "1 pass, 0 fail, 0 unclear"},
        {DECISION("d1", "u1", "u2", "Deny", "AppliedSuccessfullyButObjectNotFound",
                  "'2026-02-08T01:00:00Z'"),
         HOLDS("u2"), "1 pass, 0 fail, 0 unclear"},
        {DECISION("d1", "u1", "u2", "Deny", "AppliedSuccessfully", "'2026-02-08T01:00:00Z'"),
         HOLDS("u1"),
         "0 pass, 1 fail, 0 unclear; u1@c.example was denied Global Administrator: result "
         "appliedsuccessfully, gone false"},
        {DECISION("d1", "u1", "u2", "Deny", "ApplyNotSupported", "null"), HOLDS("u1"),
         "0 pass, 0 fail, 1 unclear; the record does not show 'carried_out': the days that the "
         "policy gives are not over"},
        {DECISION("d1", "u1", "u2", "Approve", "New", "null"), HOLDS("u1"),
         "0 pass, 0 fail, 0 unclear"},
        {"", HOLDS("u1"),
         "0 pass, 0 fail, 1 unclear; the record does not show 'carried_out': the export does not "
         "hold the decisions of every review of a privileged role that has ended"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = review_world(HELD, rows[i].decisions, HOLDS("u1"), rows[i].after);
        CHECK_EQ_STR(said(w, "review-denials"), rows[i].expected);
        close_world(w);
    }
}

/* Control 4.5: of a group, whoever is still in it has not left. */
TEST(checks, a_deny_of_a_group_shows_in_its_next_list_of_members) {
#define IN_GROUP(who) "{'@odata.type':'#microsoft.graph.user','id':'" who "'}"
#define DENIED DECISION("d1", "u1", "u2", "Deny", "AppliedSuccessfully", "'2026-02-08T01:00:00Z'")
    static const struct {
        const char *decisions, *members, *at, *group, *expected;
    } rows[] = {
        {DENIED, IN_GROUP("u2"), "2026-02-12T06:00:00Z", "g1", "1 pass, 0 fail, 0 unclear"},
        {DENIED, IN_GROUP("U1"), "2026-02-12T06:00:00Z", "g1", "0 pass, 1 fail, 0 unclear"},
        {DENIED, IN_GROUP("u2"), "2026-02-07T06:00:00Z", "g1", "0 pass, 0 fail, 1 unclear"},
        {DENIED, IN_GROUP("u2"), "2026-02-12T06:00:00Z", "g2", "0 pass, 0 fail, 1 unclear"},
        {DECISION("d1", "u1", "u2", "Approve", "New", "null"), IN_GROUP("u1"),
         "2026-02-12T06:00:00Z", "g1", "0 pass, 0 fail, 0 unclear"},
        {"", IN_GROUP("u2"), "2026-02-12T06:00:00Z", "g1", "0 pass, 0 fail, 1 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        bd_str more = bd_str_format(
            test_arena(), ",'source':'S65','scope':{'kind':'resource','ids':['%s']}",
            rows[i].group);
        put_graph(w, REVIEWS, AT, OF("S50"), SCOPED(OF_GROUP, "Applied", "2026-02-08"));
        put_graph(w, DECISIONS, AT, OF("S50"), rows[i].decisions);
        put_graph(w, "directoryObjects", rows[i].at, more.data, rows[i].members);
        put_roles(w, HOLDS("u9"), "");
        judge_world(w);
        bd_str text = said(w, "denials-carried-out");
        CHECK_EQ_STR(bd_str_sub(text, 0, bd_str_of(rows[i].expected).size), rows[i].expected);
        close_world(w);
    }
}

/* ---- disks ---- */

#define IN_RG IN_SUB "/resourceGroups/rg/providers/Microsoft.Compute/"
#define DISK(machine, state, method, more)                                                         \
    "{'id':'" IN_RG "disks/d1','type':'Microsoft.Compute/disks','name':'d1','managedBy':" machine  \
    ",'properties':{'diskState':'" state "','encryption':{'type':'" method "'}" more "}}"
#define MACHINE(more)                                                                              \
    "{'id':'" IN_RG "virtualMachines/vm1','type':'Microsoft.Compute/virtualMachines','name':'vm1',"\
    "'properties':{'storageProfile':{'osDisk':{'osType':'Linux'}}" more "}}"
#define VM1 "'" IN_SUB "/resourcegroups/RG/providers/Microsoft.Compute/virtualMachines/VM1'"
#define PLATFORM "EncryptionAtRestWithPlatformKey"

TEST(checks, a_disk_is_encrypted_by_its_key_or_by_its_machine) {
    static const struct {
        const char *disk, *machine, *expected;
    } rows[] = {
        {DISK(VM1, "Attached", "EncryptionAtRestWithCustomerKey", ""), MACHINE(""),
         "1 pass, 0 fail, 0 unclear"},
        {DISK(VM1, "Attached", PLATFORM, ""), MACHINE(""), "0 pass, 1 fail, 0 unclear"},
        {DISK(VM1, "Attached", PLATFORM, ""),
         MACHINE(",'securityProfile':{'encryptionAtHost':true}"), "1 pass, 0 fail, 0 unclear"},
        {DISK(VM1, "Attached", PLATFORM, ",'encryptionSettingsCollection':{'enabled':true}"),
         MACHINE(""), "1 pass, 0 fail, 0 unclear"},
        {DISK("null", "Unattached", PLATFORM, ""), MACHINE(""), "0 pass, 0 fail, 0 unclear"},
        /* of chosen columns: that it is attached to nothing is not shown */
        {"{'id':'" IN_RG "disks/d1','type':'Microsoft.Compute/disks','encryption':{'type':'" PLATFORM
         "'}}",
         MACHINE(""), "0 pass, 0 fail, 1 unclear"},
        {DISK(VM1, "Attached", PLATFORM, ""), NULL, "0 pass, 0 fail, 2 unclear"},
        {DISK(VM1, "Attached", PLATFORM, ""),
         MACHINE("") ",{'id':'" IN_RG "virtualMachines/vm1/extensions/AzureDiskEncryptionForLinux',"
                     "'type':'Microsoft.Compute/virtualMachines/extensions','properties':{'type':"
                     "'AzureDiskEncryptionForLinux'}}",
         "0 pass, 0 fail, 1 unclear"},
        {DISK("null", "Unattached", PLATFORM, ""),
         "{'id':'" IN_RG "virtualMachines/vm1','type':'Microsoft.Compute/virtualMachines',"
         "'storageProfile':{'osDisk':{'osType':'Linux','vhd':{'uri':'x'}}}}",
         "0 pass, 1 fail, 0 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_page(w, AT, "", rows[i].disk);
        if (rows[i].machine != NULL) {
            put_page(w, AT, "", rows[i].machine);
        }
        judge_world(w);
        CHECK(bd_str_has_prefix(said(w, "disks-encrypted"), bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

/* ---- Azure roles ---- */

#define ASSIGNMENT(name, who, type, role, scope)                                                   \
    "{'id':'" scope "/providers/Microsoft.Authorization/roleAssignments/" name                     \
    "','type':'Microsoft.Authorization/roleAssignments','name':'" name                             \
    "','properties':{'principalId':'" who "','principalType':'" type "','roleDefinitionId':'"      \
    IN_SUB "/providers/Microsoft.Authorization/roleDefinitions/" role "','scope':'" scope "'}}"
#define ACTIVATED(name, who, assignment)                                                           \
    "{'id':'" IN_SUB "/providers/Microsoft.Authorization/RoleAssignmentScheduleInstances/" name    \
    "','type':'Microsoft.Authorization/RoleAssignmentScheduleInstances','name':'" name             \
    "','properties':{'scope':'" IN_SUB "','roleDefinitionId':'" IN_SUB                             \
    "/providers/Microsoft.Authorization/roleDefinitions/" OWNER "','principalId':'" who            \
    "','principalType':'User','assignmentType':'Activated','memberType':'Direct',"                 \
    "'originRoleAssignmentId':'" IN_SUB                                                            \
    "/providers/Microsoft.Authorization/roleAssignments/" assignment                               \
    "','endDateTime':'2026-02-10T09:00:00Z'}}"
#define NAMED(day, holder, role, scope)                                                            \
    "{'named_assignments':{'approved_by':'A','approved_on':'" day "','value':[{'holder':'" holder  \
    "','role':'" role "','scope':'" scope "','reason':'r'}]}}"

TEST(checks, broad_roles_are_those_on_the_approved_list) {
    static const struct {
        const char *facts, *assignment, *pim, *expected;
    } rows[] = {
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB),
         AZURE_ROLE("p", "u9", "Assigned", "null"),
         "0 pass, 1 fail, 0 unclear; u1 holds Owner at " IN_SUB " and is not on an approved list: "
         "bindery.json lacks the fact named_assignments"},
        {NULL,
         ASSIGNMENT("a", "u1", "User", OWNER,
                    "/providers/Microsoft.Management/managementGroups/mg1"),
         AZURE_ROLE("p", "u9", "Assigned", "null"),
         "0 pass, 0 fail, 1 unclear; the record does not show 'is_approved': the fact "
         "named_assignments is not in bindery.json"}, /* PIM of the group above was not read */
        {NAMED("2026-01-01", "U1", "owner", "/SUBSCRIPTIONS/" SCAN_SUB_A "/"),
         ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), AZURE_ROLE("p", "u9", "Assigned", "null"),
         "1 pass, 0 fail, 0 unclear"},
        {NAMED("2026-02-11", "u1", "Owner", IN_SUB), ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB),
         AZURE_ROLE("p", "u9", "Assigned", "null"),
         "0 pass, 1 fail, 0 unclear; u1 holds Owner at " IN_SUB " and is not on the approved list"},
        {NAMED("2026-01-01", "u1", "Contributor", IN_SUB),
         ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), AZURE_ROLE("p", "u9", "Assigned", "null"),
         "0 pass, 1 fail, 0 unclear; u1 holds Owner at " IN_SUB " and is not on the approved list"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB "/resourcegroups/rg"),
         AZURE_ROLE("p", "u9", "Assigned", "null"), "0 pass, 0 fail, 0 unclear"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), ACTIVATED("p", "u1", "a"),
         "1 pass, 0 fail, 0 unclear"},
        /* an activation that made another assignment, and one that does not say which it made */
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), ACTIVATED("p", "u1", "b"),
         "0 pass, 1 fail, 0 unclear; u1 holds Owner at " IN_SUB " and is not on an approved list: "
         "bindery.json lacks the fact named_assignments"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB),
         AZURE_ROLE("p", "u1", "Activated", "'2026-02-10T09:00:00Z'"),
         "0 pass, 0 fail, 1 unclear; the record does not show 'is_approved': the fact "
         "named_assignments is not in bindery.json"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), NULL,
         "0 pass, 0 fail, 1 unclear; the record does not show 'is_approved': the fact "
         "named_assignments is not in bindery.json"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(rows[i].facts);
        put_page(w, AT, "", rows[i].assignment);
        if (rows[i].pim != NULL) {
            put_page(w, AT, "", rows[i].pim);
        }
        judge_world(w);
        CHECK_EQ_STR(said(w, "broad-roles-approved"), rows[i].expected);
        close_world(w);
    }
}

#define BREAK_GLASS_FROM(day, who)                                                                  \
    "{'break_glass_accounts':{'approved_by':'A','approved_on':'" day "','value':['" who "']}}"

TEST(checks, an_owner_stands_unless_break_glass_was_approved_or_that_very_assignment_activated) {
    static const struct {
        const char *facts, *assignment, *pim, *expected;
    } rows[] = {
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB),
         AZURE_ROLE("p", "u9", "Assigned", "null"),
         "0 pass, 1 fail, 0 unclear; User u1 holds Owner at " IN_SUB " and did not activate it"},
        {BREAK_GLASS_FROM("2026-01-01", "U1"), ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB),
         AZURE_ROLE("p", "u9", "Assigned", "null"), "0 pass, 0 fail, 0 unclear"},
        {BREAK_GLASS_FROM("2026-02-11", "u1"), ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB),
         AZURE_ROLE("p", "u9", "Assigned", "null"),
         "0 pass, 1 fail, 0 unclear; User u1 holds Owner at " IN_SUB " and did not activate it"},
        {NULL, ASSIGNMENT("a", "app", "ServicePrincipal", OWNER, IN_SUB),
         AZURE_ROLE("p", "u9", "Assigned", "null"), "0 pass, 0 fail, 0 unclear"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), ACTIVATED("p", "u1", "a"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), ACTIVATED("p", "u1", "b"),
         "0 pass, 1 fail, 0 unclear; User u1 holds Owner at " IN_SUB " and did not activate it"},
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB "/resourceGroups/rg"),
         AZURE_ROLE("p", "u9", "Assigned", "null"), "0 pass, 0 fail, 0 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(rows[i].facts);
        put_page(w, AT, "", rows[i].assignment);
        put_page(w, AT, "", rows[i].pim);
        judge_world(w);
        CHECK_EQ_STR(said(w, "owner-standing"), rows[i].expected);
        close_world(w);
    }
}

TEST(checks, an_assignment_that_hides_its_role_or_holder_is_not_dropped) {
    world *w = world_of(NULL);
    put_page(w, AT, "",
             "{'id':'" IN_SUB "/providers/Microsoft.Authorization/roleAssignments/a','type':"
             "'Microsoft.Authorization/roleAssignments','properties':{'principalType':'User',"
             "'principalId':'u1','scope':'" IN_SUB "'}}");
    put_page(w, AT, "", AZURE_ROLE("p", "u9", "Assigned", "null"));
    judge_world(w);
    CHECK(bd_str_has_prefix(said(w, "owner-standing"), BD_STR("0 pass, 0 fail, 1 unclear")));
    CHECK(bd_str_has_prefix(said(w, "broad-roles-approved"), BD_STR("0 pass, 0 fail, 1 unclear")));
    close_world(w);
}

#define MAY_TAKE(name, who, type)                                                                  \
    "{'id':'" IN_SUB "/providers/Microsoft.Authorization/RoleEligibilityScheduleInstances/" name   \
    "','type':'Microsoft.Authorization/RoleEligibilityScheduleInstances','name':'" name            \
    "','properties':{'scope':'" IN_SUB "','roleDefinitionId':'" IN_SUB                             \
    "/providers/Microsoft.Authorization/roleDefinitions/" OWNER "','principalId':'" who            \
    "','principalType':'" type "','memberType':'Direct','endDateTime':null}}"

TEST(checks, a_guest_with_a_role_is_on_the_approved_list) {
    static const struct {
        const char *facts, *assignment, *eligible, *expected;
    } rows[] = {
        {NULL, ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), NULL, "0 pass, 1 fail, 0 unclear"},
        {APPROVED("2026-01-01", "'u1'"), ASSIGNMENT("a", "u1", "User", OWNER, IN_SUB), NULL,
         "1 pass, 0 fail, 0 unclear"},
        {NULL, ASSIGNMENT("a", "u2", "User", OWNER, IN_SUB), MAY_TAKE("e", "u9", "User"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, ASSIGNMENT("a", "u2", "User", OWNER, IN_SUB), MAY_TAKE("e", "u1", "User"),
         "0 pass, 1 fail, 0 unclear"},
        {APPROVED("2026-01-01", "'u1'"), ASSIGNMENT("a", "u2", "User", OWNER, IN_SUB),
         MAY_TAKE("e", "u1", "User"), "1 pass, 0 fail, 0 unclear"},
        {NULL, ASSIGNMENT("a", "u2", "User", OWNER, IN_SUB), MAY_TAKE("e", "g1", "Group"),
         "0 pass, 0 fail, 1 unclear"},
        {NULL, ASSIGNMENT("a", "u2", "User", OWNER, IN_SUB), NULL,
         "0 pass, 0 fail, 1 unclear"}, /* who is eligible was not read */
        {NULL, ASSIGNMENT("a", "g1", "Group", OWNER, IN_SUB), MAY_TAKE("e", "u9", "User"),
         "0 pass, 0 fail, 1 unclear"},
        {NULL, NULL, MAY_TAKE("e", "u9", "User"), "0 pass, 0 fail, 1 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(rows[i].facts);
        put_graph(w, "users", AT, "", USER("u1", "x_y.example#EXT#@c.example", "Guest") ","
                                      USER("u2", "u2@c.example", "Member"));
        if (rows[i].assignment != NULL) {
            put_page(w, AT, "", rows[i].assignment);
        }
        if (rows[i].eligible != NULL) {
            put_page(w, AT, "", rows[i].eligible);
        }
        judge_world(w);
        CHECK(bd_str_has_prefix(said(w, "guests-with-roles-known"), bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

/* ---- passwords, unused accounts ---- */

#define SETTINGS(check, list, lockout, premises, mode)                                             \
    "{'id':'s','templateId':'5cf42378-d67d-4f36-ba46-e8b86229381d','values':[{'name':"             \
    "'EnableBannedPasswordCheck','value':'" check "'},{'name':'BannedPasswordList','value':'" list \
    "'},{'name':'LockoutThreshold','value':'" lockout                                              \
    "'},{'name':'EnableBannedPasswordCheckOnPremises','value':'" premises                          \
    "'},{'name':'BannedPasswordCheckOnPremisesMode','value':'" mode "'}]}"
#define ACCOUNT(sync, policies)                                                                    \
    "{'id':'u1','userPrincipalName':'u1@c.example','accountEnabled':true,"                         \
    "'onPremisesSyncEnabled':" sync ",'passwordPolicies':" policies "}"

TEST(checks, password_settings_are_read_beside_the_users) {
    static const struct {
        const char *settings, *users, *expected;
    } rows[] = {
        {SETTINGS("True", "a\\tb", "10", "False", "Audit"), ACCOUNT("null", "null"),
         "3 pass, 0 fail, 0 unclear"},
        {SETTINGS("true", "a", "5", "True", "Enforce"), ACCOUNT("true", "null"),
         "4 pass, 0 fail, 0 unclear"},
        {SETTINGS("True", "a", "10", "True", "Audit"), ACCOUNT("true", "null"),
         "3 pass, 1 fail, 0 unclear; BannedPasswordCheckOnPremisesMode is 'Audit'"},
        {SETTINGS("False", "a", "10", "False", "Audit"), ACCOUNT("null", "null"),
         "2 pass, 1 fail, 0 unclear; EnableBannedPasswordCheck is 'False', expected True"},
        {SETTINGS("True", "", "11", "False", "Audit"), ACCOUNT("null", "null"),
         "1 pass, 2 fail, 0 unclear"},
        {SETTINGS("True", "a", "10", "False", "Audit"),
         ACCOUNT("null", "'DisablePasswordExpiration, DisableStrongPassword'"),
         "3 pass, 1 fail, 0 unclear; u1@c.example is 'DisableStrongPassword'"},
        {"", ACCOUNT("null", "null"),
         "0 pass, 1 fail, 0 unclear; password settings is 'the tenant default"},
        {SETTINGS("True", "a", "10", "False", "Audit"), USER("u1", "u1@c.example", "Member"),
         "3 pass, 0 fail, 1 unclear"}, /* the columns were not asked for */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_graph(w, "groupSettings", AT, OF("S52"), rows[i].settings);
        put_graph(w, "users", AT, "", rows[i].users);
        judge_world(w);
        CHECK(bd_str_has_prefix(said(w, "password-settings"), bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

TEST(checks, a_list_of_users_without_sign_in_activity_flags_nobody) {
    static const char *const plain =
        "{'id':'u1','userPrincipalName':'u1@c.example','accountEnabled':true,'createdDateTime':"
        "'2024-01-01T00:00:00Z'}";
    world *w = world_of(NULL);
    put_graph(w, "users", AT, "", plain);
    judge_world(w);
    CHECK_EQ_STR(said(w, "inactive-accounts-listed"),
                 "0 pass, 0 fail, 1 unclear; the record does not show 'is_shown': the list of "
                 "users was read without signInActivity");
    close_world(w);
    w = world_of(NULL);
    put_graph(w, "users", AT, "",
              bd_str_format(test_arena(),
                            "%s,{'id':'u2','userPrincipalName':'u2@c.example','accountEnabled':"
                            "true,'signInActivity':{'lastSuccessfulSignInDateTime':"
                            "'2026-02-01T00:00:00Z'}}",
                            plain)
                  .data);
    judge_world(w);
    CHECK_EQ_STR(said(w, "inactive-accounts-listed"), "2 pass, 0 fail, 0 unclear");
    close_world(w);
}

/* ---- customer-managed keys ---- */

#define IN_RG_OF(provider) IN_SUB "/resourceGroups/rg/providers/" provider
#define STORE(version)                                                                             \
    "{'id':'" IN_RG_OF("Microsoft.Storage/storageAccounts/s1") "','type':'Microsoft.Storage/"      \
    "storageAccounts','properties':{'encryption':{'keySource':'Microsoft.Keyvault',"                \
    "'keyvaultproperties':{'keyname':'K','keyversion':" version                                    \
    ",'keyvaulturi':'https://V.vault.azure.net/'}}}}"
#define PLAIN_STORE                                                                                \
    "{'id':'" IN_RG_OF("Microsoft.Storage/storageAccounts/s1") "','type':'Microsoft.Storage/"      \
    "storageAccounts','properties':{'encryption':{'keySource':'Microsoft.Storage'}}}"
#define ROTATION(action, after)                                                                    \
    "{'id':'https://v.vault.azure.net/keys/k/rotationpolicy','lifetimeActions':[{'trigger':{"       \
    "'timeAfterCreate':'" after "'},'action':{'type':'" action "'}}]}"
#define KEY(created)                                                                               \
    "{'kid':'https://v.vault.azure.net/keys/k','attributes':{'enabled':true,'created':" created "}}"
#define VAULT                                                                                      \
    "{'id':'" IN_RG_OF("Microsoft.KeyVault/vaults/v") "','type':'Microsoft.KeyVault/vaults'}"
#define OF_SUB(source) ",'source':'" source "','scope':{'kind':'subscription','ids':['" SCAN_SUB_A "']}"

/* A scope of s1 with key k of its own. */
#define SCOPE_OF(state, source, version)                                                           \
    "{'id':'" IN_RG_OF("Microsoft.Storage/storageAccounts/s1") "/encryptionScopes/x','type':"      \
    "'Microsoft.Storage/storageAccounts/encryptionScopes','properties':{'state':'" state           \
    "','source':'" source "','keyVaultProperties':{'keyUri':'https://v.vault.azure.net/keys/k"    \
    version "'}}}"

TEST(checks, an_encryption_scope_uses_a_key_of_its_own) {
    static const struct {
        const char *scope, *expected;
    } rows[] = {
        {SCOPE_OF("Enabled", "Microsoft.KeyVault", ""), "1 pass, 0 fail, 0 unclear"},
        {SCOPE_OF("Enabled", "Microsoft.KeyVault", "/abc"), "0 pass, 1 fail, 0 unclear"},
        {SCOPE_OF("Disabled", "Microsoft.KeyVault", "/abc"), "0 pass, 0 fail, 0 unclear"},
        {SCOPE_OF("Enabled", "Microsoft.Storage", ""), "0 pass, 0 fail, 0 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_page(w, AT, "", VAULT);
        put_page(w, AT, "", PLAIN_STORE);
        put_page(w, AT, "", rows[i].scope);
        put_page(w, AT, OF_SUB("S18"), "");
        put_page(w, AT, OF_SUB("S12s"), "");
        put_text_file(w, quoted(ROTATION("Rotate", "P90D")), AT, "");
        put_page(w, AT, ",'source':'S21'", KEY("1768003200"));
        judge_world(w);
        CHECK(bd_str_has_prefix(said(w, "customer-keys-rotate"), bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

static world *key_world(const char *store, const char *disks, const char *policy,
                        const char *key) {
    world *w = world_of(NULL);
    put_page(w, AT, "", VAULT);
    put_page(w, AT, "", store);
    put_page(w, AT, OF_SUB("S18"), disks);
    put_page(w, AT, OF_SUB("S12s"), "");
    if (policy != NULL) {
        put_text_file(w, quoted(policy), AT, "");
        put_page(w, AT, ",'source':'S21'", key);
    }
    judge_world(w);
    return w;
}

TEST(checks, customer_managed_keys_rotate_and_are_followed) {
    static const struct {
        const char *store, *disks, *policy, *key, *rotate, *rotated;
    } rows[] = {
        {STORE("''"), "", ROTATION("Rotate", "P90D"), KEY("1768003200"), /* 10 January 2026 */
         "1 pass, 0 fail, 0 unclear", "1 pass, 0 fail, 0 unclear"},
        {STORE("null"), "", ROTATION("rotate", "P18M"), KEY("'2025-01-10T00:00:00+00:00'"),
         "1 pass, 0 fail, 0 unclear", "1 pass, 0 fail, 0 unclear"},
        {STORE("''"), "", ROTATION("Rotate", "P30D"), KEY("1757462400"), /* 10 September 2025 */
         "1 pass, 0 fail, 0 unclear", "0 pass, 1 fail, 0 unclear"},
        {STORE("''"), "", ROTATION("Notify", "P30D"), KEY("1768003200"),
         "0 pass, 1 fail, 0 unclear", "0 pass, 0 fail, 1 unclear"},
        {STORE("'abc'"), "", ROTATION("Rotate", "P90D"), KEY("1768003200"),
         "0 pass, 1 fail, 0 unclear", "1 pass, 0 fail, 0 unclear"},
        {STORE("''"), "", NULL, NULL, "0 pass, 0 fail, 1 unclear", "0 pass, 0 fail, 1 unclear"},
        {PLAIN_STORE, "", NULL, NULL, "0 pass, 0 fail, 0 unclear", "0 pass, 0 fail, 0 unclear"},
        {PLAIN_STORE,
         "{'id':'" IN_RG "disks/d1','type':'Microsoft.Compute/disks','properties':{'encryption':{"
         "'type':'EncryptionAtRestWithCustomerKey','diskEncryptionSetId':'" IN_RG
         "diskEncryptionSets/e1'}}}",
         NULL, NULL, "0 pass, 0 fail, 1 unclear", "0 pass, 0 fail, 1 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = key_world(rows[i].store, rows[i].disks, rows[i].policy, rows[i].key);
        CHECK(bd_str_has_prefix(said(w, "customer-keys-rotate"), bd_str_of(rows[i].rotate)));
        CHECK(bd_str_has_prefix(said(w, "customer-keys-rotated"), bd_str_of(rows[i].rotated)));
        close_world(w);
    }
}

/* ---- leavers, activations ---- */

#define EVENT(id, activity, upn, time)                                                             \
    "{'id':'" id "','correlationId':'" id "','result':'success','activityDisplayName':'" activity  \
    "','activityDateTime':'" time "','targetResources':[{'type':'User','id':'o-" upn               \
    "','userPrincipalName':'" upn "'}]}"
#define QUARTER ",'describes_from':'2026-01-01T00:00:00Z','describes_to':'2026-04-01T00:00:00Z'"

/* The audit log month by month, as it must be pulled: 30 days are kept. */
static void put_audit(world *w, const char *records) {
    static const char *const days[] = {"01-01", "01-28", "02-24", "03-23", "04-15"};
    for (size_t i = 1; i < BD_COUNT(days); i++) {
        bd_str more = bd_str_format(
            test_arena(), ",'source':'S58','scope':{'kind':'tenant','ids':['t']},'describes_from':"
                          "'2026-%sT00:00:00Z','describes_to':'2026-%sT00:00:00Z'",
            days[i - 1], days[i]);
        bd_str at = bd_str_format(test_arena(), "2026-%sT00:00:00Z", days[i]);
        put_graph(w, "auditLogs/directoryAudits", at.data, more.data, i == 2 ? records : "");
    }
}

static void put_leaver(world *w) {
    put_text_file(w,
                  BD_STR("employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at\n"
                         "7,a@c.example,2026-02-02T12:00:00Z,employee,,,\n"),
                  "2026-04-15T00:00:00Z",
                  QUARTER ",'complete':true,'command':'hr','exporter':'h','prepared_by':{'name':'P'},"
                          "'reviews':[{'name':'R','role':'CISO','at':'2026-04-15T00:00:00Z'}]");
}

TEST(checks, sessions_of_leavers_are_revoked_within_24_hours) {
    static const struct {
        const char *activity, *time;
        uint64_t failed;
    } rows[] = {
        {"Update StsRefreshTokenValidFrom Timestamp", "2026-02-02T13:00:00Z", 0},
        {"Update StsRefreshTokenValidFrom Timestamp.", "2026-02-03T12:00:00Z", 0},
        {"Update StsRefreshTokenValidFrom Timestamp", "2026-02-03T12:00:01Z", 1},
        {"Update user", "2026-02-02T13:00:00Z", 1},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_leaver(w);
        put_audit(w, bd_str_format(test_arena(),
                                   "{'id':'e','correlationId':'e','result':'success',"
                                   "'activityDisplayName':'%s','activityDateTime':'%s',"
                                   "'targetResources':[{'type':'User','id':'o',"
                                   "'userPrincipalName':'A@c.example'}]}",
                                   rows[i].activity, rows[i].time)
                             .data);
        judge_world(w);
        bd_str text = said(w, "leaver-sessions-revoked");
        CHECK(bd_str_find(text, rows[i].failed > 0 ? BD_STR(" 1 fail") : BD_STR(" 0 fail")) > 0);
        close_world(w);
    }
}

TEST(checks, an_approval_that_is_needed_is_given_by_somebody_else) {
    static const char *const facts =
        "{'approval_roles':{'approved_by':'A','approved_on':'2026-01-01','value':['8e3af657-a8ff-443c-"
        "a75c-2fe8c4bcb635']}}";
    static const char *const done =
        "{'id':'e1','correlationId':'C','result':'success','activityDisplayName':'Add member to "
        "role completed (PIM activation)','activityDateTime':'2026-02-05T10:00:00Z','initiatedBy':"
        "{'user':{'userPrincipalName':'a@c.example'}},'targetResources':[{'type':'Role','id':'"
        "8E3AF657-A8FF-443C-A75C-2FE8C4BCB635','displayName':'Owner'},{'type':'User',"
        "'userPrincipalName':'a@c.example'}]}";
    static const char *const approvers[] = {"b@c.example", "A@c.example", NULL};
    for (size_t i = 0; i < BD_COUNT(approvers); i++) {
        test_failure("row %zu", i);
        world *w = world_of(facts);
        bd_str approval =
            approvers[i] == NULL
                ? BD_STR("")
                : bd_str_format(
                      test_arena(),
                      ",{'id':'e2','correlationId':'c','result':'success','activityDisplayName':"
                      "'Add member to role request approved (PIM activation)','activityDateTime':"
                      "'2026-02-05T09:59:00Z','initiatedBy':{'user':{'userPrincipalName':'%s'}},"
                      "'targetResources':[{'type':'User','userPrincipalName':'a@c.example'}]}",
                      approvers[i]);
        put_audit(w, bd_str_format(test_arena(), "%s%.*s", done, BD_ARG(approval)).data);
        judge_world(w);
        bd_str text = said(w, "activations-approved");
        CHECK(bd_str_find(text, i == 0 ? BD_STR("1 pass, 0 fail") : BD_STR("0 pass, 1 fail")) == 0);
        close_world(w);
    }
}

/* People write names, and a name that the log does not use must not take its role out. */
TEST(checks, a_role_to_approve_that_is_given_by_name_leaves_the_others_open) {
    static const struct {
        const char *entry, *expected;
    } rows[] = {{"'Owner'", "0 pass, 1 fail, 0 unclear"},
                {"'Ownr'", "0 pass, 0 fail, 1 unclear"},
                {"'8e3af657-a8ff-443c-a75c-2fe8c4bcb635'", "0 pass, 1 fail, 0 unclear"},
                {"'b24988ac-6180-42a0-ab88-20f7382dd24c'", "0 pass, 0 fail, 0 unclear"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        bd_str facts = bd_str_format(
            test_arena(),
            "{'approval_roles':{'approved_by':'A','approved_on':'2026-01-01','value':[%s]}}",
            rows[i].entry);
        world *w = world_of(facts.data);
        put_audit(w,
                  "{'id':'e1','correlationId':'C','result':'success','activityDisplayName':'Add "
                  "member to role completed (PIM activation)','activityDateTime':"
                  "'2026-02-05T10:00:00Z','initiatedBy':{'user':{'userPrincipalName':"
                  "'a@c.example'}},'targetResources':[{'type':'Role','id':"
                  "'8e3af657-a8ff-443c-a75c-2fe8c4bcb635','displayName':'Owner'},{'type':'User',"
                  "'userPrincipalName':'a@c.example'}]}");
        judge_world(w);
        CHECK(bd_str_has_prefix(said(w, "activations-approved"), bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

TEST(checks, the_list_of_roles_to_approve_is_named_when_it_is_missing) {
    world *w = world_of(NULL);
    judge_world(w);
    CHECK_EQ_STR(requirement_of(w->s, "6.1.3c")->missing_fact, "approval_roles");
    close_world(w);
}
