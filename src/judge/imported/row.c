#include "bindery/imported.h"

#include "imported_priv.h"

void bd_import_pack(bd_packer *packer, const bd_import_row *row) {
    bd_pack_u32(packer, row->import);
    bd_pack_u8(packer, (uint8_t)row->means);
    bd_pack_u8(packer, (uint8_t)((row->is_soc ? 1 : 0) | (row->is_manual ? 2 : 0)));
    bd_pack_u32(packer, (uint32_t)row->groups.count);
    bd_pack_u32(packer, row->groups_left);
    for (size_t i = 0; i < row->groups.count; i++) {
        bd_pack_text(packer, row->groups.data[i]);
        bd_pack_text(packer, row->criteria.data[i]);
    }
    const int64_t numbers[] = {row->count, row->at, row->expires, row->evidence_count};
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        bd_pack_i64(packer, numbers[i]);
    }
    const bd_str texts[] = {row->scope,  row->set,     row->resource, row->resource_key,
                            row->test,   row->title,   row->key,      row->status,
                            row->cause,  row->current, row->max,      row->percentage,
                            row->weight, row->owner,   row->comments};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_pack_text(packer, texts[i]);
    }
}

bool bd_import_fits(bd_str packed, size_t at, size_t import_count) {
    bd_unpacker row = {.record = packed, .at = at};
    if (!bd_pack_fits(packed, &at, "41144")) {
        return false;
    }
    uint32_t import = bd_unpack_u32(&row);
    uint8_t means = bd_unpack_u8(&row), flags = bd_unpack_u8(&row);
    uint32_t groups = bd_unpack_u32(&row);
    bool fits = import < import_count && means < BD_IMPORT_CLASSES && flags <= 3 &&
                groups <= BD_IMPORT_GROUPS_MAX;
    for (uint32_t i = 0; i < groups && fits; i++) {
        fits = bd_pack_fits(packed, &at, "tt");
    }
    return fits && bd_pack_fits(packed, &at, "8888ttttttttttttttt") && at == packed.size;
}

void bd_import_unpack(bd_unpacker *unpacker, bd_arena *arena, bd_import_row *out) {
    *out = (bd_import_row){.import = bd_unpack_u32(unpacker)};
    out->means = (bd_import_class)bd_unpack_u8(unpacker);
    uint8_t flags = bd_unpack_u8(unpacker);
    out->is_soc = (flags & 1) != 0;
    out->is_manual = (flags & 2) != 0;
    uint32_t groups = bd_unpack_u32(unpacker);
    out->groups_left = bd_unpack_u32(unpacker);
    for (uint32_t i = 0; i < groups && i < BD_IMPORT_GROUPS_MAX; i++) {
        *bd_push(arena, &out->groups) = bd_unpack_text(unpacker);
        *bd_push(arena, &out->criteria) = bd_unpack_text(unpacker);
    }
    int64_t *const numbers[] = {&out->count, &out->at, &out->expires, &out->evidence_count};
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        *numbers[i] = bd_unpack_i64(unpacker);
    }
    bd_str *const texts[] = {&out->scope,  &out->set,     &out->resource, &out->resource_key,
                             &out->test,   &out->title,   &out->key,      &out->status,
                             &out->cause,  &out->current, &out->max,      &out->percentage,
                             &out->weight, &out->owner,   &out->comments};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = bd_unpack_text(unpacker);
    }
}
