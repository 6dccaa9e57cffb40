/* Template functions that published policies use, as far as they have an answer offline.
 *
 * Each is pure.  What Azure calls an evaluation error (a length of a number, a date that is none) is unknown here and
 * said: an error must not become a verdict.  Sizes are bounded before anything is allocated. */
#include "bindery/rule.h"

#include "rule_priv.h"

typedef const bd_value *const *arguments;

static bool mismatch(evaluation *eval, const char *name, const char *expected) {
    note_trouble(eval, "%s(...) is given something else than %s", name, expected);
    return false;
}

static bool too_long(evaluation *eval, const char *name) {
    note_trouble(eval, "%s(...) makes more than %d bytes", name, TEXT_MAX);
    return false;
}

static bool give_text(evaluation *eval, bd_str text, const bd_value **out) {
    *out = bd_value_string(eval->scratch, text);
    return take_bytes(eval, text.size);
}

static bool give_bool(evaluation *eval, bool value, const bd_value **out) {
    *out = bd_value_bool(eval->scratch, value);
    return true;
}

static bool give_int(evaluation *eval, int64_t value, const bd_value **out) {
    *out = bd_value_integer(eval->scratch, value);
    return true;
}

/* Text, number or truth value as text. */
static bool as_text(const bd_value *value, bd_str *out) {
    switch (value->kind) {
    case BD_STRING:
    case BD_NUMBER: *out = value->text; return true;
    case BD_BOOL: *out = bd_str_of(value->boolean ? "True" : "False"); return true;
    case BD_NULL: *out = BD_STR(""); return true;
    case BD_ARRAY:
    case BD_OBJECT: break;
    }
    return false;
}

static bool as_int(const bd_value *value, int64_t *out) {
    return (value->kind == BD_NUMBER || value->kind == BD_STRING) &&
           bd_str_to_i64(value->text, out);
}

static bool is_same(evaluation *eval, const bd_value *a, const bd_value *b) {
    if (a->kind != b->kind) {
        return false;
    }
    switch (a->kind) {
    case BD_NULL: return true;
    case BD_BOOL: return a->boolean == b->boolean;
    case BD_NUMBER: return bd_number_cmp(a->text, b->text) == 0;
    case BD_STRING: return bd_str_eq(a->text, b->text);
    case BD_ARRAY:
    case BD_OBJECT: break;
    }
    bd_str text_a = bd_json_canonical(eval->scratch, a),
           text_b = bd_json_canonical(eval->scratch, b);
    return take_bytes(eval, text_a.size + text_b.size) && bd_str_eq(text_a, text_b);
}

static const bd_value *member_of(const bd_value *object, bd_str key) {
    for (size_t i = 0; object->kind == BD_OBJECT && i < object->count; i++) {
        if (bd_str_ieq(object->keys[i], key)) {
            return &object->items[i];
        }
    }
    return NULL;
}

/* Characters, not bytes. */
static size_t char_count(bd_str text) {
    size_t at = 0, count = 0;
    uint32_t c;
    while (bd_utf8_next(text, &at, &c)) {
        count++;
    }
    return count;
}

static size_t byte_of_char(bd_str text, size_t character) {
    size_t at = 0;
    uint32_t c;
    while (character-- > 0 && bd_utf8_next(text, &at, &c)) {
    }
    return at;
}

/* ---- texts
 * ---------------------------------------------------------------------------------------------- */

static bool join_lists(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    BD_VEC(const bd_value *) members = {0};
    for (size_t i = 0; i < count; i++) {
        if (args[i]->kind != BD_ARRAY) {
            return mismatch(eval, "concat", "lists alone or texts alone");
        }
        for (size_t m = 0; m < args[i]->count; m++) {
            *bd_push(eval->scratch, &members) = &args[i]->items[m];
        }
    }
    *out = bd_value_array(eval->scratch, members.count, members.data);
    return take_step(eval, members.count);
}

static bool apply_concat(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    if (args[0]->kind == BD_ARRAY) {
        return join_lists(eval, args, count, out);
    }
    bd_str *pieces = bd_new(eval->scratch, bd_str, count);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (!as_text(args[i], &pieces[i])) {
            return mismatch(eval, "concat", "lists alone or texts alone");
        }
        size += pieces[i].size;
        if (size > TEXT_MAX) {
            return too_long(eval, "concat");
        }
    }
    return give_text(eval, bd_str_concat(eval->scratch, pieces, count), out);
}

static bool fold_text(evaluation *eval, const bd_value *from, bool upper, const char *name,
                      const bd_value **out) {
    if (from->kind != BD_STRING) {
        return mismatch(eval, name, "a text");
    }
    char *bytes = bd_new(eval->scratch, char, from->text.size + 1);
    for (size_t i = 0; i < from->text.size; i++) {
        char c = from->text.data[i];
        bool is_turned = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
        bytes[i] = is_turned ? (char)(c ^ 0x20) : c;
    }
    return give_text(eval, (bd_str){bytes, from->text.size}, out);
}

static bool apply_to_lower(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return fold_text(eval, args[0], false, "toLower", out);
}

static bool apply_to_upper(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return fold_text(eval, args[0], true, "toUpper", out);
}

static bool apply_trim(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return args[0]->kind == BD_STRING ? give_text(eval, bd_str_trim(args[0]->text), out)
                                      : mismatch(eval, "trim", "a text");
}

static bool apply_replace(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str rest, old, new;
    if (!as_text(args[0], &rest) || !as_text(args[1], &old) || !as_text(args[2], &new) ||
        old.size == 0) {
        return mismatch(eval, "replace", "a text, a text that is not empty and a text");
    }
    bd_strs pieces = {0};
    size_t size = 0;
    for (ptrdiff_t at; (at = bd_str_find(rest, old)) >= 0;) {
        *bd_push(eval->scratch, &pieces) = bd_str_sub(rest, 0, (size_t)at);
        *bd_push(eval->scratch, &pieces) = new;
        size += (size_t)at + new.size;
        rest = bd_str_sub(rest, (size_t)at + old.size, rest.size);
        if (size > TEXT_MAX) {
            return too_long(eval, "replace");
        }
    }
    *bd_push(eval->scratch, &pieces) = rest;
    return give_text(eval, bd_str_concat(eval->scratch, pieces.data, pieces.count), out);
}

static bool apply_substring(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    int64_t from = 0, size = 0;
    size_t has = args[0]->kind == BD_STRING ? char_count(args[0]->text) : 0;
    bool is_fine =
        args[0]->kind == BD_STRING && as_int(args[1], &from) && from >= 0 && (uint64_t)from <= has;
    size = (int64_t)has - from;
    if (is_fine && count > 2) {
        is_fine = as_int(args[2], &size) && size >= 0 && (uint64_t)size <= has - (uint64_t)from;
    }
    if (!is_fine) {
        return mismatch(eval, "substring", "a text and a part that lies in it");
    }
    size_t start = byte_of_char(args[0]->text, (size_t)from);
    bd_str tail = bd_str_sub(args[0]->text, start, args[0]->text.size);
    return give_text(eval, bd_str_sub(tail, 0, byte_of_char(tail, (size_t)size)), out);
}

static bool apply_pad_left(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    int64_t width = 0;
    bd_str text, pad = BD_STR(" ");
    bool is_fine = as_text(args[0], &text) && args[0]->kind != BD_NULL && as_int(args[1], &width) &&
                   width >= 0 &&
                   (count < 3 || (args[2]->kind == BD_STRING && char_count(args[2]->text) == 1));
    if (!is_fine) {
        return mismatch(eval, "padLeft", "a text, a width and one character");
    }
    if (width > TEXT_MAX / 4) {
        return too_long(eval, "padLeft");
    }
    pad = count > 2 ? args[2]->text : pad;
    size_t has = char_count(text), lacks = (size_t)width > has ? (size_t)width - has : 0;
    bd_str *pieces = bd_new(eval->scratch, bd_str, lacks + 1);
    for (size_t i = 0; i < lacks; i++) {
        pieces[i] = pad;
    }
    pieces[lacks] = text;
    return give_text(eval, bd_str_concat(eval->scratch, pieces, lacks + 1), out);
}

/* How many bytes of `text` the longest delimiter at its start has; 0: none stands there. */
static size_t delimiter_at(bd_str text, const bd_value *delimiters) {
    size_t longest = 0;
    size_t count = delimiters->kind == BD_ARRAY ? delimiters->count : 1;
    for (size_t i = 0; i < count; i++) {
        const bd_value *one = delimiters->kind == BD_ARRAY ? &delimiters->items[i] : delimiters;
        if (one->kind == BD_STRING && one->text.size > longest &&
            bd_str_has_prefix(text, one->text)) {
            longest = one->text.size;
        }
    }
    return longest;
}

static bool apply_split(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str text;
    bool is_fine = as_text(args[0], &text) &&
                   (args[1]->kind == BD_STRING || args[1]->kind == BD_ARRAY) &&
                   text.size <= TEXT_MAX;
    if (!is_fine) {
        return mismatch(eval, "split", "a text and what divides it");
    }
    BD_VEC(const bd_value *) parts = {0};
    size_t from = 0;
    for (size_t at = 0; at < text.size;) {
        size_t size = delimiter_at(bd_str_sub(text, at, text.size), args[1]);
        if (size == 0) {
            at++;
            continue;
        }
        *bd_push(eval->scratch, &parts) =
            bd_value_string(eval->scratch, bd_str_sub(text, from, at));
        at += size;
        from = at;
    }
    *bd_push(eval->scratch, &parts) =
        bd_value_string(eval->scratch, bd_str_sub(text, from, text.size));
    *out = bd_value_array(eval->scratch, parts.count, parts.data);
    return take_bytes(eval, parts.count * sizeof(bd_value) + text.size);
}

static bool apply_string(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str text;
    return give_text(
        eval, as_text(args[0], &text) ? text : bd_json_canonical(eval->scratch, args[0]), out);
}

static bool apply_base64(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (args[0]->kind != BD_STRING) {
        return mismatch(eval, "base64", "a text");
    }
    bd_str text = args[0]->text;
    if (text.size > TEXT_MAX / 2) {
        return too_long(eval, "base64");
    }
    char *bytes = bd_new(eval->scratch, char, text.size / 3 * 4 + 5);
    size_t size = 0;
    for (size_t at = 0; at < text.size; at += 3) {
        uint32_t three = 0;
        size_t has = text.size - at < 3 ? text.size - at : 3;
        for (size_t i = 0; i < 3; i++) {
            three = three << 8 | (i < has ? (uint8_t)text.data[at + i] : 0u);
        }
        for (size_t i = 0; i < 4; i++) {
            bytes[size++] = i <= has ? digits[three >> (18 - 6 * i) & 63] : '=';
        }
    }
    return give_text(eval, (bd_str){bytes, size}, out);
}

static bool find_ends(evaluation *eval, arguments args, const char *name, bool at_end,
                      const bd_value **out) {
    if (args[0]->kind != BD_STRING || args[1]->kind != BD_STRING) {
        return mismatch(eval, name, "two texts");
    }
    bd_str text = args[0]->text, part = args[1]->text;
    size_t from = at_end && text.size >= part.size ? text.size - part.size : 0;
    return give_bool(eval,
                     text.size >= part.size &&
                         bd_str_fold_cmp(bd_str_sub(text, from, from + part.size), part) == 0,
                     out);
}

static bool apply_starts_with(evaluation *eval, arguments args, size_t count,
                              const bd_value **out) {
    (void)count;
    return find_ends(eval, args, "startsWith", false, out);
}

static bool apply_ends_with(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return find_ends(eval, args, "endsWith", true, out);
}

/* ---- lists and objects
 * ---------------------------------------------------------------------------------- */

static bool apply_length(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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

static bool apply_empty(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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

static bool apply_first(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return take_end(eval, args[0], false, "first", out);
}

static bool apply_last(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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
static bool apply_contains(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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

static bool apply_create_object(evaluation *eval, arguments args, size_t count,
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

static bool apply_create_array(evaluation *eval, arguments args, size_t count,
                               const bd_value **out) {
    *out = bd_value_array(eval->scratch, count, args);
    return true;
}

static bool apply_array(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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

static bool apply_intersection(evaluation *eval, arguments args, size_t count,
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

static bool apply_union(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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

static bool apply_try_get(evaluation *eval, arguments args, size_t count, const bd_value **out) {
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

/* ---- truth and numbers
 * ---------------------------------------------------------------------------------- */

int truth_of_value(const bd_value *value) {
    if (value->kind == BD_BOOL) {
        return value->boolean ? 1 : 0;
    }
    if (value->kind != BD_STRING) {
        return -1;
    }
    return bd_str_ieq(value->text, BD_STR("true"))    ? 1
           : bd_str_ieq(value->text, BD_STR("false")) ? 0
                                                      : -1;
}

static bool apply_not(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    int truth = truth_of_value(args[0]);
    return truth >= 0 ? give_bool(eval, truth == 0, out) : mismatch(eval, "not", "a truth value");
}

static bool apply_bool(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    int64_t number;
    int truth = truth_of_value(args[0]);
    if (truth < 0 && as_int(args[0], &number)) {
        truth = number != 0;
    }
    return truth >= 0 ? give_bool(eval, truth == 1, out)
                      : mismatch(eval, "bool", "a truth value or a number");
}

static bool apply_int(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    int64_t number;
    if (as_int(args[0], &number)) {
        return give_int(eval, number, out);
    }
    note_trouble(eval, "'%.*s' is no whole number", BD_ARG(visible_value(eval->scratch, args[0])));
    return false;
}

static bool apply_equals(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return give_bool(eval, is_same(eval, args[0], args[1]), out);
}

static bool order(evaluation *eval, arguments args, const char *name, int *out) {
    bool are_numbers = args[0]->kind == BD_NUMBER && args[1]->kind == BD_NUMBER;
    bool are_texts = args[0]->kind == BD_STRING && args[1]->kind == BD_STRING;
    if (!are_numbers && !are_texts) {
        return mismatch(eval, name, "two numbers or two texts");
    }
    *out = are_numbers ? bd_number_cmp(args[0]->text, args[1]->text)
                       : bd_str_cmp(args[0]->text, args[1]->text);
    return true;
}

#define DEFINE_ORDER(suffix, name, test)                                                           \
    static bool apply_##suffix(evaluation *eval, arguments args, size_t count,                     \
                               const bd_value **out) {                                             \
        (void)count;                                                                               \
        int sign = 0;                                                                              \
        return order(eval, args, name, &sign) && give_bool(eval, sign test 0, out);                \
    }
DEFINE_ORDER(less, "less", <)
DEFINE_ORDER(less_or_equals, "lessOrEquals", <=)
DEFINE_ORDER(greater, "greater", >)
DEFINE_ORDER(greater_or_equals, "greaterOrEquals", >=)

typedef bool arithmetic(int64_t a, int64_t b, int64_t *out);

static bool compute_add(int64_t a, int64_t b, int64_t *out) {
    return !__builtin_add_overflow(a, b, out);
}
static bool compute_sub(int64_t a, int64_t b, int64_t *out) {
    return !__builtin_sub_overflow(a, b, out);
}
static bool compute_mul(int64_t a, int64_t b, int64_t *out) {
    return !__builtin_mul_overflow(a, b, out);
}
static bool compute_div(int64_t a, int64_t b, int64_t *out) {
    bool is_fine = b != 0 && !(a == INT64_MIN && b == -1);
    *out = is_fine ? a / b : 0;
    return is_fine;
}
static bool compute_mod(int64_t a, int64_t b, int64_t *out) {
    bool is_fine = b != 0 && !(a == INT64_MIN && b == -1);
    *out = is_fine ? a % b : 0;
    return is_fine;
}
static bool compute_max(int64_t a, int64_t b, int64_t *out) {
    *out = a > b ? a : b;
    return true;
}
static bool compute_min(int64_t a, int64_t b, int64_t *out) {
    *out = a < b ? a : b;
    return true;
}

/* All arguments, or the members of the one list. */
static bool calculate(evaluation *eval, arguments args, size_t count, const char *name,
                      arithmetic *compute, const bd_value **out) {
    bool is_list = count == 1 && args[0]->kind == BD_ARRAY && args[0]->count > 0;
    size_t terms = is_list ? args[0]->count : count;
    int64_t sum = 0;
    for (size_t i = 0; i < terms; i++) {
        int64_t term = 0;
        const bd_value *one = is_list ? &args[0]->items[i] : args[i];
        bool is_fine = one->kind == BD_NUMBER && as_int(one, &term);
        if (!is_fine || (i > 0 && !compute(sum, term, &term))) {
            return mismatch(eval, name, "whole numbers with a result of 64 bits");
        }
        sum = term;
    }
    return give_int(eval, sum, out);
}

#define DEFINE_ARITHMETIC(suffix)                                                                  \
    static bool apply_##suffix(evaluation *eval, arguments args, size_t count,                     \
                               const bd_value **out) {                                             \
        return calculate(eval, args, count, #suffix, compute_##suffix, out);                       \
    }
DEFINE_ARITHMETIC(add)
DEFINE_ARITHMETIC(sub)
DEFINE_ARITHMETIC(mul)
DEFINE_ARITHMETIC(div)
DEFINE_ARITHMETIC(mod)
DEFINE_ARITHMETIC(max)
DEFINE_ARITHMETIC(min)

static bool apply_true(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)args;
    (void)count;
    return give_bool(eval, true, out);
}

static bool apply_false(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)args;
    (void)count;
    return give_bool(eval, false, out);
}

static bool apply_null(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)eval;
    (void)args;
    (void)count;
    *out = &null_value;
    return true;
}

/* ---- time
 * ----------------------------------------------------------------------------------------------- */

static bool apply_utc_now(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)args;
    (void)count;
    if (eval->setting == NULL) {
        note_trouble(eval, "utcNow() has no instant here");
        return false;
    }
    return give_text(eval, bd_instant_format(eval->scratch, eval->setting->as_of), out);
}

#define DAYS_MAX 3652059 /* 9999 years */

static bool apply_add_days(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    int64_t days = 0;
    bd_instant at = 0;
    bd_day day;
    bool is_time = (args[0]->kind == BD_STRING || args[0]->kind == BD_NUMBER) &&
                   bd_instant_parse(args[0]->text, &at);
    if (!is_time && args[0]->kind == BD_STRING && bd_day_parse(args[0]->text, &day)) {
        at = (bd_instant)day * (24 * BD_HOUR);
        is_time = true;
    }
    if (!is_time) {
        note_trouble(eval,
                     "'%.*s' is no day or time; expected such as 2026-03-31 or "
                     "2026-03-31T17:00:00Z",
                     BD_ARG(visible_value(eval->scratch, args[0])));
        return false;
    }
    if (!as_int(args[1], &days) || days > DAYS_MAX || days < -DAYS_MAX) {
        return mismatch(eval, "addDays", "an instant and a number of days");
    }
    bd_instant end;
    if (__builtin_add_overflow(at, days * (24 * BD_HOUR), &end) ||
        end > (bd_instant)253402300799 * BD_SECOND || end < (bd_instant)-62135596800 * BD_SECOND) {
        return mismatch(eval, "addDays", "an instant whose end has a date");
    }
    return give_text(eval, bd_instant_format(eval->scratch, end), out);
}

static bool apply_ip_range_contains(evaluation *eval, arguments args, size_t count,
                                    const bd_value **out) {
    (void)count;
    bool contains = false;
    bool is_fine = args[0]->kind == BD_STRING && args[1]->kind == BD_STRING &&
                   compare_ranges(args[0]->text, args[1]->text, &contains);
    if (!is_fine) {
        return mismatch(eval, "ipRangeContains", "two ranges of one version of IP");
    }
    return give_bool(eval, contains, out);
}

/* ---- what surrounds the record
 * -------------------------------------------------------------------------- */

/* A resource that exists is judged by the newest version of its interface, so that "this version or a later one" is
 * true. */
static bool apply_request_context(evaluation *eval, arguments args, size_t count,
                                  const bd_value **out) {
    (void)args;
    (void)count;
    bd_str key = BD_STR("apiVersion");
    const bd_value *latest = bd_value_string(eval->scratch, BD_STR("9999-12-31"));
    *out = bd_value_object(eval->scratch, 1, &key, &latest);
    return true;
}

/* The piece behind "/NAME/" of an id, with regard to no case. */
static bd_str id_piece(bd_str id, const char *name) {
    bd_str rest = id, piece;
    bool is_next = false;
    while (bd_str_cut(&rest, '/', &piece)) {
        if (is_next) {
            return piece;
        }
        is_next = bd_str_ieq(piece, bd_str_of(name));
    }
    return BD_STR("");
}

static bool apply_subscription(evaluation *eval, arguments args, size_t count,
                               const bd_value **out) {
    (void)args;
    (void)count;
    bd_str guid = eval->setting == NULL ? BD_STR("") : id_piece(eval->setting->id, "subscriptions");
    if (guid.size == 0) {
        note_trouble(eval, "subscription() is not known of a record without an id");
        return false;
    }
    const bd_str keys[] = {BD_STR("id"), BD_STR("subscriptionId")};
    const bd_value *values[] = {
        bd_value_string(eval->scratch,
                        bd_str_format(eval->scratch, "/subscriptions/%.*s", BD_ARG(guid))),
        bd_value_string(eval->scratch, guid)};
    *out = bd_value_object(eval->scratch, 2, keys, values);
    return true;
}

/* Name and id stand in the id of the resource; all else only in the record of the group. */
static bool apply_resource_group(evaluation *eval, arguments args, size_t count,
                                 const bd_value **out) {
    (void)args;
    (void)count;
    bd_str id = eval->setting == NULL ? BD_STR("") : eval->setting->id;
    bd_str name = id_piece(id, "resourceGroups"), guid = id_piece(id, "subscriptions");
    if (name.size == 0) {
        note_trouble(eval, "resourceGroup() is not known of a record without an id");
        return false;
    }
    if (eval->setting->group != NULL) {
        *out = eval->setting->group;
        return true;
    }
    const bd_str keys[] = {BD_STR("name"), BD_STR("id")};
    const bd_value *values[] = {
        bd_value_string(eval->scratch, name),
        bd_value_string(eval->scratch,
                        bd_str_format(eval->scratch, "/subscriptions/%.*s/resourceGroups/%.*s",
                                      BD_ARG(guid), BD_ARG(name)))};
    *out = bd_value_object(eval->scratch, 2, keys, values);
    return true;
}

static bool apply_policy(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)args;
    (void)count;
    (void)out;
    note_trouble(eval, "policy() is known to the assignment in Azure only");
    return false;
}

/* Azure's own hash, which it does not publish. */
static bool apply_unique_string(evaluation *eval, arguments args, size_t count,
                                const bd_value **out) {
    (void)args;
    (void)count;
    (void)out;
    note_trouble(eval, "uniqueString(...) is computed in Azure only");
    return false;
}

/* ---- the table
 * ------------------------------------------------------------------------------------------- */

#define ANY 4096

static const function functions[] = {
    {"add", 2, 2, apply_add, LAZY_NOT, true},
    {"addDays", 2, 2, apply_add_days, LAZY_NOT, true},
    {"and", 1, ANY, NULL, LAZY_AND, true},
    {"array", 1, 1, apply_array, LAZY_NOT, true},
    {"base64", 1, 1, apply_base64, LAZY_NOT, true},
    {"bool", 1, 1, apply_bool, LAZY_NOT, true},
    {"coalesce", 1, ANY, NULL, LAZY_COALESCE, true},
    {"concat", 1, ANY, apply_concat, LAZY_NOT, true},
    {"contains", 2, 2, apply_contains, LAZY_NOT, true},
    {"createArray", 0, ANY, apply_create_array, LAZY_NOT, true},
    {"createObject", 0, ANY, apply_create_object, LAZY_NOT, true},
    {"div", 2, 2, apply_div, LAZY_NOT, true},
    {"empty", 1, 1, apply_empty, LAZY_NOT, true},
    {"endsWith", 2, 2, apply_ends_with, LAZY_NOT, true},
    {"equals", 2, 2, apply_equals, LAZY_NOT, true},
    {"false", 0, 0, apply_false, LAZY_NOT, true},
    {"first", 1, 1, apply_first, LAZY_NOT, true},
    {"greater", 2, 2, apply_greater, LAZY_NOT, true},
    {"greaterOrEquals", 2, 2, apply_greater_or_equals, LAZY_NOT, true},
    {"if", 3, 3, NULL, LAZY_IF, true},
    {"int", 1, 1, apply_int, LAZY_NOT, true},
    {"intersection", 2, ANY, apply_intersection, LAZY_NOT, true},
    {"ipRangeContains", 2, 2, apply_ip_range_contains, LAZY_NOT, true},
    {"last", 1, 1, apply_last, LAZY_NOT, true},
    {"length", 1, 1, apply_length, LAZY_NOT, true},
    {"less", 2, 2, apply_less, LAZY_NOT, true},
    {"lessOrEquals", 2, 2, apply_less_or_equals, LAZY_NOT, true},
    {"max", 1, ANY, apply_max, LAZY_NOT, true},
    {"min", 1, ANY, apply_min, LAZY_NOT, true},
    {"mod", 2, 2, apply_mod, LAZY_NOT, true},
    {"mul", 2, 2, apply_mul, LAZY_NOT, true},
    {"not", 1, 1, apply_not, LAZY_NOT, true},
    {"null", 0, 0, apply_null, LAZY_NOT, true},
    {"or", 1, ANY, NULL, LAZY_OR, true},
    {"padLeft", 2, 3, apply_pad_left, LAZY_NOT, true},
    {"policy", 0, 0, apply_policy, LAZY_NOT, false},
    {"replace", 3, 3, apply_replace, LAZY_NOT, true},
    {"requestContext", 0, 0, apply_request_context, LAZY_NOT, true},
    {"resourceGroup", 0, 0, apply_resource_group, LAZY_NOT, false},
    {"split", 2, 2, apply_split, LAZY_NOT, true},
    {"startsWith", 2, 2, apply_starts_with, LAZY_NOT, true},
    {"string", 1, 1, apply_string, LAZY_NOT, true},
    {"sub", 2, 2, apply_sub, LAZY_NOT, true},
    {"subscription", 0, 0, apply_subscription, LAZY_NOT, false},
    {"substring", 2, 3, apply_substring, LAZY_NOT, true},
    {"toLower", 1, 1, apply_to_lower, LAZY_NOT, true},
    {"toUpper", 1, 1, apply_to_upper, LAZY_NOT, true},
    {"trim", 1, 1, apply_trim, LAZY_NOT, true},
    {"true", 0, 0, apply_true, LAZY_NOT, true},
    {"tryGet", 2, ANY, apply_try_get, LAZY_NOT, true},
    {"union", 2, ANY, apply_union, LAZY_NOT, true},
    {"uniqueString", 1, ANY, apply_unique_string, LAZY_NOT, false},
    {"utcNow", 0, 0, apply_utc_now, LAZY_NOT, false},
};

const function *find_function(bd_str name) {
    for (size_t i = 0; i < BD_COUNT(functions); i++) {
        if (bd_str_ieq(name, bd_str_of(functions[i].name))) {
            return &functions[i];
        }
    }
    return NULL;
}

const char *nearest_function(bd_arena *arena, bd_str name) {
    const char **known = bd_new(arena, const char *, BD_COUNT(functions) + 3);
    for (size_t i = 0; i < BD_COUNT(functions); i++) {
        known[i] = functions[i].name;
    }
    known[BD_COUNT(functions)] = "parameters";
    known[BD_COUNT(functions) + 1] = "field";
    known[BD_COUNT(functions) + 2] = "current";
    return bd_catalog_nearest(known, BD_COUNT(functions) + 3, name);
}
