/* Large files are scanned while the locker reads them: their bytes are at hand then, and need not be unpacked and
 * hashed a second time.  What they are described as is not settled before the commit, so a scan counts only if the
 * description that it went by turns out to be the one that holds; else the file is scanned again like any other. */
#include "bindery/intake.h"

#include "intake_priv.h"

#include "bindery/read.h"

#include <string.h>

#define LEAST_BYTES ((int64_t)2 << 20) /* below it a thread costs more than it saves */
#define SIDECAR_BYTES ((size_t)1 << 20)
#define ROWS_BYTES ((size_t)256 << 10)
#define FACTS_ARENA_BYTES ((size_t)4 << 30)

typedef struct {
    bd_str path;
    bool has_sidecar, is_whole;
    bd_sidecar sidecar;
    bd_facts facts;
    bd_spool_mark from, to; /* its rows */
} early_scan;

struct bd_early {
    bd_session *session;
    bd_arena *arena; /* of the facts */
    bd_spool *rows;  /* under the number of the scan */
    bd_map *by_path; /* -> index + 1 of the last scan of that path; 0: nothing may be taken for it */
    BD_VEC(early_scan) scans;
    uint32_t *evidence; /* by number of the scan: the index of its item, BD_NO_EVIDENCE until it is taken */
    size_t first;       /* items before this index stood already */
    bd_scan_plan plan;
};

/* ---- the file that is being read, as a blob ---- */

/* The scan looks at the beginning first, and then reads all of it, once. */
typedef struct {
    bd_source *from;
    char head[BD_SNIFF_BYTES];
    size_t head_size, head_at;
    unsigned readings;
} passing_file;

static bd_rc read_passing(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    passing_file *file = source->context;
    if (file->head_at < file->head_size) {
        size_t left = file->head_size - file->head_at;
        *count = left < room ? left : room;
        memcpy(bytes, file->head + file->head_at, *count);
        file->head_at += *count;
        return BD_OK;
    }
    if (file->readings == 1) {
        room = room < sizeof file->head - file->head_size ? room : sizeof file->head - file->head_size;
    }
    BD_TRY(bd_source_read(file->from, bytes, room, count, err));
    if (file->readings == 1) {
        memcpy(file->head + file->head_size, bytes, *count);
        file->head_size += *count;
        file->head_at = file->head_size;
    }
    return BD_OK;
}

static bd_rc open_passing(const bd_blob *blob, bd_source *out, bd_err *err) {
    passing_file *file = blob->context;
    if (++file->readings > 2) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED, "cannot go back in a file that is passing by");
    }
    file->head_at = 0;
    *out = (bd_source){.read = read_passing, .context = file};
    return BD_OK;
}

static void close_passing(const bd_blob *blob, bd_source *source) {
    (void)blob;
    (void)source;
}

/* ---- one scan ---- */

struct bd_early_scan {
    bd_early *early;
    bd_follower *follower;
    early_scan *scan;
    int64_t bytes;
    bd_spool_mark mark;
    bool has_failed;
};

static void scan_passing(void *context, bd_source *source) {
    struct bd_early_scan *one = context;
    bd_early *early = one->early;
    passing_file file = {.from = source};
    bd_blob blob = {.bytes = one->bytes,
                    .open_plain = open_passing,
                    .close = close_passing,
                    .context = &file};
    bd_err err;
    bd_rc rc = bd_scan(&early->plan, &blob,
                       one->scan->has_sidecar ? &one->scan->sidecar : NULL,
                       (uint32_t)(early->scans.count - 1), early->arena, early->rows,
                       &one->scan->facts, &err);
    one->has_failed = bd_failed(rc);
}

/* What stands beside the file will describe it, as far as can be told before all is taken in. */
static bool read_sidecar(bd_early *early, const char *file, bd_sidecar *out, bool *is_there) {
    bd_str text;
    bd_err err;
    *is_there = bd_path_exists(file);
    return !*is_there ||
           (!bd_failed(bd_file_read(file, SIDECAR_BYTES, early->arena, &text, &err)) &&
            !bd_failed(bd_sidecar_parse(text, bd_str_of(file), early->arena, out, &err)));
}

static bool find_description(bd_early *early, const char *file, early_scan *out) {
    bd_sidecar folder = {0};
    bool has_folder;
    const char *own = bd_str_format(early->arena, "%s.meta.json", file).data;
    bd_str place = bd_path_folder(bd_str_of(file));
    const char *beside =
        bd_str_format(early->arena, "%.*s/_folder.meta.json", BD_ARG(place)).data;
    if (!read_sidecar(early, own, &out->sidecar, &out->has_sidecar) ||
        !read_sidecar(early, beside, &folder, &has_folder)) {
        return false;
    }
    if (has_folder && out->has_sidecar) {
        bd_sidecar_merge(&out->sidecar, &folder);
    } else if (has_folder) {
        out->sidecar = folder;
        out->has_sidecar = true;
    }
    return true;
}

bd_early_scan *bd_early_begin(bd_session *session, const char *file, const bd_entry *entry) {
    if (session->jobs < 2 || entry->bytes < LEAST_BYTES || bd_path_is_sidecar(entry->path) ||
        bd_path_is_register(entry->path)) {
        return NULL;
    }
    if (session->early == NULL) {
        bd_early *made = bd_new(session->arena, bd_early, 1);
        *made = (bd_early){.session = session,
                           .arena = bd_arena_open("facts", FACTS_ARENA_BYTES),
                           .rows = bd_spool_open(ROWS_BYTES),
                           .by_path = bd_map_make(session->arena),
                           .first = bd_locker_count(session->locker)};
        bd_plan_scan(session, &made->plan);
        made->plan.reads_ahead = false;
        made->plan.has_collected_at = session->options->collected_at != BD_INSTANT_NONE;
        made->plan.collected_at = session->options->collected_at;
        session->early = made;
        session->close_early = bd_early_close;
    }
    bd_early *early = session->early;
    early_scan scan = {.path = bd_str_copy(early->arena, entry->path)};
    if (!find_description(early, file, &scan)) {
        return NULL;
    }
    bd_early_scan *one = bd_new(session->arena, bd_early_scan, 1);
    *bd_push(session->arena, &early->scans) = scan;
    *one = (bd_early_scan){.early = early,
                           .scan = &early->scans.data[early->scans.count - 1],
                           .bytes = entry->bytes,
                           .mark = bd_spool_at(early->rows)};
    one->follower = bd_follower_open(scan_passing, one);
    one->has_failed = one->follower == NULL;
    return one;
}

bd_sink *bd_early_sink(bd_early_scan *one) {
    return one != NULL && one->follower != NULL ? bd_follower_sink(one->follower) : NULL;
}

bd_rc bd_early_end(bd_early_scan *one, bool is_new, bd_err *err) {
    if (one == NULL) {
        return BD_OK;
    }
    bd_early *early = one->early;
    bd_follower_finish(one->follower, is_new);
    bool is_second = bd_map_find(early->by_path, one->scan->path) != NULL;
    one->scan->is_whole = is_new && !one->has_failed && !is_second;
    one->scan->from = one->mark;
    one->scan->to = bd_spool_at(early->rows);
    if (is_second) { /* two files of one name in one batch: which item is whose is not told apart */
        early->scans.data[(uintptr_t)bd_map_find(early->by_path, one->scan->path) - 1].is_whole =
            false;
    }
    bd_map_put(early->by_path, one->scan->path, (void *)(uintptr_t)early->scans.count);
    return one->scan->is_whole ? BD_OK : bd_spool_cut(early->rows, one->mark, err);
}

/* ---- taking what was scanned ---- */

bd_row_spool bd_early_hand_over(bd_early *early, bd_arena **facts) {
    bd_row_spool out = {.rows = early->rows};
    early->evidence = bd_new(early->arena, uint32_t, early->scans.count);
    for (size_t i = 0; i < early->scans.count; i++) {
        early->evidence[i] = BD_NO_EVIDENCE;
    }
    out.evidence = early->evidence;
    out.number_count = early->scans.count;
    *facts = early->arena;
    early->rows = NULL;
    return out;
}

bool bd_early_take(bd_early *early, const bd_evidence *item, size_t index, bd_facts *out,
                   bd_spool_mark *from, bd_spool_mark *to) {
    if (early == NULL || index < early->first ||
        item->given.given_collected_at != early->plan.collected_at) {
        return false;
    }
    uintptr_t found = (uintptr_t)bd_map_find(early->by_path, item->given.path);
    const early_scan *scan = found > 0 ? &early->scans.data[found - 1] : NULL;
    if (scan == NULL || !scan->is_whole || scan->has_sidecar != item->has_sidecar ||
        (scan->has_sidecar && !bd_sidecar_is_same_export(&scan->sidecar, &item->sidecar))) {
        return false;
    }
    early->evidence[found - 1] = (uint32_t)index;
    *out = scan->facts;
    *from = scan->from;
    *to = scan->to;
    return true;
}

void bd_early_close(bd_early *early) {
    if (early != NULL && early->rows != NULL) {
        bd_spool_close(early->rows);
        bd_arena_close(early->arena);
    }
}
