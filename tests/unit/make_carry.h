/* make_carry.h - what one judging carries to earlier days gives there what judging from the rows gives.
 *
 * Every scene and every whole engagement of the tests is judged on earlier days of its own, too: right after a
 * snapshot, at the very instant of one, some days later; once from its rows and once from what the judging of its own
 * day carried.
 */
#ifndef MAKE_CARRY_H
#define MAKE_CARRY_H

#include "bindery/assess.h"

#include "test.h"

static inline void carry_results(bd_buf *out, const bd_assessment *of) {
    for (size_t i = 0; i < of->checks.count; i++) {
        const bd_check_result *one = &of->checks.data[i];
        bd_buf_printf(out, "\n%.*s %.*s %d %.*s: %d %llu %llu %llu %llu %.*s E-%u %d %lld",
                            BD_ARG(one->check->id), BD_ARG(one->instance), one->snapshot, BD_ARG(one->scope),
                            (int)one->verdict, (unsigned long long)one->passed, (unsigned long long)one->failed,
                            (unsigned long long)one->not_applicable, (unsigned long long)one->cannot_tell,
                            BD_ARG(one->reason), one->evidence, one->is_complete, (long long)one->at);
    }
}

static inline void carry_exceptions(bd_buf *out, const bd_assessment *of) {
    for (size_t i = 0; i < of->exceptions.count; i++) {
        const bd_exception *one = &of->exceptions.data[i];
        bd_buf_printf(out, "\n%.*s %.*s %.*s %.*s %d %d %d %d %lld %lld %d of %d %.*s %d %d E-%u %d",
                            BD_ARG(one->id), BD_ARG(one->key), BD_ARG(one->resource),
                            BD_ARG(one->subscription), one->last_seen_clean, one->first_seen_failing,
                            one->last_seen_failing, one->first_seen_clean, (long long)one->exact_from,
                            (long long)one->exact_to, one->failing_days, one->observed_days, BD_ARG(one->reason),
                            one->is_open, one->is_in_period, one->evidence, one->is_waived);
    }
}

static inline void carry_controls(bd_buf *out, const bd_assessment *of) {
    for (size_t i = 0; i < of->control_count; i++) {
        const bd_control_result *control = &of->controls[i];
        bd_buf_printf(out, "\n%.*s %d %d %.*s", BD_ARG(control->control->number),
                            (int)control->state, control->has_exception, BD_ARG(control->reason));
        for (size_t j = 0; j < control->requirement_count; j++) {
            const bd_requirement_result *one = &control->requirements[j];
            for (size_t k = 0; k < one->instance_count; k++) {
                const bd_instance *instance = &one->instances[k];
                bd_buf_printf(out, " %d%d%.*s/%zu", (int)instance->outcome,
                                    instance->is_accepted, BD_ARG(instance->reason), instance->evidence.count);
            }
        }
    }
}

static inline void check_earlier_day(const bd_assess_inputs *today, const bd_carried *carried, bd_instant as_of) {
    bd_arena *arena = bd_arena_open("earlier", (size_t)1 << 30);
    bd_buf said[2];
    bd_err err;
    for (int i = 0; i < 2; i++) {
        const bd_assessment *out = NULL;
        bd_buf_init(&said[i], (size_t)1 << 30);
        bd_assess_inputs inputs = *today;
        inputs.as_of = as_of;
        inputs.on_item = NULL;
        inputs.imports = NULL;
        inputs.carries = NULL;
        inputs.carried = i == 1 ? carried : NULL;
        CHECK_OK(bd_assess(&inputs, arena, NULL, NULL, &out, &err), err);
        carry_results(&said[i], out);
        carry_exceptions(&said[i], out);
        carry_controls(&said[i], out);
    }
    test_failure("as of %.*s", BD_ARG(bd_instant_format(arena, as_of)));
    CHECK_EQ_STR(bd_buf_str(&said[1]), bd_buf_str(&said[0]));
    test_failure("%s", "");
    bd_buf_clear(&said[0]);
    bd_buf_clear(&said[1]);
    bd_arena_close(arena);
}

/* Days that are spread over the snapshots: at one, an hour behind it, two days and nine. */
static inline void check_carried(const bd_assess_inputs *today, const bd_carried *carried, size_t most) {
    static const bd_instant behind[] = {0, BD_HOUR, 48 * BD_HOUR, 9 * 24 * BD_HOUR};
    size_t count = today->snapshots->count;
    for (size_t i = 0; i < most && count > 0; i++) {
        const bd_snapshot *at = &today->snapshots->data[i * count / most];
        bd_instant as_of = at->from + behind[(i + count) % BD_COUNT(behind)];
        if (as_of < today->as_of) {
            check_earlier_day(today, carried, as_of);
        }
    }
}

#endif
