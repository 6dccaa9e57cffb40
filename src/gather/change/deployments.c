/* What stands behind each deployment to production: its change, its authors, its scans, its run in staging.
 *
 * GitHub tells of a deployment in several lists; they are joined by repository and commit.  What is found in a list
 * speaks for the deployment; that something is not found speaks against it only where the list shows that it was read.
 * A gate is "owner/repository/environment".  Beside its deployments, a gate is told of for each month that lists of
 * deployments describe, and where no list follows on another: a day that nobody read is no day without deployments. */
#include "bindery/change.h"

#include "deployments.h"

#define MOST_MONTHS 240 /* of a list that goes back to the beginning */
#define HISTORY_BYTES ((size_t)512 << 20)

void settle(deployment *of, bd_answer holds, const char *words, bd_str detail) {
    of->holds = holds;
    of->why = bd_str_format(of->in->arena, "%s%.*s", words, BD_ARG(detail));
}

/* ---- facts ---- */

const bd_value *fact_value(const bd_join *join, const char *name) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, name) : NULL;
    return fact != NULL ? bd_value_find(fact, "value") : NULL;
}

bool lists_repository(const bd_join *join, const char *fact, bd_str repository, bd_str *branch) {
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

/* ---- scans (8.3 c) ---- */

/* The runs on the commit, else those on the last one of its pull request. */
static run_state scan_of(const deployment *of, bd_str name) {
    run_state run = run_of(of->in, of->sha, name, INT64_MIN, of->at);
    bd_str head = of->pull != NULL ? bd_member_text(of->pull, "head") : BD_STR("");
    return run == RUN_NONE ? run_of(of->in, head, name, INT64_MIN, of->at) : run;
}

static void settle_no_scan(deployment *of, const bd_value *names, const char *kind) {
    bd_str head = of->pull != NULL ? bd_member_text(of->pull, "head") : BD_STR("");
    bool is_listed = names != NULL && names->kind == BD_ARRAY && names->count > 0;
    bool is_missing = is_listed;
    for (size_t i = 0; is_missing && i < names->count; i++) {
        bd_str name = name_at(of, names, i);
        is_missing = is_missing_shown(of->in, of->sha, name, of->at) &&
                     is_missing_shown(of->in, head, name, of->at);
    }
    bd_str detail = bd_str_format(of->in->arena, "%s%s", kind,
                                  is_listed ? "" : " (bindery.json names none)");
    settle(of, is_missing ? BD_NO : BD_UNKNOWN,
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
            settle(of, BD_NO, "deployed without success of the scan ", name);
            return false;
        }
        green += run == RUN_GREEN;
        mixed = run == RUN_MIXED ? name : mixed;
    }
    if (mixed.size > 0) {
        settle(of, BD_UNKNOWN, "several runs of the scan ended differently: ", mixed);
    } else if (green == 0) {
        settle_no_scan(of, names, kind);
    }
    return green > 0 && mixed.size == 0;
}

static void judge_scans(deployment *of) {
    const bd_value *names = fact_value(of->in->join, "scanner_checks");
    SETTLE(of, BD_YES, "");
    bd_str branch;
    if (lists_repository(of->in->join, "infrastructure_repositories", of->in->repository,
                         &branch)) {
        (void)judge_scanner(of, bd_member(names, "infrastructure"), "infrastructure");
    } else if (judge_scanner(of, bd_member(names, "static"), "static")) {
        (void)judge_scanner(of, bd_member(names, "dependency"), "dependency");
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
        bd_instant at = success_of(of->in, bd_member_text(runs->data[i]->kept, "id"), &is_told);
        *is_unclear = *is_unclear || !is_told;
        first = at != BD_INSTANT_NONE && (first == BD_INSTANT_NONE || at < first) ? at : first;
    }
    return first;
}

static void judge_tests(deployment *of, const bd_value *tests, bd_instant staged) {
    bool is_listed = tests != NULL && tests->kind == BD_ARRAY && tests->count > 0;
    SETTLE(of, is_listed ? BD_YES : BD_UNKNOWN,
           is_listed ? "" : "the fact environment_map names no tests of staging");
    for (size_t i = 0; is_listed && i < tests->count; i++) {
        bd_str name = name_at(of, tests, i);
        run_state run = run_of(of->in, of->sha, name, staged, of->at);
        if (run == RUN_GREEN) {
            continue;
        }
        bool is_shown = run == RUN_OTHER || (run == RUN_NONE && is_missing_shown(of->in, of->sha,
                                                                                 name, of->at));
        settle(of, is_shown ? BD_NO : BD_UNKNOWN,
               run == RUN_MIXED
                   ? "between staging and production several runs of a test ended differently: "
                   : "between staging and production there is no success of the test ",
               name);
        return;
    }
}

static void judge_staging(deployment *of) {
    const bd_value *map = staging_of(of->in->join, of->gate);
    bd_str name = bd_str_lower(of->in->arena, bd_member_text(map, "staging"));
    bool is_unclear = false;
    if (name.size == 0) {
        SETTLE(of, BD_UNKNOWN, "the fact environment_map does not name the staging of its gate");
        return;
    }
    bd_instant staged = staged_at(of, name, &is_unclear);
    if (staged != BD_INSTANT_NONE && staged <= of->at) {
        judge_tests(of, bd_member(map, "tests"), staged);
    } else if (is_unclear || !of->is_list_whole) {
        SETTLE(of, BD_UNKNOWN, "the runs in staging, or the outcome of this one, are not on file");
    } else {
        /* the list of deployments has no filter by time: the one that shows this shows the earlier ones */
        SETTLE(of, BD_NO, "no success of the same commit in staging came before");
    }
}

/* ---- telling ---- */

static void emit_told(const lists *in, bd_str gate, const char *kind, bd_str id, bd_instant at,
                      const deployment *of, const char *problem) {
    bd_builder build = {.arena = in->arena};
    bd_put_text(&build, "gate", gate);
    bd_put_text(&build, "kind", bd_str_of(kind));
    bd_put_text(&build, "sha", of != NULL ? of->sha : BD_STR(""));
    bd_put_text(&build, "at", bd_instant_format(in->arena, at));
    bd_put_answer(&build, "holds", of != NULL ? of->holds : BD_UNKNOWN);
    bd_put_text(&build, "why", of != NULL ? of->why : BD_STR(""));
    bd_put_text(&build, "problem", of != NULL ? of->why : bd_str_of(problem));
    bd_str key = bd_str_format(in->arena, "%.*s#%.*s", BD_ARG(gate), BD_ARG(id));
    in->emit(in->context, BD_STR("deployment"), key, gate, at, bd_build_object(&build));
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

static void find_pull(deployment *of) {
    const part_list *pulls = bd_map_find(of->in->pulls, of->sha);
    for (size_t i = 0; pulls != NULL && i < pulls->count; i++) {
        const bd_value *pull = pulls->data[i]->kept;
        bd_instant at = time_of(pull);
        /* several lists may tell of it; the one that says who merged it says more */
        bool is_better = of->pull == NULL || bd_member_text(of->pull, "merger").size == 0;
        if (at != BD_INSTANT_NONE && at <= of->at && is_better) {
            of->pull = pull;
            of->merged = at;
        }
    }
}

static void tell_deployment(deployment *of, judge_fn *judge) {
    const lists *in = of->in;
    bool is_told;
    if (has_only_failed(in, of->id)) {
        return;
    }
    bd_instant done = success_of(in, of->id, &is_told);
    if (of->at == BD_INSTANT_NONE || of->sha.size == 0) {
        SETTLE(of, BD_UNKNOWN, "the record of the deployment shows no time or no commit");
        of->at = of->at == BD_INSTANT_NONE ? in->join->at : of->at;
    } else if (done == BD_INSTANT_NONE) {
        SETTLE(of, BD_UNKNOWN, "whether the deployment succeeded is not on file");
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
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("history", HISTORY_BYTES);
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
                         .id = bd_member_text(part->kept, "id"),
                         .sha = bd_member_text(part->kept, "sha"),
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
    BD_DERIVE_REDUCE(name) {                                                                       \
        lists in = {                                                                               \
            .join = join, .repository = group, .arena = arena, .emit = emit, .context = context};  \
        if (group.size > 0) {                                                                      \
            index_lists(&in, parts, count);                                                        \
            tell_gates(&in, judge);                                                                \
        }                                                                                          \
    }
REDUCE_DEPLOYMENTS(deployment_changes, judge_change)
REDUCE_DEPLOYMENTS(deployment_duties, judge_duties)
REDUCE_DEPLOYMENTS(deployment_scans, judge_scans)
REDUCE_DEPLOYMENTS(deployment_staging, judge_staging)
