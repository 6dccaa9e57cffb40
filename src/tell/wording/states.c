/* States and outcomes as marks and cells. */
#include "bindery/wording.h"

bd_mark bd_mark_of_state(bd_state state) {
    static const bd_mark marks[] = {
        [BD_STATE_COMPLETE] = BD_MARK_COMPLETE, [BD_STATE_PROGRESS] = BD_MARK_PROGRESS,
        [BD_STATE_BLANK] = BD_MARK_BLANK,       [BD_STATE_NA] = BD_MARK_NA,
        [BD_STATE_NOT_DUE] = BD_MARK_NOT_DUE,
    };
    _Static_assert(BD_COUNT(marks) == BD_STATE_NOT_DUE + 1, "a mark for every state");
    return marks[state];
}

bd_mark bd_mark_of_criterion(bd_criterion_state state) {
    static const bd_mark marks[] = {
        [BD_CRITERION_COMPLETE] = BD_MARK_COMPLETE, [BD_CRITERION_AT_RISK] = BD_MARK_PROGRESS,
        [BD_CRITERION_PARTIAL] = BD_MARK_PROGRESS,  [BD_CRITERION_UNCOVERED] = BD_MARK_BLANK,
        [BD_CRITERION_CARVED_OUT] = BD_MARK_NA,
    };
    _Static_assert(BD_COUNT(marks) == BD_CRITERION_CARVED_OUT + 1, "a mark for every state");
    return marks[state];
}

/* ---- months ------------------------------------------------------------------------------------------- */

typedef struct {
    int counts[BD_OUTCOME_NOT_DUE + 1];
    int all, due, accepted;
} tally;

/* "2026-01" is the month; any other label (Type I) is the whole period. */
static bool month_days(const bd_report *r, size_t month, bd_day *from, bd_day *to) {
    bd_str label = r->assessment->months.data[month];
    int64_t year, number;
    if (label.size != 7 || !bd_str_to_i64(bd_str_sub(label, 0, 4), &year) ||
        !bd_str_to_i64(bd_str_sub(label, 5, 7), &number) ||
        !bd_date_is_valid((int)year, (int)number, 1)) {
        return false;
    }
    *from = bd_day_of_date((int)year, (int)number, 1);
    *to = bd_day_of_date((int)year, (int)number, bd_month_days((int)year, (int)number));
    return true;
}

/* A stub month joins its neighbour, so the neighbour's instance is the one that overlaps. */
static void count_month(const bd_report *r, const bd_requirement_result *requirement, size_t month,
                        tally *out) {
    bd_day from = 0, to = 0;
    bool has_days = month_days(r, month, &from, &to);
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        if (has_days && (instance->to < from || instance->from > to)) {
            continue;
        }
        out->all++;
        out->counts[instance->outcome]++;
        out->due += instance->is_due;
        out->accepted += instance->is_due && instance->is_accepted;
    }
}

/* Worst first; "clean" only when every due instance is accepted. */
static bd_cell_state cell_of_tally(const tally *t) {
    if (t->all == 0) {
        return BD_CELL_NONE;
    }
    if (t->counts[BD_OUTCOME_DEVIATION] > 0) {
        return BD_CELL_DEVIATION;
    }
    if (t->due == 0) {
        return BD_CELL_NOT_DUE;
    }
    if (t->accepted < t->due) {
        bool is_bare = t->accepted == 0 && t->counts[BD_OUTCOME_CANNOT_TELL] == 0;
        return is_bare ? BD_CELL_MISSING : BD_CELL_CANNOT_TELL;
    }
    if (t->counts[BD_OUTCOME_CHANGE_LOG] > 0) {
        return BD_CELL_CHANGE_LOG;
    }
    return t->counts[BD_OUTCOME_CLEAN] > 0 ? BD_CELL_CLEAN : BD_CELL_NO_OCCURRENCE;
}

bd_cell_state bd_cell_of_requirement(const bd_report *r, const bd_requirement_result *requirement,
                                     size_t month) {
    tally t = {.all = 0};
    count_month(r, requirement, month, &t);
    return cell_of_tally(&t);
}

bd_cell_state bd_cell_of_month(const bd_report *r, const uint32_t *controls, size_t count,
                               size_t month) {
    tally t = {.all = 0};
    for (size_t i = 0; i < count; i++) {
        const bd_control_result *control = &r->assessment->controls[controls[i]];
        if (control->state == BD_STATE_NA) {
            continue;
        }
        for (size_t k = 0; k < control->requirement_count; k++) {
            count_month(r, &control->requirements[k], month, &t);
        }
    }
    return cell_of_tally(&t);
}
