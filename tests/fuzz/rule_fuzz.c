/* Conditions: {"condition": ..., "record": ..., "parameters": ...}.  Negation is exact in three-valued logic, and a
 * condition answers the same twice. */
#include "fuzz.h"

#include "bindery/rule.h"

static bd_verdict negated(bd_verdict verdict) {
    return verdict == BD_PASS ? BD_FAIL : verdict == BD_FAIL ? BD_PASS : verdict;
}

static void check_not(const bd_value *condition, const bd_value *parameters, const bd_value *record,
                      bd_verdict verdict) {
    bd_arena *arena = fuzz_arena();
    bd_str key = BD_STR("not");
    const bd_condition *compiled = NULL;
    bd_err err;
    const bd_value *opposite = bd_value_object(arena, 1, &key, &condition);
    if (fuzz_holds(bd_condition_compile(opposite, parameters, arena, &compiled, &err), &err)) {
        FUZZ_CHECK(bd_condition_eval(compiled, record, NULL, arena) == negated(verdict));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_arena *arena = fuzz_arena();
    const bd_value *root = fuzz_json(fuzz_text(data, size));
    const bd_value *condition = bd_value_find(root, "condition"),
                   *record = bd_value_find(root, "record");
    const bd_value *parameters = bd_value_find(root, "parameters");
    const bd_condition *compiled = NULL;
    bd_err err;
    if (condition != NULL && record != NULL &&
        fuzz_holds(bd_condition_compile(condition, parameters, arena, &compiled, &err), &err)) {
        bd_verdict verdict = bd_condition_eval(compiled, record, NULL, arena);
        FUZZ_CHECK(verdict == BD_PASS || verdict == BD_FAIL || verdict == BD_CANNOT_TELL);
        FUZZ_CHECK(bd_condition_eval(compiled, record, NULL, arena) == verdict);
        (void)bd_condition_eval(compiled, record, &fuzz_catalog()->sources[0], arena);
        check_not(condition, parameters, record, verdict);
    }
    fuzz_end();
    return 0;
}
