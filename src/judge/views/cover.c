/* Which days a group of log sources describes: extracts, touching or overlapping, tile every day (bindery-1, 2). */
#include "bindery/views.h"

#include "views_priv.h"

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

/* A repository by its name or its address, as the sidecar of an extract names it. */
static bool is_of_repository(const bd_views *views, const bd_snapshot *extract, bd_str repository) {
    const bd_collection *pages = &views->in.collections->data[extract->collection];
    const bd_evidence *first = &views->in.evidence->data[pages->members.data[0]];
    for (size_t i = 0; first->has_sidecar && i < first->sidecar.scope_ids.count; i++) {
        bd_str id = first->sidecar.scope_ids.data[i];
        bd_str tail = bd_str_sub(id, id.size - (id.size < repository.size ? id.size : repository.size),
                                 id.size);
        bool is_whole = tail.size == id.size || id.data[id.size - tail.size - 1] == '/';
        if (is_whole && bd_str_ieq(tail, repository)) {
            return true;
        }
    }
    return false;
}

/* How the scopes of a tile are told apart. */
typedef enum { BY_SCOPE, BY_REPOSITORY, BY_WORKSPACE } naming;

static bool is_of_named(const bd_views *views, const bd_snapshot *extract, naming by, bd_str name,
                        bd_str *why_not) {
    if (by == BY_WORKSPACE && extract->workspace.size == 0) {
        *why_not = BD_STR("an answer does not say which workspace it is of; name it in the scope of "
                          "its sidecar");
    }
    return by == BY_SCOPE || (by == BY_REPOSITORY && is_of_repository(views, extract, name)) ||
           (by == BY_WORKSPACE && bd_str_eq(extract->workspace, name));
}

/* What the extracts of one scope say of [start, end). */
typedef struct {
    spans usable;
    size_t touching; /* usable or not */
    bd_str why_not;
} extracts;

static extracts find_extracts(const bd_views *views, const bd_strs *sources, bd_str scope,
                              naming by, bd_instant start, bd_instant end, bd_arena *arena) {
    extracts found = {.why_not = {"", 0}};
    for (size_t i = 0; i < sources->count; i++) {
        bd_str listed = by == BY_SCOPE ? scope : (bd_str){"", 0};
        bd_snapshot_range range = bd_views_snapshots(views, sources->data[i], listed);
        for (size_t j = 0; j < range.count; j++) {
            const bd_snapshot *extract = range.data[j];
            if (extract->from >= end || extract->to <= start ||
                !is_of_named(views, extract, by, scope, &found.why_not)) {
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

static bd_scope_kind scope_of_sources(const bd_views *views, const bd_strs *sources) {
    bd_scope_kind kind = BD_SCOPE_TENANT;
    for (size_t i = 0; i < sources->count; i++) {
        const bd_source_def *source = bd_catalog_source(views->in.catalog, sources->data[i]);
        if (source != NULL && source->scope == BD_SCOPE_SUBSCRIPTION) {
            return BD_SCOPE_SUBSCRIPTION;
        }
        kind = source != NULL && source->scope == BD_SCOPE_RESOURCE ? BD_SCOPE_RESOURCE : kind;
    }
    return kind;
}

/* Nothing lists the resources that keep a log: each that has shown one is expected to show all of it. */
static bd_strs scopes_of_sources(const bd_views *views, const bd_strs *sources, bd_arena *arena) {
    static const bd_str whole_tenant[1] = {{"", 0}};
    bd_scope_kind kind = scope_of_sources(views, sources);
    if (kind == BD_SCOPE_SUBSCRIPTION) {
        return views->subscriptions;
    }
    bd_strs found = {0};
    for (size_t i = 0; i < views->in.snapshots->count && kind == BD_SCOPE_RESOURCE; i++) {
        const bd_snapshot *extract = &views->in.snapshots->data[i];
        if (bd_strs_have(sources, extract->source) && !bd_strs_have(&found, extract->scope)) {
            *bd_push(arena, &found) = extract->scope;
        }
    }
    if (found.count == 0) {
        *bd_push(arena, &found) = whole_tenant[0];
    }
    return found;
}

/* Names tell apart what is kept by repository or workspace; another source of the same check is not asked by them. */
static naming naming_of(const bd_views *views, const bd_strs *sources, const bd_strs *named) {
    const bd_source_def *first =
        sources->count > 0 ? bd_catalog_source(views->in.catalog, sources->data[0]) : NULL;
    if (first == NULL || named->count == 0) {
        return BY_SCOPE;
    }
    return first->scope == BD_SCOPE_REPOSITORY  ? BY_REPOSITORY
           : first->scope == BD_SCOPE_WORKSPACE ? BY_WORKSPACE
                                                : BY_SCOPE;
}

bd_str bd_views_source_words(const bd_views *views, bd_str id, bd_arena *arena) {
    const bd_source_def *source = bd_catalog_source(views->in.catalog, id);
    bool is_number = source != NULL && source->derivation.size == 0 &&
                     !bd_str_has_prefix(id, BD_STR("csv:")) && !bd_str_eq(source->title, id);
    return is_number ? bd_str_format(arena, "%.*s (%.*s)", BD_ARG(source->title), BD_ARG(id)) : id;
}

bd_tiling bd_views_tile(const bd_views *views, const bd_strs *sources, const bd_strs *named,
                        bd_instant start, bd_instant end) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("tiling", (size_t)64 << 20);
    naming by = naming_of(views, sources, named);
    bool is_by_subscription =
        by == BY_SCOPE && scope_of_sources(views, sources) == BD_SCOPE_SUBSCRIPTION;
    bd_strs scopes = by != BY_SCOPE ? *named : scopes_of_sources(views, sources, scratch);
    const char *in = by == BY_REPOSITORY  ? " in repository "
                     : by == BY_WORKSPACE ? " in workspace "
                     : is_by_subscription ? " in subscription "
                                          : " of ";
    bd_tiling tiling = {.is_tiled = scopes.count > 0, .reason = {"", 0}};
    for (size_t i = 0; i < scopes.count; i++) {
        extracts found =
            find_extracts(views, sources, scopes.data[i], by, start, end, scratch);
        tiling.has_any = tiling.has_any || found.touching > 0;
        tiling.has_usable = tiling.has_usable || found.usable.count > 0;
        bd_instant hole = first_hole(&found.usable, start, end);
        if (hole < end && tiling.is_tiled) {
            bd_day day = bd_zone_day(views->in.engagement->zone, hole);
            bd_str scope = scopes.data[i];
            tiling.is_tiled = false;
            tiling.reason =
                bd_str_format(views->arena, "no usable extract of %.*s describes %.*s%s%.*s%s%.*s",
                              BD_ARG(bd_views_source_words(views, sources->data[0], scratch)),
                              BD_ARG(bd_day_format(scratch, day)),
                              scope.size > 0 ? in : "", BD_ARG(scope),
                              found.why_not.size > 0 ? ": " : "", BD_ARG(found.why_not));
        }
    }
    return tiling;
}

bd_str bd_views_unread_list(const bd_views *views, const bd_check_view *view) {
    bd_str id =
        view->check->shape == BD_MATCH ? view->plan->event_sources.data[0] : (bd_str){"", 0};
    const bd_source_def *source = bd_catalog_source(views->in.catalog, id);
    if (source == NULL || source->is_log) {
        return (bd_str){"", 0};
    }
    bool is_derived = source->derivation.size > 0;
    for (size_t i = 0; i < views->in.snapshots->count; i++) {
        const bd_snapshot *list = &views->in.snapshots->data[i];
        bool is_of_it = is_derived ? bd_strs_have(&source->derived_from, list->source)
                                   : bd_str_eq(list->source, id);
        if (is_of_it && list->may_pass) {
            return (bd_str){"", 0};
        }
    }
    return is_derived ? source->derived_from.data[0] : id;
}

bool bd_views_is_logged(const bd_views *views, const bd_check_view *view, bd_instant from,
                        bd_instant to) {
    size_t count;
    const bd_strs *tiles = bd_view_tiles(view, &count);
    return bd_views_tile(views, &tiles[0], &view->plan->tile_of, from, to > from ? to : from + 1).is_tiled;
}
