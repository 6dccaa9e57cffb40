/* bindery/writing.h - one output of an assessment under way: what is told, bytes to a sink, rows of a CSV list, members
 * of a JSON object.
 *
 * Everything that an assessment is exported as begins with the same inputs and ends with one result.  In between
 * nothing fails: after the first failure of the target nothing more reaches it, and close tells that failure.
 *
 *     bd_writing run;
 *     bd_writing_open(&run, inputs, sink);
 *     bd_list to = {.run = &run};
 *     bd_list_put_head(&to, names, BD_COUNT(names));
 *     for (...) {
 *         bd_list_put(&to, exception->id);
 *         bd_list_put(&to, bd_writing_day(run.line, exception->first_seen_failing));
 *         bd_list_end_row(&to);
 *     }
 *     return bd_writing_close(&run, err);
 *
 * A list is RFC 4180 with LF and a row of names; a cell that a spreadsheet would take for a formula gets a leading
 * apostrophe.  JSON is written with `bd_json_begin(&writer, bd_writing_sink(&run))`.  One thread writes one output;
 * several may write several of the same inputs.
 */
#ifndef BINDERY_WRITING_H
#define BINDERY_WRITING_H

#include "bindery/assessment.h"
#include "bindery/pbc.h"
#include "bindery/ready.h"
#include "bindery/ties.h"
#include "bindery/util.h"
#include "bindery/value.h"

#define BD_WRITING_LINE_BYTES ((size_t)1 << 30) /* limit of a scratch arena; emptied after every item */

/* What is told.  All of it is borrowed and never changed. */
typedef struct {
    const bd_assessment *assessment;
    const bd_catalog *catalog;
    const bd_engagement *engagement;
    const bd_evidences *evidence;
    const bd_collections *collections;
    const bd_snapshots *snapshots;
    bd_str bindery_version;
    bd_str tzdata_version;
    bd_str journal_head;         /* hex */
    const bd_value *custody; /* seals of the period and what came after them; NULL: there are none */
    bd_str package_id;           /* for index.html */
    const bd_str *package_paths; /* of each evidence item, or NULL before the package is planned */
    const bd_str *ipe_paths;     /* of each item's IPE sheet, or NULL; single ones may be empty */
    const bd_ties *ties; /* of this assessment and evidence, or NULL: each call makes its own */
    const bd_pbc *pbc; /* requests and what answers them; NULL: none are listed */
    const bd_readiness *ready; /* for the four lists of what is to do; else NULL */
} bd_writing_inputs;

typedef struct {
    const bd_writing_inputs *in;
    const bd_ties *ties;
    bd_arena *arena; /* as long as the output */
    bd_arena *line;  /* emptied after every item, by bd_list_end_row or by who writes */
    struct bd_writing_out *out;
} bd_writing;

/* A CSV list: begins as {.run = run}. */
typedef struct {
    bd_writing *run;
    bool has_cell; /* in this row */
} bd_list;

/* ---- life cycle ---- */

/* inputs and target are borrowed until close. */
void bd_writing_open(bd_writing *run, const bd_writing_inputs *inputs, bd_sink *target);
/* For what is no part of an assessment's lists: neither inputs nor ties, both are NULL. */
void bd_writing_open_alone(bd_writing *run, bd_sink *target);
/* Ends the output, whatever came before, and drops the arenas.  Fails as the target did first. */
BD_MUST_USE bd_rc bd_writing_close(bd_writing *run, bd_err *err);

/* ---- bytes ---- */

/* As they are; handed on in large pieces. */
void bd_writing_put(bd_writing *run, bd_str text);
void bd_writing_puts(bd_writing *run, const char *text);
/* For a bd_json_writer; never fails.  Borrowed until close. */
bd_sink *bd_writing_sink(bd_writing *run);

/* ---- rows of a list ---- */

void bd_list_put_head(bd_list *to, const char *const *names, size_t count); /* a row */
void bd_list_put(bd_list *to, bd_str text);
void bd_list_put_word(bd_list *to, const char *word);
void bd_list_put_int(bd_list *to, int64_t value);
void bd_list_put_bool(bd_list *to, bool value); /* "yes", "no" */
void bd_list_put_empty(bd_list *to);
void bd_list_end_row(bd_list *to); /* empties the line's arena */

/* ---- members of an object: unlike bd_json_member they are written even when empty ---- */

void bd_write_str(bd_json_writer *writer, const char *key, bd_str text);
void bd_write_int(bd_json_writer *writer, const char *key, int64_t value);
void bd_write_bool(bd_json_writer *writer, const char *key, bool value);
void bd_write_strs(bd_json_writer *writer, const char *key, const bd_strs *texts);
/* Numbers of evidence as "E-0001"; `line` is scratch. */
void bd_write_ids(bd_json_writer *writer, bd_arena *line, const char *key, const uint32_t *numbers, size_t count);

/* ---- words ---- */

/* ISO 8601.  Allocated in <arena>; empty for BD_DAY_NONE and BD_INSTANT_NONE. */
bd_str bd_writing_day(bd_arena *arena, bd_day day);
bd_str bd_writing_instant(bd_arena *arena, bd_instant at);
/* Texts as one.  Allocated in <arena>. */
bd_str bd_writing_joined(bd_arena *arena, const bd_strs *texts, const char *between);
/* For short lists: appends unless it is there, or empty. */
void bd_writing_add_once(bd_arena *arena, bd_strs *list, bd_str text);
/* Where the item, or its IPE sheet, lies below the package's root; empty before the package is planned. */
bd_str bd_writing_package_path(const bd_writing *run, size_t evidence_index);
bd_str bd_writing_ipe_path(const bd_writing *run, size_t evidence_index);

#endif
