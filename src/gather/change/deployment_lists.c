/* What GitHub's lists say of one repository: kept of each record, and found again by commit, change or environment. */
#include "bindery/change.h"

#include "deployments.h"

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
    const bd_value *found = bd_member(record, key);
    return found != NULL && (found->kind == BD_NUMBER || found->kind == BD_STRING) ? found->text
                                                                                   : BD_STR("");
}

static void put_person(bd_builder *build, const bd_value *record, const char *key, const char *name,
                       const char *type) {
    const bd_value *person = bd_member(record, key);
    bd_put_text(build, name, bd_str_lower(build->arena, bd_member_text(person, "login")));
    bd_put_text(build, type, bd_member_text(person, "type"));
}

static bd_str put_deployment(bd_builder *build, const bd_value *record) {
    bd_put_text(build, "id", number_text(record, "id"));
    bd_put_text(build, "sha", bd_str_lower(build->arena, bd_member_text(record, "sha")));
    bd_put_text(build, "env", bd_str_lower(build->arena, bd_member_text(record, "environment")));
    bd_put_text(build, "at", bd_member_text(record, "created_at"));
    put_person(build, record, "creator", "by", "type");
    return bd_member_text(record, "statuses_url");
}

static bd_str put_status(bd_builder *build, const bd_value *record) {
    bd_put_text(build, "id", bd_id_tail(build->arena, bd_member_text(record, "deployment_url")));
    bd_put_text(build, "state", bd_str_lower(build->arena, bd_member_text(record, "state")));
    bd_put_text(build, "at", bd_member_text(record, "created_at"));
    return bd_member_text(record, "deployment_url");
}

static bd_str put_pull(bd_builder *build, const bd_value *record) {
    bd_put_text(build, "pull", bd_str_lower(build->arena, bd_member_text(record, "url")));
    bd_put_text(build, "head",
                bd_str_lower(build->arena, bd_member_text(bd_member(record, "head"), "sha")));
    bd_put_text(build, "sha",
                bd_str_lower(build->arena, bd_member_text(record, "merge_commit_sha")));
    bd_put_text(build, "base", bd_member_text(bd_member(record, "base"), "ref"));
    bd_put_text(build, "at", bd_member_text(record, "merged_at"));
    put_person(build, record, "user", "by", "type");
    put_person(build, record, "merged_by", "merger", "merger_type");
    return bd_member_text(record, "merged_at").size > 0 ? bd_member_text(record, "url")
                                                        : BD_STR("");
}

static bd_str put_review(bd_builder *build, const bd_value *record) {
    bd_put_text(build, "pull",
                bd_str_lower(build->arena, bd_member_text(record, "pull_request_url")));
    bd_put_text(build, "sha", bd_str_lower(build->arena, bd_member_text(record, "commit_id")));
    bd_put_text(build, "state", bd_str_lower(build->arena, bd_member_text(record, "state")));
    bd_put_text(build, "at", bd_member_text(record, "submitted_at"));
    put_person(build, record, "user", "by", "type");
    return bd_member_text(record, "pull_request_url");
}

static bd_str put_check(bd_builder *build, const bd_value *record) {
    bd_put_text(build, "sha", bd_str_lower(build->arena, bd_member_text(record, "head_sha")));
    bd_put_text(build, "name", bd_str_lower(build->arena, bd_member_text(record, "name")));
    bd_put_text(build, "state", bd_str_lower(build->arena, bd_member_text(record, "conclusion")));
    bd_put_text(build, "suite", number_text(bd_member(record, "check_suite"), "id"));
    bd_put_text(build, "at", bd_member_text(record, "completed_at"));
    return bd_member_text(record, "url");
}

/* Who is named in the message only, by an address, is somebody whose account is not known. */
static bd_str put_commit(bd_builder *build, const bd_value *record) {
    bd_arena *arena = build->arena;
    const bd_value *commit = bd_member(record, "commit"), *parents = bd_member(record, "parents");
    const bd_value *message = bd_member(commit, "message");
    bd_str words = message != NULL && message->kind == BD_STRING
                       ? bd_str_lower(arena, message->text)
                       : BD_STR("");
    bd_str list = BD_STR("");
    for (size_t i = 0; parents != NULL && parents->kind == BD_ARRAY && i < parents->count; i++) {
        bd_str one = bd_str_lower(arena, bd_member_text(&parents->items[i], "sha"));
        list = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(list), i > 0 ? " " : "", BD_ARG(one));
    }
    bd_put_text(build, "sha", bd_str_lower(arena, bd_member_text(record, "sha")));
    bd_put_text(build, "parents", list);
    bd_put_text(build, "at", bd_member_text(bd_member(commit, "committer"), "date"));
    put_person(build, record, "author", "by", "type");
    put_person(build, record, "committer", "committer", "committer_type");
    bool is_told = message != NULL && bd_str_find(words, BD_STR("co-authored-by:")) < 0;
    bd_put_value(build, "all", bd_value_bool(arena, is_told));
    return bd_member_text(record, "url");
}

static const bd_value *names_of(bd_builder *build, const bd_value *list, const char *key) {
    const bd_value **items = bd_new(build->arena, const bd_value *, list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        bd_str name = list->items[i].kind == BD_STRING ? list->items[i].text
                                                       : bd_member_text(&list->items[i], key);
        if (name.size > 0) {
            items[count++] = bd_value_string(build->arena, bd_str_lower(build->arena, name));
        }
    }
    return bd_value_array(build->arena, count, items);
}

/* One that only evaluates reports and stops nothing; one for tags is of no branch. */
static bd_str put_ruleset(bd_builder *build, const bd_value *record, const bd_value *rules) {
    const bd_value *names = bd_member(bd_member(record, "conditions"), "ref_name"), *list = NULL;
    bd_str source = bd_member_text(record, "source");
    bool is_in_force = bd_str_eqz(bd_member_text(record, "enforcement"), "active") &&
                       bd_str_eqz(bd_member_text(record, "target"), "branch");
    for (size_t i = 0; i < rules->count; i++) {
        const bd_value *with = bd_member(&rules->items[i], "parameters");
        bool is_it = bd_str_eqz(bd_member_text(&rules->items[i], "type"), "required_status_checks");
        list = is_it ? bd_member(with, "required_status_checks") : list;
    }
    if (!is_in_force || list == NULL || list->kind != BD_ARRAY) {
        return BD_STR("");
    }
    bd_put_value(build, "names", names_of(build, list, "context"));
    bd_put_value(build, "include", bd_member(names, "include"));
    bd_put_value(build, "exclude", bd_member(names, "exclude"));
    if (bd_str_find(source, BD_STR("/")) < 0) { /* of an organisation, for some of its repositories */
        bd_put_text(build, "owner", bd_str_lower(build->arena, source));
    }
    return bd_str_format(build->arena, "/repos/%.*s/", BD_ARG(source));
}

/* The checks that one page of rules requires, and on which branches. */
static bd_str put_rules(bd_builder *build, const bd_value *record) {
    const bd_value *required = bd_member(record, "required_status_checks");
    const bd_value *rules = bd_member(record, "rules");
    if (rules != NULL && rules->kind == BD_ARRAY) {
        return put_ruleset(build, record, rules);
    }
    bd_str url = bd_member_text(record, "url");
    ptrdiff_t from = bd_str_find(url, BD_STR("/branches/"));
    bd_str branch = from < 0 ? BD_STR("") : bd_str_sub(url, (size_t)from + 10, url.size);
    ptrdiff_t end = bd_str_find(branch, BD_STR("/protection"));
    if (end <= 0) {
        return BD_STR("");
    }
    const bd_value *list = bd_member(required, "checks");
    bool is_list = list != NULL && list->kind == BD_ARRAY && list->count > 0;
    list = is_list ? list : bd_member(required, "contexts");
    bd_put_text(build, "branch", bd_str_sub(branch, 0, (size_t)end));
    if (list != NULL && list->kind == BD_ARRAY) {
        bd_put_value(build, "names", names_of(build, list, "context"));
    }
    return url;
}

void collect_deployments(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                         void *context) {
    static const struct {
        const char *source;
        bd_str (*put)(bd_builder *build, const bd_value *record);
    } kinds[] = {{"S73d", put_deployment}, {"S73t", put_status}, {"S73", put_pull},
                 {"S73r", put_review},     {"S73k", put_check},  {"S73c", put_commit},
                 {"S71", put_rules}};
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        if (bd_join_record_is_of(record, kinds[i].source)) {
            bd_builder build = {.arena = arena};
            bd_str repository = repository_of(arena, kinds[i].put(&build, record->value));
            const bd_value *kept = bd_build_object(&build);
            if (repository.size > 0 || bd_member_text(kept, "owner").size > 0) {
                keep(context, repository, kept);
            }
        }
    }
}

/* ---- what was read ---- */

bd_instant time_of(const bd_value *kept) {
    bd_instant at;
    return bd_instant_parse(bd_member_text(kept, "at"), &at) ? at : BD_INSTANT_NONE;
}

static part_list *list_at(bd_arena *arena, bd_map *map, bd_str key) {
    part_list *list = bd_map_find(map, key);
    if (list == NULL) {
        list = bd_new(arena, part_list, 1);
        bd_map_put(map, key, list);
    }
    return list;
}

static bd_str shown_name(const lists *in, bd_str source, bd_instant at, uint32_t list) {
    return bd_str_format(in->arena, "%.*s %lld %u", BD_ARG(source), (long long)at, list);
}

static const bd_join_input *input_of_part(const lists *in, const bd_part *part) {
    for (size_t i = 0; i < in->join->input_count; i++) {
        const bd_join_input *input = &in->join->inputs[i];
        if (bd_str_eq(input->source, part->source) && input->from == part->at &&
            input->list == part->list) {
            return input;
        }
    }
    return NULL;
}

/* A list that shows nothing of the repository may be another one's. */
typedef struct {
    const lists *in;
    const char *source;
} shown_list;

static bool is_shown(const void *context, const bd_join_input *input) {
    const shown_list *wanted = context;
    return bd_str_eqz(input->source, wanted->source) &&
           bd_map_find(wanted->in->shown, shown_name(wanted->in, input->source, input->from,
                                                     input->list)) != NULL;
}

static bd_described describe_list(const lists *in, const char *source) {
    const shown_list wanted = {in, source};
    return bd_join_describe(in->join, is_shown, &wanted, in->arena);
}

/* ---- deployments and their outcomes ---- */

const gate_runs *runs_to(const lists *in, bd_str name) {
    return bd_map_find(in->environments, name);
}

bd_instant success_of(const lists *in, bd_str id, bool *is_told) {
    const outcome *found = bd_map_find(in->outcomes, id);
    *is_told = found != NULL;
    return found != NULL ? found->success : BD_INSTANT_NONE;
}

bool has_only_failed(const lists *in, bd_str id) {
    const outcome *found = bd_map_find(in->outcomes, id);
    return found != NULL && found->success == BD_INSTANT_NONE && found->ended_failed &&
           !found->was_live && found->is_read;
}

static void add_deployment(lists *in, const bd_part *part) {
    bd_str name = bd_member_text(part->kept, "env");
    gate_runs *found = bd_map_find(in->environments, name);
    if (found == NULL) {
        found = bd_new(in->arena, gate_runs, 1);
        found->by_commit = bd_map_make(in->arena);
        bd_map_put(in->environments, name, found);
        *bd_push(in->arena, &in->gate_list) = found;
    }
    size_t count = found->lists.count;
    if (count == 0 || found->lists.data[count - 1] != part->list) {
        *bd_push(in->arena, &found->lists) = part->list;
    }
    *bd_push(in->arena, &found->deployments) = part;
    *bd_push(in->arena, list_at(in->arena, found->by_commit, bd_member_text(part->kept, "sha"))) =
        part;
}

static void add_status(lists *in, const bd_part *part, bool is_whole) {
    bd_str id = bd_member_text(part->kept, "id"), state = bd_member_text(part->kept, "state");
    outcome *found = bd_map_find(in->outcomes, id);
    if (found == NULL) {
        found = bd_new(in->arena, outcome, 1);
        *found = (outcome){.success = BD_INSTANT_NONE, .last = BD_INSTANT_NONE};
        bd_map_put(in->outcomes, id, found);
    }
    bd_instant at = time_of(part->kept);
    bool is_failure = bd_str_eqz(state, "failure") || bd_str_eqz(state, "error");
    bool is_earlier = found->success == BD_INSTANT_NONE || at < found->success;
    if (bd_str_eqz(state, "success") && at != BD_INSTANT_NONE && is_earlier) {
        found->success = at;
    }
    if (found->last == BD_INSTANT_NONE || at > found->last || (at == found->last && !is_failure)) {
        found->last = at;
        found->ended_failed = is_failure;
    }
    found->was_live = found->was_live || bd_str_eqz(state, "inactive");
    found->is_read = found->is_read || is_whole;
}

/* ---- runs of checks ---- */

static void add_run(lists *in, const bd_part *part, const bd_join_input *input) {
    bd_str sha = bd_member_text(part->kept, "sha"), name = bd_member_text(part->kept, "name");
    commit_runs *runs = bd_map_find(in->runs, sha);
    if (runs == NULL) {
        runs = bd_new(in->arena, commit_runs, 1);
        *runs = (commit_runs){.read_to = BD_INSTANT_NONE};
        bd_map_put(in->runs, sha, runs);
        *bd_push(in->arena, &in->run_list) = runs;
    }
    *bd_push(in->arena, &runs->runs) = part;
    bd_map_put(in->run_names, name, runs);
    if (input != NULL && input->is_whole &&
        (runs->read_to == BD_INSTANT_NONE || input->to > runs->read_to)) {
        runs->read_to = input->to;
    }
}

static bool is_green(const bd_part *run) {
    return bd_str_eqz(bd_member_text(run->kept, "state"), "success");
}

/* By name and suite, the last one last; of two of one time the worse. */
static int cmp_runs(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_part *x = *(const bd_part *const *)a;
    const bd_part *y = *(const bd_part *const *)b;
    int order = bd_str_cmp(bd_member_text(x->kept, "name"), bd_member_text(y->kept, "name"));
    order = order != 0
                ? order
                : bd_str_cmp(bd_member_text(x->kept, "suite"), bd_member_text(y->kept, "suite"));
    bd_instant from = time_of(x->kept), to = time_of(y->kept);
    order = order != 0 ? order : (from > to) - (from < to);
    return order != 0 ? order : is_green(y) - is_green(x);
}

run_state run_of(const lists *in, bd_str sha, bd_str name, bd_instant since, bd_instant until) {
    const commit_runs *found = bd_map_find(in->runs, sha);
    const bd_part *last = NULL;
    size_t green = 0, other = 0;
    for (size_t i = 0; found != NULL && i <= found->runs.count; i++) {
        const bd_part *one = i < found->runs.count ? found->runs.data[i] : NULL;
        if (one != NULL && !bd_str_eq(bd_member_text(one->kept, "name"), name)) {
            continue;
        }
        bool is_next =
            one == NULL || last == NULL ||
            !bd_str_eq(bd_member_text(one->kept, "suite"), bd_member_text(last->kept, "suite"));
        if (is_next && last != NULL) {
            green += is_green(last);
            other += !is_green(last);
            last = NULL;
        }
        bd_instant at = one != NULL ? time_of(one->kept) : BD_INSTANT_NONE;
        last = at != BD_INSTANT_NONE && at >= since && at <= until ? one : last;
    }
    return green > 0 && other > 0 ? RUN_MIXED
           : other > 0            ? RUN_OTHER
           : green > 0            ? RUN_GREEN
                                  : RUN_NONE;
}

bool is_missing_shown(const lists *in, bd_str sha, bd_str name, bd_instant until) {
    const commit_runs *found = bd_map_find(in->runs, sha);
    return found != NULL && found->read_to != BD_INSTANT_NONE && found->read_to > until &&
           bd_map_find(in->run_names, name) != NULL;
}

/* ---- the index ---- */

static void add_pull(lists *in, const bd_part *part) {
    bd_str sha = bd_member_text(part->kept, "sha"), head = bd_member_text(part->kept, "head");
    if (sha.size > 0) {
        *bd_push(in->arena, list_at(in->arena, in->pulls, sha)) = part;
    }
    if (head.size > 0 && !bd_str_eq(head, sha)) {
        *bd_push(in->arena, list_at(in->arena, in->pulls, head)) = part;
    }
}

/* By reviewer, the last one last; of two of one time the one that takes back. */
static int cmp_reviews(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_value *x = (*(const bd_part *const *)a)->kept;
    const bd_value *y = (*(const bd_part *const *)b)->kept;
    int order = bd_str_cmp(bd_member_text(x, "by"), bd_member_text(y, "by"));
    bd_instant from = time_of(x), to = time_of(y);
    order = order != 0 ? order : (from > to) - (from < to);
    return order != 0 ? order
                      : bd_str_eqz(bd_member_text(y, "state"), "approved") -
                            bd_str_eqz(bd_member_text(x, "state"), "approved");
}

static int cmp_times(const void *context, const void *a, const void *b) {
    (void)context;
    bd_instant from = time_of((*(const bd_part *const *)a)->kept);
    bd_instant to = time_of((*(const bd_part *const *)b)->kept);
    return (from > to) - (from < to);
}

static void add_part(lists *in, const bd_part *part, const bd_join_input *input) {
    const bd_value *kept = part->kept;
    bd_str sha = bd_member_text(kept, "sha"), pull = bd_member_text(kept, "pull");
    if (bd_part_is_of(part, "S73d")) {
        add_deployment(in, part);
    } else if (bd_part_is_of(part, "S73t") && bd_member_text(kept, "id").size > 0) {
        add_status(in, part, input != NULL && input->is_whole);
    } else if (bd_part_is_of(part, "S73")) {
        add_pull(in, part);
    } else if (bd_part_is_of(part, "S73r")) {
        part_list *reviews = bd_map_find(in->reviews, pull);
        if (reviews == NULL) {
            reviews = list_at(in->arena, in->reviews, pull);
            *bd_push(in->arena, &in->review_list) = reviews;
        }
        *bd_push(in->arena, reviews) = part;
    } else if (bd_part_is_of(part, "S73k") && sha.size > 0) {
        add_run(in, part, input);
    } else if (bd_part_is_of(part, "S73c") && sha.size > 0) {
        bd_map_put(in->commits, sha, (void *)(uintptr_t)kept);
    } else if (bd_part_is_of(part, "S71")) {
        *bd_push(in->arena, &in->rules) = part;
    }
}

static bool is_of_owner(const lists *in, bd_str owner) {
    return owner.size > 0 && bd_str_has_prefix(in->repository, owner) &&
           in->repository.size > owner.size && in->repository.data[owner.size] == '/';
}

void index_lists(lists *in, const bd_part *parts, size_t count) {
    bd_map **maps[] = {&in->environments, &in->outcomes,  &in->runs,    &in->run_names,
                       &in->commits,      &in->pulls,     &in->reviews, &in->shown};
    for (size_t i = 0; i < BD_COUNT(maps); i++) {
        *maps[i] = bd_map_make(in->arena);
    }
    const bd_join_input *input = NULL;
    for (size_t i = 0; i < count; i++) {
        const bd_part *part = &parts[i];
        bool is_same = i > 0 && part[-1].at == part->at && part[-1].list == part->list &&
                       bd_str_eq(part[-1].source, part->source);
        if (!is_same) {
            input = input_of_part(in, part);
            bd_map_put(in->shown, shown_name(in, part->source, part->at, part->list), in);
        }
        add_part(in, part, input);
    }
    for (size_t i = 0; i < in->join->common_count; i++) {
        const bd_part *part = &in->join->common[i];
        if (bd_part_is_of(part, "S71") && is_of_owner(in, bd_member_text(part->kept, "owner"))) {
            *bd_push(in->arena, &in->rules) = part;
        }
    }
    in->pull_days = describe_list(in, "S73");
    in->review_days = describe_list(in, "S73r");
    for (size_t i = 0; i < in->run_list.count; i++) {
        part_list *runs = &in->run_list.data[i]->runs;
        bd_sort(runs->data, runs->count, sizeof runs->data[0], cmp_runs, NULL);
    }
    for (size_t i = 0; i < in->review_list.count; i++) {
        part_list *reviews = in->review_list.data[i];
        bd_sort(reviews->data, reviews->count, sizeof reviews->data[0], cmp_reviews, NULL);
    }
    for (size_t i = 0; i < in->gate_list.count; i++) {
        part_list *all = &in->gate_list.data[i]->deployments;
        bd_sort(all->data, all->count, sizeof all->data[0], cmp_times, NULL);
    }
}
