/* `verify`: the package's own proofs, then the binder inside it, then that the two name each
 * other; or a PDF, or a seal, alone.  CMS, PDF and zip of a stranger are parsed here, in a process that has this one
 * file to judge and, before its first byte is read, gives up writing, the network and other programs. */
#include "bindery/proof.h"

#include "bindery/pdffile.h"
#include "bindery/sign.h"
#include "proof_priv.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRUST_BYTES ((size_t)16 << 20)
#define PDF_BYTES ((size_t)1 << 30)
#define CHECKPOINT_BYTES ((size_t)64 << 10)
#define COVER_PAGES 4
#define PACKAGE_MANIFEST "90_INTEGRITY/manifest.json"
#define JOURNAL "90_INTEGRITY/journal.ndjson"

typedef struct {
    const bd_run_options *options;
    bd_arena *arena;
    bd_run_outcome *outcome;
    bd_str trust;
    const char *trust_path; /* where it came from, or NULL */
    bd_zygote *zygote;      /* where the judgement is made again */
    bd_package_faults faults;
    int exit_code;
    bd_revocations revocations;
    bd_instant at;
    bd_seal checkpoint; /* `lines` 0: none was given */
    bool meets_checkpoint;
} verification;

/* Severity when several hold: 3, 5, 1, 6. */
static int severity(int exit_code) {
    switch (exit_code) {
    case 3: return 4;
    case 5: return 3;
    case 1: return 2;
    case 6: return 1;
    default: return 0;
    }
}

static void add_fault(verification *run, const char *word, bd_str path, int exit_code,
                      bd_str sentence) {
    *bd_push(run->arena, &run->faults) = (bd_package_fault){
        .word = bd_str_of(word), .path = path, .sentence = sentence, .exit_code = exit_code};
    if (severity(exit_code) > severity(run->exit_code)) {
        run->exit_code = exit_code;
    }
}

static bd_rc load_trust(verification *run, bd_err *err) {
    const char *path = run->options->trust_path;
    if (path == NULL) {
        const char *home = getenv("XDG_CONFIG_HOME");
        const char *user = getenv("HOME");
        if (home != NULL && home[0] == '/') {
            path = bd_path_join(run->arena, home, "bindery/trust.pem");
        } else if (user != NULL && user[0] == '/') {
            path = bd_path_join(run->arena, user, ".config/bindery/trust.pem");
        }
        if (path == NULL || !bd_path_exists(path)) {
            return BD_OK;
        }
    }
    BD_TRY(bd_file_read(path, TRUST_BYTES, run->arena, &run->trust, err));
    if (bd_str_find(run->trust, BD_STR("-----BEGIN CERTIFICATE-----")) < 0) {
        BD_RAISE(
            err, BD_ERR_USAGE,
            "'%s' holds no certificate in PEM form; give the file of certificates that you trust",
            path);
    }
    run->trust_path = path;
    return BD_OK;
}

static bd_rc load_revocations(verification *run, bd_err *err) {
    bd_str at = run->options->at;
    bd_day day;
    run->at = BD_INSTANT_NONE;
    if (bd_day_parse(at, &day)) {
        run->at = (bd_instant)day * (24 * BD_HOUR);
    } else if (at.size > 0 && !bd_instant_parse(at, &run->at)) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'--at %.*s' is neither a day YYYY-MM-DD nor an instant with offset",
                 BD_ARG(bd_str_visible(run->arena, at)));
    }
    for (size_t i = 0; i < run->options->crls.count; i++) {
        const char *path = bd_str_z(run->arena, run->options->crls.data[i]);
        bd_str bytes;
        BD_TRY(bd_file_read(path, TRUST_BYTES, run->arena, &bytes, err));
        bd_rc rc = bd_revocation_add(bytes, run->arena, &run->revocations, err);
        if (bd_failed(rc)) {
            BD_RAISE(err, BD_ERR_USAGE, "'%s' is neither a CRL nor an OCSP response", path);
        }
    }
    return BD_OK;
}

/* ---- a PDF ---- */

static int exit_of(bd_verdict_word verdict) {
    switch (verdict) {
    case BD_VERDICT_VERIFIED: return 0;
    case BD_VERDICT_ALTERED: return 1;
    case BD_VERDICT_MALFORMED: return 3;
    case BD_VERDICT_UNTRUSTED: return 6;
    }
    return 70;
}

static const bd_value *signature_value(verification *run, const bd_pdf_signature *signature) {
    bd_result out = {.arena = run->arena};
    char hex[65];
    bd_hex(signature->signer.sha256, 32, hex);
    static const char *const states[] = {"unknown", "good", "revoked"};
    _Static_assert(BD_REVOCATION_REVOKED + 1 == BD_COUNT(states), "one word per state");
    bd_result_text(&out, "level", signature->level);
    bd_result_text(&out, "verdict", bd_str_of(bd_verdict_name(signature->verdict)));
    bd_result_int(&out, "revision", (int64_t)signature->revision);
    bd_result_text(&out, "revocation", bd_str_of(states[signature->revocation]));
    bd_result_list(&out, "later_changes", &signature->later_changes);
    if (signature->judged_at != BD_INSTANT_NONE) {
        bd_result_text(&out, "judged_at", bd_instant_format(run->arena, signature->judged_at));
    }
    bd_result_bool(&out, "intact", signature->is_intact);
    bd_result_bool(&out, "covers_whole_file", signature->covers_whole_file);
    bd_result_bool(&out, "trusted", signature->is_trusted);
    bd_result_bool(&out, "certification", signature->is_certification);
    bd_result_int(&out, "docmdp", signature->docmdp);
    bd_result_text(&out, "signer", signature->signer.subject);
    bd_result_text(&out, "fingerprint", bd_str_copy(run->arena, bd_str_of(hex)));
    bd_result_stamp(&out, signature->has_stamp, &signature->stamp);
    if (signature->claimed_time != BD_INSTANT_NONE) {
        bd_result_text(&out, "claimed_time",
                       bd_instant_format(run->arena, signature->claimed_time));
    }
    bd_result_list(&out, "reasons", &signature->reasons);
    return bd_result_object(&out);
}

/* A time-stamp by nobody the caller trusts is a date that anybody could have written. */
static void require_stamp(verification *run, bd_str path, bool is_there,
                          const bd_tsp_report *stamp) {
    if (!run->options->require_timestamp || (is_there && stamp->is_intact && stamp->is_trusted)) {
        return;
    }
    bd_str why = is_there ? stamp->reason : BD_STR("the signature carries none");
    add_fault(run, "timestamp", path, 6,
              bd_str_format(run->arena, "a time-stamp is required: %.*s", BD_ARG(why)));
}

static void require_pdf_stamp(verification *run, const bd_pdf_report *report, bd_str path) {
    bd_tsp_report none = {0};
    if (report->signatures.count == 0) {
        require_stamp(run, path, false, &none);
    }
    for (size_t i = 0; i < report->signatures.count; i++) {
        const bd_pdf_signature *one = &report->signatures.data[i];
        require_stamp(run, path, one->has_stamp, &one->stamp);
    }
}

static const bd_value *signatures_value(verification *run, const bd_pdf_report *report) {
    const bd_value **items = bd_new(run->arena, const bd_value *, report->signatures.count + 1);
    for (size_t i = 0; i < report->signatures.count; i++) {
        items[i] = signature_value(run, &report->signatures.data[i]);
    }
    return bd_value_array(run->arena, report->signatures.count, items);
}

static void add_pdf_faults(verification *run, const bd_pdf_report *report, bd_str path) {
    int exit_code = exit_of(report->verdict);
    /* of a binder that is VERIFIED nothing is altered: what is left to say is of its time-stamp */
    const char *word = exit_code == 6   ? "untrusted"
                       : exit_code == 3 ? "malformed"
                       : exit_code == 0 ? "timestamp"
                                        : "altered";
    for (size_t i = 0; i < report->reasons.count; i++) {
        add_fault(run, word, path, exit_code, report->reasons.data[i]);
    }
    if (exit_code != 0 && report->reasons.count == 0) {
        add_fault(run, word, path, exit_code, BD_STR("the binder's signature does not hold"));
    }
    require_pdf_stamp(run, report, path);
}

static bd_rc judge_pdf(verification *run, bd_str text, bd_view *view, bd_pdf_report *out, bd_err *err) {
    bd_pdf_judging how = {
        .trust_pem = run->trust, .at = run->at, .revocations = &run->revocations, .view = view};
    return bd_judge_pdf(text, &how, run->arena, out, err);
}

/* ---- what the binder says of its package ---- */

bd_str bd_squeeze(bd_arena *arena, bd_str text) {
    char *out = bd_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] > ' ' || (unsigned char)text.data[i] >= 0x80) {
            out[size++] = text.data[i];
        }
    }
    return (bd_str){out, size};
}

bd_rc bd_cover_holds(bd_pdf *pdf, bd_str text, bd_arena *arena, bool *is_there, bd_err *err) {
    *is_there = false;
    size_t pages = bd_pdf_page_count(pdf);
    for (size_t i = 0; i < pages && i < COVER_PAGES && !*is_there; i++) {
        bd_str page;
        BD_TRY(bd_pdf_page_text(pdf, i, arena, &page, err));
        *is_there = bd_str_find(bd_squeeze(arena, page), text) >= 0;
    }
    return BD_OK;
}

static bool names_manifest(verification *run, bd_pdf *pdf, bd_str manifest_hash) {
    bd_err err;
    bool is_there = false;
    return pdf != NULL && !bd_failed(bd_cover_holds(pdf, manifest_hash, run->arena, &is_there, &err)) && is_there;
}

/* The attached manifest has to be the one of the package, or, without one, the one whose SHA-256 the binder prints:
 * who reads the attachment must not read of another package. */
static void check_attached(verification *run, bd_pdf *file, bd_str path, const uint8_t *manifest_sha256) {
    bd_strs attached = {0};
    bd_err problem = {0};
    if (file == NULL) {
        return; /* said already: it is no PDF of our form */
    }
    bool is_same =
        !bd_failed(bd_pdf_attachments(file, "manifest.json", PDF_BYTES, run->arena, &attached, &problem));
    for (size_t i = 0; is_same && i < attached.count; i++) {
        uint8_t hash[32];
        char hex[65];
        bd_sha256_of(attached.data[i], hash);
        bd_hex(hash, 32, hex);
        is_same = manifest_sha256 != NULL ? memcmp(hash, manifest_sha256, 32) == 0
                                          : names_manifest(run, file, bd_str_of(hex));
    }
    if (!is_same) {
        add_fault(run, "altered", path, 1,
                  manifest_sha256 != NULL
                      ? BD_STR("the manifest.json attached to the binder is not the package's")
                      : BD_STR("the attached manifest.json is not the one whose SHA-256 the binder prints"));
    }
}

/* The cover says who signs, and `sign` refuses everybody else: a signature by somebody else who is trusted as well, a
 * colleague under the same authority, would otherwise stand under another one's name. */
static void check_signers(verification *run, bd_pdf *file, bd_str path, const bd_pdf_report *report) {
    for (size_t i = 0; file != NULL && i < report->signatures.count; i++) {
        const bd_pdf_signature *one = &report->signatures.data[i];
        char hex[65];
        bool is_named = false;
        bd_err problem;
        bd_hex(one->signer.sha256, 32, hex);
        if (one->is_document_stamp || !one->is_intact) {
            continue; /* names nobody, or is said already */
        }
        if (bd_failed(bd_cover_holds(file, bd_str_of(hex), run->arena, &is_named, &problem)) || !is_named) {
            add_fault(run, "signature", path, 1,
                      bd_str_format(run->arena,
                                    "the cover does not name the certificate of '%.*s', %s, who signed the binder",
                                    BD_ARG(one->signer.subject), hex));
        }
    }
}

static bd_rc verify_pdf_file(verification *run, const char *path, bd_result *out, bd_err *err) {
    BD_DEFER(bd_view_close_ref) bd_view *view = NULL;
    bd_pdf_report report;
    bd_pdf *file = NULL;
    BD_TRY(bd_view_read(path, PDF_BYTES, &view, err));
    bd_str text = bd_view_text(view);
    BD_TRY(judge_pdf(run, text, view, &report, err));
    add_pdf_faults(run, &report, bd_str_of(path));
    if (!bd_failed(bd_pdf_view_parse(view, run->arena, &file, NULL))) {
        check_attached(run, file, bd_str_of(path), NULL);
        check_signers(run, file, bd_str_of(path), &report);
    }
    bd_result_text(out, "kind", BD_STR("pdf"));
    bd_result_bool(out, "signed", report.is_signed);
    bd_result_int(out, "bytes", (int64_t)text.size);
    bd_result_int(out, "revisions", (int64_t)report.revision_count);
    bd_result_value(out, "signatures", signatures_value(run, &report));
    if (report.open_field.size > 0) {
        bd_result_text(out, "unsigned_place", bd_str_visible(run->arena, report.open_field));
    }
    return BD_OK;
}

/* ---- a package ---- */

static bd_rc verify_binder(verification *run, bd_package_reader *reader,
                           const bd_package_report *report, bd_result *out, bd_err *err) {
    bd_str path = BD_STR("00_START-HERE/binder.pdf");
    const bd_blob *blob = bd_package_find(reader, path.data);
    if (blob == NULL) {
        return BD_OK; /* said already: a listed file is missing */
    }
    bd_str text;
    bd_pdf_report pdf;
    bd_err problem;
    if (bd_failed(bd_blob_read(blob, PDF_BYTES, run->arena, &text, &problem))) {
        add_fault(run, "altered", path, problem.class == BD_ERR_LIMIT ? 5 : 1,
                  bd_str_copy(run->arena, bd_str_of(problem.message)));
        return BD_OK;
    }
    BD_TRY(judge_pdf(run, text, NULL, &pdf, err));
    bd_result_value(out, "binder_signatures", signatures_value(run, &pdf));
    add_pdf_faults(run, &pdf, path);
    bool is_same = pdf.signatures.count > 0 && memcmp(pdf.signatures.data[0].signer.sha256,
                                                      report->facts.signer_sha256, 32) == 0;
    if (pdf.is_signed && !is_same) {
        add_fault(run, "signature", path, 1,
                  BD_STR("the binder is signed by another certificate than the package"));
    }
    bd_pdf *file = NULL;
    if (bd_failed(bd_pdf_parse(text, run->arena, &file, NULL))) {
        file = NULL;
    }
    check_attached(run, file, path, report->manifest_sha256);
    check_signers(run, file, path, &pdf);
    char hex[65];
    bd_hex(report->manifest_sha256, 32, hex);
    if (!names_manifest(run, file, bd_str_of(hex))) {
        add_fault(run, "altered", path, 1,
                  bd_str_format(
                      run->arena,
                      "the binder does not print the SHA-256 of this package's manifest, %s", hex));
    }
    return BD_OK;
}

/* ---- a checkpoint ---- */

static bd_rc load_checkpoint(verification *run, bd_err *err) {
    bd_str text;
    if (run->options->checkpoint_path == NULL) {
        return BD_OK;
    }
    BD_TRY(bd_file_read(run->options->checkpoint_path, CHECKPOINT_BYTES, run->arena, &text, err));
    bd_rc rc = bd_checkpoint_parse(text, run->arena, &run->checkpoint, err);
    if (bd_failed(rc)) {
        BD_RAISE(err, BD_ERR_USAGE, "'%s' is no checkpoint: %s", run->options->checkpoint_path,
                 bd_str_copy(run->arena, bd_str_of(err->message)).data);
    }
    return BD_OK;
}

/* The seals that the journal itself tells of, then the checkpoint that came another way. */
static void verify_tree(verification *run, bd_str path, bd_str journal) {
    bd_locker *locker = NULL;
    bd_seals seals;
    bd_err problem;
    size_t count;
    const bd_merkle_hash *leaves = bd_journal_leaves(journal, run->arena, &count);
    if (bd_failed(bd_locker_open_text(journal, NULL, NULL, run->arena, &locker, &problem))) {
        return; /* said already: its chain is broken */
    }
    if (bd_failed(bd_locker_seals(locker, run->arena, &seals, &problem)) ||
        bd_failed(bd_seals_check(&seals, leaves, count, &problem))) {
        add_fault(run, "seal", path, 1, bd_str_copy(run->arena, bd_str_of(problem.message)));
    }
    bd_locker_close(locker);
    const bd_seal *wanted = &run->checkpoint;
    uint8_t root[32];
    if (wanted->lines == 0) {
        return;
    }
    if (wanted->lines > count) {
        add_fault(run, "checkpoint", path, 1,
                  bd_str_format(run->arena,
                                "the journal has %zu lines, the checkpoint is of %zu: lines are "
                                "missing, or the package is older than the checkpoint",
                                count, wanted->lines));
        return;
    }
    bd_merkle_head(leaves, wanted->lines, root);
    run->meets_checkpoint = memcmp(root, wanted->root, 32) == 0;
    if (!run->meets_checkpoint) {
        char found[65], expected[65];
        bd_hex(root, 32, found);
        bd_hex(wanted->root, 32, expected);
        add_fault(run, "checkpoint", path, 1,
                  bd_str_format(run->arena,
                                "history was altered: the tree head over the first %zu lines is "
                                "%.12s..., the checkpoint has %.12s...",
                                wanted->lines, found, expected));
    }
}

/* The journal's own chain: what happened to the evidence, in order, with nothing taken out. */
static void verify_journal(verification *run, bd_package_reader *reader) {
    bd_str path = BD_STR(JOURNAL);
    const bd_blob *blob = bd_package_find(reader, path.data);
    bd_str text;
    bd_err problem;
    size_t lines;
    uint8_t head[32];
    if (blob == NULL || bd_failed(bd_blob_read(blob, PDF_BYTES, run->arena, &text, &problem))) {
        return; /* said already: a listed file is missing or altered */
    }
    if (bd_failed(bd_journal_check(text, run->arena, &lines, head, &problem))) {
        add_fault(run, "journal", path, 1, bd_str_copy(run->arena, bd_str_of(problem.message)));
        return;
    }
    verify_tree(run, path, text);
}

/* ---- what was expected ---- */

static void expect(verification *run, const char *path, const char *what, bd_str wanted,
                   bd_str found) {
    if (wanted.size > 0 && !bd_str_ieq(wanted, found)) {
        add_fault(run, "unexpected", bd_str_of(path), 1,
                  bd_str_format(run->arena, "the %s is of %s '%.*s', expected '%.*s'",
                                bd_str_has_prefix(bd_str_of(path), BD_STR("90_")) ? "package" : "seal", what,
                                BD_ARG(bd_str_visible(run->arena, found)),
                                BD_ARG(bd_str_visible(run->arena, wanted))));
    }
}

/* ---- the package before it ---- */

/* Empty where it has none or none that can be read, which is said already. */
static bd_str journal_of(const verification *run, bd_package_reader *reader) {
    const bd_blob *blob = reader != NULL ? bd_package_find(reader, JOURNAL) : NULL;
    bd_str text;
    bd_err problem;
    bool is_read = blob != NULL && !bd_failed(bd_blob_read(blob, PDF_BYTES, run->arena, &text, &problem));
    return is_read ? text : (bd_str){"", 0};
}

/* A journal only grows, so that the earlier one begins the later one.  A history that was written anew holds by itself:
 * only what was handed over before tells it from the first. */
static bool goes_on(verification *run, bd_str now, const bd_package_report *before, bd_str then) {
    size_t line = 1;
    bd_str was, is;
    if (now.size == 0 || bd_str_has_prefix(now, then)) {
        return true;
    }
    while (bd_str_cut(&then, '\n', &was) && bd_str_cut(&now, '\n', &is) && bd_str_eq(was, is)) {
        line++;
    }
    add_fault(run, "history", BD_STR(JOURNAL), 1,
              bd_str_format(run->arena,
                            "history was altered: the journal does not go on from that of the package before it, "
                            "'%.*s': line %zu of that one is %s",
                            BD_ARG(before->facts.package_id), line,
                            now.size > 0 ? "another one here" : "missing here"));
    return false;
}

/* Whole by itself, and the very one that this package names; what was there then has to be there still. */
static void hold_against(verification *run, bd_package_reader *reader, const bd_package_report *report,
                         bd_package_reader *earlier, const bd_package_report *before, bd_result *out) {
    bd_str manifest = BD_STR(PACKAGE_MANIFEST), named = report->facts.previous_package;
    char hex[65];
    if (before->exit_code != 0) {
        bd_str why = before->faults.count > 0 ? before->faults.data[0].sentence : BD_STR("it does not hold");
        add_fault(run, "previous", bd_str_of(run->options->previous_path), before->exit_code,
                  bd_str_format(run->arena, "the package before it is not VERIFIED: %.*s", BD_ARG(why)));
        return;
    }
    bd_hex(before->sums_sha256, 32, hex);
    if (!bd_str_eqz(named, hex)) {
        bd_str names = named.size > 0 ? bd_str_format(run->arena, "%.12s...", named.data) : BD_STR("none");
        add_fault(run, "previous", manifest, 1,
                  bd_str_format(run->arena, "the package before it is '%.*s' (%.12s...), the package names %.*s",
                                BD_ARG(before->facts.package_id), hex, BD_ARG(names)));
        return;
    }
    if (goes_on(run, journal_of(run, reader), before, journal_of(run, earlier))) {
        bd_result_text(out, "follows", before->facts.package_id);
    }
}

static bd_rc check_previous(verification *run, bd_package_reader *reader, const bd_package_report *report,
                            unsigned jobs, bd_result *out, bd_err *err) {
    const char *path = run->options->previous_path;
    bd_package_reader *earlier = NULL;
    bd_package_report before;
    if (path == NULL) {
        return BD_OK;
    }
    BD_TRY(bd_package_verify(path, run->trust, run->at, jobs, run->arena, &earlier, &before, err));
    hold_against(run, reader, report, earlier, &before, out);
    bd_package_close(earlier);
    return BD_OK;
}

/* ---- the judgement again ---- */

static const bd_value *reperformance_value(verification *run, const bd_reperformance *done) {
    bd_result out = {.arena = run->arena};
    bd_result_bool(&out, "same_program", done->is_same_program);
    bd_result_bool(&out, "same_version", done->is_same_version);
    if (!done->is_same_program) {
        bd_result_int(&out, "reworded", (int64_t)done->reworded);
        bd_result_list(&out, "changed", &done->changed);
        bd_result_list(&out, "other_bytes", &done->other_bytes);
    }
    bd_result_int(&out, "files", (int64_t)done->files);
    bd_result_int(&out, "equal_files", (int64_t)done->equal_files);
    bd_result_int(&out, "figures", (int64_t)done->figures);
    bd_result_bool(&out, "binder_equal", done->is_binder_equal);
    bd_result_int(&out, "differences", (int64_t)done->differences.count);
    return bd_result_object(&out);
}

/* Of a package that is not whole nothing is judged: it would be somebody else's evidence. */
static bd_rc reperform(verification *run, bd_package_reader *reader,
                       const bd_package_report *report, bd_result *out, bd_err *err) {
    if (!run->options->reperform || (run->exit_code != 0 && run->exit_code != 6)) {
        return BD_OK;
    }
    bd_reperformance done;
    BD_TRY(bd_reperform(run->options, run->zygote, reader, report, run->arena, &done, err));
    for (size_t i = 0; i < done.differences.count; i++) {
        const bd_package_fault *one = &done.differences.data[i];
        add_fault(run, one->word.data, one->path, one->exit_code, one->sentence);
    }
    bd_result_value(out, "reperformed", reperformance_value(run, &done));
    return BD_OK;
}

static bd_revoking revoking(const verification *run) {
    return (bd_revoking){
        .said = &run->revocations, .trust = run->trust, .at = run->at, .arena = run->arena};
}

static bd_rc check_revoked(verification *run, bd_package_report *report, bd_err *err) {
    bd_revoking by = revoking(run);
    bd_strs reasons = {0};
    if (!report->is_signed || !report->signature.is_intact) {
        return BD_OK;
    }
    bool has_stamp = report->has_stamp && report->stamp.is_intact;
    BD_TRY(bd_revoked_judge(&by, &report->signature, has_stamp ? &report->stamp : NULL, &reasons, err));
    for (size_t i = 0; i < reasons.count; i++) {
        add_fault(run, "untrusted", BD_STR("90_INTEGRITY/SHA256SUMS.p7s"), 6, reasons.data[i]);
    }
    return BD_OK;
}

static bd_rc verify_package(verification *run, const char *path, bd_result *out, bd_err *err) {
    bd_package_reader *reader = NULL;
    bd_package_report report;
    unsigned jobs = run->options->jobs > 0 ? run->options->jobs : bd_pool_default_jobs();
    BD_TRY(bd_package_verify(path, run->trust, run->at, jobs, run->arena, &reader, &report,
                             err));
    for (size_t i = 0; i < report.faults.count; i++) {
        const bd_package_fault *fault = &report.faults.data[i];
        *bd_push(run->arena, &run->faults) = *fault;
    }
    run->exit_code = report.exit_code;
    bd_rc rc = BD_OK;
    if (report.has_manifest) {
        verify_journal(run, reader);
        rc = verify_binder(run, reader, &report, out, err);
        expect(run, PACKAGE_MANIFEST, "tenant", run->options->expect_tenant, report.facts.tenant);
        expect(run, PACKAGE_MANIFEST, "period", run->options->expect_period, report.facts.period_id);
    }
    if (run->checkpoint.lines > 0 && !run->meets_checkpoint && run->exit_code == 0) {
        add_fault(run, "checkpoint", BD_STR(JOURNAL), 1,
                  BD_STR("there is no journal to hold against the checkpoint"));
    }
    if (report.has_manifest && !bd_failed(rc)) {
        rc = check_previous(run, reader, &report, jobs, out, err);
    }
    if (report.has_manifest && !bd_failed(rc)) {
        rc = reperform(run, reader, &report, out, err);
    }
    bd_package_close(reader);
    BD_TRY(rc);
    if (run->checkpoint.lines > 0) {
        bd_result_bool(out, "meets_checkpoint", run->meets_checkpoint);
        bd_result_int(out, "checkpoint_lines", (int64_t)run->checkpoint.lines);
        bd_result_text(out, "checkpoint", run->checkpoint.name);
    }
    bd_result_text(out, "kind", BD_STR("package"));
    bd_result_int(out, "files", (int64_t)report.files);
    bd_result_int(out, "bytes", (int64_t)report.bytes);
    bd_result_int(out, "fault_count", (int64_t)report.fault_count);
    if (report.has_manifest) {
        char hex[65];
        bd_hex(report.manifest_sha256, 32, hex);
        bd_result_text(out, "package_id", report.facts.package_id);
        bd_result_text(out, "organisation", report.facts.organisation);
        bd_result_text(out, "edition", report.facts.edition);
        bd_result_text(out, "period", report.facts.period_id);
        bd_result_text(out, "period_from", report.facts.period_from);
        bd_result_text(out, "period_to", report.facts.period_to);
        bd_result_text(out, "as_of", report.facts.as_of);
        bd_result_text(out, "made_by", report.facts.bindery_version);
        bd_result_text(out, "manifest_sha256", bd_str_copy(run->arena, bd_str_of(hex)));
    }
    BD_TRY(check_revoked(run, &report, err));
    if (report.is_signed) {
        char hex[65];
        bd_hex(report.signature.signer.sha256, 32, hex);
        bd_result_text(out, "signer", report.signature.signer.subject);
        bd_result_text(out, "fingerprint", bd_str_copy(run->arena, bd_str_of(hex)));
        bd_result_bool(out, "trusted", report.signature.is_trusted);
        bd_result_stamp(out, report.has_stamp, &report.stamp);
        require_stamp(run, BD_STR("90_INTEGRITY/SHA256SUMS.p7s"), report.has_stamp, &report.stamp);
    }
    return BD_OK;
}

/* ---- a seal ---- */

static bd_rc verify_seal(verification *run, const char *path, bd_result *out, bd_err *err) {
    bd_package_faults faults = {0};
    bool is_stamped = false;
    bd_tsp_report stamp = {0};
    bd_revoking by = revoking(run);
    BD_TRY(bd_seal_verify(path, &by, out, &faults, &is_stamped, &stamp, err));
    for (size_t i = 0; i < faults.count; i++) {
        const bd_package_fault *one = &faults.data[i];
        add_fault(run, one->word.data, one->path, one->exit_code, one->sentence);
    }
    const bd_value *seal = bd_value_find(bd_result_object(out), "seal");
    expect(run, "manifest.json", "tenant", run->options->expect_tenant, bd_value_text(seal, "tenant"));
    expect(run, "manifest.json", "period", run->options->expect_period, bd_value_text(seal, "period"));
    require_stamp(run, BD_STR("manifest.p7s"), is_stamped, &stamp);
    return BD_OK;
}

/* ---- all of them ---- */

static const char *word_of(int exit_code) {
    switch (exit_code) {
    case 0: return bd_verdict_name(BD_VERDICT_VERIFIED);
    case 1: return bd_verdict_name(BD_VERDICT_ALTERED);
    case 6: return bd_verdict_name(BD_VERDICT_UNTRUSTED);
    default: return bd_verdict_name(BD_VERDICT_MALFORMED);
    }
}

static const bd_value *faults_value(verification *run) {
    const bd_value **items = bd_new(run->arena, const bd_value *, run->faults.count + 1);
    for (size_t i = 0; i < run->faults.count; i++) {
        const bd_package_fault *fault = &run->faults.data[i];
        bd_result one = {.arena = run->arena};
        bd_result_text(&one, "word", fault->word);
        bd_result_text(&one, "path", fault->path);
        bd_result_text(&one, "sentence", fault->sentence);
        bd_result_int(&one, "exit_code", fault->exit_code);
        items[i] = bd_result_object(&one);
    }
    return bd_value_array(run->arena, run->faults.count, items);
}

/* By content; where that says neither, by name, so that the answer speaks of what the caller
 * meant. */
static bool is_pdf(const char *path, bd_arena *arena) {
    char head[5] = {0};
    /* O_NONBLOCK: a named pipe must be refused, not waited for; what has no places gives none of its bytes. */
    BD_DEFER(bd_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t size = fd >= 0 ? pread(fd, head, sizeof head, 0) : 0;
    if (size == (ssize_t)sizeof head && memcmp(head, "%PDF-", sizeof head) == 0) {
        return true;
    }
    bool is_zip = size >= 2 && memcmp(head, "PK", 2) == 0;
    return !is_zip && bd_str_has_suffix(bd_str_lower(arena, bd_str_of(path)), BD_STR(".pdf"));
}

/* What only a package can answer must not look answered. */
static bd_rc refuse_for_part(const verification *run, const char *path, bool is_seal, bd_err *err) {
    const bd_run_options *options = run->options;
    const struct {
        const char *name;
        bool is_asked;
    } needs[] = {{"--checkpoint", run->checkpoint.lines > 0},
                 {"--previous", options->previous_path != NULL},
                 {"--reperform", options->reperform},
                 {"--expect-tenant", options->expect_tenant.size > 0 && !is_seal}, /* which a seal names */
                 {"--expect-period", options->expect_period.size > 0 && !is_seal}};
    for (size_t i = 0; i < BD_COUNT(needs); i++) {
        if (needs[i].is_asked && (is_seal || is_pdf(path, run->arena))) {
            BD_RAISE(err, BD_ERR_USAGE, "'%s' needs a package: '%s' is a %s and holds no journal",
                     needs[i].name, path, is_seal ? "seal" : "PDF");
        }
    }
    return BD_OK;
}

bd_rc bd_proof_verify(const bd_run_options *options, const char *path, bd_arena *arena,
                      bd_run_outcome *out, bd_err *err) {
    verification run = {.options = options, .arena = arena, .outcome = out, .trust = {"", 0}};
    bd_result result = {.arena = arena};
    bd_str name = bd_str_of(path);
    if (!bd_path_exists(path)) {
        BD_RAISE(err, BD_ERR_IO, "cannot open '%s': there is no such file", path);
    }
    BD_TRY(load_trust(&run, err));
    BD_TRY(load_revocations(&run, err));
    BD_TRY(load_checkpoint(&run, err));
    bool is_seal = bd_seal_is_folder(path, arena);
    BD_TRY(refuse_for_part(&run, path, is_seal, err));
    if (options->reperform) {
        BD_TRY(bd_session_zygote_open(&run.zygote, err));
    }
    (void)bd_confine(options->reperform); /* --build-info says whether it is possible */
    bd_rc rc = is_seal               ? verify_seal(&run, path, &result, err)
               : is_pdf(path, arena) ? verify_pdf_file(&run, path, &result, err)
                                     : verify_package(&run, path, &result, err);
    bd_zygote_close(run.zygote);
    if (bd_failed(rc) && err->class == BD_ERR_USAGE && run.trust_path != NULL) {
        bd_err_context(err, "in '%s'", run.trust_path);
    }
    BD_TRY(rc);
    out->exit_code = run.exit_code;
    bd_result_text(&result, "file", name);
    bd_result_text(&result, "verdict", bd_str_of(word_of(run.exit_code)));
    bd_result_value(&result, "faults", faults_value(&run));
    bd_result_int(&result, "exit_code", run.exit_code);
    out->result = bd_result_object(&result);
    return BD_OK;
}
