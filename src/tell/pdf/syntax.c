#include "bindery/pdf.h"
#include "pdf_priv.h"

#include <math.h>

void put_integer(bd_buf *out, int64_t value) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    bd_buf_put(out, digits + at, sizeof digits - at);
}

void put_number(bd_buf *out, double value) {
    const double most = 1e7; /* far outside any page, and inside what a reader must take */
    value = value > most ? most : value < -most ? -most : value;
    int64_t hundredths = (int64_t)llround(value * 100);
    if (hundredths < 0) {
        bd_buf_putc(out, '-');
        hundredths = -hundredths;
    }
    put_integer(out, hundredths / 100);
    int64_t rest = hundredths % 100;
    if (rest == 0) {
        return;
    }
    bd_buf_putc(out, '.');
    bd_buf_putc(out, (char)('0' + rest / 10));
    if (rest % 10 != 0) {
        bd_buf_putc(out, (char)('0' + rest % 10));
    }
}

static void put_hex16(bd_buf *out, uint32_t unit) {
    static const char digits[] = "0123456789ABCDEF";
    for (int shift = 12; shift >= 0; shift -= 4) {
        bd_buf_putc(out, digits[unit >> shift & 15]);
    }
}

static bool is_printable(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c > 0x7e) {
            return false;
        }
    }
    return true;
}

void put_name_string(bd_buf *out, bd_str text) {
    static const char digits[] = "0123456789ABCDEF";
    if (!is_printable(text)) {
        bd_buf_putc(out, '<');
        for (size_t i = 0; i < text.size; i++) {
            bd_buf_putc(out, digits[(unsigned char)text.data[i] >> 4]);
            bd_buf_putc(out, digits[(unsigned char)text.data[i] & 15]);
        }
        bd_buf_putc(out, '>');
        return;
    }
    bd_buf_putc(out, '(');
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '(' || c == ')' || c == '\\') {
            bd_buf_putc(out, '\\');
        }
        bd_buf_putc(out, c);
    }
    bd_buf_putc(out, ')');
}

void put_utf16(bd_buf *out, uint32_t code_point) {
    if (code_point < 0x10000) {
        put_hex16(out, code_point);
        return;
    }
    put_hex16(out, 0xd800 + ((code_point - 0x10000) >> 10));
    put_hex16(out, 0xdc00 + ((code_point - 0x10000) & 0x3ff));
}

void put_text_string(bd_buf *out, bd_str text) {
    if (is_printable(text)) {
        put_name_string(out, text);
        return;
    }
    bd_buf_puts(out, BD_STR("<FEFF"));
    uint32_t code_point;
    for (size_t at = 0; bd_utf8_next(text, &at, &code_point);) {
        put_utf16(out, code_point);
    }
    bd_buf_putc(out, '>');
}

void put_date(bd_buf *out, bd_instant at) {
    bd_day day = bd_instant_utc_day(at);
    bd_date date = bd_date_of_day(day);
    int64_t second = (at - (bd_instant)day * 86400 * BD_SECOND) / BD_SECOND;
    /* "Z" is legal too, but some validators do not match it against other dates of the file. */
    bd_buf_printf(out, "(D:%04d%02d%02d%02d%02d%02d+00'00')", date.year, date.month, date.day,
                  (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}
