/* bindery/views.h - how each check stands to the evidence: its sources, the scopes that it must show, its snapshots.
 *
 * Made once before anything is judged, from the catalog and from what is known of all evidence (collections and
 * snapshots); no record is looked at.  Whoever judges asks here what a record's file is worth, which snapshots lie near
 * one, whether extracts describe every day, and since when a fact of the organisation holds.
 *
 *     bd_views *views;
 *     bd_views_make(&inputs, arena, scratch, &views, err);
 *     const bd_check_view *view = &views->by_check[check];
 *     if (!bd_views_is_usable(views, evidence_index, &why)) ...
 *
 * Where evidence was withdrawn the same views look at two states of it in turn (bd_views_look_at).  What judging finds
 * out on its way and the rest of it asks for stands here too, and is said where it is: `latest_event`, `draws_from`,
 * which sides of a related check have rows, the places in which no record lay yet.  One thread at a time.
 */
#ifndef BINDERY_VIEWS_H
#define BINDERY_VIEWS_H

#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/period.h"
#include "bindery/rule.h"
#include "bindery/util.h"

/* ---- one check ------------------------------------------------------------------------------------------- */

/* A fact of bindery.json, and from which day on it holds. */
typedef struct {
    bd_str name;
    bd_day from;
} bd_dated_fact;

typedef struct {
    const bd_check *check;
    const bd_reduce_plan *plan;
    bd_strs sources;     /* collected sources behind what it judges (left side, derivations resolved) */
    bd_strs all_sources; /* both sides */
    bd_scope_kind scope_kind;
    bd_strs expected;       /* scopes that each instance must show */
    bd_map *expects;        /* the same as a set */
    bd_instant events_from; /* of events: from when on they count */
    bool is_event;          /* judged by month over logs: match, and each over a log */
    bool is_register;       /* recur, document: it has nothing of what follows */
    bool is_population;     /* scopes are what a fact or the scope of the engagement lists, not what snapshots are of */
    /* The facts of latest approval: among those that choose what is judged, and among all.  "": none is dated. */
    bd_dated_fact choice, limit;
    bd_str missing_fact; /* organisation fact that it needs and lacks */
    int64_t decided_by;  /* check whose snapshots decide silent changes, -1: none */
    bool is_decider;     /* of some check's silent changes */
    /* Of a related check: which answers its right side reads (NULL: all); under which source snapshots of that side
     * are kept and of what scope they are; whether a related record belongs to the resource that it hangs on. */
    const bd_condition *related_where;
    bd_str partner;
    bd_scope_kind partner_scope;
    bool is_by_parent;
    /* Set while rows are taken in: something on file gives rows of the side; some answer of the right side was read, be
     * it empty; why nothing is shown where none was near, "" until somebody asks. */
    bool has_left, has_partners, has_partner_answer;
    bd_str no_partner;
    bd_instant latest_event; /* Type I walks through this one; BD_INSTANT_NONE: none yet.  Set as records are judged */
    uint32_t draws_from; /* 1 + index of the population that its records are of; 0: none.  Set by who lists those */
} bd_check_view;

bool bd_view_expects(const bd_check_view *view, bd_str scope);
/* Sources whose extracts must describe every day of an event check.  Borrowed until the view ends. */
const bd_strs *bd_view_tiles(const bd_check_view *view, size_t *count);

/* ---- life cycle -------------------------------------------------------------------------------------------- */

/* Borrowed as long as the views. */
typedef struct {
    const bd_catalog *catalog;
    const bd_rules *rules; /* of that catalog */
    const bd_engagement *engagement;
    const bd_period *period;
    const bd_evidences *evidence;
    const bd_collections *collections;
    const bd_snapshots *snapshots;
    bd_instant as_of; /* what describes a later time is no evidence yet */
} bd_views_inputs;

typedef struct {
    bd_views_inputs in;
    bd_arena *arena, *scratch;
    bd_period_times times;
    bd_check_view *by_check; /* by index of the catalog's checks */
    bd_strs subscriptions;   /* in scope: stated, or all that the evidence shows */
    bd_map *knows_subscription;
    BD_VEC(const bd_snapshot *) snapshots; /* by (source, scope, from, evidence) */
    bd_strs unseen_places; /* of the fact that says where production lies: those in which no record lay yet */
} bd_views;

/* All of it is Allocated in `arena`, or in `scratch`, which must live as long.  Fails with INPUT where the condition of
 * a check does not compile. */
BD_MUST_USE bd_rc bd_views_make(const bd_views_inputs *inputs, bd_arena *arena, bd_arena *scratch, bd_views **out,
                                bd_err *err);
/* The same evidence in another state: with what was withdrawn, or without.  What checks expect stays. */
void bd_views_look_at(bd_views *views, const bd_collections *collections, const bd_snapshots *snapshots);

/* ---- a file ------------------------------------------------------------------------------------------------ */

bd_instant bd_views_instant(const bd_views *views, uint32_t evidence_index); /* of its snapshot */
/* May a record of it pass?  Complete, its time not assumed, signed off where that is needed; `*why` says why not. */
bool bd_views_is_usable(const bd_views *views, uint32_t evidence_index, bd_str *why);
/* Inside the time that is judged: the period up to the as-of instant. */
bool bd_views_is_inside(const bd_views *views, const bd_check_view *view, bd_instant at);

/* ---- snapshots --------------------------------------------------------------------------------------------- */

/* Of one source and scope, or of all scopes below it, by (scope, from, evidence).  Borrowed until bd_views_look_at. */
typedef struct {
    const bd_snapshot *const *data;
    size_t count;
} bd_snapshot_range;
bd_snapshot_range bd_views_snapshots(const bd_views *views, bd_str source, bd_str scope);
bd_snapshot_range bd_views_snapshots_below(const bd_views *views, bd_str source, bd_str scope);

#define BD_VIEWS_UNPLACED                                                                          \
    BD_STR("some of its records name no subscription; a sidecar that names the scope places them")
/* Records that name no subscription (inherited assignments) stand beside those of this snapshot that do: whose they
 * are is not known, so that what it shows of its subscription is not all. */
bool bd_views_has_unplaced(const bd_views *views, const bd_snapshot *snapshot);
/* Has any answer of that day such records, whichever it is?  What one list lacks may stand in them. */
bool bd_views_has_unplaced_on(const bd_views *views, bd_str source, bd_day day);

/* ---- extracts ---------------------------------------------------------------------------------------------- */

/* Which days a group of log sources describes. */
typedef struct {
    bool is_tiled;   /* every day, every expected scope */
    bool has_any;    /* some extract touches the window */
    bool has_usable; /* and may pass */
    bd_str reason;   /* first hole, one sentence.  Allocated in the views' arena */
} bd_tiling;
/* Of each of `named`, repositories or a workspace, where the sources are kept by these; else of each subscription or
 * the tenant. */
bd_tiling bd_views_tile(const bd_views *views, const bd_strs *sources, const bd_strs *named, bd_instant start,
                        bd_instant end);
/* Do usable extracts describe all of [from, to)?  Also beyond the as-of instant: a window belongs to its event. */
bool bd_views_is_logged(const bd_views *views, const bd_check_view *view, bd_instant from, bd_instant to);
/* "Entra sign-in log (S58s)": a number of the catalog says nothing to whoever does not have it.  An id that is a word,
 * as lists and derivations have, stays as it is.  Allocated in <arena>, or the id itself. */
bd_str bd_views_source_words(const bd_views *views, bd_str id, bd_arena *arena);
/* A list (not a log) that the other side of a match needs and nobody handed in usably; "" when there is none. */
bd_str bd_views_unread_list(const bd_views *views, const bd_check_view *view);

/* ---- facts of the organisation ----------------------------------------------------------------------------- */

/* What is of before the approval of a fact that decides it may not pass (bindery-1, 3: exclusions); what fails has
 * failed all the same. */
bool bd_views_is_before_facts(const bd_views *views, const bd_check_view *view, bd_instant at);
/* The same of what a time shows nothing of: a list that was not yet approved may have left it out. */
bool bd_views_is_before_choice(const bd_views *views, const bd_check_view *view, bd_instant at);
bd_str bd_views_before_facts_text(bd_arena *arena, const bd_dated_fact *fact, bool is_event); /* Allocated in <arena> */

/* A place that a fact names and that holds nothing leaves everything out unseen: takes those out of `unseen` in which
 * the row's resource lies. */
void bd_views_note_place(bd_strs *unseen, const bd_row *row);
/* Why a check that leaves out what lies elsewhere shows nothing, or "".  Allocated in the views' arena. */
bd_str bd_views_unseen_place(const bd_views *views, const bd_check_view *view);

#endif
