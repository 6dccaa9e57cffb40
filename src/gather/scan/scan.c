/* The one pass over a file: which kind it is by its bytes, and who reads it. */
#include "bindery/scan.h"

#include "bindery/read.h"
#include "scan_priv.h"

#define INDEX_BYTES ((size_t)4 << 30)
#define SCRATCH_BYTES ((size_t)256 << 20)

/* ---- reading ---- */

#define READ_AHEAD_BYTES ((int64_t)2 << 20) /* below it a thread costs more than it saves */

typedef struct {
    bd_source *inner;
    bool has_failed;
} watched_source;

static bd_rc read_watched(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    watched_source *watched = source->context;
    bd_rc rc = bd_source_read(watched->inner, bytes, room, count, err);
    watched->has_failed = watched->has_failed || bd_failed(rc);
    return rc;
}

/* A blob checks its hash when it is read to the end, and a parser that gives up does not get there. */
static bd_rc drain(bd_source *source, bd_err *err) {
    char bytes[16384];
    size_t count;
    do {
        BD_TRY(bd_source_read(source, bytes, sizeof bytes, &count, err));
    } while (count > 0);
    return BD_OK;
}

static bool is_about_content(const bd_err *err) {
    return err->class == BD_ERR_INPUT || err->class == BD_ERR_LIMIT ||
           err->class == BD_ERR_UNSUPPORTED;
}

/* Content that cannot be read is said in the facts; bytes that are not those that were kept are a failure. */
bd_rc bd_scan_content(bd_scan_state *state, const bd_blob *blob, bd_scan_read_fn *read,
                      bd_err *err) {
    bd_source inner;
    BD_TRY(blob->open_plain(blob, &inner, err));
    bool is_large = state->plan->reads_ahead && blob->bytes >= READ_AHEAD_BYTES;
    bd_readahead *ahead = is_large ? bd_readahead_open(&inner) : NULL;
    bd_source unpacked = is_large ? bd_readahead_source(ahead) : inner;
    watched_source watched = {.inner = &unpacked};
    bd_source source = {.read = read_watched, .context = &watched};
    bd_rc rc = read(state, &source, err);
    if (bd_failed(rc) && !watched.has_failed && !bd_failed(state->rc) && is_about_content(err)) {
        state->facts->is_malformed = true;
        state->facts->problem = bd_str_copy(state->arena, bd_str_of(err->message));
        rc = drain(&source, err);
    }
    bd_readahead_close(ahead);
    blob->close(blob, &inner);
    return rc;
}

/* ---- dispatch ---- */

static bd_rc scan_ole(const bd_blob *blob, bd_sniffed *sniffed, bd_arena *arena, bd_facts *out,
                      bd_err *err) {
    bd_source source;
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = bd_ole_look(&source, sniffed, err);
    blob->close(blob, &source);
    out->is_malformed = sniffed->problem.size > 0;
    out->problem = bd_str_copy(arena, sniffed->problem);
    return rc;
}

static bd_rc sniff_blob(const bd_blob *blob, bd_sniffed *out, bd_err *err) {
    char head[BD_SNIFF_BYTES];
    size_t size = 0;
    bd_source source;
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = BD_OK;
    while (size < sizeof head) {
        size_t got = 0;
        rc = bd_source_read(&source, head + size, sizeof head - size, &got, err);
        if (bd_failed(rc) || got == 0) {
            break;
        }
        size += got;
    }
    blob->close(blob, &source);
    BD_TRY(rc);
    *out = bd_sniff((bd_str){head, size});
    return BD_OK;
}

void bd_scan_withheld(bd_str path, int64_t bytes, bd_facts *out) {
    *out = (bd_facts){.rows_reported = -1,
                      .first_event = BD_INSTANT_NONE,
                      .last_event = BD_INSTANT_NONE,
                      .export_time = BD_INSTANT_NONE,
                      .diags = out->diags};
    static const char suffix[] = ".pdf";
    size_t size = sizeof suffix - 1;
    bool is_pdf = path.size > size &&
                  bd_str_ieq(bd_str_sub(path, path.size - size, path.size), bd_str_of(suffix));
    out->media = is_pdf ? BD_MEDIA_PDF : BD_MEDIA_BINARY;
    out->is_malformed = bytes == 0;
    out->problem = out->is_malformed ? BD_STR("the file is empty") : (bd_str){"", 0};
}

bd_rc bd_scan(const bd_scan_plan *plan, const bd_blob *blob, const bd_sidecar *sidecar,
              uint32_t evidence, bd_arena *arena, bd_spool *rows, bd_facts *out, bd_err *err) {
    *out = (bd_facts){.rows_reported = -1,
                      .first_event = BD_INSTANT_NONE,
                      .last_event = BD_INSTANT_NONE,
                      .export_time = BD_INSTANT_NONE};
    bd_sniffed sniffed;
    BD_TRY(sniff_blob(blob, &sniffed, err));
    out->media = sniffed.media;
    if (sidecar != NULL && sidecar->has_document) {
        out->is_malformed = blob->bytes == 0;
        out->problem = out->is_malformed ? BD_STR("the file is empty") : out->problem;
        return BD_OK; /* a document is kept as bytes, whatever it looks like */
    }
    if (sniffed.problem.size > 0) {
        out->is_malformed = true;
        out->problem = bd_str_copy(arena, sniffed.problem);
        return BD_OK;
    }
    if (sniffed.is_ole) {
        return scan_ole(blob, &sniffed, arena, out, err);
    }
    bool is_csv = sniffed.media == BD_MEDIA_CSV;
    bool is_xml = sniffed.media == BD_MEDIA_XML;
    bool is_json = sniffed.media == BD_MEDIA_JSON || sniffed.media == BD_MEDIA_NDJSON;
    if (!is_csv && !is_xml && !is_json && !sniffed.is_zip) {
        return BD_OK;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("scan", SCRATCH_BYTES);
    BD_DEFER(bd_arena_close_ref) bd_arena *found = bd_arena_open("scan index", INDEX_BYTES);
    bd_scan_state state = {
        .plan = plan,
        .sidecar = sidecar,
        .context = {.plan = plan,
                    .declared = sidecar != NULL ? sidecar->source : (bd_str){"", 0},
                    .declared_scope = sidecar != NULL && sidecar->scope_ids.count == 1
                                          ? sidecar->scope_ids.data[0]
                                          : (bd_str){"", 0}},
        .evidence = evidence,
        .arena = arena,
        .index = found,
        .scratch = scratch,
        .rows = rows,
        .facts = out,
        .places = bd_map_make(found),
        .told_texts = bd_map_make(found),
        .derived = bd_new(found, bd_scan_derived, plan->catalog->source_count + 1),
        .inventory = bd_catalog_source(plan->catalog, BD_STR("S77")),
        .undated = bd_rules_undated(plan->parameters, found),
        .count = -1,
        .err = err,
    };
    bd_rc rc = sniffed.is_zip ? bd_scan_xlsx(&state, blob, &sniffed, err)
               : is_xml       ? bd_scan_xml(&state, blob, err)
               : is_csv       ? bd_scan_csv(&state, blob, err)
                              : bd_scan_json(&state, blob, err);
    bool is_document = sniffed.is_zip && out->media != BD_MEDIA_XLSX; /* an archive: kept as bytes */
    if (!bd_failed(rc) && !is_document) {
        bd_scan_say_rest(&state);
        bd_scan_add_inventory(&state);
        bd_scan_add_declared_scopes(&state);
        rc = state.rc;
    }
    bd_scan_settle_facts(&state);
    return rc;
}
