/* Snapshots in an order that can be searched; what a file is worth, and whether a time is judged. */
#include "bindery/views.h"

#include "views_priv.h"

#include <stdio.h>

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

void bd_views_sort_snapshots(bd_views *views) {
    views->snapshots.count = 0;
    for (size_t i = 0; i < views->in.snapshots->count; i++) {
        *bd_push(views->scratch, &views->snapshots) = &views->in.snapshots->data[i];
    }
    bd_sort(views->snapshots.data, views->snapshots.count, sizeof views->snapshots.data[0], cmp_snapshots,
            NULL);
}

/* Index of the first snapshot that does not come before (source, scope). */
static size_t first_place(const bd_views *views, bd_str source, bd_str scope) {
    size_t low = 0;
    size_t high = views->snapshots.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cmp_places(views->snapshots.data[middle], source, scope) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void bd_views_look_at(bd_views *views, const bd_collections *collections, const bd_snapshots *snapshots) {
    views->in.collections = collections;
    views->in.snapshots = snapshots;
    bd_views_sort_snapshots(views);
}

bd_snapshot_range bd_views_snapshots(const bd_views *views, bd_str source, bd_str scope) {
    size_t from = first_place(views, source, scope);
    size_t to = from;
    while (to < views->snapshots.count && cmp_places(views->snapshots.data[to], source, scope) == 0) {
        to++;
    }
    return (bd_snapshot_range){views->snapshots.data + from, to - from};
}

bd_snapshot_range bd_views_snapshots_below(const bd_views *views, bd_str source, bd_str scope) {
    char prefix[1024];
    size_t size = (size_t)snprintf(prefix, sizeof prefix, "%.*s/", BD_ARG(scope));
    if (size >= sizeof prefix) {
        return (bd_snapshot_range){NULL, 0}; /* no id of Azure is that long */
    }
    size_t from = first_place(views, source, (bd_str){prefix, size});
    size_t to = from;
    while (to < views->snapshots.count && bd_str_eq(views->snapshots.data[to]->source, source) &&
           bd_str_has_prefix(views->snapshots.data[to]->scope, (bd_str){prefix, size})) {
        to++;
    }
    return (bd_snapshot_range){views->snapshots.data + from, to - from};
}

bool bd_views_has_unplaced(const bd_views *views, const bd_snapshot *snapshot) {
    bd_snapshot_range nowhere = bd_views_snapshots(views, snapshot->source, (bd_str){"", 0});
    for (size_t i = 0; i < nowhere.count && snapshot->scope.size > 0; i++) {
        if (nowhere.data[i]->collection == snapshot->collection && nowhere.data[i]->rows > 0) {
            return true;
        }
    }
    return false;
}

bool bd_views_has_unplaced_on(const bd_views *views, bd_str source, bd_day day) {
    bd_snapshot_range nowhere = bd_views_snapshots(views, source, (bd_str){"", 0});
    for (size_t i = 0; i < nowhere.count; i++) {
        if (nowhere.data[i]->date == day && nowhere.data[i]->rows > 0) {
            return true;
        }
    }
    return false;
}

/* ---- evidence and time ---- */

bd_instant bd_views_instant(const bd_views *views, uint32_t evidence_index) {
    return bd_collection_instant(views->in.collections, views->in.evidence, evidence_index);
}

bool bd_views_is_usable(const bd_views *views, uint32_t evidence_index, bd_str *why) {
    return bd_collection_may_pass(views->in.collections, views->in.evidence, evidence_index, why);
}

bool bd_views_is_inside(const bd_views *views, const bd_check_view *view, bd_instant at) {
    if (at >= views->times.until) {
        return false;
    }
    if (!view->is_event) {
        return at >= views->times.snapshots_from;
    }
    return at >= view->events_from && (views->in.period->is_type_ii || at == view->latest_event);
}
