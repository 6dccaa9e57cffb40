/* bindery/sampling.h - populations and samples of a control as people work with them: freeze, draw, replace, results.
 *
 * The draw itself is pure and lies in room sample; what the journal says of it is read where it is judged.  This room
 * does the acts: it judges, so that the population is the one of now, keeps their order (freeze, seed, draw), writes
 * one line into the journal for each, and lays files for the auditor below out/<period>/samples/.  An act that is
 * refused leaves the journal as it was.
 *
 *     bd_run_sampling asked = {.act = BD_RUN_SAMPLE_FREEZE, .control = number};
 *     BD_TRY(bd_sampling_run(options, &asked, arena, outcome, err));
 */
#ifndef BINDERY_SAMPLING_H
#define BINDERY_SAMPLING_H

#include "bindery/command.h"
#include "bindery/util.h"

/* Populations and samples of a control.  At most one of the acts; none: its populations are listed. */
typedef enum {
    BD_RUN_SAMPLE_LIST,
    BD_RUN_SAMPLE_FREEZE,
    BD_RUN_SAMPLE_DRAW,
    BD_RUN_SAMPLE_REPLACE,
    BD_RUN_SAMPLE_SELECT,
    BD_RUN_SAMPLE_RESULTS
} bd_run_sample_act;
typedef struct {
    bd_run_sample_act act;
    bd_str control, population; /* `population`: name or id; empty: the only one, of a freeze all */
    bd_str seed, strata;        /* draw; "" (none), "month" or "subscription" */
    uint64_t size;              /* 0: the catalog's for so many items */
    bool is_again;              /* draw: once more over the same freeze, for a reason */
    bd_str key;                 /* replace */
    bd_str reason, by;          /* replace, draw again */
    const char *path;           /* select, results: the file that says which items */
} bd_run_sampling;
/* As bd_run_sample. */
BD_MUST_USE bd_rc bd_sampling_run(const bd_run_options *options, const bd_run_sampling *asked,
                                  bd_arena *arena, bd_run_outcome *outcome, bd_err *err);

#endif
