/* Definitions and initiatives to policies that can be run, or to the name of what they ask beyond us. */
#include "bindery/policy.h"

#include "policy_priv.h"

#define PARAMETERS_MAX 4096
#define MEMBERS_MAX 4096

static const bd_value *member(const bd_value *json, const char *key) {
    const bd_value *found = NULL;
    return bd_value_lookup(json, bd_str_of(key), &found) == BD_LOOKUP_FOUND ? found : NULL;
}

static bd_str text_member(const bd_value *json, const char *key) {
    const bd_value *found = member(json, key);
    return found != NULL && found->kind == BD_STRING ? found->text : BD_STR("");
}

bd_policy_kind bd_policy_kind_of(const bd_value *json) {
    const bd_value *rule = member(json, "policyRule"), *set = member(json, "policyDefinitions");
    if (rule != NULL && rule->kind == BD_OBJECT) {
        return BD_POLICY_DEFINITION;
    }
    return set != NULL && set->kind == BD_ARRAY ? BD_POLICY_INITIATIVE : BD_POLICY_NO_KIND;
}

#define PROVIDER "/providers/microsoft.authorization/policydefinitions/"

bd_str bd_policy_id_of(const bd_value *json, bd_arena *arena) {
    bd_str id = text_member(json, "id");
    return id.size > 0 ? bd_str_lower(arena, id)
                       : bd_str_lower(arena, bd_str_format(arena, PROVIDER "%.*s",
                                                           BD_ARG(text_member(json, "name"))));
}

static bd_str version_of(const bd_value *json) {
    bd_str own = text_member(json, "version");
    return own.size > 0 ? own : text_member(member(json, "metadata"), "version");
}

static size_t folder_count(bd_str path) {
    size_t count = 0;
    for (size_t i = 0; i < path.size; i++) {
        count += path.data[i] == '/' ? 1 : 0;
    }
    return count;
}

bool bd_policy_is_better(const bd_value *a, bd_str path_a, const bd_value *b, bd_str path_b) {
    int versions = bd_str_natural_cmp(version_of(a), version_of(b));
    size_t folders_a = folder_count(path_a), folders_b = folder_count(path_b);
    if (versions != 0) {
        return versions > 0;
    }
    return folders_a != folders_b ? folders_a < folders_b : bd_str_cmp(path_a, path_b) < 0;
}

bd_strs bd_policy_members(const bd_value *initiative, bd_arena *arena) {
    const bd_value *list = member(initiative, "policyDefinitions");
    bd_strs ids = {0};
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        *bd_push(arena, &ids) =
            bd_str_lower(arena, text_member(&list->items[i], "policyDefinitionId"));
    }
    return ids;
}

const char *bd_policy_state_text(bd_policy_state state) {
    static const char *const words[] = {"runs", "disabled", "manual", "unsupported", "absent"};
    return words[state];
}

/* ---- parameters ---- */

typedef struct {
    bd_arena *arena;
    const bd_policy_inputs *inputs;
    bd_map *by_id; /* -> bd_policy_file */
    BD_VEC(policy) made;
    bd_err *err;
} building;

static const bd_value *find_given(const bd_value *given, bd_str name) {
    for (size_t i = 0; given != NULL && given->kind == BD_OBJECT && i < given->count; i++) {
        if (bd_str_ieq(given->keys[i], name)) {
            const bd_value *inner = bd_value_find(&given->items[i], "value");
            return inner != NULL ? inner : &given->items[i];
        }
    }
    return NULL;
}

/* Values as they were assigned, else the defaults: {"name":{"value":...}}. */
static const bd_value *settle_parameters(building *build, const bd_value *json,
                                         const bd_value *given) {
    const bd_value *declared = member(json, "parameters");
    size_t count = declared != NULL && declared->kind == BD_OBJECT ? declared->count : 0, kept = 0;
    bd_str *keys = bd_new(build->arena, bd_str, count + 1);
    const bd_value **values = bd_new(build->arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count && kept < PARAMETERS_MAX; i++) {
        const bd_value *value = find_given(given, declared->keys[i]);
        value = value != NULL ? value : bd_value_find(&declared->items[i], "defaultValue");
        if (value != NULL) {
            bd_str key = BD_STR("value");
            keys[kept] = declared->keys[i];
            values[kept++] = bd_value_object(build->arena, 1, &key, &value);
        }
    }
    return bd_value_object(build->arena, kept, keys, values);
}

/* ---- a definition ---- */

static void give_up(building *build, policy *made, const bd_err *problem) {
    made->shown.state = BD_POLICY_UNSUPPORTED;
    made->shown.problem = bd_str_copy(build->arena, bd_str_of(problem->message));
}

/* A constant text of the policy, such as its effect. */
static bd_rc settle_text(building *build, const bd_value *json, const bd_value *parameters,
                         const char *subject, const char *key, bd_str *out, bd_err *err) {
    const bd_template *made = NULL;
    BD_TRY(
        bd_template_compile(json, parameters, subject, bd_str_of(key), build->arena, &made, err));
    const bd_value *value = bd_template_constant(made);
    bd_str unset = bd_template_unset(made);
    if (unset.size > 0) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use %s at '/%s': the parameter '%.*s' has no value",
                 subject, key, BD_ARG(bd_str_sub(unset, 0, 64)));
    }
    if (value == NULL || value->kind != BD_STRING) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use %s at '/%s': expected a constant text", subject,
                 key);
    }
    *out = value->text;
    return BD_OK;
}

static bd_rc check_detail_keys(const bd_value *details, const char *subject, bd_err *err) {
    static const char *const known[] = {"type",
                                        "name",
                                        "existenceScope",
                                        "resourceGroupName",
                                        "existenceCondition",
                                        "deployment",
                                        "deploymentScope",
                                        "roleDefinitionIds",
                                        "evaluationDelay"};
    for (size_t i = 0; i < details->count; i++) {
        bool is_known = false;
        for (size_t k = 0; k < BD_COUNT(known); k++) {
            is_known = is_known || bd_str_ieq(details->keys[i], bd_str_of(known[k]));
        }
        if (!is_known) {
            BD_RAISE(err, BD_ERR_INPUT, "cannot use %s at '/then/details': unknown key '%.*s'",
                     subject, BD_ARG(bd_str_sub(details->keys[i], 0, 64)));
        }
    }
    return BD_OK;
}

static bd_rc settle_optional(building *build, const bd_value *json, const bd_value *parameters,
                             const char *subject, const char *key, const bd_template **out,
                             bd_err *err) {
    return json == NULL ? BD_OK
                        : bd_template_compile(json, parameters, subject, bd_str_of(key),
                                              build->arena, out, err);
}

static bd_rc settle_related(building *build, const bd_value *details, const bd_value *parameters,
                            const char *subject, policy *made, bd_err *err) {
    bd_str type_text, scope_text = BD_STR("resourceGroup");
    const bd_value *type = details != NULL ? member(details, "type") : NULL;
    if (type == NULL || details->kind != BD_OBJECT) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use %s at '/then/details': expected an object with 'type'", subject);
    }
    const bd_value *scope = member(details, "existenceScope"),
                   *condition = member(details, "existenceCondition");
    BD_TRY(check_detail_keys(details, subject, err));
    BD_TRY(settle_text(build, type, parameters, subject, "then/details/type", &type_text, err));
    if (scope != NULL) {
        BD_TRY(settle_text(build, scope, parameters, subject, "then/details/existenceScope",
                           &scope_text, err));
    }
    bool is_subscription = bd_str_ieq(scope_text, BD_STR("subscription"));
    if (!is_subscription && !bd_str_ieq(scope_text, BD_STR("resourceGroup"))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use %s at '/then/details/existenceScope': '%.*s' is unknown, expected "
                 "'subscription' or 'resourceGroup'",
                 subject, BD_ARG(bd_str_sub(scope_text, 0, 64)));
    }
    BD_TRY(settle_optional(build, member(details, "name"), parameters, subject, "then/details/name",
                           &made->name, err));
    BD_TRY(settle_optional(build, member(details, "resourceGroupName"), parameters, subject,
                           "then/details/resourceGroupName", &made->group, err));
    if (condition != NULL) {
        BD_TRY(bd_policy_condition_compile(condition, parameters, subject,
                                           BD_STR("then/details/existenceCondition"), build->arena,
                                           &made->existence, err));
    }
    made->related_type = bd_str_lower(build->arena, type_text);
    settle_relation(made, is_subscription, build->arena);
    return BD_OK;
}

static bool is_word(bd_str text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_ieq(text, bd_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}
#define IS_WORD(text, ...)                                                                         \
    is_word((text), (const char *const[]){__VA_ARGS__},                                            \
            BD_COUNT(((const char *const[]){__VA_ARGS__})))

static bd_rc settle_mode(bd_str mode, const char *subject, policy *made, bd_err *err) {
    made->is_data = bd_str_ieq(mode, BD_STR("Microsoft.KeyVault.Data"));
    if (mode.size == 0 || made->is_data || IS_WORD(mode, "All", "Indexed")) {
        return BD_OK;
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "cannot use %s at '/mode': resources of mode '%.*s' are judged by their own service, "
             "expected All, Indexed or Microsoft.KeyVault.Data",
             subject, BD_ARG(bd_str_sub(mode, 0, 64)));
}

/* The condition of a data plane's policy is read only once its mode is known to be ours. */
static bd_rc settle_rule(building *build, const bd_value *json, const bd_value *parameters,
                         const char *subject, policy *made, bd_err *err) {
    const bd_value *rule = member(json, "policyRule"), *condition = member(rule, "if"),
                   *then = member(rule, "then"), *effect = member(then, "effect");
    if (condition == NULL || effect == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use %s at '/policyRule': expected 'if' and 'then' with 'effect'", subject);
    }
    BD_TRY(
        settle_text(build, effect, parameters, subject, "then/effect", &made->shown.effect, err));
    bd_str word = made->shown.effect;
    if (IS_WORD(word, "disabled", "manual")) {
        made->shown.state =
            bd_str_ieq(word, BD_STR("manual")) ? BD_POLICY_MANUAL : BD_POLICY_DISABLED;
        return BD_OK;
    }
    BD_TRY(settle_mode(made->shown.mode, subject, made, err));
    bool has_related = IS_WORD(word, "auditIfNotExists", "deployIfNotExists");
    if (!has_related && !IS_WORD(word, "audit", "deny", "modify", "append")) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use %s at '/then/effect': the effect '%.*s' is not understood", subject,
                 BD_ARG(bd_str_sub(word, 0, 64)));
    }
    BD_TRY(bd_policy_condition_compile(condition, parameters, subject, BD_STR("if"), build->arena,
                                       &made->rule, err));
    made->is_any_type =
        bd_condition_may_hold(made->rule, BD_STR("no.such/type"), NULL, build->arena);
    return has_related
               ? settle_related(build, member(then, "details"), parameters, subject, made, err)
               : BD_OK;
}

static void add_definition(building *build, const bd_policy_file *file, const bd_value *given,
                           policy draft) {
    policy *made = bd_push(build->arena, &build->made);
    *made = draft;
    made->shown.file = file->path;
    made->shown.id = bd_policy_id_of(file->json, build->arena);
    made->shown.title = text_member(file->json, "displayName");
    made->shown.mode = text_member(file->json, "mode");
    made->shown.version = version_of(file->json);
    const char *subject =
        bd_str_format(build->arena, "policy '%.*s'", BD_ARG(bd_path_name(made->shown.id))).data;
    bd_err problem;
    const bd_value *parameters = settle_parameters(build, file->json, given);
    if (bd_failed(settle_rule(build, file->json, parameters, subject, made, &problem))) {
        give_up(build, made, &problem);
    }
}

/* ---- an initiative ---- */

/* What the initiative hands to one member; its templates speak of the initiative's own parameters. */
static bd_rc hand_parameters(building *build, const bd_value *one, const bd_value *own,
                             const char *subject, const bd_value **out, bd_err *err) {
    const bd_value *given = member(one, "parameters");
    size_t count = given != NULL && given->kind == BD_OBJECT ? given->count : 0;
    const bd_value **values = bd_new(build->arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const bd_value *value = bd_value_find(&given->items[i], "value");
        const bd_template *made = NULL;
        bd_str key = BD_STR("value");
        if (value == NULL) {
            continue;
        }
        BD_TRY(bd_template_compile(value, own, subject, given->keys[i], build->arena, &made, err));
        const bd_value *constant = bd_template_constant(made);
        values[i] = constant == NULL ? NULL : bd_value_object(build->arena, 1, &key, &constant);
    }
    *out = bd_value_object(build->arena, count, count > 0 ? given->keys : NULL, values);
    return BD_OK;
}

static bd_strs text_list(bd_arena *arena, const bd_value *list) {
    bd_strs out = {0};
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING) {
            *bd_push(arena, &out) = list->items[i].text;
        }
    }
    return out;
}

static void add_member(building *build, const bd_policy_file *file, const bd_value *one,
                       const bd_value *own) {
    bd_str id = bd_str_lower(build->arena, text_member(one, "policyDefinitionId"));
    const bd_policy_file *found = bd_map_find(build->by_id, id);
    policy draft = {.shown = {.initiative = text_member(file->json, "displayName"),
                              .reference = text_member(one, "policyDefinitionReferenceId"),
                              .groups = text_list(build->arena, member(one, "groupNames")),
                              .id = id}};
    const bd_value *given = NULL;
    bd_err problem;
    const char *subject = bd_str_format(build->arena, "member '%.*s'",
                                        BD_ARG(bd_str_sub(draft.shown.reference, 0, 64)))
                              .data;
    if (found == NULL) {
        draft.shown.state = BD_POLICY_ABSENT;
        draft.shown.problem = BD_STR("no file that was named holds this definition");
        *bd_push(build->arena, &build->made) = draft;
        return;
    }
    if (bd_failed(hand_parameters(build, one, own, subject, &given, &problem))) {
        draft.shown.file = found->path;
        draft.shown.title = text_member(found->json, "displayName");
        give_up(build, &draft, &problem);
        *bd_push(build->arena, &build->made) = draft;
        return;
    }
    add_definition(build, found, given, draft);
}

static bd_rc add_initiative(building *build, const bd_policy_file *file, bd_err *err) {
    const bd_value *list = member(file->json, "policyDefinitions");
    if (list->count > MEMBERS_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "'%.*s' names %zu policies, an initiative may name %d",
                 BD_ARG(file->path), list->count, MEMBERS_MAX);
    }
    const bd_value *own = settle_parameters(build, file->json, build->inputs->parameters);
    for (size_t i = 0; i < list->count; i++) {
        if (text_member(&list->items[i], "policyDefinitionId").size == 0) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot use '%.*s' at '/policyDefinitions/%zu': 'policyDefinitionId' is "
                     "absent",
                     BD_ARG(file->path), i);
        }
        add_member(build, file, &list->items[i], own);
    }
    return BD_OK;
}

bd_rc bd_policies_build(const bd_policy_inputs *inputs, bd_arena *arena, const bd_policies **out,
                        bd_err *err) {
    building build = {.arena = arena, .inputs = inputs, .by_id = bd_map_make(arena)};
    for (size_t i = 0; i < inputs->count; i++) {
        const bd_policy_file *file = &inputs->files[i];
        if (bd_policy_kind_of(file->json) == BD_POLICY_DEFINITION) {
            bd_str id = bd_policy_id_of(file->json, arena);
            const bd_policy_file *other = bd_map_find(build.by_id, id);
            if (other == NULL ||
                bd_policy_is_better(file->json, file->path, other->json, other->path)) {
                bd_map_put(build.by_id, id, (void *)(uintptr_t)file);
            }
        }
    }
    for (size_t i = 0; i < inputs->count; i++) {
        if (bd_policy_kind_of(inputs->files[i].json) == BD_POLICY_INITIATIVE) {
            BD_TRY(add_initiative(&build, &inputs->files[i], err));
        }
    }
    for (size_t i = 0; i < inputs->count; i++) {
        const bd_policy_file *file = &inputs->files[i];
        if (bd_policy_kind_of(file->json) == BD_POLICY_DEFINITION && !file->is_member_only) {
            add_definition(&build, file, inputs->parameters, (policy){0});
        }
    }
    bd_policies *made = bd_new(arena, bd_policies, 1);
    *made = (bd_policies){.list = build.made.data, .count = build.made.count};
    *out = made;
    return BD_OK;
}

size_t bd_policies_count(const bd_policies *policies) {
    return policies->count;
}

const bd_policy *bd_policies_at(const bd_policies *policies, size_t index) {
    return &policies->list[index].shown;
}
