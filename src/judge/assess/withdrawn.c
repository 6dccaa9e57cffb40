/* What was withdrawn: it never supports a pass, and its findings stay (bindery-1, section 3).
 *
 * Where something is withdrawn the evidence is judged twice.  Once as though nothing were: of that only what fails or
 * cannot be told is kept, each record with its own verdict.  Once more with what is left alone: a pass, and whatever a
 * pass rests on (a complete list, a described day, a partner that was found), comes from there.  Of one record the
 * worse of both holds, so that withdrawing can never improve anything: not by taking away what failed, nor the log
 * without which nobody would know that something failed to happen, nor a count that did not agree. */
#include "bindery/assess.h"

#include "assess_priv.h"

void bd_judging_mask(bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    bool *is_masked = bd_new(run->scratch, bool, in->evidence->count + 1);
    bool has_any = false;
    for (size_t i = 0; i < in->evidence->count; i++) {
        const bd_evidence *item = &in->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        is_masked[i] = item->given.is_withdrawn && !item->is_sidecar && !item->is_register;
        has_any = has_any || is_masked[i];
    }
    if (!has_any) {
        return;
    }
    for (size_t i = 0; i < in->collections->count; i++) {
        const bd_collection *one = &in->collections->data[i];
        for (size_t j = 0; one->is_withdrawn && j < one->members.count; j++) {
            is_masked[one->members.data[j]] = true;
        }
    }
    run->is_masked = is_masked;
}

const bool *bd_judging_left_out(const bd_judging *run) {
    return run->pass == BD_JUDGING_LEFT ? run->is_masked : NULL;
}

bool bd_judging_is_left_out(const bd_judging *run, uint32_t evidence_index) {
    const bool *left_out = bd_judging_left_out(run);
    return left_out != NULL && left_out[evidence_index];
}

static bd_rc judge_pass(bd_judging *run, bd_judging_pass pass, const bd_assess_inputs *in,
                        bd_err *err) {
    run->pass = pass;
    run->in = in;
    run->shapes.lists = pass == BD_JUDGING_BEFORE ? NULL : run->lists; /* what was withdrawn is counted once */
    bd_views_look_at(run->views, in->collections, in->snapshots);
    BD_TRY(bd_judging_reduce(run, err));
    return bd_judging_register(run, err);
}

/* ---- results of registers: one for each instance ---- */

/* Takes the results from `first` on; those that neither fail nor leave open what they are of are forgotten. */
static size_t take_results(bd_judging *run, size_t first, bd_check_result **out) {
    size_t kept = 0;
    *out = bd_new(run->scratch, bd_check_result, run->out->checks.count - first + 1);
    for (size_t i = first; i < run->out->checks.count; i++) {
        const bd_check_result *result = &run->out->checks.data[i];
        if (result->verdict == BD_FAIL || result->verdict == BD_CANNOT_TELL) {
            (*out)[kept++] = *result;
        }
    }
    run->out->checks.count = first;
    return kept;
}

static void hold_result(bd_judging *run, size_t first, const bd_check_result *before) {
    for (size_t i = first; i < run->out->checks.count; i++) {
        bd_check_result *now = &run->out->checks.data[i];
        if (now->check == before->check && bd_str_eq(now->instance, before->instance)) {
            bool is_worse = bd_verdict_worse(now->verdict, before->verdict) != now->verdict;
            *now = is_worse ? *before : *now;
            return;
        }
    }
    *bd_push(run->growing, &run->out->checks) = *before;
}

/* ---- both passes ---- */

static bd_rc judge_both(bd_judging *run, bd_err *err) {
    const bd_assess_inputs *held = run->in;
    bd_snapshots left = {0};
    for (size_t i = 0; i < held->snapshots->count; i++) {
        if (!held->snapshots->data[i].is_withdrawn) {
            *bd_push(run->scratch, &left) = held->snapshots->data[i];
        }
    }
    bd_assess_inputs before = *held, without = *held;
    before.collections = held->before_collections;
    before.snapshots = held->before_snapshots;
    without.snapshots = &left;
    size_t first = run->out->checks.count;
    bd_check_result *worse;
    bd_rc rc = before.snapshots != NULL ? judge_pass(run, BD_JUDGING_BEFORE, &before, err) : BD_OK;
    size_t count = take_results(run, first, &worse);
    rc = bd_failed(rc) ? rc : judge_pass(run, BD_JUDGING_LEFT, &without, err);
    for (size_t i = 0; i < count; i++) {
        hold_result(run, first, &worse[i]);
    }
    run->in = held;
    bd_views_look_at(run->views, held->collections, held->snapshots);
    return rc;
}

bd_rc bd_judging_evidence(bd_judging *run, bd_err *err) {
    return run->is_masked != NULL ? judge_both(run, err)
                                  : judge_pass(run, BD_JUDGING_ALL, run->in, err);
}
