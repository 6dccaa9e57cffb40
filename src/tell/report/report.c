/* The two reports: what stands in which order, and what the sections look up. */
#include "bindery/report.h"

#include "report_priv.h"

#include <string.h>

#define ITEMS_HELD 200 /* of evidence; each has a sheet of some kilobytes */
#define PASSING_BYTES ((size_t)1 << 30) /* of one table */

bool bd_report_is_listed(const bd_control_result *control) {
    return control->is_in_scope || !control->control->is_ours;
}

/* ---- look-ups ------------------------------------------------------------------------------------------ */

static void index_controls(report *r) {
    const bd_assessment *a = r->assessment;
    r->position = bd_new(r->arena, size_t, a->control_count + 1);
    r->home = bd_new(r->arena, size_t, a->control_count + 1);
    size_t listed = 0;
    for (size_t i = 0; i < a->control_count; i++) {
        r->position[i] = bd_report_is_listed(&a->controls[i]) ? listed++ : NOWHERE;
        r->home[i] = NOWHERE;
    }
    for (size_t i = 0; i < a->criterion_count; i++) {
        const bd_criterion_result *criterion = &a->criteria[i];
        for (size_t k = 0; criterion->is_in_scope && k < criterion->controls.count; k++) {
            uint32_t control = criterion->controls.data[k];
            bool is_primary =
                bd_str_eq(a->controls[control].control->primary, criterion->criterion->id);
            bool is_listed = r->position[control] !=
                             NOWHERE; /* an outline may serve a criterion of a category in scope */
            if (is_listed && (r->home[control] == NOWHERE || is_primary)) {
                r->home[control] = i;
            }
        }
    }
}

static size_t index_of_control(const report *r, const bd_control *control) {
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        if (r->assessment->controls[i].control == control) {
            return i;
        }
    }
    return NOWHERE;
}

static void index_checks(report *r) {
    const bd_assessment *a = r->assessment;
    size_t *seen = bd_new(r->arena, size_t, a->control_count + 1);
    r->check_position = bd_new(r->arena, size_t, a->checks.count + 1);
    r->results = bd_new(r->arena, result_range, r->catalog->check_count + 1);
    for (size_t i = 0; i < a->checks.count; i++) {
        const bd_check *check = a->checks.data[i].check;
        size_t control = index_of_control(r, check->requirement->control);
        result_range *of = &r->results[check->index];
        bd_arenas_pass(sizeof a->checks.data[i]);
        r->check_position[i] = control == NOWHERE ? NOWHERE : seen[control]++;
        of->from = of->to == 0 ? i : of->from;
        of->to = i + 1;
    }
}

static void index_evidence(report *r) {
    uint32_t highest = 0;
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        uint32_t number = r->evidence->data[i].given.number;
        highest = number > highest ? number : highest;
    }
    r->number_limit = (size_t)highest + 1;
    r->item_of_number = bd_new(r->arena, size_t, r->number_limit);
    for (size_t i = 0; i < r->number_limit; i++) {
        r->item_of_number[i] = NOWHERE;
    }
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        r->item_of_number[r->evidence->data[i].given.number] = i;
    }
    r->place_of_item = bd_new(r->arena, size_t, r->evidence->count + 1);
    size_t place = 0;
    for (size_t i = 0; i < r->number_limit; i++) {
        if (r->item_of_number[i] != NOWHERE) {
            r->place_of_item[r->item_of_number[i]] = place++;
        }
    }
}

static void index_readers(report *r) {
    const bd_assessment *a = r->assessment;
    r->readers = bd_new(r->arena, index_list, r->evidence->count + 1);
    for (size_t i = 0; i < a->control_count; i++) {
        const bd_control_result *control = &a->controls[i];
        for (size_t k = 0; r->position[i] != NOWHERE && k < control->requirement_count; k++) {
            const bd_requirement_result *requirement = &control->requirements[k];
            for (size_t e = 0; e < requirement->evidence.count; e++) {
                size_t item = index_of_evidence(r, requirement->evidence.data[e]);
                index_list *list = item == NOWHERE ? NULL : &r->readers[item];
                if (list != NULL && (list->count == 0 || list->data[list->count - 1] != i)) {
                    *bd_push(r->arena, list) = (uint32_t)i;
                }
            }
        }
    }
}

/* Exceptions are ordered by check; the register prints the first of each. */
static void index_exceptions(report *r) {
    const bd_assessment *a = r->assessment;
    r->place_in_check = bd_new(r->arena, size_t, a->exceptions.count + 1);
    const bd_check *before = NULL;
    for (size_t i = 0; i < a->exceptions.count; i++) {
        const bd_check *check = bd_assessment_exception(a, i)->check;
        r->place_in_check[i] = check == before ? r->place_in_check[i - 1] + 1 : 0;
        before = check;
    }
}

static void open_report(report *r, const bd_report_inputs *inputs, bd_arena *arena,
                        bool has_sections) {
    bd_template_kind kind = has_sections ? BD_TEMPLATE_BINDER : BD_TEMPLATE_READINESS;
    *r = (report){.in = inputs,
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

/* Of a short report all is held; and where links may have to be cut, they have to be seen. */
static void open_passing(report *r) {
    if (r->evidence->count > ITEMS_HELD && parts_are_all(r)) {
        r->passing = (bd_doc){.arena = bd_arena_open("rows of the report", PASSING_BYTES)};
    }
}

static void close_passing(report *r) {
    bd_arena_close_ref(&r->passing.arena);
}

/* ---- page furniture --------------------------------------------------------------------------------------- */

static bd_str keywords(report *r) {
    bd_strs ids = {0};
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        if (r->assessment->criteria[i].is_in_scope) {
            *bd_push(r->arena, &ids) = r->assessment->criteria[i].criterion->id;
        }
    }
    return words_list(r, &ids, ", ");
}

static void set_furniture(report *r, const char *kind, bd_str left, const char *confidentiality) {
    bd_doc *doc = r->doc;
    const bd_engagement *e = r->engagement;
    bd_str period = words_period(r);
    doc->title = bd_str_format(r->arena, "%.*s, %.*s: %s, %.*s", BD_ARG(e->organisation_name),
                               BD_ARG(e->system_name), kind, BD_ARG(period));
    doc->author = bd_str_format(r->arena, "Management of %.*s", BD_ARG(e->organisation_name));
    doc->subject = BD_STR("Management's evidence; no auditor's opinion");
    doc->keywords = keywords(r);
    doc->header_left = bd_str_format(r->arena, "%.*s \xc2\xb7 %.*s \xc2\xb7 %s",
                                     BD_ARG(e->organisation_name), BD_ARG(e->system_name), kind);
    doc->header_right =
        bd_str_format(r->arena, "%.*s \xc2\xb7 %.*s", BD_ARG(words_period_kind(r)), BD_ARG(period));
    doc->footer_left = left;
    doc->footer_right =
        bd_str_format(r->arena, "As of %.*s \xc2\xb7 %s", BD_ARG(words_as_of(r)), confidentiality);
}

/* ---- the binder --------------------------------------------------------------------------------------------- */

/* All that prints the manifest's hash: furniture, cover and document control. */
static void open_binder(report *r, const bd_report_inputs *inputs, bd_arena *arena) {
    open_report(r, inputs, arena, true);
    bd_str left = bd_str_format(arena, "%.*s edition \xc2\xb7 %.*s \xc2\xb7 manifest %.*s",
                                BD_ARG(words_edition(r)), BD_ARG(inputs->package_id),
                                BD_ARG(bd_str_sub(inputs->manifest_sha256, 0, 12)));
    set_furniture(r, "SOC 2\xc2\xae evidence binder \xe2\x80\x93 management's evidence", left,
                  "Confidential: for the organisation and its auditor");
    parts_write(r, &r->template->front);
    bd_doc_cover_end(r->doc);
}

bd_doc *bd_report_binder(const bd_report_inputs *inputs, bd_arena *arena) {
    report r;
    open_binder(&r, inputs, arena);
    open_passing(&r);
    parts_write(&r, &r.template->body);
    parts_cut_links(&r);
    close_passing(&r);
    return r.doc;
}

void bd_report_set_manifest(const bd_report_inputs *inputs, bd_doc *binder) {
    report r;
    open_binder(&r, inputs, binder->arena);
    const bd_doc *front = r.doc;
    size_t count = front->blocks.count;
    BD_ASSERT(count <= binder->blocks.count &&
              binder->blocks.data[count - 1].kind == BD_BLOCK_COVER_END);
    memcpy(binder->blocks.data, front->blocks.data, count * sizeof(bd_block));
    binder->footer_left = front->footer_left;
}

/* ---- the readiness report ------------------------------------------------------------------------------------ */

bd_doc *bd_report_readiness(const bd_report_inputs *inputs, bd_arena *arena) {
    report r;
    open_report(&r, inputs, arena, false);
    bd_str left = bd_str_format(arena, "Readiness \xc2\xb7 assessment %.*s",
                                BD_ARG(bd_str_sub(inputs->assessment_sha256, 0, 12)));
    set_furniture(&r, "Readiness report \xe2\x80\x93 management's own view", left, "Internal");
    parts_logo(&r);
    parts_write(&r, &r.template->body);
    parts_cut_links(&r);
    return r.doc;
}
