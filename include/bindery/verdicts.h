/* bindery/verdicts.h - the sections of what is judged: criteria, controls, the results of their checks, exceptions.
 *
 * Each adds its blocks to the document of `r`, as bindery/wording.h says; bd_section_NAME writes what a template lists
 * as BD_SECTION_NAME, where there is one.  A verdict, a state and a count are printed here as `assess` has them, with
 * their places in assessment.json.  Nothing fails; one thread writes a report.
 */
#ifndef BINDERY_VERDICTS_H
#define BINDERY_VERDICTS_H

#include "bindery/wording.h"

void bd_section_glance(bd_report *r); /* score, gates, states by series, open exceptions, months */
void bd_section_gates(bd_report *r);  /* a part of it: why not complete, or that no gate is shut */
void bd_section_months(bd_report *r); /* months by criterion, as a section of its own */
void bd_section_criteria_index(bd_report *r); /* every criterion with its state and page */
void bd_section_evidenced(
    bd_report *r); /* what of each criterion is evidenced; follows the index */
void bd_section_control_matrix(bd_report *r);
void bd_section_criteria(
    bd_report *r); /* each criterion, and the block of each control at its home */
void bd_section_exceptions(bd_report *r); /* the register, sheets first, then lines */
void bd_section_since(bd_report *r);      /* changes since the package before */
void bd_section_set_aside(bd_report *r);  /* waivers, not applicable, withdrawn */

#endif
