/* What checks may ask beside the organisation's facts: the days of the period, and facts with a default. */
#include "bindery/engagement.h"

#include "engagement_priv.h"

/* The same day a year earlier; of a day that year does not have, the last one of the month. */
static bd_day year_before(bd_day day) {
    bd_date date = bd_date_of_day(day);
    bool is_leap_day = date.month == 2 && date.day == 29;
    return bd_day_of_date(date.year - 1, date.month, is_leap_day ? 28 : date.day);
}

static const bd_value *day_value(bd_arena *arena, bd_day day) {
    return bd_value_string(arena, bd_day_format(arena, day));
}

void bd_engagement_state_period(bd_engagement *engagement, const bd_period *period,
                                bd_instant as_of, bd_arena *arena) {
    const bd_value *given = engagement->parameters;
    bd_day last = bd_zone_day(engagement->zone, as_of - 1);
    last = last < period->to ? last : period->to;
    const bd_value *spare = given != NULL ? bd_value_find(given, "break_glass_accounts") : NULL;
    const bd_value *slas = given != NULL ? bd_value_find(given, "slas") : NULL;
    const struct {
        bd_str name;
        const bd_value *value;
    } ours[] = {
        {BD_STR("period_from"), day_value(arena, period->from)},
        {BD_STR("period_to"), day_value(arena, last)},
        {BD_STR("year_from"), day_value(arena, year_before(last + 1))},
        {BD_STR("tenant_or_none"), bd_value_string(arena, engagement->tenant)},
        {BD_STR("break_glass_or_none"),
         spare != NULL && spare->kind == BD_ARRAY ? spare : bd_value_array(arena, 0, NULL)},
        {BD_STR("slas_or_none"),
         slas != NULL && slas->kind == BD_OBJECT ? slas : bd_value_object(arena, 0, NULL, NULL)},
    };
    size_t count = given != NULL ? given->count : 0;
    bd_str *keys = bd_new(arena, bd_str, count + BD_COUNT(ours));
    const bd_value **values = bd_new(arena, const bd_value *, count + BD_COUNT(ours));
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_ours = false;
        for (size_t k = 0; k < BD_COUNT(ours); k++) {
            is_ours = is_ours || bd_str_eq(given->keys[i], ours[k].name);
        }
        if (!is_ours) { /* an earlier call's days are replaced */
            keys[kept] = given->keys[i];
            values[kept++] = &given->items[i];
        }
    }
    count = kept;
    for (size_t i = 0; i < BD_COUNT(ours); i++) {
        keys[count + i] = ours[i].name;
        values[count + i] = ours[i].value;
    }
    engagement->parameters = bd_value_object(arena, count + BD_COUNT(ours), keys, values);
}
