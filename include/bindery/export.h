/* bindery/export.h - machine forms of an assessment: assessment.json, findings.ndjson, CSV lists of the package.
 *
 * Everything is written in a fixed order from immutable data: same inputs, same bytes.  Generated CSV follows RFC 4180
 * with LF, times in UTC, and cells that a spreadsheet would take for a formula get a leading apostrophe.
 */
#ifndef BINDERY_EXPORT_H
#define BINDERY_EXPORT_H

#include "bindery/assessment.h"
#include "bindery/util.h"
#include "bindery/writing.h"

/* assessment.json (templates/schema/assessment.schema.json; canonical JSON, one LF at the end). */
BD_MUST_USE bd_rc bd_export_assessment(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
/* One line of findings.ndjson. */
BD_MUST_USE bd_rc bd_export_finding(const bd_finding *finding, bd_sink *sink, bd_err *err);
/* The list of a population: its head at once, a row for each item that is put. */
typedef struct bd_export_items bd_export_items;
bd_export_items *bd_export_items_open(bd_sink *sink); /* borrowed until close */
void bd_export_items_put(bd_export_items *items, const bd_item *item);
/* Says what failed since it was opened; accepts NULL. */
BD_MUST_USE bd_rc bd_export_items_close(bd_export_items *items, bd_err *err);
/* The sample of a population: drawn items by rank with roles, hashes and results, then those that auditors selected. */
BD_MUST_USE bd_rc bd_export_sample_csv(const bd_population *population, bd_sink *sink, bd_err *err);
/* selection.json: the population, its freezes, draws and replacements, as the assessment has them (canonical JSON). */
BD_MUST_USE bd_rc bd_export_selection(const bd_population *population, bd_sink *sink, bd_err *err);
/* The IPE sheet of one item (canonical JSON): what shows that an export is complete and accurate. */
BD_MUST_USE bd_rc bd_export_ipe(const bd_writing_inputs *inputs, size_t evidence_index,
                                bd_sink *sink, bd_err *err);

/* CSV lists of the package. */
BD_MUST_USE bd_rc bd_export_index_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                      bd_err *err); /* evidence x criterion */
BD_MUST_USE bd_rc bd_export_criterion_csv(const bd_writing_inputs *inputs, bd_str criterion,
                                          bd_sink *sink, bd_err *err); /* _INDEX.csv */
BD_MUST_USE bd_rc bd_export_exceptions_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                           bd_err *err);
BD_MUST_USE bd_rc bd_export_controls_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                         bd_err *err);
BD_MUST_USE bd_rc bd_export_criteria_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                         bd_err *err);
/* The heat grid as data: of each criterion in scope and month, then "longer" (quarters, years), how many instances were
 * due and accepted, and the worst outcome among them. */
BD_MUST_USE bd_rc bd_export_months_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
/* What other tools say, by the name of the list ("policy-soc2", "regulatory", "assessments", "secure-score",
 * "compliance-manager", as sources declare it): results by snapshot and group, or scores. */
BD_MUST_USE bd_rc bd_export_imported_csv(const bd_writing_inputs *inputs, bd_str list, bd_sink *sink,
                                         bd_err *err);
/* Where a check of ours and a test of another tool differ on a resource. */
BD_MUST_USE bd_rc bd_export_disagreements_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                              bd_err *err);
BD_MUST_USE bd_rc bd_export_attestations_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                             bd_err *err);
/* Lists of other tools that have a line, by name, each once. */
bd_strs bd_export_imported_lists(const bd_writing_inputs *inputs, bd_arena *arena);
/* Checks that hold two lists against each other: a line each, and the rows of both that are left over. */
BD_MUST_USE bd_rc bd_export_matches_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
BD_MUST_USE bd_rc bd_export_unmatched_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                          bd_err *err);
/* Access reviews, who was denied in them, and what was due. */
BD_MUST_USE bd_rc bd_export_reviews_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
BD_MUST_USE bd_rc bd_export_denied_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
BD_MUST_USE bd_rc bd_export_review_quarters_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                                bd_err *err);
/* Vendors: their reports, letters and our memos on them; what the reports expect of us; who was given them. */
BD_MUST_USE bd_rc bd_export_vendor_reports_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                               bd_err *err);
BD_MUST_USE bd_rc bd_export_cuec_map_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                         bd_err *err);
BD_MUST_USE bd_rc bd_export_recipients_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                           bd_err *err);
/* What we count on vendors (CSOCs) and on our customers (CUECs) to do. */
BD_MUST_USE bd_rc bd_export_expected_controls_csv(const bd_writing_inputs *inputs, bd_sink *sink,
                                                  bd_err *err);
/* pbc.csv: our requests, then those of auditors that match none of ours (`pbc` is needed). */
BD_MUST_USE bd_rc bd_export_pbc_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);
/* figures.ndjson: {"pointer","text"} per line in print order. */
BD_MUST_USE bd_rc bd_export_figure(bd_str pointer, bd_str text, bd_sink *sink, bd_err *err);

#endif
