/* Columns of a table whose header stands twice.
 *
 * Which of the two was meant nothing says, and the first is no better than the second: a list of leavers with two
 * columns "terminated_at" would be judged by the one that stands left.  Where both hold the same in a row nothing is
 * in doubt; where they differ, and somebody reads the column, the row is refused, as a record of JSON is that has a
 * member twice, and the list is not complete without it.  Columns that nobody reads do no harm: the portal itself
 * writes some twice. */
#include "bindery/scan.h"

#include "scan_priv.h"

#define MOST_REPEATS 64

/* ---- who reads a column ---- */

static bool holds_text(const bd_value *value, bd_str lower, bd_arena *arena) {
    if (value->kind == BD_STRING) {
        return bd_str_find(bd_str_lower(arena, value->text), lower) >= 0;
    }
    for (size_t i = 0; (value->kind == BD_ARRAY || value->kind == BD_OBJECT) && i < value->count;
         i++) {
        if (holds_text(&value->items[i], lower, arena)) {
            return true;
        }
    }
    return false;
}

/* A check of the organisation may read a column of its own. */
static bool is_asked_for(const bd_scan_state *state, const bd_source_def *source, bd_str lower) {
    const bd_catalog *catalog = state->plan->catalog;
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_check *check = &catalog->checks[i];
        if (bd_strs_have(&check->sources, source->id) &&
            holds_text(check->body, lower, state->scratch)) {
            return true;
        }
    }
    return false;
}

static bool lists_column(const bd_strs *names, bd_str name) {
    for (size_t i = 0; i < names->count; i++) {
        if (bd_str_ieq(names->data[i], name)) {
            return true;
        }
    }
    return false;
}

/* Of a template of ours all columns are known, of an export of others those that it is known to write twice. */
static bool is_read_by(const bd_scan_state *state, const bd_source_def *source, bd_str name) {
    bool is_known_unread = source->columns_all.count > 0
                               ? !lists_column(&source->columns_all, name)
                               : lists_column(&source->columns_unread, name);
    return !is_known_unread || is_asked_for(state, source, bd_str_lower(state->scratch, name));
}

static bool is_read(bd_scan_state *state, bd_scan_repeat *repeat, const bd_source_def *source) {
    if (repeat->source != source) {
        repeat->source = source;
        repeat->is_read = is_read_by(state, source, state->columns[repeat->first]);
    }
    return repeat->is_read;
}

/* ---- the table ---- */

void bd_scan_take_repeats(bd_scan_state *state, bd_str locus, const bd_repeat *repeats,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_scan_repeat *one = bd_push(state->arena, &state->repeats);
        *one = (bd_scan_repeat){.first = repeats[i].first,
                                .column = repeats[i].column,
                                .header = bd_str_copy(state->arena, repeats[i].header)};
        if (i >= MOST_REPEATS) {
            continue;
        }
        bool is_nobodys = state->csv_source != NULL && !is_read(state, one, state->csv_source);
        bd_diag_add(state->arena, &state->facts->diags, is_nobodys ? BD_DIAG_NOTE : BD_DIAG_WARNING,
                    (bd_str){"", 0}, locus, "columns %zu and %zu are both headed '%.*s'%s",
                    one->first + 1, one->column + 1,
                    BD_ARG(bd_str_visible(state->arena, bd_str_sub(one->header, 0, 80))),
                    is_nobodys ? ", which nothing reads"
                               : "; a row in which they differ is refused where it is read");
    }
}

/* ---- a row ---- */

static bool is_same(bd_scan_state *state, const bd_value *a, const bd_value *b) {
    bool is_text = a->kind == BD_STRING && b->kind == BD_STRING;
    return is_text ? bd_str_eq(bd_str_trim(a->text), bd_str_trim(b->text))
                   : bd_str_eq(bd_json_canonical(state->scratch, a),
                               bd_json_canonical(state->scratch, b));
}

bd_str bd_scan_contradiction(bd_scan_state *state, const bd_source_def *source,
                             const bd_value *row) {
    for (size_t i = 0; i < state->repeats.count; i++) {
        bd_scan_repeat *one = &state->repeats.data[i];
        if (one->column < row->count &&
            !is_same(state, &row->items[one->first], &row->items[one->column]) &&
            is_read(state, one, source)) {
            return bd_str_format(
                state->scratch, "columns %zu and %zu are both headed '%.*s' and differ in this row",
                one->first + 1, one->column + 1,
                BD_ARG(bd_str_visible(state->scratch, bd_str_sub(one->header, 0, 80))));
        }
    }
    return (bd_str){"", 0};
}
