/* What joins the two sides of a check: a closed list of key transforms. */
#include "bindery/rule.h"

#include "rule_priv.h"

#include <string.h>

/* Offset behind the last "/providers/", or 0. */
static size_t behind_provider(bd_str id) {
    bd_str mark = BD_STR("/providers/");
    for (size_t at = id.size; at >= mark.size; at--) {
        if (memcmp(id.data + at - mark.size, mark.data, mark.size) == 0) {
            return at;
        }
    }
    return 0;
}

/* namespace/type/name[/type/name ...] : the namespace and every other part behind it. */
bd_str type_of_id(bd_arena *arena, bd_str id) {
    size_t at = behind_provider(id);
    bd_str rest = bd_str_sub(id, at, id.size), piece, type = BD_STR("");
    if (at == 0 || !bd_str_cut(&rest, '/', &type)) {
        return BD_STR("");
    }
    for (size_t part = 0; bd_str_cut(&rest, '/', &piece); part++) {
        if (part % 2 == 0) {
            type = bd_str_format(arena, "%.*s/%.*s", BD_ARG(type), BD_ARG(piece));
        }
    }
    return type;
}

static bool has_type(const bd_strs *types, bd_str type) {
    for (size_t i = 0; i < types->count; i++) {
        if (bd_str_eq(types->data[i], type)) {
            return true;
        }
    }
    return false;
}

/* Drops the last "/type/name"; false when no more than the resource itself is left. */
static bool climb(bd_str *id) {
    size_t floor = behind_provider(*id), size = id->size;
    for (int parts = 0; parts < 2; parts++) {
        while (size > floor && id->data[size - 1] != '/') {
            size--;
        }
        if (size <= floor) {
            return false;
        }
        size--;
    }
    id->size = size;
    return true;
}

/* What hangs on a resource of another provider: ".../workspaces/w/providers/microsoft.securityinsights/x/y". */
static bool leave_provider(bd_str *id) {
    size_t mark = behind_provider(*id);
    bd_str host = bd_str_sub(*id, 0, mark == 0 ? 0 : mark - sizeof "/providers/" + 1);
    if (behind_provider(host) == 0) {
        return false;
    }
    *id = host;
    return true;
}

bd_str parent_of_id(bd_arena *arena, bd_str id, const bd_strs *types) {
    ptrdiff_t cut = bd_str_find(id, BD_STR("/providers/microsoft.insights/"));
    bd_str at = cut < 0 ? id : bd_str_sub(id, 0, (size_t)cut);
    if (cut < 0 && !climb(&at) && !leave_provider(&at)) {
        return BD_STR("");
    }
    do {
        if (has_type(types, type_of_id(arena, at))) {
            return at;
        }
    } while (climb(&at) || leave_provider(&at));
    return BD_STR("");
}

static bd_str resource_group_of(bd_arena *arena, bd_str id) {
    bd_str rest = bd_str_sub(id, 1, id.size), piece, out = BD_STR("");
    for (int part = 0; part < 4; part++) {
        if (!bd_str_cut(&rest, '/', &piece)) {
            return BD_STR("");
        }
        if (part == 2 && !bd_str_eqz(piece, "resourcegroups")) {
            return BD_STR("");
        }
        out = bd_str_format(arena, "%.*s/%.*s", BD_ARG(out), BD_ARG(piece));
    }
    return out;
}

static bd_str key_of_value(evaluation *eval, const bd_value *value) {
    if (bd_value_is_absent(value) || value->kind != BD_STRING) {
        return BD_STR("");
    }
    bool is_id = bd_str_ieq(bd_str_sub(value->text, 0, 15), BD_STR("/subscriptions/")) ||
                 bd_str_ieq(bd_str_sub(value->text, 0, 14), BD_STR("subscriptions/"));
    return is_id ? bd_resource_id(eval->scratch, value->text)
                 : bd_str_lower(eval->scratch, bd_str_trim(value->text));
}

static bd_str field_key(evaluation *eval, const path *field) {
    const bd_value *value = NULL;
    return find_value(eval, field, &value) == BD_LOOKUP_FOUND ? key_of_value(eval, value)
                                                              : BD_STR("");
}

bd_strs join_keys(evaluation *eval, const path *field) {
    selection values = {0};
    bd_strs keys = {0};
    bool is_clear = find_values(eval, field, &values);
    for (size_t i = 0; is_clear && i < values.count; i++) {
        bd_str key = key_of_value(eval, values.data[i]);
        if (key.size > 0 && !has_type(&keys, key)) {
            *bd_push(eval->scratch, &keys) = key;
        }
    }
    return keys;
}

bd_str join_key(evaluation *eval, const bd_record *record, bd_str id, key_transform transform,
                const path *field, const bd_strs *parent_types) {
    switch (transform) {
    case KEY_ID: return id;
    case KEY_PARENT: return parent_of_id(eval->scratch, id, parent_types);
    case KEY_RESOURCE_GROUP: return resource_group_of(eval->scratch, id);
    case KEY_SUBSCRIPTION: return record->subscription;
    case KEY_GUID_TAIL: return bd_path_name(id);
    case KEY_FIELD: return field_key(eval, field);
    }
    return BD_STR("");
}

bd_str bd_full_name(bd_arena *arena, bd_str id) {
    bd_str lower = bd_str_lower(arena, id);
    size_t at = behind_provider(lower);
    bd_str rest = bd_str_sub(id, at, id.size), piece, name = BD_STR("");
    if (at == 0) {
        return bd_path_name(id); /* a subscription or a resource group */
    }
    for (size_t part = 0; bd_str_cut(&rest, '/', &piece); part++) {
        if (part > 0 && part % 2 == 0) {
            name = name.size == 0 ? piece
                                  : bd_str_format(arena, "%.*s/%.*s", BD_ARG(name), BD_ARG(piece));
        }
    }
    return name;
}
