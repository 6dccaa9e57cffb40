/* Properties of judging over generated scenes: boundaries, failing records, the as-of day.
 *
 * The generator is deterministic: a failure names the seed of its scene. */
#include "make_assess.h"

static uint64_t state_of_random;

static uint32_t random_below(uint32_t limit) {
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state_of_random >> 33) % limit;
}

/* ---- moving evidence by a day ---- */

#define FREQUENT(frequency)                                                                        \
    SECURITY_OF(A_CONTROL("1.1", frequency), A_REQUIREMENT("1.1", "a", frequency, 400, 0, "'S1'"), \
                A_SOURCE("S1", "subscription", ""),                                                \
                A_CHECK("each", "1.1", "a", "each", "'source':'S1'," PASS_IF_OK))
#define REVIEWED(frequency)                                                                        \
    SECURITY_OF(A_CONTROL("1.1", frequency),                                                       \
                A_REQUIREMENT("1.1", "a", frequency, 400, 0, "'doc'"),                             \
                A_SOURCE("doc", "tenant", ""),                                                     \
                A_CHECK("held", "1.1", "a", "recur", "'source':'doc','document_types':['minutes']"))

static const bd_requirement_result *only_requirement(const scene *s) {
    return &s->out->controls[0].requirements[0];
}

/* One letter for each instance, as judged with what is on file; each is its own. */
static const char *outcomes_of(const scene *s) {
    static const char letters[] = "DCL?MN-";
    const bd_requirement_result *of = only_requirement(s);
    char *out = bd_alloc(test_arena(), of->instance_count + 1, 1);
    for (size_t i = 0; i < of->instance_count; i++) {
        out[i] = letters[of->instances[i].outcome];
    }
    return out;
}

static size_t instance_at(const scene *s, bd_day day) {
    const bd_requirement_result *of = only_requirement(s);
    for (size_t i = 0; i < of->instance_count; i++) {
        if (of->instances[i].from <= day && day <= of->instances[i].to) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* A failing record at noon of `day`, local; only the instance that holds the day may hear of it. */
static void check_day(const char *catalog, const char *zone, bd_day day) {
    scene *s = scene_of(catalog, "2024-01-15", "2024-12-31", zone);
    bd_instant at = bd_zone_day_start(s->engagement.zone, day) + 12 * BD_HOUR;
    const char *before = outcomes_of((judge_scene(s), s));
    uint32_t item = put_item(s, "S1", at, at, true);
    put_scope(s, item, "S1", SUB_A);
    put_record(s, item, "each", "one", BD_FAIL);
    judge_scene(s);
    const char *after = outcomes_of(s);
    size_t own = instance_at(s, day);
    test_failure("%s on %.*s: %s, then %s", zone, BD_ARG(bd_day_format(test_arena(), day)), before, after);
    for (size_t i = 0; before[i] != '\0'; i++) {
        CHECK((before[i] != after[i]) == (i == own));
        CHECK(i != own || after[i] == 'D');
    }
}

static void check_year(const char *zone) {
    for (int month = 1; month <= 13; month++) {
        bd_day first = bd_day_of_date(month == 13 ? 2025 : 2024, month == 13 ? 1 : month, 1);
        for (int offset = -1; offset <= 0; offset++) {
            check_day(FREQUENT("continuous"), zone, first + offset);
        }
    }
    check_day(FREQUENT("continuous"), zone, day_of("2024-01-14")); /* the day before the period */
    check_day(FREQUENT("continuous"), zone, day_of("2024-01-15"));
    check_day(FREQUENT("continuous"), zone, day_of("2024-02-29"));
}

TEST(property, a_day_across_a_boundary_changes_the_instance_it_falls_in_and_no_other) {
    check_year("UTC");
}

TEST(property, so_it_does_where_the_clock_is_put_forward_and_back) {
    check_year("Europe/Berlin");
}

TEST(property, so_it_does_half_a_day_west_of_utc) {
    check_year("America/New_York");
}

TEST(property, so_it_does_where_local_midnight_is_noon_of_the_day_before) {
    check_year("Pacific/Auckland");
}

/* Something that was carried out is accepted in the instance that holds its day, and in no other. */
static void check_held(const char *catalog, bd_day day) {
    scene *s = scene_of(catalog, "2024-01-01", "2024-12-31", "Europe/Berlin");
    const char *before = outcomes_of((judge_scene(s), s));
    bd_document held = carried_out("2024-01-01");
    held.carried_out_on = day;
    put_document(s, "minutes", held, true);
    judge_scene(s);
    const char *after = outcomes_of(s);
    size_t own = instance_at(s, day);
    test_failure("on %.*s: %s, then %s", BD_ARG(bd_day_format(test_arena(), day)), before, after);
    for (size_t i = 0; before[i] != '\0'; i++) {
        CHECK((before[i] != after[i]) == (i == own));
        CHECK(i != own || after[i] == 'C');
    }
}

TEST(property, what_is_held_a_day_later_is_held_in_the_next_month_or_quarter) {
    for (int month = 1; month <= 13; month++) {
        bd_day first = bd_day_of_date(month == 13 ? 2025 : 2024, month == 13 ? 1 : month, 1);
        for (int offset = -1; offset <= 0; offset++) {
            if (first + offset >= day_of("2024-01-01") && first + offset <= day_of("2024-12-31")) {
                check_held(REVIEWED("monthly"), first + offset);
                check_held(REVIEWED("quarterly"), first + offset);
            }
        }
    }
}

TEST(property, what_is_held_in_the_twelve_months_before_the_end_is_the_years) {
    static const struct {
        const char *day;
        const char *outcome;
    } cases[] = {{"2023-12-31", "M"}, {"2024-01-01", "C"}, {"2024-12-31", "C"}, {"2025-01-01", "M"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scene *s = scene_of(REVIEWED("annual"), "2024-07-01", "2024-12-31", "UTC");
        put_document(s, "minutes", carried_out(cases[i].day), true);
        judge_scene(s);
        test_failure("held on %s", cases[i].day);
        CHECK_EQ_STR(outcomes_of(s), cases[i].outcome);
    }
}

/* ---- generated scenes ---- */

typedef struct {
    bd_instant at;
    bd_verdict verdict;
    char key[8];
} seen_record;

enum { MOST_RECORDS = 14 };
typedef struct {
    seen_record records[MOST_RECORDS];
    size_t count;
} plan;

static seen_record random_record(void) {
    static const bd_verdict verdicts[] = {BD_PASS, BD_PASS, BD_PASS, BD_FAIL, BD_CANNOT_TELL, BD_NOT_APPLICABLE};
    seen_record out = {.verdict = verdicts[random_below(BD_COUNT(verdicts))]};
    out.at = (bd_instant)(day_of("2025-12-20") + (bd_day)random_below(210)) * 24 * BD_HOUR + random_below(24) * BD_HOUR;
    snprintf(out.key, sizeof out.key, "k%u", random_below(3));
    return out;
}

static plan random_plan(uint64_t seed) {
    plan out = {0};
    state_of_random = seed * 977 + 13;
    out.count = random_below(MOST_RECORDS - 1);
    for (size_t i = 0; i < out.count; i++) {
        out.records[i] = random_record();
    }
    return out;
}

static scene *scene_of_plan(const plan *of) {
    scene *s = scene_of(EACH_CHECK, "2026-01-01", "2026-06-30", "Europe/Berlin");
    for (size_t i = 0; i < of->count; i++) {
        uint32_t item = put_item(s, "S1", of->records[i].at, of->records[i].at, true);
        put_scope(s, item, "S1", SUB_A);
        put_record(s, item, "each", bd_str_copy(test_arena(), bd_str_of(of->records[i].key)).data,
                   of->records[i].verdict);
    }
    return s;
}

/* How good: a higher number is better. */
static int rank_of_state(bd_state state) {
    static const int ranks[] = {
        [BD_STATE_COMPLETE] = 2, [BD_STATE_PROGRESS] = 1, [BD_STATE_BLANK] = 0,
        [BD_STATE_NA] = 3, [BD_STATE_NOT_DUE] = 3};
    return ranks[state];
}

typedef struct {
    int state, accepted, deviating, ready;
    size_t exceptions;
    uint64_t findings;
    char outcomes[32];
} picture;

static picture picture_of(scene *s) {
    const bd_assessment *out = judge_scene(s);
    const bd_requirement_result *of = only_requirement(s);
    picture p = {.state = rank_of_state(out->controls[0].state),
                 .accepted = of->accepted,
                 .deviating = of->deviating,
                 .ready = out->ready.n,
                 .exceptions = out->exceptions.count,
                 .findings = out->finding_count};
    snprintf(p.outcomes, sizeof p.outcomes, "%s", outcomes_of(s));
    return p;
}

/* Nothing stood before, and now something does: evidence that fails is evidence all the same.  Beyond that no state,
 * outcome or score gets better. */
TEST(property, a_failing_record_never_improves_anything) {
    for (uint64_t seed = 0; seed < 25; seed++) {
        plan p = random_plan(seed);
        picture before = picture_of(scene_of_plan(&p));
        seen_record more = random_record();
        more.verdict = BD_FAIL;
        p.records[p.count++] = more;
        scene *s = scene_of_plan(&p);
        picture after = picture_of(s);
        test_failure("seed %llu: %s, then %s", (unsigned long long)seed, before.outcomes, after.outcomes);
        CHECK(after.state <= before.state || (before.state == 0 && after.state == 1));
        CHECK(after.ready <= before.ready);
        CHECK(after.deviating >= before.deviating);
        CHECK(after.findings >= before.findings);
        for (size_t i = 0; before.outcomes[i] != '\0'; i++) {
            bool is_worse = after.outcomes[i] == 'D' || after.outcomes[i] == before.outcomes[i];
            CHECK(is_worse);
            CHECK(before.outcomes[i] != 'D' || after.outcomes[i] == 'D');
        }
    }
}

/* The same snapshot shows one record more, and it fails. */
TEST(property, a_failing_record_in_a_snapshot_that_is_there_never_improves_anything) {
    for (uint64_t seed = 100; seed < 120; seed++) {
        plan p = random_plan(seed);
        p.count = p.count == 0 ? 1 : p.count;
        p.records[0] = p.count == 1 ? random_record() : p.records[0];
        picture before = picture_of(scene_of_plan(&p));
        scene *s = scene_of_plan(&p);
        put_record(s, 0, "each", "more", BD_FAIL);
        picture after = picture_of(s);
        test_failure("seed %llu: %s, then %s", (unsigned long long)seed, before.outcomes, after.outcomes);
        CHECK(after.state <= before.state);
        CHECK(after.ready <= before.ready);
        CHECK(after.accepted <= before.accepted);
        CHECK(after.exceptions >= before.exceptions);
    }
}

/* Withdrawn evidence is evidence that is not there. */
TEST(property, evidence_that_is_withdrawn_never_improves_a_state) {
    for (uint64_t seed = 200; seed < 220; seed++) {
        plan p = random_plan(seed);
        for (size_t i = 0; i < p.count; i++) {
            p.records[i].verdict = BD_PASS; /* what deviates is disclosed by its exception, withdrawn or not */
        }
        picture before = picture_of(scene_of_plan(&p));
        p.count -= p.count > 0 ? 1 : 0;
        picture after = picture_of(scene_of_plan(&p));
        CHECK(after.state <= before.state);
        CHECK(after.accepted <= before.accepted);
        CHECK(after.ready <= before.ready);
    }
}

/* ---- the as-of day ---- */

TEST(property, a_later_day_takes_back_no_deviation_and_no_acceptance) {
    static const char *const days[] = {"2026-01-31", "2026-02-15", "2026-03-31", "2026-05-01", "2026-06-30"};
    for (uint64_t seed = 300; seed < 312; seed++) {
        plan p = random_plan(seed);
        picture before = {0};
        for (size_t d = 0; d < BD_COUNT(days); d++) {
            scene *s = scene_of_plan(&p);
            judge_as_of(s, days[d]);
            picture after = picture_of(s);
            test_failure("seed %llu as of %s: %s, then %s", (unsigned long long)seed, days[d], before.outcomes,
                         after.outcomes);
            for (size_t i = 0; i < only_requirement(s)->instance_count && before.outcomes[i] != '\0'; i++) {
                CHECK(before.outcomes[i] != 'D' || after.outcomes[i] == 'D');
                CHECK(before.outcomes[i] == '-' || after.outcomes[i] != '-');
            }
            CHECK(after.deviating >= before.deviating);
            CHECK(after.findings >= before.findings);
            CHECK(after.accepted >= before.accepted);
            before = after;
        }
    }
}
