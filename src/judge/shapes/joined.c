/* What checks of shape match joined: counts and rows of both sides without an answer, and in words how they were
 * joined.  For people; what is judged of it stands in findings. */
#include "bindery/shapes.h"

#include "shapes_priv.h"

struct bd_match_lists {
    const bd_views *views;
    bd_arena *arena;
    bd_match_sums **by_check; /* NULL: it joined nothing yet */
};

bd_match_lists *bd_match_lists_make(const bd_views *views, bd_arena *arena) {
    bd_match_lists *lists = bd_new(arena, bd_match_lists, 1);
    lists->views = views;
    lists->arena = arena;
    lists->by_check = bd_new(arena, bd_match_sums *, views->in.catalog->check_count + 1);
    return lists;
}

static bd_match_sums *sums_of(bd_match_lists *lists, uint32_t check) {
    bd_match_sums **sums = &lists->by_check[check];
    if (*sums == NULL) {
        *sums = bd_new(lists->arena, bd_match_sums, 1);
        (*sums)->check = lists->views->by_check[check].check;
        (*sums)->expects_none = lists->views->by_check[check].plan->expects_none;
    }
    return *sums;
}

static void keep_row(bd_match_lists *lists, bd_match_rows *to, const bd_group_row *row, bd_str reason,
                     bd_verdict verdict) {
    bd_arena *arena = lists->arena;
    if (to->count < BD_MATCH_MOST) {
        *bd_push(arena, to) = (bd_match_row){
            .key = bd_str_copy(arena, row->row.key.size > 0 ? row->row.key : row->row.join),
            .resource = bd_str_copy(arena, row->row.resource),
            .source = bd_str_copy(arena, row->row.source),
            .reason = bd_str_copy(arena, reason),
            .at = row->row.time == BD_INSTANT_NONE ? BD_INSTANT_NONE : row->at,
            .evidence = lists->views->in.evidence->data[row->evidence_index].given.number,
            .verdict = verdict};
    }
}

void bd_shapes_note_person(bd_shapes *shapes, const bd_judged *judged, const bd_group_row *person) {
    if (shapes->lists == NULL) {
        return;
    }
    bd_match_sums *sums = sums_of(shapes->lists, judged->check);
    sums->rows++;
    sums->passed += judged->verdict == BD_PASS ? 1 : 0;
    sums->failed += judged->verdict == BD_FAIL ? 1 : 0;
    sums->open += judged->verdict == BD_CANNOT_TELL ? 1 : 0;
    if (judged->verdict != BD_PASS) {
        keep_row(shapes->lists, &sums->unmatched, person, judged->reason, judged->verdict);
    }
}

void bd_shapes_note_crowd(bd_shapes *shapes, uint32_t check) {
    if (shapes->lists != NULL) {
        sums_of(shapes->lists, check)->crowded++;
    }
}

/* Where none is expected, an event without a row is how it should be: counted, not listed. */
void bd_shapes_note_event(bd_shapes *shapes, uint32_t check, const bd_group_row *event) {
    if (shapes->lists == NULL) {
        return;
    }
    bd_match_sums *sums = sums_of(shapes->lists, check);
    sums->events++;
    if (!event->is_used) {
        sums->events_left++;
        if (!sums->expects_none) {
            keep_row(shapes->lists, &sums->left, event, BD_STR(""), BD_NOT_APPLICABLE);
        }
    }
}

/* ---- in words ---- */

static bd_str hours_words(bd_arena *arena, bd_instant offset) {
    int64_t minutes = (offset < 0 ? -offset : offset) / (60 * BD_SECOND);
    const char *side = offset < 0 ? "before" : "after";
    if (minutes == 0) {
        return BD_STR("the row's own time");
    }
    return minutes % 60 == 0
               ? bd_str_format(arena, "%lld hour%s %s the row", (long long)(minutes / 60),
                               minutes == 60 ? "" : "s", side)
               : bd_str_format(arena, "%lld minutes %s the row", (long long)minutes, side);
}

static bd_str span_words(bd_arena *arena, const bd_match_window *window) {
    bd_str from = window->has_from ? hours_words(arena, window->from) : BD_STR("any time before the row");
    bd_str to = window->has_to ? hours_words(arena, window->to) : BD_STR("any time after");
    if (!window->has_from && !window->has_to) {
        return BD_STR("at any time");
    }
    return bd_str_format(arena, "from %.*s to %.*s", BD_ARG(from), BD_ARG(to));
}

static bd_str window_words(const bd_match_lists *lists, const bd_reduce_plan *plan) {
    bd_arena *arena = lists->arena;
    bd_str text = bd_str_format(arena, "An event counts %.*s",
                                BD_ARG(span_words(arena, &plan->event_windows[0])));
    for (size_t i = 1; i < plan->event_sources.count; i++) {
        const bd_match_window *one = &plan->event_windows[i];
        const bd_match_window *main = &plan->event_windows[0];
        bool is_same = one->has_from == main->has_from && one->has_to == main->has_to &&
                       (!one->has_from || one->from == main->from) &&
                       (!one->has_to || one->to == main->to);
        if (!is_same) {
            text = bd_str_format(arena, "%.*s; of %.*s %.*s", BD_ARG(text),
                                 BD_ARG(bd_views_source_words(lists->views, plan->event_sources.data[i], arena)),
                                 BD_ARG(span_words(arena, one)));
        }
    }
    return bd_str_format(arena,
                         "%.*s, both ends included%s. Times are compared in UTC as the two lists "
                         "state them; no allowance is made for clocks that differ.",
                         BD_ARG(text),
                         plan->event_windows[0].takes_days
                         ? "; a day alone is read as 10:30 UTC of it"
                         : "");
}

static bd_str fields_words(bd_arena *arena, const bd_value *fields) {
    bd_str text = BD_STR("");
    for (size_t i = 0; fields != NULL && fields->kind == BD_ARRAY && i < fields->count; i++) {
        text = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(text), i > 0 ? " and " : "",
                             BD_ARG(fields->items[i].text));
    }
    return text;
}

static bd_str side_words(const bd_match_lists *lists, const bd_value *side) {
    bd_arena *arena = lists->arena;
    bd_str source = bd_views_source_words(lists->views, bd_value_text(side, "source"), arena);
    bd_str keys = fields_words(arena, bd_value_find(side, "key"));
    bd_str alias = bd_value_text(side, "alias"), time = bd_value_text(side, "time");
    return bd_str_format(arena, "%.*s by %.*s%s%.*s%s%.*s", BD_ARG(source), BD_ARG(keys),
                         alias.size > 0 ? ", else by " : "", BD_ARG(alias),
                         time.size > 0 ? ", at " : "", BD_ARG(time));
}

static bd_str how_words(const bd_match_lists *lists, const bd_check *check, const bd_reduce_plan *plan) {
    bd_arena *arena = lists->arena;
    const bd_value *events = bd_value_find(check->body, "events");
    bd_str text = bd_str_format(arena, "Rows of %.*s, with events of ",
                                BD_ARG(side_words(lists, bd_value_find(check->body, "population"))));
    for (size_t i = 0; events != NULL && events->kind == BD_ARRAY && i < events->count; i++) {
        text = bd_str_format(arena, "%.*s%s%.*s", BD_ARG(text), i > 0 ? "; or of " : "",
                             BD_ARG(side_words(lists, &events->items[i])));
    }
    return bd_str_format(arena, "%.*s. %s", BD_ARG(text),
                         plan->expects_none ? "None may be there."
                         : plan->uses_one   ? "An event serves one row."
                         : "An event may serve several rows.");
}

/* ---- the whole ---- */

static int cmp_rows(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_match_row *x = a, *y = b;
    int order = bd_str_cmp(x->key, y->key);
    order = order != 0 ? order : (x->at > y->at) - (x->at < y->at);
    order = order != 0 ? order : (x->evidence > y->evidence) - (x->evidence < y->evidence);
    return order != 0 ? order : bd_str_cmp(x->resource, y->resource);
}

const bd_match_sums *bd_match_lists_finish(bd_match_lists *lists, uint32_t check) {
    bd_match_sums *sums = lists->by_check[check];
    if (sums != NULL) {
        const bd_reduce_plan *plan = lists->views->by_check[check].plan;
        sums->how = how_words(lists, sums->check, plan);
        sums->window = window_words(lists, plan);
        bd_sort(sums->unmatched.data, sums->unmatched.count, sizeof(bd_match_row), cmp_rows, NULL);
        bd_sort(sums->left.data, sums->left.count, sizeof(bd_match_row), cmp_rows, NULL);
    }
    return sums;
}
