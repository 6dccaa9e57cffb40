/* Words and marks of index.html, shared by its parts. */
#ifndef BINDERY_HTML_PRIV_H
#define BINDERY_HTML_PRIV_H

#include "bindery/html.h"

void html_put(bd_writing *run, const char *markup); /* our own literal */
void html_text(bd_writing *run, bd_str text);       /* escaped; hidden characters are shown */
void html_words(bd_writing *run, const char *text); /* likewise */
void html_int(bd_writing *run, int64_t value);
void html_rows(bd_writing *run, const bd_evidence *item);
void html_count(bd_writing *run, int64_t count, const char *singular);

void html_link_open(bd_writing *run, const char *prefix, bd_str target);
void html_link(bd_writing *run, const char *prefix, bd_str target, bd_str text);
void html_file(bd_writing *run, bd_str path, bd_str text);

void html_state(bd_writing *run, bd_state state, bool has_exception);
void html_criterion_state(bd_writing *run, bd_criterion_state state);
void html_exception_state(bd_writing *run, bool is_open);
void html_outcome(bd_writing *run, bd_outcome outcome);
void html_outcome_short(bd_writing *run, bd_outcome outcome);
const char *html_outcome_style(bd_outcome outcome);

void html_time(bd_writing *run, bd_instant at);
void html_described(bd_writing *run, const bd_evidence *item);
void html_day(bd_writing *run, bd_day day);

/* ---- parts of the page ---- */

/* A page of forty thousand rows is no page.  Of each check so many exceptions stand on it, and so many are named under
 * their control; exceptions.csv has all. */
enum { HTML_EXCEPTIONS = 100, HTML_NAMED = 10 };
/* Exceptions of one check, which follow one another: those from `from` to `shown` are told, of those from there to `to`
 * the number and how many of them are open. */
typedef struct {
    const bd_check *check;
    size_t from, shown, to, open_left_out;
} html_stretch;
/* `places`: `count` indexes into the assessment's exceptions, rising; NULL: all of them. */
html_stretch html_stretch_from(const bd_writing *run, const uint32_t *places, size_t count, size_t from, size_t most);
/* The anchor of what the page says of one check's exceptions. */
#define HTML_EXCEPTIONS_OF "exceptions-"

extern const char *const html_style[]; /* the style sheet in pieces, closed by NULL */

void html_glance(bd_writing *run);   /* score, gates, heat grid */
void html_sections(bd_writing *run); /* criterion -> control -> evidence */
void html_lists(bd_writing *run);    /* exceptions, evidence, what is missing */

#endif
