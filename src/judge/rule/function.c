/* Template functions that published policies use, as far as they have an answer offline.
 *
 * Each is pure.  What Azure calls an evaluation error (a length of a number, a date that is none) is unknown here and
 * said: an error must not become a verdict.  Sizes are bounded before anything is allocated. */
#include "bindery/rule.h"

#include "function.h"

bool mismatch(evaluation *eval, const char *name, const char *expected) {
    note_trouble(eval, "%s(...) is given something else than %s", name, expected);
    return false;
}

bool too_long(evaluation *eval, const char *name) {
    note_trouble(eval, "%s(...) makes more than %d bytes", name, TEXT_MAX);
    return false;
}

bool give_text(evaluation *eval, bd_str text, const bd_value **out) {
    *out = bd_value_string(eval->scratch, text);
    return take_bytes(eval, text.size);
}

bool give_bool(evaluation *eval, bool value, const bd_value **out) {
    *out = bd_value_bool(eval->scratch, value);
    return true;
}

bool give_int(evaluation *eval, int64_t value, const bd_value **out) {
    *out = bd_value_integer(eval->scratch, value);
    return true;
}

/* Text, number or truth value as text. */
bool as_text(const bd_value *value, bd_str *out) {
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

bool as_int(const bd_value *value, int64_t *out) {
    return (value->kind == BD_NUMBER || value->kind == BD_STRING) &&
           bd_str_to_i64(value->text, out);
}

bool is_same(evaluation *eval, const bd_value *a, const bd_value *b) {
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

const bd_value *member_of(const bd_value *object, bd_str key) {
    for (size_t i = 0; object->kind == BD_OBJECT && i < object->count; i++) {
        if (bd_str_ieq(object->keys[i], key)) {
            return &object->items[i];
        }
    }
    return NULL;
}

size_t char_count(bd_str text) {
    size_t at = 0, count = 0;
    uint32_t c;
    while (bd_utf8_next(text, &at, &c)) {
        count++;
    }
    return count;
}

size_t byte_of_char(bd_str text, size_t character) {
    size_t at = 0;
    uint32_t c;
    while (character-- > 0 && bd_utf8_next(text, &at, &c)) {
    }
    return at;
}

/* ---- truth and numbers ---- */

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

/* ---- time ---- */

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

/* ---- what surrounds the record ---- */

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

/* ---- the table ---- */

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
