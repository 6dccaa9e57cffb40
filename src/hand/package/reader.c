#include "bindery/package.h"

#include "package_priv.h"

#include <string.h>

/* ---- opening ---------------------------------------------------------------------------------------- */

/* The folder that holds the manifest; without one, the folder of the first entry. */
static bd_str find_root(bd_zip_reader *zip, bool *has_manifest) {
    static const bd_str tail = BD_STR_INIT("/" PACKAGE_MANIFEST);
    for (size_t i = 0; i < bd_zip_reader_count(zip); i++) {
        bd_str name = bd_zip_reader_at(zip, i)->name;
        bd_str root =
            bd_str_sub(name, 0, name.size - (name.size < tail.size ? name.size : tail.size));
        if (bd_str_has_suffix(name, tail) && root.size > 0 && bd_str_find(root, BD_STR("/")) < 0) {
            *has_manifest = true;
            return root;
        }
    }
    bd_str first = bd_zip_reader_at(zip, 0)->name;
    ptrdiff_t at = bd_str_find(first, BD_STR("/"));
    return bd_str_sub(first, 0, at < 0 ? 0 : (size_t)at);
}

static bool is_inside(bd_str name, bd_str root) {
    return name.size > root.size + 1 && bd_str_has_prefix(name, root) &&
           name.data[root.size] == '/';
}

static void list_items(bd_package_reader *reader) {
    bd_arena *arena = reader->arena;
    reader->count = bd_zip_reader_count(reader->zip);
    reader->items = bd_new(arena, package_item, reader->count);
    reader->root = find_root(reader->zip, &reader->has_manifest);
    for (size_t i = 0; i < reader->count; i++) {
        package_item *item = &reader->items[i];
        item->entry = bd_zip_reader_at(reader->zip, i);
        item->blob = bd_zip_reader_blob(reader->zip, item->entry, arena);
        item->is_outside = !is_inside(item->entry->name, reader->root);
        item->name = item->entry->name;
        if (!item->is_outside) {
            item->name = bd_str_sub(item->name, reader->root.size + 1, item->name.size);
            bd_map_put(reader->by_name, item->name, item);
        }
    }
}

bd_rc package_reader_open(const char *path, bd_arena *arena, bd_package_reader **out, bd_err *err) {
    bd_package_reader *reader = bd_new(arena, bd_package_reader, 1);
    reader->arena = arena;
    reader->by_name = bd_map_make(arena);
    *out = reader;
    BD_TRY(bd_zip_reader_open(path, NULL, arena, &reader->zip, err));
    list_items(reader);
    return BD_OK;
}

package_item *package_reader_item(const bd_package_reader *reader, bd_str name) {
    return bd_map_find(reader->by_name, name);
}

const bd_blob *bd_package_find(bd_package_reader *reader, const char *name) {
    const package_item *item = package_reader_item(reader, bd_str_of(name));
    return item != NULL ? item->blob : NULL;
}

size_t bd_package_count(const bd_package_reader *reader) {
    return reader->count;
}

bd_str bd_package_name_at(const bd_package_reader *reader, size_t index) {
    BD_ASSERT(index < reader->count);
    return reader->items[index].name;
}

void bd_package_close(bd_package_reader *reader) {
    if (reader != NULL) {
        bd_zip_reader_close(reader->zip);
        reader->zip = NULL;
    }
}

/* ---- hashing ---------------------------------------------------------------------------------------- */

enum { READ_BYTES = 64 * 1024, JOBS_MAX = 64, LARGE_BYTES = 4 << 20 };

/* One worker's tools; nothing grows with the package but the sentences of entries that cannot be read. */
typedef struct {
    bd_arena *arena;
    bd_sha256 *plain, *stored, *line;
    char *bytes;
} hasher;

typedef struct {
    bd_package_reader *reader;
    int64_t share_bytes; /* plain bytes of all entries, for one of the workers */
    unsigned jobs;
    hasher hashers[JOBS_MAX];
} hashing;

/* What an entry's plain bytes come from. */
typedef struct {
    bd_source *source;
    bd_readahead *ahead; /* not NULL: a thread of its own reads the source */
} content;

/* The stored form is hashed on its way into the inflater, so that an entry is read from disk once. */
typedef struct {
    bd_source *from;
    bd_sha256 *hash;
} tapped_source;

static bd_rc read_tapped(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    tapped_source *tapped = source->context;
    BD_TRY(bd_source_read(tapped->from, bytes, room, count, err));
    bd_sha256_put(tapped->hash, bytes, *count);
    return BD_OK;
}

/* Keeps the hash of the last finished line. */
static void hash_lines(hasher *tools, const char *bytes, size_t count, package_found *found) {
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n') {
            bd_sha256_put(tools->line, bytes + from, i + 1 - from);
            bd_sha256_finish(tools->line, found->last_line);
            from = i + 1;
        }
    }
    bd_sha256_put(tools->line, bytes + from, count - from);
    if (count > 0) {
        found->ends_in_line = from == count;
    }
}

static bd_rc next_bytes(const hasher *tools, const content *from, bd_str *out, bd_err *err) {
    if (from->ahead != NULL) {
        return bd_readahead_take(from->ahead, out, err);
    }
    size_t count = 0;
    BD_TRY(bd_source_read(from->source, tools->bytes, READ_BYTES, &count, err));
    *out = (bd_str){tools->bytes, count};
    return BD_OK;
}

static bd_rc hash_content(hasher *tools, const content *from, bool is_journal, package_found *found,
                          bd_err *err) {
    bd_str bytes = {0};
    found->ends_in_line = true;
    do {
        BD_TRY(next_bytes(tools, from, &bytes, err));
        bd_sha256_put(tools->plain, bytes.data, bytes.size);
        found->bytes += (int64_t)bytes.size;
        if (is_journal && bytes.size > 0) {
            hash_lines(tools, bytes.data, bytes.size, found);
        }
    } while (bytes.size > 0);
    return BD_OK;
}

/* Whether one worker would still be at this entry when the others have done all the rest: then it is inflated on one
 * thread, which hashes the stored form as well, while another hashes what comes out. */
static bool is_shared(const hashing *run, const bd_zip_entry *entry) {
    return run->jobs > 1 && entry->bytes >= LARGE_BYTES && entry->bytes > run->share_bytes;
}

static bd_rc hash_deflated(const hashing *run, hasher *tools, const package_item *item, bd_source *raw,
                           package_found *found, bd_err *err) {
    tapped_source tapped = {raw, tools->stored};
    bd_source into = {.read = read_tapped, .context = &tapped};
    /* One byte more than the header declares may come, so that the sizes are what the fault names. */
    bd_inflater *inflater = bd_inflater_open(&into, item->entry->bytes + 1);
    bd_source source = bd_inflater_source(inflater);
    const content from = {&source, is_shared(run, item->entry) ? bd_readahead_open(&source) : NULL};
    bd_rc rc = hash_content(tools, &from, bd_str_eqz(item->name, PACKAGE_JOURNAL), found, err);
    bd_readahead_close(from.ahead);
    bd_inflater_close(inflater);
    return rc;
}

static bd_rc hash_entry(const hashing *run, hasher *tools, const package_item *item, package_found *found,
                        bd_err *err) {
    bd_source raw = {0};
    bool is_deflated = item->entry->method != 0;
    const bd_blob *blob = item->blob;
    BD_TRY(is_deflated ? blob->open_stored(blob, &raw, err) : blob->open_plain(blob, &raw, err));
    const content plain = {&raw, NULL};
    bd_rc rc = is_deflated ? hash_deflated(run, tools, item, &raw, found, err)
                           : hash_content(tools, &plain, false, found, err);
    blob->close(blob, &raw);
    return rc;
}

static void hash_item(void *context, size_t index, unsigned worker) {
    hashing *run = context;
    hasher *tools = &run->hashers[worker];
    package_item *item = &run->reader->items[index];
    uint8_t rest[32];
    bd_err err;
    bd_rc rc = hash_entry(run, tools, item, &item->found, &err);
    bd_sha256_finish(tools->plain, item->found.sha256);
    bd_sha256_finish(tools->stored, item->found.stored_sha256);
    bd_sha256_finish(tools->line, rest); /* what followed the last LF */
    if (bd_failed(rc)) {
        item->found.is_io = err.class == BD_ERR_IO;
        item->found.problem = bd_str_copy(tools->arena, bd_str_of(err.message));
    }
}

bd_str package_cut_label(bd_arena *arena, bd_str problem, bd_str name) {
    bd_str label = bd_str_format(arena, "'%.*s' is altered: ", BD_ARG(name));
    return bd_str_has_prefix(problem, label) ? bd_str_sub(problem, label.size, problem.size)
                                             : problem;
}

static bd_rc collect_problems(bd_package_reader *reader, bd_err *err) {
    for (size_t i = 0; i < reader->count; i++) {
        package_found *found = &reader->items[i].found;
        if (found->is_io) {
            BD_RAISE(err, BD_ERR_IO, "%.*s", BD_ARG(found->problem));
        }
        if (found->problem.size > 0) {
            bd_str problem = bd_str_copy(reader->arena, found->problem);
            found->problem =
                package_cut_label(reader->arena, problem, reader->items[i].entry->name);
        }
    }
    return BD_OK;
}

static int64_t plain_bytes(const bd_package_reader *reader) {
    int64_t bytes = 0;
    for (size_t i = 0; i < reader->count; i++) {
        bytes += reader->items[i].entry->bytes; /* bounded by the limits of zip.h */
    }
    return bytes;
}

bd_rc package_reader_hash(bd_package_reader *reader, unsigned jobs, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("hashing", 16 << 20);
    hashing *run = bd_new(scratch, hashing, 1);
    run->reader = reader;
    jobs = jobs < 1 ? 1 : jobs > JOBS_MAX ? JOBS_MAX : jobs;
    run->jobs = jobs;
    run->share_bytes = plain_bytes(reader) / jobs;
    for (unsigned i = 0; i < jobs; i++) {
        run->hashers[i] = (hasher){
            .arena = bd_arena_open("hashing worker", (size_t)1 << 30),
            .plain = bd_sha256_open(),
            .stored = bd_sha256_open(),
            .line = bd_sha256_open(),
            .bytes = bd_new(scratch, char, READ_BYTES),
        };
    }
    bd_pool_run(jobs, reader->count, hash_item, run);
    bd_rc rc = collect_problems(reader, err);
    for (unsigned i = 0; i < jobs; i++) {
        bd_arena_close(run->hashers[i].arena);
        bd_sha256_close(run->hashers[i].plain);
        bd_sha256_close(run->hashers[i].stored);
        bd_sha256_close(run->hashers[i].line);
    }
    return rc;
}
