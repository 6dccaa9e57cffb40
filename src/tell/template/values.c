/* Values of attributes, and what a colour is worth beside another. */
#include "bindery/template.h"

#include "template_priv.h"

#include <math.h>

static int digit_of(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool take_color(bd_str text, uint32_t *out) {
    if (text.size != 7 || text.data[0] != '#') {
        return false;
    }
    uint32_t color = 0;
    for (size_t i = 1; i < text.size; i++) {
        int digit = digit_of(text.data[i]);
        if (digit < 0) {
            return false;
        }
        color = color << 4 | (uint32_t)digit;
    }
    *out = color;
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool take_number(bd_str text, double *out) {
    const size_t most_whole = 4, most_decimals = 2;
    size_t at = 0;
    long whole = 0, part = 0, unit = 1;
    for (; at < text.size && is_digit(text.data[at]); at++) {
        whole = at < most_whole ? whole * 10 + (text.data[at] - '0') : whole;
    }
    if (at == 0 || at > most_whole) {
        return false;
    }
    if (at < text.size) {
        size_t decimals = text.size - at - 1;
        if (text.data[at] != '.' || decimals == 0 || decimals > most_decimals) {
            return false;
        }
        for (at++; at < text.size; at++) {
            if (!is_digit(text.data[at])) {
                return false;
            }
            part = part * 10 + (text.data[at] - '0');
            unit *= 10;
        }
    }
    *out = (double)whole + (double)part / (double)unit;
    return true;
}

static bool take_pair(bd_str text, char between, double *first, double *second) {
    bd_str rest = text, head;
    return bd_str_cut(&rest, between, &head) && head.size < text.size && take_number(head, first) &&
           take_number(rest, second);
}

bool take_view(bd_str text, double *width, double *height) {
    return take_pair(text, ' ', width, height) && *width >= 1 && *height >= 1;
}

bool take_points(bd_str text, bd_arena *arena, bd_outline *out) {
    bd_vertex points[MOST_POINTS];
    size_t count = 0;
    for (size_t at = 0; at <= text.size;) {
        size_t end = at;
        while (end < text.size && text.data[end] != ' ') {
            end++;
        }
        if (count == MOST_POINTS ||
            !take_pair(bd_str_sub(text, at, end), ',', &points[count].x, &points[count].y)) {
            return false;
        }
        count++;
        at = end + 1;
    }
    if (count < 3) {
        return false;
    }
    bd_vertex *own = bd_new(arena, bd_vertex, count);
    for (size_t i = 0; i < count; i++) {
        own[i] = points[i];
    }
    out->points = own;
    out->point_count = count;
    return true;
}

/* The name of a file beside the template: no folder, nothing hidden, nothing that another system reads otherwise. */
bool is_logo_name(bd_str text) {
    if (text.size < 5 || text.size > 64 || !bd_str_has_suffix(text, BD_STR(".png")) ||
        text.data[0] == '.' || text.data[0] == '-') {
        return false;
    }
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_plain = is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        c == '.' || c == '_' || c == '-';
        if (!is_plain) {
            return false;
        }
    }
    return true;
}

size_t count_letters(bd_str text) {
    size_t count = 0;
    uint32_t c;
    for (size_t at = 0; bd_utf8_next(text, &at, &c);) {
        count++;
    }
    return count;
}

/* ---- contrast ---- */

/* WCAG 2.1, "relative luminance", with the sRGB curve of IEC 61966-2-1. */
static double linear(uint32_t level) {
    double c = (double)level / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t color) {
    return 0.2126 * linear(color >> 16 & 0xff) + 0.7152 * linear(color >> 8 & 0xff) +
           0.0722 * linear(color & 0xff);
}

double bd_template_contrast(uint32_t a, uint32_t b) {
    double one = luminance(a), other = luminance(b);
    double light = one > other ? one : other, dark = one > other ? other : one;
    return (light + 0.05) / (dark + 0.05);
}
