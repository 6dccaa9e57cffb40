/* bindery/evidence.h - the evidence record: what one retained file is, where from, of when, and how complete.
 *
 * Two halves.  The *given* half is what the locker's journal holds (path, bytes, hashes, file time, what the
 * caller said).  The *derived* half is what a scan found (recogniser, rows, pages, own times, completeness); it is
 * never journalled, so that a new source definition re-reads old evidence.  Sidecars and register rows are
 * themselves evidence and are parsed here.
 *
 * Terms: a *collection* is all pages of one run of one source and scope; completeness belongs to it.  A *snapshot*
 * is (source, scope, UTC date of describes_from).  IPE: "information produced by the entity".
 */
#ifndef BINDERY_EVIDENCE_H
#define BINDERY_EVIDENCE_H

#include "bindery/util.h"
#include "bindery/value.h"

/* ---- the given half ----------------------------------------------------------------------------- */

typedef struct {
    uint32_t number; /* 7 is printed E-0007 */
    bd_str path;     /* relative to the folder ingested, '/' between parts */
    int64_t bytes;
    uint8_t sha256[32];
    uint32_t crc32;
    int64_t stored_bytes;
    uint8_t stored_sha256[32];
    bd_instant file_time;          /* the file's own modification time */
    bd_instant given_collected_at; /* --collected-at, or BD_INSTANT_NONE */
    uint32_t sidecar;              /* evidence number of its sidecar, 0: none */
    uint32_t commit;               /* number of the first item taken in together with it */
    bd_instant ingested_at;
    bool is_withdrawn;
    bd_str withdrawn_reason, withdrawn_by; /* `by` may be empty */
    bd_instant withdrawn_at;               /* BD_INSTANT_NONE where it is not withdrawn */
} bd_evidence_given;

bd_str bd_evidence_id(bd_arena *arena, uint32_t number); /* "E-0007" */

/* ---- sign-offs ------------------------------------------------------------------------------------ */

typedef struct {
    bd_str name, role, checked;
    bd_instant at;
    uint8_t sha256[32]; /* of what was signed; all zero when not given */
    bool has_sha256;
    bd_str origin;        /* "journal", "sidecar" or "register" */
    bd_str stated_in;     /* path of the sidecar or register that says so; empty for the journal */
    bd_instant stated_at; /* when that was taken in; BD_INSTANT_NONE for the journal */
    bd_str
        person; /* who `name` is by the engagement's people, where it is a sign-in name; else empty */
    bool is_stranger; /* not among the engagement's people, where it lists any */
} bd_signoff;
typedef BD_VEC(bd_signoff) bd_signoffs;

/* One name, whatever its case, its blanks, the order of its words ("Berg, Ada") and the way its letters are composed?
 * Two empty names are the same. */
bool bd_is_same_person(bd_str a, bd_str b);
/* At least one letter or digit, and no word that stands for a name nobody knows ("unknown", "n/a", "TBD"): blanks,
 * dots and dashes name nobody. */
bool bd_is_person_name(bd_str name);
/* Does it say anything?  At least one letter or digit, and no word alone that stands for an answer which nobody gave
 * ("n/a", "TBD", "unknown"). */
bool bd_is_statement(bd_str text);

/* ---- documents ------------------------------------------------------------------------------------ */

typedef struct {
    bd_str type, title, version;
    bd_str approved_by, approver_role;
    bool
        has_approver_is_management; /* false: nothing is said, and approver_is_management is false */
    bool approver_is_management;
    bd_day approved_on;                /* BD_DAY_NONE when absent; so for the others */
    bd_day in_force_from, in_force_to; /* both inclusive; in_force_to absent: still in force */
    bd_day carried_out_on; /* reviews, tests, trainings; of a vendor's report: retrieved on */
    /* What a vendor's report or letter says of itself, NULL when it is none: an object of texts "vendor",
     * "report_type", "period_from" and "period_to" (days, both inclusive), "auditor", "opinion", "issued_by",
     * "issued_on", "document_id", "retrieved_by", "retrieved_on" (of the report that a memo judges), and
     * "cuecs": [{"id","status","controls","reason"}].  The form is checked, members may be absent.  Allocated with the
     * document. */
    const bd_value *report;
    bool has_states;                   /* false: nothing is said of what it states */
    bd_strs states;                    /* all that it states of what checks ask: "time-limit" */
    bd_str stated_in;                  /* as in bd_signoff */
    bd_instant stated_at;
} bd_document;

/* ---- sidecars ------------------------------------------------------------------------------------- */

typedef struct {
    bd_str source, title, command, request, query, exporter, tool, run;
    bool is_asked_by_folder; /* command and request are the folder's: of no single file */
    bd_str scope_kind;       /* "tenant", "subscription", ... */
    bd_strs scope_ids;
    bd_instant collected_at, describes_from, describes_to; /* BD_INSTANT_NONE when absent */
    bool has_complete, complete;
    int64_t rows;           /* -1 when absent */
    bd_signoff prepared_by; /* name empty when absent */
    bd_signoffs reviews;
    bd_strs requirements; /* "1.1a" */
    bool has_document;
    bd_document document;
} bd_sidecar;

/* Parses `NAME.meta.json` or `_folder.meta.json` text.  INPUT names the JSON pointer, what was found and what was
 * expected; unknown keys are errors with the nearest known key.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_sidecar_parse(bd_str text, bd_str path, bd_arena *arena, bd_sidecar *out,
                                   bd_err *err);
/* Notes of everything said in it where and when it was said. */
void bd_sidecar_put_stated(bd_sidecar *sidecar, bd_str in, bd_instant at);
/* Fills in what `own` lacks from `folder`. */
void bd_sidecar_merge(bd_sidecar *own, const bd_sidecar *folder);
/* Do both say the same of a file as an export?  Sign-offs, requirements and what a document says are not asked. */
bool bd_sidecar_is_same_export(const bd_sidecar *a, const bd_sidecar *b);
/* One row of register.csv: the file it describes and what it says of it. */
typedef struct {
    bd_str file;        /* relative to the register's folder */
    bd_sidecar sidecar; /* has_document is true */
    uint32_t row;       /* from 1, for messages */
} bd_register_row;
typedef BD_VEC(bd_register_row) bd_register_rows;

/* The columns register.csv may have, in the order of its template; `file` is needed. */
extern const char *const bd_register_columns[31];
/* Parses the rows of a register as the CSV reader yields them (objects of texts), columns being checked by
 * bd_register_check_columns first.  INPUT names `path`, row and column, what was found and what was expected; a file
 * that stands twice is refused.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_register_parse(const bd_value *const *rows, size_t count, bd_str path,
                                    bd_arena *arena, bd_register_rows *out, bd_err *err);
BD_MUST_USE bd_rc bd_register_check_columns(const bd_str *names, size_t count, bd_str path,
                                            bd_err *err);
bool bd_path_is_sidecar(bd_str path);  /* ends in .meta.json */
bool bd_path_is_register(bd_str path); /* register.csv */
/* The path a sidecar describes: "a/b.json" for "a/b.json.meta.json", "" for a folder's. */
bd_str bd_sidecar_subject(bd_str path);

/* ---- the derived half ------------------------------------------------------------------------------ */

typedef enum { BD_COMPLETE_NOT_SHOWN, BD_COMPLETE_YES, BD_COMPLETE_NO } bd_completeness;
typedef enum { BD_ORIGIN_COLLECTED, BD_ORIGIN_MACHINE, BD_ORIGIN_HANDED_IN } bd_origin;
const char *bd_completeness_name(bd_completeness c); /* "not shown", "yes", "no" */
const char *bd_origin_name(bd_origin o);             /* "collected", "machine", "handed-in" */

const char *bd_media_type(bd_media media); /* "application/json", ...; bd_media is in value.h */

/* One (source, scope) that a file speaks of. */
typedef struct {
    bd_str source; /* catalog id */
    bd_str scope;  /* lower-cased: subscription guid, resource id, "" for tenant */
    uint64_t rows;
} bd_seen;
typedef BD_VEC(bd_seen) bd_seens;

/* How many resources of a type a file shows in a subscription, and which: `ids` is the sum of the hashes of their ids,
 * the same for the same set in any order. */
typedef struct {
    uint32_t type, subscription; /* places in the `texts` of the facts; lower-cased */
    uint64_t count, ids;
} bd_type_count;
typedef BD_VEC(bd_type_count) bd_type_counts;
#define BD_MOST_TYPE_COUNTS 4096 /* of one file */

/* Events of a log on a local day; of handed-in lists none are counted. */
typedef struct {
    bd_str source, scope;
    bd_day day;
    uint64_t count;
} bd_day_tally;
typedef BD_VEC(bd_day_tally) bd_day_tallies;
#define BD_MOST_DAY_TALLIES 4096 /* of one file */

/* Somebody came or left by a list of people, or was given an account or lost it by the directory's own log. */
typedef enum { BD_PERSON_JOINED, BD_PERSON_LEFT, BD_PERSON_CREATED, BD_PERSON_SHUT } bd_person_event;
typedef struct {
    bd_person_event event;
    bd_day day; /* local; BD_DAY_NONE: it cannot be read */
    uint64_t who; /* hash of the name */
} bd_person_tally;
typedef BD_VEC(bd_person_tally) bd_person_tallies;
#define BD_MOST_PERSON_TALLIES 20000 /* of one file */

/* One table inside a file that holds several: a sheet of a workbook, the records of an XML document. */
typedef struct {
    bd_str name;
    bd_str source;       /* catalog id, "" when nothing recognises it */
    uint32_t header_row; /* from 1; 0: it has none */
    uint64_t rows_read, rows_refused;
    uint64_t rows_left; /* of a sheet that nothing recognises: counted and not judged */
    bool is_hidden;
} bd_table_facts;

/* What a scan found in one object. */
typedef struct {
    bd_media media;
    bd_str envelope;       /* "E1" ... "E11", "" for documents */
    bd_str envelope_words; /* "Azure REST page", "az output", "Resource Graph (az)", ... */
    bd_seens seen;         /* each makes a snapshot */
    bd_seens parts; /* makes none: things that belong to a source but are not what it counts (its
                                    `details`), or an inventory that does not show every type */
    bd_type_counts types; /* in the order first seen */
    const bd_str *texts;  /* of `types` */
    bool has_more_types;  /* than BD_MOST_TYPE_COUNTS: `types` is no count then */
    uint64_t rows_read, rows_refused, rows_unmapped;
    uint64_t rows_repeated; /* resources that stood in the same file before */
    int64_t
        rows_reported; /* by the source itself (totalRecords, @odata.count, count); -1 unknown */
    bd_str bad_count; /* what stands where the source's own count should, and is none; or "" */
    bd_day_tallies days;
    bd_person_tallies people;
    bool has_more_days, has_more_people; /* than are held: nothing is compared by them */
    bool has_next_link;
    bd_str next_link, context; /* @odata.context */
    bool is_truncated;         /* resultTruncated or skip token with rows missing */
    bool is_az_array;
    bool is_malformed;
    bd_str problem; /* why it was refused, with place */
    bd_instant first_event,
        last_event;         /* min and max of the records' own times, or BD_INSTANT_NONE */
    bd_instant export_time; /* the export's own time where it has one, or BD_INSTANT_NONE */
    bd_diags diags;
    BD_VEC(bd_table_facts) tables; /* in the file's order */
} bd_facts;

/* The record as it is printed, packaged and judged. */
typedef struct {
    bd_evidence_given given;
    bd_sidecar sidecar; /* merged; register row likewise */
    bool has_sidecar;
    bool
        is_sidecar_refused; /* its own could not be read; a folder's may still stand in `sidecar` */
    bool is_withheld; /* a vendor's report, or may be one: not packaged, and nothing is read of its bytes */
    bd_facts facts;
    bd_str title;
    bd_str source;   /* main source id, "" when unmapped */
    bd_strs sources; /* all, sorted */
    bd_str source_title;
    bd_origin origin;
    bd_instant collected_at;
    bool collected_at_is_assumed;
    bd_str time_problem; /* why collected_at cannot be true; empty when nothing speaks against it */
    bd_instant describes_from, describes_to; /* equal for a snapshot; otherwise `to` is exclusive */
    bool is_snapshot;
    uint32_t collection; /* index into the collections */
    bd_completeness completeness;
    bd_str completeness_reason; /* one sentence */
    bool is_signed_off;         /* a preparer and a different reviewer, hashes matching */
    bd_str signoff_reason;      /* why not */
    bd_signoff preparer;
    bd_signoffs reviewers;
    bool is_sidecar, is_register, is_document, is_unmapped;
} bd_evidence;
typedef BD_VEC(bd_evidence) bd_evidences;
/* A document that names requirements serves those and no other, whatever its type could serve. */
bool bd_evidence_serves(const bd_evidence *item, bd_str requirement);

/* The first and the last day that it describes, as people read them; BD_DAY_NONE: none.  A snapshot has its date in
 * UTC, as in its findings; what is stated in days, and the extract of a log, has days of `zone`. */
typedef struct {
    bd_day first, last;
} bd_evidence_days;
bd_evidence_days bd_evidence_days_of(const bd_evidence *item, const bd_zone *zone);

typedef struct {
    bd_str source, scope, run;
    BD_VEC(uint32_t) members; /* indexes into the evidence list, in page order */
    bd_completeness completeness;
    bd_str reason;
    uint64_t rows;
    bool is_count_wanted; /* not shown for want of a count only: a second source's would show it */
    bool is_start_open;   /* complete, but nothing shows that its first page is an answer's first */
    bool is_withdrawn;    /* one of its members is; then it is not complete, and `reason` says so */
} bd_collection;
typedef BD_VEC(bd_collection) bd_collections;
/* When the answer is of that a file is a part of: what its first page describes. */
bd_instant bd_collection_instant(const bd_collections *all, const bd_evidences *evidence, uint32_t evidence_index);
/* May a record of it pass?  Complete, its time not assumed, signed off where that is needed; `*why` says why not. */
bool bd_collection_may_pass(const bd_collections *all, const bd_evidences *evidence, uint32_t evidence_index,
                            bd_str *why);

#define BD_SNAPSHOT_NEAR_DAYS 7 /* how far apart snapshots of two sources may lie and still be compared */

typedef struct {
    bd_str source, scope;
    bd_str workspace; /* that was asked, where the source is an answer of one: its id, lower case; "": not said */
    bd_day date; /* UTC date of describes_from (first page) */
    bd_instant from,
        to; /* equal for a snapshot; logs: [from, to) clipped to the source's retention */
    bd_completeness completeness;
    bool is_time_assumed;
    bool may_pass;  /* complete, time not assumed, signed off where that is needed */
    bd_str why_not; /* why may_pass is false */
    uint32_t collection;
    uint64_t rows;
    uint32_t evidence; /* number of its first page's evidence item */
    bool is_withdrawn; /* of such a collection */
} bd_snapshot;
typedef BD_VEC(bd_snapshot) bd_snapshots;

#endif
