/* bindery/conclude.h - what the facts of all files together say: whose they are, of when, how complete, signed or not.
 *
 * A scan sees one file; this room sees them all and none of their bytes.  It settles for each the source, title,
 * origin, times and sign-off, joins pages into collections, says how complete each of these is and why, and lists the
 * snapshots that checks will judge.  What only other files tell comes last: the pages beside it, the inventory of its
 * day, the days of a log.
 *
 *     for each object: bd_scan(&plan, blob, sidecar, index, arena, rows, &item->facts, err);
 *     bd_conclude(&plan, &evidence, arena, &collections, &snapshots);
 *     if (bd_conclude_withdraw(&plan, &evidence, arena, &collections, &snapshots, &before_c, &before_s)) { ... }
 *
 * Fail closed: what is not shown to be complete is not, and no collection becomes more complete by what is missing.
 * Pure: facts in, facts out, the same for any order of scanning; nothing of it is kept from run to run.
 */
#ifndef BINDERY_CONCLUDE_H
#define BINDERY_CONCLUDE_H

#include "bindery/evidence.h"
#include "bindery/scan.h"
#include "bindery/util.h"

/* Fills the derived half of every record that `bd_scan` has not: source, title, origin, times, sign-off, collection,
 * completeness.  Needs given, sidecar, facts, preparer and reviewers (journal reviews included) to be set.  Of the plan
 * it reads catalog, parameters, zone, tenant and subscriptions.  Texts and lists are Allocated in <arena>. */
void bd_conclude(const bd_scan_plan *plan, bd_evidences *evidence, bd_arena *arena,
                 bd_collections *collections, bd_snapshots *snapshots);
/* After `bd_conclude`, which knows of no withdrawal: takes from collections and snapshots what rests on withdrawn
 * evidence, a page of their own or the inventory that counted them.  They stay listed, are not complete and may not
 * pass, and say why; what was not complete before is not complete now.  `before_*` are the lists as they were.  False,
 * and nothing done, where nothing is withdrawn. */
bool bd_conclude_withdraw(const bd_scan_plan *plan, bd_evidences *evidence, bd_arena *arena,
                          bd_collections *collections, bd_snapshots *snapshots,
                          bd_collections *before_collections, bd_snapshots *before_snapshots);

#endif
