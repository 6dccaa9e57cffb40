/* What a record is: type, key, scope. */
#include "bindery/scan.h"

#include "scan_priv.h"

#include <string.h>

#define INVENTORY BD_STR("S77")

/* ---- ids ---- */

bd_str bd_scan_subscription_of(bd_str normal_id) {
    bd_str head = BD_STR("/subscriptions/");
    if (!bd_str_has_prefix(normal_id, head)) {
        return (bd_str){"", 0};
    }
    bd_str rest = bd_str_sub(normal_id, head.size, normal_id.size);
    bd_str guid = {"", 0};
    bd_str_cut(&rest, '/', &guid);
    return guid;
}

/* The first `parts` parts of a path that begins at `from`; the whole text when it has no more. */
static bd_str cut_parts(bd_str text, size_t from, int parts) {
    for (size_t at = from; at < text.size; at++) {
        if (text.data[at] == '/' && --parts == 0) {
            return bd_str_sub(text, 0, at);
        }
    }
    return text;
}

bd_str bd_scan_host_of(bd_str normal_id) {
    bd_str web = BD_STR("https://");
    if (bd_str_has_prefix(normal_id, web)) {
        return cut_parts(normal_id, web.size, 1);
    }
    size_t count;
    ptrdiff_t last = bd_resource_id_last_provider(normal_id, &count);
    if (count != 1) {
        return count > 1 ? bd_str_sub(normal_id, 0, (size_t)last) : normal_id;
    }
    return cut_parts(normal_id, (size_t)last + strlen("/providers/"),
                     3); /* namespace, type, name */
}

/* "microsoft.x/y/z" from the last provider part of an id. */
static bd_str type_of_id(bd_arena *arena, bd_str id) {
    bd_str mark = BD_STR("/providers/");
    size_t count;
    ptrdiff_t last = bd_resource_id_last_provider(id, &count);
    if (last < 0) {
        return (bd_str){"", 0};
    }
    bd_str rest = bd_str_sub(id, (size_t)last + mark.size, id.size);
    bd_str type = {"", 0};
    bd_str piece;
    for (int part = 0; bd_str_cut(&rest, '/', &piece); part++) {
        if (part == 0) {
            type = piece;
        } else if (part % 2 == 1) {
            type = bd_str_concat(arena, (bd_str[]){type, BD_STR("/"), piece}, 3);
        }
    }
    return type;
}

/* An activity-log event carries the id of the resource it is about, and behind it its own name: it is an event and
 * not that resource, whatever the id in front of it looks like. */
static bool is_event_id(bd_str id) {
    bd_str mark = BD_STR("/events/");
    ptrdiff_t at = bd_str_find(id, mark);
    return at >= 0 && bd_str_find(bd_str_sub(id, (size_t)at, id.size), BD_STR("/ticks/")) > 0;
}

/* ---- members ---- */

static bd_str text_of(const bd_value *record, bd_str key) {
    const bd_value *value = NULL;
    if (bd_value_lookup(record, key, &value) != BD_LOOKUP_FOUND || value == NULL ||
        (value->kind != BD_STRING && value->kind != BD_NUMBER)) {
        return (bd_str){"", 0};
    }
    return value->text;
}

bd_str bd_scan_own_text(const bd_value *record, const char *key) {
    const bd_value *found = bd_value_find(record, key);
    size_t hits = 0;
    for (size_t i = 0; found == NULL && record->kind == BD_OBJECT && i < record->count; i++) {
        hits += bd_str_ieq(record->keys[i], bd_str_of(key)) ? 1 : 0;
    }
    for (size_t i = 0; hits == 1 && found == NULL; i++) {
        found = bd_str_ieq(record->keys[i], bd_str_of(key)) ? &record->items[i] : NULL;
    }
    bool is_text = found != NULL && (found->kind == BD_STRING || found->kind == BD_NUMBER);
    return is_text ? found->text : (bd_str){"", 0};
}

static bool has_properties(const bd_value *record) {
    const bd_value *properties = bd_value_find(record, "properties");
    return properties != NULL && properties->kind == BD_OBJECT;
}

bd_str bd_scan_entity_set(bd_arena *arena, bd_str context) {
    ptrdiff_t mark = bd_str_find(context, BD_STR("#"));
    if (mark < 0) {
        return (bd_str){"", 0};
    }
    bd_str set = bd_str_lower(arena, bd_str_sub(context, (size_t)mark + 1, context.size));
    char *plain = bd_alloc(arena, set.size + 1, 1);
    size_t size = 0;
    int depth = 0;
    for (size_t i = 0; i < set.size; i++) {
        depth += set.data[i] == '(' ? 1 : 0;
        if (depth == 0) {
            plain[size++] = set.data[i];
        }
        depth -= set.data[i] == ')' && depth > 0 ? 1 : 0;
    }
    bd_str tail = BD_STR("/$entity");
    bd_str out = {plain, size};
    return bd_str_has_suffix(out, tail) ? bd_str_sub(out, 0, size - tail.size) : out;
}

bd_str bd_scan_entity_parent(bd_arena *arena, bd_str context) {
    ptrdiff_t mark = bd_str_find(context, BD_STR("#"));
    bd_str set = mark < 0 ? (bd_str){"", 0} : bd_str_sub(context, (size_t)mark, context.size);
    ptrdiff_t from = bd_str_find(set, BD_STR("('")), to = bd_str_find(set, BD_STR("')/"));
    bool is_first = from > 0 && to > from && bd_str_find(bd_str_sub(set, 0, (size_t)from), BD_STR("/")) < 0;
    return is_first ? bd_record_id(arena, bd_str_sub(set, (size_t)from + 2, (size_t)to))
                    : (bd_str){"", 0};
}

/* ---- scopes ---- */

bd_str bd_scan_scope_of_declared(bd_arena *arena, const bd_source_def *source, bd_str id) {
    bd_str normal = bd_record_id(arena, id);
    switch (source->scope) {
    case BD_SCOPE_TENANT: return (bd_str){"", 0};
    case BD_SCOPE_SUBSCRIPTION: {
        bd_str guid = bd_scan_subscription_of(normal);
        return guid.size > 0 ? guid : normal;
    }
    case BD_SCOPE_RESOURCE: return normal;
    case BD_SCOPE_WORKSPACE:
    case BD_SCOPE_REPOSITORY: break;
    }
    return (bd_str){"", 0};
}

/* Content first; the sidecar's one scope where the content names none. */
static bd_str scope_of(const bd_scan_context *context, const bd_source_def *source, bd_str id,
                       bd_str subscription, bd_arena *arena) {
    bd_str own = {"", 0};
    if (source->scope == BD_SCOPE_SUBSCRIPTION) {
        own = subscription;
    } else if (source->scope == BD_SCOPE_RESOURCE && bd_str_find(id, BD_STR("/")) >= 0) {
        own = bd_scan_host_of(id); /* a bare id of the directory is not the id of what it belongs to */
    }
    if (own.size > 0 || context->declared_scope.size > 0) {
        return own.size > 0 ? own
                            : bd_scan_scope_of_declared(arena, source, context->declared_scope);
    }
    return source->scope == BD_SCOPE_RESOURCE ? context->parent : own;
}

/* ---- identity ---- */

static bd_str record_type(const bd_value *record, bd_str id, bd_arena *arena) {
    bd_str own = bd_scan_own_text(record, "type");
    return bd_str_find(own, BD_STR("/")) > 0 ? bd_str_lower(arena, own) : type_of_id(arena, id);
}

static bd_instant own_time(const bd_source_def *source, const bd_value *record) {
    bd_instant time = BD_INSTANT_NONE;
    const bd_value *value = record;
    bd_str rest = source->time, part;
    while (value != NULL && bd_str_cut(&rest, '.', &part)) {
        const bd_value *inner = NULL;
        value = bd_value_lookup(value, part, &inner) == BD_LOOKUP_FOUND ? inner : NULL;
    }
    bool is_text = source->time.size > 0 && value != NULL && value->kind == BD_STRING;
    return is_text && bd_instant_parse(value->text, &time) ? time : BD_INSTANT_NONE;
}

/* The declared key columns; empty when the record has none of them. */
static bd_str declared_key(const bd_source_def *source, const bd_value *record, bd_arena *arena) {
    bd_strs parts = {0};
    bool has_any = false;
    for (size_t i = 0; i < source->key.count; i++) {
        bd_str part = text_of(record, source->key.data[i]);
        has_any = has_any || part.size > 0;
        if (i > 0) {
            *bd_push(arena, &parts) = BD_STR("\x1f");
        }
        *bd_push(arena, &parts) = part;
    }
    return has_any ? bd_str_concat(arena, parts.data, parts.count) : (bd_str){"", 0};
}

static bd_str printed_resource(const bd_source_def *source, const bd_value *record,
                               const char *fallback) {
    bd_str own = source->resource.size > 0 ? text_of(record, source->resource) : (bd_str){"", 0};
    return own.size > 0 ? own : text_of(record, bd_str_of(fallback));
}

/* "directory/deleteditems/microsoft.graph.user" is the set "deleteditems", read as users. */
static bd_str set_name(bd_str set) {
    bd_str name = bd_path_name(set);
    bool is_cast = bd_str_has_prefix(name, BD_STR("microsoft.graph.")) && name.size < set.size;
    return is_cast ? bd_path_name(bd_path_folder(set)) : name;
}

static void fill_graph(bd_str set, const bd_value *value, bd_str raw_id, bd_arena *arena,
                       bd_record *out) {
    bd_str name = set_name(set);
    out->type = bd_str_concat(arena, (bd_str[]){BD_STR("graph/"), name}, 2);
    if (raw_id.size > 0) {
        out->key =
            bd_str_concat(arena, (bd_str[]){name, BD_STR("/"), bd_str_lower(arena, raw_id)}, 3);
    }
    bd_str upn = printed_resource(out->source, value, "userPrincipalName");
    out->resource = upn.size > 0 ? upn : raw_id;
}

/* `az resource list` prints these two of every resource, and no other member of it. */
static bool is_listing(const bd_value *value) {
    return !has_properties(value) && bd_value_find(value, "changedTime") != NULL &&
           bd_value_find(value, "createdTime") != NULL;
}

/* A Resource Graph projection without `properties` is an inventory: it shows that a resource exists and nothing
 * else, so it must not stand as evidence of the resource's settings. */
static const bd_source_def *settle_inventory(const bd_scan_context *context, const bd_value *value,
                                             const bd_source_def *source) {
    bool is_inventory =
        bd_str_eq(context->declared, INVENTORY) || context->is_graph_query || is_listing(value);
    if (source == NULL || !is_inventory || has_properties(value) || source->types.count == 0) {
        return source;
    }
    const bd_source_def *inventory = bd_catalog_source(context->plan->catalog, INVENTORY);
    return inventory != NULL ? inventory : source;
}

/* The sidecar's word is not enough to make a resource of a record that has no resource type: it would be counted as one
 * that a check does not concern. */
static bool is_only_declared(const bd_scan_context *context, const bd_value *value, bd_str set,
                             bd_str id, bd_str type, const bd_source_def *source) {
    bd_str none = {"", 0};
    return source != NULL && type.size == 0 &&
           (source->types.count > 0 || source->is_any_resource) &&
           bd_str_eq(source->id, context->declared) &&
           bd_catalog_recognise(context->plan->catalog, type, set, id, context->table, value,
                                none) != source;
}

static const bd_source_def *recognise(const bd_scan_context *context, const bd_value *value,
                                      bd_str set, bd_str id, bd_str type) {
    bool is_event = is_event_id(id);
    bd_str none = {"", 0};
    const bd_source_def *source =
        bd_catalog_recognise(context->plan->catalog, is_event ? none : type, set,
                             is_event ? none : id, context->table, value, context->declared);
    if (source == NULL && type.size > 0 && id.size > 0 && !is_event) {
        /* a resource type without a reader of its own still counts in the inventory */
        source = bd_catalog_source(context->plan->catalog, INVENTORY);
    }
    if (!is_event && is_only_declared(context, value, set, id, type, source)) {
        return NULL;
    }
    return settle_inventory(context, value, source);
}

bool bd_scan_identify(const bd_scan_context *context, const bd_value *value, bd_arena *arena,
                      bd_record *out, bool *is_part) {
    if (value->kind != BD_OBJECT) {
        return false;
    }
    bd_str raw_id = bd_scan_own_text(value, "id");
    if (raw_id.size == 0) {
        raw_id = bd_scan_own_text(value, "kid"); /* what Key Vault calls a key's id */
    }
    bd_str id = bd_record_id(arena, raw_id);
    bd_str type = record_type(value, id, arena);
    bd_str set = context->context.size > 0
                     ? context->context
                     : bd_scan_entity_set(arena, bd_value_text(value, "@odata.context"));
    const bd_source_def *source = recognise(context, value, set, id, type);
    if (source == NULL) {
        return false;
    }
    out->source = source;
    out->value = value;
    out->type = type;
    out->key = id.size > 0 ? id : declared_key(source, value, arena);
    out->resource = raw_id.size > 0 ? raw_id : out->key;
    if (type.size == 0 && set.size == 0 && source->contexts.count > 0 && context->table.size == 0) {
        set = source->contexts
                  .data[0]; /* `az ad ... list` prints the same records without their context */
    }
    if (type.size == 0 && set.size > 0) {
        fill_graph(set, value, raw_id, arena, out);
    } else if (type.size == 0) {
        out->type =
            bd_str_concat(arena, (bd_str[]){BD_STR("source/"), bd_str_lower(arena, source->id)}, 2);
    }
    out->subscription = bd_scan_subscription_of(id);
    if (out->subscription.size == 0) {
        out->subscription = bd_str_lower(arena, text_of(value, BD_STR("subscriptionId")));
    }
    out->scope = scope_of(context, source, id, out->subscription, arena);
    out->time = own_time(source, value);
    *is_part = source->is_any_resource || bd_strs_have(&source->details, type);
    return true;
}

void bd_scan_identify_row(const bd_scan_context *context, const bd_source_def *source,
                          const bd_value *row, bd_arena *arena, bd_record *out) {
    out->source = source;
    out->value = row;
    out->type = bd_str_concat(arena, (bd_str[]){BD_STR("csv/"), source->id}, 2);
    out->key = declared_key(source, row, arena);
    bd_str printed = printed_resource(source, row, "upn");
    out->resource = printed.size > 0 ? printed : out->key;
    out->subscription = bd_str_lower(arena, text_of(row, BD_STR("subscriptionId")));
    out->scope = scope_of(context, source, (bd_str){"", 0}, out->subscription, arena);
    out->time = own_time(source, row);
}
