/* What joins keep, on its way from scan to assess. */
#include "bindery/derive.h"

void bd_part_pack(bd_packer *packer, uint32_t derived, bd_str group, bd_str source, bd_str scope,
                  bd_str kept) {
    bd_pack_u32(packer, derived);
    bd_pack_key(packer, group);
    bd_pack_key(packer, source);
    bd_pack_key(packer, scope);
    bd_pack_key(packer, kept);
}

bool bd_part_fits(bd_str packed, size_t at, size_t source_count) {
    bd_unpacker part = {.record = packed, .at = at};
    if (!bd_pack_fits(packed, &at, "4kkk") || bd_unpack_u32(&part) >= source_count) {
        return false;
    }
    bd_str kept = bd_str_sub(packed, at, packed.size - 2); /* JSON has no U+0000 in it */
    return bd_pack_fits(packed, &at, "k") && at == packed.size &&
           !bd_failed(bd_json_check(kept, NULL, NULL));
}

void bd_part_unpack(bd_unpacker *unpacker, bd_arena *arena, uint32_t *derived, bd_str *group,
                    bd_part *out) {
    *derived = bd_unpack_u32(unpacker);
    *group = bd_unpack_key(unpacker, arena);
    out->source = bd_unpack_key(unpacker, arena);
    out->scope = bd_unpack_key(unpacker, arena);
    out->kept = bd_derive_parse_text(arena, bd_unpack_key(unpacker, arena));
}
