/* bindery/assessment.h - what judging a period yields: results of checks, instances, exceptions, states, score.
 *
 * Values alone, with their words; who makes them is `assess` and the rooms that it puts in order.  Whoever tells of an
 * assessment reads it here and changes nothing in it.
 */
#ifndef BINDERY_ASSESSMENT_H
#define BINDERY_ASSESSMENT_H

#include "bindery/catalog.h"
#include "bindery/documents.h"
#include "bindery/doubt.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/others.h"
#include "bindery/period.h"
#include "bindery/rule.h"
#include "bindery/sample.h"
#include "bindery/shapes.h"
#include "bindery/util.h"

/* ---- words --------------------------------------------------------------------------------------------- */

typedef enum {
    BD_STATE_COMPLETE,
    BD_STATE_PROGRESS,
    BD_STATE_BLANK,
    BD_STATE_NA,
    BD_STATE_NOT_DUE
} bd_state;
const char *bd_state_name(bd_state state); /* "[x]", "[~]", "[ ]", "n/a", "not-yet-due" */
/* "complete", "in progress", "not started", "not applicable", "not yet due" */
const char *bd_state_words(bd_state state);

typedef enum {
    BD_CRITERION_COMPLETE,
    BD_CRITERION_AT_RISK,
    BD_CRITERION_PARTIAL,
    BD_CRITERION_UNCOVERED,
    BD_CRITERION_CARVED_OUT
} bd_criterion_state;
const char *bd_criterion_state_name(
    bd_criterion_state state); /* "complete", "at risk", "partial", ... */

/* ---- results --------------------------------------------------------------------------------------------- */

/* One snapshot (or month, for event checks) judged by one check. */
typedef struct {
    const bd_check *check;
    bd_str instance; /* "2026-01", or "" when it falls in none */
    bd_day snapshot; /* BD_DAY_NONE for match, recur, document */
    bd_str scope;
    bd_verdict verdict;
    uint64_t passed, failed, not_applicable, cannot_tell;
    bd_str reason;     /* of cannot-tell */
    uint32_t evidence; /* number of the snapshot's first item, 0: none */
    bool is_complete;  /* the evidence judged is complete */
    bd_instant
        at; /* of the snapshot, which decides its instance; BD_INSTANT_NONE for other checks */
} bd_check_result;

typedef struct {
    const bd_requirement *requirement;
    bd_instance *instances;
    size_t instance_count;
    int due, accepted, deviating;
    bool is_fresh;
    bd_instant newest;         /* describes_to of the newest evidence, or BD_INSTANT_NONE */
    bd_day newest_day;         /* the last day judged that it describes, or BD_DAY_NONE */
    int age_days;              /* of it at t', -1 when none */
    /* The longest run of due windows that nothing accepted fills, both days inclusive; gap_days 0: there is none. */
    bd_day gap_from, gap_to;
    int gap_days;
    bool has_evidence;         /* some item describes a day of the period */
    bool has_withdrawn;        /* some item that would speak to it is withdrawn, or a page of its answer is */
    bool is_checked;           /* some check reads it */
    BD_VEC(uint32_t) evidence; /* numbers of all items that speak to it or are behind an instance, rising */
    BD_VEC(uint32_t)
    items; /* all of them, also what is of a later time: indexes into the evidence handed in */
    bd_str missing_fact; /* organisation fact that a check needs and lacks */
    bd_str
        unread_resource; /* named by such a fact, and of a type that no check reads; "" when there is none */
} bd_requirement_result;

/* What somebody signed of one exception, from the journal.  It names the stretch by its property and one day on which
 * it failed, for a stretch that grows backwards changes its id. */
typedef enum { BD_ACT_RESPONSE, BD_ACT_CLOSED, BD_ACT_WAIVER } bd_act_kind;
typedef struct {
    bd_act_kind kind;
    bd_str check, type, key, property;
    bd_day failing;
    bd_str name, role;
    bd_str person;          /* the name as bindery.json spells it: who is the same is decided by it */
    bool is_known;          /* among the people of bindery.json; who is not signs nothing */
    bd_str cause, effect;   /* of a response */
    bd_str text;            /* the response; what was checked before closing; the reason of a waiver */
    bd_day until;           /* when a response is due, the last day of a waiver; else BD_DAY_NONE */
    bd_instant at;
} bd_act;

typedef struct {
    bd_str id; /* X-<check>-<date>-<8 hex> */
    const bd_check *check;
    bd_str type, key, resource, subscription, property;
    bd_day last_seen_clean, first_seen_failing, last_seen_failing,
        first_seen_clean;            /* BD_DAY_NONE when never */
    bd_instant exact_from, exact_to; /* from a change-log event, else BD_INSTANT_NONE */
    bd_instant last_failing_at;      /* of the last failing snapshot or event */
    int observed_days, failing_days; /* snapshots in the period that held it, and failed */
    bd_str reason;
    bool is_open;
    bool is_in_period;
    bd_str repeats;    /* the stretch of the same property before it, seen clean in between: its id, or "" */
    bd_strs controls;  /* numbers it touches, natural order */
    uint32_t evidence; /* number of the first failing item */
    /* The latest of each kind that binds to it, or NULL; the closing one follows the response and is another person's.
     * Borrowed from the inputs. */
    const bd_act *response, *closing, *waiver;
    bool is_waived; /* the waiver holds on the last day before t; it explains and changes nothing */
} bd_exception;

typedef struct {
    const bd_control *control;
    bd_state state;
    bool has_exception; /* "!" */
    bd_str reason;      /* one sentence */
    bd_str your_ref, your_statement;
    bd_requirement_result *requirements;
    size_t requirement_count;
    int due, accepted;
    bool is_fresh, is_in_scope; /* in scope: at least one criterion of the categories in scope */
    bool is_no_occurrence;      /* complete, but "no occurrence, operation not testable" */
    bd_instant newest;
    bd_day newest_day; /* as of a requirement */
    int age_days;
    BD_VEC(uint32_t) exceptions; /* indexes into the assessment's, rising */
    size_t open_exceptions;      /* of those */
    int sample_deviations;       /* found by testers on items that no check of ours fails */
} bd_control_result;

typedef struct {
    const bd_criterion *criterion;
    bd_criterion_state state;
    bool is_in_scope;
    BD_VEC(uint32_t) controls; /* indexes into the assessment's controls */
    /* controls evidenced by a check over what machines made that speaks to this criterion, by other evidence of
     * machines, by documents and lists, by nothing */
    int automated, supporting, document, none, of;
    bd_coverage mapped; /* the same of the catalog, were everything on file that its checks read */
    int open_exceptions;
} bd_criterion_result;

typedef struct {
    int n, of, tenths_percent; /* 612 is 61.2 % */
    int with_exceptions;       /* ready only */
} bd_ratio;

/* One failing record, in findings order. */
typedef struct {
    const bd_check *check;
    bd_str control;
    uint32_t evidence;
    bd_str instance, key, reason, resource, subscription, type;
    bd_day snapshot; /* BD_DAY_NONE: left out */
} bd_finding;
typedef bd_rc bd_finding_fn(void *context, const bd_finding *finding, bd_err *err);

/* ---- populations and samples ----------------------------------------------------------------------------- */

/* What a tester says of one item. */
typedef struct {
    bd_str key, note, tester;
    bd_day tested_on;
    bool is_deviation;
} bd_tested;
typedef BD_VEC(bd_tested) bd_tested_list;

/* What the journal says of a population, in its order: kinds `frozen` and `drawn`. */
typedef enum {
    BD_SAMPLING_FROZEN,
    BD_SAMPLING_DRAWN,
    BD_SAMPLING_REPLACED,
    BD_SAMPLING_SELECTED, /* by the auditor, without a draw */
    BD_SAMPLING_TESTED
} bd_sampling_kind;
typedef struct {
    bd_sampling_kind kind;
    bd_str population;
    bd_instant at;
    uint64_t count; /* frozen: items */
    bd_str sha256;  /* frozen: of the keys, hex; drawn and selected: of the freeze behind it */
    bool is_complete;
    bd_str problem;              /* frozen, drawn: why it is not complete */
    bd_str seed, method, strata; /* drawn; `strata` is "", "month" or "subscription" */
    uint64_t size;
    bd_drawn_list drawn;
    bd_str key, replacement; /* replaced */
    bd_str reason, by;       /* replaced; drawn again */
    bd_str file, file_sha256; /* selected, tested */
    bd_strs items, unmatched; /* selected */
    bd_tested_list tested;
} bd_sampling;

/* One record of a population, in the pass that finds it. */
typedef struct {
    const bd_check *check;
    bd_verdict verdict;
    bd_str reason;
} bd_item_verdict;
typedef struct {
    bd_str key; /* unique in its population */
    bd_str type, record, resource, subscription; /* `record`: the key as the source has it */
    bd_instant at;                               /* BD_INSTANT_NONE: the list does not say */
    bd_str month;                                /* "2026-03" of the period's zone, or "" */
    bd_verdict verdict;                          /* the worst of its checks; of a pass no reason */
    bd_str reason;
    uint32_t evidence, ordinal; /* number of the file and place of the record in it, from 0 */
    const bd_item_verdict *checks;
    size_t check_count;
} bd_item;

typedef enum {
    BD_SAMPLE_CHOSEN,
    BD_SAMPLE_REPLACED,
    BD_SAMPLE_REPLACING,
    BD_SAMPLE_RESERVE,
    BD_SAMPLE_SELECTED
} bd_sample_role;
const char *bd_sample_role_name(bd_sample_role role); /* "sample", "replaced", ... "selected" */

typedef struct {
    bd_sample_role role;
    const bd_drawn *drawn; /* NULL: selected */
    bd_str key;
    bd_str other, reason, by; /* what stands for it or what it stands for; why and who says so */
    const bd_tested *tested;  /* the worse of its results; NULL: none */
    bool is_there;            /* among the items of the population as it is now */
    bd_item item;             /* if so; without its checks */
} bd_sample_item;

typedef struct {
    bd_str id, name; /* "6.3.1-leavers-2026-H1", "leavers" */
    const bd_control *control;
    bd_str source, source_title;
    bd_strs checks; /* ids */
    uint64_t count;
    uint8_t sha256[32]; /* of the keys, each with its LF */
    bool is_complete;   /* the evidence of its side describes the period and may pass */
    bd_str problem;     /* why not, one sentence */
    BD_VEC(uint32_t) evidence; /* numbers, rising */
    bd_str query;              /* how the first of them was asked for, where that is stated */
    bd_instant collected_at;   /* of the newest of them, or BD_INSTANT_NONE */
    /* From the journal; borrowed from the inputs.  NULL: none. */
    const bd_sampling *freeze, *draw; /* the latest of each */
    int freezes, draws;
    bool is_changed;    /* other items than those frozen last */
    bool is_draw_older; /* drawn before the latest freeze */
    bool is_repeated;   /* the ranks were computed again over these items, and the same ones come first */
    BD_VEC(const bd_sampling *) acts; /* all, in the order of the journal */
    BD_VEC(bd_sample_item) sample;    /* of the latest draw, then what auditors selected */
    uint64_t tested, deviations;      /* items with a result; those that deviate */
    uint64_t unanswered;              /* deviations that no failing check of ours shares */
} bd_population;

/* Each item of each population, in the order of populations and keys. */
typedef bd_rc bd_item_fn(void *context, const bd_population *population, const bd_item *item,
                         bd_err *err);

/* ---- access reviews ----------------------------------------------------------------------------------------- */

/* One review as the export with most of its items shows it, of two with as many the later one. */
typedef struct {
    bd_str id, kind, subscription; /* "Entra", or "Azure" with its subscription */
    bd_str scope, side;            /* role, group or application; "active", "eligible", "both", "" */
    bd_str status, reviewers;
    bd_instant start, end; /* BD_INSTANT_NONE: not said */
    bd_str quarter;        /* of its end in the engagement's zone, "2026-Q1"; "" without one */
    int64_t items, approve, deny, not_reviewed, dont_know, other;
    int64_t self_reviews, by_nobody;
    int64_t not_covered;          /* holders of before it without an item; -1: not known */
    int64_t applied, not_applied; /* of the denied */
    int64_t present, gone_unknown; /* denied and still there; or no list of after it shows which */
    int64_t days;                 /* from its end to the last Deny carried out; -1: none was */
    uint32_t evidence;
    bool is_whole, is_in_period; /* the export is complete; it ended in the time that is judged */
} bd_access_review;

typedef struct {
    uint32_t review; /* index */
    bd_str principal, name, result;
    bd_str still;       /* "present", "gone", "unknown" */
    bd_instant applied; /* BD_INSTANT_NONE: not said */
    int64_t days;       /* from the review's end; -1 */
} bd_denied;

/* One due instance of a requirement that checks over reviews judge. */
typedef struct {
    const bd_requirement_result *requirement;
    const bd_instance *instance;
    bool is_missed; /* due and over, and no evidence shows that it was held */
} bd_review_quarter;

typedef struct {
    BD_VEC(bd_access_review) reviews;  /* by end, kind, scope, id */
    BD_VEC(bd_denied) denied;          /* by review, name, principal */
    BD_VEC(bd_review_quarter) quarters;/* by control, requirement, instance */
} bd_access_reviews;

typedef struct {
    bd_instant as_of, until; /* t and t' = min(as_of, period end) */
    bd_instant period_start, period_end;
    const bd_period *period;
    bd_str zone_data_version;
    bd_control_result *controls;
    size_t control_count; /* catalog order; out-of-scope ones included */
    bd_criterion_result *criteria;
    size_t criterion_count;          /* catalog order */
    BD_VEC(bd_check_result) checks;  /* by (check, snapshot/instance, scope) */
    BD_VEC(bd_exception) exceptions; /* by (check, type, key, property, first failing date) */
    size_t open_exceptions;
    bd_ratio ready, cover, fresh;
    int no_occurrence;       /* complete controls without occurrence */
    bd_strs gates;           /* why "Not complete"; empty when none */
    bd_strs sources_missing; /* source ids that a check in scope reads and no evidence gives */
    uint64_t finding_count;
    bd_strs months; /* "2026-01" ... of the period */
    bd_imported imported; /* what other tools say; nothing above depends on it */
    BD_VEC(bd_match_sums) matches; /* of controls in scope, by check; no verdict reads them */
    bd_access_reviews reviews;  /* likewise */
    bd_vendor_register vendors; /* what their documents say; no verdict reads it */
    bd_population *populations; /* of controls in scope, natural order of controls, then by name */
    size_t population_count;
    bd_doubt_list doubts; /* what weakens the inputs; no verdict reads it */
} bd_assessment;

/* The exception at `index` of the list.  There may be very many: whoever goes through all of them asks here, so that
 * what lies behind is let go of (bd_arenas_pass).  Borrowed as long as the assessment; from any thread. */
const bd_exception *bd_assessment_exception(const bd_assessment *assessment, size_t index);

/* ---- acts of people, from the journal ---------------------------------------------------------------------- */

typedef struct {
    bd_str control, reason, by, reviewer; /* two known people who differ */
    bd_instant at;
} bd_not_applicable;

/* ---- ratios ------------------------------------------------------------------------------------------------ */

/* Half up to one decimal; 999 (99.9 %) at most unless n = of; 0 of 0 is 0. */
bd_ratio bd_ratio_of(int n, int of);
bd_str bd_ratio_text(bd_arena *arena, bd_ratio ratio); /* "61.2" */

#endif
