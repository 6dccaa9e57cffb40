/* bindery/util.h - the floor: errors, arenas, strings, buffers, files, time and worker threads.
 *
 * What it is.  Everything a C program wants before it has a subject.  No word of audit stands in this
 * room, and no other room is known to it.
 *
 * Memory.  Memory belongs to an arena, everything else belongs to a handle.  An arena is named for its
 * lifetime ("run", "stage", "scratch") and is emptied as a whole.  `bd_new` zeroes, checks overflow and
 * never returns NULL: past the arena's limit the exhaustion hook is called, which does not return.
 *
 * Errors.  A fallible function returns `bd_rc` and takes `bd_err *err` last.  `err` is untouched on
 * success.  A message is one line of UTF-8, lower case, failure first, subject in single quotes, without
 * a full stop; callers add context with BD_TRY_CTX.
 *
 *     bd_arena *arena = bd_arena_open("scratch", 16 << 20);
 *     bd_str text;
 *     BD_TRY_CTX(bd_file_read(path, 1 << 20, arena, &text, err), err, "while loading the register");
 *     bd_arena_close(arena);
 *
 * Threads.  Nothing here keeps global state but the exhaustion hook, which is set once at start.  An
 * arena, a buffer and a file handle belong to one thread at a time.
 */
#ifndef BINDERY_UTIL_H
#define BINDERY_UTIL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- compiler ------------------------------------------------------------------------------- */

#define BD_MUST_USE __attribute__((warn_unused_result))
#define BD_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define BD_NORETURN __attribute__((noreturn))
#define BD_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Runs `fn(&variable)` when the variable leaves scope: `BD_DEFER(close_it) FILE *f = ...;` */
#define BD_DEFER(fn) __attribute__((cleanup(fn)))

/* ---- errors --------------------------------------------------------------------------------- */

/* Eight classes, because eight is how many different things a caller or operator can do. */
typedef enum {
    BD_ERR_USAGE = 1,   /* the command line is wrong: read the help                      exit 2  */
    BD_ERR_INPUT,       /* input or configuration is malformed or hostile: mend the file  exit 3  */
    BD_ERR_LIMIT,       /* over a stated limit, or out of memory                          exit 5  */
    BD_ERR_IO,          /* disk or network: look at the machine                           exit 4  */
    BD_ERR_TRUST,       /* intact, but the signer is not one the caller trusts            exit 6  */
    BD_ERR_UNSUPPORTED, /* understood, but not something this version does                exit 3  */
    BD_ERR_BUSY,        /* somebody else is writing: try later                            exit 75 */
    BD_ERR_BUG          /* an invariant of ours does not hold: report it                  exit 70 */
} bd_err_class;

typedef struct {
    bd_err_class class;
    char message[1024]; /* NUL-terminated UTF-8, one line */
} bd_err;

/* Result of a fallible call.  Only `bd_failed`, BD_TRY and BD_TRY_CTX look inside. */
typedef struct {
    int failed;
} bd_rc;

#define BD_OK ((bd_rc){0})

static inline bool bd_failed(bd_rc rc) {
    return rc.failed != 0;
}

/* Fills `err` (which may be NULL) and yields the failing result. */
bd_rc bd_raise(bd_err *err, bd_err_class class, const char *format, ...) BD_PRINTF(3, 4);

/* Appends ", <text>" to a failure's message; the class stays. */
void bd_err_context(bd_err *err, const char *format, ...) BD_PRINTF(2, 3);

#define BD_RAISE(err, class, ...) return bd_raise((err), (class), __VA_ARGS__)
#define BD_TRY(call)                                                                               \
    do {                                                                                           \
        bd_rc try_rc = (call);                                                                     \
        if (bd_failed(try_rc)) {                                                                   \
            return try_rc;                                                                         \
        }                                                                                          \
    } while (0)
#define BD_TRY_CTX(call, err, ...)                                                                 \
    do {                                                                                           \
        bd_rc try_rc = (call);                                                                     \
        if (bd_failed(try_rc)) {                                                                   \
            bd_err_context((err), __VA_ARGS__);                                                    \
            return try_rc;                                                                         \
        }                                                                                          \
    } while (0)

/* Ends the program with 70 after naming the broken invariant; for conditions that only a bug can reach. */
BD_NORETURN void bd_bug(const char *file, int line, const char *what);
#define BD_ASSERT(condition) ((condition) ? (void)0 : bd_bug(__FILE__, __LINE__, #condition))

/* ---- arenas --------------------------------------------------------------------------------- */

typedef struct bd_arena bd_arena;

/* Tells the C library, where it is one that listens, to give large blocks back to the system as soon as they are freed
 * and to keep one heap for all threads: stages follow each other, and what one leaves behind would be the next one's
 * peak.  Once, before the first thread. */
void bd_arena_settle(void);

/* Opens an arena that holds at most `limit_bytes`.  `name` is borrowed until close (use a literal). */
bd_arena *bd_arena_open(const char *name, size_t limit_bytes);
void bd_arena_close(bd_arena *arena);      /* accepts NULL */
void bd_arena_close_ref(bd_arena **arena); /* for BD_DEFER */

/* Empties the arena but keeps its first block, for reuse per record or stage. */
void bd_arena_reset(bd_arena *arena);

/* Bytes handed out since open or reset. */
size_t bd_arena_used(const bd_arena *arena);

/* What is beyond the first MiB of an arena or a buffer lies in an unlinked file of the system's temporary folder,
 * where one can be made: mapped, so that nobody need know, and let go of whenever more than some MiB of it are in
 * memory.  So records and pages by the hundred thousand are not held, though each can be looked at.  This lets go at
 * once; from any thread. */
void bd_arenas_release(void);
/* What is taken from the arena while it keeps stays in memory: for what is asked for with every record.  Until nothing
 * is kept any more: then it is let go of as all else; from any thread. */
void bd_arena_keep(bd_arena *arena, bool keeps);
void bd_arenas_keep_none(void);
/* The caller goes through what it holds and has looked at so many bytes more, without taking memory for it: now and
 * then this lets go of what lies behind.  From any thread; costs next to nothing. */
void bd_arenas_pass(size_t bytes);

/* Zeroed, aligned for any type; never NULL.  Calls the exhaustion hook past the limit. */
void *bd_alloc(bd_arena *arena, size_t count, size_t size_bytes);
#define bd_new(arena, T, n) ((T *)bd_alloc((arena), (size_t)(n), sizeof(T)))

/* Called when an arena passes its limit or the system has no memory; must not return.  The default
 * prints one sentence to stderr and leaves with 5. */
typedef void bd_exhausted_fn(const char *arena_name, size_t limit_bytes);
void bd_set_exhausted(bd_exhausted_fn *hook);
_Noreturn void bd_exhausted(const char *name, size_t limit_bytes); /* SIZE_MAX: no limit but the system's */

/* Memory that is no arena's: of handles, and of the libraries, whose rooms hook these in (bd_..._settle).  Never NULL:
 * what a library makes of a failed allocation, it is never asked.  From any thread. */
void *bd_heap_alloc(size_t bytes); /* not zeroed */
void *bd_heap_zeroed(size_t bytes);
void *bd_heap_resize(void *memory, size_t bytes);
void bd_heap_free(void *memory);

/* One budget for all of it, arenas and libraries alike: past it the exhaustion hook is called, before memory is taken.
 * What lies in an unlinked file (bd_arenas_release) does not count.  Once, before the first thread. */
void bd_memory_limit(size_t bytes);
size_t bd_memory_held(void); /* now, by arenas, handles and libraries; 0 where the C library does not say */
/* For tests: the allocation of that number from now on fails, as if there were no memory; 0: none does. */
void bd_memory_fail_at(long count);

/* ---- strings -------------------------------------------------------------------------------- */

/* UTF-8 bytes with a length, not NUL-terminated.  The empty string may have data == NULL. */
typedef struct {
    const char *data;
    size_t size;
} bd_str;

#define BD_STR(literal) ((bd_str){(literal), sizeof(literal) - 1})
#define BD_STR_INIT(literal)                                                                       \
    { (literal), sizeof(literal) - 1 }
/* printf("%.*s", BD_ARG(s)) */
#define BD_ARG(s) (int)(s).size, ((s).data ? (s).data : "")

bd_str bd_str_of(const char *text);               /* borrowed; NULL gives the empty string */
bd_str bd_str_copy(bd_arena *arena, bd_str text); /* Allocated in <arena>, NUL after the end */
bd_str bd_str_format(bd_arena *arena, const char *format, ...) BD_PRINTF(2, 3);
bd_str bd_str_vformat(bd_arena *arena, const char *format, va_list args) BD_PRINTF(2, 0);
/* The parts one after another.  Unlike bd_str_format's %.*s it keeps U+0000, so identities go through it. */
bd_str bd_str_concat(bd_arena *arena, const bd_str *parts, size_t count);
const char *bd_str_z(bd_arena *arena, bd_str text); /* NUL-terminated copy, for library calls */
bool bd_str_eq(bd_str a, bd_str b);                 /* byte equality */
bool bd_str_eqz(bd_str a, const char *b);
int bd_str_cmp(bd_str a, bd_str b); /* by bytes, shorter first: the sort order of all outputs */
bool bd_str_has_prefix(bd_str text, bd_str prefix);
bool bd_str_has_suffix(bd_str text, bd_str suffix);
bd_str bd_str_sub(bd_str text, size_t from, size_t to); /* clamped to the text */
bd_str bd_str_trim(bd_str text);                        /* ASCII white space at both ends */
ptrdiff_t bd_str_find(bd_str text, bd_str part);        /* offset, or -1 */
bool bd_str_ieq(bd_str a, bd_str b);                    /* equal under ASCII case folding */
int bd_str_icmp(bd_str a, bd_str b);
bd_str bd_str_lower(bd_arena *arena, bd_str text); /* ASCII lower case; Allocated in <arena> */
/* Cuts `*rest` at the first `separator`; false when nothing is left. */
bool bd_str_cut(bd_str *rest, char separator, bd_str *piece);
/* Orders "6.3.9" before "6.3.10": runs of digits compare as numbers. */
int bd_str_natural_cmp(bd_str a, bd_str b);
bool bd_str_to_i64(bd_str text,
                   int64_t *out); /* decimal with optional '-', whole text, no overflow */
/* True if the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
bool bd_utf8_is_valid(bd_str text);
/* Next code point at *at, moving it on; U+FFFD and one byte for a malformed sequence.  False at the end. */
bool bd_utf8_next(bd_str text, size_t *at, uint32_t *code_point);
size_t bd_utf8_put(char out[4], uint32_t code_point); /* bytes written, 1..4 */
/* Simple case folding of one code point (CaseFolding.txt of Unicode 14.0, status C and S): how evidence
 * strings compare. */
uint32_t bd_fold(uint32_t code_point);
int bd_str_fold_cmp(bd_str a, bd_str b); /* compares under bd_fold */
/* NFKC_Casefold of the Unicode that utf8proc knows: what reads the same is spelled the same, composed or not,
 * whatever its case and width, without characters that draw nothing.  Wider than bd_fold: for names of people, where
 * taking two for one errs on the safe side.  Malformed bytes become U+FFFD.  Allocated in <arena>. */
bd_str bd_str_caseless(bd_arena *arena, bd_str text);
const char *bd_utf8_version(void); /* of the tables behind it */
int bd_utf8_columns(uint32_t code_point); /* of a terminal: 0, 1 or 2 */
size_t bd_str_columns(bd_str text);       /* likewise, of all of it */
bool bd_utf8_is_alphanumeric(uint32_t code_point); /* a letter or a number of any script */
/* The letter that base and mark compose to under NFC; 0 when there is none. */
uint32_t bd_utf8_compose(uint32_t base, uint32_t mark);
/* The letters of a compatibility form ("U+FEFB" is lam and alef); 0 where it is none, or `room` is too small. */
size_t bd_utf8_decompose(uint32_t code_point, uint32_t *out, size_t room);
/* A mark that stands on, under or around the character before it (general category M). */
bool bd_utf8_is_mark(uint32_t code_point);
void bd_hex(const uint8_t *bytes, size_t count, char *out /* 2*count + 1 */);
bd_str bd_hex_text(bd_arena *arena, const uint8_t *bytes, size_t count); /* Allocated in <arena> */
bool bd_unhex(bd_str text, uint8_t *out, size_t count); /* exactly 2*count hex digits */
/* Text for a person: control, bidi and zero-width characters shown as \u{XXXX}.  Allocated in <arena>. */
bd_str bd_str_visible(bd_arena *arena, bd_str text);

/* ---- ids that are paths ---- */

/* Azure writes one id in many ways: in any case, with the '/' in front or without, now and then with some behind.  Here
 * it is spelled once: lower case (bd_str_lower), without white space around it and '/' behind it.  What either function
 * yielded it yields again.  Both are Allocated in <arena>.
 *
 * Of what is an id of Azure, or is held against one: it begins with '/'; "" of "" and of the root "/". */
bd_str bd_resource_id(bd_arena *arena, bd_str id);
/* Of what may be an id of anything, as keys and scopes of records have it: a '/' is put in front of "subscriptions/"
 * and "providers/" alone, and "/" stays. */
bd_str bd_record_id(bd_arena *arena, bd_str id);
/* Where the last "/providers/" of an id in lower case begins, -1 where it has none; how many it has in `*count`, which
 * may be NULL.  What stands before it is the resource that an extension belongs to. */
ptrdiff_t bd_resource_id_last_provider(bd_str id, size_t *count);

/* ---- vectors and maps ------------------------------------------------------------------------ */

/* A vector is any struct with `T *data; size_t count, room;`.  bd_push yields the new, zeroed slot:
 *     BD_VEC(bd_str) names = {0};   *bd_push(arena, &names) = text; */
#define BD_VEC(T)                                                                                  \
    struct {                                                                                       \
        T *data;                                                                                   \
        size_t count, room;                                                                        \
    }
#define bd_push(arena, vec)                                                                        \
    ((vec)->data =                                                                                 \
         bd_grow((arena), (vec)->data, &(vec)->count, &(vec)->room, sizeof(*(vec)->data)),         \
     (vec)->data + (vec)->count - 1)
void *bd_grow(bd_arena *arena, void *data, size_t *count, size_t *room, size_t size_bytes);
/* The same for one that may grow large: its room is resized in place, and its owner gives it back with
 * bd_heap_free(vec.data). */
#define bd_push_heap(vec)                                                                          \
    ((vec)->data = bd_heap_grow((vec)->data, &(vec)->count, &(vec)->room, sizeof(*(vec)->data)),   \
     &(vec)->data[(vec)->count - 1])
void *bd_heap_grow(void *data, size_t *count, size_t *room, size_t size_bytes);

typedef BD_VEC(bd_str) bd_strs;
bool bd_strs_have(const bd_strs *list, bd_str text); /* exactly so */

/* A quick hash for tables in memory: it differs between machines and must reach no output. */
uint64_t bd_hash(bd_str text, uint64_t seed);

/* String map, keys copied; for lookup only: it cannot be iterated, because hash order must reach no output. */
typedef struct bd_map bd_map;
bd_map *bd_map_make(bd_arena *arena);
void bd_map_put(bd_map *map, bd_str key, void *value);
void *bd_map_find(const bd_map *map, bd_str key); /* NULL when absent */

/* Stable merge sort over `count` items of `size_bytes`, comparing with `cmp(context, a, b)`. */
typedef int bd_cmp_fn(const void *context, const void *a, const void *b);
void bd_sort(void *items, size_t count, size_t size_bytes, bd_cmp_fn *cmp, const void *context);
/* The item of a sorted array that `cmp(context, key, item)` finds equal to `key`; NULL when absent.  Borrowed. */
const void *bd_sorted_find(const void *items, size_t count, size_t size_bytes, const void *key,
                           bd_cmp_fn *cmp, const void *context);

/* ---- buffers and sinks ------------------------------------------------------------------------ */

/* Growing bytes on the heap, never beyond `max_bytes` (then LIMIT).  `clear` makes it usable again. */
typedef struct {
    char *data;
    size_t size, room, max_bytes; /* `room` has a byte to spare and never passes max_bytes + 1 */
    bool overflowed;              /* a put did not fit; checked once at the end by bd_buf_check */
    bool is_apart;                /* `data` is no block of the heap: `clear` alone gives it back */
} bd_buf;

void bd_buf_init(bd_buf *buf, size_t max_bytes);
void bd_buf_clear(bd_buf *buf);
void bd_buf_put_more(bd_buf *buf, const void *bytes,
                     size_t count); /* the slow half of bd_buf_put */
/* Small pieces are put by the million; where there is room, a put is a copy. */
static inline void bd_buf_put(bd_buf *buf, const void *bytes, size_t count) {
    if (count == 0 || buf->overflowed || count >= buf->room - buf->size) {
        bd_buf_put_more(buf, bytes, count);
        return;
    }
    memcpy(buf->data + buf->size, bytes, count);
    buf->size += count;
}
void bd_buf_puts(bd_buf *buf, bd_str text);
static inline void bd_buf_putc(bd_buf *buf, char c) {
    bd_buf_put(buf, &c, 1);
}
/* Room for `count` bytes behind the text, to be filled by the caller, who then adds what was used to `size`; NULL when
 * it does not fit.  Borrowed until the next put. */
char *bd_buf_room(bd_buf *buf, size_t count);
void bd_buf_printf(bd_buf *buf, const char *format, ...) BD_PRINTF(2, 3);
bd_str bd_buf_str(const bd_buf *buf); /* Borrowed until the next put */
BD_MUST_USE bd_rc bd_buf_check(const bd_buf *buf, const char *what, bd_err *err);

/* Where bytes go.  `write` takes all of them or fails. */
typedef struct bd_sink {
    bd_rc (*write)(struct bd_sink *sink, const void *bytes, size_t count, bd_err *err);
    void *context;
} bd_sink;
static inline bd_rc bd_sink_write(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    return sink->write(sink, bytes, count, err);
}
bd_sink bd_sink_to_buf(bd_buf *buf); /* `buf` is borrowed until the sink is dropped */

/* Where bytes come from.  `read` yields 1..room bytes, or 0 at the end. */
typedef struct bd_source {
    bd_rc (*read)(struct bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err);
    void *context;
} bd_source;
static inline bd_rc bd_source_read(bd_source *source, void *bytes, size_t room, size_t *count,
                                   bd_err *err) {
    return source->read(source, bytes, room, count, err);
}
typedef struct {
    bd_str text;
    size_t at;
} bd_memory_source; /* state for bd_source_of_memory; the caller keeps it alive */
bd_source bd_source_of_memory(bd_memory_source *state, bd_str text);
bd_source bd_source_of_fd(int *fd); /* borrowed: the caller closes it */
/* All that is left of a source, behind what the buffer holds.  LIMIT: more than it takes; `what` names it. */
BD_MUST_USE bd_rc bd_buf_fill(bd_buf *buf, bd_source *source, const char *what, bd_err *err);

/* ---- files ------------------------------------------------------------------------------------ */

/* Whole file, at most `max_bytes` (else LIMIT).  IO names the path and the system's reason. */
BD_MUST_USE bd_rc bd_file_read(const char *path, size_t max_bytes, bd_arena *arena, bd_str *out,
                               bd_err *err);

/* A file that appears whole or not at all: temp file beside it, fsync, rename, fsync of the folder.
 *     bd_atomic *file; BD_TRY(bd_atomic_open(path, 0644, &file, err));
 *     rc = bd_sink_write(bd_atomic_sink(file), ...);
 *     rc = bd_atomic_finish(file, err);    // or bd_atomic_drop(file): nothing is left behind
 * `finish` and `drop` both end the handle.  `mode` is that of open(2): less the umask. */
typedef struct bd_atomic bd_atomic;
BD_MUST_USE bd_rc bd_atomic_open(const char *path, unsigned mode, bd_atomic **out, bd_err *err);
bd_sink *bd_atomic_sink(bd_atomic *file);
/* Has the disk begin with what is written while more comes, so that finish has little to wait for: less time, a little
 * more work.  Before the first byte. */
void bd_atomic_send_early(bd_atomic *file);
/* Room on the disk for the first `bytes`, where the file system can tell: a full disk is said before it is filled. */
BD_MUST_USE bd_rc bd_atomic_reserve(bd_atomic *file, size_t bytes, bd_err *err);
int bd_atomic_fd(bd_atomic *file); /* for reading back before finish */
BD_MUST_USE bd_rc bd_atomic_finish(bd_atomic *file, bd_err *err);
/* Files that belong together: all are made durable before the first is put in place, so that a disk that fails leaves
 * every one of them as it was.  Ends all handles and clears the list, whatever comes of it. */
BD_MUST_USE bd_rc bd_atomic_finish_all(bd_atomic **files, size_t count, bd_err *err);
void bd_atomic_drop(bd_atomic *file); /* accepts NULL */
BD_MUST_USE bd_rc bd_file_write(const char *path, unsigned mode, bd_str text,
                                bd_err *err); /* atomic */

BD_MUST_USE bd_rc bd_write_all(int fd, const void *bytes, size_t count, const char *path,
                               bd_err *err);
BD_MUST_USE bd_rc bd_pread_all(int fd, void *bytes, size_t count, int64_t offset, const char *path,
                               bd_err *err);
BD_MUST_USE bd_rc bd_folder_make(const char *path, bd_err *err); /* with parents; present is fine */
BD_MUST_USE bd_rc bd_folder_sync(const char *path, bd_err *err);
bool bd_path_exists(const char *path);
bool bd_path_is_folder(const char *path);
const char *bd_path_join(bd_arena *arena, const char *folder, const char *name);
bd_str bd_path_name(bd_str path);   /* after the last '/' */
bd_str bd_path_folder(bd_str path); /* before the last '/', "." when there is none */

typedef struct {
    bd_str path; /* relative to the folder walked, '/' between parts */
    int64_t bytes;
    int64_t mtime_ns, ctime_ns;
    uint64_t device, inode;
    bool is_readable; /* false: `problem` says why, and the walk went on */
    bd_str problem;
} bd_entry;
typedef BD_VEC(bd_entry) bd_entries;
/* All regular files below `folder`, sorted by path bytes.  Symbolic links are not followed and come out
 * as unreadable; names beginning with '.' are skipped.  At most `max_entries` (else LIMIT). */
BD_MUST_USE bd_rc bd_folder_walk(const char *folder, size_t max_entries, bd_arena *arena,
                                 bd_entries *out, bd_err *err);

/* A regular file to be read, of at most `max_bytes` (else LIMIT); the caller closes *fd. */
BD_MUST_USE bd_rc bd_regular_open(const char *path, size_t max_bytes, int *fd, size_t *size, bd_err *err);
/* The first `size` bytes of `from`, in blocks; `path` is for the message.  INPUT: it ends before. */
BD_MUST_USE bd_rc bd_fd_copy(int from, size_t size, const char *path, bd_sink *to, bd_err *err);

/* The bytes of a file as memory that is not held: what is looked at comes, and `release` lets all of it go again, so
 * that a pass over a large file that releases every few MiB needs no more than these.  The text stays good until
 * `close`.  One thread at a time may release. */
typedef struct bd_view bd_view;
/* Of the first `size` bytes of a file that nobody else shortens; `fd` is borrowed until `close`. */
BD_MUST_USE bd_rc bd_view_open(int fd, size_t size, const char *path, bd_view **out, bd_err *err);
/* Of anybody's file: through a copy in the system's temporary folder, or held where it is small or no room is
 * there. */
BD_MUST_USE bd_rc bd_view_read(const char *path, size_t max_bytes, bd_view **out, bd_err *err);
bd_str bd_view_text(const bd_view *view); /* Borrowed until close */
void bd_view_release(bd_view *view);      /* accepts NULL */
void bd_view_close(bd_view *view);        /* accepts NULL */
void bd_view_close_ref(bd_view **view);   /* for BD_DEFER */
int bd_view_fd(const bd_view *view);      /* of the file, Borrowed; -1: the bytes are held */

/* Bytes that are written once and looked at afterwards: held while they are few, else in a temporary file.
 *     bd_view_draft *draft = bd_view_draft_open(max_bytes);
 *     rc = bd_sink_write(bd_view_draft_sink(draft), ...);
 *     rc = bd_view_draft_finish(draft, &view, err);    // or bd_view_draft_drop(draft)
 * Both end the draft.  LIMIT: more than `max_bytes`; IO: of the temporary file. */
typedef struct bd_view_draft bd_view_draft;
bd_view_draft *bd_view_draft_open(size_t max_bytes);
bd_sink *bd_view_draft_sink(bd_view_draft *draft);
BD_MUST_USE bd_rc bd_view_draft_finish(bd_view_draft *draft, bd_view **out, bd_err *err);
void bd_view_draft_drop(bd_view_draft *draft); /* accepts NULL */

/* An unlinked temporary file in the system's temporary folder, open for reading and writing. */
BD_MUST_USE bd_rc bd_temp_open(int *fd, bd_err *err);
void bd_fd_close(int *fd); /* for BD_DEFER; -1 is fine */

/* ---- time ------------------------------------------------------------------------------------- */

typedef int64_t bd_instant; /* 100 ns since 1970-01-01T00:00:00Z */
typedef int32_t bd_day;     /* days since 1970-01-01 in the proleptic Gregorian calendar */

#define BD_SECOND ((bd_instant)10000000)
#define BD_HOUR (3600 * BD_SECOND)
#define BD_INSTANT_NONE INT64_MIN /* "no time given" */
#define BD_DAY_NONE INT32_MIN

typedef struct {
    int year, month, day; /* 1-based month and day */
} bd_date;

bd_date bd_date_of_day(bd_day day);
bd_day bd_day_of_date(int year, int month, int day);
bool bd_date_is_valid(int year, int month, int day);
int bd_month_days(int year, int month);
bool bd_day_parse(bd_str text, bd_day *out); /* YYYY-MM-DD, the whole text */
bd_str bd_day_format(bd_arena *arena, bd_day day);
bd_day bd_instant_utc_day(bd_instant at);

/* An instant with an offset: RFC 3339 and the spellings of Azure tools ("T" or space, up to any number of
 * fraction digits (finer than 100 ns is cut), "Z", "+02:00", "+0200"), or 9-10 digit Unix seconds.
 * False for anything else, a time without offset included; year 1 and earlier count as absent (false). */
bool bd_instant_parse(bd_str text, bd_instant *out);
/* Date and time without an offset ("2026-01-02T17:30", "2026-01-02 17:30:00"): seconds of the local day. */
bool bd_local_parse(bd_str text, bd_day *day, int32_t *second_of_day);
/* "2026-01-15T06:00:04Z", with the fraction only when it is not zero (trailing zeros cut). */
bd_str bd_instant_format(bd_arena *arena, bd_instant at);

/* IANA time zone, read from the system's TZif files (RFC 8536) by a bounded reader of ours. */
typedef struct bd_zone bd_zone;
/* "UTC" needs no file.  INPUT: unknown or ill-formed name; names with "..", a leading '/' or over 64 bytes
 * are refused.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_zone_load(bd_str name, bd_arena *arena, const bd_zone **out, bd_err *err);
bd_str bd_zone_name(const bd_zone *zone);
int32_t bd_zone_offset_seconds(const bd_zone *zone, bd_instant at); /* east of UTC is positive */
/* The first instant of the local day (a midnight that a change of clocks skips gives the change itself). */
bd_instant bd_zone_day_start(const bd_zone *zone, bd_day day);
bd_instant bd_zone_instant(const bd_zone *zone, bd_day day, int32_t second_of_day);
bd_day bd_zone_day(const bd_zone *zone, bd_instant at); /* local day that holds `at` */
/* `at` as the end of a span for a person: "the end of 2026-06-30 (Europe/Berlin)" where it is the midnight after that
 * local day, which read as an instant looks like the next day; else as bd_instant_format.  Allocated in <arena>. */
bd_str bd_instant_words(bd_arena *arena, const bd_zone *zone, bd_instant at);
/* Version of the time zone data ("2026b"), or "unknown".  Allocated in <arena>. */
bd_str bd_zone_data_version(bd_arena *arena);

/* Wall clock.  Only `run` and `cli` may call it: SOURCE_DATE_EPOCH wins where it is set and well-formed. */
bd_instant bd_clock_now(void);

/* ---- diagnostics ------------------------------------------------------------------------------- */

/* Not errors: a malformed row or a stale file is noted and the stage goes on. */
typedef enum { BD_DIAG_NOTE, BD_DIAG_WARNING, BD_DIAG_REFUSED } bd_diag_severity;
typedef struct {
    bd_diag_severity severity;
    bd_str subject; /* file path or evidence id */
    bd_str locus;   /* "line 12, column 4", "byte 1032", "/value/3/id"; may be empty */
    bd_str message; /* one sentence, no full stop */
} bd_diag;
typedef BD_VEC(bd_diag) bd_diags;
void bd_diag_add(bd_arena *arena, bd_diags *diags, bd_diag_severity severity, bd_str subject,
                 bd_str locus, const char *format, ...) BD_PRINTF(6, 7);

/* ---- packed records: integers that sort as numbers, texts that sort as bytes ---------------------- */

#define BD_PACK_BYTES 65536 /* largest packed record */

typedef struct {
    uint8_t bytes[BD_PACK_BYTES];
    size_t size;
    bool overflowed;
} bd_packer;
void bd_pack_begin(bd_packer *packer);
void bd_pack_u8(bd_packer *packer, uint8_t value);
void bd_pack_u32(bd_packer *packer, uint32_t value);
void bd_pack_i64(bd_packer *packer, int64_t value); /* order-preserving */
/* Key text: bytes with 0x00 escaped as 00 FF, closed by 00 00: sorts by bytes and is self-delimiting. */
void bd_pack_key(bd_packer *packer, bd_str text);
/* Bytes that were packed before, as they are. */
void bd_pack_packed(bd_packer *packer, bd_str bytes);
void bd_pack_text(bd_packer *packer,
                  bd_str text); /* length + bytes, for payloads; cut at 4 KiB with an ellipsis */
bd_str bd_pack_end(const bd_packer *packer);

typedef struct {
    bd_str record;
    size_t at;
} bd_unpacker;
uint8_t bd_unpack_u8(bd_unpacker *unpacker);
uint32_t bd_unpack_u32(bd_unpacker *unpacker);
int64_t bd_unpack_i64(bd_unpacker *unpacker);
bd_str bd_unpack_packed(bd_unpacker *unpacker, size_t size); /* Borrowed from the record */
bd_str bd_unpack_key(bd_unpacker *unpacker, bd_arena *arena);
bd_str bd_unpack_text(bd_unpacker *unpacker); /* Borrowed from the record */

/* Do bytes that nobody vouches for hold what `form` says, from `*at` on?  '1' is a u8, '4' a u32, '8' an i64, 't' a
 * text, 'k' a key.  Moves `*at` on where they do. */
bool bd_pack_fits(bd_str record, size_t *at, const char *form);

/* ---- workers ------------------------------------------------------------------------------------ */

/* Runs `fn(context, index, worker)` for index 0..count-1 on at most `jobs` threads (1: in the caller).
 * Order of calls is free; results must be stored by index.  `worker` is 0..jobs-1. */
typedef void bd_job_fn(void *context, size_t index, unsigned worker);
void bd_pool_run(unsigned jobs, size_t count, bd_job_fn *fn, void *context);
unsigned bd_pool_default_jobs(void); /* processors online, 1..16 */

/* A pool whose jobs come one by one: a job below 64 that is put is done by one of `jobs` threads, the caller among them
 * while he waits.  A job may be put again once it was waited for; all are to be waited for before close. */
typedef struct bd_crew bd_crew;
bd_crew *bd_crew_open(unsigned jobs, bd_job_fn *fn, void *context);
void bd_crew_put(bd_crew *crew, size_t job);
void bd_crew_wait(bd_crew *crew, size_t job);
void bd_crew_close(bd_crew *crew); /* accepts NULL */

/* Reads a source on a thread of its own, up to 768 KiB ahead of whoever takes the bytes; the same bytes and the same
 * failure come out, in order.  `from` is borrowed and touched by that thread alone until close, which joins it. */
typedef struct bd_readahead bd_readahead;
bd_readahead *bd_readahead_open(bd_source *from);
bd_source bd_readahead_source(bd_readahead *ahead);
/* The next bytes where they lie, without a copy, up to 256 KiB; empty at the end.  Borrowed until the next call. */
BD_MUST_USE bd_rc bd_readahead_take(bd_readahead *ahead, bd_str *out, bd_err *err);
void bd_readahead_close(bd_readahead *ahead); /* accepts NULL */

/* Its counterpart: whoever reads a file hands the bytes on to `fn`, which runs on a thread of its own, up to 2 MiB
 * behind.  The sink waits while as much is unread, never fails, and drops what comes after `fn` has returned. */
typedef struct bd_follower bd_follower;
typedef void bd_follow_fn(void *context, bd_source *source);
bd_follower *bd_follower_open(bd_follow_fn *fn, void *context); /* NULL: no thread is to be had */
bd_sink *bd_follower_sink(bd_follower *follower);               /* Borrowed until finish */
/* Waits for `fn` and closes.  Unless `is_whole`, the source ends with IO and not as a file does.  Accepts NULL. */
void bd_follower_finish(bd_follower *follower, bool is_whole);

/* ---- children --------------------------------------------------------------------------------------- */

/* Work that must not be trusted with this process: a parser of files from elsewhere.  A zygote is forked at the start,
 * before threads, libraries and secrets; each job is a child of it, so that nothing of ours lies in the memory that a
 * hostile file could take over.  The child has one descriptor, bounded memory and processor time, no new privileges
 * and, where the kernel allows, only the system calls that reading, writing and memory need.
 *
 *     bd_zygote *zygote; BD_TRY(bd_zygote_open(tasks, count, &zygote, err));
 *     BD_TRY(bd_zygote_run(zygote, "xlsx", BD_STR("argument"), &source, &sink, err));
 *     bd_zygote_close(zygote);
 *
 * Runs may be started from several threads at once. */
typedef struct {
    const char *id;   /* what it is asked for by: "xlsx" */
    const char *name; /* for messages: "the reader of workbooks" */
    const char *what; /* likewise, what it reads: "this answer"; NULL: "this file" */
    /* Called once in the zygote before the first child of this task: loads libraries.  NULL: nothing to load. */
    bool (*prepare)(void);
    bd_rc (*run)(bd_str argument, bd_source *in, bd_sink *out, bd_err *err);
    size_t memory_bytes; /* address space */
    unsigned seconds;    /* processor time */
} bd_child_task;

#define BD_CHILD_ARGUMENT_BYTES 4096

typedef struct bd_zygote bd_zygote;
/* IO: the system gives no process.  The tasks are borrowed as long as the zygote, the list of them is not; at most
 * BD_ZYGOTE_TASKS. */
#define BD_ZYGOTE_TASKS 16
BD_MUST_USE bd_rc bd_zygote_open(const bd_child_task *const *tasks, size_t count, bd_zygote **out,
                                 bd_err *err);
/* Gives `in` to a child of the task of that id and what it writes to `out`.  The child's own failure comes back as it
 * raised it.  A child that ends otherwise is INPUT (a crash) or LIMIT (time, memory); failures of `in` and `out` are
 * passed on.  The child may end before it has read all of `in`. */
BD_MUST_USE bd_rc bd_zygote_run(bd_zygote *zygote, const char *id, bd_str argument, bd_source *in,
                                bd_sink *out, bd_err *err);
void bd_zygote_close(bd_zygote *zygote); /* accepts NULL */
void bd_zygote_close_ref(bd_zygote **zygote);

/* For good, and before any thread: this process opens no file for writing, removes, renames and changes none, opens no
 * socket and starts no program; such a call fails with EPERM.  Threads, reading, open descriptors and a zygote that was
 * opened before go on, and so does one unlinked file, made before, for what is large (bd_arenas_release).  `may_spill`:
 * files may still be made and removed (bd_temp_open).  False: the kernel allows no such wall, and there is none. */
bool bd_confine(bool may_spill);
/* Calls `run` in a child that has confined itself, and waits: what breaks a reader breaks it there first, where no
 * file, network or program is to be had.  OK when `run` came back, whatever it yielded, which is not handed on.  INPUT:
 * it broke down; LIMIT: it took more than `seconds` of processor time or 1 GiB of memory.  `what` is for the sentence:
 * "the reader of PDFs".  Before any thread. */
typedef bd_rc bd_confined_fn(void *context, bd_err *err);
BD_MUST_USE bd_rc bd_confined_try(const char *what, unsigned seconds, bd_confined_fn *run, void *context,
                                  bd_err *err);
/* Would it?  Tries it in a child. */
bool bd_can_confine(void);

#endif
