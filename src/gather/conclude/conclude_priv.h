/* conclude_priv.h - shared by the files of room conclude. */
#ifndef CONCLUDE_PRIV_H
#define CONCLUDE_PRIV_H

#include "bindery/conclude.h"

#define BD_CONCLUDE_LOOKED_AT 8192 /* bytes in memory with a collection: it, its first item and their texts */
#define BD_CONCLUDE_NIGHT (48 * BD_HOUR) /* that a job ran on: what is not older is of the moment */

typedef struct {
    const bd_scan_plan *plan;
    bd_evidences *evidence;
    bd_arena *arena;
    bd_arena *scratch; /* sets and lists that end with the conclusion */
    bd_collections *collections;
    bd_snapshots *snapshots;
    bool leaves_out_withdrawn; /* what is withdrawn counts nothing else */
} bd_conclusion;

/* conclude.c: all of it, with a scratch of its own. */
void bd_conclude_all(bd_conclusion *run);
/* Fills completeness and reason of a collection whose members, rows and source are set (completeness.c). */
void bd_conclude_collection(bd_conclusion *run, bd_collection *out);
/* A log of thousands of events a day that has none on one is not shown to be complete (days.c). */
void bd_conclude_doubt_days(bd_conclusion *run, bd_collection *collection);
/* Whether a preparer and another reviewer have signed the bytes that are kept, and if not, why (signoff.c). */
void bd_conclude_signoff(bd_conclusion *run, bd_evidence *item);
/* Sets lists of resources against the inventory of the same day (second.c): fewer than it counts are not all; as many,
 * and the same, are all where only a count was wanted. */
void bd_conclude_count_again(bd_conclusion *run);
/* The sidecar names command or request, exporter, and says that the file is complete. */
bool bd_conclude_is_vouched(const bd_evidence *item);
/* Exports of it show what is at the moment they are made, and nothing before; of NULL false (conclude.c). */
bool bd_conclude_is_of_moment(const bd_source_def *source);
/* An answer of Resource Graph. */
bool bd_conclude_is_query(const bd_evidence *item);

/* ---- the pages of one answer (chain.c) ---- */

/* `next` is the page that `page` links to: alike, and asked for with the token of that link where it has one. */
bool bd_conclude_is_continued(const bd_evidence *page, const bd_evidence *next, bd_arena *arena);
/* Do the tokens say that the first page or one in the middle is missing?  Then completeness and reason are filled. */
bool bd_conclude_is_chain_broken(bd_conclusion *run, bd_collection *out);
/* Fills completeness and reason of a chain that ends without a next link and that nothing else speaks against. */
void bd_conclude_chain(bd_conclusion *run, bd_collection *out);
/* Once all collections are there: a chain whose beginning nothing shows, beside one of the same source, scope and time
 * whose next link was not followed, may be the rest of that one. */
void bd_conclude_doubt_starts(bd_conclusion *run);

#endif
