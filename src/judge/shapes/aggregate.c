/* `aggregate`: how many records of a snapshot there are, or how many of them meet `of`, held against bounds.
 *
 * Each scope and day gives one judged record, its sum.  Counts are integers; a share is n of so many, held against
 * tenths of a percent by multiplication, so that nothing is rounded.  Records that cannot be told leave a range from
 * the lowest to the highest possible count, and only what the whole range says is said.  Rows come in through a sort
 * of their own, so that the state is one sum however many records there are. */
#include "bindery/shapes.h"

#include "shapes_priv.h"

#include <string.h>

typedef struct {
    uint64_t met, unmet, unclear, disagreeing;
} tally;

typedef struct {
    uint32_t check;
    bd_str scope;
    bd_day day;
    tally tallies[BD_TOGETHER_MAX]; /* of each member of `together`; the first alone without that list */
    bd_instant at; /* of the earliest answer */
    uint32_t evidence;
} sum;

/* ---- rows in ---- */

static size_t member_of(const bd_reduce_plan *plan, bd_str name) {
    for (size_t i = 0; i < plan->together.count; i++) {
        if (bd_str_eq(plan->together.data[i], name)) {
            return i;
        }
    }
    return 0;
}


bd_rc bd_shapes_put_part(bd_shapes *shapes, bd_sorter *parts, const bd_row *row,
                         uint32_t evidence_index, bd_err *err) {
    const bd_check_view *view = &shapes->views->by_check[row->check];
    bd_packer *packer = shapes->packer;
    bd_instant at = bd_views_instant(shapes->views, evidence_index);
    char ordinal[48];
    snprintf(ordinal, sizeof ordinal, "#%u/%u", evidence_index, row->ordinal);
    bd_pack_begin(packer);
    bd_pack_u32(packer, row->check);
    bd_pack_key(packer, view->scope_kind == BD_SCOPE_TENANT ? (bd_str){"", 0} : row->scope);
    bd_pack_i64(packer, bd_instant_utc_day(at));
    bd_pack_key(packer, row->type);
    bd_pack_key(packer, row->key.size > 0 ? row->key : bd_str_of(ordinal));
    bd_pack_u8(packer, (uint8_t)member_of(view->plan, row->detail));
    bd_pack_u8(packer, (uint8_t)row->verdict);
    bd_pack_u32(packer, shapes->views->in.evidence->data[evidence_index].given.number);
    bd_pack_i64(packer, at);
    if (packer->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "a row of check '%.*s' is larger than 64 KiB",
                 BD_ARG(view->check->id));
    }
    return bd_sorter_put(parts, bd_pack_end(packer), err);
}

/* ---- the snapshot behind a sum ---- */

/* `is_shown`: some answer counts, `is_whole`: nothing that would add to it is missing. */
typedef struct {
    bool is_shown, is_complete, is_whole;
    bd_str why_not;
} backing;

/* What one source shows of one scope on the day. */
static backing back_source(const bd_shapes *shapes, const bd_check_view *view, bd_str source,
                           bd_str scope, bd_day day) {
    bd_snapshot_range range = bd_views_snapshots(shapes->views, source, scope);
    backing all = {.why_not = {"", 0}};
    for (size_t i = 0; i < range.count; i++) {
        const bd_snapshot *snapshot = range.data[i];
        if (snapshot->date != day || snapshot->from >= shapes->views->in.as_of) {
            continue;
        }
        bool is_unplaced =
            view->scope_kind == BD_SCOPE_SUBSCRIPTION && bd_views_has_unplaced(shapes->views, snapshot);
        all.is_shown = all.is_shown || snapshot->may_pass;
        bool may_lie_elsewhere = view->scope_kind == BD_SCOPE_SUBSCRIPTION &&
                                 bd_views_has_unplaced_on(shapes->views, source, day);
        all.is_complete =
            all.is_complete || (snapshot->completeness == BD_COMPLETE_YES && !may_lie_elsewhere);
        all.is_whole = all.is_whole || (snapshot->may_pass && !is_unplaced);
        all.why_not = is_unplaced && snapshot->may_pass ? BD_VIEWS_UNPLACED : snapshot->why_not;
    }
    if (range.count == 0 || all.why_not.size == 0) {
        all.why_not = bd_str_format(shapes->arena, "no answer of %.*s%s%.*s of that day is on file",
                                    BD_ARG(bd_views_source_words(shapes->views, source, shapes->arena)),
                                    scope.size > 0 ? " in " : "", BD_ARG(scope));
    }
    return all;
}

/* A derived source stands on all sources that it is made from, and what is counted for the tenant on those of every
 * subscription: what one of them would add is not known without it. */
static backing find_backing(const bd_shapes *shapes, const bd_check_view *view, bd_str scope,
                            bd_day day) {
    backing all = {.is_complete = true, .is_whole = true, .why_not = {"", 0}};
    for (size_t i = 0; i < view->sources.count; i++) {
        const bd_source_def *source = bd_catalog_source(shapes->views->in.catalog, view->sources.data[i]);
        bool is_spread = view->scope_kind == BD_SCOPE_TENANT && source != NULL &&
                         source->scope == BD_SCOPE_SUBSCRIPTION;
        size_t count = is_spread ? shapes->views->subscriptions.count : 1;
        for (size_t j = 0; j < count; j++) {
            backing one = back_source(shapes, view, view->sources.data[i],
                                      is_spread ? shapes->views->subscriptions.data[j] : scope, day);
            if (!one.is_whole && all.is_whole) {
                all.why_not = one.why_not;
            }
            all.is_shown = all.is_shown || one.is_shown;
            all.is_complete = all.is_complete && one.is_complete;
            all.is_whole = all.is_whole && one.is_whole;
        }
    }
    return all;
}

/* ---- bounds ---- */

/* Is `count`, a number or a share of `of`, on the wrong side of a bound? */
static bool is_below(const bd_reduce_plan *plan, uint64_t count, uint64_t of) {
    return plan->has_min && (plan->is_percent ? count * 1000 < (uint64_t)plan->min * of
                             : count < (uint64_t)plan->min);
}

static bool is_above(const bd_reduce_plan *plan, uint64_t count, uint64_t of) {
    return plan->has_max && (plan->is_percent ? count * 1000 > (uint64_t)plan->max * of
                             : count > (uint64_t)plan->max);
}

/* What further pages could only add to is decided without them: more than the most allowed stays more.  Of a set that
 * a fact names, one that was not seen at all was perhaps not asked for: too few is sure only where all were seen. */
static bd_verdict weigh(const bd_reduce_plan *plan, const tally *of, const backing *behind) {
    uint64_t all = of->met + of->unmet + of->unclear;
    uint64_t most = of->met + of->unclear;
    bool is_surely_above = is_above(plan, of->met, all);
    if (is_surely_above || is_below(plan, most, all)) {
        bool has_seen_all = plan->min_fact.size == 0 || all >= (uint64_t)plan->min;
        bool is_final =
            (behind->is_complete && has_seen_all) || (is_surely_above && !plan->is_percent);
        return is_final ? BD_FAIL : BD_CANNOT_TELL;
    }
    bool is_open = is_above(plan, most, all) || is_below(plan, of->met, all);
    return is_open ? BD_CANNOT_TELL : BD_PASS;
}

/* Nothing to count is nothing to judge (bindery-1, 1.3), unless so many were asked for: then none is too few. */
static bd_verdict weigh_none(const bd_reduce_plan *plan, const backing *behind) {
    bool is_missed = plan->has_min && !plan->is_percent && plan->min > 0;
    if (!behind->is_complete || (is_missed && plan->min_fact.size > 0)) {
        return BD_CANNOT_TELL;
    }
    return !is_missed ? BD_NOT_APPLICABLE : plan->fails_absent ? BD_FAIL : BD_CANNOT_TELL;
}

/* A minimum that is met stays met, whatever else there is; all other answers need the whole. */
static bool is_backed(const bd_reduce_plan *plan, const tally *of, const backing *behind) {
    bool is_met_minimum = plan->has_min && !plan->has_max && !plan->is_percent && of->met > 0;
    return behind->is_whole || (is_met_minimum && behind->is_shown);
}

/* ---- words ---- */

static bd_str tenths_text(bd_arena *arena, uint64_t tenths) {
    return bd_str_format(arena, "%llu.%llu %%", (unsigned long long)(tenths / 10),
                         (unsigned long long)(tenths % 10));
}

static bd_str bounds_text(bd_arena *arena, const bd_reduce_plan *plan) {
    bd_str min = {"", 0};
    bd_str max = {"", 0};
    if (plan->has_min) {
        bd_str bound = plan->is_percent ? tenths_text(arena, (uint64_t)plan->min)
                                        : bd_str_format(arena, "%lld", (long long)plan->min);
        min = bd_str_format(arena, "at least %.*s", BD_ARG(bound));
    }
    if (plan->has_max) {
        bd_str bound = plan->is_percent ? tenths_text(arena, (uint64_t)plan->max)
                                        : bd_str_format(arena, "%lld", (long long)plan->max);
        max = bd_str_format(arena, "%sat most %.*s", plan->has_min ? " and " : "", BD_ARG(bound));
    }
    return bd_str_format(arena, "%.*s%.*s expected", BD_ARG(min), BD_ARG(max));
}

/* "3 of 12 (25.0 %), at least 80.0 % expected; 1 cannot be told"; the tenth is cut, never rounded over a bound. */
static bd_str sum_text(bd_arena *arena, const bd_check_view *view, const tally *of) {
    const bd_reduce_plan *plan = view->plan;
    uint64_t all = of->met + of->unmet + of->unclear;
    bool has_condition =
        plan->together.count > 0 || bd_value_find(view->check->body, "of") != NULL;
    bd_str count = bd_str_format(arena, "%llu", (unsigned long long)of->met);
    if (has_condition) {
        count = bd_str_format(arena, "%.*s of %llu", BD_ARG(count), (unsigned long long)all);
    }
    if (plan->is_percent && all > 0) {
        count = bd_str_format(arena, "%.*s (%.*s)", BD_ARG(count),
                              BD_ARG(tenths_text(arena, of->met * 1000 / all)));
    }
    bd_str lead = bd_value_text(view->check->body, "reason");
    bd_str text = bd_str_format(arena, "%.*s%s%.*s, %.*s", BD_ARG(lead), lead.size > 0 ? ": " : "",
                                BD_ARG(count), BD_ARG(bounds_text(arena, plan)));
    if (of->unclear > 0) {
        text = bd_str_format(arena, "%.*s; %llu cannot be told", BD_ARG(text),
                             (unsigned long long)of->unclear);
    }
    if (of->disagreeing > 0) {
        text = bd_str_format(arena, "%.*s; %llu stand twice with different answers", BD_ARG(text),
                             (unsigned long long)of->disagreeing);
    }
    return text;
}

/* ---- one sum to one judged record ---- */

static bd_verdict judge_tally(const bd_reduce_plan *plan, const tally *of, const backing *behind) {
    bool is_empty = of->met + of->unmet + of->unclear == 0;
    bd_verdict verdict = is_empty ? weigh_none(plan, behind) : weigh(plan, of, behind);
    bool is_good = verdict == BD_PASS || verdict == BD_NOT_APPLICABLE;
    return is_good && !is_backed(plan, of, behind) ? BD_CANNOT_TELL : verdict;
}

/* The worst of the members' verdicts, and the words of the members that have it. */
static bd_verdict judge_tallies(const bd_check_view *view, const sum *of, const backing *behind,
                                bd_arena *scratch, bd_str *reason) {
    const bd_reduce_plan *plan = view->plan;
    bd_verdict worst = judge_tally(plan, &of->tallies[0], behind);
    size_t at = 0;
    bd_str names = {"", 0};
    for (size_t i = 0; i < plan->together.count; i++) {
        bd_verdict one = judge_tally(plan, &of->tallies[i], behind);
        if (one != worst && bd_verdict_worse(one, worst) == one) {
            worst = one;
            at = i;
            names = (bd_str){"", 0};
        }
        if (one == worst) {
            names = bd_str_format(scratch, "%.*s%s%.*s", BD_ARG(names), names.size > 0 ? ", " : "",
                                  BD_ARG(plan->together.data[i]));
        }
    }
    *reason = sum_text(scratch, view, &of->tallies[at]);
    if (names.size > 0) {
        *reason = bd_str_format(scratch, "%.*s of each: %.*s", BD_ARG(*reason), BD_ARG(names));
    }
    return worst;
}

static bd_rc put_sum(bd_shapes *shapes, const sum *of, bd_arena *scratch, bd_err *err) {
    const bd_check_view *view = &shapes->views->by_check[of->check];
    backing behind = find_backing(shapes, view, of->scope, of->day);
    bd_str reason;
    bd_verdict verdict = judge_tallies(view, of, &behind, scratch, &reason);
    if (verdict == BD_CANNOT_TELL && behind.why_not.size > 0) {
        reason = bd_str_format(scratch, "%.*s; %.*s", BD_ARG(reason), BD_ARG(behind.why_not));
    }
    bool is_subscription = view->scope_kind == BD_SCOPE_SUBSCRIPTION;
    bd_judged judged = {
        .check = of->check,
        .type = bd_str_of(bd_scope_kind_name(view->scope_kind)),
        .key = of->scope.size > 0 ? of->scope : BD_STR("tenant"),
        .resource = is_subscription
                        ? bd_str_format(scratch, "/subscriptions/%.*s", BD_ARG(of->scope))
                        : (of->scope.size > 0 ? of->scope : BD_STR("tenant")),
        .subscription = is_subscription ? of->scope : (bd_str){"", 0},
        .scope = of->scope,
        .reason = verdict == BD_FAIL || verdict == BD_CANNOT_TELL ? reason : (bd_str){"", 0},
        .at = of->at,
        .evidence = of->evidence,
        .verdict = verdict,
    };
    return bd_shapes_put(shapes, &judged, err);
}

/* ---- the stream of parts ---- */

/* What is told twice counts once.  The answer further from the bound holds; between two bounds neither does. */
static bd_verdict fold_double(const bd_reduce_plan *plan, bd_verdict a, bd_verdict b) {
    static const uint8_t rank_low[] = {
        [BD_FAIL] = 3, [BD_CANNOT_TELL] = 2, [BD_PASS] = 1, [BD_NOT_APPLICABLE] = 0};
    static const uint8_t rank_high[] = {
        [BD_FAIL] = 1, [BD_CANNOT_TELL] = 2, [BD_PASS] = 3, [BD_NOT_APPLICABLE] = 0};
    if (a == b) {
        return a;
    }
    if (plan->has_min && plan->has_max) {
        return BD_CANNOT_TELL;
    }
    const uint8_t *rank = plan->has_max ? rank_high : rank_low;
    return rank[a] > rank[b] ? a : b;
}

typedef struct {
    bd_verdict verdict;
    bd_str type, key;
    size_t member;
    bool disagrees;
} part;

static void count_part(sum *sum_of, const part *one) {
    tally *into = &sum_of->tallies[one->member];
    into->met += one->verdict == BD_PASS;
    into->unmet += one->verdict == BD_FAIL;
    into->unclear += one->verdict == BD_CANNOT_TELL;
    into->disagreeing += one->disagrees;
}

static bool is_same_part(const part *a, const part *b) {
    return a->member == b->member && bd_str_eq(a->type, b->type) && bd_str_eq(a->key, b->key);
}

static void unpack_part(bd_str record, bd_arena *arena, sum *place, part *one) {
    bd_unpacker in = {.record = record};
    place->check = bd_unpack_u32(&in);
    place->scope = bd_unpack_key(&in, arena);
    place->day = (bd_day)bd_unpack_i64(&in);
    one->type = bd_unpack_key(&in, arena);
    one->key = bd_unpack_key(&in, arena);
    one->member = bd_unpack_u8(&in);
    one->verdict = (bd_verdict)bd_unpack_u8(&in);
    place->evidence = bd_unpack_u32(&in);
    place->at = bd_unpack_i64(&in);
}

static bool is_same_sum(const sum *a, const sum *b) {
    return a->check == b->check && a->day == b->day && bd_str_eq(a->scope, b->scope);
}

static void note_summed(bd_shapes *shapes, bd_map *summed, const sum *of) {
    bd_str name = bd_str_format(shapes->scratch, "%u/%d/%.*s", of->check, of->day, BD_ARG(of->scope));
    bd_map_put(summed, name, shapes);
}

typedef struct {
    bd_shapes *shapes;
    bd_arena *sum_arena; /* scope of the sum, sentences */
    bd_arena *part_arenas[2];
    bd_map *summed;
    sum current;
    part held;
    bool has_sum;
} stream;

static bd_rc end_sum(stream *state, bd_err *err) {
    if (!state->has_sum) {
        return BD_OK;
    }
    count_part(&state->current, &state->held);
    note_summed(state->shapes, state->summed, &state->current);
    bd_rc rc = put_sum(state->shapes, &state->current, state->sum_arena, err);
    bd_arena_reset(state->sum_arena);
    return rc;
}

static bd_rc add_part(stream *state, bd_str record, bd_err *err) {
    sum place = {0};
    part next = {0};
    bd_arena_reset(state->part_arenas[1]);
    unpack_part(record, state->part_arenas[1], &place, &next);
    bool is_same = state->has_sum && is_same_sum(&state->current, &place);
    if (!is_same) {
        BD_TRY(end_sum(state, err));
        place.scope = bd_str_copy(state->sum_arena, place.scope);
        state->current = place;
        state->has_sum = true;
        state->held = next;
    } else if (is_same_part(&next, &state->held)) {
        const bd_reduce_plan *plan = state->shapes->views->by_check[place.check].plan;
        state->held.disagrees = state->held.disagrees || state->held.verdict != next.verdict;
        next.disagrees = state->held.disagrees;
        next.verdict = fold_double(plan, state->held.verdict, next.verdict);
        state->held = next;
    } else {
        count_part(&state->current, &state->held);
        state->held = next;
    }
    sum *current = &state->current;
    current->at = place.at < current->at ? place.at : current->at;
    current->evidence = place.evidence < current->evidence ? place.evidence : current->evidence;
    bd_arena *swap = state->part_arenas[0];
    state->part_arenas[0] = state->part_arenas[1];
    state->part_arenas[1] = swap;
    return BD_OK;
}

static bd_rc read_parts(stream *state, bd_sorter *parts, bd_err *err) {
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(parts, &record, &has_record, err));
        if (!has_record) {
            return end_sum(state, err);
        }
        BD_TRY(add_part(state, record, err));
    }
}

/* ---- snapshots that gave no row ---- */

static bd_rc put_empty_sums(bd_shapes *shapes, bd_map *summed, const bd_check_view *view,
                            bd_arena *scratch, bd_err *err) {
    for (size_t i = 0; i < shapes->views->in.snapshots->count; i++) {
        const bd_snapshot *snapshot = &shapes->views->in.snapshots->data[i];
        if (!bd_strs_have(&view->sources, snapshot->source) || snapshot->from >= shapes->views->in.as_of) {
            continue;
        }
        bool is_tenant = view->scope_kind == BD_SCOPE_TENANT;
        sum none = {.check = view->check->index,
                    .scope = is_tenant ? (bd_str){"", 0} : snapshot->scope,
                    .day = snapshot->date,
                    .at = snapshot->from,
                    .evidence = snapshot->evidence};
        bd_str name =
            bd_str_format(scratch, "%u/%d/%.*s", none.check, none.day, BD_ARG(none.scope));
        if (bd_map_find(summed, name) == NULL) {
            note_summed(shapes, summed, &none);
            BD_TRY(put_sum(shapes, &none, scratch, err));
        }
        bd_arena_reset(scratch);
    }
    return BD_OK;
}

bd_rc bd_shapes_judge_sums(bd_shapes *shapes, bd_sorter *parts, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *sums = bd_arena_open("sum", (size_t)1 << 20);
    BD_DEFER(bd_arena_close_ref) bd_arena *first = bd_arena_open("part", (size_t)1 << 20);
    BD_DEFER(bd_arena_close_ref) bd_arena *second = bd_arena_open("part", (size_t)1 << 20);
    stream state = {.shapes = shapes,
                    .sum_arena = sums,
                    .part_arenas = {first, second},
                    .summed = bd_map_make(shapes->scratch)};
    BD_TRY(bd_sorter_finish(parts, err));
    BD_TRY(read_parts(&state, parts, err));
    for (size_t i = 0; i < shapes->views->in.catalog->check_count; i++) {
        const bd_check_view *view = &shapes->views->by_check[i];
        if (view->check->shape == BD_AGGREGATE && !view->plan->has_each_of) {
            BD_TRY(put_empty_sums(shapes, state.summed, view, sums, err));
        }
    }
    return BD_OK;
}
