#include "bindery/value.h"

#include <stdio.h>
#include <string.h>

/* ---- the streaming writer ---- */

#define WRITER_DEPTH 64

void bd_json_begin(bd_json_writer *writer, bd_sink *sink) {
    writer->sink = sink;
    writer->has_failed = false;
    writer->depth = 0;
    writer->key_pending = false;
}

static void put_bytes(bd_json_writer *writer, const char *bytes, size_t count) {
    if (writer->has_failed || count == 0) {
        return;
    }
    writer->has_failed = bd_failed(bd_sink_write(writer->sink, bytes, count, &writer->first));
}

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* What may not stand in a string as it is. */
static bool is_special(unsigned char c) {
    return c < 0x20 || c == '"' || c == '\\';
}

/* Zero when no byte of the word is special; a false alarm only costs a look at each of the eight. */
static uint64_t special_bytes(uint64_t word) {
    uint64_t quote = word ^ ONES * '"';
    uint64_t slash = word ^ ONES * '\\';
    return ((quote - ONES) | (slash - ONES) | (word - ONES * 0x20)) & ~word & HIGHS;
}

/* The first special byte at or after `at`, or the text's size. */
static size_t skip_plain(bd_str text, size_t at) {
    for (uint64_t word; text.size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        if (special_bytes(word) != 0) {
            break;
        }
    }
    while (at < text.size && !is_special((unsigned char)text.data[at])) {
        at++;
    }
    return at;
}

static size_t escape_byte(unsigned char c, char out[8]) {
    static const char short_of[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    char letter = c < 0x20 ? short_of[c] : (char)c;
    if (letter != '\0') {
        out[0] = '\\';
        out[1] = letter;
        return 2;
    }
    return (size_t)snprintf(out, 8, "\\u%04x", c);
}

static void put_string(bd_json_writer *writer, bd_str text) {
    put_bytes(writer, "\"", 1);
    size_t from = 0;
    for (size_t at; (at = skip_plain(text, from)) < text.size;) {
        char escape[8];
        put_bytes(writer, text.data + from, at - from);
        put_bytes(writer, escape, escape_byte((unsigned char)text.data[at], escape));
        from = at + 1;
    }
    if (text.size > from) {
        put_bytes(writer, text.data + from, text.size - from);
    }
    put_bytes(writer, "\"", 1);
}

/* Keys beyond 127 bytes are compared by their prefix, so that equal prefixes pass. */
static void check_order(bd_json_writer *writer, int top, bd_str key) {
    bd_str last = bd_str_of(writer->last_key[top]);
    size_t room = sizeof writer->last_key[top] - 1;
    bd_str prefix = bd_str_sub(key, 0, room);
    int order = bd_str_cmp(last, prefix);
    bool is_first = !writer->has_member[top];
    BD_ASSERT((is_first || order < 0 || (order == 0 && last.size == room)) &&
              "keys in sorted order");
    if (prefix.size > 0) {
        memcpy(writer->last_key[top], prefix.data, prefix.size);
    }
    writer->last_key[top][prefix.size] = '\0';
}

/* Comma, pending key and nesting rules before any value. */
static void begin_value(bd_json_writer *writer) {
    if (writer->depth == 0) {
        return;
    }
    int top = writer->depth - 1;
    bool is_object = writer->stack[top] == '{';
    BD_ASSERT(writer->key_pending == is_object);
    if (is_object) {
        check_order(writer, top, writer->pending_key);
    }
    put_bytes(writer, ",", writer->has_member[top] ? 1 : 0);
    writer->has_member[top] = true;
    if (is_object) {
        put_string(writer, writer->pending_key);
        put_bytes(writer, ":", 1);
        writer->key_pending = false;
    }
}

void bd_json_open(bd_json_writer *writer, char bracket) {
    BD_ASSERT(writer->depth < WRITER_DEPTH);
    begin_value(writer);
    writer->stack[writer->depth] = bracket;
    writer->has_member[writer->depth] = false;
    writer->last_key[writer->depth][0] = '\0';
    writer->depth++;
    put_bytes(writer, &bracket, 1);
}

void bd_json_close(bd_json_writer *writer, char bracket) {
    BD_ASSERT(writer->depth > 0 && !writer->key_pending);
    writer->depth--;
    BD_ASSERT(bracket == (writer->stack[writer->depth] == '{' ? '}' : ']'));
    put_bytes(writer, &bracket, 1);
}

void bd_json_key_str(bd_json_writer *writer, bd_str key) {
    BD_ASSERT(writer->depth > 0 && writer->stack[writer->depth - 1] == '{' && !writer->key_pending);
    writer->pending_key = key;
    writer->key_pending = true;
}

void bd_json_key(bd_json_writer *writer, const char *key) {
    bd_json_key_str(writer, bd_str_of(key));
}

void bd_json_text(bd_json_writer *writer, bd_str text) {
    begin_value(writer);
    put_string(writer, text);
}

void bd_json_int(bd_json_writer *writer, int64_t value) {
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%lld", (long long)value);
    begin_value(writer);
    put_bytes(writer, digits, (size_t)size);
}

void bd_json_bool(bd_json_writer *writer, bool value) {
    begin_value(writer);
    put_bytes(writer, value ? "true" : "false", value ? 4 : 5);
}

void bd_json_number(bd_json_writer *writer, bd_str text) {
    begin_value(writer);
    put_bytes(writer, text.data, text.size);
}

void bd_json_member(bd_json_writer *writer, const char *key, bd_str text) {
    if (text.size > 0) {
        bd_json_key(writer, key);
        bd_json_text(writer, text);
    }
}

void bd_json_newline(bd_json_writer *writer) {
    BD_ASSERT(writer->depth == 0);
    put_bytes(writer, "\n", 1);
}

bd_rc bd_json_finish(bd_json_writer *writer, bd_err *err) {
    if (writer->has_failed) {
        return bd_raise(err, writer->first.class, "%s", writer->first.message);
    }
    BD_ASSERT(writer->depth == 0);
    return BD_OK;
}

/* ---- whole values ---- */

typedef struct {
    bd_str key;
    const bd_value *value;
} member;

static int cmp_members(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const member *)a)->key, ((const member *)b)->key);
}

enum { FEW_MEMBERS = 24 };

static void sort_members(member *members, size_t count) {
    if (count > FEW_MEMBERS) {
        bd_sort(members, count, sizeof *members, cmp_members, NULL);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        member moving = members[i];
        size_t at = i;
        while (at > 0 && bd_str_cmp(members[at - 1].key, moving.key) > 0) {
            members[at] = members[at - 1];
            at--;
        }
        members[at] = moving;
    }
}

/* Members of a small object are sorted on the stack; room for those of a larger one is opened when it comes. */
#define SCRATCH_BYTES ((size_t)1 << 30)

typedef struct {
    bd_json_writer *writer;
    bd_arena *scratch; /* NULL: no large object yet */
} putting;

static bd_arena *scratch_of(putting *put) {
    if (put->scratch == NULL) {
        put->scratch = bd_arena_open("canonical JSON", SCRATCH_BYTES);
    }
    return put->scratch;
}

/* Depth is bounded where the value was parsed. */
static void put_value(putting *put, const bd_value *value);

static void put_object(putting *put, const bd_value *object) {
    bd_json_writer *writer = put->writer;
    member few[FEW_MEMBERS];
    member *members =
        object->count <= FEW_MEMBERS ? few : bd_new(scratch_of(put), member, object->count);
    size_t count = 0;
    for (size_t i = 0; i < object->count; i++) {
        if (object->items[i].kind != BD_NULL) {
            members[count++] = (member){object->keys[i], &object->items[i]};
        }
    }
    sort_members(members, count);
    put_bytes(writer, "{", 1);
    for (size_t i = 0; i < count; i++) {
        put_bytes(writer, ",", i > 0 ? 1 : 0);
        put_string(writer, members[i].key);
        put_bytes(writer, ":", 1);
        put_value(put, members[i].value);
    }
    put_bytes(writer, "}", 1);
}

static void put_array(putting *put, const bd_value *array) {
    bd_json_writer *writer = put->writer;
    put_bytes(writer, "[", 1);
    for (size_t i = 0; i < array->count; i++) {
        put_bytes(writer, ",", i > 0 ? 1 : 0);
        put_value(put, &array->items[i]);
    }
    put_bytes(writer, "]", 1);
}

static void put_value(putting *put, const bd_value *value) {
    bd_json_writer *writer = put->writer;
    switch (value->kind) {
    case BD_NULL: put_bytes(writer, "null", 4); return;
    case BD_BOOL:
        put_bytes(writer, value->boolean ? "true" : "false", value->boolean ? 4 : 5);
        return;
    case BD_NUMBER: put_bytes(writer, value->text.data, value->text.size); return;
    case BD_STRING: put_string(writer, value->text); return;
    case BD_ARRAY: put_array(put, value); return;
    case BD_OBJECT: put_object(put, value); return;
    }
}

void bd_json_value(bd_json_writer *writer, const bd_value *value) {
    if (value == NULL || (value->kind == BD_NULL && writer->key_pending)) {
        writer->key_pending = false;
        return;
    }
    begin_value(writer);
    putting put = {.writer = writer};
    put_value(&put, value);
    bd_arena_close(put.scratch);
}

bd_rc bd_json_write_canonical(const bd_value *value, bd_sink *sink, bd_err *err) {
    bd_json_writer writer;
    bd_json_begin(&writer, sink);
    bd_json_value(&writer, value);
    return bd_json_finish(&writer, err);
}

typedef struct {
    bd_arena *arena;
    char *data;
    size_t size, room;
} growing;

static bd_rc grow_by(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)err;
    growing *text = sink->context;
    if (text->size + count > text->room) {
        size_t room = (text->size + count) * 2;
        char *larger = bd_alloc(text->arena, room, 1);
        if (text->size > 0) {
            memcpy(larger, text->data, text->size);
        }
        text->data = larger;
        text->room = room;
    }
    memcpy(text->data + text->size, bytes, count);
    text->size += count;
    return BD_OK;
}

bd_str bd_json_canonical(bd_arena *arena, const bd_value *value) {
    growing text = {.arena = arena};
    bd_sink sink = {.write = grow_by, .context = &text};
    bd_err err;
    BD_ASSERT(!bd_failed(bd_json_write_canonical(value, &sink, &err)));
    return (bd_str){text.data, text.size};
}
