/* ready_priv.h - what the files of the readiness report share beside report_priv.h. */
#ifndef BINDERY_REPORT_READY_PRIV_H
#define BINDERY_REPORT_READY_PRIV_H

#include "report_priv.h"

bd_str ready_days_to(const bd_report *r, bd_day day); /* "2026-08-17, in 48 days" */

void section_dues(bd_report *r);
void section_ageing(bd_report *r);
void section_vendor_clock(bd_report *r);
void section_changes(bd_report *r);
void section_unreached(bd_report *r);
void section_doubts(bd_report *r); /* data quality, then the above */

#endif
