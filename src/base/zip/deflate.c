#include "bindery/zip.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "zlib_priv.h"

/* libdeflate compresses a whole buffer at a time and sets BFINAL on the last block it writes.  A
 * stream made of many buffers needs that bit cleared in all of them, so the place of the last
 * block's header must be known.  zlib tells it: inflate() with Z_BLOCK stops at every block
 * boundary and says how many bits of the last byte are unused.  The same pass compares the inflated
 * bytes with their source.
 *
 *     chunk:  blocks of libdeflate, BFINAL 0 | 000 pad 00 00 FF FF      an empty stored block
 *     brings the byte boundary end:    01 00 00 FF FF                                            an
 *     empty stored block with BFINAL
 *
 * (RFC 1951, 3.2.3 and 3.2.4.) */

enum {
    LEVEL = 6,
    THOROUGH_LEVEL = 8, /* 9 takes a fifth longer for a two-thousandth */
    THOROUGH_FROM = 4 * BD_DEFLATE_CHUNK_BYTES,
    JOBS_MAX = 16,
    CHECK_BYTES = 64 * 1024,
    ARENA_BYTES = 64 << 20,
    /* an empty stored block: at most one byte of header and padding, then LEN and NLEN */
    JOINT_BYTES = 5
};

static const uint8_t end_block[JOINT_BYTES] = {0x01, 0x00, 0x00, 0xFF, 0xFF};

struct chunk {
    const uint8_t *from; /* what is deflated: `plain`, or the caller's own */
    uint8_t *plain, *stored; /* not cleared: a short text touches little of them */
    size_t plain_size, stored_size, stored_room;
    uint32_t crc32;
    bool is_thorough;
    const char *failure; /* NULL: well */
};

struct worker {
    struct libdeflate_compressor *compressors[2]; /* of LEVEL, of THOROUGH_LEVEL; each made when it is needed */
    z_stream inflate;
    bool has_inflate;
    uint8_t *check; /* CHECK_BYTES */
};

struct bd_deflater {
    bd_arena *arena;
    bd_sink *sink;
    unsigned jobs;
    bool is_thorough; /* this stream */
    int64_t put_bytes; /* in chunks that are full */
    bd_crew *crew; /* made with the second chunk of a stream; NULL before */
    unsigned room; /* chunks at a time: two for each of several jobs, so that nobody waits for a slow one */
    unsigned first, full; /* chunks[first] and those after it, in a ring, are full; the next is being filled */
    struct chunk chunks[JOBS_MAX];
    struct worker workers[JOBS_MAX];
    int64_t plain_bytes, stored_bytes;
    uint32_t crc32;
};

uint32_t bd_crc32(uint32_t so_far, const void *bytes, size_t count) {
    return count == 0 ? so_far : libdeflate_crc32(so_far, bytes, count);
}

/* ---- one chunk ------------------------------------------------------------------------------- */

struct block_places {
    size_t last_start_bit; /* of the last block's header: its BFINAL */
    size_t end_bit;        /* behind the last block */
};

/* Inflates what was just deflated.  False when it does not give the chunk's bytes. */
static bool find_last_block(struct worker *worker, const struct chunk *chunk,
                            struct block_places *out) {
    z_stream *z = &worker->inflate;
    if (inflateReset(z) != Z_OK) {
        return false;
    }
    z->next_in = chunk->stored;
    z->avail_in = (uInt)chunk->stored_size;
    size_t at = 0;
    out->last_start_bit = 0;
    for (;;) {
        z->next_out = worker->check;
        z->avail_out = CHECK_BYTES;
        uInt in_before = z->avail_in;
        int rc = inflate(z, Z_BLOCK);
        size_t produced = CHECK_BYTES - z->avail_out;
        if (rc != Z_OK || produced > chunk->plain_size - at ||
            memcmp(worker->check, chunk->from + at, produced) != 0) {
            return false;
        }
        at += produced;
        bool is_boundary = (z->data_type & 128) != 0;
        size_t bit = (size_t)z->total_in * 8 - (size_t)(z->data_type & 7);
        if (is_boundary && (z->data_type & 64) != 0) {
            out->end_bit = bit;
            return at == chunk->plain_size;
        }
        if (is_boundary) {
            out->last_start_bit = bit;
        }
        if (!is_boundary && produced == 0 && z->avail_in == in_before) {
            return false;
        }
    }
}

/* Clears BFINAL and closes the chunk on a byte boundary. */
static void join_chunk(struct chunk *chunk, const struct block_places *places) {
    uint8_t *stored = chunk->stored;
    stored[places->last_start_bit / 8] &= (uint8_t) ~(1u << (places->last_start_bit % 8));
    if (places->end_bit % 8 != 0) {
        stored[places->end_bit / 8] &= (uint8_t)((1u << (places->end_bit % 8)) - 1);
    }
    size_t used = (places->end_bit + 7) / 8;
    size_t size = (places->end_bit + 3 + 7) / 8;
    memset(stored + used, 0, size - used);
    memcpy(stored + size, end_block + 1, JOINT_BYTES - 1);
    chunk->stored_size = size + JOINT_BYTES - 1;
}

/* One compressor at a time: each takes most of a megabyte, and a stream changes its level once. */
static bool open_worker(struct worker *worker, bool is_thorough) {
    struct libdeflate_compressor **compressor = &worker->compressors[is_thorough];
    if (*compressor == NULL) {
        libdeflate_free_compressor(worker->compressors[!is_thorough]);
        worker->compressors[!is_thorough] = NULL;
        *compressor = libdeflate_alloc_compressor(is_thorough ? THOROUGH_LEVEL : LEVEL);
    }
    if (!worker->has_inflate) {
        worker->has_inflate = zlib_open(&worker->inflate);
    }
    return *compressor != NULL && worker->has_inflate;
}

static void deflate_chunk(void *context, size_t index, unsigned number) {
    bd_deflater *deflater = context;
    struct chunk *chunk = &deflater->chunks[index];
    struct worker *worker = &deflater->workers[number];
    chunk->failure = NULL;
    if (!open_worker(worker, chunk->is_thorough)) {
        chunk->failure = "out of memory";
        return;
    }
    chunk->crc32 = bd_crc32(0, chunk->from, chunk->plain_size);
    chunk->stored_size =
        libdeflate_deflate_compress(worker->compressors[chunk->is_thorough], chunk->from,
                                    chunk->plain_size, chunk->stored, chunk->stored_room - JOINT_BYTES);
    struct block_places places;
    if (chunk->stored_size == 0 || !find_last_block(worker, chunk, &places)) {
        chunk->failure = "does not inflate to its source";
        return;
    }
    join_chunk(chunk, &places);
}

/* ---- the stream ------------------------------------------------------------------------------ */

bd_deflater *bd_deflater_open(bd_sink *sink) {
    bd_arena *arena = bd_arena_open("deflate", ARENA_BYTES);
    bd_deflater *deflater = bd_new(arena, bd_deflater, 1);
    deflater->arena = arena;
    deflater->jobs = 1;
    deflater->room = 1;
    bd_deflater_clear(deflater, sink);
    return deflater;
}

/* A stream that was given up leaves jobs behind. */
static void settle_jobs(bd_deflater *deflater) {
    while (deflater->crew != NULL && deflater->full > 0) {
        bd_crew_wait(deflater->crew, deflater->first);
        deflater->first = (deflater->first + 1) % deflater->room;
        deflater->full--;
    }
}

void bd_deflater_clear(bd_deflater *deflater, bd_sink *sink) {
    settle_jobs(deflater);
    deflater->sink = sink;
    deflater->is_thorough = false;
    deflater->put_bytes = 0;
    deflater->first = 0;
    deflater->full = 0;
    deflater->plain_bytes = 0;
    deflater->stored_bytes = 0;
    deflater->crc32 = 0;
    for (unsigned i = 0; i < JOBS_MAX; i++) {
        deflater->chunks[i].plain_size = 0;
    }
}

void bd_deflater_set_thorough(bd_deflater *deflater) {
    BD_ASSERT(deflater->full == 0 && deflater->chunks[0].plain_size == 0 && deflater->put_bytes == 0);
    deflater->is_thorough = true;
}

static void give_work(bd_deflater *deflater, unsigned jobs, unsigned room) {
    BD_ASSERT(deflater->full == 0 && deflater->chunks[0].plain_size == 0);
    if (jobs != deflater->jobs) {
        bd_crew_close(deflater->crew);
        deflater->crew = NULL;
    }
    deflater->jobs = jobs;
    deflater->room = room;
}

void bd_deflater_set_jobs(bd_deflater *deflater, unsigned jobs) {
    unsigned allowed = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
    unsigned wanted = allowed > 1 ? 2 * allowed : 1;
    give_work(deflater, allowed, wanted > JOBS_MAX ? JOBS_MAX : wanted);
}

void bd_deflater_work_behind(bd_deflater *deflater) {
    give_work(deflater, /*jobs*/ 2, /*room*/ 2);
}

static bd_rc write_chunk(bd_deflater *deflater, struct chunk *chunk, bd_err *err) {
    if (chunk->failure != NULL) {
        bool is_memory = strcmp(chunk->failure, "out of memory") == 0;
        BD_RAISE(err, is_memory ? BD_ERR_LIMIT : BD_ERR_BUG,
                 "cannot deflate %zu bytes: the chunk %s", chunk->plain_size,
                 is_memory ? "finds no memory" : chunk->failure);
    }
    BD_TRY(bd_sink_write(deflater->sink, chunk->stored, chunk->stored_size, err));
    deflater->crc32 =
        (uint32_t)crc32_combine(deflater->crc32, chunk->crc32, (z_off_t)chunk->plain_size);
    deflater->plain_bytes += (int64_t)chunk->plain_size;
    deflater->stored_bytes += (int64_t)chunk->stored_size;
    chunk->plain_size = 0;
    return BD_OK;
}

static struct chunk *chunk_at(bd_deflater *deflater, unsigned behind, unsigned *index) {
    *index = (deflater->first + behind) % deflater->room;
    return &deflater->chunks[*index];
}

/* Room for what `bytes` may become. */
static void give_stored(struct chunk *chunk, size_t bytes) {
    size_t wanted = libdeflate_deflate_compress_bound(NULL, bytes) + JOINT_BYTES;
    if (chunk->stored_room < wanted) {
        bd_heap_free(chunk->stored);
        chunk->stored = bd_heap_alloc(wanted);
        chunk->stored_room = wanted;
    }
}

/* All that a job touches is made before it is put: arenas belong to one thread. */
static void open_chunk(bd_deflater *deflater, struct chunk *chunk) {
    chunk->is_thorough = deflater->is_thorough && deflater->put_bytes >= THOROUGH_FROM;
    deflater->put_bytes += (int64_t)chunk->plain_size;
    for (unsigned i = 0; i < deflater->jobs; i++) {
        if (deflater->workers[i].check == NULL) {
            deflater->workers[i].check = bd_new(deflater->arena, uint8_t, CHECK_BYTES);
        }
    }
    give_stored(chunk, chunk->plain_size);
}

/* A stream of one chunk is deflated by the caller: threads come with the second. */
static void put_chunk(bd_deflater *deflater) {
    unsigned index;
    struct chunk *chunk = chunk_at(deflater, deflater->full, &index);
    chunk->from = chunk->plain;
    open_chunk(deflater, chunk);
    deflater->full++;
    if (deflater->jobs > 1 && deflater->crew == NULL && deflater->full == 2) {
        deflater->crew = bd_crew_open(deflater->jobs, deflate_chunk, deflater);
        bd_crew_put(deflater->crew, deflater->first);
    }
    if (deflater->crew != NULL) {
        bd_crew_put(deflater->crew, index);
    }
}

static bd_rc take_chunk(bd_deflater *deflater, bd_err *err) {
    unsigned index;
    struct chunk *chunk = chunk_at(deflater, 0, &index);
    if (deflater->crew != NULL) {
        bd_crew_wait(deflater->crew, index);
    } else {
        deflate_chunk(deflater, index, 0);
    }
    deflater->first = (deflater->first + 1) % deflater->room;
    deflater->full--;
    return write_chunk(deflater, chunk, err);
}

bd_rc bd_deflater_write(bd_deflater *deflater, const void *bytes, size_t count, bd_err *err) {
    const uint8_t *from = bytes;
    while (count > 0) {
        unsigned index;
        if (deflater->full == deflater->room) {
            BD_TRY(take_chunk(deflater, err));
        }
        struct chunk *chunk = chunk_at(deflater, deflater->full, &index);
        if (chunk->plain == NULL) {
            chunk->plain = bd_heap_alloc(BD_DEFLATE_CHUNK_BYTES);
        }
        size_t room = BD_DEFLATE_CHUNK_BYTES - chunk->plain_size;
        size_t piece = count < room ? count : room;
        memcpy(chunk->plain + chunk->plain_size, from, piece);
        chunk->plain_size += piece;
        from += piece;
        count -= piece;
        if (chunk->plain_size == BD_DEFLATE_CHUNK_BYTES) {
            put_chunk(deflater);
        }
    }
    return BD_OK;
}

static bd_rc end_stream(bd_deflater *deflater, bd_err *err) {
    BD_TRY(bd_sink_write(deflater->sink, end_block, sizeof(end_block), err));
    deflater->stored_bytes += (int64_t)sizeof(end_block);
    return BD_OK;
}

bd_rc bd_deflater_finish(bd_deflater *deflater, bd_err *err) {
    unsigned index;
    if (deflater->full < deflater->room &&
        chunk_at(deflater, deflater->full, &index)->plain_size > 0) {
        put_chunk(deflater);
    }
    while (deflater->full > 0) {
        BD_TRY(take_chunk(deflater, err));
    }
    return end_stream(deflater, err);
}

bd_rc bd_deflater_put_all(bd_deflater *deflater, bd_str text, bd_err *err) {
    BD_ASSERT(deflater->jobs == 1 && deflater->chunks[0].plain_size == 0);
    struct chunk *chunk = &deflater->chunks[0];
    for (size_t at = 0; at < text.size; at += BD_DEFLATE_CHUNK_BYTES) {
        size_t left = text.size - at;
        chunk->from = (const uint8_t *)text.data + at;
        chunk->plain_size = left < BD_DEFLATE_CHUNK_BYTES ? left : BD_DEFLATE_CHUNK_BYTES;
        open_chunk(deflater, chunk);
        deflate_chunk(deflater, 0, 0);
        BD_TRY(write_chunk(deflater, chunk, err));
    }
    return end_stream(deflater, err);
}

int64_t bd_deflater_plain_bytes(const bd_deflater *deflater) {
    return deflater->plain_bytes;
}

uint32_t bd_deflater_crc32(const bd_deflater *deflater) {
    return deflater->crc32;
}

int64_t bd_deflater_stored_bytes(const bd_deflater *deflater) {
    return deflater->stored_bytes;
}

void bd_deflater_close(bd_deflater *deflater) {
    if (deflater == NULL) {
        return;
    }
    settle_jobs(deflater);
    bd_crew_close(deflater->crew);
    for (unsigned i = 0; i < JOBS_MAX; i++) {
        bd_heap_free(deflater->chunks[i].plain);
        bd_heap_free(deflater->chunks[i].stored);
        libdeflate_free_compressor(deflater->workers[i].compressors[0]);
        libdeflate_free_compressor(deflater->workers[i].compressors[1]);
        if (deflater->workers[i].has_inflate) {
            inflateEnd(&deflater->workers[i].inflate);
        }
    }
    bd_arena_close(deflater->arena);
}

bd_str bd_zip_versions(bd_arena *arena) {
    return bd_str_format(arena, "zlib %s, libdeflate %s", zlibVersion(), LIBDEFLATE_VERSION_STRING);
}
