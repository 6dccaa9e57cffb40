#include "zip_priv.h"

#include <string.h>

/* Every field is a constant of the profile or a function of the facts (PKWARE APPNOTE 6.3.10,
 * 4.3.7, 4.3.12, 4.3.14 to 4.3.16).  Made by UNIX, so that the external attributes give files the
 * mode 0644. */
enum {
    FLAGS = 0x0800, /* names are UTF-8 */
    NEEDED_STORED = 10,
    NEEDED_DEFLATED = 20,
    NEEDED_ZIP64 = 45,
    MADE_BY_UNIX = 3 << 8,
    ZIP64_EXTRA_ID = 1
};
#define MODE_0644 (UINT32_C(0100644) << 16)
#define MAX16 UINT64_C(0xFFFF)
#define MAX32 UINT64_C(0xFFFFFFFF)

struct put {
    uint8_t *out;
    size_t at;
};

static void put_bytes(struct put *put, uint64_t value, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        put->out[put->at++] = (uint8_t)(value >> (8 * i));
    }
}

static void put16(struct put *put, uint64_t value) {
    put_bytes(put, value, 2);
}

static void put32(struct put *put, uint64_t value) {
    put_bytes(put, value, 4);
}

static void put64(struct put *put, uint64_t value) {
    put_bytes(put, value, 8);
}

static void put_str(struct put *put, bd_str text) {
    BD_ASSERT(text.size <= ZIP_NAME_MAX);
    memcpy(put->out + put->at, text.data, text.size);
    put->at += text.size;
}

uint16_t zip_load16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t zip_load32(const uint8_t *at) {
    return (uint32_t)zip_load16(at) | (uint32_t)zip_load16(at + 2) << 16;
}

uint64_t zip_load64(const uint8_t *at) {
    return (uint64_t)zip_load32(at) | (uint64_t)zip_load32(at + 4) << 32;
}

/* A local header has room for both sizes or for none, so that one large size brings both into the
 * extra field; the central header follows the same rule. */
static bool has_big_sizes(const struct zip_facts *facts) {
    return facts->bytes >= MAX32 || facts->stored_bytes >= MAX32;
}

static unsigned version_needed(const struct zip_facts *facts, bool is_zip64) {
    if (is_zip64) {
        return NEEDED_ZIP64;
    }
    return facts->method == 0 ? NEEDED_STORED : NEEDED_DEFLATED;
}

/* From "flags" to "name length": the same in both headers. */
static void put_common(struct put *put, const struct zip_facts *facts) {
    bool is_big = has_big_sizes(facts);
    put16(put, FLAGS);
    put16(put, (uint64_t)facts->method);
    put16(put, facts->dos_time);
    put16(put, facts->dos_date);
    put32(put, facts->crc32);
    put32(put, is_big ? MAX32 : facts->stored_bytes);
    put32(put, is_big ? MAX32 : facts->bytes);
    put16(put, facts->name.size);
}

size_t zip_local_build(const struct zip_facts *facts, uint8_t out[ZIP_HEADER_MAX]) {
    bool is_big = has_big_sizes(facts);
    struct put put = {out, 0};
    put32(&put, 0x04034b50);
    put16(&put, version_needed(facts, is_big));
    put_common(&put, facts);
    put16(&put, is_big ? 20 : 0);
    put_str(&put, facts->name);
    if (is_big) {
        put16(&put, ZIP64_EXTRA_ID);
        put16(&put, 16);
        put64(&put, facts->bytes);
        put64(&put, facts->stored_bytes);
    }
    return put.at;
}

size_t zip_central_build(const struct zip_facts *facts, uint8_t out[ZIP_HEADER_MAX]) {
    bool is_big = has_big_sizes(facts);
    bool is_far = facts->offset >= MAX32;
    unsigned needed = version_needed(facts, is_big || is_far);
    unsigned values = (is_big ? 16u : 0u) + (is_far ? 8u : 0u);
    struct put put = {out, 0};
    put32(&put, 0x02014b50);
    put16(&put, MADE_BY_UNIX | needed);
    put16(&put, needed);
    put_common(&put, facts);
    put16(&put, values > 0 ? values + 4 : 0);
    put16(&put, 0); /* comment length */
    put16(&put, 0); /* disk */
    put16(&put, 0); /* internal attributes */
    put32(&put, MODE_0644);
    put32(&put, is_far ? MAX32 : facts->offset);
    put_str(&put, facts->name);
    if (values > 0) {
        put16(&put, ZIP64_EXTRA_ID);
        put16(&put, values);
    }
    if (is_big) {
        put64(&put, facts->bytes);
        put64(&put, facts->stored_bytes);
    }
    if (is_far) {
        put64(&put, facts->offset);
    }
    return put.at;
}

static void put_zip64_end(struct put *put, const struct zip_end *end) {
    put32(put, 0x06064b50);
    put64(put, ZIP64_END_BYTES - 12); /* size of what follows */
    put16(put, MADE_BY_UNIX | NEEDED_ZIP64);
    put16(put, NEEDED_ZIP64);
    put32(put, 0); /* this disk */
    put32(put, 0); /* disk of the directory */
    put64(put, end->count);
    put64(put, end->count);
    put64(put, end->size);
    put64(put, end->offset);
    put32(put, 0x07064b50);
    put32(put, 0); /* disk of the Zip64 end record */
    put64(put, end->offset + end->size);
    put32(put, 1); /* disks */
}

size_t zip_end_build(const struct zip_end *end, uint8_t out[ZIP_TAIL_MAX]) {
    struct put put = {out, 0};
    if (end->count >= MAX16 || end->size >= MAX32 || end->offset >= MAX32) {
        put_zip64_end(&put, end);
    }
    put32(&put, 0x06054b50);
    put16(&put, 0); /* this disk */
    put16(&put, 0); /* disk of the directory */
    put16(&put, end->count >= MAX16 ? MAX16 : end->count);
    put16(&put, end->count >= MAX16 ? MAX16 : end->count);
    put32(&put, end->size >= MAX32 ? MAX32 : end->size);
    put32(&put, end->offset >= MAX32 ? MAX32 : end->offset);
    put16(&put, 0); /* comment length */
    return put.at;
}

/* ---- time ------------------------------------------------------------------------------------ */

#define DAY_SECONDS INT64_C(86400)

void zip_dos_of_instant(bd_instant at, uint16_t *dos_time, uint16_t *dos_date) {
    bd_instant first = (bd_instant)bd_day_of_date(1980, 1, 1) * DAY_SECONDS * BD_SECOND;
    bd_instant last = ((bd_instant)bd_day_of_date(2108, 1, 1) * DAY_SECONDS - 2) * BD_SECOND;
    at = at < first ? first : at > last ? last : at;
    int64_t seconds = at / BD_SECOND;
    bd_date date = bd_date_of_day((bd_day)(seconds / DAY_SECONDS));
    unsigned of_day = (unsigned)(seconds % DAY_SECONDS);
    *dos_time = (uint16_t)(of_day / 3600 << 11 | of_day / 60 % 60 << 5 | of_day % 60 / 2);
    *dos_date = (uint16_t)((unsigned)(date.year - 1980) << 9 | (unsigned)date.month << 5 |
                           (unsigned)date.day);
}

bd_instant zip_instant_of_dos(uint16_t dos_time, uint16_t dos_date) {
    bd_day day = bd_day_of_date(1980 + (dos_date >> 9), dos_date >> 5 & 15, dos_date & 31);
    int64_t of_day = (dos_time >> 11) * 3600 + (dos_time >> 5 & 63) * 60 + (dos_time & 31) * 2;
    return ((int64_t)day * DAY_SECONDS + of_day) * BD_SECOND;
}
