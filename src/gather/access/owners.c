/* The role Owner over whole subscriptions: in whose hands it is, and how each activation of it went. */
#include "bindery/access.h"

#include "access_priv.h"

#include <string.h>

/* ---- owner-people ---- */

#define OWNER "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define UNREAD_PEOPLE 4 /* a group may hold more than the three that are allowed */

static const char *way_of(const bd_value *record, bd_str id) {
    bd_str type = bd_member_text(record, "type");
    const struct {
        const char *part, *way;
    } ways[] = {{"roleeligibilityscheduleinstances", "eligible"},
                {"roleassignmentscheduleinstances", "assigned"},
                {"roleassignments", "assigned"}};
    for (size_t i = 0; i < BD_COUNT(ways); i++) {
        size_t size = strlen(ways[i].part);
        bool is_type =
            type.size >= size &&
            bd_str_ieq(bd_str_sub(type, type.size - size, type.size), bd_str_of(ways[i].part));
        if (is_type || bd_str_find(id, bd_str_of(ways[i].part)) >= 0) {
            return ways[i].way;
        }
    }
    return NULL;
}

/* One record for each holder of Owner over a whole subscription or more.  Applications are listed apart. */
void map_owner_people(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    (void)zone;
    bd_str id = bd_member_text(record, "id");
    const char *way = way_of(record, bd_resource_id(arena, id));
    bd_str role = bd_id_tail(arena, bd_member_text(record, "roleDefinitionId"));
    bd_level at = bd_level_of_scope(arena, bd_member_text(record, "scope"));
    bd_str principal = bd_str_lower(arena, bd_member_text(record, "principalId"));
    bd_str kind = bd_member_text(record, "principalType");
    bool is_application = bd_str_ieq(kind, BD_STR("ServicePrincipal"));
    if (way == NULL || !bd_str_eqz(role, OWNER) || at == BD_LEVEL_LESS || is_application) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "principal", principal);
    bd_put_text(&build, "kind", kind);
    bd_put_text(&build, "way", bd_str_of(way));
    bd_put_text(&build, "scope", bd_member_text(record, "scope"));
    bool is_person =
        bd_str_ieq(kind, BD_STR("User")) && principal.size > 0 && at != BD_LEVEL_NOTHING;
    bd_put_value(&build, "person", is_person ? bd_value_bool(arena, true) : NULL);
    bd_put_text(&build, "problem",
                is_person ? BD_STR("")
                : bd_str_ieq(kind, BD_STR("Group"))
                    ? BD_STR("whom the group holds is not read")
                    : BD_STR("the record does not show whom and over what it is"));
    const bd_value *made = bd_build_object(&build);
    size_t count = is_person ? 1 : UNREAD_PEOPLE;
    for (size_t i = 0; i < count; i++) {
        bd_str key =
            i == 0 ? principal : bd_str_format(arena, "%.*s#%zu", BD_ARG(principal), i + 1);
        emit(context, BD_STR("principal"), key, principal.size > 0 ? principal : id,
             BD_INSTANT_NONE, made);
    }
}

/* ---- owner-activations ---- */

#define DEFAULT_HOURS 8

static const bd_value *list_member(const bd_value *object, const char *key, bd_arena *arena) {
    const bd_value *list = bd_member(object, key);
    if (list != NULL && list->kind == BD_STRING) { /* Log Analytics prints lists as text */
        list = bd_derive_parse_text(arena, list->text);
    }
    return list != NULL && list->kind == BD_ARRAY ? list : NULL;
}

static bd_str detail_of(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *details = list_member(record, "additionalDetails", arena);
    for (size_t i = 0; details != NULL && i < details->count; i++) {
        if (bd_str_ieq(bd_member_text(&details->items[i], "key"), bd_str_of(key))) {
            return bd_member_text(&details->items[i], "value");
        }
    }
    return BD_STR("");
}

static bool is_for_owner(const bd_value *record, bd_arena *arena) {
    const bd_value *targets = list_member(record, "targetResources", arena);
    for (size_t i = 0; targets != NULL && i < targets->count; i++) {
        if (bd_str_ieq(bd_member_text(&targets->items[i], "displayName"), BD_STR("Owner"))) {
            return true;
        }
    }
    return false;
}

static bool is_activation(const bd_value *record, bd_arena *arena) {
    bd_str activity = bd_member_text(record, "activityDisplayName");
    activity =
        bd_str_lower(arena, activity.size > 0 ? activity : bd_member_text(record, "OperationName"));
    return bd_str_find(activity, BD_STR("pim activation")) >= 0 &&
           bd_str_find(activity, BD_STR("completed")) >= 0;
}

static int64_t hours_allowed(const bd_value *parameters) {
    const bd_value *slas = parameters != NULL ? bd_value_find(parameters, "slas") : NULL;
    int64_t hours = DEFAULT_HOURS;
    bool is_set = slas != NULL && bd_value_i64(slas, "owner_activation_hours", &hours);
    return is_set && hours > 0 && hours <= 24 * 366 ? hours : DEFAULT_HOURS;
}

void map_owner_activations(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    if (!is_activation(record, arena) || !is_for_owner(record, arena)) {
        return;
    }
    bd_str told = bd_member_text(record, "activityDateTime");
    told = told.size > 0 ? told : bd_member_text(record, "TimeGenerated");
    bd_str id = bd_member_text(record, "id");
    bd_str reason = bd_member_text(record, "resultReason");
    reason = reason.size > 0 ? reason : detail_of(record, "Justification", arena);
    bd_str ends = detail_of(record, "ExpirationTime", arena);
    bd_str starts = detail_of(record, "StartTime", arena);
    bd_instant time = BD_INSTANT_NONE, from = BD_INSTANT_NONE, to = BD_INSTANT_NONE;
    bool has_time = bd_instant_parse(told, &time);
    bool has_span =
        bd_instant_parse(starts.size > 0 ? starts : told, &from) && bd_instant_parse(ends, &to);
    int64_t hours = hours_allowed(parameters);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "event", id);
    bd_put_text(
        &build, "account",
        bd_member_text(bd_member(bd_member(record, "initiatedBy"), "user"), "userPrincipalName"));
    bd_put_value(&build, "justified", bd_value_bool(arena, reason.size > 0));
    bd_put_value(&build, "ends_in_time",
                 has_span ? bd_value_bool(arena, to > from && to - from <= hours * BD_HOUR) : NULL);
    bd_put_text(&build, "expires", ends);
    bd_put_text(&build, "problem",
                has_span ? BD_STR("")
                         : BD_STR("the record does not show when the activation ends"));
    bd_put_text(&build, "time_problem",
                has_time ? BD_STR("") : BD_STR("the record does not show when it happened"));
    emit(context, BD_STR("activation"), bd_str_lower(arena, id), id,
         has_time ? time : BD_INSTANT_NONE, bd_build_object(&build));
}
