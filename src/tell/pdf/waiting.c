/* Finished bytes that wait for those before them: held while they are few, else in a temporary file. */
#include "bindery/pdf.h"
#include "pdf_priv.h"

#define HELD_BYTES ((size_t)2 << 20)
#define BLOCK_BYTES ((size_t)64 << 10)
#define PLACE "temporary file"

void waiting_open(waiting *s) {
    *s = (waiting){.fd = -1};
    bd_buf_init(&s->held, HELD_BYTES + 2 * BLOCK_BYTES);
    bd_buf_init(&s->window, BLOCK_BYTES);
}

void waiting_close(waiting *s) {
    bd_fd_close(&s->fd);
    bd_buf_clear(&s->held);
    bd_buf_clear(&s->window);
}

size_t waiting_size(const waiting *s) {
    return s->file_bytes + s->held.size;
}

static bd_rc empty_memory(waiting *s, bd_err *err) {
    if (s->fd < 0) {
        BD_TRY(bd_temp_open(&s->fd, err));
    }
    BD_TRY(bd_write_all(s->fd, s->held.data, s->held.size, PLACE, err));
    s->file_bytes += s->held.size;
    s->held.size = 0;
    return BD_OK;
}

bd_rc waiting_put(waiting *s, bd_str bytes, bd_err *err) {
    for (size_t at = 0; at < bytes.size;) {
        size_t count = bytes.size - at < BLOCK_BYTES ? bytes.size - at : BLOCK_BYTES;
        if (s->held.size + count > (s->fd < 0 ? HELD_BYTES : BLOCK_BYTES)) {
            BD_TRY(empty_memory(s, err));
        }
        bd_buf_put(&s->held, bytes.data + at, count);
        at += count;
    }
    return bd_buf_check(&s->held, "a part of the PDF", err);
}

/* So that the window holds the byte at `from`, and as many behind it as there are. */
static bd_rc fill_window(waiting *s, size_t from, bd_err *err) {
    size_t left = s->file_bytes - from, count = left < BLOCK_BYTES ? left : BLOCK_BYTES;
    s->window.size = 0;
    char *room = bd_buf_room(&s->window, count);
    if (room == NULL) {
        return bd_buf_check(&s->window, "a part of the PDF", err);
    }
    BD_TRY(bd_pread_all(s->fd, room, count, (int64_t)from, PLACE, err));
    s->window.size = count;
    s->window_from = from;
    return BD_OK;
}

bd_rc waiting_copy(waiting *s, size_t from, size_t count, bd_sink *to, bd_err *err) {
    BD_ASSERT(from <= waiting_size(s) && count <= waiting_size(s) - from);
    while (count > 0) {
        if (from >= s->file_bytes) {
            return bd_sink_write(to, s->held.data + (from - s->file_bytes), count, err);
        }
        if (from < s->window_from || from >= s->window_from + s->window.size) {
            BD_TRY(fill_window(s, from, err));
        }
        size_t at = from - s->window_from, part = s->window.size - at;
        part = part < count ? part : count;
        BD_TRY(bd_sink_write(to, s->window.data + at, part, err));
        from += part;
        count -= part;
    }
    return BD_OK;
}
