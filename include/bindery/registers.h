/* bindery/registers.h - the sections of what verdicts rest on and of what stands beside them: evidence and its custody,
 * populations and samples, lists held against each other, access reviews, vendors, other tools, auditors' requests.
 *
 * Each adds its blocks to the document of `r`, as bindery/wording.h says; bd_section_NAME writes what a template lists
 * as BD_SECTION_NAME, where there is one.  Nothing of it judges.  Nothing fails; one thread writes a report.
 */
#ifndef BINDERY_REGISTERS_H
#define BINDERY_REGISTERS_H

#include "bindery/wording.h"

/* ---- evidence ---- */

void bd_section_evidence(
    bd_report *r); /* a sheet for each item: what it is, where from, how complete */
void bd_section_data_quality(bd_report *r);
/* A part of it: what was noted while reading, as a list; yields how many. */
size_t bd_add_diags(bd_report *r, const bd_diags *diags);
void bd_section_hashes(bd_report *r);
void bd_section_custody(bd_report *r); /* an appendix: seals, and what came after them */
void bd_section_pbc(bd_report *r);     /* requests, what answers them, and where */

/* ---- populations ---- */

void bd_section_samples(bd_report *r);       /* register of populations, what was drawn of them */
void bd_section_sample_method(bd_report *r); /* an appendix: the method and its test vector */
/* What was drawn of a control's populations, among the facts of its block. */
void bd_add_samples(bd_report *r, bd_table *table, const bd_control *control);

/* ---- for people alone ---- */

void bd_section_matches(
    bd_report *r); /* lists held against each other, what is left on either side */
void bd_section_reviews(bd_report *r); /* access reviews: decisions, denied, what was due */
void bd_section_vendors(
    bd_report *r); /* their reports, what these expect of us, what rests on whom */
void bd_section_posture(bd_report *r); /* what other tools say */
void bd_section_scores(bd_report *r);  /* their scores alone, for the readiness report */

#endif
