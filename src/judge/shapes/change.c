/* `each` over a change log: operations folded from their records, silent ones decided by the next snapshot
 * (requirements 6.6.3 b: one write without request body between two snapshots: the next snapshot decides; several:
 * cannot-tell for that stretch). */
#include "bindery/shapes.h"

#include "shapes_priv.h"

typedef struct {
    bd_str join;
    BD_VEC(bd_row) rows;
    BD_VEC(uint32_t) origins; /* indexes into the group */
    bd_verdict verdict;
    const bd_group_row *decisive;
} operation;
typedef BD_VEC(operation) operations;

static bool is_change(const bd_group_row *row) {
    return row->row.side == BD_SIDE_LEFT;
}

/* Extracts overlap: a write without an operation id that comes again is the same write. */
static bool is_repeated(const bd_group_rows *rows, size_t index) {
    const bd_group_row *row = &rows->data[index];
    for (size_t i = index; i > 0 && rows->data[i - 1].at == row->at; i--) {
        const bd_group_row *other = &rows->data[i - 1];
        if (is_change(other) && row->row.join.size == 0 && other->row.join.size == 0 &&
            row->row.key.size > 0 && other->row.verdict == row->row.verdict &&
            bd_str_eq(other->row.detail, row->row.detail)) {
            return true;
        }
    }
    return false;
}

static operation *operation_of(bd_arena *arena, operations *list, bd_map *known, bd_str join) {
    uintptr_t index = join.size > 0 ? (uintptr_t)bd_map_find(known, join) : 0;
    if (index > 0) {
        return &list->data[index - 1];
    }
    operation *made = bd_push(arena, list);
    made->join = join;
    if (join.size > 0) {
        bd_map_put(known, join, (void *)(uintptr_t)list->count);
    }
    return made;
}

static void fold_operations(bd_arena *arena, const bd_group_rows *rows, operations *out) {
    bd_map *known = bd_map_make(arena);
    for (size_t i = 0; i < rows->count; i++) {
        if (!is_change(&rows->data[i]) || is_repeated(rows, i)) {
            continue;
        }
        operation *home = operation_of(arena, out, known, rows->data[i].row.join);
        *bd_push(arena, &home->rows) = rows->data[i].row;
        *bd_push(arena, &home->origins) = (uint32_t)i;
    }
    for (size_t i = 0; i < out->count; i++) {
        operation *one = &out->data[i];
        size_t decides = 0;
        one->verdict = bd_rules_fold_operation(one->rows.data, one->rows.count, &decides);
        one->decisive = &rows->data[one->origins.data[decides]];
    }
}

typedef struct {
    bd_instant before, after; /* snapshots around a change; BD_INSTANT_NONE: none */
    bd_verdict next;
    uint32_t next_evidence; /* index */
} stretch;

static stretch stretch_around(const bd_group_rows *rows, bd_instant at) {
    stretch found = {BD_INSTANT_NONE, BD_INSTANT_NONE, BD_CANNOT_TELL, 0};
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *row = &rows->data[i];
        if (is_change(row)) {
            continue;
        }
        if (row->at < at) {
            found.before = row->at;
        } else if (found.after == BD_INSTANT_NONE) {
            found.after = row->at;
            found.next = row->row.verdict;
            found.next_evidence = row->evidence_index;
        } else if (row->at == found.after) {
            found.next = bd_verdict_worse(found.next, row->row.verdict);
        }
    }
    return found;
}

static size_t silent_in(const operations *list, const stretch *around) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        bd_instant at = list->data[i].decisive->at;
        bool is_inside =
            (around->before == BD_INSTANT_NONE || at > around->before) && at <= around->after;
        count += list->data[i].verdict == BD_CANNOT_TELL && is_inside;
    }
    return count;
}

static void decide_silent(const bd_views *views, const operations *list, const bd_group_rows *rows,
                          const operation *one, bd_judged *out) {
    stretch around = stretch_around(rows, one->decisive->at);
    if (around.after == BD_INSTANT_NONE) {
        out->reason = BD_STR("the log does not show what was written, and no later snapshot does");
        return;
    }
    if (silent_in(list, &around) > 1) {
        out->reason =
            BD_STR("the log does not show what several writes between two snapshots wrote");
        return;
    }
    bd_str why_not;
    if (around.next == BD_PASS && !bd_views_is_usable(views, around.next_evidence, &why_not)) {
        out->reason =
            BD_STR("the log does not show what was written, and the next snapshot may not pass");
        return;
    }
    out->verdict = around.next;
    if (around.next == BD_FAIL) {
        out->reason =
            BD_STR("the log does not show what was written; the next snapshot shows it open");
    }
}

/* A log of other things than writes (tickets, joiners): each row stands for itself. */
static bd_rc put_rows(bd_shapes *shapes, uint32_t check, const bd_group_rows *rows, bd_err *err) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *from = &rows->data[i];
        if (!is_change(from)) {
            continue;
        }
        bd_judged judged = bd_shapes_judged_of(shapes->views, check, from);
        BD_TRY(bd_shapes_put(shapes, &judged, err));
    }
    return BD_OK;
}

bd_rc bd_shapes_judge_changes(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bd_err *err) {
    if (bd_value_find(shapes->views->by_check[check].check->body, "operation") == NULL) {
        return put_rows(shapes, check, rows, err);
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("changes", (size_t)512 << 20);
    operations list = {0};
    fold_operations(arena, rows, &list);
    for (size_t i = 0; i < list.count; i++) {
        const operation *one = &list.data[i];
        bd_judged judged = bd_shapes_judged_of(shapes->views, check, one->decisive);
        judged.verdict = one->verdict;
        if (judged.verdict == BD_CANNOT_TELL) {
            decide_silent(shapes->views, &list, rows, one, &judged);
        }
        BD_TRY(bd_shapes_put(shapes, &judged, err));
    }
    return BD_OK;
}
