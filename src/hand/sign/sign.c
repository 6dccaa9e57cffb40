/* sign.c - signs a PDF: reserve the hole, hash around it, fill it, and read the result back. */
#include "bindery/sign.h"

#include "bindery/pdffile.h"

#include <string.h>

#define SCRATCH_BYTES(pdf_bytes) ((64u << 20) + 4 * (pdf_bytes))

bd_rc bd_check_signed(bd_str signed_pdf, bd_key *key, bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *arena = bd_arena_open("sign check", SCRATCH_BYTES(signed_pdf.size));
    bd_pdf_report report;
    bd_str trust = bd_key_certificate_pem(key, arena);
    BD_TRY_CTX(bd_verify_pdf(signed_pdf, trust, BD_INSTANT_NONE, arena, &report, err), err,
               "while reading back our own signature");
    if (report.verdict != BD_VERDICT_VERIFIED) {
        bd_str reason =
            report.reasons.count > 0 ? report.reasons.data[0] : BD_STR("no reason given");
        BD_RAISE(err, BD_ERR_BUG, "our own signed pdf is %s: %.*s", bd_verdict_name(report.verdict),
                 BD_ARG(reason));
    }
    return BD_OK;
}

static void digest_ranges(bd_str text, const int64_t range[4], uint8_t digest[32]) {
    bd_sha256 *hash = bd_sha256_open();
    bd_sha256_put(hash, text.data + range[0], (size_t)range[1]);
    bd_sha256_put(hash, text.data + range[2], (size_t)range[3]);
    bd_sha256_finish(hash, digest);
    bd_sha256_close(hash);
}

static bd_rc fill_hole(char *text, size_t size, const int64_t range[4], bd_key *key,
                       bd_stamping *stamping, bd_arena *scratch, bd_err *err) {
    uint8_t digest[32];
    bd_str der;
    bd_cms_stamper stamper = {.stamp = bd_stamp_for_cms, .context = stamping};
    digest_ranges((bd_str){text, size}, range, digest);
    BD_TRY(bd_cms_sign_stamped(key, digest, stamping != NULL ? &stamper : NULL, scratch, &der, err));
    size_t room = (size_t)(range[2] - range[1] - 2) / 2;
    if (der.size > room) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot sign: the signature needs %zu bytes, its place has %zu",
                 der.size, room);
    }
    char *hex = bd_new(scratch, char, 2 * der.size + 1);
    bd_hex((const uint8_t *)der.data, der.size, hex);
    memcpy(text + range[1] + 1, hex, 2 * der.size);
    return BD_OK;
}

static bd_pdf_signature_plan plan_of(const bd_sign_options *options, const bd_key *key) {
    bd_pdf_signature_plan plan = {
        .field_name = BD_STR("Signature1"),
        .reason = options->reason,
        .location = options->location,
        .signer_name = options->signer_name,
        .signed_at = options->signed_at,
        .docmdp = 1,
        .contents_bytes = options->contents_bytes,
        .page_index = options->page_index,
    };
    if (plan.contents_bytes == 0) {
        plan.contents_bytes =
            bd_cms_size_bound(key) + (options->stamping != NULL ? BD_TSP_ROOM_BYTES : 0);
    }
    memcpy(plan.rect, options->rect, sizeof(plan.rect));
    return plan;
}

/* What is said of the time-stamp outlives the scratch it was read in. */
static void keep_stamp(bd_stamping *stamping, bd_arena *arena) {
    if (stamping == NULL) {
        return;
    }
    bd_tsp_report *stamp = &stamping->stamp;
    bd_str *texts[] = {&stamping->problem,          &stamp->policy,
                       &stamp->chain_pem,           &stamp->token,
                       &stamp->reason,              &stamp->authority.subject,
                       &stamp->authority.issuer,    &stamp->authority.serial_hex,
                       &stamp->authority.algorithm};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_str_copy(arena, *texts[i]);
    }
}

bd_rc bd_sign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options, bd_arena *arena,
                  bd_str *signed_pdf, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("sign", SCRATCH_BYTES(pdf.size));
    bd_pdf *file = NULL;
    bd_pdf_signature_update update;
    bd_pdf_signature_plan plan = plan_of(options, key);
    BD_TRY_CTX(bd_pdf_parse(pdf, scratch, &file, err), err, "while signing");
    BD_TRY(bd_pdf_signature_build(file, &plan, scratch, &update, err));
    size_t size = pdf.size + update.appended.size;
    char *text = bd_new(arena, char, size);
    memcpy(text, pdf.data, pdf.size);
    memcpy(text + pdf.size, update.appended.data, update.appended.size);
    BD_TRY(fill_hole(text, size, update.byte_range, key, options->stamping, scratch, err));
    keep_stamp(options->stamping, arena);
    *signed_pdf = (bd_str){text, size};
    return options->is_checked_later ? BD_OK : bd_check_signed(*signed_pdf, key, err);
}
