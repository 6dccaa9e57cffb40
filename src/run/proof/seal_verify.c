/* `verify` of a seal's folder: what somebody can say of it who has neither the locker nor a package.
 *
 * The manifest is held against its signature, the signature against its time-stamp, the checkpoint against the
 * manifest.  That the journal is the one it was sealed over is for `locker check` and `verify --checkpoint`. */
#include "bindery/proof.h"

#include "proof_priv.h"

#define MANIFEST_BYTES ((size_t)512 << 20)
#define MANIFEST_NODES ((size_t)100000000)
#define OTHER_BYTES ((size_t)64 << 10)

enum { ALTERED = 1, MALFORMED = 3, UNTRUSTED = 6 };

typedef struct {
    const char *folder;
    bd_arena *arena;
    const bd_revoking *by;
    bd_str trust; /* by->trust */
    bd_result *out;
    bd_package_faults *faults;
    bd_str manifest, signature, checkpoint, stamp_text;
    bd_seal seal; /* as the manifest tells of it */
    bool has_stamp;
    bd_tsp_report *stamp;
} seal_verification;

static void add_fault(seal_verification *run, const char *word, const char *path, int exit_code,
                      bd_str sentence) {
    *bd_push(run->arena, run->faults) = (bd_package_fault){.word = bd_str_of(word),
                                                           .path = bd_str_of(path),
                                                           .sentence = sentence,
                                                           .exit_code = exit_code};
}

static bd_str why(seal_verification *run, const char *head, bd_str reason) {
    return bd_str_format(run->arena, "%s: %.*s", head, BD_ARG(reason));
}

bool bd_seal_is_folder(const char *path, bd_arena *arena) {
    return bd_path_is_folder(path) && bd_path_exists(bd_path_join(arena, path, "manifest.p7s")) &&
           bd_path_exists(bd_path_join(arena, path, "manifest.json"));
}

static bool is_there(const seal_verification *run, const char *name) {
    return bd_path_exists(bd_path_join(run->arena, run->folder, name));
}

static bd_rc read_file(const seal_verification *run, const char *name, size_t most, bd_str *out,
                       bd_err *err) {
    return bd_file_read(bd_path_join(run->arena, run->folder, name), most, run->arena, out, err);
}

static bd_rc read_files(seal_verification *run, bd_err *err) {
    BD_TRY(read_file(run, "manifest.json", MANIFEST_BYTES, &run->manifest, err));
    BD_TRY(read_file(run, "manifest.p7s", OTHER_BYTES, &run->signature, err));
    if (is_there(run, "checkpoint.txt")) {
        BD_TRY(read_file(run, "checkpoint.txt", OTHER_BYTES, &run->checkpoint, err));
    }
    run->has_stamp = is_there(run, "manifest.tsr");
    if (run->has_stamp) {
        BD_TRY(read_file(run, "manifest.tsr", OTHER_BYTES, &run->stamp_text, err));
    }
    return BD_OK;
}

/* ---- what the manifest says ---- */

static bool read_seal(seal_verification *run, const bd_value *manifest) {
    const bd_value *journal = bd_value_find(manifest, "journal");
    const bd_value *period = bd_value_find(manifest, "period");
    int64_t addendum = -1, lines = 0;
    bd_seal *seal = &run->seal;
    seal->period = bd_value_text(period, "id");
    seal->organisation = bd_value_text(manifest, "organisation");
    bool is_whole = bd_str_eqz(bd_value_text(manifest, "format"), "bindery-seal 1") &&
                    bd_value_i64(manifest, "addendum", &addendum) && addendum >= 0 &&
                    addendum <= 1000000 && bd_value_i64(journal, "lines", &lines) && lines > 0 &&
                    bd_unhex(bd_value_text(journal, "root"), seal->root, 32) && seal->period.size > 0;
    seal->lines = (size_t)(lines > 0 ? lines : 0);
    seal->name = addendum > 0 ? bd_str_format(run->arena, "%.*s+a%lld", BD_ARG(seal->period),
                                              (long long)addendum)
                              : seal->period;
    return is_whole;
}

static void put_seal(seal_verification *run, const bd_value *manifest) {
    const bd_value *period = bd_value_find(manifest, "period");
    bd_result one = {.arena = run->arena};
    bd_result_int(&one, "lines", (int64_t)run->seal.lines);
    bd_result_text(&one, "made_by", bd_value_text(manifest, "made_by"));
    bd_result_text(&one, "name", run->seal.name);
    bd_result_text(&one, "period", run->seal.period);
    bd_result_text(&one, "period_from", bd_value_text(period, "from"));
    bd_result_text(&one, "period_to", bd_value_text(period, "to"));
    bd_result_text(&one, "root", bd_hex_text(run->arena, run->seal.root, 32));
    bd_result_text(&one, "tenant", bd_value_text(manifest, "tenant"));
    bd_result_text(run->out, "organisation", run->seal.organisation);
    bd_result_value(run->out, "seal", bd_result_object(&one));
}

static void judge_manifest(seal_verification *run) {
    bd_json_limits limits = bd_json_default_limits;
    const bd_value *manifest = NULL;
    bd_err problem;
    limits.record_bytes = MANIFEST_BYTES;
    limits.nodes = MANIFEST_NODES;
    bool is_json = !bd_failed(bd_json_parse(run->manifest, &limits, run->arena, &manifest, &problem));
    if (!is_json || !read_seal(run, manifest)) {
        add_fault(run, "malformed", "manifest.json", MALFORMED,
                  is_json ? BD_STR("it is no manifest of a seal")
                          : why(run, "it is no manifest of a seal",
                                bd_str_copy(run->arena, bd_str_of(problem.message))));
        return;
    }
    put_seal(run, manifest);
    if (!bd_str_eq(run->checkpoint, bd_checkpoint_text(run->arena, &run->seal))) {
        add_fault(run, "altered", "checkpoint.txt", ALTERED,
                  run->checkpoint.size > 0 ? BD_STR("it is not the checkpoint of this manifest")
                                           : BD_STR("it is missing"));
    }
}

/* ---- signature and time-stamp ---- */

static bd_rc judge_stamp(seal_verification *run, bd_err *err) {
    bd_err problem = {0};
    bd_str token = {"", 0};
    uint8_t imprint[32];
    if (!run->has_stamp) {
        return BD_OK;
    }
    bd_sha256_of(run->signature, imprint);
    bd_rc rc = bd_tsp_file_read(run->stamp_text, &token, &problem);
    if (!bd_failed(rc)) {
        rc = bd_tsp_verify(token, imprint, run->trust, run->arena, run->stamp, &problem);
    }
    if (bd_failed(rc) && problem.class == BD_ERR_USAGE) {
        *err = problem;
        return rc;
    }
    if (bd_failed(rc)) {
        run->has_stamp = false;
        add_fault(run, "timestamp", "manifest.tsr", MALFORMED,
                  why(run, "the time-stamp cannot be judged",
                      bd_str_copy(run->arena, bd_str_of(problem.message))));
    } else if (!run->stamp->is_intact) {
        add_fault(run, "timestamp", "manifest.tsr", ALTERED,
                  why(run, "the time-stamp does not hold", run->stamp->reason));
    }
    return BD_OK;
}

static bd_rc judge_revoked(seal_verification *run, bd_cms_report *report, bd_err *err) {
    bd_strs reasons = {0};
    bool has_stamp = run->has_stamp && run->stamp->is_intact;
    BD_TRY(bd_revoked_judge(run->by, report, has_stamp ? run->stamp : NULL, &reasons, err));
    for (size_t i = 0; i < reasons.count; i++) {
        add_fault(run, "untrusted", "manifest.p7s", UNTRUSTED, reasons.data[i]);
    }
    return BD_OK;
}

static void put_signer(seal_verification *run, const bd_cms_report *report) {
    bd_result_text(run->out, "signer", report->signer.subject);
    bd_result_text(run->out, "fingerprint", bd_hex_text(run->arena, report->signer.sha256, 32));
    bd_result_bool(run->out, "trusted", report->is_trusted);
    bd_result_stamp(run->out, run->has_stamp, run->stamp);
}

static bd_rc judge_signature(seal_verification *run, bd_err *err) {
    bool is_dated = run->has_stamp && run->stamp->is_intact && run->stamp->is_trusted;
    bd_cms_report report;
    bd_err problem = {0};
    uint8_t digest[32];
    bd_sha256_of(run->manifest, digest);
    bd_rc rc = bd_cms_verify(run->signature, digest, run->trust, is_dated ? run->stamp->time : run->by->at,
                             run->arena, &report, &problem);
    if (bd_failed(rc) && problem.class == BD_ERR_USAGE) {
        *err = problem;
        return rc;
    }
    if (bd_failed(rc)) {
        add_fault(run, "signature", "manifest.p7s", MALFORMED,
                  why(run, "the signature cannot be judged",
                      bd_str_copy(run->arena, bd_str_of(problem.message))));
        return BD_OK;
    }
    bool was_trusted = report.is_trusted;
    BD_TRY(judge_revoked(run, &report, err));
    put_signer(run, &report);
    if (!report.is_intact) {
        add_fault(run, "altered", "manifest.json", ALTERED,
                  why(run, "the signature does not hold", report.reason));
    } else if (!was_trusted) {
        add_fault(run, "untrusted", "manifest.p7s", UNTRUSTED,
                  why(run, "its signer is not trusted", report.reason));
    }
    return BD_OK;
}

bd_rc bd_seal_verify(const char *folder, const bd_revoking *by, bd_result *out, bd_package_faults *faults,
                     bool *has_stamp, bd_tsp_report *stamp, bd_err *err) {
    seal_verification run = {.folder = folder,
                             .arena = out->arena,
                             .by = by,
                             .trust = by->trust,
                             .out = out,
                             .faults = faults,
                             .stamp = stamp};
    bd_result_text(out, "kind", BD_STR("seal"));
    BD_TRY(read_files(&run, err));
    judge_manifest(&run);
    BD_TRY(judge_stamp(&run, err));
    BD_TRY(judge_signature(&run, err));
    *has_stamp = run.has_stamp;
    return BD_OK;
}
