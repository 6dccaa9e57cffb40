/* Header and records out of the rows of a sheet. */
#include "bindery/read.h"

#include "read_priv.h"

#include <string.h>

#define HEAD_ROWS 40
#define HEAD_TEXT_BYTES ((size_t)8 << 20) /* of the rows in which a header is looked for */
#define COLUMNS_MAX 1024
#define SHEET_BYTES ((size_t)256 << 20)
#define ROW_BYTES ((size_t)256 << 20)
#define JSON_BYTES ((size_t)64 << 20) /* beyond it cells of one row stay text */

typedef struct {
    uint32_t number;
    const bd_cell_value *cells;
    size_t count;
} kept_row;

struct bd_sheet_table {
    bd_sheet_table_events events;
    const bd_value *columns;
    bd_arena *self;
    bd_arena *arena; /* one sheet */
    bd_arena *row;   /* one record, or one attempt at a header */
    bool is_begun, has_header;
    uint32_t header_row;
    bd_str sheet;
    bd_merge *merges;
    size_t merge_count;
    kept_row head[HEAD_ROWS];
    size_t head_count, head_text;
    bd_str *names; /* by column - 1 */
    size_t name_count;
    bd_value *items;
    uint64_t outside; /* cells that stand under no name */
    bd_str outside_place;
};

bd_sheet_table *bd_sheet_table_open(const bd_sheet_table_events *events, const bd_value *columns) {
    bd_arena *self = bd_arena_open("table", (size_t)1 << 20);
    bd_sheet_table *table = bd_new(self, bd_sheet_table, 1);
    table->events = *events;
    table->columns = columns;
    table->self = self;
    table->arena = bd_arena_open("sheet", SHEET_BYTES);
    table->row = bd_arena_open("record of a sheet", ROW_BYTES);
    return table;
}

void bd_sheet_table_close(bd_sheet_table *table) {
    if (table != NULL) {
        bd_arena_close(table->row);
        bd_arena_close(table->arena);
        bd_arena_close(table->self);
    }
}

void bd_sheet_table_begin(bd_sheet_table *table, const bd_sheet *sheet) {
    bd_arena_reset(table->arena);
    table->is_begun = true;
    table->has_header = false;
    table->head_count = 0;
    table->head_text = 0;
    table->outside = 0;
    table->sheet = bd_str_copy(table->arena, sheet->name);
    table->merge_count = sheet->merge_count;
    table->merges = bd_new(table->arena, bd_merge, sheet->merge_count + 1);
    if (sheet->merge_count > 0) {
        memcpy(table->merges, sheet->merges, sheet->merge_count * sizeof *table->merges);
    }
}

/* ---- the header ---- */

static bd_str text_of(const bd_value *value) {
    if (value->kind == BD_BOOL) {
        return bd_str_of(value->boolean ? "true" : "false");
    }
    return value->kind == BD_STRING || value->kind == BD_NUMBER ? value->text : (bd_str){"", 0};
}

static bd_str text_at(const bd_sheet_table *table, uint32_t number, uint32_t column) {
    for (size_t i = 0; i < table->head_count; i++) {
        const kept_row *row = &table->head[i];
        for (size_t c = 0; c < row->count && row->number == number; c++) {
            if (row->cells[c].column == column) {
                return text_of(&row->cells[c].value);
            }
        }
    }
    return (bd_str){"", 0};
}

/* Texts of a row by column, those of cells merged down into it included; NULL: it is too wide to be a header. */
static bd_str *gather_names(bd_sheet_table *table, const kept_row *row, size_t *count) {
    bd_str *names = bd_new(table->row, bd_str, COLUMNS_MAX);
    *count = 0;
    for (size_t i = 0; i < row->count; i++) {
        size_t column = row->cells[i].column;
        if (column > COLUMNS_MAX) {
            return NULL;
        }
        names[column - 1] = text_of(&row->cells[i].value);
        *count = column > *count ? column : *count;
    }
    for (size_t i = 0; i < table->merge_count; i++) {
        const bd_merge *merge = &table->merges[i];
        bool reaches = merge->first_row < row->number && row->number <= merge->last_row;
        size_t column = merge->first_column;
        if (!reaches || merge->last_column != merge->first_column || column > COLUMNS_MAX ||
            names[column - 1].size > 0) {
            continue;
        }
        names[column - 1] = text_at(table, merge->first_row, merge->first_column);
        *count = column > *count && names[column - 1].size > 0 ? column : *count;
    }
    return names;
}

/* `texts`: the header as it stands there; `names`: what its columns are called. */
static bd_rc set_header(bd_sheet_table *table, uint32_t number, const bd_str *texts,
                        const bd_str *names, size_t count, bd_err *err) {
    table->names = bd_new(table->arena, bd_str, count + 1);
    table->items = bd_new(table->arena, bd_value, count + 1);
    table->name_count = count;
    table->has_header = true;
    table->header_row = number;
    for (size_t i = 0; i < count; i++) {
        table->names[i] = bd_str_copy(table->arena, names[i]);
    }
    if (table->events.header != NULL) {
        BD_TRY(table->events.header(table->events.context, number, table->names, count, err));
    }
    size_t repeated = 0;
    const bd_repeat *repeats = read_repeats(table->row, texts, count, &repeated);
    if (table->events.repeats != NULL && repeated > 0) {
        table->events.repeats(table->events.context, repeats, repeated);
    }
    return BD_OK;
}

/* Whether the row names columns that somebody knows; then it is the header. */
static bd_rc try_header(bd_sheet_table *table, const kept_row *row, bd_err *err) {
    size_t count;
    bd_arena_reset(table->row);
    bd_str *texts = gather_names(table, row, &count);
    bd_str *names = bd_new(table->row, bd_str, COLUMNS_MAX);
    bd_err unused;
    if (texts == NULL || count == 0 || table->events.fits == NULL ||
        bd_failed(read_name_columns(table->row, texts, count, table->columns, "the sheet", names,
                                    &unused)) ||
        !table->events.fits(table->events.context, names, count)) {
        return BD_OK;
    }
    return set_header(table, row->number, texts, names, count, err);
}

static bool is_of_texts(const kept_row *row) {
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].value.kind != BD_STRING) {
            return false;
        }
    }
    return row->count >= 2;
}

static bd_rc put_record(bd_sheet_table *table, const kept_row *row, bd_err *err);

/* Nobody knows the names: the likeliest header, so that the sheet can at least be counted and described. */
static bd_rc choose_header(bd_sheet_table *table, bd_err *err) {
    size_t chosen = 0;
    for (size_t i = 0; i < table->head_count; i++) {
        if (is_of_texts(&table->head[i])) {
            chosen = i;
            break;
        }
    }
    size_t count = 0;
    bd_arena_reset(table->row);
    bd_str *texts = gather_names(table, &table->head[chosen], &count);
    bd_str *names = bd_new(table->row, bd_str, COLUMNS_MAX);
    if (texts == NULL) {
        count = 0;
    } else {
        BD_TRY(read_name_columns(table->row, texts, count, NULL, "the sheet", names, err));
    }
    BD_TRY(set_header(table, table->head[chosen].number, texts, names, count, err));
    for (size_t i = chosen + 1; i < table->head_count; i++) {
        BD_TRY(put_record(table, &table->head[i], err));
    }
    return BD_OK;
}

/* ---- records ---- */

static void note_outside(bd_sheet_table *table, uint32_t row, uint32_t column) {
    if (table->outside++ == 0) {
        table->outside_place = bd_str_format(table->arena, "row %u, column %u", row, column);
    }
}

static void fill_item(bd_sheet_table *table, const bd_value *from, bd_value *out) {
    static const bd_json_limits limits = {
        .document_bytes = 1 << 20, .record_bytes = 1 << 20, .depth = 64, .nodes = 20000};
    *out = *from;
    if (from->kind == BD_STRING && bd_arena_used(table->row) < JSON_BYTES) {
        read_cell_text(from->text, &limits, table->row, out);
    }
}

static bd_rc put_record(bd_sheet_table *table, const kept_row *row, bd_err *err) {
    bd_arena_reset(table->row);
    for (size_t i = 0; i < table->name_count; i++) {
        table->items[i] = (bd_value){.kind = BD_STRING, .text = {"", 0}};
    }
    size_t filled = 0;
    for (size_t i = 0; i < row->count; i++) {
        const bd_cell_value *cell = &row->cells[i];
        filled += cell->column <= table->name_count ? 1 : 0;
        if (cell->column > table->name_count) {
            note_outside(table, row->number, cell->column);
            continue;
        }
        fill_item(table, &cell->value, &table->items[cell->column - 1]);
    }
    if (filled == 0) {
        return BD_OK; /* remarks beside the table are no record */
    }
    bd_value record = {
        .kind = BD_OBJECT, .count = table->name_count, .items = table->items, .keys = table->names};
    return table->events.record == NULL
               ? BD_OK
               : table->events.record(table->events.context, row->number, &record, err);
}

static kept_row *keep_row(bd_sheet_table *table, uint32_t number, const bd_cell_value *cells,
                          size_t count) {
    kept_row *row = &table->head[table->head_count++];
    row->number = number;
    row->count = count;
    bd_cell_value *own = bd_new(table->arena, bd_cell_value, count + 1);
    for (size_t i = 0; i < count; i++) {
        own[i] = cells[i];
        own[i].value.text = bd_str_copy(table->arena, cells[i].value.text);
        table->head_text += cells[i].value.text.size;
    }
    row->cells = own;
    return row;
}

bd_rc bd_sheet_table_put(bd_sheet_table *table, uint32_t number, const bd_cell_value *cells,
                         size_t count, bd_err *err) {
    BD_ASSERT(table->is_begun);
    if (table->has_header) {
        return put_record(table, &(kept_row){number, cells, count}, err);
    }
    BD_TRY(try_header(table, keep_row(table, number, cells, count), err));
    bool is_enough = table->head_count == HEAD_ROWS || table->head_text > HEAD_TEXT_BYTES;
    return table->has_header || !is_enough ? BD_OK : choose_header(table, err);
}

/* Merged cells below the header look as if they all had a value. */
static bd_rc say_merged(const bd_sheet_table *table, bd_err *err) {
    size_t count = 0;
    for (size_t i = 0; i < table->merge_count; i++) {
        count += table->has_header && table->merges[i].first_row > table->header_row ? 1 : 0;
    }
    if (count == 0 || table->events.said == NULL) {
        return BD_OK;
    }
    bd_str shown = bd_str_visible(table->arena, table->sheet);
    bd_str sentence =
        bd_str_format(table->arena,
                      "cells below the header are merged; the first of each range alone holds the "
                      "value (ranges: %zu)",
                      count);
    return table->events.said(table->events.context, BD_DIAG_WARNING,
                              bd_str_format(table->arena, "sheet '%.*s'", BD_ARG(shown)), sentence,
                              err);
}

bd_rc bd_sheet_table_end(bd_sheet_table *table, bd_err *err) {
    if (!table->is_begun) {
        return BD_OK;
    }
    if (!table->has_header && table->head_count > 0) {
        BD_TRY(choose_header(table, err));
    }
    table->is_begun = false;
    BD_TRY(say_merged(table, err));
    if (table->outside == 0 || table->events.said == NULL) {
        return BD_OK;
    }
    bd_str sentence =
        bd_str_format(table->arena, "cells that stand under no header were left out: %llu",
                      (unsigned long long)table->outside);
    bd_str shown = bd_str_visible(table->arena, table->sheet);
    bd_str locus = bd_str_format(table->arena, "sheet '%.*s', %.*s", BD_ARG(shown),
                                 BD_ARG(table->outside_place));
    return table->events.said(table->events.context, BD_DIAG_WARNING, locus, sentence, err);
}
