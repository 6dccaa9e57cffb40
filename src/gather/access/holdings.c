/* Azure roles as they are held: Owner and Contributor at broad scopes, and guests who hold any role. */
#include "bindery/access.h"

#include "access_priv.h"
#include "bindery/roles.h"

#define ELIGIBLE "microsoft.authorization/roleeligibilityscheduleinstances"
#define ACTIVATED "microsoft.authorization/roleassignmentscheduleinstances"

/* ---- broad-assignments ---- */

/* A subscription, a management group or the root; not a resource group or a resource. */
static bool is_broad_scope(bd_arena *arena, bd_str scope) {
    bd_str lower = bd_resource_id(arena, scope);
    size_t slashes = 0;
    for (size_t i = 0; i < lower.size; i++) {
        slashes += lower.data[i] == '/' ? 1 : 0;
    }
    return bd_str_trim(scope).size > 0 &&
           (lower.size <= 1 ||
            (bd_str_has_prefix(lower, BD_STR("/subscriptions/")) && slashes == 2) ||
            bd_str_has_prefix(lower, BD_STR("/providers/microsoft.management/managementgroups/")));
}

void collect_broad_assignments(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                               void *context) {
    const bd_value *value = record->value;
    bd_str principal = bd_str_lower(arena, bd_member_text(value, "principalId"));
    bd_str role = bd_id_tail(arena, bd_member_text(value, "roleDefinitionId"));
    bd_str scope = bd_member_text(value, "scope");
    bool is_blank = principal.size == 0 || role.size == 0;
    bool is_assignment = bd_str_eqz(record->type, "microsoft.authorization/roleassignments");
    if (is_blank && !is_assignment) {
        return;
    }
    if (bd_join_record_is_of(record, "S06") &&
        !bd_str_ieq(bd_member_text(value, "assignmentType"), BD_STR("Activated"))) {
        return; /* what is assigned stands among the assignments themselves */
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "origin", bd_member_text(value, "originRoleAssignmentId"));
    bd_put_text(&build, "id", bd_member_text(value, "id"));
    bd_put_text(&build, "p", principal);
    bd_put_text(&build, "name", bd_member_text(value, "principalName"));
    bd_put_text(&build, "type", bd_member_text(value, "principalType"));
    bd_put_text(&build, "r", role);
    bd_put_text(&build, "scope", scope);
    bd_str normal = bd_resource_id(arena, is_blank ? bd_member_text(value, "id") : scope);
    keep(context,
         bd_str_format(arena, "%.*s|%.*s|%.*s", BD_ARG(principal), BD_ARG(role), BD_ARG(normal)),
         bd_build_object(&build));
}

/* An activation names the assignment that it made: one of last week does not clear what came after it. */
static bd_answer is_activated(const bd_join *join, const bd_part *parts, size_t count, bd_str id,
                              bd_arena *arena) {
    bool is_unclear = !bd_join_is_whole(join, "S06") ||
                      !bd_join_has_set_everywhere(join, "S06", ACTIVATED) || id.size == 0;
    for (size_t i = 0; i < count; i++) {
        bd_str origin = bd_value_text(parts[i].kept, "origin");
        if (!bd_part_is_of(&parts[i], "S06")) {
            continue;
        }
        if (!is_unclear && origin.size > 0 &&
            bd_str_eq(bd_id_tail(arena, origin), bd_id_tail(arena, id))) {
            return BD_YES;
        }
        is_unclear = is_unclear || origin.size == 0;
    }
    return is_unclear ? BD_UNKNOWN : BD_NO;
}

/* An entry names holder, role and scope; what it leaves out it does not allow. */
static bool is_named(const bd_join *join, const bd_value *kept, bd_arena *arena) {
    const bd_value *list = bd_join_approved_list(join, "named_assignments");
    bd_str role = bd_value_text(kept, "r");
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        const bd_value *entry = &list->items[i];
        bd_str holder = bd_value_text(entry, "holder"), named = bd_value_text(entry, "role");
        bool is_holder = holder.size > 0 &&
                         (bd_str_fold_cmp(holder, bd_value_text(kept, "p")) == 0 ||
                          bd_str_fold_cmp(holder, bd_value_text(kept, "name")) == 0);
        bool is_role = bd_str_ieq(named, bd_str_of(bd_roles_azure_name(role))) ||
                       bd_str_eq(bd_id_tail(arena, named), role);
        bool is_scope = bd_value_text(entry, "scope").size > 0 &&
                        bd_str_eq(bd_resource_id(arena, bd_value_text(entry, "scope")),
                                  bd_resource_id(arena, bd_value_text(kept, "scope")));
        if (is_holder && is_role && is_scope) {
            return true;
        }
    }
    return false;
}

static const bd_part *find_part(const bd_part *parts, size_t count, const char *source) {
    for (size_t i = 0; i < count; i++) {
        if (bd_part_is_of(&parts[i], source)) {
            return &parts[i];
        }
    }
    return NULL;
}

BD_DERIVE_REDUCE(broad_assignments) {
    const bd_part *own = find_part(parts, count, "S05");
    if (group.size == 0 || own == NULL) {
        return;
    }
    bd_str role = bd_value_text(own->kept, "r"), scope = bd_value_text(own->kept, "scope");
    const char *name = bd_roles_azure_name(role);
    bool is_listed = name != NULL && (bd_str_eqz(bd_str_of(name), "Owner") ||
                                      bd_str_eqz(bd_str_of(name), "Contributor"));
    /* an activation that could be known only from PIM stands as an assignment until PIM was read */
    bd_str id = bd_value_text(own->kept, "id"), holder = bd_value_text(own->kept, "p");
    bd_str ids[] = {holder, bd_value_text(own->kept, "name")};
    bool is_blank = holder.size == 0 || role.size == 0;
    bd_answer activated = is_activated(join, parts, count, id, arena);
    bool is_fine = is_named(join, own->kept, arena) || activated == BD_YES;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "assignment", group);
    bd_put_text(&build, "holder",
                bd_value_text(own->kept, "name").size > 0 ? bd_value_text(own->kept, "name")
                                                          : bd_value_text(own->kept, "p"));
    bd_put_text(&build, "role", name != NULL ? bd_str_of(name) : role);
    bd_put_text(&build, "at", scope.size > 0 ? scope : BD_STR("an unknown scope"));
    bd_put_text(&build, "holder_type", bd_value_text(own->kept, "type"));
    bd_put_text(&build, "approval",
                bd_join_is_approved(join, "break_glass_accounts", ids, BD_COUNT(ids))
                    ? BD_STR("break-glass")
                    : BD_STR("none"));
    bd_put_answer(&build, "activated", activated);
    bd_put_answer(&build, "is_broad",
                  is_blank                       ? BD_UNKNOWN
                  : !is_listed                   ? BD_NO
                  : scope.size == 0              ? BD_UNKNOWN
                  : is_broad_scope(arena, scope) ? BD_YES
                                                 : BD_NO);
    bd_put_text(&build, "list", bd_join_approved_words(join, "named_assignments", arena));
    bd_put_answer(&build, "is_approved", is_blank ? BD_UNKNOWN : is_fine ? BD_YES : activated);
    bd_put_text(&build, "problem",
                is_blank ? BD_STR("the assignment does not show who holds which role")
                : bd_join_has_fact(join, "named_assignments")
                    ? bd_join_why_not(join, "S06", arena)
                    : BD_STR("the fact named_assignments is not in bindery.json"));
    emit(context, BD_STR("microsoft.authorization/roleassignments"), bd_resource_id(arena, id), id,
         BD_INSTANT_NONE, bd_build_object(&build));
}

/* ---- guest-roles ---- */

/* Who may take a role whenever he asks for it holds it too, and no list of assignments shows him before he did. */
BD_DERIVE_COLLECT(guest_roles) {
    if (bd_roles_collect_person(record, arena, keep, context)) {
        return;
    }
    bool is_eligible = bd_join_record_is_of(record, "S06");
    if (is_eligible && !bd_str_eqz(record->type, ELIGIBLE)) {
        return; /* what PIM assigned or activated stands among the assignments themselves */
    }
    bd_str principal = bd_str_lower(arena, bd_member_text(record->value, "principalId"));
    bd_str role = bd_id_tail(arena, bd_member_text(record->value, "roleDefinitionId"));
    bd_str name = bd_roles_azure_name(role) != NULL ? bd_str_of(bd_roles_azure_name(role)) : role;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "role",
                is_eligible ? bd_str_format(arena, "%.*s, once activated,", BD_ARG(name)) : name);
    bd_str type = bd_member_text(record->value, "principalType");
    if (principal.size == 0) {
        return;
    }
    keep(context, principal, bd_build_object(&build));
    if (type.size == 0 || bd_str_ieq(type, BD_STR("Group"))) {
        bd_put_text(&build, "group", principal); /* whoever is in it holds the role too */
        keep(context, (bd_str){"", 0}, bd_build_object(&build));
    }
}

/* Roles that groups hold, whose members this join does not see: a guest among them would not show. */
static bool has_groups(const bd_join *join) {
    for (size_t i = 0; i < join->common_count; i++) {
        if (bd_value_text(join->common[i].kept, "group").size > 0) {
            return true;
        }
    }
    return false;
}

static bool holds_by_group(const bd_join *join, const bd_strs *groups, bool *is_unclear,
                           bd_arena *arena) {
    bool has_role = false;
    for (size_t i = 0; i < join->common_count; i++) {
        bd_str group = bd_value_text(join->common[i].kept, "group");
        if (group.size == 0) {
            continue;
        }
        bool is_in = false;
        for (size_t j = 0; j < groups->count; j++) {
            is_in = is_in || bd_str_eq(groups->data[j], group);
        }
        has_role = has_role || is_in;
        *is_unclear = *is_unclear || (!is_in && !bd_roles_is_expanded(join, group, arena));
    }
    return has_role;
}

BD_DERIVE_REDUCE(guest_roles) {
    const bd_part *user = find_part(parts, count, "S53");
    if (group.size == 0 || user == NULL) {
        return;
    }
    bd_str upn = bd_member_text(user->kept, "userPrincipalName");
    bd_str type = bd_member_text(user->kept, "userType");
    bd_str ids[] = {group, upn};
    bool is_external = bd_str_find(bd_str_lower(arena, upn), BD_STR("#ext#")) >= 0;
    /* who was invited and later called a member is still somebody from outside */
    bool is_invited = bd_str_ieq(bd_member_text(user->kept, "creationType"), BD_STR("Invitation"));
    bool is_guest = is_external || is_invited || bd_str_ieq(type, BD_STR("Guest"));
    const bd_part *held = find_part(parts, count, "S05");
    held = held != NULL ? held : find_part(parts, count, "S06");
    bool is_assigned_known = bd_join_is_whole_everywhere(join, "S05");
    bool is_listed = bd_join_has_set_everywhere(join, "S06", ELIGIBLE);
    bool is_eligible_known = is_listed && bd_join_is_whole_everywhere(join, "S06");
    bd_strs groups = bd_roles_groups_of(parts, count, arena);
    bool is_unclear = false;
    bool holds = holds_by_group(join, &groups, &is_unclear, arena) || held != NULL;
    bool is_known = bd_join_is_approved(join, "approved_exclusions", ids, 2);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "user", group);
    bd_put_text(&build, "upn", upn);
    bd_put_text(&build, "roles",
                held != NULL ? bd_value_text(held->kept, "role")
                             : BD_STR("a role through a group"));
    bd_put_answer(&build, "is_guest", is_guest ? BD_YES : type.size > 0 ? BD_NO : BD_UNKNOWN);
    bd_put_text(&build, "list", bd_join_approved_words(join, "approved_exclusions", arena));
    bd_put_answer(&build, "is_known",
                  is_known                                                 ? BD_YES
                  : holds                                                  ? BD_NO
                  : is_unclear || !is_assigned_known || !is_eligible_known ? BD_UNKNOWN
                                                                           : BD_YES);
    bd_put_text(
        &build, "problem",
        !is_assigned_known ? bd_join_why_not(join, "S05", arena)
        : bd_join_is_whole_everywhere(join, "S06") && !is_listed
            ? BD_STR("the export of S06 holds no roleEligibilityScheduleInstances, so who can "
                     "activate a role is not shown")
        : !is_eligible_known ? bd_join_why_not(join, "S06", arena)
        : has_groups(join)
            ? BD_STR("a group holds a role, and no complete list of its members was read")
            : (bd_str){"", 0});
    emit(context, BD_STR("graph/users"), bd_str_format(arena, "users/%.*s", BD_ARG(group)),
         upn.size > 0 ? upn : group, BD_INSTANT_NONE, bd_build_object(&build));
}

/* ---- pim-lists ---- */

BD_DERIVE_COLLECT(pim_lists) {
    (void)record, (void)arena, (void)keep, (void)context;
}

/* An export may have asked for one of the lists alone: what it does not show was then not asked for. */
BD_DERIVE_REDUCE(pim_lists) {
    (void)parts, (void)count;
    if (group.size > 0) {
        return;
    }
    bool is_read = bd_join_has_set_everywhere(join, "S06", ELIGIBLE);
    bd_str list = BD_STR("roleEligibilityScheduleInstances");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "list", list);
    bd_put_answer(&build, "is_read", is_read ? BD_YES : BD_UNKNOWN);
    bd_put_text(&build, "problem",
                is_read
                    ? BD_STR("")
                    : BD_STR("the export shows no roleEligibilityScheduleInstances, and no request "
                             "that names them, so who can activate a role is not shown"));
    emit(context, BD_STR("list"), list, list, BD_INSTANT_NONE, bd_build_object(&build));
}

/* ---- sign-in-activity ---- */

BD_DERIVE_COLLECT(sign_in_activity) {
    const bd_value *value = record->value;
    const bd_value *activity = bd_member(value, "signInActivity");
    bd_str id = bd_str_lower(arena, bd_member_text(value, "id"));
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "upn", bd_member_text(value, "userPrincipalName"));
    bd_put_value(&build, "enabled", bd_member(value, "accountEnabled"));
    bd_put_text(&build, "last", bd_member_text(activity, "lastSuccessfulSignInDateTime"));
    bd_put_text(&build, "made", bd_member_text(value, "createdDateTime"));
    if (id.size > 0) {
        keep(context, id, bd_build_object(&build));
    }
    if (activity != NULL) { /* somebody's is shown: the list was asked for it */
        keep(context, (bd_str){"", 0}, bd_value_object(arena, 0, NULL, NULL));
    }
}

#define INACTIVE_DAYS 90

BD_DERIVE_REDUCE(sign_in_activity) {
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        const bd_value *kept = parts[i].kept;
        bd_str last = bd_value_text(kept, "last"), made = bd_value_text(kept, "made");
        bd_instant since;
        bool is_shown = bd_instant_parse(last.size > 0 ? last : made, &since);
        bool is_asked = join->common_count > 0;
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "user", group);
        bd_put_text(&build, "upn", bd_value_text(kept, "upn"));
        bd_put_answer(&build, "enabled", bd_answer_of(kept, "enabled"));
        bd_put_text(&build, "last_successful", last);
        bd_put_answer(&build, "is_shown", is_asked && is_shown ? BD_YES : BD_UNKNOWN);
        bd_put_answer(&build, "is_inactive",
                      !is_asked || !is_shown                             ? BD_UNKNOWN
                      : join->at - since >= INACTIVE_DAYS * 24 * BD_HOUR ? BD_YES
                                                                         : BD_NO);
        bd_put_text(&build, "problem",
                    is_asked
                        ? BD_STR("the row gives neither a successful sign-in nor createdDateTime")
                        : BD_STR("the list of users was read without signInActivity"));
        emit(context, BD_STR("graph/users"), bd_str_format(arena, "users/%.*s", BD_ARG(group)),
             bd_value_text(kept, "upn"), BD_INSTANT_NONE, bd_build_object(&build));
    }
}
