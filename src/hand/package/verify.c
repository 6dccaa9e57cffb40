/* verify.c - judges a package that somebody else hands over.
 *
 * Order: container, signature over the sums, manifest, sums, every file.  The manifest is parsed after the signature
 * was judged, and is judged even where the signature does not hold, because "which file?" is what the reader of a
 * failed verification asks next.  Only bytes of the one file are read; nothing is unpacked, no name is used as a
 * path. */
#include "bindery/package.h"

#include "package_priv.h"

#include <string.h>

enum { ALTERED = 1, MALFORMED = 3, OVER_LIMIT = 5, UNTRUSTED = 6 };
enum { HEX_BYTES = 64, PATH_AT = HEX_BYTES + 2 }; /* of a line of SHA256SUMS */

/* A listed file whose content is looked for, by hash.  Several files may share one content. */
typedef struct wanted {
    const package_listed *listed;
    bool is_taken;
    struct wanted *next;
} wanted;

typedef struct {
    bd_arena *arena;
    bd_package_reader *reader;
    bd_package_report *report;
    package_listing listing;
    bd_str sums; /* as found; empty when absent */
    uint8_t binder_sha256[32];
} verification;

/* ---- faults ------------------------------------------------------------------------------------------ */

static int severity(int exit_code) {
    static const int order[] = {UNTRUSTED, ALTERED, OVER_LIMIT, MALFORMED};
    for (size_t i = 0; i < BD_COUNT(order); i++) {
        if (order[i] == exit_code) {
            return (int)i + 1;
        }
    }
    return 0;
}

static void add_fault(verification *v, int exit_code, const char *word, bd_str path,
                      const char *format, ...) BD_PRINTF(5, 6);

static void add_fault(verification *v, int exit_code, const char *word, bd_str path,
                      const char *format, ...) {
    bd_package_report *report = v->report;
    report->fault_count++;
    if (severity(exit_code) > severity(report->exit_code)) {
        report->exit_code = exit_code;
    }
    if (report->faults.count >= BD_PACKAGE_FAULTS_MAX) {
        return;
    }
    va_list args;
    va_start(args, format);
    bd_str sentence = bd_str_visible(v->arena, bd_str_vformat(v->arena, format, args));
    va_end(args);
    *bd_push(v->arena, &report->faults) =
        (bd_package_fault){bd_str_of(word), bd_str_copy(v->arena, path), sentence, exit_code};
}

/* ---- container --------------------------------------------------------------------------------------- */

/* False with a fault when the container does not hold. */
static bd_rc open_container(verification *v, const char *path, bool *is_open, bd_err *err) {
    bd_err reason = {0};
    *is_open = false;
    bd_rc rc = package_reader_open(path, v->arena, &v->reader, &reason);
    if (!bd_failed(rc)) {
        *is_open = true;
        return BD_OK;
    }
    if (reason.class != BD_ERR_INPUT && reason.class != BD_ERR_LIMIT) {
        BD_RAISE(err, reason.class, "%s", reason.message);
    }
    if (reason.class == BD_ERR_LIMIT) {
        add_fault(v, OVER_LIMIT, "limit", BD_STR(""), "%s; it is not judged", reason.message);
        return BD_OK;
    }
    add_fault(v, MALFORMED, "malformed", BD_STR(""),
              "%s; nothing in it is judged: ask the sender for the file as it left the packer",
              reason.message);
    return BD_OK;
}

/* ---- texts ------------------------------------------------------------------------------------------- */

/* Content of one of the files that are read whole.  Empty, with a fault, when it cannot be had. */
static bd_rc read_text(verification *v, const char *name, size_t max_bytes, bd_str *out,
                       bd_err *err) {
    package_item *item = package_reader_item(v->reader, bd_str_of(name));
    bd_err reason = {0};
    *out = (bd_str){0};
    if (item == NULL) {
        return BD_OK;
    }
    bd_rc rc = bd_blob_read(item->blob, max_bytes, v->arena, out, &reason);
    if (!bd_failed(rc)) {
        return BD_OK;
    }
    *out = (bd_str){0};
    item->is_told = true;
    if (reason.class == BD_ERR_LIMIT) {
        add_fault(v, OVER_LIMIT, "limit", item->name, "cannot judge '%s': %s", name,
                  reason.message);
        return BD_OK;
    }
    if (reason.class != BD_ERR_INPUT) {
        BD_RAISE(err, reason.class, "%s", reason.message);
    }
    bd_str problem = package_cut_label(v->arena, bd_str_of(reason.message), item->entry->name);
    add_fault(v, ALTERED, "altered", item->name,
              "'%s' is altered: %.*s; ask the sender for the package again", name, BD_ARG(problem));
    return BD_OK;
}

/* ---- signature --------------------------------------------------------------------------------------- */

static void judge_report(verification *v, const bd_cms_report *signature) {
    static const bd_str path = BD_STR_INIT(PACKAGE_SIGNATURE);
    if (!signature->is_intact) {
        add_fault(v, ALTERED, "signature", path,
                  "the signature does not hold: %.*s; SHA256SUMS or its signature was changed "
                  "after signing",
                  BD_ARG(signature->reason));
        return;
    }
    if (!signature->is_trusted) {
        add_fault(v, UNTRUSTED, "untrusted", path,
                  "nobody you trust vouches for this package: %.*s (certificate SHA-256 %.*s); "
                  "compare the fingerprint with one that the sender gave you in another way, then "
                  "pass the certificate with --trust",
                  BD_ARG(signature->reason), BD_ARG(bd_hex_text(v->arena, signature->signer.sha256, 32)));
    }
}

/* The time-stamp is of the signature: taken away it is absent, changed it is a change. */
static bd_rc judge_stamp(verification *v, bd_str signature, bd_str trust_pem, bd_err *err) {
    static const bd_str path = BD_STR_INIT(PACKAGE_TIMESTAMP);
    const package_item *item = package_reader_item(v->reader, path);
    bd_str text = {0}, token = {0};
    bd_err reason = {0};
    uint8_t imprint[32];
    if (item == NULL || item->is_told) {
        return BD_OK;
    }
    BD_TRY(read_text(v, PACKAGE_TIMESTAMP, PACKAGE_SIGNATURE_MAX, &text, err));
    bd_sha256_of(signature, imprint);
    bd_rc rc = bd_tsp_file_read(text, &token, &reason);
    if (!bd_failed(rc)) {
        rc = bd_tsp_verify(token, imprint, trust_pem, v->arena, &v->report->stamp, &reason);
    }
    if (bd_failed(rc)) {
        add_fault(v, MALFORMED, "timestamp", path, "the time-stamp cannot be judged: %s",
                  reason.message);
        return BD_OK;
    }
    v->report->has_stamp = true;
    if (!v->report->stamp.is_intact) {
        add_fault(v, ALTERED, "timestamp", path, "the time-stamp does not hold: %.*s",
                  BD_ARG(v->report->stamp.reason));
    }
    return BD_OK;
}

static bd_rc judge_signature(verification *v, bd_str trust_pem, bd_instant at, bd_err *err) {
    static const bd_str path = BD_STR_INIT(PACKAGE_SIGNATURE);
    bd_str der = {0};
    bd_err reason = {0};
    BD_TRY(read_text(v, PACKAGE_SUMS, PACKAGE_TEXT_MAX, &v->sums, err));
    bd_sha256_of(v->sums, v->report->sums_sha256);
    BD_TRY(read_text(v, PACKAGE_SIGNATURE, PACKAGE_SIGNATURE_MAX, &der, err));
    const package_item *sums = package_reader_item(v->reader, BD_STR(PACKAGE_SUMS));
    const package_item *item = package_reader_item(v->reader, path);
    if (sums == NULL || item == NULL || sums->is_told || item->is_told) {
        return BD_OK; /* said already, or where the listed files are looked for */
    }
    BD_TRY(judge_stamp(v, der, trust_pem, err));
    const bd_tsp_report *stamp = &v->report->stamp;
    bool is_dated = v->report->has_stamp && stamp->is_intact && stamp->is_trusted;
    bd_rc rc = bd_cms_verify(der, v->report->sums_sha256, trust_pem, is_dated ? stamp->time : at,
                             v->arena, &v->report->signature, &reason);
    if (!bd_failed(rc)) {
        v->report->is_signed = true;
        judge_report(v, &v->report->signature);
        return BD_OK;
    }
    if (reason.class != BD_ERR_INPUT && reason.class != BD_ERR_LIMIT &&
        reason.class != BD_ERR_UNSUPPORTED) {
        BD_RAISE(err, reason.class, "%s", reason.message);
    }
    add_fault(v, MALFORMED, "signature", path,
              "the signature cannot be judged: %s; expected the one form of CMS that "
              "a packer of this format writes",
              reason.message);
    return BD_OK;
}

/* Only an intact signature says who made it. */
static void judge_signer(verification *v) {
    const bd_package_report *report = v->report;
    const uint8_t *named = report->facts.signer_sha256;
    if (package_is_zero(named)) {
        add_fault(v, MALFORMED, "unsigned", BD_STR(PACKAGE_SIGNATURE),
                  "the package is not signed: its manifest names no signer, so nobody vouches for "
                  "it; ask the sender for a signed one");
        return;
    }
    if (report->is_signed && report->signature.is_intact &&
        memcmp(named, report->signature.signer.sha256, 32) != 0) {
        add_fault(v, ALTERED, "signature", BD_STR(PACKAGE_SIGNATURE),
                  "the signature is not by the signer of this package: it is by '%.*s' "
                  "(certificate SHA-256 %.*s), the manifest names %.*s",
                  BD_ARG(report->signature.signer.subject),
                  BD_ARG(bd_hex_text(v->arena, report->signature.signer.sha256, 32)),
                  BD_ARG(bd_hex_text(v->arena, named, 32)));
    }
}

/* ---- manifest ---------------------------------------------------------------------------------------- */

static void note_missing_manifest(verification *v) {
    bool is_ours = package_reader_item(v->reader, BD_STR(PACKAGE_SUMS)) != NULL;
    if (is_ours) {
        add_fault(v, ALTERED, "missing", BD_STR(PACKAGE_MANIFEST),
                  "'" PACKAGE_MANIFEST "' is missing; without it no other file is judged");
        return;
    }
    add_fault(v, MALFORMED, "malformed", BD_STR(""),
              "not a package: the zip holds neither '" PACKAGE_MANIFEST "' nor '" PACKAGE_SUMS
              "' in one root folder");
}

/* What is no manifest of ours may still be known to SHA256SUMS as another text. */
static void note_other_manifest(verification *v) {
    bd_str line = bd_str_format(v->arena, "%.*s  " PACKAGE_MANIFEST "\n",
                                BD_ARG(bd_hex_text(v->arena, v->report->manifest_sha256, 32)));
    if (v->sums.size > 0 && bd_str_find(v->sums, line) < 0) {
        add_fault(v, ALTERED, "metadata", BD_STR(PACKAGE_MANIFEST),
                  "'" PACKAGE_MANIFEST
                  "' is altered: its SHA-256 is %.*s, SHA256SUMS has another; it was changed "
                  "after packing",
                  HEX_BYTES, line.data);
    }
}

static bd_rc judge_manifest(verification *v, bd_err *err) {
    bd_package_report *report = v->report;
    bd_str text = {0};
    bd_err reason = {0};
    if (!v->reader->has_manifest) {
        note_missing_manifest(v);
        return BD_OK;
    }
    BD_TRY(read_text(v, PACKAGE_MANIFEST, PACKAGE_TEXT_MAX, &text, err));
    bd_sha256_of(text, report->manifest_sha256);
    if (package_reader_item(v->reader, BD_STR(PACKAGE_MANIFEST))->is_told) {
        return BD_OK;
    }
    bd_rc rc = package_manifest_parse(text, v->arena, &report->facts, &v->listing,
                                      &report->manifest, &reason);
    if (!bd_failed(rc)) {
        report->has_manifest = true;
        return BD_OK;
    }
    report->facts = (bd_package_facts){0};
    v->listing = (package_listing){0};
    note_other_manifest(v);
    if (reason.class == BD_ERR_LIMIT) {
        add_fault(v, OVER_LIMIT, "limit", BD_STR(PACKAGE_MANIFEST), "cannot judge the manifest: %s",
                  reason.message);
        return BD_OK;
    }
    if (reason.class != BD_ERR_INPUT && reason.class != BD_ERR_UNSUPPORTED) {
        BD_RAISE(err, reason.class, "%s", reason.message);
    }
    add_fault(v, MALFORMED, "manifest", BD_STR(PACKAGE_MANIFEST),
              "the manifest breaks its format: %s; without it no other file is judged",
              reason.message);
    return BD_OK;
}

/* ---- sums -------------------------------------------------------------------------------------------- */

static bd_str line_path(bd_str line) {
    return bd_str_sub(line, PATH_AT, line.size);
}

/* A line for the right file with another hash: manifest and binder are measured here alone. */
static void note_changed_line(verification *v, bd_str path, bd_str found, bd_str expected) {
    bool is_manifest = bd_str_eqz(path, PACKAGE_MANIFEST);
    const package_item *item = package_reader_item(v->reader, path);
    if (item != NULL && item->found.problem.size > 0) {
        return; /* its own fault says more */
    }
    add_fault(
        v, ALTERED, is_manifest ? "metadata" : "altered", path,
        "'%.*s' is altered: its SHA-256 is %.*s, SHA256SUMS has %.*s; it was changed after packing",
        BD_ARG(path), HEX_BYTES, expected.data, HEX_BYTES, found.data);
}

/* One fault for all lines that the manifest explains in another way. */
static void note_sums(verification *v, size_t line, bd_str found, bd_str expected) {
    add_fault(v, ALTERED, "sums", BD_STR(PACKAGE_SUMS),
              "SHA256SUMS does not follow from the manifest and the files: line %zu is '%.*s', "
              "expected '%.*s'",
              line, BD_ARG(bd_str_sub(found, 0, 240)), BD_ARG(expected));
}

static void compare_sums(verification *v, bd_str found, bd_str expected) {
    static const bd_str end = BD_STR_INIT("(the end)");
    bd_str found_line = {0}, expected_line = {0};
    bool is_same = bd_str_eq(found, expected), has_changed = false, has_said = false;
    size_t line = 0;
    while (found.size > 0 || expected.size > 0) {
        bool has_found = found.size > 0 && bd_str_cut(&found, '\n', &found_line);
        bool has_expected = expected.size > 0 && bd_str_cut(&expected, '\n', &expected_line);
        bool has_both = has_found && has_expected;
        line++;
        if (has_both && bd_str_eq(found_line, expected_line)) {
            continue;
        }
        bd_str path = line_path(expected_line);
        bool is_same_path =
            has_both && found_line.size > PATH_AT && bd_str_eq(line_path(found_line), path);
        if (is_same_path &&
            (bd_str_eqz(path, PACKAGE_MANIFEST) || bd_str_eqz(path, PACKAGE_BINDER))) {
            note_changed_line(v, path, found_line, expected_line);
            has_changed = true;
            continue;
        }
        if (!has_said) {
            note_sums(v, line, has_found ? found_line : end, has_expected ? expected_line : end);
            has_said = true;
        }
        if (!is_same_path) {
            return; /* what follows is shifted */
        }
    }
    if (!is_same && !has_changed && !has_said) {
        note_sums(v, line, BD_STR("without its line feed"), BD_STR("one at the end of every line"));
    }
}

static bd_rc judge_sums(verification *v, bd_err *err) {
    const package_item *binder = package_reader_item(v->reader, BD_STR(PACKAGE_BINDER));
    const package_item *sums = package_reader_item(v->reader, BD_STR(PACKAGE_SUMS));
    bd_str expected = {0};
    if (binder == NULL || sums == NULL || sums->is_told) {
        return BD_OK; /* said as missing or altered */
    }
    BD_TRY(package_sums_build(&v->listing, v->report->manifest_sha256, binder->found.sha256,
                              v->arena, &expected, err));
    compare_sums(v, v->sums, expected);
    return BD_OK;
}

/* ---- files ------------------------------------------------------------------------------------------- */

static void link_items(verification *v) {
    for (size_t i = 0; i < v->listing.count; i++) {
        package_item *item = package_reader_item(v->reader, v->listing.data[i].path);
        if (item != NULL) {
            item->listed = &v->listing.data[i];
        }
    }
}

static bool is_manifest_item(const package_item *item) {
    return !item->is_outside && bd_str_eqz(item->name, PACKAGE_MANIFEST);
}

/* Late files and the manifest are stored; what measures them is SHA256SUMS. */
static void judge_method(verification *v, const package_item *item) {
    bool should_deflate = item->listed != NULL && !item->listed->is_late;
    bool is_deflated = item->entry->method != 0;
    if (is_deflated != should_deflate) {
        add_fault(v, ALTERED, "recompressed", item->name,
                  "'%.*s' is %s in the zip, expected it %s; the package was packed anew",
                  BD_ARG(item->name), is_deflated ? "deflated" : "stored",
                  should_deflate ? "deflated" : "stored");
    }
}

static void judge_core(verification *v, const package_item *item) {
    const package_listed *listed = item->listed;
    const package_found *found = &item->found;
    if (memcmp(found->sha256, listed->sha256, 32) != 0) {
        add_fault(v, ALTERED, "altered", item->name,
                  "'%.*s' is altered: it has %lld bytes and SHA-256 %.*s, the manifest has %lld "
                  "bytes and %.*s",
                  BD_ARG(item->name), (long long)found->bytes, BD_ARG(bd_hex_text(v->arena, found->sha256, 32)),
                  (long long)listed->bytes, BD_ARG(bd_hex_text(v->arena, listed->sha256, 32)));
        return;
    }
    if (found->bytes != listed->bytes || item->entry->bytes != listed->bytes ||
        item->entry->crc32 != listed->crc32) {
        add_fault(v, ALTERED, "metadata", item->name,
                  "size or CRC-32 of '%.*s' are not those of the manifest: the zip has %lld bytes "
                  "and %08lx, the manifest %lld and %08lx",
                  BD_ARG(item->name), (long long)item->entry->bytes,
                  (unsigned long)item->entry->crc32, (long long)listed->bytes,
                  (unsigned long)listed->crc32);
        return;
    }
    bool is_same_form = item->entry->stored_bytes == listed->stored_bytes &&
                        memcmp(found->stored_sha256, listed->stored_sha256, 32) == 0;
    if (item->entry->method != 0 && !is_same_form) {
        add_fault(v, ALTERED, "recompressed", item->name,
                  "'%.*s' was deflated anew: its content holds, its deflated form has %lld bytes "
                  "and SHA-256 %.*s, the manifest has %lld bytes and %.*s",
                  BD_ARG(item->name), (long long)item->entry->stored_bytes,
                  BD_ARG(bd_hex_text(v->arena, found->stored_sha256, 32)), (long long)listed->stored_bytes,
                  BD_ARG(bd_hex_text(v->arena, listed->stored_sha256, 32)));
    }
}

static void judge_item(verification *v, package_item *item) {
    v->report->bytes += (uint64_t)item->found.bytes;
    v->report->files++;
    if (item->is_told) {
        return;
    }
    if (item->found.problem.size > 0) {
        add_fault(v, ALTERED, "altered", item->name, "'%.*s' is altered: %.*s", BD_ARG(item->name),
                  BD_ARG(item->found.problem));
        return;
    }
    if (!is_manifest_item(item) && item->listed == NULL) {
        return; /* unlisted: judged together with what is missing */
    }
    judge_method(v, item);
    if (item->listed == NULL || item->listed->is_late) {
        memcpy(item->blob->sha256, item->found.sha256, 32);
        return;
    }
    judge_core(v, item);
    memcpy(item->blob->sha256, item->listed->sha256, 32);
    memcpy(item->blob->stored_sha256, item->listed->stored_sha256, 32);
}

/* ---- missing, renamed, unlisted -------------------------------------------------------------------------- */

static bd_str key_of(const uint8_t sha256[32]) {
    return (bd_str){(const char *)sha256, 32};
}

/* Core files by content, those that are absent first to be found. */
static bd_map *map_contents(verification *v, bool is_missing) {
    bd_map *map = bd_map_make(v->arena);
    for (size_t i = v->listing.count; i > 0; i--) {
        const package_listed *listed = &v->listing.data[i - 1];
        bool is_absent = package_reader_item(v->reader, listed->path) == NULL;
        if (listed->is_late || is_absent != is_missing) {
            continue;
        }
        wanted *entry = bd_new(v->arena, wanted, 1);
        *entry = (wanted){.listed = listed, .next = bd_map_find(map, key_of(listed->sha256))};
        bd_map_put(map, key_of(listed->sha256), entry);
    }
    return map;
}

static wanted *take_wanted(bd_map *missing, const uint8_t sha256[32]) {
    wanted *entry = bd_map_find(missing, key_of(sha256));
    if (entry == NULL) {
        return NULL;
    }
    entry->is_taken = true;
    bd_map_put(missing, key_of(sha256), entry->next);
    return entry;
}

static void judge_unlisted(verification *v, const package_item *item, bd_map *missing,
                           bd_map *present, bd_map *renamed) {
    bool can_compare = item->found.problem.size == 0;
    wanted *lost = can_compare ? take_wanted(missing, item->found.sha256) : NULL;
    if (lost != NULL) {
        bd_map_put(renamed, lost->listed->path, lost);
        add_fault(
            v, ALTERED, "renamed", lost->listed->path,
            "'%.*s' was renamed: its content lies at '%.*s', where the manifest lists nothing",
            BD_ARG(lost->listed->path), BD_ARG(item->name));
        return;
    }
    const wanted *copy = can_compare ? bd_map_find(present, key_of(item->found.sha256)) : NULL;
    if (copy != NULL) {
        add_fault(v, ALTERED, "duplicate", item->name,
                  "'%.*s' is a second copy of '%.*s', and the manifest does not list it; it was "
                  "added after packing",
                  BD_ARG(item->name), BD_ARG(copy->listed->path));
        return;
    }
    add_fault(v, ALTERED, "unlisted", item->name,
              "'%.*s' is %s; it was added after packing: do not rely on it", BD_ARG(item->name),
              item->is_outside ? "outside the root folder of the package"
                               : "not listed in the manifest");
}

/* Only of these is it asked what they may have been. */
static bool has_unlisted(const verification *v) {
    for (size_t i = 0; i < v->reader->count; i++) {
        if (v->reader->items[i].listed == NULL && !is_manifest_item(&v->reader->items[i])) {
            return true;
        }
    }
    return false;
}

static void judge_names(verification *v) {
    bool asks = has_unlisted(v);
    bd_map *missing = asks ? map_contents(v, true) : NULL;
    bd_map *present = asks ? map_contents(v, false) : NULL;
    bd_map *renamed = bd_map_make(v->arena);
    for (size_t i = 0; i < v->reader->count; i++) {
        const package_item *item = &v->reader->items[i];
        if (item->listed == NULL && !is_manifest_item(item)) {
            judge_unlisted(v, item, missing, present, renamed);
        }
    }
    for (size_t i = 0; i < v->listing.count; i++) {
        const package_listed *listed = &v->listing.data[i];
        bool is_there = package_reader_item(v->reader, listed->path) != NULL;
        if (is_there || listed->role == BD_ROLE_TIMESTAMP ||
            bd_map_find(renamed, listed->path) != NULL) {
            continue;
        }
        add_fault(v, ALTERED, "missing", listed->path,
                  "'%.*s' is missing: the manifest lists it, the zip lacks it; ask the sender for "
                  "the whole package",
                  BD_ARG(listed->path));
    }
}

/* ---- facts of the manifest -------------------------------------------------------------------------------- */

static void judge_facts(verification *v) {
    const bd_package_facts *facts = &v->report->facts;
    bd_instant expected = facts->fixed_time - facts->fixed_time % (2 * BD_SECOND);
    bd_instant found = bd_zip_reader_time(v->reader->zip);
    if (!bd_str_eq(v->reader->root, facts->package_id)) {
        add_fault(
            v, ALTERED, "metadata", BD_STR(""),
            "the root folder was renamed: it is '%.*s', the manifest names the package '%.*s'",
            BD_ARG(v->reader->root), BD_ARG(facts->package_id));
    }
    if (found != expected) {
        add_fault(v, ALTERED, "metadata", BD_STR(""),
                  "the time of the zip entries was changed: it is %.*s, the manifest fixes %.*s",
                  BD_ARG(bd_instant_format(v->arena, found)),
                  BD_ARG(bd_instant_format(v->arena, expected)));
    }
}

static bool lists_journal(const verification *v) {
    for (size_t i = 0; i < v->listing.count; i++) {
        if (bd_str_eqz(v->listing.data[i].path, PACKAGE_JOURNAL)) {
            return true;
        }
    }
    return false;
}

static void judge_journal(verification *v) {
    static const bd_str path = BD_STR_INIT(PACKAGE_JOURNAL);
    const package_item *item = package_reader_item(v->reader, path);
    if (!lists_journal(v)) {
        if (bd_str_eqz(v->report->facts.edition, "auditor")) {
            add_fault(v, ALTERED, "journal", path,
                      "the manifest lists no journal, expected one in an auditor edition");
        }
        return;
    }
    if (item == NULL || item->found.problem.size > 0) {
        return; /* said as missing or altered */
    }
    if (!item->found.ends_in_line ||
        memcmp(item->found.last_line, v->report->facts.journal_head, 32) != 0) {
        add_fault(v, ALTERED, "journal", path,
                  "the journal does not end as the manifest says: SHA-256 of its last line is "
                  "%.*s%s, expected %.*s",
                  BD_ARG(bd_hex_text(v->arena, item->found.last_line, 32)),
                  item->found.ends_in_line ? "" : " and an unfinished line follows",
                  BD_ARG(bd_hex_text(v->arena, v->report->facts.journal_head, 32)));
    }
}

/* ---- whole ------------------------------------------------------------------------------------------------ */

static bd_rc judge_all(verification *v, bd_str trust_pem, bd_instant at, unsigned jobs,
                       bd_err *err) {
    BD_TRY(judge_signature(v, trust_pem, at, err));
    BD_TRY(judge_manifest(v, err));
    if (!v->report->has_manifest) {
        return BD_OK;
    }
    judge_signer(v);
    judge_facts(v);
    link_items(v);
    BD_TRY(package_reader_hash(v->reader, jobs, err));
    BD_TRY(judge_sums(v, err));
    for (size_t i = 0; i < v->reader->count; i++) {
        judge_item(v, &v->reader->items[i]);
    }
    judge_names(v);
    judge_journal(v);
    return BD_OK;
}

bd_rc bd_package_verify(const char *path, bd_str trust_pem, bd_instant at, unsigned jobs,
                        bd_arena *arena, bd_package_reader **reader, bd_package_report *out,
                        bd_err *err) {
    *out = (bd_package_report){0};
    *reader = NULL;
    verification v = {.arena = arena, .report = out};
    bool is_open = false;
    bd_rc rc = open_container(&v, path, &is_open, err);
    if (!bd_failed(rc) && is_open) {
        rc = judge_all(&v, trust_pem, at, jobs, err);
    }
    if (bd_failed(rc)) {
        bd_package_close(v.reader);
        return rc;
    }
    *reader = v.reader;
    return BD_OK;
}
