/* The files of out/<period>/, put in place together. */
#include "bindery/session.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#define TEMP_MARK ".tmp-"
enum { TEMP_DIGITS = 6 };

static bool is_leftover(const char *name) {
    size_t size = strlen(name);
    size_t tail = strlen(TEMP_MARK) + TEMP_DIGITS;
    return size > tail && strncmp(name + size - tail, TEMP_MARK, strlen(TEMP_MARK)) == 0;
}

/* A killed run leaves the file it was writing, under a name that nobody reads. Only the one
 * writer may clear it away. */
static void sweep(const char *folder, bd_arena *arena) {
    DIR *open_folder = opendir(folder);
    if (open_folder == NULL) {
        return;
    }
    for (const struct dirent *entry = readdir(open_folder); entry != NULL;
         entry = readdir(open_folder)) {
        if (is_leftover(entry->d_name)) {
            (void)unlink(bd_path_join(arena, folder, entry->d_name));
        }
    }
    closedir(open_folder);
}

static bd_rc prepare_folder(const bd_outputs *outputs, bd_err *err) {
    const char *folder = bd_session_output(outputs->session, "");
    BD_TRY(bd_folder_make(folder, err));
    if (outputs->session->is_writer) {
        sweep(folder, outputs->session->arena);
    }
    return BD_OK;
}

/* Hashed as it is written: a later run asks whether the file is still what it was. */
static bd_rc write_output(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_output *output = sink->context;
    bd_sha256_put(output->hash, bytes, count);
    output->bytes += (int64_t)count;
    return bd_sink_write(bd_atomic_sink(output->file), bytes, count, err);
}

bd_rc bd_outputs_open(bd_outputs *outputs, const char *path, bd_sink **sink, bd_err *err) {
    BD_ASSERT(outputs->count < BD_RUN_MOST_OUTPUTS);
    if (outputs->count == 0) {
        BD_TRY(prepare_folder(outputs, err));
    }
    bd_atomic *file = NULL;
    BD_TRY(bd_atomic_open(path, 0644, &file, err));
    bd_atomic_send_early(file);
    bd_arena *arena = outputs->session->arena;
    bd_output *output = bd_new(arena, bd_output, 1);
    *output = (bd_output){.file = file,
                          .hash = bd_sha256_open(),
                          .name = bd_str_copy(arena, bd_path_name(bd_str_of(path)))};
    output->sink = (bd_sink){.write = write_output, .context = output};
    outputs->files[outputs->count++] = output;
    *sink = &output->sink;
    return BD_OK;
}

bd_rc bd_outputs_put(bd_outputs *outputs, const char *path, bd_str text, bd_err *err) {
    bd_sink *sink = NULL;
    BD_TRY(bd_outputs_open(outputs, path, &sink, err));
    return bd_sink_write(sink, text.data, text.size, err);
}

bd_rc bd_outputs_put_view(bd_outputs *outputs, const char *path, bd_view *view, bd_err *err) {
    const size_t stretch = (size_t)4 << 20;
    bd_sink *sink = NULL;
    bd_str text = bd_view_text(view);
    BD_TRY(bd_outputs_open(outputs, path, &sink, err));
    for (size_t at = 0; at < text.size; at += stretch) {
        bd_str part = bd_str_sub(text, at, at + stretch);
        BD_TRY(bd_sink_write(sink, part.data, part.size, err));
        bd_view_release(view);
    }
    return BD_OK;
}

bd_rc bd_outputs_put_draft(bd_outputs *outputs, const char *path, const bd_draft *text,
                           bd_err *err) {
    bd_sink *sink = NULL;
    BD_TRY(bd_outputs_open(outputs, path, &sink, err));
    return bd_draft_write(text, sink, err);
}

static void close_hash(bd_output *output) {
    bd_sha256_finish(output->hash, output->sha256);
    bd_sha256_close(output->hash);
    output->hash = NULL;
    output->file = NULL;
}

bd_rc bd_outputs_finish(bd_outputs *outputs, bd_err *err) {
    bd_atomic *files[BD_RUN_MOST_OUTPUTS];
    size_t count = outputs->count;
    outputs->count = 0;
    for (size_t i = 0; i < count; i++) {
        files[i] = outputs->files[i]->file;
        close_hash(outputs->files[i]);
    }
    BD_TRY(bd_atomic_finish_all(files, count, err));
    outputs->finished = count;
    return BD_OK;
}

void bd_outputs_drop(bd_outputs *outputs) {
    for (size_t i = 0; i < outputs->count; i++) {
        bd_atomic_drop(outputs->files[i]->file);
        close_hash(outputs->files[i]);
    }
    outputs->count = 0;
}
