/* PDF files, ours and others': parse, resolve, decode, read pages, build a signature update. */
#include "fuzz.h"

#include "bindery/pdffile.h"

#define OBJECTS_MAX 200
#define PAGES_MAX 20

static void walk_objects(bd_pdf *pdf) {
    const bd_pdf_object *object = NULL;
    bd_err err;
    for (int64_t number = 0; number < OBJECTS_MAX; number++) {
        object = NULL;
        if (!fuzz_holds(bd_pdf_object_at(pdf, number, &object, &err), &err) || object == NULL) {
            continue;
        }
        bd_str text;
        if (object->kind == BD_PDF_STREAM) {
            (void)fuzz_holds(bd_pdf_stream_decode(pdf, object, 1 << 20, &text, &err), &err);
        }
        for (size_t i = 0; i < object->count && object->items != NULL; i++) {
            const bd_pdf_object *target = NULL;
            (void)fuzz_holds(bd_pdf_resolve(pdf, &object->items[i], &target, &err), &err);
        }
        bd_pdf_signature_plan plan;
        (void)fuzz_holds(bd_pdf_signature_read(pdf, object, fuzz_arena(), &plan, &err), &err);
    }
}

static void read_pages(bd_pdf *pdf) {
    size_t count = bd_pdf_page_count(pdf);
    for (size_t i = 0; i < count && i < PAGES_MAX; i++) {
        bd_str text;
        bd_err err;
        if (fuzz_holds(bd_pdf_page_text(pdf, i, fuzz_arena(), &text, &err), &err)) {
            FUZZ_CHECK(bd_utf8_is_valid(text));
        }
        (void)bd_pdf_page_number(pdf, i);
    }
}

/* The short way to the base revision ends as the long way does, in its words too. */
static void compare_base(const bd_pdf *pdf, bd_str text) {
    bd_pdf *base = NULL, *plain = NULL;
    bd_err err = {0}, plain_err = {0};
    bd_str alone = bd_str_sub(text, 0, (size_t)bd_pdf_revision_end(pdf, 0));
    bool holds = fuzz_holds(bd_pdf_base_parse(pdf, fuzz_arena(), &base, &err), &err);
    FUZZ_CHECK(fuzz_holds(bd_pdf_parse(alone, fuzz_arena(), &plain, &plain_err), &plain_err) ==
               holds);
    FUZZ_CHECK(holds || bd_str_eq(bd_str_of(err.message), bd_str_of(plain_err.message)));
    FUZZ_CHECK(!holds || bd_pdf_revision_end(base, 0) == bd_pdf_revision_end(plain, 0));
}

/* What was signed still parses, with one revision more. */
static void build_update(bd_pdf *pdf, bd_str text) {
    bd_arena *arena = fuzz_arena();
    bd_pdf_signature_update update;
    bd_pdf *again = NULL;
    bd_err err;
    bd_pdf_signature_plan plan = {.field_name = BD_STR("Signature1"),
                                  .reason = BD_STR("Łódź"),
                                  .docmdp = 1,
                                  .contents_bytes = 64};
    if (!fuzz_holds(bd_pdf_signature_build(pdf, &plan, arena, &update, &err), &err)) {
        return;
    }
    char *bytes = bd_new(arena, char, text.size + update.appended.size);
    for (size_t i = 0; i < text.size; i++) {
        bytes[i] = text.data[i];
    }
    for (size_t i = 0; i < update.appended.size; i++) {
        bytes[text.size + i] = update.appended.data[i];
    }
    bd_str whole = (bd_str){bytes, text.size + update.appended.size};
    FUZZ_CHECK(fuzz_holds(bd_pdf_parse(whole, arena, &again, &err), &err));
    FUZZ_CHECK(bd_pdf_revision_count(again) == bd_pdf_revision_count(pdf) + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_arena *arena = fuzz_arena();
    bd_str text = fuzz_pdf(fuzz_text(data, size), arena);
    bd_pdf *pdf = NULL;
    bd_err err;
    if (fuzz_holds(bd_pdf_parse(text, arena, &pdf, &err), &err)) {
        for (size_t i = 0; i < bd_pdf_revision_count(pdf); i++) {
            int64_t end = bd_pdf_revision_end(pdf, i);
            FUZZ_CHECK(end > 0 && (uint64_t)end <= text.size);
        }
        compare_base(pdf, text);
        walk_objects(pdf);
        read_pages(pdf);
        build_update(pdf, text);
    }
    FUZZ_CHECK(bd_utf8_is_valid(bd_pdf_text_decode(fuzz_text(data, size), arena)));
    fuzz_end();
    return 0;
}
