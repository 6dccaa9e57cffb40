/* Text as fonts see it: normal form is UTF-8 without control characters, is its own normal form, and every break
 * lies between characters. */
#include "fuzz.h"

#include "bindery/text.h"

static bd_text_faces *faces;

static void check_words(size_t face, bd_str text) {
    bd_text_word word;
    for (size_t at = 0, last = 0; bd_text_next_word(text, &at, &word); last = at) {
        FUZZ_CHECK(at > last && word.from < word.to && word.to <= text.size);
        bd_str rest = bd_str_sub(text, word.from, word.to);
        (void)bd_text_widest_part(faces, face, rest);
        for (int rounds = 0; rest.size > 0 && rounds < 50; rounds++) {
            size_t cut = bd_text_break(faces, face, rest, 2500);
            FUZZ_CHECK(cut <= rest.size && bd_utf8_is_valid(bd_str_sub(rest, 0, cut)));
            if (cut == 0) {
                break;
            }
            rest = bd_str_sub(rest, cut, rest.size);
        }
    }
}

static bd_str check_split(bd_text_role role, bd_str text) {
    bd_arena *arena = fuzz_arena();
    bd_text_spans spans = {0};
    bd_text_gaps gaps = {.arena = arena, .where = BD_STR("here")};
    bd_buf whole;
    bd_text_split(faces, role, text, arena, &spans, &gaps);
    bd_buf_init(&whole, 64 << 20);
    for (size_t i = 0; i < spans.count; i++) {
        bd_str span = spans.data[i].text;
        FUZZ_CHECK(spans.data[i].face < bd_text_face_count(faces) && bd_utf8_is_valid(span));
        FUZZ_CHECK(bd_text_measure(faces, spans.data[i].face, span) >= 0);
        check_words(spans.data[i].face, span);
        bd_buf_puts(&whole, span);
    }
    bd_str joined = bd_str_copy(arena, bd_buf_str(&whole));
    bd_buf_clear(&whole);
    return joined;
}

static void check_strings(bd_str text) {
    bd_arena *arena = fuzz_arena();
    bd_str head = bd_str_sub(text, 0, text.size / 2),
           tail = bd_str_sub(text, text.size / 2, text.size);
    FUZZ_CHECK(bd_utf8_is_valid(bd_str_visible(arena, text)));
    FUZZ_CHECK((bd_str_natural_cmp(head, tail) > 0) == (bd_str_natural_cmp(tail, head) < 0));
    FUZZ_CHECK((bd_str_fold_cmp(head, tail) > 0) == (bd_str_fold_cmp(tail, head) < 0));
    FUZZ_CHECK(bd_str_natural_cmp(text, text) == 0 && bd_str_fold_cmp(text, text) == 0);
    ptrdiff_t at = bd_str_find(text, tail);
    FUZZ_CHECK(at >= 0 && (size_t)at <= head.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_err err;
    bd_str text = fuzz_text(data, size);
    if (faces == NULL) {
        size_t count;
        const bd_text_face_spec *specs = bd_text_default_faces(&count);
        FUZZ_CHECK(fuzz_holds(bd_text_open(specs, count, &faces, &err), &err));
    }
    int roles = size > 65536 ? 1 : BD_ROLE_COUNT; /* large inputs are there to be timed */
    for (int role = 0; role < roles; role++) {
        bd_str once = check_split((bd_text_role)role, text);
        bd_str twice = check_split((bd_text_role)role, once);
        FUZZ_CHECK(bd_str_eq(once, twice));
    }
    check_strings(text);
    fuzz_end();
    return 0;
}
