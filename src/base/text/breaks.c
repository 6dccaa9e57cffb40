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
static bool is_combining(uint32_t c) {
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x483 && c <= 0x489) || (c >= 0x591 && c <= 0x5bd) ||
           (c >= 0x64b && c <= 0x65f) || (c >= 0x1ab0 && c <= 0x1aff) ||
           (c >= 0x1dc0 && c <= 0x1dff) || (c >= 0x20d0 && c <= 0x20ff) ||
           (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xfe20 && c <= 0xfe2f);
}

size_t bd_text_break(bd_text_faces *faces, size_t face, bd_str word, double room) {
    size_t hard = 0, weak = 0, strong = 0, at = 0;
    double width = 0, strong_width = 0;
    uint32_t code_point, before = ' ';
    for (size_t start = 0; bd_utf8_next(word, &at, &code_point); start = at) {
        int rank = start > 0 && !is_combining(code_point) ? break_rank(before) : 0;
        hard = is_combining(code_point) ? hard : start;
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
