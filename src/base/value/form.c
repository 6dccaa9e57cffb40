#include "bindery/value.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_WORD 48
#define MOST_MEMBERS 64
#define FORM_ARENA_BYTES ((size_t)256 << 20)

/* ---- the nearest key ---- */

static unsigned char lower_at(bd_str text, size_t i) {
    char c = text.data[i];
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static size_t least_of(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Levenshtein distance with one row. */
static size_t edit_distance(bd_str a, bd_str b) {
    size_t row[LONGEST_WORD + 1];
    for (size_t j = 0; j <= b.size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            size_t changed = diagonal + (lower_at(a, i - 1) != lower_at(b, j - 1));
            diagonal = row[j];
            row[j] = least_of(changed, least_of(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.size];
}

/* Nothing is wrong with a beginning: "stat" is nearer to "status" than to "seal". */
static bool is_begun(bd_str candidate, bd_str text) {
    return text.size >= 3 && text.size < candidate.size &&
           bd_str_ieq(bd_str_sub(candidate, 0, text.size), text);
}

const char *bd_nearest(bd_str text, const char *const *candidates, size_t count) {
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < count && text.size > 0 && text.size <= LONGEST_WORD; i++) {
        bd_str candidate = bd_str_of(candidates[i]);
        if (candidate.size == 0 || candidate.size > LONGEST_WORD) {
            continue;
        }
        size_t changes = is_begun(candidate, text) ? 0 : edit_distance(text, candidate);
        size_t distance = 2 * changes + (lower_at(text, 0) != lower_at(candidate, 0));
        if (distance < least && changes <= 1 + candidate.size / 3) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/* ---- checking ---- */

typedef struct {
    bd_str path;
    bd_arena *arena; /* pointers and shown values */
    bd_err *err;
} checker;

/* What was found, short enough for a message. */
static bd_str show_value(checker *c, const bd_value *value) {
    static const char *const names[] = {
        [BD_ARRAY] = "an array", [BD_OBJECT] = "an object", [BD_NULL] = "null"};
    if (value->kind == BD_STRING || value->kind == BD_NUMBER) {
        bd_str shown = bd_str_visible(c->arena, bd_str_sub(value->text, 0, 60));
        const char *quote = value->kind == BD_STRING ? "'" : "";
        const char *more = value->text.size > 60 ? "..." : "";
        return bd_str_format(c->arena, "%s%.*s%s%s", quote, BD_ARG(shown), more, quote);
    }
    if (value->kind == BD_BOOL) {
        return value->boolean ? BD_STR("true") : BD_STR("false");
    }
    return bd_str_of(names[value->kind]);
}

static const char *expected_of(const bd_form *form, bool is_item) {
    static const char *const words[] = {
        [BD_FORM_TEXT] = "text that is not empty",
        [BD_FORM_BOOL] = "true or false",
        [BD_FORM_COUNT] = "a whole number of 0 or more",
        [BD_FORM_ANY] = "a value",
        [BD_FORM_OBJECT] = "an object",
        [BD_FORM_TEXTS] = "an array of texts",
        [BD_FORM_OBJECTS] = "an array of objects",
        [BD_FORM_MAP] = "an object of texts",
    };
    bool is_text = form->kind == BD_FORM_TEXT || is_item;
    if (is_text && form->expected != NULL) {
        return form->expected;
    }
    if (is_item) {
        return form->kind == BD_FORM_OBJECTS ? "an object" : words[BD_FORM_TEXT];
    }
    return words[form->kind];
}

static bd_rc fail_value(checker *c, bd_str pointer, const bd_value *value, const char *expected) {
    bd_str shown = show_value(c, value);
    BD_RAISE(c->err, BD_ERR_INPUT, "cannot use '%.*s' at '%.*s': found %.*s, expected %s",
             BD_ARG(c->path), BD_ARG(pointer), BD_ARG(shown), expected);
}

/* Pointer to a member; '~' and '/' escaped as RFC 6901 wants. */
static bd_str point_to(checker *c, bd_str pointer, bd_str key) {
    bd_str shown = bd_str_visible(c->arena, bd_str_sub(key, 0, 80));
    char *text = bd_alloc(c->arena, pointer.size + 1 + shown.size * 2, 1);
    size_t size = pointer.size;
    if (size > 0) {
        memcpy(text, pointer.data, size);
    }
    text[size++] = '/';
    for (size_t i = 0; i < shown.size; i++) {
        char ch = shown.data[i];
        if (ch == '~' || ch == '/') {
            text[size++] = '~';
            ch = ch == '~' ? '0' : '1';
        }
        text[size++] = ch;
    }
    return (bd_str){text, size};
}

static bd_str point_at(checker *c, bd_str pointer, size_t index) {
    return bd_str_format(c->arena, "%.*s/%zu", BD_ARG(pointer), index);
}

static bd_rc check_text(checker *c, const bd_form *form, const bd_value *value, bd_str pointer,
                        bool is_item) {
    bool is_fine = value->kind == BD_STRING && value->text.size > 0 &&
                   (form->is_ok == NULL || form->is_ok(value->text));
    return is_fine ? BD_OK : fail_value(c, pointer, value, expected_of(form, is_item));
}

static bd_rc check_members(checker *c, const bd_value *object, const bd_form *members, size_t count,
                           bd_str pointer);

static bd_rc check_items(checker *c, const bd_form *form, const bd_value *array, bd_str pointer) {
    for (size_t i = 0; i < array->count; i++) {
        const bd_value *item = &array->items[i];
        bd_str at = point_at(c, pointer, i);
        if (form->kind == BD_FORM_TEXTS) {
            BD_TRY(check_text(c, form, item, at, /*is_item*/ true));
            continue;
        }
        if (item->kind != BD_OBJECT) {
            return fail_value(c, at, item, expected_of(form, /*is_item*/ true));
        }
        BD_TRY(check_members(c, item, form->members, form->member_count, at));
    }
    return BD_OK;
}

static bd_rc check_map(checker *c, const bd_form *form, const bd_value *map, bd_str pointer) {
    for (size_t i = 0; i < map->count; i++) {
        BD_TRY(check_text(c, form, &map->items[i], point_to(c, pointer, map->keys[i]),
                          /*is_item*/ true));
    }
    return BD_OK;
}

static bool is_count(const bd_value *value) {
    int64_t number;
    return value->kind == BD_NUMBER && bd_str_to_i64(value->text, &number) && number >= 0;
}

static bool has_kind(const bd_form *form, const bd_value *value) {
    switch (form->kind) {
    case BD_FORM_BOOL: return value->kind == BD_BOOL;
    case BD_FORM_COUNT: return is_count(value);
    case BD_FORM_OBJECT:
    case BD_FORM_MAP: return value->kind == BD_OBJECT;
    case BD_FORM_TEXTS:
    case BD_FORM_OBJECTS: return value->kind == BD_ARRAY;
    case BD_FORM_TEXT:
    case BD_FORM_ANY: break;
    }
    return true;
}

static bd_rc check_member(checker *c, const bd_form *form, const bd_value *value, bd_str pointer) {
    bool is_absent = value->kind == BD_NULL || (value->kind == BD_STRING && value->text.size == 0);
    if (form->may_be_null && is_absent) {
        return BD_OK;
    }
    if (!has_kind(form, value)) {
        return fail_value(c, pointer, value, expected_of(form, /*is_item*/ false));
    }
    switch (form->kind) {
    case BD_FORM_TEXT: return check_text(c, form, value, pointer, /*is_item*/ false);
    case BD_FORM_OBJECT: return check_members(c, value, form->members, form->member_count, pointer);
    case BD_FORM_TEXTS:
    case BD_FORM_OBJECTS: return check_items(c, form, value, pointer);
    case BD_FORM_MAP: return check_map(c, form, value, pointer);
    case BD_FORM_BOOL:
    case BD_FORM_COUNT:
    case BD_FORM_ANY: break;
    }
    return BD_OK;
}

static bd_rc fail_unknown(checker *c, const bd_form *members, size_t count, bd_str key,
                          bd_str pointer) {
    const char *names[MOST_MEMBERS];
    BD_ASSERT(count <= MOST_MEMBERS);
    for (size_t i = 0; i < count; i++) {
        names[i] = members[i].key;
    }
    bd_str shown = bd_str_visible(c->arena, bd_str_sub(key, 0, 80));
    const char *nearest = bd_nearest(key, names, count);
    if (nearest == NULL) {
        BD_RAISE(c->err, BD_ERR_INPUT, "cannot use '%.*s' at '%.*s': unknown key '%.*s'",
                 BD_ARG(c->path), BD_ARG(pointer), BD_ARG(shown));
    }
    BD_RAISE(c->err, BD_ERR_INPUT,
             "cannot use '%.*s' at '%.*s': unknown key '%.*s', the nearest known key is '%s'",
             BD_ARG(c->path), BD_ARG(pointer), BD_ARG(shown), nearest);
}

static const bd_form *find_form(const bd_form *members, size_t count, bd_str key) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(key, members[i].key)) {
            return &members[i];
        }
    }
    return NULL;
}

static bd_rc check_members(checker *c, const bd_value *object, const bd_form *members, size_t count,
                           bd_str pointer) {
    for (size_t i = 0; i < object->count; i++) {
        bd_str key = object->keys[i];
        bd_str at = point_to(c, pointer, key);
        const bd_form *form = find_form(members, count, key);
        if (form == NULL) {
            return fail_unknown(c, members, count, key, at);
        }
        BD_TRY(check_member(c, form, &object->items[i], at));
    }
    for (size_t i = 0; i < count; i++) {
        if (members[i].is_needed && bd_value_find(object, members[i].key) == NULL) {
            bd_str at = point_to(c, pointer, bd_str_of(members[i].key));
            BD_RAISE(c->err, BD_ERR_INPUT,
                     "cannot use '%.*s' at '%.*s': nothing found, expected %s", BD_ARG(c->path),
                     BD_ARG(at), expected_of(&members[i], /*is_item*/ false));
        }
    }
    return BD_OK;
}

bd_rc bd_form_check(const bd_value *value, const bd_form *members, size_t count, bd_str path,
                    bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("form check", FORM_ARENA_BYTES);
    checker c = {path, arena, err};
    if (value->kind != BD_OBJECT) {
        return fail_value(&c, (bd_str){"", 0}, value, "an object");
    }
    return check_members(&c, value, members, count, (bd_str){"", 0});
}
