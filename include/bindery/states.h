/* bindery/states.h - from results of checks to outcomes of instances, states of controls and criteria, score and gates.
 *
 * Definition `bindery-1`, sections 2 to 5.  Controls, requirements and their instances are there before anything is
 * judged, and which evidence speaks to which requirement; once all results, exceptions and findings are counted, what
 * came of each instance follows from them alone.
 *
 *     bd_states states = {.views = views, .out = assessment, ...};
 *     bd_states_begin(&states, err);              before anything is judged
 *     bd_states_judge_controls(&states);          once `checks` and `exceptions` are whole
 *     bd_states_judge_criteria(&states);          once nothing changes a control any more, and `vendors` is there
 *
 * What is made is Allocated in the arena handed in.  One thread at a time.
 */
#ifndef BINDERY_STATES_H
#define BINDERY_STATES_H

#include "bindery/assessment.h"
#include "bindery/evidence.h"
#include "bindery/period.h"
#include "bindery/util.h"
#include "bindery/views.h"

/* All of it is borrowed; `acts` as long as the assessment lives. */
typedef struct {
    bd_views *views;
    bd_assessment *out;
    bd_arena *arena, *scratch;
    const bool *is_masked; /* by evidence index: withdrawn, or of a withdrawn collection; NULL: none is */
    const bd_not_applicable *not_applicable;
    size_t not_applicable_count;
    const bd_act *acts; /* in the order of the journal */
    size_t act_count;
} bd_states;

/* Controls, requirements with their instances, criteria and months of the assessment, and in `items` of each
 * requirement the evidence that speaks to it.  Fails where instances cannot be made of the period. */
BD_MUST_USE bd_rc bd_states_begin(bd_states *states, bd_err *err);
/* Verdicts of results, outcomes of instances, exceptions with what people signed of them, states of controls. */
void bd_states_judge_controls(bd_states *states);
/* States of criteria, score, gates, missing sources. */
void bd_states_judge_criteria(bd_states *states);

bd_requirement_result *bd_states_requirement(const bd_states *states, const bd_requirement *requirement);
/* The instance of what happened then: before the period, where a check takes the year, that of its first day; NULL when
 * none holds it. */
bd_instance *bd_states_instance_of(const bd_states *states, const bd_check_view *view, bd_instant at);

#endif
