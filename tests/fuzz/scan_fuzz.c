/* Any bytes as one evidence item under the built-in catalog: facts come out, rows can be unpacked, and the item can be
 * concluded on. */
#include "fuzz.h"

#include "bindery/conclude.h"
#include "bindery/derive.h"
#include "bindery/imported.h"
#include "bindery/rule.h"
#include "bindery/scan.h"
#include "bindery/spill.h"

static bd_scan_plan plan;

static void make_plan(void) {
    static bd_arena *arena;
    bd_err err;
    arena = bd_arena_open("plan", (size_t)256 << 20);
    plan.catalog = fuzz_catalog();
    FUZZ_CHECK(fuzz_holds(bd_rules_compile(plan.catalog, NULL, arena, &plan.rules, &err), &err));
    FUZZ_CHECK(fuzz_holds(bd_imports_compile(plan.catalog, arena, &plan.imports, &err), &err));
    FUZZ_CHECK(fuzz_holds(bd_zone_load(BD_STR("UTC"), arena, &plan.zone, &err), &err));
}

static void check_other(uint32_t mark, bd_unpacker *unpacker) {
    bd_import_row import;
    if (mark == BD_IMPORT_MARK) {
        bd_import_unpack(unpacker, fuzz_arena(), &import);
        FUZZ_CHECK(import.import < bd_imports_count(plan.imports));
        FUZZ_CHECK(import.groups.count == import.criteria.count);
        FUZZ_CHECK(unpacker->at == unpacker->record.size);
    }
}

static void check_rows(bd_spool *rows) {
    bd_str record;
    bool has_record = true;
    bd_row_series *series = bd_new(fuzz_arena(), bd_row_series, 1);
    bd_err err;
    FUZZ_CHECK(fuzz_holds(bd_spool_rewind(rows, &err), &err));
    while (has_record) {
        FUZZ_CHECK(fuzz_holds(bd_spool_next(rows, &record, &has_record, &err), &err));
        if (has_record) {
            bd_unpacker unpacker = {.record = record};
            bd_row row;
            FUZZ_CHECK(bd_unpack_u32(&unpacker) == 0);
            bd_unpacker other = unpacker;
            uint32_t mark = bd_unpack_u32(&other);
            if (mark == BD_PART_MARK || mark == BD_IMPORT_MARK) {
                check_other(mark, &other);
                continue;
            }
            bd_row_unpack(&unpacker, series, &row);
            FUZZ_CHECK(row.check < plan.catalog->check_count);
        }
    }
}

static void check_conclusion(const bd_facts *facts, int64_t bytes) {
    bd_arena *arena = fuzz_arena();
    bd_evidences evidence = {0};
    bd_collections collections = {0};
    bd_snapshots snapshots = {0};
    bd_evidence *item = bd_push(arena, &evidence);
    item->given = (bd_evidence_given){.number = 1,
                                      .path = BD_STR("2026-03/export.json"),
                                      .bytes = bytes,
                                      .file_time = INT64_C(17700000000000000),
                                      .given_collected_at = BD_INSTANT_NONE,
                                      .ingested_at = INT64_C(17700000000000000)};
    item->facts = *facts;
    bd_conclude(&plan, &evidence, arena, &collections, &snapshots);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_arena *arena = fuzz_arena();
    bd_facts facts = {0};
    bd_err err;
    if (plan.catalog == NULL) {
        make_plan();
    }
    bd_spool *rows = bd_spool_open(1 << 20);
    const bd_blob *blob = bd_blob_of_memory(arena, fuzz_text(data, size));
    bd_rc rc =
        bd_scan(&plan, blob, NULL, 0, arena, rows, &facts, &err);
    FUZZ_CHECK(fuzz_holds(rc, &err)); /* malformed content is said in the facts */
    FUZZ_CHECK(!facts.is_malformed || facts.problem.size > 0);
    FUZZ_CHECK(bd_utf8_is_valid(facts.problem) && bd_utf8_is_valid(facts.next_link));
    check_rows(rows);
    check_conclusion(&facts, (int64_t)size);
    bd_spool_close(rows);
    fuzz_end();
    return 0;
}
