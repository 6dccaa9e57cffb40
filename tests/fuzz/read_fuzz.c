/* CSV and recognition: every row has as many cells as the header, and a file read in crumbs says the same. */
#include "fuzz.h"

#include "bindery/read.h"

#include <string.h>

typedef struct {
    size_t columns;
    uint64_t rows, refused;
    uint64_t digest; /* of all rows */
} table;

static bd_rc on_header(void *context, const bd_str *names, size_t count, bd_err *err) {
    table *seen = context;
    (void)err;
    FUZZ_CHECK(count > 0 && seen->columns == 0);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(names[i].size > 0 && bd_utf8_is_valid(names[i]));
    }
    seen->columns = count;
    return BD_OK;
}

static bd_rc on_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    table *seen = context;
    (void)err;
    FUZZ_CHECK(ordinal == seen->rows + seen->refused);
    FUZZ_CHECK(value->kind == BD_OBJECT && value->count == seen->columns);
    bd_arena *arena = bd_arena_open("row", 64 << 20);
    bd_str text = bd_json_canonical(arena, value);
    for (size_t i = 0; i < text.size; i++) {
        seen->digest = seen->digest * 31 + (unsigned char)text.data[i];
    }
    bd_arena_close(arena);
    seen->rows++;
    return BD_OK;
}

static bd_rc on_refused(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem,
                        bd_err *err) {
    table *seen = context;
    (void)err;
    (void)ordinal;
    FUZZ_CHECK(line > 0 && !fuzz_holds((bd_rc){1}, problem));
    seen->refused++;
    return BD_OK;
}

/* Ever longer pieces, so that separators, quotes and characters are cut everywhere near the beginning. */
static bd_rc read_crumb(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    bd_memory_source *from = source->context;
    (void)err;
    size_t left = from->text.size - from->at, step = 1 + from->at / 32;
    *count = step < left ? step : left;
    *count = *count < room ? *count : room;
    if (*count > 0) {
        memcpy(bytes, from->text.data + from->at, *count);
    }
    from->at += *count;
    return BD_OK;
}

static bool read_table(bd_str text, bool in_crumbs, bool takes_refused, const bd_value *columns,
                       table *seen) {
    bd_memory_source state;
    bd_err err;
    *seen = (table){0};
    bd_source source = bd_source_of_memory(&state, text);
    if (in_crumbs) {
        source.read = read_crumb;
    }
    bd_csv_events events = {.context = seen, .header = on_header, .row = on_row};
    events.refused = takes_refused ? on_refused : NULL;
    return fuzz_holds(bd_csv_read(&source, &bd_csv_default_limits, columns, &events, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    bd_sniffed sniffed = bd_sniff(bd_str_sub(text, 0, BD_SNIFF_BYTES));
    FUZZ_CHECK(bd_utf8_is_valid(sniffed.words) && bd_utf8_is_valid(sniffed.problem));
    table whole, crumbled, strict;
    bool is_whole = read_table(text, false, true, NULL, &whole);
    bool is_crumbled = read_table(text, true, true, NULL, &crumbled);
    FUZZ_CHECK(is_whole == is_crumbled && whole.digest == crumbled.digest &&
               whole.refused == crumbled.refused);
    bool is_strict = read_table(text, false, false, NULL, &strict);
    FUZZ_CHECK(is_strict == (is_whole && whole.refused == 0));
    const bd_value *columns = fuzz_json(BD_STR("{\"employee_id\":\"id\",\"name\":\"Full name\"}"));
    (void)read_table(text, false, true, columns, &strict);
    fuzz_end();
    return 0;
}
