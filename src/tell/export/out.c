#include "bindery/export.h"

#include "export_priv.h"

#include <string.h>

#define PIECE_BYTES ((size_t)64 << 10)

static void hand_on(export_out *out, const void *bytes, size_t count) {
    if (!out->has_failed && count > 0) {
        out->has_failed = bd_failed(bd_sink_write(out->target, bytes, count, &out->first));
    }
}

static void put_bytes(export_out *out, const void *bytes, size_t count) {
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

/* Never fails: a failure of the target is kept for export_finish, so that a writer has one place to tell it. */
static bd_rc write_piece(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)err;
    put_bytes(sink->context, bytes, count);
    return BD_OK;
}

void export_begin(export_out *out, bd_sink *target, bd_arena *arena) {
    *out = (export_out){.target = target, .bytes = bd_new(arena, char, PIECE_BYTES)};
    out->sink = (bd_sink){write_piece, out};
}

void export_put(export_out *out, bd_str text) {
    put_bytes(out, text.data, text.size);
}

void export_puts(export_out *out, const char *text) {
    put_bytes(out, text, strlen(text));
}

bd_rc export_finish(export_out *out, bd_err *err) {
    hand_on(out, out->bytes, out->size);
    out->size = 0;
    if (out->has_failed) {
        BD_RAISE(err, out->first.class, "%s", out->first.message);
    }
    return BD_OK;
}

/* ---- one export ---- */

void export_open(export_run *run, const bd_export_inputs *inputs, bd_sink *target) {
    *run = (export_run){.in = inputs};
    run->arena = bd_arena_open("export", EXPORT_LINE_BYTES);
    run->line = bd_arena_open("export line", EXPORT_LINE_BYTES);
    run->ties = inputs->ties != NULL ? inputs->ties : bd_ties_make(inputs->assessment, inputs->evidence, run->arena);
    export_begin(&run->out, target, run->arena);
}

void export_open_alone(export_run *run, bd_sink *target) {
    *run = (export_run){.in = NULL};
    run->arena = bd_arena_open("export", EXPORT_LINE_BYTES);
    run->line = bd_arena_open("export line", EXPORT_LINE_BYTES);
    export_begin(&run->out, target, run->arena);
}

bd_rc export_close(export_run *run, bd_err *err) {
    bd_rc rc = export_finish(&run->out, err);
    bd_arena_close(run->line);
    bd_arena_close(run->arena);
    return rc;
}

bd_str export_package_path(const export_run *run, size_t evidence_index) {
    return run->in->package_paths != NULL ? run->in->package_paths[evidence_index]
                                          : (bd_str){"", 0};
}

bd_str export_ipe_path(const export_run *run, size_t evidence_index) {
    return run->in->ipe_paths != NULL ? run->in->ipe_paths[evidence_index] : (bd_str){"", 0};
}
