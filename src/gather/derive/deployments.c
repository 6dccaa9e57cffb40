/* What stands behind each deployment to production: its change, its authors, its scans, its run in staging.
 *
 * GitHub tells of a deployment in several lists; they are joined by repository and commit.  What is found in a list
 * speaks for the deployment; that something is not found speaks against it only where the list shows that it was read.
 * A gate is "owner/repository/environment".  Beside its deployments, a gate is told of for each month that lists of
 * deployments describe, and where no list follows on another: a day that nobody read is no day without deployments. */
#include "deployments.h"

#define NEAR_RULES                                                                                 \
    (40 * 24 * BD_HOUR) /* how far from a merge the rules of a branch still tell of it */
#define MOST_MONTHS 240 /* of a list that goes back to the beginning */
#define COMMITS_BYTES ((size_t)512 << 20)

/* What was live at a gate, for the deployment that follows: all commits that it can be reached from. */
typedef struct {
    bd_arena *arena;
    bd_str sha;  /* "": nothing is known */
    bd_map *old;
} history;

/* One deployment to a gate, and what was found out about it. */
typedef struct {
    const lists *in;
    const gate_runs *runs; /* all to its gate */
    history *past;
    bd_str gate, id, sha;
    bd_instant at;
    const bd_value *record;
    const bd_value *pull; /* that merged its commit; NULL: none is on file */
    bd_instant merged;
    bool is_list_whole; /* that tells of it */
    answer holds;
    bd_str why;
} deployment;

static void settle(deployment *of, answer holds, const char *words, bd_str detail) {
    of->holds = holds;
    of->why = bd_str_format(of->in->arena, "%s%.*s", words, BD_ARG(detail));
}
#define SETTLE(of, holds, words) settle((of), (holds), (words), BD_STR(""))

/* ---- facts ---- */

static const bd_value *fact_value(const bd_join *join, const char *name) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, name) : NULL;
    return fact != NULL ? bd_value_find(fact, "value") : NULL;
}

/* A fact lists the repository; `*branch` is what stands behind its '@'. */
static bool lists_repository(const bd_join *join, const char *fact, bd_str repository,
                             bd_str *branch) {
    const bd_value *list = fact_value(join, fact);
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        bd_str rest = list->items[i].kind == BD_STRING ? list->items[i].text : BD_STR(""), name;
        bd_str_cut(&rest, '@', &name);
        if (bd_str_ieq(name, repository)) {
            *branch = rest;
            return true;
        }
    }
    return false;
}

static bd_str name_at(const deployment *of, const bd_value *names, size_t index) {
    const bd_value *one = &names->items[index];
    return one->kind == BD_STRING ? bd_str_lower(of->in->arena, one->text) : BD_STR("");
}

/* ---- the change (5.4 b) ---- */

static void find_pull(deployment *of) {
    const part_list *pulls = bd_map_find(of->in->pulls, of->sha);
    for (size_t i = 0; pulls != NULL && i < pulls->count; i++) {
        const bd_value *pull = pulls->data[i]->kept;
        bd_instant at = time_of(pull);
        /* several lists may tell of it; the one that says who merged it says more */
        bool is_better = of->pull == NULL || member_text(of->pull, "merger").size == 0;
        if (at != BD_INSTANT_NONE && at <= of->at && is_better) {
            of->pull = pull;
            of->merged = at;
        }
    }
}

static void judge_no_pull(deployment *of) {
    const bd_value *commit = bd_map_find(of->in->commits, of->sha);
    bd_instant made = commit != NULL ? time_of(commit) : BD_INSTANT_NONE;
    if (made != BD_INSTANT_NONE && made <= of->at &&
        is_described(of->in, "S73", made, of->at)) {
        SETTLE(of, NO, "no merged pull request holds its commit");
        return;
    }
    SETTLE(of, UNKNOWN,
           "no merged pull request of its commit is on file, and the lists of pull "
           "requests do not reach from the commit to the deployment");
}

/* He wrote the deployed commit or the last one of its pull request, whoever opened that; a merge holds nothing of its
 * own, and who put a commit onto the branch is shown as its committer there. */
static bool is_by(const deployment *of, bd_str sha, bool is_head, bd_str person) {
    const bd_value *commit = bd_map_find(of->in->commits, sha);
    bd_str parents = commit != NULL ? member_text(commit, "parents") : BD_STR("");
    return commit != NULL && bd_str_find(parents, BD_STR(" ")) < 0 &&
           (bd_str_eq(member_text(commit, "by"), person) ||
            (is_head && bd_str_eq(member_text(commit, "committer"), person)));
}

/* The last word of a reviewer before the merge counts, and on the last commit only. */
static bool is_approval(const deployment *of, const bd_value *review) {
    bd_str by = member_text(review, "by");
    return by.size > 0 && bd_str_eqz(member_text(review, "state"), "approved") &&
           bd_str_eq(member_text(review, "sha"), member_text(of->pull, "head")) &&
           bd_str_eqz(member_text(review, "type"), "User") &&
           !bd_str_eq(by, member_text(of->pull, "by"));
}

/* Who approved it and is not its author; `*own`: who did, and wrote a part of it. */
static bool is_approved_by_other(const deployment *of, bd_str *own) {
    const part_list *reviews = bd_map_find(of->in->reviews, member_text(of->pull, "pull"));
    const bd_value *last = NULL;
    for (size_t i = 0; reviews != NULL && i <= reviews->count; i++) {
        const bd_value *one = i < reviews->count ? reviews->data[i]->kept : NULL;
        bool is_next = one == NULL || last == NULL ||
                       !bd_str_eq(member_text(one, "by"), member_text(last, "by"));
        if (is_next && last != NULL && is_approval(of, last)) {
            bd_str by = member_text(last, "by");
            if (!is_by(of, of->sha, false, by) &&
                !is_by(of, member_text(of->pull, "head"), true, by)) {
                return true;
            }
            *own = by;
        }
        last = is_next ? NULL : last;
        bd_instant at = one != NULL ? time_of(one) : BD_INSTANT_NONE;
        bool is_word = one != NULL && (bd_str_eqz(member_text(one, "state"), "approved") ||
                                       bd_str_eqz(member_text(one, "state"), "changes_requested") ||
                                       bd_str_eqz(member_text(one, "state"), "dismissed"));
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
static answer holds_branch(const deployment *of, const bd_value *list, bd_str branch) {
    bd_str normal = BD_STR(""), head = BD_STR("refs/heads/");
    bool is_known =
        lists_repository(of->in->join, "repositories", of->in->repository, &normal) ||
        lists_repository(of->in->join, "infrastructure_repositories", of->in->repository, &normal);
    answer found = list != NULL && list->kind == BD_ARRAY ? NO : UNKNOWN;
    for (size_t i = 0; found != YES && list != NULL && list->kind == BD_ARRAY && i < list->count;
         i++) {
        bd_str one = list->items[i].kind == BD_STRING ? list->items[i].text : BD_STR("*");
        answer own = UNKNOWN;
        if (bd_str_eqz(one, "~DEFAULT_BRANCH")) {
            own = !is_known || normal.size == 0 ? UNKNOWN : bd_str_eq(normal, branch) ? YES : NO;
        } else if (bd_str_eqz(one, "~ALL")) {
            own = YES;
        } else if (bd_str_has_prefix(one, head) && bd_str_find(one, BD_STR("*")) < 0 &&
                   bd_str_find(one, BD_STR("?")) < 0 && bd_str_find(one, BD_STR("[")) < 0) {
            own = bd_str_eq(bd_str_sub(one, head.size, one.size), branch) ? YES : NO;
        }
        found = answer_or(found, own);
    }
    return found;
}

static answer is_of_branch(const deployment *of, const bd_value *rules, bd_str branch) {
    bd_str own = member_text(rules, "branch");
    if (own.size > 0) {
        bool is_coded = bd_str_find(own, BD_STR("%")) >= 0;
        return bd_str_eq(own, branch) ? YES : is_coded ? UNKNOWN : NO;
    }
    answer in = holds_branch(of, member(rules, "include"), branch);
    answer out = holds_branch(of, member(rules, "exclude"), branch);
    if (member_text(rules, "owner").size > 0) { /* in which repositories is not worked out */
        in = answer_and(in, UNKNOWN);
    }
    return answer_and(in, out == YES ? NO : out == NO ? YES : UNKNOWN);
}

/* False: it is settled, by a check that is not green. */
static bool judge_required_one(deployment *of, bd_str name, bool is_sure) {
    bd_str head = member_text(of->pull, "head");
    run_state run = run_of(of->in, head, name, INT64_MIN, of->merged);
    if (run == RUN_GREEN) {
        return true;
    }
    if (!is_sure) {
        settle(of, UNKNOWN, "merged without success of a check that its branch may require: ",
               name);
    } else if (run == RUN_MIXED) {
        settle(of, UNKNOWN, "several runs of the required check ended differently: ", name);
    } else if (run == RUN_OTHER) {
        settle(of, NO, "merged without success of the required check ", name);
    } else {
        settle(of, is_missing_shown(of->in, head, name, of->merged) ? NO : UNKNOWN,
               "no run before the merge is on file of the required check ", name);
    }
    return false;
}

static void judge_required(deployment *of) {
    bd_instant when = rules_time(of);
    size_t required = 0;
    SETTLE(of, UNKNOWN, "which checks its branch required at the merge is not on file");
    for (size_t i = 0; i < of->in->rules.count && when != BD_INSTANT_NONE; i++) {
        const bd_value *rules = of->in->rules.data[i]->kept;
        const bd_value *names = member(rules, "names");
        answer is_its = is_of_branch(of, rules, member_text(of->pull, "base"));
        if (names == NULL || of->in->rules.data[i]->at != when || is_its == NO) {
            continue;
        }
        for (size_t j = 0; j < names->count; j++) {
            if (!judge_required_one(of, names->items[j].text, is_its == YES)) {
                return;
            }
            required += is_its == YES;
        }
    }
    if (required > 0) {
        SETTLE(of, YES, "");
    }
}

static void judge_change(deployment *of) {
    bd_str own = BD_STR("");
    if (of->pull == NULL) {
        judge_no_pull(of);
    } else if (member_text(of->pull, "head").size == 0 || member_text(of->pull, "by").size == 0) {
        SETTLE(of, UNKNOWN, "its pull request does not show its author or its last commit");
    } else if (is_approved_by_other(of, &own)) {
        judge_required(of);
    } else if (own.size > 0) {
        settle(of, UNKNOWN, "approved only by somebody who wrote a commit of it: ", own);
    } else if (is_described(of->in, "S73r", of->merged, of->merged)) {
        SETTLE(of, NO, "nobody but its author approved the last commit before the merge");
    } else {
        SETTLE(of, UNKNOWN, "the reviews of its pull request were not read");
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
        bd_str rest = commit != NULL ? member_text(commit, "parents") : BD_STR("");
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
        if (success_of(of->in, member_text(other, "id"), &is_told) != BD_INSTANT_NONE) {
            return member_text(other, "sha");
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
    bool is_merge = bd_str_find(member_text(commit, "parents"), BD_STR(" ")) >= 0 &&
                    bd_str_eqz(member_text(commit, "committer"), "web-flow");
    for (size_t i = 0; is_merge && pulls != NULL && i < pulls->count; i++) {
        if (bd_str_eq(member_text(pulls->data[i]->kept, "sha"), sha)) {
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
    bd_str author = member_text(commit, "by"), committer = member_text(commit, "committer");
    if (bd_str_eq(author, releaser)) {
        sum->own++;
    } else if (author.size == 0 || committer.size == 0 || !is_set(commit, "all")) {
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
        settle(of, NO, "written and merged by one person: ", releaser);
    } else if (sum.own > 0) {
        settle(of, UNKNOWN,
               "who else released it than one of its authors, who merged it, is not shown: ",
               releaser);
    } else if (sum.unknown > 0) {
        SETTLE(of, UNKNOWN, "a commit that it shipped does not show all its authors as accounts");
    } else if (sum.carried > 0) {
        settle(of, UNKNOWN,
               "who merged it also put a commit there, and whether as it was written is not "
               "shown: ",
               releaser);
    } else {
        SETTLE(of, YES, "");
    }
}

static void judge_shipped(deployment *of, bd_str releaser) {
    bd_str before = live_before(of);
    if (before.size == 0) {
        SETTLE(of, UNKNOWN,
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
        SETTLE(of, UNKNOWN, "not all commits that it shipped are on file");
    }
    remember_shipped(of, &shipped);
}

static void judge_duties(deployment *of) {
    bd_str type = member_text(of->record, "type");
    if (bd_str_eqz(type, "User")) {
        settle(of, NO, "deployed by a person: ", member_text(of->record, "by"));
        return;
    }
    if (!bd_str_eqz(type, "Bot")) {
        SETTLE(of, UNKNOWN, "the record does not show who deployed it");
        return;
    }
    bd_str releaser = of->pull != NULL ? member_text(of->pull, "merger") : BD_STR("");
    if (releaser.size == 0 || !bd_str_eqz(member_text(of->pull, "merger_type"), "User")) {
        SETTLE(of, UNKNOWN,
               of->pull == NULL ? "no merged pull request of its commit is on file"
                                : "its pull request does not show the person who merged it");
        return;
    }
    judge_shipped(of, releaser);
}

/* ---- scans (8.3 c) ---- */

/* The runs on the commit, else those on the last one of its pull request. */
static run_state scan_of(const deployment *of, bd_str name) {
    run_state run = run_of(of->in, of->sha, name, INT64_MIN, of->at);
    bd_str head = of->pull != NULL ? member_text(of->pull, "head") : BD_STR("");
    return run == RUN_NONE ? run_of(of->in, head, name, INT64_MIN, of->at) : run;
}

static void settle_no_scan(deployment *of, const bd_value *names, const char *kind) {
    bd_str head = of->pull != NULL ? member_text(of->pull, "head") : BD_STR("");
    bool is_listed = names != NULL && names->kind == BD_ARRAY && names->count > 0;
    bool is_missing = is_listed;
    for (size_t i = 0; is_missing && i < names->count; i++) {
        bd_str name = name_at(of, names, i);
        is_missing = is_missing_shown(of->in, of->sha, name, of->at) &&
                     is_missing_shown(of->in, head, name, of->at);
    }
    bd_str detail = bd_str_format(of->in->arena, "%s%s", kind,
                                  is_listed ? "" : " (bindery.json names none)");
    settle(of, is_missing ? NO : UNKNOWN,
           "no run before the deployment is on file of a scanner: ", detail);
}

/* One of the scanners of this kind ended well, and none of them otherwise. */
static bool judge_scanner(deployment *of, const bd_value *names, const char *kind) {
    size_t green = 0;
    bd_str mixed = BD_STR("");
    for (size_t i = 0; names != NULL && names->kind == BD_ARRAY && i < names->count; i++) {
        bd_str name = name_at(of, names, i);
        run_state run = scan_of(of, name);
        if (run == RUN_OTHER) {
            settle(of, NO, "deployed without success of the scan ", name);
            return false;
        }
        green += run == RUN_GREEN;
        mixed = run == RUN_MIXED ? name : mixed;
    }
    if (mixed.size > 0) {
        settle(of, UNKNOWN, "several runs of the scan ended differently: ", mixed);
    } else if (green == 0) {
        settle_no_scan(of, names, kind);
    }
    return green > 0 && mixed.size == 0;
}

static void judge_scans(deployment *of) {
    const bd_value *names = fact_value(of->in->join, "scanner_checks");
    SETTLE(of, YES, "");
    bd_str branch;
    if (lists_repository(of->in->join, "infrastructure_repositories", of->in->repository,
                         &branch)) {
        (void)judge_scanner(of, member(names, "infrastructure"), "infrastructure");
    } else if (judge_scanner(of, member(names, "static"), "static")) {
        (void)judge_scanner(of, member(names, "dependency"), "dependency");
    }
}

/* ---- staging (8.6 a) ---- */

static const bd_value *staging_of(const bd_join *join, bd_str gate) {
    const bd_value *map = fact_value(join, "environment_map");
    for (size_t i = 0; map != NULL && map->kind == BD_OBJECT && i < map->count; i++) {
        if (bd_str_ieq(map->keys[i], gate)) {
            return &map->items[i];
        }
    }
    return NULL;
}

/* When the same commit first succeeded in staging; `*is_unclear`: a run whose outcome is not on file, or no run to
 * staging is there at all, so that the list may have been asked for production alone. */
static bd_instant staged_at(const deployment *of, bd_str name, bool *is_unclear) {
    const gate_runs *staging = runs_to(of->in, name);
    const part_list *runs = staging != NULL ? bd_map_find(staging->by_commit, of->sha) : NULL;
    bd_instant first = BD_INSTANT_NONE;
    *is_unclear = staging == NULL;
    for (size_t i = 0; runs != NULL && i < runs->count; i++) {
        bool is_told;
        bd_instant at = success_of(of->in, member_text(runs->data[i]->kept, "id"), &is_told);
        *is_unclear = *is_unclear || !is_told;
        first = at != BD_INSTANT_NONE && (first == BD_INSTANT_NONE || at < first) ? at : first;
    }
    return first;
}

static void judge_tests(deployment *of, const bd_value *tests, bd_instant staged) {
    bool is_listed = tests != NULL && tests->kind == BD_ARRAY && tests->count > 0;
    SETTLE(of, is_listed ? YES : UNKNOWN,
           is_listed ? "" : "the fact environment_map names no tests of staging");
    for (size_t i = 0; is_listed && i < tests->count; i++) {
        bd_str name = name_at(of, tests, i);
        run_state run = run_of(of->in, of->sha, name, staged, of->at);
        if (run == RUN_GREEN) {
            continue;
        }
        bool is_shown = run == RUN_OTHER || (run == RUN_NONE && is_missing_shown(of->in, of->sha,
                                                                                 name, of->at));
        settle(of, is_shown ? NO : UNKNOWN,
               run == RUN_MIXED
                   ? "between staging and production several runs of a test ended differently: "
                   : "between staging and production there is no success of the test ",
               name);
        return;
    }
}

static void judge_staging(deployment *of) {
    const bd_value *map = staging_of(of->in->join, of->gate);
    bd_str name = bd_str_lower(of->in->arena, member_text(map, "staging"));
    bool is_unclear = false;
    if (name.size == 0) {
        SETTLE(of, UNKNOWN, "the fact environment_map does not name the staging of its gate");
        return;
    }
    bd_instant staged = staged_at(of, name, &is_unclear);
    if (staged != BD_INSTANT_NONE && staged <= of->at) {
        judge_tests(of, member(map, "tests"), staged);
    } else if (is_unclear || !of->is_list_whole) {
        SETTLE(of, UNKNOWN, "the runs in staging, or the outcome of this one, are not on file");
    } else {
        /* the list of deployments has no filter by time: the one that shows this shows the earlier ones */
        SETTLE(of, NO, "no success of the same commit in staging came before");
    }
}

/* ---- telling ---- */

static void emit_told(const lists *in, bd_str gate, const char *kind, bd_str id, bd_instant at,
                      const deployment *of, const char *problem) {
    builder build = {.arena = in->arena};
    put_text(&build, "gate", gate);
    put_text(&build, "kind", bd_str_of(kind));
    put_text(&build, "sha", of != NULL ? of->sha : BD_STR(""));
    put_text(&build, "at", bd_instant_format(in->arena, at));
    put_answer(&build, "holds", of != NULL ? of->holds : UNKNOWN);
    put_text(&build, "why", of != NULL ? of->why : BD_STR(""));
    put_text(&build, "problem", of != NULL ? of->why : bd_str_of(problem));
    bd_str key = bd_str_format(in->arena, "%.*s#%.*s", BD_ARG(gate), BD_ARG(id));
    in->emit(in->context, BD_STR("deployment"), key, gate, at, build_object(&build));
}

static const bd_join_input *own_list(const lists *in) {
    for (size_t i = 0; i < in->join->input_count; i++) {
        const bd_join_input *input = &in->join->inputs[i];
        if (bd_str_eqz(input->source, "S73d") && input->from == in->join->at &&
            input->list == in->join->list) {
            return input;
        }
    }
    return NULL;
}

static bool is_shown_in(const gate_runs *runs, uint32_t list) {
    for (size_t i = 0; i < runs->lists.count; i++) {
        if (runs->lists.data[i] == list) {
            return true;
        }
    }
    return false;
}

/* A whole list shows the gate, and describes this moment. */
static bool is_told_at(const lists *in, const gate_runs *runs, bd_instant at) {
    for (size_t i = 0; i < in->join->input_count; i++) {
        const bd_join_input *input = &in->join->inputs[i];
        if (bd_str_eqz(input->source, "S73d") && input->is_whole && input->from <= at &&
            input->to > at && is_shown_in(runs, input->list)) {
            return true;
        }
    }
    return false;
}

/* The gate was looked at in each month that the list describes; where no whole list describes it, nobody looked. */
static void tell_days(const lists *in, bd_str gate, const gate_runs *runs, bd_instant to) {
    static const char *const problem =
        "no whole list of deployments that shows this gate describes it";
    const bd_zone *zone = in->join->zone;
    bd_instant at = in->join->at;
    for (int i = 0; i < MOST_MONTHS && at < to; i++) {
        bd_date date = bd_date_of_day(bd_zone_day(zone, at));
        bool is_read = is_told_at(in, runs, at);
        emit_told(in, gate, is_read ? "read" : "deployment",
                  bd_str_format(in->arena, "read-%d", i), at, NULL, is_read ? "" : problem);
        at = bd_zone_day_start(zone, bd_day_of_date(date.month == 12 ? date.year + 1 : date.year,
                                                    date.month == 12 ? 1 : date.month + 1, 1));
    }
    if (!is_told_at(in, runs, in->join->at - 1)) {
        emit_told(in, gate, "deployment", BD_STR("before"), in->join->at - 1, NULL, problem);
    }
    if (!is_told_at(in, runs, to)) {
        emit_told(in, gate, "deployment", BD_STR("after"), to, NULL, problem);
    }
}

typedef void judge_fn(deployment *of);

static void tell_deployment(deployment *of, judge_fn *judge) {
    const lists *in = of->in;
    bool is_told;
    if (has_only_failed(in, of->id)) {
        return;
    }
    bd_instant done = success_of(in, of->id, &is_told);
    if (of->at == BD_INSTANT_NONE || of->sha.size == 0) {
        SETTLE(of, UNKNOWN, "the record of the deployment shows no time or no commit");
        of->at = of->at == BD_INSTANT_NONE ? in->join->at : of->at;
    } else if (done == BD_INSTANT_NONE) {
        SETTLE(of, UNKNOWN, "whether the deployment succeeded is not on file");
    } else {
        find_pull(of);
        judge(of);
    }
    emit_told(in, of->gate, "deployment", of->id, of->at, of, "");
}

static void tell_gate(const lists *in, bd_str gate, judge_fn *judge) {
    const gate_runs *runs = runs_to(in, bd_str_sub(gate, in->repository.size + 1, gate.size));
    const bd_join_input *own = own_list(in);
    if (runs == NULL || own == NULL || !is_shown_in(runs, in->join->list)) {
        return; /* of which no list tells, the judgement of the gates tells */
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("history", COMMITS_BYTES);
    history past = {.arena = arena, .sha = {"", 0}};
    for (size_t i = 0; i < runs->deployments.count; i++) {
        const bd_part *part = runs->deployments.data[i];
        bd_instant at = time_of(part->kept);
        /* what came before the days of the list belongs to another, or to no day that is judged */
        bool is_in = at == BD_INSTANT_NONE || (at >= own->from && at < own->to);
        if (part->list != in->join->list || !is_in) {
            continue;
        }
        deployment of = {.in = in,
                         .runs = runs,
                         .past = &past,
                         .gate = gate,
                         .id = member_text(part->kept, "id"),
                         .sha = member_text(part->kept, "sha"),
                         .at = at,
                         .record = part->kept,
                         .merged = BD_INSTANT_NONE,
                         .is_list_whole = own->is_whole,
                         .why = {"", 0}};
        tell_deployment(&of, judge);
    }
    tell_days(in, gate, runs, own->to);
}

static void tell_gates(const lists *in, judge_fn *judge) {
    const bd_value *gates = fact_value(in->join, "production_gates");
    for (size_t i = 0; gates != NULL && gates->kind == BD_ARRAY && i < gates->count; i++) {
        bd_str gate = gates->items[i].kind == BD_STRING
                          ? bd_str_lower(in->arena, gates->items[i].text)
                          : BD_STR("");
        bool is_its = bd_str_has_prefix(gate, in->repository) &&
                      gate.size > in->repository.size + 1 && gate.data[in->repository.size] == '/';
        if (is_its) {
            tell_gate(in, gate, judge);
        }
    }
}

#define REDUCE_DEPLOYMENTS(name, judge)                                                            \
    REDUCE(name) {                                                                                 \
        lists in = {.join = join,                                                                  \
                    .repository = group,                                                           \
                    .arena = arena,                                                                \
                    .emit = emit,                                                                  \
                    .context = context};                                                           \
        if (group.size > 0) {                                                                      \
            index_lists(&in, parts, count);                                                        \
            tell_gates(&in, judge);                                                                \
        }                                                                                          \
    }
REDUCE_DEPLOYMENTS(deployment_changes, judge_change)
REDUCE_DEPLOYMENTS(deployment_duties, judge_duties)
REDUCE_DEPLOYMENTS(deployment_scans, judge_scans)
REDUCE_DEPLOYMENTS(deployment_staging, judge_staging)
