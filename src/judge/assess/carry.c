/* What one judging leaves to those of earlier days: of twelve month ends eleven need not be judged from their rows.
 *
 * A snapshot that lies before two as-of days is judged the same on both, where its outcomes hang on nothing that came
 * later.  How far after the as-of day something later could reach hangs on the check (reach_of):
 *
 *   - each record by itself: nothing reaches in, and what is later is cut off;
 *   - sums and sets of one day: what else is of that day;
 *   - two lists: what lies within the days that they may lie apart;
 *   - what a derivation joins: anything;
 *   - events, registers, ages, populations, and what asks for the days that are judged: always judged anew.
 *
 * Of a record that never fails an earlier day needs no more than that it counts; so those are added up by snapshot,
 * scope and verdict, and only records that fail some day, or that stand twice in one snapshot, are kept one by one; and
 * of what cannot be told the first, for its sentence.  Sums stand among the records by their check: what comes from
 * here and what is judged anew never meets in one check. */
#include "bindery/assess.h"

#include "assess_priv.h"
#include "bindery/derivations.h"

#include <string.h>

#define DAY_TICKS (24 * BD_HOUR)
#define OUTCOME_BYTES ((size_t)256 << 10)
#define SUM_ARENA_BYTES ((size_t)64 << 20)
#define MOST_SUMS 4096                    /* then they are written, and begun anew */
#define MOST_RECORD_BYTES ((size_t)1 << 20) /* of one record over time; beyond it they are kept one by one */
#define SUM_MARK UINT32_MAX               /* where a judged record has its check */

/* Reaches: how far behind the as-of instant evidence has to be absent. */
#define REACH_NONE 0
#define REACH_DAY DAY_TICKS
#define REACH_ALL (INT64_MAX - 1)
#define REACH_NEVER INT64_MAX /* never taken over */

typedef struct {
    bd_str scope;
    bd_instant at;
    uint32_t evidence;
    bd_verdict verdict;
    uint64_t count; /* beside the one that is told */
    bd_sorted first; /* of what cannot be told: the record whose sentence counts */
    bd_str told;     /* it as it was packed; of any other verdict "" */
} sum;

struct bd_carried {
    bd_arena *arena;
    const bd_catalog *catalog;
    bd_shared_texts *texts; /* of outcomes */
    const bool *is_rescanned;
    int64_t *reach;     /* by check */
    bool *needs_part;   /* by source: a check that is never taken over reads what is derived */
    bd_spool *outcomes; /* judged records and sums, by check */
    bd_spool *rows;     /* of checks that are never taken over, and all with another name */
    bool has_all_rows;
    bool is_whole; /* judged to the end, with nothing withdrawn */
    bd_strs unseen_places; /* of the rows that are not made anew for each day */
    /* while judging */
    uint32_t check; /* of the sums and of the record */
    bd_arena *sum_arena;
    bd_map *index; /* evidence, verdict, time, scope -> index + 1 */
    BD_VEC(sum) sums;
    size_t last_sum;
    bd_buf records; /* of one record over time: u32 size, bytes */
    bd_sorted record;
    bd_day last_day;
    bool has_record, is_loud;
    bd_arena *record_arena;
};

bd_carried *bd_carried_open(const bd_catalog *catalog, const bool *is_rescanned) {
    bd_arena *arena = bd_arena_open("carried", SUM_ARENA_BYTES);
    bd_carried *made = bd_new(arena, bd_carried, 1);
    made->arena = arena;
    made->catalog = catalog;
    made->texts = bd_shared_texts_make(arena);
    made->is_rescanned = is_rescanned;
    made->reach = bd_new(arena, int64_t, catalog->check_count + 1);
    made->needs_part = bd_new(arena, bool, catalog->source_count + 1);
    made->outcomes = bd_spool_open(OUTCOME_BYTES);
    made->rows = bd_spool_open(OUTCOME_BYTES);
    made->sum_arena = bd_arena_open("sums", SUM_ARENA_BYTES);
    made->record_arena = bd_arena_open("carried record", SUM_ARENA_BYTES);
    bd_buf_init(&made->records, 2 * MOST_RECORD_BYTES);
    return made;
}

static void drop_workings(bd_carried *carried) {
    bd_buf_clear(&carried->records);
    bd_arena_close(carried->sum_arena);
    bd_arena_close(carried->record_arena);
    carried->sum_arena = NULL;
    carried->record_arena = NULL;
}

void bd_carried_close(bd_carried *carried) {
    if (carried == NULL) {
        return;
    }
    drop_workings(carried);
    bd_spool_close(carried->outcomes);
    bd_spool_close(carried->rows);
    bd_arena_close(carried->arena);
}

uint64_t bd_carried_rows(const bd_carried *carried) {
    bool is_less = carried->is_whole && carried->has_all_rows;
    return is_less ? bd_spool_count(carried->rows) : UINT64_MAX;
}

/* ---- which checks ---- */

static const bd_derivation *derivation_of(const bd_source_def *source) {
    return source != NULL && source->derivation.size > 0 ? bd_derivation_find(source->derivation) : NULL;
}

/* What the source asks of the day by itself. */
static int64_t reach_of_source(const bd_judging *run, bd_str id) {
    const bd_derivation *derivation = derivation_of(bd_catalog_source(run->in->catalog, id));
    if (bd_rules_asks_for_days(run->in->rules, id) ||
        (derivation != NULL && derivation->asks_for_days)) {
        return REACH_NEVER;
    }
    return derivation != NULL && derivation->reduce != NULL ? REACH_ALL : REACH_NONE;
}

static int64_t reach_of_shape(const bd_check_view *view) {
    int days = BD_SNAPSHOT_NEAR_DAYS;
    switch (view->check->shape) {
    case BD_EACH: return REACH_NONE;
    case BD_AGGREGATE: return REACH_DAY;
    case BD_RELATED: days = view->plan->within_days > days ? view->plan->within_days : days; break;
    case BD_SCOPE_SHAPE: break;
    case BD_MATCH:
    case BD_RECUR:
    case BD_DOCUMENT: return REACH_NEVER;
    }
    bool is_alone = view->check->shape == BD_RELATED && !view->has_partners && !view->has_partner_answer;
    return is_alone ? REACH_NONE : (days + 1) * DAY_TICKS;
}

static int64_t reach_of(const bd_judging *run, const bd_check_view *view) {
    const bd_reduce_plan *plan = view->plan;
    bool is_by_day = view->is_register || view->is_event || view->draws_from != 0 ||
                     view->decided_by >= 0 || view->is_decider || plan->takes_year ||
                     plan->age_months > 0 || plan->age_hours > 0;
    if (is_by_day) {
        return REACH_NEVER;
    }
    int64_t reach = reach_of_shape(view);
    const bd_strs *lists[] = {&view->check->sources, &view->all_sources, &view->sources};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            int64_t own = reach_of_source(run, lists[i]->data[j]);
            reach = own > reach ? own : reach;
        }
    }
    return reach;
}

static bool reads_source(const bd_check_view *view, bd_str source) {
    return bd_strs_have(&view->check->sources, source);
}

static void begin_leaving(bd_judging *run) {
    bd_carried *out = run->in->carries;
    const bd_catalog *catalog = run->in->catalog;
    run->carries = out;
    out->has_all_rows = true;
    for (size_t i = 0; i < run->views->unseen_places.count; i++) {
        *bd_push(out->arena, &out->unseen_places) = bd_str_copy(out->arena, run->views->unseen_places.data[i]);
    }
    for (size_t i = 0; i < catalog->check_count; i++) {
        out->reach[i] = reach_of(run, &run->views->by_check[i]);
    }
    for (size_t i = 0; i < catalog->source_count; i++) {
        const bd_derivation *derivation = derivation_of(&catalog->sources[i]);
        bool is_needed = derivation != NULL && derivation->list != NULL;
        for (size_t j = 0; j < catalog->check_count && derivation != NULL && !is_needed; j++) {
            is_needed = out->reach[j] == REACH_NEVER &&
                        reads_source(&run->views->by_check[j], catalog->sources[i].id);
        }
        out->needs_part[i] = is_needed;
    }
}

void bd_judging_carry_no(bd_judging *run, uint32_t check) {
    if (run->carries != NULL && run->carries->reach[check] != REACH_NEVER) {
        run->carries->reach[check] = REACH_NEVER;
        run->carries->has_all_rows = false; /* some of its rows have passed */
    }
}

/* ---- leaving rows ---- */

static bool is_left_to_scan(const bd_carried *carried, uint32_t evidence_index) {
    return carried->is_rescanned != NULL && carried->is_rescanned[evidence_index];
}

bd_rc bd_judging_carry_row(bd_judging *run, const bd_row *row, uint32_t evidence_index, bd_err *err) {
    bd_carried *out = run->carries;
    if (out == NULL || is_left_to_scan(out, evidence_index)) {
        return BD_OK;
    }
    bd_views_note_place(&out->unseen_places, row);
    if (out->reach[row->check] != REACH_NEVER && row->alias.size == 0) {
        return BD_OK;
    }
    bd_packer *packer = &run->packer;
    bd_pack_begin(packer);
    bd_pack_u32(packer, evidence_index);
    bd_row_pack(packer, NULL, row);
    out->has_all_rows = out->has_all_rows && !packer->overflowed;
    return packer->overflowed ? BD_OK : bd_spool_put(out->rows, bd_pack_end(packer), err);
}

bd_rc bd_judging_carry_part(bd_judging *run, uint32_t evidence_index, bd_str part, bd_err *err) {
    bd_carried *out = run->carries;
    bd_unpacker unpacker = {.record = part, .at = 4};
    if (out == NULL || !out->needs_part[bd_unpack_u32(&unpacker)] ||
        is_left_to_scan(out, evidence_index)) {
        return BD_OK;
    }
    bd_packer *packer = &run->packer;
    bd_pack_begin(packer);
    bd_pack_u32(packer, evidence_index);
    bd_pack_packed(packer, part);
    out->has_all_rows = out->has_all_rows && !packer->overflowed;
    return packer->overflowed ? BD_OK : bd_spool_put(out->rows, bd_pack_end(packer), err);
}

/* ---- leaving outcomes ---- */

static bd_rc put_sum(bd_judging *run, const sum *one, bd_err *err) {
    bd_packer *packer = &run->packer;
    bd_pack_begin(packer);
    bd_pack_u32(packer, SUM_MARK);
    bd_pack_u32(packer, run->carries->check);
    bd_pack_u32(packer, one->evidence);
    bd_pack_i64(packer, one->at);
    bd_pack_u8(packer, (uint8_t)one->verdict);
    bd_pack_i64(packer, (int64_t)one->count);
    bd_pack_text(packer, one->scope);
    BD_ASSERT(!packer->overflowed); /* a text and a few numbers */
    return bd_spool_put(run->carries->outcomes, bd_pack_end(packer), err);
}

static bd_rc put_sums(bd_judging *run, bd_err *err) {
    bd_carried *out = run->carries;
    for (size_t i = 0; i < out->sums.count; i++) {
        const sum *one = &out->sums.data[i];
        if (one->told.size > 0) {
            BD_TRY(bd_spool_put(out->outcomes, one->told, err));
        }
        if (one->count > 0) {
            BD_TRY(put_sum(run, one, err));
        }
    }
    bd_arena_reset(out->sum_arena);
    out->index = bd_map_make(out->sum_arena);
    out->sums.data = NULL;
    out->sums.count = 0;
    out->sums.room = 0;
    out->last_sum = 0;
    return BD_OK;
}

static bool is_of_sum(const sum *one, const bd_sorted *judged) {
    return one->at == judged->at && one->evidence == judged->evidence &&
           one->verdict == judged->verdict && bd_str_eq(one->scope, judged->scope);
}

static bd_str name_sum(bd_arena *arena, const bd_sorted *judged) {
    char *name = bd_alloc(arena, 13 + judged->scope.size, 1);
    memcpy(name, &judged->evidence, 4);
    memcpy(name + 4, &judged->at, 8);
    name[12] = (char)judged->verdict;
    if (judged->scope.size > 0) {
        memcpy(name + 13, judged->scope.data, judged->scope.size);
    }
    return (bd_str){name, 13 + judged->scope.size};
}

static void tell_first(bd_arena *arena, sum *one, const bd_sorted *judged, bd_str record) {
    bool is_first = one->told.size == 0 || bd_judging_is_told_before(judged, &one->first);
    if (judged->verdict != BD_CANNOT_TELL || !is_first) {
        return;
    }
    one->first = *judged;
    one->first.reason = bd_str_copy(arena, judged->reason);
    one->told = bd_str_copy(arena, record);
}

static void begin_sum(bd_carried *out, const bd_sorted *judged, bd_str record, bd_str name) {
    name = bd_str_copy(out->sum_arena, name);
    sum *made = bd_push(out->sum_arena, &out->sums);
    *made = (sum){.scope = bd_str_sub(name, 13, name.size),
                  .at = judged->at,
                  .evidence = judged->evidence,
                  .verdict = judged->verdict,
                  .count = judged->verdict == BD_CANNOT_TELL ? 0 : 1};
    tell_first(out->sum_arena, made, judged, record);
    bd_map_put(out->index, name, (void *)(uintptr_t)out->sums.count);
}

static bd_rc count_judged(bd_judging *run, const bd_sorted *judged, bd_str record, bd_err *err) {
    bd_carried *out = run->carries;
    bool is_known = out->sums.count > 0 && is_of_sum(&out->sums.data[out->last_sum], judged);
    if (!is_known) {
        if (out->sums.count >= MOST_SUMS) {
            BD_TRY(put_sums(run, err));
        }
        bd_str name = name_sum(out->record_arena, judged);
        uintptr_t found = (uintptr_t)bd_map_find(out->index, name);
        out->last_sum = found > 0 ? found - 1 : out->sums.count;
        if (found == 0) {
            begin_sum(out, judged, record, name);
            return BD_OK;
        }
    }
    sum *one = &out->sums.data[out->last_sum];
    one->count++;
    tell_first(out->sum_arena, one, judged, record);
    return BD_OK;
}

static bd_rc end_record(bd_judging *run, bd_err *err) {
    bd_carried *out = run->carries;
    bd_str all = bd_buf_str(&out->records);
    for (size_t at = 0; at < all.size && out->has_record;) {
        uint32_t size;
        memcpy(&size, all.data + at, sizeof size);
        bd_str record = bd_str_sub(all, at + sizeof size, at + sizeof size + size);
        at += sizeof size + size;
        if (out->is_loud) {
            BD_TRY(bd_spool_put(out->outcomes, record, err));
            continue;
        }
        bd_sorted judged;
        bd_judging_unpack(record, out->texts, out->record_arena, &judged);
        BD_TRY(count_judged(run, &judged, record, err));
    }
    out->records.size = 0;
    out->has_record = false;
    return BD_OK;
}

static bool is_loud(const bd_judging *run, const bd_sorted *judged, bd_day day, bool is_twice) {
    bool holds_no_longer = judged->verdict == BD_PASS &&
                           bd_views_is_before_facts(run->views, &run->views->by_check[judged->check], judged->at);
    return is_twice || judged->verdict == BD_FAIL || judged->is_any_key || holds_no_longer ||
           bd_judging_is_excluded(run, judged, day);
}

static bd_rc begin_record(bd_judging *run, const bd_sorted *judged, bd_err *err) {
    bd_carried *out = run->carries;
    BD_TRY(end_record(run, err));
    if (judged->check != out->check || out->index == NULL) {
        BD_TRY(put_sums(run, err));
    }
    bd_arena_reset(out->record_arena);
    out->check = judged->check;
    out->record = *judged;
    out->has_record = true;
    out->is_loud = false;
    out->last_day = BD_DAY_NONE;
    return BD_OK;
}

bd_rc bd_judging_carry(bd_judging *run, bd_str record, const bd_sorted *judged, bd_err *err) {
    bd_carried *out = run->carries;
    if (out == NULL || out->reach[judged->check] == REACH_NEVER) {
        return BD_OK;
    }
    bool is_next = out->has_record && bd_judging_is_same_thing(&out->record, judged);
    if (!is_next) {
        BD_TRY(begin_record(run, judged, err));
    }
    bd_day day = bd_instant_utc_day(judged->at);
    bool is_twice = day == out->last_day && !judged->is_keyless;
    out->last_day = day;
    if (!out->is_loud && (out->records.size > MOST_RECORD_BYTES || is_loud(run, judged, day, is_twice))) {
        out->is_loud = true;
        if (out->records.size > 0) {
            BD_TRY(end_record(run, err));
            out->has_record = true;
        }
    }
    if (out->is_loud) {
        return bd_spool_put(out->outcomes, record, err);
    }
    uint32_t size = (uint32_t)record.size;
    bd_buf_put(&out->records, &size, sizeof size);
    bd_buf_put(&out->records, record.data, record.size);
    return bd_buf_check(&out->records, "a record over time", err);
}

bd_rc bd_judging_end_carry(bd_judging *run, bd_err *err) {
    bd_carried *out = run->carries;
    if (out == NULL) {
        return BD_OK;
    }
    BD_TRY(end_record(run, err));
    if (out->index != NULL) {
        BD_TRY(put_sums(run, err));
    }
    drop_workings(out);
    out->is_whole = true;
    BD_TRY(bd_spool_settle(out->rows, err));
    return bd_spool_settle(out->outcomes, err);
}

/* ---- taking over ---- */

bd_shared_texts *bd_judging_carried_texts(bd_judging *run) {
    return run->in->carries != NULL ? run->in->carries->texts : bd_shared_texts_make(run->scratch);
}

struct bd_taking {
    const bd_carried *from;
    bool *is_taken;    /* by check */
    bool *skips_part;  /* by source */
    bool takes_all;    /* all that can be */
    bd_spool *outcomes, *rows; /* views */
};

const bd_shared_texts *bd_judging_taken_texts(const bd_judging *run) {
    return run->taking->from->texts;
}

/* The first instant at or after the as-of one of which records are on file. */
static bd_instant next_instant(const bd_judging *run) {
    bd_instant next = INT64_MAX;
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        const bd_evidence *item = &run->in->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        bool has_records = item->facts.seen.count + item->facts.parts.count > 0;
        bd_instant own = item->describes_from;
        bd_instant at = has_records ? bd_views_instant(run->views, (uint32_t)i) : own;
        next = has_records && own >= run->in->as_of && own < next ? own : next;
        next = has_records && at >= run->in->as_of && at < next ? at : next;
    }
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        bd_instant at = run->in->snapshots->data[i].from;
        next = at >= run->in->as_of && at < next ? at : next;
    }
    return next;
}

static bool can_take(const bd_carried *from, size_t check, bd_instant next, bd_instant as_of) {
    int64_t reach = from->reach[check];
    if (reach == REACH_NONE || reach == REACH_NEVER) {
        return reach == REACH_NONE;
    }
    return next == INT64_MAX || (reach != REACH_ALL && next - as_of >= reach);
}

static bd_rc begin_taking(bd_judging *run, bd_err *err) {
    const bd_carried *from = run->in->carried;
    const bd_catalog *catalog = run->in->catalog;
    bd_taking *made = bd_new(run->scratch, bd_taking, 1);
    bd_instant next = next_instant(run);
    made->from = from;
    made->takes_all = true;
    made->is_taken = bd_new(run->scratch, bool, catalog->check_count + 1);
    for (size_t i = 0; i < catalog->check_count; i++) {
        made->is_taken[i] = can_take(from, i, next, run->in->as_of);
        made->takes_all =
            made->takes_all && (made->is_taken[i] || from->reach[i] == REACH_NEVER);
    }
    made->skips_part = bd_new(run->scratch, bool, catalog->source_count + 1);
    for (size_t i = 0; i < catalog->source_count && made->takes_all; i++) {
        made->skips_part[i] = !from->needs_part[i];
    }
    made->outcomes = bd_spool_view(from->outcomes);
    made->rows = bd_spool_view(from->rows);
    run->views->unseen_places = (bd_strs){0};
    for (size_t i = 0; i < from->unseen_places.count; i++) {
        *bd_push(run->arena, &run->views->unseen_places) = from->unseen_places.data[i];
    }
    run->taking = made;
    return bd_spool_rewind(made->outcomes, err);
}

bd_rc bd_judging_begin_carry(bd_judging *run, bd_err *err) {
    if (run->in->carries != NULL && run->is_masked == NULL && run->in->period->is_type_ii) {
        begin_leaving(run);
    }
    bool is_taking = run->in->carried != NULL && run->in->carried->is_whole;
    return is_taking ? begin_taking(run, err) : BD_OK;
}

void bd_judging_drop_taking(bd_judging *run) {
    if (run->taking != NULL) {
        bd_spool_close(run->taking->outcomes);
        bd_spool_close(run->taking->rows);
    }
    run->taking = NULL;
}

bool bd_judging_is_taken(const bd_judging *run, uint32_t check) {
    return run->taking != NULL && run->taking->is_taken[check];
}

bool bd_judging_skips_part(const bd_judging *run, uint32_t derived) {
    return run->taking != NULL && run->taking->skips_part[derived];
}

bd_spool *bd_judging_taken_rows(const bd_judging *run) {
    const bd_taking *taking = run->taking;
    return taking != NULL && taking->takes_all && taking->from->has_all_rows ? taking->rows : NULL;
}

static void add_sum(bd_judging *run, bd_unpacker *in) {
    uint32_t check = bd_unpack_u32(in);
    sum one = {.evidence = bd_unpack_u32(in), .scope = {"", 0}};
    one.at = bd_unpack_i64(in);
    one.verdict = (bd_verdict)bd_unpack_u8(in);
    one.count = (uint64_t)bd_unpack_i64(in);
    one.scope = bd_unpack_text(in);
    bd_sorted judged = {.check = check,
                        .at = one.at,
                        .evidence = one.evidence,
                        .verdict = one.verdict,
                        .scope = one.scope,
                        .reason = {"", 0}};
    if (bd_judging_is_taken(run, check) && one.at < run->in->as_of) {
        bd_judging_count(run, &judged, one.count);
    }
}

bd_rc bd_judging_take(bd_judging *run, bd_str *record, bool *has_record, bd_err *err) {
    *has_record = false;
    while (run->taking != NULL) {
        BD_TRY(bd_spool_next(run->taking->outcomes, record, has_record, err));
        if (!*has_record) {
            return BD_OK;
        }
        bd_unpacker in = {.record = *record};
        uint32_t check = bd_unpack_u32(&in);
        if (check == SUM_MARK) {
            add_sum(run, &in);
            continue;
        }
        if (bd_judging_is_taken(run, check)) {
            return BD_OK;
        }
    }
    return BD_OK;
}
