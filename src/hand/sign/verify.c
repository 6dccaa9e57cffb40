/* verify.c - judges the signatures of a PDF by one rule: each covers all that was there, and nothing came after it but
 * what it allows.
 *
 * Known forgeries of signed PDFs live in what a verifier tolerates: a second revision, a range that
 * ends early, a gap wider than the signature, a table that two readers read differently.  So
 * almost nothing is tolerated.  A file is one base revision, and then:
 *
 *     the certification     equal, byte by byte, to the one that our own writer makes for this base and this plan
 *     a second signature    where the certification left a field open for it; equal to our own writer's likewise
 *     proofs, time-stamps   by whomever; nothing else may be in their revisions (later.c)
 *
 * What breaks a form is MALFORMED, what fails a comparison is ALTERED. */
#include "bindery/sign.h"

#include "sign_priv.h"

#include <string.h>

#define SIGNATURES_MAX 16
#define BLOCK_BYTES ((size_t)4 << 20)
#define SCRATCH_BYTES(pdf_bytes) ((64u << 20) + 16 * (pdf_bytes))

const char *bd_verdict_name(bd_verdict_word verdict) {
    static const char *const names[] = {"VERIFIED", "ALTERED", "MALFORMED", "UNTRUSTED"};
    _Static_assert(BD_VERDICT_UNTRUSTED + 1 == BD_COUNT(names), "one name per verdict");
    return names[verdict];
}

void sign_add_reason(judging *j, bd_str reason) {
    *bd_push(j->arena, &j->report->reasons) = reason;
    if (j->signature != NULL) {
        *bd_push(j->arena, &j->signature->reasons) = reason;
    }
}

void sign_add_malformed(judging *j, bd_str reason) {
    j->is_malformed = true;
    sign_add_reason(j, reason);
}

void sign_add_altered(judging *j, bd_str reason) {
    j->is_altered = true;
    sign_add_reason(j, reason);
}

bool sign_is_name(const bd_pdf_object *object, const char *name) {
    return object != NULL && object->kind == BD_PDF_NAME && bd_str_eqz(object->text, name);
}

/* ---- revisions ------------------------------------------------------------------------------- */

static bd_str format_difference(judging *j, bd_str expected, size_t from, size_t to,
                                const int64_t range[4]) {
    bd_str found = bd_str_sub(j->text, from, to);
    for (size_t i = 0; i < expected.size && i < found.size; i++) {
        bool is_hole = from + i >= (size_t)range[1] && from + i < (size_t)range[2];
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
    return (bd_str){"", 0};
}

/* Builds the update again from the revision before it and the plan that the file shows. */
static bd_rc compare_update(judging *j, const sign_placed *placed, bd_pdf *before, bd_pdf *after,
                            bd_pdf_signature_plan *plan, bd_str *difference, bd_err *reason) {
    bd_pdf_signature_update update;
    const bd_pdf_object *field = NULL;
    size_t from = (size_t)bd_pdf_revision_end(j->pdf, placed->revision - 1);
    size_t to = (size_t)bd_pdf_revision_end(j->pdf, placed->revision);
    BD_TRY(bd_pdf_object_at(after, placed->field_number, &field, reason));
    BD_TRY(bd_pdf_signature_read(after, field, j->scratch, plan, reason));
    BD_TRY(bd_pdf_signature_build(before, plan, j->scratch, &update, reason));
    *difference = format_difference(j, update.appended, from, to, update.byte_range);
    return BD_OK;
}

static void judge_kind(judging *j, const sign_placed *placed, const bd_pdf_signature_plan *plan) {
    const bd_pdf_signature *first = &j->report->signatures.data[0];
    bool is_first = placed->revision == 1;
    if (is_first && (plan->kind != BD_PDF_CERTIFICATION || plan->docmdp > 2 ||
                     (plan->docmdp == 2) != (plan->open_field.size > 0))) {
        sign_add_altered(j, BD_STR("the signature does not certify the pdf against all changes"));
    }
    if (!is_first && (plan->kind != BD_PDF_APPROVAL || placed->revision != 2 || first->docmdp != 2)) {
        sign_add_altered(j, BD_STR("a further signature that the certification does not allow"));
    }
}

static bd_rc judge_own_revision(judging *j, const sign_placed *placed, bd_pdf *before, bd_pdf *after) {
    bd_err reason = {0};
    bd_str difference = {"", 0};
    bd_pdf_signature_plan plan = {.docmdp = 0};
    j->signature = placed->facts;
    bd_rc rc = compare_update(j, placed, before, after, &plan, &difference, &reason);
    j->signature->docmdp = plan.docmdp;
    j->signature->is_certification = plan.docmdp != 0;
    j->signature->claimed_time = plan.signed_at;
    if (bd_failed(rc)) {
        sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
    } else if (difference.size > 0) {
        sign_add_altered(j, difference);
    }
    judge_kind(j, placed, &plan);
    j->signature = NULL;
    return BD_OK;
}

static bd_rc judge_later_revision(judging *j, const sign_placed *stamp, size_t revision,
                                  bd_pdf *before, bd_pdf *after) {
    bd_err reason = {0};
    bd_str fault = {"", 0};
    if (bd_failed(sign_check_later(before, after, j->scratch, &fault, &reason))) {
        sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    if (fault.size > 0) {
        sign_add_altered(j, bd_str_format(j->arena, "revision %zu of %zu: %.*s", revision + 1,
                                          bd_pdf_revision_count(j->pdf), BD_ARG(fault)));
        return BD_OK;
    }
    bd_str change = stamp != NULL ? BD_STR("document time-stamp") : BD_STR("proofs for later");
    for (size_t i = 0; i < j->placed.count; i++) {
        if (j->placed.data[i].revision < revision) {
            *bd_push(j->arena, &j->placed.data[i].facts->later_changes) = change;
        }
    }
    return BD_OK;
}

static sign_placed *find_placed(judging *j, size_t revision) {
    sign_placed *found = NULL;
    for (size_t i = 0; i < j->placed.count; i++) {
        if (j->placed.data[i].revision != revision) {
            continue;
        }
        if (found != NULL) {
            sign_add_altered(j, BD_STR("two signatures end at the same byte"));
            continue;
        }
        found = &j->placed.data[i];
    }
    return found;
}

static bd_rc judge_revision(judging *j, size_t revision, bd_pdf *before, bd_pdf *after) {
    sign_placed *placed = find_placed(j, revision);
    bool is_stamp = placed != NULL && placed->facts->is_document_stamp;
    if (placed != NULL && !is_stamp) {
        return judge_own_revision(j, placed, before, after);
    }
    if (revision == 1) {
        sign_add_altered(j, bd_str_format(j->arena,
                                          "the pdf has %zu revisions, and the second is no certification",
                                          bd_pdf_revision_count(j->pdf)));
        return BD_OK;
    }
    return judge_later_revision(j, placed, revision, before, after);
}

static void judge_end(judging *j) {
    size_t count = bd_pdf_revision_count(j->pdf);
    int64_t end = bd_pdf_revision_end(j->pdf, count - 1);
    if (end != (int64_t)j->text.size) {
        sign_add_altered(j, bd_str_format(j->arena, "%lld bytes follow the end of the pdf",
                                          (long long)((int64_t)j->text.size - end)));
    }
    if (count < 2) {
        sign_add_altered(j, BD_STR("the pdf has 1 revision, expected the base and the signature"));
    }
}

/* The first <index> + 1 revisions, by somebody's reading of them or a new one. */
static bd_rc read_revision(judging *j, size_t index, bd_pdf **out, bd_err *reason) {
    for (size_t i = 0; j->known != NULL && i < j->known->handle_count; i++) {
        bd_pdf *handle = j->known->handles[i];
        if (bd_pdf_revision_count(handle) == index + 1 &&
            bd_pdf_revision_end(handle, index) == bd_pdf_revision_end(j->pdf, index)) {
            *out = handle;
            return BD_OK;
        }
    }
    return bd_pdf_revision_parse(j->pdf, index, j->scratch, out, reason);
}

static bd_rc judge_revisions(judging *j) {
    bd_pdf *before = NULL;
    size_t count = bd_pdf_revision_count(j->pdf);
    bd_err reason = {0};
    judge_end(j);
    if (bd_failed(read_revision(j, 0, &before, &reason))) {
        sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    for (size_t i = 1; i < count; i++) {
        bd_pdf *after = j->pdf;
        if (i + 1 < count && bd_failed(read_revision(j, i, &after, &reason))) {
            sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
            return BD_OK;
        }
        BD_TRY(judge_revision(j, i, before, after));
        before = after;
    }
    return BD_OK;
}

/* ---- the file -------------------------------------------------------------------------------- */

bd_rc sign_find_list(bd_pdf *pdf, const bd_pdf_object **out, bd_err *err) {
    const bd_pdf_object *catalog = NULL, *form = NULL;
    *out = NULL;
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(bd_pdf_trailer(pdf), "Root"), &catalog, err));
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(catalog, "AcroForm"), &form, err));
    return bd_pdf_resolve(pdf, bd_pdf_find(form, "Fields"), out, err);
}

static bd_rc find_fields(judging *j, bd_err *reason) {
    const bd_pdf_object *list = NULL;
    BD_TRY(sign_find_list(j->pdf, &list, reason));
    if (list == NULL || list->kind != BD_PDF_ARRAY) {
        return BD_OK;
    }
    if (list->count > SIGNATURES_MAX) {
        BD_RAISE(reason, BD_ERR_LIMIT, "the pdf has %zu form fields, expected at most %d signatures",
                 list->count, SIGNATURES_MAX);
    }
    for (size_t i = 0; i < list->count; i++) {
        const bd_pdf_object *field = NULL, *value = NULL;
        BD_TRY(bd_pdf_resolve(j->pdf, &list->items[i], &field, reason));
        BD_TRY(bd_pdf_resolve(j->pdf, bd_pdf_find(field, "V"), &value, reason));
        bool is_signature = sign_is_name(bd_pdf_find(field, "FT"), "Sig");
        if (is_signature && value != NULL && list->items[i].kind == BD_PDF_REF) {
            *bd_push(j->scratch, &j->placed) =
                (sign_placed){.field = field, .field_number = list->items[i].integer};
        } else if (!is_signature || bd_pdf_find(field, "Lock") == NULL) {
            sign_add_altered(j, BD_STR("the pdf has a form field that is no signature"));
        } else {
            const bd_pdf_object *name = bd_pdf_find(field, "T");
            bool is_named = name != NULL && name->kind == BD_PDF_STRING;
            j->report->open_field = is_named ? bd_pdf_text_decode(name->text, j->arena) : BD_STR("without a name");
        }
    }
    return BD_OK;
}

/* The facts stand in one array from the start, so that a pointer to one of them stays good. */
static bd_rc judge_fields(judging *j) {
    j->report->is_signed = j->placed.count > 0;
    if (j->placed.count == 0) {
        sign_add_malformed(j, BD_STR("the pdf carries no signature"));
        return BD_OK;
    }
    for (size_t i = 0; i < j->placed.count; i++) {
        bd_pdf_signature *facts = bd_push(j->arena, &j->report->signatures);
        *facts = (bd_pdf_signature){.claimed_time = BD_INSTANT_NONE, .judged_at = BD_INSTANT_NONE};
    }
    for (size_t i = 0; i < j->placed.count; i++) {
        j->placed.data[i].facts = &j->report->signatures.data[i];
        j->signature = j->placed.data[i].facts;
        BD_TRY(sign_judge_signature(j, i));
    }
    j->signature = NULL;
    BD_TRY(judge_revisions(j));
    for (size_t i = 0; i < j->placed.count; i++) {
        BD_TRY(sign_judge_level(j, i));
    }
    return BD_OK;
}

static bd_verdict_word decide_one(const bd_pdf_signature *one) {
    if (!one->is_intact || one->revision == 0) {
        return BD_VERDICT_ALTERED;
    }
    return one->is_trusted ? BD_VERDICT_VERIFIED : BD_VERDICT_UNTRUSTED;
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
    bd_verdict_word verdict = BD_VERDICT_ALTERED;
    if (report->signatures.count == 0 || !report->signatures.data[0].is_certification) {
        return BD_VERDICT_ALTERED;
    }
    for (size_t i = 0; i < report->signatures.count; i++) {
        const bd_pdf_signature *one = &report->signatures.data[i];
        bd_verdict_word word = decide_one(one);
        if (word == BD_VERDICT_ALTERED) {
            return word;
        }
        /* Who stamped a file later does not vouch for it: without trust it only proves no date. */
        bool counts = !one->is_document_stamp && verdict != BD_VERDICT_UNTRUSTED;
        verdict = counts ? word : verdict;
    }
    return verdict;
}

static bd_rc load_proofs(judging *j) {
    bd_err reason = {0};
    bd_pdf_proofs proofs = {0};
    if (bd_failed(bd_pdf_proofs_read(j->pdf, j->arena, &proofs, &reason))) {
        sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    j->proofs = proofs;
    j->others_pem = bd_str_format(j->arena, "%.*s\n%.*s",
                                  BD_ARG(bd_certificates_pem(&proofs.certificates, j->arena)),
                                  BD_ARG(j->how->trust_pem));
    return BD_OK;
}

/* Whether the words stand anywhere in the file, a few MiB of it at a time. */
static bool mentions(const judging *j, bd_str words) {
    bool is_found = false;
    for (size_t at = 0; at < j->text.size && !is_found; at += BLOCK_BYTES) {
        is_found = bd_str_find(bd_str_sub(j->text, at, at + BLOCK_BYTES + words.size), words) >= 0;
        bd_view_release(j->how->view);
    }
    return is_found;
}

static bd_rc parse_text(judging *j, bd_err *reason) {
    if (j->known != NULL) {
        j->pdf = j->known->handles[j->known->handle_count - 1];
        return BD_OK;
    }
    return j->how->view != NULL ? bd_pdf_view_parse(j->how->view, j->scratch, &j->pdf, reason)
                                : bd_pdf_parse(j->text, j->scratch, &j->pdf, reason);
}

static bd_rc judge_file(judging *j) {
    bd_err reason = {0};
    bd_rc rc = parse_text(j, &reason);
    if (!bd_failed(rc)) {
        j->report->revision_count = bd_pdf_revision_count(j->pdf);
        j->report->is_foreign = true; /* until a signature of our form is found */
        rc = find_fields(j, &reason);
    } else {
        j->report->is_foreign = !mentions(j, BD_STR("/ETSI.CAdES.detached"));
    }
    if (bd_failed(rc)) {
        /* A file that cannot be read still says whether somebody meant it to be signed. */
        j->report->is_signed = mentions(j, BD_STR("/ByteRange"));
        sign_add_malformed(j, bd_str_copy(j->arena, bd_str_of(reason.message)));
        return BD_OK;
    }
    BD_TRY(load_proofs(j));
    return judge_fields(j);
}

bd_rc sign_judge_known(bd_str text, const sign_known *known, const bd_pdf_judging *how, bd_arena *arena,
                       bd_pdf_report *out, bd_err *err) {
    BD_DEFER(bd_arena_close_ref)
    bd_arena *scratch = bd_arena_open("verify", SCRATCH_BYTES(text.size));
    bd_pdf_report report = {0};
    judging j = {.text = text,
                 .known = known,
                 .how = how,
                 .arena = arena,
                 .scratch = scratch,
                 .report = &report,
                 .err = err};
    BD_TRY(judge_file(&j));
    report.verdict = decide(&j);
    for (size_t i = 0; i < report.signatures.count; i++) {
        report.signatures.data[i].verdict = decide_one(&report.signatures.data[i]);
    }
    *out = report;
    return BD_OK;
}

bd_rc bd_judge_pdf(bd_str pdf, const bd_pdf_judging *how, bd_arena *arena, bd_pdf_report *out,
                   bd_err *err) {
    return sign_judge_known(pdf, NULL, how, arena, out, err);
}

bd_rc bd_verify_pdf(bd_str pdf, bd_str trust_pem, bd_instant at, bd_arena *arena,
                    bd_pdf_report *out, bd_err *err) {
    bd_pdf_judging how = {.trust_pem = trust_pem, .at = at};
    return bd_judge_pdf(pdf, &how, arena, out, err);
}
