/* Rows of complete tables, put by as bytes and made again when a layout asks for them.
 *
 *     row:  cells u32, cell...
 *     cell: span u32, runs u32, is_header u8, run...
 *     run:  style u8, mark u8, flags u8, three sizes u32, text, link, figure
 *
 * Numbers are of this machine: the bytes never leave the process.  Texts are borrowed from where they lie. */
#include "bindery/doc.h"

#include <string.h>

#define MOST_BYTES ((size_t)16 << 30)
#define RELEASED_BYTES ((size_t)4 << 20) /* what is read before all of it is let go */

struct bd_shelf {
    bd_view_draft *draft; /* NULL: settled */
    bd_view *view;
    size_t size, released_at;
    const bd_table *last; /* what was put by last; more of its rows may follow */
    bd_rc rc;
    bd_err err;
};

typedef struct {
    bd_shelf *shelf;
    size_t from, at, next_row;
} shelf_rows;

/* ---- putting by ------------------------------------------------------------------------------ */

static void put_bytes(bd_shelf *shelf, const void *bytes, size_t count) {
    if (!bd_failed(shelf->rc)) {
        shelf->rc = bd_sink_write(bd_view_draft_sink(shelf->draft), bytes, count, &shelf->err);
        shelf->size += count;
    }
}

static void put_u32(bd_shelf *shelf, size_t value) {
    uint32_t number = (uint32_t)value;
    BD_ASSERT(value <= UINT32_MAX);
    put_bytes(shelf, &number, sizeof number);
}

static void put_u8(bd_shelf *shelf, unsigned value) {
    uint8_t byte = (uint8_t)value;
    put_bytes(shelf, &byte, 1);
}

static void put_run(bd_shelf *shelf, const bd_run *run) {
    put_u8(shelf, run->style);
    put_u8(shelf, run->mark);
    put_u8(shelf, (run->is_flagged ? 1u : 0) | (run->is_page_ref ? 2u : 0));
    put_u32(shelf, run->text.size);
    put_u32(shelf, run->link.size);
    put_u32(shelf, run->figure.size);
    put_bytes(shelf, run->text.data, run->text.size);
    put_bytes(shelf, run->link.data, run->link.size);
    put_bytes(shelf, run->figure.data, run->figure.size);
}

static void put_cell(bd_shelf *shelf, const bd_cell *cell) {
    put_u32(shelf, cell->span < 1 ? 1 : (size_t)cell->span);
    put_u32(shelf, cell->runs.count);
    put_u8(shelf, cell->is_header);
    for (size_t i = 0; i < cell->runs.count; i++) {
        put_run(shelf, &cell->runs.data[i]);
    }
}

/* Where the row that begins with cell `from` ends. */
static size_t row_end(const bd_table *table, size_t from) {
    size_t column = 0, at = from;
    for (; at < table->cells.count && column < table->column_count; at++) {
        column += table->cells.data[at].span < 1 ? 1 : (size_t)table->cells.data[at].span;
    }
    return at;
}

static bd_rc put_row(void *context, size_t index, bd_table *row, bd_err *err);

static void begin_table(bd_doc *doc, bd_table *table) {
    shelf_rows *rows = bd_new(doc->arena, shelf_rows, 1);
    *rows = (shelf_rows){doc->shelf, doc->shelf->size, doc->shelf->size, 0};
    table->rows = (bd_rows){put_row, rows, 0};
    doc->shelf->last = table;
}

void bd_doc_put_by(bd_doc *doc, bd_table *table) {
    if (doc->shelf == NULL) {
        doc->shelf = bd_heap_zeroed(sizeof *doc->shelf);
        doc->shelf->draft = bd_view_draft_open(MOST_BYTES);
    }
    bd_shelf *shelf = doc->shelf;
    BD_ASSERT(shelf->draft != NULL && (table->rows.put == NULL || shelf->last == table));
    if (table->rows.put == NULL) {
        begin_table(doc, table);
    }
    for (size_t from = 0; from < table->cells.count; table->rows.count++) {
        size_t to = row_end(table, from);
        put_u32(shelf, to - from);
        for (; from < to; from++) {
            put_cell(shelf, &table->cells.data[from]);
        }
    }
    table->cells.data = NULL;
    table->cells.count = table->cells.room = 0;
}

bd_rc bd_doc_settle(bd_doc *doc, bd_err *err) {
    bd_shelf *shelf = doc->shelf;
    if (shelf == NULL || shelf->draft == NULL) {
        return BD_OK;
    }
    if (bd_failed(shelf->rc)) {
        *err = shelf->err;
        return shelf->rc;
    }
    bd_view_draft *draft = shelf->draft;
    shelf->draft = NULL;
    return bd_view_draft_finish(draft, &shelf->view, err);
}

void bd_doc_close(bd_doc *doc) {
    if (doc != NULL && doc->shelf != NULL) {
        bd_view_draft_drop(doc->shelf->draft);
        bd_view_close(doc->shelf->view);
        bd_heap_free(doc->shelf);
        doc->shelf = NULL;
    }
}

/* ---- making again ---------------------------------------------------------------------------- */

static const char *take_bytes(shelf_rows *rows, size_t count) {
    bd_str text = bd_view_text(rows->shelf->view);
    BD_ASSERT(rows->at <= text.size && count <= text.size - rows->at);
    rows->at += count;
    return text.data + (rows->at - count);
}

static uint32_t take_u32(shelf_rows *rows) {
    uint32_t number;
    memcpy(&number, take_bytes(rows, sizeof number), sizeof number);
    return number;
}

static unsigned take_u8(shelf_rows *rows) {
    return (unsigned char)*take_bytes(rows, 1);
}

static bd_str take_text(shelf_rows *rows, size_t size) {
    return (bd_str){take_bytes(rows, size), size};
}

static void take_run(shelf_rows *rows, bd_run *run) {
    run->style = (bd_run_style)take_u8(rows);
    run->mark = (bd_mark)take_u8(rows);
    unsigned flags = take_u8(rows);
    run->is_flagged = (flags & 1u) != 0;
    run->is_page_ref = (flags & 2u) != 0;
    size_t text = take_u32(rows), link = take_u32(rows), figure = take_u32(rows);
    run->text = take_text(rows, text);
    run->link = take_text(rows, link);
    run->figure = take_text(rows, figure);
}

static void take_cell(shelf_rows *rows, bd_table *row) {
    bd_cell *cell = bd_table_cell(row);
    cell->span = (int)take_u32(rows);
    size_t count = take_u32(rows);
    cell->is_header = take_u8(rows) != 0;
    cell->runs.data = bd_new(row->doc->arena, bd_run, count);
    cell->runs.count = cell->runs.room = count;
    for (size_t i = 0; i < count; i++) {
        take_run(rows, &cell->runs.data[i]);
    }
}

/* What was read is let go from time to time; whoever borrows it gets it again when looking at it. */
static void release_read(bd_shelf *shelf, size_t at) {
    if (at < shelf->released_at || at - shelf->released_at > RELEASED_BYTES) {
        bd_view_release(shelf->view);
        shelf->released_at = at;
    }
}

static bd_rc put_row(void *context, size_t index, bd_table *row, bd_err *err) {
    (void)err;
    shelf_rows *rows = context;
    if (index == 0) {
        rows->at = rows->from;
        rows->next_row = 0;
    }
    BD_ASSERT(rows->shelf->draft == NULL && index == rows->next_row);
    rows->next_row++;
    size_t cells = take_u32(rows);
    for (size_t i = 0; i < cells; i++) {
        take_cell(rows, row);
    }
    release_read(rows->shelf, rows->at);
    return BD_OK;
}
