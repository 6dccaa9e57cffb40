/* What of a package goes into a comparison, and what of the package before this one travels in the next.
 *
 * Nothing is verified here: a package is taken as far as its own list of hashes carries it, and the one before this one
 * only where that list is the one noted for it. */
#include "bindery/produce.h"

#include "bindery/compare.h"
#include "produce_priv.h"

#define TEXT_BYTES ((size_t)2 << 30)
#define MOST_NODES ((size_t)100000000)
#define SUMS "90_INTEGRITY/SHA256SUMS"

static bd_rc parse_json(bd_str text, bd_arena *arena, const bd_value **out, bd_err *err) {
    bd_json_limits limits = bd_json_default_limits;
    limits.nodes = MOST_NODES;
    limits.record_bytes = TEXT_BYTES;
    return bd_json_parse(text, &limits, arena, out, err);
}

/* ---- a package ---- */

typedef struct {
    bd_zip_reader *zip;
    bd_arena *arena;
    bd_str root; /* "ACME_SOC2_2026-01-01_2026-06-30_v1", the one folder that all names begin with */
    bd_str sums;
} packed;

static bd_rc read_entry(const packed *from, bd_str name, bd_str *out, bd_err *err) {
    bd_str full = bd_str_format(from->arena, "%.*s/%.*s", BD_ARG(from->root), BD_ARG(name));
    const bd_zip_entry *entry = bd_zip_reader_find(from->zip, full);
    if (entry == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "it is no evidence package: it holds no '%.*s'", BD_ARG(name));
    }
    const bd_blob *blob = bd_zip_reader_blob(from->zip, entry, from->arena);
    BD_TRY_CTX(bd_blob_read(blob, TEXT_BYTES, from->arena, out, err), err, "in '%.*s'", BD_ARG(name));
    return BD_OK;
}

static bd_rc read_listed(const packed *from, const char *name, bd_str *out, bd_err *err) {
    BD_TRY(read_entry(from, bd_str_of(name), out, err));
    bd_str line = bd_str_format(from->arena, "%.*s  %s\n", BD_ARG(bd_sha256_hex(from->arena, *out)), name);
    if (bd_str_find(from->sums, line) < 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "its '%s' is not the one that its SHA256SUMS lists; 'bindery verify' says more", name);
    }
    return BD_OK;
}

static bd_rc summarise_package(packed *from, const char *sums_sha256, const bd_value **out,
                               bd_err *err) {
    bd_arena *arena = from->arena;
    bd_str assessment, catalog;
    const bd_value *values[2];
    from->root = bd_zip_reader_count(from->zip) > 0 ? bd_zip_reader_at(from->zip, 0)->name
                                                    : (bd_str){"", 0};
    ptrdiff_t slash = bd_str_find(from->root, BD_STR("/"));
    from->root = bd_str_sub(from->root, 0, slash < 0 ? 0 : (size_t)slash);
    BD_TRY(read_entry(from, BD_STR(SUMS), &from->sums, err));
    if (sums_sha256 != NULL && !bd_str_eqz(bd_sha256_hex(arena, from->sums), sums_sha256)) {
        BD_RAISE(err, BD_ERR_INPUT, "its SHA256SUMS has another hash than the one noted for it");
    }
    BD_TRY(read_listed(from, "80_MACHINE/assessment.json", &assessment, err));
    BD_TRY(read_listed(from, "80_MACHINE/catalog.json", &catalog, err));
    BD_TRY(parse_json(assessment, arena, &values[0], err));
    BD_TRY(parse_json(catalog, arena, &values[1], err));
    return bd_compare_make_summary(values[0], values[1], arena, out, err);
}

bd_rc bd_summary_load_package(const char *path, const char *sums_sha256, bd_arena *arena,
                              const bd_value **out, bd_err *err) {
    packed from = {.arena = arena};
    BD_TRY(bd_zip_reader_open(path, NULL, arena, &from.zip, err));
    bd_rc rc = summarise_package(&from, sums_sha256, out, err);
    bd_zip_reader_close(from.zip);
    return rc;
}

bd_rc bd_summary_load_assessment(const char *path, bd_arena *arena, const bd_value **out, bd_err *err) {
    bd_str text;
    const bd_value *value;
    BD_TRY(bd_file_read(path, TEXT_BYTES, arena, &text, err));
    BD_TRY(parse_json(text, arena, &value, err));
    return bd_compare_make_summary(value, NULL, arena, out, err);
}

/* ---- the package before this one ---- */

/* The line of runs.ndjson that tells of it; NULL: none does. */
static const bd_value *find_line(bd_session *session, bd_str sums_sha256) {
    const bd_strs *runs = bd_locker_runs(session->locker);
    for (size_t i = runs->count; i > 0; i--) {
        const bd_value *line;
        bd_err ignored;
        if (!bd_failed(bd_json_parse(runs->data[i - 1], &bd_json_default_limits, session->arena, &line,
                                     &ignored)) &&
            bd_str_eqz(bd_value_text(line, "kind"), "package") &&
            bd_str_eq(bd_value_text(line, "sums_sha256"), sums_sha256)) {
            return line;
        }
    }
    return NULL;
}

static bd_str previous_text(bd_arena *arena, const bd_value *line, const bd_value *summary) {
    bd_result out = {.arena = arena};
    bd_result_text(&out, "format", BD_STR("bindery-previous 1"));
    bd_result_text(&out, "package_id", bd_value_text(line, "package_id"));
    bd_result_text(&out, "sums_sha256", bd_value_text(line, "sums_sha256"));
    bd_result_value(&out, "summary", summary);
    return bd_json_canonical(arena, bd_result_object(&out));
}

/* A package that is not where it was put, or not what it was, costs the comparison and nothing else. */
bd_rc bd_previous_load(bd_session *session, bd_str sums_sha256, bd_str *out, bd_err *err) {
    *out = (bd_str){"", 0};
    const bd_value *line = sums_sha256.size > 0 ? find_line(session, sums_sha256) : NULL;
    if (line == NULL) {
        return BD_OK;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("package before", BD_RUN_ARENA_BYTES);
    bd_str id = bd_value_text(line, "package_id"), period = bd_value_text(line, "period");
    bd_str file = bd_str_format(session->arena, "out/%.*s/%.*s.zip", BD_ARG(period), BD_ARG(id));
    const bd_value *summary;
    bd_err why;
    bd_rc rc = bd_summary_load_package(bd_session_path(session, file.data), bd_str_z(arena, sums_sha256),
                                       arena, &summary, &why);
    if (!bd_failed(rc)) {
        bd_str text = previous_text(arena, line, summary);
        *out = bd_str_concat(session->arena, (bd_str[]){text, BD_STR("\n")}, 2);
        return BD_OK;
    }
    if (why.class == BD_ERR_BUG) {
        *err = why;
        return rc;
    }
    bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_WARNING, file, (bd_str){"", 0},
                "the binder cannot say what changed since the package before it: %s",
                bd_str_copy(session->arena, bd_str_of(why.message)).data);
    return BD_OK;
}

static bool is_comparable(const bd_value *value, const bd_value *now) {
    bd_err ignored;
    return !bd_failed(bd_compare_check_summary(value, &ignored)) &&
           !bd_failed(bd_compare_check_pair(value, now, &ignored));
}

bd_rc bd_previous_compare(bd_str previous, const bd_judged_run *judged, const bd_catalog *catalog,
                          bd_arena *arena, const bd_value **out, bd_err *err) {
    const bd_value *before, *assessment, *now;
    *out = NULL;
    if (previous.size == 0) {
        return BD_OK;
    }
    /* both sides are whole assessments as trees: only what differs outlives them */
    BD_DEFER(bd_arena_close_ref) bd_arena *sides = bd_arena_open("sides", BD_RUN_ARENA_BYTES);
    BD_TRY_CTX(parse_json(previous, sides, &before, err), err, "in '80_MACHINE/previous.json'");
    BD_TRY(bd_assessment_parse(judged->assessment_json, sides, &assessment, err));
    BD_TRY(bd_compare_make_summary(assessment, catalog->resolved, sides, &now, err));
    const bd_value *summary = bd_value_find(before, "summary");
    if (!is_comparable(summary, now)) {
        return BD_OK;
    }
    bd_result all = {.arena = sides};
    bd_result_value(&all, "changes", bd_compare_make(summary, now, sides));
    bd_result_text(&all, "format", BD_STR("bindery-changes 1"));
    bd_result_text(&all, "package_id", bd_value_text(before, "package_id"));
    bd_result_text(&all, "sums_sha256", bd_value_text(before, "sums_sha256"));
    *out = bd_value_copy(arena, bd_result_object(&all));
    return BD_OK;
}
