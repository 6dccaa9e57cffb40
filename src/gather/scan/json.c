/* Records of a JSON document, and what its envelope says of them. */
#include "bindery/scan.h"

#include "bindery/read.h"
#include "scan_priv.h"

/* ---- records and envelope ---- */

/* {"error": {"code": ...}}: what a service says instead of records (403, 429). */
static bool take_error(bd_scan_state *state, const bd_value *answer) {
    const bd_value *error = bd_value_find(answer, "error");
    bd_str code = bd_value_text(error, "code");
    if (error == NULL || error->kind != BD_OBJECT || code.size == 0 ||
        bd_value_find(answer, "id") != NULL) {
        return false;
    }
    state->facts->is_malformed = true;
    state->facts->problem =
        bd_str_format(state->arena, "the answer is the error '%.*s' of the service, not records",
                      BD_ARG(bd_str_visible(state->scratch, code)));
    return true;
}

static bd_rc on_record(void *context, uint64_t ordinal, int64_t offset, bd_str text,
                       const bd_value *value, const bd_err *problem, bd_arena *arena, bd_err *err) {
    (void)text;
    (void)arena;
    (void)err;
    bd_scan_state *state = context;
    bd_arena_reset(state->scratch);
    state->facts->rows_read++;
    if (value == NULL) {
        bd_scan_refuse(state,
                       bd_str_format(state->scratch, "record %llu at byte %lld",
                                     (unsigned long long)ordinal, (long long)offset),
                       problem->message);
        return BD_OK;
    }
    bool is_single = state->summary.shape == BD_JSON_OBJECT;
    if (is_single && take_error(state, value)) {
        state->facts->rows_read--;
        return BD_OK;
    }
    state->context.is_graph_query = state->summary.shape == BD_JSON_DATA;
    state->context.table = state->summary.table;
    if (bd_scan_take_record(state, ordinal, value) && is_single) {
        state->facts->context = bd_str_copy(state->arena, bd_value_text(value, "@odata.context"));
    }
    return state->rc;
}

static int64_t count_of(const bd_value *value) {
    int64_t count = -1;
    if (value->kind == BD_NUMBER || value->kind == BD_STRING) {
        return bd_str_to_i64(value->text, &count) && count >= 0 ? count : -1;
    }
    return -1;
}

/* What stands where a count should; Azure gives null where it did not count. */
static bd_str bad_count_of(bd_scan_state *state, const bd_value *value) {
    bd_str text = bd_json_canonical(state->scratch, value);
    return value->kind == BD_NULL
               ? (bd_str){"", 0}
               : bd_str_visible(state->arena, bd_str_sub(text, 0, 60));
}

/* In whatever case: what says that there is more must not be missed for a letter. */
static bool is_named(bd_str key, const char *name) {
    return bd_str_ieq(key, bd_str_of(name));
}

static bool is_link(bd_str key) {
    static const char *const links[] = {"nextLink",   "@nextLink", "@odata.nextLink", "odata.nextLink", "nextPageLink",
                                        "$skipToken", "skipToken", "skip_token"};
    for (size_t i = 0; i < BD_COUNT(links); i++) {
        if (is_named(key, links[i])) {
            return true;
        }
    }
    return false;
}

static bool is_true(const bd_value *value) {
    return (value->kind == BD_BOOL && value->boolean) ||
           (value->kind == BD_STRING && bd_str_ieq(value->text, BD_STR("true")));
}

static bd_rc on_member(void *context, bd_str key, const bd_value *value, bd_err *err) {
    (void)err;
    bd_scan_state *state = context;
    bd_facts *facts = state->facts;
    if (is_link(key)) {
        state->has_link = true;
        facts->has_next_link = facts->has_next_link || !bd_value_is_absent(value);
        facts->next_link = bd_str_copy(state->arena, value->text);
    } else if (is_named(key, "hasMore")) { /* Azure DevOps audit log */
        facts->has_next_link = facts->has_next_link || is_true(value);
    } else if (bd_str_eqz(key, "@odata.context")) {
        facts->context = bd_str_copy(state->arena, value->text);
        state->context.context = bd_scan_entity_set(state->arena, value->text);
        state->context.parent = bd_scan_entity_parent(state->arena, value->text);
        state->is_context_late = facts->rows_read > 0;
    } else if (bd_str_eqz(key, "totalRecords") || bd_str_eqz(key, "total_records") ||
               bd_str_eqz(key, "@odata.count")) {
        facts->rows_reported = count_of(value);
        facts->bad_count = facts->rows_reported < 0 ? bad_count_of(state, value) : facts->bad_count;
        state->is_az_query = bd_str_eqz(key, "total_records");
    } else if (bd_str_eqz(key, "count")) {
        state->count = count_of(value);
    } else if (is_named(key, "resultTruncated")) {
        facts->is_truncated = facts->is_truncated || is_true(value);
    } else if (is_named(key, "error")) { /* beside tables: a partial answer */
        facts->is_truncated = facts->is_truncated || !bd_value_is_absent(value);
    }
    return BD_OK;
}

typedef struct {
    const char *envelope, *words;
} envelope_name;

static envelope_name name_list(const bd_scan_state *state) {
    if (state->facts->context.size > 0) {
        return (envelope_name){"E6", "Microsoft Graph page"};
    }
    if (state->count >= 0 && !state->has_link) {
        return (envelope_name){"E9", "Azure DevOps list"};
    }
    bool is_arm = bd_str_has_prefix(state->first_type, BD_STR("microsoft."));
    return is_arm && !state->has_link && !state->has_properties
               ? (envelope_name){"E3", "az output in a value wrapper"}
               : (envelope_name){"E1", is_arm || state->first_type.size == 0 ? "Azure REST page"
                                                                             : "REST page"};
}

static envelope_name name_envelope(const bd_scan_state *state) {
    switch (state->summary.shape) {
    case BD_JSON_VALUE: return name_list(state);
    case BD_JSON_ARRAY: return (envelope_name){"E2", "az output array"};
    case BD_JSON_DATA:
        return state->is_az_query ? (envelope_name){"E4", "az graph query answer"}
                                  : (envelope_name){"E5", "Resource Graph answer"};
    case BD_JSON_OBJECT: return (envelope_name){"E7", "single object"};
    case BD_JSON_VALUE_OBJECT: return (envelope_name){"E8", "Azure DevOps audit log page"};
    case BD_JSON_TABLES: return (envelope_name){"E12", "Log Analytics answer"};
    case BD_JSON_LINES: return (envelope_name){"E2", "JSON lines"};
    case BD_JSON_SCALAR: break;
    }
    return (envelope_name){"", "JSON without records"};
}

/* ---- reading ---- */

static bd_rc split(bd_scan_state *state, bd_source *source, bd_err *err) {
    bd_json_events events = {.context = state, .record = on_record, .member = on_member};
    return bd_json_split(source, &bd_json_default_limits, &events, &state->summary, err);
}

/* All that the records of a first reading left behind; what its envelope said stays. */
static bd_rc forget_records(bd_scan_state *state, bd_spool_mark mark, bd_err *err) {
    bd_facts *facts = state->facts;
    facts->rows_read = 0;
    facts->rows_refused = 0;
    facts->rows_unmapped = 0;
    facts->seen.count = 0;
    facts->parts.count = 0;
    facts->types.count = 0;
    facts->has_more_types = false;
    facts->rows_repeated = 0;
    facts->days.count = 0;
    facts->people.count = 0;
    facts->has_more_days = false;
    facts->has_more_people = false;
    facts->diags.count = 0;
    facts->first_event = BD_INSTANT_NONE;
    facts->last_event = BD_INSTANT_NONE;
    facts->is_malformed = false;
    facts->problem = (bd_str){"", 0};
    bd_scan_tell_anew(state);
    state->seen = (bd_pair_index){0};
    state->parts = (bd_pair_index){0};
    state->types = (bd_pair_index){0};
    state->keys = NULL;
    state->key_count = 0;
    state->last_source = NULL;
    state->first_type = (bd_str){"", 0};
    state->has_many_types = false;
    state->said = 0;
    bd_row_series_begin(&state->series);
    return bd_spool_cut(state->rows, mark, err);
}

bd_rc bd_scan_json(bd_scan_state *state, const bd_blob *blob, bd_err *err) {
    bd_spool_mark mark = bd_spool_at(state->rows);
    BD_TRY(bd_scan_content(state, blob, split, err));
    if (state->is_context_late) {
        BD_TRY(forget_records(state, mark, err));
        BD_TRY(bd_scan_content(state, blob, split, err));
    }
    envelope_name name = name_envelope(state);
    state->facts->envelope = bd_str_of(name.envelope);
    state->facts->envelope_words = bd_str_of(name.words);
    state->facts->is_az_array =
        state->summary.shape == BD_JSON_ARRAY || state->summary.shape == BD_JSON_LINES;
    if (bd_str_eqz(state->facts->envelope, "E9")) {
        state->facts->rows_reported = state->count;
    }
    return BD_OK;
}
