/* Template functions over lists and objects. */
#include "bindery/rule.h"

#include "function.h"

bool apply_length(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    switch (args[0]->kind) {
    case BD_STRING: return give_int(eval, (int64_t)char_count(args[0]->text), out);
    case BD_ARRAY:
    case BD_OBJECT: return give_int(eval, (int64_t)args[0]->count, out);
    case BD_NULL:
    case BD_BOOL:
    case BD_NUMBER: break;
    }
    return mismatch(eval, "length", "a text, a list or an object");
}

bool apply_empty(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    switch (args[0]->kind) {
    case BD_NULL: return give_bool(eval, true, out);
    case BD_STRING: return give_bool(eval, args[0]->text.size == 0, out);
    case BD_ARRAY:
    case BD_OBJECT: return give_bool(eval, args[0]->count == 0, out);
    case BD_BOOL:
    case BD_NUMBER: break;
    }
    return mismatch(eval, "empty", "a text, a list or an object");
}

static bool take_end(evaluation *eval, const bd_value *from, bool is_last, const char *name,
                     const bd_value **out) {
    if (from->kind == BD_ARRAY) {
        *out = from->count == 0 ? &null_value : &from->items[is_last ? from->count - 1 : 0];
        return true;
    }
    if (from->kind != BD_STRING) {
        return mismatch(eval, name, "a text or a list");
    }
    size_t has = char_count(from->text);
    size_t at = is_last && has > 0 ? byte_of_char(from->text, has - 1) : 0;
    bd_str tail = bd_str_sub(from->text, at, from->text.size);
    return give_text(eval, bd_str_sub(tail, 0, byte_of_char(tail, 1)), out);
}

bool apply_first(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return take_end(eval, args[0], false, "first", out);
}

bool apply_last(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return take_end(eval, args[0], true, "last", out);
}

static bool has_member(evaluation *eval, const bd_value *list, const bd_value *one) {
    for (size_t i = 0; i < list->count; i++) {
        if (is_same(eval, &list->items[i], one)) {
            return true;
        }
    }
    return false;
}

/* Of texts with regard to case, as the template function has it; the operator `contains` has none. */
bool apply_contains(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str part;
    if (args[0]->kind == BD_ARRAY) {
        return take_step(eval, args[0]->count) &&
               give_bool(eval, has_member(eval, args[0], args[1]), out);
    }
    if (args[0]->kind == BD_OBJECT && args[1]->kind == BD_STRING) {
        return give_bool(eval, member_of(args[0], args[1]->text) != NULL, out);
    }
    if (args[0]->kind != BD_STRING || !as_text(args[1], &part)) {
        return mismatch(eval, "contains", "a text, a list or an object");
    }
    return give_bool(eval, bd_str_find(args[0]->text, part) >= 0, out);
}

bool apply_create_object(evaluation *eval, arguments args, size_t count,
                         const bd_value **out) {
    bd_str *keys = bd_new(eval->scratch, bd_str, count / 2 + 1);
    const bd_value **values = bd_new(eval->scratch, const bd_value *, count / 2 + 1);
    for (size_t i = 0; i + 1 < count; i += 2) {
        if (args[i]->kind != BD_STRING) {
            return mismatch(eval, "createObject", "pairs of a key and a value");
        }
        keys[i / 2] = args[i]->text;
        values[i / 2] = args[i + 1];
    }
    if (count % 2 != 0) {
        return mismatch(eval, "createObject", "pairs of a key and a value");
    }
    *out = bd_value_object(eval->scratch, count / 2, keys, values);
    return true;
}

bool apply_create_array(evaluation *eval, arguments args, size_t count,
                        const bd_value **out) {
    *out = bd_value_array(eval->scratch, count, args);
    return true;
}

bool apply_array(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    *out = args[0]->kind == BD_ARRAY ? args[0] : bd_value_array(eval->scratch, count, args);
    return true;
}

typedef struct {
    BD_VEC(bd_str) keys;
    BD_VEC(const bd_value *) values;
} object_draft;

static void put_member(evaluation *eval, object_draft *draft, bd_str key, const bd_value *value) {
    for (size_t i = 0; i < draft->keys.count; i++) {
        if (bd_str_ieq(draft->keys.data[i], key)) {
            draft->values.data[i] = value;
            return;
        }
    }
    *bd_push(eval->scratch, &draft->keys) = key;
    *bd_push(eval->scratch, &draft->values) = value;
}

static bool is_in_all(evaluation *eval, arguments args, size_t count, const bd_value *one,
                      bd_str key) {
    for (size_t i = 1; i < count; i++) {
        const bd_value *other = args[0]->kind == BD_OBJECT ? member_of(args[i], key) : NULL;
        bool is_there = args[0]->kind == BD_OBJECT ? other != NULL && is_same(eval, other, one)
                                                   : has_member(eval, args[i], one);
        if (!is_there) {
            return false;
        }
    }
    return true;
}

/* Work grows with the product of the sizes: it is paid before it is done. */
static bool are_alike(evaluation *eval, arguments args, size_t count, const char *name) {
    size_t work = 0;
    for (size_t i = 0; i < count; i++) {
        if (args[i]->kind != args[0]->kind ||
            (args[i]->kind != BD_ARRAY && args[i]->kind != BD_OBJECT)) {
            return mismatch(eval, name, "lists alone or objects alone");
        }
        work += args[i]->count;
    }
    return take_step(eval, work < 65536 ? work * work : STEPS_MAX + (size_t)1);
}

bool apply_intersection(evaluation *eval, arguments args, size_t count,
                        const bd_value **out) {
    if (!are_alike(eval, args, count, "intersection")) {
        return false;
    }
    object_draft draft = {0};
    for (size_t i = 0; i < args[0]->count; i++) {
        bd_str key = args[0]->kind == BD_OBJECT ? args[0]->keys[i] : BD_STR("");
        if (is_in_all(eval, args, count, &args[0]->items[i], key)) {
            *bd_push(eval->scratch, &draft.keys) = key;
            *bd_push(eval->scratch, &draft.values) = &args[0]->items[i];
        }
    }
    *out =
        args[0]->kind == BD_OBJECT
            ? bd_value_object(eval->scratch, draft.keys.count, draft.keys.data, draft.values.data)
            : bd_value_array(eval->scratch, draft.values.count, draft.values.data);
    return true;
}

static bool is_kept(evaluation *eval, const object_draft *draft, const bd_value *one) {
    for (size_t i = 0; i < draft->values.count; i++) {
        if (is_same(eval, draft->values.data[i], one)) {
            return true;
        }
    }
    return false;
}

bool apply_union(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    if (!are_alike(eval, args, count, "union")) {
        return false;
    }
    object_draft draft = {0};
    bool is_object = args[0]->kind == BD_OBJECT;
    for (size_t i = 0; i < count; i++) {
        for (size_t m = 0; m < args[i]->count; m++) {
            if (is_object) {
                put_member(eval, &draft, args[i]->keys[m], &args[i]->items[m]);
            } else if (!is_kept(eval, &draft, &args[i]->items[m])) {
                *bd_push(eval->scratch, &draft.values) = &args[i]->items[m];
            }
        }
    }
    *out = is_object ? bd_value_object(eval->scratch, draft.keys.count, draft.keys.data,
                                       draft.values.data)
                     : bd_value_array(eval->scratch, draft.values.count, draft.values.data);
    return true;
}

bool apply_try_get(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)eval;
    *out = args[0];
    for (size_t i = 1; i < count; i++) {
        int64_t index = 0;
        const bd_value *next = args[i]->kind == BD_STRING ? member_of(*out, args[i]->text) : NULL;
        if (args[i]->kind == BD_NUMBER && as_int(args[i], &index) && (*out)->kind == BD_ARRAY &&
            index >= 0 && (uint64_t)index < (*out)->count) {
            next = &(*out)->items[index];
        }
        if (next == NULL) {
            *out = &null_value;
            return true;
        }
        *out = next;
    }
    return true;
}
