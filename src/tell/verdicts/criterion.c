/* The body: one section per criterion in scope; a control's block stands once, at its home criterion. */
#include "bindery/verdicts.h"

#include "bindery/registers.h"
#include "verdicts_priv.h"

static void add_control_block(bd_report *r, size_t control);

static bd_str control_title(const bd_report *r, const bd_control_result *c) {
    bd_str statement = bd_words_catalog(r, c->control->statement);
    if (bd_str_has_suffix(statement, BD_STR("."))) {
        statement = bd_str_sub(statement, 0, statement.size - 1);
    }
    return bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(c->control->number), BD_ARG(statement));
}

/* ---- the head of a criterion ------------------------------------------------------------------------------ */

static void add_evidenced(bd_report *r, bd_para *para, size_t index) {
    const bd_criterion_result *c = &r->assessment->criteria[index];
    const struct {
        const char *words, *member;
        int count;
    } shares[] = {
        {"automated ", "automated", c->automated},
        {", supporting ", "supporting", c->supporting},
        {", document ", "document", c->document},
    };
    bd_para_text(para, BD_STR(" Evidenced: "));
    for (size_t i = 0; i < BD_COUNT(shares); i++) {
        bd_para_text(para, bd_str_of(shares[i].words));
        bd_para_add_figure(r, para,
                           bd_pointer_of(r, "/criteria/%zu/evidenced/%s", index, shares[i].member),
                           shares[i].count);
        if (i == 0) {
            bd_para_text(para, BD_STR(" of "));
            bd_para_add_figure(r, para, bd_pointer_of(r, "/criteria/%zu/evidenced/of", index),
                               c->of);
            bd_para_text(para, c->of == 1 ? BD_STR(" control") : BD_STR(" controls"));
        }
    }
    bd_para_text(para, BD_STR("."));
}

/* ": Microsoft Corporation operates it; our monitoring: 1.6, 9.2" */
static void add_operators(bd_report *r, bd_para *para, const bd_criterion_result *c) {
    size_t named = 0;
    for (size_t i = 0; i < r->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &r->engagement->vendors.data[i];
        for (size_t k = 0; k < vendor->criteria.count; k++) {
            if (bd_str_eq(vendor->criteria.data[k], c->criterion->id)) {
                bd_para_text(para, named++ == 0 ? BD_STR(": ") : BD_STR(" and "));
                bd_para_text(para, bd_words_journal_text(r, vendor->name));
                break;
            }
        }
    }
    bd_para_text(para, named == 1 ? BD_STR(" operates it; ") : BD_STR(" operate it; "));
    bd_para_link(para, BD_STR("controls expected of vendors"), BD_STR("vendor-csocs"));
    bd_para_text(para, BD_STR("; our monitoring: "));
    size_t listed = 0;
    for (size_t i = 0; i < c->controls.count; i++) {
        const bd_control_result *result = &r->assessment->controls[c->controls.data[i]];
        if (result->state == BD_STATE_COMPLETE) {
            bd_para_text(para, listed++ > 0 ? BD_STR(", ") : BD_STR(""));
            bd_para_link(para, result->control->number,
                         bd_anchor_of(r, "control", result->control->number));
        }
    }
}

static void add_state_line(bd_report *r, size_t index) {
    const bd_criterion_result *c = &r->assessment->criteria[index];
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_BODY);
    bd_run *state = bd_para_styled(
        para, BD_RUN_STRONG, bd_words_capital(r, bd_str_of(bd_criterion_state_name(c->state))));
    state->mark = bd_mark_of_criterion(c->state);
    state->is_flagged = c->open_exceptions > 0;
    if (c->state == BD_CRITERION_CARVED_OUT) {
        add_operators(r, para, c);
    }
    bd_para_text(para, BD_STR("."));
    add_evidenced(r, para, index);
    if (c->open_exceptions > 0) {
        bd_para_text(para, BD_STR(" Open exceptions: "));
        bd_para_add_figure(r, para, bd_pointer_of(r, "/criteria/%zu/open_exceptions", index),
                           c->open_exceptions);
        bd_para_text(para, BD_STR("."));
    }
}

/* Controls whose block stands at another criterion, one linked line each. */
static void add_elsewhere(bd_report *r, size_t index) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Statement", BD_ALIGN_LEFT, 1},
                                            {"State", BD_ALIGN_LEFT, 0},
                                            {"Described at", BD_ALIGN_LEFT, 0},
                                            {"Page", BD_ALIGN_RIGHT, 0}};
    const bd_criterion_result *c = &r->assessment->criteria[index];
    bd_table *table = NULL;
    for (size_t i = 0; i < c->controls.count; i++) {
        uint32_t control = c->controls.data[i];
        const bd_control_result *result = &r->assessment->controls[control];
        if (r->home[control] == index || r->position[control] == BD_NOWHERE) {
            continue;
        }
        if (table == NULL) {
            table = BD_ADD_TABLE(
                r, BD_STR("Controls that serve this criterion and are described at another"),
                columns, true);
        }
        bd_str anchor = bd_anchor_of(r, "control", result->control->number);
        bd_str home = r->assessment->criteria[r->home[control]].criterion->id;
        bd_add_link(table, result->control->number, anchor);
        bd_table_text(table, bd_words_catalog(r, result->control->statement));
        bd_add_state(r, table, result);
        bd_add_link(table, home, bd_anchor_of(r, "criterion", home));
        bd_table_page_ref(table, anchor);
    }
}

static void add_criterion(bd_report *r, size_t index) {
    const bd_criterion_result *c = &r->assessment->criteria[index];
    bd_block *heading =
        bd_doc_heading(r->doc, 2,
                       bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(c->criterion->id),
                                     BD_ARG(c->criterion->title)),
                       bd_anchor_of(r, "criterion", c->criterion->id));
    heading->mark = bd_mark_of_criterion(c->state);
    heading->is_flagged = c->open_exceptions > 0;
    add_state_line(r, index);
    add_elsewhere(r, index);
    for (size_t i = 0; i < c->controls.count; i++) {
        if (r->home[c->controls.data[i]] == index) {
            add_control_block(r, c->controls.data[i]);
        }
    }
}

static void add_series(bd_report *r, const bd_criterion *criterion) {
    bd_doc_page_break(r->doc);
    bd_doc_heading(r->doc, 1,
                   bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(criterion->series),
                                 BD_ARG(criterion->series_title)),
                   bd_anchor_of(r, "series", criterion->series));
}

/* Checklist controls that no criterion in scope lists keep their place, with their state. */
static void add_homeless(bd_report *r) {
    bool has_heading = false;
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        if (r->position[i] == BD_NOWHERE || r->home[i] != BD_NOWHERE) {
            continue;
        }
        if (!has_heading) {
            bd_doc_page_break(r->doc);
            bd_doc_heading(r->doc, 1, BD_STR("Checklist controls outside the categories in scope"),
                           BD_STR("controls-out"));
            bd_say(r, BD_PARA_NOTE, "They stand outside every ratio.");
            has_heading = true;
        }
        add_control_block(r, i);
    }
}

void bd_section_criteria(bd_report *r) {
    bd_str series = {"", 0};
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        const bd_criterion_result *c = &r->assessment->criteria[i];
        if (!c->is_in_scope) {
            continue;
        }
        if (!bd_str_eq(series, c->criterion->series)) {
            series = c->criterion->series;
            add_series(r, c->criterion);
        }
        add_criterion(r, i);
    }
    add_homeless(r);
}

/* ---- a control's block: facts ------------------------------------------------------------------------------- */

typedef BD_VEC(const bd_check *) check_list;

static check_list checks_of(const bd_report *r, const bd_control_result *c) {
    check_list list = {0};
    for (size_t i = 0; i < c->requirement_count; i++) {
        const bd_requirement *requirement = c->requirements[i].requirement;
        for (size_t k = 0; k < requirement->checks.count; k++) {
            *bd_push(r->arena, &list) = &r->catalog->checks[requirement->checks.data[k]];
        }
    }
    return list;
}

static void add_lines(bd_report *r, bd_table *table, bd_cell *cell, bd_str lead, bd_str text) {
    if (text.size == 0) {
        return;
    }
    if (cell->runs.count > 0) {
        bd_cell_add(table, cell, BD_STR(" "));
    }
    if (lead.size > 0) {
        bd_cell_run(table, cell, BD_RUN_STRONG, bd_str_format(r->arena, "%.*s ", BD_ARG(lead)));
    }
    bd_cell_add(table, cell, bd_words_sentence(r, text));
}

static bool is_said_before(const check_list *checks, size_t index,
                           bd_str bd_check_text(const bd_check *)) {
    for (size_t i = 0; i < index; i++) {
        if (bd_str_eq(bd_check_text(checks->data[i]), bd_check_text(checks->data[index]))) {
            return true;
        }
    }
    return false;
}

static bd_str tested_of(const bd_check *check) {
    return check->tested;
}

static bd_str auditor_of(const bd_check *check) {
    return check->auditor_may;
}

static void add_tested(bd_report *r, bd_table *table, const check_list *checks) {
    if (checks->count == 0) {
        bd_add_fact(
            table, "Tested by Bindery",
            BD_STR("Not tested: no check of this catalog reads it. Evidence that speaks to it "
                   "is listed and cannot by itself make it complete."));
        return;
    }
    for (size_t i = 0; i < checks->count; i++) {
        const bd_check *check = checks->data[i];
        if (!is_said_before(checks, i, tested_of)) {
            bd_cell *cell = bd_fact_cell(table, i == 0 ? "Tested by Bindery" : "");
            add_lines(r, table, cell,
                      checks->count > 1 ? bd_str_format(r->arena, "%.*s:", BD_ARG(check->title))
                                        : BD_STR(""),
                      bd_words_catalog(r, check->tested));
        }
    }
}

static void add_auditor_may(bd_report *r, bd_table *table, const bd_control *control,
                            const check_list *checks) {
    bd_cell *cell = bd_fact_cell(table, "An auditor may also");
    for (size_t i = 0; i < checks->count; i++) {
        if (!is_said_before(checks, i, auditor_of)) {
            add_lines(r, table, cell, BD_STR(""),
                      bd_words_catalog(r, checks->data[i]->auditor_may));
        }
    }
    add_lines(r, table, cell, checks->count > 0 ? BD_STR("Usual tests:") : BD_STR(""),
              bd_words_catalog(r, control->test));
    add_lines(r, table, cell, BD_STR("Sample:"), bd_words_catalog(r, control->sample));
    if (cell->runs.count == 0) {
        bd_cell_add(table, cell, BD_STR("\xe2\x80\x93"));
    }
}

static void add_criteria_why(bd_report *r, bd_table *table, const bd_control *control,
                             const check_list *checks) {
    bd_cell *cell = bd_fact_cell(table, "Criteria");
    for (size_t i = 0; i < control->criteria.count; i++) {
        bd_str id = control->criteria.data[i], why = {"", 0};
        for (size_t k = 0; k < checks->count && why.size == 0; k++) {
            const bd_check *check = checks->data[k];
            for (size_t j = 0; j < check->criteria.count && j < check->criteria_why.count; j++) {
                why = bd_str_eq(check->criteria.data[j], id) ? check->criteria_why.data[j] : why;
            }
        }
        bd_cell_add(table, cell, i > 0 ? BD_STR("; ") : BD_STR(""));
        bd_cell_add_link(table, cell, id, bd_anchor_of(r, "criterion", id));
        if (why.size > 0) {
            bd_cell_add_muted(table, cell, bd_str_format(r->arena, " (%.*s)", BD_ARG(why)));
        }
    }
    bd_str mapping = bd_words_mapping(r, control);
    bd_cell_add(table, cell, mapping.size > 0 ? BD_STR(".") : BD_STR(""));
    add_lines(r, table, cell, BD_STR(""), mapping);
}

/* "S17 Storage accounts": what would have to be handed in. */
static bd_str sources_of(const bd_report *r, const bd_control_result *c) {
    bd_str list = {"", 0};
    bd_strs seen = {0};
    for (size_t i = 0; i < c->requirement_count; i++) {
        const bd_strs *sources = &c->requirements[i].requirement->sources;
        for (size_t k = 0; k < sources->count; k++) {
            bool is_new = true;
            for (size_t s = 0; s < seen.count; s++) {
                is_new = is_new && !bd_str_eq(seen.data[s], sources->data[k]);
            }
            if (!is_new) {
                continue;
            }
            *bd_push(r->arena, &seen) = sources->data[k];
            bd_str title = bd_str_eqz(sources->data[k], "doc")
                               ? BD_STR("documents")
                               : bd_words_source_title(r, sources->data[k]);
            list = bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(list), list.size > 0 ? ", " : "",
                                 BD_ARG(title));
        }
    }
    return list;
}

static void add_control_facts(bd_report *r, const bd_control_result *c, const check_list *checks) {
    const bd_control *control = c->control;
    bd_table *table = bd_add_facts(r, true);
    if (c->your_ref.size > 0 || c->your_statement.size > 0) {
        bd_str reference = c->your_ref.size > 0
                               ? bd_str_format(r->arena, "%.*s ", BD_ARG(c->your_ref))
                               : BD_STR("");
        bd_add_fact(table, "In the organisation's words",
                    bd_words_journal_text(r, bd_str_format(r->arena, "%.*s%.*s", BD_ARG(reference),
                                                           BD_ARG(c->your_statement))));
    }
    bd_str people = bd_words_people(r, control->owner);
    bd_add_fact(table, "Owner",
                people.size > 0
                    ? bd_str_format(r->arena, "%.*s: %.*s", BD_ARG(control->owner), BD_ARG(people))
                    : control->owner);
    bd_add_fact(table, "Frequency",
                bd_str_format(r->arena, "%.*s; newest evidence at most %d days old",
                              BD_ARG(bd_words_frequency(r, control->frequency)),
                              control->max_age_days));
    bd_add_fact(table, "Population",
                bd_words_sentence(r, bd_words_catalog(r, control->population)));
    bd_add_samples(r, table, control);
    bd_add_fact(table, "Evidence from", sources_of(r, c));
    add_tested(r, table, checks);
    add_auditor_may(r, table, control, checks);
    add_criteria_why(r, table, control, checks);
    if (control->is_outline) {
        bd_add_fact(table, "Outline", BD_STR("Outline: write your own."));
    }
}

/* ---- requirements ---------------------------------------------------------------------------------------------- */

static void add_requirement_row(bd_report *r, bd_table *table, size_t at,
                                const bd_control_result *c, size_t index) {
    const bd_requirement_result *q = &c->requirements[index];
    bd_table_text(table, q->requirement->req);
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add(table, cell, bd_words_catalog(r, q->requirement->statement));
    bd_str pass = bd_str_trim(bd_words_catalog(r, q->requirement->pass));
    if (pass.size > 0) {
        bool has_stop = bd_str_has_suffix(pass, BD_STR("."));
        bd_cell_add_muted(table, cell,
                          bd_str_format(r->arena, " Met when: %.*s%s", BD_ARG(pass),
                                        has_stop ? "" : "."));
    }
    if (q->missing_fact.size > 0) {
        bd_cell_run(table, cell, BD_RUN_STRONG,
                    bd_str_format(r->arena, " The organisation has not stated \"%.*s\".",
                                  BD_ARG(q->missing_fact)));
    }
    bd_table_text(table, bd_words_frequency(r, q->requirement->frequency));
    cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/controls/%zu/requirements/%zu/accepted", at, index),
                       q->accepted);
    bd_cell_add(table, cell, BD_STR(" / "));
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/controls/%zu/requirements/%zu/due", at, index), q->due);
    cell = bd_table_cell(table);
    bd_cell_add(table, cell, bd_words_outcomes(r, q));
    if (q->gap_days > 0 && q->instance_count > 1) {
        bd_cell_add(table, cell, BD_STR("; longest gap "));
        bd_cell_add_figure(
            r, table, cell,
            bd_pointer_of(r, "/controls/%zu/requirements/%zu/longest_gap/days", at, index),
            q->gap_days);
        bd_cell_add(
            table, cell,
            bd_str_format(r->arena, " days, from %.*s", BD_ARG(bd_words_day(r, q->gap_from))));
    }
    bd_table_text(table, bd_words_day(r, q->newest_day));
}

static void add_requirements(bd_report *r, size_t control) {
    static const bd_column_def columns[] = {
        {"Id", BD_ALIGN_LEFT, 0},         {"Requirement", BD_ALIGN_LEFT, 4},
        {"Frequency", BD_ALIGN_LEFT, 0},  {"Accepted / due", BD_ALIGN_RIGHT, 0},
        {"Outcomes", BD_ALIGN_LEFT, 1.4}, {"Newest", BD_ALIGN_LEFT, 0}};
    const bd_control_result *c = &r->assessment->controls[control];
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < c->requirement_count; i++) {
        add_requirement_row(r, table, r->position[control], c, i);
    }
}

static bd_str describe_strip(const bd_report *r, const bd_control_result *c) {
    bd_str text = {"", 0};
    for (size_t i = 0; i < c->requirement_count; i++) {
        text = bd_str_format(r->arena, "%.*s%s%.*s: %.*s", BD_ARG(text), i > 0 ? "; " : "",
                             BD_ARG(c->requirements[i].requirement->id),
                             BD_ARG(bd_words_outcomes(r, &c->requirements[i])));
    }
    return text;
}

static void add_strip(bd_report *r, const bd_control_result *c) {
    const bd_assessment *a = r->assessment;
    if (a->months.count == 0 || c->requirement_count == 0) {
        return;
    }
    bd_chart *chart = bd_doc_chart(r->doc, BD_CHART_STRIP, BD_STR("Coverage by month"),
                                   describe_strip(r, c), c->requirement_count, a->months.count);
    for (size_t k = 0; k < a->months.count; k++) {
        chart->column_labels[k] = bd_str_copy(r->arena, a->months.data[k]);
    }
    for (size_t i = 0; i < c->requirement_count; i++) {
        chart->row_labels[i] = c->requirements[i].requirement->id;
        for (size_t k = 0; k < a->months.count; k++) {
            chart->values[i * chart->column_count + k] =
                bd_cell_of_requirement(r, &c->requirements[i], k);
        }
    }
}

/* ---- the block --------------------------------------------------------------------------------------------------- */

static void add_verdict_line(bd_report *r, size_t control) {
    const bd_control_result *c = &r->assessment->controls[control];
    size_t at = r->position[control];
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_BODY);
    bd_run *state = bd_para_styled(para, BD_RUN_STRONG,
                                   bd_words_capital(r, bd_str_of(bd_state_words(c->state))));
    state->mark = bd_mark_of_state(c->state);
    state->is_flagged = c->has_exception;
    if (c->has_exception) {
        bd_para_text(para, BD_STR(", with exceptions in the period"));
    }
    bd_para_text(para, BD_STR(". Accepted "));
    bd_para_add_figure(r, para, bd_pointer_of(r, "/controls/%zu/accepted", at), c->accepted);
    bd_para_text(para, BD_STR(" of "));
    bd_para_add_figure(r, para, bd_pointer_of(r, "/controls/%zu/due", at), c->due);
    bd_para_text(para, c->due == 1 ? BD_STR(" due instance.") : BD_STR(" due instances."));
    if (c->reason.size > 0) {
        bd_str lead =
            c->state == BD_STATE_COMPLETE ? BD_STR(" ") : BD_STR(" Not complete because ");
        bool is_plain = c->state == BD_STATE_NA || c->state == BD_STATE_NOT_DUE ||
                        c->state == BD_STATE_COMPLETE;
        bd_str reason = bd_words_sentence(r, bd_words_journal_text(r, c->reason));
        if (!is_plain) {
            reason = bd_str_has_suffix(c->reason, BD_STR("."))
                         ? c->reason
                         : bd_str_format(r->arena, "%.*s.", BD_ARG(c->reason));
            reason = bd_words_journal_text(r, reason);
        }
        bd_para_text(para, is_plain ? BD_STR(" ") : lead);
        bd_para_text(para, reason);
    }
}

static void add_control_block(bd_report *r, size_t control) {
    const bd_control_result *c = &r->assessment->controls[control];
    bd_block *heading = bd_doc_heading(r->doc, 3, control_title(r, c),
                                       bd_anchor_of(r, "control", c->control->number));
    heading->mark = bd_mark_of_state(c->state);
    heading->is_flagged = c->has_exception;
    check_list checks = checks_of(r, c);
    add_verdict_line(r, control);
    add_control_facts(r, c, &checks);
    add_requirements(r, control);
    if (c->state == BD_STATE_BLANK) {
        return;
    }
    add_strip(r, c);
    section_results(r, control);
}
