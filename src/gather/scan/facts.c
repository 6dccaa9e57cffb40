/* What is known of a file while its records pass: how many, of what source and scope, when, of which types; and what
 * was refused.  Entries of long lists are found again by an index, which goes with the file. */
#include "bindery/scan.h"

#include "scan_priv.h"

#define KEY_SLOTS ((size_t)1 << 14) /* a power of two; twice what is kept */
#define MOST_TOLD ((size_t)65536) /* different things of one file that presence rows say */
#define MOST_SAID 20 /* refusals of one file that are said one by one; all are counted */

/* ---- refusals ---- */

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

void bd_scan_say_rest(bd_scan_state *state) {
    uint64_t left = state->facts->rows_refused - state->said;
    if (left > 0) {
        bd_diag_add(state->arena, &state->facts->diags, BD_DIAG_REFUSED, (bd_str){"", 0},
                    (bd_str){"", 0}, "%llu more records were refused", (unsigned long long)left);
    }
}

/* ---- lists ---- */

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
void bd_scan_settle_facts(bd_scan_state *state) {
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
    uint64_t first, second;
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

/* ---- what presence rows said ---- */

/* Texts that come again and again are kept once, for the entries of an inventory are many.  0: not there, and no
 * room. */
static uint32_t told_place(bd_scan_state *state, bd_str text, bool is_full) {
    uintptr_t place = (uintptr_t)bd_map_find(state->told_texts, text);
    if (place == 0 && !is_full) {
        place = ++state->told_text_count;
        bd_map_put(state->told_texts, text, (void *)place);
    }
    return (uint32_t)place;
}

static pair name_told(bd_scan_told told) {
    return (pair){(uint64_t)told.check << 32 | told.detail, told.about};
}

static pair pair_of_told(const void *list, size_t entry) {
    return name_told(((const bd_scan_told *)list)[entry]);
}

bool bd_scan_was_told(bd_scan_state *state, const bd_row *row) {
    bd_packer *packer = &state->packer;
    bool is_full = state->told.count == MOST_TOLD;
    bd_scan_told told = {.check = row->check};
    bd_pack_begin(packer);
    bd_pack_i64(packer, row->time);
    bd_pack_key(packer, row->join);
    told.about = packer->overflowed ? 0 : told_place(state, bd_pack_end(packer), is_full);
    bd_pack_begin(packer);
    bd_pack_key(packer, row->detail);
    told.detail = packer->overflowed ? 0 : told_place(state, bd_pack_end(packer), is_full);
    if (told.about == 0 || told.detail == 0) {
        return false;
    }
    if (find_pair(&state->told_index, state->told.data, pair_of_told, name_told(told)) != 0) {
        return true;
    }
    if (!is_full) {
        *bd_push(state->index, &state->told) = told;
        add_pair(&state->told_index, state->told.data, pair_of_told, state->told.count,
                 state->index);
    }
    return false;
}

void bd_scan_tell_anew(bd_scan_state *state) {
    state->told.count = 0;
    state->told_index = (bd_pair_index){0};
}

/* ---- one record ---- */

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

void bd_scan_note_record(bd_scan_state *state, const bd_record *record, bool is_part) {
    bd_scan_seen_of(state, record->source, record->scope, is_part)->rows++;
    note_time(state->facts, record->time);
    bd_scan_tally(state, record);
    note_type(state, record->type);
    count_type(state, record);
}
