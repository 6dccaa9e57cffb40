/* bindery/assess.h - judging a period: from rows of the map to an assessment.
 *
 * Definition `bindery-1` (score_definition).  Judging never gathers: rows, records and snapshots are handed in, and
 * the result depends on them, the catalog, the engagement and the as-of instant alone.
 *
 * How it is computed.  Every row of the map is tagged with its window (the snapshot's date, or the event's own day) and
 * sorted; the shape's reduce turns groups into outcomes per record and window; a second sort by (check, type, key,
 * window) removes doubles (the worse verdict holds), finds failing stretches and counts snapshots; a third sort
 * orders findings.  Memory is flat but for one line per check and snapshot and one per exception.
 *
 * Rooms below say parts of it and know nothing of the rest: what is due (period), which collections a derivation sees
 * (joins), how checks stand to the evidence (views), what their shapes make of rows (shapes), documents and vendors
 * (documents), populations and samples (populations), outcomes of instances and states of controls (states), what other
 * tools say (others), what weakens the inputs (doubt).  Here they are put in order, and records are counted.
 *
 * Everything in the result (bindery/assessment.h) is Allocated in the arena handed in and immutable.
 */
#ifndef BINDERY_ASSESS_H
#define BINDERY_ASSESS_H

#include "bindery/assessment.h"
#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/rule.h"
#include "bindery/spill.h"
#include "bindery/util.h"

#define BD_NO_EVIDENCE UINT32_MAX

/* Packed rows from scan. */
typedef struct {
    bd_spool *rows; /* rewound here */
    /* What the number in front of a row stands for, where that is no index of the evidence: for each number the index,
     * or BD_NO_EVIDENCE for rows that are passed over.  NULL: it is one. */
    const uint32_t *evidence;
    size_t number_count; /* of `evidence` */
    bool is_fresh; /* made for this day alone: what another judging carried knows nothing of these rows */
} bd_row_spool;

/* What one judging leaves to those of earlier days of the same evidence, so that they need not do all of it again: the
 * outcomes that are the same on any day after their snapshot, as sums where nothing fails, and the rows of all other
 * checks.  Which outcomes those are `assess/carry.c` says; a judging that takes them over gives, but for the number of
 * findings, what it would give without.  Its memory is flat.  Filled by one thread, then read by many at once.
 *
 * `is_rescanned`: by index of the evidence, what has rows of its own for each day (`is_fresh`); borrowed. */
typedef struct bd_carried bd_carried;
bd_carried *bd_carried_open(const bd_catalog *catalog, const bool *is_rescanned);
void bd_carried_close(bd_carried *carried); /* accepts NULL */
/* How many rows an earlier day has to judge at least; UINT64_MAX: all that there are. */
uint64_t bd_carried_rows(const bd_carried *carried);

typedef struct {
    const bd_catalog *catalog;
    const bd_rules *rules;
    const bd_imports *imports; /* NULL: what other tools say is left out */
    const bd_engagement *engagement;
    const bd_period *period;
    bd_instant as_of;
    const bd_evidences *evidence;
    const bd_collections *collections;
    const bd_snapshots *snapshots;
    /* The same before anything was withdrawn (bd_conclude_withdraw); NULL: nothing is, or its findings are not
     * wanted. */
    const bd_collections *before_collections;
    const bd_snapshots *before_snapshots;
    const bd_row_spool *rows;
    size_t spool_count;
    const bd_not_applicable *not_applicable;
    size_t not_applicable_count;
    const bd_act *acts; /* in the order of the journal; borrowed as long as the assessment lives */
    size_t act_count;
    const bd_sampling *samplings; /* likewise */
    size_t sampling_count;
    bd_item_fn *on_item; /* NULL: nobody asks */
    void *item_context;
    bool sorts_behind;       /* what is sorted is written by a thread of its own meanwhile */
    bd_carried *carries; /* filled; NULL: no earlier day is judged after this one */
    /* Of a later day, with the same catalog, period and evidence, and an engagement that differs in days alone; NULL:
     * all is judged. */
    const bd_carried *carried;
} bd_assess_inputs;

/* Judges.  Each finding is handed to `on_finding` (may be NULL) in findings order.  Fails with IO (temporary files) or
 * with what `on_finding` returns. */
BD_MUST_USE bd_rc bd_assess(const bd_assess_inputs *inputs, bd_arena *arena,
                            bd_finding_fn *on_finding, void *context, const bd_assessment **out,
                            bd_err *err);

#endif
