#include "bindery/pdf.h"
#include "pdf_priv.h"

unsigned font_code(pdf_fonts *fonts, size_t face, uint32_t code_point) {
    BD_ASSERT(face < fonts->count && code_point <= 0x10ffff);
    pdf_font *font = &fonts->fonts[face];
    uint16_t *page = font->pages[code_point >> 8];
    if (!page) {
        page = bd_new(fonts->arena, uint16_t, 256);
        font->pages[code_point >> 8] = page;
    }
    uint16_t *code = &page[code_point & 0xff];
    if (*code == 0) {
        *bd_push(fonts->arena, &font->code_points) = code_point;
        *code = (uint16_t)font->code_points.count; /* bd_text_subset refuses what does not fit */
    }
    return *code;
}

/* One row per code, a hundred rows to a block, as Adobe Technical Note 5411 wants it. */
void font_put_to_unicode(const pdf_font *font, bd_buf *out) {
    bd_buf_puts(out,
                BD_STR("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
                       "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
                       "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
                       "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"));
    size_t count = font->code_points.count;
    for (size_t i = 0; i < count; i++) {
        if (i % 100 == 0) {
            size_t rows = count - i < 100 ? count - i : 100;
            bd_buf_printf(out, "%zu beginbfchar\n", rows);
        }
        bd_buf_putc(out, '<');
        put_utf16(out, (uint32_t)(i + 1));
        bd_buf_puts(out, BD_STR("> <"));
        uint32_t letters[BD_TEXT_PLAIN_LETTERS];
        size_t letter_count = bd_text_plain_letters(font->code_points.data[i], letters);
        for (size_t k = 0; k < letter_count; k++) {
            put_utf16(out, letters[k]);
        }
        bd_buf_puts(out, BD_STR(">\n"));
        if (i % 100 == 99 || i + 1 == count) {
            bd_buf_puts(out, BD_STR("endbfchar\n"));
        }
    }
    bd_buf_puts(out, BD_STR("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"));
}

void font_put_widths(pdf_fonts *fonts, size_t face, bd_buf *out) {
    const pdf_font *font = &fonts->fonts[face];
    bd_buf_puts(out, BD_STR("/W [1 ["));
    for (size_t i = 0; i < font->code_points.count; i++) {
        if (i > 0) {
            bd_buf_putc(out, i % 16 == 0 ? '\n' : ' ');
        }
        put_integer(out, bd_text_advance(fonts->faces, face, font->code_points.data[i]));
    }
    bd_buf_puts(out, BD_STR("]]"));
}

/* The six letters tell subsets apart (ISO 32000-1, 9.6.4): FNV-1a over the code points, so the same
 * subset has the same letters. */
void font_put_name(const pdf_fonts *fonts, size_t face, bd_buf *out) {
    const pdf_font *font = &fonts->fonts[face];
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < font->code_points.count; i++) {
        hash = (hash ^ font->code_points.data[i]) * 0x100000001b3u;
    }
    for (int i = 0; i < 6; i++) {
        bd_buf_putc(out, (char)('A' + hash % 26));
        hash /= 26;
    }
    bd_buf_putc(out, '+');
    for (const char *c = bd_text_face_at(fonts->faces, face)->name; *c; c++) {
        bool is_regular = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
                          (*c >= '0' && *c <= '9') || *c == '-';
        if (is_regular) {
            bd_buf_putc(out, *c);
        }
    }
}

void font_put_descriptor(const pdf_fonts *fonts, size_t face, bd_buf *out) {
    const bd_text_face *facts = bd_text_face_at(fonts->faces, face);
    unsigned flags = 4u /* symbolic: its own encoding */ | (facts->is_fixed_pitch ? 1u : 0) |
                     (facts->italic_angle != 0 ? 64u : 0) | (facts->weight >= 700 ? 1u << 18 : 0);
    int stem = 50 + (facts->weight / 65) *
                        (facts->weight / 65); /* the usual estimate from the weight class */
    bd_buf_printf(out,
                  "/Type /FontDescriptor /Flags %u /FontBBox [%d %d %d %d] /ItalicAngle %d"
                  " /Ascent %d /Descent %d"
                  " /CapHeight %d /XHeight %d /StemV %d /FontName /",
                  flags, facts->bbox[0], facts->bbox[1], facts->bbox[2], facts->bbox[3],
                  facts->italic_angle, facts->ascent, facts->descent, facts->cap_height,
                  facts->x_height, stem);
    font_put_name(fonts, face, out);
}
