/* bindery/populations.h - populations of the period, their items in order, and what came of samples of them.
 *
 * What an auditor draws from: the records of the period that the checks of a control judge for their population side.
 * A population exists for checks of shape match and each whose requirement is of kind `event` or `population`
 * and not continuous (settings are tested whole, not by sample), once for each control and source of that side; Type I
 * draws no samples and has none.  Items are the distinct records by the key that their source declares (as
 * bindery/sample.h writes it), however many extracts and snapshots show them and however many checks judge them; a
 * record under a design exclusion, or one that is not applicable to every check, is none.  They are handed out sorted
 * by key in the judging pass, memory flat.
 *
 * What came of a sample never improves anything: no result is read where verdicts, instances and scores are made.  A
 * deviation that a tester found on an item which our own checks do not fail takes a complete control to `[~]`, flags
 * it `!` and puts its criteria at risk, for the rest of the period: the worse result of an item holds, and nobody takes
 * it back.  Where a check fails the item too, the exception speaks for both, as for any failing record.
 *
 *     bd_populations *all = bd_populations_open(&inputs);      finds them, and binds what the journal says
 *     bd_populations_put(all, &judged, err);                   for each judged record, in any order
 *     bd_populations_list(all, err);                           once; items come out by population and key
 *     bd_populations_weigh(all);                               is the evidence behind them complete?
 *     bd_populations_apply(all);                               once controls have their states
 *     bd_populations_close(all);
 *
 * The list itself stands in the assessment.  One thread at a time.
 */
#ifndef BINDERY_POPULATIONS_H
#define BINDERY_POPULATIONS_H

#include "bindery/assessment.h"
#include "bindery/shapes.h"
#include "bindery/util.h"
#include "bindery/views.h"

/* Borrowed until close; `samplings` as long as the assessment lives. */
typedef struct {
    bd_views *views;    /* `draws_from` of each check is set */
    bd_assessment *out; /* its controls are there, and say whether they are in scope */
    bd_arena *arena, *scratch;
    bd_packer *packer;
    const bd_sampling *samplings; /* in the order of the journal */
    size_t sampling_count;
    bd_item_fn *on_item; /* NULL: nobody asks */
    void *item_context;
} bd_populations_inputs;

typedef struct bd_populations bd_populations;
bd_populations *bd_populations_open(const bd_populations_inputs *inputs);
void bd_populations_close(bd_populations *all); /* accepts NULL */

/* Nothing where the record is of no population.  Fails with LIMIT (larger than 64 KiB) or IO (temporary files). */
BD_MUST_USE bd_rc bd_populations_put(bd_populations *all, const bd_judged *judged, bd_err *err);
/* Fails with IO, or with what `on_item` returns. */
BD_MUST_USE bd_rc bd_populations_list(bd_populations *all, bd_err *err);
void bd_populations_weigh(bd_populations *all);
/* A deviation found by a tester keeps a control from being complete. */
void bd_populations_apply(bd_populations *all);

#endif
