/* Normal forms of Unicode text, by utf8proc: one spelling for what a reader takes for one text. */
#include "bindery/util.h"

#include <utf8proc.h>

#define COMPOSED (UTF8PROC_STABLE | UTF8PROC_COMPOSE)
#define COMPATIBLE (COMPOSED | UTF8PROC_COMPAT)
/* NFKC_Casefold (Unicode, section 3.13, definition 145a): the form in which identifiers are matched. */
#define CASELESS (COMPOSED | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)

/* utf8proc refuses malformed text whole; each bad byte becomes U+FFFD, as everywhere. */
static bd_str well_formed(bd_arena *arena, bd_str text) {
    if (bd_utf8_is_valid(text)) {
        return text;
    }
    char *bytes = bd_new(arena, char, text.size * 3 + 1);
    size_t size = 0;
    size_t at = 0;
    uint32_t c;
    while (bd_utf8_next(text, &at, &c)) {
        size += bd_utf8_put(bytes + size, c);
    }
    return (bd_str){bytes, size};
}

bd_str bd_str_caseless(bd_arena *arena, bd_str text) {
    bd_str from = well_formed(arena, text);
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)from.data;
    utf8proc_ssize_t size = (utf8proc_ssize_t)from.size;
    utf8proc_ssize_t count = utf8proc_decompose(bytes, size, NULL, 0, CASELESS);
    if (count <= 0) {
        return (bd_str){"", 0};
    }
    /* one more: utf8proc closes what it re-encodes in place with a NUL */
    utf8proc_int32_t *code_points = bd_new(arena, utf8proc_int32_t, (size_t)count + 1);
    count = utf8proc_decompose(bytes, size, code_points, count, CASELESS);
    count = utf8proc_reencode(code_points, count, CASELESS);
    return (bd_str){(const char *)code_points, count > 0 ? (size_t)count : 0};
}

uint32_t bd_utf8_compose(uint32_t base, uint32_t mark) {
    if (base > 0x10FFFF || mark > 0x10FFFF) {
        return 0;
    }
    char text[8];
    size_t size = bd_utf8_put(text, base);
    size += bd_utf8_put(text + size, mark);
    utf8proc_int32_t parts[16]; /* no code point has more than four canonical parts */
    utf8proc_ssize_t count = utf8proc_decompose(
        (const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, parts, BD_COUNT(parts), COMPOSED);
    if (count < 0 || count > (utf8proc_ssize_t)BD_COUNT(parts)) {
        return 0;
    }
    count = utf8proc_normalize_utf32(parts, count, COMPOSED);
    return count == 1 ? (uint32_t)parts[0] : 0;
}

size_t bd_utf8_decompose(uint32_t code_point, uint32_t *out, size_t room) {
    utf8proc_int32_t parts[32]; /* the longest has 18 */
    char text[4];
    if (code_point > 0x10FFFF) {
        return 0;
    }
    size_t size = bd_utf8_put(text, code_point);
    utf8proc_ssize_t count =
        utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, parts,
                           BD_COUNT(parts), COMPATIBLE);
    count = count > 0 && count <= (utf8proc_ssize_t)BD_COUNT(parts)
                ? utf8proc_normalize_utf32(parts, count, COMPATIBLE)
                : 0;
    bool is_itself = count == 1 && (uint32_t)parts[0] == code_point;
    if (count <= 0 || (size_t)count > room || is_itself) {
        return 0;
    }
    for (utf8proc_ssize_t i = 0; i < count; i++) {
        out[i] = (uint32_t)parts[i];
    }
    return (size_t)count;
}

bool bd_utf8_is_mark(uint32_t code_point) {
    if (code_point > 0x10FFFF) {
        return false;
    }
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

int bd_utf8_columns(uint32_t code_point) {
    return code_point > 0x10FFFF ? 1 : utf8proc_charwidth((utf8proc_int32_t)code_point);
}

size_t bd_str_columns(bd_str text) {
    size_t at = 0, count = 0;
    uint32_t code_point;
    while (bd_utf8_next(text, &at, &code_point)) {
        count += (size_t)bd_utf8_columns(code_point);
    }
    return count;
}

bool bd_utf8_is_alphanumeric(uint32_t code_point) {
    if (code_point > 0x10FFFF) {
        return false;
    }
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)code_point);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

const char *bd_utf8_version(void) {
    return utf8proc_unicode_version();
}
