/* Text that runs from right to left: levels by the Unicode Bidirectional Algorithm (UAX #9), Arabic letters in the form
 * that their neighbours ask for.  FriBidi knows the rules; it is seen by this file alone.
 *
 * A report runs from left to right, and names in it may not.  Characters that command a direction (U+202A to U+202E,
 * U+2066 to U+2069 and the marks) are not obeyed: whoever writes them into a name could make a line of evidence read
 * otherwise than it is.  They are neutral here, and printed as their code points by bd_text_split.  Digits count as
 * Latin letters do (UAX #9, 4.3 leaves that to us): behind an Arabic name the algorithm would turn 2026-01-15 round. */
#include "bindery/text.h"
#include "text_priv.h"

#include <fribidi/fribidi.h>

/* Only these can begin a character of a script that runs from right to left (or of their presentation forms). */
bool bd_text_is_bidi(bd_str text) {
    for (size_t i = 0; i + 1 < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i], next = (unsigned char)text.data[i + 1];
        bool is_plane_0 = (c >= 0xd6 && c <= 0xdf) || (c == 0xe0 && next < 0xa4) ||
                          (c == 0xef && next >= 0xac && next <= 0xbb);
        if (is_plane_0 || (c == 0xf0 && (next == 0x90 || next == 0x9e))) {
            return true;
        }
    }
    return false;
}

bool text_is_right_to_left(uint32_t c) {
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfefc) || (c >= 0x10800 && c <= 0x10fff) ||
           (c >= 0x1e800 && c <= 0x1efff);
}

typedef struct {
    FriBidiStrIndex count;
    FriBidiChar *letters, *shaped;
    FriBidiCharType *types;
    FriBidiBracketType *brackets;
    FriBidiLevel *levels;
    FriBidiJoiningType *joining;
} paragraph;

static void decode(paragraph *p, bd_str text, bd_arena *arena) {
    p->letters = bd_new(arena, FriBidiChar, text.size + 1);
    uint32_t c;
    for (size_t at = 0; bd_utf8_next(text, &at, &c);) {
        p->letters[p->count++] = c;
    }
    size_t room = (size_t)p->count + 1;
    p->shaped = bd_new(arena, FriBidiChar, room);
    p->types = bd_new(arena, FriBidiCharType, room);
    p->brackets = bd_new(arena, FriBidiBracketType, room);
    p->levels = bd_new(arena, FriBidiLevel, room);
    p->joining = bd_new(arena, FriBidiJoiningType, room);
    for (FriBidiStrIndex i = 0; i < p->count; i++) {
        p->shaped[i] = p->letters[i];
    }
}

static void find_levels(paragraph *p) {
    FriBidiParType base = FRIBIDI_PAR_LTR;
    fribidi_get_bidi_types(p->letters, p->count, p->types);
    for (FriBidiStrIndex i = 0; i < p->count; i++) {
        bool commands = FRIBIDI_IS_EXPLICIT(p->types[i]) || FRIBIDI_IS_ISOLATE(p->types[i]) ||
                        p->types[i] == FRIBIDI_TYPE_BN || p->letters[i] == 0x200e ||
                        p->letters[i] == 0x200f || p->letters[i] == 0x61c;
        bool is_digit = p->letters[i] >= '0' && p->letters[i] <= '9';
        if (commands) {
            p->types[i] = FRIBIDI_TYPE_ON;
        } else if (is_digit) {
            p->types[i] = FRIBIDI_TYPE_LTR;
        } else if (FRIBIDI_IS_SEPARATOR(p->types[i])) {
            p->types[i] = FRIBIDI_TYPE_WS; /* a line feed ends a line, not a paragraph */
        }
    }
    fribidi_get_bracket_types(p->letters, p->count, p->types, p->brackets);
    /* FriBidi alone offers no hook for its memory, a few words for each change of direction, given back before it
     * returns; it says 0 where there was none, and then the text would be drawn in another order. */
    if (fribidi_get_par_embedding_levels_ex(p->types, p->brackets, p->count, &base, p->levels) == 0) {
        bd_exhausted("directions of a text", SIZE_MAX);
    }
}

static bool has_face(bd_text_faces *faces, bd_text_role role, uint32_t c) {
    size_t face;
    return bd_text_find_face(faces, role, c, &face);
}

/* Lam-alef, isolated and final: a pair that is never written as two letters. */
static bool has_ligatures(bd_text_faces *faces, bd_text_role role) {
    for (uint32_t c = 0xfef5; c <= 0xfefc; c++) {
        if (!has_face(faces, role, c)) {
            return false;
        }
    }
    return true;
}

/* A form that no face has stays the letter that it is a form of. */
static void shape(paragraph *p, bd_text_faces *faces, bd_text_role role) {
    FriBidiFlags flags = FRIBIDI_FLAG_SHAPE_ARAB_PRES;
    flags |= has_ligatures(faces, role) ? FRIBIDI_FLAG_SHAPE_ARAB_LIGA : 0;
    fribidi_get_joining_types(p->letters, p->count, p->joining);
    fribidi_join_arabic(p->types, p->count, p->levels, p->joining);
    fribidi_shape_arabic(flags, p->levels, p->count, p->joining, p->shaped);
    for (FriBidiStrIndex i = 0; i < p->count; i++) {
        bool is_filler = p->shaped[i] == FRIBIDI_CHAR_FILL && p->letters[i] != FRIBIDI_CHAR_FILL;
        if (!is_filler && p->shaped[i] != p->letters[i] && !has_face(faces, role, p->shaped[i])) {
            p->shaped[i] = p->letters[i];
        }
    }
}

static void put_stretch(const paragraph *p, FriBidiStrIndex from, FriBidiStrIndex to,
                        bd_arena *arena, bd_text_stretches *out) {
    char *bytes = bd_new(arena, char, (size_t)(to - from) * 4 + 1);
    size_t size = 0;
    for (FriBidiStrIndex i = from; i < to; i++) {
        bool is_filler = p->shaped[i] == FRIBIDI_CHAR_FILL && p->letters[i] != FRIBIDI_CHAR_FILL;
        size += is_filler ? 0 : bd_utf8_put(bytes + size, p->shaped[i]);
    }
    *bd_push(arena, out) = (bd_text_stretch){.text = {bytes, size}, .level = p->levels[from]};
}

void bd_text_direct(bd_text_faces *faces, bd_text_role role, bd_str text, bd_arena *arena,
                    bd_text_stretches *out) {
    const size_t most_bytes = (size_t)64 << 20;
    paragraph p = {0};
    if (!bd_text_is_bidi(text) || text.size > most_bytes) {
        *bd_push(arena, out) = (bd_text_stretch){.text = text};
        return;
    }
    decode(&p, text, arena);
    find_levels(&p);
    shape(&p, faces, role);
    for (FriBidiStrIndex from = 0, to; from < p.count; from = to) {
        for (to = from + 1; to < p.count && p.levels[to] == p.levels[from]; to++) {
        }
        put_stretch(&p, from, to, arena, out);
    }
}

/* Marks of these scripts are drawn over the letter that follows them to the right, which is the one they belong to once
 * all is turned round. */
bd_str bd_text_mirror(bd_str text, bd_arena *arena) {
    char *bytes = bd_new(arena, char, text.size * 2 + 4);
    size_t size = 0;
    for (size_t end = text.size; end > 0;) {
        size_t from = end - 1;
        while (from > 0 && ((unsigned char)text.data[from] & 0xc0) == 0x80) {
            from--;
        }
        uint32_t c = 0;
        size_t at = from;
        bd_utf8_next(text, &at, &c);
        FriBidiChar mirrored = c;
        fribidi_get_mirror_char(c, &mirrored);
        size += bd_utf8_put(bytes + size, mirrored);
        end = from;
    }
    return (bd_str){bytes, size};
}

/* UAX #9, L2: from the highest level down, what is of that level or higher changes its order. */
static void order_stretches(bd_text_stretches *list) {
    int highest = 0;
    for (size_t i = 0; i < list->count; i++) {
        highest = list->data[i].level > highest ? list->data[i].level : highest;
    }
    for (int level = highest; level > 0; level--) {
        for (size_t from = 0, to; from < list->count; from = to + 1) {
            for (to = from; to < list->count && list->data[to].level >= level; to++) {
            }
            for (size_t a = from, b = to; a + 1 < b; a++) {
                bd_text_stretch kept = list->data[a];
                list->data[a] = list->data[--b];
                list->data[b] = kept;
            }
        }
    }
}

bd_str bd_text_line(bd_text_faces *faces, bd_text_role role, bd_str text, bd_arena *arena) {
    if (!bd_text_is_bidi(text)) {
        return text;
    }
    bd_text_stretches list = {0};
    bd_text_direct(faces, role, text, arena, &list);
    order_stretches(&list);
    bd_str line = {"", 0};
    for (size_t i = 0; i < list.count; i++) {
        bd_str drawn = list.data[i].level % 2 == 1 ? bd_text_mirror(list.data[i].text, arena)
                                                   : list.data[i].text;
        line = bd_str_format(arena, "%.*s%.*s", BD_ARG(line), BD_ARG(drawn));
    }
    return line;
}

/* A form that is two letters gives them as everything here is drawn, the last one first: readers of a PDF turn round
 * what runs from right to left, letter by letter (poppler 22.12 does). */
size_t bd_text_plain_letters(uint32_t code_point, uint32_t out[BD_TEXT_PLAIN_LETTERS]) {
    bool is_form = (code_point >= 0xfb50 && code_point <= 0xfdff) ||
                   (code_point >= 0xfe70 && code_point <= 0xfefc);
    size_t count = is_form ? bd_utf8_decompose(code_point, out, BD_TEXT_PLAIN_LETTERS) : 0;
    if (count == 0) {
        out[0] = code_point;
        return 1;
    }
    for (size_t a = 0, b = count; a + 1 < b; a++) {
        uint32_t kept = out[a];
        out[a] = out[--b];
        out[b] = kept;
    }
    return count;
}

/* "(GNU FriBidi) 1.0.8", and lines on how it was built. */
bd_str text_bidi_version(void) {
    bd_str rest = bd_str_of(fribidi_version_info), line = rest;
    (void)bd_str_cut(&rest, '\n', &line);
    ptrdiff_t at = bd_str_find(line, BD_STR(")"));
    return at < 0 ? line : bd_str_trim(bd_str_sub(line, (size_t)at + 1, line.size));
}
