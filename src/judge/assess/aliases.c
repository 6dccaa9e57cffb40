/* Other keys of one thing: rows that share an alias stand under every key that any of them shows. */
#include "bindery/assess.h"

#include "assess_priv.h"

#define ALIASED_BYTES ((size_t)1 << 20)
#define ALIAS_BYTES ((size_t)1 << 30)

bd_aliases bd_aliases_open(void) {
    bd_aliases out = {.arena = bd_arena_open("aliases", ALIAS_BYTES),
                   .rows = bd_spool_open(ALIASED_BYTES)};
    out.joins = bd_map_make(out.arena);
    return out;
}

void bd_aliases_close(bd_aliases *known) {
    bd_spool_close(known->rows);
    bd_arena_close(known->arena);
}

bd_rc bd_aliases_note(bd_judging *run, bd_aliases *known, const bd_row *row,
                      uint32_t evidence_index, bd_err *err) {
    if (row->alias.size == 0) {
        return BD_OK;
    }
    bd_strs *joins = bd_map_find(known->joins, row->alias);
    if (joins == NULL) {
        joins = bd_new(known->arena, bd_strs, 1);
        bd_map_put(known->joins, bd_str_copy(known->arena, row->alias), joins);
    }
    bool is_known = row->join.size == 0;
    for (size_t i = 0; i < joins->count && !is_known; i++) {
        is_known = bd_str_eq(joins->data[i], row->join);
    }
    if (!is_known) {
        *bd_push(known->arena, joins) = bd_str_copy(known->arena, row->join);
    }
    bd_pack_begin(&run->packer);
    bd_pack_u32(&run->packer, evidence_index);
    bd_row_pack(&run->packer, NULL, row);
    return bd_spool_put(known->rows, bd_pack_end(&run->packer), err);
}

static bd_rc put_aliased(bd_judging *run, const bd_aliases *known, bd_sorter *groups, bd_row *row,
                         uint32_t evidence_index, bd_err *err) {
    const bd_strs *joins = bd_map_find(known->joins, row->alias);
    bd_str own = row->join;
    if (row->lacks_key) {
        row->verdict = BD_PASS;
        row->lacks_key = false;
    }
    for (size_t i = 0; i < joins->count; i++) {
        row->join = joins->data[i];
        if (!bd_str_eq(own, row->join)) {
            BD_TRY(bd_judging_put_grouped(run, groups, row->check, row, row->join, evidence_index, err));
        }
    }
    return BD_OK;
}

bd_rc bd_aliases_join(bd_judging *run, const bd_aliases *known, bd_sorter *groups, bd_err *err) {
    BD_TRY(bd_spool_rewind(known->rows, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(bd_spool_next(known->rows, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        bd_unpacker unpacker = {.record = record};
        uint32_t evidence_index = bd_unpack_u32(&unpacker);
        bd_row row;
        bd_row_unpack(&unpacker, NULL, &row);
        BD_TRY(put_aliased(run, known, groups, &row, evidence_index, err));
    }
}
