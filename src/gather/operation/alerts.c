/* Which critical events an alert rule watches, and whom it tells: activity log alerts, scheduled queries and rules of
 * Sentinel, each in its own shape. */
#include "bindery/operation.h"

#include "operation_priv.h"

/* ---- what a rule says ---- */

typedef struct {
    bd_str id;
    const bd_value *record;
    const bd_value *enabled; /* a boolean, or NULL: the record does not show it */
    bd_strs groups;          /* ids of action groups, lower case */
    bool is_sentinel;        /* its incidents take another route */
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} alert;

static const bd_value *truth_of(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *found = bd_member(record, key);
    if (found == NULL || found->kind == BD_BOOL) {
        return found;
    }
    bool is_true = found->kind == BD_STRING && bd_str_ieq(found->text, BD_STR("true"));
    bool is_false = found->kind == BD_STRING && bd_str_ieq(found->text, BD_STR("false"));
    return is_true || is_false ? bd_value_bool(arena, is_true) : NULL;
}

static void add_groups(alert *rule) {
    const bd_value *actions = bd_member(rule->record, "actions");
    const bd_value *list =
        actions != NULL && actions->kind == BD_ARRAY ? actions : bd_member(actions, "actionGroups");
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        const bd_value *one = &list->items[i];
        bd_str id = one->kind == BD_STRING ? one->text : bd_member_text(one, "actionGroupId");
        if (id.size > 0) {
            *bd_push(rule->arena, &rule->groups) = bd_resource_id(rule->arena, id);
        }
    }
}

static void emit_family(const alert *rule, const char *family, const char *problem) {
    bd_builder build = {.arena = rule->arena};
    bd_put_text(&build, "rule", rule->id);
    bd_put_text(&build, "family", bd_str_of(family));
    bd_put_value(&build, "enabled", rule->enabled);
    bool is_route_elsewhere = rule->is_sentinel && rule->groups.count == 0;
    bd_put_value(&build, "bound",
                 is_route_elsewhere ? NULL : bd_value_bool(rule->arena, rule->groups.count > 0));
    bd_put_value(&build, "covers", problem == NULL ? bd_value_bool(rule->arena, true) : NULL);
    bd_put_text(&build, "problem", bd_str_of(problem));
    bd_str key = bd_str_format(rule->arena, "%.*s#%s",
                               BD_ARG(bd_resource_id(rule->arena, rule->id)), family);
    rule->emit(rule->context, BD_STR("alert-rule"), key, rule->id, BD_INSTANT_NONE,
               bd_build_object(&build));
}

/* ---- activity log alerts ---- */

/* What the leaves of a condition say of one operation. */
typedef struct {
    bool has_operation, names_role_writes, names_policy_hits;
    bd_str category;
    bool is_narrow; /* some leaf lets only a part through */
} watching;

static bool is_operation(bd_str text, const char *name) {
    return bd_str_ieq(bd_str_trim(text), bd_str_of(name));
}

static void see_operation(watching *out, bd_str text) {
    out->has_operation = true;
    out->names_role_writes = out->names_role_writes ||
                             is_operation(text, "Microsoft.Authorization/roleAssignments/write");
    out->names_policy_hits = out->names_policy_hits ||
                             is_operation(text, "Microsoft.Authorization/policies/audit/action") ||
                             is_operation(text, "Microsoft.Authorization/policies/deny/action");
}

static void see_values(watching *out, const bd_value *leaf) {
    bd_str one = bd_member_text(leaf, "equals");
    const bd_value *many = bd_member(leaf, "containsAny");
    if (one.size > 0) {
        see_operation(out, one);
    }
    for (size_t i = 0; many != NULL && many->kind == BD_ARRAY && i < many->count; i++) {
        if (many->items[i].kind == BD_STRING) {
            see_operation(out, many->items[i].text);
        }
    }
}

/* A finished write has the status Succeeded; one that only started is told as well. */
static bool is_plain_status(bd_str text) {
    return bd_str_ieq(text, BD_STR("Succeeded")) || bd_str_ieq(text, BD_STR("Accepted"));
}

static void see_leaf(watching *out, const bd_value *leaf, bool is_alternative) {
    bd_str field = bd_member_text(leaf, "field");
    if (bd_str_ieq(field, BD_STR("operationName"))) {
        see_values(out, leaf);
        return;
    }
    bool is_category = bd_str_ieq(field, BD_STR("category")) && !is_alternative;
    if (is_category && bd_member_text(leaf, "equals").size > 0) {
        out->category = bd_member_text(leaf, "equals");
        return;
    }
    bool is_status =
        bd_str_ieq(field, BD_STR("status")) && is_plain_status(bd_member_text(leaf, "equals"));
    out->is_narrow = out->is_narrow || !is_status;
}

static watching see_condition(const bd_value *condition) {
    watching out = {.category = {"", 0}};
    const bd_value *all = bd_member(condition, "allOf");
    for (size_t i = 0; all != NULL && all->kind == BD_ARRAY && i < all->count; i++) {
        const bd_value *any = bd_member(&all->items[i], "anyOf");
        for (size_t j = 0; any != NULL && any->kind == BD_ARRAY && j < any->count; j++) {
            see_leaf(&out, &any->items[j], true);
        }
        if (any == NULL) {
            see_leaf(&out, &all->items[i], false);
        }
    }
    return out;
}

/* Its own subscription, whole: a group of resources is not all of it. */
static const char *scope_problem(const alert *rule) {
    const bd_value *scopes = bd_member(rule->record, "scopes");
    bd_str own = bd_resource_id(rule->arena, rule->id);
    for (size_t i = 0; scopes != NULL && scopes->kind == BD_ARRAY && i < scopes->count; i++) {
        bd_str scope = scopes->items[i].kind == BD_STRING
                           ? bd_resource_id(rule->arena, scopes->items[i].text)
                           : BD_STR("");
        bd_str below = bd_str_format(rule->arena, "%.*s/", BD_ARG(scope));
        bd_str rest = bd_str_sub(scope, sizeof "/subscriptions/" - 1, scope.size);
        if (bd_str_has_prefix(scope, BD_STR("/subscriptions/")) &&
            bd_str_find(rest, BD_STR("/")) < 0 && bd_str_has_prefix(own, below)) {
            return NULL;
        }
    }
    return "its scopes do not show the whole of its subscription";
}

static void map_activity(const alert *rule, const bd_value *condition) {
    watching seen = see_condition(condition);
    const char *problem = scope_problem(rule);
    if (problem == NULL && seen.is_narrow) {
        problem = "further conditions let only a part of the events through";
    }
    bool is_any = !seen.has_operation;
    if (seen.names_role_writes || (is_any && bd_str_ieq(seen.category, BD_STR("Administrative")))) {
        emit_family(rule, "role-writes", problem);
    }
    if (seen.names_policy_hits || (is_any && bd_str_ieq(seen.category, BD_STR("Policy")))) {
        emit_family(rule, "policy-violations", problem);
    }
}

/* ---- queries ---- */

/* Lower case, and without what stands behind "//": a comment watches nothing. */
static bd_str bare_query(bd_arena *arena, bd_str query) {
    bd_strs lines = {0};
    bd_str rest = bd_str_lower(arena, query), line;
    while (bd_str_cut(&rest, '\n', &line)) {
        ptrdiff_t comment = bd_str_find(line, BD_STR("//"));
        *bd_push(arena, &lines) = comment < 0 ? line : bd_str_sub(line, 0, (size_t)comment);
        *bd_push(arena, &lines) = BD_STR("\n");
    }
    return bd_str_concat(arena, lines.data, lines.count);
}

static bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Does a query in lower case name this table?  AADServicePrincipalSignInLogs is another than SigninLogs. */
static bool reads_table(bd_str query, const char *table) {
    size_t size = bd_str_of(table).size;
    for (size_t at = 0; at + size <= query.size; at++) {
        bool is_here = bd_str_eqz(bd_str_sub(query, at, at + size), table);
        bool is_longer = is_here && ((at > 0 && is_of_name(query.data[at - 1])) ||
                                     (at + size < query.size && is_of_name(query.data[at + size])));
        if (is_here && !is_longer) {
            return true;
        }
    }
    return false;
}

static void map_query(const alert *rule, bd_str text, const char *problem) {
    bd_str query = bare_query(rule->arena, text);
    bool reads_audit = reads_table(query, "auditlogs");
    if (reads_table(query, "signinlogs")) {
        emit_family(rule, "sign-in-failures", problem);
    }
    if (reads_audit && bd_str_find(query, BD_STR("elevated their access")) >= 0) {
        emit_family(rule, "access-elevation", problem);
    }
    if (reads_audit && bd_str_find(query, BD_STR("add member to role")) >= 0) {
        emit_family(rule, "directory-roles", problem);
    }
}

static alert alert_of(const bd_value *record, bd_arena *arena, bd_derived_fn *emit, void *context) {
    alert rule = {.id = bd_member_text(record, "id"),
                  .record = record,
                  .enabled = truth_of(record, "enabled", arena),
                  .arena = arena,
                  .emit = emit,
                  .context = context};
    add_groups(&rule);
    return rule;
}

void map_activity_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    (void)zone;
    alert rule = alert_of(record, arena, emit, context);
    const bd_value *condition = bd_member(record, "condition");
    if (condition != NULL && condition->kind == BD_OBJECT) {
        map_activity(&rule, condition);
    }
}

void map_query_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    (void)zone;
    alert rule = alert_of(record, arena, emit, context);
    const bd_value *criteria = bd_member(bd_member(record, "criteria"), "allOf");
    for (size_t i = 0; criteria != NULL && criteria->kind == BD_ARRAY && i < criteria->count; i++) {
        map_query(&rule, bd_member_text(&criteria->items[i], "query"), NULL);
    }
    if (criteria == NULL) {
        rule.is_sentinel = true;
        map_query(&rule, bd_member_text(record, "query"),
                  "a rule of Sentinel: whom its incidents reach is not read");
    }
}

/* ---- bindings: one record for each action group that an enabled rule of a family tells ---- */

typedef struct {
    const alert *rule;
    bool has_family;
} family_note;

static void note_family(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                        const bd_value *record) {
    (void)type, (void)key, (void)resource, (void)time, (void)record;
    ((family_note *)context)->has_family = true;
}

void map_alert_bindings(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                        bd_arena *arena, bd_derived_fn *emit, void *context) {
    alert rule = alert_of(record, arena, emit, context);
    family_note note = {.rule = &rule};
    map_activity_alerts(record, parameters, zone, arena, note_family, &note);
    map_query_alerts(record, parameters, zone, arena, note_family, &note);
    bool is_on = rule.enabled != NULL && rule.enabled->boolean;
    for (size_t i = 0; i < rule.groups.count && note.has_family && is_on; i++) {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "rule", rule.id);
        bd_put_text(&build, "action_group", rule.groups.data[i]);
        bd_str key = bd_str_format(arena, "%.*s#%.*s", BD_ARG(bd_resource_id(arena, rule.id)),
                                   BD_ARG(rule.groups.data[i]));
        emit(context, BD_STR("alert-binding"), key, rule.id, BD_INSTANT_NONE,
             bd_build_object(&build));
    }
}
