/* What the words of a command, request or query asked for: which part, which time, which subscriptions.  The words are
 * those of whoever made the export; they bound what it may claim and never widen it. */
#include "bindery/scan.h"

#include "scan_priv.h"

#include <string.h>

#define MOST_TERMS 200 /* of one sidecar; what stands behind them is not read, and said */

static bd_str empty(void) {
    return (bd_str){"", 0};
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- words of a command ---- */

static bool is_quote(char c) {
    return c == '"' || c == '\'';
}

/* A quote that nothing closes is an apostrophe: it must not hide the words behind it. */
static bool is_closed(bd_str text, size_t at) {
    for (size_t i = at + 1; i < text.size; i++) {
        if (text.data[i] == text.data[at]) {
            return true;
        }
    }
    return false;
}

/* The next word as a shell cuts it, without the quotes around it ("" keeps them); empty at the end. */
bd_str bd_scan_next_word(bd_str *rest) {
    bd_str text = bd_str_trim(*rest);
    char quote = 0;
    size_t end = 0;
    for (; end < text.size && (quote != 0 || !is_blank(text.data[end])); end++) {
        char c = text.data[end];
        if (quote == 0 && is_quote(c) && is_closed(text, end)) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        }
    }
    bd_str word = bd_str_sub(text, 0, end);
    *rest = bd_str_sub(text, end, text.size);
    bool is_quoted =
        word.size > 2 && is_quote(word.data[0]) && word.data[word.size - 1] == word.data[0];
    return is_quoted ? bd_str_sub(word, 1, word.size - 1) : word;
}

static bool is_option_word(bd_str word) {
    return (word.size > 1 && word.data[0] == '-' && !is_digit(word.data[1])) ||
           bd_str_eqz(word, "|") || bd_str_eqz(word, ">") || bd_str_eqz(word, ";") ||
           bd_str_eqz(word, "&&");
}

/* Moves `*rest` behind the next of these options; `out`: its words up to the next option. */
static bool next_option(bd_str *rest, const char *const *names, size_t count, bd_str *out) {
    for (bd_str word = bd_scan_next_word(rest); word.size > 0; word = bd_scan_next_word(rest)) {
        bd_str value = word;
        bd_str name = empty();
        bd_str_cut(&value, '=', &name);
        for (size_t i = 0; i < count; i++) {
            if (!bd_str_eqz(name, names[i])) {
                continue;
            }
            if (name.size < word.size) {
                *out = value;
                return true;
            }
            bd_str ahead = *rest;
            bd_str taken = *rest;
            for (bd_str next = bd_scan_next_word(&ahead); next.size > 0 && !is_option_word(next);
                 next = bd_scan_next_word(&ahead)) {
                taken = ahead;
            }
            *out = bd_str_trim(bd_str_sub(*rest, 0, rest->size - taken.size));
            return true;
        }
    }
    return false;
}

static bd_str unquoted(bd_str text) {
    while (text.size > 0 && is_quote(text.data[0])) {
        text = bd_str_sub(text, 1, text.size);
    }
    while (text.size > 0 && is_quote(text.data[text.size - 1])) {
        text.size--;
    }
    return bd_str_trim(text);
}

static bool has_part(bd_str text, const char *part) {
    return bd_str_find(text, bd_str_of(part)) >= 0;
}

/* ---- conditions of filters and queries ---- */

typedef struct {
    bd_str text;               /* as written */
    bd_str field, op, literal; /* op lower-cased */
    bool is_query;             /* of Kusto, else of OData */
} term;

typedef BD_VEC(term) terms;

static int hex_of(char c) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        if (digits[i] == (c | 0x20) || digits[i] == c) {
            return i;
        }
    }
    return -1;
}

/* "%20" and "+" are blanks, but a "+" between digits is that of an offset. */
static bd_str decode_url(bd_arena *arena, bd_str text) {
    char *plain = bd_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_offset =
            i > 0 && i + 1 < text.size && is_digit(text.data[i - 1]) && is_digit(text.data[i + 1]);
        if (c == '%' && i + 2 < text.size && hex_of(text.data[i + 1]) >= 0 &&
            hex_of(text.data[i + 2]) >= 0) {
            c = (char)(hex_of(text.data[i + 1]) * 16 + hex_of(text.data[i + 2]));
            i += 2;
        } else if (c == '+' && !is_offset) {
            c = ' ';
        }
        plain[size++] = c;
    }
    return (bd_str){plain, size};
}

static bool is_field_char(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == '/' || c == '$';
}

/* "(activityDateTime ge 2026-01-01T00:00:00Z" -> field, op and literal. */
static void add_term(bd_arena *arena, bd_str text, bool is_query, terms *out) {
    bd_str piece = bd_str_trim(text);
    size_t opened = 0;
    size_t closed = 0;
    for (size_t i = 0; i < piece.size; i++) {
        opened += piece.data[i] == '(' ? 1 : 0;
        closed += piece.data[i] == ')' ? 1 : 0;
    }
    for (; piece.size > 0 && piece.data[0] == '(' && opened > 0; opened--) {
        piece = bd_str_trim(bd_str_sub(piece, 1, piece.size));
    }
    for (; piece.size > 0 && piece.data[piece.size - 1] == ')' && closed > opened; closed--) {
        piece = bd_str_trim(bd_str_sub(piece, 0, piece.size - 1));
    }
    if (piece.size == 0 || out->count > MOST_TERMS) {
        return;
    }
    size_t at = 0;
    while (at < piece.size && is_field_char(piece.data[at])) {
        at++;
    }
    bd_str rest = bd_str_trim(bd_str_sub(piece, at, piece.size));
    bool is_word = rest.size > 0 && is_letter(rest.data[0]);
    size_t end = 0;
    while (end < rest.size &&
           (is_word ? is_letter(rest.data[end]) : memchr("<>=!~", rest.data[end], 5) != NULL)) {
        end++;
    }
    *bd_push(arena, out) = (term){.text = piece,
                                  .field = bd_str_sub(piece, 0, at),
                                  .op = bd_str_lower(arena, bd_str_sub(rest, 0, end)),
                                  .literal = bd_str_trim(bd_str_sub(rest, end, rest.size)),
                                  .is_query = is_query};
}

static bool is_beside(bd_str text, size_t at, char bracket) {
    return at >= text.size || is_blank(text.data[at]) || text.data[at] == bracket;
}

/* Where the next "and" or "or" outside of quotes stands, between blanks of any kind or brackets; its length in
 * `*size`. */
static size_t find_joint(bd_str text, size_t *size) {
    char quote = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (quote != 0 || is_quote(c)) {
            quote = quote == 0 ? c : (c == quote ? 0 : quote);
            continue;
        }
        static const char *const joints[] = {"and", "or"};
        for (size_t j = 0; j < BD_COUNT(joints) && i > 0; j++) {
            bd_str joint = bd_str_of(joints[j]);
            if (is_beside(text, i - 1, ')') && is_beside(text, i + joint.size, '(') &&
                bd_str_ieq(bd_str_sub(text, i, i + joint.size), joint)) {
                *size = joint.size;
                return i;
            }
        }
    }
    *size = 0;
    return text.size;
}

static void add_terms(bd_arena *arena, bd_str text, bool is_query, terms *out) {
    for (bd_str rest = text; rest.size > 0;) {
        size_t size;
        size_t at = find_joint(rest, &size);
        add_term(arena, bd_str_sub(rest, 0, at), is_query, out);
        rest = bd_str_sub(rest, at + size, rest.size);
    }
}

/* A parameter of a request ends at the next '&' that is not quoted. */
static bd_str parameter_at(bd_str text, size_t from) {
    bool is_quoted = false;
    size_t end = from;
    for (; end < text.size && (is_quoted || text.data[end] != '&'); end++) {
        is_quoted = text.data[end] == '\'' ? !is_quoted : is_quoted;
    }
    return bd_str_sub(text, from, end);
}

/* What is left of a request to look for parameters in, and the same in lower case. */
typedef struct {
    bd_str text, lower;
} parameters;

static parameters parameters_of(bd_arena *arena, bd_str text) {
    return (parameters){text, bd_str_lower(arena, text)};
}

/* The next value of a parameter, percent-decoded. */
static bool next_parameter(bd_arena *arena, parameters *rest, const char *name, bd_str *out) {
    ptrdiff_t at = bd_str_find(rest->lower, bd_str_of(name));
    if (at < 0) {
        return false;
    }
    size_t from = (size_t)at + strlen(name);
    bd_str raw = parameter_at(rest->text, from);
    rest->text = bd_str_sub(rest->text, from + raw.size, rest->text.size);
    rest->lower = bd_str_sub(rest->lower, from + raw.size, rest->lower.size);
    *out = decode_url(arena, raw);
    return true;
}

static void add_filters(bd_arena *arena, bd_str text, terms *out) {
    static const char *const names[] = {"$filter=", "%24filter=", "?filter=", "&filter="};
    parameters all = parameters_of(arena, text);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        parameters rest = all;
        bd_str filter;
        while (next_parameter(arena, &rest, names[i], &filter)) {
            add_terms(arena, filter, /*is_query*/ false, out);
        }
    }
}

/* "where x", "where(x)", "take\n5": the name ends where no letter follows. */
static bool is_stage(bd_str stage, const char *name) {
    size_t size = strlen(name);
    bool is_named = bd_str_ieq(bd_str_sub(stage, 0, size), bd_str_of(name));
    char next = stage.size > size ? stage.data[size] : ' ';
    return is_named && !is_letter(next) && !is_digit(next) && next != '_' && next != '-';
}

/* "... | where A and B | ...": the conditions of a Kusto query. */
static void add_stages(bd_arena *arena, bd_str query, terms *out) {
    bd_str piece;
    while (bd_str_cut(&query, '|', &piece)) {
        bd_str stage = bd_str_trim(piece);
        if (is_stage(stage, "where")) {
            add_terms(arena, bd_str_sub(stage, 5, stage.size), /*is_query*/ true, out);
        }
    }
}

static terms terms_of(const bd_sidecar *sidecar, bd_arena *arena) {
    static const char *const options[] = {"--filter", "--filters", "-Filter"};
    terms out = {0};
    add_filters(arena, sidecar->request, &out);
    bd_str rest = sidecar->command;
    for (bd_str word = bd_scan_next_word(&rest); word.size > 0; word = bd_scan_next_word(&rest)) {
        add_filters(arena, word, &out);
    }
    bd_str value;
    rest = sidecar->command;
    while (next_option(&rest, options, BD_COUNT(options), &value)) {
        add_terms(arena, unquoted(value), /*is_query*/ false, &out);
    }
    add_stages(arena, sidecar->query, &out);
    add_stages(arena, sidecar->command, &out);
    return out;
}

static bd_str last_part(bd_str path) {
    size_t from = path.size;
    while (from > 0 && path.data[from - 1] != '/' && path.data[from - 1] != '.') {
        from--;
    }
    return bd_str_sub(path, from, path.size);
}

/* A condition on the time of a log's records: it bounds what the log describes. */
static bool is_time_term(const bd_source_def *source, const term *one) {
    return source->is_log && one->field.size > 0 &&
           bd_str_ieq(last_part(one->field), last_part(source->time));
}

/* ---- what is only a part ---- */

/* A condition that leaves out nothing of the source: it names what the source is. */
static bool is_all_of_source(const bd_source_def *source, const term *one, bd_arena *arena) {
    bd_str field = bd_str_lower(arena, one->field);
    if (one->is_query) {
        return bd_str_eqz(field, "type") || bd_str_eqz(field, "subscriptionid");
    }
    bd_str literal = bd_str_lower(arena, unquoted(one->literal));
    if (bd_str_eqz(field, "resourcetype") && bd_str_eqz(one->op, "eq")) {
        return bd_scan_has_text(&source->types, literal);
    }
    /* what the catalog itself says that is asked for */
    return has_part(source->rest, "$filter=") && bd_str_find(source->rest, one->text) >= 0;
}

static bd_str narrowing_term(const bd_sidecar *sidecar, const bd_source_def *source,
                             bd_arena *arena) {
    terms all = terms_of(sidecar, arena);
    for (size_t i = 0; i < all.count; i++) {
        const term *one = &all.data[i];
        if (!is_time_term(source, one) && !is_all_of_source(source, one, arena)) {
            return one->text;
        }
    }
    return all.count > MOST_TERMS ? BD_STR("more conditions than are read") : empty();
}

static bool is_reached(bd_str value, uint64_t rows) {
    int64_t most = 0;
    return bd_str_to_i64(unquoted(value), &most) && most >= 0 && rows >= (uint64_t)most;
}

/* The option of a command that leaves records out, or one that is missing; empty when there is none. */
static bd_str narrowing_option(bd_str command, const bd_source_def *source, uint64_t rows) {
    static const char *const options[] = {"-g",
                                          "--resource-group",
                                          "--tag",
                                          "--status",
                                          "--caller",
                                          "--resource-id",
                                          "--namespace",
                                          "--correlation-id",
                                          "--assignee",
                                          "--role",
                                          "--upn",
                                          "--display-name",
                                          "--resource-provider",
                                          "-ResourceGroupName"};
    static const char *const limits[] = {"--max-events", "--max-items", "--top", "-MaxRecord",
                                         "-Top"};
    bool is_scoped = source->scope == BD_SCOPE_SUBSCRIPTION || source->scope == BD_SCOPE_TENANT;
    for (size_t i = 0; i < BD_COUNT(options) && is_scoped; i++) {
        bd_str rest = command;
        bd_str value;
        if (next_option(&rest, &options[i], 1, &value)) {
            return bd_str_of(options[i]);
        }
    }
    for (size_t i = 0; i < BD_COUNT(limits); i++) {
        bd_str rest = command;
        bd_str value;
        if (next_option(&rest, &limits[i], 1, &value) && is_reached(value, rows)) {
            return bd_str_of(limits[i]);
        }
    }
    if (has_part(command, "activity-log list") && !has_part(command, "--max-events") &&
        rows >= 50) {
        return BD_STR("activity-log list without --max-events, which stops at 50");
    }
    if (has_part(command, "Get-AzActivityLog") && !has_part(command, "-MaxRecord") &&
        rows >= 1000) {
        return BD_STR("Get-AzActivityLog without -MaxRecord, which stops at 1,000");
    }
    if (has_part(command, "role assignment list") && !has_part(command, "--all")) {
        return BD_STR("role assignment list without --all");
    }
    static const char *const filters[] = {"[?", "select("}; /* JMESPath, jq */
    for (size_t i = 0; i < BD_COUNT(filters); i++) {
        if (has_part(command, filters[i])) {
            return bd_str_of(filters[i]);
        }
    }
    return empty();
}

/* The stage of a query, or a tool behind a pipe, that leaves records out whatever they are. */
static bd_str narrowing_stage(bd_arena *arena, bd_str query) {
    static const char *const stages[] = {
        "take", "limit", "top",   "sample",        "where-object", "distinct",        "summarize",
        "head", "tail",  "grep",  "select-object", "filter",       "sample-distinct", "top-nested",
        "join", "union", "lookup"};
    bd_str rest = bd_str_lower(arena, query);
    bd_str piece;
    while (bd_str_cut(&rest, '|', &piece)) {
        bd_str stage = bd_str_trim(piece);
        for (size_t i = 0; i < BD_COUNT(stages); i++) {
            if (is_stage(stage, stages[i])) {
                return stage;
            }
        }
    }
    return empty();
}

static bd_str narrowing_parameter(bd_arena *arena, bd_str request) {
    static const char *const names[] = {"$search=", "%24search="};
    parameters all = parameters_of(arena, request);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        parameters rest = all;
        bd_str value;
        if (next_parameter(arena, &rest, names[i], &value)) {
            return bd_str_concat(arena, (bd_str[]){bd_str_of(names[i]), value}, 2);
        }
    }
    return empty();
}

/* "/pulls?..." of GitHub lists what is open, unless it asks for another state; "/pulls/7/reviews" is another list. */
static bool lists_open_pulls(bd_str lower) {
    bd_str mark = BD_STR("/pulls");
    ptrdiff_t at = bd_str_find(lower, mark);
    bd_str rest = at < 0 ? lower : bd_str_sub(lower, (size_t)at + mark.size, lower.size);
    bool is_list = at >= 0 && (rest.size == 0 || rest.data[0] == '?' || rest.data[0] == ' ' ||
                               is_quote(rest.data[0]));
    return is_list && !has_part(rest, "state=closed") && !has_part(rest, "state=all");
}

/* A list of one branch, one person or one state is not the list of a repository. */
static bd_str narrowing_of_repository(bd_arena *arena, bd_str request) {
    static const char *const names[] = {"base=",   "head=",        "ref=",        "task=",
                                        "creator=", "state=open",   "author=",     "path=",
                                        "page=2",  "environment=", "check_name="};
    static const char *const before[] = {"?", "&", "-f ", "--field ", "--raw-field "};
    static const char *const pulls[] = {"--search", "--author", "--base", "--label", "--assignee"};
    bd_str lower = bd_str_lower(arena, request);
    for (size_t i = 0; i < BD_COUNT(names) * BD_COUNT(before); i++) {
        const char *name = names[i / BD_COUNT(before)], *mark = before[i % BD_COUNT(before)];
        if (has_part(lower, bd_str_format(arena, "%s%s", mark, name).data)) {
            return bd_str_of(name);
        }
    }
    if (has_part(lower, "/deployments?sha=") ||
        (has_part(lower, "/deployments?") && has_part(lower, "&sha="))) {
        return BD_STR("sha=");
    }
    for (size_t i = 0; has_part(lower, "gh pr list") && i < BD_COUNT(pulls); i++) {
        if (has_part(lower, pulls[i])) {
            return bd_str_of(pulls[i]);
        }
    }
    if (has_part(lower, "gh pr list") && !has_part(lower, "--state all") &&
        !has_part(lower, "--state merged") && !has_part(lower, "--state closed")) {
        return BD_STR("pr list without --state all, which lists open ones");
    }
    return lists_open_pulls(lower) ? BD_STR("pulls without state=all, which lists open ones")
                                   : empty();
}

/* Resource Graph shows what is assigned at a subscription and below it, and what comes from above only on demand. */
static bd_str narrowing_of_scope(const bd_sidecar *sidecar, bd_arena *arena) {
    static const char *const tables[] = {"policyresources", "authorizationresources"};
    static const char *const types[] = {"policyexemptions", "policyassignments", "roleassignments"};
    bd_str text = bd_str_lower(arena, bd_str_format(arena, "%.*s %.*s %.*s", BD_ARG(sidecar->query),
                                                    BD_ARG(sidecar->request),
                                                    BD_ARG(sidecar->command)));
    bool is_table = has_part(text, tables[0]) || has_part(text, tables[1]);
    bool is_inherited = false;
    for (size_t i = 0; i < BD_COUNT(types); i++) {
        is_inherited = is_inherited || has_part(text, types[i]);
    }
    return is_table && is_inherited && !has_part(text, "atscopeaboveandbelow")
               ? BD_STR("no authorizationScopeFilter AtScopeAboveAndBelow, without which what management "
                        "groups assign is left out")
               : empty();
}

bd_str bd_scan_asked_part(const bd_sidecar *sidecar, const bd_source_def *source, uint64_t rows,
                          bd_arena *arena) {
    bd_str part = narrowing_option(sidecar->command, source, rows);
    part = part.size > 0 ? part : narrowing_stage(arena, sidecar->query);
    part = part.size > 0 ? part : narrowing_stage(arena, sidecar->command);
    part = part.size > 0 ? part : narrowing_parameter(arena, sidecar->request);
    part = part.size > 0 ? part : narrowing_parameter(arena, sidecar->command);
    if (part.size == 0 && source->scope == BD_SCOPE_REPOSITORY) {
        part = narrowing_of_repository(arena, sidecar->request);
        part = part.size > 0 ? part : narrowing_of_repository(arena, sidecar->command);
    }
    part = part.size > 0 ? part : narrowing_of_scope(sidecar, arena);
    return part.size > 0 ? part : narrowing_term(sidecar, source, arena);
}

/* ---- of which time ---- */

typedef struct {
    const bd_zone *zone;
    bd_instant now; /* of the export */
    bd_arena *arena;
    bd_asked_time *out;
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
    parameters request = parameters_of(reader->arena, sidecar->request);
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

bd_asked_time bd_scan_asked_time(const bd_sidecar *sidecar, const bd_source_def *source,
                                 const bd_zone *zone, bd_instant collected_at, bd_arena *arena) {
    bd_asked_time out = {.from = BD_INSTANT_NONE, .to = BD_INSTANT_NONE, .unreadable = empty()};
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

/* ---- of which subscriptions ---- */

static bool is_guid_at(bd_str text, size_t at) {
    static const char form[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    if (text.size - at < sizeof form - 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof form - 1; i++) {
        char c = text.data[at + i];
        bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (form[i] == '-' ? c != '-' : !is_digit) {
            return false;
        }
    }
    return true;
}

static void add_ids(bd_str asked, bd_arena *arena, bd_asked_subscriptions *out) {
    ptrdiff_t from = bd_str_find(asked, BD_STR("subscription"));
    for (size_t at = from < 0 ? asked.size : (size_t)from; at < asked.size; at++) {
        if (is_guid_at(asked, at)) {
            *bd_push(arena, &out->ids) = bd_str_sub(asked, at, at + 36);
            at += 35;
        }
    }
}

/* Two subscriptions of one name: nobody knows which of them was asked. */
static void add_name(const bd_scan_plan *plan, bd_str name, bd_arena *arena,
                     bd_asked_subscriptions *out) {
    bd_str lower = bd_str_lower(arena, name);
    if (name.size == 0) {
        return;
    }
    if (lower.size == 36 && is_guid_at(lower, 0)) {
        *bd_push(arena, &out->ids) = lower;
        return;
    }
    bd_str id = empty();
    for (size_t i = 0; i < plan->subscription_count; i++) {
        if (bd_str_fold_cmp(plan->subscriptions[i].name, name) != 0) {
            continue;
        }
        out->is_ambiguous = out->is_ambiguous || id.size > 0;
        out->unknown = id.size > 0 ? name : out->unknown;
        id = bd_str_lower(arena, plan->subscriptions[i].id);
    }
    if (id.size > 0) {
        *bd_push(arena, &out->ids) = id;
    } else if (out->unknown.size == 0) {
        out->unknown = name;
    }
}

bd_asked_subscriptions bd_scan_asked_subscriptions(const bd_scan_plan *plan,
                                                   const bd_sidecar *sidecar,
                                                   const bd_source_def *source, bd_arena *arena) {
    static const char *const names[] = {"--subscription", "--subscriptions", "-s",
                                        "-SubscriptionId"};
    bd_asked_subscriptions out = {.unknown = empty()};
    bd_scan_query_subscriptions(sidecar, source, arena, &out.ids);
    if (out.ids.count > 0) { /* a condition of the query leaves out whatever else is named */
        return out;
    }
    add_ids(bd_str_lower(arena, sidecar->request), arena, &out);
    add_ids(bd_str_lower(arena, sidecar->command), arena, &out);
    bd_str rest = sidecar->command;
    bd_str values;
    while (next_option(&rest, names, BD_COUNT(names), &values)) {
        for (bd_str name = bd_scan_next_word(&values); name.size > 0;
             name = bd_scan_next_word(&values)) {
            add_name(plan, name, arena, &out);
        }
    }
    return out;
}

/* ---- of which workspace ---- */

/* Of all that names a workspace; two that differ are two exports in one file, or a slip: nobody knows whose rows these
 * are. */
typedef struct {
    bd_arena *arena;
    bd_str central, central_guid; /* facts, or "" */
    bd_str found;
    bool differs;
} workspace_names;

static void add_workspace(workspace_names *names, bd_str text) {
    bd_str name = bd_str_trim(text);
    if (name.size == 0) {
        return;
    }
    if (names->central_guid.size > 0 && bd_str_ieq(names->central_guid, name)) {
        name = names->central;
    }
    name = bd_str_find(name, BD_STR("/")) >= 0 ? bd_scan_normal_id(names->arena, name)
                                               : bd_str_lower(names->arena, name);
    names->differs = names->differs || (names->found.size > 0 && !bd_str_eq(names->found, name));
    names->found = name;
}

/* "https://api.loganalytics.io/v1/workspaces/GUID/query", wherever it stands */
static void add_workspaces_of_urls(workspace_names *names, bd_str text) {
    bd_str lower = bd_str_lower(names->arena, text), mark = BD_STR("/workspaces/");
    for (;;) {
        ptrdiff_t at = bd_str_find(lower, mark);
        if (at < 0) {
            return;
        }
        size_t from = (size_t)at + mark.size;
        if (lower.size - from >= 36 && is_guid_at(lower, from)) {
            add_workspace(names, bd_str_sub(lower, from, from + 36));
        }
        lower = bd_str_sub(lower, from, lower.size);
    }
}

/* `-w` is somebody else's option in another tool's command. */
static void add_workspaces_of_command(workspace_names *names, bd_str command) {
    static const char *const options[] = {"--workspace", "-w", "-WorkspaceId"};
    bd_str lower = bd_str_lower(names->arena, command), value, rest = command;
    bool is_query = has_part(lower, "log-analytics") || has_part(lower, "operationalinsights");
    while (is_query && next_option(&rest, options, BD_COUNT(options), &value)) {
        add_workspace(names, unquoted(value));
    }
}

/* A query may read other stores beside, or instead of, the workspace that it is sent to. */
static bool reads_elsewhere(bd_arena *arena, bd_str text) {
    static const char *const words[] = {"workspace(",   "app(",         "adx(",  "cluster(",
                                        "--workspaces", "\"workspaces\"", "resource(", "arg("};
    bd_str lower = bd_str_lower(arena, text);
    for (size_t i = 0; i < BD_COUNT(words); i++) {
        if (has_part(lower, words[i])) {
            return true;
        }
    }
    return false;
}

bd_str bd_scan_asked_workspace(const bd_sidecar *sidecar, const bd_source_def *source,
                               const bd_value *facts, bd_arena *arena) {
    if (sidecar == NULL || source->scope != BD_SCOPE_WORKSPACE || sidecar->scope_ids.count > 1 ||
        reads_elsewhere(arena, sidecar->command) || reads_elsewhere(arena, sidecar->request) ||
        reads_elsewhere(arena, sidecar->query)) {
        return empty();
    }
    workspace_names names = {.arena = arena, .found = empty()};
    names.central = facts != NULL ? bd_value_text(facts, "central_workspace") : empty();
    names.central_guid =
        facts != NULL ? bd_str_trim(bd_value_text(facts, "central_workspace_guid")) : empty();
    if (sidecar->scope_ids.count == 1) {
        add_workspace(&names, sidecar->scope_ids.data[0]);
    }
    add_workspaces_of_command(&names, sidecar->command);
    add_workspaces_of_urls(&names, sidecar->command);
    add_workspaces_of_urls(&names, sidecar->request);
    return names.differs ? empty() : names.found;
}
