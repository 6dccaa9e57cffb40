/* Controls, requirements and instances before anything is judged; which evidence speaks to which requirement. */
#include "bindery/states.h"

#include "states_priv.h"

static bool is_category_in_scope(const bd_states *states, const bd_criterion *criterion) {
    return criterion != NULL && bd_strs_have(&states->views->in.engagement->categories, criterion->category);
}

/* Outlines are off unless their own category is in scope, whatever else they would serve (bindery-1, 7). */
static bool is_control_in_scope(const bd_states *states, const bd_control *control) {
    if (control->is_outline) {
        return is_category_in_scope(states, bd_catalog_criterion(states->views->in.catalog, control->primary));
    }
    for (size_t i = 0; i < control->criteria.count; i++) {
        if (is_category_in_scope(
                states, bd_catalog_criterion(states->views->in.catalog, control->criteria.data[i]))) {
            return true;
        }
    }
    return false;
}

static void add_own_words(bd_states *states, bd_control_result *out) {
    const bd_engagement *engagement = states->views->in.engagement;
    for (size_t i = 0; i < engagement->controls.count; i++) {
        if (bd_str_eq(engagement->controls.data[i].number, out->control->number)) {
            out->your_ref = engagement->controls.data[i].your_ref;
            out->your_statement = engagement->controls.data[i].your_statement;
        }
    }
}

static bool is_expected_by_any(const bd_states *states, const bd_requirement *requirement,
                               bd_str id) {
    for (size_t i = 0; i < requirement->checks.count; i++) {
        const bd_check_view *view = &states->views->by_check[requirement->checks.data[i]];
        if (view->is_population && bd_view_expects(view, id)) {
            return true;
        }
    }
    return false;
}

/* A resource that the organisation's fact names and none of the requirement's checks reads; "" when there is none. */
static bd_str find_unread_resource(const bd_states *states, const bd_requirement *requirement) {
    for (size_t i = 0; i < requirement->checks.count; i++) {
        const bd_check_view *view = &states->views->by_check[requirement->checks.data[i]];
        const bd_value *ids =
            view->is_population && states->views->in.engagement->parameters != NULL
                ? bd_value_find_str(states->views->in.engagement->parameters, view->plan->population_fact)
                : NULL;
        for (size_t j = 0; ids != NULL && ids->kind == BD_ARRAY && j < ids->count; j++) {
            bd_str id = ids->items[j].kind == BD_STRING ? bd_resource_id(states->arena, ids->items[j].text)
                                                        : (bd_str){"", 0};
            if (!is_expected_by_any(states, requirement, id)) {
                return ids->items[j].text;
            }
        }
        if (ids != NULL) {
            return (bd_str){"", 0}; /* the checks of a requirement share one fact */
        }
    }
    return (bd_str){"", 0};
}

static bd_rc make_requirement(bd_states *states, const bd_requirement *requirement,
                              bd_requirement_result *out, bd_err *err) {
    out->requirement = requirement;
    out->newest = BD_INSTANT_NONE;
    out->newest_day = BD_DAY_NONE;
    out->age_days = -1;
    out->is_checked = requirement->checks.count > 0;
    for (size_t i = 0; i < requirement->checks.count; i++) {
        bd_str fact = states->views->by_check[requirement->checks.data[i]].missing_fact;
        if (fact.size > 0) {
            out->missing_fact = fact;
        }
    }
    out->unread_resource = find_unread_resource(states, requirement);
    return bd_instances_make(states->views->in.period, states->views->in.engagement->zone, requirement->frequency,
                             states->views->in.as_of, states->arena, &out->instances, &out->instance_count,
                             err);
}

static bd_rc make_control(bd_states *states, const bd_control *control, bd_control_result *out,
                          bd_err *err) {
    out->control = control;
    out->newest = BD_INSTANT_NONE;
    out->newest_day = BD_DAY_NONE;
    out->age_days = -1;
    out->is_in_scope = is_control_in_scope(states, control);
    out->requirement_count = control->requirement_count;
    out->requirements = bd_new(states->arena, bd_requirement_result, control->requirement_count);
    add_own_words(states, out);
    for (size_t i = 0; i < control->requirement_count; i++) {
        BD_TRY(make_requirement(states, &control->requirements[i], &out->requirements[i], err));
    }
    return BD_OK;
}

static void make_months(bd_states *states) {
    bd_instance *months;
    size_t count;
    bd_err err;
    if (bd_failed(bd_instances_make(states->views->in.period, states->views->in.engagement->zone, BD_MONTHLY,
                                    states->views->in.as_of, states->arena, &months, &count, &err))) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        *bd_push(states->arena, &states->out->months) = months[i].id;
    }
}

static bd_rc make_skeleton(bd_states *states, bd_err *err) {
    const bd_catalog *catalog = states->views->in.catalog;
    bd_assessment *out = states->out;
    out->control_count = catalog->control_count;
    out->controls = bd_new(states->arena, bd_control_result, catalog->control_count);
    for (size_t i = 0; i < catalog->control_count; i++) {
        BD_TRY(make_control(states, &catalog->controls[i], &out->controls[i], err));
    }
    bd_catalog_coverage coverage;
    bd_catalog_survey(catalog, states->arena, &coverage);
    out->criterion_count = catalog->criterion_count;
    out->criteria = bd_new(states->arena, bd_criterion_result, catalog->criterion_count);
    for (size_t i = 0; i < catalog->criterion_count; i++) {
        bd_criterion_result *criterion = &out->criteria[i];
        criterion->criterion = &catalog->criteria[i];
        criterion->mapped = coverage.criteria[i];
        criterion->is_in_scope = is_category_in_scope(states, criterion->criterion);
        for (size_t j = 0; j < catalog->control_count; j++) {
            if (bd_strs_have(&catalog->controls[j].criteria, criterion->criterion->id)) {
                *bd_push(states->arena, &criterion->controls) = (uint32_t)j;
            }
        }
    }
    make_months(states);
    return BD_OK;
}

bd_requirement_result *bd_states_requirement(const bd_states *states,
                                             const bd_requirement *requirement) {
    size_t control = (size_t)(requirement->control - states->views->in.catalog->controls);
    size_t index = (size_t)(requirement - requirement->control->requirements);
    return &states->out->controls[control].requirements[index];
}

static bd_instance *instance_at(const bd_states *states, const bd_requirement *requirement,
                                bd_instant at) {
    bd_requirement_result *result = bd_states_requirement(states, requirement);
    for (size_t i = 0; i < result->instance_count; i++) {
        if (at >= result->instances[i].start && at < result->instances[i].end) {
            return &result->instances[i];
        }
    }
    return NULL;
}

bd_instance *bd_states_instance_of(const bd_states *states, const bd_check_view *view,
                                   bd_instant at) {
    bool is_before = view->plan->takes_year && at < states->out->period_start;
    return instance_at(states, view->check->requirement,
                       is_before ? states->out->period_start : at);
}

bool bd_states_describes(const bd_evidence *item, bd_instant start, bd_instant end) {
    bool is_moment = item->is_snapshot || item->describes_to == item->describes_from;
    return item->describes_from < end &&
           (is_moment ? item->describes_from >= start : item->describes_to > start);
}

/* ---- which evidence speaks to which requirement ---- */

typedef BD_VEC(bd_requirement_result *) listeners;

typedef struct {
    bd_states *states;
    bd_map *by_source, *by_document_type, *by_id;
} audience;

static void listen_to(bd_states *states, bd_map *map, bd_str word, bd_requirement_result *who) {
    listeners *list = bd_map_find(map, word);
    if (list == NULL) {
        list = bd_new(states->arena, listeners, 1);
        bd_map_put(map, word, list);
    }
    if (list->count == 0 || list->data[list->count - 1] != who) {
        *bd_push(states->arena, list) = who;
    }
}

static void listen_to_sources(audience *all, const bd_strs *sources, bd_requirement_result *who) {
    for (size_t i = 0; i < sources->count; i++) {
        if (!bd_str_eqz(sources->data[i], "doc")) { /* a document speaks by its type, or by name */
            listen_to(all->states, all->by_source, sources->data[i], who);
        }
    }
}

static void seat_requirement(audience *all, bd_requirement_result *who) {
    const bd_requirement *requirement = who->requirement;
    listen_to(all->states, all->by_id, requirement->id, who);
    listen_to_sources(all, &requirement->sources, who);
    for (size_t i = 0; i < requirement->checks.count; i++) {
        uint32_t index = requirement->checks.data[i];
        const bd_check *check = &all->states->views->in.catalog->checks[index];
        listen_to_sources(all, &all->states->views->by_check[index].all_sources, who);
        for (size_t j = 0; j < check->document_types.count; j++) {
            listen_to(all->states, all->by_document_type, check->document_types.data[j], who);
        }
    }
}

static void tell(audience *all, const bd_map *map, bd_str word, uint32_t index) {
    const listeners *list = bd_map_find(map, word);
    const bd_evidence *item = &all->states->views->in.evidence->data[index];
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        bd_requirement_result *who = list->data[i];
        if (!bd_evidence_serves(item, who->requirement->id)) {
            continue;
        }
        if (all->states->is_masked != NULL && all->states->is_masked[index]) {
            who->has_withdrawn = true; /* what is withdrawn speaks for nothing */
            continue;
        }
        if (who->items.count == 0 || who->items.data[who->items.count - 1] != index) {
            *bd_push(all->states->arena, &who->items) = index;
        }
    }
}

static void speak(audience *all, const bd_evidence *item, uint32_t index) {
    if (item->is_sidecar || item->is_register || item->is_unmapped) {
        return;
    }
    for (size_t i = 0; item->has_sidecar && i < item->sidecar.requirements.count; i++) {
        tell(all, all->by_id, item->sidecar.requirements.data[i], index);
    }
    if (item->is_document) {
        tell(all, all->by_document_type, item->sidecar.document.type, index);
        return;
    }
    for (size_t i = 0; i < item->sources.count; i++) {
        tell(all, all->by_source, item->sources.data[i], index);
    }
}

static void listen(bd_states *states) {
    audience all = {states, bd_map_make(states->scratch), bd_map_make(states->scratch),
                    bd_map_make(states->scratch)};
    for (size_t i = 0; i < states->out->control_count; i++) {
        for (size_t j = 0; j < states->out->controls[i].requirement_count; j++) {
            seat_requirement(&all, &states->out->controls[i].requirements[j]);
        }
    }
    for (size_t i = 0; i < states->views->in.evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        speak(&all, &states->views->in.evidence->data[i], (uint32_t)i);
    }
}

bd_rc bd_states_begin(bd_states *states, bd_err *err) {
    BD_TRY(make_skeleton(states, err));
    listen(states);
    return BD_OK;
}
