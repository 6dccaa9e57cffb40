/* sign.c - signs a PDF: plans the update, has it filled, and reads the result back. */
#include "sign_priv.h"

#include <string.h>

#define CHECK_BYTES ((size_t)256 << 20)
#define PROOFS_BYTES ((size_t)512 << 20) /* 256 of 1 MiB, and what they are found by */

/* ---- reading back ------------------------------------------------------------------------------ */

static bd_rc accept(const bd_pdf_report *report, bd_verdict_word wanted, bd_err *err) {
    if (report->verdict != wanted) {
        bd_str reason =
            report->reasons.count > 0 ? report->reasons.data[0] : BD_STR("no reason given");
        BD_RAISE(err, BD_ERR_BUG, "our own signed pdf is %s: %.*s", bd_verdict_name(report->verdict),
                 BD_ARG(reason));
    }
    return BD_OK;
}

bd_rc bd_check_signed_by(bd_str signed_pdf, bd_str trust_pem, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("sign check", CHECK_BYTES);
    bd_pdf_report report;
    BD_TRY_CTX(bd_verify_pdf(signed_pdf, trust_pem, BD_INSTANT_NONE, arena, &report, err), err,
               "while reading back our own signature");
    return accept(&report, BD_VERDICT_VERIFIED, err);
}

/* Without a key that the file is whole is what is read back, not whom to trust: who signed first is not at hand. */
static bd_rc check_copy(const bd_pdf_copy *copy, const bd_key *key, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("sign check", CHECK_BYTES);
    bd_pdf_judging how = {.trust_pem = {"", 0}, .at = BD_INSTANT_NONE};
    bd_pdf_report report;
    if (key != NULL) {
        how.trust_pem = bd_key_certificate_pem(key, arena);
    }
    BD_TRY_CTX(bd_pdf_copy_judge(copy, &how, arena, &report, err), err, "while reading back our own signature");
    return accept(&report, key != NULL ? BD_VERDICT_VERIFIED : BD_VERDICT_UNTRUSTED, err);
}

/* ---- signing ------------------------------------------------------------------------------------ */

typedef struct {
    bd_key *key;
    bd_stamping *stamping; /* or NULL */
    bd_arena *arena;       /* what is said of the time-stamp outlives the signing */
} cms_filling;

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

static bd_rc fill_with_cms(void *context, const uint8_t digest[32], bd_arena *arena, bd_str *der, bd_err *err) {
    const cms_filling *filling = context;
    bd_cms_stamper stamper = {.stamp = bd_stamp_for_cms, .context = filling->stamping};
    BD_TRY(bd_cms_sign_stamped(filling->key, digest, filling->stamping != NULL ? &stamper : NULL, arena, der, err));
    keep_stamp(filling->stamping, filling->arena);
    return BD_OK;
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

static bd_rc sign_as(bd_pdf_copy *copy, bd_key *key, const bd_sign_options *options, bd_pdf_signature_kind kind,
                     bd_err *err) {
    cms_filling filling = {.key = key, .stamping = options->stamping, .arena = sign_copy_arena(copy)};
    sign_filler filler = {fill_with_cms, &filling};
    bd_pdf_signature_plan plan = plan_of(options, key, kind);
    return sign_copy_add(copy, &plan, &filler, err);
}

bd_rc bd_pdf_copy_sign(bd_pdf_copy *copy, bd_key *key, const bd_sign_options *options, bd_err *err) {
    BD_TRY(sign_as(copy, key, options, BD_PDF_CERTIFICATION, err));
    return options->is_checked_later ? BD_OK : check_copy(copy, key, err);
}

bd_rc bd_pdf_copy_countersign(bd_pdf_copy *copy, bd_key *key, const bd_sign_options *options, bd_err *err) {
    BD_TRY(sign_as(copy, key, options, BD_PDF_APPROVAL, err));
    return options->is_checked_later ? BD_OK : check_copy(copy, NULL, err);
}

bd_rc bd_sign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options, bd_arena *arena,
                  bd_str *signed_pdf, bd_err *err) {
    BD_DEFER(bd_pdf_copy_drop_ref) bd_pdf_copy *copy = NULL;
    BD_TRY(bd_pdf_copy_of(pdf, arena, &copy, err));
    BD_TRY(bd_pdf_copy_sign(copy, key, options, err));
    *signed_pdf = bd_pdf_copy_text(copy);
    return BD_OK;
}

bd_rc bd_countersign_pdf(bd_str pdf, bd_key *key, const bd_sign_options *options, bd_arena *arena,
                         bd_str *signed_pdf, bd_err *err) {
    BD_DEFER(bd_pdf_copy_drop_ref) bd_pdf_copy *copy = NULL;
    BD_TRY(bd_pdf_copy_of(pdf, arena, &copy, err));
    BD_TRY(bd_pdf_copy_countersign(copy, key, options, err));
    *signed_pdf = bd_pdf_copy_text(copy);
    return BD_OK;
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

static bd_rc plan_archive(bd_pdf *file, const bd_long_term *given, bd_arena *scratch,
                          bd_pdf_signature_plan *out, bd_err *err) {
    bd_pdf_proofs held = {0};
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

typedef struct {
    const bd_stamp_authority *authority;
    bd_arena *arena;
    bd_tsp_report *stamp;
} stamp_filling;

static bd_rc fill_with_stamp(void *context, const uint8_t digest[32], bd_arena *arena, bd_str *der, bd_err *err) {
    const stamp_filling *filling = context;
    (void)arena;
    BD_TRY(bd_stamp_ask(filling->authority, digest, filling->arena, filling->stamp, err));
    *der = filling->stamp->token;
    return BD_OK;
}

bd_rc bd_pdf_copy_stamp(bd_pdf_copy *copy, const bd_stamp_authority *authority, const bd_long_term *long_term,
                        bd_arena *arena, bd_tsp_report *stamp, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("archive", PROOFS_BYTES);
    stamp_filling filling = {authority, arena, stamp};
    sign_filler filler = {fill_with_stamp, &filling};
    bd_pdf_signature_plan plan;
    BD_TRY(plan_archive(bd_pdf_copy_pdf(copy), long_term, scratch, &plan, err));
    BD_TRY(sign_copy_add(copy, &plan, &filler, err));
    return check_copy(copy, NULL, err);
}
