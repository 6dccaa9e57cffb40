/* The rooms that have derivations.  The list of each stands by name. */
#include "bindery/derivations.h"

#include "bindery/access.h"
#include "bindery/change.h"
#include "bindery/network.h"
#include "bindery/operation.h"
#include "bindery/people.h"
#include "bindery/protection.h"
#include "bindery/reviews.h"

typedef const bd_derivation *list_fn(size_t *count);
static list_fn *const rooms[] = {
    bd_access_derivations,
    bd_change_derivations,
    bd_network_derivations,
    bd_operation_derivations,
    bd_people_derivations,
    bd_protection_derivations,
    bd_reviews_derivations,
};

static const bd_derivation *find_in(const bd_derivation *list, size_t count, bd_str name) {
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = bd_str_cmp(name, bd_str_of(list[middle].name));
        if (order == 0) {
            return &list[middle];
        }
        from = order > 0 ? middle + 1 : from;
        to = order > 0 ? to : middle;
    }
    return NULL;
}

const bd_derivation *bd_derivation_find(bd_str name) {
    const bd_derivation *found = NULL;
    for (size_t i = 0; i < BD_COUNT(rooms) && found == NULL; i++) {
        size_t count;
        const bd_derivation *list = rooms[i](&count);
        found = find_in(list, count, name);
    }
    return found;
}

size_t bd_derivation_count(void) {
    size_t all = 0;
    for (size_t i = 0; i < BD_COUNT(rooms); i++) {
        size_t count;
        rooms[i](&count);
        all += count;
    }
    return all;
}

static bool is_before(const bd_derivation *a, const bd_derivation *b) {
    return bd_str_cmp(bd_str_of(a->name), bd_str_of(b->name)) < 0;
}

/* The first by name of what the rooms have from `next` on, which is passed; NULL: nothing is left. */
static const bd_derivation *take_first(size_t next[BD_COUNT(rooms)]) {
    const bd_derivation *first = NULL;
    size_t of = 0;
    for (size_t i = 0; i < BD_COUNT(rooms); i++) {
        size_t count;
        const bd_derivation *list = rooms[i](&count);
        if (next[i] < count && (first == NULL || is_before(&list[next[i]], first))) {
            first = &list[next[i]];
            of = i;
        }
    }
    next[of]++;
    return first;
}

const bd_derivation *bd_derivation_at(size_t index) {
    size_t next[BD_COUNT(rooms)] = {0};
    for (size_t i = 0; i < index; i++) {
        take_first(next);
    }
    return take_first(next);
}
