/* bindery/ties.h - what belongs to what in an assessment: evidence to requirements, check results to controls,
 * instances to months; and what lists say of one evidence item.
 *
 * An assessment tells of each control which evidence it rests on.  A list or a page by evidence asks the other way
 * round, and a list by number where that number stands.  Both are answered from ties, made once and in linear time:
 *
 *     const bd_ties *ties = bd_ties_make(assessment, evidence, arena);
 *     size_t count;
 *     const bd_tie *links = bd_ties_of_evidence(ties, index, &count);
 *     for (size_t i = 0; i < count; i++) { assessment->controls[links[i].control] ... }
 *
 * Nothing is judged here.  An index is a place in the assessment's or the evidence's own array, a number is what
 * E-0001 is written with.  Ties are never changed once they are made, and threads may share them.
 */
#ifndef BINDERY_TIES_H
#define BINDERY_TIES_H

#include "bindery/assessment.h"
#include "bindery/catalog.h"
#include "bindery/evidence.h"
#include "bindery/util.h"

typedef struct bd_ties bd_ties;

/* An evidence item speaks to a requirement of a control; both are indexes. */
typedef struct {
    uint32_t control, requirement;
} bd_tie;

/* An item of a control with a requirement that it speaks to, or an instance that it serves (the other is empty). */
typedef struct {
    uint32_t number;
    bd_str requirement, instance;
} bd_mention;
typedef BD_VEC(bd_mention) bd_mentions;

/* Instances of one criterion in one month: how many were due, how many of these are accepted, and the worst outcome
 * among them, which says nothing where none was due. */
typedef struct {
    int due, accepted, not_due;
    bd_outcome worst;
} bd_month_cell;

/* ---- life cycle ---- */

/* Allocated in <arena>; assessment and evidence are borrowed and stay as they are for as long. */
const bd_ties *bd_ties_make(const bd_assessment *assessment, const bd_evidences *evidence, bd_arena *arena);

/* ---- finding by number ---- */

/* Index of the item with this number; false when there is none. */
bool bd_ties_find_evidence(const bd_ties *ties, uint32_t number, size_t *index);
/* Index of the item that is the place-th by rising number, from 0. */
size_t bd_ties_evidence_at(const bd_ties *ties, size_t place);
/* NULL when there is none. */
const bd_control_result *bd_ties_find_control(const bd_ties *ties, bd_str number);
const bd_criterion_result *bd_ties_find_criterion(const bd_ties *ties, bd_str id);

/* ---- what belongs to what ---- */

/* What the item at this index speaks to, in the order of controls.  Borrowed until the ties' arena goes. */
const bd_tie *bd_ties_of_evidence(const bd_ties *ties, size_t index, size_t *count);
/* Index of the first item that this sidecar describes; false when it describes none, or is no sidecar. */
bool bd_ties_find_described(const bd_ties *ties, size_t sidecar, size_t *index);
/* Indexes of the check results of a control of the assessment.  Borrowed until the ties' arena goes. */
const uint32_t *bd_ties_of_control(const bd_ties *ties, const bd_control_result *control, size_t *count);
/* In scope first choice: the control's primary criterion, else its first one in scope; NULL: none is in scope. */
const bd_criterion_result *bd_ties_find_home(const bd_ties *ties, const bd_control_result *control);
/* By rising number.  Allocated in <arena>. */
bd_mentions bd_mentions_make(bd_arena *arena, const bd_control_result *control);
/* The heat grid's row of a criterion: a cell for each month of the assessment, then one for what is longer (quarters,
 * years, once).  Adds to the counts how many controls stand in the row, and how many of these are complete.
 * Allocated in <arena>. */
const bd_month_cell *bd_month_cells_make(bd_arena *arena, const bd_assessment *assessment,
                                         const bd_criterion_result *criterion, int *complete, int *counted);
/* Outlines of categories that are off would only be noise; what the checklist asks for always stands. */
bool bd_ties_is_listed(const bd_control_result *control);

/* ---- what lists say of one item ---- */

const char *bd_ties_kind(const bd_evidence *item); /* "records", "document", "sidecar", "register", "unmapped" */
bool bd_ties_is_aside(const bd_evidence *item);    /* a sidecar or register: describes no system itself */
bool bd_ties_has_rows(const bd_evidence *item);    /* false for documents, sidecars and registers */
int64_t bd_ties_rows_kept(const bd_evidence *item);
/* Why the file was refused, where no diagnostic of it says so; else empty.  Borrowed from the item. */
bd_str bd_ties_untold_problem(const bd_evidence *item);

#endif
