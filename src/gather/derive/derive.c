#include "bindery/derive.h"

#include "derive_priv.h"

static const bd_derivation derivations[] = {
    {"account-events", 1, map_account_events},
    {"active-people", 1, map_active_people},
    {"joiner-days", 1, map_joiner_days},
    {"leaver-accounts", 2, map_leaver_accounts},
    {"nsg-exposure", 2, map_nsg_exposure},
    {"nsg-writes", 2, map_nsg_writes},
    {"training-days", 1, map_training_days},
    {"vendor-onboardings", 1, map_vendor_onboardings},
};

const bd_derivation *bd_derivation_find(bd_str name) {
    for (size_t i = 0; i < BD_COUNT(derivations); i++) {
        if (bd_str_eqz(name, derivations[i].name)) {
            return &derivations[i];
        }
    }
    return NULL;
}

size_t bd_derivation_count(void) {
    return BD_COUNT(derivations);
}

const bd_derivation *bd_derivation_at(size_t index) {
    return &derivations[index];
}

/* ---- what all of them use
 * ------------------------------------------------------------------------------- */

void put_value(builder *build, const char *key, const bd_value *value) {
    BD_ASSERT(build->count < MEMBERS_MAX);
    if (value != NULL) {
        build->keys[build->count] = bd_str_of(key);
        build->values[build->count++] = value;
    }
}

void put_text(builder *build, const char *key, bd_str text) {
    put_value(build, key, text.size > 0 ? bd_value_string(build->arena, text) : NULL);
}

const bd_value *build_object(const builder *build) {
    return bd_value_object(build->arena, build->count, build->keys, build->values);
}

const bd_value *member(const bd_value *object, const char *key) {
    const bd_value *found = NULL;
    if (object == NULL || bd_value_lookup(object, bd_str_of(key), &found) != BD_LOOKUP_FOUND) {
        return NULL;
    }
    if (found->kind != BD_NULL) {
        return found;
    }
    const bd_value *properties = bd_value_find(object, "properties");
    return properties == NULL || properties->kind != BD_OBJECT ? NULL : member(properties, key);
}

bd_str member_text(const bd_value *object, const char *key) {
    const bd_value *found = member(object, key);
    if (found != NULL && found->kind == BD_OBJECT) {
        found = bd_value_find(found, "value"); /* {"value": "x", "localizedValue": "X"} */
    }
    return found != NULL && found->kind == BD_STRING ? bd_str_trim(found->text) : BD_STR("");
}

bd_str fold_text(bd_arena *arena, bd_str text) {
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

const bd_value *parse_text(bd_arena *arena, bd_str text) {
    const bd_value *out = NULL;
    bd_err ignored;
    return text.size == 0 ||
                   bd_failed(bd_json_parse(text, &bd_json_default_limits, arena, &out, &ignored))
               ? NULL
               : out;
}

bd_str resource_id(bd_arena *arena, bd_str id) {
    bd_str bare = bd_str_trim(id);
    while (bare.size > 0 && bare.data[bare.size - 1] == '/') {
        bare.size--;
    }
    bd_str lower = bd_str_lower(arena, bare);
    return lower.size == 0 || lower.data[0] == '/' ? lower
                                                   : bd_str_format(arena, "/%.*s", BD_ARG(lower));
}
