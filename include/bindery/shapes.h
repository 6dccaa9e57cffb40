/* bindery/shapes.h - what the shapes of checks make of rows that belong together: one judged record each.
 *
 * `scan` maps records to rows; whoever judges brings those of one check and one join key together, sorted by time, and
 * hands each group to the shape of its check (evaluation of bindery-1: match, related, scope, aggregate, silent
 * changes).  What comes out goes to `put`, in no order that means anything: it is sorted before it is counted.
 *
 *     bd_shapes shapes = {.views = views, .put = put, .context = me, .arena = arena, ...};
 *     bd_shapes_judge_match(&shapes, check, &rows, is_crowded, err);
 *
 * A row alone never passes here by what it lacks: every verdict that rests on an absence asks the views whether the
 * list or log that would show it is whole.  All functions fail as `put` does, or with IO of a temporary file.  One
 * thread at a time.
 */
#ifndef BINDERY_SHAPES_H
#define BINDERY_SHAPES_H

#include "bindery/rule.h"
#include "bindery/spill.h"
#include "bindery/util.h"
#include "bindery/views.h"

/* ---- in and out -------------------------------------------------------------------------------------------- */

/* One row of a group, and where it stands. */
typedef struct {
    bd_row row;
    bd_instant at; /* its own, or that of its snapshot */
    uint32_t evidence_index;
    bool is_used, is_double, is_usable; /* of the shape that judges the group */
} bd_group_row;
typedef BD_VEC(bd_group_row) bd_group_rows;

/* One record in one window, as its shape judged it.  Texts are borrowed until `put` returns. */
typedef struct {
    uint32_t check; /* index in the catalog */
    bd_str type, key, resource, subscription;
    bd_str scope, reason;
    bd_instant at;     /* the snapshot's instant, or the event's own */
    uint32_t evidence; /* number */
    uint32_t ordinal;
    bd_verdict verdict;
    bool is_any_key;  /* related: one of several answers about one record, of which the best holds */
    bool is_leftover; /* match: of the second list, and so of no population */
    bool is_undated;  /* the list does not say when; `at` is the start of some month that it may be of */
} bd_judged;
typedef bd_rc bd_judged_fn(void *context, const bd_judged *judged, bd_err *err);

typedef struct bd_match_lists bd_match_lists;

/* What the shapes judge with; all of it is borrowed. */
typedef struct {
    bd_views *views;
    bd_judged_fn *put;
    void *context;
    bd_match_lists *lists; /* for people; NULL: nothing is listed */
    bd_arena *arena;   /* sentences and names that outlive a group */
    bd_arena *scratch; /* indexes of a whole judging */
    bd_packer *packer;
} bd_shapes;

/* ---- groups: rows of one check and join key, by time; all snapshots of it ------------------------------------ */

/* match: does each row of the population have its event inside the window?  `is_crowded`: more events share the key
 * than are kept, so that nothing can be told. */
BD_MUST_USE bd_rc bd_shapes_judge_match(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bool is_crowded,
                                        bd_err *err);
/* each over a change log: operations folded from their records, silent ones decided by the next snapshot. */
BD_MUST_USE bd_rc bd_shapes_judge_changes(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bd_err *err);
/* related: has each left row a partner that meets `pass`, in the snapshot nearest in time? */
BD_MUST_USE bd_rc bd_shapes_judge_related(bd_shapes *shapes, uint32_t check, bd_group_rows *rows, bd_err *err);
/* A left row of a related check of whose right side nothing is on file; `scratch` is the caller's to reset. */
BD_MUST_USE bd_rc bd_shapes_judge_alone(bd_shapes *shapes, uint32_t check, const bd_group_row *left, bd_arena *scratch,
                                        bd_err *err);
/* scope over what is in use: `join` is the subscription. */
BD_MUST_USE bd_rc bd_shapes_judge_scope(bd_shapes *shapes, uint32_t check, bd_str join, bd_group_rows *rows,
                                        bd_err *err);
/* aggregate with `each_of`: has each of a set a good record?  `join` is the scope. */
BD_MUST_USE bd_rc bd_shapes_judge_members(bd_shapes *shapes, uint32_t check, bd_str join, bd_group_rows *rows,
                                          bd_err *err);

#define BD_SHAPES_NO_INVENTORY                                                                     \
    BD_STR("no complete inventory within seven days shows whether its resource type is in use")
/* Was an inventory that may pass read near that instant, so that what it lacks is not in use? */
bool bd_shapes_has_inventory(const bd_views *views, const bd_check_view *view, bd_str scope, bd_instant at);

/* ---- sums: rows of counting checks, sorted apart from the others -------------------------------------------- */

BD_MUST_USE bd_rc bd_shapes_put_part(bd_shapes *shapes, bd_sorter *parts, const bd_row *row, uint32_t evidence_index,
                                     bd_err *err);
/* Once all parts are put: one judged sum for each scope and day, also where a snapshot has no row to count. */
BD_MUST_USE bd_rc bd_shapes_judge_sums(bd_shapes *shapes, bd_sorter *parts, bd_err *err);

/* ---- for people: what matches joined ------------------------------------------------------------------------ */

#define BD_MATCH_MOST 10000 /* rows kept of each side of a check; the rest is counted */

/* A row of either list that the other does not answer. */
typedef struct {
    bd_str key, resource, source, reason;
    bd_instant at;
    uint32_t evidence;
    bd_verdict verdict; /* of a population row; BD_NOT_APPLICABLE: of an event, which is judged by nothing */
} bd_match_row;
typedef BD_VEC(bd_match_row) bd_match_rows;

/* What one check of shape match joined in the period, before exclusions and approvals of facts are weighed. */
typedef struct {
    const bd_check *check;
    bool expects_none;  /* a match is the failure */
    bd_str how, window; /* sentences: by which keys; inside which hours, whose clock */
    uint64_t rows, passed, failed, open;       /* population rows; `open`: cannot tell */
    uint64_t not_shown; /* of `passed`: no event where none may be, in lists not shown complete; judging counts it */
    uint64_t events, events_left, crowded;     /* events; those that no row takes; keys with too many */
    bd_match_rows unmatched; /* failed and open rows, by key; empty where none is expected */
    bd_match_rows left;      /* events without a row, by key; likewise */
} bd_match_sums;

/* Allocated in `arena`, as all that is kept in it. */
bd_match_lists *bd_match_lists_make(const bd_views *views, bd_arena *arena);
/* What a check joined, in order and with its sentences; NULL: nothing.  Nothing is put any more. */
const bd_match_sums *bd_match_lists_finish(bd_match_lists *lists, uint32_t check);

#endif
