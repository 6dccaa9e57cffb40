/* sampling_priv.h - shared by the files of room sampling. */
#ifndef SAMPLING_PRIV_H
#define SAMPLING_PRIV_H

#include "bindery/judging.h"
#include "bindery/sample.h"
#include "bindery/sampling.h"
#include "bindery/session.h"
#include "bindery/spill.h"

typedef struct {
    bd_session *session;
    const bd_run_sampling *asked;
    bd_judged_run judged;
    bool is_judged;
    bd_spool *items; /* of all populations of the control */
    BD_VEC(const bd_population *) chosen;
    bd_strs ids;  /* of the chosen, which outlive a judgement */
    bd_strs said; /* what was done, a sentence each */
} sampling_run;

void sampling_say(sampling_run *run, const char *format, ...) BD_PRINTF(2, 3);

/* Hands each item of a population to `take`, in the order of keys. */
typedef bd_rc sampling_item_fn(void *context, const bd_item *item, bd_err *err);
bd_rc sampling_items(sampling_run *run, const bd_population *of, sampling_item_fn *take,
                     void *context, bd_err *err);
const bd_sample_item *sampling_find(const bd_population *of, bd_str key);
bd_rc sampling_freeze(sampling_run *run, const bd_population *of, bd_err *err);
bd_rc sampling_append(sampling_run *run, const char *kind, bd_result *line, bd_err *err);

/* sample_lists.c: files that name items */
bd_rc sampling_select(sampling_run *run, const bd_population *of, bd_err *err);
bd_rc sampling_results(sampling_run *run, const bd_population *of, bd_err *err);

/* sample_files.c: out/<period>/samples/<control>_<name>/ */
bd_rc sampling_write(sampling_run *run, const bd_population *of, bd_err *err);

#endif
