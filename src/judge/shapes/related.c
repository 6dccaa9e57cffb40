/* `related` and `scope`: records of one source held against those of another. */
#include "bindery/shapes.h"

#include "shapes_priv.h"

#define DAY_TICKS (24 * BD_HOUR)

static bd_instant distance(bd_instant a, bd_instant b) {
    return a > b ? a - b : b - a;
}

/* Answers about a resource or a part of it that the check does not read say nothing. */
static bool is_read(const bd_check_view *view, const bd_snapshot *snapshot, bd_arena *scratch) {
    if (view == NULL || view->related_where == NULL || view->partner_scope != BD_SCOPE_RESOURCE) {
        return true;
    }
    bd_str key = BD_STR("id");
    const bd_value *id =
        bd_value_string(scratch, bd_str_format(scratch, "%.*s/", BD_ARG(snapshot->scope)));
    return bd_condition_eval(view->related_where, bd_value_object(scratch, 1, &key, &id), NULL,
                             scratch) != BD_FAIL;
}

/* The resource that an answer must speak of, and what the answers show of it; NULL: any answer will do. */
typedef struct {
    bd_str id;
    const bd_group_rows *rows;
    bool is_workspace; /* answers about all workspaces lie in one place */
    bool is_by_rows;   /* an empty answer may be that of something above */
} told_resource;

/* What an answer lists hangs on the resource that it was asked of: its records say on which, for an empty one its
 * sidecar does.  Records of another one belie the sidecar; those of a slot lie in the place of its site. */
static bool speaks_of(const bd_views *views, const bd_snapshot *snapshot,
                      const told_resource *of) {
    for (size_t i = 0; of != NULL && i < of->rows->count; i++) {
        const bd_evidence *shown = &views->in.evidence->data[of->rows->data[i].evidence_index];
        if (of->rows->data[i].row.side != BD_SIDE_LEFT &&
            shown->collection == snapshot->collection) {
            return true;
        }
    }
    return of == NULL || (snapshot->rows == 0 && !of->is_by_rows &&
                          (!of->is_workspace || bd_str_eq(snapshot->workspace, of->id)));
}

/* The snapshot of a range nearest in time, at most so many days away; of two equally near the one that may pass. */
static const bd_snapshot *nearest_of(const bd_views *views, bd_snapshot_range range, bd_instant at,
                                     int within_days, const bd_check_view *reader,
                                     const told_resource *of, bd_arena *scratch) {
    const bd_snapshot *best = NULL;
    for (size_t i = 0; i < range.count; i++) {
        const bd_snapshot *snapshot = range.data[i];
        bd_instant away = distance(snapshot->from, at);
        if (away > within_days * DAY_TICKS || snapshot->from >= views->in.as_of ||
            !is_read(reader, snapshot, scratch) || !speaks_of(views, snapshot, of)) {
            continue;
        }
        bool is_nearer = best == NULL || away < distance(best->from, at);
        bool is_fuller =
            best != NULL && snapshot->from == best->from && snapshot->may_pass && !best->may_pass;
        if (is_nearer || is_fuller) {
            best = snapshot;
        }
    }
    return best;
}

static const bd_snapshot *nearest_snapshot(const bd_views *views, bd_snapshot_range range,
                                           bd_instant at, int within_days,
                                           const bd_check_view *reader, bd_arena *scratch) {
    return nearest_of(views, range, at, within_days, reader, NULL, scratch);
}

/* ---- related ---- */

/* Snapshots of the subscription, of the tenant, or of a resource above the one that is asked for: an answer about a
 * profile lists its endpoints. */
static const bd_snapshot *snapshot_around(const bd_views *views, const bd_check_view *view,
                                          const bd_group_rows *rows, const bd_group_row *left,
                                          bd_arena *scratch) {
    int days = view->plan->within_days;
    bd_str head = BD_STR("/subscriptions/"), join = left->row.join, scope = BD_STR("");
    told_resource of = {.id = join,
                        .rows = rows,
                        .is_workspace = view->partner_scope == BD_SCOPE_WORKSPACE,
                        .is_by_rows = view->plan->is_every &&
                                      view->partner_scope == BD_SCOPE_RESOURCE};
    const told_resource *asked = of.is_workspace || view->is_by_parent ? &of : NULL;
    if (view->partner_scope == BD_SCOPE_SUBSCRIPTION) {
        bd_str rest = bd_str_sub(join, head.size, join.size);
        scope = view->plan->is_by_subscription ? join : left->row.subscription;
        if (bd_str_has_prefix(join, head)) {
            bd_str_cut(&rest, '/', &scope);
        }
    }
    if (view->partner_scope != BD_SCOPE_RESOURCE) {
        bd_snapshot_range all = bd_views_snapshots(views, view->partner, scope);
        return nearest_of(views, all, left->at, days, view, of.is_workspace ? &of : NULL, scratch);
    }
    for (size_t size = join.size; size > 1; size--) {
        if (join.data[size - 1] != '/') {
            continue;
        }
        bd_snapshot_range above =
            bd_views_snapshots(views, view->partner, bd_str_sub(join, 0, size - 1));
        if (above.count > 0) {
            return nearest_of(views, above, left->at, days, view, asked, scratch);
        }
    }
    return NULL;
}

/* Settings may hang on the resource or on a part of it; a check that reads only a part needs an answer about a part. */
static const bd_snapshot *related_snapshot(const bd_views *views, const bd_check_view *view,
                                           const bd_group_rows *rows, const bd_group_row *left,
                                           bd_arena *scratch) {
    bd_str join = left->row.join;
    int days = view->plan->within_days;
    if (view->partner_scope != BD_SCOPE_RESOURCE) {
        return snapshot_around(views, view, rows, left, scratch);
    }
    bd_snapshot_range below = bd_views_snapshots_below(views, view->partner, join);
    const bd_snapshot *part = nearest_snapshot(views, below, left->at, days, view, scratch);
    if (part != NULL) {
        return part;
    }
    told_resource of = {.id = join, .rows = rows};
    bd_snapshot_range own = bd_views_snapshots(views, view->partner, join);
    part = nearest_of(views, own, left->at, days, view, view->is_by_parent ? &of : NULL, scratch);
    if (view->plan->is_every && !view->is_by_parent) {
        return part; /* what lies in another place does not show that this one's list was read */
    }
    return part != NULL ? part : snapshot_around(views, view, rows, left, scratch);
}

static bd_str double_name(const bd_group_row *row, bd_arena *arena) {
    return bd_str_format(arena, "%lld\x1f%.*s\x1f%.*s\x1f%.*s",
                         (long long)bd_instant_utc_day(row->at), BD_ARG(row->row.scope),
                         BD_ARG(row->row.type), BD_ARG(row->row.key));
}

static bool may_differ(const bd_group_rows *partners) {
    bool has_good = false, has_other = false;
    for (size_t i = 0; i < partners->count; i++) {
        const bd_row *row = &partners->data[i].row;
        has_good = has_good || row->verdict == BD_PASS;
        has_other = has_other || row->verdict != BD_PASS;
    }
    return has_good && has_other;
}

/* Of a related record that a snapshot shows twice the worse one holds, as of any other (bindery-1, 1.1): a good double
 * must not hide it. */
static void settle_doubles(const bd_views *views, bd_group_rows *rows) {
    if (!may_differ(rows)) {
        return;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *names = bd_arena_open("doubles", (size_t)256 << 20);
    bd_map *worst = bd_map_make(names);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < rows->count; i++) {
            bd_group_row *row = &rows->data[i];
            if (row->row.key.size == 0 || row->at >= views->in.as_of) {
                continue;
            }
            bd_str name = double_name(row, names);
            bd_group_row *found = bd_map_find(worst, name);
            bool differs = found != NULL && found->row.verdict != row->row.verdict;
            bool is_worse = differs && bd_verdict_worse(found->row.verdict, row->row.verdict) ==
                                           row->row.verdict;
            if (turn == 0 && (found == NULL || is_worse)) {
                bd_map_put(worst, name, row);
            }
            if (turn == 1 && differs) {
                found->is_double = true;
                row->is_double = true;
                row->row.verdict = found->row.verdict;
                row->row.reason = found->row.reason;
            }
        }
    }
}

/* What the related side shows on a day: usable and good beats good, good beats unclear. */
typedef struct {
    bool has_usable, has_good, has_unclear;
    bd_str why_not, why_unclear;
    const bd_group_row *bad; /* one that does not meet it, NULL: none */
} partners;

static partners partners_on(const bd_views *views, const bd_group_rows *rows, bd_day day) {
    partners found = {.why_not = {"", 0}, .why_unclear = {"", 0}};
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *right = &rows->data[i];
        if (bd_instant_utc_day(right->at) != day) {
            continue;
        }
        if (right->row.verdict == BD_FAIL) {
            found.bad = right;
        }
        if (right->row.verdict == BD_CANNOT_TELL) {
            found.has_unclear = true;
            found.why_unclear = right->row.reason;
        }
        if (right->row.verdict == BD_PASS) {
            bool is_usable = bd_views_is_usable(views, right->evidence_index, &found.why_not);
            found.has_good = true;
            found.has_usable = found.has_usable || is_usable;
        }
    }
    return found;
}

/* What names the record lies in the export of something else, such as the backup item of a machine in that of its
 * vault: all that were read near it count.  That none names it shows nothing, as nobody lists the vaults. */
static bool judge_by_rows(const bd_views *views, const bd_check_view *view,
                          const bd_group_rows *rows, const bd_group_row *left, bd_judged *out) {
    partners all = {.why_not = {"", 0}, .why_unclear = {"", 0}};
    bool has_any = false;
    if (view->plan->is_every) {
        return false; /* that no other one offends is shown by a list that was read whole */
    }
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *right = &rows->data[i];
        if (right->at >= views->in.as_of ||
            distance(right->at, left->at) > view->plan->within_days * DAY_TICKS) {
            continue;
        }
        has_any = true;
        bool is_good = right->row.verdict == BD_PASS;
        all.has_good = all.has_good || is_good;
        all.has_usable = all.has_usable || (is_good && bd_views_is_usable(
                                                          views, right->evidence_index, &all.why_not));
        all.has_unclear = all.has_unclear || right->row.verdict == BD_CANNOT_TELL;
        all.why_unclear = right->row.verdict == BD_CANNOT_TELL ? right->row.reason : all.why_unclear;
    }
    if (!has_any) {
        return false;
    }
    bd_str why = {"", 0};
    bool is_left_usable = bd_views_is_usable(views, left->evidence_index, &why);
    bool is_held = all.has_usable && (is_left_usable || !view->is_population);
    bool is_open = all.has_good || all.has_unclear || view->plan->is_open_when_absent;
    out->verdict = is_held ? BD_PASS : is_open ? BD_CANNOT_TELL : BD_FAIL;
    if (is_held) {
        out->reason = (bd_str){"", 0};
    } else if (is_open) {
        bd_str unclear = all.has_unclear ? all.why_unclear : out->reason;
        out->reason = all.has_usable ? why : all.has_good ? all.why_not : unclear;
    }
    return true;
}

/* Every one has to meet it, and where there is none nothing offends: so all that there is must have been read. */
static void judge_every(const bd_views *views, const bd_check_view *view, const bd_group_row *left,
                        const bd_snapshot *snapshot, const partners *found, bd_arena *scratch,
                        bd_judged *out) {
    bd_str why_not = {"", 0};
    if (found->bad != NULL) {
        out->verdict = BD_FAIL;
        out->reason = bd_str_format(scratch, "%.*s: %.*s", BD_ARG(out->reason),
                                    BD_ARG(bd_path_name(found->bad->row.resource)));
    } else if (found->has_unclear) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = found->why_unclear;
    } else if (!snapshot->may_pass) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = snapshot->why_not;
    } else if (view->is_population && !bd_views_is_usable(views, left->evidence_index, &why_not)) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = why_not;
    } else {
        out->verdict = BD_PASS;
        out->reason = (bd_str){"", 0};
    }
}

/* The same for each of thousands. */
static bd_str no_partner_of(bd_shapes *shapes, bd_check_view *view) {
    if (view->no_partner.size == 0) {
        bool is_of_one = view->partner_scope == BD_SCOPE_WORKSPACE;
        view->no_partner = bd_str_format(
            shapes->arena, "the related export%s was not read within %d days of this snapshot",
            is_of_one ? " of this workspace" : "", view->plan->within_days);
    }
    return view->no_partner;
}

static void judge_related(bd_shapes *shapes, bd_check_view *view, const bd_group_rows *rows,
                          const bd_group_row *left, bd_arena *scratch, bd_judged *out) {
    const bd_snapshot *snapshot =
        view->has_partner_answer ? related_snapshot(shapes->views, view, rows, left, scratch) : NULL;
    if (snapshot == NULL && judge_by_rows(shapes->views, view, rows, left, out)) {
        return;
    }
    if (snapshot == NULL) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = no_partner_of(shapes, view);
        return;
    }
    partners found = partners_on(shapes->views, rows, snapshot->date);
    if (view->plan->is_every) {
        judge_every(shapes->views, view, left, snapshot, &found, scratch, out);
        return;
    }
    bd_str why_not = {"", 0};
    if (found.has_usable &&
        (!view->is_population || bd_views_is_usable(shapes->views, left->evidence_index, &why_not))) {
        out->verdict = BD_PASS;
        out->reason = (bd_str){"", 0};
        return;
    }
    if (found.has_good) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = why_not.size > 0 ? why_not : found.why_not;
        return;
    }
    bool is_shown = snapshot->completeness == BD_COMPLETE_YES && !snapshot->is_time_assumed;
    bool is_clear = is_shown && !found.has_unclear && !view->plan->is_open_when_absent;
    out->verdict = is_clear ? BD_FAIL : BD_CANNOT_TELL;
    if (!is_shown) {
        out->reason = snapshot->why_not;
    } else if (found.has_unclear) {
        out->reason = found.why_unclear;
    }
}

static void say_double(const bd_group_rows *rows, int within_days, bd_arena *scratch,
                       bd_judged *judged) {
    for (size_t i = 0; i < rows->count && judged->verdict != BD_PASS; i++) {
        const bd_group_row *right = &rows->data[i];
        if (right->is_double &&
            distance(right->at, judged->at) <= within_days * DAY_TICKS) {
            judged->reason = bd_str_format(
                scratch,
                "%.*s; the snapshot shows '%.*s' twice, with different verdicts; the worse one "
                "holds",
                BD_ARG(judged->reason), BD_ARG(bd_path_name(right->row.resource)));
            return;
        }
    }
}

/* The records of the related side, apart for each condition that they meet together; one list where there is but one
 * condition. */
typedef struct {
    bd_group_rows lists[BD_TOGETHER_MAX];
    size_t count;
} demands;

/* Every left row asks all partners of its group, of which there are few or none where thousands ask. */
static void part_partners(const bd_group_rows *rows, const bd_strs *together, bd_arena *arena,
                          demands *out) {
    out->count = together->count > 0 ? together->count : 1;
    for (size_t i = 0; i < rows->count; i++) {
        const bd_row *row = &rows->data[i].row;
        for (size_t j = 0; row->side != BD_SIDE_LEFT && j < out->count; j++) {
            if (together->count == 0 || bd_str_eq(row->detail, together->data[j])) {
                *bd_push(arena, &out->lists[j]) = rows->data[i];
            }
        }
    }
}

/* Each condition has to be met by some record, and the worst answer holds; of a fail all that is missing is named. */
static void judge_demands(bd_shapes *shapes, bd_check_view *view, const demands *right,
                          const bd_group_row *left, bd_arena *scratch, bd_judged *judged) {
    const bd_judged start = *judged;
    bd_str missing = {"", 0};
    for (size_t i = 0; i < right->count; i++) {
        bd_judged one = start;
        judge_related(shapes, view, &right->lists[i], left, scratch, &one);
        say_double(&right->lists[i], view->plan->within_days, scratch, &one);
        if (one.verdict == BD_FAIL && view->plan->together.count > 0) {
            missing = bd_str_format(scratch, "%.*s%s%.*s", BD_ARG(missing),
                                    missing.size > 0 ? ", " : ": ",
                                    BD_ARG(view->plan->together.data[i]));
        }
        bool is_worse = one.verdict != judged->verdict &&
                        bd_verdict_worse(one.verdict, judged->verdict) == one.verdict;
        if (i == 0 || is_worse) {
            *judged = one;
        }
    }
    if (missing.size > 0) {
        judged->reason = bd_str_format(scratch, "%.*s%.*s", BD_ARG(judged->reason), BD_ARG(missing));
    }
}

static bd_rc put_related(bd_shapes *shapes, uint32_t check, const demands *right,
                         const bd_group_row *left, bd_arena *scratch, bd_err *err) {
    bd_check_view *view = &shapes->views->by_check[check];
    bd_judged judged = bd_shapes_judged_of(shapes->views, check, left);
    if (judged.verdict != BD_CANNOT_TELL && judged.verdict != BD_NOT_APPLICABLE) {
        judge_demands(shapes, view, right, left, scratch, &judged);
    }
    bool is_own_key = view->is_population && !view->plan->has_population_key;
    judged.is_any_key = bd_str_eq(left->row.detail, BD_ROW_ANY_KEY);
    judged.scope = view->plan->is_by_subscription ? left->row.join
                   : is_own_key                   ? left->row.key
                                                  : left->row.scope;
    return bd_shapes_put(shapes, &judged, err);
}

bd_rc bd_shapes_judge_alone(bd_shapes *shapes, uint32_t check, const bd_group_row *left,
                            bd_arena *scratch, bd_err *err) {
    size_t count = shapes->views->by_check[check].plan->together.count;
    const demands nobody = {.count = count > 0 ? count : 1};
    return put_related(shapes, check, &nobody, left, scratch, err);
}

bd_rc bd_shapes_judge_related(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("related", (size_t)64 << 20);
    BD_DEFER(bd_arena_close_ref) bd_arena *kept = bd_arena_open("partners", (size_t)1 << 30);
    demands right = {.count = 0};
    part_partners(rows, &shapes->views->by_check[check].plan->together, kept, &right);
    for (size_t i = 0; i < right.count; i++) {
        settle_doubles(shapes->views, &right.lists[i]);
    }
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->data[i].row.side == BD_SIDE_LEFT) {
            bd_arena_reset(scratch);
            BD_TRY(put_related(shapes, check, &right, &rows->data[i], scratch, err));
        }
    }
    return BD_OK;
}

/* ---- scope ---- */

static bool is_present(const bd_group_rows *rows, bd_str item, bd_instant at) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *right = &rows->data[i];
        if (right->row.side != BD_SIDE_LEFT && bd_str_fold_cmp(right->row.detail, item) == 0 &&
            distance(right->at, at) <= BD_SNAPSHOT_NEAR_DAYS * DAY_TICKS) {
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
        out->reason = BD_SHAPES_NO_INVENTORY;
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

static bd_rc put_absent_item(bd_shapes *shapes, uint32_t check, const bd_snapshot *snapshot,
                             bd_str item, bd_err *err) {
    bd_judged judged = {
        .check = check,
        .type = BD_STR("expected"),
        .key = bd_str_lower(shapes->arena, bd_str_format(shapes->arena, "%.*s/%.*s",
                                                         BD_ARG(snapshot->scope), BD_ARG(item))),
        .resource = bd_str_format(shapes->arena, "/subscriptions/%.*s", BD_ARG(snapshot->scope)),
        .subscription = snapshot->scope,
        .scope = snapshot->scope,
        .reason = bd_str_format(shapes->arena, "%.*s is in use and has no record", BD_ARG(item)),
        .at = snapshot->from,
        .evidence = snapshot->evidence,
        .verdict = snapshot->completeness == BD_COMPLETE_YES ? BD_FAIL : BD_CANNOT_TELL,
    };
    return bd_shapes_put(shapes, &judged, err);
}

/* Items in use near a snapshot that the snapshot does not list. */
static bd_rc put_absent_items(bd_shapes *shapes, uint32_t check, bd_str subscription,
                              const bd_group_rows *rows, bd_err *err) {
    bd_str source = bd_value_text(shapes->views->by_check[check].check->body, "source");
    bd_snapshot_range range = bd_views_snapshots(shapes->views, source, subscription);
    for (size_t s = 0; s < range.count; s++) {
        const bd_snapshot *snapshot = range.data[s];
        if (snapshot->rows == 0 || snapshot->from >= shapes->views->in.as_of) {
            continue;
        }
        bd_str last = {"", 0};
        for (size_t i = 0; i < rows->count; i++) {
            const bd_group_row *right = &rows->data[i];
            bool is_new = right->row.side != BD_SIDE_LEFT && !bd_str_eq(right->row.detail, last) &&
                          distance(right->at, snapshot->from) <= BD_SNAPSHOT_NEAR_DAYS * DAY_TICKS;
            if (is_new && !has_item(rows, right->row.detail, snapshot->from)) {
                BD_TRY(put_absent_item(shapes, check, snapshot, right->row.detail, err));
            }
            last = right->row.side != BD_SIDE_LEFT ? right->row.detail : last;
        }
    }
    return BD_OK;
}

bool bd_shapes_has_inventory(const bd_views *views, const bd_check_view *view, bd_str scope,
                             bd_instant at) {
    bd_snapshot_range all = bd_views_snapshots(views, view->plan->presence_source, scope);
    const bd_snapshot *inventory =
        nearest_snapshot(views, all, at, BD_SNAPSHOT_NEAR_DAYS, NULL, NULL);
    return inventory != NULL && inventory->may_pass;
}

bd_rc bd_shapes_judge_scope(bd_shapes *shapes, uint32_t check, bd_str join, bd_group_rows *rows,
                            bd_err *err) {
    const bd_check_view *view = &shapes->views->by_check[check];
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *left = &rows->data[i];
        if (left->row.side != BD_SIDE_LEFT) {
            continue;
        }
        bool has_inventory = bd_shapes_has_inventory(shapes->views, view, join, left->at);
        bd_judged judged = bd_shapes_judged_of(shapes->views, check, left);
        judge_item(rows, has_inventory, &judged, left->row.detail);
        BD_TRY(bd_shapes_put(shapes, &judged, err));
    }
    return put_absent_items(shapes, check, join, rows, err);
}
