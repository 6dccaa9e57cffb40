/* Words and marks of index.html, shared by its parts. */
#ifndef BINDERY_HTML_PRIV_H
#define BINDERY_HTML_PRIV_H

#include "bindery/export.h"

#include "export_priv.h"

void html_put(export_run *run, const char *markup); /* our own literal */
void html_text(export_run *run, bd_str text);       /* escaped; hidden characters are shown */
void html_words(export_run *run, const char *text); /* likewise */
void html_int(export_run *run, int64_t value);
void html_rows(export_run *run, const bd_evidence *item);
void html_count(export_run *run, int64_t count, const char *singular);

void html_link_open(export_run *run, const char *prefix, bd_str target);
void html_link(export_run *run, const char *prefix, bd_str target, bd_str text);
void html_file(export_run *run, bd_str path, bd_str text);

void html_state(export_run *run, bd_state state, bool has_exception);
void html_criterion_state(export_run *run, bd_criterion_state state);
void html_exception_state(export_run *run, bool is_open);
void html_outcome(export_run *run, bd_outcome outcome);
void html_outcome_short(export_run *run, bd_outcome outcome);
const char *html_outcome_style(bd_outcome outcome);

void html_time(export_run *run, bd_instant at);
void html_described(export_run *run, const bd_evidence *item);
void html_day(export_run *run, bd_day day);

/* ---- parts of the page ---- */

void html_glance(export_run *run);   /* score, gates, heat grid */
void html_sections(export_run *run); /* criterion -> control -> evidence */
void html_lists(export_run *run);    /* exceptions, evidence, what is missing */

#endif
