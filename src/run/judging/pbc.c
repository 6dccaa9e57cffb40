/* The auditors' request lists among the evidence, row by row, and what answers them.
 *
 * A list was recognised by the scan; its rows are read here once more, for they are no records that a check judges.
 * Every row comes out: one that cannot be read stands with the reason for its text. */
#include "bindery/judging.h"

#include "bindery/read.h"
#include "judging_priv.h"

#include <string.h>

enum { MOST_TEXT = 4000 };

typedef struct {
    bd_arena *arena;
    bd_asked_rows *rows;
    const bd_evidence *item;
    bd_str sheet;
    bool is_list; /* the sheet at hand */
    uint32_t row;
    uint64_t left; /* rows past the limit */
    bd_sheet_table *table;
} list_reader;

/* A cell that our own lists guard against being a formula is taken without its apostrophe. */
static bd_str cell_of(const list_reader *reader, const bd_value *row, const char *column) {
    for (size_t i = 0; i < row->count; i++) {
        const bd_value *cell = &row->items[i];
        bool is_text = cell->kind == BD_STRING || cell->kind == BD_NUMBER;
        if (is_text && bd_str_ieq(row->keys[i], bd_str_of(column))) {
            bd_str text = bd_str_trim(cell->text);
            text = text.size > 1 && text.data[0] == '\'' ? bd_str_sub(text, 1, text.size) : text;
            return bd_str_copy(reader->arena, bd_str_sub(text, 0, MOST_TEXT));
        }
    }
    return (bd_str){"", 0};
}

static bd_asked_row *add_row(list_reader *reader) {
    reader->row++;
    if (reader->row > BD_PBC_MOST_ROWS) {
        reader->left++;
        return NULL;
    }
    bd_asked_row *out = bd_push(reader->arena, reader->rows);
    *out = (bd_asked_row){.evidence = reader->item->given.number,
                          .sheet = reader->sheet,
                          .row = reader->row};
    return out;
}

static bool is_empty(const bd_value *row) {
    for (size_t i = 0; i < row->count; i++) {
        const bd_value *cell = &row->items[i];
        if (cell->kind != BD_NULL && (cell->kind != BD_STRING || bd_str_trim(cell->text).size > 0)) {
            return false;
        }
    }
    return true;
}

static void take_row(list_reader *reader, const bd_value *row) {
    bd_asked_row *out = is_empty(row) ? NULL : add_row(reader);
    if (out == NULL) {
        return;
    }
    out->ref = cell_of(reader, row, "auditor_ref");
    out->text = cell_of(reader, row, "request");
    out->control = cell_of(reader, row, "control");
    out->criterion = cell_of(reader, row, "criterion");
    out->kind = cell_of(reader, row, "kind");
    out->due = cell_of(reader, row, "due");
    out->status = cell_of(reader, row, "status");
    out->note = cell_of(reader, row, "note");
}

static void take_refused(list_reader *reader, bd_str place, const bd_err *problem) {
    bd_asked_row *out = add_row(reader);
    if (out != NULL) {
        out->note = bd_str_format(reader->arena, "%.*s could not be read: %s", BD_ARG(place),
                                  problem->message);
    }
}

/* ---- CSV ---- */

static bd_rc on_csv_row(void *context, uint64_t ordinal, const bd_value *row, bd_err *err) {
    (void)ordinal;
    (void)err;
    take_row(context, row);
    return BD_OK;
}

static bd_rc on_csv_refused(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem,
                            bd_err *err) {
    (void)ordinal;
    (void)err;
    list_reader *reader = context;
    take_refused(reader, bd_str_format(reader->arena, "line %llu", (unsigned long long)line), problem);
    return BD_OK;
}

/* ---- workbooks ---- */

static bool is_list_sheet(const bd_evidence *item, bd_str name) {
    for (size_t i = 0; i < item->facts.tables.count; i++) {
        const bd_table_facts *table = &item->facts.tables.data[i];
        if (bd_str_eq(table->name, name) && bd_str_eqz(table->source, BD_PBC_SOURCE)) {
            return true;
        }
    }
    return false;
}

static bool on_fits(void *context, const bd_str *names, size_t count) {
    (void)context;
    bool has_ref = false, has_request = false;
    for (size_t i = 0; i < count; i++) {
        has_ref = has_ref || bd_str_ieq(names[i], BD_STR("auditor_ref"));
        has_request = has_request || bd_str_ieq(names[i], BD_STR("request"));
    }
    return has_ref && has_request;
}

static bd_rc on_record(void *context, uint32_t row, const bd_value *value, bd_err *err) {
    (void)row;
    (void)err;
    list_reader *reader = context;
    if (reader->is_list) {
        take_row(reader, value);
    }
    return BD_OK;
}

static bd_rc on_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    list_reader *reader = context;
    BD_TRY(bd_sheet_table_end(reader->table, err));
    reader->sheet = bd_str_copy(reader->arena, sheet->name);
    reader->is_list = is_list_sheet(reader->item, reader->sheet);
    bd_sheet_table_begin(reader->table, sheet);
    return BD_OK;
}

static bd_rc on_cells(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                      bd_err *err) {
    list_reader *reader = context;
    return bd_sheet_table_put(reader->table, number, cells, count, err);
}

static bd_rc on_refused(void *context, bd_str locus, const bd_err *problem, bd_err *err) {
    (void)err;
    list_reader *reader = context;
    if (reader->is_list) {
        take_refused(reader, locus, problem);
    }
    return BD_OK;
}

static bd_rc read_workbook(list_reader *reader, bd_zygote *zygote, const bd_value *columns,
                           bd_source *source, bd_err *err) {
    bd_sheet_table_events rows = {.context = reader, .fits = on_fits, .record = on_record};
    bd_part_events events = {
        .context = reader, .sheet = on_sheet, .row = on_cells, .refused = on_refused};
    reader->table = bd_sheet_table_open(&rows, columns);
    bd_rc rc = bd_xlsx_read_apart(zygote, source, &events, err);
    rc = bd_failed(rc) ? rc : bd_sheet_table_end(reader->table, err);
    bd_sheet_table_close(reader->table);
    return rc;
}

/* ---- one list ---- */

static const bd_value *columns_of(const bd_session *session, const bd_evidence *item) {
    const bd_engagement *engagement = &session->engagement;
    bool is_declared = item->has_sidecar && bd_str_eqz(item->sidecar.source, BD_PBC_SOURCE);
    for (size_t i = 0; is_declared && i < engagement->column_maps.count; i++) {
        if (bd_str_eqz(engagement->column_maps.data[i].source, BD_PBC_SOURCE)) {
            return engagement->column_maps.data[i].columns;
        }
    }
    return NULL;
}

static bd_rc read_content(bd_session *session, list_reader *reader, const bd_blob *blob, bd_err *err) {
    bd_source source;
    const bd_value *columns = columns_of(session, reader->item);
    bd_csv_events events = {.context = reader, .row = on_csv_row, .refused = on_csv_refused};
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = reader->item->facts.media == BD_MEDIA_XLSX
                   ? read_workbook(reader, session->zygote, columns, &source, err)
                   : bd_csv_read(&source, &bd_csv_default_limits, columns, &events, err);
    blob->close(blob, &source);
    return rc;
}

/* What the scan could read is read again; where a file breaks off, the scan has said so, and its rows until there
 * stand. */
static bd_rc read_list(bd_session *session, bd_judged_run *judged, const bd_evidence *item,
                       bd_asked_rows *rows, bd_err *err) {
    const bd_blob *blob;
    list_reader reader = {.arena = judged->read.arena, .rows = rows, .item = item};
    BD_TRY(bd_locker_blob(session->locker, &item->given, judged->read.arena, &blob, err));
    bd_rc rc = read_content(session, &reader, blob, err);
    if (bd_failed(rc) && (err->class == BD_ERR_INPUT || err->class == BD_ERR_LIMIT)) {
        take_refused(&reader, BD_STR("what follows"), err);
        rc = BD_OK;
    }
    if (reader.left > 0) {
        bd_asked_row *out = bd_push(judged->read.arena, rows);
        *out = (bd_asked_row){.evidence = item->given.number, .sheet = reader.sheet, .row = reader.row};
        out->note = bd_str_format(judged->read.arena, "%llu rows behind row %d of this list were not read",
                                  (unsigned long long)reader.left, BD_PBC_MOST_ROWS);
    }
    return rc;
}

/* The latest file at a path stands for those before it. */
static bool is_replaced(const bd_evidences *all, size_t index) {
    for (size_t i = index + 1; i < all->count; i++) {
        if (bd_str_eq(all->data[i].given.path, all->data[index].given.path)) {
            return true;
        }
    }
    return false;
}

bd_rc bd_requests_find(bd_session *session, bd_judged_run *judged, bd_err *err) {
    bd_asked_rows *rows = bd_new(judged->read.arena, bd_asked_rows, 1);
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &judged->read.evidence.data[i];
        bool is_read = bd_pbc_is_list(item) && !item->given.is_withdrawn && !item->is_document;
        if (is_read && !is_replaced(&judged->read.evidence, i)) {
            BD_TRY_CTX(read_list(session, judged, item, rows, err), err, "while reading '%.*s'",
                       BD_ARG(item->given.path));
        }
    }
    bd_pbc_inputs inputs = {.assessment = judged->assessment,
                            .catalog = session->catalog,
                            .engagement = &session->engagement,
                            .evidence = &judged->read.evidence,
                            .rows = rows};
    judged->pbc = bd_pbc_make(&inputs, judged->read.arena);
    return BD_OK;
}
