/* What sidecars and registers say of the items beside them.  The latest version speaks, except where an item was
 * already described when it was taken in: its time, scope and source stay, or a later word would hide what it showed
 * (bindery-1, sections 1 and 3); and what its content alone calls a list does not become a document. */
#include "bindery/intake.h"

#include "bindery/read.h"
#include "intake_priv.h"

#define SIDECAR_BYTES ((size_t)1 << 20)
#define REGISTER_BYTES ((size_t)64 << 20)

/* A sidecar or register as it was read; one that cannot be read describes nothing. */
typedef struct {
    bool is_read, is_loaded;
    bool is_kept_said; /* that an item keeps what was said first */
    bd_sidecar sidecar;
    bd_register_rows rows;
} description;

typedef BD_VEC(const bd_evidence *) versions;

typedef struct {
    bd_session *session;
    bd_read_run *out;
    const bd_map *by_path;     /* latest item at a path -> index + 1 */
    bd_map *versions;          /* path of a sidecar or register -> its versions, oldest first */
    description *descriptions; /* by index of the item */
    bd_str *refused;           /* likewise: the text of one that cannot be read */
    const bd_evidence **called; /* likewise: see bd_doubts */
    BD_VEC(bd_astray) astray;
} describing;

static bd_evidence *item_at(describing *run, bd_str path) {
    uintptr_t index = (uintptr_t)bd_map_find(run->by_path, path);
    return index > 0 ? &run->out->evidence.data[index - 1] : NULL;
}

/* What is wrong with a sidecar or register stands with its own item, and with it in the assessment. */
static bd_diags *diags_of(describing *run, const bd_evidence *item) {
    return &run->out->evidence.data[item->given.number - 1].facts.diags;
}

static void refuse_description(describing *run, const bd_evidence *item, const char *message) {
    bd_diag_add(run->out->arena, diags_of(run, item), BD_DIAG_REFUSED, item->given.path,
                (bd_str){"", 0}, "%s", message);
}

static bd_rc read_item(describing *run, const bd_evidence *item, size_t max_bytes, bd_str *text,
                       bd_err *err) {
    const bd_blob *blob;
    BD_TRY(bd_locker_blob(run->session->locker, &item->given, run->out->arena, &blob, err));
    return bd_blob_read(blob, max_bytes, run->out->arena, text, err);
}

/* Some shells write UTF-16, which nothing here reads: its words stand there all the same, between zero bytes. */
static bd_str without_zeros(bd_arena *arena, bd_str text) {
    char *bytes = bd_alloc(arena, text.size + 1, 1);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bytes[size] = text.data[i];
        size += text.data[i] != '\0';
    }
    return (bd_str){bytes, size};
}

/* A sidecar that cannot be read describes nothing: said where it would speak, and its subject stands alone. */
static bd_rc load_sidecar(describing *run, const bd_evidence *from, bool is_said,
                          const description **out, bd_err *err) {
    description *one = &run->descriptions[from->given.number - 1];
    *out = one;
    if (one->is_read) {
        return BD_OK;
    }
    bd_str text;
    bd_err problem;
    one->is_read = true;
    BD_TRY(read_item(run, from, SIDECAR_BYTES, &text, err));
    one->is_loaded = !bd_failed(
        bd_sidecar_parse(text, from->given.path, run->out->arena, &one->sidecar, &problem));
    if (one->is_loaded) {
        bd_sidecar_put_stated(&one->sidecar, from->given.path, from->given.ingested_at);
        return BD_OK;
    }
    run->refused[from->given.number - 1] = without_zeros(run->out->arena, text);
    if (is_said) {
        refuse_description(run, from, problem.message);
    }
    return BD_OK;
}

static void take_sidecar(bd_evidence *item, const bd_sidecar *sidecar) {
    if (item->has_sidecar) {
        bd_sidecar_merge(&item->sidecar, sidecar);
    } else {
        item->sidecar = *sidecar;
        item->has_sidecar = true;
    }
    item->is_document = item->sidecar.has_document;
}

/* The locker numbers items 1, 2, 3, ... without a gap. */
static bd_evidence *item_of_number(describing *run, uint32_t number) {
    bool is_known = number > 0 && number <= run->out->evidence.count;
    return is_known ? &run->out->evidence.data[number - 1] : NULL;
}

static bd_rc apply_own(describing *run, bd_evidence *item, bd_err *err) {
    const bd_evidence *from = item->is_sidecar ? NULL : item_of_number(run, item->given.sidecar);
    if (from == NULL) {
        return BD_OK;
    }
    const description *said;
    BD_TRY(load_sidecar(run, from, true, &said, err));
    item->is_sidecar_refused = !said->is_loaded;
    if (said->is_loaded) {
        take_sidecar(item, &said->sidecar);
    }
    return BD_OK;
}

static bool is_in_folder(bd_str path, bd_str folder) {
    bd_str own = bd_path_folder(path);
    return bd_str_eq(own, folder);
}

static bd_rc apply_folder(describing *run, const bd_evidence *from, bd_err *err) {
    const description *said;
    BD_TRY(load_sidecar(run, from, true, &said, err));
    bd_str folder = bd_path_folder(from->given.path);
    for (size_t i = 0; i < run->out->evidence.count && said->is_loaded; i++) {
        bd_evidence *item = &run->out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->is_sidecar && !item->is_register && is_in_folder(item->given.path, folder)) {
            take_sidecar(item, &said->sidecar);
        }
    }
    return BD_OK;
}

typedef struct {
    bd_arena *arena;
    BD_VEC(const bd_value *) rows;
    bd_str path;
} register_rows;

static bd_rc on_register_header(void *context, const bd_str *names, size_t count, bd_err *err) {
    register_rows *rows = context;
    return bd_register_check_columns(names, count, rows->path, err);
}

static bd_rc on_register_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)ordinal;
    (void)err;
    register_rows *rows = context;
    *bd_push(rows->arena, &rows->rows) = bd_value_copy(rows->arena, value);
    return BD_OK;
}

static bd_rc parse_register(describing *run, const bd_evidence *from, bd_str text,
                            bd_register_rows *out, bd_err *err) {
    register_rows rows = {.arena = run->out->arena, .path = from->given.path};
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, text);
    bd_csv_events events = {.context = &rows, .header = on_register_header, .row = on_register_row};
    BD_TRY(bd_csv_read(&source, &bd_csv_default_limits, NULL, &events, err));
    return bd_register_parse(rows.rows.data, rows.rows.count, from->given.path, run->out->arena,
                             out, err);
}

static bd_str beside(bd_arena *arena, bd_str path, bd_str file) {
    bd_str folder = bd_path_folder(path);
    return bd_str_eqz(folder, ".")
               ? file
               : bd_str_format(arena, "%.*s/%.*s", BD_ARG(folder), BD_ARG(file));
}

static bd_rc load_register(describing *run, const bd_evidence *from, bool is_said,
                           const description **out, bd_err *err) {
    description *one = &run->descriptions[from->given.number - 1];
    *out = one;
    if (one->is_read) {
        return BD_OK;
    }
    bd_err problem;
    one->is_read = true;
    bd_str text = {"", 0};
    bd_rc rc = read_item(run, from, REGISTER_BYTES, &text, &problem);
    rc = bd_failed(rc) ? rc : parse_register(run, from, text, &one->rows, &problem);
    one->is_loaded = !bd_failed(rc);
    if (bd_failed(rc) && (problem.class == BD_ERR_IO || problem.class == BD_ERR_BUG)) {
        *err = problem;
        return rc;
    }
    run->refused[from->given.number - 1] =
        bd_failed(rc) ? without_zeros(run->out->arena, text) : (bd_str){"", 0};
    if (bd_failed(rc) && is_said) {
        refuse_description(run, from, problem.message);
    }
    for (size_t i = 0; i < one->rows.count && one->is_loaded; i++) {
        bd_sidecar_put_stated(&one->rows.data[i].sidecar, from->given.path,
                              from->given.ingested_at);
    }
    return BD_OK;
}

static bool is_of_report(const describing *run, const bd_sidecar *word) {
    return word->has_document && bd_catalog_withholds(run->session->catalog, word->document.type);
}

static void note_astray(describing *run, const bd_evidence *from, bd_str path) {
    *bd_push(run->out->arena, &run->astray) = (bd_astray){from, path};
}

static bd_rc apply_register(describing *run, const bd_evidence *from, bd_err *err) {
    const description *said;
    BD_TRY(load_register(run, from, true, &said, err));
    for (size_t i = 0; i < said->rows.count && said->is_loaded; i++) {
        const bd_register_row *row = &said->rows.data[i];
        bd_str path = beside(run->out->arena, from->given.path, row->file);
        bd_evidence *item = item_at(run, path);
        if (item == NULL && is_of_report(run, &row->sidecar)) {
            note_astray(run, from, path);
        }
        if (item == NULL) {
            bd_diag_add(run->out->arena, diags_of(run, from), BD_DIAG_WARNING, from->given.path,
                        bd_str_format(run->out->arena, "row %u", row->row),
                        "describes '%.*s', which is not in the locker", BD_ARG(row->file));
            continue;
        }
        take_sidecar(item, &row->sidecar);
    }
    return BD_OK;
}

/* A slip in a sidecar's name would leave its file undescribed without a word. */
static bd_rc say_orphan(describing *run, const bd_evidence *item, bd_err *err) {
    bd_str subject = bd_sidecar_subject(item->given.path);
    const description *said;
    if (subject.size == 0 || item_at(run, subject) != NULL) {
        return BD_OK;
    }
    bd_diag_add(run->out->arena, diags_of(run, item), BD_DIAG_WARNING, item->given.path,
                (bd_str){"", 0}, "describes '%.*s', which is not in the locker", BD_ARG(subject));
    BD_TRY(load_sidecar(run, item, false, &said, err));
    bd_str refused = run->refused[item->given.number - 1];
    if (said->is_loaded ? is_of_report(run, &said->sidecar)
                        : bd_catalog_names_withheld(run->session->catalog, refused)) {
        note_astray(run, item, subject);
    }
    return BD_OK;
}

static bd_rc apply_descriptions(describing *run, bd_err *err) {
    bd_evidences *all = &run->out->evidence;
    for (size_t i = 0; i < all->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        BD_TRY(apply_own(run, &all->data[i], err));
    }
    for (size_t i = 0; i < all->count; i++) {
        const bd_evidence *item = &all->data[i];
        bd_arenas_pass(sizeof *item);
        bool is_latest = item_at(run, item->given.path) == item;
        if (item->is_sidecar && is_latest) {
            BD_TRY(say_orphan(run, item, err));
        }
        if (item->is_register && is_latest) {
            BD_TRY(apply_register(run, item, err));
        }
        if (item->is_sidecar && is_latest && bd_sidecar_subject(item->given.path).size == 0) {
            BD_TRY(apply_folder(run, item, err));
        }
    }
    return BD_OK;
}

/* ---- what was said first ---- */

static versions *versions_of(const describing *run, bd_str path) {
    return bd_map_find(run->versions, path);
}

static void list_versions(describing *run) {
    bd_arena *arena = run->out->arena;
    run->versions = bd_map_make(arena);
    for (size_t i = 0; i < run->out->evidence.count; i++) {
        const bd_evidence *item = &run->out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->is_sidecar && !item->is_register) {
            continue;
        }
        versions *known = versions_of(run, item->given.path);
        if (known == NULL) {
            known = bd_new(arena, versions, 1);
            bd_map_put(run->versions, item->given.path, known);
        }
        *bd_push(arena, known) = item;
    }
}

/* A sidecar beside it speaks for the item until another file stands at its path. */
static bool speaks_for(const bd_evidence *version, const bd_evidence *item) {
    bool is_own = bd_sidecar_subject(version->given.path).size > 0;
    return !is_own || version->given.number <= item->given.sidecar;
}

/* Those that spoke when the item was taken in, the latest of each path, then all that came later, in their order. */
typedef struct {
    versions first, later;
} history;

static void add_history(const describing *run, const bd_evidence *item, bd_str path, history *out) {
    const versions *all = versions_of(run, path);
    const bd_evidence *first = NULL;
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        const bd_evidence *version = all->data[i];
        if (version->given.commit <= item->given.commit) {
            first = version;
        } else if (speaks_for(version, item)) {
            *bd_push(run->out->arena, &out->later) = version;
        }
    }
    if (first != NULL) {
        *bd_push(run->out->arena, &out->first) = first;
    }
}

static int cmp_versions(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_evidence *x = *(const bd_evidence *const *)a, *y = *(const bd_evidence *const *)b;
    return x->given.number < y->given.number ? -1 : x->given.number > y->given.number;
}

static void find_history(const describing *run, const bd_evidence *item, history *out) {
    bd_arena *arena = run->out->arena;
    bd_str path = item->given.path;
    *out = (history){0};
    add_history(run, item, bd_str_format(arena, "%.*s.meta.json", BD_ARG(path)), out);
    add_history(run, item, beside(arena, path, BD_STR("_folder.meta.json")), out);
    add_history(run, item, beside(arena, path, BD_STR("register.csv")), out);
    bd_sort(out->later.data, out->later.count, sizeof(*out->later.data), cmp_versions, NULL);
}

/* What this version says of the item; NULL: nothing. */
static bd_rc find_word(describing *run, const bd_evidence *version, const bd_evidence *item,
                       const bd_sidecar **word, bd_err *err) {
    const description *said;
    *word = NULL;
    if (version->is_sidecar) {
        BD_TRY(load_sidecar(run, version, false, &said, err));
        *word = said->is_loaded ? &said->sidecar : NULL;
        return BD_OK;
    }
    BD_TRY(load_register(run, version, false, &said, err));
    for (size_t i = 0; i < said->rows.count && said->is_loaded; i++) {
        const bd_register_row *row = &said->rows.data[i];
        bd_str path = beside(run->out->arena, version->given.path, row->file);
        *word = bd_str_eq(path, item->given.path) ? &row->sidecar : *word;
    }
    return BD_OK;
}

static bd_str instant_text(bd_arena *arena, bd_instant at) {
    return at == BD_INSTANT_NONE ? BD_STR("no time") : bd_instant_format(arena, at);
}

static bd_str times_text(bd_arena *arena, const bd_sidecar *s) {
    if (s->describes_from == BD_INSTANT_NONE && s->describes_to == BD_INSTANT_NONE) {
        return instant_text(arena, s->collected_at);
    }
    return bd_str_format(arena, "%.*s, describing %.*s to %.*s",
                         BD_ARG(instant_text(arena, s->collected_at)),
                         BD_ARG(instant_text(arena, s->describes_from)),
                         BD_ARG(instant_text(arena, s->describes_to)));
}

static bd_str scope_text(bd_arena *arena, const bd_sidecar *s) {
    bd_str out = s->scope_kind;
    for (size_t i = 0; i < s->scope_ids.count && i < 3; i++) {
        out = bd_str_format(arena, "%.*s %.*s", BD_ARG(out), BD_ARG(s->scope_ids.data[i]));
    }
    return out;
}

static bool has_time(const bd_sidecar *s) {
    return s->collected_at != BD_INSTANT_NONE || s->describes_from != BD_INSTANT_NONE ||
           s->describes_to != BD_INSTANT_NONE;
}

static bool has_same_times(const bd_sidecar *a, const bd_sidecar *b) {
    return a->collected_at == b->collected_at && a->describes_from == b->describes_from &&
           a->describes_to == b->describes_to;
}

static bool has_same_scope(const bd_sidecar *a, const bd_sidecar *b) {
    bool is_same =
        bd_str_eq(a->scope_kind, b->scope_kind) && a->scope_ids.count == b->scope_ids.count;
    for (size_t i = 0; is_same && i < a->scope_ids.count; i++) {
        is_same = bd_str_ieq(a->scope_ids.data[i], b->scope_ids.data[i]);
    }
    return is_same;
}

static void say_kept(describing *run, const bd_evidence *from, const bd_evidence *item,
                     const char *what, bd_str first, bd_str later) {
    bool is_own = bd_sidecar_subject(from->given.path).size > 0;
    description *said = &run->descriptions[from->given.number - 1];
    bool is_latest = item_at(run, from->given.path) == from;
    if (!is_latest || (said->is_kept_said && !is_own)) {
        return; /* one file stands for all of a folder */
    }
    said->is_kept_said = true;
    bd_diag_add(
        run->out->arena, diags_of(run, from), BD_DIAG_WARNING, from->given.path, (bd_str){"", 0},
        "gives '%.*s' (E-%04u) the %s '%.*s'; it was taken in with '%.*s', which stays; "
        "hand the export in again as a new file",
        BD_ARG(item->given.path), item->given.number, what,
        BD_ARG(bd_str_visible(run->out->arena, bd_str_sub(later, 0, 300))),
        BD_ARG(bd_str_visible(run->out->arena, bd_str_sub(first, 0, 300))));
}

/* A later word may add what was left open, and change nothing else of where and when the item stands. */
static void add_word(describing *run, const bd_evidence *from, const bd_evidence *item,
                     const bd_sidecar *word, bd_sidecar *first) {
    bd_arena *arena = run->out->arena;
    const bd_evidence *own = item_of_number(run, item->given.sidecar);
    bool is_meant = own == NULL || own == from; /* a folder's word is no word on what has its own */
    if (!has_time(first)) {
        first->collected_at = word->collected_at;
        first->describes_from = word->describes_from;
        first->describes_to = word->describes_to;
    } else if (has_time(word) && is_meant && !has_same_times(first, word)) {
        say_kept(run, from, item, "time", times_text(arena, first), times_text(arena, word));
    }
    if (first->scope_kind.size == 0) {
        first->scope_kind = word->scope_kind;
        first->scope_ids = word->scope_ids;
    } else if (word->scope_kind.size > 0 && is_meant && !has_same_scope(first, word)) {
        say_kept(run, from, item, "scope", scope_text(arena, first), scope_text(arena, word));
    }
    if (first->source.size == 0) {
        first->source = word->source;
    } else if (word->source.size > 0 && is_meant && !bd_str_eq(first->source, word->source)) {
        say_kept(run, from, item, "source", first->source, word->source);
    }
}

/* An export does not become a document, whose days are its own; nor does what nobody described and its content says
 * of itself, or a list that shows a failure would be talked out of it. */
static bd_rc keep_kind(describing *run, const bd_evidence *item, const bd_evidence *from,
                       const bd_sidecar *first, bool was_export, bd_evidence *out, bd_err *err) {
    if (!out->sidecar.has_document || first->has_document) {
        return BD_OK;
    }
    if (!was_export) {
        BD_TRY(bd_recognises(run->session, item, run->out->arena, &was_export, err));
    }
    if (!was_export) {
        return BD_OK;
    }
    say_kept(run, from, item, "kind", BD_STR("export"), BD_STR("document"));
    out->sidecar.has_document = false;
    out->sidecar.document = first->document;
    out->is_document = false;
    return BD_OK;
}

static void note_call(describing *run, const bd_evidence *from, const bd_evidence *item,
                      const bd_sidecar *word) {
    if (word != NULL && is_of_report(run, word)) {
        run->called[item->given.number - 1] = from;
    }
}

static bd_rc keep_first(describing *run, bd_evidence *item, bd_err *err) {
    history all;
    const bd_sidecar *word;
    bd_sidecar first = {.collected_at = BD_INSTANT_NONE,
                        .describes_from = BD_INSTANT_NONE,
                        .describes_to = BD_INSTANT_NONE};
    bool is_described = false;
    find_history(run, item, &all);
    bool is_behind = item_at(run, item->given.path) != item; /* a register speaks of the latest alone */
    for (size_t i = 0; i < all.first.count && (all.later.count > 0 || is_behind); i++) {
        BD_TRY(find_word(run, all.first.data[i], item, &word, err));
        note_call(run, all.first.data[i], item, word);
        if (word != NULL && is_described) {
            bd_sidecar_merge(&first, word);
        } else if (word != NULL) {
            first = *word;
            is_described = true;
        }
    }
    bool was_export = has_time(&first) || first.scope_kind.size > 0 || first.source.size > 0;
    for (size_t i = 0; i < all.later.count; i++) {
        BD_TRY(find_word(run, all.later.data[i], item, &word, err));
        note_call(run, all.later.data[i], item, word);
        if (word != NULL) {
            add_word(run, all.later.data[i], item, word, &first);
            is_described = true;
        }
    }
    if (all.later.count == 0 || !is_described) {
        return BD_OK;
    }
    BD_TRY(keep_kind(run, item, all.later.data[all.later.count - 1], &first, was_export, item, err));
    if (!item->has_sidecar) {
        item->sidecar = first; /* the version that would speak cannot be read */
    }
    item->has_sidecar = true;
    item->sidecar.collected_at = first.collected_at;
    item->sidecar.describes_from = first.describes_from;
    item->sidecar.describes_to = first.describes_to;
    item->sidecar.scope_kind = first.scope_kind;
    item->sidecar.scope_ids = first.scope_ids;
    item->sidecar.source = first.source;
    item->is_document = item->sidecar.has_document;
    return BD_OK;
}

bd_rc bd_describe(bd_session *session, bd_read_run *out, const bd_map *by_path, bd_err *err) {
    describing run = {.session = session,
                      .out = out,
                      .by_path = by_path,
                      .descriptions = bd_new(out->arena, description, out->evidence.count),
                      .refused = bd_new(out->arena, bd_str, out->evidence.count),
                      .called = bd_new(out->arena, const bd_evidence *, out->evidence.count)};
    BD_TRY(apply_descriptions(&run, err));
    list_versions(&run);
    for (size_t i = 0; i < out->evidence.count; i++) {
        bd_evidence *item = &out->evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->is_sidecar && !item->is_register) {
            BD_TRY(keep_first(&run, item, err));
        }
    }
    bd_doubts doubts = {.refused = run.refused,
                        .called = run.called,
                        .astray = run.astray.data,
                        .astray_count = run.astray.count};
    return bd_withhold(session, out, &doubts, err);
}
