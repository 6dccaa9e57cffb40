#include "bindery/text.h"
#include "text_priv.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xfffdu

/* Printable ASCII and line feeds alone need no work; most of a report is that. */
static bool is_plain(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\n') || c > 0x7e) {
            return false;
        }
    }
    return true;
}

/* Characters that draw nothing or steer the reader's display: shown, because evidence must not hide
 * them. */
static bool is_invisible(uint32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e ||
           (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || (c >= 0xd800 && c <= 0xf8ff) || c == 0xfeff ||
           (c >= 0xfff0 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff) || c >= 0xf0000;
}

/* What is being built: bytes in one block of the arena, with spans pointing into it.  The first run
 * only counts (bytes == NULL), because a byte may grow tenfold and hardly ever does. */
typedef struct {
    bd_text_faces *faces;
    bd_text_role role;
    bd_arena *arena;
    bd_text_spans *out;
    bd_text_gaps *gaps;
    char *bytes;
    size_t size, span_start;
    size_t face;
} splitter;

#define PAGE_SIZE 256u
#define PAGE_COUNT (0x110000u / PAGE_SIZE)

/* Where a code point's number in the list (from 1) is kept: text in a script that no face has brings thousands of
 * different ones, each many times. */
static uint32_t *gap_number(bd_text_gaps *gaps, uint32_t code_point) {
    if (!gaps->pages) {
        gaps->pages = bd_new(gaps->arena, uint32_t *, PAGE_COUNT);
    }
    uint32_t **page = &gaps->pages[code_point / PAGE_SIZE];
    if (!*page) {
        *page = bd_new(gaps->arena, uint32_t, PAGE_SIZE);
    }
    return &(*page)[code_point % PAGE_SIZE];
}

static void note_gap(splitter *split, uint32_t code_point) {
    bd_text_gaps *gaps = split->gaps;
    if (!gaps || !split->bytes) {
        return;
    }
    uint32_t *number = gap_number(gaps, code_point);
    if (*number > 0) {
        gaps->gaps.data[*number - 1].count++;
        return;
    }
    bd_text_gap *gap = bd_push(gaps->arena, &gaps->gaps);
    *gap = (bd_text_gap){code_point, bd_str_copy(gaps->arena, gaps->where), 1};
    *number = (uint32_t)gaps->gaps.count;
}

static void end_span(splitter *split) {
    if (split->bytes && split->size > split->span_start) {
        bd_text_span *span = bd_push(split->arena, split->out);
        *span = (bd_text_span){split->face,
                               {split->bytes + split->span_start, split->size - split->span_start}};
        split->span_start = split->size;
    }
}

static void put_drawn(splitter *split, size_t face, uint32_t code_point) {
    if (face != split->face) {
        end_span(split);
        split->face = face;
    }
    char unused[4];
    split->size += bd_utf8_put(split->bytes ? split->bytes + split->size : unused, code_point);
}

/* "[U+1F600]" in the role's first face, which has all of ASCII. */
static void put_missing(splitter *split, uint32_t code_point) {
    note_gap(split, code_point);
    char text[16];
    int length = snprintf(text, sizeof text, "[U+%04X]", (unsigned)code_point);
    for (int i = 0; i < length; i++) {
        put_drawn(split, bd_text_primary(split->faces, split->role), (unsigned char)text[i]);
    }
}

static void put_code_point(splitter *split, uint32_t c) {
    if (c == ' ' || c == '\n' || c == 0xa0) {
        put_drawn(split, split->face, c);
        return;
    }
    size_t face = 0;
    if (is_invisible(c) || !bd_text_find_face(split->faces, split->role, c, &face)) {
        put_missing(split, c);
        return;
    }
    if (c == REPLACEMENT) {
        note_gap(split, c);
    }
    put_drawn(split, face, c);
}

/* Next code point after composition; `pending` carries the one that did not compose. */
static bool read_composed(bd_str text, size_t *at, uint32_t *pending, uint32_t *out) {
    uint32_t c = *pending;
    *pending = 0;
    if (c == 0 && !bd_utf8_next(text, at, &c)) {
        return false;
    }
    uint32_t next;
    while (bd_utf8_next(text, at, &next)) {
        uint32_t composed = next >= 0x300 && next < 0x370 ? bd_utf8_compose(c, next) : 0;
        if (composed == 0) {
            *pending = next;
            break;
        }
        c = composed;
    }
    *out = c;
    return true;
}

/* Code point 0 cannot be carried as pending, so NUL is written as its own picture, U+2400. */
static bd_str without_nul(bd_str text, bd_arena *arena) {
    char *bytes = NULL;
    size_t size = 0;
    if (text.size == 0 || !memchr(text.data, 0, text.size)) {
        return text;
    }
    bytes = bd_new(arena, char, text.size * 3);
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == 0) {
            size += bd_utf8_put(bytes + size, 0x2400);
        } else {
            bytes[size++] = text.data[i];
        }
    }
    return (bd_str){bytes, size};
}

static void put_text(splitter *split, bd_str text) {
    uint32_t pending = 0, c;
    for (size_t at = 0; read_composed(text, &at, &pending, &c);) {
        if (c == '\r') {
            if (pending != '\n') {
                put_code_point(split, '\n');
            }
            continue;
        }
        put_code_point(split, c == '\t' ? ' ' : c);
    }
    end_span(split);
}

void bd_text_split(bd_text_faces *faces, bd_text_role role, bd_str text, bd_arena *arena,
                   bd_text_spans *out, bd_text_gaps *gaps) {
    size_t primary = bd_text_primary(faces, role);
    if (text.size == 0) {
        return;
    }
    if (is_plain(text)) {
        *bd_push(arena, out) = (bd_text_span){primary, text};
        return;
    }
    text = without_nul(text, arena);
    splitter split = {
        .faces = faces, .role = role, .arena = arena, .out = out, .gaps = gaps, .face = primary};
    put_text(&split, text);
    split.bytes = bd_new(arena, char, split.size + 4);
    split.size = 0;
    split.face = primary;
    put_text(&split, text);
}
