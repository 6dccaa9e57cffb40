/* The checks of 7: over records, and over engagements of a month. */
#include "make_whole.h"

#include <string.h>

#define CENTRAL SCAN_IN_A "Microsoft.OperationalInsights/workspaces/central"
#define OTHER SCAN_IN_A "Microsoft.OperationalInsights/workspaces/other"
#define FACTS                                                                                      \
    "{'central_workspace':'" CENTRAL                                                               \
    "','slas':{'incident_ticket_minutes':30,'incident_response_minutes':60}}"
#define WORKSPACES                                                                                 \
    "{\"value\":[{\"id\":\"" CENTRAL                                                               \
    "\",\"name\":\"central\",\"type\":\"Microsoft.OperationalInsights/"                            \
    "workspaces\",\"properties\":{\"customerId\":\"x\"}}]}"
#define SUBSCRIPTIONS                                                                              \
    "{\"value\":[{\"id\":\"/subscriptions/" SCAN_SUB_A "\",\"subscriptionId\":\"" SCAN_SUB_A       \
    "\",\"tenantId\":\"t\",\"displayName\":\"a\",\"state\":\"Enabled\",\"managedByTenants\":[]},{" \
    "\"id\":\"/subscriptions/" SCAN_SUB_B "\",\"subscriptionId\":\"" SCAN_SUB_B                    \
    "\",\"tenantId\":\"t\",\"displayName\":\"b\",\"state\":\"Enabled\",\"managedByTenants\":[]}]}"
#define SUBSCRIPTIONS_AZ                                                                           \
    "[{\"cloudName\":\"AzureCloud\",\"homeTenantId\":\"t\",\"id\":\"" SCAN_SUB_A                   \
    "\",\"isDefault\":true,\"managedByTenants\":[],\"name\":\"a\",\"state\":\"Enabled\","          \
    "\"tenantId\":\"t\"}]"

TEST(checks_07, answer_as_the_cases_say) {
    whole_cases("07.case", 22);
}

/* ---- logs of critical apps (7.3 a) ---- */

#define SITE SCAN_IN_A "Microsoft.Web/sites/s"
#define SITE_LOG(name) "{\"category\":\"" name "\",\"enabled\":true}"
#define WEB_LOGS SITE_LOG("AppServiceHTTPLogs") "," SITE_LOG("AppServiceAuditLogs")

#define SITE_LIST                                                                                  \
    "{\"value\":[{\"id\":\"" SITE "\",\"name\":\"s\",\"type\":\"Microsoft.Web/sites\","             \
    "\"kind\":\"app\",\"properties\":{\"httpsOnly\":true}}]}"
#define SITE_SETTING(of)                                                                           \
    "{\"value\":[{\"id\":\"" of "/providers/microsoft.insights/diagnosticSettings/d\",\"name\":"    \
    "\"d\",\"type\":\"Microsoft.Insights/diagnosticSettings\",\"properties\":{\"workspaceId\":"   \
    "\"" CENTRAL "\",\"logs\":[" WEB_LOGS "]}}]}"
#define NO_SETTING                                                                                 \
    ",\"source\":\"S25r\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"" SITE "\"]}"

/* What a slot logs is not what its site logs. */
TEST(checks_07, the_logs_of_a_slot_are_not_those_of_its_app) {
    static const struct {
        const char *setting;
        bool is_empty;
        const char *expected;
    } rows[] = {
        {SITE_SETTING(SITE), false, "pass"},
        {SITE_SETTING(SITE "/slots/staging"), false, "cannot-tell"},
        {SITE_SETTING(SITE "/slots/staging"), true, "fail"},
        {NULL, true, "fail"},
        {NULL, false, "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{'critical_resources':['" SITE "']}");
        whole_add(w, SITE_LIST, "");
        if (rows[i].setting != NULL) {
            whole_add(w, rows[i].setting, "");
        }
        if (rows[i].is_empty) {
            whole_add(w, "{\"value\":[]}", NO_SETTING);
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "resource-logs-appservice"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

TEST(checks_07, the_logs_of_functions_count_for_function_apps_only) {
    static const struct {
        const char *kind, *logs, *app, *function;
    } rows[] = {
        {"app,linux", WEB_LOGS, "pass", "not-applicable"},
        {"app,linux", SITE_LOG("FunctionAppLogs"), "fail", "not-applicable"},
        {"functionapp,linux", SITE_LOG("FunctionAppLogs"), "not-applicable", "pass"},
        {"functionapp", WEB_LOGS, "not-applicable", "pass"},
        {"functionapp", SITE_LOG("AppServiceConsoleLogs"), "not-applicable", "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{'critical_resources':['" SITE "']}");
        bd_str site = bd_str_format(test_arena(),
                                    "{\"value\":[{\"id\":\"" SITE "\",\"name\":\"s\",\"type\":"
                                    "\"Microsoft.Web/sites\",\"kind\":\"%s\",\"properties\":{"
                                    "\"httpsOnly\":true}}]}",
                                    rows[i].kind);
        bd_str setting = bd_str_format(
            test_arena(),
            "{\"value\":[{\"id\":\"" SITE "/providers/microsoft.insights/diagnosticSettings/d\","
            "\"name\":\"d\",\"type\":\"Microsoft.Insights/diagnosticSettings\",\"properties\":{"
            "\"workspaceId\":\"" CENTRAL "\",\"logs\":[%s]}}]}",
            rows[i].logs);
        whole_add(w, site.data, "");
        whole_add(w, setting.data, "");
        whole_judge(w);
        bd_str app = bd_str_of(whole_verdict(w, "resource-logs-appservice"));
        bd_str function = bd_str_of(whole_verdict(w, "resource-logs-functionapp"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(app, rows[i].app);
        CHECK_EQ_STR(function, rows[i].function);
    }
}

typedef struct {
    const char *files[5], *expected;
} row;

static void check_rows(const char *check, const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        whole *w = whole_open(FACTS);
        for (size_t f = 0; f < BD_COUNT(rows[i].files) && rows[i].files[f] != NULL; f++) {
            /* "members of the sidecar|content" */
            const char *content = strchr(rows[i].files[f], '|');
            bool is_inventory = strstr(rows[i].files[f], "totalRecords") != NULL;
            bd_str more = content == NULL
                              ? (is_inventory ? BD_STR(",\"source\":\"S77\"") : BD_STR(""))
                              : bd_str_sub(bd_str_of(rows[i].files[f]), 0,
                                           (size_t)(content - rows[i].files[f]));
            whole_add(w, content == NULL ? rows[i].files[f] : content + 1,
                      bd_str_z(test_arena(), more));
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, check));
        scan_bench_close(&w->bench);
        test_failure("%s, row %zu: %.*s", check, i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
#define ROWS(check, rows) check_rows((check), (rows), BD_COUNT(rows))

/* ---- Entra ID's log ---- */

#define ENTRA(name, workspace, logs)                                                               \
    "{\"id\":\"/providers/microsoft.aadiam/diagnosticSettings/" name "\",\"name\":\"" name         \
    "\",\"type\":null,\"properties\":{\"workspaceId\":\"" workspace "\",\"logs\":[" logs "]}}"
#define LOG(category, enabled) "{\"category\":\"" category "\",\"enabled\":" enabled "}"
#define VALUE(items) "{\"value\":[" items "]}"

TEST(checks_07, settings_of_entra_may_split_the_categories) {
    static const row rows[] = {
        {{WORKSPACES, VALUE(ENTRA("a", CENTRAL, LOG("AuditLogs", "true")) "," ENTRA(
                          "b", CENTRAL, LOG("SignInLogs", "true")))},
         "pass"},
        {{WORKSPACES, VALUE(ENTRA("a", CENTRAL, LOG("AuditLogs", "false")))}, "fail"},
        {{WORKSPACES, VALUE(ENTRA("a", OTHER, LOG("AuditLogs", "true")))}, "fail"},
        {{WORKSPACES, VALUE(ENTRA("a", "", LOG("AuditLogs", "true")))}, "fail"}, /* storage only */
        {{WORKSPACES,
          VALUE(
              ENTRA("a",
                    "/SUBSCRIPTIONS/" SCAN_SUB_A
                    "/resourcegroups/RG/providers/microsoft.operationalinsights/workspaces/CENTRAL",
                    LOG("auditlogs", "true")))},
         "pass"},
        {{WORKSPACES}, "cannot-tell"},
        {{VALUE(ENTRA("a", CENTRAL, LOG("AuditLogs", "true")))},
         "missing"}, /* is there such a workspace? */
    };
    ROWS("entra-auditlogs-exported", rows);
    static const row sign_ins[] = {
        {{WORKSPACES, VALUE(ENTRA("a", CENTRAL, LOG("AuditLogs", "true")) "," ENTRA(
                          "b", CENTRAL, LOG("SignInLogs", "true")))},
         "pass"},
        {{WORKSPACES, VALUE(ENTRA("a", CENTRAL, LOG("AuditLogs", "true")))}, "fail"},
        {{WORKSPACES, VALUE(ENTRA("a", CENTRAL, LOG("NonInteractiveUserSignInLogs", "true")))},
         "fail"},
    };
    ROWS("entra-signinlogs-exported", sign_ins);
}

#define TABLE(name, days)                                                                          \
    "{\"id\":\"" CENTRAL "/tables/" name "\",\"name\":\"" name                                     \
    "\",\"type\":\"Microsoft.OperationalInsights/workspaces/"                                      \
    "tables\",\"properties\":{\"plan\":\"Analytics\",\"totalRetentionInDays\":" days "}}"

TEST(checks_07, a_table_is_kept_as_long_as_policy_says) {
    static const row rows[] = {
        {{WORKSPACES, VALUE(TABLE("AuditLogs", "365") "," TABLE("SigninLogs", "30"))}, "pass"},
        {{WORKSPACES, VALUE(TABLE("AuditLogs", "364") "," TABLE("SigninLogs", "730"))}, "fail"},
        {{WORKSPACES, VALUE(TABLE("SigninLogs", "730"))}, "fail"},
        {{WORKSPACES}, "cannot-tell"},
    };
    ROWS("entra-auditlogs-kept", rows);
}

/* ---- the activity log ---- */

#define SETTING(sub, workspace, logs)                                                              \
    "{\"id\":\"subscriptions/" sub "/providers/AzureResourceManager/diagnosticSettings/"           \
    "d\",\"type\":null,\"name\":\"d\",\"properties\":{\"workspaceId\":" workspace                  \
    ",\"logs\":[" logs "]}}"
#define FOUR                                                                                       \
    LOG("Administrative", "true")                                                                  \
    "," LOG("Security", "true") "," LOG("Policy", "true") "," LOG("Alert", "true")
#define THREE                                                                                      \
    LOG("Administrative", "true")                                                                  \
    "," LOG("Security", "true") "," LOG("Policy", "true") "," LOG("Alert", "false")
#define ALL "{\"categoryGroup\":\"allLogs\",\"enabled\":true}"

TEST(checks_07, each_subscription_in_scope_sends_its_activity_log_to_the_one_workspace) {
    static const row rows[] = {
        {{SUBSCRIPTIONS, VALUE(SETTING(SCAN_SUB_A, "\"" CENTRAL "\"", FOUR))},
         "pass"}, /* B is not in scope */
        {{SUBSCRIPTIONS, VALUE(SETTING(SCAN_SUB_A, "\"" CENTRAL "\"", ALL))}, "pass"},
        {{SUBSCRIPTIONS_AZ, VALUE(SETTING(SCAN_SUB_A, "\"" CENTRAL "\"", ALL))}, "pass"},
        {{SUBSCRIPTIONS, VALUE(SETTING(SCAN_SUB_A, "\"" CENTRAL "\"", THREE))}, "fail"},
        {{SUBSCRIPTIONS, VALUE(SETTING(SCAN_SUB_A, "\"" OTHER "\"", FOUR))}, "fail"},
        {{SUBSCRIPTIONS,
          VALUE(SETTING(SCAN_SUB_A, "\"" CENTRAL "\"", LOG("Administrative", "true")) "," SETTING(
              SCAN_SUB_A, "\"" OTHER "\"", FOUR))},
         "fail"},
        {{SUBSCRIPTIONS, VALUE(SETTING(SCAN_SUB_B, "\"" CENTRAL "\"", FOUR))}, "cannot-tell"},
        {{SUBSCRIPTIONS}, "cannot-tell"},
        {{VALUE(SETTING(SCAN_SUB_A, "\"" CENTRAL "\"", FOUR))}, "missing"},
    };
    ROWS("activity-log-central", rows);
}

#define SETTING_NAMED(sub, name, workspace, logs)                                                  \
    "{\"id\":\"subscriptions/" sub "/providers/AzureResourceManager/diagnosticSettings/" name      \
    "\",\"type\":null,\"name\":\"" name "\",\"properties\":{\"workspaceId\":" workspace           \
    ",\"logs\":[" logs "]}}"
/* As `az monitor diagnostic-settings subscription list` prints it. */
#define SETTING_AZ(sub, name, workspace, logs)                                                     \
    "{\"id\":\"/subscriptions/" sub "/providers/microsoft.insights/diagnosticSettings/" name      \
    "\",\"name\":\"" name "\",\"storageAccountId\":null,\"workspaceId\":" workspace                \
    ",\"logs\":[" logs "]}"
#define TWO LOG("Administrative", "true") "," LOG("Security", "true")
#define OTHER_TWO LOG("Policy", "true") "," LOG("Alert", "true")

TEST(checks_07, several_settings_of_a_subscription_share_the_categories_of_its_activity_log) {
    static const row rows[] = {
        {{SUBSCRIPTIONS, VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                               SETTING_NAMED(SCAN_SUB_A, "b", "\"" CENTRAL "\"", OTHER_TWO))},
         "pass"},
        {{SUBSCRIPTIONS_AZ, "[" SETTING_AZ(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                            SETTING_AZ(SCAN_SUB_A, "b", "\"" CENTRAL "\"", OTHER_TWO) "]"},
         "pass"},
        {{SUBSCRIPTIONS, VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                               SETTING_NAMED(SCAN_SUB_A, "b", "\"" OTHER "\"", OTHER_TWO))},
         "fail"},
        {{SUBSCRIPTIONS, VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                               SETTING_NAMED(SCAN_SUB_A, "b", "null", OTHER_TWO))},
         "fail"}, /* those go to storage at most */
        {{SUBSCRIPTIONS, VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                               SETTING_NAMED(SCAN_SUB_B, "b", "\"" CENTRAL "\"", OTHER_TWO))},
         "fail"}, /* and those are of another subscription */
        {{SUBSCRIPTIONS,
          VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                "{\"id\":\"subscriptions/" SCAN_SUB_A "/providers/AzureResourceManager/"
                "diagnosticSettings/b\",\"name\":\"b\",\"properties\":{\"workspaceId\":\"" CENTRAL
                "\"}}")},
         "cannot-tell"}, /* what b sends is not shown */
        {{SUBSCRIPTIONS, VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO) ","
                               SETTING_NAMED(SCAN_SUB_A, "b", "\"" CENTRAL "\"", OTHER_TWO) ","
                               SETTING_NAMED(SCAN_SUB_A, "b", "\"" CENTRAL "\"",
                                             LOG("Policy", "true") "," LOG("Alert", "false")))},
         "fail"}, /* told twice: the worse answer holds */
    };
    ROWS("activity-log-central", rows);
}

/* ---- several settings of one resource (7.3 a) ---- */

#define ACCOUNT SCAN_IN_A "Microsoft.Storage/storageAccounts/s"
#define ACCOUNTS                                                                                   \
    VALUE("{\"id\":\"" ACCOUNT "\",\"name\":\"s\",\"type\":\"Microsoft.Storage/storageAccounts\","  \
          "\"kind\":\"StorageV2\",\"properties\":{\"supportsHttpsTrafficOnly\":true}}")
#define PART_SETTING(of, name, target, logs)                                                       \
    "{\"id\":\"" of "/providers/microsoft.insights/diagnosticSettings/" name "\",\"name\":\"" name  \
    "\",\"type\":\"Microsoft.Insights/diagnosticSettings\",\"properties\":{" target                 \
    ",\"logs\":[" logs "]}}"
#define PART_SETTING_AZ(of, name, target, logs)                                                    \
    "{\"id\":\"" of "/providers/microsoft.insights/diagnosticSettings/" name "\",\"name\":\"" name  \
    "\",\"type\":\"Microsoft.Insights/diagnosticSettings\",\"eventHubName\":null," target           \
    ",\"logs\":[" logs "]}"
#define BLOBS ACCOUNT "/blobServices/default"
#define FILES ACCOUNT "/fileServices/default"
#define TO_WORKSPACE "\"workspaceId\":\"" CENTRAL "\""
#define TO_STORAGE "\"workspaceId\":null,\"storageAccountId\":\"/subscriptions/s/x\""
#define TO_NOBODY "\"workspaceId\":null,\"storageAccountId\":null"
#define READS LOG("StorageRead", "true") "," LOG("StorageWrite", "false")
#define WRITES LOG("StorageWrite", "true") "," LOG("StorageDelete", "true")

static void check_shared(const char *check, const char *critical, const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_str facts = bd_str_format(test_arena(), "{'critical_resources':['%s']}", critical);
        whole *w = whole_open(bd_str_z(test_arena(), facts));
        for (size_t f = 0; f < BD_COUNT(rows[i].files) && rows[i].files[f] != NULL; f++) {
            whole_add(w, rows[i].files[f], "");
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, check));
        scan_bench_close(&w->bench);
        test_failure("%s, row %zu: %.*s", check, i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

TEST(checks_07, several_settings_of_an_account_share_the_categories_of_its_blobs) {
    static const row rows[] = {
        {{ACCOUNTS, VALUE(PART_SETTING(BLOBS, "a", TO_WORKSPACE, READS) ","
                          PART_SETTING(BLOBS, "b", TO_STORAGE, WRITES))},
         "pass"},
        {{ACCOUNTS, "[" PART_SETTING_AZ(BLOBS, "a", TO_WORKSPACE, READS) ","
                    PART_SETTING_AZ(BLOBS, "b", TO_STORAGE, WRITES) "]"},
         "pass"},
        {{ACCOUNTS, VALUE(PART_SETTING(BLOBS, "a", TO_WORKSPACE, READS))},
         "fail"},
        {{ACCOUNTS, VALUE(PART_SETTING(BLOBS, "a", TO_WORKSPACE, READS) ","
                          PART_SETTING(BLOBS, "b", TO_NOBODY, WRITES))},
         "fail"},
        {{ACCOUNTS, VALUE(PART_SETTING(BLOBS, "a", TO_WORKSPACE, READS) ","
                          PART_SETTING(FILES, "b", TO_WORKSPACE, WRITES))},
         "fail"}, /* of the file service */
        {{ACCOUNTS, VALUE(PART_SETTING(BLOBS, "a", TO_WORKSPACE, READS) ","
                          PART_SETTING(BLOBS, "b", TO_WORKSPACE, WRITES)),
          NULL},
         "pass"},
    };
    check_shared("resource-logs-storage", ACCOUNT, rows, BD_COUNT(rows));
}

#define SITES VALUE("{\"id\":\"" SITE "\",\"name\":\"s\",\"type\":\"Microsoft.Web/sites\",\"kind\":\"app\"}")
#define FUNCTIONS                                                                                  \
    VALUE("{\"id\":\"" SITE "\",\"name\":\"s\",\"type\":\"Microsoft.Web/sites\",\"kind\":"         \
          "\"functionapp\"}")
#define HTTP SITE_LOG("AppServiceHTTPLogs")
#define AUDIT SITE_LOG("AppServiceAuditLogs")

TEST(checks_07, several_settings_of_an_app_share_its_categories) {
    static const row apps[] = {
        {{SITES, VALUE(PART_SETTING(SITE, "a", TO_WORKSPACE, HTTP) ","
                       PART_SETTING(SITE, "b", TO_STORAGE, AUDIT))},
         "pass"},
        {{SITES, VALUE(PART_SETTING(SITE, "a", TO_WORKSPACE, HTTP) ","
                       PART_SETTING(SITE "/slots/x", "b", TO_STORAGE, AUDIT))},
         "fail"},
        {{SITES, VALUE(PART_SETTING(SITE, "a", TO_WORKSPACE, HTTP) ","
                       PART_SETTING(SITE, "b", TO_NOBODY, AUDIT))},
         "fail"},
    };
    static const row functions[] = {
        {{FUNCTIONS, VALUE(PART_SETTING(SITE, "a", TO_WORKSPACE, SITE_LOG("FunctionAppLogs")))},
         "pass"},
        {{FUNCTIONS, VALUE(PART_SETTING(SITE, "a", TO_WORKSPACE, HTTP) ","
                           PART_SETTING(SITE, "b", TO_STORAGE, AUDIT))},
         "pass"},
        {{FUNCTIONS, VALUE(PART_SETTING(SITE, "a", TO_WORKSPACE, HTTP))}, "fail"},
    };
    check_shared("resource-logs-appservice", SITE, apps, BD_COUNT(apps));
    check_shared("resource-logs-functionapp", SITE, functions, BD_COUNT(functions));
}

/* ---- what Azure Policy says of the settings (7.3 a): shown beside ours, and never ours ---- */

#define VAULT SCAN_IN_A "Microsoft.KeyVault/vaults/v"
#define VAULTS VALUE("{\"id\":\"" VAULT "\",\"name\":\"v\",\"type\":\"Microsoft.KeyVault/vaults\",\"properties\":{}}")
#define STATE_OF(policy, state)                                                                    \
    "{\"@odata.context\":\"https://management.azure.com/subscriptions/" SCAN_SUB_A                 \
    "/providers/Microsoft.PolicyInsights/policyStates/$metadata#latest\",\"@odata.count\":1,"      \
    "\"value\":[{\"timestamp\":\"2026-01-15T05:00:00Z\",\"resourceId\":\"" VAULT                    \
    "\",\"policyDefinitionName\":\"" policy "\",\"policyDefinitionAction\":\"auditifnotexists\","   \
    "\"policySetDefinitionName\":\"53ad89f5-8542-49e9-ba81-1cbd686e0d52\",\"complianceState\":\""   \
    state "\",\"policyDefinitionGroupNames\":[\"soc_2023_cc7.2\"]}]}"

TEST(checks_07, a_policy_state_of_the_settings_neither_passes_nor_fails_them) {
    static const row rows[] = {
        {{VAULTS, STATE_OF("cf820ca0-f99e-4f3e-84fb-66e913812d21", "Compliant")}, "cannot-tell"},
        {{VAULTS, STATE_OF("cf820ca0-f99e-4f3e-84fb-66e913812d21", "NonCompliant")}, "cannot-tell"},
        {{VAULTS, STATE_OF("cf820ca0-f99e-4f3e-84fb-66e913812d21", "Compliant"),
          VALUE(PART_SETTING(VAULT, "a", TO_NOBODY, LOG("AuditEvent", "true")))},
         "fail"},
        {{VAULTS, STATE_OF("cf820ca0-f99e-4f3e-84fb-66e913812d21", "NonCompliant"),
          VALUE(PART_SETTING(VAULT, "a", TO_WORKSPACE, LOG("AuditEvent", "true")))},
         "pass"},
    };
    check_shared("resource-logs-keyvault", VAULT, rows, BD_COUNT(rows));
    whole *w = whole_open("{'critical_resources':['" VAULT "']}");
    const bd_check *check = bd_catalog_check(w->bench.plan.catalog, BD_STR("resource-logs-keyvault"));
    CHECK_EQ_STR(check->same_as.data[0], "cf820ca0-f99e-4f3e-84fb-66e913812d21"); /* side by side */
    scan_bench_close(&w->bench);
}

/* A fail names all that is missing, and nothing else. */
TEST(checks_07, a_fail_of_shared_categories_names_those_that_are_missing) {
    whole *w = whole_open(FACTS);
    whole_add(w, SUBSCRIPTIONS, "");
    whole_add(w, VALUE(SETTING_NAMED(SCAN_SUB_A, "a", "\"" CENTRAL "\"", TWO)), "");
    whole_judge(w);
    CHECK_EQ_STR(whole_reason(w, "activity-log-central"),
                 "categories that no diagnostic setting sends to the central workspace: Policy, Alert");
    CHECK_EQ_STR(whole_reason(w, "activity-log-exported"),
                 "settings that send the category to a destination: 0 of 1, at least 1 expected of "
                 "each: Policy, Alert");
    scan_bench_close(&w->bench);
}

/* ---- Sentinel ---- */

#define SENTINEL "/providers/Microsoft.SecurityInsights/"
#define STATE(workspace)                                                                           \
    "{\"value\":[{\"id\":\"" workspace SENTINEL                                                    \
    "onboardingStates/default\",\"name\":\"default\",\"type\":\"Microsoft.SecurityInsights/"       \
    "onboardingStates\",\"properties\":{}}]}"
#define NAMED(workspace, name)                                                                     \
    "{\"value\":[{\"id\":\"" workspace SENTINEL "onboardingStates/" name "\",\"name\":\"" name    \
    "\",\"type\":\"Microsoft.SecurityInsights/onboardingStates\",\"properties\":{}}]}"
#define STATES_AZ(workspace)                                                                       \
    "[{\"customerManagedKey\":false,\"etag\":\"e\",\"id\":\"" workspace SENTINEL                  \
    "onboardingStates/default\",\"name\":\"default\",\"resourceGroup\":\"rg\",\"systemData\":"    \
    "null,\"type\":\"Microsoft.SecurityInsights/onboardingStates\"}]"
#define SIDECAR(source, kind, id)                                                                  \
    ",\"source\":\"" source "\",\"scope\":{\"kind\":\"" kind "\",\"ids\":[\"" id "\"]}|"
#define NONE(workspace)                                                                            \
    SIDECAR("S40", "workspace", workspace) "{\"value\":[]}"
#define NONE_REQUESTED(workspace)                                                                  \
    ",\"source\":\"S40\",\"request\":\"GET https://management.azure.com" workspace SENTINEL      \
    "onboardingStates?api-version=2024-03-01\"|{\"value\":[]}"
#define CENTRAL_LOWER                                                                              \
    "/subscriptions/" SCAN_SUB_A                                                                   \
    "/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/central"
#define ALERT_RULE(workspace, kind, members)                                                       \
    "{\"value\":[{\"id\":\"" workspace SENTINEL                                                    \
    "alertRules/r\",\"name\":\"r\",\"type\":\"Microsoft.SecurityInsights/"                         \
    "alertRules\",\"kind\":\"" kind "\",\"properties\":{" members "}}]}"

#define SOLUTION(workspace, more)                                                                  \
    "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[{\"id\":\"" SCAN_IN_A     \
    "Microsoft.OperationsManagement/solutions/SecurityInsights(" workspace ")\",\"name\":"         \
    "\"SecurityInsights(" workspace ")\",\"type\":\"microsoft.operationsmanagement/solutions\","     \
    "\"subscriptionId\":\"" SCAN_SUB_A "\"" more "}]}"

TEST(checks_07, sentinel_watches_the_central_workspace) {
    static const row states[] = {
        {{WORKSPACES, STATE(CENTRAL)}, "pass"},
        {{WORKSPACES}, "cannot-tell"},
        /* what another workspace answers says nothing of this one */
        {{WORKSPACES, STATE(OTHER)}, "cannot-tell"},
        {{WORKSPACES, STATE(OTHER), STATE(CENTRAL)}, "pass"},
        {{WORKSPACES, STATES_AZ(OTHER)}, "cannot-tell"},
        {{WORKSPACES, STATES_AZ(CENTRAL)}, "pass"},
        {{WORKSPACES, NONE(OTHER)}, "cannot-tell"},
        /* asked, and it has none */
        {{WORKSPACES, NONE(CENTRAL)}, "fail"},
        {{WORKSPACES, NONE(CENTRAL_LOWER)}, "fail"},
        {{WORKSPACES, NONE_REQUESTED(CENTRAL)}, "fail"},
        {{WORKSPACES, NONE_REQUESTED(OTHER)}, "cannot-tell"},
        {{WORKSPACES, STATE(OTHER), NONE(CENTRAL)}, "fail"},
        {{WORKSPACES, STATE(CENTRAL), NONE(OTHER)}, "pass"},
        {{WORKSPACES, NAMED(CENTRAL, "other")}, "fail"},
        /* nobody says who was asked, or the records belie who says it */
        {{WORKSPACES, ",\"source\":\"S40\"|{\"value\":[]}"}, "cannot-tell"},
        {{WORKSPACES, SIDECAR("S40", "subscription", "/subscriptions/" SCAN_SUB_A) "{\"value\":[]}"},
         "cannot-tell"},
        {{WORKSPACES, SIDECAR("S40", "workspace", CENTRAL) STATE(OTHER)},
         "cannot-tell"},
        {{WORKSPACES, SIDECAR("S40", "workspace", OTHER) STATE(CENTRAL)}, "pass"},
    };
    ROWS("sentinel-onboarded", states);
    static const row legacy[] = {
        {{WORKSPACES, STATE(OTHER), SOLUTION("central", "")}, "cannot-tell"},
        {{WORKSPACES, NONE(CENTRAL), SOLUTION("central", "")}, "cannot-tell"},
        {{WORKSPACES, NONE(CENTRAL), SOLUTION("other", "")}, "fail"}, /* of another workspace */
        {{WORKSPACES, STATE(OTHER), SOLUTION("other", "")}, "cannot-tell"},
        {{WORKSPACES, STATE(OTHER),
          SOLUTION("x", ",\"properties\":{\"workspaceResourceId\":\"" CENTRAL "\"}")},
         "cannot-tell"},
        {{WORKSPACES, STATE(CENTRAL), SOLUTION("central", "")}, "pass"},
        {{WORKSPACES, SOLUTION("central", "")}, "cannot-tell"},
    };
    ROWS("sentinel-onboarded", legacy);
    static const row rows[] = {
        {{WORKSPACES, ALERT_RULE(CENTRAL, "Scheduled", "\"enabled\":true,\"severity\":\"High\"")},
         "pass"},
        {{WORKSPACES, ALERT_RULE(CENTRAL, "NRT", "\"enabled\":true,\"severity\":\"high\"")},
         "pass"},
        {{WORKSPACES, ALERT_RULE(CENTRAL, "Scheduled", "\"enabled\":false,\"severity\":\"High\"")},
         "fail"},
        {{WORKSPACES, ALERT_RULE(CENTRAL, "Scheduled", "\"enabled\":true,\"severity\":\"Medium\"")},
         "fail"},
        {{WORKSPACES, ALERT_RULE(CENTRAL, "MicrosoftSecurityIncidentCreation",
                                 "\"enabled\":true,\"severitiesFilter\":[\"High\"]")},
         "fail"},
        {{WORKSPACES, ALERT_RULE(OTHER, "Scheduled", "\"enabled\":true,\"severity\":\"High\"")},
         "cannot-tell"},
        {{WORKSPACES, ALERT_RULE(OTHER, "Scheduled", "\"enabled\":true,\"severity\":\"High\""),
          ALERT_RULE(CENTRAL, "Scheduled", "\"enabled\":true,\"severity\":\"Low\"")},
         "fail"},
        {{WORKSPACES, SIDECAR("S41", "workspace", CENTRAL) "{\"value\":[]}"}, "fail"},
        {{WORKSPACES, ALERT_RULE(CENTRAL, "Fusion", "\"enabled\":true,\"severity\":\"High\"")},
         "pass"},
        /* as in a workspace that the Defender portal manages */
        {{WORKSPACES, ALERT_RULE(CENTRAL, "Fusion", "\"enabled\":false,\"severity\":\"High\"")},
         "cannot-tell"},
    };
    ROWS("sentinel-high-rules", rows);
}

#define PLAYBOOK SCAN_IN_A "Microsoft.Logic/workflows/ticket"
#define AUTOMATION(logic)                                                                          \
    "{\"value\":[{\"id\":\"" CENTRAL SENTINEL                                                      \
    "automationRules/a\",\"name\":\"a\",\"type\":\"Microsoft.SecurityInsights/"                    \
    "automationRules\",\"properties\":{\"triggeringLogic\":{" logic                                \
    "},\"actions\":[{\"order\":1,\"actionType\":\"RunPlaybook\",\"actionConfiguration\":{"         \
    "\"logicAppResourceId\":\"" PLAYBOOK "\"}}]}}]}"
#define CREATED "\"isEnabled\":true,\"triggersOn\":\"Incidents\",\"triggersWhen\":\"Created\""
#define NARROWED(name, op, value)                                                                  \
    ",\"conditions\":[{\"conditionType\":\"Property\",\"conditionProperties\":{\"propertyName\":"  \
    "\"" name "\",\"operator\":\"" op "\",\"propertyValues\":[\"" value "\"]}}]"
#define FLOWS(state)                                                                               \
    "{\"value\":[{\"id\":\"" PLAYBOOK "\",\"name\":\"ticket\",\"type\":\"Microsoft.Logic/"         \
    "workflows\",\"properties\":{\"state\":\"" state "\"}}]}"

TEST(checks_07, a_route_is_one_that_every_high_incident_reaches) {
    static const row rows[] = {
        {{WORKSPACES, AUTOMATION(CREATED ",\"conditions\":[]")}, "pass"},
        {{WORKSPACES, AUTOMATION(CREATED NARROWED("IncidentSeverity", "Equals", "High"))}, "pass"},
        {{WORKSPACES, AUTOMATION(CREATED NARROWED("IncidentSeverity", "Equals", "Low"))},
         "cannot-tell"},
        {{WORKSPACES, AUTOMATION(CREATED NARROWED("IncidentSeverity", "NotEquals", "Low"))},
         "pass"},
        {{WORKSPACES,
          AUTOMATION(CREATED NARROWED("IncidentRelatedAnalyticRuleIds", "Contains", "/r"))},
         "cannot-tell"},
        {{WORKSPACES, AUTOMATION(CREATED ",\"expirationTimeUtc\":\"2025-12-31T00:00:00Z\"")},
         "cannot-tell"},
        {{WORKSPACES,
          AUTOMATION(
              "\"isEnabled\":false,\"triggersOn\":\"Incidents\",\"triggersWhen\":\"Created\"")},
         "cannot-tell"},
        {{WORKSPACES,
          AUTOMATION("\"isEnabled\":true,\"triggersOn\":\"Alerts\",\"triggersWhen\":\"Created\"")},
         "cannot-tell"},
    };
    ROWS("incident-route", rows);
    static const row playbooks[] = {
        {{AUTOMATION(CREATED), FLOWS("Enabled")}, "pass"},
        {{AUTOMATION(CREATED), FLOWS("Disabled")}, "fail"},
        {{AUTOMATION(CREATED)}, "cannot-tell"}, /* as one of another tenant */
        {{AUTOMATION(
              "\"isEnabled\":false,\"triggersOn\":\"Incidents\",\"triggersWhen\":\"Created\""),
          FLOWS("Disabled")},
         "not-applicable"},
    };
    ROWS("incident-route-playbook", playbooks);
}

/* ---- Defender ---- */

#define PLAN(members)                                                                              \
    "{\"value\":[{\"id\":\"/subscriptions/" SCAN_SUB_A "/providers/Microsoft.Security/pricings/"   \
    "VirtualMachines\",\"name\":\"VirtualMachines\",\"type\":\"Microsoft.Security/"                \
    "pricings\",\"properties\":{" members "}}]}"
#define PLAN_OF_MACHINE                                                                            \
    "{\"value\":[{\"id\":\"" SCAN_IN_A "Microsoft.Compute/virtualMachines/v/providers/"            \
    "Microsoft.Security/pricings/VirtualMachines\",\"name\":\"VirtualMachines\",\"type\":"         \
    "\"Microsoft.Security/pricings\",\"properties\":{\"pricingTier\":\"Standard\",\"subPlan\":"   \
    "\"P1\",\"resourcesCoverageStatus\":\"FullyCovered\"}}]}"
#define PROVIDER(name)                                                                             \
    "{\"value\":[{\"id\":\"subscriptions/" SCAN_SUB_A                                              \
    "/providers/Microsoft.Security/serverVulnerabilityAssessmentsSettings/"                        \
    "azureServersSetting\",\"name\":\"azureServersSetting\",\"type\":\"Microsoft.Security/"        \
    "serverVulnerabilityAssessmentsSettings\",\"kind\":\"AzureServersSetting\",\"properties\":{"   \
    "\"selectedProvider\":\"" name "\"}}]}"

TEST(checks_07, servers_are_covered_in_every_subscription) {
    static const row plans[] = {
        /* the plan of one machine is not that of its subscription */
        {{SUBSCRIPTIONS, PLAN_OF_MACHINE}, "cannot-tell"},
        {{SUBSCRIPTIONS, PLAN("\"pricingTier\":\"Free\",\"resourcesCoverageStatus\":\"NotCovered\""),
          PLAN_OF_MACHINE},
         "fail"},
        {{SUBSCRIPTIONS, PLAN("\"pricingTier\":\"Standard\",\"subPlan\":\"P2\","
                              "\"resourcesCoverageStatus\":\"FullyCovered\"")},
         "pass"},
        {{SUBSCRIPTIONS, PLAN("\"pricingTier\":\"Standard\",\"subPlan\":\"P1\","
                              "\"resourcesCoverageStatus\":\"PartiallyCovered\"")},
         "fail"},
        {{SUBSCRIPTIONS, PLAN("\"pricingTier\":\"Free\"")}, "fail"},
        {{SUBSCRIPTIONS, PLAN("\"pricingTier\":\"Standard\",\"subPlan\":\"P2\"")}, "cannot-tell"},
        {{SUBSCRIPTIONS}, "cannot-tell"},
    };
    ROWS("defender-servers", plans);
    static const row providers[] = {
        {{SUBSCRIPTIONS, PROVIDER("MdeTvm")}, "pass"},
        {{SUBSCRIPTIONS, PROVIDER("None")}, "fail"},
        {{SUBSCRIPTIONS}, "cannot-tell"},
    };
    ROWS("vulnerability-provider", providers);
}

#define MACHINE SCAN_IN_A "Microsoft.Compute/virtualMachines/vm"
#define INVENTORY                                                                                  \
    "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[{\"id\":\"" MACHINE   \
    "\",\"name\":\"vm\",\"type\":\"microsoft.compute/"                                             \
    "virtualmachines\",\"subscriptionId\":\"" SCAN_SUB_A "\"}]}"
#define ASSESSMENT(name, code)                                                                     \
    "{\"value\":[{\"id\":\"" MACHINE "/providers/Microsoft.Security/assessments/" name             \
    "\",\"name\":\"" name "\",\"type\":\"Microsoft.Security/"                                      \
    "assessments\",\"properties\":{\"resourceDetails\":{\"source\":\"Azure\",\"Id\":\"" MACHINE    \
    "\"},\"displayName\":\"x\",\"status\":{\"code\":\"" code "\"}}}]}"
#define EDR "06e3a6db-6c0c-4ad9-943f-31d9d73ecf6c"

TEST(checks_07, each_machine_of_the_inventory_is_onboarded) {
    static const row rows[] = {
        {{INVENTORY, ASSESSMENT(EDR, "Healthy")}, "pass"},
        {{INVENTORY, ASSESSMENT(EDR, "Unhealthy")}, "fail"},
        {{INVENTORY, ASSESSMENT(EDR, "NotApplicable")},
         "cannot-tell"}, /* as a stopped machine says */
        {{INVENTORY, ASSESSMENT("00000000-0000-0000-0000-000000000001", "Healthy")}, "fail"},
        {{INVENTORY}, "cannot-tell"},
    };
    ROWS("machines-onboarded", rows);
}

/* ---- incidents ---- */

#define INCIDENT(number, severity, created)                                                        \
    "{\"id\":\"" CENTRAL SENTINEL "incidents/i" number "\",\"name\":\"i" number                    \
    "\",\"type\":\"Microsoft.SecurityInsights/"                                                    \
    "incidents\",\"properties\":{\"incidentNumber\":" number                                       \
    ",\"title\":\"t\",\"severity\":\"" severity                                                    \
    "\",\"status\":\"Active\",\"createdTimeUtc\":\"" created                                       \
    "\",\"owner\":{\"assignedTo\":\"ann\"}}}"
#define MONTH                                                                                      \
    ",\"describes_from\":\"2026-01-01T00:00:00Z\",\"describes_to\":\"2026-02-01T00:00:00Z\""
/* Members of a sidecar that sign the text off. */
static const char *signed_off(const char *text) {
    uint8_t hash[32];
    char hex[65];
    bd_sha256_of(bd_str_of(text), hash);
    bd_hex(hash, 32, hex);
    return bd_str_format(
               test_arena(),
               MONTH
               ",\"prepared_by\":{\"name\":\"A\",\"role\":\"r\",\"at\":\"2026-02-02T07:00:"
               "00Z\"},\"reviews\":[{\"name\":\"B\",\"role\":\"r\",\"at\":\"2026-02-02T08:00:00Z\","
               "\"checked\":\"all\",\"sha256\":\"%s\"}]",
               hex)
        .data;
}
#define TICKETS                                                                                    \
    "ticket_id,kind,source_ref,severity,opened_at,triaged_at,classification,owner,customer_"       \
    "affecting,customer_notified_at,due_at,closed_at,resolution,follow_up_at\r\n"

static bd_str ticketed(const char *incidents, const char *tickets) {
    whole *w = whole_open(FACTS);
    whole_add(w, incidents, MONTH);
    whole_add(w, tickets, signed_off(tickets));
    whole_judge(w);
    bd_str verdict = bd_str_of(whole_verdict(w, "incident-tickets"));
    scan_bench_close(&w->bench);
    return verdict;
}

TEST(checks_07, a_high_incident_has_its_ticket_within_the_stated_minutes) {
    static const struct {
        const char *incidents, *tickets, *expected;
    } rows[] = {
        {VALUE(INCIDENT("7", "High", "2026-01-10T08:00:00Z")),
         TICKETS "T1,incident,7,High,2026-01-10T08:30:00Z,,,,,,,,,\r\n", "pass"},
        {VALUE(INCIDENT("7", "High", "2026-01-10T08:00:00Z")),
         TICKETS "T1,incident,7,High,2026-01-10T08:30:01Z,,,,,,,,,\r\n", "fail"},
        {VALUE(INCIDENT("7", "High", "2026-01-10T08:00:00Z")),
         TICKETS "T1,incident,8,High,2026-01-10T08:10:00Z,,,,,,,,,\r\n", "fail"},
        /* merged ones share a ticket that names each of them; Sentinel knows no Critical */
        {VALUE(INCIDENT("7", "High", "2026-01-10T08:00:00Z") "," INCIDENT("8", "High",
                                                                       "2026-01-10T08:05:00Z")),
         TICKETS "T1,incident,7,High,2026-01-10T08:30:00Z,,,,,,,,,\r\n"
                 "T1,incident,8,High,2026-01-10T08:30:00Z,,,,,,,,,\r\n",
         "pass"},
        {VALUE(INCIDENT("7", "High", "2026-01-10T08:00:00Z") "," INCIDENT("8", "High",
                                                                       "2026-01-10T08:05:00Z")),
         TICKETS "T1,incident,7,High,2026-01-10T08:30:00Z,,,,,,,,,\r\n", "fail"},
        {VALUE(INCIDENT("7", "Low", "2026-01-10T08:00:00Z")),
         TICKETS "T1,incident,8,Low,2026-01-10T08:10:00Z,,,,,,,,,\r\n", "missing"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = ticketed(rows[i].incidents, rows[i].tickets);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* ---- the history of incidents ---- */

#define HISTORY(time, status, owner)                                                               \
    "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"  \
    "\"datetime\"},{\"name\":\"IncidentNumber\",\"type\":\"int\"},{\"name\":\"Severity\","         \
    "\"type\":\"string\"},{\"name\":\"Status\",\"type\":\"string\"},{\"name\":"                    \
    "\"LastModifiedTime\",\"type\":\"datetime\"},{\"name\":\"Owner\",\"type\":\"dynamic\"}],"      \
    "\"rows\":[[\"" time "\",7,\"High\",\"" status "\",\"" time "\",\"" owner "\"]]}]}"
#define ANN "{\\\"assignedTo\\\":\\\"ann\\\",\\\"objectId\\\":null}"
#define NOBODY "{\\\"assignedTo\\\":null,\\\"objectId\\\":null}"

TEST(checks_07, an_incident_is_taken_up_within_the_stated_minutes) {
    static const struct {
        const char *history, *expected;
    } rows[] = {
        {HISTORY("2026-01-10T08:59:00Z", "Active", ANN), "pass"},
        {HISTORY("2026-01-10T09:01:00Z", "Active", ANN), "fail"},
        {HISTORY("2026-01-10T08:59:00Z", "Active", NOBODY), "fail"},
        {HISTORY("2026-01-10T08:59:00Z", "New", ANN), "fail"},
        {NULL, "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(w, VALUE(INCIDENT("7", "High", "2026-01-10T08:00:00Z")), MONTH);
        if (rows[i].history != NULL) {
            whole_add(w, rows[i].history, MONTH);
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "incidents-taken-up-in-time"));
        scan_bench_close(&w->bench);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* ---- changes of rules ---- */

#define WRITTEN CENTRAL SENTINEL "alertRules/r"
#define EVENT(status)                                                                              \
    "{\"value\":[{\"id\":\"" WRITTEN "/events/e/ticks/"                                            \
    "1\",\"eventDataId\":\"e1\",\"eventTimestamp\":\"2026-01-10T08:00:00Z\",\"operationName\":{"   \
    "\"value\":\"Microsoft.SecurityInsights/alertRules/write\"},\"status\":{\"value\":\"" status   \
    "\"},\"resourceId\":\"" WRITTEN "\",\"subscriptionId\":\"" SCAN_SUB_A                          \
    "\",\"caller\":\"ann\"}]}"
#define CHANGES                                                                                    \
    "change_id,class,title,reason,scope,requested_by,approved_by,approved_at,started_at,finished_" \
    "at,rollback,emergency,reference\r\n"

TEST(checks_07, a_change_of_an_analytics_rule_has_its_record) {
    static const struct {
        const char *event, *changes, *expected;
    } rows[] = {
        {EVENT("Succeeded"),
         CHANGES "C1,normal,t,r," WRITTEN
                 ",a,b,2026-01-09T00:00:00Z,2026-01-10T07:00:00Z,2026-01-10T09:00:00Z,,no,\r\n",
         "pass"},
        {EVENT("Succeeded"),
         CHANGES "C1,normal,t,r," WRITTEN
                 ",a,b,2026-01-09T00:00:00Z,2026-01-11T07:00:00Z,2026-01-11T09:00:00Z,,no,\r\n",
         "fail"},
        {EVENT("Succeeded"),
         CHANGES
         "C1,normal,t,r,/"
         "other,a,b,2026-01-09T00:00:00Z,2026-01-10T07:00:00Z,2026-01-10T09:00:00Z,,no,\r\n",
         "fail"},
        {EVENT("Failed"),
         CHANGES
         "C1,normal,t,r,/"
         "other,a,b,2026-01-09T00:00:00Z,2026-01-10T07:00:00Z,2026-01-10T09:00:00Z,,no,\r\n",
         "missing"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(w, rows[i].event, MONTH);
        whole_add(w, rows[i].changes, signed_off(rows[i].changes));
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "sentinel-rule-changes"));
        scan_bench_close(&w->bench);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
