#include "bindery/value.h"

#include <string.h>

const bd_value *bd_value_find_str(const bd_value *object, bd_str key) {
    if (object == NULL || object->kind != BD_OBJECT) {
        return NULL;
    }
    for (size_t i = 0; i < object->count; i++) {
        if (object->keys[i].size == key.size && bd_str_eq(object->keys[i], key)) {
            return &object->items[i];
        }
    }
    return NULL;
}

size_t bd_value_count(const bd_value *list) {
    return list != NULL && list->kind == BD_ARRAY ? list->count : 0;
}

const bd_value *bd_value_find(const bd_value *object, const char *key) {
    return bd_value_find_str(object, bd_str_of(key));
}

/* Whether two keys of one length may be alike: their first bytes are, but for the bit of the case. */
static bool may_match(bd_str a, bd_str b) {
    return a.size == b.size && (a.size == 0 || ((a.data[0] ^ b.data[0]) & ~0x20) == 0);
}

/* In one pass, for most of what is looked for is not there: the key as it is written, else the only one that differs
 * from it in case alone. */
static bd_lookup find_folded(const bd_value *object, bd_str key, const bd_value **out) {
    size_t alike = 0;
    *out = NULL;
    if (object == NULL || object->kind != BD_OBJECT) {
        return BD_LOOKUP_ABSENT;
    }
    for (size_t i = 0; i < object->count; i++) {
        if (!may_match(object->keys[i], key)) {
            continue;
        }
        if (bd_str_eq(object->keys[i], key)) {
            *out = &object->items[i];
            return BD_LOOKUP_FOUND;
        }
        if (bd_str_ieq(object->keys[i], key)) {
            *out = &object->items[i];
            alike++;
        }
    }
    *out = alike == 1 ? *out : NULL;
    return alike > 1 ? BD_LOOKUP_AMBIGUOUS : alike == 1 ? BD_LOOKUP_FOUND : BD_LOOKUP_ABSENT;
}

bd_lookup bd_value_lookup(const bd_value *object, bd_str key, const bd_value **out) {
    bd_lookup own = find_folded(object, key, out);
    if (own != BD_LOOKUP_ABSENT) {
        return own;
    }
    const bd_value *properties;
    bd_lookup has = find_folded(object, BD_STR("properties"), &properties);
    if (has == BD_LOOKUP_AMBIGUOUS) {
        return has;
    }
    return has == BD_LOOKUP_FOUND ? find_folded(properties, key, out) : BD_LOOKUP_ABSENT;
}

bd_str bd_value_text(const bd_value *object, const char *key) {
    const bd_value *member = bd_value_find(object, key);
    return member != NULL && member->kind == BD_STRING ? member->text : (bd_str){NULL, 0};
}

bool bd_value_is_true(const bd_value *object, const char *key) {
    const bd_value *member = bd_value_find(object, key);
    return member != NULL && member->kind == BD_BOOL && member->boolean;
}

bool bd_value_i64(const bd_value *object, const char *key, int64_t *out) {
    const bd_value *member = bd_value_find(object, key);
    return member != NULL && member->kind == BD_NUMBER && bd_str_to_i64(member->text, out);
}

static bool is_first_instant(bd_str text) {
    if (!bd_str_has_prefix(text, BD_STR("0001-01-01T00:00:00"))) {
        return false;
    }
    size_t at = sizeof "0001-01-01T00:00:00" - 1;
    if (at < text.size && text.data[at] == '.') {
        at++;
        while (at < text.size && text.data[at] == '0') {
            at++;
        }
    }
    bd_str zone = bd_str_sub(text, at, text.size);
    return zone.size == 0 || bd_str_eqz(zone, "Z") || bd_str_eqz(zone, "+00:00");
}

bool bd_value_is_absent(const bd_value *value) {
    if (value == NULL || value->kind == BD_NULL) {
        return true;
    }
    if (value->kind != BD_STRING) {
        return false;
    }
    return value->text.size == 0 ||
           bd_str_eqz(value->text, "00000000-0000-0000-0000-000000000000") ||
           is_first_instant(value->text);
}

/* ---- numbers ---- */

/* 0.d1 d2 d3 ... x 10^scale with d1 not zero; no digits: zero. */
typedef struct {
    bool is_negative;
    const char *digits, *end; /* a '.' may lie between */
    int64_t scale;
} decimal;

#define LARGEST_EXPONENT INT64_C(1000000000000)

static int64_t exponent_of(const char *at, const char *end) {
    bool is_negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) {
        at++;
    }
    int64_t exponent = 0;
    for (; at < end; at++) {
        exponent = exponent * 10 + (*at - '0');
        if (exponent > LARGEST_EXPONENT) {
            exponent = LARGEST_EXPONENT;
        }
    }
    return is_negative ? -exponent : exponent;
}

static decimal decimal_of(bd_str text) {
    decimal d = {0};
    const char *at = text.data;
    const char *end = at + text.size;
    d.is_negative = at < end && *at == '-';
    at += d.is_negative ? 1 : 0;
    const char *mantissa_end = at;
    while (mantissa_end < end && *mantissa_end != 'e' && *mantissa_end != 'E') {
        mantissa_end++;
    }
    d.scale = mantissa_end < end ? exponent_of(mantissa_end + 1, end) : 0;
    const char *point = memchr(at, '.', (size_t)(mantissa_end - at));
    const char *whole_end = point != NULL ? point : mantissa_end;
    while (at < mantissa_end && (*at == '0' || *at == '.')) {
        at++;
    }
    d.scale += at < whole_end ? whole_end - at : whole_end + 1 - at;
    d.digits = at;
    d.end = mantissa_end;
    return d;
}

static int next_digit(decimal *d) {
    if (d->digits < d->end && *d->digits == '.') {
        d->digits++;
    }
    return d->digits < d->end ? *d->digits++ - '0' : 0;
}

static int cmp_magnitude(decimal a, decimal b) {
    bool a_is_zero = a.digits == a.end;
    bool b_is_zero = b.digits == b.end;
    if (a_is_zero || b_is_zero) {
        return (int)b_is_zero - (int)a_is_zero;
    }
    if (a.scale != b.scale) {
        return a.scale < b.scale ? -1 : 1;
    }
    while (a.digits < a.end || b.digits < b.end) {
        int order = next_digit(&a) - next_digit(&b);
        if (order != 0) {
            return order;
        }
    }
    return 0;
}

int bd_number_cmp(bd_str a, bd_str b) {
    decimal x = decimal_of(a);
    decimal y = decimal_of(b);
    x.is_negative = x.is_negative && x.digits < x.end; /* -0 is 0 */
    y.is_negative = y.is_negative && y.digits < y.end;
    if (x.is_negative != y.is_negative) {
        return x.is_negative ? -1 : 1;
    }
    return x.is_negative ? cmp_magnitude(y, x) : cmp_magnitude(x, y);
}

/* ---- JSON Pointer (RFC 6901) ---- */

/* True if the escaped token of a pointer spells `key`; `*is_sound` turns false at a wrong escape.
 */
static bool is_token_of(bd_str token, bd_str key, bool *is_sound) {
    size_t k = 0;
    bool is_same = true;
    for (size_t t = 0; t < token.size; t++, k++) {
        char c = token.data[t];
        if (c == '~') {
            t++;
            if (t == token.size || (token.data[t] != '0' && token.data[t] != '1')) {
                *is_sound = false;
                return false;
            }
            c = token.data[t] == '0' ? '~' : '/';
        }
        is_same = is_same && k < key.size && key.data[k] == c;
    }
    return is_same && k == key.size;
}

static const bd_value *find_step(const bd_value *at, bd_str token) {
    bool is_sound = true;
    if (at->kind == BD_OBJECT) {
        for (size_t i = 0; i < at->count && is_sound; i++) {
            if (is_token_of(token, at->keys[i], &is_sound)) {
                return &at->items[i];
            }
        }
        return NULL;
    }
    int64_t index;
    bool is_index = token.size > 0 && token.data[0] != '-' &&
                    (token.size == 1 || token.data[0] != '0') && bd_str_to_i64(token, &index);
    if (at->kind != BD_ARRAY || !is_index || (uint64_t)index >= at->count) {
        return NULL;
    }
    return &at->items[index];
}

const bd_value *bd_value_at(const bd_value *root, bd_str pointer) {
    if (root == NULL || pointer.size == 0) {
        return root;
    }
    if (pointer.data[0] != '/') {
        return NULL;
    }
    bd_str rest = bd_str_sub(pointer, 1, pointer.size);
    bd_str token;
    while (root != NULL && bd_str_cut(&rest, '/', &token)) {
        root = find_step(root, token);
    }
    return root;
}

/* ---- building ---- */

static void copy_into(bd_arena *arena, const bd_value *from, bd_value *to) {
    *to = *from;
    if (from->kind == BD_STRING || from->kind == BD_NUMBER) {
        to->text = bd_str_copy(arena, from->text);
    }
    if (from->count == 0) {
        return;
    }
    to->items = bd_new(arena, bd_value, from->count);
    to->keys = from->kind == BD_OBJECT ? bd_new(arena, bd_str, from->count) : NULL;
    for (size_t i = 0; i < from->count; i++) {
        copy_into(arena, &from->items[i], &to->items[i]);
        if (to->keys != NULL) {
            to->keys[i] = bd_str_copy(arena, from->keys[i]);
        }
    }
}

bd_value *bd_value_copy(bd_arena *arena, const bd_value *value) {
    bd_value *copy = bd_new(arena, bd_value, 1);
    copy_into(arena, value, copy);
    return copy;
}

bd_value *bd_value_string(bd_arena *arena, bd_str text) {
    bd_value *made = bd_new(arena, bd_value, 1);
    made->kind = BD_STRING;
    made->text = bd_str_copy(arena, text);
    return made;
}

bd_value *bd_value_bool(bd_arena *arena, bool value) {
    bd_value *made = bd_new(arena, bd_value, 1);
    made->kind = BD_BOOL;
    made->boolean = value;
    return made;
}

bd_value *bd_value_integer(bd_arena *arena, int64_t value) {
    bd_value *made = bd_new(arena, bd_value, 1);
    made->kind = BD_NUMBER;
    made->text = bd_str_format(arena, "%lld", (long long)value);
    return made;
}

bd_value *bd_value_object(bd_arena *arena, size_t count, const bd_str *keys,
                          const bd_value *const *values) {
    bd_value *made = bd_new(arena, bd_value, 1);
    made->kind = BD_OBJECT;
    made->items = bd_new(arena, bd_value, count);
    made->keys = bd_new(arena, bd_str, count);
    for (size_t i = 0; i < count; i++) {
        if (values[i] == NULL) {
            continue;
        }
        made->keys[made->count] = bd_str_copy(arena, keys[i]);
        made->items[made->count] = *values[i];
        made->count++;
    }
    return made;
}

bd_value *bd_value_array(bd_arena *arena, size_t count, const bd_value *const *values) {
    bd_value *made = bd_new(arena, bd_value, 1);
    made->kind = BD_ARRAY;
    made->count = count;
    made->items = bd_new(arena, bd_value, count);
    for (size_t i = 0; i < count; i++) {
        made->items[i] = *values[i];
    }
    return made;
}
