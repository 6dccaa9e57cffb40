/* check_seals.c - each seal of a locker: its tree head, its files, its signature. */
#include "bindery/locker.h"

#include "locker_check.h"

#include <string.h>

#define MANIFEST_BYTES ((size_t)512 << 20)
enum { SIGNATURE_BYTES = 64 * 1024 };

static const char *const names[] = {"manifest.json", "manifest.p7s", "checkpoint.txt"};

static bd_str path_of(const struct checker *check, const bd_seal *seal, const char *name) {
    return bd_str_format(check->arena, "periods/%.*s/%s", BD_ARG(seal->name), name);
}

bool check_is_seal_file(const struct checker *check, bd_str path) {
    for (size_t i = 0; i < check->seals.count; i++) {
        for (size_t k = 0; k < BD_COUNT(names); k++) {
            if (bd_str_eq(path, path_of(check, &check->seals.data[i], names[k]))) {
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
        add_fault(check, seal, names[1], bd_str_of(problem.message));
        return;
    }
    bd_hex(report.signer.sha256, 32, hex);
    if (!report.is_intact) {
        add_fault(check, seal, names[1],
                  bd_str_format(check->arena, "it does not hold: %.*s", BD_ARG(report.reason)));
    } else if (!bd_str_eqz(seal->fingerprint, hex)) {
        add_fault(check, seal, names[1],
                  BD_STR("it is of another certificate than the journal names"));
    } else if (check->trust_pem.size > 0 && !report.is_trusted) {
        check_add(check, false, "seal", path_of(check, seal, names[1]),
                  "give the certificates that you trust with --trust",
                  bd_str_format(check->arena, "its signer is not trusted: %.*s",
                                BD_ARG(report.reason)));
    }
}

static void check_files(struct checker *check, const bd_seal *seal) {
    bd_str manifest, signature, checkpoint;
    if (read_file(check, seal, names[0], MANIFEST_BYTES, &manifest) &&
        !is_hash_of(manifest, seal->manifest_sha256)) {
        add_fault(check, seal, names[0], BD_STR("it is altered: its SHA-256 is not the journal's"));
    }
    if (read_file(check, seal, names[1], SIGNATURE_BYTES, &signature)) {
        if (!is_hash_of(signature, seal->signature_sha256)) {
            add_fault(check, seal, names[1],
                      BD_STR("it is altered: its SHA-256 is not the journal's"));
        } else {
            check_signature(check, seal, signature);
        }
    }
    if (read_file(check, seal, names[2], SIGNATURE_BYTES, &checkpoint) &&
        !bd_str_eq(checkpoint, bd_checkpoint_text(check->arena, seal))) {
        add_fault(check, seal, names[2], BD_STR("it is not the checkpoint of this seal"));
    }
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
