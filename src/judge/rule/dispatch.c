/* Which checks read a record: those that read its source and, of these, those whose condition can hold for its type.
 * What a condition says of the type is read out of it once, so that a check costs nothing on records of other types. */
#include "bindery/rule.h"

#include "rule_priv.h"

/* ---- the types that a condition asks for ---- */

/* Lower case, and no character that compares equal to another one or is trimmed: equal bytes are then all that
 * comparing such a type can find. */
static bool is_plain(bd_str type) {
    for (size_t i = 0; i < type.size; i++) {
        char c = type.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_letter && c != '.' && c != '/' && c != '-' && c != '_') {
            return false;
        }
    }
    return type.size > 0;
}

static bool add_type(bd_arena *arena, bd_strs *out, bd_str text) {
    bd_str type = bd_str_lower(arena, text);
    if (!is_plain(type) || !bd_str_has_prefix(type, BD_STR("microsoft."))) {
        return false;
    }
    *bd_push(arena, out) = type;
    return true;
}

static bool add_types(bd_arena *arena, bd_strs *out, const bd_value *list) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != BD_STRING || !add_type(arena, out, list->items[i].text)) {
            return false;
        }
    }
    return true;
}

static bool is_type_field(const path *at) {
    return at->scope == SCOPE_RECORD && at->count == 1 && !at->has_each &&
           bd_str_eqz(at->segments[0].key, "type");
}

static bool find_types(bd_arena *arena, const node *at, bd_strs *out);

static bool find_types_of_any(bd_arena *arena, const node *at, bd_strs *out) {
    for (size_t i = 0; i < at->child_count; i++) {
        if (!find_types(arena, at->children[i], out)) {
            return false;
        }
    }
    return at->child_count > 0;
}

static bool find_types_of_all(bd_arena *arena, const node *at, bd_strs *out) {
    for (size_t i = 0; i < at->child_count; i++) {
        bd_strs found = {0};
        if (!find_types(arena, at->children[i], &found)) {
            continue;
        }
        for (size_t t = 0; t < found.count; t++) {
            *bd_push(arena, out) = found.data[t];
        }
        return true;
    }
    return false;
}

/* False: it may hold for a record of any type.  True: for those that are added to `out` alone. */
static bool find_types(bd_arena *arena, const node *at, bd_strs *out) {
    if (at == NULL) {
        return false;
    }
    if (at->kind == NODE_ALL) {
        return find_types_of_all(arena, at, out);
    }
    if (at->kind == NODE_ANY) {
        return find_types_of_any(arena, at, out);
    }
    if (at->kind != NODE_FIELD || at->is_negated || !is_type_field(&at->field) ||
        at->operand.kind != EXPR_LITERAL) {
        return false;
    }
    const bd_value *asked = at->operand.literal;
    if (at->op == OP_EQUALS && asked->kind == BD_STRING) {
        return add_type(arena, out, asked->text);
    }
    return at->op == OP_IN && asked->kind == BD_ARRAY && add_types(arena, out, asked);
}

/* Says of a record nothing but which types it may have. */
static bool asks_for_type_alone(bd_arena *arena, const node *at) {
    bd_strs found = {0};
    bool is_plain_any = at->kind == NODE_ANY;
    for (size_t i = 0; is_plain_any && i < at->child_count; i++) {
        is_plain_any = at->children[i]->kind == NODE_FIELD;
    }
    return (at->kind == NODE_FIELD || is_plain_any) && find_types(arena, at, &found);
}

/* What is left to ask of a record that was found by its type: the condition without the member that named the types. */
static const node *without_types(bd_arena *arena, const node *where) {
    if (where == NULL || asks_for_type_alone(arena, where)) {
        return NULL;
    }
    if (where->kind != NODE_ALL) {
        return where;
    }
    node *rest = bd_new(arena, node, 1);
    *rest = *where;
    rest->children = bd_new(arena, node *, where->child_count);
    rest->child_count = 0;
    bool is_dropped = false;
    for (size_t i = 0; i < where->child_count; i++) {
        bd_strs found = {0};
        bool names = !is_dropped && find_types(arena, where->children[i], &found);
        if (names && asks_for_type_alone(arena, where->children[i])) {
            is_dropped = true; /* the first that names types is the one that they were taken from */
            continue;
        }
        is_dropped = is_dropped || names;
        rest->children[rest->child_count++] = where->children[i];
    }
    return rest->child_count > 0 ? rest : NULL;
}

/* The same of the types whose presence a check of shape scope looks for. */
static bool find_types_of_table(bd_arena *arena, const program *made, bd_strs *out) {
    const bd_value *expect = bd_value_find(made->check->body, "expect");
    const bd_value *table = bd_value_find(expect, "table");
    bool is_plain_table = is_type_field(&made->presence_path);
    for (size_t i = 0; is_plain_table && i < table->count; i++) {
        is_plain_table = add_type(arena, out, table->keys[i]);
    }
    return is_plain_table;
}

/* ---- roles ---- */

/* Records that do not meet `typed` are none of its own, and its types are all that it reads. */
static void add_role(bd_rules *rules, bd_arena *arena, bd_str source, role added,
                     const node *typed) {
    const program *made = &rules->programs[added.program];
    readers *list = bd_map_find(rules->readers, source);
    bd_map_put(rules->read, source, rules);
    if (made->population_ids != NULL && made->plan.population.count == 0) {
        return; /* no record is named, so that none is a row and none a row's partner */
    }
    if (list == NULL) {
        list = bd_new(arena, readers, 1);
        bd_map_put(rules->readers, source, list);
    }
    added.names_types = added.role == ROLE_PRESENCE ? find_types_of_table(arena, made, &added.types)
                                                    : find_types(arena, typed, &added.types);
    added.asks_type = added.names_types && typed != NULL && typed == added.where;
    *bd_push(arena, &list->all) = added;
}

/* Where both sides are one list and meet by the record's own id, the right side is the left side itself: records that
 * the left side does not read are nobody's partner. */
static bool is_own_partner(const program *made, bd_str source) {
    return bd_str_eq(source, made->plan.related_source) && made->left_key == KEY_ID &&
           made->related_key == KEY_ID;
}

static void add_related(bd_rules *rules, bd_arena *arena, uint32_t at, bd_str source) {
    const program *made = &rules->programs[at];
    bool is_own = is_own_partner(made, source) && made->population_ids == NULL;
    add_role(rules, arena, made->plan.related_source,
             (role){.program = at, .role = ROLE_RELATED, .where = made->related_where},
             is_own ? made->where : made->related_where);
}

/* Records that a fact names are rows whatever `where` makes of them. */
static void add_left(bd_rules *rules, bd_arena *arena, uint32_t at, bd_str source) {
    const program *made = &rules->programs[at];
    add_role(rules, arena, source, (role){.program = at, .role = ROLE_LEFT, .where = made->where},
             made->population_ids == NULL ? made->where : NULL);
}

static void add_match(bd_rules *rules, bd_arena *arena, uint32_t at) {
    const program *made = &rules->programs[at];
    add_role(
        rules, arena, made->population.source,
        (role){.program = at, .role = ROLE_POPULATION, .where = made->population.where},
        made->population.where);
    for (size_t e = 0; e < made->event_count; e++) {
        add_role(rules, arena, made->events[e].source,
                 (role){.program = at,
                        .role = ROLE_EVENT,
                        .event = e,
                        .where = made->events[e].where},
                 made->events[e].where);
    }
    if (made->plan.has_undo) {
        add_role(rules, arena, made->undo.source,
                 (role){.program = at, .role = ROLE_UNDO, .where = made->undo.where},
                 made->undo.where);
    }
}

static void add_check(bd_rules *rules, bd_arena *arena, uint32_t at) {
    const program *made = &rules->programs[at];
    bd_str source = bd_value_text(made->check->body, "source");
    switch (made->check->shape) {
    case BD_RELATED:
        add_related(rules, arena, at, source);
        add_left(rules, arena, at, source);
        break;
    case BD_SCOPE_SHAPE:
        add_role(rules, arena, made->plan.presence_source,
                 (role){.program = at, .role = ROLE_PRESENCE}, NULL);
        add_left(rules, arena, at, source);
        break;
    case BD_EACH:
    case BD_AGGREGATE: add_left(rules, arena, at, source); break;
    case BD_MATCH: add_match(rules, arena, at); break;
    case BD_RECUR:
    case BD_DOCUMENT: break; /* read from the register, not from records */
    }
}

/* ---- by type ---- */

static bool reads_type(const role *one, bd_str type) {
    for (size_t i = 0; i < one->types.count; i++) {
        if (bd_str_eq(one->types.data[i], type)) {
            return true;
        }
    }
    return !one->names_types;
}

static roles *roles_of_type(bd_arena *arena, const readers *list, bd_str type) {
    roles *out = bd_new(arena, roles, 1);
    for (size_t i = 0; i < list->all.count; i++) {
        if (reads_type(&list->all.data[i], type)) {
            role *read = bd_push(arena, out);
            *read = list->all.data[i];
            read->where = read->asks_type ? without_types(arena, read->where) : read->where;
        }
    }
    return out;
}

static void index_types(bd_arena *arena, readers *list) {
    list->by_type = bd_map_make(arena);
    list->others = roles_of_type(arena, list, BD_STR(""));
    for (size_t i = 0; i < list->all.count; i++) {
        const bd_strs *types = &list->all.data[i].types;
        for (size_t t = 0; list->all.data[i].names_types && t < types->count; t++) {
            if (bd_map_find(list->by_type, types->data[t]) == NULL) {
                bd_map_put(list->by_type, types->data[t],
                           roles_of_type(arena, list, types->data[t]));
            }
        }
        list->names_types = list->names_types || list->all.data[i].names_types;
    }
}

static void add_derived(bd_rules *rules, bd_arena *arena, bd_str origin,
                        const bd_source_def *source) {
    sources *list = bd_map_find(rules->derived, origin);
    if (list == NULL) {
        list = bd_new(arena, sources, 1);
        bd_map_put(rules->derived, origin, list);
    }
    bd_map_put(rules->read, origin, rules);
    if (list->count == 0 || list->data[list->count - 1] != source) { /* named twice, made once */
        *bd_push(arena, list) = source;
    }
}

/* What a derived source is made from is read too. */
static void read_origins(bd_rules *rules, bd_arena *arena) {
    for (size_t i = 0; i < rules->catalog->source_count; i++) {
        const bd_source_def *source = &rules->catalog->sources[i];
        bool is_read = bd_map_find(rules->read, source->id) != NULL;
        for (size_t f = 0; is_read && f < source->derived_from.count; f++) {
            add_derived(rules, arena, source->derived_from.data[f], source);
        }
    }
}

void build_dispatch(bd_rules *rules, bd_arena *arena) {
    const bd_catalog *catalog = rules->catalog;
    rules->readers = bd_map_make(arena);
    rules->derived = bd_map_make(arena);
    rules->read = bd_map_make(arena);
    for (size_t i = 0; i < catalog->check_count; i++) {
        add_check(rules, arena, (uint32_t)i);
    }
    for (size_t i = 0; i < catalog->source_count; i++) {
        readers *list = bd_map_find(rules->readers, catalog->sources[i].id);
        if (list != NULL) {
            index_types(arena, list);
        }
    }
    read_origins(rules, arena);
}

bool bd_rules_reads(const bd_rules *rules, bd_str source_id) {
    return bd_map_find(rules->read, source_id) != NULL;
}

const bd_source_def *const *bd_rules_derived(const bd_rules *rules, bd_str source_id,
                                             size_t *count) {
    const sources *list = bd_map_find(rules->derived, source_id);
    *count = list != NULL ? list->count : 0;
    return list != NULL ? list->data : NULL;
}

const roles *find_roles(const bd_rules *rules, const bd_record *record, evaluation *eval) {
    const readers *list = bd_map_find(rules->readers, record->source->id);
    if (list == NULL || !list->names_types) {
        return list == NULL ? NULL : &list->all;
    }
    const bd_value *own = NULL;
    bool has_type = find_value(eval, &rules->type, &own) == BD_LOOKUP_FOUND &&
                    own->kind == BD_STRING && bd_str_ieq(own->text, record->type) &&
                    is_plain(record->type);
    if (!has_type) {
        return &list->all; /* what it says of its type is for the conditions to judge */
    }
    const roles *of_type = bd_map_find(list->by_type, record->type);
    return of_type != NULL ? of_type : list->others;
}
