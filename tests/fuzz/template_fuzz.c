/* Templates and logos: a template that is taken holds what the contract demands, a picture that is taken has all its
 * pixels; anything else is refused with a message. */
#include "fuzz.h"

#include "bindery/template.h"

static void check_template(bd_str text, bd_template_kind kind) {
    static const bd_section demanded[] = {
        BD_SECTION_SCOPE,    BD_SECTION_CRITERIA,     BD_SECTION_EXCEPTIONS, BD_SECTION_SET_ASIDE,
        BD_SECTION_EVIDENCE, BD_SECTION_DATA_QUALITY, BD_SECTION_APPENDICES};
    bd_doc_template *taken;
    bd_err err;
    if (!fuzz_holds(
            bd_template_parse(text, BD_STR("t.xml"), kind, NULL, fuzz_arena(), &taken, &err),
            &err)) {
        return;
    }
    FUZZ_CHECK(taken->kind == kind && taken->body.count > 0);
    FUZZ_CHECK(taken->accent == BD_TEMPLATE_NO_ACCENT ||
               bd_template_contrast(taken->accent, 0xffffff) >= BD_TEMPLATE_LEAST_CONTRAST);
    if (kind == BD_TEMPLATE_READINESS) {
        return;
    }
    FUZZ_CHECK(taken->front.count > 1 && taken->front.data[0].section == BD_SECTION_COVER);
    for (size_t k = 0; k < BD_COUNT(demanded); k++) {
        size_t found = 0;
        for (size_t i = 0; i < taken->body.count; i++) {
            found += taken->body.data[i].section == demanded[k];
        }
        FUZZ_CHECK(found == 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_str text = fuzz_text(data, size);
    const bd_image *image;
    bd_err err;
    check_template(text, BD_TEMPLATE_BINDER);
    check_template(text, BD_TEMPLATE_READINESS);
    if (fuzz_holds(bd_png_decode(text, fuzz_arena(), &image, &err), &err)) {
        uint64_t sum = 0;
        for (size_t i = 0; i < (size_t)image->width * image->height * 3; i++) {
            sum += image->rgb[i];
        }
        FUZZ_CHECK(sum <= (uint64_t)BD_TEMPLATE_LOGO_PIXELS * 3 * 255);
    }
    fuzz_end();
    return 0;
}
