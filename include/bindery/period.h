/* bindery/period.h - instances: what is due in a period, by calendar, zone and frequency (bindery-1, section 2).
 *
 * A period of Type II is cut into months or quarters of the engagement's zone, or is one instance where something is
 * due once or by the year; a stub of under ten days at either end joins its neighbour.  A Type I report has one
 * instance that reaches back from its day as far as what is asked of it may lie.  An instance is due once it has ended
 * by the as-of instant, one of a year once its period runs.
 *
 *     bd_instances_make(period, zone, requirement->frequency, as_of, arena, &instances, &count, err);
 *
 * How each of them came out, `assess` fills in: here all that is due is missing.  Pure; may be called from several
 * threads.
 */
#ifndef BINDERY_PERIOD_H
#define BINDERY_PERIOD_H

#include "bindery/catalog.h"
#include "bindery/engagement.h"
#include "bindery/util.h"

#define BD_PERIOD_TYPE_I_DAYS 3    /* how long before the day of a Type I report a snapshot may lie */
#define BD_PERIOD_TYPE_I_MONTHS 12 /* and what happens only now and then */

/* ---- words --------------------------------------------------------------------------------------------- */

typedef enum {
    BD_OUTCOME_DEVIATION,
    BD_OUTCOME_CLEAN,
    BD_OUTCOME_CHANGE_LOG,
    BD_OUTCOME_CANNOT_TELL,
    BD_OUTCOME_MISSING,
    BD_OUTCOME_NO_OCCURRENCE,
    BD_OUTCOME_NOT_DUE
} bd_outcome;
const char *bd_outcome_name(
    bd_outcome outcome); /* "deviation", "clean", "covered-by-change-log", ... */

/* ---- instances ------------------------------------------------------------------------------------------- */

typedef struct {
    bd_str id;             /* "2026-01", "2026-Q1", "2026", "2026-06-30" */
    bd_day from, to;       /* both inclusive, local */
    bd_instant start, end; /* [start, end) */
    bool is_due;
    bd_outcome outcome;
    bool is_accepted, is_late;
    bd_str reason;             /* one sentence */
    BD_VEC(uint32_t) evidence; /* numbers, rising */
} bd_instance;

/* Instances due in a period for one frequency (bindery-1, section 2), without outcomes: the list and its names are
 * Allocated in `arena`. */
BD_MUST_USE bd_rc bd_instances_make(const bd_period *period, const bd_zone *zone,
                                    bd_frequency frequency, bd_instant as_of, bd_arena *arena,
                                    bd_instance **out, size_t *count, bd_err *err);

/* Between which instants what happened, or was seen, is of a period. */
typedef struct {
    bd_instant start, end; /* [start, end) */
    bd_instant until;      /* t': `end`, or the as-of instant where that is earlier */
    /* From when on snapshots and events count: `start`; for Type I, days and months before its day. */
    bd_instant snapshots_from, events_from;
} bd_period_times;
bd_period_times bd_period_times_of(const bd_period *period, const bd_zone *zone, bd_instant as_of);

/* The same day of another month, or its last day. */
bd_day bd_day_add_months(bd_day day, int months);

#endif
