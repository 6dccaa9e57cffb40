/* bindery/report.h - assessment to document: what the binder and the readiness report say.
 *
 * Builds a `bd_doc` from an assessment, its evidence and the engagement; it knows no fonts, pages or files.  Every
 * number printed passes through the document's figures with the JSON Pointer of the value in assessment.json.
 * State marks are letter + shape + word.  Words are those of the definition "bindery-1".
 *
 * What a report is built from (`bd_report_inputs`) and the anchors that others point to are in bindery/wording.h.
 */
#ifndef BINDERY_REPORT_H
#define BINDERY_REPORT_H

#include "bindery/doc.h"
#include "bindery/util.h"
#include "bindery/wording.h"

/* Allocated in <arena>.  The manifest lists the figures of the binder, and the binder prints the manifest's hash: a
 * binder built with an empty `manifest_sha256` has all its figures, and bd_report_set_manifest gives it the hash that
 * `inputs` names by now; nothing but front matter and footer changes. */
bd_doc *bd_report_binder(const bd_report_inputs *inputs, bd_arena *arena);
void bd_report_set_manifest(const bd_report_inputs *inputs, bd_doc *binder);
bd_doc *bd_report_readiness(const bd_report_inputs *inputs, bd_arena *arena);

#endif
