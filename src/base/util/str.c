#include "bindery/util.h"

#include "util_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bd_str bd_str_of(const char *text) {
    return (bd_str){text, text != NULL ? strlen(text) : 0};
}

bd_str bd_str_copy(bd_arena *arena, bd_str text) {
    char *copy = bd_alloc(arena, text.size + 1, 1);
    if (text.size > 0) {
        block_copy(copy, text.data, text.size);
    }
    return (bd_str){copy, text.size};
}

bd_str bd_str_concat(bd_arena *arena, const bd_str *parts, size_t count) {
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        size += parts[i].size;
    }
    char *text = bd_alloc(arena, size + 1, 1);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > 0) {
            memcpy(text + at, parts[i].data, parts[i].size);
        }
        at += parts[i].size;
    }
    return (bd_str){text, size};
}

bd_str bd_str_vformat(bd_arena *arena, const char *format, va_list args) {
    va_list again;
    va_copy(again, args);
    char common[256];
    int size = vsnprintf(common, sizeof common, format, args);
    BD_ASSERT(size >= 0);
    char *text = bd_alloc(arena, (size_t)size + 1, 1);
    if ((size_t)size < sizeof common) {
        memcpy(text, common, (size_t)size);
    } else {
        vsnprintf(text, (size_t)size + 1, format, again);
    }
    va_end(again);
    return (bd_str){text, (size_t)size};
}

bd_str bd_str_format(bd_arena *arena, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str text = bd_str_vformat(arena, format, args);
    va_end(args);
    return text;
}

const char *bd_str_z(bd_arena *arena, bd_str text) {
    return bd_str_copy(arena, text).data;
}

bool bd_str_eq(bd_str a, bd_str b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

bool bd_str_eqz(bd_str a, const char *b) {
    return bd_str_eq(a, bd_str_of(b));
}

int bd_str_cmp(bd_str a, bd_str b) {
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared > 0 ? memcmp(a.data, b.data, shared) : 0;
    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

bool bd_str_has_prefix(bd_str text, bd_str prefix) {
    return text.size >= prefix.size && bd_str_eq((bd_str){text.data, prefix.size}, prefix);
}

bool bd_str_has_suffix(bd_str text, bd_str suffix) {
    return text.size >= suffix.size &&
           (suffix.size == 0 ||
            memcmp(text.data + text.size - suffix.size, suffix.data, suffix.size) == 0);
}

bd_str bd_str_sub(bd_str text, size_t from, size_t to) {
    if (to > text.size) {
        to = text.size;
    }
    if (from >= to) {
        return (bd_str){text.data, 0};
    }
    return (bd_str){text.data + from, to - from};
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bd_str bd_str_trim(bd_str text) {
    while (text.size > 0 && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_space(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

ptrdiff_t bd_str_find(bd_str text, bd_str part) {
    if (part.size == 0) {
        return 0;
    }
    for (size_t at = 0; at + part.size <= text.size; at++) {
        const char *hit = memchr(text.data + at, part.data[0], text.size - part.size - at + 1);
        if (hit == NULL) {
            return -1;
        }
        at = (size_t)(hit - text.data);
        if (memcmp(hit, part.data, part.size) == 0) {
            return (ptrdiff_t)at;
        }
    }
    return -1;
}

/* Without a branch: ids are of both cases in turn, and each is lowered many times. */
static unsigned char ascii_lower(char c) {
    unsigned is_upper = (unsigned)((unsigned char)c - 'A') < 26;
    return (unsigned char)((unsigned char)c | is_upper << 5);
}

int bd_str_icmp(bd_str a, bd_str b) {
    size_t shared = a.size < b.size ? a.size : b.size;
    for (size_t i = 0; i < shared; i++) {
        if (a.data[i] == b.data[i]) {
            continue;
        }
        int order = (int)ascii_lower(a.data[i]) - (int)ascii_lower(b.data[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a.size > b.size) - (a.size < b.size);
}

bool bd_str_ieq(bd_str a, bd_str b) {
    return a.size == b.size && bd_str_icmp(a, b) == 0;
}

bool bd_strs_have(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

/* Eight bytes at once: below 0x80 the high bit of byte + 0x3f is set from 'A' on, that of byte + 0x25 after 'Z'. */
static uint64_t lower_word(uint64_t word) {
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    uint64_t low = word & ~highs;
    uint64_t is_upper = (low + ones * (0x80 - 'A')) & ~(low + ones * (0x80 - 'Z' - 1)) & ~word & highs;
    return word | is_upper >> 2;
}

bd_str bd_str_lower(bd_arena *arena, bd_str text) {
    char *copy = bd_alloc(arena, text.size + 1, 1);
    size_t i = 0;
    for (; text.size - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, text.data + i, 8);
        word = lower_word(word);
        memcpy(copy + i, &word, 8);
    }
    for (; i < text.size; i++) {
        copy[i] = (char)ascii_lower(text.data[i]);
    }
    return (bd_str){copy, text.size};
}

bool bd_str_cut(bd_str *rest, char separator, bd_str *piece) {
    if (rest->data == NULL) {
        return false;
    }
    const char *hit = rest->size > 0 ? memchr(rest->data, separator, rest->size) : NULL;
    if (hit == NULL) {
        *piece = *rest;
        *rest = (bd_str){NULL, 0};
        return true;
    }
    size_t size = (size_t)(hit - rest->data);
    *piece = (bd_str){rest->data, size};
    *rest = (bd_str){hit + 1, rest->size - size - 1};
    return true;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bd_str cut_digits(bd_str text, size_t *at) {
    size_t from = *at;
    while (*at < text.size && is_digit(text.data[*at])) {
        *at += 1;
    }
    while (from + 1 < *at && text.data[from] == '0') {
        from++;
    }
    return bd_str_sub(text, from, *at);
}

int bd_str_natural_cmp(bd_str a, bd_str b) {
    size_t i = 0;
    size_t j = 0;
    while (i < a.size && j < b.size) {
        if (is_digit(a.data[i]) && is_digit(b.data[j])) {
            bd_str x = cut_digits(a, &i);
            bd_str y = cut_digits(b, &j);
            int order = x.size != y.size ? (x.size > y.size) - (x.size < y.size) : bd_str_cmp(x, y);
            if (order != 0) {
                return order;
            }
            continue;
        }
        int order = (int)(unsigned char)a.data[i++] - (int)(unsigned char)b.data[j++];
        if (order != 0) {
            return order;
        }
    }
    if (i < a.size || j < b.size) {
        return i < a.size ? 1 : -1;
    }
    return bd_str_cmp(a, b);
}

bool bd_str_to_i64(bd_str text, int64_t *out) {
    bool is_negative = text.size > 0 && text.data[0] == '-';
    size_t at = is_negative ? 1 : 0;
    if (at == text.size) {
        return false;
    }
    uint64_t limit = is_negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t value = 0;
    for (; at < text.size; at++) {
        if (!is_digit(text.data[at])) {
            return false;
        }
        uint64_t digit = (uint64_t)(text.data[at] - '0');
        if (value > (limit - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = is_negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

void bd_hex(const uint8_t *bytes, size_t count, char *out) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * count] = '\0';
}

bd_str bd_hex_text(bd_arena *arena, const uint8_t *bytes, size_t count) {
    char *text = bd_new(arena, char, 2 * count + 1);
    bd_hex(bytes, count, text);
    return (bd_str){text, 2 * count};
}

static int hex_digit(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

bool bd_unhex(bd_str text, uint8_t *out, size_t count) {
    if (text.size != 2 * count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        int high = hex_digit(text.data[2 * i]);
        int low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
