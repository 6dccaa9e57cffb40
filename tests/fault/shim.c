/* shim.c - a disk that fails at one chosen call, or loses power there; put before libc by LD_PRELOAD.
 *
 * The calls that change files are counted over all threads: FAULT_LOG=FILE lists them, one line each, and
 * FAULT_AT=N with FAULT_DO says what happens at the N-th:
 *
 *     kill          the process dies before the call, as by SIGKILL
 *     ENOSPC EIO EMFILE EINTR      the call fails so, once
 *     lost          power goes: what was not synced is gone, names and bytes
 *     bytes-lost    power goes: names are there, the bytes behind the last sync are not
 *     names-lost    power goes: bytes are there, but no name that its folder was not synced for
 *     torn          power goes: names are there, half of the bytes behind the last sync are
 *     short         (from the N-th on) each write takes half of what it is given
 *
 * FAULT_ROOT is the folder whose files count; all else passes.  What a power failure may leave follows POSIX: fsync of
 * a file keeps its bytes, fsync of its folder keeps its name. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 4096

typedef struct {
    dev_t device;
    ino_t inode;
    char path[PATH_MAX];
    off_t synced; /* bytes that are safe */
    int is_dirty;
} file;

typedef enum { MADE, RENAMED, REMOVED } change_kind;

/* What a folder has not been synced for, in order. */
typedef struct {
    change_kind kind;
    char path[PATH_MAX], from[PATH_MAX];
    char kept[PATH_MAX]; /* another name of what was replaced or removed, or "" */
} change;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static file files[MOST];
static change changes[MOST];
static size_t file_count, change_count, kept_count;
static long calls, fault_at = -1;
static const char *fault = "", *root = "";
static int log_fd = -1, is_ready;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void set_up(void) {
    if (is_ready) {
        return;
    }
    is_ready = 1;
    fault_at = getenv("FAULT_AT") != NULL ? atol(getenv("FAULT_AT")) : -1;
    fault = getenv("FAULT_DO") != NULL ? getenv("FAULT_DO") : "";
    root = getenv("FAULT_ROOT") != NULL ? getenv("FAULT_ROOT") : "/nowhere";
    if (getenv("FAULT_LOG") != NULL) {
        log_fd = REAL(open)(getenv("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
}

/* ---- what is known of the files ---- */

static int is_inside(const char *path) {
    size_t size = strlen(root);
    return strncmp(path, root, size) == 0 && path[size] == '/';
}

static int path_of_fd(int fd, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, out, PATH_MAX - 1);
    out[size > 0 ? size : 0] = '\0';
    return size > 0 && is_inside(out);
}

static int path_at(int folder, const char *name, char *out) {
    char base[PATH_MAX];
    if (name[0] == '/') {
        snprintf(out, PATH_MAX, "%s", name);
        return is_inside(out);
    }
    if (folder == AT_FDCWD) {
        if (getcwd(base, sizeof base) == NULL) {
            return 0;
        }
    } else {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t size = readlink(link, base, sizeof base - 1);
        base[size > 0 ? size : 0] = '\0';
    }
    while (strncmp(name, "./", 2) == 0) {
        name += 2;
    }
    if (strlen(base) + strlen(name) + 2 > PATH_MAX) {
        return 0;
    }
    strcpy(out, base);
    strcat(strcat(out, "/"), name);
    return is_inside(out);
}

static file *file_of(const struct stat *facts) {
    for (size_t i = 0; i < file_count; i++) {
        if (files[i].device == facts->st_dev && files[i].inode == facts->st_ino) {
            return &files[i];
        }
    }
    return NULL;
}

static file *know(int fd, const char *path, off_t synced) {
    struct stat facts;
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return NULL;
    }
    file *one = file_of(&facts);
    if (one == NULL && file_count < MOST) {
        one = &files[file_count++];
        *one = (file){.device = facts.st_dev, .inode = facts.st_ino, .synced = synced};
    }
    if (one != NULL) {
        snprintf(one->path, sizeof one->path, "%s", path);
    }
    return one;
}

static void note(change_kind kind, const char *path, const char *from, const char *kept) {
    if (change_count < MOST) {
        change *one = &changes[change_count++];
        one->kind = kind;
        snprintf(one->path, sizeof one->path, "%s", path);
        snprintf(one->from, sizeof one->from, "%s", from);
        snprintf(one->kept, sizeof one->kept, "%s", kept);
    }
}

/* A second name outside the engagement, so that what is replaced can come back. */
static void keep(const char *path, char *out) {
    out[0] = '\0';
    if (access(path, F_OK) == 0) {
        snprintf(out, PATH_MAX, "%s.kept.%d.%zu", root, (int)getpid(), kept_count++);
        if (link(path, out) != 0) {
            out[0] = '\0';
        }
    }
}

static int is_child_of(const char *path, const char *folder) {
    size_t size = strlen(folder);
    return strncmp(path, folder, size) == 0 && path[size] == '/' && strchr(path + size + 1, '/') == NULL;
}

static void sync_folder(const char *folder) {
    size_t left = 0;
    for (size_t i = 0; i < change_count; i++) {
        if (is_child_of(changes[i].path, folder)) {
            if (changes[i].kept[0] != '\0') {
                REAL(unlink)(changes[i].kept);
            }
        } else {
            changes[left++] = changes[i];
        }
    }
    change_count = left;
}

/* ---- the failure ---- */

static void lose_bytes(int is_torn) {
    for (size_t i = 0; i < file_count; i++) {
        struct stat facts;
        const file *one = &files[i];
        if (!one->is_dirty || stat(one->path, &facts) != 0 || facts.st_ino != one->inode) {
            continue;
        }
        off_t left = one->synced + (is_torn ? (facts.st_size - one->synced) / 2 : 0);
        if (left < facts.st_size && truncate(one->path, left) != 0) {
            _exit(99);
        }
    }
}

static void lose_names(void) {
    while (change_count > 0) {
        const change *one = &changes[--change_count];
        if (one->kind == RENAMED) {
            REAL(rename)(one->path, one->from);
        } else if (one->kind == MADE && REAL(unlink)(one->path) != 0) {
            rmdir(one->path);
        }
        if (one->kept[0] != '\0') {
            REAL(rename)(one->kept, one->path);
        }
    }
}

static void clear_kept(void) {
    for (size_t i = 0; i < change_count; i++) {
        if (changes[i].kept[0] != '\0') {
            REAL(unlink)(changes[i].kept);
        }
    }
}

static void die(void) {
    int is_lost = strcmp(fault, "lost") == 0;
    if (is_lost || strcmp(fault, "bytes-lost") == 0 || strcmp(fault, "torn") == 0) {
        lose_bytes(strcmp(fault, "torn") == 0);
    }
    if (is_lost || strcmp(fault, "names-lost") == 0) {
        lose_names();
    }
    clear_kept();
    kill(getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

/* Counts a call that changes files; an errno where it is to fail, else 0.  Called with the lock held. */
static int strike(const char *call, const char *path) {
    static const struct {
        const char *name;
        int code;
    } errors[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EMFILE", EMFILE}, {"EINTR", EINTR}};
    long number = ++calls;
    if (log_fd >= 0) {
        char line[PATH_MAX + 64];
        int size = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path + strlen(root));
        if (REAL(write)(log_fd, line, (size_t)size) != size) {
            _exit(99);
        }
    }
    if (number != fault_at || strcmp(fault, "short") == 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (strcmp(errors[i].name, fault) == 0) {
            return errors[i].code;
        }
    }
    die();
    return 0;
}

#define ENTER(call, path)                                                                          \
    pthread_mutex_lock(&lock);                                                                     \
    set_up();                                                                                      \
    int struck = strike((call), (path));                                                           \
    if (struck != 0) {                                                                             \
        pthread_mutex_unlock(&lock);                                                               \
        errno = struck;                                                                            \
        return -1;                                                                                 \
    }
#define LEAVE(result)                                                                              \
    do {                                                                                           \
        int kept_errno = errno;                                                                    \
        pthread_mutex_unlock(&lock);                                                               \
        errno = kept_errno;                                                                        \
        return (result);                                                                           \
    } while (0)

/* ---- the calls ---- */

static int open_in(int folder, const char *name, int flags, mode_t mode) {
    static int (*real)(int, const char *, int, ...);
    char path[PATH_MAX];
    struct stat facts;
    real = real != NULL ? real : (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat");
    pthread_mutex_lock(&lock);
    set_up();
    pthread_mutex_unlock(&lock);
    if (!path_at(folder, name, path) || (flags & O_ACCMODE) == O_RDONLY) {
        return real(folder, name, flags, mode);
    }
    ENTER("open", path);
    int is_new = stat(path, &facts) != 0;
    int fd = real(folder, name, flags, mode);
    if (fd >= 0) {
        off_t size = is_new || (flags & O_TRUNC) != 0 ? 0 : facts.st_size;
        know(fd, path, size);
        if (is_new && (flags & O_CREAT) != 0) {
            note(MADE, path, "", "");
        }
    }
    LEAVE(fd);
}

#define MODE_OF(flags)                                                                             \
    mode_t mode = 0;                                                                               \
    if (((flags)&O_CREAT) != 0) {                                                                  \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        mode = va_arg(list, mode_t);                                                               \
        va_end(list);                                                                              \
    }

int openat(int folder, const char *name, int flags, ...) {
    MODE_OF(flags)
    return open_in(folder, name, flags, mode);
}

int open(const char *name, int flags, ...) {
    MODE_OF(flags)
    return open_in(AT_FDCWD, name, flags, mode);
}

static size_t halved(size_t count) {
    return strcmp(fault, "short") == 0 && calls >= fault_at && count > 1 ? count / 2 : count;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    char path[PATH_MAX];
    set_up();
    if (!path_of_fd(fd, path)) {
        return REAL(write)(fd, bytes, count);
    }
    ENTER("write", path);
    file *one = know(fd, path, 0);
    ssize_t done = REAL(write)(fd, bytes, halved(count));
    if (one != NULL && done > 0) {
        one->is_dirty = 1;
    }
    LEAVE(done);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    char path[PATH_MAX];
    set_up();
    if (!path_of_fd(fd, path)) {
        return REAL(pwrite)(fd, bytes, count, at);
    }
    ENTER("pwrite", path);
    file *one = know(fd, path, 0);
    ssize_t done = REAL(pwrite)(fd, bytes, halved(count), at);
    if (one != NULL && done > 0) {
        one->is_dirty = 1;
        one->synced = one->synced > at ? at : one->synced;
    }
    LEAVE(done);
}

static int sync_fd(int fd, int is_data) {
    char path[PATH_MAX];
    struct stat facts;
    set_up();
    int (*real)(int) = is_data ? REAL(fdatasync) : REAL(fsync);
    if (!path_of_fd(fd, path)) {
        return real(fd);
    }
    ENTER("fsync", path);
    int done = real(fd);
    if (done == 0 && fstat(fd, &facts) == 0) {
        file *one = file_of(&facts);
        if (one != NULL) {
            one->synced = facts.st_size;
            one->is_dirty = 0;
        }
        if (S_ISDIR(facts.st_mode)) {
            sync_folder(path);
        }
    }
    LEAVE(done);
}

int fsync(int fd) {
    return sync_fd(fd, 0);
}

int fdatasync(int fd) {
    return sync_fd(fd, 1);
}

int ftruncate(int fd, off_t size) {
    char path[PATH_MAX];
    set_up();
    if (!path_of_fd(fd, path)) {
        return REAL(ftruncate)(fd, size);
    }
    ENTER("ftruncate", path);
    int done = REAL(ftruncate)(fd, size);
    LEAVE(done);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    char old[PATH_MAX], new[PATH_MAX], kept[PATH_MAX];
    set_up();
    int is_ours = path_at(from_folder, from, old);
    if (!path_at(to_folder, to, new) || !is_ours) {
        return REAL(renameat)(from_folder, from, to_folder, to);
    }
    ENTER("rename", new);
    keep(new, kept);
    int done = REAL(renameat)(from_folder, from, to_folder, to);
    if (done == 0) {
        note(RENAMED, new, old, kept);
        for (size_t i = 0; i < file_count; i++) {
            if (strcmp(files[i].path, old) == 0) {
                strcpy(files[i].path, new);
            }
        }
    }
    LEAVE(done);
}

int rename(const char *from, const char *to) {
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int unlinkat(int folder, const char *name, int flags) {
    char path[PATH_MAX], kept[PATH_MAX] = "";
    set_up();
    if (!path_at(folder, name, path)) {
        return REAL(unlinkat)(folder, name, flags);
    }
    ENTER("unlink", path);
    if ((flags & AT_REMOVEDIR) == 0) {
        keep(path, kept);
    }
    int done = REAL(unlinkat)(folder, name, flags);
    if (done == 0 && kept[0] != '\0') {
        note(REMOVED, path, "", kept);
    }
    LEAVE(done);
}

int unlink(const char *name) {
    return unlinkat(AT_FDCWD, name, 0);
}

int mkdirat(int folder, const char *name, mode_t mode) {
    char path[PATH_MAX];
    set_up();
    if (!path_at(folder, name, path)) {
        return REAL(mkdirat)(folder, name, mode);
    }
    ENTER("mkdir", path);
    int done = REAL(mkdirat)(folder, name, mode);
    if (done == 0) {
        note(MADE, path, "", "");
    }
    LEAVE(done);
}

int mkdir(const char *name, mode_t mode) {
    return mkdirat(AT_FDCWD, name, mode);
}
