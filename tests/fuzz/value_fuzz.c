/* JSON: what parse accepts, check and split accept too, and its canonical form means the same. */
#include "fuzz.h"

#include <string.h>

typedef struct {
    uint64_t records, refused;
} tally;

static bd_rc on_record(void *context, uint64_t ordinal, int64_t offset, bd_str text,
                       const bd_value *value, const bd_err *problem, bd_arena *arena, bd_err *err) {
    tally *seen = context;
    (void)offset;
    (void)err;
    FUZZ_CHECK(ordinal == seen->records);
    FUZZ_CHECK((value == NULL) == (problem != NULL));
    seen->records++;
    if (value == NULL) {
        seen->refused++;
        FUZZ_CHECK(!fuzz_holds((bd_rc){1}, problem));
        return BD_OK;
    }
    (void)bd_value_is_absent(value);
    (void)bd_json_canonical(arena, bd_value_copy(arena, value));
    if (text.size > 0) {
        bd_err again;
        FUZZ_CHECK(!bd_failed(bd_json_check(text, &bd_json_default_limits, &again)));
    }
    return BD_OK;
}

static bd_rc on_member(void *context, bd_str key, const bd_value *value, bd_err *err) {
    (void)context;
    (void)err;
    FUZZ_CHECK(bd_utf8_is_valid(key) && value != NULL);
    return BD_OK;
}

/* Bytes in pieces of 1, 2, 3, ... so that every token is cut somewhere. */
typedef struct {
    bd_str text;
    size_t at, step;
} crumbs;

static bd_rc read_crumbs(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    crumbs *from = source->context;
    (void)err;
    size_t left = from->text.size - from->at;
    from->step = from->step % 61 + 1;
    *count = from->step < left ? from->step : left;
    *count = *count < room ? *count : room;
    if (*count > 0) {
        memcpy(bytes, from->text.data + from->at, *count);
    }
    from->at += *count;
    return BD_OK;
}

static bool split(bd_str text, bool in_crumbs, bd_json_summary *summary) {
    tally seen = {0};
    crumbs state = {.text = text};
    bd_memory_source whole;
    bd_source source = bd_source_of_memory(&whole, text);
    if (in_crumbs) {
        source = (bd_source){.read = read_crumbs, .context = &state};
    }
    bd_json_events events = {.context = &seen, .record = on_record, .member = on_member};
    bd_err err;
    bool holds =
        fuzz_holds(bd_json_split(&source, &bd_json_default_limits, &events, summary, &err), &err);
    FUZZ_CHECK(summary->records == seen.records && summary->refused == seen.refused);
    return holds;
}

static void compare_numbers(const bd_value *value) {
    for (size_t i = 0; i + 1 < value->count; i++) {
        const bd_value *a = &value->items[i], *b = &value->items[i + 1];
        if (a->kind == BD_NUMBER && b->kind == BD_NUMBER) {
            int forth = bd_number_cmp(a->text, b->text), back = bd_number_cmp(b->text, a->text);
            FUZZ_CHECK((forth > 0) == (back < 0) && (forth == 0) == (back == 0));
            FUZZ_CHECK(bd_number_cmp(a->text, a->text) == 0);
        }
    }
}

static void check_tree(const bd_value *value) {
    bd_arena *arena = fuzz_arena();
    const bd_value *again = NULL, *found = NULL;
    bd_err err;
    bd_str canonical = bd_json_canonical(arena, value);
    bool is_null_member_free = value->kind != BD_NULL;
    FUZZ_CHECK(
        fuzz_holds(bd_json_parse(canonical, &bd_json_default_limits, arena, &again, &err), &err));
    FUZZ_CHECK(bd_str_eq(canonical, bd_json_canonical(arena, again)));
    FUZZ_CHECK(!is_null_member_free || again->kind == value->kind);
    compare_numbers(value);
    for (size_t i = 0; value->kind == BD_OBJECT && i < value->count && i < 100; i++) {
        FUZZ_CHECK(bd_value_find_str(value, value->keys[i]) == &value->items[i]);
        (void)bd_value_lookup(value, value->keys[i], &found);
        (void)bd_value_at(value, value->keys[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    const bd_value *value = fuzz_json(text);
    bd_json_summary whole = {0}, crumbled = {0};
    bd_err err;
    bool is_whole = split(text, false, &whole), is_crumbled = split(text, true, &crumbled);
    FUZZ_CHECK(is_whole == is_crumbled && whole.records == crumbled.records &&
               whole.shape == crumbled.shape);
    bool is_json = fuzz_holds(bd_json_check(text, &bd_json_default_limits, &err), &err);
    if (value != NULL) {
        FUZZ_CHECK(is_json && is_whole);
        check_tree(value);
    }
    fuzz_end();
    return 0;
}
