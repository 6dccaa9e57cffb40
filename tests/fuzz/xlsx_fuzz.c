/* Workbooks: rows and columns rise, cells are plain values, and every failure is one sentence.
 *
 * An input that begins like a zip is one.  Any other is text: parts cut at lines of "%%", the first line of each its
 * name, put into a zip here, so that a mutation reaches the XML and not only a checksum. */
#include "fuzz.h"

#include "bindery/read.h"
#include "bindery/zip.h"

#include <string.h>

#define PARTS_MAX 16

typedef struct {
    uint32_t last_row;
    bd_sheet_table *table;
    bool is_in_sheet;
} seen_rows;

static bd_rc on_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    seen_rows *seen = context;
    FUZZ_CHECK(bd_utf8_is_valid(sheet->name));
    BD_TRY(bd_sheet_table_end(seen->table, err));
    bd_sheet_table_begin(seen->table, sheet);
    seen->is_in_sheet = true;
    seen->last_row = 0;
    return BD_OK;
}

static bd_rc on_row(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                    bd_err *err) {
    seen_rows *seen = context;
    FUZZ_CHECK(seen->is_in_sheet && number > seen->last_row && number <= 1048576 && count > 0);
    seen->last_row = number;
    for (size_t i = 0; i < count; i++) {
        const bd_value *value = &cells[i].value;
        FUZZ_CHECK(cells[i].column <= 16384 && cells[i].column > (i > 0 ? cells[i - 1].column : 0));
        FUZZ_CHECK(value->kind <= BD_STRING);
        FUZZ_CHECK(value->kind != BD_STRING ||
                   (value->text.size > 0 && bd_utf8_is_valid(value->text)));
    }
    return bd_sheet_table_put(seen->table, number, cells, count, err);
}

static bd_rc on_refused(void *context, bd_str locus, const bd_err *problem, bd_err *err) {
    (void)context;
    (void)err;
    FUZZ_CHECK(bd_utf8_is_valid(locus) && !fuzz_holds((bd_rc){1}, problem));
    return BD_OK;
}

static bd_rc on_said(void *context, bd_diag_severity severity, bd_str locus, bd_str sentence,
                     bd_err *err) {
    (void)context;
    (void)err;
    FUZZ_CHECK(severity != BD_DIAG_REFUSED && bd_utf8_is_valid(locus) &&
               bd_utf8_is_valid(sentence));
    return BD_OK;
}

static bool on_fits(void *context, const bd_str *names, size_t count) {
    (void)context;
    FUZZ_CHECK(count > 0);
    return bd_str_eqz(names[0], "id");
}

static bd_rc on_record(void *context, uint32_t row, const bd_value *value, bd_err *err) {
    (void)context;
    (void)err;
    FUZZ_CHECK(row > 0 && value->kind == BD_OBJECT);
    for (size_t i = 0; i < value->count; i++) {
        FUZZ_CHECK(value->keys[i].size > 0 && bd_utf8_is_valid(value->keys[i]));
    }
    return BD_OK;
}

static int cmp_parts(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const bd_str *)a)[0], ((const bd_str *)b)[0]);
}

static bd_str zip_of_parts(bd_str text, bd_buf *file) {
    bd_str parts[PARTS_MAX][2];
    size_t count = 0;
    while (text.size > 0 && count < PARTS_MAX) {
        ptrdiff_t at = bd_str_find(text, BD_STR("\n%%\n"));
        size_t size = at < 0 ? text.size : (size_t)at;
        bd_str rest = bd_str_sub(text, 0, size), name = {"", 0};
        (void)bd_str_cut(&rest, '\n', &name);
        parts[count][0] = name;
        parts[count++][1] = rest.data != NULL ? rest : (bd_str){"", 0};
        text = bd_str_sub(text, at < 0 ? size : size + 4, text.size);
    }
    bd_sort(parts, count, sizeof parts[0], cmp_parts, NULL);
    bd_err err;
    bd_sink sink = bd_sink_to_buf(file);
    bd_zip_writer *writer = bd_zip_writer_open(&sink, 0);
    for (size_t i = 0; i < count; i++) { /* a name the writer refuses is left out */
        if (i == 0 || bd_str_cmp(parts[i - 1][0], parts[i][0]) < 0) {
            const bd_blob *blob = bd_blob_of_memory(fuzz_arena(), parts[i][1]);
            (void)bd_failed(bd_zip_writer_add(writer, parts[i][0], blob, false, &err));
        }
    }
    (void)bd_failed(bd_zip_writer_finish(writer, &err));
    bd_zip_writer_close(writer);
    return bd_buf_str(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    bd_buf file;
    bd_buf_init(&file, 64 << 20);
    if (!bd_str_has_prefix(text, BD_STR("PK"))) {
        text = zip_of_parts(text, &file);
    }
    seen_rows seen = {0};
    bd_sheet_table_events tables = {
        .context = &seen, .fits = on_fits, .record = on_record, .said = on_said};
    seen.table = bd_sheet_table_open(&tables, NULL);
    bd_part_events events = {
        .context = &seen, .sheet = on_sheet, .row = on_row, .refused = on_refused, .said = on_said};
    bd_xlsx_limits limits = bd_xlsx_default_limits;
    limits.string_bytes = 1 << 20;
    limits.row_bytes = 1 << 18;
    bd_memory_source state;
    bd_err err;
    bd_source source = bd_source_of_memory(&state, text);
    (void)fuzz_holds(bd_xlsx_read(&source, &limits, &events, &err), &err);
    (void)fuzz_holds(bd_sheet_table_end(seen.table, &err), &err);
    bd_sheet_table_close(seen.table);
    bd_buf_clear(&file);
    fuzz_end();
    return 0;
}
