/* recur and document: what the register of evidence shows (bindery-1, 2, 6.2). */
#include "make_assess.h"

/* ---- recur (requirement 4.5 a) ---- */

#define REVIEWS(frequency, grace)                                                                  \
    SECURITY_OF(A_CONTROL("4.5", frequency),                                                       \
                A_REQUIREMENT("4.5", "a", frequency, 100, grace, "'doc'"),                         \
                A_SOURCE("doc", "tenant", ""),                                                     \
                A_CHECK("reviews", "4.5", "a", "recur",                                            \
                        "'source':'doc','document_types':['access-review']"))

/* bindery-1, 6.2 */
TEST(documents, worked_2_quarterly_reviews_one_late_and_one_after_the_period) {
    scene *s = scene_of(REVIEWS("quarterly", 30), "2026-04-01", "2026-09-30", "UTC");
    put_document(s, "access-review", carried_out("2026-07-12"), true);
    put_document(s, "access-review", carried_out("2026-10-14"), true);
    for (int turn = 0; turn < 2; turn++) {
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "4.5a"), "cM");
        CHECK(instance_of(s, "4.5a", "2026-Q2")->is_accepted);
        CHECK_EQ_STR(state_of(s, "4.5"), "[~]");
        judge_as_of(s, "2026-10-31"); /* changes nothing */
    }
}

TEST(documents, each_occurrence_fills_the_earliest_instance_that_it_can) {
    static const struct {
        const char *days[4];
        int unsigned_at; /* index of one that nobody signed, -1: none */
        const char *expected;
    } rows[] = {
        {{"2026-01-10", "2026-04-10", "2026-07-10", "2026-10-10"}, -1, "CCCC"},
        {{"2026-04-10", "2026-04-20", "2026-07-10", "2026-10-10"}, -1, "cCCC"},
        {{"2026-04-30", "2026-05-20", "2026-07-10", "2026-10-10"},
         -1,
         "cCCC"}, /* the last day of grace */
        {{"2026-05-01", "2026-07-10", "2026-07-20", "2026-10-10"}, -1, "MCCC"},
        {{"2026-01-10", "2026-02-10", "2026-07-10", "2026-07-20"},
         -1,
         "CcCM"}, /* two in one quarter serve one */
        {{"2026-12-31", "2027-01-01"}, -1, "MMMC"},
        {{"2027-01-01"}, -1, "MMMM"}, /* never after the period's end */
        {{"2026-01-10", "2026-02-10", "2026-05-10", "2026-07-10"},
         0,
         "CCCM"}, /* the signed one holds */
        {{"2026-01-10", "2026-05-10", "2026-07-10", "2026-10-10"}, 0, "?CCC"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(REVIEWS("quarterly", 30), "2026-01-01", "2026-12-31", "UTC");
        for (int j = 3; j >= 0; j--) { /* the order on file is not the order of the days */
            if (rows[i].days[j] != NULL) {
                put_document(s, "access-review", carried_out(rows[i].days[j]),
                             j != rows[i].unsigned_at);
            }
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "4.5a"), rows[i].expected);
    }
}

TEST(documents, a_paper_that_cannot_be_read_proves_nothing) {
    scene *s = scene_of(REVIEWS("quarterly", 30), "2026-01-01", "2026-03-31", "UTC");
    bd_evidence *item = put_document(s, "access-review", carried_out("2026-01-10"), true);
    item->facts.is_malformed = true;
    item->facts.problem = BD_STR("the file is empty");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.5a"), "?");
}

TEST(documents, an_annual_occurrence_lies_in_the_twelve_months_before_and_its_grace) {
    static const struct {
        const char *day, *as_of, *expected;
    } rows[] = {
        {"2025-07-01", "2026-06-30", "C"}, {"2025-06-30", "2026-06-30", "c"},
        {"2025-06-01", "2026-06-30", "c"}, {"2025-05-31", "2026-06-30", "M"},
        {"2026-06-30", "2026-06-30", "C"}, {"2026-07-01", "2026-06-30", "M"},
        {"2026-07-01", "2026-12-31", "M"}, {"2025-04-01", "2026-03-31", "C"},
        {"2026-05-01", "2026-03-31", "M"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s as of %s", rows[i].day, rows[i].as_of);
        scene *s = scene_of(REVIEWS("annual", 30), "2026-01-01", "2026-06-30", "Europe/Berlin");
        put_document(s, "access-review", carried_out(rows[i].day), true);
        judge_as_of(s, rows[i].as_of);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "4.5a"), rows[i].expected);
    }
}

TEST(documents, a_later_unsigned_occurrence_does_not_hide_a_signed_one) {
    scene *s = scene_of(REVIEWS("annual", 30), "2026-01-01", "2026-06-30", "UTC");
    put_document(s, "access-review", carried_out("2026-02-01"), true);
    put_document(s, "access-review", carried_out("2026-05-01"), false);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.5a"), "C");
}

TEST(documents, type_i_takes_the_latest_occurrence) {
    scene *s = scene_of(REVIEWS("quarterly", 30), "2026-06-30", "", "UTC");
    put_document(s, "access-review", carried_out("2026-04-02"), true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "4.5a"), "C");
    CHECK_EQ_INT(instance_of(s, "4.5a", "2026-06-30")->is_late, false);
}

#define APPROVALS                                                                                  \
    SECURITY_OF(                                                                                   \
        A_CONTROL("1.1", "annual"), A_REQUIREMENT("1.1", "a", "annual", 365, 30, "'doc'"),         \
        A_SOURCE("doc", "tenant", ""),                                                             \
        A_CHECK("approved", "1.1", "a", "recur",                                                   \
                "'source':'doc','document_types':['policy'],'reason':'by nobody','pass':{'field':" \
                "'approver_is_management','equals':true}"))

#define NAMED                                                                                      \
    SECURITY_OF(                                                                                   \
        A_CONTROL("1.1", "annual"), A_REQUIREMENT("1.1", "a", "annual", 365, 30, "'doc'"),         \
        A_SOURCE("doc", "tenant", ""),                                                             \
        A_CHECK("approved", "1.1", "a", "recur",                                                   \
                "'source':'doc','document_types':['policy'],'reason':'by nobody','pass':{'field':" \
                "'approved_by','notEquals':''}"))

TEST(documents, an_occurrence_that_fails_its_check_is_a_deviation_unless_another_passes) {
    scene *s = scene_of(APPROVALS, "2026-01-01", "2026-12-31", "Pacific/Auckland");
    bd_document document = in_force("2026-02-01", "2026-02-01", "");
    document.approver_is_management = false;
    put_document(s, "policy", document, true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "D");
    CHECK_EQ_STR(exception_text(s, 0), "never | 2026-02-01..2026-02-01 | never | 1 of 1 | open");
    CHECK_EQ_STR(s->findings.data[0].reason, "by nobody");
    put_document(s, "policy", in_force("2026-03-01", "2026-03-01", ""), true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
    CHECK_EQ_INT(s->out->exceptions.count, 0);
}

TEST(documents, what_a_document_does_not_say_is_cannot_tell_and_no_deviation) {
    scene *s = scene_of(APPROVALS, "2026-01-01", "2026-12-31", "UTC");
    bd_document document = in_force("2026-02-01", "2026-02-01", "");
    document.has_approver_is_management = false;
    document.approver_is_management = false;
    put_document(s, "policy", document, true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "?");
    CHECK_EQ_INT(s->out->exceptions.count, 0);
}

TEST(documents, a_word_for_nobody_approves_nothing) {
    static const char *const nobody[] = {"", "TBD", "?", "-", "unknown", "n/a"};
    for (size_t i = 0; i <= BD_COUNT(nobody); i++) {
        scene *s = scene_of(NAMED, "2026-01-01", "2026-12-31", "UTC");
        bd_document document = in_force("2026-02-01", "2026-02-01", "");
        document.approved_by = bd_str_of(i < BD_COUNT(nobody) ? nobody[i] : "Ann");
        put_document(s, "policy", document, true);
        judge_scene(s);
        test_failure("'%.*s'", BD_ARG(document.approved_by));
        CHECK_EQ_STR(outcomes(s, "1.1a"), i < BD_COUNT(nobody) ? "?" : "C");
    }
}

TEST(documents, an_occurrence_without_its_day_leaves_open_what_nothing_else_fills) {
    static const struct {
        const char *day; /* of a second one, NULL: none */
        bool is_approved;
        const char *expected;
    } rows[] = {{NULL, true, "?"}, {"2026-03-01", true, "C"}, {"2026-03-01", false, "D"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(APPROVALS, "2026-01-01", "2026-12-31", "UTC");
        bd_document undated = in_force("2026-02-01", "2026-02-01", "");
        undated.approved_on = BD_DAY_NONE;
        put_document(s, "policy", undated, true);
        if (rows[i].day != NULL) {
            bd_document dated = in_force(rows[i].day, rows[i].day, "");
            dated.approver_is_management = rows[i].is_approved;
            put_document(s, "policy", dated, true);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

/* ---- document (requirement 1.1 a) ---- */

#define POLICY_EACH(frequency)                                                                     \
    SECURITY_OF(A_CONTROL("1.1", frequency),                                                       \
                A_REQUIREMENT("1.1", "a", frequency, 365, 30, "'doc'"),                            \
                A_SOURCE("doc", "tenant", ""),                                                     \
                A_CHECK("force", "1.1", "a", "document",                                           \
                        "'source':'doc','document_types':['policy'],'max_approval_age_months':12," \
                        "'pass':{'field':"                                                         \
                        "'approver_is_management','equals':true}"))
#define POLICY POLICY_EACH("once")

typedef struct {
    const char *versions[2][3]; /* approved, from, to */
    bool is_signed[2];
    const char *expected, *hole; /* the first day without one, "" when there is none */
} policy_case;

static void judge_policy(const policy_case *row) {
    scene *s = scene_of(POLICY, "2026-01-01", "2026-06-30", "Europe/Berlin");
    for (size_t j = 0; j < 2 && row->versions[j][0] != NULL; j++) {
        const char *const *dates = row->versions[j];
        put_document(s, "policy", in_force(dates[0], dates[1], dates[2]), row->is_signed[j]);
    }
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), row->expected);
    CHECK_EQ_INT(s->out->exceptions.count, row->hole[0] != '\0');
    if (row->hole[0] != '\0') {
        CHECK_EQ_STR(day_text(s->out->exceptions.data[0].first_seen_failing), row->hole);
    }
}

TEST(documents, an_approved_version_must_be_in_force_on_every_day) {
    static const policy_case rows[] = {
        {{{"2025-11-20", "2025-12-01", ""}}, {true}, "C", ""},
        {{{"2025-11-20", "2025-12-01", ""}}, {false}, "?", ""},
        {{{"2025-11-20", "2026-01-02", ""}}, {true}, "D", "2026-01-01"},
        {{{"2025-11-20", "2025-12-01", "2026-06-30"}}, {true}, "C", ""},
        {{{"2025-11-20", "2025-12-01", "2026-06-29"}}, {true}, "D", "2026-06-30"},
        {{{"2025-06-30", "2025-07-01", ""}}, {true}, "C", ""}, /* twelve months, to the day */
        {{{"2025-06-29", "2025-07-01", ""}}, {true}, "D", "2026-06-30"}, /* approved too long ago */
        {{{"2026-02-10", "2025-12-01", ""}},
         {true},
         "D",
         "2026-01-01"}, /* approved after it came into force */
        {{{"2025-11-20", "2025-12-01", "2026-03-31"}, {"2026-03-20", "2026-04-01", ""}},
         {true, true},
         "C",
         ""},
        {{{"2025-11-20", "2025-12-01", "2026-03-31"}, {"2026-03-20", "2026-04-02", ""}},
         {true, true},
         "D",
         "2026-04-01"},
        {{{"2025-11-20", "2025-12-01", "2026-04-30"}, {"2026-03-20", "2026-04-01", ""}},
         {true, true},
         "C",
         ""},
        {{{"2025-11-20", "2025-12-01", ""}, {"2026-03-20", "2026-04-01", ""}},
         {true, false},
         "C",
         ""}, /* overlap */
        {{{"2025-11-20", "2025-12-01", "2026-03-31"}, {"2026-03-20", "2026-04-01", ""}},
         {true, false},
         "?",
         ""},
        {{{"2026-07-10", "2026-08-01", ""}}, {true}, "M", ""}, /* of a later time */
        {{{NULL}}, {true}, "M", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        judge_policy(&rows[i]);
    }
}

/* The register says that the later one is in force: the older one, which nobody ended, does not stand in for it. */
TEST(documents, a_later_version_that_nobody_approved_is_not_hidden_by_the_one_before_it) {
    static const struct {
        const char *ended, *approved, *title;
        bool is_by_management;
        const char *expected;
    } rows[] = {
        {"", "2026-03-20", "", false, "?"},
        {"", "2026-03-20", "Security Policy v3", false, "?"},
        {"", "2026-03-20", "Clean desk policy", false, "C"}, /* another paper */
        {"", "2026-03-20", "", true, "C"},
        {"", "2026-05-20", "", true, "?"}, /* in force before it was approved */
        {"2026-03-31", "2026-03-20", "", false, "D"},
        {"2026-06-30", "2026-03-20", "", false, "C"}, /* said to have been in force with it */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(POLICY, "2026-01-01", "2026-06-30", "UTC");
        bd_document before = in_force("2025-11-20", "2025-12-01", rows[i].ended);
        bd_document later = in_force(rows[i].approved, "2026-04-01", "");
        before.title = BD_STR("Security policy 2.1");
        later.title = bd_str_of(rows[i].title);
        later.approver_is_management = rows[i].is_by_management;
        put_document(s, "policy", before, true);
        put_document(s, "policy", later, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(documents, a_version_without_a_date_that_decides_is_cannot_tell) {
    static const struct {
        bool has_approval, has_begin;
        const char *to, *expected, *reason;
    } rows[] = {{false, true, "", "?", "E-0001 gives no approved_on"},
                {true, false, "", "?", "E-0001 gives no in_force_from"},
                {false, false, "", "?", "E-0001 gives no in_force_from"},
                {true, true, "", "C", ""},
                {false, true, "2026-03-31", "D", NULL}}; /* it ended: that is sure */
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(POLICY, "2026-01-01", "2026-06-30", "UTC");
        bd_document document = in_force("2025-11-20", "2025-12-01", rows[i].to);
        document.approved_on = rows[i].has_approval ? document.approved_on : BD_DAY_NONE;
        document.in_force_from = rows[i].has_begin ? document.in_force_from : BD_DAY_NONE;
        put_document(s, "policy", document, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
        if (rows[i].reason != NULL) {
            CHECK_EQ_STR(s->out->checks.data[0].reason, rows[i].reason);
        }
    }
}

TEST(documents, type_i_needs_the_document_on_its_day_alone) {
    static const struct {
        const char *from, *to, *expected;
    } rows[] = {{"2026-06-30", "", "C"}, {"2026-01-01", "2026-06-29", "D"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(POLICY_EACH("annual"), "2026-06-30", "", "Europe/Berlin");
        put_document(s, "policy", in_force("2026-01-01", rows[i].from, rows[i].to), true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
    }
}

TEST(documents, a_document_speaks_by_its_type_or_by_name) {
    scene *s = scene_of(POLICY, "2026-01-01", "2026-06-30", "UTC");
    put_document(s, "policy", in_force("2025-11-20", "2025-12-01", ""), true);
    put_document(s, "minutes", in_force("2025-11-20", "2025-12-01", ""), true);
    bd_evidence *named = put_document(s, "minutes", in_force("2025-11-20", "2025-12-01", ""), true);
    *bd_push(test_arena(), &named->sidecar.requirements) = BD_STR("1.1a");
    judge_scene(s);
    CHECK_EQ_INT(requirement_of(s, "1.1a")->evidence.count, 2);
    CHECK_EQ_INT(requirement_of(s, "1.1a")->evidence.data[1], 3);
}

TEST(documents, a_document_that_names_requirements_serves_no_other) {
    static const struct {
        const char *named[2];
        const char *expected;
        size_t items;
    } rows[] = {
        {{NULL, NULL}, "C", 1},   {{"1.1a", NULL}, "C", 1}, {{"9.4a", "1.1a"}, "C", 1},
        {{"9.4a", NULL}, "M", 0}, {{"1.1A", NULL}, "M", 0}, {{"1.1", NULL}, "M", 0},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of(POLICY, "2026-01-01", "2026-06-30", "UTC");
        bd_evidence *item =
            put_document(s, "policy", in_force("2025-11-20", "2025-12-01", ""), true);
        for (size_t j = 0; j < 2 && rows[i].named[j] != NULL; j++) {
            *bd_push(test_arena(), &item->sidecar.requirements) = bd_str_of(rows[i].named[j]);
        }
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].expected);
        CHECK_EQ_INT(requirement_of(s, "1.1a")->evidence.count, rows[i].items);
    }
}
