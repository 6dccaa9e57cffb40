#include "bindery/util.h"

#include <string.h>

#define TEXT_BYTES 4096 /* payload texts are projections for a reader, not evidence */

void bd_pack_begin(bd_packer *packer) {
    packer->size = 0;
    packer->overflowed = false;
}

static void put_bytes(bd_packer *packer, const void *bytes, size_t count) {
    if (count > sizeof packer->bytes - packer->size) {
        packer->overflowed = true;
        return;
    }
    memcpy(packer->bytes + packer->size, bytes, count);
    packer->size += count;
}

void bd_pack_u8(bd_packer *packer, uint8_t value) {
    put_bytes(packer, &value, 1);
}

void bd_pack_u32(bd_packer *packer, uint32_t value) {
    uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                        (uint8_t)value};
    put_bytes(packer, bytes, sizeof bytes);
}

void bd_pack_i64(bd_packer *packer, int64_t value) {
    uint64_t shifted = (uint64_t)value ^ (uint64_t)1 << 63; /* negative numbers sort first */
    bd_pack_u32(packer, (uint32_t)(shifted >> 32));
    bd_pack_u32(packer, (uint32_t)shifted);
}

void bd_pack_key(bd_packer *packer, bd_str text) {
    static const uint8_t escaped[2] = {0x00, 0xFF};
    static const uint8_t end[2] = {0x00, 0x00};
    while (text.size > 0) {
        const char *nul = memchr(text.data, '\0', text.size);
        size_t plain = nul != NULL ? (size_t)(nul - text.data) : text.size;
        put_bytes(packer, text.data, plain);
        if (nul != NULL) {
            put_bytes(packer, escaped, sizeof escaped);
            plain++;
        }
        text = bd_str_sub(text, plain, text.size);
    }
    put_bytes(packer, end, sizeof end);
}

void bd_pack_packed(bd_packer *packer, bd_str bytes) {
    if (bytes.size > 0) {
        put_bytes(packer, bytes.data, bytes.size);
    }
}

void bd_pack_text(bd_packer *packer, bd_str text) {
    size_t size = text.size;
    if (size > TEXT_BYTES) {
        size = TEXT_BYTES;
        while (size > 0 && ((unsigned char)text.data[size] & 0xC0) == 0x80) {
            size--; /* never in the middle of a UTF-8 sequence */
        }
    }
    bool is_cut = size < text.size;
    bd_pack_u32(packer, (uint32_t)(size + (is_cut ? 3 : 0)));
    if (size > 0) {
        put_bytes(packer, text.data, size);
    }
    if (is_cut) {
        put_bytes(packer, "\xE2\x80\xA6", 3);
    }
}

bd_str bd_pack_end(const bd_packer *packer) {
    return (bd_str){(const char *)packer->bytes, packer->size};
}

/* ---- what nobody vouches for ---- */

static bool pass_bytes(bd_str record, size_t *at, size_t count) {
    bool fits = *at <= record.size && count <= record.size - *at;
    *at += fits ? count : 0;
    return fits;
}

static bool pass_text(bd_str record, size_t *at) {
    bd_unpacker size = {.record = record, .at = *at};
    return pass_bytes(record, at, 4) && pass_bytes(record, at, bd_unpack_u32(&size));
}

static bool pass_key(bd_str record, size_t *at) {
    while (*at + 1 < record.size) {
        if (record.data[*at] != '\0') {
            *at += 1;
            continue;
        }
        bool is_end = record.data[*at + 1] == '\0';
        if (!is_end && (unsigned char)record.data[*at + 1] != 0xFF) {
            return false;
        }
        *at += 2;
        if (is_end) {
            return true;
        }
    }
    return false;
}

bool bd_pack_fits(bd_str record, size_t *at, const char *form) {
    bool fits = true;
    for (; *form != '\0' && fits; form++) {
        fits = *form == '1'   ? pass_bytes(record, at, 1)
               : *form == '4' ? pass_bytes(record, at, 4)
               : *form == '8' ? pass_bytes(record, at, 8)
               : *form == 't' ? pass_text(record, at)
                              : pass_key(record, at);
    }
    return fits;
}

/* ---- unpacking ---- */

static const uint8_t *take_bytes(bd_unpacker *unpacker, size_t count) {
    BD_ASSERT(count <= unpacker->record.size - unpacker->at);
    const uint8_t *bytes = (const uint8_t *)unpacker->record.data + unpacker->at;
    unpacker->at += count;
    return bytes;
}

uint8_t bd_unpack_u8(bd_unpacker *unpacker) {
    return take_bytes(unpacker, 1)[0];
}

uint32_t bd_unpack_u32(bd_unpacker *unpacker) {
    const uint8_t *b = take_bytes(unpacker, 4);
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

int64_t bd_unpack_i64(bd_unpacker *unpacker) {
    uint64_t high = bd_unpack_u32(unpacker);
    uint64_t low = bd_unpack_u32(unpacker);
    return (int64_t)((high << 32 | low) ^ (uint64_t)1 << 63);
}

bd_str bd_unpack_packed(bd_unpacker *unpacker, size_t size) {
    return (bd_str){(const char *)take_bytes(unpacker, size), size};
}

bd_str bd_unpack_key(bd_unpacker *unpacker, bd_arena *arena) {
    const char *bytes = unpacker->record.data;
    size_t from = unpacker->at;
    size_t at = from;
    bool is_escaped = false;
    for (;;) {
        const char *nul = at < unpacker->record.size
                              ? memchr(bytes + at, '\0', unpacker->record.size - at)
                              : NULL;
        BD_ASSERT(nul != NULL);
        at = (size_t)(nul - bytes);
        BD_ASSERT(at + 1 < unpacker->record.size);
        if (bytes[at + 1] == '\0') {
            break;
        }
        is_escaped = true;
        at += 2;
    }
    unpacker->at = at + 2;
    bd_str packed = {bytes + from, at - from};
    if (!is_escaped) {
        return packed;
    }
    char *text = bd_alloc(arena, packed.size, 1);
    size_t size = 0;
    for (size_t i = 0; i < packed.size; i++) {
        text[size++] = packed.data[i];
        i += packed.data[i] == '\0' ? 1 : 0;
    }
    return (bd_str){text, size};
}

bd_str bd_unpack_text(bd_unpacker *unpacker) {
    size_t size = bd_unpack_u32(unpacker);
    return (bd_str){(const char *)take_bytes(unpacker, size), size};
}
