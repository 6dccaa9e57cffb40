/* What an assignment reaches: of a policy initiative, over which subscription; of the role Owner, in whose hands. */
#include "bindery/derive.h"

#include "derive_priv.h"

#include <string.h>

/* ---- ids ---- */

/* Behind the last '/': definitions are named by a guid, whatever stands in front of it. */
static bd_str last_part(bd_arena *arena, bd_str id) {
    return bd_path_name(bd_resource_id(arena, id));
}

typedef enum { AT_NOTHING, AT_ROOT, AT_GROUP_OF_SUBSCRIPTIONS, AT_SUBSCRIPTION, AT_LESS } level;

/* `id` as bd_resource_id gives it; the root scope "/" is "" there. */
static level level_of(bd_str id) {
    bd_str group = BD_STR("/providers/microsoft.management/managementgroups/");
    bd_str subscription = BD_STR("/subscriptions/");
    if (bd_str_has_prefix(id, group)) {
        return bd_str_find(bd_str_sub(id, group.size, id.size), BD_STR("/")) < 0
                   ? AT_GROUP_OF_SUBSCRIPTIONS
                   : AT_LESS;
    }
    if (!bd_str_has_prefix(id, subscription)) {
        return AT_NOTHING;
    }
    return bd_str_find(bd_str_sub(id, subscription.size, id.size), BD_STR("/")) < 0
               ? AT_SUBSCRIPTION
               : AT_LESS;
}

static level level_of_scope(bd_arena *arena, bd_str scope) {
    bd_str id = bd_resource_id(arena, scope);
    return scope.size > 0 && (id.size == 0 || bd_str_eqz(id, "/")) ? AT_ROOT : level_of(id);
}

static const char *level_name(level at) {
    switch (at) {
    case AT_ROOT: return "root";
    case AT_GROUP_OF_SUBSCRIPTIONS: return "management group";
    case AT_SUBSCRIPTION: return "subscription";
    case AT_LESS: return "part of a subscription";
    case AT_NOTHING: break;
    }
    return "";
}

/* ---- policy-reach ---- */

static const struct {
    const char *guid, *name;
} initiatives[] = {
    {"4054785f-702b-4a98-9215-009cbd58b141", "SOC 2 Type 2"},
    {"53ad89f5-8542-49e9-ba81-1cbd686e0d52", "SOC 2023"},
};

const char *soc2_initiative_name(bd_str guid) {
    for (size_t i = 0; i < BD_COUNT(initiatives); i++) {
        if (bd_str_eqz(guid, initiatives[i].guid)) {
            return initiatives[i].name;
        }
    }
    return NULL;
}

typedef struct {
    bool is_known, is_effective;
    const char *problem; /* why it is not known */
} reach;

static reach open_reach(const char *problem) {
    return (reach){.problem = problem};
}

/* A part of the subscription left out leaves the rest reached; the subscription itself left out undoes it. */
static reach reach_without(const bd_value *excluded, bd_str scope, level at, bd_arena *arena) {
    if (excluded == NULL) {
        return open_reach("the record does not show 'notScopes'");
    }
    for (size_t i = 0; excluded->kind == BD_ARRAY && i < excluded->count; i++) {
        const bd_value *one = &excluded->items[i];
        if (one->kind != BD_STRING) {
            return open_reach("an entry of 'notScopes' is no text");
        }
        bd_str id = bd_resource_id(arena, one->text);
        if (bd_str_eq(id, bd_resource_id(arena, scope))) {
            return (reach){.is_known = true};
        }
        level left_out = level_of(id);
        bool is_whole = left_out == AT_SUBSCRIPTION || left_out == AT_GROUP_OF_SUBSCRIPTIONS;
        if (left_out == AT_NOTHING || (is_whole && at != AT_SUBSCRIPTION)) {
            return open_reach("its exclusions name whole subscriptions or management groups");
        }
    }
    return (reach){.is_known = true, .is_effective = true};
}

static const bd_value *own_member(const bd_value *record, const char *key) {
    const bd_value *found = NULL;
    bd_lookup how = bd_value_lookup(record, bd_str_of(key), &found);
    return how == BD_LOOKUP_FOUND ? found : NULL;
}

static bool has_items(const bd_value *list) {
    return list != NULL && list->kind == BD_ARRAY && list->count > 0;
}

static reach reach_of(const bd_value *record, bd_str scope, bd_arena *arena) {
    level at = level_of_scope(arena, scope);
    if (at == AT_NOTHING) {
        return open_reach("the record does not show its scope");
    }
    bd_str mode = bd_member_text(record, "enforcementMode");
    if (at == AT_LESS || bd_str_ieq(mode, BD_STR("DoNotEnforce"))) {
        return (reach){.is_known = true};
    }
    if (!bd_str_ieq(mode, BD_STR("Default"))) {
        return open_reach("the record does not show 'enforcementMode'");
    }
    if (has_items(bd_member(record, "resourceSelectors")) ||
        has_items(bd_member(record, "overrides"))) {
        return open_reach("it selects resources or overrides effects");
    }
    return reach_without(own_member(record, "notScopes"), scope, at, arena);
}

void map_policy_reach(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    (void)zone;
    bd_str definition = bd_member_text(record, "policyDefinitionId");
    bd_str guid = last_part(arena, definition);
    bd_str id = bd_member_text(record, "id");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "assignment", id);
    bd_put_text(&build, "definition", guid);
    const char *initiative = soc2_initiative_name(guid);
    bd_put_text(&build, "initiative", bd_str_of(initiative != NULL ? initiative : ""));
    bd_put_value(&build, "is_soc2",
                 definition.size == 0 ? NULL : bd_value_bool(arena, initiative != NULL));
    bd_str scope = bd_member_text(record, "scope");
    reach found = reach_of(record, scope, arena);
    bd_put_text(&build, "scope", scope);
    bd_put_text(&build, "level", bd_str_of(level_name(level_of_scope(arena, scope))));
    bd_put_value(&build, "effective",
                 found.is_known ? bd_value_bool(arena, found.is_effective) : NULL);
    bd_put_text(&build, "problem", bd_str_of(found.problem));
    emit(context, BD_STR("policy-reach"), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

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
    bd_str role = last_part(arena, bd_member_text(record, "roleDefinitionId"));
    level at = level_of_scope(arena, bd_member_text(record, "scope"));
    bd_str principal = bd_str_lower(arena, bd_member_text(record, "principalId"));
    bd_str kind = bd_member_text(record, "principalType");
    bool is_application = bd_str_ieq(kind, BD_STR("ServicePrincipal"));
    if (way == NULL || !bd_str_eqz(role, OWNER) || at == AT_LESS || is_application) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "principal", principal);
    bd_put_text(&build, "kind", kind);
    bd_put_text(&build, "way", bd_str_of(way));
    bd_put_text(&build, "scope", bd_member_text(record, "scope"));
    bool is_person = bd_str_ieq(kind, BD_STR("User")) && principal.size > 0 && at != AT_NOTHING;
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
