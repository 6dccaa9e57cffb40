/* Requirements, controls, criteria, score (bindery-1, section 3 to 5). */
#include "bindery/states.h"

#include "states_priv.h"

#define DAY_TICKS (24 * BD_HOUR)

/* ---- requirements ---- */

/* In force, or carried out, on a day of the period. */
static bool is_document_of_period(const bd_states *states, const bd_evidence *item) {
    const bd_document *document = &item->sidecar.document;
    const bd_zone *zone = states->views->in.engagement->zone;
    if (!item->is_document || document->in_force_from == BD_DAY_NONE) {
        return false;
    }
    return document->in_force_from <= bd_zone_day(zone, states->out->until - 1) &&
           (document->in_force_to == BD_DAY_NONE ||
            document->in_force_to >= bd_zone_day(zone, states->out->period_start));
}

static bd_instant first_counted(const bd_states *states, const bd_requirement_result *requirement) {
    return requirement->instance_count > 0 &&
                   requirement->instances[0].start < states->out->period_start
               ? requirement->instances[0].start /* Type I looks back */
               : states->out->period_start;
}

static void note_evidence(bd_states *states, bd_requirement_result *out) {
    const bd_assessment *whole = states->out;
    for (size_t i = 0; i < out->items.count; i++) {
        const bd_evidence *item = &states->views->in.evidence->data[out->items.data[i]];
        if (item->describes_from >= states->views->in.as_of) {
            continue;
        }
        *bd_push(states->arena, &out->evidence) = item->given.number;
        bd_instant to = item->describes_to < whole->until ? item->describes_to : whole->until;
        if (item->describes_from < whole->until &&
            (out->newest == BD_INSTANT_NONE || to > out->newest)) {
            out->newest = to;
        }
        out->has_evidence = out->has_evidence || is_document_of_period(states, item) ||
                            bd_states_describes(item, first_counted(states, out), whole->until);
    }
}

static void judge_freshness(const bd_states *states, bd_requirement_result *out) {
    if (out->newest == BD_INSTANT_NONE) {
        return;
    }
    bd_instant age = states->out->until - out->newest;
    out->age_days = age > 0 ? (int)(age / DAY_TICKS) : 0;
    bd_instant limit =
        (bd_instant)(out->requirement->max_age_days + out->requirement->grace_days) * DAY_TICKS;
    out->is_fresh = age <= limit;
}

/* Of two that are as long the first. */
static void find_gap(bd_requirement_result *out) {
    bd_day from = BD_DAY_NONE;
    for (size_t i = 0; i < out->instance_count; i++) {
        const bd_instance *one = &out->instances[i];
        if (!one->is_due || one->is_accepted) {
            from = BD_DAY_NONE;
            continue;
        }
        from = from == BD_DAY_NONE ? one->from : from;
        int days = one->to - from + 1;
        if (days > out->gap_days) {
            out->gap_from = from;
            out->gap_to = one->to;
            out->gap_days = days;
        }
    }
}

static void judge_requirement(bd_states *states, bd_requirement_result *out) {
    note_evidence(states, out);
    judge_freshness(states, out);
    for (size_t i = 0; i < out->instance_count; i++) {
        bd_instance *instance = &out->instances[i];
        bd_states_outcome(states, out, instance);
        out->due += instance->is_due;
        out->accepted += instance->is_due && instance->is_accepted;
        out->deviating += instance->is_due && instance->outcome == BD_OUTCOME_DEVIATION;
    }
    find_gap(out);
}

/* ---- controls ---- */

static const bd_not_applicable *not_applicable_of(const bd_states *states,
                                                  const bd_control *control) {
    for (size_t i = 0; i < states->not_applicable_count; i++) {
        if (bd_str_eq(states->not_applicable[i].control, control->number)) {
            return &states->not_applicable[i];
        }
    }
    return NULL;
}

static const bd_instance *last_due(const bd_requirement_result *requirement) {
    const bd_instance *last = NULL;
    for (size_t i = 0; i < requirement->instance_count; i++) {
        last = requirement->instances[i].is_due ? &requirement->instances[i] : last;
    }
    return last;
}

static bool deviates_too_often(const bd_requirement_result *requirement) {
    return requirement->deviating > 1 && requirement->deviating * 4 > requirement->due;
}

/* First thing that keeps a control from being complete, in words; empty when nothing does. */
static bd_str obstacle(bd_states *states, const bd_control_result *control) {
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement_result *requirement = &control->requirements[i];
        for (size_t j = 0; j < requirement->instance_count; j++) {
            const bd_instance *instance = &requirement->instances[j];
            if (!instance->is_due || instance->is_accepted) {
                continue;
            }
            bool is_unobserved = instance->outcome == BD_OUTCOME_MISSING &&
                                 requirement->requirement->frequency == BD_CONTINUOUS;
            return bd_str_format(states->arena, "%.*s in %.*s is %s: %.*s",
                                 BD_ARG(requirement->requirement->id), BD_ARG(instance->id),
                                 is_unobserved ? "not observed"
                                               : bd_outcome_name(instance->outcome),
                                 BD_ARG(instance->reason));
        }
    }
    size_t open = control->open_exceptions;
    if (open > 0) {
        return bd_str_format(states->arena, "%zu exception%s open", open, open == 1 ? " is" : "s are");
    }
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement_result *requirement = &control->requirements[i];
        const bd_instance *last = last_due(requirement);
        if (last != NULL && last->outcome == BD_OUTCOME_DEVIATION) {
            return bd_str_format(states->arena, "the last due instance of %.*s, %.*s, deviates",
                                 BD_ARG(requirement->requirement->id), BD_ARG(last->id));
        }
        if (requirement->due > 0 && !requirement->is_fresh) {
            return bd_str_format(
                states->arena, "the newest evidence of %.*s is %d days old, at most %d are allowed",
                BD_ARG(requirement->requirement->id), requirement->age_days,
                requirement->requirement->max_age_days + requirement->requirement->grace_days);
        }
        if (deviates_too_often(requirement)) {
            return bd_str_format(states->arena, "%d of %d due instances of %.*s deviate",
                                 requirement->deviating, requirement->due,
                                 BD_ARG(requirement->requirement->id));
        }
    }
    return (bd_str){"", 0};
}

static bd_str complete_reason(bd_states *states, const bd_control_result *control) {
    if (control->is_no_occurrence) {
        return BD_STR("no occurrence in the period; operation not testable");
    }
    if (control->due == 1) {
        return control->has_exception
                   ? BD_STR("the one due instance is accepted; every exception is closed")
                   : BD_STR("the one due instance is accepted");
    }
    return bd_str_format(states->arena, "all %d due instances are accepted%s", control->due,
                         control->has_exception ? "; every exception is closed" : "");
}

static bd_str missing_reason(const bd_control_result *control) {
    for (size_t i = 0; i < control->requirement_count; i++) {
        if (control->requirements[i].is_checked) {
            return BD_STR("no evidence describes a day of the period");
        }
    }
    return BD_STR("no evidence describes a day of the period; none of its sources was handed in");
}

static void add_up(bd_states *states, bd_control_result *control) {
    control->is_fresh = true;
    bool is_all_empty = true;
    for (size_t i = 0; i < control->requirement_count; i++) {
        bd_requirement_result *requirement = &control->requirements[i];
        judge_requirement(states, requirement);
        control->due += requirement->due;
        control->accepted += requirement->accepted;
        control->is_fresh = control->is_fresh && (requirement->due == 0 || requirement->is_fresh);
        if (requirement->newest != BD_INSTANT_NONE && requirement->newest > control->newest) {
            control->newest = requirement->newest;
            control->age_days = requirement->age_days;
        }
        for (size_t j = 0; j < requirement->instance_count; j++) {
            const bd_instance *instance = &requirement->instances[j];
            is_all_empty = is_all_empty &&
                           (!instance->is_due || instance->outcome == BD_OUTCOME_NO_OCCURRENCE);
        }
    }
    control->is_no_occurrence = is_all_empty && control->due > 0;
}

static bool has_evidence(const bd_control_result *control) {
    for (size_t i = 0; i < control->requirement_count; i++) {
        if (control->requirements[i].has_evidence) {
            return true;
        }
    }
    return false;
}

static void judge_control(bd_states *states, bd_control_result *control) {
    const bd_not_applicable *signed_away = not_applicable_of(states, control->control);
    if (signed_away != NULL) {
        control->state = BD_STATE_NA;
        control->reason = bd_str_format(states->arena, "not applicable: %.*s (%.*s, reviewed by %.*s)",
                                        BD_ARG(signed_away->reason), BD_ARG(signed_away->by),
                                        BD_ARG(signed_away->reviewer));
        return;
    }
    if (control->due == 0 && control->requirement_count > 0) {
        control->state = BD_STATE_NOT_DUE;
        control->reason = BD_STR("no instance is due yet");
        return;
    }
    bd_str against = obstacle(states, control);
    if (control->requirement_count == 0) {
        control->state = BD_STATE_BLANK;
        control->reason = BD_STR("the catalog states no requirement for it");
        return;
    }
    if (against.size == 0) {
        control->state = BD_STATE_COMPLETE;
        control->reason = complete_reason(states, control);
        return;
    }
    bool is_begun = has_evidence(control);
    control->state = is_begun ? BD_STATE_PROGRESS : BD_STATE_BLANK;
    control->reason = is_begun ? against : missing_reason(control);
}

/* ---- exceptions ---- */

static bool binds_to(const bd_act *act, const bd_exception *exception) {
    return act->is_known && act->failing >= exception->first_seen_failing &&
           act->failing <= exception->last_seen_failing &&
           bd_str_eq(act->check, exception->check->id) && bd_str_eq(act->key, exception->key) &&
           bd_str_eq(act->type, exception->type) && bd_str_eq(act->property, exception->property);
}

/* A later response asks for a new signature of the reviewer. */
static void bind_act(bd_exception *exception, const bd_act *act) {
    switch (act->kind) {
    case BD_ACT_RESPONSE:
        exception->response = act;
        exception->closing = NULL;
        return;
    case BD_ACT_CLOSED:
        if (exception->response != NULL &&
            !bd_is_same_person(exception->response->person, act->person)) {
            exception->closing = act;
        }
        return;
    case BD_ACT_WAIVER: exception->waiver = act; return;
    }
}

static void bind_acts(const bd_states *states, bd_exception *exception) {
    for (size_t i = 0; i < states->act_count; i++) {
        if (binds_to(&states->acts[i], exception)) {
            bind_act(exception, &states->acts[i]);
        }
    }
    bd_day today = bd_zone_day(states->views->in.engagement->zone, states->views->in.as_of - 1);
    exception->is_waived = exception->waiver != NULL && exception->waiver->until >= today;
}

/* Closes only when a later instance is clean and the owner and a reviewer have signed a response. */
static bool has_later_clean(const bd_states *states, const bd_exception *exception) {
    const bd_requirement_result *requirement =
        bd_states_requirement(states, exception->check->requirement);
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        bool is_clean =
            instance->outcome == BD_OUTCOME_CLEAN || instance->outcome == BD_OUTCOME_NO_OCCURRENCE;
        if (instance->is_due && is_clean && instance->start > exception->last_failing_at) {
            return true;
        }
    }
    return false;
}

/* Stretches of one property of one resource stand together, neighbours beside each other.  Not by id, whose last part
 * is a hash and scatters them: hard to read, and half as large again when deflated. */
static int cmp_exceptions(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_exception *x = a;
    const bd_exception *y = b;
    int order = x->check == y->check ? 0 : bd_str_cmp(x->check->id, y->check->id);
    order = order != 0 ? order : bd_str_cmp(x->type, y->type);
    order = order != 0 ? order : bd_str_cmp(x->key, y->key);
    order = order != 0 ? order : bd_str_cmp(x->property, y->property);
    return order != 0 ? order
                      : (x->first_seen_failing > y->first_seen_failing) -
                            (x->first_seen_failing < y->first_seen_failing);
}

static bool is_same_property(const bd_exception *a, const bd_exception *b) {
    return a->check == b->check && bd_str_eq(a->type, b->type) && bd_str_eq(a->key, b->key) &&
           bd_str_eq(a->property, b->property);
}

/* A record without a key is another one each time.  What failed before the period is known as far as its evidence is on
 * file. */
static bool is_repeated(const bd_exception *before, const bd_exception *one) {
    bool has_key = one->key.size > 0 && one->key.data[0] != '#';
    return has_key && is_same_property(before, one) && before->first_seen_clean != BD_DAY_NONE &&
           before->first_seen_failing < one->first_seen_failing;
}

static void keep_exceptions_of_period(bd_states *states) {
    bd_exception *all = states->out->exceptions.data;
    size_t count = states->out->exceptions.count;
    size_t kept = 0;
    bd_exception before = {0}; /* its place may be taken by then */
    bd_sort(all, count, sizeof(bd_exception), cmp_exceptions, NULL);
    for (size_t i = 0; i < count; i++) {
        bd_exception one = *bd_assessment_exception(states->out, i);
        one.repeats = i > 0 && is_repeated(&before, &one) ? before.id : BD_STR("");
        before = one;
        if (one.is_in_period) {
            all[kept++] = one;
        }
    }
    states->out->exceptions.count = kept;
}

static void list_under(bd_states *states, bd_control_result *control, uint32_t index, bool is_open) {
    size_t listed = control->exceptions.count;
    if (listed > 0 && control->exceptions.data[listed - 1] == index) {
        return;
    }
    *bd_push(states->arena, &control->exceptions) = index;
    control->has_exception = true;
    control->open_exceptions += is_open;
}

/* There may be very many exceptions, so they are gone through once and not for each control. */
static void settle_exceptions(bd_states *states) {
    bd_map *by_number = bd_map_make(states->scratch);
    for (size_t i = 0; i < states->out->control_count; i++) {
        bd_map_put(by_number, states->out->controls[i].control->number, &states->out->controls[i]);
    }
    for (size_t i = 0; i < states->out->exceptions.count; i++) {
        bd_exception *exception = &states->out->exceptions.data[i];
        bd_arenas_pass(sizeof *exception);
        bind_acts(states, exception);
        exception->is_open = exception->closing == NULL || !has_later_clean(states, exception);
        states->out->open_exceptions += exception->is_open;
        for (size_t j = 0; j < exception->controls.count; j++) {
            bd_control_result *control = bd_map_find(by_number, exception->controls.data[j]);
            if (control != NULL) {
                list_under(states, control, (uint32_t)i, exception->is_open);
            }
        }
    }
}

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

static void find_gates(bd_states *states) {
    bd_assessment *out = states->out;
    for (size_t i = 0; i < out->criterion_count; i++) {
        if (out->criteria[i].is_in_scope && out->criteria[i].state == BD_CRITERION_UNCOVERED) {
            *bd_push(states->arena, &out->gates) =
                bd_str_format(states->arena, "Not complete: criterion %.*s is uncovered",
                              BD_ARG(out->criteria[i].criterion->id));
        }
    }
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

void bd_states_judge_controls(bd_states *states) {
    bd_states_verdicts(states);
    keep_exceptions_of_period(states);
    for (size_t i = 0; i < states->out->control_count; i++) {
        add_up(states, &states->out->controls[i]);
    }
    settle_exceptions(states);
    for (size_t i = 0; i < states->out->control_count; i++) {
        judge_control(states, &states->out->controls[i]);
    }
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
