#include "bindery/engagement.h"

const bd_period *bd_engagement_period_find(const bd_engagement *engagement, bd_str id) {
    for (size_t i = 0; i < engagement->periods.count; i++) {
        if (bd_str_eq(engagement->periods.data[i].id, id)) {
            return &engagement->periods.data[i];
        }
    }
    return NULL;
}

static const bd_period *find_holding(const bd_engagement *engagement, bd_day today) {
    const bd_period *found = NULL;
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *period = &engagement->periods.data[i];
        bool holds = period->from <= today && today <= period->to;
        if (holds && (found == NULL || period->from > found->from)) {
            found = period;
        }
    }
    return found;
}

static const bd_period *find_last_ended(const bd_engagement *engagement, bd_day today) {
    const bd_period *found = NULL;
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *period = &engagement->periods.data[i];
        if (period->to < today && (found == NULL || period->to > found->to)) {
            found = period;
        }
    }
    return found;
}

static const bd_period *find_first_begun(const bd_engagement *engagement) {
    const bd_period *found = &engagement->periods.data[0];
    for (size_t i = 1; i < engagement->periods.count; i++) {
        if (engagement->periods.data[i].from < found->from) {
            found = &engagement->periods.data[i];
        }
    }
    return found;
}

static bd_rc choose_by_id(const bd_engagement *engagement, bd_str id, bd_arena *arena,
                          bd_period_choice *out, bd_err *err) {
    out->period = bd_engagement_period_find(engagement, id);
    out->why = BD_STR("named by --period");
    if (out->period != NULL) {
        return BD_OK;
    }
    bd_str known = {"", 0};
    for (size_t i = 0; i < engagement->periods.count && i < 20; i++) {
        known = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(known), i > 0 ? ", " : "",
                              BD_ARG(engagement->periods.data[i].id));
    }
    bd_str shown = bd_str_visible(arena, bd_str_sub(id, 0, 80));
    BD_RAISE(err, BD_ERR_USAGE, "unknown period '%.*s', known are: %.*s", BD_ARG(shown),
             BD_ARG(known));
}

bd_rc bd_engagement_period_choose(const bd_engagement *engagement, bd_str id, bd_day today,
                                  bd_arena *arena, bd_period_choice *out, bd_err *err) {
    if (id.size > 0) {
        return choose_by_id(engagement, id, arena, out, err);
    }
    bd_str day = bd_day_format(arena, today);
    if (engagement->periods.count == 1) {
        *out = (bd_period_choice){&engagement->periods.data[0], BD_STR("the only period")};
        return BD_OK;
    }
    *out = (bd_period_choice){find_holding(engagement, today),
                              bd_str_format(arena, "the period that holds %.*s", BD_ARG(day))};
    if (out->period != NULL) {
        return BD_OK;
    }
    *out = (bd_period_choice){
        find_last_ended(engagement, today),
        bd_str_format(arena, "the last period that ended before %.*s", BD_ARG(day))};
    if (out->period != NULL) {
        return BD_OK;
    }
    *out = (bd_period_choice){
        find_first_begun(engagement),
        bd_str_format(arena, "the first period: none has begun by %.*s", BD_ARG(day))};
    return BD_OK;
}

bd_instant bd_period_start(const bd_period *period, const bd_zone *zone) {
    return bd_zone_day_start(zone, period->from);
}

bd_instant bd_period_end(const bd_period *period, const bd_zone *zone) {
    return bd_zone_day_start(zone, period->to + 1);
}

const bd_value *bd_engagement_fact(const bd_engagement *engagement, const char *name,
                                   bd_str *approved_by, bd_day *approved_on) {
    const bd_value *fact = bd_value_find(engagement->facts, name);
    if (fact == NULL) {
        return NULL;
    }
    if (approved_by != NULL) {
        *approved_by = bd_value_text(fact, "approved_by");
    }
    if (approved_on != NULL && !bd_day_parse(bd_value_text(fact, "approved_on"), approved_on)) {
        *approved_on = BD_DAY_NONE;
    }
    return bd_value_find(fact, "value");
}

/* ---- the resolved engagement ---- */

static const bd_value *texts_value(bd_arena *arena, const bd_strs *texts) {
    const bd_value **items = bd_new(arena, const bd_value *, texts->count);
    for (size_t i = 0; i < texts->count; i++) {
        items[i] = bd_value_string(arena, texts->data[i]);
    }
    return bd_value_array(arena, texts->count, items);
}

static const bd_value *retention_value(bd_arena *arena, const bd_engagement *engagement) {
    bd_str keys[] = {BD_STR("package_years"), BD_STR("raw_years")};
    const bd_value *values[] = {bd_value_integer(arena, engagement->package_years),
                                bd_value_integer(arena, engagement->raw_years)};
    return bd_value_object(arena, BD_COUNT(keys), keys, values);
}

static const bd_value *sources_value(bd_arena *arena, const bd_engagement *engagement) {
    bd_str keys[] = {BD_STR("collect")};
    const bd_value *values[] = {bd_value_bool(arena, engagement->collect)};
    return bd_value_object(arena, BD_COUNT(keys), keys, values);
}

const bd_value *bd_engagement_value(const bd_engagement *engagement, bd_arena *arena) {
    bd_str keys[5];
    const bd_value *values[5];
    size_t made = 0;
    keys[made] = BD_STR("categories");
    values[made++] = texts_value(arena, &engagement->categories);
    keys[made] = BD_STR("timezone");
    values[made++] = bd_value_string(arena, engagement->zone_name);
    keys[made] = BD_STR("retention");
    values[made++] = retention_value(arena, engagement);
    keys[made] = BD_STR("sources");
    values[made++] = sources_value(arena, engagement);
    const bd_value *given = engagement->source;
    bd_str *all_keys = bd_new(arena, bd_str, given->count + made);
    const bd_value **all_values = bd_new(arena, const bd_value *, given->count + made);
    size_t count = 0;
    for (size_t i = 0; i < made; i++) {
        all_keys[count] = keys[i];
        all_values[count++] = values[i];
    }
    for (size_t i = 0; i < given->count; i++) {
        bool is_resolved = false;
        for (size_t k = 0; k < made; k++) {
            is_resolved = is_resolved || bd_str_eq(given->keys[i], keys[k]);
        }
        if (!is_resolved) {
            all_keys[count] = given->keys[i];
            all_values[count++] = &given->items[i];
        }
    }
    return bd_value_object(arena, count, all_keys, all_values);
}
