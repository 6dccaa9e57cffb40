/* Sentinel: which playbooks incidents are taken to, and the states that incidents went through. */
#include "bindery/derive.h"

#include "derive_priv.h"

static bool is_true(const bd_value *value) {
    return value != NULL && ((value->kind == BD_BOOL && value->boolean) ||
                             (value->kind == BD_STRING && bd_str_ieq(value->text, BD_STR("true"))));
}

/* Only what an enabled rule runs when an incident is created is a route. */
void map_incident_playbooks(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str rule = member_text(record, "id");
    const bd_value *when = member(record, "triggeringLogic"), *actions = member(record, "actions");
    if (!is_true(member(when, "isEnabled")) ||
        !bd_str_ieq(member_text(when, "triggersOn"), BD_STR("Incidents")) ||
        !bd_str_ieq(member_text(when, "triggersWhen"), BD_STR("Created"))) {
        return;
    }
    for (size_t i = 0; actions != NULL && actions->kind == BD_ARRAY && i < actions->count; i++) {
        const bd_value *action = &actions->items[i];
        bd_str playbook = member_text(member(action, "actionConfiguration"), "logicAppResourceId");
        if (!bd_str_ieq(member_text(action, "actionType"), BD_STR("RunPlaybook"))) {
            continue;
        }
        builder build = {.arena = arena};
        put_text(&build, "rule", rule);
        put_text(&build, "playbook", playbook);
        bd_str key = bd_str_format(arena, "%.*s\x1f%.*s", BD_ARG(resource_id(arena, rule)),
                                   BD_ARG(resource_id(arena, playbook)));
        emit(context, BD_STR("microsoft.securityinsights/automationrules/playbooks"), key, playbook,
             BD_INSTANT_NONE, build_object(&build));
    }
}

/* Log Analytics prints an object as text. */
static bool has_owner(const bd_value *record, bd_arena *arena) {
    static const char *const names[] = {"objectId", "assignedTo", "email", "userPrincipalName"};
    const bd_value *owner = member(record, "Owner");
    bool is_there = false;
    if (owner != NULL && owner->kind == BD_STRING) {
        owner = parse_text(arena, owner->text);
    }
    for (size_t i = 0; owner != NULL && owner->kind == BD_OBJECT && i < BD_COUNT(names); i++) {
        is_there = is_there || member_text(owner, names[i]).size > 0;
    }
    return is_there;
}

static bd_str number_text(const bd_value *value) {
    bool is_fine = value != NULL && (value->kind == BD_NUMBER || value->kind == BD_STRING);
    return is_fine ? bd_str_trim(value->text) : BD_STR("");
}

void map_incident_states(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_instant time = BD_INSTANT_NONE;
    bd_str status = member_text(record, "Status");
    bd_str number = number_text(member(record, "IncidentNumber"));
    if (!bd_instant_parse(member_text(record, "LastModifiedTime"), &time) &&
        !bd_instant_parse(member_text(record, "TimeGenerated"), &time)) {
        time = BD_INSTANT_NONE;
    }
    bool is_new = bd_str_ieq(status, BD_STR("New"));
    bd_str shown = time == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(arena, time);
    builder build = {.arena = arena};
    put_text(&build, "number", number);
    put_text(&build, "status", status);
    put_text(&build, "time", shown);
    put_value(&build, "is_taken_up",
              status.size > 0 ? bd_value_bool(arena, !is_new && has_owner(record, arena)) : NULL);
    emit(context, BD_STR("incident"),
         bd_str_format(arena, "%.*s\x1f%.*s", BD_ARG(number), BD_ARG(shown)), number, time,
         build_object(&build));
}
