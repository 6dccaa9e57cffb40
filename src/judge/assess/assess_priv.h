/* assess_priv.h - shared by the files of room assess. */
#ifndef ASSESS_PRIV_H
#define ASSESS_PRIV_H

#include "bindery/assess.h"
#include "bindery/joins.h"
#include "bindery/populations.h"
#include "bindery/shapes.h"
#include "bindery/states.h"
#include "bindery/views.h"

#define BD_ASSESS_MOST_TEXTS 8192 /* that judged records share */
#define BD_ASSESS_SORT_BYTES ((size_t)512 << 10)
#define BD_ASSESS_MANY_BYTES ((size_t)1 << 20) /* where every record gives several rows */
#define BD_ASSESS_MOST_EVENTS 65536 /* of one key that a match holds at once */

#define BD_THING_BYTES 16

/* A judged record (bindery/shapes.h) as it comes out of the sort; type, key, resource and subscription are "" where
 * nobody names it any more. */
typedef struct {
    uint32_t check;
    bd_str type, key, resource, subscription;
    bd_str scope, reason;
    uint8_t thing[BD_THING_BYTES]; /* who it is, of its type and key */
    uint32_t scope_number; /* of the scope among the shared texts; 0: it is none of them */
    bd_instant at;
    uint32_t evidence; /* number */
    uint32_t ordinal;
    bd_verdict verdict;
    bool is_any_key, is_leftover, is_undated;
    bool is_before;  /* as it was judged before evidence was withdrawn: holds only if it does not pass */
    bool is_keyless; /* nothing tells it from another one of a later snapshot */
} bd_sorted;

enum { /* packed */
    BD_JUDGED_ANY_KEY = 1,
    BD_JUDGED_LEFTOVER = 2,
    BD_JUDGED_UNDATED = 4,
    BD_JUDGED_KEYLESS = 8,
    BD_JUDGED_NAMED = 16,
    BD_JUDGED_SHORT_NAMED = 32 /* type and subscription as shared texts, no key: it is the resource in lower case */
};
typedef struct bd_shared_texts bd_shared_texts; /* scopes and sentences of judged records, each kept once */
typedef struct bd_thing_namer bd_thing_namer;

/* withdrawn.c: which evidence is judged. */
typedef enum {
    BD_JUDGING_ALL,    /* nothing is withdrawn */
    BD_JUDGING_BEFORE, /* all, as though nothing were */
    BD_JUDGING_LEFT    /* what is left */
} bd_judging_pass;
typedef struct bd_taking bd_taking;
typedef struct bd_kept_review bd_kept_review;

/* Whose reason a result gives. */
typedef struct {
    uint32_t evidence, ordinal;
    bool is_record; /* else that of the snapshot itself, or nobody's */
} bd_told;

typedef struct {
    const bd_assess_inputs *in;
    bd_arena *arena;
    bd_arena *scratch; /* what only judging needs: indexes and sets */
    bd_arena *growing; /* out->checks while it grows: each time all of it moves, and what it leaves stays */
    bd_assessment *out;
    bd_views *views;    /* how checks stand to the evidence */
    bd_shapes shapes;   /* which judge groups of rows, and put what they say to `judged` */
    bd_match_lists *lists; /* of what matches joined */
    bd_sorter *judged; /* stage 2 */
    bd_shared_texts *texts; /* of its records */
    bd_thing_namer *namer;
    bd_map **results;  /* by check, NULL: none yet; day, scope -> index + 1 into out->checks */
    BD_VEC(bd_told) told; /* by result; it may be shorter than their list */
    bd_others *others; /* NULL: what other tools say is not wanted */
    bool sets_beside;  /* ours are kept, since another tool says something, too */
    bd_populations *populations;
    bd_states states;
    bd_judging_pass pass;
    const bd_documents *documents;
    const bool *is_masked; /* by evidence index: withdrawn, or of a withdrawn collection; NULL: none is */
    bd_carried *carries;   /* NULL: nothing is left to earlier days */
    bd_taking *taking;     /* NULL: nothing is taken over from a later day */
    bd_map *review_index;        /* scope, id -> bd_kept_review; NULL: none was listed */
    BD_VEC(bd_kept_review *) kept_reviews;
    bd_packer packer;
} bd_judging;

/* withdrawn.c: `mask` first of all; `evidence` is reduce and register, twice where something is withdrawn */
void bd_judging_mask(bd_judging *run);
bool bd_judging_is_left_out(const bd_judging *run, uint32_t evidence_index); /* of this pass */
const bool *bd_judging_left_out(const bd_judging *run); /* by evidence index; NULL: nothing is */
bd_rc bd_judging_evidence(bd_judging *run, bd_err *err);

/* reduce.c: rows -> judged */
bd_rc bd_judging_reduce(bd_judging *run, bd_err *err);

/* A row waits, sorted under its join key, for those that it is judged with. */
bd_rc bd_judging_put_grouped(bd_judging *run, bd_sorter *groups, uint32_t check, const bd_row *row, bd_str join,
                             uint32_t evidence_index, bd_err *err);

/* aliases.c */
/* An account keeps its object id under a new sign-in name: rows that share an alias stand under every key that any of
 * them shows. */
typedef struct {
    bd_arena *arena;
    bd_map *joins;  /* alias -> bd_strs */
    bd_spool *rows; /* that have an alias */
} bd_aliases;
bd_aliases bd_aliases_open(void);
void bd_aliases_close(bd_aliases *known);
bd_rc bd_aliases_note(bd_judging *run, bd_aliases *known, const bd_row *row, uint32_t evidence_index, bd_err *err);
/* Once all rows are put: again under the other keys. */
bd_rc bd_aliases_join(bd_judging *run, const bd_aliases *known, bd_sorter *groups, bd_err *err);

/* judged.c: on their way to stage 2 */
bd_rc bd_judging_put(void *context, const bd_judged *judged, bd_err *err); /* `context`: the judging */
/* What `put` packed, under the texts of the judging that did; texts are borrowed, keys Allocated in `arena`. */
void bd_judging_unpack(bd_str record, const bd_shared_texts *texts, bd_arena *arena, bd_sorted *out);
/* Of one check, and judged of one type and key. */
bool bd_judging_is_same_thing(const bd_sorted *a, const bd_sorted *b);
/* Of several records that cannot be told a result gives the reason of one: of the first of the first file, and of those
 * that come of one record, of the sentence that sorts first. */
bool bd_judging_is_told_before(const bd_sorted *a, const bd_sorted *b);
bd_shared_texts *bd_shared_texts_make(bd_arena *arena); /* Allocated in `arena`, as all that is put into it */
bd_thing_namer *bd_thing_namer_open(bd_arena *arena);
void bd_thing_namer_close(bd_thing_namer *namer);

/* reader.c */
typedef struct {
    bd_judging *run;
    bd_arena *arena; /* of `ahead` */
    bd_sorted ahead; /* read already, and not handed over */
    bool has_ahead;
    bd_str heads[2]; /* judged here; taken over from a later day */
    bool has_head[2], is_used[2];
} bd_judged_reader;
/* Once `run->judged` is finished.  To be closed also where it fails. */
bd_rc bd_judged_reader_open(bd_judging *run, bd_judged_reader *reader, bd_err *err);
void bd_judged_reader_close(bd_judged_reader *reader);
/* `*arena` is emptied and holds the texts of `*out`; it may be another one afterwards.  Of what was judged before
 * evidence was withdrawn only that comes which does not speak for the control. */
bd_rc bd_judged_reader_next(bd_judged_reader *reader, bd_arena **arena, bd_sorted *out, bool *has, bd_err *err);
void bd_sorted_keep(bd_arena *arena, bd_sorted *judged); /* its texts become copies, Allocated in <arena> */

/* tally.c */
bool bd_judging_is_excluded(const bd_judging *run, const bd_sorted *judged, bd_day day);
/* So many records of one verdict in one snapshot, none of which fails. */
void bd_judging_count(bd_judging *run, const bd_sorted *judged, uint64_t count);

/* carry.c: what is left to earlier days, and taken over from a later one.  `begin` once views know what is on file. */
bd_rc bd_judging_begin_carry(bd_judging *run, bd_err *err);
bd_rc bd_judging_end_carry(bd_judging *run, bd_err *err);
void bd_judging_drop_taking(bd_judging *run);
/* Its outcomes are taken over: its rows need not be judged. */
bool bd_judging_is_taken(const bd_judging *run, uint32_t check);
bool bd_judging_skips_part(const bd_judging *run, uint32_t derived);
/* The rows that are left to earlier days in place of all that they were; NULL where they are not enough. */
bd_spool *bd_judging_taken_rows(const bd_judging *run);
bd_rc bd_judging_carry_row(bd_judging *run, const bd_row *row, uint32_t evidence_index, bd_err *err);
bd_rc bd_judging_carry_part(bd_judging *run, uint32_t evidence_index, bd_str part, bd_err *err);
/* The shared texts of this judging: they outlive it where its records are left to earlier days. */
bd_shared_texts *bd_judging_carried_texts(bd_judging *run);
const bd_shared_texts *bd_judging_taken_texts(const bd_judging *run); /* of what `take` yields */
/* A row waits under a time of its own: what its check says of a day may hang on later ones. */
void bd_judging_carry_no(bd_judging *run, uint32_t check);
/* Judged records as they come out of their order; `record` is what `judged` was packed as. */
bd_rc bd_judging_carry(bd_judging *run, bd_str record, const bd_sorted *judged, bd_err *err);
/* The next record that is taken over, in the order of judged records; sums are added to the results on the way.
 * Borrowed until the next call. */
bd_rc bd_judging_take(bd_judging *run, bd_str *record, bool *has_record, bd_err *err);

/* reviews.c: what derivations list of access reviews, for people */
void bd_judging_note_review(bd_judging *run, const bd_listed *listed);
void bd_judging_reviews(bd_judging *run); /* once requirements have their outcomes */

/* stretches.c: exceptions of records in any order -> run->out->exceptions, by check, type, key and first failing day */
typedef struct bd_stretches bd_stretches;
bd_stretches *bd_stretches_open(bd_judging *run);
/* All but id, property, controls and what is signed; texts are copied. */
bd_rc bd_stretches_put(bd_stretches *all, const bd_exception *one, bd_err *err);
bd_rc bd_stretches_list(bd_stretches *all, bd_err *err);
void bd_stretches_close(bd_stretches *all);

/* results.c: one for each check, scope and day */
bd_check_result *bd_judging_result(bd_judging *run, uint32_t check, bd_str scope, bd_day day,
                                   bd_instant at);
void bd_judging_open_results(bd_judging *run); /* every snapshot of a check's source has one, an empty one too */
void bd_judging_count_verdict(bd_judging *run, bd_check_result *result, const bd_sorted *judged, uint64_t count);

/* tally.c: judged -> check results, exceptions, findings */
bd_rc bd_judging_tally(bd_judging *run, bd_finding_fn *on_finding, void *context, bd_err *err);

/* registered.c: what checks over documents say, as results and judged records */
bd_rc bd_judging_register(bd_judging *run, bd_err *err);

#endif
