#include "locker_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const uint8_t gzip_header[GZIP_HEADER_BYTES] = {0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255};

void object_path(const uint8_t sha256[32], char out[OBJECT_PATH_BYTES]) {
    char hex[65];
    bd_hex(sha256, 32, hex);
    snprintf(out, OBJECT_PATH_BYTES, "objects/sha256/%.2s/%s.gz", hex, hex + 2);
}

/* ---- folders and small files ----------------------------------------------------------------- */

bd_rc store_folder(bd_locker *locker, const char *path, bd_err *err) {
    if (mkdirat(locker->folder_fd, path, 0777) != 0 && errno != EEXIST) {
        RAISE_ERRNO(err, "make the folder", locker, path);
    }
    return BD_OK;
}

bd_rc store_sync_folder(bd_locker *locker, const char *path, bd_err *err) {
    BD_DEFER(bd_fd_close)
    int fd = openat(locker->folder_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fsync(fd) != 0) {
        RAISE_ERRNO(err, "make durable the folder", locker, path);
    }
    return BD_OK;
}

static bd_rc open_temp(bd_locker *locker, char path[TEMP_PATH_BYTES], int *fd, bd_err *err) {
    if (!locker->has_tmp) {
        BD_TRY(store_folder(locker, "tmp", err));
        locker->has_tmp = true;
    }
    snprintf(path, TEMP_PATH_BYTES, "tmp/%lu", ++locker->temp_count);
    *fd = openat(locker->folder_fd, path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0444);
    if (*fd < 0) {
        path[0] = '\0';
        RAISE_ERRNO(err, "create a file in", locker, "tmp");
    }
    return BD_OK;
}

static bd_rc write_text(bd_locker *locker, int fd, bd_str text, const char *name, bool is_durable,
                        bd_err *err) {
    BD_TRY_CTX(bd_write_all(fd, text.data, text.size, name, err), err, "in the locker '%s'",
               locker->folder);
    if (is_durable && fsync(fd) != 0) {
        RAISE_ERRNO(err, "make durable", locker, name);
    }
    return BD_OK;
}

bd_rc store_write(bd_locker *locker, const char *folder, const char *name, bd_str text,
                  bool is_durable, bd_err *err) {
    char temp[TEMP_PATH_BYTES], path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    BD_DEFER(bd_fd_close) int fd = -1;
    BD_TRY(open_temp(locker, temp, &fd, err));
    bd_rc rc = write_text(locker, fd, text, name, is_durable, err);
    if (!bd_failed(rc) && renameat(locker->folder_fd, temp, locker->folder_fd, path) != 0) {
        rc = bd_raise(err, BD_ERR_IO, "cannot put in place '%s/%s': %s", locker->folder, path,
                      strerror(errno));
    }
    if (bd_failed(rc)) {
        unlinkat(locker->folder_fd, temp, 0);
        return rc;
    }
    return is_durable ? store_sync_folder(locker, folder, err) : BD_OK;
}

void store_sweep(bd_locker *locker) {
    int fd = openat(locker->folder_fd, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    if (list == NULL) {
        bd_fd_close(&fd);
        return;
    }
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        unlinkat(fd, entry->d_name, 0); /* "." and ".." are refused by the kernel */
    }
    closedir(list);
    unlinkat(locker->folder_fd, "tmp", AT_REMOVEDIR);
}

void store_drop(bd_locker *locker, struct staged *staged) {
    if (staged->temp[0] != '\0') {
        unlinkat(locker->folder_fd, staged->temp, 0);
        staged->temp[0] = '\0';
    }
}

void store_rest(bd_locker *locker) {
    bd_deflater_close(locker->deflater);
    bd_sha256_close(locker->plain_hash);
    bd_sha256_close(locker->stored_hash);
    locker->deflater = NULL;
    locker->plain_hash = NULL;
    locker->stored_hash = NULL;
}

void store_close(bd_locker *locker) {
    store_rest(locker);
    if (locker->mode == BD_LOCKER_WRITE && locker->folder_fd >= 0) { /* derived.c makes it, too */
        unlinkat(locker->folder_fd, "tmp", AT_REMOVEDIR);
    }
}

/* ---- from file to temporary object ----------------------------------------------------------- */

/* Gathers the pieces of an object, so that a small one is one write. */
struct object_sink {
    bd_sink sink;
    bd_sha256 *hash;
    int fd;
    const char *path;
    size_t held;
    char *hold; /* OBJECT_HOLD_BYTES */
};

static bd_rc flush_object(struct object_sink *object, bd_err *err) {
    size_t count = object->held;
    object->held = 0;
    return bd_write_all(object->fd, object->hold, count, object->path, err);
}

static bd_rc write_frame(struct object_sink *object, const void *bytes, size_t count, bd_err *err) {
    if (count > OBJECT_HOLD_BYTES - object->held) {
        BD_TRY(flush_object(object, err));
    }
    if (count > OBJECT_HOLD_BYTES) {
        return bd_write_all(object->fd, bytes, count, object->path, err);
    }
    memcpy(object->hold + object->held, bytes, count);
    object->held += count;
    return BD_OK;
}

static bd_rc write_object(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    struct object_sink *object = sink->context;
    bd_sha256_put(object->hash, bytes, count);
    return write_frame(object, bytes, count, err);
}

static void open_tools(bd_locker *locker, bd_sink *sink) {
    if (locker->deflater == NULL) {
        locker->deflater = bd_deflater_open(sink);
        locker->plain_hash = bd_sha256_open();
        locker->stored_hash = bd_sha256_open();
    }
    if (locker->buffer == NULL) {
        locker->buffer = bd_new(locker->arena, char, LOCKER_BUFFER_BYTES);
        locker->hold = bd_new(locker->arena, char, OBJECT_HOLD_BYTES);
    }
    /* A message that ended in an error may have left something behind. */
    uint8_t unused[32];
    bd_sha256_finish(locker->plain_hash, unused);
    bd_sha256_finish(locker->stored_hash, unused);
    bd_deflater_clear(locker->deflater, sink);
}

static bd_rc read_file(bd_locker *locker, int fd, const struct staged *staged, bd_err *err) {
    for (;;) {
        ssize_t got = read(fd, locker->buffer, LOCKER_BUFFER_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            BD_RAISE(err, BD_ERR_IO, "cannot read '%.*s': %s", BD_ARG(staged->item.path),
                     strerror(errno));
        }
        if (got == 0) {
            return bd_deflater_finish(locker->deflater, err);
        }
        if (staged->reader != NULL) {
            BD_TRY(bd_sink_write(staged->reader, locker->buffer, (size_t)got, err));
        }
        bd_sha256_put(locker->plain_hash, locker->buffer, (size_t)got);
        BD_TRY(bd_deflater_write(locker->deflater, locker->buffer, (size_t)got, err));
    }
}

static void put_le32(uint8_t *out, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static void make_trailer(const bd_evidence_given *item, uint8_t out[8]) {
    put_le32(out, item->crc32);
    put_le32(out + 4, (uint32_t)item->bytes);
}

/* Reads the stored form back from the disk's side of things: what is hashed is what will be
 * packaged. */
static bd_rc check_stored(bd_locker *locker, int fd, const struct staged *staged, bd_err *err) {
    uint8_t found[32];
    int64_t at = GZIP_HEADER_BYTES, end = GZIP_HEADER_BYTES + staged->item.stored_bytes;
    while (at < end) {
        size_t count = end - at < LOCKER_BUFFER_BYTES ? (size_t)(end - at) : LOCKER_BUFFER_BYTES;
        BD_TRY(bd_pread_all(fd, locker->buffer, count, at, staged->temp, err));
        bd_sha256_put(locker->stored_hash, locker->buffer, count);
        at += (int64_t)count;
    }
    bd_sha256_finish(locker->stored_hash, found);
    if (memcmp(found, staged->item.stored_sha256, sizeof(found)) != 0) {
        BD_RAISE(err, BD_ERR_IO,
                 "what was written to '%s/%s' does not read back the same: check disk and memory",
                 locker->folder, staged->temp);
    }
    return BD_OK;
}

static bd_rc write_temp(bd_locker *locker, int fd, int temp_fd, unsigned jobs,
                        struct staged *staged, bd_err *err) {
    bd_evidence_given *item = &staged->item;
    struct object_sink object = {.sink.write = write_object, .fd = temp_fd, .path = staged->temp};
    object.sink.context = &object;
    open_tools(locker, &object.sink);
    object.hash = locker->stored_hash;
    object.hold = locker->hold;
    bd_deflater_set_jobs(locker->deflater, jobs);
    BD_TRY(write_frame(&object, gzip_header, sizeof(gzip_header), err));
    BD_TRY(read_file(locker, fd, staged, err));
    item->bytes = bd_deflater_plain_bytes(locker->deflater);
    item->crc32 = bd_deflater_crc32(locker->deflater);
    item->stored_bytes = bd_deflater_stored_bytes(locker->deflater);
    bd_sha256_finish(locker->plain_hash, item->sha256);
    bd_sha256_finish(locker->stored_hash, item->stored_sha256);
    uint8_t trailer[8];
    make_trailer(item, trailer);
    BD_TRY(write_frame(&object, trailer, sizeof(trailer), err));
    BD_TRY(flush_object(&object, err));
    return check_stored(locker, temp_fd, staged, err);
}

bd_rc store_file(bd_locker *locker, int fd, unsigned jobs, struct staged *staged, bd_err *err) {
    BD_DEFER(bd_fd_close) int temp_fd = -1;
    BD_TRY(open_temp(locker, staged->temp, &temp_fd, err));
    bd_rc rc = write_temp(locker, fd, temp_fd, jobs, staged, err);
    if (bd_failed(rc)) {
        store_drop(locker, staged);
        bd_err_context(err, "while storing '%.*s' in '%s'", BD_ARG(staged->item.path),
                       locker->folder);
    }
    return rc;
}

/* ---- objects that are there already ---------------------------------------------------------- */

static bd_rc check_frame(const bd_locker *locker, const bd_evidence_given *item, const char *path,
                         bd_err *err) {
    BD_DEFER(bd_fd_close)
    int fd = openat(locker->folder_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        bool is_absent = errno == ENOENT;
        BD_RAISE(err, is_absent ? BD_ERR_INPUT : BD_ERR_IO,
                 "cannot open the object of E-%04u, '%s/%s': %s", item->number, locker->folder,
                 path, strerror(errno));
    }
    int64_t expected = item->stored_bytes + GZIP_FRAME_BYTES;
    if (!S_ISREG(status.st_mode) || status.st_size != expected) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the object of E-%04u, '%s/%s', is altered: it has %lld bytes, expected %lld",
                 item->number, locker->folder, path, (long long)status.st_size,
                 (long long)expected);
    }
    uint8_t header[GZIP_HEADER_BYTES], found[8], trailer[8];
    BD_TRY(bd_pread_all(fd, header, sizeof(header), 0, path, err));
    BD_TRY(bd_pread_all(fd, found, sizeof(found), expected - 8, path, err));
    make_trailer(item, trailer);
    if (memcmp(header, gzip_header, sizeof(header)) != 0 ||
        memcmp(found, trailer, sizeof(found)) != 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the object of E-%04u, '%s/%s', is altered: its gzip frame is not ours",
                 item->number, locker->folder, path);
    }
    return BD_OK;
}

bd_rc store_blob(const bd_locker *locker, const bd_evidence_given *item, bd_arena *arena, bd_blob **out,
                 bd_err *err) {
    char path[OBJECT_PATH_BYTES];
    object_path(item->sha256, path);
    BD_TRY(check_frame(locker, item, path, err));
    bd_blob_place place = {
        .fd = -1,
        .folder_fd = locker->folder_fd,
        .path = bd_str_z(arena, bd_str_of(path)),
        .label = bd_str_format(arena, "E-%04u %.*s", item->number, BD_ARG(item->path)),
        .offset = GZIP_HEADER_BYTES,
        .method = 8,
    };
    *out = bd_blob_of_file(arena, &place, item->bytes, item->stored_bytes, item->crc32);
    memcpy((*out)->sha256, item->sha256, 32);
    memcpy((*out)->stored_sha256, item->stored_sha256, 32);
    return BD_OK;
}

bd_rc store_check(const bd_locker *locker, const bd_evidence_given *item, bd_arena *scratch,
                  bd_err *err) {
    char *buffer = bd_new(scratch, char, LOCKER_BUFFER_BYTES);
    bd_blob *blob = NULL;
    bd_source source = {0};
    BD_TRY(store_blob(locker, item, scratch, &blob, err));
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = BD_OK;
    for (size_t got = 1; got > 0 && !bd_failed(rc);) {
        rc = bd_source_read(&source, buffer, LOCKER_BUFFER_BYTES, &got, err);
    }
    blob->close(blob, &source);
    return rc;
}

/* Reads the object of `item` from end to end, which checks all its hashes. */
static bd_rc check_object(const bd_locker *locker, const bd_evidence_given *item, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("object check", 1u << 20);
    return store_check(locker, item, scratch, err);
}

static void take_stored_facts(struct staged *staged, const bd_evidence_given *from) {
    staged->item.stored_bytes = from->stored_bytes;
    memcpy(staged->item.stored_sha256, from->stored_sha256, 32);
}

bd_rc store_settle(bd_locker *locker, struct staged *staged, bd_err *err) {
    char hex[65], path[OBJECT_PATH_BYTES];
    struct stat status;
    bd_hex(staged->item.sha256, 32, hex);
    object_path(staged->item.sha256, path);
    const struct staged *twin = bd_map_find(locker->staged_objects, bd_str_of(hex));
    if (twin != NULL) {
        take_stored_facts(staged, &twin->item);
        store_drop(locker, staged);
        return BD_OK;
    }
    /* An object that no line names is what a killed run left; ours takes its place. */
    const bd_evidence_given *known = bd_map_find(locker->journal.by_object, bd_str_of(hex));
    if (known == NULL) {
        return BD_OK;
    }
    bool has_same_form = memcmp(known->stored_sha256, staged->item.stored_sha256, 32) == 0;
    bool is_absent =
        fstatat(locker->folder_fd, path, &status, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    if (is_absent && has_same_form) {
        /* A lost object comes back with the very bytes that the journal promises. */
        return BD_OK;
    }
    BD_TRY_CTX(check_object(locker, known, err), err, "while '%.*s' brings the same bytes again",
               BD_ARG(staged->item.path));
    take_stored_facts(staged, known);
    store_drop(locker, staged);
    return BD_OK;
}

/* ---- commit ---------------------------------------------------------------------------------- */

/* An fsync waits for the disk, not for a processor: those that wait side by side share one flush.
 * */
enum { SYNC_JOBS = 8 };

struct sync_job {
    const char *path;
    int problem; /* errno */
};

struct sync_batch {
    int folder_fd;
    struct sync_job *jobs;
};

static void sync_path(void *context, size_t index, unsigned worker) {
    struct sync_batch *batch = context;
    struct sync_job *job = &batch->jobs[index];
    (void)worker;
    BD_DEFER(bd_fd_close)
    int fd = openat(batch->folder_fd, job->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    job->problem = fd < 0 || fsync(fd) != 0 ? errno : 0;
}

static bd_rc sync_paths(bd_locker *locker, struct sync_job *jobs, size_t count, bd_err *err) {
    struct sync_batch batch = {locker->folder_fd, jobs};
    bd_pool_run(SYNC_JOBS, count, sync_path, &batch);
    for (size_t i = 0; i < count; i++) {
        if (jobs[i].problem != 0) {
            BD_RAISE(err, BD_ERR_IO, "cannot make durable '%s/%s': %s", locker->folder,
                     jobs[i].path, strerror(jobs[i].problem));
        }
    }
    return BD_OK;
}

static bd_rc place_object(bd_locker *locker, struct staged *staged, bool *has_new_folder,
                          bd_err *err) {
    char path[OBJECT_PATH_BYTES], folder[OBJECT_PATH_BYTES];
    object_path(staged->item.sha256, path);
    snprintf(folder, sizeof(folder), "objects/sha256/%02x", staged->item.sha256[0]);
    if (mkdirat(locker->folder_fd, folder, 0777) == 0) {
        *has_new_folder = true;
    } else if (errno != EEXIST) {
        RAISE_ERRNO(err, "make the folder", locker, folder);
    }
    if (renameat(locker->folder_fd, staged->temp, locker->folder_fd, path) != 0) {
        RAISE_ERRNO(err, "put in place", locker, path);
    }
    staged->temp[0] = '\0';
    return BD_OK;
}

static bd_rc sync_temps(bd_locker *locker, struct staged *const *staged, size_t count,
                        bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("sync", (size_t)1 << 30);
    struct sync_job *jobs = bd_new(scratch, struct sync_job, count);
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        if (staged[i]->temp[0] != '\0') {
            jobs[wanted++].path = staged[i]->temp;
        }
    }
    return sync_paths(locker, jobs, wanted, err);
}

bd_rc store_commit(bd_locker *locker, struct staged *const *staged, size_t count, bd_err *err) {
    bool touched[256] = {false}, has_new_folder = false;
    char paths[256][sizeof("objects/sha256/ab")];
    struct sync_job folders[257];
    size_t folder_count = 0;
    BD_TRY(sync_temps(locker, staged, count, err));
    for (size_t i = 0; i < count; i++) {
        if (staged[i]->temp[0] != '\0') {
            touched[staged[i]->item.sha256[0]] = true;
            BD_TRY(place_object(locker, staged[i], &has_new_folder, err));
        }
    }
    for (unsigned byte = 0; byte < BD_COUNT(touched); byte++) {
        if (touched[byte]) {
            snprintf(paths[byte], sizeof(paths[byte]), "objects/sha256/%02x", byte & 0xFFu);
            folders[folder_count++] = (struct sync_job){paths[byte], 0};
        }
    }
    if (has_new_folder) {
        folders[folder_count++] = (struct sync_job){"objects/sha256", 0};
    }
    return sync_paths(locker, folders, folder_count, err);
}
