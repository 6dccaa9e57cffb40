/* bindery/produce.h - from a judged run to what people are handed: binder, readiness report with its lists, and
 * package.
 *
 * Documents are built while the judged run is there and drawn when it is gone, for drawing needs the room; what
 * needs nothing of each other is done side by side.  What was made before and still stands is not made again.
 *
 *     bd_production *production;
 *     BD_TRY(bd_production_open(session, judged, signer, &wanted, &production, err));     plans, builds
 *     bd_rc rc = bd_production_draw(production, err);                                     draws, signs
 *     rc = bd_failed(rc) ? rc : bd_production_put(production, &outputs, result, err);     packs
 *     rc = bd_failed(rc) ? rc : bd_outputs_finish(&outputs, err);
 *     rc = bd_failed(rc) ? rc : bd_production_note(production, err);
 *     bd_production_close(production);
 *
 * Of the same session, journal and signer every output has the same bytes but for signatures and time-stamps.  The
 * package carries its own manifest, and what of the package before it the comparison needs
 * (80_MACHINE/previous.json), so that both can be made again from the package alone.
 */
#ifndef BINDERY_PRODUCE_H
#define BINDERY_PRODUCE_H

#include "bindery/catalog.h"
#include "bindery/command.h"
#include "bindery/doc.h"
#include "bindery/judging.h"
#include "bindery/package.h"
#include "bindery/ready.h"
#include "bindery/session.h"
#include "bindery/signer.h"
#include "bindery/util.h"
#include "bindery/value.h"

/* ---- what is made ---- */

typedef struct {
    bool binder, readiness, package; /* a package has its binder: who wants it wants both */
    bool is_signed_later; /* the cover names the signer, `sign` signs */
    const bd_package_facts *again; /* of the package that is made once more: its id, predecessor and plan stand */
    bd_str previous; /* again: its 80_MACHINE/previous.json, "" where it holds none */
} bd_products;

typedef struct bd_production bd_production;

/* Plans the package and builds both documents, side by side where there are workers.  Clears `judged`, whatever comes
 * of it: nothing of it is needed for what is left.  `signer` may be NULL: unsigned; it and the session outlive the
 * production, which is Allocated in the session's arena.  On failure nothing is left to close. */
BD_MUST_USE bd_rc bd_production_open(bd_session *session, bd_judged_run *judged, bd_signer *signer,
                                     const bd_products *wanted, bd_production **out, bd_err *err);
/* Draws the binder and signs it, draws the readiness report, says what was remarked on either. */
BD_MUST_USE bd_rc bd_production_draw(bd_production *production, bd_err *err);
/* Writes what is wanted among the outputs, under its names in out/PERIOD/, and adds to `result` where each lies, who
 * signed and what the package is.  Once, after `draw`; it appears when the outputs are finished. */
BD_MUST_USE bd_rc bd_production_put(bd_production *production, bd_outputs *outputs, bd_result *result,
                                    bd_err *err);
/* Tells runs.ndjson of the package, once it is in place; of a production without one there is nothing to tell. */
BD_MUST_USE bd_rc bd_production_note(bd_production *production, bd_err *err);
/* For who holds them against those of a package: the manifest and the binder as a document, from `open` on until it is
 * drawn, and the binder's bytes before any signature, from then on.  The manifest and the bytes are Borrowed until the
 * production is closed. */
bd_str bd_production_manifest(const bd_production *production);
const bd_doc *bd_production_document(const bd_production *production);
bd_str bd_production_drawn_binder(const bd_production *production);
void bd_production_close(bd_production *production); /* accepts NULL */

/* What is still to do after a judged run, as the readiness report has it.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_readiness_find(bd_session *session, const bd_judged_run *judged,
                                    bd_arena *arena, const bd_readiness **out, bd_err *err);

/* ---- what was made before ---- */

/* What a run made stands as long as its plan is the same and each file has the bytes that it had.  `find`
 * adds to `out` and to the outcome what that run said; `note` keeps it in runs.ndjson, <said> being how much had been
 * said before anything was judged. */
BD_MUST_USE bd_rc bd_standing_find(bd_session *session, const bd_signer *signer, bd_result *out,
                                   bool *stands, bd_err *err);
BD_MUST_USE bd_rc bd_standing_note(const bd_outputs *outputs, const bd_signer *signer, size_t said,
                                   bd_result *out, bd_err *err);

/* What changed since, an object of format, package_id, sums_sha256 and `changes` (bd_compare_make), as it stands in
 * 80_MACHINE/changes.json; NULL where `previous` is empty or of somebody else.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_previous_compare(bd_str previous, const bd_judged_run *judged,
                                      const bd_catalog *catalog, bd_arena *arena,
                                      const bd_value **out, bd_err *err);
/* One side of a comparison, as bd_compare_make_summary has it: of a package, whose list of hashes has `sums_sha256`
 * (hex) as its own, NULL for any; of an assessment.json.  INPUT: it is none, or does not hold.  Allocated in
 * <arena>. */
BD_MUST_USE bd_rc bd_summary_load_package(const char *path, const char *sums_sha256, bd_arena *arena,
                                          const bd_value **out, bd_err *err);
BD_MUST_USE bd_rc bd_summary_load_assessment(const char *path, bd_arena *arena, const bd_value **out,
                                             bd_err *err);

#endif
