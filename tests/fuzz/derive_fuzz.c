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
        derivation->map(record, parameters, zone, fuzz_arena(), add_digest, &first);
        derivation->map(record, parameters, zone, fuzz_arena(), add_digest, &second);
        FUZZ_CHECK(first == second);
    }
    fuzz_end();
    return 0;
}
