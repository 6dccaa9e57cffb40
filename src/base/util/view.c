/* view.c - the bytes of a file as memory that is not held.
 *
 * A shared mapping, put anew over itself to let go of what was looked at: POSIX promises that a new mapping takes the
 * place of the old one, while its advice "not needed" may do nothing.  Only a file that no other process shortens may
 * be mapped, since memory behind the end of a file ends the process; so somebody else's file is copied first. */
#include "bindery/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util_priv.h"

#define BLOCK_BYTES ((size_t)256 << 10)
/* Smaller files are held: a copy on disk would cost more than the memory. */
#define HELD_BYTES ((size_t)8 << 20)

struct bd_view {
    bd_str text;
    int fd;       /* of the mapping; -1: the text is held, or a block */
    bool owns_fd;
    bool is_block; /* where no file may be made: of blocks.c */
    bd_buf held;   /* whose text it is; room 0: nobody's */
};

static bd_rc raise_errno(bd_err *err, const char *what, const char *path) {
    return bd_raise(err, BD_ERR_IO, "cannot %s '%s': %s", what, path, strerror(errno));
}

static char *map_file(void *at, size_t size, int fd) {
    return mmap(at, size, PROT_READ, MAP_SHARED | (at != NULL ? MAP_FIXED : 0), fd, 0);
}

bd_rc bd_view_open(int fd, size_t size, const char *path, bd_view **out, bd_err *err) {
    char *text = size > 0 ? map_file(NULL, size, fd) : NULL;
    if (text == MAP_FAILED) {
        return raise_errno(err, "map", path);
    }
    bd_view *view = bd_heap_zeroed(sizeof *view);
    *view = (bd_view){.text = {text, size}, .fd = fd};
    *out = view;
    return BD_OK;
}

bd_str bd_view_text(const bd_view *view) {
    return view->text;
}

void bd_view_release(bd_view *view) {
    if (view != NULL && view->fd >= 0 && view->text.size > 0) {
        char *at = (char *)(uintptr_t)view->text.data;
        BD_ASSERT(map_file(at, view->text.size, view->fd) == at);
    }
    if (view != NULL && view->is_block) {
        bd_arenas_release();
    }
}

void bd_view_close(bd_view *view) {
    if (view == NULL) {
        return;
    }
    char *text = (char *)(uintptr_t)view->text.data;
    if (view->held.room > 0) {
        bd_buf_clear(&view->held);
    } else if (view->is_block) {
        block_give(text, view->text.size);
    } else if (view->fd < 0) {
        bd_heap_free(text);
    } else if (view->text.size > 0) {
        munmap(text, view->text.size);
    }
    if (view->owns_fd) {
        bd_fd_close(&view->fd);
    }
    bd_heap_free(view);
}

void bd_view_close_ref(bd_view **view) {
    bd_view_close(*view);
    *view = NULL;
}

int bd_view_fd(const bd_view *view) {
    return view->fd;
}

/* ---- bytes of our own -------------------------------------------------------------------------------------------- */

struct bd_view_draft {
    bd_buf held; /* all of it, or what the file does not have yet */
    int fd;      /* -1: all is held */
    size_t file_bytes, max_bytes;
    bd_sink sink;
};

static bd_rc empty_draft(bd_view_draft *draft, bd_err *err) {
    if (draft->fd < 0) {
        BD_TRY(bd_temp_open(&draft->fd, err));
    }
    BD_TRY(bd_write_all(draft->fd, draft->held.data, draft->held.size, "a temporary file", err));
    draft->file_bytes += draft->held.size;
    draft->held.size = 0;
    return BD_OK;
}

static bd_rc write_draft(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_view_draft *draft = sink->context;
    size_t room = draft->fd < 0 ? HELD_BYTES : BLOCK_BYTES;
    if (count > draft->max_bytes - draft->file_bytes - draft->held.size) {
        BD_RAISE(err, BD_ERR_LIMIT, "too many bytes to write: at most %zu", draft->max_bytes);
    }
    bd_buf_put(&draft->held, bytes, count);
    BD_TRY(bd_buf_check(&draft->held, "what is written", err));
    bd_arenas_pass(2 * count); /* what it was copied from lies in blocks, too */
    return draft->held.size > room ? empty_draft(draft, err) : BD_OK;
}

bd_view_draft *bd_view_draft_open(size_t max_bytes) {
    bd_view_draft *draft = bd_heap_zeroed(sizeof *draft);
    draft->fd = -1;
    draft->max_bytes = max_bytes;
    draft->sink = (bd_sink){write_draft, draft};
    bd_buf_init(&draft->held, max_bytes);
    return draft;
}

bd_sink *bd_view_draft_sink(bd_view_draft *draft) {
    return &draft->sink;
}

void bd_view_draft_drop(bd_view_draft *draft) {
    if (draft != NULL) {
        bd_buf_clear(&draft->held);
        bd_fd_close(&draft->fd);
        bd_heap_free(draft);
    }
}

static bd_rc view_draft(bd_view_draft *draft, bd_view **out, bd_err *err) {
    if (draft->fd < 0) {
        bd_view *view = bd_heap_zeroed(sizeof *view);
        *view = (bd_view){.text = bd_buf_str(&draft->held), .fd = -1, .held = draft->held};
        draft->held = (bd_buf){0};
        *out = view;
        return BD_OK;
    }
    BD_TRY(empty_draft(draft, err));
    BD_TRY(bd_view_open(draft->fd, draft->file_bytes, "a temporary file", out, err));
    (*out)->owns_fd = true;
    draft->fd = -1;
    return BD_OK;
}

bd_rc bd_view_draft_finish(bd_view_draft *draft, bd_view **out, bd_err *err) {
    bd_rc rc = view_draft(draft, out, err);
    bd_view_draft_drop(draft);
    return rc;
}

/* ---- files of others --------------------------------------------------------------------------------------------- */

bd_rc bd_regular_open(const char *path, size_t max_bytes, int *fd, size_t *size, bd_err *err) {
    struct stat facts;
    /* O_NONBLOCK: a FIFO must be refused, not waited for; regular files do not care */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0) {
        return raise_errno(err, "open", path);
    }
    bd_rc rc = BD_OK;
    if (fstat(*fd, &facts) != 0) {
        rc = raise_errno(err, "look at", path);
    } else if (!S_ISREG(facts.st_mode)) {
        rc = bd_raise(err, BD_ERR_IO, "cannot read '%s': it is not a regular file", path);
    } else if (facts.st_size < 0 || (uint64_t)facts.st_size > max_bytes) {
        rc = bd_raise(err, BD_ERR_LIMIT, "'%s' has %lld bytes, at most %zu are read here", path,
                      (long long)facts.st_size, max_bytes);
    }
    if (bd_failed(rc)) {
        bd_fd_close(fd);
        return rc;
    }
    *size = (size_t)facts.st_size;
    return BD_OK;
}

bd_rc bd_fd_copy(int from, size_t size, const char *path, bd_sink *to, bd_err *err) {
    char *block = bd_heap_alloc(BLOCK_BYTES);
    bd_rc rc = BD_OK;
    for (size_t at = 0; at < size && !bd_failed(rc);) {
        size_t count = size - at < BLOCK_BYTES ? size - at : BLOCK_BYTES;
        rc = bd_pread_all(from, block, count, (int64_t)at, path, err);
        rc = bd_failed(rc) ? rc : bd_sink_write(to, block, count, err);
        at += count;
    }
    bd_heap_free(block);
    return rc;
}

static bd_rc write_to_temp(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    return bd_write_all(*(int *)sink->context, bytes, count, "a temporary file", err);
}

static bd_rc view_copy(int from, size_t size, const char *path, bd_view **out, bd_err *err) {
    int fd = -1;
    bd_sink sink = {write_to_temp, &fd};
    BD_TRY(bd_temp_open(&fd, err));
    bd_rc rc = bd_fd_copy(from, size, path, &sink, err);
    rc = bd_failed(rc) ? rc : bd_view_open(fd, size, path, out, err);
    if (bd_failed(rc)) {
        bd_fd_close(&fd);
        return rc;
    }
    (*out)->owns_fd = true;
    return BD_OK;
}

/* In blocks where it is large and no copy can be made, as behind the wall of bd_confine. */
static bd_rc view_held(int from, size_t size, const char *path, bd_view **out, bd_err *err) {
    char *apart = size > HELD_BYTES ? block_take(size, /*is_kept*/ false) : NULL;
    char *text = apart != NULL ? apart : bd_heap_alloc(size + 1);
    bd_view *view = bd_heap_zeroed(sizeof *view);
    *view = (bd_view){.text = {text, size}, .fd = -1, .is_block = apart != NULL};
    bd_rc rc = BD_OK;
    for (size_t at = 0; at < size && !bd_failed(rc); at += BLOCK_BYTES) {
        size_t count = size - at < BLOCK_BYTES ? size - at : BLOCK_BYTES;
        rc = bd_pread_all(from, text + at, count, (int64_t)at, path, err);
        block_note(count);
    }
    if (bd_failed(rc)) {
        bd_view_close(view);
        return rc;
    }
    *out = view;
    return BD_OK;
}

bd_rc bd_view_read(const char *path, size_t max_bytes, bd_view **out, bd_err *err) {
    BD_DEFER(bd_fd_close) int fd = -1;
    size_t size = 0;
    bd_err problem = {0};
    BD_TRY(bd_regular_open(path, max_bytes, &fd, &size, err));
    /* Without room for a copy it is held, as a small file is. */
    if (size > HELD_BYTES && !bd_failed(view_copy(fd, size, path, out, &problem))) {
        return BD_OK;
    }
    return view_held(fd, size, path, out, err);
}
