/* Policies: {"policy": ..., "records": [...]}.  A policy is run as it is and as the member of an initiative that names
 * it; each resource counts once per policy. */
#include "fuzz.h"

#include "bindery/policy.h"

typedef struct {
    bd_sorter *sorter;
    bd_packer packer;
} sink;

static void put_row(void *context, const bd_policy_row *row) {
    sink *to = context;
    bd_err err;
    bd_pack_begin(&to->packer);
    bd_policy_row_pack(&to->packer, row);
    if (!to->packer.overflowed) {
        FUZZ_CHECK(fuzz_holds(bd_sorter_put(to->sorter, bd_pack_end(&to->packer), &err), &err));
    }
}

static void put_record(bd_policy_mapper *mapper, const bd_value *value, sink *to) {
    static const bd_source_def none = {0};
    bd_arena *arena = fuzz_arena();
    bd_str id = bd_value_text(value, "id");
    bd_record record = {.source = &none,
                        .value = value,
                        .type = bd_str_lower(arena, bd_value_text(value, "type")),
                        .key = bd_str_lower(arena, id),
                        .resource = id,
                        .subscription = BD_STR("s")};
    bd_policy_subject subject = {.record = &record, .day = 20000};
    bd_policy_map(mapper, &subject, arena, put_row, to);
}

static bool is_complete(void *context, bd_str type, bd_str subscription, bd_str anchor) {
    (void)context;
    (void)subscription;
    return (type.size + anchor.size) % 2 == 0;
}

static void run_policies(const bd_policies *policies, const bd_value *records) {
    bd_arena *arena = fuzz_arena();
    bd_policy_mapper *mapper = bd_policy_mapper_make(policies, arena);
    sink *to = bd_new(arena, sink, 1);
    bd_policy_result *results = NULL;
    bd_err err;
    to->sorter = bd_sorter_open((size_t)1 << 20);
    for (size_t i = 0; i < records->count; i++) {
        put_record(mapper, &records->items[i], to);
    }
    FUZZ_CHECK(fuzz_holds(
        bd_policies_reduce(policies, to->sorter, is_complete, NULL, true, arena, &results, &err),
        &err));
    for (size_t p = 0; p < bd_policies_count(policies); p++) {
        uint64_t counted = 0;
        for (size_t c = 0; c < results[p].counts.count; c++) {
            for (int v = 0; v < 4; v++) {
                counted += results[p].counts.data[c].counts[v];
            }
        }
        FUZZ_CHECK(counted <= records->count);
        FUZZ_CHECK(counted == 0 || bd_policies_at(policies, p)->state == BD_POLICY_RUNS);
        FUZZ_CHECK(bd_policies_at(policies, p)->state != BD_POLICY_UNSUPPORTED ||
                   bd_policies_at(policies, p)->problem.size > 0);
    }
    bd_sorter_close(to->sorter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const bd_value *root = fuzz_json(fuzz_text(data, size));
    const bd_value *policy = bd_value_find(root, "policy"),
                   *records = bd_value_find(root, "records");
    if (policy != NULL && records != NULL && records->kind == BD_ARRAY &&
        bd_policy_kind_of(policy) != BD_POLICY_NO_KIND) {
        bd_policy_file file = {.path = BD_STR("policy.json"), .json = policy};
        bd_policy_inputs inputs = {
            .files = &file, .count = 1, .parameters = bd_value_find(root, "parameters")};
        const bd_policies *policies = NULL;
        bd_err err;
        if (fuzz_holds(bd_policies_build(&inputs, fuzz_arena(), &policies, &err), &err)) {
            run_policies(policies, records);
        }
    }
    fuzz_end();
    return 0;
}
