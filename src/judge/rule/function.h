/* function.h - what the files of the template functions share. */
#ifndef RULE_FUNCTION_H
#define RULE_FUNCTION_H

#include "rule_priv.h"

typedef const bd_value *const *arguments;

/* ---- what functions give and take (function.c) ---- */

/* Both say why, and are false: the function has no answer. */
bool mismatch(evaluation *eval, const char *name, const char *expected);
bool too_long(evaluation *eval, const char *name);

bool give_text(evaluation *eval, bd_str text, const bd_value **out);
bool give_bool(evaluation *eval, bool value, const bd_value **out);
bool give_int(evaluation *eval, int64_t value, const bd_value **out);

bool as_text(const bd_value *value, bd_str *out); /* text, number or truth value */
bool as_int(const bd_value *value, int64_t *out);
bool is_same(evaluation *eval, const bd_value *a, const bd_value *b);
const bd_value *member_of(const bd_value *object, bd_str key); /* whatever its case; NULL: none */

size_t char_count(bd_str text); /* characters, not bytes */
size_t byte_of_char(bd_str text, size_t character);

/* ---- the functions: one value of `count` arguments, or false and why is said ---- */

typedef bool apply_function(evaluation *eval, arguments args, size_t count, const bd_value **out);

/* function_text.c */
apply_function apply_concat, apply_to_lower, apply_to_upper, apply_trim, apply_replace,
    apply_substring, apply_pad_left, apply_split, apply_string, apply_base64,
    apply_starts_with, apply_ends_with;

/* function_list.c */
apply_function apply_length, apply_empty, apply_first, apply_last, apply_contains,
    apply_create_object, apply_create_array, apply_array, apply_intersection, apply_union,
    apply_try_get;

#endif
