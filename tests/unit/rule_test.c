/* Conditions (tests/cases/rule) and what each shape maps a record to. */
#include "bindery/rule.h"

#include "make_catalog.h"
#include "test.h"

#include <string.h>

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

/* ---- cases ---- */

typedef struct {
    const char *file;
    size_t count;
} case_tally;

static void check_case(void *context, size_t line, bd_str condition, bd_str problem) {
    case_tally *seen = context;
    seen->count++;
    test_failure("%s, line %zu: %.*s", seen->file, line, BD_ARG(condition));
    CHECK_EQ_STR(problem, "");
}

static void run_cases(const char *name, const bd_catalog *catalog, size_t least) {
    bd_str text = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/rule/%s", test_root(), name).data);
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world world = {.catalog = catalog};
    case_tally seen = {.file = name};
    bd_err err;
    CHECK_OK(bd_cases_run(&world, text, scratch, check_case, &seen, &err), err);
    bd_arena_close(scratch);
    CHECK(seen.count >= least);
}

TEST(rule, operators_answer_as_the_cases_say) {
    run_cases("operators.case", NULL, 50);
}
TEST(rule, paths_answer_as_the_cases_say) {
    run_cases("paths.case", NULL, 30);
}
TEST(rule, logic_answers_as_the_cases_say) {
    run_cases("logic.case", NULL, 40);
}

TEST(rule, policies_answer_as_the_cases_say) {
    run_cases("policy.case", NULL, 75);
}
TEST(rule, functions_answer_as_the_cases_say) {
    run_cases("functions.case", NULL, 180);
}

/* ---- the truth table: each operator over each kind of value ---- */

static bd_verdict eval_cell(bool is_policy, bd_str operator, bd_str value) {
    bool is_missing = bd_str_eqz(value, "missing");
    const bd_value *condition =
        parse(bd_str_format(test_arena(), "{\"field\":\"tags.a\",%.*s}", BD_ARG(operator)));
    const bd_value *record =
        is_missing ? json("{\"tags\":{}}")
                   : parse(bd_str_format(test_arena(), "{\"tags\":{\"a\":%.*s}}", BD_ARG(value)));
    const bd_condition *made = NULL;
    bd_policy_setting setting = {0};
    bd_err err;
    if (!is_policy) {
        CHECK_OK(bd_condition_compile(condition, NULL, test_arena(), &made, &err), err);
        return bd_condition_eval(made, record, NULL, test_arena());
    }
    CHECK_OK(bd_policy_condition_compile(condition, NULL, "the cell", BD_STR("if"), test_arena(),
                                         &made, &err),
             err);
    return bd_policy_condition_eval(made, record, NULL, &setting, test_arena(), NULL);
}

static size_t split_words(bd_str line, bd_str *out, size_t room) {
    size_t count = 0;
    bd_str rest = line, word;
    while (bd_str_cut(&rest, ' ', &word)) {
        if (word.size > 0 && count < room) {
            out[count++] = word;
        }
    }
    return count;
}

static size_t check_table_row(bool is_policy, bd_str line, const bd_str *values, size_t count) {
    bd_str words[40];
    CHECK_EQ_INT(split_words(line, words, BD_COUNT(words)), count + 1);
    for (size_t i = 0; i < count; i++) {
        bd_verdict got = eval_cell(is_policy, words[0], values[i]);
        test_failure("%s semantics, %.*s over %.*s", is_policy ? "policy" : "check",
                     BD_ARG(words[0]), BD_ARG(values[i]));
        CHECK_EQ_STR(words[i + 1], got == BD_PASS ? "T" : got == BD_FAIL ? "F" : "U");
    }
    return count;
}

TEST(rule, every_operator_answers_every_kind_of_value_as_the_table_says) {
    bd_str rest = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/rule/truth.table", test_root()).data);
    bd_str line, values[40] = {{0}};
    size_t count = 0, cells = 0;
    bool is_policy = false;
    while (bd_str_cut(&rest, '\n', &line)) {
        bd_str words[40];
        size_t has = split_words(line, words, BD_COUNT(words));
        if (has == 0 || line.data[0] == '#') {
            continue;
        }
        if (bd_str_eqz(words[0], "values")) {
            count = has - 1;
            memcpy(values, words + 1, count * sizeof values[0]);
        } else if (bd_str_eqz(words[0], "semantics")) {
            is_policy = bd_str_eqz(words[1], "policy");
        } else {
            cells += check_table_row(is_policy, line, values, count);
        }
    }
    CHECK(cells >= 900);
}

/* ---- hostile expressions and conditions ---- */

static bd_str repeat(const char *part, size_t times) {
    bd_str *parts = bd_new(test_arena(), bd_str, times);
    for (size_t i = 0; i < times; i++) {
        parts[i] = bd_str_of(part);
    }
    return bd_str_concat(test_arena(), parts, times);
}

static bd_rc try_template(bd_str text, const bd_template **out, bd_err *err) {
    return bd_template_compile(bd_value_string(test_arena(), text), NULL, "the template",
                               BD_STR("t"), test_arena(), out, err);
}

TEST(rule, an_expression_nested_without_end_is_refused) {
    static const struct {
        const char *head, *part, *tail, *expected;
        size_t times;
    } rows[] = {
        {"[", "toLower(", "]", "the expression is nested deeper than 48", 3000},
        {"[", "if(true(),1,", "]", "nested deeper than 48", 2000},
        {"[", "(", "]", "expected a function", 10000},
        {"[createArray()", "[createArray()", "]", "nested deeper than 48", 2000},
        {"[subscription()", ".a", "]", "more than 48 members follow one another", 10000},
        {"[subscription()", "[0]", "]", "more than 48 members", 10000},
        {"[", "toLower(", "]", "one may have at most 32768", 10000},
        {"[concat(", "'a',", "]", "expected a function", 5000},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str parts[] = {bd_str_of(rows[i].head), repeat(rows[i].part, rows[i].times),
                          bd_str_of(rows[i].tail)};
        const bd_template *made = NULL;
        bd_err err;
        test_failure("row %zu", i);
        bd_rc rc = try_template(bd_str_concat(test_arena(), parts, 3), &made, &err);
        CHECK_FAILS(rc, err, BD_ERR_INPUT, rows[i].expected);
    }
}

TEST(rule, a_condition_nested_without_end_is_refused) {
    bd_str parts[] = {repeat("{\"not\":", 400), BD_STR("{\"field\":\"a\",\"equals\":1}"),
                      repeat("}", 400)};
    bd_json_limits limits = bd_json_default_limits;
    limits.depth = 512;
    const bd_value *deep = NULL;
    const bd_condition *made = NULL;
    bd_err err;
    CHECK_OK(
        bd_json_parse(bd_str_concat(test_arena(), parts, 3), &limits, test_arena(), &deep, &err),
        err);
    bd_rc rc = bd_condition_compile(deep, NULL, test_arena(), &made, &err);
    CHECK_FAILS(rc, err, BD_ERR_INPUT, "conditions are nested deeper than 256");
}

#define LIST_200 "{\"type\":\"microsoft.x/y\",\"properties\":{\"a\":[%.*s0]}}"

/* 200 members counted inside of 200 inside of 200 inside of 200 are 1.6 billion. */
TEST(rule, counts_that_multiply_end_as_unknown_and_say_so) {
    const bd_value *record =
        parse(bd_str_format(test_arena(), LIST_200, BD_ARG(repeat("0,", 199))));
    const char *condition = "{\"field\":\"Microsoft.X/y/a[*]\",\"equals\":0}";
    for (int i = 0; i < 4; i++) {
        condition = bd_str_format(test_arena(),
                                  "{\"count\":{\"value\":\"[field('Microsoft.X/y/a[*]')]\","
                                  "\"name\":\"n%d\",\"where\":%s},\"equals\":200}",
                                  i, condition)
                        .data;
    }
    const bd_condition *made = NULL;
    bd_policy_setting setting = {.type = BD_STR_INIT("microsoft.x/y")};
    bd_arena *scratch = bd_arena_open("scratch", (size_t)256 << 20);
    bd_str reason;
    bd_err err;
    CHECK_OK(bd_policy_condition_compile(json(condition), NULL, "it", BD_STR("if"), test_arena(),
                                         &made, &err),
             err);
    CHECK_EQ_INT(bd_policy_condition_eval(made, record, NULL, &setting, scratch, &reason),
                 BD_CANNOT_TELL);
    CHECK_EQ_STR(reason, "the condition takes more than 2000000 steps on this record");
    bd_arena_close(scratch);
}

/* Two million members that cannot be compared say so once: the scratch of a scan outlasts them. */
TEST(rule, members_without_an_answer_cost_no_memory_each) {
    const bd_value *record =
        parse(bd_str_format(test_arena(), LIST_200, BD_ARG(repeat("\"w\",", 1300))));
    const bd_value *condition =
        json("{\"count\":{\"value\":\"[field('Microsoft.X/y/a[*]')]\",\"name\":\"n\",\"where\":{"
             "\"count\":{\"field\":\"Microsoft.X/y/a[*]\",\"where\":{\"field\":"
             "\"Microsoft.X/y/a[*]\",\"less\":1}},\"equals\":1}},\"equals\":0}");
    const bd_condition *made = NULL;
    bd_policy_setting setting = {.type = BD_STR_INIT("microsoft.x/y")};
    bd_arena *scratch = bd_arena_open("scratch", (size_t)256 << 20);
    bd_str reason;
    bd_err err;
    CHECK_OK(
        bd_policy_condition_compile(condition, NULL, "it", BD_STR("if"), test_arena(), &made, &err),
        err);
    CHECK_EQ_INT(bd_policy_condition_eval(made, record, NULL, &setting, scratch, &reason),
                 BD_CANNOT_TELL);
    CHECK_EQ_STR(reason, "the value w cannot be compared with 1");
    CHECK(bd_arena_used(scratch) < (size_t)100 << 20);
    bd_arena_close(scratch);
}

TEST(rule, what_only_the_type_decides_is_told_from_the_type) {
    static const struct {
        const char *condition, *type;
        bool may;
    } rows[] = {
        {"{\"field\":\"type\",\"equals\":\"A.B/c\"}", "a.b/c", true},
        {"{\"field\":\"type\",\"equals\":\"A.B/c\"}", "a.b/d", false},
        {"{\"field\":\"name\",\"equals\":\"x\"}", "a.b/d", true},
        {"{\"allOf\":[{\"field\":\"type\",\"in\":[\"a.b/c\"]},{\"field\":\"A.B/c/x\","
         "\"exists\":true}]}",
         "a.b/d", false},
        {"{\"anyOf\":[{\"field\":\"type\",\"like\":\"a.b/*\"},{\"field\":\"type\","
         "\"equals\":\"c.d/e\"}]}",
         "c.d/e", true},
        {"{\"not\":{\"field\":\"type\",\"equals\":\"a.b/c\"}}", "a.b/c", false},
        {"{\"value\":\"[field('type')]\",\"equals\":\"a.b/c\"}", "a.b/d", false},
        {"{\"count\":{\"field\":\"A.B/c/l[*]\"},\"equals\":0}", "a.b/d", true},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_condition *made = NULL;
        bd_err err;
        test_failure("row %zu", i);
        CHECK_OK(bd_policy_condition_compile(json(rows[i].condition), NULL, "it", BD_STR("if"),
                                             test_arena(), &made, &err),
                 err);
        CHECK(bd_condition_may_hold(made, bd_str_of(rows[i].type), NULL, test_arena()) ==
              rows[i].may);
    }
}

/* Constant calls are computed once: the value is there without a record. */
TEST(rule, a_call_of_constants_is_a_constant) {
    const bd_template *made = NULL;
    bd_err err;
    CHECK_OK(try_template(BD_STR("[base64(concat('a','b'))]"), &made, &err), err);
    CHECK(bd_template_constant(made) != NULL);
    CHECK_EQ_STR(bd_template_constant(made)->text, "YWI=");
    CHECK_OK(try_template(BD_STR("[concat('a',utcNow())]"), &made, &err), err);
    CHECK(bd_template_constant(made) == NULL);
}

static void count_case(void *context, size_t line, bd_str condition, bd_str problem) {
    (void)line;
    (void)condition;
    *(size_t *)context += problem.size > 0 ? 1 : 0;
}

TEST(rule, a_case_that_does_not_hold_is_told_and_a_torn_file_refused) {
    static const struct {
        const char *text, *expected;
        size_t failed;
    } rows[] = {
        {"{\"field\":\"a\",\"equals\":1}\n{\"a\":1}\nfalse\n", NULL, 1},
        {"{\"field\":\"a\",\"equals\":1}\r\n\r\n# note\r\n{\"a\":1}\r\ntrue", NULL, 0},
        {"{\"field\":\"a\",\"equal\":1}\n{}\ntrue\n", NULL, 1},
        {"{\"field\":\"a\",\"equal\":1}\n{}\n!unknown operator\n", NULL, 0},
        {"{\"field\":\"a\",\"equal\":1}\n{}\n!something else\n", NULL, 1},
        {"{\"field\":\"a\",\"equals\":1}\n{}\n!unknown operator\n", NULL, 1},
        {"\"no-such-check\"\n{}\n!there is no check 'no-such-check'\n", NULL, 0},
        {"", NULL, 0},
        {"{\"field\":\"a\",\"equals\":1}\n{}\n", "the case at line 1 has 2 of 3 lines", 0},
        {"\n\n{\"field\":\n{}\ntrue\n", "in the condition of the case at line 3", 0},
        {"{\"field\":\"a\",\"equals\":1}\n{,}\ntrue\n", "in the record of the case at line 1", 0},
        {"parameters {\n", "in the parameters at line 1", 0},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_case_world world = {0};
        size_t failed = 0;
        bd_err err;
        bd_arena *scratch = bd_arena_open("case", (size_t)4 << 20);
        test_failure("row %zu", i);
        bd_rc rc =
            bd_cases_run(&world, bd_str_of(rows[i].text), scratch, count_case, &failed, &err);
        bd_arena_close(scratch);
        if (rows[i].expected != NULL) {
            CHECK_FAILS(rc, err, BD_ERR_INPUT, rows[i].expected);
            continue;
        }
        CHECK_OK(rc, err);
        CHECK_EQ_INT(failed, rows[i].failed);
    }
}

/* ---- a catalog for the shapes ---- */

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

/* ---- dispatch ---- */

#define OF_TYPE(type_condition)                                                                    \
    "\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"where\":{\"allOf\":[{"     \
    "\"value\":\"[toLower(concat(field('kind'),'x'))]\",\"equals\":\"v2x\"}," type_condition       \
    "]},\"pass\":{\"field\":\"on\",\"equals\":true}"
#define ONE_TYPE "{\"field\":\"type\",\"equals\":\"Microsoft.Storage/storageAccounts\"}"

/* Rows of one record, and what was taken from the scratch memory to make them. */
static size_t map_counted(const bd_rules *rules, const char *type, const char *record,
                          size_t *used) {
    row_list rows = {0};
    bd_arena *scratch = bd_arena_open("scratch", (size_t)1 << 20);
    bd_record at = {.source = bd_catalog_source(shape_catalog, BD_STR("SA")),
                    .value = json(record),
                    .type = bd_str_of(type),
                    .key = BD_STR("/k"),
                    .time = BD_INSTANT_NONE,
                    .has_moment = true,
                    .moment = 0};
    bd_rules_map(rules, &at, scratch, keep_row, &rows);
    *used = bd_arena_used(scratch);
    bd_arena_close(scratch);
    return rows.count;
}

TEST(rule, a_check_costs_nothing_on_records_of_types_that_it_does_not_read) {
    static const char *const checks[] = {
        OF_TYPE(ONE_TYPE),
        OF_TYPE("{\"field\":\"type\",\"in\":[\"microsoft.storage/storageaccounts\","
                "\"microsoft.sql/servers\"]}"),
        OF_TYPE("{\"anyOf\":[" ONE_TYPE ",{\"allOf\":[{\"field\":\"kind\",\"exists\":true},"
                "{\"field\":\"type\",\"equals\":\"microsoft.sql/servers\"}]}]}"),
    };
    for (size_t i = 0; i < BD_COUNT(checks); i++) {
        const bd_rules *rules = make_rules(checks[i], NULL);
        size_t used;
        test_failure("check %zu", i);
        CHECK_EQ_INT(map_counted(rules, "microsoft.web/sites",
                                 "{\"type\":\"Microsoft.Web/sites\",\"kind\":\"V2\"}", &used),
                     0);
        CHECK_EQ_INT(used, 0);
        CHECK_EQ_INT(map_counted(rules, "microsoft.storage/storageaccounts",
                                 "{\"type\":\"microsoft.STORAGE/storageAccounts\",\"kind\":\"V2\"}",
                                 &used),
                     1);
        CHECK(used > 0);
    }
}

/* What a record says of its type counts, not what it was recognised by; where it says nothing that is a type of ARM,
 * the condition is asked. */
TEST(rule, a_type_in_where_is_the_one_that_the_record_shows) {
    static const struct {
        const char *check, *type, *record;
        size_t rows;
    } rows[] = {
        {OF_TYPE(ONE_TYPE), "microsoft.storage/storageaccounts", "{\"kind\":\"V2\"}", 1},
        {OF_TYPE(ONE_TYPE), "microsoft.web/sites", "{\"kind\":\"V2\"}", 0},
        {OF_TYPE(ONE_TYPE), "microsoft.storage/storageaccounts",
         "{\"kind\":\"V2\",\"type\":\"Microsoft.Web/sites\"}", 0},
        {OF_TYPE(ONE_TYPE), "microsoft.web/sites",
         "{\"kind\":\"V2\",\"type\":\"Microsoft.Storage/storageAccounts\"}", 1},
        {OF_TYPE(ONE_TYPE), "microsoft.web/sites", "{\"kind\":\"V2\",\"type\":[]}", 1},
        {OF_TYPE(ONE_TYPE), "microsoft.web/sites",
         "{\"kind\":\"V2\",\"Type\":\"a\",\"TYPE\":\"b\"}", 1},
        {OF_TYPE("{\"field\":\"type\",\"in\":[]}"), "microsoft.web/sites", "{\"kind\":\"V2\"}", 0},
        {OF_TYPE("{\"not\":" ONE_TYPE "}"), "microsoft.web/sites", "{\"kind\":\"V2\"}", 1},
        {OF_TYPE("{\"field\":\"type\",\"notEquals\":\"microsoft.web/sites\"}"),
         "microsoft.storage/storageaccounts", "{\"kind\":\"V2\"}", 1},
        {OF_TYPE("{\"anyOf\":[" ONE_TYPE ",{\"field\":\"kind\",\"equals\":\"V2\"}]}"),
         "microsoft.web/sites", "{\"kind\":\"V2\"}", 1},
        {OF_TYPE("{\"field\":\"type\",\"like\":\"microsoft.storage/*\"}"),
         "microsoft.storage/other", "{\"kind\":\"V2\"}", 1},
        {OF_TYPE("{\"field\":\"properties.type\",\"equals\":\"microsoft.sql/servers\"}"),
         "microsoft.web/sites",
         "{\"kind\":\"V2\",\"type\":\"microsoft.web/sites\","
         "\"properties\":{\"type\":\"microsoft.sql/servers\"}}",
         1},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        size_t used;
        test_failure("row %zu", i);
        CHECK_EQ_INT(
            map_counted(make_rules(rows[i].check, NULL), rows[i].type, rows[i].record, &used),
            rows[i].rows);
    }
}

/* Both sides are the inventory: what is no left side of its own cannot be a partner. */
TEST(rule, a_list_related_to_itself_by_id_gives_partners_of_the_types_that_it_reads) {
    const bd_rules *rules = make_rules(
        "\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"where\":" ONE_TYPE
        ",\"related\":{\"source\":\"SA\",\"key\":\"id\",\"pass\":{\"field\":\"on\",\"equals\":true}"
        "},"
        "\"reason\":\"nothing\"",
        NULL);
    size_t used;
    CHECK_EQ_INT(map_counted(rules, "microsoft.storage/storageaccounts", "{\"on\":true}", &used),
                 2);
    CHECK_EQ_INT(map_counted(rules, "microsoft.web/sites", "{\"on\":true}", &used), 0);
}

TEST(rule, the_moment_of_an_export_costs_nothing_where_no_condition_asks_for_it) {
    size_t used;
    CHECK_EQ_INT(map_counted(make_rules(EACH, NULL), "microsoft.storage/storageaccounts",
                             "{\"kind\":\"V2\",\"supportsHttps\":true}", &used),
                 1);
    CHECK_EQ_INT(used, 0);
    const bd_rules *asking =
        make_rules("\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"cannot-tell\",\"pass\":{"
                   "\"field\":\"$at\",\"equals\":\"1970-01-01T00:00:00Z\"}",
                   NULL);
    CHECK_EQ_INT(map_record(asking, "SA", "/k", "{}").data[0].verdict, BD_CANNOT_TELL);
    CHECK_EQ_INT(map_counted(asking, "microsoft.storage/storageaccounts", "{}", &used), 1);
    CHECK(used > 0);
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
    CHECK_EQ_INT(map_record(rules, "SE",
                            ACCOUNT "/providers/microsoft.insights/diagnosticsettings/d",
                            "{\"on\":true}")
                     .count,
                 0); /* a partner of nobody */
    CHECK(bd_rules_reads(rules, BD_STR("SA")) && bd_rules_reads(rules, BD_STR("SE")));
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

TEST(rule, a_window_of_days_takes_a_day_alone_on_both_sides) {
    static const struct {
        const char *window;
        bool is_taken;
    } cases[] = {{"{\"from_hours\":-23,\"days\":true}", true},
                 {"{\"from_hours\":-23,\"days\":false}", false},
                 {"{\"from_hours\":-23}", false},
                 {"{}", true}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str body = bd_str_format(
            test_arena(),
            "\"shape\":\"match\",\"missing\":\"cannot-tell\",\"population\":{\"source\":\"SA\","
            "\"key\":[\"who\"],\"time\":\"left\"},\"events\":[{\"source\":\"SB\",\"key\":"
            "[\"who\"],\"time\":\"at\"}],\"window\":%s,\"uses\":\"many\",\"expect\":\"some\"",
            cases[i].window);
        const bd_rules *rules = make_rules(bd_str_z(test_arena(), body), NULL);
        row_list left = map_record(rules, "SA", "k", "{\"who\":\"a\",\"left\":\"2026-01-02\"}");
        row_list event = map_record(rules, "SB", "k", "{\"who\":\"a\",\"at\":\"2026-01-02\"}");
        test_failure("%s", cases[i].window);
        CHECK_EQ_INT(left.data[0].verdict, cases[i].is_taken ? BD_PASS : BD_CANNOT_TELL);
        CHECK_EQ_INT(event.data[0].verdict, cases[i].is_taken ? BD_PASS : BD_CANNOT_TELL);
        if (cases[i].is_taken) {
            CHECK_EQ_STR(bd_instant_format(test_arena(), left.data[0].time),
                         "2026-01-02T10:30:00Z");
        }
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
    size_t count;
    const bd_source_def *const *derived = bd_rules_derived(rules, BD_STR("SB"), &count);
    CHECK_EQ_INT(count, 1);
    CHECK_EQ_STR(derived[0]->id, "SD");
    bd_rules_derived(rules, BD_STR("SD"), &count);
    CHECK_EQ_INT(count, 0);
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

#define TOGETHER(members)                                                                          \
    "\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"fail\",\"related\":{\"source\":\"SE\","     \
    "\"key\":\"id\",\"together\":" members "}"
#define MEMBER(name) "{\"name\":\"" name "\",\"pass\":{\"field\":\"a\",\"equals\":1}}"

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
        {"\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\",\"pass\":{\"field\":\"a\","
         "\"equals\":1},\"until\":[{\"field\":\"b\"}],\"age\":{\"of\":\"d\",\"months\":12}",
         "at '/age': expected either 'age' or 'until'"},
        {"\"shape\":\"each\",\"source\":\"SA\",\"missing\":\"fail\",\"pass\":{\"field\":\"a\","
         "\"equals\":1},\"min\":1",
         "at '/min': of shape each it counts the events of a log"},
        {"\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"fail\",\"related\":{\"source\":"
         "\"SE\",\"key\":\"mother\",\"pass\":{\"field\":\"a\",\"equals\":1}}",
         "at '/related/key': 'mother' is no key"},
        {"\"shape\":\"related\",\"source\":\"SA\",\"missing\":\"fail\",\"related\":{\"source\":"
         "\"SE\",\"key\":\"id\",\"were\":1}",
         "unknown key 'were', the nearest known one is 'where'"},
        {TOGETHER("[]"), "at '/related/together': expected a list of 2 to 8 names"},
        {TOGETHER("[{\"name\":\"x\",\"pass\":{\"field\":\"a\",\"equals\":1}}]"),
         "at '/related/together': expected a list of 2 to 8 names"},
        {TOGETHER("[" MEMBER("x") "," MEMBER("x") "]"), "at '/related/together/1': expected a name"},
        {TOGETHER("[" MEMBER("x") ",{\"name\":\"y\"}]"), "'/related/together/1/pass': expected a con"},
        {TOGETHER("[" MEMBER("x") "," MEMBER("y") "],\"every\":true"), "'together' stands alone"},
        {TOGETHER("[" MEMBER("x") "," MEMBER("y") "],\"pass\":{\"field\":\"a\",\"equals\":1}"),
         "'together' stands alone"},
        {"\"shape\":\"aggregate\",\"source\":\"SA\",\"missing\":\"fail\",\"max\":3,\"together\":["
         MEMBER("x") "," MEMBER("y") "]",
         "'together' stands alone, without 'max'"},
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

TEST(rule, the_built_in_checks_answer_as_the_cases_say) {
    run_cases("checks.case", make_catalog(), 8);
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
    CHECK(!bd_rules_reads(rules, BD_STR("S60")));
}

TEST(rule, verdicts_have_an_order) {
    CHECK_EQ_INT(bd_verdict_worse(BD_PASS, BD_CANNOT_TELL), BD_CANNOT_TELL);
    CHECK_EQ_INT(bd_verdict_worse(BD_FAIL, BD_CANNOT_TELL), BD_FAIL);
    CHECK_EQ_INT(bd_verdict_worse(BD_NOT_APPLICABLE, BD_PASS), BD_PASS);
}
