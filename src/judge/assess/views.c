/* How each check stands to the evidence: its sources, its scopes, the scopes that every instance must show. */
#include "bindery/assess.h"

#include "assess_priv.h"

static bool has_text(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

static void add_once(bd_arena *arena, bd_strs *list, bd_str text) {
    if (text.size > 0 && !has_text(list, text)) {
        *bd_push(arena, list) = text;
    }
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

static void expect_subscriptions(bd_judging *run, bd_check_view *view) {
    view->expected = run->subscriptions;
}

static void expect_population(bd_judging *run, bd_check_view *view) {
    for (size_t i = 0; i < view->plan->population.count; i++) {
        *bd_push(run->arena, &view->expected) = view->plan->population.data[i];
    }
}

static void expect_scopes(bd_judging *run, bd_check_view *view) {
    view->is_population = view->plan->population_fact.size > 0;
    if (view->is_population) {
        expect_population(run, view);
    } else if (view->scope_kind == BD_SCOPE_SUBSCRIPTION) {
        expect_subscriptions(run, view);
    } else {
        *bd_push(run->arena, &view->expected) = (bd_str){"", 0};
    }
}

static int64_t index_of_decider(const bd_judging *run, const bd_check *check) {
    bd_str id = bd_value_text(check->body, "decided_by");
    const bd_check *decider = id.size > 0 ? bd_catalog_check(run->in->catalog, id) : NULL;
    return decider != NULL ? (int64_t)decider->index : -1;
}

static void view_check(bd_judging *run, const bd_check *check, bd_check_view *view) {
    view->check = check;
    view->plan = bd_rules_plan(run->in->rules, check->index);
    view->decided_by = index_of_decider(run, check);
    view->is_register = check->shape == BD_RECUR || check->shape == BD_DOCUMENT;
    if (view->is_register) {
        return;
    }
    bd_str id = judged_source(view);
    const bd_source_def *source = bd_catalog_source(run->in->catalog, id);
    view->scope_kind = source != NULL ? source->scope : BD_SCOPE_TENANT;
    view->is_event = check->shape == BD_MATCH || (source != NULL && source->is_log);
    add_source(run, &view->sources, id);
    for (size_t i = 0; i < check->sources.count; i++) {
        add_source(run, &view->all_sources, check->sources.data[i]);
    }
    expect_scopes(run, view);
}

static int cmp_texts(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
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
    bd_map *known = bd_map_make(run->arena);
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

void bd_judging_view(bd_judging *run) {
    list_subscriptions(run);
    const bd_catalog *catalog = run->in->catalog;
    run->views = bd_new(run->arena, bd_check_view, catalog->check_count);
    for (size_t i = 0; i < catalog->check_count; i++) {
        view_check(run, &catalog->checks[i], &run->views[i]);
    }
}

bd_instant bd_judging_instant(const bd_judging *run, uint32_t evidence_index) {
    const bd_evidence *item = &run->in->evidence->data[evidence_index];
    const bd_collection *collection = &run->in->collections->data[item->collection];
    return run->in->evidence->data[collection->members.data[0]].describes_from;
}

bool bd_judging_same_or_below(bd_str scope, bd_str id) {
    return bd_str_has_prefix(scope, id) &&
           (scope.size == id.size || (id.size > 0 && scope.data[id.size] == '/'));
}
