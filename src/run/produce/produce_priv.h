/* produce_priv.h - shared by the files of room produce: one production, and who fills which part of it. */
#ifndef PRODUCE_PRIV_H
#define PRODUCE_PRIV_H

#include "bindery/doc.h"
#include "bindery/package.h"
#include "bindery/produce.h"
#include "bindery/report.h"
#include "bindery/sign.h"
#include "bindery/template.h"
#include "bindery/text.h"
#include "bindery/ties.h"
#include "bindery/writing.h"
#include "bindery/zip.h"

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

enum { BD_PRODUCTION_LISTS = 5 };

struct bd_production {
    bd_session *session;
    bd_judged_run *judged; /* until it is cleared */
    bd_signer *signer; /* NULL: unsigned */
    bd_products wanted;

    /* identity.c */
    bd_package_facts facts;
    int64_t number; /* N of the package id */
    bd_str previous; /* text of 80_MACHINE/previous.json, or "" */
    const bd_value *since; /* bd_previous_compare; until the judged run is cleared */

    /* entries.c: of each evidence item */
    const bd_control **owners; /* the control it lies under, or NULL */
    bd_package_place *places;
    bd_str *paths;     /* in the package */
    bd_str *ipe_paths; /* of its sheet; empty where it has none */
    const bd_ties *ties;

    /* the package as it fills */
    bd_package *package;
    bd_blob_packer *packer; /* while it is planned */
    bd_str manifest;

    /* documents.c */
    bd_report_inputs report;
    bd_doc *document;         /* the binder before it is drawn */
    bd_arena *document_arena; /* closed once it is drawn */
    bd_doc *readiness_document;
    bd_arena *readiness_arena; /* of document and PDF */
    bd_index_rows index; /* for the binder */
    bd_text_faces *faces; /* of both, one after the other */
    bd_drawing binder_drawing, readiness_drawing;
    bd_str binder; /* bytes of the PDF, signed where there is a signer */
    bd_str binder_unsigned;
    bd_view *binder_view; /* of a long binder once it is signed; NULL: `binder` lies elsewhere */
    bd_str readiness; /* bytes of the PDF */
    bd_stamping binder_stamp, sums_stamp; /* asked for where the signer has an authority */

    /* listing.c */
    const bd_readiness *ready; /* until the judged run is cleared */
    bd_draft *lists[BD_PRODUCTION_LISTS]; /* of the readiness report, in the order of bd_readiness_lists */

    /* delivery.c */
    bd_str sums_sha256; /* once it is sealed */
    bd_sink *zip; /* while it is written */
};

/* identity.c: under which name the package goes, which one it comes after and what changed since; one that is made once
 * more keeps all of it. */
BD_MUST_USE bd_rc bd_identity_find(bd_production *production, bd_err *err);

/* entries.c: where everything will lie: what the reports and the lists print of the package. */
void bd_entries_place(bd_production *production);
/* A file of the package: of <evidence_id> or "", under <control> or NULL. */
BD_MUST_USE bd_rc bd_entry_add(bd_production *production, bd_str name, bd_role role, const bd_blob *blob,
                               bd_str evidence_id, const bd_control *control, bd_err *err);
BD_MUST_USE bd_rc bd_entry_add_text(bd_production *production, const char *name, bd_role role, bd_str text,
                                    bd_err *err);
/* Packs what was written into `text` and closes that; `written` is how writing it went. */
BD_MUST_USE bd_rc bd_entry_pack(bd_production *production, bd_draft *text, bd_rc written,
                                const bd_blob **out, bd_err *err);
BD_MUST_USE bd_rc bd_entry_add_written(bd_production *production, const char *name, bd_role role,
                                       bd_draft *text, bd_rc written, bd_err *err);
typedef bd_rc bd_entry_fn(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
BD_MUST_USE bd_rc bd_entry_add_export(bd_production *production, const char *name, bd_role role,
                                      bd_entry_fn *write, bd_err *err);
bd_writing_inputs bd_entry_inputs(bd_production *production); /* what all exports of a package are told */

/* contents.c: all files of the package but the binder, its figures and what seals it; may run beside
 * `bd_documents_build`. */
BD_MUST_USE bd_rc bd_contents_add(bd_production *production, bd_err *err);
BD_MUST_USE bd_rc bd_contents_add_figures(bd_production *production, bd_err *err); /* once the binder is built */

/* folders.c */
BD_MUST_USE bd_rc bd_folders_add(bd_production *production, bd_err *err);

/* documents.c: what both reports are told, then the documents of those that are wanted. */
void bd_documents_fill(bd_production *production);
BD_MUST_USE bd_rc bd_documents_build(bd_production *production, bd_err *err);

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

/* listing.c: the readiness report as lists; names of their files in out/PERIOD/, and keys in results. */
typedef struct {
    const char *file, *key;
} bd_readiness_list;
extern const bd_readiness_list bd_readiness_lists[BD_PRODUCTION_LISTS];
BD_MUST_USE bd_rc bd_production_list(bd_production *production, bd_err *err);

/* produce.c: parts of the work that need nothing of each other: each fills members of its own.  At most two; the
 * first failure in their order is the answer. */
typedef bd_rc bd_production_part(bd_production *production, bd_err *err);
BD_MUST_USE bd_rc bd_production_work(bd_production *production, bd_production_part *const *parts,
                                     size_t count, bd_err *err);

#endif
