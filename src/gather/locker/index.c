/* index.c - which files were read already, so that an unchanged inbox is not read again.
 *
 * locker/derived/index is not evidence: it may be deleted at any time and is written without fsync,
 * so it is closed by the SHA-256 of what stands before.  A file counts as unchanged when path,
 * device, inode, size, mtime and ctime are the recorded ones.  A file system that keeps coarse
 * times could hide a change made in the moment of recording; therefore an entry counts only if its
 * mtime lies more than 2 s before the index was written (its own mtime, so that no clock is asked),
 * and one that does not is forgotten. */
#include "locker_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define INDEX_HEAD "bindery-index 1\n"
#define INDEX_MAX ((size_t)256 << 20)
#define CLOSE_BYTES 65 /* 64 hex digits and LF */
#define COARSEST_NS (INT64_C(2) * 1000000000)

static int64_t ns_of(struct timespec at) {
    return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

int64_t stat_mtime_ns(const struct stat *status) {
    return ns_of(status->st_mtim);
}

int64_t stat_ctime_ns(const struct stat *status) {
    return ns_of(status->st_ctim);
}

/* ---- loading --------------------------------------------------------------------------------- */

/* ["path",device,inode,bytes,mtime_ns,ctime_ns,"sha256"] */
static bool parse_entry(bd_str line, bd_arena *arena, struct index_entry *out) {
    const bd_value *value = NULL;
    bd_err unused = {0};
    int64_t numbers[5];
    if (bd_failed(bd_json_parse(line, NULL, arena, &value, &unused)) || value->kind != BD_ARRAY ||
        value->count != 7) {
        return false;
    }
    for (size_t i = 0; i < BD_COUNT(numbers); i++) {
        if (value->items[i + 1].kind != BD_NUMBER ||
            !bd_str_to_i64(value->items[i + 1].text, &numbers[i])) {
            return false;
        }
    }
    *out = (struct index_entry){
        .path = bd_str_copy(arena, value->items[0].text),
        .device = (uint64_t)numbers[0],
        .inode = (uint64_t)numbers[1],
        .bytes = numbers[2],
        .mtime_ns = numbers[3],
        .ctime_ns = numbers[4],
    };
    return bd_unhex(value->items[6].text, out->sha256, 32);
}

/* The lines between head and close, if the close holds. */
static bool open_lines(bd_str text, bd_str *lines) {
    char hex[65];
    uint8_t hash[32];
    if (text.size < CLOSE_BYTES || !bd_str_has_prefix(text, BD_STR(INDEX_HEAD))) {
        return false;
    }
    bd_str body = bd_str_sub(text, 0, text.size - CLOSE_BYTES);
    bd_sha256_of(body, hash);
    bd_hex(hash, 32, hex);
    *lines = bd_str_sub(body, sizeof(INDEX_HEAD) - 1, body.size);
    return text.data[text.size - 1] == '\n' &&
           bd_str_eqz(bd_str_sub(text, body.size, text.size - 1), hex);
}

static void load_lines(bd_locker *locker, bd_str text, int64_t written_ns) {
    bd_str lines, line;
    if (!open_lines(text, &lines)) {
        return;
    }
    while (bd_str_cut(&lines, '\n', &line)) {
        struct index_entry entry;
        if (line.size > 0 && parse_entry(line, locker->arena, &entry) &&
            entry.mtime_ns < written_ns - COARSEST_NS) {
            index_put(locker, &entry);
        }
    }
    locker->index.is_changed = false;
}

/* False: it is not there, or cannot be read. */
static bool read_index(const bd_locker *locker, bd_arena *scratch, bd_str *text,
                       struct stat *status) {
    BD_DEFER(bd_fd_close)
    int fd = openat(locker->folder_fd, "derived/index", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, status) != 0 || status->st_size > (int64_t)INDEX_MAX) {
        return false;
    }
    size_t size = (size_t)status->st_size;
    char *bytes = bd_new(scratch, char, size + 1);
    bd_err unused = {0};
    *text = (bd_str){bytes, size};
    return !bd_failed(bd_pread_all(fd, bytes, size, 0, "derived/index", &unused));
}

void index_load(bd_locker *locker) {
    struct stat status;
    bd_str text;
    locker->index.by_path = bd_map_make(locker->arena);
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("index", INDEX_MAX * 2);
    if (read_index(locker, scratch, &text, &status)) {
        load_lines(locker, text, stat_mtime_ns(&status));
    }
}

bool index_is_sound(const bd_locker *locker) {
    struct stat status;
    bd_str text, lines;
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("index", INDEX_MAX * 2);
    return faccessat(locker->folder_fd, "derived/index", F_OK, AT_SYMLINK_NOFOLLOW) != 0 ||
           (read_index(locker, scratch, &text, &status) && open_lines(text, &lines));
}

/* ---- asking and writing ---------------------------------------------------------------------- */

void index_put(bd_locker *locker, const struct index_entry *entry) {
    struct index_entry *kept = bd_map_find(locker->index.by_path, entry->path);
    if (kept == NULL) {
        kept = bd_new(locker->arena, struct index_entry, 1);
        *bd_push(locker->arena, &locker->index.entries) = kept;
        bd_map_put(locker->index.by_path, entry->path, kept);
    }
    *kept = *entry;
    kept->path = bd_str_copy(locker->arena, entry->path);
    locker->index.is_changed = true;
}

static int compare_entries(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp((*(struct index_entry *const *)a)->path,
                      (*(struct index_entry *const *)b)->path);
}

static void write_entry(bd_json_writer *writer, const struct index_entry *entry) {
    char hex[65];
    bd_hex(entry->sha256, 32, hex);
    bd_json_open(writer, '[');
    bd_json_text(writer, entry->path);
    bd_json_int(writer, (int64_t)entry->device);
    bd_json_int(writer, (int64_t)entry->inode);
    bd_json_int(writer, entry->bytes);
    bd_json_int(writer, entry->mtime_ns);
    bd_json_int(writer, entry->ctime_ns);
    bd_json_text(writer, bd_str_of(hex));
    bd_json_close(writer, ']');
    bd_json_newline(writer);
}

void index_save(bd_locker *locker) {
    struct file_index *index = &locker->index;
    if (!index->is_changed) {
        return;
    }
    bd_buf text;
    bd_err unused = {0};
    bd_buf_init(&text, INDEX_MAX);
    bd_sink sink = bd_sink_to_buf(&text);
    bd_json_writer writer;
    bd_sort(index->entries.data, index->entries.count, sizeof(*index->entries.data),
            compare_entries, NULL);
    bd_buf_puts(&text, BD_STR(INDEX_HEAD));
    bd_json_begin(&writer, &sink);
    for (size_t i = 0; i < index->entries.count; i++) {
        write_entry(&writer, index->entries.data[i]);
    }
    bd_rc rc = bd_json_finish(&writer, &unused);
    uint8_t hash[32];
    char hex[65];
    bd_sha256_of(bd_buf_str(&text), hash);
    bd_hex(hash, 32, hex);
    bd_buf_puts(&text, bd_str_of(hex));
    bd_buf_putc(&text, '\n');
    if (!bd_failed(rc) && !text.overflowed) {
        rc = store_folder(locker, "derived", &unused);
    }
    if (!bd_failed(rc) && !text.overflowed) {
        rc = store_write(locker, "derived", "index", bd_buf_str(&text), /*is_durable*/ false,
                         &unused);
    }
    index->is_changed = bd_failed(rc);
    bd_buf_clear(&text);
}
