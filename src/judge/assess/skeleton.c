/* Controls, requirements and instances before anything is judged; which evidence speaks to which requirement. */
#include "bindery/assess.h"

#include "assess_priv.h"

static bool has_text(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

static bool is_category_in_scope(const bd_judging *run, const bd_criterion *criterion) {
    return criterion != NULL && has_text(&run->in->engagement->categories, criterion->category);
}

static bool is_control_in_scope(const bd_judging *run, const bd_control *control) {
    for (size_t i = 0; i < control->criteria.count; i++) {
        if (is_category_in_scope(run, bd_catalog_criterion(run->in->catalog, control->criteria.data[i]))) {
            return true;
        }
    }
    return false;
}

static void add_own_words(bd_judging *run, bd_control_result *out) {
    const bd_engagement *engagement = run->in->engagement;
    for (size_t i = 0; i < engagement->controls.count; i++) {
        if (bd_str_eq(engagement->controls.data[i].number, out->control->number)) {
            out->your_ref = engagement->controls.data[i].your_ref;
            out->your_statement = engagement->controls.data[i].your_statement;
        }
    }
}

static bd_rc make_requirement(bd_judging *run, const bd_requirement *requirement,
                              bd_requirement_result *out, bd_err *err) {
    out->requirement = requirement;
    out->newest = BD_INSTANT_NONE;
    out->age_days = -1;
    out->is_checked = requirement->checks.count > 0;
    for (size_t i = 0; i < requirement->checks.count; i++) {
        bd_str fact = bd_rules_missing_fact(run->in->rules, requirement->checks.data[i]);
        if (fact.size > 0) {
            out->missing_fact = fact;
        }
    }
    return bd_instances_make(run->in->period, run->in->engagement->zone, requirement->frequency,
                             run->in->as_of, run->arena, &out->instances, &out->instance_count, err);
}

static bd_rc make_control(bd_judging *run, const bd_control *control, bd_control_result *out,
                          bd_err *err) {
    out->control = control;
    out->newest = BD_INSTANT_NONE;
    out->age_days = -1;
    out->is_in_scope = is_control_in_scope(run, control);
    out->requirement_count = control->requirement_count;
    out->requirements = bd_new(run->arena, bd_requirement_result, control->requirement_count);
    add_own_words(run, out);
    for (size_t i = 0; i < control->requirement_count; i++) {
        BD_TRY(make_requirement(run, &control->requirements[i], &out->requirements[i], err));
    }
    return BD_OK;
}

static void make_months(bd_judging *run) {
    bd_instance *months;
    size_t count;
    bd_err err;
    if (bd_failed(bd_instances_make(run->in->period, run->in->engagement->zone, BD_MONTHLY,
                                    run->in->as_of, run->arena, &months, &count, &err))) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        *bd_push(run->arena, &run->out->months) = months[i].id;
    }
}

bd_rc bd_judging_skeleton(bd_judging *run, bd_err *err) {
    const bd_catalog *catalog = run->in->catalog;
    bd_assessment *out = run->out;
    out->control_count = catalog->control_count;
    out->controls = bd_new(run->arena, bd_control_result, catalog->control_count);
    for (size_t i = 0; i < catalog->control_count; i++) {
        BD_TRY(make_control(run, &catalog->controls[i], &out->controls[i], err));
    }
    out->criterion_count = catalog->criterion_count;
    out->criteria = bd_new(run->arena, bd_criterion_result, catalog->criterion_count);
    for (size_t i = 0; i < catalog->criterion_count; i++) {
        bd_criterion_result *criterion = &out->criteria[i];
        criterion->criterion = &catalog->criteria[i];
        criterion->is_in_scope = is_category_in_scope(run, criterion->criterion);
        for (size_t j = 0; j < catalog->control_count; j++) {
            if (has_text(&catalog->controls[j].criteria, criterion->criterion->id)) {
                *bd_push(run->arena, &criterion->controls) = (uint32_t)j;
            }
        }
    }
    make_months(run);
    return BD_OK;
}

bd_requirement_result *bd_judging_requirement(const bd_judging *run, const bd_requirement *requirement) {
    size_t control = (size_t)(requirement->control - run->in->catalog->controls);
    size_t index = (size_t)(requirement - requirement->control->requirements);
    return &run->out->controls[control].requirements[index];
}

static bool shares_source(const bd_strs *a, const bd_strs *b) {
    for (size_t i = 0; i < a->count; i++) {
        if (has_text(b, a->data[i]) && !bd_str_eqz(a->data[i], "doc")) {
            return true;
        }
    }
    return false;
}

static bool names_document_type(const bd_judging *run, const bd_evidence *item,
                                const bd_requirement *requirement) {
    for (size_t i = 0; i < requirement->checks.count; i++) {
        const bd_check *check = &run->in->catalog->checks[requirement->checks.data[i]];
        if (item->has_sidecar && item->sidecar.has_document &&
            has_text(&check->document_types, item->sidecar.document.type)) {
            return true;
        }
    }
    return false;
}

static bool is_read_by_check(const bd_judging *run, const bd_evidence *item,
                             const bd_requirement *requirement) {
    for (size_t i = 0; i < requirement->checks.count; i++) {
        if (shares_source(&item->sources, &run->views[requirement->checks.data[i]].all_sources)) {
            return true;
        }
    }
    return false;
}

bool bd_judging_speaks(const bd_judging *run, const bd_evidence *item, const bd_requirement *requirement) {
    if (item->is_sidecar || item->is_register || item->is_unmapped || item->given.is_withdrawn) {
        return false;
    }
    if (item->has_sidecar && has_text(&item->sidecar.requirements, requirement->id)) {
        return true;
    }
    if (item->is_document) {
        return names_document_type(run, item, requirement);
    }
    return shares_source(&item->sources, &requirement->sources) || is_read_by_check(run, item, requirement);
}
