/* A list of resources against the inventory of the same day: the second source's count (judging 1.4).
 *
 * Both are of one UTC day and subscription; of several inventories of that day the nearest in time speaks.
 * An inventory counts only where it is complete itself, came from a machine, and shows the subscription.
 * It may count fewer than the list (Resource Graph runs behind), which says nothing. */
#include "bindery/conclude.h"

#include "conclude_priv.h"

#define INVENTORY BD_STR("S77")

typedef struct {
    bd_conclusion *run;
    BD_VEC(const bd_collection *) inventories; /* complete ones, in the order of collections */
    bd_map *singles; /* source, day, type, subscription -> type_sum of all single objects */
    bd_collection *list;
    const bd_source_def *source;
    const bd_seen *seen; /* the scope of the list at hand */
} comparison;

static const bd_evidence *first_of(const bd_conclusion *run, const bd_collection *collection) {
    return &run->evidence->data[collection->members.data[0]];
}

static bool is_single(const bd_evidence *item) {
    return bd_str_eqz(item->facts.envelope, "E7");
}

typedef struct {
    uint64_t count, ids;
} type_sum;

static bool is_of(const bd_facts *facts, const bd_type_count *entry, bd_str type,
                  bd_str subscription) {
    return bd_str_eq(facts->texts[entry->type], type) &&
           bd_str_eq(facts->texts[entry->subscription], subscription);
}

static bd_str single_name(const bd_conclusion *run, const bd_evidence *item, bd_str type,
                          bd_str subscription) {
    bd_str mark = BD_STR("\x1f");
    bd_str day = bd_day_format(run->arena, bd_instant_utc_day(item->describes_from));
    return bd_str_concat(run->arena,
                         (bd_str[]){item->source, mark, day, mark, type, mark, subscription}, 7);
}

/* Files of one object each ("show" for every vault) list a subscription together; an object shown twice is one. */
static void add_single(comparison *c, bd_map *known, const bd_evidence *item) {
    for (size_t i = 0; i < item->facts.types.count; i++) {
        const bd_type_count *own = &item->facts.types.data[i];
        bd_str name = single_name(c->run, item, item->facts.texts[own->type],
                                  item->facts.texts[own->subscription]);
        bd_str object = bd_str_format(c->run->arena, "%.*s\x1f%llx", BD_ARG(name),
                                      (unsigned long long)own->ids);
        if (bd_map_find(known, object) != NULL) {
            continue;
        }
        type_sum *sum = bd_map_find(c->singles, name);
        if (sum == NULL) {
            sum = bd_new(c->run->arena, type_sum, 1);
            bd_map_put(c->singles, name, sum);
        }
        bd_map_put(known, object, sum);
        sum->count += own->count;
        sum->ids += own->ids;
    }
}

/* The sum over all pages. */
static type_sum count_in(const bd_conclusion *run, const bd_collection *collection,
                         bd_str type, bd_str subscription) {
    type_sum sum = {0};
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_facts *facts = &run->evidence->data[collection->members.data[i]].facts;
        for (size_t j = 0; j < facts->types.count; j++) {
            const bd_type_count *entry = &facts->types.data[j];
            if (is_of(facts, entry, type, subscription)) {
                sum.count += entry->count;
                sum.ids += entry->ids;
            }
        }
    }
    return sum;
}

static type_sum count_own(const comparison *c, bd_str type) {
    const bd_evidence *first = first_of(c->run, c->list);
    if (!is_single(first)) {
        return count_in(c->run, c->list, type, c->seen->scope);
    }
    const type_sum *sum =
        bd_map_find(c->singles, single_name(c->run, first, type, c->seen->scope));
    return sum != NULL ? *sum : (type_sum){0};
}

static bool shows_scope(const bd_conclusion *run, const bd_collection *collection, bd_str source,
                        bd_str scope) {
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_seens *seen = &run->evidence->data[collection->members.data[i]].facts.seen;
        for (size_t j = 0; j < seen->count; j++) {
            if (bd_str_eq(seen->data[j].source, source) && bd_str_eq(seen->data[j].scope, scope)) {
                return true;
            }
        }
    }
    return false;
}

static bool is_inventory(const bd_conclusion *run, const bd_collection *collection) {
    bool is_seen = false;
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[collection->members.data[i]];
        if (item->origin != BD_ORIGIN_MACHINE || item->collected_at_is_assumed ||
            item->facts.has_more_types) {
            return false;
        }
        for (size_t j = 0; j < item->facts.seen.count; j++) {
            is_seen = is_seen || bd_str_eq(item->facts.seen.data[j].source, INVENTORY);
        }
    }
    return is_seen && collection->completeness == BD_COMPLETE_YES;
}

/* The complete inventory of the list's scope and day that lies nearest in time; NULL when there is none. */
static const bd_collection *find_inventory(const comparison *c) {
    bd_instant own = first_of(c->run, c->list)->describes_from;
    const bd_collection *nearest = NULL;
    bd_instant distance = 0;
    for (size_t i = 0; i < c->inventories.count; i++) {
        const bd_collection *other = c->inventories.data[i];
        bd_instant at = first_of(c->run, other)->describes_from;
        bd_instant gap = at > own ? at - own : own - at;
        if (other != c->list && (nearest == NULL || gap < distance) &&
            bd_instant_utc_day(at) == bd_instant_utc_day(own) &&
            shows_scope(c->run, other, INVENTORY, c->seen->scope)) {
            nearest = other;
            distance = gap;
        }
    }
    return nearest;
}

typedef enum { SAYS_NOTHING, SAYS_SAME, SAYS_OTHERWISE } second_word;

/* Fewer than the inventory counts are not all. As many, but others, hide that one is missing: a resource that stands
 * twice, say. */
static void say_otherwise(const comparison *c, const bd_collection *inventory, bd_str type,
                          type_sum own, type_sum counted) {
    bd_arena *arena = c->run->arena;
    const bd_evidence *first = first_of(c->run, c->list);
    bool is_fewer = counted.count > own.count;
    c->list->completeness = is_fewer ? BD_COMPLETE_NO : BD_COMPLETE_NOT_SHOWN;
    c->list->reason = bd_str_format(
        arena,
        "%.*s%s lists %llu of type '%.*s' in subscription %.*s, the inventory %.*s of the same day "
        "counts %llu%s",
        BD_ARG(bd_evidence_id(arena, first->given.number)),
        is_single(first) ? ", with the other objects of that day," : "",
        (unsigned long long)own.count, BD_ARG(type), BD_ARG(c->seen->scope),
        BD_ARG(bd_evidence_id(arena, first_of(c->run, inventory)->given.number)),
        (unsigned long long)counted.count, is_fewer ? "" : ", but not the same ones");
}

/* One scope of the list, type by type.  A source of several types may be exported type by type: of those only what the
 * list shows is compared. `*rows`: how many of the list's rows the inventory confirms. */
static second_word compare_scope(const comparison *c, const bd_collection *inventory,
                                 uint64_t *rows) {
    second_word word = SAYS_SAME;
    for (size_t i = 0; i < c->source->types.count; i++) {
        bd_str type = c->source->types.data[i];
        type_sum own = count_own(c, type);
        if (own.count == 0 && c->source->types.count > 1) {
            continue;
        }
        type_sum counted = count_in(c->run, inventory, type, c->seen->scope);
        if (counted.count > own.count || (counted.count == own.count && counted.ids != own.ids)) {
            say_otherwise(c, inventory, type, own, counted);
            return SAYS_OTHERWISE;
        }
        if (counted.count < own.count) {
            word = SAYS_NOTHING;
        } else {
            *rows += own.count;
        }
    }
    return word;
}

static void say_same(const comparison *c, const bd_collection *inventory) {
    c->list->completeness = BD_COMPLETE_YES;
    c->list->reason = bd_str_format(
        c->run->arena, "the inventory %.*s of the same day counts the same %llu",
        BD_ARG(bd_evidence_id(c->run->arena, first_of(c->run, inventory)->given.number)),
        (unsigned long long)c->list->rows);
}

/* Every scope that the list shows; it is confirmed when the inventory knows each row of it, and there is one. */
static void compare_list(comparison *c) {
    bd_collection *list = c->list;
    const bd_collection *last = NULL;
    uint64_t rows = 0;
    bool is_same = true;
    bd_map *done = bd_map_make(c->run->scratch);
    for (size_t i = 0; i < list->members.count; i++) {
        const bd_seens *seen = &c->run->evidence->data[list->members.data[i]].facts.seen;
        for (size_t j = 0; j < seen->count; j++) {
            c->seen = &seen->data[j];
            if (!bd_str_eq(c->seen->source, c->source->id) || c->seen->scope.size == 0 ||
                bd_map_find(done, c->seen->scope) != NULL) {
                continue;
            }
            bd_map_put(done, c->seen->scope, list);
            const bd_collection *inventory = find_inventory(c);
            second_word word =
                inventory != NULL ? compare_scope(c, inventory, &rows) : SAYS_NOTHING;
            if (word == SAYS_OTHERWISE) {
                return;
            }
            is_same = is_same && word == SAYS_SAME;
            last = inventory != NULL ? inventory : last;
        }
    }
    if (is_same && last != NULL && list->is_count_wanted && rows > 0 && rows == list->rows) {
        say_same(c, last);
    }
}

static bool is_list(const comparison *c) {
    const bd_evidence *first = first_of(c->run, c->list);
    return c->source != NULL && c->source->scope == BD_SCOPE_SUBSCRIPTION && !c->source->is_log &&
           c->source->types.count > 0 && c->list->completeness != BD_COMPLETE_NO &&
           !first->collected_at_is_assumed && (!is_single(first) || bd_conclude_is_vouched(first));
}

static bool is_left_out(const bd_conclusion *run, const bd_collection *collection) {
    bool is_withdrawn = false;
    for (size_t i = 0; run->leaves_out_withdrawn && i < collection->members.count; i++) {
        is_withdrawn =
            is_withdrawn || run->evidence->data[collection->members.data[i]].given.is_withdrawn;
    }
    return is_withdrawn;
}

static void prepare(comparison *c) {
    bd_map *known = bd_map_make(c->run->scratch);
    for (size_t i = 0; i < c->run->collections->count; i++) {
        const bd_collection *collection = &c->run->collections->data[i];
        bd_arenas_pass(BD_CONCLUDE_LOOKED_AT);
        if (is_left_out(c->run, collection)) {
            continue;
        }
        if (is_inventory(c->run, collection)) {
            *bd_push(c->run->scratch, &c->inventories) = collection;
        }
        if (is_single(first_of(c->run, collection))) {
            add_single(c, known, first_of(c->run, collection));
        }
    }
}

void bd_conclude_count_again(bd_conclusion *run) {
    comparison c = {.run = run, .singles = bd_map_make(run->scratch)};
    prepare(&c);
    for (size_t i = 0; i < run->collections->count && c.inventories.count > 0; i++) {
        c.list = &run->collections->data[i];
        c.source = bd_catalog_source(run->plan->catalog, c.list->source);
        if (!is_list(&c)) {
            continue;
        }
        compare_list(&c);
        for (size_t j = 0; j < c.list->members.count; j++) {
            bd_evidence *item = &run->evidence->data[c.list->members.data[j]];
            item->completeness = c.list->completeness;
            item->completeness_reason = c.list->reason;
        }
    }
}
