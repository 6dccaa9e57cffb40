/* Requirements 2.3 b and 7.1 b: an exported log has rows of every day on which the log itself has events. */
#include "make_whole.h"

#define SPAN(from, to)                                                                             \
    ",\"describes_from\":\"2026-" from "T00:00:00Z\",\"describes_to\":\"2026-" to "T00:00:00Z\""
#define WHOLE_MONTH SPAN("01-01", "02-01")
#define IN_A ",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\"]}"

#define EVENT(id, subscription, category, at)                                                      \
    "{\"eventDataId\":\"" id "\",\"eventTimestamp\":\"2026-01-" at "\",\"operationName\":{"        \
    "\"value\":\"x/write\"},\"category\":" category ",\"subscriptionId\":\"" subscription          \
    "\",\"id\":\"/subscriptions/" subscription "/events/" id "\"}"
#define ADMIN "{\"value\":\"Administrative\"}"
#define ROWS(rows)                                                                                 \
    "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"  \
    "\"datetime\"},{\"name\":\"EventSubmissionTimestamp\",\"type\":\"datetime\"},{\"name\":"       \
    "\"OperationNameValue\",\"type\":\"string\"},{\"name\":\"CorrelationId\",\"type\":\"string\"}" \
    ",{\"name\":\"SubscriptionId\",\"type\":\"string\"}],\"rows\":[" rows "]}]}"
#define ROW(subscription, at)                                                                      \
    "[\"2026-01-" at "\",\"2026-01-" at "\",\"X\",\"c\",\"" subscription "\"]"
#define TEN "10T10:00:00Z"
#define BOTH_DAYS                                                                                  \
    EVENT("e1", SCAN_SUB_A, ADMIN, TEN) "," EVENT("e2", SCAN_SUB_A, ADMIN, "20T23:59:59Z")
#define BOTH_ROWS                                                                                  \
    ROW(SCAN_SUB_A, TEN) "," ROW("AAAAAAAA-0000-4000-8000-00000000000A", "20T00:00:00Z")

#define CENTRAL SCAN_IN_A "Microsoft.OperationalInsights/workspaces/central"
#define OTHER SCAN_IN_A "Microsoft.OperationalInsights/workspaces/other"
#define GUID "11111111-2222-4333-8444-555555555555"
#define FACTS "{'central_workspace':'" CENTRAL "','central_workspace_guid':'" GUID "'}"
#define OF(workspace) ",\"scope\":{\"kind\":\"workspace\",\"ids\":[\"" workspace "\"]}"

static const char *month_with(const char *events, const char *event_days, const char *rows,
                              const char *row_days) {
    whole *w = whole_open(FACTS);
    if (events != NULL) {
        whole_add(w, bd_str_format(test_arena(), "{\"value\":[%s]}", events).data,
                  bd_str_format(test_arena(), ",\"source\":\"S27\"" IN_A "%s", event_days).data);
    }
    if (rows != NULL) {
        whole_add(w, rows,
                  bd_str_format(test_arena(), ",\"source\":\"S63v\"" OF(CENTRAL) "%s", row_days).data);
    }
    whole_judge(w);
    const char *said = whole_verdict(w, "activity-log-without-holes");
    bool is_month_clean = strcmp(whole_month(w, "2.3b", 0), "clean") == 0;
    CHECK(is_month_clean == (strcmp(said, "pass") == 0));
    test_failure("%s: %.*s", whole_month(w, "2.3b", 0),
                 BD_ARG(whole_reason(w, "activity-log-without-holes")));
    scan_bench_close(&w->bench);
    return said;
}

TEST(checks_logs, each_day_with_events_has_rows_in_the_workspace) {
    static const struct {
        const char *events, *event_days, *rows, *row_days, *expected;
    } rows[] = {
        {BOTH_DAYS, WHOLE_MONTH, ROWS(BOTH_ROWS), WHOLE_MONTH, "pass"},
        {BOTH_DAYS, WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, TEN)), WHOLE_MONTH, "fail"},
        {BOTH_DAYS, WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, TEN) "," ROW(SCAN_SUB_A, "21T00:00:00Z")),
         WHOLE_MONTH, "fail"}, /* the day after is another day */
        {BOTH_DAYS, WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, TEN) "," ROW(SCAN_SUB_B, "20T00:00:00Z")),
         WHOLE_MONTH, "fail"}, /* of another subscription */
        {EVENT("e1", SCAN_SUB_A, ADMIN, TEN), WHOLE_MONTH, ROWS(BOTH_ROWS), WHOLE_MONTH, "pass"},
        /* a category that need not be exported */
        {EVENT("e1", SCAN_SUB_A, ADMIN,
               TEN) "," EVENT("e2", SCAN_SUB_A, "{\"value\":\"ResourceHealth\"}", "20T00:00:00Z"),
         WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, TEN)), WHOLE_MONTH, "pass"},
        /* of one day with events of both kinds the one that has to be exported decides, in whatever order */
        {EVENT("e1", SCAN_SUB_A, ADMIN,
               TEN) "," EVENT("e2", SCAN_SUB_A, "{\"value\":\"ResourceHealth\"}", TEN),
         WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, "11T10:00:00Z")), WHOLE_MONTH, "fail"},
        {EVENT("e1", SCAN_SUB_A, "{\"value\":\"ResourceHealth\"}",
               TEN) "," EVENT("e2", SCAN_SUB_A, ADMIN, TEN),
         WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, "11T10:00:00Z")), WHOLE_MONTH, "fail"},
        {EVENT("e1", SCAN_SUB_A, "\"Administrative\"", TEN), WHOLE_MONTH,
         ROWS(ROW(SCAN_SUB_A, "11T10:00:00Z")), WHOLE_MONTH, "fail"},
        {EVENT("e1", SCAN_SUB_A, "{\"value\":\"administrative\"}", TEN), WHOLE_MONTH,
         ROWS(ROW(SCAN_SUB_A, "11T10:00:00Z")), WHOLE_MONTH, "fail"},
        {EVENT("e1", SCAN_SUB_A, "{\"localizedValue\":\"Administrative\"}", TEN), WHOLE_MONTH,
         ROWS(ROW(SCAN_SUB_A, "11T10:00:00Z")), WHOLE_MONTH, "cannot-tell"},
        {EVENT("e1", SCAN_SUB_A, "7", TEN), WHOLE_MONTH,
         ROWS(ROW(SCAN_SUB_A, "11T10:00:00Z")), WHOLE_MONTH, "cannot-tell"},
        /* of which subscription it is, or when it was, is not said */
        {EVENT("e1", "", ADMIN, TEN), WHOLE_MONTH, ROWS(BOTH_ROWS), WHOLE_MONTH, "cannot-tell"},
        {EVENT("e1", SCAN_SUB_A, ADMIN, "40T10:00:00Z"), WHOLE_MONTH, ROWS(BOTH_ROWS), WHOLE_MONTH,
         "cannot-tell"},
        {EVENT("e1", SCAN_SUB_A, ADMIN, TEN), WHOLE_MONTH,
         ROWS(ROW("", TEN)), WHOLE_MONTH, "fail"}, /* a row of no subscription is of none */
        {EVENT("e1", SCAN_SUB_A, "null", TEN), WHOLE_MONTH, ROWS(BOTH_ROWS), WHOLE_MONTH,
         "cannot-tell"},
        /* the rows of some days were not read, or the events */
        {BOTH_DAYS, WHOLE_MONTH, ROWS(ROW(SCAN_SUB_A, TEN)), SPAN("01-01", "01-20"), "cannot-tell"},
        {BOTH_DAYS, WHOLE_MONTH, ROWS(BOTH_ROWS), SPAN("01-01", "01-25"), "cannot-tell"},
        {EVENT("e1", SCAN_SUB_A, ADMIN, TEN), SPAN("01-01", "01-15"), ROWS(BOTH_ROWS), WHOLE_MONTH,
         "cannot-tell"},
        /* an answer that broke off */
        {BOTH_DAYS, WHOLE_MONTH,
         "{\"error\":{\"code\":\"PartialError\"},\"tables\":[]}",
         WHOLE_MONTH, "cannot-tell"},
        {NULL, NULL, ROWS(BOTH_ROWS), WHOLE_MONTH, "missing"},
        {BOTH_DAYS, WHOLE_MONTH, NULL, NULL, "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *said =
            month_with(rows[i].events, rows[i].event_days, rows[i].rows, rows[i].row_days);
        CHECK_EQ_STR(bd_str_format(test_arena(), "row %zu: %s", i, said),
                     bd_str_format(test_arena(), "row %zu: %s", i, rows[i].expected).data);
    }
}

/* ---- of which workspace the rows are ---- */

#define MORE_OF(workspace) ",\"source\":\"S63v\"" OF(workspace) WHOLE_MONTH
#define ASKED(member) ",\"source\":\"S63v\"," member WHOLE_MONTH
/* A row that names its workspace, in the column TenantId. */
#define NAMING(tenant)                                                                             \
    "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"  \
    "\"datetime\"},{\"name\":\"EventSubmissionTimestamp\",\"type\":\"datetime\"},{\"name\":"       \
    "\"OperationNameValue\",\"type\":\"string\"},{\"name\":\"CorrelationId\",\"type\":\"string\"}" \
    ",{\"name\":\"SubscriptionId\",\"type\":\"string\"},{\"name\":\"TenantId\",\"type\":\"string\"}"  \
    "],\"rows\":[[\"2026-01-" TEN "\",\"2026-01-" TEN "\",\"X\",\"c\",\"" SCAN_SUB_A "\",\"" tenant     \
    "\"]]}]}"

static const char *month_of(const char *facts, const char *rows, const char *more,
                            const char *second, const char *second_more) {
    whole *w = whole_open(facts);
    whole_add(w, "{\"value\":[" EVENT("e1", SCAN_SUB_A, ADMIN, TEN) "]}",
              ",\"source\":\"S27\"" IN_A WHOLE_MONTH);
    whole_add(w, rows, more);
    if (second != NULL) {
        whole_add(w, second, second_more);
    }
    whole_judge(w);
    const char *said = whole_month(w, "2.3b", 0);
    scan_bench_close(&w->bench);
    return said;
}

TEST(checks_logs, rows_of_another_workspace_do_not_count) {
    static const char row[] = ROWS(ROW(SCAN_SUB_A, TEN)), none[] = ROWS(ROW(SCAN_SUB_A, "20T00:00:00Z"));
    static const struct {
        const char *rows, *more, *second, *second_more, *expected;
    } rows[] = {
        {row, MORE_OF(CENTRAL), NULL, NULL, "clean"},
        {row, MORE_OF("/SUBSCRIPTIONS/" SCAN_SUB_A "/resourceGroups/RG/providers/"
                      "Microsoft.OperationalInsights/workspaces/Central/"),
         NULL, NULL, "clean"},
        {row, MORE_OF(OTHER), NULL, NULL, "cannot-tell"},
        {row, MORE_OF(OTHER), none, MORE_OF(CENTRAL), "deviation"},
        {none, MORE_OF(CENTRAL), row, MORE_OF(OTHER), "deviation"},
        {none, MORE_OF(CENTRAL), row, ",\"source\":\"S63v\"" WHOLE_MONTH, "cannot-tell"},
        /* nobody says of which it is */
        {row, ",\"source\":\"S63v\"" WHOLE_MONTH, NULL, NULL, "cannot-tell"},
        {row,
         ",\"source\":\"S63v\",\"scope\":{\"kind\":\"workspace\",\"ids\":[\"" CENTRAL "\",\"" OTHER
         "\"]}" WHOLE_MONTH,
         NULL, NULL, "cannot-tell"},
        /* by its own id */
        {row, MORE_OF(GUID), NULL, NULL, "clean"},
        {row, ASKED("\"request\":\"POST https://api.loganalytics.io/v1/workspaces/" GUID "/query\""),
         NULL, NULL, "clean"},
        {row,
         ASKED("\"request\":\"POST https://api.loganalytics.io/v1/workspaces/"
               "99999999-2222-4333-8444-555555555555/query\""),
         NULL, NULL, "cannot-tell"},
        /* what a row says goes before what is said of it */
        {NAMING(GUID), MORE_OF(CENTRAL), NULL, NULL, "clean"},
        {NAMING("99999999-2222-4333-8444-555555555555"), MORE_OF(CENTRAL), NULL, NULL, "deviation"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str said = bd_str_of(month_of(FACTS, rows[i].rows, rows[i].more, rows[i].second,
                                         rows[i].second_more));
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

TEST(checks_logs, without_a_central_workspace_the_fact_is_named) {
    whole *w = whole_open("{}");
    whole_add(w, "{\"value\":[" EVENT("e1", SCAN_SUB_A, ADMIN, TEN) "]}",
              ",\"source\":\"S27\"" IN_A WHOLE_MONTH);
    whole_add(w, ROWS(ROW(SCAN_SUB_A, TEN)), MORE_OF(CENTRAL));
    whole_judge(w);
    CHECK_EQ_STR(bd_str_of(whole_month(w, "2.3b", 0)), "cannot-tell");
    for (size_t i = 0; i < w->out->control_count; i++) {
        for (size_t j = 0; j < w->out->controls[i].requirement_count; j++) {
            const bd_requirement_result *one = &w->out->controls[i].requirements[j];
            if (bd_str_eqz(one->requirement->id, "2.3b")) {
                CHECK_EQ_STR(one->instances[0].reason,
                             "the organisation fact 'central_workspace' is missing in bindery.json");
            }
        }
    }
    scan_bench_close(&w->bench);
}

/* ---- Entra ID ---- */

#define AUDIT(id, at)                                                                              \
    "{\"id\":\"" id "\",\"activityDateTime\":\"2026-01-" at "\",\"activityDisplayName\":\"a\","    \
    "\"targetResources\":[]}"
#define SIGN_IN(id, at)                                                                            \
    "{\"id\":\"" id "\",\"createdDateTime\":\"2026-01-" at "\",\"userPrincipalName\":\"u\","       \
    "\"appDisplayName\":\"p\",\"conditionalAccessStatus\":\"success\"}"
#define TABLE(name, first, second, rows)                                                           \
    "{\"tables\":[{\"name\":\"" name "\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"       \
    "\"datetime\"},{\"name\":\"" first "\",\"type\":\"string\"},{\"name\":\"" second               \
    "\",\"type\":\"string\"}],\"rows\":[" rows "]}]}"
#define AT(at) "[\"2026-01-" at "\",\"x\",\"y\"]"

static void put_weekly(whole *w, const char *source, const char *records) {
    static const char *const days[] = {"01-01", "01-12", "01-22", "02-01"};
    for (size_t i = 1; i < BD_COUNT(days); i++) {
        bd_str name = bd_str_format(test_arena(), "%d.json", w->files++);
        scan_file(
            &w->bench, name.data,
            bd_str_format(test_arena(), "{\"value\":[%s]}", i == 1 ? records : ""),
            bd_str_format(test_arena(),
                          "{\"collected_at\":\"2026-%sT06:00:00Z\",\"exporter\":\"e\","
                          "\"command\":\"portal: export\",\"complete\":true,\"source\":\"%s\","
                          "\"describes_from\":\"2026-%sT00:00:00Z\",\"describes_to\":"
                          "\"2026-%sT00:00:00Z\"}",
                          days[i], source, days[i - 1], days[i])
                .data);
    }
}

#define SETTING(workspace, logs)                                                                   \
    "{\"value\":[{\"id\":\"/providers/microsoft.aadiam/diagnosticSettings/d\",\"name\":\"d\",\"type\":"  \
    "null,\"properties\":{\"workspaceId\":" workspace ",\"logs\":[" logs "]}}]}"
#define KIND(kind, name, enabled) "{\"" kind "\":\"" name "\",\"enabled\":" enabled "}"
#define BOTH_KINDS KIND("category", "AuditLogs", "true") "," KIND("category", "SignInLogs", "true")

static void expect_settings(const char *settings, const char *audit_rows, const char *sign_in_rows,
                            const char *expected) {
    whole *w = whole_open(FACTS);
    whole_add(w, settings, "");
    put_weekly(w, "S58", AUDIT("a1", TEN));
    put_weekly(w, "S58s", SIGN_IN("s1", "11T10:00:00Z"));
    if (audit_rows != NULL) {
        whole_add(w, audit_rows, ",\"source\":\"S63a\"" OF(CENTRAL) WHOLE_MONTH);
    }
    if (sign_in_rows != NULL) {
        whole_add(w, sign_in_rows, ",\"source\":\"S63s\"" OF(CENTRAL) WHOLE_MONTH);
    }
    whole_judge(w);
    CHECK_EQ_STR(bd_str_of(whole_month(w, "7.1b", 0)), expected);
    scan_bench_close(&w->bench);
}

static void expect_directory(const char *audit_rows, const char *sign_in_rows,
                             const char *expected) {
    expect_settings(SETTING("\"" CENTRAL "\"", BOTH_KINDS), audit_rows, sign_in_rows, expected);
}

/* Sign-ins without a user present, as those of a mail client, have a table of their own. */
TEST(checks_logs, one_factor_is_looked_for_in_both_logs_of_sign_ins) {
#define QUIET_ROWS(rows)                                                                           \
    "{\"tables\":[{\"name\":\"AADNonInteractiveUserSignInLogs\",\"columns\":[{\"name\":"             \
    "\"TimeGenerated\",\"type\":\"datetime\"},{\"name\":\"UserPrincipalName\",\"type\":\"string\"}," \
    "{\"name\":\"ResultType\",\"type\":\"string\"},{\"name\":\"AuthenticationRequirement\",\"type\":" \
    "\"string\"}],\"rows\":[" rows "]}]}"
#define QUIET(requirement) "[\"2026-01-11T10:00:00Z\",\"ann@x\",\"0\",\"" requirement "\"]"
    static const struct {
        const char *quiet, *expected;
    } rows[] = {
        {NULL, "cannot-tell"},
        {QUIET_ROWS(QUIET("multiFactorAuthentication")), "clean"},
        {QUIET_ROWS(QUIET("singleFactorAuthentication")), "deviation"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        put_weekly(w, "S58s",
                   "{\"id\":\"s1\",\"createdDateTime\":\"2026-01-11T10:00:00Z\","
                   "\"userPrincipalName\":\"ann@x\",\"appDisplayName\":\"p\","
                   "\"conditionalAccessStatus\":\"success\",\"status\":{\"errorCode\":0},"
                   "\"authenticationRequirement\":\"multiFactorAuthentication\"}");
        if (rows[i].quiet != NULL) {
            whole_add(w, rows[i].quiet, ",\"source\":\"S63n\"" OF(CENTRAL) WHOLE_MONTH);
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_month(w, "6.1.2c", 0));
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
        scan_bench_close(&w->bench);
    }
}

TEST(checks_logs, each_log_of_the_directory_has_its_days_in_the_workspace) {
#define AUDIT_ROWS(rows) TABLE("AuditLogs", "OperationName", "CorrelationId", rows)
#define SIGN_IN_ROWS(rows) TABLE("SigninLogs", "UserPrincipalName", "ResultType", rows)
    expect_directory(AUDIT_ROWS(AT(TEN)), SIGN_IN_ROWS(AT("11T00:00:00Z")), "clean");
    expect_directory(AUDIT_ROWS(AT("11T00:00:00Z")), SIGN_IN_ROWS(AT("11T00:00:00Z")), "deviation");
    expect_directory(AUDIT_ROWS(AT(TEN)), SIGN_IN_ROWS(AT(TEN)), "deviation");
    expect_directory(AUDIT_ROWS(AT(TEN)), NULL, "cannot-tell");
    expect_directory(NULL, SIGN_IN_ROWS(AT("11T00:00:00Z")), "cannot-tell");
}

TEST(checks_logs, further_categories_of_the_directory_leave_it_open) {
#define DAYS AUDIT_ROWS(AT(TEN)), SIGN_IN_ROWS(AT("11T00:00:00Z"))
#define TO_CENTRAL(more) SETTING("\"" CENTRAL "\"", BOTH_KINDS "," more)
    expect_settings(TO_CENTRAL(KIND("category", "ServicePrincipalSignInLogs", "true")), DAYS,
                    "cannot-tell");
    expect_settings(TO_CENTRAL(KIND("category", "ServicePrincipalSignInLogs", "false")), DAYS,
                    "clean");
    expect_settings(TO_CENTRAL(KIND("categoryGroup", "allLogs", "true")), DAYS, "cannot-tell");
    /* elsewhere, or nowhere: it does not reach the workspace */
    expect_settings(SETTING("\"" OTHER "\"", KIND("category", "ProvisioningLogs", "true")), DAYS,
                    "clean");
    expect_settings(SETTING("\"\"", KIND("category", "ProvisioningLogs", "true")), DAYS, "clean");
    expect_settings(SETTING("null", KIND("category", "ProvisioningLogs", "true")), DAYS, "clean");
    /* which categories there are is not shown */
    expect_settings("{\"value\":[{\"id\":\"/providers/microsoft.aadiam/diagnosticSettings/d\",\"name\":"
                    "\"d\",\"type\":null,\"properties\":{\"workspaceId\":\"" CENTRAL "\"}}]}",
                    DAYS, "cannot-tell");
}
