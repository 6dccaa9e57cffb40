/* How each check stands to the evidence: its sources, its scopes, the scopes that every instance must show. */
#include "bindery/views.h"

#include "views_priv.h"
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
static void add_source(bd_views *views, bd_strs *list, bd_str id) {
    const bd_source_def *source = bd_catalog_source(views->in.catalog, id);
    if (source == NULL || source->derivation.size == 0) {
        add_once(views->arena, list, id);
        return;
    }
    for (size_t i = 0; i < source->derived_from.count; i++) {
        add_once(views->arena, list, source->derived_from.data[i]);
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
static bd_strs shown_scopes(bd_views *views, const bd_strs *sources) {
    bd_strs list = {0};
    bd_map *known = bd_map_make(views->scratch);
    for (size_t i = 0; i < views->in.snapshots->count; i++) {
        const bd_snapshot *snapshot = &views->in.snapshots->data[i];
        if (bd_strs_have(sources, snapshot->source) &&
            bd_map_find(known, snapshot->scope) == NULL) {
            bd_map_put(known, snapshot->scope, views);
            *bd_push(views->arena, &list) = snapshot->scope;
        }
    }
    bd_sort(list.data, list.count, sizeof(bd_str), cmp_texts, NULL);
    return list;
}

static bd_map *make_set(bd_views *views, const bd_strs *texts) {
    bd_map *set = bd_map_make(views->scratch);
    for (size_t i = 0; i < texts->count; i++) {
        bd_map_put(set, texts->data[i], views);
    }
    return set;
}

static void expect_scopes(bd_views *views, bd_check_view *view) {
    view->is_population = view->plan->population_fact.size > 0;
    if (view->plan->is_by_subscription) {
        view->is_population = true;
        view->expected = views->subscriptions;
    } else if (view->is_population) {
        view->expected = view->plan->population;
    } else if (view->scope_kind == BD_SCOPE_SUBSCRIPTION) {
        view->expected = views->subscriptions;
    } else if (view->scope_kind == BD_SCOPE_TENANT) {
        *bd_push(views->arena, &view->expected) = (bd_str){"", 0};
    } else {
        view->expected = shown_scopes(views, &view->sources);
    }
    bool are_subscriptions = view->expected.data == views->subscriptions.data;
    view->expects = are_subscriptions ? views->knows_subscription : make_set(views, &view->expected);
}

bool bd_view_expects(const bd_check_view *view, bd_str scope) {
    return bd_map_find(view->expects, scope) != NULL;
}

const bd_strs *bd_view_tiles(const bd_check_view *view, size_t *count) {
    *count = view->check->tile.count > 0 ? view->check->tile.count : 1;
    return view->check->tile.count > 0 ? view->check->tile.data : &view->sources;
}

static int64_t index_of_decider(const bd_views *views, const bd_check *check) {
    bd_str id = bd_value_text(check->body, "decided_by");
    const bd_check *decider = id.size > 0 ? bd_catalog_check(views->in.catalog, id) : NULL;
    return decider != NULL ? (int64_t)decider->index : -1;
}

static bd_rc view_related(bd_views *views, bd_check_view *view, bd_err *err) {
    const bd_value *related = bd_value_find(view->check->body, "related");
    const bd_value *where = bd_value_find(related, "where");
    view->is_by_parent = bd_str_eqz(bd_value_text(related, "key"), "parent");
    if (where == NULL) {
        return BD_OK;
    }
    BD_TRY_CTX(bd_condition_compile(where, views->in.engagement->parameters, views->arena,
                                    &view->related_where, err),
               err, "in check '%.*s'", BD_ARG(view->check->id));
    return BD_OK;
}

/* Under which source and kind of scope snapshots of the related side are kept: a derived one has none of its own. */
static void view_partner(bd_views *views, bd_check_view *view) {
    const bd_source_def *source = bd_catalog_source(views->in.catalog, view->plan->related_source);
    if (source != NULL && source->derivation.size > 0) {
        source = bd_catalog_source(views->in.catalog, source->derived_from.data[0]);
    }
    view->partner = source != NULL ? source->id : view->plan->related_source;
    view->partner_scope = source != NULL ? source->scope : BD_SCOPE_RESOURCE;
}

static bd_instant start_of_events(const bd_views *views, const bd_check_view *view) {
    const bd_zone *zone = views->in.engagement->zone;
    bd_day end = bd_zone_day(zone, views->times.until - 1) + 1;
    bd_instant year = bd_zone_day_start(zone, bd_day_add_months(end, -12));
    return view->plan->takes_year && year < views->times.events_from ? year : views->times.events_from;
}

static bd_rc view_check(bd_views *views, const bd_check *check, bd_check_view *view, bd_err *err) {
    view->check = check;
    view->latest_event = BD_INSTANT_NONE;
    view->missing_fact = bd_rules_missing_fact(views->in.rules, check->index);
    view->plan = bd_rules_plan(views->in.rules, check->index);
    view->events_from = start_of_events(views, view);
    view->decided_by = index_of_decider(views, check);
    if (view->decided_by >= 0) {
        views->by_check[view->decided_by].is_decider = true;
    }
    view->is_register = check->shape == BD_RECUR || check->shape == BD_DOCUMENT;
    if (view->is_register) {
        return BD_OK;
    }
    bd_str id = judged_source(view);
    const bd_source_def *source = bd_catalog_source(views->in.catalog, id);
    view->scope_kind = source != NULL ? source->scope : BD_SCOPE_TENANT;
    view->is_event = check->shape == BD_MATCH || (source != NULL && source->is_log);
    if (is_joined(source)) {
        add_once(views->arena, &view->sources, source->derived_from.data[0]);
    } else {
        add_source(views, &view->sources, id);
    }
    for (size_t i = 0; i < check->sources.count; i++) {
        add_source(views, &view->all_sources, check->sources.data[i]);
    }
    expect_scopes(views, view);
    bd_views_date_facts(views, view);
    view_partner(views, view);
    return view_related(views, view, err);
}

/* The stated subscriptions; none stated: all that the evidence shows. */
static void list_subscriptions(bd_views *views) {
    const bd_engagement *engagement = views->in.engagement;
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        add_once(views->arena, &views->subscriptions, engagement->subscriptions.data[i].id);
    }
    if (views->subscriptions.count > 0) {
        return;
    }
    bd_map *known = bd_map_make(views->scratch);
    for (size_t i = 0; i < views->in.snapshots->count; i++) {
        const bd_snapshot *snapshot = &views->in.snapshots->data[i];
        const bd_source_def *source = bd_catalog_source(views->in.catalog, snapshot->source);
        if (source != NULL && source->scope == BD_SCOPE_SUBSCRIPTION && snapshot->scope.size > 0 &&
            bd_map_find(known, snapshot->scope) == NULL) {
            bd_map_put(known, snapshot->scope, views);
            *bd_push(views->arena, &views->subscriptions) = snapshot->scope;
        }
    }
    bd_sort(views->subscriptions.data, views->subscriptions.count, sizeof(bd_str), cmp_texts, NULL);
}

bd_rc bd_views_make(const bd_views_inputs *inputs, bd_arena *arena, bd_arena *scratch, bd_views **out,
                    bd_err *err) {
    const bd_catalog *catalog = inputs->catalog;
    bd_views *views = bd_new(arena, bd_views, 1);
    *views = (bd_views){.in = *inputs,
                        .arena = arena,
                        .scratch = scratch,
                        .times = bd_period_times_of(inputs->period, inputs->engagement->zone, inputs->as_of),
                        .by_check = bd_new(arena, bd_check_view, catalog->check_count)};
    list_subscriptions(views);
    views->knows_subscription = make_set(views, &views->subscriptions);
    bd_views_sort_snapshots(views);
    for (size_t i = 0; i < catalog->check_count; i++) {
        BD_TRY(view_check(views, &catalog->checks[i], &views->by_check[i], err));
    }
    bd_views_open_places(views);
    *out = views;
    return BD_OK;
}
