#include "bindery/spill.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_STORED (4 + BD_SPILL_RECORD_BYTES)
#define WINDOW_BYTES ((size_t)16 << 10) /* of 64 runs that are merged each has one */

struct bd_spool {
    char *memory;
    size_t memory_bytes, used;
    int fd;             /* -1: everything is still in memory */
    bool is_view;       /* memory and fd are another spool's */
    int64_t file_bytes; /* behind fd; the tail stays in memory */
    uint64_t count;
    /* reading */
    int64_t begin, read_offset; /* first and next byte of the file to read */
    size_t memory_begin;
    char *window;        /* file bytes read ahead */
    size_t window_bytes, window_size, window_at, memory_at;
};

bd_spool *bd_spool_open(size_t memory_bytes) {
    bd_spool *spool = bd_heap_alloc(sizeof *spool);
    *spool = (bd_spool){
        .memory_bytes = memory_bytes > LARGEST_STORED ? memory_bytes : LARGEST_STORED,
        .fd = -1,
        .window_bytes = WINDOW_BYTES};
    spool->memory = bd_heap_alloc(spool->memory_bytes);
    return spool;
}

static void put_u32(char *to, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        to[i] = (char)(value >> (8 * i) & 0xFF);
    }
}

static uint32_t u32_at(const char *from) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        value |= (uint32_t)(unsigned char)from[i] << (8 * i);
    }
    return value;
}

static bd_rc empty_memory(bd_spool *spool, bd_err *err) {
    if (spool->fd < 0) {
        BD_TRY(bd_temp_open(&spool->fd, err));
    }
    BD_TRY(bd_write_all(spool->fd, spool->memory, spool->used, "temporary file", err));
    spool->file_bytes += (int64_t)spool->used;
    spool->used = 0;
    return BD_OK;
}

bd_rc bd_spool_put(bd_spool *spool, bd_str record, bd_err *err) {
    BD_ASSERT(record.size <= BD_SPILL_RECORD_BYTES && spool->memory != NULL);
    if (spool->used + 4 + record.size > spool->memory_bytes) {
        BD_TRY(empty_memory(spool, err));
    }
    put_u32(spool->memory + spool->used, (uint32_t)record.size);
    if (record.size > 0) {
        memcpy(spool->memory + spool->used + 4, record.data, record.size);
    }
    spool->used += 4 + record.size;
    spool->count++;
    return BD_OK;
}

bd_rc bd_spool_settle(bd_spool *spool, bd_err *err) {
    if (spool->fd < 0) {
        return BD_OK;
    }
    BD_TRY(empty_memory(spool, err));
    bd_heap_free(spool->memory);
    spool->memory = NULL;
    return BD_OK;
}

static size_t behind_file(const bd_spool *spool, int64_t bytes) {
    return bytes > spool->file_bytes ? (size_t)(bytes - spool->file_bytes) : 0;
}

bd_spool *bd_spool_view_between(const bd_spool *spool, bd_spool_mark from, bd_spool_mark to,
                                size_t window_bytes) {
    BD_ASSERT(from.bytes <= to.bytes && to.bytes <= spool->file_bytes + (int64_t)spool->used);
    bd_spool *view = bd_heap_alloc(sizeof *view);
    *view = (bd_spool){.memory = spool->memory,
                       .memory_bytes = spool->memory_bytes,
                       .used = behind_file(spool, to.bytes),
                       .fd = spool->fd,
                       .is_view = true,
                       .file_bytes = to.bytes < spool->file_bytes ? to.bytes : spool->file_bytes,
                       .count = to.count - from.count,
                       .begin = from.bytes,
                       .memory_begin = behind_file(spool, from.bytes),
                       .window_bytes = window_bytes};
    return view;
}

bd_spool *bd_spool_view(const bd_spool *spool) {
    return bd_spool_view_between(spool, (bd_spool_mark){0, 0}, bd_spool_at(spool), WINDOW_BYTES);
}

bd_rc bd_spool_rewind(bd_spool *spool, bd_err *err) {
    (void)err;
    spool->read_offset = spool->begin;
    spool->window_size = 0;
    spool->window_at = 0;
    spool->memory_at = spool->memory_begin;
    if (spool->read_offset < spool->file_bytes && spool->window == NULL) {
        spool->window = bd_heap_alloc(spool->window_bytes);
    }
    return BD_OK;
}

/* Of a record that begins near the window's end the size may not be in it yet. */
static void widen_window(bd_spool *spool, size_t kept) {
    size_t wanted = kept >= 4 ? 4 + u32_at(spool->window + spool->window_at) : 0;
    if (wanted > spool->window_bytes) {
        BD_ASSERT(wanted <= LARGEST_STORED);
        while (spool->window_bytes < wanted) {
            spool->window_bytes *= 2;
        }
        spool->window = bd_heap_resize(spool->window, spool->window_bytes);
    }
}

/* The window holds a whole record: it is filled anew where the next one is not all there. */
static bd_rc fill_window(bd_spool *spool, bd_err *err) {
    size_t kept = spool->window_size - spool->window_at;
    bool is_whole = kept >= 4 && kept - 4 >= u32_at(spool->window + spool->window_at);
    if (is_whole || spool->read_offset >= spool->file_bytes) {
        return BD_OK;
    }
    widen_window(spool, kept);
    memmove(spool->window, spool->window + spool->window_at, kept);
    size_t wanted = spool->window_bytes - kept;
    int64_t left = spool->file_bytes - spool->read_offset;
    if ((int64_t)wanted > left) {
        wanted = (size_t)left;
    }
    BD_TRY(bd_pread_all(spool->fd, spool->window + kept, wanted, spool->read_offset,
                        "temporary file", err));
    spool->read_offset += (int64_t)wanted;
    spool->window_at = 0;
    spool->window_size = kept + wanted;
    return BD_OK;
}

bd_rc bd_spool_next(bd_spool *spool, bd_str *record, bool *has_record, bd_err *err) {
    BD_TRY(fill_window(spool, err));
    BD_TRY(fill_window(spool, err)); /* the first may have brought no more than its size */
    const char *at;
    if (spool->window_at < spool->window_size) {
        at = spool->window + spool->window_at;
        spool->window_at += 4 + u32_at(at);
    } else if (spool->memory_at < spool->used) {
        at = spool->memory + spool->memory_at;
        spool->memory_at += 4 + u32_at(at);
    } else {
        *has_record = false;
        return BD_OK;
    }
    *record = (bd_str){at + 4, u32_at(at)};
    *has_record = true;
    return BD_OK;
}

/* Records between two places of a piece of memory; the last one may lie in it in part.  How many bytes they take. */
static bd_rc look_at(const char *bytes, size_t size, size_t *taken, bd_spool_see_fn *see,
                     void *context, bd_err *err) {
    size_t at = 0;
    while (size - at >= 4 && size - at - 4 >= u32_at(bytes + at)) {
        size_t record = u32_at(bytes + at);
        BD_TRY(see(context, (bd_str){bytes + at + 4, record}, err));
        at += 4 + record;
    }
    *taken = at;
    return BD_OK;
}

static bd_rc look_in_file(const bd_spool *spool, int64_t from, int64_t to, char *window,
                          bd_spool_see_fn *see, void *context, bd_err *err) {
    while (from < to) {
        size_t size = to - from < LARGEST_STORED ? (size_t)(to - from) : LARGEST_STORED;
        size_t taken = 0;
        BD_TRY(bd_pread_all(spool->fd, window, size, from, "temporary file", err));
        BD_TRY(look_at(window, size, &taken, see, context, err));
        BD_ASSERT(taken > 0); /* the window holds the largest record */
        from += (int64_t)taken;
    }
    return BD_OK;
}

bd_rc bd_spool_look(const bd_spool *spool, bd_spool_mark from, bd_spool_mark to,
                    bd_spool_see_fn *see, void *context, bd_err *err) {
    int64_t file_to = to.bytes < spool->file_bytes ? to.bytes : spool->file_bytes;
    BD_ASSERT(from.bytes <= to.bytes && to.bytes <= spool->file_bytes + (int64_t)spool->used);
    if (from.bytes < file_to) {
        char *window = bd_heap_alloc(LARGEST_STORED);
        bd_rc rc = look_in_file(spool, from.bytes, file_to, window, see, context, err);
        bd_heap_free(window);
        BD_TRY(rc);
    }
    int64_t begin = from.bytes > spool->file_bytes ? from.bytes : spool->file_bytes;
    size_t taken = 0;
    return begin >= to.bytes ? BD_OK
                             : look_at(spool->memory + (begin - spool->file_bytes),
                                       (size_t)(to.bytes - begin), &taken, see, context, err);
}

uint64_t bd_spool_count(const bd_spool *spool) {
    return spool->count;
}

bd_spool_mark bd_spool_at(const bd_spool *spool) {
    return (bd_spool_mark){spool->file_bytes + (int64_t)spool->used, spool->count};
}

bd_rc bd_spool_cut(bd_spool *spool, bd_spool_mark mark, bd_err *err) {
    BD_ASSERT(mark.bytes <= spool->file_bytes + (int64_t)spool->used);
    spool->count = mark.count;
    if (mark.bytes >= spool->file_bytes) {
        spool->used = (size_t)(mark.bytes - spool->file_bytes);
        return BD_OK;
    }
    if (ftruncate(spool->fd, (off_t)mark.bytes) != 0 ||
        lseek(spool->fd, (off_t)mark.bytes, SEEK_SET) < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot shorten the temporary file: %s", strerror(errno));
    }
    spool->file_bytes = mark.bytes;
    spool->used = 0;
    return BD_OK;
}

void bd_spool_close(bd_spool *spool) {
    if (spool == NULL) {
        return;
    }
    if (!spool->is_view) {
        bd_fd_close(&spool->fd);
        bd_heap_free(spool->memory);
    }
    bd_heap_free(spool->window);
    bd_heap_free(spool);
}
