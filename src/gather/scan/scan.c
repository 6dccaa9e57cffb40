#include "bindery/scan.h"

#include "bindery/derive.h"
#include "bindery/read.h"
#include "scan_priv.h"

#include <string.h>

#define KEY_SLOTS ((size_t)1 << 14) /* a power of two; twice what is kept */
#define INDEX_BYTES ((size_t)4 << 30)
#define SCRATCH_BYTES ((size_t)256 << 20)
#define MOST_SAID 20 /* refusals of one file that are said one by one; all are counted */
#define EXPORT_TIME_COLUMN "exportedTimestamp" /* Defender's recommendations */
#define MOST_TOLD 65536 /* different things of one file that presence rows say */
#define LONGEST_IDENTITY 4096                  /* what a packed row keeps of a text whole */

/* ---- facts ---- */

/* A refusal is counted; only the first ones are said, for a file of a million bad rows must not fill the memory. */
void bd_scan_refuse(bd_scan_state *state, bd_str locus, const char *message) {
    state->facts->rows_refused++;
    state->is_refused = true;
    if (state->said < MOST_SAID) {
        state->said++;
        bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_REFUSED, (bd_str){"", 0}, locus,
                    "%s", message);
    }
}

static void say_rest(bd_scan_state *state) {
    uint64_t left = state->facts->rows_refused - state->said;
    if (left > 0) {
        bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_REFUSED, (bd_str){"", 0},
                    (bd_str){"", 0}, "%llu more records were refused", (unsigned long long)left);
    }
}

/* The place of a copy that lives as long as the facts; the thousand entries of one subscription share it. */
static uint32_t place_of(bd_scan_state *state, bd_str text) {
    uintptr_t place = (uintptr_t)bd_map_find(state->places, text);
    if (place == 0) {
        *bd_push(state->index, &state->texts) = bd_str_copy(state->arena, text);
        place = state->texts.count;
        bd_map_put(state->places, text, (void *)place);
    }
    return (uint32_t)place - 1;
}

/* Lists grow beside the facts, and leave behind there what they outgrew. */
static void settle_lists(bd_scan_state *state) {
    bd_facts *facts = state->facts;
    bd_seens *lists[] = {&facts->seen, &facts->parts};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        bd_seen *seen = bd_new(state->arena, bd_seen, lists[i]->count);
        for (size_t j = 0; j < lists[i]->count; j++) {
            seen[j] = lists[i]->data[j];
        }
        lists[i]->data = seen;
        lists[i]->room = lists[i]->count;
    }
    bd_str *texts = bd_new(state->arena, bd_str, state->texts.count);
    for (size_t i = 0; i < state->texts.count; i++) {
        texts[i] = state->texts.data[i];
    }
    facts->texts = texts;
    bd_type_count *types = bd_new(state->arena, bd_type_count, facts->types.count);
    for (size_t i = 0; i < facts->types.count; i++) {
        types[i] = facts->types.data[i];
    }
    facts->types.data = types;
    facts->types.room = facts->types.count;
}

/* ---- finding an entry again ---- */

/* What names an entry: numbers, or where a text is kept. */
typedef struct {
    uintptr_t first, second;
} pair;

typedef pair pair_fn(const void *list, size_t entry);

static size_t home_of(const bd_pair_index *index, pair name) {
    return (size_t)bd_hash((bd_str){(const char *)&name, sizeof name}, 0) & (index->room - 1);
}

static void enter_pair(bd_pair_index *index, const void *list, pair_fn *pair_at, size_t entry) {
    size_t at = home_of(index, pair_at(list, entry));
    while (index->slots[at] != 0) {
        at = (at + 1) & (index->room - 1);
    }
    index->slots[at] = (uint32_t)entry + 1;
}

/* Index + 1, 0: it is not there. */
static size_t find_pair(const bd_pair_index *index, const void *list, pair_fn *pair_at, pair name) {
    if (index->room == 0) {
        return 0;
    }
    size_t at = home_of(index, name);
    for (; index->slots[at] != 0; at = (at + 1) & (index->room - 1)) {
        pair found = pair_at(list, index->slots[at] - 1);
        if (found.first == name.first && found.second == name.second) {
            break;
        }
    }
    return index->slots[at];
}

/* The last of `count` entries was added. */
static void add_pair(bd_pair_index *index, const void *list, pair_fn *pair_at, size_t count,
                     bd_arena *arena) {
    if (count * 2 <= index->room) {
        enter_pair(index, list, pair_at, count - 1);
        return;
    }
    index->room = index->room == 0 ? 64 : index->room * 2;
    index->slots = bd_new(arena, uint32_t, index->room);
    for (size_t i = 0; i < count; i++) {
        enter_pair(index, list, pair_at, i);
    }
}

static pair pair_of_seen(const void *list, size_t entry) {
    const bd_seen *seen = &((const bd_seens *)list)->data[entry];
    return (pair){(uintptr_t)seen->source.data, (uintptr_t)seen->scope.data};
}

static pair pair_of_type(const void *list, size_t entry) {
    const bd_type_count *type = &((const bd_type_counts *)list)->data[entry];
    return (pair){type->type, type->subscription};
}

/* The entry of a source and scope, made when there is none. */
bd_seen *bd_scan_seen_of(bd_scan_state *state, const bd_source_def *source, bd_str scope,
                         bool is_part) {
    bd_seens *list = is_part ? &state->facts->parts : &state->facts->seen;
    if (source == state->last_source && is_part == state->last_part &&
        bd_str_eq(scope, state->last_scope)) {
        return &list->data[state->last_index];
    }
    bd_pair_index *index = is_part ? &state->parts : &state->seen;
    uint32_t place = place_of(state, scope);
    bd_str kept = state->texts.data[place];
    pair name = {(uintptr_t)source->id.data, (uintptr_t)kept.data};
    size_t found = find_pair(index, list, pair_of_seen, name);
    if (found == 0) {
        *bd_push(state->index, list) = (bd_seen){.source = source->id, .scope = kept};
        found = list->count;
        add_pair(index, list, pair_of_seen, found, state->index);
    }
    state->last_source = source;
    state->last_part = is_part;
    state->last_index = found - 1;
    state->last_scope = list->data[state->last_index].scope;
    return &list->data[state->last_index];
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

/* Of a large inventory thousands of rows say that a subscription has a thing: the first of the file is enough.  But a
 * record leaves some row, as it shows what lies where. */
static bool is_told(bd_scan_state *state, const bd_row *row) {
    bool is_presence = row->side != BD_SIDE_LEFT && state->has_row && row->alias.size == 0 &&
                       state->plan->catalog->checks[row->check].shape == BD_SCOPE_SHAPE;
    if (!is_presence) {
        return false;
    }
    bd_pack_begin(&state->packer);
    bd_pack_u32(&state->packer, row->check);
    bd_pack_i64(&state->packer, row->time);
    bd_pack_key(&state->packer, row->join);
    bd_pack_key(&state->packer, row->detail);
    bd_str name = bd_pack_end(&state->packer);
    if (state->packer.overflowed || bd_map_find(state->told, name) != NULL) {
        return !state->packer.overflowed;
    }
    if (state->told_count < MOST_TOLD) {
        bd_map_put(state->told, name, state);
        state->told_count++;
    }
    return false;
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

static void note_type(bd_scan_state *state, bd_str type) {
    if (state->first_type.size == 0) {
        state->first_type = bd_str_copy(state->arena, type);
    } else if (!state->has_many_types && !bd_str_eq(state->first_type, type)) {
        state->has_many_types = true;
    }
}

/* Only where somebody counts the rows: a sidecar, or an answer that states its total.  By hash, and no more of
 * them than a page has: the ids of a large inventory would fill the memory. */
static bool counts_rows(const bd_scan_state *state) {
    return (state->sidecar != NULL && state->sidecar->rows >= 0) || state->count >= 0 ||
           state->facts->rows_reported >= 0 || state->summary.shape == BD_JSON_DATA;
}

/* False when the key was there before. */
static bool put_key(bd_scan_state *state, uint64_t hash) {
    if (state->keys == NULL) {
        state->keys = bd_new(state->index, uint64_t, KEY_SLOTS);
    }
    size_t at = (size_t)hash & (KEY_SLOTS - 1);
    hash |= 1; /* 0 is an empty slot */
    while (state->keys[at] != 0 && state->keys[at] != hash) {
        at = (at + 1) & (KEY_SLOTS - 1);
    }
    bool is_new = state->keys[at] == 0;
    if (is_new && state->key_count < KEY_SLOTS / 2) {
        state->keys[at] = hash;
        state->key_count++;
    }
    return is_new;
}

static void count_repeated(bd_scan_state *state, const bd_record *record) {
    if (record->source->is_log || !counts_rows(state)) {
        return; /* records of a log may repeat the id of what they tell of */
    }
    uint64_t hash = bd_hash(record->key, bd_hash(record->type, 0));
    state->facts->rows_repeated += put_key(state, hash) ? 0 : 1;
}

/* Counted by type, so that a list of one type can be set against an inventory of all. */
static void count_type(bd_scan_state *state, const bd_record *record) {
    bd_facts *facts = state->facts;
    if (record->subscription.size == 0 || bd_str_find(record->type, BD_STR("/")) < 0 ||
        !bd_str_has_prefix(record->key, BD_STR("/subscriptions/"))) {
        return;
    }
    count_repeated(state, record);
    if (facts->has_more_types) {
        return;
    }
    pair name = {place_of(state, record->type), place_of(state, record->subscription)};
    size_t found = find_pair(&state->types, &facts->types, pair_of_type, name);
    if (found == 0 && facts->types.count == BD_MOST_TYPE_COUNTS) {
        facts->has_more_types = true;
        return;
    }
    if (found == 0) {
        *bd_push(state->index, &facts->types) =
            (bd_type_count){.type = (uint32_t)name.first, .subscription = (uint32_t)name.second};
        found = facts->types.count;
        add_pair(&state->types, &facts->types, pair_of_type, found, state->index);
    }
    bd_type_count *entry = &facts->types.data[found - 1];
    entry->count++;
    entry->ids += bd_hash(record->key, 0);
}

/* Rows keep so much of a text and no more: two identities that differ only further on would become one. */
static bool has_long_identity(const bd_record *record) {
    return record->key.size > LONGEST_IDENTITY || record->type.size > LONGEST_IDENTITY ||
           record->scope.size > LONGEST_IDENTITY || record->resource.size > LONGEST_IDENTITY;
}

static void add_record(bd_scan_state *state, const bd_record *record, bool is_part) {
    state->is_refused = false;
    state->has_row = false;
    if (has_long_identity(record)) {
        bd_scan_refuse(state, bd_str_format(state->scratch, "record %u", record->ordinal),
                       "the id of this record is longer than 4,096 bytes");
        return;
    }
    bd_scan_seen_of(state, record->source, record->scope, is_part)->rows++;
    note_time(state->facts, record->time);
    bd_scan_tally(state, record);
    note_type(state, record->type);
    count_type(state, record);
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

/* ---- JSON ---- */

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

/* When the export was made: what the caller says, else the sidecar; the file's own time proves nothing. */
static bd_record start_record(const bd_scan_state *state, uint64_t ordinal) {
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
            bd_scan_asked_workspace(state->sidecar, source, state->undated, state->arena);
    }
    return state->asked_workspace;
}

bool bd_scan_take_record(bd_scan_state *state, uint64_t ordinal, const bd_value *value) {
    bd_record record = start_record(state, ordinal);
    bool is_part = false;
    state->has_properties = state->has_properties || bd_value_find(value, "properties") != NULL;
    if (!bd_scan_identify(&state->context, value, state->scratch, &record, &is_part)) {
        state->facts->rows_unmapped++;
        return false;
    }
    record.workspace = asked_workspace(state, record.source);
    add_record(state, &record, is_part);
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

static bool is_link(bd_str key) {
    static const char *const links[] = {"nextLink", "@nextLink", "@odata.nextLink", "$skipToken",
                                        "skip_token"};
    for (size_t i = 0; i < BD_COUNT(links); i++) {
        if (bd_str_eqz(key, links[i])) {
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
    } else if (bd_str_eqz(key, "hasMore")) { /* Azure DevOps audit log */
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
    } else if (bd_str_eqz(key, "resultTruncated")) {
        facts->is_truncated = facts->is_truncated || is_true(value);
    } else if (bd_str_eqz(key, "error")) { /* beside tables: a partial answer */
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

#define READ_AHEAD_BYTES ((int64_t)2 << 20) /* below it a thread costs more than it saves */

typedef struct {
    bd_source *inner;
    bool has_failed;
} watched_source;

static bd_rc read_watched(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    watched_source *watched = source->context;
    bd_rc rc = bd_source_read(watched->inner, bytes, room, count, err);
    watched->has_failed = watched->has_failed || bd_failed(rc);
    return rc;
}

/* A blob checks its hash when it is read to the end, and a parser that gives up does not get there. */
static bd_rc drain(bd_source *source, bd_err *err) {
    char bytes[16384];
    size_t count;
    do {
        BD_TRY(bd_source_read(source, bytes, sizeof bytes, &count, err));
    } while (count > 0);
    return BD_OK;
}

static bool is_about_content(const bd_err *err) {
    return err->class == BD_ERR_INPUT || err->class == BD_ERR_LIMIT ||
           err->class == BD_ERR_UNSUPPORTED;
}

/* Content that cannot be read is said in the facts; bytes that are not those that were kept are a failure. */
bd_rc bd_scan_content(bd_scan_state *state, const bd_blob *blob, bd_scan_read_fn *read,
                      bd_err *err) {
    bd_source inner;
    BD_TRY(blob->open_plain(blob, &inner, err));
    bool is_large = state->plan->reads_ahead && blob->bytes >= READ_AHEAD_BYTES;
    bd_readahead *ahead = is_large ? bd_readahead_open(&inner) : NULL;
    bd_source unpacked = is_large ? bd_readahead_source(ahead) : inner;
    watched_source watched = {.inner = &unpacked};
    bd_source source = {.read = read_watched, .context = &watched};
    bd_rc rc = read(state, &source, err);
    if (bd_failed(rc) && !watched.has_failed && !bd_failed(state->rc) && is_about_content(err)) {
        state->facts->is_malformed = true;
        state->facts->problem = bd_str_copy(state->arena, bd_str_of(err->message));
        rc = drain(&source, err);
    }
    bd_readahead_close(ahead);
    blob->close(blob, &inner);
    return rc;
}

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
    state->told = bd_map_make(state->index);
    state->told_count = 0;
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

static bd_rc scan_json(bd_scan_state *state, const bd_blob *blob, bd_err *err) {
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

/* ---- CSV ---- */

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
    bd_record record = start_record(state, ordinal);
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
        record.workspace = asked_workspace(state, record.source);
        add_record(state, &record, is_part);
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

static bd_rc scan_csv(bd_scan_state *state, const bd_blob *blob, bd_err *err) {
    state->context.is_graph_query =
        true; /* resources in a CSV: what a query over them chose to print */
    state->facts->envelope = BD_STR("E10");
    state->facts->envelope_words = BD_STR("CSV");
    return bd_scan_content(state, blob, read_csv, err);
}

/* ---- dispatch ---- */

static bd_rc scan_ole(const bd_blob *blob, bd_sniffed *sniffed, bd_arena *arena, bd_facts *out,
                      bd_err *err) {
    bd_source source;
    BD_TRY(blob->open_plain(blob, &source, err));
    bd_rc rc = bd_ole_look(&source, sniffed, err);
    blob->close(blob, &source);
    out->is_malformed = sniffed->problem.size > 0;
    out->problem = bd_str_copy(arena, sniffed->problem);
    return rc;
}

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

void bd_scan_withheld(bd_str path, int64_t bytes, bd_facts *out) {
    *out = (bd_facts){.rows_reported = -1,
                      .first_event = BD_INSTANT_NONE,
                      .last_event = BD_INSTANT_NONE,
                      .export_time = BD_INSTANT_NONE,
                      .diags = out->diags};
    static const char suffix[] = ".pdf";
    size_t size = sizeof suffix - 1;
    bool is_pdf = path.size > size &&
                  bd_str_ieq(bd_str_sub(path, path.size - size, path.size), bd_str_of(suffix));
    out->media = is_pdf ? BD_MEDIA_PDF : BD_MEDIA_BINARY;
    out->is_malformed = bytes == 0;
    out->problem = out->is_malformed ? BD_STR("the file is empty") : (bd_str){"", 0};
}

bd_rc bd_scan(const bd_scan_plan *plan, const bd_blob *blob, const bd_sidecar *sidecar,
              uint32_t evidence, bd_arena *arena, bd_spool *rows, bd_facts *out, bd_err *err) {
    *out = (bd_facts){.rows_reported = -1,
                      .first_event = BD_INSTANT_NONE,
                      .last_event = BD_INSTANT_NONE,
                      .export_time = BD_INSTANT_NONE};
    bd_sniffed sniffed;
    BD_TRY(sniff_blob(blob, &sniffed, err));
    out->media = sniffed.media;
    if (sidecar != NULL && sidecar->has_document) {
        out->is_malformed = blob->bytes == 0;
        out->problem = out->is_malformed ? BD_STR("the file is empty") : out->problem;
        return BD_OK; /* a document is kept as bytes, whatever it looks like */
    }
    if (sniffed.problem.size > 0) {
        out->is_malformed = true;
        out->problem = bd_str_copy(arena, sniffed.problem);
        return BD_OK;
    }
    if (sniffed.is_ole) {
        return scan_ole(blob, &sniffed, arena, out, err);
    }
    bool is_csv = sniffed.media == BD_MEDIA_CSV;
    bool is_xml = sniffed.media == BD_MEDIA_XML;
    bool is_json = sniffed.media == BD_MEDIA_JSON || sniffed.media == BD_MEDIA_NDJSON;
    if (!is_csv && !is_xml && !is_json && !sniffed.is_zip) {
        return BD_OK;
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("scan", SCRATCH_BYTES);
    BD_DEFER(bd_arena_close_ref) bd_arena *found = bd_arena_open("scan index", INDEX_BYTES);
    bd_scan_state state = {
        .plan = plan,
        .sidecar = sidecar,
        .context = {.plan = plan,
                    .declared = sidecar != NULL ? sidecar->source : (bd_str){"", 0},
                    .declared_scope = sidecar != NULL && sidecar->scope_ids.count == 1
                                          ? sidecar->scope_ids.data[0]
                                          : (bd_str){"", 0}},
        .evidence = evidence,
        .arena = arena,
        .index = found,
        .scratch = scratch,
        .rows = rows,
        .facts = out,
        .places = bd_map_make(found),
        .told = bd_map_make(found),
        .derived = bd_new(found, bd_scan_derived, plan->catalog->source_count + 1),
        .inventory = bd_catalog_source(plan->catalog, BD_STR("S77")),
        .undated = bd_rules_undated(plan->parameters, found),
        .count = -1,
        .err = err,
    };
    bd_rc rc = sniffed.is_zip ? bd_scan_xlsx(&state, blob, &sniffed, err)
               : is_xml       ? bd_scan_xml(&state, blob, err)
               : is_csv       ? scan_csv(&state, blob, err)
                              : scan_json(&state, blob, err);
    bool is_document = sniffed.is_zip && out->media != BD_MEDIA_XLSX; /* an archive: kept as bytes */
    if (!bd_failed(rc) && !is_document) {
        say_rest(&state);
        bd_scan_add_inventory(&state);
        bd_scan_add_declared_scopes(&state);
        rc = state.rc;
    }
    settle_lists(&state);
    return rc;
}
