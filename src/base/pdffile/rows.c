/* rows.c - cross-reference streams (ISO 32000-2, 7.5.8): rows of three numbers instead of a table.
 *
 * As strict as the reader of tables: every fact stands in the stream's own dictionary and leads nowhere, and there are
 * as many rows as the dictionary says. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#define FIELDS 3
#define FIELD_BYTES_MAX 8
#define RUNS_MAX 4096

enum { KIND_FREE, KIND_PLAIN, KIND_PACKED };

typedef struct {
    size_t widths[FIELDS], row_bytes;
    struct {
        int64_t first, count;
    } *runs;
    size_t run_count;
    int64_t row_count;
} shape;

static bool is_number(const bd_pdf_object *object, int64_t least, int64_t most) {
    return object != NULL && object->kind == BD_PDF_INTEGER && object->integer >= least && object->integer <= most;
}

static bd_rc raise_at(const bd_pdf_object *stream, const char *problem, bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT, "a cross-reference stream %s, at byte %lld", problem, (long long)stream->start);
}

static bd_rc read_widths(const bd_pdf_object *stream, shape *out, bd_err *err) {
    const bd_pdf_object *widths = bd_pdf_find(stream, "W");
    bool is_good = widths != NULL && widths->kind == BD_PDF_ARRAY && widths->count == FIELDS;
    for (size_t i = 0; is_good && i < FIELDS; i++) {
        is_good = is_number(&widths->items[i], i == 1 ? 1 : 0, FIELD_BYTES_MAX);
        out->widths[i] = is_good ? (size_t)widths->items[i].integer : 0;
        out->row_bytes += out->widths[i];
    }
    return is_good ? BD_OK : raise_at(stream, "without /W of three widths", err);
}

static bd_rc read_runs(const bd_pdf_object *stream, int64_t number_limit, bd_arena *arena, shape *out, bd_err *err) {
    const bd_pdf_object *index = bd_pdf_find(stream, "Index");
    bool is_list = index != NULL && index->kind == BD_PDF_ARRAY && index->count % 2 == 0 && index->count > 0 &&
                   index->count <= 2 * RUNS_MAX;
    if (index != NULL && !is_list) {
        return raise_at(stream, "whose /Index is no list of pairs", err);
    }
    out->run_count = is_list ? index->count / 2 : 1;
    out->runs = bd_alloc(arena, out->run_count, sizeof *out->runs);
    out->runs[0].first = 0;
    out->runs[0].count = bd_pdf_find(stream, "Size")->integer;
    for (size_t i = 0; is_list && i < out->run_count; i++) {
        const bd_pdf_object *pair = &index->items[2 * i];
        if (!is_number(&pair[0], 0, number_limit) || !is_number(&pair[1], 0, number_limit - pair[0].integer)) {
            return raise_at(stream, "that is larger than the file can be", err);
        }
        out->runs[i].first = pair[0].integer;
        out->runs[i].count = pair[1].integer;
    }
    for (size_t i = 0; i < out->run_count; i++) {
        out->row_count += out->runs[i].count;
        if (out->row_count > number_limit) {
            return raise_at(stream, "that is larger than the file can be", err);
        }
    }
    return BD_OK;
}

/* Big-endian; what does not fit is as large as can be. */
static uint64_t read_field(const uint8_t *bytes, size_t width) {
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) {
        value = value << 8 | bytes[i];
    }
    return value;
}

/* An offset beyond any file is kept as the largest number, which lies behind every section too. */
static bool read_row(const shape *s, const uint8_t *row, bd_pdf_entry *out) {
    uint64_t kind = s->widths[0] > 0 ? read_field(row, s->widths[0]) : KIND_PLAIN;
    uint64_t second = read_field(row + s->widths[0], s->widths[1]);
    uint64_t third = read_field(row + s->widths[0] + s->widths[1], s->widths[2]);
    *out = (bd_pdf_entry){.offset = second < UINT32_MAX ? (uint32_t)second : UINT32_MAX,
                          .generation = (uint16_t)third,
                          .state = kind == KIND_FREE    ? BD_PDF_ENTRY_FREE
                                   : kind == KIND_PLAIN ? BD_PDF_ENTRY_USED
                                                        : BD_PDF_ENTRY_PACKED};
    return kind <= KIND_PACKED && third <= UINT16_MAX;
}

bd_rc bd_pdf_rows_read(const bd_pdf_object *stream, int64_t number_limit, bd_arena *arena, bd_pdf_section *out,
                       bd_err *err) {
    shape s = {.row_bytes = 0};
    bd_str rows;
    BD_DEFER(bd_pdf_inflating_close) bd_pdf_inflating with;
    bd_pdf_inflating_open(&with, SIZE_MAX);
    BD_TRY(read_widths(stream, &s, err));
    BD_TRY(read_runs(stream, number_limit, arena, &s, err));
    size_t most = (size_t)s.row_count * (s.row_bytes + 1) + 1;
    BD_TRY(bd_pdf_own_decode(stream, most, s.row_bytes, &with, &rows, err));
    if (rows.size != (size_t)s.row_count * s.row_bytes) {
        return raise_at(stream, "that has not as many rows as it says", err);
    }
    out->data = bd_new(arena, bd_pdf_placed, (size_t)s.row_count + 1);
    const uint8_t *row = (const uint8_t *)rows.data;
    for (size_t i = 0; i < s.run_count; i++) {
        for (int64_t k = 0; k < s.runs[i].count; k++, row += s.row_bytes) {
            bd_pdf_placed *placed = &out->data[out->count++];
            placed->number = (uint32_t)(s.runs[i].first + k);
            if (!read_row(&s, row, &placed->entry)) {
                return raise_at(stream, "with a row of another kind", err);
            }
        }
    }
    return BD_OK;
}
