/* Checks of our own controls. */
#include "make_catalog_scene.h"

TEST(checks, the_checks_of_our_own_controls_answer_as_the_cases_say) {
    run_section_cases("ours.case", 42);
}

/* ---- how old a record is ---- */

#define AGED(age)                                                                                  \
    SECURITY_OF(A_CONTROL("1.1", "annual"),                                                        \
                A_REQUIREMENT("1.1", "a", "annual", 365, 0, "'L1'"), A_SOURCE("L1", "tenant", ""), \
                A_CHECK("aged", "1.1", "a", "each",                                                \
                        "'source':'L1','age':{'of':'day'," age "}," PASS_IF_OK))

static void put_aged(scene *s, const char *exported, const char *done) {
    uint32_t item = put_snapshot(s, "L1", "", exported);
    bd_row row = row_of(s, item, "aged", "p1", BD_PASS);
    row.time = at_of(done);
    put_row(s, item, row);
}

/* Period: the first half of 2026.  Twelve months before 1 July 2026 begin on 1 July 2025. */
TEST(assess, a_record_is_too_old_on_the_day_of_its_export_or_at_the_end) {
    static const struct {
        const char *exports[2][2], *expected;
    } rows[] = {
        {{{"2026-06-30T06:00:00Z", "2025-07-01T12:00:00Z"}}, "C"},
        {{{"2026-06-30T06:00:00Z", "2025-06-30T12:00:00Z"}}, "D"},
        {{{"2026-01-15T06:00:00Z", "2025-03-01T12:00:00Z"}}, "?"}, /* due again on 1 March 2026 */
        {{{"2026-01-15T06:00:00Z", "2025-01-15T12:00:00Z"}}, "D"},
        {{{"2026-01-15T06:00:00Z", "2025-03-01T12:00:00Z"},
          {"2026-06-15T06:00:00Z", "2026-02-20T12:00:00Z"}},
         "C"}, /* the later export shows that it was done */
        {{{"2026-01-15T06:00:00Z", "2025-03-01T12:00:00Z"},
          {"2026-06-15T06:00:00Z", "2025-03-01T12:00:00Z"}},
         "D"}, /* ... and that it was not */
        {{{"2026-01-15T06:00:00Z", "2026-01-16T12:00:00Z"}}, "?"}, /* after its own export */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(AGED("'months':12"), "2026-01-01", "2026-06-30", "UTC");
        for (size_t j = 0; j < 2 && rows[i].exports[j][0] != NULL; j++) {
            put_aged(s, rows[i].exports[j][0], rows[i].exports[j][1]);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(assess, a_list_of_many_days_tells_of_its_last_one) {
    static const struct {
        const char *done, *expected;
    } rows[] = {{"2026-05-01T12:00:00Z", "C"}, {"2025-06-30T12:00:00Z", "D"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(AGED("'months':12"), "2026-01-01", "2026-06-30", "UTC");
        uint32_t item = put_log(s, "L1", "", "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z");
        bd_row row = row_of(s, item, "aged", "p1", BD_PASS);
        row.time = at_of(rows[i].done);
        put_row(s, item, row);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(assess, hours_count_back_from_the_export) {
    static const struct {
        const char *done, *expected;
    } rows[] = {
        {"2026-02-13T06:00:00Z", "C"}, {"2026-02-13T05:59:59Z", "D"}, {"2026-02-16T06:00:00Z", "?"},
        {"2099-01-01T00:00:00Z", "?"}, /* no hour of that time has been */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(AGED("'hours':48"), "2026-01-01", "2026-06-30", "UTC");
        put_aged(s, "2026-02-15T06:00:00Z", rows[i].done);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

/* ---- what one record says of its age ---- */

typedef struct {
    bd_verdict verdict;
    bd_str reason;
    bd_instant time;
    size_t count;
} mapped;

static void keep_row(void *context, const bd_row *row) {
    mapped *out = context;
    out->verdict = row->verdict;
    out->reason = bd_str_copy(test_arena(), row->reason);
    out->time = row->time;
    out->count++;
}

static mapped map_record(const scene *s, const char *json) {
    const bd_value *value = NULL;
    bd_err err;
    mapped out = {0};
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(), &value, &err), err);
    bd_record record = {.source = bd_catalog_source(s->catalog, BD_STR("L1")),
                        .value = value,
                        .type = BD_STR_INIT("t"),
                        .key = BD_STR_INIT("k"),
                        .resource = BD_STR_INIT("k"),
                        .time = BD_INSTANT_NONE};
    bd_rules_map(s->rules, &record, test_arena(), keep_row, &out);
    return out;
}

TEST(rule, a_day_that_cannot_be_read_has_no_age) {
    static const struct {
        const char *json, *reason;
        bd_verdict verdict;
    } rows[] = {
        {"{'ok':true,'day':'2026-02-01'}", "", BD_PASS},
        {"{'ok':true,'day':'2026-02-01T05:00:00+02:00'}", "", BD_PASS},
        {"{'ok':true,'day':'01.02.2026'}", "day is '01.02.2026'", BD_CANNOT_TELL},
        {"{'ok':true,'day':''}", "does not show 'day'", BD_CANNOT_TELL},
        {"{'ok':true}", "does not show 'day'", BD_CANNOT_TELL},
        {"{'ok':false}", "", BD_FAIL},
    };
    scene *s = scene_of(AGED("'months':12"), "2026-01-01", "2026-06-30", "UTC");
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        mapped got = map_record(s, rows[i].json);
        CHECK_EQ_INT(got.count, 1);
        CHECK_EQ_INT(got.verdict, rows[i].verdict);
        CHECK(bd_str_find(got.reason, bd_str_of(rows[i].reason)) >= 0);
        CHECK((got.time != BD_INSTANT_NONE) == (rows[i].verdict == BD_PASS));
    }
}

/* ---- rows of a list that give a day alone ---- */

#define LISTED                                                                                     \
    SECURITY_OF(A_CONTROL("1.1", "per-event"),                                                     \
                A_REQUIREMENT("1.1", "a", "per-event", 365, 0, "'L1'"),                            \
                "{'id':'L1','title':'L1','origin':'handed-in','scope':'tenant','history':'log',"   \
                "'time':'day','key':['k']}",                                                       \
                A_CHECK("listed", "1.1", "a", "each", "'source':'L1'," PASS_IF_OK))

TEST(rule, a_row_of_a_list_lies_on_its_own_day) {
    scene *s = scene_of(LISTED, "2026-01-01", "2026-06-30", "UTC");
    CHECK_EQ_STR(
        bd_instant_format(test_arena(), map_record(s, "{'ok':true,'day':'2026-03-31'}").time),
        "2026-03-31T10:30:00Z");
    mapped undated = map_record(s, "{'ok':true,'day':'soon'}");
    CHECK_EQ_INT(undated.verdict, BD_CANNOT_TELL);
    CHECK_EQ_STR(undated.reason, "the time of 'k' cannot be told: day is 'soon'");
}

TEST(assess, a_row_without_a_day_is_not_lost_before_the_period) {
    scene *s = scene_of(LISTED, "2026-01-01", "2026-02-28", "UTC");
    uint32_t item = put_log(s, "L1", "", "2025-07-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_record(s, item, "listed", "k", BD_CANNOT_TELL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?0");
}

/* ---- deletions and alerts: whole scenes over the catalog ---- */

#define DELETE(operation, group)                                                                   \
    "{'eventDataId':'e','eventTimestamp':'2026-02-10T10:00:00Z','operationName':'" operation       \
    "','status':'Succeeded','correlationId':'c-1','resourceId':'/subscriptions/" SUB_A             \
    "/resourceGroups/" group "/providers/Microsoft.Compute/disks/d'}"

TEST(checks, a_deleted_disk_needs_a_change_record) {
    static const struct {
        const char *deletion, *change, *expected;
    } rows[] = {
        {DELETE("Microsoft.Compute/disks/delete", "p"),
         "{'change_id':'1','reference':'C-1','approved_by':'Ann','approved_at':"
         "'2026-02-09T10:00:00Z'}",
         "P"},
        {DELETE("Microsoft.Compute/disks/delete", "p"),
         "{'change_id':'1','reference':'C-2','approved_by':'Ann','approved_at':"
         "'2026-02-09T10:00:00Z'}",
         "F"},
        {DELETE("Microsoft.Compute/disks/delete", "p"), NULL, "F"},
        {DELETE("MICROSOFT.KEYVAULT/VAULTS/DELETE", "p"), NULL, "F"},
        {DELETE("Microsoft.Network/networkInterfaces/delete", "p"), NULL, ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of_catalog("{'production_scope':['" SUB_A "']}", "2026-02-01",
                                    "2026-02-28");
        put_json(s, put_log(s, "S27", SUB_A, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"), "e",
                 rows[i].deletion);
        uint32_t list =
            put_log(s, "csv:changes", "", "2026-01-01T00:00:00Z", "2026-03-02T00:00:00Z");
        if (rows[i].change != NULL) {
            put_json(s, list, "1", rows[i].change);
        }
        judge_scene(s);
        CHECK_EQ_STR(results_of_check(s, "deletions-on-purpose"), rows[i].expected);
    }
}

#define GROUP "/subscriptions/" SUB_A "/resourceGroups/"

/* A misspelt group leaves every deletion out, which is not the same as that there was none. */
TEST(checks, a_place_of_production_that_holds_nothing_leaves_it_open) {
    static const struct {
        const char *places, *expected;
    } rows[] = {
        {"'" GROUP "p'", "C"},
        {"'P'", "C"},
        {"'" SUB_A "'", "C"},
        {"'" GROUP "pp'", "?"},
        {"'" GROUP "'", "C"}, /* what an id begins with */
        {"'q','" GROUP "p'", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        bd_str facts = bd_str_format(test_arena(), "{'production_scope':[%s]}", rows[i].places);
        scene *s = scene_of_catalog(facts.data, "2026-02-01", "2026-02-28");
        uint32_t log = put_log(s, "S27", SUB_A, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        put_json(s, log, GROUP "p/providers/Microsoft.Compute/disks/d/events/e",
                 DELETE("Microsoft.Compute/disks/delete", "p"));
        uint32_t list =
            put_log(s, "csv:changes", "", "2026-01-01T00:00:00Z", "2026-03-02T00:00:00Z");
        put_json(s, list, "1",
                 "{'change_id':'1','reference':'C-1','approved_by':'Ann','approved_at':"
                 "'2026-02-09T10:00:00Z'}");
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "B-CC6.5-1b"), rows[i].expected);
        if (rows[i].expected[0] == '?') {
            CHECK(bd_str_find(instance_of(s, "B-CC6.5-1b", "2026-02")->reason,
                              BD_STR("and no record of the evidence lies there")) >= 0);
        }
    }
}

TEST(checks, a_metric_alert_needs_a_ticket_with_its_id) {
    static const struct {
        const char *reference, *expected;
    } rows[] = {{"/Subscriptions/s/providers/Microsoft.AlertsManagement/alerts/a1", "P"},
                {"a2", "F"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of_catalog("{}", "2026-02-01", "2026-02-28");
        uint32_t alerts =
            put_log(s, "S67", SUB_A, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        put_json(s, alerts, "a1",
                 "{'id':'/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/a1',"
                 "'properties':{'essentials':{'signalType':'Metric','startDateTime':"
                 "'2026-02-10T10:00:00Z'}}}");
        uint32_t tickets =
            put_log(s, "csv:tickets", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        put_json(s, tickets, "t",
                 bd_str_format(test_arena(),
                               "{'ticket_id':'t','kind':'incident','source_ref':'%s','opened_at':"
                               "'2026-02-10T11:00:00Z'}",
                               rows[i].reference)
                     .data);
        judge_scene(s);
        CHECK_EQ_STR(results_of_check(s, "capacity-alerts-handled"), rows[i].expected);
    }
}
