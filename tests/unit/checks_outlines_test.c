/* Checks of the outline controls: processing integrity and privacy. */
#include "make_checks.h"

TEST(checks, the_outlines_answer_as_the_cases_say) {
    run_check_cases("outlines.case", 200);
}

/* The categories of a scene have no privacy in them: it is added. */
static scene *outline_scene(const char *from, const char *to) {
    scene *s = &files_of(from, to, NULL)->scene;
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Privacy");
    *bd_push(test_arena(), &s->engagement.categories) = BD_STR("Processing Integrity");
    return s;
}

TEST(checks, an_ageing_report_fills_its_month_and_unsigned_ones_none) {
    static const struct {
        const char *days[3], *states;
        bool is_signed;
        const char *expected;
    } rows[] = {
        {{"2026-01-31", "2026-02-28", "2026-03-31"}, "no-row-past-limit", true, "CCC"},
        {{"2026-01-31", "2026-03-31"}, "no-row-past-limit", true, "CMC"},
        {{"2026-01-31", "2026-02-28", "2026-03-31"}, "no-row-past-limit", false, "???"},
        {{"2026-01-31", "2026-02-28", "2026-03-31"}, "rows", true, "DDD"},
        {{NULL}, "", true, "MMM"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = outline_scene("2026-01-01", "2026-03-31");
        for (size_t j = 0; j < 3 && rows[i].days[j] != NULL; j++) {
            put_document(s, "ageing-report", stating(carried_out(rows[i].days[j]), rows[i].states),
                         rows[i].is_signed);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "B-P4.2-1b"), rows[i].expected);
    }
}

/* The statement of the month alone passes nothing while the list of tickets is not on file. */
TEST(checks, a_statement_of_requests_does_not_pass_without_the_tickets) {
    scene *s = outline_scene("2026-01-01", "2026-02-28");
    const char *states = "each-request-ticketed-or-none;identity-checked";
    put_document(s, "access-requests", stating(carried_out("2026-01-31"), states), true);
    put_document(s, "access-requests", stating(carried_out("2026-02-28"), states), true);
    judge_scene(s);
    CHECK(bd_str_find(outcomes(s, "B-P5.1-1a"), BD_STR("C")) < 0);
}
