/* The time that command, request or query asked a log for. */
#include "bindery/extent.h"

#include "extent_priv.h"

#include <string.h>

typedef struct {
    const bd_zone *zone;
    bd_instant now; /* of the export */
    bd_arena *arena;
    bd_extent_time *out;
} time_reader;

static void limit_from(time_reader *reader, bd_instant at) {
    if (reader->out->from == BD_INSTANT_NONE || at > reader->out->from) {
        reader->out->from = at;
    }
}

static void limit_to(time_reader *reader, bd_instant at) {
    if (reader->out->to == BD_INSTANT_NONE || at < reader->out->to) {
        reader->out->to = at;
    }
}

static void say_unreadable(time_reader *reader, bd_str text) {
    if (reader->out->unreadable.size == 0) {
        reader->out->unreadable = text.size > 0 ? text : BD_STR("(nothing)");
    }
}

/* "2026-01-25 06:00:00 -05:00": az takes the offset as a word of its own. */
static bd_str join_offset(bd_arena *arena, bd_str text) {
    static const char *const gaps[] = {" +", " -", " Z"};
    for (size_t i = 0; i < BD_COUNT(gaps); i++) {
        ptrdiff_t at = bd_str_find(text, bd_str_of(gaps[i]));
        if (at > 0) {
            bd_str parts[] = {bd_str_sub(text, 0, (size_t)at),
                              bd_str_sub(text, (size_t)at + 1, text.size)};
            return bd_str_concat(arena, parts, 2);
        }
    }
    return text;
}

/* Both readings of a time: as it stands, or of UTC and of the engagement's zone where it names none. */
static bool parse_time(const time_reader *reader, bd_str text, bd_instant *in_utc,
                       bd_instant *in_zone) {
    bd_day day;
    int32_t second = 0;
    text = join_offset(reader->arena, text);
    if (bd_instant_parse(text, in_utc)) {
        *in_zone = *in_utc;
        return true;
    }
    if (!bd_day_parse(text, &day) && !bd_local_parse(text, &day, &second)) {
        return false;
    }
    *in_utc = (bd_instant)day * 24 * BD_HOUR + second * BD_SECOND;
    *in_zone = bd_zone_instant(reader->zone, day, second);
    return true;
}

/* "30d", "1d12h", "P30D", "PT6H". */
static bool parse_span(bd_str text, bd_instant *out) {
    bool is_iso = text.size > 0 && (text.data[0] == 'P' || text.data[0] == 'p');
    bool is_clock = !is_iso;
    *out = 0;
    bool has_any = false;
    for (size_t i = is_iso ? 1 : 0; i < text.size;) {
        if (is_iso && (text.data[i] | 0x20) == 't') {
            is_clock = true;
            i++;
            continue;
        }
        int64_t count = 0;
        size_t digits = 0;
        for (; i < text.size && is_digit(text.data[i]) && digits < 6; i++, digits++) {
            count = count * 10 + (text.data[i] - '0');
        }
        char unit = i < text.size ? (char)(text.data[i] | 0x20) : '\0';
        bd_instant length = unit == 'd'               ? 24 * BD_HOUR
                            : unit == 'h'             ? BD_HOUR
                            : unit == 'm' && is_clock ? 60 * BD_SECOND
                            : unit == 's'             ? BD_SECOND
                                                      : 0;
        if (digits == 0 || length == 0) {
            return false;
        }
        *out += count * length;
        has_any = true;
        i++;
    }
    return has_any;
}

static bd_str inside(bd_str text, const char *head) {
    bd_str rest = bd_str_sub(text, strlen(head), text.size);
    bd_str value = empty();
    bd_str_cut(&rest, ')', &value);
    return unquoted(bd_str_trim(value));
}

/* The literal of a condition: OData's are of UTC, Kusto's stand in functions. */
static bool parse_literal(const time_reader *reader, const term *one, bd_str literal,
                          bd_instant *out) {
    bd_instant ignored;
    bd_str lower = bd_str_lower(reader->arena, bd_str_trim(literal));
    if (!one->is_query) {
        bd_str text = bd_str_trim(literal);
        if (bd_str_has_prefix(lower, BD_STR("datetime'"))) {
            text = bd_str_sub(text, 8, text.size);
        }
        return parse_time(reader, unquoted(text), out, &ignored);
    }
    bd_instant span;
    if (bd_str_has_prefix(lower, BD_STR("ago(")) && parse_span(inside(lower, "ago("), &span)) {
        *out = reader->now - span;
        return true;
    }
    if (bd_str_has_prefix(lower, BD_STR("now()"))) {
        *out = reader->now;
        return true;
    }
    bd_str trimmed = bd_str_trim(literal);
    static const char *const functions[] = {"datetime(", "todatetime("};
    for (size_t i = 0; i < BD_COUNT(functions); i++) {
        if (bd_str_has_prefix(lower, bd_str_of(functions[i]))) {
            return parse_time(reader, inside(trimmed, functions[i]), out, &ignored);
        }
    }
    return false;
}

static bool limit_between(time_reader *reader, const term *one) {
    ptrdiff_t dots = bd_str_find(one->literal, BD_STR(".."));
    bd_instant from;
    bd_instant to;
    if (dots < 1 || one->literal.data[0] != '(' ||
        !parse_literal(reader, one, bd_str_sub(one->literal, 1, (size_t)dots), &from) ||
        !parse_literal(reader, one, bd_str_sub(one->literal, (size_t)dots + 2, one->literal.size),
                       &to)) {
        return false;
    }
    limit_from(reader, from);
    limit_to(reader, to);
    return true;
}

static bool is_one_of(bd_str op, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(op, words[i])) {
            return true;
        }
    }
    return false;
}

static void limit_by_term(time_reader *reader, const term *one) {
    static const char *const from[] = {"ge", "gt", ">=", ">", "eq", "=="};
    static const char *const to[] = {"le", "lt", "<=", "<", "eq", "=="};
    bool is_from = is_one_of(one->op, from, BD_COUNT(from));
    bool is_to = is_one_of(one->op, to, BD_COUNT(to));
    bd_instant at;
    if (bd_str_eqz(one->op, "between") && limit_between(reader, one)) {
        return;
    }
    if ((!is_from && !is_to) || !parse_literal(reader, one, one->literal, &at)) {
        say_unreadable(reader, one->text);
        return;
    }
    if (is_from) {
        limit_from(reader, at);
    }
    if (is_to) {
        limit_to(reader, at);
    }
}

typedef struct {
    bool is_given;
    bd_instant utc, zone; /* both readings */
} option_time;

/* An option that stands twice is of two exports in one file, whose times are not read. */
static option_time read_option(time_reader *reader, bd_str command, const char *name) {
    option_time out = {0};
    bd_str value;
    bd_str rest = command;
    while (next_option(&rest, &name, 1, &value)) {
        bool is_read = parse_time(reader, unquoted(value), &out.utc, &out.zone);
        if (!is_read || out.is_given) {
            say_unreadable(reader,
                           bd_str_format(reader->arena, "%s%s %.*s", name,
                                         out.is_given ? " given twice:" : "", BD_ARG(value)));
            return (option_time){0};
        }
        out.is_given = true;
    }
    return out;
}

/* az's own rule: without a start it goes back from the end by --offset, without an end on from the start. */
static void limit_by_offset(time_reader *reader, bd_str command, option_time start,
                            option_time end) {
    static const char *const name[] = {"--offset"};
    bd_instant offset = 6 * BD_HOUR;
    bd_str rest = command;
    bd_str value;
    if (next_option(&rest, name, 1, &value) && !parse_span(unquoted(value), &offset)) {
        say_unreadable(reader, bd_str_format(reader->arena, "--offset %.*s", BD_ARG(value)));
        return;
    }
    if (start.is_given) {
        limit_to(reader, start.utc + offset);
        limit_to(reader, start.zone + offset);
        return;
    }
    limit_from(reader, (end.is_given ? end.utc : reader->now) - offset);
    limit_from(reader, (end.is_given ? end.zone : reader->now) - offset);
}

/* Get-AzActivityLog goes back seven days where it is not told. */
static void limit_by_cmdlet(time_reader *reader, bd_str command) {
    option_time start = read_option(reader, command, "-StartTime");
    option_time end = read_option(reader, command, "-EndTime");
    bool is_log = has_part(command, "Get-AzActivityLog") || has_part(command, "Get-AzLog");
    if (start.is_given || is_log) {
        bd_instant ago = (end.is_given ? end.utc : reader->now) - 7 * 24 * BD_HOUR;
        limit_from(reader, start.is_given ? start.utc : ago);
        limit_from(reader, start.is_given ? start.zone : ago);
    }
    if (end.is_given) {
        limit_to(reader, end.utc);
        limit_to(reader, end.zone);
    }
}

static void limit_by_options(time_reader *reader, bd_str command) {
    option_time start = read_option(reader, command, "--start-time");
    option_time end = read_option(reader, command, "--end-time");
    if (start.is_given) {
        limit_from(reader, start.utc);
        limit_from(reader, start.zone);
    }
    if (end.is_given) {
        limit_to(reader, end.utc);
        limit_to(reader, end.zone);
    }
    bool is_by_filter = has_part(command, "--filter");
    if (has_part(command, "activity-log list") && !is_by_filter &&
        !(start.is_given && end.is_given) && reader->out->unreadable.size == 0) {
        limit_by_offset(reader, command, start, end);
    }
}

/* "P30D", or "2026-01-01T00:00:00Z/2026-02-01T00:00:00Z". */
static void limit_by_timespan(time_reader *reader, bd_str text) {
    bd_str rest = text;
    bd_str from = empty();
    bd_instant utc;
    bd_instant ignored;
    bd_instant span;
    if (bd_str_find(text, BD_STR("/")) < 0 && parse_span(text, &span)) {
        limit_from(reader, reader->now - span);
        return;
    }
    if (bd_str_cut(&rest, '/', &from) && parse_time(reader, from, &utc, &ignored)) {
        limit_from(reader, utc);
        if (parse_time(reader, rest, &utc, &ignored)) {
            limit_to(reader, utc);
            return;
        }
    }
    say_unreadable(reader, bd_str_format(reader->arena, "timespan %.*s", BD_ARG(text)));
}

static void limit_by_timespans(time_reader *reader, const bd_sidecar *sidecar) {
    static const char *const names[] = {"--timespan", "-t"};
    bd_str rest = sidecar->command;
    bd_str value;
    while (next_option(&rest, names, BD_COUNT(names), &value)) {
        limit_by_timespan(reader, unquoted(value));
    }
    parameters_left request = parameters_of(reader->arena, sidecar->request);
    while (next_parameter(reader->arena, &request, "timespan=", &value)) {
        limit_by_timespan(reader, unquoted(value));
    }
    rest = sidecar->request;
    bd_str mark = BD_STR("\"timespan\"");
    ptrdiff_t at = bd_str_find(rest, mark);
    if (at >= 0) { /* in a body of JSON */
        bd_str piece = empty();
        rest = bd_str_sub(rest, (size_t)at + mark.size, rest.size);
        bd_str_cut(&rest, '"', &piece);
        bd_str_cut(&rest, '"', &value);
        limit_by_timespan(reader, value);
    }
}

bd_extent_time bd_extent_find_time(const bd_sidecar *sidecar, const bd_source_def *source,
                                   const bd_zone *zone, bd_instant collected_at, bd_arena *arena) {
    bd_extent_time out = {.from = BD_INSTANT_NONE, .to = BD_INSTANT_NONE, .unreadable = empty()};
    time_reader reader = {.zone = zone, .now = collected_at, .arena = arena, .out = &out};
    if (!source->is_log || source->is_handed_in) {
        return out;
    }
    terms all = terms_of(sidecar, arena);
    for (size_t i = 0; i < all.count; i++) {
        if (is_time_term(source, &all.data[i])) {
            limit_by_term(&reader, &all.data[i]);
        }
    }
    limit_by_options(&reader, sidecar->command);
    limit_by_cmdlet(&reader, sidecar->command);
    if (source->scope == BD_SCOPE_WORKSPACE) {
        limit_by_timespans(&reader, sidecar);
    }
    return out;
}
