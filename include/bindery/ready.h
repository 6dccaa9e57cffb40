/* bindery/ready.h - what is still to do: an assessment read by those who have to finish the work.
 *
 * From one assessment, its evidence and what earlier month ends looked like: what falls due and when, what is stale,
 * how long exceptions have been open, how long vendors' reports and the retention of logs still reach, what was not
 * reached at all, and what changed since the month before.  Pure: no clock, no files; nothing here changes a verdict,
 * a state or the score.
 *
 * Days are local days of the period's zone; "today" is the last day that was judged (the day before the as-of
 * instant).  Indexes lead into the assessment handed in.  One thread builds it; afterwards it is immutable.
 */
#ifndef BINDERY_READY_H
#define BINDERY_READY_H

#include "bindery/assessment.h"
#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/evidence.h"
#include "bindery/util.h"

#define BD_READY_NONE UINT32_MAX

/* ---- an earlier month ------------------------------------------------------------------------------------ */

/* What is kept of judging once more as of an earlier day.  It borrows nothing from that assessment. */
typedef struct {
    bd_instant as_of;
    bd_day day; /* the last one judged */
    bd_ratio ready, cover, fresh;
    int due, accepted; /* of COVER */
    size_t control_count;
    bd_state *states; /* by control of the assessment */
    bool *flags;      /* "!" */
    bd_strs open;     /* ids of open exceptions, sorted by bytes */
    bd_strs gates;
} bd_past;

/* Allocated in <arena>. */
void bd_past_of(const bd_assessment *assessment, const bd_zone *zone, bd_arena *arena,
                bd_past *out);
/* Ends of the calendar months of the period that lie before `as_of`, rising, as instants: what the trend is judged
 * at.  The last `most` of them.  Allocated in <arena>; a Type I period has none. */
size_t bd_past_instants(const bd_period *period, const bd_zone *zone, bd_instant as_of, size_t most,
                        bd_arena *arena, bd_instant **out);

/* ---- what falls due -------------------------------------------------------------------------------------- */

typedef enum {
    BD_DUE_NOW,     /* one instance of the whole period (yearly, once), not accepted yet */
    BD_DUE_LATE,    /* its window has ended, and until `latest` it is still accepted as late */
    BD_DUE_WINDOW,  /* the window of the next instance ends */
    BD_DUE_RENEWAL, /* accepted, and the newest evidence reaches its age limit */
    BD_DUE_RESPONSE, /* the day an owner promised in a response; or, without one, a response is missing (now) */
    BD_DUE_WAIVER, /* a waiver ends */
    BD_DUE_REPORT, /* the days a letter may bridge behind a vendor's report end */
    BD_DUE_EXPORT  /* the platform drops the first day of a log that no extract describes */
} bd_due_kind;
const char *bd_due_name(bd_due_kind kind);  /* "now", "late", "window", ... */
const char *bd_due_words(bd_due_kind kind); /* "due now", "late, still accepted", ... */

typedef struct {
    bd_due_kind kind;
    bd_day day;           /* by when; today for BD_DUE_NOW and missing responses */
    bd_day latest;        /* with grace; `day` where there is none */
    bool is_over;         /* to be done at once: NOW, LATE, or `day` lies before today */
    uint32_t control;     /* whose it is, BD_READY_NONE: nobody's */
    uint32_t requirement; /* of that control, or BD_READY_NONE */
    uint32_t exception;   /* of the assessment, or BD_READY_NONE */
    bd_str subject;       /* "4.5a", "X-...", the vendor, the source */
    bd_str instance;      /* "2026-Q3", or "" */
    bd_str owner;         /* as in the catalog, or "" */
    bd_str what;          /* one clause */
} bd_due;
typedef BD_VEC(bd_due) bd_dues;

/* ---- clocks ------------------------------------------------------------------------------------------------ */

typedef struct {
    uint32_t control, requirement;
    int age_days, limit_days; /* max age and grace together */
} bd_stale;

typedef struct {
    uint32_t exception;
    int days; /* from the first day seen failing to today, both counted */
} bd_ageing;
#define BD_READY_AGES 4 /* up to 30, 60, 90 days, more */

/* One report or bridge letter of a vendor. */
typedef struct {
    uint32_t evidence; /* number */
    bd_str vendor, title;
    bool is_letter, counts; /* for the days that it describes */
    bd_day from, to;        /* BD_DAY_NONE: not said */
    bd_strs problems;       /* sentences; also of one that counts */
} bd_vendor_paper;

typedef struct {
    bd_str vendor;
    bd_day report_to;    /* end of the newest report that counts, BD_DAY_NONE: none counts */
    bd_day covered_to;   /* with letters that follow on without a gap */
    bd_day bridge_until; /* last day that letters may describe behind that report */
    int open_days;       /* days of the period up to today that neither reports nor letters describe */
    int bridge_left;     /* days from today until `bridge_until`; negative: passed */
} bd_vendor_clock;

/* A log that the platform keeps for some days only, in the scope where it is worst. */
typedef struct {
    const bd_source_def *source;
    bd_str scope;        /* "" for the tenant */
    bd_day described_to; /* the last day an extract describes, BD_DAY_NONE: none is on file */
    int days_left; /* until the first day behind it is dropped; negative: so many days are lost */
    int lost_days; /* of the period, dropped and described by nothing behind `described_to` */
} bd_retention;

/* Subscriptions in scope of which a source was never seen in the period, though it was in others. */
typedef struct {
    const bd_source_def *source;
    bd_strs missing; /* ids */
    size_t of;
} bd_unreached;

/* ---- what weakens the evidence ---- */

typedef enum {
    BD_WEAK_REFUSED,    /* could not be read */
    BD_WEAK_UNMAPPED,   /* no source recognises it */
    BD_WEAK_INCOMPLETE, /* shown not to be all, or not shown to be all */
    BD_WEAK_TIME,       /* its time is the file's own */
    BD_WEAK_UNSIGNED,   /* handed in without preparer and another reviewer */
    BD_WEAK_WITHDRAWN,
    BD_WEAK_WITHHELD    /* kept back as a vendor's report that nothing describes as one */
} bd_weakness;
#define BD_WEAKNESSES 7
const char *bd_weakness_name(bd_weakness kind); /* "refused", "not-recognised", ... */
bool bd_evidence_is_weak(const bd_evidence *item, bd_weakness kind);

/* One thing that the binder lists under data quality, or says of a population or of a copied fact. */
typedef struct {
    const char *kind;  /* a weakness, a doubt of the assessment, "population" or "fact" */
    bd_str subject;    /* evidence, source, population or fact */
    bd_str path;       /* of the evidence, or "" */
    uint32_t control;  /* whose owner can mend it, or BD_READY_NONE */
    bd_str what;       /* one sentence */
} bd_ready_remark;

/* ---- change ------------------------------------------------------------------------------------------------ */

typedef struct {
    uint32_t control;
    bd_state before, after;
    bool had_flag, has_flag;
} bd_turn;

typedef struct {
    const bd_past *from;     /* the month end before, NULL: none */
    BD_VEC(bd_turn) turns;   /* controls in scope whose state or flag changed, catalog order */
    BD_VEC(uint32_t) opened; /* open now and not then, indexes of exceptions */
    bd_strs closed;          /* open then and not now */
} bd_since;

/* ---- all of it --------------------------------------------------------------------------------------------- */

typedef struct {
    bd_day today, ends, fieldwork; /* BD_DAY_NONE where none is given */
    bool is_over;                  /* the period has ended */
    bd_str dues_period; /* whose windows are listed: this period, the next one, or "" for the time
                                      behind a period that has no successor in bindery.json */
    bd_dues dues;       /* by day, then control, then requirement; one per requirement at most */
    BD_VEC(uint32_t) worst;          /* controls in scope that are not complete, worst first */
    BD_VEC(bd_stale) stale;          /* oldest first */
    BD_VEC(bd_ageing) open;          /* oldest first */
    int ages[BD_READY_AGES];         /* of `open` */
    BD_VEC(bd_vendor_paper) papers;  /* by vendor, then first day */
    BD_VEC(bd_vendor_clock) vendors; /* by name */
    BD_VEC(bd_retention) retention;  /* least days first; only logs that a check in scope reads */
    BD_VEC(bd_unreached) unreached;  /* by source */
    BD_VEC(uint32_t) incomplete;     /* evidence shown to be incomplete, by number: indexes */
    BD_VEC(bd_ready_remark) remarks;       /* all that weakens the evidence, by kind */
    const bd_past *past;             /* rising */
    size_t past_count;
    bool is_shortened; /* earlier months were left out for the size of the evidence */
    bd_since since;
} bd_readiness;

typedef struct {
    const bd_assessment *assessment;
    const bd_catalog *catalog;
    const bd_engagement *engagement;
    const bd_evidences *evidence;
    const bd_snapshots *snapshots;
    const bd_past *past; /* rising; borrowed */
    size_t past_count;
    bool is_shortened;
} bd_ready_inputs;

/* Allocated in <arena>; borrows from what the inputs name.  Fails only where instances cannot be made. */
BD_MUST_USE bd_rc bd_ready_make(const bd_ready_inputs *inputs, bd_arena *arena,
                                const bd_readiness **out, bd_err *err);

/* The first thing that falls due of a control, or NULL. */
const bd_due *bd_ready_next(const bd_readiness *ready, uint32_t control);
/* 0, 1, 2: due within 30, 60, 90 days of today (0 also what is due now or late); -1: later. */
int bd_ready_horizon(const bd_readiness *ready, const bd_due *due);

/* ---- a threshold -------------------------------------------------------------------------------------------- */

typedef enum { BD_SCORE_READY, BD_SCORE_COVER, BD_SCORE_FRESH } bd_score_kind;
typedef struct {
    bd_score_kind kind;
    int64_t millionths; /* of the whole: 80 % is 800,000 */
    bd_str text;        /* "80", as given */
} bd_threshold;
extern const char *const bd_score_names[3]; /* "READY", "COVER", "FRESH" */
/* "READY=80", "cover=99.5": false when it is none. Up to four decimals, 0 to 100. */
bool bd_threshold_parse(bd_str text, bd_threshold *out);
/* The exact share decides, not the rounded one that is printed; 0 of 0 is 0. */
bool bd_threshold_is_met(const bd_threshold *threshold, bd_ratio ratio);

#endif
