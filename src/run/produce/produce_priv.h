/* produce_priv.h - shared by the files of room produce. */
#ifndef PRODUCE_PRIV_H
#define PRODUCE_PRIV_H

#include "bindery/produce.h"

/* attach.c: planned while there is an assessment, written once pages are known.  Allocated in <arena>. */
void bd_index_plan(const bd_assessment *assessment, bd_arena *arena, bd_index_rows *out);
struct bd_layout;
BD_MUST_USE bd_rc bd_index_write(const bd_index_rows *rows, const struct bd_layout *layout,
                                 bd_arena *arena, bd_str *out, bd_err *err);

/* render.c */
BD_MUST_USE bd_rc bd_render_pdf(const bd_doc *doc, bd_instant created_at, bd_drawing *drawing,
                                bd_err *err);
BD_MUST_USE bd_rc bd_render_faces(bd_text_faces **out, bd_err *err); /* those of fonts/fonts.json */

/* previous.c: what of the package before this one, named by the hash of its SHA256SUMS, goes into this one as
 * 80_MACHINE/previous.json; "" where there is none, or it is not at hand, which is then a warning.  Allocated in the
 * session's arena. */
BD_MUST_USE bd_rc bd_previous_load(bd_session *session, bd_str sums_sha256, bd_str *out, bd_err *err);

/* listing.c */
BD_MUST_USE bd_rc bd_production_list(bd_production *production, bd_err *err);

/* produce.c: parts of the work that need nothing of each other: each fills members of its own.  At most two; the
 * first failure in their order is the answer. */
typedef bd_rc bd_production_part(bd_production *production, bd_err *err);
BD_MUST_USE bd_rc bd_production_work(bd_production *production, bd_production_part *const *parts,
                                     size_t count, bd_err *err);

#endif
