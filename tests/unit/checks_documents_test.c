/* Requirements that people show by comparing lists: one signed comparison for each instance that is due. */
#include "make_checks.h"

typedef struct {
    const char *requirement, *type, *states, *expected;
} comparison;

static const comparison comparisons[] = {
    {"1.2b", "role-holders-reconciliation",
     "holders-active;owners-are-roles;no-vacancy-over-30-days", "C"},
    {"2.4b", "incident-channel-reconciliation",
     "reports-have-ticket-owner-outcome;channel-answered", "CMM"},
    {"3.4c", "high-findings-reconciliation",
     "each-high-finding-owned-and-dated;past-due-accepted", "CMM"},
    {"5.5a", "infrastructure-code-map", "every-resource-group-mapped;paths-exist", "CMM"},
    {"6.2.2c", "grants-reconciliation",
     "each-grant-approved-before;no-approval-by-beneficiary", "CMM"},
    {"6.7.3c", "secret-findings-reconciliation",
     "closed-or-ticketed-in-time;burnt-secrets-rotated", "CMM"},
    {"8.4b", "baseline-drift-reconciliation", "each-drift-ticketed-or-gone", "CMM"},
    {"8.5c", "major-change-reconciliation", "every-major-change-logged", "CMM"},
};

static bd_str outcome_of(const comparison *of, const char *states, bool is_signed) {
    scene *s = &files_of("2026-01-01", "2026-03-31", NULL)->scene;
    bd_document document = carried_out("2026-01-20");
    put_document(s, of->type, states != NULL ? stating(document, states) : document, is_signed);
    judge_scene(s);
    return outcomes(s, of->requirement);
}

TEST(checks, a_signed_comparison_shows_its_month_and_no_other) {
    for (size_t i = 0; i < BD_COUNT(comparisons); i++) {
        const comparison *one = &comparisons[i];
        test_failure("%s", one->requirement);
        CHECK_EQ_STR(outcome_of(one, one->states, true), one->expected);
    }
}

TEST(checks, a_comparison_that_nobody_signed_or_that_states_nothing_shows_nothing) {
    for (size_t i = 0; i < BD_COUNT(comparisons); i++) {
        const comparison *one = &comparisons[i];
        test_failure("%s", one->requirement);
        CHECK_EQ_INT(outcome_of(one, one->states, false).data[0], '?');
        CHECK_EQ_INT(outcome_of(one, NULL, true).data[0], '?');
    }
}

TEST(checks, a_comparison_that_states_less_than_is_asked_is_a_deviation) {
    for (size_t i = 0; i < BD_COUNT(comparisons); i++) {
        const comparison *one = &comparisons[i];
        test_failure("%s", one->requirement);
        CHECK_EQ_INT(outcome_of(one, "something-else", true).data[0], 'D');
    }
}

/* ---- a document and what a person says of it ---- */

typedef struct {
    const char *requirement, *document, *second, *states;
} pair;

/* An incident that really happened counts as an exercise only where it was written up as one. */
static const pair pairs[] = {
    {"6.6.2b", "network-diagram", "network-diagram-comparison", "every-public-gateway-shown"},
    {"7.7c", "incident-exercise", "incident-exercise-actions",
     "scenario-people-findings-actions;no-action-past-due"},
    {"6.7.3d", "secrets-statement", "secrets-statement-comparison", "every-application-stated"},
    {"8.6b", "environment-map", NULL, NULL},
};

static bd_str outcome_of_pair(const pair *of, const char *day, bool has_second, bool is_signed) {
    scene *s = &files_of("2026-01-01", "2026-03-31", NULL)->scene;
    put_document(s, of->document, carried_out(day), is_signed);
    if (has_second && of->second != NULL) {
        put_document(s, of->second, stating(carried_out("2026-02-20"), of->states), true);
    }
    judge_scene(s);
    return outcomes(s, of->requirement);
}

TEST(checks, a_document_of_the_year_counts_with_what_was_found_of_it) {
    for (size_t i = 0; i < BD_COUNT(pairs); i++) {
        const pair *one = &pairs[i];
        test_failure("%s", one->requirement);
        CHECK_EQ_INT(outcome_of_pair(one, "2026-02-20", true, true).data[0], 'C');
        CHECK_EQ_INT(outcome_of_pair(one, "2026-02-20", true, false).data[0], '?');
        CHECK(outcome_of_pair(one, "2024-11-20", true, true).data[0] != 'C');
        CHECK(one->second == NULL ||
              outcome_of_pair(one, "2026-02-20", false, true).data[0] != 'C');
    }
}

TEST(checks, an_incident_alone_is_no_exercise) {
    scene *s = &files_of("2026-01-01", "2026-03-31", NULL)->scene;
    put_document(s, "incident-report", carried_out("2026-02-20"), true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "7.7c"), "M");
}

/* An approval counts by its own day: that the paper was read again lately renews none, and what is approved after the
 * period is not yet approved in it. */
TEST(checks, an_approval_counts_by_the_day_on_which_it_was_given) {
    static const struct {
        const char *approved, *carried_out, *expected; /* "": not given */
    } rows[] = {
        {"2026-03-01", "2026-03-01", "C"}, {"2026-03-01", "", "C"}, {"", "2026-03-01", "C"},
        {"2019-03-01", "2026-03-01", "M"}, {"2026-03-01", "2019-03-01", "C"},
        {"2026-04-10", "2026-03-01", "M"}, {"", "", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = &files_of("2026-01-01", "2026-03-31", NULL)->scene;
        bd_document document = stating(carried_out("2026-03-01"), "who-is-screened;method;legal-limits");
        bool has_approval = bd_day_parse(bd_str_of(rows[i].approved), &document.approved_on);
        bool has_act = bd_day_parse(bd_str_of(rows[i].carried_out), &document.carried_out_on);
        document.approved_on = has_approval ? document.approved_on : BD_DAY_NONE;
        document.carried_out_on = has_act ? document.carried_out_on : BD_DAY_NONE;
        document.approved_by = BD_STR("Ann Weber");
        put_document(s, "screening-rule", document, true);
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcomes(s, "1.4a"), rows[i].expected);
    }
}
