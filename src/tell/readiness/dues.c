/* The readiness report: what falls due in 30, 60 and 90 days, what is stale, how old the open exceptions are. */
#include "bindery/readiness.h"

#define MOST_STALE 40
#define MOST_IDS 12

/* ---- due ---- */

static bd_str heading_of(int horizon) {
    static const char *const words[] = {"In 30 days", "In 60 days", "In 90 days"};
    return bd_str_of(words[horizon]);
}

static bool is_listed(const bd_report *r, const bd_due *due) {
    return !due->is_over && bd_ready_horizon(r->in->ready, due) >= 0;
}

/* Reminders of one owner for one day are one row. */
static bool is_same_row(const bd_due *a, const bd_due *b) {
    return a->day == b->day && a->latest == b->latest && bd_str_eq(a->owner, b->owner);
}

static bool is_first_of_row(const bd_report *r, size_t index) {
    const bd_readiness *ready = r->in->ready;
    for (size_t i = index; i > 0 && ready->dues.data[i - 1].day == ready->dues.data[index].day;
         i--) {
        const bd_due *before = &ready->dues.data[i - 1];
        if (is_listed(r, before) && is_same_row(before, &ready->dues.data[index])) {
            return false;
        }
    }
    return true;
}

static bd_str whole_words(const bd_report *r, const bd_due *due) {
    return bd_str_format(r->arena, "%.*s: %.*s", BD_ARG(due->subject), BD_ARG(due->what));
}

static void add_due_row(bd_report *r, bd_table *table, size_t index) {
    const bd_readiness *ready = r->in->ready;
    const bd_due *due = &ready->dues.data[index];
    bd_strs ids = {0};
    size_t count = 0;
    for (size_t i = index; i < ready->dues.count && ready->dues.data[i].day == due->day; i++) {
        const bd_due *one = &ready->dues.data[i];
        if (!is_listed(r, one) || !is_same_row(one, due)) {
            continue;
        }
        if (++count <= MOST_IDS) {
            *bd_push(r->arena, &ids) =
                one->requirement != BD_READY_NONE ? one->subject : whole_words(r, one);
        }
    }
    bd_str list = bd_words_list(r, &ids, ", ");
    list = count > MOST_IDS
               ? bd_str_format(r->arena, "%.*s and %zu more", BD_ARG(list), count - MOST_IDS)
               : list;
    bd_table_text(table, heading_of(bd_ready_horizon(ready, due)));
    bd_table_text(table, bd_words_day(r, due->day));
    bd_table_text(table, due->latest > due->day ? bd_words_day(r, due->latest) : BD_STR(BD_DASH));
    bd_table_text(table, due->owner.size > 0 ? due->owner : BD_STR(BD_DASH));
    bd_table_text(table, bd_words_number(r, (int64_t)count));
    bd_table_text(table, count == 1
                             ? bd_words_catalog(r, bd_words_journal_text(r, whole_words(r, due)))
                             : bd_words_journal_text(r, list));
}

static void say_whose_windows(bd_report *r) {
    const bd_readiness *ready = r->in->ready;
    if (!ready->is_over) {
        return;
    }
    bd_say_text(r, BD_PARA_NOTE,
                ready->dues_period.size > 0
                    ? bd_str_format(r->arena,
                                    "The period has ended; the windows below are those of %.*s.",
                                    BD_ARG(ready->dues_period))
                    : BD_STR("The period has ended and bindery.json names no next one; the windows "
                             "below are those of the months that follow."));
}

void bd_section_dues(bd_report *r) {
    static const bd_column_def columns[] = {{"When", BD_ALIGN_LEFT, 0},
                                            {"Due", BD_ALIGN_LEFT, 0},
                                            {"Accepted late until", BD_ALIGN_LEFT, 0},
                                            {"Owner", BD_ALIGN_LEFT, 1},
                                            {"Items", BD_ALIGN_RIGHT, 0},
                                            {"What", BD_ALIGN_LEFT, 3}};
    const bd_readiness *ready = r->in->ready;
    size_t over = 0, within = 0;
    bd_open_section(r, BD_STR("Due in 30, 60 and 90 days"), BD_STR("due"));
    for (size_t i = 0; i < ready->dues.count; i++) {
        over += ready->dues.data[i].is_over;
        within += is_listed(r, &ready->dues.data[i]);
    }
    say_whose_windows(r);
    if (over > 0) {
        bd_say_text(r, BD_PARA_BODY,
                    bd_str_format(r->arena,
                                  "%zu thing%s due now or late: the owner pages and todo.csv name "
                                  "them.",
                                  over, over == 1 ? " is" : "s are"));
    }
    if (within == 0) {
        bd_say(r, BD_PARA_BODY, "Nothing else falls due in the next 90 days.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < ready->dues.count; i++) {
        if (is_listed(r, &ready->dues.data[i]) && is_first_of_row(r, i)) {
            add_due_row(r, table, i);
        }
    }
}

/* ---- stale ---- */

void bd_section_stale(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Requirement", BD_ALIGN_LEFT, 0}, {"What", BD_ALIGN_LEFT, 2},
        {"Owner", BD_ALIGN_LEFT, 0},       {"Newest", BD_ALIGN_LEFT, 0},
        {"Age, days", BD_ALIGN_RIGHT, 0},  {"Limit", BD_ALIGN_RIGHT, 0}};
    const bd_readiness *ready = r->in->ready;
    bd_open_section(r, BD_STR("Stale evidence"), BD_STR("stale"));
    if (ready->stale.count == 0) {
        bd_say(r, BD_PARA_BODY, "No evidence is stale.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Newest evidence older than its limit, oldest first"),
                                   columns, true);
    for (size_t i = 0; i < ready->stale.count && i < MOST_STALE; i++) {
        const bd_stale *one = &ready->stale.data[i];
        const bd_control_result *c = &r->assessment->controls[one->control];
        const bd_requirement_result *q = &c->requirements[one->requirement];
        bd_table_text(table, q->requirement->id);
        bd_table_text(table, bd_words_catalog(r, q->requirement->statement));
        bd_table_text(table, c->control->owner);
        bd_table_text(table, bd_words_day(r, q->newest_day));
        bd_add_figure(r, table,
                      bd_pointer_of(r, "/controls/%zu/requirements/%u/age_days",
                                    r->position[one->control], one->requirement),
                      q->age_days);
        bd_table_text(
            table, bd_words_age_limit(r, q->requirement->max_age_days, q->requirement->grace_days));
    }
    if (ready->stale.count > MOST_STALE) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "%zu more are stale; readiness.json has all.",
                                  ready->stale.count - MOST_STALE));
    }
}

/* ---- exceptions ---- */

static bd_str answer_of(const bd_report *r, const bd_exception *x) {
    if (x->is_waived && x->waiver != NULL) {
        return bd_str_format(r->arena, "waived until %.*s",
                             BD_ARG(bd_words_day(r, x->waiver->until)));
    }
    if (x->response == NULL) {
        return BD_STR("no response yet");
    }
    return x->response->until == BD_DAY_NONE
               ? BD_STR("responded, no day named")
               : bd_str_format(r->arena, "responded, due %.*s",
                               BD_ARG(bd_words_day(r, x->response->until)));
}

static bd_str owner_of(const bd_report *r, const bd_exception *x) {
    const bd_control *control =
        x->controls.count > 0 ? bd_catalog_control(r->catalog, x->controls.data[0]) : NULL;
    return control != NULL ? control->owner : BD_STR(BD_DASH);
}

void bd_section_ageing(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Days", BD_ALIGN_RIGHT, 0},    {"Controls", BD_ALIGN_LEFT, 0},
        {"Rated", BD_ALIGN_LEFT, 0},    {"What failed", BD_ALIGN_LEFT, 2},
        {"Resource", BD_ALIGN_LEFT, 1}, {"Owner", BD_ALIGN_LEFT, 0},
        {"Answer", BD_ALIGN_LEFT, 1}};
    const bd_readiness *ready = r->in->ready;
    bd_open_section(r, BD_STR("Open exceptions by age"), BD_STR("exceptions"));
    if (ready->open.count == 0) {
        bd_say(r, BD_PARA_BODY, "No exception is open.");
        return;
    }
    bd_say_text(
        r, BD_PARA_BODY,
        bd_str_format(r->arena,
                      "%zu open: %d up to 30 days, %d up to 60, %d up to 90, %d older. An "
                      "exception closes when a later instance is clean and owner and reviewer "
                      "have signed.",
                      ready->open.count, ready->ages[0], ready->ages[1], ready->ages[2],
                      ready->ages[3]));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < ready->open.count && i < BD_REPORT_EXCEPTIONS; i++) {
        const bd_exception *x = &r->assessment->exceptions.data[ready->open.data[i].exception];
        bd_table_text(table, bd_words_number(r, ready->open.data[i].days));
        bd_table_text(table, bd_words_list(r, &x->controls, ", "));
        bd_table_text(table, x->check->severity);
        bd_table_text(table, bd_words_catalog(r, x->check->title));
        bd_table_text(table, bd_words_journal_text(r, bd_words_resource(r, x->resource)));
        bd_table_text(table, owner_of(r, x));
        bd_table_text(table, answer_of(r, x));
    }
    if (ready->open.count > BD_REPORT_EXCEPTIONS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "%zu more are open; 'bindery exception list' and readiness.json "
                                  "have all.",
                                  ready->open.count - BD_REPORT_EXCEPTIONS));
    }
}
