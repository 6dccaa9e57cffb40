/* What is asked of resources by policy: over which subscription an assignment of an initiative reaches, and exemptions
 * from the built-in SOC 2 initiatives.  An exemption names the assignment that it is from, and only the list of
 * assignments says what that one assigns. */
#include "bindery/change.h"

#include "change_priv.h"

static const struct {
    const char *guid, *name;
} initiatives[] = {
    {"4054785f-702b-4a98-9215-009cbd58b141", "SOC 2 Type 2"},
    {"53ad89f5-8542-49e9-ba81-1cbd686e0d52", "SOC 2023"},
};

static const char *soc2_initiative_name(bd_str guid) {
    for (size_t i = 0; i < BD_COUNT(initiatives); i++) {
        if (bd_str_eqz(guid, initiatives[i].guid)) {
            return initiatives[i].name;
        }
    }
    return NULL;
}

/* ---- policy-reach ---- */

static const char *level_name(bd_level at) {
    switch (at) {
    case BD_LEVEL_ROOT: return "root";
    case BD_LEVEL_GROUP: return "management group";
    case BD_LEVEL_SUBSCRIPTION: return "subscription";
    case BD_LEVEL_LESS: return "part of a subscription";
    case BD_LEVEL_NOTHING: break;
    }
    return "";
}

typedef struct {
    bool is_known, is_effective;
    const char *problem; /* why it is not known */
} reach;

static reach open_reach(const char *problem) {
    return (reach){.problem = problem};
}

/* A part of the subscription left out leaves the rest reached; the subscription itself left out undoes it. */
static reach reach_without(const bd_value *excluded, bd_str scope, bd_level at, bd_arena *arena) {
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
        bd_level left_out = bd_level_of_id(id);
        bool is_whole = left_out == BD_LEVEL_SUBSCRIPTION || left_out == BD_LEVEL_GROUP;
        if (left_out == BD_LEVEL_NOTHING || (is_whole && at != BD_LEVEL_SUBSCRIPTION)) {
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
    bd_level at = bd_level_of_scope(arena, scope);
    if (at == BD_LEVEL_NOTHING) {
        return open_reach("the record does not show its scope");
    }
    bd_str mode = bd_member_text(record, "enforcementMode");
    if (at == BD_LEVEL_LESS || bd_str_ieq(mode, BD_STR("DoNotEnforce"))) {
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
    bd_str guid = bd_id_tail(arena, definition);
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
    bd_put_text(&build, "level", bd_str_of(level_name(bd_level_of_scope(arena, scope))));
    bd_put_value(&build, "effective",
                 found.is_known ? bd_value_bool(arena, found.is_effective) : NULL);
    bd_put_text(&build, "problem", bd_str_of(found.problem));
    emit(context, BD_STR("policy-reach"), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

/* ---- soc2-exemptions ---- */

BD_DERIVE_COLLECT(soc2_exemptions) {
    const bd_value *value = record->value;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", bd_member_text(value, "id"));
    if (bd_join_record_is_of(record, "S08")) {
        bd_put_text(&build, "definition",
                    bd_id_tail(arena, bd_member_text(value, "policyDefinitionId")));
        keep(context, bd_resource_id(arena, bd_member_text(value, "id")), bd_build_object(&build));
        return;
    }
    bd_str reason = bd_member_text(bd_member(value, "metadata"), "reason");
    bd_put_text(&build, "name", bd_member_text(value, "displayName"));
    bd_put_text(&build, "ends", bd_member_text(value, "expiresOn"));
    bd_put_text(&build, "reason", reason.size > 0 ? reason : bd_member_text(value, "description"));
    bd_str from = bd_member_text(value, "policyAssignmentId");
    keep(context, from.size > 0 ? bd_resource_id(arena, from) : BD_STR("?"),
         bd_build_object(&build));
}

/* Of an assignment that several snapshots show, one that is of an initiative of ours is enough. */
static bd_answer is_of_soc2(const bd_part *parts, size_t count) {
    bd_answer found = BD_UNKNOWN;
    for (size_t i = 0; i < count && found != BD_YES; i++) {
        bd_str definition = bd_value_text(parts[i].kept, "definition");
        if (bd_part_is_of(&parts[i], "S08") && definition.size > 0) {
            found = soc2_initiative_name(definition) != NULL ? BD_YES : BD_NO;
        }
    }
    return found;
}

static bd_answer is_to_come(const bd_join *join, bd_str ends) {
    bd_instant end;
    if (ends.size == 0) {
        return BD_NO;
    }
    return !bd_instant_parse(ends, &end) ? BD_UNKNOWN : end > join->at ? BD_YES : BD_NO;
}

BD_DERIVE_REDUCE(soc2_exemptions) {
    bd_answer is_ours = is_of_soc2(parts, count);
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        const bd_value *kept = parts[i].kept;
        if (!bd_part_is_of(&parts[i], "S08e")) {
            continue;
        }
        bd_str id = bd_value_text(kept, "id"), ends = bd_value_text(kept, "ends");
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "exemption", id);
        bd_put_text(&build, "displayName", bd_value_text(kept, "name"));
        bd_put_text(&build, "assignment", group);
        bd_put_text(&build, "expiresOn", ends);
        bd_put_text(&build, "reason", bd_value_text(kept, "reason"));
        bd_put_answer(&build, "has_reason",
                      bd_value_text(kept, "reason").size > 0 ? BD_YES : BD_NO);
        bd_answer to_come = is_to_come(join, ends);
        bd_put_answer(&build, "is_to_come", to_come);
        bd_put_answer(&build, "is_soc2", is_ours);
        bd_put_text(
            &build, "problem",
            is_ours == BD_UNKNOWN
                ? BD_STR("no list of assignments near this day shows what it is an exemption from")
            : to_come == BD_UNKNOWN ? BD_STR("its expiry is no time")
                                    : BD_STR(""));
        emit(context, BD_STR("microsoft.authorization/policyexemptions"), bd_resource_id(arena, id),
             id, BD_INSTANT_NONE, bd_build_object(&build));
    }
}
