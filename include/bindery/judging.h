/* bindery/judging.h - from what was read to a judged run: the assessment with all that the journal says of it, as
 * values, as the bytes of assessment.json and findings.ndjson, and as the lists of frozen populations.
 *
 * assess judges and is handed everything.  This room hands it over: rows and facts as intake read them; what people
 * signed of exceptions and controls, froze, drew and sealed, as the journal has it; and the earlier month ends of
 * the period, judged from the same rows (history.c).  What assess yields one by one, findings and items, is written
 * as it comes, so that only the first findings of a check and no items are held.
 *
 *     BD_TRY(bd_judge(session, &wants, &judged, err));
 *     ... documents and lists of `judged` ...
 *     bd_judged_clear(&judged);
 *
 * Who signs for an exception, reviews an item or draws a sample finds it in a judged run of the same session first, so
 * that nothing is signed that the next judging does not know.
 */
#ifndef BINDERY_JUDGING_H
#define BINDERY_JUDGING_H

#include "bindery/assessment.h"
#include "bindery/command.h"
#include "bindery/intake.h"
#include "bindery/locker.h"
#include "bindery/pbc.h"
#include "bindery/session.h"
#include "bindery/util.h"
#include "bindery/value.h"
#include "bindery/wording.h"
#include "bindery/zip.h"

/* The items of a frozen population that has some: its list, and its keys, whose hash was frozen. */
typedef struct {
    bd_str id;
    bd_draft *csv, *keys;
    struct bd_export_items *rows; /* while they are listed */
} bd_population_file;

/* The earlier month ends of the period. */
typedef struct {
    bd_past *past; /* rising */
    size_t count;
    bool is_shortened; /* earlier months were left out for the size of the evidence */
} bd_history;

/* Everything between the locker and the report.  It can be cleared as soon as lists and documents are made of it:
 * drawing needs the room. */
typedef struct {
    bd_read_run read; /* its arena holds all that follows */
    const bd_assessment *assessment;
    bd_draft *findings; /* findings.ndjson */
    bd_draft *assessment_json;
    bd_finding_group *groups;
    size_t group_count;
    bd_population_file *populations; /* of the frozen ones, in the assessment's order */
    size_t population_count;
    bd_draft *no_items_csv, *no_items_keys; /* of all that have none; NULL until one is asked for */
    const bd_value *custody;             /* bd_custody */
    bd_history history;
    const bd_pbc *pbc;
} bd_judged_run;
/* What somebody wants of judging that not everybody does; zeroed, or NULL: nothing. */
typedef struct {
    bool history; /* the earlier month ends are judged as well */
    bd_item_fn *on_item; /* told of each item of each population while that is judged */
    void *context; /* of on_item */
} bd_judging_wants;
/* On failure nothing is left to clear. */
BD_MUST_USE bd_rc bd_judge(bd_session *session, const bd_judging_wants *wants, bd_judged_run *out,
                           bd_err *err);
void bd_judged_clear(bd_judged_run *judged); /* may be called again */

/* assessment.json as a value.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_assessment_parse(const bd_draft *text, bd_arena *arena, const bd_value **out,
                                      bd_err *err);

/* --fail-under.  `check` before any work; `apply` sets the exit code and says why. */
BD_MUST_USE bd_rc bd_thresholds_check(const bd_run_options *options, bd_err *err);
void bd_thresholds_apply(const bd_run_options *options, const bd_assessment *assessment,
                         bd_arena *arena, bd_run_outcome *outcome);

/* What the journal says of populations and samples, in its order. */
typedef BD_VEC(bd_sampling) bd_samplings;
void bd_samplings_read(const bd_session *session, bd_arena *arena, bd_samplings *out);

/* The lists of a frozen population.  Drafts are Borrowed until the run is cleared; `sums` is for
 * `sha256sum -c`. */
typedef struct {
    const bd_draft *csv, *keys;
    bd_str sums;
} bd_population_text;
bd_str bd_population_base(bd_arena *arena, const bd_population *of,
                          bd_str period); /* "6.3.1_leavers_2026-Q3" */
BD_MUST_USE bd_rc bd_population_texts(bd_judged_run *judged, const bd_population *of, bd_str period,
                                      bd_arena *arena, bd_population_text *out, bd_err *err);

/* The seals of this session's period, in order; and lines after one of them that are no seals themselves. */
BD_MUST_USE bd_rc bd_period_seals(const bd_session *session, bd_arena *arena, bd_seals *out,
                                  bd_err *err);
size_t bd_lines_since(const bd_locker *locker, const bd_seal *seal);

#endif
