/* One record: building it, reading its members, answers of three values, texts and ids in one spelling. */
#include "bindery/derive.h"

/* ---- building ---- */

void bd_put_value(bd_builder *build, const char *key, const bd_value *value) {
    BD_ASSERT(build->count < BD_BUILDER_MOST);
    if (value != NULL) {
        build->keys[build->count] = bd_str_of(key);
        build->values[build->count++] = value;
    }
}

void bd_put_text(bd_builder *build, const char *key, bd_str text) {
    bd_put_value(build, key, text.size > 0 ? bd_value_string(build->arena, text) : NULL);
}

void bd_put_answer(bd_builder *build, const char *key, bd_answer value) {
    bd_put_value(build, key,
                 value == BD_UNKNOWN ? NULL : bd_value_bool(build->arena, value == BD_YES));
}

const bd_value *bd_build_object(const bd_builder *build) {
    return bd_value_object(build->arena, build->count, build->keys, build->values);
}

/* ---- reading ---- */

const bd_value *bd_member(const bd_value *object, const char *key) {
    const bd_value *found = NULL;
    if (object == NULL || bd_value_lookup(object, bd_str_of(key), &found) != BD_LOOKUP_FOUND) {
        return NULL;
    }
    if (found->kind != BD_NULL) {
        return found;
    }
    const bd_value *properties = bd_value_find(object, "properties");
    return properties == NULL || properties->kind != BD_OBJECT ? NULL : bd_member(properties, key);
}

bd_str bd_member_text(const bd_value *object, const char *key) {
    const bd_value *found = bd_member(object, key);
    if (found != NULL && found->kind == BD_OBJECT) {
        found = bd_value_find(found, "value"); /* {"value": "x", "localizedValue": "X"} */
    }
    return found != NULL && found->kind == BD_STRING ? bd_str_trim(found->text) : BD_STR("");
}

bd_answer bd_answer_of(const bd_value *record, const char *key) {
    const bd_value *found = bd_member(record, key);
    if (found == NULL) {
        return BD_UNKNOWN;
    }
    if (found->kind == BD_BOOL) {
        return found->boolean ? BD_YES : BD_NO;
    }
    bool is_text = found->kind == BD_STRING;
    if (is_text && bd_str_ieq(bd_str_trim(found->text), BD_STR("true"))) {
        return BD_YES;
    }
    return is_text && bd_str_ieq(bd_str_trim(found->text), BD_STR("false")) ? BD_NO : BD_UNKNOWN;
}

bool bd_member_is_set(const bd_value *record, const char *key) {
    return bd_answer_of(record, key) == BD_YES;
}

/* ---- answers ---- */

bd_answer bd_answer_or(bd_answer a, bd_answer b) {
    if (a == BD_YES || b == BD_YES) {
        return BD_YES;
    }
    return a == BD_UNKNOWN || b == BD_UNKNOWN ? BD_UNKNOWN : BD_NO;
}

bd_answer bd_answer_and(bd_answer a, bd_answer b) {
    if (a == BD_NO || b == BD_NO) {
        return BD_NO;
    }
    return a == BD_UNKNOWN || b == BD_UNKNOWN ? BD_UNKNOWN : BD_YES;
}

/* ---- texts and ids ---- */

bd_str bd_derive_fold_text(bd_arena *arena, bd_str text) {
    char *out = bd_new(arena, char, text.size * 2 + 8);
    size_t at = 0, size = 0;
    uint32_t c;
    while (bd_utf8_next(text, &at, &c)) {
        char bytes[4];
        size_t count = bd_utf8_put(bytes, bd_fold(c));
        for (size_t i = 0; i < count && size < text.size * 2 + 8; i++) {
            out[size++] = bytes[i];
        }
    }
    return (bd_str){out, size};
}

const bd_value *bd_derive_parse_text(bd_arena *arena, bd_str text) {
    const bd_value *out = NULL;
    bd_err ignored;
    return text.size == 0 || bd_failed(bd_json_parse_record(text, NULL, arena, &out, &ignored))
               ? NULL
               : out;
}

bd_str bd_id_tail(bd_arena *arena, bd_str id) {
    bd_str bare = bd_str_trim(id);
    while (bare.size > 0 && bare.data[bare.size - 1] == '/') {
        bare.size--;
    }
    size_t from = bare.size;
    while (from > 0 && bare.data[from - 1] != '/') {
        from--;
    }
    return bd_str_lower(arena, bd_str_sub(bare, from, bare.size));
}

static bool take_number(bd_str *rest, int64_t *number) {
    size_t size = 0;
    while (size < rest->size && rest->data[size] >= '0' && rest->data[size] <= '9') {
        size++;
    }
    bool is_fine = size > 0 && size <= 6 && bd_str_to_i64(bd_str_sub(*rest, 0, size), number);
    *rest = bd_str_sub(*rest, size, rest->size);
    return is_fine && rest->size > 0;
}

bool bd_derive_parse_minutes(bd_str text, int64_t *minutes) {
    bd_str rest = bd_str_trim(text);
    bool is_time = false, has_any = false;
    *minutes = 0;
    if (rest.size < 3 || rest.data[0] != 'P') {
        return false;
    }
    rest = bd_str_sub(rest, 1, rest.size);
    while (rest.size > 0) {
        if (rest.data[0] == 'T' && !is_time) {
            is_time = true;
            rest = bd_str_sub(rest, 1, rest.size);
            continue;
        }
        int64_t number;
        if (!take_number(&rest, &number)) {
            return false;
        }
        char unit = rest.data[0];
        rest = bd_str_sub(rest, 1, rest.size);
        has_any = true;
        if (!is_time && unit == 'D') {
            *minutes += number * 24 * 60;
        } else if (!is_time && unit == 'W') {
            *minutes += number * 7 * 24 * 60;
        } else if (is_time && unit == 'H') {
            *minutes += number * 60;
        } else if (is_time && unit == 'M') {
            *minutes += number;
        } else if (is_time && unit == 'S') {
            *minutes += (number + 59) / 60;
        } else {
            return false;
        }
    }
    return has_any;
}

/* ---- how much a scope reaches ---- */

bd_level bd_level_of_id(bd_str id) {
    bd_str group = BD_STR("/providers/microsoft.management/managementgroups/");
    bd_str subscription = BD_STR("/subscriptions/");
    if (bd_str_has_prefix(id, group)) {
        return bd_str_find(bd_str_sub(id, group.size, id.size), BD_STR("/")) < 0 ? BD_LEVEL_GROUP
                                                                                 : BD_LEVEL_LESS;
    }
    if (!bd_str_has_prefix(id, subscription)) {
        return BD_LEVEL_NOTHING;
    }
    return bd_str_find(bd_str_sub(id, subscription.size, id.size), BD_STR("/")) < 0
               ? BD_LEVEL_SUBSCRIPTION
               : BD_LEVEL_LESS;
}

bd_level bd_level_of_scope(bd_arena *arena, bd_str scope) {
    bd_str id = bd_resource_id(arena, scope);
    bool is_root = scope.size > 0 && (id.size == 0 || bd_str_eqz(id, "/"));
    return is_root ? BD_LEVEL_ROOT : bd_level_of_id(id);
}
