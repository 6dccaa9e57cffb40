/* Catalog files of an organisation: lint and load agree, and what loads compiles or is refused. */
#include "fuzz.h"

#include "bindery/rule.h"

static const char head[] =
    "{\"format\":\"bindery-catalog "
    "1\",\"criteria\":[{\"id\":\"CC1.1\",\"category\":\"Security\",\"series\":\"CC1\","
    "\"series_title\":\"s\",\"title\":\"t\"}],\"controls\":[{\"number\":\"1\",\"origin\":\"ours\","
    "\"owner\":\"o\","
    "\"statement\":\"s\",\"criteria\":[\"CC1.1\"],\"frequency\":\"annual\"}],\"requirements\":[{"
    "\"control\":\"1\","
    "\"req\":\"a\",\"half\":\"operation\",\"statement\":\"s\",\"sources\":[\"SA\"],\"frequency\":"
    "\"annual\","
    "\"max_age_days\":1,\"signoff\":false}],\"sources\":[{\"id\":\"SA\",\"title\":\"t\",\"origin\":"
    "\"machine\","
    "\"scope\":\"subscription\",\"history\":\"none\",\"recognise\":{\"types\":[\"a/"
    "b\"]}},{\"id\":\"SB\",\"title\":"
    "\"t\",\"origin\":\"machine\",\"scope\":\"subscription\",\"history\":\"log\",\"time\":\"at\","
    "\"key\":[\"event\"]}]}";

static bool has_fault(const bd_diags *diags) {
    for (size_t i = 0; i < diags->count; i++) {
        FUZZ_CHECK(bd_utf8_is_valid(diags->data[i].message));
        if (diags->data[i].severity == BD_DIAG_REFUSED) {
            return true;
        }
    }
    return false;
}

static void count_row(void *context, const bd_row *row) {
    FUZZ_CHECK(row->check < *(const size_t *)context);
}

/* Checks see a record of their own source. */
static void map_record(const bd_catalog *catalog, const bd_rules *rules) {
    size_t checks = catalog->check_count;
    const bd_value *value = fuzz_json(BD_STR(
        "{\"id\":\"/a/b\",\"kind\":\"V2\",\"at\":\"2026-01-02T03:04:05Z\",\"event\":\"e\",\"a\":1,"
        "\"list\":[{\"b\":1},{\"b\":\"x\"}],\"properties\":{\"c\":true}}"));
    for (size_t i = 0; i < catalog->source_count; i++) {
        bd_record record = {.source = &catalog->sources[i],
                            .value = value,
                            .type = BD_STR("a/b"),
                            .key = BD_STR("/a/b"),
                            .resource = BD_STR("/a/b"),
                            .time = BD_INSTANT_NONE};
        bd_rules_map(rules, &record, fuzz_arena(), count_row, &checks);
    }
    for (uint32_t i = 0; i < checks; i++) {
        (void)bd_rules_judge(rules, i, value, fuzz_arena(), NULL);
        (void)bd_rules_missing_fact(rules, i);
        (void)bd_rules_plan(rules, i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_arena *arena = fuzz_arena();
    bd_diags diags = {0};
    const bd_catalog *catalog = NULL;
    const bd_rules *rules = NULL;
    bd_err err;
    bd_catalog_file files[] = {{BD_STR_INIT("built-in.json"), BD_STR_INIT(head)},
                               {BD_STR_INIT("own.json"), fuzz_text(data, size)}};
    bd_catalog_lint(files, BD_COUNT(files), arena, &diags);
    bool is_loaded =
        fuzz_holds(bd_catalog_load(files, BD_COUNT(files), arena, &catalog, &err), &err);
    FUZZ_CHECK(is_loaded == !has_fault(&diags));
    if (is_loaded && fuzz_holds(bd_rules_compile(catalog, NULL, arena, &rules, &err), &err)) {
        map_record(catalog, rules);
    }
    if (is_loaded) {
        const bd_catalog *again = NULL;
        bd_str resolved = bd_json_canonical(arena, catalog->resolved);
        FUZZ_CHECK(fuzz_holds(bd_catalog_load_resolved(resolved, arena, &again, &err), &err));
        FUZZ_CHECK(bd_str_eq(resolved, bd_json_canonical(arena, again->resolved)));
    }
    fuzz_end();
    return 0;
}
