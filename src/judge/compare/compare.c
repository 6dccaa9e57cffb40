/* Two summaries side by side. */
#include "bindery/compare.h"

#include "compare_priv.h"

#include <string.h>

typedef struct {
    bd_arena *arena;
    const bd_value *before, *after;
} comparison;

/* Items of a list by name; of equal names the last. */
static bd_map *index_of(bd_arena *arena, const bd_value *list, const char *const *keys) {
    bd_map *map = bd_map_make(arena);
    for (size_t i = 0; i < bd_value_count(list); i++) {
        bd_map_put(map, joined_name(arena, &list->items[i], keys), &list->items[i]);
    }
    return map;
}

/* Members of `list` that `other` lacks by name. */
static const bd_value *lacking(const comparison *c, const bd_value *list, const bd_value *other,
                               const char *const *keys, const char *const *shown) {
    bd_map *known = index_of(c->arena, other, keys);
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(list); i++) {
        const bd_value *one = &list->items[i];
        if (bd_map_find(known, joined_name(c->arena, one, keys)) == NULL) {
            *bd_push(c->arena, &out) = pick_members(c->arena, one, shown);
        }
    }
    return list_value(c->arena, &out);
}

static bool has_text(const bd_value *list, bd_str text) {
    for (size_t i = 0; i < bd_value_count(list); i++) {
        if (bd_str_eq(list->items[i].text, text)) {
            return true;
        }
    }
    return false;
}

static const bd_value *texts_lacking(const comparison *c, const bd_value *list,
                                     const bd_value *other) {
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(list); i++) {
        if (!has_text(other, list->items[i].text)) {
            *bd_push(c->arena, &out) = &list->items[i];
        }
    }
    return list_value(c->arena, &out);
}

/* ---- each side ---- */

static const bd_value *side_of(const comparison *c, const bd_value *summary) {
    static const char *const keys[] = {"as_of", "bindery", "catalog_sha256", "period", "score",
                                       "score_definition", NULL};
    return pick_members(c->arena, summary, keys);
}

/* ---- exceptions ---- */

static const char *const subject_keys[] = {"check", "type", "key", "property", NULL};

static bool is_clean(const bd_value *exception) {
    return bd_value_text(exception, "first_seen_clean").size > 0;
}

/* What happened once, too late, is never seen clean again; it is settled when it is closed. */
static bool is_settled(const bd_value *exception) {
    return is_clean(exception) || bd_str_eqz(bd_value_text(exception, "state"), "closed");
}

/* The latest stretch of each subject. */
static bd_map *latest_by_subject(bd_arena *arena, const bd_value *list) {
    bd_map *map = bd_map_make(arena);
    for (size_t i = 0; i < bd_value_count(list); i++) {
        const bd_value *one = &list->items[i];
        bd_str name = joined_name(arena, one, subject_keys);
        const bd_value *other = bd_map_find(map, name);
        bool is_later = other == NULL || bd_str_cmp(bd_value_text(one, "first_seen_failing"),
                                                    bd_value_text(other, "first_seen_failing")) > 0;
        if (is_later) {
            bd_map_put(map, name, (void *)(uintptr_t)one);
        }
    }
    return map;
}

static bool was_judged(const comparison *c, bd_str check) {
    const bd_value *controls = bd_value_find(c->after, "controls");
    for (size_t i = 0; i < bd_value_count(controls); i++) {
        if (has_text(bd_value_find(&controls->items[i], "passed"), check)) {
            return true;
        }
    }
    return false;
}

static const bd_value *shown_exception(const comparison *c, const bd_value *one, bool is_repeated) {
    object_draft out = {.arena = c->arena};
    for (size_t i = 0; i < one->count; i++) {
        *bd_push(c->arena, &out.keys) = one->keys[i];
        *bd_push(c->arena, &out.values) = &one->items[i];
    }
    if (is_repeated) {
        object_put(&out, "repeated", bd_value_bool(c->arena, true));
    }
    return object_value(&out);
}

static const bd_value *compare_exceptions(const comparison *c) {
    const bd_value *old = bd_value_find(c->before, "exceptions");
    const bd_value *now = bd_value_find(c->after, "exceptions");
    bd_map *was = latest_by_subject(c->arena, old), *is = latest_by_subject(c->arena, now);
    value_list fresh = {0}, fixed = {0}, still = {0}, unobserved = {0};
    for (size_t i = 0; i < bd_value_count(now); i++) {
        const bd_value *one = &now->items[i];
        bd_str name = joined_name(c->arena, one, subject_keys);
        if (bd_map_find(is, name) != one) {
            continue;
        }
        const bd_value *other = bd_map_find(was, name);
        bool is_again = other != NULL && is_clean(other) &&
                        bd_str_cmp(bd_value_text(one, "first_seen_failing"),
                                   bd_value_text(other, "first_seen_clean")) >= 0;
        if (other == NULL || is_again) {
            *bd_push(c->arena, other == NULL ? &fresh : &still) = shown_exception(c, one, is_again);
        } else if (!is_settled(one)) {
            *bd_push(c->arena, &still) = one;
        } else if (!is_settled(other)) {
            *bd_push(c->arena, &fixed) = one;
        }
    }
    for (size_t i = 0; i < bd_value_count(old); i++) {
        const bd_value *one = &old->items[i];
        bd_str name = joined_name(c->arena, one, subject_keys);
        if (bd_map_find(was, name) == one && bd_map_find(is, name) == NULL && !is_settled(one)) {
            bool is_seen = was_judged(c, bd_value_text(one, "check"));
            *bd_push(c->arena, is_seen ? &fixed : &unobserved) = one;
        }
    }
    object_draft out = {.arena = c->arena};
    object_put(&out, "fixed", list_value(c->arena, &fixed));
    object_put(&out, "new", list_value(c->arena, &fresh));
    object_put(&out, "still", list_value(c->arena, &still));
    object_put(&out, "unobserved", list_value(c->arena, &unobserved));
    return object_value(&out);
}

/* ---- controls ---- */

static const char *const by_id[] = {"id", NULL};

static int rank_of(bd_str state) {
    static const char *const order[] = {"[ ]", "[~]", "[x]"};
    for (size_t i = 0; i < BD_COUNT(order); i++) {
        if (bd_str_eqz(state, order[i])) {
            return (int)i;
        }
    }
    return -1; /* n/a and not yet due are neither better nor worse */
}

static const bd_value *compare_states(const comparison *c) {
    const bd_value *now = bd_value_find(c->after, "controls");
    bd_map *was = index_of(c->arena, bd_value_find(c->before, "controls"), by_id);
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(now); i++) {
        const bd_value *one = &now->items[i];
        const bd_value *other = bd_map_find(was, joined_name(c->arena, one, by_id));
        if (other == NULL || bd_str_eq(bd_value_text(one, "state"), bd_value_text(other, "state"))) {
            continue;
        }
        int from = rank_of(bd_value_text(other, "state")), to = rank_of(bd_value_text(one, "state"));
        object_draft row = {.arena = c->arena};
        object_put(&row, "after", bd_value_find(one, "state"));
        object_put(&row, "before", bd_value_find(other, "state"));
        object_put_text(&row, "direction", from < 0 || to < 0 ? BD_STR("other")
                                           : to > from        ? BD_STR("better")
                                                              : BD_STR("worse"));
        object_put(&row, "id", bd_value_find(one, "id"));
        object_put(&row, "owner", bd_value_find(one, "owner"));
        *bd_push(c->arena, &out) = object_value(&row);
    }
    return list_value(c->arena, &out);
}

static const bd_value *covered(const comparison *c, const bd_value *control) {
    static const char *const keys[] = {"accepted", "due", NULL};
    return pick_members(c->arena, control, keys);
}

static const bd_value *ratio_of(const comparison *c, const bd_value *side) {
    const bd_value *cover = bd_value_find(bd_value_find(side, "score"), "cover");
    object_draft out = {.arena = c->arena};
    object_put(&out, "accepted", bd_value_find(cover, "n"));
    object_put(&out, "due", bd_value_find(cover, "of"));
    return object_value(&out);
}

static bool is_same_value(bd_arena *arena, const bd_value *a, const bd_value *b) {
    return bd_str_eq(bd_json_canonical(arena, a), bd_json_canonical(arena, b));
}

static bd_str instance_name(bd_arena *arena, bd_str control, bd_str req, bd_str instance) {
    return bd_str_format(arena, "%.*s\x1f%.*s\x1f%.*s", BD_ARG(control), BD_ARG(req),
                         BD_ARG(instance));
}

/* Every due instance of a summary is put into `known`, or, where `known` is NULL, into `out` unless `seen` has it. */
static void walk_instances(const comparison *c, const bd_value *summary, bd_map *known,
                           const bd_map *seen, value_list *out) {
    const bd_value *controls = bd_value_find(summary, "controls");
    for (size_t i = 0; i < bd_value_count(controls); i++) {
        bd_str id = bd_value_text(&controls->items[i], "id");
        const bd_value *requirements = bd_value_find(&controls->items[i], "requirements");
        for (size_t j = 0; j < bd_value_count(requirements); j++) {
            bd_str req = bd_value_text(&requirements->items[j], "req");
            const bd_value *list = bd_value_find(&requirements->items[j], "instances");
            for (size_t k = 0; k < bd_value_count(list); k++) {
                bd_str name =
                    instance_name(c->arena, id, req, bd_value_text(&list->items[k], "instance"));
                if (known != NULL) {
                    bd_map_put(known, name, known);
                } else if (bd_map_find(seen, name) == NULL) {
                    object_draft row = {.arena = c->arena};
                    object_put_text(&row, "control", id);
                    object_put(&row, "instance", bd_value_find(&list->items[k], "instance"));
                    object_put(&row, "outcome", bd_value_find(&list->items[k], "outcome"));
                    object_put_text(&row, "req", req);
                    *bd_push(c->arena, out) = object_value(&row);
                }
            }
        }
    }
}

static const bd_value *compare_coverage(const comparison *c) {
    const bd_value *now = bd_value_find(c->after, "controls");
    bd_map *was = index_of(c->arena, bd_value_find(c->before, "controls"), by_id);
    bd_map *due = bd_map_make(c->arena);
    value_list controls = {0}, instances = {0};
    for (size_t i = 0; i < bd_value_count(now); i++) {
        const bd_value *other = bd_map_find(was, joined_name(c->arena, &now->items[i], by_id));
        const bd_value *to = covered(c, &now->items[i]);
        if (other == NULL || is_same_value(c->arena, to, covered(c, other))) {
            continue;
        }
        object_draft row = {.arena = c->arena};
        object_put(&row, "after", to);
        object_put(&row, "before", covered(c, other));
        object_put(&row, "id", bd_value_find(&now->items[i], "id"));
        *bd_push(c->arena, &controls) = object_value(&row);
    }
    walk_instances(c, c->before, due, NULL, NULL);
    walk_instances(c, c->after, NULL, due, &instances);
    object_draft out = {.arena = c->arena};
    object_put(&out, "after", ratio_of(c, c->after));
    object_put(&out, "before", ratio_of(c, c->before));
    object_put(&out, "controls", list_value(c->arena, &controls));
    object_put(&out, "instances", list_value(c->arena, &instances));
    return object_value(&out);
}

/* ---- scope ---- */

static const bd_value *controls_changed(const comparison *c) {
    const bd_value *now = bd_value_find(c->after, "controls");
    bd_map *was = index_of(c->arena, bd_value_find(c->before, "controls"), by_id);
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(now); i++) {
        const bd_value *one = &now->items[i];
        const bd_value *other = bd_map_find(was, joined_name(c->arena, one, by_id));
        bd_str from = bd_value_text(other, "owner"), to = bd_value_text(one, "owner");
        bool is_reworded = other != NULL && !bd_str_eq(bd_value_text(one, "words_sha256"),
                                                       bd_value_text(other, "words_sha256"));
        if (other == NULL || (bd_str_eq(from, to) && !is_reworded)) {
            continue;
        }
        object_draft row = {.arena = c->arena};
        object_put(&row, "id", bd_value_find(one, "id"));
        if (!bd_str_eq(from, to)) {
            object_put(&row, "owner_after", bd_value_string(c->arena, to));
            object_put(&row, "owner_before", bd_value_string(c->arena, from));
        }
        object_put(&row, "reworded", bd_value_bool(c->arena, is_reworded));
        *bd_push(c->arena, &out) = object_value(&row);
    }
    return list_value(c->arena, &out);
}

static const bd_value *compare_scope(const comparison *c) {
    static const char *const vendor[] = {"name", "service", "method", NULL};
    static const char *const subscription[] = {"id", "name", NULL};
    static const char *const control[] = {"id", "owner", NULL};
    const bd_value *old = bd_value_find(c->before, "engagement");
    const bd_value *now = bd_value_find(c->after, "engagement");
    const struct {
        const char *added, *removed;
        const bd_value *before, *after;
        const char *const *keys, *const *shown;
    } lists[] = {
        {"controls_added", "controls_removed", bd_value_find(c->before, "controls"),
         bd_value_find(c->after, "controls"), by_id, control},
        {"subscriptions_added", "subscriptions_removed", bd_value_find(old, "subscriptions"),
         bd_value_find(now, "subscriptions"), by_id, subscription},
        {"vendors_added", "vendors_removed", bd_value_find(c->before, "vendors"),
         bd_value_find(c->after, "vendors"), vendor, vendor},
    };
    object_draft out = {.arena = c->arena};
    object_put(&out, "categories_added", texts_lacking(c, bd_value_find(now, "categories"),
                                                       bd_value_find(old, "categories")));
    object_put(&out, "categories_removed", texts_lacking(c, bd_value_find(old, "categories"),
                                                         bd_value_find(now, "categories")));
    object_put(&out, "controls_changed", controls_changed(c));
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        object_put(&out, lists[i].added,
                   lacking(c, lists[i].after, lists[i].before, lists[i].keys, lists[i].shown));
        object_put(&out, lists[i].removed,
                   lacking(c, lists[i].before, lists[i].after, lists[i].keys, lists[i].shown));
    }
    return object_value(&out);
}

/* ---- populations ---- */

static const bd_value *population_row(const comparison *c, const bd_value *before,
                                      const bd_value *after) {
    const bd_value *any = after != NULL ? after : before;
    object_draft row = {.arena = c->arena};
    object_put(&row, "after", bd_value_find(after, "count"));
    object_put(&row, "before", bd_value_find(before, "count"));
    object_put(&row, "control", bd_value_find(any, "control"));
    object_put(&row, "name", bd_value_find(any, "name"));
    return object_value(&row);
}

static const bd_value *compare_populations(const comparison *c) {
    static const char *const keys[] = {"control", "name", NULL};
    const bd_value *old = bd_value_find(c->before, "populations");
    const bd_value *now = bd_value_find(c->after, "populations");
    bd_map *was = index_of(c->arena, old, keys), *is = index_of(c->arena, now, keys);
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(now); i++) {
        const bd_value *one = &now->items[i];
        const bd_value *other = bd_map_find(was, joined_name(c->arena, one, keys));
        if (other == NULL || !bd_str_eq(bd_value_text(one, "sha256"), bd_value_text(other, "sha256"))) {
            *bd_push(c->arena, &out) = population_row(c, other, one);
        }
    }
    for (size_t i = 0; i < bd_value_count(old); i++) {
        if (bd_map_find(is, joined_name(c->arena, &old->items[i], keys)) == NULL) {
            *bd_push(c->arena, &out) = population_row(c, &old->items[i], NULL);
        }
    }
    return list_value(c->arena, &out);
}

/* ---- catalog ---- */

static const bd_value *ids_lacking(const comparison *c, const bd_value *list, const bd_value *other) {
    bd_map *known = index_of(c->arena, other, by_id);
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(list); i++) {
        if (bd_map_find(known, joined_name(c->arena, &list->items[i], by_id)) == NULL) {
            *bd_push(c->arena, &out) = bd_value_find(&list->items[i], "id");
        }
    }
    return list_value(c->arena, &out);
}

static const bd_value *ids_changed(const comparison *c, const bd_value *list, const bd_value *other) {
    bd_map *known = index_of(c->arena, other, by_id);
    value_list out = {0};
    for (size_t i = 0; i < bd_value_count(list); i++) {
        const bd_value *was = bd_map_find(known, joined_name(c->arena, &list->items[i], by_id));
        if (was != NULL && !bd_str_eq(bd_value_text(was, "sha256"),
                                      bd_value_text(&list->items[i], "sha256"))) {
            *bd_push(c->arena, &out) = bd_value_find(&list->items[i], "id");
        }
    }
    return list_value(c->arena, &out);
}

static const bd_value *compare_catalogs(const comparison *c) {
    static const char *const lists[] = {"checks", "controls", "mappings", "requirements"};
    const bd_value *old = bd_value_find(c->before, "catalog");
    const bd_value *now = bd_value_find(c->after, "catalog");
    bool is_known = old != NULL && now != NULL;
    object_draft out = {.arena = c->arena};
    for (size_t i = 0; is_known && i < BD_COUNT(lists); i++) {
        const bd_value *a = bd_value_find(old, lists[i]), *b = bd_value_find(now, lists[i]);
        object_draft one = {.arena = c->arena};
        object_put(&one, "added", ids_lacking(c, b, a));
        object_put(&one, "changed", ids_changed(c, b, a));
        object_put(&one, "removed", ids_lacking(c, a, b));
        object_put(&out, lists[i], object_value(&one));
    }
    bool is_same = bd_str_eq(bd_value_text(c->before, "catalog_sha256"),
                             bd_value_text(c->after, "catalog_sha256"));
    object_put(&out, "known", bd_value_bool(c->arena, is_known));
    object_put(&out, "same", bd_value_bool(c->arena, is_same));
    return object_value(&out);
}

/* ---- evidence ---- */

typedef struct {
    value_list carried, fresh, changed, gone;
} evidence_lists;

static void put_lists(const comparison *c, const evidence_lists *lists, object_draft *out) {
    const struct {
        const char *key;
        const value_list *list;
    } all[] = {{"carried", &lists->carried},
               {"changed", &lists->changed},
               {"gone", &lists->gone},
               {"new", &lists->fresh}};
    object_draft counts = {.arena = c->arena};
    for (size_t i = 0; i < BD_COUNT(all); i++) {
        object_put(&counts, all[i].key, bd_value_integer(c->arena, (int64_t)all[i].list->count));
    }
    object_put(out, "counts", object_value(&counts));
    for (size_t i = 0; i < BD_COUNT(all); i++) {
        object_put(out, all[i].key, list_value(c->arena, all[i].list));
    }
}

/* Carried: the same bytes under the same path.  The same path may hold several items, each with bytes of its own. */
static const bd_value *compare_evidence(const comparison *c) {
    static const char *const by_bytes[] = {"path", "sha256", NULL}, *const by_path[] = {"path", NULL};
    const bd_value *old = bd_value_find(c->before, "evidence");
    const bd_value *now = bd_value_find(c->after, "evidence");
    bd_map *was = index_of(c->arena, old, by_bytes), *paths = index_of(c->arena, old, by_path);
    bd_map *is = index_of(c->arena, now, by_bytes);
    evidence_lists lists = {0};
    for (size_t i = 0; i < bd_value_count(now); i++) {
        const bd_value *one = &now->items[i];
        bool is_carried = bd_map_find(was, joined_name(c->arena, one, by_bytes)) != NULL;
        bool is_changed =
            !is_carried && bd_map_find(paths, joined_name(c->arena, one, by_path)) != NULL;
        *bd_push(c->arena, is_carried   ? &lists.carried
                           : is_changed ? &lists.changed
                                        : &lists.fresh) = one;
    }
    for (size_t i = 0; i < bd_value_count(old); i++) {
        if (bd_map_find(is, joined_name(c->arena, &old->items[i], by_bytes)) == NULL) {
            *bd_push(c->arena, &lists.gone) = &old->items[i];
        }
    }
    object_draft out = {.arena = c->arena};
    put_lists(c, &lists, &out);
    return object_value(&out);
}

/* ---- counts ---- */

/* How long each list in `of` is, by the names it stands under; NULL where there is none.  Evidence counts its own. */
static const bd_value *count_lists(bd_arena *arena, const bd_value *of) {
    object_draft out = {.arena = arena};
    for (size_t i = 0; of->kind == BD_OBJECT && i < of->count; i++) {
        const bd_value *one = &of->items[i];
        object_put(&out, bd_str_z(arena, of->keys[i]),
                   bd_str_eqz(of->keys[i], "evidence") ? NULL
                   : one->kind == BD_ARRAY ? bd_value_integer(arena, (int64_t)one->count)
                                           : count_lists(arena, one));
    }
    return out.keys.count > 0 ? object_value(&out) : NULL;
}

const bd_value *bd_compare_make(const bd_value *before, const bd_value *after, bd_arena *arena) {
    comparison c = {arena, before, after};
    object_draft out = {.arena = arena};
    object_put(&out, "catalog", compare_catalogs(&c));
    object_put(&out, "coverage", compare_coverage(&c));
    object_put(&out, "evidence", compare_evidence(&c));
    object_put(&out, "exceptions", compare_exceptions(&c));
    object_put(&out, "populations", compare_populations(&c));
    object_put(&out, "scope", compare_scope(&c));
    object_put(&out, "states", compare_states(&c));
    object_put(&out, "counts", count_lists(arena, object_value(&out)));
    object_put(&out, "after", side_of(&c, after));
    object_put(&out, "before", side_of(&c, before));
    return object_value(&out);
}
