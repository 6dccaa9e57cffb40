/* judging_priv.h - shared by the files of room judging. */
#ifndef JUDGING_PRIV_H
#define JUDGING_PRIV_H

#include "bindery/judging.h"

/* acts.c: what people signed of exceptions and controls, in the order of the journal.  Who is not among the people, or
 * signed both sides, signs no control away. */
typedef struct {
    BD_VEC(bd_act) acts;
    BD_VEC(bd_not_applicable) not_applicable;
} bd_acts;
void bd_acts_read(const bd_session *session, bd_arena *arena, bd_acts *out);

/* history.c: the earlier month ends of the period, judged again from the rows of today's judging. */
typedef struct {
    bd_session *session;
    bool is_wanted; /* else today is judged alone */
    bd_arena *arena; /* of what is kept */
    const bd_evidences *evidence;
    bd_assess_inputs *today; /* what it carries to the month ends is set here */
    const bd_scan_plan *plan;
    const bd_row_spool *rows;
    size_t spool_count;
    bd_rc (*judge_today)(void *context, bd_err *err); /* by `today`, before the month ends */
    void *context;
} bd_history_inputs;
/* Judges today and, where they are wanted, the earlier month ends. */
BD_MUST_USE bd_rc bd_history_judge(const bd_history_inputs *in, bd_history *out, bd_err *err);

/* pbc.c: reads the auditors' request lists among the evidence and sets judged->pbc; after judging. */
BD_MUST_USE bd_rc bd_requests_find(bd_session *session, bd_judged_run *judged, bd_err *err);

/* custody.c: the seals of this session's period with what came after them and the evidence that came later, as
 * assessment.json has them. */
BD_MUST_USE bd_rc bd_custody(const bd_session *session, const bd_evidences *evidence,
                             bd_arena *arena, const bd_value **out, bd_err *err);

#endif
