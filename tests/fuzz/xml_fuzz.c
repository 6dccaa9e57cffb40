/* XML: a document read in crumbs says the same, records are sound values, and nothing is fetched or multiplied. */
#include "fuzz.h"

#include "bindery/read.h"

#include <string.h>

typedef struct {
    uint64_t records, refused, digest;
} seen_records;

static void check_value(const bd_value *value, unsigned depth) {
    FUZZ_CHECK(depth <= 66);
    FUZZ_CHECK(value->kind == BD_STRING || value->kind == BD_OBJECT || value->kind == BD_ARRAY ||
               value->kind == BD_NULL);
    FUZZ_CHECK(value->kind != BD_STRING || bd_utf8_is_valid(value->text));
    FUZZ_CHECK(value->kind != BD_ARRAY || value->count > 1);
    for (size_t i = 0; i < value->count; i++) {
        check_value(&value->items[i], depth + (value->kind == BD_OBJECT ? 1 : 0));
        for (size_t k = 0; value->kind == BD_OBJECT && k < i; k++) {
            FUZZ_CHECK(!bd_str_eq(value->keys[k], value->keys[i]));
        }
    }
}

static bd_rc on_record(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    seen_records *seen = context;
    (void)err;
    FUZZ_CHECK(ordinal == seen->records + seen->refused && value->kind == BD_OBJECT);
    check_value(value, 0);
    bd_arena *arena = bd_arena_open("record", 256 << 20);
    bd_str text = bd_json_canonical(arena, value);
    for (size_t i = 0; i < text.size; i++) {
        seen->digest = seen->digest * 31 + (unsigned char)text.data[i];
    }
    bd_arena_close(arena);
    seen->records++;
    return BD_OK;
}

static bd_rc on_refused(void *context, bd_str locus, const bd_err *problem, bd_err *err) {
    seen_records *seen = context;
    (void)err;
    FUZZ_CHECK(locus.size > 0 && !fuzz_holds((bd_rc){1}, problem));
    seen->refused++;
    return BD_OK;
}

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

static bool read_records(bd_str text, bd_str path, bool in_crumbs, seen_records *seen) {
    bd_memory_source state;
    bd_err err;
    *seen = (seen_records){0};
    bd_source source = bd_source_of_memory(&state, text);
    if (in_crumbs) {
        source.read = read_crumb;
    }
    bd_part_events events = {.context = seen, .record = on_record, .refused = on_refused};
    bd_xml_limits limits = {.record_bytes = 20000, .nodes = 300, .members = 40};
    return fuzz_holds(bd_xml_read(&source, path, &limits, &events, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    bd_memory_source state;
    bd_err err;
    bd_str path = {"", 0};
    bd_source source = bd_source_of_memory(&state, text);
    if (fuzz_holds(bd_xml_find(&source, fuzz_arena(), &path, &err), &err)) {
        FUZZ_CHECK(path.size > 0 && bd_utf8_is_valid(path));
        seen_records whole, crumbled;
        bool is_whole = read_records(text, path, false, &whole);
        bool is_crumbled = read_records(text, path, true, &crumbled);
        FUZZ_CHECK(is_whole == is_crumbled && whole.records == crumbled.records &&
                   whole.refused == crumbled.refused && whole.digest == crumbled.digest);
        FUZZ_CHECK(!is_whole || whole.records + whole.refused > 0);
    }
    fuzz_end();
    return 0;
}
