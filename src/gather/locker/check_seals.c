/* check_seals.c - each seal of a locker: its tree head, its files, its signature, its time-stamp. */
#include "bindery/locker.h"

#include "locker_check.h"

#include <string.h>

#define MANIFEST_BYTES ((size_t)512 << 20)
enum { SIGNATURE_BYTES = 64 * 1024 };

enum { MANIFEST, SIGNATURE, CHECKPOINT, STAMP };
static const char *const names[] = {"manifest.json", "manifest.p7s", "checkpoint.txt", "manifest.tsr"};

static bd_str path_of(const struct checker *check, const bd_seal *seal, const char *name) {
    return bd_str_format(check->arena, "periods/%.*s/%s", BD_ARG(seal->name), name);
}

bool check_is_seal_file(const struct checker *check, bd_str path) {
    for (size_t i = 0; i < check->seals.count; i++) {
        for (size_t k = 0; k < BD_COUNT(names); k++) {
            bool is_expected = k != STAMP || check->seals.data[i].has_stamp;
            if (is_expected && bd_str_eq(path, path_of(check, &check->seals.data[i], names[k]))) {
                return true;
            }
        }
    }
    return false;
}

static void add_fault(struct checker *check, const bd_seal *seal, const char *name,
                      bd_str sentence) {
    check_add(check, true, "seal", path_of(check, seal, name), REMEDY_COPY, sentence);
}

static bool read_file(struct checker *check, const bd_seal *seal, const char *name, size_t most,
                      bd_str *out) {
    bd_err problem;
    bd_str path = path_of(check, seal, name);
    const char *full =
        bd_path_join(check->arena, check->locker->folder, bd_str_z(check->arena, path));
    if (bd_failed(bd_file_read(full, most, check->arena, out, &problem))) {
        add_fault(check, seal, name, bd_str_of(problem.message));
        return false;
    }
    return true;
}

static bool is_hash_of(bd_str text, const uint8_t expected[32]) {
    uint8_t hash[32];
    bd_sha256_of(text, hash);
    return memcmp(hash, expected, 32) == 0;
}

static void check_signature(struct checker *check, const bd_seal *seal, bd_str signature) {
    bd_cms_report report;
    bd_err problem;
    char hex[65];
    if (bd_failed(bd_cms_verify(signature, seal->manifest_sha256, check->trust_pem, BD_INSTANT_NONE,
                                check->arena, &report, &problem))) {
        add_fault(check, seal, names[SIGNATURE], bd_str_of(problem.message));
        return;
    }
    bd_hex(report.signer.sha256, 32, hex);
    if (!report.is_intact) {
        add_fault(check, seal, names[SIGNATURE],
                  bd_str_format(check->arena, "it does not hold: %.*s", BD_ARG(report.reason)));
    } else if (!bd_str_eqz(seal->fingerprint, hex)) {
        add_fault(check, seal, names[SIGNATURE],
                  BD_STR("it is of another certificate than the journal names"));
    } else if (check->trust_pem.size > 0 && !report.is_trusted) {
        check_add(check, false, "seal", path_of(check, seal, names[SIGNATURE]),
                  "give the certificates that you trust with --trust",
                  bd_str_format(check->arena, "its signer is not trusted: %.*s",
                                BD_ARG(report.reason)));
    }
}

/* Whom the caller does not trust is left to `verify`: a locker holds by its journal, whoever says when. */
static void check_stamp(struct checker *check, const bd_seal *seal) {
    bd_str text, token = {"", 0};
    bd_tsp_report report;
    bd_err problem;
    if (!seal->has_stamp || !read_file(check, seal, names[STAMP], SIGNATURE_BYTES, &text)) {
        return;
    }
    if (!is_hash_of(text, seal->stamp_sha256)) {
        add_fault(check, seal, names[STAMP], BD_STR("it is altered: its SHA-256 is not the journal's"));
        return;
    }
    bd_rc rc = bd_tsp_file_read(text, &token, &problem);
    if (!bd_failed(rc)) {
        rc = bd_tsp_verify(token, seal->signature_sha256, check->trust_pem, check->arena, &report, &problem);
    }
    bd_str why = bd_failed(rc)        ? bd_str_copy(check->arena, bd_str_of(problem.message))
                 : !report.is_intact ? report.reason
                 : report.time != seal->stamped_at
                     ? BD_STR("it says another time than the journal")
                     : BD_STR("");
    if (why.size > 0) {
        add_fault(check, seal, names[STAMP],
                  bd_str_format(check->arena, "the time-stamp does not hold: %.*s", BD_ARG(why)));
    }
}

static void check_files(struct checker *check, const bd_seal *seal) {
    bd_str manifest, signature, checkpoint;
    if (read_file(check, seal, names[MANIFEST], MANIFEST_BYTES, &manifest) &&
        !is_hash_of(manifest, seal->manifest_sha256)) {
        add_fault(check, seal, names[MANIFEST], BD_STR("it is altered: its SHA-256 is not the journal's"));
    }
    if (read_file(check, seal, names[SIGNATURE], SIGNATURE_BYTES, &signature)) {
        if (!is_hash_of(signature, seal->signature_sha256)) {
            add_fault(check, seal, names[SIGNATURE],
                      BD_STR("it is altered: its SHA-256 is not the journal's"));
        } else {
            check_signature(check, seal, signature);
        }
    }
    if (read_file(check, seal, names[CHECKPOINT], SIGNATURE_BYTES, &checkpoint) &&
        !bd_str_eq(checkpoint, bd_checkpoint_text(check->arena, seal))) {
        add_fault(check, seal, names[CHECKPOINT], BD_STR("it is not the checkpoint of this seal"));
    }
    check_stamp(check, seal);
}

void check_seals(struct checker *check) {
    bd_err problem;
    if (bd_failed(bd_locker_seals(check->locker, check->arena, &check->seals, &problem)) ||
        bd_failed(bd_seals_check(&check->seals, check->leaves, check->report->lines, &problem))) {
        check_add(check, true, "seal", BD_STR("journal.ndjson"), REMEDY_COPY,
                  bd_str_of(problem.message));
    }
    for (size_t i = 0; i < check->seals.count; i++) {
        check_files(check, &check->seals.data[i]);
    }
    check->report->seals = check->seals.count;
}
