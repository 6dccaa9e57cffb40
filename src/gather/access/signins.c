/* Events of the directory's logs: sign-ins, activations of roles and their approvals, access that was granted.
 * Microsoft Graph, the tables of Log Analytics (lists as JSON in strings) and the portal's CSV say them differently. */
#include "bindery/access.h"

#include "access_priv.h"

/* ---- reading ---- */

static bd_str first_text(const bd_value *record, const char *const *keys, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_str text = bd_member_text(record, keys[i]);
        if (text.size > 0) {
            return text;
        }
    }
    return (bd_str){"", 0};
}
#define FIRST(record, ...)                                                                         \
    first_text(record, (const char *const[]){__VA_ARGS__},                                         \
               BD_COUNT(((const char *const[]){__VA_ARGS__})))

/* A member that may stand as JSON in a string. */
static const bd_value *opened(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *found = bd_member(record, key);
    return found != NULL && found->kind == BD_STRING ? bd_derive_parse_text(arena, found->text)
                                                     : found;
}

static const bd_value *opened_list(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *found = opened(record, key, arena);
    return found != NULL && found->kind == BD_ARRAY ? found : NULL;
}

static bd_instant time_by(const bd_value *record, const char *const *keys, size_t count) {
    bd_instant time;
    for (size_t i = 0; i < count; i++) {
        if (bd_instant_parse(bd_member_text(record, keys[i]), &time)) {
            return time;
        }
    }
    return BD_INSTANT_NONE;
}
#define TIME_BY(record, ...)                                                                       \
    time_by(record, (const char *const[]){__VA_ARGS__},                                            \
            BD_COUNT(((const char *const[]){__VA_ARGS__})))

static void put_time(bd_builder *build, bd_instant time) {
    bd_put_text(build, "time",
                time == BD_INSTANT_NONE ? (bd_str){"", 0} : bd_instant_format(build->arena, time));
}

/* ---- sign-ins ---- */

static bd_answer has_succeeded(const bd_value *record, bd_arena *arena) {
    const bd_value *code = bd_member(opened(record, "status", arena), "errorCode");
    code = code != NULL ? code : bd_member(record, "ResultType");
    code = code != NULL ? code : bd_member(record, "Sign-in error code");
    if (code != NULL && (code->kind == BD_NUMBER || code->kind == BD_STRING)) {
        bd_str text = bd_str_trim(code->text);
        return bd_str_eqz(text, "0") || bd_str_ieq(text, BD_STR("None")) ? BD_YES : BD_NO;
    }
    bd_str status = bd_member_text(record, "Status");
    return status.size == 0 ? BD_UNKNOWN : bd_str_ieq(status, BD_STR("Success")) ? BD_YES : BD_NO;
}

/* "multi" or "single"; "" when the log does not show it.  A second factor that a token carries is one. */
static const char *factors_of(const bd_value *record, bd_arena *arena) {
    bd_str asked = FIRST(record, "authenticationRequirement", "Authentication requirement");
    const bd_value *steps = opened_list(record, "authenticationDetails", arena);
    for (size_t i = 0; steps != NULL && i < steps->count; i++) {
        bd_str detail =
            bd_str_lower(arena, bd_member_text(&steps->items[i], "authenticationStepResultDetail"));
        if (bd_str_find(detail, BD_STR("mfa requirement satisfied by claim in the token")) >= 0 ||
            bd_str_find(detail, BD_STR("mfa completed")) >= 0) {
            return "multi";
        }
    }
    bd_str lower = bd_str_lower(arena, asked);
    if (bd_str_has_prefix(lower, BD_STR("multi"))) {
        return "multi";
    }
    return bd_str_has_prefix(lower, BD_STR("single")) ? "single" : "";
}

void map_sign_ins(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                  bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str user = FIRST(record, "userId", "User ID");
    bool is_user = user.size > 0 && !bd_str_eqz(user, "00000000-0000-0000-0000-000000000000");
    bd_str upn = FIRST(record, "userPrincipalName", "Username");
    upn = upn.size > 0 ? upn : is_user ? user : upn;
    if (upn.size == 0) {
        return; /* an application's */
    }
    bd_instant time = TIME_BY(record, "createdDateTime", "TimeGenerated", "Date (UTC)");
    bd_str account = bd_derive_fold_text(arena, upn);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", FIRST(record, "id", "Request ID", "OriginalRequestId"));
    bd_put_text(&build, "account", account);
    bd_put_text(&build, "user", bd_str_lower(arena, user));
    bd_put_text(&build, "app", FIRST(record, "appDisplayName", "Application"));
    bd_put_answer(&build, "succeeded", has_succeeded(record, arena));
    bd_put_text(&build, "factors", bd_str_of(factors_of(record, arena)));
    put_time(&build, time);
    bd_put_text(&build, "problem", BD_STR("the log was read without it"));
    emit(context, BD_STR("account"), account, upn, time, bd_build_object(&build));
}

/* ---- the audit log ---- */

static bd_str activity_of(const bd_value *record, bd_arena *arena) {
    bd_str text = FIRST(record, "activityDisplayName", "OperationName");
    while (text.size > 0 && text.data[text.size - 1] == '.') { /* the Office 365 spelling */
        text.size--;
    }
    return bd_str_lower(arena, text);
}

static bd_instant audit_time(const bd_value *record) {
    return TIME_BY(record, "activityDateTime", "TimeGenerated");
}

/* additionalDetails: [{"key":"Justification","value":"..."}]. */
static bd_str detail_of(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *list = opened_list(record, "additionalDetails", arena);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (bd_str_ieq(bd_member_text(&list->items[i], "key"), bd_str_of(key))) {
            return bd_member_text(&list->items[i], "value");
        }
    }
    return (bd_str){"", 0};
}

static const bd_value *target_of(const bd_value *record, const char *type, bd_arena *arena) {
    const bd_value *list = opened_list(record, "targetResources", arena);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (bd_str_ieq(bd_member_text(&list->items[i], "type"), bd_str_of(type))) {
            return &list->items[i];
        }
    }
    return NULL;
}

static const bd_value *actor_of(const bd_value *record, bd_arena *arena) {
    return bd_member(opened(record, "initiatedBy", arena), "user");
}

/* One request is several rows with one correlationId. */
static void put_request(bd_builder *build, const bd_value *record, bd_arena *arena) {
    bd_put_text(build, "id", bd_member_text(record, "id"));
    bd_put_text(build, "request_id", bd_str_lower(arena, bd_member_text(record, "correlationId")));
    bd_put_text(build, "result", bd_str_lower(arena, bd_member_text(record, "result")));
    const bd_value *role = target_of(record, "Role", arena);
    bd_put_text(build, "role", bd_member_text(role, "displayName"));
    bd_put_text(build, "role_id", bd_id_tail(arena, bd_member_text(role, "id")));
}

static void put_length(bd_builder *build, const bd_value *record, bd_arena *arena) {
    bd_instant from = BD_INSTANT_NONE, to = BD_INSTANT_NONE;
    if (bd_instant_parse(detail_of(record, "StartTime", arena), &from) &&
        bd_instant_parse(detail_of(record, "ExpirationTime", arena), &to) && to >= from) {
        bd_instant minute = BD_HOUR / 60;
        bd_put_value(build, "minutes",
                     bd_value_integer(arena, (int64_t)((to - from + minute - 1) / minute)));
    }
}

void map_pim_activations(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    if (!bd_str_eqz(activity_of(record, arena), "add member to role completed (pim activation)")) {
        return;
    }
    bd_str upn = bd_member_text(actor_of(record, arena), "userPrincipalName");
    upn =
        upn.size > 0 ? upn : bd_member_text(target_of(record, "User", arena), "userPrincipalName");
    bd_str reason = detail_of(record, "Justification", arena);
    reason = reason.size > 0 ? reason : bd_member_text(record, "resultReason");
    bd_instant time = audit_time(record);
    bd_str account = bd_derive_fold_text(arena, upn);
    bd_builder build = {.arena = arena};
    put_request(&build, record, arena);
    bd_put_text(&build, "account", account);
    bd_put_text(&build, "justification", reason);
    bd_put_value(&build, "has_reason", bd_value_bool(arena, reason.size > 0));
    put_length(&build, record, arena);
    put_time(&build, time);
    bd_put_text(&build, "problem",
                BD_STR("the event shows no StartTime and ExpirationTime in additionalDetails"));
    emit(context, BD_STR("account"), account, upn, time, bd_build_object(&build));
}

void map_pim_approvals(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str activity = activity_of(record, arena);
    if (!bd_str_eqz(activity, "add member to role request approved (pim activation)")) {
        return;
    }
    bd_str approver = bd_member_text(actor_of(record, arena), "userPrincipalName");
    bd_str whom = bd_member_text(target_of(record, "User", arena), "userPrincipalName");
    bool is_known = approver.size > 0 && whom.size > 0;
    bd_instant time = audit_time(record);
    bd_builder build = {.arena = arena};
    put_request(&build, record, arena);
    bd_put_text(&build, "approver", bd_derive_fold_text(arena, approver));
    bd_put_text(&build, "account", bd_derive_fold_text(arena, whom));
    bd_put_answer(&build, "is_self",
                  !is_known                              ? BD_UNKNOWN
                  : bd_str_fold_cmp(approver, whom) == 0 ? BD_YES
                                                         : BD_NO);
    put_time(&build, time);
    bd_put_text(&build, "problem", BD_STR("the event does not show who approved whose request"));
    emit(context, BD_STR("account"), bd_derive_fold_text(arena, approver), approver, time,
         bd_build_object(&build));
}

/* ---- grants ---- */

static bool is_grant(bd_str activity) {
    static const char *const grants[] = {"add member to group",
                                         "add member to role",
                                         "add eligible member to role",
                                         "add scoped member to role",
                                         "add app role assignment grant to user",
                                         "add app role assignment to group",
                                         "add app role assignment to service principal",
                                         "add owner to group",
                                         "add eligible member to role in pim completed (permanent)",
                                         "add eligible member to role in pim completed (timebound)",
                                         "add member to role in pim completed (permanent)",
                                         "add member to role in pim completed (timebound)"};
    for (size_t i = 0; i < BD_COUNT(grants); i++) {
        if (bd_str_eqz(activity, grants[i])) {
            return true;
        }
    }
    return false;
}

/* Who was given it.  The group that somebody joins stands among the targets too; a group is who was added only where
 * two of them do. */
static const bd_value *beneficiary_of(const bd_value *record, bd_str activity, bd_arena *arena) {
    static const char *const holders[] = {"User", "ServicePrincipal", "Device", "Group", "Other"};
    bool is_of_group = bd_str_eqz(activity, "add member to group") ||
                       bd_str_eqz(activity, "add owner to group");
    const bd_value *list = opened_list(record, "targetResources", arena);
    size_t groups = 0;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        groups += bd_str_ieq(bd_member_text(&list->items[i], "type"), BD_STR("Group")) ? 1 : 0;
    }
    for (size_t i = 0; i < BD_COUNT(holders); i++) {
        bool is_skipped = is_of_group && groups < 2 && bd_str_eqz(bd_str_of(holders[i]), "Group");
        const bd_value *found = is_skipped ? NULL : target_of(record, holders[i], arena);
        if (found != NULL) {
            return found;
        }
    }
    return NULL;
}

void map_grants_made(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    const bd_value *app = bd_member(opened(record, "initiatedBy", arena), "app");
    bool is_activation = bd_str_eqz(activity_of(record, arena), "add member to role") &&
                         bd_str_ieq(bd_member_text(app, "displayName"), BD_STR("MS-PIM"));
    if (!is_grant(activity_of(record, arena)) || is_activation) {
        return; /* what PIM writes for an activation is no grant */
    }
    const bd_value *whom = beneficiary_of(record, activity_of(record, arena), arena);
    bd_str name = FIRST(whom, "userPrincipalName", "displayName", "id");
    bd_instant time = audit_time(record);
    bd_builder build = {.arena = arena};
    put_request(&build, record, arena);
    bd_put_text(&build, "activity", activity_of(record, arena));
    bd_put_text(&build, "beneficiary", bd_derive_fold_text(arena, name));
    bd_put_text(&build, "kind",
                bd_member_text(whom, "type")); /* a group: who is in it no event of his own tells */
    bd_put_text(&build, "group", bd_member_text(target_of(record, "Group", arena), "displayName"));
    put_time(&build, time);
    emit(context, BD_STR("account"), bd_derive_fold_text(arena, name), name, time,
         bd_build_object(&build));
}

void map_grants_made_azure(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    bd_str operation = bd_str_lower(arena, bd_member_text(record, "operationName"));
    bd_str status = bd_str_lower(arena, bd_member_text(record, "status"));
    if (!bd_str_eqz(operation, "microsoft.authorization/roleassignments/write")) {
        return;
    }
    bd_instant time = TIME_BY(record, "eventTimestamp");
    const bd_value *body = opened(opened(record, "properties", arena), "requestbody", arena);
    bd_str whom = bd_str_lower(arena, bd_member_text(body, "principalId"));
    bd_str id = bd_member_text(record, "resourceId");
    /* started, accepted and succeeded are one grant; the first carries what was asked for */
    bool is_start = bd_str_eqz(status, "started");
    bool is_done = bd_str_eqz(status, "succeeded");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", bd_member_text(record, "eventDataId"));
    bd_put_text(&build, "result", bd_str_of(is_done ? "success" : "other"));
    bd_put_text(&build, "beneficiary",
                whom.size > 0 ? whom
                : is_start    ? (bd_str){"", 0}
                              : bd_resource_id(arena, id));
    bd_put_text(&build, "assignment", bd_resource_id(arena, id));
    bd_put_text(&build, "caller", bd_member_text(record, "caller"));
    put_time(&build, time);
    emit(context, BD_STR("microsoft.authorization/roleassignments"), bd_resource_id(arena, id), id,
         time, bd_build_object(&build));
}
