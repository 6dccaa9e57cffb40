#include "bindery/assess.h"

#include "assess_priv.h"

#include <string.h>

#define SCRATCH_BYTES ((size_t)2 << 30)
#define GROWING_BYTES ((size_t)16 << 30)

static bd_rc view_evidence(bd_judging *run, bd_err *err) {
    const bd_assess_inputs *in = run->in;
    bd_views_inputs inputs = {.catalog = in->catalog,
                              .rules = in->rules,
                              .engagement = in->engagement,
                              .period = in->period,
                              .evidence = in->evidence,
                              .collections = in->collections,
                              .snapshots = in->snapshots,
                              .as_of = in->as_of};
    BD_TRY(bd_views_make(&inputs, run->arena, run->scratch, &run->views, err));
    run->lists = bd_match_lists_make(run->views, run->arena);
    run->shapes = (bd_shapes){.views = run->views,
                              .put = bd_judging_put,
                              .context = run,
                              .arena = run->arena,
                              .scratch = run->scratch,
                              .packer = &run->packer};
    return BD_OK;
}

static void set_times(bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    bd_period_times times = bd_period_times_of(in->period, in->engagement->zone, in->as_of);
    bd_assessment *out = run->out;
    out->period = in->period;
    out->as_of = in->as_of;
    out->period_start = times.start;
    out->period_end = times.end;
    out->until = times.until;
    out->zone_data_version = bd_zone_data_version(run->arena);
}

/* The list grew by moving: what is kept is no larger than what it holds. */
static void settle_results(bd_judging *run) {
    size_t count = run->out->checks.count;
    bd_check_result *kept = bd_new(run->arena, bd_check_result, count);
    for (size_t i = 0; i < count; i++) {
        kept[i] = run->out->checks.data[i];
        bd_arenas_pass(sizeof *kept);
    }
    bd_heap_free(run->told.data);
    run->out->checks.data = kept;
    run->out->checks.room = count;
}

static bd_rc begin_states(bd_judging *run, bd_err *err) {
    const bd_assess_inputs *in = run->in;
    run->states = (bd_states){.views = run->views,
                              .out = run->out,
                              .arena = run->arena,
                              .scratch = run->scratch,
                              .is_masked = run->is_masked,
                              .not_applicable = in->not_applicable,
                              .not_applicable_count = in->not_applicable_count,
                              .acts = in->acts,
                              .act_count = in->act_count};
    return bd_states_begin(&run->states, err);
}

static void open_populations(bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    bd_populations_inputs inputs = {.views = run->views,
                                    .out = run->out,
                                    .arena = run->arena,
                                    .scratch = run->scratch,
                                    .packer = &run->packer,
                                    .samplings = in->samplings,
                                    .sampling_count = in->sampling_count,
                                    .on_item = in->on_item,
                                    .item_context = in->item_context};
    run->populations = bd_populations_open(&inputs);
}

/* What testers found changes controls, and criteria hang on those. */
static void judge_states(bd_judging *run) {
    bd_states_judge_controls(&run->states);
    bd_populations_weigh(run->populations);
    bd_populations_apply(run->populations);
    bd_states_judge_criteria(&run->states);
}

static void list_documents(bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    bd_documents_inputs inputs = {.catalog = in->catalog,
                                  .rules = in->rules,
                                  .engagement = in->engagement,
                                  .period = in->period,
                                  .evidence = in->evidence,
                                  .as_of = in->as_of,
                                  .until = run->out->until};
    run->documents = bd_documents_make(&inputs, run->arena);
}

/* It takes rows and our judged records, and gives nothing to what is judged. */
static void open_others(bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    if (in->imports == NULL) {
        return;
    }
    bool is_listed = in->engagement->subscriptions.count > 0;
    bd_others_inputs inputs = {.catalog = in->catalog,
                               .imports = in->imports,
                               .evidence = in->evidence,
                               .collections = in->collections,
                               .snapshots = in->snapshots,
                               .subscriptions = is_listed ? run->views->knows_subscription : NULL,
                               .from = run->views->times.snapshots_from,
                               .until = run->out->until};
    run->others = bd_others_open(&inputs, run->arena, &run->out->imported);
    run->sets_beside = bd_others_has_any(run->others);
}

static bool is_in_scope(const bd_judging *run, const bd_check *check) {
    for (size_t i = 0; i < run->out->control_count; i++) {
        if (run->out->controls[i].control == check->requirement->control) {
            return run->out->controls[i].is_in_scope;
        }
    }
    return false;
}

/* That there is no event says something only where the lists are complete: a log that nobody handed in holds none. */
static uint64_t count_not_shown(const bd_judging *run, const bd_match_sums *sums) {
    uint64_t shown = 0;
    for (size_t i = 0; i < run->out->checks.count; i++) {
        const bd_check_result *one = &run->out->checks.data[i];
        shown += one->check == sums->check && one->is_complete ? one->passed : 0;
    }
    return sums->expects_none && sums->passed > shown ? sums->passed - shown : 0;
}

static void list_matches(bd_judging *run) {
    for (uint32_t i = 0; i < run->in->catalog->check_count; i++) {
        const bd_match_sums *sums = bd_match_lists_finish(run->lists, i);
        if (sums == NULL || !is_in_scope(run, sums->check)) {
            continue;
        }
        bd_match_sums *listed = bd_push(run->arena, &run->out->matches);
        *listed = *sums;
        listed->not_shown = count_not_shown(run, listed);
    }
}

static void list_doubts(bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    bd_doubts_make(&(bd_doubt_inputs){.catalog = in->catalog,
                                      .engagement = in->engagement,
                                      .period = in->period,
                                      .evidence = in->evidence,
                                      .snapshots = in->snapshots,
                                      .as_of = run->out->as_of,
                                      .until = run->out->until,
                                      .period_start = run->out->period_start},
                   run->arena, &run->out->doubts);
}

bd_rc bd_assess(const bd_assess_inputs *inputs, bd_arena *arena, bd_finding_fn *on_finding,
                void *context, const bd_assessment **out, bd_err *err) {
    bd_judging *run = bd_new(arena, bd_judging, 1);
    run->in = inputs;
    run->arena = arena;
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("judging", SCRATCH_BYTES);
    run->scratch = scratch;
    BD_DEFER(bd_arena_close_ref) bd_arena *growing = bd_arena_open("check results", GROWING_BYTES);
    run->growing = growing;
    run->out = bd_new(arena, bd_assessment, 1);
    run->results = bd_new(scratch, bd_map *, inputs->catalog->check_count + 1);
    set_times(run);
    bd_judging_mask(run);
    list_documents(run);
    BD_TRY(view_evidence(run, err));
    BD_TRY(begin_states(run, err));
    bd_judging_open_results(run);
    open_populations(run);
    run->judged = bd_sorter_open(BD_ASSESS_MANY_BYTES);
    if (inputs->sorts_behind) {
        bd_sorter_work_behind(run->judged);
    }
    run->texts = bd_judging_carried_texts(run);
    run->namer = bd_thing_namer_open(scratch);
    open_others(run);
    bd_rc rc = bd_judging_evidence(run, err);
    if (!bd_failed(rc)) {
        rc = bd_judging_tally(run, on_finding, context, err);
    }
    if (!bd_failed(rc)) {
        rc = bd_judging_end_carry(run, err);
    }
    bd_judging_drop_taking(run);
    bd_sorter_close(run->judged);
    bd_thing_namer_close(run->namer);
    settle_results(run);
    bd_arena_close_ref(&growing);
    if (!bd_failed(rc)) {
        rc = bd_populations_list(run->populations, err);
    }
    if (!bd_failed(rc)) {
        bd_vendors_make(run->documents, bd_judging_left_out(run), &run->out->vendors);
        judge_states(run);
        list_matches(run);
        bd_judging_reviews(run);
    }
    if (!bd_failed(rc) && run->others != NULL) {
        rc = bd_others_finish(run->others, err);
    }
    bd_populations_close(run->populations);
    bd_others_close(run->others);
    list_doubts(run);
    *out = run->out;
    return rc;
}
