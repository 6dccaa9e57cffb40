/* What the counting shape makes of its rows: bounds, ranges, exact shares, per scope and day. */
#include "make_assess.h"

#define COUNTING_OF(scope, bounds)                                                                 \
    SECURITY_OF(A_CONTROL("1.1", "continuous"),                                                    \
                A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1'"), A_SOURCE("S1", scope, ""), \
                A_CHECK("sum", "1.1", "a", "aggregate",                                            \
                        "'source':'S1','of':{'field':'ok','equals':true}," bounds))
#define COUNTING(bounds) COUNTING_OF("subscription", bounds)
#define IN_MAY "2026-05-15T06:00:00Z"

static scene *counting_scene(const char *catalog) {
    scene *s = scene_of(catalog, "2026-05-01", "2026-05-31", "UTC");
    expect_subscription(s, SUB_A, "a");
    return s;
}

/* A letter per record: p meets `of`, f does not, ? cannot be told, n does not count. */
static void put_letters(scene *s, uint32_t item, const char *letters, const char *prefix) {
    for (size_t i = 0; letters[i] != '\0'; i++) {
        bd_verdict verdict = letters[i] == 'p'   ? BD_PASS
                             : letters[i] == 'f' ? BD_FAIL
                             : letters[i] == 'n' ? BD_NOT_APPLICABLE
                                                 : BD_CANNOT_TELL;
        put_record(s, item, "sum", bd_str_format(test_arena(), "%s%zu", prefix, i).data, verdict);
    }
}

static bd_str outcome_of(const char *catalog, const char *letters, bool is_complete) {
    scene *s = counting_scene(catalog);
    uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
    put_letters(s, item, letters, "r");
    if (!is_complete) {
        spoil(s, item, NOT_COMPLETE);
    }
    judge_scene(s);
    return outcomes(s, "1.1a");
}

typedef struct {
    const char *catalog, *letters, *expected, *incomplete;
} bound_row;

static void check_bounds(const bound_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcome_of(rows[i].catalog, rows[i].letters, true), rows[i].expected);
        CHECK_EQ_STR(outcome_of(rows[i].catalog, rows[i].letters, false), rows[i].incomplete);
    }
}

TEST(assess, a_count_is_held_against_its_bounds) {
    static const bound_row rows[] = {
        {COUNTING("'min':2"), "pp", "C", "?"},
        {COUNTING("'min':2"), "pf", "D", "?"},
        {COUNTING("'min':2"), "pfn", "D", "?"},
        {COUNTING("'max':1"), "pff", "C", "?"},
        {COUNTING("'max':1"), "ppf", "D", "d"}, /* more pages cannot make it fewer */
        {COUNTING("'min':1,'max':2"), "pp", "C", "?"},
        {COUNTING("'min':1,'max':2"), "ppp", "D", "d"},
        {COUNTING("'min':1,'max':2"), "f", "D", "?"},
        {COUNTING("'min':0"), "f", "C", "?"},
    };
    check_bounds(rows, BD_COUNT(rows));
}

TEST(assess, records_that_cannot_be_told_leave_a_range) {
    static const bound_row rows[] = {
        {COUNTING("'min':2"), "pp?", "C", "?"},
        {COUNTING("'min':2"), "p?", "?", "?"},
        {COUNTING("'min':3"), "p?", "D", "?"},
        {COUNTING("'max':1"), "p?", "?", "?"},
        {COUNTING("'max':1"), "pp?", "D", "d"},
        {COUNTING("'max':2"), "p?", "C", "?"},
        {COUNTING("'min_percent':50"), "pp?", "C", "?"},
        {COUNTING("'min_percent':50"), "p??", "?", "?"},
        {COUNTING("'min_percent':50"), "pffff?", "D", "?"},
        {COUNTING("'max_percent':50"), "pf?", "?", "?"},
        {COUNTING("'max_percent':50"), "ppp?", "D", "?"}, /* a share can fall with more pages */
    };
    check_bounds(rows, BD_COUNT(rows));
}

TEST(assess, nothing_to_count_is_nothing_to_judge_unless_some_were_asked_for) {
    static const bound_row rows[] = {
        {COUNTING("'min':1"), "", "D", "?"},
        {COUNTING("'min':0"), "", "0", "?"},
        {COUNTING("'max':3"), "", "0", "?"},
        {COUNTING("'min_percent':90"), "", "0", "?"},
        {COUNTING("'min_percent':90"), "nn", "0", "?"},
        {COUNTING("'min':1"), "n", "D", "?"},
    };
    check_bounds(rows, BD_COUNT(rows));
}

/* 2 of 3 are 66.66... %: over 66.6 and under 66.7, whatever a rounding would say; 999 of 1000 are not 100. */
TEST(assess, a_share_is_compared_without_rounding) {
    static const bound_row rows[] = {
        {COUNTING("'min_percent':66.6"), "ppf", "C", "?"},
        {COUNTING("'min_percent':66.7"), "ppf", "D", "?"},
        {COUNTING("'max_percent':33.3"), "pff", "D", "?"},
        {COUNTING("'max_percent':33.4"), "pff", "C", "?"},
        {COUNTING("'min_percent':100"), "ppp", "C", "?"},
        {COUNTING("'max_percent':0"), "fff", "C", "?"},
        {COUNTING("'max_percent':0"), "pff", "D", "?"},
        {COUNTING("'min_percent':12.5"), "pfffffff", "C", "?"},
        {COUNTING("'min_percent':12.6"), "pfffffff", "D", "?"},
    };
    check_bounds(rows, BD_COUNT(rows));
    scene *s = counting_scene(COUNTING("'min_percent':100"));
    uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
    for (int i = 0; i < 1000; i++) {
        put_record(s, item, "sum", bd_str_format(test_arena(), "r%d", i).data,
                   i == 0 ? BD_FAIL : BD_PASS);
    }
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D");
    CHECK_EQ_STR(s->findings.data[0].reason, "999 of 1000 (99.9 %), at least 100.0 % expected");
}

TEST(assess, each_scope_has_a_sum_of_its_own) {
    scene *s = counting_scene(COUNTING("'max':1"));
    expect_subscription(s, SUB_B, "b");
    put_letters(s, put_snapshot(s, "S1", SUB_A, IN_MAY), "p", "a");
    put_letters(s, put_snapshot(s, "S1", SUB_B, IN_MAY), "p", "b");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
    s = counting_scene(COUNTING("'max':1"));
    expect_subscription(s, SUB_B, "b");
    put_letters(s, put_snapshot(s, "S1", SUB_A, IN_MAY), "p", "a");
    put_letters(s, put_snapshot(s, "S1", SUB_B, IN_MAY), "pp", "b");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D");
    CHECK_EQ_INT(s->findings.count, 1);
    CHECK_EQ_STR(s->findings.data[0].resource, "/subscriptions/" SUB_B);
    CHECK_EQ_STR(s->findings.data[0].reason, "2 of 2, at most 1 expected");
}

TEST(assess, a_scope_without_a_snapshot_keeps_a_count_open) {
    scene *s = counting_scene(COUNTING("'min':1"));
    expect_subscription(s, SUB_B, "b");
    put_letters(s, put_snapshot(s, "S1", SUB_A, IN_MAY), "p", "a");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
}

TEST(assess, the_days_of_a_scope_are_counted_apart) {
    scene *s = scene_of(COUNTING("'max':1"), "2026-05-01", "2026-06-30", "UTC");
    put_letters(s, put_snapshot(s, "S1", SUB_A, "2026-05-10T06:00:00Z"), "p", "r");
    put_letters(s, put_snapshot(s, "S1", SUB_A, "2026-05-20T06:00:00Z"), "pp", "r");
    put_letters(s, put_snapshot(s, "S1", SUB_A, "2026-06-10T06:00:00Z"), "pf", "r");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "DC");
    CHECK_EQ_INT(s->out->exceptions.count, 1);
    CHECK_EQ_STR(exception_text(s, 0),
                 "2026-05-10 | 2026-05-20..2026-05-20 | 2026-06-10 | 1 of 3 | open");
}

/* Two pages of one run, or two exports of a day, list a record twice. */
TEST(assess, a_record_that_stands_twice_counts_once) {
    scene *s = counting_scene(COUNTING("'max':1"));
    put_letters(s, put_snapshot(s, "S1", SUB_A, IN_MAY), "pf", "r");
    put_letters(s, put_snapshot(s, "S1", SUB_A, "2026-05-15T09:00:00Z"), "pf", "r");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
}

TEST(assess, of_two_answers_the_one_further_from_the_bound_holds) {
    static const struct {
        const char *catalog, *expected;
    } rows[] = {
        {COUNTING("'max':0"), "D"}, {COUNTING("'min':1"), "D"}, {COUNTING("'min':0,'max':0"), "?"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        for (int turn = 0; turn < 2; turn++) {
            scene *s = counting_scene(rows[i].catalog);
            uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
            put_letters(s, item, turn == 0 ? "p" : "f", "r");
            put_letters(s, item, turn == 0 ? "f" : "p", "r");
            judge_scene(s);
            test_failure("row %zu, turn %d", i, turn);
            CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
        }
    }
}

TEST(assess, what_may_not_pass_counts_only_against) {
    static const flaw flaws[] = {NOT_SHOWN, TIME_ASSUMED, UNSIGNED};
    for (size_t i = 0; i < BD_COUNT(flaws); i++) {
        scene *s = counting_scene(COUNTING("'max':1"));
        uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
        put_letters(s, item, "p", "r");
        spoil(s, item, flaws[i]);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
        put_letters(s, item, "p", "s");
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), "d");
    }
}

/* Role assignments inherited from a management group name no subscription: they may be the fourth owner. */
TEST(assess, records_of_no_subscription_keep_a_maximum_open_and_a_minimum_unmissed) {
    static const struct {
        const char *catalog, *letters, *expected;
    } rows[] = {
        {COUNTING("'max':3"), "ppp", "?"},
        {COUNTING("'max':3"), "pppp", "D"},
        {COUNTING("'min':1"), "f", "?"},
        {COUNTING("'min':1"), "p", "C"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = counting_scene(rows[i].catalog);
        uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
        put_scope(s, item, "S1", "");
        put_letters(s, item, rows[i].letters, "r");
        bd_row inherited = row_of(s, item, "sum", "inherited", BD_PASS);
        inherited.scope = BD_STR("");
        for (size_t r = 0; rows[i].letters[r] != '\0'; r++) {
            bd_row placed = row_of(s, item, "sum", bd_str_format(test_arena(), "q%zu", r).data,
                                   rows[i].letters[r] == 'p' ? BD_PASS : BD_FAIL);
            placed.scope = BD_STR(SUB_A);
            put_row(s, item, placed);
        }
        put_row(s, item, inherited);
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

/* The owner at the management group stands in no subscription's list of failures: he is not to be missed. */
TEST(assess, records_of_no_subscription_keep_a_snapshot_from_passing) {
    scene *s = scene_of(EACH_CHECK, "2026-05-01", "2026-05-31", "UTC");
    expect_subscription(s, SUB_A, "a");
    uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
    put_record(s, item, "each", "own", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
    put_scope(s, item, "S1", "");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
    CHECK(bd_str_find(instance_of(s, "1.1a", "2026-05")->reason,
                      BD_STR("some of its records name no subscription")) >= 0);
}

TEST(assess, a_count_for_the_tenant_is_one_sum) {
    scene *s = counting_scene(COUNTING_OF("tenant", "'min':2"));
    put_letters(s, put_snapshot(s, "S1", "", IN_MAY), "pp", "r");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
}

TEST(assess, as_many_as_a_fact_lists) {
    static const struct {
        const char *facts, *letters, *expected;
    } rows[] = {
        {"{'repositories':['a','b']}", "pp", "C"},
        {"{'repositories':['a','b']}", "pf", "D"},
        {"{'repositories':['a','b']}", "p", "?"}, /* the second was perhaps not asked for */
        {"{'repositories':['a','b']}", "", "?"},
        {"{'repositories':[]}", "pp", "?"},
        {"{}", "pp", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = counting_scene(COUNTING_OF("tenant", "'min_of':'repositories'"));
        state_facts(s, rows[i].facts);
        put_letters(s, put_snapshot(s, "S1", "", IN_MAY), rows[i].letters, "r");
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

/* 70,000 records stream through one sum. */
TEST(assess, a_sum_of_many_records_keeps_nothing_of_them) {
    scene *s = counting_scene(COUNTING("'max':69999"));
    uint32_t item = put_snapshot(s, "S1", SUB_A, IN_MAY);
    char key[16];
    for (int i = 0; i < 70000; i++) {
        snprintf(key, sizeof key, "r%d", i);
        put_record(s, item, "sum", key, BD_PASS);
    }
    judge_scene(s);
    CHECK_EQ_STR(s->findings.data[0].reason, "70000 of 70000, at most 69999 expected");
}

/* Judging a scene also judges earlier days of it (make_carry.h), one of them the very instant of the second list. */
TEST(assess, a_day_that_the_as_of_instant_cuts_is_counted_anew) {
    scene *s = counting_scene(COUNTING("'max':1"));
    put_letters(s, put_snapshot(s, "S1", SUB_A, IN_MAY), "p", "early");
    put_letters(s, put_snapshot(s, "S1", SUB_A, "2026-05-15T18:00:00Z"), "p", "late");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D"); /* two on that day; at noon it was one */
}
