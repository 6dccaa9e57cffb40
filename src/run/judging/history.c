/* How the earlier month ends of the period looked: the trend, and what changed since the last of them.
 *
 * Nothing is kept of earlier reports.  The month ends are judged again, from the rows that were scanned for today's
 * judging: each of them is what `--as-of` that day would say, so that anybody can redo a point of the trend by hand,
 * the same inputs give the same bytes, and a first report already has a history.  A log of runs would have neither
 * property: it would show what happened to be run, and change under a report that nobody touched.  What was handed in
 * or signed later counts for the earlier months too; the report says so.
 *
 * What is the same on every day after its snapshot is judged once, today, and carried over (assess/carry.c): so today
 * comes first.
 *
 * A few checks and derivations ask for the days that are judged (parameters period_to, year_from).  Their rows were
 * made for today, so what feeds them is scanned once more for each month and takes the place of those rows: short
 * lists, as a rule. */
#include "bindery/judging.h"

#include "bindery/memo.h"
#include "judging_priv.h"

#define PAST_BYTES ((size_t)4 << 30)
#define ROWS_BYTES ((size_t)256 << 10)
/* Rows that may be judged again in all: beyond it the trend keeps its newest months alone, one at least. */
#define MOST_ROWS 1000000u
#define MOST_MONTHS 36
#define MOST_AT_ONCE 2
/* Rows that each month end judges anew: with fewer it takes next to no time, and a second one at its side would only
 * take the memory of a judgement. */
#define FEW_ROWS 50000u

/* ---- one month end ---- */

typedef struct {
    const bd_history_inputs *in;
    const bd_carried *carried; /* by today's judging */
    const bool *is_dated; /* by index of the evidence: scanned again for each month */
    size_t dated;
    bd_arena *arena; /* of this month end alone */
    bd_instant as_of;
    bd_engagement engagement;
    const bd_rules *rules;
    bd_row_spool *rows; /* those of today, less what is scanned again, and those */
    size_t row_count;
    const bd_assessment *assessment;
    bd_rc rc;
    bd_err err;
} month_end;

/* A document may be judged by the day, too. */
static bool has_documents(const bd_history_inputs *in) {
    for (size_t i = 0; i < in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        if (in->evidence->data[i].is_document) {
            return true;
        }
    }
    return false;
}

/* What was described up to the month end; before the first export there is nothing to judge. */
static bool has_evidence(const month_end *month) {
    for (size_t i = 0; i < month->in->evidence->count; i++) {
        const bd_evidence *item = &month->in->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        bool is_read = !item->is_sidecar && !item->is_register;
        if (is_read && item->describes_from < month->as_of) {
            return true;
        }
    }
    return false;
}

static bool *find_dated(const bd_history_inputs *in, bd_arena *arena, size_t *count) {
    bool *is_dated = bd_new(arena, bool, in->evidence->count + 1);
    for (size_t i = 0; i < in->evidence->count; i++) {
        const bd_evidence *item = &in->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        bool is_read = !item->is_sidecar && !item->is_register;
        is_dated[i] = is_read && bd_memo_asks_for_days(in->plan, &item->facts);
        *count += is_dated[i];
    }
    return is_dated;
}

/* The same numbers, but those of items that are scanned again lead nowhere. */
static const uint32_t *mask(const month_end *month, const bd_row_spool *spool, size_t numbers) {
    uint32_t *out = bd_new(month->arena, uint32_t, numbers + 1);
    for (size_t i = 0; i < numbers; i++) {
        uint32_t index = spool->evidence != NULL ? spool->evidence[i] : (uint32_t)i;
        out[i] = index != BD_NO_EVIDENCE && month->is_dated[index] ? BD_NO_EVIDENCE : index;
    }
    return out;
}

static bd_rc scan_again(month_end *month, bd_err *err) {
    const bd_history_inputs *in = month->in;
    bd_session *session = in->session;
    bd_scan_plan plan = *in->plan;
    plan.rules = month->rules;
    plan.parameters = month->engagement.parameters;
    for (size_t i = 0; i < in->evidence->count; i++) {
        const bd_evidence *item = &in->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        if (!month->is_dated[i] || item->is_withheld) {
            continue;
        }
        const bd_blob *blob;
        bd_facts facts = {.rows_reported = -1};
        plan.has_collected_at = item->given.given_collected_at != BD_INSTANT_NONE;
        plan.collected_at = item->given.given_collected_at;
        BD_TRY(bd_locker_blob(session->locker, &item->given, month->arena, &blob, err));
        BD_TRY_CTX(bd_scan(&plan, blob, item->has_sidecar ? &item->sidecar : NULL,
                           (uint32_t)i, month->arena, month->rows[in->spool_count].rows, &facts,
                           err),
                   err, "while scanning '%.*s' once more", BD_ARG(item->given.path));
    }
    return bd_spool_settle(month->rows[in->spool_count].rows, err);
}

static bd_rc take_rows(month_end *month, bd_err *err) {
    const bd_history_inputs *in = month->in;
    month->rows = bd_new(month->arena, bd_row_spool, in->spool_count + 1);
    for (size_t i = 0; i < in->spool_count; i++) {
        bd_row_spool *rows = &month->rows[month->row_count++];
        *rows = in->rows[i];
        rows->rows = bd_spool_view(in->rows[i].rows);
        if (month->dated > 0) {
            size_t numbers = rows->evidence != NULL ? rows->number_count : in->evidence->count;
            rows->evidence = mask(month, &in->rows[i], numbers);
        }
    }
    if (month->dated == 0) {
        return BD_OK;
    }
    month->rows[month->row_count++] =
        (bd_row_spool){.rows = bd_spool_open(ROWS_BYTES), .is_fresh = true};
    return scan_again(month, err);
}

static bd_rc judge_month(month_end *month, bd_err *err) {
    const bd_history_inputs *in = month->in;
    bd_session *session = in->session;
    month->engagement = session->engagement;
    month->rules = session->rules;
    bd_engagement_state_period(&month->engagement, session->period, month->as_of, month->arena);
    if (month->dated > 0 || has_documents(in)) {
        BD_TRY(bd_rules_compile(session->catalog, month->engagement.parameters, month->arena,
                                &month->rules, err));
    }
    bd_assess_inputs inputs = *in->today;
    if (has_evidence(month)) {
        BD_TRY(take_rows(month, err));
        inputs.carried = month->carried;
    }
    inputs.carries = NULL;
    inputs.sorts_behind = false; /* the other month has the other processor */
    inputs.on_item = NULL; /* populations are those of today */
    inputs.rules = month->rules;
    inputs.imports = NULL; /* what other tools say has no part in the trend */
    inputs.engagement = &month->engagement;
    inputs.as_of = month->as_of;
    inputs.rows = month->rows;
    inputs.spool_count = month->row_count;
    return bd_assess(&inputs, month->arena, NULL, NULL, &month->assessment, err);
}

static void judge_one(void *context, size_t index, unsigned worker) {
    month_end *month = (month_end *)context + index;
    (void)worker;
    month->rc = judge_month(month, &month->err);
    for (size_t i = 0; i < month->row_count; i++) {
        bd_spool_close(month->rows[i].rows);
    }
}

/* ---- all of them ---- */

static size_t months_within(const bd_history_inputs *in) {
    uint64_t rows = 1;
    for (size_t i = 0; i < in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        rows += in->evidence->data[i].facts.rows_read;
    }
    uint64_t months = MOST_ROWS / rows;
    return months < 1 ? 1 : months > MOST_MONTHS ? MOST_MONTHS : (size_t)months;
}

/* They need nothing of each other; two at a time, for each takes the memory of a judgement. */
static bd_rc judge_some(month_end *months, size_t count, bd_history *out, bd_err *err) {
    const bd_history_inputs *in = months[0].in;
    bd_rc rc = BD_OK;
    bd_pool_run(in->session->jobs, count, judge_one, months);
    for (size_t i = 0; i < count; i++) {
        if (!bd_failed(rc) && bd_failed(months[i].rc)) {
            rc = months[i].rc;
            *err = months[i].err;
        }
        if (!bd_failed(rc)) {
            bd_past_of(months[i].assessment, in->session->engagement.zone, in->arena,
                       &out->past[out->count++]);
        }
        bd_arena_close(months[i].arena);
    }
    return rc;
}

/* What all month ends share. */
typedef struct {
    bd_carried *carried;
    bool *is_dated;
    size_t dated;
} common;

static bd_rc judge_months(const bd_history_inputs *in, const common *all, const bd_instant *ends,
                          size_t count, bd_history *out, bd_err *err) {
    size_t at_once = bd_carried_rows(all->carried) < FEW_ROWS ? 1 : MOST_AT_ONCE;
    for (size_t begun = 0; begun < count;) {
        month_end some[MOST_AT_ONCE];
        size_t size = 0;
        for (; size < at_once && begun < count; size++) {
            some[size] = (month_end){.in = in,
                                     .carried = all->carried,
                                     .is_dated = all->is_dated,
                                     .dated = all->dated,
                                     .as_of = ends[begun++],
                                     .arena = bd_arena_open("month", PAST_BYTES)};
        }
        bd_session_progress(in->session, "assess", begun, count + 1);
        BD_TRY(judge_some(some, size, out, err));
    }
    return BD_OK;
}

static bd_rc judge_all(const bd_history_inputs *in, const bd_instant *ends, size_t count,
                       bd_history *out, bd_err *err) {
    common all = {.is_dated = NULL};
    all.is_dated = find_dated(in, in->arena, &all.dated);
    if (count > 0) {
        all.carried = bd_carried_open(in->session->catalog, all.is_dated);
        in->today->carries = all.carried;
    }
    bd_session_progress(in->session, "assess", 0, count + 1);
    bd_rc rc = in->judge_today(in->context, err);
    if (!bd_failed(rc) && count > 0) {
        rc = judge_months(in, &all, ends, count, out, err);
    }
    in->today->carries = NULL;
    bd_carried_close(all.carried);
    return rc;
}

bd_rc bd_history_judge(const bd_history_inputs *in, bd_history *out, bd_err *err) {
    bd_session *session = in->session;
    const bd_zone *zone = session->engagement.zone;
    bd_instant *ends = NULL;
    size_t all = 0, count = 0;
    if (in->is_wanted) {
        size_t most = months_within(in);
        all = bd_past_instants(session->period, zone, session->as_of, SIZE_MAX, in->arena, &ends);
        count = bd_past_instants(session->period, zone, session->as_of, most, in->arena, &ends);
    }
    out->past = bd_new(in->arena, bd_past, count + 1);
    out->is_shortened = count < all;
    BD_TRY(judge_all(in, ends, count, out, err));
    bd_session_progress(session, "assess", 1, 1);
    return BD_OK;
}
