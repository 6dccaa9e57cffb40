/* What checks over documents say of the instances of their requirements: results, and judged records of what fails. */
#include "bindery/assess.h"

#include "assess_priv.h"

static void put_result(void *context, const bd_check *check, const bd_document_result *said) {
    bd_judging *run = context;
    bd_verdict verdict = said->verdict;
    bd_check_result *result = bd_push(run->growing, &run->out->checks);
    *result = (bd_check_result){
        .check = check,
        .instance = said->instance->id,
        .snapshot = BD_DAY_NONE,
        .scope = {"", 0},
        .verdict = verdict,
        .passed = verdict == BD_PASS,
        .failed = verdict == BD_FAIL,
        .cannot_tell = verdict == BD_CANNOT_TELL,
        .not_applicable = verdict == BD_NOT_APPLICABLE,
        .reason = said->reason,
        .evidence = said->item != NULL ? said->item->given.number : 0,
        .is_complete = verdict != BD_CANNOT_TELL,
    };
}

/* A day's failure as a judged record.  Its instant lies in the local day and has the same UTC date. */
static bd_rc put_failure(void *context, const bd_check *check, const bd_document_failure *said, bd_err *err) {
    bd_judging *run = context;
    bd_instant local = bd_zone_day_start(run->in->engagement->zone, said->day);
    bd_instant utc = (bd_instant)said->day * 24 * BD_HOUR;
    bd_judged judged = {
        .check = check->index,
        .type = BD_STR("document"),
        .key = check->document_types.data[0],
        .resource = check->document_types.data[0],
        .subscription = {"", 0},
        .scope = {"", 0},
        .reason = said->reason,
        .at = local > utc ? local : utc,
        .evidence = said->item->given.number,
        .verdict = BD_FAIL,
    };
    return bd_judging_put(run, &judged, err);
}

bd_rc bd_judging_register(bd_judging *run, bd_err *err) {
    for (size_t i = 0; i < run->in->catalog->check_count; i++) {
        const bd_check *check = &run->in->catalog->checks[i];
        if (!run->views->by_check[i].is_register) {
            continue;
        }
        bd_requirement_result *requirement = bd_states_requirement(&run->states, check->requirement);
        bd_document_asking asked = {.documents = run->documents,
                                    .check = check,
                                    .left_out = bd_judging_left_out(run),
                                    .instances = requirement->instances,
                                    .instance_count = requirement->instance_count,
                                    .notes_evidence = run->pass != BD_JUDGING_BEFORE,
                                    .put_result = put_result,
                                    .put_failure = put_failure,
                                    .context = run};
        BD_TRY(bd_documents_judge(&asked, err));
    }
    return BD_OK;
}
