/* Documents, reports and letters of our own controls, over whole registers. */
#include "make_checks.h"

TEST(checks, the_documents_of_our_own_controls_answer_as_the_cases_say) {
    run_check_cases("ours-documents.case", 75);
}

static scene *register_of(const char *from, const char *to) {
    return &files_of(from, to, NULL)->scene;
}

/* kind: Report, report of type 1, Letter */
static bd_document report_of(char kind, const char *from, const char *to, const char *states) {
    bd_document document = telling(
        stating(carried_out("2026-02-01"), states),
        kind == 'L'   ? "{'vendor':'Microsoft','issued_by':'Microsoft'}"
        : kind == '1' ? "{'vendor':'Microsoft','report_type':'SOC 2 Type 1'}"
                      : "{'vendor':'Microsoft','report_type':'SOC 2 Type 2'}");
    document.in_force_from = day_of(from);
    document.in_force_to = day_of(to);
    return document;
}

#define ENTRY "physical-entry-tests-mapped;physical-entry-exceptions-assessed"

TEST(checks, who_approves_must_have_a_name) {
    static const struct {
        const char *by, *expected;
    } rows[] = {{"Ann Weber", "C"}, {"TBD", "?"}, {"", "?"}, {"...", "?"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        bd_document document = in_force("2025-12-01", "2025-12-01", "");
        document.approved_by = bd_str_of(rows[i].by);
        put_document(s, "software-rule", document, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "B-CC6.8-1b"), rows[i].expected);
    }
}

/* The rule of bindery-1, section 4, worked by hand for a period of January to June 2026. */
TEST(checks, reports_and_letters_cover_every_day_or_the_gap_is_named) {
    static const struct {
        const char *spans[3][3]; /* type, from, to */
        const char *expected, *reason;
    } rows[] = {
        {{{"R", "2025-07-01", "2026-06-30"}}, "C", ""},
        {{{"R", "2025-07-01", "2026-03-31"}, {"L", "2026-04-01", "2026-06-30"}}, "C", ""},
        {{{"R", "2025-07-01", "2026-03-31"}, {"L", "2026-03-01", "2026-07-31"}}, "C", ""},
        {{{"R", "2025-07-01", "2026-03-30"}, {"L", "2026-03-31", "2026-06-30"}}, "C", ""}, /* 92 */
        {{{"R", "2025-07-01", "2026-03-29"}, {"L", "2026-03-30", "2026-06-30"}},
         "D",
         "the last report ends on 2026-03-29, 93 days before 2026-06-30; letters bridge at most 92"},
        {{{"R", "2025-07-01", "2026-03-31"}},
         "D",
         "the last report ends on 2026-03-31, and no letter issued by the vendor describes 2026-04-01"},
        {{{"R", "2025-07-01", "2026-03-31"}, {"L", "2026-04-02", "2026-06-30"}},
         "D",
         "the last report ends on 2026-03-31, and no letter issued by the vendor describes 2026-04-01"},
        {{{"R", "2025-07-01", "2026-03-31"}, {"L", "2026-04-01", "2026-06-29"}},
         "D",
         "the last report ends on 2026-03-31, and no letter issued by the vendor describes 2026-06-30"},
        /* a letter never covers a head gap, or one between two reports */
        {{{"R", "2026-01-02", "2026-06-30"}, {"L", "2025-12-01", "2026-01-31"}},
         "D",
         "no report describes 2026-01-01; the first one begins on 2026-01-02, and the earlier report is needed"},
        {{{"R", "2025-07-01", "2026-01-31"},
          {"L", "2026-02-01", "2026-02-28"},
          {"R", "2026-03-01", "2026-06-30"}},
         "D",
         "no report describes 2026-02-01, between two reports"},
        {{{"R", "2025-07-01", "2026-01-31"}, {"R", "2026-02-01", "2026-12-31"}}, "C", ""},
        {{{"U", "2025-07-01", "2026-06-30"}}, "?", ""}, /* not signed */
        {{{"R", "2025-07-01", ""}}, "?", ""},           /* no end is no report for ever */
        {{{"1", "2025-07-01", "2026-06-30"}}, "D", ""}, /* type 1 */
        {{{"L", "2026-01-01", "2026-06-30"}}, "M", ""}, /* a letter alone */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        for (size_t j = 0; j < 3 && rows[i].spans[j][0] != NULL; j++) {
            char kind = rows[i].spans[j][0][0];
            bd_document document = report_of(kind, rows[i].spans[j][1], rows[i].spans[j][2], ENTRY);
            document.carried_out_on = day_of("2027-01-05");
            put_document(s, kind == 'L' ? "azure-bridge-letter" : "azure-soc2-report", document,
                         kind != 'U');
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "B-CC6.4-1a"), rows[i].expected);
        if (rows[i].reason[0] != '\0') {
            CHECK(s->findings.count > 0);
            bool is_said = false;
            for (size_t j = 0; j < s->findings.count; j++) {
                is_said = is_said || bd_str_eqz(s->findings.data[j].reason, rows[i].reason);
            }
            CHECK(is_said);
        }
    }
}

TEST(checks, the_environment_mapping_needs_cover_and_a_reading_of_the_last_year) {
    static const struct {
        const char *read[2], *expected; /* the report, and the letter behind it; "" of the letter: none */
    } rows[] = {
        {{"2025-03-01", ""}, "d"}, /* read before its days were over: it tells of none of ours */
        {{"2026-04-20", ""}, "D"}, /* no letter behind it */
        {{"2026-04-20", "2026-07-05"}, "C"},
        {{"2026-07-05", "2026-07-05"}, "?"}, /* covers the days, and nobody read it by the end of the period */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        bd_document report = report_of('R', "2025-04-01", "2026-03-31", "environment-tests-mapped");
        report.carried_out_on = day_of(rows[i].read[0]);
        put_document(s, "azure-soc2-report", report, true);
        if (rows[i].read[1][0] != '\0') {
            bd_document letter = report_of('L', "2026-04-01", "2026-06-30", "");
            letter.carried_out_on = day_of(rows[i].read[1]);
            put_document(s, "azure-bridge-letter", letter, true);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "B-A1.2-2a"), rows[i].expected);
    }
}
