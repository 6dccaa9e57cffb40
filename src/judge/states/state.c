/* Requirements and controls: freshness, gaps, states (bindery-1, section 3). */
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

/* What ends at one instant can be known by two days: a snapshot by its date in UTC, a paper by the day it states. */
static bool is_newer(bd_instant to, bd_day day, bd_instant newest, bd_day newest_day) {
    return newest == BD_INSTANT_NONE || to > newest || (to == newest && day > newest_day);
}

static void note_newest(const bd_states *states, const bd_evidence *item,
                        bd_requirement_result *out) {
    const bd_zone *zone = states->views->in.engagement->zone;
    bd_instant until = states->out->until;
    bd_instant to = item->describes_to < until ? item->describes_to : until;
    bd_day last = bd_zone_day(zone, until - 1);
    bd_day day = bd_evidence_days_of(item, zone).last;
    day = day < last ? day : last;
    if (is_newer(to, day, out->newest, out->newest_day)) {
        out->newest = to;
        out->newest_day = day;
    }
}

static void note_evidence(bd_states *states, bd_requirement_result *out) {
    const bd_assessment *whole = states->out;
    for (size_t i = 0; i < out->items.count; i++) {
        const bd_evidence *item = &states->views->in.evidence->data[out->items.data[i]];
        if (item->describes_from >= states->views->in.as_of) {
            continue;
        }
        *bd_push(states->arena, &out->evidence) = item->given.number;
        if (item->describes_from < whole->until) {
            note_newest(states, item, out);
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

static int cmp_numbers(const void *context, const void *a, const void *b) {
    (void)context;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* What an instance rests on speaks to its requirement, whatever the source that it was taken for, and when it came: a
 * vendor's letter is written after the days that it describes. */
static void list_behind_instances(bd_states *states, bd_requirement_result *out) {
    for (size_t i = 0; i < out->instance_count; i++) {
        const bd_instance *instance = &out->instances[i];
        for (size_t j = 0; j < instance->evidence.count; j++) {
            *bd_push(states->arena, &out->evidence) = instance->evidence.data[j];
        }
    }
    bd_sort(out->evidence.data, out->evidence.count, sizeof(uint32_t), cmp_numbers, NULL);
    size_t kept = 0;
    for (size_t i = 0; i < out->evidence.count; i++) {
        if (kept == 0 || out->evidence.data[kept - 1] != out->evidence.data[i]) {
            out->evidence.data[kept++] = out->evidence.data[i];
        }
    }
    out->evidence.count = kept;
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
    list_behind_instances(states, out);
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
        if (requirement->newest != BD_INSTANT_NONE &&
            is_newer(requirement->newest, requirement->newest_day, control->newest, control->newest_day)) {
            control->newest = requirement->newest;
            control->newest_day = requirement->newest_day;
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

void bd_states_judge_controls(bd_states *states) {
    bd_states_verdicts(states);
    bd_states_keep_exceptions(states);
    for (size_t i = 0; i < states->out->control_count; i++) {
        add_up(states, &states->out->controls[i]);
    }
    bd_states_settle_exceptions(states);
    for (size_t i = 0; i < states->out->control_count; i++) {
        judge_control(states, &states->out->controls[i]);
    }
}
