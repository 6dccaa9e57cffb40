/* Criteria index and control matrix. */
#include "bindery/verdicts.h"

/* ---- criteria -------------------------------------------------------------------------------------------- */

static void add_criterion_row(bd_report *r, bd_table *table, size_t index) {
    const bd_criterion_result *c = &r->assessment->criteria[index];
    bd_str anchor = bd_anchor_of(r, "criterion", c->criterion->id);
    bd_add_link(table, c->criterion->id, anchor);
    bd_table_text(table, c->criterion->title);
    bd_add_controls(r, table, c->controls.data, c->controls.count);
    bd_table_state(table, bd_mark_of_criterion(c->state), c->open_exceptions > 0,
                   bd_str_of(bd_criterion_state_name(c->state)));
    bd_add_figure(r, table, bd_pointer_of(r, "/criteria/%zu/open_exceptions", index),
                  c->open_exceptions);
    bd_table_page_ref(table, anchor);
}

static void add_group(bd_table *table, bd_str title) {
    bd_cell *cell = bd_table_cell(table);
    cell->span = (int)table->column_count;
    cell->is_header = true;
    bd_cell_run(table, cell, BD_RUN_PLAIN, title);
}

static void add_criteria_out(bd_report *r) {
    static const bd_column_def columns[] = {{"Criterion", BD_ALIGN_LEFT, 0},
                                            {"Title (ours)", BD_ALIGN_LEFT, 1},
                                            {"Category", BD_ALIGN_LEFT, 0}};
    const bd_assessment *a = r->assessment;
    size_t out = 0;
    for (size_t i = 0; i < a->criterion_count; i++) {
        out += !a->criteria[i].is_in_scope;
    }
    if (out == 0) {
        return;
    }
    bd_doc_heading(r->doc, 2, bd_str_format(r->arena, "Out of scope (%zu criteria)", out),
                   BD_STR("criteria-out"));
    for (size_t i = 0; i < a->criterion_count; i++) {
        if (!a->criteria[i].is_in_scope) {
            bd_doc_anchor(r->doc, bd_anchor_of(r, "criterion", a->criteria[i].criterion->id));
        }
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < a->criterion_count; i++) {
        if (!a->criteria[i].is_in_scope) {
            bd_table_text(table, a->criteria[i].criterion->id);
            bd_table_text(table, a->criteria[i].criterion->title);
            bd_table_text(table, a->criteria[i].criterion->category);
        }
    }
}

void bd_section_criteria_index(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Criterion", BD_ALIGN_LEFT, 0},        {"Title (ours)", BD_ALIGN_LEFT, 2},
        {"Controls", BD_ALIGN_LEFT, 2},         {"State", BD_ALIGN_LEFT, 0},
        {"Open exceptions", BD_ALIGN_RIGHT, 0}, {"Page", BD_ALIGN_RIGHT, 0}};
    const bd_assessment *a = r->assessment;
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Criteria index"), BD_STR("criteria"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    bd_str series = {"", 0};
    for (size_t i = 0; i < a->criterion_count; i++) {
        const bd_criterion *criterion = a->criteria[i].criterion;
        if (!a->criteria[i].is_in_scope) {
            continue;
        }
        if (!bd_str_eq(series, criterion->series)) {
            series = criterion->series;
            add_group(table, bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(series),
                                           BD_ARG(criterion->series_title)));
        }
        add_criterion_row(r, table, i);
    }
    bd_say(
        r, BD_PARA_NOTE,
        "Titles are ours, short and plain; the criteria themselves stand in TSP section 100 of the "
        "AICPA. Complete: every control listed is complete. At risk: an exception is open or "
        "evidence is stale. Partial: otherwise.");
    add_criteria_out(r);
}

/* ---- controls --------------------------------------------------------------------------------------------- */

static bd_str age_words(const bd_report *r, const bd_control_result *control) {
    return control->age_days < 0 ? BD_STR("\xe2\x80\x93") : bd_words_number(r, control->age_days);
}

static void add_number_cell(bd_report *r, bd_table *table, const bd_control_result *c,
                            bd_str anchor) {
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_link(table, cell, c->control->number, anchor);
    if (c->your_ref.size > 0) {
        bd_cell_add_muted(table, cell, bd_str_format(r->arena, " %.*s", BD_ARG(c->your_ref)));
    }
}

static void add_criteria_cell(bd_report *r, bd_table *table, const bd_control *control) {
    bd_cell *cell = bd_table_cell(table);
    for (size_t i = 0; i < control->criteria.count; i++) {
        bd_str id = control->criteria.data[i];
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, id, bd_anchor_of(r, "criterion", id));
    }
}

static void add_control_row(bd_report *r, bd_table *table, size_t index) {
    const bd_control_result *c = &r->assessment->controls[index];
    size_t at = r->position[index];
    bd_str anchor = bd_anchor_of(r, "control", c->control->number);
    add_number_cell(r, table, c, anchor);
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add(table, cell, bd_words_catalog(r, c->control->statement));
    bd_cell_add_muted(table, cell, bd_str_format(r->arena, " %.*s", BD_ARG(c->control->owner)));
    add_criteria_cell(r, table, c->control);
    bd_table_text(table, bd_words_frequency(r, c->control->frequency));
    bd_add_state(r, table, c);
    cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/controls/%zu/accepted", at), c->accepted);
    bd_cell_add(table, cell, BD_STR(" / "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/controls/%zu/due", at), c->due);
    bd_table_text(table, bd_words_day(r, c->newest_day));
    if (c->age_days >= 0) {
        bd_add_figure(r, table, bd_pointer_of(r, "/controls/%zu/age_days", at), c->age_days);
    } else {
        bd_table_text(table, age_words(r, c));
    }
    bd_table_page_ref(table, anchor);
}

static void add_controls_of_series(bd_report *r, bd_table *table, bd_str series) {
    const bd_assessment *a = r->assessment;
    for (size_t i = 0; i < a->control_count; i++) {
        if (r->home[i] != BD_NOWHERE &&
            bd_str_eq(a->criteria[r->home[i]].criterion->series, series)) {
            add_control_row(r, table, i);
        }
    }
}

void bd_section_control_matrix(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Control", BD_ALIGN_LEFT, 0},    {"Statement, owner", BD_ALIGN_LEFT, 1},
        {"Criteria", BD_ALIGN_LEFT, 0.3}, {"Frequency", BD_ALIGN_LEFT, 0},
        {"State", BD_ALIGN_LEFT, 0},      {"Accepted / due", BD_ALIGN_RIGHT, 0},
        {"Newest", BD_ALIGN_LEFT, 0},     {"Age, days", BD_ALIGN_RIGHT, 0},
        {"Page", BD_ALIGN_RIGHT, 0}};
    const bd_assessment *a = r->assessment;
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Control matrix"), BD_STR("controls"));
    bd_say(
        r, BD_PARA_NOTE,
        "Each control stands under the series of its primary criterion. Numbers beginning with B "
        "are controls beside the checklist. Accepted / due counts instances over all requirements; "
        "the age of the newest evidence counts to the end of the period or the as-of instant, "
        "whichever is earlier.");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    bd_str series = {"", 0};
    for (size_t i = 0; i < a->criterion_count; i++) {
        const bd_criterion *criterion = a->criteria[i].criterion;
        if (!a->criteria[i].is_in_scope || bd_str_eq(series, criterion->series)) {
            continue;
        }
        series = criterion->series;
        add_group(table, bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(series),
                                       BD_ARG(criterion->series_title)));
        add_controls_of_series(r, table, series);
    }
    bool has_group = false;
    for (size_t i = 0; i < a->control_count; i++) {
        if (r->position[i] == BD_NOWHERE || r->home[i] != BD_NOWHERE) {
            continue;
        }
        if (!has_group) {
            add_group(table, BD_STR("No criterion in scope"));
            has_group = true;
        }
        add_control_row(r, table, i);
    }
}
