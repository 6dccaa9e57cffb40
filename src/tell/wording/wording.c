/* The report being written as it begins: what its sections look up of assessment and evidence. */
#include "bindery/wording.h"

#include "wording_priv.h"

bool bd_report_is_listed(const bd_control_result *control) {
    return control->is_in_scope || !control->control->is_ours;
}

/* ---- look-ups ------------------------------------------------------------------------------------------ */

static void index_controls(bd_report *r) {
    const bd_assessment *a = r->assessment;
    r->position = bd_new(r->arena, size_t, a->control_count + 1);
    r->home = bd_new(r->arena, size_t, a->control_count + 1);
    size_t listed = 0;
    for (size_t i = 0; i < a->control_count; i++) {
        r->position[i] = bd_report_is_listed(&a->controls[i]) ? listed++ : BD_NOWHERE;
        r->home[i] = BD_NOWHERE;
    }
    for (size_t i = 0; i < a->criterion_count; i++) {
        const bd_criterion_result *criterion = &a->criteria[i];
        for (size_t k = 0; criterion->is_in_scope && k < criterion->controls.count; k++) {
            uint32_t control = criterion->controls.data[k];
            bool is_primary =
                bd_str_eq(a->controls[control].control->primary, criterion->criterion->id);
            bool is_listed =
                r->position[control] !=
                BD_NOWHERE; /* an outline may serve a criterion of a category in scope */
            if (is_listed && (r->home[control] == BD_NOWHERE || is_primary)) {
                r->home[control] = i;
            }
        }
    }
}

static size_t index_of_control(const bd_report *r, const bd_control *control) {
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        if (r->assessment->controls[i].control == control) {
            return i;
        }
    }
    return BD_NOWHERE;
}

static void index_checks(bd_report *r) {
    const bd_assessment *a = r->assessment;
    size_t *seen = bd_new(r->arena, size_t, a->control_count + 1);
    r->check_position = bd_new(r->arena, size_t, a->checks.count + 1);
    r->results = bd_new(r->arena, bd_result_range, r->catalog->check_count + 1);
    for (size_t i = 0; i < a->checks.count; i++) {
        const bd_check *check = a->checks.data[i].check;
        size_t control = index_of_control(r, check->requirement->control);
        bd_result_range *of = &r->results[check->index];
        bd_arenas_pass(sizeof a->checks.data[i]);
        r->check_position[i] = control == BD_NOWHERE ? BD_NOWHERE : seen[control]++;
        of->from = of->to == 0 ? i : of->from;
        of->to = i + 1;
    }
}

static void index_evidence(bd_report *r) {
    uint32_t highest = 0;
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        uint32_t number = r->evidence->data[i].given.number;
        highest = number > highest ? number : highest;
    }
    r->number_limit = (size_t)highest + 1;
    r->item_of_number = bd_new(r->arena, size_t, r->number_limit);
    for (size_t i = 0; i < r->number_limit; i++) {
        r->item_of_number[i] = BD_NOWHERE;
    }
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        r->item_of_number[r->evidence->data[i].given.number] = i;
    }
    r->place_of_item = bd_new(r->arena, size_t, r->evidence->count + 1);
    size_t place = 0;
    for (size_t i = 0; i < r->number_limit; i++) {
        if (r->item_of_number[i] != BD_NOWHERE) {
            r->place_of_item[r->item_of_number[i]] = place++;
        }
    }
}

static void index_readers(bd_report *r) {
    const bd_assessment *a = r->assessment;
    r->readers = bd_new(r->arena, bd_index_list, r->evidence->count + 1);
    for (size_t i = 0; i < a->control_count; i++) {
        const bd_control_result *control = &a->controls[i];
        for (size_t k = 0; r->position[i] != BD_NOWHERE && k < control->requirement_count; k++) {
            const bd_requirement_result *requirement = &control->requirements[k];
            for (size_t e = 0; e < requirement->evidence.count; e++) {
                size_t item = bd_index_of_evidence(r, requirement->evidence.data[e]);
                bd_index_list *list = item == BD_NOWHERE ? NULL : &r->readers[item];
                if (list != NULL && (list->count == 0 || list->data[list->count - 1] != i)) {
                    *bd_push(r->arena, list) = (uint32_t)i;
                }
            }
        }
    }
}

/* Exceptions are ordered by check; the register prints the first of each. */
static void index_exceptions(bd_report *r) {
    const bd_assessment *a = r->assessment;
    r->place_in_check = bd_new(r->arena, size_t, a->exceptions.count + 1);
    const bd_check *before = NULL;
    for (size_t i = 0; i < a->exceptions.count; i++) {
        const bd_check *check = bd_assessment_exception(a, i)->check;
        r->place_in_check[i] = check == before ? r->place_in_check[i - 1] + 1 : 0;
        before = check;
    }
}

/* ---- the beginning ------------------------------------------------------------------------------------- */

void bd_report_init(bd_report *r, const bd_report_inputs *inputs, bd_arena *arena,
                    bool has_sections) {
    bd_template_kind kind = has_sections ? BD_TEMPLATE_BINDER : BD_TEMPLATE_READINESS;
    *r = (bd_report){.in = inputs,
                     .assessment = inputs->assessment,
                     .engagement = inputs->engagement,
                     .catalog = inputs->catalog,
                     .evidence = inputs->evidence,
                     .template = inputs->template != NULL ? inputs->template
                                                          : bd_template_default(kind, arena),
                     .doc = bd_doc_make(arena),
                     .arena = arena,
                     .has_sections = has_sections};
    words_open(r);
    index_controls(r);
    index_checks(r);
    index_evidence(r);
    index_readers(r);
    index_exceptions(r);
}
