/* Words for what judging yields, and its ratios. */
#include "bindery/assessment.h"

static const struct {
    const char *mark, *words;
} states[] = {
    [BD_STATE_COMPLETE] = {"[x]", "complete"},
    [BD_STATE_PROGRESS] = {"[~]", "in progress"},
    [BD_STATE_BLANK] = {"[ ]", "not started"},
    [BD_STATE_NA] = {"n/a", "not applicable"},
    [BD_STATE_NOT_DUE] = {"not-yet-due", "not yet due"},
};
_Static_assert(BD_COUNT(states) == BD_STATE_NOT_DUE + 1, "a name for every state");

const char *bd_state_name(bd_state state) {
    return states[state].mark;
}

const char *bd_state_words(bd_state state) {
    return states[state].words;
}

static const char *const criterion_names[] = {
    [BD_CRITERION_COMPLETE] = "complete",     [BD_CRITERION_AT_RISK] = "at risk",
    [BD_CRITERION_PARTIAL] = "partial",       [BD_CRITERION_UNCOVERED] = "uncovered",
    [BD_CRITERION_CARVED_OUT] = "carved out",
};
_Static_assert(BD_COUNT(criterion_names) == BD_CRITERION_CARVED_OUT + 1, "a name for every state");

const char *bd_criterion_state_name(bd_criterion_state state) {
    return criterion_names[state];
}

bd_ratio bd_ratio_of(int n, int of) {
    bd_ratio ratio = {.n = n, .of = of};
    if (of <= 0) {
        return ratio;
    }
    if (n == of) {
        ratio.tenths_percent = 1000;
        return ratio;
    }
    int64_t tenths = ((int64_t)n * 2000 + of) / (2 * (int64_t)of); /* half up */
    ratio.tenths_percent = tenths > 999 ? 999 : (int)tenths;
    return ratio;
}

bd_str bd_ratio_text(bd_arena *arena, bd_ratio ratio) {
    return bd_str_format(arena, "%d.%d", ratio.tenths_percent / 10, ratio.tenths_percent % 10);
}

const char *bd_sample_role_name(bd_sample_role role) {
    static const char *const names[] = {[BD_SAMPLE_CHOSEN] = "sample",
                                        [BD_SAMPLE_REPLACED] = "replaced",
                                        [BD_SAMPLE_REPLACING] = "replacement",
                                        [BD_SAMPLE_RESERVE] = "reserve",
                                        [BD_SAMPLE_SELECTED] = "selected"};
    return names[role];
}

#define EXCEPTION_TEXT_BYTES 320 /* of one, about: id, key and resource */

const bd_exception *bd_assessment_exception(const bd_assessment *assessment, size_t index) {
    bd_arenas_pass(sizeof(bd_exception) + EXCEPTION_TEXT_BYTES);
    return &assessment->exceptions.data[index];
}
