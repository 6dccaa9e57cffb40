/* `related` and `scope`: records of one source held against those of another (evaluation.md, "Shapes"). */
#include "bindery/assess.h"

#include "assess_priv.h"

#define DAY_TICKS (24 * BD_HOUR)

static bd_instant distance(bd_instant a, bd_instant b) {
    return a > b ? a - b : b - a;
}

static bd_judged judged_of(const bd_judging *run, uint32_t check, const bd_group_row *from) {
    return (bd_judged){
        .check = check,
        .type = from->row.type,
        .key = from->row.key,
        .resource = from->row.resource,
        .subscription = from->row.subscription,
        .scope = from->row.scope,
        .reason = from->row.reason,
        .at = from->at,
        .evidence = run->in->evidence->data[from->evidence_index].given.number,
        .ordinal = from->row.ordinal,
        .verdict = from->row.verdict,
    };
}

/* The snapshot of `source` nearest in time whose scope is `scope` or lies below it; NULL when none is near. */
static const bd_snapshot *nearest_snapshot(const bd_judging *run, bd_str source, bd_str scope,
                                           bd_instant at, int within_days, bool wants_below) {
    const bd_snapshot *best = NULL;
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *snapshot = &run->in->snapshots->data[i];
        bool is_of_scope = wants_below ? bd_judging_same_or_below(snapshot->scope, scope) &&
                                             snapshot->scope.size > scope.size
                                       : bd_str_eq(snapshot->scope, scope);
        if (!bd_str_eq(snapshot->source, source) || !is_of_scope ||
            distance(snapshot->from, at) > within_days * DAY_TICKS || snapshot->from > run->in->as_of) {
            continue;
        }
        bool is_nearer = best == NULL || distance(snapshot->from, at) < distance(best->from, at);
        bool is_fuller = best != NULL && snapshot->from == best->from && snapshot->may_pass && !best->may_pass;
        if (is_nearer || is_fuller) {
            best = snapshot;
        }
    }
    return best;
}

/* ---- related ---- */

static bool has_related_filter(const bd_check *check) {
    return bd_value_find(bd_value_find(check->body, "related"), "where") != NULL;
}

/* Settings may hang on the resource or on a part of it; a check that reads only a part needs an answer about a part. */
static const bd_snapshot *related_snapshot(const bd_judging *run, const bd_check_view *view,
                                           bd_str join, bd_instant at) {
    const bd_reduce_plan *plan = view->plan;
    int days = plan->within_days > 0 ? plan->within_days : BD_ASSESS_NEAR_DAYS;
    const bd_snapshot *below = nearest_snapshot(run, plan->related_source, join, at, days, true);
    if (below != NULL || has_related_filter(view->check)) {
        return below;
    }
    return nearest_snapshot(run, plan->related_source, join, at, days, false);
}

static bool has_good_partner(const bd_group_rows *rows, bd_day day) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *right = &rows->data[i];
        if (right->row.side != BD_SIDE_LEFT && right->row.verdict == BD_PASS &&
            bd_instant_utc_day(right->at) == day) {
            return true;
        }
    }
    return false;
}

static bool has_unclear_partner(const bd_group_rows *rows, bd_day day) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *right = &rows->data[i];
        if (right->row.side != BD_SIDE_LEFT && right->row.verdict == BD_CANNOT_TELL &&
            bd_instant_utc_day(right->at) == day) {
            return true;
        }
    }
    return false;
}

static void judge_related(bd_judging *run, const bd_check_view *view, const bd_group_rows *rows,
                          const bd_group_row *left, bd_judged *out) {
    const bd_snapshot *snapshot = related_snapshot(run, view, left->row.join, left->at);
    out->scope = view->is_population ? left->row.key : left->row.scope;
    if (snapshot == NULL) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = BD_STR("the related export was not read within seven days of this snapshot");
        return;
    }
    if (has_good_partner(rows, snapshot->date)) {
        out->verdict = BD_PASS;
        out->reason = (bd_str){"", 0};
        return;
    }
    out->verdict = snapshot->may_pass && !has_unclear_partner(rows, snapshot->date) ? BD_FAIL : BD_CANNOT_TELL;
    if (out->verdict == BD_CANNOT_TELL && snapshot->why_not.size > 0) {
        out->reason = snapshot->why_not;
    }
}

bd_rc bd_judging_related(bd_judging *run, uint32_t check, bd_group_rows *rows, bd_err *err) {
    const bd_check_view *view = &run->views[check];
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *left = &rows->data[i];
        if (left->row.side != BD_SIDE_LEFT) {
            continue;
        }
        bd_judged judged = judged_of(run, check, left);
        if (judged.verdict != BD_CANNOT_TELL) {
            judge_related(run, view, rows, left, &judged);
        }
        judged.scope = view->is_population ? left->row.key : left->row.scope;
        BD_TRY(bd_judging_put(run, &judged, err));
    }
    return BD_OK;
}

/* ---- scope ---- */

static bool is_present(const bd_group_rows *rows, bd_str item, bd_instant at) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *right = &rows->data[i];
        if (right->row.side != BD_SIDE_LEFT && bd_str_fold_cmp(right->row.detail, item) == 0 &&
            distance(right->at, at) <= BD_ASSESS_NEAR_DAYS * DAY_TICKS) {
            return true;
        }
    }
    return false;
}

static void judge_item(const bd_group_rows *rows, bool has_inventory, bd_judged *out, bd_str item) {
    if (is_present(rows, item, out->at)) {
        return; /* the item's own verdict holds */
    }
    if (has_inventory) {
        out->verdict = BD_NOT_APPLICABLE;
        return;
    }
    if (out->verdict != BD_PASS) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = BD_STR("no complete inventory within seven days shows whether its resource type is in use");
    }
}

static bool has_item(const bd_group_rows *rows, bd_str item, bd_instant at) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *left = &rows->data[i];
        if (left->row.side == BD_SIDE_LEFT && left->at == at &&
            bd_str_fold_cmp(left->row.detail, item) == 0) {
            return true;
        }
    }
    return false;
}

static bd_rc put_absent_item(bd_judging *run, uint32_t check, const bd_snapshot *snapshot,
                             bd_str item, bd_err *err) {
    bd_judged judged = {
        .check = check,
        .type = BD_STR("expected"),
        .key = bd_str_lower(run->arena, bd_str_format(run->arena, "%.*s/%.*s", BD_ARG(snapshot->scope), BD_ARG(item))),
        .resource = bd_str_format(run->arena, "/subscriptions/%.*s", BD_ARG(snapshot->scope)),
        .subscription = snapshot->scope,
        .scope = snapshot->scope,
        .reason = bd_str_format(run->arena, "%.*s is in use and has no record", BD_ARG(item)),
        .at = snapshot->from,
        .evidence = snapshot->evidence,
        .verdict = snapshot->completeness == BD_COMPLETE_YES ? BD_FAIL : BD_CANNOT_TELL,
    };
    return bd_judging_put(run, &judged, err);
}

/* Items in use near a snapshot that the snapshot does not list. */
static bd_rc put_absent_items(bd_judging *run, uint32_t check, bd_str subscription,
                              const bd_group_rows *rows, bd_err *err) {
    bd_str source = bd_value_text(run->views[check].check->body, "source");
    for (size_t s = 0; s < run->in->snapshots->count; s++) {
        const bd_snapshot *snapshot = &run->in->snapshots->data[s];
        if (!bd_str_eq(snapshot->source, source) || !bd_str_eq(snapshot->scope, subscription) ||
            snapshot->rows == 0 || snapshot->from > run->in->as_of) {
            continue;
        }
        bd_str last = {"", 0};
        for (size_t i = 0; i < rows->count; i++) {
            const bd_group_row *right = &rows->data[i];
            bool is_new = right->row.side != BD_SIDE_LEFT && !bd_str_eq(right->row.detail, last) &&
                          distance(right->at, snapshot->from) <= BD_ASSESS_NEAR_DAYS * DAY_TICKS;
            if (is_new && !has_item(rows, right->row.detail, snapshot->from)) {
                BD_TRY(put_absent_item(run, check, snapshot, right->row.detail, err));
            }
            last = right->row.side != BD_SIDE_LEFT ? right->row.detail : last;
        }
    }
    return BD_OK;
}

bd_rc bd_judging_scope(bd_judging *run, uint32_t check, bd_str join, bd_group_rows *rows, bd_err *err) {
    const bd_check_view *view = &run->views[check];
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *left = &rows->data[i];
        if (left->row.side != BD_SIDE_LEFT) {
            continue;
        }
        const bd_snapshot *inventory = nearest_snapshot(run, view->plan->presence_source, join, left->at,
                                                        BD_ASSESS_NEAR_DAYS, false);
        bd_judged judged = judged_of(run, check, left);
        judge_item(rows, inventory != NULL && inventory->may_pass, &judged, left->row.detail);
        BD_TRY(bd_judging_put(run, &judged, err));
    }
    return put_absent_items(run, check, join, rows, err);
}
