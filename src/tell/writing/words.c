/* Words that several exports write alike: days, instants, texts in one cell. */
#include "bindery/writing.h"

#include <string.h>

bd_str bd_writing_day(bd_arena *arena, bd_day day) {
    return day == BD_DAY_NONE ? (bd_str){"", 0} : bd_day_format(arena, day);
}

bd_str bd_writing_instant(bd_arena *arena, bd_instant at) {
    return at == BD_INSTANT_NONE ? (bd_str){"", 0} : bd_instant_format(arena, at);
}

bd_str bd_writing_joined(bd_arena *arena, const bd_strs *texts, const char *between) {
    size_t gap = strlen(between);
    size_t size = 0;
    for (size_t i = 0; i < texts->count; i++) {
        size += texts->data[i].size + gap;
    }
    char *out = bd_new(arena, char, size + 1);
    size_t at = 0;
    for (size_t i = 0; i < texts->count; i++) {
        if (i > 0) {
            memcpy(out + at, between, gap);
            at += gap;
        }
        if (texts->data[i].size > 0) {
            memcpy(out + at, texts->data[i].data, texts->data[i].size);
            at += texts->data[i].size;
        }
    }
    return (bd_str){out, at};
}

void bd_writing_add_once(bd_arena *arena, bd_strs *list, bd_str text) {
    if (text.size == 0) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return;
        }
    }
    *bd_push(arena, list) = text;
}
