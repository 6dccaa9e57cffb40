#include "bindery/rule.h"

#include <string.h>

#define KEY_IS_JOIN 0x40 /* beside the bits of the texts that are written */
#define ALL_WRITTEN 0x3F

_Static_assert(ALL_WRITTEN == (1 << BD_ROW_SHARED) - 1, "a bit for each shared text");

void bd_row_series_begin(bd_row_series *series) {
    series->has_row = false;
}

/* ---- packing ---- */

static bool is_shared(const bd_row_series *series, size_t i, bd_str text) {
    return series->has_row && series->sizes[i] == text.size &&
           (text.size == 0 || memcmp(series->bytes[i], text.data, text.size) == 0);
}

/* A text that is too long to be kept whole is cut when it is packed, and so never stays the same. */
static void keep_shared(bd_row_series *series, size_t i, bd_str text) {
    bool fits = text.size <= BD_ROW_SHARED_BYTES;
    series->sizes[i] = fits ? text.size : SIZE_MAX;
    if (fits && text.size > 0) {
        memcpy(series->bytes[i], text.data, text.size);
    }
}

static void pack_shared(bd_packer *packer, bd_row_series *series, const bd_row *row) {
    const bd_str texts[BD_ROW_SHARED] = {row->type,         row->key,   row->resource,
                                         row->subscription, row->scope, row->source};
    bool is_join = row->join.size > 0 && bd_str_eq(row->join, row->key);
    unsigned written = is_join ? KEY_IS_JOIN : 0;
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        written |= series != NULL && is_shared(series, i, texts[i]) ? 0U : 1U << i;
    }
    bd_pack_u8(packer, (uint8_t)written);
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        if ((written & 1U << i) == 0) {
            continue;
        }
        bd_pack_text(packer, texts[i]);
        if (series != NULL) {
            keep_shared(series, i, texts[i]);
        }
    }
    if (!is_join) {
        bd_pack_text(packer, row->join);
    }
}

void bd_row_pack(bd_packer *packer, bd_row_series *series, const bd_row *row) {
    bd_pack_u32(packer, row->check);
    bd_pack_u8(packer, (uint8_t)row->side);
    bd_pack_u8(packer, (uint8_t)row->verdict);
    bd_pack_u8(packer, row->lacks_key ? 1 : 0);
    bd_pack_i64(packer, row->time);
    bd_pack_u32(packer, row->ordinal);
    pack_shared(packer, series, row);
    bd_pack_text(packer, row->reason);
    bd_pack_text(packer, row->detail);
    bd_pack_text(packer, row->alias);
    if (series != NULL) {
        series->has_row = !packer->overflowed; /* a row that nobody reads leaves nothing behind */
    }
}

/* ---- what nobody vouches for ---- */

bool bd_row_fits(bd_str packed, size_t at, size_t check_count, bool *has_row) {
    bd_unpacker row = {.record = packed, .at = at};
    if (!bd_pack_fits(packed, &at, "4111841")) {
        return false;
    }
    uint32_t check = bd_unpack_u32(&row);
    uint8_t side = bd_unpack_u8(&row), verdict = bd_unpack_u8(&row), lacks = bd_unpack_u8(&row);
    row.at = at - 1;
    unsigned written = bd_unpack_u8(&row);
    if (check >= check_count || side > BD_SIDE_UNDO || verdict > BD_CANNOT_TELL || lacks > 1 ||
        written > (ALL_WRITTEN | KEY_IS_JOIN) ||
        (!*has_row && (written & ALL_WRITTEN) != ALL_WRITTEN)) {
        return false;
    }
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        size_t before = at;
        if ((written & 1U << i) != 0 &&
            (!bd_pack_fits(packed, &at, "t") || at - before > 4 + BD_ROW_SHARED_BYTES)) {
            return false;
        }
    }
    bool fits = ((written & KEY_IS_JOIN) != 0 || bd_pack_fits(packed, &at, "t")) &&
                bd_pack_fits(packed, &at, "ttt") && at == packed.size;
    *has_row = *has_row || fits;
    return fits;
}

/* ---- unpacking ---- */

static bd_str take_shared(bd_unpacker *unpacker, bd_row_series *series, size_t i, bool is_written) {
    if (series == NULL) {
        BD_ASSERT(is_written);
        return bd_unpack_text(unpacker);
    }
    if (is_written) {
        bd_str text = bd_unpack_text(unpacker);
        BD_ASSERT(text.size <= BD_ROW_SHARED_BYTES);
        keep_shared(series, i, text);
    }
    BD_ASSERT(is_written || series->has_row);
    return (bd_str){series->bytes[i], series->sizes[i]};
}

void bd_row_unpack(bd_unpacker *unpacker, bd_row_series *series, bd_row *out) {
    out->check = bd_unpack_u32(unpacker);
    out->side = (bd_side)bd_unpack_u8(unpacker);
    out->verdict = (bd_verdict)bd_unpack_u8(unpacker);
    out->lacks_key = bd_unpack_u8(unpacker) != 0;
    out->time = bd_unpack_i64(unpacker);
    out->ordinal = bd_unpack_u32(unpacker);
    bd_str *const texts[BD_ROW_SHARED] = {&out->type,         &out->key,   &out->resource,
                                          &out->subscription, &out->scope, &out->source};
    unsigned written = bd_unpack_u8(unpacker);
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        *texts[i] = take_shared(unpacker, series, i, (written & 1U << i) != 0);
    }
    if (series != NULL) {
        series->has_row = true;
    }
    out->join = (written & KEY_IS_JOIN) != 0 ? out->key : bd_unpack_text(unpacker);
    out->reason = bd_unpack_text(unpacker);
    out->detail = bd_unpack_text(unpacker);
    out->alias = bd_unpack_text(unpacker);
}
