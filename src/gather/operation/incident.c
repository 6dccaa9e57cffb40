/* Sentinel: which playbooks incidents are taken to, and the states that incidents went through. */
#include "bindery/operation.h"

#include "operation_priv.h"

static bool is_true(const bd_value *value) {
    return value != NULL && ((value->kind == BD_BOOL && value->boolean) ||
                             (value->kind == BD_STRING && bd_str_ieq(value->text, BD_STR("true"))));
}

/* Only what an enabled rule runs when an incident is created is a route. */
void map_incident_playbooks(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str rule = bd_member_text(record, "id");
    const bd_value *when = bd_member(record, "triggeringLogic"),
                   *actions = bd_member(record, "actions");
    if (!is_true(bd_member(when, "isEnabled")) ||
        !bd_str_ieq(bd_member_text(when, "triggersOn"), BD_STR("Incidents")) ||
        !bd_str_ieq(bd_member_text(when, "triggersWhen"), BD_STR("Created"))) {
        return;
    }
    for (size_t i = 0; actions != NULL && actions->kind == BD_ARRAY && i < actions->count; i++) {
        const bd_value *action = &actions->items[i];
        bd_str playbook =
            bd_member_text(bd_member(action, "actionConfiguration"), "logicAppResourceId");
        if (!bd_str_ieq(bd_member_text(action, "actionType"), BD_STR("RunPlaybook"))) {
            continue;
        }
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "rule", rule);
        bd_put_text(&build, "playbook", playbook);
        bd_str key = bd_str_format(arena, "%.*s\x1f%.*s", BD_ARG(bd_resource_id(arena, rule)),
                                   BD_ARG(bd_resource_id(arena, playbook)));
        emit(context, BD_STR("microsoft.securityinsights/automationrules/playbooks"), key, playbook,
             BD_INSTANT_NONE, bd_build_object(&build));
    }
}

/* ".../workspaces/w/providers/Microsoft.SecurityInsights/onboardingStates/default": the workspace. */
static bd_str workspace_of_state(bd_arena *arena, bd_str id) {
    bd_str lower = bd_resource_id(arena, id);
    ptrdiff_t at = bd_str_find(lower, BD_STR("/providers/microsoft.securityinsights/"));
    return at < 0 ? BD_STR("") : bd_str_sub(lower, 0, (size_t)at);
}

/* ".../Microsoft.OperationsManagement/solutions/SecurityInsights(w)": what Sentinel was before it had a state.  It
 * names its workspace; an inventory of chosen columns shows the name alone, and that lies in its group. */
static bd_str workspace_of_solution(const bd_value *record, bd_arena *arena) {
    bd_str id = bd_resource_id(arena, bd_member_text(record, "id"));
    bd_str named = bd_member_text(record, "workspaceResourceId"),
           head = BD_STR("securityinsights(");
    bd_str tail = bd_path_name(id);
    ptrdiff_t at = bd_str_find(id, BD_STR("/providers/microsoft.operationsmanagement/solutions/"));
    if (at <= 0 || !bd_str_has_prefix(tail, head) || !bd_str_has_suffix(tail, BD_STR(")"))) {
        return BD_STR("");
    }
    bd_str name = bd_str_sub(tail, head.size, tail.size - 1);
    return named.size > 0
               ? bd_resource_id(arena, named)
               : bd_str_format(arena,
                               "%.*s/providers/microsoft.operationalinsights/workspaces/%.*s",
                               (int)at, id.data, BD_ARG(name));
}

void map_sentinel_states(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str id = bd_member_text(record, "id");
    bd_str state = workspace_of_state(arena, id);
    bd_str workspace = state.size > 0 ? state : workspace_of_solution(record, arena);
    if (workspace.size == 0) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "workspace", workspace);
    bd_put_text(&build, "state", state.size > 0 ? bd_member_text(record, "name") : BD_STR(""));
    bd_put_text(&build, "problem",
                state.size > 0
                    ? BD_STR("")
                    : BD_STR("the workspace has the older solution of Sentinel, which shows "
                             "no onboarding state"));
    emit(context, BD_STR("sentinel"), bd_resource_id(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

/* Log Analytics prints an object as text. */
static bool has_owner(const bd_value *record, bd_arena *arena) {
    static const char *const names[] = {"objectId", "assignedTo", "email", "userPrincipalName"};
    const bd_value *owner = bd_member(record, "Owner");
    bool is_there = false;
    if (owner != NULL && owner->kind == BD_STRING) {
        owner = bd_derive_parse_text(arena, owner->text);
    }
    for (size_t i = 0; owner != NULL && owner->kind == BD_OBJECT && i < BD_COUNT(names); i++) {
        is_there = is_there || bd_member_text(owner, names[i]).size > 0;
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
    bd_str status = bd_member_text(record, "Status");
    bd_str number = number_text(bd_member(record, "IncidentNumber"));
    if (!bd_instant_parse(bd_member_text(record, "LastModifiedTime"), &time) &&
        !bd_instant_parse(bd_member_text(record, "TimeGenerated"), &time)) {
        time = BD_INSTANT_NONE;
    }
    bool is_new = bd_str_ieq(status, BD_STR("New"));
    bd_str shown = time == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(arena, time);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "number", number);
    bd_put_text(&build, "status", status);
    bd_put_text(&build, "time", shown);
    bd_put_value(&build, "is_taken_up",
                 status.size > 0 ? bd_value_bool(arena, !is_new && has_owner(record, arena))
                                 : NULL);
    emit(context, BD_STR("incident"),
         bd_str_format(arena, "%.*s\x1f%.*s", BD_ARG(number), BD_ARG(shown)), number, time,
         bd_build_object(&build));
}
