/* Criteria, score, gates, missing sources (bindery-1, sections 4 and 5), and the order of results. */
#include "bindery/states.h"

#include "states_priv.h"

/* ---- criteria ---- */

static bool counts(const bd_control_result *control) {
    return control->state != BD_STATE_NA && control->state != BD_STATE_NOT_DUE;
}

static bool has_machine_evidence(const bd_states *states, const bd_requirement_result *requirement) {
    for (size_t i = 0; i < requirement->items.count; i++) {
        if (states->views->in.evidence->data[requirement->items.data[i]].origin != BD_ORIGIN_HANDED_IN) {
            return true;
        }
    }
    return false;
}

typedef struct {
    bool automated, supporting, document;
} basis;

/* A check counts where it says why it speaks to the criterion. */
static bool has_speaking_check(const bd_states *states, const bd_requirement *requirement,
                               bd_str criterion) {
    for (size_t i = 0; i < requirement->checks.count; i++) {
        const bd_check *check = &states->views->in.catalog->checks[requirement->checks.data[i]];
        if (bd_check_is_automated(states->views->in.catalog, check) &&
            bd_check_speaks_to(check, criterion)) {
            return true;
        }
    }
    return false;
}

static basis basis_of(const bd_states *states, const bd_control_result *control, bd_str criterion) {
    basis found = {false, false, false};
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement_result *requirement = &control->requirements[i];
        if (requirement->evidence.count == 0) {
            continue;
        }
        bool is_machine = has_machine_evidence(states, requirement);
        found.automated =
            found.automated || (is_machine && has_speaking_check(states, requirement->requirement,
                                                                 criterion));
        found.supporting = found.supporting || is_machine;
        found.document = found.document || !is_machine;
    }
    return found;
}

/* Evidence that was there and has grown too old, or was withdrawn and nothing came in its place; a requirement that
 * never had any is missing, not stale. */
static bool has_stale_evidence(const bd_control_result *control) {
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement_result *requirement = &control->requirements[i];
        bool was_there = requirement->newest != BD_INSTANT_NONE || requirement->has_withdrawn;
        if (requirement->due > 0 && was_there && !requirement->is_fresh) {
            return true;
        }
    }
    return false;
}

static bool reads_vendor_report(const bd_control *control) {
    for (size_t i = 0; i < control->requirement_count; i++) {
        if (bd_str_eqz(control->requirements[i].kind, "vendor-report")) {
            return true;
        }
    }
    return false;
}

static bool is_operated_by_vendor(const bd_states *states, bd_str criterion) {
    const bd_engagement *engagement = states->views->in.engagement;
    for (size_t i = 0; i < engagement->vendors.count; i++) {
        const bd_vendor *vendor = &engagement->vendors.data[i];
        for (size_t k = 0; k < vendor->criteria.count; k++) {
            if (bd_str_eqz(vendor->method, "carve-out") &&
                bd_str_eq(vendor->criteria.data[k], criterion)) {
                return true;
            }
        }
    }
    return false;
}

/* A criterion of which nothing is ours but to watch the vendor's report is carved out, if we watched it: an open gap
 * or a review that is missing shows as what it is. */
static void judge_criterion(bd_states *states, bd_criterion_result *out) {
    bool is_vendors = is_operated_by_vendor(states, out->criterion->id);
    int counted = 0;
    int complete = 0;
    int waiting = 0;
    bool is_stale = false;
    for (size_t i = 0; i < out->controls.count; i++) {
        const bd_control_result *control = &states->out->controls[out->controls.data[i]];
        if (!counts(control) || !control->is_in_scope) {
            waiting += control->state == BD_STATE_NOT_DUE;
            continue;
        }
        counted++;
        is_vendors = is_vendors && reads_vendor_report(control->control);
        complete += control->state == BD_STATE_COMPLETE;
        is_stale =
            is_stale || has_stale_evidence(control) || control->sample_deviations > 0;
        out->open_exceptions += (int)control->open_exceptions;
        basis found = basis_of(states, control, out->criterion->id);
        out->automated += found.automated;
        out->supporting += found.supporting && !found.automated;
        out->document += found.document && !found.supporting;
        out->none += !found.document && !found.supporting;
        out->of++;
    }
    if (counted == 0) {
        out->state = waiting > 0 ? BD_CRITERION_PARTIAL : BD_CRITERION_UNCOVERED;
    } else if (complete == counted) {
        out->state = is_vendors ? BD_CRITERION_CARVED_OUT : BD_CRITERION_COMPLETE;
    } else if (out->open_exceptions > 0 || is_stale) {
        out->state = BD_CRITERION_AT_RISK;
    } else {
        out->state = BD_CRITERION_PARTIAL;
    }
}

/* ---- score ---- */

static void judge_score(bd_states *states) {
    bd_assessment *out = states->out;
    int of = 0;
    int ready = 0;
    int fresh = 0;
    int due = 0;
    int accepted = 0;
    int with_exceptions = 0;
    for (size_t i = 0; i < out->control_count; i++) {
        const bd_control_result *control = &out->controls[i];
        if (!control->is_in_scope || !counts(control)) {
            continue;
        }
        of++;
        ready += control->state == BD_STATE_COMPLETE;
        with_exceptions += control->state == BD_STATE_COMPLETE && control->has_exception;
        out->no_occurrence += control->state == BD_STATE_COMPLETE && control->is_no_occurrence;
        fresh += control->is_fresh;
        due += control->due;
        accepted += control->accepted;
    }
    out->ready = bd_ratio_of(ready, of);
    out->ready.with_exceptions = with_exceptions;
    out->cover = bd_ratio_of(accepted, due);
    out->fresh = bd_ratio_of(fresh, of);
}

/* Under the inclusive method no report is asked for; one that is on file has to reach over the period all the same. */
static bool leaves_gap(const bd_vendor_standing *vendor) {
    bool has_report = vendor->report_to != BD_DAY_NONE;
    return vendor->is_stated && vendor->is_finding &&
           (has_report || bd_str_eqz(vendor->method, "carve-out"));
}

static void gate_vendors(bd_states *states) {
    const bd_vendor_register *all = &states->out->vendors;
    for (size_t i = 0; i < all->vendors.count; i++) {
        const bd_vendor_standing *one = &all->vendors.data[i];
        if (leaves_gap(one)) {
            *bd_push(states->arena, &states->out->gates) = bd_str_format(
                states->arena, "Not complete: the reports of %.*s leave %lld day%s open",
                BD_ARG(one->name), (long long)one->open_days, one->open_days == 1 ? "" : "s");
        }
    }
}

static void find_gates(bd_states *states) {
    bd_assessment *out = states->out;
    for (size_t i = 0; i < out->criterion_count; i++) {
        if (out->criteria[i].is_in_scope && out->criteria[i].state == BD_CRITERION_UNCOVERED) {
            *bd_push(states->arena, &out->gates) =
                bd_str_format(states->arena, "Not complete: criterion %.*s is uncovered",
                              BD_ARG(out->criteria[i].criterion->id));
        }
    }
    gate_vendors(states);
    int high = 0;
    for (size_t i = 0; i < out->exceptions.count; i++) {
        const bd_exception *one = bd_assessment_exception(out, i);
        high += one->is_open && bd_str_eqz(one->check->severity, "high");
    }
    if (high > 0) {
        *bd_push(states->arena, &out->gates) =
            bd_str_format(states->arena, "Not complete: %d exception%s rated high %s open", high,
                          high == 1 ? "" : "s", high == 1 ? "is" : "are");
    }
}

static bool is_seen(const bd_states *states, bd_str source) {
    for (size_t i = 0; i < states->views->in.snapshots->count; i++) {
        if (bd_str_eq(states->views->in.snapshots->data[i].source, source)) {
            return true;
        }
    }
    return false;
}

static int cmp_natural(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_natural_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

static void list_missing_sources(bd_states *states) {
    bd_strs *list = &states->out->sources_missing;
    bd_map *known = bd_map_make(states->scratch);
    for (size_t i = 0; i < states->views->in.catalog->check_count; i++) {
        const bd_check_view *view = &states->views->by_check[i];
        size_t control = (size_t)(view->check->requirement->control - states->views->in.catalog->controls);
        for (size_t j = 0; states->out->controls[control].is_in_scope && j < view->all_sources.count;
             j++) {
            bd_str source = view->all_sources.data[j];
            if (bd_map_find(known, source) == NULL && !is_seen(states, source)) {
                *bd_push(states->arena, list) = source;
            }
            bd_map_put(known, source, states);
        }
    }
    bd_sort(list->data, list->count, sizeof(bd_str), cmp_natural, NULL);
}

/* ---- order of results ---- */

static int cmp_results(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_check_result *x = a;
    const bd_check_result *y = b;
    int order = bd_str_cmp(x->check->id, y->check->id);
    order = order != 0 ? order : bd_str_cmp(x->instance, y->instance);
    if (order != 0) {
        return order;
    }
    if (x->snapshot != y->snapshot) {
        return x->snapshot < y->snapshot ? -1 : 1;
    }
    return bd_str_cmp(x->scope, y->scope);
}

static void finish_results(bd_states *states) {
    size_t kept = 0;
    for (size_t i = 0; i < states->out->checks.count; i++) {
        bd_check_result *result = &states->out->checks.data[i];
        bd_arenas_pass(2 * sizeof *result);
        if (result->instance.size == 0) {
            continue; /* outside the period, or not due */
        }
        if (states->views->by_check[result->check->index].is_event) {
            result->snapshot = BD_DAY_NONE;
        }
        states->out->checks.data[kept++] = *result;
    }
    states->out->checks.count = kept;
    bd_sort(states->out->checks.data, kept, sizeof(bd_check_result), cmp_results, NULL);
}

void bd_states_judge_criteria(bd_states *states) {
    for (size_t i = 0; i < states->out->criterion_count; i++) {
        judge_criterion(states, &states->out->criteria[i]);
    }
    judge_score(states);
    find_gates(states);
    list_missing_sources(states);
    finish_results(states);
}
