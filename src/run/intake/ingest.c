/* Files into the locker: every readable file below the folders named, described by its sidecar
 * where it has one. */
#include "bindery/intake.h"

#include "intake_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FILES 1000000
#define SIDECAR_BYTES ((size_t)1 << 20)
#define REGISTER_BYTES ((size_t)64 << 20)
#define FILE_BYTES ((int64_t)64 << 30) /* of one file; a sparse one can claim any size */

typedef struct {
    bd_session *session;
    uint64_t fresh, same, unchanged, refused;
    bool named_refused; /* a path of the command line */
} ingestion;

static void refuse(ingestion *run, bd_str path, const char *why, bool is_named) {
    bd_diag_add(run->session->arena, &run->session->outcome->diags, BD_DIAG_REFUSED, path,
                (bd_str){"", 0}, "%s", why);
    run->refused++;
    run->named_refused = run->named_refused || is_named;
}

static const char *unreadable(const ingestion *run, const char *reason) {
    return bd_str_format(run->session->arena,
                         "cannot be read: %s; give whoever runs bindery the right to read it",
                         reason)
        .data;
}

static int cmp_path(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, ((const bd_entry *)b)->path);
}

static bool has_path(const bd_entries *entries, bd_str path) {
    return bd_sorted_find(entries->data, entries->count, sizeof(bd_entry), &path, cmp_path, NULL) != NULL;
}

static bool is_about_file(const bd_err *err) {
    return err->class == BD_ERR_INPUT || err->class == BD_ERR_LIMIT ||
           err->class == BD_ERR_UNSUPPORTED;
}

/* ---- what dates a file besides its own sidecar ---- */

/* A folder's sidecar that says when dates all that lies beside it; one that says no time dates nothing.  One that
 * cannot be read may. */
static bool dates_folder(ingestion *run, const char *full, bd_str path) {
    bd_str text;
    bd_sidecar said;
    bd_err unused;
    bd_arena *arena = run->session->arena;
    if (bd_failed(bd_file_read(full, SIDECAR_BYTES, arena, &text, &unused)) ||
        bd_failed(bd_sidecar_parse(text, path, arena, &said, &unused))) {
        return true;
    }
    return said.has_document || said.collected_at != BD_INSTANT_NONE ||
           said.describes_from != BD_INSTANT_NONE || said.describes_to != BD_INSTANT_NONE;
}

static bool parts_words(char byte) {
    return byte == ',' || byte == ';' || byte == '"' || byte == '/' || byte == '\\' ||
           byte == '\t' || byte == '\r' || byte == '\n';
}

/* All that stands between commas, quotes and slashes, and so the end of each name; NULL: it cannot be read, and may
 * name any file. */
static const bd_map *words_of(ingestion *run, const char *full) {
    bd_arena *arena = run->session->arena;
    bd_map *words = bd_map_make(arena);
    bd_str text;
    bd_err unused;
    size_t from = 0;
    if (bd_failed(bd_file_read(full, REGISTER_BYTES, arena, &text, &unused)) ||
        (text.size > 0 && memchr(text.data, '\0', text.size) != NULL)) {
        return NULL;
    }
    for (size_t at = 0; at <= text.size; at++) {
        if (at == text.size || parts_words(text.data[at])) {
            bd_map_put(words, bd_str_trim(bd_str_sub(text, from, at)), words);
            from = at + 1;
        }
    }
    return words;
}

static bool is_among(const bd_map *words, bd_str path) {
    size_t from = path.size;
    while (from > 0 && !parts_words(path.data[from - 1])) {
        from--;
    }
    return words == NULL || bd_map_find(words, bd_str_trim(bd_str_sub(path, from, path.size))) != NULL;
}

/* A register, and the words in it. */
typedef struct {
    bd_str path;
    const bd_map *words;
} word_list;

typedef struct {
    const char *root;
    const bd_entries *entries;
    bd_str folder;
    bool is_dated;   /* by the folder's own sidecar, */
    bd_str by;       /* which is this */
    BD_VEC(word_list) registers; /* beside it and above, each read once */
} descriptions;

static const word_list *register_at(ingestion *run, descriptions *from, bd_str path) {
    for (size_t i = 0; i < from->registers.count; i++) {
        if (bd_str_eq(from->registers.data[i].path, path)) {
            return &from->registers.data[i];
        }
    }
    if (!has_path(from->entries, path)) {
        return NULL;
    }
    bd_arena *arena = run->session->arena;
    word_list *made = bd_push(arena, &from->registers);
    *made = (word_list){path, words_of(run, bd_path_join(arena, from->root, bd_str_z(arena, path)))};
    return made;
}

static bd_str within(bd_arena *arena, bd_str folder, const char *name) {
    return bd_str_eqz(folder, ".") ? bd_str_of(name)
                                   : bd_str_format(arena, "%.*s/%s", BD_ARG(folder), name);
}

/* What dates this file: its folder's sidecar, and the registers beside it and above that name it. */
static bd_strs find_descriptions(ingestion *run, descriptions *from, bd_str path) {
    bd_arena *arena = run->session->arena;
    bd_str folder = bd_path_folder(path);
    bd_strs out = {0};
    if (from->folder.data == NULL || !bd_str_eq(folder, from->folder)) {
        from->folder = folder;
        from->by = within(arena, folder, "_folder.meta.json");
        from->is_dated =
            has_path(from->entries, from->by) &&
            dates_folder(run, bd_path_join(arena, from->root, bd_str_z(arena, from->by)), from->by);
    }
    if (from->is_dated) {
        *bd_push(arena, &out) = from->by;
    }
    for (bool is_last = false; !is_last; folder = bd_path_folder(folder)) {
        is_last = bd_str_eqz(folder, ".");
        const word_list *list = register_at(run, from, within(arena, folder, "register.csv"));
        if (list != NULL && is_among(list->words, path)) {
            *bd_push(arena, &out) = list->path;
        }
    }
    return out;
}

/* ---- files ---- */

static bd_rc put_file(ingestion *run, const char *full, const bd_entry *entry, bd_str sidecar,
                      bd_strs described_by, bool is_named, bd_err *err) {
    bd_locker *locker = run->session->locker;
    bool may_skip =
        !run->session->options->rehash && run->session->options->collected_at == BD_INSTANT_NONE;
    if (may_skip && bd_locker_is_unchanged(locker, entry)) {
        run->unchanged++;
        return BD_OK;
    }
    if (entry->bytes > FILE_BYTES) {
        refuse(run, entry->path,
               bd_str_format(run->session->arena,
                             "it has %lld bytes, one file may have at most %lld; split the export",
                             (long long)entry->bytes, (long long)FILE_BYTES)
               .data,
               is_named);
        return BD_OK;
    }
    BD_DEFER(bd_fd_close) int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        refuse(run, entry->path,
               errno == EACCES ? unreadable(run, strerror(errno)) : strerror(errno), is_named);
        return BD_OK;
    }
    bd_put put = {.entry = entry,
                  .collected_at = run->session->options->collected_at,
                  .sidecar_path = sidecar,
                  .described_by = described_by};
    bd_early_scan *early = bd_early_begin(run->session, full, entry);
    put.reader = bd_early_sink(early);
    bd_put_result result = BD_PUT_SAME;
    bd_rc rc = bd_locker_put(locker, fd, &put, run->session->jobs, &result, err);
    bd_err problem;
    bd_rc ended = bd_early_end(early, !bd_failed(rc) && result == BD_PUT_NEW, &problem);
    if (!bd_failed(rc) && bd_failed(ended)) {
        *err = problem;
        return ended;
    }
    if (bd_failed(rc)) {
        if (!is_about_file(err)) {
            return rc;
        }
        refuse(run, entry->path, err->message, is_named);
        return BD_OK;
    }
    run->fresh += result == BD_PUT_NEW;
    run->same += result == BD_PUT_SAME;
    return BD_OK;
}

static bd_rc put_folder(ingestion *run, const char *folder, bool is_named, bd_err *err) {
    bd_arena *arena = run->session->arena;
    bd_entries entries = {0};
    descriptions described = {.root = folder, .entries = &entries};
    BD_TRY(bd_folder_walk(folder, MOST_FILES, arena, &entries, err));
    for (size_t i = 0; i < entries.count; i++) {
        const bd_entry *entry = &entries.data[i];
        bd_session_progress(run->session, "ingest", i, entries.count);
        if (!entry->is_readable) {
            const char *problem = bd_str_z(arena, entry->problem);
            bool is_denied = strcmp(problem, strerror(EACCES)) == 0;
            refuse(run, entry->path, is_denied ? unreadable(run, problem) : problem, is_named);
            continue;
        }
        bd_str sidecar = bd_str_format(arena, "%.*s.meta.json", BD_ARG(entry->path));
        bool has_sidecar = !bd_path_is_sidecar(entry->path) && has_path(&entries, sidecar);
        bd_strs by = find_descriptions(run, &described, entry->path);
        BD_TRY(put_file(run, bd_path_join(arena, folder, bd_str_z(arena, entry->path)), entry,
                        has_sidecar ? sidecar : (bd_str){"", 0}, by, is_named, err));
    }
    bd_session_progress(run->session, "ingest", entries.count, entries.count);
    return BD_OK;
}

static bd_rc put_single(ingestion *run, const char *path, bd_err *err) {
    bd_arena *arena = run->session->arena;
    struct stat facts;
    if (lstat(path, &facts) != 0) {
        refuse(run, bd_str_of(path), strerror(errno), true);
        return BD_OK;
    }
    if (!S_ISREG(facts.st_mode)) {
        refuse(run, bd_str_of(path), "not a regular file; links and devices are not followed",
               true);
        return BD_OK;
    }
    bd_entry entry = {
        .path = bd_str_copy(arena, bd_path_name(bd_str_of(path))),
        .bytes = facts.st_size,
        .mtime_ns = (int64_t)facts.st_mtim.tv_sec * 1000000000 + facts.st_mtim.tv_nsec,
        .ctime_ns = (int64_t)facts.st_ctim.tv_sec * 1000000000 + facts.st_ctim.tv_nsec,
        .device = facts.st_dev,
        .inode = facts.st_ino,
        .is_readable = true,
    };
    /* a file's sidecar comes with it */
    const char *beside = bd_str_format(arena, "%s.meta.json", path).data;
    bd_str sidecar = {"", 0};
    if (!bd_path_is_sidecar(entry.path) && lstat(beside, &facts) == 0 && S_ISREG(facts.st_mode)) {
        BD_TRY(put_single(run, beside, err));
        sidecar = bd_str_format(arena, "%.*s.meta.json", BD_ARG(entry.path));
    }
    return put_file(run, path, &entry, sidecar, (bd_strs){0}, true, err);
}

static bd_rc put_path(ingestion *run, const char *path, bool is_named, bd_err *err) {
    if (bd_path_is_folder(path)) {
        return put_folder(run, path, is_named, err);
    }
    if (!bd_path_exists(path)) {
        refuse(run, bd_str_of(path), "there is no such file or folder", is_named);
        return BD_OK;
    }
    return put_single(run, path, err);
}

/* Evidence may be in the locker already: a run without an inbox goes on, and says so. */
static bd_rc put_inbox(ingestion *run, bd_err *err) {
    const char *inbox = bd_session_path(run->session, "inbox");
    if (!bd_path_exists(inbox)) {
        bd_diag_add(run->session->arena, &run->session->outcome->diags, BD_DIAG_WARNING,
                    bd_str_of(inbox), (bd_str){"", 0},
                    "there is no such folder, so nothing was put into the locker; make it and put "
                    "exports there");
        return BD_OK;
    }
    if (!bd_path_is_folder(inbox)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' is not a folder; make it one and put exports there",
                 inbox);
    }
    return put_folder(run, inbox, false, err);
}

bd_rc bd_ingest(bd_session *session, const char *const *paths, size_t count,
                const bd_value **result, bd_err *err) {
    ingestion run = {.session = session};
    if (count == 0) {
        BD_TRY(put_inbox(&run, err));
    }
    for (size_t i = 0; i < count; i++) {
        BD_TRY(put_path(&run, paths[i], true, err));
    }
    size_t committed = 0;
    BD_TRY(bd_locker_commit(session->locker, bd_clock_now(), &committed, err));
    bd_result out = {.arena = session->arena};
    bd_result_int(&out, "new", (int64_t)committed);
    bd_result_int(&out, "same", (int64_t)(run.same + run.unchanged));
    bd_result_int(&out, "refused", (int64_t)run.refused);
    bd_result_int(&out, "items", (int64_t)bd_locker_count(session->locker));
    *result = bd_result_object(&out);
    if (run.named_refused || (session->options->is_strict && run.refused > 0)) {
        session->outcome->exit_code = 3;
    }
    return BD_OK;
}
