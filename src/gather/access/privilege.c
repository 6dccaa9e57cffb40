/* Privileged roles: who holds one standing, what an activation asks for, and how activations went (PIM). */
#include "bindery/access.h"

#include "access_priv.h"
#include "bindery/roles.h"

#define LONGEST (367 * 24 * BD_HOUR) /* of an assignment with an end: PIM itself sets a year at most */

/* ---- pim-effective: assignments as they stand ---- */

static bool is_azure_record(const bd_join_record *record) {
    return bd_join_record_is_of(record, "S06");
}

void collect_pim_effective(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                           void *context) {
    static const char *const kept[] = {"id",          "assignmentType", "memberType", "startDateTime",
                                       "endDateTime", "principalId",    "scope",      "directoryScopeId"};
    const bd_value *holder = bd_roles_keep_holder(record, arena);
    if (holder == NULL) {
        return;
    }
    bd_builder build = {.arena = arena};
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        bd_put_value(&build, kept[i], bd_member(record->value, kept[i]));
    }
    bd_put_text(&build, "r", bd_value_text(holder, "r"));
    bd_put_text(&build, "k", bd_value_text(holder, "k"));
    bd_put_text(&build, "t", bd_value_text(holder, "t"));
    const bd_value *principal = bd_member(record->value, "principal");
    const bd_value *expanded =
        bd_member(bd_member(record->value, "expandedProperties"), "principal");
    bd_put_text(&build, "name", bd_member_text(principal, "userPrincipalName"));
    bd_put_text(&build, "label", bd_member_text(principal, "displayName"));
    bd_put_text(&build, "mail", bd_member_text(expanded, "email"));
    keep(context, bd_member_text(record->value, "id"), bd_build_object(&build));
}

/* No list of assignments in the snapshot: nothing must look as if nobody held a role. */
static void reduce_whole(const bd_join *join, bool is_azure, bd_arena *arena, bd_derived_fn *emit,
                         void *context) {
    bool is_read =
        is_azure ? join->common_count > 0
                 : bd_join_has_set(join, "S48",
                                   "rolemanagement/directory/roleassignmentscheduleinstances");
    if (is_read) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "principal", BD_STR("(none listed)"));
    bd_put_text(&build, "kind", BD_STR("active"));
    bd_put_text(&build, "principal_type", BD_STR("unknown"));
    bd_put_value(&build, "is_listed_role", bd_value_bool(arena, true));
    bd_put_text(&build, "approval", BD_STR("none"));
    bd_put_text(&build, "problem",
                BD_STR("the export holds no roleAssignmentScheduleInstances, so who holds a role "
                       "standing is not shown"));
    emit(context, BD_STR("pim"), BD_STR("assignments"), BD_STR("roleAssignmentScheduleInstances"),
         BD_INSTANT_NONE, bd_build_object(&build));
}

/* An end in 2099 ends nothing.  Without a start it is counted from the day of the list. */
static bool is_far_off(const bd_value *kept, bd_instant listed) {
    bd_instant start, end;
    if (!bd_instant_parse(bd_member_text(kept, "startDateTime"), &start)) {
        start = listed;
    }
    return bd_instant_parse(bd_member_text(kept, "endDateTime"), &end) && end - start > LONGEST;
}

/* Assigned without an end; an activation ends, and so does an assignment with a date that can be waited for. */
static bd_answer is_standing(const bd_value *kept, bd_instant listed) {
    bd_str type = bd_member_text(kept, "assignmentType");
    if (bd_str_ieq(type, BD_STR("Activated"))) {
        return BD_NO;
    }
    if (!bd_str_ieq(type, BD_STR("Assigned"))) {
        return BD_UNKNOWN;
    }
    bd_str end = bd_member_text(kept, "endDateTime");
    bool is_open = end.size == 0 || bd_str_has_prefix(end, BD_STR("0001-01-01")) ||
                   bd_str_has_prefix(end, BD_STR("9999-12-31")) || is_far_off(kept, listed);
    return is_open ? BD_YES : BD_NO;
}

static void put_principal(const bd_join *join, const bd_value *kept, bd_builder *build) {
    bd_str ids[] = {bd_member_text(kept, "principalId"), bd_member_text(kept, "name"),
                    bd_member_text(kept, "mail")};
    bd_put_text(build, "principal", ids[0]);
    bd_put_text(build, "principal_name",
                ids[1].size > 0                         ? ids[1]
                : ids[2].size > 0                       ? ids[2]
                : bd_value_text(kept, "label").size > 0 ? bd_value_text(kept, "label")
                                                        : ids[0]);
    bool is_out = bd_join_is_approved(join, "break_glass_accounts", ids, BD_COUNT(ids));
    bd_put_text(build, "approval", is_out ? BD_STR("break-glass") : BD_STR("none"));
}

static void reduce_assignment(const bd_join *join, bd_str id, const bd_value *kept, bool is_azure,
                              bd_arena *arena, bd_derived_fn *emit, void *context) {
    bd_str role = bd_value_text(kept, "r"), type = bd_value_text(kept, "t");
    const char *name = is_azure ? bd_roles_azure_name(role) : bd_roles_directory_name(role);
    bd_answer standing = is_standing(kept, join->at);
    bool is_active = bd_str_eqz(bd_value_text(kept, "k"), "active");
    bd_builder build = {.arena = arena};
    put_principal(join, kept, &build);
    bd_put_text(&build, "principal_type", type.size > 0 ? type : BD_STR("unknown"));
    bd_put_text(&build, "role", name != NULL ? bd_str_of(name) : role);
    bd_put_value(&build, "is_listed_role", bd_value_bool(arena, name != NULL));
    bd_put_text(&build, "kind", bd_value_text(kept, "k"));
    bd_put_text(&build, "assignment_type", bd_member_text(kept, "assignmentType"));
    bd_put_text(&build, "member_type", bd_str_lower(arena, bd_member_text(kept, "memberType")));
    bd_put_text(&build, "ends", bd_member_text(kept, "endDateTime"));
    bd_put_text(&build, "at",
                is_azure ? bd_member_text(kept, "scope")
                         : bd_member_text(kept, "directoryScopeId"));
    /* of what is standing it must be known that a person or a group holds it */
    bool is_clear = standing != BD_YES || type.size > 0;
    bd_put_answer(&build, "standing", !is_active ? BD_NO : is_clear ? standing : BD_UNKNOWN);
    bd_put_text(&build, "problem",
                is_clear ? BD_STR("the assignment has neither the type Assigned nor Activated")
                         : BD_STR("whether a user, a group or an application holds the role is not "
                                  "shown; export with $expand=principal"));
    emit(context, BD_STR("pim"), bd_str_lower(arena, id), id, BD_INSTANT_NONE,
         bd_build_object(&build));
}

static void reduce_pim(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                       bool is_azure, bd_arena *arena, bd_derived_fn *emit, void *context) {
    if (group.size == 0) {
        reduce_whole(join, is_azure, arena, emit, context);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        reduce_assignment(join, group, parts[i].kept, is_azure, arena, emit, context);
    }
}

void reduce_pim_effective(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                          bd_arena *arena, bd_derived_fn *emit, void *context) {
    reduce_pim(join, group, parts, count, /*is_azure*/ false, arena, emit, context);
}

/* Azure's own lists carry no name of a set: an assignment among the records shows that they were asked for. */
void collect_pim_azure(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                       void *context) {
    collect_pim_effective(record, arena, keep, context);
    if (is_azure_record(record) && bd_member(record->value, "assignmentType") != NULL) {
        keep(context, (bd_str){"", 0}, bd_value_object(arena, 0, NULL, NULL));
    }
}

void reduce_pim_azure(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    reduce_pim(join, group, parts, count, /*is_azure*/ true, arena, emit, context);
}

/* ---- role-settings: what an activation asks for ---- */

static const bd_value *rules_of(const bd_value *record) {
    static const char *const places[] = {"effectiveRules", "rules"};
    for (size_t i = 0; i < BD_COUNT(places); i++) {
        const bd_value *own = bd_member(record, places[i]);
        const bd_value *inside =
            own != NULL ? own : bd_member(bd_member(record, "policy"), places[i]);
        if (inside != NULL && inside->kind == BD_ARRAY) {
            return inside;
        }
    }
    return NULL;
}

void collect_role_settings(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                           void *context) {
    const bd_value *rules = rules_of(record->value);
    bd_str role = bd_member_text(record->value, "roleDefinitionId");
    if (role.size == 0) {
        return;
    }
    static const char *const wanted[] = {
        "Expiration_EndUser_Assignment", "Enablement_EndUser_Assignment",
        "AuthenticationContext_EndUser_Assignment", "Approval_EndUser_Assignment"};
    const bd_value *kept[BD_COUNT(wanted)];
    size_t count = 0;
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        for (size_t j = 0; j < BD_COUNT(wanted) && count < BD_COUNT(kept); j++) {
            if (bd_str_ieq(bd_member_text(&rules->items[i], "id"), bd_str_of(wanted[j]))) {
                kept[count++] = &rules->items[i];
            }
        }
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", bd_member_text(record->value, "id"));
    bd_put_text(&build, "r", bd_id_tail(arena, role));
    bd_put_value(&build, "rules", rules != NULL ? bd_value_array(arena, count, kept) : NULL);
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

static const bd_value *rule_of(const bd_value *kept, const char *id) {
    const bd_value *rules = bd_value_find(kept, "rules");
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        if (bd_str_ieq(bd_member_text(&rules->items[i], "id"), bd_str_of(id))) {
            return &rules->items[i];
        }
    }
    return NULL;
}

static bd_answer is_enabled_rule(const bd_value *rule, const char *word) {
    const bd_value *list = bd_member(rule, "enabledRules");
    if (list == NULL || list->kind != BD_ARRAY) {
        return BD_UNKNOWN;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind == BD_STRING && bd_str_ieq(list->items[i].text, bd_str_of(word))) {
            return BD_YES;
        }
    }
    return BD_NO;
}

static void put_settings(const bd_value *kept, bd_builder *build) {
    const bd_value *enabled = rule_of(kept, "Enablement_EndUser_Assignment");
    const bd_value *context = rule_of(kept, "AuthenticationContext_EndUser_Assignment");
    const bd_value *approval = rule_of(kept, "Approval_EndUser_Assignment");
    const bd_value *end = rule_of(kept, "Expiration_EndUser_Assignment");
    bool is_endless =
        bd_answer_of(end, "isExpirationRequired") == BD_NO; /* whatever duration stands beside it */
    bd_str longest = is_endless ? BD_STR("without an end") : bd_member_text(end, "maximumDuration");
    int64_t minutes = INT32_MAX;
    bool is_known = is_endless || bd_derive_parse_minutes(longest, &minutes);
    bd_put_text(build, "maximum_duration", longest);
    bd_put_value(build, "maximum_minutes",
                 is_known ? bd_value_integer(build->arena, minutes) : NULL);
    bd_answer by_context = bd_answer_of(context, "isEnabled");
    bd_answer mfa = is_enabled_rule(enabled, "MultiFactorAuthentication");
    bd_put_answer(build, "asks_proof", bd_answer_or(mfa, context == NULL ? BD_NO : by_context));
    bd_put_answer(build, "asks_reason", is_enabled_rule(enabled, "Justification"));
    bd_put_answer(build, "asks_approval",
                  bd_answer_of(bd_member(approval, "setting"), "isApprovalRequired"));
}

static void reduce_role(const bd_join *join, bd_str role, const char *name, bd_arena *arena,
                        bd_derived_fn *emit, void *context) {
    size_t found = 0;
    for (size_t i = 0; i <= join->common_count; i++) {
        bool is_end = i == join->common_count;
        const bd_value *kept = is_end ? NULL : join->common[i].kept;
        if (is_end ? found > 0 : !bd_str_eq(bd_value_text(kept, "r"), role)) {
            continue;
        }
        found++;
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "role", bd_str_of(name));
        bd_put_text(&build, "policy", bd_value_text(kept, "id"));
        if (!is_end) {
            put_settings(kept, &build);
        }
        bd_put_text(&build, "problem",
                    is_end
                        ? bd_str_format(arena, "the export holds no settings of the role %s", name)
                        : BD_STR("the export lacks the rules of the role's policy; ask for "
                                 "$expand=policy($expand=rules)"));
        emit(context, BD_STR("role"), role, bd_str_of(name), BD_INSTANT_NONE,
             bd_build_object(&build));
    }
}

/* One answer for each listed role, also for one whose settings the export does not hold. */
static void reduce_settings(const bd_join *join, bool is_azure, bd_arena *arena,
                            bd_derived_fn *emit, void *context) {
    for (size_t i = 0; i < bd_roles_privileged_count(is_azure); i++) {
        bd_str role = bd_roles_privileged_at(is_azure, i);
        reduce_role(join, role,
                    is_azure ? bd_roles_azure_name(role) : bd_roles_directory_name(role), arena,
                    emit, context);
    }
}

void reduce_role_settings(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                          bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parts, (void)count;
    if (group.size == 0) {
        reduce_settings(join, /*is_azure*/ false, arena, emit, context);
    }
}

void reduce_role_settings_azure(const bd_join *join, bd_str group, const bd_part *parts,
                                size_t count, bd_arena *arena, bd_derived_fn *emit,
                                void *context) {
    (void)parts, (void)count;
    if (group.size == 0) {
        reduce_settings(join, /*is_azure*/ true, arena, emit, context);
    }
}

/* ---- user-methods: who has registered what ---- */

/* A sign-in that succeeded by a certificate; all others are left out. */
static void collect_certificate(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                                void *context) {
    const bd_value *steps = bd_member(record->value, "authenticationDetails");
    if (steps != NULL && steps->kind == BD_STRING) {
        steps = bd_derive_parse_text(arena, steps->text);
    }
    bool is_certificate = false;
    for (size_t i = 0; steps != NULL && steps->kind == BD_ARRAY && i < steps->count; i++) {
        is_certificate =
            is_certificate || (bd_str_ieq(bd_member_text(&steps->items[i], "authenticationMethod"),
                                          BD_STR("X.509 Certificate")) &&
                               bd_member_is_set(&steps->items[i], "succeeded"));
    }
    bd_str id = bd_str_lower(arena, bd_member_text(record->value, "userId"));
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "time", bd_member_text(record->value, "createdDateTime"));
    if (is_certificate && id.size > 0) {
        keep(context, id, bd_build_object(&build));
    }
}

void collect_user_methods(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                          void *context) {
    if (bd_roles_collect_holding(record, arena, keep, context)) {
        return;
    }
    if (bd_join_record_is_of(record, "S58s") || bd_join_record_is_of(record, "S63s")) {
        collect_certificate(record, arena, keep, context);
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_value(&build, "isMfaRegistered", bd_member(record->value, "isMfaRegistered"));
    bd_put_value(&build, "methodsRegistered", bd_member(record->value, "methodsRegistered"));
    bd_put_text(&build, "lastUpdatedDateTime",
                bd_member_text(record->value, "lastUpdatedDateTime"));
    bd_str id = bd_str_lower(arena, bd_member_text(record->value, "id"));
    if (id.size > 0) {
        keep(context, id, bd_build_object(&build));
    }
}

/* fido2 and passkeys of either kind, Windows Hello for Business. */
static bd_answer has_strong_method(const bd_value *kept) {
    const bd_value *list = bd_member(kept, "methodsRegistered");
    if (list == NULL || list->kind != BD_ARRAY) {
        return BD_UNKNOWN;
    }
    for (size_t i = 0; i < list->count; i++) {
        bd_str word = list->items[i].kind == BD_STRING ? list->items[i].text : (bd_str){"", 0};
        bool is_passkey = word.size >= 7 && bd_str_ieq(bd_str_sub(word, 0, 7), BD_STR("passKey"));
        if (is_passkey || bd_str_ieq(word, BD_STR("fido2")) ||
            bd_str_ieq(word, BD_STR("fido2SecurityKey")) ||
            bd_str_ieq(word, BD_STR("windowsHelloForBusiness"))) {
            return BD_YES;
        }
    }
    return BD_NO;
}

/* What an export that cannot pass shows may fail, and no more. */
static bd_answer if_whole(const bd_join *join, bd_answer shown) {
    return shown == BD_YES && !bd_join_is_whole(join, "S49") ? BD_UNKNOWN : shown;
}

#define CERTIFICATE_DAYS 90
#define LATE_DAYS 8 /* weekly pulls: so much of the end may not be there yet */

/* Is the sign-in log of the days before the snapshot there without a hole? */
static bool has_sign_ins(const bd_join *join) {
    bd_instant day = 24 * BD_HOUR, reached = join->at - CERTIFICATE_DAYS * day;
    for (bool is_on = true; is_on;) {
        is_on = false;
        for (size_t i = 0; i < join->input_count; i++) {
            const bd_join_input *input = &join->inputs[i];
            if (bd_str_eqz(input->source, "S58s") && input->is_whole && input->from <= reached &&
                input->to > reached) {
                reached = input->to;
                is_on = true;
            }
        }
    }
    return reached >= join->at - LATE_DAYS * day;
}

/* A certificate shows in no list of methods: its use shows in the sign-ins. */
static bool has_certificate(const bd_join *join, const bd_part *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_instant time;
        if ((bd_part_is_of(&parts[i], "S58s") || bd_part_is_of(&parts[i], "S63s")) &&
            bd_instant_parse(bd_value_text(parts[i].kept, "time"), &time) && time <= join->at &&
            time >= join->at - CERTIFICATE_DAYS * 24 * BD_HOUR) {
            return true;
        }
    }
    return false;
}

static bd_answer strong_way(const bd_join *join, const bd_part *report, const bd_part *parts,
                            size_t count) {
    bd_answer shown = has_strong_method(report->kept);
    if (shown == BD_YES || has_certificate(join, parts, count)) {
        return BD_YES;
    }
    return shown == BD_NO && has_sign_ins(join) ? BD_NO : BD_UNKNOWN;
}

static const bd_part *part_of(const bd_part *parts, size_t count, const char *source) {
    for (size_t i = 0; i < count; i++) {
        if (bd_part_is_of(&parts[i], source)) {
            return &parts[i];
        }
    }
    return NULL;
}

void reduce_user_methods(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    const bd_part *user = part_of(parts, count, "S53");
    const bd_part *report = part_of(parts, count, "S49");
    if (user == NULL) {
        return;
    }
    bd_str upn = bd_member_text(user->kept, "userPrincipalName");
    bd_str ids[] = {group, upn};
    bd_strs groups = bd_roles_groups_of(parts, count, arena);
    bd_holding held =
        bd_roles_holding_of(join, group, &groups, BD_STR(BD_ROLES_GLOBAL_ADMINISTRATOR), arena);
    bool is_known = held.active == BD_YES || (held.active == BD_NO && held.eligible != BD_UNKNOWN);
    const char *role = held.active == BD_YES     ? "active"
                       : held.eligible == BD_YES ? "eligible"
                                                 : "no";
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "user", group);
    bd_put_text(&build, "upn", upn);
    bd_put_text(&build, "user_type", bd_str_lower(arena, bd_member_text(user->kept, "userType")));
    bd_put_answer(&build, "enabled", bd_answer_of(user->kept, "accountEnabled"));
    bd_put_text(&build, "approval",
                bd_str_of(bd_join_is_approved(join, "break_glass_accounts", ids, 2)  ? "break-glass"
                          : bd_join_is_approved(join, "approved_exclusions", ids, 2) ? "approved"
                                                                                     : "none"));
    bd_put_text(&build, "global_admin", is_known ? bd_str_of(role) : (bd_str){"", 0});
    bd_put_answer(&build, "registered",
                  report == NULL ? BD_UNKNOWN
                                 : if_whole(join, bd_answer_of(report->kept, "isMfaRegistered")));
    bd_put_answer(&build, "strong_method",
                  report == NULL ? BD_UNKNOWN
                                 : if_whole(join, strong_way(join, report, parts, count)));
    bd_put_text(&build, "updated",
                report == NULL ? (bd_str){"", 0}
                               : bd_member_text(report->kept, "lastUpdatedDateTime"));
    bd_put_text(
        &build, "problem",
        report != NULL && !is_known ? held.problem
        : report != NULL && bd_join_is_whole(join, "S49")
            ? BD_STR("no key is registered, and the sign-ins of the 90 days before were not "
                     "all read: one with a certificate would not be seen")
        : bd_join_is_whole(join, "S49")
            ? BD_STR("the report of registered methods has no row of the account: it leaves "
                     "out disabled accounts and lags behind new ones")
            : bd_join_why_not(join, "S49", arena));
    emit(context, BD_STR("graph/users"), bd_str_format(arena, "users/%.*s", BD_ARG(group)),
         upn.size > 0 ? upn : group, BD_INSTANT_NONE, bd_build_object(&build));
}
