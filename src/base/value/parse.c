#include "bindery/value.h"

#include <string.h>

#include "value_priv.h"

const bd_json_limits bd_json_default_limits = {
    .document_bytes = INT64_C(64) << 30,
    .record_bytes = (size_t)16 << 20,
    .depth = 64,
    .nodes = 2000000,
};

#define SCAN_ARENA_BYTES ((size_t)1 << 30)

static bd_rc fail_at(bd_str text, size_t at, const bd_err *why, bd_err *err) {
    size_t line = 1;
    size_t column = 1;
    for (size_t i = 0; i < at && i < text.size; i++) {
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.data[i] & 0xc0) != 0x80) {
            column++;
        }
    }
    BD_RAISE(err, why->class, "malformed JSON at line %zu, column %zu (byte %zu): %s", line, column,
             at, why->message);
}

static bd_rc fail_with(bd_str text, size_t at, bd_err_class class, const char *what, bd_err *err) {
    bd_err why;
    (void)bd_raise(&why, class, "%s", what);
    return fail_at(text, at, &why, err);
}

static bool is_utf16(bd_str text) {
    const unsigned char *b = (const unsigned char *)text.data;
    if (text.size < 2) {
        return false;
    }
    return (b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff) ||
           (b[0] == 0) != (b[1] == 0);
}

bd_rc json_check_encoding(bd_str head, size_t *bom_bytes, bd_err *err) {
    *bom_bytes = 0;
    if (is_utf16(head)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "text is UTF-16, JSON must be UTF-8 (RFC 8259, 8.1): save it again as UTF-8");
    }
    if (bd_str_has_prefix(head, BD_STR("\xef\xbb\xbf"))) {
        *bom_bytes = 3;
    }
    return BD_OK;
}

/* Scans the whole text as one value; on success `scan` holds what json_build needs. */
static bd_rc scan_document(json_scan *scan, bd_str text, bd_err *err) {
    size_t bom;
    BD_TRY(json_check_encoding(text, &bom, err));
    if (text.size > UINT32_MAX || (int64_t)text.size > scan->limits.document_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "JSON text of %zu bytes is over the limit", text.size);
    }
    const char *end = text.size > 0 ? text.data + text.size : text.data;
    const char *from = text.size > 0 ? json_skip_space(text.data + bom, end) : text.data;
    size_t at = (size_t)(from - text.data);
    if (from == end) {
        return fail_with(text, at, BD_ERR_INPUT, "no value: the text is empty", err);
    }
    switch (json_scan_value(scan, from, (size_t)(end - from), /*is_final*/ true)) {
    case JSON_SCAN_BAD: return fail_at(text, at + scan->fatal_at, &scan->fatal, err);
    case JSON_SCAN_MORE:
        return fail_with(text, text.size, BD_ERR_INPUT, "cut short: the text ends inside a value",
                         err);
    case JSON_SCAN_DONE: break;
    }
    if (scan->has_problem) {
        return fail_at(text, at + scan->problem_at, &scan->problem, err);
    }
    const char *after = json_skip_space(from + scan->size, end);
    if (after != end) {
        return fail_with(text, (size_t)(after - text.data), BD_ERR_INPUT,
                         "more text after the end of the value", err);
    }
    return BD_OK;
}

bd_rc bd_json_check(bd_str text, const bd_json_limits *limits, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("json scan", SCAN_ARENA_BYTES);
    json_scan *scan = bd_new(arena, json_scan, 1);
    json_scan_init(scan, limits != NULL ? limits : &bd_json_default_limits, arena);
    scan->may_repeat_keys = true;
    return scan_document(scan, text, err);
}

static bd_rc parse_whole(bd_str text, const bd_json_limits *limits, bool is_record, bd_arena *arena,
                         const bd_value **out, bd_err *err) {
    limits = limits != NULL ? limits : &bd_json_default_limits;
    if (text.size > limits->record_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "JSON text of %zu bytes is over the limit of %zu bytes",
                 text.size, limits->record_bytes);
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("json scan", SCAN_ARENA_BYTES);
    json_scan *scan = bd_new(scratch, json_scan, 1);
    json_scan_init(scan, limits, scratch);
    scan->keeps_nodes = is_record;
    BD_TRY(scan_document(scan, text, err));
    if (!is_record) {
        return json_build(scan, arena, out, err);
    }
    *out = json_build_nodes(scan, /*is_borrowing*/ false, arena);
    return BD_OK;
}

bd_rc bd_json_parse(bd_str text, const bd_json_limits *limits, bd_arena *arena,
                    const bd_value **out, bd_err *err) {
    return parse_whole(text, limits, /*is_record*/ false, arena, out, err);
}

bd_rc bd_json_parse_record(bd_str text, const bd_json_limits *limits, bd_arena *arena,
                           const bd_value **out, bd_err *err) {
    return parse_whole(text, limits, /*is_record*/ true, arena, out, err);
}
