/* scan_priv.h - shared by the files of room scan. */
#ifndef SCAN_PRIV_H
#define SCAN_PRIV_H

#include "bindery/derive.h"
#include "bindery/read.h"
#include "bindery/scan.h"

/* What a record is, by its own content and its document's envelope. */
typedef struct {
    const bd_scan_plan *plan;
    bd_str declared;       /* the sidecar's source, or "" */
    bd_str declared_scope; /* the sidecar's scope id where it names exactly one, or "" */
    bd_str context;        /* entity set of @odata.context, lower-cased, or "" */
    bd_str parent;         /* "/ID" where the context is of the list of one thing: applications('ID')/...; or "" */
    bd_str table;          /* Log Analytics table, or "" */
    bool is_graph_query;   /* envelope E4 or E5, or a CSV of resources */
} bd_scan_context;

/* Fills identity, source and scope of one record; false when nothing recognises it.  `*is_part`: the record belongs to
 * its source but must make no snapshot of it.  Texts Allocated in <arena>. */
bool bd_scan_identify(const bd_scan_context *context, const bd_value *value, bd_arena *arena,
                      bd_record *out, bool *is_part);
/* The same for a CSV row of a recognised source. */
void bd_scan_identify_row(const bd_scan_context *context, const bd_source_def *source,
                          const bd_value *row, bd_arena *arena, bd_record *out);
/* A record's own member, exact or the single one without regard to case; `properties` is not asked. */
bd_str bd_scan_own_text(const bd_value *record, const char *key);
/* "...#applications('ID')/federatedIdentityCredentials" -> "/id"; "" where the set is not that of one thing. */
bd_str bd_scan_entity_parent(bd_arena *arena, bd_str context);
/* The resource that something hangs on: of an extension resource the id up to its last provider part, of a child the
 * resource at the top, of a key or secret its vault; the id itself when it hangs on nothing. */
bd_str bd_scan_host_of(bd_str normal_id);
bd_str bd_scan_subscription_of(bd_str normal_id); /* guid part, or "" */
/* Scope text for a source from a declared scope id. */
bd_str bd_scan_scope_of_declared(bd_arena *arena, const bd_source_def *source, bd_str id);

/* ---- one file while it is read ---- */

/* Finds an entry of a list whose entries are named by two texts, by the places of these: of one text there is one copy.
 * Four bytes for each slot, as the entries of a thousand subscriptions would take more room to find than to hold. */
typedef struct {
    uint32_t *slots; /* index + 1, open addressing */
    size_t room;     /* a power of two */
} bd_pair_index;

/* The sources that are derived of one, and how. */
typedef struct {
    const bd_source_def **sources;
    const bd_derivation **how;
    size_t count;
    bool is_known;
} bd_scan_derived;

/* What a presence row said, its texts by their places. */
typedef struct {
    uint32_t check, about, detail;
} bd_scan_told;

/* A column of the table at hand that stands twice in its header. */
typedef struct {
    size_t first, column;
    bd_str header;
    const bd_source_def *source; /* whose reading is known: */
    bool is_read;
} bd_scan_repeat;

typedef struct {
    const bd_scan_plan *plan;
    const bd_sidecar *sidecar;
    bd_scan_context context;
    const bd_source_def *csv_source; /* of the table at hand: a CSV, a sheet */
    bool is_csv_by_columns;          /* its header alone says which source it is */
    bool has_export_time;            /* a column tells when it was exported */
    BD_VEC(bd_scan_repeat) repeats;
    const bd_str *columns; /* names of the table at hand, Borrowed while it is read */
    uint32_t evidence;
    bd_arena *arena;   /* facts */
    bd_arena *index;   /* what finds an entry of the facts again: gone with the file */
    bd_arena *scratch; /* one record */
    bd_spool *rows;
    bd_facts *facts;
    bd_pair_index seen, parts; /* of the facts' lists */
    uint64_t *keys; /* hashes of what stood before, open addressing */
    size_t key_count;
    bd_pair_index types; /* likewise */
    bd_map *places;      /* text -> its place in `texts` + 1 */
    bd_strs texts;       /* copies that the facts share */
    const bd_source_def *asked_source; /* whose `asked_workspace` is known */
    bd_str asked_workspace;
    const bd_source_def *last_source;
    bd_str last_scope;
    bool last_part;
    size_t last_index;
    bd_scan_derived *derived;       /* by source of the catalog */
    const bd_source_def *inventory; /* of all resources; NULL: the catalog has none */
    bd_map *told_texts; /* text -> its place + 1 */
    size_t told_text_count;
    BD_VEC(bd_scan_told) told; /* what presence rows said */
    bd_pair_index told_index;
    bool has_row;    /* the record at hand left one */
    const bd_value *undated; /* parameters that stay when another day is judged */
    bd_str first_type;
    bool has_many_types, has_properties;
    bool has_link;        /* a nextLink member, null or not */
    bool is_az_query;     /* "total_records": what `az graph query` prints */
    int64_t count;        /* "count" of E9, or -1 */
    bool is_context_late; /* @odata.context came after the first record */
    bool is_refused; /* the record at hand: counted once, however many of its results are refused */
    uint64_t said;
    void *sheets;            /* parts.c: a workbook being read */
    bd_str xml_path;         /* parts.c: where the records of an XML document are */
    bd_json_summary summary; /* live while a document is split */
    bd_packer packer;
    bd_row_series series; /* rows of this object, one after the other */
    bd_rc rc; /* first failure of the spool */
    bd_err *err;
} bd_scan_state;

typedef bd_rc bd_scan_read_fn(bd_scan_state *state, bd_source *source, bd_err *err);

/* Reads a blob; content that cannot be read is said in the facts, other bytes than those kept are a failure. */
BD_MUST_USE bd_rc bd_scan_content(bd_scan_state *state, const bd_blob *blob, bd_scan_read_fn *read,
                                  bd_err *err);
/* JSON: an array, an envelope, lines (json.c). */
BD_MUST_USE bd_rc bd_scan_json(bd_scan_state *state, const bd_blob *blob, bd_err *err);
BD_MUST_USE bd_rc bd_scan_csv(bd_scan_state *state, const bd_blob *blob, bd_err *err);

/* ---- its facts (facts.c) ---- */

/* A refusal is counted; only the first ones are said. */
void bd_scan_refuse(bd_scan_state *state, bd_str locus, const char *message);
/* How many more were refused than were said. */
void bd_scan_say_rest(bd_scan_state *state);
/* tally.c: counts a record of a log or of a list of people. */
void bd_scan_tally(bd_scan_state *state, const bd_record *record);
/* Counts a record: by source and scope, time, type. */
void bd_scan_note_record(bd_scan_state *state, const bd_record *record, bool is_part);
/* At the end: what the facts list lies in their own arena, in its own size. */
void bd_scan_settle_facts(bd_scan_state *state);
/* Has a presence row said the same before?  From now on one has; of more than 65,536 that differ, only the first are
 * known again. */
bool bd_scan_was_told(bd_scan_state *state, const bd_row *row);
/* What was said is forgotten. */
void bd_scan_tell_anew(bd_scan_state *state);
/* The entry of a source and scope, made when there is none. */
bd_seen *bd_scan_seen_of(bd_scan_state *state, const bd_source_def *source, bd_str scope,
                         bool is_part);

/* ---- its records (record.c), also as rows of a table (csv.c) ---- */

/* With the moment of its export, and nothing else yet. */
bd_record bd_scan_start_record(const bd_scan_state *state, uint64_t ordinal);
/* Into facts and rows; fills the workspace that was asked. */
void bd_scan_add_record(bd_scan_state *state, bd_record *record, bool is_part);
/* The columns of the table that follows, and whose it is (NULL: nobody's). */
void bd_scan_take_columns(bd_scan_state *state, const bd_source_def *source, const bd_str *names,
                          size_t count);
/* Columns of it whose header stands twice (repeats.c); `locus` names the table, "" of a CSV. */
void bd_scan_take_repeats(bd_scan_state *state, bd_str locus, const bd_repeat *repeats,
                          size_t count);
/* Why nothing is read of a row: two columns of one header, which its source reads, hold different things.  "" where
 * none do. */
bd_str bd_scan_contradiction(bd_scan_state *state, const bd_source_def *source,
                             const bd_value *row);
/* A row of that table; false when nothing recognises it. */
bool bd_scan_take_row(bd_scan_state *state, uint64_t ordinal, const bd_value *value);
/* A record that says itself what it is; one that does not is counted as unmapped. */
bool bd_scan_take_record(bd_scan_state *state, uint64_t ordinal, const bd_value *value);
/* The organisation's names for the columns of a source, or NULL. */
const bd_value *bd_scan_column_map(const bd_scan_plan *plan, bd_str source);

/* ---- workbooks and XML (parts.c) ---- */

/* Any zip file: leaves media XLSX and its rows, or BINARY. */
BD_MUST_USE bd_rc bd_scan_xlsx(bd_scan_state *state, const bd_blob *blob, const bd_sniffed *sniffed,
                               bd_err *err);
BD_MUST_USE bd_rc bd_scan_xml(bd_scan_state *state, const bd_blob *blob, bd_err *err);

/* An answer over all types shows each subscription on it as inventoried. */
void bd_scan_add_inventory(bd_scan_state *state);
/* Scopes that only the sidecar names are shown empty where content and request do not speak against it. */
void bd_scan_add_declared_scopes(bd_scan_state *state);

#endif
