/* At a glance: score, gates, states by series, months by criterion, open exceptions. */
#include "bindery/verdicts.h"

/* ---- score and gates ------------------------------------------------------------------------------------ */

typedef struct {
    const char *name, *member, *meaning;
    const bd_ratio *ratio;
} score_row;

static void add_score_row(bd_report *r, bd_table *table, const score_row *row) {
    bd_table_styled(table, BD_RUN_STRONG, bd_str_of(row->name));
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/score/%s/n", row->member), row->ratio->n);
    bd_cell_add(table, cell, BD_STR(" of "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/score/%s/of", row->member),
                       row->ratio->of);
    cell = bd_table_cell(table);
    bd_str percent = bd_ratio_text(r->arena, *row->ratio);
    bd_str pointer = bd_pointer_of(r, "/score/%s/percent", row->member);
    bd_cell_run(table, cell, BD_RUN_STRONG, percent)->figure = pointer;
    bd_doc_figure(r->doc, pointer, percent);
    bd_cell_add(table, cell, BD_STR(" %"));
    bd_table_text(table, bd_str_of(row->meaning));
}

void bd_section_gates(bd_report *r) {
    const bd_strs *gates = &r->assessment->gates;
    bd_para *para = bd_doc_paragraph(r->doc, gates->count > 0 ? BD_PARA_WARNING : BD_PARA_BODY);
    bd_para_styled(para, BD_RUN_STRONG,
                   gates->count > 0 ? BD_STR("Not complete. ") : BD_STR("No gate is shut. "));
    if (gates->count == 0) {
        bd_para_text(
            para,
            BD_STR("No criterion in scope is uncovered, no subservice organisation's report leaves a "
                   "day open, and no exception rated high is open."));
        return;
    }
    bd_str prefix = BD_STR("Not complete: ");
    for (size_t i = 0; i < gates->count; i++) {
        bd_str gate = gates->data[i];
        gate = bd_str_has_prefix(gate, prefix) ? bd_str_sub(gate, prefix.size, gate.size) : gate;
        bd_para_text(para, bd_str_format(r->arena, "%s%.*s", i > 0 ? " " : "",
                                         BD_ARG(bd_words_sentence(r, bd_words_journal_text(r, gate)))));
    }
}

static void add_score(bd_report *r) {
    const bd_assessment *a = r->assessment;
    const score_row rows[] = {
        {"READY", "ready", "controls that are complete", &a->ready},
        {"COVER", "cover", "due instances with accepted evidence", &a->cover},
        {"FRESH", "fresh", "controls whose newest evidence is within its age limit", &a->fresh},
    };
    static const bd_column_def columns[] = {{"Score", BD_ALIGN_LEFT, 0},
                                            {"n of m", BD_ALIGN_RIGHT, 0},
                                            {"Share", BD_ALIGN_RIGHT, 0},
                                            {"What is counted", BD_ALIGN_LEFT, 1}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, false);
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        add_score_row(r, table, &rows[i]);
    }
    bd_para *note = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_text(note, BD_STR("Of the complete controls, "));
    bd_para_add_figure(r, note, BD_STR("/score/ready/with_exceptions"), a->ready.with_exceptions);
    bd_para_text(note, BD_STR(" had exceptions in the period and "));
    bd_para_add_figure(r, note, BD_STR("/score/no_occurrence"), a->no_occurrence);
    bd_para_text(
        note,
        BD_STR(" had no occurrence, so that their operation is not testable. No partial credit, no "
               "hidden weights."));
    bd_section_gates(r);
}

/* ---- states by series -------------------------------------------------------------------------------------- */

static const bd_state shown_states[] = {BD_STATE_COMPLETE, BD_STATE_PROGRESS, BD_STATE_BLANK,
                                        BD_STATE_NA, BD_STATE_NOT_DUE};

static bool is_first_of_series(const bd_report *r, size_t criterion) {
    const bd_criterion_result *all = r->assessment->criteria;
    return criterion == 0 ||
           !bd_str_eq(all[criterion].criterion->series, all[criterion - 1].criterion->series);
}

static size_t count_series(const bd_report *r) {
    size_t count = 0;
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        count += r->assessment->criteria[i].is_in_scope && is_first_of_series(r, i);
    }
    return count;
}

/* Each control is counted once, in the series of the criterion that carries its block. */
static void fill_series(bd_report *r, bd_chart *chart, size_t row, bd_str series) {
    const bd_assessment *a = r->assessment;
    for (size_t i = 0; i < a->control_count; i++) {
        if (r->home[i] == BD_NOWHERE ||
            !bd_str_eq(a->criteria[r->home[i]].criterion->series, series)) {
            continue;
        }
        for (size_t k = 0; k < BD_COUNT(shown_states); k++) {
            chart->values[row * chart->column_count + k] += a->controls[i].state == shown_states[k];
        }
    }
}

static bd_str describe_states(const bd_report *r) {
    int counts[BD_COUNT(shown_states)] = {0};
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        for (size_t k = 0; r->home[i] != BD_NOWHERE && k < BD_COUNT(shown_states); k++) {
            counts[k] += r->assessment->controls[i].state == shown_states[k];
        }
    }
    bd_str text = {"", 0};
    for (size_t k = 0; k < BD_COUNT(shown_states); k++) {
        text = bd_str_format(r->arena, "%.*s%s%d %s", BD_ARG(text),
                             k > 0 ? ", " : "Controls in scope: ", counts[k],
                             bd_state_words(shown_states[k]));
    }
    return text;
}

static void add_series_chart(bd_report *r) {
    size_t rows = count_series(r);
    if (rows == 0) {
        return;
    }
    bd_chart *chart =
        bd_doc_chart(r->doc, BD_CHART_STACKED_BAR, BD_STR("Controls by series and state"),
                     describe_states(r), rows, BD_COUNT(shown_states));
    for (size_t k = 0; k < BD_COUNT(shown_states); k++) {
        chart->column_labels[k] = bd_str_of(bd_state_words(shown_states[k]));
    }
    size_t row = 0;
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        const bd_criterion_result *criterion = &r->assessment->criteria[i];
        if (!criterion->is_in_scope || !is_first_of_series(r, i)) {
            continue;
        }
        chart->row_labels[row] =
            bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(criterion->criterion->series),
                          BD_ARG(criterion->criterion->series_title));
        chart->row_links[row] = bd_anchor_of(r, "series", criterion->criterion->series);
        fill_series(r, chart, row++, criterion->criterion->series);
    }
}

/* ---- months by criterion ---------------------------------------------------------------------------------------- */

static size_t count_in_scope(const bd_report *r) {
    size_t count = 0;
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        count += r->assessment->criteria[i].is_in_scope;
    }
    return count;
}

static bd_str describe_grid(const bd_report *r, const bd_chart *chart) {
    int64_t counts[BD_CELL_NOT_DUE + 1] = {0};
    size_t total = chart->row_count * chart->column_count;
    for (size_t i = 0; i < total; i++) {
        counts[chart->values[i]]++;
    }
    return bd_str_format(r->arena,
                         "%zu criteria by %zu months: %lld cells clean, %lld with a deviation, "
                         "%lld that cannot be told, %lld missing",
                         chart->row_count, chart->column_count,
                         (long long)(counts[BD_CELL_CLEAN] + counts[BD_CELL_CHANGE_LOG] +
                                     counts[BD_CELL_NO_OCCURRENCE]),
                         (long long)counts[BD_CELL_DEVIATION],
                         (long long)counts[BD_CELL_CANNOT_TELL],
                         (long long)counts[BD_CELL_MISSING]);
}

static void add_grid(bd_report *r) {
    const bd_assessment *a = r->assessment;
    bd_chart *chart = bd_doc_chart(r->doc, BD_CHART_HEAT_GRID, BD_STR("Criteria by month"),
                                   BD_STR(""), count_in_scope(r), a->months.count);
    for (size_t k = 0; k < a->months.count; k++) {
        chart->column_labels[k] = bd_str_copy(r->arena, a->months.data[k]);
    }
    size_t row = 0;
    for (size_t i = 0; i < a->criterion_count; i++) {
        const bd_criterion_result *criterion = &a->criteria[i];
        if (!criterion->is_in_scope) {
            continue;
        }
        chart->row_labels[row] =
            bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(criterion->criterion->id),
                          BD_ARG(criterion->criterion->title));
        chart->row_links[row] = bd_anchor_of(r, "criterion", criterion->criterion->id);
        for (size_t k = 0; k < a->months.count; k++) {
            chart->values[row * chart->column_count + k] =
                bd_cell_of_month(r, criterion->controls.data, criterion->controls.count, k);
        }
        row++;
    }
    chart->alternative = describe_grid(r, chart);
}

static bool has_months(const bd_report *r) {
    return count_in_scope(r) > 0 && r->assessment->months.count > 0;
}

static void say_months(bd_report *r) {
    bd_say(
        r, BD_PARA_NOTE,
        "A month is clean when every instance that is due in it, of every control of the "
        "criterion, is accepted; it shows a deviation when any deviates. Missing: nothing was "
        "handed in for it. Cannot tell: some evidence, but not enough. Yearly and quarterly "
        "instances count in each month they span.");
    add_grid(r);
}

static void add_heat_grid(bd_report *r) {
    if (has_months(r)) {
        bd_doc_heading(r->doc, 2, BD_STR("Months by criterion"), BD_STR("heat-grid"));
        say_months(r);
    }
}

void bd_section_months(bd_report *r) {
    if (has_months(r)) {
        bd_open_section(r, BD_STR("Months by criterion"), BD_STR("heat-grid"));
        say_months(r);
    }
}

/* ---- open exceptions ---- */

static void add_open_exception(bd_report *r, bd_table *table, size_t index) {
    const bd_exception *x = bd_assessment_exception(r->assessment, index);
    bd_cell *cell = bd_table_cell(table);
    for (size_t k = 0; k < x->controls.count; k++) {
        bd_cell_add(table, cell, k > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, x->controls.data[k],
                         bd_anchor_of(r, "control", x->controls.data[k]));
    }
    bd_add_link(table, bd_words_capital(r, bd_words_journal_text(r, x->reason)),
                bd_anchor_of_exception(r, index));
    bd_table_text(table, bd_words_journal_text(r, bd_words_resource(r, x->resource)));
    bd_table_text(table, bd_words_day(r, x->first_seen_failing));
    bd_table_text(table, bd_words_day(r, x->last_seen_failing));
    bd_table_text(table, x->check->severity);
}

static void say_rest(bd_report *r, size_t rest) {
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_text(para,
                 bd_str_format(r->arena, "%zu more %s open", rest, rest == 1 ? "is" : "are"));
    bd_para_text(para,
                 r->has_sections ? BD_STR("; see the ") : BD_STR("; see the list of exceptions."));
    if (r->has_sections) {
        bd_para_link(para, BD_STR("register"), BD_STR("exceptions"));
        bd_para_text(para, BD_STR("."));
    }
}

/* What is left out is never rated above what is printed. */
static void add_open_exceptions(bd_report *r, size_t most) {
    static const char *const ratings[] = {"high", "medium", "low"};
    static const bd_column_def columns[] = {
        {"Controls", BD_ALIGN_LEFT, 0},     {"What failed", BD_ALIGN_LEFT, 2},
        {"Resource", BD_ALIGN_LEFT, 2},     {"First failing", BD_ALIGN_LEFT, 0},
        {"Last failing", BD_ALIGN_LEFT, 0}, {"Rated", BD_ALIGN_LEFT, 0}};
    const bd_assessment *a = r->assessment;
    if (a->open_exceptions == 0) {
        bd_say(r, BD_PARA_BODY, "No exception is open.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    size_t printed = 0;
    for (size_t k = 0; k < BD_COUNT(ratings); k++) {
        for (size_t i = 0; i < a->exceptions.count && printed < most; i++) {
            const bd_exception *x = bd_assessment_exception(a, i);
            if (x->is_open && bd_str_eqz(x->check->severity, ratings[k])) {
                add_open_exception(r, table, i);
                printed++;
            }
        }
    }
    if (a->open_exceptions > printed) {
        say_rest(r, a->open_exceptions - printed);
    }
}

void bd_section_glance(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("At a glance"), BD_STR("glance"));
    add_score(r);
    add_series_chart(r);
    bd_doc_heading(r->doc, 2, bd_str_format(r->arena, "Open exceptions (%zu)", r->assessment->open_exceptions),
                   BD_STR("open-exceptions"));
    add_open_exceptions(r, 10);
    add_heat_grid(r);
}
