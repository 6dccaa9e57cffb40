/* What the sources of a catalog declare of other tools' verdicts. */
#include "bindery/imported.h"

#include "imported_priv.h"

typedef struct {
    bd_arena *arena;
    const bd_source_def *source;
    size_t position; /* in the source's list */
} place;

#define FAULT(at, err, inside, ...)                                                                \
    return fault((at), (err), (inside), bd_str_format((at)->arena, __VA_ARGS__))

static bd_rc fault(const place *at, bd_err *err, const char *inside, bd_str text) {
    BD_RAISE(err, BD_ERR_INPUT, "cannot use source '%.*s' at '/imported/%zu/%s': %.*s",
             BD_ARG(at->source->id), at->position, inside, BD_ARG(text));
}

/* A text or an array of texts. */
static bd_strs texts_of(bd_arena *arena, const bd_value *object, const char *key) {
    const bd_value *value = bd_value_find(object, key);
    bd_strs out = {0};
    if (value != NULL && value->kind == BD_STRING) {
        *bd_push(arena, &out) = value->text;
    }
    for (size_t i = 0; value != NULL && value->kind == BD_ARRAY && i < value->count; i++) {
        if (value->items[i].kind == BD_STRING) {
            *bd_push(arena, &out) = value->items[i].text;
        }
    }
    return out;
}

static bd_strs lower_texts(bd_arena *arena, const bd_value *object, const char *key) {
    bd_strs out = texts_of(arena, object, key);
    for (size_t i = 0; i < out.count; i++) {
        out.data[i] = bd_str_lower(arena, out.data[i]);
    }
    return out;
}

/* It becomes the name of a file in the package. */
static bd_rc check_list(const place *at, bd_str name, bd_err *err) {
    static const char *const taken[] = {"attestations", "disagreements", "readiness"};
    bool is_good = name.size > 0 && name.size <= 40;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        is_good = is_good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }
    for (size_t i = 0; i < BD_COUNT(taken); i++) {
        is_good = is_good && !bd_str_eqz(name, taken[i]);
    }
    if (!is_good) {
        FAULT(at, err, "list", "'%.*s', expected a name of a-z, 0-9 and '-' of its own",
              BD_ARG(bd_str_visible(at->arena, bd_str_sub(name, 0, 80))));
    }
    return BD_OK;
}

static bd_rc read_kind(const place *at, const bd_value *from, declaration *out, bd_err *err) {
    bd_str word = bd_value_text(from, "kind");
    for (int i = 0; i <= BD_IMPORT_ATTESTATIONS; i++) {
        if (bd_str_eqz(word, bd_import_kind_name((bd_import_kind)i))) {
            out->shown.kind = (bd_import_kind)i;
            return BD_OK;
        }
    }
    FAULT(at, err, "kind", "'%.*s', expected verdicts, counts, score, actions or attestations",
          BD_ARG(word));
}

/* "NotApplicable/OffByPolicy": status and cause are folded apart. */
static bd_str fold_status(bd_arena *arena, bd_str word) {
    bd_str rest = word, status = {"", 0};
    bd_str_cut(&rest, '/', &status);
    bd_str folded = fold_word(arena, status);
    return rest.size == 0
               ? folded
               : bd_str_concat(arena, (bd_str[]){folded, BD_STR("/"), fold_word(arena, rest)}, 3);
}

static bd_rc read_words(const place *at, const bd_value *from, declaration *out, bd_err *err) {
    const bd_value *words = bd_value_find(from, "statuses");
    for (size_t i = 0; words != NULL && i < words->count; i++) {
        int means = 0;
        while (means < BD_IMPORT_CLASSES &&
               !bd_str_eqz(words->items[i].text, bd_import_class_name((bd_import_class)means))) {
            means++;
        }
        if (words->items[i].kind != BD_STRING || means == BD_IMPORT_CLASSES) {
            FAULT(at, err, "statuses", "'%.*s' counts as '%.*s', which is no class",
                  BD_ARG(words->keys[i]), BD_ARG(words->items[i].text));
        }
        *bd_push(at->arena, &out->words) =
            (status_word){fold_status(at->arena, words->keys[i]), (bd_import_class)means};
    }
    return BD_OK;
}

static int cmp_longest(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_str *x = a;
    const bd_str *y = b;
    return x->size != y->size ? (x->size > y->size ? -1 : 1) : bd_str_cmp(*x, *y);
}

static bd_rc read_sets(const place *at, const bd_value *from, declaration *out, bd_err *err) {
    const bd_value *sets = bd_value_find(from, "sets");
    for (size_t i = 0; sets != NULL && i < sets->count; i++) {
        const bd_value *one = &sets->items[i];
        group_set *set = bd_push(at->arena, &out->sets);
        *set = (group_set){.name = bd_value_text(one, "name"),
                           .ids = lower_texts(at->arena, one, "ids"),
                           .names = texts_of(at->arena, one, "names"),
                           .prefixes = lower_texts(at->arena, one, "prefixes"),
                           .is_retired = bd_value_is_true(one, "retired")};
        if (set->name.size == 0) {
            FAULT(at, err, "sets", "member %zu has no name", i);
        }
        for (size_t n = 0; n < set->names.count; n++) {
            set->names.data[n] = fold_word(at->arena, set->names.data[n]);
        }
        for (size_t p = 0; p < set->prefixes.count; p++) {
            *bd_push(at->arena, &out->prefixes) = set->prefixes.data[p];
        }
    }
    bd_sort(out->prefixes.data, out->prefixes.count, sizeof(bd_str), cmp_longest, NULL);
    return BD_OK;
}

static void read_counts(bd_arena *arena, const bd_value *from, declaration *out) {
    const bd_value *counts = bd_value_find(from, "counts_of");
    for (size_t i = 0; counts != NULL && i < counts->count; i++) {
        *bd_push(arena, &out->count_words) = counts->keys[i];
        *bd_push(arena, &out->count_paths) = counts->items[i].text;
    }
}

static void read_key(bd_arena *arena, const bd_value *from, declaration *out) {
    const bd_value *key = bd_value_find(from, "key");
    for (size_t i = 0; key != NULL && i < key->count; i++) {
        places *part = bd_push(arena, &out->parts_key);
        *part = (places){0};
        *bd_push(arena, &part->paths) = key->items[i].text;
    }
}

static void read_places(bd_arena *arena, const bd_value *from, declaration *out) {
    const struct {
        const char *key;
        places *to;
    } members[] = {{"resource", &out->resource},
                   {"test", &out->test},
                   {"test_title", &out->title},
                   {"name", &out->title},
                   {"status", &out->status},
                   {"cause", &out->cause},
                   {"groups", &out->groups},
                   {"set", &out->set},
                   {"manual", &out->manual},
                   {"at", &out->at},
                   {"current", &out->current},
                   {"max", &out->max},
                   {"percentage", &out->percentage},
                   {"weight", &out->weight},
                   {"owner", &out->owner},
                   {"comments", &out->comments},
                   {"expires", &out->expires},
                   {"pieces", &out->pieces},
                   {"counts", &out->counts},
                   {"count", &out->count},
                   {"scope", &out->scope}};
    for (size_t i = 0; i < BD_COUNT(members); i++) {
        bd_strs paths = texts_of(arena, from, members[i].key);
        if (paths.count > 0) {
            members[i].to->paths = paths;
        }
    }
}

/* What the kind cannot do without. */
static bd_rc check_needs(const place *at, const declaration *made, bd_err *err) {
    bool has_status = made->status.paths.count > 0 && made->words.count > 0;
    bool has_counts = made->words.count > 0 &&
                      (made->count_words.count > 0 ||
                       (made->counts.paths.count > 0 && has_status && made->count.paths.count > 0));
    bool has_score = made->current.paths.count > 0;
    switch (made->shown.kind) {
    case BD_IMPORT_VERDICTS:
    case BD_IMPORT_ATTESTATIONS:
        if (!has_status) {
            FAULT(at, err, "status", "absent, expected 'status' and 'statuses'");
        }
        break;
    case BD_IMPORT_COUNTS:
        if (!has_counts) {
            FAULT(at, err, "counts",
                  "absent, expected 'statuses' and 'counts_of', or 'counts', 'status' and 'count'");
        }
        break;
    case BD_IMPORT_SCORE:
        if (!has_score) {
            FAULT(at, err, "current", "absent, expected the place of the score");
        }
        break;
    case BD_IMPORT_ACTIONS:
        if (!has_status || !has_score || made->max.paths.count == 0) {
            FAULT(at, err, "status",
                  "expected 'status', 'statuses', 'current' and 'max' of each action");
        }
        break;
    }
    return BD_OK;
}

static bd_rc read_declaration(const place *at, const bd_value *from, declaration *out,
                              bd_err *err) {
    bd_arena *arena = at->arena;
    out->shown = (bd_import){.source = at->source,
                             .id = bd_value_text(from, "id"),
                             .title = bd_value_text(from, "title"),
                             .model = bd_value_text(from, "model"),
                             .formula = bd_value_text(from, "formula"),
                             .unit = bd_value_text(from, "unit"),
                             .list = bd_value_text(from, "list")};
    BD_TRY(check_list(at, out->shown.list, err));
    BD_TRY(read_kind(at, from, out, err));
    BD_TRY(read_words(at, from, out, err));
    BD_TRY(read_sets(at, from, out, err));
    out->types = lower_texts(arena, from, "types");
    out->keys = texts_of(arena, from, "keys");
    out->each = texts_of(arena, from, "each");
    read_places(arena, from, out);
    read_key(arena, from, out);
    read_counts(arena, from, out);
    return check_needs(at, out, err);
}

static const bd_value *definition_of(const bd_catalog *catalog, bd_str id) {
    const bd_value *sources = bd_value_find(catalog->resolved, "sources");
    for (size_t i = 0; sources != NULL && i < sources->count; i++) {
        if (bd_str_eq(bd_value_text(&sources->items[i], "id"), id)) {
            return &sources->items[i];
        }
    }
    return NULL;
}

static bool is_known(const struct bd_imports *imports, bd_str id) {
    for (size_t i = 0; i < imports->list.count; i++) {
        if (bd_str_eq(imports->list.data[i].shown.id, id)) {
            return true;
        }
    }
    return false;
}

bd_rc bd_imports_compile(const bd_catalog *catalog, bd_arena *arena, const bd_imports **out,
                         bd_err *err) {
    struct bd_imports *made = bd_new(arena, struct bd_imports, 1);
    made->catalog = catalog;
    for (size_t i = 0; i < catalog->source_count; i++) {
        const bd_source_def *source = &catalog->sources[i];
        const bd_value *list = bd_value_find(definition_of(catalog, source->id), "imported");
        for (size_t p = 0; list != NULL && p < list->count; p++) {
            place at = {arena, source, p};
            bd_str id = bd_value_text(&list->items[p], "id");
            if (is_known(made, id)) {
                FAULT(&at, err, "id", "'%.*s' is the id of another one", BD_ARG(id));
            }
            declaration one = {0};
            BD_TRY(read_declaration(&at, &list->items[p], &one, err));
            one.shown.index = (uint32_t)made->list.count;
            *bd_push(arena, &made->list) = one;
        }
    }
    *out = made;
    return BD_OK;
}

size_t bd_imports_count(const bd_imports *imports) {
    return imports->list.count;
}

const bd_import *bd_imports_at(const bd_imports *imports, size_t index) {
    return &imports->list.data[index].shown;
}
