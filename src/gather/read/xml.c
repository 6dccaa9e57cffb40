#include "bindery/read.h"

#include "sax.h"

#include <string.h>

#define LABEL "XML document"
#define SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"
#define XML_SPACE "http://www.w3.org/XML/1998/namespace"
#define DEPTH_MAX 66

const bd_xml_limits bd_xml_default_limits = {
    .record_bytes = (size_t)16 << 20,
    .nodes = 200000,
    .members = 1024,
};

/* ---- where the records are ---- */

#define FIND_DEPTH 8     /* lists are looked for so deep */
#define FIND_NAMES 64    /* different children of one element that are told apart */
#define FIND_ENOUGH 1024 /* children of one name of the root: no need to read on */

typedef struct {
    bd_str names[FIND_NAMES];
    uint64_t counts[FIND_NAMES];
    size_t used;
} children;

typedef struct {
    bd_arena *arena;
    unsigned depth;
    bd_str path[FIND_DEPTH + 2]; /* [1] is the root */
    children *children;          /* by depth */
    bd_str best;                 /* path of the records */
    unsigned best_depth;
    uint64_t best_count;
    /* the chain of first children, for a document in which nothing repeats */
    unsigned chain_depth; /* how deep the chain is open */
    bd_str chain_names[DEPTH_MAX];
    uint64_t chain_children[DEPTH_MAX];
    unsigned chain_end; /* deepest element of the chain */
    bool is_done;
} finding;

static bd_str path_to(finding *f, unsigned depth, bd_str last) {
    bd_strs parts = {0};
    for (unsigned i = 1; i <= depth; i++) {
        *bd_push(f->arena, &parts) = f->path[i];
        *bd_push(f->arena, &parts) = BD_STR("/");
    }
    *bd_push(f->arena, &parts) = last;
    return bd_str_concat(f->arena, parts.data, parts.count);
}

static void count_child(finding *f, unsigned depth, bd_str name) {
    children *list = &f->children[depth];
    for (size_t i = 0; i < list->used; i++) {
        if (bd_str_eq(list->names[i], name)) {
            list->counts[i]++;
            f->is_done = f->is_done || (depth == 1 && list->counts[i] == FIND_ENOUGH);
            return;
        }
    }
    if (list->used < FIND_NAMES) {
        list->names[list->used] = bd_str_copy(f->arena, name);
        list->counts[list->used++] = 1;
    }
}

static void note_chain(finding *f, unsigned depth, bd_str name) {
    if (depth == 0 || depth >= DEPTH_MAX || f->chain_depth + 1 != depth) {
        return;
    }
    if (depth > 1) {
        f->chain_children[depth - 1]++;
    }
    bool is_first = depth == 1 || f->chain_children[depth - 1] == 1;
    if (is_first && f->chain_end == depth - 1) {
        f->chain_names[depth] = bd_str_copy(f->arena, name);
        f->chain_end = depth;
        f->chain_depth = depth;
    }
}

static bd_rc find_open(void *context, const sax_element *element, bd_err *err) {
    (void)err;
    finding *f = context;
    unsigned depth = element->depth;
    note_chain(f, depth, element->name);
    if (depth > 1 && depth <= FIND_DEPTH + 1) {
        count_child(f, depth - 1, element->name);
    }
    if (depth <= FIND_DEPTH) {
        /* an ended sibling's name is not freed before the end: names are short and lists are what counts */
        f->path[depth] = bd_str_copy(f->arena, element->name);
        f->children[depth].used = 0;
    }
    return BD_OK;
}

static bd_rc find_shut(void *context, unsigned depth, bd_err *err) {
    (void)err;
    finding *f = context;
    f->chain_depth = f->chain_depth == depth ? depth - 1 : f->chain_depth;
    if (depth > FIND_DEPTH || (f->best_depth != 0 && depth > f->best_depth)) {
        return BD_OK;
    }
    const children *list = &f->children[depth];
    for (size_t i = 0; i < list->used; i++) {
        bool is_better = f->best_depth == 0 || depth < f->best_depth ||
                         (depth == f->best_depth && list->counts[i] > f->best_count);
        if (list->counts[i] > 1 && is_better) {
            f->best = path_to(f, depth, list->names[i]);
            f->best_depth = depth;
            f->best_count = list->counts[i];
        }
    }
    return BD_OK;
}

static bd_rc find_text(void *context, bd_str piece, bd_err *err) {
    (void)context;
    (void)piece;
    (void)err;
    return BD_OK;
}

/* Nothing repeats: the root, or what lies alone inside it, as long as that has members of its own. */
static bd_str path_of_one(finding *f) {
    unsigned depth = 1;
    bd_strs parts = {0};
    *bd_push(f->arena, &parts) = f->chain_names[1];
    while (depth < f->chain_end && f->chain_children[depth] == 1 &&
           f->chain_children[depth + 1] > 0) {
        depth++;
        *bd_push(f->arena, &parts) = BD_STR("/");
        *bd_push(f->arena, &parts) = f->chain_names[depth];
    }
    return bd_str_concat(f->arena, parts.data, parts.count);
}

/* The root is still open when enough of its children have been seen. */
static void end_finding(finding *f) {
    if (f->is_done) {
        bd_err unused;
        (void)find_shut(f, 1, &unused);
    }
    f->best = f->best_depth > 0 ? f->best : path_of_one(f);
}

bd_rc bd_xml_find(bd_source *source, bd_arena *arena, bd_str *path, bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *scratch = bd_arena_open("XML names", (size_t)512 << 20);
    finding *f = bd_new(scratch, finding, 1);
    f->arena = scratch;
    f->children = bd_new(scratch, children, FIND_DEPTH + 1);
    sax_events events = {.context = f,
                         .open = find_open,
                         .shut = find_shut,
                         .text = find_text,
                         .is_done = &f->is_done};
    BD_TRY(sax_read(source, LABEL, &events, err));
    end_finding(f);
    if (f->best.size > BD_CHILD_ARGUMENT_BYTES) {
        BD_RAISE(err, BD_ERR_LIMIT,
                 "the names around the records of the XML document are too long");
    }
    *path = bd_str_copy(arena, f->best);
    return BD_OK;
}

/* ---- records ---- */

typedef struct {
    bd_str name;
    bool is_attribute;
    BD_VEC(bd_value) values;
} member;

typedef struct {
    bd_str name;
    bool is_nil;
    BD_VEC(member) members;
    bd_buf text;
} node;

typedef struct {
    const bd_xml_limits *limits;
    const bd_part_events *events;
    bd_arena *arena;  /* one record */
    bd_strs path;     /* names from the root to the record */
    unsigned matched; /* so many of them are open and fit */
    unsigned base;    /* depth of the open record, 0: none */
    unsigned depth;   /* of the deepest open element */
    node nodes[DEPTH_MAX];
    size_t node_count, bytes;
    uint64_t ordinal;
    bool is_refused;
    bd_err problem;
} recording;

static void refuse_record(recording *r, const char *what) {
    if (!r->is_refused) {
        (void)bd_raise(&r->problem, BD_ERR_LIMIT, "%s", what);
        r->is_refused = true;
    }
}

static bool has_room(recording *r, size_t bytes) {
    r->bytes += bytes;
    r->node_count++;
    if (r->bytes > r->limits->record_bytes || r->node_count > r->limits->nodes) {
        refuse_record(r, "the record is over the limit of bytes or values");
    }
    return !r->is_refused;
}

static member *find_member(node *to, bd_str name) {
    for (size_t i = 0; i < to->members.count; i++) {
        if (bd_str_eq(to->members.data[i].name, name)) {
            return &to->members.data[i];
        }
    }
    return NULL;
}

static void add_member(recording *r, node *to, bd_str name, bool is_attribute, bd_value value) {
    member *found = find_member(to, name);
    if (found != NULL && found->is_attribute) {
        found->name = bd_str_concat(r->arena, (bd_str[]){BD_STR("@"), name}, 2);
        found = is_attribute ? found : NULL;
    }
    if (found == NULL) {
        if (to->members.count == r->limits->members) {
            refuse_record(r, "an element of the record has too many members of different names");
            return;
        }
        found = bd_push(r->arena, &to->members);
        found->name = bd_str_copy(r->arena, name);
        found->is_attribute = is_attribute;
    }
    *bd_push(r->arena, &found->values) = value;
}

static bool is_true_text(bd_str text) {
    return bd_str_eqz(bd_str_trim(text), "true") || bd_str_eqz(bd_str_trim(text), "1");
}

static void begin_node(recording *r, node *n, const sax_element *element) {
    n->name = bd_str_copy(r->arena, element->name);
    n->is_nil = false;
    n->members.data = NULL;
    n->members.count = 0;
    n->members.room = 0;
    n->text.size = 0;
    for (size_t i = 0; i < element->attribute_count && !r->is_refused; i++) {
        const sax_attribute *at = &element->attributes[i];
        if (bd_str_eqz(at->space, SCHEMA_INSTANCE)) {
            n->is_nil = n->is_nil || (bd_str_eqz(at->name, "nil") && is_true_text(at->value));
        } else if (!bd_str_eqz(at->space, XML_SPACE) &&
                   has_room(r, at->name.size + at->value.size)) {
            bd_value value = {.kind = BD_STRING, .text = bd_str_copy(r->arena, at->value)};
            add_member(r, n, at->name, /*is_attribute*/ true, value);
        }
    }
}

static bd_value end_member(const member *from) {
    if (from->values.count == 1) {
        return from->values.data[0];
    }
    return (bd_value){.kind = BD_ARRAY, .count = from->values.count, .items = from->values.data};
}

static bd_value end_node(recording *r, node *n) {
    bd_str text = bd_buf_str(&n->text);
    if (n->members.count == 0) {
        return n->is_nil ? (bd_value){.kind = BD_NULL}
                         : (bd_value){.kind = BD_STRING, .text = bd_str_copy(r->arena, text)};
    }
    bd_str beside = bd_str_trim(text);
    size_t count = n->members.count + (beside.size > 0 ? 1 : 0);
    bd_value value = {.kind = BD_OBJECT,
                      .count = count,
                      .items = bd_new(r->arena, bd_value, count),
                      .keys = bd_new(r->arena, bd_str, count)};
    for (size_t i = 0; i < n->members.count; i++) {
        value.keys[i] = n->members.data[i].name;
        value.items[i] = end_member(&n->members.data[i]);
    }
    if (beside.size > 0) {
        value.keys[count - 1] = BD_STR("#text");
        value.items[count - 1] =
            (bd_value){.kind = BD_STRING, .text = bd_str_copy(r->arena, beside)};
    }
    return value;
}

static bd_rc hand_record(recording *r, bd_value value, bd_err *err) {
    uint64_t ordinal = r->ordinal++;
    bd_rc rc = BD_OK;
    if (!r->is_refused && value.kind != BD_OBJECT) { /* <id>5</id>: a record has members */
        bd_value *items = bd_new(r->arena, bd_value, 1);
        bd_str *keys = bd_new(r->arena, bd_str, 1);
        items[0] = value;
        keys[0] = BD_STR("#text");
        value = (bd_value){.kind = BD_OBJECT, .count = 1, .items = items, .keys = keys};
    }
    if (!r->is_refused && r->events->record != NULL) {
        rc = r->events->record(r->events->context, ordinal, &value, err);
    } else if (r->is_refused && r->events->refused != NULL) {
        bd_str locus = bd_str_format(r->arena, "record %llu", (unsigned long long)ordinal);
        rc = r->events->refused(r->events->context, locus, &r->problem, err);
    }
    bd_arena_reset(r->arena);
    r->base = 0;
    r->is_refused = false;
    r->bytes = 0;
    r->node_count = 0;
    return rc;
}

static bd_rc record_open(void *context, const sax_element *element, bd_err *err) {
    (void)err;
    recording *r = context;
    unsigned depth = element->depth;
    r->depth = depth;
    if (r->base == 0) {
        bool fits = r->matched + 1 == depth && depth <= r->path.count &&
                    bd_str_eq(element->name, r->path.data[depth - 1]);
        r->matched = fits ? depth : r->matched;
        if (!fits || depth < r->path.count) {
            return BD_OK;
        }
        r->base = depth;
    }
    if (has_room(r, element->name.size)) {
        begin_node(r, &r->nodes[depth], element);
    }
    return BD_OK;
}

static bd_rc record_shut(void *context, unsigned depth, bd_err *err) {
    recording *r = context;
    r->depth = depth - 1;
    if (r->base == 0) {
        r->matched = r->matched == depth ? depth - 1 : r->matched;
        return BD_OK;
    }
    if (r->is_refused && depth > r->base) {
        return BD_OK;
    }
    bd_value value = {.kind = BD_NULL};
    if (!r->is_refused) {
        value = end_node(r, &r->nodes[depth]);
    }
    if (depth == r->base) {
        r->matched = depth - 1;
        return hand_record(r, value, err);
    }
    add_member(r, &r->nodes[depth - 1], r->nodes[depth].name, /*is_attribute*/ false, value);
    return BD_OK;
}

static bd_rc record_text(void *context, bd_str piece, bd_err *err) {
    (void)err;
    recording *r = context;
    if (r->base == 0 || r->is_refused) {
        return BD_OK;
    }
    r->bytes += piece.size;
    if (r->bytes > r->limits->record_bytes) {
        refuse_record(r, "the record is over the limit of bytes or values");
        return BD_OK;
    }
    bd_buf_puts(&r->nodes[r->depth].text, piece);
    return BD_OK;
}

bd_rc bd_xml_read(bd_source *source, bd_str path, const bd_xml_limits *limits,
                  const bd_part_events *events, bd_err *err) {
    limits = limits != NULL ? limits : &bd_xml_default_limits;
    BD_DEFER(bd_arena_close_ref) bd_arena *state = bd_arena_open("XML reader", (size_t)1 << 20);
    BD_DEFER(bd_arena_close_ref)
    bd_arena *arena = bd_arena_open("XML record", (size_t)256 << 20);
    recording *r = bd_new(state, recording, 1);
    r->limits = limits;
    r->events = events;
    r->arena = arena;
    bd_str rest = path, name;
    while (bd_str_cut(&rest, '/', &name)) {
        *bd_push(state, &r->path) = name;
    }
    for (size_t i = 0; i < DEPTH_MAX; i++) {
        bd_buf_init(&r->nodes[i].text, limits->record_bytes);
    }
    sax_events sax = {.context = r, .open = record_open, .shut = record_shut, .text = record_text};
    bd_rc rc = sax_read(source, LABEL, &sax, err);
    for (size_t i = 0; i < DEPTH_MAX; i++) {
        bd_buf_clear(&r->nodes[i].text);
    }
    return rc;
}

/* ---- element by element ---- */

typedef struct {
    const bd_xml_events *events;
    int line;
} walk;

static bd_rc walk_open(void *context, const sax_element *element, bd_err *err) {
    walk *w = context;
    bd_xml_element one = {.name = element->name,
                          .space = element->space,
                          .attributes = element->attributes,
                          .attribute_count = element->attribute_count,
                          .line = w->line};
    return w->events->open(w->events->context, &one, err);
}

static bd_rc walk_shut(void *context, unsigned depth, bd_err *err) {
    walk *w = context;
    (void)depth;
    return w->events->shut(w->events->context, w->line, err);
}

static bd_rc walk_text(void *context, bd_str piece, bd_err *err) {
    walk *w = context;
    return w->events->text(w->events->context, piece, w->line, err);
}

bd_rc bd_xml_walk(bd_source *source, bd_str label, const bd_xml_events *events, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("XML label", (size_t)64 << 10);
    walk w = {.events = events};
    sax_events sax = {
        .context = &w, .open = walk_open, .shut = walk_shut, .text = walk_text, .line = &w.line};
    return sax_read(source, bd_str_z(arena, bd_str_sub(label, 0, 1000)), &sax, err);
}
