/* bindery/imported.h - what other tools say of the same system: their verdicts and scores, read and never made ours.
 *
 * A source of the catalog says in its member `imported` what its records mean: which of them hold a status of another
 * tool, in which fields resource, test, status, group, time and score stand, and what each status counts as.  This
 * room turns records into rows by that; `others` adds rows up and sets them beside our own verdicts.  Nothing of it
 * reaches a verdict, an outcome, a state or the score.
 *
 *     bd_imports_compile(catalog, arena, &imports, err);
 *     bd_imports_map(imports, &record, scratch, put_row, context);        pure; rows into a spool by bd_import_pack
 *
 * A status counts as met only where the declaration says so of its very word.  Exempt, unknown, conflict and words that
 * nobody declared are classes of their own.
 */
#ifndef BINDERY_IMPORTED_H
#define BINDERY_IMPORTED_H

#include "bindery/catalog.h"
#include "bindery/rule.h"
#include "bindery/util.h"
#include "bindery/value.h"

/* ---- words --------------------------------------------------------------------------------------------- */

/* From what weighs most: of two statuses of one thing the first of these holds. */
typedef enum {
    BD_IMPORT_NOT_MET,
    BD_IMPORT_ERROR,
    BD_IMPORT_CONFLICT,
    BD_IMPORT_OTHER, /* a word that is not declared, or none */
    BD_IMPORT_UNKNOWN,
    BD_IMPORT_EXEMPT,
    BD_IMPORT_OFF, /* nobody looked: the test is switched off */
    BD_IMPORT_PROTECTED,
    BD_IMPORT_NOT_APPLICABLE,
    BD_IMPORT_MET
} bd_import_class;
#define BD_IMPORT_CLASSES 10
const char *bd_import_class_name(bd_import_class means); /* "not-met", "error", ... "met" */

typedef enum {
    BD_IMPORT_VERDICTS, /* one status a record */
    BD_IMPORT_COUNTS,   /* numbers of results by status */
    BD_IMPORT_SCORE,    /* current and greatest score */
    BD_IMPORT_ACTIONS,  /* one status a record, and points that add up to a score */
    BD_IMPORT_ATTESTATIONS
} bd_import_kind;
const char *bd_import_kind_name(bd_import_kind kind); /* "verdicts", "counts", ... */

/* ---- declarations ---------------------------------------------------------------------------------------- */

typedef struct {
    const bd_source_def *source;
    bd_str id, title; /* "policy-states", "Azure Policy states" */
    bd_str model;     /* what makes the verdict or score: another model is another number */
    bd_str formula;   /* how, in a sentence */
    bd_str unit;      /* what is counted: "results", "controls", "points" */
    bd_str list;      /* name of its list in the package, "policy-soc2" */
    bd_import_kind kind;
    uint32_t index;
} bd_import;

typedef struct bd_imports bd_imports;
/* Reads what the sources of `catalog` declare.  INPUT names the source, the place in its `imported`, what was found and
 * what was expected.  Immutable afterwards: threads may share it.  Borrows the catalog. */
BD_MUST_USE bd_rc bd_imports_compile(const bd_catalog *catalog, bd_arena *arena,
                                     const bd_imports **out, bd_err *err);
size_t bd_imports_count(const bd_imports *imports);
const bd_import *bd_imports_at(const bd_imports *imports, size_t index);

/* ---- groups ------------------------------------------------------------------------------------------------ */

/* The criterion that another tool's name of a group means, in all its spellings ("SOC_2_CC6.1", "cc_6_1",
 * "SOC_2023_CC.5.3", "CC 6.1."); `prefixes` (lower case) are cut off first.  NULL: no criterion has that name. */
const bd_criterion *bd_import_criterion(const bd_catalog *catalog, const bd_strs *prefixes,
                                        bd_str group);

/* ---- rows -------------------------------------------------------------------------------------------------- */

/* A packed row stands among the rows of checks: u32 evidence, then this number where a row has its check. */
#define BD_IMPORT_MARK (UINT32_MAX - 1)
#define BD_IMPORT_GROUPS_MAX 64 /* of one record; the rest is counted */

typedef struct {
    uint32_t import;
    bd_str scope;         /* as bd_record's */
    bd_str set;           /* "SOC 2 Type 2", or how the source calls another set of tests; "" */
    bool is_soc;          /* the set speaks of our criteria */
    bool is_manual;       /* met by an attestation of somebody, not by a test */
    bd_strs groups;       /* verbatim */
    bd_strs criteria;     /* one per group: the criterion's id, or "" */
    uint32_t groups_left; /* beyond BD_IMPORT_GROUPS_MAX */
    bd_str resource;      /* verbatim */
    bd_str resource_key;  /* normalised: what our own keys are compared with */
    bd_str test;          /* lower case: last part of the test's id */
    bd_str title;         /* of the test or score, "" */
    bd_str key;           /* what makes two records one result */
    bd_str status, cause; /* verbatim */
    bd_import_class means;
    int64_t count; /* results that this row stands for */
    bd_instant at; /* when the other tool says it judged, or BD_INSTANT_NONE */
    /* scores and points: texts of JSON numbers, "" when absent or no number */
    bd_str current, max, percentage, weight;
    bd_str owner, comments; /* attestations */
    bd_instant expires;     /* or BD_INSTANT_NONE */
    int64_t evidence_count; /* pieces of evidence that an attestation names */
} bd_import_row;
void bd_import_pack(bd_packer *packer, const bd_import_row *row); /* from behind the mark */
/* Could bytes from `at` on, which nobody vouches for, be a row of one of so many declarations? */
bool bd_import_fits(bd_str packed, size_t at, size_t import_count);
/* Texts are Borrowed from the record, lists Allocated in <arena>. */
void bd_import_unpack(bd_unpacker *unpacker, bd_arena *arena, bd_import_row *out);

typedef void bd_import_row_fn(void *context, const bd_import_row *row);
/* Rows of one record; none where no declaration speaks of it.  Borrowed until the callback returns. */
void bd_imports_map(const bd_imports *imports, const bd_record *record, bd_arena *scratch,
                    bd_import_row_fn *emit, void *context);

#endif
