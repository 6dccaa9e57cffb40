/* Who changed what a deployment shipped, and who agreed: its pull request, its reviews and checks, its authors.
 *
 * An approval counts that a person other than the author gave to the last commit and did not take back before the
 * merge; a check, where the rules of the branch on file require it.  Whoever merged must have written nothing of what
 * was shipped since the deployment before. */
#include "bindery/change.h"

#include "deployments.h"

#define NEAR_RULES                                                                                 \
    (40 * 24 * BD_HOUR) /* how far from a merge the rules of a branch still tell of it */
#define COMMITS_BYTES ((size_t)512 << 20)

/* ---- the change (5.4 b) ---- */

static void judge_no_pull(deployment *of) {
    const bd_value *commit = bd_map_find(of->in->commits, of->sha);
    bd_instant made = commit != NULL ? time_of(commit) : BD_INSTANT_NONE;
    if (made != BD_INSTANT_NONE && made <= of->at &&
        bd_described_has(&of->in->pull_days, made, of->at)) {
        SETTLE(of, BD_NO, "no merged pull request holds its commit");
        return;
    }
    SETTLE(of, BD_UNKNOWN,
           "no merged pull request of its commit is on file, and the lists of pull "
           "requests do not reach from the commit to the deployment");
}

/* He wrote the deployed commit or the last one of its pull request, whoever opened that; a merge holds nothing of its
 * own, and who put a commit onto the branch is shown as its committer there. */
static bool is_by(const deployment *of, bd_str sha, bool is_head, bd_str person) {
    const bd_value *commit = bd_map_find(of->in->commits, sha);
    bd_str parents = commit != NULL ? bd_member_text(commit, "parents") : BD_STR("");
    return commit != NULL && bd_str_find(parents, BD_STR(" ")) < 0 &&
           (bd_str_eq(bd_member_text(commit, "by"), person) ||
            (is_head && bd_str_eq(bd_member_text(commit, "committer"), person)));
}

/* The last word of a reviewer before the merge counts, and on the last commit only. */
static bool is_approval(const deployment *of, const bd_value *review) {
    bd_str by = bd_member_text(review, "by");
    return by.size > 0 && bd_str_eqz(bd_member_text(review, "state"), "approved") &&
           bd_str_eq(bd_member_text(review, "sha"), bd_member_text(of->pull, "head")) &&
           bd_str_eqz(bd_member_text(review, "type"), "User") &&
           !bd_str_eq(by, bd_member_text(of->pull, "by"));
}

/* Who approved it and is not its author; `*own`: who did, and wrote a part of it. */
static bool is_approved_by_other(const deployment *of, bd_str *own) {
    const part_list *reviews = bd_map_find(of->in->reviews, bd_member_text(of->pull, "pull"));
    const bd_value *last = NULL;
    for (size_t i = 0; reviews != NULL && i <= reviews->count; i++) {
        const bd_value *one = i < reviews->count ? reviews->data[i]->kept : NULL;
        bool is_next = one == NULL || last == NULL ||
                       !bd_str_eq(bd_member_text(one, "by"), bd_member_text(last, "by"));
        if (is_next && last != NULL && is_approval(of, last)) {
            bd_str by = bd_member_text(last, "by");
            if (!is_by(of, of->sha, false, by) &&
                !is_by(of, bd_member_text(of->pull, "head"), true, by)) {
                return true;
            }
            *own = by;
        }
        last = is_next ? NULL : last;
        bd_instant at = one != NULL ? time_of(one) : BD_INSTANT_NONE;
        bool is_word =
            one != NULL && (bd_str_eqz(bd_member_text(one, "state"), "approved") ||
                            bd_str_eqz(bd_member_text(one, "state"), "changes_requested") ||
                            bd_str_eqz(bd_member_text(one, "state"), "dismissed"));
        last = is_word && at != BD_INSTANT_NONE && at <= of->merged ? one : last;
    }
    return false;
}

/* The rules of the branch as they were read nearest to the merge; none: BD_INSTANT_NONE. */
static bd_instant rules_time(const deployment *of) {
    bd_instant best = BD_INSTANT_NONE, least = NEAR_RULES;
    for (size_t i = 0; i < of->in->rules.count; i++) {
        bd_instant at = of->in->rules.data[i]->at;
        bd_instant away = at > of->merged ? at - of->merged : of->merged - at;
        if (away <= least) {
            best = at;
            least = away;
        }
    }
    return best;
}

/* Does a list of names and patterns of branches hold this one?  What a pattern holds is not worked out. */
static bd_answer holds_branch(const deployment *of, const bd_value *list, bd_str branch) {
    bd_str normal = BD_STR(""), head = BD_STR("refs/heads/");
    bool is_known =
        lists_repository(of->in->join, "repositories", of->in->repository, &normal) ||
        lists_repository(of->in->join, "infrastructure_repositories", of->in->repository, &normal);
    bd_answer found = list != NULL && list->kind == BD_ARRAY ? BD_NO : BD_UNKNOWN;
    for (size_t i = 0; found != BD_YES && list != NULL && list->kind == BD_ARRAY && i < list->count;
         i++) {
        bd_str one = list->items[i].kind == BD_STRING ? list->items[i].text : BD_STR("*");
        bd_answer own = BD_UNKNOWN;
        if (bd_str_eqz(one, "~DEFAULT_BRANCH")) {
            own = !is_known || normal.size == 0 ? BD_UNKNOWN
                  : bd_str_eq(normal, branch)   ? BD_YES
                                                : BD_NO;
        } else if (bd_str_eqz(one, "~ALL")) {
            own = BD_YES;
        } else if (bd_str_has_prefix(one, head) && bd_str_find(one, BD_STR("*")) < 0 &&
                   bd_str_find(one, BD_STR("?")) < 0 && bd_str_find(one, BD_STR("[")) < 0) {
            own = bd_str_eq(bd_str_sub(one, head.size, one.size), branch) ? BD_YES : BD_NO;
        }
        found = bd_answer_or(found, own);
    }
    return found;
}

static bd_answer is_of_branch(const deployment *of, const bd_value *rules, bd_str branch) {
    bd_str own = bd_member_text(rules, "branch");
    if (own.size > 0) {
        bool is_coded = bd_str_find(own, BD_STR("%")) >= 0;
        return bd_str_eq(own, branch) ? BD_YES : is_coded ? BD_UNKNOWN : BD_NO;
    }
    bd_answer in = holds_branch(of, bd_member(rules, "include"), branch);
    bd_answer out = holds_branch(of, bd_member(rules, "exclude"), branch);
    if (bd_member_text(rules, "owner").size > 0) { /* in which repositories is not worked out */
        in = bd_answer_and(in, BD_UNKNOWN);
    }
    return bd_answer_and(in, out == BD_YES ? BD_NO : out == BD_NO ? BD_YES : BD_UNKNOWN);
}

/* False: it is settled, by a check that is not green. */
static bool judge_required_one(deployment *of, bd_str name, bool is_sure) {
    bd_str head = bd_member_text(of->pull, "head");
    run_state run = run_of(of->in, head, name, INT64_MIN, of->merged);
    if (run == RUN_GREEN) {
        return true;
    }
    if (!is_sure) {
        settle(of, BD_UNKNOWN,
               "merged without success of a check that its branch may require: ", name);
    } else if (run == RUN_MIXED) {
        settle(of, BD_UNKNOWN, "several runs of the required check ended differently: ", name);
    } else if (run == RUN_OTHER) {
        settle(of, BD_NO, "merged without success of the required check ", name);
    } else {
        settle(of, is_missing_shown(of->in, head, name, of->merged) ? BD_NO : BD_UNKNOWN,
               "no run before the merge is on file of the required check ", name);
    }
    return false;
}

static void judge_required(deployment *of) {
    bd_instant when = rules_time(of);
    size_t required = 0;
    SETTLE(of, BD_UNKNOWN, "which checks its branch required at the merge is not on file");
    for (size_t i = 0; i < of->in->rules.count && when != BD_INSTANT_NONE; i++) {
        const bd_value *rules = of->in->rules.data[i]->kept;
        const bd_value *names = bd_member(rules, "names");
        bd_answer is_its = is_of_branch(of, rules, bd_member_text(of->pull, "base"));
        if (names == NULL || of->in->rules.data[i]->at != when || is_its == BD_NO) {
            continue;
        }
        for (size_t j = 0; j < names->count; j++) {
            if (!judge_required_one(of, names->items[j].text, is_its == BD_YES)) {
                return;
            }
            required += is_its == BD_YES;
        }
    }
    if (required > 0) {
        SETTLE(of, BD_YES, "");
    }
}

void judge_change(deployment *of) {
    bd_str own = BD_STR("");
    if (of->pull == NULL) {
        judge_no_pull(of);
    } else if (bd_member_text(of->pull, "head").size == 0 ||
               bd_member_text(of->pull, "by").size == 0) {
        SETTLE(of, BD_UNKNOWN, "its pull request does not show its author or its last commit");
    } else if (is_approved_by_other(of, &own)) {
        bool is_read = bd_map_find(of->in->commits, of->sha) != NULL ||
                       bd_map_find(of->in->commits, bd_member_text(of->pull, "head")) != NULL;
        if (is_read) {
            judge_required(of);
        } else {
            SETTLE(of, BD_UNKNOWN, "no list of commits on file shows who wrote what was approved");
        }
    } else if (own.size > 0) {
        settle(of, BD_UNKNOWN, "approved only by somebody who wrote a commit of it: ", own);
    } else if (bd_described_has(&of->in->review_days, of->merged, of->merged)) {
        SETTLE(of, BD_NO, "nobody but its author approved the last commit before the merge");
    } else {
        SETTLE(of, BD_UNKNOWN, "the reviews of its pull request were not read");
    }
}

/* ---- the people (5.3 c) ---- */

/* A walk back through the commits that are on file. */
typedef struct {
    const lists *in;
    bd_arena *arena;
    const bd_map *but; /* where it ends; NULL: nowhere */
    bd_map *seen;
    bd_strs out; /* what it saw */
    bd_str mark; /* one of those where it ends */
    bool has_met_mark;
} walk;

/* False: a commit on the way is not on file. */
static bool reach(walk *of, bd_str sha) {
    bool is_all = true;
    bd_strs open = {0};
    *bd_push(of->arena, &open) = sha;
    while (open.count > 0) {
        bd_str one = open.data[--open.count], parent;
        of->has_met_mark = of->has_met_mark || bd_str_eq(one, of->mark);
        if (bd_map_find(of->seen, one) != NULL ||
            (of->but != NULL && bd_map_find(of->but, one) != NULL)) {
            continue;
        }
        const bd_value *commit = bd_map_find(of->in->commits, one);
        bd_map_put(of->seen, one, of);
        *bd_push(of->arena, &of->out) = one;
        is_all = is_all && commit != NULL;
        bd_str rest = commit != NULL ? bd_member_text(commit, "parents") : BD_STR("");
        while (bd_str_cut(&rest, ' ', &parent)) {
            if (parent.size > 0) {
                *bd_push(of->arena, &open) = parent;
            }
        }
    }
    return is_all;
}

/* The commit that was live at the gate before; "" when none is on file. */
static bd_str live_before(const deployment *of) {
    const part_list *all = &of->runs->deployments;
    size_t low = 0, high = all->count;
    while (low < high) { /* the first that is not earlier */
        size_t middle = low + (high - low) / 2;
        if (time_of(all->data[middle]->kept) < of->at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; i > 0; i--) {
        const bd_value *other = all->data[i - 1]->kept;
        bool is_told;
        if (time_of(other) == BD_INSTANT_NONE) {
            break;
        }
        if (success_of(of->in, bd_member_text(other, "id"), &is_told) != BD_INSTANT_NONE) {
            return bd_member_text(other, "sha");
        }
    }
    return BD_STR("");
}

typedef struct {
    size_t others, own, carried, unknown; /* commits by others than the releaser, by him, by others and put there by
                                             him, by nobody known */
} authorship;

/* The button made it: it holds nothing of its own.  What somebody merged by hand may hold anything. */
static bool is_merge_of_pull(const lists *in, bd_str sha, const bd_value *commit) {
    const part_list *pulls = bd_map_find(in->pulls, sha);
    bool is_merge = bd_str_find(bd_member_text(commit, "parents"), BD_STR(" ")) >= 0 &&
                    bd_str_eqz(bd_member_text(commit, "committer"), "web-flow");
    for (size_t i = 0; is_merge && pulls != NULL && i < pulls->count; i++) {
        if (bd_str_eq(bd_member_text(pulls->data[i]->kept, "sha"), sha)) {
            return true;
        }
    }
    return false;
}

static void count_author(const lists *in, bd_str sha, bd_str releaser, authorship *sum) {
    const bd_value *commit = bd_map_find(in->commits, sha);
    if (commit == NULL || is_merge_of_pull(in, sha, commit)) {
        sum->unknown += commit == NULL;
        return;
    }
    bd_str author = bd_member_text(commit, "by"), committer = bd_member_text(commit, "committer");
    if (bd_str_eq(author, releaser)) {
        sum->own++;
    } else if (author.size == 0 || committer.size == 0 || !bd_member_is_set(commit, "all")) {
        sum->unknown++;
    } else if (bd_str_eq(committer, releaser)) {
        sum->carried++; /* by rebasing it, which makes who merges the committer, or by his own hand */
    } else {
        sum->others++;
    }
}

/* What was live before, and all that came before it. */
static const bd_map *old_commits(const deployment *of, bd_str before) {
    history *past = of->past;
    if (past->old == NULL || !bd_str_eq(past->sha, before)) {
        bd_arena_reset(past->arena);
        past->old = bd_map_make(past->arena);
        past->sha = before;
        walk back = {.in = of->in, .arena = past->arena, .seen = past->old, .mark = {"", 0}};
        (void)reach(&back, before);
    }
    return past->old;
}

/* Where deployments follow on each other, the history grows by what each shipped; one that goes back to an earlier
 * commit has another history. */
static void remember_shipped(const deployment *of, const walk *shipped) {
    history *past = of->past;
    if (!shipped->has_met_mark) {
        past->old = NULL;
        return;
    }
    for (size_t i = 0; i < shipped->out.count; i++) {
        bd_map_put(past->old, shipped->out.data[i], past);
    }
    past->sha = of->sha;
}

static void judge_authors(deployment *of, const bd_strs *shipped, bd_str releaser) {
    authorship sum = {0};
    for (size_t i = 0; i < shipped->count; i++) {
        count_author(of->in, shipped->data[i], releaser, &sum);
    }
    if (sum.own > 0 && sum.others + sum.unknown + sum.carried == 0) {
        settle(of, BD_NO, "written and merged by one person: ", releaser);
    } else if (sum.own > 0) {
        settle(of, BD_UNKNOWN,
               "who else released it than one of its authors, who merged it, is not shown: ",
               releaser);
    } else if (sum.unknown > 0) {
        SETTLE(of, BD_UNKNOWN,
               "a commit that it shipped does not show all its authors as accounts");
    } else if (sum.carried > 0) {
        settle(of, BD_UNKNOWN,
               "who merged it also put a commit there, and whether as it was written is not "
               "shown: ",
               releaser);
    } else {
        SETTLE(of, BD_YES, "");
    }
}

static void judge_shipped(deployment *of, bd_str releaser) {
    bd_str before = live_before(of);
    if (before.size == 0) {
        SETTLE(of, BD_UNKNOWN,
               "no earlier deployment to its gate is on file: what it shipped is not "
               "known");
        return;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("commits", COMMITS_BYTES);
    walk shipped = {.in = of->in,
                    .arena = arena,
                    .but = old_commits(of, before),
                    .seen = bd_map_make(arena),
                    .mark = before};
    if (reach(&shipped, of->sha)) {
        judge_authors(of, &shipped.out, releaser);
    } else {
        SETTLE(of, BD_UNKNOWN, "not all commits that it shipped are on file");
    }
    remember_shipped(of, &shipped);
}

void judge_duties(deployment *of) {
    bd_str type = bd_member_text(of->record, "type");
    if (bd_str_eqz(type, "User")) {
        settle(of, BD_NO, "deployed by a person: ", bd_member_text(of->record, "by"));
        return;
    }
    if (!bd_str_eqz(type, "Bot")) {
        SETTLE(of, BD_UNKNOWN, "the record does not show who deployed it");
        return;
    }
    bd_str releaser = of->pull != NULL ? bd_member_text(of->pull, "merger") : BD_STR("");
    if (releaser.size == 0 || !bd_str_eqz(bd_member_text(of->pull, "merger_type"), "User")) {
        SETTLE(of, BD_UNKNOWN,
               of->pull == NULL ? "no merged pull request of its commit is on file"
                                : "its pull request does not show the person who merged it");
        return;
    }
    judge_shipped(of, releaser);
}
