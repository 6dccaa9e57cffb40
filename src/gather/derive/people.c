/* What derivations about people and roles share: approvals, role holders, members, inputs of a join. */
#include "bindery/derive.h"

#include "people.h"

answer answer_or(answer a, answer b) {
    if (a == YES || b == YES) {
        return YES;
    }
    return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : NO;
}

answer answer_and(answer a, answer b) {
    if (a == NO || b == NO) {
        return NO;
    }
    return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : YES;
}

/* ---- roles ---- */

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

const char *directory_role_name(bd_str guid) {
    return name_in(directory_roles, BD_COUNT(directory_roles), guid);
}

const char *azure_role_name(bd_str guid) {
    return name_in(azure_roles, BD_COUNT(azure_roles), guid);
}

bool is_privileged_directory_role(bd_str guid) {
    return directory_role_name(guid) != NULL;
}

bool is_privileged_azure_role(bd_str guid) {
    return azure_role_name(guid) != NULL;
}

size_t privileged_role_count(bool is_azure) {
    return is_azure ? BD_COUNT(azure_roles) : BD_COUNT(directory_roles);
}

bd_str privileged_role_at(bool is_azure, size_t index) {
    return bd_str_of(is_azure ? azure_roles[index].guid : directory_roles[index].guid);
}

bd_str tail_of(bd_arena *arena, bd_str id) {
    bd_str bare = bd_str_trim(id);
    while (bare.size > 0 && bare.data[bare.size - 1] == '/') {
        bare.size--;
    }
    size_t from = bare.size;
    while (from > 0 && bare.data[from - 1] != '/') {
        from--;
    }
    return bd_str_lower(arena, bd_str_sub(bare, from, bare.size));
}

/* ---- facts ---- */

static const bd_value *fact_of(const bd_join *join, const char *name) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, name) : NULL;
    return fact != NULL && fact->kind == BD_OBJECT ? fact : NULL;
}

bool has_fact(const bd_join *join, const char *fact) {
    return fact_of(join, fact) != NULL;
}

bd_str approved_list_words(const bd_join *join, const char *fact, bd_arena *arena) {
    return has_fact(join, fact)
               ? BD_STR("the approved list")
               : bd_str_format(arena, "an approved list: bindery.json lacks the fact %s", fact);
}

bool is_approved(const bd_join *join, const char *name, const bd_str *ids, size_t count) {
    const bd_value *fact = fact_of(join, name);
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    bd_day day;
    /* an approval holds from its own day on, never for what was before it */
    if (list == NULL || list->kind != BD_ARRAY ||
        !bd_day_parse(bd_value_text(fact, "approved_on"), &day) ||
        bd_zone_day(join->zone, join->at) < day) {
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        for (size_t j = 0; j < count && list->items[i].kind == BD_STRING; j++) {
            if (ids[j].size > 0 &&
                bd_str_fold_cmp(bd_str_trim(list->items[i].text), ids[j]) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* ---- inputs ---- */

const bd_join_input *input_of(const bd_join *join, const char *source, const bd_str *scope) {
    for (size_t i = 0; i < join->input_count; i++) {
        if (bd_str_eqz(join->inputs[i].source, source) &&
            (scope == NULL || bd_str_eq(join->inputs[i].scope, *scope))) {
            return &join->inputs[i];
        }
    }
    return NULL;
}

bool is_whole(const bd_join *join, const char *source) {
    bool is_there = false;
    for (size_t i = 0; i < join->input_count; i++) {
        if (!bd_str_eqz(join->inputs[i].source, source)) {
            continue;
        }
        is_there = true;
        if (!join->inputs[i].is_whole) {
            return false;
        }
    }
    return is_there;
}

bool is_whole_everywhere(const bd_join *join, const char *source) {
    for (size_t i = 0; i < join->subscriptions->count; i++) {
        if (input_of(join, source, &join->subscriptions->data[i]) == NULL) {
            return false;
        }
    }
    return is_whole(join, source);
}

bool has_set(const bd_join *join, const char *source, const char *set) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        for (size_t j = 0; j < input->sets.count && bd_str_eqz(input->source, source); j++) {
            if (bd_str_eqz(input->sets.data[j], set)) {
                return true;
            }
        }
    }
    return false;
}

bool has_set_everywhere(const bd_join *join, const char *source, const char *set) {
    bool is_there = false;
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        bool is_in = !bd_str_eqz(input->source, source);
        is_there = is_there || !is_in;
        for (size_t j = 0; j < input->sets.count && !is_in; j++) {
            is_in = bd_str_eqz(input->sets.data[j], set);
        }
        if (!is_in) {
            return false;
        }
    }
    return is_there;
}

bd_str why_not(const bd_join *join, const char *source, bd_arena *arena) {
    bd_str why = bd_str_format(arena, "no %s was read within seven days of this snapshot", source);
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eqz(input->source, source) && !input->is_whole) {
            return bd_str_format(arena, "%s may lack records: %.*s", source,
                                 BD_ARG(input->why_not));
        }
    }
    return why;
}

/* ---- values ---- */

bool is_source(const bd_join_record *record, const char *source) {
    return bd_str_eqz(record->source, source);
}

bool is_part_of(const bd_part *part, const char *source) {
    return bd_str_eqz(part->source, source);
}

answer answer_of(const bd_value *record, const char *key) {
    const bd_value *found = member(record, key);
    if (found == NULL) {
        return UNKNOWN;
    }
    if (found->kind == BD_BOOL) {
        return found->boolean ? YES : NO;
    }
    bool is_text = found->kind == BD_STRING;
    if (is_text && bd_str_ieq(bd_str_trim(found->text), BD_STR("true"))) {
        return YES;
    }
    return is_text && bd_str_ieq(bd_str_trim(found->text), BD_STR("false")) ? NO : UNKNOWN;
}

bool is_set(const bd_value *record, const char *key) {
    return answer_of(record, key) == YES;
}

void put_answer(builder *build, const char *key, answer value) {
    put_value(build, key, value == UNKNOWN ? NULL : bd_value_bool(build->arena, value == YES));
}

static bool take_number(bd_str *rest, int64_t *number) {
    size_t size = 0;
    while (size < rest->size && rest->data[size] >= '0' && rest->data[size] <= '9') {
        size++;
    }
    bool is_fine = size > 0 && size <= 6 && bd_str_to_i64(bd_str_sub(*rest, 0, size), number);
    *rest = bd_str_sub(*rest, size, rest->size);
    return is_fine && rest->size > 0;
}

bool duration_minutes(bd_str text, int64_t *out) {
    bd_str rest = bd_str_trim(text);
    bool is_time = false, has_any = false;
    *out = 0;
    if (rest.size < 3 || rest.data[0] != 'P') {
        return false;
    }
    rest = bd_str_sub(rest, 1, rest.size);
    while (rest.size > 0) {
        if (rest.data[0] == 'T' && !is_time) {
            is_time = true;
            rest = bd_str_sub(rest, 1, rest.size);
            continue;
        }
        int64_t number;
        if (!take_number(&rest, &number)) {
            return false;
        }
        char unit = rest.data[0];
        rest = bd_str_sub(rest, 1, rest.size);
        has_any = true;
        if (!is_time && unit == 'D') {
            *out += number * 24 * 60;
        } else if (!is_time && unit == 'W') {
            *out += number * 7 * 24 * 60;
        } else if (is_time && unit == 'H') {
            *out += number * 60;
        } else if (is_time && unit == 'M') {
            *out += number;
        } else if (is_time && unit == 'S') {
            *out += (number + 59) / 60;
        } else {
            return false;
        }
    }
    return has_any;
}

/* ---- holders of roles ---- */

static const char *kind_of_holder(const bd_join_record *record) {
    if (member(record->value, "assignmentType") != NULL) {
        return "active";
    }
    if (member(record->value, "roleEligibilityScheduleId") != NULL) {
        return "eligible";
    }
    return is_source(record, "S47") ? "active" : NULL;
}

/* "User", "Group", "ServicePrincipal" of what is expanded, else "". */
static bd_str principal_type(const bd_value *record, bd_arena *arena) {
    bd_str type = member_text(record, "principalType");
    if (type.size == 0) {
        type = member_text(member(record, "principal"), "@odata.type");
    }
    if (type.size == 0) {
        type = member_text(member(member(record, "expandedProperties"), "principal"), "type");
    }
    bd_str mark = BD_STR("#microsoft.graph.");
    bd_str lower = bd_str_lower(arena, type);
    return bd_str_has_prefix(lower, mark) ? bd_str_sub(lower, mark.size, lower.size) : lower;
}

const bd_value *keep_holder(const bd_join_record *record, bd_arena *arena) {
    bd_str principal = member_text(record->value, "principalId");
    bd_str role = member_text(record->value, "roleDefinitionId");
    const char *kind = kind_of_holder(record);
    if (principal.size == 0 || role.size == 0 || kind == NULL) {
        return NULL;
    }
    builder build = {.arena = arena};
    put_text(&build, "p", bd_str_lower(arena, principal));
    put_text(&build, "r", tail_of(arena, role));
    put_text(&build, "k", bd_str_of(kind));
    put_text(&build, "t", principal_type(record->value, arena));
    return build_object(&build);
}

static bool is_holder(const bd_part *part) {
    return is_part_of(part, "S47") || is_part_of(part, "S48");
}

bool is_expanded(const bd_join *join, bd_str group, bd_arena *arena) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eqz(input->source, "S65") && input->is_whole &&
            bd_str_eq(tail_of(arena, input->scope), group)) {
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
static answer holds_by(const bd_join *join, const bd_part *part, bd_str user,
                       const bd_strs *groups, bd_arena *arena) {
    bd_str principal = bd_value_text(part->kept, "p");
    bd_str type = bd_value_text(part->kept, "t");
    if (bd_str_eq(principal, user) || is_in(groups, principal)) {
        return YES;
    }
    bool is_group = bd_str_eqz(type, "group") || bd_str_eqz(type, "foreigngroup");
    if ((type.size > 0 && !is_group) || is_expanded(join, principal, arena)) {
        return NO;
    }
    return UNKNOWN;
}

static void settle_lists(const bd_join *join, holding *out, bool has_any, bd_arena *arena) {
    bool knows_active = (is_whole(join, "S48") &&
                         has_set(join, "S48",
                                 "rolemanagement/directory/roleassignmentscheduleinstances")) ||
                        (is_whole(join, "S47") &&
                         has_set(join, "S47", "rolemanagement/directory/roleassignments"));
    bool knows_eligible =
        is_whole(join, "S48") &&
        has_set(join, "S48", "rolemanagement/directory/roleeligibilityscheduleinstances");
    if (out->active == NO && (!knows_active || !has_any)) {
        out->active = UNKNOWN;
        out->problem = bd_str_format(
            arena, "who holds the role is not known: %.*s",
            BD_ARG(knows_active ? BD_STR("the list of role assignments names no holder")
                   : input_of(join, "S48", NULL) != NULL ? why_not(join, "S48", arena)
                                                         : why_not(join, "S47", arena)));
    }
    if (out->eligible == NO && !knows_eligible) {
        out->eligible = UNKNOWN;
        out->problem =
            BD_STR("who is eligible for the role is not known: no complete list of "
                   "roleEligibilityScheduleInstances was read within seven days of this snapshot");
    }
}

holding holding_of(const bd_join *join, bd_str user, const bd_strs *groups, bd_str role,
                   bd_arena *arena) {
    holding out = {.active = NO, .eligible = NO, .problem = {"", 0}};
    bool has_any = false;
    for (size_t i = 0; i < join->common_count; i++) {
        const bd_part *part = &join->common[i];
        if (!is_holder(part) || !bd_str_eq(bd_value_text(part->kept, "r"), role)) {
            continue;
        }
        bool is_active = bd_str_eqz(bd_value_text(part->kept, "k"), "active");
        answer *side = is_active ? &out.active : &out.eligible;
        answer one = holds_by(join, part, user, groups, arena);
        has_any = has_any || is_active;
        *side = answer_or(*side, one);
        if (one == UNKNOWN && out.problem.size == 0) {
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

bd_strs groups_of(const bd_part *parts, size_t count, bd_arena *arena) {
    bd_strs out = {0};
    for (size_t i = 0; i < count; i++) {
        if (is_part_of(&parts[i], "S65")) {
            *bd_push(arena, &out) = tail_of(arena, parts[i].scope);
        }
    }
    return out;
}

/* ---- people ---- */

void collect_member(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                    void *context) {
    bd_str id = bd_str_lower(arena, member_text(record->value, "id"));
    if (id.size > 0 && record->scope.size > 0) {
        keep(context, id, bd_value_object(arena, 0, NULL, NULL));
    }
}

void collect_user(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep, void *context) {
    static const char *const kept[] = {"id", "userPrincipalName", "accountEnabled", "userType",
                                       "createdDateTime", "creationType"};
    bd_str id = bd_str_lower(arena, member_text(record->value, "id"));
    builder build = {.arena = arena};
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        put_value(&build, kept[i], member(record->value, kept[i]));
    }
    if (id.size > 0) {
        keep(context, id, build_object(&build));
    }
}
