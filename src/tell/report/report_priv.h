/* report_priv.h - what the files of this room share: the parts of a report, and the sections that are its own. */
#ifndef BINDERY_REPORT_PRIV_H
#define BINDERY_REPORT_PRIV_H

#include "bindery/report.h"

/* ---- parts ------------------------------------------------------------------------------------------- */

void parts_write(bd_report *r, const bd_template_parts *parts);
bool parts_are_all(const bd_report *r); /* the template leaves no section out */
void parts_cut_links(bd_report *r);     /* into sections that are left out */
bd_str parts_words(const bd_report *r); /* whose template it is, and what it changes */

/* ---- sections ---------------------------------------------------------------------------------------- */

void section_cover(bd_report *r);
void section_control(bd_report *r); /* document control, how to verify */
void section_contents(bd_report *r);
void section_scope(bd_report *r);
void section_appendices(bd_report *r);

#endif
