/* Which days a group of log sources describes: extracts, touching or overlapping, tile every day (bindery-1, 2). */
#include "bindery/assess.h"

#include "assess_priv.h"

typedef struct {
    bd_instant from, to;
} span;
typedef BD_VEC(span) spans;

static int cmp_spans(const void *context, const void *a, const void *b) {
    (void)context;
    const span *x = a;
    const span *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* What the extracts of one scope say of [start, end). */
typedef struct {
    spans usable;
    size_t touching; /* usable or not */
    bd_str why_not;
} extracts;

static extracts find_extracts(const bd_judging *run, const bd_strs *sources, bd_str scope,
                              bd_instant start, bd_instant end, bd_arena *arena) {
    extracts found = {.why_not = {"", 0}};
    for (size_t i = 0; i < sources->count; i++) {
        bd_snapshot_range range = bd_judging_snapshots(run, sources->data[i], scope);
        for (size_t j = 0; j < range.count; j++) {
            const bd_snapshot *extract = range.data[j];
            if (extract->from >= end || extract->to <= start) {
                continue;
            }
            found.touching++;
            if (!extract->may_pass) {
                found.why_not = extract->why_not;
                continue;
            }
            *bd_push(arena, &found.usable) = (span){extract->from, extract->to};
        }
    }
    bd_sort(found.usable.data, found.usable.count, sizeof(span), cmp_spans, NULL);
    return found;
}

/* First instant of [start, end) that no span holds, or `end`. */
static bd_instant first_hole(const spans *list, bd_instant start, bd_instant end) {
    bd_instant reached = start;
    for (size_t i = 0; i < list->count && reached < end; i++) {
        if (list->data[i].from > reached) {
            return reached;
        }
        if (list->data[i].to > reached) {
            reached = list->data[i].to;
        }
    }
    return reached < end ? reached : end;
}

static bd_scope_kind scope_of_sources(const bd_judging *run, const bd_strs *sources) {
    for (size_t i = 0; i < sources->count; i++) {
        const bd_source_def *source = bd_catalog_source(run->in->catalog, sources->data[i]);
        if (source != NULL && (source->scope == BD_SCOPE_SUBSCRIPTION ||
                               source->scope == BD_SCOPE_RESOURCE)) {
            return source->scope;
        }
    }
    return BD_SCOPE_TENANT;
}

/* Each subscription; each resource of which there is a log; else the one whole. */
static bd_strs scopes_to_tile(const bd_judging *run, const bd_strs *sources, bd_arena *arena) {
    bd_scope_kind kind = scope_of_sources(run, sources);
    bd_strs scopes = {0};
    if (kind == BD_SCOPE_SUBSCRIPTION) {
        return run->subscriptions;
    }
    for (size_t i = 0; kind == BD_SCOPE_RESOURCE && i < run->snapshots.count; i++) {
        const bd_snapshot *extract = run->snapshots.data[i]; /* in the order of their scopes */
        bool is_known =
            scopes.count > 0 && bd_str_eq(scopes.data[scopes.count - 1], extract->scope);
        if (bd_strs_have(sources, extract->source) && !is_known) {
            *bd_push(arena, &scopes) = extract->scope;
        }
    }
    if (scopes.count == 0) {
        *bd_push(arena, &scopes) = BD_STR("");
    }
    return scopes;
}

bd_tiling bd_judging_tile(const bd_judging *run, const bd_strs *sources, bd_instant start,
                          bd_instant end) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("tiling", (size_t)64 << 20);
    bool is_by_subscription = scope_of_sources(run, sources) == BD_SCOPE_SUBSCRIPTION;
    bd_strs scopes = scopes_to_tile(run, sources, scratch);
    bd_tiling tiling = {.is_tiled = scopes.count > 0, .reason = {"", 0}};
    for (size_t i = 0; i < scopes.count; i++) {
        extracts found = find_extracts(run, sources, scopes.data[i], start, end, scratch);
        tiling.has_any = tiling.has_any || found.touching > 0;
        tiling.has_usable = tiling.has_usable || found.usable.count > 0;
        bd_instant hole = first_hole(&found.usable, start, end);
        if (hole < end && tiling.is_tiled) {
            bd_day day = bd_zone_day(run->in->engagement->zone, hole);
            bd_str scope = scopes.data[i];
            tiling.is_tiled = false;
            tiling.reason = bd_str_format(
                run->arena, "no usable extract of %.*s describes %.*s%s%.*s%s%.*s",
                BD_ARG(sources->data[0]), BD_ARG(bd_day_format(scratch, day)),
                scope.size == 0      ? ""
                : is_by_subscription ? " in subscription "
                                     : " of ",
                BD_ARG(scope), found.why_not.size > 0 ? ": " : "", BD_ARG(found.why_not));
        }
    }
    return tiling;
}

bd_str bd_judging_unread_list(const bd_judging *run, const bd_check_view *view) {
    bd_str id =
        view->check->shape == BD_MATCH ? view->plan->event_sources.data[0] : (bd_str){"", 0};
    const bd_source_def *source = bd_catalog_source(run->in->catalog, id);
    if (source == NULL || source->is_log) {
        return (bd_str){"", 0};
    }
    bool is_derived = source->derivation.size > 0;
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *list = &run->in->snapshots->data[i];
        bool is_of_it = is_derived ? bd_strs_have(&source->derived_from, list->source)
                                   : bd_str_eq(list->source, id);
        if (is_of_it && list->may_pass) {
            return (bd_str){"", 0};
        }
    }
    return is_derived ? source->derived_from.data[0] : id;
}

bool bd_judging_is_logged(const bd_judging *run, const bd_check_view *view, bd_instant from,
                          bd_instant to) {
    size_t count;
    const bd_strs *tiles = bd_judging_tiles(view, &count);
    return bd_judging_tile(run, &tiles[0], from, to > from ? to : from + 1).is_tiled;
}
