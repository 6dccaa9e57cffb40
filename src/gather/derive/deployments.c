/* What stands behind each deployment to production: its change, its authors, its scans, its run in staging.
 *
 * GitHub tells of a deployment in several lists; they are joined by repository and commit.  What is found in a list
 * speaks for the deployment; that something is not found speaks against it only where the list shows that it was read.
 * A gate is "owner/repository/environment".  Beside its deployments, a gate is told of for each month that lists of
 * deployments describe, and where no list follows on another: a day that nobody read is no day without deployments. */
#include "bindery/derive.h"

#include "people.h"

#define NEAR_RULES                                                                                 \
    (40 * 24 * BD_HOUR) /* how far from a merge the rules of a branch still tell of it */
#define MOST_MONTHS 15
#define COMMITS_BYTES ((size_t)512 << 20)

/* ---- collect ---- */

/* "owner/name", lower case, of an address of the REST interface; "" when it is none. */
static bd_str repository_of(bd_arena *arena, bd_str url) {
    bd_str mark = BD_STR("/repos/"), owner, name;
    ptrdiff_t at = bd_str_find(url, mark);
    bd_str rest = at < 0 ? BD_STR("") : bd_str_sub(url, (size_t)at + mark.size, url.size);
    bd_str_cut(&rest, '/', &owner);
    bd_str_cut(&rest, '/', &name);
    return owner.size == 0 || name.size == 0
               ? BD_STR("")
               : bd_str_lower(arena,
                              bd_str_format(arena, "%.*s/%.*s", BD_ARG(owner), BD_ARG(name)));
}

static bd_str number_text(const bd_value *record, const char *key) {
    const bd_value *found = member(record, key);
    return found != NULL && (found->kind == BD_NUMBER || found->kind == BD_STRING) ? found->text
                                                                                   : BD_STR("");
}

static void put_person(builder *build, const bd_value *record, const char *key, const char *name,
                       const char *type) {
    const bd_value *person = member(record, key);
    put_text(build, name, bd_str_lower(build->arena, member_text(person, "login")));
    put_text(build, type, member_text(person, "type"));
}

static bd_str put_deployment(builder *build, const bd_value *record) {
    put_text(build, "id", number_text(record, "id"));
    put_text(build, "sha", bd_str_lower(build->arena, member_text(record, "sha")));
    put_text(build, "env", bd_str_lower(build->arena, member_text(record, "environment")));
    put_text(build, "at", member_text(record, "created_at"));
    put_person(build, record, "creator", "by", "type");
    return member_text(record, "statuses_url");
}

static bd_str put_status(builder *build, const bd_value *record) {
    put_text(build, "id", tail_of(build->arena, member_text(record, "deployment_url")));
    put_text(build, "state", bd_str_lower(build->arena, member_text(record, "state")));
    put_text(build, "at", member_text(record, "created_at"));
    return member_text(record, "deployment_url");
}

static bd_str put_pull(builder *build, const bd_value *record) {
    put_text(build, "pull", bd_str_lower(build->arena, member_text(record, "url")));
    put_text(build, "head", bd_str_lower(build->arena, member_text(member(record, "head"), "sha")));
    put_text(build, "sha", bd_str_lower(build->arena, member_text(record, "merge_commit_sha")));
    put_text(build, "base", member_text(member(record, "base"), "ref"));
    put_text(build, "at", member_text(record, "merged_at"));
    put_person(build, record, "user", "by", "type");
    put_person(build, record, "merged_by", "merger", "merger_type");
    return member_text(record, "merged_at").size > 0 ? member_text(record, "url") : BD_STR("");
}

static bd_str put_review(builder *build, const bd_value *record) {
    put_text(build, "pull", bd_str_lower(build->arena, member_text(record, "pull_request_url")));
    put_text(build, "sha", bd_str_lower(build->arena, member_text(record, "commit_id")));
    put_text(build, "state", bd_str_lower(build->arena, member_text(record, "state")));
    put_text(build, "at", member_text(record, "submitted_at"));
    put_person(build, record, "user", "by", "type");
    return member_text(record, "pull_request_url");
}

static bd_str put_check(builder *build, const bd_value *record) {
    put_text(build, "sha", bd_str_lower(build->arena, member_text(record, "head_sha")));
    put_text(build, "name", bd_str_lower(build->arena, member_text(record, "name")));
    put_text(build, "state", bd_str_lower(build->arena, member_text(record, "conclusion")));
    put_text(build, "at", member_text(record, "completed_at"));
    return member_text(record, "url");
}

/* Who is named in the message only, by an address, is somebody whose account is not known. */
static bd_str put_commit(builder *build, const bd_value *record) {
    bd_arena *arena = build->arena;
    const bd_value *commit = member(record, "commit"), *parents = member(record, "parents");
    const bd_value *message = member(commit, "message");
    bd_str words = message != NULL && message->kind == BD_STRING
                       ? bd_str_lower(arena, message->text)
                       : BD_STR("");
    bd_str list = BD_STR("");
    for (size_t i = 0; parents != NULL && parents->kind == BD_ARRAY && i < parents->count; i++) {
        bd_str one = bd_str_lower(arena, member_text(&parents->items[i], "sha"));
        list = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(list), i > 0 ? " " : "", BD_ARG(one));
    }
    put_text(build, "sha", bd_str_lower(arena, member_text(record, "sha")));
    put_text(build, "parents", list);
    put_text(build, "at", member_text(member(commit, "committer"), "date"));
    put_person(build, record, "author", "by", "type");
    put_person(build, record, "committer", "committer", "committer_type");
    bool is_told = message != NULL && bd_str_find(words, BD_STR("co-authored-by:")) < 0;
    put_value(build, "all", bd_value_bool(arena, is_told));
    return member_text(record, "url");
}

static const bd_value *names_of(builder *build, const bd_value *list, const char *key) {
    const bd_value **items = bd_new(build->arena, const bd_value *, list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        bd_str name = list->items[i].kind == BD_STRING ? list->items[i].text
                                                       : member_text(&list->items[i], key);
        if (name.size > 0) {
            items[count++] = bd_value_string(build->arena, bd_str_lower(build->arena, name));
        }
    }
    return bd_value_array(build->arena, count, items);
}

/* The checks that one rule page requires, and on which branch; "" of a page that requires nothing says that too. */
static bd_str put_rules(builder *build, const bd_value *record) {
    const bd_value *required = member(record, "required_status_checks");
    const bd_value *rules = member(record, "rules"), *list = NULL;
    bd_str url = member_text(record, "url"), branch = BD_STR("");
    if (rules != NULL && rules->kind == BD_ARRAY) {
        if (!bd_str_eqz(member_text(record, "enforcement"), "active")) {
            return BD_STR("");
        }
        for (size_t i = 0; i < rules->count; i++) {
            const bd_value *with = member(&rules->items[i], "parameters");
            bool is_it =
                bd_str_eqz(member_text(&rules->items[i], "type"), "required_status_checks");
            list = is_it ? member(with, "required_status_checks") : list;
        }
        url = bd_str_format(build->arena, "/repos/%.*s/", BD_ARG(member_text(record, "source")));
    } else {
        ptrdiff_t from = bd_str_find(url, BD_STR("/branches/"));
        branch = from < 0 ? branch : bd_str_sub(url, (size_t)from + 10, url.size);
        ptrdiff_t end = bd_str_find(branch, BD_STR("/protection"));
        branch = end < 0 ? BD_STR("") : bd_str_sub(branch, 0, (size_t)end);
        if (branch.size == 0) {
            return BD_STR("");
        }
        list = member(required, "checks");
        bool is_list = list != NULL && list->kind == BD_ARRAY && list->count > 0;
        list = is_list ? list : member(required, "contexts");
    }
    put_text(build, "base", branch);
    if (list != NULL && list->kind == BD_ARRAY) {
        put_value(build, "names", names_of(build, list, "context"));
    }
    return url;
}

void collect_deployments(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                         void *context) {
    static const struct {
        const char *source;
        bd_str (*put)(builder *build, const bd_value *record);
    } kinds[] = {{"S73d", put_deployment}, {"S73t", put_status}, {"S73", put_pull},
                 {"S73r", put_review},     {"S73k", put_check},  {"S73c", put_commit},
                 {"S71", put_rules}};
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        if (is_source(record, kinds[i].source)) {
            builder build = {.arena = arena};
            bd_str repository = repository_of(arena, kinds[i].put(&build, record->value));
            if (repository.size > 0) {
                keep(context, repository, build_object(&build));
            }
        }
    }
}

/* ---- what was read ---- */

typedef BD_VEC(const bd_value *) kept_list;

/* Where a deployment stands, by all its statuses. */
typedef struct {
    bd_instant success; /* the first; BD_INSTANT_NONE: none */
    bool has_failed;
} outcome;

typedef struct {
    const bd_join *join;
    bd_str repository;
    const bd_part *parts;
    size_t count;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
    bd_map *outcomes;  /* id of a deployment -> outcome */
    bd_map *runs;      /* commit -> kept_list of its check runs */
    bd_map *commits;   /* commit -> what is kept of it */
    bd_map *runs_read; /* commits whose runs stand in a whole snapshot */
} lists;

/* One deployment to a gate, and what was found out about it. */
typedef struct {
    const lists *in;
    bd_str gate, id, sha;
    bd_instant at;
    const bd_value *record;
    const bd_value *pull; /* that merged its commit; NULL: none is on file */
    bd_instant merged;
    answer holds;
    bd_str why;
} deployment;

static bd_instant time_of(const bd_value *kept) {
    bd_instant at;
    return bd_instant_parse(member_text(kept, "at"), &at) ? at : BD_INSTANT_NONE;
}

static const bd_value *kept_at(const lists *in, const char *source, size_t index) {
    return is_part_of(&in->parts[index], source) ? in->parts[index].kept : NULL;
}

/* Whole extracts of a list describe all of [from, to]. */
static bool is_described(const lists *in, const char *source, bd_instant from, bd_instant to) {
    bd_instant reached = from;
    bool has_moved = true;
    while (has_moved && reached <= to) {
        has_moved = false;
        for (size_t i = 0; i < in->join->input_count; i++) {
            const bd_join_input *input = &in->join->inputs[i];
            if (bd_str_eqz(input->source, source) && input->is_whole && input->from <= reached &&
                input->to > reached) {
                reached = input->to;
                has_moved = true;
            }
        }
    }
    return reached > to;
}

static void settle(deployment *of, answer holds, const char *words, bd_str detail) {
    of->holds = holds;
    of->why = bd_str_format(of->in->arena, "%s%.*s", words, BD_ARG(detail));
}
#define SETTLE(of, holds, words) settle((of), (holds), (words), BD_STR(""))

/* ---- did it happen ---- */

/* When a deployment first succeeded; `*is_told`: some status of it is on file. */
static bd_instant success_of(const lists *in, bd_str id, bool *is_told) {
    const outcome *found = bd_map_find(in->outcomes, id);
    *is_told = found != NULL;
    return found != NULL ? found->success : BD_INSTANT_NONE;
}

/* One of which only failures are told changed nothing that is known. */
static bool has_only_failed(const lists *in, bd_str id) {
    const outcome *found = bd_map_find(in->outcomes, id);
    return found != NULL && found->has_failed && found->success == BD_INSTANT_NONE;
}

/* ---- checks of a commit ---- */

typedef enum { RUN_NONE, RUN_GREEN, RUN_OTHER } run_state;

/* The last run of this name on this commit that ended by `until`. */
static run_state run_of(const lists *in, bd_str sha, bd_str name, bd_instant since,
                        bd_instant until) {
    const kept_list *runs = bd_map_find(in->runs, sha);
    run_state found = RUN_NONE;
    bd_instant last = BD_INSTANT_NONE;
    for (size_t i = 0; runs != NULL && i < runs->count; i++) {
        const bd_value *one = runs->data[i];
        bd_instant at = time_of(one);
        bool is_in = at != BD_INSTANT_NONE && at >= since && at <= until &&
                     bd_str_eq(member_text(one, "name"), name);
        bool is_green = bd_str_eqz(member_text(one, "state"), "success");
        if (is_in && (found == RUN_NONE || at > last || (at == last && !is_green))) {
            found = is_green ? RUN_GREEN : RUN_OTHER;
            last = at;
        }
    }
    return found;
}

/* All runs of a commit were asked for in one answer; that it is whole, its snapshots show. */
static bool are_runs_read(const lists *in, bd_str sha) {
    return bd_map_find(in->runs_read, sha) != NULL;
}

/* ---- the change (5.4 b) ---- */

static void find_pull(deployment *of) {
    const lists *in = of->in;
    for (size_t i = 0; i < in->count; i++) {
        const bd_value *pull = kept_at(in, "S73", i);
        bd_instant at = pull != NULL ? time_of(pull) : BD_INSTANT_NONE;
        bool is_its = pull != NULL && (bd_str_eq(member_text(pull, "sha"), of->sha) ||
                                       bd_str_eq(member_text(pull, "head"), of->sha));
        /* several lists may tell of it; the one that says who merged it says more */
        bool is_better = of->pull == NULL || member_text(of->pull, "merger").size == 0;
        if (is_its && at != BD_INSTANT_NONE && at <= of->at && is_better) {
            of->pull = pull;
            of->merged = at;
        }
    }
}

static void judge_no_pull(deployment *of) {
    const bd_value *commit = bd_map_find(of->in->commits, of->sha);
    bd_instant made = commit != NULL ? time_of(commit) : BD_INSTANT_NONE;
    if (made != BD_INSTANT_NONE && is_described(of->in, "S73", made, of->at)) {
        SETTLE(of, NO, "no merged pull request holds its commit");
        return;
    }
    SETTLE(of, UNKNOWN,
           "no merged pull request of its commit is on file, and the lists of pull "
           "requests do not reach from the commit to the deployment");
}

static bool is_approved_by_other(const deployment *of) {
    bd_str author = member_text(of->pull, "by");
    for (size_t i = 0; i < of->in->count && author.size > 0; i++) {
        const bd_value *review = kept_at(of->in, "S73r", i);
        bd_instant at = review != NULL ? time_of(review) : BD_INSTANT_NONE;
        bd_str by = review != NULL ? member_text(review, "by") : BD_STR("");
        bool is_last = by.size > 0 && member_text(of->pull, "head").size > 0 &&
                       bd_str_eq(member_text(review, "pull"), member_text(of->pull, "pull")) &&
                       bd_str_eq(member_text(review, "sha"), member_text(of->pull, "head"));
        if (is_last && bd_str_eqz(member_text(review, "state"), "approved") &&
            bd_str_eqz(member_text(review, "type"), "User") && !bd_str_eq(by, author) &&
            at != BD_INSTANT_NONE && at <= of->merged) {
            return true;
        }
    }
    return false;
}

/* The rules of the branch as they were read nearest to the merge; none: BD_INSTANT_NONE. */
static bd_instant rules_time(const deployment *of) {
    bd_instant best = BD_INSTANT_NONE, least = NEAR_RULES;
    for (size_t i = 0; i < of->in->count; i++) {
        const bd_value *rules = kept_at(of->in, "S71", i);
        bd_instant at = of->in->parts[i].at;
        bd_instant away = at > of->merged ? at - of->merged : of->merged - at;
        if (rules != NULL && away <= least) {
            best = at;
            least = away;
        }
    }
    return best;
}

static void judge_required(deployment *of) {
    bd_instant when = rules_time(of);
    bd_str head = member_text(of->pull, "head"), base = member_text(of->pull, "base");
    size_t required = 0;
    SETTLE(of, UNKNOWN, "which checks its branch required at the merge is not on file");
    for (size_t i = 0; i < of->in->count && when != BD_INSTANT_NONE; i++) {
        const bd_value *rules = kept_at(of->in, "S71", i);
        const bd_value *names = rules != NULL ? member(rules, "names") : NULL;
        bd_str branch = rules != NULL ? member_text(rules, "base") : BD_STR("");
        bool is_of_branch = branch.size == 0 || bd_str_eq(branch, base);
        if (names == NULL || of->in->parts[i].at != when || !is_of_branch) {
            continue;
        }
        for (size_t j = 0; j < names->count; j++) {
            bd_str name = names->items[j].text;
            run_state run = run_of(of->in, head, name, INT64_MIN, of->merged);
            required++;
            if (run == RUN_OTHER) {
                settle(of, NO, "merged without success of the required check ", name);
                return;
            }
            if (run == RUN_NONE) {
                settle(of, are_runs_read(of->in, head) ? NO : UNKNOWN,
                       "no run before the merge is on file of the required check ", name);
                return;
            }
        }
    }
    if (required > 0) {
        SETTLE(of, YES, "");
    }
}

static void judge_change(deployment *of) {
    if (of->pull == NULL) {
        judge_no_pull(of);
    } else if (member_text(of->pull, "head").size == 0 || member_text(of->pull, "by").size == 0) {
        SETTLE(of, UNKNOWN, "its pull request does not show its author or its last commit");
    } else if (is_approved_by_other(of)) {
        judge_required(of);
    } else if (is_described(of->in, "S73r", of->merged, of->merged)) {
        SETTLE(of, NO, "nobody but its author approved the last commit before the merge");
    } else {
        SETTLE(of, UNKNOWN, "the reviews of its pull request were not read");
    }
}

/* ---- the people (5.3 c) ---- */

/* Adds what can be reached from `sha` and is not in `but`; false: a commit on the way is not on file. */
static bool reach(const lists *in, bd_arena *arena, bd_str sha, bd_map *but, bd_map *seen,
                  bd_strs *out) {
    bool is_all = true;
    bd_strs open = {0};
    *bd_push(arena, &open) = sha;
    while (open.count > 0) {
        bd_str one = open.data[--open.count], parent;
        if (bd_map_find(seen, one) != NULL || (but != NULL && bd_map_find(but, one) != NULL)) {
            continue;
        }
        const bd_value *commit = bd_map_find(in->commits, one);
        bd_map_put(seen, one, seen);
        *bd_push(arena, out) = one;
        is_all = is_all && commit != NULL;
        bd_str rest = commit != NULL ? member_text(commit, "parents") : BD_STR("");
        while (bd_str_cut(&rest, ' ', &parent)) {
            if (parent.size > 0) {
                *bd_push(arena, &open) = parent;
            }
        }
    }
    return is_all;
}

/* The commit that was live at the gate before; "" when none is on file. */
static bd_str live_before(const deployment *of) {
    bd_instant last = BD_INSTANT_NONE;
    bd_str sha = BD_STR("");
    bd_str environment = member_text(of->record, "env");
    for (size_t i = 0; i < of->in->count; i++) {
        const bd_value *other = kept_at(of->in, "S73d", i);
        bool is_told, is_gate = other != NULL && bd_str_eq(member_text(other, "env"), environment);
        bd_instant at = is_gate ? time_of(other) : BD_INSTANT_NONE;
        if (at == BD_INSTANT_NONE || at >= of->at || (last != BD_INSTANT_NONE && at < last) ||
            success_of(of->in, member_text(other, "id"), &is_told) == BD_INSTANT_NONE) {
            continue;
        }
        last = at;
        sha = member_text(other, "sha");
    }
    return sha;
}

typedef struct {
    size_t others, own, unknown; /* commits by others than the releaser, by him, by nobody known */
} authorship;

static bool is_merge_of_pull(const lists *in, bd_str sha, const bd_value *commit) {
    if (bd_str_find(member_text(commit, "parents"), BD_STR(" ")) < 0) {
        return false;
    }
    for (size_t i = 0; i < in->count; i++) {
        const bd_value *pull = kept_at(in, "S73", i);
        if (pull != NULL && bd_str_eq(member_text(pull, "sha"), sha)) {
            return true; /* the button made it; it holds nothing of its own */
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
    bool is_by_page =
        bd_str_eqz(committer, "web-flow"); /* GitHub itself, on behalf of the author */
    bool is_own = bd_str_eq(author, releaser) || (!is_by_page && bd_str_eq(committer, releaser));
    if (is_own) {
        sum->own++;
    } else if (author.size == 0 || committer.size == 0 || !is_set(commit, "all")) {
        sum->unknown++;
    } else {
        sum->others++;
    }
}

static void judge_shipped(deployment *of, bd_str releaser) {
    const lists *in = of->in;
    bd_str before = live_before(of);
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("commits", COMMITS_BYTES);
    bd_map *old = bd_map_make(arena);
    bd_strs past = {0}, shipped = {0};
    if (before.size == 0) {
        SETTLE(of, UNKNOWN,
               "no earlier deployment to its gate is on file: what it shipped is not "
               "known");
        return;
    }
    (void)reach(in, arena, before, NULL, old, &past);
    if (!reach(in, arena, of->sha, old, bd_map_make(arena), &shipped)) {
        SETTLE(of, UNKNOWN, "not all commits that it shipped are on file");
        return;
    }
    authorship sum = {0};
    for (size_t i = 0; i < shipped.count; i++) {
        count_author(in, shipped.data[i], releaser, &sum);
    }
    if (sum.own > 0 && sum.others + sum.unknown == 0) {
        settle(of, NO, "written and merged by one person: ", releaser);
    } else if (sum.own > 0) {
        settle(of, UNKNOWN,
               "who else released it than one of its authors, who merged it, is not shown: ",
               releaser);
    } else if (sum.unknown > 0) {
        SETTLE(of, UNKNOWN, "a commit that it shipped does not show all its authors as accounts");
    } else {
        SETTLE(of, YES, "");
    }
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

/* ---- facts ---- */

static const bd_value *fact_value(const bd_join *join, const char *name) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, name) : NULL;
    return fact != NULL ? bd_value_find(fact, "value") : NULL;
}

static bool lists_repository(const bd_join *join, const char *fact, bd_str repository) {
    const bd_value *list = fact_value(join, fact);
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        bd_str rest = list->items[i].kind == BD_STRING ? list->items[i].text : BD_STR(""), name;
        bd_str_cut(&rest, '@', &name);
        if (bd_str_ieq(name, repository)) {
            return true;
        }
    }
    return false;
}

/* ---- scans (8.3 c) ---- */

/* One of the scanners of this kind ended well, on the commit or on the last one of its pull request. */
static bool judge_scanner(deployment *of, const bd_value *names, const char *kind) {
    bd_str head = of->pull != NULL ? member_text(of->pull, "head") : BD_STR("");
    bool is_green = false;
    for (size_t i = 0; names != NULL && names->kind == BD_ARRAY && i < names->count; i++) {
        bd_str name = names->items[i].kind == BD_STRING
                          ? bd_str_lower(of->in->arena, names->items[i].text)
                          : BD_STR("");
        run_state run = run_of(of->in, of->sha, name, INT64_MIN, of->at);
        run = run == RUN_NONE ? run_of(of->in, head, name, INT64_MIN, of->at) : run;
        if (run == RUN_OTHER) {
            settle(of, NO, "deployed without success of the scan ", name);
            return false;
        }
        is_green = is_green || run == RUN_GREEN;
    }
    if (!is_green) {
        bool is_listed = names != NULL && names->kind == BD_ARRAY && names->count > 0;
        bool is_read = is_listed && are_runs_read(of->in, of->sha) && are_runs_read(of->in, head);
        bd_str detail = bd_str_format(of->in->arena, "%s%s", kind,
                                      is_listed ? "" : " (bindery.json names none)");
        settle(of, is_read ? NO : UNKNOWN,
               "no run before the deployment is on file of a scanner: ", detail);
    }
    return is_green;
}

static void judge_scans(deployment *of) {
    const bd_value *names = fact_value(of->in->join, "scanner_checks");
    SETTLE(of, YES, "");
    if (lists_repository(of->in->join, "infrastructure_repositories", of->in->repository)) {
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
static bd_instant staged_at(const deployment *of, bd_str environment, bool *is_unclear) {
    bd_instant first = BD_INSTANT_NONE;
    *is_unclear = true;
    for (size_t i = 0; i < of->in->count && *is_unclear; i++) {
        const bd_value *other = kept_at(of->in, "S73d", i);
        *is_unclear = other == NULL || !bd_str_eq(member_text(other, "env"), environment);
    }
    for (size_t i = 0; i < of->in->count; i++) {
        const bd_value *other = kept_at(of->in, "S73d", i);
        if (other == NULL || !bd_str_eq(member_text(other, "sha"), of->sha) ||
            !bd_str_eq(member_text(other, "env"), environment)) {
            continue;
        }
        bool is_told;
        bd_instant at = success_of(of->in, member_text(other, "id"), &is_told);
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
        bd_str name = tests->items[i].kind == BD_STRING
                          ? bd_str_lower(of->in->arena, tests->items[i].text)
                          : BD_STR("");
        run_state run = run_of(of->in, of->sha, name, staged, of->at);
        if (run == RUN_GREEN) {
            continue;
        }
        bool is_shown = run == RUN_OTHER || are_runs_read(of->in, of->sha);
        settle(of, is_shown ? NO : UNKNOWN,
               "between staging and production there is no success of the test ", name);
        return;
    }
}

static void judge_staging(deployment *of) {
    const bd_value *map = staging_of(of->in->join, of->gate);
    bd_str environment = bd_str_lower(of->in->arena, member_text(map, "staging"));
    bool is_unclear = false;
    if (environment.size == 0) {
        SETTLE(of, UNKNOWN, "the fact environment_map does not name the staging of its gate");
        return;
    }
    bd_instant staged = staged_at(of, environment, &is_unclear);
    if (staged != BD_INSTANT_NONE && staged <= of->at) {
        judge_tests(of, member(map, "tests"), staged);
    } else if (is_unclear) {
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

/* A list of another day shows the gate, and describes this moment. */
static bool is_told_at(const lists *in, bd_str environment, bd_instant at) {
    for (size_t i = 0; i < in->count; i++) {
        const bd_value *other = kept_at(in, "S73d", i);
        if (other == NULL || !bd_str_eq(member_text(other, "env"), environment)) {
            continue;
        }
        for (size_t j = 0; j < in->join->input_count; j++) {
            const bd_join_input *input = &in->join->inputs[j];
            if (bd_str_eqz(input->source, "S73d") && input->is_whole &&
                input->from == in->parts[i].at && input->from <= at && input->to > at) {
                return true;
            }
        }
    }
    return false;
}

/* The gate was looked at in each month that the list describes; where no list follows on, nobody looked. */
static void tell_days(const lists *in, bd_str gate, bd_str environment, bd_instant to) {
    static const char *const problem = "no list of deployments that shows this gate describes it";
    const bd_zone *zone = in->join->zone;
    bd_instant at = in->join->at;
    for (int i = 0; i < MOST_MONTHS && at < to; i++) {
        bd_day day = bd_zone_day(zone, at);
        bd_date date = bd_date_of_day(day);
        emit_told(in, gate, "read", bd_str_format(in->arena, "read-%d", i), at, NULL, "");
        at = bd_zone_day_start(zone, bd_day_of_date(date.month == 12 ? date.year + 1 : date.year,
                                                    date.month == 12 ? 1 : date.month + 1, 1));
    }
    if (!is_told_at(in, environment, in->join->at - 1)) {
        emit_told(in, gate, "deployment", BD_STR("before"), in->join->at - 1, NULL, problem);
    }
    if (!is_told_at(in, environment, to)) {
        emit_told(in, gate, "deployment", BD_STR("after"), to, NULL, problem);
    }
}

typedef void judge_fn(deployment *of);

static void tell_deployment(const lists *in, bd_str gate, const bd_value *record, judge_fn *judge) {
    deployment of = {.in = in,
                     .gate = gate,
                     .id = member_text(record, "id"),
                     .sha = member_text(record, "sha"),
                     .at = time_of(record),
                     .record = record,
                     .merged = BD_INSTANT_NONE,
                     .why = {"", 0}};
    bool is_told;
    if (has_only_failed(in, of.id)) {
        return;
    }
    bd_instant done = success_of(in, of.id, &is_told);
    if (of.at == BD_INSTANT_NONE || of.sha.size == 0) {
        SETTLE(&of, UNKNOWN, "the record of the deployment shows no time or no commit");
        of.at = of.at == BD_INSTANT_NONE ? in->join->at : of.at;
    } else if (done == BD_INSTANT_NONE) {
        SETTLE(&of, UNKNOWN, "whether the deployment succeeded is not on file");
    } else {
        find_pull(&of);
        judge(&of);
    }
    emit_told(in, gate, "deployment", of.id, of.at, &of, "");
}

static void tell_gate(const lists *in, bd_str gate, judge_fn *judge) {
    bd_str environment = bd_str_sub(gate, in->repository.size + 1, gate.size);
    bd_instant end = BD_INSTANT_NONE;
    for (size_t i = 0; i < in->join->input_count; i++) {
        const bd_join_input *input = &in->join->inputs[i];
        bool is_own = bd_str_eqz(input->source, "S73d") && input->from == in->join->at;
        end = is_own ? input->to : end;
    }
    bool is_shown = false;
    for (size_t i = 0; i < in->count; i++) {
        const bd_value *record = kept_at(in, "S73d", i);
        if (record == NULL || in->parts[i].at != in->join->at ||
            !bd_str_eq(member_text(record, "env"), environment)) {
            continue;
        }
        is_shown = true;
        bd_instant at = time_of(record);
        /* what came before the days of the list belongs to another, or to no day that is judged */
        if (at == BD_INSTANT_NONE || (at >= in->join->at && at < end)) {
            tell_deployment(in, gate, record, judge);
        }
    }
    if (is_shown && end != BD_INSTANT_NONE) {
        tell_days(in, gate, environment, end);
    }
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

static bool is_whole_snapshot(const bd_join *join, const bd_part *part) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eq(input->source, part->source) && input->from == part->at && input->is_whole) {
            return true;
        }
    }
    return false;
}

static void index_status(lists *in, const bd_value *status) {
    bd_str id = member_text(status, "id"), state = member_text(status, "state");
    outcome *found = bd_map_find(in->outcomes, id);
    if (found == NULL) {
        found = bd_new(in->arena, outcome, 1);
        found->success = BD_INSTANT_NONE;
        bd_map_put(in->outcomes, id, found);
    }
    bd_instant at = time_of(status);
    bool is_earlier = found->success == BD_INSTANT_NONE || at < found->success;
    if (bd_str_eqz(state, "success") && at != BD_INSTANT_NONE && is_earlier) {
        found->success = at;
    }
    found->has_failed =
        found->has_failed || bd_str_eqz(state, "failure") || bd_str_eqz(state, "error");
}

static void index_run(lists *in, const bd_part *part) {
    bd_str sha = member_text(part->kept, "sha");
    kept_list *runs = bd_map_find(in->runs, sha);
    if (runs == NULL) {
        runs = bd_new(in->arena, kept_list, 1);
        bd_map_put(in->runs, sha, runs);
    }
    *bd_push(in->arena, runs) = part->kept;
    if (is_whole_snapshot(in->join, part)) {
        bd_map_put(in->runs_read, sha, runs);
    }
}

static void index_lists(lists *in) {
    in->outcomes = bd_map_make(in->arena);
    in->runs = bd_map_make(in->arena);
    in->commits = bd_map_make(in->arena);
    in->runs_read = bd_map_make(in->arena);
    for (size_t i = 0; i < in->count; i++) {
        const bd_part *part = &in->parts[i];
        bool is_named =
            member_text(part->kept, "id").size + member_text(part->kept, "sha").size > 0;
        if (!is_named) {
            continue; /* of no deployment and no commit that could be asked for */
        }
        if (is_part_of(part, "S73t")) {
            index_status(in, part->kept);
        } else if (is_part_of(part, "S73k")) {
            index_run(in, part);
        } else if (is_part_of(part, "S73c")) {
            bd_map_put(in->commits, member_text(part->kept, "sha"), (void *)(uintptr_t)part->kept);
        }
    }
}

#define REDUCE_DEPLOYMENTS(name, judge)                                                            \
    REDUCE(name) {                                                                                 \
        lists in = {.join = join,                                                                  \
                    .repository = group,                                                           \
                    .parts = parts,                                                                \
                    .count = count,                                                                \
                    .arena = arena,                                                                \
                    .emit = emit,                                                                  \
                    .context = context};                                                           \
        if (group.size > 0) {                                                                      \
            index_lists(&in);                                                                      \
            tell_gates(&in, judge);                                                                \
        }                                                                                          \
    }
REDUCE_DEPLOYMENTS(deployment_changes, judge_change)
REDUCE_DEPLOYMENTS(deployment_duties, judge_duties)
REDUCE_DEPLOYMENTS(deployment_scans, judge_scans)
REDUCE_DEPLOYMENTS(deployment_staging, judge_staging)
