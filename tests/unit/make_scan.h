/* make_scan.h - what tests of rooms extent, scan and conclude share: the built-in catalog, files in memory, their
 * sidecars and rows. */
#ifndef BINDERY_MAKE_SCAN_H
#define BINDERY_MAKE_SCAN_H

#include "bindery/conclude.h"
#include "bindery/crypto.h"
#include "bindery/derive.h"
#include "bindery/imported.h"
#include "bindery/memo.h"
#include "bindery/scan.h"

#include "make_catalog.h"
#include "test.h"

#define SCAN_SUB_A "aaaaaaaa-0000-4000-8000-00000000000a"
#define SCAN_SUB_B "bbbbbbbb-0000-4000-8000-00000000000b"
#define SCAN_IN_A "/subscriptions/" SCAN_SUB_A "/resourceGroups/rg/providers/"
#define SCAN_IN_B "/subscriptions/" SCAN_SUB_B "/resourceGroups/rg/providers/"

typedef struct {
    bd_scan_plan plan;
    bd_spool *rows;
    bd_evidences items;
    bd_collections collections;
    bd_snapshots snapshots;
} scan_bench;

typedef BD_VEC(bd_row) scan_rows;

static inline bd_instant scan_time(const char *text) {
    bd_instant at = BD_INSTANT_NONE;
    CHECK(bd_instant_parse(bd_str_of(text), &at));
    return at;
}

/* Opens a bench over the built-in catalog. Closed by scan_bench_close. */
static inline scan_bench scan_bench_open(void) {
    scan_bench bench = {.rows = bd_spool_open(1 << 20)};
    const bd_rules *rules = NULL;
    bd_err err;
    bench.plan.catalog = make_catalog();
    CHECK_OK(bd_rules_compile(bench.plan.catalog, NULL, test_arena(), &rules, &err), err);
    bench.plan.rules = rules;
    CHECK_OK(bd_imports_compile(bench.plan.catalog, test_arena(), &bench.plan.imports, &err), err);
    CHECK_OK(bd_zone_load(BD_STR("UTC"), test_arena(), &bench.plan.zone, &err), err);
    return bench;
}

static inline void scan_bench_close(scan_bench *bench) {
    bd_spool_close(bench->rows);
}

/* Keeps what the scan yielded and takes it from there again: so every test that scans also holds that nothing of it is
 * lost on the way. */
static inline void scan_by_memory(scan_bench *bench, bd_evidence *item, bd_spool_mark from) {
    bd_buf kept;
    bd_err err;
    if (!bd_memo_may_keep(item->has_sidecar ? &item->sidecar : NULL, &item->facts)) {
        return;
    }
    bd_buf_init(&kept, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&kept);
    CHECK_OK(bd_memo_write(&item->facts, bench->rows, from, bd_spool_at(bench->rows), &sink, &err),
             err);
    CHECK_OK(bd_spool_cut(bench->rows, from, &err), err);
    item->facts = (bd_facts){0};
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, bd_buf_str(&kept));
    CHECK_OK(bd_memo_read(&bench->plan, &source, (uint32_t)bench->items.count - 1, test_arena(),
                          bench->rows, &item->facts, &err),
             err);
    bd_buf_clear(&kept);
}

/* Scans one file; `sidecar` is JSON without "format", in braces, or NULL. */
static inline bd_evidence *scan_file(scan_bench *bench, const char *path, bd_str text,
                                     const char *sidecar) {
    bd_evidence *item = bd_push(test_arena(), &bench->items);
    bd_err err;
    if (sidecar != NULL) {
        bd_str whole = bd_str_format(test_arena(), "{\"format\":\"bindery-sidecar 1\"%s%s",
                                     sidecar[1] == '}' ? "" : ",", sidecar + 1);
        CHECK_OK(bd_sidecar_parse(whole, BD_STR("x.meta.json"), test_arena(), &item->sidecar, &err),
                 err);
        item->has_sidecar = true;
        item->is_document = item->sidecar.has_document;
        item->preparer = item->sidecar.prepared_by;
        for (size_t i = 0; i < item->sidecar.reviews.count; i++) {
            *bd_push(test_arena(), &item->reviewers) = item->sidecar.reviews.data[i];
        }
    }
    const bd_blob *blob = bd_blob_of_memory(test_arena(), text);
    item->given = (bd_evidence_given){.number = (uint32_t)bench->items.count,
                                      .path = bd_str_of(path),
                                      .bytes = (int64_t)text.size,
                                      .file_time = scan_time("2026-03-01T00:00:00Z"),
                                      .given_collected_at = BD_INSTANT_NONE,
                                      .ingested_at = INT64_MAX};
    bd_sha256 *hash = bd_sha256_open();
    bd_sha256_put(hash, text.data, text.size);
    bd_sha256_finish(hash, item->given.sha256);
    bd_sha256_close(hash);
    bd_spool_mark from = bd_spool_at(bench->rows);
    CHECK_OK(bd_scan(&bench->plan, blob,
                     item->has_sidecar ? &item->sidecar : NULL, (uint32_t)bench->items.count - 1,
                     test_arena(), bench->rows, &item->facts, &err),
             err);
    scan_by_memory(bench, item, from);
    return item;
}

static inline void scan_conclude(scan_bench *bench) {
    bench->collections.count = 0;
    bench->snapshots.count = 0;
    bd_conclude(&bench->plan, &bench->items, test_arena(), &bench->collections,
                &bench->snapshots);
}

/* Scans one file into a bench of its own and concludes. */
static inline bd_evidence *scan_alone(scan_bench *bench, const char *text, const char *sidecar) {
    bench->items.count = 0;
    bd_err err;
    CHECK_OK(bd_spool_cut(bench->rows, (bd_spool_mark){0, 0}, &err), err);
    bd_evidence *item = scan_file(bench, "file.json", bd_str_of(text), sidecar);
    scan_conclude(bench);
    return item;
}

/* The rows of one check, or of all when `check` is NULL. */
static inline scan_rows scan_rows_of(scan_bench *bench, const char *check) {
    scan_rows out = {0};
    bd_err err;
    CHECK_OK(bd_spool_rewind(bench->rows, &err), err);
    bd_row_series *series = bd_new(test_arena(), bd_row_series, 1);
    for (;;) {
        bd_str record;
        bool has_record;
        CHECK_OK(bd_spool_next(bench->rows, &record, &has_record, &err), err);
        if (!has_record) {
            return out;
        }
        bd_unpacker unpacker = {bd_str_copy(test_arena(), record), 0};
        (void)bd_unpack_u32(&unpacker);
        bd_unpacker part = unpacker;
        uint32_t mark = bd_unpack_u32(&part);
        if (mark == BD_PART_MARK || mark == BD_IMPORT_MARK) {
            continue; /* of a derivation that joins collections, of another tool */
        }
        bd_row row;
        bd_row_unpack(&unpacker, series, &row);
        row.type = bd_str_copy(test_arena(), row.type);
        row.key = bd_str_copy(test_arena(), row.key);
        row.resource = bd_str_copy(test_arena(), row.resource);
        row.subscription = bd_str_copy(test_arena(), row.subscription);
        row.scope = bd_str_copy(test_arena(), row.scope);
        row.source = bd_str_copy(test_arena(), row.source);
        row.join = bd_str_copy(test_arena(), row.join);
        row.reason = bd_str_copy(test_arena(), row.reason);
        if (check == NULL || bd_str_eqz(bench->plan.catalog->checks[row.check].id, check)) {
            *bd_push(test_arena(), &out) = row;
        }
    }
}

static inline const bd_snapshot *scan_snapshot(const scan_bench *bench, const char *source,
                                               const char *scope) {
    for (size_t i = 0; i < bench->snapshots.count; i++) {
        const bd_snapshot *snapshot = &bench->snapshots.data[i];
        if (bd_str_eqz(snapshot->source, source) && bd_str_eqz(snapshot->scope, scope)) {
            return snapshot;
        }
    }
    return NULL;
}

/* The folder of shared samples, or a skip that says so. */
static inline const char *scan_samples_folder(const char *env) {
    const char *shared =
        env != NULL ? env : bd_str_format(test_arena(), "%s/../shared", test_root()).data;
    const char *folder = bd_str_format(test_arena(), "%s/reference/azure-samples", shared).data;
    if (!bd_path_is_folder(folder)) {
        test_skip("no samples at '%s'; set BINDERY_SHARED", folder);
    }
    return folder;
}

#endif
