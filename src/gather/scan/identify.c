/* What a record is: type, key, scope (formats.md, "Identifiers"; azure-sources.md section 1, rules 1-4). */
#include "bindery/scan.h"

#include "scan_priv.h"

#include <string.h>

bd_str bd_scan_normal_id(bd_arena *arena, bd_str id) {
    while (id.size > 1 && id.data[id.size - 1] == '/') {
        id.size--;
    }
    if (id.size == 0) {
        return id;
    }
    bd_str lower = bd_str_lower(arena, id);
    bool is_bare_path = lower.data[0] != '/' && bd_str_find(lower, BD_STR("/")) > 0 &&
                        bd_str_has_prefix(lower, BD_STR("subscriptions/"));
    return is_bare_path ? bd_str_format(arena, "/%.*s", BD_ARG(lower)) : lower;
}

bd_str bd_scan_subscription_of(bd_str normal_id) {
    bd_str head = BD_STR("/subscriptions/");
    if (!bd_str_has_prefix(normal_id, head)) {
        return (bd_str){"", 0};
    }
    bd_str rest = bd_str_sub(normal_id, head.size, normal_id.size);
    bd_str guid;
    bd_str_cut(&rest, '/', &guid);
    return guid;
}

static ptrdiff_t last_provider_mark(bd_str id, size_t *count) {
    bd_str mark = BD_STR("/providers/");
    ptrdiff_t last = -1;
    *count = 0;
    for (size_t base = 0;;) {
        ptrdiff_t at = bd_str_find(bd_str_sub(id, base, id.size), mark);
        if (at < 0) {
            return last;
        }
        last = (ptrdiff_t)base + at;
        base = (size_t)last + 1;
        *count += 1;
    }
}

bd_str bd_scan_host_of(bd_str normal_id) {
    size_t count;
    ptrdiff_t last = last_provider_mark(normal_id, &count);
    return count > 1 ? bd_str_sub(normal_id, 0, (size_t)last) : normal_id;
}

/* "microsoft.x/y/z" from the last provider part of an id. */
static bd_str type_of_id(bd_arena *arena, bd_str id) {
    bd_str mark = BD_STR("/providers/");
    size_t count;
    ptrdiff_t last = last_provider_mark(id, &count);
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
            type = bd_str_format(arena, "%.*s/%.*s", BD_ARG(type), BD_ARG(piece));
        }
    }
    return type;
}

static bd_str text_of(const bd_value *record, const char *key) {
    const bd_value *value = NULL;
    if (bd_value_lookup(record, bd_str_of(key), &value) != BD_LOOKUP_FOUND || value == NULL ||
        value->kind != BD_STRING) {
        return (bd_str){"", 0};
    }
    return value->text;
}

static bd_str record_type(const bd_value *record, bd_str id, bd_arena *arena) {
    const bd_value *own = bd_value_find(record, "type");
    if (own != NULL && own->kind == BD_STRING && bd_str_find(own->text, BD_STR("/")) > 0) {
        return bd_str_lower(arena, own->text);
    }
    return type_of_id(arena, id);
}

static bd_str scope_of(const bd_source_def *source, bd_str id, bd_str subscription) {
    switch (source->scope) {
    case BD_SCOPE_TENANT:
        return (bd_str){"", 0};
    case BD_SCOPE_SUBSCRIPTION:
        return subscription;
    case BD_SCOPE_RESOURCE:
        return bd_scan_host_of(id);
    case BD_SCOPE_WORKSPACE:
    case BD_SCOPE_REPOSITORY:
        break;
    }
    return (bd_str){"", 0};
}

bd_str bd_scan_scope_of_declared(bd_arena *arena, const bd_source_def *source, bd_str id) {
    bd_str normal = bd_scan_normal_id(arena, id);
    switch (source->scope) {
    case BD_SCOPE_TENANT:
        return (bd_str){"", 0};
    case BD_SCOPE_SUBSCRIPTION: {
        bd_str guid = bd_scan_subscription_of(normal);
        return guid.size > 0 ? guid : normal;
    }
    case BD_SCOPE_RESOURCE:
        return normal;
    case BD_SCOPE_WORKSPACE:
    case BD_SCOPE_REPOSITORY:
        break;
    }
    return (bd_str){"", 0};
}

static bd_instant own_time(const bd_source_def *source, const bd_value *record) {
    bd_instant time = BD_INSTANT_NONE;
    const bd_value *value = NULL;
    if (source->time.size > 0 && bd_value_lookup(record, source->time, &value) == BD_LOOKUP_FOUND &&
        value != NULL && value->kind == BD_STRING && bd_instant_parse(value->text, &time)) {
        return time;
    }
    return BD_INSTANT_NONE;
}

static bool has_properties(const bd_value *record) {
    const bd_value *properties = bd_value_find(record, "properties");
    return properties != NULL && properties->kind == BD_OBJECT;
}

static void fill_graph(const bd_scan_context *context, const bd_value *value, bd_str raw_id,
                       bd_arena *arena, bd_record *out) {
    bd_str set = bd_path_name(context->context);
    out->type = bd_str_format(arena, "graph/%.*s", BD_ARG(set));
    out->key = raw_id.size > 0
                   ? bd_str_format(arena, "%.*s/%.*s", BD_ARG(set), BD_ARG(bd_str_lower(arena, raw_id)))
                   : (bd_str){"", 0};
    bd_str upn = text_of(value, "userPrincipalName");
    out->resource = upn.size > 0 ? upn : raw_id;
}

/* A Resource Graph projection without `properties` is an inventory: it shows that a resource exists and nothing
 * else, so it must not stand as evidence of the resource's settings. */
static const bd_source_def *settle_inventory(const bd_scan_context *context, const bd_value *value,
                                             const bd_source_def *source) {
    bool is_inventory = bd_str_eqz(context->declared, "S77") || context->is_graph_query;
    if (source == NULL || !is_inventory || has_properties(value) || source->types.count == 0) {
        return source;
    }
    const bd_source_def *inventory = bd_catalog_source(context->plan->catalog, BD_STR("S77"));
    return inventory != NULL ? inventory : source;
}

bool bd_scan_identify(const bd_scan_context *context, const bd_value *value, bd_arena *arena,
                      bd_record *out) {
    if (value->kind != BD_OBJECT) {
        return false;
    }
    bd_str raw_id = text_of(value, "id");
    bd_str id = bd_scan_normal_id(arena, raw_id);
    bd_str type = record_type(value, id, arena);
    const bd_source_def *source =
        bd_catalog_recognise(context->plan->catalog, type, context->context, id, context->table, value,
                             context->declared);
    if (source == NULL && type.size > 0 && id.size > 0) {
        /* a resource type without a reader of its own still counts in the inventory */
        source = bd_catalog_source(context->plan->catalog, BD_STR("S77"));
    }
    source = settle_inventory(context, value, source);
    if (source == NULL) {
        return false;
    }
    out->source = source;
    out->value = value;
    out->type = type.size > 0 ? type
                              : bd_str_format(arena, "source/%.*s",
                                              BD_ARG(bd_str_lower(arena, source->id)));
    out->key = id;
    out->resource = raw_id;
    if (context->context.size > 0 && type.size == 0) {
        fill_graph(context, value, raw_id, arena, out);
    }
    out->subscription = bd_scan_subscription_of(id);
    if (out->subscription.size == 0) {
        out->subscription = bd_str_lower(arena, text_of(value, "subscriptionId"));
    }
    out->scope = scope_of(source, id, out->subscription);
    out->time = own_time(source, value);
    return true;
}

void bd_scan_identify_row(const bd_source_def *source, const bd_value *row, bd_arena *arena,
                          bd_record *out) {
    bd_buf key;
    bd_buf_init(&key, 1 << 16);
    for (size_t i = 0; i < source->key.count; i++) {
        bd_str part = text_of(row, bd_str_z(arena, source->key.data[i]));
        if (i > 0) {
            bd_buf_putc(&key, '\x1f');
        }
        bd_buf_puts(&key, part);
    }
    bd_str upn = text_of(row, "upn");
    out->source = source;
    out->value = row;
    out->type = bd_str_format(arena, "csv/%.*s", BD_ARG(source->id));
    out->key = bd_str_copy(arena, bd_buf_str(&key));
    out->resource = upn.size > 0 ? upn : out->key;
    out->subscription = (bd_str){"", 0};
    out->scope = (bd_str){"", 0};
    out->time = own_time(source, row);
    bd_buf_clear(&key);
}
