/* Signed PDFs: nothing but the two files we signed is ever VERIFIED. */
#include "fuzz.h"

#include "bindery/sign.h"

#define SEEDS "build/fuzz/seeds/sign/"
#define TRUST "build/fuzz/seeds/trust.pem"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bd_str sound, streamed, trust;
    bd_arena *arena = fuzz_arena();
    bd_pdf_report report;
    bd_err err;
    if (trust.size == 0) {
        sound = fuzz_file(SEEDS "signed.pdf");
        streamed = fuzz_file(SEEDS "streamed.pdf");
        trust = fuzz_file(TRUST);
    }
    bd_str text = fuzz_pdf(fuzz_text(data, size), arena);
    bool holds =
        fuzz_holds(bd_verify_pdf(text, trust, BD_INSTANT_NONE, arena, &report, &err), &err);
    FUZZ_CHECK(holds); /* everything about the file is in the report */
    FUZZ_CHECK((report.verdict == BD_VERDICT_VERIFIED) == (report.reasons.count == 0));
    bool is_ours = bd_str_eq(text, sound) || bd_str_eq(text, streamed);
    FUZZ_CHECK(report.verdict != BD_VERDICT_VERIFIED || is_ours);
    for (size_t i = 0; i < report.reasons.count; i++) {
        FUZZ_CHECK(bd_utf8_is_valid(report.reasons.data[i]));
    }
    fuzz_end();
    return 0;
}
