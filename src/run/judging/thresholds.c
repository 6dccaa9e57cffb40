/* Scores that a command is asked to hold to: --fail-under. */
#include "bindery/judging.h"

bd_rc bd_thresholds_check(const bd_run_options *options, bd_err *err) {
    for (size_t i = 0; i < options->fail_under.count; i++) {
        bd_threshold one;
        if (!bd_threshold_parse(options->fail_under.data[i], &one)) {
            BD_RAISE(err, BD_ERR_USAGE,
                     "'--fail-under %.*s' is no threshold: expected READY=, COVER= or FRESH= and a "
                     "percentage from 0 to 100 with at most four decimals, like READY=80",
                     BD_ARG(options->fail_under.data[i]));
        }
    }
    return BD_OK;
}

void bd_thresholds_apply(const bd_run_options *options, const bd_assessment *assessment,
                         bd_arena *arena, bd_run_outcome *outcome) {
    const bd_ratio *const ratios[] = {[BD_SCORE_READY] = &assessment->ready,
                                      [BD_SCORE_COVER] = &assessment->cover,
                                      [BD_SCORE_FRESH] = &assessment->fresh};
    for (size_t i = 0; i < options->fail_under.count; i++) {
        bd_threshold one;
        if (!bd_threshold_parse(options->fail_under.data[i], &one) ||
            bd_threshold_is_met(&one, *ratios[one.kind])) {
            continue;
        }
        const bd_ratio *ratio = ratios[one.kind];
        *bd_push(arena, &outcome->misses) = bd_str_format(
            arena, "%s %d of %d (%.*s %%) is under %.*s %%", bd_score_names[one.kind], ratio->n,
            ratio->of, BD_ARG(bd_ratio_text(arena, *ratio)), BD_ARG(one.text));
    }
    if (outcome->misses.count > 0 && outcome->exit_code == 0) {
        outcome->exit_code = 1;
    }
}
