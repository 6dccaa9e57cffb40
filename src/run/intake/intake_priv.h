/* intake_priv.h - shared by the files of room intake. */
#ifndef INTAKE_PRIV_H
#define INTAKE_PRIV_H

#include "bindery/intake.h"

typedef struct bd_early_scan bd_early_scan; /* early.c */
typedef struct bd_memos bd_memos;           /* memos.c */

/* describe.c: puts what sidecars and registers say with each item of out->evidence; <by_path> leads from a path to the
 * index + 1 of the latest item there. */
BD_MUST_USE bd_rc bd_describe(bd_session *session, bd_read_run *out, const bd_map *by_path,
                              bd_err *err);

/* withhold.c */
/* What descriptions leave in doubt of what must stay out of the package. */
typedef struct {
    const bd_evidence *from;
    bd_str path; /* that it describes, and where no file is */
} bd_astray;
typedef struct {
    /* by item: the text of a sidecar or register that cannot be read, without its zero bytes; else "" */
    const bd_str *refused;
    const bd_evidence *const *called; /* by item: what called it a report and is not heard any more, or NULL */
    const bd_astray *astray; /* words of reports */
    size_t astray_count;
} bd_doubts;
/* Marks what must stay out of the package. */
BD_MUST_USE bd_rc bd_withhold(bd_session *session, bd_read_run *out, const bd_doubts *doubts,
                              bd_err *err);
/* Does its content alone say what it is a list of?  No rows are kept of it. */
BD_MUST_USE bd_rc bd_recognises(bd_session *session, const bd_evidence *item, bd_arena *arena,
                                bool *knows, bd_err *err);

/* evidence.c */
/* How evidence of this engagement is scanned. */
void bd_plan_scan(bd_session *session, bd_scan_plan *out);
/* Scans the items that `wants` (called from several threads), and hands each to `scanned` in order, with its rows; then
 * NULL, while all of them are still there. */
typedef bool bd_wants_fn(void *context, const bd_evidence *item);
typedef bd_rc bd_scanned_fn(void *context, const bd_evidence *item, const bd_spool *rows,
                            bd_spool_mark from, bd_spool_mark to, bd_err *err);
BD_MUST_USE bd_rc bd_scan_some(bd_session *session, bd_wants_fn *wants, bd_scanned_fn *scanned,
                               void *context, bd_err *err);

/* early.c: large files are scanned while the locker reads them.  `begin` before the put of `file`, whose place in its
 * folder is entry->path: NULL where it does not pay.  The sink is the put's reader, NULL without one; `end` is told
 * whether the put made a new item.  Both accept NULL. */
bd_early_scan *bd_early_begin(bd_session *session, const char *file, const bd_entry *entry);
bd_sink *bd_early_sink(bd_early_scan *one);
BD_MUST_USE bd_rc bd_early_end(bd_early_scan *one, bool is_new, bd_err *err);
/* After the commit: the rows of all scans and the arena of their facts now belong to the caller. */
bd_row_spool bd_early_hand_over(bd_early *early, bd_arena **facts);
/* The facts of the item at `index`, if it was scanned under the description that it has now; its rows then stand under
 * `index`, between `from` and `to`.  May be called from several threads for different items.  Accepts NULL. */
bool bd_early_take(bd_early *early, const bd_evidence *item, size_t index, bd_facts *out,
                   bd_spool_mark *from, bd_spool_mark *to);
void bd_early_close(bd_early *early); /* accepts NULL */

/* memos.c: what scans yielded, kept in the locker.  For `count` items; NULL: nothing is kept; all accept NULL.  `take`
 * and `note` may be called from several threads for different items; `take` fails where the rows cannot be put. */
bd_memos *bd_memos_open(bd_session *session, const bd_scan_plan *plan, size_t count,
                        bd_arena *arena);
BD_MUST_USE bd_rc bd_memos_take(bd_memos *memos, const bd_evidence *item, size_t index,
                                bd_arena *arena, bd_spool *rows, bd_facts *out, bool *is_taken,
                                bd_err *err);
/* The item was scanned: its facts, and its rows between two marks of a spool that stays until `close`. */
void bd_memos_note(bd_memos *memos, const bd_evidence *item, size_t index, const bd_spool *rows,
                   bd_spool_mark from, bd_spool_mark to);
/* Begins to write what was noted, beside what the caller goes on with; nothing more is put to the spools. */
void bd_memos_write(bd_memos *memos);
/* Waits for it.  `is_whole`: every item was asked for, and entries of others may go. */
void bd_memos_close(bd_memos *memos, bool is_whole);

/* shards.c: `take` fails with INPUT where no partial holds the item. */
BD_MUST_USE bd_rc bd_partials_take(const bd_partials *partials, const bd_scan_plan *plan,
                                   const bd_evidence *item, size_t index, bd_arena *arena,
                                   bd_spool *rows, bd_facts *out, bd_err *err);
void bd_partials_close(bd_partials *partials); /* accepts NULL */

#endif
