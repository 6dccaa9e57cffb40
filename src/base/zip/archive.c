/* A strict reader of zip files that other programs wrote, over bytes in memory.
 *
 * Zip readers disagree: one believes the directory at the end, another walks the local headers, a third searches for
 * signatures.  Evidence must say the same to all of them, so what leaves them a choice is refused: a gap, an overlap, a
 * local header that differs from the directory, two names that fold to one.  Because the entries tile the file, the
 * length of a data descriptor is known from where the next header begins: its form is checked and not guessed. */
#include "zip_priv.h"

#include <string.h>

const bd_archive_limits bd_archive_default_limits = {
    .entries = 4096,
    .entry_bytes = (int64_t)256 << 20,
    .total_bytes = (int64_t)512 << 20,
    .ratio = 250,
};

enum {
    FLAG_ENCRYPTED = 1,
    FLAG_LEVEL = 6,
    FLAG_UTF8 = 2048,
    FLAG_DESCRIPTOR = 8,
    FLAG_STRONG = 64,
    FLAG_MASKED = 8192,
    COMMENT_MAX = 65535,
    RATIO_FROM_BYTES = 1 << 20
};

#define SIGN_LOCAL 0x04034b50u
#define SIGN_CENTRAL 0x02014b50u
#define SIGN_END 0x06054b50u
#define SIGN_END64 0x06064b50u
#define SIGN_LOCATOR 0x07064b50u
#define SIGN_DESCRIPTOR 0x08074b50u

typedef struct {
    bd_zip_entry entry;
    uint16_t flags;
    int64_t header_offset;
    bool is_folder;
} part;

struct bd_archive {
    bd_str bytes;
    bd_archive_limits limits;
    bd_zip_entry *entries; /* without folders */
    size_t count;
    bd_map *by_name; /* lower-cased name -> index + 1 */
};

typedef struct {
    bd_archive *archive;
    bd_arena *arena;
    part *parts;
    size_t count;
    int64_t directory, directory_size;
    uint64_t declared;
    bd_err *err;
} opening;

static const uint8_t *at(const opening *o, int64_t offset) {
    return (const uint8_t *)o->archive->bytes.data + offset;
}

/* Whether `size` bytes lie at `offset` inside the file. */
static bool has_room(const opening *o, int64_t offset, int64_t size) {
    int64_t whole = (int64_t)o->archive->bytes.size;
    return offset >= 0 && size >= 0 && offset <= whole && size <= whole - offset;
}

static bd_rc refuse(const opening *o, bd_str name, const char *what) {
    bd_str shown = bd_str_visible(o->arena, bd_str_sub(name, 0, 120));
    BD_RAISE(o->err, BD_ERR_INPUT, "malformed zip file: '%.*s' %s", BD_ARG(shown), what);
}

/* ---- the end record ---- */

static bd_rc find_end(const opening *o, int64_t *end) {
    int64_t size = (int64_t)o->archive->bytes.size;
    for (int64_t comment = 0; comment <= COMMENT_MAX && comment + ZIP_END_BYTES <= size;
         comment++) {
        int64_t offset = size - ZIP_END_BYTES - comment;
        if (zip_load32(at(o, offset)) == SIGN_END &&
            zip_load16(at(o, offset) + 20) == (uint16_t)comment) {
            *end = offset;
            return BD_OK;
        }
    }
    BD_RAISE(
        o->err, BD_ERR_INPUT,
        "malformed zip file: it has no end record; the file is cut short or has bytes behind it");
}

/* The Zip64 end record, where there is one in front of `end`; the numbers of both must agree. */
static bd_rc read_end64(opening *o, int64_t *end) {
    int64_t locator = *end - ZIP64_LOCATOR_BYTES;
    if (locator < 0 || zip_load32(at(o, locator)) != SIGN_LOCATOR) {
        return BD_OK;
    }
    uint64_t place = zip_load64(at(o, locator) + 8);
    int64_t record = locator - ZIP64_END_BYTES;
    if (record < 0 || place != (uint64_t)record || zip_load32(at(o, record)) != SIGN_END64 ||
        zip_load64(at(o, record) + 4) != ZIP64_END_BYTES - 12) {
        BD_RAISE(o->err, BD_ERR_INPUT,
                 "malformed zip file: its Zip64 end record is not where it must be");
    }
    uint64_t count = zip_load64(at(o, record) + 32), size = zip_load64(at(o, record) + 40),
             offset = zip_load64(at(o, record) + 48);
    bool is_same = (o->declared == 0xffff || o->declared == count) &&
                   (o->directory_size == 0xffffffff || (uint64_t)o->directory_size == size) &&
                   (o->directory == 0xffffffff || (uint64_t)o->directory == offset) &&
                   zip_load64(at(o, record) + 24) == count && size <= INT64_MAX &&
                   offset <= INT64_MAX;
    if (!is_same) {
        BD_RAISE(o->err, BD_ERR_INPUT, "malformed zip file: its two end records disagree");
    }
    o->declared = count;
    o->directory_size = (int64_t)size;
    o->directory = (int64_t)offset;
    *end = record;
    return BD_OK;
}

static bd_rc read_end(opening *o) {
    int64_t end = 0;
    BD_TRY(find_end(o, &end));
    const uint8_t *record = at(o, end);
    if (zip_load16(record + 4) != 0 || zip_load16(record + 6) != 0 ||
        zip_load16(record + 8) != zip_load16(record + 10)) {
        BD_RAISE(o->err, BD_ERR_UNSUPPORTED, "the zip file is one of several parts");
    }
    o->declared = zip_load16(record + 10);
    o->directory_size = zip_load32(record + 12);
    o->directory = zip_load32(record + 16);
    BD_TRY(read_end64(o, &end));
    if (o->declared > o->archive->limits.entries) {
        BD_RAISE(o->err, BD_ERR_LIMIT, "the zip file has %llu entries, more than %zu",
                 (unsigned long long)o->declared, o->archive->limits.entries);
    }
    if (!has_room(o, o->directory, o->directory_size) || o->directory + o->directory_size != end) {
        BD_RAISE(o->err, BD_ERR_INPUT,
                 "malformed zip file: its directory does not end where the end record begins");
    }
    return BD_OK;
}

/* ---- the directory ---- */

/* The 64-bit values of a Zip64 extra field, in the order in which the 32-bit ones are all ones. */
static bd_rc read_extra(const opening *o, const uint8_t *extra, size_t size, part *out,
                        bool *has_zip64) {
    uint64_t *wanted[3];
    size_t count = 0;
    bd_zip_entry *entry = &out->entry;
    uint64_t bytes = (uint64_t)entry->bytes, stored = (uint64_t)entry->stored_bytes,
             offset = (uint64_t)out->header_offset;
    if (bytes == 0xffffffff) {
        wanted[count++] = &bytes;
    }
    if (stored == 0xffffffff) {
        wanted[count++] = &stored;
    }
    if (offset == 0xffffffff) {
        wanted[count++] = &offset;
    }
    size_t from = 0;
    while (from + 4 <= size) {
        size_t length = zip_load16(extra + from + 2);
        if (length > size - from - 4) {
            return refuse(o, entry->name, "has an extra field that is cut short");
        }
        if (zip_load16(extra + from) == 1) {
            if (*has_zip64 || length < count * 8) {
                return refuse(o, entry->name, "has a malformed Zip64 field");
            }
            *has_zip64 = true;
            for (size_t i = 0; i < count; i++) {
                *wanted[i] = zip_load64(extra + from + 4 + i * 8);
            }
        }
        from += 4 + length;
    }
    if ((count > 0 && !*has_zip64) || bytes > INT64_MAX || stored > INT64_MAX ||
        offset > INT64_MAX) {
        return refuse(o, entry->name, "has no sizes");
    }
    entry->bytes = (int64_t)bytes;
    entry->stored_bytes = (int64_t)stored;
    out->header_offset = (int64_t)offset;
    return BD_OK;
}

static bd_rc check_name(const opening *o, bd_str name) {
    bool is_bad = name.size == 0 || name.size > ZIP_NAME_MAX || name.data[0] == '/';
    bool is_folder = name.size > 1 && name.data[name.size - 1] == '/';
    bd_str rest = bd_str_sub(name, 0, name.size - (is_folder ? 1 : 0)), piece;
    while (!is_bad && bd_str_cut(&rest, '/', &piece)) {
        is_bad = bd_str_eqz(piece, "..") || bd_str_eqz(piece, ".") || piece.size == 0;
    }
    for (size_t i = 0; i < name.size && !is_bad; i++) {
        is_bad = (unsigned char)name.data[i] < 0x20 || name.data[i] == '\\';
    }
    return is_bad ? refuse(o, name, "is a name that readers take differently") : BD_OK;
}

static bd_rc check_kind(const opening *o, const part *found) {
    const bd_zip_entry *entry = &found->entry;
    bd_str shown = bd_str_visible(o->arena, bd_str_sub(entry->name, 0, 120));
    if ((found->flags & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED)) != 0) {
        BD_RAISE(o->err, BD_ERR_UNSUPPORTED, "'%.*s' in the zip file is encrypted", BD_ARG(shown));
    }
    if (entry->method != 0 && entry->method != 8) {
        BD_RAISE(o->err, BD_ERR_UNSUPPORTED,
                 "'%.*s' in the zip file is compressed by method %d, which is not deflate",
                 BD_ARG(shown), entry->method);
    }
    const bd_archive_limits *limits = &o->archive->limits;
    if (entry->bytes > limits->entry_bytes) {
        BD_RAISE(o->err, BD_ERR_LIMIT, "'%.*s' in the zip file holds %lld bytes, more than %lld",
                 BD_ARG(shown), (long long)entry->bytes, (long long)limits->entry_bytes);
    }
    if (entry->bytes > RATIO_FROM_BYTES && entry->bytes / limits->ratio > entry->stored_bytes) {
        BD_RAISE(o->err, BD_ERR_LIMIT,
                 "'%.*s' in the zip file grows from %lld to %lld bytes, more than %d times",
                 BD_ARG(shown), (long long)entry->stored_bytes, (long long)entry->bytes,
                 limits->ratio);
    }
    if (entry->method == 0 && entry->bytes != entry->stored_bytes) {
        return refuse(o, entry->name, "is stored and has two sizes");
    }
    return BD_OK;
}

static bd_rc read_central(opening *o, int64_t *offset, part *out) {
    int64_t end = o->directory + o->directory_size;
    const uint8_t *header = at(o, *offset);
    if (end - *offset < ZIP_CENTRAL_BYTES || zip_load32(header) != SIGN_CENTRAL) {
        BD_RAISE(o->err, BD_ERR_INPUT,
                 "malformed zip file: its directory is cut short at byte %lld", (long long)*offset);
    }
    size_t name = zip_load16(header + 28), extra = zip_load16(header + 30),
           comment = zip_load16(header + 32);
    int64_t size = (int64_t)(ZIP_CENTRAL_BYTES + name + extra + comment);
    if (end - *offset < size) {
        BD_RAISE(o->err, BD_ERR_INPUT,
                 "malformed zip file: its directory is cut short at byte %lld", (long long)*offset);
    }
    out->flags = zip_load16(header + 8);
    out->header_offset = zip_load32(header + 42);
    out->entry = (bd_zip_entry){
        .name = {(const char *)header + ZIP_CENTRAL_BYTES, name},
        .method = zip_load16(header + 10),
        .crc32 = zip_load32(header + 16),
        .stored_bytes = zip_load32(header + 20),
        .bytes = zip_load32(header + 24),
    };
    BD_TRY(check_name(o, out->entry.name));
    if (zip_load16(header + 34) != 0) {
        return refuse(o, out->entry.name, "is said to be in another file");
    }
    bool has_zip64 = false;
    BD_TRY(read_extra(o, header + ZIP_CENTRAL_BYTES + name, extra, out, &has_zip64));
    out->is_folder = out->entry.name.data[name - 1] == '/';
    if (out->is_folder && out->entry.bytes != 0) {
        return refuse(o, out->entry.name, "is a folder that holds bytes");
    }
    *offset += size;
    return check_kind(o, out);
}

/* ---- local headers ---- */

/* Sizes of a local header are those of the directory, all ones in Zip64, or zero where a data descriptor follows. */
static bool has_fitting_sizes(const part *found, const uint8_t *header) {
    uint32_t crc = zip_load32(header + 14), stored = zip_load32(header + 18),
             bytes = zip_load32(header + 22);
    bool is_later = (found->flags & FLAG_DESCRIPTOR) != 0;
    return (crc == found->entry.crc32 || (is_later && crc == 0)) &&
           (stored == (uint64_t)found->entry.stored_bytes || stored == 0xffffffff ||
            (is_later && stored == 0)) &&
           (bytes == (uint64_t)found->entry.bytes || bytes == 0xffffffff ||
            (is_later && bytes == 0));
}

/* How hard the compressor tried says nothing, and "the name is UTF-8" nothing of a name in ASCII. */
static bool has_fitting_flags(const part *found, uint16_t flags) {
    unsigned free_bits = FLAG_LEVEL | FLAG_UTF8;
    for (size_t i = 0; i < found->entry.name.size; i++) {
        free_bits = (unsigned char)found->entry.name.data[i] < 0x80 ? free_bits : FLAG_LEVEL;
    }
    return ((found->flags ^ flags) & ~free_bits & 0xffffu) == 0;
}

static bd_rc check_local(const opening *o, part *found, int64_t *data_end) {
    const bd_zip_entry *entry = &found->entry;
    if (!has_room(o, found->header_offset, ZIP_LOCAL_BYTES) ||
        zip_load32(at(o, found->header_offset)) != SIGN_LOCAL) {
        return refuse(o, entry->name, "has no local header where the directory puts it");
    }
    const uint8_t *header = at(o, found->header_offset);
    size_t name = zip_load16(header + 26), extra = zip_load16(header + 28);
    int64_t data = found->header_offset + (int64_t)(ZIP_LOCAL_BYTES + name + extra);
    if (!has_room(o, data, entry->stored_bytes)) {
        return refuse(o, entry->name, "is cut short");
    }
    bd_str local = {(const char *)header + ZIP_LOCAL_BYTES, name};
    bool is_same =
        bd_str_eq(local, entry->name) && has_fitting_flags(found, zip_load16(header + 6)) &&
        zip_load16(header + 8) == (uint16_t)entry->method && has_fitting_sizes(found, header);
    if (!is_same) {
        return refuse(o, entry->name, "has a local header that differs from the directory");
    }
    found->entry.data_offset = data;
    *data_end = data + entry->stored_bytes;
    return BD_OK;
}

/* What stands between the data and the next header: nothing, or a data descriptor in one of its four forms. */
static bool is_descriptor(const opening *o, const part *found, int64_t from, int64_t to) {
    int64_t size = to - from;
    const uint8_t *bytes = at(o, from);
    if (size == 16 || size == 24) {
        if (zip_load32(bytes) != SIGN_DESCRIPTOR) {
            return false;
        }
        bytes += 4;
        size -= 4;
    }
    if (zip_load32(bytes) != found->entry.crc32) {
        return false;
    }
    if (size == 12) {
        return zip_load32(bytes + 4) == (uint64_t)found->entry.stored_bytes &&
               zip_load32(bytes + 8) == (uint64_t)found->entry.bytes;
    }
    return zip_load64(bytes + 4) == (uint64_t)found->entry.stored_bytes &&
           zip_load64(bytes + 12) == (uint64_t)found->entry.bytes;
}

static bd_rc check_between(const opening *o, const part *found, int64_t from, int64_t to) {
    int64_t size = to - from;
    if (size < 0) {
        return refuse(o, found->entry.name, "overlaps what follows it");
    }
    bool has_descriptor = (found->flags & FLAG_DESCRIPTOR) != 0;
    if (!has_descriptor) {
        return size == 0 ? BD_OK : refuse(o, found->entry.name, "has bytes of nobody behind it");
    }
    bool is_form = size == 12 || size == 16 || size == 20 || size == 24;
    if (!is_form || !is_descriptor(o, found, from, to)) {
        return refuse(o, found->entry.name,
                      "has a data descriptor that differs from the directory");
    }
    return BD_OK;
}

static int cmp_offsets(const void *context, const void *a, const void *b) {
    (void)context;
    int64_t x = ((const part *)a)->header_offset, y = ((const part *)b)->header_offset;
    return x < y ? -1 : x > y;
}

static bd_rc check_tiles(const opening *o) {
    part *sorted = bd_new(o->arena, part, o->count + 1);
    if (o->count > 0) {
        memcpy(sorted, o->parts, o->count * sizeof *sorted);
    }
    bd_sort(sorted, o->count, sizeof *sorted, cmp_offsets, NULL);
    int64_t first = o->count > 0 ? sorted[0].header_offset : o->directory;
    if (first != 0) {
        BD_RAISE(o->err, BD_ERR_INPUT,
                 "malformed zip file: %lld bytes of nobody stand before its first entry",
                 (long long)first);
    }
    for (size_t i = 0; i < o->count; i++) {
        int64_t data_end = 0;
        int64_t next = i + 1 < o->count ? sorted[i + 1].header_offset : o->directory;
        BD_TRY(check_local(o, &sorted[i], &data_end));
        BD_TRY(check_between(o, &sorted[i], data_end, next));
    }
    return BD_OK;
}

/* ---- life ---- */

static bd_rc keep_entries(opening *o) {
    bd_archive *archive = o->archive;
    archive->entries = bd_new(o->arena, bd_zip_entry, o->count + 1);
    archive->by_name = bd_map_make(o->arena);
    for (size_t i = 0; i < o->count; i++) {
        int64_t unused;
        BD_TRY(check_local(o, &o->parts[i], &unused)); /* fills in where the data begins */
        bd_str lower = bd_str_lower(o->arena, o->parts[i].entry.name);
        if (bd_map_find(archive->by_name, lower) != NULL) {
            return refuse(o, o->parts[i].entry.name, "is there twice");
        }
        uintptr_t place = o->parts[i].is_folder ? SIZE_MAX : archive->count + 1;
        bd_map_put(archive->by_name, lower, (void *)place);
        if (!o->parts[i].is_folder) {
            archive->entries[archive->count++] = o->parts[i].entry;
        }
    }
    return BD_OK;
}

static bd_rc read_directory(opening *o) {
    BD_TRY(read_end(o));
    o->parts = bd_new(o->arena, part, o->declared + 1);
    int64_t offset = o->directory, total = 0;
    for (uint64_t i = 0; i < o->declared; i++) {
        BD_TRY(read_central(o, &offset, &o->parts[o->count]));
        total += o->parts[o->count++].entry.bytes;
        if (total > o->archive->limits.total_bytes) {
            BD_RAISE(o->err, BD_ERR_LIMIT, "the zip file holds more than %lld bytes",
                     (long long)o->archive->limits.total_bytes);
        }
    }
    if (offset != o->directory + o->directory_size) {
        BD_RAISE(o->err, BD_ERR_INPUT,
                 "malformed zip file: its directory holds more than its %llu entries",
                 (unsigned long long)o->declared);
    }
    BD_TRY(check_tiles(o));
    return keep_entries(o);
}

bd_rc bd_archive_open(bd_str bytes, const bd_archive_limits *limits, bd_arena *arena,
                      bd_archive **out, bd_err *err) {
    bd_archive *archive = bd_new(arena, bd_archive, 1);
    archive->bytes = bytes;
    archive->limits = limits != NULL ? *limits : bd_archive_default_limits;
    opening o = {.archive = archive, .arena = arena, .err = err};
    BD_TRY(read_directory(&o));
    *out = archive;
    return BD_OK;
}

size_t bd_archive_count(const bd_archive *archive) {
    return archive->count;
}

const bd_zip_entry *bd_archive_at(const bd_archive *archive, size_t index) {
    BD_ASSERT(index < archive->count);
    return &archive->entries[index];
}

const bd_zip_entry *bd_archive_find(const bd_archive *archive, bd_str name) {
    char lower[ZIP_NAME_MAX];
    if (name.size > sizeof lower) {
        return NULL;
    }
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    uintptr_t place = (uintptr_t)bd_map_find(archive->by_name, (bd_str){lower, name.size});
    return place > 0 && place != SIZE_MAX ? &archive->entries[place - 1] : NULL;
}

/* ---- reading an entry ---- */

struct bd_archive_reading {
    bd_arena *arena;
    bd_zip_entry entry;
    bd_memory_source stored;
    bd_source raw, plain;
    bd_inflater *inflater; /* NULL: stored */
    int64_t taken;
    uint32_t crc32;
};

static bd_rc read_entry(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    bd_archive_reading *reading = source->context;
    bd_str name = bd_str_sub(reading->entry.name, 0, 120);
    bd_source *from = reading->inflater != NULL ? &reading->plain : &reading->raw;
    BD_TRY_CTX(bd_source_read(from, bytes, room, count, err), err,
               "while reading '%.*s' in the zip file", BD_ARG(name));
    reading->taken += (int64_t)*count;
    if (*count > 0) {
        reading->crc32 = bd_crc32(reading->crc32, bytes, *count);
        return BD_OK;
    }
    if (reading->taken != reading->entry.bytes || reading->crc32 != reading->entry.crc32) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "malformed zip file: '%.*s' holds %lld bytes with CRC-32 %08lx, expected %lld "
                 "with %08lx",
                 BD_ARG(name), (long long)reading->taken, (unsigned long)reading->crc32,
                 (long long)reading->entry.bytes, (unsigned long)reading->entry.crc32);
    }
    return BD_OK;
}

bd_archive_reading *bd_archive_reading_open(const bd_archive *archive, const bd_zip_entry *entry) {
    bd_arena *arena = bd_arena_open("zip entry", (size_t)1 << 20);
    bd_archive_reading *reading = bd_new(arena, bd_archive_reading, 1);
    reading->arena = arena;
    reading->entry = *entry;
    bd_str stored = bd_str_sub(archive->bytes, (size_t)entry->data_offset,
                               (size_t)(entry->data_offset + entry->stored_bytes));
    reading->raw = bd_source_of_memory(&reading->stored, stored);
    if (entry->method == 8) {
        reading->inflater = bd_inflater_open(&reading->raw, entry->bytes);
        reading->plain = bd_inflater_source(reading->inflater);
    }
    return reading;
}

bd_source bd_archive_reading_source(bd_archive_reading *reading) {
    return (bd_source){.read = read_entry, .context = reading};
}

void bd_archive_reading_close(bd_archive_reading *reading) {
    if (reading == NULL) {
        return;
    }
    bd_inflater_close(reading->inflater);
    bd_arena_close(reading->arena);
}

void bd_archive_reading_close_ref(bd_archive_reading **reading) {
    bd_archive_reading_close(*reading);
    *reading = NULL;
}
