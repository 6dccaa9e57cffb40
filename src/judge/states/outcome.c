/* Instance outcomes from check results (bindery-1, 1.3, section 3). */
#include "bindery/states.h"

#include "states_priv.h"

typedef enum { NOT_SEEN, SEEN_UNCLEAR, SEEN_PASS, SEEN_NONE_TO_JUDGE, SEEN_FAIL } standing;

typedef struct {
    standing stands;
    bool is_complete; /* what was judged is complete over all expected scopes */
    bd_str reason;
} check_standing;

/* ---- results, found by check and instance ---- */

static int cmp_places(const bd_check_result *a, const bd_check *check, bd_str instance) {
    if (a->check->index != check->index) {
        return a->check->index < check->index ? -1 : 1;
    }
    return bd_str_cmp(a->instance, instance);
}

static int cmp_results(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_check_result *x = a;
    const bd_check_result *y = b;
    int order = cmp_places(x, y->check, y->instance);
    order = order != 0 ? order : bd_str_cmp(x->scope, y->scope);
    return order != 0 ? order : (x->snapshot > y->snapshot) - (x->snapshot < y->snapshot);
}

typedef struct {
    bd_check_result *data;
    size_t count;
} results;

static results results_of(bd_states *states, const bd_check *check, bd_str instance) {
    bd_check_result *all = states->out->checks.data;
    size_t low = 0;
    size_t high = states->out->checks.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cmp_places(&all[middle], check, instance) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t to = low;
    while (to < states->out->checks.count && cmp_places(&all[to], check, instance) == 0) {
        to++;
    }
    return (results){all + low, to - low};
}

/* Those of one scope; `list` is of one check and instance. */
static results results_of_scope(results list, bd_str scope) {
    size_t low = 0;
    size_t high = list.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bd_str_cmp(list.data[middle].scope, scope) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t to = low;
    while (to < list.count && bd_str_eq(list.data[to].scope, scope)) {
        to++;
    }
    return (results){list.data + low, to - low};
}

static bd_verdict verdict_of(const bd_check_result *result) {
    if (result->failed > 0) {
        return BD_FAIL;
    }
    if (result->cannot_tell > 0 || !result->is_complete) {
        return BD_CANNOT_TELL;
    }
    return result->passed > 0 ? BD_PASS : BD_NOT_APPLICABLE;
}

static void add_number(bd_states *states, bd_instance *instance, uint32_t number) {
    if (number > 0) {
        *bd_push(states->arena, &instance->evidence) = number;
    }
}

static int cmp_numbers(const void *context, const void *a, const void *b) {
    (void)context;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Later pages of a chain are as much behind the verdict as its first. */
static void add_later_pages(bd_states *states, bd_instance *instance) {
    const bd_evidences *evidence = states->views->in.evidence;
    for (size_t i = 0, count = instance->evidence.count; i < count; i++) {
        uint32_t number = instance->evidence.data[i];
        if (number > evidence->count || evidence->data[number - 1].given.number != number ||
            evidence->data[number - 1].collection >= states->views->in.collections->count) {
            continue;
        }
        const bd_collection *chain =
            &states->views->in.collections->data[evidence->data[number - 1].collection];
        for (size_t j = 0; j < chain->members.count; j++) {
            add_number(states, instance, evidence->data[chain->members.data[j]].given.number);
        }
    }
}

/* Rising, each once. */
static void settle_numbers(bd_instance *instance) {
    bd_sort(instance->evidence.data, instance->evidence.count, sizeof(uint32_t), cmp_numbers, NULL);
    size_t kept = 0;
    for (size_t i = 0; i < instance->evidence.count; i++) {
        if (kept == 0 || instance->evidence.data[kept - 1] != instance->evidence.data[i]) {
            instance->evidence.data[kept++] = instance->evidence.data[i];
        }
    }
    instance->evidence.count = kept;
}

/* ---- snapshots: every expected scope has a passing or not-applicable snapshot ---- */

static standing standing_of_verdict(bd_verdict verdict) {
    switch (verdict) {
    case BD_FAIL: return SEEN_FAIL;
    case BD_PASS: return SEEN_PASS;
    case BD_NOT_APPLICABLE: return SEEN_NONE_TO_JUDGE;
    case BD_CANNOT_TELL: break;
    }
    return SEEN_UNCLEAR;
}

static bool is_better(standing best, standing own) {
    if (own == SEEN_FAIL || best == SEEN_FAIL) {
        return own == SEEN_FAIL;
    }
    return best == NOT_SEEN || best == SEEN_UNCLEAR ||
           (best == SEEN_NONE_TO_JUDGE && own == SEEN_PASS);
}

/* `list` holds the snapshots of one scope in the instance: one that fails decides, else one that passes. */
static standing scope_standing(bd_states *states, results list, bd_instance *instance,
                               bool *is_complete, bd_str *reason) {
    standing best = NOT_SEEN;
    for (size_t i = 0; i < list.count; i++) {
        const bd_check_result *result = &list.data[i];
        add_number(states, instance, result->evidence);
        *is_complete = *is_complete || result->is_complete;
        if (result->verdict == BD_CANNOT_TELL) {
            *reason = result->reason;
        }
        standing own = standing_of_verdict(result->verdict);
        best = is_better(best, own) ? own : best;
    }
    return best;
}

static bd_str scope_text(const bd_states *states, const bd_check_view *view, bd_str scope) {
    if (scope.size == 0) {
        return BD_STR("the tenant");
    }
    const bd_engagement *engagement = states->views->in.engagement;
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        if (bd_str_eq(engagement->subscriptions.data[i].id, scope) &&
            engagement->subscriptions.data[i].name.size > 0) {
            return engagement->subscriptions.data[i].name;
        }
    }
    bool is_resource = bd_str_has_prefix(scope, BD_STR("/subscriptions/"));
    if (view->is_population && !is_resource && bd_str_has_prefix(scope, BD_STR("/"))) {
        return bd_str_sub(scope, 1, scope.size); /* "owner/repository/production" */
    }
    return view->is_population ? bd_path_name(scope) : scope;
}

/* The other side's exports are as much behind the verdict as the records judged. */
static void add_partners(bd_states *states, const bd_check_view *view, bd_instance *instance) {
    bd_str partner = view->check->shape == BD_RELATED ? view->partner : view->plan->presence_source;
    bool is_joined = view->check->shape == BD_RELATED || view->check->shape == BD_SCOPE_SHAPE;
    for (size_t i = 0; is_joined && i < states->views->in.snapshots->count; i++) {
        const bd_snapshot *snapshot = &states->views->in.snapshots->data[i];
        if (bd_str_eq(snapshot->source, partner) && snapshot->from >= instance->start &&
            snapshot->from < instance->end && snapshot->from < states->views->in.as_of) {
            add_number(states, instance, snapshot->evidence);
        }
    }
}

typedef struct {
    size_t unseen, failed, unclear, passed;
    bool is_complete;
    bd_str reason;
} scope_sum;

static scope_sum add_up_scopes(bd_states *states, const bd_check_view *view, bd_instance *instance) {
    scope_sum all = {.is_complete = true, .reason = {"", 0}};
    results list = results_of(states, view->check, instance->id);
    for (size_t i = 0; i < view->expected.count; i++) {
        bool is_complete = false;
        bd_str reason = {"", 0};
        results own = results_of_scope(list, view->expected.data[i]);
        standing one = scope_standing(states, own, instance, &is_complete, &reason);
        all.unseen += one == NOT_SEEN;
        all.failed += one == SEEN_FAIL;
        all.passed += one == SEEN_PASS;
        all.unclear += one == SEEN_UNCLEAR;
        all.is_complete = all.is_complete && is_complete;
        if ((one == NOT_SEEN || one == SEEN_UNCLEAR) && all.reason.size == 0) {
            bd_str where = scope_text(states, view, view->expected.data[i]);
            all.reason =
                one == NOT_SEEN
                    ? bd_str_format(states->arena, "no snapshot of %.*s", BD_ARG(where))
                    : bd_str_format(states->arena, "%.*s: %.*s", BD_ARG(where), BD_ARG(reason));
        }
    }
    return all;
}

static check_standing snapshot_standing(bd_states *states, const bd_check_view *view,
                                        bd_instance *instance) {
    scope_sum sum = add_up_scopes(states, view, instance);
    check_standing all = {
        .stands = SEEN_NONE_TO_JUDGE, .is_complete = sum.is_complete, .reason = sum.reason};
    if (sum.unseen < view->expected.count) {
        add_partners(states, view, instance);
    }
    if (sum.failed > 0) {
        all.stands = SEEN_FAIL;
    } else if (sum.unseen == view->expected.count) {
        all.stands = NOT_SEEN;
    } else if (sum.unseen + sum.unclear > 0) {
        all.stands = SEEN_UNCLEAR;
    } else if (sum.passed > 0) {
        all.stands = SEEN_PASS;
    }
    return all;
}

/* ---- events: every day described, no row fails ---- */

/* What is judged in an instance may have happened before it. */
static bd_instant start_of(const bd_check_view *view, const bd_instance *instance) {
    bool is_earlier = view->plan->takes_year && view->events_from < instance->start;
    return is_earlier ? view->events_from : instance->start;
}

static void add_extracts(bd_states *states, const bd_check_view *view, bd_instance *instance) {
    for (size_t i = 0; i < states->views->in.snapshots->count; i++) {
        const bd_snapshot *extract = &states->views->in.snapshots->data[i];
        for (size_t j = 0; j < view->sources.count; j++) {
            if (bd_str_eq(view->sources.data[j], extract->source) &&
                extract->from < instance->end && extract->to > start_of(view, instance)) {
                add_number(states, instance, extract->evidence);
            }
        }
    }
}

/* Type I walks one event through, so that an extract that holds it is enough. */
static void tile_groups(bd_states *states, const bd_check_view *view, bd_instance *instance,
                        check_standing *out, bool *has_any) {
    size_t count;
    const bd_strs *tiles = bd_view_tiles(view, &count);
    for (size_t i = 0; i < count; i++) {
        bd_tiling tiling =
            bd_views_tile(states->views, &tiles[i], &view->plan->tile_of, start_of(view, instance),
                          instance->end);
        *has_any = *has_any || tiling.has_any;
        bool holds = tiling.is_tiled || (!states->views->in.period->is_type_ii && tiling.has_usable);
        if (!holds && out->is_complete) {
            out->is_complete = false;
            out->reason = tiling.reason;
        }
    }
    bd_str unread = view->plan->both_sides ? bd_views_unread_list(states->views, view) : (bd_str){"", 0};
    if (unread.size > 0 && out->is_complete) {
        out->is_complete = false;
        out->reason =
            bd_str_format(states->arena, "no usable export of %.*s is on file",
                          BD_ARG(bd_views_source_words(states->views, unread, states->arena)));
    }
}

/* Of what a fact names, each is judged in each instance: one that no record tells of is not shown to be in order. */
static size_t untold_members(bd_states *states, const bd_check_view *view, results list,
                             bd_str *reason) {
    bool is_asked = view->plan->population_fact.size > 0 && states->views->in.period->is_type_ii;
    size_t untold = 0;
    for (size_t i = 0; i < view->expected.count && is_asked; i++) {
        if (results_of_scope(list, view->expected.data[i]).count > 0) {
            continue;
        }
        untold++;
        if (reason->size == 0) {
            *reason = bd_str_format(states->arena, "no record tells of %.*s",
                                    BD_ARG(scope_text(states, view, view->expected.data[i])));
        }
    }
    return untold;
}

/* Something was to happen so often: what was seen is enough whatever else the log holds.  That it
 * did not happen a log cannot show, for it may have happened elsewhere. */
static void stand_by_count(const bd_states *states, const bd_check_view *view, uint64_t passed,
                           check_standing *all) {
    bool is_enough = passed >= (uint64_t)view->plan->min;
    all->stands = is_enough ? SEEN_PASS : SEEN_UNCLEAR;
    all->is_complete = is_enough;
    if (!is_enough && all->reason.size == 0) {
        all->reason = bd_str_format(states->arena,
                                    "%llu found, at least %lld expected ('%.*s'); if it happened, "
                                    "hand in the log that shows it",
                                    (unsigned long long)passed, (long long)view->plan->min,
                                    BD_ARG(view->check->title));
    }
}

/* A result none of whose records is unclear is so for its evidence, and says what is wrong with that. */
static void explain_results(results list, bd_str reason) {
    for (size_t i = 0; i < list.count; i++) {
        bd_check_result *result = &list.data[i];
        if (result->verdict == BD_CANNOT_TELL && result->reason.size == 0) {
            result->reason = reason;
        }
    }
}

static check_standing event_standing(bd_states *states, const bd_check_view *view,
                                     bd_instance *instance) {
    check_standing all = {.is_complete = true, .reason = {"", 0}};
    bool has_any = false;
    tile_groups(states, view, instance, &all, &has_any);
    uint64_t passed = 0;
    uint64_t failed = 0;
    uint64_t unclear = 0;
    bd_str incomplete = all.reason;
    results list = results_of(states, view->check, instance->id);
    for (size_t i = 0; i < list.count; i++) {
        bd_check_result *result = &list.data[i];
        result->is_complete = all.is_complete;
        result->verdict = verdict_of(result);
        add_number(states, instance, result->evidence);
        passed += result->passed;
        failed += result->failed;
        unclear += result->cannot_tell;
        has_any = true;
        if (unclear > 0 && all.reason.size == 0) {
            all.reason = result->reason;
        }
    }
    explain_results(list, incomplete);
    if (has_any) {
        add_extracts(states, view, instance);
        unclear += untold_members(states, view, list, &all.reason);
    }
    if (has_any && bd_views_is_before_choice(states->views, view, instance->start)) {
        unclear++;
        all.reason = all.reason.size > 0
                         ? all.reason
                         : bd_views_before_facts_text(states->arena, &view->choice, true);
    }
    if (failed > 0) {
        all.stands = SEEN_FAIL;
    } else if (!has_any) {
        all.stands = NOT_SEEN;
    } else if (view->check->shape == BD_EACH && view->plan->has_min) {
        stand_by_count(states, view, passed, &all);
    } else if (unclear > 0 || !all.is_complete) {
        all.stands = SEEN_UNCLEAR;
    } else {
        all.stands = passed > 0 ? SEEN_PASS : SEEN_NONE_TO_JUDGE;
    }
    return all;
}

static check_standing register_standing(bd_states *states, const bd_check_view *view,
                                        bd_instance *instance) {
    results list = results_of(states, view->check, instance->id);
    if (list.count == 0) {
        return (check_standing){.stands = NOT_SEEN, .reason = {"", 0}};
    }
    const bd_check_result *result = &list.data[0];
    add_number(states, instance, result->evidence);
    return (check_standing){.stands = standing_of_verdict(result->verdict),
                            .is_complete = result->is_complete,
                            .reason = result->reason};
}

/* ---- a requirement's instance ---- */

static check_standing standing_of(bd_states *states, uint32_t check, bd_instance *instance) {
    const bd_check_view *view = &states->views->by_check[check];
    if (view->is_register) {
        return register_standing(states, view, instance);
    }
    check_standing one = view->is_event ? event_standing(states, view, instance)
                                        : snapshot_standing(states, view, instance);
    bd_str unseen = bd_views_unseen_place(states->views, view);
    if (unseen.size > 0 && (one.stands == SEEN_PASS || one.stands == SEEN_NONE_TO_JUDGE)) {
        one.stands = SEEN_UNCLEAR;
        one.reason = unseen;
    }
    return one;
}

static void set_outcome(bd_instance *instance, bd_outcome outcome, bool is_accepted,
                        bd_str reason) {
    instance->outcome = outcome;
    instance->is_accepted = is_accepted;
    instance->reason = reason;
}

/* Numbers of what speaks to the requirement in this instance. */
static void add_speakers(bd_states *states, bd_requirement_result *requirement,
                         bd_instance *instance) {
    for (size_t i = 0; i < requirement->items.count; i++) {
        const bd_evidence *item = &states->views->in.evidence->data[requirement->items.data[i]];
        if (item->is_document || bd_states_describes(item, instance->start, instance->end)) {
            add_number(states, instance, item->given.number);
        }
    }
}

static void judge_unchecked(bd_states *states, bd_requirement_result *requirement,
                            bd_instance *instance) {
    add_speakers(states, requirement, instance);
    if (instance->evidence.count > 0) {
        set_outcome(instance, BD_OUTCOME_CANNOT_TELL, false,
                    BD_STR("evidence is on file; no check of the catalog reads it"));
        return;
    }
    set_outcome(instance, BD_OUTCOME_MISSING, false, BD_STR("no evidence is on file"));
}

typedef struct {
    size_t failed, unclear, unseen, passed, empty;
    bool is_complete;
    bd_str reason;
} sum;

/* What a check cannot judge for want of an organisation fact is unclear where there is evidence. */
static check_standing lacking_fact(bd_states *states, bd_requirement_result *requirement,
                                   const bd_check_view *view, bd_instance *instance) {
    size_t before = instance->evidence.count;
    add_speakers(states, requirement, instance);
    return (check_standing){
        .stands = instance->evidence.count > before ? SEEN_UNCLEAR : NOT_SEEN,
        .reason =
            bd_str_format(states->arena, "the organisation fact '%.*s' is missing in bindery.json",
                          BD_ARG(view->missing_fact))};
}

static sum add_up(bd_states *states, bd_requirement_result *requirement, bd_instance *instance) {
    sum all = {.is_complete = true, .reason = {"", 0}};
    for (size_t i = 0; i < requirement->requirement->checks.count; i++) {
        uint32_t index = requirement->requirement->checks.data[i];
        const bd_check_view *view = &states->views->by_check[index];
        if (view->is_population && view->expected.count == 0 && view->missing_fact.size == 0) {
            continue; /* nothing of this type is critical here */
        }
        if (!view->is_population && view->expected.count == 0 && !view->is_event &&
            bd_value_text(view->check->body, "covered_by").size > 0) {
            continue; /* that nothing is there is for another check of the requirement to show */
        }
        check_standing one = view->missing_fact.size > 0
                                 ? lacking_fact(states, requirement, view, instance)
                                 : standing_of(states, index, instance);
        all.failed += one.stands == SEEN_FAIL;
        all.unclear += one.stands == SEEN_UNCLEAR;
        all.unseen += one.stands == NOT_SEEN;
        all.passed += one.stands == SEEN_PASS;
        all.empty += one.stands == SEEN_NONE_TO_JUDGE;
        all.is_complete = all.is_complete && one.is_complete;
        bool explains =
            one.stands == SEEN_UNCLEAR || (one.stands == NOT_SEEN && all.reason.size == 0);
        if (explains && one.reason.size > 0) {
            all.reason = one.reason;
        }
    }
    bd_str unread = requirement->unread_resource;
    if (unread.size > 0) {
        all.unseen++;
        all.reason =
            all.unclear > 0
                ? all.reason
                : bd_str_format(states->arena, "no check reads resources of the type of '%.*s'",
                                BD_ARG(unread));
    }
    return all;
}

/* Why an instance is not judged whole. */
static bd_str lack_of(const sum *all) {
    if (all->reason.size > 0) {
        return all->reason;
    }
    return all->unseen > 0 ? BD_STR("evidence for a part of the requirement is not on file")
                           : BD_STR("what is on file is not shown to be all");
}

static void settle(bd_states *states, bd_instance *instance, const sum *all) {
    if (all->failed > 0) {
        set_outcome(instance, BD_OUTCOME_DEVIATION, all->is_complete && all->unseen == 0,
                    all->is_complete && all->unseen == 0
                    ? BD_STR("a deviation was observed")
                    : bd_str_format(states->arena,
                                        "a deviation was observed, on incomplete evidence: %.*s",
                                    BD_ARG(lack_of(all))));
        return;
    }
    if (all->passed + all->empty > 0 && all->unclear + all->unseen == 0) {
        bool is_empty = all->passed == 0;
        set_outcome(instance, is_empty ? BD_OUTCOME_NO_OCCURRENCE : BD_OUTCOME_CLEAN, true,
                    is_empty ? BD_STR("nothing to judge occurred; the evidence is complete")
                    : BD_STR("no deviation found"));
        return;
    }
    if (all->unclear + all->passed + all->empty > 0) {
        set_outcome(instance, BD_OUTCOME_CANNOT_TELL, false, lack_of(all));
        return;
    }
    set_outcome(instance, BD_OUTCOME_MISSING, false,
                all->reason.size > 0 ? all->reason : BD_STR("no evidence is on file"));
}

void bd_states_outcome(bd_states *states, bd_requirement_result *requirement,
                       bd_instance *instance) {
    if (!instance->is_due) {
        set_outcome(instance, BD_OUTCOME_NOT_DUE, false, BD_STR("its window has not ended"));
        return;
    }
    if (!requirement->is_checked) {
        judge_unchecked(states, requirement, instance);
    } else {
        sum all = add_up(states, requirement, instance);
        settle(states, instance, &all);
    }
    settle_numbers(instance);
    add_later_pages(states, instance);
    settle_numbers(instance);
}

/* The instance of a snapshot is decided by its own instant, not by its UTC date. */
static void place_result(bd_states *states, bd_check_result *result) {
    const bd_check_view *view = &states->views->by_check[result->check->index];
    if (view->is_register) {
        return;
    }
    const bd_instance *instance = bd_states_instance_of(states, view, result->at);
    result->instance = instance != NULL && instance->is_due ? instance->id : (bd_str){"", 0};
}

static uint64_t count_judged(const bd_check_result *result) {
    return result->passed + result->failed + result->not_applicable + result->cannot_tell;
}

void bd_states_verdicts(bd_states *states) {
    for (size_t i = 0; i < states->out->checks.count; i++) {
        bd_check_result *result = &states->out->checks.data[i];
        bd_arenas_pass(sizeof *result);
        const bd_check_view *view = &states->views->by_check[result->check->index];
        place_result(states, result);
        if (view->is_register || view->is_event) {
            continue;
        }
        if (view->is_population) {
            result->is_complete = result->cannot_tell == 0;
        }
        bool is_silent = view->check->shape == BD_SCOPE_SHAPE && count_judged(result) == 0;
        if (is_silent && result->is_complete &&
            !bd_shapes_has_inventory(states->views, view, result->scope, result->at)) {
            result->is_complete = false; /* nothing is in use, or its plan was left out */
            result->reason = BD_SHAPES_NO_INVENTORY;
        }
        result->verdict = verdict_of(result);
        bool is_open = result->verdict == BD_PASS || result->verdict == BD_NOT_APPLICABLE;
        if (is_open && bd_views_is_before_facts(states->views, view, result->at)) {
            result->verdict = BD_CANNOT_TELL;
            result->reason = bd_views_before_facts_text(states->arena, &view->limit, false);
        }
        if (result->verdict != BD_CANNOT_TELL) {
            result->reason = (bd_str){"", 0};
        }
    }
    bd_sort(states->out->checks.data, states->out->checks.count, sizeof(bd_check_result), cmp_results,
            NULL);
}
