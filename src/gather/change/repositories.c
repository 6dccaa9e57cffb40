/* What guards the default branch of each repository that the organisation names, and the gates before production.
 *
 * GitHub has classic protection and rulesets, which do not know of each other: either counts.  Azure DevOps has branch
 * policies and checks of environments.  Only what a record shows to be in force is a derived record; what is not shown
 * is shown by no record at all, so that one page never speaks against another. */
#include "bindery/change.h"

#include "change_priv.h"

#define REVIEWERS "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
#define BUILD "0609b952-1397-4640-95ec-e00a01b2c241"

typedef struct {
    const bd_value *scanners; /* {"static":[...],"dependency":[...],"infrastructure":[...]}, or NULL */
    const bd_value *infrastructure; /* names of repositories that hold infrastructure as code, or NULL */
    const bd_value *names; /* one of the facts; who stands in both is told twice and counts once */
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} listener;

static const bd_value *fact_list(const bd_value *parameters, const char *name) {
    const bd_value *list = parameters != NULL ? bd_value_find(parameters, name) : NULL;
    return list != NULL && list->kind == BD_ARRAY ? list : NULL;
}

static bool is_true(const bd_value *object, const char *key) {
    const bd_value *found = bd_member(object, key);
    return found != NULL && found->kind == BD_BOOL && found->boolean;
}

static bool is_false(const bd_value *object, const char *key) {
    const bd_value *found = bd_member(object, key);
    return found != NULL && found->kind == BD_BOOL && !found->boolean;
}

static size_t count_of(const bd_value *object, const char *key) {
    const bd_value *found = bd_member(object, key);
    return found != NULL && found->kind == BD_ARRAY ? found->count : 0;
}

static bool is_at_least_one(const bd_value *object, const char *key) {
    int64_t count = 0;
    return object != NULL && bd_value_i64(object, key, &count) && count >= 1;
}

/* "contoso/pay@main": a repository and its default branch; `branch` "" is the default one, whatever its name. */
static void emit_half(const listener *to, bd_str repository, bd_str branch, const char *half,
                      bd_str resource) {
    for (size_t i = 0; to->names != NULL && i < to->names->count; i++) {
        if (to->names->items[i].kind != BD_STRING) {
            continue;
        }
        bd_str name = to->names->items[i].text, rest = name, own;
        bd_str_cut(&rest, '@', &own);
        bool is_branch = branch.size == 0 || (rest.size > 0 && bd_str_eq(rest, branch));
        if (!bd_str_ieq(own, repository) || !is_branch) {
            continue;
        }
        bd_builder build = {.arena = to->arena};
        bd_put_text(&build, "repository", name);
        bd_put_text(&build, "half", bd_str_of(half));
        bd_put_value(&build, "guarded", bd_value_bool(to->arena, true));
        to->emit(to->context, BD_STR("branch-rule"),
                 bd_str_format(to->arena, "%.*s#%s", BD_ARG(bd_str_lower(to->arena, name)), half),
                 resource, BD_INSTANT_NONE, bd_build_object(&build));
    }
}

/* The part of a web address between two marks; "" when it is not like that. */
static bd_str between(bd_str url, const char *head, const char *tail) {
    ptrdiff_t from = bd_str_find(url, bd_str_of(head));
    if (from < 0) {
        return BD_STR("");
    }
    bd_str rest = bd_str_sub(url, (size_t)from + bd_str_of(head).size, url.size);
    ptrdiff_t to = bd_str_find(rest, bd_str_of(tail));
    return to < 0 ? BD_STR("") : bd_str_sub(rest, 0, (size_t)to);
}

/* ---- scanners among the checks ---- */

static bool is_scanner(const bd_value *scanners, const char *kind, bd_str check) {
    const bd_value *list = scanners != NULL ? bd_member(scanners, kind) : NULL;
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING && check.size > 0 &&
            bd_str_ieq(bd_str_trim(list->items[i].text), check)) {
            return true;
        }
    }
    return false;
}

static bool is_infrastructure_too(const listener *to, bd_str repository) {
    for (size_t i = 0; to->infrastructure != NULL && i < to->infrastructure->count; i++) {
        const bd_value *item = &to->infrastructure->items[i];
        bd_str rest = item->kind == BD_STRING ? item->text : BD_STR(""), own;
        bd_str_cut(&rest, '@', &own);
        if (bd_str_ieq(own, repository)) {
            return true;
        }
    }
    return false;
}

/* A check that is required scans if bindery.json names it so; what it is called proves nothing by itself.  Of a
 * repository of infrastructure nothing but its own scan is asked, also where all repositories are listed. */
static void emit_scanner(const listener *to, bd_str repository, bd_str branch, bd_str check,
                         bd_str resource) {
    static const char *const kinds[] = {"static", "dependency", "infrastructure"};
    bool is_code = is_infrastructure_too(to, repository);
    bool is_scanned = is_code && is_scanner(to->scanners, "infrastructure", check);
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        if (is_code ? is_scanned : is_scanner(to->scanners, kinds[i], check)) {
            emit_half(to, repository, branch, kinds[i], resource);
        }
    }
}

static void emit_scanners(const listener *to, bd_str repository, bd_str branch,
                          const bd_value *checks, const char *key, bd_str resource) {
    for (size_t i = 0; checks != NULL && checks->kind == BD_ARRAY && i < checks->count; i++) {
        bd_str name = checks->items[i].kind == BD_STRING ? bd_str_trim(checks->items[i].text)
                                                         : bd_member_text(&checks->items[i], key);
        emit_scanner(to, repository, branch, name, resource);
    }
}

/* ---- branches ---- */

static void map_classic(const listener *to, const bd_value *record) {
    bd_str url = bd_member_text(record, "url");
    bd_str repository = between(url, "/repos/", "/branches/");
    bd_str branch = between(url, "/branches/", "/protection");
    if (repository.size == 0 || branch.size == 0 ||
        !is_true(bd_member(record, "enforce_admins"), "enabled")) {
        return;
    }
    const bd_value *reviews = bd_member(record, "required_pull_request_reviews");
    const bd_value *spared = bd_member(reviews, "bypass_pull_request_allowances");
    bool is_open =
        count_of(spared, "users") + count_of(spared, "teams") + count_of(spared, "apps") > 0;
    if (is_at_least_one(reviews, "required_approving_review_count") && !is_open) {
        emit_half(to, repository, branch, "review", url);
    }
    const bd_value *checks = bd_member(record, "required_status_checks");
    if (count_of(checks, "checks") + count_of(checks, "contexts") > 0) {
        emit_half(to, repository, branch, "checks", url);
    }
    emit_scanners(to, repository, branch, bd_member(checks, "checks"), "context", url);
    emit_scanners(to, repository, branch, bd_member(checks, "contexts"), "context", url);
}

static void map_rules(const listener *to, const bd_value *record, bd_str branch) {
    const bd_value *rules = bd_member(record, "rules");
    bd_str repository = bd_member_text(record, "source");
    for (size_t i = 0; rules != NULL && rules->kind == BD_ARRAY && i < rules->count; i++) {
        bd_str type = bd_member_text(&rules->items[i], "type");
        const bd_value *with = bd_member(&rules->items[i], "parameters");
        if (bd_str_eqz(type, "pull_request") &&
            is_at_least_one(with, "required_approving_review_count")) {
            emit_half(to, repository, branch, "review", bd_member_text(record, "name"));
        }
        if (bd_str_eqz(type, "required_status_checks") &&
            count_of(with, "required_status_checks") > 0) {
            emit_half(to, repository, branch, "checks", bd_member_text(record, "name"));
        }
        emit_scanners(to, repository, branch, bd_member(with, "required_status_checks"), "context",
                      bd_member_text(record, "name"));
        emit_scanners(to, repository, branch, bd_member(with, "code_scanning_tools"), "tool",
                      bd_member_text(record, "name"));
    }
}

/* One that only evaluates reports and stops nothing; who may bypass it is shown by its own page alone. */
static void map_ruleset(const listener *to, const bd_value *record) {
    const bd_value *bypass = bd_member(record, "bypass_actors");
    const bd_value *names = bd_member(bd_member(record, "conditions"), "ref_name");
    bool is_in_force = bd_str_eqz(bd_member_text(record, "enforcement"), "active") &&
                       bd_str_eqz(bd_member_text(record, "target"), "branch") &&
                       bd_str_eqz(bd_member_text(record, "source_type"), "Repository") &&
                       bypass != NULL && bypass->kind == BD_ARRAY && bypass->count == 0 &&
                       count_of(names, "exclude") == 0;
    const bd_value *include = bd_member(names, "include");
    for (size_t i = 0;
         is_in_force && include != NULL && include->kind == BD_ARRAY && i < include->count; i++) {
        bd_str one = include->items[i].kind == BD_STRING ? include->items[i].text : BD_STR("");
        bd_str head = BD_STR("refs/heads/");
        bool is_any = bd_str_eqz(one, "~DEFAULT_BRANCH") || bd_str_eqz(one, "~ALL");
        if (is_any || bd_str_has_prefix(one, head)) {
            map_rules(to, record, is_any ? BD_STR("") : bd_str_sub(one, head.size, one.size));
        }
    }
}

/* A policy for some paths leaves the others unguarded; whether several of them cover all is not shown. */
static bool is_for_all_paths(const bd_value *settings) {
    const bd_value *paths = bd_member(settings, "filenamePatterns");
    if (paths == NULL || bd_value_is_absent(paths)) {
        return true;
    }
    bool is_all = paths->kind == BD_ARRAY && paths->count == 0;
    for (size_t i = 0; paths->kind == BD_ARRAY && i < paths->count && !is_all; i++) {
        bd_str one = paths->items[i].kind == BD_STRING ? paths->items[i].text : BD_STR("");
        is_all = paths->count == 1 && (bd_str_eqz(one, "*") || bd_str_eqz(one, "/*"));
    }
    return is_all;
}

/* By the type's id: the names that are shown are translated and have changed.  A policy of a whole project names no
 * repository; which ones it holds for is not shown. */
static void map_devops_policy(const listener *to, const bd_value *record) {
    bd_str type = bd_member_text(bd_member(record, "type"), "id");
    const bd_value *settings = bd_member(record, "settings");
    bool is_review = bd_str_ieq(type, BD_STR(REVIEWERS)) &&
                     is_at_least_one(settings, "minimumApproverCount") &&
                     is_false(settings, "creatorVoteCounts");
    bool is_in_force = is_true(record, "isEnabled") && is_true(record, "isBlocking") &&
                       is_false(record, "isDeleted") && is_for_all_paths(settings);
    const bd_value *scope = bd_member(settings, "scope");
    if (!is_in_force || (!is_review && !bd_str_ieq(type, BD_STR(BUILD)))) {
        return;
    }
    for (size_t i = 0; scope != NULL && scope->kind == BD_ARRAY && i < scope->count; i++) {
        bd_str kind = bd_member_text(&scope->items[i], "matchKind");
        bd_str ref = bd_member_text(&scope->items[i], "refName");
        bd_str head = BD_STR("refs/heads/");
        bool is_default = bd_str_ieq(kind, BD_STR("DefaultBranch"));
        bool is_exact = bd_str_ieq(kind, BD_STR("Exact")) && bd_str_has_prefix(ref, head);
        if (is_default || is_exact) {
            bd_str repository = bd_member_text(&scope->items[i], "repositoryId");
            bd_str branch = is_default ? BD_STR("") : bd_str_sub(ref, head.size, ref.size);
            emit_half(to, repository, branch, is_review ? "review" : "checks",
                      bd_member_text(record, "url"));
            emit_scanner(to, repository, branch,
                         is_review ? BD_STR("") : bd_member_text(settings, "displayName"),
                         bd_member_text(record, "url"));
        }
    }
}

void map_branch_rules(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    static const char *const facts[] = {"repositories", "infrastructure_repositories"};
    for (size_t i = 0; record->kind == BD_OBJECT && i < BD_COUNT(facts); i++) {
        listener to = {.scanners = parameters != NULL ? bd_value_find(parameters, "scanner_checks")
                                                      : NULL,
                       .infrastructure = fact_list(parameters, "infrastructure_repositories"),
                       .names = fact_list(parameters, facts[i]),
                       .arena = arena,
                       .emit = emit,
                       .context = context};
        if (bd_member(record, "enforce_admins") != NULL) {
            map_classic(&to, record);
        } else if (bd_member(record, "enforcement") != NULL) {
            map_ruleset(&to, record);
        } else if (bd_member(record, "isBlocking") != NULL) {
            map_devops_policy(&to, record);
        }
    }
}

/* ---- gates ---- */

static void emit_gate(const listener *to, bd_str name, const bd_value *second,
                      const char *problem) {
    for (size_t i = 0; to->names != NULL && i < to->names->count; i++) {
        if (to->names->items[i].kind != BD_STRING || !bd_str_ieq(to->names->items[i].text, name)) {
            continue;
        }
        bd_builder build = {.arena = to->arena};
        bd_put_text(&build, "gate", name);
        bd_put_value(&build, "second_person", second);
        bd_put_text(&build, "problem", bd_str_of(problem));
        to->emit(to->context, BD_STR("deploy-gate"), bd_str_lower(to->arena, name), name,
                 BD_INSTANT_NONE, bd_build_object(&build));
    }
}

/* "contoso/pay/production" */
static void map_environment(const listener *to, const bd_value *record) {
    bd_str repository = between(bd_member_text(record, "url"), "/repos/", "/environments/");
    const bd_value *rules = bd_member(record, "protection_rules");
    bool is_second = false;
    for (size_t i = 0; rules != NULL && rules->kind == BD_ARRAY && i < rules->count; i++) {
        const bd_value *rule = &rules->items[i];
        is_second =
            is_second || (bd_str_eqz(bd_member_text(rule, "type"), "required_reviewers") &&
                          is_true(rule, "prevent_self_review") && count_of(rule, "reviewers") > 0);
    }
    bool can_bypass = !is_false(record, "can_admins_bypass");
    bd_str name = bd_str_format(to->arena, "%.*s/%.*s", BD_ARG(repository),
                                BD_ARG(bd_member_text(record, "name")));
    if (is_second && can_bypass) {
        emit_gate(to, name, NULL, "administrators of the repository may pass it by");
        return;
    }
    emit_gate(to, name, bd_value_bool(to->arena, is_second), NULL);
}

/* "environment/production"; its settings stand in the answer only where they were asked for. */
static void map_approval(const listener *to, const bd_value *record) {
    const bd_value *resource = bd_member(record, "resource");
    bd_str type = bd_member_text(bd_member(record, "type"), "name");
    const bd_value *settings = bd_member(record, "settings");
    if (!bd_str_ieq(type, BD_STR("Approval")) || is_true(record, "isDisabled")) {
        return; /* one that is switched off asks nobody; another may still be on */
    }
    bool is_yes = is_true(settings, "requesterCannotBeApprover");
    bool is_known = is_yes || is_false(settings, "requesterCannotBeApprover");
    bd_str name = bd_str_format(to->arena, "%.*s/%.*s", BD_ARG(bd_member_text(resource, "type")),
                                BD_ARG(bd_member_text(resource, "name")));
    emit_gate(to, name, is_known ? bd_value_bool(to->arena, is_yes) : NULL,
              is_known ? NULL : "the record does not show whether the requester may approve");
}

void map_deploy_gates(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)zone;
    listener to = {.names = fact_list(parameters, "production_gates"),
                   .arena = arena,
                   .emit = emit,
                   .context = context};
    if (record->kind != BD_OBJECT) {
        return;
    }
    if (bd_member(record, "protection_rules") != NULL) {
        map_environment(&to, record);
    } else if (bd_member(record, "resource") != NULL) {
        map_approval(&to, record);
    }
}
