/* sign.c - signs a PDF: reserve the hole, hash around it, fill it, and read the result back. */
#include "bindery/sign.h"

#include "bindery/pdffile.h"

#include <string.h>

#define SCRATCH_BYTES(pdf_bytes) ((64u << 20) + 4 * (pdf_bytes))

bd_rc bd_check_signed(bd_str signed_pdf, bd_key *key, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("signer", 1u << 20);
    return bd_check_signed_by(signed_pdf, bd_key_certificate_pem(key, arena), err);
}

bd_rc bd_check_signed_by(bd_str signed_pdf, bd_str trust_pem, bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *arena = bd_arena_open("sign check", SCRATCH_BYTES(signed_pdf.size));
    bd_pdf_report report;
    BD_TRY_CTX(bd_verify_pdf(signed_pdf, trust_pem, BD_INSTANT_NONE, arena, &report, err), err,
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

static bd_rc put_value(char *text, const int64_t range[4], bd_str der, bd_arena *scratch,
                       bd_err *err) {
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

static bd_rc fill_hole(char *text, size_t size, const int64_t range[4], bd_key *key,
                       bd_stamping *stamping, bd_arena *scratch, bd_err *err) {
    uint8_t digest[32];
    bd_str der;
    bd_cms_stamper stamper = {.stamp = bd_stamp_for_cms, .context = stamping};
    digest_ranges((bd_str){text, size}, range, digest);
    BD_TRY(bd_cms_sign_stamped(key, digest, stamping != NULL ? &stamper : NULL, scratch, &der, err));
    return put_value(text, range, der, scratch, err);
}

static bd_pdf_signature_plan plan_of(const bd_sign_options *options, const bd_key *key,
                                     bd_pdf_signature_kind kind) {
    bool is_first = kind == BD_PDF_CERTIFICATION;
    bool leaves_field = options->open_field.size > 0;
    bd_pdf_signature_plan plan = {
        .kind = kind,
        .field_name = is_first ? BD_STR("Signature1") : options->open_field,
        .open_field = is_first ? options->open_field : (bd_str){"", 0},
        .reason = options->reason,
        .location = options->location,
        .signer_name = options->signer_name,
        .signed_at = options->signed_at,
        .docmdp = !is_first ? 0 : leaves_field ? 2 : 1,
        .contents_bytes = options->contents_bytes,
        .page_index = options->page_index,
    };
    if (plan.contents_bytes == 0) {
        plan.contents_bytes =
            bd_cms_size_bound(key) + (options->stamping != NULL ? BD_TSP_ROOM_BYTES : 0);
    }
    if (options->long_term != NULL && is_first) {
        plan.proofs = (bd_pdf_proofs){.certificates = options->long_term->certificates,
                                      .crls = options->long_term->said.crls,
                                      .ocsps = options->long_term->said.ocsps};
    }
    memcpy(plan.rect, options->rect, sizeof(plan.rect));
    return plan;
}

/* The file with its update behind it, the hole still empty.  Allocated in <arena>. */
static bd_rc append_update(bd_str pdf, const bd_pdf_signature_plan *plan, bd_arena *scratch,
                           bd_arena *arena, char **text, bd_pdf_signature_update *update,
                           bd_err *err) {
    bd_pdf *file = NULL;
    BD_TRY_CTX(bd_pdf_parse(pdf, scratch, &file, err), err, "while signing");
    BD_TRY(bd_pdf_signature_build(file, plan, scratch, update, err));
    *text = bd_new(arena, char, pdf.size + update->appended.size);
    memcpy(*text, pdf.data, pdf.size);
    memcpy(*text + pdf.size, update->appended.data, update->appended.size);
    return BD_OK;
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

static bd_rc sign_as(bd_str pdf, bd_key *key, const bd_sign_options *options,
                     bd_pdf_signature_kind kind, bd_arena *arena, bd_str *signed_pdf, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("sign", SCRATCH_BYTES(pdf.size));
    bd_pdf_signature_update update;
    bd_pdf_signature_plan plan = plan_of(options, key, kind);
    char *text = NULL;
    BD_TRY(append_update(pdf, &plan, scratch, arena, &text, &update, err));
    size_t size = pdf.size + update.appended.size;
    BD_TRY(fill_hole(text, size, update.byte_range, key, options->stamping, scratch, err));
    keep_stamp(options->stamping, arena);
    *signed_pdf = (bd_str){text, size};
    return BD_OK;
}

bd_rc bd_sign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options, bd_arena *arena,
                  bd_str *signed_pdf, bd_err *err) {
    BD_TRY(sign_as(pdf, key, options, BD_PDF_CERTIFICATION, arena, signed_pdf, err));
    return options->is_checked_later ? BD_OK : bd_check_signed(*signed_pdf, key, err);
}

/* The first signer's certificate is not at hand: that the file is whole is what is read back, not whom to trust. */
static bd_rc check_whole(bd_str pdf, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("check", SCRATCH_BYTES(pdf.size));
    bd_pdf_report report;
    BD_TRY_CTX(bd_verify_pdf(pdf, (bd_str){"", 0}, BD_INSTANT_NONE, arena, &report, err), err,
               "while reading back what was signed");
    if (report.verdict != BD_VERDICT_UNTRUSTED) {
        BD_RAISE(err, BD_ERR_BUG, "our own pdf is %s: %.*s", bd_verdict_name(report.verdict),
                 BD_ARG(report.reasons.count > 0 ? report.reasons.data[0] : BD_STR("no reason given")));
    }
    return BD_OK;
}

bd_rc bd_countersign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options, bd_arena *arena,
                         bd_str *signed_pdf, bd_err *err) {
    BD_TRY(sign_as(pdf, key, options, BD_PDF_APPROVAL, arena, signed_pdf, err));
    return options->is_checked_later ? BD_OK : check_whole(*signed_pdf, err);
}

/* ---- archiving -------------------------------------------------------------------------------- */

static bool has_proof(const bd_strs *list, bd_str one) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], one)) {
            return true;
        }
    }
    return false;
}

static void add_missing(bd_arena *arena, const bd_strs *held, const bd_strs *given, bd_strs *out) {
    for (size_t i = 0; i < given->count; i++) {
        if (!has_proof(held, given->data[i])) {
            *bd_push(arena, out) = given->data[i];
        }
    }
}

static bd_rc plan_archive(bd_str pdf, const bd_long_term *given, bd_arena *scratch,
                          bd_pdf_signature_plan *out, bd_err *err) {
    bd_pdf *file = NULL;
    bd_pdf_proofs held = {0};
    BD_TRY(bd_pdf_parse(pdf, scratch, &file, err));
    BD_TRY(bd_pdf_proofs_read(file, scratch, &held, err));
    *out = (bd_pdf_signature_plan){
        .kind = BD_PDF_TIMESTAMP,
        .field_name = bd_str_format(scratch, "Timestamp%zu", bd_pdf_revision_count(file)),
        .signed_at = BD_INSTANT_NONE,
        .contents_bytes = BD_TSP_ROOM_BYTES};
    if (given != NULL) {
        add_missing(scratch, &held.certificates, &given->certificates, &out->proofs.certificates);
        add_missing(scratch, &held.crls, &given->said.crls, &out->proofs.crls);
        add_missing(scratch, &held.ocsps, &given->said.ocsps, &out->proofs.ocsps);
    }
    return BD_OK;
}

bd_rc bd_archive_pdf(bd_str pdf, const bd_stamp_authority *authority,
                     const bd_long_term *long_term, bd_arena *arena, bd_str *out,
                     bd_tsp_report *stamp, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("archive", SCRATCH_BYTES(pdf.size));
    bd_pdf_signature_plan plan;
    bd_pdf_signature_update update;
    uint8_t digest[32];
    char *text = NULL;
    BD_TRY(plan_archive(pdf, long_term, scratch, &plan, err));
    BD_TRY(append_update(pdf, &plan, scratch, arena, &text, &update, err));
    size_t size = pdf.size + update.appended.size;
    digest_ranges((bd_str){text, size}, update.byte_range, digest);
    BD_TRY(bd_stamp_ask(authority, digest, arena, stamp, err));
    BD_TRY(put_value(text, update.byte_range, stamp->token, scratch, err));
    *out = (bd_str){text, size};
    return check_whole(*out, err);
}
