/* package_priv.h - the manifest as a list, shared by the writer, which writes it, and the verifier, which reads it,
 * writes it again and compares: that is how no byte of it stays free. */
#ifndef BINDERY_PACKAGE_PRIV_H
#define BINDERY_PACKAGE_PRIV_H

#include "bindery/package.h"

#define PACKAGE_MANIFEST "90_INTEGRITY/manifest.json"
#define PACKAGE_JOURNAL "90_INTEGRITY/journal.ndjson"
#define PACKAGE_BINDER "00_START-HERE/binder.pdf"
#define PACKAGE_SUMS "90_INTEGRITY/SHA256SUMS"
#define PACKAGE_SIGNATURE "90_INTEGRITY/SHA256SUMS.p7s"
#define PACKAGE_TIMESTAMP "90_INTEGRITY/SHA256SUMS.tsr"

enum {
    PACKAGE_ID_MAX = 64,
    PACKAGE_TEXT_MAX = 256 << 20, /* manifest.json and SHA256SUMS, each: about 600,000 files */
    PACKAGE_SIGNATURE_MAX = 64 << 10
};

/* One line of the manifest. */
typedef struct {
    bd_str path;
    bd_role role;
    bool is_late; /* path and role only */
    bd_str evidence_id;
    bd_strs controls; /* natural order */
    int64_t bytes, stored_bytes;
    uint32_t crc32;
    uint8_t sha256[32], stored_sha256[32];
} package_listed;
typedef BD_VEC(package_listed) package_listing;

bool package_is_zero(const uint8_t sha256[32]);
bool package_role_parse(bd_str name, bd_role *out);
/* A name below the root as bd_package_add wants it. */
BD_MUST_USE bd_rc package_name_check(bd_str name, size_t root_bytes, bd_err *err);
/* Whether the path belongs to a late file or the manifest; case does not tell them apart. */
bool package_path_is_reserved(bd_str path);
BD_MUST_USE bd_rc package_facts_check(const bd_package_facts *facts, bd_err *err);

/* Adds the late files that belong to a package with or without a signature, and sorts by path. */
void package_listing_finish(package_listing *listing, bool is_signed, bd_arena *arena);

BD_MUST_USE bd_rc package_manifest_build(const bd_package_facts *facts,
                                         const package_listing *listing, bd_arena *arena,
                                         bd_str *text, bd_err *err);
/* INPUT names the JSON pointer, or the first byte at which the text is not the one form of these facts. */
BD_MUST_USE bd_rc package_manifest_parse(bd_str text, bd_arena *arena, bd_package_facts *facts,
                                         package_listing *listing, const bd_value **tree,
                                         bd_err *err);
/* SHA256SUMS of a manifest with this hash and a binder with that one. */
BD_MUST_USE bd_rc package_sums_build(const package_listing *listing,
                                     const uint8_t manifest_sha256[32],
                                     const uint8_t binder_sha256[32], bd_arena *arena, bd_str *text,
                                     bd_err *err);

/* ---- reading ------------------------------------------------------------------------------------- */

/* What the bytes of one entry really are. */
typedef struct {
    int64_t bytes;
    uint8_t sha256[32];
    uint8_t stored_sha256[32]; /* of a deflated entry */
    uint8_t
        last_line[32]; /* of the journal: SHA-256 of the last line with its LF; zeros when empty */
    bool ends_in_line; /* of the journal: it is empty or its last byte is LF */
    bool is_io;
    bd_str problem; /* why the content could not be read to its end; else empty */
} package_found;

typedef struct {
    bd_str name; /* below the root; the whole name of an entry outside it */
    bool is_outside;
    const bd_zip_entry *entry;
    bd_blob *blob;
    const package_listed *listed; /* NULL: not in the manifest */
    bool is_told;                 /* a fault says already that it cannot be read */
    package_found found;
} package_item;

struct bd_package_reader {
    bd_arena *arena;
    bd_zip_reader *zip; /* NULL: the container does not hold */
    bd_str root;
    package_item *items; /* zip order */
    size_t count;
    bd_map *by_name;
    bool has_manifest;
};

/* INPUT and LIMIT speak of the container; the reader is there even then, without entries. */
BD_MUST_USE bd_rc package_reader_open(const char *path, bd_arena *arena, bd_package_reader **out,
                                      bd_err *err);
package_item *package_reader_item(const bd_package_reader *reader,
                                  bd_str name); /* NULL when absent */
/* A blob's sentence without the name of the entry, which whoever reports it puts in front. */
bd_str package_cut_label(bd_arena *arena, bd_str problem, bd_str name);
/* Reads every entry to its end on `jobs` threads and fills `found`.  IO only. */
BD_MUST_USE bd_rc package_reader_hash(bd_package_reader *reader, unsigned jobs, bd_err *err);

#endif
