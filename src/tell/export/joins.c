/* What belongs to what: evidence to requirements, check results to controls; made once, each in linear time. */
#include "bindery/export.h"

#include "export_priv.h"

#include <string.h>

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

bool export_evidence_find(const export_run *run, uint32_t number, size_t *index) {
    return find_number(run->in->evidence, run->joins->order, number, index);
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
    const bd_export_inputs *in;
    const uint32_t *order;
    size_t *from;
    export_link *links; /* NULL: only counted */
} linking;

static void link_control(linking *at, size_t control) {
    const bd_control_result *result = &at->in->assessment->controls[control];
    for (size_t i = 0; i < result->requirement_count; i++) {
        const bd_requirement_result *requirement = &result->requirements[i];
        for (size_t j = 0; j < requirement->evidence.count; j++) {
            size_t item = 0;
            if (!find_number(at->in->evidence, at->order, requirement->evidence.data[j], &item)) {
                continue;
            }
            size_t place = at->from[item + 1]++;
            if (at->links != NULL) {
                at->links[place] = (export_link){(uint32_t)control, (uint32_t)i};
            }
        }
    }
}

static void link_evidence(const bd_export_inputs *in, bd_export_joins *out, bd_arena *arena) {
    size_t count = in->evidence->count;
    linking at = {.in = in, .order = out->order, .from = bd_new(arena, size_t, count + 2)};
    for (size_t i = 0; i < in->assessment->control_count; i++) {
        link_control(&at, i);
    }
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += at.from[i + 1];
    }
    starts_of_counts(at.from, count);
    at.links = bd_new(arena, export_link, total + 1);
    for (size_t i = 0; i < in->assessment->control_count; i++) {
        link_control(&at, i);
    }
    out->link_from = at.from;
    out->links = at.links;
}

/* ---- check results to controls ---- */

static size_t control_of_check(const bd_export_inputs *in, const bd_export_joins *joins,
                               size_t check) {
    const bd_check_result *of = &in->assessment->checks.data[check];
    const bd_control *control = of->check->requirement->control;
    bd_arenas_pass(sizeof *of);
    const bd_control_result *result = bd_map_find(joins->controls, control->number);
    return result != NULL ? (size_t)(result - in->assessment->controls)
                          : in->assessment->control_count;
}

static void link_checks(const bd_export_inputs *in, bd_export_joins *out, bd_arena *arena) {
    size_t controls = in->assessment->control_count;
    size_t count = in->assessment->checks.count;
    size_t *from = bd_new(arena, size_t, controls + 3);
    uint32_t *checks = bd_new(arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        from[control_of_check(in, out, i) + 1]++;
    }
    starts_of_counts(from, controls + 1);
    for (size_t i = 0; i < count; i++) {
        checks[from[control_of_check(in, out, i) + 1]++] = (uint32_t)i;
    }
    out->check_from = from;
    out->checks = checks;
}

/* ---- sidecars to what they describe ---- */

static void link_sidecars(const bd_export_inputs *in, bd_export_joins *out, bd_arena *arena) {
    uint32_t *subject = bd_new(arena, uint32_t, in->evidence->count + 1);
    for (size_t i = 0; i < in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        uint32_t item = out->order[i];
        size_t sidecar = 0;
        uint32_t number = in->evidence->data[item].given.sidecar;
        if (number != 0 && find_number(in->evidence, out->order, number, &sidecar) &&
            subject[sidecar] == 0) {
            subject[sidecar] = item + 1;
        }
    }
    out->subject = subject;
}

const bd_export_joins *bd_export_joins_make(const bd_export_inputs *inputs, bd_arena *arena) {
    bd_export_joins *out = bd_new(arena, bd_export_joins, 1);
    out->evidence_count = inputs->evidence->count;
    out->order = order_evidence(inputs->evidence, arena);
    out->controls = bd_map_make(arena);
    for (size_t i = 0; i < inputs->assessment->control_count; i++) {
        bd_control_result *result = &inputs->assessment->controls[i];
        bd_map_put(out->controls, result->control->number, result);
    }
    link_evidence(inputs, out, arena);
    link_checks(inputs, out, arena);
    link_sidecars(inputs, out, arena);
    return out;
}

/* ---- asking ---- */

const bd_control_result *export_control_find(const export_run *run, bd_str number) {
    return bd_map_find(run->joins->controls, number);
}

size_t export_control_index(const export_run *run, const bd_control_result *control) {
    return (size_t)(control - run->in->assessment->controls);
}

/* Outlines of categories that are off would only be noise; what the checklist asks for always stands. */
bool export_has_control(const bd_control_result *control) {
    return control->is_in_scope || !control->control->is_ours;
}

const bd_criterion_result *export_criterion_find(const export_run *run, bd_str id) {
    const bd_assessment *assessment = run->in->assessment;
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        if (bd_str_eq(assessment->criteria[i].criterion->id, id)) {
            return &assessment->criteria[i];
        }
    }
    return NULL;
}

const bd_criterion_result *export_home(const export_run *run, const bd_control_result *control) {
    const bd_criterion_result *primary = export_criterion_find(run, control->control->primary);
    if (primary != NULL && primary->is_in_scope) {
        return primary;
    }
    for (size_t i = 0; i < control->control->criteria.count; i++) {
        const bd_criterion_result *other =
            export_criterion_find(run, control->control->criteria.data[i]);
        if (other != NULL && other->is_in_scope) {
            return other;
        }
    }
    return NULL;
}

bd_str export_package_path(const export_run *run, size_t evidence_index) {
    return run->in->package_paths != NULL ? run->in->package_paths[evidence_index]
                                          : (bd_str){"", 0};
}

bd_str export_ipe_path(const export_run *run, size_t evidence_index) {
    return run->in->ipe_paths != NULL ? run->in->ipe_paths[evidence_index] : (bd_str){"", 0};
}

/* ---- what a control's evidence is for ---- */

static int cmp_mentions(const void *context, const void *a, const void *b) {
    (void)context;
    uint32_t x = ((const export_mention *)a)->number;
    uint32_t y = ((const export_mention *)b)->number;
    return (x > y) - (x < y);
}

static void add_mentions(bd_arena *arena, export_mentions *list,
                         const bd_requirement_result *requirement) {
    for (size_t i = 0; i < requirement->evidence.count; i++) {
        *bd_push(arena, list) = (export_mention){.number = requirement->evidence.data[i],
                                                 .requirement = requirement->requirement->req};
    }
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        for (size_t j = 0; j < instance->evidence.count; j++) {
            *bd_push(arena, list) =
                (export_mention){.number = instance->evidence.data[j], .instance = instance->id};
        }
    }
}

export_mentions export_mentions_of(bd_arena *arena, const bd_control_result *control) {
    export_mentions list = {0};
    for (size_t i = 0; i < control->requirement_count; i++) {
        add_mentions(arena, &list, &control->requirements[i]);
    }
    bd_sort(list.data, list.count, sizeof(export_mention), cmp_mentions, NULL);
    return list;
}

void export_add_once(bd_arena *arena, bd_strs *list, bd_str text) {
    if (text.size == 0) {
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return;
        }
    }
    *bd_push(arena, list) = text;
}

/* ---- words ---- */

const char *export_kind(const bd_evidence *item) {
    if (item->is_sidecar) {
        return "sidecar";
    }
    if (item->is_register) {
        return "register";
    }
    if (item->is_document) {
        return "document";
    }
    return item->is_unmapped ? "unmapped" : "records";
}

bd_str export_day(bd_arena *arena, bd_day day) {
    return day == BD_DAY_NONE ? (bd_str){"", 0} : bd_day_format(arena, day);
}

bd_str export_instant(bd_arena *arena, bd_instant at) {
    return at == BD_INSTANT_NONE ? (bd_str){"", 0} : bd_instant_format(arena, at);
}

bd_str export_joined(bd_arena *arena, const bd_strs *texts, const char *between) {
    size_t gap = strlen(between);
    size_t size = 0;
    for (size_t i = 0; i < texts->count; i++) {
        size += texts->data[i].size + gap;
    }
    char *out = bd_new(arena, char, size + 1);
    size_t at = 0;
    for (size_t i = 0; i < texts->count; i++) {
        if (i > 0) {
            memcpy(out + at, between, gap);
            at += gap;
        }
        if (texts->data[i].size > 0) {
            memcpy(out + at, texts->data[i].data, texts->data[i].size);
            at += texts->data[i].size;
        }
    }
    return (bd_str){out, at};
}

bool export_is_aside(const bd_evidence *item) {
    return item->is_sidecar || item->is_register;
}

bool export_has_rows(const bd_evidence *item) {
    return !item->is_document && !export_is_aside(item);
}

int64_t export_rows_kept(const bd_evidence *item) {
    return (int64_t)(item->facts.rows_read - item->facts.rows_refused);
}
