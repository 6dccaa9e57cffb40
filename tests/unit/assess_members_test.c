/* aggregate: bounds of a count, and whether each of a set has a good record. */
#include "make_assess.h"

#define COUNTING(more)                                                                             \
    SECURITY_OF(A_CONTROL("1.1", "continuous"),                                                    \
                A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1'"),                            \
                A_SOURCE("S1", "subscription", ""),                                                \
                A_CHECK("count", "1.1", "a", "aggregate",                                          \
                        "'source':'S1','of':{'field':'ok','equals':true}," more))

static scene *counting_scene(const char *catalog, uint32_t *item) {
    scene *s = scene_of(catalog, "2026-01-01", "2026-01-31", "UTC");
    *item = put_snapshot(s, "S1", SUB_A, "2026-01-15T06:00:00Z");
    return s;
}

static void put_verdicts(scene *s, uint32_t item, const char *verdicts) {
    for (size_t i = 0; verdicts[i] != '\0'; i++) {
        bd_verdict verdict = verdicts[i] == 'P'   ? BD_PASS
                             : verdicts[i] == 'F' ? BD_FAIL
                                                  : BD_CANNOT_TELL;
        bd_row row = row_of(s, item, "count", bd_str_format(test_arena(), "r%zu", i).data, verdict);
        put_row(s, item, row);
    }
}

TEST(assess, a_count_is_judged_by_its_bounds_and_unknown_ones_either_way) {
    static const struct {
        const char *catalog, *verdicts, *expected;
    } rows[] = {
        {COUNTING("'min':1"), "", "D"},
        {COUNTING("'min':1"), "P", "C"},
        {COUNTING("'min':1"), "FFP", "C"},
        {COUNTING("'min':1"), "FF", "D"},
        {COUNTING("'min':1"), "F?", "?"},
        {COUNTING("'min':1"), "P?", "C"},
        {COUNTING("'min':2"), "P?", "?"},
        {COUNTING("'max':1"), "PP", "D"},
        {COUNTING("'max':1"), "P?", "?"},
        {COUNTING("'max':1"), "PFF", "C"},
        {COUNTING("'max':0"), "", "0"}, /* nothing to count is nothing to judge */
        {COUNTING("'min':2,'max':3"), "PP", "C"},
        {COUNTING("'min_percent':50"), "PF", "C"},
        {COUNTING("'min_percent':50.1"), "PF", "D"},
        {COUNTING("'min_percent':50"), "F?", "?"},
        {COUNTING("'min_percent':50"), "", "0"},
        {COUNTING("'max_percent':33.3"), "PFF", "D"},
        {COUNTING("'max_percent':33.4"), "PFF", "C"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        uint32_t item;
        scene *s = counting_scene(rows[i].catalog, &item);
        put_verdicts(s, item, rows[i].verdicts);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(assess, too_few_in_a_list_that_is_not_whole_is_no_deviation_and_too_many_is) {
    uint32_t item;
    scene *s = counting_scene(COUNTING("'min':1"), &item);
    spoil(s, item, NOT_COMPLETE);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
    s = counting_scene(COUNTING("'min':1"), &item);
    put_verdicts(s, item, "P");
    spoil(s, item, NOT_COMPLETE);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?"); /* enough, but what is not complete cannot pass */
    s = counting_scene(COUNTING("'max':1"), &item);
    put_verdicts(s, item, "PP");
    spoil(s, item, NOT_COMPLETE);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "d");
}

TEST(assess, a_record_on_two_pages_counts_once_with_the_worse_verdict) {
    uint32_t item;
    scene *s = counting_scene(COUNTING("'min':1"), &item);
    put_record(s, item, "count", "same", BD_PASS);
    put_record(s, item, "count", "same", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D");
    s = counting_scene(COUNTING("'max':1"), &item);
    put_record(s, item, "count", "same", BD_PASS);
    put_record(s, item, "count", "same", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
}

TEST(assess, what_stands_under_no_subscription_may_be_of_any) {
    uint32_t item;
    scene *s = counting_scene(COUNTING("'min':1"), &item);
    put_verdicts(s, item, "F");
    uint32_t homeless = put_snapshot(s, "S1", "", "2026-01-15T06:00:00Z");
    put_record(s, homeless, "count", "group", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
}

#define EACH_OF(fact, absent)                                                                      \
    SECURITY_OF(A_CONTROL("1.1", "continuous"),                                                    \
                A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1'"),                            \
                A_SOURCE("S1", "subscription", ""),                                                \
                A_CHECK("count", "1.1", "a", "aggregate",                                          \
                        "'source':'S1','of':{'field':'ok','equals':true},'item':'name',"           \
                        "'each_of':'" fact "','absent':'" absent "'"))

static void put_member(scene *s, uint32_t item, const char *name, bd_verdict verdict) {
    bd_row row =
        row_of(s, item, "count", bd_str_format(test_arena(), "/x/%s-id", name).data, verdict);
    row.detail = bd_str_of(name);
    put_row(s, item, row);
}

TEST(assess, each_member_of_a_set_needs_a_good_record) {
    static const struct {
        const char *absent;
        bd_verdict a, b;
        bool has_b;
        const char *expected;
    } rows[] = {
        {"fail", BD_PASS, BD_PASS, true, "C"},         {"fail", BD_PASS, BD_FAIL, true, "D"},
        {"fail", BD_PASS, BD_CANNOT_TELL, true, "?"},  {"fail", BD_PASS, BD_PASS, false, "D"},
        {"cannot-tell", BD_PASS, BD_PASS, false, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        uint32_t item;
        bool fails = rows[i].absent[0] == 'f';
        scene *s = counting_scene(
            fails ? EACH_OF("wanted", "fail") : EACH_OF("wanted", "cannot-tell"), &item);
        state_facts(s, "{'wanted':['A','/defs/b']}");
        put_member(s, item, "a", rows[i].a);
        if (rows[i].has_b) {
            put_member(s, item, "/other/B", rows[i].b);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(assess, a_set_that_is_not_stated_or_empty_names_its_fact) {
    static const char *const facts[] = {"{}", "{'wanted':[]}"};
    for (size_t i = 0; i < BD_COUNT(facts); i++) {
        uint32_t item;
        scene *s = counting_scene(EACH_OF("wanted", "fail"), &item);
        state_facts(s, facts[i]);
        put_member(s, item, "a", BD_PASS);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
        CHECK_EQ_STR(instance_of(s, "1.1a", "2026-01")->reason,
                     "the organisation fact 'wanted' is missing in bindery.json");
    }
}

TEST(assess, an_aggregate_says_what_becomes_of_an_absent_member) {
    bd_err err;
    bd_catalog_file file = {BD_STR_INIT("test.json"), quoted(EACH_OF("wanted", "pass"))};
    const bd_catalog *catalog = NULL;
    const bd_rules *rules = NULL;
    CHECK_OK(bd_catalog_load(&file, 1, test_arena(), &catalog, &err), err);
    CHECK_FAILS(bd_rules_compile(catalog, NULL, test_arena(), &rules, &err), err, BD_ERR_INPUT,
                "at '/absent': found 'pass', expected 'fail' or 'cannot-tell'");
}
