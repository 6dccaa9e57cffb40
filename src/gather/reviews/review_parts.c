/* What is kept of access reviews: definitions, instances and decisions in one spelling, for Graph, Azure's own reviews
 * and the history CSV say the same in three. */
#include "bindery/reviews.h"

#include "bindery/roles.h"
#include "reviews_priv.h"

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
static void put_query(bd_builder *build, bd_str query) {
    bd_str lower = bd_str_lower(build->arena, query);
    bd_str role = after_word(lower, "/rolemanagement/directory/roledefinitions/");
    bd_str side = BD_STR("both");
    if (role.size == 0) {
        role = after_word(lower, "roledefinitionid eq '");
        bool is_eligible = bd_str_find(lower, BD_STR("roleeligibilityscheduleinstances")) >= 0;
        side = is_eligible ? BD_STR("eligible") : BD_STR("active");
    }
    if (role.size > 0) {
        bd_put_text(build, "role", role);
        bd_put_text(build, "side", side);
        return;
    }
    bd_str group = after_word(lower, "/groups/");
    bd_put_text(build, "of", group.size > 0 ? group : after_word(lower, "/serviceprincipals/"));
}

static void put_scope(bd_builder *build, const bd_value *scope) {
    bd_str role = bd_member_text(scope, "roleDefinitionId"); /* Azure */
    if (role.size > 0) {
        bd_put_text(build, "role", bd_id_tail(build->arena, role));
        bd_put_text(build, "side",
                    plain_word(build->arena, bd_member_text(scope, "assignmentState")).size > 0
                        ? plain_word(build->arena, bd_member_text(scope, "assignmentState"))
                        : BD_STR("both"));
        return;
    }
    const bd_value *list = bd_member(scope, "resourceScopes");
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (build->count < BD_BUILDER_MOST / 2) {
            put_query(build, bd_member_text(&list->items[i], "query"));
        }
        return; /* a review of several roles in one has several definitions in all that is published */
    }
    put_query(build, bd_member_text(scope, "query"));
}

static void keep_decision(const bd_value *value, bd_str review, bd_arena *arena, bd_part_fn *keep,
                          void *context) {
    const bd_value *by = bd_member(value, "reviewedBy"), *whom = bd_member(value, "principal");
    bd_str reviewer = bd_member_text(by, "id");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("decision"));
    bd_put_text(&build, "review", bd_str_lower(arena, review));
    bd_put_text(&build, "id", bd_member_text(value, "id"));
    bd_put_text(&build, "who", somebody(arena, bd_member_text(whom, "id")));
    bd_put_text(&build, "name", bd_member_text(whom, "userPrincipalName"));
    bd_put_text(&build, "by",
                somebody(arena, reviewer.size > 0 ? reviewer : bd_member_text(by, "principalId")));
    bd_put_text(&build, "by_name",
                reviewer.size > 0 ? bd_member_text(by, "userPrincipalName")
                                  : bd_member_text(by, "principalName"));
    bd_put_text(&build, "decision", plain_word(arena, bd_member_text(value, "decision")));
    bd_put_text(&build, "result", plain_word(arena, bd_member_text(value, "applyResult")));
    bd_put_text(&build, "applied", bd_member_text(value, "appliedDateTime"));
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

static void keep_review(const bd_value *value, bd_str id, bd_str definition, bd_arena *arena,
                        bd_part_fn *keep, void *context) {
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("review"));
    bd_put_text(&build, "id", bd_str_lower(arena, id));
    bd_put_text(&build, "definition", bd_str_lower(arena, definition));
    bd_put_text(&build, "status", plain_word(arena, bd_member_text(value, "status")));
    bd_put_text(&build, "start", bd_member_text(value, "startDateTime"));
    bd_put_text(&build, "end", bd_member_text(value, "endDateTime"));
    put_scope(&build, bd_member(value, "scope"));
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

/* A row of the history CSV is a decision, and shows its review. */
static void keep_row(const bd_value *row, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_str id = bd_str_lower(arena, bd_member_text(row, "AccessReviewId"));
    bd_str who = somebody(arena, bd_member_text(row, "PrincipalId"));
    bd_builder review = {.arena = arena};
    bd_put_text(&review, "kind", BD_STR("review"));
    bd_put_text(&review, "id", id);
    bd_put_text(&review, "status", plain_word(arena, bd_member_text(row, "ReviewStatus")));
    bd_put_text(&review, "start", bd_member_text(row, "ReviewStartDate"));
    bd_put_text(&review, "end", bd_member_text(row, "ReviewEndDate"));
    bd_put_text(&review, "role", bd_id_tail(arena, bd_member_text(row, "ResourceId")));
    bd_put_text(&review, "of", bd_id_tail(arena, bd_member_text(row, "ResourceId")));
    bd_put_text(&review, "side", BD_STR("both"));
    keep(context, (bd_str){"", 0}, bd_build_object(&review));
    bd_builder made = {.arena = arena};
    bd_put_text(&made, "kind", BD_STR("decision"));
    bd_put_text(&made, "review", id);
    bd_put_text(&made, "id", bd_str_format(arena, "%.*s/%.*s", BD_ARG(id), BD_ARG(who)));
    bd_put_text(&made, "who", who);
    bd_put_text(&made, "name", bd_member_text(row, "PrincipalUPN"));
    bd_put_text(&made, "by", somebody(arena, bd_member_text(row, "ReviewerId")));
    bd_put_text(&made, "by_name", bd_member_text(row, "ReviewerUPN"));
    bd_put_text(&made, "decision", plain_word(arena, bd_member_text(row, "ReviewResult")));
    bd_put_text(&made, "result", plain_word(arena, bd_member_text(row, "SubmissionResult")));
    bd_put_text(&made, "applied", bd_member_text(row, "AppliedDate"));
    keep(context, (bd_str){"", 0}, bd_build_object(&made));
}

static void keep_definition(const bd_value *value, bd_str id, bd_arena *arena, bd_part_fn *keep,
                            void *context) {
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("definition"));
    bd_put_text(&build, "id", bd_str_lower(arena, id));
    put_scope(&build, bd_member(value, "scope"));
    const bd_value *stages = bd_member(value, "stageSettings");
    bd_put_value(&build, "stages",
                 stages != NULL && stages->kind == BD_ARRAY && stages->count > 1
                     ? bd_value_integer(arena, (int64_t)stages->count)
                     : NULL);
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

/* Holders of roles with the day their assignment began; of Azure those of S06. */
static void keep_dated_holder(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context) {
    const bd_value *holder = bd_roles_keep_holder(record, arena);
    if (holder == NULL) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("holder"));
    bd_put_text(&build, "p", bd_value_text(holder, "p"));
    bd_put_text(&build, "r", bd_value_text(holder, "r"));
    bd_put_text(&build, "k", bd_value_text(holder, "k"));
    bd_put_text(&build, "t", bd_value_text(holder, "t"));
    bd_put_text(&build, "activated",
                bd_str_ieq(bd_member_text(record->value, "assignmentType"), BD_STR("Activated"))
                    ? BD_STR("yes")
                    : (bd_str){"", 0});
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

/* Of a group whose members were read; the part's scope says which. */
static void keep_group_member(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context) {
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "kind", BD_STR("member"));
    bd_put_text(&build, "p", bd_str_lower(arena, bd_member_text(record->value, "id")));
    keep(context, (bd_str){"", 0}, bd_build_object(&build));
}

void collect_role_reviews(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                          void *context) {
    const bd_value *value = record->value;
    if (bd_join_record_is_of(record, "S65")) {
        keep_group_member(record, arena, keep, context);
        return;
    }
    if (!bd_join_record_is_of(record, "S50") && !bd_join_record_is_of(record, "S35")) {
        keep_dated_holder(record, arena, keep, context);
        return;
    }
    if (bd_member(value, "AccessReviewId") != NULL && bd_member(value, "ReviewResult") != NULL) {
        keep_row(value, arena, keep, context);
        return;
    }
    bd_str path = bd_str_lower(arena, bd_member_text(value, "id"));
    bd_str review = after_word(path, "/instances/");
    bd_str definition = after_word(path, "/accessreviewscheduledefinitions/");
    if (bd_member(value, "decision") != NULL) {
        keep_decision(value, review.size > 0 ? review : bd_member_text(value, "accessReviewId"),
                      arena, keep, context);
    } else if (bd_member(value, "endDateTime") != NULL || review.size > 0) {
        keep_review(value, review.size > 0 ? review : path, definition, arena, keep, context);
    } else {
        keep_definition(value, definition.size > 0 ? definition : path, arena, keep, context);
    }
}
