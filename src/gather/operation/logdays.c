/* Days on which a log has an event, by subscription where it has one: what two copies of a log are compared by. */
#include "bindery/operation.h"

#include "operation_priv.h"

static bd_instant event_time(const bd_value *record) {
    static const char *const keys[] = {"eventTimestamp",  "activityDateTime", "createdDateTime",
                                       "CreatedDateTime", "ActivityDateTime", "TimeGenerated",
                                       "Date (UTC)"};
    bd_instant at;
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        if (bd_instant_parse(bd_member_text(record, keys[i]), &at)) {
            return at;
        }
    }
    return BD_INSTANT_NONE;
}

static bd_str subscription_of(const bd_value *record, bd_arena *arena) {
    static const char *const keys[] = {"subscriptionId", "SubscriptionId"};
    static const char *const ids[] = {"resourceId", "id", "_ResourceId", "ResourceId"};
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        bd_str own = bd_str_lower(arena, bd_member_text(record, keys[i]));
        if (own.size > 0) {
            return own;
        }
    }
    for (size_t i = 0; i < BD_COUNT(ids); i++) {
        bd_str id = bd_resource_id(arena, bd_member_text(record, ids[i])),
               head = BD_STR("/subscriptions/");
        bd_str rest = bd_str_has_prefix(id, head) ? bd_str_sub(id, head.size, id.size) : BD_STR("");
        bd_str guid;
        bd_str_cut(&rest, '/', &guid);
        if (guid.size > 0) {
            return guid;
        }
    }
    return BD_STR("");
}

/* The column TenantId of a table is the id of its workspace: a row says itself that it is of another one. */
static bool is_of_another_workspace(const bd_value *record, const bd_value *parameters) {
    bd_str own = bd_member_text(record, "TenantId");
    bd_str central = parameters != NULL ? bd_value_text(parameters, "central_workspace_guid")
                                        : BD_STR("");
    return own.size > 0 && central.size > 0 && !bd_str_ieq(own, bd_str_trim(central));
}

/* All events of a day are one record: the same key at the same instant. */
void map_log_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                  bd_arena *arena, bd_derived_fn *emit, void *context) {
    bd_instant at = event_time(record);
    bd_day day = at == BD_INSTANT_NONE ? BD_DAY_NONE : bd_zone_day(zone, at);
    bd_str subscription = subscription_of(record, arena);
    bd_str text = at == BD_INSTANT_NONE ? BD_STR("") : bd_day_format(arena, day);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "day", text);
    bd_put_text(&build, "subscription", subscription);
    bd_put_text(&build, "category", bd_member_text(record, "category"));
    bd_put_text(&build, "elsewhere",
                is_of_another_workspace(record, parameters) ? BD_STR("yes") : BD_STR(""));
    bd_instant start = at == BD_INSTANT_NONE ? at : bd_zone_day_start(zone, day);
    bd_put_text(&build, "time",
                at == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(arena, start));
    bd_put_text(&build, "time_problem",
                at == BD_INSTANT_NONE ? BD_STR("the record of the log shows no time") : BD_STR(""));
    bd_str key = bd_str_format(arena, "%.*s#%.*s", BD_ARG(subscription), BD_ARG(text));
    emit(context, BD_STR("log-day"), key, key, start, bd_build_object(&build));
}
