/* locker_priv.h - what the files of the locker share: the journal's state, the index, objects not
 * yet committed. */
#ifndef BINDERY_LOCKER_PRIV_H
#define BINDERY_LOCKER_PRIV_H

#include "bindery/crypto.h"
#include "bindery/locker.h"

#include <sys/stat.h>

/* ---- journal.c ------------------------------------------------------------------------------- */

#define JOURNAL_LINE_MAX ((size_t)1 << 20)
#define JOURNAL_MAX ((size_t)1 << 30)

struct journal {
    bd_arena *arena;
    BD_VEC(const bd_value *) lines;
    BD_VEC(bd_evidence_given *) items; /* by number: items.data[n - 1] is E-n */
    bd_map *by_path;                   /* the latest item at a path */
    bd_map *by_object;                 /* the first item on an object, by SHA-256 in hex */
    uint8_t head[32];
    int64_t bytes; /* of all lines taken */
};

/* Where taking ended. */
struct journal_end {
    size_t good_bytes;    /* up to the end of the last whole commit */
    const char *torn_why; /* NULL: the text ended there too */
};

/* The lines of one commit, checked and not yet applied. */
struct journal_commit {
    BD_VEC(const bd_value *) lines;
    BD_VEC(bd_evidence_given *) items; /* line by line; NULL for lines of other kinds */
    uint32_t last_number;
    int64_t more; /* expected in the next line; -1: any, a commit begins, or has ended */
    int64_t bytes;
    uint8_t head[32];
};

void journal_init(struct journal *journal, bd_arena *arena);
/* Takes all whole commits of `text`, which continues what was taken before.  A torn tail is
 * reported in `end`; a line that breaks a rule anywhere else is INPUT, and the journal must not be
 * used any more. */
BD_MUST_USE bd_rc journal_take(struct journal *journal, bd_str text, struct journal_end *end,
                               bd_err *err);

/* Checks a commit of our own before it is written (BUG: it would not be readable), and applies it
 * afterwards.  `text` must live as long as the journal. */
BD_MUST_USE bd_rc journal_stage(const struct journal *journal, bd_str text,
                                struct journal_commit *commit, bd_err *err);
void journal_apply(struct journal *journal, const struct journal_commit *commit);

/* Lines of one commit being made. */
struct journal_draft {
    const struct journal *journal;
    bd_arena *arena; /* scratch of the draft */
    bd_buf text;
    uint8_t head[32];
    size_t lines_made, lines_wanted;
};
void draft_open(struct journal_draft *draft, const struct journal *journal, size_t lines);
void draft_close(struct journal_draft *draft);
/* Adds a line: the members of `body` and at, kind, more, prev and seq. */
BD_MUST_USE bd_rc draft_add(struct journal_draft *draft, bd_str kind, const bd_value *body,
                            bd_instant at, bd_err *err);
/* Reads "E-0007": decimal, leading zeros only up to four digits.  False for anything else. */
bool journal_number(bd_str text, uint32_t *out);
/* The body of an `ingested` line. */
const bd_value *journal_ingested_body(bd_arena *arena, const bd_evidence_given *item);

/* ---- store.c --------------------------------------------------------------------------------- */

enum { LOCKER_BUFFER_BYTES = 256 * 1024, OBJECT_HOLD_BYTES = 64 * 1024 };
enum {
    OBJECT_PATH_BYTES = 96,
    TEMP_PATH_BYTES = 32,
    GZIP_HEADER_BYTES = 10,
    GZIP_FRAME_BYTES = 18
};

struct staged {
    bd_evidence_given item;
    bd_str sidecar_path;
    bd_strs described_by;
    bool waits_for_sidecar;     /* an item only if one of those becomes one in the same commit */
    char temp[TEMP_PATH_BYTES]; /* "" when the object is there already */
    size_t order;               /* of the put */
    bd_sink *reader;            /* of the put, while the file is read; or NULL */
};

void object_path(const uint8_t sha256[32], char out[OBJECT_PATH_BYTES]);
/* Reads `fd` to its end into a temporary object; fills in the hashes and sizes of `staged` and its
 * temp. */
BD_MUST_USE bd_rc store_file(bd_locker *locker, int fd, unsigned jobs, struct staged *staged,
                             bd_err *err);
/* Makes the temporary objects durable and moves them to their places. */
BD_MUST_USE bd_rc store_commit(bd_locker *locker, struct staged *const *staged, size_t count,
                               bd_err *err);
void store_drop(bd_locker *locker, struct staged *staged);
/* Decides whether the temporary object of `staged` is new, is there already (then it is dropped and
 * the stored form on the disk is the one that counts), or shows that the object on the disk is
 * damaged (INPUT). */
BD_MUST_USE bd_rc store_settle(bd_locker *locker, struct staged *staged, bd_err *err);
/* A blob over the object of `item`, its framing checked. */
BD_MUST_USE bd_rc store_blob(const bd_locker *locker, const bd_evidence_given *item, bd_arena *arena,
                             bd_blob **out, bd_err *err);
/* The bytes of one object, read on their own: `locker` is only looked at. */
BD_MUST_USE bd_rc store_check(const bd_locker *locker, const bd_evidence_given *item,
                              bd_arena *scratch, bd_err *err);
/* Removes what a killed writer left in tmp/. */
void store_sweep(bd_locker *locker);
/* Lets go of the tools of compression, some MiB, until the next file comes. */
void store_rest(bd_locker *locker);
void store_close(bd_locker *locker);
/* Writes a small file through tmp/ and renames it; `is_durable`: with fsync of file and folder. */
BD_MUST_USE bd_rc store_write(bd_locker *locker, const char *folder, const char *name, bd_str text,
                              bool is_durable, bd_err *err);
BD_MUST_USE bd_rc store_folder(bd_locker *locker, const char *path, bd_err *err);
BD_MUST_USE bd_rc store_sync_folder(bd_locker *locker, const char *path, bd_err *err);

/* ---- index.c --------------------------------------------------------------------------------- */

struct index_entry {
    bd_str path;
    uint64_t device, inode;
    int64_t bytes, mtime_ns, ctime_ns;
    uint8_t sha256[32];
};

struct file_index {
    BD_VEC(struct index_entry *) entries;
    bd_map *by_path;
    bool is_changed;
};

int64_t stat_mtime_ns(const struct stat *status);
int64_t stat_ctime_ns(const struct stat *status);
/* A missing or damaged index is an empty one: it is not evidence. */
void index_load(bd_locker *locker);
void index_put(bd_locker *locker, const struct index_entry *entry);
/* Is there none, or one whose close holds? */
bool index_is_sound(const bd_locker *locker);
/* Best effort: what cannot be written only costs time at the next ingest. */
void index_save(bd_locker *locker);

/* ---- derived.c ------------------------------------------------------------------------------- */

enum { DERIVED_ENTRIES_MOST = 8 * 1000 * 1000 };

/* "derived/a/bcdef...": an entry's path, and its key. */
bool derived_is_entry(bd_str path, uint8_t key[32]);
/* Does its close hold, whoever made it? */
bool derived_is_sound(const bd_locker *locker, const uint8_t key[32]);

/* ---- locker.c -------------------------------------------------------------------------------- */

struct bd_locker {
    bd_arena *arena;
    const char *folder;
    bd_locker_mode mode;
    unsigned derived_drafts; /* that are being written */
    bool is_dead;  /* a commit failed: what is on the disk is known only after opening anew */
    int folder_fd; /* -1: read mode, and the folder is absent */
    int lock_fd, journal_fd;
    bd_object_fn *find; /* of a journal that came as text; NULL: objects lie below `folder` */
    void *find_context;
    bd_buf text; /* of the journal */
    struct journal journal;
    struct file_index index;
    BD_VEC(struct staged *) staged;
    bd_map *staged_objects; /* by SHA-256 in hex: what the next commit is sure to bring */
    bd_map *staged_paths;   /* the latest one at a path */
    bd_deflater *deflater;
    bd_sha256 *plain_hash, *stored_hash;
    char *buffer, *hold; /* of LOCKER_BUFFER_BYTES and OBJECT_HOLD_BYTES */
    size_t put_count;
    unsigned long temp_count;
    bool has_tmp;
    bd_strs recoveries, runs;
    int64_t runs_bytes; /* of the whole lines of runs.ndjson */
};

/* A locker for looking at, whatever its state: what holds of the journal is taken, what does not is told. */
struct loose_locker {
    bd_locker *locker; /* to be closed, after a failure too */
    bool has_format, has_journal, has_format_problem, has_journal_problem;
    bd_err format_problem, journal_problem;
    bd_str tail; /* of the journal, torn off */
    const char *torn_why;
};
BD_MUST_USE bd_rc locker_open_loose(const char *folder, bd_arena *arena, struct loose_locker *out,
                                    bd_err *err);
bool locker_has_writer(const bd_locker *locker);

#define RAISE_ERRNO(err, what, locker, path)                                                       \
    return bd_raise((err), BD_ERR_IO, "cannot %s '%s/%s': %s", (what), (locker)->folder, (path),   \
                    strerror(errno))

#endif
