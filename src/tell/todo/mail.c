/* readiness.txt: the report in some sixty lines of plain text, for a mail. */
#include "bindery/todo.h"

#define WIDTH 72
#define MOST_LINES 8 /* of one list */

/* ---- lines ---- */

/* Words on lines of at most 72 columns; the lines behind the first are set in by `indent`. */
static void put_wrapped(bd_writing *run, bd_str text, size_t indent) {
    bd_str rest = bd_str_visible(run->line, text), word;
    size_t column = 0;
    while (bd_str_cut(&rest, ' ', &word)) {
        size_t size = bd_str_columns(word);
        if (column > 0 && column + 1 + size > WIDTH) {
            bd_writing_puts(run, "\n");
            for (size_t i = 0; i < indent; i++) {
                bd_writing_puts(run, " ");
            }
            column = indent;
        } else if (column > 0) {
            bd_writing_puts(run, " ");
            column++;
        }
        bd_writing_put(run, word);
        column += size;
    }
    bd_writing_puts(run, "\n");
}

static void put_item(bd_writing *run, bd_str text) {
    put_wrapped(run, bd_str_format(run->line, "- %.*s", BD_ARG(text)), 2);
    bd_arena_reset(run->line);
}

static void put_title(bd_writing *run, const char *title, size_t count) {
    bd_str text = bd_str_format(run->line, "\n%s (%zu)\n", title, count);
    bd_writing_put(run, text);
}

static void put_rest(bd_writing *run, size_t count) {
    if (count > MOST_LINES) {
        put_item(run, bd_str_format(run->line, "%zu more: readiness.pdf and todo.csv have them",
                                    count - MOST_LINES));
    }
}

/* ---- score ---- */

static bd_str change_of(bd_writing *run, bd_ratio now, bd_ratio then) {
    if (run->in->ready->since.from == NULL) {
        return BD_STR("");
    }
    return bd_str_format(run->line, ", %+d since %.*s", now.n - then.n,
                         BD_ARG(bd_day_format(run->line, run->in->ready->since.from->day)));
}

static void put_ratio(bd_writing *run, const char *name, bd_ratio now, bd_ratio then) {
    put_wrapped(run,
                bd_str_format(run->line, "%s %d of %d (%.*s %%)%.*s", name, now.n, now.of,
                              BD_ARG(bd_ratio_text(run->line, now)),
                              BD_ARG(change_of(run, now, then))),
                6);
}

static void put_days(bd_writing *run, const char *what, bd_day day) {
    int days = day == BD_DAY_NONE ? 0 : day - run->in->ready->today;
    if (day != BD_DAY_NONE && days == 0) {
        bd_writing_put(run, bd_str_format(run->line, "%s: %.*s, the as-of day\n", what,
                                          BD_ARG(bd_day_format(run->line, day))));
    } else if (day != BD_DAY_NONE) {
        bd_str text = bd_str_format(run->line, "%s: %.*s, %s%d day%s%s\n", what,
                                    BD_ARG(bd_day_format(run->line, day)), days >= 0 ? "in " : "",
                                    days < 0 ? -days : days, days == 1 || days == -1 ? "" : "s",
                                    days < 0 ? " ago" : "");
        bd_writing_put(run, text);
    }
}

static void put_score(bd_writing *run) {
    const bd_assessment *a = run->in->assessment;
    const bd_past *then = run->in->ready->since.from;
    static const bd_past nothing;
    then = then == NULL ? &nothing : then;
    put_wrapped(
        run,
        bd_str_format(run->line, "%.*s, %.*s: readiness for SOC 2, period %.*s, as of %.*s",
                      BD_ARG(run->in->engagement->organisation_name),
                      BD_ARG(run->in->engagement->system_name), BD_ARG(a->period->id),
                      BD_ARG(bd_instant_words(run->line, run->in->engagement->zone, a->as_of))),
        0);
    bd_writing_puts(run, "\n");
    put_ratio(run, "READY", a->ready, then->ready);
    put_ratio(run, "COVER", a->cover, then->cover);
    put_ratio(run, "FRESH", a->fresh, then->fresh);
    put_days(run, "Period ends", run->in->ready->ends);
    put_days(run, "Fieldwork", run->in->ready->fieldwork);
    for (size_t i = 0; i < a->gates.count; i++) {
        put_item(run, a->gates.data[i]);
    }
}

/* ---- lists ---- */

static void put_worst(bd_writing *run) {
    enum { WORST = 5 };
    const bd_readiness *ready = run->in->ready;
    bd_writing_puts(run, "\nLook at these first\n");
    if (ready->worst.count == 0) {
        put_item(run, BD_STR("nothing is unfinished"));
    }
    for (size_t i = 0; i < ready->worst.count && i < WORST; i++) {
        const bd_control_result *c = &run->in->assessment->controls[ready->worst.data[i]];
        put_item(run, bd_str_format(run->line, "%.*s %s%s, %.*s: %.*s", BD_ARG(c->control->number),
                                    bd_state_name(c->state), c->has_exception ? " !" : "",
                                    BD_ARG(c->control->owner), BD_ARG(c->reason)));
    }
}

static void put_dues(bd_writing *run) {
    const bd_readiness *ready = run->in->ready;
    size_t over = 0, soon = 0, printed = 0;
    for (size_t i = 0; i < ready->dues.count; i++) {
        const bd_due *due = &ready->dues.data[i];
        over += due->is_over;
        soon += !due->is_over && bd_ready_horizon(ready, due) == 0;
    }
    put_title(run, "Due now or late; todo.csv lists them", over);
    put_title(run, "Due in the next 30 days", soon);
    for (size_t i = 0; i < ready->dues.count && printed < MOST_LINES; i++) {
        const bd_due *due = &ready->dues.data[i];
        if (due->is_over || bd_ready_horizon(ready, due) != 0) {
            continue;
        }
        printed++;
        put_item(run, bd_str_format(run->line, "%.*s %.*s, %.*s: %.*s",
                                    BD_ARG(bd_day_format(run->line, due->day)),
                                    BD_ARG(due->subject), BD_ARG(due->owner), BD_ARG(due->what)));
    }
    put_rest(run, soon);
}

static void put_stale(bd_writing *run) {
    const bd_readiness *ready = run->in->ready;
    put_title(run, "Stale evidence, oldest first", ready->stale.count);
    for (size_t i = 0; i < ready->stale.count && i < MOST_LINES; i++) {
        const bd_stale *one = &ready->stale.data[i];
        const bd_control_result *c = &run->in->assessment->controls[one->control];
        put_item(run, bd_str_format(run->line, "%.*s, %.*s: %d days old, limit %d",
                                    BD_ARG(c->requirements[one->requirement].requirement->id),
                                    BD_ARG(c->control->owner), one->age_days, one->limit_days));
    }
    put_rest(run, ready->stale.count);
}

static void put_exceptions(bd_writing *run) {
    const bd_readiness *ready = run->in->ready;
    put_title(run, "Open exceptions, oldest first", ready->open.count);
    for (size_t i = 0; i < ready->open.count && i < MOST_LINES; i++) {
        const bd_exception *x =
            bd_assessment_exception(run->in->assessment, ready->open.data[i].exception);
        put_item(run, bd_str_format(run->line, "%.*s, %.*s, %d day%s open, %s", BD_ARG(x->id),
                                    BD_ARG(x->check->severity), ready->open.data[i].days,
                                    ready->open.data[i].days == 1 ? "" : "s",
                                    x->response == NULL ? "no response yet" : "responded"));
    }
    put_rest(run, ready->open.count);
}

static bd_str day_or_nothing(bd_writing *run, bd_day day) {
    return day == BD_DAY_NONE ? BD_STR("nothing yet") : bd_day_format(run->line, day);
}

static void put_clocks(bd_writing *run) {
    const bd_readiness *ready = run->in->ready;
    if (ready->vendors.count + ready->retention.count > 0) {
        put_title(run, "Clocks", ready->vendors.count + ready->retention.count);
    }
    for (size_t i = 0; i < ready->vendors.count; i++) {
        const bd_vendor_clock *one = &ready->vendors.data[i];
        put_item(run,
                 bd_str_format(run->line, "%.*s: covered to %.*s, %d day%s of the period open",
                               BD_ARG(one->vendor), BD_ARG(day_or_nothing(run, one->covered_to)),
                               one->open_days, one->open_days == 1 ? "" : "s"));
    }
    for (size_t i = 0; i < ready->retention.count; i++) {
        const bd_retention *one = &ready->retention.data[i];
        bool is_left = one->days_left > 0;
        put_item(run, is_left ? bd_str_format(run->line, "%.*s: %d day%s left before loss",
                                              BD_ARG(one->source->title), one->days_left,
                                              one->days_left == 1 ? "" : "s")
                              : bd_str_format(run->line, "%.*s: %d day%s of the period lost",
                                              BD_ARG(one->source->title), one->lost_days,
                                              one->lost_days == 1 ? "" : "s"));
    }
}

static void put_changes(bd_writing *run) {
    const bd_since *since = &run->in->ready->since;
    if (since->from == NULL) {
        return;
    }
    bd_str title = bd_str_format(run->line, "\nSince %.*s\n",
                                 BD_ARG(bd_day_format(run->line, since->from->day)));
    bd_writing_put(run, title);
    put_item(run, bd_str_format(
                      run->line, "%zu control%s changed, %zu exception%s opened, %zu no longer open",
                      since->turns.count, since->turns.count == 1 ? "" : "s", since->opened.count,
                      since->opened.count == 1 ? "" : "s", since->closed.count));
    for (size_t i = 0; i < since->turns.count && i < MOST_LINES; i++) {
        const bd_turn *turn = &since->turns.data[i];
        put_item(run,
                 bd_str_format(run->line, "%.*s: %s%s, was %s%s",
                               BD_ARG(run->in->assessment->controls[turn->control].control->number),
                               bd_state_name(turn->after), turn->has_flag ? " !" : "",
                               bd_state_name(turn->before), turn->had_flag ? " !" : ""));
    }
    put_rest(run, since->turns.count);
}

bd_rc bd_todo_write_text(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    BD_ASSERT(inputs->ready != NULL);
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    put_score(&run);
    put_worst(&run);
    put_changes(&run);
    put_dues(&run);
    put_stale(&run);
    put_exceptions(&run);
    put_clocks(&run);
    bd_writing_puts(&run, "\n");
    put_wrapped(&run,
                BD_STR("readiness.pdf has all of it with a page for each owner; todo.csv and "
                       "due.ics have the dates. Management's own view; no auditor's opinion."),
                0);
    return bd_writing_close(&run, err);
}
