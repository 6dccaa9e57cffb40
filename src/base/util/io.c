#include "bindery/util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bd_rc raise_errno(bd_err *err, const char *what, const char *path) {
    return bd_raise(err, BD_ERR_IO, "cannot %s '%s': %s", what, path, strerror(errno));
}

bd_rc bd_write_all(int fd, const void *bytes, size_t count, const char *path, bd_err *err) {
    const char *at = bytes;
    while (count > 0) {
        ssize_t done = write(fd, at, count);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return raise_errno(err, "write", path);
        }
        at += done;
        count -= (size_t)done;
    }
    return BD_OK;
}

bd_rc bd_pread_all(int fd, void *bytes, size_t count, int64_t offset, const char *path,
                   bd_err *err) {
    char *at = bytes;
    while (count > 0) {
        ssize_t done = pread(fd, at, count, (off_t)offset);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done < 0) {
            return raise_errno(err, "read", path);
        }
        if (done == 0) {
            BD_RAISE(err, BD_ERR_INPUT, "'%s' ends at byte %lld, %zu more bytes were expected",
                     path, (long long)offset, count);
        }
        at += done;
        offset += done;
        count -= (size_t)done;
    }
    return BD_OK;
}

void bd_fd_close(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

bd_rc bd_file_read(const char *path, size_t max_bytes, bd_arena *arena, bd_str *out, bd_err *err) {
    BD_DEFER(bd_fd_close) int fd = -1;
    size_t size = 0;
    BD_TRY(bd_regular_open(path, max_bytes, &fd, &size, err));
    char *bytes = bd_alloc(arena, size + 1, 1);
    BD_TRY(bd_pread_all(fd, bytes, size, 0, path, err));
    *out = (bd_str){bytes, size};
    return BD_OK;
}

/* ---- atomic files ---- */

enum { TEMP_DIGITS = 6, MOST_ATTEMPTS = 1 << 16 };

struct bd_atomic {
    int fd;
    char *path, *temp, *folder; /* `temp` is empty once the file is in place */
    int problem;                /* errno of its fsync */
    bool sends_early;
    int64_t written, sent; /* bytes; of them those that the disk was told of */
    bd_sink sink;
};

#define SENT_BYTES ((int64_t)8 << 20)

#ifdef __linux__
/* Linux's, whose header hides it behind POSIX's. */
int sync_file_range(int fd, int64_t offset, int64_t bytes, unsigned flags);
enum { BEGIN_TO_WRITE = 2 };

/* It promises nothing and replaces no fsync: whether it succeeds is of no interest. */
static void send_on(bd_atomic *file) {
    (void)sync_file_range(file->fd, file->sent, file->written - file->sent, BEGIN_TO_WRITE);
}
#else
static void send_on(bd_atomic *file) {
    (void)file;
}
#endif

static bd_rc write_to_atomic(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_atomic *file = sink->context;
    BD_TRY(bd_write_all(file->fd, bytes, count, file->path, err));
    file->written += (int64_t)count;
    if (file->sends_early && file->written - file->sent >= SENT_BYTES) {
        send_on(file);
        file->sent = file->written;
    }
    return BD_OK;
}

static char *join_text(const char *a, const char *b, const char *c) {
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = bd_heap_alloc(size);
    snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

static void free_atomic(bd_atomic *file) {
    bd_fd_close(&file->fd);
    bd_heap_free(file->path);
    bd_heap_free(file->temp);
    bd_heap_free(file->folder);
    bd_heap_free(file);
}

/* Not mkstemp(): that gives 0600 whatever is asked for, and a chmod after it passes over the user's umask. */
static int create_temp(char *temp, unsigned mode) {
    char *digits = temp + strlen(temp) - TEMP_DIGITS;
    for (unsigned attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        unsigned number = ((unsigned)getpid() * 64u + attempt) & 0xffffffu;
        snprintf(digits, TEMP_DIGITS + 1, "%06x", number);
        int fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

bd_rc bd_atomic_open(const char *path, unsigned mode, bd_atomic **out, bd_err *err) {
    bd_atomic *file = bd_heap_zeroed(sizeof *file);
    file->path = join_text(path, "", "");
    file->temp = join_text(path, ".tmp-", "000000");
    bd_str folder = bd_path_folder(bd_str_of(path));
    file->folder = bd_heap_alloc(folder.size + 1);
    memcpy(file->folder, folder.data, folder.size);
    file->folder[folder.size] = '\0';
    file->fd = create_temp(file->temp, mode);
    if (file->fd < 0) {
        bd_rc rc = raise_errno(err, "create", path);
        free_atomic(file);
        return rc;
    }
    file->sink = (bd_sink){.write = write_to_atomic, .context = file};
    *out = file;
    return BD_OK;
}

bd_sink *bd_atomic_sink(bd_atomic *file) {
    return &file->sink;
}

void bd_atomic_send_early(bd_atomic *file) {
    file->sends_early = true;
}

bd_rc bd_atomic_reserve(bd_atomic *file, size_t bytes, bd_err *err) {
    int problem = bytes > 0 ? posix_fallocate(file->fd, 0, (off_t)bytes) : 0;
    if (problem != ENOSPC && problem != EDQUOT && problem != EFBIG) {
        return BD_OK;
    }
    errno = problem;
    return raise_errno(err, "write", file->path);
}

int bd_atomic_fd(bd_atomic *file) {
    return file->fd;
}

/* An fsync waits for the disk, not for a processor: those that wait side by side share one flush. */
static void sync_file(void *context, size_t index, unsigned worker) {
    bd_atomic **files = context;
    (void)worker;
    files[index]->problem = fsync(files[index]->fd) != 0 ? errno : 0;
}

static bd_rc sync_files(bd_atomic **files, size_t count, bd_err *err) {
    bd_pool_run((unsigned)count, count, sync_file, files);
    for (size_t i = 0; i < count; i++) {
        if (files[i]->problem != 0) {
            errno = files[i]->problem;
            return raise_errno(err, "make durable", files[i]->path);
        }
    }
    return BD_OK;
}

static bd_rc rename_files(bd_atomic **files, size_t count, bd_err *err) {
    for (size_t i = 0; i < count; i++) {
        if (rename(files[i]->temp, files[i]->path) != 0) {
            return raise_errno(err, "put in place", files[i]->path);
        }
        files[i]->temp[0] = '\0';
    }
    return BD_OK;
}

bd_rc bd_atomic_finish_all(bd_atomic **files, size_t count, bd_err *err) {
    bd_rc rc = sync_files(files, count, err);
    rc = bd_failed(rc) ? rc : rename_files(files, count, err);
    for (size_t i = 0; i < count && !bd_failed(rc); i++) {
        bool is_synced = i > 0 && strcmp(files[i]->folder, files[i - 1]->folder) == 0;
        rc = is_synced ? rc : bd_folder_sync(files[i]->folder, err);
    }
    for (size_t i = 0; i < count; i++) {
        bd_atomic_drop(files[i]);
        files[i] = NULL;
    }
    return rc;
}

bd_rc bd_atomic_finish(bd_atomic *file, bd_err *err) {
    return bd_atomic_finish_all(&file, 1, err);
}

void bd_atomic_drop(bd_atomic *file) {
    if (file == NULL) {
        return;
    }
    if (file->temp[0] != '\0') {
        unlink(file->temp);
    }
    free_atomic(file);
}

bd_rc bd_file_write(const char *path, unsigned mode, bd_str text, bd_err *err) {
    bd_atomic *file = NULL;
    BD_TRY(bd_atomic_open(path, mode, &file, err));
    bd_rc rc = bd_sink_write(bd_atomic_sink(file), text.data, text.size, err);
    if (bd_failed(rc)) {
        bd_atomic_drop(file);
        return rc;
    }
    return bd_atomic_finish(file, err);
}

/* ---- folders and paths ---- */

static bd_rc raise_in_the_way(bd_err *err, const char *path) {
    BD_RAISE(err, BD_ERR_IO,
             "cannot make folder '%s': a file of that name stands in the way; move it away", path);
}

bd_rc bd_folder_make(const char *path, bd_err *err) {
    char *text = join_text(path, "", "");
    bd_rc rc = BD_OK;
    if (text[0] == '\0') {
        bd_heap_free(text);
        return BD_OK; /* the folder we are in */
    }
    for (char *at = text + 1; !bd_failed(rc); at++) {
        if (*at != '/' && *at != '\0') {
            continue;
        }
        char kept = *at;
        *at = '\0';
        if (mkdir(text, 0755) != 0 && !(errno == EEXIST && bd_path_is_folder(text))) {
            rc = errno == EEXIST ? raise_in_the_way(err, text)
                                 : raise_errno(err, "make folder", text);
        }
        *at = kept;
        if (kept == '\0') {
            break;
        }
    }
    bd_heap_free(text);
    return rc;
}

bd_rc bd_folder_sync(const char *path, bd_err *err) {
    BD_DEFER(bd_fd_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return raise_errno(err, "open folder", path);
    }
    /* EINVAL: a file system that cannot sync folders has nothing to lose there. */
    if (fsync(fd) != 0 && errno != EINVAL) {
        return raise_errno(err, "make folder durable", path);
    }
    return BD_OK;
}

bool bd_path_exists(const char *path) {
    struct stat facts;
    return lstat(path, &facts) == 0;
}

bool bd_path_is_folder(const char *path) {
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

const char *bd_path_join(bd_arena *arena, const char *folder, const char *name) {
    if (name[0] == '/' || bd_str_eqz(bd_str_of(folder), ".") || folder[0] == '\0') {
        return bd_str_z(arena, bd_str_of(name));
    }
    size_t size = strlen(folder);
    bool has_slash = size > 0 && folder[size - 1] == '/';
    return bd_str_format(arena, "%s%s%s", folder, has_slash ? "" : "/", name).data;
}

bd_str bd_path_name(bd_str path) {
    for (size_t at = path.size; at > 0; at--) {
        if (path.data[at - 1] == '/') {
            return bd_str_sub(path, at, path.size);
        }
    }
    return path;
}

bd_str bd_path_folder(bd_str path) {
    for (size_t at = path.size; at > 0; at--) {
        if (path.data[at - 1] == '/') {
            return at == 1 ? BD_STR("/") : bd_str_sub(path, 0, at - 1);
        }
    }
    return BD_STR(".");
}

/* ---- walking ---- */

typedef struct {
    bd_arena *arena;
    bd_entries *out;
    size_t max_entries;
    unsigned depth;
} walk;

#define DEEPEST_FOLDER 64

static void add_problem(walk *state, bd_str relative, const char *why) {
    *bd_push(state->arena, state->out) =
        (bd_entry){.path = relative, .problem = bd_str_copy(state->arena, bd_str_of(why))};
}

static void add_file(walk *state, bd_str relative, const struct stat *facts) {
    *bd_push(state->arena, state->out) = (bd_entry){
        .path = relative,
        .bytes = facts->st_size,
        .mtime_ns = (int64_t)facts->st_mtim.tv_sec * 1000000000 + facts->st_mtim.tv_nsec,
        .ctime_ns = (int64_t)facts->st_ctim.tv_sec * 1000000000 + facts->st_ctim.tv_nsec,
        .device = facts->st_dev,
        .inode = facts->st_ino,
        .is_readable = true,
    };
}

static bd_rc walk_folder(walk *state, int folder_fd, bd_str prefix, bd_err *err);

static bd_rc walk_entry(walk *state, int folder_fd, const char *name, bd_str relative,
                        bd_err *err) {
    struct stat facts;
    if (state->out->count >= state->max_entries) {
        BD_RAISE(err, BD_ERR_LIMIT, "folder holds more than %zu files", state->max_entries);
    }
    if (fstatat(folder_fd, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) {
        add_problem(state, relative, strerror(errno));
        return BD_OK;
    }
    if (S_ISREG(facts.st_mode)) {
        add_file(state, relative, &facts);
        return BD_OK;
    }
    if (!S_ISDIR(facts.st_mode)) {
        add_problem(state, relative, "not a regular file; links and devices are not followed");
        return BD_OK;
    }
    if (state->depth >= DEEPEST_FOLDER) {
        add_problem(state, relative, "folders are nested deeper than 64");
        return BD_OK;
    }
    int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        add_problem(state, relative, strerror(errno));
        return BD_OK;
    }
    state->depth++;
    bd_rc rc = walk_folder(state, fd, relative, err);
    state->depth--;
    return rc;
}

/* Takes `folder_fd`. */
static bd_rc walk_folder(walk *state, int folder_fd, bd_str prefix, bd_err *err) {
    DIR *folder = fdopendir(folder_fd);
    if (folder == NULL) {
        bd_rc rc = bd_raise(err, BD_ERR_IO, "cannot read folder '%.*s': %s", BD_ARG(prefix),
                            strerror(errno));
        close(folder_fd);
        return rc;
    }
    bd_rc rc = BD_OK;
    while (!bd_failed(rc)) {
        errno = 0; /* readdir tells an end from a failure by errno alone */
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) {
            if (errno != 0) {
                rc = bd_raise(err, BD_ERR_IO, "cannot read folder '%.*s': %s", BD_ARG(prefix),
                              strerror(errno));
            }
            break;
        }
        if (entry->d_name[0] == '.') {
            continue;
        }
        bd_str relative = prefix.size == 0 ? bd_str_copy(state->arena, bd_str_of(entry->d_name))
                                           : bd_str_format(state->arena, "%.*s/%s", BD_ARG(prefix),
                                                           entry->d_name);
        if (!bd_utf8_is_valid(bd_str_of(entry->d_name))) {
            add_problem(state, bd_str_visible(state->arena, relative),
                        "its name is not UTF-8; rename it");
            continue;
        }
        rc = walk_entry(state, dirfd(folder), entry->d_name, relative, err);
    }
    closedir(folder);
    return rc;
}

static int cmp_entries(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const bd_entry *)a)->path, ((const bd_entry *)b)->path);
}

bd_rc bd_folder_walk(const char *folder, size_t max_entries, bd_arena *arena, bd_entries *out,
                     bd_err *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return raise_errno(err, "read folder", folder);
    }
    walk state = {.arena = arena, .out = out, .max_entries = max_entries};
    BD_TRY_CTX(walk_folder(&state, fd, (bd_str){"", 0}, err), err, "while walking '%s'", folder);
    bd_sort(out->data, out->count, sizeof *out->data, cmp_entries, NULL);
    return BD_OK;
}

bd_rc bd_temp_open(int *fd, bd_err *err) {
    const char *folder = getenv("TMPDIR");
    char *path =
        join_text(folder != NULL && folder[0] == '/' ? folder : "/tmp", "/bindery-", "XXXXXX");
    *fd = mkstemp(path);
    bd_rc rc = *fd < 0 ? raise_errno(err, "create temporary file", path) : BD_OK;
    if (*fd >= 0) {
        unlink(path);
        fcntl(*fd, F_SETFD, FD_CLOEXEC);
    }
    bd_heap_free(path);
    return rc;
}
