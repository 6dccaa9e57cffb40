/* Vendors: the member of assessment.json, and the lists of 40_VENDORS. */
#include "bindery/export.h"

#include "export_priv.h"

static const bd_vendor_register *register_of(const export_run *run) {
    return &run->in->assessment->vendors;
}

static bd_str report_text(const bd_vendor_document *one, const char *key) {
    return bd_value_text(one->item->sidecar.document.report, key);
}

static bd_str evidence_of(export_run *run, const bd_evidence *item) {
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

static void write_document(export_run *run, bd_json_writer *w, const bd_vendor_document *one) {
    const bd_document *document = &one->item->sidecar.document;
    bd_json_open(w, '{');
    if (one->kind == BD_VENDOR_REPORT) {
        bd_json_member(w, "assessed_by", assessor_of(one->assessment));
        bd_json_member(w, "assessed_on", export_day(run->line, assessed_on(one->assessment)));
        bd_json_member(w, "assessment", evidence_of(run, one->assessment));
    }
    bd_json_member(w, "auditor", report_text(one, "auditor"));
    export_member_bool(w, "counts", one->counts);
    bd_json_member(w, "document_id", report_text(one, "document_id"));
    export_member_str(w, "evidence", evidence_of(run, one->item));
    bd_json_member(w, "from", export_day(run->line, one->from));
    if (one->kind == BD_VENDOR_REPORT && one->counts_to != BD_DAY_NONE) {
        export_member_int(w, "gap_days", one->gap_days > 0 ? one->gap_days : 0);
    }
    bd_json_member(w, "issued_by", report_text(one, "issued_by"));
    bd_json_member(w, "issued_on", export_day(run->line, one->issued_on));
    export_member_str(w, "kind", bd_str_of(bd_vendor_kind_name(one->kind)));
    bd_json_member(w, "opinion", report_text(one, "opinion"));
    export_member_strs(w, "problems", &one->problems);
    bd_json_member(w, "report_type", report_text(one, "report_type"));
    bd_json_member(w, "retrieved_by", report_text(one, "retrieved_by"));
    bd_json_member(w, "retrieved_on", export_day(run->line, one->retrieved_on));
    export_member_str(w, "sha256", bd_hex_text(run->line, one->item->given.sha256, 32));
    export_member_strs(w, "states", &document->states);
    export_member_str(w, "title", one->item->title);
    bd_json_member(w, "to", export_day(run->line, one->to));
    export_member_bool(w, "withheld", one->item->is_withheld);
    bd_json_close(w, '}');
}

static void write_documents(export_run *run, bd_json_writer *w, size_t vendor) {
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

static void write_cuecs(export_run *run, bd_json_writer *w, size_t vendor) {
    const bd_vendor_register *all = register_of(run);
    bd_json_key(w, "cuecs");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->cuecs.count; i++) {
        const bd_vendor_cuec *one = &all->cuecs.data[i];
        if (one->vendor != vendor) {
            continue;
        }
        bd_json_open(w, '{');
        export_member_strs(w, "controls", &one->controls);
        export_member_str(w, "evidence", evidence_of(run, all->documents.data[one->document].item));
        export_member_bool(w, "finding", one->problem.size > 0);
        export_member_str(w, "id", one->id);
        bd_json_member(w, "problem", one->problem);
        bd_json_member(w, "reason", one->reason);
        export_member_str(w, "standing", bd_str_of(bd_cuec_standing_name(one->standing)));
        bd_json_member(w, "text", one->text);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_carve_outs(export_run *run, bd_json_writer *w, size_t vendor) {
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
        export_member_str(w, "criterion", one->criterion);
        export_member_bool(w, "stated", one->is_stated);
        export_member_str(w, "why", one->why);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_recipients(export_run *run, bd_json_writer *w, const bd_vendor *stated) {
    bd_json_key(w, "recipients");
    bd_json_open(w, '[');
    for (size_t i = 0; stated != NULL && i < stated->recipients.count; i++) {
        const bd_recipient *one = &stated->recipients.data[i];
        bd_json_open(w, '{');
        bd_json_member(w, "by", one->by);
        export_member_str(w, "document", one->document);
        export_member_str(w, "name", one->name);
        bd_json_member(w, "on", export_day(run->line, one->on));
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_csocs(bd_json_writer *w, const bd_vendor *stated) {
    bd_json_key(w, "csocs");
    bd_json_open(w, '[');
    for (size_t i = 0; stated != NULL && i < stated->csocs.count; i++) {
        bd_json_open(w, '{');
        export_member_strs(w, "criteria", &stated->csocs.data[i].criteria);
        export_member_str(w, "id", stated->csocs.data[i].id);
        export_member_str(w, "text", stated->csocs.data[i].text);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_vendor(export_run *run, bd_json_writer *w, size_t index) {
    const bd_vendor_standing *one = &register_of(run)->vendors.data[index];
    bd_json_open(w, '{');
    export_member_int(w, "bridged_days", one->bridged_days);
    write_carve_outs(run, w, index);
    write_csocs(w, one->stated);
    write_cuecs(run, w, index);
    write_documents(run, w, index);
    export_member_bool(w, "finding", one->is_finding);
    if (one->report_to != BD_DAY_NONE) {
        export_member_int(w, "gap_days", one->gap_days > 0 ? one->gap_days : 0);
    }
    export_member_str(w, "method", one->method);
    export_member_str(w, "name", one->name);
    bd_json_member(w, "next_due", export_day(run->line, one->bridge_until));
    export_member_int(w, "open_days", one->open_days);
    export_member_strs(w, "problems", &one->problems);
    write_recipients(run, w, one->stated);
    bd_json_member(w, "report_to", export_day(run->line, one->report_to));
    export_member_str(w, "service", one->service);
    export_member_str(w, "standing", one->standing);
    export_member_bool(w, "stated", one->is_stated);
    bd_json_close(w, '}');
}

void export_vendors(export_run *run, bd_json_writer *w) {
    bd_json_key(w, "vendors");
    bd_json_open(w, '[');
    for (size_t i = 0; i < register_of(run)->vendors.count; i++) {
        write_vendor(run, w, i);
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

/* ---- CSV ---- */

static void put_document(csv_table *to, const bd_vendor_document *one) {
    const bd_vendor_register *all = register_of(to->run);
    bd_arena *line = to->run->line;
    csv_text(to, all->vendors.data[one->vendor].name);
    csv_word(to, bd_vendor_kind_name(one->kind));
    csv_text(to, one->item->title);
    csv_text(to, report_text(one, "report_type"));
    csv_text(to, export_day(line, one->from));
    csv_text(to, export_day(line, one->to));
    if (one->kind == BD_VENDOR_REPORT && one->counts_to != BD_DAY_NONE) {
        csv_int(to, one->gap_days > 0 ? one->gap_days : 0);
    } else {
        csv_empty(to);
    }
    csv_text(to, report_text(one, "auditor"));
    csv_text(to, report_text(one, "opinion"));
    csv_text(to, report_text(one, "document_id"));
    csv_text(to, report_text(one, "issued_by"));
    csv_text(to, export_day(line, one->issued_on));
    csv_text(to, report_text(one, "retrieved_by"));
    csv_text(to, export_day(line, one->retrieved_on));
    csv_text(to, assessor_of(one->assessment));
    csv_text(to, export_day(line, assessed_on(one->assessment)));
    csv_bool(to, one->counts);
    csv_text(to, export_joined(line, &one->problems, "; "));
    csv_text(to, evidence_of(to->run, one->item));
    csv_text(to, bd_hex_text(line, one->item->given.sha256, 32));
    csv_bool(to, !one->item->is_withheld);
    csv_text(to, export_package_path(to->run, (size_t)(one->item - to->run->in->evidence->data)));
    csv_end_row(to);
}

bd_rc bd_export_vendor_reports_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "vendor",      "kind",      "title",      "report_type", "from",         "to",
        "gap_days",    "auditor",   "opinion",    "document_id", "issued_by",    "issued_on",
        "retrieved_by", "retrieved_on", "assessed_by", "assessed_on", "counts",   "problems",
        "evidence",    "sha256",    "in_package", "path"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < register_of(&run)->documents.count; i++) {
        put_document(&to, &register_of(&run)->documents.data[i]);
    }
    return export_close(&run, err);
}

bd_rc bd_export_cuec_map_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"vendor",  "report", "cuec",    "text",
                                        "standing", "controls", "reason", "finding"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    const bd_vendor_register *all = register_of(&run);
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < all->cuecs.count; i++) {
        const bd_vendor_cuec *one = &all->cuecs.data[i];
        csv_text(&to, all->vendors.data[one->vendor].name);
        csv_text(&to, evidence_of(&run, all->documents.data[one->document].item));
        csv_text(&to, one->id);
        csv_text(&to, one->text);
        csv_word(&to, bd_cuec_standing_name(one->standing));
        csv_text(&to, export_joined(run.line, &one->controls, " "));
        csv_text(&to, one->reason);
        csv_text(&to, one->problem);
        csv_end_row(&to);
    }
    return export_close(&run, err);
}

bd_rc bd_export_recipients_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"vendor", "document", "recipient", "on", "by"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &inputs->engagement->vendors.data[i];
        for (size_t k = 0; k < vendor->recipients.count; k++) {
            const bd_recipient *one = &vendor->recipients.data[k];
            csv_text(&to, vendor->name);
            csv_text(&to, one->document);
            csv_text(&to, one->name);
            csv_text(&to, export_day(run.line, one->on));
            csv_text(&to, one->by);
            csv_end_row(&to);
        }
    }
    return export_close(&run, err);
}

static void put_expected(csv_table *to, bd_str of, const bd_expected_controls *list) {
    for (size_t i = 0; i < list->count; i++) {
        csv_text(to, of);
        csv_text(to, list->data[i].id);
        csv_text(to, list->data[i].text);
        csv_text(to, export_joined(to->run->line, &list->data[i].criteria, " "));
        csv_end_row(to);
    }
}

bd_rc bd_export_expected_controls_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"of", "id", "text", "criteria"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &inputs->engagement->vendors.data[i];
        put_expected(&to, vendor->name, &vendor->csocs);
    }
    put_expected(&to, BD_STR("our customers"), &inputs->engagement->our_cuecs);
    return export_close(&run, err);
}
