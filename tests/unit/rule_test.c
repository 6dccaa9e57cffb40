/* Conditions (tests/cases/rule) and what each shape maps a record to. */
#include "bindery/rule.h"

#include "make_catalog.h"
#include "test.h"

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

/* ---- cases
 * ------------------------------------------------------------------------------------------------
 */

static bd_str verdict_word(bd_verdict verdict) {
    return bd_str_of(verdict == BD_PASS ? "true" : verdict == BD_FAIL ? "false" : "unknown");
}

static void run_case(const char *file, bd_str condition, bd_str record, bd_str expected) {
    const bd_condition *compiled = NULL;
    bd_err err;
    const bd_value *parameters = json("{\"list\":{\"value\":[\"one\",\"two\"]},\"word\":\"word\"}");
    bd_rc rc = bd_condition_compile(parse(condition), parameters, test_arena(), &compiled, &err);
    test_failure("%s: %.*s", file, BD_ARG(condition));
    if (expected.data[0] == '!') {
        CHECK_FAILS(rc, err, BD_ERR_INPUT,
                    bd_str_z(test_arena(), bd_str_sub(expected, 1, expected.size)));
        return;
    }
    CHECK_OK(rc, err);
    const bd_value *value = parse(record);
    test_failure("%s: %.*s over %.*s", file, BD_ARG(condition), BD_ARG(record));
    CHECK_EQ_STR(verdict_word(bd_condition_eval(compiled, value, NULL, test_arena())), expected);
}

static void run_cases(const char *name, size_t least) {
    bd_str lines[3], line;
    size_t count = 0, cases = 0;
    bd_str rest = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/rule/%s", test_root(), name).data);
    while (bd_str_cut(&rest, '\n', &line)) {
        line = bd_str_trim(line);
        if (line.size == 0 || line.data[0] == '#') {
            continue;
        }
        lines[count++] = line;
        if (count == 3) {
            run_case(name, lines[0], lines[1], lines[2]);
            count = 0;
            cases++;
        }
    }
    CHECK_EQ_INT(count, 0);
    CHECK(cases >= least);
}

TEST(rule, operators_answer_as_the_cases_say) {
    run_cases("operators.case", 50);
}
TEST(rule, paths_answer_as_the_cases_say) {
    run_cases("paths.case", 30);
}
TEST(rule, logic_answers_as_the_cases_say) {
    run_cases("logic.case", 40);
}

/* ---- a catalog for the shapes
 * ----------------------------------------------------------------------------- */

static const char catalog_head[] =
    "{\"format\":\"bindery-catalog "
    "1\",\"criteria\":[{\"id\":\"CC1.1\",\"category\":\"Security\",\"series\":\"CC1\","
    "\"series_title\":\"s\",\"title\":\"t\"}],\"controls\":[{\"number\":\"1\",\"origin\":\"ours\","
    "\"owner\":\"o\",\"statement\":\"s\","
    "\"criteria\":[\"CC1.1\"],\"frequency\":\"annual\"}],\"requirements\":[{\"control\":\"1\","
    "\"req\":\"a\",\"half\":\"operation\","
    "\"statement\":\"s\",\"sources\":[\"SA\"],\"frequency\":\"annual\",\"max_age_days\":1,"
    "\"signoff\":false}],\"sources\":["
    "{\"id\":\"SA\",\"title\":\"t\",\"origin\":\"machine\",\"scope\":\"subscription\",\"history\":"
    "\"none\",\"renames\":{\"enableHttps\":"
    "\"supportsHttps\",\"current\":\"score.current\"},\"recognise\":{\"types\":[\"microsoft."
    "storage/storageaccounts\"]}},"
    "{\"id\":\"SB\",\"title\":\"t\",\"origin\":\"machine\",\"scope\":\"subscription\",\"history\":"
    "\"log\",\"time\":\"at\",\"key\":[\"event\"]},"
    "{\"id\":\"SD\",\"title\":\"t\",\"origin\":\"machine\",\"scope\":\"subscription\",\"history\":"
    "\"log\",\"derived_from\":[\"SB\"],"
    "\"derivation\":\"nsg-writes\",\"version\":1},{\"id\":\"SE\",\"title\":\"t\",\"origin\":"
    "\"machine\",\"scope\":\"tenant\",\"history\":\"none\"}],"
    "\"checks\":[{\"id\":\"c\",\"version\":1,\"control\":\"1\",\"requirement\":\"a\",\"title\":"
    "\"t\",\"tested\":\"t\",\"severity\":\"high\","
    "\"criteria\":[],\"property\":\"p\",";

static const bd_catalog *shape_catalog;

static bd_rc try_rules(const char *check, const char *parameters, const bd_rules **out,
                       bd_err *err) {
    bd_str text = bd_str_format(test_arena(), "%s%s}]}", catalog_head, check);
    bd_catalog_file file = {BD_STR_INIT("test.json"), text};
    BD_TRY(bd_catalog_load(&file, 1, test_arena(), &shape_catalog, err));
    return bd_rules_compile(shape_catalog, parameters == NULL ? NULL : json(parameters),
                            test_arena(), out, err);
}

static const bd_rules *make_rules(const char *check, const char *parameters) {
    const bd_rules *rules = NULL;
    bd_err err;
    CHECK_OK(try_rules(check, parameters, &rules, &err), err);
    return rules;
}

typedef BD_VEC(bd_row) row_list;

static void keep_row(void *context, const bd_row *row) {
    *bd_push(test_arena(), (row_list *)context) = *row;
}

static row_list map_record(const bd_rules *rules, const char *source, const char *key,
                           const char *record) {
    row_list rows = {0};
    bd_record at = {.source = bd_catalog_source(shape_catalog, bd_str_of(source)),
                    .value = json(record),
                    .type = bd_str_of("microsoft.storage/storageaccounts"),
                    .key = bd_str_of(key),
                    .resource = bd_str_of(key),
                    .subscription = bd_str_of("sub"),
                    .time = BD_INSTANT_NONE};
    bd_rules_map(rules, &at, test_arena(), keep_row, &rows);
    return rows;
}

#define EACH                                                                                       \
    "\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"where\":{\"field\":"       \
    "\"kind\",\"equals\":\"V2\"},"                                                                 \
    "\"pass\":{\"field\":\"supportsHttps\",\"equals\":true},\"reason\":\"secure transfer is "      \
    "{supportsHttps}\""

TEST(rule, each_gives_one_row_per_record_in_where) {
    const bd_rules *rules = make_rules(EACH, NULL);
    static const struct {
        const char *record;
        size_t rows;
        bd_verdict verdict;
        const char *reason;
    } rows[] = {
        {"{\"kind\":\"v2\",\"properties\":{\"supportsHttps\":true}}", 1, BD_PASS, ""},
        {"{\"kind\":\"v2\",\"supportsHttps\":\"True\"}", 1, BD_PASS, ""},
        {"{\"kind\":\"v2\",\"enableHttps\":true}", 1, BD_PASS, ""},
        {"{\"kind\":\"v2\",\"properties\":{\"enableHttps\":false}}", 1, BD_FAIL,
         "secure transfer is false"},
        {"{\"kind\":\"v2\",\"properties\":{\"supportsHttps\":false}}", 1, BD_FAIL,
         "secure transfer is false"},
        {"{\"kind\":\"v2\",\"supportsHttps\":null,\"enableHttps\":true}", 1, BD_PASS, ""},
        {"{\"kind\":\"v2\"}", 1, BD_CANNOT_TELL, "the record does not show 'supportsHttps'"},
        {"{\"kind\":\"v2\",\"SupportsHTTPS\":true,\"supportshttps\":true}", 1, BD_CANNOT_TELL,
         "the record has 'supportsHttps' more than once, spelled in different case"},
        {"{\"kind\":\"v1\"}", 0, BD_PASS, ""},
        {"{}", 1, BD_CANNOT_TELL, "the record does not show 'kind'"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        row_list got = map_record(rules, "SA", "/k", rows[i].record);
        test_failure("row %zu", i);
        CHECK_EQ_INT(got.count, rows[i].rows);
        for (size_t r = 0; r < got.count; r++) {
            CHECK_EQ_STR(bd_verdict_text(got.data[r].verdict), bd_verdict_text(rows[i].verdict));
            CHECK_EQ_STR(got.data[r].reason, rows[i].reason);
        }
    }
    CHECK_EQ_INT(map_record(rules, "SB", "/k", "{}").count, 0);
}

TEST(rule, a_missing_field_takes_the_checks_own_verdict) {
    const bd_rules *rules = make_rules("\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\","
                                       "\"pass\":{\"field\":\"a\",\"equals\":1}",
                                       NULL);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{}").data[0].verdict, BD_FAIL);
}

TEST(rule, a_renamed_pair_reaches_nested_names) {
    const bd_rules *rules = make_rules("\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"cannot-"
                                       "tell\",\"pass\":{\"field\":\"score.current\",\"equals\":3}",
                                       NULL);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"current\":3}").data[0].verdict, BD_PASS);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"properties\":{\"score\":{\"current\":3}}}")
                     .data[0]
                     .verdict,
                 BD_PASS);
}

TEST(rule, reasons_show_hostile_text_visibly_and_lists_briefly) {
    const bd_rules *rules = make_rules("\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\","
                                       "\"pass\":{\"field\":\"a\",\"equals\":1},"
                                       "\"reason\":\"a is {a}, b is {b[*].c}, d is {d}\"",
                                       NULL);
    row_list rows = map_record(rules, "SA", "/k",
                               "{\"a\":\"x\\u202ey\",\"b\":[{\"c\":1},{\"c\":1},{\"c\":2},{\"c\":3}"
                               ",{\"c\":4},{\"c\":5},{\"c\":6},{\"c\":7}]}");
    CHECK_EQ_STR(rows.data[0].reason,
                 "a is x\\u{202E}y, b is 1, 2, 3, 4, 5 and 2 more, d is absent");
}

#define RELATED                                                                                    \
    "\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"population\":"          \
    "\"critical_resources\","                                                                      \
    "\"related\":{\"source\":\"SE\",\"key\":\"parent\",\"pass\":{\"field\":\"on\",\"equals\":"     \
    "true}},\"reason\":\"nothing\""
#define ACCOUNT "/subscriptions/s/resourcegroups/r/providers/microsoft.storage/storageaccounts/a"

TEST(rule, related_left_is_the_fact_and_right_climbs_to_it) {
    const bd_rules *rules = make_rules(
        RELATED, "{\"critical_resources\":{\"value\":[\"subscriptions/S/resourceGroups/R/providers/"
                 "Microsoft.Storage/storageAccounts/A/\",\"/subscriptions/s/resourceGroups/r/"
                 "providers/Microsoft.Web/sites/w\"]}}");
    const bd_reduce_plan *plan = bd_rules_plan(rules, 0);
    CHECK_EQ_INT(plan->population.count, 1);
    CHECK_EQ_STR(plan->population.data[0], ACCOUNT);
    CHECK_EQ_STR(plan->population_fact, "critical_resources");
    CHECK_EQ_INT(plan->within_days, 7);
    CHECK_EQ_STR(bd_rules_missing_fact(rules, 0), "");
    row_list left = map_record(rules, "SA", ACCOUNT, "{}");
    CHECK_EQ_INT(left.count, 1);
    CHECK_EQ_STR(left.data[0].join, ACCOUNT);
    CHECK_EQ_STR(left.data[0].reason, "nothing");
    CHECK_EQ_INT(map_record(rules, "SA", ACCOUNT "b", "{}").count, 0);
    static const struct {
        const char *key, *record, *join;
        bd_verdict verdict;
    } right[] = {
        {ACCOUNT "/providers/microsoft.insights/diagnosticsettings/d", "{\"on\":true}", ACCOUNT,
         BD_PASS},
        {ACCOUNT "/blobservices/default/providers/microsoft.insights/diagnosticsettings/d",
         "{\"on\":false}", ACCOUNT, BD_FAIL},
        {ACCOUNT "/blobservices/default/providers/microsoft.insights/diagnosticsettings/d", "{}",
         ACCOUNT, BD_CANNOT_TELL},
        {"/subscriptions/s/resourcegroups/r/providers/microsoft.keyvault/vaults/v/providers/"
         "microsoft.insights/diagnosticsettings/d",
         "{}", NULL, BD_PASS},
        {"/subscriptions/s/providers/microsoft.insights/diagnosticsettings/d", "{}", NULL, BD_PASS},
        {"", "{}", NULL, BD_PASS},
    };
    for (size_t i = 0; i < BD_COUNT(right); i++) {
        row_list rows = map_record(rules, "SE", right[i].key, right[i].record);
        test_failure("right %zu", i);
        CHECK_EQ_INT(rows.count, right[i].join == NULL ? 0 : 1);
        if (rows.count == 1) {
            CHECK_EQ_INT(rows.data[0].side, BD_SIDE_RIGHT);
            CHECK_EQ_STR(rows.data[0].join, right[i].join);
            CHECK_EQ_INT(rows.data[0].verdict, right[i].verdict);
        }
    }
}

TEST(rule, a_fact_that_is_not_given_is_named_and_judges_nothing) {
    const bd_rules *rules = make_rules(RELATED, NULL);
    CHECK_EQ_STR(bd_rules_missing_fact(rules, 0), "critical_resources");
    CHECK_EQ_INT(map_record(rules, "SA", ACCOUNT, "{}").count, 0);
    rules = make_rules("\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"pass\":{"
                       "\"field\":\"a\",\"in\":\"[parameters('slas')]\"}",
                       NULL);
    CHECK_EQ_STR(bd_rules_missing_fact(rules, 0), "slas");
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"a\":1}").data[0].verdict, BD_CANNOT_TELL);
}

TEST(rule, a_checks_own_parameters_come_before_facts) {
    const bd_rules *rules =
        make_rules("\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"cannot-tell\","
                   "\"parameters\":{\"days\":30},"
                   "\"pass\":{\"field\":\"a\",\"lessOrEquals\":\"[parameters('days')]\"}",
                   "{\"days\":{\"value\":10}}");
    CHECK_EQ_STR(bd_rules_missing_fact(rules, 0), "");
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"a\":30}").data[0].verdict, BD_PASS);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"a\":31}").data[0].verdict, BD_FAIL);
}

TEST(rule, scope_gives_items_and_presence) {
    const bd_rules *rules =
        make_rules("\"shape\":\"scope\",\"source\":\"SE\",\"missing\":\"cannot-tell\",\"item\":"
                   "\"name\",\"where\":{\"field\":\"name\","
                   "\"notEquals\":\"Old\"},\"pass\":{\"field\":\"tier\",\"equals\":\"Standard\"},"
                   "\"expect\":{\"source\":\"SA\",\"path\":\"type\","
                   "\"table\":{\"Microsoft.Storage/storageAccounts\":\"Storage\"}}",
                   NULL);
    row_list item = map_record(rules, "SE", "/k", "{\"name\":\"Storage\",\"tier\":\"Free\"}");
    CHECK_EQ_INT(item.count, 1);
    CHECK_EQ_STR(item.data[0].join, "sub");
    CHECK_EQ_STR(item.data[0].detail, "Storage");
    CHECK_EQ_INT(item.data[0].verdict, BD_FAIL);
    CHECK_EQ_INT(map_record(rules, "SE", "/k", "{\"name\":\"Old\",\"tier\":\"Free\"}").count, 0);
    row_list nameless = map_record(rules, "SE", "/k", "{\"tier\":\"Standard\"}");
    CHECK_EQ_INT(nameless.data[0].verdict, BD_CANNOT_TELL);
    row_list there =
        map_record(rules, "SA", "/k", "{\"type\":\"microsoft.storage/STORAGEACCOUNTS\"}");
    CHECK_EQ_INT(there.data[0].side, BD_SIDE_RIGHT);
    CHECK_EQ_STR(there.data[0].detail, "Storage");
    CHECK_EQ_STR(there.data[0].join, "sub");
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"type\":\"microsoft.web/sites\"}").count, 0);
}

TEST(rule, aggregate_counts_what_meets_of) {
    const bd_rules *rules =
        make_rules("\"shape\":\"aggregate\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"of\":{"
                   "\"field\":\"on\",\"equals\":true},\"min_percent\":99.5",
                   NULL);
    const bd_reduce_plan *plan = bd_rules_plan(rules, 0);
    CHECK(plan->has_min && plan->is_percent && !plan->has_max);
    CHECK_EQ_INT(plan->min, 995);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"on\":true}").data[0].verdict, BD_PASS);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{\"on\":false}").data[0].verdict, BD_FAIL);
    CHECK_EQ_INT(map_record(rules, "SA", "/k", "{}").data[0].verdict, BD_CANNOT_TELL);
}

#define MATCH(window)                                                                              \
    "\"shape\":\"match\",\"missing\":\"cannot-tell\",\"population\":{\"source\":\"SA\",\"key\":["  \
    "\"who\",\"where\"],\"time\":\"left\"},"                                                       \
    "\"events\":[{\"source\":\"SB\",\"where\":{\"field\":\"ok\",\"equals\":true},\"key\":["        \
    "\"who\",\"where\"],\"time\":\"at\"},"                                                         \
    "{\"source\":\"SE\",\"key\":[\"who\"],\"window\":{\"from_hours\":0}}],\"window\":" window      \
    ",\"uses\":\"one\",\"expect\":\"some\""

TEST(rule, a_related_record_without_the_field_that_answers_gives_what_missing_says) {
    static const struct {
        const char *setting;
        bd_verdict expected;
        const char *reason;
    } rows[] = {
        {"{\"logs\":[{\"enabled\":true}],\"workspaceId\":\"w\"}", BD_PASS, ""},
        {"{\"properties\":{\"logs\":[{\"enabled\":true}],\"workspaceId\":\"w\"}}", BD_PASS, ""},
        {"{\"workspaceId\":\"w\"}", BD_CANNOT_TELL, "lacks the field logs"},
        {"{\"properties\":{\"workspaceId\":\"w\"}}", BD_CANNOT_TELL, "lacks the field logs"},
        {"{\"logs\":[],\"workspaceId\":\"w\"}", BD_FAIL, ""},   /* none is an answer */
        {"{\"logs\":null,\"workspaceId\":\"w\"}", BD_FAIL, ""}, /* and so is null */
        {"{\"logs\":[{\"enabled\":false}],\"workspaceId\":\"w\"}", BD_FAIL, ""},
        {"{\"logs\":[{}],\"workspaceId\":\"w\"}", BD_CANNOT_TELL, "logs"},
        {"{\"logs\":[{\"enabled\":true}]}", BD_CANNOT_TELL,
         "has none of the fields workspaceId, storageAccountId"},
        {"{\"logs\":[{\"enabled\":true}],\"workspaceId\":null}", BD_FAIL, ""},
        {"{\"logs\":[{\"enabled\":true}],\"storageAccountId\":\"\"}", BD_FAIL, ""},
    };
    const bd_rules *rules = make_rules(
        "\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"related\":{"
        "\"source\":"
        "\"SE\",\"key\":\"id\",\"needs\":[[\"logs\"],[\"workspaceId\",\"storageAccountId\"]],"
        "\"pass\":{"
        "\"allOf\":[{\"count\":{\"field\":\"logs[*]\",\"where\":{\"field\":\"logs[*].enabled\","
        "\"equals\":"
        "true}},\"greaterOrEquals\":1},{\"anyOf\":[{\"field\":\"workspaceId\",\"exists\":true},{"
        "\"field\":"
        "\"storageAccountId\",\"exists\":true}]}]}},\"within_days\":7,\"reason\":\"none\"",
        NULL);
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        row_list list = map_record(rules, "SE", "k", rows[i].setting);
        const char *reason = bd_str_z(test_arena(), list.data[0].reason);
        test_failure("%s: %s", rows[i].setting, reason);
        CHECK_EQ_INT(list.data[0].verdict, rows[i].expected);
        CHECK(strstr(reason, rows[i].reason) != NULL);
    }
}

TEST(rule, match_gives_both_sides_with_keys_and_times) {
    const bd_rules *rules = make_rules(MATCH("{\"from_hours\":null,\"to_hours\":24}"), NULL);
    const bd_reduce_plan *plan = bd_rules_plan(rules, 0);
    CHECK(!plan->has_from && plan->has_to && plan->uses_one && !plan->expects_none &&
          !plan->both_sides);
    CHECK_EQ_INT(plan->to, 24 * BD_HOUR);
    CHECK_EQ_INT(plan->event_sources.count, 2);
    CHECK(!plan->event_windows[0].has_from && plan->event_windows[0].has_to);
    CHECK(plan->event_windows[1].has_from && !plan->event_windows[1].has_to);
    row_list left =
        map_record(rules, "SA", "k",
                   "{\"who\":\" ÄNN \",\"where\":\"x\",\"left\":\"2026-01-02T01:00:00+01:00\"}");
    CHECK_EQ_STR(left.data[0].join, "änn\x1fx");
    CHECK_EQ_STR(bd_instant_format(test_arena(), left.data[0].time), "2026-01-02T00:00:00Z");
    row_list day =
        map_record(rules, "SA", "k", "{\"who\":\"a\",\"where\":\"x\",\"left\":\"2026-01-02\"}");
    CHECK_EQ_INT(day.data[0].verdict, BD_CANNOT_TELL);
    CHECK_EQ_STR(day.data[0].join, "a\x1fx"); /* whom it is about stays known */
    CHECK(strstr(bd_str_z(test_arena(), day.data[0].reason),
                 "left is '2026-01-02', expected a time with its offset") != NULL);
    row_list keyless =
        map_record(rules, "SA", "k", "{\"who\":\"a\",\"left\":\"2026-01-02T01:00:00Z\"}");
    CHECK_EQ_INT(keyless.data[0].verdict, BD_CANNOT_TELL);
    row_list event = map_record(rules, "SB", "k",
                                "{\"who\":\"a\",\"where\":\"x\",\"at\":\"2026-01-02T01:00:00Z\","
                                "\"ok\":true,\"event\":\"e1\"}");
    CHECK_EQ_INT(event.data[0].side, BD_SIDE_RIGHT);
    CHECK_EQ_STR(event.data[0].detail, "e1");
    CHECK_EQ_INT(map_record(rules, "SB", "k", "{\"who\":\"a\",\"ok\":false}").count, 0);
    CHECK_EQ_INT(map_record(rules, "SB", "k",
                            "{\"who\":\"a\",\"where\":\"x\",\"at\":\"2026-01-02T01:00:00Z\"}")
                     .data[0]
                     .verdict,
                 BD_CANNOT_TELL);
    row_list other = map_record(rules, "SE", "k", "{\"who\":\"A\"}");
    CHECK_EQ_INT(other.data[0].side, BD_SIDE_OTHER);
    CHECK_EQ_INT(other.data[0].verdict, BD_PASS);
    CHECK(other.data[0].time == BD_INSTANT_NONE);
}

#define UNDONE                                                                                     \
    "\"shape\":\"match\",\"missing\":\"cannot-tell\",\"population\":{\"source\":\"SA\",\"key\":["  \
    "\"who\"],\"time\":\"left\"},\"events\":[{\"source\":\"SE\",\"key\":[\"who\"],\"time\":"       \
    "\"at\","                                                                                      \
    "\"where\":{\"field\":\"do\",\"equals\":\"shut\"}}],\"window\":{\"to_hours\":24},\"uses\":"    \
    "\"one\","                                                                                     \
    "\"both_sides\":false,"

TEST(rule, what_undoes_an_event_has_a_side_of_its_own) {
    const bd_rules *rules = make_rules(
        UNDONE
        "\"expect\":\"some\",\"undone_by\":{\"source\":\"SE\",\"key\":[\"who\"],\"time\":\"at\","
        "\"where\":{\"field\":\"do\",\"equals\":\"open\"}}",
        NULL);
    CHECK(bd_rules_plan(rules, 0)->has_undo);
    row_list shut = map_record(rules, "SE", "k",
                               "{\"who\":\"a\",\"do\":\"shut\",\"at\":\"2026-01-02T01:00:00Z\"}");
    CHECK_EQ_INT(shut.count, 1);
    CHECK_EQ_INT(shut.data[0].side, BD_SIDE_RIGHT);
    row_list open = map_record(rules, "SE", "k",
                               "{\"who\":\"a\",\"do\":\"open\",\"at\":\"2026-01-02T01:00:00Z\"}");
    CHECK_EQ_INT(open.count, 1);
    CHECK_EQ_INT(open.data[0].side, BD_SIDE_UNDO);
    CHECK_EQ_INT(open.data[0].verdict, BD_PASS);
    row_list unclear =
        map_record(rules, "SE", "k", "{\"who\":\"a\",\"at\":\"2026-01-02T01:00:00Z\"}");
    CHECK_EQ_INT(unclear.count, 2); /* perhaps the one, perhaps the other */
    CHECK_EQ_INT(unclear.data[1].verdict, BD_CANNOT_TELL);
}

#define RECONCILE                                                                                  \
    "\"shape\":\"match\",\"missing\":\"cannot-tell\",\"population\":{\"source\":\"SA\",\"key\":["  \
    "\"who\"],\"time\":\"left\"},"                                                                 \
    "\"events\":[{\"source\":\"SE\",\"key\":[\"who\"],\"time\":\"left\"}],\"uses\":\"many\","      \
    "\"expect\":\"some\",\"both_sides\":true"

TEST(rule, a_day_is_time_enough_where_the_window_is_open) {
    const bd_rules *rules = make_rules(RECONCILE, NULL);
    row_list day = map_record(rules, "SA", "k", "{\"who\":\"a\",\"left\":\"2026-01-02\"}");
    CHECK_EQ_INT(day.data[0].verdict, BD_PASS);
    CHECK_EQ_INT(bd_instant_utc_day(day.data[0].time), bd_day_of_date(2026, 1, 2));
    CHECK(bd_rules_plan(rules, 0)->both_sides);
}

TEST(rule, a_time_that_cannot_be_read_is_named_with_the_form_expected) {
    const bd_rules *rules = make_rules(RECONCILE, NULL);
    static const char *const given[] = {"31.03.2026", "soon", "2026-03-31 or so", "03/31/2026"};
    for (size_t i = 0; i < BD_COUNT(given); i++) {
        row_list rows = map_record(
            rules, "SA", "k",
            bd_str_z(test_arena(),
                     bd_str_format(test_arena(), "{\"who\":\"a\",\"left\":\"%s\"}", given[i])));
        const char *reason = bd_str_z(test_arena(), rows.data[0].reason);
        test_failure("'%s': %s", given[i], reason);
        CHECK_EQ_INT(rows.data[0].verdict, BD_CANNOT_TELL);
        CHECK_EQ_STR(rows.data[0].join, "a");
        CHECK(strstr(reason, given[i]) != NULL && strstr(reason, "such as 2026-03-31") != NULL);
    }
    row_list none = map_record(rules, "SA", "k", "{\"who\":\"a\",\"left\":\"\"}");
    CHECK_EQ_INT(none.data[0].verdict, BD_CANNOT_TELL);
    CHECK(strstr(bd_str_z(test_arena(), none.data[0].reason), "gives no left") != NULL);
    row_list local =
        map_record(rules, "SA", "k", "{\"who\":\"a\",\"left\":\"2026-01-02T17:00:00\"}");
    CHECK_EQ_INT(local.data[0].verdict, BD_PASS);
    row_list derived =
        map_record(rules, "SA", "k", "{\"who\":\"a\",\"time_problem\":\"it is blue\"}");
    CHECK(strstr(bd_str_z(test_arena(), derived.data[0].reason), "cannot be told: it is blue") !=
          NULL);
}

TEST(rule, derived_sources_are_read_through_their_origins) {
    const bd_rules *rules = make_rules("\"shape\":\"each\",\"source\":\"SD\",\"missing\":\"cannot-"
                                       "tell\",\"pass\":{\"field\":\"a\",\"equals\":1},"
                                       "\"operation\":{\"id\":\"op\",\"status\":\"status\"}",
                                       NULL);
    CHECK(bd_rules_reads(rules, BD_STR("SD")) && bd_rules_reads(rules, BD_STR("SB")));
    CHECK(!bd_rules_reads(rules, BD_STR("SA")));
    row_list rows = map_record(rules, "SD", "k", "{\"a\":1,\"op\":\"o1\",\"status\":\"Started\"}");
    CHECK_EQ_STR(rows.data[0].join, "o1");
    CHECK_EQ_STR(rows.data[0].detail, "started");
}

TEST(rule, an_operation_is_counted_once_and_by_its_end) {
    static const struct {
        const char *first, *second;
        bd_verdict a, b, expected;
    } rows[] = {
        {"started", "succeeded", BD_FAIL, BD_CANNOT_TELL, BD_FAIL},
        {"started", "succeeded", BD_PASS, BD_CANNOT_TELL, BD_PASS},
        {"started", "succeeded", BD_CANNOT_TELL, BD_CANNOT_TELL, BD_CANNOT_TELL},
        {"started", "failed", BD_FAIL, BD_CANNOT_TELL, BD_NOT_APPLICABLE},
        {"accepted", "failed", BD_FAIL, BD_CANNOT_TELL, BD_NOT_APPLICABLE},
        {"started", "accepted", BD_FAIL, BD_CANNOT_TELL, BD_FAIL},
        {"started", "started", BD_FAIL, BD_FAIL, BD_CANNOT_TELL},
        {"started", "started", BD_PASS, BD_PASS, BD_PASS},
        {"succeeded", "succeeded", BD_PASS, BD_FAIL, BD_FAIL},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_row pair[2] = {{.verdict = rows[i].a, .detail = bd_str_of(rows[i].first)},
                          {.verdict = rows[i].b, .detail = bd_str_of(rows[i].second)}};
        bd_row turned[2] = {pair[1], pair[0]};
        size_t decides;
        test_failure("row %zu", i);
        CHECK_EQ_INT(bd_rules_fold_operation(pair, 2, &decides), rows[i].expected);
        test_failure("row %zu, turned", i);
        CHECK_EQ_INT(bd_rules_fold_operation(turned, 2, NULL), rows[i].expected);
    }
}

TEST(rule, a_register_row_is_judged_by_pass_alone) {
    const bd_rules *rules = make_rules("\"shape\":\"document\",\"source\":\"SE\",\"missing\":"
                                       "\"cannot-tell\",\"document_types\":[\"policy\"],"
                                       "\"pass\":{\"field\":\"approver_is_management\",\"equals\":"
                                       "true},\"reason\":\"by {approved_by}\"",
                                       NULL);
    bd_str reason;
    CHECK_EQ_INT(bd_rules_judge(rules, 0, json("{\"approver_is_management\":\"true\"}"),
                                test_arena(), &reason),
                 BD_PASS);
    CHECK_EQ_INT(bd_rules_judge(rules, 0,
                                json("{\"approver_is_management\":false,\"approved_by\":\"Ann\"}"),
                                test_arena(), &reason),
                 BD_FAIL);
    CHECK_EQ_STR(reason, "by Ann");
    CHECK_EQ_INT(bd_rules_judge(rules, 0, json("{}"), test_arena(), &reason), BD_CANNOT_TELL);
}

TEST(rule, a_check_that_is_half_said_is_refused_by_name) {
    static const struct {
        const char *check, *expected;
    } rows[] = {
        {"\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\"",
         "cannot use check 'c' at '/pass': expected a condition"},
        {"\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\",\"pass\":{\"field\":\"a\","
         "\"equal\":1}",
         "check 'c' at '/pass': unknown operator 'equal'"},
        {"\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\",\"pass\":{\"field\":\"a\","
         "\"equals\":1},\"reason\":\"{a\"",
         "'{' without '}'"},
        {"\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"fail\",\"related\":{\"source\":"
         "\"SE\",\"key\":\"mother\",\"pass\":{\"field\":\"a\",\"equals\":1}}",
         "at '/related/key': 'mother' is no key"},
        {"\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"fail\",\"related\":{\"source\":"
         "\"SE\",\"key\":\"id\",\"were\":1}",
         "unknown key 'were', the nearest known one is 'where'"},
        {"\"shape\":\"scope\",\"source\":\"SA\",\"missing\":\"fail\",\"pass\":{\"field\":\"a\","
         "\"equals\":1},\"item\":\"name\",\"expect\":{\"source\":\"SE\",\"path\":\"type\"}",
         "at '/expect': 'table' is no object"},
        {"\"shape\":\"aggregate\",\"source\":\"SA\",\"missing\":\"fail\"",
         "expected at least one of min"},
        {"\"shape\":\"aggregate\",\"source\":\"SA\",\"missing\":\"fail\",\"min_percent\":99.55",
         "at '/min_percent': expected one bound"},
        {"\"shape\":\"match\",\"missing\":\"fail\",\"population\":{\"source\":\"SA\",\"key\":[],"
         "\"time\":\"t\"}",
         "at '/population': expected 'source' and 'key'"},
        {MATCH("{\"from_hours\":5,\"to_hours\":4}") ",\"missing2\":1", "unknown key 'missing2'"},
        {MATCH("{\"from_hours\":5,\"to_hours\":4}"),
         "at '/window': the window ends before it starts"},
        {"\"shape\":\"document\",\"source\":\"SE\",\"missing\":\"fail\"",
         "'document_types' is absent"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_rules *rules = NULL;
        bd_err err;
        test_failure("row %zu", i);
        bd_rc rc = try_rules(rows[i].check, NULL, &rules, &err);
        CHECK_FAILS(rc, err, BD_ERR_INPUT, rows[i].expected);
    }
}

TEST(rule, the_built_in_checks_compile) {
    const bd_catalog *catalog = make_catalog();
    const bd_rules *rules = NULL;
    bd_err err;
    CHECK_OK(bd_rules_compile(catalog, NULL, test_arena(), &rules, &err), err);
    static const char *const read[] = {"S17",        "S10", "S77",  "S20",  "S25r", "csv:leavers",
                                       "csv:roster", "S58", "S63a", "S01n", "S27"};
    for (size_t i = 0; i < BD_COUNT(read); i++) {
        test_failure("%s", read[i]);
        CHECK(bd_rules_reads(rules, bd_str_of(read[i])));
    }
    CHECK(!bd_rules_reads(rules, BD_STR("S45")));
}

TEST(rule, verdicts_have_an_order) {
    CHECK_EQ_INT(bd_verdict_worse(BD_PASS, BD_CANNOT_TELL), BD_CANNOT_TELL);
    CHECK_EQ_INT(bd_verdict_worse(BD_FAIL, BD_CANNOT_TELL), BD_FAIL);
    CHECK_EQ_INT(bd_verdict_worse(BD_NOT_APPLICABLE, BD_PASS), BD_PASS);
}
