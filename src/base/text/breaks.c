#include "bindery/text.h"
#include "text_priv.h"

bool bd_text_next_word(bd_str text, size_t *at, bd_text_word *word) {
    *word = (bd_text_word){0};
    size_t i = *at;
    while (i < text.size && (text.data[i] == ' ' || text.data[i] == '\n')) {
        if (text.data[i] == '\n') {
            word->breaks++;
            word->spaces = 0;
        } else {
            word->spaces++;
        }
        i++;
    }
    word->from = i;
    while (i < text.size && text.data[i] != ' ' && text.data[i] != '\n') {
        i++;
    }
    word->to = i;
    *at = i;
    return word->to > word->from;
}

/* How well a long word breaks after a character: 2 between the parts of a path or list, 1 inside a
 * part. */
static int break_rank(uint32_t c) {
    switch (c) {
    case '/':
    case '\\':
    case '|':
    case ',':
    case ';':
    case '?':
    case '&': return 2;
    case '-':
    case '_':
    case '.':
    case ':':
    case '=':
    case '@':
    case ')':
    case ']':
    case '}':
    case 0x2013:
    case 0x2014: return 1;
    default: return 0;
    }
}

/* A mark that follows its letter stays with it. */
bool text_is_mark(uint32_t c) {
    return c >= 0x300 && bd_utf8_is_mark(c);
}

/* ---- scripts that put no spaces between words ---- */

static bool is_ideograph(uint32_t c) {
    return (c >= 0x2e80 && c <= 0x30ff && c != 0x3000) || (c >= 0x3100 && c <= 0x312f) ||
           (c >= 0x31a0 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff01 && c <= 0xffef) ||
           (c >= 0x20000 && c <= 0x3ffff);
}

/* Small letters, marks of length and repetition, closing brackets and stops never begin a line (JIS X 4051). */
static bool stays_behind(uint32_t c) {
    static const uint32_t kept[] = {
        0x3001, 0x3002, 0x3005, 0x3009, 0x300b, 0x300d, 0x300f, 0x3011, 0x3015, 0x3017, 0x3041,
        0x3043, 0x3045, 0x3047, 0x3049, 0x3063, 0x3083, 0x3085, 0x3087, 0x30a1, 0x30a3, 0x30a5,
        0x30a7, 0x30a9, 0x30c3, 0x30e3, 0x30e5, 0x30e7, 0x30fb, 0x30fc, 0xff01, 0xff09, 0xff0c,
        0xff0e, 0xff1a, 0xff1b, 0xff1f, 0xff3d, 0xff5d};
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        if (c == kept[i]) {
            return true;
        }
    }
    return text_is_mark(c);
}

static bool stays_before(uint32_t c) {
    return c == 0x3008 || c == 0x300a || c == 0x300c || c == 0x300e || c == 0x3010 || c == 0x3014 ||
           c == 0x3016 || c == 0xff08 || c == 0xff3b || c == 0xff5b;
}

size_t bd_text_unit(bd_str word) {
    size_t at = 0;
    uint32_t before, c;
    if (!bd_utf8_next(word, &at, &before)) {
        return 0;
    }
    for (size_t end = at; bd_utf8_next(word, &at, &c); end = at) {
        bool may_break = (is_ideograph(before) || is_ideograph(c)) && !stays_behind(c) &&
                         !stays_before(before);
        if (may_break) {
            return end;
        }
        before = c;
    }
    return word.size;
}

size_t bd_text_break(bd_text_faces *faces, size_t face, bd_str word, double room) {
    size_t hard = 0, weak = 0, strong = 0, at = 0;
    double width = 0, strong_width = 0;
    uint32_t code_point, before = ' ';
    for (size_t start = 0; bd_utf8_next(word, &at, &code_point); start = at) {
        int rank = start > 0 && !text_is_mark(code_point) ? break_rank(before) : 0;
        hard = text_is_mark(code_point) ? hard : start;
        weak = rank > 0 ? start : weak;
        if (rank > 1) {
            strong = start;
            strong_width = width;
        }
        width += bd_text_kerning(faces, face, before, code_point) +
                 bd_text_advance(faces, face, code_point);
        if (width > room) {
            bool is_good = strong > 0 && strong_width >= room * 0.4;
            return is_good ? strong : weak > 0 ? weak : hard;
        }
        before = code_point;
    }
    return word.size;
}

int bd_text_widest_part(bd_text_faces *faces, size_t face, bd_str word) {
    int widest = 0, width = 0;
    uint32_t code_point, before = ' ';
    for (size_t at = 0; bd_utf8_next(word, &at, &code_point);) {
        if (break_rank(before) > 0) {
            widest = width > widest ? width : widest;
            width = 0;
        }
        width += bd_text_advance(faces, face, code_point);
        before = code_point;
    }
    return width > widest ? width : widest;
}
