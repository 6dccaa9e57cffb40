/* stream.c - FlateDecode (ISO 32000-1, 7.4.4): zlib's two bytes, raw deflate, and the check sum at
 * the end. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

static void inflater_close(bd_inflater **inflater) {
    bd_inflater_close(*inflater);
}

static void buf_close(bd_buf *buf) {
    bd_buf_clear(buf);
}

/* Adler-32 (RFC 1950, 9). */
static uint32_t sum_bytes(bd_str text) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < text.size; i++) {
        a = (a + (uint8_t)text.data[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static bd_rc inflate_all(bd_str raw, size_t max_bytes, bd_buf *out, bd_err *err) {
    bd_memory_source state;
    bd_source in = bd_source_of_memory(&state, raw);
    BD_DEFER(inflater_close) bd_inflater *inflater = bd_inflater_open(&in, (int64_t)max_bytes);
    bd_source plain = bd_inflater_source(inflater);
    char piece[16384];
    for (;;) {
        size_t count = 0;
        BD_TRY(bd_source_read(&plain, piece, sizeof(piece), &count, err));
        if (count == 0) {
            return bd_buf_check(out, "a stream of the pdf", err);
        }
        bd_buf_put(out, piece, count);
    }
}

static bd_rc decode_flate(bd_str raw, size_t max_bytes, bd_arena *arena, bd_str *out, bd_err *err) {
    const uint8_t *bytes = (const uint8_t *)raw.data;
    if (raw.size < 6 || (bytes[0] & 0x0f) != 8 || (bytes[0] * 256 + bytes[1]) % 31 != 0 ||
        (bytes[1] & 0x20) != 0) {
        BD_RAISE(err, BD_ERR_INPUT, "a FlateDecode stream without zlib's header");
    }
    BD_DEFER(buf_close) bd_buf plain;
    bd_buf_init(&plain, max_bytes);
    BD_TRY(inflate_all(bd_str_sub(raw, 2, raw.size - 4), max_bytes, &plain, err));
    const uint8_t *sum = bytes + raw.size - 4;
    uint32_t expected =
        (uint32_t)sum[0] << 24 | (uint32_t)sum[1] << 16 | (uint32_t)sum[2] << 8 | (uint32_t)sum[3];
    if (sum_bytes(bd_buf_str(&plain)) != expected) {
        BD_RAISE(err, BD_ERR_INPUT, "a FlateDecode stream whose check sum does not hold");
    }
    *out = bd_str_copy(arena, bd_buf_str(&plain));
    return BD_OK;
}

bd_rc bd_pdf_stream_decode(bd_pdf *pdf, const bd_pdf_object *stream, size_t max_bytes, bd_str *out,
                           bd_err *err) {
    const bd_pdf_object *filter = NULL, *parameters = NULL;
    if (stream == NULL || stream->kind != BD_PDF_STREAM) {
        BD_RAISE(err, BD_ERR_INPUT, "expected a stream in the pdf, found something else");
    }
    BD_TRY(bd_pdf_value(pdf, stream, "Filter", &filter, err));
    BD_TRY(bd_pdf_value(pdf, stream, "DecodeParms", &parameters, err));
    if (filter != NULL && filter->kind == BD_PDF_ARRAY && filter->count <= 1) {
        filter = filter->count == 1 ? &filter->items[0] : NULL;
    }
    if (filter == NULL) {
        if (stream->stream.size > max_bytes) {
            BD_RAISE(err, BD_ERR_LIMIT, "a stream of %zu bytes, expected at most %zu",
                     stream->stream.size, max_bytes);
        }
        *out = stream->stream;
        return BD_OK;
    }
    if (filter->kind != BD_PDF_NAME || !bd_str_eqz(filter->text, "FlateDecode") ||
        parameters != NULL) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED,
                 "a stream at byte %lld with another filter than plain FlateDecode",
                 (long long)stream->start);
    }
    return decode_flate(stream->stream, max_bytes, pdf->arena, out, err);
}

/* ---- streams that say what the file is made of ------------------------------------------------- */

static bool is_value(const bd_pdf_object *dict, const char *key, int64_t value, int64_t otherwise) {
    const bd_pdf_object *found = bd_pdf_find(dict, key);
    return found == NULL ? otherwise == value : found->kind == BD_PDF_INTEGER && found->integer == value;
}

static bd_rc raise_filter(const bd_pdf_object *stream, bd_err *err) {
    BD_RAISE(err, BD_ERR_UNSUPPORTED, "a cross-reference or object stream with an unusual filter, at byte %lld",
             (long long)stream->start);
}

/* PNG's predictors "none" and "up" (7.4.4.4), in place: the byte before each row says which it is. */
static bool undo_predictor(char *rows, size_t size, size_t row_bytes, size_t *out) {
    size_t count = size / (row_bytes + 1);
    bool is_good = size % (row_bytes + 1) == 0;
    for (size_t i = 0; is_good && i < count; i++) {
        const char *from = rows + i * (row_bytes + 1);
        char *to = rows + i * row_bytes, kind = from[0];
        is_good = kind == 0 || kind == 2;
        for (size_t k = 0; is_good && k < row_bytes; k++) {
            uint8_t above = kind == 2 && i > 0 ? (uint8_t)to[(ptrdiff_t)k - (ptrdiff_t)row_bytes] : 0;
            to[k] = (char)(uint8_t)((uint8_t)from[1 + k] + above);
        }
    }
    *out = count * row_bytes;
    return is_good;
}

void bd_pdf_inflating_open(bd_pdf_inflating *with, size_t max_bytes) {
    with->flate = bd_flate_open();
    bd_buf_init(&with->plain, max_bytes);
}

void bd_pdf_inflating_close(bd_pdf_inflating *with) {
    bd_flate_close(with->flate);
    bd_buf_clear(&with->plain);
}

/* PNG's predictors of rows that are so long; `is_up` is false where there is none. */
static bool read_predictor(const bd_pdf_object *how, size_t row_bytes, bool *is_up) {
    const bd_pdf_object *kind = bd_pdf_find(how, "Predictor");
    *is_up = how != NULL && !is_value(how, "Predictor", 1, 1);
    return how == NULL ||
           (how->kind == BD_PDF_DICT &&
            (!*is_up || (row_bytes > 0 && kind->kind == BD_PDF_INTEGER && kind->integer >= 10 && kind->integer <= 15 &&
                         is_value(how, "Columns", (int64_t)row_bytes, 1) && is_value(how, "Colors", 1, 1) &&
                         is_value(how, "BitsPerComponent", 8, 8))));
}

bd_rc bd_pdf_own_decode(const bd_pdf_object *stream, size_t max_bytes, size_t row_bytes, bd_pdf_inflating *with,
                        bd_str *out, bd_err *err) {
    const bd_pdf_object *filter = bd_pdf_find(stream, "Filter"), *how = bd_pdf_find(stream, "DecodeParms");
    bool is_flate = filter != NULL && filter->kind == BD_PDF_NAME && bd_str_eqz(filter->text, "FlateDecode");
    bool is_up = false;
    if (is_flate != (filter != NULL) || (!is_flate && how != NULL) || !read_predictor(how, row_bytes, &is_up)) {
        return raise_filter(stream, err);
    }
    if (!is_flate) {
        if (stream->stream.size > max_bytes) {
            BD_RAISE(err, BD_ERR_LIMIT, "a stream of %zu bytes, expected at most %zu", stream->stream.size, max_bytes);
        }
        *out = stream->stream;
        return BD_OK;
    }
    with->plain.size = 0;
    bd_rc rc = bd_flate_undo_all(with->flate, stream->stream, max_bytes, &with->plain, err);
    if (bd_failed(rc)) {
        bd_err_context(err, "in a cross-reference or object stream");
        return rc;
    }
    if (is_up && !undo_predictor(with->plain.data, with->plain.size, row_bytes, &with->plain.size)) {
        return raise_filter(stream, err);
    }
    *out = bd_buf_str(&with->plain);
    return BD_OK;
}
