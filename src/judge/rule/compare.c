/* One comparison of one value with one operand.
 *
 * Evidence spells the same thing in several ways: true, "true", "True" and "Enabled"; 30 and "30";
 * a resource id with and without its leading slash.  Those compare equal.  A comparison that makes
 * no sense for the kinds at hand (an object with a string) is unknown, never true: Azure calls it
 * an error, and an error must not become a pass. */
#include "bindery/rule.h"

#include "rule_priv.h"

#include <string.h>

static bd_verdict verdict_of(bool holds) {
    return holds ? BD_PASS : BD_FAIL;
}

static bool is_scalar(const bd_value *value) {
    return value->kind == BD_STRING || value->kind == BD_NUMBER || value->kind == BD_BOOL;
}

static bool is_number_text(bd_str text) {
    size_t at = 0, digits = 0;
    if (at < text.size && text.data[at] == '-') {
        at++;
    }
    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        digits++;
    }
    if (digits == 0 || digits > 40) {
        return false;
    }
    if (at < text.size && text.data[at] == '.') {
        size_t from = ++at;
        for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
        }
        if (at == from) {
            return false;
        }
    }
    return at == text.size;
}

static bool is_number(const bd_value *value) {
    return value->kind == BD_NUMBER || (value->kind == BD_STRING && is_number_text(value->text));
}

/* 1, 0, or -1 when the value is no spelling of a truth value. */
static int truth_of(const bd_value *value) {
    if (value->kind == BD_BOOL) {
        return value->boolean ? 1 : 0;
    }
    if (value->kind != BD_STRING) {
        return -1;
    }
    if (bd_str_ieq(value->text, BD_STR("true")) || bd_str_ieq(value->text, BD_STR("enabled"))) {
        return 1;
    }
    bool is_false =
        bd_str_ieq(value->text, BD_STR("false")) || bd_str_ieq(value->text, BD_STR("disabled"));
    return is_false ? 0 : -1;
}

static bd_str text_of(const bd_value *value) {
    return value->kind == BD_BOOL ? bd_str_of(value->boolean ? "true" : "false") : value->text;
}

/* Ids are published with and without the leading slash; a trailing one means nothing. */
static bd_str trim_id(bd_str text) {
    bd_str bare = text.size > 0 && text.data[0] == '/' ? bd_str_sub(text, 1, text.size) : text;
    char first = bare.size > 0 ? (char)(bare.data[0] | 0x20) : '\0';
    if (first != 's' && first != 'p') {
        return text;
    }
    bd_str head = bd_str_sub(bare, 0, 14);
    bool is_id = bd_str_ieq(head, BD_STR("subscriptions/")) ||
                 bd_str_ieq(bd_str_sub(bare, 0, 10), BD_STR("providers/"));
    if (!is_id) {
        return text;
    }
    while (bare.data[bare.size - 1] == '/') {
        bare.size--;
    }
    return bare;
}

static bd_verdict compare_equal(const bd_value *value, const bd_value *operand) {
    if (!is_scalar(value) || !is_scalar(operand)) {
        return BD_CANNOT_TELL;
    }
    if (value->kind == BD_BOOL || operand->kind == BD_BOOL) {
        int a = truth_of(value), b = truth_of(operand);
        return verdict_of(a >= 0 && a == b);
    }
    if (value->kind == BD_NUMBER || operand->kind == BD_NUMBER) {
        return verdict_of(is_number(value) && is_number(operand) &&
                          bd_number_cmp(value->text, operand->text) == 0);
    }
    return verdict_of(bd_str_fold_cmp(trim_id(value->text), trim_id(operand->text)) == 0);
}

static bool is_ascii(bd_str text) {
    uint64_t seen = 0, word;
    size_t i = 0;
    for (; text.size - i >= sizeof word; i += sizeof word) {
        memcpy(&word, text.data + i, sizeof word);
        seen |= word;
    }
    for (; i < text.size; i++) {
        seen |= (unsigned char)text.data[i];
    }
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

/* Texts without a letter beyond ASCII fold byte by byte: of two lengths they are never equal. */
static bool differ_in_length(bd_str plain, const bd_value *member) {
    return plain.size > 0 && member->kind == BD_STRING && is_ascii(member->text) &&
           trim_id(member->text).size != plain.size;
}

/* Kleene's "or" over the members: true if any is, unknown if none is but one is unknown. */
static bd_verdict compare_any(const bd_value *list, const bd_value *one) {
    bool is_plain = one->kind == BD_STRING && is_ascii(one->text);
    bd_str plain = is_plain ? trim_id(one->text) : (bd_str){"", 0};
    bd_verdict all = BD_FAIL;
    for (size_t i = 0; i < list->count; i++) {
        if (differ_in_length(plain, &list->items[i])) {
            continue;
        }
        bd_verdict each = compare_equal(&list->items[i], one);
        if (each == BD_PASS) {
            return BD_PASS;
        }
        all = each == BD_CANNOT_TELL ? BD_CANNOT_TELL : all;
    }
    return all;
}

/* True if `text` starts with `part` under folding; *size is what `part` covers of it. */
static bool starts_folded(bd_str text, bd_str part, size_t *size) {
    size_t t = 0, p = 0;
    uint32_t a, b;
    while (p < part.size) {
        if (!bd_utf8_next(part, &p, &b) || !bd_utf8_next(text, &t, &a) ||
            bd_fold(a) != bd_fold(b)) {
            return false;
        }
    }
    *size = t;
    return true;
}

/* Of two ASCII texts the bytes decide, but for the case of letters. */
static bool contains_plain(bd_str text, bd_str part) {
    if (part.size == 0) {
        return true;
    }
    for (size_t at = 0; at + part.size <= text.size; at++) {
        bool may_start = ((text.data[at] ^ part.data[0]) & ~0x20) == 0;
        if (may_start && bd_str_ieq(bd_str_sub(text, at, at + part.size), part)) {
            return true;
        }
    }
    return false;
}

static bool contains_folded(bd_str text, bd_str part) {
    if (is_ascii(text) && is_ascii(part)) {
        return contains_plain(text, part);
    }
    size_t at = 0, size;
    uint32_t skipped;
    do {
        if (starts_folded(bd_str_sub(text, at, text.size), part, &size)) {
            return true;
        }
    } while (bd_utf8_next(text, &at, &skipped));
    return false;
}

static bool ends_folded(bd_str text, bd_str part) {
    size_t at = 0, size;
    uint32_t skipped;
    do {
        bd_str rest = bd_str_sub(text, at, text.size);
        if (starts_folded(rest, part, &size) && size == rest.size) {
            return true;
        }
    } while (bd_utf8_next(text, &at, &skipped));
    return false;
}

static bool is_like(bd_str text, bd_str pattern) {
    ptrdiff_t star = bd_str_find(pattern, BD_STR("*"));
    if (star < 0) {
        return bd_str_fold_cmp(text, pattern) == 0;
    }
    size_t size = 0;
    if (!starts_folded(text, bd_str_sub(pattern, 0, (size_t)star), &size)) {
        return false;
    }
    return ends_folded(bd_str_sub(text, size, text.size),
                       bd_str_sub(pattern, (size_t)star + 1, pattern.size));
}

static bool is_letter(uint32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c > 0x7f;
}

/* '#' a digit, '?' a letter, '.' any character, all else itself. */
static bool is_match(bd_str text, bd_str pattern, bool folded) {
    size_t t = 0, p = 0;
    uint32_t a, b;
    while (bd_utf8_next(pattern, &p, &b)) {
        if (!bd_utf8_next(text, &t, &a)) {
            return false;
        }
        bool fits = b == '#'   ? a >= '0' && a <= '9'
                    : b == '?' ? is_letter(a)
                    : b == '.' ? true
                               : a == b || (folded && bd_fold(a) == bd_fold(b));
        if (!fits) {
            return false;
        }
    }
    return t == text.size;
}

static bd_verdict compare_text(operator_kind op, const bd_value *value, const bd_value *operand) {
    if (!is_scalar(value) || operand->kind != BD_STRING) {
        return BD_CANNOT_TELL;
    }
    bd_str text = text_of(value);
    if (op == OP_LIKE) {
        return verdict_of(is_like(text, operand->text));
    }
    return verdict_of(is_match(text, operand->text, op == OP_MATCH_FOLDED));
}

static bd_verdict compare_contains(const bd_value *value, const bd_value *operand) {
    if (!is_scalar(operand)) {
        return BD_CANNOT_TELL;
    }
    if (value->kind == BD_ARRAY) {
        return compare_any(value, operand);
    }
    if (!is_scalar(value)) {
        return BD_CANNOT_TELL;
    }
    return verdict_of(contains_folded(text_of(value), text_of(operand)));
}

static bd_verdict compare_key(const bd_value *value, const bd_value *operand) {
    if (value->kind != BD_OBJECT || operand->kind != BD_STRING) {
        return BD_CANNOT_TELL;
    }
    for (size_t i = 0; i < value->count; i++) {
        if (bd_str_fold_cmp(value->keys[i], operand->text) == 0) {
            return BD_PASS;
        }
    }
    return BD_FAIL;
}

/* "2019", "2019-05", "2019-05-01", "2019-05-01T06:00:00Z": their letters are in the order of time. */
static bool has_year(bd_str text) {
    for (size_t i = 0; i < 4; i++) {
        if (i >= text.size || text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return text.size == 4 || text.data[4] == '-';
}

/* By its letters "01/31/2030" would lie before "2026-06-15". */
static bool is_day_beside_none(bd_str one, bd_str other) {
    bd_day day;
    return bd_day_parse(bd_str_sub(one, 0, 10), &day) && !has_year(other);
}

/* Numbers as numbers, instants as instants, other strings folded; kinds that do not go together
 * have no order, nor has a day with what is none. */
static bool order_of(const bd_value *value, const bd_value *operand, int *order) {
    if (is_number(value) && is_number(operand)) {
        *order = bd_number_cmp(value->text, operand->text);
        return true;
    }
    bd_instant a, b;
    bool are_texts = is_scalar(value) && is_scalar(operand) && value->kind != BD_BOOL &&
                     operand->kind != BD_BOOL;
    if (!are_texts) {
        return false;
    }
    /* Key Vault writes Unix seconds where its tools write a date */
    bool are_instants = bd_instant_parse(value->text, &a) && bd_instant_parse(operand->text, &b);
    if (are_instants) {
        *order = (a > b) - (a < b);
        return true;
    }
    if (value->kind != BD_STRING || operand->kind != BD_STRING ||
        is_day_beside_none(value->text, operand->text) || is_day_beside_none(operand->text, value->text)) {
        return false;
    }
    *order = bd_str_fold_cmp(value->text, operand->text);
    return true;
}

static bd_verdict verdict_of_order(operator_kind op, int order) {
    bool holds = op == OP_LESS             ? order < 0
                 : op == OP_LESS_OR_EQUALS ? order <= 0
                 : op == OP_GREATER        ? order > 0
                                           : order >= 0;
    return verdict_of(holds);
}

static bd_verdict compare_order(operator_kind op, const bd_value *value, const bd_value *operand) {
    int order = 0;
    return order_of(value, operand, &order) ? verdict_of_order(op, order) : BD_CANNOT_TELL;
}

/* An empty string is a spelling of "absent", unless the operand asks for exactly that. */
static bool is_asked_literally(const bd_value *value, const bd_value *operand) {
    return value != NULL && value->kind == BD_STRING && operand->kind == BD_STRING &&
           bd_value_is_absent(operand);
}

const bd_value *without_blanks(const bd_value *value) {
    static const bd_value nothing = {.kind = BD_STRING, .text = BD_STR_INIT("")};
    bool is_blank = value != NULL && value->kind == BD_STRING && value->text.size > 0 &&
                    bd_str_trim(value->text).size == 0;
    return is_blank ? &nothing : value;
}

bd_verdict compare(operator_kind op, const bd_value *value, const bd_value *operand) {
    value = without_blanks(value);
    if (op == OP_EXISTS) {
        return verdict_of((truth_of(operand) == 1) == !bd_value_is_absent(value));
    }
    if (bd_value_is_absent(value) && !is_asked_literally(value, operand)) {
        return BD_CANNOT_TELL;
    }
    switch (op) {
    case OP_EQUALS: return compare_equal(value, operand);
    case OP_LIKE:
    case OP_MATCH:
    case OP_MATCH_FOLDED: return compare_text(op, value, operand);
    case OP_IN:
        return operand->kind == BD_ARRAY && is_scalar(value) ? compare_any(operand, value)
                                                             : BD_CANNOT_TELL;
    case OP_CONTAINS: return compare_contains(value, operand);
    case OP_CONTAINS_KEY: return compare_key(value, operand);
    case OP_LESS:
    case OP_LESS_OR_EQUALS:
    case OP_GREATER:
    case OP_GREATER_OR_EQUALS: return compare_order(op, value, operand);
    case OP_EXISTS: break;
    }
    return BD_CANNOT_TELL;
}

/* ---- as Azure Policy has it ---- */

/* Texts and numbers spell each other, truth values only as "true" and "false": "Enabled" is a word. */
static bd_verdict policy_equal(const bd_value *value, const bd_value *operand) {
    if (!is_scalar(value) || !is_scalar(operand)) {
        return BD_CANNOT_TELL;
    }
    if (value->kind == BD_BOOL || operand->kind == BD_BOOL) {
        int a = truth_of_value(value), b = truth_of_value(operand);
        return verdict_of(a >= 0 && a == b);
    }
    if (value->kind == BD_NUMBER || operand->kind == BD_NUMBER) {
        return verdict_of(is_number(value) && is_number(operand) &&
                          bd_number_cmp(value->text, operand->text) == 0);
    }
    return verdict_of(bd_str_fold_cmp(value->text, operand->text) == 0);
}

static bd_verdict policy_any(const bd_value *list, const bd_value *one) {
    bd_verdict all = BD_FAIL;
    for (size_t i = 0; i < list->count; i++) {
        bd_verdict each =
            list->items[i].kind == BD_NULL ? BD_FAIL : policy_equal(&list->items[i], one);
        if (each == BD_PASS) {
            return BD_PASS;
        }
        all = each == BD_CANNOT_TELL ? BD_CANNOT_TELL : all;
    }
    return all;
}

static bd_verdict policy_contains(const bd_value *value, const bd_value *operand) {
    if (value->kind == BD_ARRAY) {
        return is_scalar(operand) ? policy_any(value, operand) : BD_CANNOT_TELL;
    }
    return is_scalar(value) && is_scalar(operand)
               ? verdict_of(contains_folded(text_of(value), text_of(operand)))
               : BD_CANNOT_TELL;
}

/* Two texts compare as texts even where both spell numbers: that is why built-in policies pad them. */
static bd_verdict policy_order(operator_kind op, const bd_value *value, const bd_value *operand) {
    bd_instant a, b;
    bool are_texts = value->kind == BD_STRING && operand->kind == BD_STRING;
    if (!are_texts || (bd_instant_parse(value->text, &a) && bd_instant_parse(operand->text, &b))) {
        return compare_order(op, value, operand);
    }
    return verdict_of_order(op, bd_str_fold_cmp(value->text, operand->text));
}

bd_verdict compare_policy(operator_kind op, const bd_value *value, const bd_value *operand) {
    bool is_there = value != NULL && value->kind != BD_NULL;
    if (op == OP_EXISTS) {
        int wanted = truth_of_value(operand);
        return wanted < 0 ? BD_CANNOT_TELL : verdict_of((wanted == 1) == is_there);
    }
    if (!is_there || operand->kind == BD_NULL) {
        return BD_FAIL;
    }
    switch (op) {
    case OP_EQUALS: return policy_equal(value, operand);
    case OP_LIKE:
        return operand->kind == BD_STRING && has_two_stars(operand->text)
                   ? BD_CANNOT_TELL
                   : compare_text(op, value, operand);
    case OP_MATCH:
    case OP_MATCH_FOLDED: return compare_text(op, value, operand);
    case OP_IN:
        return operand->kind == BD_ARRAY && is_scalar(value) ? policy_any(operand, value)
                                                             : BD_CANNOT_TELL;
    case OP_CONTAINS: return policy_contains(value, operand);
    case OP_CONTAINS_KEY: return compare_key(value, operand);
    case OP_LESS:
    case OP_LESS_OR_EQUALS:
    case OP_GREATER:
    case OP_GREATER_OR_EQUALS: return policy_order(op, value, operand);
    case OP_EXISTS: break;
    }
    return BD_CANNOT_TELL;
}
