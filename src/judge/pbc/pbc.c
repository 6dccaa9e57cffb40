/* Our own requests: what an auditor will ask for, and what on file answers it. */
#include "bindery/pbc.h"

#include "bindery/crypto.h"
#include "pbc_priv.h"

enum { HASH_DIGITS = 12 };

const char *bd_request_kind_name(bd_request_kind kind) {
    static const char *const names[] = {"document",    "config",      "population",
                                        "sample item", "walkthrough", ""};
    return names[kind];
}

const char *bd_request_status_name(bd_request_status status) {
    static const char *const names[] = {"open", "partly", "ready", "not yet due", "not applicable"};
    return names[status];
}

bool bd_pbc_is_list(const bd_evidence *item) {
    for (size_t i = 0; i < item->sources.count; i++) {
        if (bd_str_eqz(item->sources.data[i], BD_PBC_SOURCE)) {
            return true;
        }
    }
    return false;
}

/* Fieldwork asks for it; where no day is given, the period's end is the last on which it can be made. */
static bd_day day_due(const pbc_work *work) {
    const bd_period *period = work->in->assessment->period;
    return period->fieldwork != BD_DAY_NONE ? period->fieldwork : period->to;
}

static bd_request *add_request(pbc_work *work, uint32_t control, bd_request_kind kind, bd_str id) {
    bd_request *out = bd_push(work->arena, &work->requests);
    *out = (bd_request){.id = id,
                        .kind = kind,
                        .control = control,
                        .requirement = BD_PBC_NONE,
                        .population = BD_PBC_NONE,
                        .due = day_due(work)};
    return out;
}

static void add_evidence(pbc_work *work, bd_request *request, const uint32_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        *bd_push(work->arena, &request->evidence) = numbers[i];
    }
}

/* ---- requirements ---- */

static bd_request_kind kind_of(const bd_requirement *requirement) {
    bd_str kind = requirement->kind;
    if (bd_str_eqz(kind, "config")) {
        return BD_REQUEST_CONFIG;
    }
    return bd_str_eqz(kind, "event") || bd_str_eqz(kind, "population") ? BD_REQUEST_POPULATION
                                                                        : BD_REQUEST_DOCUMENT;
}

static bd_request_status status_of(const bd_control_result *control,
                                   const bd_requirement_result *result) {
    if (control->state == BD_STATE_NA) {
        return BD_REQUEST_NOT_APPLICABLE;
    }
    if (result->due == 0) {
        return BD_REQUEST_NOT_DUE;
    }
    if (result->accepted == result->due) {
        return BD_REQUEST_READY;
    }
    return result->evidence.count > 0 || result->accepted > 0 ? BD_REQUEST_PARTLY : BD_REQUEST_OPEN;
}

/* The first thing that is missing, then what a reader must not miss in what is there. */
static bd_str note_of(pbc_work *work, const bd_requirement_result *result, bd_request_status status) {
    bd_str missing = {"", 0};
    for (size_t i = 0; i < result->instance_count && missing.size == 0; i++) {
        const bd_instance *instance = &result->instances[i];
        if (instance->is_due && !instance->is_accepted) {
            missing = bd_str_format(work->arena, "%d of %d due instances accepted; %.*s: %.*s",
                                    result->accepted, result->due, BD_ARG(instance->id),
                                    BD_ARG(instance->reason));
        }
    }
    if (status == BD_REQUEST_NOT_APPLICABLE || result->deviating == 0) {
        return status == BD_REQUEST_NOT_APPLICABLE ? (bd_str){"", 0} : missing;
    }
    return bd_str_format(work->arena, "%.*s%s%d of %d due instances deviate", BD_ARG(missing),
                         missing.size > 0 ? "; " : "", result->deviating, result->due);
}

static void add_requirements(pbc_work *work, uint32_t index) {
    const bd_control_result *control = &work->in->assessment->controls[index];
    for (size_t i = 0; i < control->requirement_count; i++) {
        const bd_requirement_result *result = &control->requirements[i];
        bd_str id = bd_str_format(work->arena, "R-%.*s-%.*s", BD_ARG(result->requirement->id),
                                  BD_ARG(work->in->assessment->period->id));
        bd_request *request =
            add_request(work, index, kind_of(result->requirement), id);
        request->requirement = (uint32_t)i;
        request->what = result->requirement->statement;
        request->status = status_of(control, result);
        request->note = note_of(work, result, request->status);
        add_evidence(work, request, result->evidence.data, result->evidence.count);
    }
}

/* ---- populations and their samples ---- */

static void add_item(pbc_work *work, uint32_t control, uint32_t population, const bd_sample_item *item) {
    const bd_population *of = &work->in->assessment->populations[population];
    bd_str hash = bd_str_sub(bd_sha256_hex(work->arena, item->key), 0, HASH_DIGITS);
    bd_str id = bd_str_format(work->arena, "R-S-%.*s-%.*s", BD_ARG(of->id), BD_ARG(hash));
    bd_request *request = add_request(work, control, BD_REQUEST_SAMPLE_ITEM, id);
    request->population = population;
    request->what = bd_str_format(work->arena, "%.*s of %.*s (%s)", BD_ARG(item->key),
                                  BD_ARG(of->name), bd_sample_role_name(item->role));
    if (!item->is_there) {
        request->note = BD_STR("it is no item of the population as it is now");
        return;
    }
    request->status = item->item.evidence > 0 ? BD_REQUEST_READY : BD_REQUEST_OPEN;
    if (item->item.evidence > 0) {
        add_evidence(work, request, &item->item.evidence, 1);
    }
}

static void add_population(pbc_work *work, uint32_t control, uint32_t index) {
    const bd_population *of = &work->in->assessment->populations[index];
    bd_str id = bd_str_format(work->arena, "R-P-%.*s", BD_ARG(of->id));
    bd_request *request = add_request(work, control, BD_REQUEST_POPULATION, id);
    request->population = index;
    request->what = bd_str_format(work->arena, "the whole population %.*s of the period, from %.*s",
                                  BD_ARG(of->name), BD_ARG(of->source_title));
    request->status = of->is_complete ? BD_REQUEST_READY
                      : of->evidence.count > 0 ? BD_REQUEST_PARTLY
                                               : BD_REQUEST_OPEN;
    request->note = of->is_complete && of->freeze == NULL ? BD_STR("not frozen yet") : of->problem;
    if (of->freeze != NULL && of->is_changed) {
        request->note = BD_STR("it changed after it was frozen");
        request->status = BD_REQUEST_PARTLY;
    }
    add_evidence(work, request, of->evidence.data, of->evidence.count);
    for (size_t i = 0; i < of->sample.count; i++) {
        const bd_sample_item *item = &of->sample.data[i];
        if (item->role != BD_SAMPLE_RESERVE && item->role != BD_SAMPLE_REPLACED) {
            add_item(work, control, index, item);
        }
    }
}

static void add_control(pbc_work *work, uint32_t index) {
    const bd_assessment *assessment = work->in->assessment;
    const bd_control_result *control = &assessment->controls[index];
    add_requirements(work, index);
    for (size_t i = 0; i < assessment->population_count; i++) {
        if (assessment->populations[i].control == control->control) {
            add_population(work, index, (uint32_t)i);
        }
    }
    bd_str id = bd_str_format(work->arena, "R-W-%.*s-%.*s", BD_ARG(control->control->number),
                              BD_ARG(assessment->period->id));
    bd_request *request = add_request(work, index, BD_REQUEST_WALKTHROUGH, id);
    request->what = bd_str_format(work->arena, "one occurrence from its beginning to its end: %.*s",
                                  BD_ARG(control->control->statement));
    request->status =
        control->state == BD_STATE_NA ? BD_REQUEST_NOT_APPLICABLE : BD_REQUEST_OPEN;
    request->note = BD_STR("held with the auditor; nothing on file stands for it");
}

const bd_pbc *bd_pbc_make(const bd_pbc_inputs *inputs, bd_arena *arena) {
    bd_pbc *out = bd_new(arena, bd_pbc, 1);
    pbc_work work = {.in = inputs, .arena = arena, .out = out};
    for (size_t i = 0; i < inputs->assessment->control_count; i++) {
        if (inputs->assessment->controls[i].is_in_scope) {
            add_control(&work, (uint32_t)i);
        }
    }
    out->requests = work.requests.data;
    out->request_count = work.requests.count;
    pbc_match_all(&work);
    return out;
}
