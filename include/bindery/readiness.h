/* bindery/readiness.h - the sections of the readiness report alone: where we stand, what falls due, who has to do what.
 *
 * Each adds its blocks to the document of `r`, as bindery/wording.h says, from `r->in->ready`, which must not be NULL;
 * bd_section_NAME writes what a template lists as BD_SECTION_NAME.  Nothing fails; one thread writes a report.
 */
#ifndef BINDERY_READINESS_H
#define BINDERY_READINESS_H

#include "bindery/wording.h"

void bd_section_summary(
    bd_report *r); /* the first page: clock, shares, what to look at first, trend */
void bd_section_dues(bd_report *r);         /* what falls due in 30, 60 and 90 days */
void bd_section_stale(bd_report *r);        /* evidence past its age limit */
void bd_section_ageing(bd_report *r);       /* how old the open exceptions are */
void bd_section_vendor_clock(bd_report *r); /* vendors' reports and the days they leave open */
void bd_section_changes(bd_report *r);      /* what changed since the run before */
void bd_section_doubts(
    bd_report *r); /* data quality, with who can mend it, and what was not reached */
void bd_section_owners(bd_report *r); /* a list for each owner, to be ticked off */

#endif
