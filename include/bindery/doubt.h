/* bindery/doubt.h - what weakens the inputs of the judgement: what is not complete, what disagrees, what is not shown.
 *
 * It reads evidence, snapshots and the engagement alone, after `conclude` has said how complete each of them is, and
 * changes no outcome: completeness has kept what is listed here from passing before it comes here.  People read the
 * list in the reports and beside the assessment.
 *
 *     bd_doubt_list doubts;
 *     bd_doubts_make(&(bd_doubt_inputs){.catalog = catalog, ...}, arena, &doubts);
 *
 * Pure, and cannot fail; may be called from several threads.
 */
#ifndef BINDERY_DOUBT_H
#define BINDERY_DOUBT_H

#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/util.h"

/* ---- words --------------------------------------------------------------------------------------------- */

/* What weakens the inputs of the judgement.  It is said; what it does to a verdict the rules of completeness decide,
 * and none of it ever makes a pass. */
typedef enum {
    BD_DOUBT_TRUNCATED,  /* the source says that there is more */
    BD_DOUBT_NEXT_LINK,  /* pages were not fetched */
    BD_DOUBT_ERROR,      /* the service answered with an error: 403 and the like */
    BD_DOUBT_UNREADABLE, /* cut off, malformed, rows refused */
    BD_DOUBT_COUNT,      /* a count speaks against it */
    BD_DOUBT_INCOMPLETE, /* otherwise shown not to be all */
    BD_DOUBT_DAYS,       /* a log without an event on days where others have thousands */
    BD_DOUBT_NOT_SHOWN,  /* nothing shows that it is all */
    BD_DOUBT_TIME,       /* it says of itself that it is of a time still to come */
    BD_DOUBT_SNAPSHOTS,  /* two of one day and scope that show a different number of things */
    BD_DOUBT_SCOPE,      /* subscriptions in scope of which a source shows nothing */
    BD_DOUBT_UNLISTED,   /* subscriptions that the evidence shows and bindery.json does not list */
    BD_DOUBT_PEOPLE,     /* lists of people and the directory's log count differently */
    BD_DOUBT_PERIODS     /* periods that overlap, or leave days out */
} bd_doubt_kind;
const char *bd_doubt_name(bd_doubt_kind kind); /* "truncated", "next-link", ... */
bool bd_doubt_is_of_item(bd_doubt_kind kind);  /* it says what completeness and time of one item say, too */

/* ---- the list -------------------------------------------------------------------------------------------- */

typedef struct {
    bd_doubt_kind kind;
    uint32_t evidence; /* number, 0: of no single item */
    bd_str source;     /* id, or "" */
    bd_str scope;      /* "" for the tenant or where it is of none */
    bd_str place;      /* file, and pointer where there is one; or "" */
    bd_str sentence;
} bd_doubt;
typedef BD_VEC(bd_doubt) bd_doubt_list; /* by evidence number; then those of no single item, by kind */

/* Borrowed until the call returns; what the list says borrows its texts from them. */
typedef struct {
    const bd_catalog *catalog;
    const bd_engagement *engagement;
    const bd_period *period;
    const bd_evidences *evidence;
    const bd_snapshots *snapshots; /* by (source, scope, from, evidence): those of one day lie together */
    bd_instant as_of, until;       /* t and t' = min(as_of, period end) */
    bd_instant period_start;
} bd_doubt_inputs;

/* All doubts, Allocated in `arena`. */
void bd_doubts_make(const bd_doubt_inputs *inputs, bd_arena *arena, bd_doubt_list *out);

#endif
