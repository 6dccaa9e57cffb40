/* Accounts disabled, enabled, deleted, restored and signed out, from the directory's audit log:
 * Microsoft Graph's directoryAudits and the AuditLogs table of Log Analytics, which differ in the
 * case of their keys and in that the table may carry its lists as JSON in strings. */
#include "bindery/people.h"

#include "people_priv.h"

static const struct {
    const char *activity, *action;
} activities[] = {
    {"disable account", "disable"},
    {"enable account", "enable"},
    {"delete user", "delete"},
    {"hard delete user", "delete"},
    {"restore user", "restore"},
    {"update stsrefreshtokenvalidfrom timestamp", "revoke"},
    {"update stsrefreshtokenvalidfrom", "revoke"},
};

static bd_str activity_of(const bd_value *record) {
    bd_str text = bd_member_text(record, "activityDisplayName");
    if (text.size == 0) {
        text = bd_member_text(record, "OperationName");
    }
    while (text.size > 0 && text.data[text.size - 1] == '.') { /* the Office 365 spelling */
        text.size--;
    }
    return text;
}

/* Lists that Log Analytics prints as text. */
static const bd_value *list_of(const bd_value *object, const char *key, bd_arena *arena) {
    const bd_value *list = bd_member(object, key);
    if (list != NULL && list->kind == BD_STRING) {
        list = bd_derive_parse_text(arena, list->text);
    }
    return list != NULL && list->kind == BD_ARRAY ? list : NULL;
}

/* "[false]", "false", "\"False\"", false, [false] : the word itself. */
static bd_str bare_word(const bd_value *value) {
    while (value != NULL && value->kind == BD_ARRAY) {
        value = value->count == 1 ? &value->items[0] : NULL;
    }
    if (value == NULL || (value->kind != BD_STRING && value->kind != BD_BOOL)) {
        return BD_STR("");
    }
    if (value->kind == BD_BOOL) {
        return bd_str_of(value->boolean ? "true" : "false");
    }
    bd_str text = value->text;
    const char *frame = "[]\" \\";
    while (text.size > 0 && bd_str_find(bd_str_of(frame), bd_str_sub(text, 0, 1)) >= 0) {
        text = bd_str_sub(text, 1, text.size);
    }
    while (text.size > 0 &&
           bd_str_find(bd_str_of(frame), bd_str_sub(text, text.size - 1, text.size)) >= 0) {
        text.size--;
    }
    return text;
}

/* "Update user" speaks of everything; only a new AccountEnabled opens or shuts. */
static const char *action_of_update(const bd_value *target, bd_arena *arena) {
    const bd_value *changes = list_of(target, "modifiedProperties", arena);
    for (size_t i = 0; changes != NULL && i < changes->count; i++) {
        if (!bd_str_ieq(bd_member_text(&changes->items[i], "displayName"),
                        BD_STR("AccountEnabled"))) {
            continue;
        }
        bd_str now = bare_word(bd_member(&changes->items[i], "newValue"));
        return bd_str_ieq(now, BD_STR("false"))  ? "disable"
               : bd_str_ieq(now, BD_STR("true")) ? "enable"
                                                 : NULL;
    }
    return NULL;
}

static const char *action_of(bd_str activity, const bd_value *target, bd_arena *arena) {
    for (size_t i = 0; i < BD_COUNT(activities); i++) {
        if (bd_str_ieq(activity, bd_str_of(activities[i].activity))) {
            return activities[i].action;
        }
    }
    return bd_str_ieq(activity, BD_STR("update user")) ? action_of_update(target, arena) : NULL;
}

/* A deleted user's name carries the object id without dashes in front. */
static bd_str strip_deleted(bd_str upn) {
    for (size_t i = 0; i < 32; i++) {
        bool is_hex = i < upn.size && ((upn.data[i] >= '0' && upn.data[i] <= '9') ||
                                       (upn.data[i] >= 'a' && upn.data[i] <= 'f') ||
                                       (upn.data[i] >= 'A' && upn.data[i] <= 'F'));
        if (!is_hex) {
            return upn;
        }
    }
    bd_str rest = bd_str_sub(upn, 32, upn.size);
    return bd_str_find(rest, BD_STR("@")) > 0 ? rest : upn;
}

static bd_str actor_of(const bd_value *record, bd_arena *arena) {
    const bd_value *by = bd_member(record, "initiatedBy");
    if (by != NULL && by->kind == BD_STRING) {
        by = bd_derive_parse_text(arena, by->text);
    }
    bd_str user = bd_member_text(bd_member(by, "user"), "userPrincipalName");
    return user.size > 0 ? user : bd_member_text(bd_member(by, "app"), "displayName");
}

typedef struct {
    const bd_value *record;
    bd_str activity;
    bd_instant time;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} event;

static void emit_event(const event *of, const bd_value *target, const char *action) {
    bd_str upn = strip_deleted(bd_member_text(target, "userPrincipalName"));
    bd_str account = bd_derive_fold_text(of->arena, upn);
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "account", account);
    bd_put_text(&build, "action", bd_str_of(action));
    bd_put_text(&build, "result", bd_str_lower(of->arena, bd_member_text(of->record, "result")));
    bd_put_text(&build, "time",
                of->time == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(of->arena, of->time));
    bd_put_text(&build, "activity", of->activity);
    bd_put_text(&build, "object_id", bd_str_lower(of->arena, bd_member_text(target, "id")));
    bd_put_text(&build, "correlation_id",
                bd_str_lower(of->arena, bd_member_text(of->record, "correlationId")));
    bd_put_text(&build, "event_id", bd_member_text(of->record, "id"));
    bd_put_text(&build, "initiated_by", actor_of(of->record, of->arena));
    of->emit(of->context, BD_STR("account"), account, upn, of->time, bd_build_object(&build));
}

static bool is_user(const bd_value *target) {
    bd_str type = bd_member_text(target, "type");
    return target->kind == BD_OBJECT &&
           (type.size > 0 ? bd_str_ieq(type, BD_STR("user"))
                          : bd_member_text(target, "userPrincipalName").size > 0);
}

void map_account_events(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                        bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters, (void)zone;
    event of = {.record = record,
                .activity = activity_of(record),
                .time = BD_INSTANT_NONE,
                .arena = arena,
                .emit = emit,
                .context = context};
    if (!bd_instant_parse(bd_member_text(record, "activityDateTime"), &of.time) &&
        !bd_instant_parse(bd_member_text(record, "TimeGenerated"), &of.time)) {
        of.time = BD_INSTANT_NONE;
    }
    const bd_value *targets = list_of(record, "targetResources", arena);
    for (size_t i = 0; targets != NULL && i < targets->count; i++) {
        const char *action =
            is_user(&targets->items[i]) ? action_of(of.activity, &targets->items[i], arena) : NULL;
        if (action != NULL) {
            emit_event(&of, &targets->items[i], action);
        }
    }
}
