/* The known shapes of a command, request or query that asks for all of a source.  What has none of them is not read as
 * asking for all: a list of ways to ask for less would never be whole. */
#include "bindery/extent.h"

#include "extent_priv.h"

#include <string.h>

#define MOST_DEPTH 16 /* of brackets in a condition */

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_one_of(bd_str text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_ieq(text, bd_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

static bd_str unwrapped(bd_str text) {
    bool is_closed = text.size > 1 && (text.data[0] == '"' || text.data[0] == '\'') &&
                     text.data[text.size - 1] == text.data[0];
    return is_closed ? bd_str_sub(text, 1, text.size - 1) : text;
}

/* ---- Kusto ---- */

typedef struct {
    bd_str rest;
    bd_str token; /* the one at hand; empty at the end */
    const bd_source_def *source;
    bd_arena *arena;
    bd_strs *subscriptions;
    bool has_or, has_subscription;
} query;

/* A name, a quoted text, an operator, or one other character. */
static void next_token(query *q) {
    q->rest = bd_str_trim(q->rest);
    bd_str text = q->rest;
    size_t end = 0;
    char first = text.size > 0 ? text.data[0] : '\0';
    if (first == '"' || first == '\'') {
        for (end = 1; end < text.size && text.data[end] != first; end++) {
        }
        end += end < text.size ? 1 : 0;
    } else if (is_name_char(first)) {
        while (end < text.size && (is_name_char(text.data[end]) || text.data[end] == '.' ||
                                   text.data[end] == '-' || text.data[end] == '~')) {
            end++;
        }
    } else if (first == '=' || first == '!' || first == '~') {
        while (end < text.size && memchr("=!~", text.data[end], 3) != NULL) {
            end++;
        }
    } else {
        end = text.size > 0 ? 1 : 0;
    }
    q->token = bd_str_sub(text, 0, end);
    q->rest = bd_str_sub(text, end, text.size);
}

static bool takes(query *q, const char *token) {
    if (!bd_str_ieq(q->token, bd_str_of(token))) {
        return false;
    }
    next_token(q);
    return true;
}

static bool is_own_type(const bd_source_def *source, bd_str type) {
    return bd_strs_have(&source->types, type) || bd_strs_have(&source->details, type);
}

static bool read_value(query *q, bool is_type, bool is_folded) {
    bd_str value = unwrapped(q->token);
    bd_str lower = bd_str_lower(q->arena, value);
    if (value.size == 0 || value.size == q->token.size) {
        return false;
    }
    next_token(q);
    if (!is_type) {
        *bd_push(q->arena, q->subscriptions) = lower;
        return true;
    }
    /* Resource Graph keeps types in lower case: any other spelling compared exactly finds nothing */
    return (is_folded || bd_str_eq(value, lower)) && is_own_type(q->source, lower);
}

static bool read_values(query *q, bool is_type, bool is_folded) {
    if (!takes(q, "(")) {
        return false;
    }
    do {
        if (!read_value(q, is_type, is_folded)) {
            return false;
        }
    } while (takes(q, ","));
    return takes(q, ")");
}

static bool read_term(query *q) {
    bool is_type = bd_str_ieq(q->token, BD_STR("type"));
    if (!is_type && !bd_str_ieq(q->token, BD_STR("subscriptionId"))) {
        return false;
    }
    if (!is_type && q->has_subscription) {
        return false;
    }
    q->has_subscription = q->has_subscription || !is_type;
    next_token(q);
    bool is_folded = bd_str_eqz(q->token, "=~") || bd_str_ieq(q->token, BD_STR("in~"));
    if (takes(q, "=~") || takes(q, "==")) {
        return read_value(q, is_type, is_folded);
    }
    return (takes(q, "in~") || takes(q, "in")) && read_values(q, is_type, is_folded);
}

static bool read_condition(query *q, int depth) {
    do {
        if (takes(q, "(")) {
            if (depth == MOST_DEPTH || !read_condition(q, depth + 1) || !takes(q, ")")) {
                return false;
            }
        } else if (!read_term(q)) {
            return false;
        }
        q->has_or = q->has_or || bd_str_ieq(q->token, BD_STR("or"));
    } while (takes(q, "and") || takes(q, "or"));
    return true;
}

/* Plain columns, as "project" and "order by" take them; "a = b" may show one thing for another. */
static bool read_columns(query *q) {
    static const char *const plain[] = {"asc", "desc", "nulls", "first", "last"};
    for (; q->token.size > 0; next_token(q)) {
        bool is_name = is_name_char(q->token.data[0]);
        if (!is_name && !bd_str_eqz(q->token, ",") &&
            !is_one_of(q->token, plain, BD_COUNT(plain))) {
            return false;
        }
    }
    return true;
}

static bool read_stage(query *q) {
    static const char *const columns[] = {"project", "project-away", "project-keep",
                                          "project-reorder"};
    if (takes(q, "where")) {
        q->has_or = false;
        bool had = q->has_subscription;
        bool is_read = read_condition(q, 0) && q->token.size == 0;
        return is_read && !(q->has_or && q->has_subscription != had);
    }
    if (takes(q, "order") || takes(q, "sort")) {
        return takes(q, "by") && read_columns(q);
    }
    if (is_one_of(q->token, columns, BD_COUNT(columns))) {
        next_token(q);
        return read_columns(q);
    }
    return false;
}

/* Up to the next bar that is not quoted. */
static bd_str cut_stage(bd_str *rest) {
    char quote = 0;
    size_t end = 0;
    for (; end < rest->size && (quote != 0 || rest->data[end] != '|'); end++) {
        char c = rest->data[end];
        if (quote == 0 && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        }
    }
    bd_str stage = bd_str_sub(*rest, 0, end);
    *rest = bd_str_sub(*rest, end < rest->size ? end + 1 : end, rest->size);
    return bd_str_trim(stage);
}

static bool is_table(bd_str stage) {
    for (size_t i = 0; i < stage.size; i++) {
        if (!is_name_char(stage.data[i])) {
            return false;
        }
    }
    return stage.size > 0;
}

/* The stage that is no part of asking for all; empty when there is none. */
static bd_str unread_stage(bd_str text, const bd_source_def *source, bd_arena *arena,
                           bd_strs *subscriptions) {
    bd_str rest = bd_str_trim(text);
    bd_str table = cut_stage(&rest);
    if (!is_table(table)) {
        return table.size > 0 ? table : BD_STR("(an empty query)");
    }
    query q = {.source = source, .arena = arena, .subscriptions = subscriptions};
    while (rest.size > 0) {
        bd_str stage = cut_stage(&rest);
        q.rest = stage;
        next_token(&q);
        if (!read_stage(&q)) {
            return stage.size > 0 ? stage : BD_STR("|");
        }
    }
    return empty();
}

/* ---- a query in a body of JSON: {"query": "..."} ---- */

static bd_str query_of_body(bd_str text, bd_arena *arena) {
    ptrdiff_t at = bd_str_find(text, BD_STR("\"query\""));
    if (at < 0) {
        return empty();
    }
    bd_str rest = bd_str_trim(bd_str_sub(text, (size_t)at + 7, text.size));
    rest =
        rest.size > 0 && rest.data[0] == ':' ? bd_str_trim(bd_str_sub(rest, 1, rest.size)) : rest;
    if (rest.size == 0 || rest.data[0] != '"') {
        return BD_STR("?");
    }
    char *plain = bd_alloc(arena, rest.size + 1, 1);
    size_t size = 0;
    for (size_t i = 1; i < rest.size && rest.data[i] != '"'; i++) {
        char c = rest.data[i];
        if (c == '\\' && i + 1 < rest.size) {
            i++;
            c = memchr("ntr", rest.data[i], 3) != NULL ? ' ' : rest.data[i];
        }
        plain[size++] = c;
    }
    return (bd_str){plain, size};
}

/* ---- URLs ---- */

typedef struct {
    const bd_source_def *source;
    uint64_t rows; /* read, where one answer is all there is; 0 of a chain of pages */
    bool has_query;
    bool has_asked_query; /* of this command or request itself */
    bd_str query;         /* of body or option */
    bd_str subscription;  /* the one that an option names */
    bd_arena *arena;
} shape;

static size_t segment_end(bd_str path, size_t from) {
    while (from < path.size && path.data[from] != '/') {
        from++;
    }
    return from;
}

/* Does the catalog's own description of the source name this path, whole? */
static bool is_described(const shape *s, bd_str path) {
    bd_str rest = bd_str_lower(s->arena, s->source->rest);
    while (path.size > 1 && rest.size > 0) {
        ptrdiff_t at = bd_str_find(rest, path);
        if (at < 0) {
            return false;
        }
        size_t end = (size_t)at + path.size;
        bool is_begun = path.data[0] == '/' || at == 0 || !is_name_char(rest.data[at - 1]);
        bool is_ended = end == rest.size || (!is_name_char(rest.data[end]) &&
                                             rest.data[end] != '/' && rest.data[end] != '.');
        if (is_begun && is_ended) {
            return true;
        }
        rest = bd_str_sub(rest, end, rest.size);
    }
    return false;
}

static bd_str last_segment(bd_str path) {
    size_t from = path.size;
    while (from > 0 && path.data[from - 1] != '/') {
        from--;
    }
    return bd_str_sub(path, from, path.size);
}

/* Microsoft's clouds alone answer for themselves: an answer of another host may be anything. */
static bool is_host_of(bd_str host, const char *const *hosts, size_t count) {
    bd_str port = BD_STR(":443");
    if (bd_str_has_suffix(host, port)) {
        host.size -= port.size;
    }
    return is_one_of(host, hosts, count);
}

/* The list of the source over a whole subscription or tenant? */
static bool is_whole_path(shape *s, bd_str host, bd_str path, bd_str parameters) {
    static const char *const azure[] = {"management.azure.com", "management.usgovcloudapi.net",
                                        "management.chinacloudapi.cn"};
    static const char *const graph[] = {"graph.microsoft.com", "graph.microsoft.us",
                                        "dod-graph.microsoft.us",
                                        "microsoftgraph.chinacloudapi.cn"};
    bool is_azure = host.size == 0 || is_host_of(host, azure, BD_COUNT(azure));
    bool is_graph = is_host_of(host, graph, BD_COUNT(graph));
    if (is_azure && bd_str_eqz(path, "/providers/microsoft.resourcegraph/resources")) {
        s->has_asked_query = true;
        return s->has_query;
    }
    if (is_graph || s->source->scope == BD_SCOPE_TENANT) {
        return (is_graph || is_azure) && is_described(s, last_segment(path));
    }
    if (!is_azure || !bd_str_has_prefix(path, BD_STR("/subscriptions/"))) {
        return false;
    }
    bd_str tail = bd_str_sub(path, segment_end(path, 15), path.size);
    if (bd_str_eqz(tail, "/resources")) {
        return s->source->is_any_resource || has_part(parameters, "resourcetype");
    }
    bd_str type =
        bd_str_has_prefix(tail, BD_STR("/providers/")) ? bd_str_sub(tail, 11, tail.size) : empty();
    return is_own_type(s->source, type) || is_described(s, tail);
}

static bool is_plain_parameter(const shape *s, bd_str name, bd_str value) {
    static const char *const names[] = {
        "api-version", "$select",    "$expand", "$orderby", "$count",        "$filter",
        "filter",      "$skiptoken", "",        "timespan", "subscriptions", "$consistencylevel"};
    int64_t most = 0;
    if (bd_str_ieq(name, BD_STR("$top"))) { /* of a chain: the size of its pages */
        return s->rows == 0 ||
               (bd_str_to_i64(bd_str_trim(value), &most) && most > 0 && s->rows < (uint64_t)most);
    }
    return is_one_of(name, names, BD_COUNT(names));
}

static bd_str unread_parameter(const shape *s, bd_str parameters) {
    while (parameters.size > 0) {
        bool is_quoted = false;
        size_t end = 0;
        for (; end < parameters.size && (is_quoted || parameters.data[end] != '&'); end++) {
            is_quoted = parameters.data[end] == '\'' ? !is_quoted : is_quoted;
        }
        bd_str one = bd_str_sub(parameters, 0, end);
        bd_str value = one;
        bd_str name = empty();
        bd_str_cut(&value, '=', &name);
        name = bd_str_trim(name);
        while (name.size > 0 && (name.data[0] == '\\' || name.data[0] == '`')) { /* of a shell */
            name = bd_str_sub(name, 1, name.size);
        }
        if (bd_str_ieq(bd_str_sub(name, 0, 3), BD_STR("%24"))) {
            name =
                bd_str_concat(s->arena, (bd_str[]){BD_STR("$"), bd_str_sub(name, 3, name.size)}, 2);
        }
        if (!is_plain_parameter(s, name, value)) {
            return one;
        }
        parameters = bd_str_sub(parameters, end < parameters.size ? end + 1 : end, parameters.size);
    }
    return empty();
}

static bd_str unread_url(shape *s, bd_str url) {
    bd_str lower = bd_str_lower(s->arena, url);
    ptrdiff_t at = bd_str_find(lower, BD_STR("://"));
    size_t from = at < 0 ? 0 : (size_t)at + 3;
    size_t host_end = at < 0 ? 0 : segment_end(lower, from);
    size_t end = host_end;
    while (end < url.size && url.data[end] != '?') {
        end++;
    }
    bd_str path = bd_str_trim(bd_str_sub(lower, host_end, end));
    if (path.size > 1 && path.data[path.size - 1] == '/') {
        path.size--;
    }
    bd_str host = bd_str_sub(lower, from, host_end); /* az knows it where none is named */
    bd_str parameters = bd_str_sub(url, end + 1, url.size);
    if (!is_whole_path(s, host, path, bd_str_sub(lower, end + 1, lower.size))) {
        return bd_str_sub(url, 0, end);
    }
    return unread_parameter(s, parameters);
}

/* "GET https://...", "POST https://... subscriptions=a,b {...}", or the URL alone. */
static bd_str unread_request(shape *s, bd_str request) {
    bd_str rest = bd_str_trim(request);
    bd_str ahead = rest;
    bd_str method = bd_extent_next_word(&ahead);
    bool is_get = bd_str_ieq(method, BD_STR("GET"));
    bool is_post = bd_str_ieq(method, BD_STR("POST"));
    if (is_get || is_post) {
        rest = bd_str_trim(ahead);
    } else if (!has_part(method, "://")) {
        return request;
    }
    s->query = query_of_body(rest, s->arena);
    s->has_query = s->has_query || s->query.size > 0;
    if (!is_post) {
        return unread_url(s, rest);
    }
    size_t end = 0;
    while (end < rest.size && !is_blank(rest.data[end])) {
        end++;
    }
    bd_str url = bd_str_sub(rest, 0, end);
    bd_str found = unread_url(s, url);
    return found.size == 0 && !s->has_asked_query ? url : found;
}

/* ---- commands ---- */

/* One command up to the next that a pipe, ';', '&&' or a new line begins. */
static bd_str cut_command(bd_str *rest, char *joint) {
    char quote = 0;
    size_t end = 0;
    *joint = '\0';
    for (; end < rest->size; end++) {
        char c = rest->data[end];
        if (quote != 0) {
            quote = c == quote ? 0 : quote;
            continue;
        }
        if ((c == '"' || c == '\'') &&
            memchr(rest->data + end + 1, c, rest->size - end - 1) != NULL) {
            quote = c;
        }
        bool is_and = c == '&' && end + 1 < rest->size && rest->data[end + 1] == '&';
        bool is_line = c == '\n' && end > 0 && memchr("\\`", rest->data[end - 1], 2) == NULL;
        if (c == '|' || c == ';' || is_and || is_line) {
            *joint = c;
            break;
        }
    }
    bd_str one = bd_str_trim(bd_str_sub(*rest, 0, end));
    size_t next = end + (*joint == '&' ? 2 : *joint == '\0' ? 0 : 1);
    *rest = bd_str_sub(*rest, next, rest->size);
    return one;
}

/* "[].{id:id}" shows columns; an index, a slice, a filter or a function shows other rows. */
static bool is_projection(bd_str expression) {
    if (expression.size == 0 || !has_part(expression, "[")) {
        return bd_str_eqz(expression, "@");
    }
    for (size_t i = 0; i < expression.size; i++) {
        char c = expression.data[i];
        bool is_all = c == '[' && i + 1 < expression.size && expression.data[i + 1] == ']';
        bool is_list = c == '[' && i > 0 && expression.data[i - 1] == '.' &&
                       i + 1 < expression.size && is_name_char(expression.data[i + 1]) &&
                       !(expression.data[i + 1] >= '0' && expression.data[i + 1] <= '9');
        if ((c == '[' && !is_all && !is_list) ||
            (!is_name_char(c) && !is_blank(c) && memchr("[]{}.:,\"", c, 8) == NULL)) {
            return false;
        }
    }
    return true;
}

typedef struct {
    const char *name;
    char takes; /* '0': nothing, '1': a value, '+': values, 'q': JMESPath, 'k': Kusto, 'u': URL,
                 * 'b': a body, 'm': GET or POST, 'n': a limit */
} option;

static const option az_options[] = {
    {"--subscription", '1'},
    {"-s", '+'},
    {"--subscriptions", '+'},
    {"--output", '1'},
    {"-o", '1'},
    {"--only-show-errors", '0'},
    {"--verbose", '0'},
    {"--debug", '0'},
    {"--all", '0'},
    {"--include-inherited", '0'},
    {"--include-groups", '0'},
    {"--disable-scope-strict-match", '0'},
    {"--fill-principal-name", '1'},
    {"--fill-role-definition-name", '1'},
    {"--start-time", '+'},
    {"--end-time", '+'},
    {"--offset", '1'},
    {"--max-events", 'n'},
    {"--filter", '1'},
    {"--filters", '1'},
    {"--query", 'q'},
    {"--first", 'n'},
    {"-q", 'k'},
    {"--graph-query", 'k'},
    {"--skip-token", '1'},
    {"--method", 'm'},
    {"-m", 'm'},
    {"--url", 'u'},
    {"--uri", 'u'},
    {"-u", 'u'},
    {"--body", 'b'},
    {"-b", 'b'},
    {"--headers", '+'},
    {"--resource", '1'},
    {"--timespan", '1'},
    {"-t", '1'},
};

static const option cmdlet_options[] = {
    {"-SubscriptionId", '1'}, {"-All", '0'},     {"-All:$true", '0'},     {"-ErrorAction", '1'},
    {"-StartTime", '1'},      {"-EndTime", '1'}, {"-Filter", '1'},        {"-Property", '+'},
    {"-MaxRecord", 'n'},      {"-Top", 'n'},     {"-WarningAction", '1'}, {"-Verbose", '0'},
};

static const option *find_option(const option *options, size_t count, bd_str name) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(name, options[i].name)) {
            return &options[i];
        }
    }
    return NULL;
}

static bool is_below(const shape *s, bd_str value) {
    int64_t most = 0;
    return s->rows == 0 || (bd_str_to_i64(value, &most) && (most < 0 || s->rows < (uint64_t)most));
}

static bd_str unread_value(shape *s, char kind, bd_str value) {
    switch (kind) {
    case 'q': return is_projection(value) ? empty() : value;
    case 'n': return is_below(s, value) ? empty() : value;
    case 'u': return unread_url(s, value);
    case 'm':
        return bd_str_ieq(value, BD_STR("get")) || bd_str_ieq(value, BD_STR("post")) ? empty()
                                                                                     : value;
    case 'k': s->query = value; break;
    case 'b': s->query = query_of_body(value, s->arena); break;
    default: return empty();
    }
    s->has_query = s->has_query || s->query.size > 0;
    return s->query.size > 0 ? empty() : value;
}

static bool is_option_word(bd_str word) {
    return word.size > 1 && word.data[0] == '-' && !(word.data[1] >= '0' && word.data[1] <= '9');
}

/* Two subscriptions named one after the other: which of them was asked is not said. */
static bool is_of_other(shape *s, bd_str name, bd_str value) {
    if (!bd_str_eqz(name, "--subscription") && !bd_str_eqz(name, "-s")) {
        return false;
    }
    bool is_other = s->subscription.size > 0 && !bd_str_ieq(s->subscription, value);
    s->subscription = value;
    return is_other;
}

/* A word that no option takes is none that asks for all: a dash of a text program, say. */
static bd_str unread_option(shape *s, const option *options, size_t count, bd_str rest) {
    for (bd_str word = bd_extent_next_word(&rest); word.size > 0; word = bd_extent_next_word(&rest)) {
        if (bd_str_eqz(word, ">") || bd_str_eqz(word, "\\") || bd_str_eqz(word, "`")) {
            word = bd_str_eqz(word, ">") ? bd_extent_next_word(&rest) : word;
            continue;
        }
        bd_str value = word;
        bd_str name = empty();
        bd_str_cut(&value, '=', &name);
        bool has_value = name.size < word.size;
        const option *one = find_option(options, count, name);
        if (one == NULL || (one->takes == '0' && has_value)) {
            return word;
        }
        bd_str ahead = rest;
        bd_str next = bd_extent_next_word(&ahead);
        if (one->takes != '0' && !has_value && next.size > 0 && !is_option_word(next)) {
            value = next;
            rest = ahead;
            has_value = true;
        }
        while (one->takes == '+') {
            ahead = rest;
            next = bd_extent_next_word(&ahead);
            if (next.size == 0 || bd_str_eqz(next, ">") || is_option_word(next)) {
                break;
            }
            rest = ahead;
        }
        if (has_value && is_of_other(s, name, unwrapped(value))) {
            return value;
        }
        bd_str unread = has_value ? unread_value(s, one->takes, unwrapped(value)) : empty();
        if (unread.size > 0) {
            return unread;
        }
    }
    return empty();
}

static bool is_verb_of(const shape *s, bd_str verb) {
    bd_str az = bd_str_lower(s->arena, s->source->az);
    while (az.size > 0) {
        ptrdiff_t at = bd_str_find(az, verb);
        if (at < 0) {
            return false;
        }
        size_t end = (size_t)at + verb.size;
        if (end == az.size || memchr(" ,;", az.data[end], 3) != NULL) {
            return true;
        }
        az = bd_str_sub(az, end, az.size);
    }
    return false;
}

/* `*is_asking`: the command asks for records, and is not one that only sets the stage. */
static bd_str unread_az(shape *s, bd_str text, bool *is_asking) {
    bd_str rest = text;
    bd_str verb = empty();
    bd_str ahead = rest;
    for (bd_str word = bd_extent_next_word(&ahead); word.size > 0 && !is_option_word(word) &&
                                                  !bd_str_eqz(word, "\\") && !bd_str_eqz(word, ">");
         word = bd_extent_next_word(&ahead)) {
        rest = ahead;
        verb =
            verb.size == 0 ? word : bd_str_concat(s->arena, (bd_str[]){verb, BD_STR(" "), word}, 3);
    }
    verb = bd_str_lower(s->arena, verb);
    *is_asking = !bd_str_eqz(verb, "az account set");
    bool is_query = bd_str_eqz(verb, "az graph query");
    bool is_rest = bd_str_eqz(verb, "az rest");
    if (*is_asking && !is_query && !is_rest && !is_verb_of(s, verb)) {
        return verb;
    }
    s->has_asked_query = s->has_asked_query || is_query;
    bd_str unread = unread_option(s, az_options, BD_COUNT(az_options), rest);
    bool is_bare = is_rest && !has_part(rest, "://");
    return unread.size == 0 && (is_bare || (is_query && !s->has_query)) ? text : unread;
}

typedef struct {
    const char *name, *source;
} cmdlet;

static const cmdlet cmdlets[] = {
    {"Get-AzStorageAccount", "S17"},
    {"Get-AzKeyVault", "S20"},
    {"Get-AzNetworkSecurityGroup", "S01n"},
    {"Get-AzVirtualNetwork", "S03"},
    {"Get-AzPublicIpAddress", "S04"},
    {"Get-AzRoleAssignment", "S05"},
    {"Get-AzSecurityPricing", "S10"},
    {"Get-AzWebApp", "S12w"},
    {"Get-AzSqlServer", "S12s"},
    {"Get-AzSecuritySecureScore", "S14"},
    {"Get-AzDisk", "S18"},
    {"Get-AzVM", "S19"},
    {"Get-AzActivityLog", "S27"},
    {"Get-AzLog", "S27"},
    {"Get-MgUser", "S53"},
    {"Get-MgAuditLogDirectoryAudit", "S58"},
    {"Get-MgAuditLogSignIn", "S58s"},
    {"Get-MgIdentityConditionalAccessPolicy", "S45"},
};

static bd_str unread_cmdlet(shape *s, bd_str name, bd_str text, bd_str rest) {
    for (size_t i = 0; i < BD_COUNT(cmdlets); i++) {
        if (bd_str_ieq(name, bd_str_of(cmdlets[i].name)) &&
            bd_str_eqz(s->source->id, cmdlets[i].source)) {
            bool is_paged = bd_str_ieq(bd_str_sub(name, 0, 6), BD_STR("Get-Mg"));
            bool is_all = has_part(bd_str_lower(s->arena, rest), "-all");
            return is_paged && !is_all
                       ? text
                       : unread_option(s, cmdlet_options, BD_COUNT(cmdlet_options), rest);
        }
    }
    return name;
}

/* Behind a pipe: what prints records anew and leaves none out. */
static bool is_printer(bd_str text) {
    static const char *const names[] = {"ConvertTo-Json", "Out-File",      "Set-Content",
                                        "Export-Csv",     "ConvertTo-Csv", "tee"};
    static const char *const filters[] = {".", ".[]", "-c", "-r", "-S", "-M", "-rc", "-cr"};
    bd_str rest = text;
    bd_str name = bd_extent_next_word(&rest);
    if (is_one_of(name, names, BD_COUNT(names))) {
        return true;
    }
    bool is_plain = bd_str_eqz(name, "jq");
    for (bd_str word = bd_extent_next_word(&rest); word.size > 0 && is_plain;
         word = bd_extent_next_word(&rest)) {
        if (bd_str_eqz(word, ">")) {
            break;
        }
        is_plain = is_one_of(word, filters, BD_COUNT(filters));
    }
    return is_plain;
}

static bd_str unread_command(shape *s, bd_str command) {
    bd_str rest = bd_str_trim(command);
    if (bd_str_ieq(bd_str_sub(rest, 0, 7), BD_STR("portal:"))) {
        return empty();
    }
    int asked = 0;
    char before = '\0';
    while (rest.size > 0) {
        char joint;
        bd_str one = cut_command(&rest, &joint);
        bd_str ahead = one;
        bd_str name = bd_extent_next_word(&ahead);
        bd_str unread = empty();
        bool is_asking = true;
        if (before == '|') {
            unread = is_printer(one) ? empty() : one;
            is_asking = false;
        } else if (bd_str_eqz(name, "az")) {
            unread = unread_az(s, one, &is_asking);
        } else {
            unread = unread_cmdlet(s, name, one, ahead);
        }
        asked += is_asking ? 1 : 0;
        if (unread.size > 0 || asked > 1 || one.size == 0) {
            return unread.size > 0 ? unread : command;
        }
        before = joint;
    }
    return asked == 1 ? empty() : command;
}

/* ---- both ---- */

/* Of one resource, workspace or repository there is no list of all, and what people hand in has no shape. */
static bool has_shapes(const bd_source_def *source) {
    bool is_of_all = source->scope == BD_SCOPE_SUBSCRIPTION || source->scope == BD_SCOPE_TENANT;
    bool is_list = source->rest.size > 0 && bd_str_find(source->rest, BD_STR("{scope}")) < 0 &&
                   bd_str_find(source->rest, BD_STR("/resourceGroups/")) < 0;
    return is_of_all && is_list && !source->is_handed_in;
}

bd_str bd_extent_find_unread(const bd_sidecar *sidecar, const bd_source_def *source, uint64_t rows,
                             bd_arena *arena) {
    if (!has_shapes(source)) {
        return empty();
    }
    bd_strs ignored = {0};
    shape s = {.source = source, .rows = rows, .arena = arena, .query = empty()};
    bd_str stated = bd_str_trim(sidecar->query);
    s.has_query = stated.size > 0;
    bd_str unread = empty();
    if (stated.size > 0) {
        unread = unread_stage(stated, source, arena, &ignored);
    }
    if (unread.size == 0 && bd_str_trim(sidecar->request).size > 0) {
        unread = unread_request(&s, sidecar->request);
        unread = unread.size == 0 && s.query.size > 0
                     ? unread_stage(s.query, source, arena, &ignored)
                     : unread;
    }
    s.query = empty();
    if (unread.size == 0 && bd_str_trim(sidecar->command).size > 0) {
        unread = unread_command(&s, sidecar->command);
        unread = unread.size == 0 && s.query.size > 0
                     ? unread_stage(s.query, source, arena, &ignored)
                     : unread;
    }
    return unread;
}

void bd_extent_query_subscriptions(const bd_sidecar *sidecar, const bd_source_def *source,
                                   bd_arena *arena, bd_strs *out) {
    bd_str texts[] = {sidecar->query, query_of_body(sidecar->request, arena),
                      query_of_body(sidecar->command, arena)};
    for (size_t i = 0; i < BD_COUNT(texts) && out->count == 0; i++) {
        if (texts[i].size > 0) {
            (void)unread_stage(texts[i], source, arena, out);
        }
    }
    bd_str rest = sidecar->command;
    bool is_next = false;
    for (bd_str word = bd_extent_next_word(&rest); word.size > 0 && out->count == 0;
         word = bd_extent_next_word(&rest)) {
        if (is_next) {
            (void)unread_stage(word, source, arena, out);
        }
        is_next = bd_str_eqz(word, "-q") || bd_str_eqz(word, "--graph-query");
    }
}
