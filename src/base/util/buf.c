#include "bindery/util.h"

#include "util_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void bd_buf_init(bd_buf *buf, size_t max_bytes) {
    *buf = (bd_buf){.max_bytes = max_bytes};
}

static void free_data(const bd_buf *buf) {
    if (buf->is_apart) {
        block_give(buf->data, buf->room);
    } else {
        bd_heap_free(buf->data);
    }
}

void bd_buf_clear(bd_buf *buf) {
    free_data(buf);
    bd_buf_init(buf, buf->max_bytes);
}

/* A large one lies in blocks, so that what grows with the evidence need not stay in memory. */
static void widen(bd_buf *buf, size_t room) {
    char *apart = room > BLOCKS_AFTER_BYTES ? block_take(room, /*is_kept*/ false) : NULL;
    if (apart == NULL && !buf->is_apart) {
        buf->data = bd_heap_resize(buf->data, room);
        buf->room = room;
        return;
    }
    char *larger = apart != NULL ? apart : bd_heap_alloc(room);
    if (buf->size > 0) {
        block_copy(larger, buf->data, buf->size);
    }
    free_data(buf);
    buf->data = larger;
    buf->is_apart = apart != NULL;
    buf->room = room;
}

static bool make_room(bd_buf *buf, size_t count) {
    if (buf->overflowed || count > buf->max_bytes || buf->size > buf->max_bytes - count) {
        buf->overflowed = true;
        return false;
    }
    size_t needed =
        buf->size + count + 1; /* one spare byte: vsnprintf writes a NUL after the text */
    if (needed <= buf->room) {
        return true;
    }
    size_t room = buf->room == 0 ? 1024 : buf->room;
    while (room < needed) {
        room = room > SIZE_MAX / 2 ? needed : room * 2;
    }
    if (buf->max_bytes < SIZE_MAX && room > buf->max_bytes + 1) {
        room = buf->max_bytes + 1;
    }
    widen(buf, room);
    return true;
}

void bd_buf_put_more(bd_buf *buf, const void *bytes, size_t count) {
    if (count > 0 && make_room(buf, count)) {
        block_copy(buf->data + buf->size, bytes, count);
        buf->size += count;
    }
}

char *bd_buf_room(bd_buf *buf, size_t count) {
    return make_room(buf, count) ? buf->data + buf->size : NULL;
}

void bd_buf_puts(bd_buf *buf, bd_str text) {
    bd_buf_put(buf, text.data, text.size);
}

void bd_buf_printf(bd_buf *buf, const char *format, ...) {
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    BD_ASSERT(size >= 0);
    if (make_room(buf, (size_t)size)) {
        vsnprintf(buf->data + buf->size, (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    }
    va_end(again);
    va_end(args);
}

bd_str bd_buf_str(const bd_buf *buf) {
    return (bd_str){buf->data, buf->size};
}

bd_rc bd_buf_check(const bd_buf *buf, const char *what, bd_err *err) {
    if (buf->overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "cannot hold '%s': larger than %zu bytes", what,
                 buf->max_bytes);
    }
    return BD_OK;
}

static bd_rc write_to_buf(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_buf *buf = sink->context;
    bd_buf_put(buf, bytes, count);
    return bd_buf_check(buf, "buffer", err);
}

bd_sink bd_sink_to_buf(bd_buf *buf) {
    return (bd_sink){.write = write_to_buf, .context = buf};
}

static bd_rc read_from_memory(bd_source *source, void *bytes, size_t room, size_t *count,
                              bd_err *err) {
    (void)err;
    bd_memory_source *state = source->context;
    size_t left = state->text.size - state->at;
    *count = left < room ? left : room;
    if (*count > 0) {
        memcpy(bytes, state->text.data + state->at, *count);
    }
    state->at += *count;
    return BD_OK;
}

bd_source bd_source_of_memory(bd_memory_source *state, bd_str text) {
    *state = (bd_memory_source){.text = text};
    return (bd_source){.read = read_from_memory, .context = state};
}

static bd_rc read_from_fd(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    const int *fd = source->context;
    ssize_t got;
    do {
        got = read(*fd, bytes, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot read: %s", strerror(errno));
    }
    *count = (size_t)got;
    return BD_OK;
}

bd_rc bd_buf_fill(bd_buf *buf, bd_source *source, const char *what, bd_err *err) {
    char chunk[16384];
    size_t count = 1;
    while (count > 0) {
        BD_TRY(bd_source_read(source, chunk, sizeof chunk, &count, err));
        bd_buf_put(buf, chunk, count);
        BD_TRY(bd_buf_check(buf, what, err));
    }
    return BD_OK;
}

bd_source bd_source_of_fd(int *fd) {
    return (bd_source){.read = read_from_fd, .context = fd};
}
