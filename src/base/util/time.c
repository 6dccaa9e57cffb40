#include "bindery/util.h"

#include <stdio.h>
#include <string.h>

/* The proleptic Gregorian calendar in days; years begin in March so that the leap day is the last
 * of its year (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */

#define DAYS_PER_ERA 146097 /* 400 years */
#define EPOCH_SHIFT 719468  /* 0000-03-01 to 1970-01-01 */
#define SECONDS_PER_DAY 86400

bd_date bd_date_of_day(bd_day day) {
    int64_t shifted = (int64_t)day + EPOCH_SHIFT;
    int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
    int64_t of_era = shifted - era * DAYS_PER_ERA;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 is March */
    bd_date date;
    date.day = (int)(of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = (int)(year + era * 400 + (date.month <= 2));
    return date;
}

bd_day bd_day_of_date(int year, int month, int day) {
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era_years = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t of_era = of_era_years * 365 + of_era_years / 4 - of_era_years / 100 + of_year;
    return (bd_day)(era * DAYS_PER_ERA + of_era - EPOCH_SHIFT);
}

int bd_month_days(int year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

bool bd_date_is_valid(int year, int month, int day) {
    return year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           day <= bd_month_days(year, month);
}

/* ---- reading ---- */

/* Takes exactly `count` digits. */
static bool take_digits(bd_str text, size_t *at, size_t count, int *out) {
    if (text.size - *at < count) {
        return false;
    }
    *out = 0;
    for (size_t i = 0; i < count; i++) {
        char c = text.data[*at + i];
        if (c < '0' || c > '9') {
            return false;
        }
        *out = *out * 10 + (c - '0');
    }
    *at += count;
    return true;
}

static bool take_char(bd_str text, size_t *at, char wanted) {
    if (*at < text.size && text.data[*at] == wanted) {
        *at += 1;
        return true;
    }
    return false;
}

static bool take_day(bd_str text, size_t *at, bd_day *out) {
    int year;
    int month;
    int day;
    if (!take_digits(text, at, 4, &year) || !take_char(text, at, '-') ||
        !take_digits(text, at, 2, &month) || !take_char(text, at, '-') ||
        !take_digits(text, at, 2, &day) || !bd_date_is_valid(year, month, day)) {
        return false;
    }
    *out = bd_day_of_date(year, month, day);
    return true;
}

bool bd_day_parse(bd_str text, bd_day *out) {
    size_t at = 0;
    bd_day day;
    if (!take_day(text, &at, &day) || at != text.size) {
        return false;
    }
    *out = day;
    return true;
}

/* "17:30", "17:30:00"; a leap second counts as the first second of the next minute. */
static bool take_time(bd_str text, size_t *at, int32_t *second_of_day) {
    int hour;
    int minute;
    int second = 0;
    if (!take_digits(text, at, 2, &hour) || !take_char(text, at, ':') ||
        !take_digits(text, at, 2, &minute)) {
        return false;
    }
    if (take_char(text, at, ':') && !take_digits(text, at, 2, &second)) {
        return false;
    }
    if (hour > 23 || minute > 59 || second > 60) {
        return false;
    }
    *second_of_day = hour * 3600 + minute * 60 + second;
    return true;
}

/* Fraction digits beyond 100 ns are cut. */
static bool take_fraction(bd_str text, size_t *at, bd_instant *ticks) {
    *ticks = 0;
    if (!take_char(text, at, '.')) {
        return true;
    }
    size_t from = *at;
    bd_instant unit = BD_SECOND / 10;
    while (*at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9') {
        *ticks += unit * (text.data[*at] - '0');
        unit /= 10;
        *at += 1;
    }
    return *at > from;
}

static bool take_offset(bd_str text, size_t *at, int32_t *seconds) {
    if (take_char(text, at, 'Z') || take_char(text, at, 'z')) {
        *seconds = 0;
        return true;
    }
    bool is_west = take_char(text, at, '-');
    int hours;
    int minutes;
    if ((!is_west && !take_char(text, at, '+')) || !take_digits(text, at, 2, &hours)) {
        return false;
    }
    (void)take_char(text, at, ':');
    if (!take_digits(text, at, 2, &minutes) || hours > 23 || minutes > 59) {
        return false;
    }
    *seconds = (hours * 3600 + minutes * 60) * (is_west ? -1 : 1);
    return true;
}

static bool is_unix_seconds(bd_str text, bd_instant *out) {
    int64_t seconds;
    if (text.size < 9 || text.size > 10 || text.data[0] == '-' || !bd_str_to_i64(text, &seconds)) {
        return false;
    }
    *out = seconds * BD_SECOND;
    return true;
}

static bool take_separator(bd_str text, size_t *at) {
    return take_char(text, at, 'T') || take_char(text, at, ' ') || take_char(text, at, 't');
}

/* An offset can carry the ends of the calendar out of it, where UTC has no four digits for the year. */
static bool is_writable(bd_instant at) {
    int year = bd_date_of_day(bd_instant_utc_day(at)).year;
    return year > 1 && year <= 9999;
}

bool bd_instant_parse(bd_str text, bd_instant *out) {
    if (is_unix_seconds(text, out)) {
        return true;
    }
    size_t at = 0;
    bd_day day;
    int32_t second;
    bd_instant ticks;
    int32_t offset;
    if (!take_day(text, &at, &day) || !take_separator(text, &at) ||
        !take_time(text, &at, &second) || !take_fraction(text, &at, &ticks) ||
        !take_offset(text, &at, &offset) || at != text.size || bd_date_of_day(day).year <= 1) {
        return false;
    }
    bd_instant at_utc = ((int64_t)day * SECONDS_PER_DAY + second - offset) * BD_SECOND + ticks;
    if (!is_writable(at_utc)) {
        return false;
    }
    *out = at_utc;
    return true;
}

bool bd_local_parse(bd_str text, bd_day *day, int32_t *second_of_day) {
    size_t at = 0;
    bd_day found;
    int32_t second;
    if (!take_day(text, &at, &found) || !take_separator(text, &at) ||
        !take_time(text, &at, &second) || at != text.size) {
        return false;
    }
    *day = found;
    *second_of_day = second;
    return true;
}

/* ---- writing ---- */

bd_str bd_day_format(bd_arena *arena, bd_day day) {
    bd_date date = bd_date_of_day(day);
    return bd_str_format(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

bd_day bd_instant_utc_day(bd_instant at) {
    bd_instant per_day = SECONDS_PER_DAY * BD_SECOND;
    return (bd_day)(at / per_day - (at % per_day < 0));
}

bd_str bd_instant_format(bd_arena *arena, bd_instant at) {
    bd_day day = bd_instant_utc_day(at);
    bd_instant of_day = at - (bd_instant)day * SECONDS_PER_DAY * BD_SECOND;
    int second = (int)(of_day / BD_SECOND);
    int ticks = (int)(of_day % BD_SECOND);
    char fraction[12] = "";
    if (ticks != 0) {
        size_t size = (size_t)snprintf(fraction, sizeof fraction, ".%07d", ticks);
        while (fraction[size - 1] == '0') {
            fraction[--size] = '\0';
        }
    }
    bd_date date = bd_date_of_day(day);
    return bd_str_format(arena, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", date.year, date.month, date.day,
                         second / 3600, second / 60 % 60, second % 60, fraction);
}
