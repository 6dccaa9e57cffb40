/* How commands, requests and queries are written: words and options as a shell cuts them, parameters of a request, the
 * conditions of filters and queries. */
#include "bindery/extent.h"

#include "extent_priv.h"

#include <string.h>

bd_str empty(void) {
    return (bd_str){"", 0};
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ---- words of a command ---- */

bool is_quote(char c) {
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
bd_str bd_extent_next_word(bd_str *rest) {
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

bool next_option(bd_str *rest, const char *const *names, size_t count, bd_str *out) {
    for (bd_str word = bd_extent_next_word(rest); word.size > 0; word = bd_extent_next_word(rest)) {
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
            for (bd_str next = bd_extent_next_word(&ahead); next.size > 0 && !is_option_word(next);
                 next = bd_extent_next_word(&ahead)) {
                taken = ahead;
            }
            *out = bd_str_trim(bd_str_sub(*rest, 0, rest->size - taken.size));
            return true;
        }
    }
    return false;
}

bd_str unquoted(bd_str text) {
    while (text.size > 0 && is_quote(text.data[0])) {
        text = bd_str_sub(text, 1, text.size);
    }
    while (text.size > 0 && is_quote(text.data[text.size - 1])) {
        text.size--;
    }
    return bd_str_trim(text);
}

bool has_part(bd_str text, const char *part) {
    return bd_str_find(text, bd_str_of(part)) >= 0;
}

/* ---- conditions of filters and queries ---- */

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

parameters_left parameters_of(bd_arena *arena, bd_str text) {
    return (parameters_left){text, bd_str_lower(arena, text)};
}

bool next_parameter(bd_arena *arena, parameters_left *rest, const char *name, bd_str *out) {
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
    parameters_left all = parameters_of(arena, text);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        parameters_left rest = all;
        bd_str filter;
        while (next_parameter(arena, &rest, names[i], &filter)) {
            add_terms(arena, filter, /*is_query*/ false, out);
        }
    }
}

bool is_stage(bd_str stage, const char *name) {
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

terms terms_of(const bd_sidecar *sidecar, bd_arena *arena) {
    static const char *const options[] = {"--filter", "--filters", "-Filter"};
    terms out = {0};
    add_filters(arena, sidecar->request, &out);
    bd_str rest = sidecar->command;
    for (bd_str word = bd_extent_next_word(&rest); word.size > 0; word = bd_extent_next_word(&rest)) {
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

bool is_time_term(const bd_source_def *source, const term *one) {
    return source->is_log && one->field.size > 0 &&
           bd_str_ieq(last_part(one->field), last_part(source->time));
}
