/* bindery/memo.h - what a scan of one object yielded, as bytes that can be kept: a monthly run then reads what is new.
 *
 * A scan hangs on the object's bytes, on how it is described, and on the map part: catalog, derivations, facts of
 * bindery.json, the program itself.  All of it goes into the key, so that an entry is never stale: where anything
 * changed, another key is asked for.  The days that are judged (period_from, period_to, year_from) stand in the key
 * only where what was scanned asks for them; a run with a later as-of finds the rest again.
 *
 *     key = SHA-256("bindery-map-1" 00, object, map part, description, days or nothing)       key.c
 *
 * An entry holds the facts, diagnostics and rows of one object, and no verdict (entry.c has the form).  Who keeps the
 * bytes is no matter of this room; whoever can alter them can alter what is judged, so that nothing is read back from
 * where others write.  Reading is bounded and takes nothing that a scan could not have yielded in form: check numbers,
 * sources, lengths; an entry that does not hold leaves nothing behind.
 *
 * Not kept from run to run: documents, content that nobody parses, and malformed content, for a reader may have run out
 * of time.
 */
#ifndef BINDERY_MEMO_H
#define BINDERY_MEMO_H

#include "bindery/crypto.h"
#include "bindery/evidence.h"
#include "bindery/scan.h"
#include "bindery/spill.h"

typedef struct {
    uint8_t part[32]; /* the map part */
    uint8_t days[32]; /* the days that are judged */
} bd_memo_plan;
/* False: something that a scan hangs on has no version here, and nothing may be kept. */
bool bd_memo_plan_make(const bd_scan_plan *plan, bd_memo_plan *out);
/* `plan` is asked for the collection time of this object; `sidecar` may be NULL. */
void bd_memo_key(const bd_memo_plan *memo, const bd_scan_plan *plan, const bd_sidecar *sidecar,
                 const uint8_t object[32], bool has_days, uint8_t out[32]);

/* May what was found be kept?  Then, do rows of it hang on the days? */
bool bd_memo_may_keep(const bd_sidecar *sidecar, const bd_facts *facts);
bool bd_memo_asks_for_days(const bd_scan_plan *plan, const bd_facts *facts);

/* Writes facts and the records of `rows` between two marks, but for whose they are.  Fails as `sink` does, and with
 * LIMIT where the facts alone are larger than 16 MiB. */
BD_MUST_USE bd_rc bd_memo_write(const bd_facts *facts, const bd_spool *rows, bd_spool_mark from,
                                bd_spool_mark to, bd_sink *sink, bd_err *err);
/* Reads `from` to its end: puts the records to `rows` as those of `evidence`, and fills `out`.  INPUT: it does not
 * hold; `rows` is then as it was.  Allocated in <arena>; ids of sources Borrowed from the catalog. */
BD_MUST_USE bd_rc bd_memo_read(const bd_scan_plan *plan, bd_source *from, uint32_t evidence,
                               bd_arena *arena, bd_spool *rows, bd_facts *out, bd_err *err);

#endif
