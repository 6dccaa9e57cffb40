/* The readiness report, its first page: where we stand, what changed, what to look at first. */
#include "bindery/readiness.h"

#include "bindery/verdicts.h"

#define WORST_ITEMS 5

/* ---- clock ---- */

static bd_str days_to(const bd_report *r, bd_day day) {
    if (day == BD_DAY_NONE) {
        return BD_STR("no day given");
    }
    long long days = (long long)day - r->in->ready->today;
    bd_str date = bd_words_day(r, day);
    if (days == 0) {
        return bd_str_format(r->arena, "%.*s, the as-of day", BD_ARG(date));
    }
    return days > 0 ? bd_str_format(r->arena, "%.*s, in %lld day%s", BD_ARG(date), days,
                                    days == 1 ? "" : "s")
                    : bd_str_format(r->arena, "%.*s, %lld day%s ago", BD_ARG(date), -days,
                                    days == -1 ? "" : "s");
}

static void add_clock(bd_report *r) {
    const bd_period *period = r->assessment->period;
    bd_table *table = bd_add_sheet(r);
    bd_sheet_pair(table, "Period",
                  bd_str_format(r->arena, "%.*s, %.*s (%.*s)", BD_ARG(bd_words_period_kind(r)),
                                BD_ARG(bd_words_period(r)), BD_ARG(period->id)),
                  "As of", bd_words_as_of(r));
    bd_sheet_pair(table, "Period ends", days_to(r, r->in->ready->ends), "Fieldwork",
                  days_to(r, r->in->ready->fieldwork));
    bd_sheet_wide(table, "Assessment", BD_RUN_MONO,
                  bd_str_format(r->arena, "SHA-256 %.*s", BD_ARG(r->in->assessment_sha256)));
}

/* ---- score ---- */

typedef struct {
    const char *name, *member, *meaning;
    bd_ratio now, then;
} score_line;

/* "+3 (+1.2 points)": of rounded percentages, as they are printed. */
static bd_str change_of(const bd_report *r, bd_ratio now, bd_ratio then) {
    int tenths = now.tenths_percent - then.tenths_percent;
    int size = tenths < 0 ? -tenths : tenths;
    return bd_str_format(r->arena, "%+d (%s%d.%d points)", now.n - then.n, tenths < 0 ? "-" : "+",
                         size / 10, size % 10);
}

static void add_score_line(bd_report *r, bd_table *table, const score_line *line) {
    bool has_past = r->in->ready->since.from != NULL;
    bd_table_styled(table, BD_RUN_STRONG, bd_str_of(line->name));
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/score/%s/n", line->member), line->now.n);
    bd_cell_add(table, cell, BD_STR(" of "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/score/%s/of", line->member),
                       line->now.of);
    cell = bd_table_cell(table);
    bd_str percent = bd_ratio_text(r->arena, line->now);
    bd_str pointer = bd_pointer_of(r, "/score/%s/percent", line->member);
    bd_cell_run(table, cell, BD_RUN_STRONG, percent)->figure = pointer;
    bd_doc_figure(r->doc, pointer, percent);
    bd_cell_add(table, cell, BD_STR(" %"));
    bd_table_text(table, has_past ? change_of(r, line->now, line->then) : BD_STR("first month"));
    bd_table_text(table, bd_str_of(line->meaning));
}

static void add_score(bd_report *r) {
    static const bd_past nothing;
    const bd_assessment *a = r->assessment;
    const bd_past *from = r->in->ready->since.from;
    const bd_past *then = from != NULL ? from : &nothing;
    const score_line lines[] = {
        {"READY", "ready", "controls that are complete", a->ready, then->ready},
        {"COVER", "cover", "due instances with accepted evidence", a->cover, then->cover},
        {"FRESH", "fresh", "controls with evidence within its age limit", a->fresh, then->fresh},
    };
    bd_str since = from == NULL
                       ? BD_STR("Change")
                       : bd_str_format(r->arena, "Since %.*s", BD_ARG(bd_words_day(r, from->day)));
    const bd_column_def columns[] = {{"Score", BD_ALIGN_LEFT, 0},
                                     {"n of m", BD_ALIGN_RIGHT, 0},
                                     {"Share", BD_ALIGN_RIGHT, 0},
                                     {bd_str_z(r->arena, since), BD_ALIGN_RIGHT, 0},
                                     {"What is counted", BD_ALIGN_LEFT, 1}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, false);
    for (size_t i = 0; i < BD_COUNT(lines); i++) {
        add_score_line(r, table, &lines[i]);
    }
    bd_section_gates(r);
}

/* ---- trend ---- */

static void cell_share(const bd_report *r, bd_table *table, bd_ratio ratio) {
    bd_table_text(table,
                  bd_str_format(r->arena, "%.*s %%", BD_ARG(bd_ratio_text(r->arena, ratio))));
}

static void add_point(const bd_report *r, bd_table *table, bd_str day, const bd_past *point) {
    bd_table_text(table, day);
    bd_table_text(table, bd_str_format(r->arena, "%d of %d", point->ready.n, point->ready.of));
    cell_share(r, table, point->ready);
    cell_share(r, table, point->cover);
    cell_share(r, table, point->fresh);
    bd_table_text(table, bd_words_number(r, (int64_t)point->open.count));
    bd_table_text(table, bd_words_number(r, (int64_t)point->gates.count));
}

/* The same points as a picture; the table below it has the numbers. */
static void add_trend_chart(bd_report *r, const bd_past *now) {
    static const char *const names[] = {"READY", "COVER", "FRESH"};
    const bd_readiness *ready = r->in->ready;
    size_t count = ready->past_count + 1;
    bd_chart *chart = bd_doc_chart(r->doc, BD_CHART_TREND, BD_STR("Shares at the end of each month"),
                                   BD_STR(""), BD_COUNT(names), count);
    for (size_t i = 0; i < count; i++) {
        const bd_past *point = i < ready->past_count ? &ready->past[i] : now;
        const bd_ratio shares[] = {point->ready, point->cover, point->fresh};
        chart->column_labels[i] = bd_str_copy(
            r->arena, bd_words_day(r, i < ready->past_count ? point->day : ready->today));
        for (size_t k = 0; k < BD_COUNT(names); k++) {
            chart->values[k * count + i] = shares[k].of > 0 ? shares[k].tenths_percent : -1;
        }
    }
    const bd_past *first = &ready->past[0];
    const bd_ratio before[] = {first->ready, first->cover, first->fresh};
    const bd_ratio after[] = {now->ready, now->cover, now->fresh};
    for (size_t k = 0; k < BD_COUNT(names); k++) {
        bd_str share = bd_ratio_text(r->arena, after[k]);
        chart->row_labels[k] = bd_str_format(r->arena, "%s %.*s %%", names[k], BD_ARG(share));
        chart->alternative = bd_str_format(
            r->arena, "%.*s%s%s from %.*s %% to %.*s %%", BD_ARG(chart->alternative),
            k > 0 ? ", " : "", names[k], BD_ARG(bd_ratio_text(r->arena, before[k])), BD_ARG(share));
    }
}

static void add_trend(bd_report *r) {
    static const bd_column_def columns[] = {{"Month ending", BD_ALIGN_LEFT, 1},
                                            {"READY", BD_ALIGN_RIGHT, 0},
                                            {"Share", BD_ALIGN_RIGHT, 0},
                                            {"COVER", BD_ALIGN_RIGHT, 0},
                                            {"FRESH", BD_ALIGN_RIGHT, 0},
                                            {"Open exceptions", BD_ALIGN_RIGHT, 0.8},
                                            {"Gates", BD_ALIGN_RIGHT, 0}};
    const bd_readiness *ready = r->in->ready;
    if (ready->past_count == 0) {
        return;
    }
    const bd_assessment *a = r->assessment;
    bd_past now = {.ready = a->ready, .cover = a->cover, .fresh = a->fresh, .gates = a->gates};
    now.open.count = a->open_exceptions;
    bd_doc_heading(r->doc, 2, BD_STR("Trend"), BD_STR("trend"));
    add_trend_chart(r, &now);
    bd_table *table = BD_ADD_TABLE(r,
                                   BD_STR("Each month end, judged today by definition bindery-1: what came "
                                          "later counts for it as well"),
                                   columns, true);
    for (size_t i = 0; i < ready->past_count; i++) {
        add_point(r, table, bd_words_day(r, ready->past[i].day), &ready->past[i]);
    }
    add_point(r, table, bd_str_format(r->arena, "%.*s, now", BD_ARG(bd_words_day(r, ready->today))),
              &now);
    if (ready->is_shortened) {
        bd_say(r, BD_PARA_NOTE,
               "Months before the first line are left out for the size of the evidence.");
    }
}

/* ---- worst ---- */

static void add_worst(bd_report *r) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Statement", BD_ALIGN_LEFT, 2},
                                            {"Owner", BD_ALIGN_LEFT, 0},
                                            {"State", BD_ALIGN_LEFT, 0},
                                            {"Why", BD_ALIGN_LEFT, 3}};
    const bd_readiness *ready = r->in->ready;
    if (ready->worst.count == 0) {
        bd_say(r, BD_PARA_BODY, "Nothing is unfinished.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < ready->worst.count && i < WORST_ITEMS; i++) {
        const bd_control_result *c = &r->assessment->controls[ready->worst.data[i]];
        bd_table_text(table, c->control->number);
        bd_table_text(table, bd_words_catalog(r, c->control->statement));
        bd_table_text(table, c->control->owner);
        bd_add_state(r, table, c);
        bd_str why = bd_words_sentence(r, bd_words_journal_text(r, c->reason));
        bd_table_text(table, c->open_exceptions == 0 || bd_str_find(why, BD_STR("exception")) >= 0
                                 ? why
                                 : bd_str_format(r->arena, "%zu open exception%s. %.*s", c->open_exceptions,
                                                 c->open_exceptions == 1 ? "" : "s", BD_ARG(why)));
    }
}

/* ---- the numbers of the page ---- */

static int count_at_risk(const bd_report *r) {
    int count = 0;
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        const bd_criterion_result *c = &r->assessment->criteria[i];
        count += c->is_in_scope && c->state == BD_CRITERION_AT_RISK;
    }
    return count;
}

static void add_counts(bd_report *r) {
    const bd_readiness *ready = r->in->ready;
    int over = 0, soon = 0;
    for (size_t i = 0; i < ready->dues.count; i++) {
        over += ready->dues.data[i].is_over;
        soon += !ready->dues.data[i].is_over && bd_ready_horizon(ready, &ready->dues.data[i]) == 0;
    }
    bd_table *table = bd_add_sheet(r);
    bd_sheet_pair(table, "Due now or late", bd_words_number(r, over), "Due in 30 days",
                  bd_words_number(r, soon));
    bd_sheet_pair(table, "Open exceptions",
                  bd_words_number(r, (int64_t)r->assessment->open_exceptions), "Criteria at risk",
                  bd_words_number(r, count_at_risk(r)));
}

void bd_section_summary(bd_report *r) {
    bd_open_section(
        r, bd_str_format(r->arena, "Readiness of %.*s", BD_ARG(r->engagement->system_name)),
        BD_STR("readiness"));
    add_clock(r);
    add_score(r);
    add_counts(r);
    bd_doc_heading(r->doc, 2, BD_STR("Look at these first"), BD_STR("worst"));
    add_worst(r);
    add_trend(r);
}
