/* Due instances by criterion and month: the heat grid, and the list of it. */
#include "bindery/ties.h"

static int rank_of(bd_outcome outcome) {
    static const int ranks[] = {
        [BD_OUTCOME_NOT_DUE] = 0,    [BD_OUTCOME_NO_OCCURRENCE] = 1, [BD_OUTCOME_CLEAN] = 2,
        [BD_OUTCOME_CHANGE_LOG] = 3, [BD_OUTCOME_MISSING] = 4,       [BD_OUTCOME_CANNOT_TELL] = 5,
        [BD_OUTCOME_DEVIATION] = 6,
    };
    _Static_assert(BD_COUNT(ranks) == BD_OUTCOME_NOT_DUE + 1, "a rank for every outcome");
    return ranks[outcome];
}

static void add_instance(bd_month_cell *into, const bd_instance *instance) {
    if (!instance->is_due) {
        into->not_due++;
        return;
    }
    bool is_worse = into->due == 0 || rank_of(instance->outcome) > rank_of(into->worst);
    into->worst = is_worse ? instance->outcome : into->worst;
    into->due++;
    into->accepted += instance->is_accepted;
}

static bool is_by_month(bd_frequency frequency) {
    return frequency == BD_CONTINUOUS || frequency == BD_MONTHLY || frequency == BD_PER_EVENT;
}

/* cells: one per month, then one for quarterly, annual and single instances. */
static void add_requirement(const bd_strs *months, bd_month_cell *cells, const bd_requirement_result *requirement) {
    size_t month = 0;
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        size_t at = months->count;
        if (is_by_month(requirement->requirement->frequency)) {
            for (at = month; at < months->count && !bd_str_eq(months->data[at], instance->id);
                 at++) {
            }
            month = at < months->count ? at : month;
        }
        add_instance(&cells[at], instance);
    }
}

static bool counts(const bd_control_result *control) {
    return control->is_in_scope && control->state != BD_STATE_NA &&
           control->state != BD_STATE_NOT_DUE;
}

const bd_month_cell *bd_month_cells_make(bd_arena *arena, const bd_assessment *assessment,
                                         const bd_criterion_result *criterion, int *complete, int *counted) {
    bd_month_cell *cells = bd_new(arena, bd_month_cell, assessment->months.count + 1);
    for (size_t i = 0; i < criterion->controls.count; i++) {
        const bd_control_result *control = &assessment->controls[criterion->controls.data[i]];
        if (!counts(control)) {
            continue;
        }
        *counted += 1;
        *complete += control->state == BD_STATE_COMPLETE;
        for (size_t j = 0; j < control->requirement_count; j++) {
            add_requirement(&assessment->months, cells, &control->requirements[j]);
        }
    }
    return cells;
}
