/* All derivations over one record, or over {"record": ..., "parameters": ...}: twice the same. */
#include "fuzz.h"

#include "bindery/derivations.h"

static void add_digest(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                       const bd_value *record) {
    uint64_t *digest = context;
    bd_str texts[] = {type, key, resource, bd_json_canonical(fuzz_arena(), record)};
    FUZZ_CHECK(record != NULL && record->kind == BD_OBJECT && type.size > 0);
    for (size_t t = 0; t < BD_COUNT(texts); t++) {
        for (size_t i = 0; i < texts[t].size; i++) {
            *digest = *digest * 31 + (unsigned char)texts[t].data[i];
        }
    }
    *digest += (uint64_t)time;
    FUZZ_CHECK(fuzz_json(texts[3]) != NULL);
}

/* ---- joins: the record as one of every source, all of it in one group ---- */

#define MOST_PARTS 256
#define MOST_RECORDS 8
#define START (INT64_C(20454) * 24 * BD_HOUR) /* 2026-01-01 */
#define DAYS 31

typedef struct {
    bd_part parts[MOST_PARTS];
    size_t count;
    bd_str source;
    bd_str group; /* the last one that was named: reduce is told of it, with all parts */
} kept_parts;

static void keep_part(void *context, bd_str group, const bd_value *kept) {
    kept_parts *list = context;
    list->group = group.size > 0 ? group : list->group;
    if (list->count < MOST_PARTS) {
        list->parts[list->count++] =
            (bd_part){.source = list->source, .scope = BD_STR("g"), .at = START, .kept = kept};
    }
}

static void collect_one(const bd_derivation *derivation, const bd_value *record, kept_parts *list) {
    bd_str type = bd_value_text(record, "type");
    bd_join_record from = {.source = list->source,
                           .scope = BD_STR("g"),
                           .type = type.size > 0 ? bd_str_lower(fuzz_arena(), type)
                                                 : BD_STR("microsoft.compute/disks"),
                           .key = BD_STR("k"),
                           .resource = BD_STR("r"),
                           .value = record};
    derivation->collect(&from, fuzz_arena(), keep_part, list);
}

/* Several records stand in an array: two jobs, a deployment and its change. */
static void collect_all(const bd_derivation *derivation, const bd_value *record, kept_parts *list) {
    for (size_t i = 0; record->kind == BD_ARRAY && i < record->count && i < MOST_RECORDS; i++) {
        collect_one(derivation, &record->items[i], list);
    }
    if (record->kind != BD_ARRAY) {
        collect_one(derivation, record, list);
    }
}

static uint64_t digest_join(const bd_derivation *derivation, const bd_value *record,
                            const bd_value *facts, const bd_zone *zone) {
    static const char *const sources[] = {
        "S13", "S73d", "S73t", "S73", "S73r", "S73k", "S73c", "S71", "S68", "S53", "S45",
        "S46", "S46b", "S47", "S48", "S65", "S49", "S58s", "S63s", "S06", "S51", "S50", "S35",
        "S05", "S18", "S19", "S20", "S17", "S12s", "S21", "S22", "S17e", "S52", "csv:tickets",
        "csv:changes", "csv:risk-register"};
    kept_parts list = {.count = 0, .group = BD_STR("k")};
    bd_join_input inputs[BD_COUNT(sources)];
    bd_strs subscriptions = {0};
    for (size_t i = 0; i < BD_COUNT(sources); i++) {
        list.source = bd_str_of(sources[i]);
        inputs[i] = (bd_join_input){.source = list.source,
                                    .scope = BD_STR("g"),
                                    .from = START,
                                    .to = START + DAYS * 24 * BD_HOUR,
                                    .is_whole = true};
        collect_all(derivation, record, &list);
    }
    bd_join join = {.facts = facts,
                    .zone = zone,
                    .at = START,
                    .scope = BD_STR("g"),
                    .subscriptions = &subscriptions,
                    .inputs = inputs,
                    .input_count = BD_COUNT(inputs),
                    .common = list.parts,
                    .common_count = list.count};
    uint64_t digest = 0;
    derivation->reduce(&join, BD_STR(""), NULL, 0, fuzz_arena(), add_digest, &digest);
    derivation->reduce(&join, list.group, list.parts, list.count, fuzz_arena(), add_digest,
                       &digest);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const bd_zone *zone;
    static bd_arena *zone_arena;
    bd_err err;
    if (zone == NULL) {
        zone_arena = bd_arena_open("zone", 16 << 20);
        FUZZ_CHECK(fuzz_holds(bd_zone_load(BD_STR("UTC"), zone_arena, &zone, &err), &err));
    }
    const bd_value *root = fuzz_json(fuzz_text(data, size));
    const bd_value *record = bd_value_find(root, "record"),
                   *parameters = bd_value_find(root, "parameters");
    record = record != NULL ? record : root;
    if (parameters != NULL && parameters->kind != BD_OBJECT) {
        parameters = NULL; /* an engagement's parameters are an object */
    }
    for (size_t i = 0; record != NULL && i < bd_derivation_count(); i++) {
        const bd_derivation *derivation = bd_derivation_at(i);
        uint64_t first = 0, second = 0;
        if (derivation->reduce != NULL) {
            FUZZ_CHECK(digest_join(derivation, record, parameters, zone) ==
                       digest_join(derivation, record, parameters, zone));
            continue;
        }
        derivation->map(record, parameters, zone, fuzz_arena(), add_digest, &first);
        derivation->map(record, parameters, zone, fuzz_arena(), add_digest, &second);
        FUZZ_CHECK(first == second);
    }
    fuzz_end();
    return 0;
}
