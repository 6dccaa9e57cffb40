/* Alerts on the measures that limit a resource, and the resources that need one.
 *
 * An alert names what it watches: a resource, or all resources of a type in a group or a
 * subscription.  Both sides give the type and such a scope as one text.  Which measure limits a
 * type, the organisation says (fact capacity_measures). */
#include "bindery/derive.h"

#include "people.h"

/* "microsoft.compute/virtualmachines" of an id, lower case; "" of a group or a subscription. */
static bd_str type_in(bd_str id, bd_arena *arena) {
    bd_str mark = BD_STR("/providers/"), rest = id, name = BD_STR(""), piece, type = BD_STR("");
    ptrdiff_t at;
    while ((at = bd_str_find(rest, mark)) >= 0) {
        rest = bd_str_sub(rest, (size_t)at + mark.size, rest.size);
    }
    if (rest.size == id.size || !bd_str_cut(&rest, '/', &name)) {
        return type;
    }
    type = name;
    for (size_t part = 0; bd_str_cut(&rest, '/', &piece); part++) {
        if (part % 2 == 0) {
            type = bd_str_format(arena, "%.*s/%.*s", BD_ARG(type), BD_ARG(piece));
        }
    }
    return type;
}

static bd_str place_of(bd_arena *arena, bd_str type, bd_str scope) {
    return bd_str_format(arena, "%.*s in %.*s", BD_ARG(type), BD_ARG(scope));
}

/* The names of the measures of a type: one, or a list of which one is enough.  NULL: not stated. */
static const bd_value *measures_of(const bd_value *parameters, bd_str type) {
    const bd_value *fact =
        parameters != NULL ? bd_value_find(parameters, "capacity_measures") : NULL;
    fact =
        fact != NULL && bd_value_find(fact, "value") != NULL ? bd_value_find(fact, "value") : fact;
    for (size_t i = 0; fact != NULL && fact->kind == BD_OBJECT && i < fact->count; i++) {
        if (bd_str_ieq(fact->keys[i], type)) {
            const bd_value *found = &fact->items[i];
            bool is_stated = (found->kind == BD_STRING && found->text.size > 0) ||
                             (found->kind == BD_ARRAY && found->count > 0);
            return is_stated ? found : NULL;
        }
    }
    return NULL;
}

static bool names_measure(const bd_value *measures, bd_str metric) {
    bool is_it = measures->kind == BD_STRING && bd_str_ieq(measures->text, metric);
    for (size_t i = 0; measures->kind == BD_ARRAY && i < measures->count; i++) {
        is_it = is_it || (measures->items[i].kind == BD_STRING &&
                          bd_str_ieq(measures->items[i].text, metric));
    }
    return is_it;
}

/* ---- alerts ---- */

/* Of the criteria of a metric alert.  An alert on a query shows no measure. */
static answer watches(const bd_value *rule, const bd_value *measures) {
    const bd_value *criteria = member(member(rule, "criteria"), "allOf");
    answer found = measures == NULL ? UNKNOWN : NO;
    if (criteria == NULL || criteria->kind != BD_ARRAY || measures == NULL) {
        return UNKNOWN;
    }
    for (size_t i = 0; i < criteria->count; i++) {
        bd_str metric = member_text(&criteria->items[i], "metricName");
        if (metric.size == 0) {
            found = found == YES ? YES : UNKNOWN;
        } else if (names_measure(measures, metric)) {
            found = YES;
        }
    }
    return found;
}

void map_capacity_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    bd_str rule = resource_id(arena, member_text(record, "id"));
    bd_str type = type_in(rule, arena);
    bool is_metric = bd_str_eqz(type, "microsoft.insights/metricalerts");
    const bd_value *scopes = member(record, "scopes");
    if (!is_metric && !bd_str_eqz(type, "microsoft.insights/scheduledqueryrules")) {
        return;
    }
    for (size_t i = 0; scopes != NULL && scopes->kind == BD_ARRAY && i < scopes->count; i++) {
        bd_str scope = scopes->items[i].kind == BD_STRING
                           ? resource_id(arena, scopes->items[i].text)
                           : BD_STR("");
        bd_str of = type_in(scope, arena);
        of = of.size > 0 ? of : bd_str_lower(arena, member_text(record, "targetResourceType"));
        builder build = {.arena = arena};
        put_text(&build, "rule", rule);
        put_text(&build, "place", place_of(arena, of, scope));
        put_answer(&build, "enabled", answer_of(record, "enabled"));
        put_answer(&build, "watches",
                   is_metric ? watches(record, measures_of(parameters, of)) : UNKNOWN);
        put_text(&build, "problem",
                 is_metric ? BD_STR("") : BD_STR("an alert on a query shows no measure"));
        emit(context, BD_STR("capacity-alert"), bd_str_format(arena, "%.*s#%zu", BD_ARG(rule), i),
             rule, BD_INSTANT_NONE, build_object(&build));
    }
}

/* ---- resources ---- */

void map_capacity_resources(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    bd_str id = resource_id(arena, member_text(record, "id")), type = type_in(id, arena);
    bd_str rest = id, parts[5];
    size_t count = 0;
    while (count < BD_COUNT(parts) && bd_str_cut(&rest, '/', &parts[count])) {
        count++;
    }
    if (type.size == 0 || count < BD_COUNT(parts)) {
        return; /* a subscription or a group */
    }
    bd_str subscription = bd_str_format(arena, "/subscriptions/%.*s", BD_ARG(parts[2]));
    bd_str group =
        bd_str_format(arena, "%.*s/resourcegroups/%.*s", BD_ARG(subscription), BD_ARG(parts[4]));
    const bd_value *places[] = {bd_value_string(arena, place_of(arena, type, id)),
                                bd_value_string(arena, place_of(arena, type, group)),
                                bd_value_string(arena, place_of(arena, type, subscription))};
    builder build = {.arena = arena};
    put_text(&build, "id", id);
    put_text(&build, "type", type);
    put_value(&build, "places", bd_value_array(arena, BD_COUNT(places), places));
    put_value(&build, "measures", measures_of(parameters, type));
    put_text(&build, "problem",
             bd_str_format(arena,
                           "bindery.json names no measure of %.*s in the fact capacity_measures",
                           BD_ARG(type)));
    emit(context, type, id, id, BD_INSTANT_NONE, build_object(&build));
}
