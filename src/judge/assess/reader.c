/* Judged records in their order: those of this judging and those taken over from a later day's, as one; of those that
 * answer one record under its several keys only the best. */
#include "bindery/assess.h"

#include "assess_priv.h"

void bd_sorted_keep(bd_arena *arena, bd_sorted *judged) {
    bd_str *const texts[] = {&judged->type,         &judged->key,   &judged->resource,
                             &judged->subscription, &judged->scope, &judged->reason};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_str_copy(arena, *texts[i]);
    }
}

static bd_rc fill_heads(bd_judged_reader *reader, bd_err *err) {
    bd_judging *run = reader->run;
    if (reader->is_used[0]) {
        BD_TRY(bd_sorter_next(run->judged, &reader->heads[0], &reader->has_head[0], err));
    }
    if (reader->is_used[1]) {
        BD_TRY(bd_judging_take(run, &reader->heads[1], &reader->has_head[1], err));
    }
    reader->is_used[0] = false;
    reader->is_used[1] = false;
    return BD_OK;
}

static bd_rc read_ahead(bd_judged_reader *reader, bd_err *err) {
    bd_judging *run = reader->run;
    bool is_later = true;
    while (is_later) {
        BD_TRY(fill_heads(reader, err));
        reader->has_ahead = reader->has_head[0] || reader->has_head[1];
        if (!reader->has_ahead) {
            return BD_OK;
        }
        bool is_taken = !reader->has_head[0] ||
                        (reader->has_head[1] && bd_str_cmp(reader->heads[1], reader->heads[0]) < 0);
        reader->is_used[is_taken] = true;
        bd_arena_reset(reader->arena);
        /* the sorter's own goes with the next */
        bd_str record = bd_str_copy(reader->arena, reader->heads[is_taken]);
        bd_judging_unpack(record, is_taken ? bd_judging_taken_texts(run) : run->texts,
                          reader->arena, &reader->ahead);
        is_later = is_taken && reader->ahead.at >= run->in->as_of;
    }
    return bd_judging_carry(run, reader->heads[reader->is_used[1]], &reader->ahead, err);
}

bd_rc bd_judged_reader_open(bd_judging *run, bd_judged_reader *reader, bd_err *err) {
    *reader = (bd_judged_reader){
        .run = run, .arena = bd_arena_open("judged ahead", (size_t)16 << 20), .is_used = {true, true}};
    return read_ahead(reader, err);
}

void bd_judged_reader_close(bd_judged_reader *reader) {
    bd_arena_close(reader->arena);
}

static bool is_same_record(const bd_sorted *a, const bd_sorted *b) {
    return a->is_any_key && b->is_any_key && a->is_before == b->is_before && a->at == b->at &&
           a->evidence == b->evidence && a->ordinal == b->ordinal && bd_judging_is_same_thing(a, b);
}

/* One key that is met is enough; one that cannot be told may be met. */
static bool is_better(bd_verdict now, bd_verdict before) {
    return before != BD_PASS && (now == BD_PASS || (now == BD_CANNOT_TELL && before == BD_FAIL));
}

/* `*arena` is empty; what was read ahead is handed over with its own. */
static bd_rc next_answer(bd_judged_reader *reader, bd_arena **arena, bd_sorted *out, bool *has,
                         bd_err *err) {
    bool is_any_key = true;
    *has = reader->has_ahead;
    if (!*has) {
        return BD_OK;
    }
    *out = reader->ahead;
    bd_arena *swap = reader->arena;
    reader->arena = *arena;
    *arena = swap;
    while (is_any_key) {
        BD_TRY(read_ahead(reader, err));
        is_any_key = reader->has_ahead && is_same_record(out, &reader->ahead);
        if (is_any_key && is_better(reader->ahead.verdict, out->verdict)) {
            *out = reader->ahead;
            bd_sorted_keep(*arena, out);
        }
    }
    return BD_OK;
}

/* Of what was judged before evidence was withdrawn only that holds which does not speak for the control. */
bd_rc bd_judged_reader_next(bd_judged_reader *reader, bd_arena **arena, bd_sorted *out, bool *has,
                            bd_err *err) {
    bool is_dropped = true;
    while (is_dropped) {
        bd_arena_reset(*arena);
        BD_TRY(next_answer(reader, arena, out, has, err));
        is_dropped =
            *has && out->is_before && out->verdict != BD_FAIL && out->verdict != BD_CANNOT_TELL;
    }
    return BD_OK;
}
