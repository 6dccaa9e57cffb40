/* write.c - the package: one zip that proves itself.
 *
 * 1. LAYOUT
 *
 *     <package-id>/                       the one root folder, e.g. CONTOSO_SOC2_2026-01-01_2026-06-30_v1
 *         00_START-HERE/                  what a person opens first; binder.pdf is a late file
 *         10_EVIDENCE/CC6/CC6.1/...       every piece of evidence once, under the first control that reads it
 *         20_ ... 60_                     derived lists
 *         80_MACHINE/                     assessment, findings, catalog and engagement, for programs
 *         90_INTEGRITY/
 *             journal.ndjson              the locker's journal, whose last line's hash the manifest names
 *             signer.pem, verify.txt      core files like all others
 *             manifest.json               every file but itself
 *             SHA256SUMS                  every file but itself and its signatures; what `sha256sum -c` reads
 *             SHA256SUMS.p7s              detached CMS over SHA256SUMS; what `openssl cms -verify` reads
 *             SHA256SUMS.tsr              RFC 3161 time-stamp over the .p7s; the one entry that may be absent
 *
 * 2. ORDER WITHOUT A CIRCLE
 *
 * Each step vouches for the steps before it and is vouched for by the steps behind it:
 *
 *     core files -> manifest.json -> binder.pdf -> SHA256SUMS -> SHA256SUMS.p7s -> SHA256SUMS.tsr -> zip
 *
 * The binder prints SHA-256(manifest.json), so the manifest cannot hold the binder's hash; it lists the binder and all
 * that comes later by path and role only ("late files").  SHA256SUMS holds both the manifest's hash and the binder's,
 * and the signature over it ties the two together.  The manifest names the signer's certificate beforehand, so that a
 * list signed anew by somebody else differs from what the manifest announced.  Nothing needs its own hash.
 *
 * Core files may link to named destinations in the binder, never to pages: its pages are not there yet.
 *
 * 3. THE MANIFEST
 *
 * Canonical JSON, format word "bindery-package 1".  A core file has bytes, sha256, crc32, stored_bytes,
 * stored_sha256, role, and where they apply evidence_id, controls and redaction; `path` is below the root, and the list
 * rises by path bytes.  `bytes`, `crc32` and `sha256` speak of the plain bytes, the `stored_` pair of the raw deflate
 * stream in the zip.  Beside the files stand the facts of the package: id, edition, organisation, period, as-of, fixed
 * time, plan digest, journal head, hash of the catalog, hash of the previous package's SHA256SUMS, fingerprint of the
 * signer, versions.
 *
 * 4. THE ZIP
 *
 * Entries rise by name bytes.  Core files are deflated: their stream is copied as the locker keeps it, never made
 * again.  Everything that the manifest does not measure (itself and the late files) is stored, because a deflated form
 * that nobody has measured could be exchanged for another one of the same content.  All headers carry the fixed time,
 * the mode 0644 and nothing that can be left out (zip.h).
 *
 * 5. WHY NO BIT IS FREE
 *
 * A verifier that accepts two different files for one package has a place where something can hide.  Each byte of the
 * file is therefore a function of something that is checked:
 *
 *     headers, directory, end record    rebuilt from name, sizes, CRC-32 and time, and compared (zip/reader.c)
 *     root folder, time, method         compared with the manifest
 *     data of a core file               SHA-256 of its stored form, then of its content
 *     manifest.json                     SHA-256 in SHA256SUMS; and it must be the very text that its facts have
 *     binder.pdf                        SHA-256 in SHA256SUMS; and its own signature covers the whole file
 *     SHA256SUMS                        must be the very text that manifest and binder give
 *     SHA256SUMS.p7s                    DER, rebuilt from signer, chain and digest (crypto.h); of the two ECDSA values
 *                                       that both verify only the smaller one
 *
 * 6. WHAT REPEATS
 *
 * The same core files and facts give the same manifest and the same zip up to the late files, on any machine, because
 * nothing here reads a clock, a locale, an environment or a folder; the order in which files are added does not
 * count. */
#include "bindery/package.h"

#include "package_priv.h"

#include <string.h>

#define LOOKED_AT 8192 /* bytes in memory with a file: what is known of it, and its texts */

enum { LATE_MAX = 4, COPY_BYTES = 64 * 1024 };

typedef struct {
    bd_package_file file;
    const bd_blob *blob; /* with a stored form; NULL before the manifest is made */
} packed_file;

struct bd_package {
    bd_arena *arena;
    bd_package_facts facts;
    BD_VEC(packed_file) files;
    bd_map *names; /* lower case: files and the folders above them */
    size_t deflated_bytes;
    bd_str manifest, sums;
    const bd_blob *manifest_blob;
    package_listing listing;
    const bd_blob *late[LATE_MAX];
    size_t late_count;
};

static const struct {
    bd_role role;
    const char *path;
} late_files[LATE_MAX] = {
    {BD_ROLE_BINDER, PACKAGE_BINDER},
    {BD_ROLE_SUMS, PACKAGE_SUMS},
    {BD_ROLE_SIGNATURE, PACKAGE_SIGNATURE},
    {BD_ROLE_TIMESTAMP, PACKAGE_TIMESTAMP},
};

bd_package *bd_package_make(bd_arena *arena, const bd_package_facts *facts) {
    bd_package *package = bd_new(arena, bd_package, 1);
    package->arena = arena;
    package->facts = *facts;
    package->names = bd_map_make(arena);
    return package;
}

static bool is_signed(const bd_package *package) {
    return !package_is_zero(package->facts.signer_sha256);
}

/* ---- core files ------------------------------------------------------------------------------------- */

static char a_file, a_folder; /* what a name in the map leads to */

/* File systems that fold case would merge the two, and a name cannot be a file and a folder. */
static bd_rc add_name(bd_package *package, bd_str name, bd_err *err) {
    bd_str lower = bd_str_lower(package->arena, name);
    if (bd_map_find(package->names, lower) != NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot pack '%.*s': the name is taken by another file or folder, which may "
                 "differ in case only",
                 BD_ARG(name));
    }
    bd_map_put(package->names, lower, &a_file);
    for (size_t i = 0; i < lower.size; i++) {
        if (lower.data[i] != '/') {
            continue;
        }
        bd_str folder = bd_str_sub(lower, 0, i);
        if (bd_map_find(package->names, folder) == &a_file) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot pack '%.*s': its folder is the name of another file", BD_ARG(name));
        }
        bd_map_put(package->names, folder, &a_folder);
    }
    return BD_OK;
}

static int compare_controls(const void *context, const void *a, const void *b) {
    (void)context;
    int order = bd_str_natural_cmp(*(const bd_str *)a, *(const bd_str *)b);
    return order != 0 ? order : bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

/* In natural order and each once, however they came. */
static bd_strs sort_controls(bd_arena *arena, const bd_strs *controls) {
    bd_strs sorted = {0}, unique = {0};
    for (size_t i = 0; i < controls->count; i++) {
        *bd_push(arena, &sorted) = controls->data[i];
    }
    bd_sort(sorted.data, sorted.count, sizeof(bd_str), compare_controls, NULL);
    for (size_t i = 0; i < sorted.count; i++) {
        if (i == 0 || !bd_str_eq(sorted.data[i - 1], sorted.data[i])) {
            *bd_push(arena, &unique) = bd_str_copy(arena, sorted.data[i]);
        }
    }
    return unique;
}

bd_rc bd_package_add(bd_package *package, const bd_package_file *file, bd_err *err) {
    if (package->manifest.size > 0 || file->role >= BD_ROLE_BINDER) {
        BD_RAISE(err, BD_ERR_BUG, "'%.*s' comes too late to be a core file", BD_ARG(file->name));
    }
    BD_TRY(package_name_check(file->name, package->facts.package_id.size, err));
    if (package_path_is_reserved(file->name)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot pack '%.*s': the name belongs to the package itself",
                 BD_ARG(file->name));
    }
    BD_TRY(add_name(package, file->name, err));
    packed_file *packed = bd_push(package->arena, &package->files);
    packed->file = *file;
    packed->file.name = bd_str_copy(package->arena, file->name);
    packed->file.evidence_id = bd_str_copy(package->arena, file->evidence_id);
    packed->file.controls = sort_controls(package->arena, &file->controls);
    return BD_OK;
}

/* ---- deflating what has no stored form ---------------------------------------------------------------- */

/* A blob with its deflated form in memory.  `stored` is a memory blob over that form: its hash is stored_sha256. */
typedef struct {
    bd_blob blob;
    const bd_blob *plain, *stored;
} deflated_blob;

/* Both forms are blobs of others, which must get back their own source at the end. */
typedef struct {
    bd_arena *arena;
    const bd_blob *from;
    bd_source inner;
} lent_source;

static bd_rc read_lent(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    lent_source *lent = source->context;
    return bd_source_read(&lent->inner, bytes, room, count, err);
}

static bd_rc open_lent(const bd_blob *from, bd_source *out, bd_err *err) {
    bd_arena *arena = bd_arena_open("blob", 64u << 10);
    lent_source *lent = bd_new(arena, lent_source, 1);
    *lent = (lent_source){.arena = arena, .from = from};
    bd_rc rc = from->open_plain(from, &lent->inner, err);
    if (bd_failed(rc)) {
        bd_arena_close(arena);
        return rc;
    }
    *out = (bd_source){.read = read_lent, .context = lent};
    return BD_OK;
}

static bd_rc open_plain(const bd_blob *blob, bd_source *out, bd_err *err) {
    return open_lent(((const deflated_blob *)blob->context)->plain, out, err);
}

static bd_rc open_stored(const bd_blob *blob, bd_source *out, bd_err *err) {
    return open_lent(((const deflated_blob *)blob->context)->stored, out, err);
}

static void close_lent(const bd_blob *blob, bd_source *source) {
    (void)blob;
    lent_source *lent = source->context;
    if (lent != NULL) {
        lent->from->close(lent->from, &lent->inner);
        bd_arena_close(lent->arena);
        source->context = NULL;
    }
}

static bd_rc copy_into(bd_deflater *deflater, const bd_blob *blob, char *room, bd_err *err) {
    bd_source source = {0};
    bd_rc rc = blob->open_plain(blob, &source, err);
    if (bd_failed(rc)) {
        return rc;
    }
    for (size_t count = 1; !bd_failed(rc) && count > 0;) {
        rc = bd_source_read(&source, room, COPY_BYTES, &count, err);
        if (!bd_failed(rc)) {
            rc = bd_deflater_write(deflater, room, count, err);
        }
    }
    blob->close(blob, &source);
    return rc;
}

static bd_rc check_kept(const bd_deflater *deflater, const bd_blob *blob, bd_err *err) {
    if (bd_deflater_plain_bytes(deflater) != blob->bytes ||
        bd_deflater_crc32(deflater) != blob->crc32) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the file changed: it has %lld bytes and CRC-32 %08lx, expected %lld and %08lx",
                 (long long)bd_deflater_plain_bytes(deflater),
                 (unsigned long)bd_deflater_crc32(deflater), (long long)blob->bytes,
                 (unsigned long)blob->crc32);
    }
    return BD_OK;
}

static bd_rc deflate_blob(bd_package *package, bd_deflater *deflater, const bd_blob *plain,
                          char *room, const bd_blob **out, bd_err *err) {
    bd_buf buf;
    bd_buf_init(&buf, BD_PACKAGE_DEFLATED_MAX - package->deflated_bytes);
    bd_sink sink = bd_sink_to_buf(&buf);
    bd_deflater_clear(deflater, &sink);
    bd_rc rc = copy_into(deflater, plain, room, err);
    if (!bd_failed(rc)) {
        rc = bd_deflater_finish(deflater, err);
    }
    if (!bd_failed(rc)) {
        rc = check_kept(deflater, plain, err);
    }
    if (!bd_failed(rc)) {
        rc = bd_buf_check(&buf, "the deflated form of files that are not in the locker", err);
    }
    if (!bd_failed(rc)) {
        package->deflated_bytes += buf.size;
        deflated_blob *made = bd_new(package->arena, deflated_blob, 1);
        made->plain = plain;
        made->stored =
            bd_blob_of_memory(package->arena, bd_str_copy(package->arena, bd_buf_str(&buf)));
        made->blob = *plain;
        made->blob.has_stored = true;
        made->blob.stored_bytes = made->stored->bytes;
        memcpy(made->blob.stored_sha256, made->stored->sha256, 32);
        made->blob.open_plain = open_plain;
        made->blob.open_stored = open_stored;
        made->blob.close = close_lent;
        made->blob.context = made;
        *out = &made->blob;
    }
    bd_buf_clear(&buf);
    return rc;
}

static void deflater_close_ref(bd_deflater **deflater) {
    bd_deflater_close(*deflater);
}

static bd_rc deflate_files(bd_package *package, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("packing", 1 << 20);
    BD_DEFER(deflater_close_ref) bd_deflater *deflater = NULL;
    char *room = bd_new(scratch, char, COPY_BYTES);
    bd_buf none;
    bd_buf_init(&none, 0);
    bd_sink sink = bd_sink_to_buf(&none);
    for (size_t i = 0; i < package->files.count; i++) {
        packed_file *packed = &package->files.data[i];
        bd_arenas_pass(LOOKED_AT);
        packed->blob = packed->file.blob;
        if (packed->blob->has_stored) {
            continue;
        }
        if (deflater == NULL) {
            deflater = bd_deflater_open(&sink);
        }
        BD_TRY_CTX(deflate_blob(package, deflater, packed->file.blob, room, &packed->blob, err),
                   err, "while packing '%.*s'", BD_ARG(packed->file.name));
    }
    return BD_OK;
}

/* ---- manifest and sums --------------------------------------------------------------------------------- */

static void list_file(bd_package *package, const packed_file *packed) {
    package_listed *listed = bd_push(package->arena, &package->listing);
    listed->path = packed->file.name;
    listed->role = packed->file.role;
    listed->evidence_id = packed->file.evidence_id;
    listed->controls = packed->file.controls;
    listed->bytes = packed->blob->bytes;
    listed->crc32 = packed->blob->crc32;
    listed->stored_bytes = packed->blob->stored_bytes;
    memcpy(listed->sha256, packed->blob->sha256, 32);
    memcpy(listed->stored_sha256, packed->blob->stored_sha256, 32);
}

static int compare_files(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const packed_file *)a)->file.name, ((const packed_file *)b)->file.name);
}

static bd_rc check_journal(const bd_package *package, bd_err *err) {
    if (bd_map_find(package->names, bd_str_lower(package->arena, BD_STR(PACKAGE_JOURNAL))) ==
            NULL &&
        bd_str_eqz(package->facts.edition, "auditor")) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "an auditor edition without '" PACKAGE_JOURNAL "' cannot be re-performed");
    }
    return BD_OK;
}

bd_rc bd_package_manifest(bd_package *package, bd_str *text, bd_err *err) {
    if (package->manifest.size > 0) {
        BD_RAISE(err, BD_ERR_BUG, "the manifest of '%.*s' is made already",
                 BD_ARG(package->facts.package_id));
    }
    BD_TRY(check_journal(package, err));
    BD_TRY(add_name(package, BD_STR(PACKAGE_MANIFEST), err));
    for (size_t i = 0; i < LATE_MAX; i++) {
        BD_TRY(add_name(package, bd_str_of(late_files[i].path), err));
    }
    bd_sort(package->files.data, package->files.count, sizeof(packed_file), compare_files, NULL);
    BD_TRY(deflate_files(package, err));
    for (size_t i = 0; i < package->files.count; i++) {
        bd_arenas_pass(LOOKED_AT);
        list_file(package, &package->files.data[i]);
    }
    package_listing_finish(&package->listing, is_signed(package), package->arena);
    BD_TRY(package_manifest_build(&package->facts, &package->listing, package->arena,
                                  &package->manifest, err));
    package->manifest_blob = bd_blob_of_memory(package->arena, package->manifest);
    *text = package->manifest;
    return BD_OK;
}

bd_rc bd_package_sums(bd_package *package, bd_str *text, bd_err *err) {
    if (package->late_count == 0) {
        BD_RAISE(err, BD_ERR_BUG, "SHA256SUMS is asked for before the binder is there");
    }
    BD_TRY(package_sums_build(&package->listing, package->manifest_blob->sha256,
                              package->late[0]->sha256, package->arena, &package->sums, err));
    *text = package->sums;
    return BD_OK;
}

bd_rc bd_package_add_late(bd_package *package, bd_role role, const bd_blob *blob, bd_err *err) {
    size_t index = package->late_count;
    size_t allowed = is_signed(package) ? LATE_MAX : 2;
    if (package->manifest.size == 0 || index >= allowed || role != late_files[index].role) {
        BD_RAISE(err, BD_ERR_BUG, "the late file '%s' comes out of order", bd_role_name(role));
    }
    if (role == BD_ROLE_SUMS) {
        uint8_t expected[32];
        bd_sha256_of(package->sums, expected);
        if (package->sums.size == 0 || memcmp(expected, blob->sha256, 32) != 0) {
            BD_RAISE(err, BD_ERR_BUG, "SHA256SUMS is not the text that this package has");
        }
    }
    package->late[package->late_count++] = blob;
    return BD_OK;
}

/* ---- the zip ------------------------------------------------------------------------------------------- */

typedef struct {
    bd_str path;
    const bd_blob *blob;
    bool is_deflated;
} planned_entry;
typedef BD_VEC(planned_entry) planned_entries;

static int compare_planned(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const planned_entry *)a)->path, ((const planned_entry *)b)->path);
}

static planned_entries plan_entries(bd_package *package) {
    planned_entries plan = {0};
    for (size_t i = 0; i < package->files.count; i++) {
        const packed_file *packed = &package->files.data[i];
        bd_arenas_pass(LOOKED_AT);
        *bd_push(package->arena, &plan) = (planned_entry){packed->file.name, packed->blob, true};
    }
    *bd_push(package->arena, &plan) =
        (planned_entry){BD_STR(PACKAGE_MANIFEST), package->manifest_blob, false};
    for (size_t i = 0; i < package->late_count; i++) {
        *bd_push(package->arena, &plan) =
            (planned_entry){bd_str_of(late_files[i].path), package->late[i], false};
    }
    bd_sort(plan.data, plan.count, sizeof(planned_entry), compare_planned, NULL);
    return plan;
}

static void writer_close_ref(bd_zip_writer **writer) {
    bd_zip_writer_close(*writer);
}

bd_rc bd_package_write(bd_package *package, bd_sink *sink, bd_err *err) {
    if (package->late_count < (is_signed(package) ? 3u : 2u)) {
        BD_RAISE(err, BD_ERR_BUG, "the package '%.*s' lacks a late file",
                 BD_ARG(package->facts.package_id));
    }
    planned_entries plan = plan_entries(package);
    BD_DEFER(writer_close_ref)
    bd_zip_writer *writer = bd_zip_writer_open(sink, package->facts.fixed_time);
    for (size_t i = 0; i < plan.count; i++) {
        bd_arenas_pass(LOOKED_AT);
        bd_str name = bd_str_format(package->arena, "%.*s/%.*s", BD_ARG(package->facts.package_id),
                                    BD_ARG(plan.data[i].path));
        BD_TRY(bd_zip_writer_add(writer, name, plan.data[i].blob, plan.data[i].is_deflated, err));
    }
    return bd_zip_writer_finish(writer, err);
}
