/* Vendors: the member of assessment.json, and the lists of 40_VENDORS. */
#include "bindery/export.h"

#include "export_priv.h"

static const bd_vendor_register *register_of(const bd_writing *run) {
    return &run->in->assessment->vendors;
}

static bd_str report_text(const bd_vendor_document *one, const char *key) {
    return bd_value_text(one->item->sidecar.document.report, key);
}

static bd_str evidence_of(bd_writing *run, const bd_evidence *item) {
    return item != NULL ? bd_evidence_id(run->line, item->given.number) : BD_STR("");
}

/* Who wrote the memo, and when: of a memo without either, who signed it. */
static bd_str assessor_of(const bd_evidence *memo) {
    if (memo == NULL) {
        return BD_STR("");
    }
    bd_str name = memo->sidecar.document.approved_by;
    return name.size > 0 ? name : memo->preparer.name;
}

static bd_day assessed_on(const bd_evidence *memo) {
    if (memo == NULL) {
        return BD_DAY_NONE;
    }
    const bd_document *document = &memo->sidecar.document;
    return document->carried_out_on != BD_DAY_NONE ? document->carried_out_on
                                                   : document->approved_on;
}

/* ---- JSON ---- */

static void write_document(bd_writing *run, bd_json_writer *w, const bd_vendor_document *one) {
    const bd_document *document = &one->item->sidecar.document;
    bd_json_open(w, '{');
    if (one->kind == BD_VENDOR_REPORT) {
        bd_json_member(w, "assessed_by", assessor_of(one->assessment));
        bd_json_member(w, "assessed_on", bd_writing_day(run->line, assessed_on(one->assessment)));
        bd_json_member(w, "assessment", evidence_of(run, one->assessment));
    }
    bd_json_member(w, "auditor", report_text(one, "auditor"));
    bd_write_bool(w, "counts", one->counts);
    bd_json_member(w, "document_id", report_text(one, "document_id"));
    bd_write_str(w, "evidence", evidence_of(run, one->item));
    bd_json_member(w, "from", bd_writing_day(run->line, one->from));
    if (one->kind == BD_VENDOR_REPORT && one->counts_to != BD_DAY_NONE) {
        bd_write_int(w, "gap_days", one->gap_days > 0 ? one->gap_days : 0);
    }
    bd_json_member(w, "issued_by", report_text(one, "issued_by"));
    bd_json_member(w, "issued_on", bd_writing_day(run->line, one->issued_on));
    bd_write_str(w, "kind", bd_str_of(bd_vendor_kind_name(one->kind)));
    bd_json_member(w, "opinion", report_text(one, "opinion"));
    bd_write_strs(w, "problems", &one->problems);
    bd_json_member(w, "report_type", report_text(one, "report_type"));
    bd_json_member(w, "retrieved_by", report_text(one, "retrieved_by"));
    bd_json_member(w, "retrieved_on", bd_writing_day(run->line, one->retrieved_on));
    bd_write_str(w, "sha256", bd_hex_text(run->line, one->item->given.sha256, 32));
    bd_write_strs(w, "states", &document->states);
    bd_write_str(w, "title", one->item->title);
    bd_json_member(w, "to", bd_writing_day(run->line, one->to));
    bd_write_bool(w, "withheld", one->item->is_withheld);
    bd_json_close(w, '}');
}

static void write_documents(bd_writing *run, bd_json_writer *w, size_t vendor) {
    const bd_vendor_register *all = register_of(run);
    bd_json_key(w, "documents");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->documents.count; i++) {
        if (all->documents.data[i].vendor == vendor) {
            write_document(run, w, &all->documents.data[i]);
        }
    }
    bd_json_close(w, ']');
}

static void write_cuecs(bd_writing *run, bd_json_writer *w, size_t vendor) {
    const bd_vendor_register *all = register_of(run);
    bd_json_key(w, "cuecs");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->cuecs.count; i++) {
        const bd_vendor_cuec *one = &all->cuecs.data[i];
        if (one->vendor != vendor) {
            continue;
        }
        bd_json_open(w, '{');
        bd_write_strs(w, "controls", &one->controls);
        bd_write_str(w, "evidence", evidence_of(run, all->documents.data[one->document].item));
        bd_write_bool(w, "finding", one->problem.size > 0);
        bd_write_str(w, "id", one->id);
        bd_json_member(w, "problem", one->problem);
        bd_json_member(w, "reason", one->reason);
        bd_write_str(w, "standing", bd_str_of(bd_cuec_standing_name(one->standing)));
        bd_json_member(w, "text", one->text);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_carve_outs(bd_writing *run, bd_json_writer *w, size_t vendor) {
    const bd_vendor_register *all = register_of(run);
    bd_json_key(w, "carve_outs");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->carve_outs.count; i++) {
        const bd_carve_out *one = &all->carve_outs.data[i];
        if (one->vendor != vendor) {
            continue;
        }
        bd_json_open(w, '{');
        bd_json_member(w, "control", one->control != NULL ? one->control->number : BD_STR(""));
        bd_write_str(w, "criterion", one->criterion);
        bd_write_bool(w, "stated", one->is_stated);
        bd_write_str(w, "why", one->why);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_recipients(bd_writing *run, bd_json_writer *w, const bd_vendor *stated) {
    bd_json_key(w, "recipients");
    bd_json_open(w, '[');
    for (size_t i = 0; stated != NULL && i < stated->recipients.count; i++) {
        const bd_recipient *one = &stated->recipients.data[i];
        bd_json_open(w, '{');
        bd_json_member(w, "by", one->by);
        bd_write_str(w, "document", one->document);
        bd_write_str(w, "name", one->name);
        bd_json_member(w, "on", bd_writing_day(run->line, one->on));
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_csocs(bd_json_writer *w, const bd_vendor *stated) {
    bd_json_key(w, "csocs");
    bd_json_open(w, '[');
    for (size_t i = 0; stated != NULL && i < stated->csocs.count; i++) {
        bd_json_open(w, '{');
        bd_write_strs(w, "criteria", &stated->csocs.data[i].criteria);
        bd_write_str(w, "id", stated->csocs.data[i].id);
        bd_write_str(w, "text", stated->csocs.data[i].text);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_vendor(bd_writing *run, bd_json_writer *w, size_t index) {
    const bd_vendor_standing *one = &register_of(run)->vendors.data[index];
    bd_json_open(w, '{');
    bd_write_int(w, "bridged_days", one->bridged_days);
    write_carve_outs(run, w, index);
    write_csocs(w, one->stated);
    write_cuecs(run, w, index);
    write_documents(run, w, index);
    bd_write_bool(w, "finding", one->is_finding);
    if (one->report_to != BD_DAY_NONE) {
        bd_write_int(w, "gap_days", one->gap_days > 0 ? one->gap_days : 0);
    }
    bd_write_str(w, "method", one->method);
    bd_write_str(w, "name", one->name);
    bd_json_member(w, "next_due", bd_writing_day(run->line, one->bridge_until));
    bd_write_int(w, "open_days", one->open_days);
    bd_write_strs(w, "problems", &one->problems);
    write_recipients(run, w, one->stated);
    bd_json_member(w, "report_to", bd_writing_day(run->line, one->report_to));
    bd_write_str(w, "service", one->service);
    bd_write_str(w, "standing", one->standing);
    bd_write_bool(w, "stated", one->is_stated);
    bd_json_close(w, '}');
}

void export_vendors(bd_writing *run, bd_json_writer *w) {
    bd_json_key(w, "vendors");
    bd_json_open(w, '[');
    for (size_t i = 0; i < register_of(run)->vendors.count; i++) {
        write_vendor(run, w, i);
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

/* ---- CSV ---- */

static void put_document(bd_list *to, const bd_vendor_document *one) {
    const bd_vendor_register *all = register_of(to->run);
    bd_arena *line = to->run->line;
    bd_list_put(to, all->vendors.data[one->vendor].name);
    bd_list_put_word(to, bd_vendor_kind_name(one->kind));
    bd_list_put(to, one->item->title);
    bd_list_put(to, report_text(one, "report_type"));
    bd_list_put(to, bd_writing_day(line, one->from));
    bd_list_put(to, bd_writing_day(line, one->to));
    if (one->kind == BD_VENDOR_REPORT && one->counts_to != BD_DAY_NONE) {
        bd_list_put_int(to, one->gap_days > 0 ? one->gap_days : 0);
    } else {
        bd_list_put_empty(to);
    }
    bd_list_put(to, report_text(one, "auditor"));
    bd_list_put(to, report_text(one, "opinion"));
    bd_list_put(to, report_text(one, "document_id"));
    bd_list_put(to, report_text(one, "issued_by"));
    bd_list_put(to, bd_writing_day(line, one->issued_on));
    bd_list_put(to, report_text(one, "retrieved_by"));
    bd_list_put(to, bd_writing_day(line, one->retrieved_on));
    bd_list_put(to, assessor_of(one->assessment));
    bd_list_put(to, bd_writing_day(line, assessed_on(one->assessment)));
    bd_list_put_bool(to, one->counts);
    bd_list_put(to, bd_writing_joined(line, &one->problems, "; "));
    bd_list_put(to, evidence_of(to->run, one->item));
    bd_list_put(to, bd_hex_text(line, one->item->given.sha256, 32));
    bd_list_put_bool(to, !one->item->is_withheld);
    bd_list_put(to, bd_writing_package_path(to->run, (size_t)(one->item - to->run->in->evidence->data)));
    bd_list_end_row(to);
}

bd_rc bd_export_vendor_reports_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "vendor",      "kind",      "title",      "report_type", "from",         "to",
        "gap_days",    "auditor",   "opinion",    "document_id", "issued_by",    "issued_on",
        "retrieved_by", "retrieved_on", "assessed_by", "assessed_on", "counts",   "problems",
        "evidence",    "sha256",    "in_package", "path"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < register_of(&run)->documents.count; i++) {
        put_document(&to, &register_of(&run)->documents.data[i]);
    }
    return bd_writing_close(&run, err);
}

bd_rc bd_export_cuec_map_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"vendor",  "report", "cuec",    "text",
                                        "standing", "controls", "reason", "finding"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    const bd_vendor_register *all = register_of(&run);
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < all->cuecs.count; i++) {
        const bd_vendor_cuec *one = &all->cuecs.data[i];
        bd_list_put(&to, all->vendors.data[one->vendor].name);
        bd_list_put(&to, evidence_of(&run, all->documents.data[one->document].item));
        bd_list_put(&to, one->id);
        bd_list_put(&to, one->text);
        bd_list_put_word(&to, bd_cuec_standing_name(one->standing));
        bd_list_put(&to, bd_writing_joined(run.line, &one->controls, " "));
        bd_list_put(&to, one->reason);
        bd_list_put(&to, one->problem);
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

bd_rc bd_export_recipients_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"vendor", "document", "recipient", "on", "by"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &inputs->engagement->vendors.data[i];
        for (size_t k = 0; k < vendor->recipients.count; k++) {
            const bd_recipient *one = &vendor->recipients.data[k];
            bd_list_put(&to, vendor->name);
            bd_list_put(&to, one->document);
            bd_list_put(&to, one->name);
            bd_list_put(&to, bd_writing_day(run.line, one->on));
            bd_list_put(&to, one->by);
            bd_list_end_row(&to);
        }
    }
    return bd_writing_close(&run, err);
}

static void put_expected(bd_list *to, bd_str of, const bd_expected_controls *list) {
    for (size_t i = 0; i < list->count; i++) {
        bd_list_put(to, of);
        bd_list_put(to, list->data[i].id);
        bd_list_put(to, list->data[i].text);
        bd_list_put(to, bd_writing_joined(to->run->line, &list->data[i].criteria, " "));
        bd_list_end_row(to);
    }
}

bd_rc bd_export_expected_controls_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"of", "id", "text", "criteria"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &inputs->engagement->vendors.data[i];
        put_expected(&to, vendor->name, &vendor->csocs);
    }
    put_expected(&to, BD_STR("our customers"), &inputs->engagement->our_cuecs);
    return bd_writing_close(&run, err);
}
