#include "bindery/text.h"
#include "text_priv.h"

#include <string.h>

/* A TrueType subset (OpenType 1.9, "glyf", "loca", "hmtx").  Glyphs are renumbered: 0 is .notdef,
 * then one per code point, then the parts of composite glyphs.  The font's own programs (cvt, fpgm,
 * prep) are kept whole; cmap, name, post, OS/2 and layout tables are not needed in a PDF's
 * CIDFontType2. */

#define MAX_GLYPHS 65000u
#define HEAD_BYTES 54u
#define HHEA_BYTES 36u
#define MAXP_BYTES 32u

/* Composite glyph flags */
#define ARGS_ARE_WORDS 0x0001u
#define HAS_SCALE 0x0008u
#define MORE_COMPONENTS 0x0020u
#define HAS_X_AND_Y_SCALE 0x0040u
#define HAS_TWO_BY_TWO 0x0080u

typedef struct {
    const char *path;
    bd_str file, glyf, loca, hmtx, head, hhea, maxp;
    unsigned glyph_count, metric_count;
    bool has_long_loca;
    uint16_t *old_of_new;  /* MAX_GLYPHS entries */
    uint32_t *new_of_part; /* by old glyph: new index of a composite's part, 0 none */
    size_t count;
} subset;

static uint32_t u16_at(bd_str bytes, size_t at) {
    const uint8_t *p = (const uint8_t *)bytes.data + at;
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t u32_at(bd_str bytes, size_t at) {
    return u16_at(bytes, at) << 16 | u16_at(bytes, at + 2);
}

static void put_u16(bd_buf *out, uint32_t value) {
    bd_buf_putc(out, (char)(value >> 8 & 0xff));
    bd_buf_putc(out, (char)(value & 0xff));
}

static void put_u32(bd_buf *out, uint32_t value) {
    put_u16(out, value >> 16);
    put_u16(out, value & 0xffff);
}

static void patch_u16(char *at, uint32_t value) {
    at[0] = (char)(value >> 8 & 0xff);
    at[1] = (char)(value & 0xff);
}

static void patch_u32(char *at, uint32_t value) {
    patch_u16(at, value >> 16);
    patch_u16(at + 2, value & 0xffff);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bd_str find_table(bd_str file, const char *tag) {
    if (file.size < 12) {
        return (bd_str){0};
    }
    size_t count = u16_at(file, 4);
    for (size_t i = 0; i < count && 12 + (i + 1) * 16 <= file.size; i++) {
        size_t at = 12 + i * 16;
        if (memcmp(file.data + at, tag, 4) != 0) {
            continue;
        }
        size_t from = u32_at(file, at + 8), size = u32_at(file, at + 12);
        return from <= file.size && size <= file.size - from ? bd_str_sub(file, from, from + size)
                                                             : (bd_str){0};
    }
    return (bd_str){0};
}

static bd_rc read_tables(subset *s, bd_err *err) {
    s->glyf = find_table(s->file, "glyf");
    s->loca = find_table(s->file, "loca");
    s->hmtx = find_table(s->file, "hmtx");
    s->head = find_table(s->file, "head");
    s->hhea = find_table(s->file, "hhea");
    s->maxp = find_table(s->file, "maxp");
    bool is_whole =
        s->head.size >= HEAD_BYTES && s->hhea.size >= HHEA_BYTES && s->maxp.size >= MAXP_BYTES;
    if (is_whole) {
        s->glyph_count = u16_at(s->maxp, 4);
        s->metric_count = u16_at(s->hhea, 34);
        s->has_long_loca = u16_at(s->head, 50) != 0;
        is_whole = s->glyph_count > 0 && s->metric_count > 0 && s->metric_count <= s->glyph_count &&
                   s->loca.size >= ((size_t)s->glyph_count + 1) * (s->has_long_loca ? 4 : 2) &&
                   s->hmtx.size >=
                       (size_t)s->metric_count * 4 + (size_t)(s->glyph_count - s->metric_count) * 2;
    }
    if (!is_whole) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot embed font '%s': a table is missing or too short",
                 s->path);
    }
    return BD_OK;
}

static bd_rc find_outline(const subset *s, unsigned glyph, bd_str *out, bd_err *err) {
    *out = (bd_str){0};
    if (glyph >= s->glyph_count) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot embed font '%s': glyph %u is beyond its %u glyphs",
                 s->path, glyph, s->glyph_count);
    }
    size_t from = s->has_long_loca ? u32_at(s->loca, (size_t)glyph * 4)
                                   : u16_at(s->loca, (size_t)glyph * 2) * 2;
    size_t to = s->has_long_loca ? u32_at(s->loca, (size_t)glyph * 4 + 4)
                                 : u16_at(s->loca, (size_t)glyph * 2 + 2) * 2;
    if (from > to || to > s->glyf.size || (to > from && to - from < 10)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot embed font '%s': glyph %u lies outside its table",
                 s->path, glyph);
    }
    *out = bd_str_sub(s->glyf, from, to);
    return BD_OK;
}

/* ---- glyphs ---------------------------------------------------------------------------------- */

static bd_rc add_part(subset *s, unsigned glyph, unsigned *index, bd_err *err) {
    if (glyph >= s->glyph_count) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot embed font '%s': a composite glyph names glyph %u of %u", s->path, glyph,
                 s->glyph_count);
    }
    if (s->new_of_part[glyph] == 0) {
        if (s->count >= MAX_GLYPHS) {
            BD_RAISE(err, BD_ERR_BUG, "cannot embed font '%s': more than %u glyphs", s->path,
                     MAX_GLYPHS);
        }
        s->old_of_new[s->count] = (uint16_t)glyph;
        s->new_of_part[glyph] = (uint32_t)s->count++;
    }
    *index = (unsigned)s->new_of_part[glyph];
    return BD_OK;
}

/* Renumbers the parts of a composite outline in `glyph` (a copy in the output). */
static bd_rc renumber_parts(subset *s, char *glyph, size_t size, bd_err *err) {
    bd_str bytes = {glyph, size};
    size_t at = 10;
    for (uint32_t flags = MORE_COMPONENTS; flags & MORE_COMPONENTS;) {
        if (at + 4 > size) {
            BD_RAISE(err, BD_ERR_INPUT, "cannot embed font '%s': a composite glyph is cut short",
                     s->path);
        }
        flags = u16_at(bytes, at);
        unsigned index = 0;
        BD_TRY(add_part(s, u16_at(bytes, at + 2), &index, err));
        patch_u16(glyph + at + 2, index);
        at += flags & ARGS_ARE_WORDS ? 8 : 6;
        at += flags & HAS_SCALE           ? 2
              : flags & HAS_X_AND_Y_SCALE ? 4
              : flags & HAS_TWO_BY_TWO    ? 8
                                          : 0;
    }
    return BD_OK;
}

/* Fills `glyf` and `loca`; the list of glyphs grows while parts are found. */
static bd_rc put_outlines(subset *s, bd_buf *glyf, bd_buf *loca, bd_err *err) {
    for (size_t i = 0; i < s->count; i++) {
        put_u32(loca, (uint32_t)glyf->size);
        bd_str outline;
        BD_TRY(find_outline(s, s->old_of_new[i], &outline, err));
        size_t start = glyf->size;
        bd_buf_puts(glyf, outline);
        while (glyf->size % 4 != 0) {
            bd_buf_putc(glyf, 0);
        }
        BD_TRY(bd_buf_check(glyf, "font outlines", err));
        bool is_composite = outline.size >= 10 && u16_at(outline, 0) >= 0x8000;
        if (is_composite) {
            BD_TRY(renumber_parts(s, glyf->data + start, outline.size, err));
        }
    }
    put_u32(loca, (uint32_t)glyf->size);
    return bd_buf_check(loca, "font index", err);
}

static void put_metrics(const subset *s, bd_buf *hmtx) {
    for (size_t i = 0; i < s->count; i++) {
        size_t glyph = s->old_of_new[i];
        size_t last = s->metric_count - 1;
        bool is_own = glyph <= last;
        put_u16(hmtx, u16_at(s->hmtx, (is_own ? glyph : last) * 4));
        put_u16(hmtx, is_own ? u16_at(s->hmtx, glyph * 4 + 2)
                             : u16_at(s->hmtx, (last + 1) * 4 + (glyph - last - 1) * 2));
    }
}

/* ---- the file -------------------------------------------------------------------------------- */

static uint32_t checksum(bd_str bytes) {
    uint32_t sum = 0;
    size_t whole = bytes.size / 4 * 4;
    for (size_t i = 0; i < whole; i += 4) {
        sum += u32_at(bytes, i);
    }
    uint32_t rest = 0;
    for (size_t i = whole; i < bytes.size; i++) {
        rest |= (uint32_t)(uint8_t)bytes.data[i] << (24 - 8 * (i - whole));
    }
    return sum + rest;
}

typedef struct {
    const char *tag;
    bd_str bytes;
} table;

static void put_file(const table *tables, size_t count, bd_buf *out) {
    size_t base = out->size, power = 1, log = 0;
    while (power * 2 <= count) {
        power *= 2;
        log++;
    }
    put_u32(out, 0x00010000);
    put_u16(out, (uint32_t)count);
    put_u16(out, (uint32_t)(power * 16));
    put_u16(out, (uint32_t)log);
    put_u16(out, (uint32_t)(count * 16 - power * 16));
    size_t offset = 12 + count * 16, head = 0;
    for (size_t i = 0; i < count; i++) {
        bd_buf_put(out, tables[i].tag, 4);
        put_u32(out, checksum(tables[i].bytes));
        put_u32(out, (uint32_t)offset);
        put_u32(out, (uint32_t)tables[i].bytes.size);
        head = memcmp(tables[i].tag, "head", 4) == 0 ? offset : head;
        offset += (tables[i].bytes.size + 3) / 4 * 4;
    }
    for (size_t i = 0; i < count; i++) {
        bd_buf_puts(out, tables[i].bytes);
        while ((out->size - base) % 4 != 0) {
            bd_buf_putc(out, 0);
        }
    }
    if (out->overflowed) {
        return; /* the caller's check reports it */
    }
    uint32_t sum = checksum((bd_str){out->data + base, out->size - base});
    patch_u32(out->data + base + head + 8, 0xb1b0afbau - sum);
}

static bd_rc build_file(subset *s, bd_buf *glyf, bd_buf *loca, bd_buf *hmtx, bd_buf *out,
                        bd_err *err) {
    BD_TRY(put_outlines(s, glyf, loca, err));
    put_metrics(s, hmtx);
    BD_TRY(bd_buf_check(hmtx, "font metrics", err));
    char head[HEAD_BYTES], hhea[HHEA_BYTES], maxp[MAXP_BYTES];
    memcpy(head, s->head.data, sizeof head);
    memcpy(hhea, s->hhea.data, sizeof hhea);
    memcpy(maxp, s->maxp.data, sizeof maxp);
    patch_u32(head + 8, 0);
    patch_u16(head + 50, 1);
    patch_u16(hhea + 34, (uint32_t)s->count);
    patch_u16(maxp + 4, (uint32_t)s->count);
    table tables[] = {
        {"cvt ", find_table(s->file, "cvt ")},
        {"fpgm", find_table(s->file, "fpgm")},
        {"glyf", bd_buf_str(glyf)},
        {"head", {head, sizeof head}},
        {"hhea", {hhea, sizeof hhea}},
        {"hmtx", bd_buf_str(hmtx)},
        {"loca", bd_buf_str(loca)},
        {"maxp", {maxp, sizeof maxp}},
        {"prep", find_table(s->file, "prep")},
    };
    table kept[BD_COUNT(tables)];
    size_t count = 0;
    for (size_t i = 0; i < BD_COUNT(tables); i++) {
        if (tables[i].bytes.size > 0) {
            kept[count++] = tables[i];
        }
    }
    put_file(kept, count, out);
    return bd_buf_check(out, "embedded font", err);
}

bd_rc bd_text_subset(bd_text_faces *faces, size_t face, const uint32_t *code_points, size_t count,
                     bd_buf *out, bd_err *err) {
    BD_ASSERT(face < faces->count);
    (void)text_wake(faces, face);
    subset s = {.path = faces->faces[face].path, .file = faces->faces[face].data};
    if (count >= MAX_GLYPHS) {
        BD_RAISE(err, BD_ERR_BUG, "cannot embed font '%s': more than %u glyphs", s.path,
                 MAX_GLYPHS);
    }
    BD_TRY(read_tables(&s, err));
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("font subset", (size_t)4 << 20);
    s.old_of_new = bd_new(arena, uint16_t, MAX_GLYPHS);
    s.new_of_part = bd_new(arena, uint32_t, s.glyph_count);
    s.count = count + 1;
    for (size_t i = 0; i < count; i++) {
        s.old_of_new[i + 1] = (uint16_t)text_glyph(faces, face, code_points[i]);
    }
    bd_buf glyf, loca, hmtx;
    bd_buf_init(&glyf, BD_FACE_MAX_BYTES);
    bd_buf_init(&loca, BD_FACE_MAX_BYTES);
    bd_buf_init(&hmtx, BD_FACE_MAX_BYTES);
    bd_rc rc = build_file(&s, &glyf, &loca, &hmtx, out, err);
    bd_buf_clear(&glyf);
    bd_buf_clear(&loca);
    bd_buf_clear(&hmtx);
    return rc;
}
