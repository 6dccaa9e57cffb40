/* signature.c - one signature of a PDF: its byte range, its hole, and the CMS or time-stamp in it.
 *
 * The range must start at byte 0, leave out exactly the string of /Contents and end where a revision ends; the hole has
 * one spelling.  What breaks a form is MALFORMED, what fails a comparison is ALTERED. */
#include "sign_priv.h"

#include <string.h>

#define BLOCK_BYTES ((int64_t)4 << 20)

/* ---- byte range and hole --------------------------------------------------------------------- */

/* Exactly four plain integers, none negative, both runs inside the file; else there is nothing to
 * hash. */
static bool read_range(judging *j, const bd_pdf_object *signature, int64_t range[4]) {
    const bd_pdf_object *array = bd_pdf_find(signature, "ByteRange");
    int64_t size = (int64_t)j->text.size;
    if (array == NULL || array->kind != BD_PDF_ARRAY || array->count != 4) {
        sign_add_malformed(j, BD_STR("the signature has no /ByteRange of four numbers"));
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (array->items[i].kind != BD_PDF_INTEGER || array->items[i].integer < 0 ||
            array->items[i].integer > size) {
            sign_add_malformed(
                j,
                BD_STR(
                    "the signature's /ByteRange holds something else than offsets of this file"));
            return false;
        }
        range[i] = array->items[i].integer;
    }
    if (range[0] + range[1] > range[2] || range[2] + range[3] > size) {
        sign_add_malformed(
            j, BD_STR("the runs of the signature's /ByteRange overlap or leave the file"));
        return false;
    }
    return true;
}

static void judge_coverage(judging *j, sign_placed *placed, const bd_pdf_object *contents,
                           const int64_t range[4]) {
    bool is_gap_exact = range[0] + range[1] == contents->start && range[2] == contents->end;
    size_t revisions = bd_pdf_revision_count(j->pdf);
    for (size_t i = 1; i < revisions; i++) {
        if (bd_pdf_revision_end(j->pdf, i) == range[2] + range[3]) {
            placed->revision = i;
        }
    }
    j->signature->revision = placed->revision;
    j->signature->covers_whole_file = range[0] == 0 && is_gap_exact &&
                                      range[2] + range[3] == (int64_t)j->text.size;
    if (range[0] != 0 || !is_gap_exact) {
        sign_add_altered(j,
                         BD_STR("the signature leaves out more or other bytes than its own value"));
    }
    if (placed->revision == 0) {
        sign_add_altered(
            j, bd_str_format(j->arena,
                             "%lld bytes at the end of the file are not covered by the signature",
                             (long long)((int64_t)j->text.size - range[2] - range[3])));
    }
}

/* Digits of one case: with both, each letter would be a free bit. */
static bool are_digits(bd_str text, char first_letter) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= first_letter && c <= first_letter + 5))) {
            return false;
        }
    }
    return true;
}

/* The hole has one spelling: '<', lower-case digits of one DER value, zeros, '>'; others who add a time-stamp may
 * write capitals. */
static bool read_hole(judging *j, const bd_pdf_object *contents, bd_str *der) {
    bd_str raw = bd_str_sub(j->text, (size_t)contents->start, (size_t)contents->end);
    bd_str digits = bd_str_sub(raw, 1, raw.size > 1 ? raw.size - 1 : 1);
    if (!are_digits(digits, 'a') &&
        !(j->signature->is_document_stamp && are_digits(digits, 'A'))) {
        sign_add_malformed(
            j, BD_STR("/Contents holds something else than lower-case hexadecimal digits"));
        return false;
    }
    const uint8_t *bytes = (const uint8_t *)contents->text.data;
    size_t count = contents->text.size;
    if (raw.size % 2 != 0 || raw.data[0] != '<' || count < 4 || bytes[0] != 0x30 ||
        bytes[1] != 0x82) {
        sign_add_malformed(j, BD_STR("/Contents holds no CMS signature"));
        return false;
    }
    size_t length = 4 + (size_t)bytes[2] * 256 + bytes[3];
    if (length > count) {
        sign_add_malformed(j, BD_STR("/Contents is cut off: the CMS signature is longer"));
        return false;
    }
    for (size_t i = length; i < count; i++) {
        if (bytes[i] != 0) {
            sign_add_malformed(
                j, BD_STR("/Contents has bytes after the CMS signature, expected zeros"));
            return false;
        }
    }
    *der = bd_str_sub(contents->text, 0, length);
    return true;
}

/* In blocks, so that a view of a large file stays small; whoever made the signature knows its digest already. */
static void digest_range(const judging *j, const int64_t range[4], uint8_t digest[32]) {
    for (size_t i = 0; j->known != NULL && i < j->known->digest_count; i++) {
        if (memcmp(j->known->digests[i].range, range, sizeof j->known->digests[i].range) == 0) {
            memcpy(digest, j->known->digests[i].sha256, 32);
            return;
        }
    }
    bd_sha256 *hash = bd_sha256_open();
    for (size_t run = 0; run < 4; run += 2) {
        for (int64_t at = 0; at < range[run + 1]; at += BLOCK_BYTES) {
            int64_t rest = range[run + 1] - at;
            bd_sha256_put(hash, j->text.data + range[run] + at, (size_t)(rest < BLOCK_BYTES ? rest : BLOCK_BYTES));
            bd_pdf_release(j->pdf);
        }
    }
    bd_sha256_finish(hash, digest);
    bd_sha256_close(hash);
}

/* ---- what is in it ---------------------------------------------------------------------------- */

/* A form that cannot be judged is said of the file; anything else ends the judging. */
static bd_rc note_form(judging *j, const bd_err *reason) {
    if (reason->class != BD_ERR_INPUT && reason->class != BD_ERR_LIMIT) {
        return bd_raise(j->err, reason->class, "%s", reason->message);
    }
    sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason->message)));
    return BD_OK;
}

/* A time-stamp that does not hold is a change of the file; one by nobody the caller trusts is none. */
static void judge_stamp(judging *j, const bd_cms_report *cms) {
    j->signature->has_stamp = cms->has_stamp;
    j->signature->stamp = cms->stamp;
    if (!cms->has_stamp) {
        return;
    }
    j->signature->level = BD_STR("PAdES B-T");
    if (!cms->stamp.is_intact) {
        sign_add_altered(j, cms->stamp.reason);
    }
}

static bd_rc judge_cms(judging *j, bd_str der, const int64_t range[4]) {
    uint8_t digest[32];
    bd_cms_report cms;
    bd_err reason = {0};
    bd_cms_judging how = {
        .trust_pem = j->how->trust_pem, .at = j->how->at, .may_have_stamp = true};
    digest_range(j, range, digest);
    if (bd_failed(bd_cms_judge(der, digest, &how, j->arena, &cms, &reason))) {
        return note_form(j, &reason);
    }
    j->signature->level = BD_STR("PAdES B-B");
    j->signature->is_intact = cms.is_intact;
    j->signature->is_trusted = cms.is_trusted;
    j->signature->signer = cms.signer;
    j->signature->judged_at = cms.judged_at;
    j->signature->chain_pem = cms.chain_pem;
    judge_stamp(j, &cms);
    if (!cms.is_intact) {
        sign_add_altered(j, cms.reason);
    } else if (!cms.is_trusted) {
        sign_add_reason(j, cms.reason);
    }
    return BD_OK;
}

static bd_rc judge_document_stamp(judging *j, bd_str der, const int64_t range[4]) {
    uint8_t digest[32];
    bd_err reason = {0};
    bd_tsp_report *stamp = &j->signature->stamp;
    digest_range(j, range, digest);
    if (bd_failed(bd_tsp_verify(der, digest, j->how->trust_pem, j->arena, stamp, &reason))) {
        return note_form(j, &reason);
    }
    j->signature->level = BD_STR("document time-stamp");
    j->signature->has_stamp = true;
    j->signature->is_intact = stamp->is_intact;
    j->signature->is_trusted = stamp->is_trusted;
    j->signature->signer = stamp->authority;
    j->signature->judged_at = stamp->time;
    j->signature->chain_pem = stamp->chain_pem;
    if (!stamp->is_intact) {
        sign_add_altered(j, stamp->reason);
    }
    return BD_OK;
}

bd_rc sign_judge_signature(judging *j, size_t index) {
    sign_placed *placed = &j->placed.data[index];
    const bd_pdf_object *signature = NULL;
    int64_t range[4];
    bd_str der;
    bd_err reason = {0};
    if (bd_failed(bd_pdf_resolve(j->pdf, bd_pdf_find(placed->field, "V"), &signature, &reason))) {
        sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    const bd_pdf_object *form = bd_pdf_find(signature, "SubFilter");
    j->signature->is_document_stamp = sign_is_name(form, "ETSI.RFC3161");
    bool is_ours = sign_is_name(form, "ETSI.CAdES.detached");
    j->report->is_foreign = j->report->is_foreign && !is_ours;
    const bd_pdf_object *contents = bd_pdf_find(signature, "Contents");
    if (signature == NULL || contents == NULL || contents->kind != BD_PDF_STRING) {
        sign_add_malformed(j, BD_STR("the signature has no /Contents"));
        return BD_OK;
    }
    if (contents->end > (int64_t)j->text.size) {
        sign_add_malformed(j, BD_STR("the signature stands in an object stream, where nothing can be left out of it"));
        return BD_OK;
    }
    if (!is_ours && !j->signature->is_document_stamp) {
        sign_add_malformed(j, BD_STR("the signature is not of the form ETSI.CAdES.detached: "
                                     "signature not evaluated"));
        return BD_OK;
    }
    if (!read_range(j, signature, range)) {
        return BD_OK;
    }
    judge_coverage(j, placed, contents, range);
    if (!read_hole(j, contents, &der)) {
        return BD_OK;
    }
    return is_ours ? judge_cms(j, der, range) : judge_document_stamp(j, der, range);
}

/* ---- revocation and level --------------------------------------------------------------------- */

/* An authority that was revoked proves no date: the signature is judged as one without a time-stamp. */
static bd_rc judge_stamp_revoked(judging *j, const bd_revocations *said) {
    bd_pdf_signature *s = j->signature;
    bd_revocation_report found;
    bool was_dated = s->stamp.is_intact && s->stamp.is_trusted;
    if (!s->has_stamp || s->is_document_stamp || s->stamp.chain_pem.size == 0) {
        return BD_OK;
    }
    BD_TRY(bd_revocation_check(s->stamp.chain_pem, j->others_pem, said, s->stamp.time, j->arena,
                               &found, j->err));
    if (found.state != BD_REVOCATION_REVOKED) {
        return BD_OK;
    }
    s->stamp.is_trusted = false;
    s->stamp.reason = found.reason;
    sign_add_reason(j, bd_str_format(j->arena, "the time-stamp does not count: %.*s", BD_ARG(found.reason)));
    bd_instant at = j->how->at;
    s->judged_at = was_dated ? at : s->judged_at;
    if (was_dated && at != BD_INSTANT_NONE && (at < s->signer.not_before || at > s->signer.not_after)) {
        s->is_trusted = false;
        sign_add_reason(j, BD_STR("the signer's certificate is not valid at the time asked for"));
    }
    return BD_OK;
}

/* By all that is at hand: a revoked certificate is not trusted. */
static bd_rc judge_revocation(judging *j, const bd_revocations *said) {
    bd_pdf_signature *s = j->signature;
    bd_revocation_report found;
    BD_TRY(judge_stamp_revoked(j, said));
    BD_TRY(bd_revocation_check(s->chain_pem, j->others_pem, said, s->judged_at, j->arena, &found,
                               j->err));
    s->revocation = found.state;
    if (found.state == BD_REVOCATION_REVOKED) {
        s->is_trusted = false;
        sign_add_reason(j, found.reason);
    }
    return BD_OK;
}

static bd_rc has_proofs(judging *j, const bd_revocations *inside, bd_str chain_pem, bd_instant at,
                        bool *out) {
    bd_revocation_report found;
    BD_TRY(bd_revocation_check(chain_pem, j->others_pem, inside, at, j->arena, &found, j->err));
    *out = found.state == BD_REVOCATION_GOOD;
    return BD_OK;
}

static bool has_later_stamp(const judging *j, size_t revision) {
    for (size_t i = 0; i < j->placed.count; i++) {
        const sign_placed *one = &j->placed.data[i];
        if (one->revision > revision && one->facts->is_document_stamp && one->facts->is_intact) {
            return true;
        }
    }
    return false;
}

static void join(bd_arena *arena, bd_strs *out, const bd_strs *more) {
    for (size_t i = 0; i < more->count; i++) {
        *bd_push(arena, out) = more->data[i];
    }
}

/* B-LT: what the file itself holds shows each certificate of signer and authority good, up to a self-signed one. */
static bd_rc judge_length(judging *j, const sign_placed *placed, const bd_revocations *inside) {
    bd_pdf_signature *s = placed->facts;
    bool is_long = false, is_long_stamp = false;
    if (s->is_document_stamp || !s->is_intact || !s->has_stamp || !s->stamp.is_intact) {
        return BD_OK;
    }
    BD_TRY(has_proofs(j, inside, s->chain_pem, s->stamp.time, &is_long));
    BD_TRY(has_proofs(j, inside, s->stamp.chain_pem, s->stamp.time, &is_long_stamp));
    if (is_long && is_long_stamp) {
        s->level =
            has_later_stamp(j, placed->revision) ? BD_STR("PAdES B-LTA") : BD_STR("PAdES B-LT");
    }
    return BD_OK;
}

bd_rc sign_judge_level(judging *j, size_t index) {
    const sign_placed *placed = &j->placed.data[index];
    bd_revocations inside = {.crls = j->proofs.crls, .ocsps = j->proofs.ocsps};
    bd_revocations said = {.crls = {0}, .ocsps = {0}};
    if (placed->facts->chain_pem.size == 0) {
        return BD_OK;
    }
    join(j->arena, &said.crls, &inside.crls);
    join(j->arena, &said.ocsps, &inside.ocsps);
    if (j->how->revocations != NULL) {
        join(j->arena, &said.crls, &j->how->revocations->crls);
        join(j->arena, &said.ocsps, &j->how->revocations->ocsps);
    }
    j->signature = placed->facts;
    BD_TRY(judge_revocation(j, &said));
    j->signature = NULL;
    return judge_length(j, placed, &inside);
}
