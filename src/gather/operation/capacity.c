/* Alerts on the measures that limit a resource, and the resources that need one.
 *
 * An alert names what it watches: a resource, or all resources of a type and a region in a group
 * or a subscription.  Both sides give type, scope and region as one text.  Which measure limits a
 * type, the organisation says (fact capacity_measures). */
#include "bindery/operation.h"

#include "operation_priv.h"

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

/* "West Europe" is "westeurope". */
static bd_str region_of(bd_arena *arena, bd_str text) {
    bd_str lower = bd_str_lower(arena, text), word, out = BD_STR("");
    while (bd_str_cut(&lower, ' ', &word)) {
        out = bd_str_format(arena, "%.*s%.*s", BD_ARG(out), BD_ARG(word));
    }
    return out;
}

static bd_str place_of(bd_arena *arena, bd_str type, bd_str scope) {
    return bd_str_format(arena, "%.*s in %.*s", BD_ARG(type), BD_ARG(scope));
}

/* An alert on a group or a subscription watches what lies in one region. */
static bd_str place_in_region(bd_arena *arena, bd_str place, bd_str region) {
    return bd_str_format(arena, "%.*s of %.*s", BD_ARG(place), BD_ARG(region));
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

/* A share in percent never rises above 100, and nothing falls below 0: such a threshold is never reached. */
static bool can_fire(bd_arena *arena, const bd_value *criterion) {
    const bd_value *threshold = bd_member(criterion, "threshold");
    bd_str words = bd_member_text(criterion, "operator");
    if (threshold == NULL || threshold->kind != BD_NUMBER) {
        return true; /* it moves with what is measured */
    }
    bool is_share = bd_str_find(bd_str_lower(arena, bd_member_text(criterion, "metricName")),
                                BD_STR("percent")) >= 0;
    int over = bd_number_cmp(threshold->text, BD_STR("100"));
    if (bd_str_ieq(words, BD_STR("LessThan")) || bd_str_ieq(words, BD_STR("LessThanOrEqual"))) {
        int under = bd_number_cmp(threshold->text, BD_STR("0"));
        return under > 0 || (under == 0 && bd_str_ieq(words, BD_STR("LessThanOrEqual")));
    }
    return !is_share || over < 0 || (over == 0 && !bd_str_ieq(words, BD_STR("GreaterThan")));
}

/* Of a share that is used up, an alert on low values tells of idling. */
static bool is_of_idling(bd_arena *arena, const bd_value *criterion) {
    static const char *const left_over[] = {"available", "availability", "free", "remaining", "hit", "success"};
    bd_str name = bd_str_lower(arena, bd_member_text(criterion, "metricName"));
    bool is_used = bd_str_find(name, BD_STR("percent")) >= 0;
    for (size_t i = 0; i < BD_COUNT(left_over); i++) {
        is_used = is_used && bd_str_find(name, bd_str_of(left_over[i])) < 0;
    }
    return is_used && bd_str_has_prefix(bd_str_lower(arena, bd_member_text(criterion, "operator")),
                                        BD_STR("lessthan"));
}

/* Split by a dimension it watches each part; what it names, or leaves out, is a part alone. */
static bool is_for_a_part(const bd_value *criterion) {
    const bd_value *all = bd_member(criterion, "dimensions");
    bool is_part = false;
    for (size_t i = 0; all != NULL && all->kind == BD_ARRAY && i < all->count; i++) {
        const bd_value *values = bd_member(&all->items[i], "values");
        bool is_any = false;
        for (size_t j = 0; values != NULL && values->kind == BD_ARRAY && j < values->count; j++) {
            is_any = is_any || (values->items[j].kind == BD_STRING && bd_str_eqz(values->items[j].text, "*"));
        }
        bool is_named = bd_str_ieq(bd_member_text(&all->items[i], "operator"), BD_STR("Include"));
        is_part = is_part || !is_any || !is_named;
    }
    return is_part;
}

/* What an alert watches, and why that is not known. */
typedef struct {
    bd_answer watches;
    bd_str problem;
} sight_of_alert;

/* Of the criteria of a metric alert.  An alert on a query shows no measure; one with several criteria fires only where
 * all of them hold. */
static sight_of_alert look_at(const bd_value *rule, const bd_value *measures, bd_arena *arena) {
    const bd_value *criteria = bd_member(bd_member(rule, "criteria"), "allOf");
    bd_answer found = BD_NO;
    if (measures == NULL) {
        return (sight_of_alert){BD_UNKNOWN,
                                BD_STR("bindery.json names no measure of its type in the "
                                       "fact capacity_measures")};
    }
    if (criteria == NULL || criteria->kind != BD_ARRAY) {
        return (sight_of_alert){BD_UNKNOWN, BD_STR("the alert does not show its criteria")};
    }
    bd_str problem = BD_STR("the alert does not show what it measures");
    for (size_t i = 0; i < criteria->count; i++) {
        bd_str metric = bd_member_text(&criteria->items[i], "metricName");
        if (metric.size == 0) {
            found = found == BD_YES ? BD_YES : BD_UNKNOWN;
        } else if (names_measure(measures, metric)) {
            bool fires = can_fire(arena, &criteria->items[i]);
            bool is_idle = is_of_idling(arena, &criteria->items[i]);
            bool is_part = is_for_a_part(&criteria->items[i]);
            found = fires && !is_idle && !is_part ? BD_YES : BD_UNKNOWN;
            problem = is_part   ? BD_STR("a dimension narrows the alert to a part of the resource")
                      : is_idle ? BD_STR("the alert fires where the measure is low")
                                : BD_STR("the threshold of the alert is one that the measure never reaches");
        }
    }
    if (found == BD_YES && criteria->count > 1) {
        return (sight_of_alert){BD_UNKNOWN,
                                BD_STR("the alert fires only where several criteria hold "
                                       "at once; set one on the measure alone")};
    }
    return (sight_of_alert){found, found == BD_UNKNOWN ? problem : BD_STR("")};
}

typedef struct {
    const bd_value *record;
    bd_str rule;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
    size_t count;
} alert;

static void emit_alert(alert *of, bd_str place, sight_of_alert seen) {
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "rule", of->rule);
    bd_put_text(&build, "place", place);
    bd_put_answer(&build, "enabled", bd_answer_of(of->record, "enabled"));
    bd_put_answer(&build, "watches", seen.watches);
    bd_put_text(&build, "problem", seen.problem);
    of->emit(of->context, BD_STR("capacity-alert"),
             bd_str_format(of->arena, "%.*s#%zu", BD_ARG(of->rule), of->count++), of->rule,
             BD_INSTANT_NONE, bd_build_object(&build));
}

/* All resources of a type in a group or a subscription that lie in the region of the alert. */
static void emit_wide(alert *of, bd_str type, bd_str scope, sight_of_alert seen) {
    bd_str place = place_of(of->arena, type, scope);
    bd_str region = region_of(of->arena, bd_member_text(of->record, "targetResourceRegion"));
    sight_of_alert unclear = seen;
    if (seen.watches == BD_YES) {
        unclear.watches = BD_UNKNOWN;
        unclear.problem =
            region.size == 0
                ? BD_STR(
                      "the alert does not show the region (targetResourceRegion) that it watches")
                : BD_STR(
                      "the resource does not show its location, and the alert watches one region");
    }
    emit_alert(of, place_in_region(of->arena, place, region), region.size == 0 ? unclear : seen);
    if (region.size > 0) {
        emit_alert(of, place, unclear);
    }
}

static void emit_scope(alert *of, bd_str scope, const bd_value *parameters, bool is_metric) {
    static const sight_of_alert of_query = {BD_UNKNOWN,
                                            BD_STR_INIT("an alert on a query shows no measure")};
    bd_str type = type_in(scope, of->arena);
    const bd_value *types = bd_member(of->record, "targetResourceTypes");
    if (type.size > 0) {
        emit_alert(of, place_of(of->arena, type, scope),
                   is_metric ? look_at(of->record, measures_of(parameters, type), of->arena)
                             : of_query);
        return;
    }
    if (is_metric) {
        type = bd_str_lower(of->arena, bd_member_text(of->record, "targetResourceType"));
        emit_wide(of, type, scope, look_at(of->record, measures_of(parameters, type), of->arena));
        return;
    }
    for (size_t i = 0; types != NULL && types->kind == BD_ARRAY && i < types->count; i++) {
        if (types->items[i].kind == BD_STRING) {
            emit_wide(of, bd_str_lower(of->arena, types->items[i].text), scope, of_query);
        }
    }
}

void map_capacity_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    bd_str rule = bd_resource_id(arena, bd_member_text(record, "id"));
    bd_str type = type_in(rule, arena);
    bool is_metric = bd_str_eqz(type, "microsoft.insights/metricalerts");
    const bd_value *scopes = bd_member(record, "scopes");
    if (!is_metric && !bd_str_eqz(type, "microsoft.insights/scheduledqueryrules")) {
        return;
    }
    alert of = {record, rule, arena, emit, context, 0};
    for (size_t i = 0; scopes != NULL && scopes->kind == BD_ARRAY && i < scopes->count; i++) {
        if (scopes->items[i].kind == BD_STRING) {
            emit_scope(&of, bd_resource_id(arena, scopes->items[i].text), parameters, is_metric);
        }
    }
}

/* ---- resources ---- */

void map_capacity_resources(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    bd_str id = bd_resource_id(arena, bd_member_text(record, "id")), type = type_in(id, arena);
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
    bd_str in_group = place_of(arena, type, group);
    bd_str in_subscription = place_of(arena, type, subscription);
    bd_str region = region_of(arena, bd_member_text(record, "location"));
    bool has_region = region.size > 0;
    /* one that shows no region may be watched by an alert on any, and so may all by one without */
    const bd_value *places[] = {
        bd_value_string(arena, place_of(arena, type, id)),
        bd_value_string(arena, has_region ? place_in_region(arena, in_group, region) : in_group),
        bd_value_string(arena, has_region ? place_in_region(arena, in_subscription, region)
                                          : in_subscription),
        bd_value_string(arena, place_in_region(arena, in_group, BD_STR(""))),
        bd_value_string(arena, place_in_region(arena, in_subscription, BD_STR("")))};
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", id);
    bd_put_text(&build, "type", type);
    bd_put_value(&build, "places", bd_value_array(arena, BD_COUNT(places), places));
    bd_put_value(&build, "measures", measures_of(parameters, type));
    bd_put_text(&build, "problem",
                bd_str_format(arena,
                              "bindery.json names no measure of %.*s in the fact capacity_measures",
                              BD_ARG(type)));
    emit(context, type, id, id, BD_INSTANT_NONE, bd_build_object(&build));
}
