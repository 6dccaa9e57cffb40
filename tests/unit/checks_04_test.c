/* Checks of section 4: what one record says (tests/cases/checks/04.case) and what a month of exports says. */
#include "make_records.h"

#define IN_MAY "2026-05-15T06:00:00Z"
#define SUB_ID "/subscriptions/" SUB_A
#define MG "/providers/Microsoft.Management/managementGroups/mg"
#define ASSIGNED "/providers/Microsoft.Authorization/policyAssignments/a1"
#define SET(guid) "/providers/Microsoft.Authorization/policySetDefinitions/" guid
#define TYPE_2 "4054785f-702b-4a98-9215-009cbd58b141"
#define OF_2023 "53AD89F5-8542-49E9-BA81-1CBD686E0D52"

TEST(checks, the_checks_of_section_4_answer_as_the_cases_say) {
    run_check_cases("04.case", 47);
}

/* One export of SUB_A in May with these records, judged by `check`. */
static bd_str said_of(const char *check, const char *facts, const char *source,
                      const char *const *records, size_t count) {
    scene *s = records_scene("2026-05-01", "2026-05-31", facts);
    uint32_t item = put_snapshot(s, source, SUB_A, IN_MAY);
    for (size_t i = 0; i < count; i++) {
        put_json(s, item, SUB_A, records[i]);
    }
    judge_scene(s);
    return said_by(s, check, "2026-05");
}

/* ---- 4.1 a ---- */

#define AN_ASSIGNMENT(at, set, more)                                                               \
    "{'id':'" at ASSIGNED "','type':'Microsoft.Authorization/policyAssignments','properties':{"    \
    "'policyDefinitionId':'" SET(set) "','scope':'" at "'" more "}}"
#define DEFAULT ",'enforcementMode':'Default','notScopes':[]"

TEST(checks, an_initiative_counts_only_where_it_is_in_effect) {
    static const struct {
        const char *record, *expected;
    } rows[] = {
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, DEFAULT), "pass"},
        {AN_ASSIGNMENT(SUB_ID, OF_2023, DEFAULT), "pass"},
        {AN_ASSIGNMENT(MG, TYPE_2, DEFAULT), "pass"},
        {AN_ASSIGNMENT("/", TYPE_2, DEFAULT), "pass"},
        {"{'id':'" SUB_ID ASSIGNED "','policyDefinitionId':'" SET(
             TYPE_2) "','scope':'" SUB_ID "','enforcementMode':'Default','notScopes':null}",
         "pass"}, /* as the command line prints it */
        {AN_ASSIGNMENT(SUB_ID, "1f3afdf9-d0c9-4c3d-847f-89da613e70a8", DEFAULT), "fail"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, ",'enforcementMode':'DoNotEnforce','notScopes':[]"), "fail"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, ",'notScopes':[]"), "cannot-tell"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, ",'enforcementMode':'Default'"), "cannot-tell"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, ",'enforcementMode':'Default','notScopes':['" SUB_ID "/']"),
         "fail"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2,
                       ",'enforcementMode':'Default','notScopes':['" SUB_ID "/resourceGroups/rg']"),
         "pass"},
        {AN_ASSIGNMENT(MG, TYPE_2, ",'enforcementMode':'Default','notScopes':['" SUB_ID "']"),
         "cannot-tell"},
        {AN_ASSIGNMENT(MG, TYPE_2, ",'enforcementMode':'Default','notScopes':['" MG "-child']"),
         "cannot-tell"},
        {AN_ASSIGNMENT(SUB_ID "/resourceGroups/rg", TYPE_2, DEFAULT), "fail"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, DEFAULT ",'overrides':[{'kind':'policyEffect'}]"),
         "cannot-tell"},
        {AN_ASSIGNMENT(SUB_ID, TYPE_2, DEFAULT ",'resourceSelectors':[{'name':'x'}]"),
         "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str said = said_of("soc2-initiative-effective", "{}", "S08", &rows[i].record, 1);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
    CHECK_EQ_STR(said_of("soc2-initiative-effective", "{}", "S08", NULL, 0), "fail");
}

/* ---- 4.1 b ---- */

#define A_STATE(action, set)                                                                       \
    "{'id':'" action "','policySetDefinitionName':'" set "','policyDefinitionAction':'" action     \
    "','complianceState':'Unknown','policyDefinitionGroupNames':['SOC_2_CC6.1']}"

TEST(checks, automatic_and_manual_results_are_counted_apart) {
    static const char *const both[] = {A_STATE("audit", TYPE_2), A_STATE("Manual", TYPE_2)};
    static const char *const other[] = {A_STATE("audit", "x"), A_STATE("manual", "x")};
    static const struct {
        const char *const *records;
        size_t count;
        const char *automatic, *manual;
    } rows[] = {{both, 2, "pass", "pass"},
                {both, 1, "pass", "fail"},
                {both + 1, 1, "fail", "pass"},
                {other, 2, "fail", "fail"},
                {NULL, 0, "fail", "fail"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str automatic =
            said_of("soc2-automatic-results", "{}", "S09", rows[i].records, rows[i].count);
        bd_str manual = said_of("soc2-manual-results", "{}", "S09", rows[i].records, rows[i].count);
        test_failure("row %zu", i);
        CHECK_EQ_STR(automatic, rows[i].automatic);
        CHECK_EQ_STR(manual, rows[i].manual);
    }
}

/* ---- 4.3 a: activity log ---- */

#define ALERT_AT(scope, enabled, leaves, groups)                                                   \
    "{'id':'" SUB_ID "/resourceGroups/rg/providers/microsoft.insights/activityLogAlerts/a','type'" \
    ":'Microsoft.Insights/ActivityLogAlerts','location':'Global','properties':{'scopes':['" scope  \
    "'],'enabled':" enabled ",'condition':{'allOf':[" leaves                                       \
    "]},'actions':{'actionGroups':[" groups "]}}}"
#define A_GROUP                                                                                    \
    "{'actionGroupId':'" SUB_ID "/resourcegroups/rg/providers/Microsoft.Insights/actionGroups/g'}"
#define WRITES "{'field':'operationName','equals':'Microsoft.Authorization/roleAssignments/write'}"
#define ADMINISTRATIVE "{'field':'category','equals':'Administrative'},"
#define ON_ALERT(leaves) ALERT_AT("subscriptions/" SUB_A, "true", leaves, A_GROUP)

TEST(checks, an_activity_alert_counts_when_it_is_on_whole_and_bound) {
    static const struct {
        const char *record, *roles, *policies;
    } rows[] = {
        {ON_ALERT(ADMINISTRATIVE WRITES), "pass", "fail"},
        {ON_ALERT(ADMINISTRATIVE "{'field':'status','equals':'Succeeded'}," WRITES), "pass",
         "fail"},
        {ON_ALERT("{'anyOf':[{'field':'operationName','equals':'x'}," WRITES "]}"), "pass", "fail"},
        {ON_ALERT("{'field':'operationName','containsAny':['x','microsoft.authorization/"
                  "roleassignments/WRITE']}"),
         "pass", "fail"},
        {ON_ALERT("{'field':'category','equals':'Administrative'}"), "pass", "fail"},
        {ON_ALERT(ADMINISTRATIVE "{'field':'level','equals':'Error'}"), "cannot-tell", "fail"},
        {ON_ALERT(WRITES ",{'field':'resourceGroup','equals':'rg'}"), "cannot-tell", "fail"},
        {ON_ALERT("{'anyOf':[" WRITES ",{'field':'caller','equals':'x'}]}"), "cannot-tell", "fail"},
        {ALERT_AT(SUB_ID, "false", WRITES, A_GROUP), "fail", "fail"},
        {ALERT_AT(SUB_ID, "true", WRITES, ""), "fail", "fail"},
        {ALERT_AT(SUB_ID, "null", WRITES, A_GROUP), "cannot-tell", "fail"},
        {ALERT_AT(SUB_ID "/resourceGroups/rg", "true", WRITES, A_GROUP), "cannot-tell", "fail"},
        {ALERT_AT("/subscriptions/" SUB_B, "true", WRITES, A_GROUP), "cannot-tell", "fail"},
        {ON_ALERT("{'field':'operationName','equals':'Microsoft.Authorization/policyAssignments/"
                  "write'}"),
         "fail", "fail"}, /* tampering, and not a violation */
        {ON_ALERT("{'field':'operationName','equals':'Microsoft.Authorization/policies/deny/"
                  "action'}"),
         "fail", "pass"},
        {ON_ALERT("{'field':'operationName','equals':'Microsoft.Authorization/policies/audit/"
                  "action'}"),
         "fail", "pass"},
        {ON_ALERT("{'field':'category','equals':'Policy'}"), "fail", "pass"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str roles = said_of("alert-role-writes", "{}", "S26", &rows[i].record, 1);
        bd_str policies = said_of("alert-policy-violations", "{}", "S26", &rows[i].record, 1);
        test_failure("row %zu", i);
        CHECK_EQ_STR(roles, rows[i].roles);
        CHECK_EQ_STR(policies, rows[i].policies);
    }
}

/* ---- 4.3 a: queries ---- */

#define QUERY_OF(query, enabled, groups)                                                           \
    "{'id':'" SUB_ID "/resourceGroups/rg/providers/microsoft.insights/scheduledqueryrules/q',"     \
    "'type':'microsoft.insights/scheduledqueryrules','properties':{'enabled':" enabled             \
    ",'criteria':{'allOf':[{'query':'" query "'}]},'actions':{'actionGroups':[" groups "]}}}"
#define A_QUERY(query)                                                                             \
    QUERY_OF(query, "true",                                                                        \
             "'" SUB_ID "/resourcegroups/rg/providers/Microsoft.Insights/actionGroups/g'")

static bd_str said_of_queries(const char *check, const char *query, const char *sentinel) {
    scene *s = records_scene("2026-05-01", "2026-05-31", "{}");
    put_json(s, put_snapshot(s, "S28", SUB_A, IN_MAY), SUB_A, query);
    if (sentinel != NULL) {
        put_json(s, put_snapshot(s, "S41", "", IN_MAY), "", sentinel);
    }
    judge_scene(s);
    return said_by(s, check, "2026-05");
}

#define A_SENTINEL_RULE(query)                                                                     \
    "{'id':'/x/alertRules/r','type':'Microsoft.SecurityInsights/alertRules','kind':'Scheduled',"   \
    "'properties':{'enabled':true,'query':'" query "'}}"
#define OTHER_RULE A_SENTINEL_RULE("Heartbeat")

TEST(checks, a_query_counts_by_the_table_that_it_reads) {
    static const struct {
        const char *check, *query, *sentinel, *expected;
    } rows[] = {
        {"alert-sign-in-failures", A_QUERY("SigninLogs | where ResultType != 0"), OTHER_RULE,
         "pass"},
        {"alert-sign-in-failures", A_QUERY("SigninLogs | take 1"), NULL, "pass"},
        {"alert-sign-in-failures", A_QUERY("// SigninLogs\\nHeartbeat"), OTHER_RULE, "fail"},
        /* the sign-ins of services, and those without a person, are other tables */
        {"alert-sign-in-failures", A_QUERY("AADServicePrincipalSignInLogs | take 1"), OTHER_RULE, "fail"},
        {"alert-sign-in-failures", A_QUERY("AADNonInteractiveUserSignInLogs | take 1"), OTHER_RULE, "fail"},
        {"alert-sign-in-failures", A_QUERY("union SigninLogs, AADNonInteractiveUserSignInLogs"), NULL, "pass"},
        {"alert-sign-in-failures", A_QUERY("Heartbeat"), NULL, "cannot-tell"},
        {"alert-sign-in-failures", A_QUERY("Heartbeat"), A_SENTINEL_RULE("SigninLogs"),
         "cannot-tell"},
        {"alert-sign-in-failures", QUERY_OF("SigninLogs", "false", "'g'"), OTHER_RULE, "fail"},
        {"alert-sign-in-failures", QUERY_OF("SigninLogs", "true", ""), OTHER_RULE, "fail"},
        {"alert-access-elevation",
         A_QUERY("AuditLogs | where OperationName has \\\"User has elevated their access\\\""),
         OTHER_RULE, "pass"},
        {"alert-access-elevation",
         A_QUERY("AzureActivity | where x has \\\"elevated their access\\\""), OTHER_RULE, "fail"},
        {"alert-directory-roles",
         A_QUERY("AuditLogs | where OperationName == \\\"Add member to role\\\""), OTHER_RULE,
         "pass"},
        {"alert-directory-roles", A_QUERY("AuditLogs"), OTHER_RULE, "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str said = said_of_queries(rows[i].check, rows[i].query, rows[i].sentinel);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

/* A subscription whose rules were not read that day may hold the one that is missed. */
TEST(checks, a_query_missed_in_one_subscription_may_stand_in_another) {
    scene *s = records_scene("2026-05-01", "2026-05-31", "{}");
    expect_subscription(s, SUB_B, "b");
    put_json(s, put_snapshot(s, "S28", SUB_A, IN_MAY), SUB_A, A_QUERY("Heartbeat"));
    put_json(s, put_snapshot(s, "S41", "", IN_MAY), "", OTHER_RULE);
    judge_scene(s);
    CHECK_EQ_STR(said_by(s, "alert-sign-in-failures", "2026-05"), "cannot-tell");
}

/* ---- 4.3 a: who is told ---- */

typedef struct {
    bd_str check;
    bd_verdict verdict;
    bd_side side;
    bd_str join;
    size_t count;
} seen_row;

static void see_row(void *context, const bd_row *row) {
    seen_row *seen = context;
    if (row->check != seen->count) {
        return;
    }
    seen->verdict = row->verdict;
    seen->side = row->side;
    seen->join = bd_str_copy(test_arena(), row->join);
}

/* The verdict of the check's related side on one record. */
static bd_verdict related_verdict(const char *check, const char *facts, const char *source,
                                  const char *json) {
    scene *s = records_scene("2026-05-01", "2026-05-31", facts);
    bd_err err;
    const bd_value *value = NULL;
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(), &value, &err), err);
    bd_record record = {.source = bd_catalog_source(s->catalog, bd_str_of(source)),
                        .value = value,
                        .type = BD_STR("t"),
                        .key = bd_value_text(value, "id"),
                        .time = BD_INSTANT_NONE};
    seen_row seen = {.verdict = BD_NOT_APPLICABLE, .count = check_index(s, check)};
    bd_rules_map(s->rules, &record, test_arena(), see_row, &seen);
    return seen.verdict;
}

#define AN_ACTION_GROUP(enabled, receivers)                                                        \
    "{'id':'/subscriptions/s/providers/microsoft.insights/actionGroups/g','properties':{"          \
    "'enabled':" enabled "," receivers "}}"
#define NOBODY                                                                                     \
    "'smsReceivers':[],'webhookReceivers':[],'azureFunctionReceivers':[],'logicAppReceivers':[],"  \
    "'automationRunbookReceivers':[],'eventHubReceivers':[],'armRoleReceivers':[],"                \
    "'itsmReceivers':[],'voiceReceivers':[],'azureAppPushReceivers':[]"

TEST(checks, an_action_group_reaches_someone_with_an_enabled_receiver) {
    static const struct {
        const char *record;
        bd_verdict expected;
    } rows[] = {
        {AN_ACTION_GROUP("true", "'emailReceivers':[{'status':'Enabled'}]," NOBODY), BD_PASS},
        {AN_ACTION_GROUP("true", "'emailReceivers':[{'status':'Disabled'}]," NOBODY), BD_FAIL},
        {AN_ACTION_GROUP("true", "'emailReceivers':[]," NOBODY), BD_FAIL},
        {AN_ACTION_GROUP("true", "'webhookReceivers':[{'name':'w'}]"), BD_PASS},
        {AN_ACTION_GROUP("false", "'emailReceivers':[{'status':'Enabled'}]," NOBODY), BD_FAIL},
        {AN_ACTION_GROUP("null", "'emailReceivers':[{'status':'Enabled'}]," NOBODY),
         BD_CANNOT_TELL},
        {AN_ACTION_GROUP("true", "'emailReceivers':[{'name':'n'}]," NOBODY), BD_CANNOT_TELL},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_verdict verdict =
            related_verdict("alert-rules-reach-someone", "{}", "S29", rows[i].record);
        test_failure("row %zu", i);
        CHECK_EQ_INT(verdict, rows[i].expected);
    }
}

/* ---- 4.3 c ---- */

#define A_RULE "/subscriptions/s/providers/microsoft.insights/activityLogAlerts/r1"
#define A_FIRING                                                                                   \
    "{'id':'/subscriptions/s/alerts/F1','type':'Microsoft.AlertsManagement/alerts','properties':{" \
    "'essentials':{'alertRule':'" A_RULE                                                           \
    "','startDateTime':'2026-05-10T00:00:00Z','severity':'Sev1'}}}"

static bd_str said_of_firing(const char *ticket) {
    scene *s = records_scene("2026-05-01", "2026-05-31", "{'security_alert_rules':['" A_RULE "']}");
    put_json(s, put_log(s, "S67", SUB_A, "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"), SUB_A,
             A_FIRING);
    put_json(s, put_log(s, "csv:tickets", "", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"), "",
             ticket);
    judge_scene(s);
    return said_by(s, "alert-firings-handled", "2026-05");
}

TEST(checks, a_firing_needs_a_ticket_with_owner_and_resolution) {
#define A_TICKET(ref, owner, resolution)                                                           \
    "{'ticket_id':'T1','source_ref':'" ref "','owner':'" owner                                     \
    "','opened_at':'2026-05-10T08:00:00Z','resolution':'" resolution "'}"
    CHECK_EQ_STR(said_of_firing(A_TICKET("/subscriptions/s/alerts/f1", "Ann", "false alarm")),
                 "pass");
    CHECK_EQ_STR(said_of_firing(A_TICKET("/subscriptions/s/alerts/f2", "Ann", "x")), "fail");
    CHECK_EQ_STR(said_of_firing(A_TICKET("/subscriptions/s/alerts/f1", "", "x")), "fail");
    CHECK_EQ_STR(said_of_firing(A_TICKET("/subscriptions/s/alerts/f1", "Ann", "")), "fail");
}

/* ---- 4.4 b ---- */

#define A_FINDING(severity, owner, closed, due, resolution)                                        \
    "{'ticket_id':'T1','kind':'finding','severity':'" severity "','owner':'" owner                 \
    "','opened_at':'2026-02-10T08:00:00Z','closed_at':'" closed "','due_at':'" due                 \
    "','resolution':'" resolution "'}"
#define OPEN_FINDING A_FINDING("high", "Ann", "", "2026-03-31", "")

TEST(checks, a_finding_is_closed_in_time_as_retested_or_accepted) {
    static const struct {
        const char *first, *second, *expected;
    } rows[] = {
        {A_FINDING("high", "Ann", "2026-03-30T10:00:00Z", "2026-03-31", "retested, clean"), NULL,
         "pass"},
        {A_FINDING("critical", "Ann", "2026-03-31", "2026-03-31", "Accepted by Bob"), NULL, "pass"},
        {OPEN_FINDING, A_FINDING("high", "Ann", "2026-03-30", "2026-03-31", "retested"), "pass"},
        {OPEN_FINDING, NULL, "fail"},
        {A_FINDING("high", "Ann", "2026-04-01", "2026-03-31", "retested"), NULL, "fail"},
        {A_FINDING("high", "Ann", "2026-03-30", "2026-03-31", "not retested"), NULL, "fail"},
        {A_FINDING("high", "Ann", "2026-03-30", "2026-03-31", "fixed"), NULL, "fail"},
        {A_FINDING("high", "", "2026-03-30", "2026-03-31", "retested"), NULL, "fail"},
        {A_FINDING("high", "Ann", "2026-03-30", "", "retested"), NULL, "cannot-tell"},
        /* no day such as 2026-03-31: compared as text, any closing day comes before it */
        {A_FINDING("high", "Ann", "2026-05-30", "31.03.2026", "retested"), NULL, "cannot-tell"},
        {A_FINDING("high", "Ann", "2026-05-30", "not agreed yet", "retested"), NULL, "cannot-tell"},
        {A_FINDING("high", "Ann", "2026-02-10", "2026-03-31", "retested"), NULL, "pass"},
        {A_FINDING("high", "Ann", "2025-02-10", "2026-03-31", "retested"), NULL, "fail"}, /* before it was opened */
        {A_FINDING("low", "Ann", "", "", ""), NULL, ""},
        {A_FINDING("Medium", "Ann", "", "", ""), NULL, ""},
        {A_FINDING("1 - Critical", "Ann", "", "2026-03-31", ""), NULL, "fail"},
        {A_FINDING("P1", "Ann", "", "2026-03-31", ""), NULL, "fail"}, /* not known to be low */
        {A_FINDING("", "Ann", "", "2026-03-31", ""), NULL, "cannot-tell"},
        /* a word that nobody declared may mean a finding, one that is declared means something else */
        {"{'ticket_id':'T1','kind':'pentest finding','severity':'high','owner':'Ann',"
         "'opened_at':'2026-02-10T08:00:00Z','closed_at':'','due_at':'2026-03-31'}",
         NULL, "cannot-tell"},
        {"{'ticket_id':'T1','kind':'Change','severity':'high','owner':'Ann',"
         "'opened_at':'2026-02-10T08:00:00Z','closed_at':'','due_at':'2026-03-31'}",
         NULL, ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-01-01", "2026-06-30", "{}");
        uint32_t first =
            put_log(s, "csv:tickets", "", "2025-07-01T00:00:00Z", "2026-07-01T00:00:00Z");
        put_json(s, first, "", rows[i].first);
        if (rows[i].second != NULL) {
            uint32_t second =
                put_log(s, "csv:tickets", "", "2025-07-01T00:00:00Z", "2026-07-01T00:00:00Z");
            put_json(s, second, "", rows[i].second);
        }
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said_by(s, "penetration-findings-closed", "2026"), rows[i].expected);
    }
}

/* The report of a test may be of the year before a short period; so may its findings be. */
TEST(checks, findings_of_the_year_before_are_judged_in_a_short_period) {
    static const struct {
        const char *opened, *from, *closed, *expected;
    } rows[] = {
        {"2025-11-10", "2025-06-01", "", "D"},
        {"2025-11-10", "2025-06-01", "2026-01-31", "C"},
        {"2025-07-01", "2025-06-01", "", "D"}, /* twelve months before the end of June */
        {"2025-06-30", "2025-06-01", "", "C"}, /* before that */
        {"2025-11-10", "2025-08-01", "2026-01-31", "?"}, /* tickets of July are not on file */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = records_scene("2026-04-01", "2026-06-30", "{}");
        bd_str from = bd_str_format(test_arena(), "%sT00:00:00Z", rows[i].from);
        uint32_t list = put_log(s, "csv:tickets", "", from.data, "2026-07-01T00:00:00Z");
        bd_str ticket = bd_str_format(test_arena(),
                                      "{'ticket_id':'T1','kind':'finding','severity':'high',"
                                      "'owner':'Ann','opened_at':'%sT08:00:00Z','closed_at':'%s',"
                                      "'due_at':'2026-01-31','resolution':'retested'}",
                                      rows[i].opened, rows[i].closed);
        put_json(s, list, "", ticket.data);
        put_document(s, "penetration-findings-reconciliation",
                     stating(carried_out("2026-05-01"), "tickets-equal-findings;acceptances-by-name"),
                     true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "4.4b"), rows[i].expected);
    }
}

/* An event of a log that fails by itself fails: it is no write that the next snapshot could undo. */
TEST(checks, a_firing_without_history_fails_in_its_month) {
    scene *s = records_scene("2026-05-01", "2026-06-30", "{'security_alert_rules':['" A_RULE "']}");
    uint32_t log = put_log(s, "S67", SUB_A, "2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z");
    put_json(s, log, SUB_A,
             "{'id':'f','properties':{'history':[],'essentials':{'alertRule':'" A_RULE
             "','startDateTime':'2026-05-10T00:00:00Z','severity':'Sev1'}}}");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.3b"), "D0");
}

/* ---- documents ---- */

#define SCOPE "tester-named;tester-independent;production-in-scope"
#define REVIEW "snapshot-named;each-noncompliance-ticketed-or-reasoned"

TEST(checks, the_report_of_a_test_alone_leaves_its_scope_open) {
    scene *s = records_scene("2026-01-01", "2026-06-30", "{}");
    put_document(s, "penetration-test-report", carried_out("2026-03-10"), true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.4a"), "?");
    put_document(s, "penetration-test-scope", stating(carried_out("2026-03-10"), SCOPE), true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.4a"), "C");
    s = records_scene("2026-01-01", "2026-06-30", "{}");
    put_document(s, "penetration-test-report", carried_out("2024-12-10"), true);
    put_document(s, "penetration-test-scope", stating(carried_out("2026-03-10"), SCOPE), true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.4a"), "?");
}

TEST(checks, results_are_reviewed_in_each_month_and_signed) {
    scene *s = records_scene("2026-01-01", "2026-03-31", "{}");
    put_document(s, "policy-results-review", stating(carried_out("2026-01-20"), REVIEW), true);
    put_document(s, "policy-results-review", stating(carried_out("2026-02-20"), REVIEW), false);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.1c"), "C?M");
}

/* ---- scores are kept apart ---- */

/* The classic score of Defender, its risk-based successor and the score of Microsoft 365 are three figures. */
TEST(checks, the_scores_of_defender_and_of_graph_are_records_of_different_sources) {
    const bd_catalog *catalog = make_catalog();
    bd_err err;
    const bd_value *graph = NULL;
    CHECK_OK(bd_json_parse(quoted("{'azureTenantId':'t','currentScore':1.0,'maxScore':2.0}"),
                           &bd_json_default_limits, test_arena(), &graph, &err),
             err);
    bd_str none = {"", 0};
    const bd_source_def *of_graph = bd_catalog_recognise(
        catalog, none, BD_STR("security/securescores"), none, none, graph, none);
    const bd_source_def *of_defender = bd_catalog_recognise(
        catalog, BD_STR("microsoft.security/securescores"), none, none, none, graph, none);
    CHECK_EQ_STR(of_graph->id, "S62");
    CHECK_EQ_STR(of_defender->id, "S14");
}

/* Only Healthy and Unhealthy count; what does not apply is left out whatever its cause. */
TEST(checks, a_share_of_healthy_assessments_leaves_out_what_does_not_apply) {
    static const char catalog[] = SECURITY_OF(
        A_CONTROL("1.1", "continuous"), A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S13'"),
        A_SOURCE("S13", "subscription", ""),
        A_CHECK("healthy", "1.1", "a", "aggregate",
                "'source':'S13','where':{'field':'status.code','in':['Healthy',"
                "'Unhealthy']},'of':{'field':'status.code','equals':'Healthy'},"
                "'min_percent':66.6"));
    scene *s = scene_of(catalog, "2026-05-01", "2026-05-31", "UTC");
    uint32_t item = put_snapshot(s, "S13", SUB_A, IN_MAY);
    static const char *const codes[] = {
        "'code':'Healthy'",
        "'code':'healthy'",
        "'code':'Unhealthy'",
        "'code':'NotApplicable','cause':'OffByPolicy'",
        "'code':'NotApplicable','cause':'Exempt'",
    };
    for (size_t i = 0; i < BD_COUNT(codes); i++) {
        put_json(
            s, item, SUB_A,
            bd_str_format(test_arena(), "{'id':'a%zu','properties':{'status':{%s}}}", i, codes[i])
                .data);
    }
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
    put_json(s, item, SUB_A, "{'id':'b','properties':{'status':{'code':'Unhealthy'}}}");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D");
    CHECK_EQ_STR(s->findings.data[0].reason, "2 of 4 (50.0 %), at least 66.6 % expected");
}
