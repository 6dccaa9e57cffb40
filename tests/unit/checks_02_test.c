/* Section 2: public page, notices to customers, activity log, reporting channel. */
#include "make_checks.h"

TEST(checks, the_checks_of_section_2_answer_as_the_cases_say) {
    run_check_cases("02.case", 45);
}

#define AT "2026-01-15T06:00:00Z"
#define SETTING(sub, name, logs)                                                                   \
    "{'id':'subscriptions/" sub "/providers/microsoft.insights/diagnosticSettings/" name           \
    "','type':null,'name':'" name                                                                  \
    "','properties':{'workspaceId':'/subscriptions/x/ws','logs':[" logs "]}}"
#define ALL_LOGS "{'categoryGroup':'allLogs','enabled':true}"
#define ONE_LOG "{'category':'Administrative','enabled':true}"

static bd_str exported(const char *text) {
    files *f = files_of("2026-01-01", "2026-01-31", NULL);
    put_file(f, "a.json", text, SIDECAR_OF("S25", SUB_A, AT));
    return outcomes(judge_files(f), "2.3a");
}

TEST(checks, one_setting_that_exports_all_is_enough_and_none_is_a_deviation) {
    CHECK_EQ_STR(exported("{'value':[" SETTING(SUB_A, "a", ALL_LOGS) "]}"), "C");
    CHECK_EQ_STR(
        exported("{'value':[" SETTING(SUB_A, "a", ONE_LOG) "," SETTING(SUB_A, "b", ALL_LOGS) "]}"),
        "C");
    CHECK_EQ_STR(exported("{'value':[" SETTING(SUB_A, "a", ONE_LOG) "]}"), "D");
    CHECK_EQ_STR(exported("{'value':[]}"), "D"); /* read, and there is none */
    CHECK_EQ_STR(exported("[]"), "D");
}

#define CATEGORY(name, enabled) "{'category':'" name "','enabled':" enabled "}"
#define TWO CATEGORY("Administrative", "true") "," CATEGORY("Security", "true")
#define OTHER_TWO CATEGORY("Policy", "true") "," CATEGORY("Alert", "true")
#define NOWHERE(sub, name, logs)                                                                   \
    "{'id':'subscriptions/" sub "/providers/microsoft.insights/diagnosticSettings/" name           \
    "','type':null,'name':'" name "','properties':{'workspaceId':'','logs':[" logs "]}}"
#define SETTING_AZ(sub, name, target, logs)                                                        \
    "{'id':'/subscriptions/" sub "/providers/microsoft.insights/diagnosticSettings/" name          \
    "','name':'" name "','workspaceId':null," target ",'logs':[" logs "]}"

TEST(checks, settings_that_share_the_categories_export_the_activity_log_together) {
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"{'value':[" SETTING(SUB_A, "a", TWO) "," SETTING(SUB_A, "b", OTHER_TWO) "]}", "C"},
        {"[" SETTING_AZ(SUB_A, "a", "'storageAccountId':'/x/y'", TWO) ","
         SETTING_AZ(SUB_A, "b", "'eventHubAuthorizationRuleId':'/x/z'", OTHER_TWO) "]", "C"},
        {"{'value':[" SETTING(SUB_A, "a", TWO) "," SETTING(SUB_A, "b", TWO) "]}", "D"},
        {"{'value':[" SETTING(SUB_A, "a", TWO) "," NOWHERE(SUB_A, "b", OTHER_TWO) "]}", "D"},
        {"{'value':[" SETTING(SUB_A, "a", TWO) ","
         SETTING(SUB_A, "b", CATEGORY("Policy", "true") "," CATEGORY("Alert", "false")) "]}", "D"},
        {"{'value':[" SETTING(SUB_A, "a", TWO) ","
         SETTING(SUB_A, "b", "{'category':'Policy'}," CATEGORY("Alert", "true")) "]}", "?"},
        /* the same setting twice, once with less: the worse one holds */
        {"{'value':[" SETTING(SUB_A, "a", TWO) "," SETTING(SUB_A, "b", OTHER_TWO) ","
         SETTING(SUB_A, "b", CATEGORY("Policy", "true")) "]}", "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(exported(rows[i].text), rows[i].expected);
    }
}

TEST(checks, a_subscription_whose_settings_nobody_read_stays_open) {
    files *f = files_of("2026-01-01", "2026-01-31", NULL);
    expect_subscription(&f->scene, SUB_B, "test");
    put_file(f, "a.json", "{'value':[" SETTING(SUB_A, "a", ALL_LOGS) "]}",
             SIDECAR_OF("S25", SUB_A, AT));
    scene *s = judge_files(f);
    CHECK_EQ_STR(outcomes(s, "2.3a"), "?");
    CHECK_EQ_STR(why(s, "2.3a", "2026-01"), "no snapshot of test");
}

#define WORKSPACE                                                                                  \
    "/subscriptions/" SUB_A "/resourceGroups/rg/providers/Microsoft.OperationalInsights/"          \
                            "workspaces/"
#define TABLE(workspace, name, days)                                                               \
    "{'id':'" WORKSPACE workspace "/tables/" name                                                  \
    "','type':'Microsoft.OperationalInsights/workspaces/tables','name':'" name                     \
    "','properties':{'totalRetentionInDays':" days "}}"

TEST(checks, the_table_of_the_central_workspace_is_kept_long_enough) {
    static const struct {
        const char *tables, *facts, *expected;
    } rows[] = {
        {TABLE("c", "AzureActivity", "365"), "{'central_workspace':'" WORKSPACE "c'}", "C"},
        {TABLE("c", "AzureActivity", "90"), "{'central_workspace':'" WORKSPACE "c'}", "D"},
        {TABLE("c", "AzureActivity", "365") "," TABLE("c", "Heartbeat", "30"),
         "{'central_workspace':'" WORKSPACE "c'}", "C"},
        {TABLE("c", "AzureActivity", "365"),
         "{'central_workspace':'" WORKSPACE "c','slas':{'activity_log_days':730}}", "D"},
        {TABLE("other", "AzureActivity", "365"), "{'central_workspace':'" WORKSPACE "c'}", "?"},
        {TABLE("c", "AzureActivity", "365"), NULL, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-01-31", rows[i].facts);
        bd_str text = bd_str_format(test_arena(), "{'value':[%s]}", rows[i].tables);
        put_file(f, "t.json", text.data, SIDECAR_AT("S64", "workspace", "c", AT));
        scene *s = judge_files(f);
        CHECK_EQ_STR(outcomes(s, "2.3c"), rows[i].expected);
    }
}

/* ---- notices (2.2 b) ---- */

#define HEAD                                                                                       \
    "ticket_id,kind,opened_at,triaged_at,customer_affecting,customer_notified_at,customer_"        \
    "notice\n"
#define TICKETS                                                                                    \
    "{'source':'csv:tickets','scope':{'kind':'tenant','ids':[]},'collected_at':'2026-07-03T06:00:" \
    "00Z',"                                                                                        \
    "'describes_from':'2026-01-01T00:00:00Z','describes_to':'2026-07-01T00:00:00Z',"               \
    "'command':'portal: export','exporter':'ann@contoso.example','complete':true}"

TEST(checks, customers_are_told_within_the_limit_that_the_organisation_states) {
    static const struct {
        const char *row, *facts, *expected;
    } rows[] = {
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2026-02-04T10:00:00Z,M1\n",
         "{'slas':{'customer_notice_hours':72}}", "0C0000"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2026-02-04T10:00:01Z,M1\n",
         "{'slas':{'customer_notice_hours':72}}", "0D0000"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,,M1\n",
         "{'slas':{'customer_notice_hours':72}}", "0D0000"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2026-02-02T10:00:00Z,\n",
         "{'slas':{'customer_notice_hours':72}}", "0D0000"}, /* told, and no notice on file */
        /* the notice of another incident, or one that was still to come when the list was made */
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2025-02-04T10:00:00Z,M1\n",
         "{'slas':{'customer_notice_hours':72}}", "0?0000"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2026-02-01T09:00:00Z,M1\n",
         "{'slas':{'customer_notice_hours':72}}", "0C0000"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,no,,\n",
         "{'slas':{'customer_notice_hours':72}}", "000000"},
        {"1,incident,2026-02-01T08:00:00Z,,yes,2026-02-04T10:00:00Z,M1\n",
         "{'slas':{'customer_notice_hours':72}}", "??????"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2026-02-04T10:00:00Z,M1\n", NULL,
         "??????"},
        {"1,incident,2026-02-01T08:00:00Z,2026-02-01T10:00:00Z,yes,2026-02-04T10:00:00Z,M1\n",
         "{'slas':{}}", "??????"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-06-30", rows[i].facts);
        bd_str text = bd_str_format(test_arena(), HEAD "%s", rows[i].row);
        put_signed(f, "t.csv", text.data, TICKETS);
        scene *s = judge_files(f);
        CHECK_EQ_STR(outcomes(s, "2.2b"), rows[i].expected);
    }
}

TEST(checks, a_limit_that_is_not_stated_is_named) {
    files *f = files_of("2026-01-01", "2026-06-30", "{'slas':{'other':1}}");
    put_signed(f, "t.csv", HEAD "1,incident,2026-02-01T08:00:00Z,,no,,\n", TICKETS);
    CHECK_EQ_STR(why(judge_files(f), "2.2b", "2026-01"),
                 "the organisation fact 'slas.customer_notice_hours' is missing in bindery.json");
}

TEST(checks, the_page_is_captured_and_confirmed_once_a_year) {
    scene *s = &files_of("2026-01-01", "2026-06-30", NULL)->scene;
    put_document(s, "public-page-capture",
                 stating(carried_out("2026-03-01"), "address;capture-time;page-reachable"), true);
    put_document(s, "public-page-statement",
                 stating(carried_out("2025-03-01"),
                         "names-capture-hash;commitments-equal-contracts;contact-tried"),
                 true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "2.1a"), "C");
    CHECK_EQ_STR(outcomes(s, "2.1b"), "M"); /* of the year before */
}
