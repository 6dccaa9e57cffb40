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
