/* Section 1: policy, roles, training, screening, guardrails, the vendor's report. */
#include "make_checks.h"

TEST(checks, the_checks_of_section_1_answer_as_the_cases_say) {
    run_check_cases("01.case", 40);
}

static scene *register_of(const char *from, const char *to) {
    return &files_of(from, to, NULL)->scene;
}

TEST(checks, a_table_of_roles_is_in_force_and_renewed) {
    static const struct {
        const char *approved, *from, *to, *expected;
    } rows[] = {
        {"2025-12-01", "2025-12-01", "", "C"},
        {"2025-12-01", "2025-12-01", "2026-06-29", "D"}, /* a day without one */
        {"2026-01-02", "2026-01-02", "", "D"},
        {"2025-05-30", "2025-05-30", "", "?"}, /* in force, but not renewed: that instance is empty */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        bd_document table =
            stating(in_force(rows[i].approved, rows[i].from, rows[i].to), "duties");
        table.version = BD_STR("4");
        put_document(s, "security-roles", table, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.2a"), rows[i].expected);
    }
}

#define READ "type-2;auditor-named;retrieved-by-and-at;"

static void put_report(scene *s, const char *type, const char *from, const char *to,
                       const char *states) {
    bd_document document = stating(carried_out("2026-05-01"), states);
    document.in_force_from = day_of(from);
    document.in_force_to = day_of(to);
    put_document(s, type, document, true);
}

TEST(checks, the_azure_report_and_its_letter_are_judged_apart) {
    static const struct {
        const char *report_to, *letter_to, *report, *letter;
    } rows[] = {
        {"2026-06-30", NULL, "C", "0"}, /* no tail: nothing to bridge */
        {"2026-03-31", "2026-06-30", "C", "C"},
        {"2026-03-31", NULL, "D", "D"},
        {"2026-03-31", "2026-06-01", "D", "D"},
        {"2026-03-01", "2026-06-30", "D", "D"}, /* more than 92 days */
        {NULL, "2026-06-30", "D", "M"},         /* a letter to no report */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        if (rows[i].report_to != NULL) {
            put_report(s, "azure-soc2-report", "2025-04-01", rows[i].report_to,
                       READ "opinion-unmodified");
        }
        if (rows[i].letter_to != NULL) {
            put_report(s, "azure-bridge-letter", "2026-03-31", rows[i].letter_to,
                       "issued-by-vendor");
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.6a"), rows[i].report);
        CHECK_EQ_STR(outcomes(s, "1.6b"), rows[i].letter);
    }
}

TEST(checks, a_modified_opinion_counts_when_it_was_assessed) {
    static const struct {
        const char *states, *expected;
    } rows[] = {{READ "opinion-modified-and-assessed", "C"},
                {READ "opinion-modified", "D"},
                {"type-1;auditor-named;retrieved-by-and-at;opinion-unmodified", "D"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        put_report(s, "azure-soc2-report", "2025-04-01", "2026-06-30", rows[i].states);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.6a"), rows[i].expected);
    }
}

TEST(checks, our_own_letter_bridges_nothing) {
    scene *s = register_of("2026-01-01", "2026-06-30");
    put_report(s, "azure-soc2-report", "2025-04-01", "2026-03-31", READ "opinion-unmodified");
    put_report(s, "azure-bridge-letter", "2026-04-01", "2026-06-30", "issued-by-us");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.6a"), "D");
    CHECK_EQ_STR(outcomes(s, "1.6b"), "D");
}
