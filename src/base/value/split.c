#include "bindery/value.h"

#include <stdio.h>
#include <string.h>

#include "value_priv.h"
#include "window.h"

/* A document is walked, never held: the walk knows only the handful of levels that carry records
 * (the top-level object, "value", "data", a table) and takes every other value whole through the
 * scanner.
 *
 * Until an array of records is met, an object may still turn out to be the one record, so its text
 * is kept, up to the record limit; the walk *commits* to a shape when it meets the array.  Members
 * seen before are then handed over first, so that a reader knows "@odata.context" before the first
 * record where the document does. */

#define MEMBER_BYTES ((size_t)64 << 10)
#define MOST_PENDING_BYTES ((size_t)1 << 20)
#define MOST_KEYS 100000u
#define MOST_KEY_BYTES ((size_t)32 << 20)
#define MOST_COLUMNS_BYTES ((size_t)1 << 20)
#define RECORD_ARENA_BYTES ((size_t)2 << 30)
#define FIRST_BLOCK_BYTES ((size_t)128 << 10)

typedef struct {
    bd_str key;
    bool has_value; /* parsed already, because the text could not be kept */
    const bd_value *value;
    size_t from, size; /* else: where it lies, from the start of the object */
} pending_member;

typedef struct {
    json_window window;
    json_scan scan;
    const bd_json_events *events;
    bd_json_limits limits;
    bd_json_summary *summary;
    bd_arena *record_arena;   /* reset after each record */
    bd_arena *envelope_arena; /* keys, members before the commit, columns */

    bool is_committed, is_kept;
    bool is_inside; /* of an array or object: a number may not end with the document */
    BD_VEC(pending_member) pending;
    size_t pending_bytes;
    unsigned key_count;
    size_t key_bytes;
    bool has_duplicate;
    int64_t duplicate_at;
    bd_str duplicate_key;
    const bd_value *columns; /* of the column form being walked, or NULL */
    bool has_table;
} splitter;

static _Thread_local char table_name[256]; /* summary.table: borrowed until the next split */

typedef bd_rc member_fn(splitter *s, bd_str key, bd_err *err);

/* ---- bytes ---- */

static bd_rc fail_malformed(splitter *s, size_t at, const bd_err *why, bd_err *err) {
    BD_RAISE(err, why->class, "malformed JSON at byte %lld: %s",
             (long long)json_window_offset(&s->window, at), why->message);
}

static bd_rc fail_truncated(splitter *s, bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT, "JSON is cut short: it ends at byte %lld inside a value",
             (long long)json_window_offset(&s->window, s->window.end));
}

static bd_rc capture_pending(splitter *s, bd_err *err);

/* Reads on; what is still needed stays, and an object that has outgrown the record limit is let go.
 */
static bd_rc fill_window(splitter *s, bd_err *err) {
    json_window *w = &s->window;
    if (s->is_kept && w->end - w->keep > s->limits.record_bytes) {
        BD_TRY(capture_pending(s, err));
    }
    if (!s->is_kept) {
        w->keep = w->at;
    }
    return json_window_fill(w, err);
}

/* The next byte that is not white space, without taking it; '\0' at the end of the document, where
 * a real NUL byte cannot be mistaken for it because `has_next` tells. */
static bd_rc peek_byte(splitter *s, bool *has_next, char *byte, bd_err *err) {
    json_window *w = &s->window;
    for (;;) {
        const char *at = json_skip_space(w->data + w->at, w->data + w->end);
        w->at = (size_t)(at - w->data);
        if (w->at < w->end) {
            *has_next = true;
            *byte = *at;
            return BD_OK;
        }
        if (w->is_at_end) {
            *has_next = false;
            *byte = '\0';
            return BD_OK;
        }
        BD_TRY(fill_window(s, err));
    }
}

static bd_rc need_byte(splitter *s, char *byte, bd_err *err) {
    bool has_next;
    BD_TRY(peek_byte(s, &has_next, byte, err));
    return has_next ? BD_OK : fail_truncated(s, err);
}

static bd_rc fail_expected(splitter *s, char byte, const char *expected, bd_err *err) {
    char found[16];
    BD_RAISE(err, BD_ERR_INPUT, "malformed JSON at byte %lld: found %s, expected %s",
             (long long)json_window_offset(&s->window, s->window.at),
             json_found(found, (unsigned char)byte), expected);
}

static bd_rc take_byte(splitter *s, char wanted, const char *expected, bd_err *err) {
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (byte != wanted) {
        return fail_expected(s, byte, expected, err);
    }
    s->window.at++;
    return BD_OK;
}

/* ---- values that are over the limit: skipped by brackets and quotes alone ---- */

typedef struct {
    unsigned long long depth;
    bool is_in_string, is_escaped, has_begun;
} skipper;

/* Yields the byte after the value, or `end` when it goes on; `*is_done` tells which.  A scalar that
 * is no string ends before its delimiter. */
static const char *skip_bytes(skipper *k, const char *at, const char *end, bool *is_done) {
    *is_done = false;
    for (; at < end; at++) {
        char c = *at;
        if (k->is_escaped) {
            k->is_escaped = false;
            continue;
        }
        if (k->is_in_string && c != '"' && c != '\\') {
            continue;
        }
        if (k->is_in_string && c == '\\') {
            k->is_escaped = true;
            continue;
        }
        bool is_outside = k->depth == 0 && !k->is_in_string;
        if (is_outside && k->has_begun &&
            (c == ',' || c == ']' || c == '}' || c == ' ' || (c >= '\t' && c <= '\r'))) {
            *is_done = true;
            return at;
        }
        k->has_begun = true;
        if (c == '"') {
            k->is_in_string = !k->is_in_string;
        } else if (c == '{' || c == '[') {
            k->depth++;
        } else if ((c == '}' || c == ']') && k->depth > 0) {
            k->depth--;
        } else {
            continue;
        }
        if (k->depth == 0 && !k->is_in_string) {
            *is_done = true;
            return at + 1;
        }
    }
    return at;
}

static bd_rc skip_value(splitter *s, bd_err *err) {
    json_window *w = &s->window;
    skipper k = {0};
    for (;;) {
        bool is_done;
        const char *at = skip_bytes(&k, w->data + w->at, w->data + w->end, &is_done);
        w->at = (size_t)(at - w->data);
        w->keep = w->at;
        if (is_done) {
            return BD_OK;
        }
        if (w->is_at_end) {
            return fail_truncated(s, err);
        }
        BD_TRY(json_window_fill(w, err));
    }
}

/* ---- values ---- */

typedef struct {
    size_t from, size; /* in the window */
    int64_t offset;    /* in the document */
    bool is_oversized; /* skipped: not in the window any more */
} taken;

/* Takes the value at the next byte.  Afterwards `s->scan` holds its spans, unless it was over the
 * limit. */
static bd_rc take_value(splitter *s, taken *out, bd_err *err) {
    json_window *w = &s->window;
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    out->offset = json_window_offset(w, w->at);
    out->is_oversized = false;
    for (;;) {
        bool is_final = w->is_at_end && !s->is_inside;
        json_scan_status status =
            json_scan_value(&s->scan, w->data + w->at, w->end - w->at, is_final);
        if (status == JSON_SCAN_BAD) {
            return fail_malformed(s, w->at + s->scan.fatal_at, &s->scan.fatal, err);
        }
        if (status == JSON_SCAN_DONE) {
            break;
        }
        if (w->is_at_end) {
            return fail_truncated(s, err);
        }
        if (w->end - w->at > s->limits.record_bytes) {
            out->is_oversized = true;
            BD_TRY(s->is_kept ? capture_pending(s, err) : BD_OK);
            return skip_value(s, err);
        }
        BD_TRY(fill_window(s, err));
    }
    out->from = w->at;
    out->size = s->scan.size;
    w->at += s->scan.size;
    if (out->size > s->limits.record_bytes) {
        out->is_oversized = true;
    }
    return BD_OK;
}

/* ---- handing over ---- */

static bd_rc hand_record(splitter *s, int64_t offset, bd_str text, const bd_value *value,
                         const bd_err *problem, bd_err *err) {
    uint64_t ordinal = s->summary->records++;
    if (value == NULL) {
        s->summary->refused++;
    }
    bd_rc rc = BD_OK;
    if (s->events->record != NULL) {
        rc = s->events->record(s->events->context, ordinal, offset, text, value, problem,
                               s->record_arena, err);
    }
    bd_arena_reset(s->record_arena);
    return rc;
}

static bd_rc refuse_oversized(splitter *s, int64_t offset, bd_err *err) {
    bd_err problem;
    (void)bd_raise(&problem, BD_ERR_LIMIT, "record at byte %lld is over the limit of %zu bytes",
                   (long long)offset, s->limits.record_bytes);
    return hand_record(s, offset, (bd_str){NULL, 0}, NULL, &problem, err);
}

/* Hands over what was just taken; the scan's findings are still those of this value. */
static bd_rc hand_taken(splitter *s, const taken *t, bd_err *err) {
    if (t->is_oversized) {
        return refuse_oversized(s, t->offset, err);
    }
    bd_str text = {s->window.data + t->from, t->size};
    if (s->scan.has_problem) {
        bd_err problem = s->scan.problem;
        bd_err_context(&problem, "at byte %lld",
                       (long long)(t->offset + (int64_t)s->scan.problem_at));
        return hand_record(s, t->offset, text, NULL, &problem, err);
    }
    const bd_value *value = json_build_nodes(&s->scan, /*is_borrowing*/ true, s->record_arena);
    return hand_record(s, t->offset, text, value, NULL, err);
}

static bd_rc hand_member(splitter *s, bd_str key, const bd_value *value, bd_err *err) {
    if (s->events->member == NULL) {
        return BD_OK;
    }
    return s->events->member(s->events->context, key, value, err);
}

/* ---- members of the top-level object ---- */

static const bd_value *build_taken(splitter *s, const taken *t, bd_arena *arena) {
    if (t->is_oversized || t->size > MEMBER_BYTES || s->scan.has_problem) {
        s->summary->members_skipped++;
        return NULL;
    }
    return json_build_nodes(&s->scan, /*is_borrowing*/ false, arena);
}

static bd_rc rescan(splitter *s, size_t from, size_t size, taken *out, bd_err *err) {
    json_scan_status status =
        json_scan_value(&s->scan, s->window.data + from, size, /*is_final*/ true);
    if (status != JSON_SCAN_DONE) {
        BD_RAISE(err, BD_ERR_BUG, "a value that was sound is not sound any more");
    }
    *out = (taken){.from = from, .size = size, .offset = json_window_offset(&s->window, from)};
    return BD_OK;
}

/* The object has outgrown the record limit without an array of records: its text goes, its members
 * stay. */
static bd_rc capture_pending(splitter *s, bd_err *err) {
    for (size_t i = 0; i < s->pending.count; i++) {
        pending_member *m = &s->pending.data[i];
        taken t = {0};
        BD_TRY(rescan(s, s->window.keep + m->from, m->size, &t, err));
        m->value = build_taken(s, &t, s->envelope_arena);
        m->has_value = true;
    }
    s->is_kept = false;
    s->window.keep = s->window.at;
    return BD_OK;
}

static bd_rc hand_pending(splitter *s, bd_err *err) {
    for (size_t i = 0; i < s->pending.count; i++) {
        const pending_member *m = &s->pending.data[i];
        const bd_value *value = m->value;
        if (!m->has_value) {
            taken t = {0};
            BD_TRY(rescan(s, s->window.keep + m->from, m->size, &t, err));
            value = build_taken(s, &t, s->record_arena);
        }
        if (value != NULL) {
            BD_TRY(hand_member(s, m->key, value, err));
        }
        bd_arena_reset(s->record_arena);
    }
    return BD_OK;
}

static bd_rc check_duplicate(const splitter *s, bd_err *err) {
    if (s->is_committed && s->has_duplicate) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed JSON at byte %lld: duplicate key '%.*s'",
                 (long long)s->duplicate_at, BD_ARG(s->duplicate_key));
    }
    return BD_OK;
}

/* An array of records begins: the document has its shape. */
static bd_rc commit(splitter *s, bd_json_shape shape, bd_err *err) {
    if (s->is_committed) {
        return BD_OK;
    }
    s->is_committed = true;
    s->summary->shape = shape;
    BD_TRY(check_duplicate(s, err));
    BD_TRY(hand_pending(s, err));
    s->is_kept = false;
    s->window.keep = s->window.at;
    return BD_OK;
}

static void add_pending(splitter *s, bd_str key, const taken *t) {
    if (t->is_oversized || s->pending_bytes + t->size > MOST_PENDING_BYTES) {
        s->summary->members_skipped++;
        return;
    }
    pending_member m = {.key = key, .size = t->size, .has_value = !s->is_kept};
    if (s->is_kept) {
        m.from = t->from - s->window.keep;
    } else {
        m.value = build_taken(s, t, s->envelope_arena);
    }
    s->pending_bytes += t->size;
    *bd_push(s->envelope_arena, &s->pending) = m;
}

/* A member of the top-level object that holds no records. */
static bd_rc take_plain_member(splitter *s, bd_str key, bd_err *err) {
    taken t;
    BD_TRY(take_value(s, &t, err));
    if (!s->is_committed) {
        add_pending(s, key, &t);
        return BD_OK;
    }
    const bd_value *value = build_taken(s, &t, s->record_arena);
    bd_rc rc = value != NULL ? hand_member(s, key, value, err) : BD_OK;
    bd_arena_reset(s->record_arena);
    return rc;
}

/* ---- walking objects and arrays ---- */

static bd_rc note_key(splitter *s, bd_map *seen, bd_str key, int64_t offset, bd_err *err) {
    s->key_count++;
    s->key_bytes += key.size;
    if (s->key_count > MOST_KEYS || s->key_bytes > MOST_KEY_BYTES) {
        BD_RAISE(err, BD_ERR_LIMIT, "JSON document has more than %u members around its records",
                 MOST_KEYS);
    }
    if (bd_map_find(seen, key) != NULL && !s->has_duplicate) {
        s->has_duplicate = true;
        s->duplicate_at = offset;
        s->duplicate_key =
            bd_str_sub(bd_str_visible(s->envelope_arena, bd_str_sub(key, 0, 80)), 0, 200);
    }
    bd_map_put(seen, key, seen);
    return check_duplicate(s, err);
}

static bd_rc take_key(splitter *s, bd_map *seen, bd_str *key, bd_err *err) {
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (byte != '"') {
        return fail_expected(s, byte, "a key in double quotes", err);
    }
    taken t;
    BD_TRY(take_value(s, &t, err));
    if (t.is_oversized || s->scan.has_problem) {
        BD_RAISE(err, t.is_oversized ? BD_ERR_LIMIT : BD_ERR_INPUT,
                 "malformed JSON at byte %lld: a key that is too long or no text",
                 (long long)t.offset);
    }
    char *plain = bd_alloc(s->envelope_arena, t.size, 1);
    *key = (bd_str){plain, json_unescape(s->window.data + t.from + 1, t.size - 2, plain)};
    BD_TRY(note_key(s, seen, *key, t.offset, err));
    return take_byte(s, ':', "':' after a key", err);
}

/* After a member: true in `*is_last` when the closing bracket was taken. */
static bd_rc take_separator(splitter *s, char close, const char *expected, bool *is_last,
                            bd_err *err) {
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (byte != ',' && byte != close) {
        return fail_expected(s, byte, expected, err);
    }
    *is_last = byte == close;
    s->window.at++;
    return BD_OK;
}

/* Takes the bracket at the next byte; true in `*is_empty` when its counterpart follows and was
 * taken. */
static bd_rc open_bracket(splitter *s, char close, bool *is_empty, bd_err *err) {
    char byte;
    s->window.at++;
    BD_TRY(need_byte(s, &byte, err));
    *is_empty = byte == close;
    s->window.at += *is_empty ? 1 : 0;
    return BD_OK;
}

static bd_rc walk_object(splitter *s, member_fn *on_member, bd_err *err) {
    bool is_last;
    BD_TRY(open_bracket(s, '}', &is_last, err));
    bd_map *seen = bd_map_make(s->envelope_arena);
    while (!is_last) {
        bd_str key;
        char byte;
        BD_TRY(take_key(s, seen, &key, err));
        BD_TRY(need_byte(s, &byte, err));
        BD_TRY(on_member(s, key, err));
        BD_TRY(take_separator(s, '}', "',' or '}'", &is_last, err));
    }
    return BD_OK;
}

static bd_rc walk_records(splitter *s, bd_err *err) {
    bool is_last;
    BD_TRY(open_bracket(s, ']', &is_last, err));
    while (!is_last) {
        taken t;
        BD_TRY(take_value(s, &t, err));
        BD_TRY(hand_taken(s, &t, err));
        BD_TRY(take_separator(s, ']', "',' or ']'", &is_last, err));
    }
    return BD_OK;
}

/* The first byte inside the bracket at the next byte, without taking either. */
static bd_rc peek_inside(splitter *s, char *byte, bd_err *err) {
    json_window *w = &s->window;
    size_t ahead = 1;
    for (;;) {
        const char *from = w->data + w->at;
        const char *at = json_skip_space(from + ahead, w->data + w->end);
        ahead = (size_t)(at - from);
        if (at < w->data + w->end) {
            *byte = *at;
            return BD_OK;
        }
        if (w->is_at_end) {
            return fail_truncated(s, err);
        }
        if (ahead > s->limits.record_bytes) {
            BD_RAISE(err, BD_ERR_LIMIT, "white space without end at byte %lld",
                     (long long)json_window_offset(w, w->at));
        }
        BD_TRY(fill_window(s, err));
    }
}

/* ---- column forms: {"columns": [{"name"}], "rows": [[...]]} ---- */

static bool are_columns(const bd_value *columns) {
    for (size_t i = 0; i < columns->count; i++) {
        const bd_value *name = bd_value_find(&columns->items[i], "name");
        if (name == NULL || name->kind != BD_STRING) {
            return false;
        }
    }
    return columns->kind == BD_ARRAY && columns->count > 0;
}

static bd_rc take_columns(splitter *s, bd_err *err) {
    taken t;
    BD_TRY(take_value(s, &t, err));
    s->columns = NULL;
    if (t.is_oversized || s->scan.has_problem || t.size > MOST_COLUMNS_BYTES) {
        return BD_OK;
    }
    const bd_value *columns = json_build_nodes(&s->scan, /*is_borrowing*/ false, s->envelope_arena);
    if (!are_columns(columns)) {
        return BD_OK;
    }
    bd_map *seen = bd_map_make(s->envelope_arena);
    for (size_t i = 0; i < columns->count; i++) {
        bd_str name = bd_value_text(&columns->items[i], "name");
        if (bd_map_find(seen, name) != NULL) {
            BD_RAISE(err, BD_ERR_INPUT, "column '%.*s' stands twice at byte %lld", BD_ARG(name),
                     (long long)t.offset);
        }
        bd_map_put(seen, name, s);
    }
    s->columns = columns;
    return BD_OK;
}

static bd_rc hand_row(splitter *s, const taken *t, bd_err *err) {
    if (t->is_oversized || s->scan.has_problem) {
        return hand_taken(s, t, err);
    }
    const bd_value *row = json_build_nodes(&s->scan, /*is_borrowing*/ true, s->record_arena);
    if (row->kind != BD_ARRAY || row->count != s->columns->count) {
        bd_err problem;
        (void)bd_raise(&problem, BD_ERR_INPUT, "row at byte %lld is no array of %zu cells",
                       (long long)t->offset, s->columns->count);
        return hand_record(s, t->offset, (bd_str){NULL, 0}, NULL, &problem, err);
    }
    bd_value *record = bd_new(s->record_arena, bd_value, 1);
    *record = *row;
    record->kind = BD_OBJECT;
    record->keys = bd_new(s->record_arena, bd_str, row->count);
    for (size_t i = 0; i < row->count; i++) {
        record->keys[i] = bd_value_text(&s->columns->items[i], "name");
    }
    return hand_record(s, t->offset, (bd_str){NULL, 0}, record, NULL, err);
}

static bd_rc walk_rows(splitter *s, bd_err *err) {
    bool is_last;
    BD_TRY(open_bracket(s, ']', &is_last, err));
    while (!is_last) {
        taken t;
        BD_TRY(take_value(s, &t, err));
        BD_TRY(hand_row(s, &t, err));
        BD_TRY(take_separator(s, ']', "',' or ']'", &is_last, err));
    }
    return BD_OK;
}

static bd_rc take_inner(splitter *s, bd_err *err) {
    taken t;
    return take_value(s, &t, err);
}

static bd_rc on_data_member(splitter *s, bd_str key, bd_err *err) {
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (bd_str_eqz(key, "columns")) {
        return take_columns(s, err);
    }
    if (!bd_str_eqz(key, "rows") || byte != '[' || s->columns == NULL) {
        return take_inner(s, err);
    }
    BD_TRY(commit(s, BD_JSON_DATA, err));
    return walk_rows(s, err);
}

static bd_rc take_table_name(splitter *s, bd_err *err) {
    taken t;
    BD_TRY(take_value(s, &t, err));
    if (s->has_table || t.is_oversized || s->scan.has_problem || s->window.data[t.from] != '"') {
        return BD_OK;
    }
    char *plain = bd_alloc(s->envelope_arena, t.size, 1);
    size_t size = json_unescape(s->window.data + t.from + 1, t.size - 2, plain);
    size = size < sizeof table_name ? size : sizeof table_name - 1;
    memcpy(table_name, plain, size);
    s->summary->table = (bd_str){table_name, size};
    s->has_table = true;
    return BD_OK;
}

static bd_rc on_table_member(splitter *s, bd_str key, bd_err *err) {
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (bd_str_eqz(key, "name")) {
        return take_table_name(s, err);
    }
    if (bd_str_eqz(key, "columns")) {
        return take_columns(s, err);
    }
    if (!bd_str_eqz(key, "rows") || byte != '[' || s->columns == NULL) {
        return take_inner(s, err);
    }
    BD_TRY(commit(s, BD_JSON_TABLES, err));
    s->has_table = true;
    return walk_rows(s, err);
}

static bd_rc walk_tables(splitter *s, bd_err *err) {
    bool is_last;
    BD_TRY(open_bracket(s, ']', &is_last, err));
    while (!is_last) {
        char byte;
        BD_TRY(need_byte(s, &byte, err));
        s->columns = NULL;
        BD_TRY(byte == '{' ? walk_object(s, on_table_member, err) : take_inner(s, err));
        BD_TRY(take_separator(s, ']', "',' or ']'", &is_last, err));
    }
    return BD_OK;
}

/* ---- the top-level object ---- */

/* Azure DevOps: {"value": {"decoratedAuditLogEntries": [{...}], ...}}. */
static bd_rc on_value_member(splitter *s, bd_str key, bd_err *err) {
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (byte != '[' || s->is_committed) {
        return take_plain_member(s, key, err);
    }
    BD_TRY(peek_inside(s, &byte, err));
    if (byte != '{' && byte != ']') {
        return take_plain_member(s, key, err);
    }
    BD_TRY(commit(s, BD_JSON_VALUE_OBJECT, err));
    return walk_records(s, err);
}

/* Walks a member that may hold records further in; if it does not, it is a member like any other.
 */
static bd_rc walk_candidate(splitter *s, bd_str key, member_fn *on_member, bd_err *err) {
    size_t from = s->window.at - s->window.keep;
    bool was_kept = s->is_kept;
    BD_TRY(on_member != NULL ? walk_object(s, on_member, err) : walk_tables(s, err));
    if (s->is_committed) {
        return BD_OK;
    }
    if (!was_kept || !s->is_kept) {
        s->summary->members_skipped++;
        return BD_OK;
    }
    taken t = {.from = s->window.keep + from, .size = s->window.at - s->window.keep - from};
    add_pending(s, key, &t);
    return BD_OK;
}

static bd_rc on_top_member(splitter *s, bd_str key, bd_err *err) {
    bool is_value = bd_str_eqz(key, "value");
    bool is_data = bd_str_eqz(key, "data");
    char byte;
    BD_TRY(need_byte(s, &byte, err));
    if (s->is_committed) {
        return take_plain_member(s, key, err);
    }
    if ((is_value || is_data) && byte == '[') {
        BD_TRY(commit(s, is_value ? BD_JSON_VALUE : BD_JSON_DATA, err));
        return walk_records(s, err);
    }
    if (is_value && byte == '{') {
        return walk_candidate(s, key, on_value_member, err);
    }
    if (is_data && byte == '{') {
        s->columns = NULL;
        return walk_candidate(s, key, on_data_member, err);
    }
    if (bd_str_eqz(key, "tables") && byte == '[') {
        BD_TRY(peek_inside(s, &byte, err));
        if (byte == '{') {
            return walk_candidate(s, key, /*on_member*/ NULL, err);
        }
    }
    return take_plain_member(s, key, err);
}

static bd_rc split_object(splitter *s, bd_err *err) {
    json_window *w = &s->window;
    s->is_kept = true;
    w->keep = w->at;
    int64_t offset = json_window_offset(w, w->at);
    s->summary->shape = BD_JSON_OBJECT;
    BD_TRY(walk_object(s, on_top_member, err));
    if (s->is_committed) {
        return BD_OK;
    }
    size_t size = w->at - w->keep;
    if (!s->is_kept || size > s->limits.record_bytes) {
        s->is_kept = false;
        return refuse_oversized(s, offset, err);
    }
    s->summary->members_skipped = 0; /* they are part of the record */
    s->is_kept = false;
    taken t = {0};
    BD_TRY(rescan(s, w->keep, size, &t, err));
    return hand_taken(s, &t, err);
}

/* ---- lines ---- */

/* Moves to the next value; `*is_apart` tells whether a line feed lies between. */
static bd_rc peek_line(splitter *s, bool *has_next, bool *is_apart, bd_err *err) {
    json_window *w = &s->window;
    *is_apart = false;
    for (;;) {
        while (w->at < w->end &&
               json_skip_space(w->data + w->at, w->data + w->at + 1) != w->data + w->at) {
            *is_apart = *is_apart || w->data[w->at] == '\n';
            w->at++;
        }
        *has_next = w->at < w->end;
        if (*has_next || w->is_at_end) {
            return BD_OK;
        }
        w->keep = w->at;
        BD_TRY(json_window_fill(w, err));
    }
}

static bd_rc split_lines(splitter *s, bd_err *err) {
    for (;;) {
        bool has_next;
        bool is_apart;
        BD_TRY(peek_line(s, &has_next, &is_apart, err));
        if (!has_next) {
            return BD_OK;
        }
        if (s->summary->records > 0 && !is_apart) {
            return fail_expected(s, s->window.data[s->window.at],
                                 "the end of the line after a value", err);
        }
        s->summary->shape = BD_JSON_LINES;
        taken t;
        BD_TRY(take_value(s, &t, err));
        BD_TRY(hand_taken(s, &t, err));
    }
}

/* True if a whole value, a line feed and more text lie in the first window: lines.  A first line
 * longer than the window is taken for a document. */
static bool has_lines(const splitter *s) {
    const json_window *w = &s->window;
    skipper k = {0};
    bool is_done;
    const char *end = w->data + w->end;
    const char *at = skip_bytes(&k, w->data + w->at, end, &is_done);
    if (!is_done) {
        return false;
    }
    const char *next = json_skip_space(at, end);
    return next < end && memchr(at, '\n', (size_t)(next - at)) != NULL;
}

static bd_rc check_end(splitter *s, bd_err *err) {
    bool has_next;
    char byte;
    BD_TRY(peek_byte(s, &has_next, &byte, err));
    return has_next ? fail_expected(s, byte, "the end of the document", err) : BD_OK;
}

/* ---- the document ---- */

static bd_rc split_document(splitter *s, bd_err *err) {
    json_window *w = &s->window;
    size_t bom;
    BD_TRY(json_window_fill(w, err));
    BD_TRY(json_check_encoding((bd_str){w->data, w->end}, &bom, err));
    w->at = bom;
    s->summary->had_bom = bom > 0;
    bool has_next;
    char byte;
    BD_TRY(peek_byte(s, &has_next, &byte, err));
    if (!has_next) {
        BD_RAISE(err, BD_ERR_INPUT, "no JSON value: the document is empty");
    }
    if (has_lines(s)) {
        return split_lines(s, err);
    }
    s->is_inside = byte == '[' || byte == '{';
    if (byte == '[') {
        s->summary->shape = BD_JSON_ARRAY;
        s->is_committed = true;
        BD_TRY(walk_records(s, err));
        return check_end(s, err);
    }
    if (byte == '{') {
        BD_TRY(split_object(s, err));
        s->is_inside = false;
        return s->is_committed ? check_end(s, err) : split_lines(s, err);
    }
    s->summary->shape = BD_JSON_SCALAR;
    taken t;
    BD_TRY(take_value(s, &t, err));
    if (!t.is_oversized && s->scan.has_problem) {
        return fail_malformed(s, t.from + s->scan.problem_at, &s->scan.problem, err);
    }
    return check_end(s, err);
}

bd_rc bd_json_split(bd_source *source, const bd_json_limits *limits, const bd_json_events *events,
                    bd_json_summary *out, bd_err *err) {
    limits = limits != NULL ? limits : &bd_json_default_limits;
    *out = (bd_json_summary){.shape = BD_JSON_SCALAR};
    BD_DEFER(bd_arena_close_ref)
    bd_arena *records = bd_arena_open("JSON record", RECORD_ARENA_BYTES);
    BD_DEFER(bd_arena_close_ref)
    bd_arena *envelope = bd_arena_open("JSON envelope", RECORD_ARENA_BYTES);
    splitter *s = bd_new(envelope, splitter, 1);
    s->events = events;
    s->summary = out;
    s->record_arena = records;
    s->envelope_arena = envelope;
    s->limits = *limits;
    /* The first block is kept by every reset: one that holds common records saves an allocation
     * each. */
    (void)bd_alloc(records, FIRST_BLOCK_BYTES, 1);
    bd_arena_reset(records);
    json_scan_init(&s->scan, limits, envelope);
    s->scan.keeps_nodes = true;
    json_window_open(&s->window, source, limits);
    bd_rc rc = split_document(s, err);
    out->bytes = json_window_offset(&s->window, s->window.end);
    json_window_close(&s->window);
    return rc;
}
