/* Shared responsibility and vendors: whose reports we rest on, what they leave open of our period, what they expect of
 * us, which criteria are theirs to run and ours to watch, and who was given their reports. */
#include "bindery/registers.h"

#include "registers_priv.h"

#define MOST_CUECS 200
#define MOST_ROWS 60       /* of the chart; the register has all */
#define MONTHS_AROUND 400  /* days that the chart shows beside ours at most */

static const bd_vendor_register *register_of(const bd_report *r) {
    return &r->assessment->vendors;
}

static bd_str text_or_dash(const bd_report *r, bd_str text) {
    return text.size > 0 ? bd_words_journal_text(r, text) : BD_STR(BD_DASH);
}

static bd_str vendor_name(const bd_report *r, size_t index) {
    bd_str name = register_of(r)->vendors.data[index].name;
    return name.size > 0 ? bd_words_journal_text(r, name) : BD_STR("no vendor named");
}

static bd_str report_text(const bd_report *r, const bd_vendor_document *one, const char *key) {
    return text_or_dash(r, bd_value_text(one->item->sidecar.document.report, key));
}

static bd_str id_of(const bd_report *r, const bd_evidence *item) {
    return bd_evidence_id(r->arena, item->given.number);
}

/* Place among the documents of its vendor, as assessment.json has them. */
static size_t place_of(const bd_report *r, size_t document) {
    const bd_vendor_register *all = register_of(r);
    size_t place = 0;
    for (size_t i = 0; i < document; i++) {
        place += all->documents.data[i].vendor == all->documents.data[document].vendor ? 1 : 0;
    }
    return place;
}

/* ---- the rule ---- */

static void say_rule(bd_report *r) {
    const bd_vendor_register *all = register_of(r);
    bd_say_text(
        r, BD_PARA_BODY,
        bd_str_format(
            r->arena,
            "Part of the system is run by others, and what they do is known through the "
            "reports of their own auditors. The rule: the periods of a vendor's reports, put "
            "together, describe every day from %.*s to %.*s. A head or a gap between two "
            "reports needs the report that is missing. Behind the newest report, at most "
            "%lld days may be bridged by a letter that the vendor itself issued and that "
            "describes each of them; it is the vendor's management that speaks there, no "
            "auditor. Where more than %lld days are open, that is a finding whatever letters "
            "say.",
            BD_ARG(bd_words_day(r, all->from)), BD_ARG(bd_words_day(r, all->to)),
            (long long)all->tail_days, (long long)all->tail_days));
    bd_say(
        r, BD_PARA_NOTE,
        "A vendor's report is not ours to pass on: this package holds its description and the "
        "SHA-256 of its bytes, not the report. Letters and our own assessments lie with the other "
        "evidence in 10_EVIDENCE; the lists of this section in 40_VENDORS.");
}

/* ---- the chart ---- */

static bd_str span_words(const bd_report *r, const bd_vendor_document *one) {
    return bd_str_format(r->arena, "%.*s to %.*s%s", BD_ARG(bd_words_day(r, one->from)),
                         BD_ARG(bd_words_day(r, one->to)), one->counts ? "" : ", does not count");
}

static bool is_drawn(const bd_vendor_document *one) {
    return one->kind != BD_VENDOR_MEMO && one->from != BD_DAY_NONE && one->to >= one->from;
}

static size_t count_rows(const bd_report *r) {
    const bd_vendor_register *all = register_of(r);
    size_t rows = 1 + all->vendors.count;
    for (size_t i = 0; i < all->documents.count; i++) {
        rows += is_drawn(&all->documents.data[i]) ? 1 : 0;
    }
    return rows < MOST_ROWS ? rows : MOST_ROWS;
}

static void find_bounds(const bd_report *r, bd_day *first, bd_day *last) {
    const bd_vendor_register *all = register_of(r);
    const bd_period *period = r->assessment->period;
    *first = all->from;
    *last = period->is_type_ii && period->to > all->to ? period->to : all->to;
    bd_day earliest = *first - MONTHS_AROUND, latest = *last + MONTHS_AROUND;
    for (size_t i = 0; i < all->documents.count; i++) {
        const bd_vendor_document *one = &all->documents.data[i];
        if (is_drawn(one)) {
            *first = one->from < *first ? one->from : *first;
            *last = one->to > *last ? one->to : *last;
        }
    }
    *first = (*first < earliest ? earliest : *first) - 5;
    *last = (*last > latest ? latest : *last) + 5;
}

static bool describes(const bd_vendor_document *one, uint32_t vendor, bd_vendor_kind kind,
                      bd_day day) {
    return one->vendor == vendor && one->kind == kind && one->counts && day >= one->from &&
           day <= one->counts_to;
}

static bd_span_look look_of_day(const bd_report *r, uint32_t vendor, bd_day day) {
    const bd_vendor_register *all = register_of(r);
    const bd_vendor_standing *standing = &all->vendors.data[vendor];
    bool may_bridge = standing->report_to != BD_DAY_NONE && day > standing->report_to &&
                      standing->gap_days <= all->tail_days;
    bd_span_look look = BD_SPAN_OPEN;
    for (size_t i = 0; i < all->documents.count; i++) {
        const bd_vendor_document *one = &all->documents.data[i];
        if (describes(one, vendor, BD_VENDOR_REPORT, day)) {
            return BD_SPAN_FULL;
        }
        if (may_bridge && describes(one, vendor, BD_VENDOR_LETTER, day)) {
            look = BD_SPAN_BRIDGED;
        }
    }
    return look;
}

/* Our days as the vendor's papers describe them. */
static void add_standing_row(bd_report *r, bd_chart *chart, uint32_t vendor, size_t row) {
    const bd_vendor_register *all = register_of(r);
    chart->row_labels[row] = bd_str_copy(r->arena, vendor_name(r, vendor)); /* layout comes later */
    for (bd_day day = all->from; day <= all->to;) {
        bd_span span = {.row = row, .from = day, .look = look_of_day(r, vendor, day)};
        while (day <= all->to && look_of_day(r, vendor, day) == span.look) {
            day++;
        }
        span.to = day - 1;
        if (span.look == BD_SPAN_OPEN) {
            int days = span.to - span.from + 1;
            span.label = bd_str_format(r->arena, "%d %s open", days, days == 1 ? "day" : "days");
        }
        bd_chart_span(r->doc, chart, &span);
    }
}

static void add_document_row(bd_report *r, bd_chart *chart, const bd_vendor_document *one,
                             size_t row) {
    bd_str id = id_of(r, one->item);
    chart->row_labels[row] =
        bd_str_format(r->arena, "   %.*s %s", BD_ARG(id), bd_vendor_kind_name(one->kind));
    chart->row_links[row] = bd_anchor_of_evidence(r, one->item->given.number);
    bd_span span = {.row = row,
                    .from = one->from,
                    .to = one->to,
                    .label = span_words(r, one),
                    .look = !one->counts                     ? BD_SPAN_VOID
                            : one->kind == BD_VENDOR_LETTER ? BD_SPAN_BRIDGED
                                                            : BD_SPAN_FULL};
    bd_chart_span(r->doc, chart, &span);
}

/* All that the picture shows, for who does not see it. */
static bd_str describe_chart(const bd_report *r) {
    const bd_vendor_register *all = register_of(r);
    bd_str text =
        bd_str_format(r->arena, "Days judged: %.*s to %.*s.", BD_ARG(bd_words_day(r, all->from)),
                      BD_ARG(bd_words_day(r, all->to)));
    for (size_t i = 0; i < all->vendors.count; i++) {
        text = bd_str_format(r->arena, "%.*s %.*s: %.*s", BD_ARG(text), BD_ARG(vendor_name(r, i)),
                             BD_ARG(all->vendors.data[i].standing));
        for (size_t k = 0; k < all->documents.count; k++) {
            const bd_vendor_document *one = &all->documents.data[k];
            if (one->vendor == i && is_drawn(one)) {
                text = bd_str_format(r->arena, "%.*s %.*s, %s, %.*s.", BD_ARG(text),
                                     BD_ARG(id_of(r, one->item)), bd_vendor_kind_name(one->kind),
                                     BD_ARG(span_words(r, one)));
            }
        }
    }
    return text;
}

static void add_chart(bd_report *r) {
    const bd_vendor_register *all = register_of(r);
    bd_day first, last;
    size_t rows = count_rows(r), row = 1;
    find_bounds(r, &first, &last);
    bd_chart *chart =
        bd_doc_timeline(r->doc, BD_STR("Our period, the vendors' reports and letters"),
                        describe_chart(r), rows, first, last);
    chart->row_labels[0] = BD_STR("Our days judged");
    chart->words[BD_SPAN_OURS] = BD_STR("our days");
    chart->words[BD_SPAN_FULL] = BD_STR("described by a report");
    chart->words[BD_SPAN_BRIDGED] = BD_STR("by the vendor's letter");
    chart->words[BD_SPAN_OPEN] = BD_STR("open: described by neither");
    chart->words[BD_SPAN_VOID] = BD_STR("on file, does not count");
    bd_chart_span(r->doc, chart,
                  &(bd_span){.from = all->from,
                             .to = all->to,
                             .look = BD_SPAN_OURS,
                             .label = bd_str_format(r->arena, "%.*s to %.*s",
                                                    BD_ARG(bd_words_day(r, all->from)),
                                                    BD_ARG(bd_words_day(r, all->to)))});
    for (uint32_t i = 0; i < all->vendors.count && row < rows; i++) {
        add_standing_row(r, chart, i, row++);
        for (size_t k = 0; k < all->documents.count && row < rows; k++) {
            const bd_vendor_document *one = &all->documents.data[k];
            if (one->vendor == i && is_drawn(one)) {
                add_document_row(r, chart, one, row++);
            }
        }
    }
}

/* ---- where each vendor stands ---- */

static void add_standing(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Vendor", BD_ALIGN_LEFT, 2},     {"Newest report ends", BD_ALIGN_LEFT, 0},
        {"Gap, days", BD_ALIGN_RIGHT, 0}, {"Open, days", BD_ALIGN_RIGHT, 0},
        {"Next due", BD_ALIGN_LEFT, 0},   {"Where it stands", BD_ALIGN_LEFT, 3}};
    const bd_vendor_register *all = register_of(r);
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Where each vendor stands"), columns, true);
    for (size_t i = 0; i < all->vendors.count; i++) {
        const bd_vendor_standing *one = &all->vendors.data[i];
        bd_cell *cell = bd_table_cell(table);
        bd_cell_add(table, cell, vendor_name(r, i));
        bd_str more = bd_str_format(r->arena, "%s%.*s%s%.*s", one->service.size > 0 ? "; " : "",
                                    BD_ARG(bd_words_journal_text(r, one->service)),
                                    one->method.size > 0 ? "; " : "", BD_ARG(one->method));
        bd_cell_add_muted(table, cell,
                          one->is_stated ? more : BD_STR("; not named in bindery.json"));
        bd_table_text(table, bd_words_day(r, one->report_to));
        if (one->report_to == BD_DAY_NONE) {
            bd_table_text(table, BD_STR(BD_DASH));
        } else {
            bd_add_figure(r, table, bd_pointer_of(r, "/vendors/%zu/gap_days", i),
                          one->gap_days > 0 ? one->gap_days : 0);
        }
        bd_add_figure(r, table, bd_pointer_of(r, "/vendors/%zu/open_days", i), one->open_days);
        bd_table_text(table, bd_words_day(r, one->bridge_until));
        bd_table_text(table, one->standing);
    }
    bd_say_text(r, BD_PARA_NOTE,
                bd_str_format(r->arena,
                              "Gap: the last day judged less the end of the newest report that "
                              "counts. Next due: the day up to which letters may bridge, %lld days "
                              "behind that report.",
                              (long long)all->tail_days));
    for (size_t i = 0; i < all->vendors.count; i++) {
        for (size_t k = 0; k < all->vendors.data[i].problems.count; k++) {
            bd_str problem = bd_words_journal_text(r, all->vendors.data[i].problems.data[k]);
            bd_say_text(r, BD_PARA_BULLET,
                        bd_str_format(r->arena, "%.*s, bindery.json: %.*s",
                                      BD_ARG(vendor_name(r, i)),
                                      BD_ARG(bd_words_sentence(r, problem))));
        }
    }
}

/* ---- the register ---- */

static void add_assessment(bd_report *r, bd_table *table, const bd_vendor_document *one) {
    const bd_evidence *memo = one->assessment;
    bd_cell *cell = bd_sheet_cell(table, "Assessed");
    cell->span = 3;
    if (memo == NULL) {
        bd_cell_add(table, cell, BD_STR("no assessment of its opinion and exceptions is on file"));
        return;
    }
    const bd_document *document = &memo->sidecar.document;
    bd_str name = document->approved_by.size > 0 ? document->approved_by : memo->preparer.name;
    bd_day day = document->carried_out_on != BD_DAY_NONE ? document->carried_out_on
                                                         : document->approved_on;
    bool has_states = document->states.count > 0;
    bd_cell_add_link(table, cell, id_of(r, memo), bd_anchor_of_evidence(r, memo->given.number));
    bd_cell_add(table, cell,
                bd_str_format(r->arena, ", %.*s, %.*s%s%.*s%s", BD_ARG(text_or_dash(r, name)),
                              BD_ARG(bd_words_day(r, day)), has_states ? "; it states " : "",
                              BD_ARG(bd_words_list(r, &document->states, ", ")),
                              memo->is_signed_off ? "" : "; not signed off"));
}

static void add_document(bd_report *r, size_t index) {
    const bd_vendor_document *one = &register_of(r)->documents.data[index];
    const bd_evidence *item = one->item;
    bd_table *table = bd_add_sheet(r);
    bd_cell *cell = bd_sheet_cell(table, "Evidence");
    bd_cell_add_link(table, cell, id_of(r, item), bd_anchor_of_evidence(r, item->given.number));
    bd_cell_add(table, cell,
                bd_str_format(r->arena, ", %s%s", bd_vendor_kind_name(one->kind),
                              one->counts ? "" : "; does not count"));
    bd_cell_run(table, bd_sheet_cell(table, "Document id"), BD_RUN_MONO,
                report_text(r, one, "document_id"));
    (void)bd_sheet_wide(table, "Title", BD_RUN_PLAIN, bd_words_journal_text(r, item->title));
    if (one->kind != BD_VENDOR_MEMO) {
        bd_sheet_pair(
            table, "Period",
            bd_str_format(r->arena, "%.*s to %.*s", BD_ARG(bd_words_day(r, one->from)),
                          BD_ARG(bd_words_day(r, one->to))),
            one->kind == BD_VENDOR_REPORT ? "Type" : "Issued by",
            report_text(r, one, one->kind == BD_VENDOR_REPORT ? "report_type" : "issued_by"));
    }
    if (one->kind == BD_VENDOR_REPORT) {
        bd_sheet_pair(table, "Auditor", report_text(r, one, "auditor"), "Opinion",
                      report_text(r, one, "opinion"));
        cell = bd_sheet_cell(table, "Gap, days");
        if (one->counts_to == BD_DAY_NONE) {
            bd_cell_add(table, cell, BD_STR(BD_DASH));
        } else {
            bd_cell_add_figure(r, table, cell,
                               bd_pointer_of(r, "/vendors/%u/documents/%zu/gap_days", one->vendor,
                                             place_of(r, index)),
                               one->gap_days > 0 ? one->gap_days : 0);
        }
        bd_cell_add(table, bd_sheet_cell(table, "Issued on"), bd_words_day(r, one->issued_on));
    }
    bd_sheet_pair(table, "Retrieved by", report_text(r, one, "retrieved_by"), "Retrieved on",
                  bd_words_day(r, one->retrieved_on));
    (void)bd_sheet_wide(table, "SHA-256", BD_RUN_MONO, bd_words_hash(r, item->given.sha256));
    if (one->kind == BD_VENDOR_REPORT) {
        add_assessment(r, table, one);
    }
    for (size_t i = 0; i < one->problems.count; i++) {
        (void)bd_sheet_wide(table, one->counts ? "Note" : "Does not count", BD_RUN_PLAIN,
                            bd_words_sentence(r, bd_words_journal_text(r, one->problems.data[i])));
    }
}

static void add_register(bd_report *r) {
    const bd_vendor_register *all = register_of(r);
    bd_doc_heading(r->doc, 2, BD_STR("Register of reports and letters"),
                   BD_STR("vendor-register"));
    if (all->documents.count == 0) {
        bd_say(
            r, BD_PARA_BODY,
            "No report, letter or assessment of a vendor is on file. A report is put into the "
            "inbox with a sidecar whose document has a type such as vendor-report and says vendor, "
            "period, auditor and opinion.");
    }
    for (size_t i = 0; i < all->documents.count; i++) {
        const bd_vendor_document *one = &all->documents.data[i];
        if (i == 0 || all->documents.data[i - 1].vendor != one->vendor) {
            bd_doc_heading(r->doc, 3, vendor_name(r, one->vendor),
                           bd_str_format(r->arena, "vendor-%u", one->vendor));
        }
        add_document(r, i);
        bd_doc_space(r->doc, 6);
    }
}

/* ---- what they expect of us ---- */

static void cell_numbers(bd_report *r, bd_table *table, const bd_strs *numbers) {
    bd_cell *cell = bd_table_cell(table);
    for (size_t i = 0; i < numbers->count; i++) {
        bool is_known = bd_catalog_control(r->catalog, numbers->data[i]) != NULL;
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, bd_words_journal_text(r, numbers->data[i]),
                         is_known ? bd_anchor_of(r, "control", numbers->data[i]) : BD_STR(""));
    }
    bd_cell_add(table, cell, numbers->count == 0 ? BD_STR(BD_DASH) : BD_STR(""));
}

static void add_cuecs(bd_report *r) {
    static const bd_column_def columns[] = {{"Report", BD_ALIGN_LEFT, 0},
                                            {"Control expected", BD_ALIGN_LEFT, 2},
                                            {"Standing", BD_ALIGN_LEFT, 0},
                                            {"Ours", BD_ALIGN_LEFT, 1},
                                            {"Reason, or finding", BD_ALIGN_LEFT, 2}};
    const bd_vendor_register *all = register_of(r);
    bd_doc_heading(r->doc, 2, BD_STR("Controls that the reports expect of us"),
                   BD_STR("vendor-cuecs"));
    if (all->cuecs.count == 0) {
        bd_say(
            r, BD_PARA_BODY,
            "No report on file lists user-entity controls (member cuecs of its sidecar). A report "
            "without the list leaves open who does what it counts on.");
        return;
    }
    bd_say_text(r, BD_PARA_BODY,
                bd_str_format(r->arena,
                              "%zu listed, %lld of them %s. Each is mapped to controls of ours, or "
                              "not applicable with its reason; anything else is a finding.",
                              all->cuecs.count, (long long)all->cuec_findings,
                              all->cuec_findings == 1 ? "a finding" : "findings"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR("User-entity controls"), columns, true);
    for (size_t i = 0; i < all->cuecs.count && i < MOST_CUECS; i++) {
        const bd_vendor_cuec *one = &all->cuecs.data[i];
        bd_add_evidence(r, table, all->documents.data[one->document].item->given.number);
        bd_cell *cell = bd_table_cell(table);
        bd_cell_run(table, cell, BD_RUN_STRONG, bd_words_journal_text(r, one->id));
        bd_cell_add(table, cell, one->text.size > 0 ? BD_STR(": ") : BD_STR(""));
        bd_cell_add(table, cell, bd_words_journal_text(r, one->text));
        bd_table_text(table, bd_str_of(bd_cuec_standing_name(one->standing)));
        cell_numbers(r, table, &one->controls);
        bd_table_text(table, one->problem.size > 0
                                 ? bd_str_format(r->arena, "Finding: %.*s",
                                                 BD_ARG(bd_words_journal_text(r, one->problem)))
                                 : text_or_dash(r, one->reason));
    }
    if (all->cuecs.count > MOST_CUECS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %d are printed; %zu more stand in "
                                  "40_VENDORS/cuec-map.csv.",
                                  MOST_CUECS, all->cuecs.count - MOST_CUECS));
    }
}

/* ---- what rests on whom ---- */

static void cell_control_state(bd_report *r, bd_table *table, const bd_control *control) {
    for (size_t i = 0; control != NULL && i < r->assessment->control_count; i++) {
        if (r->assessment->controls[i].control == control) {
            bd_add_state(r, table, &r->assessment->controls[i]);
            return;
        }
    }
    bd_table_text(table, BD_STR(BD_DASH));
}

static void add_carve_outs(bd_report *r) {
    static const bd_column_def columns[] = {{"Vendor", BD_ALIGN_LEFT, 1},
                                            {"Criterion", BD_ALIGN_LEFT, 0},
                                            {"What rests on the vendor", BD_ALIGN_LEFT, 2},
                                            {"Our monitoring", BD_ALIGN_LEFT, 0},
                                            {"State", BD_ALIGN_LEFT, 0}};
    const bd_vendor_register *all = register_of(r);
    bd_doc_heading(r->doc, 2, BD_STR("Carved out, and how we watch it"),
                   BD_STR("vendor-carve-outs"));
    if (all->carve_outs.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "Nothing is named: bindery.json states no criteria that a vendor operates, and no "
               "report that a check reads is on file.");
        return;
    }
    bd_say(r, BD_PARA_BODY,
           "The vendor runs the controls behind these criteria, wholly or in part; we test none of "
           "them ourselves. Our part is the control that watches its reports. Rows come from "
           "bindery.json and from the checks that read the vendor's reports.");
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Criteria that rest on a vendor"), columns, true);
    for (size_t i = 0; i < all->carve_outs.count; i++) {
        const bd_carve_out *one = &all->carve_outs.data[i];
        bd_table_text(table, vendor_name(r, one->vendor));
        bool is_known = bd_catalog_criterion(r->catalog, one->criterion) != NULL;
        bd_add_link(table, bd_words_journal_text(r, one->criterion),
                    is_known ? bd_anchor_of(r, "criterion", one->criterion) : BD_STR(""));
        bd_table_text(table, bd_words_sentence(r, bd_words_catalog(r, one->why)));
        if (one->control != NULL) {
            bd_add_link(table, one->control->number,
                        bd_anchor_of(r, "control", one->control->number));
        } else {
            bd_table_text(table, BD_STR("none named"));
        }
        cell_control_state(r, table, one->control);
    }
}

/* ---- who was given them ---- */

static void add_recipients(bd_report *r) {
    static const bd_column_def columns[] = {{"Vendor", BD_ALIGN_LEFT, 1},
                                            {"Document", BD_ALIGN_LEFT, 1},
                                            {"Given to", BD_ALIGN_LEFT, 2},
                                            {"On", BD_ALIGN_LEFT, 0},
                                            {"By", BD_ALIGN_LEFT, 1}};
    bd_table *table = NULL;
    bd_doc_heading(r->doc, 2, BD_STR("Who was given a vendor's report"),
                   BD_STR("vendor-recipients"));
    for (size_t i = 0; i < r->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &r->engagement->vendors.data[i];
        for (size_t k = 0; k < vendor->recipients.count; k++) {
            const bd_recipient *one = &vendor->recipients.data[k];
            table =
                table != NULL ? table : BD_ADD_TABLE(r, BD_STR("Redistribution"), columns, true);
            bd_table_text(table, bd_words_journal_text(r, vendor->name));
            bd_table_text(table, text_or_dash(r, one->document));
            bd_table_text(table, bd_words_journal_text(r, one->name));
            bd_table_text(table, bd_words_day(r, one->on));
            bd_table_text(table, text_or_dash(r, one->by));
        }
    }
    if (table == NULL) {
        bd_say(r, BD_PARA_BODY,
               "No recipient is noted in bindery.json (vendors, recipients). Terms of such reports "
               "usually ask for a complete record of those who were given one.");
    }
}

void bd_section_vendors(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Shared responsibility and vendors"), BD_STR("vendors"));
    if (register_of(r)->vendors.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "bindery.json names no vendor, and no report or letter of one is on file.");
        add_expected_of_customers(r);
        return;
    }
    say_rule(r);
    add_chart(r);
    add_standing(r);
    add_carve_outs(r);
    add_expected_of_vendors(r);
    add_register(r);
    add_cuecs(r);
    add_recipients(r);
    add_expected_of_customers(r);
}
