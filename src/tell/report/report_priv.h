/* report_priv.h - what the files of this room share: the report being written, its words and its small pieces.
 *
 * A section is one function that adds blocks to `r->doc`.  Every number that stands in assessment.json goes through
 * a piece that takes its JSON Pointer; everything else is plain text.
 */
#ifndef BINDERY_REPORT_PRIV_H
#define BINDERY_REPORT_PRIV_H

#include "bindery/report.h"

#define NOWHERE SIZE_MAX
#define DASH "\xe2\x80\x93" /* U+2013: a cell of which there is nothing to say */

typedef BD_VEC(uint32_t) index_list;

typedef struct {
    size_t from, to; /* [from, to) */
} result_range;

typedef struct {
    const bd_report_inputs *in;
    const bd_assessment *assessment;
    const bd_engagement *engagement;
    const bd_catalog *catalog;
    const bd_evidences *evidence;
    const bd_doc_template *template;
    const bd_template_part *part; /* the section being written, or NULL */
    size_t page_count;            /* pages of the organisation's own so far */
    bd_doc *doc;
    bd_arena *arena; /* the document's, or that of `passing` */
    bd_doc passing;  /* of rows that are put by; its arena is NULL where none are */
    bool
        has_sections; /* the binder: criteria, controls, evidence and exceptions are link targets */
    size_t *position; /* by control: its index in assessment.json, or NOWHERE */
    size_t *home;     /* by control: the criterion that carries its block, or NOWHERE */
    size_t *check_position; /* by check result: its index among its control's */
    result_range *results;  /* by index of the check: its results, which stand together */
    size_t *item_of_number; /* by evidence number: its index, or NOWHERE */
    size_t number_limit;    /* size of item_of_number */
    size_t *
        place_of_item; /* by evidence index: its index in assessment.json, which is in order of numbers */
    index_list *readers; /* by evidence index: controls that it speaks to, rising */
    size_t *place_in_check; /* by exception: 0 for the first of its check */
    uint32_t phrases_by_first[256],
        phrases_by_second[256]; /* by letter: what words_catalog may find there */
} report;

/* Between `begin` and `end` what is said of a table lies in an arena of its own, and in `end` the table's rows are put
 * by: a report of ten thousand items would be held otherwise.  Headings, figures and the table itself stay. */
void begin_passing(report *r);
void end_passing(report *r, bd_table *table);
bd_doc *rows_of(report *r); /* where cells of a table lie that is begun now */

/* ---- words ------------------------------------------------------------------------------------------ */

void words_open(report *r);
bd_str words_number(const report *r, int64_t number);
bd_str words_day(const report *r, bd_day day);        /* "2026-01-15", a dash when there is none */
bd_str words_instant(const report *r, bd_instant at); /* "2026-01-15 06:00:04 UTC" */
bd_str words_as_of(const report *r);                  /* the last day judged, or the instant */
bd_str words_moment(const report *r, bd_instant at); /* "2026-01-15 06:00", for tables headed UTC */
bd_str words_utc_day(const report *r, bd_instant at);
bd_str words_span(const report *r, bd_instant from, bd_instant to,
                  bool is_snapshot);       /* days, for tables */
bd_str words_period(const report *r);      /* "2026-01-01 to 2026-06-30" or the day of Type I */
bd_str words_period_kind(const report *r); /* "Type II" */
bd_str words_list(const report *r, const bd_strs *texts, const char *between);
bd_str words_sentence(const report *r, bd_str text); /* first letter raised, full stop added */
bd_str words_catalog(const report *r,
                     bd_str text); /* catalog text without words that are not for print */
bd_str words_mapping(const report *r,
                     const bd_control *control); /* why it stands at its criteria, or "" */
bd_str words_hash(const report *r, const uint8_t sha256[32]);
bd_str words_hash_short(const report *r, const uint8_t sha256[32]); /* first 12 digits */
bd_str words_frequency(const report *r, bd_frequency frequency);
bd_str words_age_limit(const report *r, int max_age_days, int grace_days);
bd_str words_scope(const report *r,
                   bd_str scope); /* a subscription's name, a resource's last part, "tenant" */
bd_str words_resource(const report *r, bd_str resource); /* short form of a resource id */
bd_str words_resource_place(
    const report *r, bd_str resource); /* type, resource group and subscription of an ARM id */
bd_str words_people(const report *r, bd_str owner); /* "Jens Müller, ..." or "" */
bd_str words_outcome(bd_outcome outcome, bd_frequency frequency);
bd_str words_outcomes(const report *r,
                      const bd_requirement_result *requirement);  /* "5 clean, 1 not observed" */
bd_str words_edition(const report *r);                            /* "Auditor" */
bd_str words_source_title(const report *r, bd_str source);        /* "S17 Storage accounts" */
bd_str words_signoff(const report *r, const bd_signoff *signoff); /* "name (role), time" */
bd_str words_journal_text(const report *r, bd_str text);          /* text of others: made visible */
bd_str words_capital(const report *r,
                     bd_str text); /* first letter raised where it begins a plain word */

/* ---- states ----------------------------------------------------------------------------------------- */

bd_mark mark_of_state(bd_state state);
bd_mark mark_of_criterion(bd_criterion_state state);
/* How a list of controls stands in one month (index of assessment->months). */
bd_cell_state cell_of_month(const report *r, const uint32_t *controls, size_t count, size_t month);
bd_cell_state cell_of_requirement(const report *r, const bd_requirement_result *requirement,
                                  size_t month);

/* ---- pieces ----------------------------------------------------------------------------------------- */

bd_str pointer_of(const report *r, const char *format, ...) BD_PRINTF(2, 3);
bd_str anchor_of(const report *r, const char *kind,
                 bd_str id); /* "" where the report has no such sections */
bd_str anchor_of_exception(const report *r,
                           size_t index); /* its sheet, else the heading of its check */
bd_str anchor_of_evidence(const report *r, uint32_t number); /* "" for sidecars, too */
size_t index_of_evidence(const report *r, uint32_t number);

typedef struct {
    const char *head;
    bd_align align;
    double weight;
} column_def;
bd_table *add_table(report *r, bd_str caption, const column_def *columns, size_t count,
                    bool is_compact);
#define ADD_TABLE(r, caption, columns, is_compact)                                                 \
    add_table((r), (caption), (columns), BD_COUNT(columns), (is_compact))
bd_table *add_facts(report *r, bool is_compact);           /* key and value, no head */
void fact(bd_table *table, const char *key, bd_str value); /* left out when the value is empty */
bd_cell *fact_cell(bd_table *table, const char *key);      /* the value's cell, for runs */

bd_table *add_sheet(report *r);                        /* rows of two pairs */
bd_cell *sheet_cell(bd_table *table, const char *key); /* half a row: the value's cell */
void sheet_pair(bd_table *table, const char *key, bd_str value, const char *key2,
                bd_str value2); /* a whole row */
/* A whole row of one value; NULL and no row when it is empty. */
bd_cell *sheet_wide(bd_table *table, const char *key, bd_run_style style, bd_str value);

void cell_figure(report *r, bd_table *table, bd_str pointer, int64_t number);
void cell_add(bd_table *table, bd_cell *cell, bd_str text);
void cell_add_muted(bd_table *table, bd_cell *cell, bd_str text);
void cell_add_link(bd_table *table, bd_cell *cell, bd_str text,
                   bd_str anchor); /* plain when the anchor is "" */
void cell_add_figure(report *r, bd_table *table, bd_cell *cell, bd_str pointer, int64_t number);
void cell_observed(report *r, bd_table *table, size_t index); /* an exception's "1 of 6 days" */
void cell_evidence(report *r, bd_table *table, uint32_t number); /* a dash for 0 */
void cell_link(bd_table *table, bd_str text, bd_str anchor);
void cell_state(report *r, bd_table *table, const bd_control_result *control);
void cell_controls(report *r, bd_table *table, const uint32_t *controls, size_t count);
void para_figure(report *r, bd_para *para, bd_str pointer, int64_t number);
void say(report *r, bd_para_kind kind, const char *text);
void say_text(report *r, bd_para_kind kind, bd_str text);
/* "The first 100 are printed; 23 more stand in 80_MACHINE/findings.ndjson (SHA-256 ...)." */
void say_left_out(report *r, const char *what, uint64_t total, size_t printed);

/* ---- parts ------------------------------------------------------------------------------------------- */

void parts_write(report *r, const bd_template_parts *parts);
/* Begins a section: its heading, or the one that the template has for it, and what the organisation says there. */
bd_block *open_section(report *r, bd_str title, bd_str anchor);
void parts_say(report *r);       /* what the organisation says in this section */
void parts_logo(report *r);      /* nothing where there is none */
bool parts_are_all(const report *r); /* the template leaves no section out */
void parts_cut_links(report *r); /* into sections that are left out */
bd_str parts_words(const report *r); /* whose template it is, and what it changes */

/* ---- sections --------------------------------------------------------------------------------------- */

void section_cover(report *r);
void section_custody(report *r); /* an appendix: seals, and what came after them */
void section_control(report *r); /* document control, how to verify */
void section_contents(report *r);
void section_glance(report *r);
void section_score(report *r); /* score table and gates */
void section_gates(report *r); /* why not complete, or that no gate is shut */
void section_series_chart(report *r);
void section_heat_grid(report *r);
void section_months(report *r); /* the same as a section of its own */
void section_open_exceptions(report *r, size_t most);
void section_scope(report *r);
void add_expected_of_vendors(report *r);   /* parts of section_vendors() */
void add_expected_of_customers(report *r);
void section_vendors(report *r); /* their reports, what these expect of us, what rests on whom */
void section_criteria_index(report *r);
void section_evidenced(report *r);
void section_control_matrix(report *r);
void section_criteria(report *r);
void section_control_block(report *r, size_t control);
void section_results(report *r, size_t control);
void section_posture(report *r);        /* what other tools say */
void section_posture_scores(report *r); /* their scores alone, for the readiness report */
void section_exceptions(report *r);
void section_since(report *r); /* changes since the package before */
void section_set_aside(report *r); /* waivers, not applicable, withdrawn */
void section_samples(report *r); /* register of populations, what was drawn of them */
void samples_of_control(report *r, bd_table *table, const bd_control *control); /* its facts */
void samples_method(report *r); /* appendix: the method and its test vector */
void section_matches(report *r); /* lists held against each other, what is left on either side */
void section_reviews(report *r); /* access reviews: decisions, denied, what was due */
void section_ipe(report *r);
void section_pbc(report *r); /* requests, what answers them, and where */
void section_data_quality(report *r);
size_t add_diags(report *r, const bd_diags *diags); /* what was noted while reading; yields how many */
void section_hashes(report *r);
void section_appendices(report *r);
void section_readiness_summary(report *r);
void section_stale(report *r);
void section_owners(report *r);

#endif
