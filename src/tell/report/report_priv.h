/* report_priv.h - what the files of this room share: the parts of a report, and the sections. */
#ifndef BINDERY_REPORT_PRIV_H
#define BINDERY_REPORT_PRIV_H

#include "bindery/report.h"

/* ---- parts ------------------------------------------------------------------------------------------- */

void parts_write(bd_report *r, const bd_template_parts *parts);
bool parts_are_all(const bd_report *r); /* the template leaves no section out */
void parts_cut_links(bd_report *r);     /* into sections that are left out */
bd_str parts_words(const bd_report *r); /* whose template it is, and what it changes */

/* ---- sections --------------------------------------------------------------------------------------- */

void section_cover(bd_report *r);
void section_custody(bd_report *r); /* an appendix: seals, and what came after them */
void section_control(bd_report *r); /* document control, how to verify */
void section_contents(bd_report *r);
void section_glance(bd_report *r);
void section_score(bd_report *r); /* score table and gates */
void section_gates(bd_report *r); /* why not complete, or that no gate is shut */
void section_series_chart(bd_report *r);
void section_heat_grid(bd_report *r);
void section_months(bd_report *r); /* the same as a section of its own */
void section_open_exceptions(bd_report *r, size_t most);
void section_scope(bd_report *r);
void add_expected_of_vendors(bd_report *r); /* parts of section_vendors() */
void add_expected_of_customers(bd_report *r);
void section_vendors(bd_report *r); /* their reports, what these expect of us, what rests on whom */
void section_criteria_index(bd_report *r);
void section_evidenced(bd_report *r);
void section_control_matrix(bd_report *r);
void section_criteria(bd_report *r);
void section_control_block(bd_report *r, size_t control);
void section_results(bd_report *r, size_t control);
void section_posture(bd_report *r);        /* what other tools say */
void section_posture_scores(bd_report *r); /* their scores alone, for the readiness report */
void section_exceptions(bd_report *r);
void section_since(bd_report *r);     /* changes since the package before */
void section_set_aside(bd_report *r); /* waivers, not applicable, withdrawn */
void section_samples(bd_report *r);   /* register of populations, what was drawn of them */
void samples_of_control(bd_report *r, bd_table *table, const bd_control *control); /* its facts */
void samples_method(bd_report *r);  /* appendix: the method and its test vector */
void section_matches(bd_report *r); /* lists held against each other, what is left on either side */
void section_reviews(bd_report *r); /* access reviews: decisions, denied, what was due */
void section_ipe(bd_report *r);
void section_pbc(bd_report *r); /* requests, what answers them, and where */
void section_data_quality(bd_report *r);
size_t add_diags(bd_report *r,
                 const bd_diags *diags); /* what was noted while reading; yields how many */
void section_hashes(bd_report *r);
void section_appendices(bd_report *r);
void section_readiness_summary(bd_report *r);
void section_stale(bd_report *r);
void section_owners(bd_report *r);

#endif
