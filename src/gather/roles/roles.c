/* Roles of Entra and Azure that are privileged, and who holds one: by himself, or as a member of a group. */
#include "bindery/roles.h"

typedef struct {
    const char *guid, *name;
} role_name;

/* Entra roles that Microsoft marks as privileged and that people hold. */
static const role_name directory_roles[] = {
    {"62e90394-69f5-4237-9190-012177145e10", "Global Administrator"},
    {"e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"},
    {"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"},
    {"194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"},
    {"b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator"},
    {"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator"},
    {"158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator"},
    {"c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator"},
    {"29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"},
    {"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator"},
    {"fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"},
    {"729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"},
    {"966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator"},
    {"3a2c62db-5318-420d-8d74-23affee5d9d5", "Intune Administrator"},
    {"8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator"},
    {"7698a772-787b-4ac8-901f-60d6b08affd2", "Cloud Device Administrator"},
    {"8329153b-31d0-4727-b945-745eb3bc5f31", "Domain Name Administrator"},
};

static const role_name azure_roles[] = {
    {"8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"},
    {"b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"},
    {"18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"},
    {"f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator"},
};

static const char *name_in(const role_name *list, size_t count, bd_str guid) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_ieq(guid, bd_str_of(list[i].guid))) {
            return list[i].name;
        }
    }
    return NULL;
}

const char *bd_roles_directory_name(bd_str guid) {
    return name_in(directory_roles, BD_COUNT(directory_roles), guid);
}

const char *bd_roles_azure_name(bd_str guid) {
    return name_in(azure_roles, BD_COUNT(azure_roles), guid);
}

size_t bd_roles_privileged_count(bool is_azure) {
    return is_azure ? BD_COUNT(azure_roles) : BD_COUNT(directory_roles);
}

bd_str bd_roles_privileged_at(bool is_azure, size_t index) {
    return bd_str_of(is_azure ? azure_roles[index].guid : directory_roles[index].guid);
}

/* ---- holders of roles ---- */

static const char *kind_of_holder(const bd_join_record *record) {
    if (bd_member(record->value, "assignmentType") != NULL) {
        return "active";
    }
    if (bd_member(record->value, "roleEligibilityScheduleId") != NULL) {
        return "eligible";
    }
    return bd_join_record_is_of(record, "S47") ? "active" : NULL;
}

/* "User", "Group", "ServicePrincipal" of what is expanded, else "". */
static bd_str principal_type(const bd_value *record, bd_arena *arena) {
    bd_str type = bd_member_text(record, "principalType");
    if (type.size == 0) {
        type = bd_member_text(bd_member(record, "principal"), "@odata.type");
    }
    if (type.size == 0) {
        type =
            bd_member_text(bd_member(bd_member(record, "expandedProperties"), "principal"), "type");
    }
    bd_str mark = BD_STR("#microsoft.graph.");
    bd_str lower = bd_str_lower(arena, type);
    return bd_str_has_prefix(lower, mark) ? bd_str_sub(lower, mark.size, lower.size) : lower;
}

const bd_value *bd_roles_keep_holder(const bd_join_record *record, bd_arena *arena) {
    bd_str principal = bd_member_text(record->value, "principalId");
    bd_str role = bd_member_text(record->value, "roleDefinitionId");
    const char *kind = kind_of_holder(record);
    if (principal.size == 0 || role.size == 0 || kind == NULL) {
        return NULL;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "p", bd_str_lower(arena, principal));
    bd_put_text(&build, "r", bd_id_tail(arena, role));
    bd_put_text(&build, "k", bd_str_of(kind));
    bd_put_text(&build, "t", principal_type(record->value, arena));
    bd_str at = bd_member_text(record->value, "directoryScopeId");
    bd_put_text(&build, "d", bd_str_eqz(at, "/") ? BD_STR("") : at);
    return bd_build_object(&build);
}

static bool is_holder(const bd_part *part) {
    return bd_part_is_of(part, "S47") || bd_part_is_of(part, "S48");
}

bool bd_roles_is_expanded(const bd_join *join, bd_str group, bd_arena *arena) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eqz(input->source, "S65") && input->is_whole &&
            bd_str_eq(bd_id_tail(arena, input->scope), group)) {
            return true;
        }
    }
    return false;
}

static bool is_in(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

/* Does one line of the list give him the role? */
static bd_answer holds_by(const bd_join *join, const bd_part *part, bd_str user,
                          const bd_strs *groups, bd_arena *arena) {
    bd_str principal = bd_value_text(part->kept, "p");
    bd_str type = bd_value_text(part->kept, "t");
    if (bd_str_eq(principal, user) || is_in(groups, principal)) {
        return BD_YES;
    }
    bool is_group = bd_str_eqz(type, "group") || bd_str_eqz(type, "foreigngroup");
    if ((type.size > 0 && !is_group) || bd_roles_is_expanded(join, principal, arena)) {
        return BD_NO;
    }
    return BD_UNKNOWN;
}

static void settle_lists(const bd_join *join, bd_holding *out, bool has_any, bd_arena *arena) {
    bool knows_active =
        (bd_join_is_whole(join, "S48") &&
         bd_join_has_set(join, "S48",
                         "rolemanagement/directory/roleassignmentscheduleinstances")) ||
        (bd_join_is_whole(join, "S47") &&
         bd_join_has_set(join, "S47", "rolemanagement/directory/roleassignments"));
    bool knows_eligible =
        bd_join_is_whole(join, "S48") &&
        bd_join_has_set(join, "S48", "rolemanagement/directory/roleeligibilityscheduleinstances");
    if (out->active == BD_NO && (!knows_active || !has_any)) {
        out->active = BD_UNKNOWN;
        out->problem = bd_str_format(
            arena, "who holds the role is not known: %.*s",
            BD_ARG(knows_active ? BD_STR("the list of role assignments names no holder")
                   : bd_join_find_input(join, "S48", NULL) != NULL
                       ? bd_join_why_not(join, "S48", arena)
                       : bd_join_why_not(join, "S47", arena)));
    }
    if (out->eligible == BD_NO && !knows_eligible) {
        out->eligible = BD_UNKNOWN;
        out->problem =
            BD_STR("who is eligible for the role is not known: no complete list of "
                   "roleEligibilityScheduleInstances was read within seven days of this snapshot");
    }
}

bd_holding bd_roles_holding_of(const bd_join *join, bd_str user, const bd_strs *groups, bd_str role,
                               bd_arena *arena) {
    bd_holding out = {
        .active = BD_NO, .scoped = BD_NO, .eligible = BD_NO, .problem = {"", 0}};
    bool has_any = false;
    for (size_t i = 0; i < join->common_count; i++) {
        const bd_part *part = &join->common[i];
        if (!is_holder(part) || !bd_str_eq(bd_value_text(part->kept, "r"), role)) {
            continue;
        }
        bool is_active = bd_str_eqz(bd_value_text(part->kept, "k"), "active");
        bool is_scoped = bd_value_text(part->kept, "d").size > 0;
        bd_answer *side = !is_active ? &out.eligible : is_scoped ? &out.scoped : &out.active;
        bd_answer one = holds_by(join, part, user, groups, arena);
        has_any = has_any || is_active;
        *side = bd_answer_or(*side, one);
        if (one == BD_UNKNOWN && out.problem.size == 0) {
            out.problem = bd_str_format(
                arena,
                "'%.*s' holds the role too; whether it is a group is not shown (export with "
                "$expand=principal), and no complete list of its members was read",
                BD_ARG(bd_value_text(part->kept, "p")));
        }
    }
    settle_lists(join, &out, has_any, arena);
    return out;
}

bd_strs bd_roles_groups_of(const bd_part *parts, size_t count, bd_arena *arena) {
    bd_strs out = {0};
    for (size_t i = 0; i < count; i++) {
        if (bd_part_is_of(&parts[i], "S65")) {
            *bd_push(arena, &out) = bd_id_tail(arena, parts[i].scope);
        }
    }
    return out;
}

/* ---- people ---- */

static void collect_member(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                           void *context) {
    bd_str id = bd_str_lower(arena, bd_member_text(record->value, "id"));
    if (id.size > 0 && record->scope.size > 0) {
        keep(context, id, bd_value_object(arena, 0, NULL, NULL));
    }
}

static void collect_user(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                         void *context) {
    static const char *const kept[] = {"id", "userPrincipalName", "accountEnabled", "userType",
                                       "createdDateTime", "creationType"};
    bd_str id = bd_str_lower(arena, bd_member_text(record->value, "id"));
    bd_builder build = {.arena = arena};
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        bd_put_value(&build, kept[i], bd_member(record->value, kept[i]));
    }
    if (id.size > 0) {
        keep(context, id, bd_build_object(&build));
    }
}

bool bd_roles_collect_person(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                             void *context) {
    if (bd_join_record_is_of(record, "S53")) {
        collect_user(record, arena, keep, context);
        return true;
    }
    if (bd_join_record_is_of(record, "S65")) {
        collect_member(record, arena, keep, context);
        return true;
    }
    return false;
}

bool bd_roles_collect_holding(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context) {
    if (!bd_join_record_is_of(record, "S47") && !bd_join_record_is_of(record, "S48")) {
        return bd_roles_collect_person(record, arena, keep, context);
    }
    const bd_value *holder = bd_roles_keep_holder(record, arena);
    if (holder != NULL) {
        keep(context, (bd_str){"", 0}, holder);
    }
    return true;
}
