#include "bindery/util.h"

#include <string.h>

/* Time zones from TZif files (RFC 8536), versions 1 to 3, by a reader that believes no count in the
 * file before it has seen that the bytes are there.  Instants after the last transition follow the
 * footer's TZ string. Files that count leap seconds ("right/...") are refused: our instants do not.
 */

#define LARGEST_FILE ((size_t)1 << 20)
#define LARGEST_NAME 64
#define MOST_TYPES 256u
#define MOST_TRANSITIONS 20000u
#define SECONDS_PER_DAY 86400
#define HEADER_BYTES 44u

typedef enum { RULE_MONTH_WEEK_DAY, RULE_JULIAN, RULE_DAY } rule_kind;

typedef struct {
    rule_kind kind;
    int month, week, day;
    int32_t second; /* of the local day; may lie outside it */
} change_rule;

typedef struct {
    bool is_given, has_summer;
    int32_t offset, summer_offset;
    change_rule to_summer, to_standard;
} tail_rule;

struct bd_zone {
    bd_str name;
    size_t transition_count;
    int64_t *transitions; /* seconds, ascending */
    uint8_t *types;       /* by transition */
    size_t type_count;
    int32_t *offsets; /* by type; type 0 holds before the first transition */
    tail_rule tail;
};

/* ---- the footer: POSIX TZ, e.g. "CET-1CEST,M3.5.0,M10.5.0/3" ---- */

typedef struct {
    bd_str text;
    size_t at;
} cursor;

static char peek(const cursor *c) {
    return c->at < c->text.size ? c->text.data[c->at] : '\0';
}

static bool take(cursor *c, char wanted) {
    if (peek(c) != wanted) {
        return false;
    }
    c->at++;
    return true;
}

static bool take_number(cursor *c, int most, int *out) {
    size_t from = c->at;
    *out = 0;
    while (peek(c) >= '0' && peek(c) <= '9') {
        *out = *out * 10 + (peek(c) - '0');
        c->at++;
        if (*out > most) {
            return false;
        }
    }
    return c->at > from;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool take_name(cursor *c) {
    size_t from = c->at;
    if (take(c, '<')) {
        while (peek(c) != '>' && peek(c) != '\0') {
            c->at++;
        }
        return take(c, '>');
    }
    while (is_letter(peek(c))) {
        c->at++;
    }
    return c->at - from >= 3;
}

/* hh[:mm[:ss]] with a sign; hours up to 167 as version 3 allows. */
static bool take_seconds(cursor *c, int32_t *out) {
    bool is_negative = take(c, '-');
    if (!is_negative) {
        (void)take(c, '+');
    }
    int part[3] = {0, 0, 0};
    if (!take_number(c, 167, &part[0])) {
        return false;
    }
    for (int i = 1; i < 3 && take(c, ':'); i++) {
        if (!take_number(c, 59, &part[i])) {
            return false;
        }
    }
    *out = (part[0] * 3600 + part[1] * 60 + part[2]) * (is_negative ? -1 : 1);
    return true;
}

static bool take_rule(cursor *c, change_rule *out) {
    *out = (change_rule){.second = 2 * 3600};
    if (!take(c, ',')) {
        return false;
    }
    if (take(c, 'M')) {
        out->kind = RULE_MONTH_WEEK_DAY;
        if (!take_number(c, 12, &out->month) || out->month < 1 || !take(c, '.') ||
            !take_number(c, 5, &out->week) || out->week < 1 || !take(c, '.') ||
            !take_number(c, 6, &out->day)) {
            return false;
        }
    } else {
        out->kind = take(c, 'J') ? RULE_JULIAN : RULE_DAY;
        if (!take_number(c, 365, &out->day) || (out->kind == RULE_JULIAN && out->day < 1)) {
            return false;
        }
    }
    return !take(c, '/') || take_seconds(c, &out->second);
}

static bool parse_tail(bd_str text, tail_rule *out) {
    cursor c = {text, 0};
    int32_t west;
    *out = (tail_rule){.is_given = text.size > 0};
    if (text.size == 0) {
        return true;
    }
    if (!take_name(&c) || !take_seconds(&c, &west)) {
        return false;
    }
    out->offset = -west;
    if (c.at == text.size) {
        return true;
    }
    out->has_summer = true;
    out->summer_offset = out->offset + 3600;
    if (!take_name(&c)) {
        return false;
    }
    if (peek(&c) != ',') {
        if (!take_seconds(&c, &west)) {
            return false;
        }
        out->summer_offset = -west;
    }
    return take_rule(&c, &out->to_summer) && take_rule(&c, &out->to_standard) && c.at == text.size;
}

/* The day of a rule in `year`, counted from 1970-01-01. */
static int64_t rule_day(change_rule rule, int year) {
    bd_day first = bd_day_of_date(year, 1, 1);
    bool is_leap = bd_month_days(year, 2) == 29;
    if (rule.kind == RULE_DAY) {
        return (int64_t)first + rule.day;
    }
    if (rule.kind == RULE_JULIAN) {
        return (int64_t)first + rule.day - 1 + (is_leap && rule.day >= 60);
    }
    bd_day month = bd_day_of_date(year, rule.month, 1);
    int weekday = (int)(((int64_t)month % 7 + 7 + 4) % 7); /* 1970-01-01 was a Thursday */
    int day = (rule.day - weekday + 7) % 7 + (rule.week - 1) * 7;
    while (day >= bd_month_days(year, rule.month)) {
        day -= 7;
    }
    return (int64_t)month + day;
}

static int32_t tail_offset(const tail_rule *tail, int64_t second) {
    if (!tail->has_summer) {
        return tail->offset;
    }
    int64_t local = second + tail->offset;
    int64_t day = local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0);
    int year = bd_date_of_day((bd_day)day).year;
    int64_t to_summer =
        rule_day(tail->to_summer, year) * SECONDS_PER_DAY + tail->to_summer.second - tail->offset;
    int64_t to_standard = rule_day(tail->to_standard, year) * SECONDS_PER_DAY +
                          tail->to_standard.second - tail->summer_offset;
    bool is_summer = to_summer < to_standard ? second >= to_summer && second < to_standard
                                             : second >= to_summer || second < to_standard;
    return is_summer ? tail->summer_offset : tail->offset;
}

/* ---- the file ---- */

typedef struct {
    uint32_t utc_count, standard_count, leap_count, time_count, type_count, char_count;
} header;

static uint32_t be32(const char *at) {
    const unsigned char *b = (const unsigned char *)at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static int64_t be_signed(const char *at, size_t bytes) {
    if (bytes == 4) {
        return (int32_t)be32(at);
    }
    return (int64_t)((uint64_t)be32(at) << 32 | be32(at + 4));
}

static bool parse_header(bd_str text, size_t at, header *out, char *version) {
    if (text.size < at + HEADER_BYTES || memcmp(text.data + at, "TZif", 4) != 0) {
        return false;
    }
    const char *counts = text.data + at + 20;
    *version = text.data[at + 4];
    *out = (header){be32(counts),      be32(counts + 4),  be32(counts + 8),
                    be32(counts + 12), be32(counts + 16), be32(counts + 20)};
    return out->time_count <= MOST_TRANSITIONS && out->type_count >= 1 &&
           out->type_count <= MOST_TYPES && out->char_count <= 65536 && out->leap_count <= 65536 &&
           out->utc_count <= MOST_TYPES && out->standard_count <= MOST_TYPES;
}

static size_t body_bytes(const header *h, size_t time_bytes) {
    return h->time_count * (time_bytes + 1) + h->type_count * (size_t)6 + h->char_count +
           h->leap_count * (time_bytes + 4) + h->standard_count + h->utc_count;
}

static bool parse_body(bd_str text, size_t at, const header *h, size_t time_bytes, bd_arena *arena,
                       bd_zone *out) {
    const char *times = text.data + at;
    const char *types = times + h->time_count * time_bytes;
    const char *infos = types + h->time_count;
    out->transition_count = h->time_count;
    out->transitions = bd_new(arena, int64_t, h->time_count);
    out->types = bd_new(arena, uint8_t, h->time_count);
    out->type_count = h->type_count;
    out->offsets = bd_new(arena, int32_t, h->type_count);
    for (size_t i = 0; i < h->time_count; i++) {
        out->transitions[i] = be_signed(times + i * time_bytes, time_bytes);
        out->types[i] = (uint8_t)types[i];
        if (out->types[i] >= h->type_count ||
            (i > 0 && out->transitions[i] <= out->transitions[i - 1])) {
            return false;
        }
    }
    for (size_t i = 0; i < h->type_count; i++) {
        out->offsets[i] = (int32_t)be32(infos + i * 6);
        if (out->offsets[i] < -25 * 3600 || out->offsets[i] > 26 * 3600) {
            return false;
        }
    }
    return true;
}

static bool parse_footer(bd_str text, size_t at, tail_rule *out) {
    bd_str rest = bd_str_sub(text, at, text.size);
    bd_str line;
    if (rest.size < 2 || rest.data[0] != '\n') {
        return false;
    }
    rest = bd_str_sub(rest, 1, rest.size);
    const char *end = memchr(rest.data, '\n', rest.size);
    if (end == NULL) {
        return false;
    }
    line = bd_str_sub(rest, 0, (size_t)(end - rest.data));
    return parse_tail(line, out);
}

static bool parse_file(bd_str text, bd_arena *arena, bd_zone *out) {
    header h;
    char version;
    if (!parse_header(text, 0, &h, &version)) {
        return false;
    }
    size_t at = HEADER_BYTES;
    size_t time_bytes = 4;
    if (version >= '2') {
        at += body_bytes(&h, 4);
        if (!parse_header(text, at, &h, &version)) {
            return false;
        }
        at += HEADER_BYTES;
        time_bytes = 8;
    }
    size_t bytes = body_bytes(&h, time_bytes);
    if (h.leap_count > 0 || text.size < at || text.size - at < bytes ||
        !parse_body(text, at, &h, time_bytes, arena, out)) {
        return false;
    }
    return time_bytes == 4 || parse_footer(text, at + bytes, &out->tail);
}

/* ---- loading ---- */

static bool is_zone_name(bd_str name) {
    if (name.size == 0 || name.size > LARGEST_NAME || name.data[0] == '/' || name.data[0] == '.' ||
        bd_str_find(name, BD_STR("..")) >= 0) {
        return false;
    }
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '/' && c != '_' && c != '-' &&
            c != '+') {
            return false;
        }
    }
    return true;
}

static const char *const zone_folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo"};

static const char *find_zone_file(bd_arena *arena, const char *name) {
    for (size_t i = 0; i < BD_COUNT(zone_folders); i++) {
        const char *path = bd_path_join(arena, zone_folders[i], name);
        if (bd_path_exists(path) && !bd_path_is_folder(path)) {
            return path;
        }
    }
    return NULL;
}

bd_rc bd_zone_load(bd_str name, bd_arena *arena, const bd_zone **out, bd_err *err) {
    bd_zone *zone = bd_new(arena, bd_zone, 1);
    zone->name = bd_str_copy(arena, name);
    if (bd_str_eqz(name, "UTC")) {
        zone->tail = (tail_rule){.is_given = true};
        *out = zone;
        return BD_OK;
    }
    const char *path = is_zone_name(name) ? find_zone_file(arena, zone->name.data) : NULL;
    if (path == NULL) {
        bd_str shown = bd_str_visible(arena, bd_str_sub(name, 0, 80));
        BD_RAISE(err, BD_ERR_INPUT,
                 "unknown time zone '%.*s', expected a name such as 'UTC' or 'Europe/Berlin' "
                 "(from the system's package 'tzdata')",
                 BD_ARG(shown));
    }
    bd_str text;
    BD_TRY_CTX(bd_file_read(path, LARGEST_FILE, arena, &text, err), err,
               "while loading time zone '%.*s'", BD_ARG(name));
    if (!parse_file(text, arena, zone)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' is no time zone file that can be used (RFC 8536, no leap seconds)", path);
    }
    *out = zone;
    return BD_OK;
}

bd_str bd_zone_name(const bd_zone *zone) {
    return zone->name;
}

bd_str bd_zone_data_version(bd_arena *arena) {
    const char *path = find_zone_file(arena, "tzdata.zi");
    bd_str text;
    bd_err err;
    if (path == NULL || bd_failed(bd_file_read(path, LARGEST_FILE, arena, &text, &err)) ||
        !bd_str_has_prefix(text, BD_STR("# version "))) {
        return BD_STR("unknown");
    }
    bd_str line;
    (void)bd_str_cut(&text, '\n', &line);
    return bd_str_copy(arena, bd_str_trim(bd_str_sub(line, sizeof "# version " - 1, line.size)));
}

/* ---- asking ---- */

static int32_t offset_at(const bd_zone *zone, int64_t second) {
    size_t count = zone->transition_count;
    if (count == 0 || second >= zone->transitions[count - 1]) {
        if (zone->tail.is_given) {
            return tail_offset(&zone->tail, second);
        }
        return zone->offsets[count == 0 ? 0 : zone->types[count - 1]];
    }
    if (second < zone->transitions[0]) {
        return zone->offsets[0];
    }
    size_t low = 0; /* transitions[low] <= second < transitions[high] */
    size_t high = count - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (zone->transitions[middle] <= second) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return zone->offsets[zone->types[low]];
}

static int64_t second_of(bd_instant at) {
    return at / BD_SECOND - (at % BD_SECOND < 0);
}

int32_t bd_zone_offset_seconds(const bd_zone *zone, bd_instant at) {
    return offset_at(zone, second_of(at));
}

/* The change of clocks between two instants that have different offsets. */
static int64_t find_change(const bd_zone *zone, int64_t before, int64_t after) {
    int32_t offset = offset_at(zone, before);
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        if (offset_at(zone, middle) == offset) {
            before = middle;
        } else {
            after = middle;
        }
    }
    return after;
}

/* A local time that comes twice gives the first of the two; one that is skipped gives the change
 * itself. */
static int64_t second_of_local(const bd_zone *zone, int64_t local) {
    int32_t offsets[3] = {offset_at(zone, local - SECONDS_PER_DAY), offset_at(zone, local),
                          offset_at(zone, local + SECONDS_PER_DAY)};
    bool has_hit = false;
    int64_t first = 0;
    int64_t least = INT64_MAX;
    int64_t most = INT64_MIN;
    for (size_t i = 0; i < 3; i++) {
        int64_t second = local - offsets[i];
        least = second < least ? second : least;
        most = second > most ? second : most;
        if (offset_at(zone, second) == offsets[i] && (!has_hit || second < first)) {
            has_hit = true;
            first = second;
        }
    }
    return has_hit ? first : find_change(zone, least, most);
}

bd_instant bd_zone_instant(const bd_zone *zone, bd_day day, int32_t second_of_day) {
    return second_of_local(zone, (int64_t)day * SECONDS_PER_DAY + second_of_day) * BD_SECOND;
}

bd_instant bd_zone_day_start(const bd_zone *zone, bd_day day) {
    return bd_zone_instant(zone, day, 0);
}

bd_day bd_zone_day(const bd_zone *zone, bd_instant at) {
    int64_t second = second_of(at);
    int64_t local = second + offset_at(zone, second);
    return (bd_day)(local / SECONDS_PER_DAY - (local % SECONDS_PER_DAY < 0));
}

bd_str bd_instant_words(bd_arena *arena, const bd_zone *zone, bd_instant at) {
    bd_day day = bd_zone_day(zone, at);
    if (bd_zone_day_start(zone, day) != at) {
        return bd_instant_format(arena, at);
    }
    return bd_str_format(arena, "the end of %.*s (%.*s)",
                         BD_ARG(bd_day_format(arena, bd_zone_day(zone, at - 1))),
                         BD_ARG(bd_zone_name(zone)));
}
