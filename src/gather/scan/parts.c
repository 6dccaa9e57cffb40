/* Files that hold tables: the sheets of a workbook, the records of an XML document.
 *
 * A sheet that a source recognises, by its columns or its name, is a table of its own, its rows judged like those of
 * a CSV.  A sheet that nothing recognises beside one that something does (instructions, a list of values) is counted
 * and said; it takes nothing from the completeness of the others.  Where nothing is recognised, all rows are
 * unmapped. */
#include "bindery/scan.h"

#include "scan_priv.h"

typedef struct {
    bd_scan_state *state;
    bd_sheet_table *table;
    bd_table_facts sheet; /* the one at hand */
    bool is_open, has_header;
    bool is_declared_used; /* the sidecar's word went to one sheet */
    uint64_t rows;         /* of all sheets: ordinals */
    uint64_t left, refused_elsewhere;
    bool is_any_known;
    bool has_kind;
} sheets_state;

static void say(bd_scan_state *state, bd_diag_severity severity, bd_str locus, bd_str sentence) {
    if (state->facts->diags.count < 200) { /* a file of a million sheets must not fill the memory */
        bd_diag_add(state->arena, &state->facts->diags, severity, (bd_str){"", 0}, locus, "%.*s",
                    BD_ARG(sentence));
    }
}

static bd_rc on_said(void *context, bd_diag_severity severity, bd_str locus, bd_str sentence,
                     bd_err *err) {
    (void)err;
    sheets_state *s = context;
    say(s->state, severity, locus, sentence);
    return BD_OK;
}

/* ---- a sheet's table ---- */

static const bd_source_def *source_of(sheets_state *s, const bd_str *names, size_t count,
                                      bool takes_declared) {
    const bd_scan_state *state = s->state;
    bd_str declared = takes_declared ? state->context.declared : (bd_str){"", 0};
    return bd_catalog_recognise_sheet(state->plan->catalog, s->sheet.name, names, count, declared);
}

/* A row is the header when the columns speak for a source; the sheet's name alone does not tell where its header is. */
static bool on_fits(void *context, const bd_str *names, size_t count) {
    const sheets_state *s = context;
    bd_str none = {"", 0};
    return bd_catalog_recognise_columns(s->state->plan->catalog, names, count, none) != NULL;
}

static bd_rc on_header(void *context, uint32_t row, const bd_str *names, size_t count,
                       bd_err *err) {
    (void)err;
    sheets_state *s = context;
    bool takes_declared = !s->is_declared_used && !s->sheet.is_hidden;
    const bd_source_def *known = source_of(s, names, count, /*takes_declared*/ false);
    const bd_source_def *source =
        known != NULL ? known : source_of(s, names, count, takes_declared);
    s->is_declared_used = s->is_declared_used || (known == NULL && source != NULL);
    bd_scan_take_columns(s->state, source, names, count);
    if (source != NULL && source->sheets.count > 0) {
        s->state->is_csv_by_columns = true; /* the sheet's name says so, not the sidecar */
    }
    s->sheet.header_row = row;
    s->sheet.source = source != NULL ? source->id : (bd_str){"", 0};
    s->has_header = true;
    return BD_OK;
}

static void on_repeats(void *context, const bd_repeat *repeats, size_t count) {
    sheets_state *s = context;
    bd_str shown = bd_str_visible(s->state->scratch, s->sheet.name);
    bd_scan_take_repeats(s->state,
                         bd_str_format(s->state->arena, "sheet '%.*s'", BD_ARG(shown)), repeats,
                         count);
}

static bd_rc on_record(void *context, uint32_t row, const bd_value *value, bd_err *err) {
    (void)err;
    (void)row;
    sheets_state *s = context;
    bd_scan_state *state = s->state;
    s->sheet.rows_read++;
    uint64_t refused = state->facts->rows_refused;
    bool is_known = bd_scan_take_row(state, s->rows++, value);
    s->sheet.rows_refused += state->facts->rows_refused - refused;
    s->is_any_known = s->is_any_known || is_known;
    s->sheet.rows_left += is_known ? 0 : 1;
    return state->rc;
}

static void end_facts(sheets_state *s) {
    bd_table_facts *sheet = &s->sheet;
    bd_facts *facts = s->state->facts;
    bool is_nobodys = sheet->source.size == 0 && sheet->rows_left == sheet->rows_read;
    if (is_nobodys) {
        s->left += sheet->rows_read;
    } else { /* rows that their own table does not know are unmapped, as in a CSV */
        facts->rows_read += sheet->rows_read;
        facts->rows_unmapped += sheet->rows_left;
        sheet->rows_left = 0;
    }
    *bd_push(s->state->arena, &facts->tables) = *sheet;
}

static bd_rc end_sheet(sheets_state *s, bd_err *err) {
    if (!s->is_open) {
        return BD_OK;
    }
    s->is_open = false;
    BD_TRY(bd_sheet_table_end(s->table, err));
    end_facts(s);
    return BD_OK;
}

/* ---- the reader's events ---- */

static bd_rc on_kind(void *context, bool is_workbook, bd_str words, bd_err *err) {
    (void)err;
    sheets_state *s = context;
    s->has_kind = true;
    s->state->facts->media = is_workbook ? BD_MEDIA_XLSX : BD_MEDIA_BINARY;
    if (is_workbook) {
        s->state->facts->envelope = BD_STR("E11");
        s->state->facts->envelope_words = bd_str_copy(s->state->arena, words);
    }
    return BD_OK;
}

static bd_rc on_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    sheets_state *s = context;
    BD_TRY(end_sheet(s, err));
    s->sheet = (bd_table_facts){.name = bd_str_copy(s->state->arena, sheet->name),
                                .is_hidden = sheet->state != BD_SHEET_SHOWN};
    s->is_open = true;
    s->has_header = false;
    bd_sheet_table_begin(s->table, sheet);
    return BD_OK;
}

static bd_rc on_row(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                    bd_err *err) {
    sheets_state *s = context;
    return s->is_open ? bd_sheet_table_put(s->table, number, cells, count, err) : BD_OK;
}

/* In a sheet that is nobody's a malformed row is said and no more; before a header is found it counts. */
static bd_rc on_refused(void *context, bd_str locus, const bd_err *problem, bd_err *err) {
    (void)err;
    sheets_state *s = context;
    s->sheet.rows_refused++;
    if (s->has_header && s->sheet.source.size == 0) {
        if (s->refused_elsewhere++ == 0) {
            say(s->state, BD_DIAG_WARNING, locus, bd_str_of(problem->message));
        }
        return BD_OK;
    }
    s->state->facts->rows_read++;
    bd_scan_refuse(s->state, bd_str_copy(s->state->arena, locus), problem->message);
    return BD_OK;
}

/* ---- workbooks ---- */

static bd_rc read_sheets(bd_scan_state *state, bd_source *source, bd_err *err) {
    sheets_state *s = state->sheets;
    bd_part_events events = {.context = s,
                             .kind = on_kind,
                             .sheet = on_sheet,
                             .row = on_row,
                             .refused = on_refused,
                             .said = on_said};
    BD_TRY(bd_xlsx_read_apart(state->plan->zygote, source, &events, err));
    return end_sheet(s, err);
}

static void say_nobodys(sheets_state *s) {
    const bd_facts *facts = s->state->facts;
    for (size_t i = 0; i < facts->tables.count; i++) {
        const bd_table_facts *sheet = &facts->tables.data[i];
        if (sheet->rows_left > 0) {
            bd_str shown = bd_str_visible(s->state->scratch, sheet->name);
            bd_str locus = bd_str_format(s->state->arena, "sheet '%.*s'", BD_ARG(shown));
            bd_str sentence =
                bd_str_format(s->state->arena, "no source recognises it; rows not judged: %llu",
                              (unsigned long long)sheet->rows_left);
            say(s->state, BD_DIAG_NOTE, locus, sentence);
        }
    }
}

static void conclude_sheets(sheets_state *s) {
    bd_facts *facts = s->state->facts;
    bool is_any_source = s->is_any_known;
    for (size_t i = 0; i < facts->tables.count; i++) {
        is_any_source = is_any_source || facts->tables.data[i].source.size > 0;
    }
    if (is_any_source) {
        say_nobodys(s);
        return;
    }
    facts->rows_read += s->left;
    facts->rows_unmapped += s->left;
}

bd_rc bd_scan_xlsx(bd_scan_state *state, const bd_blob *blob, const bd_sniffed *sniffed,
                   bd_err *err) {
    bool is_office = !bd_str_eqz(sniffed->words, "zip file");
    if (!is_office && blob->bytes > bd_xlsx_default_limits.file_bytes) {
        return BD_OK; /* an archive; a workbook names its parts in front */
    }
    sheets_state s = {.state = state};
    bd_sheet_table_events events = {
        .context = &s, .fits = on_fits, .header = on_header, .repeats = on_repeats,
        .record = on_record, .said = on_said};
    s.table =
        bd_sheet_table_open(&events, bd_scan_column_map(state->plan, state->context.declared));
    state->sheets = &s;
    state->context.is_graph_query = true; /* as in a CSV */
    bd_rc rc = bd_scan_content(state, blob, read_sheets, err);
    if (s.is_open) { /* cut short: what was read before counts */
        end_facts(&s);
    }
    bd_sheet_table_close(s.table);
    if (!s.has_kind && !is_office && !bd_failed(rc)) {
        state->facts->is_malformed = false; /* some zip file or other, and none of ours to judge */
        state->facts->problem = (bd_str){"", 0};
        state->facts->media = BD_MEDIA_BINARY;
    } else if (!s.has_kind) {
        state->facts->media = sniffed->media;
    }
    conclude_sheets(&s);
    return rc;
}

/* ---- XML ---- */

typedef struct {
    bd_scan_state *state;
    bd_table_facts facts;
} records_state;

static bd_rc on_xml_record(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)err;
    records_state *r = context;
    bd_arena_reset(r->state->scratch);
    r->state->facts->rows_read++;
    r->facts.rows_read++;
    (void)bd_scan_take_record(r->state, ordinal, value);
    return r->state->rc;
}

static bd_rc on_xml_refused(void *context, bd_str locus, const bd_err *problem, bd_err *err) {
    (void)err;
    records_state *r = context;
    r->state->facts->rows_read++;
    r->facts.rows_read++;
    r->facts.rows_refused++;
    bd_scan_refuse(r->state, bd_str_copy(r->state->arena, locus), problem->message);
    return BD_OK;
}

static bd_rc find_records(bd_scan_state *state, bd_source *source, bd_err *err) {
    return bd_xml_find_apart(state->plan->zygote, source, state->arena, &state->xml_path, err);
}

static bd_rc read_records(bd_scan_state *state, bd_source *source, bd_err *err) {
    records_state r = {.state = state, .facts = {.name = state->xml_path}};
    bd_part_events events = {.context = &r, .record = on_xml_record, .refused = on_xml_refused};
    bd_rc rc = bd_xml_read_apart(state->plan->zygote, source, state->xml_path, &events, err);
    *bd_push(state->arena, &state->facts->tables) = r.facts;
    return rc;
}

bd_rc bd_scan_xml(bd_scan_state *state, const bd_blob *blob, bd_err *err) {
    state->facts->envelope = BD_STR("E13");
    state->facts->envelope_words = BD_STR("XML document");
    BD_TRY(bd_scan_content(state, blob, find_records, err));
    if (state->facts->is_malformed) {
        return BD_OK;
    }
    BD_TRY(bd_scan_content(state, blob, read_records, err));
    bd_table_facts *facts = &state->facts->tables.data[0];
    facts->source =
        state->facts->seen.count == 1 ? state->facts->seen.data[0].source : facts->source;
    return BD_OK;
}
