/* make_catalog_scene.h - scenes over the catalog that is built in, with records as their sources write them. */
#ifndef MAKE_CATALOG_SCENE_H
#define MAKE_CATALOG_SCENE_H

#include "make_assess.h"
#include "make_cases.h"

/* `facts`: values by name, in single quotes. */
static inline scene *scene_of_catalog(const char *facts, const char *from, const char *to) {
    scene *s = scene_of(EACH_CHECK, from, to, "UTC");
    s->catalog = make_catalog();
    for (size_t i = 1; i < BD_COUNT(bd_category_names); i++) {
        *bd_push(test_arena(), &s->engagement.categories) = bd_str_of(bd_category_names[i]);
    }
    state_facts(s, facts);
    return s;
}

typedef struct {
    scene *scene;
    uint32_t item;
} record_place;

static inline void put_mapped_row(void *context, const bd_row *row) {
    const record_place *place = context;
    put_row(place->scene, place->item, *row);
}

/* One record of the item's source; its own time is what the source says it is. */
static inline void put_json(scene *s, uint32_t item, const char *key, const char *json) {
    const bd_source_def *source = bd_catalog_source(s->catalog, s->evidence.data[item].source);
    const bd_value *value = NULL, *own = NULL;
    bd_err err;
    CHECK(source != NULL);
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(), &value, &err), err);
    bd_record record = {.source = source,
                        .value = value,
                        .type = BD_STR_INIT("t"),
                        .key = bd_str_of(key),
                        .resource = bd_str_of(key),
                        .subscription = source->scope == BD_SCOPE_SUBSCRIPTION ? BD_STR(SUB_A)
                                                                               : BD_STR(""),
                        .scope = source->scope == BD_SCOPE_SUBSCRIPTION ? BD_STR(SUB_A)
                                                                        : BD_STR(""),
                        .time = BD_INSTANT_NONE,
                        .ordinal = s->next_ordinal++};
    if (source->time.size > 0 &&
        bd_value_lookup(value, source->time, &own) == BD_LOOKUP_FOUND && own != NULL) {
        (void)bd_instant_parse(own->text, &record.time);
    }
    record_place place = {s, item};
    bd_rules_map(s->rules, &record, test_arena(), put_mapped_row, &place);
}

/* The verdict of one check over the whole scene: letters of its results by instance, in their order. */
static inline bd_str results_of_check(const scene *s, const char *id) {
    char *text = bd_alloc(test_arena(), s->out->checks.count + 1, 1);
    size_t count = 0;
    for (size_t i = 0; i < s->out->checks.count; i++) {
        const bd_check_result *one = &s->out->checks.data[i];
        if (bd_str_eqz(one->check->id, id)) {
            text[count++] = "PF0?"[one->verdict];
        }
    }
    return (bd_str){text, count};
}

#endif
