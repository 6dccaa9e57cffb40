/* Which days a group of log sources describes: extracts, touching or overlapping, tile every day (judging.md 2). */
#include "bindery/assess.h"

#include "assess_priv.h"

typedef struct {
    bd_instant from, to;
} span;
typedef BD_VEC(span) spans;

static bool has_source(const bd_strs *sources, bd_str id) {
    for (size_t i = 0; i < sources->count; i++) {
        if (bd_str_eq(sources->data[i], id)) {
            return true;
        }
    }
    return false;
}

static int cmp_spans(const void *context, const void *a, const void *b) {
    (void)context;
    const span *x = a;
    const span *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Extracts of one scope that may pass; `*touching` counts all, usable or not. */
static spans usable_spans(const bd_judging *run, const bd_strs *sources, bd_str scope, bd_instant start,
                          bd_instant end, bd_arena *arena, size_t *touching, bd_str *why_not) {
    spans list = {0};
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *extract = &run->in->snapshots->data[i];
        if (!has_source(sources, extract->source) || !bd_str_eq(extract->scope, scope) ||
            extract->from >= end || extract->to <= start) {
            continue;
        }
        *touching += 1;
        if (!extract->may_pass) {
            *why_not = extract->why_not;
            continue;
        }
        *bd_push(arena, &list) = (span){extract->from, extract->to};
    }
    bd_sort(list.data, list.count, sizeof(span), cmp_spans, NULL);
    return list;
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
        if (source != NULL && source->scope == BD_SCOPE_SUBSCRIPTION) {
            return BD_SCOPE_SUBSCRIPTION;
        }
    }
    return BD_SCOPE_TENANT;
}

bd_tiling bd_judging_tile(const bd_judging *run, const bd_strs *sources, bd_instant start, bd_instant end) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("tiling", (size_t)64 << 20);
    static const bd_str whole_tenant[1] = {{"", 0}};
    bool is_by_subscription = scope_of_sources(run, sources) == BD_SCOPE_SUBSCRIPTION;
    const bd_str *scopes = is_by_subscription ? run->subscriptions.data : whole_tenant;
    size_t scope_count = is_by_subscription ? run->subscriptions.count : 1;
    bd_tiling tiling = {.is_tiled = scope_count > 0, .reason = {"", 0}};
    for (size_t i = 0; i < scope_count; i++) {
        size_t touching = 0;
        bd_str why_not = {"", 0};
        spans list = usable_spans(run, sources, scopes[i], start, end, scratch, &touching, &why_not);
        tiling.has_any = tiling.has_any || touching > 0;
        bd_instant hole = first_hole(&list, start, end);
        if (hole < end && tiling.is_tiled) {
            bd_day day = bd_zone_day(run->in->engagement->zone, hole);
            tiling.is_tiled = false;
            tiling.reason = bd_str_format(
                run->arena, "no usable extract of %.*s describes %.*s%s%.*s%s%.*s", BD_ARG(sources->data[0]),
                BD_ARG(bd_day_format(scratch, day)), scopes[i].size > 0 ? " in subscription " : "",
                BD_ARG(scopes[i]), why_not.size > 0 ? ": " : "", BD_ARG(why_not));
        }
    }
    return tiling;
}

bool bd_judging_is_logged(const bd_judging *run, const bd_check *check, bd_instant from, bd_instant to) {
    bd_instant last = to < run->in->as_of ? to : run->in->as_of;
    if (check->tile.count == 0) {
        return true;
    }
    return bd_judging_tile(run, &check->tile.data[0], from, last > from ? last : from + 1).is_tiled;
}
