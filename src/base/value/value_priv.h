/* src/base/value/value_priv.h - what the files of this room share: the scanner's state and its
 * findings. */
#ifndef BINDERY_VALUE_PRIV_H
#define BINDERY_VALUE_PRIV_H

#include "bindery/value.h"

/* No document may nest deeper, whatever the caller's limits say: the scanner's stacks and cJSON's
 * recursion are sized by it. */
#define JSON_DEPTH_MAX 512u

/* A number's or string's raw bytes, counted from the first byte of the value scanned. */
typedef struct {
    uint32_t at, size;
} json_span;

/* A string (key or value) that holds U+0000, by its ordinal among all strings of the value. */
typedef struct {
    uint32_t ordinal;
    json_span span; /* without the quotes */
} json_nul;

/* One value or key, in document order: what a builder needs so as not to read the text again. */
typedef struct {
    uint32_t at; /* of a string's or number's raw bytes, from the first byte of the value scanned */
    uint32_t size; /* bytes of it; of an array or object: members */
    char kind;     /* '"', '0' (a number), 't', 'f', 'n', '[' or '{' */
    bool has_escape;
} json_node;

typedef struct {
    uint64_t hash;
    json_span span;
    bool has_escape;
} json_key;

typedef struct {
    json_key key;
    uint32_t object, epoch;
} json_key_slot;

typedef enum {
    JSON_SCAN_DONE, /* one whole value lies in the text */
    JSON_SCAN_MORE, /* the text ends inside the value */
    JSON_SCAN_BAD   /* not JSON: `fatal` and `fatal_at` say why and where */
} json_scan_status;

/* Reused from value to value; everything it points to lives in `arena`. */
typedef struct {
    bd_arena *arena;
    bd_json_limits limits;
    bool may_repeat_keys;
    bool keeps_nodes; /* for json_build_nodes */
    const char *text; /* first byte of the value being scanned */

    json_node *nodes;
    size_t kept_count, kept_room; /* of `nodes` */
    size_t key_total;             /* keys among them */

    json_span *numbers;
    size_t number_count, number_room;
    json_nul *nuls;
    size_t nul_count, nul_room;
    bool has_long_number; /* longer than cJSON reads */
    size_t node_count;
    uint32_t string_count;

    json_key *keys; /* of the open objects, innermost last: small objects are searched here */
    size_t key_count, key_room;
    json_key_slot
        *slots; /* open addressing over the keys of large objects; a stale epoch is an empty slot */
    size_t slot_room, slot_count;
    unsigned large_count; /* large objects open now */
    uint32_t epoch, object_count;

    size_t size;      /* bytes of the value, after JSON_SCAN_DONE */
    bool has_problem; /* structure is sound, but the record must be refused */
    bd_err problem;
    size_t problem_at; /* from `text` */
    bd_err fatal;
    size_t fatal_at; /* from `text` */

    unsigned depth;
    char kinds[JSON_DEPTH_MAX];
    uint32_t objects[JSON_DEPTH_MAX];
    size_t first_keys[JSON_DEPTH_MAX]; /* where an object's keys begin */
    size_t openers[JSON_DEPTH_MAX];    /* the node of each open array or object */
} json_scan;

/* `scan` is zeroed memory. */
void json_scan_init(json_scan *scan, const bd_json_limits *limits, bd_arena *arena);
/* Scans one value whose first byte is `text[0]` (no white space before it).  `is_final`: nothing
 * follows the text, so that a number may end with it. */
json_scan_status json_scan_value(json_scan *scan, const char *text, size_t size, bool is_final);
const char *json_skip_space(const char *at, const char *end);
/* Unescapes the checked raw bytes of a string; `out` has room for `size` bytes.  Returns bytes
 * written. */
size_t json_unescape(const char *raw, size_t size, char *out);
/* "'x'", "byte 0x1f" or so, for messages. */
const char *json_found(char out[16], unsigned char byte);

/* Refuses UTF-16 by name; `*bom_bytes` is 3 after a UTF-8 byte order mark, else 0. */
bd_rc json_check_encoding(bd_str head, size_t *bom_bytes, bd_err *err);

/* The tree of the value that `scan` has just found sound, built by cJSON.  Allocated in <arena>. */
bd_rc json_build(const json_scan *scan, bd_arena *arena, const bd_value **out, bd_err *err);
/* The same tree from the nodes of a scan that keeps them, without reading the text again.  `is_borrowing`: texts
 * without an escape point into the scanned text, which must then live as long as the tree.  Allocated in <arena>. */
const bd_value *json_build_nodes(const json_scan *scan, bool is_borrowing, bd_arena *arena);

#endif
