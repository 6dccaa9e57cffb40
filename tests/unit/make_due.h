/* make_due.h - one control with one requirement over the built-in catalog, as a test says, and what is to do of it.
 *
 *     scene *s = open_scene("", "2026-02-20");
 *     set_requirement(s, BD_MONTHLY, 45, 10);
 *     const bd_readiness *ready = make(s);
 *
 * Everything is Allocated in test_arena().
 */
#ifndef MAKE_DUE_H
#define MAKE_DUE_H

#include "make_ready.h"

#include "make_catalog.h"

typedef struct {
    const bd_catalog *catalog;
    bd_engagement engagement;
    bd_evidences evidence;
    bd_assessment assessment;
    bd_snapshots snapshots;
    bd_requirement requirement; /* frequency, ages and sources as the test says */
    bd_requirement_result result;
    bd_past past[3];
    size_t past_count;
} scene;

static inline bd_day day(const char *text) {
    bd_day out = BD_DAY_NONE;
    CHECK(bd_day_parse(bd_str_of(text), &out));
    return out;
}

static inline bd_instant at(const char *text) {
    bd_instant out = BD_INSTANT_NONE;
    CHECK(bd_instant_parse(bd_str_of(text), &out));
    return out;
}

/* January to June 2026 in Berlin, judged as of the end of `today`. */
static inline scene *open_scene(const char *periods, const char *today) {
    scene *s = bd_new(test_arena(), scene, 1);
    bd_err err;
    s->catalog = make_catalog();
    bd_str text = bd_str_format(
        test_arena(),
        "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"Contoso "
        "Ltd\",\"short\":\"C\"},"
        "\"system\":{\"name\":\"Pay\",\"description\":\"Payments.\"},\"categories\":[\"Security\"],"
        "\"timezone\":\"Europe/"
        "Berlin\",\"subscriptions\":[{\"id\":\"41e77a9f-656f-48da-89ae-97daafd4abd1\"},"
        "{\"id\":\"1b79904b-82b3-411a-87d1-c1913f900b8f\"}],"
        "\"periods\":[{\"id\":\"H1\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":\"2026-06-30\"}"
        "%s]}",
        periods);
    CHECK_OK(bd_engagement_parse(text, BD_STR("bindery.json"), test_arena(), &s->engagement, &err),
             err);
    bd_assessment *a = &s->assessment;
    a->period = &s->engagement.periods.data[0];
    a->period_start = bd_period_start(a->period, s->engagement.zone);
    a->period_end = bd_period_end(a->period, s->engagement.zone);
    a->as_of = bd_zone_day_start(s->engagement.zone, day(today) + 1);
    a->until = a->as_of < a->period_end ? a->as_of : a->period_end;
    a->control_count = 1;
    a->controls = bd_new(test_arena(), bd_control_result, 1);
    a->ready = bd_ratio_of(1, 2);
    return s;
}

static inline bd_requirement_result *set_requirement(scene *s, bd_frequency frequency, int max_age,
                                              int grace) {
    bd_err err;
    s->requirement = *bd_catalog_requirement(s->catalog, BD_STR("6.6.3a"));
    s->requirement.frequency = frequency;
    s->requirement.max_age_days = max_age;
    s->requirement.grace_days = grace;
    s->result = (bd_requirement_result){.requirement = &s->requirement,
                                        .newest = BD_INSTANT_NONE,
                                        .newest_day = BD_DAY_NONE,
                                        .age_days = -1,
                                        .is_fresh = true};
    CHECK_OK(bd_instances_make(s->assessment.period, s->engagement.zone, frequency,
                               s->assessment.as_of, test_arena(), &s->result.instances,
                               &s->result.instance_count, &err),
             err);
    for (size_t i = 0; i < s->result.instance_count; i++) {
        s->result.due += s->result.instances[i].is_due;
    }
    s->assessment.controls[0] =
        (bd_control_result){.control = bd_catalog_control(s->catalog, BD_STR("6.6.3")),
                            .state = BD_STATE_PROGRESS,
                            .reason = BD_STR("r"),
                            .is_in_scope = true,
                            .requirements = &s->result,
                            .requirement_count = 1,
                            .due = s->result.due,
                            .newest = BD_INSTANT_NONE,
                            .newest_day = BD_DAY_NONE};
    return &s->result;
}

static inline const bd_readiness *make(scene *s) {
    bd_ready_inputs inputs = ready_inputs(&s->assessment, s->catalog, &s->engagement, &s->evidence);
    inputs.snapshots = &s->snapshots;
    inputs.past = s->past;
    inputs.past_count = s->past_count;
    return ready_make(&inputs);
}

/* Two populations of three, a doubt of the people and a fact of another period, each of which weakens what rests on it;
 * and a doubt that its item tells itself. */
static inline void add_weak(scene *s) {
    set_requirement(s, BD_MONTHLY, 45, 10);
    const bd_control *control = s->assessment.controls[0].control;
    const bd_population populations[] = {
        {.id = BD_STR_INIT("changed"), .control = control, .is_complete = true, .is_changed = true},
        {.id = BD_STR_INIT("found"), .control = control, .is_complete = true, .unanswered = 2},
        {.id = BD_STR_INIT("whole"), .control = control, .is_complete = true}};
    s->assessment.populations = bd_new(test_arena(), bd_population, BD_COUNT(populations));
    s->assessment.population_count = BD_COUNT(populations);
    memcpy(s->assessment.populations, populations, sizeof populations);
    *bd_push(test_arena(), &s->assessment.doubts) =
        (bd_doubt){.kind = BD_DOUBT_PEOPLE, .source = BD_STR("csv:leavers"), .sentence = BD_STR("5 and 8")};
    *bd_push(test_arena(), &s->assessment.doubts) =
        (bd_doubt){.kind = BD_DOUBT_TRUNCATED, .evidence = 4, .sentence = BD_STR("told by the item")};
    const bd_value *facts = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(BD_STR("{\"new\":{\"approved_on\":\"2026-01-02\"},"
                                  "\"old\":{\"approved_on\":\"9999-12-31\"}}"),
                           &bd_json_default_limits, test_arena(), &facts, &err),
             err);
    s->engagement.facts = facts;
}

#endif
