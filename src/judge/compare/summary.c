/* What a comparison needs of an assessment and its catalog. */
#include "bindery/compare.h"

#include "bindery/crypto.h"
#include "compare_priv.h"

#include <stdio.h>
#include <string.h>

#define DEFINITION "bindery-1"
#define MOST_PICKED 24

void object_put(object_draft *object, const char *key, const bd_value *value) {
    if (value != NULL) {
        *bd_push(object->arena, &object->keys) = bd_str_of(key);
        *bd_push(object->arena, &object->values) = value;
    }
}

void object_put_text(object_draft *object, const char *key, bd_str text) {
    object_put(object, key, text.size > 0 ? bd_value_string(object->arena, text) : NULL);
}

const bd_value *object_value(object_draft *object) {
    return bd_value_object(object->arena, object->keys.count, object->keys.data,
                           object->values.data);
}

const bd_value *list_value(bd_arena *arena, const value_list *list) {
    return bd_value_array(arena, list->count, list->data);
}

const bd_value *pick_members(bd_arena *arena, const bd_value *from, const char *const *keys) {
    bd_str names[MOST_PICKED];
    const bd_value *values[MOST_PICKED];
    size_t count = 0;
    for (size_t i = 0; keys[i] != NULL; i++) {
        const bd_value *found = bd_value_find(from, keys[i]);
        BD_ASSERT(count < MOST_PICKED);
        if (found != NULL) {
            names[count] = bd_str_of(keys[i]);
            values[count++] = found;
        }
    }
    return bd_value_object(arena, count, names, values);
}

bd_str joined_name(bd_arena *arena, const bd_value *of, const char *const *keys) {
    bd_str parts[MOST_PICKED];
    size_t room = 0, size = 0, count = 0;
    for (; keys[count] != NULL; count++) {
        BD_ASSERT(count < MOST_PICKED);
        parts[count] = bd_value_text(of, keys[count]);
        room += parts[count].size + sizeof "18446744073709551615:";
    }
    char *name = bd_alloc(arena, room + 1, 1);
    for (size_t i = 0; i < count; i++) {
        size += (size_t)snprintf(name + size, room + 1 - size, "%zu:", parts[i].size);
        memcpy(name + size, parts[i].size > 0 ? parts[i].data : "", parts[i].size);
        size += parts[i].size;
    }
    return (bd_str){name, size};
}

typedef const bd_value *item_fn(bd_arena *arena, const bd_value *item); /* NULL: not wanted */

static const bd_value *each_of(bd_arena *arena, const bd_value *list, item_fn *make) {
    value_list out = {0};
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        const bd_value *one = make(arena, &list->items[i]);
        if (one != NULL) {
            *bd_push(arena, &out) = one;
        }
    }
    return list_value(arena, &out);
}

/* ---- controls ---- */

static const bd_value *instance_of(bd_arena *arena, const bd_value *instance) {
    static const char *const keys[] = {"instance", "outcome", NULL};
    bool is_due = !bd_str_eqz(bd_value_text(instance, "outcome"), "not-due");
    return is_due ? pick_members(arena, instance, keys) : NULL;
}

static const bd_value *requirement_of(bd_arena *arena, const bd_value *requirement) {
    object_draft out = {.arena = arena};
    object_put(&out, "instances",
               each_of(arena, bd_value_find(requirement, "instances"), instance_of));
    object_put(&out, "req", bd_value_find(requirement, "req"));
    return object_value(&out);
}

/* Checks that passed somewhere: what they do not list any more has been looked at. */
static const bd_value *passed_checks(bd_arena *arena, const bd_value *checks) {
    value_list out = {0};
    for (size_t i = 0; checks != NULL && checks->kind == BD_ARRAY && i < checks->count; i++) {
        const bd_value *id = bd_value_find(&checks->items[i], "id");
        bool is_known = false;
        for (size_t k = 0; id != NULL && k < out.count; k++) {
            is_known = is_known || bd_str_eq(out.data[k]->text, id->text);
        }
        if (id != NULL && !is_known && bd_str_eqz(bd_value_text(&checks->items[i], "verdict"), "pass")) {
            *bd_push(arena, &out) = id;
        }
    }
    return list_value(arena, &out);
}

static const bd_value *control_of(bd_arena *arena, const bd_value *control) {
    static const char *const keys[] = {"accepted", "criteria", "due", "exception", "id", "owner",
                                       "state", NULL};
    if (!bd_value_is_true(control, "in_scope")) {
        return NULL;
    }
    const bd_value *picked = pick_members(arena, control, keys);
    object_draft out = {.arena = arena};
    for (size_t i = 0; i < picked->count; i++) {
        *bd_push(arena, &out.keys) = picked->keys[i];
        *bd_push(arena, &out.values) = &picked->items[i];
    }
    object_put(&out, "passed", passed_checks(arena, bd_value_find(control, "checks")));
    object_put(&out, "requirements",
               each_of(arena, bd_value_find(control, "requirements"), requirement_of));
    bd_str words = bd_str_format(arena, "%.*s\n%.*s", BD_ARG(bd_value_text(control, "statement")),
                                 BD_ARG(bd_value_text(control, "your_statement")));
    object_put_text(&out, "words_sha256", bd_sha256_hex(arena, words));
    return object_value(&out);
}

/* ---- the rest ---- */

static const bd_value *exception_of(bd_arena *arena, const bd_value *exception) {
    static const char *const keys[] = {
        "check",    "controls", "first_seen_clean", "first_seen_failing", "id",   "key",
        "last_seen_failing", "property", "reason",  "resource", "severity", "state", "type", NULL};
    return pick_members(arena, exception, keys);
}

static const bd_value *population_of(bd_arena *arena, const bd_value *population) {
    static const char *const keys[] = {"control", "count", "id", "name", "sha256", NULL};
    return pick_members(arena, population, keys);
}

static const bd_value *evidence_of(bd_arena *arena, const bd_value *item) {
    static const char *const keys[] = {"id", "path", "sha256", "withdrawn", NULL};
    return pick_members(arena, item, keys);
}

/* Of each member of a list of the catalog the name and a hash of all it says. */
static const bd_value *hashes_of(bd_arena *arena, const bd_value *list, const char *const *names) {
    value_list out = {0};
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        const bd_value *item = &list->items[i];
        object_draft one = {.arena = arena};
        bd_str id = {"", 0};
        for (size_t k = 0; names[k] != NULL; k++) {
            id = bd_str_format(arena, "%.*s%.*s", BD_ARG(id), BD_ARG(bd_value_text(item, names[k])));
        }
        object_put_text(&one, "id", id);
        object_put_text(&one, "sha256",
                        bd_str_sub(bd_sha256_hex(arena, bd_json_canonical(arena, item)), 0, 16));
        *bd_push(arena, &out) = object_value(&one);
    }
    return list_value(arena, &out);
}

static const bd_value *catalog_of(bd_arena *arena, const bd_value *catalog) {
    static const char *const by_id[] = {"id", NULL}, *const by_number[] = {"number", NULL};
    static const char *const by_requirement[] = {"control", "req", NULL};
    static const char *const by_criterion[] = {"criterion", NULL};
    object_draft out = {.arena = arena};
    if (catalog == NULL) {
        return NULL;
    }
    object_put(&out, "checks", hashes_of(arena, bd_value_find(catalog, "checks"), by_id));
    object_put(&out, "controls", hashes_of(arena, bd_value_find(catalog, "controls"), by_number));
    object_put(&out, "mappings", hashes_of(arena, bd_value_find(catalog, "mappings"), by_criterion));
    object_put(&out, "requirements",
               hashes_of(arena, bd_value_find(catalog, "requirements"), by_requirement));
    return object_value(&out);
}

bd_rc bd_compare_make_summary(const bd_value *assessment, const bd_value *catalog, bd_arena *arena,
                              const bd_value **out, bd_err *err) {
    static const char *const lists[] = {"controls", "exceptions", "evidence", "populations",
                                        "vendors"};
    static const char *const facts[] = {"as_of", "bindery", "catalog_sha256", "journal_head",
                                        "score", "score_definition", "vendors", NULL};
    static const char *const period[] = {"as_of", "from", "id", "timezone", "to", "type", NULL};
    static const char *const engagement[] = {"categories", "organisation", "subscriptions",
                                             "system",     "tenant",       NULL};
    bd_str definition = bd_value_text(assessment, "score_definition");
    if (definition.size == 0 || bd_value_text(assessment, "as_of").size == 0) {
        BD_RAISE(err, BD_ERR_INPUT, "this is no assessment: it has no 'score_definition' and 'as_of'");
    }
    if (!bd_str_eqz(definition, DEFINITION)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "its score definition is '%.*s'; this version compares those of '" DEFINITION "'",
                 BD_ARG(bd_str_visible(arena, bd_str_sub(definition, 0, 40))));
    }
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        const bd_value *list = bd_value_find(assessment, lists[i]);
        if (list == NULL || list->kind != BD_ARRAY) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "the assessment has no list '%s'; it is of an older version, which is not compared",
                     lists[i]);
        }
    }
    const bd_value *picked = pick_members(arena, assessment, facts);
    object_draft all = {.arena = arena};
    for (size_t i = 0; i < picked->count; i++) {
        *bd_push(arena, &all.keys) = picked->keys[i];
        *bd_push(arena, &all.values) = &picked->items[i];
    }
    object_put(&all, "catalog", catalog_of(arena, catalog));
    object_put(&all, "controls", each_of(arena, bd_value_find(assessment, "controls"), control_of));
    object_put(&all, "engagement",
               pick_members(arena, bd_value_find(assessment, "engagement"), engagement));
    object_put(&all, "evidence", each_of(arena, bd_value_find(assessment, "evidence"), evidence_of));
    object_put(&all, "exceptions",
               each_of(arena, bd_value_find(assessment, "exceptions"), exception_of));
    object_put_text(&all, "format", BD_STR(BD_COMPARE_FORMAT));
    object_put(&all, "period", pick_members(arena, bd_value_find(assessment, "period"), period));
    object_put(&all, "populations",
               each_of(arena, bd_value_find(assessment, "populations"), population_of));
    *out = object_value(&all);
    return BD_OK;
}

bd_rc bd_compare_check_summary(const bd_value *summary, bd_err *err) {
    static const char *const lists[] = {"controls", "exceptions", "evidence", "populations",
                                        "vendors"};
    if (!bd_str_eqz(bd_value_text(summary, "format"), BD_COMPARE_FORMAT)) {
        BD_RAISE(err, BD_ERR_INPUT, "this is no summary of format '" BD_COMPARE_FORMAT "'");
    }
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        const bd_value *list = bd_value_find(summary, lists[i]);
        if (list == NULL || list->kind != BD_ARRAY) {
            BD_RAISE(err, BD_ERR_INPUT, "the summary has no list '%s'", lists[i]);
        }
    }
    return BD_OK;
}

bd_rc bd_compare_check_pair(const bd_value *before, const bd_value *after, bd_err *err) {
    const bd_value *ours = bd_value_find(after, "engagement");
    const bd_value *theirs = bd_value_find(before, "engagement");
    bd_str a = bd_value_text(theirs, "tenant"), b = bd_value_text(ours, "tenant");
    bool has_tenants = a.size > 0 && b.size > 0;
    bd_str was = bd_value_text(theirs, "organisation"), is = bd_value_text(ours, "organisation");
    bool is_same = has_tenants ? bd_str_ieq(a, b) : bd_str_eq(was, is);
    if (is_same) {
        return BD_OK;
    }
    if (has_tenants && bd_str_eq(was, is)) {
        BD_RAISE(err, BD_ERR_INPUT, "they are of different tenants, %.*s and %.*s", BD_ARG(a), BD_ARG(b));
    }
    BD_RAISE(err, BD_ERR_INPUT, "they are of different organisations, '%.*s' and '%.*s'",
             BD_ARG(bd_str_sub(was, 0, 80)), BD_ARG(bd_str_sub(is, 0, 80)));
}
