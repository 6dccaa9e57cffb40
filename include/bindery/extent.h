/* bindery/extent.h - how far an export reaches, by the words it was asked with: its command, its request, its query.
 *
 * The words stand in the sidecar and are those of whoever made the export.  They bound what it may claim and never
 * widen it: a filter asks for a part, a start for a time, an option for one subscription.  Two questions stand side by
 * side.  `find_part` knows ways to ask for less; since no list of those is whole, `find_unread` knows the ways to ask
 * for all, and what has none of their shapes is not read as asking for all.
 *
 *     bd_str part = bd_extent_find_part(&item->sidecar, source, rows, arena);
 *     if (part.size > 0) { ... it is not shown that this is all: '%.*s' ... }
 *
 * Pure: words, a source of the catalog and a few figures in, words and times out; no file is read, nothing is decided.
 * What comes out is Allocated in <arena> or Borrowed until the sidecar goes.  May be called from several threads.
 */
#ifndef BINDERY_EXTENT_H
#define BINDERY_EXTENT_H

#include "bindery/catalog.h"
#include "bindery/evidence.h"
#include "bindery/util.h"
#include "bindery/value.h"

/* ---- a part, or all ---- */

/* Why this is only a part of what the source holds ("$filter" beyond time, -g, take); empty when nothing says so.
 * `rows`: how many were read, for limits. */
bd_str bd_extent_find_part(const bd_sidecar *sidecar, const bd_source_def *source, uint64_t rows,
                           bd_arena *arena);
/* What of command, request or query cannot be read as asking for all of the source; empty when all of it can, or
 * nothing is stated.  `rows`: how many were read in one answer, 0 where a chain of pages has its own end. */
bd_str bd_extent_find_unread(const bd_sidecar *sidecar, const bd_source_def *source, uint64_t rows,
                             bd_arena *arena);

/* ---- of which time ---- */

/* The time that the records of a log were asked for. */
typedef struct {
    bd_instant from, to; /* BD_INSTANT_NONE: that side is open */
    bd_str unreadable;   /* what names a time that cannot be read; "" */
} bd_extent_time;
/* All conditions together: the narrowest.  A time without an offset in a command is read in UTC and in `zone`, and the
 * narrower holds; "ago(30d)" and --offset count from `collected_at`.  Open for a source that is no machine's log. */
bd_extent_time bd_extent_find_time(const bd_sidecar *sidecar, const bd_source_def *source,
                                   const bd_zone *zone, bd_instant collected_at, bd_arena *arena);

/* ---- of which place ---- */

/* A subscription of the engagement: a command may name it by either. */
typedef struct {
    bd_str id, name;
} bd_known_subscription;
typedef struct {
    const bd_known_subscription *list; /* may be NULL when there is none */
    size_t count;
} bd_known_subscriptions;

/* The subscriptions that command and request name. */
typedef struct {
    bd_strs ids;       /* lower-cased; names resolved by the known subscriptions */
    bd_str unknown;    /* the first name that is not known, or known twice; "" */
    bool is_ambiguous; /* `unknown` is the name of two */
} bd_extent_subscriptions;
bd_extent_subscriptions bd_extent_find_subscriptions(const bd_known_subscriptions *known,
                                                     const bd_sidecar *sidecar,
                                                     const bd_source_def *source,
                                                     bd_arena *arena);
/* Of an answer of Log Analytics: the workspace that was asked, by the sidecar's scope, its command or its request; the
 * fact central_workspace_guid stands for central_workspace.  Lower case; "": not said, or no such source. */
bd_str bd_extent_find_workspace(const bd_sidecar *sidecar, const bd_source_def *source,
                                const bd_value *parameters, bd_arena *arena);

/* ---- words ---- */

/* The next word of a command as a shell cuts it, without the quotes around it; empty at the end. */
bd_str bd_extent_next_word(bd_str *rest);

#endif
