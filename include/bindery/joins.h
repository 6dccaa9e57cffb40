/* bindery/joins.h - derivations that join collections: for each snapshot of the first source, what others show near it.
 *
 * A derivation with a `reduce` (bindery/derive.h) sees several lists at once.  The scan kept parts of their records;
 * this room decides which snapshots belong together, brings their parts into one order by group, and has each
 * derivation make its records of them, which the rules turn into rows.  What is judged is the snapshot of the source
 * that the derivation names first; of every other source and scope it sees the one nearest in time, at most a week
 * away, of logs all that describe a day of the quarter before it.
 *
 *     bd_joins *joins = bd_joins_open(&inputs);
 *     bd_joins_take_part(joins, evidence_index, &part, err);     for each part behind BD_PART_MARK
 *     bd_joins_finish(joins, &readers, err);                     once; rows come out
 *     bd_joins_close(joins);
 *
 * A source is several lists of a day: what one that is not whole would pass, cannot be told.  Parts go through a sort,
 * so that memory holds those of one group and those that all groups of a snapshot share.  One thread at a time.
 */
#ifndef BINDERY_JOINS_H
#define BINDERY_JOINS_H

#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/rule.h"
#include "bindery/spill.h"
#include "bindery/util.h"
#include "bindery/value.h"

/* ---- life cycle -------------------------------------------------------------------------------------------- */

/* Borrowed until close. */
typedef struct {
    const bd_catalog *catalog;
    const bd_rules *rules; /* of that catalog: only what a rule reads is derived */
    const bd_engagement *engagement;
    const bd_evidences *evidence;
    const bd_collections *collections;
    const bd_snapshots *snapshots;
    const bd_strs *subscriptions; /* in scope: what is set above them holds in each */
    const bool *left_out;         /* by evidence index: withdrawn, and not judged now; NULL: nothing is */
    bd_instant as_of;             /* snapshots from then on are not seen */
    bool sorts_behind;            /* parts are sorted and written by a thread of their own meanwhile */
} bd_joins_inputs;

typedef struct bd_joins bd_joins;
bd_joins *bd_joins_open(const bd_joins_inputs *inputs);
void bd_joins_close(bd_joins *joins);

/* ---- in ---------------------------------------------------------------------------------------------------- */

/* A part from behind the mark; `evidence_index`: of the file that it stands in.  Passed over where no derivation sees
 * its snapshot.  Fails with LIMIT (larger than 64 KiB) or IO (temporary files). */
BD_MUST_USE bd_rc bd_joins_take_part(bd_joins *joins, uint32_t evidence_index, bd_unpacker *part, bd_err *err);

/* ---- out --------------------------------------------------------------------------------------------------- */

/* A row of a derived record, of the file whose record it was made of, else of the snapshot's first. */
typedef bd_rc bd_join_row_fn(void *context, const bd_row *row, uint32_t evidence_index, bd_err *err);

/* What a derivation lists for people. */
typedef struct {
    bd_str type, scope; /* "review", "denied"; of the snapshot: a subscription, "" */
    const bd_value *value;
    uint32_t evidence_index;
    bool is_whole;
} bd_listed;
typedef void bd_join_listed_fn(void *context, const bd_listed *listed);

/* What they are given is Borrowed until they return. */
typedef struct {
    bd_join_row_fn *put_row;
    bd_join_listed_fn *put_listed;
    void *context;
} bd_joins_readers;
/* Once all parts are taken.  Fails with LIMIT (too many records of one group), IO or what `put_row` returns. */
BD_MUST_USE bd_rc bd_joins_finish(bd_joins *joins, const bd_joins_readers *readers, bd_err *err);

#endif
