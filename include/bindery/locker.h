/* bindery/locker.h - the evidence store of an engagement: bytes, hashes, provenance; it never parses content.
 *
 * Content-addressed and append-only.  Each distinct file is kept once, deflated at ingest, under the SHA-256 of its
 * plain bytes.  A hash-chained journal holds what happened to evidence; the append to it is the commit point.
 * One writer at a time by a kernel lock; readers never wait.  Layout and line formats: journal.c (essay) and
 * `locker/FORMAT` = "bindery-locker 1".
 *
 *     bd_locker *locker;
 *     BD_TRY(bd_locker_open(folder, BD_LOCKER_WRITE, arena, &locker, err));   // recovers a torn tail
 *     BD_TRY(bd_locker_put(locker, fd, &item, err));                          // object on disk, not yet committed
 *     BD_TRY(bd_locker_commit(locker, now, err));                             // journal append: visible
 *     bd_locker_close(locker);                                                // uncommitted items are forgotten
 */
#ifndef BINDERY_LOCKER_H
#define BINDERY_LOCKER_H

#include "bindery/crypto.h"
#include "bindery/evidence.h"
#include "bindery/util.h"
#include "bindery/value.h"
#include "bindery/zip.h"

typedef struct bd_locker bd_locker;
typedef enum { BD_LOCKER_READ, BD_LOCKER_WRITE } bd_locker_mode;

/* Opens `folder` ("<engagement>/locker"); WRITE makes it when absent and takes the lock (BUSY names the holder).
 * WRITE recovery: a torn last journal line is moved to quarantine/ and a `recovered` line is written; a break in
 * the chain anywhere else is INPUT and nothing is repaired.  READ of an absent folder gives an empty locker.
 * Everything handed out is Borrowed until close. */
BD_MUST_USE bd_rc bd_locker_open(const char *folder, bd_locker_mode mode, bd_arena *arena,
                                 bd_locker **out, bd_err *err);
/* The object of an item whose journal lies elsewhere; may be asked from several threads.  INPUT: it is not there. */
typedef bd_rc bd_object_fn(void *context, const bd_evidence_given *item, bd_arena *arena,
                           const bd_blob **out, bd_err *err);
/* A locker for reading over a journal that is at hand as text, such as a package's; `find` yields its objects.  INPUT:
 * the text is no whole journal.  Everything handed out is Borrowed until close; `journal` as long as <arena>. */
BD_MUST_USE bd_rc bd_locker_open_text(bd_str journal, bd_object_fn *find, void *context,
                                      bd_arena *arena, bd_locker **out, bd_err *err);
void bd_locker_close(bd_locker *locker);
/* What recovery did, one sentence each; empty when nothing was torn. */
const bd_strs *bd_locker_recoveries(const bd_locker *locker);
/* What the file system the locker lies on cannot promise, one sentence; NULL: nothing is known against it. */
const char *bd_locker_doubt(const bd_locker *locker);
const char *bd_locker_doubt_of(uint64_t file_system); /* f_type of statfs(2) */

/* ---- putting ------------------------------------------------------------------------------------- */

/* Already held?  True when (path, device, inode, size, mtime, ctime) equal the index and the mtime is more than 2 s
 * older than the index: then nothing need be read.  Not to be asked where a collection time is given, because a new
 * one makes a new item. */
bool bd_locker_is_unchanged(const bd_locker *locker, const bd_entry *entry);

typedef struct {
    const bd_entry *entry;   /* path, times, identity of the file */
    bd_instant collected_at; /* given by the caller, or BD_INSTANT_NONE */
    bd_str sidecar_path;     /* path of its sidecar in the same batch or committed before, or "" */
    bd_strs described_by;    /* likewise: folder sidecar and registers that may date it */
    bd_sink *reader;         /* is given the bytes as they are read, kept or not in the end; or NULL */
} bd_put;
typedef enum { BD_PUT_NEW, BD_PUT_SAME } bd_put_result;
/* Reads the file behind `fd` (from where it stands, so open it afresh) to its end, hashes, deflates and stores it (temp
 * file, content checked, renamed at commit).  SAME: this path already holds these bytes with the same given facts: no
 * new item.  A new time makes a new item of the same bytes: a `collected_at` that was not given before, or another
 * modification time where nothing else dates the file; where a sidecar or `described_by` may, only together with a new
 * one of them in the same batch (then the answer is SAME here, and the commit counts the item).  A withdrawn item
 * stays withdrawn: the same
 * file does not bring it back.
 * A file that changes while it is read is INPUT ("changed while it was read").  `jobs` workers deflate; memory is flat.
 * After a failure the file is not put, and the batch goes on. */
BD_MUST_USE bd_rc bd_locker_put(bd_locker *locker, int fd, const bd_put *put, unsigned jobs,
                                bd_put_result *result, bd_err *err);
/* Makes all items put since the last commit visible: group fsync of objects and folders, then one append of their
 * `ingested` lines, in path order of the batch, fsync.  Any fsync failure is IO and final for this handle. */
BD_MUST_USE bd_rc bd_locker_commit(bd_locker *locker, bd_instant now, size_t *committed,
                                   bd_err *err);

/* Appends one journal line of another kind ("reviewed", "withdrawn", "not_applicable", ...): `body` is an object
 * without prev, seq, more, at and kind, which are added.  Commits at once.  "withdrawn" takes `evidence` and `reason`;
 * INPUT when the item is not there or is withdrawn already. */
BD_MUST_USE bd_rc bd_locker_append(bd_locker *locker, bd_str kind, const bd_value *body,
                                   bd_instant now, bd_err *err);
/* Appends to runs.ndjson (under the lock; never packaged).  `line` is an object; its `kind` is "run", "package" ... */
BD_MUST_USE bd_rc bd_locker_note_run(bd_locker *locker, const bd_value *line, bd_err *err);

/* ---- what can be made again ----------------------------------------------------------------------- */

/* Opaque bytes under a key of the caller's, below derived/ (derived.c has the form): they save time, may be removed at
 * any time, and what cannot be written is not.  A SHA-256 closes each entry against accidents; it does not say who made
 * it.  Only files of the caller's own that nobody may write are believed, so whoever could place one could alter the
 * program as well.  What is judged for others (`verify --reperform`) reads none.
 * Reading and writing of different keys may go on in several threads. */
typedef struct {
    bd_source source; /* its read that says "end" has checked the close; INPUT: the entry does not hold */
    int64_t bytes;    /* that it yields */
    int64_t left;
    int fd;
    bd_sha256 *hash;
    bool is_closed;
} bd_derived;
/* False: there is none that may be believed.  `out` must stay where it is until close. */
bool bd_locker_derived_open(const bd_locker *locker, const uint8_t key[32], bd_derived *out);
void bd_derived_close(bd_derived *entry);
typedef struct {
    bd_sink sink; /* LIMIT beyond what the entry may have */
    bd_locker *locker;
    uint8_t key[32];
    char temp[72];
    int64_t room;
    int fd;
    bd_sha256 *hash;
    bool has_failed;
} bd_derived_draft;
/* False: none can be written, as by who only reads, or where the disk is too full for it.  `out` must stay where it is
 * until finish. */
bool bd_locker_derived_begin(bd_locker *locker, const uint8_t key[32], int64_t most_bytes,
                             bd_derived_draft *out);
/* Puts it in place, instead of one that is there; unless `is_whole`, nothing is left.  False: it is not there. */
bool bd_derived_finish(bd_derived_draft *draft, bool is_whole);
/* Removes every entry but these; the keys come out sorted. */
void bd_locker_derived_keep(bd_locker *locker, uint8_t (*keys)[32], size_t count);

/* ---- asking --------------------------------------------------------------------------------------- */

/* An item's `sidecar` is the latest that was put beside it ("a.json.meta.json" beside "a.json"), so that a sidecar may
 * come or change after its file; failing that, the one its put named (a folder's). */
size_t bd_locker_count(const bd_locker *locker); /* evidence items, withdrawn ones included */
const bd_evidence_given *bd_locker_at(const bd_locker *locker, size_t index); /* by rising number */
const bd_evidence_given *bd_locker_find(const bd_locker *locker, uint32_t number);
/* A blob over an item's object.  Allocated in <arena>; Borrowed until close.  INPUT when the object is absent or
 * its size differs; its hash is checked as it is read. */
BD_MUST_USE bd_rc bd_locker_blob(bd_locker *locker, const bd_evidence_given *item, bd_arena *arena,
                                 const bd_blob **out, bd_err *err);

/* All journal lines in order, parsed. */
size_t bd_locker_line_count(const bd_locker *locker);
const bd_value *bd_locker_line(const bd_locker *locker, size_t index);
bd_str bd_locker_journal(
    const bd_locker
        *locker); /* the whole text, as it is packaged; Borrowed until the next commit or append */
void bd_locker_head(const bd_locker *locker,
                    uint8_t out[32]); /* SHA-256 of the last line with its LF, zeros when empty */
const bd_strs *bd_locker_runs(const bd_locker *locker); /* lines of runs.ndjson */

/* Reads a journal from text (a package's), checking the chain.  INPUT names the line. */
BD_MUST_USE bd_rc bd_journal_check(bd_str text, bd_arena *arena, size_t *lines, uint8_t head[32],
                                   bd_err *err);
/* The evidence items a journal text holds.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_journal_items(bd_str text, bd_arena *arena, const bd_evidence_given **items,
                                   size_t *count, bd_err *err);

/* ---- seals ---------------------------------------------------------------------------------------- */

/* A seal closes a period: the head of the tree (bindery/crypto.h, RFC 6962) over all journal lines before its own, in a
 * manifest that somebody signed.  What comes later is for an addendum, which is a seal with a number and a reason. */
typedef struct {
    bd_str period;
    uint32_t addendum;  /* 0: the seal itself; 1, 2, ... */
    bd_str name;        /* of its folder in periods/: "2026-H1", "2026-H1+a1" */
    size_t lines;       /* that its tree covers; its own line is the next */
    bd_instant at;
    uint8_t root[32], manifest_sha256[32], signature_sha256[32];
    uint8_t parent_sha256[32]; /* manifest of the seal before of the same period; zeros: none */
    bool has_stamp;            /* an authority's answer over the signature lies beside it as manifest.tsr */
    bd_instant stamped_at;     /* with has_stamp: what it says, and the file's hash */
    uint8_t stamp_sha256[32];
    bd_str signer, fingerprint, reason, organisation;
} bd_seal;
typedef BD_VEC(bd_seal) bd_seals;
typedef struct {
    const char *name; /* "manifest.json" */
    bd_str text;
} bd_seal_file;

/* The leaf of every line of a whole journal.  Allocated in <arena>. */
bd_merkle_hash *bd_journal_leaves(bd_str text, bd_arena *arena, size_t *count);
/* The seals that journal lines tell of, in order.  INPUT names the line that is none.  Texts Borrowed from lines. */
BD_MUST_USE bd_rc bd_locker_seals(const bd_locker *locker, bd_arena *arena, bd_seals *out,
                                  bd_err *err);
/* Whether every seal holds the head of the lines before it.  INPUT names the first that does not. */
BD_MUST_USE bd_rc bd_seals_check(const bd_seals *seals, const bd_merkle_hash *leaves, size_t count,
                                 bd_err *err);
/* Writes the files durably to periods/<seal->name>/, then the journal line, which is the commit point: a seal that was
 * cut off before it is none, and its files give way to the next one's.  BUG: `lines` is not the journal's. */
BD_MUST_USE bd_rc bd_locker_seal(bd_locker *locker, const bd_seal *seal, const bd_seal_file *files,
                                 size_t count, bd_instant now, bd_err *err);
/* "bindery-locker 1 ORGANISATION 2026-H1+a1", the number of lines, the head in hex: three lines to hand on. */
bd_str bd_checkpoint_text(bd_arena *arena, const bd_seal *seal);
/* Reads one back; line ends of any system and a missing last one are taken.  INPUT says what was expected. */
BD_MUST_USE bd_rc bd_checkpoint_parse(bd_str text, bd_arena *arena, bd_seal *out, bd_err *err);

/* ---- checking all of it --------------------------------------------------------------------------- */

typedef struct {
    const char *word; /* "journal", "object", "seal", "torn", "garbage", "index", "runs", "quarantine", "derived",
                       * "stray" */
    bd_str file;      /* below the locker */
    bd_str sentence;
    const char *remedy;
    bool is_damage; /* of evidence or of what vouches for it; else it costs time or room only */
} bd_locker_fault;
typedef struct {
    BD_VEC(bd_locker_fault) faults; /* by file, then sentence; at most 1,000 are listed, 100 of the cache */
    size_t fault_count, damage_count;
    size_t stale_count; /* "index" and "derived": only save time, are made anew, and are not among the faults counted */
    size_t lines, items, objects, seals;
    int64_t bytes;          /* plain, of all objects that a line names */
    size_t garbage_objects; /* that no line names */
    int64_t garbage_bytes;
    bool has_writer; /* somebody wrote meanwhile: what no line names was not judged */
    uint8_t root[32]; /* over all lines that hold */
} bd_locker_report;
/* Reads every file of a locker and holds it to the journal, on `jobs` threads, without the lock.  `trust_pem` may be
 * empty: then it is not judged who sealed.  Faults are results; fails only when the folder cannot be read at all (INPUT
 * when it is no locker).  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_locker_check(const char *folder, bd_str trust_pem, unsigned jobs,
                                  bd_arena *arena, bd_locker_report *out, bd_err *err);

/* What no line names, objects of killed runs and what lies in tmp/, and derived entries that do not hold. */
typedef struct {
    bd_str file;
    int64_t bytes;
} bd_locker_waste;
typedef BD_VEC(bd_locker_waste) bd_locker_wastes;
/* Lists it in order of the names, and with `apply` removes it under the lock.  A journal that does not hold is INPUT:
 * nobody then knows what is evidence. */
BD_MUST_USE bd_rc bd_locker_gc(const char *folder, bool apply, bd_arena *arena,
                               bd_locker_wastes *out, bd_err *err);

#endif
