/* bindery/produce.h - from a judged run to what people are handed: binder, readiness report with its lists, and
 * package.
 *
 * Documents are built while the judged run is there and drawn when it is gone, for drawing needs the room; what
 * needs nothing of each other is done side by side.  What was made before and still stands is not made again.
 *
 *     BD_TRY(bd_production_open(session, judged, signer, wanted, &production, err));     plans, builds; clears `judged`
 *     BD_TRY(bd_production_draw(&production, err));                                       draws, signs
 *     BD_TRY(bd_production_package(&production, outputs, &sums_sha256, err));             packs
 *     BD_TRY(bd_outputs_finish(outputs, err));
 *     BD_TRY(bd_production_note(&production, err));
 *     bd_production_close(&production);
 *
 * Of the same session, journal and signer every output has the same bytes but for signatures and time-stamps.  The
 * package carries its own manifest, and what of the package before it the comparison needs
 * (80_MACHINE/previous.json), so that both can be made again from the package alone.
 */
#ifndef BINDERY_PRODUCE_H
#define BINDERY_PRODUCE_H

#include "bindery/crypto.h"
#include "bindery/doc.h"
#include "bindery/evidence.h"
#include "bindery/judging.h"
#include "bindery/package.h"
#include "bindery/ready.h"
#include "bindery/report.h"
#include "bindery/session.h"
#include "bindery/sign.h"
#include "bindery/signer.h"
#include "bindery/template.h"
#include "bindery/text.h"
#include "bindery/util.h"
#include "bindery/value.h"
#include "bindery/wording.h"
#include "bindery/zip.h"

/* ---- what is made ---- */

/* Where each criterion in scope stands in the binder, for programs: criteria-index.json, attached to it. */
typedef struct {
    bd_str criterion, anchor, state;
    bd_strs controls;
} bd_index_row;
typedef BD_VEC(bd_index_row) bd_index_rows;

/* A document as PDF. */
typedef struct {
    bd_arena *arena; /* for the rest of it */
    unsigned jobs;   /* threads at most */
    const bd_doc_template *template; /* paper and colour */
    bd_text_faces *faces;
    bd_str manifest;            /* attached with `index`; or "" and nothing is */
    const bd_index_rows *index;
    bd_str pdf;    /* bytes of the view */
    bd_view *view; /* closed by whoever draws */
    size_t signature_page;
    double signature_rect[4];
    bd_diags remarks; /* glyphs and link targets that are missing */
} bd_drawing;

typedef struct {
    bool binder, readiness, package;
} bd_products;
typedef struct {
    bd_session *session;
    bd_judged_run *judged;
    bd_signer *signer; /* NULL: unsigned */
    bd_products wanted;
    bool is_signed_later; /* the cover names the signer, `sign` signs */
    bd_package *package;
    bd_package_facts facts;
    const bd_control **owners; /* of each evidence item: the control it lies under, or NULL */
    bd_package_place *places;
    bd_str *paths;     /* of each evidence item in the package */
    bd_str *ipe_paths; /* of its sheet; empty where it has none */
    const struct bd_ties *ties;
    bd_report_inputs report;
    bd_doc *document;         /* the binder before it is drawn */
    bd_arena *document_arena; /* closed once it is drawn */
    bd_str manifest;
    bd_index_rows index; /* for the binder */
    bd_str binder; /* bytes of the PDF, signed where there is a signer */
    bd_stamping binder_stamp, sums_stamp; /* asked for where the signer has an authority */
    bd_str binder_unsigned;
    bd_view *binder_view; /* of a long binder once it is signed; NULL: `binder` lies elsewhere */
    int64_t number; /* N of the package id */
    bd_str previous; /* text of 80_MACHINE/previous.json, or "" */
    const bd_value *since; /* bd_previous_compare; until the judged run is cleared */
    bd_doc *readiness_document;
    bd_arena *readiness_arena; /* of document and PDF */
    bd_text_faces *faces;          /* of both, one after the other */
    bd_drawing binder_drawing, readiness_drawing;
    const bd_readiness *ready; /* until the judged run is cleared */
    bd_draft *lists[5];     /* of the readiness report, in the order of bd_readiness_lists */
    bd_str readiness;       /* bytes of the PDF */
    bd_blob_packer *packer; /* while the package is planned */
    bd_str sums_sha256;     /* set by bd_production_package */
    bd_sink *zip;           /* while it is written */
} bd_production;

/* Plans the package and builds both documents, side by side where there are workers.
 * Clears `judged`: nothing of it is needed for what is left. */
BD_MUST_USE bd_rc bd_production_open(bd_session *session, bd_judged_run *judged, bd_signer *signer,
                                     bd_products wanted, bd_production *out, bd_err *err);
/* Draws the binder and signs it, draws the readiness report, says what was remarked on either. */
BD_MUST_USE bd_rc bd_production_draw(bd_production *production, bd_err *err);
BD_MUST_USE bd_rc bd_production_package(bd_production *production, bd_outputs *outputs,
                                        bd_str *sums_sha256, bd_err *err);
/* Tells runs.ndjson of the package, once it is in place. */
BD_MUST_USE bd_rc bd_production_note(bd_production *production, bd_err *err);
void bd_production_close(bd_production *production); /* accepts one that was never opened */

/* The readiness report as lists; names of their files in out/PERIOD/, and keys in results. */
typedef struct {
    const char *file, *key;
} bd_readiness_list;
extern const bd_readiness_list bd_readiness_lists[5];
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
