/* run_priv.h - shared by the files of room run. */
#ifndef RUN_PRIV_H
#define RUN_PRIV_H

#include "bindery/assess.h"
#include "bindery/catalog.h"
#include "bindery/crypto.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/imported.h"
#include "bindery/intake.h"
#include "bindery/judging.h"
#include "bindery/locker.h"
#include "bindery/package.h"
#include "bindery/pbc.h"
#include "bindery/ready.h"
#include "bindery/report.h"
#include "bindery/rule.h"
#include "bindery/run.h"
#include "bindery/scan.h"
#include "bindery/session.h"
#include "bindery/sign.h"
#include "bindery/signer.h"
#include "bindery/template.h"
#include "bindery/text.h"

/* requests.c: requests/ in the engagement's folder: a text for each owner of a control in scope, and blank lists. */
BD_MUST_USE bd_rc bd_requests_write(const char *folder, const bd_engagement *engagement,
                                    bd_arena *arena, size_t *count, bd_err *err);

/* attach.c: where each criterion in scope stands in the binder, for programs: criteria-index.json, attached to it.
 * Planned while there is an assessment, written once pages are known.  Allocated in <arena>. */
typedef struct {
    bd_str criterion, anchor, state;
    bd_strs controls;
} bd_index_row;
typedef BD_VEC(bd_index_row) bd_index_rows;
void bd_index_plan(const bd_assessment *assessment, bd_arena *arena, bd_index_rows *out);
struct bd_layout;
BD_MUST_USE bd_rc bd_index_write(const bd_index_rows *rows, const struct bd_layout *layout,
                                 bd_arena *arena, bd_str *out, bd_err *err);

/* render.c: a document as PDF. */
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
BD_MUST_USE bd_rc bd_render_pdf(const bd_doc *doc, bd_instant created_at, bd_drawing *drawing,
                                bd_err *err);
BD_MUST_USE bd_rc bd_render_faces(bd_text_faces **out, bd_err *err); /* those of fonts/fonts.json */

/* produce.c: package plan, binder, readiness report, zip. */
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
    const struct bd_export_joins *joins;
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
/* standing.c: what a run made stands as long as its plan is the same and each file has the bytes that it had.  `find`
 * adds to `out` and to the outcome what that run said; `note` keeps it in runs.ndjson, <said> being how much had been
 * said before anything was judged. */
BD_MUST_USE bd_rc bd_standing_find(bd_session *session, const bd_signer *signer, bd_result *out,
                                   bool *stands, bd_err *err);
BD_MUST_USE bd_rc bd_standing_note(const bd_outputs *outputs, const bd_signer *signer, size_t said,
                                   bd_result *out, bd_err *err);

/* Plans the package and builds both documents, side by side where there are workers.
 * Clears `judged`: nothing of it is needed for what is left. */
BD_MUST_USE bd_rc bd_production_open(bd_session *session, bd_judged_run *judged, bd_signer *signer,
                                     bd_products wanted, bd_production *out, bd_err *err);
void bd_production_close(bd_production *production); /* accepts one that was never opened */
BD_MUST_USE bd_rc bd_production_package(bd_production *production, bd_outputs *outputs,
                                        bd_str *sums_sha256, bd_err *err);
/* differ.c: what of the package before this one, named by the hash of its SHA256SUMS, goes into this one as
 * 80_MACHINE/previous.json; "" where there is none, or it is not at hand, which is then a warning.  Allocated in the
 * session's arena. */
BD_MUST_USE bd_rc bd_previous_load(bd_session *session, bd_str sums_sha256, bd_str *out, bd_err *err);
/* What changed since, an object of format, package_id, sums_sha256 and `changes` (bd_compare_make), as it stands in
 * 80_MACHINE/changes.json; NULL where `previous` is empty or of somebody else.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_previous_compare(bd_str previous, const bd_judged_run *judged,
                                      const bd_catalog *catalog, bd_arena *arena,
                                      const bd_value **out, bd_err *err);

/* listing.c: the readiness report as lists; names of their files in out/PERIOD/, and keys in results. */
typedef struct {
    const char *file, *key;
} bd_readiness_list;
extern const bd_readiness_list bd_readiness_lists[5];
BD_MUST_USE bd_rc bd_readiness_find(bd_session *session, const bd_judged_run *judged,
                                    bd_arena *arena, const bd_readiness **out, bd_err *err);
BD_MUST_USE bd_rc bd_production_list(bd_production *production, bd_err *err);

/* Tells runs.ndjson of the package, once it is in place. */
BD_MUST_USE bd_rc bd_production_note(bd_production *production, bd_err *err);

/* Parts of the work that need nothing of each other: each fills members of its own.  At most two; the first failure in
 * their order is the answer. */
typedef bd_rc bd_production_part(bd_production *production, bd_err *err);
BD_MUST_USE bd_rc bd_production_work(bd_production *production, bd_production_part *const *parts,
                                     size_t count, bd_err *err);

/* draw.c: draws the binder and signs it, draws the readiness report, says what was remarked on either. */
BD_MUST_USE bd_rc bd_production_draw(bd_production *production, bd_err *err);

/* reperform.c: judges again from what an intact package holds, makes its files and its binder once more, and compares.
 * `zygote` was made before any thread.  What comes out otherwise is in `out`; fails only with IO, BUG or LIMIT. */
typedef struct {
    bool is_same_program; /* of the same sources: then every core file's bytes count, else what was judged */
    bool is_same_version; /* and by the same libraries: then the binder's bytes count as well */
    uint64_t files, equal_files; /* core files of the package; made again with the same bytes */
    uint64_t figures;            /* found in the binder, in order */
    bool is_binder_equal;        /* byte by byte up to its signature */
    bd_package_faults differences;
    /* Of another program's package: */
    bool differs_by_version; /* some of the differences may be the version's: exit 6 */
    uint64_t reworded;       /* sentences that say the same in other words */
    bd_strs changed;         /* derivations of another version here, and what is said here only */
    bd_strs other_bytes;     /* files that come out otherwise: at most 50 */
} bd_reperformance;
BD_MUST_USE bd_rc bd_reperform(const bd_run_options *options, bd_zygote *zygote,
                               bd_package_reader *reader, const bd_package_report *report,
                               bd_arena *arena, bd_reperformance *out, bd_err *err);

/* seal_verify.c: is it a folder of locker/periods?  What is wrong with one goes into `faults`, what it says into `out`.
 * Fails only where a file cannot be read or the trust is none. */
bool bd_seal_is_folder(const char *path, bd_arena *arena);
BD_MUST_USE bd_rc bd_seal_verify(const char *folder, bd_str trust, bd_instant at, bd_result *out,
                                 bd_package_faults *faults, bool *has_stamp, bd_tsp_report *stamp,
                                 bd_err *err);

/* differences.c: what comes out otherwise.  Paths are borrowed as long as `out`. */
typedef struct {
    bd_arena *arena;
    bool is_same_program;
    bd_reperformance *out;
} bd_differing;
void bd_differ(bd_differing *run, bd_str path, bd_str sentence); /* contradicts the package itself: exit 1 always */
/* Is judged otherwise: exit 1 by the same program, else 6. */
void bd_differ_judged(bd_differing *run, bd_str path, bd_str sentence);
void bd_differ_values(bd_differing *run, bd_str path, const bd_value *packaged, const bd_value *made);
BD_MUST_USE bd_rc bd_differ_lines(bd_differing *run, bd_str path, bd_str packaged, bd_str made, bd_err *err);
void bd_differ_derivations(bd_differing *run, const bd_catalog *catalog);
void bd_differ_say_versions(bd_differing *run, bd_str versions); /* `versions` of the package */

/* verify.c: a text without its white space, which falls where a line is full. */
bd_str bd_squeeze(bd_arena *arena, bd_str text);
/* verify.c: whether a text (without white space) stands on the first pages of one of our PDFs. */
BD_MUST_USE bd_rc bd_cover_holds(bd_pdf *pdf, bd_str text, bd_arena *arena, bool *is_there,
                                 bd_err *err);

#endif
