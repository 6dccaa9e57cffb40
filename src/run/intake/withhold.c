/* What the package must not hold: a vendor's report, in every copy, and what a description that cannot be read, finds
 * no file or is not heard any more may mean as one.  In doubt a file is kept back: a package that goes without can be
 * made again, and one that went cannot be called back.
 *
 * Of what is kept back nothing is read, and so a doubt takes in no records: a list in JSON or CSV, or in a workbook or
 * XML that a source recognises, is kept back only where its own description calls it a report.  Else a copy of it
 * described as one, or a slip in the sidecar of its folder, would take its findings away with it. */
#include "bindery/intake.h"

#include "bindery/read.h"

#include "intake_priv.h"

#define SPOOL_BYTES ((size_t)1 << 20)

static bool is_below(const bd_evidence *item, const bd_evidence *from) {
    bd_str folder = bd_path_folder(from->given.path);
    return bd_str_eqz(folder, ".") ||
           (bd_str_has_prefix(item->given.path, folder) &&
            item->given.path.size > folder.size && item->given.path.data[folder.size] == '/');
}

/* A register that cannot be read: the files that it names, beside and below it. */
static bool is_named_by(const bd_evidence *item, const bd_evidence *from, bd_str text) {
    return is_below(item, from) && bd_str_find(text, bd_path_name(item->given.path)) >= 0;
}

static bool is_meant_by(const bd_evidence *item, const bd_evidence *from, bd_str text) {
    if (from->is_register) {
        return is_named_by(item, from, text);
    }
    bool is_own = bd_sidecar_subject(from->given.path).size > 0;
    return is_own ? item->given.sidecar == from->given.number
                  : bd_str_eq(bd_path_folder(item->given.path), bd_path_folder(from->given.path));
}

static void withhold_item(bd_read_run *out, bd_evidence *item, const char *why,
                          const bd_evidence *of) {
    item->is_withheld = true;
    bd_diag_add(out->arena, &item->facts.diags, BD_DIAG_WARNING, item->given.path, (bd_str){"", 0},
                "is kept out of the package: %s '%.*s'", why, BD_ARG(of->given.path));
}

/* Whoever judges from the package has no bytes of what was kept out of it: then it was no list. */
static bd_rc open_bytes(bd_session *session, const bd_evidence *item, bd_arena *arena,
                        const bd_blob **blob, bool *is_there, bd_err *err) {
    bd_source source;
    BD_TRY(bd_locker_blob(session->locker, &item->given, arena, blob, err));
    bd_rc rc = (*blob)->open_plain(*blob, &source, err);
    *is_there = !bd_failed(rc);
    if (bd_failed(rc)) {
        return session->is_of_package && err->class == BD_ERR_INPUT ? BD_OK : rc;
    }
    (*blob)->close(*blob, &source);
    return BD_OK;
}

bd_rc bd_recognises(bd_session *session, const bd_evidence *item, bd_arena *arena, bool *knows,
                    bd_err *err) {
    const bd_blob *blob;
    bd_scan_plan plan;
    bd_spool *rows;
    bd_facts facts = {0};
    bool is_there;
    *knows = false;
    BD_TRY(open_bytes(session, item, arena, &blob, &is_there, err));
    if (!is_there) {
        return BD_OK;
    }
    bd_plan_scan(session, &plan);
    plan.rules = NULL; /* what it is, not what it says */
    plan.imports = NULL;
    rows = bd_spool_open(SPOOL_BYTES);
    bd_rc rc = bd_scan(&plan, blob, NULL, 0, arena, rows, &facts, err);
    bd_spool_close(rows);
    *knows = !bd_failed(rc) && facts.seen.count + facts.parts.count > 0;
    return rc;
}

/* By its content.  Whoever judges from the package has no bytes of what was kept out of it: then it was no list. */
static bd_rc holds_records(bd_session *session, const bd_evidence *item, bd_arena *arena, bool *holds,
                           bd_err *err) {
    char head[BD_SNIFF_BYTES];
    size_t size = 0, got = 1;
    const bd_blob *blob;
    bd_source source;
    *holds = false;
    BD_TRY(bd_locker_blob(session->locker, &item->given, arena, &blob, err));
    bd_rc rc = blob->open_plain(blob, &source, err);
    if (bd_failed(rc)) {
        return session->is_of_package && err->class == BD_ERR_INPUT ? BD_OK : rc;
    }
    while (!bd_failed(rc) && got > 0 && size < sizeof head) {
        rc = bd_source_read(&source, head + size, sizeof head - size, &got, err);
        size += bd_failed(rc) ? 0 : got;
    }
    blob->close(blob, &source);
    BD_TRY(rc);
    bd_media media = bd_sniff((bd_str){head, size}).media;
    *holds = media == BD_MEDIA_JSON || media == BD_MEDIA_NDJSON || media == BD_MEDIA_CSV;
    /* workbooks and XML may be reports as well: those that a source knows are lists */
    return *holds ? BD_OK : bd_recognises(session, item, arena, holds, err);
}

static bd_rc doubt_item(bd_session *session, bd_read_run *out, bd_evidence *item, const char *why,
                        const bd_evidence *of, bd_err *err) {
    bool holds = false;
    if (item->is_withheld || item->is_sidecar || item->is_register) {
        return BD_OK;
    }
    BD_TRY(holds_records(session, item, out->arena, &holds, err));
    if (!holds) {
        withhold_item(out, item, why, of);
    }
    return BD_OK;
}

static bd_rc withhold_meant(bd_session *session, bd_read_run *out, const bd_evidence *from,
                            bd_str text, bd_err *err) {
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->is_document && is_meant_by(item, from, text)) {
            BD_TRY(doubt_item(session, out, item,
                              "it may be a vendor's report, as far as can be read in", from, err));
        }
    }
    return BD_OK;
}

static bd_str stem_of(bd_str path) {
    bd_str name = bd_path_name(path);
    for (size_t i = name.size; i > 1; i--) {
        if (name.data[i - 1] == '.') {
            return bd_str_sub(name, 0, i - 1);
        }
    }
    return name;
}

/* "soc2" or "SOC2.PDF" may well be meant for the "soc2.pdf" beside it. */
static bool is_alike(const bd_evidence *item, const bd_astray *word) {
    bd_str stem = stem_of(item->given.path), name = bd_path_name(word->path);
    for (ptrdiff_t at; (at = bd_str_find(name, BD_STR("\\"))) >= 0;) { /* a path as Windows has it */
        name = bd_str_sub(name, (size_t)at + 1, name.size);
    }
    return is_below(item, word->from) &&
           (bd_str_ieq(stem, name) || bd_str_ieq(stem, stem_of(name)));
}

static bd_rc withhold_alike(bd_session *session, bd_read_run *out, const bd_astray *word,
                            bd_err *err) {
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->is_document && is_alike(item, word)) {
            BD_TRY(doubt_item(session, out, item,
                              "a vendor's report of nearly its name is described in", word->from,
                              err));
        }
    }
    return BD_OK;
}

static bd_rc withhold_copies(bd_session *session, bd_read_run *out, bd_err *err) {
    bd_map *withheld = bd_map_make(out->arena);
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (item->is_withheld) {
            bd_map_put(withheld, (bd_str){(const char *)item->given.sha256, 32}, item);
        }
    }
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        const bd_evidence *of = bd_map_find(withheld, (bd_str){(const char *)item->given.sha256, 32});
        if (of != NULL) {
            BD_TRY(doubt_item(session, out, item, "it has the bytes of", of, err));
        }
    }
    return BD_OK;
}

bd_rc bd_withhold(bd_session *session, bd_read_run *out, const bd_doubts *doubts, bd_err *err) {
    const bd_catalog *catalog = session->catalog;
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        item->is_withheld =
            item->is_document && bd_catalog_withholds(catalog, item->sidecar.document.type);
    }
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (bd_catalog_names_withheld(catalog, doubts->refused[i])) {
            BD_TRY(withhold_meant(session, out, item, doubts->refused[i], err));
        }
        if (doubts->called[i] != NULL && !item->is_document) {
            BD_TRY(doubt_item(session, out, item, "it was called a vendor's report by",
                              doubts->called[i], err));
        }
    }
    for (size_t i = 0; i < doubts->astray_count; i++) {
        BD_TRY(withhold_alike(session, out, &doubts->astray[i], err));
    }
    return withhold_copies(session, out, err);
}
