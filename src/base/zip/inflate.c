#include "bindery/zip.h"

#include <limits.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "zlib_priv.h"

enum { INPUT_BYTES = 64 * 1024 };

struct bd_inflater {
    bd_arena *arena;
    bd_source *in;
    z_stream z;
    bool has_z, has_ended, is_done; /* the stream has ended; so has its source */
    int failure;                    /* zlib's, told once what came before it was read */
    int64_t max_bytes, consumed, produced;
    uint8_t *input; /* of the heap: zeroing it would cost more than a small file */
};

/* zlib's hook; what is asked for is small, and counted like all else. */
static voidpf take_memory(voidpf context, uInt count, uInt bytes) {
    (void)context;
    return bd_heap_alloc((size_t)count * bytes);
}

static void give_memory(voidpf context, voidpf memory) {
    (void)context;
    bd_heap_free(memory);
}

bool zlib_open(z_stream *z) {
    z->zalloc = take_memory;
    z->zfree = give_memory;
    z->opaque = Z_NULL;
    return inflateInit2(z, -MAX_WBITS) == Z_OK;
}

bd_inflater *bd_inflater_open(bd_source *in, int64_t max_bytes) {
    bd_arena *arena = bd_arena_open("inflate", sizeof(bd_inflater) + (64u << 10));
    bd_inflater *inflater = bd_new(arena, bd_inflater, 1);
    inflater->arena = arena;
    inflater->in = in;
    inflater->max_bytes = max_bytes;
    inflater->input = bd_heap_alloc(INPUT_BYTES);
    inflater->has_z = zlib_open(&inflater->z);
    return inflater;
}

static bd_rc fill_input(bd_inflater *inflater, bd_err *err) {
    size_t count = 0;
    BD_TRY(bd_source_read(inflater->in, inflater->input, INPUT_BYTES, &count, err));
    inflater->z.next_in = inflater->input;
    inflater->z.avail_in = (uInt)count;
    inflater->consumed += (int64_t)count;
    return BD_OK;
}

/* The stream has ended: its source must have ended too. */
static bd_rc check_end(bd_inflater *inflater, bd_err *err) {
    inflater->is_done = true;
    int64_t end = inflater->consumed - (int64_t)inflater->z.avail_in;
    if (inflater->z.avail_in == 0) {
        BD_TRY(fill_input(inflater, err));
    }
    if (inflater->z.avail_in != 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the deflate stream ends at byte %lld, but more bytes follow it", (long long)end);
    }
    return BD_OK;
}

static bd_rc refuse(const bd_inflater *inflater, bd_err *err) {
    if (inflater->produced > inflater->max_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "the deflate stream holds more than %lld bytes",
                 (long long)inflater->max_bytes);
    }
    const z_stream *z = &inflater->z;
    int64_t at = inflater->consumed - (int64_t)z->avail_in;
    BD_RAISE(err, inflater->failure == Z_MEM_ERROR ? BD_ERR_LIMIT : BD_ERR_INPUT,
             "the deflate stream is malformed before byte %lld: %s", (long long)at,
             z->msg != NULL ? z->msg : "no memory or no stream");
}

static size_t inflate_some(bd_inflater *inflater) {
    z_stream *z = &inflater->z;
    uInt room = z->avail_out;
    int rc = inflate(z, Z_NO_FLUSH);
    size_t count = room - z->avail_out;
    inflater->produced += (int64_t)count;
    inflater->has_ended = rc == Z_STREAM_END;
    inflater->failure = rc == Z_OK || rc == Z_BUF_ERROR || rc == Z_STREAM_END ? Z_OK : rc;
    return inflater->produced > inflater->max_bytes ? count - 1 : count;
}

/* What is wrong is told when all before it was read, so that how much comes does not hang on the sizes of reads. */
static bd_rc go_on(bd_inflater *inflater, size_t *count, bd_err *err) {
    if (inflater->failure != Z_OK || inflater->produced > inflater->max_bytes) {
        return refuse(inflater, err);
    }
    if (inflater->has_ended) {
        return check_end(inflater, err);
    }
    if (inflater->z.avail_in == 0) {
        BD_TRY(fill_input(inflater, err));
    }
    bool is_dry = inflater->z.avail_in == 0; /* but zlib may hold bytes that did not fit before */
    *count = inflate_some(inflater);
    bool is_over = inflater->has_ended || inflater->failure != Z_OK ||
                   inflater->produced > inflater->max_bytes;
    if (is_dry && *count == 0 && !is_over) {
        BD_RAISE(err, BD_ERR_INPUT, "the deflate stream is cut off after %lld bytes",
                 (long long)inflater->consumed);
    }
    return BD_OK;
}

static bd_rc read_inflated(bd_source *source, void *bytes, size_t room, size_t *count,
                           bd_err *err) {
    bd_inflater *inflater = source->context;
    *count = 0;
    if (!inflater->has_z) {
        BD_RAISE(err, BD_ERR_LIMIT, "no memory to inflate");
    }
    if (room == 0) {
        return BD_OK;
    }
    /* One byte beyond the limit is asked for, because only that byte shows that the limit is
     * passed. */
    int64_t left = inflater->max_bytes - inflater->produced;
    size_t most = left < INT_MAX ? (size_t)(left + 1) : INT_MAX;
    inflater->z.next_out = bytes;
    inflater->z.avail_out = (uInt)(room < most ? room : most);
    while (*count == 0 && !inflater->is_done) {
        BD_TRY(go_on(inflater, count, err));
    }
    return BD_OK;
}

bd_source bd_inflater_source(bd_inflater *inflater) {
    return (bd_source){.read = read_inflated, .context = inflater};
}

void bd_inflater_close(bd_inflater *inflater) {
    if (inflater == NULL) {
        return;
    }
    if (inflater->has_z) {
        inflateEnd(&inflater->z);
    }
    bd_heap_free(inflater->input);
    bd_arena_close(inflater->arena);
}
