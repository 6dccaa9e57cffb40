/* fuzz.h - what the fuzz targets share: arenas, oracles, files in memory, seeds made on the spot.
 *
 * A target is one file NAME_fuzz.c with LLVMFuzzerTestOneInput.  It feeds bytes to one room and then
 * holds the room to what its header promises (FUZZ_CHECK).  A failure of class BUG, an exhausted arena,
 * an error message that is not one line of UTF-8, an exit: each is a crash.
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
 *         bd_arena *arena = fuzz_arena();
 *         bd_err err;
 *         if (fuzz_holds(bd_json_parse(fuzz_text(data, size), ..., &err), &err)) { ... }
 *         fuzz_end();
 *         return 0;
 *     }
 *
 * Targets run from the root of the source tree.
 */
#ifndef BINDERY_FUZZ_H
#define BINDERY_FUZZ_H

#include "bindery/catalog.h"
#include "bindery/util.h"
#include "bindery/value.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

BD_NORETURN void fuzz_fail(const char *file, int line, const char *claim);
#define FUZZ_CHECK(claim) ((claim) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #claim))

/* The input as text; Borrowed until the target returns.  libFuzzer hands over a block of exactly that size. */
bd_str fuzz_text(const uint8_t *data, size_t size);

/* One per input; emptied by fuzz_end. */
bd_arena *fuzz_arena(void);
void fuzz_end(void);

/* Whether the call succeeded.  After a failure `err` must tell of it as util.h says. */
bool fuzz_holds(bd_rc rc, const bd_err *err);

/* NULL when the text is no JSON that we accept. */
const bd_value *fuzz_json(bd_str text);

/* A file in memory with these bytes, opened by its path.  Borrowed until the next call. */
const char *fuzz_path(bd_str text);

/* templates/catalog, loaded once, with its parameters of none. */
const bd_catalog *fuzz_catalog(void);
const bd_catalog_file *fuzz_catalog_files(size_t *count);

/* A file of ours from the source tree or build/fuzz/seeds; empty when it is not there.  Lives for ever. */
bd_str fuzz_file(const char *path);

/* Whole objects make a PDF: `bodies` is cut at lines of "%%", part n becomes object n, and header, cross-reference
 * table and trailer are put around them.  With it a mutation reaches the objects and not only the offsets. */
bd_str fuzz_pdf_of_bodies(bd_str bodies, bd_arena *arena);
/* Text that begins like a PDF is one; anything else is taken for bodies. */
bd_str fuzz_pdf(bd_str text, bd_arena *arena);

#endif
