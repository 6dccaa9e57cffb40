/* `aggregate` with `each_of`: has each member of a set a good record, by snapshot?
 *
 * What lacks is lacking only in a list that is whole. */
#include "bindery/shapes.h"

#include "shapes_priv.h"

#include <string.h>

typedef struct {
    bd_shapes *shapes;
    const bd_check_view *view;
    uint32_t check;
    bd_str scope;
    const bd_group_rows *rows; /* of one scope, all snapshots */
    size_t from, to;           /* of one day */
    bd_arena *arena;
} listing;

static bd_day day_of(const bd_group_row *row) {
    return bd_instant_utc_day(row->at);
}

/* The same record twice in a snapshot counts once, with the worse verdict. */
static void drop_doubles(const listing *list) {
    bd_map *seen = bd_map_make(list->arena);
    for (size_t i = list->from; i < list->to; i++) {
        bd_group_row *row = &list->rows->data[i];
        bool is_listing = row->row.side != BD_SIDE_LEFT;
        if (is_listing || row->row.key.size == 0 || row->row.key.data[0] == '#') {
            row->is_double = is_listing;
            continue;
        }
        bd_str id =
            bd_str_format(list->arena, "%.*s\x1f%.*s", BD_ARG(row->row.type), BD_ARG(row->row.key));
        bd_group_row *first = bd_map_find(seen, id);
        if (first == NULL) {
            bd_map_put(seen, id, row);
            continue;
        }
        row->is_double = true;
        if (bd_verdict_worse(first->row.verdict, row->row.verdict) != first->row.verdict) {
            first->row.verdict = row->row.verdict;
            first->row.reason = row->row.reason;
        }
    }
}

typedef struct {
    size_t all, good, open;
    bd_str why_bad, why_open; /* of the first one of each kind */
} sum;

static bd_str name_of(bd_str id) {
    return bd_path_name(id);
}

/* A set names its members by id, by name or by what they are made of. */
static bool is_of(const bd_row *row, bd_str item) {
    return bd_str_fold_cmp(row->detail, item) == 0 || bd_str_fold_cmp(row->key, item) == 0 ||
           bd_str_fold_cmp(name_of(row->detail), name_of(item)) == 0 ||
           bd_str_fold_cmp(name_of(row->key), name_of(item)) == 0;
}

static sum add_up(const listing *list, bd_str item) {
    sum all = {.why_bad = {"", 0}, .why_open = {"", 0}};
    for (size_t i = list->from; i < list->to; i++) {
        const bd_group_row *row = &list->rows->data[i];
        if (row->is_double || !is_of(&row->row, item)) {
            continue;
        }
        all.all++;
        bd_verdict verdict = row->row.verdict;
        all.good += verdict == BD_PASS;
        all.open += verdict == BD_CANNOT_TELL;
        if (verdict == BD_FAIL && all.why_bad.size == 0) {
            all.why_bad = row->row.reason;
        }
        if (verdict == BD_CANNOT_TELL && all.why_open.size == 0) {
            all.why_open = row->row.reason;
        }
    }
    return all;
}

/* Is the list of this day whole, so that what is not in it is not there?  Several answers are whole if one is. */
static bool is_whole(const listing *list, bd_str *why_not) {
    for (size_t s = 0; s < list->view->sources.count; s++) {
        bd_snapshot_range range =
            bd_views_snapshots(list->shapes->views, list->view->sources.data[s], list->scope);
        bool may_lie_elsewhere =
            list->scope.size > 0 &&
            bd_views_has_unplaced_on(list->shapes->views, list->view->sources.data[s],
                                     day_of(&list->rows->data[list->from]));
        for (size_t i = 0; i < range.count; i++) {
            const bd_snapshot *snapshot = range.data[i];
            if (snapshot->date != day_of(&list->rows->data[list->from])) {
                continue;
            }
            bool is_all = snapshot->completeness == BD_COMPLETE_YES && !snapshot->is_time_assumed;
            if (is_all && !may_lie_elsewhere) {
                return true;
            }
            *why_not = is_all ? BD_VIEWS_UNPLACED : snapshot->why_not;
        }
    }
    return false;
}

static void judge_lacking(const listing *list, bd_judged *out, bd_str reason) {
    bd_str why_not = BD_STR("no complete list of that day is on file");
    out->reason = reason;
    out->verdict = BD_FAIL;
    if (!is_whole(list, &why_not)) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = bd_str_format(list->arena, "%.*s: %.*s", BD_ARG(reason), BD_ARG(why_not));
    }
}

static void judge_member(const listing *list, bd_str item, bd_judged *out) {
    sum all = add_up(list, item);
    if (all.good > 0) {
        return;
    }
    if (all.open > 0) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = all.why_open;
        return;
    }
    bool is_absent = all.all == 0;
    bd_str reason = is_absent
                        ? bd_str_format(list->arena, "'%.*s' is not in the list", BD_ARG(item))
                        : all.why_bad;
    judge_lacking(list, out, reason);
    if (is_absent && !list->view->plan->fails_absent) {
        out->verdict = BD_CANNOT_TELL;
    }
}

static bd_judged start_judged(const listing *list) {
    const bd_group_row *first = &list->rows->data[list->from];
    bool is_subscription = list->view->scope_kind == BD_SCOPE_SUBSCRIPTION;
    bd_str key = list->scope.size > 0 ? list->scope : BD_STR("tenant");
    return (bd_judged){
        .check = list->check,
        .type = BD_STR("list"),
        .key = key,
        .resource = is_subscription
                        ? bd_str_format(list->arena, "/subscriptions/%.*s", BD_ARG(list->scope))
                        : key,
        .subscription = is_subscription ? list->scope : (bd_str){"", 0},
        .scope = list->view->scope_kind == BD_SCOPE_TENANT ? (bd_str){"", 0} : list->scope,
        .at = first->at,
        .evidence = list->shapes->views->in.evidence->data[first->evidence_index].given.number,
        .verdict = BD_PASS,
    };
}

static bd_rc put_members(const listing *list, bd_err *err) {
    const bd_reduce_plan *plan = list->view->plan;
    const bd_strs *wanted = plan->wants_subscriptions ? &list->shapes->views->subscriptions : &plan->each_of;
    for (size_t i = 0; i < wanted->count; i++) {
        bd_judged judged = start_judged(list);
        judged.key =
            bd_str_lower(list->arena, bd_str_format(list->arena, "%.*s/%.*s", BD_ARG(judged.key),
                                                    BD_ARG(wanted->data[i])));
        judge_member(list, wanted->data[i], &judged);
        BD_TRY(bd_shapes_put(list->shapes, &judged, err));
    }
    return BD_OK;
}

bd_rc bd_shapes_judge_members(bd_shapes *shapes, uint32_t check, bd_str join, bd_group_rows *rows,
                              bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("aggregate", (size_t)256 << 20);
    listing list = {.shapes = shapes,
                    .view = &shapes->views->by_check[check],
                    .check = check,
                    .scope = join,
                    .rows = rows,
                    .arena = arena};
    while (list.to < rows->count) {
        list.from = list.to;
        while (list.to < rows->count &&
               day_of(&rows->data[list.to]) == day_of(&rows->data[list.from])) {
            list.to++;
        }
        drop_doubles(&list);
        BD_TRY(put_members(&list, err));
    }
    return BD_OK;
}
