/* What belongs to what: evidence to requirements, check results to controls; made once, each in linear time. */
#include "bindery/ties.h"

struct bd_ties {
    const bd_assessment *assessment;
    const bd_evidences *evidence;
    const uint32_t *order;    /* indexes of evidence items by rising number */
    const size_t *link_from;  /* of item i: links[link_from[i]] up to links[link_from[i + 1]] */
    const bd_tie *links;      /* control order */
    const size_t *check_from; /* of control i, likewise */
    const uint32_t *checks;   /* indexes of check results */
    const uint32_t *subject;  /* of a sidecar: 1 + index of the first item it describes, 0: none */
    bd_map *controls;         /* number -> bd_control_result */
};

/* ---- evidence by number ---- */

static int cmp_numbers(const void *context, const void *a, const void *b) {
    const bd_evidence *items = context;
    uint32_t x = items[*(const uint32_t *)a].given.number;
    uint32_t y = items[*(const uint32_t *)b].given.number;
    return (x > y) - (x < y);
}

static const uint32_t *order_evidence(const bd_evidences *evidence, bd_arena *arena) {
    uint32_t *order = bd_new(arena, uint32_t, evidence->count + 1);
    for (size_t i = 0; i < evidence->count; i++) {
        order[i] = (uint32_t)i;
    }
    bd_sort(order, evidence->count, sizeof(uint32_t), cmp_numbers, evidence->data);
    return order;
}

static bool find_number(const bd_evidences *evidence, const uint32_t *order, uint32_t number,
                        size_t *index) {
    size_t from = 0;
    size_t to = evidence->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        uint32_t found = evidence->data[order[middle]].given.number;
        if (found == number) {
            *index = order[middle];
            return true;
        }
        if (found < number) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return false;
}

bool bd_ties_find_evidence(const bd_ties *ties, uint32_t number, size_t *index) {
    return find_number(ties->evidence, ties->order, number, index);
}

size_t bd_ties_evidence_at(const bd_ties *ties, size_t place) {
    return ties->order[place];
}

/* ---- evidence to requirements ---- */

/* Counts become starts: afterwards from[i + 1] is where list i is filled next. */
static void starts_of_counts(size_t *from, size_t count) {
    size_t total = 0;
    for (size_t i = 0; i <= count; i++) {
        size_t own = from[i + 1];
        from[i + 1] = total;
        total += own;
    }
}

typedef struct {
    const bd_ties *ties;
    size_t *from;
    bd_tie *links; /* NULL: only counted */
} linking;

static void link_control(linking *at, size_t control) {
    const bd_control_result *result = &at->ties->assessment->controls[control];
    for (size_t i = 0; i < result->requirement_count; i++) {
        const bd_requirement_result *requirement = &result->requirements[i];
        for (size_t j = 0; j < requirement->evidence.count; j++) {
            size_t item = 0;
            if (!bd_ties_find_evidence(at->ties, requirement->evidence.data[j], &item)) {
                continue;
            }
            size_t place = at->from[item + 1]++;
            if (at->links != NULL) {
                at->links[place] = (bd_tie){(uint32_t)control, (uint32_t)i};
            }
        }
    }
}

static void link_evidence(bd_ties *out, bd_arena *arena) {
    size_t count = out->evidence->count;
    linking at = {.ties = out, .from = bd_new(arena, size_t, count + 2)};
    for (size_t i = 0; i < out->assessment->control_count; i++) {
        link_control(&at, i);
    }
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += at.from[i + 1];
    }
    starts_of_counts(at.from, count);
    at.links = bd_new(arena, bd_tie, total + 1);
    for (size_t i = 0; i < out->assessment->control_count; i++) {
        link_control(&at, i);
    }
    out->link_from = at.from;
    out->links = at.links;
}

/* ---- check results to controls ---- */

static size_t control_of_check(const bd_ties *ties, size_t check) {
    const bd_check_result *of = &ties->assessment->checks.data[check];
    const bd_control *control = of->check->requirement->control;
    bd_arenas_pass(sizeof *of);
    const bd_control_result *result = bd_map_find(ties->controls, control->number);
    return result != NULL ? (size_t)(result - ties->assessment->controls)
                          : ties->assessment->control_count;
}

static void link_checks(bd_ties *out, bd_arena *arena) {
    size_t controls = out->assessment->control_count;
    size_t count = out->assessment->checks.count;
    size_t *from = bd_new(arena, size_t, controls + 3);
    uint32_t *checks = bd_new(arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        from[control_of_check(out, i) + 1]++;
    }
    starts_of_counts(from, controls + 1);
    for (size_t i = 0; i < count; i++) {
        checks[from[control_of_check(out, i) + 1]++] = (uint32_t)i;
    }
    out->check_from = from;
    out->checks = checks;
}

/* ---- sidecars to what they describe ---- */

static void link_sidecars(bd_ties *out, bd_arena *arena) {
    uint32_t *subject = bd_new(arena, uint32_t, out->evidence->count + 1);
    for (size_t i = 0; i < out->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        uint32_t item = out->order[i];
        size_t sidecar = 0;
        uint32_t number = out->evidence->data[item].given.sidecar;
        if (number != 0 && bd_ties_find_evidence(out, number, &sidecar) &&
            subject[sidecar] == 0) {
            subject[sidecar] = item + 1;
        }
    }
    out->subject = subject;
}

const bd_ties *bd_ties_make(const bd_assessment *assessment, const bd_evidences *evidence, bd_arena *arena) {
    bd_ties *out = bd_new(arena, bd_ties, 1);
    out->assessment = assessment;
    out->evidence = evidence;
    out->order = order_evidence(evidence, arena);
    out->controls = bd_map_make(arena);
    for (size_t i = 0; i < assessment->control_count; i++) {
        bd_control_result *result = &assessment->controls[i];
        bd_map_put(out->controls, result->control->number, result);
    }
    link_evidence(out, arena);
    link_checks(out, arena);
    link_sidecars(out, arena);
    return out;
}

/* ---- asking ---- */

const bd_tie *bd_ties_of_evidence(const bd_ties *ties, size_t index, size_t *count) {
    *count = ties->link_from[index + 1] - ties->link_from[index];
    return &ties->links[ties->link_from[index]];
}

bool bd_ties_find_described(const bd_ties *ties, size_t sidecar, size_t *index) {
    if (ties->subject[sidecar] == 0) {
        return false;
    }
    *index = ties->subject[sidecar] - 1;
    return true;
}

const uint32_t *bd_ties_of_control(const bd_ties *ties, const bd_control_result *control, size_t *count) {
    size_t index = (size_t)(control - ties->assessment->controls);
    *count = ties->check_from[index + 1] - ties->check_from[index];
    return &ties->checks[ties->check_from[index]];
}

const bd_control_result *bd_ties_find_control(const bd_ties *ties, bd_str number) {
    return bd_map_find(ties->controls, number);
}

bool bd_ties_is_listed(const bd_control_result *control) {
    return control->is_in_scope || !control->control->is_ours;
}

const bd_criterion_result *bd_ties_find_criterion(const bd_ties *ties, bd_str id) {
    const bd_assessment *assessment = ties->assessment;
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        if (bd_str_eq(assessment->criteria[i].criterion->id, id)) {
            return &assessment->criteria[i];
        }
    }
    return NULL;
}

const bd_criterion_result *bd_ties_find_home(const bd_ties *ties, const bd_control_result *control) {
    const bd_criterion_result *primary = bd_ties_find_criterion(ties, control->control->primary);
    if (primary != NULL && primary->is_in_scope) {
        return primary;
    }
    for (size_t i = 0; i < control->control->criteria.count; i++) {
        const bd_criterion_result *other = bd_ties_find_criterion(ties, control->control->criteria.data[i]);
        if (other != NULL && other->is_in_scope) {
            return other;
        }
    }
    return NULL;
}

/* ---- what a control's evidence is for ---- */

static int cmp_mentions(const void *context, const void *a, const void *b) {
    (void)context;
    uint32_t x = ((const bd_mention *)a)->number;
    uint32_t y = ((const bd_mention *)b)->number;
    return (x > y) - (x < y);
}

static void add_mentions(bd_arena *arena, bd_mentions *list,
                         const bd_requirement_result *requirement) {
    for (size_t i = 0; i < requirement->evidence.count; i++) {
        *bd_push(arena, list) = (bd_mention){.number = requirement->evidence.data[i],
                                                 .requirement = requirement->requirement->req};
    }
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        for (size_t j = 0; j < instance->evidence.count; j++) {
            *bd_push(arena, list) =
                (bd_mention){.number = instance->evidence.data[j], .instance = instance->id};
        }
    }
}

bd_mentions bd_mentions_make(bd_arena *arena, const bd_control_result *control) {
    bd_mentions list = {0};
    for (size_t i = 0; i < control->requirement_count; i++) {
        add_mentions(arena, &list, &control->requirements[i]);
    }
    bd_sort(list.data, list.count, sizeof(bd_mention), cmp_mentions, NULL);
    return list;
}
