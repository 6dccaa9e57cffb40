#include "bindery/evidence.h"

#include <string.h>

#include "evidence_priv.h"

#define FORMAT "bindery-sidecar 1"
#define SUFFIX ".meta.json"
#define FOLDER_SIDECAR "_folder.meta.json"
#define REGISTER "register.csv"

/* ---- shapes of texts ---- */

static bool is_format(bd_str text) {
    return bd_str_eqz(text, FORMAT);
}

static bool is_instant(bd_str text) {
    bd_instant at;
    return bd_instant_parse(text, &at);
}

static bool is_day(bd_str text) {
    bd_day day;
    return bd_day_parse(text, &day);
}

static bool is_sha256(bd_str text) {
    uint8_t bytes[32];
    return bd_unhex(text, bytes, sizeof bytes);
}

static bool is_scope_kind(bd_str text) {
    static const char *const kinds[] = {"tenant", "subscription", "resource", "workspace",
                                        "repository"};
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        if (bd_str_eqz(text, kinds[i])) {
            return true;
        }
    }
    return false;
}

bool evidence_is_requirement(bd_str text) {
    char last = text.size >= 2 ? text.data[text.size - 1] : '\0';
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '-' || c == '_';
        if (!is_fine) {
            return false;
        }
    }
    return last >= 'a' && last <= 'z';
}

bool evidence_is_statement(bd_str text) {
    bool is_word = text.size > 0 && text.size <= 64;
    for (size_t i = 0; i < text.size && is_word; i++) {
        char c = text.data[i];
        is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    return is_word;
}

/* ---- the form ---- */

#define DAY "a day YYYY-MM-DD"
#define STATEMENT "a word such as 'time-limit'"
#define INSTANT "a time with offset such as 2026-01-15T06:00:04Z"
#define MEMBERS(table) .members = (table), .member_count = BD_COUNT(table)

static const bd_form scope_form[] = {
    {.key = "kind",
     .is_needed = true,
     .is_ok = is_scope_kind,
     .expected = "'tenant', 'subscription', 'resource', 'workspace' or 'repository'"},
    {.key = "ids", .kind = BD_FORM_TEXTS, .expected = "an id"},
};
static const bd_form preparer_form[] = {
    {.key = "name", .is_needed = true},
    {.key = "role", .may_be_null = true},
    {.key = "at", .may_be_null = true, .is_ok = is_instant, .expected = INSTANT},
};
static const bd_form review_form[] = {
    {.key = "name", .is_needed = true},
    {.key = "role", .may_be_null = true},
    {.key = "at", .may_be_null = true, .is_ok = is_instant, .expected = INSTANT},
    {.key = "checked", .may_be_null = true},
    {.key = "sha256", .may_be_null = true, .is_ok = is_sha256, .expected = "64 hexadecimal digits"},
};
static const bd_form cuec_form[] = {
    {.key = "id", .is_needed = true},
    {.key = "text", .may_be_null = true},
    {.key = "status", .may_be_null = true},
    {.key = "controls",
     .kind = BD_FORM_TEXTS,
     .may_be_null = true,
     .expected = "numbers of own controls"},
    {.key = "reason", .may_be_null = true},
};
static const bd_form report_form[] = {
    {.key = "vendor", .is_needed = true},
    {.key = "report_type", .may_be_null = true},
    {.key = "period_from", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "period_to", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "auditor", .may_be_null = true},
    {.key = "opinion", .may_be_null = true},
    {.key = "issued_by", .may_be_null = true},
    {.key = "issued_on", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "document_id", .may_be_null = true},
    {.key = "retrieved_by", .may_be_null = true},
    {.key = "retrieved_on", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "cuecs", .kind = BD_FORM_OBJECTS, .may_be_null = true, MEMBERS(cuec_form)},
};
static const bd_form document_form[] = {
    {.key = "type", .is_needed = true},
    {.key = "title", .may_be_null = true},
    {.key = "version", .may_be_null = true},
    {.key = "approved_by", .may_be_null = true},
    {.key = "approver_role", .may_be_null = true},
    {.key = "approver_is_management", .kind = BD_FORM_BOOL, .may_be_null = true},
    {.key = "approved_on", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "in_force_from", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "in_force_to", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "carried_out_on", .may_be_null = true, .is_ok = is_day, .expected = DAY},
    {.key = "report", .kind = BD_FORM_OBJECT, .may_be_null = true, MEMBERS(report_form)},
    {.key = "states",
     .kind = BD_FORM_TEXTS,
     .may_be_null = true,
     .is_ok = evidence_is_statement,
     .expected = STATEMENT},
};
static const bd_form sidecar_form[] = {
    {.key = "format", .is_needed = true, .is_ok = is_format, .expected = "'" FORMAT "'"},
    {.key = "source", .may_be_null = true},
    {.key = "title", .may_be_null = true},
    {.key = "scope", .kind = BD_FORM_OBJECT, .may_be_null = true, MEMBERS(scope_form)},
    {.key = "collected_at", .may_be_null = true, .is_ok = is_instant, .expected = INSTANT},
    {.key = "describes_from", .may_be_null = true, .is_ok = is_instant, .expected = INSTANT},
    {.key = "describes_to", .may_be_null = true, .is_ok = is_instant, .expected = INSTANT},
    {.key = "command", .may_be_null = true},
    {.key = "request", .may_be_null = true},
    {.key = "query", .may_be_null = true},
    {.key = "exporter", .may_be_null = true},
    {.key = "tool", .may_be_null = true},
    {.key = "complete", .kind = BD_FORM_BOOL, .may_be_null = true},
    {.key = "rows", .kind = BD_FORM_COUNT, .may_be_null = true},
    {.key = "run", .may_be_null = true},
    {.key = "prepared_by", .kind = BD_FORM_OBJECT, .may_be_null = true, MEMBERS(preparer_form)},
    {.key = "reviews", .kind = BD_FORM_OBJECTS, .may_be_null = true, MEMBERS(review_form)},
    {.key = "requirements",
     .kind = BD_FORM_TEXTS,
     .may_be_null = true,
     .is_ok = evidence_is_requirement,
     .expected = "a requirement such as '1.1a'"},
    {.key = "document", .kind = BD_FORM_OBJECT, .may_be_null = true, MEMBERS(document_form)},
};

/* ---- filling; the form has been checked ---- */

static bd_instant instant_of(const bd_value *object, const char *key) {
    bd_instant at;
    return bd_instant_parse(bd_value_text(object, key), &at) ? at : BD_INSTANT_NONE;
}

static bd_day day_of(const bd_value *object, const char *key) {
    bd_day day;
    return bd_day_parse(bd_value_text(object, key), &day) ? day : BD_DAY_NONE;
}

static void add_texts(bd_arena *arena, const bd_value *array, bd_strs *out) {
    for (size_t i = 0; array != NULL && array->kind == BD_ARRAY && i < array->count; i++) {
        *bd_push(arena, out) = array->items[i].text;
    }
}

static bd_signoff signoff_of(const bd_value *object, bd_str origin) {
    bd_signoff s = {.name = bd_value_text(object, "name"),
                    .role = bd_value_text(object, "role"),
                    .checked = bd_value_text(object, "checked"),
                    .at = instant_of(object, "at"),
                    .origin = origin,
                    .stated_at = BD_INSTANT_NONE};
    s.has_sha256 = bd_unhex(bd_value_text(object, "sha256"), s.sha256, sizeof s.sha256);
    return s;
}

static bd_document document_of(const bd_value *object, bd_arena *arena) {
    bd_strs states = {0};
    const bd_value *stated = bd_value_find(object, "states");
    add_texts(arena, stated, &states);
    const bd_value *management = bd_value_find(object, "approver_is_management");
    const bd_value *report = bd_value_find(object, "report");
    return (bd_document){
        .type = bd_value_text(object, "type"),
        .title = bd_value_text(object, "title"),
        .version = bd_value_text(object, "version"),
        .approved_by = bd_value_text(object, "approved_by"),
        .approver_role = bd_value_text(object, "approver_role"),
        .has_approver_is_management = management != NULL && management->kind == BD_BOOL,
        .approver_is_management = bd_value_is_true(object, "approver_is_management"),
        .approved_on = day_of(object, "approved_on"),
        .in_force_from = day_of(object, "in_force_from"),
        .in_force_to = day_of(object, "in_force_to"),
        .carried_out_on = day_of(object, "carried_out_on"),
        .report = report != NULL && report->kind == BD_OBJECT ? report : NULL,
        .has_states = stated != NULL && stated->kind == BD_ARRAY,
        .states = states,
        .stated_at = BD_INSTANT_NONE};
}

static void fill_texts(const bd_value *root, bd_sidecar *out) {
    const struct {
        const char *key;
        bd_str *text;
    } texts[] = {
        {"source", &out->source},   {"title", &out->title},       {"command", &out->command},
        {"request", &out->request}, {"query", &out->query},       {"run", &out->run},
        {"tool", &out->tool},       {"exporter", &out->exporter},
    };
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        *texts[i].text = bd_value_text(root, texts[i].key);
    }
}

static void fill_sidecar(const bd_value *root, bd_arena *arena, bd_sidecar *out) {
    fill_texts(root, out);
    const bd_value *scope = bd_value_find(root, "scope");
    out->scope_kind = bd_value_text(scope, "kind");
    add_texts(arena, bd_value_find(scope, "ids"), &out->scope_ids);
    out->collected_at = instant_of(root, "collected_at");
    out->describes_from = instant_of(root, "describes_from");
    out->describes_to = instant_of(root, "describes_to");
    const bd_value *complete = bd_value_find(root, "complete");
    out->has_complete = complete != NULL && complete->kind == BD_BOOL;
    out->complete = bd_value_is_true(root, "complete");
    out->rows = -1;
    (void)bd_value_i64(root, "rows", &out->rows);
    out->prepared_by = signoff_of(bd_value_find(root, "prepared_by"), BD_STR("sidecar"));
    const bd_value *reviews = bd_value_find(root, "reviews");
    for (size_t i = 0; reviews != NULL && i < reviews->count; i++) {
        *bd_push(arena, &out->reviews) = signoff_of(&reviews->items[i], BD_STR("sidecar"));
    }
    add_texts(arena, bd_value_find(root, "requirements"), &out->requirements);
    const bd_value *document = bd_value_find(root, "document");
    out->has_document = document != NULL && document->kind == BD_OBJECT;
    out->document = document_of(document, arena);
}

static bd_rc check_order(const bd_sidecar *sidecar, bd_str path, bd_err *err) {
    bool has_both =
        sidecar->describes_from != BD_INSTANT_NONE && sidecar->describes_to != BD_INSTANT_NONE;
    if (has_both && sidecar->describes_to < sidecar->describes_from) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/describes_to': it lies before 'describes_from'",
                 BD_ARG(path));
    }
    const bd_document *d = &sidecar->document;
    bool has_days =
        sidecar->has_document && d->in_force_from != BD_DAY_NONE && d->in_force_to != BD_DAY_NONE;
    if (has_days && d->in_force_to < d->in_force_from) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/document/in_force_to': it lies before 'in_force_from'",
                 BD_ARG(path));
    }
    bd_day from = day_of(d->report, "period_from"), to = day_of(d->report, "period_to");
    if (from != BD_DAY_NONE && to != BD_DAY_NONE && to < from) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot use '%.*s' at '/document/report/period_to': it lies before "
                 "'period_from'",
                 BD_ARG(path));
    }
    return BD_OK;
}

bd_rc bd_sidecar_parse(bd_str text, bd_str path, bd_arena *arena, bd_sidecar *out, bd_err *err) {
    const bd_value *root;
    BD_TRY_CTX(bd_json_parse(text, NULL, arena, &root, err), err, "in '%.*s'", BD_ARG(path));
    BD_TRY(bd_form_check(root, sidecar_form, BD_COUNT(sidecar_form), path, err));
    bd_sidecar made = {0};
    fill_sidecar(root, arena, &made);
    made.is_asked_by_folder = bd_str_eqz(bd_path_name(path), FOLDER_SIDECAR);
    BD_TRY(check_order(&made, path, err));
    *out = made;
    return BD_OK;
}

void bd_sidecar_put_stated(bd_sidecar *sidecar, bd_str in, bd_instant at) {
    sidecar->prepared_by.stated_in = in;
    sidecar->prepared_by.stated_at = at;
    for (size_t i = 0; i < sidecar->reviews.count; i++) {
        sidecar->reviews.data[i].stated_in = in;
        sidecar->reviews.data[i].stated_at = at;
    }
    sidecar->document.stated_in = in;
    sidecar->document.stated_at = at;
}

/* ---- merging ---- */

static void merge_text(bd_str *own, bd_str folder) {
    if (own->size == 0) {
        *own = folder;
    }
}

static void merge_instant(bd_instant *own, bd_instant folder) {
    if (*own == BD_INSTANT_NONE) {
        *own = folder;
    }
}

/* A range belongs together: half of it from elsewhere would describe days that nobody meant. */
static void merge_range(bd_sidecar *own, const bd_sidecar *folder) {
    if (own->describes_from == BD_INSTANT_NONE && own->describes_to == BD_INSTANT_NONE) {
        merge_instant(&own->describes_from, folder->describes_from);
        merge_instant(&own->describes_to, folder->describes_to);
    }
}

bool bd_sidecar_is_same_export(const bd_sidecar *a, const bd_sidecar *b) {
    const bd_str *const texts[][2] = {
        {&a->source, &b->source},     {&a->title, &b->title},
        {&a->command, &b->command},   {&a->request, &b->request},
        {&a->query, &b->query},       {&a->exporter, &b->exporter},
        {&a->tool, &b->tool},         {&a->run, &b->run},
        {&a->scope_kind, &b->scope_kind},
    };
    bool is_same = a->scope_ids.count == b->scope_ids.count && a->rows == b->rows &&
                   a->collected_at == b->collected_at && a->describes_from == b->describes_from &&
                   a->describes_to == b->describes_to && a->has_complete == b->has_complete &&
                   a->complete == b->complete && a->has_document == b->has_document;
    for (size_t i = 0; i < BD_COUNT(texts) && is_same; i++) {
        is_same = bd_str_eq(*texts[i][0], *texts[i][1]);
    }
    for (size_t i = 0; i < a->scope_ids.count && is_same; i++) {
        is_same = bd_str_eq(a->scope_ids.data[i], b->scope_ids.data[i]);
    }
    return is_same;
}

void bd_sidecar_merge(bd_sidecar *own, const bd_sidecar *folder) {
    merge_text(&own->source, folder->source);
    merge_text(&own->title, folder->title);
    bool has_query = own->command.size > 0 || own->request.size > 0;
    if (!has_query) {
        own->command = folder->command;
        own->request = folder->request;
        own->is_asked_by_folder = folder->is_asked_by_folder;
    }
    merge_text(&own->query, folder->query);
    merge_text(&own->exporter, folder->exporter);
    merge_text(&own->tool, folder->tool);
    merge_text(&own->run, folder->run);
    if (own->scope_kind.size == 0) {
        own->scope_kind = folder->scope_kind;
        own->scope_ids = folder->scope_ids;
    }
    merge_range(own, folder);
    merge_instant(&own->collected_at, folder->collected_at);
    if (!own->has_complete) {
        own->has_complete = folder->has_complete;
        own->complete = folder->complete;
    }
    /* `rows` of a folder would be the count of no single file */
    if (own->prepared_by.name.size == 0) {
        own->prepared_by = folder->prepared_by;
    }
    if (own->reviews.count == 0) {
        own->reviews = folder->reviews;
    }
    if (own->requirements.count == 0) {
        own->requirements = folder->requirements;
    }
    if (!own->has_document) {
        own->has_document = folder->has_document;
        own->document = folder->document;
    }
}

/* ---- paths ---- */

bool bd_path_is_sidecar(bd_str path) {
    bd_str name = bd_path_name(path);
    return name.size > sizeof SUFFIX - 1 && bd_str_has_suffix(name, BD_STR(SUFFIX));
}

bool bd_path_is_register(bd_str path) {
    return bd_str_eqz(bd_path_name(path), REGISTER);
}

bd_str bd_sidecar_subject(bd_str path) {
    if (!bd_path_is_sidecar(path) || bd_str_eqz(bd_path_name(path), FOLDER_SIDECAR)) {
        return (bd_str){"", 0};
    }
    return bd_str_sub(path, 0, path.size - (sizeof SUFFIX - 1));
}
