/* Access reviews of privileged roles, and of what else the organisation names: was one held, who was decided on and by
 * whom, was each Deny carried out. */
#include "bindery/reviews.h"

#include "bindery/roles.h"
#include "reviews_priv.h"

bool is_kind(const bd_value *kept, const char *kind) {
    return bd_str_eqz(bd_value_text(kept, "kind"), kind);
}

const char *name_of_role(const reduction *of, bd_str role) {
    return of->is_azure ? bd_roles_azure_name(role) : bd_roles_directory_name(role);
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
bd_str text_of_review(const reduction *of, const bd_value *review, const char *key) {
    bd_str own = bd_value_text(review, key);
    return own.size > 0 ? own : bd_value_text(definition_of(of, review), key);
}

bd_instant stated_time(const bd_value *kept, const char *key) {
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
            !is_of_quarter(of, stated_time(kept, "end")) || !is_held(of, kept)) {
            continue;
        }
        if (best == NULL || stated_time(kept, "end") > stated_time(best, "end")) {
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

bd_instant holders_at(const reduction *of, bd_instant time, bool is_before) {
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

bool is_holder_of(const bd_part *part, bd_instant at, bd_str role, const char *side) {
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
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "role", name);
    bd_put_text(&build, "holders", bd_str_of(side));
    bd_put_answer(&build, "held", review != NULL ? BD_YES : BD_UNKNOWN);
    bd_put_text(&build, "review", bd_value_text(review, "id"));
    bd_put_text(&build, "ended", bd_value_text(review, "end"));
    bd_put_text(&build, "problem",
                bd_str_format(of->arena,
                              "no review of the %s holders of %.*s had ended, and been applied, in "
                              "this calendar quarter when the list was read",
                              side, BD_ARG(name)));
    of->emit(of->context, BD_STR("role"), bd_str_format(of->arena, "%.*s/%s", BD_ARG(role), side),
             name, BD_INSTANT_NONE, bd_build_object(&build));
}

static void reduce_roles(const reduction *of) {
    static const char *const sides[] = {"active", "eligible"};
    bd_instant known = holders_at(of, of->join->at, /*is_before*/ true);
    for (size_t i = 0; i < bd_roles_privileged_count(of->is_azure); i++) {
        bd_str role = bd_roles_privileged_at(of->is_azure, i);
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
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "scope", id);
    bd_put_answer(&build, "held",
                  problem.size == 0 && is_scope_held(of, bd_str_lower(of->arena, id)) ? BD_YES
                                                                                      : BD_UNKNOWN);
    bd_put_text(
        &build, "problem",
        problem.size > 0
            ? problem
            : bd_str_format(of->arena,
                            "no review of %.*s had ended, and been applied, in this calendar "
                            "quarter when the list was read",
                            BD_ARG(id)));
    of->emit(of->context, BD_STR("scope"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             bd_build_object(&build));
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
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "role", bd_str_of(name_of_role(of, role)));
    bd_put_text(&build, "principal", bd_value_text(item, "who"));
    bd_put_text(&build, "name",
                bd_value_text(item, "name").size > 0 ? bd_value_text(item, "name")
                                                     : bd_value_text(item, "who"));
    bd_put_text(&build, "decision", bd_value_text(item, "decision"));
    bd_put_text(&build, "judgement", bd_str_of(judgement_of(item)));
    bd_put_text(&build, "stages", is_staged ? BD_STR("several") : BD_STR("one"));
    bd_put_text(&build, "ended", bd_value_text(review, "end"));
    bd_str id = bd_value_text(item, "id");
    of->emit(of->context, BD_STR("decision"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             bd_build_object(&build));
}

bool has_item(const reduction *of, bd_str review, bd_str who) {
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
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "role", bd_str_of(name_of_role(of, role)));
    bd_put_text(&build, "principal", who);
    bd_put_text(&build, "name", who);
    bd_put_text(&build, "judgement", bd_str_of(judgement));
    bd_put_text(&build, "decision", BD_STR("no item"));
    bd_put_text(&build, "ended", bd_value_text(review, "end"));
    bd_put_text(&build, "problem", problem);
    bd_str id = bd_value_text(review, "id");
    of->emit(of->context, BD_STR("decision"),
             bd_str_format(of->arena, "%.*s/%.*s", BD_ARG(id), BD_ARG(who)), id, BD_INSTANT_NONE,
             bd_build_object(&build));
}

/* Who held the role when the review began, and has no item in it. */
static void emit_holders(const reduction *of, bd_str role, const bd_value *review) {
    bd_instant start = stated_time(review, "start");
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
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "name", BD_STR("(reviews)"));
    bd_put_text(&build, "problem", bd_str_of(problem));
    of->emit(of->context, BD_STR("decision"), BD_STR("reviews"), BD_STR("(reviews)"),
             BD_INSTANT_NONE, bd_build_object(&build));
}

static void reduce_items(const reduction *of) {
    size_t reviews = 0;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *review = of->join->common[i].kept;
        if (!is_kind(review, "review") || !is_of_quarter(of, stated_time(review, "end"))) {
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

bool is_carried_out(bd_str result) {
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
bd_answer is_gone(const reduction *of, bd_str role, bd_str who, bd_instant after) {
    bd_instant at = holders_at(of, after, /*is_before*/ false);
    if (at == BD_INSTANT_NONE) {
        return BD_UNKNOWN;
    }
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        if (is_holder_of(part, at, role, NULL) && bd_str_eq(bd_value_text(part->kept, "p"), who)) {
            return BD_NO;
        }
    }
    return BD_YES;
}

/* The same of a group, by the first whole list of its members. */
bd_answer has_left(const reduction *of, bd_str group, bd_str who, bd_instant after) {
    bd_instant at = BD_INSTANT_NONE;
    for (size_t i = 0; i < of->join->input_count; i++) {
        const bd_join_input *input = &of->join->inputs[i];
        bool is_list = bd_str_eqz(input->source, "S65") && input->is_whole &&
                       bd_str_eq(bd_id_tail(of->arena, input->scope), group);
        if (is_list && input->from >= after && (at == BD_INSTANT_NONE || input->from < at)) {
            at = input->from;
        }
    }
    for (size_t i = 0; at != BD_INSTANT_NONE && i < of->join->common_count; i++) {
        const bd_part *part = &of->join->common[i];
        if (is_kind(part->kept, "member") && part->at == at &&
            bd_str_eq(bd_id_tail(of->arena, part->scope), group) &&
            bd_str_eq(bd_value_text(part->kept, "p"), who)) {
            return BD_NO;
        }
    }
    return at == BD_INSTANT_NONE ? BD_UNKNOWN : BD_YES;
}

bd_str name_of_scope(const reduction *of, const bd_value *review) {
    bd_str role = text_of_review(of, review, "role");
    const char *name = name_of_role(of, role);
    return name != NULL ? bd_str_of(name)
                        : role.size > 0 ? role : text_of_review(of, review, "of");
}

static void emit_denial(const reduction *of, bd_str role, const bd_value *review,
                        const bd_value *item) {
    bd_instant end = stated_time(review, "end"), applied = stated_time(item, "applied");
    bool is_done = is_carried_out(bd_value_text(item, "result"));
    bd_instant from = applied != BD_INSTANT_NONE ? applied : end + POLICY_DAYS * DAY_TICKS;
    bd_answer in_time = !is_done                                   ? BD_NO
                        : applied == BD_INSTANT_NONE               ? BD_UNKNOWN
                        : applied <= end + POLICY_DAYS * DAY_TICKS ? BD_YES
                                                                   : BD_NO;
    /* what is due later than the list was read cannot be late yet */
    bool is_open = !is_done && of->join->at < end + POLICY_DAYS * DAY_TICKS;
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "role", name_of_scope(of, review));
    bd_put_text(&build, "principal", bd_value_text(item, "who"));
    bd_put_text(&build, "name",
                bd_value_text(item, "name").size > 0 ? bd_value_text(item, "name")
                                                     : bd_value_text(item, "who"));
    bd_put_text(&build, "result", bd_value_text(item, "result"));
    bd_put_text(&build, "applied", bd_value_text(item, "applied"));
    bd_put_answer(&build, "carried_out", is_open ? BD_UNKNOWN : in_time);
    bd_str who = bd_value_text(item, "who");
    bd_put_answer(&build, "gone",
                  role.size > 0 ? is_gone(of, role, who, from)
                                : has_left(of, text_of_review(of, review, "of"), who, from));
    bd_put_text(&build, "problem",
                is_open ? BD_STR("the days that the policy gives are not over")
                : role.size > 0
                    ? BD_STR("no complete list of the role's holders was read after it")
                    : BD_STR("no complete list of the group's members was read after it"));
    bd_str id = bd_value_text(item, "id");
    of->emit(of->context, BD_STR("decision"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             bd_build_object(&build));
}

/* A Deny of a review that no list of reviews shows: whose it is, and by when it had to be done, is not known. */
static bool has_deny_without_review(const reduction *of) {
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *item = of->join->common[i].kept;
        bool is_found = !is_kind(item, "decision") ||
                        !bd_str_has_prefix(bd_value_text(item, "decision"), BD_STR("den"));
        for (size_t j = 0; !is_found && j < of->join->common_count; j++) {
            const bd_value *review = of->join->common[j].kept;
            is_found = is_kind(review, "review") &&
                       bd_str_eq(bd_value_text(review, "id"), bd_value_text(item, "review"));
        }
        if (!is_found) {
            return true;
        }
    }
    return false;
}

static void reduce_denials(const reduction *of) {
    size_t ended = 0, shown = 0, undated = 0;
    for (size_t i = 0; i < of->join->common_count; i++) {
        const bd_value *review = of->join->common[i].kept;
        bd_str role = text_of_review(of, review, "role"), id = bd_value_text(review, "id");
        bool is_asked = of->is_of_all || name_of_role(of, role) != NULL;
        if (!is_kind(review, "review") || !is_asked) {
            continue;
        }
        bd_instant end = stated_time(review, "end");
        undated += end == BD_INSTANT_NONE && has_open_deny(of, id); /* by when it had to be done is not shown */
        if (end == BD_INSTANT_NONE || end > of->join->at) {
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
    if (undated > 0) {
        emit_nothing(of, "a review with a Deny does not show when it ended");
    } else if (has_deny_without_review(of)) {
        emit_nothing(of, "there is a Deny of a review that no list of reviews on file shows");
    } else if (ended == 0 || shown < ended) {
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
    BD_DERIVE_REDUCE(name) {                                                                       \
        (void)parts, (void)count;                                                                  \
        reduce_by(part, /*is_azure*/ false, join, group, arena, emit, context);                    \
    }                                                                                              \
    BD_DERIVE_REDUCE(name##_azure) {                                                               \
        (void)parts, (void)count;                                                                  \
        reduce_by(part, /*is_azure*/ true, join, group, arena, emit, context);                     \
    }
static void reduce_all_denials(const reduction *of) {
    reduction all = *of;
    all.is_of_all = true;
    reduce_denials(&all);
}

BD_DERIVE_REDUCE(scope_denials) {
    (void)parts, (void)count;
    reduce_by(reduce_all_denials, /*is_azure*/ false, join, group, arena, emit, context);
}
BD_DERIVE_REDUCE(scope_denials_azure) {
    (void)parts, (void)count;
    reduce_by(reduce_all_denials, /*is_azure*/ true, join, group, arena, emit, context);
}
BD_DERIVE_REDUCE(scope_reviews) {
    (void)parts, (void)count;
    reduce_by(reduce_scopes, /*is_azure*/ false, join, group, arena, emit, context);
}
BOTH(role_reviews, reduce_roles)
BOTH(review_items, reduce_items)
BOTH(review_denials, reduce_denials)
