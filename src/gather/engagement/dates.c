/* What checks may ask of the period: its days, as parameters beside the organisation's facts. */
#include "bindery/engagement.h"

#include "engagement_priv.h"

/* The same day a year earlier; of a day that year does not have, the last one of the month. */
static bd_day year_before(bd_day day) {
    bd_date date = bd_date_of_day(day);
    bool is_leap_day = date.month == 2 && date.day == 29;
    return bd_day_of_date(date.year - 1, date.month, is_leap_day ? 28 : date.day);
}

void bd_engagement_state_period(bd_engagement *engagement, const bd_period *period,
                                bd_instant as_of, bd_arena *arena) {
    enum { OURS = 3 };
    const bd_value *given = engagement->parameters;
    size_t count = given != NULL ? given->count : 0;
    bd_str *keys = bd_new(arena, bd_str, count + OURS);
    const bd_value **values = bd_new(arena, const bd_value *, count + OURS);
    bd_day last = bd_zone_day(engagement->zone, as_of - 1);
    last = last < period->to ? last : period->to;
    const struct {
        bd_str name;
        bd_day day;
    } days[OURS] = {{BD_STR("period_from"), period->from},
                    {BD_STR("period_to"), last},
                    {BD_STR("year_from"), year_before(last + 1)}};
    for (size_t i = 0; i < count; i++) {
        keys[i] = given->keys[i];
        values[i] = &given->items[i];
    }
    for (size_t i = 0; i < OURS; i++) {
        keys[count + i] = days[i].name;
        values[count + i] = bd_value_string(arena, bd_day_format(arena, days[i].day));
    }
    engagement->parameters = bd_value_object(arena, count + OURS, keys, values);
}
