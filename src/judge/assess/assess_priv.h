/* assess_priv.h - shared by the files of room assess. */
#ifndef ASSESS_PRIV_H
#define ASSESS_PRIV_H

#include "bindery/assess.h"

#define BD_ASSESS_SORT_BYTES ((size_t)1 << 20)
#define BD_ASSESS_NEAR_DAYS 7 /* how far apart snapshots of two sources may lie and still be compared */

/* One record in one window, as a shape's reduce judged it. */
typedef struct {
    uint32_t check;
    bd_str type, key, resource, subscription, scope, reason;
    bd_instant at;     /* the snapshot's instant, or the event's own */
    uint32_t evidence; /* number */
    uint32_t ordinal;
    bd_verdict verdict;
} bd_judged;

/* How one check stands to its evidence. */
typedef struct {
    const bd_check *check;
    const bd_reduce_plan *plan;
    bd_strs sources;        /* collected sources behind what it judges (left side, derivations resolved) */
    bd_strs all_sources;    /* both sides */
    bd_scope_kind scope_kind;
    bd_strs expected;       /* scopes that each instance must show */
    bool is_event;          /* judged by month over logs: match, and each over a log */
    bool is_register;       /* recur, document */
    bool is_population;     /* scopes are resources of an organisation fact */
    int64_t decided_by;     /* check whose snapshots decide silent changes, -1: none */
} bd_check_view;

typedef struct {
    const bd_assess_inputs *in;
    bd_arena *arena;
    bd_assessment *out;
    bd_check_view *views;   /* per check of the catalog */
    bd_strs subscriptions;  /* in scope: stated, or all that the evidence shows */
    bd_sorter *judged;      /* stage 2 */
    bd_map *results;        /* check/scope/day -> index + 1 into out->checks */
    bd_packer packer;
} bd_judging;

/* period.c: the same day of another month, or its last day */
bd_day bd_day_add_months(bd_day day, int months);

/* views.c */
void bd_judging_view(bd_judging *run);
bd_instant bd_judging_instant(const bd_judging *run, uint32_t evidence_index); /* of its snapshot */
bool bd_judging_same_or_below(bd_str scope, bd_str id); /* scope is id, or lies below it */

/* reduce.c: rows -> judged */
bd_rc bd_judging_reduce(bd_judging *run, bd_err *err);
bd_rc bd_judging_put(bd_judging *run, const bd_judged *judged, bd_err *err);

/* match.c, change.c: groups of rows of one join key, sorted */
typedef struct {
    bd_row row;
    bd_instant at;
    uint32_t evidence_index;
    bool is_used;
} bd_group_row;
typedef BD_VEC(bd_group_row) bd_group_rows;
bd_rc bd_judging_match(bd_judging *run, uint32_t check, bd_group_rows *rows, bd_err *err);
bd_rc bd_judging_changes(bd_judging *run, uint32_t check, bd_group_rows *rows, bd_err *err);
bd_rc bd_judging_related(bd_judging *run, uint32_t check, bd_group_rows *rows, bd_err *err);
bd_rc bd_judging_scope(bd_judging *run, uint32_t check, bd_str join, bd_group_rows *rows, bd_err *err);

/* tally.c: judged -> check results, exceptions, findings */
bd_check_result *bd_judging_result(bd_judging *run, uint32_t check, bd_str scope, bd_day day);
void bd_judging_open_results(bd_judging *run);
bd_rc bd_judging_tally(bd_judging *run, bd_finding_fn *on_finding, void *context, bd_err *err);

/* register.c: recur and document, straight from the register */
bd_rc bd_judging_register(bd_judging *run, bd_err *err);

/* cover.c: which days a group of log sources describes */
typedef struct {
    bool is_tiled;      /* every day, every expected scope */
    bool has_any;       /* some extract touches the window */
    bd_str reason;      /* first hole, one sentence */
} bd_tiling;
bd_tiling bd_judging_tile(const bd_judging *run, const bd_strs *sources, bd_instant start, bd_instant end);
bool bd_judging_is_logged(const bd_judging *run, const bd_check *check, bd_instant from, bd_instant to);

/* skeleton.c: controls, requirements and their instances, before anything is judged */
bd_rc bd_judging_skeleton(bd_judging *run, bd_err *err);
bd_requirement_result *bd_judging_requirement(const bd_judging *run, const bd_requirement *requirement);
/* Which evidence speaks to a requirement, and when it is of: its describing interval, or a document's dates. */
bool bd_judging_speaks(const bd_judging *run, const bd_evidence *item, const bd_requirement *requirement);

/* outcome.c */
void bd_judging_verdicts(bd_judging *run);
void bd_judging_outcome(bd_judging *run, bd_requirement_result *requirement, bd_instance *instance);

/* state.c: instances, requirements, controls, criteria, score */
bd_rc bd_judging_states(bd_judging *run, bd_err *err);

#endif
