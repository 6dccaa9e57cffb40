/* All derivations over one record, or over {"record": ..., "parameters": ...}: twice the same. */
#include "fuzz.h"

#include "bindery/derive.h"

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

#define MOST_PARTS 64

typedef struct {
    bd_part parts[MOST_PARTS];
    size_t count;
    bd_str source;
} kept_parts;

static void keep_part(void *context, bd_str group, const bd_value *kept) {
    kept_parts *list = context;
    (void)group;
    if (list->count < MOST_PARTS) {
        list->parts[list->count++] =
            (bd_part){.source = list->source, .scope = BD_STR("g"), .kept = kept};
    }
}

static uint64_t digest_join(const bd_derivation *derivation, const bd_value *record,
                            const bd_value *facts, const bd_zone *zone) {
    static const char *const sources[] = {"S53", "S45", "S46", "S46b", "S47",  "S48", "S65",
                                          "S49", "S50", "S35", "S06",  "S05",  "S51", "S52",
                                          "S18", "S19", "S58s", "S13", "S68",
                                          "S71", "S73", "S73c", "S73d", "S73k", "S73r", "S73t"};
    kept_parts list = {.count = 0};
    bd_join_input inputs[BD_COUNT(sources)];
    bd_strs subscriptions = {0};
    for (size_t i = 0; i < BD_COUNT(sources); i++) {
        list.source = bd_str_of(sources[i]);
        inputs[i] = (bd_join_input){.source = list.source, .scope = BD_STR("g"), .is_whole = true};
        bd_join_record from = {.source = list.source,
                               .scope = BD_STR("g"),
                               .type = BD_STR("microsoft.compute/disks"),
                               .key = BD_STR("k"),
                               .resource = BD_STR("r"),
                               .value = record};
        derivation->collect(&from, fuzz_arena(), keep_part, &list);
    }
    bd_join join = {.facts = facts,
                    .zone = zone,
                    .at = 0,
                    .scope = BD_STR(""),
                    .subscriptions = &subscriptions,
                    .inputs = inputs,
                    .input_count = BD_COUNT(inputs),
                    .common = list.parts,
                    .common_count = list.count};
    uint64_t digest = 0;
    derivation->reduce(&join, BD_STR(""), NULL, 0, fuzz_arena(), add_digest, &digest);
    derivation->reduce(&join, BD_STR("k"), list.parts, list.count, fuzz_arena(), add_digest,
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
