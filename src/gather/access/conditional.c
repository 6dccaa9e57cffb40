/* Conditional Access as it reaches each person: all enabled policies together, exclusions and conditions that narrow
 * them, and whether what they ask for is more than one factor, or a method that cannot be phished. */
#include "bindery/access.h"

#include "access_priv.h"
#include "bindery/roles.h"

/* ---- collect ---- */

void collect_ca_coverage(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                         void *context) {
    const bd_value *value = record->value;
    if (bd_roles_collect_holding(record, arena, keep, context)) {
        return;
    }
    static const char *const kept[] = {"id",         "displayName",   "state",
                                       "conditions", "grantControls", "allowedCombinations",
                                       "isEnabled",  "requirementsSatisfied"};
    bd_builder build = {.arena = arena};
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        bd_put_value(&build, kept[i], bd_member(value, kept[i]));
    }
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

/* ---- the person ---- */

typedef struct {
    const bd_join *join;
    bd_arena *arena;
    bd_str id, upn, type;
    bool is_guest;
    bd_strs groups;
    bool is_admin_on_activation; /* judged as the administrator he becomes on activation */
    bd_str problem;              /* why something about him is not known; the first */
} person;

static void say(person *who, bd_str problem) {
    if (who->problem.size == 0) {
        who->problem = problem;
    }
}

static const bd_value *list_of(const bd_value *object, const char *key) {
    const bd_value *found = bd_member(object, key);
    return found != NULL && found->kind == BD_ARRAY ? found : NULL;
}

static bool is_empty(const bd_value *object, const char *key) {
    const bd_value *found = bd_member(object, key);
    return found == NULL || bd_value_is_absent(found) ||
           (found->kind == BD_ARRAY && found->count == 0) ||
           (found->kind == BD_OBJECT && found->count == 0);
}

static bool has_word(const bd_value *list, const char *word) {
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING &&
            bd_str_ieq(bd_str_trim(list->items[i].text), bd_str_of(word))) {
            return true;
        }
    }
    return false;
}

static bool is_member(const person *who, bd_str group) {
    for (size_t i = 0; i < who->groups.count; i++) {
        if (bd_str_eq(who->groups.data[i], group)) {
            return true;
        }
    }
    return false;
}

static bd_answer in_groups(person *who, const bd_value *list) {
    bd_answer out = BD_NO;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        bd_str group = bd_id_tail(who->arena, list->items[i].text);
        if (bd_roles_is_expanded(who->join, group, who->arena)) {
            if (is_member(who, group)) {
                return BD_YES;
            }
        } else {
            out = BD_UNKNOWN;
            say(who, bd_str_format(who->arena,
                                   "a policy names the group '%.*s', and no complete list of its "
                                   "members was read within seven days of this snapshot",
                                   BD_ARG(group)));
        }
    }
    return out;
}

/* Conditional Access does not see a role over a part of the directory, an administrative unit, say: who holds it so is
 * reached by no policy for the role.  Whether one that leaves the role out leaves him out is not said. */
static bd_answer in_roles(person *who, const bd_value *list, bool is_exclusion) {
    bd_answer out = BD_NO;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        bd_str role = bd_id_tail(who->arena, list->items[i].text);
        if (who->is_admin_on_activation && bd_str_eqz(role, BD_ROLES_GLOBAL_ADMINISTRATOR)) {
            return BD_YES;
        }
        bd_holding held = bd_roles_holding_of(who->join, who->id, &who->groups, role, who->arena);
        bool is_list_known =
            bd_join_is_whole(who->join, "S47") || bd_join_is_whole(who->join, "S48");
        /* a role that nobody holds is a common thing among those a policy names */
        bd_answer one = held.active == BD_UNKNOWN && is_list_known &&
                                bd_str_find(held.problem, BD_STR("names no holder")) >= 0
                            ? BD_NO
                        : held.active == BD_YES && !is_list_known ? BD_UNKNOWN
                                                                  : held.active;
        if (one == BD_UNKNOWN) {
            say(who, held.problem);
        } else if (one == BD_NO && is_exclusion && held.scoped != BD_NO) {
            one = BD_UNKNOWN;
            say(who, BD_STR("a policy leaves out a role that the account holds over a part of the "
                            "directory alone"));
        }
        out = bd_answer_or(out, one);
    }
    return out;
}

static bool is_external(const person *who) {
    return bd_str_find(bd_str_lower(who->arena, who->upn), BD_STR("#ext#")) >= 0;
}

/* includeGuestsOrExternalUsers: {"guestOrExternalUserTypes":"internalGuest,b2bCollaborationGuest"}. */
static bd_answer in_guest_types(person *who, const bd_value *users, const char *key) {
    const bd_value *found = bd_member(users, key);
    if (found == NULL || found->kind != BD_OBJECT) {
        return BD_NO;
    }
    bool is_from_outside = is_external(who);
    if (!is_from_outside && !who->is_guest) {
        return BD_NO;
    }
    const char *own = !is_from_outside ? "internalguest"
                      : who->is_guest  ? "b2bcollaborationguest"
                                       : "b2bcollaborationmember";
    bd_str rest = bd_str_lower(who->arena, bd_member_text(found, "guestOrExternalUserTypes")),
           piece;
    bool is_named = false;
    while (bd_str_cut(&rest, ',', &piece)) {
        is_named = is_named || bd_str_eqz(bd_str_trim(piece), own);
    }
    const bd_value *tenants = bd_member(found, "externalTenants");
    bool is_all = tenants == NULL || bd_value_is_absent(tenants) ||
                  bd_str_ieq(bd_member_text(tenants, "membershipKind"), BD_STR("all"));
    if (is_named && is_from_outside && !is_all) {
        say(who, BD_STR("a policy names guests by their home tenant, which no export shows"));
        return BD_UNKNOWN;
    }
    return is_named ? BD_YES : BD_NO;
}

static bd_answer in_users(person *who, const bd_value *list) {
    bool is_guests = has_word(list, "GuestsOrExternalUsers");
    if (has_word(list, "All") || (who->is_guest && is_guests)) {
        return BD_YES;
    }
    if (has_word(list, bd_str_z(who->arena, who->id))) {
        return BD_YES;
    }
    if (is_guests && is_external(who)) {
        say(who, BD_STR("a policy names guests and external users, and whether it means an external "
                        "user who is a member is not shown"));
        return BD_UNKNOWN;
    }
    return BD_NO;
}

/* ---- a policy ---- */

typedef struct {
    bd_answer reaches; /* the person */
    bd_answer excludes;
    bd_answer is_mfa, is_strong; /* what it asks for */
    unsigned clients;         /* bits of client types */
    bd_str narrowed;          /* the first condition that narrows it; "" */
    bool is_for_apps;         /* all of them */
    bd_str name;
} policy_view;

enum { BROWSER = 1, MODERN = 2, SYNC = 4, OTHER = 8, ALL_CLIENTS = 15 };

static bool is_on(const bd_value *policy) {
    return bd_str_ieq(bd_member_text(policy, "state"), BD_STR("enabled"));
}

static const bd_value *strength_of(const person *who, const bd_value *grant) {
    const bd_value *own = bd_member(grant, "authenticationStrength");
    if (own == NULL || own->kind != BD_OBJECT || list_of(own, "allowedCombinations") != NULL) {
        return own != NULL && own->kind == BD_OBJECT ? own : NULL;
    }
    for (size_t i = 0; i < who->join->common_count; i++) {
        const bd_part *part = &who->join->common[i];
        if (bd_part_is_of(part, "S46") && bd_join_is_whole(who->join, "S46") &&
            bd_str_ieq(bd_member_text(part->kept, "id"), bd_member_text(own, "id"))) {
            return part->kept;
        }
    }
    return own;
}

/* Each entry is one way in, "password,sms"; what one of them allows, the strength allows. */
static bd_answer is_strong_strength(const bd_value *strength) {
    static const char *const strong[] = {"windowsHelloForBusiness", "fido2",
                                         "x509CertificateMultiFactor"};
    const bd_value *ways = list_of(strength, "allowedCombinations");
    if (ways == NULL || ways->count == 0) {
        return bd_str_eqz(bd_member_text(strength, "id"), "00000000-0000-0000-0000-000000000004")
                   ? BD_YES
                   : BD_UNKNOWN;
    }
    for (size_t i = 0; i < ways->count; i++) {
        bool is_one = false;
        for (size_t j = 0; j < BD_COUNT(strong); j++) {
            is_one = is_one || bd_str_ieq(ways->items[i].text, bd_str_of(strong[j]));
        }
        if (!is_one) {
            return BD_NO;
        }
    }
    return BD_YES;
}

static bd_answer is_mfa_strength(const bd_value *strength) {
    static const char *const built_in[] = {"00000000-0000-0000-0000-000000000002",
                                           "00000000-0000-0000-0000-000000000003",
                                           "00000000-0000-0000-0000-000000000004"};
    bd_str satisfied = bd_member_text(strength, "requirementsSatisfied");
    for (size_t i = 0; i < BD_COUNT(built_in); i++) {
        if (bd_str_eqz(bd_member_text(strength, "id"), built_in[i])) {
            return BD_YES;
        }
    }
    if (satisfied.size == 0) {
        return is_strong_strength(strength) == BD_YES ? BD_YES : BD_UNKNOWN;
    }
    return bd_str_ieq(satisfied, BD_STR("mfa")) ? BD_YES : BD_NO;
}

typedef struct {
    bd_answer any_mfa, all_mfa, any_strong, all_strong;
    size_t count;
} controls;

static void add_control(controls *of, bd_answer is_mfa, bd_answer is_strong) {
    of->any_mfa = bd_answer_or(of->any_mfa, is_mfa);
    of->all_mfa = of->count == 0 ? is_mfa : bd_answer_and(of->all_mfa, is_mfa);
    of->any_strong = bd_answer_or(of->any_strong, is_strong);
    of->all_strong = of->count == 0 ? is_strong : bd_answer_and(of->all_strong, is_strong);
    of->count++;
}

/* What a policy asks for: all of its controls, or any one of them, which is as weak as the weakest. */
static void view_grant(person *who, const bd_value *policy, policy_view *out) {
    const bd_value *grant = bd_member(policy, "grantControls");
    controls all = {BD_NO, BD_NO, BD_NO, BD_NO, 0};
    const bd_value *built_in = list_of(grant, "builtInControls");
    for (size_t i = 0; built_in != NULL && i < built_in->count; i++) {
        bd_str word = bd_str_trim(built_in->items[i].text);
        /* who is kept out does not get in with one factor */
        bool is_block = bd_str_ieq(word, BD_STR("block"));
        bool is_mfa = is_block || bd_str_ieq(word, BD_STR("mfa"));
        add_control(&all, is_mfa ? BD_YES : BD_NO, is_block ? BD_YES : BD_NO);
    }
    static const char *const others[] = {"customAuthenticationFactors", "termsOfUse"};
    for (size_t i = 0; i < BD_COUNT(others); i++) {
        const bd_value *list = list_of(grant, others[i]);
        for (size_t j = 0; list != NULL && j < list->count; j++) {
            add_control(&all, BD_NO, BD_NO);
        }
    }
    const bd_value *strength = strength_of(who, grant);
    if (strength != NULL) {
        bd_answer is_mfa = is_mfa_strength(strength), is_strong = is_strong_strength(strength);
        add_control(&all, is_mfa, is_strong);
        if (is_mfa == BD_UNKNOWN || is_strong == BD_UNKNOWN) {
            say(who, BD_STR("a policy names an authentication strength whose methods were not "
                            "read within seven days of this snapshot"));
        }
    }
    bool is_and = bd_str_ieq(bd_member_text(grant, "operator"), BD_STR("AND")) || all.count == 1;
    out->is_mfa = all.count == 0 ? BD_NO : is_and ? all.any_mfa : all.all_mfa;
    out->is_strong = all.count == 0 ? BD_NO : is_and ? all.any_strong : all.all_strong;
}

static bool is_all_approved(person *who, const bd_value *list) {
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        bd_str id = list->items[i].text;
        if (!bd_join_is_approved(who->join, "approved_exclusions", &id, 1)) {
            return false;
        }
    }
    return true;
}

static const char *narrowing_place(person *who, const bd_value *conditions) {
    const bd_value *places = bd_member(conditions, "locations");
    if (places == NULL || places->kind != BD_OBJECT) {
        return NULL;
    }
    if (!has_word(list_of(places, "includeLocations"), "All")) {
        return "only some locations";
    }
    return is_all_approved(who, list_of(places, "excludeLocations"))
               ? NULL
               : "leaves out locations that are not on the approved list";
}

static const char *narrowing_device(const bd_value *conditions) {
    const bd_value *platforms = bd_member(conditions, "platforms");
    if (platforms != NULL && platforms->kind == BD_OBJECT &&
        (!has_word(list_of(platforms, "includePlatforms"), "all") ||
         !is_empty(platforms, "excludePlatforms"))) {
        return "only some platforms";
    }
    const bd_value *devices = bd_member(conditions, "devices");
    bool is_filtered = devices != NULL && devices->kind == BD_OBJECT &&
                       (!is_empty(devices, "deviceFilter") || !is_empty(devices, "includeDevices") ||
                        !is_empty(devices, "excludeDevices") ||
                        !is_empty(devices, "includeDeviceStates") ||
                        !is_empty(devices, "excludeDeviceStates"));
    const bd_value *states = bd_member(conditions, "deviceStates"); /* an older spelling of /beta */
    is_filtered = is_filtered || !is_empty(states, "excludeStates") ||
                  (!is_empty(states, "includeStates") &&
                   !has_word(list_of(states, "includeStates"), "All"));
    return is_filtered ? "only some devices" : NULL;
}

static const char *narrowing_risk(const bd_value *conditions) {
    static const char *const levels[] = {"signInRiskLevels", "userRiskLevels",
                                         "servicePrincipalRiskLevels", "insiderRiskLevels",
                                         "agentIdRiskLevels"};
    for (size_t i = 0; i < BD_COUNT(levels); i++) {
        if (!is_empty(conditions, levels[i])) {
            return "only sign-ins at risk";
        }
    }
    return is_empty(bd_member(conditions, "authenticationFlows"), "transferMethods")
               ? NULL
               : "only some authentication flows";
}

static const char *narrowing_app(person *who, const bd_value *conditions) {
    const bd_value *apps = bd_member(conditions, "applications");
    if (!has_word(list_of(apps, "includeApplications"), "All")) {
        return "only some applications or actions";
    }
    if (!is_empty(apps, "applicationFilter")) {
        return "only applications of a filter";
    }
    return is_all_approved(who, list_of(apps, "excludeApplications"))
               ? NULL
               : "leaves out applications that are not on the approved list";
}

static unsigned clients_of(const bd_value *conditions) {
    static const struct {
        const char *word;
        unsigned bits;
    } words[] = {{"all", ALL_CLIENTS},
                 {"browser", BROWSER},
                 {"mobileAppsAndDesktopClients", MODERN},
                 {"exchangeActiveSync", SYNC},
                 {"other", OTHER}};
    const bd_value *list = list_of(conditions, "clientAppTypes");
    unsigned bits = 0;
    for (size_t i = 0; i < BD_COUNT(words); i++) {
        bits |= has_word(list, words[i].word) ? words[i].bits : 0;
    }
    return bits;
}

/* A condition that is not read here may narrow the policy, as those did that Microsoft has added so far. */
static bd_str unread_condition(const bd_value *conditions) {
    static const char *const read[] = {"users",
                                       "applications",
                                       "clientApplications",
                                       "clientAppTypes",
                                       "locations",
                                       "platforms",
                                       "devices",
                                       "deviceStates",
                                       "signInRiskLevels",
                                       "userRiskLevels",
                                       "servicePrincipalRiskLevels",
                                       "insiderRiskLevels",
                                       "agentIdRiskLevels",
                                       "authenticationFlows"};
    for (size_t i = 0;
         conditions != NULL && conditions->kind == BD_OBJECT && i < conditions->count; i++) {
        bd_str key = conditions->keys[i];
        bool is_read = bd_str_find(key, BD_STR("@")) >= 0; /* what OData says of the next member */
        for (size_t j = 0; j < BD_COUNT(read); j++) {
            is_read = is_read || bd_str_ieq(key, bd_str_of(read[j]));
        }
        const bd_value *value = &conditions->items[i];
        bool is_list = value->kind == BD_ARRAY || value->kind == BD_OBJECT;
        if (!is_read && !bd_value_is_absent(value) && !(is_list && value->count == 0)) {
            return key;
        }
    }
    return (bd_str){"", 0};
}

static policy_view view_policy(person *who, const bd_value *policy) {
    const bd_value *conditions = bd_member(policy, "conditions");
    const bd_value *users = bd_member(conditions, "users");
    policy_view out = {.name = bd_member_text(policy, "displayName"), .narrowed = {"", 0}};
    out.name = out.name.size > 0 ? out.name : bd_member_text(policy, "id");
    out.reaches = in_users(who, list_of(users, "includeUsers"));
    out.reaches =
        bd_answer_or(out.reaches, in_guest_types(who, users, "includeGuestsOrExternalUsers"));
    out.reaches = out.reaches == BD_YES
                      ? BD_YES
                      : bd_answer_or(out.reaches, in_groups(who, list_of(users, "includeGroups")));
    out.reaches = out.reaches == BD_YES
                      ? BD_YES
                      : bd_answer_or(out.reaches, in_roles(who, list_of(users, "includeRoles"),
                                                           /*is_exclusion*/ false));
    out.excludes = BD_NO;
    if (out.reaches != BD_NO) {
        out.excludes = in_users(who, list_of(users, "excludeUsers"));
        out.excludes =
            bd_answer_or(out.excludes, in_guest_types(who, users, "excludeGuestsOrExternalUsers"));
        out.excludes = bd_answer_or(out.excludes, in_groups(who, list_of(users, "excludeGroups")));
        out.excludes =
            bd_answer_or(out.excludes, in_roles(who, list_of(users, "excludeRoles"),
                                                /*is_exclusion*/ true));
    }
    bd_str unread = unread_condition(conditions);
    if (unread.size > 0 && out.reaches != BD_NO) {
        out.reaches = BD_UNKNOWN;
        say(who, bd_str_format(who->arena,
                               "policy '%.*s' has the condition '%.*s', which is not read here and "
                               "may narrow it",
                               BD_ARG(out.name), BD_ARG(unread)));
    }
    view_grant(who, policy, &out);
    out.clients = clients_of(conditions);
    const char *narrowed = narrowing_app(who, conditions);
    narrowed = narrowed != NULL ? narrowed : narrowing_risk(conditions);
    narrowed = narrowed != NULL ? narrowed : narrowing_device(conditions);
    narrowed = narrowed != NULL ? narrowed : narrowing_place(who, conditions);
    out.narrowed = bd_str_of(narrowed != NULL ? narrowed : "");
    return out;
}

/* ---- all policies together ---- */

typedef struct {
    bd_answer covered;
    bd_strs by;
    bd_str gap; /* why not */
} coverage;

static void note_gap(coverage *out, bd_arena *arena, const policy_view *view, const char *why) {
    if (out->gap.size == 0) {
        out->gap = bd_str_format(arena, "policy '%.*s' %s", BD_ARG(view->name), why);
    }
}

/* One policy's share; `*sure` are the client types asked for certain, `*possible` also what may be. */
static void add_policy(person *who, const policy_view *view, bool wants_strong, unsigned *sure,
                       unsigned *possible, coverage *out) {
    bd_answer asks = wants_strong ? view->is_strong : view->is_mfa;
    bd_answer on_him = bd_answer_and(view->reaches, view->excludes == BD_YES  ? BD_NO
                                                    : view->excludes == BD_NO ? BD_YES
                                                                              : BD_UNKNOWN);
    if (view->reaches == BD_YES && view->excludes == BD_YES) {
        bd_str list = bd_join_approved_words(who->join, "approved_exclusions", who->arena);
        note_gap(out, who->arena, view,
                 bd_str_z(who->arena,
                          bd_str_format(who->arena, "excludes the account, which is not on %.*s",
                                        BD_ARG(list))));
    } else if (on_him != BD_NO && asks == BD_NO) {
        note_gap(out, who->arena, view,
                 wants_strong ? "can be met by a method that is not phishing-resistant"
                              : "can be met without a second factor");
    } else if (on_him != BD_NO && view->narrowed.size > 0) {
        note_gap(out, who->arena, view,
                 bd_str_z(who->arena, bd_str_format(who->arena, "is narrowed: %.*s",
                                                    BD_ARG(view->narrowed))));
    }
    if (view->narrowed.size > 0) {
        return;
    }
    bd_answer both = bd_answer_and(on_him, asks);
    *sure |= both == BD_YES ? view->clients : 0;
    *possible |= both != BD_NO ? view->clients : 0;
    if (both == BD_YES && view->clients != 0) {
        *bd_push(who->arena, &out->by) = view->name;
    }
}

static coverage cover(person *who, bool wants_strong) {
    coverage out = {.covered = BD_UNKNOWN, .gap = {"", 0}};
    unsigned sure = 0, possible = 0;
    bool has_report_only = false, has_defaults = false;
    if (!bd_join_is_whole(who->join, "S45")) {
        say(who, bd_join_why_not(who->join, "S45", who->arena));
        return out;
    }
    for (size_t i = 0; i < who->join->common_count; i++) {
        const bd_part *part = &who->join->common[i];
        has_defaults = has_defaults ||
                       (bd_part_is_of(part, "S46b") && bd_member_is_set(part->kept, "isEnabled"));
        if (!bd_part_is_of(part, "S45")) {
            continue;
        }
        has_report_only =
            has_report_only || bd_str_ieq(bd_member_text(part->kept, "state"),
                                          BD_STR("enabledForReportingButNotEnforced"));
        if (is_on(part->kept)) {
            policy_view view = view_policy(who, part->kept);
            add_policy(who, &view, wants_strong, &sure, &possible, &out);
        }
    }
    out.covered = sure == ALL_CLIENTS ? BD_YES : possible == ALL_CLIENTS ? BD_UNKNOWN : BD_NO;
    if (out.gap.size == 0 && sure != 0) {
        out.gap = BD_STR("some kinds of client are asked for nothing");
    } else if (out.gap.size == 0 && has_defaults) {
        out.gap = BD_STR("security defaults are on in place of a policy, which is not Conditional "
                         "Access");
    } else if (out.gap.size == 0 && has_report_only) {
        out.gap = BD_STR("a policy is report-only, which enforces nothing");
    } else if (out.gap.size == 0) {
        out.gap = BD_STR("no enabled policy reaches the account");
    }
    return out;
}

/* Any enabled policy at all. */
static bd_answer is_reached(person *who) {
    bd_answer out = bd_join_is_whole(who->join, "S45") ? BD_NO : BD_UNKNOWN;
    for (size_t i = 0; i < who->join->common_count && out != BD_YES; i++) {
        const bd_part *part = &who->join->common[i];
        if (bd_part_is_of(part, "S45") && is_on(part->kept)) {
            policy_view view = view_policy(who, part->kept);
            bd_answer kept_in = view.excludes == BD_YES  ? BD_NO
                                : view.excludes == BD_NO ? BD_YES
                                                         : BD_UNKNOWN;
            out = bd_answer_or(out, bd_answer_and(view.reaches, kept_in));
        }
    }
    return out;
}

/* Does an enabled policy that would reach him leave him out?  That another one reaches him is no approval. */
static bd_answer is_left_out(person *who) {
    bd_answer out = bd_join_is_whole(who->join, "S45") ? BD_NO : BD_UNKNOWN;
    for (size_t i = 0; i < who->join->common_count && out != BD_YES; i++) {
        const bd_part *part = &who->join->common[i];
        if (bd_part_is_of(part, "S45") && is_on(part->kept)) {
            policy_view view = view_policy(who, part->kept);
            out = bd_answer_or(out, bd_answer_and(view.reaches, view.excludes));
        }
    }
    return out;
}

/* ---- approvals ---- */

/* Roles whose exclusion is approved by the role's own id: the directory synchronisation account, for one. */
static bool is_approved_by_role(person *who) {
    for (size_t i = 0; i < who->join->common_count; i++) {
        const bd_part *part = &who->join->common[i];
        bd_str role = bd_value_text(part->kept, "r");
        if (role.size > 0 && bd_str_eq(bd_value_text(part->kept, "p"), who->id) &&
            bd_str_eqz(bd_value_text(part->kept, "k"), "active") &&
            bd_join_is_approved(who->join, "approved_exclusions", &role, 1)) {
            return true;
        }
    }
    return false;
}

static const char *approval_of(person *who) {
    bd_str ids[] = {who->id, who->upn};
    if (bd_join_is_approved(who->join, "break_glass_accounts", ids, BD_COUNT(ids))) {
        return "break-glass";
    }
    return bd_join_is_approved(who->join, "approved_exclusions", ids, BD_COUNT(ids)) ||
                   is_approved_by_role(who)
               ? "approved"
               : "none";
}

static const bd_value *texts_of(bd_arena *arena, const bd_strs *list) {
    const bd_value **items = bd_new(arena, const bd_value *, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        items[i] = bd_value_string(arena, list->data[i]);
    }
    return bd_value_array(arena, list->count, items);
}

static void put_strong(person *who, bd_builder *build) {
    bd_holding held = bd_roles_holding_of(who->join, who->id, &who->groups,
                                          BD_STR(BD_ROLES_GLOBAL_ADMINISTRATOR), who->arena);
    bool is_known = held.active == BD_YES || (held.active == BD_NO && held.eligible != BD_UNKNOWN);
    const char *role = held.active == BD_YES     ? "active"
                       : held.eligible == BD_YES ? "eligible"
                                                 : "no";
    if (!is_known) {
        say(who, held.problem);
    }
    bd_put_text(build, "global_admin", is_known ? bd_str_of(role) : (bd_str){"", 0});
    if (!is_known || bd_str_eqz(bd_str_of(role), "no")) {
        return;
    }
    who->is_admin_on_activation = held.active != BD_YES;
    coverage strong = cover(who, /*wants_strong*/ true);
    bd_put_answer(build, "strong", strong.covered);
    bd_put_value(build, "strong_by", texts_of(who->arena, &strong.by));
    bd_put_text(build, "strong_gap", strong.gap);
}

static const bd_part *find_user(const bd_part *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_part_is_of(&parts[i], "S53")) {
            return &parts[i];
        }
    }
    return NULL;
}

void reduce_ca_coverage(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                        bd_arena *arena, bd_derived_fn *emit, void *context) {
    const bd_part *user = find_user(parts, count);
    if (user == NULL) {
        return; /* a member of a group that is no user of this list: a guest of long ago, a device */
    }
    person who = {.join = join,
                  .arena = arena,
                  .id = group,
                  .upn = bd_member_text(user->kept, "userPrincipalName"),
                  .type = bd_str_lower(arena, bd_member_text(user->kept, "userType")),
                  .groups = bd_roles_groups_of(parts, count, arena),
                  .problem = {"", 0}};
    who.is_guest = bd_str_eqz(who.type, "guest");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "user", who.id);
    bd_put_text(&build, "upn", who.upn);
    bd_put_text(&build, "user_type", who.type);
    bd_put_answer(&build, "enabled", bd_answer_of(user->kept, "accountEnabled"));
    bd_put_text(&build, "approval", bd_str_of(approval_of(&who)));
    coverage mfa = cover(&who, /*wants_strong*/ false);
    bd_put_answer(&build, "mfa", who.type.size > 0 ? mfa.covered : BD_UNKNOWN);
    bd_put_value(&build, "mfa_by", texts_of(arena, &mfa.by));
    bd_put_text(&build, "mfa_gap", mfa.gap);
    bd_put_answer(&build, "reached", is_reached(&who));
    bd_put_answer(&build, "left_out", is_left_out(&who));
    put_strong(&who, &build);
    bd_put_text(&build, "problem",
                who.type.size > 0 ? who.problem
                                  : BD_STR("the list of users does not show userType"));
    emit(context, BD_STR("graph/users"), bd_str_format(arena, "users/%.*s", BD_ARG(who.id)),
         who.upn.size > 0 ? who.upn : who.id, BD_INSTANT_NONE, bd_build_object(&build));
}
