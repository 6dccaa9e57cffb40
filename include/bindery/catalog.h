/* bindery/catalog.h - criteria, controls, requirements, sources, checks and mappings: data, loaded and linked.
 *
 * The built-in catalog is JSON embedded in the binary (templates/catalog); an organisation's own `catalog/` folder
 * adds to it and overrides by id.  Loading refuses a dangling id, a control without criterion, a check without
 * control, a retired source, a duplicate.  A criterion without a control is accepted and reported.
 *
 * The catalog is immutable after load and lives in the arena it was loaded into; threads may share it.
 */
#ifndef BINDERY_CATALOG_H
#define BINDERY_CATALOG_H

#include "bindery/util.h"
#include "bindery/value.h"

typedef struct {
    bd_str id;       /* "CC6.1" */
    bd_str category; /* "Security", "Availability", ... */
    bd_str series, series_title;
    bd_str title; /* ours */
} bd_criterion;

typedef enum {
    BD_CONTINUOUS,
    BD_MONTHLY,
    BD_QUARTERLY,
    BD_ANNUAL,
    BD_PER_EVENT,
    BD_ONCE
} bd_frequency;
const char *bd_frequency_name(bd_frequency frequency); /* "continuous" ... "per-event", "once" */

typedef struct bd_control bd_control;

typedef struct {
    const bd_control *control;
    bd_str req; /* "a" */
    bd_str id;  /* "6.7.2a" */
    bd_str half, kind, statement, pass, deviation, note;
    bd_strs sources;
    bd_frequency frequency;
    int max_age_days, grace_days;
    bool needs_signoff;
    BD_VEC(uint32_t) checks; /* indexes into catalog->checks, rising */
} bd_requirement;

struct bd_control {
    bd_str number, owner, section, statement, mapping_note, test, population, sample;
    bool is_ours;     /* not of the checklist */
    bool is_outline;  /* "outline: write your own" */
    bd_strs criteria; /* ids, catalog order */
    bd_str primary;
    bd_frequency frequency;
    int max_age_days;
    bd_requirement *requirements;
    size_t requirement_count;
};

typedef enum {
    BD_SCOPE_TENANT,
    BD_SCOPE_SUBSCRIPTION,
    BD_SCOPE_RESOURCE,
    BD_SCOPE_WORKSPACE,
    BD_SCOPE_REPOSITORY
} bd_scope_kind;
const char *bd_scope_kind_name(bd_scope_kind kind);

typedef struct {
    bd_str id, title, permission, rest, az, graph;
    bool is_handed_in; /* origin "handed-in": needs preparer and reviewer always */
    bool is_log;       /* history "log": an extract describes [from, to), not an instant */
    bool is_dated;     /* history "dated": records have days of their own, and a list may speak of those before it */
    bd_scope_kind scope;
    int retention_days;   /* of the platform; 0: unlimited */
    bool is_any_resource; /* counts every ARM resource record (S77) */
    bool is_subscription_level;
    bd_strs types, contexts, id_parts, keys, columns, tables,
        sheets; /* recognisers, lower-cased but `keys` and `sheets` */
    bd_strs
        details; /* lower-cased types that also belong here but are not what the source counts */
    bd_strs columns_all, columns_unread; /* of a CSV: all of our template; of a stranger's those that nothing reads */
    bd_strs key; /* declared key columns or paths */
    bd_str time; /* path of a record's own time */
    bd_str resource; /* path of what stands for the record in print ("upn"), or "": its id */
    bd_strs rename_from, rename_to; /* other spelling -> REST name */
    const bd_value *words; /* column -> the words it may hold, "*" in them as in `like`; NULL: any */
    bd_str derivation;              /* not empty: a derived source made by this derivation */
    int derivation_version;
    bd_strs derived_from;
    bd_str retires, retires_on, retires_for; /* product that ends, day, what takes its place; or "" */
} bd_source_def;

typedef enum {
    BD_EACH,
    BD_RELATED,
    BD_AGGREGATE,
    BD_SCOPE_SHAPE,
    BD_MATCH,
    BD_RECUR,
    BD_DOCUMENT
} bd_shape;
const char *bd_shape_name(
    bd_shape shape); /* "each", "related", "aggregate", "scope", "match", "recur", "document" */

typedef struct {
    bd_str id, title, tested, auditor_may, rationale, severity, remediation, reference, property;
    int version;
    uint32_t index;
    const bd_requirement *requirement;
    bd_shape shape;
    bd_strs
        sources; /* every source whose records this check maps (related, population, events included) */
    const bd_value *body;        /* the whole definition; `rule` compiles it */
    bd_strs document_types;      /* recur, document */
    int max_approval_age_months; /* document; 0: not judged */
    BD_VEC(bd_strs) tile;        /* per-event: each group of sources must describe every day */
    bool takes_exclusions;
    bd_strs criteria, criteria_why;
    bd_strs same_as; /* tests of other tools that ask the same: last parts of their ids, lower case */
} bd_check;

typedef struct {
    const bd_criterion *criteria;
    size_t criterion_count; /* catalog order: CC1.1 ... P8.1 */
    const bd_control *controls;
    size_t control_count; /* natural order; checklist first */
    const bd_source_def *sources;
    size_t source_count; /* by id */
    const bd_check *checks;
    size_t check_count; /* by id */
    const bd_value *mappings, *sampling;
    const bd_value *resolved; /* the whole catalog as one value */
    bd_str canonical;   /* it as canonical JSON with its LF: what is packaged as catalog.json */
    uint8_t sha256[32]; /* of `canonical` */
    bd_strs uncovered;  /* criteria without a control */
    struct bd_catalog_index *index;
} bd_catalog;

/* One catalog file. */
typedef struct {
    bd_str name; /* "controls.json", for messages */
    bd_str text;
} bd_catalog_file;

/* Loads and links.  `files`: the built-in ones first, then the organisation's (later ids override earlier).
 * INPUT names file, JSON pointer, what was found, what was expected. */
BD_MUST_USE bd_rc bd_catalog_load(const bd_catalog_file *files, size_t count, bd_arena *arena,
                                  const bd_catalog **out, bd_err *err);
/* From a packaged catalog.json (the `resolved` form). */
BD_MUST_USE bd_rc bd_catalog_load_resolved(bd_str text, bd_arena *arena, const bd_catalog **out,
                                           bd_err *err);

/* Every fault and every remark that `catalog lint` prints, not only the first; faults have severity REFUSED. */
void bd_catalog_lint(const bd_catalog_file *files, size_t count, bd_arena *arena, bd_diags *out);

/* Does the check say of this criterion why it speaks to it?  Does it read what a machine made, beside what is handed
 * in? */
bool bd_check_speaks_to(const bd_check *check, bd_str criterion);
bool bd_check_is_automated(const bd_catalog *catalog, const bd_check *check);

/* How a criterion would be evidenced if everything the checks read were on file.  Each control that lists it counts
 * once: `automated` if an automated check of it speaks to this criterion, else `supporting` if it has automated checks
 * that speak to others, else `document` if its checks read documents and lists, else `none`. */
typedef struct {
    const bd_criterion *criterion;
    int automated, supporting, document, none, of;
    BD_VEC(uint32_t) checks; /* that speak to it and whose control lists it, rising */
} bd_coverage;

typedef enum {
    BD_REMARK_SAME_CHECKS,     /* several criteria with the same checks */
    BD_REMARK_OTHER_CRITERION, /* a check speaks to what its control does not list */
    BD_REMARK_NO_CRITERION,    /* a check speaks to nothing that its control lists */
    BD_REMARK_SILENT_CONTROL,  /* a control under a criterion to which none of its checks speaks */
    BD_REMARK_RETIRING,        /* checks read a product that ends */
    BD_REMARK_NOT_AUTOMATED    /* a criterion without automated input */
} bd_remark_kind;
const char *bd_remark_kind_name(bd_remark_kind kind); /* "same-checks" ... "not-automated" */

typedef struct {
    bd_remark_kind kind;
    bd_str subject, text; /* id of criterion, control, check or source; a sentence without full stop */
} bd_remark;

typedef struct {
    bd_coverage *criteria; /* as in the catalog */
    size_t count;
    int automated; /* criteria with at least one automated control */
    BD_VEC(bd_remark) remarks; /* by kind, then catalog order */
} bd_catalog_coverage;

/* What the mapping is worth, and what in it looks like more than it is.  Allocated in <arena>. */
void bd_catalog_survey(const bd_catalog *catalog, bd_arena *arena, bd_catalog_coverage *out);

const bd_criterion *bd_catalog_criterion(const bd_catalog *catalog,
                                         bd_str id); /* NULL when absent; so for all */
const bd_control *bd_catalog_control(const bd_catalog *catalog, bd_str number);
const bd_requirement *bd_catalog_requirement(const bd_catalog *catalog, bd_str id); /* "6.7.2a" */
const bd_source_def *bd_catalog_source(const bd_catalog *catalog, bd_str id);
const bd_check *bd_catalog_check(const bd_catalog *catalog, bd_str id);
/* How it is exported: its command, with the path where that alone asks for nothing, else REST or the table; or "". */
bd_str bd_catalog_way(const bd_source_def *source, bd_arena *arena);
/* A vendor gives its report to one reader under a promise not to pass it on: documents of such a type stay out of what
 * is handed on, and nothing is read from their bytes, so that who has only their description judges the same. */
bool bd_catalog_withholds(const bd_catalog *catalog, bd_str document_type);
/* Does such a type occur in it, in any case of letters? */
bool bd_catalog_names_withheld(const bd_catalog *catalog, bd_str text);

/* Which source a record belongs to, by content.  `type` lower-cased ARM type or "", `context` Graph context or "",
 * `id` lower-cased record id or "", `table` Log Analytics table or "".  `declared`: the sidecar's source or "" -
 * used only when content says nothing.  NULL: nothing recognises it. */
const bd_source_def *bd_catalog_recognise(const bd_catalog *catalog, bd_str type, bd_str context,
                                          bd_str id, bd_str table, const bd_value *record,
                                          bd_str declared);
/* Source of a CSV by its header names. */
const bd_source_def *bd_catalog_recognise_columns(const bd_catalog *catalog, const bd_str *columns,
                                                  size_t count, bd_str declared);

/* Source of a sheet of a workbook: one that names the sheet (and whose columns, if it lists any, are there), else one
 * of those columns, else `declared`, unless that one names other sheets. */
const bd_source_def *bd_catalog_recognise_sheet(const bd_catalog *catalog, bd_str sheet,
                                                const bd_str *columns, size_t count,
                                                bd_str declared);

/* The word of `known` that `word` was most likely meant to be; for messages about unknown keys. */
const char *bd_catalog_nearest(const char *const *known, size_t count, bd_str word);

#endif
