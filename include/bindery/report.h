/* bindery/report.h - assessment to document: what the binder and the readiness report say.
 *
 * Builds a `bd_doc` from an assessment, its evidence and the engagement; it knows no fonts, pages or files.  Every
 * number printed passes through the document's figures with the JSON Pointer of the value in assessment.json.
 * State marks are letter + shape + word.  Words are those of the definition "bindery-1".
 */
#ifndef BINDERY_REPORT_H
#define BINDERY_REPORT_H

#include "bindery/assess.h"
#include "bindery/doc.h"
#include "bindery/pbc.h"
#include "bindery/ready.h"
#include "bindery/template.h"
#include "bindery/util.h"

/* The first failing records of one check, for print; the whole list is findings.ndjson. */
#define BD_REPORT_FINDINGS 100
/* Exceptions of one check that are printed: the first on a sheet of their own, the further ones a line each with
 * all their dates; the rest is counted and stands in assessment.json. */
#define BD_REPORT_SHEETS 5
#define BD_REPORT_EXCEPTIONS 25
typedef struct {
    const bd_check *check;
    uint64_t count;
    BD_VEC(bd_finding) first; /* at most BD_REPORT_FINDINGS, in findings order */
} bd_finding_group;

typedef struct {
    const bd_assessment *assessment;
    const bd_catalog *catalog;
    const bd_engagement *engagement;
    const bd_evidences *evidence;
    const bd_finding_group *findings; /* one per check that has findings, by check id */
    size_t finding_group_count;
    const bd_diags *diags;      /* refused, doubtful: data quality */
    bd_str package_id, edition; /* "auditor"; package_id empty for the readiness report */
    bd_str bindery_version, versions;
    bd_str manifest_sha256;                    /* hex; empty for the readiness report */
    bd_str assessment_sha256;                  /* hex */
    bd_str findings_sha256;                    /* hex */
    bd_str journal_head;                       /* hex */
    const bd_value *custody; /* seals and what came after them, as in assessment.json; or NULL */
    bd_str signer_subject, signer_fingerprint;     /* as the cover names them */
    bd_str reviewer_subject, reviewer_fingerprint; /* of the second signature; empty: there is one */
    bool is_trial, is_signed;                  /* trial identity; will be signed */
    bd_str previous_package; /* hex hash of the SHA256SUMS of the package before this one, or "" */
    /* What changed since: package_id, sums_sha256, `changes` (bd_compare_make); NULL: that package is not at hand. */
    const bd_value *since;
    /* Where each evidence item lies in the package, by its index; empty for the readiness report. */
    const bd_str *package_paths;
    const bd_pbc *pbc;          /* requests and what answers them; NULL: no cross-reference */
    const bd_readiness *ready; /* for the readiness report; NULL for the binder */
    const bd_doc_template *template; /* sections of the report that is built, order, wording; NULL: ours */
} bd_report_inputs;

/* Allocated in <arena>.  The manifest lists the figures of the binder, and the binder prints the manifest's hash: a
 * binder built with an empty `manifest_sha256` has all its figures, and bd_report_set_manifest gives it the hash that
 * `inputs` names by now; nothing but front matter and footer changes. */
bd_doc *bd_report_binder(const bd_report_inputs *inputs, bd_arena *arena);
void bd_report_set_manifest(const bd_report_inputs *inputs, bd_doc *binder);
bd_doc *bd_report_readiness(const bd_report_inputs *inputs, bd_arena *arena);

/* Anchors that index.html and the PDF share: "criterion-CC6.1", "control-6.7.2",
 * "evidence-E-0007", "exception-X-...". */
bd_str bd_report_anchor(bd_arena *arena, const char *kind, bd_str id);

/* True for the controls that are printed and that assessment.json lists, in assessment order: those in scope and all
 * of the checklist.  The place among them is the index in "/controls/<n>". */
bool bd_report_is_listed(const bd_control_result *control);

#endif
