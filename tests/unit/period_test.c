/* Instances: what is due, by calendar, zone, as-of instant and report type (bindery-1, section 2). */
#include "make_assess.h"

typedef struct {
    bd_instance *data;
    size_t count;
} made;

static made make_instances(const char *from, const char *to, const char *zone_name,
                           bd_frequency frequency, const char *as_of) {
    const bd_zone *zone;
    bd_err err;
    made out;
    CHECK_OK(bd_zone_load(bd_str_of(zone_name), test_arena(), &zone, &err), err);
    bool is_type_ii = to[0] != '\0';
    bd_period period = {
        .is_type_ii = is_type_ii, .from = day_of(from), .to = day_of(is_type_ii ? to : from)};
    period.as_of = is_type_ii ? BD_DAY_NONE : period.from;
    bd_day last = as_of[0] != '\0' ? day_of(as_of) : period.to;
    CHECK_OK(bd_instances_make(&period, zone, frequency, bd_zone_day_start(zone, last + 1),
                               test_arena(), &out.data, &out.count, &err),
             err);
    return out;
}

/* "2026-01:01-15..01-31 2026-02:..", with a '-' after those that are not due */
static bd_str text_of(made list) {
    bd_str text = {"", 0};
    for (size_t i = 0; i < list.count; i++) {
        const bd_instance *one = &list.data[i];
        text =
            bd_str_format(test_arena(), "%.*s%s%.*s:%.*s..%.*s%s", BD_ARG(text), i > 0 ? " " : "",
                          BD_ARG(one->id), BD_ARG(bd_str_sub(day_text(one->from), 5, 10)),
                          BD_ARG(bd_str_sub(day_text(one->to), 5, 10)), one->is_due ? "" : "-");
    }
    return text;
}

TEST(period, windows_follow_the_calendar_and_are_clipped_to_the_period) {
    static const struct {
        const char *from, *to;
        bd_frequency frequency;
        const char *expected;
    } rows[] = {
        {"2026-01-01", "2026-03-31", BD_CONTINUOUS,
         "2026-01:01-01..01-31 2026-02:02-01..02-28 2026-03:03-01..03-31"},
        {"2024-01-15", "2024-03-15", BD_MONTHLY,
         "2024-01:01-15..01-31 2024-02:02-01..02-29 2024-03:03-01..03-15"},
        {"2026-04-01", "2026-09-30", BD_QUARTERLY, "2026-Q2:04-01..06-30 2026-Q3:07-01..09-30"},
        {"2026-02-01", "2026-07-31", BD_QUARTERLY,
         "2026-Q1:02-01..03-31 2026-Q2:04-01..06-30 2026-Q3:07-01..07-31"},
        {"2025-11-01", "2026-02-28", BD_QUARTERLY, "2025-Q4:11-01..12-31 2026-Q1:01-01..02-28"},
        {"2025-12-01", "2026-01-31", BD_PER_EVENT, "2025-12:12-01..12-31 2026-01:01-01..01-31"},
        {"2025-07-01", "2026-06-30", BD_ANNUAL, "2026:07-01..06-30"},
        {"2026-01-01", "2026-06-30", BD_ONCE, "2026:01-01..06-30"},
        {"2026-05-05", "2026-05-05", BD_MONTHLY, "2026-05:05-05..05-05"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s to %s", rows[i].from, rows[i].to);
        CHECK_EQ_STR(
            text_of(make_instances(rows[i].from, rows[i].to, "UTC", rows[i].frequency, "")),
            rows[i].expected);
    }
}

TEST(period, a_stub_under_ten_days_joins_its_neighbour) {
    static const struct {
        const char *from, *to;
        bd_frequency frequency;
        const char *expected;
    } rows[] = {
        {"2026-01-23", "2026-02-28", BD_MONTHLY, "2026-02:01-23..02-28"}, /* nine days */
        {"2026-01-22", "2026-02-28", BD_MONTHLY,
         "2026-01:01-22..01-31 2026-02:02-01..02-28"}, /* ten */
        {"2026-01-01", "2026-02-09", BD_MONTHLY, "2026-01:01-01..02-09"},
        {"2026-01-01", "2026-02-10", BD_MONTHLY, "2026-01:01-01..01-31 2026-02:02-01..02-10"},
        {"2026-01-28", "2026-02-05", BD_MONTHLY, "2026-02:01-28..02-05"}, /* two stubs */
        {"2026-03-28", "2026-07-05", BD_QUARTERLY, "2026-Q2:03-28..07-05"},
        {"2026-01-30", "2026-02-02", BD_CONTINUOUS, "2026-02:01-30..02-02"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s to %s", rows[i].from, rows[i].to);
        CHECK_EQ_STR(
            text_of(make_instances(rows[i].from, rows[i].to, "UTC", rows[i].frequency, "")),
            rows[i].expected);
    }
}

TEST(period, windows_begin_and_end_at_local_midnight) {
    static const struct {
        const char *zone, *start, *end; /* of March 2026 */
    } rows[] = {
        {"UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"},
        {"Europe/Berlin", "2026-02-28T23:00:00Z",
         "2026-03-31T22:00:00Z"}, /* summer time began on the 29th */
        {"Pacific/Auckland", "2026-02-28T11:00:00Z", "2026-03-31T11:00:00Z"},
        {"America/St_Johns", "2026-03-01T03:30:00Z", "2026-04-01T02:30:00Z"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s", rows[i].zone);
        made list = make_instances("2026-03-01", "2026-03-31", rows[i].zone, BD_MONTHLY, "");
        CHECK_EQ_STR(bd_instant_format(test_arena(), list.data[0].start), rows[i].start);
        CHECK_EQ_STR(bd_instant_format(test_arena(), list.data[0].end), rows[i].end);
    }
}

TEST(period, only_windows_that_have_ended_are_due) {
    static const struct {
        const char *as_of, *expected;
    } rows[] = {
        {"2025-12-31", "2026-01:01-01..01-31- 2026-02:02-01..02-28- 2026-03:03-01..03-31-"},
        {"2026-01-30", "2026-01:01-01..01-31- 2026-02:02-01..02-28- 2026-03:03-01..03-31-"},
        {"2026-01-31", "2026-01:01-01..01-31 2026-02:02-01..02-28- 2026-03:03-01..03-31-"},
        {"2026-03-07",
         "2026-01:01-01..01-31 2026-02:02-01..02-28 2026-03:03-01..03-31-"}, /* a Saturday in March */
        {"2026-03-31", "2026-01:01-01..01-31 2026-02:02-01..02-28 2026-03:03-01..03-31"},
        {"2026-12-31", "2026-01:01-01..01-31 2026-02:02-01..02-28 2026-03:03-01..03-31"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("as of %s", rows[i].as_of);
        made list =
            make_instances("2026-01-01", "2026-03-31", "Europe/Berlin", BD_MONTHLY, rows[i].as_of);
        CHECK_EQ_STR(text_of(list), rows[i].expected);
    }
}

TEST(period, a_yearly_instance_is_due_once_the_period_runs) {
    CHECK_EQ_STR(
        text_of(make_instances("2026-01-01", "2026-12-31", "UTC", BD_ANNUAL, "2025-12-31")),
        "2026:01-01..12-31-");
    CHECK_EQ_STR(
        text_of(make_instances("2026-01-01", "2026-12-31", "UTC", BD_ANNUAL, "2026-01-01")),
        "2026:01-01..12-31");
}

TEST(period, type_i_has_one_instance_named_by_its_day) {
    static const struct {
        bd_frequency frequency;
        const char *expected;
    } rows[] = {
        {BD_CONTINUOUS, "2026-06-30:06-27..06-30"}, /* a snapshot at most three days before */
        {BD_QUARTERLY, "2026-06-30:07-01..06-30"},  /* the latest occurrence */
        {BD_PER_EVENT, "2026-06-30:07-01..06-30"},  /* one event walked through */
        {BD_ONCE, "2026-06-30:06-30..06-30"},       /* in force on the day */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        CHECK_EQ_STR(text_of(make_instances("2026-06-30", "", "UTC", rows[i].frequency, "")),
                     rows[i].expected);
    }
}

/* ---- the instant of a snapshot decides its instance ---- */

static bd_str judged_outcomes(const char *zone, const char *at) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", zone);
    put_seen(s, at, "a", BD_PASS);
    judge_scene(s);
    return outcomes(s, "1.1a");
}

TEST(period, a_snapshot_near_midnight_falls_into_its_local_month) {
    static const struct {
        const char *zone, *at, *expected;
    } rows[] = {
        {"UTC", "2026-01-31T23:59:59.9999999Z", "CMM"},
        {"UTC", "2026-02-01T00:00:00Z", "MCM"},
        {"Europe/Berlin", "2026-01-31T22:59:59Z", "CMM"},
        {"Europe/Berlin", "2026-01-31T23:00:00Z", "MCM"}, /* the 31st in UTC */
        {"Europe/Berlin", "2025-12-31T22:59:59Z", "MMM"}, /* before the period */
        {"Europe/Berlin", "2025-12-31T23:00:00Z", "CMM"},
        {"Europe/Berlin", "2026-03-31T21:59:59Z", "MMC"},
        {"Europe/Berlin", "2026-03-31T22:00:00Z",
         "MMM"}, /* the as-of instant is not of the period */
        {"Pacific/Auckland", "2026-01-31T10:59:59Z", "CMM"},
        {"Pacific/Auckland", "2026-01-31T11:00:00Z", "MCM"}, /* before noon of the 31st in UTC */
        {"Pacific/Auckland", "2025-12-31T11:30:00Z", "CMM"},
        {"America/St_Johns", "2026-02-01T03:29:59Z", "CMM"}, /* the 1st in UTC */
        {"America/St_Johns", "2026-02-01T03:30:00Z", "MCM"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s in %s", rows[i].at, rows[i].zone);
        CHECK_EQ_STR(judged_outcomes(rows[i].zone, rows[i].at), rows[i].expected);
    }
}

TEST(period, the_date_of_a_snapshot_is_utc_even_where_its_month_is_local) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "Pacific/Auckland");
    put_seen(s, "2026-01-31T11:00:00Z", "a", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "MDM");
    CHECK_EQ_STR(exception_text(s, 0), "never | 2026-01-31..2026-01-31 | never | 1 of 1 | open");
    CHECK_EQ_STR(s->findings.data[0].instance, "2026-02");
    CHECK_EQ_STR(day_text(s->findings.data[0].snapshot), "2026-01-31");
}

/* One UTC date is one snapshot, and its first page says when it is. */
TEST(period, a_snapshot_around_local_midnight_is_of_the_month_in_which_it_began) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "Pacific/Auckland");
    put_seen(s, "2026-01-31T12:00:00Z", "b", BD_FAIL); /* 1 February, 01:00 */
    put_seen(s, "2026-01-31T10:00:00Z", "a", BD_PASS); /* 31 January, 23:00 */
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "DM");
    CHECK_EQ_INT(s->out->checks.count, 1);
    CHECK_EQ_STR(s->findings.data[0].instance, "2026-01");
}

/* ---- the as-of instant ---- */

TEST(period, what_a_running_month_shows_is_a_finding_and_not_yet_a_result) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "UTC");
    put_seen(s, "2026-01-15T06:00:00Z", "a", BD_PASS);
    put_seen(s, "2026-02-05T06:00:00Z", "a", BD_FAIL);
    judge_as_of(s, "2026-02-10");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "C--");
    CHECK_EQ_INT(s->out->checks.count, 1);
    CHECK_EQ_INT(s->findings.count, 1);
    CHECK_EQ_STR(state_of(s, "1.1"), "[~] !"); /* the exception is open */
}

TEST(period, as_of_bounds_what_is_due_and_which_evidence_describes) {
    static const struct {
        const char *as_of, *outcomes, *state;
        size_t items;
    } rows[] = {
        {"2025-12-15", "---", "not-yet-due", 0}, {"2026-01-20", "---", "not-yet-due", 1},
        {"2026-01-31", "C--", "[x]", 1},         {"2026-02-28", "CD-", "[~] !", 2},
        {"2026-03-31", "CDC", "[~] !", 3},       {"2026-12-31", "CDC", "[~] !", 3},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("as of %s", rows[i].as_of);
        scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "Europe/Berlin");
        put_seen(s, "2026-01-15T06:00:00Z", "a", BD_PASS);
        put_seen(s, "2026-02-15T06:00:00Z", "a", BD_FAIL);
        put_seen(s, "2026-03-15T06:00:00Z", "a", BD_PASS);
        judge_as_of(s, rows[i].as_of);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].outcomes);
        CHECK_EQ_STR(state_of(s, "1.1"), rows[i].state);
        CHECK_EQ_INT(requirement_of(s, "1.1a")->evidence.count, rows[i].items);
    }
}

/* bindery-1, 6.4 */
TEST(period, worked_4_a_weekend_in_a_running_month_makes_nothing_due_or_stale) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-06-30", "Europe/Berlin");
    for (int month = 1; month <= 4; month++) {
        put_seen(s, bd_str_format(test_arena(), "2026-%02d-15T06:00:00Z", month).data, "a",
                 BD_PASS);
    }
    judge_as_of(s, "2026-05-09"); /* a Saturday */
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.1a"), "CCCC--");
    CHECK_EQ_STR(state_of(s, "1.1"), "[x]");
    CHECK_EQ_INT(requirement_of(s, "1.1a")->age_days, 24);
}

TEST(period, worked_4_fieldwork_sixty_days_after_the_end_makes_nothing_stale) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-02-28", "Europe/Berlin");
    put_seen(s, "2026-01-15T06:00:00Z", "a", BD_PASS);
    put_seen(s, "2026-02-15T06:00:00Z", "a", BD_PASS);
    judge_as_of(s, "2026-04-29");
    judge_scene(s);
    CHECK_EQ_INT(requirement_of(s, "1.1a")->age_days, 13);
    CHECK_EQ_STR(state_of(s, "1.1"), "[x]");
    CHECK_EQ_INT(s->out->fresh.n, 1);
}

/* ---- age ---- */

TEST(period, evidence_older_than_its_age_and_grace_is_stale) {
    static const struct {
        const char *at, *state;
    } rows[] = {
        {"2026-01-22T00:00:00Z", "[x]"}, /* 10 days: age 7 and grace 3 */
        {"2026-01-21T23:59:59Z", "[~]"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s =
            scene_of(SECURITY_OF(A_CONTROL("1.1", "continuous"),
                                 A_REQUIREMENT("1.1", "a", "continuous", 7, 3, "'S1'"),
                                 A_SOURCE("S1", "subscription", ""),
                                 A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK)),
                     "2026-01-01", "2026-01-31", "UTC");
        put_seen(s, rows[i].at, "a", BD_PASS);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), "C");
        CHECK_EQ_STR(state_of(s, "1.1"), rows[i].state);
    }
}

/* ---- Type I ---- */

TEST(period, type_i_takes_a_snapshot_of_the_last_three_days) {
    static const struct {
        const char *at;
        bd_verdict verdict;
        const char *outcomes, *state;
    } rows[] = {
        {"2026-06-27T00:00:00Z", BD_PASS, "C", "[x]"},
        {"2026-06-26T23:59:59Z", BD_PASS, "M", "[ ]"},
        {"2026-06-30T23:59:59Z", BD_PASS, "C", "[x]"},
        {"2026-07-01T00:00:00Z", BD_PASS, "M", "[ ]"},
        {"2026-06-28T12:00:00Z", BD_FAIL, "D", "[~] !"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s", rows[i].at);
        scene *s = scene_of(EACH_CHECK, "2026-06-30", "", "UTC");
        put_seen(s, rows[i].at, "a", rows[i].verdict);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.1a"), rows[i].outcomes);
        CHECK_EQ_STR(state_of(s, "1.1"), rows[i].state);
    }
}

/* ---- between which instants ---- */

static bd_period_times times_of(const char *from, const char *to, const char *zone_name, const char *as_of) {
    const bd_zone *zone;
    bd_err err;
    CHECK_OK(bd_zone_load(bd_str_of(zone_name), test_arena(), &zone, &err), err);
    bool is_type_ii = to[0] != '\0';
    bd_period period = {.is_type_ii = is_type_ii, .from = day_of(from), .to = day_of(is_type_ii ? to : from)};
    period.as_of = is_type_ii ? BD_DAY_NONE : period.from;
    bd_instant at;
    CHECK(bd_instant_parse(bd_str_of(as_of), &at));
    return bd_period_times_of(&period, zone, at);
}

TEST(period, times_end_with_the_period_or_with_the_as_of_instant) {
    /* Berlin: UTC+1 in January, UTC+2 from 29 March 2026 */
    bd_period_times whole = times_of("2026-01-01", "2026-06-30", "Europe/Berlin", "2026-07-20T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), whole.start), "2025-12-31T23:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), whole.end), "2026-06-30T22:00:00Z");
    CHECK_EQ_INT(whole.until, whole.end);
    CHECK_EQ_INT(whole.snapshots_from, whole.start);
    CHECK_EQ_INT(whole.events_from, whole.start);
    bd_period_times begun = times_of("2026-01-01", "2026-06-30", "Europe/Berlin", "2026-04-01T08:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), begun.until), "2026-04-01T08:00:00Z");
    CHECK_EQ_INT(begun.end, whole.end);
}

TEST(period, a_type_i_day_looks_back_three_days_and_a_year) {
    bd_period_times leap = times_of("2024-02-29", "", "UTC", "2024-03-10T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), leap.start), "2024-02-29T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), leap.until), "2024-03-01T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), leap.snapshots_from), "2024-02-26T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), leap.events_from), "2023-03-01T00:00:00Z");
}
