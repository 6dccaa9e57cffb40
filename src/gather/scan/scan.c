#include "bindery/scan.h"

#include "bindery/derive.h"
#include "bindery/read.h"
#include "scan_priv.h"

#include <string.h>

#define SCRATCH_BYTES ((size_t)256 << 20)

typedef struct {
    const bd_scan_plan *plan;
    const bd_sidecar *sidecar;
    bd_scan_context context;
    const bd_source_def *csv_source;
    uint32_t evidence;
    bd_arena *arena;   /* facts */
    bd_arena *scratch; /* one record */
    bd_spool *rows;
    bd_facts *facts;
    bd_map *seen; /* source U+001F scope -> index + 1 */
    const bd_source_def *last_source;
    bd_str last_scope;
    uint32_t last_seen;
    bd_str first_type;
    bool has_many_types, has_hoisted, has_properties;
    uint32_t ordinal;
    bd_packer packer;
    bd_rc rc; /* first failure of the spool */
    bd_err *err;
} scan_state;

/* ---- facts ---- */

static uint32_t seen_index(scan_state *state, const bd_source_def *source, bd_str scope) {
    if (source == state->last_source && bd_str_eq(scope, state->last_scope)) {
        return state->last_seen;
    }
    bd_str name = bd_str_format(state->scratch, "%.*s\x1f%.*s", BD_ARG(source->id), BD_ARG(scope));
    uintptr_t found = (uintptr_t)bd_map_find(state->seen, name);
    if (found == 0) {
        *bd_push(state->arena, &state->facts->seen) =
            (bd_seen){.source = source->id, .scope = bd_str_copy(state->arena, scope)};
        found = state->facts->seen.count;
        bd_map_put(state->seen, name, (void *)found);
    }
    state->last_source = source;
    state->last_seen = (uint32_t)found - 1;
    state->last_scope = state->facts->seen.data[state->last_seen].scope;
    return state->last_seen;
}

static void note_time(bd_facts *facts, bd_instant time) {
    if (time == BD_INSTANT_NONE) {
        return;
    }
    if (facts->first_event == BD_INSTANT_NONE || time < facts->first_event) {
        facts->first_event = time;
    }
    if (facts->last_event == BD_INSTANT_NONE || time > facts->last_event) {
        facts->last_event = time;
    }
}

/* ---- rows ---- */

static void put_row(void *context, const bd_row *row) {
    scan_state *state = context;
    if (bd_failed(state->rc)) {
        return;
    }
    bd_pack_begin(&state->packer);
    bd_pack_u32(&state->packer, state->evidence);
    bd_row_pack(&state->packer, row);
    if (state->packer.overflowed) {
        bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_REFUSED, (bd_str){"", 0},
                    bd_str_format(state->scratch, "record %u", row->ordinal),
                    "a result of this record is larger than 64 KiB and was refused");
        state->facts->rows_refused++;
        return;
    }
    state->rc = bd_spool_put(state->rows, bd_pack_end(&state->packer), state->err);
}

typedef struct {
    scan_state *state;
    const bd_record *origin;
    const bd_source_def *source;
} derived_context;

static void put_derived(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                        const bd_value *value) {
    derived_context *derived = context;
    bd_record record = *derived->origin;
    record.source = derived->source;
    record.value = value;
    record.type = type;
    record.key = key;
    record.resource = resource;
    record.time = time;
    bd_rules_map(derived->state->plan->rules, &record, derived->state->scratch, put_row,
                 derived->state);
}

static bool derives_from(const bd_source_def *source, bd_str origin) {
    for (size_t i = 0; i < source->derived_from.count; i++) {
        if (bd_str_eq(source->derived_from.data[i], origin)) {
            return true;
        }
    }
    return false;
}

static void map_derived(scan_state *state, const bd_record *record) {
    const bd_catalog *catalog = state->plan->catalog;
    for (size_t i = 0; i < catalog->source_count; i++) {
        const bd_source_def *source = &catalog->sources[i];
        if (source->derivation.size == 0 || !derives_from(source, record->source->id) ||
            !bd_rules_reads(state->plan->rules, source->id)) {
            continue;
        }
        const bd_derivation *derivation = bd_derivation_find(source->derivation);
        if (derivation == NULL) {
            continue; /* refused when the catalog was loaded */
        }
        derived_context context = {state, record, source};
        derivation->map(record->value, state->plan->parameters, state->plan->zone, state->scratch,
                        put_derived, &context);
    }
}

/* An ARM record also shows that its resource exists: presence, never completeness of the inventory. */
static void map_presence(scan_state *state, const bd_record *record) {
    const bd_source_def *inventory = bd_catalog_source(state->plan->catalog, BD_STR("S77"));
    if (inventory == NULL || record->source == inventory ||
        !bd_str_has_prefix(record->key, BD_STR("/subscriptions/"))) {
        return;
    }
    bd_record presence = *record;
    presence.source = inventory;
    presence.scope = record->subscription;
    bd_rules_map(state->plan->rules, &presence, state->scratch, put_row, state);
}

static void note_type(scan_state *state, bd_str type) {
    if (state->first_type.size == 0) {
        state->first_type = bd_str_copy(state->arena, type);
    } else if (!state->has_many_types && !bd_str_eq(state->first_type, type)) {
        state->has_many_types = true;
    }
}

static void add_record(scan_state *state, const bd_record *record) {
    uint32_t seen = seen_index(state, record->source, record->scope);
    state->facts->seen.data[seen].rows++;
    note_time(state->facts, record->time);
    note_type(state, record->type);
    bd_rules_map(state->plan->rules, record, state->scratch, put_row, state);
    map_derived(state, record);
    map_presence(state, record);
}

/* ---- JSON ---- */

static bd_rc on_record(void *context, uint64_t ordinal, int64_t offset, bd_str text,
                       const bd_value *value, const bd_err *problem, bd_arena *arena, bd_err *err) {
    (void)text;
    (void)arena;
    scan_state *state = context;
    state->facts->rows_read++;
    if (value == NULL) {
        state->facts->rows_refused++;
        bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_REFUSED, (bd_str){"", 0},
                    bd_str_format(state->scratch, "record %llu at byte %lld",
                                  (unsigned long long)ordinal, (long long)offset),
                    "%s", problem->message);
        return BD_OK;
    }
    bd_arena_reset(state->scratch);
    state->ordinal = (uint32_t)ordinal;
    bd_record record = {.ordinal = (uint32_t)ordinal};
    state->has_properties = state->has_properties || bd_value_find(value, "properties") != NULL;
    if (!bd_scan_identify(&state->context, value, state->scratch, &record)) {
        state->facts->rows_unmapped++;
        return BD_OK;
    }
    add_record(state, &record);
    (void)err;
    return state->rc;
}

/* "https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)/$entity" -> "users" */
static bd_str entity_set(bd_arena *arena, bd_str context) {
    ptrdiff_t mark = bd_str_find(context, BD_STR("#"));
    if (mark < 0) {
        return (bd_str){"", 0};
    }
    bd_str set = bd_str_lower(arena, bd_str_sub(context, (size_t)mark + 1, context.size));
    bd_str tail = BD_STR("/$entity");
    if (bd_str_has_suffix(set, tail)) {
        set.size -= tail.size;
    }
    bd_buf out;
    bd_buf_init(&out, 4096);
    int depth = 0;
    for (size_t i = 0; i < set.size; i++) {
        depth += set.data[i] == '(';
        if (depth == 0) {
            bd_buf_putc(&out, set.data[i]);
        }
        depth -= set.data[i] == ')';
    }
    set = bd_str_copy(arena, bd_buf_str(&out));
    bd_buf_clear(&out);
    return set;
}

static int64_t count_of(const bd_value *value) {
    int64_t count = -1;
    if (value->kind == BD_NUMBER || value->kind == BD_STRING) {
        return bd_str_to_i64(value->text, &count) && count >= 0 ? count : -1;
    }
    return -1;
}

static bd_rc on_member(void *context, bd_str key, const bd_value *value, bd_err *err) {
    (void)err;
    scan_state *state = context;
    bd_facts *facts = state->facts;
    bool is_link = bd_str_eqz(key, "nextLink") || bd_str_eqz(key, "@odata.nextLink") ||
                   bd_str_eqz(key, "$skipToken") || bd_str_eqz(key, "skip_token");
    if (is_link && !bd_value_is_absent(value)) {
        facts->has_next_link = true;
        facts->next_link = bd_str_copy(state->arena, value->text);
    } else if (bd_str_eqz(key, "@odata.context")) {
        facts->context = bd_str_copy(state->arena, value->text);
        state->context.context = entity_set(state->arena, value->text);
    } else if (bd_str_eqz(key, "totalRecords") || bd_str_eqz(key, "total_records") ||
               bd_str_eqz(key, "@odata.count")) {
        facts->rows_reported = count_of(value);
        state->context.is_graph_query = key.data[0] != '@';
    } else if (bd_str_eqz(key, "table")) {
        state->context.table = bd_str_copy(state->arena, value->text);
    } else if (bd_str_eqz(key, "resultTruncated")) {
        facts->is_truncated = (value->kind == BD_BOOL && value->boolean) ||
                              (value->kind == BD_STRING && bd_str_ieq(value->text, BD_STR("true")));
    }
    return BD_OK;
}

typedef struct {
    const char *envelope, *words;
} envelope_name;

static envelope_name name_envelope(const scan_state *state, bd_json_shape shape) {
    switch (shape) {
    case BD_JSON_VALUE:
        if (state->facts->context.size > 0) {
            return (envelope_name){"E6", "Microsoft Graph page"};
        }
        return state->has_properties || state->facts->rows_read == 0
                   ? (envelope_name){"E1", "Azure REST page"}
                   : (envelope_name){"E3", "az output in a value wrapper"};
    case BD_JSON_ARRAY:
        return (envelope_name){"E2", "az output array"};
    case BD_JSON_DATA:
        return state->context.is_graph_query && state->facts->envelope.size == 0
                   ? (envelope_name){"E5", "Resource Graph answer"}
                   : (envelope_name){"E4", "az graph query answer"};
    case BD_JSON_OBJECT:
        return (envelope_name){"E7", "single object"};
    case BD_JSON_VALUE_OBJECT:
        return (envelope_name){"E8", "Azure DevOps audit log page"};
    case BD_JSON_TABLES:
        return (envelope_name){"E12", "Log Analytics answer"};
    case BD_JSON_LINES:
        return (envelope_name){"E2", "JSON lines"};
    case BD_JSON_SCALAR:
        break;
    }
    return (envelope_name){"", "JSON without records"};
}

static bd_rc split_once(scan_state *state, const bd_blob *blob, bd_json_summary *summary,
                        bd_err *err) {
    bd_source source;
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_json_events events = {.context = state, .record = on_record, .member = on_member};
    bd_rc rc = bd_json_split(&source, &bd_json_default_limits, &events, summary, err);
    blob->close(blob, &source);
    return rc;
}

static bool is_about_content(const bd_err *err) {
    return err->class == BD_ERR_INPUT || err->class == BD_ERR_LIMIT ||
           err->class == BD_ERR_UNSUPPORTED;
}

static bd_rc settle(scan_state *state, bd_rc rc, bd_err *err) {
    if (!bd_failed(rc)) {
        return BD_OK;
    }
    if (bd_failed(state->rc) || !is_about_content(err)) {
        return rc;
    }
    state->facts->is_malformed = true;
    state->facts->problem = bd_str_copy(state->arena, bd_str_of(err->message));
    return BD_OK;
}

static bd_rc scan_json(scan_state *state, const bd_blob *blob, bd_err *err) {
    bd_json_summary summary = {0};
    BD_TRY(settle(state, split_once(state, blob, &summary, err), err));
    bool is_late = state->context.context.size > 0 && state->facts->seen.count == 0 &&
                   state->facts->rows_unmapped > 0;
    if (is_late && !state->facts->is_malformed) {
        /* @odata.context came after the records: read again now that it is known. */
        state->facts->rows_read = 0;
        state->facts->rows_refused = 0;
        state->facts->rows_unmapped = 0;
        state->facts->diags.count = 0;
        BD_TRY(settle(state, split_once(state, blob, &summary, err), err));
    }
    envelope_name name = name_envelope(state, summary.shape);
    state->facts->envelope = bd_str_of(name.envelope);
    state->facts->envelope_words = bd_str_of(name.words);
    state->facts->is_az_array = summary.shape == BD_JSON_ARRAY || summary.shape == BD_JSON_LINES;
    return BD_OK;
}

/* ---- CSV ---- */

static bd_rc on_header(void *context, const bd_str *names, size_t count, bd_err *err) {
    (void)err;
    scan_state *state = context;
    state->csv_source =
        bd_catalog_recognise_columns(state->plan->catalog, names, count, state->context.declared);
    return BD_OK;
}

static bd_rc on_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)err;
    scan_state *state = context;
    state->facts->rows_read++;
    if (state->csv_source == NULL) {
        state->facts->rows_unmapped++;
        return BD_OK;
    }
    bd_arena_reset(state->scratch);
    bd_record record = {.ordinal = (uint32_t)ordinal};
    /* a portal's Resource Graph download: one row is one resource */
    if (state->csv_source->types.count > 0 || state->csv_source->is_any_resource) {
        if (!bd_scan_identify(&state->context, value, state->scratch, &record)) {
            state->facts->rows_unmapped++;
            return BD_OK;
        }
    } else {
        bd_scan_identify_row(state->csv_source, value, state->scratch, &record);
    }
    add_record(state, &record);
    return state->rc;
}

static bd_rc on_refused_row(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem, bd_err *err) {
    (void)ordinal;
    (void)err;
    scan_state *state = context;
    state->facts->rows_read++;
    state->facts->rows_refused++;
    bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_REFUSED, (bd_str){"", 0},
                bd_str_format(state->scratch, "line %llu", (unsigned long long)line), "%s", problem->message);
    return BD_OK;
}

static const bd_value *column_map_of(const bd_scan_plan *plan, bd_str source) {
    for (size_t i = 0; plan->column_maps != NULL && i < plan->column_maps->count; i++) {
        const bd_value *map = &plan->column_maps->items[i];
        if (bd_str_eq(bd_value_text(map, "source"), source)) {
            return bd_value_find(map, "columns");
        }
    }
    return NULL;
}

static bd_rc scan_csv(scan_state *state, const bd_blob *blob, bd_err *err) {
    bd_source source;
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_csv_events events = {.context = state, .header = on_header, .row = on_row,
                            .refused = on_refused_row};
    const bd_value *columns = column_map_of(state->plan, state->context.declared);
    bd_rc rc = bd_csv_read(&source, &bd_csv_default_limits, columns, &events, err);
    blob->close(blob, &source);
    state->facts->envelope = BD_STR("E10");
    state->facts->envelope_words = BD_STR("CSV");
    return settle(state, rc, err);
}

/* ---- dispatch ---- */

static bd_rc sniff_blob(const bd_blob *blob, bd_sniffed *out, bd_err *err) {
    char head[BD_SNIFF_BYTES];
    size_t size = 0;
    bd_source source;
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = BD_OK;
    while (size < sizeof head) {
        size_t got = 0;
        rc = bd_source_read(&source, head + size, sizeof head - size, &got, err);
        if (bd_failed(rc) || got == 0) {
            break;
        }
        size += got;
    }
    blob->close(blob, &source);
    BD_TRY(rc);
    *out = bd_sniff((bd_str){head, size});
    return BD_OK;
}

static void add_declared_scopes(scan_state *state) {
    const bd_source_def *source =
        bd_catalog_source(state->plan->catalog, state->context.declared);
    if (source == NULL || state->sidecar == NULL || state->facts->rows_unmapped > 0 ||
        state->facts->is_malformed || bd_str_eqz(source->id, "doc")) {
        return;
    }
    bd_arena_reset(state->scratch);
    state->last_source = NULL;
    for (size_t i = 0; i < state->sidecar->scope_ids.count; i++) {
        seen_index(state, source,
                   bd_scan_scope_of_declared(state->scratch, source,
                                             state->sidecar->scope_ids.data[i]));
    }
    if (source->scope == BD_SCOPE_TENANT) {
        seen_index(state, source, (bd_str){"", 0});
    }
}

/* Only an answer over all types, or one that says it is the inventory, can show that a type is absent. */
static void add_inventory(scan_state *state) {
    const bd_source_def *inventory = bd_catalog_source(state->plan->catalog, BD_STR("S77"));
    bool is_declared = bd_str_eqz(state->context.declared, "S77");
    if (inventory == NULL || (!is_declared && !(state->context.is_graph_query && state->has_many_types))) {
        return;
    }
    bd_arena_reset(state->scratch);
    state->last_source = NULL;
    size_t count = state->facts->seen.count;
    for (size_t i = 0; i < count; i++) {
        bd_seen seen = state->facts->seen.data[i];
        const bd_source_def *source = bd_catalog_source(state->plan->catalog, seen.source);
        if (source != NULL && source->scope == BD_SCOPE_SUBSCRIPTION && seen.scope.size > 0) {
            seen_index(state, inventory, seen.scope);
        }
    }
}

static bd_rc scan_media(scan_state *state, const bd_blob *blob, bd_media media, bd_err *err) {
    switch (media) {
    case BD_MEDIA_JSON:
    case BD_MEDIA_NDJSON:
        return scan_json(state, blob, err);
    case BD_MEDIA_CSV:
        return scan_csv(state, blob, err);
    case BD_MEDIA_UNKNOWN:
    case BD_MEDIA_PDF:
    case BD_MEDIA_TEXT:
    case BD_MEDIA_BINARY:
        break;
    }
    return BD_OK;
}

bd_rc bd_scan(const bd_scan_plan *plan, const bd_blob *blob, bd_str path, const bd_sidecar *sidecar,
              uint32_t evidence, bd_arena *arena, bd_spool *rows, bd_facts *out, bd_err *err) {
    (void)path;
    *out = (bd_facts){.rows_reported = -1,
                      .first_event = BD_INSTANT_NONE,
                      .last_event = BD_INSTANT_NONE,
                      .export_time = BD_INSTANT_NONE};
    bd_sniffed sniffed;
    BD_TRY(sniff_blob(blob, &sniffed, err));
    out->media = sniffed.media;
    if (sidecar != NULL && sidecar->has_document) {
        return BD_OK; /* a document is kept as bytes, whatever it looks like */
    }
    if (sniffed.problem.size > 0) {
        out->is_malformed = true;
        out->problem = bd_str_copy(arena, sniffed.problem);
        return BD_OK;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("scan", SCRATCH_BYTES);
    scan_state state = {
        .plan = plan,
        .sidecar = sidecar,
        .context = {.plan = plan,
                    .declared = sidecar != NULL ? sidecar->source : (bd_str){"", 0}},
        .evidence = evidence,
        .arena = arena,
        .scratch = scratch,
        .rows = rows,
        .facts = out,
        .seen = bd_map_make(arena),
        .err = err,
    };
    BD_TRY(scan_media(&state, blob, sniffed.media, err));
    add_declared_scopes(&state);
    add_inventory(&state);
    return state.rc;
}
