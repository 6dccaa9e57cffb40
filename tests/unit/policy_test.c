/* Published policies over records: what each effect makes of a condition, where related resources are looked for, and
 * what is said of a policy that asks for more than we know. */
#include "bindery/policy.h"

#include "test.h"

#include <string.h>

#define SUB "/subscriptions/s1"
#define GROUP SUB "/resourceGroups/g1/providers/"

static const bd_value *parse(bd_str text) {
    const bd_value *value = NULL;
    bd_err err;
    test_failure("%.*s", BD_ARG(bd_str_sub(text, 0, 400)));
    CHECK_OK(bd_json_parse(text, &bd_json_default_limits, test_arena(), &value, &err), err);
    return value;
}

static const bd_value *json(const char *text) {
    return parse(bd_str_of(text));
}

/* ---- one set of policies over some records ---- */

typedef struct {
    const bd_policies *policies;
    bd_policy_mapper *mapper;
    bd_sorter *sorter;
    size_t rows;
    const char *complete; /* what the evidence shows whole: types divided by ' ', or "*" */
    bd_policy_result *results;
} trial;

static trial open_trial(const char *const *files, size_t count, const char *parameters) {
    trial made = {.sorter = bd_sorter_open((size_t)1 << 20)};
    bd_policy_file *list = bd_new(test_arena(), bd_policy_file, count);
    for (size_t i = 0; i < count; i++) {
        list[i].json = json(files[i]);
        list[i].path = bd_str_format(test_arena(), "file-%zu.json", i);
        list[i].is_member_only = count > 1 && i > 0;
    }
    bd_policy_inputs inputs = {
        .files = list, .count = count, .parameters = parameters == NULL ? NULL : json(parameters)};
    bd_err err;
    CHECK_OK(bd_policies_build(&inputs, test_arena(), &made.policies, &err), err);
    made.mapper = bd_policy_mapper_make(made.policies, test_arena());
    return made;
}

static void put_row(void *context, const bd_policy_row *row) {
    trial *run = context;
    bd_packer *packer = bd_new(test_arena(), bd_packer, 1);
    bd_err err;
    bd_pack_begin(packer);
    bd_policy_row_pack(packer, row);
    CHECK(!packer->overflowed);
    CHECK_OK(bd_sorter_put(run->sorter, bd_pack_end(packer), &err), err);
    run->rows++;
}

static void put_record(trial *run, const char *id, const char *type, const char *rest,
                       bool is_partial) {
    static const bd_source_def source = {0};
    bd_str text = bd_str_format(test_arena(), "{\"id\":\"%s\",\"type\":\"%s\",\"name\":\"%.*s\"%s}",
                                id, type, BD_ARG(bd_path_name(bd_str_of(id))), rest);
    bd_record record = {.source = &source,
                        .value = parse(text),
                        .type = bd_str_lower(test_arena(), bd_str_of(type)),
                        .key = bd_str_lower(test_arena(), bd_str_of(id)),
                        .resource = bd_str_of(id),
                        .subscription = bd_str_of("s1")};
    bd_policy_subject subject = {.record = &record, .day = 20000, .is_partial = is_partial};
    bd_policy_map(run->mapper, &subject, test_arena(), put_row, run);
}

static bool is_complete(void *context, bd_str type, bd_str subscription, bd_str anchor) {
    (void)subscription;
    (void)anchor;
    const trial *run = context;
    return strcmp(run->complete, "*") == 0 || bd_str_find(bd_str_of(run->complete), type) >= 0;
}

/* "p1 f0 n0 u2": pass, fail, not applicable, cannot tell, over all types of the policy. */
static bd_str reduce(trial *run, size_t policy, const char *complete) {
    bd_err err;
    uint64_t sum[4] = {0};
    run->complete = complete;
    if (run->results == NULL) {
        CHECK_OK(bd_policies_reduce(run->policies, run->sorter, is_complete, run, true,
                                    test_arena(), &run->results, &err),
                 err);
        bd_sorter_close(run->sorter);
    }
    for (size_t i = 0; i < run->results[policy].counts.count; i++) {
        for (size_t v = 0; v < 4; v++) {
            sum[v] += run->results[policy].counts.data[i].counts[v];
        }
    }
    return bd_str_format(test_arena(), "p%d f%d n%d u%d", (int)sum[BD_PASS], (int)sum[BD_FAIL],
                         (int)sum[BD_NOT_APPLICABLE], (int)sum[BD_CANNOT_TELL]);
}

static bd_str problem_of(const char *file) {
    trial run = open_trial(&file, 1, NULL);
    bd_sorter_close(run.sorter);
    return bd_policies_at(run.policies, 0)->problem;
}

#define DEFINITION(name, mode, parameters, rule)                                                   \
    "{\"id\":\"/providers/Microsoft.Authorization/policyDefinitions/" name "\",\"properties\":{"   \
    "\"displayName\":\"" name "\",\"mode\":\"" mode "\",\"parameters\":" parameters                \
    ",\"policyRule\":" rule "}}"
#define IS_STORAGE "{\"field\":\"type\",\"equals\":\"Microsoft.Storage/storageAccounts\"}"
#define HTTPS_RULE(effect)                                                                         \
    "{\"if\":{\"allOf\":[" IS_STORAGE ",{\"field\":\"Microsoft.Storage/storageAccounts/"           \
    "supportsHttpsTrafficOnly\",\"notEquals\":\"true\"}]},\"then\":{\"effect\":\"" effect "\"}}"
#define ACCOUNT(name) GROUP "Microsoft.Storage/storageAccounts/" name

/* ---- effects ---- */

TEST(policy, an_audit_fails_what_meets_its_condition) {
    const char *file = DEFINITION("https", "Indexed", "{}", HTTPS_RULE("Audit"));
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts",
               ",\"properties\":{\"supportsHttpsTrafficOnly\":true}", false);
    put_record(&run, ACCOUNT("b"), "microsoft.storage/storageaccounts",
               ",\"properties\":{\"supportsHttpsTrafficOnly\":false}", false);
    put_record(&run, ACCOUNT("c"), "Microsoft.Storage/storageAccounts", ",\"properties\":{}",
               false);
    put_record(&run, ACCOUNT("d"), "Microsoft.Storage/storageAccounts", "", true);
    put_record(&run, GROUP "Microsoft.Web/sites/w", "Microsoft.Web/sites", "", false);
    CHECK_EQ_STR(reduce(&run, 0, ""), "p1 f2 n0 u1");
    const bd_policy_result *result = &run.results[0];
    CHECK_EQ_INT(result->findings.count, 3);
    CHECK_EQ_STR(result->findings.data[0].resource, ACCOUNT("b"));
    CHECK_EQ_STR(result->findings.data[2].reason,
                 "the record does not show "
                 "'Microsoft.Storage/storageAccounts/supportsHttpsTrafficOnly'");
}

TEST(policy, effects_decide_whether_and_how_a_policy_runs) {
    static const struct {
        const char *effect;
        bd_policy_state state;
    } rows[] = {{"audit", BD_POLICY_RUNS},        {"Deny", BD_POLICY_RUNS},
                {"modify", BD_POLICY_RUNS},       {"append", BD_POLICY_RUNS},
                {"Disabled", BD_POLICY_DISABLED}, {"Manual", BD_POLICY_MANUAL},
                {"mutate", BD_POLICY_UNSUPPORTED}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *file =
            bd_str_format(test_arena(),
                          DEFINITION("x", "All", "{}",
                                     "{\"if\":" IS_STORAGE ",\"then\":{\"effect\":\"%s\"}}"),
                          rows[i].effect)
                .data;
        trial run = open_trial(&file, 1, NULL);
        test_failure("%s", rows[i].effect);
        CHECK_EQ_INT(bd_policies_at(run.policies, 0)->state, rows[i].state);
        put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts", "", false);
        CHECK_EQ_STR(reduce(&run, 0, ""),
                     rows[i].state == BD_POLICY_RUNS ? "p0 f1 n0 u0" : "p0 f0 n0 u0");
    }
}

/* ---- related resources ---- */

#define ASK(type, details)                                                                         \
    DEFINITION("ask", "All", "{}",                                                                 \
               "{\"if\":{\"field\":\"type\",\"equals\":\"" type                                    \
               "\"},\"then\":{\"effect\":\"auditIfNotExists\",\"details\":{" details "}}}")

TEST(policy, a_nested_resource_is_looked_for_under_its_own_parent) {
    const char *file = ASK("Microsoft.Sql/servers",
                           "\"type\":\"Microsoft.Sql/servers/auditingSettings\",\"name\":"
                           "\"default\",\"existenceCondition\":{\"field\":\"Microsoft.Sql/"
                           "auditingSettings.state\",\"equals\":\"Enabled\"}");
    trial run = open_trial(&file, 1, NULL);
    static const char *const names[] = {"on", "off", "other", "none"};
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        put_record(&run,
                   bd_str_format(test_arena(), GROUP "Microsoft.Sql/servers/%s", names[i]).data,
                   "Microsoft.Sql/servers", ",\"properties\":{}", false);
    }
    put_record(&run, GROUP "Microsoft.Sql/servers/on/auditingSettings/Default",
               "Microsoft.Sql/servers/auditingSettings", ",\"properties\":{\"state\":\"Enabled\"}",
               false);
    put_record(&run, GROUP "Microsoft.Sql/servers/off/auditingSettings/Default",
               "Microsoft.Sql/servers/auditingSettings", ",\"properties\":{\"state\":\"Disabled\"}",
               false);
    put_record(&run, GROUP "Microsoft.Sql/servers/other/auditingSettings/second",
               "Microsoft.Sql/servers/auditingSettings", ",\"properties\":{\"state\":\"Enabled\"}",
               false);
    /* "off" is there by name, so that it fails; "other" and "none" may have one that is not shown */
    CHECK_EQ_STR(reduce(&run, 0, ""), "p1 f1 n0 u2");
    CHECK_EQ_STR(run.results[0].findings.data[0].reason,
                 "the evidence does not show every 'microsoft.sql/servers/auditingsettings' that "
                 "hangs on it");
}

TEST(policy, what_is_missing_fails_only_where_the_evidence_is_whole) {
    const char *file =
        ASK("Microsoft.Sql/servers", "\"type\":\"Microsoft.Sql/servers/auditingSettings\"");
    static const struct {
        const char *complete, *expected;
    } rows[] = {{"", "p0 f0 n0 u1"},
                {"microsoft.sql/servers", "p0 f0 n0 u1"},
                {"microsoft.sql/servers/auditingsettings", "p0 f1 n0 u0"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        trial run = open_trial(&file, 1, NULL);
        put_record(&run, GROUP "Microsoft.Sql/servers/a", "Microsoft.Sql/servers", "", false);
        test_failure("%s", rows[i].complete);
        CHECK_EQ_STR(reduce(&run, 0, rows[i].complete), rows[i].expected);
    }
}

TEST(policy, an_extension_counts_on_the_resource_it_hangs_on) {
    const char *file =
        ASK("Microsoft.Compute/virtualMachines",
            "\"type\":\"Microsoft.Security/assessments\",\"name\":\"AAA\",\"existenceCondition\":{"
            "\"field\":\"Microsoft.Security/assessments/status.code\",\"in\":[\"Healthy\","
            "\"NotApplicable\"]}");
    trial run = open_trial(&file, 1, NULL);
    static const char *const rest = ",\"properties\":{\"status\":{\"code\":\"%s\"}}";
    const char *good = bd_str_format(test_arena(), rest, "Healthy").data;
    const char *bad = bd_str_format(test_arena(), rest, "Unhealthy").data;
    const char *type = "Microsoft.Security/assessments";
#define VM(name) GROUP "Microsoft.Compute/virtualMachines/" name
    put_record(&run, VM("a"), "Microsoft.Compute/virtualMachines", "", false);
    put_record(&run, VM("b"), "Microsoft.Compute/virtualMachines", "", false);
    put_record(&run, VM("c"), "Microsoft.Compute/virtualMachines", "", false);
    put_record(&run, VM("a") "/providers/Microsoft.Security/assessments/aaa", type, good, false);
    put_record(&run, VM("b") "/providers/Microsoft.Security/assessments/aaa", type, bad, false);
    put_record(&run, VM("b") "/providers/Microsoft.Security/assessments/bbb", type, good, false);
    put_record(&run, SUB "/providers/Microsoft.Security/assessments/aaa", type, good, false);
    CHECK_EQ_STR(reduce(&run, 0, "*"), "p1 f2 n0 u0");
}

TEST(policy, a_backup_item_counts_on_the_machine_it_names) {
    const char *file = ASK("Microsoft.Compute/virtualMachines",
                           "\"type\":\"Microsoft.RecoveryServices/backupprotecteditems\"");
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, VM("a"), "Microsoft.Compute/virtualMachines", "", false);
    put_record(&run, VM("b"), "Microsoft.Compute/virtualMachines", "", false);
    put_record(&run,
               GROUP "Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/protectionContainers/"
                     "c/protectedItems/i",
               "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/"
               "protectedItems",
               ",\"properties\":{\"sourceResourceId\":\"" VM("A") "\"}", false);
    CHECK_EQ_STR(reduce(&run, 0, "*"), "p1 f1 n0 u0");
}

#define VAULT "Microsoft.Network/networkWatchers"
#define IN_GROUP(group, id) SUB "/resourceGroups/" group "/providers/" id

TEST(policy, another_type_is_looked_for_in_the_group_or_the_subscription) {
    static const struct {
        const char *details, *expected;
    } rows[] = {
        {"\"type\":\"" VAULT "\"", "p1 f1 n0 u0"},
        {"\"type\":\"" VAULT "\",\"existenceScope\":\"subscription\"", "p2 f0 n0 u0"},
        {"\"type\":\"" VAULT "\",\"existenceScope\":\"ResourceGroup\"", "p1 f1 n0 u0"},
        {"\"type\":\"" VAULT "\",\"resourceGroupName\":\"G1\"", "p2 f0 n0 u0"},
        {"\"type\":\"" VAULT "\",\"resourceGroupName\":\"g3\"", "p0 f2 n0 u0"},
        {"\"type\":\"" VAULT "\",\"name\":\"[concat('n','1')]\"", "p1 f1 n0 u0"},
        {"\"type\":\"" VAULT "\",\"name\":\"n2\"", "p0 f2 n0 u0"},
        {"\"type\":\"" VAULT "\",\"name\":\"[concat('n', uniqueString(policy().assignmentId))]\"",
         "p0 f0 n0 u2"},
        {"\"type\":\"" VAULT "\",\"existenceCondition\":{\"field\":\"location\",\"equals\":\"x\"}",
         "p0 f2 n0 u0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *file =
            bd_str_format(test_arena(), ASK("Microsoft.Network/virtualNetworks", "%s"),
                          rows[i].details)
                .data;
        trial run = open_trial(&file, 1, NULL);
        put_record(&run, IN_GROUP("g1", "Microsoft.Network/virtualNetworks/a"),
                   "Microsoft.Network/virtualNetworks", ",\"location\":\"x\"", false);
        put_record(&run, IN_GROUP("g2", "Microsoft.Network/virtualNetworks/b"),
                   "Microsoft.Network/virtualNetworks", "", false);
        put_record(&run, IN_GROUP("G1", VAULT "/n1"), VAULT, ",\"location\":\"y\"", false);
        test_failure("%s", rows[i].details);
        CHECK_EQ_STR(reduce(&run, 0, "*"), rows[i].expected);
    }
}

TEST(policy, a_subscription_is_asked_for_what_is_anywhere_in_it) {
    const char *file = ASK("Microsoft.Resources/subscriptions",
                           "\"type\":\"Microsoft.Security/pricings\",\"name\":\"Arm\","
                           "\"existenceScope\":\"subscription\",\"existenceCondition\":{\"field\":"
                           "\"Microsoft.Security/pricings/pricingTier\",\"equals\":\"Standard\"}");
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, SUB, "Microsoft.Resources/subscriptions", "", true);
    put_record(&run, SUB "/providers/Microsoft.Security/pricings/Arm",
               "Microsoft.Security/pricings", ",\"properties\":{\"pricingTier\":\"Standard\"}",
               false);
    CHECK_EQ_STR(reduce(&run, 0, ""), "p1 f0 n0 u0");
}

/* The extension asks whether its machine has an identity: from the child up to its parent. */
TEST(policy, a_related_resource_may_be_the_parent) {
    const char *file = ASK("Microsoft.Compute/virtualMachines/extensions",
                           "\"type\":\"Microsoft.Compute/virtualMachines\",\"name\":\"[first(split("
                           "field('fullName'), '/'))]\",\"existenceCondition\":{\"field\":"
                           "\"identity.type\",\"contains\":\"SystemAssigned\"}");
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, VM("a"), "Microsoft.Compute/virtualMachines",
               ",\"identity\":{\"type\":\"SystemAssigned\"}", false);
    put_record(&run, VM("b"), "Microsoft.Compute/virtualMachines", "", false);
    put_record(&run, VM("a") "/extensions/e", "Microsoft.Compute/virtualMachines/extensions", "",
               false);
    put_record(&run, VM("b") "/extensions/e", "Microsoft.Compute/virtualMachines/extensions", "",
               false);
    CHECK_EQ_STR(reduce(&run, 0, ""), "p1 f1 n0 u0");
}

TEST(policy, where_the_condition_in_front_does_not_hold_nothing_is_asked) {
    const char *file =
        DEFINITION("os", "All", "{}",
                   "{\"if\":{\"allOf\":[{\"field\":\"type\",\"equals\":\"Microsoft.Compute/"
                   "virtualMachines\"},{\"field\":\"location\",\"equals\":\"x\"}]},\"then\":{"
                   "\"effect\":\"AuditIfNotExists\",\"details\":{\"type\":\"Microsoft.Compute/"
                   "virtualMachines/extensions\"}}}");
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, VM("a"), "Microsoft.Compute/virtualMachines", ",\"location\":\"X\"", false);
    put_record(&run, VM("b"), "Microsoft.Compute/virtualMachines", ",\"location\":\"y\"", false);
    CHECK_EQ_STR(reduce(&run, 0, "*"), "p0 f1 n1 u0");
}

/* ---- one resource in several files ---- */

TEST(policy, a_whole_record_counts_before_one_of_chosen_columns) {
    const char *file = DEFINITION("https", "All", "{}", HTTPS_RULE("Audit"));
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts", "", true);
    put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts",
               ",\"properties\":{\"supportsHttpsTrafficOnly\":true}", false);
    put_record(&run, ACCOUNT("A"), "Microsoft.Storage/storageAccounts", "", true);
    CHECK_EQ_STR(reduce(&run, 0, ""), "p1 f0 n0 u0");
}

TEST(policy, of_two_records_of_one_day_the_worse_counts) {
    const char *file = DEFINITION("https", "All", "{}", HTTPS_RULE("Audit"));
    trial run = open_trial(&file, 1, NULL);
    for (int i = 0; i < 2; i++) {
        put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts",
                   i == 0 ? ",\"properties\":{\"supportsHttpsTrafficOnly\":false}"
                          : ",\"properties\":{\"supportsHttpsTrafficOnly\":true}",
                   false);
    }
    CHECK_EQ_STR(reduce(&run, 0, ""), "p0 f1 n0 u0");
}

TEST(policy, a_record_of_a_type_that_no_policy_reads_gives_no_row) {
    const char *file = DEFINITION("https", "All", "{}", HTTPS_RULE("Audit"));
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, GROUP "Microsoft.Web/sites/a", "Microsoft.Web/sites", "", false);
    put_record(&run, "users/1", "graph/users", "", false);
    CHECK_EQ_INT(run.rows, 0);
    bd_sorter_close(run.sorter);
}

/* ---- parameters and initiatives ---- */

#define TIER_PARAMETERS                                                                            \
    "{\"effect\":{\"type\":\"String\",\"defaultValue\":\"Disabled\"},\"bad\":{\"type\":\"Array\"," \
    "\"defaultValue\":[\"x\"]}}"
#define TIER                                                                                       \
    DEFINITION("tier", "All", TIER_PARAMETERS,                                                     \
               "{\"if\":{\"allOf\":[" IS_STORAGE ",{\"field\":\"location\",\"in\":"                \
               "\"[parameters('bad')]\"}]},\"then\":{\"effect\":\"[parameters('effect')]\"}}")

TEST(policy, an_assignment_comes_before_the_defaults) {
    static const struct {
        const char *parameters, *expected;
        bd_policy_state state;
    } rows[] = {{NULL, "p0 f0 n0 u0", BD_POLICY_DISABLED},
                {"{\"effect\":{\"value\":\"audit\"}}", "p1 f0 n0 u0", BD_POLICY_RUNS},
                {"{\"Effect\":\"audit\",\"BAD\":{\"value\":[\"WestEurope\"]}}", "p0 f1 n0 u0",
                 BD_POLICY_RUNS}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *file = TIER;
        trial run = open_trial(&file, 1, rows[i].parameters);
        put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts",
                   ",\"location\":\"westeurope\"", false);
        test_failure("row %zu", i);
        CHECK_EQ_INT(bd_policies_at(run.policies, 0)->state, rows[i].state);
        CHECK_EQ_STR(reduce(&run, 0, ""), rows[i].expected);
    }
}

#define INITIATIVE                                                                                 \
    "{\"properties\":{\"displayName\":\"Set\",\"parameters\":{\"places\":{\"defaultValue\":["      \
    "\"westeurope\"]}},\"policyDefinitions\":[{\"policyDefinitionReferenceId\":\"one\","           \
    "\"policyDefinitionId\":\"/providers/microsoft.authorization/policydefinitions/TIER\","        \
    "\"groupNames\":[\"G_1\"],\"parameters\":{\"effect\":{\"value\":\"Audit\"},\"bad\":{"          \
    "\"value\":"                                                                                   \
    "\"[parameters('places')]\"}}},{\"policyDefinitionReferenceId\":\"two\","                      \
    "\"policyDefinitionId\":\"/providers/microsoft.authorization/policydefinitions/gone\"}]}}"

TEST(policy, an_initiative_hands_its_parameters_to_its_members) {
    const char *files[] = {INITIATIVE, TIER, DEFINITION("https", "All", "{}", HTTPS_RULE("Audit"))};
    trial run = open_trial(files, 3, NULL);
    CHECK_EQ_INT(bd_policies_count(run.policies), 2);
    const bd_policy *one = bd_policies_at(run.policies, 0), *two = bd_policies_at(run.policies, 1);
    CHECK_EQ_STR(one->initiative, "Set");
    CHECK_EQ_STR(one->reference, "one");
    CHECK_EQ_STR(one->groups.data[0], "G_1");
    CHECK_EQ_STR(one->title, "tier");
    CHECK_EQ_INT(two->state, BD_POLICY_ABSENT);
    put_record(&run, ACCOUNT("a"), "Microsoft.Storage/storageAccounts",
               ",\"location\":\"westeurope\"", false);
    CHECK_EQ_STR(reduce(&run, 0, ""), "p0 f1 n0 u0");
}

TEST(policy, of_two_files_with_one_id_the_higher_version_counts) {
    const bd_value *old = json("{\"properties\":{\"version\":\"1.9.0\"}}");
    const bd_value *new = json("{\"properties\":{\"metadata\":{\"version\":\"1.10.0\"}}}");
    CHECK(bd_policy_is_better(new, bd_str_of("b"), old, bd_str_of("a")));
    CHECK(!bd_policy_is_better(old, bd_str_of("a"), new, bd_str_of("b")));
    CHECK(bd_policy_is_better(old, bd_str_of("z/x"), old, bd_str_of("a/b/x")));
    CHECK(bd_policy_is_better(old, bd_str_of("a/x"), old, bd_str_of("b/x")));
}

/* ---- what is not understood ---- */

TEST(policy, what_is_not_understood_is_named_with_its_place) {
    static const struct {
        const char *file, *expected;
    } rows[] = {
        {DEFINITION("x", "Microsoft.Kubernetes.Data", "{}", HTTPS_RULE("audit")),
         "cannot use policy 'x' at '/mode': resources of mode 'Microsoft.Kubernetes.Data' are "
         "judged by their own service, expected All, Indexed or Microsoft.KeyVault.Data"},
        {DEFINITION("x", "All", "{}", HTTPS_RULE("[parameters('effect')]")),
         "cannot use policy 'x' at '/then/effect': the parameter 'effect' has no value"},
        {DEFINITION("x", "All", "{}",
                    "{\"if\":{\"not\":{\"field\":\"name\",\"near\":1}},\"then\":{\"effect\":"
                    "\"audit\"}}"),
         "cannot use policy 'x' at '/if/not': unknown operator 'near', the nearest known one is "
         "'not'"},
        {DEFINITION(
             "x", "All", "{}",
             "{\"if\":{\"field\":\"name\",\"equals\":\"[toLoower('a')]\"},\"then\":{\"effect\":"
             "\"audit\"}}"),
         "cannot use policy 'x' at '/if/equals': the template function 'toLoower' is not "
         "understood, the nearest known one is 'toLower'"},
        {DEFINITION("x", "All", "{}",
                    "{\"if\":{\"field\":\"request\",\"equals\":1},\"then\":{\"effect\":\"audit\"}"
                    "}"),
         "cannot use policy 'x' at '/if/field': 'request' is neither a field of all resources "
         "(name, fullName, id, type, kind, location, identity.type, tags) nor an alias such as "
         "'Microsoft.Storage/storageAccounts/networkAcls.bypass'"},
        {ASK("A.B/c", "\"kind\":\"x\",\"type\":\"A.B/d\""),
         "cannot use policy 'ask' at '/then/details': unknown key 'kind'"},
        {ASK("A.B/c", "\"name\":\"x\""),
         "cannot use policy 'ask' at '/then/details': expected an object with 'type'"},
        {ASK("A.B/c", "\"type\":\"A.B/d\",\"existenceScope\":\"tenant\""),
         "cannot use policy 'ask' at '/then/details/existenceScope': 'tenant' is unknown, expected "
         "'subscription' or 'resourceGroup'"},
        {ASK("A.B/c", "\"type\":\"A.B/d\",\"existenceCondition\":{\"anyOf\":[]}"),
         "cannot use policy 'ask' at '/then/details/existenceCondition/anyOf': expected an array "
         "of at least one condition"},
        {DEFINITION("x", "All", "{}", "{\"then\":{\"effect\":\"audit\"}}"),
         "cannot use policy 'x' at '/policyRule': expected 'if' and 'then' with 'effect'"},
        {DEFINITION("x", "All", "{}",
                    "{\"if\":" IS_STORAGE ",\"then\":{\"effect\":\"denyAction\"}}"),
         "cannot use policy 'x' at '/then/effect': the effect 'denyAction' is not understood"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(problem_of(rows[i].file), rows[i].expected);
    }
}

TEST(policy, an_initiative_without_ids_is_refused) {
    bd_policy_file file = {.path = BD_STR_INIT("set.json"),
                           .json = json("{\"policyDefinitions\":[{\"parameters\":{}}]}")};
    bd_policy_inputs inputs = {.files = &file, .count = 1};
    const bd_policies *made = NULL;
    bd_err err;
    bd_rc rc = bd_policies_build(&inputs, test_arena(), &made, &err);
    CHECK_FAILS(rc, err, BD_ERR_INPUT,
                "cannot use 'set.json' at '/policyDefinitions/0': 'policyDefinitionId' is absent");
}

TEST(policy, key_vaults_own_plane_has_types_of_its_own) {
    static const struct {
        const char *key, *type, *expected;
    } rows[] = {
        {"https://v.vault.azure.net/keys/k", "source/s21", "microsoft.keyvault.data/vaults/keys"},
        {"https://v.vault.azure.net/secrets/k/1", "source/s21",
         "microsoft.keyvault.data/vaults/secrets"},
        {"https://v.vault.azure.cn/certificates/k", "source/s21",
         "microsoft.keyvault.data/vaults/certificates"},
        {"https://example.com/keys/k", "source/s21", ""},
        {"users/1", "graph/users", ""},
        {"/subscriptions/s", "microsoft.resources/subscriptions",
         "microsoft.resources/subscriptions"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_record record = {.key = bd_str_of(rows[i].key), .type = bd_str_of(rows[i].type)};
        test_failure("%s", rows[i].key);
        CHECK_EQ_STR(bd_policy_type(&record), rows[i].expected);
    }
    const char *file =
        DEFINITION("expiry", "Microsoft.KeyVault.Data", "{}",
                   "{\"if\":{\"allOf\":[{\"field\":\"type\",\"equals\":\"Microsoft.KeyVault.Data/"
                   "vaults/keys\"},{\"field\":\"Microsoft.KeyVault.Data/vaults/keys/attributes."
                   "expiresOn\",\"exists\":false}]},\"then\":{\"effect\":\"Audit\"}}");
    trial run = open_trial(&file, 1, NULL);
    put_record(&run, "https://v.vault.azure.net/keys/a", "source/s21",
               ",\"attributes\":{\"exp\":1767225600}", false);
    put_record(&run, "https://v.vault.azure.net/keys/b", "source/s21", ",\"attributes\":{}", false);
    put_record(&run, "https://v.vault.azure.net/keys/c", "source/s21", "", false);
    CHECK_EQ_STR(reduce(&run, 0, ""), "p1 f1 n0 u1");
}
