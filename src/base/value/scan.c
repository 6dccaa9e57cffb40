#include "bindery/value.h"

#include <stdio.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "value_priv.h"

/* The scanner decides what is JSON (RFC 8259); trees are only built of what has passed here.  It works on
 * bytes that lie together, so that a record cut by a read is scanned again from its start: cheaper
 * than a resumable machine, because a chunk holds a hundred records. */

#define VALUE_BYTES 40 /* of text, about */
#define LONGEST_CJSON_NUMBER 62 /* cJSON copies numbers to 64 bytes and stops reading there */
#define LONGEST_PROBE                                                                              \
    4096                 /* keys crafted to collide are refused before they cost quadratic time    \
                          */
#define SMALL_OBJECT 16u /* keys that are searched one by one */

enum { HAS_ESCAPE = 1, HAS_NUL = 2 };

enum { CLASS_OTHER, CLASS_SPACE, CLASS_QUOTE, CLASS_OPEN, CLASS_NUMBER, CLASS_LITERAL };

static const uint8_t class_of[256] = {
    [' '] = CLASS_SPACE,   ['\t'] = CLASS_SPACE, ['\n'] = CLASS_SPACE,  ['\r'] = CLASS_SPACE,
    ['"'] = CLASS_QUOTE,   ['{'] = CLASS_OPEN,   ['['] = CLASS_OPEN,    ['-'] = CLASS_NUMBER,
    ['0'] = CLASS_NUMBER,  ['1'] = CLASS_NUMBER, ['2'] = CLASS_NUMBER,  ['3'] = CLASS_NUMBER,
    ['4'] = CLASS_NUMBER,  ['5'] = CLASS_NUMBER, ['6'] = CLASS_NUMBER,  ['7'] = CLASS_NUMBER,
    ['8'] = CLASS_NUMBER,  ['9'] = CLASS_NUMBER, ['t'] = CLASS_LITERAL, ['f'] = CLASS_LITERAL,
    ['n'] = CLASS_LITERAL,
};

void json_scan_init(json_scan *scan, const bd_json_limits *limits, bd_arena *arena) {
    scan->arena = arena;
    scan->limits = *limits;
    if (scan->limits.depth > JSON_DEPTH_MAX) {
        scan->limits.depth = JSON_DEPTH_MAX;
    }
}

const char *json_found(char out[16], unsigned char byte) {
    if (byte > 0x20 && byte < 0x7f) {
        snprintf(out, 16, "'%c'", byte);
    } else {
        snprintf(out, 16, "byte 0x%02x", byte);
    }
    return out;
}

/* ---- failures ---- */

/* The text ends inside the value: every helper says so with NULL and no fatal message. */
static const char *want_more(void) {
    return NULL;
}

static const char *fail_at(json_scan *scan, const char *at, bd_err_class class, const char *what) {
    scan->fatal_at = (size_t)(at - scan->text);
    (void)bd_raise(&scan->fatal, class, "%s", what);
    return NULL;
}

static const char *fail_expected(json_scan *scan, const char *at, const char *expected) {
    char found[16];
    scan->fatal_at = (size_t)(at - scan->text);
    (void)bd_raise(&scan->fatal, BD_ERR_INPUT, "found %s, expected %s",
                   json_found(found, (unsigned char)*at), expected);
    return NULL;
}

static void note_problem(json_scan *scan, const char *at, bd_err_class class, const char *what,
                         bd_str subject) {
    if (scan->has_problem) {
        return;
    }
    scan->problem_at = (size_t)(at - scan->text);
    scan->has_problem = true;
    bd_str shown = bd_str_sub(bd_str_visible(scan->arena, bd_str_sub(subject, 0, 80)), 0, 200);
    (void)bd_raise(&scan->problem, class, "%s%s%.*s%s", what, shown.size > 0 ? " '" : "",
                   BD_ARG(shown), shown.size > 0 ? "'" : "");
}

/* ---- white space and strings ---- */

const char *json_skip_space(const char *at, const char *end) {
    while (at < end && class_of[(unsigned char)*at] == CLASS_SPACE) {
        at++;
    }
    return at;
}

#ifdef __SSE2__
/* Sixteen bytes at once: a byte above 0x7f is negative, and so below 0x20 as the rest that is not plain. */
static const char *skip_plain_blocks(const char *at, const char *end) {
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'),
                  space = _mm_set1_epi8(0x20);
    while (end - at >= 16) {
        __m128i block = _mm_loadu_si128((const void *)at);
        __m128i hits = _mm_or_si128(
            _mm_cmplt_epi8(block, space),
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, slash)));
        unsigned mask = (unsigned)_mm_movemask_epi8(hits);
        if (mask != 0) {
            return at + __builtin_ctz(mask);
        }
        at += 16;
    }
    return at;
}
#else
#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* Nonzero if any byte is a quote, a backslash, below 0x20 or above 0x7f ("Bit Twiddling Hacks",
 * zero byte in a word; a false hit above a true one only ends the fast loop early). */
static uint64_t special_bytes(uint64_t word) {
    uint64_t quote = word ^ ONES * '"';
    uint64_t slash = word ^ ONES * '\\';
    uint64_t hits = (quote - ONES) | (slash - ONES) | (word - ONES * 0x20);
    return (hits | word) & HIGHS;
}

static const char *skip_plain_blocks(const char *at, const char *end) {
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        if (special_bytes(word) != 0) {
            return at;
        }
        at += 8;
    }
    return at;
}
#endif

static bool is_plain(char byte) {
    unsigned char c = (unsigned char)byte;
    return c != '"' && c != '\\' && c >= 0x20 && c <= 0x7f;
}

static const char *skip_plain(const char *at, const char *end) {
    at = skip_plain_blocks(at, end);
    while (at < end && is_plain(*at)) {
        at++;
    }
    return at;
}

static bool is_tail(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF. */
static const char *scan_utf8(json_scan *scan, const char *at, const char *end) {
    unsigned char lead = (unsigned char)at[0];
    size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (lead < 0xc2 || lead > 0xf4) {
        return fail_at(scan, at, BD_ERR_INPUT, "text is not UTF-8");
    }
    low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : low;
    high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : high;
    for (size_t i = 1; i < size; i++) {
        if (at + i == end) {
            return want_more();
        }
        unsigned char c = (unsigned char)at[i];
        if (i == 1 ? c < low || c > high : !is_tail(at[i])) {
            return fail_at(scan, at, BD_ERR_INPUT, "text is not UTF-8");
        }
    }
    return at + size;
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits after "\u"; NULL at a wrong digit or at the end. */
static const char *scan_hex4(json_scan *scan, const char *at, const char *end, unsigned *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        if (at == end) {
            return want_more();
        }
        int digit = hex_digit(*at);
        if (digit < 0) {
            return fail_expected(scan, at, "four hexadecimal digits after '\\u'");
        }
        *unit = *unit << 4 | (unsigned)digit;
        at++;
    }
    return at;
}

static const char *scan_low_surrogate(json_scan *scan, const char *at, const char *end) {
    if (at == end || (*at == '\\' && at + 1 == end)) {
        return want_more();
    }
    if (at[0] != '\\' || at[1] != 'u') {
        note_problem(scan, at, BD_ERR_INPUT, "lone surrogate in a string", (bd_str){NULL, 0});
        return at;
    }
    unsigned unit;
    const char *after = scan_hex4(scan, at + 2, end, &unit);
    if (after == NULL) {
        return NULL;
    }
    if (unit < 0xdc00 || unit > 0xdfff) {
        note_problem(scan, at, BD_ERR_INPUT, "lone surrogate in a string", (bd_str){NULL, 0});
        return at;
    }
    return after;
}

static const char *scan_escape(json_scan *scan, const char *at, const char *end, unsigned *flags) {
    *flags |= HAS_ESCAPE;
    if (at + 1 == end) {
        return want_more();
    }
    char c = at[1];
    if (c == '"' || c == '\\' || c == '/' || c == 'b' || c == 'f' || c == 'n' || c == 'r' ||
        c == 't') {
        return at + 2;
    }
    if (c != 'u') {
        return fail_expected(scan, at + 1, "an escape of JSON after '\\'");
    }
    unsigned unit;
    const char *after = scan_hex4(scan, at + 2, end, &unit);
    if (after == NULL) {
        return NULL;
    }
    if (unit == 0) {
        *flags |= HAS_NUL;
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        return scan_low_surrogate(scan, after, end);
    }
    if (unit >= 0xdc00 && unit <= 0xdfff) {
        note_problem(scan, at, BD_ERR_INPUT, "lone surrogate in a string", (bd_str){NULL, 0});
    }
    return after;
}

static void note_nul(json_scan *scan, json_span span) {
    if (scan->nul_count == scan->nul_room) {
        size_t count = scan->nul_count;
        scan->nuls = bd_grow(scan->arena, scan->nuls, &count, &scan->nul_room, sizeof *scan->nuls);
    }
    scan->nuls[scan->nul_count++] = (json_nul){scan->string_count, span};
}

static void keep_node(json_scan *scan, char kind, json_span span, bool has_escape) {
    if (!scan->keeps_nodes || scan->has_problem) {
        return;
    }
    if (scan->kept_count == scan->kept_room) {
        size_t count = scan->kept_count;
        scan->nodes =
            bd_grow(scan->arena, scan->nodes, &count, &scan->kept_room, sizeof *scan->nodes);
    }
    scan->nodes[scan->kept_count++] = (json_node){span.at, span.size, kind, has_escape};
}

/* `at` is the opening quote; yields the byte after the closing one and the span between them. */
static const char *scan_string(json_scan *scan, const char *at, const char *end, json_span *span,
                               unsigned *flags) {
    const char *from = ++at;
    *flags = 0;
    for (;;) {
        at = skip_plain(at, end);
        if (at == end) {
            return want_more();
        }
        unsigned char c = (unsigned char)*at;
        if (c == '"') {
            break;
        }
        if (c == '\\') {
            at = scan_escape(scan, at, end, flags);
        } else if (c < 0x20) {
            at = fail_expected(scan, at, "an escape: control characters may not stand in a string");
        } else {
            at = scan_utf8(scan, at, end);
        }
        if (at == NULL) {
            return NULL;
        }
    }
    *span = (json_span){(uint32_t)(from - scan->text), (uint32_t)(at - from)};
    if ((*flags & HAS_NUL) != 0) {
        note_nul(scan, *span);
    }
    scan->string_count++;
    keep_node(scan, '"', *span, (*flags & HAS_ESCAPE) != 0);
    return at + 1;
}

/* ---- numbers and literals ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && is_digit(*at)) {
        at++;
    }
    return at;
}

/* At least one digit. */
static const char *scan_digits(json_scan *scan, const char *at, const char *end) {
    if (at == end) {
        return want_more();
    }
    if (!is_digit(*at)) {
        return fail_expected(scan, at, "a digit");
    }
    return skip_digits(at + 1, end);
}

static const char *scan_fraction(json_scan *scan, const char *at, const char *end) {
    if (at < end && *at == '.') {
        at = scan_digits(scan, at + 1, end);
    }
    if (at == NULL || at == end || (*at != 'e' && *at != 'E')) {
        return at;
    }
    at++;
    if (at < end && (*at == '+' || *at == '-')) {
        at++;
    }
    return scan_digits(scan, at, end);
}

static const char *scan_number(json_scan *scan, const char *at, const char *end) {
    const char *from = at;
    if (*at == '-') {
        at++;
    }
    if (at < end && *at == '0') {
        at++;
    } else {
        at = scan_digits(scan, at, end);
    }
    at = at != NULL ? scan_fraction(scan, at, end) : NULL;
    if (at == NULL) {
        return NULL;
    }
    if (scan->has_problem) {
        return at; /* will not be built: keep no more spans */
    }
    json_span span = {(uint32_t)(from - scan->text), (uint32_t)(at - from)};
    if (scan->keeps_nodes) {
        keep_node(scan, '0', span, /*has_escape*/ false);
        return at;
    }
    if (scan->number_count == scan->number_room) {
        size_t count = scan->number_count;
        scan->numbers =
            bd_grow(scan->arena, scan->numbers, &count, &scan->number_room, sizeof *scan->numbers);
    }
    scan->numbers[scan->number_count++] = span;
    scan->has_long_number |= span.size > LONGEST_CJSON_NUMBER;
    return at;
}

static const char *scan_literal(json_scan *scan, const char *at, const char *end) {
    keep_node(scan, *at, (json_span){0, 0}, /*has_escape*/ false);
    const char *word = *at == 't' ? "true" : *at == 'f' ? "false" : "null";
    for (const char *w = word; *w != '\0'; w++, at++) {
        if (at == end) {
            return want_more();
        }
        if (*at != *w) {
            return fail_expected(scan, at, "'true', 'false' or 'null'");
        }
    }
    return at;
}

/* ---- duplicate keys ---- */

static const char *text_at(const json_scan *scan, json_span span) {
    return scan->text + span.at;
}

static bd_str key_text(const json_scan *scan, json_key key) {
    const char *raw = scan->text + key.span.at;
    if (!key.has_escape) {
        return (bd_str){raw, key.span.size};
    }
    char *plain = bd_alloc(scan->arena, (size_t)key.span.size + 1, 1);
    return (bd_str){plain, json_unescape(raw, key.span.size, plain)};
}

static bool is_same_key(const json_scan *scan, json_key a, json_key b) {
    return a.hash == b.hash && bd_str_eq(key_text(scan, a), key_text(scan, b));
}

#define LEAST_SLOTS ((size_t)256) /* a power of two */

static void widen_slots(json_scan *scan) {
    size_t room = scan->slot_room > 0 ? scan->slot_room * 2 : LEAST_SLOTS;
    json_key_slot *slots = bd_new(scan->arena, json_key_slot, room);
    for (size_t i = 0; i < scan->slot_room; i++) {
        const json_key_slot *old = &scan->slots[i];
        if (old->epoch != scan->epoch) {
            continue;
        }
        size_t at = (size_t)old->key.hash & (room - 1);
        while (slots[at].epoch == scan->epoch) {
            at = (at + 1) & (room - 1);
        }
        slots[at] = *old;
    }
    scan->slots = slots;
    scan->slot_room = room;
}

/* Puts a key of a large object into the table, unless it is there: then false. */
static bool put_slot(json_scan *scan, json_key key, uint32_t object) {
    size_t at = (size_t)key.hash & (scan->slot_room - 1);
    for (unsigned probes = 0; scan->slots[at].epoch == scan->epoch; probes++) {
        if (scan->slots[at].object == object && is_same_key(scan, scan->slots[at].key, key)) {
            return false;
        }
        if (probes == LONGEST_PROBE) {
            note_problem(scan, text_at(scan, key.span), BD_ERR_LIMIT, "keys that collide too often",
                         (bd_str){NULL, 0});
            return true;
        }
        at = (at + 1) & (scan->slot_room - 1);
    }
    scan->slots[at] = (json_key_slot){key, object, scan->epoch};
    if (++scan->slot_count * 2 > scan->slot_room) {
        widen_slots(scan);
    }
    return true;
}

static void empty_slots(json_scan *scan) {
    if (scan->slot_room == 0) {
        widen_slots(scan);
    }
    scan->slot_count = 0;
    scan->large_count = 0;
    if (++scan->epoch == 0) {
        memset(scan->slots, 0, scan->slot_room * sizeof *scan->slots);
        scan->epoch = 1;
    }
}

static void enter_large_object(json_scan *scan, size_t first, uint32_t object) {
    if (scan->large_count == 0) {
        empty_slots(scan);
    }
    scan->large_count++;
    for (size_t i = first; i < scan->key_count; i++) {
        json_key key = scan->keys[i];
        key.hash = bd_hash(key_text(scan, key), object);
        (void)put_slot(scan, key, object);
    }
}

/* Tells most keys of a small object apart, without reading all of them: length, and how it begins and ends. */
static uint64_t mark_of(bd_str text) {
    uint64_t head = 0, tail = 0;
    if (text.size >= 8) {
        memcpy(&head, text.data, 8);
        memcpy(&tail, text.data + text.size - 8, 8);
    } else if (text.size >= 4) {
        memcpy(&head, text.data, 4);
        memcpy(&tail, text.data + text.size - 4, 4);
    } else {
        for (size_t i = 0; i < text.size; i++) {
            head = head << 8 | (unsigned char)text.data[i];
        }
    }
    return head + tail * 31 + text.size;
}

static bool has_key(json_scan *scan, json_key key) {
    size_t first = scan->first_keys[scan->depth - 1];
    uint32_t object = scan->objects[scan->depth - 1];
    size_t count = scan->key_count - first;
    if (count == SMALL_OBJECT) {
        enter_large_object(scan, first, object);
    }
    if (count >= SMALL_OBJECT) {
        key.hash = bd_hash(key_text(scan, key), object);
        return !put_slot(scan, key, object);
    }
    for (size_t i = first; i < scan->key_count; i++) {
        if (scan->keys[i].hash == key.hash && is_same_key(scan, scan->keys[i], key)) {
            return true;
        }
    }
    return false;
}

static void note_key(json_scan *scan, json_span span, bool has_escape) {
    if (scan->has_problem || scan->may_repeat_keys) {
        return;
    }
    json_key key = {.span = span, .has_escape = has_escape};
    bd_str text = key_text(scan, key);
    key.hash = mark_of(text);
    if (has_key(scan, key)) {
        note_problem(scan, text_at(scan, span), BD_ERR_INPUT, "duplicate key", text);
        return;
    }
    if (scan->key_count == scan->key_room) {
        size_t count = scan->key_count;
        scan->keys = bd_grow(scan->arena, scan->keys, &count, &scan->key_room, sizeof *scan->keys);
    }
    scan->keys[scan->key_count++] = key;
}

static void forget_keys(json_scan *scan) {
    size_t first = scan->first_keys[scan->depth];
    if (scan->key_count - first > SMALL_OBJECT && scan->large_count > 0) {
        scan->large_count--;
    }
    scan->key_count = first;
}

/* ---- values ---- */

static void begin_value(json_scan *scan, const char *text) {
    bd_arenas_pass(VALUE_BYTES);
    scan->text = text;
    scan->number_count = 0;
    scan->nul_count = 0;
    scan->kept_count = 0;
    scan->key_total = 0;
    scan->has_long_number = false;
    scan->node_count = 0;
    scan->string_count = 0;
    scan->key_count = 0;
    scan->large_count = 0;
    scan->object_count = 0;
    scan->has_problem = false;
    scan->depth = 0;
    scan->fatal.message[0] = '\0';
}

static const char *open_container(json_scan *scan, const char *at) {
    if (scan->depth == JSON_DEPTH_MAX) {
        return fail_at(scan, at, BD_ERR_LIMIT, "nested deeper than 512 levels");
    }
    if (scan->depth == scan->limits.depth) {
        note_problem(scan, at, BD_ERR_LIMIT, "nested deeper than the limit of levels",
                     (bd_str){NULL, 0});
    }
    scan->kinds[scan->depth] = *at;
    scan->objects[scan->depth] = *at == '{' ? scan->object_count++ : 0;
    scan->first_keys[scan->depth] = scan->key_count;
    scan->openers[scan->depth] = scan->kept_count;
    keep_node(scan, *at, (json_span){0, 0}, /*has_escape*/ false);
    scan->depth++;
    return at + 1;
}

static const char *close_container(json_scan *scan, const char *at) {
    scan->depth--;
    if (*at == '}') {
        forget_keys(scan);
    }
    return at + 1;
}

static const char *scan_key(json_scan *scan, const char *at, const char *end) {
    if (*at != '"') {
        return fail_expected(scan, at, "a key in double quotes");
    }
    json_span span;
    unsigned flags;
    at = scan_string(scan, at, end, &span, &flags);
    if (at == NULL) {
        return NULL;
    }
    scan->key_total++;
    note_key(scan, span, (flags & HAS_ESCAPE) != 0);
    at = json_skip_space(at, end);
    if (at == end) {
        return want_more();
    }
    return *at == ':' ? at + 1 : fail_expected(scan, at, "':' after a key");
}

/* A scalar, or the opening bracket of an array or object. */
static const char *scan_start(json_scan *scan, const char *at, const char *end) {
    json_span span;
    unsigned flags;
    if (++scan->node_count > scan->limits.nodes && !scan->has_problem) {
        note_problem(scan, at, BD_ERR_LIMIT, "more values in one record than the limit",
                     (bd_str){NULL, 0});
    }
    if (scan->keeps_nodes && scan->depth > 0 && !scan->has_problem) {
        scan->nodes[scan->openers[scan->depth - 1]].size++;
    }
    switch (class_of[(unsigned char)*at]) {
    case CLASS_QUOTE: return scan_string(scan, at, end, &span, &flags);
    case CLASS_OPEN: return open_container(scan, at);
    case CLASS_NUMBER: return scan_number(scan, at, end);
    case CLASS_LITERAL: return scan_literal(scan, at, end);
    default: return fail_expected(scan, at, "a value");
    }
}

enum { EXPECT_VALUE, EXPECT_FIRST_ITEM, EXPECT_FIRST_KEY, EXPECT_KEY, EXPECT_NEXT };

/* After a member: ',' or the closing bracket. */
static const char *scan_next(json_scan *scan, const char *at, int *expect) {
    bool is_object = scan->kinds[scan->depth - 1] == '{';
    if (*at == ',') {
        *expect = is_object ? EXPECT_KEY : EXPECT_VALUE;
        return at + 1;
    }
    if (*at == (is_object ? '}' : ']')) {
        return close_container(scan, at);
    }
    return fail_expected(scan, at, is_object ? "',' or '}'" : "',' or ']'");
}

static const char *scan_step(json_scan *scan, const char *at, const char *end, int *expect) {
    unsigned depth = scan->depth;
    if ((*expect == EXPECT_FIRST_KEY && *at == '}') ||
        (*expect == EXPECT_FIRST_ITEM && *at == ']')) {
        *expect = EXPECT_NEXT;
        return close_container(scan, at);
    }
    switch (*expect) {
    case EXPECT_FIRST_KEY:
    case EXPECT_KEY: *expect = EXPECT_VALUE; return scan_key(scan, at, end);
    case EXPECT_NEXT: return scan_next(scan, at, expect);
    default: break;
    }
    const char *after = scan_start(scan, at, end);
    *expect = scan->depth == depth ? EXPECT_NEXT
              : *at == '{'         ? EXPECT_FIRST_KEY
                                   : EXPECT_FIRST_ITEM;
    return after;
}

json_scan_status json_scan_value(json_scan *scan, const char *text, size_t size, bool is_final) {
    begin_value(scan, text);
    const char *at = text;
    const char *end = text + (size < UINT32_MAX ? size : UINT32_MAX);
    int expect = EXPECT_VALUE;
    do {
        at = json_skip_space(at, end);
        at = at < end ? scan_step(scan, at, end, &expect) : want_more();
        if (at == NULL) {
            return scan->fatal.message[0] != '\0' ? JSON_SCAN_BAD : JSON_SCAN_MORE;
        }
    } while (scan->depth > 0);
    bool is_number = class_of[(unsigned char)*text] == CLASS_NUMBER;
    if (is_number && at == end && !is_final) {
        return JSON_SCAN_MORE;
    }
    scan->size = (size_t)(at - text);
    return JSON_SCAN_DONE;
}

/* ---- unescaping ---- */

static unsigned hex4(const char *at) {
    unsigned unit = 0;
    for (int i = 0; i < 4; i++) {
        unit = unit << 4 | (unsigned)hex_digit(at[i]);
    }
    return unit;
}

static char plain_of(char c) {
    switch (c) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return c;
    }
}

size_t json_unescape(const char *raw, size_t size, char *out) {
    size_t made = 0;
    for (size_t at = 0; at < size;) {
        if (raw[at] != '\\') {
            out[made++] = raw[at++];
            continue;
        }
        if (raw[at + 1] != 'u') {
            out[made++] = plain_of(raw[at + 1]);
            at += 2;
            continue;
        }
        uint32_t point = hex4(raw + at + 2);
        at += 6;
        if (point >= 0xd800 && point <= 0xdbff && at + 6 <= size && raw[at] == '\\' &&
            raw[at + 1] == 'u') {
            unsigned low = hex4(raw + at + 2);
            if (low >= 0xdc00 && low <= 0xdfff) {
                point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
                at += 6;
            }
        }
        char bytes[4];
        size_t count = bd_utf8_put(bytes, point);
        memcpy(out + made, bytes, count);
        made += count;
    }
    return made;
}
