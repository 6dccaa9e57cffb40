/* Rows of a table: a CSV, and what the sheets of a workbook share with it. */
#include "bindery/scan.h"

#include "bindery/read.h"
#include "scan_priv.h"

#define EXPORT_TIME_COLUMN "exportedTimestamp" /* Defender's recommendations */

void bd_scan_take_columns(bd_scan_state *state, const bd_source_def *source, const bd_str *names,
                          size_t count) {
    state->csv_source = source;
    state->columns = names;
    state->repeats.count = 0;
    state->has_export_time = false;
    for (size_t i = 0; i < count; i++) {
        state->has_export_time =
            state->has_export_time || bd_str_ieq(names[i], BD_STR(EXPORT_TIME_COLUMN));
    }
    bd_str none = {"", 0};
    state->is_csv_by_columns =
        bd_catalog_recognise_columns(state->plan->catalog, names, count, none) != NULL;
}

static bd_rc on_header(void *context, const bd_str *names, size_t count, bd_err *err) {
    (void)err;
    bd_scan_state *state = context;
    const bd_source_def *source =
        bd_catalog_recognise_columns(state->plan->catalog, names, count, state->context.declared);
    bd_scan_take_columns(state, source, names, count);
    return BD_OK;
}

static void on_repeats(void *context, const bd_repeat *repeats, size_t count) {
    bd_scan_take_repeats(context, (bd_str){"", 0}, repeats, count);
}

/* A portal's Resource Graph download: one row is one resource, with or without a sidecar. */
static bool is_resource_row(const bd_scan_state *state, const bd_value *row) {
    return !state->is_csv_by_columns && bd_scan_own_text(row, "id").size > 0 &&
           (state->csv_source == NULL || state->csv_source->types.count > 0 ||
            state->csv_source->is_any_resource);
}

/* A row that only the sidecar calls one of its source needs at least something of the key that the source declares. */
static bool is_plain_row(const bd_scan_state *state, const bd_value *row) {
    const bd_source_def *source = state->csv_source;
    if (source == NULL || state->is_csv_by_columns) {
        return source != NULL;
    }
    bool has_key = source->key.count == 0 && source->types.count == 0 && !source->is_any_resource;
    for (size_t i = 0; i < source->key.count && !has_key; i++) {
        has_key = bd_scan_own_text(row, bd_str_z(state->scratch, source->key.data[i])).size > 0;
    }
    return has_key;
}

static void note_export_time(bd_facts *facts, const bd_value *row) {
    bd_instant at = BD_INSTANT_NONE;
    if (bd_instant_parse(bd_scan_own_text(row, EXPORT_TIME_COLUMN), &at) &&
        (facts->export_time == BD_INSTANT_NONE || at < facts->export_time)) {
        facts->export_time = at;
    }
}

bool bd_scan_take_row(bd_scan_state *state, uint64_t ordinal, const bd_value *value) {
    bd_arena_reset(state->scratch);
    bd_record record = bd_scan_start_record(state, ordinal);
    bool is_part = false;
    bool is_known = false;
    if (state->has_export_time) {
        note_export_time(state->facts, value);
    }
    if (is_resource_row(state, value)) {
        is_known = bd_scan_identify(&state->context, value, state->scratch, &record, &is_part);
    } else if (is_plain_row(state, value)) {
        is_known = true;
        bd_scan_identify_row(&state->context, state->csv_source, value, state->scratch, &record);
    }
    bd_str problem = is_known ? bd_scan_contradiction(state, record.source, value) : (bd_str){"", 0};
    if (problem.size > 0) {
        bd_str locus = bd_str_format(state->scratch, "row %llu", (unsigned long long)(ordinal + 1));
        (void)bd_scan_seen_of(state, record.source, record.scope, is_part); /* read, and not whole */
        bd_scan_refuse(state, locus, bd_str_z(state->scratch, problem));
    } else if (is_known) {
        bd_scan_add_record(state, &record, is_part);
    }
    return is_known;
}

static bd_rc on_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)err;
    bd_scan_state *state = context;
    state->facts->rows_read++;
    state->facts->rows_unmapped += bd_scan_take_row(state, ordinal, value) ? 0 : 1;
    return state->rc;
}

static bd_rc on_refused_row(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem,
                            bd_err *err) {
    (void)ordinal;
    (void)err;
    bd_scan_state *state = context;
    bd_arena_reset(state->scratch);
    state->facts->rows_read++;
    bd_scan_refuse(state, bd_str_format(state->scratch, "line %llu", (unsigned long long)line),
                   problem->message);
    return BD_OK;
}

const bd_value *bd_scan_column_map(const bd_scan_plan *plan, bd_str source) {
    for (size_t i = 0; plan->column_maps != NULL && i < plan->column_maps->count; i++) {
        const bd_value *map = &plan->column_maps->items[i];
        if (bd_str_eq(bd_value_text(map, "source"), source)) {
            return bd_value_find(map, "columns");
        }
    }
    return NULL;
}

static bd_rc read_csv(bd_scan_state *state, bd_source *source, bd_err *err) {
    bd_csv_events events = {
        .context = state, .header = on_header, .repeats = on_repeats, .row = on_row,
        .refused = on_refused_row};
    const bd_value *columns = bd_scan_column_map(state->plan, state->context.declared);
    return bd_csv_read(source, &bd_csv_default_limits, columns, &events, err);
}

bd_rc bd_scan_csv(bd_scan_state *state, const bd_blob *blob, bd_err *err) {
    state->context.is_graph_query =
        true; /* resources in a CSV: what a query over them chose to print */
    state->facts->envelope = BD_STR("E10");
    state->facts->envelope_words = BD_STR("CSV");
    return bd_scan_content(state, blob, read_csv, err);
}
