/* bindery/package.h - named blobs to one zip with a manifest, and back.
 *
 * The room knows names, hashes, roles and bytes; it does not know what a finding is.  Order without a circle
 * (write.c): core files -> manifest.json -> (the PDF prints its SHA-256, is signed) -> SHA256SUMS ->
 * SHA256SUMS.p7s -> zip.  write.c holds the essay on the layout.
 *
 *     bd_package *package = bd_package_make(arena, &facts);
 *     bd_package_add(package, &(bd_package_file){...});             every core file
 *     BD_TRY(bd_package_manifest(package, &text, err));             fixed from here on
 *     bd_package_add_late(package, name, role, blob);               binder.pdf, SHA256SUMS, SHA256SUMS.p7s
 *     BD_TRY(bd_package_write(package, sink, err));
 *
 * Verification never extracts, never follows a path, touches no network and bounds everything.
 */
#ifndef BINDERY_PACKAGE_H
#define BINDERY_PACKAGE_H

#include "bindery/crypto.h"
#include "bindery/evidence.h"
#include "bindery/util.h"
#include "bindery/value.h"
#include "bindery/zip.h"

#define BD_PACKAGE_NAME_MAX 120 /* bytes of a path, root folder included */
#define BD_PACKAGE_DEFLATED_MAX ((size_t)256 << 20)
#define BD_PACKAGE_FAULTS_MAX 1000

typedef enum {
    BD_ROLE_EVIDENCE,
    BD_ROLE_SIDECAR,
    BD_ROLE_IPE,
    BD_ROLE_DERIVED,
    BD_ROLE_INDEX,
    BD_ROLE_POPULATION,
    BD_ROLE_REVIEW,
    BD_ROLE_VENDOR,
    BD_ROLE_SCORE,
    BD_ROLE_EXCEPTION,
    BD_ROLE_MACHINE,
    BD_ROLE_INTEGRITY,
    BD_ROLE_START,
    BD_ROLE_BINDER,
    BD_ROLE_SUMS,
    BD_ROLE_SIGNATURE,
    BD_ROLE_TIMESTAMP
} bd_role;
const char *bd_role_name(bd_role role); /* "evidence", ... */

typedef struct {
    bd_str package_id; /* CONTOSO_SOC2_2026-01-01_2026-06-30_v1: also the root folder in the zip */
    bd_str edition;    /* "auditor" */
    bd_str organisation, short_name, tenant;
    bd_str period_id, period_type, period_from, period_to;
    bd_str as_of;          /* instant text */
    bd_instant fixed_time; /* of every zip entry: the as-of */
    bd_str bindery_version;
    bd_str versions; /* "zlib 1.2.13, libdeflate 1.14, libharu 2.3.0, ..." */
    uint8_t plan_sha256[32];
    uint8_t journal_head[32], catalog_sha256[32];
    bd_str previous_package;   /* hex SHA-256 of its SHA256SUMS, or "" */
    uint8_t signer_sha256[32]; /* fingerprint of the certificate; zeros: unsigned */
} bd_package_facts;

typedef struct {
    bd_str name; /* below the root folder: "10_EVIDENCE/CC6/CC6.1/..." */
    bd_role role;
    bd_str evidence_id; /* "E-0007" or "" */
    bd_strs controls;
    const bd_blob *blob; /* borrowed as long as the package */
} bd_package_file;

typedef struct bd_package bd_package;
bd_package *bd_package_make(bd_arena *arena, const bd_package_facts *facts);
/* INPUT: a name outside [A-Za-z0-9._-/], over 120 bytes with the root, with "..", empty parts, or that another
 * name equals under case folding. */
BD_MUST_USE bd_rc bd_package_add(bd_package *package, const bd_package_file *file, bd_err *err);
/* manifest.json text (canonical JSON and LF); names of the late files are fixed: 00_START-HERE/binder.pdf,
 * 90_INTEGRITY/SHA256SUMS, 90_INTEGRITY/SHA256SUMS.p7s.  Blobs without a stored form are deflated here once (their
 * deflated bytes stay in the arena, at most BD_PACKAGE_DEFLATED_MAX together: LIMIT).  INPUT: facts that are missing or
 * ill-formed, a blob that does not keep its declared size and CRC-32, an auditor edition without
 * 90_INTEGRITY/journal.ndjson.  The text is Borrowed until the arena ends. */
BD_MUST_USE bd_rc bd_package_manifest(bd_package *package, bd_str *text, bd_err *err);
/* Late file, stored; binder.pdf, SHA256SUMS, SHA256SUMS.p7s (and SHA256SUMS.tsr where there is one) in this order;
 * without a signer in the facts the package ends with SHA256SUMS.  Anything out of order is a BUG. */
BD_MUST_USE bd_rc bd_package_add_late(bd_package *package, bd_role role, const bd_blob *blob,
                                      bd_err *err);
/* Text of SHA256SUMS: "<hex>  <path>\n" for every file but itself and its signatures, sorted by path.  After
 * binder.pdf. */
BD_MUST_USE bd_rc bd_package_sums(bd_package *package, bd_str *text, bd_err *err);
/* The whole zip.  A blob that does not keep what it declares is INPUT; after any failure the output is to be thrown
 * away. */
BD_MUST_USE bd_rc bd_package_write(bd_package *package, bd_sink *sink, bd_err *err);

/* ---- names ------------------------------------------------------------------------------------------- */

/* Lower-case ASCII words of a text with one '-' between them, at most `max_bytes`: "Łukasz' MFA (all)" gives
 * "lukasz-mfa-all".  Empty when no letter or digit is left.  Allocated in <arena>. */
bd_str bd_package_slug(bd_arena *arena, bd_str text, size_t max_bytes);
/* "10_EVIDENCE/CC6/CC6.1"; "10_EVIDENCE/_UNMAPPED" for the empty criterion. */
bd_str bd_package_criterion_folder(bd_arena *arena, bd_str criterion);

/* What the name of an evidence file is a function of. */
typedef struct {
    bd_str package_id; /* its length counts */
    bd_str
        criterion; /* primary criterion of the control, "CC6.1"; empty: no control reads the file */
    bd_str control;       /* number, "6.1.2" or "B-A1.3-1" */
    bd_str control_title; /* becomes the slug of the control's folder */
    bd_str evidence_id;   /* "E-0041" */
    bd_str date;          /* "2026-07", "2026-Q3", "2026-07-15"; empty: "static" */
    bd_str title;         /* becomes the slug of the file */
    bd_str extension; /* "json", "ipe.json", "meta.json": at most 9 of [a-z0-9.]; empty: "bin" */
} bd_package_place;
/* 10_EVIDENCE/CC6/CC6.1/6.1.2_mfa-all-users/E-0041_2026-07_entra-ca-policies.json: slugs are cut so that the path
 * keeps to BD_PACKAGE_NAME_MAX.  Files that differ in the extension alone share the rest of the name. */
bd_str bd_package_evidence_path(bd_arena *arena, const bd_package_place *place);

/* ---- verification ------------------------------------------------------------------------------------ */

/* Words, with the exit code they bring:
 *     malformed  3   the container is no zip, is cut off, has bytes before or after it, or breaks the strict profile
 *     limit      5   over a stated limit
 *     manifest   3   manifest.json is not in the one form its facts have
 *     unsigned   3   the manifest names no signer
 *     timestamp  3   a time-stamp is there and has no form that can be judged;  1   it does not hold
 *     signature  3   the CMS breaks our profile;  1   it does not hold, or is not by the signer the manifest names
 *     metadata   1   manifest.json is not the one that SHA256SUMS lists; times in the zip; the root folder's name
 *     sums       1   SHA256SUMS does not follow from the manifest and the files
 *     altered    1   other content;  recompressed  1   same content in another stored form
 *     missing    1   listed and absent;  unlisted  1   there and not listed
 *     renamed    1   a listed file's content under another name
 *     duplicate  1   a listed file's content once more under a name that is not listed
 *     journal    1   the journal does not end as the manifest says
 *     untrusted  6   everything holds, but nobody the caller trusts vouches for it */
typedef struct {
    bd_str word;
    bd_str path; /* or "" */
    bd_str sentence;
    int exit_code; /* 1, 3, 5 or 6; severity 3 > 5 > 1 > 6 */
} bd_package_fault;
typedef BD_VEC(bd_package_fault) bd_package_faults;

typedef struct {
    bd_package_facts facts; /* from the manifest, once it holds */
    uint8_t manifest_sha256[32];
    uint8_t sums_sha256[32];
    uint64_t files, bytes; /* listed and read */
    bool has_manifest;
    bd_cms_report signature;
    bool has_stamp;      /* SHA256SUMS.tsr is there and can be judged */
    bd_tsp_report stamp; /* of the signature, with has_stamp */
    bool is_signed;
    bd_package_faults faults; /* empty: everything holds; at most BD_PACKAGE_FAULTS_MAX */
    uint64_t fault_count;     /* all, those beyond the list included */
    int exit_code;            /* worst of all by severity 3, 5, 1, 6; 0: VERIFIED */
    const bd_value *manifest;
} bd_package_report;

typedef struct bd_package_reader bd_package_reader;
/* Opens a package and checks container, sums signature, sums, manifest and every file, in this order.
 * `trust_pem` may be empty; `jobs` threads inflate and hash.  Fails only with IO, BUG, or USAGE
 * (trust_pem holds no certificates); whatever is wrong with the package is in the report, and the reader may still be
 * asked for what could be read.  Report Allocated in <arena>, which must outlive the reader.  After a failure there is
 * no reader to close. */
BD_MUST_USE bd_rc bd_package_verify(const char *path, bd_str trust_pem, bd_instant at,
                                    unsigned jobs, bd_arena *arena, bd_package_reader **reader,
                                    bd_package_report *out, bd_err *err);
/* A file of an opened package by its name below the root; NULL when absent.  Hashes are the manifest's. */
const bd_blob *bd_package_find(bd_package_reader *reader, const char *name);
/* Names below the root in zip order. */
size_t bd_package_count(const bd_package_reader *reader);
bd_str bd_package_name_at(const bd_package_reader *reader, size_t index);
void bd_package_close(bd_package_reader *reader);

/* Text of verify.txt: the commands that check a package with stock tools alone. */
bd_str bd_package_verify_text(bd_arena *arena, const bd_package_facts *facts);

#endif
