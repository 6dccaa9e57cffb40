/* What weakens the inputs: each kind is said once, with its place, and changes no outcome. */
#include "make_assess.h"

static const bd_doubt *doubt_of(const scene *s, bd_doubt_kind kind) {
    const bd_doubt *found = NULL;
    for (size_t i = 0; i < s->out->doubts.count; i++) {
        if (s->out->doubts.data[i].kind == kind) {
            CHECK(found == NULL);
            found = &s->out->doubts.data[i];
        }
    }
    return found;
}

static scene *quarter(void) {
    return scene_of(EACH_CHECK, "2026-01-01", "2026-03-31", "UTC");
}

static void put_person(scene *s, uint32_t item, bd_person_event event, const char *day, uint64_t who) {
    *bd_push(test_arena(), &s->evidence.data[item].facts.people) =
        (bd_person_tally){.event = event, .day = day[0] != '\0' ? day_of(day) : BD_DAY_NONE, .who = who};
}

static uint32_t put_list(scene *s, const char *source) {
    return put_item(s, source, at_of("2026-01-01T00:00:00Z"), at_of("2026-03-31T00:00:00Z"), false);
}

TEST(doubt, complete_evidence_of_all_scopes_leaves_no_doubt) {
    scene *s = quarter();
    put_seen(s, "2026-02-10T06:00:00Z", "one", BD_PASS);
    judge_scene(s);
    CHECK_EQ_INT(s->out->doubts.count, 0);
}

TEST(doubt, what_is_not_complete_is_said_with_its_item_and_never_passes) {
    static const struct {
        flaw what;
        bd_doubt_kind kind;
    } cases[] = {{NOT_COMPLETE, BD_DOUBT_INCOMPLETE}, {NOT_SHOWN, BD_DOUBT_NOT_SHOWN}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scene *s = quarter();
        uint32_t item = put_seen(s, "2026-02-10T06:00:00Z", "one", BD_PASS);
        spoil(s, item, cases[i].what);
        s->evidence.data[item].completeness = s->collections.data[0].completeness;
        s->evidence.data[item].completeness_reason = BD_STR("spoiled");
        judge_scene(s);
        CHECK_EQ_INT(doubt_of(s, cases[i].kind)->evidence, item + 1);
        CHECK_EQ_STR(doubt_of(s, cases[i].kind)->sentence.data, "spoiled");
        CHECK_EQ_INT(s->out->cover.n, 0);
    }
}

TEST(doubt, a_subscription_that_nothing_shows_or_nobody_lists_is_said) {
    scene *s = quarter();
    put_snapshot(s, "S1", SUB_B, "2026-02-10T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(doubt_of(s, BD_DOUBT_SCOPE)->scope.data, SUB_A);
    CHECK_EQ_STR(doubt_of(s, BD_DOUBT_UNLISTED)->scope.data, SUB_B);
}

TEST(doubt, two_snapshots_of_one_day_with_other_counts_are_said_and_those_of_two_days_are_not) {
    scene *s = quarter();
    put_seen(s, "2026-02-10T06:00:00Z", "one", BD_PASS);
    put_seen(s, "2026-02-10T09:00:00Z", "one", BD_PASS);
    put_seen(s, "2026-02-11T06:00:00Z", "one", BD_PASS);
    s->snapshots.data[1].rows = 2;
    judge_scene(s);
    CHECK_EQ_INT(doubt_of(s, BD_DOUBT_SNAPSHOTS)->evidence, 2);
}

TEST(doubt, people_and_accounts_are_counted_once_each_and_the_difference_is_said) {
    scene *s = quarter();
    put_seen(s, "2026-02-10T06:00:00Z", "one", BD_PASS);
    uint32_t list = put_list(s, "csv:leavers"), log = put_list(s, "S58");
    put_person(s, list, BD_PERSON_LEFT, "2026-02-01", 1);
    put_person(s, list, BD_PERSON_LEFT, "2026-02-01", 1);
    put_person(s, list, BD_PERSON_LEFT, "2025-12-31", 2);
    put_person(s, log, BD_PERSON_SHUT, "2026-02-01", 9);
    judge_scene(s);
    CHECK(doubt_of(s, BD_DOUBT_PEOPLE) == NULL);
    int accepted = s->out->cover.n;
    put_person(s, log, BD_PERSON_SHUT, "2026-03-31", 10);
    judge_scene(s);
    CHECK_EQ_STR(doubt_of(s, BD_DOUBT_PEOPLE)->sentence.data,
                 "1 people left in the period by the lists of people (E-0002), 2 accounts were disabled or deleted by "
                 "the directory's log (E-0003); the difference is for a person to explain");
    CHECK_EQ_INT(s->out->cover.n, accepted);
}

TEST(doubt, a_day_that_cannot_be_read_makes_equal_counts_doubtful) {
    scene *s = quarter();
    uint32_t list = put_list(s, "csv:joiners"), log = put_list(s, "S63a");
    put_person(s, list, BD_PERSON_JOINED, "2026-02-01", 1);
    put_person(s, log, BD_PERSON_CREATED, "2026-02-01", 9);
    put_person(s, list, BD_PERSON_JOINED, "", 3);
    judge_scene(s);
    bd_str said = doubt_of(s, BD_DOUBT_PEOPLE)->sentence;
    CHECK(bd_str_find(said, BD_STR("1 row that cannot be counted, for it gives no instant")) >= 0);
}

TEST(doubt, without_a_directory_log_nothing_is_compared) {
    scene *s = quarter();
    put_person(s, put_list(s, "csv:leavers"), BD_PERSON_LEFT, "2026-02-01", 1);
    judge_scene(s);
    CHECK(doubt_of(s, BD_DOUBT_PEOPLE) == NULL);
}

TEST(doubt, two_lists_of_the_same_days_that_disagree_are_said) {
    scene *s = quarter();
    put_person(s, put_list(s, "csv:leavers"), BD_PERSON_LEFT, "2026-02-01", 1);
    put_person(s, put_list(s, "S80"), BD_PERSON_LEFT, "2026-02-01", 1);
    judge_scene(s);
    CHECK(doubt_of(s, BD_DOUBT_PEOPLE) == NULL);
    put_person(s, 1, BD_PERSON_LEFT, "2026-02-02", 2);
    judge_scene(s);
    CHECK_EQ_INT(doubt_of(s, BD_DOUBT_PEOPLE)->evidence, 2);
}

TEST(doubt, evidence_of_a_time_still_to_come_is_said_whatever_is_judged) {
    scene *s = quarter();
    uint32_t item = put_seen(s, "2027-02-10T06:00:00Z", "one", BD_PASS);
    s->evidence.data[item].time_problem = BD_STR("it lies ahead");
    judge_scene(s);
    CHECK_EQ_STR(doubt_of(s, BD_DOUBT_TIME)->sentence.data, "it lies ahead");
    CHECK_EQ_INT(s->out->cover.n, 0);
}
