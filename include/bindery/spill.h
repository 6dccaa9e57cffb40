/* bindery/spill.h - bytes that may not fit in memory: an append-only spool and an external sort.
 *
 * Both keep a bounded buffer and put the rest in unlinked temporary files.  The sort orders records by memcmp of
 * their bytes, so a caller packs keys in front (bd_pack_* in util.h); equal records keep no order of their own (they
 * are equal).  Runs are merged at most 256 at a time, each through a window of 4 to 16 KiB; a record that is larger
 * widens its own.
 */
#ifndef BINDERY_SPILL_H
#define BINDERY_SPILL_H

#include "bindery/util.h"

#define BD_SPILL_RECORD_BYTES BD_PACK_BYTES /* largest record */

typedef struct bd_spool bd_spool;
bd_spool *bd_spool_open(size_t memory_bytes);
BD_MUST_USE bd_rc bd_spool_put(bd_spool *spool, bd_str record, bd_err *err);
/* Ends putting: what memory holds goes to the file, where there is one, and its room is given back. */
BD_MUST_USE bd_rc bd_spool_settle(bd_spool *spool, bd_err *err);
/* Reads from the start; any number of times, after the last put. */
BD_MUST_USE bd_rc bd_spool_rewind(bd_spool *spool, bd_err *err);
/* Borrowed until the next call. */
BD_MUST_USE bd_rc bd_spool_next(bd_spool *spool, bd_str *record, bool *has_record, bd_err *err);
uint64_t bd_spool_count(const bd_spool *spool);
/* Where the next record goes: `bd_spool_cut` goes back there, and all that was put since is forgotten. */
typedef struct {
    int64_t bytes;
    uint64_t count;
} bd_spool_mark;
bd_spool_mark bd_spool_at(const bd_spool *spool);
/* A second reader of a spool to which nothing is put any more, of all of it or of what lies between two marks: it
 * reads from the start, on another thread if need be, and ends before the spool does.  `window_bytes`, at least 4,
 * are what it reads of a file at a time. */
bd_spool *bd_spool_view(const bd_spool *spool);
bd_spool *bd_spool_view_between(const bd_spool *spool, bd_spool_mark from, bd_spool_mark to,
                                size_t window_bytes);
/* Shows `see` the records between two marks in their order, each borrowed until it returns; on the thread that puts, or
 * on any after the last put.  It ends where `see` fails. */
typedef bd_rc bd_spool_see_fn(void *context, bd_str record, bd_err *err);
BD_MUST_USE bd_rc bd_spool_look(const bd_spool *spool, bd_spool_mark from, bd_spool_mark to,
                                bd_spool_see_fn *see, void *context, bd_err *err);
BD_MUST_USE bd_rc bd_spool_cut(bd_spool *spool, bd_spool_mark mark, bd_err *err);
void bd_spool_close(bd_spool *spool); /* accepts NULL */

typedef struct bd_sorter bd_sorter;
bd_sorter *bd_sorter_open(size_t memory_bytes);
/* Before the first put: what fills its memory is sorted and written by a thread of its own while more is put, into as
 * much memory again, and runs are merged by one while their records are read (256 KiB more).  A failure of that thread
 * comes out of a later put or of finish; or of `next`, after the records before it, and of each `next` after that. */
void bd_sorter_work_behind(bd_sorter *sorter);
BD_MUST_USE bd_rc bd_sorter_put(bd_sorter *sorter, bd_str record, bd_err *err);
/* Ends putting.  Then `next` yields records in order, once; where this fails, nothing but close is left. */
BD_MUST_USE bd_rc bd_sorter_finish(bd_sorter *sorter, bd_err *err);
BD_MUST_USE bd_rc bd_sorter_next(bd_sorter *sorter, bd_str *record, bool *has_record, bd_err *err);
void bd_sorter_close(bd_sorter *sorter); /* accepts NULL */

#endif
