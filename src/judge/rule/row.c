#include "bindery/rule.h"

void bd_row_pack(bd_packer *packer, const bd_row *row) {
    bd_pack_u32(packer, row->check);
    bd_pack_u8(packer, (uint8_t)row->side);
    bd_pack_u8(packer, (uint8_t)row->verdict);
    bd_pack_u8(packer, row->lacks_key ? 1 : 0);
    bd_pack_i64(packer, row->time);
    bd_pack_u32(packer, row->ordinal);
    const bd_str texts[] = {row->join,  row->type,   row->key,    row->resource, row->subscription,
                            row->scope, row->source, row->reason, row->detail,   row->alias};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_pack_text(packer, texts[i]);
    }
}

void bd_row_unpack(bd_unpacker *unpacker, bd_arena *arena, bd_row *out) {
    (void)arena;
    out->check = bd_unpack_u32(unpacker);
    out->side = (bd_side)bd_unpack_u8(unpacker);
    out->verdict = (bd_verdict)bd_unpack_u8(unpacker);
    out->lacks_key = bd_unpack_u8(unpacker) != 0;
    out->time = bd_unpack_i64(unpacker);
    out->ordinal = bd_unpack_u32(unpacker);
    bd_str *const texts[] = {&out->join,         &out->type,  &out->key,    &out->resource,
                             &out->subscription, &out->scope, &out->source, &out->reason,
                             &out->detail,       &out->alias};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_unpack_text(unpacker);
    }
}
