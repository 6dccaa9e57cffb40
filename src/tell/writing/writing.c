#include "bindery/writing.h"

#include <string.h>

#define PIECE_BYTES ((size_t)64 << 10)

/* Hands on in large pieces; the first failure of the target sticks and is told by finish. */
typedef struct bd_writing_out {
    bd_sink sink; /* for a bd_json_writer */
    bd_sink *target;
    char *bytes;
    size_t size;
    bool has_failed;
    bd_err first;
} writing_out;

static void hand_on(writing_out *out, const void *bytes, size_t count) {
    if (!out->has_failed && count > 0) {
        out->has_failed = bd_failed(bd_sink_write(out->target, bytes, count, &out->first));
    }
}

static void put_bytes(writing_out *out, const void *bytes, size_t count) {
    if (count == 0) {
        return;
    }
    if (out->size + count > PIECE_BYTES) {
        hand_on(out, out->bytes, out->size);
        out->size = 0;
    }
    if (count > PIECE_BYTES) {
        hand_on(out, bytes, count);
        return;
    }
    memcpy(out->bytes + out->size, bytes, count);
    out->size += count;
}

/* Never fails: a failure of the target is kept for finish, so that a writer has one place to tell it. */
static bd_rc write_piece(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)err;
    put_bytes(sink->context, bytes, count);
    return BD_OK;
}

static writing_out *begin(bd_sink *target, bd_arena *arena) {
    writing_out *out = bd_new(arena, writing_out, 1);
    out->target = target;
    out->bytes = bd_new(arena, char, PIECE_BYTES);
    out->sink = (bd_sink){write_piece, out};
    return out;
}

static bd_rc finish(writing_out *out, bd_err *err) {
    hand_on(out, out->bytes, out->size);
    out->size = 0;
    if (out->has_failed) {
        BD_RAISE(err, out->first.class, "%s", out->first.message);
    }
    return BD_OK;
}

void bd_writing_put(bd_writing *run, bd_str text) {
    put_bytes(run->out, text.data, text.size);
}

void bd_writing_puts(bd_writing *run, const char *text) {
    put_bytes(run->out, text, strlen(text));
}

bd_sink *bd_writing_sink(bd_writing *run) {
    return &run->out->sink;
}

/* ---- one output ---- */

void bd_writing_open(bd_writing *run, const bd_writing_inputs *inputs, bd_sink *target) {
    *run = (bd_writing){.in = inputs};
    run->arena = bd_arena_open("export", BD_WRITING_LINE_BYTES);
    run->line = bd_arena_open("export line", BD_WRITING_LINE_BYTES);
    run->ties = inputs->ties != NULL ? inputs->ties
                                     : bd_ties_make(inputs->assessment, inputs->evidence, run->arena);
    run->out = begin(target, run->arena);
}

void bd_writing_open_alone(bd_writing *run, bd_sink *target) {
    *run = (bd_writing){.in = NULL};
    run->arena = bd_arena_open("export", BD_WRITING_LINE_BYTES);
    run->line = bd_arena_open("export line", BD_WRITING_LINE_BYTES);
    run->out = begin(target, run->arena);
}

bd_rc bd_writing_close(bd_writing *run, bd_err *err) {
    bd_rc rc = finish(run->out, err);
    bd_arena_close(run->line);
    bd_arena_close(run->arena);
    return rc;
}

bd_str bd_writing_package_path(const bd_writing *run, size_t evidence_index) {
    return run->in->package_paths != NULL ? run->in->package_paths[evidence_index]
                                          : (bd_str){"", 0};
}

bd_str bd_writing_ipe_path(const bd_writing *run, size_t evidence_index) {
    return run->in->ipe_paths != NULL ? run->in->ipe_paths[evidence_index] : (bd_str){"", 0};
}
