/* What the columns of a table are called, and what a cell of text holds: the same for CSV and sheets. */
#include "bindery/read.h"

#include "read_priv.h"

#include <string.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A header broken into lines for the eye is the same header; other white space inside it is kept. */
static bd_str one_line(bd_arena *arena, bd_str text) {
    bd_str rest = bd_str_trim(text);
    char *out = bd_alloc(arena, rest.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0, end = 0; i<rest.size; i = end> i ? end : i + 1) {
        bool has_break = false;
        for (end = i; end < rest.size && is_blank(rest.data[end]); end++) {
            has_break = has_break || rest.data[end] == '\n' || rest.data[end] == '\r';
        }
        if (has_break) {
            out[size++] = ' ';
            continue;
        }
        end = end > i ? end : i + 1;
        memcpy(out + size, rest.data + i, end - i);
        size += end - i;
    }
    return (bd_str){out, size};
}

static size_t count_of(const bd_strs *names, bd_str name) {
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        count += bd_str_eq(names->data[i], name);
    }
    return count;
}

static size_t find_theirs(const bd_strs *theirs, bd_str wanted) {
    size_t hit = SIZE_MAX;
    for (size_t k = 0; k < theirs->count; k++) {
        if (bd_str_eq(theirs->data[k], wanted)) {
            return k;
        }
        if (hit == SIZE_MAX && bd_str_ieq(theirs->data[k], wanted)) {
            hit = k;
        }
    }
    return hit;
}

/* Our name for a column of theirs; by exact name first, else without regard to ASCII case. */
static bd_rc rename_columns(bd_arena *arena, bd_strs *names, const bd_value *columns,
                            const char *what, bd_err *err) {
    size_t count = columns != NULL && columns->kind == BD_OBJECT ? columns->count : 0;
    bd_strs theirs = {0};
    for (size_t i = 0; i < names->count; i++) {
        *bd_push(arena, &theirs) = names->data[i];
    }
    for (size_t i = 0; i < count; i++) {
        size_t hit = find_theirs(&theirs, columns->items[i].text);
        if (hit == SIZE_MAX) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot read %s: the column map names '%.*s', which the header lacks", what,
                     BD_ARG(columns->items[i].text));
        }
        names->data[hit] = columns->keys[i];
    }
    for (size_t i = 0; i < count; i++) {
        if (count_of(names, columns->keys[i]) > 1) {
            BD_RAISE(err, BD_ERR_INPUT, "cannot read %s: the column map makes two columns '%.*s'",
                     what, BD_ARG(columns->keys[i]));
        }
    }
    return BD_OK;
}

static bd_str distinct_name(bd_arena *arena, const bd_strs *given, size_t index) {
    bd_str name = given->data[index];
    size_t before = 0;
    for (size_t i = 0; i < index; i++) {
        before += bd_str_eq(given->data[i], name);
    }
    if (before == 0) {
        return name;
    }
    bd_str numbered = bd_str_format(arena, "%.*s (%zu)", BD_ARG(name), before + 1);
    while (count_of(given, numbered) > 0) {
        numbered = bd_str_format(arena, "%.*s'", BD_ARG(numbered));
    }
    return numbered;
}

bd_rc read_name_columns(bd_arena *arena, const bd_str *given, size_t count, const bd_value *columns,
                        const char *what, bd_str *out, bd_err *err) {
    bd_strs names = {0};
    for (size_t i = 0; i < count; i++) {
        bd_str name = one_line(arena, given[i]);
        *bd_push(arena, &names) = name.size > 0 ? name : bd_str_format(arena, "column %zu", i + 1);
    }
    BD_TRY(rename_columns(arena, &names, columns, what, err));
    for (size_t i = 0; i < count; i++) {
        out[i] = distinct_name(arena, &names, i);
    }
    return BD_OK;
}

bd_repeat *read_repeats(bd_arena *arena, const bd_str *given, size_t count, size_t *found) {
    bd_repeat *out = bd_new(arena, bd_repeat, count + 1);
    bd_map *firsts = bd_map_make(arena);
    *found = 0;
    for (size_t i = 0; i < count; i++) {
        bd_str name = one_line(arena, given[i]);
        uintptr_t first = (uintptr_t)bd_map_find(firsts, name);
        if (name.size > 0 && first > 0) {
            out[(*found)++] = (bd_repeat){.first = first - 1, .column = i, .header = name};
        } else if (name.size > 0) {
            bd_map_put(firsts, name, (void *)(uintptr_t)(i + 1)); /* NOLINT: a place, no address */
        }
    }
    return out;
}

void read_cell_text(bd_str text, const bd_json_limits *limits, bd_arena *arena, bd_value *out) {
    *out = (bd_value){.kind = BD_STRING, .text = text};
    if (text.size < 2 || (text.data[0] != '{' && text.data[0] != '[')) {
        return;
    }
    const bd_value *parsed;
    bd_err ignored;
    if (!bd_failed(bd_json_parse(text, limits, arena, &parsed, &ignored))) {
        *out = *parsed;
    }
}
