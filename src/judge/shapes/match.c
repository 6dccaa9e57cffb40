/* `match`: populations against events with the same key inside a time window. */
#include "bindery/shapes.h"

#include "shapes_priv.h"

static bool is_population(const bd_group_row *row) {
    return row->row.side == BD_SIDE_LEFT;
}

static bool is_event(const bd_group_row *row) {
    return row->row.side == BD_SIDE_RIGHT || row->row.side == BD_SIDE_OTHER;
}

static const bd_match_window *window_of(const bd_reduce_plan *plan, const bd_row *event) {
    for (size_t i = 0; i < plan->event_sources.count; i++) {
        if (bd_str_eq(plan->event_sources.data[i], event->source)) {
            return &plan->event_windows[i];
        }
    }
    return &plan->event_windows[0];
}

static bool is_inside(const bd_match_window *window, bd_instant base, bd_instant at) {
    return (!window->has_from || at >= base + window->from) &&
           (!window->has_to || at <= base + window->to);
}

/* Extracts overlap: the same event, or the same leaver, comes more than once and counts once.  Rows without a key are
 * never the same. */
static bool is_same_thing(const bd_group_row *a, const bd_group_row *b) {
    bool is_same_event = a->row.detail.size > 0 && bd_str_eq(a->row.detail, b->row.detail);
    bool is_same_record = a->row.detail.size == b->row.detail.size && a->row.key.size > 0 &&
                          bd_str_eq(a->row.key, b->row.key) && bd_str_eq(a->row.type, b->row.type);
    return a->row.side == b->row.side && a->at == b->at &&
           bd_str_eq(a->row.source, b->row.source) && a->row.verdict == b->row.verdict &&
           (is_same_event || is_same_record);
}

/* The usable copy of a double stays. */
static void mark_doubles(const bd_views *views, bd_group_rows *rows) {
    bd_str why_not;
    for (size_t i = 0; i < rows->count; i++) {
        bd_group_row *row = &rows->data[i];
        row->is_usable = bd_views_is_usable(views, row->evidence_index, &why_not);
        for (size_t j = i; j > 0 && rows->data[j - 1].at == row->at; j--) {
            bd_group_row *other = &rows->data[j - 1];
            if (!other->is_double && is_same_thing(other, row)) {
                bool is_better = row->is_usable && !other->is_usable;
                other->is_double = is_better;
                row->is_double = !is_better;
            }
        }
    }
}

/* The first event of a window, whatever it is worth; with `wants_usable`, the first that may pass. */
static bd_group_row *first_event(const bd_reduce_plan *plan, bd_group_rows *rows, bd_instant base,
                                 bd_verdict verdict, bool wants_usable) {
    for (size_t i = 0; i < rows->count; i++) {
        bd_group_row *event = &rows->data[i];
        bool is_free = !event->is_double && (!plan->uses_one || !event->is_used);
        if (is_event(event) && is_free && event->row.verdict == verdict &&
            (!wants_usable || event->is_usable) &&
            is_inside(window_of(plan, &event->row), base, event->at)) {
            return event;
        }
    }
    return NULL;
}

/* Did the event still hold at the end of the window?  Fail: something undid it; cannot-tell: perhaps. */
static bd_verdict holds_until_end(const bd_reduce_plan *plan, const bd_group_rows *rows,
                                  const bd_group_row *event, bd_instant base) {
    const bd_match_window *window = window_of(plan, &event->row);
    bd_instant end = window->has_to ? base + window->to : INT64_MAX;
    bd_verdict verdict = BD_PASS;
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *undo = &rows->data[i];
        bool is_dated = undo->row.time != BD_INSTANT_NONE; /* without a time it may be any */
        if (undo->row.side != BD_SIDE_UNDO ||
            (is_dated && (undo->at < event->at || undo->at > end))) {
            continue;
        }
        bool is_sure = is_dated && undo->row.verdict == BD_PASS && undo->at > event->at;
        verdict = bd_verdict_worse(verdict, is_sure ? BD_FAIL : BD_CANNOT_TELL);
    }
    return verdict;
}

/* What a row's window holds. */
typedef struct {
    bd_group_row *event;         /* usable, and held; NULL: none */
    const bd_group_row *spoilt;  /* held, but its export may not pass */
    const bd_group_row *unclear; /* perhaps undone */
    const bd_group_row *unread;  /* of before the row, and the log between them was not read */
    const bd_group_row *undone;
} answers;

static answers find_answers(const bd_views *views, const bd_check_view *view, bd_group_rows *rows,
                            bd_instant base) {
    const bd_reduce_plan *plan = view->plan;
    answers found = {0};
    for (size_t i = 0; i < rows->count && found.event == NULL; i++) {
        bd_group_row *event = &rows->data[i];
        bool is_free = !event->is_double && (!plan->uses_one || !event->is_used);
        if (!is_event(event) || !is_free || event->row.verdict != BD_PASS ||
            !is_inside(window_of(plan, &event->row), base, event->at)) {
            continue;
        }
        bd_verdict held = plan->has_undo ? holds_until_end(plan, rows, event, base) : BD_PASS;
        bool is_early = plan->has_undo && event->at < base;
        if (held == BD_FAIL) {
            found.undone = event;
        } else if (held == BD_CANNOT_TELL) {
            found.unclear = event;
        } else if (!event->is_usable) {
            found.spoilt = event;
        } else if (is_early && !bd_views_is_logged(views, view, event->at, base)) {
            found.unread = event;
        } else {
            found.event = event;
        }
    }
    return found;
}

/* An event that came, but too late, is a fact; its absence is one only where the log was read. */
static const bd_group_row *late_event(const bd_reduce_plan *plan, const bd_group_rows *rows,
                                      bd_instant base) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *event = &rows->data[i];
        const bd_match_window *window = is_event(event) ? window_of(plan, &event->row) : NULL;
        if (window != NULL && event->row.side == BD_SIDE_RIGHT && event->row.verdict == BD_PASS &&
            window->has_to && event->at > base + window->to) {
            return event;
        }
    }
    return NULL;
}

static bd_str delay_text(bd_arena *arena, bd_instant delay) {
    int64_t minutes = delay / (60 * BD_SECOND);
    return bd_str_format(arena, "%lld h %02lld min", (long long)(minutes / 60),
                         (long long)(minutes % 60));
}

static bd_judged judged_of(const bd_views *views, uint32_t check, const bd_group_row *from) {
    bd_judged judged = bd_shapes_judged_of(views, check, from);
    judged.verdict = BD_PASS;
    if (views->by_check[check].scope_kind != BD_SCOPE_SUBSCRIPTION) {
        judged.scope = (bd_str){"", 0};
    }
    return judged;
}

static void judge_unmatched(const bd_views *views, const bd_check_view *view, bd_group_rows *rows,
                            const bd_group_row *person, bd_arena *arena, bd_judged *out) {
    const bd_reduce_plan *plan = view->plan;
    const bd_group_row *late = late_event(plan, rows, person->at);
    if (late != NULL) {
        out->verdict = BD_FAIL;
        out->reason = bd_str_format(arena, "%.*s; it came %.*s after", BD_ARG(person->row.reason),
                                    BD_ARG(delay_text(arena, late->at - person->at)));
        return;
    }
    const bd_match_window *window = &plan->event_windows[0];
    bd_instant last = window->has_to ? person->at + window->to : person->at + 1;
    out->verdict = BD_CANNOT_TELL;
    if (first_event(plan, rows, person->at, BD_CANNOT_TELL, false) != NULL) {
        out->reason = bd_str_format(
            arena, "%.*s for certain: an event of its window lacks a field that the check reads",
            BD_ARG(person->row.reason));
        return;
    }
    bd_str unread = bd_views_unread_list(views, view);
    if (unread.size > 0) {
        out->reason = bd_str_format(arena, "no usable export of %.*s is on file",
                                    BD_ARG(bd_views_source_words(views, unread, arena)));
        return;
    }
    if (bd_views_is_logged(views, view, person->at, last)) {
        out->verdict = BD_FAIL;
        return;
    }
    out->reason = bd_str_format(
        arena, "%.*s in what was read, and the log does not reach over the whole window",
        BD_ARG(person->row.reason));
}

/* A match is the failure: one that may not pass fails all the same, one that is unclear leaves it open. */
static void judge_expecting_none(const bd_check_view *view, bd_group_rows *rows,
                                 const bd_group_row *person, bd_arena *arena, bd_judged *out) {
    if (first_event(view->plan, rows, person->at, BD_PASS, false) != NULL) {
        out->verdict = BD_FAIL;
        return;
    }
    if (first_event(view->plan, rows, person->at, BD_CANNOT_TELL, false) != NULL) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = bd_str_format(
            arena, "%.*s, perhaps: an event of its window lacks a field that the check reads",
            BD_ARG(person->row.reason));
    }
}

static void judge_person(const bd_views *views, const bd_check_view *view, bd_group_rows *rows,
                         const bd_group_row *person, bd_arena *arena, bd_judged *out) {
    if (person->row.verdict == BD_CANNOT_TELL) {
        out->verdict = BD_CANNOT_TELL;
        return;
    }
    if (view->plan->expects_none) {
        judge_expecting_none(view, rows, person, arena, out);
        return;
    }
    answers found = find_answers(views, view, rows, person->at);
    if (found.event != NULL) {
        found.event->is_used = true;
        return;
    }
    bd_str reason = person->row.reason;
    if (found.spoilt != NULL) {
        bd_str why_not;
        bd_views_is_usable(views, found.spoilt->evidence_index, &why_not);
        out->verdict = BD_CANNOT_TELL;
        out->reason = bd_str_format(arena, "the only export that shows it may not pass: %.*s",
                                    BD_ARG(why_not));
    } else if (found.unclear != NULL) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = bd_str_format(
            arena, "%.*s for certain: what was done at %.*s was perhaps undone within the window",
            BD_ARG(reason), BD_ARG(bd_instant_format(arena, found.unclear->at)));
    } else if (found.unread != NULL) {
        out->verdict = BD_CANNOT_TELL;
        out->reason = bd_str_format(
            arena,
            "%.*s for certain: it was done at %.*s, and no usable log of all the time since shows "
            "that nothing undid it",
            BD_ARG(reason), BD_ARG(bd_instant_format(arena, found.unread->at)));
    } else {
        judge_unmatched(views, view, rows, person, arena, out);
        if (found.undone != NULL) {
            out->reason =
                bd_str_format(arena, "%.*s; what was done at %.*s was undone", BD_ARG(out->reason),
                              BD_ARG(bd_instant_format(arena, found.undone->at)));
        }
    }
}

static bool is_in_period(const bd_views *views, const bd_check_view *view, bd_instant at) {
    return at >= view->events_from && at < views->times.until;
}

/* Marks every event that answers some row, so that what is left over can be listed. */
static void mark_all_used(const bd_reduce_plan *plan, bd_group_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        bool is_dated = rows->data[i].row.verdict != BD_CANNOT_TELL;
        for (size_t j = 0; j < rows->count && is_population(&rows->data[i]) && is_dated; j++) {
            bd_group_row *event = &rows->data[j];
            if (is_event(event) &&
                is_inside(window_of(plan, &event->row), rows->data[i].at, event->at)) {
                event->is_used = true;
            }
        }
    }
}

/* A row of the first list with the same key that may be the one: which it is, cannot be told. */
static const bd_group_row *find_unclear(const bd_group_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *row = &rows->data[i];
        if (is_population(row) && row->row.join.size > 0 && row->row.verdict == BD_CANNOT_TELL) {
            return row;
        }
    }
    return NULL;
}

static bd_rc put_leftovers(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bd_err *err) {
    const bd_check_view *view = &shapes->views->by_check[check];
    mark_all_used(view->plan, rows);
    const bd_group_row *unclear = find_unclear(rows);
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *event = &rows->data[i];
        if (!is_event(event) || event->is_used || event->is_double ||
            !is_in_period(shapes->views, view, event->at)) {
            continue;
        }
        bd_judged judged = judged_of(shapes->views, check, event);
        judged.is_leftover = true;
        bool is_shown = bd_views_is_logged(shapes->views, view, event->at, event->at + 1);
        bool is_clear = event->row.verdict != BD_CANNOT_TELL && unclear == NULL;
        judged.verdict = is_clear && is_shown ? BD_FAIL : BD_CANNOT_TELL;
        if (event->row.verdict != BD_CANNOT_TELL && unclear != NULL) {
            judged.reason = unclear->row.reason;
        }
        if (judged.reason.size == 0) {
            judged.reason = BD_STR("on the second list only");
        }
        BD_TRY(bd_shapes_put(shapes, &judged, err));
    }
    return BD_OK;
}

/* Of whom a list does not say when: he may be of any day that it describes, so each of its months stays open. */
static bd_rc put_undated(bd_shapes *shapes, bd_judged *judged, const bd_group_row *person,
                         bd_err *err) {
    const bd_zone *zone = shapes->views->in.engagement->zone;
    const bd_evidence *list = &shapes->views->in.evidence->data[person->evidence_index];
    bd_instant until = shapes->views->times.until;
    bd_instant end = list->describes_to < until ? list->describes_to : until;
    do {
        BD_TRY(bd_shapes_put(shapes, judged, err));
        bd_day day = bd_zone_day(zone, judged->at);
        bd_day first = day - bd_date_of_day(day).day + 1;
        judged->at = bd_zone_day_start(zone, bd_day_add_months(first, 1));
    } while (judged->at < end);
    return BD_OK;
}

/* Events of the period, for the lists of both sides; an event that serves one row alone is used by that one only. */
static void note_events(bd_shapes *shapes, uint32_t check, bd_group_rows *rows) {
    const bd_check_view *view = &shapes->views->by_check[check];
    if (!view->plan->uses_one) {
        mark_all_used(view->plan, rows);
    }
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *event = &rows->data[i];
        if (is_event(event) && !event->is_double && event->row.verdict != BD_FAIL &&
            is_in_period(shapes->views, view, event->at)) {
            bd_shapes_note_event(shapes, check, event);
        }
    }
}

bd_rc bd_shapes_judge_match(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bool is_crowded,
                            bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("match", (size_t)256 << 20);
    const bd_check_view *view = &shapes->views->by_check[check];
    mark_doubles(shapes->views, rows);
    for (size_t i = 0; i < rows->count; i++) {
        const bd_group_row *person = &rows->data[i];
        if (!is_population(person) || !is_in_period(shapes->views, view, person->at) || person->is_double) {
            continue;
        }
        bd_judged judged = judged_of(shapes->views, check, person);
        if (is_crowded) {
            judged.verdict = BD_CANNOT_TELL;
            judged.reason = BD_STR("more than 65,536 events share its key");
        } else {
            judge_person(shapes->views, view, rows, person, arena, &judged);
        }
        bd_shapes_note_person(shapes, &judged, person);
        judged.is_undated = person->row.time == BD_INSTANT_NONE;
        bool is_spread = judged.is_undated && shapes->views->in.period->is_type_ii;
        BD_TRY(is_spread ? put_undated(shapes, &judged, person, err)
               : bd_shapes_put(shapes, &judged, err));
    }
    if (is_crowded) {
        bd_shapes_note_crowd(shapes, check);
    } else {
        note_events(shapes, check, rows);
    }
    return view->plan->both_sides && !is_crowded ? put_leftovers(shapes, check, rows, err) : BD_OK;
}
