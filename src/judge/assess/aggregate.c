/* `aggregate`: how many records of a snapshot meet `of`, held against the check's bounds.
 *
 * A record of which it cannot be told may or may not count: it leaves open what it could change.  What an incomplete
 * export lacks may count too, so that too few is a failure only of a complete one. */
#include "bindery/assess.h"

#include "assess_priv.h"

typedef struct {
    int64_t met, unclear, all;
} tally_of;

static bd_str name_of(bd_arena *arena, uint32_t check, bd_str scope, bd_instant at) {
    return bd_str_format(arena, "%u\x1f%.*s\x1f%lld", check, BD_ARG(scope), (long long)at);
}

static bd_str scope_of(const bd_check_view *view, bd_str scope) {
    return view->scope_kind == BD_SCOPE_TENANT ? (bd_str){"", 0} : scope;
}

void bd_judging_count(bd_judging *run, const bd_row *row, uint32_t evidence_index,
                      bd_arena *scratch) {
    bd_instant at = bd_judging_instant(run, evidence_index);
    bd_str scope = scope_of(&run->views[row->check], row->scope);
    bd_str name = name_of(scratch, row->check, scope, at);
    tally_of *counts = bd_map_find(run->counts, name);
    if (counts == NULL) {
        counts = bd_new(run->scratch, tally_of, 1);
        bd_map_put(run->counts, bd_str_copy(run->scratch, name), counts);
    }
    counts->met += row->verdict == BD_PASS;
    counts->unclear += row->verdict == BD_CANNOT_TELL;
    counts->all++;
}

/* Is n of all at least / at most the bound?  Shares compare without division: n/all against tenths of a percent. */
static bool is_below(const bd_reduce_plan *plan, int64_t n, int64_t all, int64_t bound) {
    return plan->is_percent ? n * 1000 < bound * all : n < bound;
}

static bd_verdict hold_to_bounds(const bd_reduce_plan *plan, tally_of counts, bool is_complete) {
    int64_t most = counts.met + counts.unclear;
    if (plan->is_percent && counts.all == 0) {
        return BD_NOT_APPLICABLE;
    }
    bool is_over = plan->has_max && is_below(plan, -counts.met, counts.all, -plan->max);
    bool is_under = plan->has_min && is_below(plan, most, counts.all, plan->min);
    if (is_over || (is_under && is_complete)) {
        return BD_FAIL;
    }
    bool may_be_over = plan->has_max && is_below(plan, -most, counts.all, -plan->max);
    bool may_be_under = plan->has_min && is_below(plan, counts.met, counts.all, plan->min);
    return may_be_over || may_be_under || is_under ? BD_CANNOT_TELL : BD_PASS;
}

static bd_rc judge_snapshot(bd_judging *run, const bd_check_view *view, const bd_snapshot *snapshot,
                            bd_arena *scratch, bd_err *err) {
    bd_str name = name_of(scratch, view->check->index, scope_of(view, snapshot->scope),
                          snapshot->from);
    const tally_of *found = bd_map_find(run->counts, name);
    tally_of counts = found != NULL ? *found : (tally_of){0};
    bool is_complete = snapshot->completeness == BD_COMPLETE_YES && !snapshot->is_time_assumed;
    bool has_scope = snapshot->scope.size > 0;
    bool is_subscription = view->scope_kind == BD_SCOPE_SUBSCRIPTION;
    bd_judged judged = {
        .check = view->check->index,
        .type = BD_STR("aggregate"),
        .key = has_scope ? snapshot->scope : BD_STR("tenant"),
        .resource = is_subscription ? bd_str_format(scratch, "/subscriptions/%.*s",
                                                    BD_ARG(snapshot->scope))
                    : has_scope     ? snapshot->scope
                                    : BD_STR("tenant"),
        .subscription = is_subscription ? snapshot->scope : (bd_str){"", 0},
        .scope = scope_of(view, snapshot->scope),
        .at = snapshot->from,
        .evidence = snapshot->evidence,
        .verdict = hold_to_bounds(view->plan, counts, is_complete),
    };
    if (judged.verdict == BD_FAIL || judged.verdict == BD_CANNOT_TELL) {
        judged.reason = bd_str_format(
            scratch, "%lld of %lld records meet the rule%s", (long long)counts.met,
            (long long)counts.all, counts.unclear > 0 ? ", and of others it cannot be told" : "");
    }
    return bd_judging_put(run, &judged, err);
}

bd_rc bd_judging_aggregates(bd_judging *run, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("bounds", (size_t)16 << 20);
    for (size_t i = 0; i < run->in->catalog->check_count; i++) {
        const bd_check_view *view = &run->views[i];
        for (size_t j = 0; j < run->in->snapshots->count; j++) {
            const bd_snapshot *snapshot = &run->in->snapshots->data[j];
            if (view->check->shape != BD_AGGREGATE || snapshot->from >= run->in->as_of ||
                !bd_strs_have(&view->sources, snapshot->source)) {
                continue;
            }
            bd_arena_reset(scratch);
            BD_TRY(judge_snapshot(run, view, snapshot, scratch, err));
        }
    }
    return BD_OK;
}
