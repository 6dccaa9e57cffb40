/* Stage 1: rows of the map, grouped by what joins them, become judged records. */
#include "bindery/assess.h"

#include "assess_priv.h"
#include "bindery/derive.h"

#include <string.h>

#define GROUP_ARENA_BYTES ((size_t)512 << 20)
#define MOST_GROUP_ROWS 1000000

/* ---- each row by itself ---- */

static uint32_t number_of(const bd_judging *run, uint32_t evidence_index) {
    return run->in->evidence->data[evidence_index].given.number;
}

/* A row's own time, else that of its snapshot.  Of whom a list does not say when, he falls into the period if the list
 * reaches into it: nobody is lost for want of a date. */
static bd_instant row_instant(const bd_judging *run, const bd_row *row, uint32_t evidence_index) {
    if (row->time != BD_INSTANT_NONE) {
        return row->time;
    }
    const bd_check_view *view = &run->views->by_check[row->check];
    bd_instant at = bd_views_instant(run->views, evidence_index);
    bool is_undated = (view->check->shape == BD_MATCH && row->side == BD_SIDE_LEFT) ||
                      (view->check->shape == BD_EACH && view->is_event);
    bool reaches_in = run->in->evidence->data[evidence_index].describes_to > view->events_from;
    return is_undated && reaches_in && at < view->events_from ? view->events_from : at;
}

/* How old is what the record tells of?  Too old on the day of the export, or the last one that it describes: it fails.
 * Not too old at the end of what is judged: it holds.  Between the two it fell due again after the export, which does
 * not show whether it was done. */
static void judge_age(const bd_judging *run, const bd_row *row, uint32_t evidence_index,
                      bd_arena *arena, bd_judged *judged) {
    const bd_check_view *view = &run->views->by_check[row->check];
    bool is_aged = view->plan->age_months > 0 || view->plan->age_hours > 0;
    if (!is_aged || judged->verdict != BD_PASS) {
        return;
    }
    const bd_evidence *item = &run->in->evidence->data[evidence_index];
    bool is_range = item->describes_to > item->describes_from;
    bd_instant shown = is_range ? item->describes_to - 1 : judged->at;
    const bd_zone *zone = run->in->engagement->zone;
    bd_day done = bd_zone_day(zone, row->time);
    bd_day seen = bd_zone_day(zone, shown);
    bd_str on = bd_day_format(arena, done);
    if (done > seen) {
        judged->verdict = BD_CANNOT_TELL;
        judged->reason = bd_str_format(arena, "%.*s lies after the export that tells of it",
                                       BD_ARG(on));
        return;
    }
    if (view->plan->age_hours > 0) {
        if (row->time < shown - view->plan->age_hours * BD_HOUR) {
            judged->verdict = BD_FAIL;
            judged->reason =
                bd_str_format(arena, "of %.*s, more than %d hours before this export",
                              BD_ARG(bd_instant_format(arena, row->time)), view->plan->age_hours);
        }
        return;
    }
    bd_day last = bd_zone_day(zone, run->out->until - 1);
    int grace = view->check->requirement->grace_days;
    if (done < bd_day_add_months(seen + 1, -view->plan->age_months) - grace) {
        judged->verdict = BD_FAIL;
        judged->reason =
            bd_str_format(arena, "last done on %.*s, more than %d months before this export",
                          BD_ARG(on), view->plan->age_months);
    } else if (done < bd_day_add_months(last + 1, -view->plan->age_months) - grace) {
        judged->verdict = BD_CANNOT_TELL;
        judged->reason = bd_str_format(
            arena, "last done on %.*s; this export does not show whether it was done again in time",
            BD_ARG(on));
    }
}

/* A named resource passes only by an export that may pass. */
static void judge_member(const bd_judging *run, const bd_check_view *view, uint32_t evidence_index,
                         bd_judged *judged) {
    bd_str why;
    if (!view->is_population || judged->verdict == BD_FAIL || judged->verdict == BD_CANNOT_TELL) {
        return;
    }
    if (!bd_views_is_usable(run->views, evidence_index, &why)) {
        judged->verdict = BD_CANNOT_TELL;
        judged->reason = why;
    }
}

static bd_rc put_each(bd_judging *run, const bd_row *row, uint32_t evidence_index, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch =
        run->views->by_check[row->check].plan->age_months + run->views->by_check[row->check].plan->age_hours > 0
            ? bd_arena_open("age", (size_t)1 << 20)
            : NULL;
    const bd_check_view *view = &run->views->by_check[row->check];
    bool is_whole_tenant = view->scope_kind == BD_SCOPE_TENANT && !view->is_population;
    bd_judged judged = {
        .check = row->check,
        .type = row->type,
        .key = row->key,
        .resource = row->resource,
        .subscription = row->subscription,
        .scope = is_whole_tenant ? (bd_str){"", 0} : row->scope,
        .reason = row->reason,
        .at = view->is_event ? row_instant(run, row, evidence_index)
                             : bd_views_instant(run->views, evidence_index),
        .evidence = number_of(run, evidence_index),
        .ordinal = row->ordinal,
        .verdict = row->verdict,
        .is_undated = view->is_event && row->time == BD_INSTANT_NONE,
    };
    if (view->plan->has_until && judged.verdict == BD_PASS && row->time != BD_INSTANT_NONE) {
        judged.verdict = judged.at > row->time ? BD_FAIL : BD_PASS;
    }
    /* where so many are enough nothing else asks what the extract is worth */
    bool is_counted = view->is_event && view->plan->has_min && judged.verdict == BD_PASS;
    if (is_counted && !bd_views_is_usable(run->views, evidence_index, &judged.reason)) {
        judged.verdict = BD_CANNOT_TELL;
    }
    judge_age(run, row, evidence_index, scratch, &judged);
    judge_member(run, view, evidence_index, &judged);
    return bd_judging_put(run, &judged, err);
}

/* ---- grouping ---- */

static void note_own_time(bd_judging *run, uint32_t check, const bd_row *row, uint32_t evidence_index) {
    if (row->time != BD_INSTANT_NONE && row->time != bd_views_instant(run->views, evidence_index)) {
        bd_judging_carry_no(run, check);
    }
}

/* check, join, time, side (right first, so that a left row finds its partners), evidence, row */
bd_rc bd_judging_put_grouped(bd_judging *run, bd_sorter *groups, uint32_t check, const bd_row *row,
                             bd_str join, uint32_t evidence_index, bd_err *err) {
    bd_packer *packer = &run->packer;
    if (bd_judging_is_taken(run, check)) {
        return BD_OK;
    }
    note_own_time(run, check, row, evidence_index);
    bd_pack_begin(packer);
    bd_pack_u32(packer, check);
    bd_pack_key(packer, join);
    bd_pack_i64(packer, row_instant(run, row, evidence_index));
    bd_pack_u8(packer, row->side == BD_SIDE_LEFT ? 1 : 0);
    bd_pack_key(packer, row->detail);
    bd_pack_u32(packer, evidence_index);
    bd_pack_u32(packer, row->ordinal);
    bd_row_pack(packer, NULL, row);
    if (packer->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "a row of check '%.*s' is larger than 64 KiB",
                 BD_ARG(run->views->by_check[check].check->id));
    }
    return bd_sorter_put(groups, bd_pack_end(packer), err);
}

/* A snapshot row of the check that decides silent changes also joins the changes of its resource. */
static bd_rc put_decider(bd_judging *run, bd_sorter *groups, const bd_row *row,
                         uint32_t evidence_index, bd_err *err) {
    bool is_decider = run->views->by_check[row->check].is_decider;
    for (size_t i = 0; is_decider && i < run->in->catalog->check_count; i++) {
        if (run->views->by_check[i].decided_by != (int64_t)row->check) {
            continue;
        }
        bd_row snapshot = *row;
        snapshot.side = BD_SIDE_RIGHT;
        snapshot.time = bd_views_instant(run->views, evidence_index);
        BD_TRY(bd_judging_put_grouped(run, groups, (uint32_t)i, &snapshot, row->key, evidence_index, err));
    }
    return BD_OK;
}

/* Where rows wait for those that they are judged with: of one key, or of one snapshot's count. */
typedef struct {
    bd_sorter *groups, *parts;
    bd_arena *scratch; /* one row */
    bd_map *told;      /* presence rows that were put */
} routes;

/* ---- routing ---- */

/* Where no partner is on file there is none to wait for, and where nobody asks a partner is of no use. */
static bd_rc route_related(bd_judging *run, routes *out, const bd_row *row,
                           uint32_t evidence_index, bd_err *err) {
    const bd_check_view *view = &run->views->by_check[row->check];
    if (row->side != BD_SIDE_LEFT && !view->has_left) {
        return BD_OK;
    }
    if (row->side != BD_SIDE_LEFT || view->has_partners) {
        return bd_judging_put_grouped(run, out->groups, row->check, row, row->join, evidence_index, err);
    }
    note_own_time(run, row->check, row, evidence_index);
    bd_group_row left = {.row = *row,
                         .at = row_instant(run, row, evidence_index),
                         .evidence_index = evidence_index};
    bd_arena_reset(out->scratch);
    return bd_shapes_judge_alone(&run->shapes, row->check, &left, out->scratch, err);
}

/* Of a large inventory thousands of rows say that a subscription has a thing, and one is enough of each snapshot. */
static bool is_told(bd_judging *run, routes *out, const bd_row *row, uint32_t evidence_index) {
    if (row->side == BD_SIDE_LEFT) {
        return false;
    }
    bd_packer *packer = &run->packer;
    bd_pack_begin(packer);
    bd_pack_u32(packer, row->check);
    bd_pack_u32(packer, evidence_index);
    bd_pack_i64(packer, row->time);
    bd_pack_key(packer, row->join);
    bd_pack_key(packer, row->detail);
    bd_str name = bd_pack_end(packer);
    if (packer->overflowed || bd_map_find(out->told, name) != NULL) {
        return !packer->overflowed;
    }
    bd_map_put(out->told, name, out);
    return false;
}

/* What describes a time after the as-of instant is no evidence yet.  It serves only where a rule
 * says "later" or "next":
 * the snapshot after a silent write, and what follows an event of the period (its window, bindery-1, 2). */
static bd_rc route_row(bd_judging *run, routes *out, const bd_row *row, uint32_t evidence_index,
                       bd_err *err) {
    const bd_check_view *view = &run->views->by_check[row->check];
    if (bd_judging_is_taken(run, row->check)) {
        return BD_OK;
    }
    bool is_later = bd_views_instant(run->views, evidence_index) >= run->in->as_of;
    if (view->check->shape == BD_EACH && !view->is_event) {
        BD_TRY(put_decider(run, out->groups, row, evidence_index, err));
        return is_later ? BD_OK : put_each(run, row, evidence_index, err);
    }
    if (is_later && view->check->shape != BD_MATCH) {
        return BD_OK;
    }
    if (view->check->shape == BD_AGGREGATE) {
        return view->plan->has_each_of
                   ? bd_judging_put_grouped(run, out->groups, row->check, row, row->scope, evidence_index, err)
                   : bd_shapes_put_part(&run->shapes, out->parts, row, evidence_index, err);
    }
    if (view->check->shape == BD_RELATED) {
        return route_related(run, out, row, evidence_index, err);
    }
    if (view->check->shape == BD_SCOPE_SHAPE && is_told(run, out, row, evidence_index)) {
        return BD_OK;
    }
    bool is_change = view->check->shape == BD_EACH;
    if (is_change && bd_value_find(view->check->body, "operation") == NULL) {
        return put_each(run, row, evidence_index, err); /* an event by itself, and no write */
    }
    return bd_judging_put_grouped(run, out->groups, row->check, row, is_change ? row->key : row->join,
                                  evidence_index, err);
}

/* What one pass over the spools fills. */
typedef struct {
    routes *out;
    bd_joins *joins;
    bd_aliases *known;
    bool is_fresh; /* rows that no other day's judging has seen */
} intake;

/* Where go what derivations make of several collections. */
typedef struct {
    bd_judging *run;
    routes *out;
} joining;

static bd_rc route_joined(void *context, const bd_row *row, uint32_t evidence_index, bd_err *err) {
    const joining *to = context;
    return route_row(to->run, to->out, row, evidence_index, err);
}

static void route_listed(void *context, const bd_listed *listed) {
    const joining *to = context;
    bd_judging_note_review(to->run, listed);
}

static bd_rc route_row_of(bd_judging *run, const intake *into, const bd_row *row,
                          uint32_t evidence_index, bd_err *err) {
    if (run->pass != BD_JUDGING_BEFORE && (run->taking == NULL || into->is_fresh)) {
        bd_views_note_place(&run->views->unseen_places, row);
    }
    BD_TRY(bd_aliases_note(run, into->known, row, evidence_index, err));
    BD_TRY(bd_judging_carry_row(run, row, evidence_index, err));
    return route_row(run, into->out, row, evidence_index, err);
}

static bd_rc route_part(bd_judging *run, const intake *into, uint32_t evidence_index,
                        bd_unpacker *part, bd_err *err) {
    bd_unpacker head = *part;
    if (bd_judging_skips_part(run, bd_unpack_u32(&head))) {
        return BD_OK;
    }
    BD_TRY(bd_judging_carry_part(run, evidence_index, bd_str_sub(part->record, 4, part->record.size), err));
    return bd_joins_take_part(into->joins, evidence_index, part, err);
}

/* A row that is passed over is unpacked all the same: the next one shares its texts. */
static bd_rc route_record(bd_judging *run, const intake *into, const bd_row_spool *from,
                          bd_row_series *series, bd_str record, bd_err *err) {
    bd_unpacker unpacker = {.record = record};
    uint32_t number = bd_unpack_u32(&unpacker);
    uint32_t evidence_index = from->evidence != NULL ? from->evidence[number] : number;
    bool is_wanted =
        evidence_index != BD_NO_EVIDENCE && !bd_judging_is_left_out(run, evidence_index);
    bd_unpacker part = unpacker;
    uint32_t mark = bd_unpack_u32(&part);
    if (mark == BD_PART_MARK) {
        return is_wanted ? route_part(run, into, evidence_index, &part, err) : BD_OK;
    }
    if (mark == BD_IMPORT_MARK) {
        bool is_taken = is_wanted && run->pass != BD_JUDGING_BEFORE;
        return is_taken && run->others != NULL ? bd_others_take_row(run->others, evidence_index, &part, err) : BD_OK;
    }
    bd_row row;
    bd_row_unpack(&unpacker, series, &row);
    return is_wanted ? route_row_of(run, into, &row, evidence_index, err) : BD_OK;
}

static bd_rc route_spool(bd_judging *run, const intake *into, const bd_row_spool *from,
                         bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *kept = bd_arena_open("rows", (size_t)1 << 20);
    bd_row_series *series = bd_new(kept, bd_row_series, 1);
    BD_TRY(bd_spool_rewind(from->rows, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_spool_next(from->rows, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        BD_TRY(route_record(run, into, from, series, record, err));
    }
}

/* ---- groups ---- */

typedef struct {
    uint32_t check;
    bd_str join;
    bd_group_rows rows;
    size_t event_count;
} group;

static bd_rc reduce_group(bd_judging *run, group *current, bd_err *err) {
    const bd_check_view *view = &run->views->by_check[current->check];
    switch (view->check->shape) {
    case BD_EACH: return bd_shapes_judge_changes(&run->shapes, current->check, &current->rows, err);
    case BD_RELATED: return bd_shapes_judge_related(&run->shapes, current->check, &current->rows, err);
    case BD_SCOPE_SHAPE:
        return bd_shapes_judge_scope(&run->shapes, current->check, current->join, &current->rows, err);
    case BD_MATCH:
        return bd_shapes_judge_match(&run->shapes, current->check, &current->rows,
                                     current->event_count > BD_ASSESS_MOST_EVENTS, err);
    case BD_AGGREGATE:
        return bd_shapes_judge_members(&run->shapes, current->check, current->join, &current->rows, err);
    case BD_RECUR:
    case BD_DOCUMENT: break;
    }
    return BD_OK;
}

/* What follows check and join; texts are borrowed from the record. */
static void unpack_group_row(bd_unpacker unpacker, bd_arena *arena, bd_group_row *out) {
    *out = (bd_group_row){.at = bd_unpack_i64(&unpacker)};
    bd_unpack_u8(&unpacker);
    bd_unpack_key(&unpacker, arena);
    out->evidence_index = bd_unpack_u32(&unpacker);
    bd_unpack_u32(&unpacker);
    bd_row_unpack(&unpacker, NULL, &out->row);
}

/* Presence rows of a large inventory repeat by the thousand and say one thing per day. */
static bool is_repeat(const group *current, const bd_group_row *next, bd_shape shape) {
    if (shape != BD_SCOPE_SHAPE || next->row.side == BD_SIDE_LEFT || current->rows.count == 0) {
        return false;
    }
    const bd_group_row *last = &current->rows.data[current->rows.count - 1];
    return last->row.side == next->row.side && last->at == next->at &&
           bd_str_eq(last->row.detail, next->row.detail);
}

static bd_rc add_to_group(bd_judging *run, bd_arena *arena, group *current, bd_unpacker unpacker,
                          bd_err *err) {
    bd_group_row next;
    unpack_group_row(unpacker, arena, &next);
    const bd_check_view *view = &run->views->by_check[current->check];
    if (is_repeat(current, &next, view->check->shape)) {
        return BD_OK;
    }
    if (view->check->shape == BD_MATCH && next.row.side != BD_SIDE_LEFT &&
        ++current->event_count > BD_ASSESS_MOST_EVENTS) {
        return BD_OK; /* the group is over its limit, and judged so */
    }
    if (current->rows.count >= MOST_GROUP_ROWS) {
        BD_RAISE(err, BD_ERR_LIMIT, "more than %d rows share the key '%.*s' in check '%.*s'",
                 MOST_GROUP_ROWS, BD_ARG(current->join), BD_ARG(view->check->id));
    }
    unpacker.record = bd_str_copy(arena, unpacker.record); /* the sorter's goes with the next */
    unpack_group_row(unpacker, arena, &next);
    *bd_push(arena, &current->rows) = next;
    return BD_OK;
}

static bd_rc reduce_groups(bd_judging *run, bd_sorter *groups, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("group", GROUP_ARENA_BYTES);
    group current = {0};
    bool has_group = false;
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(groups, &record, &has_record, err));
        bd_unpacker unpacker = {.record = record};
        uint32_t check = has_record ? bd_unpack_u32(&unpacker) : 0;
        bd_str join = has_record ? bd_unpack_key(&unpacker, arena) : (bd_str){"", 0};
        bool is_same =
            has_record && has_group && check == current.check && bd_str_eq(join, current.join);
        if (!is_same && has_group) {
            /* `join` may point into the arena that is about to be emptied */
            char kept[BD_PACK_BYTES];
            memcpy(kept, join.data != NULL ? join.data : "", join.size);
            BD_TRY(reduce_group(run, &current, err));
            bd_arena_reset(arena);
            join = bd_str_copy(arena, (bd_str){kept, join.size});
        }
        if (!has_record) {
            return BD_OK;
        }
        if (!is_same) {
            current = (group){.check = check, .join = bd_str_copy(arena, join)};
            has_group = true;
        }
        BD_TRY(add_to_group(run, arena, &current, unpacker, err));
    }
}

/* What is not in an empty list is lacking in it too: one row of each snapshot says that it was read. */
static bd_rc put_listings(bd_judging *run, bd_sorter *groups, bd_err *err) {
    for (size_t i = 0; i < run->in->catalog->check_count; i++) {
        const bd_check_view *view = &run->views->by_check[i];
        if (view->check->shape != BD_AGGREGATE || !view->plan->has_each_of) {
            continue;
        }
        for (size_t j = 0; j < run->in->snapshots->count; j++) {
            const bd_snapshot *snapshot = &run->in->snapshots->data[j];
            if (!bd_strs_have(&view->sources, snapshot->source) ||
                snapshot->from >= run->in->as_of) {
                continue;
            }
            const bd_collection *of = &run->in->collections->data[snapshot->collection];
            bd_row row = {.check = (uint32_t)i,
                          .side = BD_SIDE_RIGHT,
                          .scope = snapshot->scope,
                          .source = snapshot->source,
                          .time = snapshot->from};
            BD_TRY(bd_judging_put_grouped(run, groups, (uint32_t)i, &row, snapshot->scope,
                                          of->members.data[0], err));
        }
    }
    return BD_OK;
}

/* ---- what is on file ---- */

static bd_map *list_sources(const bd_judging *run, bd_arena *arena) {
    bd_map *out = bd_map_make(arena);
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        const bd_facts *facts = &run->in->evidence->data[i].facts;
        bd_arenas_pass(sizeof(bd_evidence));
        if (bd_judging_is_left_out(run, (uint32_t)i)) {
            continue;
        }
        for (size_t j = 0; j < facts->seen.count; j++) {
            bd_map_put(out, facts->seen.data[j].source, out);
        }
        for (size_t j = 0; j < facts->parts.count; j++) {
            bd_map_put(out, facts->parts.data[j].source, out);
        }
    }
    return out;
}

/* A derived source is there where one of its origins is; a list of all resources wherever any resource is. */
static bool is_on_file(const bd_judging *run, const bd_map *seen, bd_str source) {
    const bd_source_def *found = bd_catalog_source(run->in->catalog, source);
    bool is_there =
        found == NULL || found->is_any_resource || bd_map_find(seen, source) != NULL;
    for (size_t i = 0; !is_there && i < found->derived_from.count; i++) {
        is_there = is_on_file(run, seen, found->derived_from.data[i]);
    }
    return is_there;
}

static bool has_answer(const bd_judging *run, bd_str source) {
    bool has = false;
    for (size_t i = 0; i < run->in->snapshots->count && !has; i++) {
        has = bd_str_eq(run->in->snapshots->data[i].source, source);
    }
    return has;
}

static void see_sides(bd_judging *run, bd_arena *scratch) {
    const bd_map *seen = list_sources(run, scratch);
    for (size_t i = 0; i < run->in->catalog->check_count; i++) {
        bd_check_view *view = &run->views->by_check[i];
        if (view->check->shape == BD_RELATED) {
            view->has_left = is_on_file(run, seen, bd_value_text(view->check->body, "source"));
            view->has_partners = is_on_file(run, seen, view->plan->related_source);
            view->has_partner_answer = has_answer(run, view->partner);
        }
    }
}

/* All rows, or those that a later day's judging left and those of this day alone. */
static bd_rc route_spools(bd_judging *run, intake into, bd_err *err) {
    bd_row_spool left = {.rows = bd_judging_taken_rows(run)};
    if (left.rows != NULL) {
        BD_TRY(route_spool(run, &into, &left, err));
    }
    for (size_t i = 0; i < run->in->spool_count; i++) {
        into.is_fresh = run->in->rows[i].is_fresh;
        if (left.rows == NULL || into.is_fresh) {
            BD_TRY(route_spool(run, &into, &run->in->rows[i], err));
        }
    }
    return BD_OK;
}

static bd_joins *open_joins(const bd_judging *run) {
    const bd_assess_inputs *in = run->in;
    return bd_joins_open(&(bd_joins_inputs){.catalog = in->catalog,
                                            .rules = in->rules,
                                            .engagement = in->engagement,
                                            .evidence = in->evidence,
                                            .collections = in->collections,
                                            .snapshots = in->snapshots,
                                            .subscriptions = &run->views->subscriptions,
                                            .left_out = bd_judging_left_out(run),
                                            .as_of = in->as_of,
                                            .sorts_behind = in->sorts_behind});
}

static bd_rc route_all(bd_judging *run, routes *out, bd_err *err) {
    bd_joins *joins = open_joins(run);
    joining to = {run, out};
    bd_aliases known = bd_aliases_open();
    bd_rc rc = route_spools(run, (intake){out, joins, &known, false}, err);
    if (!bd_failed(rc)) {
        rc = bd_aliases_join(run, &known, out->groups, err);
    }
    bd_aliases_close(&known);
    if (!bd_failed(rc)) {
        rc = bd_joins_finish(joins, &(bd_joins_readers){route_joined, route_listed, &to}, err);
    }
    bd_joins_close(joins);
    return rc;
}

bd_rc bd_judging_reduce(bd_judging *run, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("row", (size_t)64 << 20);
    BD_DEFER(bd_arena_close_ref) bd_arena *kept = bd_arena_open("told", GROUP_ARENA_BYTES);
    routes out = {.groups = bd_sorter_open(BD_ASSESS_SORT_BYTES),
                  .parts = bd_sorter_open(BD_ASSESS_SORT_BYTES),
                  .scratch = scratch,
                  .told = bd_map_make(kept)};
    see_sides(run, kept);
    bd_rc rc = bd_judging_begin_carry(run, err);
    if (!bd_failed(rc)) {
        rc = route_all(run, &out, err);
    }
    if (!bd_failed(rc)) {
        rc = put_listings(run, out.groups, err);
    }
    if (!bd_failed(rc)) {
        rc = bd_sorter_finish(out.groups, err);
    }
    if (!bd_failed(rc)) {
        rc = reduce_groups(run, out.groups, err);
    }
    if (!bd_failed(rc)) {
        rc = bd_shapes_judge_sums(&run->shapes, out.parts, err);
    }
    bd_sorter_close(out.groups);
    bd_sorter_close(out.parts);
    return rc;
}
