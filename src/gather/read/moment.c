/* Numbers that a spreadsheet shows as dates.
 *
 * A cell holds a serial number of days; only its number format says that it is a date (ECMA-376 part 1, 18.8.30).  The
 * 1900 system counts 1900-01-01 as 1 and believes in a 29 February 1900, which is 60; from 61 on it agrees with the
 * calendar.  The 1904 system counts 1904-01-01 as 0. */
#include "bindery/read.h"

#include "xlsx.h"

#include <stdlib.h>

#define MS_OF_DAY INT64_C(86400000)
#define LAST_1900 2958466.0 /* 10000-01-01 */
#define LAST_1904 2957004.0

/* ---- formats ---- */

static xlsx_format built_in(uint64_t id) {
    if (id == 14 || (id >= 15 && id <= 17)) {
        return FORMAT_DATE;
    }
    if ((id >= 18 && id <= 21) || id == 45 || id == 47) {
        return FORMAT_TIME;
    }
    if (id == 22) {
        return FORMAT_BOTH;
    }
    if (id == 46) {
        return FORMAT_ELAPSED;
    }
    if (id >= 32 && id <= 35) { /* East Asian times, and dates around them */
        return FORMAT_TIME;
    }
    return (id >= 27 && id <= 36) || (id >= 50 && id <= 58) ? FORMAT_DATE : FORMAT_NUMBER;
}

typedef struct {
    bool has_date, has_time, has_elapsed;
    bool is_after_hour, has_month; /* an "m" that may yet turn out to be minutes */
} format_parts;

static bool is_one_of(bd_str text, char lower) {
    for (size_t i = 0; i < text.size; i++) {
        if ((text.data[i] | 0x20) != lower) {
            return false;
        }
    }
    return text.size > 0;
}

/* "m" is minutes behind hours and in front of seconds, else months. */
static void take_letter(format_parts *parts, char lower) {
    switch (lower) {
    case 'y':
    case 'd': parts->has_date = true; break;
    case 'h':
        parts->has_time = true;
        parts->is_after_hour = true;
        return;
    case 's':
        parts->has_time = true;
        parts->has_month = false;
        break;
    case 'm':
        parts->has_time = parts->has_time || parts->is_after_hour;
        parts->has_date = parts->has_date || parts->has_month;
        parts->has_month = !parts->is_after_hour;
        break;
    default: return;
    }
    parts->is_after_hour = false;
}

/* Past what is in brackets: a colour, a condition, a locale, or elapsed hours, minutes or seconds. */
static size_t take_bracket(format_parts *parts, bd_str code, size_t at) {
    size_t end = at;
    while (end < code.size && code.data[end] != ']') {
        end++;
    }
    bd_str inside = bd_str_sub(code, at + 1, end);
    if (is_one_of(inside, 'h') || is_one_of(inside, 'm') || is_one_of(inside, 's')) {
        parts->has_elapsed = true;
        parts->is_after_hour = (inside.data[0] | 0x20) == 'h';
    }
    return end;
}

/* "AM/PM" and "A/P": no months in them.  Leaves *at on the last letter. */
static bool is_half_day(bd_str rest, size_t *at) {
    bool is_long = bd_str_ieq(bd_str_sub(rest, 0, 5), BD_STR("AM/PM"));
    bool is_short = bd_str_ieq(bd_str_sub(rest, 0, 3), BD_STR("A/P"));
    *at += is_long ? 4 : is_short ? 2 : 0;
    return is_long || is_short;
}

/* The first section alone: the others are for negative numbers, zero and text. */
static format_parts look_at_code(bd_str code) {
    format_parts parts = {0};
    for (size_t i = 0; i < code.size && code.data[i] != ';'; i++) {
        char c = code.data[i];
        if (c == '\\' || c == '_' || c == '*') {
            i++;
        } else if (c == '"') {
            while (i + 1 < code.size && code.data[i + 1] != '"') {
                i++;
            }
            i++;
        } else if (c == '[') {
            i = take_bracket(&parts, code, i);
        } else if (is_half_day(bd_str_sub(code, i, code.size), &i)) {
            parts.has_time = true;
        } else if (c == '#' || c == '0' || c == '?') {
            bool is_fraction = parts.has_time || parts.has_elapsed; /* ss.000 */
            parts.is_after_hour = parts.is_after_hour && is_fraction;
        } else {
            size_t run = i;
            while (run + 1 < code.size && (code.data[run + 1] | 0x20) == (c | 0x20)) {
                run++;
            }
            take_letter(&parts, (char)(c | 0x20));
            i = run;
        }
    }
    parts.has_date = parts.has_date || parts.has_month;
    return parts;
}

xlsx_format xlsx_format_of(uint64_t id, bd_str code) {
    if (code.size == 0) {
        return built_in(id);
    }
    if (bd_str_ieq(bd_str_sub(code, 0, 7), BD_STR("general"))) {
        return FORMAT_NUMBER;
    }
    format_parts parts = look_at_code(code);
    if (parts.has_elapsed && !parts.has_date) {
        return FORMAT_ELAPSED;
    }
    if (parts.has_date) {
        return parts.has_time ? FORMAT_BOTH : FORMAT_DATE;
    }
    return parts.has_time ? FORMAT_TIME : FORMAT_NUMBER;
}

/* ---- serial numbers ---- */

static bd_str clock_text(bd_arena *arena, int64_t ms, bool is_elapsed) {
    int64_t hours = ms / 3600000, minutes = ms / 60000 % 60, seconds = ms / 1000 % 60,
            rest = ms % 1000;
    bd_str fraction = rest > 0 ? bd_str_format(arena, ".%03lld", (long long)rest) : (bd_str){"", 0};
    if (is_elapsed) {
        return bd_str_format(arena, "PT%lldH%lldM%lld%.*sS", (long long)hours, (long long)minutes,
                             (long long)seconds, BD_ARG(fraction));
    }
    return bd_str_format(arena, "%02lld:%02lld:%02lld%.*s", (long long)hours, (long long)minutes,
                         (long long)seconds, BD_ARG(fraction));
}

/* Days since 1970-01-01 of a whole serial number; false for one that names no day. */
static bool day_of(int64_t serial, bool is_1904, bd_day *out) {
    if (is_1904) {
        *out = bd_day_of_date(1904, 1, 1) + (bd_day)serial;
        return true;
    }
    *out = bd_day_of_date(1899, 12, serial < 60 ? 31 : 30) + (bd_day)serial;
    return serial != 60 && serial > 0;
}

bool xlsx_time(bd_str number, xlsx_format format, bool is_1904, bd_arena *arena, bd_str *out) {
    double value = strtod(bd_str_z(arena, number), NULL);
    if (!(value >= 0.0 && value < (is_1904 ? LAST_1904 : LAST_1900))) {
        return false;
    }
    int64_t serial = (int64_t)value;
    int64_t ms = (int64_t)((value - (double)serial) * (double)MS_OF_DAY + 0.5);
    serial += ms / MS_OF_DAY; /* a fraction that rounds up to midnight */
    ms %= MS_OF_DAY;
    if (format == FORMAT_ELAPSED) {
        *out = clock_text(arena, serial * MS_OF_DAY + ms, /*is_elapsed*/ true);
        return true;
    }
    bool has_clock = format == FORMAT_TIME || format == FORMAT_BOTH;
    if (serial == 0 && has_clock && (!is_1904 || format == FORMAT_TIME)) {
        *out = clock_text(arena, ms, /*is_elapsed*/ false);
        return true;
    }
    bd_day day;
    if (!day_of(serial, is_1904, &day)) {
        return false;
    }
    bd_str date = bd_day_format(arena, day);
    if (ms == 0 && format == FORMAT_DATE) {
        *out = date;
        return true;
    }
    bd_str clock = clock_text(arena, ms, /*is_elapsed*/ false);
    *out = bd_str_concat(arena, (bd_str[]){date, BD_STR("T"), clock}, 3);
    return true;
}
