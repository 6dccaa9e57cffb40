/* Shared by the files of the room: buffered output, and what belongs to what. */
#ifndef BINDERY_EXPORT_PRIV_H
#define BINDERY_EXPORT_PRIV_H

#include "bindery/export.h"

#define EXPORT_LINE_BYTES ((size_t)1 << 30) /* limit of a scratch arena; emptied after every item */

/* ---- output ---- */

/* Hands on in large pieces; the first failure of the target sticks and is told by export_finish. */
typedef struct {
    bd_sink sink; /* for a bd_json_writer */
    bd_sink *target;
    char *bytes;
    size_t size;
    bool has_failed;
    bd_err first;
} export_out;

void export_begin(export_out *out, bd_sink *target, bd_arena *arena);
void export_put(export_out *out, bd_str text);
void export_puts(export_out *out, const char *text);
BD_MUST_USE bd_rc export_finish(export_out *out, bd_err *err);

/* ---- rows of a CSV (cells.c) ---- */

typedef struct export_run export_run;
typedef struct {
    export_run *run;
    bool has_cell; /* in this row */
} csv_table;
void csv_head(csv_table *to, const char *const *names, size_t count);
void csv_text(csv_table *to, bd_str text);
void csv_word(csv_table *to, const char *word);
void csv_int(csv_table *to, int64_t value);
void csv_bool(csv_table *to, bool value);
void csv_empty(csv_table *to);
void csv_end_row(csv_table *to); /* empties the line's arena */

/* ---- one export ---- */

struct export_run {
    const bd_export_inputs *in;
    const bd_ties *ties;
    bd_arena *arena; /* as long as the export */
    bd_arena *line;  /* emptied after every item */
    export_out out;
    bd_arena *keeper; /* of a handle that holds this; NULL: none */
};

void export_open(export_run *run, const bd_export_inputs *inputs, bd_sink *target);
/* For what is no part of an assessment's lists: neither inputs nor joins. */
void export_open_alone(export_run *run, bd_sink *target);
/* Ends the output, whatever came before, and drops the arenas. */
BD_MUST_USE bd_rc export_close(export_run *run, bd_err *err);

/* Where the item lies below the package's root; empty before the package is planned. */
bd_str export_package_path(const export_run *run, size_t evidence_index);
bd_str export_ipe_path(const export_run *run, size_t evidence_index);

/* For short lists: appends unless it is there, or empty. */
void export_add_once(bd_arena *arena, bd_strs *list, bd_str text);

/* ---- words ---- */

bd_str export_day(bd_arena *arena, bd_day day);        /* empty for BD_DAY_NONE */
bd_str export_instant(bd_arena *arena, bd_instant at); /* empty for BD_INSTANT_NONE */
bd_str export_joined(bd_arena *arena, const bd_strs *texts, const char *between);

/* ---- JSON parts that two files write ---- */

void export_member_strs(bd_json_writer *writer, const char *key, const bd_strs *texts);
void export_member_ids(bd_json_writer *writer, bd_arena *line, const char *key,
                       const uint32_t *numbers, size_t count);
void export_member_int(bd_json_writer *writer, const char *key, int64_t value);
void export_member_bool(bd_json_writer *writer, const char *key, bool value);
void export_member_str(bd_json_writer *writer, const char *key,
                       bd_str text); /* written even when empty */
void export_evidence_record(export_run *run, bd_json_writer *writer, size_t index);
void export_diags(bd_json_writer *writer, const bd_evidence *item, bd_str evidence_id);
/* What other tools say (imported.c): the member "imported". */
void export_imported(export_run *run, bd_json_writer *writer);
/* Requests (pbc.c): the member "pbc". */
void export_pbc(export_run *run, bd_json_writer *writer);
/* Populations and samples (populations.c): the member "populations". */
void export_populations(export_run *run, bd_json_writer *writer);
/* Events joined (matches.c): the member "matches". */
void export_matches(export_run *run, bd_json_writer *writer);
/* Access reviews (reviews.c): the member "access_reviews". */
void export_reviews(export_run *run, bd_json_writer *writer);
/* Vendors (vendors.c): the member "vendors". */
void export_vendors(export_run *run, bd_json_writer *writer);
void export_signoff(bd_json_writer *writer, bd_arena *line, const bd_signoff *signoff);

/* ---- the page ---- */

extern const char
    *const export_style[]; /* the style sheet of index.html in pieces, closed by NULL */

#endif
