/* What is kept of access reviews: definitions, instances and decisions in one spelling, for Graph, Azure's own reviews
 * and the history CSV say the same in three. */
#include "bindery/derive.h"

#include "people.h"

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
