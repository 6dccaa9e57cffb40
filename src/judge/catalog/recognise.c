/* Which source a record belongs to.  Content has the last word: a file name, a folder or a sidecar
 * that says otherwise is overruled, because what is judged is what stands in the record.
 *
 * The order of asking goes from the surest sign to the weakest: a Log Analytics table, a Graph
 * context, a part of the id that only one service writes, the ARM type, a set of keys.  Rows of an
 * inventory (a source that counts any resource) look like resources stripped of their settings, so
 * there the declaration decides. */
#include "bindery/catalog.h"

#include "catalog_priv.h"

typedef struct recogniser {
    const bd_source_def *source;
    BD_VEC(bd_strs) key_sets; /* any of them */
    bd_strs not_keys, not_columns;
    bool has_level; /* id_parts also ask for, or against, a setting of the subscription itself */
} recogniser;

/* A text that only ids of one source hold. */
typedef struct {
    bd_str text;
    const recogniser *who;
} id_part;

typedef struct id_parts {
    BD_VEC(id_part) list; /* by recogniser */
    bool starts[256];     /* bytes that one of them begins with */
} id_parts;

static void put_all(bd_map *map, bd_strs names, const recogniser *who) {
    for (size_t i = 0; i < names.count; i++) {
        if (bd_map_find(map, names.data[i]) ==
            NULL) { /* the first source by id keeps a shared name */
            bd_map_put(map, names.data[i], (void *)(uintptr_t)who);
        }
    }
}

static void add_key_sets(bd_arena *arena, recogniser *who, const bd_value *sets) {
    for (size_t i = 0; sets != NULL && i < sets->count; i++) {
        bd_strs set = strings_of(arena, &sets->items[i], false);
        if (set.count > 0) {
            *bd_push(arena, &who->key_sets) = set;
        }
    }
}

static void build_recogniser(bd_arena *arena, const bd_value *definition, recogniser *who) {
    const bd_value *seen = bd_value_find(definition, "recognise");
    if (who->source->keys.count > 0) {
        *bd_push(arena, &who->key_sets) = who->source->keys;
    }
    add_key_sets(arena, who, bd_value_find(seen, "keys_any"));
    add_key_sets(arena, who, bd_value_find(seen, "table_columns"));
    who->not_keys = strings_of(arena, bd_value_find(seen, "not_keys"), false);
    who->not_columns = strings_of(arena, bd_value_find(seen, "not_columns"), true);
    who->has_level = bd_value_find(seen, "subscription_level") != NULL;
}

static void add_id_parts(bd_arena *arena, id_parts *parts, const recogniser *who) {
    for (size_t i = 0; i < who->source->id_parts.count; i++) {
        bd_str text = who->source->id_parts.data[i];
        if (text.size > 0) {
            *bd_push(arena, &parts->list) = (id_part){text, who};
            parts->starts[(unsigned char)text.data[0]] = true;
        }
    }
}

void build_recognisers(bd_catalog *catalog, bd_arena *arena) {
    struct bd_catalog_index *index = catalog->index;
    index->types = bd_map_make(arena);
    index->contexts = bd_map_make(arena);
    index->tables = bd_map_make(arena);
    index->recogniser_count = catalog->source_count;
    index->recognisers = bd_new(arena, recogniser, catalog->source_count + 1);
    index->id_parts = bd_new(arena, id_parts, 1);
    const bd_value *definitions = bd_value_find(catalog->resolved, "sources");
    for (size_t i = 0, d = 0; i < catalog->source_count; i++, d++) {
        while (!bd_str_eq(bd_value_text(&definitions->items[d], "id"), catalog->sources[i].id)) {
            d++; /* retired */
        }
        recogniser *who = &index->recognisers[i];
        who->source = &catalog->sources[i];
        build_recogniser(arena, &definitions->items[d], who);
        add_id_parts(arena, index->id_parts, who);
        put_all(index->types, who->source->types, who);
        put_all(index->contexts, who->source->contexts, who);
        put_all(index->tables, who->source->tables, who);
        if (who->source->is_any_resource && index->any_resource == NULL) {
            index->any_resource = who->source;
        }
    }
    for (size_t i = 0; i < index->recogniser_count; i++) {
        put_all(index->types, index->recognisers[i].source->details, &index->recognisers[i]);
    }
}

/* ---- by keys ---- */

static bool has_key(const bd_value *record, bd_str key, bool folded) {
    if (!folded) {
        return bd_value_find_str(record, key) != NULL ||
               bd_value_find_str(bd_value_find(record, "properties"), key) != NULL;
    }
    const bd_value *found = NULL;
    return bd_value_lookup(record, key, &found) == BD_LOOKUP_FOUND;
}

static bool has_all(const bd_value *record, bd_strs keys, bool folded) {
    for (size_t i = 0; i < keys.count; i++) {
        if (!has_key(record, keys.data[i], folded)) {
            return false;
        }
    }
    return true;
}

/* A key whose value is absent does not count here: `$select` prints "deletedDateTime": null for a
 * living user. */
static bool has_any(const bd_value *record, bd_strs keys) {
    for (size_t i = 0; i < keys.count; i++) {
        const bd_value *found = NULL;
        if (bd_value_lookup(record, keys.data[i], &found) == BD_LOOKUP_FOUND &&
            !bd_value_is_absent(found)) {
            return true;
        }
    }
    return false;
}

/* The source whose key set matches and is the largest; the first by id among equals. */
static const bd_source_def *find_by_keys(const struct bd_catalog_index *index,
                                         const bd_value *record, bool folded) {
    const bd_source_def *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < index->recogniser_count; i++) {
        const recogniser *who = &index->recognisers[i];
        for (size_t k = 0; k < who->key_sets.count; k++) {
            if (who->key_sets.data[k].count > most &&
                has_all(record, who->key_sets.data[k], folded) && !has_any(record, who->not_keys)) {
                most = who->key_sets.data[k].count;
                best = who->source;
            }
        }
    }
    return best;
}

/* ---- by id ---- */

/* "/subscriptions/<id>/providers/microsoft.insights/...": nothing stands between subscription and
 * provider. */
static bool is_subscription_level(bd_str id) {
    bd_str rest = id, piece;
    if (rest.size > 0 && rest.data[0] == '/') {
        rest = bd_str_sub(rest, 1, rest.size);
    }
    if (!bd_str_cut(&rest, '/', &piece) || !bd_str_eqz(piece, "subscriptions")) {
        return false;
    }
    if (!bd_str_cut(&rest, '/', &piece) || !bd_str_cut(&rest, '/', &piece)) {
        return false;
    }
    bool is_provider = bd_str_eqz(piece, "providers");
    return is_provider && bd_str_find(rest, BD_STR("/providers/")) < 0;
}

/* Asked at every byte of every id: its ends are looked at before all of it. */
static bool stands_at(bd_str id, size_t at, bd_str part) {
    return part.size <= id.size - at && id.data[at] == part.data[0] &&
           id.data[at + part.size - 1] == part.data[part.size - 1] &&
           bd_str_eq(bd_str_sub(id, at, at + part.size), part);
}

/* The longest part that the id contains decides; of two as long that of the first source. */
static bool outranks(const id_part *part, const id_part *best, bd_str id) {
    bool is_better = best == NULL || part->text.size > best->text.size ||
                     (part->text.size == best->text.size && part->who < best->who);
    return is_better && (!part->who->has_level ||
                         is_subscription_level(id) == part->who->source->is_subscription_level);
}

static const bd_source_def *find_by_id(const struct bd_catalog_index *index, bd_str id) {
    const id_parts *parts = index->id_parts;
    const id_part *best = NULL;
    for (size_t at = 0; at < id.size; at++) {
        if (!parts->starts[(unsigned char)id.data[at]]) {
            continue;
        }
        for (size_t i = 0; i < parts->list.count; i++) {
            const id_part *part = &parts->list.data[i];
            if (stands_at(id, at, part->text) && outranks(part, best, id)) {
                best = part;
            }
        }
    }
    return best != NULL ? best->who->source : NULL;
}

/* ---- by context ---- */

/* "users(id,displayname)" and "definitions('x')/instances/$entity" are the entity sets themselves.
 */
static bd_str plain_context(bd_str context, char *room, size_t room_size) {
    size_t size = 0;
    int depth = 0;
    for (size_t i = 0; i < context.size && size < room_size; i++) {
        depth += context.data[i] == '(' ? 1 : 0;
        if (depth == 0) {
            room[size++] = context.data[i];
        }
        depth -= context.data[i] == ')' && depth > 0 ? 1 : 0;
    }
    bd_str plain = {room, size};
    bd_str entity = BD_STR("/$entity");
    return bd_str_has_suffix(plain, entity) ? bd_str_sub(plain, 0, plain.size - entity.size)
                                            : plain;
}

static const bd_source_def *find_by_context(const struct bd_catalog_index *index, bd_str context,
                                            const bd_value *record) {
    char room[256];
    const recogniser *who =
        context.size == 0 ? NULL
                          : bd_map_find(index->contexts, plain_context(context, room, sizeof room));
    if (who == NULL || has_any(record, who->not_keys)) {
        return NULL;
    }
    return who->source;
}

static const recogniser *find_by_table(const struct bd_catalog_index *index, bd_str table) {
    char lower[128];
    if (table.size == 0 || table.size > sizeof lower) {
        return NULL;
    }
    for (size_t i = 0; i < table.size; i++) {
        char c = table.data[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return bd_map_find(index->tables, (bd_str){lower, table.size});
}

static bool has_properties(const bd_value *record) {
    const bd_value *properties = bd_value_find(record, "properties");
    return properties != NULL && properties->kind == BD_OBJECT;
}

/* Key lists are for records that do not say what they are; an ARM resource does. */
static bool states_own_type(const bd_value *record) {
    const bd_value *type = record != NULL ? bd_value_find(record, "type") : NULL;
    return type != NULL && type->kind == BD_STRING && bd_str_find(type->text, BD_STR("/")) > 0;
}

const bd_source_def *bd_catalog_recognise(const bd_catalog *catalog, bd_str type, bd_str context,
                                          bd_str id, bd_str table, const bd_value *record,
                                          bd_str declared) {
    const struct bd_catalog_index *index = catalog->index;
    const bd_source_def *stated = bd_catalog_source(catalog, declared);
    const recogniser *who = find_by_table(index, table);
    if (who != NULL) {
        return who->source;
    }
    const bd_source_def *found = find_by_context(index, context, record);
    if (found != NULL) {
        return found;
    }
    if (stated != NULL && stated->is_any_resource && type.size > 0 && !has_properties(record)) {
        return stated;
    }
    if ((found = find_by_id(index, id)) != NULL) {
        return found;
    }
    if (type.size > 0 && (who = bd_map_find(index->types, type)) != NULL) {
        return who->source;
    }
    if (!states_own_type(record) &&
        ((found = find_by_keys(index, record, /*folded*/ false)) != NULL ||
         (found = find_by_keys(index, record, /*folded*/ true)) != NULL)) {
        return found;
    }
    bool is_arm = bd_str_find(type, BD_STR("/")) > 0;
    if (stated != NULL && !(is_arm && stated->types.count > 0)) {
        return stated;
    }
    return is_arm && bd_str_find(type, BD_STR("graph/")) != 0 ? index->any_resource : stated;
}

/* ---- by columns ---- */

static bool has_column(const bd_str *columns, size_t count, bd_str name) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_ieq(bd_str_trim(columns[i]), name)) {
            return true;
        }
    }
    return false;
}

static bool fits_columns(const recogniser *who, const bd_str *columns, size_t count) {
    for (size_t i = 0; i < who->source->columns.count; i++) {
        if (!has_column(columns, count, who->source->columns.data[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < who->not_columns.count; i++) {
        if (has_column(columns, count, who->not_columns.data[i])) {
            return false;
        }
    }
    return who->source->columns.count > 0;
}

const bd_source_def *bd_catalog_recognise_columns(const bd_catalog *catalog, const bd_str *columns,
                                                  size_t count, bd_str declared) {
    const bd_source_def *best = NULL, *stated = bd_catalog_source(catalog, declared);
    for (size_t i = 0; i < catalog->index->recogniser_count; i++) {
        const recogniser *who = &catalog->index->recognisers[i];
        if (!fits_columns(who, columns, count)) {
            continue;
        }
        if (who->source == stated) {
            return stated;
        }
        if (best == NULL || who->source->columns.count > best->columns.count) {
            best = who->source;
        }
    }
    return best != NULL ? best : stated;
}

static bool names_sheet(const recogniser *who, bd_str sheet) {
    for (size_t i = 0; i < who->source->sheets.count; i++) {
        if (bd_str_ieq(bd_str_trim(sheet), bd_str_trim(who->source->sheets.data[i]))) {
            return true;
        }
    }
    return false;
}

const bd_source_def *bd_catalog_recognise_sheet(const bd_catalog *catalog, bd_str sheet,
                                                const bd_str *columns, size_t count,
                                                bd_str declared) {
    bd_str none = {"", 0};
    const recogniser *best = NULL, *stated = NULL;
    for (size_t i = 0; i < catalog->index->recogniser_count; i++) {
        const recogniser *who = &catalog->index->recognisers[i];
        stated = bd_str_eq(who->source->id, declared) ? who : stated;
        bool fits = who->source->columns.count == 0 || fits_columns(who, columns, count);
        if (names_sheet(who, sheet) && fits &&
            (best == NULL || who->source->columns.count > best->source->columns.count)) {
            best = who;
        }
    }
    if (best != NULL) {
        return best->source;
    }
    const bd_source_def *found = bd_catalog_recognise_columns(catalog, columns, count, none);
    if (found != NULL || stated == NULL) {
        return found;
    }
    return stated->source->sheets.count == 0 ? stated->source : NULL;
}
