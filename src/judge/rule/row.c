#include "bindery/rule.h"

#include <string.h>

/* The first byte behind the check: verdict, side, and what is left out because it is as mostly. */
#define VERDICT_BITS 0x03
#define SIDE_SHIFT 2
#define SIDE_BITS 0x03
#define LACKS_KEY 0x10
#define HAS_TIME 0x20
#define HAS_ORDINAL 0x40 /* another than that of the row before */
#define ALL_HOW 0x7F
/* The second: a bit for each shared text that is written, then */
#define ALL_WRITTEN 0x3F
#define KEY_IS_JOIN 0x40
#define KEY_FOLLOWS 0x80 /* written as nothing: the resource in lower case, as of what Azure Resource Manager names */
/* The third: the texts of the row alone. */
#define HAS_JOIN 0x01
#define HAS_REASON 0x02
#define HAS_DETAIL 0x04
#define HAS_ALIAS 0x08
#define SAME_REASON 0x10 /* as the check gave last in this series */
#define ALL_OWN 0x1F

#define KEY 1 /* among the shared texts */
#define RESOURCE 2

_Static_assert(ALL_WRITTEN == (1 << BD_ROW_SHARED) - 1, "a bit for each shared text");
_Static_assert(BD_CANNOT_TELL <= VERDICT_BITS && BD_SIDE_UNDO <= SIDE_BITS, "both have two bits");

void bd_row_series_begin(bd_row_series *series) {
    series->has_row = false;
    for (size_t i = 0; i < BD_ROW_REASONS; i++) {
        series->reasons[i].check_after = 0;
    }
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

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool key_follows(const bd_row *row) {
    bool follows = row->key.size == row->resource.size && row->key.size <= BD_ROW_SHARED_BYTES;
    for (size_t i = 0; i < row->key.size && follows; i++) {
        follows = row->key.data[i] == lower(row->resource.data[i]);
    }
    return follows;
}

static unsigned shared_marks(const bd_row_series *series, const bd_row *row, const bd_str *texts) {
    unsigned marks = row->join.size > 0 && bd_str_eq(row->join, row->key) ? KEY_IS_JOIN : 0;
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        marks |= series != NULL && is_shared(series, i, texts[i]) ? 0U : 1U << i;
    }
    bool follows = series != NULL && (marks & 1U << KEY) != 0 && key_follows(row);
    return follows ? marks | KEY_FOLLOWS : marks;
}

static void pack_shared(bd_packer *packer, bd_row_series *series, const bd_str *texts, unsigned marks) {
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        if ((marks & 1U << i) == 0) {
            continue;
        }
        if (i != KEY || (marks & KEY_FOLLOWS) == 0) {
            bd_pack_text(packer, texts[i]);
        }
        if (series != NULL) {
            keep_shared(series, i, texts[i]);
        }
    }
}

static bd_row_reason *reason_of(bd_row_series *series, uint32_t check) {
    return &series->reasons[check % BD_ROW_REASONS];
}

/* Most checks have one sentence for what they find. */
static bool is_same_reason(bd_row_series *series, uint32_t check, bd_str reason) {
    const bd_row_reason *last = reason_of(series, check);
    return last->check_after == check + 1 && bd_str_eq((bd_str){last->bytes, last->size}, reason);
}

static void keep_reason(bd_row_series *series, uint32_t check, bd_str reason) {
    bd_row_reason *last = reason_of(series, check);
    bool fits = reason.size <= sizeof last->bytes;
    last->check_after = fits ? check + 1 : 0;
    last->size = (uint16_t)(fits ? reason.size : 0);
    if (fits) {
        memcpy(last->bytes, reason.data, reason.size);
    }
}

static unsigned own_marks(bd_row_series *series, const bd_row *row, unsigned shared) {
    bool is_same = series != NULL && row->reason.size > 0 && is_same_reason(series, row->check, row->reason);
    return (row->join.size > 0 && (shared & KEY_IS_JOIN) == 0 ? HAS_JOIN : 0U) |
           (is_same ? SAME_REASON : row->reason.size > 0 ? HAS_REASON : 0U) |
           (row->detail.size > 0 ? HAS_DETAIL : 0U) | (row->alias.size > 0 ? HAS_ALIAS : 0U);
}

static void pack_own(bd_packer *packer, bd_row_series *series, const bd_row *row, unsigned marks) {
    const bd_str texts[] = {row->join, row->reason, row->detail, row->alias};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        if ((marks & 1U << i) != 0) {
            bd_pack_text(packer, texts[i]);
        }
    }
    if (series != NULL && (marks & HAS_REASON) != 0) {
        keep_reason(series, row->check, row->reason);
    }
}

void bd_row_pack(bd_packer *packer, bd_row_series *series, const bd_row *row) {
    const bd_str texts[BD_ROW_SHARED] = {row->type,         row->key,   row->resource,
                                         row->subscription, row->scope, row->source};
    bool is_next = series == NULL || !series->has_row || series->ordinal != row->ordinal;
    unsigned shared = shared_marks(series, row, texts);
    unsigned own = own_marks(series, row, shared);
    BD_ASSERT(row->check < UINT32_MAX);
    bd_pack_u32(packer, row->check);
    bd_pack_u8(packer, (uint8_t)((unsigned)row->verdict | (unsigned)row->side << SIDE_SHIFT |
                                 (row->lacks_key ? LACKS_KEY : 0U) |
                                 (row->time != BD_INSTANT_NONE ? HAS_TIME : 0U) |
                                 (is_next ? HAS_ORDINAL : 0U)));
    bd_pack_u8(packer, (uint8_t)shared);
    bd_pack_u8(packer, (uint8_t)own);
    if (row->time != BD_INSTANT_NONE) {
        bd_pack_i64(packer, row->time);
    }
    if (is_next) {
        bd_pack_u32(packer, row->ordinal);
    }
    pack_shared(packer, series, texts, shared);
    pack_own(packer, series, row, own);
    if (series != NULL && packer->overflowed) {
        bd_row_series_begin(series); /* a row that nobody reads leaves nothing behind */
    } else if (series != NULL) {
        series->has_row = true;
        series->ordinal = row->ordinal;
    }
}

/* ---- what nobody vouches for ---- */

static bool shared_fit(bd_str packed, size_t *at, unsigned marks, bool has_row) {
    bool is_whole = (marks & ALL_WRITTEN) == ALL_WRITTEN || has_row;
    bool is_sound = is_whole && ((marks & KEY_FOLLOWS) == 0 || (marks & 1U << KEY) != 0);
    for (size_t i = 0; i < BD_ROW_SHARED && is_sound; i++) {
        size_t before = *at;
        bool is_written = (marks & 1U << i) != 0 && (i != KEY || (marks & KEY_FOLLOWS) == 0);
        is_sound = !is_written ||
                   (bd_pack_fits(packed, at, "t") && *at - before <= 4 + BD_ROW_SHARED_BYTES);
    }
    return is_sound;
}

/* `*told`: 1 + the check whose reason stands in the place, before this row and behind it. */
static bool own_fit(bd_str packed, size_t *at, unsigned marks, uint32_t check, uint32_t *told) {
    bool is_sound = marks <= ALL_OWN && ((marks & SAME_REASON) == 0 ||
                                         ((marks & HAS_REASON) == 0 && *told == check + 1));
    for (unsigned mark = HAS_JOIN; mark <= HAS_ALIAS && is_sound; mark <<= 1) {
        size_t before = *at;
        is_sound = (marks & mark) == 0 || bd_pack_fits(packed, at, "t");
        if (is_sound && (marks & mark & HAS_REASON) != 0) {
            *told = *at - before <= 4 + BD_ROW_REASON_BYTES ? check + 1 : 0;
        }
    }
    return is_sound;
}

bool bd_row_fits(bd_str packed, size_t at, size_t check_count, bd_row_marks *seen) {
    bd_unpacker row = {.record = packed, .at = at};
    if (!bd_pack_fits(packed, &at, "4111")) {
        return false;
    }
    uint32_t check = bd_unpack_u32(&row);
    unsigned how = bd_unpack_u8(&row), shared = bd_unpack_u8(&row), own = bd_unpack_u8(&row);
    uint32_t *place = &seen->told[check % BD_ROW_REASONS], told = *place;
    bool is_known = check < check_count && how <= ALL_HOW &&
                    ((how & HAS_ORDINAL) != 0 || seen->has_row);
    bool fits = is_known && ((how & HAS_TIME) == 0 || bd_pack_fits(packed, &at, "8")) &&
                ((how & HAS_ORDINAL) == 0 || bd_pack_fits(packed, &at, "4")) &&
                shared_fit(packed, &at, shared, seen->has_row) &&
                own_fit(packed, &at, own, check, &told) && at == packed.size;
    seen->has_row = seen->has_row || fits;
    *place = fits ? told : *place;
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

static bd_str follow_resource(bd_row_series *series) {
    BD_ASSERT(series != NULL);
    series->sizes[KEY] = series->sizes[RESOURCE];
    for (size_t i = 0; i < series->sizes[KEY]; i++) {
        series->bytes[KEY][i] = lower(series->bytes[RESOURCE][i]);
    }
    return (bd_str){series->bytes[KEY], series->sizes[KEY]};
}

static void unpack_shared(bd_unpacker *unpacker, bd_row_series *series, unsigned marks, bd_row *out) {
    bd_str *const texts[BD_ROW_SHARED] = {&out->type,         &out->key,   &out->resource,
                                          &out->subscription, &out->scope, &out->source};
    bool follows = (marks & KEY_FOLLOWS) != 0;
    for (size_t i = 0; i < BD_ROW_SHARED; i++) {
        if (i != KEY || !follows) {
            *texts[i] = take_shared(unpacker, series, i, (marks & 1U << i) != 0);
        }
    }
    if (follows) {
        out->key = follow_resource(series);
    }
}

static bd_str last_reason(bd_row_series *series, uint32_t check) {
    BD_ASSERT(series != NULL);
    const bd_row_reason *last = reason_of(series, check);
    BD_ASSERT(last->check_after == check + 1);
    return (bd_str){last->bytes, last->size};
}

static void unpack_own(bd_unpacker *unpacker, bd_row_series *series, unsigned marks, bd_row *out) {
    bd_str *const texts[] = {&out->join, &out->reason, &out->detail, &out->alias};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i] = (marks & 1U << i) != 0 ? bd_unpack_text(unpacker) : (bd_str){"", 0};
    }
    if ((marks & SAME_REASON) != 0) {
        out->reason = last_reason(series, out->check);
    } else if (series != NULL && (marks & HAS_REASON) != 0) {
        keep_reason(series, out->check, out->reason);
    }
}

void bd_row_unpack(bd_unpacker *unpacker, bd_row_series *series, bd_row *out) {
    out->check = bd_unpack_u32(unpacker);
    unsigned how = bd_unpack_u8(unpacker), shared = bd_unpack_u8(unpacker), own = bd_unpack_u8(unpacker);
    out->verdict = (bd_verdict)(how & VERDICT_BITS);
    out->side = (bd_side)(how >> SIDE_SHIFT & SIDE_BITS);
    out->lacks_key = (how & LACKS_KEY) != 0;
    out->time = (how & HAS_TIME) != 0 ? bd_unpack_i64(unpacker) : BD_INSTANT_NONE;
    BD_ASSERT((how & HAS_ORDINAL) != 0 || (series != NULL && series->has_row));
    out->ordinal = (how & HAS_ORDINAL) != 0 ? bd_unpack_u32(unpacker) : series->ordinal;
    unpack_shared(unpacker, series, shared, out);
    if (series != NULL) {
        series->has_row = true;
        series->ordinal = out->ordinal;
    }
    unpack_own(unpacker, series, own, out);
    if ((shared & KEY_IS_JOIN) != 0) {
        out->join = out->key;
    }
}
