/* What went into an output: same versions, same bytes. */
#include "bindery/run.h"

#include "bindery/pdf.h"
#include "bindery/text.h"
#include "bindery/zip.h"
#include "run_priv.h"

#include <string.h>

/* One short name for the set of font files in use: the first 12 digits of the hash over their
 * hashes. */
static bd_str fonts_version(bd_arena *arena) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_sha256 *hash = bd_sha256_open();
    for (size_t i = 0; i < count; i++) {
        BD_DEFER(bd_arena_close_ref)
        bd_arena *scratch = bd_arena_open("font", 2 * BD_FACE_MAX_BYTES);
        bd_str bytes = {"", 0};
        bd_err err;
        uint8_t digest[32] = {0};
        if (!bd_failed(bd_file_read(specs[i].path, BD_FACE_MAX_BYTES, scratch, &bytes, &err))) {
            bd_sha256_of(bytes, digest);
        }
        bd_sha256_put(hash, digest, sizeof digest);
    }
    uint8_t all[32];
    char hex[65];
    bd_sha256_finish(hash, all);
    bd_sha256_close(hash);
    bd_hex(all, 32, hex);
    return bd_str_copy(arena, bd_str_sub(bd_str_of(hex), 0, 12));
}

bd_str bd_run_versions(bd_arena *arena) {
    return bd_str_format(arena, "bindery %s, %.*s, %.*s, %.*s, %.*s, fonts %.*s", BINDERY_VERSION,
                         BD_ARG(bd_crypto_versions(arena)), BD_ARG(bd_zip_versions(arena)),
                         BD_ARG(bd_pdf_versions(arena)), BD_ARG(bd_text_versions(arena)),
                         BD_ARG(fonts_version(arena)));
}
