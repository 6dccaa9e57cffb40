/* assess_priv.h - shared by the files of room assess. */
#ifndef ASSESS_PRIV_H
#define ASSESS_PRIV_H

#include "bindery/assess.h"
#include "bindery/joins.h"

#define BD_ASSESS_MOST_TEXTS 8192 /* that judged records share */
#define BD_ASSESS_SORT_BYTES ((size_t)512 << 10)
#define BD_ASSESS_MANY_BYTES ((size_t)1 << 20) /* where every record gives several rows */
#define BD_ASSESS_MOST_EVENTS 65536 /* of one key that a match holds at once */

#define BD_THING_BYTES 16

/* One record in one window, as a shape's reduce judged it. */
typedef struct {
    uint32_t check;
    bd_str type, key, resource, subscription; /* behind the sort "" where nobody names it any more */
    bd_str scope, reason;
    uint8_t thing[BD_THING_BYTES]; /* behind the sort: who it is, of its type and key */
    uint32_t scope_number; /* behind the sort: of the scope among the shared texts; 0: it is none of them */
    bd_instant at;     /* the snapshot's instant, or the event's own */
    uint32_t evidence; /* number */
    uint32_t ordinal;
    bd_verdict verdict;
    bool is_any_key; /* related: one of several answers about one record, of which the best holds */
    bool is_leftover; /* match: of the second list, and so of no population */
    bool is_undated;  /* the list does not say when; `at` is the start of some month that it may be of */
    bool is_before;   /* as it was judged before evidence was withdrawn: holds only if it does not pass */
    bool is_keyless;  /* behind the sort: nothing tells it from another one of a later snapshot */
} bd_judged;

enum { /* packed */
    BD_JUDGED_ANY_KEY = 1,
    BD_JUDGED_LEFTOVER = 2,
    BD_JUDGED_UNDATED = 4,
    BD_JUDGED_KEYLESS = 8,
    BD_JUDGED_NAMED = 16,
    BD_JUDGED_SHORT_NAMED = 32 /* type and subscription as shared texts, no key: it is the resource in lower case */
};
typedef struct bd_shared_texts bd_shared_texts; /* scopes and sentences of judged records, each kept once */
typedef struct bd_thing_namer bd_thing_namer;

/* withdrawn.c: which evidence is judged. */
typedef enum {
    BD_JUDGING_ALL,    /* nothing is withdrawn */
    BD_JUDGING_BEFORE, /* all, as though nothing were */
    BD_JUDGING_LEFT    /* what is left */
} bd_judging_pass;
/* A fact of bindery.json, and from which day on it holds. */
typedef struct {
    bd_str name;
    bd_day from;
} bd_dated_fact;

/* How one check stands to its evidence. */
typedef struct {
    const bd_check *check;
    const bd_reduce_plan *plan;
    bd_strs sources; /* collected sources behind what it judges (left side, derivations resolved) */
    bd_strs all_sources; /* both sides */
    bd_scope_kind scope_kind;
    bd_strs expected;                  /* scopes that each instance must show */
    bd_instant events_from;            /* of events: from when on they count */
    bool is_event;                     /* judged by month over logs: match, and each over a log */
    bool is_register;                  /* recur, document */
    bd_map *expects;                   /* the same as a set */
    bool is_population; /* scopes are what a fact or the scope of the engagement lists, not what snapshots are of */
    /* The facts of latest approval: among those that choose what is judged, and among all.  "": none is dated. */
    bd_dated_fact choice, limit;
    bd_str missing_fact;               /* organisation fact that it needs and lacks */
    int64_t decided_by;                /* check whose snapshots decide silent changes, -1: none */
    bool is_decider;                   /* of some check's silent changes */
    const bd_condition *related_where; /* related: which answers its right side reads; NULL: all */
    bd_str partner;              /* related: source under which the snapshots of its right side are kept */
    bool is_by_parent;           /* a related record belongs to the resource that it hangs on */
    bd_scope_kind partner_scope; /* and of what they are */
    bool has_left, has_partners; /* related: something on file gives rows of the side */
    bool has_partner_answer;     /* related: some answer of the right side was read, be it empty */
    bd_str no_partner;           /* related: why nothing is shown where none was near; "" until somebody asks */
    bd_instant latest_event; /* Type I walks through this one; BD_INSTANT_NONE: none yet */
    uint32_t draws_from;     /* 1 + index of the population that its records are of; 0: none */
} bd_check_view;

typedef struct bd_taking bd_taking;
typedef struct bd_kept_review bd_kept_review;

/* sampling.c: a population's sample while its items come by. */
typedef struct {
    bd_map *by_key;   /* item key -> place in the sample + 1; NULL: there is none */
    bd_map *farthest; /* stratum -> last drawn item of it, the highest rank; NULL: nothing to repeat */
    size_t met;       /* drawn items whose rank came out again */
    bool differs;     /* some item comes before one that was drawn */
} bd_sampling_view;

/* Whose reason a result gives. */
typedef struct {
    uint32_t evidence, ordinal;
    bool is_record; /* else that of the snapshot itself, or nobody's */
} bd_told;

typedef struct {
    const bd_assess_inputs *in;
    bd_arena *arena;
    bd_arena *scratch; /* what only judging needs: indexes and sets */
    bd_arena *growing; /* out->checks while it grows: each time all of it moves, and what it leaves stays */
    bd_assessment *out;
    bd_check_view *views;                  /* per check of the catalog */
    bd_map *knows_subscription;            /* of `subscriptions` */
    bd_strs subscriptions;                 /* in scope: stated, or all that the evidence shows */
    BD_VEC(const bd_snapshot *) snapshots; /* by (source, scope, from, evidence) */
    /* From when on snapshots and events count: the period's start; for Type I, days and months before its day. */
    bd_instant snapshots_from, events_from;
    bd_sorter *judged; /* stage 2 */
    bd_shared_texts *texts; /* of its records */
    bd_thing_namer *namer;
    bd_map **results;  /* by check, NULL: none yet; day, scope -> index + 1 into out->checks */
    BD_VEC(bd_told) told; /* by result; it may be shorter than their list */
    bd_strs unseen_places; /* of the fact that says where production lies: those in which no record lay yet */
    bd_others *others; /* NULL: what other tools say is not wanted */
    bool sets_beside;  /* ours are kept, since another tool says something, too */
    bd_sorter *items;            /* of populations; NULL: there is none */
    bd_arena *item_arena;        /* of one record on its way there */
    bd_sampling_view *samplings; /* by population */
    bd_judging_pass pass;
    const bd_documents *documents;
    const bool *is_masked; /* by evidence index: withdrawn, or of a withdrawn collection; NULL: none is */
    bd_carried *carries;   /* NULL: nothing is left to earlier days */
    bd_taking *taking;     /* NULL: nothing is taken over from a later day */
    bd_match_sums **matches;     /* by check; NULL: it joined nothing yet */
    bd_map *review_index;        /* scope, id -> bd_kept_review; NULL: none was listed */
    BD_VEC(bd_kept_review *) kept_reviews;
    bd_packer packer;
} bd_judging;

/* views.c */
bd_rc bd_judging_view(bd_judging *run, bd_err *err);
void bd_judging_sort_snapshots(bd_judging *run); /* of run->in, once more */
bd_instant bd_judging_instant(const bd_judging *run, uint32_t evidence_index); /* of its snapshot */
/* May a record of it pass?  Complete, its time not assumed, signed off where that is needed; `*why` says why not. */
bool bd_judging_is_usable(const bd_judging *run, uint32_t evidence_index, bd_str *why);
bool bd_judging_expects(const bd_check_view *view, bd_str scope);
/* Sources whose extracts must describe every day of an event check. */
const bd_strs *bd_judging_tiles(const bd_check_view *view, size_t *count);
/* The instance of what happened then: before the period, where a check takes the year, that of its first day. */
bd_instance *bd_judging_instance_of(const bd_judging *run, const bd_check_view *view,
                                    bd_instant at);
/* Inside the time that is judged: the period up to the as-of instant. */
bool bd_judging_is_inside(const bd_judging *run, const bd_check_view *view, bd_instant at);

/* Snapshots of one source and scope, or of all scopes below it, by (scope, from, evidence). */
typedef struct {
    const bd_snapshot *const *data;
    size_t count;
} bd_snapshot_range;
bd_snapshot_range bd_judging_snapshots(const bd_judging *run, bd_str source, bd_str scope);
/* Records that name no subscription (inherited assignments) stand beside those of this snapshot that do: whose they
 * are is not known, so that what it shows of its subscription is not all. */
bool bd_judging_has_unplaced(const bd_judging *run, const bd_snapshot *snapshot);
/* Has any answer of that day such records, whichever it is?  What one list lacks may stand in them. */
bool bd_judging_has_unplaced_on(const bd_judging *run, bd_str source, bd_day day);
#define BD_ASSESS_UNPLACED                                                                         \
    BD_STR("some of its records name no subscription; a sidecar that names the scope places them")
bd_snapshot_range bd_judging_snapshots_below(const bd_judging *run, bd_str source, bd_str scope);

/* approved.c: what is of before the approval of a fact that decides it may not pass (bindery-1, 3: exclusions); what
 * fails has failed all the same */
void bd_judging_date_facts(bd_judging *run, bd_check_view *view);
bool bd_judging_is_before_facts(const bd_judging *run, const bd_check_view *view, bd_instant at);
/* The same of what a time shows nothing of: a list that was not yet approved may have left it out. */
bool bd_judging_is_before_choice(const bd_judging *run, const bd_check_view *view, bd_instant at);
bd_str bd_judging_before_facts_text(bd_arena *arena, const bd_dated_fact *fact, bool is_event);

/* places.c: a place that a fact names and that holds nothing leaves everything out unseen */
void bd_judging_open_places(bd_judging *run);
void bd_judging_note_place(bd_strs *unseen, const bd_row *row);
/* Why a check that leaves out what lies elsewhere shows nothing, or "". */
bd_str bd_judging_unseen_place(const bd_judging *run, const bd_check_view *view);

/* withdrawn.c: `mask` first of all; `evidence` is reduce and register, twice where something is withdrawn */
void bd_judging_mask(bd_judging *run);
bool bd_judging_is_left_out(const bd_judging *run, uint32_t evidence_index); /* of this pass */
const bool *bd_judging_left_out(const bd_judging *run); /* by evidence index; NULL: nothing is */
bd_rc bd_judging_evidence(bd_judging *run, bd_err *err);

/* reduce.c: rows -> judged */
bd_rc bd_judging_reduce(bd_judging *run, bd_err *err);

/* Groups of rows of one join key, sorted. */
typedef struct {
    bd_row row;
    bd_instant at;
    uint32_t evidence_index;
    bool is_used, is_double, is_usable;
} bd_group_row;
typedef BD_VEC(bd_group_row) bd_group_rows;

/* judged.c: on their way to stage 2 */
/* What a row says of itself, in the scope and with the verdict that it has. */
bd_judged bd_judging_of_row(const bd_judging *run, uint32_t check, const bd_group_row *from);
bd_rc bd_judging_put(bd_judging *run, const bd_judged *judged, bd_err *err);
/* What `put` packed, under the texts of the judging that did; texts are borrowed, keys Allocated in `arena`. */
void bd_judging_unpack(bd_str record, const bd_shared_texts *texts, bd_arena *arena, bd_judged *out);
/* Of one check, and judged of one type and key. */
bool bd_judging_is_same_thing(const bd_judged *a, const bd_judged *b);
/* Of several records that cannot be told a result gives the reason of one: of the first of the first file, and of those
 * that come of one record, of the sentence that sorts first. */
bool bd_judging_is_told_before(const bd_judged *a, const bd_judged *b);
bd_shared_texts *bd_shared_texts_make(bd_arena *arena); /* Allocated in `arena`, as all that is put into it */
bd_thing_namer *bd_thing_namer_open(bd_arena *arena);
void bd_thing_namer_close(bd_thing_namer *namer);

/* tally.c */
bool bd_judging_is_excluded(const bd_judging *run, const bd_judged *judged, bd_day day);
/* So many records of one verdict in one snapshot, none of which fails. */
void bd_judging_count(bd_judging *run, const bd_judged *judged, uint64_t count);

/* carry.c: what is left to earlier days, and taken over from a later one.  `begin` once views know what is on file. */
bd_rc bd_judging_begin_carry(bd_judging *run, bd_err *err);
bd_rc bd_judging_end_carry(bd_judging *run, bd_err *err);
void bd_judging_drop_taking(bd_judging *run);
/* Its outcomes are taken over: its rows need not be judged. */
bool bd_judging_is_taken(const bd_judging *run, uint32_t check);
bool bd_judging_skips_part(const bd_judging *run, uint32_t derived);
/* The rows that are left to earlier days in place of all that they were; NULL where they are not enough. */
bd_spool *bd_judging_taken_rows(const bd_judging *run);
bd_rc bd_judging_carry_row(bd_judging *run, const bd_row *row, uint32_t evidence_index, bd_err *err);
bd_rc bd_judging_carry_part(bd_judging *run, uint32_t evidence_index, bd_str part, bd_err *err);
/* The shared texts of this judging: they outlive it where its records are left to earlier days. */
bd_shared_texts *bd_judging_carried_texts(bd_judging *run);
const bd_shared_texts *bd_judging_taken_texts(const bd_judging *run); /* of what `take` yields */
/* A row waits under a time of its own: what its check says of a day may hang on later ones. */
void bd_judging_carry_no(bd_judging *run, uint32_t check);
/* Judged records as they come out of their order; `record` is what `judged` was packed as. */
bd_rc bd_judging_carry(bd_judging *run, bd_str record, const bd_judged *judged, bd_err *err);
/* The next record that is taken over, in the order of judged records; sums are added to the results on the way.
 * Borrowed until the next call. */
bd_rc bd_judging_take(bd_judging *run, bd_str *record, bool *has_record, bd_err *err);

/* reviews.c: what derivations list of access reviews, for people */
void bd_judging_note_review(bd_judging *run, const bd_listed *listed);
void bd_judging_reviews(bd_judging *run); /* once requirements have their outcomes */

/* match.c, change.c */
/* `is_crowded`: more events share the key than are kept, so that nothing can be told. */
bd_rc bd_judging_match(bd_judging *run, uint32_t check, bd_group_rows *rows, bool is_crowded,
                       bd_err *err);
/* joined.c: what a match joined, for people.  `note_person` as it was judged, `note_events` once all rows of the key
 * have taken theirs, `matches` in the end. */
void bd_judging_note_person(bd_judging *run, const bd_judged *judged, const bd_group_row *person);
void bd_judging_note_crowd(bd_judging *run, uint32_t check);
void bd_judging_note_event(bd_judging *run, uint32_t check, const bd_group_row *event);
void bd_judging_matches(bd_judging *run);
bd_rc bd_judging_changes(bd_judging *run, uint32_t check, bd_group_rows *rows, bd_err *err);
bd_rc bd_judging_related(bd_judging *run, uint32_t check, bd_group_rows *rows, bd_err *err);
/* A left row of a related check of whose right side nothing is on file; `scratch` is the caller's to reset. */
bd_rc bd_judging_alone(bd_judging *run, uint32_t check, const bd_group_row *left,
                       bd_arena *scratch, bd_err *err);
/* members.c: has each of a set a good record? */
bd_rc bd_judging_members(bd_judging *run, uint32_t check, bd_str join, bd_group_rows *rows,
                         bd_err *err);
#define BD_ASSESS_NO_INVENTORY                                                                     \
    BD_STR("no complete inventory within seven days shows whether its resource type is in use")
/* Was an inventory that may pass read near that instant, so that what it lacks is not in use? */
bool bd_judging_has_inventory(const bd_judging *run, const bd_check_view *view, bd_str scope,
                              bd_instant at);
bd_rc bd_judging_scope(bd_judging *run, uint32_t check, bd_str join, bd_group_rows *rows,
                       bd_err *err);

/* aggregate.c: rows of counting checks, sorted apart from the others -> one judged sum per scope and day */
bd_rc bd_judging_put_part(bd_judging *run, bd_sorter *parts, const bd_row *row,
                          uint32_t evidence_index, bd_err *err);
bd_rc bd_judging_aggregate(bd_judging *run, bd_sorter *parts, bd_err *err);

/* stretches.c: exceptions of records in any order -> run->out->exceptions, by check, type, key and first failing day */
typedef struct bd_stretches bd_stretches;
bd_stretches *bd_stretches_open(bd_judging *run);
/* All but id, property, controls and what is signed; texts are copied. */
bd_rc bd_stretches_put(bd_stretches *all, const bd_exception *one, bd_err *err);
bd_rc bd_stretches_list(bd_stretches *all, bd_err *err);
void bd_stretches_close(bd_stretches *all);

/* tally.c: judged -> check results, exceptions, findings */
bd_check_result *bd_judging_result(bd_judging *run, uint32_t check, bd_str scope, bd_day day,
                                   bd_instant at);
void bd_judging_open_results(bd_judging *run);
bd_rc bd_judging_tally(bd_judging *run, bd_finding_fn *on_finding, void *context, bd_err *err);

/* population.c: what auditors draw from.  `open` finds the populations, `put` takes a judged record if it is of one,
 * `list` hands out the items in order, `weigh` says whether the evidence behind them is complete. */
void bd_judging_open_populations(bd_judging *run);
bd_rc bd_judging_put_item(bd_judging *run, const bd_judged *judged, bd_err *err);
bd_rc bd_judging_list_items(bd_judging *run, bd_err *err);
void bd_judging_weigh_populations(bd_judging *run);

/* sampling.c: what the journal says of them.  `bind` before the items are listed; `note` for each of them. */
void bd_judging_bind_samplings(bd_judging *run);
void bd_judging_note_item(bd_judging *run, bd_population *population, const bd_item *item);
void bd_judging_settle_samplings(bd_judging *run);
/* Once controls have their states: a deviation found by a tester keeps one from being complete. */
void bd_judging_apply_samplings(bd_judging *run);

/* registered.c: what checks over documents say, as results and judged records */
bd_rc bd_judging_register(bd_judging *run, bd_err *err);

/* cover.c: which days a group of log sources describes */
typedef struct {
    bool is_tiled;   /* every day, every expected scope */
    bool has_any;    /* some extract touches the window */
    bool has_usable; /* and may pass */
    bd_str reason;   /* first hole, one sentence */
} bd_tiling;
/* Of each of `named`, repositories or a workspace, where the sources are kept by these; else of each subscription or
 * the tenant. */
bd_tiling bd_judging_tile(const bd_judging *run, const bd_strs *sources, const bd_strs *named,
                          bd_instant start, bd_instant end);
/* A list (not a log) that the other side of a match needs and nobody handed in usably; "" when there is none. */
bd_str bd_judging_unread_list(const bd_judging *run, const bd_check_view *view);
/* Do usable extracts describe all of [from, to)?  Also beyond the as-of instant: a window belongs to its event. */
bool bd_judging_is_logged(const bd_judging *run, const bd_check_view *view, bd_instant from,
                          bd_instant to);

/* skeleton.c: controls, requirements and their instances, before anything is judged */
bd_rc bd_judging_skeleton(bd_judging *run, bd_err *err);
bd_requirement_result *bd_judging_requirement(const bd_judging *run,
                                              const bd_requirement *requirement);
/* Which evidence speaks to which requirement: fills `items` of all of them. */
void bd_judging_listen(bd_judging *run);
bool bd_judging_describes(const bd_evidence *item, bd_instant start,
                          bd_instant end); /* a moment of [start, end) */
/* The instance that holds `at`, NULL when none does. */
bd_instance *bd_judging_instance(const bd_judging *run, const bd_requirement *requirement,
                                 bd_instant at);

/* outcome.c */
void bd_judging_verdicts(bd_judging *run);
void bd_judging_outcome(bd_judging *run, bd_requirement_result *requirement, bd_instance *instance);

/* state.c: instances, requirements, controls, criteria, score */
bd_rc bd_judging_states(bd_judging *run, bd_err *err);

#endif
