/* Instances: what is due (bindery-1, section 2). */
#include "bindery/period.h"

#define SHORTEST_STUB_DAYS 10

static const char *const outcome_names[] = {
    [BD_OUTCOME_DEVIATION] = "deviation",
    [BD_OUTCOME_CLEAN] = "clean",
    [BD_OUTCOME_CHANGE_LOG] = "covered-by-change-log",
    [BD_OUTCOME_CANNOT_TELL] = "cannot-tell",
    [BD_OUTCOME_MISSING] = "missing",
    [BD_OUTCOME_NO_OCCURRENCE] = "no-occurrence",
    [BD_OUTCOME_NOT_DUE] = "not-due",
};
_Static_assert(BD_COUNT(outcome_names) == BD_OUTCOME_NOT_DUE + 1, "a name for every outcome");

const char *bd_outcome_name(bd_outcome outcome) {
    return outcome_names[outcome];
}

bd_day bd_day_add_months(bd_day day, int months) {
    bd_date date = bd_date_of_day(day);
    int total = date.year * 12 + date.month - 1 + months;
    int year = total / 12;
    int month = total % 12 + 1;
    int last = bd_month_days(year, month);
    return bd_day_of_date(year, month, date.day < last ? date.day : last);
}

/* First day of the month or quarter after the one that holds `day`. */
static bd_day next_window(bd_day day, int months) {
    bd_date date = bd_date_of_day(day);
    int first = (date.month - 1) / months * months + 1;
    return bd_day_add_months(bd_day_of_date(date.year, first, 1), months);
}

static bd_str window_name(bd_arena *arena, bd_day day, int months) {
    bd_date date = bd_date_of_day(day);
    if (months == 3) {
        return bd_str_format(arena, "%04d-Q%d", date.year, (date.month - 1) / 3 + 1);
    }
    return bd_str_format(arena, "%04d-%02d", date.year, date.month);
}

typedef BD_VEC(bd_instance) instances;

static void add_windows(instances *list, bd_day from, bd_day to, int months, bd_arena *arena) {
    for (bd_day at = from; at <= to;) {
        bd_day next = next_window(at, months);
        bd_day last = next - 1 < to ? next - 1 : to;
        *bd_push(arena, list) =
            (bd_instance){.id = window_name(arena, at, months), .from = at, .to = last};
        at = next;
    }
}

/* A stub at either end joins its neighbour, which keeps its name. */
static void join_stubs(instances *list) {
    if (list->count > 1 && list->data[0].to - list->data[0].from + 1 < SHORTEST_STUB_DAYS) {
        list->data[1].from = list->data[0].from;
        list->data++;
        list->count--;
        list->room--;
    }
    if (list->count > 1) {
        bd_instance *last = &list->data[list->count - 1];
        if (last->to - last->from + 1 < SHORTEST_STUB_DAYS) {
            last[-1].to = last->to;
            list->count--;
        }
    }
}

static void add_single(instances *list, const bd_period *period, bd_day from, bd_day to,
                       bd_arena *arena) {
    bd_date end = bd_date_of_day(to);
    bd_str id =
        period->is_type_ii ? bd_str_format(arena, "%04d", end.year) : bd_day_format(arena, to);
    *bd_push(arena, list) = (bd_instance){.id = id, .from = from, .to = to};
}

static int window_months(bd_frequency frequency) {
    switch (frequency) {
    case BD_CONTINUOUS:
    case BD_MONTHLY:
    case BD_PER_EVENT: return 1;
    case BD_QUARTERLY: return 3;
    case BD_ANNUAL:
    case BD_ONCE: break;
    }
    return 0;
}

/* Type I, bindery-1, 2: a recent snapshot, the latest occurrence, one event walked through, a document in force. */
static bd_day first_day_of_type_i(bd_day as_of, bd_frequency frequency) {
    switch (frequency) {
    case BD_CONTINUOUS: return as_of - BD_PERIOD_TYPE_I_DAYS;
    case BD_MONTHLY:
    case BD_QUARTERLY:
    case BD_ANNUAL:
    case BD_PER_EVENT: return bd_day_add_months(as_of + 1, -BD_PERIOD_TYPE_I_MONTHS);
    case BD_ONCE: break;
    }
    return as_of;
}

bd_rc bd_instances_make(const bd_period *period, const bd_zone *zone, bd_frequency frequency,
                        bd_instant as_of, bd_arena *arena, bd_instance **out, size_t *count,
                        bd_err *err) {
    (void)err;
    instances list = {0};
    int months = window_months(frequency);
    if (!period->is_type_ii) {
        add_single(&list, period, first_day_of_type_i(period->as_of, frequency), period->as_of,
                   arena);
    } else if (months == 0) {
        add_single(&list, period, period->from, period->to, arena);
    } else {
        add_windows(&list, period->from, period->to, months, arena);
        join_stubs(&list);
    }
    bd_day last_day = period->is_type_ii ? period->to : period->as_of;
    bd_instant period_end = bd_zone_day_start(zone, last_day + 1);
    bd_instant until = as_of < period_end ? as_of : period_end;
    for (size_t i = 0; i < list.count; i++) {
        bd_instance *instance = &list.data[i];
        instance->start = bd_zone_day_start(zone, instance->from);
        instance->end = bd_zone_day_start(zone, instance->to + 1);
        /* a yearly instance has no end of its own inside the period: it is due once the period runs */
        bool is_yearly = period->is_type_ii && months == 0;
        instance->is_due = is_yearly ? instance->start < until : instance->end <= until;
        instance->outcome = instance->is_due ? BD_OUTCOME_MISSING : BD_OUTCOME_NOT_DUE;
    }
    *out = list.data;
    *count = list.count;
    return BD_OK;
}

bd_period_times bd_period_times_of(const bd_period *period, const bd_zone *zone, bd_instant as_of) {
    bd_day first = period->is_type_ii ? period->from : period->as_of;
    bd_day last = period->is_type_ii ? period->to : period->as_of;
    bd_period_times times = {.start = bd_zone_day_start(zone, first), .end = bd_zone_day_start(zone, last + 1)};
    times.until = as_of < times.end ? as_of : times.end;
    times.snapshots_from = times.start;
    times.events_from = times.start;
    if (!period->is_type_ii) {
        times.snapshots_from = bd_zone_day_start(zone, first - BD_PERIOD_TYPE_I_DAYS);
        times.events_from = bd_zone_day_start(zone, bd_day_add_months(last + 1, -BD_PERIOD_TYPE_I_MONTHS));
    }
    return times;
}
