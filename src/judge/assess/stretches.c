/* Exceptions on their way from the record whose stretch they are to the list of all.
 *
 * Records come by check and by the hash of what they are of, the list is by check, type and key.  So each exception is
 * packed, sorted outside of memory, and written into the list once, its texts behind those of the one before: whoever
 * goes through the list later goes through memory in order. */
#include "bindery/assess.h"

#include "assess_priv.h"
#include "bindery/crypto.h"

#include <string.h>

#define MOST_SHARED 65536

struct bd_stretches {
    bd_judging *run;
    bd_sorter *sorter;
    size_t count;
    bd_map *index;          /* text -> number + 1, in the scratch arena */
    BD_VEC(bd_str) texts;   /* that many share, in the arena of the run */
    bd_arena *scratch;      /* one exception */
};

bd_stretches *bd_stretches_open(bd_judging *run) {
    bd_stretches *made = bd_new(run->scratch, bd_stretches, 1);
    made->run = run;
    made->sorter = bd_sorter_open(BD_ASSESS_SORT_BYTES);
    made->index = bd_map_make(run->scratch);
    made->scratch = bd_arena_open("exception", (size_t)1 << 20);
    return made;
}

void bd_stretches_close(bd_stretches *all) {
    bd_sorter_close(all->sorter);
    bd_arena_close(all->scratch);
}

/* What exceptions share is kept once, as long as there is little of it. */
static uint32_t number_text(bd_stretches *all, bd_str text) {
    uintptr_t known = (uintptr_t)bd_map_find(all->index, text);
    if (known == 0) {
        bd_str kept = bd_str_copy(all->run->arena, text);
        *bd_push(all->run->scratch, &all->texts) = kept;
        known = all->texts.count;
        if (known <= MOST_SHARED) {
            bd_map_put(all->index, kept, (void *)known);
        }
    }
    return (uint32_t)(known - 1);
}

bd_rc bd_stretches_put(bd_stretches *all, const bd_exception *one, bd_err *err) {
    bd_packer *packer = &all->run->packer;
    bd_pack_begin(packer);
    bd_pack_key(packer, one->check->id);
    bd_pack_key(packer, one->type);
    bd_pack_key(packer, one->key);
    bd_pack_i64(packer, one->first_seen_failing);
    bd_pack_i64(packer, one->last_failing_at);
    bd_pack_u32(packer, one->evidence);
    bd_pack_u32(packer, one->check->index);
    bd_pack_key(packer, one->resource);
    bd_pack_u32(packer, number_text(all, one->type));
    bd_pack_u32(packer, number_text(all, one->subscription));
    bd_pack_u32(packer, number_text(all, one->reason));
    bd_pack_i64(packer, one->last_seen_clean);
    bd_pack_i64(packer, one->last_seen_failing);
    bd_pack_i64(packer, one->first_seen_clean);
    bd_pack_i64(packer, one->exact_from);
    bd_pack_u32(packer, (uint32_t)one->observed_days);
    bd_pack_u32(packer, (uint32_t)one->failing_days);
    bd_pack_u8(packer, one->is_in_period ? 1 : 0);
    if (packer->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "an exception of check '%.*s' is larger than 64 KiB",
                 BD_ARG(one->check->id));
    }
    all->count++;
    return bd_sorter_put(all->sorter, bd_pack_end(packer), err);
}

static bd_str exception_id(bd_stretches *all, const bd_exception *one) {
    bd_arena *scratch = all->scratch;
    bd_str text = bd_str_format(scratch, "%.*s\x1f%.*s\x1f%.*s", BD_ARG(one->type), BD_ARG(one->key),
                                BD_ARG(one->property));
    uint8_t hash[32];
    char hex[9];
    bd_sha256_of(text, hash);
    bd_hex(hash, 4, hex);
    return bd_str_format(all->run->arena, "X-%.*s-%.*s-%s", BD_ARG(one->check->id),
                         BD_ARG(bd_day_format(scratch, one->first_seen_failing)), hex);
}

static void unpack(bd_stretches *all, bd_str record, bd_exception *out) {
    bd_judging *run = all->run;
    bd_unpacker in = {.record = record};
    bd_unpack_key(&in, all->scratch);
    bd_unpack_key(&in, all->scratch);
    *out = (bd_exception){.is_open = true, .exact_to = BD_INSTANT_NONE, .repeats = {"", 0}};
    out->key = bd_str_copy(run->arena, bd_unpack_key(&in, all->scratch));
    out->first_seen_failing = (bd_day)bd_unpack_i64(&in);
    out->last_failing_at = bd_unpack_i64(&in);
    out->evidence = bd_unpack_u32(&in);
    out->check = run->views->by_check[bd_unpack_u32(&in)].check;
    out->resource = bd_str_copy(run->arena, bd_unpack_key(&in, all->scratch));
    out->type = all->texts.data[bd_unpack_u32(&in)];
    out->subscription = all->texts.data[bd_unpack_u32(&in)];
    out->reason = all->texts.data[bd_unpack_u32(&in)];
    out->last_seen_clean = (bd_day)bd_unpack_i64(&in);
    out->last_seen_failing = (bd_day)bd_unpack_i64(&in);
    out->first_seen_clean = (bd_day)bd_unpack_i64(&in);
    out->exact_from = bd_unpack_i64(&in);
    out->observed_days = (int)bd_unpack_u32(&in);
    out->failing_days = (int)bd_unpack_u32(&in);
    out->is_in_period = bd_unpack_u8(&in) != 0;
    out->property = out->check->property;
    out->id = exception_id(all, out);
    *bd_push(run->arena, &out->controls) = out->check->requirement->control->number;
}

bd_rc bd_stretches_list(bd_stretches *all, bd_err *err) {
    bd_judging *run = all->run;
    bd_exception *list = bd_new(run->arena, bd_exception, all->count);
    BD_TRY(bd_sorter_finish(all->sorter, err));
    for (size_t i = 0; i < all->count; i++) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_sorter_next(all->sorter, &record, &has_record, err));
        BD_ASSERT(has_record);
        bd_arena_reset(all->scratch);
        unpack(all, record, &list[i]);
        bd_arenas_pass(sizeof list[i]);
    }
    run->out->exceptions.data = list;
    run->out->exceptions.count = all->count;
    run->out->exceptions.room = all->count;
    return BD_OK;
}
