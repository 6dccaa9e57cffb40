/* Judging: verdicts, outcomes, exceptions, states, criteria and score (bindery-1, section 1 and 3 to 5). */
#include "make_assess.h"

/* ---- 1.1: every snapshot, worse verdict of doubles ---- */

static scene *each_scene(void) {
    return scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "UTC");
}

TEST(assess, every_snapshot_is_judged_and_none_supersedes_another) {
    scene *s = each_scene();
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-01-20T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "DMM");
    CHECK_EQ_INT(s->out->checks.count, 2);
    CHECK_EQ_INT(s->out->checks.data[0].verdict, BD_FAIL);
    CHECK_EQ_INT(s->out->checks.data[1].verdict, BD_PASS);
}

TEST(assess, the_same_record_twice_in_a_snapshot_counts_once_with_the_worse_verdict) {
    static const struct {
        bd_verdict first, second, expected;
    } rows[] = {
        {BD_PASS, BD_FAIL, BD_FAIL},
        {BD_FAIL, BD_PASS, BD_FAIL},
        {BD_PASS, BD_CANNOT_TELL, BD_CANNOT_TELL},
        {BD_CANNOT_TELL, BD_FAIL, BD_FAIL},
        {BD_NOT_APPLICABLE, BD_PASS, BD_PASS},
        {BD_PASS, BD_PASS, BD_PASS},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = each_scene();
        put_seen(s, "2026-01-10T06:00:00Z", "a", rows[i].first);
        put_seen(s, "2026-01-10T18:00:00Z", "a", rows[i].second); /* the same UTC date */
        judge_scene(s);
        const bd_check_result *one = &s->out->checks.data[0];
        CHECK_EQ_INT(s->out->checks.count, 1);
        CHECK_EQ_INT(one->passed + one->failed + one->cannot_tell + one->not_applicable, 1);
        CHECK_EQ_INT(one->verdict, rows[i].expected);
    }
}

TEST(assess, a_disagreement_inside_a_snapshot_is_said) {
    scene *s = each_scene();
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS);
    put_seen(s, "2026-01-10T18:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-01-10T19:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_INT(s->findings.count, 1);
    CHECK_EQ_STR(
        s->findings.data[0].reason,
        "it fails; the snapshot shows it twice, with different verdicts; the worse one holds");
}

TEST(assess, equal_doubles_are_no_disagreement) {
    scene *s = each_scene();
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-01-10T18:00:00Z", "a", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(s->findings.data[0].reason, "it fails");
}

static void put_open(scene *s, uint32_t item, const char *key, const char *reason) {
    bd_row row = row_of(s, item, "each", key, BD_CANNOT_TELL);
    row.reason = bd_str_of(reason);
    put_row(s, item, row);
}

/* Whatever their keys sort like. */
TEST(assess, of_records_that_cannot_be_told_the_first_of_the_file_gives_the_reason) {
    static const char *const keys[][3] = {{"a", "b", "c"}, {"c", "b", "a"}, {"q", "z", "m"}};
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        scene *s = each_scene();
        uint32_t item = put_seen(s, "2026-01-10T06:00:00Z", "known", BD_PASS);
        put_open(s, item, keys[i][0], "the first reason");
        put_open(s, item, keys[i][1], "another reason");
        put_open(s, item, keys[i][2], "a third reason");
        judge_scene(s);
        CHECK_EQ_STR(s->out->checks.data[0].reason, "the first reason");
        CHECK_EQ_INT(s->out->checks.data[0].cannot_tell, 3);
    }
}

/* What a record says of itself may hold the byte that other names are joined by. */
TEST(assess, a_record_is_no_other_whose_type_ends_elsewhere) {
    scene *s = each_scene();
    uint32_t item = put_seen(s, "2026-01-10T06:00:00Z", "known", BD_PASS);
    bd_row row = row_of(s, item, "each", "b\x1f" "c", BD_PASS);
    row.type = BD_STR("a");
    put_row(s, item, row);
    row = row_of(s, item, "each", "c", BD_FAIL);
    row.type = BD_STR("a\x1f" "b");
    put_row(s, item, row);
    judge_scene(s);
    CHECK_EQ_INT(s->out->checks.data[0].passed, 2);
    CHECK_EQ_INT(s->out->checks.data[0].failed, 1);
}

/* More reasons than are kept once, each of its own record. */
TEST(assess, reasons_of_thousands_of_records_stay_their_own) {
    enum { MANY = 9000 };
    scene *s = each_scene();
    uint32_t item = put_seen(s, "2026-01-10T06:00:00Z", "known", BD_PASS);
    for (int i = 0; i < MANY; i++) {
        char key[16], reason[40];
        snprintf(key, sizeof key, "r%05d", i);
        snprintf(reason, sizeof reason, "reason of number %05d", i);
        bd_row row = row_of(s, item, "each", key, BD_FAIL);
        row.reason = bd_str_copy(test_arena(), bd_str_of(reason));
        put_row(s, item, row);
    }
    judge_scene(s);
    CHECK_EQ_INT(s->findings.count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        const bd_finding *found = &s->findings.data[i];
        bd_str number = bd_str_sub(found->key, 1, found->key.size);
        CHECK(bd_str_has_suffix(found->reason, number));
        CHECK(i == 0 || bd_str_cmp(s->findings.data[i - 1].key, found->key) < 0);
    }
}

/* ---- 1.2, 1.3: snapshots and scopes ---- */

TEST(assess, a_snapshot_is_as_bad_as_its_worst_record) {
    static const struct {
        bd_verdict records[2];
        bool is_complete;
        bd_verdict expected;
        const char *outcome;
    } rows[] = {
        {{BD_PASS, BD_FAIL}, true, BD_FAIL, "D"},
        {{BD_PASS, BD_FAIL}, false, BD_FAIL, "d"}, /* fail, complete or not */
        {{BD_PASS, BD_CANNOT_TELL}, true, BD_CANNOT_TELL, "?"},
        {{BD_PASS, BD_PASS}, false, BD_CANNOT_TELL, "?"},
        {{BD_PASS, BD_NOT_APPLICABLE}, true, BD_PASS, "C"},
        {{BD_NOT_APPLICABLE, BD_NOT_APPLICABLE}, true, BD_NOT_APPLICABLE, "0"},
        {{BD_NOT_APPLICABLE, BD_NOT_APPLICABLE}, false, BD_CANNOT_TELL, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-01-31", "UTC");
        uint32_t item = put_seen(s, "2026-01-10T06:00:00Z", "a", rows[i].records[0]);
        put_record(s, item, "each", "b", rows[i].records[1]);
        if (!rows[i].is_complete) {
            spoil(s, item, NOT_COMPLETE);
        }
        judge_scene(s);
        CHECK_EQ_INT(s->out->checks.data[0].verdict, rows[i].expected);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].outcome);
    }
}

TEST(assess, an_empty_answer_is_no_occurrence_if_complete_and_never_a_pass) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
    put_snapshot(s, "S1", SUB_A, "2026-01-10T06:00:00Z");
    spoil(s, put_snapshot(s, "S1", SUB_A, "2026-02-10T06:00:00Z"), NOT_SHOWN);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "0?");
}

TEST(assess, what_is_incomplete_assumed_or_unsigned_can_fail_and_never_pass) {
    static const flaw flaws[] = {NOT_COMPLETE, NOT_SHOWN, TIME_ASSUMED, UNSIGNED};
    for (size_t i = 0; i < BD_COUNT(flaws); i++) {
        scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
        spoil(s, put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS), flaws[i]);
        spoil(s, put_seen(s, "2026-02-10T06:00:00Z", "a", BD_FAIL), flaws[i]);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), "?d");
        CHECK_EQ_STR(state_of(s, "1.1"), "[~] !");
    }
}

TEST(assess, a_passing_snapshot_is_enough_beside_an_incomplete_one) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-01-31", "UTC");
    spoil(s, put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS), NOT_COMPLETE);
    put_seen(s, "2026-01-20T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
    CHECK_EQ_INT(instance_of(s, "1.1a", "2026-01")->evidence.count, 2); /* both are listed */
}

TEST(assess, each_expected_subscription_needs_its_own_snapshot) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "UTC");
    expect_subscription(s, SUB_B, "test");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS);
    put_record(s, put_snapshot(s, "S1", SUB_B, "2026-01-11T06:00:00Z"), "each", "b", BD_PASS);
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C?M");
    CHECK_EQ_STR(instance_of(s, "1.1a", "2026-02")->reason, "no snapshot of test");
}

TEST(assess, a_failure_without_the_other_subscription_is_a_deviation_that_is_not_accepted) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-01-31", "UTC");
    expect_subscription(s, SUB_B, "test");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "d");
}

TEST(assess, a_subscription_out_of_scope_is_not_judged) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-01-31", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS);
    put_record(s, put_snapshot(s, "S1", SUB_B, "2026-01-11T06:00:00Z"), "each", "b", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
    CHECK_EQ_INT(s->findings.count, 0);
}

/* What lies at a management group stands in the list of each subscription below it. */
TEST(assess, a_record_also_seen_out_of_scope_stays_judged_where_it_is_in_scope) {
    static const struct {
        bd_verdict inside, outside;
        const char *expected;
    } rows[] = {
        {BD_FAIL, BD_FAIL, "D"},        {BD_CANNOT_TELL, BD_CANNOT_TELL, "?"},
        {BD_CANNOT_TELL, BD_FAIL, "?"}, {BD_PASS, BD_FAIL, "C"},
        {BD_FAIL, BD_PASS, "D"},
    };
    static const char *const times[] = {"2026-05-15T05:00:00Z", "2026-05-15T07:00:00Z"};
    for (size_t i = 0; i < BD_COUNT(rows) * 2; i++) {
        scene *s = scene_of(EACH_CHECK, "2026-05-01", "2026-05-31", "UTC");
        put_record(s, put_snapshot(s, "S1", SUB_B, times[i % 2]), "each", "r", rows[i / 2].outside);
        put_record(s, put_snapshot(s, "S1", SUB_A, "2026-05-15T06:00:00Z"), "each", "r",
                   rows[i / 2].inside);
        judge_scene(s);
        test_failure("row %zu, at %s", i / 2, times[i % 2]);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i / 2].expected);
        CHECK_EQ_INT(s->findings.count, rows[i / 2].inside == BD_FAIL ? 1 : 0);
    }
}

/* Of each scope: verdict and how many records say so; "" where nothing is left. */
static bd_str told_of(const scene *s, const char *scope) {
    static const char *const words[] = {[BD_PASS] = "pass",
                                        [BD_FAIL] = "fail",
                                        [BD_CANNOT_TELL] = "cannot-tell",
                                        [BD_NOT_APPLICABLE] = "not-applicable"};
    for (size_t i = 0; i < s->out->checks.count; i++) {
        const bd_check_result *one = &s->out->checks.data[i];
        if (bd_str_eqz(one->scope, scope)) {
            return bd_str_format(test_arena(), "%.*s %llu+%llu+%llu", BD_ARG(bd_str_of(words[one->verdict])),
                                 (unsigned long long)one->passed, (unsigned long long)one->failed,
                                 (unsigned long long)one->cannot_tell);
        }
    }
    return (bd_str){"", 0};
}

/* A snapshot is of one scope (bindery-1, 1): each list counts what stands in it; what they share is one exception. */
TEST(assess, a_record_in_the_lists_of_several_subscriptions_counts_in_each) {
    static const struct {
        const char *listed; /* in the order of the day: subscription and verdict of the record there */
        const char *of_a, *of_b;
        size_t findings;
        const char *outcome;
    } rows[] = {
        {"ApBp", "pass 1+0+0", "pass 1+0+0", 0, "C"},
        {"AfBf", "fail 0+1+0", "fail 0+1+0", 2, "D"},
        {"AfBp", "fail 0+1+0", "pass 1+0+0", 1, "D"},
        {"ApBf", "pass 1+0+0", "fail 0+1+0", 1, "D"},
        {"A?Bp", "cannot-tell 0+0+1", "pass 1+0+0", 0, "?"},
        {"ApB?Ap", "pass 1+0+0", "cannot-tell 0+0+1", 0, "?"},
        {"ApBpAf", "fail 0+1+0", "pass 1+0+0", 1, "D"},
        {"ApBfAf", "fail 0+1+0", "fail 0+1+0", 2, "D"},
        {"AfBpApB?", "fail 0+1+0", "cannot-tell 0+0+1", 1, "D"},
        {"ApBpA?BfAp", "cannot-tell 0+0+1", "fail 0+1+0", 1, "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(EACH_CHECK, "2026-05-01", "2026-05-31", "UTC");
        expect_subscription(s, SUB_B, "test");
        for (size_t j = 0; rows[i].listed[j] != '\0'; j += 2) {
            const char *at = bd_str_format(test_arena(), "2026-05-15T%02zu:00:00Z", j).data;
            char said = rows[i].listed[j + 1];
            put_record(s, put_snapshot(s, "S1", rows[i].listed[j] == 'A' ? SUB_A : SUB_B, at), "each", "r",
                       said == 'p' ? BD_PASS : said == 'f' ? BD_FAIL : BD_CANNOT_TELL);
        }
        judge_scene(s);
        test_failure("%s", rows[i].listed);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].outcome);
        CHECK_EQ_STR(told_of(s, SUB_A), rows[i].of_a);
        CHECK_EQ_STR(told_of(s, SUB_B), rows[i].of_b);
        CHECK_EQ_INT(s->findings.count, rows[i].findings);
        CHECK_EQ_INT(s->out->exceptions.count, rows[i].findings > 0 ? 1 : 0);
    }
}

TEST(assess, without_stated_subscriptions_all_that_the_evidence_shows_are_expected) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
    s->engagement.subscriptions.count = 0;
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS);
    put_record(s, put_snapshot(s, "S1", SUB_B, "2026-02-11T06:00:00Z"), "each", "b", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "??");
}

TEST(assess, a_source_of_single_resources_expects_those_that_it_shows) {
    scene *s =
        scene_of(SECURITY_OF(A_CONTROL("1.1", "continuous"),
                             A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1'"),
                             A_SOURCE("S1", "resource", ""),
                             A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK)),
                 "2026-01-01", "2026-02-28", "UTC");
    put_record(s, put_snapshot(s, "S1", "/r/1", "2026-01-10T06:00:00Z"), "each", "a", BD_PASS);
    put_record(s, put_snapshot(s, "S1", "/r/2", "2026-01-10T06:00:00Z"), "each", "b", BD_FAIL);
    put_record(s, put_snapshot(s, "S1", "/r/1", "2026-02-10T06:00:00Z"), "each", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D?");
}

/* ---- 1.5: both halves, unread requirements ---- */

#define TWO_HALVES                                                                                 \
    SECURITY_OF(A_CONTROL("1.1", "continuous"),                                                    \
                A_REQUIREMENT("1.1", "a", "continuous", 35, 0,                                     \
                              "'S1'") "," A_REQUIREMENT("1.1", "b", "continuous", 35, 0, "'S2'"),  \
                A_SOURCE("S1", "subscription", "") "," A_SOURCE("S2", "tenant", ""),               \
                A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK))

TEST(assess, a_requirement_that_no_check_reads_is_cannot_tell_with_evidence_else_missing) {
    scene *s = scene_of(TWO_HALVES, "2026-01-01", "2026-02-28", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_PASS);
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_PASS);
    put_snapshot(s, "S2", "", "2026-01-10T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "CC");
    CHECK_EQ_STR(outcomes(s, "1.1b"), "?M");
    CHECK_EQ_STR(state_of(s, "1.1"), "[~]"); /* both halves must hold */
}

TEST(assess, a_deviation_outranks_what_another_check_cannot_tell) {
    scene *s = scene_of(
        SECURITY_OF(A_CONTROL("1.1", "continuous"),
                    A_REQUIREMENT("1.1", "a", "continuous", 35, 0, "'S1','S2'"),
                    A_SOURCE("S1", "subscription", "") "," A_SOURCE("S2", "tenant", ""),
                    A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(
                        "other", "1.1", "a", "each", "'source':'S2'," PASS_IF_OK)),
        "2026-01-01", "2026-03-31", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    put_record(s, put_snapshot(s, "S2", "", "2026-01-10T06:00:00Z"), "other", "x", BD_CANNOT_TELL);
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_FAIL); /* S2 was not read */
    put_seen(s, "2026-03-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "Dd?");
}

/* ---- exceptions ---- */

TEST(assess, an_exception_is_named_by_check_first_date_and_hash_of_type_key_property) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "Europe/Berlin");
    put_seen(s, "2026-01-31T23:30:00Z", "/subscriptions/x/vm1", BD_FAIL);
    judge_scene(s);
    /* printf 't\037/subscriptions/x/vm1\037p' | sha256sum */
    bd_str sum;
    CHECK_EQ_INT(run_command(&sum, "printf 't\\037/subscriptions/x/vm1\\037p' | sha256sum"), 0);
    bd_str expected = bd_str_format(test_arena(), "X-each-2026-01-31-%.*s", 8, sum.data);
    CHECK_EQ_INT(s->out->exceptions.count, 1);
    CHECK_EQ_STR(s->out->exceptions.data[0].id, expected);
    CHECK_EQ_STR(s->out->exceptions.data[0].controls.data[0], "1.1");
}

TEST(assess, stretches_follow_one_record_over_its_snapshots) {
    static const struct {
        const char *
            verdicts; /* of the 10th of each month from December on: p f ? n (not applicable) . (absent) */
        const char *expected[2];
    } rows[] = {
        {"pfffp", {"2025-12-10 | 2026-01-10..2026-03-10 | 2026-04-10 | 3 of 4 | open"}},
        {"pf?fp", {"2025-12-10 | 2026-01-10..2026-03-10 | 2026-04-10 | 2 of 4 | open"}},
        {"pfnfp", {"2025-12-10 | 2026-01-10..2026-03-10 | 2026-04-10 | 2 of 4 | open"}},
        {"pf?.p", {"2025-12-10 | 2026-01-10..2026-01-10 | 2026-04-10 | 1 of 3 | open"}},
        {"pf...",
         {"2025-12-10 | 2026-01-10..2026-01-10 | never | 1 of 1 | open"}}, /* the resource vanished */
        {"pfpfp",
         {"2025-12-10 | 2026-01-10..2026-01-10 | 2026-02-10 | 1 of 4 | open",
          "2026-02-10 | 2026-03-10..2026-03-10 | 2026-04-10 | 1 of 4 | open"}},
        {"ffppp",
         {"never | 2025-12-10..2026-01-10 | 2026-02-10 | 1 of 4 | open"}}, /* it began before the period */
        {"fpppp", {NULL}}, /* and this ended before it */
        {"ppppp", {NULL}},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s", rows[i].verdicts);
        scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-06-30", "UTC");
        for (int month = 0; rows[i].verdicts[month] != '\0'; month++) {
            bd_date date = bd_date_of_day(bd_day_of_date(2025, 12, 10) + month * 31);
            const char *at =
                bd_str_format(test_arena(), "%04d-%02d-10T06:00:00Z", date.year, date.month).data;
            uint32_t item = put_snapshot(s, "S1", SUB_A, at);
            char c = rows[i].verdicts[month];
            if (c != '.') {
                put_record(s, item, "each", "a",
                           c == 'p'   ? BD_PASS
                           : c == 'f' ? BD_FAIL
                           : c == 'n' ? BD_NOT_APPLICABLE
                                      : BD_CANNOT_TELL);
            }
        }
        judge_scene(s);
        size_t count = rows[i].expected[0] == NULL ? 0 : rows[i].expected[1] == NULL ? 1 : 2;
        CHECK_EQ_INT(s->out->exceptions.count, count);
        for (size_t j = 0; j < count; j++) {
            CHECK_EQ_STR(exception_text(s, j), rows[i].expected[j]);
        }
    }
}

/* `key` fails on `at` only; `type` stands before it in the order. */
static void put_typed(scene *s, const char *at, const char *type, const char *key, bd_verdict verdict) {
    uint32_t item = put_snapshot(s, "S1", SUB_A, at);
    bd_row row = row_of(s, item, "each", key, verdict);
    row.type = bd_str_of(type);
    put_row(s, item, row);
}

/* By id they would stand by day, and those of one day by a hash: b and c of January, z, b and a of March (2a and d7,
 * printf 't\037a\037p' | sha256sum). */
TEST(assess, exceptions_come_by_type_key_and_day_whatever_their_ids) {
    scene *s = each_scene();
    put_typed(s, "2026-02-10T06:00:00Z", "s", "z", BD_FAIL);
    put_typed(s, "2026-03-10T06:00:00Z", "t", "a", BD_FAIL);
    put_typed(s, "2026-01-10T06:00:00Z", "t", "b", BD_FAIL);
    put_typed(s, "2026-02-10T06:00:00Z", "t", "b", BD_PASS);
    put_typed(s, "2026-03-10T06:00:00Z", "t", "b", BD_FAIL);
    put_typed(s, "2026-01-10T06:00:00Z", "t", "c", BD_FAIL);
    put_typed(s, "2026-01-10T06:00:00Z", "t", "d", BD_PASS);
    put_typed(s, "2025-12-10T06:00:00Z", "t", "e", BD_FAIL); /* and is clean before the period begins */
    put_typed(s, "2025-12-12T06:00:00Z", "t", "e", BD_PASS);
    judge_scene(s);
    bd_str text = {"", 0};
    size_t sorted = 0;
    for (size_t i = 0; i < s->out->exceptions.count; i++) {
        const bd_exception *x = &s->out->exceptions.data[i];
        text = bd_str_format(test_arena(), "%.*s %.*s/%.*s:%.*s%s", BD_ARG(text), BD_ARG(x->type), BD_ARG(x->key),
                             BD_ARG(bd_str_sub(day_text(x->first_seen_failing), 5, 10)),
                             x->repeats.size > 0 ? "!" : "");
        sorted += i > 0 && bd_str_cmp(s->out->exceptions.data[i - 1].id, x->id) < 0;
    }
    CHECK_EQ_STR(text, " s/z:02-10 t/a:03-10 t/b:01-10 t/b:03-10! t/c:01-10");
    CHECK(sorted < s->out->exceptions.count - 1);
    CHECK_EQ_STR(s->out->exceptions.data[3].repeats, s->out->exceptions.data[2].id);
    CHECK_EQ_INT(control_of(s, "1.1")->exceptions.count, 5);
    CHECK_EQ_INT(control_of(s, "1.1")->exceptions.data[4], 4);
}

TEST(assess, what_came_after_the_as_of_instant_ends_no_stretch) {
    scene *s = each_scene();
    put_seen(s, "2026-03-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-04-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(exception_text(s, 0), "never | 2026-03-10..2026-03-10 | never | 1 of 1 | open");
    judge_as_of(s, "2026-04-30"); /* now it describes a day before it */
    judge_scene(s);
    CHECK_EQ_STR(exception_text(s, 0),
                 "never | 2026-03-10..2026-03-10 | 2026-04-10 | 1 of 1 | open");
}

TEST(assess, a_record_without_a_key_never_joins_over_time) {
    scene *s = each_scene();
    for (int month = 1; month <= 3; month++) {
        uint32_t item = put_snapshot(
            s, "S1", SUB_A, bd_str_format(test_arena(), "2026-%02d-10T06:00:00Z", month).data);
        bd_row row = row_of(s, item, "each", "", month == 3 ? BD_PASS : BD_FAIL);
        row.ordinal = 7;
        put_row(s, item, row);
    }
    judge_scene(s);
    CHECK_EQ_INT(s->out->exceptions.count, 2);
    CHECK_EQ_STR(exception_text(s, 0), "never | 2026-01-10..2026-01-10 | never | 1 of 1 | open");
    CHECK_EQ_STR(s->out->exceptions.data[0].key, "#7");
}

TEST(assess, two_records_without_keys_in_one_snapshot_are_two) {
    scene *s = each_scene();
    uint32_t item = put_snapshot(s, "S1", SUB_A, "2026-01-10T06:00:00Z");
    put_record(s, item, "each", "", BD_PASS);
    put_record(s, item, "each", "", BD_PASS);
    judge_scene(s);
    CHECK_EQ_INT(s->out->checks.data[0].passed, 2);
}

TEST(assess, an_exception_closes_only_with_a_later_clean_instance_and_a_signed_response) {
    static const struct {
        bd_verdict february;
        bool is_signed;
        const char *state;
        bool is_open;
    } rows[] = {
        {BD_PASS, true, "[x] !", false},
        {BD_PASS, false, "[~] !", true},
        {BD_CANNOT_TELL, true, "[~] !", true},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
        put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
        put_seen(s, "2026-02-10T06:00:00Z", "a", rows[i].february);
        judge_scene(s);
        if (rows[i].is_signed) {
            sign_response(s, 0);
            judge_scene(s);
        }
        CHECK_EQ_INT(s->out->exceptions.data[0].is_open, rows[i].is_open);
        CHECK_EQ_STR(state_of(s, "1.1"), rows[i].state);
    }
}

TEST(assess, a_clean_snapshot_in_the_failing_month_closes_nothing) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-01-31", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    put_seen(s, "2026-01-20T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    sign_response(s, 0);
    judge_scene(s);
    CHECK(s->out->exceptions.data[0].is_open);
    CHECK_EQ_STR(state_of(s, "1.1"), "[~] !");
}

TEST(assess, later_is_told_by_the_instant_and_not_by_the_utc_date) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "America/St_Johns");
    put_seen(s, "2026-02-01T02:00:00Z", "a", BD_FAIL); /* 31 January, 22:30 */
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    sign_response(s, 0);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "DC");
    CHECK_EQ_STR(state_of(s, "1.1"), "[x] !");
}

TEST(assess, a_design_exclusion_takes_a_record_out_from_its_approval_to_its_expiry) {
    static const struct {
        const char *from, *to, *expected;
    } rows[] = {
        {"2025-12-01", "", "000"},           {"2026-02-10", "", "D00"},
        {"2026-02-11", "", "DD0"},           {"2025-12-01", "2026-02-10", "00D"},
        {"2025-12-01", "2026-02-09", "0DD"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s to %s", rows[i].from, rows[i].to);
        scene *s = scene_of(EACH_WITH(",'exclusions':true"), "2026-01-01", "2026-03-31", "UTC");
        *bd_push(test_arena(), &s->engagement.exclusions) =
            (bd_exclusion){.check = BD_STR_INIT("each"),
                           .resource = BD_STR_INIT("a"),
                           .approved_on = day_of(rows[i].from),
                           .expires_on = day_of(rows[i].to)};
        for (int month = 1; month <= 3; month++) {
            put_seen(s, bd_str_format(test_arena(), "2026-%02d-10T06:00:00Z", month).data, "a",
                     BD_FAIL);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(assess, an_exclusion_touches_no_check_that_does_not_take_them) {
    scene *s = each_scene();
    *bd_push(test_arena(), &s->engagement.exclusions) =
        (bd_exclusion){.check = BD_STR_INIT("each"),
                       .resource = BD_STR_INIT("a"),
                       .approved_on = day_of("2025-01-01"),
                       .expires_on = BD_DAY_NONE};
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "DMM");
}

/* ---- findings ---- */

TEST(assess, findings_come_in_a_total_order_whatever_the_order_of_the_rows) {
    static const struct {
        const char *at, *key;
    } rows[] = {{"2026-02-10T06:00:00Z", "b"},
                {"2026-01-10T06:00:00Z", "c"},
                {"2026-02-10T06:00:00Z", "a"},
                {"2026-01-10T06:00:00Z", "a"},
                {"2025-12-10T06:00:00Z", "z"}};
    for (size_t turn = 0; turn < BD_COUNT(rows); turn++) {
        scene *s = each_scene();
        for (size_t i = 0; i < BD_COUNT(rows); i++) {
            size_t pick = (i * 2 + turn) % BD_COUNT(rows);
            put_seen(s, rows[pick].at, rows[pick].key, BD_FAIL);
        }
        judge_scene(s);
        bd_str text = {"", 0};
        for (size_t i = 0; i < s->findings.count; i++) {
            text = bd_str_format(test_arena(), "%.*s %.*s:%.*s", BD_ARG(text),
                                 BD_ARG(s->findings.data[i].instance),
                                 BD_ARG(s->findings.data[i].key));
        }
        CHECK_EQ_STR(
            text, " 2026-01:a 2026-01:c 2026-02:a 2026-02:b"); /* December is not of the period */
        CHECK_EQ_INT(s->out->finding_count, 4);
    }
}

/* ---- states ---- */

static scene *year_of(const char *verdicts) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-12-31", "UTC");
    for (int month = 1; month <= 12; month++) {
        char at[32];
        snprintf(at, sizeof at, "2026-%02d-15T06:00:00Z", month);
        if (verdicts[month - 1] != '.') {
            put_seen(s, at, "a", verdicts[month - 1] == 'f' ? BD_FAIL : BD_PASS);
        }
    }
    judge_scene(s);
    for (size_t i = 0; i < s->out->exceptions.count; i++) {
        sign_response(s, i);
    }
    judge_scene(s);
    return s;
}

TEST(assess, complete_needs_every_instance_a_clean_end_and_few_deviations) {
    static const struct {
        const char *verdicts, *state;
    } rows[] = {
        {"pppppppppppp", "[x]"},   {"ppppp.pppppp", "[~]"},
        {"fppppppppppp", "[x] !"}, {"fpfpfppppppp", "[x] !"}, /* three of twelve are 25 % */
        {"fpfpfpfppppp", "[~] !"},                            /* four are more */
        {"pppppppppppf", "[~] !"},                            /* the last due instance deviates */
        {"............", "[ ]"},   {"f...........", "[~] !"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s", rows[i].verdicts);
        CHECK_EQ_STR(state_of(year_of(rows[i].verdicts), "1.1"), rows[i].state);
    }
}

TEST(assess, one_deviation_alone_is_never_too_many) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
    put_seen(s, "2026-01-10T06:00:00Z", "a",
             BD_FAIL); /* one of two is more than 25 %, but not more than one */
    put_seen(s, "2026-02-10T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    sign_response(s, 0);
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "1.1"), "[x] !");
}

TEST(assess, evidence_of_another_time_begins_nothing) {
    scene *s = each_scene();
    put_seen(s, "2025-12-31T23:59:59Z", "a", BD_PASS);
    put_seen(s, "2026-04-01T00:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "1.1"), "[ ]");
}

TEST(assess, a_log_that_ends_where_the_period_begins_describes_no_day_of_it) {
    static const struct {
        const char *to, *state;
    } rows[] = {{"2026-01-01T00:00:00Z", "[ ]"}, {"2026-01-01T00:00:01Z", "[~]"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(SECURITY_OF(A_CONTROL("1.1", "per-event"),
                                        A_REQUIREMENT("1.1", "a", "per-event", 35, 0, "'L'"),
                                        A_LOG("L", "tenant"), ""),
                            "2026-01-01", "2026-03-31", "UTC");
        put_log(s, "L", "", "2025-12-01T00:00:00Z", rows[i].to);
        judge_scene(s);
        CHECK_EQ_STR(state_of(s, "1.1"), rows[i].state);
    }
}

/* Berlin: two hours before UTC in summer, one in winter. */
TEST(assess, the_newest_day_is_the_one_that_people_know_the_evidence_by) {
    static const struct {
        const char *from, *to, *newest; /* no `to`: a document of that day */
    } rows[] = {
        {"2026-04-01", NULL, "2026-04-01"},
        {"2026-03-01", NULL, "2026-03-01"},
        {"2026-01-31T23:00:00Z", "2026-03-31T22:00:00Z", "2026-03-31"}, /* the end is exclusive */
        {"2026-01-31T23:00:00Z", "2026-03-31T22:00:01Z", "2026-04-01"},
        {"2026-05-31T22:00:00Z", "2026-09-30T22:00:00Z", "2026-06-30"}, /* beyond the period */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(SECURITY_OF(A_CONTROL("1.1", "per-event"),
                                        A_REQUIREMENT("1.1", "a", "per-event", 35, 0, "'L'"),
                                        A_LOG("L", "tenant"), ""),
                            "2026-01-01", "2026-06-30", "Europe/Berlin");
        if (rows[i].to == NULL) {
            bd_evidence *paper = put_document(s, "minutes", carried_out(rows[i].from), true);
            *bd_push(test_arena(), &paper->sidecar.requirements) = BD_STR("1.1a");
        } else {
            put_log(s, "L", "", rows[i].from, rows[i].to);
        }
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(day_text(requirement_of(s, "1.1a")->newest_day), rows[i].newest);
        CHECK_EQ_STR(day_text(control_of(s, "1.1")->newest_day), rows[i].newest);
    }
}

/* The log ends at the instant at which the paper's day begins: in one requirement, and in two of a control. */
TEST(assess, of_two_that_end_at_one_instant_the_later_day_is_the_newest) {
    for (int has_two = 0; has_two < 2; has_two++) {
        scene *s = scene_of(SECURITY_OF(A_CONTROL("1.1", "per-event"),
                                        A_REQUIREMENT("1.1", "a", "per-event", 35, 0, "'L'") ","
                                        A_REQUIREMENT("1.1", "b", "per-event", 35, 0, "'L'"),
                                        A_LOG("L", "tenant"), ""),
                            "2026-01-01", "2026-06-30", "Europe/Berlin");
        put_log(s, "L", "", "2026-01-31T23:00:00Z", "2026-03-31T22:00:00Z");
        bd_evidence *paper = put_document(s, "minutes", carried_out("2026-04-01"), true);
        *bd_push(test_arena(), &paper->sidecar.requirements) = has_two ? BD_STR("1.1b") : BD_STR("1.1a");
        judge_scene(s);
        CHECK_EQ_STR(day_text(requirement_of(s, "1.1a")->newest_day), has_two ? "2026-03-31" : "2026-04-01");
        CHECK_EQ_STR(day_text(control_of(s, "1.1")->newest_day), "2026-04-01");
    }
}

TEST(assess, a_snapshot_is_known_by_its_date_in_utc) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "Europe/Berlin");
    put_seen(s, "2026-02-10T23:30:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(day_text(control_of(s, "1.1")->newest_day), "2026-02-10"); /* as its findings */
}

TEST(assess, no_occurrence_in_the_whole_period_is_complete_and_tagged) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "UTC");
    put_snapshot(s, "S1", SUB_A, "2026-01-10T06:00:00Z");
    put_snapshot(s, "S1", SUB_A, "2026-02-10T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "1.1"), "[x]");
    CHECK(control_of(s, "1.1")->is_no_occurrence);
    CHECK_EQ_INT(s->out->no_occurrence, 1);
    put_record(s, 1, "each", "a", BD_PASS);
    judge_scene(s);
    CHECK(!control_of(s, "1.1")->is_no_occurrence);
}

TEST(assess, a_signed_reason_makes_a_control_not_applicable_and_takes_it_out_of_the_ratios) {
    scene *s = each_scene();
    *bd_push(test_arena(), &s->not_applicable) =
        (bd_not_applicable){BD_STR("1.1"), BD_STR("none"), BD_STR("A"), BD_STR("B"), 0};
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "1.1"), "n/a");
    CHECK_EQ_INT(s->out->ready.of, 0);
    CHECK_EQ_INT(s->out->cover.of, 0);
}

TEST(assess, a_control_without_requirements_is_not_started_and_counts) {
    scene *s = scene_of(SECURITY_OF(A_CONTROL("1.1", "continuous"), "", "", ""), "2026-01-01",
                        "2026-02-28", "UTC");
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "1.1"), "[ ]");
    CHECK_EQ_INT(s->out->ready.of, 1);
}

TEST(assess, withdrawn_items_sidecars_and_unmapped_files_speak_to_nothing) {
    scene *s = scene_of(TWO_HALVES, "2026-01-01", "2026-01-31", "UTC");
    for (int i = 0; i < 3; i++) {
        put_snapshot(s, "S2", "", "2026-01-10T06:00:00Z");
        bd_evidence *item = &s->evidence.data[i];
        item->given.is_withdrawn = i == 0;
        item->is_sidecar = i == 1;
        item->is_unmapped = i == 2;
    }
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1b"), "M");
    CHECK_EQ_INT(requirement_of(s, "1.1b")->evidence.count, 0);
}

/* bindery-1, 6.1 */
#define PORTS                                                                                      \
    SECURITY_OF(A_CONTROL("6.6.3", "continuous"),                                                  \
                A_REQUIREMENT("6.6.3", "a", "continuous", 35, 0,                                   \
                              "'S1'") "," A_REQUIREMENT("6.6.3", "b", "per-event", 35, 10, "'L'"), \
                A_SOURCE("S1", "subscription", "") "," A_LOG("L", "subscription"),                 \
                A_CHECK("ports", "6.6.3", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(   \
                    "writes", "6.6.3", "b", "each", "'source':'L','tile':[['L']]," PASS_IF_OK))

TEST(assess, worked_1_a_port_open_in_one_of_twelve_months) {
    static const char *const days[] = {"2026-01-12", "2026-02-11", "2026-03-10", "2026-04-09",
                                       "2026-05-09", "2026-06-10", "2026-07-11", "2026-08-12",
                                       "2026-09-10", "2026-10-09", "2026-11-11", "2026-12-10"};
    scene *s = scene_of(PORTS, "2026-01-01", "2026-12-31", "Europe/Berlin");
    for (size_t i = 0; i < BD_COUNT(days); i++) {
        uint32_t item =
            put_snapshot(s, "S1", SUB_A, bd_str_format(test_arena(), "%sT06:00:00Z", days[i]).data);
        put_record(s, item, "ports", "nsg", i == 5 ? BD_FAIL : BD_PASS);
    }
    put_log(s, "L", SUB_A, "2025-12-31T00:00:00Z", "2027-01-01T00:00:00Z");
    judge_scene(s);
    CHECK_EQ_INT(requirement_of(s, "6.6.3a")->due, 12);
    CHECK_EQ_INT(requirement_of(s, "6.6.3a")->deviating, 1);
    CHECK_EQ_STR(outcomes(s, "6.6.3a"), "CCCCCDCCCCCC");
    CHECK_EQ_STR(outcomes(s, "6.6.3b"), "000000000000");
    CHECK_EQ_INT(s->out->exceptions.count, 1);
    CHECK_EQ_STR(exception_text(s, 0),
                 "2026-05-09 | 2026-06-10..2026-06-10 | 2026-07-11 | 1 of 12 | open");
    CHECK_EQ_STR(state_of(s, "6.6.3"), "[~] !");
    sign_response(s, 0);
    judge_scene(s);
    CHECK_EQ_STR(state_of(s, "6.6.3"), "[x] !");
    CHECK_EQ_STR(exception_text(s, 0),
                 "2026-05-09 | 2026-06-10..2026-06-10 | 2026-07-11 | 1 of 12 | closed");
}

/* ---- criteria, gates, score ---- */

#define CRITERIA_OF                                                                                \
    A_CRITERION("CC1.1", "Security")                                                               \
    "," A_CRITERION("CC1.2", "Security") "," A_CRITERION("A1.1", "Availability")
#define CONTROL_FOR(number, criteria)                                                              \
    "{'number':'" number                                                                           \
    "','origin':'checklist','owner':'CISO','statement':'s','criteria':[" criteria                  \
    "],'frequency':'continuous'}"
#define TWO_CONTROLS                                                                               \
    CATALOG_OF(CRITERIA_OF,                                                                        \
               CONTROL_FOR("1.1", "'CC1.1'") "," CONTROL_FOR("1.2", "'CC1.1','A1.1'"),             \
               A_REQUIREMENT("1.1", "a", "continuous", 35, 0,                                      \
                             "'S1'") "," A_REQUIREMENT("1.2", "a", "continuous", 35, 0, "'S2'"),   \
               A_SOURCE("S1", "subscription", "") "," A_SOURCE("S2", "subscription", ""),          \
               A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(       \
                   "two", "1.2", "a", "each", "'source':'S2'," PASS_IF_OK))

#define A_VENDOR_REQUIREMENT(control)                                                              \
    "{'control':'" control "','req':'a','half':'reference','kind':'vendor-report','statement':"    \
    "'s','sources':['S1'],'frequency':'continuous','max_age_days':35,'grace_days':0,"              \
    "'signoff':false}"
#define VENDORS_AND_OURS                                                                           \
    CATALOG_OF(CRITERIA_OF,                                                                        \
               CONTROL_FOR("1.1", "'CC1.1'") "," CONTROL_FOR("1.2", "'CC1.1'"),                    \
               A_VENDOR_REQUIREMENT("1.1") "," A_REQUIREMENT("1.2", "a", "continuous", 35, 0,      \
                                                             "'S2'"),                              \
               A_SOURCE("S1", "subscription", "") "," A_SOURCE("S2", "subscription", ""),          \
               A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(       \
                   "two", "1.2", "a", "each", "'source':'S2'," PASS_IF_OK))

static bd_criterion_state judge_vendors_criterion(const char *method, bool is_ours_na,
                                                  bd_verdict january) {
    scene *s = scene_of(VENDORS_AND_OURS, "2026-01-01", "2026-02-28", "UTC");
    bd_vendor *vendor = bd_push(test_arena(), &s->engagement.vendors);
    *vendor = (bd_vendor){.name = BD_STR_INIT("V"), .method = bd_str_of(method)};
    *bd_push(test_arena(), &vendor->criteria) = BD_STR("CC1.1");
    put_seen(s, "2026-01-15T06:00:00Z", "a", january);
    put_seen(s, "2026-02-15T06:00:00Z", "a", BD_PASS);
    if (is_ours_na) {
        *bd_push(test_arena(), &s->not_applicable) =
            (bd_not_applicable){.control = BD_STR_INIT("1.2")};
    } else {
        put_record(s, put_snapshot(s, "S2", SUB_A, "2026-01-15T06:00:00Z"), "two", "b", BD_PASS);
        put_record(s, put_snapshot(s, "S2", SUB_A, "2026-02-15T06:00:00Z"), "two", "b", BD_PASS);
    }
    return judge_scene(s)->criteria[0].state;
}

/* bindery-1, section 4: carved out where the vendor operates it; what we have to do is to watch its report. */
TEST(assess, a_criterion_is_carved_out_where_all_that_is_ours_is_to_watch_the_vendor) {
    CHECK_EQ_INT(judge_vendors_criterion("carve-out", true, BD_PASS), BD_CRITERION_CARVED_OUT);
    CHECK_EQ_INT(judge_vendors_criterion("inclusive", true, BD_PASS), BD_CRITERION_COMPLETE);
    CHECK_EQ_INT(judge_vendors_criterion("carve-out", false, BD_PASS),
                 BD_CRITERION_COMPLETE); /* one of its controls is ours */
    CHECK_EQ_INT(judge_vendors_criterion("carve-out", true, BD_FAIL),
                 BD_CRITERION_AT_RISK); /* a gap in the reports is no carve-out */
}

static bd_criterion_state judge_criterion_with(int first, int second, bd_verdict january) {
    scene *s = scene_of(TWO_CONTROLS, "2026-01-01", "2026-02-28", "UTC");
    if (first > 0) {
        put_seen(s, "2026-01-15T06:00:00Z", "a", january);
        put_seen(s, "2026-02-15T06:00:00Z", "a", BD_PASS);
    }
    for (int i = 0; i < second; i++) {
        put_record(
            s,
            put_snapshot(s, "S2", SUB_A, i == 0 ? "2026-01-15T06:00:00Z" : "2026-02-15T06:00:00Z"),
            "two", "b", BD_PASS);
    }
    if (second < 0) {
        *bd_push(test_arena(), &s->not_applicable) =
            (bd_not_applicable){.control = BD_STR_INIT("1.2")};
    }
    return judge_scene(s)->criteria[0].state;
}

TEST(assess, a_criterion_is_as_good_as_its_controls) {
    CHECK_EQ_INT(judge_criterion_with(1, 2, BD_PASS), BD_CRITERION_COMPLETE);
    CHECK_EQ_INT(judge_criterion_with(1, -1, BD_PASS),
                 BD_CRITERION_COMPLETE); /* less the signed n/a */
    CHECK_EQ_INT(judge_criterion_with(1, 0, BD_PASS), BD_CRITERION_PARTIAL);
    CHECK_EQ_INT(judge_criterion_with(1, 2, BD_FAIL), BD_CRITERION_AT_RISK); /* an open exception */
    CHECK_EQ_INT(judge_criterion_with(1, 1, BD_PASS), BD_CRITERION_AT_RISK); /* 43 days old */
}

TEST(assess, a_criterion_without_controls_is_uncovered_and_a_gate) {
    scene *s = scene_of(TWO_CONTROLS, "2026-01-01", "2026-02-28", "UTC");
    judge_scene(s);
    CHECK_EQ_INT(s->out->criteria[1].state, BD_CRITERION_UNCOVERED);
    CHECK_EQ_INT(s->out->gates.count, 1);
    CHECK_EQ_STR(s->out->gates.data[0], "Not complete: criterion CC1.2 is uncovered");
}

TEST(assess, a_criterion_whose_controls_are_not_yet_due_is_not_uncovered) {
    scene *s = each_scene();
    judge_as_of(s, "2026-01-10");
    judge_scene(s);
    CHECK_EQ_INT(s->out->criteria[0].state, BD_CRITERION_PARTIAL);
    CHECK_EQ_INT(s->out->gates.count, 0);
}

TEST(assess, an_open_exception_rated_high_is_a_gate) {
    scene *s = each_scene();
    put_seen(s, "2026-01-10T06:00:00Z", "a", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_INT(s->out->gates.count, 1);
    CHECK_EQ_STR(s->out->gates.data[0], "Not complete: 1 exception rated high is open");
}

TEST(assess, only_controls_of_categories_in_scope_are_counted) {
    scene *s = scene_of(
        CATALOG_OF(CRITERIA_OF, CONTROL_FOR("1.1", "'CC1.1'") "," CONTROL_FOR("1.2", "'A1.1'"),
                   A_REQUIREMENT("1.1", "a", "continuous", 35, 0,
                                 "'S1'") "," A_REQUIREMENT("1.2", "a", "continuous", 35, 0, "'S2'"),
                   A_SOURCE("S1", "subscription", "") "," A_SOURCE("S2", "subscription", ""),
                   A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK) "," A_CHECK(
                       "two", "1.2", "a", "each", "'source':'S2'," PASS_IF_OK)),
        "2026-01-01", "2026-02-28", "UTC");
    put_seen(s, "2026-01-15T06:00:00Z", "a", BD_PASS);
    put_seen(s, "2026-02-15T06:00:00Z", "a", BD_PASS);
    judge_scene(s);
    CHECK_EQ_INT(s->out->ready.n, 1);
    CHECK_EQ_INT(s->out->ready.of, 1);
    CHECK_EQ_INT(s->out->cover.n, 2);
    CHECK_EQ_INT(s->out->cover.of, 2);
    CHECK_EQ_INT(s->out->fresh.n, 1);
    CHECK_EQ_INT(s->out->sources_missing.count, 0); /* S2 is read for a control out of scope */
    CHECK_EQ_INT(s->out->ready.with_exceptions, 0);
}

TEST(assess, ratios_round_half_up_and_reach_a_hundred_only_when_whole) {
    static const struct {
        int n, of;
        const char *text;
    } rows[] = {{41, 67, "61.2"},
                {1, 3, "33.3"},
                {2, 3, "66.7"},
                {1, 2000, "0.1"},
                {1, 2001, "0.0"},
                {1, 8, "12.5"},
                {3, 16, "18.8"},
                {999, 1000, "99.9"},
                {9999, 10000, "99.9"},
                {67, 67, "100.0"},
                {0, 67, "0.0"},
                {0, 0, "0.0"},
                {2147483646, 2147483647, "99.9"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%d of %d", rows[i].n, rows[i].of);
        CHECK_EQ_STR(bd_ratio_text(test_arena(), bd_ratio_of(rows[i].n, rows[i].of)), rows[i].text);
    }
}
