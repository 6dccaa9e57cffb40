#include "bindery/util.h"

#include <stdio.h>
#include <string.h>

/* Length of the well-formed sequence at `at` (Unicode 15, table 3-7), 0 when there is none. */
static size_t sequence_length(const unsigned char *s, size_t left) {
    unsigned char lead = s[0];
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
        return 0;
    }
    size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (left < length) {
        return 0;
    }
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead == 0xE0) {
        low = 0xA0;
    } else if (lead == 0xED) {
        high = 0x9F;
    } else if (lead == 0xF0) {
        low = 0x90;
    } else if (lead == 0xF4) {
        high = 0x8F;
    }
    if (s[1] < low || s[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

bool bd_utf8_is_valid(bd_str text) {
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t at = 0;
    while (at < text.size) {
        size_t length = bytes[at] < 0x80 ? 1 : sequence_length(bytes + at, text.size - at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

bool bd_utf8_next(bd_str text, size_t *at, uint32_t *code_point) {
    if (*at >= text.size) {
        return false;
    }
    const unsigned char *s = (const unsigned char *)text.data + *at;
    size_t length = sequence_length(s, text.size - *at);
    switch (length) {
    case 1:
        *code_point = s[0];
        break;
    case 2:
        *code_point = (uint32_t)(s[0] & 0x1F) << 6 | (s[1] & 0x3F);
        break;
    case 3:
        *code_point = (uint32_t)(s[0] & 0x0F) << 12 | (uint32_t)(s[1] & 0x3F) << 6 | (s[2] & 0x3F);
        break;
    case 4:
        *code_point = (uint32_t)(s[0] & 0x07) << 18 | (uint32_t)(s[1] & 0x3F) << 12 |
                      (uint32_t)(s[2] & 0x3F) << 6 | (s[3] & 0x3F);
        break;
    default:
        *code_point = 0xFFFD;
        length = 1;
        break;
    }
    *at += length;
    return true;
}

size_t bd_utf8_put(char out[4], uint32_t code_point) {
    if (code_point < 0x80) {
        out[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out[0] = (char)(0xC0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3F));
        return 2;
    }
    if (code_point < 0x10000) {
        out[0] = (char)(0xE0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code_point >> 18);
    out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code_point & 0x3F));
    return 4;
}

/* Ranges of CaseFolding.txt (status C and S) for the alphabets of names and enum words.  `step` 1: a run
 * shifted by `delta`; step 2: upper and lower alternate, the upper one at even or odd offsets from `first`. */
typedef struct {
    uint32_t first, last;
    int32_t delta;
    uint32_t step;
} fold_range;

static const fold_range fold_ranges[] = {
    {0x0041, 0x005A, 32, 1},   {0x00B5, 0x00B5, 775, 1},   {0x00C0, 0x00D6, 32, 1},
    {0x00D8, 0x00DE, 32, 1},   {0x0100, 0x012E, 1, 2},     {0x0132, 0x0136, 1, 2},
    {0x0139, 0x0147, 1, 2},    {0x014A, 0x0176, 1, 2},     {0x0178, 0x0178, -121, 1},
    {0x0179, 0x017D, 1, 2},    {0x017F, 0x017F, -268, 1},  {0x01CD, 0x01DB, 1, 2},
    {0x01DE, 0x01EE, 1, 2},    {0x01F8, 0x021E, 1, 2},     {0x0222, 0x0232, 1, 2},
    {0x0386, 0x0386, 38, 1},   {0x0388, 0x038A, 37, 1},    {0x038C, 0x038C, 64, 1},
    {0x038E, 0x038F, 63, 1},   {0x0391, 0x03A1, 32, 1},    {0x03A3, 0x03AB, 32, 1},
    {0x03C2, 0x03C2, 1, 1},    {0x0400, 0x040F, 80, 1},    {0x0410, 0x042F, 32, 1},
    {0x0460, 0x0480, 1, 2},    {0x048A, 0x04BE, 1, 2},     {0x04C1, 0x04CD, 1, 2},
    {0x04D0, 0x052E, 1, 2},    {0x0531, 0x0556, 48, 1},    {0x1E00, 0x1E94, 1, 2},
    {0x1EA0, 0x1EFE, 1, 2},
};

uint32_t bd_fold(uint32_t code_point) {
    if (code_point < 0x80) {
        return code_point >= 'A' && code_point <= 'Z' ? code_point + 32 : code_point;
    }
    for (size_t i = 0; i < BD_COUNT(fold_ranges); i++) {
        const fold_range *range = &fold_ranges[i];
        if (code_point < range->first) {
            return code_point;
        }
        if (code_point <= range->last) {
            bool is_hit = (code_point - range->first) % range->step == 0;
            return is_hit ? (uint32_t)((int32_t)code_point + range->delta) : code_point;
        }
    }
    return code_point;
}

int bd_str_fold_cmp(bd_str a, bd_str b) {
    size_t i = 0;
    size_t j = 0;
    uint32_t x = 0;
    uint32_t y = 0;
    for (;;) {
        bool has_x = bd_utf8_next(a, &i, &x);
        bool has_y = bd_utf8_next(b, &j, &y);
        if (!has_x || !has_y) {
            return (int)has_x - (int)has_y;
        }
        x = bd_fold(x);
        y = bd_fold(y);
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
}

static bool is_hidden(uint32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x00AD || c == 0x061C || c == 0x180E ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF0 && c <= 0xFFFB) ||
           (c >= 0xE0000 && c <= 0xE0FFF);
}

bd_str bd_str_visible(bd_arena *arena, bd_str text) {
    char *out = bd_alloc(arena, text.size * 10 + 1, 1);
    size_t size = 0;
    size_t at = 0;
    uint32_t c = 0;
    while (bd_utf8_next(text, &at, &c)) {
        if (is_hidden(c)) {
            size += (size_t)snprintf(out + size, 11, "\\u{%04X}", c);
        } else {
            size += bd_utf8_put(out + size, c);
        }
    }
    return (bd_str){out, size};
}
