/* A scan in parts: `assess --shard I/N` on many machines, `merge` on one.
 *
 * An object belongs to shard (first 8 bytes of its SHA-256) mod N.  A shard is scanned like any evidence, and what was
 * found goes into one file, a partial: what would be kept in the locker for each object (memo.h), under one plan.
 * Merging is the union of such sets: it takes the place of the scan and of nothing else, so that sums, joins and
 * verdicts happen once, and the bytes are those of a single `assess`, whatever the order.
 *
 *     "bindery-partial 1\n" | u32 size | header, canonical JSON | entries by rising key, one behind the other
 *     | table: (key, 32 bytes; u64 size) for each | u64 their number | SHA-256 of all before
 *
 * Numbers are little-endian.  The close guards against transport and disks; that all partials are of one plan (journal,
 * catalog, bindery.json, as-of, period, versions, the program that scans) is what the header is for.  Who hands in a
 * forged one changes what is judged, which `verify --reperform` of the package then shows. */
#include "bindery/intake.h"

#include "bindery/memo.h"
#include "intake_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "bindery-partial 1\n"
#define FORMAT_MODE 0644

enum { HEAD_BYTES = sizeof(HEAD) - 1, HEADER_MOST = 4096, ROW_BYTES = 40, CLOSE_BYTES = 32, READ_BYTES = 64 * 1024 };

static void store_u64(uint8_t out[8], uint64_t value) {
    for (int i = 0; i < 8; i++) {
        out[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint64_t load_u64(const uint8_t in[8]) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value |= (uint64_t)in[i] << (8 * i);
    }
    return value;
}

static uint32_t shard_of(const uint8_t object[32], uint32_t count) {
    uint64_t head = 0;
    for (int i = 0; i < 8; i++) {
        head = head << 8 | object[i];
    }
    return (uint32_t)(head % count);
}

static void find_key(const bd_memo_plan *memo, const bd_scan_plan *plan, const bd_evidence *item,
                     uint8_t out[32]) {
    bd_scan_plan own = *plan;
    own.has_collected_at = item->given.given_collected_at != BD_INSTANT_NONE;
    own.collected_at = item->given.given_collected_at;
    bd_memo_key(memo, &own, item->has_sidecar ? &item->sidecar : NULL, item->given.sha256,
                /*has_days*/ true, out);
}

/* What all shards must share. */
static bd_rc find_plan(bd_session *session, bd_memo_plan *memo, uint8_t out[32], bd_err *err) {
    bd_scan_plan plan;
    uint8_t digest[32];
    bd_plan_scan(session, &plan);
    if (!bd_memo_plan_make(&plan, memo)) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED,
                 "shards need to know the version of the time zone data, and it is unknown here");
    }
    bd_session_plan(session, /*signer*/ (bd_str){"", 0}, /*reviewer*/ (bd_str){"", 0}, BD_STR("auditor"),
                    digest);
    bd_sha256 *hash = bd_sha256_open();
    bd_sha256_put(hash, digest, sizeof digest);
    bd_sha256_put(hash, memo->part, sizeof memo->part);
    bd_sha256_put(hash, memo->days, sizeof memo->days);
    bd_sha256_finish(hash, out);
    bd_sha256_close(hash);
    return BD_OK;
}

/* ---- writing one ---- */

typedef struct {
    uint8_t key[32];
    const bd_evidence *item;
    const bd_spool *rows;
    bd_spool_mark from, to;
    uint64_t bytes;
} found;

typedef struct {
    bd_session *session;
    bd_arena *arena;
    bd_memo_plan memo;
    uint8_t plan[32];
    BD_VEC(found) list;
    size_t last; /* index in the list of evidence of the last item: then all is written */
    bd_atomic *file;
    bd_sha256 *hash;
    bd_sink sink; /* hashes and writes */
    uint64_t bytes, objects;
} shard;

static bool wants_item(void *context, const bd_evidence *item) {
    const bd_run_options *options = ((const shard *)context)->session->options;
    return shard_of(item->given.sha256, options->shard_count) == options->shard;
}

static bd_rc write_hashed(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    shard *run = sink->context;
    bd_sha256_put(run->hash, bytes, count);
    run->bytes += count;
    return bd_sink_write(bd_atomic_sink(run->file), bytes, count, err);
}

static bd_rc write_header(shard *run, size_t entries, bd_err *err) {
    const bd_run_options *options = run->session->options;
    bd_result header = {.arena = run->arena};
    bd_result_text(&header, "as_of", bd_instant_format(run->arena, run->session->as_of));
    bd_result_int(&header, "entries", (int64_t)entries);
    bd_result_int(&header, "of", options->shard_count);
    bd_result_text(&header, "period", run->session->period->id);
    bd_result_text(&header, "plan", bd_hex_text(run->arena, run->plan, 32));
    bd_result_int(&header, "shard", options->shard);
    bd_str text = bd_json_canonical(run->arena, bd_result_object(&header));
    uint8_t size[8];
    store_u64(size, text.size);
    BD_TRY(bd_sink_write(&run->sink, HEAD, HEAD_BYTES, err));
    BD_TRY(bd_sink_write(&run->sink, size, 4, err));
    return bd_sink_write(&run->sink, text.data, text.size, err);
}

static bd_rc write_table(shard *run, const found *list, size_t count, bd_err *err) {
    uint8_t number[8], close[CLOSE_BYTES];
    for (size_t i = 0; i < count; i++) {
        store_u64(number, list[i].bytes);
        BD_TRY(bd_sink_write(&run->sink, list[i].key, 32, err));
        BD_TRY(bd_sink_write(&run->sink, number, 8, err));
    }
    store_u64(number, count);
    BD_TRY(bd_sink_write(&run->sink, number, 8, err));
    bd_sha256_finish(run->hash, close);
    return bd_sink_write(bd_atomic_sink(run->file), close, sizeof close, err);
}

static int cmp_found(const void *context, const void *a, const void *b) {
    (void)context;
    return memcmp(((const found *)a)->key, ((const found *)b)->key, 32);
}

/* Two items of one object and one description are one entry. */
static bd_rc write_partial(shard *run, bd_err *err) {
    found *list = run->list.data;
    size_t count = 0;
    bd_sort(list, run->list.count, sizeof *list, cmp_found, NULL);
    for (size_t i = 0; i < run->list.count; i++) {
        if (count == 0 || memcmp(list[count - 1].key, list[i].key, 32) != 0) {
            list[count++] = list[i];
        }
    }
    run->objects = count;
    BD_TRY(write_header(run, count, err));
    for (size_t i = 0; i < count; i++) {
        uint64_t before = run->bytes;
        BD_TRY_CTX(bd_memo_write(&list[i].item->facts, list[i].rows, list[i].from, list[i].to,
                                 &run->sink, err),
                   err, "while writing what was found in '%.*s'",
                   BD_ARG(list[i].item->given.path));
        list[i].bytes = run->bytes - before;
    }
    return write_table(run, list, count, err);
}

static bd_rc write_file(shard *run, bd_err *err) {
    BD_TRY(bd_atomic_open(run->session->options->out_path, FORMAT_MODE, &run->file, err));
    run->hash = bd_sha256_open();
    run->sink = (bd_sink){.write = write_hashed, .context = run};
    bd_rc rc = write_partial(run, err);
    bd_sha256_close(run->hash);
    if (bd_failed(rc)) {
        bd_atomic_drop(run->file);
        return rc;
    }
    return bd_atomic_finish(run->file, err);
}

/* Rows and facts go with the scan: the last one handed over writes them all. */
static bd_rc take_found(void *context, const bd_evidence *item, const bd_spool *rows,
                        bd_spool_mark from, bd_spool_mark to, bd_err *err) {
    shard *run = context;
    bd_scan_plan plan;
    if (item == NULL) {
        return write_file(run, err);
    }
    found *one = bd_push(run->arena, &run->list);
    *one = (found){.item = item, .rows = rows, .from = from, .to = to};
    bd_plan_scan(run->session, &plan);
    find_key(&run->memo, &plan, item, one->key);
    return BD_OK;
}

bd_rc bd_shard_write(bd_session *session, const bd_value **result, bd_err *err) {
    const bd_run_options *options = session->options;
    shard run = {.session = session, .arena = session->arena};
    if (bd_str_eqz(session->as_of_why, "now")) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'--shard' needs '--as-of DATE' before the period has ended: shards of different "
                 "moments cannot be merged");
    }
    BD_TRY(find_plan(session, &run.memo, run.plan, err));
    BD_TRY(bd_scan_some(session, wants_item, take_found, &run, err));
    bd_result out = {.arena = session->arena};
    bd_result_text(&out, "as_of", bd_instant_format(session->arena, session->as_of));
    bd_result_int(&out, "bytes", (int64_t)run.bytes + CLOSE_BYTES);
    bd_result_int(&out, "objects", (int64_t)run.objects);
    bd_result_int(&out, "of", options->shard_count);
    bd_result_text(&out, "partial_file", bd_str_of(options->out_path));
    bd_result_text(&out, "period", session->period->id);
    bd_result_text(&out, "plan", bd_hex_text(session->arena, run.plan, 32));
    bd_result_int(&out, "shard", options->shard);
    *result = bd_result_object(&out);
    return BD_OK;
}

/* ---- reading them ---- */

typedef struct {
    const char *path;
    int fd;
    int64_t entries_at, table_at;
    uint64_t entry_count;
    int64_t shard, of;
    bd_str plan, as_of, period;
} partial;

typedef struct {
    uint8_t key[32];
    const partial *in;
    int64_t at, bytes;
} entry;

struct bd_partials {
    bd_memo_plan memo;
    partial *files;
    size_t file_count;
    BD_VEC(entry) entries; /* by key, each once */
    uint32_t of;
};

static bd_rc refuse(const partial *file, const char *what, bd_err *err) {
    return bd_raise(err, BD_ERR_INPUT, "cannot merge '%s': %s", file->path, what);
}

static bd_rc check_close(const partial *file, int64_t bytes, bd_err *err) {
    uint8_t buffer[READ_BYTES], hash[32], close[CLOSE_BYTES];
    bd_sha256 *whole = bd_sha256_open();
    bd_rc rc = BD_OK;
    for (int64_t at = 0; at < bytes - CLOSE_BYTES && !bd_failed(rc);) {
        int64_t left = bytes - CLOSE_BYTES - at;
        size_t count = left < READ_BYTES ? (size_t)left : READ_BYTES;
        rc = bd_pread_all(file->fd, buffer, count, at, file->path, err);
        bd_sha256_put(whole, buffer, bd_failed(rc) ? 0 : count);
        at += (int64_t)count;
    }
    bd_sha256_finish(whole, hash);
    bd_sha256_close(whole);
    BD_TRY(rc);
    BD_TRY(bd_pread_all(file->fd, close, sizeof close, bytes - CLOSE_BYTES, file->path, err));
    return memcmp(hash, close, sizeof close) == 0
               ? BD_OK
               : refuse(file, "it is not closed by the SHA-256 of its bytes; make this shard anew", err);
}

static bd_rc read_header(partial *file, int64_t bytes, bd_arena *arena, bd_err *err) {
    char head[HEAD_BYTES];
    uint8_t size[8] = {0};
    BD_TRY(bd_pread_all(file->fd, head, sizeof head, 0, file->path, err));
    BD_TRY(bd_pread_all(file->fd, size, 4, HEAD_BYTES, file->path, err));
    uint64_t header = load_u64(size);
    if (memcmp(head, HEAD, HEAD_BYTES) != 0 || header > HEADER_MOST ||
        (int64_t)header > bytes - HEAD_BYTES - 4 - 8 - CLOSE_BYTES) {
        return refuse(file, "it is no partial of this version", err);
    }
    char *text = bd_alloc(arena, header + 1, 1);
    const bd_value *value;
    int64_t entries = 0;
    BD_TRY(bd_pread_all(file->fd, text, header, HEAD_BYTES + 4, file->path, err));
    BD_TRY_CTX(bd_json_parse((bd_str){text, header}, NULL, arena, &value, err), err,
               "in the header of '%s'", file->path);
    bool is_whole = bd_value_i64(value, "entries", &entries) && entries >= 0 &&
                    bd_value_i64(value, "shard", &file->shard) &&
                    bd_value_i64(value, "of", &file->of) && file->of >= 1 &&
                    file->of <= BD_RUN_MOST_SHARDS && file->shard >= 0 && file->shard < file->of;
    file->plan = bd_value_text(value, "plan");
    file->as_of = bd_value_text(value, "as_of");
    file->period = bd_value_text(value, "period");
    file->entry_count = (uint64_t)entries;
    file->entries_at = HEAD_BYTES + 4 + (int64_t)header;
    return is_whole ? BD_OK : refuse(file, "its header is none", err);
}

/* The table tiles what lies between the header and itself, by rising keys. */
static bd_rc read_table(bd_partials *partials, partial *file, int64_t bytes, bd_arena *arena,
                        bd_err *err) {
    uint8_t row[ROW_BYTES];
    int64_t room = bytes - CLOSE_BYTES - 8 - file->entries_at, at = file->entries_at;
    BD_TRY(bd_pread_all(file->fd, row, 8, bytes - CLOSE_BYTES - 8, file->path, err));
    if (load_u64(row) != file->entry_count || file->entry_count > (uint64_t)room / ROW_BYTES) {
        return refuse(file, "its table has another length than its header says", err);
    }
    file->table_at = bytes - CLOSE_BYTES - 8 - (int64_t)file->entry_count * ROW_BYTES;
    for (uint64_t i = 0; i < file->entry_count; i++) {
        BD_TRY(bd_pread_all(file->fd, row, sizeof row, file->table_at + (int64_t)i * ROW_BYTES,
                            file->path, err));
        uint64_t size = load_u64(row + 32);
        const entry *last = i > 0 ? &partials->entries.data[partials->entries.count - 1] : NULL;
        if (size > (uint64_t)(file->table_at - at) ||
            (last != NULL && memcmp(last->key, row, 32) >= 0)) {
            return refuse(file, "its table does not fit what stands before it", err);
        }
        entry *one = bd_push(arena, &partials->entries);
        *one = (entry){.in = file, .at = at, .bytes = (int64_t)size};
        memcpy(one->key, row, 32);
        at += (int64_t)size;
    }
    return at == file->table_at ? BD_OK : refuse(file, "more stands in it than its table has", err);
}

static bd_rc open_partial(bd_partials *partials, partial *file, bd_str plan, bd_arena *arena,
                          bd_err *err) {
    struct stat facts;
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0 || fstat(file->fd, &facts) != 0) {
        BD_RAISE(err, errno == ENOENT ? BD_ERR_INPUT : BD_ERR_IO, "cannot open '%s': %s",
                 file->path, strerror(errno));
    }
    if (!S_ISREG(facts.st_mode) || facts.st_size < HEAD_BYTES + 4 + 8 + CLOSE_BYTES) {
        return refuse(file, "it is no partial of this version", err);
    }
    BD_TRY(check_close(file, facts.st_size, err));
    BD_TRY(read_header(file, facts.st_size, arena, err));
    if (!bd_str_eq(file->plan, plan)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot merge '%s': it is of another plan (period %.*s as of %.*s); journal, catalog, "
                 "bindery.json, --period, --as-of and the version of Bindery must be those of now",
                 file->path, BD_ARG(bd_str_visible(arena, bd_str_sub(file->period, 0, 40))),
                 BD_ARG(bd_str_visible(arena, bd_str_sub(file->as_of, 0, 40))));
    }
    return read_table(partials, file, facts.st_size, arena, err);
}

/* ---- the union ---- */

static int cmp_entries(const void *context, const void *a, const void *b) {
    (void)context;
    return memcmp(((const entry *)a)->key, ((const entry *)b)->key, 32);
}

static bd_rc are_equal(const entry *a, const entry *b, bool *equal, bd_err *err) {
    uint8_t left[READ_BYTES], right[READ_BYTES];
    *equal = a->bytes == b->bytes;
    for (int64_t at = 0; at < a->bytes && *equal;) {
        size_t count = a->bytes - at < READ_BYTES ? (size_t)(a->bytes - at) : READ_BYTES;
        BD_TRY(bd_pread_all(a->in->fd, left, count, a->at + at, a->in->path, err));
        BD_TRY(bd_pread_all(b->in->fd, right, count, b->at + at, b->in->path, err));
        *equal = memcmp(left, right, count) == 0;
        at += (int64_t)count;
    }
    return BD_OK;
}

static bd_rc unite(bd_partials *partials, bd_err *err) {
    entry *list = partials->entries.data;
    size_t count = 0;
    bd_sort(list, partials->entries.count, sizeof *list, cmp_entries, NULL);
    for (size_t i = 0; i < partials->entries.count; i++) {
        bool is_new = count == 0 || memcmp(list[count - 1].key, list[i].key, 32) != 0;
        bool equal = true;
        if (!is_new) {
            BD_TRY(are_equal(&list[count - 1], &list[i], &equal, err));
        }
        if (!equal) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot merge '%s' with '%s': they say different things of one object",
                     list[i].in->path, list[count - 1].in->path);
        }
        if (is_new) {
            list[count++] = list[i];
        }
    }
    partials->entries.count = count;
    return BD_OK;
}

static bd_rc check_shards(bd_partials *partials, bd_arena *arena, bd_err *err) {
    int64_t of = partials->files[0].of;
    bool *is_there = bd_new(arena, bool, of);
    bd_str missing = {"", 0};
    int64_t count = 0;
    for (size_t i = 0; i < partials->file_count; i++) {
        const partial *file = &partials->files[i];
        if (file->of != of) {
            BD_RAISE(err, BD_ERR_INPUT, "cannot merge '%s', one of %lld shards, with '%s', one of %lld",
                     file->path, (long long)file->of, partials->files[0].path, (long long)of);
        }
        is_there[file->shard] = true;
    }
    for (int64_t i = 0; i < of; i++) {
        if (!is_there[i] && ++count <= 10) {
            missing = bd_str_format(arena, "%.*s%s%lld", BD_ARG(missing), count > 1 ? ", " : "",
                                    (long long)i);
        }
    }
    if (count > 0) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot merge: of %lld shards %s missing: %.*s%s", (long long)of,
                 count == 1 ? "one is" : "some are", BD_ARG(missing), count > 10 ? ", ..." : "");
    }
    partials->of = (uint32_t)of;
    return BD_OK;
}

bd_rc bd_partials_open(bd_session *session, const char *const *paths, size_t count, bd_err *err) {
    bd_arena *arena = session->arena;
    bd_partials *partials = bd_new(arena, bd_partials, 1);
    uint8_t plan[32];
    partials->files = bd_new(arena, partial, count);
    partials->file_count = count;
    for (size_t i = 0; i < count; i++) {
        partials->files[i] = (partial){.path = paths[i], .fd = -1};
    }
    session->partials = partials;
    session->close_partials = bd_partials_close;
    BD_TRY(find_plan(session, &partials->memo, plan, err));
    for (size_t i = 0; i < count; i++) {
        BD_TRY(open_partial(partials, &partials->files[i], bd_hex_text(arena, plan, 32), arena, err));
    }
    BD_TRY(check_shards(partials, arena, err));
    return unite(partials, err);
}

/* ---- taking ---- */

typedef struct {
    const entry *of;
    int64_t at;
} entry_source;

static bd_rc read_entry(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    entry_source *state = source->context;
    int64_t left = state->of->bytes - state->at;
    *count = (int64_t)room < left ? room : (size_t)left;
    BD_TRY(bd_pread_all(state->of->in->fd, bytes, *count, state->of->at + state->at,
                        state->of->in->path, err));
    state->at += (int64_t)*count;
    return BD_OK;
}

static const entry *find_entry(const bd_partials *partials, const uint8_t key[32]) {
    size_t low = 0, high = partials->entries.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(partials->entries.data[middle].key, key, 32);
        if (order == 0) {
            return &partials->entries.data[middle];
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

bd_rc bd_partials_take(const bd_partials *partials, const bd_scan_plan *plan,
                       const bd_evidence *item, size_t index, bd_arena *arena, bd_spool *rows,
                       bd_facts *out, bd_err *err) {
    uint8_t key[32];
    find_key(&partials->memo, plan, item, key);
    entry_source state = {.of = find_entry(partials, key)};
    if (state.of == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot merge: no partial holds E-%04u, which belongs to shard %u; make it anew",
                 item->given.number, shard_of(item->given.sha256, partials->of));
    }
    bd_source source = {.read = read_entry, .context = &state};
    BD_TRY_CTX(bd_memo_read(plan, &source, (uint32_t)index, arena, rows, out, err), err, "in '%s'",
               state.of->in->path);
    return BD_OK;
}

void bd_partials_close(bd_partials *partials) {
    for (size_t i = 0; partials != NULL && i < partials->file_count; i++) {
        bd_fd_close(&partials->files[i].fd);
    }
}
