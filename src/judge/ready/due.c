/* What falls due next: one thing per requirement at most, and what exceptions and waivers promise.
 *
 * A window that has ended unserved is a gap, not a due date, unless it is still accepted as late: the list is of what
 * can still be done.  Once the period is over its windows are all behind; a programme goes on, so the windows of the
 * next period of bindery.json are taken, or, where it names none, those of the days that follow. */
#include "bindery/ready.h"

#include "ready_priv.h"

#define MONTHS_AHEAD 12

const char *bd_due_name(bd_due_kind kind) {
    static const char *const names[] = {
        [BD_DUE_NOW] = "now",         [BD_DUE_LATE] = "late",         [BD_DUE_WINDOW] = "window",
        [BD_DUE_RENEWAL] = "renewal", [BD_DUE_RESPONSE] = "response", [BD_DUE_WAIVER] = "waiver",
        [BD_DUE_REPORT] = "report",   [BD_DUE_EXPORT] = "export"};
    return names[kind];
}

const char *bd_due_words(bd_due_kind kind) {
    static const char *const words[] = {[BD_DUE_NOW] = "lacks, due now",
                                        [BD_DUE_LATE] = "late, still accepted",
                                        [BD_DUE_WINDOW] = "next instance",
                                        [BD_DUE_RENEWAL] = "renewal",
                                        [BD_DUE_RESPONSE] = "response to an exception",
                                        [BD_DUE_WAIVER] = "waiver ends",
                                        [BD_DUE_REPORT] = "vendor's report",
                                        [BD_DUE_EXPORT] = "export before it is dropped"};
    return words[kind];
}

bd_due *ready_add_due(readying *r, bd_due_kind kind, bd_day day, uint32_t control) {
    bd_due *due = bd_push(r->arena, &r->out->dues);
    *due = (bd_due){.kind = kind,
                    .day = day,
                    .latest = day,
                    .is_over = kind == BD_DUE_NOW || kind == BD_DUE_LATE || day < r->out->today,
                    .control = control,
                    .requirement = BD_READY_NONE,
                    .exception = BD_READY_NONE,
                    .subject = BD_STR(""),
                    .instance = BD_STR(""),
                    .owner = ready_owner(r, control),
                    .what = BD_STR("")};
    return due;
}

/* ---- requirements ---- */

static bd_day add_months(bd_day day, int months) {
    bd_date date = bd_date_of_day(day);
    int total = date.year * 12 + date.month - 1 + months;
    int last = bd_month_days(total / 12, total % 12 + 1);
    return bd_day_of_date(total / 12, total % 12 + 1, date.day < last ? date.day : last);
}

static bool is_windowed(bd_frequency frequency) {
    return frequency != BD_ANNUAL && frequency != BD_ONCE;
}

/* Only what is carried out can be carried out late. */
static bool takes_grace(bd_frequency frequency) {
    return frequency == BD_MONTHLY || frequency == BD_QUARTERLY;
}

/* The windows to come: of this period, of the next one, else of as many months behind it as matter here. */
static bd_rc windows_of(const readying *r, const bd_requirement_result *q, const bd_period *next,
                        const bd_instance **out, size_t *count, bd_err *err) {
    if (!r->out->is_over) {
        *out = q->instances;
        *count = q->instance_count;
        return BD_OK;
    }
    bd_instance *made = NULL;
    BD_TRY(bd_instances_make(next, r->in->engagement->zone, q->requirement->frequency,
                             r->assessment->as_of, r->arena, &made, count, err));
    *out = made;
    return BD_OK;
}

/* Does every source that the requirement names already describe a moment of this window?  One of several would leave
 * the rest unsaid. */
static bool is_served(const readying *r, const bd_requirement_result *q,
                      const bd_instance *window) {
    if (q->requirement->frequency == BD_PER_EVENT) {
        return false; /* its extracts have to reach the window's end */
    }
    for (size_t i = 0; i < q->requirement->sources.count; i++) {
        bool has_source = false;
        for (size_t k = 0; k < q->items.count && !has_source; k++) {
            const bd_evidence *item = &r->in->evidence->data[q->items.data[k]];
            bool is_there = item->describes_from >= window->start &&
                            item->describes_from < r->assessment->as_of;
            for (size_t s = 0; s < item->sources.count && is_there && !has_source; s++) {
                has_source = bd_str_eq(item->sources.data[s], q->requirement->sources.data[i]);
            }
        }
        if (!has_source) {
            return false;
        }
    }
    return q->requirement->sources.count > 0;
}

static bd_due *add_requirement_due(readying *r, bd_due_kind kind, bd_day day, uint32_t control,
                                   uint32_t index, bd_str instance) {
    const bd_requirement *requirement =
        r->assessment->controls[control].requirements[index].requirement;
    bd_due *due = ready_add_due(r, kind, day, control);
    due->requirement = index;
    due->subject = requirement->id;
    due->instance = instance;
    due->what = requirement->statement;
    return due;
}

static bool add_late(readying *r, uint32_t control, uint32_t index) {
    const bd_requirement_result *q = &r->assessment->controls[control].requirements[index];
    for (size_t i = 0; takes_grace(q->requirement->frequency) && i < q->instance_count; i++) {
        const bd_instance *one = &q->instances[i];
        bd_day latest = one->to + q->requirement->grace_days;
        latest = latest < r->out->ends ? latest : r->out->ends;
        bool is_open = one->is_due && !one->is_accepted && one->outcome != BD_OUTCOME_DEVIATION;
        if (is_open && r->out->today < latest) {
            add_requirement_due(r, BD_DUE_LATE, one->to, control, index, one->id)->latest = latest;
            return true;
        }
    }
    return false;
}

static bd_rc add_window(readying *r, uint32_t control, uint32_t index, const bd_period *next,
                        bd_err *err) {
    const bd_requirement_result *q = &r->assessment->controls[control].requirements[index];
    const bd_instance *windows = NULL;
    size_t count = 0;
    BD_TRY(windows_of(r, q, next, &windows, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (windows[i].to <= r->out->today || is_served(r, q, &windows[i])) {
            continue;
        }
        bd_due *due =
            add_requirement_due(r, BD_DUE_WINDOW, windows[i].to, control, index, windows[i].id);
        bd_day latest =
            due->day + (takes_grace(q->requirement->frequency) ? q->requirement->grace_days : 0);
        due->latest = !r->out->is_over && latest > r->out->ends ? r->out->ends : latest;
        return BD_OK;
    }
    return BD_OK;
}

/* One instance for the whole period: it lacks now, or it holds until its evidence is too old. */
static void add_whole(readying *r, uint32_t control, uint32_t index) {
    const bd_requirement_result *q = &r->assessment->controls[control].requirements[index];
    if (q->due == 0) {
        return;
    }
    if (q->accepted < q->due) {
        add_requirement_due(r, BD_DUE_NOW, r->out->today, control, index, q->instances[0].id);
        return;
    }
    if (q->newest_day == BD_DAY_NONE) {
        return;
    }
    bd_day day = q->requirement->frequency == BD_ANNUAL ? add_months(q->newest_day, 12)
                                                        : q->newest_day + q->requirement->max_age_days;
    bd_due *due = add_requirement_due(r, BD_DUE_RENEWAL, day, control, index, BD_STR(""));
    due->latest = day + q->requirement->grace_days;
}

static bd_rc add_requirement(readying *r, uint32_t control, uint32_t index, const bd_period *next,
                             bd_err *err) {
    const bd_requirement *requirement =
        r->assessment->controls[control].requirements[index].requirement;
    if (!is_windowed(requirement->frequency)) {
        add_whole(r, control, index);
        return BD_OK;
    }
    return add_late(r, control, index) ? BD_OK : add_window(r, control, index, next, err);
}

/* ---- exceptions ---- */

static uint32_t first_control(const readying *r, const bd_exception *x) {
    return x->controls.count > 0 ? ready_control(r, x->controls.data[0]) : BD_READY_NONE;
}

static void add_exception_due(readying *r, bd_due_kind kind, bd_day day, uint32_t index) {
    const bd_exception *x = &r->assessment->exceptions.data[index];
    bd_due *due = ready_add_due(r, kind, day, first_control(r, x));
    due->exception = index;
    due->subject = x->id;
    due->what = kind == BD_DUE_WAIVER ? x->waiver->text : x->response->text;
}

static void add_exceptions(readying *r) {
    for (size_t i = 0; i < r->assessment->exceptions.count; i++) {
        const bd_exception *x = bd_assessment_exception(r->assessment, i);
        if (x->is_open && x->response != NULL && x->response->until != BD_DAY_NONE) {
            add_exception_due(r, BD_DUE_RESPONSE, x->response->until, (uint32_t)i);
        }
        if (x->is_waived && x->waiver != NULL && x->waiver->until != BD_DAY_NONE) {
            add_exception_due(r, BD_DUE_WAIVER, x->waiver->until, (uint32_t)i);
        }
    }
}

/* A line per control: a thousand open ports want one answer after the other, not a thousand reminders. */
static void add_unanswered(readying *r, uint32_t control) {
    const bd_control_result *c = &r->assessment->controls[control];
    size_t count = 0;
    for (size_t i = 0; i < c->exceptions.count; i++) {
        const bd_exception *x = bd_assessment_exception(r->assessment, c->exceptions.data[i]);
        count += x->is_open && x->response == NULL && first_control(r, x) == control;
    }
    if (count > 0) {
        bd_due *due = ready_add_due(r, BD_DUE_RESPONSE, r->out->today, control);
        due->is_over = true;
        due->subject = c->control->number;
        due->what = bd_str_format(r->arena, "%zu open exception%s without a response", count,
                                  count == 1 ? "" : "s");
    }
}

/* ---- all ---- */

static const bd_period *successor_of(const readying *r, bd_period *spare) {
    const bd_engagement *engagement = r->in->engagement;
    const bd_period *best = NULL;
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *one = &engagement->periods.data[i];
        if (one->is_type_ii && one->from > r->out->ends && one->to > r->out->today &&
            (best == NULL || one->from < best->from)) {
            best = one;
        }
    }
    if (best != NULL) {
        r->out->dues_period = best->id;
        return best;
    }
    bd_day from = r->out->ends + 1;
    bd_date today = bd_date_of_day(r->out->today);
    bd_day month = bd_day_of_date(today.year, today.month, 1);
    *spare = (bd_period){.id = BD_STR(""),
                         .is_type_ii = true,
                         .from = from,
                         .to = add_months(month, MONTHS_AHEAD + 1) - 1,
                         .as_of = BD_DAY_NONE,
                         .fieldwork = BD_DAY_NONE};
    return spare;
}

bd_rc ready_find_dues(readying *r, bd_err *err) {
    bd_period spare;
    const bd_period *next = r->assessment->period;
    r->out->dues_period = next->id;
    if (r->out->is_over) {
        r->out->dues_period = BD_STR("");
        next = successor_of(r, &spare);
    }
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        for (size_t k = 0; ready_counts(c) && k < c->requirement_count; k++) {
            BD_TRY(add_requirement(r, (uint32_t)i, (uint32_t)k, next, err));
        }
        if (ready_counts(c)) {
            add_unanswered(r, (uint32_t)i);
        }
    }
    add_exceptions(r);
    return BD_OK;
}

static int cmp_u32(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int cmp_dues(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_due *x = a, *y = b;
    if (x->day != y->day) {
        return x->day < y->day ? -1 : 1;
    }
    int order = cmp_u32(x->control, y->control);
    order = order != 0 ? order : cmp_u32(x->requirement, y->requirement);
    order = order != 0 ? order : (int)x->kind - (int)y->kind;
    return order != 0 ? order : bd_str_cmp(x->subject, y->subject);
}

void ready_sort_dues(readying *r) {
    bd_sort(r->out->dues.data, r->out->dues.count, sizeof(bd_due), cmp_dues, NULL);
}
