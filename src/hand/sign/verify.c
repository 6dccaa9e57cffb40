/* verify.c - judges the signatures of a PDF by one rule: the whole file, and nothing but what we
 * write.
 *
 * Known forgeries of signed PDFs live in what a verifier tolerates: a second revision, a range that
 * ends early, a gap wider than the signature, a table that two readers read differently.  So
 * nothing is tolerated.  The ranges must start at byte 0, leave out exactly the string of /Contents
 * and end with the file; there is one base revision and one signature revision; and the signature
 * revision must equal, byte by byte, the one that our own writer makes for this base and this plan.
 * What breaks a form is MALFORMED, what fails a comparison is ALTERED. */
#include "bindery/sign.h"

#include "bindery/pdffile.h"

#include <string.h>

#define SIGNATURES_MAX 16
#define SCRATCH_BYTES(pdf_bytes) ((64u << 20) + 8 * (pdf_bytes))

typedef struct {
    bd_str text;
    bd_str trust_pem;
    bd_instant at;
    bd_arena *arena;   /* of the report */
    bd_arena *scratch; /* of the parsed file */
    bd_pdf *pdf;
    bd_pdf_report *report;
    bd_pdf_signature *signature; /* the one being judged, or NULL */
    bool is_malformed, is_altered;
    bd_err *err;
} judging;

const char *bd_verdict_name(bd_verdict_word verdict) {
    static const char *const names[] = {"VERIFIED", "ALTERED", "MALFORMED", "UNTRUSTED"};
    _Static_assert(BD_VERDICT_UNTRUSTED + 1 == BD_COUNT(names), "one name per verdict");
    return names[verdict];
}

/* Notes why not: in the report, and with the signature it belongs to. */
static void add_reason(judging *j, bd_str reason) {
    *bd_push(j->arena, &j->report->reasons) = reason;
    if (j->signature != NULL) {
        *bd_push(j->arena, &j->signature->reasons) = reason;
    }
}

static void add_malformed(judging *j, bd_str reason) {
    j->is_malformed = true;
    add_reason(j, reason);
}

static void add_altered(judging *j, bd_str reason) {
    j->is_altered = true;
    add_reason(j, reason);
}

/* ---- byte range and hole --------------------------------------------------------------------- */

/* Exactly four plain integers, none negative, both runs inside the file; else there is nothing to
 * hash. */
static bool read_range(judging *j, const bd_pdf_object *signature, int64_t range[4]) {
    const bd_pdf_object *array = bd_pdf_find(signature, "ByteRange");
    int64_t size = (int64_t)j->text.size;
    if (array == NULL || array->kind != BD_PDF_ARRAY || array->count != 4) {
        add_malformed(j, BD_STR("the signature has no /ByteRange of four numbers"));
        return false;
    }
    for (size_t i = 0; i < 4; i++) {
        if (array->items[i].kind != BD_PDF_INTEGER || array->items[i].integer < 0 ||
            array->items[i].integer > size) {
            add_malformed(
                j,
                BD_STR(
                    "the signature's /ByteRange holds something else than offsets of this file"));
            return false;
        }
        range[i] = array->items[i].integer;
    }
    if (range[0] + range[1] > range[2] || range[2] + range[3] > size) {
        add_malformed(j,
                      BD_STR("the runs of the signature's /ByteRange overlap or leave the file"));
        return false;
    }
    return true;
}

static void judge_coverage(judging *j, const bd_pdf_object *contents, const int64_t range[4]) {
    bool is_gap_exact = range[0] + range[1] == contents->start && range[2] == contents->end;
    bool is_to_end = range[2] + range[3] == (int64_t)j->text.size;
    j->signature->covers_whole_file = range[0] == 0 && is_gap_exact && is_to_end;
    if (range[0] != 0 || !is_gap_exact) {
        add_altered(j, BD_STR("the signature leaves out more or other bytes than its own value"));
    }
    if (!is_to_end) {
        add_altered(
            j, bd_str_format(j->arena,
                             "%lld bytes at the end of the file are not covered by the signature",
                             (long long)((int64_t)j->text.size - range[2] - range[3])));
    }
}

/* The hole has one spelling: '<', lower-case digits of one DER value, zeros, '>'. */
static bool read_hole(judging *j, const bd_pdf_object *contents, bd_str *der) {
    bd_str raw = bd_str_sub(j->text, (size_t)contents->start, (size_t)contents->end);
    for (size_t i = 1; i + 1 < raw.size; i++) {
        char c = raw.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            add_malformed(
                j, BD_STR("/Contents holds something else than lower-case hexadecimal digits"));
            return false;
        }
    }
    const uint8_t *bytes = (const uint8_t *)contents->text.data;
    size_t count = contents->text.size;
    if (raw.size % 2 != 0 || raw.data[0] != '<' || count < 4 || bytes[0] != 0x30 ||
        bytes[1] != 0x82) {
        add_malformed(j, BD_STR("/Contents holds no CMS signature"));
        return false;
    }
    size_t length = 4 + (size_t)bytes[2] * 256 + bytes[3];
    if (length > count) {
        add_malformed(j, BD_STR("/Contents is cut off: the CMS signature is longer"));
        return false;
    }
    for (size_t i = length; i < count; i++) {
        if (bytes[i] != 0) {
            add_malformed(j, BD_STR("/Contents has bytes after the CMS signature, expected zeros"));
            return false;
        }
    }
    *der = bd_str_sub(contents->text, 0, length);
    return true;
}

/* ---- one signature --------------------------------------------------------------------------- */

/* A time-stamp that does not hold is a change of the file; one by nobody the caller trusts is none. */
static void judge_stamp(judging *j, const bd_cms_report *cms) {
    j->signature->has_stamp = cms->has_stamp;
    j->signature->stamp = cms->stamp;
    if (!cms->has_stamp) {
        return;
    }
    j->signature->level = BD_STR("PAdES B-T");
    if (!cms->stamp.is_intact) {
        add_altered(j, cms->stamp.reason);
    }
}

static bd_rc judge_cms(judging *j, bd_str der, const int64_t range[4]) {
    uint8_t digest[32];
    bd_cms_report cms;
    bd_err reason = {0};
    bd_sha256 *hash = bd_sha256_open();
    bd_sha256_put(hash, j->text.data + range[0], (size_t)range[1]);
    bd_sha256_put(hash, j->text.data + range[2], (size_t)range[3]);
    bd_sha256_finish(hash, digest);
    bd_sha256_close(hash);
    bd_cms_judging how = {.trust_pem = j->trust_pem, .at = j->at, .may_have_stamp = true};
    bd_rc rc = bd_cms_judge(der, digest, &how, j->arena, &cms, &reason);
    if (bd_failed(rc) && reason.class != BD_ERR_INPUT && reason.class != BD_ERR_LIMIT) {
        return bd_raise(j->err, reason.class, "%s", reason.message);
    }
    if (bd_failed(rc)) {
        add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    j->signature->is_intact = cms.is_intact;
    j->signature->is_trusted = cms.is_trusted;
    j->signature->signer = cms.signer;
    judge_stamp(j, &cms);
    if (!cms.is_intact) {
        add_altered(j, cms.reason);
    } else if (!cms.is_trusted) {
        add_reason(j, cms.reason);
    }
    return BD_OK;
}

static bool is_name(const bd_pdf_object *object, const char *name) {
    return object != NULL && object->kind == BD_PDF_NAME && bd_str_eqz(object->text, name);
}

static bd_rc judge_signature(judging *j, const bd_pdf_object *signature) {
    int64_t range[4];
    bd_str der;
    j->report->is_foreign = j->report->is_foreign &&
                            !is_name(bd_pdf_find(signature, "SubFilter"), "ETSI.CAdES.detached");
    const bd_pdf_object *contents = bd_pdf_find(signature, "Contents");
    if (signature == NULL || contents == NULL || contents->kind != BD_PDF_STRING) {
        add_malformed(j, BD_STR("the signature has no /Contents"));
        return BD_OK;
    }
    if (!is_name(bd_pdf_find(signature, "SubFilter"), "ETSI.CAdES.detached")) {
        add_malformed(j, BD_STR("the signature is not of the form ETSI.CAdES.detached"));
        return BD_OK;
    }
    if (!read_range(j, signature, range)) {
        return BD_OK;
    }
    judge_coverage(j, contents, range);
    if (!read_hole(j, contents, &der)) {
        return BD_OK;
    }
    j->signature->level = BD_STR("PAdES B-B");
    return judge_cms(j, der, range);
}

/* ---- the signature revision ------------------------------------------------------------------ */

static bd_str format_difference(judging *j, bd_str expected, size_t from, size_t hole_from,
                                size_t hole_to) {
    bd_str found = bd_str_sub(j->text, from, j->text.size);
    for (size_t i = 0; i < expected.size && i < found.size; i++) {
        bool is_hole = from + i >= hole_from && from + i < hole_to;
        if (!is_hole && expected.data[i] != found.data[i]) {
            return bd_str_format(
                j->arena,
                "the signature's revision holds something else than a signature, at byte %zu",
                from + i);
        }
    }
    if (expected.size != found.size) {
        return bd_str_format(j->arena, "the signature's revision has %zu bytes, expected %zu",
                             found.size, expected.size);
    }
    return (bd_str){0};
}

/* Builds the update again from the base revision and the plan that the file shows. */
static bd_rc compare_update(judging *j, const bd_pdf_object *field, bd_str *difference,
                            bd_err *reason) {
    bd_pdf *base = NULL;
    bd_pdf_signature_plan plan;
    bd_pdf_signature_update update;
    size_t from = (size_t)bd_pdf_revision_end(j->pdf, 0);
    BD_TRY(bd_pdf_signature_read(j->pdf, field, j->scratch, &plan, reason));
    j->signature->docmdp = plan.docmdp;
    j->signature->is_certification = plan.docmdp != 0;
    j->signature->claimed_time = plan.signed_at;
    BD_TRY(bd_pdf_base_parse(j->pdf, j->scratch, &base, reason));
    BD_TRY(bd_pdf_signature_build(base, &plan, j->scratch, &update, reason));
    *difference = format_difference(j, update.appended, from, (size_t)update.byte_range[1],
                                    (size_t)update.byte_range[2]);
    return BD_OK;
}

static bd_rc judge_revisions(judging *j, const bd_pdf_object *field) {
    bd_err reason = {0};
    bd_str difference = {0};
    size_t count = bd_pdf_revision_count(j->pdf);
    int64_t end = bd_pdf_revision_end(j->pdf, count - 1);
    if (end != (int64_t)j->text.size) {
        add_altered(j, bd_str_format(j->arena, "%lld bytes follow the end of the pdf",
                                     (long long)((int64_t)j->text.size - end)));
    }
    if (count != 2) {
        add_altered(j,
                    bd_str_format(j->arena,
                                  "the pdf has %zu revisions, expected the base and the signature",
                                  count));
        return BD_OK;
    }
    bd_rc rc = compare_update(j, field, &difference, &reason);
    if (bd_failed(rc)) {
        add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
    } else if (difference.size > 0) {
        add_altered(j, difference);
    }
    if (j->signature->docmdp != 1) {
        add_altered(j, BD_STR("the signature does not certify the pdf against all changes"));
    }
    return BD_OK;
}

/* ---- the file -------------------------------------------------------------------------------- */

typedef BD_VEC(const bd_pdf_object *) bd_pdf_fields;

static bd_rc find_fields(judging *j, bd_pdf_fields *fields, bd_err *reason) {
    const bd_pdf_object *catalog = NULL, *form = NULL, *list = NULL;
    BD_TRY(bd_pdf_resolve(j->pdf, bd_pdf_find(bd_pdf_trailer(j->pdf), "Root"), &catalog, reason));
    BD_TRY(bd_pdf_resolve(j->pdf, bd_pdf_find(catalog, "AcroForm"), &form, reason));
    BD_TRY(bd_pdf_resolve(j->pdf, bd_pdf_find(form, "Fields"), &list, reason));
    if (list == NULL || list->kind != BD_PDF_ARRAY) {
        return BD_OK;
    }
    if (list->count > SIGNATURES_MAX) {
        BD_RAISE(reason, BD_ERR_LIMIT, "the pdf has %zu form fields, expected one signature",
                 list->count);
    }
    for (size_t i = 0; i < list->count; i++) {
        const bd_pdf_object *field = NULL, *value = NULL;
        BD_TRY(bd_pdf_resolve(j->pdf, &list->items[i], &field, reason));
        BD_TRY(bd_pdf_resolve(j->pdf, bd_pdf_find(field, "V"), &value, reason));
        if (is_name(bd_pdf_find(field, "FT"), "Sig") && value != NULL) {
            *bd_push(j->scratch, fields) = field;
        } else {
            add_altered(j, BD_STR("the pdf has a form field that is no signature"));
        }
    }
    return BD_OK;
}

static bd_rc judge_field(judging *j, const bd_pdf_object *field) {
    const bd_pdf_object *signature = NULL;
    bd_err reason = {0};
    j->signature = bd_push(j->arena, &j->report->signatures);
    j->signature->claimed_time = BD_INSTANT_NONE;
    if (bd_failed(bd_pdf_resolve(j->pdf, bd_pdf_find(field, "V"), &signature, &reason))) {
        add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    BD_TRY(judge_signature(j, signature));
    return judge_revisions(j, field);
}

static bd_rc judge_fields(judging *j, const bd_pdf_fields *fields) {
    j->report->is_signed = fields->count > 0;
    if (fields->count == 0) {
        add_malformed(j, BD_STR("the pdf carries no signature"));
        return BD_OK;
    }
    for (size_t i = 0; i < fields->count; i++) {
        BD_TRY(judge_field(j, fields->data[i]));
    }
    j->signature = NULL;
    if (fields->count > 1) {
        add_altered(j, bd_str_format(j->arena, "the pdf carries %zu signatures, expected one",
                                     fields->count));
    }
    return BD_OK;
}

static bd_verdict_word decide(const judging *j) {
    if (j->is_malformed) {
        return BD_VERDICT_MALFORMED;
    }
    if (j->is_altered) {
        return BD_VERDICT_ALTERED;
    }
    /* Said again from the facts, so that a path that forgot to note a reason still cannot end in
     * VERIFIED. */
    const bd_pdf_report *report = j->report;
    const bd_pdf_signature *only =
        report->signatures.count == 1 ? &report->signatures.data[0] : NULL;
    if (only == NULL || !only->is_intact || !only->covers_whole_file || !only->is_certification) {
        return BD_VERDICT_ALTERED;
    }
    return only->is_trusted ? BD_VERDICT_VERIFIED : BD_VERDICT_UNTRUSTED;
}

static bd_rc judge_file(judging *j) {
    bd_err reason = {0};
    bd_pdf_fields fields = {0};
    bd_rc rc = bd_pdf_parse(j->text, j->scratch, &j->pdf, &reason);
    if (!bd_failed(rc)) {
        j->report->revision_count = bd_pdf_revision_count(j->pdf);
        j->report->is_foreign = true; /* until a signature of our form is found */
        rc = find_fields(j, &fields, &reason);
    } else {
        j->report->is_foreign = bd_str_find(j->text, BD_STR("/ETSI.CAdES.detached")) < 0;
    }
    if (bd_failed(rc)) {
        /* A file that cannot be read still says whether somebody meant it to be signed. */
        j->report->is_signed = bd_str_find(j->text, BD_STR("/ByteRange")) >= 0;
        add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    return judge_fields(j, &fields);
}

bd_rc bd_verify_pdf(bd_str pdf, bd_str trust_pem, bd_instant at, bd_arena *arena,
                    bd_pdf_report *out, bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *scratch = bd_arena_open("verify", SCRATCH_BYTES(pdf.size));
    bd_pdf_report report = {0};
    judging j = {.text = pdf,
                 .trust_pem = trust_pem,
                 .at = at,
                 .arena = arena,
                 .scratch = scratch,
                 .report = &report,
                 .err = err};
    BD_TRY(judge_file(&j));
    report.verdict = decide(&j);
    *out = report;
    return BD_OK;
}
