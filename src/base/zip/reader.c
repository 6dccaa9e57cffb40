#include "zip_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How a package is read.
 *
 * 1. The end record is the last 22 bytes; with the Zip64 records before it, where the numbers need
 *    them, it is built anew from count, size and offset and compared.
 * 2. The directory is read once, front to back, from its offset to the end records.  From each
 *    header only the facts are taken; the header is built anew from them and compared byte by byte.
 * 3. Entry by entry the local header must stand where the one before it ended, and must equal the
 *    header built from the same facts; behind the last entry the directory begins.  So the parts
 *    tile the file.
 *
 * What two unpackers could take differently (a second directory, bytes before, between or behind,
 * headers that disagree, extra fields, comments, flags) differs from what is built and is refused,
 * with place, found and expected. Every allocation is bounded by a limit and by the size of the
 * file. */

const bd_zip_limits bd_zip_default_limits = {
    .entries = 1000000,
    .entry_bytes = INT64_C(64) << 30,
    .total_bytes = INT64_C(256) << 30,
    .name_bytes = 200,
};

struct bd_zip_reader {
    int fd;
    const char *path;
    int64_t file_bytes;
    bd_zip_limits limits;
    bd_zip_entry *entries;
    size_t count;
    uint16_t dos_time, dos_date;
};

/* ---- differences ----------------------------------------------------------------------------- */

struct field {
    unsigned at, bytes;
    const char *name;
};

static const struct field local_fields[] = {
    {0, 4, "signature"}, {4, 2, "version needed"}, {6, 2, "flags"},        {8, 2, "method"},
    {10, 2, "time"},     {12, 2, "date"},          {14, 4, "CRC-32"},      {18, 4, "stored size"},
    {22, 4, "size"},     {26, 2, "name length"},   {28, 2, "extra length"}};
static const struct field central_fields[] = {{0, 4, "signature"},
                                              {4, 2, "version made by"},
                                              {6, 2, "version needed"},
                                              {8, 2, "flags"},
                                              {10, 2, "method"},
                                              {12, 2, "time"},
                                              {14, 2, "date"},
                                              {16, 4, "CRC-32"},
                                              {20, 4, "stored size"},
                                              {24, 4, "size"},
                                              {28, 2, "name length"},
                                              {30, 2, "extra length"},
                                              {32, 2, "comment length"},
                                              {34, 2, "disk number"},
                                              {36, 2, "internal attributes"},
                                              {38, 4, "external attributes"},
                                              {42, 4, "offset"}};
static const struct field end_fields[] = {
    {0, 4, "signature"},          {4, 2, "disk number"},    {6, 2, "directory's disk"},
    {8, 2, "count on this disk"}, {10, 2, "count"},         {12, 4, "directory size"},
    {16, 4, "directory offset"},  {20, 2, "comment length"}};

struct headline {
    const char *what; /* "local header" */
    bd_str name;      /* of the entry; empty for the end record */
    int64_t offset;
    const struct field *fields;
    size_t field_count;
    size_t fixed_bytes;
};

static uint64_t load_field(const uint8_t *bytes, const struct field *field) {
    return field->bytes == 2 ? zip_load16(bytes + field->at) : zip_load32(bytes + field->at);
}

/* Refuses a header that is not the one the profile has for these facts, naming the first field that
 * differs. */
static bd_rc compare_header(const uint8_t *found, const uint8_t *expected, size_t size,
                            const struct headline *line, bd_err *err) {
    if (memcmp(found, expected, size) == 0) {
        return BD_OK;
    }
    for (size_t i = 0; i < line->field_count && line->fixed_bytes <= size; i++) {
        const struct field *field = &line->fields[i];
        if (memcmp(found + field->at, expected + field->at, field->bytes) == 0) {
            continue;
        }
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: %s%s%.*s%s at byte %lld has %s 0x%0*llx, expected 0x%0*llx",
                 line->what, line->name.size > 0 ? " of '" : "", BD_ARG(line->name),
                 line->name.size > 0 ? "'" : "", (long long)line->offset + field->at, field->name,
                 (int)field->bytes * 2, (unsigned long long)load_field(found, field),
                 (int)field->bytes * 2, (unsigned long long)load_field(expected, field));
    }
    size_t at = 0;
    while (found[at] == expected[at]) {
        at++;
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "not a package: %s of '%.*s' at byte %lld has another name or extra field (0x%02x, "
             "expected 0x%02x)",
             line->what, BD_ARG(line->name), (long long)line->offset + (long long)at, found[at],
             expected[at]);
}

/* ---- the end --------------------------------------------------------------------------------- */

static bd_rc read_at(const bd_zip_reader *reader, void *bytes, size_t count, int64_t offset,
                     bd_err *err) {
    return bd_pread_all(reader->fd, bytes, count, offset, reader->path, err);
}

static bd_rc refuse_end(const bd_zip_reader *reader, bd_err *err) {
    uint8_t first[4] = {0};
    if (reader->file_bytes == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' is not a zip file: it is empty", reader->path);
    }
    if (reader->file_bytes >= 4) {
        BD_TRY(read_at(reader, first, sizeof(first), 0, err));
    }
    uint32_t signature = zip_load32(first);
    if (signature != 0x04034b50 && signature != 0x06054b50) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%s' is not a zip file: it begins with the bytes %02x %02x %02x %02x",
                 reader->path, first[0], first[1], first[2], first[3]);
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "not a package: '%s' does not end with its end record; it was cut off, or has a "
             "comment or bytes behind it",
             reader->path);
}

/* Reads the last `size` bytes and compares them with the records built for `end`. */
static bd_rc check_tail(const bd_zip_reader *reader, const struct zip_end *end, bd_err *err) {
    uint8_t expected[ZIP_TAIL_MAX], found[ZIP_TAIL_MAX];
    size_t size = zip_end_build(end, expected);
    uint64_t file = (uint64_t)reader->file_bytes;
    if (size > file || end->size > file - size || end->offset != file - size - end->size) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: the end record puts a directory of %llu bytes at byte %llu, which "
                 "does not fit a file of %llu bytes",
                 (unsigned long long)end->size, (unsigned long long)end->offset,
                 (unsigned long long)file);
    }
    int64_t at = reader->file_bytes - (int64_t)size;
    BD_TRY(read_at(reader, found, size, at, err));
    size_t before = size - ZIP_END_BYTES;
    if (memcmp(found, expected, before) != 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: the Zip64 end records at byte %lld are not those of the profile",
                 (long long)at);
    }
    struct headline line = {"the end record",     {0},          at + (int64_t)before, end_fields,
                            BD_COUNT(end_fields), ZIP_END_BYTES};
    return compare_header(found + before, expected + before, ZIP_END_BYTES, &line, err);
}

static bd_rc read_zip64_end(const bd_zip_reader *reader, struct zip_end *end, bd_err *err) {
    uint8_t bytes[ZIP64_END_BYTES];
    int64_t at = reader->file_bytes - ZIP_TAIL_MAX;
    if (at < 0) {
        BD_RAISE(
            err, BD_ERR_INPUT,
            "not a package: the end record points to Zip64 records, and there is no room for them");
    }
    BD_TRY(read_at(reader, bytes, sizeof(bytes), at, err));
    *end = (struct zip_end){zip_load64(bytes + 32), zip_load64(bytes + 40), zip_load64(bytes + 48)};
    return BD_OK;
}

static bd_rc read_end(const bd_zip_reader *reader, struct zip_end *end, bd_err *err) {
    uint8_t bytes[ZIP_END_BYTES] = {0};
    if (reader->file_bytes >= ZIP_END_BYTES) {
        BD_TRY(read_at(reader, bytes, sizeof(bytes), reader->file_bytes - ZIP_END_BYTES, err));
    }
    if (zip_load32(bytes) != 0x06054b50) {
        return refuse_end(reader, err);
    }
    *end = (struct zip_end){zip_load16(bytes + 10), zip_load32(bytes + 12), zip_load32(bytes + 16)};
    if (end->count == 0xFFFF || end->size == 0xFFFFFFFF || end->offset == 0xFFFFFFFF) {
        BD_TRY(read_zip64_end(reader, end, err));
    }
    BD_TRY(check_tail(reader, end, err));
    if (end->count == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: '%s' holds no files", reader->path);
    }
    if (end->count > reader->limits.entries) {
        BD_RAISE(err, BD_ERR_LIMIT, "'%s' holds %llu files, the limit is %zu", reader->path,
                 (unsigned long long)end->count, reader->limits.entries);
    }
    if (end->count > end->size / ZIP_CENTRAL_BYTES) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: %llu files do not fit a directory of %llu bytes",
                 (unsigned long long)end->count, (unsigned long long)end->size);
    }
    return BD_OK;
}

/* ---- the directory --------------------------------------------------------------------------- */

enum { WINDOW_BYTES = 64 * 1024 };

/* A moving window over the directory. */
struct window {
    const bd_zip_reader *reader;
    int64_t at, end; /* of what is not yet in the window */
    size_t from, to;
    uint8_t bytes[WINDOW_BYTES];
};

/* Makes the next `count` bytes (at most WINDOW_BYTES) readable at bytes + from. */
static bd_rc need_bytes(struct window *window, size_t count, bd_err *err) {
    size_t have = window->to - window->from;
    if (have >= count) {
        return BD_OK;
    }
    if (window->end - window->at < (int64_t)(count - have)) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: the directory ends in the middle of a header");
    }
    memmove(window->bytes, window->bytes + window->from, have);
    int64_t left = window->end - window->at;
    size_t more = left < (int64_t)(WINDOW_BYTES - have) ? (size_t)left : WINDOW_BYTES - have;
    BD_TRY(read_at(window->reader, window->bytes + have, more, window->at, err));
    window->at += (int64_t)more;
    window->from = 0;
    window->to = have + more;
    return BD_OK;
}

/* Takes the facts of a central header; whether they are told in the one right way is compared
 * afterwards. */
static void take_facts(const uint8_t *header, size_t name_bytes, size_t extra_bytes,
                       struct zip_facts *facts) {
    const uint8_t *extra = header + ZIP_CENTRAL_BYTES + name_bytes;
    size_t at = 4;
    *facts = (struct zip_facts){
        .name = {(const char *)header + ZIP_CENTRAL_BYTES, name_bytes},
        .method = zip_load16(header + 10),
        .bytes = zip_load32(header + 24),
        .stored_bytes = zip_load32(header + 20),
        .offset = zip_load32(header + 42),
        .crc32 = zip_load32(header + 16),
        .dos_time = zip_load16(header + 12),
        .dos_date = zip_load16(header + 14),
    };
    if (facts->bytes == 0xFFFFFFFF && facts->stored_bytes == 0xFFFFFFFF && extra_bytes >= at + 16) {
        facts->bytes = zip_load64(extra + at);
        facts->stored_bytes = zip_load64(extra + at + 8);
        at += 16;
    }
    if (facts->offset == 0xFFFFFFFF && extra_bytes >= at + 8) {
        facts->offset = zip_load64(extra + at);
    }
}

static bd_rc check_sizes(const bd_zip_reader *reader, const struct zip_facts *facts, bd_err *err) {
    bd_str name = facts->name;
    unsigned long long bytes = facts->bytes, stored = facts->stored_bytes;
    if (facts->method != 0 && facts->method != 8) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: '%.*s' has method %d, expected 0 (stored) or 8 (deflated)",
                 BD_ARG(name), facts->method);
    }
    if (stored > (uint64_t)reader->file_bytes) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: '%.*s' has %llu stored bytes in a file of %lld",
                 BD_ARG(name), stored, (long long)reader->file_bytes);
    }
    if (facts->method == 0 && bytes != stored) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: '%.*s' is stored with two sizes, %llu and %llu",
                 BD_ARG(name), bytes, stored);
    }
    /* 258 bytes from 2 bits is the most that deflate can do (RFC 1951, 3.2.5). */
    if (facts->method == 8 && bytes / 1032 > stored) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: '%.*s' claims %llu bytes from %llu, more than deflate can give",
                 BD_ARG(name), bytes, stored);
    }
    if (bytes > (uint64_t)reader->limits.entry_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "'%.*s' holds %llu bytes, the limit is %lld", BD_ARG(name),
                 bytes, (long long)reader->limits.entry_bytes);
    }
    return BD_OK;
}

static bd_rc read_central(struct window *window, struct zip_facts *facts, bd_err *err) {
    const bd_zip_reader *reader = window->reader;
    int64_t offset = window->at - (int64_t)(window->to - window->from);
    BD_TRY(need_bytes(window, ZIP_CENTRAL_BYTES, err));
    const uint8_t *header = window->bytes + window->from;
    size_t name_bytes = zip_load16(header + 28), extra_bytes = zip_load16(header + 30);
    struct headline line = {
        "the directory header", {0}, offset, central_fields, BD_COUNT(central_fields),
        ZIP_CENTRAL_BYTES};
    if (zip_load32(header) != 0x02014b50) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: no directory header at byte %lld",
                 (long long)offset);
    }
    if (name_bytes > reader->limits.name_bytes || extra_bytes > ZIP_EXTRA_MAX) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: the directory header at byte %lld has a name of %zu bytes and an "
                 "extra field of %zu, at most %zu and %d are allowed",
                 (long long)offset, name_bytes, extra_bytes, reader->limits.name_bytes,
                 ZIP_EXTRA_MAX);
    }
    size_t size = ZIP_CENTRAL_BYTES + name_bytes + extra_bytes;
    BD_TRY(need_bytes(window, size, err));
    header = window->bytes + window->from;
    take_facts(header, name_bytes, extra_bytes, facts);
    BD_TRY_CTX(bd_zip_name_check(facts->name, reader->limits.name_bytes, err), err, "at byte %lld",
               (long long)offset + ZIP_CENTRAL_BYTES);
    BD_TRY(check_sizes(reader, facts, err));
    uint8_t expected[ZIP_HEADER_MAX];
    size_t expected_size = zip_central_build(facts, expected);
    line.name = facts->name;
    BD_TRY(
        compare_header(header, expected, size < expected_size ? size : expected_size, &line, err));
    if (size != expected_size) {
        BD_RAISE(err, BD_ERR_BUG, "a directory header has the right fields and the wrong length");
    }
    window->from += size;
    return BD_OK;
}

static bd_rc check_local(const bd_zip_reader *reader, const struct zip_facts *facts,
                         int64_t *data_offset, bd_err *err) {
    uint8_t expected[ZIP_HEADER_MAX], found[ZIP_HEADER_MAX];
    size_t size = zip_local_build(facts, expected);
    int64_t offset = (int64_t)facts->offset;
    if (size > (uint64_t)(reader->file_bytes - offset)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: no room for the local header of '%.*s' at byte %lld",
                 BD_ARG(facts->name), (long long)offset);
    }
    BD_TRY(read_at(reader, found, size, offset, err));
    struct headline line = {"the local header",     facts->name,    offset, local_fields,
                            BD_COUNT(local_fields), ZIP_LOCAL_BYTES};
    *data_offset = offset + (int64_t)size;
    return compare_header(found, expected, size, &line, err);
}

/* All headers carry one time, the first entry's; it must be a time that exists. */
static bd_rc check_time(bd_zip_reader *reader, const struct zip_facts *facts, bd_err *err) {
    if (reader->count > 0) {
        if (facts->dos_time != reader->dos_time || facts->dos_date != reader->dos_date) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "not a package: '%.*s' has another time than the files before it",
                     BD_ARG(facts->name));
        }
        return BD_OK;
    }
    unsigned month = facts->dos_date >> 5 & 15u, day = facts->dos_date & 31u;
    unsigned hour = facts->dos_time >> 11, minute = facts->dos_time >> 5 & 63u,
             half = facts->dos_time & 31u;
    if (!bd_date_is_valid(1980 + (facts->dos_date >> 9), (int)month, (int)day) || hour > 23 ||
        minute > 59 || half > 29) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: '%.*s' has the time 0x%04x and date 0x%04x, which do not exist",
                 BD_ARG(facts->name), facts->dos_time, facts->dos_date);
    }
    reader->dos_time = facts->dos_time;
    reader->dos_date = facts->dos_date;
    return BD_OK;
}

static bd_rc check_order(const bd_zip_reader *reader, bd_str name, bd_err *err) {
    if (reader->count == 0) {
        return BD_OK;
    }
    bd_str last = reader->entries[reader->count - 1].name;
    int order = bd_str_cmp(last, name);
    if (order == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: '%.*s' is there twice", BD_ARG(name));
    }
    if (order > 0) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: '%.*s' stands behind '%.*s'; names must rise",
                 BD_ARG(name), BD_ARG(last));
    }
    return BD_OK;
}

/* The entry must begin where the one before it ended; yields where it ends itself. */
static bd_rc check_place(bd_zip_reader *reader, const struct zip_facts *facts,
                         const struct zip_end *end, int64_t *next_offset, int64_t *data_offset,
                         bd_err *err) {
    if (facts->offset != (uint64_t)*next_offset) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: the directory puts '%.*s' at byte %llu, expected byte %lld, where "
                 "the file before it ends",
                 BD_ARG(facts->name), (unsigned long long)facts->offset, (long long)*next_offset);
    }
    BD_TRY(check_local(reader, facts, data_offset, err));
    *next_offset = *data_offset + (int64_t)facts->stored_bytes;
    if (*next_offset > (int64_t)end->offset) {
        BD_RAISE(err, BD_ERR_INPUT, "not a package: '%.*s' reaches into the directory",
                 BD_ARG(facts->name));
    }
    return BD_OK;
}

static bd_rc read_entries(bd_zip_reader *reader, const struct zip_end *end, bd_arena *arena,
                          bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("zip names", (size_t)2 << 30);
    struct window *window = bd_new(scratch, struct window, 1);
    struct zip_names names;
    zip_names_init(&names, scratch);
    window->reader = reader;
    window->at = (int64_t)end->offset;
    window->end = (int64_t)(end->offset + end->size);
    int64_t next_offset = 0, total = 0;
    for (uint64_t i = 0; i < end->count; i++) {
        struct zip_facts facts;
        int64_t data_offset = 0;
        BD_TRY(read_central(window, &facts, err));
        BD_TRY(check_order(reader, facts.name, err));
        BD_TRY(zip_names_add(&names, facts.name, err));
        BD_TRY(check_time(reader, &facts, err));
        BD_TRY(check_place(reader, &facts, end, &next_offset, &data_offset, err));
        total += (int64_t)facts.bytes;
        if (total > reader->limits.total_bytes) {
            BD_RAISE(err, BD_ERR_LIMIT, "'%s' holds more than %lld bytes", reader->path,
                     (long long)reader->limits.total_bytes);
        }
        reader->entries[reader->count++] =
            (bd_zip_entry){bd_str_copy(arena, facts.name), facts.method, (int64_t)facts.bytes,
                           (int64_t)facts.stored_bytes,    facts.crc32,  data_offset};
    }
    if (next_offset != (int64_t)end->offset || window->at != window->end ||
        window->from != window->to) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a package: there are bytes between the last file, which ends at byte %lld, "
                 "and the directory at byte %llu, or behind the directory",
                 (long long)next_offset, (unsigned long long)end->offset);
    }
    return BD_OK;
}

/* ---- life ------------------------------------------------------------------------------------ */

static bd_rc open_file(bd_zip_reader *reader, bd_err *err) {
    /* O_NONBLOCK: a named pipe must be refused, not waited for. */
    reader->fd = open(reader->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (reader->fd < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot open '%s': %s", reader->path, strerror(errno));
    }
    struct stat status;
    if (fstat(reader->fd, &status) != 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot read '%s': %s", reader->path, strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        BD_RAISE(err, BD_ERR_INPUT, "'%s' is not a zip file: it is not a regular file",
                 reader->path);
    }
    reader->file_bytes = status.st_size;
    return BD_OK;
}

static bd_rc read_package(bd_zip_reader *reader, bd_arena *arena, bd_err *err) {
    struct zip_end end;
    BD_TRY(open_file(reader, err));
    BD_TRY(read_end(reader, &end, err));
    reader->entries = bd_new(arena, bd_zip_entry, end.count);
    return read_entries(reader, &end, arena, err);
}

bd_rc bd_zip_reader_open(const char *path, const bd_zip_limits *limits, bd_arena *arena,
                         bd_zip_reader **out, bd_err *err) {
    bd_zip_reader *reader = bd_new(arena, bd_zip_reader, 1);
    reader->fd = -1;
    reader->path = bd_str_z(arena, bd_str_of(path));
    reader->limits = limits != NULL ? *limits : bd_zip_default_limits;
    if (reader->limits.name_bytes > ZIP_NAME_MAX) {
        reader->limits.name_bytes = ZIP_NAME_MAX;
    }
    bd_rc rc = read_package(reader, arena, err);
    if (bd_failed(rc)) {
        bd_fd_close(&reader->fd);
        return rc;
    }
    *out = reader;
    return BD_OK;
}

size_t bd_zip_reader_count(const bd_zip_reader *reader) {
    return reader->count;
}

const bd_zip_entry *bd_zip_reader_at(const bd_zip_reader *reader, size_t index) {
    BD_ASSERT(index < reader->count);
    return &reader->entries[index];
}

static int compare_key(const void *key, const void *entry) {
    return bd_str_cmp(*(const bd_str *)key, ((const bd_zip_entry *)entry)->name);
}

const bd_zip_entry *bd_zip_reader_find(const bd_zip_reader *reader, bd_str name) {
    return bsearch(&name, reader->entries, reader->count, sizeof(*reader->entries), compare_key);
}

bd_instant bd_zip_reader_time(const bd_zip_reader *reader) {
    return zip_instant_of_dos(reader->dos_time, reader->dos_date);
}

bd_blob *bd_zip_reader_blob(const bd_zip_reader *reader, const bd_zip_entry *entry,
                            bd_arena *arena) {
    bd_blob_place place = {
        .fd = reader->fd,
        .folder_fd = -1,
        .label = entry->name,
        .offset = entry->data_offset,
        .method = entry->method,
    };
    return bd_blob_of_file(arena, &place, entry->bytes, entry->stored_bytes, entry->crc32);
}

void bd_zip_reader_close(bd_zip_reader *reader) {
    if (reader != NULL) {
        bd_fd_close(&reader->fd);
    }
}
