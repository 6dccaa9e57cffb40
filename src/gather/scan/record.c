/* One record on its way into rows: what it is, what its checks yield, what is derived of it, and that it is there. */
#include "bindery/scan.h"

#include "bindery/derivations.h"
#include "bindery/extent.h"
#include "scan_priv.h"

#define LONGEST_IDENTITY 4096 /* what a packed row keeps of a text whole */

/* ---- rows ---- */

/* Of a large inventory thousands of rows say that a subscription has a thing: the first of the file is enough.  But a
 * record leaves some row, as it shows what lies where. */
static bool is_told(bd_scan_state *state, const bd_row *row) {
    bool is_presence = row->side != BD_SIDE_LEFT && state->has_row && row->alias.size == 0 &&
                       state->plan->catalog->checks[row->check].shape == BD_SCOPE_SHAPE;
    return is_presence && bd_scan_was_told(state, row);
}

static void put_row(void *context, const bd_row *row) {
    bd_scan_state *state = context;
    if (bd_failed(state->rc) || is_told(state, row)) {
        return;
    }
    state->has_row = true;
    bd_pack_begin(&state->packer);
    bd_pack_u32(&state->packer, state->evidence);
    bd_row_pack(&state->packer, &state->series, row);
    if (state->packer.overflowed) {
        if (!state->is_refused) {
            bd_scan_refuse(state, bd_str_format(state->scratch, "record %u", row->ordinal),
                           "a result of this record is larger than 64 KiB and was refused");
        }
        return;
    }
    state->rc = bd_spool_put(state->rows, bd_pack_end(&state->packer), state->err);
}

/* What another tool says of the system waits among the rows, and meets them only in assess. */
static void put_import(void *context, const bd_import_row *row) {
    bd_scan_state *state = context;
    if (bd_failed(state->rc)) {
        return;
    }
    bd_pack_begin(&state->packer);
    bd_pack_u32(&state->packer, state->evidence);
    bd_pack_u32(&state->packer, BD_IMPORT_MARK);
    bd_import_pack(&state->packer, row);
    if (state->packer.overflowed) {
        if (!state->is_refused) {
            bd_scan_refuse(state, BD_STR("a record"),
                           "what it says is larger than 64 KiB and was refused");
        }
        return;
    }
    state->rc = bd_spool_put(state->rows, bd_pack_end(&state->packer), state->err);
}

typedef struct {
    bd_scan_state *state;
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

/* What a join keeps waits among the rows until the other collections are there. */
typedef struct {
    bd_scan_state *state;
    const bd_record *origin;
    uint32_t derived;
} part_context;

static void put_part(void *context, bd_str group, const bd_value *kept) {
    part_context *part = context;
    bd_scan_state *state = part->state;
    if (bd_failed(state->rc)) {
        return;
    }
    bd_pack_begin(&state->packer);
    bd_pack_u32(&state->packer, state->evidence);
    bd_pack_u32(&state->packer, BD_PART_MARK);
    bd_part_pack(&state->packer, part->derived, group, part->origin->source->id,
                 part->origin->scope, bd_json_canonical(state->scratch, kept));
    if (state->packer.overflowed) {
        if (!state->is_refused) {
            bd_scan_refuse(
                state, bd_str_format(state->scratch, "record %u", part->origin->ordinal),
                "what is kept of this record is larger than 64 KiB and was refused");
        }
        return;
    }
    state->rc = bd_spool_put(state->rows, bd_pack_end(&state->packer), state->err);
}

static void collect_derived(bd_scan_state *state, const bd_record *record,
                            const bd_derivation *derivation, uint32_t derived) {
    bd_join_record from = {.source = record->source->id,
                           .scope = record->scope,
                           .type = record->type,
                           .key = record->key,
                           .resource = record->resource,
                           .value = record->value};
    part_context context = {state, record, derived};
    derivation->collect(&from, state->scratch, put_part, &context);
}

/* What is derived of records of a source: asked for with each of them. */
static const bd_scan_derived *derived_of(bd_scan_state *state, const bd_source_def *source) {
    bd_scan_derived *known = &state->derived[source - state->plan->catalog->sources];
    if (known->is_known) {
        return known;
    }
    size_t count;
    const bd_source_def *const *derived =
        bd_rules_derived(state->plan->rules, source->id, &count);
    known->sources = bd_new(state->index, const bd_source_def *, count + 1);
    known->how = bd_new(state->index, const bd_derivation *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const bd_derivation *how = bd_derivation_find(derived[i]->derivation);
        if (how != NULL) { /* else refused when the catalog was loaded */
            known->sources[known->count] = derived[i];
            known->how[known->count++] = how;
        }
    }
    known->is_known = true;
    return known;
}

static void map_derived(bd_scan_state *state, const bd_record *record, bool joins_only) {
    const bd_scan_derived *derived = derived_of(state, record->source);
    for (size_t i = 0; i < derived->count; i++) {
        const bd_source_def *source = derived->sources[i];
        const bd_derivation *derivation = derived->how[i];
        if (derivation->reduce != NULL) {
            collect_derived(state, record, derivation,
                            (uint32_t)(source - state->plan->catalog->sources));
        }
        if (derivation->reduce != NULL || joins_only) {
            continue;
        }
        derived_context context = {state, record, source};
        const bd_value *parameters =
            derivation->asks_for_days ? state->plan->parameters : state->undated;
        derivation->map(record->value, parameters, state->plan->zone, state->scratch, put_derived,
                        &context);
    }
}

/* An ARM record also shows that its resource exists: presence, never completeness of the inventory. */
static void map_presence(bd_scan_state *state, const bd_record *record) {
    const bd_source_def *inventory = state->inventory;
    if (inventory == NULL || record->source == inventory ||
        !bd_str_has_prefix(record->key, BD_STR("/subscriptions/"))) {
        return;
    }
    bd_record presence = *record;
    presence.source = inventory;
    presence.scope = record->subscription;
    bd_rules_map(state->plan->rules, &presence, state->scratch, put_row, state);
}

/* ---- records ---- */

/* When the export was made: what the caller says, else the sidecar; the file's own time proves nothing. */
bd_record bd_scan_start_record(const bd_scan_state *state, uint64_t ordinal) {
    const bd_sidecar *sidecar = state->sidecar;
    bool is_said = sidecar != NULL && sidecar->collected_at != BD_INSTANT_NONE;
    bd_record record = {.ordinal = (uint32_t)ordinal};
    record.has_moment = state->plan->has_collected_at || is_said;
    if (record.has_moment) {
        record.moment =
            state->plan->has_collected_at ? state->plan->collected_at : sidecar->collected_at;
    }
    return record;
}

/* The same for all records of a file: its sidecar is read once. */
static bd_str asked_workspace(bd_scan_state *state, const bd_source_def *source) {
    if (state->asked_source != source) {
        state->asked_source = source;
        state->asked_workspace =
            bd_extent_find_workspace(state->sidecar, source, state->undated, state->arena);
    }
    return state->asked_workspace;
}

/* Rows keep so much of a text and no more: two identities that differ only further on would become one. */
static bool has_long_identity(const bd_record *record) {
    return record->key.size > LONGEST_IDENTITY || record->type.size > LONGEST_IDENTITY ||
           record->scope.size > LONGEST_IDENTITY || record->resource.size > LONGEST_IDENTITY;
}

void bd_scan_add_record(bd_scan_state *state, bd_record *record, bool is_part) {
    state->is_refused = false;
    state->has_row = false;
    if (has_long_identity(record)) {
        bd_scan_refuse(state, bd_str_format(state->scratch, "record %u", record->ordinal),
                       "the id of this record is longer than 4,096 bytes");
        return;
    }
    record->workspace = asked_workspace(state, record->source);
    bd_scan_note_record(state, record, is_part);
    if (state->plan->observe != NULL) {
        state->plan->observe(state->plan->observe_context, state->evidence, record, state->arena,
                             state->scratch);
    }
    if (state->plan->imports != NULL) {
        bd_imports_map(state->plan->imports, record, state->scratch, put_import, state);
    }
    if (state->plan->rules == NULL) {
        return;
    }
    if (is_part && !record->source->is_any_resource) {
        map_derived(state, record, /*joins_only*/ true);
        return; /* belongs to the source, but is not what its checks judge */
    }
    bd_rules_map(state->plan->rules, record, state->scratch, put_row, state);
    map_derived(state, record, /*joins_only*/ false);
    map_presence(state, record);
}

bool bd_scan_take_record(bd_scan_state *state, uint64_t ordinal, const bd_value *value) {
    bd_record record = bd_scan_start_record(state, ordinal);
    bool is_part = false;
    state->has_properties = state->has_properties || bd_value_find(value, "properties") != NULL;
    if (!bd_scan_identify(&state->context, value, state->scratch, &record, &is_part)) {
        state->facts->rows_unmapped++;
        return false;
    }
    bd_scan_add_record(state, &record, is_part);
    return true;
}
