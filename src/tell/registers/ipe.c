/* Evidence sheets (information produced by the entity), data quality, and the list of hashes. */
#include "bindery/registers.h"

static bool has_sheet(const bd_evidence *item) {
    return !item->is_sidecar && !item->is_register;
}

static bd_str or_dash(bd_str text) {
    return text.size > 0 ? text : BD_STR(BD_DASH);
}

static void add_wide_mono(bd_report *r, bd_table *table, const char *key, bd_str value) {
    bd_sheet_wide(table, key, BD_RUN_MONO, bd_words_journal_text(r, value));
}

/* ---- what a sheet says ---- */

static bd_str scopes_of(const bd_report *r, const bd_evidence *item) {
    bd_strs names = {0};
    for (size_t i = 0; i < item->facts.seen.count && names.count < 6; i++) {
        bd_str name = bd_words_scope(r, item->facts.seen.data[i].scope);
        bool is_new = true;
        for (size_t k = 0; k < names.count; k++) {
            is_new = is_new && !bd_str_eq(names.data[k], name);
        }
        if (is_new) {
            *bd_push(r->arena, &names) = name;
        }
    }
    if (names.count > 0) {
        return bd_words_list(r, &names, ", ");
    }
    for (size_t i = 0; i < item->sidecar.scope_ids.count && names.count < 6; i++) {
        *bd_push(r->arena, &names) = bd_words_scope(r, item->sidecar.scope_ids.data[i]);
    }
    return names.count > 0 ? bd_words_list(r, &names, ", ") : item->sidecar.scope_kind;
}

static bd_str describes_words(const bd_report *r, const bd_evidence *item) {
    bd_str assumed = item->collected_at_is_assumed ? BD_STR(" (assumed)") : BD_STR("");
    if (item->describes_from == BD_INSTANT_NONE) {
        return BD_STR("");
    }
    if (item->is_document && item->describes_from == item->describes_to &&
        !item->collected_at_is_assumed) {
        return bd_str_format(r->arena, "the day %.*s", BD_ARG(bd_words_described(r, item)));
    }
    if (item->is_snapshot || item->describes_from == item->describes_to) {
        return bd_str_format(r->arena, "the instant %.*s%.*s",
                             BD_ARG(bd_words_instant(r, item->describes_from)), BD_ARG(assumed));
    }
    return bd_str_format(r->arena, "from %.*s to before %.*s%.*s",
                         BD_ARG(bd_words_instant(r, item->describes_from)),
                         BD_ARG(bd_words_instant(r, item->describes_to)), BD_ARG(assumed));
}

static bd_str collected_words(const bd_report *r, const bd_evidence *item) {
    bd_str text = bd_words_instant(r, item->collected_at);
    if (item->time_problem.size > 0) {
        return bd_str_format(r->arena,
                             "%.*s: it lies after the file was taken in, so it is not known",
                             BD_ARG(text));
    }
    return item->collected_at_is_assumed
               ? bd_str_format(r->arena, "%.*s, assumed from the file's own time", BD_ARG(text))
               : text;
}

static bd_str kind_words(const bd_report *r, const bd_evidence *item) {
    if (item->facts.envelope_words.size > 0) {
        return bd_str_format(r->arena, "%s: %.*s", bd_origin_name(item->origin),
                             BD_ARG(item->facts.envelope_words));
    }
    return bd_str_format(r->arena, "%s: %s", bd_origin_name(item->origin),
                         bd_media_type(item->facts.media));
}

static void add_rows(bd_report *r, bd_table *table, size_t index) {
    const bd_facts *facts = &r->evidence->data[index].facts;
    size_t place = r->place_of_item[index];
    bd_cell *cell = bd_sheet_cell(table, "Rows read");
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/evidence/%zu/rows_read", place),
                       (int64_t)facts->rows_read);
    if (facts->rows_refused > 0 || facts->rows_unmapped > 0) {
        bd_cell_add(table, cell, BD_STR(", refused "));
        bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/evidence/%zu/rows_refused", place),
                           (int64_t)facts->rows_refused);
        bd_cell_add(table, cell, BD_STR(", not recognised "));
        bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/evidence/%zu/rows_unmapped", place),
                           (int64_t)facts->rows_unmapped);
    }
    if (facts->rows_reported < 0) {
        bd_cell_add(table, cell, BD_STR("; the source states no count"));
        return;
    }
    bd_cell_add(table, cell, BD_STR("; counted by the source: "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/evidence/%zu/rows_reported", place),
                       facts->rows_reported);
}

/* One sheet of a workbook, or the records of an XML document: where they stand, how many, whose. */
static void add_part(bd_report *r, bd_table *table, size_t index, size_t which) {
    const bd_table_facts *facts = &r->evidence->data[index].facts.tables.data[which];
    size_t place = r->place_of_item[index];
    bool is_sheet = r->evidence->data[index].facts.media == BD_MEDIA_XLSX;
    bd_cell *cell = bd_sheet_wide(table, is_sheet ? "Sheet" : "Records", BD_RUN_MONO,
                                  bd_words_journal_text(r, facts->name));
    bd_cell_add(table, cell, facts->is_hidden ? BD_STR(" (hidden)") : BD_STR(""));
    if (facts->header_row > 0) {
        bd_cell_add(table, cell, BD_STR(", header in row "));
        bd_cell_add_figure(r, table, cell,
                           bd_pointer_of(r, "/evidence/%zu/tables/%zu/header_row", place, which),
                           facts->header_row);
    }
    bd_cell_add(table, cell, BD_STR("; rows read "));
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/evidence/%zu/tables/%zu/rows_read", place, which),
                       (int64_t)facts->rows_read);
    bd_cell_add(table, cell, BD_STR(", refused "));
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/evidence/%zu/tables/%zu/rows_refused", place, which),
                       (int64_t)facts->rows_refused);
    bd_cell_add(
        table, cell,
        facts->source.size > 0
            ? bd_str_format(r->arena, "; %.*s", BD_ARG(bd_words_source_title(r, facts->source)))
            : BD_STR(""));
    bd_cell_add(table, cell,
                facts->rows_left > 0 ? BD_STR("; no source recognises it, nothing in it was judged")
                                     : BD_STR(""));
}

static void add_parts(bd_report *r, bd_table *table, size_t index) {
    enum { MOST = 20 };
    size_t count = r->evidence->data[index].facts.tables.count;
    for (size_t i = 0; i < count && i < MOST; i++) {
        add_part(r, table, index, i);
    }
    if (count > MOST) {
        bd_sheet_wide(table, "Further sheets", BD_RUN_PLAIN, BD_STR("assessment.json lists all"));
    }
}

static void add_document(bd_report *r, bd_table *table, const bd_evidence *item) {
    const bd_document *d = &item->sidecar.document;
    if (!item->has_sidecar || !item->sidecar.has_document) {
        return;
    }
    bd_sheet_pair(table, "Document", bd_words_journal_text(r, d->type), "Version",
                  bd_words_journal_text(r, d->version));
    bd_str role = d->approver_role.size > 0
                      ? bd_str_format(r->arena, " (%.*s)", BD_ARG(d->approver_role))
                      : BD_STR("");
    bd_str by = d->approved_by.size == 0
                    ? BD_STR("")
                    : bd_str_format(r->arena, "%.*s%.*s, %s", BD_ARG(d->approved_by), BD_ARG(role),
                                    d->approver_is_management ? "management" : "not management");
    bd_sheet_pair(table, "Approved by", bd_words_journal_text(r, by), "Approved on",
                  bd_words_day(r, d->approved_on));
    bd_str until =
        d->in_force_to == BD_DAY_NONE ? BD_STR("still in force") : bd_words_day(r, d->in_force_to);
    bd_sheet_pair(table, "In force",
                  d->in_force_from == BD_DAY_NONE
                      ? BD_STR("")
                      : bd_str_format(r->arena, "%.*s to %.*s",
                                      BD_ARG(bd_words_day(r, d->in_force_from)), BD_ARG(until)),
                  "Carried out on", bd_words_day(r, d->carried_out_on));
}

static void add_signoff_rows(bd_report *r, bd_table *table, const bd_evidence *item) {
    bool is_handed_in = item->origin == BD_ORIGIN_HANDED_IN;
    bd_str preparer = bd_words_signoff(r, &item->preparer);
    bd_sheet_wide(table, "Prepared by", BD_RUN_PLAIN,
                  preparer.size > 0 || !is_handed_in ? preparer : BD_STR("nobody stated"));
    for (size_t i = 0; i < item->reviewers.count; i++) {
        const bd_signoff *review = &item->reviewers.data[i];
        bd_str checked = review->checked.size > 0
                             ? bd_str_format(r->arena, "; checked: %.*s",
                                             BD_ARG(bd_words_journal_text(r, review->checked)))
                             : BD_STR("");
        bd_sheet_wide(table, "Reviewed by", BD_RUN_PLAIN,
                      bd_str_format(r->arena, "%.*s%.*s (%.*s; stated, not authenticated)",
                                    BD_ARG(bd_words_signoff(r, review)), BD_ARG(checked),
                                    BD_ARG(review->origin)));
    }
    if (is_handed_in && !item->is_signed_off) {
        bd_sheet_wide(table, "Not signed off", BD_RUN_PLAIN,
                      bd_words_sentence(r, bd_words_journal_text(r, item->signoff_reason)));
    }
}

static void add_sidecar(bd_report *r, bd_table *table, bd_cell *cell, uint32_t number) {
    size_t index = bd_index_of_evidence(r, number);
    if (number == 0 || index == BD_NOWHERE) {
        return;
    }
    bd_cell_add(table, cell,
                bd_str_format(r->arena, "; described by %.*s, SHA-256 ",
                              BD_ARG(bd_evidence_id(r->arena, number))));
    bd_cell_run(table, cell, BD_RUN_MONO,
                bd_words_hash_short(r, r->evidence->data[index].given.sha256));
}

static void add_files(bd_report *r, bd_table *table, size_t index) {
    const bd_evidence *item = &r->evidence->data[index];
    bd_cell *cell =
        bd_sheet_wide(table, "File", BD_RUN_MONO, bd_words_journal_text(r, item->given.path));
    bd_cell_add(table, cell, BD_STR(", "));
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/evidence/%zu/bytes", r->place_of_item[index]),
                       item->given.bytes);
    bd_cell_add(table, cell, BD_STR(" bytes, kept unchanged"));
    add_sidecar(r, table, cell, item->given.sidecar);
    add_wide_mono(r, table, "SHA-256", bd_words_hash(r, item->given.sha256));
    if (r->in->package_paths != NULL) {
        add_wide_mono(r, table, "In the package", r->in->package_paths[index]);
    }
}

static void add_readers(bd_report *r, bd_table *table, size_t index) {
    bd_cell *cell = bd_sheet_cell(table, "Read for");
    const bd_index_list *readers = &r->readers[index];
    for (size_t i = 0; i < readers->count; i++) {
        bd_str number = r->assessment->controls[readers->data[i]].control->number;
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, number, bd_anchor_of(r, "control", number));
    }
    if (readers->count == 0) {
        bd_cell_add(table, cell, BD_STR("no control"));
    }
}

static bd_str exporter_words(const bd_report *r, const bd_evidence *item) {
    bd_str tool = item->sidecar.tool, exporter = item->sidecar.exporter;
    bd_str between = tool.size > 0 && exporter.size > 0 ? BD_STR(", with ") : BD_STR("");
    return bd_words_journal_text(r, bd_str_format(r->arena, "%.*s%.*s%.*s", BD_ARG(exporter),
                                                  BD_ARG(between), BD_ARG(tool)));
}

static void add_item_heading(bd_report *r, const bd_evidence *item) {
    bd_str id = bd_evidence_id(r->arena, item->given.number);
    bd_str title = bd_words_journal_text(r, item->title.size > 0 ? item->title : item->given.path);
    bd_doc_heading(r->doc, 4, bd_str_format(r->arena, "%.*s  %.*s", BD_ARG(id), BD_ARG(title)),
                   bd_anchor_of(r, "evidence", id));
}

/* "wrong tenant (Ada Berg, 2026-07-03T...); what fails in it stays, and nothing passes by it" */
static bd_str withdrawn_words(bd_report *r, const bd_evidence *item) {
    const bd_evidence_given *given = &item->given;
    bool has_by = given->withdrawn_by.size > 0 && given->withdrawn_at != BD_INSTANT_NONE;
    bd_str by = has_by ? bd_str_format(r->arena, " (%.*s, %.*s)",
                                       BD_ARG(bd_words_journal_text(r, given->withdrawn_by)),
                                       BD_ARG(bd_words_instant(r, given->withdrawn_at)))
                       : (bd_str){"", 0};
    return bd_str_format(r->arena, "%.*s%.*s; its findings stay, and nothing passes by it",
                         BD_ARG(bd_words_journal_text(r, given->withdrawn_reason)), BD_ARG(by));
}

static void add_item(bd_report *r, size_t index) {
    const bd_evidence *item = &r->evidence->data[index];
    bd_begin_passing(r);
    add_item_heading(r, item);
    bd_table *table = bd_add_sheet(r);
    bd_sheet_pair(table, "Source", bd_words_source_title(r, item->source), "Kind",
                  kind_words(r, item));
    bd_sheet_pair(table, "Scope", scopes_of(r, item), "Describes", describes_words(r, item));
    bd_sheet_pair(table, "Collected", collected_words(r, item), "By", exporter_words(r, item));
    add_rows(r, table, index);
    add_readers(r, table, index);
    if (item->facts.first_event != BD_INSTANT_NONE) {
        bd_sheet_pair(table, "First event", bd_words_instant(r, item->facts.first_event),
                      "Last event", bd_words_instant(r, item->facts.last_event));
    }
    bd_str reason = bd_words_sentence(r, bd_words_journal_text(r, item->completeness_reason));
    bd_sheet_wide(table, "Complete", BD_RUN_PLAIN,
                  bd_str_format(r->arena, "%s. %.*s", bd_completeness_name(item->completeness),
                                BD_ARG(reason)));
    add_parts(r, table, index);
    add_document(r, table, item);
    add_wide_mono(r, table, "Command", item->sidecar.command);
    add_wide_mono(r, table, "Request", item->sidecar.request);
    add_wide_mono(r, table, "Query", item->sidecar.query);
    add_signoff_rows(r, table, item);
    add_files(r, table, index);
    if (item->given.is_withdrawn) {
        bd_sheet_wide(table, "Withdrawn", BD_RUN_PLAIN,
                      bd_words_sentence(r, withdrawn_words(r, item)));
    }
    bd_end_passing(r, table);
}

/* ---- sheets by source ---- */

static int cmp_by_source(const void *context, const void *a, const void *b) {
    const bd_evidences *evidence = context;
    const bd_evidence *x = &evidence->data[*(const uint32_t *)a];
    const bd_evidence *y = &evidence->data[*(const uint32_t *)b];
    int order = (x->source.size == 0) - (y->source.size == 0);
    order = order != 0 ? order : bd_str_natural_cmp(x->source, y->source);
    if (order != 0) {
        return order;
    }
    return (x->given.number > y->given.number) - (x->given.number < y->given.number);
}

static bd_index_list sheets_of(bd_report *r) {
    bd_index_list items = {0};
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        if (has_sheet(&r->evidence->data[i])) {
            *bd_push(r->arena, &items) = (uint32_t)i;
        }
    }
    bd_sort(items.data, items.count, sizeof(uint32_t), cmp_by_source, r->evidence);
    return items;
}

static size_t count_same(const bd_report *r, const bd_index_list *items, size_t from) {
    size_t to = from;
    bd_str source = r->evidence->data[items->data[from]].source;
    while (to < items->count && bd_str_eq(r->evidence->data[items->data[to]].source, source)) {
        to++;
    }
    return to - from;
}

void bd_section_evidence(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Evidence sheets"), BD_STR("ipe"));
    bd_say(
        r, BD_PARA_BODY,
        "One sheet for each item of information produced by the entity: where it came from, what "
        "it describes, how it was taken, how complete it is and who looked at it. Sidecars and "
        "registers, which only describe other items, have none. Every item was ingested unchanged "
        "into the locker before it was read.");
    bd_index_list items = sheets_of(r);
    for (size_t i = 0; i < items.count;) {
        size_t same = count_same(r, &items, i);
        bd_str source = r->evidence->data[items.data[i]].source;
        bd_str title =
            source.size > 0 ? bd_words_source_title(r, source) : BD_STR("Not recognised");
        bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "%.*s (%zu)", BD_ARG(title), same),
                       bd_anchor_of(r, "source", source.size > 0 ? source : BD_STR("none")));
        for (size_t k = 0; k < same; k++) {
            add_item(r, items.data[i + k]);
        }
        i += same;
    }
}

/* ---- data quality ---- */

typedef bd_str doubt_words_fn(bd_report *r, const bd_evidence *item);

static bd_str refused_words(bd_report *r, const bd_evidence *item) {
    return bd_words_journal_text(r, item->facts.problem);
}

static bd_str unread_words(bd_report *r, const bd_evidence *item) {
    (void)r;
    (void)item;
    return BD_STR("no source of the catalog recognises it; kept and packaged, judged by no check");
}

static bd_str incomplete_words(bd_report *r, const bd_evidence *item) {
    return bd_str_format(r->arena, "%s: %.*s", bd_completeness_name(item->completeness),
                         BD_ARG(bd_words_journal_text(r, item->completeness_reason)));
}

static bd_str assumed_words(bd_report *r, const bd_evidence *item) {
    return bd_str_format(r->arena, "%.*s is the file's own time; a sidecar would state it",
                         BD_ARG(bd_words_instant(r, item->collected_at)));
}

static bd_str unsigned_words(bd_report *r, const bd_evidence *item) {
    return bd_words_journal_text(r, item->signoff_reason);
}

static const struct {
    const char *title, *anchor;
    bd_weakness kind;
    doubt_words_fn *words;
} doubts[] = {
    {"Refused", "quality-refused", BD_WEAK_REFUSED, refused_words},
    {"Not recognised", "quality-unmapped", BD_WEAK_UNMAPPED, unread_words},
    {"Not complete, or not shown to be", "quality-incomplete", BD_WEAK_INCOMPLETE, incomplete_words},
    {"Time of collection assumed", "quality-assumed", BD_WEAK_TIME, assumed_words},
    {"Handed in without sign-off", "quality-unsigned", BD_WEAK_UNSIGNED, unsigned_words},
    {"Withdrawn", "quality-withdrawn", BD_WEAK_WITHDRAWN, withdrawn_words},
};

static size_t add_doubt(bd_report *r, size_t index) {
    static const bd_column_def columns[] = {
        {"Evidence", BD_ALIGN_LEFT, 0}, {"File", BD_ALIGN_LEFT, 1}, {"Why", BD_ALIGN_LEFT, 1}};
    bd_table *table = NULL;
    size_t count = 0;
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &r->evidence->data[i];
        if (!bd_evidence_is_weak(item, doubts[index].kind)) {
            continue;
        }
        if (count++ >= BD_REPORT_FINDINGS) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, bd_str_of(doubts[index].title),
                           bd_str_of(doubts[index].anchor));
            table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
        }
        bd_add_evidence(r, table, item->given.number);
        bd_table_styled(table, BD_RUN_MONO, bd_words_journal_text(r, item->given.path));
        bd_table_text(table, or_dash(doubts[index].words(r, item)));
    }
    if (count > BD_REPORT_FINDINGS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "%zu more of %zu are left out here; assessment.json has all.",
                                  count - BD_REPORT_FINDINGS, count));
    }
    return count;
}

static void add_missing_sources(bd_report *r) {
    static const bd_column_def columns[] = {{"Source", BD_ALIGN_LEFT, 0},
                                            {"What", BD_ALIGN_LEFT, 1},
                                            {"How it is exported", BD_ALIGN_LEFT, 2}};
    const bd_strs *missing = &r->assessment->sources_missing;
    if (missing->count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, BD_STR("Sources that checks read and nothing gives"),
                   BD_STR("quality-sources"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < missing->count; i++) {
        const bd_source_def *source = bd_catalog_source(r->catalog, missing->data[i]);
        bd_str how = source != NULL ? bd_catalog_way(source, r->arena) : BD_STR("");
        bd_table_text(table, missing->data[i]);
        bd_table_text(table, source == NULL ? BD_STR(BD_DASH) : source->title);
        if (how.size == 0 && source != NULL && source->is_handed_in) {
            bd_table_text(table, BD_STR("a list that people keep, as CSV or XLSX"));
        } else {
            bd_table_styled(table, BD_RUN_MONO, or_dash(how));
        }
    }
}

size_t bd_add_diags(bd_report *r, const bd_diags *diags) {
    static const char *const severities[] = {
        [BD_DIAG_NOTE] = "note", [BD_DIAG_WARNING] = "warning", [BD_DIAG_REFUSED] = "refused"};
    static const bd_column_def columns[] = {{"Kind", BD_ALIGN_LEFT, 0},
                                            {"Subject", BD_ALIGN_LEFT, 1},
                                            {"Where", BD_ALIGN_LEFT, 0},
                                            {"What was noted", BD_ALIGN_LEFT, 2}};
    size_t count = diags == NULL ? 0 : diags->count;
    if (count == 0) {
        return 0;
    }
    bd_doc_heading(r->doc, 3, BD_STR("Noted while reading"), BD_STR("quality-notes"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    size_t printed = count < BD_REPORT_FINDINGS ? count : BD_REPORT_FINDINGS;
    for (size_t i = 0; i < printed; i++) {
        const bd_diag *diag = &diags->data[i];
        bd_table_text(table, bd_str_of(severities[diag->severity]));
        bd_table_styled(table, BD_RUN_MONO, bd_words_journal_text(r, diag->subject));
        bd_table_text(table, bd_words_journal_text(r, diag->locus));
        bd_table_text(table, bd_words_journal_text(r, diag->message));
    }
    if (count > printed) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "%zu more notes of %zu are left out here.",
                                  count - printed, count));
    }
    return count;
}

static size_t add_doubts(bd_report *r) {
    static const bd_column_def columns[] = {{"Kind", BD_ALIGN_LEFT, 0},
                                            {"Where", BD_ALIGN_LEFT, 1},
                                            {"What does not agree", BD_ALIGN_LEFT, 2}};
    const bd_assessment *a = r->assessment;
    bd_table *table = NULL;
    size_t count = 0;
    for (size_t i = 0; i < a->doubts.count; i++) {
        const bd_doubt *doubt = &a->doubts.data[i];
        /* those of single items stand in the lists above */
        if (bd_doubt_is_of_item(doubt->kind) || count++ >= BD_REPORT_FINDINGS) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, BD_STR("Counts, scopes and days that do not agree"), BD_STR("quality-counts"));
            table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
        }
        bd_table_text(table, bd_str_of(bd_doubt_name(doubt->kind)));
        bd_str place = doubt->place.size > 0 ? doubt->place : doubt->source;
        bd_table_styled(table, BD_RUN_MONO, or_dash(bd_words_journal_text(r, place)));
        bd_table_text(table, bd_words_sentence(r, bd_words_journal_text(r, doubt->sentence)));
    }
    if (count > BD_REPORT_FINDINGS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "%zu more of %zu are left out here; assessment.json has all.",
                                  count - BD_REPORT_FINDINGS, count));
    }
    return count;
}

void bd_section_data_quality(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Data quality"), BD_STR("data-quality"));
    bd_say(r, BD_PARA_BODY,
           "What weakens the evidence. Nothing listed here can make an instance clean; a deviation "
           "that it shows counts all the same.");
    size_t count = 0;
    for (size_t i = 0; i < BD_COUNT(doubts); i++) {
        count += add_doubt(r, i);
    }
    count += add_doubts(r);
    count += bd_add_diags(r, r->in->diags);
    add_missing_sources(r);
    if (count == 0 && r->assessment->sources_missing.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "Nothing: every file was read, recognised and shown to be complete.");
    }
}

/* ---- hashes ---- */

static bd_str list_path(const bd_report *r, size_t index) {
    bool has_path = r->in->package_paths != NULL && r->in->package_paths[index].size > 0;
    return has_path ? r->in->package_paths[index] : r->evidence->data[index].given.path;
}

static void say_hash_rest(bd_report *r, size_t listed) {
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_BODY);
    bd_para_text(
        para,
        bd_str_format(r->arena,
                      "Every item of evidence that stands on its own (%zu). The hashes of the %zu "
                      "sidecars and registers, and of every other file of the package, stand in ",
                      listed, r->evidence->count - listed));
    bd_para_styled(para, BD_RUN_MONO, BD_STR("90_INTEGRITY/SHA256SUMS"));
    bd_para_text(para, BD_STR("."));
}

static size_t count_sheets(const bd_report *r) {
    size_t count = 0;
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        count += has_sheet(&r->evidence->data[i]);
    }
    return count;
}

void bd_section_hashes(bd_report *r) {
    static const bd_column_def columns[] = {{"Evidence", BD_ALIGN_LEFT, 0},
                                            {"File in the package", BD_ALIGN_LEFT, 1},
                                            {"Bytes", BD_ALIGN_RIGHT, 0},
                                            {"SHA-256", BD_ALIGN_LEFT, 1}};
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("List of hashes"), BD_STR("hashes"));
    say_hash_rest(r, count_sheets(r));
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        if (!has_sheet(&r->evidence->data[i])) { /* index.html may lead here */
            bd_doc_anchor(
                r->doc, bd_anchor_of(r, "evidence",
                                     bd_evidence_id(r->arena, r->evidence->data[i].given.number)));
        }
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &r->evidence->data[i];
        if (!has_sheet(item)) {
            continue;
        }
        bd_begin_passing(r);
        table->doc = bd_rows_of(r);
        bd_add_evidence(r, table, item->given.number);
        bd_table_styled(table, BD_RUN_MONO, bd_words_journal_text(r, list_path(r, i)));
        bd_cell_add_figure(r, table, bd_table_cell(table),
                           bd_pointer_of(r, "/evidence/%zu/bytes", r->place_of_item[i]),
                           item->given.bytes);
        bd_table_styled(table, BD_RUN_MONO, bd_words_hash(r, item->given.sha256));
        bd_end_passing(r, table);
    }
}
