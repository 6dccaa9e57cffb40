/* How each check stands to the evidence: its sources, its scopes, the scopes that every instance must show. */
#include "bindery/assess.h"

#include "assess_priv.h"
#include "bindery/derivations.h"

static void add_once(bd_arena *arena, bd_strs *list, bd_str text) {
    if (text.size > 0 && !bd_strs_have(list, text)) {
        *bd_push(arena, list) = text;
    }
}

/* Its first source gives a joined derivation its snapshots; the others stand beside it. */
static bool is_joined(const bd_source_def *source) {
    const bd_derivation *derivation =
        source != NULL && source->derivation.size > 0 ? bd_derivation_find(source->derivation) : NULL;
    return derivation != NULL && derivation->reduce != NULL;
}

/* A derived source stands on the sources it is made from. */
static void add_source(bd_judging *run, bd_strs *list, bd_str id) {
    const bd_source_def *source = bd_catalog_source(run->in->catalog, id);
    if (source == NULL || source->derivation.size == 0) {
        add_once(run->arena, list, id);
        return;
    }
    for (size_t i = 0; i < source->derived_from.count; i++) {
        add_once(run->arena, list, source->derived_from.data[i]);
    }
}

static bd_str judged_source(const bd_check_view *view) {
    const bd_check *check = view->check;
    if (check->shape == BD_MATCH) {
        return view->plan->population_source;
    }
    return bd_value_text(check->body, "source");
}

static int cmp_texts(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

/* Nothing lists the resources, workspaces or repositories of a source: those that its evidence shows are expected. */
static bd_strs shown_scopes(bd_judging *run, const bd_strs *sources) {
    bd_strs list = {0};
    bd_map *known = bd_map_make(run->scratch);
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *snapshot = &run->in->snapshots->data[i];
        if (bd_strs_have(sources, snapshot->source) &&
            bd_map_find(known, snapshot->scope) == NULL) {
            bd_map_put(known, snapshot->scope, run);
            *bd_push(run->arena, &list) = snapshot->scope;
        }
    }
    bd_sort(list.data, list.count, sizeof(bd_str), cmp_texts, NULL);
    return list;
}

static bd_map *make_set(bd_judging *run, const bd_strs *texts) {
    bd_map *set = bd_map_make(run->scratch);
    for (size_t i = 0; i < texts->count; i++) {
        bd_map_put(set, texts->data[i], run);
    }
    return set;
}

static void expect_scopes(bd_judging *run, bd_check_view *view) {
    view->is_population = view->plan->population_fact.size > 0;
    if (view->plan->is_by_subscription) {
        view->is_population = true;
        view->expected = run->subscriptions;
    } else if (view->is_population) {
        view->expected = view->plan->population;
    } else if (view->scope_kind == BD_SCOPE_SUBSCRIPTION) {
        view->expected = run->subscriptions;
    } else if (view->scope_kind == BD_SCOPE_TENANT) {
        *bd_push(run->arena, &view->expected) = (bd_str){"", 0};
    } else {
        view->expected = shown_scopes(run, &view->sources);
    }
    bool are_subscriptions = view->expected.data == run->subscriptions.data;
    view->expects = are_subscriptions ? run->knows_subscription : make_set(run, &view->expected);
}

bool bd_judging_expects(const bd_check_view *view, bd_str scope) {
    return bd_map_find(view->expects, scope) != NULL;
}

const bd_strs *bd_judging_tiles(const bd_check_view *view, size_t *count) {
    *count = view->check->tile.count > 0 ? view->check->tile.count : 1;
    return view->check->tile.count > 0 ? view->check->tile.data : &view->sources;
}

static int64_t index_of_decider(const bd_judging *run, const bd_check *check) {
    bd_str id = bd_value_text(check->body, "decided_by");
    const bd_check *decider = id.size > 0 ? bd_catalog_check(run->in->catalog, id) : NULL;
    return decider != NULL ? (int64_t)decider->index : -1;
}

static bd_rc view_related(bd_judging *run, bd_check_view *view, bd_err *err) {
    const bd_value *related = bd_value_find(view->check->body, "related");
    const bd_value *where = bd_value_find(related, "where");
    view->is_by_parent = bd_str_eqz(bd_value_text(related, "key"), "parent");
    if (where == NULL) {
        return BD_OK;
    }
    BD_TRY_CTX(bd_condition_compile(where, run->in->engagement->parameters, run->arena,
                                    &view->related_where, err),
               err, "in check '%.*s'", BD_ARG(view->check->id));
    return BD_OK;
}

/* Under which source and kind of scope snapshots of the related side are kept: a derived one has none of its own. */
static void view_partner(bd_judging *run, bd_check_view *view) {
    const bd_source_def *source = bd_catalog_source(run->in->catalog, view->plan->related_source);
    if (source != NULL && source->derivation.size > 0) {
        source = bd_catalog_source(run->in->catalog, source->derived_from.data[0]);
    }
    view->partner = source != NULL ? source->id : view->plan->related_source;
    view->partner_scope = source != NULL ? source->scope : BD_SCOPE_RESOURCE;
}

static bd_instant start_of_events(const bd_judging *run, const bd_check_view *view) {
    const bd_zone *zone = run->in->engagement->zone;
    bd_day end = bd_zone_day(zone, run->out->until - 1) + 1;
    bd_instant year = bd_zone_day_start(zone, bd_day_add_months(end, -12));
    return view->plan->takes_year && year < run->events_from ? year : run->events_from;
}

static bd_rc view_check(bd_judging *run, const bd_check *check, bd_check_view *view, bd_err *err) {
    view->check = check;
    view->latest_event = BD_INSTANT_NONE;
    view->missing_fact = bd_rules_missing_fact(run->in->rules, check->index);
    view->plan = bd_rules_plan(run->in->rules, check->index);
    view->events_from = start_of_events(run, view);
    view->decided_by = index_of_decider(run, check);
    if (view->decided_by >= 0) {
        run->views[view->decided_by].is_decider = true;
    }
    view->is_register = check->shape == BD_RECUR || check->shape == BD_DOCUMENT;
    if (view->is_register) {
        return BD_OK;
    }
    bd_str id = judged_source(view);
    const bd_source_def *source = bd_catalog_source(run->in->catalog, id);
    view->scope_kind = source != NULL ? source->scope : BD_SCOPE_TENANT;
    view->is_event = check->shape == BD_MATCH || (source != NULL && source->is_log);
    if (is_joined(source)) {
        add_once(run->arena, &view->sources, source->derived_from.data[0]);
    } else {
        add_source(run, &view->sources, id);
    }
    for (size_t i = 0; i < check->sources.count; i++) {
        add_source(run, &view->all_sources, check->sources.data[i]);
    }
    expect_scopes(run, view);
    bd_judging_date_facts(run, view);
    view_partner(run, view);
    return view_related(run, view, err);
}

/* The stated subscriptions; none stated: all that the evidence shows. */
static void list_subscriptions(bd_judging *run) {
    const bd_engagement *engagement = run->in->engagement;
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        add_once(run->arena, &run->subscriptions, engagement->subscriptions.data[i].id);
    }
    if (run->subscriptions.count > 0) {
        return;
    }
    bd_map *known = bd_map_make(run->scratch);
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *snapshot = &run->in->snapshots->data[i];
        const bd_source_def *source = bd_catalog_source(run->in->catalog, snapshot->source);
        if (source != NULL && source->scope == BD_SCOPE_SUBSCRIPTION && snapshot->scope.size > 0 &&
            bd_map_find(known, snapshot->scope) == NULL) {
            bd_map_put(known, snapshot->scope, run);
            *bd_push(run->arena, &run->subscriptions) = snapshot->scope;
        }
    }
    bd_sort(run->subscriptions.data, run->subscriptions.count, sizeof(bd_str), cmp_texts, NULL);
}

/* ---- snapshots in an order that can be searched ---- */

static int cmp_places(const bd_snapshot *a, bd_str source, bd_str scope) {
    int order = bd_str_cmp(a->source, source);
    return order != 0 ? order : bd_str_cmp(a->scope, scope);
}

static int cmp_snapshots(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_snapshot *x = *(const bd_snapshot *const *)a;
    const bd_snapshot *y = *(const bd_snapshot *const *)b;
    int order = cmp_places(x, y->source, y->scope);
    if (order != 0) {
        return order;
    }
    if (x->from != y->from) {
        return x->from < y->from ? -1 : 1;
    }
    return (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

void bd_judging_sort_snapshots(bd_judging *run) {
    run->snapshots.count = 0;
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        *bd_push(run->scratch, &run->snapshots) = &run->in->snapshots->data[i];
    }
    bd_sort(run->snapshots.data, run->snapshots.count, sizeof run->snapshots.data[0], cmp_snapshots,
            NULL);
}

/* Index of the first snapshot that does not come before (source, scope). */
static size_t first_place(const bd_judging *run, bd_str source, bd_str scope) {
    size_t low = 0;
    size_t high = run->snapshots.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cmp_places(run->snapshots.data[middle], source, scope) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bd_snapshot_range bd_judging_snapshots(const bd_judging *run, bd_str source, bd_str scope) {
    size_t from = first_place(run, source, scope);
    size_t to = from;
    while (to < run->snapshots.count && cmp_places(run->snapshots.data[to], source, scope) == 0) {
        to++;
    }
    return (bd_snapshot_range){run->snapshots.data + from, to - from};
}

bd_snapshot_range bd_judging_snapshots_below(const bd_judging *run, bd_str source, bd_str scope) {
    char prefix[1024];
    size_t size = (size_t)snprintf(prefix, sizeof prefix, "%.*s/", BD_ARG(scope));
    if (size >= sizeof prefix) {
        return (bd_snapshot_range){NULL, 0}; /* no id of Azure is that long */
    }
    size_t from = first_place(run, source, (bd_str){prefix, size});
    size_t to = from;
    while (to < run->snapshots.count && bd_str_eq(run->snapshots.data[to]->source, source) &&
           bd_str_has_prefix(run->snapshots.data[to]->scope, (bd_str){prefix, size})) {
        to++;
    }
    return (bd_snapshot_range){run->snapshots.data + from, to - from};
}

bool bd_judging_has_unplaced(const bd_judging *run, const bd_snapshot *snapshot) {
    bd_snapshot_range nowhere = bd_judging_snapshots(run, snapshot->source, (bd_str){"", 0});
    for (size_t i = 0; i < nowhere.count && snapshot->scope.size > 0; i++) {
        if (nowhere.data[i]->collection == snapshot->collection && nowhere.data[i]->rows > 0) {
            return true;
        }
    }
    return false;
}

bool bd_judging_has_unplaced_on(const bd_judging *run, bd_str source, bd_day day) {
    bd_snapshot_range nowhere = bd_judging_snapshots(run, source, (bd_str){"", 0});
    for (size_t i = 0; i < nowhere.count; i++) {
        if (nowhere.data[i]->date == day && nowhere.data[i]->rows > 0) {
            return true;
        }
    }
    return false;
}

bd_rc bd_judging_view(bd_judging *run, bd_err *err) {
    list_subscriptions(run);
    run->knows_subscription = make_set(run, &run->subscriptions);
    bd_judging_sort_snapshots(run);
    const bd_catalog *catalog = run->in->catalog;
    run->views = bd_new(run->arena, bd_check_view, catalog->check_count);
    for (size_t i = 0; i < catalog->check_count; i++) {
        BD_TRY(view_check(run, &catalog->checks[i], &run->views[i], err));
    }
    return BD_OK;
}

/* ---- evidence and time ---- */

bd_instant bd_judging_instant(const bd_judging *run, uint32_t evidence_index) {
    return bd_collection_instant(run->in->collections, run->in->evidence, evidence_index);
}

bool bd_judging_is_usable(const bd_judging *run, uint32_t evidence_index, bd_str *why) {
    return bd_collection_may_pass(run->in->collections, run->in->evidence, evidence_index, why);
}

bd_instance *bd_judging_instance_of(const bd_judging *run, const bd_check_view *view,
                                    bd_instant at) {
    bool is_before = view->plan->takes_year && at < run->out->period_start;
    return bd_judging_instance(run, view->check->requirement,
                               is_before ? run->out->period_start : at);
}

bool bd_judging_is_inside(const bd_judging *run, const bd_check_view *view, bd_instant at) {
    if (at >= run->out->until) {
        return false;
    }
    if (!view->is_event) {
        return at >= run->snapshots_from;
    }
    return at >= view->events_from && (run->in->period->is_type_ii || at == view->latest_event);
}
