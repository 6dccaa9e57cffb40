/* bindery.json: what is accepted has a period, a zone and categories, and can be written for the package. */
#include "fuzz.h"

#include "bindery/engagement.h"

static void check_periods(const bd_engagement *engagement) {
    bd_period_choice choice;
    bd_err err;
    FUZZ_CHECK(engagement->periods.count > 0 && engagement->categories.count > 0 &&
               engagement->zone != NULL);
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *period = &engagement->periods.data[i];
        FUZZ_CHECK(period->from <= period->to);
        FUZZ_CHECK(bd_period_start(period, engagement->zone) <
                   bd_period_end(period, engagement->zone));
        FUZZ_CHECK(bd_engagement_period_find(engagement, period->id) != NULL);
    }
    FUZZ_CHECK(fuzz_holds(
        bd_engagement_period_choose(engagement, BD_STR(""), 20000, fuzz_arena(), &choice, &err),
        &err));
    FUZZ_CHECK(choice.period != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_engagement engagement = {0};
    bd_err err;
    bd_arena *arena = fuzz_arena();
    bd_str text = fuzz_text(data, size);
    if (fuzz_holds(bd_engagement_parse(text, BD_STR("bindery.json"), arena, &engagement, &err),
                   &err)) {
        check_periods(&engagement);
        FUZZ_CHECK(fuzz_json(bd_json_canonical(arena, bd_engagement_value(&engagement, arena))) !=
                   NULL);
        (void)bd_engagement_fact(&engagement, "critical_resources", NULL, NULL);
        (void)bd_short_name(arena, engagement.organisation_name);
    }
    fuzz_end();
    return 0;
}
