/* bindery/rule.h - checks compiled and evaluated: (check, record, parameters) to rows, groups of rows to outcomes.
 *
 * Pure: what comes out depends on the catalog and the values alone; no I/O, clock, environment or locale.
 *
 * Conditions are Azure Policy's language (policy definition structure): logical operators, `field`, `value`, `count`,
 * comparison case-insensitive, `properties` transparent, values that may be template expressions
 * ([padLeft(parameters('days'), 3, '0')]; those of constants are computed once).  Evaluation is
 * three-valued: a comparison that reads an absent field is *unknown*, unless it is `exists`;
 * unknown and false is false, unknown or true is true.  A record whose `pass` stays unknown gets
 * the check's `missing` verdict.
 *
 * Map: one record of a source gives zero or more rows to each check that reads this source.  Reduce: the driver
 * (assess) sorts rows of one check and hands each group over; outcomes come back.
 */
#ifndef BINDERY_RULE_H
#define BINDERY_RULE_H

#include "bindery/catalog.h"
#include "bindery/util.h"
#include "bindery/value.h"

typedef enum { BD_PASS, BD_FAIL, BD_NOT_APPLICABLE, BD_CANNOT_TELL } bd_verdict;
const char *bd_verdict_text(
    bd_verdict verdict); /* "pass", "fail", "not-applicable", "cannot-tell" */
/* The worse of two: fail > cannot-tell > pass > not-applicable. */
bd_verdict bd_verdict_worse(bd_verdict a, bd_verdict b);

/* ---- records as checks see them -------------------------------------------------------------------- */

typedef struct {
    const bd_source_def *source;
    const bd_value *value;
    bd_str type; /* lower-cased ARM type, "graph/users", "csv/csv:leavers", or the derivation's */
    bd_str key;  /* identity inside the type; "" when the record has none */
    bd_str resource;     /* the source's own id, verbatim */
    bd_str subscription; /* lower-cased guid, "" when none */
    bd_str scope;     /* what the snapshot is of: subscription guid, resource id, "" for tenant */
    bd_str workspace; /* Log Analytics: which one was asked, lower case; "": not said, or no such source */
    bd_instant time;  /* own time of an event, else BD_INSTANT_NONE */
    bool has_moment;
    bd_instant moment; /* when the export was made, where somebody says so */
    uint32_t ordinal; /* in its document */
} bd_record;

/* ---- rows ------------------------------------------------------------------------------------------- */

typedef enum {
    BD_SIDE_LEFT,  /* each, related left, scope items, match population */
    BD_SIDE_RIGHT, /* related right, scope presence, match events */
    BD_SIDE_OTHER, /* match: alternative events (a second event source) */
    BD_SIDE_UNDO   /* match: what undoes an event that came before it */
} bd_side;

typedef struct {
    uint32_t check; /* index in the catalog */
    bd_side side;
    bd_verdict verdict; /* each/related-right("meets pass")/scope item */
    bd_str join; /* what groups rows of the two sides; for each: "", or the operation (see below) */
    bd_str type, key, resource, subscription, scope;
    bd_str source; /* catalog id of the source the row came from */
    bd_instant time; /* of an event; each with "until": the instant up to which a pass holds */
    uint32_t ordinal;
    bd_str reason; /* of a fail or cannot-tell, one sentence */
    /* shape's own: item of scope, event id of match, status of an operation, BD_ROW_ANY_KEY, member of `together` */
    bd_str detail;
    bd_str
        alias; /* match: another key of the same thing, such as an object id; folded, "" without one */
    bool lacks_key; /* match: nothing else is wrong with it than an empty `join` */
} bd_row;

/* `detail` of related left rows that stand for one record under several keys: one key that is met is enough. */
#define BD_ROW_ANY_KEY BD_STR("any")

/* Members of one `together`. */
#define BD_TOGETHER_MAX 8

typedef void bd_row_fn(void *context, const bd_row *row);

/* One encoding of a row, for spools and memoised results.  Alone (`series` NULL) a row is packed whole.  In a series
 * the texts that name its record (type, key, resource, subscription, scope, source) are written only where they
 * differ from those of the row before it, for a record has many rows, like its ordinal; a key that is the resource in
 * lower case is left out, and so is a reason that its check gave last.  Rows of a series are unpacked all, in their
 * order, from where bd_row_series_begin was; `series` is the reader's own then. */
#define BD_ROW_SHARED 6
#define BD_ROW_SHARED_BYTES 4112 /* a packed text */
#define BD_ROW_REASONS 128       /* a check has the place that its number modulo this gives */
#define BD_ROW_REASON_BYTES 122  /* longer ones are written each time */
typedef struct {
    uint32_t check_after; /* 1 + check; 0: none */
    uint16_t size;
    char bytes[BD_ROW_REASON_BYTES];
} bd_row_reason;
typedef struct {
    char bytes[BD_ROW_SHARED][BD_ROW_SHARED_BYTES];
    size_t sizes[BD_ROW_SHARED];
    bd_row_reason reasons[BD_ROW_REASONS];
    uint32_t ordinal;
    bool has_row;
} bd_row_series;
void bd_row_series_begin(bd_row_series *series);
void bd_row_pack(bd_packer *packer, bd_row_series *series, const bd_row *row);
/* Could bytes from `at` on, which nobody vouches for, be the next row of a series, of one of so many checks?  `seen` is
 * what the rows before it left; all zero before the first. */
typedef struct {
    bool has_row;
    uint32_t told[BD_ROW_REASONS]; /* 1 + the check whose reason stands there */
} bd_row_marks;
bool bd_row_fits(bd_str packed, size_t at, size_t check_count, bd_row_marks *seen);
/* Texts are borrowed from the record, and from `series` until its next row. */
void bd_row_unpack(bd_unpacker *unpacker, bd_row_series *series, bd_row *out);

/* ---- programs ---------------------------------------------------------------------------------------- */

typedef struct bd_rules bd_rules;
/* Compiles all checks of a catalog.  `parameters`: organisation facts by name ({"critical_resources":{"value":[…]}}),
 * or NULL.  INPUT names the check, the JSON pointer and what was expected (an unknown operator, function or key is
 * an error that names it).  Immutable afterwards: threads may share it. */
BD_MUST_USE bd_rc bd_rules_compile(const bd_catalog *catalog, const bd_value *parameters,
                                   bd_arena *arena, const bd_rules **out, bd_err *err);
/* True when some check or derivation reads this source. */
bool bd_rules_reads(const bd_rules *rules, bd_str source_id);
/* Derived sources that are made of this one and that some check reads, in the order of the catalog. */
const bd_source_def *const *bd_rules_derived(const bd_rules *rules, bd_str source_id,
                                             size_t *count);
/* The parameters that name the days that are judged (period_from, period_to, year_from): all others stay the same when
 * the same evidence is judged as of another day. */
bool bd_rules_is_day(bd_str parameter);
/* `parameters` (may be NULL) without them.  Allocated in <arena>, members borrowed. */
const bd_value *bd_rules_undated(const bd_value *parameters, bd_arena *arena);
/* Does some check that reads this source ask for one of them? */
bool bd_rules_asks_for_days(const bd_rules *rules, bd_str source_id);
/* Rows of one record for all checks that read its source.  `scratch` may be reset after the call; rows are
 * borrowed until the callback returns. */
void bd_rules_map(const bd_rules *rules, const bd_record *record, bd_arena *scratch,
                  bd_row_fn *emit, void *context);
/* Which organisation fact a check needs and lacks ("critical_resources"), or "". */
bd_str bd_rules_missing_fact(const bd_rules *rules, uint32_t check);

/* One record by a check's `pass` alone, with its `missing`: how a row of the register is judged for the shapes recur
 * and document.  `reason` (may be NULL) gets the sentence of a fail or cannot-tell, Allocated in <scratch>. */
bd_verdict bd_rules_judge(const bd_rules *rules, uint32_t check, const bd_value *record,
                          bd_arena *scratch, bd_str *reason);

/* Does the record belong to the check?  By `where` alone: pass, not-applicable, or the check's `missing`. */
bd_verdict bd_rules_belongs(const bd_rules *rules, uint32_t check, const bd_value *record,
                            bd_arena *scratch, bd_str *reason);

/* A condition alone (tests, `policy eval`).  `out` is BD_PASS for true, BD_FAIL for false,
 * BD_CANNOT_TELL for unknown. */
typedef struct bd_condition bd_condition;
BD_MUST_USE bd_rc bd_condition_compile(const bd_value *json, const bd_value *parameters,
                                       bd_arena *arena, const bd_condition **out, bd_err *err);
bd_verdict bd_condition_eval(const bd_condition *condition, const bd_value *record,
                             const bd_source_def *source, bd_arena *scratch);

/* ---- conditions of published policies ------------------------------------------------------------------ */

/* The same language with Azure's own semantics: an absent scalar is null, so `equals` on it is false and `notEquals`
 * true; a comparison of kinds that have no common order is an error there, and unknown here; an alias speaks of one
 * resource type and is null on any other.  Unknown stays unknown: what a function cannot know offline, what a record
 * of chosen columns does not show, and whatever takes more than a bounded number of steps. */
typedef struct {
    bd_instant as_of;      /* what utcNow() answers */
    bd_str type;           /* of the record, lower case */
    bd_str id;             /* of the record, as its source writes it */
    const bd_value *group; /* record of its resource group, or NULL */
    bool is_partial;       /* the record shows chosen columns only: what it lacks is not known */
} bd_policy_setting;

/* INPUT names `subject`, the JSON pointer (below `key`) and what was not understood: operator, function, field or
 * key. */
BD_MUST_USE bd_rc bd_policy_condition_compile(const bd_value *json, const bd_value *parameters,
                                              const char *subject, bd_str key, bd_arena *arena,
                                              const bd_condition **out, bd_err *err);
/* `reason` (may be NULL) gets the sentence of an unknown.  Allocated in <scratch>. */
bd_verdict bd_policy_condition_eval(const bd_condition *condition, const bd_value *record,
                                    const bd_source_def *source, const bd_policy_setting *setting,
                                    bd_arena *scratch, bd_str *reason);
/* Could it hold for a resource of this type (lower case), whatever else the resource says?  With `record` its name and
 * kind count too: then this is what makes a policy applicable to a resource.  No scratch is kept. */
bool bd_condition_may_hold(const bd_condition *condition, bd_str type, const bd_value *record,
                           bd_arena *scratch);

/* A value that may be a template, such as "[concat('a', field('name'))]". */
typedef struct bd_template bd_template;
BD_MUST_USE bd_rc bd_template_compile(const bd_value *json, const bd_value *parameters,
                                      const char *subject, bd_str key, bd_arena *arena,
                                      const bd_template **out, bd_err *err);
/* Its value where it needs no record, else NULL. */
const bd_value *bd_template_constant(const bd_template *from);
/* The first parameter in it without a value, or "". */
bd_str bd_template_unset(const bd_template *from);
/* NULL when it cannot be told; `reason` says why. */
const bd_value *bd_template_eval(const bd_template *from, const bd_value *record,
                                 const bd_source_def *source, const bd_policy_setting *setting,
                                 bd_arena *scratch, bd_str *reason);
/* All parts behind a provider: "a/b" of ".../providers/NS/t/a/u/b".  Allocated in <arena>. */
bd_str bd_full_name(bd_arena *arena, bd_str id);

/* ---- three-line cases ---------------------------------------------------------------------------------- */

/* A case file: lines in threes, blank lines and lines that begin with '#' left out.
 *
 *     {"field":"a","equals":1}                                    a condition in the language of checks
 *     {"a":1}                                                     the record
 *     true                                                        true, false or unknown
 *
 * Instead of a condition: the id of a check in quotes, answered by pass, fail, not-applicable or cannot-tell and, if
 * one is written behind it, the reason (of an aggregate: whether the record fits; what no record says itself,
 * "$scope" and "$at", stands in it); {"if":condition} with "parameters", "as_of", "group" and "partial" where
 * they matter, which is a policy's condition; {"template":"[concat('a','b')]"}, answered by a JSON value or unknown.  A
 * third line that begins with '!' expects an error with that text.  A line "parameters {...}" holds for the cases
 * behind it. */
typedef struct {
    const bd_catalog *catalog;  /* for checks by id; may be NULL */
    const bd_value *parameters; /* of the engagement; may be NULL */
} bd_case_world;
/* `problem` is empty when the case holds; else what came instead.  Borrowed until the callback returns. */
typedef void bd_case_fn(void *context, size_t line, bd_str condition, bd_str problem);
/* INPUT names the line of a file that is not in threes, or of a record that is no JSON. */
BD_MUST_USE bd_rc bd_cases_run(const bd_case_world *world, bd_str text, bd_arena *scratch,
                               bd_case_fn *done, void *context, bd_err *err);

/* ---- what reduce needs to know of a check -------------------------------------------------------------- */

typedef struct {
    bool has_from, has_to; /* ends given */
    bd_instant from, to;   /* offsets from the population row's time, inclusive */
    bool takes_days;       /* a day alone will do on both sides; it is read as 10:30 UTC of it */
} bd_match_window;

typedef struct {
    bool has_until; /* each: a row's time is the instant up to which its pass holds */
    /* each: a record that passes is so many months old at most; 0: its age does not count.  The row's time is the
     * day or instant in question */
    int age_months, age_hours; /* at most one of them is given, and not with `until` */
    /* related; population also of each */
    int within_days;
    bd_str related_source, population_fact; /* population_fact: "" when all records are judged */
    bd_strs population;                     /* lower-cased ids of that fact */
    bool has_population_key;                /* a field, or the parent, names the member: the row's scope */
    bd_strs together; /* aggregate, related: each of these is met by some record; the `detail` of its rows */
    bool is_every;           /* every related record has to meet `pass`, not one */
    bool is_open_when_absent; /* none that meets it: cannot-tell, not fail */
    bool is_by_subscription; /* the left side lists subscriptions: those in scope are judged */
    /* any shape: organisation facts that its conditions or its population read; `limits` are read as numbers of a
     * window alone, so that they choose nothing */
    bd_strs facts, limits;
    /* any shape: the fact by which its conditions leave out what lies elsewhere, lower case; "" and none without one */
    bd_str place_fact;
    bd_strs places;
    /* scope */
    bd_str presence_source, item_path;
    /* aggregate */
    bool has_each_of, wants_subscriptions, fails_absent;
    bd_strs each_of; /* for each of these one good record; `wants_subscriptions`: of those in scope */
    bool has_min, has_max, is_percent; /* each of a log: so many events pass an instance */
    int64_t min, max; /* counts, or tenths of a percent */
    bd_str min_fact;  /* `min` is the length of this fact's list; "" when it is a number of its own */
    /* match */
    bd_str population_source;
    bd_strs event_sources;                /* first is the main one */
    bool has_from, has_to;                /* window ends given */
    bd_instant from, to;                  /* offsets from the population row's time, inclusive */
    const bd_match_window *event_windows; /* one per event source: its own, else the check's */
    bool uses_one;                        /* an event serves one population row */
    bool expects_none;                    /* a match is the failure */
    bd_strs tile_of; /* repositories or the workspace, lower case: extracts of sources that are kept by these must
                        describe every day of each; none: of the tenant */
    bool takes_year; /* rows of the 12 months before the end of the period are judged, if it is shorter */
    bool both_sides;                      /* unmatched events fail too */
    bool
        has_undo; /* an event counts if nothing undid it up to the end of its window; one from before the row only
                      where the log between them was read */
} bd_reduce_plan;
const bd_reduce_plan *bd_rules_plan(const bd_rules *rules, uint32_t check);

/* One operation of a change log is several records: started (with what was written), accepted, succeeded or failed.
 * A check of shape each that declares "operation" gives them one `join` and their status as `detail`; reduce hands the
 * rows of one (check, join) over here, in any order, and counts the answer once.
 *
 * Failed or cancelled and never succeeded: not-applicable.  Succeeded or accepted: fail if what was written fails, pass
 * if it passes, cannot-tell if no record shows it.  Only started: pass if what was asked for passes, else cannot-tell.
 * `*decides` (may be NULL) is the index of the row that the finding should cite. */
bd_verdict bd_rules_fold_operation(const bd_row *rows, size_t count, size_t *decides);

#endif
