#include "bindery/value.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "value_priv.h"

/* Whole documents are built by cJSON, behind the wall; records of evidence, of which there are millions, from the
 * nodes that the scanner kept, at a third of the cost.  Both give the same tree.
 *
 * cJSON's hooks are process-global, so ours ask a thread-local pointer where to take memory: the scratch arena of the
 * parse that runs on this thread, else the heap.  Its nodes are dropped with that arena and never reach cJSON_Delete;
 * the tree is made of copies, for a node of cJSON's is larger than one of ours. */

static _Thread_local bd_arena *arena_on;

static void *take_memory(size_t bytes) {
    return arena_on != NULL ? bd_alloc(arena_on, bytes, 1) : bd_heap_alloc(bytes);
}

static void drop_memory(void *memory) {
    if (arena_on == NULL) {
        bd_heap_free(memory);
    }
}

static void set_hooks(void) {
    cJSON_Hooks hooks = {take_memory, drop_memory};
    cJSON_InitHooks(&hooks);
}

static pthread_once_t hooks_are_set = PTHREAD_ONCE_INIT;

typedef struct {
    const json_scan *scan;
    bd_arena *arena;
    size_t next_number, next_nul;
    uint32_t next_string;
} builder;

/* Text of the next string in document order: cJSON's, unless it was cut at U+0000. */
static bd_str next_text(builder *b, const char *cjson_text) {
    const json_scan *scan = b->scan;
    uint32_t ordinal = b->next_string++;
    if (b->next_nul == scan->nul_count || scan->nuls[b->next_nul].ordinal != ordinal) {
        return bd_str_copy(b->arena, bd_str_of(cjson_text));
    }
    json_span span = scan->nuls[b->next_nul++].span;
    char *plain = bd_alloc(b->arena, (size_t)span.size + 1, 1);
    return (bd_str){plain, json_unescape(scan->text + span.at, span.size, plain)};
}

static bd_str next_number(builder *b) {
    json_span span = b->scan->numbers[b->next_number++];
    return bd_str_copy(b->arena, (bd_str){b->scan->text + span.at, span.size});
}

static void convert(builder *b, const cJSON *node, bd_value *out);

/* Recursion is bounded by the scanner's depth limit. */
static void convert_members(builder *b, const cJSON *node, bd_value *out) {
    bool is_object = out->kind == BD_OBJECT;
    size_t count = 0;
    for (const cJSON *member = node->child; member != NULL; member = member->next) {
        count++;
    }
    out->count = count;
    if (count == 0) {
        return;
    }
    out->items = bd_new(b->arena, bd_value, count);
    out->keys = is_object ? bd_new(b->arena, bd_str, count) : NULL;
    size_t i = 0;
    for (const cJSON *member = node->child; member != NULL; member = member->next, i++) {
        if (is_object) {
            out->keys[i] = next_text(b, member->string);
        }
        convert(b, member, &out->items[i]);
    }
}

static void convert(builder *b, const cJSON *node, bd_value *out) {
    switch (node->type & 0xff) {
    case cJSON_String:
        out->kind = BD_STRING;
        out->text = next_text(b, node->valuestring);
        return;
    case cJSON_Number:
        out->kind = BD_NUMBER;
        out->text = next_number(b);
        return;
    case cJSON_True:
    case cJSON_False:
        out->kind = BD_BOOL;
        out->boolean = (node->type & 0xff) == cJSON_True;
        return;
    case cJSON_Object:
    case cJSON_Array:
        out->kind = (node->type & 0xff) == cJSON_Object ? BD_OBJECT : BD_ARRAY;
        convert_members(b, node, out);
        return;
    default: out->kind = BD_NULL; return;
    }
}

/* cJSON stops reading a number after 63 bytes, so long ones are blanked to "0": their text is ours
 * anyway. */
static const char *text_for_cjson(const json_scan *scan, bd_arena *arena) {
    if (!scan->has_long_number) {
        return scan->text;
    }
    char *copy = bd_alloc(arena, scan->size + 1, 1);
    memcpy(copy, scan->text, scan->size);
    for (size_t i = 0; i < scan->number_count; i++) {
        json_span span = scan->numbers[i];
        memset(copy + span.at, ' ', span.size);
        copy[span.at] = '0';
    }
    return copy;
}

bd_rc json_build(const json_scan *scan, bd_arena *arena, const bd_value **out, bd_err *err) {
    BD_ASSERT(pthread_once(&hooks_are_set, set_hooks) == 0);
    const char *text = text_for_cjson(scan, scan->arena);
    arena_on = scan->arena;
    const cJSON *root = cJSON_ParseWithLength(text, scan->size);
    arena_on = NULL;
    if (root == NULL) {
        BD_RAISE(err, BD_ERR_BUG, "cannot build a value that the scanner found sound");
    }
    builder b = {.scan = scan, .arena = arena};
    bd_value *made = bd_new(arena, bd_value, 1);
    convert(&b, root, made);
    BD_ASSERT(b.next_number == scan->number_count && b.next_nul == scan->nul_count);
    BD_ASSERT(b.next_string == scan->string_count);
    *out = made;
    return BD_OK;
}

/* ---- from the scanner's nodes ---- */

typedef struct {
    const json_scan *scan;
    bool is_borrowing;
    bd_arena *arena;
    const json_node *next;
    bd_value *values; /* what is left of the room for all members of the tree */
    bd_str *keys;
} assembly;

static bd_str node_text(assembly *made, const json_node *node) {
    bd_str raw = {made->scan->text + node->at, node->size};
    if (node->has_escape) {
        char *plain = bd_alloc(made->arena, raw.size + 1, 1);
        return (bd_str){plain, json_unescape(raw.data, raw.size, plain)};
    }
    return made->is_borrowing ? raw : bd_str_copy(made->arena, raw);
}

static void assemble(assembly *made, bd_value *out);

/* Recursion is bounded by the scanner's depth limit. */
static void assemble_members(assembly *made, const json_node *node, bd_value *out) {
    out->count = node->size;
    if (out->count == 0) {
        return;
    }
    out->items = made->values;
    made->values += out->count;
    if (out->kind == BD_OBJECT) {
        out->keys = made->keys;
        made->keys += out->count;
    }
    for (size_t i = 0; i < out->count; i++) {
        if (out->kind == BD_OBJECT) {
            out->keys[i] = node_text(made, made->next++);
        }
        assemble(made, &out->items[i]);
    }
}

static void assemble(assembly *made, bd_value *out) {
    const json_node *node = made->next++;
    switch (node->kind) {
    case '"':
    case '0':
        out->kind = node->kind == '"' ? BD_STRING : BD_NUMBER;
        out->text = node_text(made, node);
        return;
    case 't':
    case 'f':
        out->kind = BD_BOOL;
        out->boolean = node->kind == 't';
        return;
    case '[':
    case '{':
        out->kind = node->kind == '{' ? BD_OBJECT : BD_ARRAY;
        assemble_members(made, node, out);
        return;
    default: out->kind = BD_NULL; return;
    }
}

const bd_value *json_build_nodes(const json_scan *scan, bool is_borrowing, bd_arena *arena) {
    BD_ASSERT(scan->keeps_nodes && !scan->has_problem && scan->kept_count > 0);
    bd_value *root = bd_new(arena, bd_value, scan->node_count);
    assembly made = {.scan = scan,
                     .is_borrowing = is_borrowing,
                     .arena = arena,
                     .next = scan->nodes,
                     .values = root + 1,
                     .keys = scan->key_total > 0 ? bd_new(arena, bd_str, scan->key_total) : NULL};
    assemble(&made, root);
    BD_ASSERT(made.next == scan->nodes + scan->kept_count);
    BD_ASSERT(made.values == root + scan->node_count);
    return root;
}
