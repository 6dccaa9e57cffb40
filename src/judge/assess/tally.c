/* Stage 2: judged records in the order (check, type, key, time) become check results, exceptions and findings. */
#include "bindery/assess.h"

#include "assess_priv.h"

/* ---- stretches ---- */

/* Where a record of some scope and day was counted last: of one check most have few of them. */
#define SEEN_RESULTS 4096u
typedef struct {
    uint32_t check_after; /* 1 + check; 0: nothing was */
    uint32_t scope_number;
    bd_day day;
    uint32_t index; /* of the result */
} seen_result;

typedef struct {
    bd_judging *run;
    bd_sorter *findings;
    seen_result *seen; /* SEEN_RESULTS of them, by scope and day */
    bd_arena *group_arena; /* one record; one finding */
    bd_stretches *stretches;
    /* the record being followed over time */
    bd_sorted record; /* check and thing */
    bool has_record;
    bd_day last_clean;
    int64_t open_exception; /* of this record: index, -1: none */
    int observed_days;
    BD_VEC(bd_exception) exceptions; /* of this record */
    /* what the lists of other scopes show of it on the day that is read: one of each scope */
    bd_arena *elsewhere_arena;
    BD_VEC(bd_sorted) elsewhere;
} tally;

static void open_exception(tally *state, const bd_sorted *judged, bd_day day) {
    bd_arena *arena = state->group_arena;
    const bd_check_view *view = &state->run->views->by_check[judged->check];
    *bd_push(arena, &state->exceptions) = (bd_exception){
        .check = view->check,
        .type = bd_str_copy(arena, judged->type),
        .key = bd_str_copy(arena, judged->key),
        .resource = bd_str_copy(arena, judged->resource),
        .subscription = bd_str_copy(arena, judged->subscription),
        .last_seen_clean = view->is_event ? BD_DAY_NONE : state->last_clean,
        .first_seen_failing = day,
        .last_seen_failing = day,
        .last_failing_at = judged->at,
        .first_seen_clean = BD_DAY_NONE,
        .exact_from =
            view->is_event && view->check->shape == BD_EACH ? judged->at : BD_INSTANT_NONE,
        .reason = bd_str_copy(arena, judged->reason),
        .evidence = judged->evidence,
    };
    state->open_exception = (int64_t)state->exceptions.count - 1;
}

/* Failing events of one day are one exception: its id holds no more than the day. */
static void follow_failing(tally *state, const bd_sorted *judged, bd_day day, bool is_inside) {
    bool is_event = state->run->views->by_check[judged->check].is_event;
    bool joins = state->open_exception >= 0 &&
                 (!is_event || state->exceptions.data[state->open_exception].first_seen_failing == day);
    if (!joins) {
        open_exception(state, judged, day);
    }
    bd_exception *current = &state->exceptions.data[state->open_exception];
    current->last_seen_failing = day;
    current->last_failing_at = judged->at;
    current->failing_days += is_inside;
    current->is_in_period = current->is_in_period || is_inside;
}

/* A harmless event says nothing of the state that another one left behind. */
static void follow_clean(tally *state, bd_day day) {
    if (state->run->views->by_check[state->record.check].is_event) {
        return;
    }
    if (state->open_exception >= 0) {
        state->exceptions.data[state->open_exception].first_seen_clean = day;
        state->open_exception = -1;
    }
    state->last_clean = day;
}

static bd_rc end_record(tally *state, bd_err *err) {
    for (size_t i = 0; i < state->exceptions.count; i++) {
        state->exceptions.data[i].observed_days = state->observed_days;
        BD_TRY(bd_stretches_put(state->stretches, &state->exceptions.data[i], err));
    }
    state->exceptions.count = 0;
    return BD_OK;
}

static void begin_record(tally *state, const bd_sorted *judged) {
    bd_arena_reset(state->group_arena);
    state->record = *judged;
    state->has_record = true;
    state->last_clean = BD_DAY_NONE;
    state->open_exception = -1;
    state->observed_days = 0;
    state->exceptions.data = NULL;
    state->exceptions.count = 0;
    state->exceptions.room = 0;
}

/* ---- findings ---- */

static bd_rc put_finding(tally *state, const bd_sorted *judged, bd_day day, bd_instant at,
                         bd_err *err) {
    bd_packer *packer = &state->run->packer;
    const bd_check_view *view = &state->run->views->by_check[judged->check];
    const bd_control *control = view->check->requirement->control;
    bd_pack_begin(packer);
    bd_pack_u32(packer, (uint32_t)(control - state->run->in->catalog->controls));
    bd_pack_key(packer, view->check->id);
    bd_pack_u32(packer, (uint32_t)day);
    bd_pack_key(packer, judged->key);
    bd_pack_u32(packer, judged->evidence);
    bd_pack_u32(packer, judged->ordinal);
    bd_pack_i64(packer, at);
    bd_pack_u32(packer, judged->check);
    bd_pack_text(packer, judged->type);
    bd_pack_text(packer, judged->resource);
    bd_pack_text(packer, judged->subscription);
    bd_pack_text(packer, judged->reason);
    return bd_sorter_put(state->findings, bd_pack_end(packer), err);
}

static bd_str instance_of(const bd_judging *run, const bd_check_view *view, bd_instant at) {
    const bd_instance *instance = bd_states_instance_of(&run->states, view, at);
    return instance != NULL ? instance->id : (bd_str){"", 0};
}

static bd_rc hand_over(tally *state, bd_finding_fn *on_finding, void *context, bd_err *err) {
    bd_judging *run = state->run;
    BD_TRY(bd_sorter_finish(state->findings, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(state->findings, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        bd_arena_reset(state->group_arena);
        bd_unpacker in = {.record = record};
        bd_unpack_u32(&in);
        bd_unpack_key(&in, state->group_arena);
        bd_finding finding = {.snapshot = (bd_day)bd_unpack_u32(&in)};
        finding.key = bd_unpack_key(&in, state->group_arena);
        finding.evidence = bd_unpack_u32(&in);
        bd_unpack_u32(&in);
        bd_instant at = bd_unpack_i64(&in);
        uint32_t index = bd_unpack_u32(&in);
        const bd_check_view *view = &run->views->by_check[index];
        finding.check = view->check;
        finding.control = view->check->requirement->control->number;
        finding.type = bd_unpack_text(&in);
        finding.resource = bd_unpack_text(&in);
        finding.subscription = bd_unpack_text(&in);
        finding.reason = bd_unpack_text(&in);
        finding.instance = instance_of(run, view, at);
        if (view->check->shape == BD_MATCH || view->is_register) {
            finding.snapshot = BD_DAY_NONE;
        }
        run->out->finding_count++;
        if (on_finding != NULL) {
            BD_TRY(on_finding(context, &finding, err));
        }
    }
}

/* ---- one judged record ---- */

/* A design exclusion takes a record out of snapshots on or after its approval, until it expires. */
bool bd_judging_is_excluded(const bd_judging *run, const bd_sorted *judged, bd_day day) {
    const bd_check *check = run->views->by_check[judged->check].check;
    for (size_t i = 0; check->takes_exclusions && i < run->in->engagement->exclusions.count; i++) {
        const bd_exclusion *exclusion = &run->in->engagement->exclusions.data[i];
        bool is_named =
            bd_str_eq(exclusion->check, check->id) && bd_str_ieq(exclusion->resource, judged->key);
        bool is_in_force = day >= exclusion->approved_on &&
                           (exclusion->expires_on == BD_DAY_NONE || day <= exclusion->expires_on);
        if (is_named && is_in_force) {
            return true;
        }
    }
    return false;
}

static bd_str result_scope(const bd_check_view *view, const bd_sorted *judged) {
    bool is_of_all = view->is_event && view->plan->population_fact.size == 0;
    return is_of_all ? (bd_str){"", 0} : judged->scope;
}

static bd_day result_day(const bd_judging *run, const bd_check_view *view,
                         const bd_sorted *judged) {
    if (!view->is_event && !view->is_register) {
        return bd_instant_utc_day(judged->at);
    }
    const bd_instance *instance = bd_states_instance_of(&run->states, view, judged->at);
    return instance != NULL ? instance->from
                            : BD_DAY_NONE; /* events of one instance count together */
}

static bool is_in_scope(const bd_check_view *view, const bd_sorted *judged) {
    bool is_unplaced_match = view->check->shape == BD_MATCH && judged->scope.size == 0;
    bool is_everywhere = view->is_register || is_unplaced_match ||
                         (view->is_event && view->scope_kind != BD_SCOPE_SUBSCRIPTION);
    return is_everywhere || bd_view_expects(view, judged->scope);
}

void bd_judging_count(bd_judging *run, const bd_sorted *judged, uint64_t count) {
    const bd_check_view *view = &run->views->by_check[judged->check];
    if (is_in_scope(view, judged)) {
        bd_check_result *result = bd_judging_result(run, judged->check, result_scope(view, judged),
                                                    result_day(run, view, judged), judged->at);
        bd_judging_count_verdict(run, result, judged, count);
    }
}

/* NULL: its scope has no number.  Numbers are of one table for all records of a check. */
static seen_result *place_of(const tally *state, const bd_sorted *judged, bd_day day) {
    uint32_t at = judged->scope_number * 31 + (uint32_t)day;
    return judged->scope_number != 0 ? &state->seen[at % SEEN_RESULTS] : NULL;
}

static bool is_seen(const seen_result *place, const bd_sorted *judged, bd_day day) {
    return place != NULL && place->check_after == judged->check + 1 &&
           place->scope_number == judged->scope_number && place->day == day;
}

static bd_check_result *result_of(tally *state, const bd_check_view *view, const bd_sorted *judged,
                                  bd_day day, seen_result *place) {
    bd_judging *run = state->run;
    if (is_seen(place, judged, day)) {
        bd_check_result *found = &run->out->checks.data[place->index];
        found->at = judged->at < found->at ? judged->at : found->at;
        return found;
    }
    bd_check_result *result = bd_judging_result(run, judged->check, result_scope(view, judged), day, judged->at);
    if (place != NULL) {
        *place = (seen_result){.check_after = judged->check + 1,
                               .scope_number = judged->scope_number,
                               .day = day,
                               .index = (uint32_t)(result - run->out->checks.data)};
    }
    return result;
}

/* A fact holds from its approval on. */
static bd_sorted hold_to_facts(const tally *state, const bd_sorted *judged) {
    const bd_check_view *view = &state->run->views->by_check[judged->check];
    bd_sorted held = *judged;
    if (judged->verdict == BD_PASS && bd_views_is_before_facts(state->run->views, view, judged->at)) {
        held.verdict = BD_CANNOT_TELL;
        held.reason = bd_views_before_facts_text(state->group_arena, &view->limit, view->is_event);
    }
    return held;
}

/* A record without a key is another one in every snapshot. */
static bool is_followed(const tally *state, const bd_sorted *judged) {
    return state->has_record && !judged->is_keyless &&
           bd_judging_is_same_thing(judged, &state->record);
}

/* Ours go where another tool may say something of the same. */
static bd_rc set_beside(bd_judging *run, const bd_sorted *judged, bd_err *err) {
    const bd_check_view *view = &run->views->by_check[judged->check];
    if (!run->sets_beside) {
        return BD_OK;
    }
    bool is_sum = view->check->shape == BD_AGGREGATE && view->scope_kind == BD_SCOPE_SUBSCRIPTION;
    return bd_others_put_ours(run->others,
                              &(bd_own_reading){.check = view->check,
                                                .key = judged->key,
                                                .resource = judged->resource,
                                                .subscription = judged->scope,
                                                .is_sum = is_sum,
                                                .at = judged->at,
                                                .verdict = judged->verdict,
                                                .evidence = judged->evidence},
                              err);
}

static bd_rc put_item(bd_judging *run, const bd_sorted *judged, bd_err *err) {
    bd_judged item = {.check = judged->check,
                      .type = judged->type,
                      .key = judged->key,
                      .resource = judged->resource,
                      .subscription = judged->subscription,
                      .scope = judged->scope,
                      .reason = judged->reason,
                      .at = judged->at,
                      .evidence = judged->evidence,
                      .ordinal = judged->ordinal,
                      .verdict = judged->verdict,
                      .is_leftover = judged->is_leftover,
                      .is_undated = judged->is_undated};
    return bd_populations_put(run->populations, &item, err);
}

static bd_rc add_judged(tally *state, const bd_sorted *shown, bd_err *err) {
    bd_judging *run = state->run;
    const bd_check_view *view = &run->views->by_check[shown->check];
    const bd_sorted *judged = shown;
    bd_day day = bd_instant_utc_day(judged->at);
    bool is_inside = bd_views_is_inside(run->views, view, judged->at);
    bool is_elsewhere = view->is_event && !is_inside;
    bd_day counted = result_day(run, view, judged);
    seen_result *place = place_of(state, judged, counted);
    if (is_elsewhere || !(is_seen(place, judged, counted) || is_in_scope(view, judged)) ||
        bd_judging_is_excluded(run, judged, day)) {
        return BD_OK;
    }
    if (!is_followed(state, judged)) {
        BD_TRY(end_record(state, err));
        begin_record(state, judged);
    }
    bd_sorted held = hold_to_facts(state, shown);
    judged = &held;
    state->observed_days += is_inside;
    if (is_inside) {
        BD_TRY(put_item(run, judged, err));
    }
    BD_TRY(set_beside(run, judged, err));
    bd_instant at = judged->at;
    if (!view->is_register) {
        bd_check_result *result = result_of(state, view, judged, counted, place);
        bd_judging_count_verdict(run, result, judged, 1);
        at = view->is_event ? at : result->at;
    }
    if (judged->verdict == BD_FAIL) {
        follow_failing(state, judged, day, is_inside);
        bool is_told = is_inside && run->in->carried == NULL;
        return is_told ? put_finding(state, judged, day, at, err) : BD_OK;
    }
    if (judged->verdict == BD_PASS) {
        follow_clean(state, day);
    }
    return BD_OK;
}

/* One record, judged with the evidence that is left and as it was before. */
static bool is_again(const bd_sorted *a, const bd_sorted *b) {
    return a->is_before != b->is_before && a->at == b->at && a->evidence == b->evidence &&
           a->ordinal == b->ordinal && bd_judging_is_same_thing(a, b);
}

/* The same record twice in one snapshot counts once, with the worse verdict. */
static bool is_twice(const bd_judging *run, const bd_sorted *a, const bd_sorted *b) {
    if (is_again(a, b)) {
        return true;
    }
    if (!bd_judging_is_same_thing(a, b) || a->is_keyless) {
        return false;
    }
    if (run->views->by_check[a->check].is_event) {
        return a->at == b->at;
    }
    return bd_instant_utc_day(a->at) == bd_instant_utc_day(b->at);
}

static void say_disagreement(bd_arena *arena, bd_sorted *judged, bool disagrees) {
    bd_str said =
        BD_STR("the snapshot shows it twice, with different verdicts; the worse one holds");
    if (disagrees && !bd_str_has_suffix(judged->reason, said)) {
        judged->reason = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(judged->reason),
                                       judged->reason.size > 0 ? "; " : "", BD_ARG(said));
    }
}

/* ---- one record in the lists of several scopes ---- */

/* What lies at a management group, or at the root, stands in the list of each subscription below it.  As one thing it
 * is followed over time once, with the worst that any of them says; each list is a snapshot of its own all the same,
 * and counts what stands in it. */
static bool is_of_other_scope(const bd_judging *run, const bd_sorted *a, const bd_sorted *b) {
    const bd_check_view *view = &run->views->by_check[a->check];
    return !view->is_event && !view->is_register && !bd_str_eq(a->scope, b->scope);
}

static bd_sorted *find_elsewhere(tally *state, bd_str scope) {
    for (size_t i = 0; i < state->elsewhere.count; i++) {
        if (bd_str_eq(state->elsewhere.data[i].scope, scope)) {
            return &state->elsewhere.data[i];
        }
    }
    return NULL;
}

static void keep_elsewhere(tally *state, const bd_sorted *judged) {
    bd_sorted *known = find_elsewhere(state, judged->scope);
    bool disagrees = known != NULL && known->verdict != judged->verdict && !is_again(known, judged);
    if (known == NULL) {
        known = bd_push(state->elsewhere_arena, &state->elsewhere);
        *known = *judged;
        bd_sorted_keep(state->elsewhere_arena, known);
    } else if (bd_verdict_worse(known->verdict, judged->verdict) != known->verdict) {
        *known = *judged;
        bd_sorted_keep(state->elsewhere_arena, known);
    }
    say_disagreement(state->elsewhere_arena, known, disagrees);
}

/* `judged` is followed now: of its scope nothing that was kept before counts beside it.  Whether that disagreed. */
static bool take_from_elsewhere(tally *state, const bd_sorted *judged) {
    bd_sorted *known = find_elsewhere(state, judged->scope);
    if (known == NULL) {
        return false;
    }
    bool disagrees = known->verdict != judged->verdict && !is_again(known, judged);
    *known = state->elsewhere.data[--state->elsewhere.count];
    return disagrees;
}

static bd_rc count_elsewhere(tally *state, bd_err *err) {
    bd_judging *run = state->run;
    for (size_t i = 0; i < state->elsewhere.count; i++) {
        bd_sorted held = hold_to_facts(state, &state->elsewhere.data[i]);
        const bd_check_view *view = &run->views->by_check[held.check];
        bd_day day = bd_instant_utc_day(held.at);
        if (bd_judging_is_excluded(run, &held, day)) {
            continue;
        }
        bd_check_result *result = bd_judging_result(run, held.check, held.scope, day, held.at);
        bd_judging_count_verdict(run, result, &held, 1);
        bool is_told = held.verdict == BD_FAIL && run->in->carried == NULL;
        if (is_told && bd_views_is_inside(run->views, view, held.at)) {
            BD_TRY(put_finding(state, &held, day, result->at, err));
        }
    }
    if (state->elsewhere.count > 0) {
        bd_arena_reset(state->elsewhere_arena);
        state->elsewhere.data = NULL;
        state->elsewhere.count = 0;
        state->elsewhere.room = 0;
    }
    return BD_OK;
}

/* Of two of one thing and day: whether the one that is held stays.  What is not judged, for its scope is not, never
 * stands for what is; of the others the worse holds. */
static bool outlasts(tally *state, const bd_sorted *held, const bd_sorted *next, bool *disagrees) {
    const bd_check_view *view = &state->run->views->by_check[held->check];
    bool is_held_judged = is_in_scope(view, held);
    if (is_held_judged != is_in_scope(view, next)) {
        *disagrees = *disagrees && is_held_judged;
        return is_held_judged;
    }
    bool stays = bd_verdict_worse(held->verdict, next->verdict) == held->verdict;
    if (is_held_judged && is_of_other_scope(state->run, held, next)) {
        keep_elsewhere(state, stays ? next : held);
        *disagrees = stays ? *disagrees : take_from_elsewhere(state, next);
        return stays;
    }
    *disagrees = *disagrees || (held->verdict != next->verdict && !is_again(held, next));
    return stays;
}

/* ---- all of them ---- */

static bd_rc follow_judged(tally *state, bd_judged_reader *reader, bd_arena *arenas[2], bd_err *err) {
    bd_sorted held = {0};
    bool has_held = false;
    bool disagrees = false;
    for (;;) {
        bool has_next = false;
        bd_sorted next;
        BD_TRY(bd_judged_reader_next(reader, &arenas[1], &next, &has_next, err));
        if (!has_next) {
            BD_TRY(has_held ? add_judged(state, &held, err) : BD_OK);
            return count_elsewhere(state, err);
        }
        bool is_double = has_held && is_twice(state->run, &held, &next);
        disagrees = is_double && disagrees;
        if (is_double && outlasts(state, &held, &next, &disagrees)) {
            say_disagreement(arenas[0], &held, disagrees);
            continue;
        }
        if (has_held && !is_double) {
            BD_TRY(add_judged(state, &held, err));
            BD_TRY(count_elsewhere(state, err));
        }
        say_disagreement(arenas[1], &next, disagrees);
        held = next;
        has_held = true;
        bd_arena *swap = arenas[0];
        arenas[0] = arenas[1];
        arenas[1] = swap;
    }
}

static bd_rc read_judged(tally *state, bd_err *err) {
    bd_arena *arenas[2] = {bd_arena_open("judged", (size_t)16 << 20),
                           bd_arena_open("judged", (size_t)16 << 20)};
    bd_judged_reader reader;
    bd_rc rc = bd_judged_reader_open(state->run, &reader, err);
    if (!bd_failed(rc)) {
        rc = follow_judged(state, &reader, arenas, err);
    }
    if (!bd_failed(rc)) {
        rc = end_record(state, err);
    }
    bd_arena_close(arenas[0]);
    bd_arena_close(arenas[1]);
    bd_judged_reader_close(&reader);
    return rc;
}

bd_rc bd_judging_tally(bd_judging *run, bd_finding_fn *on_finding, void *context, bd_err *err) {
    tally state = {.run = run, .open_exception = -1};
    BD_TRY(bd_sorter_finish(run->judged, err));
    state.findings = bd_sorter_open(BD_ASSESS_SORT_BYTES);
    state.group_arena = bd_arena_open("record", (size_t)64 << 20);
    state.elsewhere_arena = bd_arena_open("other scopes", (size_t)64 << 20);
    state.stretches = bd_stretches_open(run);
    state.seen = bd_new(run->scratch, seen_result, SEEN_RESULTS);
    bd_rc rc = read_judged(&state, err);
    if (!bd_failed(rc)) {
        rc = bd_stretches_list(state.stretches, err);
    }
    bd_stretches_close(state.stretches);
    if (!bd_failed(rc)) {
        rc = hand_over(&state, on_finding, context, err);
    }
    bd_sorter_close(state.findings);
    bd_arena_close(state.group_arena);
    bd_arena_close(state.elsewhere_arena);
    return rc;
}
