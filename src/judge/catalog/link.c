/* Lists of definitions to the linked catalog.  Every reference is followed here, once; what does
 * not lead anywhere is a fault, because a check that silently reads nothing would look like a
 * control that holds. */
#include "bindery/catalog.h"

#include "catalog_priv.h"

#include "bindery/crypto.h"

typedef struct {
    loader *load;
    bd_arena *arena;
    bd_catalog *catalog;
    bd_criterion *criteria;
    bd_control *controls;
    bd_requirement *requirements;
    size_t requirement_count;
    bd_source_def *sources;
    bd_check *checks;
} linker;

static const char *const frequency_names[] = {"continuous", "monthly",   "quarterly",
                                              "annual",     "per-event", "once"};
static const char *const scope_names[] = {"tenant", "subscription", "resource", "workspace",
                                          "repository"};
static const char *const shape_names[] = {"each",  "related", "aggregate", "scope",
                                          "match", "recur",   "document"};
static const char *const half_names[] = {"configuration", "operation", "document", "reference"};
static const char *const category_names[] = {"Security", "Availability", "Confidentiality",
                                             "Processing Integrity", "Privacy"};
static const char *const origin_names[] = {"checklist", "ours"};
static const char *const source_origin_names[] = {"machine", "handed-in"};
static const char *const history_names[] = {"none", "log", "dated"};
static const char *const severity_names[] = {"high", "medium", "low"};
static const char *const missing_names[] = {"pass", "fail", "not-applicable", "cannot-tell"};

const char *bd_frequency_name(bd_frequency frequency) {
    return frequency_names[frequency];
}
const char *bd_scope_kind_name(bd_scope_kind kind) {
    return scope_names[kind];
}
const char *bd_shape_name(bd_shape shape) {
    return shape_names[shape];
}

/* Index of a member's word among `words`; a fault and 0 when it is none of them. */
static int word_of(linker *link, list_kind list, const item *it, const char *key,
                   const char *const *words, size_t count) {
    bd_str found = bd_value_text(it->value, key);
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eqz(found, words[i])) {
            return (int)i;
        }
    }
    if (bd_value_find(it->value, key) == NULL) {
        return 0; /* check_fields has said so */
    }
    bd_str all = BD_STR("");
    for (size_t i = 0; i < count; i++) {
        all = bd_str_format(link->arena, "%.*s%s'%s'", BD_ARG(all), i == 0 ? "" : ", ", words[i]);
    }
    bd_str visible = bd_str_visible(link->arena, bd_str_sub(found, 0, 64));
    bd_str inside = bd_str_format(link->arena, "/%s", key);
    add_fault(link->load, list, it, inside.data, "'%s' is '%.*s', expected one of %.*s", key,
              BD_ARG(visible), BD_ARG(all));
    return 0;
}
#define WORD(link, list, it, key, words)                                                           \
    word_of((link), (list), (it), (key), (words), BD_COUNT(words))

static int whole_of(linker *link, list_kind list, const item *it, const char *key) {
    const bd_value *member = bd_value_find(it->value, key);
    if (member == NULL || member->kind != BD_NUMBER) {
        return 0;
    }
    int64_t whole = 0;
    if (!bd_value_i64(it->value, key, &whole) || whole < 0 || whole > 1000000) {
        bd_str inside = bd_str_format(link->arena, "/%s", key);
        add_fault(link->load, list, it, inside.data,
                  "'%s' is %.*s, expected a whole number from 0 to 1000000", key,
                  BD_ARG(member->text));
        return 0;
    }
    return (int)whole;
}

bd_strs strings_of(bd_arena *arena, const bd_value *value, bool lower) {
    bd_strs out = {0};
    if (value != NULL && value->kind == BD_STRING && value->text.size > 0) {
        *bd_push(arena, &out) = lower ? bd_str_lower(arena, value->text) : value->text;
    }
    for (size_t i = 0; value != NULL && value->kind == BD_ARRAY && i < value->count; i++) {
        if (value->items[i].kind == BD_STRING) {
            *bd_push(arena, &out) =
                lower ? bd_str_lower(arena, value->items[i].text) : value->items[i].text;
        }
    }
    return out;
}

static bd_strs texts(linker *link, const item *it, const char *key) {
    return strings_of(link->arena, bd_value_find(it->value, key), false);
}

static void refuse_dangling(linker *link, list_kind list, const item *it, const char *key,
                            const char *what, bd_str id) {
    bd_str visible = bd_str_visible(link->arena, bd_str_sub(id, 0, 64));
    bd_str inside = bd_str_format(link->arena, "/%s", key);
    add_fault(link->load, list, it, inside.data, "'%s' names %s '%.*s', which is not defined", key,
              what, BD_ARG(visible));
}

/* ---- criteria and controls ---- */

static int by_order(const void *context, const void *a, const void *b) {
    (void)context;
    const item *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static int by_id(const void *context, const void *a, const void *b) {
    (void)context;
    const item *x = a, *y = b;
    return bd_str_cmp(x->id, y->id);
}

static bool is_ours(const item *it) {
    return bd_str_eqz(bd_value_text(it->value, "origin"), "ours");
}

static int by_number(const void *context, const void *a, const void *b) {
    (void)context;
    const item *x = a, *y = b;
    if (is_ours(x) != is_ours(y)) {
        return is_ours(x) ? 1 : -1;
    }
    int order = bd_str_natural_cmp(x->id, y->id);
    return order != 0 ? order : bd_str_cmp(x->id, y->id);
}

/* By the control's place in the catalog, then by the requirement's letter. */
static int by_control(const void *context, const void *a, const void *b) {
    const linker *link = context;
    const item *x = a, *y = b;
    const bd_control *cx =
        bd_map_find(link->catalog->index->controls, bd_value_text(x->value, "control"));
    const bd_control *cy =
        bd_map_find(link->catalog->index->controls, bd_value_text(y->value, "control"));
    if (cx != cy) {
        return cx < cy ? -1 : 1;
    }
    return bd_str_natural_cmp(bd_value_text(x->value, "req"), bd_value_text(y->value, "req"));
}

/* The lists are put into the catalog's order; ids of the loader's maps are stale from here on. */
static void sort_list(linker *link, list_kind list, bd_cmp_fn *cmp) {
    bd_sort(link->load->lists[list].data, link->load->lists[list].count, sizeof(item), cmp, link);
}

static void link_criteria(linker *link) {
    sort_list(link, LIST_CRITERIA, by_order);
    size_t count = link->load->lists[LIST_CRITERIA].count;
    link->criteria = bd_new(link->arena, bd_criterion, count);
    for (size_t i = 0; i < count; i++) {
        const item *it = &link->load->lists[LIST_CRITERIA].data[i];
        WORD(link, LIST_CRITERIA, it, "category", category_names);
        link->criteria[i] = (bd_criterion){.id = it->id,
                                           .category = bd_value_text(it->value, "category"),
                                           .series = bd_value_text(it->value, "series"),
                                           .series_title = bd_value_text(it->value, "series_title"),
                                           .title = bd_value_text(it->value, "title")};
        bd_map_put(link->catalog->index->criteria, it->id, &link->criteria[i]);
    }
    link->catalog->criteria = link->criteria;
    link->catalog->criterion_count = count;
}

/* Criteria ids in catalog order, whatever order the definition has. */
static bd_strs criteria_of(linker *link, list_kind list, const item *it, bd_strs named) {
    bd_strs out = {0};
    for (size_t i = 0; i < named.count; i++) {
        if (bd_map_find(link->catalog->index->criteria, named.data[i]) == NULL) {
            refuse_dangling(link, list, it, "criteria", "criterion", named.data[i]);
        }
    }
    for (size_t c = 0; c < link->catalog->criterion_count; c++) {
        for (size_t i = 0; i < named.count; i++) {
            if (bd_str_eq(named.data[i], link->criteria[c].id)) {
                *bd_push(link->arena, &out) = link->criteria[c].id;
                break;
            }
        }
    }
    return out;
}

static bool has_text(bd_strs list, bd_str text) {
    for (size_t i = 0; i < list.count; i++) {
        if (bd_str_eq(list.data[i], text)) {
            return true;
        }
    }
    return false;
}

static void link_control(linker *link, const item *it, bd_control *control) {
    bd_strs named = texts(link, it, "criteria");
    *control = (bd_control){
        .number = it->id,
        .owner = bd_value_text(it->value, "owner"),
        .section = bd_value_text(it->value, "section"),
        .statement = bd_value_text(it->value, "statement"),
        .mapping_note = bd_value_text(it->value, "mapping_note"),
        .test = bd_value_text(it->value, "test"),
        .population = bd_value_text(it->value, "population"),
        .sample = bd_value_text(it->value, "sample"),
        .is_ours = WORD(link, LIST_CONTROLS, it, "origin", origin_names) == 1,
        .is_outline = bd_value_is_true(it->value, "outline"),
        .criteria = criteria_of(link, LIST_CONTROLS, it, named),
        .primary = bd_value_text(it->value, "primary"),
        .frequency = (bd_frequency)WORD(link, LIST_CONTROLS, it, "frequency", frequency_names),
        .max_age_days = whole_of(link, LIST_CONTROLS, it, "max_age_days")};
    if (named.count == 0) {
        add_fault(link->load, LIST_CONTROLS, it, "/criteria",
                  "control '%.*s' has no criterion, expected at least one", BD_ARG(it->id));
    }
    if (control->primary.size > 0 && !has_text(named, control->primary)) {
        add_fault(link->load, LIST_CONTROLS, it, "/primary",
                  "'primary' is '%.*s', expected one of the control's criteria",
                  BD_ARG(control->primary));
    }
    bd_map_put(link->catalog->index->controls, it->id, control);
}

static void link_controls(linker *link) {
    sort_list(link, LIST_CONTROLS, by_number);
    size_t count = link->load->lists[LIST_CONTROLS].count;
    link->controls = bd_new(link->arena, bd_control, count);
    for (size_t i = 0; i < count; i++) {
        link_control(link, &link->load->lists[LIST_CONTROLS].data[i], &link->controls[i]);
    }
    link->catalog->controls = link->controls;
    link->catalog->control_count = count;
}

/* ---- sources ---- */

static void link_renames(linker *link, const item *it, bd_source_def *source) {
    const bd_value *renames = bd_value_find(it->value, "renames");
    for (size_t i = 0; renames != NULL && renames->kind == BD_OBJECT && i < renames->count; i++) {
        if (renames->items[i].kind != BD_STRING) {
            add_fault(link->load, LIST_SOURCES, it, "/renames",
                      "a rename is not a string, expected the name in REST");
            continue;
        }
        *bd_push(link->arena, &source->rename_from) = renames->keys[i];
        *bd_push(link->arena, &source->rename_to) = renames->items[i].text;
    }
}

static void link_words(linker *link, const item *it, bd_source_def *source) {
    const bd_value *words = bd_value_find(it->value, "words");
    for (size_t i = 0; words != NULL && words->kind == BD_OBJECT && i < words->count; i++) {
        const bd_value *list = &words->items[i];
        bool is_fine = list->kind == BD_ARRAY && list->count > 0;
        for (size_t j = 0; is_fine && j < list->count; j++) {
            is_fine = list->items[j].kind == BD_STRING && list->items[j].text.size > 0;
        }
        if (!is_fine) {
            add_fault(link->load, LIST_SOURCES, it, "/words",
                      "expected the name of a column with an array of words that are not empty");
            return;
        }
    }
    source->words = words;
}

static void link_retirement(linker *link, const item *it, bd_source_def *source) {
    const bd_value *ends = bd_value_find(it->value, "retires");
    bd_day day;
    if (ends == NULL) {
        return;
    }
    source->retires = bd_value_text(ends, "product");
    source->retires_on = bd_value_text(ends, "on");
    source->retires_for = bd_value_text(ends, "instead");
    if (source->retires.size == 0 || !bd_day_parse(source->retires_on, &day)) {
        add_fault(link->load, LIST_SOURCES, it, "/retires",
                  "expected 'product', 'on' as a day YYYY-MM-DD and perhaps 'instead'");
    }
}

static void link_source(linker *link, const item *it, bd_source_def *source) {
    const bd_value *seen = bd_value_find(it->value, "recognise");
    bd_arena *arena = link->arena;
    *source = (bd_source_def){
        .id = it->id,
        .title = bd_value_text(it->value, "title"),
        .permission = bd_value_text(it->value, "permission"),
        .rest = bd_value_text(it->value, "rest"),
        .az = bd_value_text(it->value, "az"),
        .graph = bd_value_text(it->value, "graph"),
        .is_handed_in = WORD(link, LIST_SOURCES, it, "origin", source_origin_names) == 1,
        .is_log = WORD(link, LIST_SOURCES, it, "history", history_names) == 1,
        .is_dated = WORD(link, LIST_SOURCES, it, "history", history_names) == 2,
        .scope = (bd_scope_kind)WORD(link, LIST_SOURCES, it, "scope", scope_names),
        .retention_days = whole_of(link, LIST_SOURCES, it, "retention_days"),
        .is_any_resource = bd_value_is_true(seen, "any_resource"),
        .is_subscription_level = bd_value_is_true(seen, "subscription_level"),
        .types = strings_of(arena, bd_value_find(seen, "types"), true),
        .details = strings_of(arena, bd_value_find(seen, "details"), true),
        .contexts = strings_of(arena, bd_value_find(seen, "contexts"), true),
        .id_parts = strings_of(arena, bd_value_find(seen, "id_contains"), true),
        .keys = strings_of(arena, bd_value_find(seen, "keys"), false),
        .columns = strings_of(arena, bd_value_find(seen, "columns"), true),
        .sheets = strings_of(arena, bd_value_find(seen, "sheets"), false),
        .columns_all = strings_of(arena, bd_value_find(it->value, "columns_all"), false),
        .columns_unread = strings_of(arena, bd_value_find(it->value, "columns_unread"), false),
        .tables = strings_of(arena, bd_value_find(seen, "table"), true),
        .key = texts(link, it, "key"),
        .time = bd_value_text(it->value, "time"),
        .resource = bd_value_text(it->value, "resource"),
        .derivation = bd_value_text(it->value, "derivation"),
        .derivation_version = whole_of(link, LIST_SOURCES, it, "version"),
        .derived_from = texts(link, it, "derived_from")};
    link_retirement(link, it, source);
    link_renames(link, it, source);
    link_words(link, it, source);
    if ((source->derivation.size > 0) != (source->derived_from.count > 0)) {
        add_fault(link->load, LIST_SOURCES, it, "",
                  "'derivation' and 'derived_from' go together, one of them is absent");
    }
    bd_map_put(link->catalog->index->sources, it->id, source);
}

static void link_sources(linker *link) {
    sort_list(link, LIST_SOURCES, by_id);
    size_t count = link->load->lists[LIST_SOURCES].count;
    link->sources = bd_new(link->arena, bd_source_def, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const item *it = &link->load->lists[LIST_SOURCES].data[i];
        if (bd_value_is_true(it->value, "retired")) {
            bd_map_put(link->load->retired, it->id, link);
            continue;
        }
        link_source(link, it, &link->sources[kept++]);
    }
    link->catalog->sources = link->sources;
    link->catalog->source_count = kept;
}

/* True when `id` names a source in use. */
static bool check_source(linker *link, list_kind list, const item *it, const char *key, bd_str id) {
    if (bd_map_find(link->catalog->index->sources, id) != NULL) {
        return true;
    }
    if (bd_map_find(link->load->retired, id) == NULL) {
        refuse_dangling(link, list, it, key, "source", id);
        return false;
    }
    bd_str inside = bd_str_format(link->arena, "/%s", key);
    add_fault(link->load, list, it, inside.data, "'%s' names source '%.*s', which is retired", key,
              BD_ARG(id));
    return false;
}

static void link_derived(linker *link) {
    for (size_t i = 0; i < link->load->lists[LIST_SOURCES].count; i++) {
        const item *it = &link->load->lists[LIST_SOURCES].data[i];
        bd_strs from = texts(link, it, "derived_from");
        for (size_t f = 0; f < from.count; f++) {
            check_source(link, LIST_SOURCES, it, "derived_from", from.data[f]);
        }
    }
}

/* ---- requirements ---- */

static void link_requirement(linker *link, const item *it, bd_requirement *requirement) {
    bd_control *control =
        bd_map_find(link->catalog->index->controls, bd_value_text(it->value, "control"));
    *requirement = (bd_requirement){
        .control = control,
        .req = bd_value_text(it->value, "req"),
        .id = it->id,
        .half = bd_value_text(it->value, "half"),
        .kind = bd_value_text(it->value, "kind"),
        .statement = bd_value_text(it->value, "statement"),
        .pass = bd_value_text(it->value, "pass"),
        .deviation = bd_value_text(it->value, "deviation"),
        .note = bd_value_text(it->value, "note"),
        .sources = texts(link, it, "sources"),
        .frequency = (bd_frequency)WORD(link, LIST_REQUIREMENTS, it, "frequency", frequency_names),
        .max_age_days = whole_of(link, LIST_REQUIREMENTS, it, "max_age_days"),
        .grace_days = whole_of(link, LIST_REQUIREMENTS, it, "grace_days"),
        .needs_signoff = bd_value_is_true(it->value, "signoff")};
    WORD(link, LIST_REQUIREMENTS, it, "half", half_names);
    for (size_t i = 0; i < requirement->sources.count; i++) {
        check_source(link, LIST_REQUIREMENTS, it, "sources", requirement->sources.data[i]);
    }
    bd_map_put(link->catalog->index->requirements, it->id, requirement);
    if (control == NULL) {
        refuse_dangling(link, LIST_REQUIREMENTS, it, "control", "control",
                        bd_value_text(it->value, "control"));
        return;
    }
    if (control->requirement_count == 0) {
        control->requirements = requirement; /* requirements of a control are neighbours */
    }
    control->requirement_count++;
}

static void link_requirements(linker *link) {
    sort_list(link, LIST_REQUIREMENTS, by_control);
    size_t count = link->load->lists[LIST_REQUIREMENTS].count;
    link->requirements = bd_new(link->arena, bd_requirement, count);
    link->requirement_count = count;
    for (size_t i = 0; i < count; i++) {
        link_requirement(link, &link->load->lists[LIST_REQUIREMENTS].data[i],
                         &link->requirements[i]);
    }
}

/* ---- checks ---- */

static void add_source(linker *link, const item *it, bd_check *check, const char *key,
                       const bd_value *name) {
    if (name == NULL || name->kind != BD_STRING) {
        return;
    }
    if (check_source(link, LIST_CHECKS, it, key, name->text) &&
        !has_text(check->sources, name->text)) {
        *bd_push(link->arena, &check->sources) = name->text;
    }
}

static void link_check_sources(linker *link, const item *it, bd_check *check) {
    const bd_value *body = it->value, *events = bd_value_find(body, "events");
    add_source(link, it, check, "source", bd_value_find(body, "source"));
    add_source(link, it, check, "related/source",
               bd_value_find(bd_value_find(body, "related"), "source"));
    add_source(link, it, check, "population/source",
               bd_value_find(bd_value_find(body, "population"), "source"));
    add_source(link, it, check, "undone_by/source",
               bd_value_find(bd_value_find(body, "undone_by"), "source"));
    add_source(link, it, check, "expect/source",
               bd_value_find(bd_value_find(body, "expect"), "source"));
    for (size_t i = 0; events != NULL && events->kind == BD_ARRAY && i < events->count; i++) {
        add_source(link, it, check, "events/source", bd_value_find(&events->items[i], "source"));
    }
    const bd_value *tile = bd_value_find(body, "tile");
    for (size_t i = 0; tile != NULL && tile->kind == BD_ARRAY && i < tile->count; i++) {
        bd_strs group = strings_of(link->arena, &tile->items[i], false);
        for (size_t g = 0; g < group.count; g++) {
            check_source(link, LIST_CHECKS, it, "tile", group.data[g]);
        }
        *bd_push(link->arena, &check->tile) = group;
    }
    if (check->sources.count == 0) {
        add_fault(link->load, LIST_CHECKS, it, "",
                  "check '%.*s' reads no source, expected 'source' or 'population'",
                  BD_ARG(it->id));
    }
}

static void link_check_criteria(linker *link, const item *it, bd_check *check) {
    const bd_value *named = bd_value_find(it->value, "criteria");
    for (size_t i = 0; named != NULL && named->kind == BD_ARRAY && i < named->count; i++) {
        bd_str id = bd_value_text(&named->items[i], "id");
        if (bd_map_find(link->catalog->index->criteria, id) == NULL) {
            refuse_dangling(link, LIST_CHECKS, it, "criteria", "criterion", id);
        }
        *bd_push(link->arena, &check->criteria) = id;
        *bd_push(link->arena, &check->criteria_why) = bd_value_text(&named->items[i], "why");
    }
}

static const bd_requirement *requirement_of(linker *link, const item *it) {
    bd_str control = bd_value_text(it->value, "control"),
           req = bd_value_text(it->value, "requirement");
    if (bd_map_find(link->catalog->index->controls, control) == NULL) {
        refuse_dangling(link, LIST_CHECKS, it, "control", "control", control);
        return NULL;
    }
    bd_str id = bd_str_format(link->arena, "%.*s%.*s", BD_ARG(control), BD_ARG(req));
    bd_requirement *requirement = bd_map_find(link->catalog->index->requirements, id);
    if (requirement == NULL) {
        refuse_dangling(link, LIST_CHECKS, it, "requirement", "requirement", id);
    }
    return requirement;
}

static void link_check(linker *link, const item *it, uint32_t at) {
    bd_check *check = &link->checks[at];
    const bd_value *body = it->value;
    *check = (bd_check){.id = it->id,
                        .title = bd_value_text(body, "title"),
                        .tested = bd_value_text(body, "tested"),
                        .auditor_may = bd_value_text(body, "auditor_may"),
                        .rationale = bd_value_text(body, "rationale"),
                        .severity = bd_value_text(body, "severity"),
                        .remediation = bd_value_text(body, "remediation"),
                        .reference = bd_value_text(body, "reference"),
                        .property = bd_value_text(body, "property"),
                        .version = whole_of(link, LIST_CHECKS, it, "version"),
                        .index = at,
                        .requirement = requirement_of(link, it),
                        .shape = (bd_shape)WORD(link, LIST_CHECKS, it, "shape", shape_names),
                        .body = body,
                        .document_types = texts(link, it, "document_types"),
                        .same_as = texts(link, it, "same_as"),
                        .max_approval_age_months =
                            whole_of(link, LIST_CHECKS, it, "max_approval_age_months"),
                        .takes_exclusions = bd_value_is_true(body, "exclusions")};
    WORD(link, LIST_CHECKS, it, "severity", severity_names);
    WORD(link, LIST_CHECKS, it, "missing", missing_names);
    link_check_criteria(link, it, check);
    link_check_sources(link, it, check);
    bd_map_put(link->catalog->index->checks, it->id, check);
    for (size_t i = 0; check->requirement != NULL && i < link->requirement_count; i++) {
        if (check->requirement == &link->requirements[i]) {
            *bd_push(link->arena, &link->requirements[i].checks) = at;
        }
    }
}

/* Two checks of one requirement: it is complete only when both hold. */
static bool is_beside(const linker *link, const item *it, bd_str other) {
    const bd_check *check = bd_map_find(link->catalog->index->checks, it->id);
    const bd_check *found = bd_map_find(link->catalog->index->checks, other);
    return found != NULL && found != check && found->requirement == check->requirement;
}

/* A check may leave to another one what its own records do not show. */
static void link_deciders(linker *link) {
    for (size_t i = 0; i < link->load->lists[LIST_CHECKS].count; i++) {
        const item *it = &link->load->lists[LIST_CHECKS].data[i];
        bd_str decider = bd_value_text(it->value, "decided_by");
        bd_str cover = bd_value_text(it->value, "covered_by");
        if (decider.size > 0 && bd_map_find(link->catalog->index->checks, decider) == NULL) {
            refuse_dangling(link, LIST_CHECKS, it, "decided_by", "check", decider);
        }
        if (cover.size > 0 && !is_beside(link, it, cover)) {
            refuse_dangling(link, LIST_CHECKS, it, "covered_by",
                            "other check of the same requirement", cover);
        }
    }
}

static void link_checks(linker *link) {
    sort_list(link, LIST_CHECKS, by_id);
    size_t count = link->load->lists[LIST_CHECKS].count;
    link->checks = bd_new(link->arena, bd_check, count);
    for (size_t i = 0; i < count; i++) {
        link_check(link, &link->load->lists[LIST_CHECKS].data[i], (uint32_t)i);
    }
    link->catalog->checks = link->checks;
    link->catalog->check_count = count;
    link_deciders(link);
}

/* ---- the whole ---- */

static void link_mappings(linker *link) {
    sort_list(link, LIST_MAPPINGS, by_order);
    sort_list(link, LIST_SIZES, by_order);
    for (size_t i = 0; i < link->load->lists[LIST_MAPPINGS].count; i++) {
        const item *it = &link->load->lists[LIST_MAPPINGS].data[i];
        if (bd_map_find(link->catalog->index->criteria, it->id) == NULL) {
            refuse_dangling(link, LIST_MAPPINGS, it, "criterion", "criterion", it->id);
        }
    }
}

static void find_uncovered(linker *link) {
    bd_map *covered = bd_map_make(link->arena);
    for (size_t i = 0; i < link->catalog->control_count; i++) {
        for (size_t c = 0; c < link->controls[i].criteria.count; c++) {
            bd_map_put(covered, link->controls[i].criteria.data[c], link);
        }
    }
    for (size_t i = 0; i < link->catalog->criterion_count; i++) {
        if (bd_map_find(covered, link->criteria[i].id) == NULL) {
            *bd_push(link->arena, &link->catalog->uncovered) = link->criteria[i].id;
        }
    }
}

/* The merged definitions as one value, in the catalog's order: loading it again gives the same
 * catalog. */
static void resolve_catalog(linker *link) {
    bd_str keys[LIST_COUNT + 1] = {BD_STR_INIT("format")};
    const bd_value *values[LIST_COUNT + 1] = {
        bd_value_string(link->arena, BD_STR("bindery-catalog 1"))};
    for (int list = 0; list < LIST_COUNT; list++) {
        size_t count = link->load->lists[list].count;
        const bd_value **members = bd_new(link->arena, const bd_value *, count + 1);
        for (size_t i = 0; i < count; i++) {
            members[i] = link->load->lists[list].data[i].value;
        }
        keys[list + 1] = bd_str_of(list_name((list_kind)list));
        values[list + 1] = bd_value_array(link->arena, count, members);
    }
    bd_catalog *catalog = link->catalog;
    catalog->resolved = bd_value_object(link->arena, LIST_COUNT + 1, keys, values);
    catalog->mappings = bd_value_find(catalog->resolved, "mappings");
    catalog->sampling = bd_value_find(catalog->resolved, "sizes");
    BD_DEFER(bd_arena_close_ref)
    bd_arena *scratch = bd_arena_open("catalog text", (size_t)1 << 30);
    catalog->canonical = bd_str_concat(
        link->arena, (bd_str[]){bd_json_canonical(scratch, catalog->resolved), BD_STR("\n")}, 2);
    bd_sha256_of(catalog->canonical, catalog->sha256);
}

bd_catalog *link_catalog(loader *load) {
    bd_catalog *catalog = bd_new(load->arena, bd_catalog, 1);
    struct bd_catalog_index *index = bd_new(load->arena, struct bd_catalog_index, 1);
    bd_map **const maps[] = {&index->criteria, &index->controls, &index->requirements,
                             &index->sources, &index->checks};
    for (size_t i = 0; i < BD_COUNT(maps); i++) {
        *maps[i] = bd_map_make(load->arena);
    }
    catalog->index = index;
    linker link = {.load = load, .arena = load->arena, .catalog = catalog};
    link_criteria(&link);
    link_controls(&link);
    link_sources(&link);
    link_derived(&link);
    link_requirements(&link);
    link_checks(&link);
    link_mappings(&link);
    find_uncovered(&link);
    resolve_catalog(&link);
    build_recognisers(catalog, load->arena);
    return catalog;
}
