#include "bindery/zip.h"

#include "bindery/crypto.h"

#include "zip_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- a part of a file ------------------------------------------------------------------------ */

struct file_blob {
    bd_blob blob;
    bd_blob_place place;
};

/* One reading from start to end.  Raw bytes come by pread through `raw`; `inflater` stands behind
 * it for a deflated blob that is read plain. */
struct reading {
    bd_arena *arena;
    const struct file_blob *from;
    int fd;
    bool owns_fd;
    bool is_plain, is_checked;
    int64_t raw_at, raw_end;
    bd_source raw, inflated;
    bd_inflater *inflater;
    bd_sha256 *raw_hash, *plain_hash; /* NULL: nobody knows what they should be */
    int64_t plain_bytes;
    uint32_t crc32;
};

static bool is_known(const uint8_t sha256[32]) {
    static const uint8_t zeros[32];
    return memcmp(sha256, zeros, sizeof(zeros)) != 0;
}

static bd_rc check_hash(bd_sha256 *hash, const uint8_t expected[32], bd_str label, const char *what,
                        bd_err *err) {
    uint8_t found[32];
    char expected_hex[65], found_hex[65];
    bd_sha256_finish(hash, found);
    if (memcmp(found, expected, sizeof(found)) == 0) {
        return BD_OK;
    }
    bd_hex(expected, 32, expected_hex);
    bd_hex(found, 32, found_hex);
    BD_RAISE(err, BD_ERR_INPUT, "'%.*s' is altered: SHA-256 of its %s is %s, expected %s",
             BD_ARG(label), what, found_hex, expected_hex);
}

static bd_rc read_raw(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    struct reading *reading = source->context;
    const bd_blob_place *place = &reading->from->place;
    int64_t left = reading->raw_end - reading->raw_at;
    size_t wanted = left < (int64_t)room ? (size_t)left : room;
    *count = 0;
    while (wanted > 0 && *count == 0) {
        ssize_t got = pread(reading->fd, bytes, wanted, (off_t)reading->raw_at);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            BD_RAISE(err, BD_ERR_IO, "cannot read '%.*s': %s", BD_ARG(place->label),
                     strerror(errno));
        }
        if (got == 0) {
            BD_RAISE(
                err, BD_ERR_INPUT, "'%.*s' is cut off: %lld of its %lld stored bytes are missing",
                BD_ARG(place->label), (long long)left, (long long)reading->from->blob.stored_bytes);
        }
        *count = (size_t)got;
    }
    reading->raw_at += (int64_t)*count;
    if (reading->raw_hash != NULL) {
        bd_sha256_put(reading->raw_hash, bytes, *count);
    }
    return BD_OK;
}

static bd_rc check_plain_end(struct reading *reading, bd_err *err) {
    const bd_blob *blob = &reading->from->blob;
    bd_str label = reading->from->place.label;
    if (reading->plain_bytes != blob->bytes) {
        BD_RAISE(err, BD_ERR_INPUT, "'%.*s' is altered: it holds %lld bytes, expected %lld",
                 BD_ARG(label), (long long)reading->plain_bytes, (long long)blob->bytes);
    }
    if (reading->crc32 != blob->crc32) {
        BD_RAISE(err, BD_ERR_INPUT, "'%.*s' is altered: its CRC-32 is %08lx, expected %08lx",
                 BD_ARG(label), (unsigned long)reading->crc32, (unsigned long)blob->crc32);
    }
    if (reading->plain_hash != NULL) {
        BD_TRY(check_hash(reading->plain_hash, blob->sha256, label, "content", err));
    }
    return BD_OK;
}

static bd_rc check_reading_end(struct reading *reading, bd_err *err) {
    const bd_blob *blob = &reading->from->blob;
    if (reading->is_checked) {
        return BD_OK;
    }
    reading->is_checked = true;
    if (reading->raw_hash != NULL) {
        BD_TRY(check_hash(reading->raw_hash, blob->stored_sha256, reading->from->place.label,
                          "deflated form", err));
    }
    return reading->is_plain ? check_plain_end(reading, err) : BD_OK;
}

static bd_rc read_checked(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    struct reading *reading = source->context;
    bd_source *from = reading->inflater != NULL ? &reading->inflated : &reading->raw;
    bd_str label = reading->from->place.label;
    BD_TRY_CTX(bd_source_read(from, bytes, room, count, err), err, "in '%.*s'", BD_ARG(label));
    if (!reading->is_plain) {
        return *count == 0 && room > 0 ? check_reading_end(reading, err) : BD_OK;
    }
    reading->plain_bytes += (int64_t)*count;
    reading->crc32 = bd_crc32(reading->crc32, bytes, *count);
    if (reading->plain_hash != NULL) {
        bd_sha256_put(reading->plain_hash, bytes, *count);
    }
    if (reading->plain_bytes > reading->from->blob.bytes) {
        BD_RAISE(err, BD_ERR_INPUT, "'%.*s' is altered: it holds more than the expected %lld bytes",
                 BD_ARG(label), (long long)reading->from->blob.bytes);
    }
    return *count == 0 && room > 0 ? check_reading_end(reading, err) : BD_OK;
}

static bd_rc open_place(struct reading *reading, bd_err *err) {
    const bd_blob_place *place = &reading->from->place;
    reading->fd = place->fd;
    if (place->fd >= 0) {
        return BD_OK;
    }
    /* a pipe in its place is an error and not a wait for whoever writes to it */
    reading->fd = openat(place->folder_fd, place->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (reading->fd < 0) {
        BD_RAISE(err, errno == ENOENT ? BD_ERR_INPUT : BD_ERR_IO, "cannot open '%.*s': %s",
                 BD_ARG(place->label), strerror(errno));
    }
    reading->owns_fd = true;
    return BD_OK;
}

static void close_reading(struct reading *reading) {
    bd_inflater_close(reading->inflater);
    bd_sha256_close(reading->raw_hash);
    bd_sha256_close(reading->plain_hash);
    if (reading->owns_fd) {
        bd_fd_close(&reading->fd);
    }
    bd_arena_close(reading->arena);
}

static bd_rc open_reading(const bd_blob *blob, bool is_plain, bd_source *out, bd_err *err) {
    const struct file_blob *from = blob->context;
    bool is_deflated = from->place.method != 0;
    bd_arena *arena = bd_arena_open("blob", 64u << 10);
    struct reading *reading = bd_new(arena, struct reading, 1);
    reading->arena = arena;
    reading->from = from;
    reading->is_plain = is_plain;
    bd_rc rc = open_place(reading, err);
    if (bd_failed(rc)) {
        close_reading(reading);
        return rc;
    }
    reading->raw_at = from->place.offset;
    reading->raw_end = from->place.offset + blob->stored_bytes;
    reading->raw = (bd_source){.read = read_raw, .context = reading};
    if (is_deflated && is_known(blob->stored_sha256)) {
        reading->raw_hash = bd_sha256_open();
    }
    if (is_plain && is_known(blob->sha256)) {
        reading->plain_hash = bd_sha256_open();
    }
    if (is_plain && is_deflated) {
        /* One byte more than declared may come, so that the size is what the message names. */
        reading->inflater = bd_inflater_open(&reading->raw, blob->bytes + 1);
        reading->inflated = bd_inflater_source(reading->inflater);
    }
    *out = (bd_source){.read = read_checked, .context = reading};
    return BD_OK;
}

static bd_rc open_file_plain(const bd_blob *blob, bd_source *out, bd_err *err) {
    return open_reading(blob, /*is_plain*/ true, out, err);
}

static bd_rc open_file_stored(const bd_blob *blob, bd_source *out, bd_err *err) {
    return open_reading(blob, /*is_plain*/ false, out, err);
}

static void close_file(const bd_blob *blob, bd_source *source) {
    (void)blob;
    if (source->context != NULL) {
        close_reading(source->context);
        source->context = NULL;
    }
}

bd_blob *bd_blob_of_file(bd_arena *arena, const bd_blob_place *place, int64_t bytes,
                         int64_t stored_bytes, uint32_t crc32) {
    struct file_blob *made = bd_new(arena, struct file_blob, 1);
    made->place = *place;
    made->blob = (bd_blob){
        .bytes = bytes,
        .crc32 = crc32,
        .has_stored = place->method != 0,
        .stored_bytes = stored_bytes,
        .open_plain = open_file_plain,
        .open_stored = open_file_stored,
        .close = close_file,
        .context = made,
    };
    return &made->blob;
}

/* ---- memory ---------------------------------------------------------------------------------- */

struct memory_reading {
    bd_arena *arena;
    bd_memory_source state;
    bd_source inner;
};

static bd_rc read_memory(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    struct memory_reading *reading = source->context;
    return bd_source_read(&reading->inner, bytes, room, count, err);
}

static bd_rc open_memory(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)err;
    const bd_str *text = blob->context;
    bd_arena *arena = bd_arena_open("blob", 64u << 10);
    struct memory_reading *reading = bd_new(arena, struct memory_reading, 1);
    reading->arena = arena;
    reading->inner = bd_source_of_memory(&reading->state, *text);
    *out = (bd_source){.read = read_memory, .context = reading};
    return BD_OK;
}

static void close_memory(const bd_blob *blob, bd_source *source) {
    (void)blob;
    struct memory_reading *reading = source->context;
    if (reading != NULL) {
        bd_arena_close(reading->arena);
        source->context = NULL;
    }
}

static bd_rc refuse_stored(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)blob;
    (void)out;
    BD_RAISE(err, BD_ERR_BUG, "a blob in memory has no deflated form");
}

const bd_blob *bd_blob_of_memory(bd_arena *arena, bd_str text) {
    bd_blob *blob = bd_new(arena, bd_blob, 1);
    bd_str *kept = bd_new(arena, bd_str, 1);
    *kept = text;
    *blob = (bd_blob){
        .bytes = (int64_t)text.size,
        .crc32 = bd_crc32(0, text.data, text.size),
        .open_plain = open_memory,
        .open_stored = refuse_stored,
        .close = close_memory,
        .context = kept,
    };
    bd_sha256_of(text, blob->sha256);
    return blob;
}

/* ---- deflated, in memory ---------------------------------------------------------------------- */

struct packed_reading {
    bd_memory_source state;
    bd_source stored;
    bd_inflater *inflater; /* NULL: the stored bytes are what is read */
    bd_source plain;
    bd_arena *arena;
};

static bd_rc read_packed(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    struct packed_reading *reading = source->context;
    bd_source *from = reading->inflater != NULL ? &reading->plain : &reading->stored;
    return bd_source_read(from, bytes, room, count, err);
}

static struct packed_reading *open_packed(const bd_blob *blob, bd_source *out) {
    const struct packed_blob *packed = blob->context;
    bd_arena *arena = bd_arena_open("blob", 64u << 10);
    struct packed_reading *reading = bd_new(arena, struct packed_reading, 1);
    reading->arena = arena;
    reading->stored = bd_source_of_memory(&reading->state, packed->stored);
    *out = (bd_source){.read = read_packed, .context = reading};
    return reading;
}

static bd_rc open_packed_stored(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)err;
    open_packed(blob, out);
    return BD_OK;
}

static bd_rc open_packed_plain(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)err;
    struct packed_reading *reading = open_packed(blob, out);
    reading->inflater = bd_inflater_open(&reading->stored, blob->bytes);
    reading->plain = bd_inflater_source(reading->inflater);
    return BD_OK;
}

static void close_packed(const bd_blob *blob, bd_source *source) {
    (void)blob;
    struct packed_reading *reading = source->context;
    if (reading != NULL) {
        if (reading->inflater != NULL) {
            bd_inflater_close(reading->inflater);
        }
        bd_arena_close(reading->arena);
        source->context = NULL;
    }
}

void packed_blob_init(struct packed_blob *packed) {
    packed->blob = (bd_blob){
        .has_stored = true,
        .open_plain = open_packed_plain,
        .open_stored = open_packed_stored,
        .close = close_packed,
        .context = packed,
    };
}

/* A text on its way to a blob.  Workers touch no arena: what they make is copied by whoever takes the next place. */
struct packing {
    bd_buf plain, stored;
    bd_sink sink;
    bd_str text; /* in `plain`, or the caller's */
    struct packed_blob *out;
    bd_rc rc;
    bd_err err;
};

enum { PACKINGS = 8, PACKERS = 16, COPIED_BYTES = 1 << 20 };

struct bd_blob_packer {
    bd_arena *arena;
    bd_crew *crew;
    unsigned jobs;
    size_t next; /* place of the next text */
    struct packing packings[PACKINGS];
    bd_deflater *deflaters[PACKERS]; /* by worker */
};

static bd_rc deflate_text(bd_deflater *deflater, struct packing *one) {
    bd_deflater_clear(deflater, &one->sink);
    bd_deflater_set_thorough(deflater);
    return bd_deflater_put_all(deflater, one->text, &one->err);
}

static void pack_text(void *context, size_t index, unsigned worker) {
    bd_blob_packer *packer = context;
    struct packing *one = &packer->packings[index];
    one->stored.size = 0;
    one->rc = deflate_text(packer->deflaters[worker], one);
    bd_blob *blob = &one->out->blob;
    blob->crc32 = bd_crc32(0, one->text.data, one->text.size);
    blob->stored_bytes = (int64_t)one->stored.size;
    bd_sha256_of(one->text, blob->sha256);
    bd_sha256_of(bd_buf_str(&one->stored), blob->stored_sha256);
}

bd_blob_packer *bd_blob_packer_open(bd_arena *arena, unsigned jobs) {
    bd_blob_packer *packer = bd_new(arena, bd_blob_packer, 1);
    packer->arena = arena;
    packer->jobs = jobs < 1 ? 1 : jobs > PACKERS ? PACKERS : jobs;
    for (size_t i = 0; i < PACKINGS; i++) {
        struct packing *one = &packer->packings[i];
        bd_buf_init(&one->plain, COPIED_BYTES);
        bd_buf_init(&one->stored, SIZE_MAX / 2);
        one->sink = bd_sink_to_buf(&one->stored);
    }
    for (unsigned i = 0; i < packer->jobs; i++) {
        packer->deflaters[i] = bd_deflater_open(&packer->packings[0].sink);
    }
    packer->crew = bd_crew_open(packer->jobs, pack_text, packer);
    return packer;
}

static bd_rc settle_packing(bd_blob_packer *packer, struct packing *one, bd_err *err) {
    if (one->out == NULL) {
        return BD_OK;
    }
    bd_crew_wait(packer->crew, (size_t)(one - packer->packings));
    one->out->stored = bd_str_copy(packer->arena, bd_buf_str(&one->stored));
    one->out = NULL;
    if (bd_failed(one->rc)) {
        *err = one->err;
    }
    return one->rc;
}

bd_rc bd_blob_packer_finish(bd_blob_packer *packer, bd_err *err) {
    for (size_t i = 0; i < PACKINGS; i++) {
        BD_TRY(settle_packing(packer, &packer->packings[i], err));
    }
    return BD_OK;
}

void bd_blob_packer_close(bd_blob_packer *packer) {
    if (packer == NULL) {
        return;
    }
    for (size_t i = 0; i < PACKINGS; i++) {
        if (packer->packings[i].out != NULL) {
            bd_crew_wait(packer->crew, i);
        }
    }
    bd_crew_close(packer->crew);
    for (unsigned i = 0; i < packer->jobs; i++) {
        bd_deflater_close(packer->deflaters[i]);
    }
    for (size_t i = 0; i < PACKINGS; i++) {
        bd_buf_clear(&packer->packings[i].plain);
        bd_buf_clear(&packer->packings[i].stored);
    }
}

bd_rc bd_blob_pack(bd_blob_packer *packer, bd_str text, const bd_blob **out, bd_err *err) {
    size_t place = packer->next;
    struct packing *one = &packer->packings[place];
    packer->next = (place + 1) % PACKINGS;
    BD_TRY(settle_packing(packer, one, err));
    bool is_copied = text.size <= COPIED_BYTES;
    one->text = text;
    if (is_copied) {
        one->plain.size = 0;
        bd_buf_puts(&one->plain, text);
        BD_TRY(bd_buf_check(&one->plain, "a file of the package", err));
        one->text = bd_buf_str(&one->plain);
    }
    one->out = bd_new(packer->arena, struct packed_blob, 1);
    packed_blob_init(one->out);
    one->out->blob.bytes = (int64_t)text.size;
    *out = &one->out->blob;
    bd_crew_put(packer->crew, place);
    return is_copied ? BD_OK : settle_packing(packer, one, err); /* the text may go */
}

bd_rc bd_blob_pack_draft(bd_blob_packer *packer, const bd_draft *draft, const bd_blob **out,
                         bd_err *err) {
    const struct packed_blob *packed = draft_packed(draft);
    if (packed == NULL) {
        return bd_blob_pack(packer, draft_text(draft), out, err);
    }
    struct packed_blob *kept = bd_new(packer->arena, struct packed_blob, 1);
    *kept = *packed;
    kept->blob.context = kept;
    kept->stored = bd_str_copy(packer->arena, packed->stored);
    *out = &kept->blob;
    return BD_OK;
}

/* ---- whole ----------------------------------------------------------------------------------- */

/* Fills `bytes` (of blob->bytes + 1) and yields how many came. */
static bd_rc read_all(bd_source *source, char *bytes, size_t room, size_t *count, bd_err *err) {
    *count = 0;
    for (size_t got = 1; got > 0 && *count < room; *count += got) {
        BD_TRY(bd_source_read(source, bytes + *count, room - *count, &got, err));
    }
    return BD_OK;
}

bd_rc bd_blob_read(const bd_blob *blob, size_t max_bytes, bd_arena *arena, bd_str *out,
                   bd_err *err) {
    if (blob->bytes < 0 || (uint64_t)blob->bytes > max_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "%lld bytes are more than the limit of %zu",
                 (long long)blob->bytes, max_bytes);
    }
    size_t room = (size_t)blob->bytes + 1, count = 0;
    char *bytes = bd_new(arena, char, room);
    bd_source source = {0};
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = read_all(&source, bytes, room, &count, err);
    blob->close(blob, &source);
    BD_TRY(rc);
    if (count != (size_t)blob->bytes) {
        BD_RAISE(err, BD_ERR_INPUT, "the blob holds %s than its %lld bytes",
                 count < room - 1 ? "less" : "more", (long long)blob->bytes);
    }
    *out = (bd_str){bytes, count};
    uint8_t found[32];
    char expected_hex[65], found_hex[65];
    bd_sha256_of(*out, found);
    if (is_known(blob->sha256) && memcmp(found, blob->sha256, sizeof(found)) != 0) {
        bd_hex(blob->sha256, 32, expected_hex);
        bd_hex(found, 32, found_hex);
        BD_RAISE(err, BD_ERR_INPUT, "the content is altered: its SHA-256 is %s, expected %s",
                 found_hex, expected_hex);
    }
    return BD_OK;
}
