/* Instance outcomes from check results (judging.md 1.3, section 3). */
#include "bindery/assess.h"

#include "assess_priv.h"

typedef enum { NOT_SEEN, SEEN_UNCLEAR, SEEN_PASS, SEEN_NONE_TO_JUDGE, SEEN_FAIL } standing;

typedef struct {
    standing stands;
    bool is_complete;    /* what was judged is complete over all expected scopes */
    bd_str reason;
} check_standing;

static bool overlaps_month(const bd_check_result *result, const bd_instance *instance) {
    bd_day month_end = bd_day_add_months(result->snapshot, 1) - 1;
    return result->snapshot <= instance->to && month_end >= instance->from;
}

static bool is_in_instance(const bd_judging *run, const bd_check_result *result, const bd_instance *instance) {
    const bd_check_view *view = &run->views[result->check->index];
    if (view->is_register) {
        return bd_str_eq(result->instance, instance->id);
    }
    if (view->is_event) {
        return overlaps_month(result, instance);
    }
    /* a snapshot's UTC date; the day's middle keeps it in its own month in every zone but the date line's */
    bd_instant noon = (bd_instant)result->snapshot * 24 * BD_HOUR + 12 * BD_HOUR;
    return noon >= instance->start && noon < instance->end;
}

static bd_verdict verdict_of(const bd_check_result *result) {
    if (result->failed > 0) {
        return BD_FAIL;
    }
    if (result->cannot_tell > 0 || !result->is_complete) {
        return BD_CANNOT_TELL;
    }
    return result->passed > 0 ? BD_PASS : BD_NOT_APPLICABLE;
}

static void add_number(bd_judging *run, bd_instance *instance, uint32_t number) {
    for (size_t i = 0; i < instance->evidence.count; i++) {
        if (instance->evidence.data[i] == number) {
            return;
        }
    }
    if (number > 0) {
        *bd_push(run->arena, &instance->evidence) = number;
    }
}

/* ---- snapshots: every expected scope has a passing or not-applicable snapshot ---- */

static standing scope_standing(bd_judging *run, const bd_check_view *view, bd_str scope, bd_instance *instance,
                               bool *is_complete, bd_str *reason) {
    standing best = NOT_SEEN;
    for (size_t i = 0; i < run->out->checks.count; i++) {
        bd_check_result *result = &run->out->checks.data[i];
        if (result->check != view->check || !bd_str_eq(result->scope, scope) ||
            !is_in_instance(run, result, instance)) {
            continue;
        }
        result->instance = instance->id;
        add_number(run, instance, result->evidence);
        *is_complete = *is_complete || result->is_complete;
        standing own = SEEN_UNCLEAR;
        switch (result->verdict) {
        case BD_FAIL:
            own = SEEN_FAIL;
            break;
        case BD_PASS:
            own = SEEN_PASS;
            break;
        case BD_NOT_APPLICABLE:
            own = SEEN_NONE_TO_JUDGE;
            break;
        case BD_CANNOT_TELL:
            *reason = result->reason;
            break;
        }
        bool is_better = best == NOT_SEEN || best == SEEN_UNCLEAR ||
                         (best == SEEN_NONE_TO_JUDGE && own == SEEN_PASS);
        if (own == SEEN_FAIL || (best != SEEN_FAIL && is_better)) {
            best = own;
        }
    }
    return best;
}

static bd_str scope_text(const bd_judging *run, const bd_check_view *view, bd_str scope) {
    if (scope.size == 0) {
        return BD_STR("the tenant");
    }
    const bd_engagement *engagement = run->in->engagement;
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        if (bd_str_eq(engagement->subscriptions.data[i].id, scope) &&
            engagement->subscriptions.data[i].name.size > 0) {
            return engagement->subscriptions.data[i].name;
        }
    }
    return view->is_population ? bd_path_name(scope) : scope;
}

/* The other side's exports are as much behind the verdict as the records judged. */
static void add_partners(bd_judging *run, const bd_check_view *view, bd_instance *instance) {
    bd_str partner = view->check->shape == BD_RELATED ? view->plan->related_source : view->plan->presence_source;
    bool is_joined = view->check->shape == BD_RELATED || view->check->shape == BD_SCOPE_SHAPE;
    for (size_t i = 0; is_joined && i < run->in->snapshots->count; i++) {
        const bd_snapshot *snapshot = &run->in->snapshots->data[i];
        if (bd_str_eq(snapshot->source, partner) && snapshot->from >= instance->start && snapshot->from < instance->end) {
            add_number(run, instance, snapshot->evidence);
        }
    }
}

static check_standing snapshot_standing(bd_judging *run, const bd_check_view *view, bd_instance *instance) {
    check_standing all = {.stands = SEEN_NONE_TO_JUDGE, .is_complete = true, .reason = {"", 0}};
    size_t unseen = 0;
    bool has_fail = false;
    bool has_unclear = false;
    bool has_pass = false;
    for (size_t i = 0; i < view->expected.count; i++) {
        bool is_complete = false;
        bd_str reason = {"", 0};
        standing one = scope_standing(run, view, view->expected.data[i], instance, &is_complete, &reason);
        unseen += one == NOT_SEEN;
        has_fail = has_fail || one == SEEN_FAIL;
        has_pass = has_pass || one == SEEN_PASS;
        has_unclear = has_unclear || one == SEEN_UNCLEAR;
        all.is_complete = all.is_complete && is_complete;
        if ((one == NOT_SEEN || one == SEEN_UNCLEAR) && all.reason.size == 0) {
            bd_str where = scope_text(run, view, view->expected.data[i]);
            all.reason = one == NOT_SEEN
                             ? bd_str_format(run->arena, "no snapshot of %.*s", BD_ARG(where))
                             : bd_str_format(run->arena, "%.*s: %.*s", BD_ARG(where), BD_ARG(reason));
        }
    }
    if (unseen < view->expected.count) {
        add_partners(run, view, instance);
    }
    if (has_fail) {
        all.stands = SEEN_FAIL;
    } else if (unseen == view->expected.count) {
        all.stands = view->expected.count > 0 || !view->is_population ? NOT_SEEN : SEEN_NONE_TO_JUDGE;
    } else if (unseen > 0 || has_unclear) {
        all.stands = SEEN_UNCLEAR;
    } else if (has_pass) {
        all.stands = SEEN_PASS;
    }
    return all;
}

/* ---- events: every day described, no row fails ---- */

static void add_extracts(bd_judging *run, const bd_check_view *view, bd_instance *instance) {
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *extract = &run->in->snapshots->data[i];
        for (size_t j = 0; j < view->sources.count; j++) {
            if (bd_str_eq(view->sources.data[j], extract->source) && extract->from < instance->end &&
                extract->to > instance->start) {
                add_number(run, instance, extract->evidence);
            }
        }
    }
}

static void tile_groups(bd_judging *run, const bd_check_view *view, bd_instance *instance,
                        check_standing *out, bool *has_any) {
    bool is_type_ii = run->in->period->is_type_ii;
    for (size_t i = 0; i < view->check->tile.count; i++) {
        bd_tiling tiling = bd_judging_tile(run, &view->check->tile.data[i], instance->start, instance->end);
        *has_any = *has_any || tiling.has_any;
        bool holds = tiling.is_tiled || (!is_type_ii && tiling.has_any);
        if (!holds && out->is_complete) {
            out->is_complete = false;
            out->reason = tiling.reason;
        }
    }
}

static check_standing event_standing(bd_judging *run, const bd_check_view *view, bd_instance *instance) {
    check_standing all = {.is_complete = true, .reason = {"", 0}};
    bool has_any = false;
    tile_groups(run, view, instance, &all, &has_any);
    uint64_t passed = 0;
    uint64_t failed = 0;
    uint64_t unclear = 0;
    for (size_t i = 0; i < run->out->checks.count; i++) {
        bd_check_result *result = &run->out->checks.data[i];
        if (result->check != view->check || !is_in_instance(run, result, instance)) {
            continue;
        }
        result->instance = instance->id;
        result->is_complete = all.is_complete;
        result->verdict = verdict_of(result);
        add_number(run, instance, result->evidence);
        passed += result->passed;
        failed += result->failed;
        unclear += result->cannot_tell;
        has_any = true;
        if (unclear > 0 && all.reason.size == 0) {
            all.reason = result->reason;
        }
    }
    if (has_any) {
        add_extracts(run, view, instance);
    }
    if (failed > 0) {
        all.stands = SEEN_FAIL;
    } else if (!has_any) {
        all.stands = NOT_SEEN;
    } else if (unclear > 0 || !all.is_complete) {
        all.stands = SEEN_UNCLEAR;
    } else {
        all.stands = passed > 0 ? SEEN_PASS : SEEN_NONE_TO_JUDGE;
    }
    return all;
}

static check_standing register_standing(bd_judging *run, const bd_check_view *view, bd_instance *instance) {
    for (size_t i = 0; i < run->out->checks.count; i++) {
        const bd_check_result *result = &run->out->checks.data[i];
        if (result->check != view->check || !bd_str_eq(result->instance, instance->id)) {
            continue;
        }
        add_number(run, instance, result->evidence);
        check_standing one = {.is_complete = result->is_complete, .reason = result->reason};
        one.stands = result->verdict == BD_FAIL ? SEEN_FAIL
                                                : (result->verdict == BD_PASS ? SEEN_PASS : SEEN_UNCLEAR);
        return one;
    }
    return (check_standing){.stands = NOT_SEEN, .reason = {"", 0}};
}

/* ---- a requirement's instance ---- */

static check_standing standing_of(bd_judging *run, uint32_t check, bd_instance *instance) {
    const bd_check_view *view = &run->views[check];
    if (view->is_register) {
        return register_standing(run, view, instance);
    }
    return view->is_event ? event_standing(run, view, instance) : snapshot_standing(run, view, instance);
}

static void set_outcome(bd_instance *instance, bd_outcome outcome, bool is_accepted, bd_str reason) {
    instance->outcome = outcome;
    instance->is_accepted = is_accepted;
    instance->reason = reason;
}

static void judge_unchecked(bd_judging *run, bd_requirement_result *requirement, bd_instance *instance) {
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        const bd_evidence *item = &run->in->evidence->data[i];
        bool is_of_it = item->is_document || (item->describes_from < instance->end &&
                                              item->describes_to >= instance->start);
        if (is_of_it && bd_judging_speaks(run, item, requirement->requirement)) {
            add_number(run, instance, item->given.number);
        }
    }
    if (instance->evidence.count > 0) {
        set_outcome(instance, BD_OUTCOME_CANNOT_TELL, false,
                    BD_STR("evidence is on file; no check of the catalog reads it"));
        return;
    }
    set_outcome(instance, BD_OUTCOME_MISSING, false, BD_STR("no evidence is on file"));
}

typedef struct {
    size_t failed, unclear, unseen, passed, empty;
    bool is_complete;
    bd_str reason;
} sum;

static sum add_up(bd_judging *run, bd_requirement_result *requirement, bd_instance *instance) {
    sum all = {.is_complete = true, .reason = {"", 0}};
    for (size_t i = 0; i < requirement->requirement->checks.count; i++) {
        uint32_t index = requirement->requirement->checks.data[i];
        const bd_check_view *view = &run->views[index];
        if (view->is_population && view->expected.count == 0 && requirement->missing_fact.size == 0) {
            continue; /* nothing of this type is critical here */
        }
        check_standing one = standing_of(run, index, instance);
        all.failed += one.stands == SEEN_FAIL;
        all.unclear += one.stands == SEEN_UNCLEAR;
        all.unseen += one.stands == NOT_SEEN;
        all.passed += one.stands == SEEN_PASS;
        all.empty += one.stands == SEEN_NONE_TO_JUDGE;
        all.is_complete = all.is_complete && one.is_complete;
        bool explains = one.stands == SEEN_UNCLEAR || (one.stands == NOT_SEEN && all.reason.size == 0);
        if (explains && one.reason.size > 0) {
            all.reason = one.reason;
        }
    }
    return all;
}

static void settle(bd_judging *run, bd_instance *instance, const sum *all) {
    if (all->failed > 0) {
        set_outcome(instance, BD_OUTCOME_DEVIATION, all->is_complete && all->unseen == 0,
                    all->is_complete && all->unseen == 0
                        ? BD_STR("a deviation was observed")
                        : bd_str_format(run->arena, "a deviation was observed, on incomplete evidence: %.*s",
                                        BD_ARG(all->reason)));
        return;
    }
    if (all->passed + all->empty > 0 && all->unclear + all->unseen == 0) {
        bool is_empty = all->passed == 0;
        set_outcome(instance, is_empty ? BD_OUTCOME_NO_OCCURRENCE : BD_OUTCOME_CLEAN, true,
                    is_empty ? BD_STR("nothing to judge occurred; the evidence is complete")
                             : BD_STR("no deviation found"));
        return;
    }
    if (all->unclear + all->passed + all->empty > 0) {
        set_outcome(instance, BD_OUTCOME_CANNOT_TELL, false, all->reason);
        return;
    }
    set_outcome(instance, BD_OUTCOME_MISSING, false,
                all->reason.size > 0 ? all->reason : BD_STR("no evidence is on file"));
}

static int cmp_numbers(const void *context, const void *a, const void *b) {
    (void)context;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

void bd_judging_outcome(bd_judging *run, bd_requirement_result *requirement, bd_instance *instance) {
    if (!instance->is_due) {
        set_outcome(instance, BD_OUTCOME_NOT_DUE, false, BD_STR("its window has not ended"));
        return;
    }
    if (!requirement->is_checked) {
        judge_unchecked(run, requirement, instance);
    } else if (requirement->missing_fact.size > 0) {
        set_outcome(instance, BD_OUTCOME_CANNOT_TELL, false,
                    bd_str_format(run->arena, "the organisation fact '%.*s' is missing in bindery.json",
                                  BD_ARG(requirement->missing_fact)));
    } else {
        sum all = add_up(run, requirement, instance);
        settle(run, instance, &all);
    }
    bd_sort(instance->evidence.data, instance->evidence.count, sizeof(uint32_t), cmp_numbers, NULL);
}

void bd_judging_verdicts(bd_judging *run) {
    for (size_t i = 0; i < run->out->checks.count; i++) {
        bd_check_result *result = &run->out->checks.data[i];
        const bd_check_view *view = &run->views[result->check->index];
        if (view->is_register || view->is_event) {
            continue;
        }
        if (view->is_population) {
            result->is_complete = result->cannot_tell == 0;
        }
        result->verdict = verdict_of(result);
        if (result->verdict != BD_CANNOT_TELL) {
            result->reason = (bd_str){"", 0};
        }
    }
}
