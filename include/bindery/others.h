/* bindery/others.h - what other tools say of the same system, added up and set beside our own verdicts.
 *
 * `imported` turns records of another tool into rows.  This room takes the rows and adds them up by snapshot, set and
 * group; it keeps scores and attestations one by one; and where a check of ours asks what a test of theirs asks, it
 * sets the two beside each other, resource by resource, at most a week apart.  Nothing of it reaches a verdict, an
 * outcome, a state or the score.
 *
 *     bd_others *others = bd_others_open(&inputs, arena, &found);
 *     bd_others_take_row(others, evidence_index, &packed, err);    for each row behind BD_IMPORT_MARK
 *     bd_others_put_ours(others, &ours, err);                      for each verdict of ours, if there is any of theirs
 *     bd_others_finish(others, err);                               once; `found` is filled
 *     bd_others_close(others);
 *
 * Both sides go through sorts, so memory is one line per snapshot and group, and one per disagreement.  The order in
 * which rows come changes nothing.  One thread at a time.
 */
#ifndef BINDERY_OTHERS_H
#define BINDERY_OTHERS_H

#include "bindery/catalog.h"
#include "bindery/evidence.h"
#include "bindery/imported.h"
#include "bindery/rule.h"
#include "bindery/spill.h"
#include "bindery/util.h"

/* ---- results --------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t of[BD_IMPORT_CLASSES];
} bd_import_counts;

/* A status as the other tool writes it. */
typedef struct {
    bd_str status, cause;
    bd_import_class means;
    uint64_t count;
} bd_import_word;

/* Results of one set and group: of one snapshot, or of the newest ones together. */
typedef struct {
    bd_str set;
    bd_str group;     /* verbatim, of a group that is no criterion; "" else */
    bd_str criterion; /* "" of such a group, and of the whole set */
    bool is_soc;
    bool has_manual;
    bd_import_counts automatic, manual;
    uint64_t resources, resources_not_met; /* distinct; one result is enough for the second */
    uint64_t tests;                        /* distinct; 0 where snapshots are added up */
} bd_import_group;
typedef BD_VEC(bd_import_group) bd_import_groups;

typedef struct {
    const bd_import *import;
    bd_str scope;
    bd_day date; /* UTC */
    bd_instant at;
    bd_instant oldest,
        newest;        /* when the other tool judged what stands in it, or BD_INSTANT_NONE */
    uint32_t evidence; /* number of its first item */
    bool is_complete, is_newest; /* newest of its import and scope */
    bd_str why_not;              /* of one that is not complete */
    uint64_t results,
        repeated;             /* repeated: left out, because the same result stands there already */
    uint64_t ungrouped;       /* results of a set of ours that name no group */
    uint64_t groups_left_out; /* names that no criterion has, beyond those listed */
    BD_VEC(bd_import_word) words;
    bd_import_groups groups; /* by set; the set as a whole, criteria in order, strangers */
} bd_import_snapshot;

/* The newest snapshots of all scopes of one import, added up. */
typedef struct {
    const bd_import *import;
    bd_import_group sum;
    uint64_t scopes;
    bd_day oldest, newest; /* dates of the snapshots */
    bool is_complete;      /* all of them */
} bd_import_sum;

typedef struct {
    const bd_import *import;
    bd_str scope, name, key;
    bd_day date;
    bd_instant at; /* the other tool's own time, else that of the snapshot */
    bd_str current, max, percentage, weight; /* as bd_import_row's; of points: added up */
    bd_str problem;                          /* why it is no score; "" */
    uint32_t evidence;
    bool is_complete, is_newest;
    bd_str why_not;
} bd_import_score;

typedef struct {
    const bd_import *import;
    bd_str scope, resource, test, status, owner, comments, key;
    bd_import_class means;
    bd_day date;
    bd_instant assessed, expires;
    bool is_expired; /* on the day of the snapshot */
    int64_t evidence_count;
    uint32_t evidence;
} bd_import_attestation;

/* A check of ours and a test of theirs that ask the same, and do not say the same. */
typedef struct {
    const bd_import *import;
    const bd_check *check;
    bd_str resource, key, test, title, status;
    bd_import_class theirs;
    bd_verdict ours; /* pass or fail */
    bd_str set;
    bd_day first, last; /* of their snapshots */
    int days;           /* on which the two differ this way */
    bd_day ours_on;     /* of our snapshot beside the last one */
    uint32_t evidence, ours_evidence;
} bd_disagreement;

/* How many of their results could be set beside ours; each result of each snapshot is in one of these. */
typedef struct {
    const bd_import *import;
    uint64_t agree, disagree;
    uint64_t undecided; /* one of the two says neither yes nor no */
    uint64_t unread;    /* no verdict of ours on that resource within seven days */
    uint64_t no_check;  /* no check of ours asks what that test asks */
} bd_import_compared;

typedef struct {
    BD_VEC(bd_import_snapshot) snapshots;       /* by (import, scope, date) */
    BD_VEC(bd_import_sum) sums;                 /* by (import, set, group) */
    BD_VEC(bd_import_score) scores;             /* by (import, scope, name, date) */
    BD_VEC(bd_import_attestation) attestations; /* by (import, scope, date, key) */
    BD_VEC(bd_disagreement) disagreements;      /* by (check, key, import, test) */
    BD_VEC(bd_import_compared) compared;        /* by import; those with verdicts */
    BD_VEC(const bd_import *) imports;          /* that evidence speaks of */
    /* Rows that are in none of these: of a time that is not judged, of a subscription out of scope. */
    uint64_t other_time, other_scope;
} bd_imported;

/* ---- life cycle -------------------------------------------------------------------------------------------- */

/* Borrowed until close, and by what is found. */
typedef struct {
    const bd_catalog *catalog;
    const bd_imports *imports; /* of that catalog */
    const bd_evidences *evidence;
    const bd_collections *collections;
    const bd_snapshots *snapshots;
    const bd_map *subscriptions; /* ids in scope; NULL: nobody says which, so that all are */
    bd_instant from, until;      /* [from, until): snapshots outside of it are counted and left out */
} bd_others_inputs;

typedef struct bd_others bd_others;
/* What is found is Allocated in `arena` and stands in `*found`, which is emptied first. */
bd_others *bd_others_open(const bd_others_inputs *inputs, bd_arena *arena, bd_imported *found);
void bd_others_close(bd_others *others); /* accepts NULL */

/* Does any evidence speak of another tool's results?  Where none does, ours need not be named to be set beside it. */
bool bd_others_has_any(const bd_others *others);

/* ---- in ---------------------------------------------------------------------------------------------------- */

/* A row as bd_import_pack wrote it, from behind the mark; `evidence_index`: of the file that it stands in.  Fails with
 * LIMIT (larger than 64 KiB) or IO (temporary files). */
BD_MUST_USE bd_rc bd_others_take_row(bd_others *others, uint32_t evidence_index, bd_unpacker *packed, bd_err *err);

/* What a check of ours says of one record at one time. */
typedef struct {
    const bd_check *check;
    bd_str key, resource;
    bd_str subscription; /* of a sum */
    bool is_sum;         /* over all of a subscription: it is set beside what is said of the subscription itself */
    bd_instant at;
    bd_verdict verdict;
    uint32_t evidence; /* number */
} bd_own_reading;
/* Passed over where no evidence speaks of another tool, or no test asks what the check asks.  Fails with IO. */
BD_MUST_USE bd_rc bd_others_put_ours(bd_others *others, const bd_own_reading *ours, bd_err *err);

/* ---- out --------------------------------------------------------------------------------------------------- */

/* Once, behind all that goes in.  Fails with IO; what is found is then not all. */
BD_MUST_USE bd_rc bd_others_finish(bd_others *others, bd_err *err);

#endif
