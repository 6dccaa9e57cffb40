/* Access reviews of privileged roles, and of what else the organisation names: was one held, who was decided on and by
 * whom, was each Deny carried out.
 * Graph, Azure's own reviews and the history CSV say the same in three spellings. */
#include "bindery/derive.h"

#include "people.h"

#define POLICY_DAYS 10 /* from the end of a review to its Deny being carried out */
#define DAY_TICKS (24 * BD_HOUR)

/* ---- collect: definitions, instances and decisions in one spelling ---- */

/* "Approve", "approve", "Approved"; "Deny", "Denied"; "NotReviewed", "Not reviewed"; "DontKnow", "Don't know". */
static bd_str plain_word(bd_arena *arena, bd_str text) {
    char *out = bd_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c >= 'A' && c <= 'Z') {
            out[size++] = (char)(c - 'A' + 'a');
        } else if (c >= 'a' && c <= 'z') {
            out[size++] = c;
        }
    }
    return (bd_str){out, size};
}

/* A guid of zeros is how nobody is written. */
static bd_str somebody(bd_arena *arena, bd_str id) {
    bd_str lower = bd_str_lower(arena, bd_str_trim(id));
    for (size_t i = 0; i < lower.size; i++) {
        if (lower.data[i] != '0' && lower.data[i] != '-') {
            return lower;
        }
    }
    return (bd_str){"", 0};
}

/* The part behind "/word/" up to the next slash, quote or query. */
static bd_str after_word(bd_str text, const char *word) {
    ptrdiff_t at = bd_str_find(text, bd_str_of(word));
    if (at < 0) {
        return (bd_str){"", 0};
    }
    size_t from = (size_t)at + bd_str_of(word).size, to = from;
    while (to < text.size && bd_str_find(BD_STR("/'\"?& )"), bd_str_sub(text, to, to + 1)) < 0) {
        to++;
    }
    return bd_str_sub(text, from, to);
}

/* Which role a query is about, and of its holders which side. */
static void put_query(builder *build, bd_str query) {
    bd_str lower = bd_str_lower(build->arena, query);
    bd_str role = after_word(lower, "/rolemanagement/directory/roledefinitions/");
    bd_str side = BD_STR("both");
    if (role.size == 0) {
        role = after_word(lower, "roledefinitionid eq '");
        bool is_eligible = bd_str_find(lower, BD_STR("roleeligibilityscheduleinstances")) >= 0;
        side = is_eligible ? BD_STR("eligible") : BD_STR("active");
    }
    if (role.size > 0) {
        put_text(build, "role", role);
        put_text(build, "side", side);
        return;
    }
    bd_str group = after_word(lower, "/groups/");
    put_text(build, "of", group.size > 0 ? group : after_word(lower, "/serviceprincipals/"));
}

static void put_scope(builder *build, const bd_value *scope) {
    bd_str role = member_text(scope, "roleDefinitionId"); /* Azure */
    if (role.size > 0) {
        put_text(build, "role", tail_of(build->arena, role));
        put_text(build, "side",
                 plain_word(build->arena, member_text(scope, "assignmentState")).size > 0
                     ? plain_word(build->arena, member_text(scope, "assignmentState"))
                     : BD_STR("both"));
        return;
    }
    const bd_value *list = member(scope, "resourceScopes");
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (build->count < MEMBERS_MAX / 2) {
            put_query(build, member_text(&list->items[i], "query"));
        }
        return; /* a review of several roles in one has several definitions in all that is published */
    }
    put_query(build, member_text(scope, "query"));
}

static void keep_decision(const bd_value *value, bd_str review, bd_arena *arena, bd_part_fn *keep,
                          void *context) {
    const bd_value *by = member(value, "reviewedBy"), *whom = member(value, "principal");
    bd_str reviewer = member_text(by, "id");
    builder build = {.arena = arena};
    put_text(&build, "kind", BD_STR("decision"));
    put_text(&build, "review", bd_str_lower(arena, review));
    put_text(&build, "id", member_text(value, "id"));
    put_text(&build, "who", somebody(arena, member_text(whom, "id")));
    put_text(&build, "name", member_text(whom, "userPrincipalName"));
    put_text(&build, "by",
             somebody(arena, reviewer.size > 0 ? reviewer : member_text(by, "principalId")));
    put_text(&build, "by_name",
             reviewer.size > 0 ? member_text(by, "userPrincipalName")
                               : member_text(by, "principalName"));
    put_text(&build, "decision", plain_word(arena, member_text(value, "decision")));
    put_text(&build, "result", plain_word(arena, member_text(value, "applyResult")));
    put_text(&build, "applied", member_text(value, "appliedDateTime"));
    keep(context, (bd_str){"", 0}, build_object(&build));
}

static void keep_review(const bd_value *value, bd_str id, bd_str definition, bd_arena *arena,
                        bd_part_fn *keep, void *context) {
    builder build = {.arena = arena};
    put_text(&build, "kind", BD_STR("review"));
    put_text(&build, "id", bd_str_lower(arena, id));
    put_text(&build, "definition", bd_str_lower(arena, definition));
    put_text(&build, "status", plain_word(arena, member_text(value, "status")));
    put_text(&build, "start", member_text(value, "startDateTime"));
    put_text(&build, "end", member_text(value, "endDateTime"));
    put_scope(&build, member(value, "scope"));
    keep(context, (bd_str){"", 0}, build_object(&build));
}

/* A row of the history CSV is a decision, and shows its review. */
static void keep_row(const bd_value *row, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_str id = bd_str_lower(arena, member_text(row, "AccessReviewId"));
    bd_str who = somebody(arena, member_text(row, "PrincipalId"));
    builder review = {.arena = arena};
    put_text(&review, "kind", BD_STR("review"));
    put_text(&review, "id", id);
    put_text(&review, "status", plain_word(arena, member_text(row, "ReviewStatus")));
    put_text(&review, "start", member_text(row, "ReviewStartDate"));
    put_text(&review, "end", member_text(row, "ReviewEndDate"));
    put_text(&review, "role", tail_of(arena, member_text(row, "ResourceId")));
    put_text(&review, "of", tail_of(arena, member_text(row, "ResourceId")));
    put_text(&review, "side", BD_STR("both"));
    keep(context, (bd_str){"", 0}, build_object(&review));
    builder made = {.arena = arena};
    put_text(&made, "kind", BD_STR("decision"));
    put_text(&made, "review", id);
    put_text(&made, "id", bd_str_format(arena, "%.*s/%.*s", BD_ARG(id), BD_ARG(who)));
    put_text(&made, "who", who);
    put_text(&made, "name", member_text(row, "PrincipalUPN"));
    put_text(&made, "by", somebody(arena, member_text(row, "ReviewerId")));
    put_text(&made, "by_name", member_text(row, "ReviewerUPN"));
    put_text(&made, "decision", plain_word(arena, member_text(row, "ReviewResult")));
    put_text(&made, "result", plain_word(arena, member_text(row, "SubmissionResult")));
    put_text(&made, "applied", member_text(row, "AppliedDate"));
    keep(context, (bd_str){"", 0}, build_object(&made));
}

static void keep_definition(const bd_value *value, bd_str id, bd_arena *arena, bd_part_fn *keep,
                            void *context) {
    builder build = {.arena = arena};
    put_text(&build, "kind", BD_STR("definition"));
    put_text(&build, "id", bd_str_lower(arena, id));
    put_scope(&build, member(value, "scope"));
    const bd_value *stages = member(value, "stageSettings");
    put_value(&build, "stages",
              stages != NULL && stages->kind == BD_ARRAY && stages->count > 1
                  ? bd_value_integer(arena, (int64_t)stages->count)
                  : NULL);
    keep(context, (bd_str){"", 0}, build_object(&build));
}

/* Holders of roles with the day their assignment began; of Azure those of S06. */
static void keep_dated_holder(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context) {
    const bd_value *holder = keep_holder(record, arena);
    if (holder == NULL) {
        return;
    }
    builder build = {.arena = arena};
    put_text(&build, "kind", BD_STR("holder"));
    put_text(&build, "p", bd_value_text(holder, "p"));
    put_text(&build, "r", bd_value_text(holder, "r"));
    put_text(&build, "k", bd_value_text(holder, "k"));
    put_text(&build, "t", bd_value_text(holder, "t"));
    put_text(&build, "activated",
             bd_str_ieq(member_text(record->value, "assignmentType"), BD_STR("Activated"))
                 ? BD_STR("yes")
                 : (bd_str){"", 0});
    keep(context, (bd_str){"", 0}, build_object(&build));
}

/* Of a group whose members were read; the part's scope says which. */
static void keep_group_member(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context) {
    builder build = {.arena = arena};
    put_text(&build, "kind", BD_STR("member"));
    put_text(&build, "p", bd_str_lower(arena, member_text(record->value, "id")));
    keep(context, (bd_str){"", 0}, build_object(&build));
}

void collect_role_reviews(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                          void *context) {
    const bd_value *value = record->value;
    if (is_source(record, "S65")) {
        keep_group_member(record, arena, keep, context);
        return;
    }
    if (!is_source(record, "S50") && !is_source(record, "S35")) {
        keep_dated_holder(record, arena, keep, context);
        return;
    }
    if (member(value, "AccessReviewId") != NULL && member(value, "ReviewResult") != NULL) {
        keep_row(value, arena, keep, context);
        return;
    }
    bd_str path = bd_str_lower(arena, member_text(value, "id"));
    bd_str review = after_word(path, "/instances/");
    bd_str definition = after_word(path, "/accessreviewscheduledefinitions/");
    if (member(value, "decision") != NULL) {
        keep_decision(value, review.size > 0 ? review : member_text(value, "accessReviewId"), arena,
                      keep, context);
    } else if (member(value, "endDateTime") != NULL || review.size > 0) {
        keep_review(value, review.size > 0 ? review : path, definition, arena, keep, context);
    } else {
        keep_definition(value, definition.size > 0 ? definition : path, arena, keep, context);
    }
}

/* ---- reduce ---- */

typedef struct {
    const bd_join *join;
    bd_arena *arena;
    bool is_azure;
    bd_derived_fn *emit;
    void *context;
    bool is_of_all; /* denials: of every review, not of those of privileged roles alone */
} reduction;

static bool is_kind(const bd_value *kept, const char *kind) {
    return bd_str_eqz(bd_value_text(kept, "kind"), kind);
}

static const char *name_of_role(const reduction *of, bd_str role) {
    return of->is_azure ? azure_role_name(role) : directory_role_name(role);
}

static const bd_value *definition_of(const reduction *of, const bd_value *review) {
    bd_str id = bd_value_text(review, "definition");
    for (size_t i = 0; id.size > 0 && i < of->join->common_count; i++) {
        const bd_value *kept = of->join->common[i].kept;
        if (is_kind(kept, "definition") && bd_str_eq(bd_value_text(kept, "id"), id)) {
            return kept;
        }
    }
    return NULL;
}

/* Its own scope says which role a review is about, else that of its definition. */
static bd_str text_of_review(const reduction *of, const bd_value *review, const char *key) {
    bd_str own = bd_value_text(review, key);
    return own.size > 0 ? own : bd_value_text(definition_of(of, review), key);
}

static bd_instant time_of(const bd_value *kept, const char *key) {
    bd_instant time;
    return bd_instant_parse(bd_value_text(kept, key), &time) ? time : BD_INSTANT_NONE;
}

/* The calendar quarter of the snapshot, in the zone of the engagement. */
static bool is_of_quarter(const reduction *of, bd_instant time) {
    if (time == BD_INSTANT_NONE || time > of->join->at) {
        return false;
    }
    bd_date now = bd_date_of_day(bd_zone_day(of->join->zone, of->join->at));
    bd_date then = bd_date_of_day(bd_zone_day(of->join->zone, time));
    return now.year == then.year && (now.month - 1) / 3 == (then.month - 1) / 3;
}

static bool has_open_deny(const reduction *of, bd_str review) {
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *kept = of->join->common[i].kept;
        if (is_kind(kept, "decision") && bd_str_eq(bd_value_text(kept, "review"), review) &&
            bd_str_has_prefix(bd_value_text(kept, "decision"), BD_STR("den"))) {
            return true;
        }
    }
    return false;
}

static bool has_decisions(const reduction *of, bd_str review) {
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *kept = of->join->common[i].kept;
        if (is_kind(kept, "decision") && bd_str_eq(bd_value_text(kept, "review"), review)) {
            return true;
        }
    }
    return false;
}

/* Ended, and applied; or completed with nothing to apply, its decisions being there to see. */
static bool is_held(const reduction *of, const bd_value *review) {
    bd_str status = bd_value_text(review, "status");
    if (bd_str_eqz(status, "applied")) {
        return true;
    }
    bd_str id = bd_value_text(review, "id");
    return bd_str_eqz(status, "completed") && has_decisions(of, id) && !has_open_deny(of, id);
}

static bool covers(bd_str side, const char *wanted) {
    return bd_str_eqz(side, "both") || bd_str_eqz(side, wanted);
}

/* The review of a role and side that was held in the quarter of the snapshot; the latest.  No side: of a group or an
 * application. */
static const bd_value *held_review(const reduction *of, bd_str role, const char *side) {
    bd_str key = side != NULL ? BD_STR("role") : BD_STR("of");
    const bd_value *best = NULL;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *kept = of->join->common[i].kept;
        if (!is_kind(kept, "review") || !bd_str_eq(text_of_review(of, kept, key.data), role) ||
            (side != NULL && !covers(text_of_review(of, kept, "side"), side)) ||
            !is_of_quarter(of, time_of(kept, "end")) || !is_held(of, kept)) {
            continue;
        }
        if (best == NULL || time_of(kept, "end") > time_of(best, "end")) {
            best = kept;
        }
    }
    return best;
}

/* Azure's lists carry no name: records of both kinds show that both were read. */
static bool has_both_kinds(const reduction *of, bd_instant at) {
    bool has_active = false, has_eligible = false;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        bd_str kind = part->at == at ? bd_value_text(part->kept, "k") : (bd_str){"", 0};
        has_active = has_active || bd_str_eqz(kind, "active");
        has_eligible = has_eligible || bd_str_eqz(kind, "eligible");
    }
    return has_active && has_eligible;
}

/* So do the names of both lists of Entra, also of an empty one. */
static bool has_both_sets(const bd_join_input *input) {
    bool has_active = false, has_eligible = false;
    for (size_t i = 0; i < input->sets.count; i++) {
        bd_str set = input->sets.data[i];
        has_active = has_active ||
                     bd_str_eqz(set, "rolemanagement/directory/roleassignmentscheduleinstances");
        has_eligible = has_eligible ||
                       bd_str_eqz(set, "rolemanagement/directory/roleeligibilityscheduleinstances");
    }
    return has_active && has_eligible;
}

/* The snapshot of holders that decides: the last whole one up to `time`, or the first whole one from it on. */
static bd_instant holders_at(const reduction *of, bd_instant time, bool is_before) {
    bd_instant best = BD_INSTANT_NONE;
    for (size_t i = 0; i < of->join->input_count; i++) {
        const bd_join_input *input = &of->join->inputs[i];
        bool is_list = of->is_azure ? bd_str_eqz(input->source, "S06") &&
                                          has_both_kinds(of, input->from)
                                    : bd_str_eqz(input->source, "S48") && has_both_sets(input);
        bool is_side = is_before ? input->from <= time : input->from >= time;
        bool is_nearer = best == BD_INSTANT_NONE || (is_before ? input->from > best
                                                               : input->from < best);
        if (is_list && is_side && is_nearer && input->is_whole) {
            best = input->from;
        }
    }
    return best;
}

/* A person or group that held the role at the snapshot of `at`. */
static bool is_holder_of(const bd_part *part, bd_instant at, bd_str role, const char *side) {
    bd_str type = bd_value_text(part->kept, "t");
    return is_kind(part->kept, "holder") && part->at == at &&
           bd_str_eq(bd_value_text(part->kept, "r"), role) &&
           (side == NULL || bd_str_eqz(bd_value_text(part->kept, "k"), side)) &&
           !bd_str_eqz(type, "serviceprincipal") &&
           bd_value_text(part->kept, "activated").size == 0;
}

static bool has_holder(const reduction *of, bd_instant at, bd_str role, const char *side) {
    for (size_t i = 0; at != BD_INSTANT_NONE && i < of->join->common_count; i++) {
        if (is_holder_of(&of->join->common[i], at, role, side)) {
            return true;
        }
    }
    return false;
}

/* ---- a: was each role reviewed in the quarter ---- */

static void emit_role(const reduction *of, bd_str role, const char *side) {
    const bd_value *review = held_review(of, role, side);
    bd_str name = bd_str_of(name_of_role(of, role));
    builder build = {.arena = of->arena};
    put_text(&build, "role", name);
    put_text(&build, "holders", bd_str_of(side));
    put_answer(&build, "held", review != NULL ? YES : UNKNOWN);
    put_text(&build, "review", bd_value_text(review, "id"));
    put_text(&build, "ended", bd_value_text(review, "end"));
    put_text(&build, "problem",
             bd_str_format(of->arena,
                           "no review of the %s holders of %.*s had ended, and been applied, in "
                           "this calendar quarter when the list was read",
                           side, BD_ARG(name)));
    of->emit(of->context, BD_STR("role"),
             bd_str_format(of->arena, "%.*s/%s", BD_ARG(role), side), name, BD_INSTANT_NONE,
             build_object(&build));
}

static void reduce_roles(const reduction *of) {
    static const char *const sides[] = {"active", "eligible"};
    bd_instant known = holders_at(of, of->join->at, /*is_before*/ true);
    for (size_t i = 0; i < privileged_role_count(of->is_azure); i++) {
        bd_str role = privileged_role_at(of->is_azure, i);
        for (size_t j = 0; j < BD_COUNT(sides); j++) {
            /* a role that nobody holds needs no review; of whom nothing is known, each does */
            if (known == BD_INSTANT_NONE || has_holder(of, known, role, sides[j])) {
                emit_role(of, role, sides[j]);
            }
        }
    }
}

/* ---- each scope that the organisation names (4.5): a group, an application, an Entra role ---- */

static bool is_scope_held(const reduction *of, bd_str id) {
    return held_review(of, id, NULL) != NULL ||
           (held_review(of, id, "active") != NULL && held_review(of, id, "eligible") != NULL);
}

static void emit_scope(const reduction *of, bd_str id, bd_str problem) {
    builder build = {.arena = of->arena};
    put_text(&build, "scope", id);
    put_answer(&build, "held",
               problem.size == 0 && is_scope_held(of, bd_str_lower(of->arena, id)) ? YES : UNKNOWN);
    put_text(&build, "problem",
             problem.size > 0
                 ? problem
                 : bd_str_format(of->arena,
                                 "no review of %.*s had ended, and been applied, in this calendar "
                                 "quarter when the list was read",
                                 BD_ARG(id)));
    of->emit(of->context, BD_STR("scope"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             build_object(&build));
}

static void reduce_scopes(const reduction *of) {
    const bd_value *fact = of->join->facts != NULL
                               ? bd_value_find(of->join->facts, "access_review_scopes")
                               : NULL;
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    bool is_list = list != NULL && list->kind == BD_ARRAY && list->count > 0;
    for (size_t i = 0; is_list && i < list->count; i++) {
        if (list->items[i].kind == BD_STRING) {
            emit_scope(of, bd_str_trim(list->items[i].text), (bd_str){"", 0});
        }
    }
    if (!is_list) {
        emit_scope(of, BD_STR("(scopes)"),
                   BD_STR("bindery.json lacks the fact access_review_scopes"));
    }
}

/* ---- b: was everybody decided on, by somebody else ---- */

static const char *judgement_of(const bd_value *item) {
    bd_str decision = bd_value_text(item, "decision"), by = bd_value_text(item, "by");
    bool is_made = bd_str_has_prefix(decision, BD_STR("approve")) ||
                   bd_str_has_prefix(decision, BD_STR("deny")) ||
                   bd_str_has_prefix(decision, BD_STR("denied"));
    if (decision.size == 0) {
        return "unknown";
    }
    if (!is_made) {
        return "not-reviewed";
    }
    if (by.size == 0) {
        return "nobody";
    }
    return bd_str_eq(by, bd_value_text(item, "who")) ? "self-review" : "decided";
}

static void emit_item(const reduction *of, bd_str role, const bd_value *review,
                      const bd_value *item) {
    bool is_staged = bd_value_find(definition_of(of, review), "stages") != NULL;
    builder build = {.arena = of->arena};
    put_text(&build, "role", bd_str_of(name_of_role(of, role)));
    put_text(&build, "principal", bd_value_text(item, "who"));
    put_text(&build, "name", bd_value_text(item, "name").size > 0 ? bd_value_text(item, "name")
                                                                  : bd_value_text(item, "who"));
    put_text(&build, "decision", bd_value_text(item, "decision"));
    put_text(&build, "judgement", bd_str_of(judgement_of(item)));
    put_text(&build, "stages", is_staged ? BD_STR("several") : BD_STR("one"));
    put_text(&build, "ended", bd_value_text(review, "end"));
    bd_str id = bd_value_text(item, "id");
    of->emit(of->context, BD_STR("decision"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             build_object(&build));
}

static bool has_item(const reduction *of, bd_str review, bd_str who) {
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *kept = of->join->common[i].kept;
        if (is_kind(kept, "decision") && bd_str_eq(bd_value_text(kept, "review"), review) &&
            bd_str_eq(bd_value_text(kept, "who"), who)) {
            return true;
        }
    }
    return false;
}

static void emit_uncovered(const reduction *of, bd_str role, const bd_value *review, bd_str who,
                           const char *judgement, bd_str problem) {
    builder build = {.arena = of->arena};
    put_text(&build, "role", bd_str_of(name_of_role(of, role)));
    put_text(&build, "principal", who);
    put_text(&build, "name", who);
    put_text(&build, "judgement", bd_str_of(judgement));
    put_text(&build, "decision", BD_STR("no item"));
    put_text(&build, "ended", bd_value_text(review, "end"));
    put_text(&build, "problem", problem);
    bd_str id = bd_value_text(review, "id");
    of->emit(of->context, BD_STR("decision"),
             bd_str_format(of->arena, "%.*s/%.*s", BD_ARG(id), BD_ARG(who)), id, BD_INSTANT_NONE,
             build_object(&build));
}

/* Who held the role when the review began, and has no item in it. */
static void emit_holders(const reduction *of, bd_str role, const bd_value *review) {
    bd_instant start = time_of(review, "start");
    bd_instant at =
        start == BD_INSTANT_NONE ? BD_INSTANT_NONE : holders_at(of, start, /*is_before*/ true);
    if (at == BD_INSTANT_NONE) {
        emit_uncovered(of, role, review, BD_STR("(holders)"), "",
                       BD_STR("no complete list of the role's holders, active and eligible, was "
                              "read in the 100 days up to the beginning of the review"));
        return;
    }
    bd_str side = text_of_review(of, review, "side");
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        const char *one = bd_str_eqz(side, "both") ? NULL : bd_str_z(of->arena, side);
        if (is_holder_of(part, at, role, one) &&
            !has_item(of, bd_value_text(review, "id"), bd_value_text(part->kept, "p"))) {
            emit_uncovered(of, role, review, bd_value_text(part->kept, "p"), "not-covered",
                           (bd_str){"", 0});
        }
    }
}

/* Nothing to judge must not look like nothing to find. */
static void emit_nothing(const reduction *of, const char *problem) {
    builder build = {.arena = of->arena};
    put_text(&build, "name", BD_STR("(reviews)"));
    put_text(&build, "problem", bd_str_of(problem));
    of->emit(of->context, BD_STR("decision"), BD_STR("reviews"), BD_STR("(reviews)"),
             BD_INSTANT_NONE, build_object(&build));
}

static void reduce_items(const reduction *of) {
    size_t reviews = 0;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *review = of->join->common[i].kept;
        if (!is_kind(review, "review") || !is_of_quarter(of, time_of(review, "end"))) {
            continue;
        }
        bd_str role = text_of_review(of, review, "role"), id = bd_value_text(review, "id");
        if (name_of_role(of, role) == NULL) {
            continue; /* of a group, an application, another role */
        }
        for (size_t j = 0; j < of->join->common_count; j++) {
            const bd_value *item = of->join->common[j].kept;
            if (is_kind(item, "decision") && bd_str_eq(bd_value_text(item, "review"), id)) {
                emit_item(of, role, review, item);
            }
        }
        emit_holders(of, role, review);
        reviews++;
    }
    if (reviews == 0) {
        emit_nothing(of, "no review of a privileged role had ended in this calendar quarter when "
                         "the list was read");
    }
}

/* ---- c: was each Deny carried out ---- */

static bool is_carried_out(bd_str result) {
    static const char *const good[] = {"appliedsuccessfully",
                                       "appliedsuccessfullybutobjectnotfound", "success",
                                       "applied"};
    for (size_t i = 0; i < BD_COUNT(good); i++) {
        if (bd_str_eqz(result, good[i])) {
            return true;
        }
    }
    return false;
}

/* Gone from the first whole list of holders after it: unknown where there is none. */
static answer is_gone(const reduction *of, bd_str role, bd_str who, bd_instant after) {
    bd_instant at = holders_at(of, after, /*is_before*/ false);
    if (at == BD_INSTANT_NONE) {
        return UNKNOWN;
    }
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        if (is_holder_of(part, at, role, NULL) && bd_str_eq(bd_value_text(part->kept, "p"), who)) {
            return NO;
        }
    }
    return YES;
}

/* The same of a group, by the first whole list of its members. */
static answer has_left(const reduction *of, bd_str group, bd_str who, bd_instant after) {
    bd_instant at = BD_INSTANT_NONE;
    for (size_t i = 0; i < of->join->input_count; i++) {
        const bd_join_input *input = &of->join->inputs[i];
        bool is_list = bd_str_eqz(input->source, "S65") && input->is_whole &&
                       bd_str_eq(tail_of(of->arena, input->scope), group);
        if (is_list && input->from >= after && (at == BD_INSTANT_NONE || input->from < at)) {
            at = input->from;
        }
    }
    for (size_t i = 0; at != BD_INSTANT_NONE && i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        if (is_kind(part->kept, "member") && part->at == at &&
            bd_str_eq(tail_of(of->arena, part->scope), group) &&
            bd_str_eq(bd_value_text(part->kept, "p"), who)) {
            return NO;
        }
    }
    return at == BD_INSTANT_NONE ? UNKNOWN : YES;
}

static bd_str name_of_scope(const reduction *of, const bd_value *review) {
    bd_str role = text_of_review(of, review, "role");
    const char *name = name_of_role(of, role);
    return name != NULL ? bd_str_of(name)
                        : role.size > 0 ? role : text_of_review(of, review, "of");
}

static void emit_denial(const reduction *of, bd_str role, const bd_value *review,
                        const bd_value *item) {
    bd_instant end = time_of(review, "end"), applied = time_of(item, "applied");
    bool is_done = is_carried_out(bd_value_text(item, "result"));
    bd_instant from = applied != BD_INSTANT_NONE ? applied : end + POLICY_DAYS * DAY_TICKS;
    answer in_time = !is_done ? NO
                     : applied == BD_INSTANT_NONE
                         ? UNKNOWN
                         : applied <= end + POLICY_DAYS * DAY_TICKS ? YES : NO;
    /* what is due later than the list was read cannot be late yet */
    bool is_open = !is_done && of->join->at < end + POLICY_DAYS * DAY_TICKS;
    builder build = {.arena = of->arena};
    put_text(&build, "role", name_of_scope(of, review));
    put_text(&build, "principal", bd_value_text(item, "who"));
    put_text(&build, "name", bd_value_text(item, "name").size > 0 ? bd_value_text(item, "name")
                                                                  : bd_value_text(item, "who"));
    put_text(&build, "result", bd_value_text(item, "result"));
    put_text(&build, "applied", bd_value_text(item, "applied"));
    put_answer(&build, "carried_out", is_open ? UNKNOWN : in_time);
    bd_str who = bd_value_text(item, "who");
    put_answer(&build, "gone",
               role.size > 0 ? is_gone(of, role, who, from)
                             : has_left(of, text_of_review(of, review, "of"), who, from));
    put_text(&build, "problem",
             is_open ? BD_STR("the days that the policy gives are not over")
             : role.size > 0
                 ? BD_STR("no complete list of the role's holders was read after it")
                 : BD_STR("no complete list of the group's members was read after it"));
    bd_str id = bd_value_text(item, "id");
    of->emit(of->context, BD_STR("decision"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             build_object(&build));
}

static void reduce_denials(const reduction *of) {
    size_t ended = 0, shown = 0;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *review = of->join->common[i].kept;
        bd_str role = text_of_review(of, review, "role"), id = bd_value_text(review, "id");
        bool is_asked = of->is_of_all || name_of_role(of, role) != NULL;
        if (!is_kind(review, "review") || !is_asked ||
            time_of(review, "end") == BD_INSTANT_NONE || time_of(review, "end") > of->join->at) {
            continue;
        }
        ended++;
        shown += has_decisions(of, id) ? 1 : 0;
        for (size_t j = 0; j < of->join->common_count; j++) {
            const bd_value *item = of->join->common[j].kept;
            if (is_kind(item, "decision") && bd_str_eq(bd_value_text(item, "review"), id) &&
                bd_str_has_prefix(bd_value_text(item, "decision"), BD_STR("den"))) {
                emit_denial(of, role, review, item);
            }
        }
    }
    if (ended == 0 || shown < ended) {
        emit_nothing(of, of->is_of_all
                             ? "the export does not hold the decisions of every review that has "
                               "ended"
                             : "the export does not hold the decisions of every review of a "
                               "privileged role that has ended");
    }
}

/* ---- the nine ---- */

typedef void reduce_part(const reduction *of);

static void reduce_by(reduce_part *part, bool is_azure, const bd_join *join, bd_str group,
                      bd_arena *arena, bd_derived_fn *emit, void *context) {
    if (group.size == 0) {
        part(&(reduction){.join = join,
                          .arena = arena,
                          .is_azure = is_azure,
                          .emit = emit,
                          .context = context});
    }
}

#define BOTH(name, part)                                                                           \
    REDUCE(name) {                                                                                 \
        (void)parts, (void)count;                                                                  \
        reduce_by(part, /*is_azure*/ false, join, group, arena, emit, context);                    \
    }                                                                                              \
    REDUCE(name##_azure) {                                                                         \
        (void)parts, (void)count;                                                                  \
        reduce_by(part, /*is_azure*/ true, join, group, arena, emit, context);                     \
    }
static void reduce_all_denials(const reduction *of) {
    reduction all = *of;
    all.is_of_all = true;
    reduce_denials(&all);
}

REDUCE(scope_denials) {
    (void)parts, (void)count;
    reduce_by(reduce_all_denials, /*is_azure*/ false, join, group, arena, emit, context);
}
REDUCE(scope_denials_azure) {
    (void)parts, (void)count;
    reduce_by(reduce_all_denials, /*is_azure*/ true, join, group, arena, emit, context);
}
REDUCE(scope_reviews) {
    (void)parts, (void)count;
    reduce_by(reduce_scopes, /*is_azure*/ false, join, group, arena, emit, context);
}
BOTH(role_reviews, reduce_roles)
BOTH(review_items, reduce_items)
BOTH(review_denials, reduce_denials)

/* ---- for people: every review, and each Deny ---- */

#define MOST_REVIEWERS 5 /* that are named; the rest is counted */

typedef struct {
    int64_t items, approve, deny, not_reviewed, dont_know, other, self_reviews, by_nobody;
    int64_t applied, not_applied; /* of the denied */
    int64_t present, gone_unknown;
    int64_t days; /* from the end to the last Deny applied; -1: none was */
    int64_t reviewers;
    bd_str names[MOST_REVIEWERS];
} review_sums;

static void count_reviewer(review_sums *sums, const bd_value *item) {
    bd_str name = bd_value_text(item, "by_name");
    name = name.size > 0 ? name : bd_value_text(item, "by");
    for (int64_t i = 0; i < sums->reviewers && i < MOST_REVIEWERS; i++) {
        if (bd_str_ieq(sums->names[i], name)) {
            return;
        }
    }
    if (name.size > 0) {
        if (sums->reviewers < MOST_REVIEWERS) {
            sums->names[sums->reviewers] = name;
        }
        sums->reviewers++; /* beyond those that are named some may be counted twice: "and more" */
    }
}

static void count_decision(review_sums *sums, const bd_value *item) {
    bd_str decision = bd_value_text(item, "decision"), by = bd_value_text(item, "by");
    bool is_approve = bd_str_has_prefix(decision, BD_STR("approve"));
    bool is_deny = bd_str_has_prefix(decision, BD_STR("den"));
    sums->items++;
    if (is_approve) {
        sums->approve++;
    } else if (is_deny) {
        sums->deny++;
    } else if (bd_str_eqz(decision, "notreviewed")) {
        sums->not_reviewed++;
    } else if (bd_str_eqz(decision, "dontknow")) {
        sums->dont_know++;
    } else {
        sums->other++;
    }
    if (is_approve || is_deny) {
        sums->by_nobody += by.size == 0 ? 1 : 0;
        sums->self_reviews += by.size > 0 && bd_str_eq(by, bd_value_text(item, "who")) ? 1 : 0;
        count_reviewer(sums, item);
    }
}

/* How one Deny came out. */
typedef struct {
    answer gone;
    bool is_done;
    int64_t days; /* -1: not carried out, or nothing says when */
} denial;

static denial weigh_denial(const reduction *of, const bd_value *review, const bd_value *item) {
    bd_instant end = time_of(review, "end"), applied = time_of(item, "applied");
    bd_str role = text_of_review(of, review, "role"), who = bd_value_text(item, "who");
    bd_instant from = applied != BD_INSTANT_NONE ? applied
                      : end != BD_INSTANT_NONE   ? end + POLICY_DAYS * DAY_TICKS
                                                 : of->join->at;
    denial out = {.is_done = is_carried_out(bd_value_text(item, "result")), .days = -1};
    out.gone = role.size > 0 ? is_gone(of, role, who, from)
                             : has_left(of, text_of_review(of, review, "of"), who, from);
    if (out.is_done && applied != BD_INSTANT_NONE && end != BD_INSTANT_NONE) {
        out.days = applied > end ? (applied - end + DAY_TICKS - 1) / DAY_TICKS : 0;
    }
    return out;
}

static void count_denial(review_sums *sums, const denial *one) {
    sums->applied += one->is_done ? 1 : 0;
    sums->not_applied += one->is_done ? 0 : 1;
    sums->present += one->gone == NO ? 1 : 0;
    sums->gone_unknown += one->gone == UNKNOWN ? 1 : 0;
    sums->days = one->days > sums->days ? one->days : sums->days;
}

static void emit_denied(const reduction *of, const bd_value *review, const bd_value *item) {
    denial one = weigh_denial(of, review, item);
    builder build = {.arena = of->arena};
    put_text(&build, "review", bd_value_text(review, "id"));
    put_text(&build, "principal", bd_value_text(item, "who"));
    put_text(&build, "name", bd_value_text(item, "name"));
    put_text(&build, "result", bd_value_text(item, "result"));
    put_text(&build, "applied", bd_value_text(item, "applied"));
    put_text(&build, "still",
             one.gone == NO    ? BD_STR("present")
             : one.gone == YES ? BD_STR("gone")
                               : BD_STR("unknown"));
    put_value(&build, "days", one.days >= 0 ? bd_value_integer(of->arena, one.days) : NULL);
    bd_str id = bd_value_text(item, "id");
    of->emit(of->context, BD_STR("denied"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             build_object(&build));
}

/* Holders of a privileged role without an item; -1: no whole list of before the review shows them. */
static int64_t count_uncovered(const reduction *of, const bd_value *review) {
    bd_str role = text_of_review(of, review, "role"), side = text_of_review(of, review, "side");
    bd_instant start = time_of(review, "start");
    bool is_asked = role.size > 0 && name_of_role(of, role) != NULL && start != BD_INSTANT_NONE;
    bd_instant at = is_asked ? holders_at(of, start, /*is_before*/ true) : BD_INSTANT_NONE;
    const char *one = bd_str_eqz(side, "both") ? NULL : bd_str_z(of->arena, side);
    int64_t count = 0;
    if (at == BD_INSTANT_NONE) {
        return -1;
    }
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        count += is_holder_of(part, at, role, one) &&
                         !has_item(of, bd_value_text(review, "id"), bd_value_text(part->kept, "p"))
                     ? 1
                     : 0;
    }
    return count;
}

static void put_count(builder *build, const char *key, int64_t count) {
    put_value(build, key, bd_value_integer(build->arena, count));
}

static void put_sums(builder *build, const review_sums *sums) {
    put_count(build, "items", sums->items);
    put_count(build, "approve", sums->approve);
    put_count(build, "deny", sums->deny);
    put_count(build, "not_reviewed", sums->not_reviewed);
    put_count(build, "dont_know", sums->dont_know);
    put_count(build, "other", sums->other);
    put_count(build, "self_reviews", sums->self_reviews);
    put_count(build, "by_nobody", sums->by_nobody);
    put_count(build, "applied", sums->applied);
    put_count(build, "not_applied", sums->not_applied);
    put_count(build, "present", sums->present);
    put_count(build, "gone_unknown", sums->gone_unknown);
    put_value(build, "days", sums->days >= 0 ? bd_value_integer(build->arena, sums->days) : NULL);
    bd_str names = BD_STR("");
    for (int64_t i = 0; i < sums->reviewers && i < MOST_REVIEWERS; i++) {
        names = bd_str_format(build->arena, "%.*s%s%.*s", BD_ARG(names), i > 0 ? ", " : "",
                              BD_ARG(sums->names[i]));
    }
    put_text(build, "reviewers",
             sums->reviewers > MOST_REVIEWERS
                 ? bd_str_format(build->arena, "%.*s and more", BD_ARG(names))
                 : names);
}

typedef struct {
    const reduction *of;
    const bd_map *index; /* by part_name: 1 + the place of the copy that counts */
} listing;

static bd_str part_name(const reduction *of, const bd_value *kept) {
    return bd_str_format(of->arena, "%.*s\x1f%.*s\x1f%.*s", BD_ARG(bd_value_text(kept, "kind")),
                         BD_ARG(bd_value_text(kept, "review")), BD_ARG(bd_value_text(kept, "id")));
}

static bool is_the_copy(const listing *list, size_t index) {
    bd_str name = part_name(list->of, list->of->join->common[index].kept);
    return (uintptr_t)bd_map_find(list->index, name) == index + 1;
}

static bool is_decision_of(const listing *list, size_t index, bd_str review) {
    const bd_value *item = list->of->join->common[index].kept;
    return is_kind(item, "decision") && bd_str_eq(bd_value_text(item, "review"), review) &&
           is_the_copy(list, index);
}

static bool is_denied(const bd_value *item) {
    return bd_str_has_prefix(bd_value_text(item, "decision"), BD_STR("den"));
}

static review_sums sum_review(const listing *list, const bd_value *review) {
    const reduction *of = list->of;
    review_sums sums = {.days = -1};
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *item = of->join->common[i].kept;
        if (!is_decision_of(list, i, bd_value_text(review, "id"))) {
            continue;
        }
        count_decision(&sums, item);
        if (is_denied(item)) {
            denial one = weigh_denial(of, review, item);
            count_denial(&sums, &one);
        }
    }
    return sums;
}

/* The review first: whoever takes it decides by its counts whether he takes its denials, too. */
static void list_review(const listing *list, const bd_value *review) {
    const reduction *of = list->of;
    review_sums sums = sum_review(list, review);
    bd_str id = bd_value_text(review, "id");
    int64_t uncovered = count_uncovered(of, review);
    builder build = {.arena = of->arena};
    put_text(&build, "id", id);
    put_text(&build, "kind", of->is_azure ? BD_STR("Azure") : BD_STR("Entra"));
    put_text(&build, "scope", name_of_scope(of, review));
    put_text(&build, "side", text_of_review(of, review, "side"));
    put_text(&build, "status", bd_value_text(review, "status"));
    put_text(&build, "start", bd_value_text(review, "start"));
    put_text(&build, "end", bd_value_text(review, "end"));
    put_sums(&build, &sums);
    put_value(&build, "not_covered",
              uncovered >= 0 ? bd_value_integer(of->arena, uncovered) : NULL);
    of->emit(of->context, BD_STR("review"), id, id, BD_INSTANT_NONE, build_object(&build));
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *item = of->join->common[i].kept;
        if (is_decision_of(list, i, id) && is_denied(item)) {
            emit_denied(of, review, item);
        }
    }
}

/* Exports of one day overlap, and a row of the history CSV shows its review once more: of each decision the last copy
 * counts, of each review the first. */
static bd_map *index_parts(const reduction *of) {
    bd_map *index = bd_map_make(of->arena);
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *kept = of->join->common[i].kept;
        bool is_decision = is_kind(kept, "decision");
        bool is_review = is_kind(kept, "review") && bd_value_text(kept, "id").size > 0;
        bd_str name = part_name(of, kept);
        if (is_decision || (is_review && bd_map_find(index, name) == NULL)) {
            bd_map_put(index, name, (void *)(uintptr_t)(i + 1));
        }
    }
    return index;
}

static void list_all(const reduction *of) {
    listing list = {.of = of, .index = index_parts(of)};
    for (size_t i = 0; i < of->join->common_count; i++) {
        if (is_kind(of->join->common[i].kept, "review") && is_the_copy(&list, i)) {
            list_review(&list, of->join->common[i].kept);
        }
    }
}

void list_reviews(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context) {
    list_all(&(reduction){.join = join, .arena = arena, .emit = emit, .context = context});
}

void list_reviews_azure(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context) {
    list_all(&(reduction){
        .join = join, .arena = arena, .is_azure = true, .emit = emit, .context = context});
}
