/* Which keys each kind of definition may have.  A key that nobody reads is nearly always a slip of
 * the pen that would silently change a verdict, so it is refused, with the nearest key that exists.
 */
#include "bindery/catalog.h"

#include "catalog_priv.h"

#include <stdio.h>

enum {
    TEXT = 1u << BD_STRING,
    BOOL = 1u << BD_BOOL,
    NUMBER = 1u << BD_NUMBER,
    LIST = 1u << BD_ARRAY,
    OBJECT = 1u << BD_OBJECT,
    TEXTS = 1u << 16,  /* an array of strings */
    NEEDED = 1u << 17, /* refused when absent */
    FILLED = 1u << 18  /* and refused when empty */
};
#define KINDS(rule) ((rule)&0xffffu)

typedef struct {
    const char *key;
    unsigned rule;
} field;

static const field criterion_fields[] = {
    {"id", TEXT | NEEDED | FILLED},  {"category", TEXT | NEEDED},       {"series", TEXT | NEEDED},
    {"series_title", TEXT | NEEDED}, {"title", TEXT | NEEDED | FILLED},
};

static const field control_fields[] = {
    {"number", TEXT | NEEDED | FILLED},
    {"origin", TEXT | NEEDED},
    {"owner", TEXT | NEEDED | FILLED},
    {"section", TEXT},
    {"statement", TEXT | NEEDED | FILLED},
    {"criteria", TEXTS | NEEDED},
    {"primary", TEXT},
    {"mapping_note", TEXT},
    {"frequency", TEXT | NEEDED},
    {"max_age_days", NUMBER},
    {"test", TEXT},
    {"evidence_kind", TEXT},
    {"evidence_source", TEXT},
    {"complete", TEXT},
    {"in_progress", TEXT},
    {"not_started", TEXT},
    {"exception", TEXT},
    {"population", TEXT},
    {"sample", TEXT},
    {"outline", BOOL},
};

static const field requirement_fields[] = {
    {"control", TEXT | NEEDED | FILLED},
    {"req", TEXT | NEEDED | FILLED},
    {"half", TEXT | NEEDED},
    {"kind", TEXT},
    {"statement", TEXT | NEEDED | FILLED},
    {"sources", TEXTS | NEEDED},
    {"frequency", TEXT | NEEDED},
    {"max_age_days", NUMBER | NEEDED},
    {"grace_days", NUMBER},
    {"signoff", BOOL | NEEDED},
    {"pass", TEXT},
    {"deviation", TEXT},
    {"note", TEXT},
};

static const field source_fields[] = {
    {"id", TEXT | NEEDED | FILLED},
    {"title", TEXT | NEEDED | FILLED},
    {"origin", TEXT | NEEDED},
    {"scope", TEXT | NEEDED},
    {"history", TEXT | NEEDED},
    {"retention_days", NUMBER},
    {"retired", BOOL},
    {"retires", OBJECT},
    {"recognise", OBJECT},
    {"key", TEXTS},
    {"time", TEXT},
    {"resource", TEXT},
    {"renames", OBJECT},
    {"rest", TEXT},
    {"api_versions", TEXTS},
    {"az", TEXT},
    {"graph", TEXT},
    {"permission", TEXT},
    {"paging", TEXT},
    {"throttling", TEXT},
    {"licence", TEXT},
    {"columns_all", TEXTS},
    {"columns_unread", TEXTS},
    {"words", OBJECT},
    {"derived_from", TEXTS},
    {"derivation", TEXT},
    {"version", NUMBER},
    {"imported", LIST},
};

static const field imported_fields[] = {
    {"id", TEXT | NEEDED | FILLED},
    {"title", TEXT | NEEDED | FILLED},
    {"model", TEXT | NEEDED | FILLED},
    {"formula", TEXT | NEEDED | FILLED},
    {"unit", TEXT | NEEDED | FILLED},
    {"list", TEXT | NEEDED | FILLED},
    {"kind", TEXT | NEEDED | FILLED},
    {"types", TEXTS},
    {"keys", TEXTS},
    {"each", TEXTS},
    {"scope", TEXT | TEXTS},
    {"resource", TEXT | TEXTS},
    {"test", TEXT | TEXTS},
    {"test_title", TEXT | TEXTS},
    {"name", TEXT | TEXTS},
    {"key", TEXTS},
    {"status", TEXT | TEXTS},
    {"cause", TEXT | TEXTS},
    {"statuses", OBJECT},
    {"groups", TEXT | TEXTS},
    {"set", TEXT | TEXTS},
    {"sets", LIST},
    {"manual", TEXT | TEXTS},
    {"at", TEXT | TEXTS},
    {"counts", TEXT | TEXTS},
    {"count", TEXT | TEXTS},
    {"counts_of", OBJECT},
    {"current", TEXT | TEXTS},
    {"max", TEXT | TEXTS},
    {"percentage", TEXT | TEXTS},
    {"weight", TEXT | TEXTS},
    {"owner", TEXT | TEXTS},
    {"comments", TEXT | TEXTS},
    {"expires", TEXT | TEXTS},
    {"pieces", TEXT | TEXTS},
};

static const field set_fields[] = {
    {"name", TEXT | NEEDED | FILLED},
    {"ids", TEXTS},
    {"names", TEXTS},
    {"prefixes", TEXTS},
    {"retired", BOOL},
};

static const field recognise_fields[] = {
    {"types", TEXTS},          {"details", TEXTS},
    {"contexts", TEXTS},       {"id_contains", TEXT | TEXTS},
    {"keys", TEXTS},           {"keys_any", LIST},
    {"not_keys", TEXTS},       {"columns", TEXTS},
    {"not_columns", TEXTS},    {"table", TEXT | TEXTS},
    {"table_columns", OBJECT}, {"sheets", TEXTS},
    {"any_resource", BOOL},    {"subscription_level", BOOL},
};

static const field check_fields_[] = {
    {"id", TEXT | NEEDED | FILLED},
    {"version", NUMBER | NEEDED},
    {"control", TEXT | NEEDED | FILLED},
    {"requirement", TEXT | NEEDED | FILLED},
    {"shape", TEXT | NEEDED},
    {"source", TEXT},
    {"title", TEXT | NEEDED | FILLED},
    {"tested", TEXT | NEEDED | FILLED},
    {"auditor_may", TEXT},
    {"rationale", TEXT},
    {"severity", TEXT | NEEDED},
    {"remediation", TEXT},
    {"reference", TEXT},
    {"criteria", LIST | NEEDED},
    {"property", TEXT | NEEDED | FILLED},
    {"missing", TEXT | NEEDED},
    {"exclusions", BOOL},
    {"where", OBJECT},
    {"pass", OBJECT},
    {"reason", TEXT},
    {"population", TEXT | OBJECT},
    {"population_types", TEXTS},
    {"population_key", TEXT},
    {"related", OBJECT},
    {"within_days", NUMBER},
    {"item", TEXT},
    {"expect", TEXT | OBJECT},
    {"of", OBJECT},
    {"together", LIST},
    {"each_of", TEXT},
    {"absent", TEXT},
    {"min", NUMBER},
    {"max", NUMBER},
    {"min_of", TEXT},
    {"min_percent", NUMBER},
    {"max_percent", NUMBER},
    {"events", LIST},
    {"window", OBJECT},
    {"uses", TEXT},
    {"both_sides", BOOL},
    {"year", BOOL},
    {"undone_by", OBJECT},
    {"tile", LIST},
    {"tile_of", TEXT},
    {"document_types", TEXTS},
    {"max_approval_age_months", NUMBER},
    {"operation", OBJECT},
    {"until", LIST},
    {"parameters", OBJECT},
    {"decided_by", TEXT},
    {"covered_by", TEXT},
    {"reports", OBJECT},
    {"age", OBJECT},
    {"same_as", TEXTS},
};

static const field mapping_fields[] = {
    {"criterion", TEXT | NEEDED | FILLED},
    {"azure_policy_group", TEXT},
    {"azure_policy_automatic", NUMBER},
    {"azure_policy_manual", NUMBER},
    {"in_soc_2023", BOOL},
    {"prowler_azure", TEXT},
    {"oscal", TEXT},
    {"coso_principle", NUMBER},
};

static const field size_fields[] = {
    {"id", TEXT | NEEDED | FILLED},
    {"occurrences", TEXT | NUMBER},
    {"n", TEXT | NUMBER},
    {"range", TEXT},
    {"min", NUMBER},
    {"max", NUMBER},
    {"note", TEXT},
};

typedef struct {
    const char *list;
    const field *fields;
    size_t count; /* at most FIELDS_MAX: seen keys are bits of one word */
} form;
#define FIELDS_MAX 64

static const form forms[] = {
    [LIST_CRITERIA] = {"criteria", criterion_fields, BD_COUNT(criterion_fields)},
    [LIST_CONTROLS] = {"controls", control_fields, BD_COUNT(control_fields)},
    [LIST_REQUIREMENTS] = {"requirements", requirement_fields, BD_COUNT(requirement_fields)},
    [LIST_SOURCES] = {"sources", source_fields, BD_COUNT(source_fields)},
    [LIST_CHECKS] = {"checks", check_fields_, BD_COUNT(check_fields_)},
    [LIST_MAPPINGS] = {"mappings", mapping_fields, BD_COUNT(mapping_fields)},
    [LIST_SIZES] = {"sizes", size_fields, BD_COUNT(size_fields)},
};
_Static_assert(BD_COUNT(forms) == LIST_COUNT, "one form per list");

static const form recognise_form = {"recognise", recognise_fields, BD_COUNT(recognise_fields)};
static const form imported_form = {"imported", imported_fields, BD_COUNT(imported_fields)};
static const form set_form = {"sets", set_fields, BD_COUNT(set_fields)};

const char *list_name(list_kind kind) {
    return forms[kind].list;
}

void add_fault(loader *load, list_kind list, const item *it, const char *inside, const char *format,
               ...) {
    va_list args;
    va_start(args, format);
    bd_str text = bd_str_vformat(load->arena, format, args);
    va_end(args);
    bd_str locus = bd_str_format(load->arena, "/%s/%zu%s", list_name(list), it->position, inside);
    bd_diag_add(load->arena, load->diags, BD_DIAG_REFUSED, it->file, locus, "%.*s", BD_ARG(text));
}

#define NEAREST_MAX 32

/* Levenshtein distance, case folded; texts longer than NEAREST_MAX are far from everything. */
static size_t distance(bd_str a, bd_str b) {
    if (a.size > NEAREST_MAX || b.size > NEAREST_MAX) {
        return SIZE_MAX;
    }
    size_t row[NEAREST_MAX + 1];
    for (size_t j = 0; j <= b.size; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            bool same = bd_str_ieq(bd_str_sub(a, i - 1, i), bd_str_sub(b, j - 1, j));
            size_t best = diagonal + (same ? 0 : 1);
            best = row[j] + 1 < best ? row[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b.size];
}

const char *bd_catalog_nearest(const char *const *known, size_t count, bd_str word) {
    const char *nearest = count > 0 ? known[0] : "";
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t far = distance(word, bd_str_of(known[i]));
        if (far < least) {
            least = far;
            nearest = known[i];
        }
    }
    return nearest;
}

static const char *find_nearest(const form *shape, bd_str key) {
    const char *known[FIELDS_MAX];
    BD_ASSERT(shape->count <= FIELDS_MAX);
    for (size_t i = 0; i < shape->count; i++) {
        known[i] = shape->fields[i].key;
    }
    return bd_catalog_nearest(known, shape->count, key);
}

/* Definitions mostly have their keys in the same order as the form, so the search goes on where it
 * stopped. */
static const field *find_field(const form *shape, bd_str key, size_t *next) {
    for (size_t i = 0; i < shape->count; i++) {
        const field *at = &shape->fields[(*next + i) % shape->count];
        if (key.size > 0 && key.data[0] == at->key[0] && bd_str_eqz(key, at->key)) {
            *next = (size_t)(at - shape->fields) + 1;
            return at;
        }
    }
    return NULL;
}

static bool is_text_list(const bd_value *value) {
    if (value->kind != BD_ARRAY) {
        return false;
    }
    for (size_t i = 0; i < value->count; i++) {
        if (value->items[i].kind != BD_STRING) {
            return false;
        }
    }
    return true;
}

static bool has_kind(const field *expected, const bd_value *value) {
    if ((KINDS(expected->rule) & 1u << value->kind) != 0) {
        return true;
    }
    return (expected->rule & TEXTS) != 0 && is_text_list(value);
}

static const char *kind_text(unsigned rule) {
    if ((rule & TEXT) != 0) {
        return (rule & TEXTS) != 0    ? "a string or an array of strings"
               : (rule & OBJECT) != 0 ? "a string or an object"
               : (rule & NUMBER) != 0 ? "a string or a number"
                                      : "a string";
    }
    return (rule & TEXTS) != 0    ? "an array of strings"
           : (rule & BOOL) != 0   ? "true or false"
           : (rule & NUMBER) != 0 ? "a number"
           : (rule & LIST) != 0   ? "an array"
                                  : "an object";
}

static const char *found_text(bd_kind kind) {
    static const char *const names[] = {"null",     "a truth value", "a number",
                                        "a string", "an array",      "an object"};
    return names[kind];
}

static void check_form(loader *load, list_kind list, const item *it, const form *shape,
                       const bd_value *value, const char *prefix) {
    uint64_t seen = 0;
    size_t next = 0;
    for (size_t i = 0; i < value->count; i++) {
        bd_str key = value->keys[i];
        const field *known = find_field(shape, key, &next);
        if (known == NULL) {
            bd_str visible = bd_str_visible(load->arena, bd_str_sub(key, 0, 64));
            add_fault(load, list, it, prefix, "unknown key '%.*s', the nearest known one is '%s'",
                      BD_ARG(visible), find_nearest(shape, key));
            continue;
        }
        seen |= UINT64_C(1) << (known - shape->fields);
        if (!has_kind(known, &value->items[i])) {
            add_fault(load, list, it, prefix, "'%s' is %s, expected %s", known->key,
                      found_text(value->items[i].kind), kind_text(known->rule));
            continue;
        }
        if ((known->rule & FILLED) != 0 && value->items[i].text.size == 0) {
            add_fault(load, list, it, prefix, "'%s' is empty, expected a text", known->key);
        }
    }
    for (size_t i = 0; i < shape->count; i++) {
        if ((shape->fields[i].rule & NEEDED) != 0 && (seen >> i & 1) == 0) {
            add_fault(load, list, it, prefix, "'%s' is absent, expected %s", shape->fields[i].key,
                      kind_text(shape->fields[i].rule));
        }
    }
}

/* Members of a list inside a definition, each an object of its own form. */
static void check_members(loader *load, const item *it, const bd_value *list, const form *shape,
                          const char *prefix) {
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        const char *place = bd_str_format(load->arena, "%s/%s/%zu", prefix, shape->list, i).data;
        const bd_value *member = &list->items[i];
        if (member->kind != BD_OBJECT) {
            add_fault(load, LIST_SOURCES, it, place, "found %s, expected an object",
                      found_text(member->kind));
            continue;
        }
        check_form(load, LIST_SOURCES, it, shape, member, place);
        if (shape == &imported_form) {
            check_members(load, it, bd_value_find(member, "sets"), &set_form, place);
        }
    }
}

void check_fields(loader *load, list_kind list, const item *it) {
    check_form(load, list, it, &forms[list], it->value, "");
    if (list == LIST_SOURCES) {
        check_members(load, it, bd_value_find(it->value, "imported"), &imported_form, "");
    }
    const bd_value *recognise = list == LIST_SOURCES ? bd_value_find(it->value, "recognise") : NULL;
    if (recognise != NULL && recognise->kind == BD_OBJECT) {
        check_form(load, list, it, &recognise_form, recognise, "/recognise");
    }
}

void check_top_keys(loader *load, bd_str file, const bd_value *root) {
    field names[LIST_COUNT + 1] = {{"format", TEXT}};
    for (size_t i = 0; i < LIST_COUNT; i++) {
        names[i + 1] = (field){forms[i].list, LIST};
    }
    form top = {"catalog", names, BD_COUNT(names)};
    size_t next = 0;
    for (size_t i = 0; i < root->count; i++) {
        const field *known = find_field(&top, root->keys[i], &next);
        if (known == NULL) {
            bd_str visible = bd_str_visible(load->arena, bd_str_sub(root->keys[i], 0, 64));
            bd_diag_add(load->arena, load->diags, BD_DIAG_REFUSED, file, BD_STR("/"),
                        "unknown key '%.*s', the nearest known one is '%s'", BD_ARG(visible),
                        find_nearest(&top, root->keys[i]));
            continue;
        }
        if (!has_kind(known, &root->items[i])) {
            bd_diag_add(load->arena, load->diags, BD_DIAG_REFUSED, file, BD_STR("/"),
                        "'%s' is %s, expected %s", known->key, found_text(root->items[i].kind),
                        kind_text(known->rule));
        }
    }
    bd_str format = bd_value_text(root, "format");
    if (!bd_str_eqz(format, "bindery-catalog 1")) {
        bd_str visible = bd_str_visible(load->arena, bd_str_sub(format, 0, 64));
        bd_diag_add(load->arena, load->diags, BD_DIAG_REFUSED, file, BD_STR("/format"),
                    "'format' is '%.*s', expected 'bindery-catalog 1'", BD_ARG(visible));
    }
}
