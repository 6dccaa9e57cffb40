/* Conditions: {"condition": ..., "record": ..., "parameters": ...}.  Negation is exact in three-valued logic, and a
 * condition answers the same twice.  A condition {"if": ...} is a policy's, {"template": ...} an expression; every
 * condition is tried in both semantics. */
#include "fuzz.h"

#include "bindery/rule.h"

#include <string.h>

static bd_verdict negated(bd_verdict verdict) {
    return verdict == BD_PASS ? BD_FAIL : verdict == BD_FAIL ? BD_PASS : verdict;
}

static const bd_value *negation_of(const bd_value *condition) {
    bd_str key = BD_STR("not");
    return bd_value_object(fuzz_arena(), 1, &key, &condition);
}

static void check_condition(const bd_value *condition, const bd_value *parameters,
                            const bd_value *record) {
    bd_arena *arena = fuzz_arena();
    const bd_condition *compiled = NULL, *opposite = NULL;
    bd_err err;
    if (!fuzz_holds(bd_condition_compile(condition, parameters, arena, &compiled, &err), &err)) {
        return;
    }
    bd_verdict verdict = bd_condition_eval(compiled, record, NULL, arena);
    FUZZ_CHECK(verdict == BD_PASS || verdict == BD_FAIL || verdict == BD_CANNOT_TELL);
    FUZZ_CHECK(bd_condition_eval(compiled, record, NULL, arena) == verdict);
    (void)bd_condition_eval(compiled, record, &fuzz_catalog()->sources[0], arena);
    if (fuzz_holds(bd_condition_compile(negation_of(condition), parameters, arena, &opposite, &err),
                   &err)) {
        FUZZ_CHECK(bd_condition_eval(opposite, record, NULL, arena) == negated(verdict));
    }
}

static bd_policy_setting setting_of(const bd_value *record) {
    return (bd_policy_setting){.as_of = INT64_C(17828568000000000),
                               .type = bd_str_lower(fuzz_arena(), bd_value_text(record, "type")),
                               .id = bd_value_text(record, "id"),
                               .is_partial = bd_value_find(record, "properties") == NULL};
}

/* What holds for a record may hold for its type; an unknown has a reason of one line. */
static void check_policy(const bd_value *condition, const bd_value *parameters,
                         const bd_value *record) {
    bd_arena *arena = fuzz_arena();
    bd_policy_setting setting = setting_of(record);
    const bd_condition *compiled = NULL, *opposite = NULL;
    bd_str reason = BD_STR("");
    bd_err err;
    if (!fuzz_holds(bd_policy_condition_compile(condition, parameters, "it", BD_STR("if"), arena,
                                                &compiled, &err),
                    &err)) {
        return;
    }
    bd_verdict verdict = bd_policy_condition_eval(compiled, record, NULL, &setting, arena, &reason);
    FUZZ_CHECK(verdict != BD_CANNOT_TELL || reason.size > 0);
    FUZZ_CHECK(bd_policy_condition_eval(compiled, record, NULL, &setting, arena, NULL) == verdict);
    if (verdict == BD_PASS && setting.type.size > 0) {
        FUZZ_CHECK(bd_condition_may_hold(compiled, setting.type, NULL, arena));
        FUZZ_CHECK(bd_condition_may_hold(compiled, setting.type, record, arena));
    }
    if (fuzz_holds(bd_policy_condition_compile(negation_of(condition), parameters, "it",
                                               BD_STR("if"), arena, &opposite, &err),
                   &err)) {
        FUZZ_CHECK(bd_policy_condition_eval(opposite, record, NULL, &setting, arena, NULL) ==
                   negated(verdict));
    }
}

static void check_template(const bd_value *json, const bd_value *parameters,
                           const bd_value *record) {
    bd_arena *arena = fuzz_arena();
    bd_policy_setting setting = setting_of(record);
    const bd_template *made = NULL;
    bd_str reason = BD_STR("");
    bd_err err;
    if (!fuzz_holds(bd_template_compile(json, parameters, "it", BD_STR("t"), arena, &made, &err),
                    &err)) {
        return;
    }
    const bd_value *value = bd_template_eval(made, record, NULL, &setting, arena, &reason);
    FUZZ_CHECK(value != NULL || reason.size > 0);
    const bd_value *constant = bd_template_constant(made);
    FUZZ_CHECK(constant == NULL || constant == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const bd_value *root = fuzz_json(fuzz_text(data, size));
    const bd_value *condition = bd_value_find(root, "condition"),
                   *record = bd_value_find(root, "record"),
                   *parameters = bd_value_find(root, "parameters");
    if (condition != NULL && record != NULL) {
        const bd_value *rule = bd_value_find(condition, "if"),
                       *template = bd_value_find(condition, "template"),
                       *own = bd_value_find(condition, "parameters");
        check_condition(condition, parameters, record);
        check_policy(rule != NULL ? rule : condition, own != NULL ? own : parameters, record);
        if (template != NULL) {
            check_template(template, own, record);
        }
    }
    fuzz_end();
    return 0;
}
