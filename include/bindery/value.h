/* bindery/value.h - the typed tree every reader yields, strict streaming JSON, canonical JSON.
 *
 * The tree.  A `bd_value` is immutable once built and lives in the arena of the call that built it.
 * Numbers keep their text, because evidence holds integers beyond 2^53.  Strings may hold U+0000.
 *
 * Strictness (RFC 8259).  Bytes pass our own scanner before anything is built: documents by cJSON, records of evidence,
 * of which there are millions, from what the scanner noted, at a third of the cost and to the same tree.  No BOM in the
 * middle, valid UTF-8, no duplicate keys after unescaping, no trailing bytes, no lone surrogates, depth and
 * size bounded.  A leading UTF-8 BOM is accepted and counted as such; UTF-16 is refused with its name.
 *
 * Streaming.  `bd_json_split` walks a document of any size in flat memory and hands over one record at a
 * time: the members of the top-level array, of the array under "value" or "data", or the lines of NDJSON;
 * the document's other members (the "envelope") come in the order they stand in: "@odata.context" before the
 * first record, a trailing "nextLink" after the last.
 *
 *     bd_json_events events = {.context = me, .record = on_record, .member = on_member};
 *     BD_TRY(bd_json_split(&source, &limits, &events, &summary, err));
 *
 * Threads.  Functions are re-entrant; an arena belongs to one thread.
 */
#ifndef BINDERY_VALUE_H
#define BINDERY_VALUE_H

#include "bindery/util.h"

typedef enum { BD_NULL, BD_BOOL, BD_NUMBER, BD_STRING, BD_ARRAY, BD_OBJECT } bd_kind;

typedef struct bd_value bd_value;
struct bd_value {
    bd_kind kind;
    bool boolean;    /* BD_BOOL */
    bd_str text;     /* BD_STRING: unescaped UTF-8; BD_NUMBER: as written */
    size_t count;    /* BD_ARRAY, BD_OBJECT: members */
    bd_value *items; /* members in document order (`count` of them, contiguous) */
    bd_str *keys;    /* BD_OBJECT: `count` keys, unescaped */
};

/* ---- limits ---------------------------------------------------------------------------------- */

typedef struct {
    int64_t document_bytes; /* default 64 GiB */
    size_t record_bytes;    /* default 16 MiB: one record held in memory */
    unsigned depth;         /* default 64 (at most 512) */
    size_t nodes;           /* default 2,000,000 in one record */
} bd_json_limits;
extern const bd_json_limits bd_json_default_limits;

/* ---- reading ---------------------------------------------------------------------------------- */

/* Parses one whole document.  INPUT names line, column and byte offset and what was expected there; LIMIT
 * names the limit.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_json_parse(bd_str text, const bd_json_limits *limits, bd_arena *arena,
                                const bd_value **out, bd_err *err);

/* The same tree of a record of evidence, or of a part of one: built as split builds its records. */
BD_MUST_USE bd_rc bd_json_parse_record(bd_str text, const bd_json_limits *limits, bd_arena *arena,
                                       const bd_value **out, bd_err *err);

/* Only the scanner, without building anything: is it RFC 8259?  Duplicate keys pass here, for the grammar allows them
 * (section 4, "SHOULD"); parse and split refuse the record that has them. */
BD_MUST_USE bd_rc bd_json_check(bd_str text, const bd_json_limits *limits, bd_err *err);

/* How records lie in a document (the envelopes E1 to E9 of Azure's tools). */
typedef enum {
    BD_JSON_OBJECT, /* one object without a record array: it is the one record */
    BD_JSON_ARRAY,  /* top-level array: its members */
    BD_JSON_VALUE,  /* object with "value": [ ... ] */
    BD_JSON_DATA,   /* object with "data": [ ... ] (Resource Graph) or "data": {columns, rows} */
    BD_JSON_VALUE_OBJECT, /* object with "value": { ... : [ ... ] } (Azure DevOps audit log) */
    BD_JSON_TABLES, /* object with "tables": [{name, columns, rows}] (Log Analytics): rows as objects */
    BD_JSON_LINES, /* one record per line */
    BD_JSON_SCALAR /* a bare string, number, true, false or null: no record */
} bd_json_shape;

typedef struct {
    void *context;
    /* One record.  `text` is borrowed until the call returns; `ordinal` counts from 0; `offset` is its first
     * byte in the document.  `value` is NULL when the record was refused: then `problem` says why (duplicate
     * key, limit) and the split goes on where the document's structure allows.  For rows of a column form
     * (`columns`/`rows`) `text` is empty and `value` is the row as an object.
     * `value` lives in `arena`, which is reset after the call. */
    bd_rc (*record)(void *context, uint64_t ordinal, int64_t offset, bd_str text,
                    const bd_value *value, const bd_err *problem, bd_arena *arena, bd_err *err);
    /* A member of the top-level object that is not the record array ("nextLink", "@odata.context",
     * "totalRecords", ...), at most 64 KiB each; larger ones are skipped and counted.  NULL: not wanted. */
    bd_rc (*member)(void *context, bd_str key, const bd_value *value, bd_err *err);
} bd_json_events;

typedef struct {
    bd_json_shape shape;
    bool had_bom;
    uint64_t records; /* handed over, refused ones included */
    uint64_t refused;
    uint64_t members_skipped;
    int64_t bytes;
    bd_str table; /* BD_JSON_TABLES: name of the first table; borrowed until the next split */
} bd_json_summary;

/* Splits a document read from `source`.  A malformed or truncated document is INPUT with byte offset; records
 * already handed over stay handed over, and `out` says how many.  Memory: one record plus 256 KiB. */
BD_MUST_USE bd_rc bd_json_split(bd_source *source, const bd_json_limits *limits,
                                const bd_json_events *events, bd_json_summary *out, bd_err *err);

/* What the bytes of a file are, whoever wrote them; found by reading, kept in the evidence record. */
typedef enum {
    BD_MEDIA_UNKNOWN,
    BD_MEDIA_JSON,
    BD_MEDIA_NDJSON,
    BD_MEDIA_CSV,
    BD_MEDIA_XLSX,
    BD_MEDIA_XML,
    BD_MEDIA_PDF,
    BD_MEDIA_TEXT,
    BD_MEDIA_BINARY
} bd_media;

/* ---- asking ----------------------------------------------------------------------------------- */

/* Member by exact key; NULL when absent or when `object` is NULL or no object. */
const bd_value *bd_value_find(const bd_value *object, const char *key);
const bd_value *bd_value_find_str(const bd_value *object, bd_str key);

/* How many items an array has; 0 when `list` is NULL or no array. */
size_t bd_value_count(const bd_value *list);

typedef enum { BD_LOOKUP_FOUND, BD_LOOKUP_ABSENT, BD_LOOKUP_AMBIGUOUS } bd_lookup;
/* Member by the rule for evidence: exact, else the single match under ASCII case folding, else ambiguous;
 * when the object lacks it, its "properties" member is asked the same way. */
bd_lookup bd_value_lookup(const bd_value *object, bd_str key, const bd_value **out);

/* Text of a string member; the empty string when absent or not a string. */
bd_str bd_value_text(const bd_value *object, const char *key);
bool bd_value_is_true(const bd_value *object, const char *key);
/* Integer member; false when absent, not a number or not an exact int64. */
bool bd_value_i64(const bd_value *object, const char *key, int64_t *out);
/* null, "", missing, the all-zero GUID and 0001-01-01T00:00:00Z are spellings of "absent". */
bool bd_value_is_absent(const bd_value *value);
/* Exact decimal comparison of two JSON number texts (exponents up to 10^6 in size): <0, 0, >0. */
int bd_number_cmp(bd_str a, bd_str b);
/* JSON Pointer (RFC 6901), e.g. "/score/ready/n"; NULL when absent or ill-formed. */
const bd_value *bd_value_at(const bd_value *root, bd_str pointer);

/* ---- checking a document's form ------------------------------------------------------------------ */

typedef enum {
    BD_FORM_TEXT, /* a string that is not empty and meets `is_ok` */
    BD_FORM_BOOL,
    BD_FORM_COUNT, /* an integer of 0 or more */
    BD_FORM_ANY,
    BD_FORM_OBJECT,  /* with `members` */
    BD_FORM_TEXTS,   /* an array of such strings */
    BD_FORM_OBJECTS, /* an array of objects with `members` */
    BD_FORM_MAP      /* an object of any keys, each a TEXT */
} bd_form_kind;

/* One member that an object may have.  Tables of these are `static const` beside the code that reads them. */
typedef struct bd_form bd_form;
struct bd_form {
    const char *key;
    bd_form_kind kind;
    bool is_needed;
    bool may_be_null; /* null and "" are spellings of "absent" */
    const char
        *expected; /* in words, for messages: "a day YYYY-MM-DD"; NULL: the kind's own words */
    bool (*is_ok)(bd_str text); /* NULL: any text */
    const bd_form *members;
    size_t member_count;
};

/* Checks that `value` is an object with these members and no others.  INPUT names `path`, the JSON pointer, what
 * was found and what was expected; an unknown key comes with the nearest known one. */
BD_MUST_USE bd_rc bd_form_check(const bd_value *value, const bd_form *members, size_t count,
                                bd_str path, bd_err *err);
/* The candidate with the least edit distance to `text` under ASCII case folding, NULL if none is near.  One that begins
 * with all of `text` goes before the others; of two that are as near the one with the same first letter, then the
 * first. */
const char *bd_nearest(bd_str text, const char *const *candidates, size_t count);

/* ---- building --------------------------------------------------------------------------------- */

bd_value *bd_value_copy(bd_arena *arena, const bd_value *value); /* deep */
bd_value *bd_value_string(bd_arena *arena, bd_str text);
bd_value *bd_value_bool(bd_arena *arena, bool value);
bd_value *bd_value_integer(bd_arena *arena, int64_t value);
/* An object from `count` keys and values (copied shallowly, in the order given); a NULL value leaves its member
 * out. */
bd_value *bd_value_object(bd_arena *arena, size_t count, const bd_str *keys,
                          const bd_value *const *values);
bd_value *bd_value_array(bd_arena *arena, size_t count, const bd_value *const *values);

/* ---- canonical JSON out -------------------------------------------------------------------- */

/* Keys sorted by UTF-8 bytes at every level, no spaces, no null members (array elements stay), no final LF. */
BD_MUST_USE bd_rc bd_json_write_canonical(const bd_value *value, bd_sink *sink, bd_err *err);
bd_str bd_json_canonical(bd_arena *arena, const bd_value *value); /* Allocated in <arena> */

/* A streaming writer of the same form for large documents.  The caller opens members in sorted order; a key
 * out of order is a BUG (checked).  Optional members are simply not written.
 *     bd_json_writer w; bd_json_begin(&w, sink);
 *     bd_json_open(&w, '{'); bd_json_key(&w, "id"); bd_json_text(&w, id); bd_json_close(&w, '}');
 *     BD_TRY(bd_json_finish(&w, err));            the first failure of the sink is reported here
 */
typedef struct {
    bd_sink *sink;
    bd_err first;
    bool has_failed;
    int depth;
    char stack[64]; /* '{' or '[' */
    bool has_member[64];
    bool key_pending;
    bd_str pending_key; /* written with its value, so that a missing value leaves no key behind */
    char last_key[64]
                 [128]; /* for the order check; keys longer than 127 bytes are compared by prefix */
} bd_json_writer;
void bd_json_begin(bd_json_writer *writer, bd_sink *sink);
void bd_json_open(bd_json_writer *writer, char bracket);   /* '{' or '[' */
void bd_json_close(bd_json_writer *writer, char bracket);  /* '}' or ']' */
void bd_json_key(bd_json_writer *writer, const char *key); /* borrowed until the value is written */
void bd_json_key_str(bd_json_writer *writer, bd_str key);
void bd_json_text(bd_json_writer *writer, bd_str text);
void bd_json_int(bd_json_writer *writer, int64_t value);
void bd_json_bool(bd_json_writer *writer, bool value);
void bd_json_number(bd_json_writer *writer, bd_str text); /* a number's own text, e.g. "61.2" */
/* NULL, and a null as a member: nothing, key included, is written. */
void bd_json_value(bd_json_writer *writer, const bd_value *value);
/* key + text, left out when the text is empty */
void bd_json_member(bd_json_writer *writer, const char *key, bd_str text);
void bd_json_newline(bd_json_writer *writer); /* between lines of NDJSON, at depth 0 */
BD_MUST_USE bd_rc bd_json_finish(bd_json_writer *writer, bd_err *err);

#endif
