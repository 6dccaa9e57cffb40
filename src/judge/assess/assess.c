#include "bindery/assess.h"

#include "assess_priv.h"

#include <string.h>

#define SCRATCH_BYTES ((size_t)2 << 30)
#define GROWING_BYTES ((size_t)16 << 30)

static void set_times(bd_judging *run) {
    const bd_period *period = run->in->period;
    const bd_zone *zone = run->in->engagement->zone;
    bd_day first = period->is_type_ii ? period->from : period->as_of;
    bd_day last = period->is_type_ii ? period->to : period->as_of;
    bd_assessment *out = run->out;
    out->period = period;
    out->as_of = run->in->as_of;
    out->period_start = bd_zone_day_start(zone, first);
    out->period_end = bd_zone_day_start(zone, last + 1);
    out->until = out->as_of < out->period_end ? out->as_of : out->period_end;
    out->zone_data_version = bd_zone_data_version(run->arena);
    run->snapshots_from = out->period_start;
    run->events_from = out->period_start;
    if (!period->is_type_ii) {
        run->snapshots_from = bd_zone_day_start(zone, first - BD_PERIOD_TYPE_I_DAYS);
        run->events_from =
            bd_zone_day_start(zone, bd_day_add_months(last + 1, -BD_PERIOD_TYPE_I_MONTHS));
    }
}

#define EXCEPTION_TEXT_BYTES 320 /* of one, about: id, key and resource */

const bd_exception *bd_assessment_exception(const bd_assessment *assessment, size_t index) {
    bd_arenas_pass(sizeof(bd_exception) + EXCEPTION_TEXT_BYTES);
    return &assessment->exceptions.data[index];
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
                               .subscriptions = is_listed ? run->knows_subscription : NULL,
                               .from = run->snapshots_from,
                               .until = run->out->until};
    run->others = bd_others_open(&inputs, run->arena, &run->out->imported);
    run->sets_beside = bd_others_has_any(run->others);
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
    BD_TRY(bd_judging_view(run, err));
    BD_TRY(bd_judging_skeleton(run, err));
    bd_judging_listen(run);
    bd_judging_open_results(run);
    bd_judging_open_places(run);
    bd_judging_open_populations(run);
    bd_judging_bind_samplings(run);
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
        rc = bd_judging_list_items(run, err);
    }
    bd_sorter_close(run->items);
    bd_arena_close(run->item_arena);
    if (!bd_failed(rc)) {
        rc = bd_judging_states(run, err);
    }
    if (!bd_failed(rc)) {
        bd_judging_matches(run);
        bd_judging_reviews(run);
        bd_vendors_make(run->documents, bd_judging_left_out(run), &run->out->vendors);
    }
    if (!bd_failed(rc) && run->others != NULL) {
        rc = bd_others_finish(run->others, err);
    }
    bd_others_close(run->others);
    list_doubts(run);
    *out = run->out;
    return rc;
}
