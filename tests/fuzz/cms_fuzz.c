/* CMS signatures and certificates: DER of our profile or a refusal; only the one signature is trusted. */
#include "fuzz.h"

#include "bindery/crypto.h"

#define SEED "build/fuzz/seeds/cms/detached.der"
#define TRUST "build/fuzz/seeds/trust.pem"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bd_str sound, trust;
    bd_arena *arena = fuzz_arena();
    bd_str text = fuzz_text(data, size);
    bd_cms_report report = {0};
    bd_certificate_facts facts;
    uint8_t digest[32];
    bd_err err;
    if (trust.size == 0) {
        sound = fuzz_file(SEED);
        trust = fuzz_file(TRUST);
    }
    bd_sha256_of(BD_STR("bindery"), digest);
    if (fuzz_holds(bd_cms_verify(text, digest, trust, BD_INSTANT_NONE, arena, &report, &err),
                   &err)) {
        FUZZ_CHECK((report.is_intact && report.is_trusted) == (report.reason.size == 0));
        FUZZ_CHECK(!(report.is_intact && report.is_trusted) || bd_str_eq(text, sound));
        FUZZ_CHECK(bd_utf8_is_valid(report.signer.subject) && bd_utf8_is_valid(report.reason));
    }
    if (fuzz_holds(bd_certificate_read(text, arena, &facts, &err), &err)) {
        FUZZ_CHECK(bd_utf8_is_valid(facts.subject) && bd_utf8_is_valid(facts.issuer));
    }
    fuzz_end();
    return 0;
}
