/* bindery/wording.h - the report being written: what it is made from, what its sections look up, and the words and
 * small pieces that all of them are written with.
 *
 * A section is one function that adds blocks to `r->doc`.  It begins with its heading, for which the template may have
 * other words, and goes on with sentences and tables:
 *
 *     static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0}, {"Exceptions", BD_ALIGN_RIGHT, 0}};
 *     bd_open_section(r, BD_STR("Open exceptions"), BD_STR("open"));
 *     bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
 *     bd_add_link(table, control->number, bd_anchor_of(r, "control", control->number));
 *     bd_add_figure(r, table, bd_pointer_of(r, "/controls/%zu/exceptions", r->position[i]), count);
 *
 * Every number that stands in assessment.json goes through a piece that takes its JSON Pointer; everything else is
 * plain text.  What people or files of others say is made visible by bd_words_journal_text before it is printed.
 *
 * All of it is Allocated in `r->arena`, the document's or that of a table whose rows are put by; nothing fails, and one
 * thread writes a report.
 */
#ifndef BINDERY_WORDING_H
#define BINDERY_WORDING_H

#include "bindery/assessment.h"
#include "bindery/doc.h"
#include "bindery/pbc.h"
#include "bindery/ready.h"
#include "bindery/template.h"
#include "bindery/util.h"

/* ---- what a report is made from ---------------------------------------------------------------------- */

/* The first failing records of one check, for print; the whole list is findings.ndjson. */
#define BD_REPORT_FINDINGS 100
/* Exceptions of one check that are printed: the first on a sheet of their own, the further ones a line each with
 * all their dates; the rest is counted and stands in assessment.json. */
#define BD_REPORT_SHEETS 5
#define BD_REPORT_EXCEPTIONS 25
typedef struct {
    const bd_check *check;
    uint64_t count;
    BD_VEC(bd_finding) first; /* at most BD_REPORT_FINDINGS, in findings order */
} bd_finding_group;

typedef struct {
    const bd_assessment *assessment;
    const bd_catalog *catalog;
    const bd_engagement *engagement;
    const bd_evidences *evidence;
    const bd_finding_group *findings; /* one per check that has findings, by check id */
    size_t finding_group_count;
    const bd_diags *diags;      /* refused, doubtful: data quality */
    bd_str package_id, edition; /* "auditor"; package_id empty for the readiness report */
    bd_str bindery_version, versions;
    bd_str manifest_sha256;                    /* hex; empty for the readiness report */
    bd_str assessment_sha256;                  /* hex */
    bd_str findings_sha256;                    /* hex */
    bd_str journal_head;                       /* hex */
    const bd_value *custody; /* seals and what came after them, as in assessment.json; or NULL */
    bd_str signer_subject, signer_fingerprint;     /* as the cover names them */
    bd_str reviewer_subject, reviewer_fingerprint; /* of the second signature; empty: there is one */
    bool is_trial, is_signed;                  /* trial identity; will be signed */
    bd_str previous_package; /* hex hash of the SHA256SUMS of the package before this one, or "" */
    /* What changed since: package_id, sums_sha256, `changes` (bd_compare_make); NULL: that package is not at hand. */
    const bd_value *since;
    /* Where each evidence item lies in the package, by its index; empty for the readiness report. */
    const bd_str *package_paths;
    const bd_pbc *pbc;          /* requests and what answers them; NULL: no cross-reference */
    const bd_readiness *ready; /* for the readiness report; NULL for the binder */
    const bd_doc_template *template; /* sections of the report that is built, order, wording; NULL: ours */
} bd_report_inputs;

/* Anchors that index.html and the PDF share: "criterion-CC6.1", "control-6.7.2",
 * "evidence-E-0007", "exception-X-...".  Allocated in <arena>. */
bd_str bd_report_anchor(bd_arena *arena, const char *kind, bd_str id);

/* True for the controls that are printed and that assessment.json lists, in assessment order: those in scope and all
 * of the checklist.  The place among them is the index in "/controls/<n>". */
bool bd_report_is_listed(const bd_control_result *control);

/* ---- the report being written ------------------------------------------------------------------------ */

#define BD_NOWHERE SIZE_MAX
#define BD_DASH "\xe2\x80\x93" /* U+2013: a cell of which there is nothing to say */

typedef BD_VEC(uint32_t) bd_index_list;

typedef struct {
    size_t from, to; /* [from, to) */
} bd_result_range;

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
    bool has_sections; /* the binder: criteria, controls, evidence and exceptions are link targets */
    size_t *position;  /* by control: its index in assessment.json, or BD_NOWHERE */
    size_t *home;      /* by control: the criterion that carries its block, or BD_NOWHERE */
    size_t *check_position;   /* by check result: its index among its control's */
    bd_result_range *results; /* by index of the check: its results, which stand together */
    size_t *item_of_number;   /* by evidence number: its index, or BD_NOWHERE */
    size_t number_limit;      /* size of item_of_number */
    size_t *place_of_item; /* by evidence index: its index in assessment.json, which is in order of numbers */
    bd_index_list *readers; /* by evidence index: controls that it speaks to, rising */
    size_t *place_in_check; /* by exception: 0 for the first of its check */
    uint32_t phrases_by_first[256], phrases_by_second[256]; /* by letter: what bd_words_catalog may find there */
} bd_report;

/* Begins a report in <arena>, with an empty document and all look-ups.  `has_sections`: it is the binder.  `inputs` is
 * borrowed while it is written. */
void bd_report_init(bd_report *r, const bd_report_inputs *inputs, bd_arena *arena, bool has_sections);

/* Begins a section: its heading, or the one that the template has for it, and what the organisation says there.
 * Borrowed until the next block is added. */
bd_block *bd_open_section(bd_report *r, bd_str title, bd_str anchor);
void bd_say_own(bd_report *r);  /* what the organisation says in this section */
void bd_add_logo(bd_report *r); /* nothing where there is none */

/* Between `begin` and `end` what is said of a table lies in an arena of its own, and in `end` the table's rows are put
 * by: a report of ten thousand items would be held otherwise.  Headings, figures and the table itself stay. */
void bd_begin_passing(bd_report *r);
void bd_end_passing(bd_report *r, bd_table *table);
bd_doc *bd_rows_of(bd_report *r); /* where cells of a table lie that is begun now */

/* ---- words ------------------------------------------------------------------------------------------- */

bd_str bd_words_number(const bd_report *r, int64_t number);
bd_str bd_words_day(const bd_report *r, bd_day day);        /* "2026-01-15", a dash when there is none */
bd_str bd_words_instant(const bd_report *r, bd_instant at); /* "2026-01-15 06:00:04 UTC" */
bd_str bd_words_as_of(const bd_report *r);                  /* the last day judged, or the instant */
bd_str bd_words_moment(const bd_report *r, bd_instant at);  /* "2026-01-15 06:00", for tables headed UTC */
bd_str bd_words_utc_day(const bd_report *r, bd_instant at);
bd_str bd_words_described(const bd_report *r, const bd_evidence *item); /* days, for tables */
bd_str bd_words_period(const bd_report *r);      /* "2026-01-01 to 2026-06-30" or the day of Type I */
bd_str bd_words_period_kind(const bd_report *r); /* "Type II" */
bd_str bd_words_frequency(const bd_report *r, bd_frequency frequency);
bd_str bd_words_age_limit(const bd_report *r, int max_age_days, int grace_days);

bd_str bd_words_list(const bd_report *r, const bd_strs *texts, const char *between);
bd_str bd_words_sentence(const bd_report *r, bd_str text); /* first letter raised, full stop added */
bd_str bd_words_capital(const bd_report *r, bd_str text);  /* first letter raised where it begins a plain word */
bd_str bd_words_catalog(const bd_report *r, bd_str text);  /* catalog text without words that are not for print */
bd_str bd_words_journal_text(const bd_report *r, bd_str text); /* text of others: made visible */

bd_str bd_words_mapping(const bd_report *r, const bd_control *control); /* why it stands at its criteria, or "" */
bd_str bd_words_hash(const bd_report *r, const uint8_t sha256[32]);
bd_str bd_words_hash_short(const bd_report *r, const uint8_t sha256[32]); /* first 12 digits */
bd_str bd_words_scope(const bd_report *r, bd_str scope); /* a subscription's name, a resource's last part, "tenant" */
bd_str bd_words_resource(const bd_report *r, bd_str resource); /* short form of a resource id */
/* Type, resource group and subscription of an ARM id. */
bd_str bd_words_resource_place(const bd_report *r, bd_str resource);
bd_str bd_words_people(const bd_report *r, bd_str owner); /* "Jens Müller, ..." or "" */
bd_str bd_words_outcome(bd_outcome outcome, bd_frequency frequency);
bd_str bd_words_outcomes(const bd_report *r, const bd_requirement_result *requirement); /* "5 clean, 1 not observed" */
bd_str bd_words_edition(const bd_report *r);                                            /* "Auditor" */
bd_str bd_words_source_title(const bd_report *r, bd_str source);        /* "S17 Storage accounts" */
bd_str bd_words_signoff(const bd_report *r, const bd_signoff *signoff); /* "name (role), time" */

/* ---- states ------------------------------------------------------------------------------------------ */

bd_mark bd_mark_of_state(bd_state state);
bd_mark bd_mark_of_criterion(bd_criterion_state state);
/* How a list of controls stands in one month (index of assessment->months). */
bd_cell_state bd_cell_of_month(const bd_report *r, const uint32_t *controls, size_t count, size_t month);
bd_cell_state bd_cell_of_requirement(const bd_report *r, const bd_requirement_result *requirement, size_t month);

/* ---- places ------------------------------------------------------------------------------------------ */

/* A JSON Pointer into assessment.json. */
bd_str bd_pointer_of(const bd_report *r, const char *format, ...) BD_PRINTF(2, 3);
bd_str bd_anchor_of(const bd_report *r, const char *kind, bd_str id); /* "" where the report has no such sections */
bd_str bd_anchor_of_exception(const bd_report *r, size_t index); /* its sheet, else the heading of its check */
bd_str bd_anchor_of_evidence(const bd_report *r, uint32_t number); /* "" for sidecars, too */
size_t bd_index_of_evidence(const bd_report *r, uint32_t number);  /* BD_NOWHERE when there is none */

/* ---- tables ------------------------------------------------------------------------------------------ */

typedef struct {
    const char *head;
    bd_align align;
    double weight;
} bd_column_def;
/* A cell, here as in all that follows, is Borrowed until the next one of its table is added. */
bd_table *bd_add_table(bd_report *r, bd_str caption, const bd_column_def *columns, size_t count, bool is_compact);
#define BD_ADD_TABLE(r, caption, columns, is_compact)                                              \
    bd_add_table((r), (caption), (columns), BD_COUNT(columns), (is_compact))

bd_table *bd_add_facts(bd_report *r, bool is_compact);            /* key and value, no head */
void bd_add_fact(bd_table *table, const char *key, bd_str value); /* left out when the value is empty */
bd_cell *bd_fact_cell(bd_table *table, const char *key);          /* the value's cell, for runs */

bd_table *bd_add_sheet(bd_report *r);                     /* rows of two pairs */
bd_cell *bd_sheet_cell(bd_table *table, const char *key); /* half a row: the value's cell */
/* A whole row of two pairs. */
void bd_sheet_pair(bd_table *table, const char *key, bd_str value, const char *key2, bd_str value2);
/* A whole row of one value; NULL and no row when it is empty. */
bd_cell *bd_sheet_wide(bd_table *table, const char *key, bd_run_style style, bd_str value);

/* ---- cells: the next one of a table ------------------------------------------------------------------ */

void bd_add_figure(bd_report *r, bd_table *table, bd_str pointer, int64_t number);
void bd_add_observed(bd_report *r, bd_table *table, size_t index);    /* an exception's "1 of 6 days" */
void bd_add_evidence(bd_report *r, bd_table *table, uint32_t number); /* a dash for 0 */
void bd_add_link(bd_table *table, bd_str text, bd_str anchor);        /* plain when the anchor is "" */
void bd_add_state(bd_report *r, bd_table *table, const bd_control_result *control);
void bd_add_controls(bd_report *r, bd_table *table, const uint32_t *controls, size_t count);

/* ---- what stands in a cell --------------------------------------------------------------------------- */

void bd_cell_add(bd_table *table, bd_cell *cell, bd_str text);
void bd_cell_add_muted(bd_table *table, bd_cell *cell, bd_str text);
/* Plain when the anchor is "". */
void bd_cell_add_link(bd_table *table, bd_cell *cell, bd_str text, bd_str anchor);
void bd_cell_add_figure(bd_report *r, bd_table *table, bd_cell *cell, bd_str pointer, int64_t number);

/* ---- sentences --------------------------------------------------------------------------------------- */

void bd_para_add_figure(bd_report *r, bd_para *para, bd_str pointer, int64_t number);
void bd_say(bd_report *r, bd_para_kind kind, const char *text);
void bd_say_text(bd_report *r, bd_para_kind kind, bd_str text); /* nothing when it is empty */
/* "The first 100 are printed; 23 more stand in 80_MACHINE/findings.ndjson (SHA-256 ...)." */
void bd_say_left_out(bd_report *r, const char *what, uint64_t total, size_t printed);

#endif
