/* One record of another tool to rows. */
#include "bindery/imported.h"

#include "imported_priv.h"

#include <string.h>

#define DEEPEST 4         /* the record, and lists inside it */
#define LONGEST_NUMBER 40 /* digits of a score */
#define LONGEST_TEXT                                                                               \
    1024 /* of what identifies or names something: a row has to fit into a packed one */
#define LONGEST_WORD 256 /* of a status, a group */

typedef struct {
    const bd_imports *imports;
    const declaration *from;
    const bd_record *record;
    const bd_value *levels[DEEPEST]; /* the record first */
    size_t depth;
    bd_arena *scratch;
    bd_import_row_fn *emit;
    void *context;
} mapping;

/* ---- values ---- */

static const bd_value *value_at(const bd_value *object, bd_str path) {
    const bd_value *value = object;
    bd_str rest = path, part;
    while (value != NULL && bd_str_cut(&rest, '.', &part)) {
        const bd_value *inner = NULL;
        value = bd_value_lookup(value, part, &inner) == BD_LOOKUP_FOUND ? inner : NULL;
    }
    return value == object ? NULL : value;
}

static bd_str text_of(const bd_value *value) {
    if (value == NULL) {
        return (bd_str){"", 0};
    }
    if (value->kind == BD_BOOL) {
        return value->boolean ? BD_STR("true") : BD_STR("false");
    }
    bool is_text = value->kind == BD_STRING || value->kind == BD_NUMBER;
    return is_text ? bd_str_trim(value->text) : (bd_str){"", 0};
}

static ptrdiff_t find_folded(bd_str text, bd_str mark) {
    for (size_t at = 0; at + mark.size <= text.size; at++) {
        if (bd_str_ieq(bd_str_sub(text, at, at + mark.size), mark)) {
            return (ptrdiff_t)at;
        }
    }
    return -1;
}

/* "id#part": what stands behind "/part/" in it. */
static bd_str part_behind(bd_str text, bd_str name) {
    for (size_t from = 0;;) {
        ptrdiff_t found = find_folded(bd_str_sub(text, from, text.size), name);
        if (found < 0) {
            return (bd_str){"", 0};
        }
        size_t at = from + (size_t)found, end = at + name.size;
        bool is_part =
            at > 0 && text.data[at - 1] == '/' && end < text.size && text.data[end] == '/';
        if (is_part) {
            bd_str rest = bd_str_sub(text, end + 1, text.size), part = {"", 0};
            bd_str_cut(&rest, '/', &part);
            return part;
        }
        from = at + 1;
    }
}

/* "id^/mark/": what stands before it. */
static bd_str part_before(bd_str text, bd_str mark) {
    ptrdiff_t at = find_folded(text, mark);
    return at > 0 ? bd_str_sub(text, 0, (size_t)at) : (bd_str){"", 0};
}

static bd_str text_at_path(const bd_value *object, bd_str path) {
    for (size_t i = 0; i < path.size; i++) {
        bd_str name = bd_str_sub(path, i + 1, path.size);
        if (path.data[i] == '#') {
            return part_behind(text_of(value_at(object, bd_str_sub(path, 0, i))), name);
        }
        if (path.data[i] == '^') {
            return part_before(text_of(value_at(object, bd_str_sub(path, 0, i))), name);
        }
    }
    return text_of(value_at(object, path));
}

/* The innermost member that has it. */
static bd_str text_at(const mapping *map, const places *where) {
    for (size_t level = map->depth; level > 0; level--) {
        for (size_t i = 0; i < where->paths.count; i++) {
            bd_str text = text_at_path(map->levels[level - 1], where->paths.data[i]);
            if (text.size > 0) {
                return text;
            }
        }
    }
    return (bd_str){"", 0};
}

static const bd_value *list_at(const mapping *map, const places *where) {
    for (size_t level = map->depth; level > 0; level--) {
        for (size_t i = 0; i < where->paths.count; i++) {
            const bd_value *value = value_at(map->levels[level - 1], where->paths.data[i]);
            if (value != NULL && !bd_value_is_absent(value)) {
                return value;
            }
        }
    }
    return NULL;
}

/* Cut between characters. */
static bd_str shorten(bd_str text, size_t longest) {
    size_t size = text.size < longest ? text.size : longest;
    while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80) {
        size--;
    }
    return bd_str_sub(text, 0, size);
}

static bd_str short_text_at(const mapping *map, const places *where) {
    return shorten(text_at(map, where), LONGEST_TEXT);
}

static bd_instant instant_at(const mapping *map, const places *where) {
    bd_instant at = BD_INSTANT_NONE;
    return bd_instant_parse(text_at(map, where), &at) ? at : BD_INSTANT_NONE;
}

static size_t skip_digits(bd_str text, size_t at) {
    while (at < text.size && text.data[at] >= '0' && text.data[at] <= '9') {
        at++;
    }
    return at;
}

/* A plain decimal in JSON's own spelling: printed and compared as it stands, never through a binary fraction. */
static bool is_decimal(bd_str text) {
    size_t from = text.size > 0 && text.data[0] == '-' ? 1 : 0;
    size_t at = skip_digits(text, from);
    bool has_whole = at > from && !(text.data[from] == '0' && at - from > 1);
    if (!has_whole || text.size > LONGEST_NUMBER) {
        return false;
    }
    if (at < text.size && text.data[at] == '.') {
        size_t fraction = at + 1;
        at = skip_digits(text, fraction);
        return at > fraction && at == text.size;
    }
    return at == text.size;
}

static bd_str number_at(const mapping *map, const places *where) {
    bd_str text = text_at(map, where);
    return is_decimal(text) ? text : (bd_str){"", 0};
}

/* ---- what it is ---- */

static bd_str key_of(const mapping *map) {
    bd_strs parts = {0};
    for (size_t i = 0; i < map->from->parts_key.count; i++) {
        *bd_push(map->scratch, &parts) = short_text_at(map, &map->from->parts_key.data[i]);
        *bd_push(map->scratch, &parts) = BD_STR("\x1f");
    }
    bd_str joined =
        parts.count > 0 ? bd_str_concat(map->scratch, parts.data, parts.count) : map->record->key;
    char ordinal[24];
    snprintf(ordinal, sizeof ordinal, "#%u", map->record->ordinal);
    bool is_blank = true;
    for (size_t i = 0; i < joined.size; i++) {
        is_blank = is_blank && joined.data[i] == '\x1f';
    }
    return bd_str_lower(map->scratch,
                        is_blank ? bd_str_copy(map->scratch, bd_str_of(ordinal)) : joined);
}

static bd_import_class class_of(const mapping *map, bd_str status, bd_str cause) {
    bd_str plain = fold_word(map->scratch, status);
    bd_str both = bd_str_concat(map->scratch,
                                (bd_str[]){plain, BD_STR("/"), fold_word(map->scratch, cause)}, 3);
    bd_import_class out = BD_IMPORT_OTHER;
    for (size_t i = 0; i < map->from->words.count; i++) {
        const status_word *word = &map->from->words.data[i];
        if (cause.size > 0 && bd_str_eq(word->word, both)) {
            return word->means;
        }
        if (plain.size > 0 && bd_str_eq(word->word, plain)) {
            out = word->means;
        }
    }
    return out;
}

/* ---- sets and groups ---- */

static bool has_text(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

static const group_set *find_set(const mapping *map, bd_str name) {
    bd_str lower = bd_str_lower(map->scratch, name), folded = fold_word(map->scratch, name);
    for (size_t i = 0; i < map->from->sets.count && name.size > 0; i++) {
        const group_set *set = &map->from->sets.data[i];
        if (has_text(&set->ids, lower) || has_text(&set->names, folded)) {
            return set;
        }
    }
    return NULL;
}

/* The set whose prefix, the longest one, the group carries. */
static const group_set *find_set_of_group(const mapping *map, bd_str group) {
    const group_set *best = NULL;
    size_t most = 0;
    bd_str lower = bd_str_lower(map->scratch, group);
    for (size_t i = 0; i < map->from->sets.count; i++) {
        const group_set *set = &map->from->sets.data[i];
        for (size_t p = 0; p < set->prefixes.count; p++) {
            if (set->prefixes.data[p].size > most &&
                bd_str_has_prefix(lower, set->prefixes.data[p])) {
                best = set;
                most = set->prefixes.data[p].size;
            }
        }
    }
    return best;
}

static void add_group(const mapping *map, bd_import_row *row, bd_str group, bool is_retired) {
    bd_str name = shorten(bd_str_trim(group), LONGEST_WORD);
    if (name.size == 0) {
        return;
    }
    if (row->groups.count == BD_IMPORT_GROUPS_MAX) {
        row->groups_left++;
        return;
    }
    const bd_criterion *criterion =
        is_retired ? NULL : bd_import_criterion(map->imports->catalog, &map->from->prefixes, name);
    *bd_push(map->scratch, &row->groups) = name;
    *bd_push(map->scratch, &row->criteria) = criterion != NULL ? criterion->id : (bd_str){"", 0};
}

/* An array, or one text with commas or semicolons between. */
static void fill_groups(const mapping *map, bd_import_row *row, bool is_retired) {
    const bd_value *list = list_at(map, &map->from->groups);
    if (list != NULL && list->kind == BD_ARRAY) {
        for (size_t i = 0; i < list->count; i++) {
            add_group(map, row, text_of(&list->items[i]), is_retired);
        }
        return;
    }
    bd_str text = text_at(map, &map->from->groups);
    for (size_t from = 0, at = 0; at <= text.size; at++) {
        if (at == text.size || text.data[at] == ',' || text.data[at] == ';') {
            add_group(map, row, bd_str_sub(text, from, at), is_retired);
            from = at + 1;
        }
    }
}

static void fill_set(const mapping *map, bd_import_row *row) {
    bd_str given = short_text_at(map, &map->from->set), name = bd_path_name(given);
    const group_set *set = find_set(map, name);
    fill_groups(map, row, set != NULL && set->is_retired);
    for (size_t i = 0; i < row->groups.count && !row->is_soc; i++) {
        const group_set *by_group = find_set_of_group(map, row->groups.data[i]);
        row->is_soc = by_group != NULL || row->criteria.data[i].size > 0;
        /* without a name of its own it is the set that its groups are named after */
        set = set == NULL && name.size == 0 ? by_group : set;
    }
    row->is_soc = row->is_soc || set != NULL;
    row->set = set != NULL ? set->name : name;
}

/* ---- rows ---- */

static bd_import_row make_row(const mapping *map) {
    const declaration *from = map->from;
    bd_str scope = map->record->scope;
    bd_import_row row = {
        .import = from->shown.index,
        .scope =
            scope.size > 0 ? scope : bd_str_lower(map->scratch, short_text_at(map, &from->scope)),
        .resource = short_text_at(map, &from->resource),
        .title = short_text_at(map, &from->title),
        .status = shorten(text_at(map, &from->status), LONGEST_WORD),
        .cause = shorten(text_at(map, &from->cause), LONGEST_WORD),
        .is_manual = bd_str_ieq(text_at(map, &from->manual), BD_STR("manual")),
        .key = key_of(map),
        .count = 1,
        .at = instant_at(map, &from->at),
        .current = number_at(map, &from->current),
        .max = number_at(map, &from->max),
        .percentage = number_at(map, &from->percentage),
        .weight = number_at(map, &from->weight),
        .owner = short_text_at(map, &from->owner),
        .comments = short_text_at(map, &from->comments),
        .expires = instant_at(map, &from->expires)};
    row.test = bd_str_lower(map->scratch, bd_path_name(short_text_at(map, &from->test)));
    row.resource_key = bd_record_id(map->scratch, row.resource);
    row.means = class_of(map, row.status, row.cause);
    fill_set(map, &row);
    const bd_value *pieces = list_at(map, &from->pieces);
    row.evidence_count = pieces != NULL && pieces->kind == BD_ARRAY ? (int64_t)pieces->count : 0;
    return row;
}

static void emit_count(const mapping *map, bd_import_row row, bd_str status, bd_str number) {
    int64_t count = -1;
    bool is_count = bd_str_to_i64(number, &count) && count >= 0;
    row.status = shorten(status, LONGEST_WORD);
    row.means = is_count ? class_of(map, status, (bd_str){"", 0}) : BD_IMPORT_OTHER;
    row.count = is_count ? count : 1;
    row.key = bd_str_concat(
        map->scratch, (bd_str[]){row.key, BD_STR("\x1f"), fold_word(map->scratch, status)}, 3);
    if (row.count > 0) {
        map->emit(map->context, &row);
    }
}

/* Counts by status: in members of their own, or as a list of status and number. */
static void emit_counts(const mapping *map) {
    const declaration *from = map->from;
    bd_import_row row = make_row(map);
    for (size_t i = 0; i < from->count_words.count; i++) {
        places where = {0};
        *bd_push(map->scratch, &where.paths) = from->count_paths.data[i];
        bd_str number = text_at(map, &where);
        if (number.size > 0) {
            emit_count(map, row, from->count_words.data[i], number);
        }
    }
    const bd_value *list = list_at(map, &from->counts);
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        mapping inner = *map;
        inner.levels[0] = &list->items[i];
        inner.depth = 1;
        emit_count(map, row, text_at(&inner, &from->status), text_at(&inner, &from->count));
    }
}

static void emit_row(const mapping *map) {
    if (map->from->shown.kind == BD_IMPORT_COUNTS) {
        emit_counts(map);
        return;
    }
    bd_import_row row = make_row(map);
    map->emit(map->context, &row);
}

static void emit_members(mapping *map, size_t nesting) {
    if (nesting == map->from->each.count || map->depth == DEEPEST) {
        emit_row(map);
        return;
    }
    const bd_value *list = NULL;
    const bd_value *inner = map->levels[map->depth - 1];
    if (bd_value_lookup(inner, map->from->each.data[nesting], &list) != BD_LOOKUP_FOUND ||
        list->kind != BD_ARRAY) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        map->levels[map->depth++] = &list->items[i];
        emit_members(map, nesting + 1);
        map->depth--;
    }
}

static bool speaks_of(const declaration *from, const bd_record *record) {
    if (from->shown.source != record->source) {
        return false;
    }
    bool is_type = from->types.count == 0 || has_text(&from->types, record->type);
    for (size_t i = 0; i < from->keys.count && is_type; i++) {
        const bd_value *value = value_at(record->value, from->keys.data[i]);
        is_type = value != NULL && !bd_value_is_absent(value);
    }
    return is_type;
}

void bd_imports_map(const bd_imports *imports, const bd_record *record, bd_arena *scratch,
                    bd_import_row_fn *emit, void *context) {
    for (size_t i = 0; i < imports->list.count; i++) {
        const declaration *from = &imports->list.data[i];
        if (!speaks_of(from, record)) {
            continue;
        }
        mapping map = {.imports = imports,
                       .from = from,
                       .record = record,
                       .levels = {record->value},
                       .depth = 1,
                       .scratch = scratch,
                       .emit = emit,
                       .context = context};
        emit_members(&map, 0);
    }
}
