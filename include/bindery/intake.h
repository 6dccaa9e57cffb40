/* bindery/intake.h - from files that were handed in to rows: taken into the locker, described, and each object read
 * once.
 *
 * `bd_ingest` puts files into the locker.  Whatever reads evidence afterwards does it through here, in one order:
 * what sidecars and registers say is put with each item (describe.c), what must stay out of the package is marked
 * (withhold.c), sign-offs are taken from sidecars and journal, and then each object is read: not at all where a scan
 * of it was kept (memos.c), came with a shard (shards.c) or was made while the file was taken in (early.c), else
 * once, by as many workers as the session has jobs.  How complete each collection is comes last.  Nothing is judged
 * here.
 *
 * What comes out are facts of each item, which stay until bd_read_clear, and rows, which lie in the spools of the
 * workers and are there only as long as the caller's function runs:
 *
 *     bd_rc rc = bd_read_rows(session, &read, judge_rows, context, err);
 *     ... what is wanted of `read` ...
 *     bd_read_clear(&read);
 *
 * While that function runs, what was scanned is written to where it is kept.  The same evidence gives the same
 * facts, diags and rows in the same order, however many workers there are and whatever was kept.
 */
#ifndef BINDERY_INTAKE_H
#define BINDERY_INTAKE_H

#include "bindery/assess.h"
#include "bindery/evidence.h"
#include "bindery/scan.h"
#include "bindery/session.h"
#include "bindery/spill.h"
#include "bindery/util.h"
#include "bindery/value.h"

/* Puts files and folders into the locker; none: the inbox.  `result` is Allocated in the session's arena. */
BD_MUST_USE bd_rc bd_ingest(bd_session *session, const char *const *paths, size_t count,
                            const bd_value **result, bd_err *err);

/* ---- what was read ---- */

typedef struct {
    bd_arena *arena; /* of all that follows, and of what is made of it */
    bd_evidences evidence;
    bd_collections collections;
    bd_snapshots snapshots;
    bd_diags diags;
    bd_arena **arenas; /* of the workers: hold the facts */
    size_t arena_count;
} bd_read_run;
void bd_read_clear(bd_read_run *read); /* may be called again */

/* What checks and derivations made of the records; Borrowed until the function that is handed it returns. */
typedef struct {
    const bd_scan_plan *plan;
    const bd_row_spool *rows; /* one per worker, then that of the early scans */
    size_t spool_count;
    const bd_collections *before_collections; /* before anything was withdrawn; NULL: nothing was */
    const bd_snapshots *before_snapshots;
} bd_rows_read;
typedef bd_rc bd_rows_fn(void *context, const bd_rows_read *read, bd_err *err);
/* Reads all evidence and calls `then`.  Whatever it returns, `out` is the caller's to clear. */
BD_MUST_USE bd_rc bd_read_rows(bd_session *session, bd_read_run *out, bd_rows_fn *then, void *context,
                               bd_err *err);
/* Reads the items after number `after` and says what cannot be read of them. */
BD_MUST_USE bd_rc bd_read_fresh(bd_session *session, size_t after, bd_err *err);

/* ---- reading for somebody who looks at records ---- */

/* Who looks at every record while evidence is read: one context for each worker of the session. */
typedef struct {
    bd_observe_fn *see;
    void **contexts;
    const bool *is_wanted; /* by index of the evidence; NULL: all of it */
} bd_watch;
/* What each file is, of when and how complete; checks see nothing.  On failure nothing is left to clear. */
BD_MUST_USE bd_rc bd_read_evidence(bd_session *session, const bd_watch *watch, bd_read_run *out,
                                   bd_err *err);
/* Reads wanted items of `read` once more for somebody who now knows what to look for. */
BD_MUST_USE bd_rc bd_reread_evidence(bd_session *session, const bd_watch *watch, bd_read_run *read,
                                     bd_err *err);

/* ---- shards ---- */

/* One shard's part of a scan, to options->out_path.  `result` is Allocated in the session's arena. */
BD_MUST_USE bd_rc bd_shard_write(bd_session *session, const bd_value **result, bd_err *err);
/* What all shards found takes the place of the scan, until the session is closed.  INPUT: as bd_run_merge. */
BD_MUST_USE bd_rc bd_partials_open(bd_session *session, const char *const *paths, size_t count,
                                   bd_err *err);

#endif
