/* Check results: one for each check, scope and day, and what counts towards it. */
#include "bindery/assess.h"

#include "assess_priv.h"

#include <string.h>

#define MOST_SCOPE_BYTES ((size_t)512)

/* Asked for once for each record: the day stands in it as it is in memory. */
static bd_str result_name(char *bytes, bd_str scope, bd_day day) {
    bd_str head = bd_str_sub(scope, 0, MOST_SCOPE_BYTES);
    memcpy(bytes, &day, sizeof day);
    if (head.size > 0) {
        memcpy(bytes + sizeof day, head.data, head.size);
    }
    return (bd_str){bytes, sizeof day + head.size};
}

/* Records come check by check, so each check has an index of its own: of many subscriptions, too, what is looked at is
 * small. */
static bd_map *results_of(bd_judging *run, uint32_t check) {
    if (run->results[check] == NULL) {
        run->results[check] = bd_map_make(run->scratch);
    }
    return run->results[check];
}

bd_check_result *bd_judging_result(bd_judging *run, uint32_t check, bd_str scope, bd_day day,
                                   bd_instant at) {
    char bytes[sizeof day + MOST_SCOPE_BYTES];
    bd_str name = result_name(bytes, scope, day);
    bd_map *results = results_of(run, check);
    uintptr_t index = (uintptr_t)bd_map_find(results, name);
    if (index == 0) {
        *bd_push(run->growing, &run->out->checks) = (bd_check_result){
            .check = run->views->by_check[check].check,
            .snapshot = day,
            .scope = bd_str_copy(run->arena, scope),
            .instance = {"", 0},
            .reason = {"", 0},
            .at = at,
        };
        index = run->out->checks.count;
        bd_map_put(results, name, (void *)index);
    }
    bd_check_result *found = &run->out->checks.data[index - 1];
    if (at < found->at) {
        found->at = at;
    }
    return found;
}

/* Every snapshot of a check's source is judged, an empty one too. */
static void open_result(bd_judging *run, const bd_check_view *view, const bd_snapshot *snapshot) {
    bd_str scope = view->scope_kind == BD_SCOPE_TENANT ? (bd_str){"", 0} : snapshot->scope;
    if (!bd_view_expects(view, scope)) {
        return;
    }
    bd_check_result *result =
        bd_judging_result(run, view->check->index, scope, snapshot->date, snapshot->from);
    bool is_unplaced = view->scope_kind == BD_SCOPE_SUBSCRIPTION &&
                       view->check->shape != BD_AGGREGATE && bd_views_has_unplaced(run->views, snapshot);
    bool may_pass = snapshot->may_pass && !is_unplaced &&
                    !(view->check->shape == BD_SCOPE_SHAPE && snapshot->rows == 0);
    if (snapshot->is_withdrawn && result->evidence != 0) {
        return; /* another one of that day stands */
    }
    if (!result->is_complete) {
        bd_str why_not = snapshot->why_not.size > 0 ? snapshot->why_not
                         : is_unplaced              ? BD_VIEWS_UNPLACED
                                                    : BD_STR("the answer lists nothing");
        result->is_complete = may_pass;
        result->reason = may_pass ? (bd_str){"", 0} : why_not;
    }
    if (result->evidence == 0 || snapshot->evidence < result->evidence) {
        result->evidence = snapshot->evidence;
    }
}

void bd_judging_open_results(bd_judging *run) {
    for (size_t i = 0; i < run->in->catalog->check_count; i++) {
        const bd_check_view *view = &run->views->by_check[i];
        if (view->is_event || view->is_register || view->is_population) {
            continue;
        }
        size_t count = run->in->snapshots->count;
        for (size_t j = 0; j < 2 * count; j++) { /* those that are withdrawn at last */
            const bd_snapshot *snapshot = &run->in->snapshots->data[j % count];
            if (snapshot->is_withdrawn == (j >= count) && snapshot->from < run->in->as_of &&
                bd_strs_have(&view->sources, snapshot->source)) {
                open_result(run, view, snapshot);
            }
        }
    }
}

/* The snapshot's own reason holds, where it has one. */
static bool is_told_first(const bd_check_result *result, const bd_told *told,
                          const bd_sorted *judged) {
    if (!told->is_record) {
        return result->reason.size == 0;
    }
    bd_sorted before = {
        .evidence = told->evidence, .ordinal = told->ordinal, .reason = result->reason};
    return bd_judging_is_told_before(judged, &before);
}

static void tell_reason(bd_judging *run, bd_check_result *result, const bd_sorted *judged) {
    size_t index = (size_t)(result - run->out->checks.data);
    while (run->told.count <= index) {
        (void)bd_push_heap(&run->told);
    }
    bd_told *told = &run->told.data[index];
    if (is_told_first(result, told, judged)) {
        *told = (bd_told){judged->evidence, judged->ordinal, /*is_record*/ true};
        result->reason = bd_str_copy(run->arena, judged->reason);
    }
}

void bd_judging_count_verdict(bd_judging *run, bd_check_result *result, const bd_sorted *judged,
                              uint64_t count) {
    switch (judged->verdict) {
    case BD_PASS: result->passed += count; break;
    case BD_FAIL: result->failed += count; break;
    case BD_NOT_APPLICABLE: result->not_applicable += count; break;
    case BD_CANNOT_TELL:
        result->cannot_tell += count;
        if (judged->reason.size > 0) {
            tell_reason(run, result, judged);
        }
        break;
    }
    if (result->evidence == 0 || judged->evidence < result->evidence) {
        result->evidence = judged->evidence;
    }
}
