/* Access reviews for people: every review with its counts, and each Deny with how it came out. */
#include "bindery/reviews.h"

#include "reviews_priv.h"

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
    bd_answer gone;
    bool is_done;
    int64_t days; /* -1: not carried out, or nothing says when */
} denial;

static denial weigh_denial(const reduction *of, const bd_value *review, const bd_value *item) {
    bd_instant end = stated_time(review, "end"), applied = stated_time(item, "applied");
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
    sums->present += one->gone == BD_NO ? 1 : 0;
    sums->gone_unknown += one->gone == BD_UNKNOWN ? 1 : 0;
    sums->days = one->days > sums->days ? one->days : sums->days;
}

static void emit_denied(const reduction *of, const bd_value *review, const bd_value *item) {
    denial one = weigh_denial(of, review, item);
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "review", bd_value_text(review, "id"));
    bd_put_text(&build, "principal", bd_value_text(item, "who"));
    bd_put_text(&build, "name", bd_value_text(item, "name"));
    bd_put_text(&build, "result", bd_value_text(item, "result"));
    bd_put_text(&build, "applied", bd_value_text(item, "applied"));
    bd_put_text(&build, "still",
                one.gone == BD_NO    ? BD_STR("present")
                : one.gone == BD_YES ? BD_STR("gone")
                                     : BD_STR("unknown"));
    bd_put_value(&build, "days", one.days >= 0 ? bd_value_integer(of->arena, one.days) : NULL);
    bd_str id = bd_value_text(item, "id");
    of->emit(of->context, BD_STR("denied"), bd_str_lower(of->arena, id), id, BD_INSTANT_NONE,
             bd_build_object(&build));
}

/* Holders of a privileged role without an item; -1: no whole list of before the review shows them. */
static int64_t count_uncovered(const reduction *of, const bd_value *review) {
    bd_str role = text_of_review(of, review, "role"), side = text_of_review(of, review, "side");
    bd_instant start = stated_time(review, "start");
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

static void put_count(bd_builder *build, const char *key, int64_t count) {
    bd_put_value(build, key, bd_value_integer(build->arena, count));
}

static void put_sums(bd_builder *build, const review_sums *sums) {
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
    bd_put_value(build, "days",
                 sums->days >= 0 ? bd_value_integer(build->arena, sums->days) : NULL);
    bd_str names = BD_STR("");
    for (int64_t i = 0; i < sums->reviewers && i < MOST_REVIEWERS; i++) {
        names = bd_str_format(build->arena, "%.*s%s%.*s", BD_ARG(names), i > 0 ? ", " : "",
                              BD_ARG(sums->names[i]));
    }
    bd_put_text(build, "reviewers",
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
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "id", id);
    bd_put_text(&build, "kind", of->is_azure ? BD_STR("Azure") : BD_STR("Entra"));
    bd_put_text(&build, "scope", name_of_scope(of, review));
    bd_put_text(&build, "side", text_of_review(of, review, "side"));
    bd_put_text(&build, "status", bd_value_text(review, "status"));
    bd_put_text(&build, "start", bd_value_text(review, "start"));
    bd_put_text(&build, "end", bd_value_text(review, "end"));
    put_sums(&build, &sums);
    bd_put_value(&build, "not_covered",
                 uncovered >= 0 ? bd_value_integer(of->arena, uncovered) : NULL);
    of->emit(of->context, BD_STR("review"), id, id, BD_INSTANT_NONE, bd_build_object(&build));
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
