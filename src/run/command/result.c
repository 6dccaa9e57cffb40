/* The result of a command, put together key by key. */
#include "bindery/command.h"

void bd_result_value(bd_result *result, const char *key, const bd_value *value) {
    if (value != NULL) {
        *bd_push(result->arena, &result->keys) = bd_str_of(key);
        *bd_push(result->arena, &result->values) = value;
    }
}

void bd_result_text(bd_result *result, const char *key, bd_str text) {
    bd_result_value(result, key, bd_value_string(result->arena, text));
}

void bd_result_int(bd_result *result, const char *key, int64_t value) {
    bd_result_value(result, key, bd_value_integer(result->arena, value));
}

void bd_result_bool(bd_result *result, const char *key, bool value) {
    bd_result_value(result, key, bd_value_bool(result->arena, value));
}

void bd_result_list(bd_result *result, const char *key, const bd_strs *list) {
    const bd_value **items = bd_new(result->arena, const bd_value *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        items[i] = bd_value_string(result->arena, list->data[i]);
    }
    bd_result_value(result, key, bd_value_array(result->arena, list->count, items));
}

const bd_value *bd_result_object(bd_result *result) {
    return bd_value_object(result->arena, result->keys.count, result->keys.data,
                           result->values.data);
}
