/* Identities that trust a repository: whom the credential names, which production the identity may write to, and
 * whether a gate of production stands between.
 *
 * A credential hangs on an application or a managed identity.  The principal that holds its roles stands in a list of
 * managed identities, or is found from the application by way of the lists of applications and service principals.
 * What one of these lists would have to say and does not leaves the role open. */
#include "bindery/change.h"

#include "bindery/roles.h"
#include "change_priv.h"

#define READER "acdd72a7-3385-48ef-bd42-f606fba81ae7"
#define GITHUB "https://token.actions.githubusercontent.com"

static bd_str own_text(const bd_value *value, const char *key, bd_arena *arena) {
    return bd_str_lower(arena, bd_member_text(value, key));
}

static void collect_role(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                         void *context) {
    if (!bd_str_eqz(record->type, "microsoft.authorization/roleassignments")) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "p", own_text(record->value, "principalId", arena));
    bd_put_text(&build, "t", bd_member_text(record->value, "principalType"));
    bd_put_text(&build, "r", bd_id_tail(arena, bd_member_text(record->value, "roleDefinitionId")));
    bd_put_text(&build, "scope", bd_member_text(record->value, "scope"));
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

/* {"from", "to"}: an identity's principal, an application's appId, an appId's principal. */
static void collect_link(bd_str from, bd_str to, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "from", from);
    bd_put_text(&build, "to", to);
    if (from.size > 0 && to.size > 0) {
        keep(context, (bd_str){"", 0}, bd_build_object(&build));
    }
}

BD_DERIVE_COLLECT(federated_identities) {
    const bd_value *value = record->value;
    if (bd_join_record_is_of(record, "S05")) {
        collect_role(record, arena, keep, context);
    } else if (bd_join_record_is_of(record, "S57a")) {
        collect_link(own_text(value, "id", arena), own_text(value, "appId", arena), arena, keep,
                     context);
    } else if (bd_join_record_is_of(record, "S57p")) {
        collect_link(own_text(value, "appId", arena), own_text(value, "id", arena), arena, keep,
                     context);
    } else if (bd_join_record_is_of(record, "S57i")) {
        collect_link(bd_resource_id(arena, bd_member_text(value, "id")),
                     own_text(value, "principalId", arena), arena, keep, context);
    } else {
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "of", record->scope);
        bd_put_text(&build, "id", record->resource);
        bd_put_text(&build, "name", bd_member_text(value, "name"));
        bd_put_text(&build, "issuer", bd_member_text(value, "issuer"));
        bd_put_text(&build, "subject", bd_member_text(value, "subject"));
        keep(context, record->key.size > 0 ? record->key : record->resource,
             bd_build_object(&build));
    }
}

/* ---- who it is ---- */

static bd_str linked(const bd_join *join, const char *source, bd_str from) {
    for (size_t i = 0; from.size > 0 && i < join->common_count; i++) {
        if (bd_part_is_of(&join->common[i], source) &&
            bd_str_eq(bd_value_text(join->common[i].kept, "from"), from)) {
            return bd_value_text(join->common[i].kept, "to");
        }
    }
    return BD_STR("");
}

/* The credential of a managed identity hangs on its id, of an application on its object id or its appId. */
static bd_str principal_of(const bd_join *join, bd_str of, bd_arena *arena) {
    if (bd_str_find(of, BD_STR("/providers/")) >= 0) {
        return linked(join, "S57i", of);
    }
    bd_str bare = bd_id_tail(arena, of), application = linked(join, "S57a", bare);
    return linked(join, "S57p", application.size > 0 ? application : bare);
}

/* ---- what it may do ---- */

static bool is_at_or_in(bd_str inner, bd_str outer) {
    return bd_str_eq(inner, outer) || (bd_str_has_prefix(inner, outer) && inner.data[outer.size] == '/');
}

/* Is production at the scope, inside it or above it? */
static bd_answer reaches_production(const bd_join *join, bd_str scope, bd_arena *arena) {
    const bd_value *places = fact_value(join, "production_scope");
    bd_str own = bd_resource_id(arena, scope), groups = BD_STR("/providers/microsoft.management/");
    if (places == NULL || places->kind != BD_ARRAY || scope.size == 0) {
        return BD_UNKNOWN;
    }
    if (own.size <= 1 || bd_str_has_prefix(own, groups)) {
        return BD_YES;
    }
    bd_answer found = BD_NO;
    for (size_t i = 0; i < places->count; i++) {
        bd_str place = bd_resource_id(arena, places->items[i].text);
        bool is_id = bd_str_has_prefix(place, BD_STR("/subscriptions/"));
        bool is_near = is_id && (is_at_or_in(own, place) || is_at_or_in(place, own));
        found = bd_answer_or(found, is_near ? BD_YES : is_id ? BD_NO : BD_UNKNOWN);
    }
    return found;
}

static bd_answer is_write_role(bd_str role) {
    return bd_str_eqz(role, READER)            ? BD_NO
           : bd_roles_azure_name(role) != NULL ? BD_YES
                                               : BD_UNKNOWN;
}

static bd_answer may_write(const bd_join *join, bd_str principal, bd_arena *arena) {
    bd_answer found = BD_NO;
    for (size_t i = 0; i < join->common_count && found != BD_YES; i++) {
        const bd_value *kept = join->common[i].kept;
        if (!bd_part_is_of(&join->common[i], "S05")) {
            continue;
        }
        bd_answer held =
            bd_answer_and(reaches_production(join, bd_value_text(kept, "scope"), arena),
                          is_write_role(bd_value_text(kept, "r")));
        bool is_own = bd_str_eq(bd_value_text(kept, "p"), principal);
        bool is_group = bd_str_ieq(bd_value_text(kept, "t"), BD_STR("Group"));
        /* whether it is in a group that holds one nobody reads */
        found = bd_answer_or(found, is_own ? held : is_group && held != BD_NO ? BD_UNKNOWN : BD_NO);
    }
    return found == BD_NO && !bd_join_is_whole_everywhere(join, "S05") ? BD_UNKNOWN : found;
}

/* ---- what it trusts ---- */

/* "repo:OWNER/NAME:ref:refs/heads/main", "repo:OWNER/NAME:pull_request": whoever gets a workflow to run there. */
static bool is_of_code(bd_str subject, bd_arena *arena, bd_str *repository) {
    bd_str rest = bd_str_lower(arena, subject), head = BD_STR("repo:");
    if (!bd_str_has_prefix(rest, head)) {
        return false;
    }
    rest = bd_str_sub(rest, head.size, rest.size);
    bd_str_cut(&rest, ':', repository);
    return bd_str_has_prefix(rest, BD_STR("ref:refs/")) || bd_str_eqz(rest, "pull_request");
}

static bool has_gate(const bd_join *join, bd_str repository, bd_arena *arena) {
    const bd_value *gates = fact_value(join, "production_gates");
    for (size_t i = 0; gates != NULL && gates->kind == BD_ARRAY && i < gates->count; i++) {
        if (gates->items[i].kind == BD_STRING &&
            is_at_or_in(bd_str_lower(arena, gates->items[i].text), repository)) {
            return true;
        }
    }
    return false;
}

/* Developers write to the repositories that bindery.json lists, and to those behind its gates. */
static bd_answer is_developers(const bd_join *join, bd_str issuer, bd_str subject,
                               bd_arena *arena) {
    bd_str repository = BD_STR(""), branch;
    bool is_code = is_at_or_in(bd_str_lower(arena, issuer), BD_STR(GITHUB)) &&
                   is_of_code(subject, arena, &repository);
    return is_code && (lists_repository(join, "repositories", repository, &branch) ||
                       lists_repository(join, "infrastructure_repositories", repository, &branch) ||
                       has_gate(join, repository, arena))
               ? BD_YES
               : BD_UNKNOWN;
}

static bd_str open_words(const bd_join *join, bd_str principal, bd_arena *arena) {
    return principal.size == 0 ? BD_STR("no list read near this day shows the principal of the "
                                        "identity that the credential hangs on")
           : fact_value(join, "production_scope") == NULL
               ? BD_STR("the fact production_scope is not in bindery.json")
           : !bd_join_is_whole_everywhere(join, "S05")
               ? bd_join_why_not(join, "S05", arena)
               : BD_STR("it, or a group that it may be in, holds a role of which nobody says "
                        "whether it writes to production");
}

BD_DERIVE_REDUCE(federated_identities) {
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        const bd_value *kept = parts[i].kept;
        bd_str subject = bd_value_text(kept, "subject");
        bd_str principal = principal_of(join, bd_value_text(kept, "of"), arena);
        bd_answer writes = principal.size > 0 ? may_write(join, principal, arena) : BD_UNKNOWN;
        bd_answer theirs = is_developers(join, bd_value_text(kept, "issuer"), subject, arena);
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "credential", group);
        bd_put_text(&build, "name", bd_value_text(kept, "name"));
        bd_put_text(&build, "identity", bd_value_text(kept, "of"));
        bd_put_text(&build, "principal", principal);
        bd_put_text(&build, "issuer", bd_value_text(kept, "issuer"));
        bd_put_text(&build, "subject", subject);
        bd_put_answer(&build, "writes_to_production", writes);
        bd_put_answer(&build, "is_developers", theirs);
        bd_put_text(&build, "problem",
                    writes == BD_UNKNOWN ? open_words(join, principal, arena)
                                         : BD_STR("who can write to what it trusts is not shown"));
        emit(context, BD_STR("federated-identity"), group, bd_value_text(kept, "id"),
             BD_INSTANT_NONE, bd_build_object(&build));
    }
}
