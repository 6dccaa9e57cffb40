/* The request list: pbc.csv, and the member "pbc" of assessment.json. */
#include "bindery/export.h"

#include "bindery/pbc.h"
#include "export_priv.h"

/* ---- pbc.csv ---- */

static bd_str ids_of(bd_arena *line, const uint32_t *numbers, size_t count) {
    bd_strs ids = {0};
    for (size_t i = 0; i < count; i++) {
        *bd_push(line, &ids) = bd_evidence_id(line, numbers[i]);
    }
    return bd_writing_joined(line, &ids, " ");
}

/* What the auditors' rows that a request answers say in one column, each text once. */
static bd_str asked_texts(const bd_writing *run, const bd_request *request,
                          bd_str (*text)(const bd_asked_row *row)) {
    bd_strs texts = {0};
    for (size_t i = 0; i < request->asked.count; i++) {
        bd_writing_add_once(run->line, &texts, text(&run->in->pbc->asked[request->asked.data[i]].row));
    }
    return bd_writing_joined(run->line, &texts, "; ");
}

static bd_str ref_of(const bd_asked_row *row) {
    return row->ref;
}

static bd_str status_of(const bd_asked_row *row) {
    return row->status;
}

/* An auditor's date comes before our own. */
static bd_day due_of(const bd_writing *run, const bd_request *request) {
    bd_day due = BD_DAY_NONE;
    for (size_t i = 0; i < request->asked.count; i++) {
        bd_day asked = run->in->pbc->asked[request->asked.data[i]].due;
        due = asked != BD_DAY_NONE && (due == BD_DAY_NONE || asked < due) ? asked : due;
    }
    return due != BD_DAY_NONE ? due : request->due;
}

static void put_request(bd_list *to, const bd_request *request) {
    bd_writing *run = to->run;
    bd_arena *line = run->line;
    const bd_control_result *control = &run->in->assessment->controls[request->control];
    bd_list_put(to, request->id);
    bd_list_put(to, asked_texts(run, request, ref_of));
    bd_list_put(to, bd_writing_joined(line, &control->control->criteria, " "));
    bd_list_put(to, control->control->number);
    bd_list_put(to, request->what);
    bd_list_put_word(to, bd_request_kind_name(request->kind));
    bd_list_put(to, run->in->assessment->period->id);
    bd_list_put(to, control->control->owner);
    bd_list_put(to, bd_writing_day(line, due_of(run, request)));
    bd_list_put(to, ids_of(line, request->evidence.data, request->evidence.count));
    bd_list_put_word(to, bd_request_status_name(request->status));
    bd_list_put(to, asked_texts(run, request, status_of));
    bd_list_put(to, request->note);
    bd_list_end_row(to);
}

static bd_str note_of(bd_arena *line, const bd_asked *asked) {
    const bd_asked_row *row = &asked->row;
    return bd_str_format(line, "of the auditor's list %.*s%s%.*s, row %u, unmatched: %.*s%s%.*s",
                         BD_ARG(bd_evidence_id(line, row->evidence)), row->sheet.size > 0 ? ", sheet " : "",
                         BD_ARG(row->sheet), row->row, BD_ARG(asked->remark),
                         row->note.size > 0 ? "; " : "", BD_ARG(row->note));
}

static void put_unmatched(bd_list *to, const bd_asked *asked) {
    const bd_asked_row *row = &asked->row;
    bd_arena *line = to->run->line;
    bd_list_put(to, asked->id);
    bd_list_put(to, row->ref);
    bd_list_put(to, row->criterion);
    bd_list_put(to, row->control);
    bd_list_put(to, row->text);
    bd_list_put(to, row->kind);
    bd_list_put(to, to->run->in->assessment->period->id);
    bd_list_put_empty(to);
    bd_list_put(to, asked->due != BD_DAY_NONE ? bd_writing_day(line, asked->due) : row->due);
    bd_list_put_empty(to);
    bd_list_put_word(to, bd_request_status_name(BD_REQUEST_OPEN));
    bd_list_put(to, row->status);
    bd_list_put(to, note_of(line, asked));
    bd_list_end_row(to);
}

bd_rc bd_export_pbc_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "request_id", "auditor_ref", "criterion",    "control",         "what",           "kind", "period",
        "owner",      "due",         "evidence_ids", "internal_status", "auditor_status", "note"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {.run = &run};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; inputs->pbc != NULL && i < inputs->pbc->request_count; i++) {
        put_request(&to, &inputs->pbc->requests[i]);
    }
    for (size_t i = 0; inputs->pbc != NULL && i < inputs->pbc->asked_count; i++) {
        if (inputs->pbc->asked[i].matches.count == 0) {
            put_unmatched(&to, &inputs->pbc->asked[i]);
        }
    }
    return bd_writing_close(&run, err);
}

/* ---- assessment.json ---- */

static void write_request(bd_writing *run, bd_json_writer *w, const bd_request *request) {
    const bd_control_result *control = &run->in->assessment->controls[request->control];
    bd_json_open(w, '{');
    bd_write_str(w, "control", control->control->number);
    bd_json_member(w, "due", bd_writing_day(run->line, due_of(run, request)));
    bd_write_ids(w, run->line, "evidence", request->evidence.data, request->evidence.count);
    bd_write_str(w, "id", request->id);
    bd_write_str(w, "kind", bd_str_of(bd_request_kind_name(request->kind)));
    bd_json_member(w, "note", request->note);
    bd_write_str(w, "owner", control->control->owner);
    if (request->requirement != BD_PBC_NONE) {
        bd_write_str(w, "requirement",
                     control->requirements[request->requirement].requirement->id);
    }
    bd_write_str(w, "status", bd_str_of(bd_request_status_name(request->status)));
    bd_write_str(w, "what", request->what);
    bd_json_close(w, '}');
    bd_arena_reset(run->line);
}

static void write_asked(bd_writing *run, bd_json_writer *w, const bd_asked *asked) {
    const bd_asked_row *row = &asked->row;
    bd_json_open(w, '{');
    bd_write_str(w, "auditor_ref", row->ref);
    bd_json_member(w, "control", row->control);
    bd_json_member(w, "criterion", row->criterion);
    bd_json_member(w, "due", asked->due != BD_DAY_NONE ? bd_writing_day(run->line, asked->due) : row->due);
    bd_write_str(w, "evidence", bd_evidence_id(run->line, row->evidence));
    bd_write_str(w, "id", asked->id);
    bd_json_member(w, "kind", row->kind);
    bd_json_key(w, "matches");
    bd_json_open(w, '[');
    for (size_t i = 0; i < asked->matches.count; i++) {
        bd_json_open(w, '{');
        bd_write_str(w, "reason", asked->matches.data[i].reason);
        bd_write_str(w, "request", run->in->pbc->requests[asked->matches.data[i].request].id);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
    bd_json_member(w, "note", row->note);
    bd_json_member(w, "remark", asked->remark);
    bd_write_str(w, "request", row->text);
    bd_write_int(w, "row", row->row);
    bd_json_member(w, "sheet", row->sheet);
    bd_json_member(w, "status", row->status);
    bd_json_close(w, '}');
    bd_arena_reset(run->line);
}

void export_pbc(bd_writing *run, bd_json_writer *w) {
    const bd_pbc *pbc = run->in->pbc;
    bd_json_key(w, "pbc");
    bd_json_open(w, '{');
    bd_json_key(w, "asked");
    bd_json_open(w, '[');
    for (size_t i = 0; pbc != NULL && i < pbc->asked_count; i++) {
        write_asked(run, w, &pbc->asked[i]);
    }
    bd_json_close(w, ']');
    bd_json_key(w, "requests");
    bd_json_open(w, '[');
    for (size_t i = 0; pbc != NULL && i < pbc->request_count; i++) {
        write_request(run, w, &pbc->requests[i]);
    }
    bd_json_close(w, ']');
    bd_write_int(w, "unmatched", pbc != NULL ? (int64_t)pbc->unmatched : 0);
    bd_json_close(w, '}');
}
