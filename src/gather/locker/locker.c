#include "locker_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define FORMAT_TEXT "bindery-locker 1\n"
#define LINE_BYTES 1024 /* of the journal, as it lies in memory */
#define LOOKED_AT 8192 /* bytes in memory with an item that waits: it and its texts */
#define RUNS_MAX ((size_t)256 << 20)
enum { PATH_MAX_BYTES = 4096, HOLDER_BYTES = 128 };
enum { LOCK_ATTEMPTS = 20, LOCK_PAUSE_NS = 10 * 1000 * 1000 }; /* 0.2 s in all */

/* ---- files of the locker --------------------------------------------------------------------- */

/* Reads a file of the locker whole; an absent one is empty. */
static bd_rc read_own_file(bd_locker *locker, const char *name, size_t max_bytes, bd_str *out,
                           bd_err *err) {
    *out = (bd_str){0};
    BD_DEFER(bd_fd_close)
    int fd = openat(locker->folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return BD_OK;
    }
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        RAISE_ERRNO(err, "open", locker, name);
    }
    if (!S_ISREG(status.st_mode)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s/%s' is not a regular file", locker->folder, name);
    }
    if ((uint64_t)status.st_size > max_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "'%s/%s' has %lld bytes, the limit is %zu", locker->folder,
                 name, (long long)status.st_size, max_bytes);
    }
    char *bytes = bd_new(locker->arena, char, (size_t)status.st_size + 1);
    BD_TRY(bd_pread_all(fd, bytes, (size_t)status.st_size, 0, name, err));
    *out = (bd_str){bytes, (size_t)status.st_size};
    return BD_OK;
}

static bd_rc check_format(bd_locker *locker, bool *is_there, bd_err *err) {
    bd_str text;
    BD_TRY(read_own_file(locker, "FORMAT", 4096, &text, err));
    *is_there = text.size > 0;
    if (text.size == 0 || bd_str_eqz(text, FORMAT_TEXT)) {
        return BD_OK;
    }
    if (bd_str_has_prefix(text, BD_STR("bindery-locker "))) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED,
                 "cannot use the locker '%s': its format is '%.*s', this program knows "
                 "'bindery-locker 1'; use the program that wrote it",
                 locker->folder, BD_ARG(bd_str_trim(text)));
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "cannot use '%s' as a locker: its FORMAT file does not say 'bindery-locker 1'",
             locker->folder);
}

/* A folder without FORMAT becomes a locker only while nothing lies in it but what a writer leaves
 * that was killed before FORMAT was there. */
static bd_rc check_empty(bd_locker *locker, bd_err *err) {
    int fd = openat(locker->folder_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    if (list == NULL) {
        bd_fd_close(&fd);
        RAISE_ERRNO(err, "list", locker, ".");
    }
    static const char *const own[] = {".", "..", "lock", "tmp", "objects", "journal.ndjson"};
    struct stat journal;
    bool is_empty =
        fstatat(fd, "journal.ndjson", &journal, AT_SYMLINK_NOFOLLOW) != 0 || journal.st_size == 0;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        bool is_own = false;
        for (size_t i = 0; i < BD_COUNT(own); i++) {
            is_own = is_own || strcmp(entry->d_name, own[i]) == 0;
        }
        is_empty = is_empty && is_own;
    }
    closedir(list);
    if (!is_empty) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use '%s' as a locker: it has files, but no FORMAT file",
                 locker->folder);
    }
    return BD_OK;
}

/* ---- the lock -------------------------------------------------------------------------------- */

/* The lock is the kernel's (flock), which lets go of it when its holder dies.  The text in the lock
 * file is for this message only. */
static bd_rc raise_busy(bd_locker *locker, bd_err *err) {
    char text[HOLDER_BYTES + 1] = {0};
    ssize_t got = pread(locker->lock_fd, text, HOLDER_BYTES, 0);
    size_t size = 0;
    while (got > 0 && size < (size_t)got && text[size] >= ' ' && text[size] < 0x7F) {
        size++;
    }
    BD_RAISE(err, BD_ERR_BUSY,
             "the locker '%s' is being written by %.*s; try again when it has finished",
             locker->folder, size > 0 ? (int)size : 15, size > 0 ? text : "another process");
}

bool locker_has_writer(const bd_locker *locker) {
    BD_DEFER(bd_fd_close)
    int fd = openat(locker->folder_fd, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

static bd_rc take_lock(bd_locker *locker, bd_err *err) {
    locker->lock_fd =
        openat(locker->folder_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (locker->lock_fd < 0) {
        RAISE_ERRNO(err, "open", locker, "lock");
    }
    /* `locker check` asks for a moment whether somebody writes: that is not worth a refusal. */
    for (unsigned attempt = 0; flock(locker->lock_fd, LOCK_EX | LOCK_NB) != 0; attempt++) {
        if (errno == EWOULDBLOCK && attempt >= LOCK_ATTEMPTS) {
            return raise_busy(locker, err);
        }
        if (errno != EINTR && errno != EWOULDBLOCK) {
            RAISE_ERRNO(err, "lock", locker, "lock");
        }
        (void)nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE_NS}, NULL);
    }
    char host[64] = "", text[HOLDER_BYTES];
    (void)gethostname(host, sizeof(host) - 1);
    int size = snprintf(text, sizeof(text), "process %ld on %s\n", (long)getpid(), host);
    if (ftruncate(locker->lock_fd, 0) != 0) {
        RAISE_ERRNO(err, "write", locker, "lock");
    }
    return bd_write_all(locker->lock_fd, text, (size_t)size,
                        bd_path_join(locker->arena, locker->folder, "lock"), err);
}

/* ---- appending ------------------------------------------------------------------------------- */

static bd_rc check_alive(const bd_locker *locker, bd_err *err) {
    if (locker->mode != BD_LOCKER_WRITE) {
        BD_RAISE(err, BD_ERR_BUG, "the locker '%s' is open for reading only", locker->folder);
    }
    if (locker->is_dead) {
        BD_RAISE(err, BD_ERR_IO,
                 "the locker '%s' takes nothing more after a failed commit; run again",
                 locker->folder);
    }
    return BD_OK;
}

/* Writes behind what is there and syncs.  A write that fails half-way is cut off again. */
static bd_rc append_synced(bd_locker *locker, int fd, int64_t at, bd_str text, const char *name,
                           bd_err *err) {
    struct stat status;
    if (fstat(fd, &status) != 0 || status.st_size != at) {
        BD_RAISE(err, BD_ERR_IO, "cannot append to '%s/%s': it changed since it was opened",
                 locker->folder, name);
    }
    bd_rc rc = BD_OK;
    if (lseek(fd, (off_t)at, SEEK_SET) != (off_t)at) {
        rc = bd_raise(err, BD_ERR_IO, "cannot append to '%s/%s': %s", locker->folder, name,
                      strerror(errno));
    } else {
        rc = bd_write_all(fd, text.data, text.size, name, err);
    }
    if (bd_failed(rc)) {
        bd_err_context(err, "in the locker '%s'", locker->folder);
        if (ftruncate(fd, (off_t)at) != 0) {
            bd_err_context(err,
                           "and it could not be cut off again: the next run will set it aside");
        }
        return rc;
    }
    if (fdatasync(fd) != 0) {
        RAISE_ERRNO(err, "make durable", locker, name);
    }
    return BD_OK;
}

/* The commit point.  The draft is checked before and applied after it is on the disk. */
static bd_rc append_draft(bd_locker *locker, const struct journal_draft *draft, bd_err *err) {
    struct journal_commit commit;
    bd_str text = bd_str_copy(locker->arena, bd_buf_str(&draft->text));
    if ((size_t)locker->journal.bytes + text.size > JOURNAL_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "the journal of '%s' would pass its limit of %zu bytes",
                 locker->folder, JOURNAL_MAX);
    }
    BD_TRY(journal_stage(&locker->journal, text, &commit, err));
    BD_TRY(append_synced(locker, locker->journal_fd, locker->journal.bytes, text, "journal.ndjson",
                         err));
    bd_buf_puts(&locker->text, text);
    journal_apply(&locker->journal, &commit);
    return BD_OK;
}

static bd_rc append_line(bd_locker *locker, bd_str kind, const bd_value *body, bd_instant at,
                         bd_err *err) {
    struct journal_draft draft;
    draft_open(&draft, &locker->journal, 1);
    bd_rc rc = draft_add(&draft, kind, body, at, err);
    if (!bd_failed(rc)) {
        rc = append_draft(locker, &draft, err);
    }
    draft_close(&draft);
    return rc;
}

/* ---- recovery -------------------------------------------------------------------------------- */

static bool has_recovered_line(const bd_locker *locker, const char *name) {
    for (size_t i = 0; i < locker->journal.lines.count; i++) {
        const bd_value *line = locker->journal.lines.data[i];
        if (bd_str_eqz(bd_value_text(line, "kind"), "recovered") &&
            bd_str_eqz(bd_value_text(line, "file"), name)) {
            return true;
        }
    }
    return false;
}

/* Copies the torn tail to quarantine/ and cuts it off.  Its name comes from place and content, so
 * that a recovery that is interrupted and repeated makes the same file. */
static bd_rc set_aside(bd_locker *locker, bd_str tail, int64_t offset, bd_err *err) {
    char name[64], hex[65];
    uint8_t hash[32];
    bd_sha256_of(tail, hash);
    bd_hex(hash, 32, hex);
    snprintf(name, sizeof(name), "journal-%lld-%.8s.torn", (long long)offset, hex);
    BD_TRY(store_folder(locker, "quarantine", err));
    BD_TRY(store_write(locker, "quarantine", name, tail, /*is_durable*/ true, err));
    BD_TRY(store_sync_folder(locker, ".", err));
    if (ftruncate(locker->journal_fd, (off_t)offset) != 0 || fdatasync(locker->journal_fd) != 0) {
        RAISE_ERRNO(err, "cut the torn tail off", locker, "journal.ndjson");
    }
    return BD_OK;
}

/* `at` is the time of the quarantine file: opening a locker asks no clock. */
static bd_rc note_recovery(bd_locker *locker, const char *name, bd_err *err) {
    char path[300], hex[65];
    snprintf(path, sizeof(path), "quarantine/%s", name);
    bd_str tail;
    struct stat status;
    int64_t offset = 0;
    bd_str rest = bd_str_sub(bd_str_of(name), sizeof("journal-") - 1, strlen(name)), number;
    if (!bd_str_cut(&rest, '-', &number) || !bd_str_to_i64(number, &offset) ||
        fstatat(locker->folder_fd, path, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return BD_OK; /* not a file of ours */
    }
    BD_TRY(read_own_file(locker, path, JOURNAL_MAX, &tail, err));
    uint8_t hash[32];
    bd_sha256_of(tail, hash);
    bd_hex(hash, 32, hex);
    const bd_str keys[] = {BD_STR("bytes"), BD_STR("file"), BD_STR("offset"), BD_STR("reason"),
                           BD_STR("sha256")};
    const bd_value *const values[] = {
        bd_value_integer(locker->arena, (int64_t)tail.size),
        bd_value_string(locker->arena, bd_str_copy(locker->arena, bd_str_of(name))),
        bd_value_integer(locker->arena, offset),
        bd_value_string(
            locker->arena,
            BD_STR(
                "a commit was cut off before it was whole; what it was to bring is not evidence")),
        bd_value_string(locker->arena, bd_str_copy(locker->arena, bd_str_of(hex))),
    };
    const bd_value *body = bd_value_object(locker->arena, BD_COUNT(keys), keys, values);
    BD_TRY(append_line(locker, BD_STR("recovered"), body, stat_mtime_ns(&status) / 100, err));
    *bd_push(locker->arena, &locker->recoveries) =
        bd_str_format(locker->arena,
                      "a torn commit of %zu bytes at byte %lld of the journal was moved to "
                      "'%s/%s'; put the files of that run in again",
                      tail.size, (long long)offset, locker->folder, path);
    return BD_OK;
}

static bd_rc note_recoveries(bd_locker *locker, bd_err *err) {
    int fd =
        openat(locker->folder_fd, "quarantine", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return BD_OK;
    }
    DIR *list = fdopendir(fd);
    if (list == NULL) {
        bd_fd_close(&fd);
        RAISE_ERRNO(err, "list", locker, "quarantine");
    }
    bd_rc rc = BD_OK;
    for (struct dirent *entry = readdir(list); entry != NULL && !bd_failed(rc);
         entry = readdir(list)) {
        bd_str name = bd_str_of(entry->d_name);
        if (bd_str_has_prefix(name, BD_STR("journal-")) &&
            bd_str_has_suffix(name, BD_STR(".torn")) && name.size < 100 &&
            !has_recovered_line(locker, entry->d_name)) {
            rc = note_recovery(locker, entry->d_name, err);
        }
    }
    closedir(list);
    return rc;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bd_rc load_journal(bd_locker *locker, bd_str *tail, bd_err *err) {
    bd_str text;
    struct journal_end end;
    BD_TRY(read_own_file(locker, "journal.ndjson", JOURNAL_MAX, &text, err));
    BD_TRY_CTX(journal_take(&locker->journal, text, &end, err), err, "in '%s/journal.ndjson'",
               locker->folder);
    bd_buf_puts(&locker->text, bd_str_sub(text, 0, end.good_bytes));
    *tail = bd_str_sub(text, end.good_bytes, text.size);
    return bd_buf_check(&locker->text, "the journal", err);
}

static bd_rc load_runs(bd_locker *locker, bd_err *err) {
    bd_str text;
    BD_TRY(read_own_file(locker, "runs.ndjson", RUNS_MAX, &text, err));
    size_t from = 0;
    for (size_t at = 0; at < text.size; at++) {
        if (text.data[at] == '\n') {
            *bd_push(locker->arena, &locker->runs) = bd_str_sub(text, from, at);
            from = at + 1;
        }
    }
    locker->runs_bytes = (int64_t)from;
    return BD_OK;
}

static bd_rc raise_no_journal(const bd_locker *locker, bd_err *err) {
    BD_RAISE(
        err, BD_ERR_INPUT,
        "the locker '%s' has lost its journal.ndjson; nothing was repaired, bring the file back "
        "from a copy",
        locker->folder);
}

static bd_rc open_for_reading(bd_locker *locker, bd_err *err) {
    bool is_there;
    bd_str tail;
    locker->folder_fd = open(locker->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (locker->folder_fd < 0 && errno == ENOENT) {
        return BD_OK;
    }
    if (locker->folder_fd < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot open the locker '%s': %s", locker->folder,
                 strerror(errno));
    }
    BD_TRY(check_format(locker, &is_there, err));
    if (!is_there) {
        return check_empty(locker, err);
    }
    if (faccessat(locker->folder_fd, "journal.ndjson", F_OK, 0) != 0 && errno == ENOENT) {
        return raise_no_journal(locker, err);
    }
    BD_TRY(load_journal(locker, &tail, err));
    BD_TRY(load_runs(locker, err));
    index_load(locker);
    return BD_OK;
}

/* Makes what a locker always has; FORMAT comes last, so that where it is, all of it is. */
static bd_rc make_parts(bd_locker *locker, bool has_format, bd_err *err) {
    int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (has_format ? 0 : O_CREAT);
    locker->journal_fd = openat(locker->folder_fd, "journal.ndjson", flags, 0666);
    if (locker->journal_fd < 0 && errno == ENOENT) {
        return raise_no_journal(locker, err);
    }
    if (locker->journal_fd < 0) {
        RAISE_ERRNO(err, "open", locker, "journal.ndjson");
    }
    if (has_format) {
        return BD_OK;
    }
    BD_TRY(store_folder(locker, "objects", err));
    BD_TRY(store_folder(locker, "objects/sha256", err));
    BD_TRY(store_sync_folder(locker, "objects", err));
    BD_TRY(store_write(locker, ".", "FORMAT", BD_STR(FORMAT_TEXT), /*is_durable*/ true, err));
    const char *above = bd_str_z(locker->arena, bd_path_folder(bd_str_of(locker->folder)));
    return bd_folder_sync(above, err);
}

static bd_rc open_for_writing(bd_locker *locker, bd_err *err) {
    bool has_format;
    bd_str tail;
    BD_TRY_CTX(bd_folder_make(locker->folder, err), err, "while opening the locker");
    locker->folder_fd = open(locker->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (locker->folder_fd < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot open the locker '%s': %s", locker->folder,
                 strerror(errno));
    }
    BD_TRY(check_format(locker, &has_format, err));
    if (!has_format) {
        BD_TRY(check_empty(locker, err));
    }
    BD_TRY(take_lock(locker, err));
    /* Between the first look and the lock another writer may have made the locker. */
    BD_TRY(check_format(locker, &has_format, err));
    store_sweep(locker);
    BD_TRY(make_parts(locker, has_format, err));
    BD_TRY(load_journal(locker, &tail, err));
    if (tail.size > 0) {
        BD_TRY(set_aside(locker, tail, locker->journal.bytes, err));
    }
    BD_TRY(note_recoveries(locker, err));
    BD_TRY(load_runs(locker, err));
    index_load(locker);
    return BD_OK;
}

static void forget_staged(bd_locker *locker) {
    for (size_t i = 0; i < locker->staged.count; i++) {
        store_drop(locker, locker->staged.data[i]);
    }
    locker->staged.count = 0;
    locker->staged_objects = bd_map_make(locker->arena);
    locker->staged_paths = bd_map_make(locker->arena);
}

static bd_locker *make_locker(const char *folder, bd_locker_mode mode, bd_arena *arena) {
    bd_locker *locker = bd_new(arena, bd_locker, 1);
    *locker =
        (bd_locker){.arena = arena, .mode = mode, .folder_fd = -1, .lock_fd = -1, .journal_fd = -1};
    locker->folder = bd_str_z(arena, bd_str_of(folder));
    bd_buf_init(&locker->text, JOURNAL_MAX);
    journal_init(&locker->journal, arena);
    locker->index.by_path = bd_map_make(arena);
    forget_staged(locker);
    return locker;
}

static bd_rc take_text(bd_locker *locker, bd_str journal, bd_err *err) {
    struct journal_end end;
    BD_TRY(journal_take(&locker->journal, journal, &end, err));
    if (end.good_bytes < journal.size) {
        BD_RAISE(err, BD_ERR_INPUT, "the journal is not whole: %s", end.torn_why);
    }
    bd_buf_puts(&locker->text, journal);
    return bd_buf_check(&locker->text, "the journal", err);
}

bd_rc bd_locker_open_text(bd_str journal, bd_object_fn *find, void *context, bd_arena *arena,
                          bd_locker **out, bd_err *err) {
    bd_locker *locker = make_locker("of a package", BD_LOCKER_READ, arena);
    locker->find = find;
    locker->find_context = context;
    bd_rc rc = take_text(locker, journal, err);
    if (bd_failed(rc)) {
        bd_locker_close(locker);
        return rc;
    }
    *out = locker;
    return BD_OK;
}

bd_rc bd_locker_open(const char *folder, bd_locker_mode mode, bd_arena *arena, bd_locker **out,
                     bd_err *err) {
    bd_locker *locker = make_locker(folder, mode, arena);
    bd_rc rc =
        mode == BD_LOCKER_READ ? open_for_reading(locker, err) : open_for_writing(locker, err);
    if (bd_failed(rc)) {
        bd_locker_close(locker);
        return rc;
    }
    *out = locker;
    return BD_OK;
}

void bd_locker_close(bd_locker *locker) {
    if (locker == NULL) {
        return;
    }
    forget_staged(locker);
    store_close(locker);
    bd_buf_clear(&locker->text);
    bd_fd_close(&locker->journal_fd);
    bd_fd_close(&locker->lock_fd);
    bd_fd_close(&locker->folder_fd);
}

const char *bd_locker_doubt_of(uint64_t file_system) {
    static const struct {
        uint64_t type;
        const char *doubt;
    } known[] = {
        {0x6969, "it lies on NFS, where a lock may not hold between machines and a write may be seen "
                 "late; keep it on a disk of this machine"},
        {0x517B, "it lies on an SMB share, where a lock may not hold between machines and a rename "
                 "may not be durable; keep it on a disk of this machine"},
        {0xFF534D42, "it lies on an SMB share, where a lock may not hold between machines and a "
                     "rename may not be durable; keep it on a disk of this machine"},
        {0xFE534D42, "it lies on an SMB share, where a lock may not hold between machines and a "
                     "rename may not be durable; keep it on a disk of this machine"},
        {0x01021997, "it lies on a shared folder (9p), where a lock may not hold between machines; "
                     "keep it on a disk of this machine"},
        {0x65735546, "it lies on a file system of a user's program (FUSE), which may not keep what "
                     "fsync promises; keep it on a disk of this machine"},
    };
    for (size_t i = 0; i < BD_COUNT(known); i++) {
        if (known[i].type == (file_system & 0xFFFFFFFF)) {
            return known[i].doubt;
        }
    }
    return NULL;
}

const char *bd_locker_doubt(const bd_locker *locker) {
    struct statfs facts;
    if (locker->folder_fd < 0 || fstatfs(locker->folder_fd, &facts) != 0) {
        return NULL;
    }
    return bd_locker_doubt_of((uint64_t)facts.f_type);
}

const bd_strs *bd_locker_recoveries(const bd_locker *locker) {
    return &locker->recoveries;
}

/* ---- opening what may be damaged ------------------------------------------------------------- */

bd_rc locker_open_loose(const char *folder, bd_arena *arena, struct loose_locker *out,
                        bd_err *err) {
    bd_locker *locker = make_locker(folder, BD_LOCKER_READ, arena);
    bd_str text;
    struct journal_end end;
    bool has_format = false;
    *out = (struct loose_locker){.locker = locker};
    locker->folder_fd = open(locker->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (locker->folder_fd < 0) {
        BD_RAISE(err, errno == ENOENT ? BD_ERR_INPUT : BD_ERR_IO, "cannot open the locker '%s': %s",
                 locker->folder, strerror(errno));
    }
    bd_rc rc = check_format(locker, &has_format, &out->format_problem);
    out->has_format_problem = bd_failed(rc);
    if (bd_failed(rc) && out->format_problem.class != BD_ERR_INPUT) {
        *err = out->format_problem;
        return rc;
    }
    out->has_format = has_format;
    out->has_journal = faccessat(locker->folder_fd, "journal.ndjson", F_OK, 0) == 0;
    if (!has_format && !out->has_journal) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' is no locker: it has neither FORMAT nor journal.ndjson",
                 locker->folder);
    }
    BD_TRY(read_own_file(locker, "journal.ndjson", JOURNAL_MAX, &text, err));
    out->has_journal_problem =
        bd_failed(journal_take(&locker->journal, text, &end, &out->journal_problem));
    /* Commits are applied one by one: what stands before the break holds. */
    size_t good = (size_t)locker->journal.bytes;
    bd_buf_puts(&locker->text, bd_str_sub(text, 0, good));
    out->tail = out->has_journal_problem ? (bd_str){"", 0} : bd_str_sub(text, good, text.size);
    out->torn_why = end.torn_why;
    return bd_buf_check(&locker->text, "the journal", err);
}

/* ---- putting --------------------------------------------------------------------------------- */

bool bd_locker_is_unchanged(const bd_locker *locker, const bd_entry *entry) {
    const struct index_entry *known = bd_map_find(locker->index.by_path, entry->path);
    const bd_evidence_given *item = bd_map_find(locker->journal.by_path, entry->path);
    return known != NULL && item != NULL && memcmp(known->sha256, item->sha256, 32) == 0 &&
           known->device == entry->device && known->inode == entry->inode &&
           known->bytes == entry->bytes && known->mtime_ns == entry->mtime_ns &&
           known->ctime_ns == entry->ctime_ns;
}

static bd_rc check_put(const bd_locker *locker, const bd_put *put, bd_err *err) {
    bd_str path = put->entry->path;
    BD_TRY(check_alive(locker, err));
    if (path.size == 0 || path.size > PATH_MAX_BYTES) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot store a file whose path has %zu bytes, allowed are 1 to %d", path.size,
                 PATH_MAX_BYTES);
    }
    if (!bd_utf8_is_valid(path) || memchr(path.data, '\0', path.size) != NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot store '%.*s': its name is not UTF-8; rename it",
                 BD_ARG(path));
    }
    return BD_OK;
}

/* The latest item at a path, those to be committed included. */
static const bd_evidence_given *find_latest(const bd_locker *locker, bd_str path) {
    const struct staged *staged = bd_map_find(locker->staged_paths, path);
    return staged != NULL ? &staged->item : bd_map_find(locker->journal.by_path, path);
}

typedef enum { IS_NEW, IS_SAME, IS_SAME_UNLESS_ITS_SIDECAR_IS_NEW } sameness;

/* The same bytes at the same path are the same item again, unless they speak of another time: a
 * collection time that was not given before, or a file time that differs and that nothing else
 * takes the place of.  Where a sidecar or a register may date the file, a new file time means
 * something only together with a new one of those: a copied folder has new times throughout. */
static sameness compare_latest(const bd_locker *locker, const struct staged *staged) {
    const bd_evidence_given *item = &staged->item, *latest = find_latest(locker, item->path);
    if (latest == NULL || memcmp(latest->sha256, item->sha256, 32) != 0) {
        return IS_NEW;
    }
    if (item->given_collected_at != BD_INSTANT_NONE) {
        return item->given_collected_at == latest->given_collected_at ? IS_SAME : IS_NEW;
    }
    if (item->file_time == latest->file_time || bd_path_is_sidecar(item->path) ||
        bd_path_is_register(item->path)) {
        return IS_SAME;
    }
    return staged->sidecar_path.size > 0 || staged->described_by.count > 0
               ? IS_SAME_UNLESS_ITS_SIDECAR_IS_NEW
               : IS_NEW;
}

/* Stores the bytes and settles what they are; `staged` owns a temporary object only when this
 * succeeds. */
static bd_rc settle_put(bd_locker *locker, int fd, const struct stat *before, struct staged *staged,
                        sameness *same, bd_err *err) {
    struct stat after;
    bd_evidence_given *item = &staged->item;
    if (fstat(fd, &after) != 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot read '%.*s': %s", BD_ARG(item->path), strerror(errno));
    }
    if (after.st_size != before->st_size || item->bytes != before->st_size ||
        stat_mtime_ns(&after) != stat_mtime_ns(before) ||
        stat_ctime_ns(&after) != stat_ctime_ns(before)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' changed while it was read; put it in again when it is complete",
                 BD_ARG(item->path));
    }
    *same = compare_latest(locker, staged);
    if (*same == IS_SAME) {
        store_drop(locker, staged);
        return BD_OK;
    }
    return store_settle(locker, staged, err);
}

static void keep_staged(bd_locker *locker, struct staged *staged) {
    char hex[65];
    *bd_push(locker->arena, &locker->staged) = staged;
    if (!staged->waits_for_sidecar) {
        bd_hex(staged->item.sha256, 32, hex);
        bd_map_put(locker->staged_paths, staged->item.path, staged);
        if (bd_map_find(locker->staged_objects, bd_str_of(hex)) == NULL) {
            bd_map_put(locker->staged_objects, bd_str_of(hex), staged);
        }
    }
}

bd_rc bd_locker_put(bd_locker *locker, int fd, const bd_put *put, unsigned jobs,
                    bd_put_result *result, bd_err *err) {
    struct stat status;
    sameness same = IS_NEW;
    BD_TRY(check_put(locker, put, err));
    bd_str path = bd_str_copy(locker->arena, put->entry->path);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot store '%.*s': it is not a regular file", BD_ARG(path));
    }
    struct staged *staged = bd_new(locker->arena, struct staged, 1);
    staged->order = locker->put_count++;
    staged->sidecar_path = bd_str_copy(locker->arena, put->sidecar_path);
    for (size_t i = 0; i < put->described_by.count; i++) {
        *bd_push(locker->arena, &staged->described_by) =
            bd_str_copy(locker->arena, put->described_by.data[i]);
    }
    staged->item.path = path;
    staged->item.file_time = stat_mtime_ns(&status) / 100;
    staged->item.given_collected_at = put->collected_at;
    staged->reader = put->reader;
    BD_TRY(store_file(locker, fd, jobs, staged, err));
    staged->reader = NULL;
    bd_rc rc = settle_put(locker, fd, &status, staged, &same, err);
    if (bd_failed(rc)) {
        store_drop(locker, staged);
        return rc;
    }
    *result = same == IS_NEW ? BD_PUT_NEW : BD_PUT_SAME;
    staged->waits_for_sidecar = same == IS_SAME_UNLESS_ITS_SIDECAR_IS_NEW;
    if (same != IS_SAME) {
        keep_staged(locker, staged);
    }
    struct index_entry entry = {path,
                                (uint64_t)status.st_dev,
                                (uint64_t)status.st_ino,
                                status.st_size,
                                stat_mtime_ns(&status),
                                stat_ctime_ns(&status),
                                {0}};
    memcpy(entry.sha256, staged->item.sha256, 32);
    index_put(locker, &entry);
    return BD_OK;
}

/* ---- committing ------------------------------------------------------------------------------ */

static int compare_staged(const void *context, const void *a, const void *b) {
    (void)context;
    const struct staged *x = *(struct staged *const *)a, *y = *(struct staged *const *)b;
    int order = bd_str_cmp(x->item.path, y->item.path);
    return order != 0 ? order : x->order < y->order ? -1 : 1;
}

static bool is_description_new(const bd_locker *locker, const struct staged *staged) {
    for (size_t i = 0; i < staged->described_by.count; i++) {
        if (bd_map_find(locker->staged_paths, staged->described_by.data[i]) != NULL) {
            return true;
        }
    }
    return bd_map_find(locker->staged_paths, staged->sidecar_path) != NULL;
}

/* Those that become items, sorted by path, with their numbers. */
static size_t choose_items(bd_locker *locker, struct staged **out) {
    size_t count = 0;
    for (size_t i = 0; i < locker->staged.count; i++) {
        struct staged *staged = locker->staged.data[i];
        bd_arenas_pass(LOOKED_AT);
        if (!staged->waits_for_sidecar || is_description_new(locker, staged)) {
            out[count++] = staged;
        }
    }
    bd_sort(out, count, sizeof(struct staged *), compare_staged, NULL);
    for (size_t i = 0; i < count; i++) {
        bd_arenas_pass(LOOKED_AT);
        out[i]->item.number = (uint32_t)(locker->journal.items.count + i + 1);
    }
    return count;
}

static uint32_t find_sidecar(const bd_locker *locker, bd_str path) {
    const bd_evidence_given *sidecar = path.size > 0 ? find_latest(locker, path) : NULL;
    return sidecar != NULL && !sidecar->is_withdrawn ? sidecar->number : 0;
}

static bd_rc commit_items(bd_locker *locker, struct staged *const *items, size_t count,
                          bd_instant now, bd_err *err) {
    struct journal_draft draft;
    bd_rc rc = BD_OK;
    BD_TRY(store_commit(locker, items, count, err));
    draft_open(&draft, &locker->journal, count);
    for (size_t i = 0; i < count && !bd_failed(rc); i++) {
        bd_arenas_pass(LOOKED_AT);
        items[i]->item.sidecar = find_sidecar(locker, items[i]->sidecar_path);
        rc = draft_add(&draft, BD_STR("ingested"),
                       journal_ingested_body(draft.arena, &items[i]->item), now, err);
    }
    if (!bd_failed(rc)) {
        rc = append_draft(locker, &draft, err);
    }
    draft_close(&draft);
    return rc;
}

bd_rc bd_locker_commit(bd_locker *locker, bd_instant now, size_t *committed, bd_err *err) {
    BD_TRY(check_alive(locker, err));
    struct staged **items = bd_new(locker->arena, struct staged *, locker->staged.count);
    size_t count = choose_items(locker, items);
    if (locker->journal.items.count + count > UINT32_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "the locker '%s' has no evidence numbers left", locker->folder);
    }
    if (count > 0) {
        bd_rc rc = commit_items(locker, items, count, now, err);
        locker->is_dead = bd_failed(rc);
        BD_TRY_CTX(rc, err, "nothing of this batch was committed");
    }
    forget_staged(locker);
    store_rest(locker);
    index_save(locker);
    *committed = count;
    return BD_OK;
}

static bd_rc check_withdrawn(const bd_locker *locker, bd_str id, bd_err *err) {
    uint32_t number = 0;
    const bd_evidence_given *item =
        journal_number(id, &number) ? bd_locker_find(locker, number) : NULL;
    if (item == NULL) {
        BD_RAISE(
            err, BD_ERR_INPUT,
            "cannot withdraw '%.*s': the locker has %zu items of evidence, and none of that name",
            BD_ARG(id), locker->journal.items.count);
    }
    if (item->is_withdrawn) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot withdraw '%.*s': it is withdrawn already (%.*s)",
                 BD_ARG(id), BD_ARG(item->withdrawn_reason));
    }
    return BD_OK;
}

bd_rc bd_locker_append(bd_locker *locker, bd_str kind, const bd_value *body, bd_instant now,
                       bd_err *err) {
    BD_TRY(check_alive(locker, err));
    if (bd_str_eqz(kind, "ingested") || bd_str_eqz(kind, "recovered") || body->kind != BD_OBJECT) {
        BD_RAISE(err, BD_ERR_BUG, "a journal line of kind '%.*s' cannot be appended this way",
                 BD_ARG(kind));
    }
    if (bd_str_eqz(kind, "withdrawn")) {
        BD_TRY(check_withdrawn(locker, bd_value_text(body, "evidence"), err));
    }
    bd_rc rc = append_line(locker, kind, body, now, err);
    locker->is_dead = bd_failed(rc) && err != NULL && err->class == BD_ERR_IO;
    return rc;
}

bd_rc bd_locker_note_run(bd_locker *locker, const bd_value *line, bd_err *err) {
    BD_TRY(check_alive(locker, err));
    bd_str text =
        bd_str_format(locker->arena, "%.*s\n", BD_ARG(bd_json_canonical(locker->arena, line)));
    BD_DEFER(bd_fd_close)
    int fd =
        openat(locker->folder_fd, "runs.ndjson", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    /* What follows the last whole line was cut off by a kill; it is no evidence and is not kept. */
    if (fd < 0 || ftruncate(fd, (off_t)locker->runs_bytes) != 0) {
        RAISE_ERRNO(err, "open", locker, "runs.ndjson");
    }
    BD_TRY(append_synced(locker, fd, locker->runs_bytes, text, "runs.ndjson", err));
    locker->runs_bytes += (int64_t)text.size;
    *bd_push(locker->arena, &locker->runs) = bd_str_sub(text, 0, text.size - 1);
    return BD_OK;
}

/* ---- asking ---------------------------------------------------------------------------------- */

size_t bd_locker_count(const bd_locker *locker) {
    return locker->journal.items.count;
}

const bd_evidence_given *bd_locker_at(const bd_locker *locker, size_t index) {
    BD_ASSERT(index < locker->journal.items.count);
    return locker->journal.items.data[index];
}

const bd_evidence_given *bd_locker_find(const bd_locker *locker, uint32_t number) {
    return number >= 1 && number <= locker->journal.items.count
               ? locker->journal.items.data[number - 1]
               : NULL;
}

bd_rc bd_locker_blob(bd_locker *locker, const bd_evidence_given *item, bd_arena *arena,
                     const bd_blob **out, bd_err *err) {
    if (locker->find != NULL) {
        return locker->find(locker->find_context, item, arena, out, err);
    }
    bd_blob *blob = NULL;
    BD_TRY(store_blob(locker, item, arena, &blob, err));
    *out = blob;
    return BD_OK;
}

size_t bd_locker_line_count(const bd_locker *locker) {
    return locker->journal.lines.count;
}

const bd_value *bd_locker_line(const bd_locker *locker, size_t index) {
    BD_ASSERT(index < locker->journal.lines.count);
    bd_arenas_pass(LINE_BYTES);
    return locker->journal.lines.data[index];
}

bd_str bd_locker_journal(const bd_locker *locker) {
    return bd_buf_str(&locker->text);
}

void bd_locker_head(const bd_locker *locker, uint8_t out[32]) {
    memcpy(out, locker->journal.head, 32);
}

const bd_strs *bd_locker_runs(const bd_locker *locker) {
    return &locker->runs;
}
