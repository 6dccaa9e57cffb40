/* What went into an output: same versions, same bytes. */
#include "bindery/session.h"

#include "bindery/pdf.h"
#include "bindery/text.h"
#include "bindery/zip.h"

#include <fcntl.h>
#include <string.h>

/* A TrueType file begins with its table directory, which holds a checksum of every table: the first bytes of the file
 * tell one version from another. */
#define FONT_HEAD_BYTES 1024

static bool read_head(const char *path, uint8_t head[FONT_HEAD_BYTES]) {
    bd_err err;
    BD_DEFER(bd_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && !bd_failed(bd_pread_all(fd, head, FONT_HEAD_BYTES, 0, path, &err));
}

/* One short name for the set of font files in use: the first 12 digits of the hash over their heads. */
static bd_str fonts_version(bd_arena *arena) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_sha256 *hash = bd_sha256_open();
    for (size_t i = 0; i < count; i++) {
        uint8_t head[FONT_HEAD_BYTES] = {0};
        bool is_read = read_head(specs[i].path, head);
        bd_sha256_put(hash, head, is_read ? sizeof head : 0);
    }
    uint8_t all[32];
    char hex[65];
    bd_sha256_finish(hash, all);
    bd_sha256_close(hash);
    bd_hex(all, 32, hex);
    return bd_str_copy(arena, bd_str_sub(bd_str_of(hex), 0, 12));
}

/* The number is raised for people; what a program does hangs on its sources: their hash (Makefile) stands beside it. */
static const char program[] = "bindery " BINDERY_VERSION " (sources " BINDERY_SOURCES ")";

bd_str bd_program_versions(bd_arena *arena) {
    return bd_str_format(arena, "%s, %.*s, %.*s, %.*s, %.*s, fonts %.*s", program,
                         BD_ARG(bd_crypto_versions(arena)), BD_ARG(bd_zip_versions(arena)),
                         BD_ARG(bd_pdf_versions(arena)), BD_ARG(bd_text_versions(arena)),
                         BD_ARG(fonts_version(arena)));
}

bool bd_program_is_this(bd_str versions) {
    bd_str first = versions;
    (void)bd_str_cut(&versions, ',', &first);
    return bd_str_eqz(first, program);
}
