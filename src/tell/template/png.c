/* PNG (ISO/IEC 15948) to pixels on white, strictly.
 *
 * Of a file that somebody hands in nothing reaches a signed document but pixels that were counted: chunk by chunk with
 * its checksum, one zlib stream of exactly the announced size, every filter and palette index in its range. */
#include "bindery/template.h"

#include "bindery/zip.h"
#include "template_priv.h"

#include <stdlib.h>
#include <string.h>

enum { GREY = 0, RGB = 2, PALETTE = 3, GREY_ALPHA = 4, RGB_ALPHA = 6 };
#define LABEL "a PNG image"
#define MOST_CHUNKS 4096

typedef struct {
    uint32_t width, height;
    unsigned depth, color; /* bits of a sample; colour type */
    size_t samples;        /* of a pixel */
    bd_str palette, transparency;
    bd_buf data; /* of all IDAT, a zlib stream */
    bool has_header, has_data, has_ended_data, has_end;
} png;

static uint32_t load_u32(const char *at) {
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3];
}

static uint8_t byte_at(bd_str text, size_t index) {
    return (uint8_t)text.data[index];
}

/* ---- chunks ---- */

static bd_rc check_size(const png *p, bd_err *err) {
    if (p->width == 0 || p->height == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": it has no pixels");
    }
    if (p->width > BD_TEMPLATE_LOGO_SIDE || p->height > BD_TEMPLATE_LOGO_SIDE ||
        (uint64_t)p->width * p->height > BD_TEMPLATE_LOGO_PIXELS) {
        BD_RAISE(err, BD_ERR_LIMIT,
                 LABEL " of %u x %u pixels is too large: at most %d on a side and %d in all",
                 p->width, p->height, BD_TEMPLATE_LOGO_SIDE, BD_TEMPLATE_LOGO_PIXELS);
    }
    return BD_OK;
}

static bd_rc take_header(png *p, bd_str body, bd_err *err) {
    static const unsigned samples[] = {
        [GREY] = 1, [RGB] = 3, [PALETTE] = 1, [GREY_ALPHA] = 2, [RGB_ALPHA] = 4};
    if (p->has_header || body.size != 13) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": its header is not one chunk of 13 bytes");
    }
    p->has_header = true;
    p->width = load_u32(body.data);
    p->height = load_u32(body.data + 4);
    p->depth = byte_at(body, 8);
    p->color = byte_at(body, 9);
    bool is_small = p->depth == 1 || p->depth == 2 || p->depth == 4;
    bool is_known = p->color < BD_COUNT(samples) && samples[p->color] > 0 &&
                    byte_at(body, 10) == 0 && byte_at(body, 11) == 0;
    bool is_drawn = p->depth == 8 || (is_small && (p->color == GREY || p->color == PALETTE));
    if (!is_known || !is_drawn || byte_at(body, 12) != 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot draw " LABEL " of colour type %u, %u bits and interlacing %u: 8 bits or "
                 "fewer and no interlacing are drawn",
                 p->color, p->depth, byte_at(body, 12));
    }
    p->samples = samples[p->color];
    return check_size(p, err);
}

static bd_rc take_palette(png *p, bd_str body, bd_err *err) {
    bool is_sound = p->palette.size == 0 && !p->has_data && body.size > 0 && body.size % 3 == 0 &&
                    body.size / 3 <= 256 && p->color != GREY && p->color != GREY_ALPHA &&
                    (p->color != PALETTE || body.size / 3 <= (size_t)1 << p->depth);
    if (!is_sound) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "malformed " LABEL ": its palette is out of place or of a wrong size");
    }
    p->palette = body;
    return BD_OK;
}

static bd_rc take_transparency(png *p, bd_str body, bd_err *err) {
    bool fits = (p->color == PALETTE && p->palette.size > 0 && body.size <= p->palette.size / 3) ||
                (p->color == GREY && body.size == 2) || (p->color == RGB && body.size == 6);
    if (!fits || body.size == 0 || p->has_data || p->transparency.size > 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "malformed " LABEL ": its transparency is out of place or of a wrong size");
    }
    p->transparency = body;
    return BD_OK;
}

static bd_rc take_data(png *p, bd_str body, bd_err *err) {
    if (p->has_ended_data || (p->color == PALETTE && p->palette.size == 0)) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": its pixels are out of place");
    }
    p->has_data = true;
    bd_buf_puts(&p->data, body);
    return bd_buf_check(&p->data, LABEL, err);
}

static bool is_named(const char *type, const char *name) {
    return memcmp(type, name, 4) == 0;
}

/* Chunks that may be left out (a small first letter) are: nothing of them is drawn. */
static bd_rc take_chunk(png *p, const char *type, bd_str body, bd_err *err) {
    bool is_first = !p->has_header;
    if (is_first && !is_named(type, "IHDR")) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": it does not begin with its header");
    }
    p->has_ended_data = p->has_ended_data || (p->has_data && !is_named(type, "IDAT"));
    if (is_named(type, "IHDR")) {
        return take_header(p, body, err);
    }
    if (is_named(type, "PLTE")) {
        return take_palette(p, body, err);
    }
    if (is_named(type, "tRNS")) {
        return take_transparency(p, body, err);
    }
    if (is_named(type, "IDAT")) {
        return take_data(p, body, err);
    }
    if (is_named(type, "IEND") && body.size == 0 && p->has_data) {
        p->has_end = true;
        return BD_OK;
    }
    if (type[0] < 'a' || type[0] > 'z') {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": it holds a chunk that nobody knows");
    }
    return BD_OK;
}

static bd_rc take_chunks(png *p, bd_str bytes, bd_err *err) {
    static const char mark[] = "\x89PNG\r\n\x1a\n";
    size_t at = 8, chunks = 0;
    if (bytes.size < 8 || memcmp(bytes.data, mark, 8) != 0) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": it does not begin as a PNG does");
    }
    while (!p->has_end) {
        size_t left = bytes.size - at;
        size_t size = left < 12 ? SIZE_MAX : load_u32(bytes.data + at);
        if (left < 12 || size > left - 12 || ++chunks > MOST_CHUNKS) {
            BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": it is cut short");
        }
        if (bd_crc32(0, bytes.data + at + 4, size + 4) != load_u32(bytes.data + at + 8 + size)) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "malformed " LABEL ": a checksum at byte %zu does not match", at);
        }
        BD_TRY(take_chunk(p, bytes.data + at + 4, bd_str_sub(bytes, at + 8, at + 8 + size), err));
        at += 12 + size;
    }
    if (at != bytes.size) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": %zu bytes stand behind its end",
                 bytes.size - at);
    }
    return BD_OK;
}

/* ---- pixels ---- */

static uint32_t adler32_of(const uint8_t *bytes, size_t count) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < count; i++) {
        a = (a + bytes[i]) % 65521;
        b = (b + a) % 65521;
    }
    return b << 16 | a;
}

static size_t row_bytes_of(const png *p) {
    return ((size_t)p->width * p->samples * p->depth + 7) / 8;
}

/* RFC 1950: two bytes, a raw stream, a checksum. */
static bd_rc inflate_rows(const png *p, uint8_t *rows, size_t size, bd_err *err) {
    bd_str data = bd_buf_str(&p->data);
    if (data.size < 7 || (byte_at(data, 0) & 0x0f) != 8 || (byte_at(data, 1) & 0x20) != 0 ||
        (byte_at(data, 0) * 256u + byte_at(data, 1)) % 31 != 0) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed " LABEL ": its pixels are no zlib stream");
    }
    bd_memory_source memory;
    bd_source raw = bd_source_of_memory(&memory, bd_str_sub(data, 2, data.size - 4));
    bd_inflater *inflater = bd_inflater_open(&raw, (int64_t)size);
    bd_source source = bd_inflater_source(inflater);
    size_t filled = 0, got = 1;
    bd_rc rc = BD_OK;
    uint8_t beyond;
    while (!bd_failed(rc) && got > 0) {
        bool is_full = filled == size;
        rc = bd_source_read(&source, is_full ? &beyond : rows + filled, is_full ? 1 : size - filled,
                            &got, err);
        filled += bd_failed(rc) ? 0 : got;
    }
    bd_inflater_close(inflater);
    BD_TRY(rc);
    if (filled != size || adler32_of(rows, size) != load_u32(data.data + data.size - 4)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "malformed " LABEL ": its pixels do not match its size or their checksum");
    }
    return BD_OK;
}

static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner) {
    int guess = left + up - corner;
    int a = abs(guess - left), b = abs(guess - up), c = abs(guess - corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
}

/* ISO/IEC 15948, 9.2, in place; `above` is the row before, or zeros. */
static bool unfilter(uint8_t filter, uint8_t *row, const uint8_t *above, size_t size, size_t step) {
    for (size_t i = 0; i < size; i++) {
        uint8_t left = i >= step ? row[i - step] : 0, up = above[i];
        uint8_t corner = i >= step ? above[i - step] : 0;
        switch (filter) {
        case 0: break;
        case 1: row[i] = (uint8_t)(row[i] + left); break;
        case 2: row[i] = (uint8_t)(row[i] + up); break;
        case 3: row[i] = (uint8_t)(row[i] + (left + up) / 2); break;
        case 4: row[i] = (uint8_t)(row[i] + paeth(left, up, corner)); break;
        default: return false;
        }
    }
    return true;
}

static uint8_t sample_of(const png *p, const uint8_t *row, size_t index) {
    if (p->depth == 8) {
        return row[index];
    }
    size_t bit = index * p->depth;
    unsigned shift = 8 - p->depth - (unsigned)(bit % 8);
    return (uint8_t)((unsigned)row[bit / 8] >> shift & ((1u << p->depth) - 1));
}

static uint8_t on_white(uint8_t level, uint8_t alpha) {
    return (uint8_t)((level * alpha + 255 * (255 - alpha) + 127) / 255);
}

/* One pixel as red, green, blue and alpha; false: an index outside the palette. */
static bool read_pixel(const png *p, const uint8_t *row, size_t x, uint8_t out[4]) {
    size_t at = x * p->samples;
    uint8_t first = sample_of(p, row, at);
    unsigned most = (1u << p->depth) - 1;
    out[3] = 255;
    if (p->color == PALETTE) {
        if ((size_t)first * 3 >= p->palette.size) {
            return false;
        }
        memcpy(out, p->palette.data + (size_t)first * 3, 3);
        out[3] = first < p->transparency.size ? byte_at(p->transparency, first) : 255;
        return true;
    }
    bool is_grey = p->color == GREY || p->color == GREY_ALPHA;
    for (size_t i = 0; i < 3; i++) {
        out[i] = (uint8_t)(is_grey ? first * 255u / most : row[at + i]);
    }
    if (p->color == GREY_ALPHA || p->color == RGB_ALPHA) {
        out[3] = row[at + p->samples - 1];
    }
    bool is_keyed = p->transparency.size > 0;
    for (size_t i = 0; i < p->samples && is_keyed && p->color <= RGB; i++) {
        is_keyed = byte_at(p->transparency, 2 * i) == 0 &&
                   byte_at(p->transparency, 2 * i + 1) == sample_of(p, row, at + i);
    }
    out[3] = is_keyed ? 0 : out[3];
    return true;
}

static bd_rc draw_rows(const png *p, uint8_t *rows, uint8_t *rgb, bd_arena *arena, bd_err *err) {
    size_t size = row_bytes_of(p), step = (p->samples * p->depth + 7) / 8;
    const uint8_t *above = bd_new(arena, uint8_t, size);
    for (size_t y = 0; y < p->height; y++) {
        uint8_t *row = rows + y * (size + 1);
        if (!unfilter(row[0], row + 1, above, size, step)) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "malformed " LABEL ": row %zu has a filter that nobody knows", y);
        }
        above = row + 1;
        for (size_t x = 0; x < p->width; x++) {
            uint8_t pixel[4];
            if (!read_pixel(p, row + 1, x, pixel)) {
                BD_RAISE(err, BD_ERR_INPUT,
                         "malformed " LABEL ": a pixel of row %zu is not in its palette", y);
            }
            for (size_t i = 0; i < 3; i++) {
                *rgb++ = on_white(pixel[i], pixel[3]);
            }
        }
    }
    return BD_OK;
}

static bd_rc decode(png *p, bd_str bytes, bd_arena *arena, const bd_image **out, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("PNG", (size_t)32 << 20);
    BD_TRY(take_chunks(p, bytes, err));
    size_t size = (row_bytes_of(p) + 1) * p->height;
    uint8_t *rows = bd_new(scratch, uint8_t, size);
    BD_TRY(inflate_rows(p, rows, size, err));
    uint8_t *rgb = bd_new(arena, uint8_t, (size_t)p->width * p->height * 3);
    BD_TRY(draw_rows(p, rows, rgb, scratch, err));
    bd_image *image = bd_new(arena, bd_image, 1);
    *image = (bd_image){.width = p->width, .height = p->height, .rgb = rgb};
    *out = image;
    return BD_OK;
}

bd_rc bd_png_decode(bd_str bytes, bd_arena *arena, const bd_image **out, bd_err *err) {
    png p = {0};
    bd_buf_init(&p.data, bytes.size + 1);
    bd_rc rc = decode(&p, bytes, arena, out, err);
    bd_buf_clear(&p.data);
    return rc;
}
