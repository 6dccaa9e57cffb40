/* zip_priv.h - the bytes of zip headers, shared by the writer, which writes them, and the reader,
 * which builds them anew from the facts and compares: that is how no bit of a package stays free.
 * */
#ifndef BINDERY_ZIP_PRIV_H
#define BINDERY_ZIP_PRIV_H

#include "bindery/zip.h"

enum {
    ZIP_LOCAL_BYTES = 30,
    ZIP_CENTRAL_BYTES = 46,
    ZIP_END_BYTES = 22,
    ZIP64_END_BYTES = 56,
    ZIP64_LOCATOR_BYTES = 20,
    ZIP_TAIL_MAX = ZIP64_END_BYTES + ZIP64_LOCATOR_BYTES + ZIP_END_BYTES,
    ZIP_EXTRA_MAX = 28, /* Zip64: two sizes and an offset */
    ZIP_NAME_MAX = 1024,
    ZIP_HEADER_MAX = ZIP_CENTRAL_BYTES + ZIP_NAME_MAX + ZIP_EXTRA_MAX
};

/* Everything that a header is a function of. */
struct zip_facts {
    bd_str name;
    int method;
    uint64_t bytes, stored_bytes, offset;
    uint32_t crc32;
    uint16_t dos_time, dos_date;
};

struct zip_end {
    uint64_t count, size, offset; /* of the central directory */
};

uint16_t zip_load16(const uint8_t *at);
uint32_t zip_load32(const uint8_t *at);
uint64_t zip_load64(const uint8_t *at);

/* Each yields the bytes written: fixed part, name and extra field. */
size_t zip_local_build(const struct zip_facts *facts, uint8_t out[ZIP_HEADER_MAX]);
size_t zip_central_build(const struct zip_facts *facts, uint8_t out[ZIP_HEADER_MAX]);
/* Zip64 end record and locator where the numbers need them, then the end record. */
size_t zip_end_build(const struct zip_end *end, uint8_t out[ZIP_TAIL_MAX]);

void zip_dos_of_instant(bd_instant at, uint16_t *dos_time, uint16_t *dos_date);
bd_instant zip_instant_of_dos(uint16_t dos_time, uint16_t dos_date);

/* Names met so far; refuses two that differ only in case, and a file that is also a folder. */
struct zip_names {
    bd_map *files, *folders; /* by case-folded name */
};
void zip_names_init(struct zip_names *names, bd_arena *arena);
BD_MUST_USE bd_rc zip_names_add(struct zip_names *names, bd_str name, bd_err *err);

/* A blob of which the deflated form alone is kept, in memory. */
struct packed_blob {
    bd_blob blob;
    bd_str stored;
};
/* Its sizes and hashes are the caller's to set; `stored` is borrowed as long as the blob lives. */
void packed_blob_init(struct packed_blob *packed);

/* What a finished draft has become: its text, or NULL and the deflated form. */
bd_str draft_text(const bd_draft *draft);
const struct packed_blob *draft_packed(const bd_draft *draft);

#endif
