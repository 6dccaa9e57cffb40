/* Small pieces that every section is made of: cells, links, figures, tables of facts. */
#include "bindery/wording.h"

bd_str bd_pointer_of(const bd_report *r, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str pointer = bd_str_vformat(r->arena, format, args);
    va_end(args);
    return pointer;
}

/* ---- anchors ----------------------------------------------------------------------------------------- */

bd_str bd_report_anchor(bd_arena *arena, const char *kind, bd_str id) {
    return bd_str_format(arena, "%s-%.*s", kind, BD_ARG(id));
}

bd_str bd_anchor_of(const bd_report *r, const char *kind, bd_str id) {
    return r->has_sections ? bd_report_anchor(r->arena, kind, id) : BD_STR("");
}

bd_str bd_anchor_of_exception(const bd_report *r, size_t index) {
    const bd_exception *x = &r->assessment->exceptions.data[index];
    return r->place_in_check[index] < BD_REPORT_SHEETS
               ? bd_anchor_of(r, "exception", x->id)
               : bd_anchor_of(r, "exceptions", x->check->id);
}

size_t bd_index_of_evidence(const bd_report *r, uint32_t number) {
    return number < r->number_limit ? r->item_of_number[number] : BD_NOWHERE;
}

bd_str bd_anchor_of_evidence(const bd_report *r, uint32_t number) {
    size_t index = bd_index_of_evidence(r, number);
    if (index == BD_NOWHERE || r->evidence->data[index].is_sidecar ||
        r->evidence->data[index].is_register) {
        return BD_STR("");
    }
    return bd_anchor_of(r, "evidence", bd_evidence_id(r->arena, number));
}

/* ---- tables -------------------------------------------------------------------------------------------- */

bd_table *bd_add_table(bd_report *r, bd_str caption, const bd_column_def *columns, size_t count,
                       bool is_compact) {
    bd_column *built = bd_new(r->arena, bd_column, count);
    for (size_t i = 0; i < count; i++) {
        built[i] = (bd_column){bd_str_of(columns[i].head), columns[i].align, columns[i].weight};
    }
    bd_table *table = bd_doc_table(r->doc, caption, count, built);
    table->is_compact = is_compact;
    return table;
}

bd_table *bd_add_facts(bd_report *r, bool is_compact) {
    static const bd_column_def columns[] = {{"", BD_ALIGN_LEFT, 0}, {"", BD_ALIGN_LEFT, 1}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, is_compact);
    table->has_no_head = true;
    return table;
}

bd_cell *bd_fact_cell(bd_table *table, const char *key) {
    bd_table_text(table, bd_str_of(key));
    return bd_table_cell(table);
}

void bd_add_fact(bd_table *table, const char *key, bd_str value) {
    if (value.size > 0) {
        bd_cell_run(table, bd_fact_cell(table, key), BD_RUN_PLAIN, value);
    }
}

/* ---- rows that are put by ---------------------------------------------------------------------------------- */

void bd_begin_passing(bd_report *r) {
    r->arena = r->passing.arena != NULL ? r->passing.arena : r->arena;
}

void bd_end_passing(bd_report *r, bd_table *table) {
    if (r->passing.arena == NULL) {
        return;
    }
    BD_ASSERT(r->passing.figures.count == 0);
    bd_doc_put_by(r->doc, table);
    table->doc = r->doc;
    bd_arena_reset(r->passing.arena);
    r->arena = r->doc->arena;
}

bd_doc *bd_rows_of(bd_report *r) {
    return r->arena == r->passing.arena ? &r->passing : r->doc;
}

/* A sheet has two pairs of key and value beside each other; a wide value takes the rest of its row. */
bd_table *bd_add_sheet(bd_report *r) {
    static const bd_column_def columns[] = {{"", BD_ALIGN_LEFT, 0},
                                            {"", BD_ALIGN_LEFT, 1},
                                            {"", BD_ALIGN_LEFT, 0},
                                            {"", BD_ALIGN_LEFT, 1}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    table->has_no_head = true;
    table->doc = bd_rows_of(r);
    return table;
}

bd_cell *bd_sheet_cell(bd_table *table, const char *key) {
    bd_table_styled(table, BD_RUN_MUTED, bd_str_of(key));
    return bd_table_cell(table);
}

void bd_sheet_pair(bd_table *table, const char *key, bd_str value, const char *key2,
                   bd_str value2) {
    bd_cell_add(table, bd_sheet_cell(table, key), value.size > 0 ? value : BD_STR(BD_DASH));
    bd_cell_add(table, bd_sheet_cell(table, key2), value2.size > 0 ? value2 : BD_STR(BD_DASH));
}

bd_cell *bd_sheet_wide(bd_table *table, const char *key, bd_run_style style, bd_str value) {
    if (value.size == 0) {
        return NULL;
    }
    bd_cell *cell = bd_sheet_cell(table, key);
    cell->span = 3;
    bd_cell_run(table, cell, style, value);
    return cell;
}

/* ---- cells ----------------------------------------------------------------------------------------------- */

void bd_cell_add(bd_table *table, bd_cell *cell, bd_str text) {
    bd_cell_run(table, cell, BD_RUN_PLAIN, text);
}

void bd_cell_add_muted(bd_table *table, bd_cell *cell, bd_str text) {
    bd_cell_run(table, cell, BD_RUN_MUTED, text);
}

void bd_cell_add_link(bd_table *table, bd_cell *cell, bd_str text, bd_str anchor) {
    bd_cell_run(table, cell, BD_RUN_PLAIN, text)->link = anchor;
}

void bd_cell_add_figure(bd_report *r, bd_table *table, bd_cell *cell, bd_str pointer,
                        int64_t number) {
    bd_str text = bd_words_number(r, number);
    bd_cell_run(table, cell, BD_RUN_PLAIN, text)->figure = pointer;
    bd_doc_figure(r->doc, pointer, text);
}

void bd_add_figure(bd_report *r, bd_table *table, bd_str pointer, int64_t number) {
    bd_table_figure(table, pointer, bd_words_number(r, number));
}

void bd_add_link(bd_table *table, bd_str text, bd_str anchor) {
    bd_cell_add_link(table, bd_table_cell(table), text, anchor);
}

void bd_add_observed(bd_report *r, bd_table *table, size_t index) {
    const bd_exception *x = &r->assessment->exceptions.data[index];
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/exceptions/%zu/failing_days", index),
                       x->failing_days);
    bd_cell_add(table, cell, BD_STR(" of "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/exceptions/%zu/observed_days", index),
                       x->observed_days);
    bd_cell_add(table, cell, BD_STR(" days"));
}

void bd_add_evidence(bd_report *r, bd_table *table, uint32_t number) {
    if (number == 0) {
        bd_table_text(table, BD_STR(BD_DASH));
        return;
    }
    bd_add_link(table, bd_evidence_id(r->arena, number), bd_anchor_of_evidence(r, number));
}

void bd_add_state(bd_report *r, bd_table *table, const bd_control_result *control) {
    (void)r;
    bd_table_state(table, bd_mark_of_state(control->state), control->has_exception,
                   bd_str_of(bd_state_words(control->state)));
}

void bd_add_controls(bd_report *r, bd_table *table, const uint32_t *controls, size_t count) {
    bd_cell *cell = bd_table_cell(table);
    size_t printed = 0;
    for (size_t i = 0; i < count; i++) {
        const bd_control_result *control = &r->assessment->controls[controls[i]];
        if (!bd_report_is_listed(control)) {
            continue;
        }
        bd_cell_add(table, cell, printed++ > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, control->control->number,
                         bd_anchor_of(r, "control", control->control->number));
    }
    if (printed == 0) {
        bd_cell_add(table, cell, BD_STR(BD_DASH));
    }
}

/* ---- paragraphs -------------------------------------------------------------------------------------------- */

void bd_say(bd_report *r, bd_para_kind kind, const char *text) {
    bd_doc_text(r->doc, kind, bd_str_of(text));
}

void bd_say_text(bd_report *r, bd_para_kind kind, bd_str text) {
    if (text.size > 0) {
        bd_doc_text(r->doc, kind, text);
    }
}

void bd_para_add_figure(bd_report *r, bd_para *para, bd_str pointer, int64_t number) {
    bd_para_figure(para, pointer, bd_words_number(r, number));
}

void bd_say_left_out(bd_report *r, const char *what, uint64_t total, size_t printed) {
    if (total <= printed) {
        return;
    }
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_text(
        para,
        bd_str_format(
            r->arena, "The first %zu %s are printed. %llu more of %llu are left out; all stand in ",
            printed, what, (unsigned long long)(total - printed), (unsigned long long)total));
    bd_para_styled(para, BD_RUN_MONO, BD_STR("80_MACHINE/findings.ndjson"));
    bd_para_text(para, BD_STR(" (SHA-256 "));
    bd_para_styled(para, BD_RUN_MONO, r->in->findings_sha256);
    bd_para_text(para, BD_STR(")."));
}
