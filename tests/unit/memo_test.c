/* What a scan yielded, kept as bytes: the same comes back, other things have other keys, and nothing hostile passes. */
#include "bindery/memo.h"

#include "bindery/derivations.h"
#include "bindery/zip.h"
#include "make_scan.h"
#include "test.h"

#include <string.h>

#define STORE(name)                                                                                \
    "{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/" name "\",\"name\":\"" name         \
    "\",\"type\":\"Microsoft.Storage/storageAccounts\",\"properties\":{"                           \
    "\"supportsHttpsTrafficOnly\":true}}"
#define SIDECAR                                                                                    \
    "{\"source\":\"S17\",\"rows\":3,\"collected_at\":\"2026-02-01T06:00:00Z\",\"exporter\":\"e\"," \
    "\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\",\"" SCAN_SUB_B "\"]}}"

/* A page with rows, parts for joins, presence, a repeated and a refused record, a next link, a warning. */
static const char page[] =
    "{\"nextLink\":\"https://management.azure.com/x?$skiptoken=1\",\"value\":[" STORE("one") "," STORE("two") "," STORE(
        "one") ",{\"id\":1,\"id\":2},{\"x\":1}]}";

static bd_str keep(scan_bench *bench, const bd_evidence *item) {
    bd_buf kept;
    bd_err err;
    bd_buf_init(&kept, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&kept);
    CHECK_OK(bd_memo_write(&item->facts, bench->rows, (bd_spool_mark){0, 0},
                           bd_spool_at(bench->rows), &sink, &err),
             err);
    bd_str out = bd_str_copy(test_arena(), bd_buf_str(&kept));
    bd_buf_clear(&kept);
    return out;
}

static bd_rc take(const scan_bench *bench, bd_str kept, uint32_t evidence, bd_spool *rows,
                  bd_facts *facts, bd_err *err) {
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, kept);
    return bd_memo_read(&bench->plan, &source, evidence, test_arena(), rows, facts, err);
}

/* The plain bytes of all frames, and back. */
static bd_str unpack(bd_str kept) {
    bd_flate *flate = bd_flate_open_fast();
    bd_buf plain;
    bd_err err;
    bd_buf_init(&plain, (size_t)64 << 20);
    for (size_t at = 0; kept.size - at > 4;) {
        uint32_t sizes[2];
        memcpy(sizes, kept.data + at, sizeof sizes); /* little-endian, as this machine is */
        char *room = bd_buf_room(&plain, sizes[0]);
        CHECK(room != NULL);
        CHECK_OK(bd_flate_undo(flate, bd_str_sub(kept, at + 8, at + 8 + sizes[1]), room, sizes[0],
                               &err),
                 err);
        plain.size += sizes[0];
        at += 8 + sizes[1];
    }
    bd_str out = bd_str_copy(test_arena(), bd_buf_str(&plain));
    bd_buf_clear(&plain);
    bd_flate_close(flate);
    return out;
}

static void pack(bd_flate *flate, bd_str plain, bd_buf *out) {
    static const uint32_t end = 0;
    bd_err err;
    for (size_t at = 0; at < plain.size;) {
        bd_str part = bd_str_sub(plain, at, at + (256 << 10));
        bd_buf packed;
        bd_buf_init(&packed, (size_t)1 << 20);
        CHECK_OK(bd_flate_put(flate, part, &packed, &err), err);
        uint32_t sizes[2] = {(uint32_t)part.size, (uint32_t)packed.size};
        bd_buf_put(out, sizes, sizeof sizes);
        bd_buf_puts(out, bd_buf_str(&packed));
        bd_buf_clear(&packed);
        at += part.size;
    }
    bd_buf_put(out, &end, sizeof end);
}

/* ---- the same comes back ---- */

TEST(memo, what_was_kept_is_kept_again_to_the_byte) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(&bench, page, SIDECAR);
    CHECK_EQ_INT(item->facts.rows_read, 5);
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    CHECK_EQ_INT(item->facts.rows_unmapped, 1);
    CHECK_EQ_INT(item->facts.rows_repeated, 1);
    CHECK(item->facts.has_next_link && item->facts.next_link.size > 0);
    CHECK(item->facts.types.count > 0 && item->facts.seen.count > 0 && item->facts.diags.count > 0);
    bd_str kept = keep(&bench, item);
    bd_spool *rows = bd_spool_open(1 << 20);
    bd_facts facts;
    bd_err err;
    CHECK_OK(take(&bench, kept, 7, rows, &facts, &err), err);
    CHECK_EQ_INT(bd_spool_count(rows), bd_spool_count(bench.rows));
    scan_bench other = {.plan = bench.plan, .rows = rows};
    const bd_evidence again = {.facts = facts};
    CHECK(bd_str_eq(keep(&other, &again), kept));
    bd_spool_close(rows);
    scan_bench_close(&bench);
}

TEST(memo, rows_stand_under_the_evidence_that_asks_for_them) {
    scan_bench bench = scan_bench_open();
    bd_str kept = keep(&bench, scan_alone(&bench, page, NULL));
    bd_spool *rows = bd_spool_open(1 << 20);
    bd_facts facts;
    bd_err err;
    bd_str a, b;
    bool has_a, has_b;
    CHECK_OK(take(&bench, kept, 0x01020304, rows, &facts, &err), err);
    CHECK_OK(bd_spool_rewind(rows, &err), err);
    CHECK_OK(bd_spool_rewind(bench.rows, &err), err);
    for (uint64_t i = 0; i < bd_spool_count(rows); i++) {
        CHECK_OK(bd_spool_next(rows, &a, &has_a, &err), err);
        CHECK_OK(bd_spool_next(bench.rows, &b, &has_b, &err), err);
        CHECK(memcmp(a.data, "\1\2\3\4", 4) == 0);
        CHECK(bd_str_eq(bd_str_sub(a, 4, a.size), bd_str_sub(b, 4, b.size)));
    }
    bd_spool_close(rows);
    scan_bench_close(&bench);
}

TEST(memo, an_entry_of_many_frames_comes_back) {
    scan_bench bench = scan_bench_open();
    bd_buf text;
    bd_buf_init(&text, (size_t)64 << 20);
    bd_buf_puts(&text, BD_STR("["));
    for (int i = 0; i < 6000; i++) {
        bd_buf_printf(&text, "%s{\"id\":\"%sMicrosoft.Storage/storageAccounts/s%d\",\"type\":"
                             "\"Microsoft.Storage/storageAccounts\",\"properties\":{}}",
                      i > 0 ? "," : "", SCAN_IN_A, i);
    }
    bd_buf_puts(&text, BD_STR("]"));
    const bd_evidence *item = scan_file(&bench, "f.json", bd_buf_str(&text), NULL);
    bd_str kept = keep(&bench, item);
    CHECK(unpack(kept).size > (size_t)1 << 20);
    CHECK(kept.size * 5 < unpack(kept).size);
    CHECK_EQ_INT(item->facts.rows_read, 6000);
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}

TEST(memo, malformed_content_and_documents_are_not_kept) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(&bench, "{\"value\":[" STORE("one") ",", NULL);
    CHECK(item->facts.is_malformed && !bd_memo_may_keep(NULL, &item->facts));
    item = scan_alone(&bench, "%PDF-1.7\n", NULL);
    CHECK(!bd_memo_may_keep(NULL, &item->facts));
    item = scan_alone(&bench, "[]", "{\"document\":{\"type\":\"policy\",\"title\":\"t\"}}");
    CHECK(!bd_memo_may_keep(&item->sidecar, &item->facts));
    item = scan_alone(&bench, "[]", NULL);
    CHECK(bd_memo_may_keep(NULL, &item->facts));
    scan_bench_close(&bench);
}

/* ---- hostile entries ---- */

/* Whatever is taken can be read by those who judge. */
static void read_as_judges(const scan_bench *bench, bd_spool *rows) {
    scan_bench other = {.plan = bench->plan, .rows = rows};
    bd_err err;
    (void)scan_rows_of(&other, NULL);
    CHECK_OK(bd_spool_rewind(rows, &err), err);
    for (;;) {
        bd_str record, group;
        bool has_record;
        uint32_t derived;
        bd_part part;
        bd_import_row row;
        CHECK_OK(bd_spool_next(rows, &record, &has_record, &err), err);
        if (!has_record) {
            return;
        }
        bd_unpacker unpacker = {.record = record, .at = 4};
        uint32_t mark = bd_unpack_u32(&unpacker);
        if (mark == BD_PART_MARK) {
            bd_part_unpack(&unpacker, test_arena(), &derived, &group, &part);
            CHECK(derived < bench->plan.catalog->source_count);
        } else if (mark == BD_IMPORT_MARK) {
            bd_import_unpack(&unpacker, test_arena(), &row);
        }
    }
}

/* As if it had come in a frame that holds: changed, cut short, longer. */
static void try_plain(const scan_bench *bench, bd_flate *flate, bd_str plain, bool must_fail) {
    bd_spool *rows = bd_spool_open(1 << 20);
    bd_facts facts;
    bd_err err;
    bd_buf kept;
    bd_buf_init(&kept, (size_t)1 << 20);
    pack(flate, plain, &kept);
    bd_rc rc = take(bench, bd_buf_str(&kept), 1, rows, &facts, &err);
    if (bd_failed(rc)) {
        CHECK_EQ_INT(err.class, BD_ERR_INPUT);
        CHECK_EQ_INT(bd_spool_count(rows), 0);
        CHECK_EQ_INT(facts.rows_read + facts.seen.count, 0);
    } else {
        CHECK(!must_fail);
        read_as_judges(bench, rows);
    }
    bd_buf_clear(&kept);
    bd_spool_close(rows);
}

TEST(memo, no_byte_of_an_entry_makes_a_row_that_cannot_be_read) {
    scan_bench bench = scan_bench_open();
    bd_flate *flate = bd_flate_open_fast();
    bd_str plain = unpack(keep(&bench, scan_alone(&bench, "[" STORE("one") "]", NULL)));
    char *bytes = bd_alloc(test_arena(), plain.size + 9, 1);
    static const unsigned char changes[] = {0xFF, 0x01, 0x80};
    for (size_t i = 0; i < plain.size; i++) {
        for (size_t k = 0; k < BD_COUNT(changes); k++) {
            memcpy(bytes, plain.data, plain.size);
            bytes[i] = (char)((unsigned char)bytes[i] ^ changes[k]);
            test_failure("byte %zu ^ %02x of %zu", i, changes[k], plain.size);
            try_plain(&bench, flate, (bd_str){bytes, plain.size}, i < 4);
        }
    }
    bd_flate_close(flate);
    scan_bench_close(&bench);
}

TEST(memo, an_entry_of_another_length_is_none) {
    scan_bench bench = scan_bench_open();
    bd_flate *flate = bd_flate_open_fast();
    bd_str plain = unpack(keep(&bench, scan_alone(&bench, "[" STORE("one") "]", NULL)));
    char *bytes = bd_alloc(test_arena(), plain.size + 9, 1);
    memcpy(bytes, plain.data, plain.size);
    for (size_t size = 0; size < plain.size + 9; size++) {
        if (size != plain.size) {
            test_failure("%zu of %zu bytes", size, plain.size);
            try_plain(&bench, flate, (bd_str){bytes, size}, true);
        }
    }
    bd_flate_close(flate);
    scan_bench_close(&bench);
}

TEST(memo, a_frame_that_is_none_is_refused) {
    scan_bench bench = scan_bench_open();
    bd_str kept = keep(&bench, scan_alone(&bench, page, NULL));
    char *bytes = bd_alloc(test_arena(), kept.size + 1, 1);
    for (size_t i = 0; i < kept.size; i++) {
        bd_spool *rows = bd_spool_open(1 << 20);
        bd_facts facts;
        bd_err err;
        memcpy(bytes, kept.data, kept.size);
        bytes[i] = (char)(bytes[i] ^ 0x10);
        test_failure("byte %zu of %zu", i, kept.size);
        bd_rc rc = take(&bench, (bd_str){bytes, kept.size}, 1, rows, &facts, &err);
        CHECK(!bd_failed(rc) || err.class == BD_ERR_INPUT);
        if (!bd_failed(rc)) { /* a bit of padding, say: then it is the same entry */
            scan_bench other = {.plan = bench.plan, .rows = rows};
            const bd_evidence again = {.facts = facts};
            CHECK(bd_str_eq(keep(&other, &again), kept));
            CHECK_OK(bd_spool_cut(rows, (bd_spool_mark){0, 0}, &err), err);
        }
        CHECK_FAILS(take(&bench, bd_str_sub(kept, 0, i), 1, rows, &facts, &err), err, BD_ERR_INPUT,
                    "too early");
        CHECK_EQ_INT(bd_spool_count(rows), 0);
        bd_spool_close(rows);
    }
    scan_bench_close(&bench);
}

TEST(memo, rows_that_were_there_before_stay_when_an_entry_does_not_hold) {
    scan_bench bench = scan_bench_open();
    bd_str kept = keep(&bench, scan_alone(&bench, page, NULL));
    uint64_t before = bd_spool_count(bench.rows);
    bd_facts facts;
    bd_err err;
    CHECK_FAILS(take(&bench, bd_str_sub(kept, 0, kept.size - 1), 1, bench.rows, &facts, &err), err,
                BD_ERR_INPUT, "");
    CHECK_EQ_INT(bd_spool_count(bench.rows), before);
    scan_bench_close(&bench);
}

/* ---- keys ---- */

typedef struct {
    bd_scan_plan plan;
    bd_sidecar sidecar;
    uint8_t object[32];
} asked;

static bd_str key_of(const asked *of, bool has_days) {
    bd_memo_plan memo;
    uint8_t key[32];
    char hex[65];
    CHECK(bd_memo_plan_make(&of->plan, &memo));
    bd_memo_key(&memo, &of->plan, &of->sidecar, of->object, has_days, key);
    bd_hex(key, 32, hex);
    return bd_str_copy(test_arena(), bd_str_of(hex));
}

static const bd_value *json(const char *text) {
    const bd_value *out = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(bd_str_of(text), NULL, test_arena(), &out, &err), err);
    return out;
}

TEST(memo, whatever_a_scan_hangs_on_makes_another_key) {
    scan_bench bench = scan_bench_open();
    static const bd_known_subscription named[] = {{BD_STR_INIT(SCAN_SUB_A), BD_STR_INIT("prod")}};
    asked plain = {.plan = bench.plan, .sidecar = {.rows = -1}};
    plain.plan.parameters = json("{\"a\":1,\"period_to\":\"2026-06-30\"}");
    bd_str scope = BD_STR(SCAN_SUB_A);
    bd_catalog other = *bench.plan.catalog;
    other.sha256[31] ^= 1;
    asked many[20];
    size_t count = 0;
#define OTHER(change)                                                                              \
    do {                                                                                           \
        asked *one = &many[count++];                                                               \
        *one = plain;                                                                              \
        change;                                                                                    \
    } while (0)
    OTHER((void)one);
    OTHER(one->object[0] = 1);
    OTHER(one->plan.catalog = &other);
    OTHER(one->plan.parameters = json("{\"a\":2,\"period_to\":\"2026-06-30\"}"));
    OTHER(one->plan.column_maps = json("[{\"source\":\"S17\"}]"));
    OTHER(one->plan.tenant = BD_STR(SCAN_SUB_A));
    OTHER(one->plan.subscriptions = ((bd_known_subscriptions){named, 1}));
    OTHER(one->plan.has_collected_at = true);
    OTHER(one->plan.has_collected_at = true; one->plan.collected_at = 1);
    OTHER(one->sidecar.source = BD_STR("S17"));
    OTHER(one->sidecar.command = BD_STR("S17"));
    OTHER(one->sidecar.request = BD_STR("S17"));
    OTHER(one->sidecar.query = BD_STR("S17"));
    OTHER(one->sidecar.rows = 3);
    OTHER(one->sidecar.collected_at = 1);
    OTHER(one->sidecar.scope_ids.data = &scope; one->sidecar.scope_ids.count = 1);
    OTHER(one->plan.rules = NULL);
    OTHER(one->plan.imports = NULL);
#undef OTHER
    bd_err err;
    many[count] = plain;
    CHECK_OK(bd_zone_load(BD_STR("Europe/Berlin"), test_arena(), &many[count++].plan.zone, &err), err);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) {
            test_failure("%zu and %zu", i, k);
            CHECK(!bd_str_eq(key_of(&many[i], false), key_of(&many[k], false)));
        }
        CHECK(!bd_str_eq(key_of(&many[i], false), key_of(&many[i], true)));
        CHECK(bd_str_eq(key_of(&many[i], true), key_of(&many[i], true)));
    }
    scan_bench_close(&bench);
}

TEST(memo, another_day_is_another_key_only_where_the_days_are_asked_for) {
    scan_bench bench = scan_bench_open();
    asked june = {.plan = bench.plan}, july = {.plan = bench.plan};
    june.plan.parameters = json("{\"a\":1,\"period_from\":\"x\",\"period_to\":\"2026-06-30\",\"year_from\":\"y\"}");
    july.plan.parameters = json("{\"a\":1,\"period_from\":\"x\",\"period_to\":\"2026-07-31\",\"year_from\":\"z\"}");
    CHECK(bd_str_eq(key_of(&june, false), key_of(&july, false)));
    CHECK(!bd_str_eq(key_of(&june, true), key_of(&july, true)));
    scan_bench_close(&bench);
}

TEST(memo, the_days_are_asked_for_by_checks_and_derivations_of_what_was_seen) {
    scan_bench bench = scan_bench_open();
    bd_err err;
    const bd_rules *rules = NULL;
    const bd_value *days = json("{\"period_from\":\"2026-01-01\",\"period_to\":\"2026-06-30\","
                                "\"year_from\":\"2025-07-01\"}");
    CHECK_OK(bd_rules_compile(bench.plan.catalog, days, test_arena(), &rules, &err), err);
    bench.plan.rules = rules;
    const struct {
        const char *source;
        bool asks;
    } cases[] = {{"S17", false}, {"S01n", false}, {"csv:roster", true} /* active-people */};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_seen seen = {.source = bd_str_of(cases[i].source)};
        bd_facts facts = {.seen = {.data = &seen, .count = 1}};
        bd_facts as_part = {.parts = {.data = &seen, .count = 1}};
        test_failure("%s", cases[i].source);
        CHECK(bd_memo_asks_for_days(&bench.plan, &facts) == cases[i].asks);
        CHECK(bd_memo_asks_for_days(&bench.plan, &as_part) == cases[i].asks);
    }
    /* every check that says the name of such a day makes its sources hang on it */
    size_t named = 0;
    for (size_t i = 0; i < bench.plan.catalog->check_count; i++) {
        const bd_check *check = &bench.plan.catalog->checks[i];
        bd_str body = bd_json_canonical(test_arena(), check->body);
        if (bd_str_find(body, BD_STR("parameters('period_to')")) >= 0 ||
            bd_str_find(body, BD_STR("parameters('period_from')")) >= 0 ||
            bd_str_find(body, BD_STR("parameters('year_from')")) >= 0) {
            named++;
            for (size_t k = 0; k < check->sources.count; k++) {
                test_failure("%.*s", BD_ARG(check->id));
                CHECK(bd_rules_asks_for_days(rules, check->sources.data[k]));
            }
        }
    }
    CHECK(named > 0);
    scan_bench_close(&bench);
}

TEST(memo, no_derivation_sees_the_days_unless_it_says_so) {
    bd_str source = test_read_file(bd_str_format(test_arena(), "%s/src/gather/people/days.c", test_root()).data);
    size_t asking = 0;
    CHECK(bd_str_find(source, BD_STR("period_to")) >= 0);
    for (size_t i = 0; i < bd_derivation_count(); i++) {
        asking += bd_derivation_at(i)->asks_for_days ? 1 : 0;
    }
    CHECK_EQ_INT(asking, 1);
    const bd_value *undated = bd_rules_undated(
        json("{\"a\":1,\"period_from\":\"x\",\"period_to\":\"y\",\"year_from\":\"z\"}"), test_arena());
    CHECK_EQ_STR(bd_json_canonical(test_arena(), undated), "{\"a\":1}");
}
