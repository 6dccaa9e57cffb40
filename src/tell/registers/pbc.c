/* The PBC cross-reference: which of an auditor's requests, and of ours, is answered by which evidence, and where. */
#include "bindery/registers.h"

#include "bindery/pbc.h"

enum { MOST_ITEMS = 6 }; /* of one cell; the rest is counted and stands in pbc.csv */

static const bd_control_result *control_of(const bd_report *r, const bd_request *request) {
    return &r->assessment->controls[request->control];
}

static void add_evidence_cell(bd_report *r, bd_table *table, const uint32_t *numbers,
                              size_t count) {
    bd_cell *cell = bd_table_cell(table);
    for (size_t i = 0; i < count && i < MOST_ITEMS; i++) {
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, bd_evidence_id(r->arena, numbers[i]),
                         bd_anchor_of_evidence(r, numbers[i]));
    }
    if (count > MOST_ITEMS) {
        bd_cell_add(table, cell, bd_str_format(r->arena, " and %zu more", count - MOST_ITEMS));
    }
    if (count == 0) {
        bd_cell_add(table, cell, BD_STR(BD_DASH));
    }
}

static void add_control_cell(bd_report *r, bd_table *table, const bd_request *request) {
    bd_str number = control_of(r, request)->control->number;
    bd_add_link(table, number, bd_anchor_of(r, "control", number));
}

static void add_page(bd_report *r, bd_table *table, const bd_request *request) {
    bool is_printed = r->home[request->control] != BD_NOWHERE;
    if (is_printed) {
        bd_table_page_ref(table,
                          bd_anchor_of(r, "control", control_of(r, request)->control->number));
    } else {
        bd_table_text(table, BD_STR(BD_DASH));
    }
}

/* ---- the auditor's list ---- */

static bd_str place_of(const bd_report *r, const bd_asked_row *row) {
    return row->sheet.size > 0
               ? bd_str_format(r->arena, "%.*s row %u",
                               BD_ARG(bd_words_journal_text(r, row->sheet)), row->row)
               : bd_str_format(r->arena, "row %u", row->row);
}

static void add_asked_cells(bd_report *r, bd_table *table, const bd_asked *asked) {
    bd_str ref = bd_words_journal_text(r, asked->row.ref);
    bd_str text = bd_words_journal_text(r, asked->row.text);
    bd_table_text(table, ref.size > 0 ? ref : BD_STR(BD_DASH));
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add(table, cell, text.size > 0 ? text : BD_STR(BD_DASH));
    bd_cell_add_muted(table, cell,
                      bd_str_format(r->arena, " %.*s, %.*s",
                                    BD_ARG(bd_evidence_id(r->arena, asked->row.evidence)),
                                    BD_ARG(place_of(r, &asked->row))));
}

static void add_matches(bd_report *r, bd_table *table, const bd_asked *asked) {
    for (size_t i = 0; i < asked->matches.count; i++) {
        const bd_asked_match *match = &asked->matches.data[i];
        const bd_request *request = &r->in->pbc->requests[match->request];
        add_asked_cells(r, table, asked);
        bd_table_styled(table, BD_RUN_MONO, request->id);
        bd_cell *cell = bd_table_cell(table);
        bd_cell_add(table, cell, bd_words_journal_text(r, match->reason));
        if (i == 0 && asked->remark.size > 0) {
            bd_cell_add_muted(table, cell,
                              bd_str_format(r->arena, " But %.*s.",
                                            BD_ARG(bd_words_journal_text(r, asked->remark))));
        }
        add_evidence_cell(r, table, request->evidence.data, request->evidence.count);
        add_page(r, table, request);
    }
}

static void add_matched(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Auditor's", BD_ALIGN_LEFT, 0},  {"Request", BD_ALIGN_LEFT, 1},
        {"Ours", BD_ALIGN_LEFT, 0},       {"Why", BD_ALIGN_LEFT, 0.7},
        {"Evidence", BD_ALIGN_LEFT, 0.4}, {"Page", BD_ALIGN_RIGHT, 0}};
    const bd_pbc *pbc = r->in->pbc;
    if (pbc->unmatched == pbc->asked_count) {
        return;
    }
    bd_doc_heading(r->doc, 3, BD_STR("Requests of the auditor"), BD_STR("pbc-asked"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < pbc->asked_count; i++) {
        add_matches(r, table, &pbc->asked[i]);
    }
}

static void add_unmatched(bd_report *r) {
    static const bd_column_def columns[] = {{"Auditor's", BD_ALIGN_LEFT, 0},
                                            {"Request", BD_ALIGN_LEFT, 1},
                                            {"Why it matches nothing", BD_ALIGN_LEFT, 1}};
    const bd_pbc *pbc = r->in->pbc;
    if (pbc->unmatched == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, BD_STR("Requests of the auditor that nothing answers yet"),
                   BD_STR("pbc-unmatched"));
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_BODY);
    bd_para_add_figure(r, para, BD_STR("/pbc/unmatched"), (int64_t)pbc->unmatched);
    bd_para_text(para, BD_STR(" to be mapped by a person."));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < pbc->asked_count; i++) {
        const bd_asked *asked = &pbc->asked[i];
        if (asked->matches.count > 0) {
            continue;
        }
        add_asked_cells(r, table, asked);
        bd_str note = asked->row.note;
        bd_table_text(table, bd_words_journal_text(
                                 r, bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(asked->remark),
                                                  note.size > 0 ? "; " : "", BD_ARG(note))));
    }
}

/* ---- ours ---- */

static void add_ours(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Request", BD_ALIGN_LEFT, 0}, {"Control", BD_ALIGN_LEFT, 0},  {"Kind", BD_ALIGN_LEFT, 0},
        {"Status", BD_ALIGN_LEFT, 0},  {"Evidence", BD_ALIGN_LEFT, 1}, {"Page", BD_ALIGN_RIGHT, 0}};
    const bd_pbc *pbc = r->in->pbc;
    bd_doc_heading(r->doc, 3, BD_STR("Requests that the controls bring with them"), BD_STR("pbc-ours"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < pbc->request_count; i++) {
        const bd_request *request = &pbc->requests[i];
        if (request->kind == BD_REQUEST_WALKTHROUGH && request->asked.count == 0) {
            continue; /* one of each control, and nothing on file: pbc.csv has them */
        }
        bd_table_styled(table, BD_RUN_MONO, request->id);
        add_control_cell(r, table, request);
        bd_table_text(table, bd_str_of(bd_request_kind_name(request->kind)));
        bd_table_text(table, bd_str_of(bd_request_status_name(request->status)));
        add_evidence_cell(r, table, request->evidence.data, request->evidence.count);
        add_page(r, table, request);
    }
}

void bd_section_pbc(bd_report *r) {
    if (r->in->pbc == NULL) {
        return;
    }
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Request cross-reference (PBC)"), BD_STR("pbc"));
    bd_say(r, BD_PARA_BODY,
           "Request, evidence, page. Ready: what is due is on file and accepted; it may show "
           "deviations all the same. What the auditor makes of it is the auditor's to say. The "
           "whole list, with owners, due days, notes and a walkthrough of each control, is "
           "80_MACHINE/pbc.csv.");
    if (r->in->pbc->asked_count == 0) {
        bd_say(r, BD_PARA_NOTE, "No request list of an auditor is on file.");
    }
    add_unmatched(r);
    add_matched(r);
    add_ours(r);
}
