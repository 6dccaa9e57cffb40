/* What is still to do, on assessments made by hand: one control with one requirement, over the built-in catalog. */
#include "make_due.h"

static void accept(bd_requirement_result *q, size_t index) {
    q->instances[index].is_accepted = true;
    q->instances[index].outcome = BD_OUTCOME_CLEAN;
    q->accepted++;
}

static bd_evidence *add_item(scene *s, const char *source, const char *from) {
    bd_evidence *item = bd_push(test_arena(), &s->evidence);
    item->given.number = (uint32_t)s->evidence.count;
    item->describes_from = item->describes_to = at(from);
    item->completeness = BD_COMPLETE_YES;
    *bd_push(test_arena(), &item->sources) = bd_str_of(source);
    return item;
}

static const bd_due *due_of_kind(const bd_readiness *ready, bd_due_kind kind) {
    for (size_t i = 0; i < ready->dues.count; i++) {
        if (ready->dues.data[i].kind == kind) {
            return &ready->dues.data[i];
        }
    }
    return NULL;
}

#define CHECK_DAY(a, text) CHECK_EQ_STR(bd_day_format(test_arena(), (a)), text)

/* ---- due dates ---- */

TEST(ready, a_monthly_window_is_due_on_its_last_day_and_accepted_late_within_grace_and_period) {
    static const struct {
        const char *today, *due, *latest;
    } cases[] = {{"2026-02-27", "2026-02-28", "2026-03-10"},
                 {"2026-02-28", "2026-03-31", "2026-04-10"},  /* its window has ended */
                 {"2026-06-29", "2026-06-30", "2026-06-30"}}; /* never after the period's end */
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s", cases[i].today);
        scene *s = open_scene("", cases[i].today);
        bd_requirement_result *q = set_requirement(s, BD_MONTHLY, 45, 10);
        for (int k = 0; k < q->due; k++) {
            accept(q, (size_t)k);
        }
        const bd_due *due = due_of_kind(make(s), BD_DUE_WINDOW);
        CHECK(due != NULL);
        CHECK_DAY(due->day, cases[i].due);
        CHECK_DAY(due->latest, cases[i].latest);
        CHECK_EQ_STR(due->owner, "Cloud Admin");
    }
}

TEST(ready, a_month_that_ended_is_late_while_grace_runs_and_a_gap_afterwards) {
    scene *s = open_scene("", "2026-02-09");
    set_requirement(s, BD_MONTHLY, 45, 10);
    const bd_due *late = due_of_kind(make(s), BD_DUE_LATE);
    CHECK(late != NULL && late->is_over);
    CHECK_DAY(late->day, "2026-01-31");
    CHECK_DAY(late->latest, "2026-02-10");
    s = open_scene("", "2026-02-10");
    set_requirement(s, BD_MONTHLY, 45, 10);
    CHECK(due_of_kind(make(s), BD_DUE_LATE) == NULL);
    CHECK_DAY(due_of_kind(make(s), BD_DUE_WINDOW)->day, "2026-02-28");
}

TEST(ready, a_continuous_month_takes_no_grace) {
    scene *s = open_scene("", "2026-02-09");
    set_requirement(s, BD_CONTINUOUS, 35, 10);
    const bd_readiness *ready = make(s);
    CHECK(due_of_kind(ready, BD_DUE_LATE) == NULL);
    const bd_due *due = due_of_kind(ready, BD_DUE_WINDOW);
    CHECK_DAY(due->day, "2026-02-28");
    CHECK_EQ_INT(due->latest, due->day);
}

TEST(ready, a_window_is_served_when_every_source_describes_a_moment_of_it) {
    scene *s = open_scene("", "2026-02-20");
    bd_requirement_result *q = set_requirement(s, BD_CONTINUOUS, 35, 0);
    bd_strs sources = {0};
    *bd_push(test_arena(), &sources) = BD_STR("S01n");
    *bd_push(test_arena(), &sources) = BD_STR("S02");
    s->requirement.sources = sources;
    add_item(s, "S01n", "2026-02-15T06:00:00Z");
    *bd_push(test_arena(), &q->items) = 0;
    CHECK_DAY(due_of_kind(make(s), BD_DUE_WINDOW)->day, "2026-02-28");
    add_item(s, "S02", "2026-02-15T06:00:00Z");
    *bd_push(test_arena(), &q->items) = 1;
    CHECK_DAY(due_of_kind(make(s), BD_DUE_WINDOW)->day, "2026-03-31");
    s->requirement.frequency = BD_PER_EVENT; /* its extracts have to reach the window's end */
    CHECK_DAY(due_of_kind(make(s), BD_DUE_WINDOW)->day, "2026-02-28");
}

TEST(ready, what_is_yearly_lacks_now_or_is_due_again_a_year_after_the_newest) {
    scene *s = open_scene("", "2026-03-31");
    bd_requirement_result *q = set_requirement(s, BD_ANNUAL, 365, 30);
    const bd_due *now = due_of_kind(make(s), BD_DUE_NOW);
    CHECK(now != NULL && now->is_over);
    CHECK_DAY(now->day, "2026-03-31");
    accept(q, 0);
    q->newest_day = day("2026-02-28");
    const bd_due *again = due_of_kind(make(s), BD_DUE_RENEWAL);
    CHECK_DAY(again->day, "2027-02-28");
    CHECK_DAY(again->latest, "2027-03-30");
}

TEST(ready, a_day_of_29_february_is_due_again_on_the_28th) {
    scene *s = open_scene("", "2026-03-31");
    bd_requirement_result *q = set_requirement(s, BD_ANNUAL, 365, 0);
    accept(q, 0);
    q->newest_day = day("2024-02-29");
    CHECK_DAY(due_of_kind(make(s), BD_DUE_RENEWAL)->day, "2025-02-28");
}

TEST(ready, behind_the_period_the_windows_of_its_successor_count) {
    scene *s =
        open_scene(",{\"id\":\"H2\",\"type\":\"II\",\"from\":\"2026-08-01\",\"to\":\"2026-12-31\"}",
                   "2026-06-30");
    set_requirement(s, BD_QUARTERLY, 95, 30);
    const bd_readiness *ready = make(s);
    CHECK(ready->is_over);
    CHECK_EQ_STR(ready->dues_period, "H2");
    const bd_due *due = due_of_kind(ready, BD_DUE_WINDOW);
    CHECK_EQ_STR(due->instance, "2026-Q3");
    CHECK_DAY(due->latest, "2026-10-30");
    s = open_scene("", "2026-06-30");
    set_requirement(s, BD_QUARTERLY, 95, 30);
    CHECK_EQ_STR(make(s)->dues_period, "");
    CHECK_DAY(due_of_kind(make(s), BD_DUE_WINDOW)->day, "2026-09-30");
}

TEST(ready, nothing_is_due_of_what_is_signed_away_or_out_of_scope) {
    scene *s = open_scene("", "2026-02-20");
    set_requirement(s, BD_MONTHLY, 45, 10);
    s->assessment.controls[0].state = BD_STATE_NA;
    CHECK_EQ_INT(make(s)->dues.count, 0);
    s->assessment.controls[0].state = BD_STATE_BLANK;
    s->assessment.controls[0].is_in_scope = false;
    CHECK_EQ_INT(make(s)->dues.count, 0);
}

TEST(ready, horizons_begin_on_the_day_after_thirty) {
    bd_readiness ready = {.today = 1000};
    static const int expected[][2] = {{1000, 0}, {1030, 0}, {1031, 1}, {1060, 1},
                                      {1061, 2}, {1090, 2}, {1091, -1}};
    for (size_t i = 0; i < BD_COUNT(expected); i++) {
        bd_due due = {.day = expected[i][0]};
        CHECK_EQ_INT(bd_ready_horizon(&ready, &due), expected[i][1]);
    }
    bd_due over = {.day = 2000, .is_over = true};
    CHECK_EQ_INT(bd_ready_horizon(&ready, &over), 0);
}

/* ---- exceptions ---- */

static bd_exception *add_exception(scene *s, const char *id, const char *first) {
    bd_exception *x = bd_push(test_arena(), &s->assessment.exceptions);
    *x = (bd_exception){.id = bd_str_of(id),
                        .check = bd_catalog_check(s->catalog, BD_STR("nsg-admin-ports")),
                        .first_seen_failing = day(first),
                        .is_open = true};
    *bd_push(test_arena(), &x->controls) = BD_STR("6.6.3");
    *bd_push(test_arena(), &s->assessment.controls[0].exceptions) =
        (uint32_t)s->assessment.exceptions.count - 1;
    return x;
}

TEST(ready, exceptions_age_from_the_first_failing_day_and_both_days_count) {
    scene *s = open_scene("", "2026-04-30");
    set_requirement(s, BD_CONTINUOUS, 35, 0);
    add_exception(s, "X-a", "2026-04-30");
    add_exception(s, "X-b", "2026-04-01"); /* 30 days */
    add_exception(s, "X-c", "2026-03-31"); /* 31 */
    add_exception(s, "X-d", "2026-01-31"); /* 90 */
    add_exception(s, "X-e", "2026-01-30"); /* 91 */
    add_exception(s, "X-f", "2026-01-01")->is_open = false;
    const bd_readiness *ready = make(s);
    CHECK_EQ_INT(ready->open.count, 5);
    CHECK_EQ_INT(ready->open.data[0].days, 91);
    CHECK_EQ_INT(ready->open.data[4].days, 1);
    static const int ages[] = {2, 1, 1, 1};
    for (size_t i = 0; i < BD_COUNT(ages); i++) {
        CHECK_EQ_INT(ready->ages[i], ages[i]);
    }
    const bd_due *answer = due_of_kind(ready, BD_DUE_RESPONSE);
    CHECK_EQ_STR(answer->what, "5 open exceptions without a response");
}

TEST(ready, a_promised_day_and_the_end_of_a_waiver_are_due) {
    scene *s = open_scene("", "2026-04-30");
    set_requirement(s, BD_CONTINUOUS, 35, 0);
    bd_act response = {.text = BD_STR("rule goes"), .until = day("2026-04-29")};
    bd_act waiver = {.text = BD_STR("old clients"), .until = day("2026-05-31")};
    bd_exception *x = add_exception(s, "X-a", "2026-04-01");
    x->response = &response;
    x->waiver = &waiver;
    x->is_waived = true;
    const bd_readiness *ready = make(s);
    CHECK(due_of_kind(ready, BD_DUE_RESPONSE)->is_over);
    CHECK_EQ_STR(due_of_kind(ready, BD_DUE_RESPONSE)->what, "rule goes");
    CHECK_DAY(due_of_kind(ready, BD_DUE_WAIVER)->day, "2026-05-31");
}

/* ---- change ---- */

TEST(ready, what_changed_is_against_the_newest_earlier_month) {
    scene *s = open_scene("", "2026-04-30");
    set_requirement(s, BD_CONTINUOUS, 35, 0);
    add_exception(s, "X-b", "2026-03-01");
    bd_past_of(&s->assessment, s->engagement.zone, test_arena(), &s->past[0]);
    bd_past_of(&s->assessment, s->engagement.zone, test_arena(), &s->past[1]);
    s->past_count = 2;
    CHECK_EQ_INT(make(s)->since.turns.count, 0);
    CHECK_EQ_INT(make(s)->since.opened.count, 0);
    s->assessment.controls[0].state = BD_STATE_COMPLETE;
    s->assessment.exceptions.data[0].is_open = false;
    add_exception(s, "X-a", "2026-04-01");
    const bd_readiness *ready = make(s);
    CHECK_EQ_INT(ready->since.turns.count, 1);
    CHECK(ready->since.turns.data[0].before == BD_STATE_PROGRESS);
    CHECK_EQ_INT(ready->since.opened.count, 1);
    CHECK_EQ_INT(ready->since.opened.data[0], 1);
    CHECK_EQ_INT(ready->since.closed.count, 1);
    CHECK_EQ_STR(ready->since.closed.data[0], "X-b");
}

TEST(ready, the_trend_stands_at_month_ends_in_the_periods_zone_before_the_as_of_instant) {
    scene *s = open_scene("", "2026-04-30");
    bd_instant *ends = NULL;
    const bd_period *period = s->assessment.period;
    const bd_zone *zone = s->engagement.zone;
    size_t count = bd_past_instants(period, zone, s->assessment.as_of, 36, test_arena(), &ends);
    CHECK_EQ_INT(count, 3);
    CHECK_EQ_STR(bd_instant_format(test_arena(), ends[0]), "2026-01-31T23:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), ends[2]),
                 "2026-03-31T22:00:00Z"); /* summer time */
    count = bd_past_instants(period, zone, s->assessment.as_of, 1, test_arena(), &ends);
    CHECK_EQ_INT(count, 1);
    CHECK_EQ_STR(bd_instant_format(test_arena(), ends[0]), "2026-03-31T22:00:00Z");
    bd_period type_i = *period;
    type_i.is_type_ii = false;
    CHECK_EQ_INT(bd_past_instants(&type_i, zone, s->assessment.as_of, 36, test_arena(), &ends), 0);
}

/* ---- retention, scopes ---- */

static void add_snapshot(scene *s, const char *source, const char *scope, const char *from,
                         const char *to) {
    *bd_push(test_arena(), &s->snapshots) = (bd_snapshot){.source = bd_str_of(source),
                                                          .scope = bd_str_of(scope),
                                                          .from = at(from),
                                                          .to = at(to),
                                                          .completeness = BD_COMPLETE_YES};
}

static const bd_retention *retention_of(const bd_readiness *ready, const char *source) {
    for (size_t i = 0; i < ready->retention.count; i++) {
        if (bd_str_eqz(ready->retention.data[i].source->id, source)) {
            return &ready->retention.data[i];
        }
    }
    return NULL;
}

TEST(ready, the_days_before_a_log_is_lost_count_from_the_scope_that_reaches_least_far) {
    static const struct {
        const char *today;
        int left, lost;
    } cases[] = {/* S27 is kept 90 days; described to 31 January, so 1 February goes first */
                 {"2026-02-10", 80, 0},
                 {"2026-05-01", 0, 0}, /* at its end, all from 1 February on is left */
                 {"2026-05-02", -1, 1},
                 {"2026-05-04", -3, 3}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s", cases[i].today);
        scene *s = open_scene("", cases[i].today);
        set_requirement(s, BD_PER_EVENT, 35, 0);
        add_snapshot(s, "S27", "41e77a9f-656f-48da-89ae-97daafd4abd1", "2026-01-01T00:00:00Z",
                     "2026-01-31T23:00:00Z");
        add_snapshot(s, "S27", "1b79904b-82b3-411a-87d1-c1913f900b8f", "2026-01-01T00:00:00Z",
                     "2026-02-09T23:00:00Z");
        const bd_retention *one = retention_of(make(s), "S27");
        CHECK(one != NULL);
        CHECK_EQ_STR(one->scope, "41e77a9f-656f-48da-89ae-97daafd4abd1");
        CHECK_DAY(one->described_to, "2026-01-31");
        CHECK_EQ_INT(one->days_left, cases[i].left);
        CHECK_EQ_INT(one->lost_days, cases[i].lost);
    }
}

TEST(ready, a_log_that_describes_the_whole_period_is_at_no_risk) {
    scene *s = open_scene("", "2026-12-31");
    set_requirement(s, BD_PER_EVENT, 35, 0);
    add_snapshot(s, "S27", "41e77a9f-656f-48da-89ae-97daafd4abd1", "2026-01-01T00:00:00Z",
                 "2026-07-02T00:00:00Z");
    CHECK(retention_of(make(s), "S27") == NULL);
}

TEST(ready, an_incomplete_extract_stops_no_clock) {
    scene *s = open_scene("", "2026-02-10");
    set_requirement(s, BD_PER_EVENT, 35, 0);
    add_snapshot(s, "S27", "41e77a9f-656f-48da-89ae-97daafd4abd1", "2026-01-01T00:00:00Z",
                 "2026-02-09T23:00:00Z");
    s->snapshots.data[0].completeness = BD_COMPLETE_NO;
    CHECK(retention_of(make(s), "S27")->described_to == BD_DAY_NONE);
}

TEST(ready, a_subscription_that_a_source_never_reached_is_named) {
    scene *s = open_scene("", "2026-02-10");
    set_requirement(s, BD_CONTINUOUS, 35, 0);
    CHECK_EQ_INT(make(s)->unreached.count, 0); /* never seen anywhere is another list's */
    add_snapshot(s, "S27", "41e77a9f-656f-48da-89ae-97daafd4abd1", "2026-01-01T00:00:00Z",
                 "2026-01-31T23:00:00Z");
    const bd_readiness *ready = make(s);
    CHECK_EQ_INT(ready->unreached.count, 1);
    CHECK_EQ_INT(ready->unreached.data[0].missing.count, 1);
    CHECK_EQ_STR(ready->unreached.data[0].missing.data[0], "1b79904b-82b3-411a-87d1-c1913f900b8f");
}

/* ---- vendors ---- */

static void add_paper(scene *s, bd_vendor_kind kind, const char *from, const char *to, bool counts) {
    bd_evidence *item = add_item(s, "doc", "2026-01-10T00:00:00Z");
    bd_evidence *kept = bd_new(test_arena(), bd_evidence, 1);
    *kept = *item;
    *bd_push(test_arena(), &s->assessment.vendors.documents) =
        (bd_vendor_document){.kind = kind,
                             .item = kept,
                             .from = day(from),
                             .to = day(to),
                             .counts_to = day(to),
                             .counts = counts};
}

/* The register counts what is open; the clock says how far letters reach and when the next report is due. */
TEST(ready, letters_carry_the_vendor_clock_on_without_a_gap_and_for_92_days) {
    scene *s = open_scene("", "2026-03-31");
    set_requirement(s, BD_ONCE, 365, 0);
    s->assessment.controls[0].control = bd_catalog_control(s->catalog, BD_STR("1.6"));
    CHECK_EQ_INT(make(s)->vendors.count, 0);
    s->assessment.vendors.tail_days = 92;
    *bd_push(test_arena(), &s->assessment.vendors.vendors) =
        (bd_vendor_standing){.name = BD_STR_INIT("Microsoft"),
                             .report_to = day("2025-12-31"),
                             .bridge_until = day("2026-04-02"),
                             .gap_days = 90,
                             .open_days = 7};
    add_paper(s, BD_VENDOR_REPORT, "2025-01-01", "2025-12-31", true);
    CHECK_EQ_INT(make(s)->vendors.data[0].open_days, 7);
    add_paper(s, BD_VENDOR_LETTER, "2026-01-02", "2026-03-31", true); /* a day is open */
    CHECK_DAY(make(s)->vendors.data[0].covered_to, "2025-12-31");
    add_paper(s, BD_VENDOR_LETTER, "2026-01-01", "2026-01-31", false);
    CHECK_DAY(make(s)->vendors.data[0].covered_to, "2025-12-31");
    add_paper(s, BD_VENDOR_LETTER, "2026-01-01", "2026-01-01", true);
    const bd_readiness *ready = make(s);
    CHECK_EQ_INT(ready->papers.count, 4);
    CHECK_DAY(ready->vendors.data[0].covered_to, "2026-03-31");
    CHECK_DAY(ready->vendors.data[0].bridge_until, "2026-04-02");
    CHECK_EQ_INT(ready->vendors.data[0].bridge_left, 2);
    CHECK_DAY(due_of_kind(ready, BD_DUE_REPORT)->day, "2026-04-02");
    CHECK_EQ_STR(due_of_kind(ready, BD_DUE_REPORT)->owner, "Compliance");
    add_paper(s, BD_VENDOR_LETTER, "2026-04-01", "2026-12-31", true); /* 92 days, no more */
    CHECK_DAY(make(s)->vendors.data[0].covered_to, "2026-04-02");
    s->assessment.vendors.vendors.data[0].gap_days = 93; /* letters bridge nothing then */
    CHECK_DAY(make(s)->vendors.data[0].covered_to, "2025-12-31");
}

/* ---- thresholds ---- */

TEST(ready, a_threshold_is_a_score_and_a_percentage_and_nothing_else) {
    static const char *const bad[] = {"",          "READY",      "READY=",     "=80",
                                      "READY=x",   "READY=80%",  "READY=-1",   "READY=100.1",
                                      "READY=1e2", "READY=.5",   "READY=80.",  "READY=1.23456",
                                      "SCORE=80",  "READY = 80", "READY=0x10", "READY=1000"};
    bd_threshold one;
    for (size_t i = 0; i < BD_COUNT(bad); i++) {
        test_failure("%s", bad[i]);
        CHECK(!bd_threshold_parse(bd_str_of(bad[i]), &one));
    }
    CHECK(bd_threshold_parse(BD_STR("fresh=99.5"), &one));
    CHECK(one.kind == BD_SCORE_FRESH);
    CHECK_EQ_INT(one.millionths, 995000);
    CHECK(bd_threshold_parse(BD_STR("COVER=100"), &one));
    CHECK_EQ_INT(one.millionths, 1000000);
}

TEST(ready, the_exact_share_decides_and_not_the_rounded_one) {
    bd_threshold one;
    CHECK(bd_threshold_parse(BD_STR("READY=80"), &one));
    CHECK(bd_threshold_is_met(&one, bd_ratio_of(4, 5)));
    CHECK_EQ_STR(bd_ratio_text(test_arena(), bd_ratio_of(1999, 2500)), "80.0"); /* 79.96 % */
    CHECK(!bd_threshold_is_met(&one, bd_ratio_of(1999, 2500)));
    CHECK(!bd_threshold_is_met(&one, bd_ratio_of(0, 0)));
    CHECK(bd_threshold_parse(BD_STR("READY=0"), &one));
    CHECK(bd_threshold_is_met(&one, bd_ratio_of(0, 0)));
}

/* ---- what weakens the evidence ---- */

static const char *kinds_of(const bd_readiness *ready) {
    bd_str out = BD_STR("");
    for (size_t i = 0; i < ready->remarks.count; i++) {
        const bd_ready_remark *one = &ready->remarks.data[i];
        CHECK(one->what.size > 0);
        out = bd_str_format(test_arena(), "%.*s%s%s:%.*s", BD_ARG(out), i > 0 ? " " : "", one->kind,
                            BD_ARG(one->subject));
    }
    return out.data;
}

TEST(ready, each_weakness_of_an_item_is_a_remark_of_its_kind) {
    static const struct {
        const char *kind;
        bd_evidence item;
    } rows[] = {
        {"refused:E-0001", {.facts = {.problem = BD_STR_INIT("cut short")}, .completeness = BD_COMPLETE_YES}},
        {"not-recognised:E-0001", {.is_unmapped = true}},
        {"not-complete:E-0001", {.completeness = BD_COMPLETE_NO}},
        {"not-complete:E-0001", {.completeness = BD_COMPLETE_NOT_SHOWN}},
        {"time-assumed:E-0001", {.completeness = BD_COMPLETE_YES, .collected_at_is_assumed = true}},
        {"not-signed-off:E-0001", {.completeness = BD_COMPLETE_YES, .origin = BD_ORIGIN_HANDED_IN}},
        {"withdrawn:E-0001", {.completeness = BD_COMPLETE_YES, .given = {.is_withdrawn = true}}},
        {"withheld:E-0001", {.completeness = BD_COMPLETE_YES, .is_withheld = true}},
        {"", {.completeness = BD_COMPLETE_YES, .is_withheld = true, .is_document = true}},
        {"", {.completeness = BD_COMPLETE_NO, .is_sidecar = true}},
        {"", {.completeness = BD_COMPLETE_YES, .origin = BD_ORIGIN_HANDED_IN, .is_signed_off = true}},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = open_scene("", "2026-02-20");
        bd_evidence *item = bd_push(test_arena(), &s->evidence);
        *item = rows[i].item;
        item->given.number = 1;
        bd_ready_inputs in = ready_inputs(&s->assessment, s->catalog, &s->engagement, &s->evidence);
        set_requirement(s, BD_MONTHLY, 45, 10);
        CHECK_EQ_STR(bd_str_of(kinds_of(ready_make(&in))), rows[i].kind);
    }
}

TEST(ready, populations_doubts_and_copied_facts_are_remarks) {
    scene *s = open_scene("", "2026-02-20");
    add_weak(s);
    bd_ready_inputs in = ready_inputs(&s->assessment, s->catalog, &s->engagement, &s->evidence);
    CHECK_EQ_STR(bd_str_of(kinds_of(ready_make(&in))),
                 "people-counts:csv:leavers population:changed population:found fact:old");
}
