/* Checks of section 8: changes by pull request, pipeline and hand; the baseline. */
#include "make_assess.h"
#include "make_cases.h"

TEST(checks, the_checks_of_section_8_answer_as_the_cases_say) {
    run_section_cases("08.case", 16);
}

/* ---- bounds of a count (requirement 8.4 a) ---- */

#define COUNTED(bounds)                                                                            \
    SECURITY_OF(A_CONTROL("8.4", "continuous"),                                                    \
                A_REQUIREMENT("8.4", "a", "continuous", 35, 0, "'S08'"),                           \
                A_SOURCE("S08", "subscription", ""),                                               \
                A_CHECK("counted", "8.4", "a", "aggregate",                                        \
                        "'source':'S08','of':{'field':'ok','equals':true}," bounds))

TEST(assess, a_count_is_held_against_its_bounds) {
    static const struct {
        const char *catalog;
        int met, unmet, unclear;
        bool is_complete;
        const char *expected;
    } rows[] = {
        {COUNTED("'min':1"), 1, 3, 0, true, "C"},
        {COUNTED("'min':1"), 0, 3, 0, true, "D"},
        {COUNTED("'min':1"), 0, 0, 0, true, "D"},  /* nothing at all is too few */
        {COUNTED("'min':1"), 0, 3, 0, false, "?"}, /* it may be what is lacking */
        {COUNTED("'min':1"), 1, 3, 0, false, "?"},
        {COUNTED("'min':1"), 0, 3, 1, true, "?"},
        {COUNTED("'min':1"), 1, 0, 5, true, "C"}, /* whatever the others are */
        {COUNTED("'max':1"), 1, 9, 0, true, "C"},
        {COUNTED("'max':1"), 2, 9, 0, true, "D"},
        {COUNTED("'max':1"), 2, 9, 0, false, "d"},
        {COUNTED("'max':1"), 1, 9, 1, true, "?"},
        {COUNTED("'min_percent':50"), 1, 1, 0, true, "C"},
        {COUNTED("'min_percent':50"), 1, 2, 0, true, "D"},
        {COUNTED("'min_percent':33.3"), 1, 2, 0, true, "C"},
        {COUNTED("'min_percent':33.4"), 1, 2, 0, true, "D"},
        {COUNTED("'min_percent':50"), 0, 0, 0, true, "0"}, /* a share of nothing */
        {COUNTED("'max_percent':10"), 1, 9, 0, true, "C"},
        {COUNTED("'max_percent':10"), 2, 9, 0, true, "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(rows[i].catalog, "2026-01-01", "2026-01-31", "UTC");
        uint32_t item = put_snapshot(s, "S08", SUB_A, "2026-01-15T06:00:00Z");
        const int counts[] = {rows[i].met, rows[i].unmet, rows[i].unclear};
        static const bd_verdict verdicts[] = {BD_PASS, BD_FAIL, BD_CANNOT_TELL};
        for (size_t v = 0; v < 3; v++) {
            for (int n = 0; n < counts[v]; n++) {
                put_record(s, item, "counted", "k", verdicts[v]);
            }
        }
        if (!rows[i].is_complete) {
            spoil(s, item, NOT_COMPLETE);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "8.4a"), rows[i].expected);
    }
}

TEST(assess, each_subscription_is_counted_for_itself) {
    scene *s = scene_of(COUNTED("'min':1"), "2026-01-01", "2026-01-31", "UTC");
    expect_subscription(s, SUB_B, "dev");
    uint32_t a = put_snapshot(s, "S08", SUB_A, "2026-01-15T06:00:00Z");
    uint32_t b = put_snapshot(s, "S08", SUB_B, "2026-01-15T06:00:00Z");
    put_record(s, a, "counted", "k", BD_PASS);
    put_record(s, b, "counted", "k", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "D");
    CHECK_EQ_INT(s->findings.count, 1);
    CHECK_EQ_STR(s->findings.data[0].resource, "/subscriptions/" SUB_B);
    CHECK_EQ_STR(s->findings.data[0].reason, "0 of 1 records meet the rule");
}
