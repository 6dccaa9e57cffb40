/* derived.c - what can be made again from evidence: opaque entries below locker/derived/, one file for each key.
 *
 *     "bindery-derived 1\n" | key, 32 bytes | the maker's bytes | SHA-256 of all before
 *
 * An entry saves time and nothing else: any may be removed at any time, none is synced, and one that does not hold is
 * none.  Its close tells of a disk that fails and of a file cut short.  It does not tell who wrote it: whoever can
 * write here as the user who runs Bindery can also alter the program and its keys, and is not kept out by a hash.  From
 * everybody else an entry is not believed: it must be a plain file of the caller's own that nobody may write and that
 * has one name, which is how they are made.  Who shares a locker with other users so makes entries of his own. */
#include "locker_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HEAD "bindery-derived 1\n"

enum { HEAD_BYTES = sizeof(HEAD) - 1, CLOSE_BYTES = 32, FRAME_BYTES = HEAD_BYTES + 32 + CLOSE_BYTES };
enum { PATH_BYTES = 96, MODE = 0444, SHARE_OF_FREE = 16 };

static void entry_path(const uint8_t key[32], char out[PATH_BYTES]) {
    char hex[65];
    bd_hex(key, 32, hex);
    snprintf(out, PATH_BYTES, "derived/%.1s/%s", hex, hex + 1);
}

/* "derived/a/bcdef..." to its key; one way only to write it: in lower case. */
bool derived_is_entry(bd_str path, uint8_t key[32]) {
    char hex[65], again[PATH_BYTES];
    bd_str head = BD_STR("derived/");
    if (path.size != head.size + 65 || !bd_str_has_prefix(path, head) ||
        path.data[head.size + 1] != '/') {
        return false;
    }
    hex[0] = path.data[head.size];
    memcpy(hex + 1, path.data + head.size + 2, 63);
    hex[64] = '\0';
    if (!bd_unhex(bd_str_of(hex), key, 32)) {
        return false;
    }
    entry_path(key, again);
    return bd_str_eqz(path, again);
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool is_ours(const struct stat *status) {
    return (status->st_mode & 0222) == 0 && status->st_nlink == 1 && status->st_uid == geteuid();
}

static bool read_all(int fd, void *bytes, size_t count) {
    char *at = bytes;
    while (count > 0) {
        ssize_t got = read(fd, at, count);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        at += got;
        count -= (size_t)got;
    }
    return true;
}

static bd_rc check_close(bd_derived *entry, bd_err *err) {
    uint8_t wanted[CLOSE_BYTES], found[CLOSE_BYTES];
    char extra;
    bd_sha256_finish(entry->hash, found);
    if (!read_all(entry->fd, wanted, sizeof wanted) || memcmp(wanted, found, sizeof wanted) != 0 ||
        read(entry->fd, &extra, 1) != 0) {
        BD_RAISE(err, BD_ERR_INPUT, "the entry is not closed by the SHA-256 of its bytes");
    }
    entry->is_closed = true;
    return BD_OK;
}

static bd_rc read_entry(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    bd_derived *entry = source->context;
    *count = 0;
    if (entry->left == 0) {
        return entry->is_closed ? BD_OK : check_close(entry, err);
    }
    size_t wanted = (int64_t)room < entry->left ? room : (size_t)entry->left;
    if (!read_all(entry->fd, bytes, wanted)) {
        BD_RAISE(err, BD_ERR_INPUT, "the entry ends too early");
    }
    bd_sha256_put(entry->hash, bytes, wanted);
    entry->left -= (int64_t)wanted;
    *count = wanted;
    return BD_OK;
}

/* A link, a pipe or a device is no entry, whoever asks. */
static bool open_entry(int folder_fd, const uint8_t key[32], bool is_of_anybody, bd_derived *out) {
    struct stat status;
    char path[PATH_BYTES], head[HEAD_BYTES + 32];
    entry_path(key, path);
    *out = (bd_derived){.fd = openat(folder_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
    if (out->fd < 0) {
        return false;
    }
    if (fstat(out->fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < FRAME_BYTES ||
        (!is_of_anybody && !is_ours(&status)) || !read_all(out->fd, head, sizeof head) ||
        memcmp(head, HEAD, HEAD_BYTES) != 0 || memcmp(head + HEAD_BYTES, key, 32) != 0) {
        bd_fd_close(&out->fd);
        return false;
    }
    out->bytes = status.st_size - FRAME_BYTES;
    out->left = out->bytes;
    out->hash = bd_sha256_open();
    out->source = (bd_source){.read = read_entry, .context = out};
    bd_sha256_put(out->hash, head, sizeof head);
    return true;
}

bool bd_locker_derived_open(const bd_locker *locker, const uint8_t key[32], bd_derived *out) {
    *out = (bd_derived){.fd = -1};
    return locker->folder_fd >= 0 && open_entry(locker->folder_fd, key, false, out);
}

void bd_derived_close(bd_derived *entry) {
    bd_fd_close(&entry->fd);
    bd_sha256_close(entry->hash);
    entry->hash = NULL;
}

bool derived_is_sound(const bd_locker *locker, const uint8_t key[32]) {
    char bytes[16384];
    size_t count = 0;
    bd_err unused;
    bd_derived entry;
    if (!open_entry(locker->folder_fd, key, true, &entry)) {
        return false;
    }
    bd_rc rc;
    do {
        rc = bd_source_read(&entry.source, bytes, sizeof bytes, &count, &unused);
    } while (!bd_failed(rc) && count > 0);
    bd_derived_close(&entry);
    return !bd_failed(rc);
}

/* ---- writing --------------------------------------------------------------------------------- */

static bd_rc write_entry(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_derived_draft *draft = sink->context;
    if ((int64_t)count > draft->room) {
        BD_RAISE(err, BD_ERR_LIMIT, "the entry is larger than it may be");
    }
    draft->room -= (int64_t)count;
    bd_sha256_put(draft->hash, bytes, count);
    return bd_write_all(draft->fd, bytes, count, draft->temp, err);
}

/* What only saves time must not take the room that outputs will need. */
static bool has_space(const bd_locker *locker, int64_t bytes) {
    struct statvfs facts;
    return fstatvfs(locker->folder_fd, &facts) == 0 &&
           (uint64_t)facts.f_bavail * facts.f_frsize / SHARE_OF_FREE > (uint64_t)bytes;
}

bool bd_locker_derived_begin(bd_locker *locker, const uint8_t key[32], int64_t most_bytes,
                             bd_derived_draft *out) {
    char hex[65];
    bd_err unused;
    *out = (bd_derived_draft){.locker = locker, .fd = -1, .room = most_bytes + FRAME_BYTES - CLOSE_BYTES};
    if (locker->mode != BD_LOCKER_WRITE || locker->folder_fd < 0 || locker->is_dead ||
        !has_space(locker, most_bytes)) {
        return false;
    }
    bd_hex(key, 32, hex);
    memcpy(out->key, key, 32);
    snprintf(out->temp, sizeof out->temp, "tmp/%s", hex); /* one writer of a key at a time */
    (void)mkdirat(locker->folder_fd, "tmp", 0777);
    if (locker->derived_drafts == 0) { /* of a writer that was killed: this one holds the lock */
        (void)unlinkat(locker->folder_fd, out->temp, 0);
    }
    out->fd = openat(locker->folder_fd, out->temp,
                     O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, MODE);
    if (out->fd < 0) {
        return false;
    }
    locker->derived_drafts++;
    out->hash = bd_sha256_open();
    out->sink = (bd_sink){.write = write_entry, .context = out};
    out->has_failed = bd_failed(bd_sink_write(&out->sink, HEAD, HEAD_BYTES, &unused)) ||
                      bd_failed(bd_sink_write(&out->sink, key, 32, &unused));
    return true;
}

static bool put_in_place(bd_derived_draft *draft) {
    char path[PATH_BYTES], folder[PATH_BYTES];
    int at = draft->locker->folder_fd;
    entry_path(draft->key, path);
    if (renameat(at, draft->temp, at, path) == 0) {
        return true;
    }
    memcpy(folder, path, sizeof "derived/a" - 1);
    folder[sizeof "derived/a" - 1] = '\0';
    (void)mkdirat(at, "derived", 0777);
    (void)mkdirat(at, folder, 0777);
    return renameat(at, draft->temp, at, path) == 0;
}

bool bd_derived_finish(bd_derived_draft *draft, bool is_whole) {
    uint8_t close[CLOSE_BYTES];
    bd_err unused;
    if (draft->fd < 0) {
        return false;
    }
    draft->locker->derived_drafts--;
    bd_sha256_finish(draft->hash, close);
    bool is_kept = is_whole && !draft->has_failed &&
                   !bd_failed(bd_write_all(draft->fd, close, sizeof close, draft->temp, &unused));
    bd_fd_close(&draft->fd);
    bd_sha256_close(draft->hash);
    draft->hash = NULL;
    is_kept = is_kept && put_in_place(draft);
    if (!is_kept) {
        unlinkat(draft->locker->folder_fd, draft->temp, 0);
    }
    return is_kept;
}

/* ---- taking away ----------------------------------------------------------------------------- */

static int compare_keys(const void *context, const void *a, const void *b) {
    (void)context;
    return memcmp(a, b, 32);
}

static bool is_among(const uint8_t (*keys)[32], size_t count, const uint8_t key[32]) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(keys[middle], key, 32);
        if (order == 0) {
            return true;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return false;
}

void bd_locker_derived_keep(bd_locker *locker, uint8_t (*keys)[32], size_t count) {
    bd_entries entries = {0};
    bd_err unused;
    if (locker->mode != BD_LOCKER_WRITE || locker->folder_fd < 0) {
        return;
    }
    bd_sort(keys, count, 32, compare_keys, NULL);
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("derived", (size_t)1 << 30);
    if (bd_failed(bd_folder_walk(bd_path_join(scratch, locker->folder, "derived"),
                                 DERIVED_ENTRIES_MOST, scratch, &entries, &unused))) {
        return;
    }
    for (size_t i = 0; i < entries.count; i++) {
        uint8_t key[32];
        bd_str path = bd_str_format(scratch, "derived/%.*s", BD_ARG(entries.data[i].path));
        if (derived_is_entry(path, key) && !is_among((const uint8_t(*)[32])keys, count, key)) {
            unlinkat(locker->folder_fd, bd_str_z(scratch, path), 0);
        }
    }
}
