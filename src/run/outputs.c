/* The files of out/<period>/, put in place together. */
#include "bindery/run.h"

#include "run_priv.h"

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

bd_rc bd_outputs_open(bd_outputs *outputs, const char *path, bd_sink **sink, bd_err *err) {
    BD_ASSERT(outputs->count < BD_RUN_MOST_OUTPUTS);
    if (outputs->count == 0) {
        BD_TRY(prepare_folder(outputs, err));
    }
    bd_atomic *file = NULL;
    BD_TRY(bd_atomic_open(path, 0644, &file, err));
    outputs->files[outputs->count++] = file;
    *sink = bd_atomic_sink(file);
    return BD_OK;
}

bd_rc bd_outputs_put(bd_outputs *outputs, const char *path, bd_str text, bd_err *err) {
    bd_sink *sink = NULL;
    BD_TRY(bd_outputs_open(outputs, path, &sink, err));
    return bd_sink_write(sink, text.data, text.size, err);
}

bd_rc bd_outputs_put_draft(bd_outputs *outputs, const char *path, const bd_draft *text,
                           bd_err *err) {
    bd_sink *sink = NULL;
    BD_TRY(bd_outputs_open(outputs, path, &sink, err));
    return bd_draft_write(text, sink, err);
}

bd_rc bd_outputs_finish(bd_outputs *outputs, bd_err *err) {
    size_t count = outputs->count;
    outputs->count = 0;
    return bd_atomic_finish_all(outputs->files, count, err);
}

void bd_outputs_drop(bd_outputs *outputs) {
    for (size_t i = 0; i < outputs->count; i++) {
        bd_atomic_drop(outputs->files[i]);
    }
    outputs->count = 0;
}
