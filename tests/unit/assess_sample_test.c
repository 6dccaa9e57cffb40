/* Populations: which records are of one, what is frozen and drawn of them, what a tester's result does to a state. */
#include "make_assess.h"

#define KIND_REQUIREMENT(control, req, kind, frequency, sources)                                   \
    "{'control':'" control "','req':'" req "','half':'operation','kind':'" kind                    \
    "','statement':'s','sources':[" sources "],'frequency':'" frequency                            \
    "','max_age_days':60,'grace_days':10,'signoff':false}"
#define LEAVER_MATCH(id, more)                                                                     \
    A_CHECK(id, "6.3.1", "b", "match",                                                             \
            "'population':{'source':'csv:leavers','key':['k'],'time':'time'},'events':[{'source':" \
            "'L','key':['k'],'time':'time'}],'window':{'to_hours':24},'uses':'many','expect':"     \
            "'some','tile':[['L'],['csv:leavers']]" more)
#define LEAVERS_OF(kind, frequency, checks)                                                        \
    SECURITY_OF(A_CONTROL("6.3.1", "per-event"),                                                   \
                KIND_REQUIREMENT("6.3.1", "b", kind, frequency, "'csv:leavers','L'"),              \
                A_LOG("csv:leavers", "tenant") "," A_LOG("L", "tenant"), checks)
#define LEAVERS LEAVERS_OF("event", "per-event", LEAVER_MATCH("shut", ",'both_sides':false"))
#define LEAVERS_BOTH LEAVERS_OF("event", "per-event", LEAVER_MATCH("shut", ",'both_sides':true"))
#define LEAVERS_TWICE                                                                              \
    LEAVERS_OF("event", "per-event",                                                               \
               LEAVER_MATCH("shut", ",'both_sides':false") "," LEAVER_MATCH(                       \
                   "stays", ",'both_sides':false"))
#define REVIEWS                                                                                    \
    SECURITY_OF(A_CONTROL("4.5", "quarterly"),                                                     \
                KIND_REQUIREMENT("4.5", "a", "event", "quarterly", "'S1'"),                        \
                A_SOURCE("S1", "tenant", ""),                                                      \
                A_CHECK("each", "4.5", "a", "each", "'source':'S1'," PASS_IF_OK))

typedef struct {
    scene *s;
    uint32_t people, log;
} leaving;

/* The first quarter of 2026; both lists complete. */
static leaving leavers_of(const char *catalog) {
    leaving out = {.s = scene_of(catalog, "2026-01-01", "2026-03-31", "UTC")};
    out.people = put_log(out.s, "csv:leavers", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
    out.log = put_log(out.s, "L", "", "2025-12-01T00:00:00Z", "2026-04-05T00:00:00Z");
    return out;
}

static void leave(leaving it, const char *check, const char *who, const char *left,
                  const char *shut) {
    put_event(it.s, it.people, check, BD_SIDE_LEFT, who, left);
    if (shut != NULL) {
        put_event(it.s, it.log, check, BD_SIDE_RIGHT, who, shut);
    }
}

static leaving three_leavers(const char *catalog) {
    leaving it = leavers_of(catalog);
    leave(it, "shut", "cleo", "2026-03-02T17:00:00Z", "2026-03-02T18:00:00Z");
    leave(it, "shut", "ann", "2026-01-02T17:00:00Z", "2026-01-02T18:00:00Z");
    leave(it, "shut", "bob", "2026-02-02T17:00:00Z", "2026-02-02T18:00:00Z");
    return it;
}

static const bd_population *only_population(const scene *s) {
    CHECK_EQ_INT(s->out->population_count, 1);
    return &s->out->populations[0];
}

static bd_str items_of(const scene *s) {
    bd_str all = {"", 0};
    for (size_t i = 0; i < s->items.count; i++) {
        all = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(all), i > 0 ? "; " : "",
                            BD_ARG(s->items.data[i]));
    }
    return all;
}

static bd_str hash_text(const uint8_t hash[32]) {
    char hex[65];
    bd_hex(hash, 32, hex);
    return bd_str_copy(test_arena(), bd_str_of(hex));
}

/* ---- which records ---- */

TEST(assess, a_population_is_the_records_of_the_period_sorted_by_key) {
    leaving it = three_leavers(LEAVERS);
    leave(it, "shut", "early", "2025-12-31T23:59:59Z", NULL);
    leave(it, "shut", "late", "2026-04-01T00:00:00Z", NULL);
    judge_scene(it.s);
    const bd_population *of = only_population(it.s);
    CHECK_EQ_STR(of->id, "6.3.1-leavers-P");
    CHECK_EQ_INT(of->count, 3);
    CHECK_EQ_STR(items_of(it.s), "leavers: ann@2026-01-02T17:00:00Z pass; leavers: "
                                 "bob@2026-02-02T17:00:00Z pass; leavers: "
                                 "cleo@2026-03-02T17:00:00Z pass");
    CHECK_EQ_STR(hash_text(of->sha256),
                 bd_str_z(test_arena(), bd_sha256_hex(test_arena(),
                                                      BD_STR("ann@2026-01-02T17:00:00Z\n"
                                                             "bob@2026-02-02T17:00:00Z\n"
                                                             "cleo@2026-03-02T17:00:00Z\n"))));
    CHECK(of->is_complete);
}

TEST(assess, the_same_record_in_two_extracts_is_one_item) {
    leaving it = three_leavers(LEAVERS);
    uint32_t again =
        put_log(it.s, "csv:leavers", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_event(it.s, again, "shut", BD_SIDE_LEFT, "bob", "2026-02-02T17:00:00Z");
    judge_scene(it.s);
    CHECK_EQ_INT(only_population(it.s)->count, 3);
    CHECK_EQ_INT(only_population(it.s)->evidence.count, 2);
}

TEST(assess, what_is_on_the_second_list_only_is_of_no_population) {
    leaving it = three_leavers(LEAVERS_BOTH);
    put_event(it.s, it.log, "shut", BD_SIDE_RIGHT, "stranger", "2026-02-05T17:00:00Z");
    judge_scene(it.s);
    CHECK_EQ_INT(it.s->findings.count, 1);
    CHECK_EQ_INT(only_population(it.s)->count, 3);
}

TEST(assess, of_whom_the_list_does_not_say_when_he_is_one_item) {
    leaving it = three_leavers(LEAVERS);
    bd_row row = row_of(it.s, it.people, "shut", "dan", BD_CANNOT_TELL);
    row.join = BD_STR("dan");
    put_row(it.s, it.people, row);
    judge_scene(it.s);
    CHECK_EQ_STR(outcomes(it.s, "6.3.1b"), "???");
    CHECK_EQ_INT(only_population(it.s)->count, 4);
    CHECK_EQ_STR(it.s->items.data[3], "leavers: dan cannot-tell");
}

TEST(assess, checks_over_one_list_share_a_population_and_the_worse_verdict_holds) {
    leaving it = three_leavers(LEAVERS_TWICE);
    leave(it, "stays", "ann", "2026-01-02T17:00:00Z", NULL);
    judge_scene(it.s);
    const bd_population *of = only_population(it.s);
    CHECK_EQ_INT(of->checks.count, 2);
    CHECK_EQ_INT(of->count, 3);
    CHECK_EQ_STR(it.s->items.data[0], "leavers: ann@2026-01-02T17:00:00Z fail");
}

TEST(assess, settings_and_days_of_type_one_have_no_population) {
    static const char *const catalogs[] = {
        LEAVERS_OF("config", "per-event", LEAVER_MATCH("shut", ",'both_sides':false")),
        LEAVERS_OF("event", "continuous", LEAVER_MATCH("shut", ",'both_sides':false")),
    };
    for (size_t i = 0; i < BD_COUNT(catalogs); i++) {
        leaving it = three_leavers(catalogs[i]);
        CHECK_EQ_INT(judge_scene(it.s)->population_count, 0);
        CHECK_EQ_INT(it.s->items.count, 0);
    }
    scene *day = scene_of(LEAVERS, "2026-03-31", "", "UTC");
    CHECK_EQ_INT(judge_scene(day)->population_count, 0);
}

TEST(assess, a_record_of_many_snapshots_is_one_item_with_its_worst_verdict) {
    scene *s = scene_of(REVIEWS, "2026-01-01", "2026-03-31", "UTC");
    static const char *const days[] = {"2026-01-15T06:00:00Z", "2026-02-15T06:00:00Z",
                                       "2026-03-15T06:00:00Z", "2025-12-15T06:00:00Z"};
    for (size_t i = 0; i < BD_COUNT(days); i++) {
        uint32_t item = put_snapshot(s, "S1", "", days[i]);
        put_record(s, item, "each", "review-1", i == 1 ? BD_FAIL : BD_PASS);
        put_record(s, item, "each", i == 3 ? "gone" : "review-2", BD_PASS);
    }
    judge_scene(s);
    CHECK_EQ_STR(items_of(s), "s1: review-1 fail; s1: review-2 pass");
}

TEST(assess, a_record_without_a_key_is_told_by_its_place) {
    scene *s = scene_of(REVIEWS, "2026-01-01", "2026-03-31", "UTC");
    uint32_t one = put_snapshot(s, "S1", "", "2026-01-15T06:00:00Z");
    uint32_t two = put_snapshot(s, "S1", "", "2026-02-15T06:00:00Z");
    s->next_ordinal = 7;
    put_record(s, one, "each", "", BD_PASS);
    s->next_ordinal = 7;
    put_record(s, two, "each", "", BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(items_of(s), "s1: E-0001#7 pass; s1: E-0002#7 pass");
}

/* ---- complete or not ---- */

TEST(assess, a_population_over_a_hole_says_which_day_is_missing) {
    leaving it = {.s = scene_of(LEAVERS, "2026-01-01", "2026-03-31", "UTC")};
    it.people =
        put_log(it.s, "csv:leavers", "", "2026-01-01T00:00:00Z", "2026-03-30T00:00:00Z");
    it.log = put_log(it.s, "L", "", "2025-12-01T00:00:00Z", "2026-04-05T00:00:00Z");
    judge_scene(it.s);
    const bd_population *of = only_population(it.s);
    CHECK(!of->is_complete);
    CHECK_EQ_STR(of->problem, "no usable extract of csv:leavers describes 2026-03-30");
    CHECK_EQ_INT(of->count, 0);
}

TEST(assess, a_population_does_not_ask_whether_the_other_side_is_complete) {
    leaving it = {.s = scene_of(LEAVERS, "2026-01-01", "2026-03-31", "UTC")};
    it.people =
        put_log(it.s, "csv:leavers", "", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z");
    judge_scene(it.s);
    CHECK(only_population(it.s)->is_complete);
    CHECK_EQ_STR(hash_text(only_population(it.s)->sha256),
                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(assess, what_may_not_pass_is_no_complete_population) {
    static const flaw flaws[] = {NOT_COMPLETE, NOT_SHOWN, TIME_ASSUMED, UNSIGNED};
    for (size_t i = 0; i < BD_COUNT(flaws); i++) {
        leaving it = three_leavers(LEAVERS);
        spoil(it.s, it.people, flaws[i]);
        judge_scene(it.s);
        CHECK(!only_population(it.s)->is_complete);
        CHECK_EQ_INT(only_population(it.s)->count, 3);
    }
}

/* ---- freezes and draws ---- */

#define LEAVERS_ID "6.3.1-leavers-P"

static bd_sampling *put_sampling(scene *s, bd_sampling_kind kind) {
    bd_sampling *act = bd_push(test_arena(), &s->samplings);
    *act = (bd_sampling){.kind = kind, .population = BD_STR_INIT(LEAVERS_ID)};
    return act;
}

static void freeze(scene *s, const char *sha256) {
    put_sampling(s, BD_SAMPLING_FROZEN)->sha256 = bd_str_of(sha256);
}

static void put_drawn(bd_sampling *act, const char *key, uint32_t rank, bool is_reserve) {
    *bd_push(test_arena(), &act->drawn) =
        (bd_drawn){.key = bd_str_of(key), .rank = rank, .is_reserve = is_reserve};
}

static void draw(scene *s) {
    bd_sampling *act = put_sampling(s, BD_SAMPLING_DRAWN);
    put_drawn(act, "bob@2026-02-02T17:00:00Z", 1, false);
    put_drawn(act, "ann@2026-01-02T17:00:00Z", 2, true);
    put_drawn(act, "cleo@2026-03-02T17:00:00Z", 3, true);
}

static void test_item(scene *s, const char *key, bool is_deviation) {
    bd_sampling *act = put_sampling(s, BD_SAMPLING_TESTED);
    *bd_push(test_arena(), &act->tested) = (bd_tested){.key = bd_str_of(key),
                                                       .tester = BD_STR_INIT("Ada Berg"),
                                                       .note = BD_STR_INIT("n"),
                                                       .tested_on = BD_DAY_NONE,
                                                       .is_deviation = is_deviation};
}

TEST(assess, a_population_that_changed_since_its_freeze_says_so) {
    leaving it = three_leavers(LEAVERS);
    judge_scene(it.s);
    freeze(it.s, bd_str_z(test_arena(), hash_text(only_population(it.s)->sha256)));
    judge_scene(it.s);
    CHECK(only_population(it.s)->freeze != NULL);
    CHECK(!only_population(it.s)->is_changed);
    leave(it, "shut", "dora", "2026-03-03T17:00:00Z", "2026-03-03T18:00:00Z");
    judge_scene(it.s);
    CHECK(only_population(it.s)->is_changed);
}

TEST(assess, a_new_freeze_leaves_the_draw_with_the_old_one) {
    leaving it = three_leavers(LEAVERS);
    freeze(it.s, "a");
    draw(it.s);
    judge_scene(it.s);
    CHECK(!only_population(it.s)->is_draw_older);
    freeze(it.s, "b");
    judge_scene(it.s);
    CHECK(only_population(it.s)->is_draw_older);
    CHECK_EQ_INT(only_population(it.s)->freezes, 2);
    draw(it.s);
    judge_scene(it.s);
    CHECK(!only_population(it.s)->is_draw_older);
    CHECK_EQ_INT(only_population(it.s)->draws, 2);
    CHECK_EQ_INT(only_population(it.s)->sample.count, 3);
}

TEST(assess, a_replacement_stands_beside_what_it_replaces) {
    leaving it = three_leavers(LEAVERS);
    draw(it.s);
    bd_sampling *act = put_sampling(it.s, BD_SAMPLING_REPLACED);
    act->key = BD_STR("bob@2026-02-02T17:00:00Z");
    act->replacement = BD_STR("ann@2026-01-02T17:00:00Z");
    act->reason = BD_STR("entered twice");
    judge_scene(it.s);
    const bd_sample_item *items = only_population(it.s)->sample.data;
    CHECK_EQ_INT(items[0].role, BD_SAMPLE_REPLACED);
    CHECK_EQ_STR(items[0].reason, "entered twice");
    CHECK_EQ_INT(items[1].role, BD_SAMPLE_REPLACING);
    CHECK_EQ_STR(items[1].other, "bob@2026-02-02T17:00:00Z");
    CHECK_EQ_INT(items[2].role, BD_SAMPLE_RESERVE);
    CHECK(items[1].is_there);
    CHECK_EQ_INT(items[1].item.evidence, 1);
}

/* A draw by the room itself over the three leavers; `size` items. */
static bd_sampling *draw_truly(scene *s, uint64_t size) {
    static const char *const keys[] = {"ann@2026-01-02T17:00:00Z", "bob@2026-02-02T17:00:00Z",
                                       "cleo@2026-03-02T17:00:00Z"};
    bd_err err;
    judge_scene(s);
    bd_sampling *act = put_sampling(s, BD_SAMPLING_DRAWN);
    act->seed = BD_STR("beacon");
    act->method = BD_STR(BD_SAMPLE_METHOD);
    act->sha256 = hash_text(only_population(s)->sha256);
    bd_sampler *sampler = bd_sampler_open(act->seed, act->population);
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        CHECK_OK(bd_sampler_put(sampler, BD_STR(""), bd_str_of(keys[i]), &err), err);
    }
    CHECK_OK(bd_sampler_draw(sampler, size, test_arena(), &act->drawn, &err), err);
    bd_sampler_close(sampler);
    return act;
}

TEST(assess, a_draw_is_repeated_with_every_judgement) {
    leaving it = three_leavers(LEAVERS);
    draw_truly(it.s, 1);
    judge_scene(it.s);
    CHECK(only_population(it.s)->is_repeated);
    leave(it, "shut", "dora", "2026-03-03T17:00:00Z", "2026-03-03T18:00:00Z");
    judge_scene(it.s);
    CHECK(!only_population(it.s)->is_repeated); /* over other items nobody can */
}

TEST(assess, a_draw_that_the_seed_does_not_give_is_told) {
    for (int what = 0; what < 4; what++) {
        leaving it = three_leavers(LEAVERS);
        bd_sampling *act = draw_truly(it.s, 1);
        if (what == 0) { /* the first one was left out */
            act->drawn.data++;
            act->drawn.count--;
        } else if (what == 1) {
            act->drawn.data[0].hash[31] ^= 1;
        } else if (what == 2) {
            act->seed = BD_STR("another");
        } else {
            act->drawn.data[0].key = BD_STR("nobody");
        }
        judge_scene(it.s);
        CHECK(!only_population(it.s)->is_repeated);
    }
}

/* ---- results ---- */

TEST(assess, a_testers_deviation_keeps_a_control_from_being_complete) {
    leaving it = three_leavers(LEAVERS);
    draw(it.s);
    judge_scene(it.s);
    CHECK_EQ_STR(state_of(it.s, "6.3.1"), "[x]");
    CHECK_EQ_INT(it.s->out->criteria[0].state, BD_CRITERION_COMPLETE);
    test_item(it.s, "bob@2026-02-02T17:00:00Z", true);
    judge_scene(it.s);
    CHECK_EQ_STR(state_of(it.s, "6.3.1"), "[~] !");
    CHECK_EQ_STR(control_of(it.s, "6.3.1")->reason,
                 "Ada Berg found a deviation in item bob@2026-02-02T17:00:00Z of the sample of "
                 "6.3.1-leavers-P");
    CHECK_EQ_INT(it.s->out->criteria[0].state, BD_CRITERION_AT_RISK);
    CHECK_EQ_INT(it.s->out->ready.n, 0);
    CHECK_EQ_STR(outcomes(it.s, "6.3.1b"), "CCC"); /* what our checks saw stays what it was */
}

TEST(assess, a_testers_deviation_is_not_taken_back) {
    leaving it = three_leavers(LEAVERS);
    draw(it.s);
    test_item(it.s, "bob@2026-02-02T17:00:00Z", true);
    test_item(it.s, "bob@2026-02-02T17:00:00Z", false);
    judge_scene(it.s);
    CHECK_EQ_STR(state_of(it.s, "6.3.1"), "[~] !");
    CHECK_EQ_INT(only_population(it.s)->tested, 1);
    draw(it.s); /* and another draw does not lose it */
    it.s->samplings.data[it.s->samplings.count - 1].drawn.count = 0;
    judge_scene(it.s);
    CHECK_EQ_STR(state_of(it.s, "6.3.1"), "[~] !");
    CHECK_EQ_INT(only_population(it.s)->unanswered, 1);
}

TEST(assess, no_result_of_a_sample_improves_a_state) {
    static const char *const shut[] = {"2026-02-02T18:00:00Z", "2026-02-09T18:00:00Z", NULL};
    for (size_t i = 0; i < BD_COUNT(shut); i++) {
        for (int is_spoilt = 0; is_spoilt < 2; is_spoilt++) {
            leaving it = leavers_of(LEAVERS);
            leave(it, "shut", "bob", "2026-02-02T17:00:00Z", shut[i]);
            if (is_spoilt) {
                spoil(it.s, it.people, NOT_SHOWN);
            }
            judge_scene(it.s);
            bd_str before = state_of(it.s, "6.3.1"), seen = outcomes(it.s, "6.3.1b");
            int accepted = it.s->out->cover.n;
            test_item(it.s, "bob@2026-02-02T17:00:00Z", false);
            judge_scene(it.s);
            CHECK(bd_str_eq(state_of(it.s, "6.3.1"), before));
            test_item(it.s, "bob@2026-02-02T17:00:00Z", true);
            judge_scene(it.s);
            CHECK(bd_str_eq(outcomes(it.s, "6.3.1b"), seen));
            CHECK_EQ_INT(it.s->out->cover.n, accepted);
            CHECK(!bd_str_has_prefix(state_of(it.s, "6.3.1"), BD_STR("[x]")));
        }
    }
}

TEST(assess, a_deviation_that_our_check_shows_too_is_the_exceptions_matter) {
    leaving it = leavers_of(LEAVERS);
    leave(it, "shut", "bob", "2026-02-02T17:00:00Z", NULL);
    leave(it, "shut", "cleo", "2026-03-02T17:00:00Z", "2026-03-02T18:00:00Z");
    test_item(it.s, "bob@2026-02-02T17:00:00Z", true);
    judge_scene(it.s);
    const bd_population *of = only_population(it.s);
    CHECK_EQ_INT(of->deviations, 1);
    CHECK_EQ_INT(of->unanswered, 0);
    CHECK_EQ_INT(control_of(it.s, "6.3.1")->sample_deviations, 0);
}
