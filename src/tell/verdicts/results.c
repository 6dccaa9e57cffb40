/* What the checks of one control found: results in words, failing records, exceptions, evidence, sign-offs. */
#include "bindery/verdicts.h"

#include "verdicts_priv.h"

#define RESULT_ROWS 40   /* per check; deviating and unclear ones first when there are more */
#define EVIDENCE_ROWS 100 /* per control; the IPE sheets have all */

/* ---- results in words ---------------------------------------------------------------------------------------- */

static uint64_t judged_of(const bd_check_result *result) {
    return result->passed + result->failed + result->cannot_tell;
}

static void add_ok_words(bd_report *r, bd_table *table, bd_cell *cell,
                         const bd_check_result *result, bd_str pointer) {
    if (result->passed == 0) {
        bd_cell_add(table, cell, BD_STR("nothing to judge"));
        return;
    }
    bd_str passed = bd_pointer_of(r, "%.*s/passed", BD_ARG(pointer));
    bd_cell_add(table, cell, BD_STR("no deviation found ("));
    bd_cell_add_figure(r, table, cell, passed, (int64_t)result->passed);
    bd_cell_add(table, cell, BD_STR(" of "));
    bd_cell_add_figure(r, table, cell, passed, (int64_t)result->passed);
    bd_cell_add(table, cell, BD_STR(")"));
}

static void add_result_words(bd_report *r, bd_table *table, const bd_check_result *result,
                             bd_str pointer) {
    bd_cell *cell = bd_table_cell(table);
    if (result->failed > 0) {
        bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "%.*s/failed", BD_ARG(pointer)),
                           (int64_t)result->failed);
        bd_cell_add(table, cell,
                    bd_str_format(r->arena, " of %llu deviate%s",
                                  (unsigned long long)judged_of(result),
                                  result->failed == 1 ? "s" : ""));
    } else if (result->verdict == BD_CANNOT_TELL) {
        bd_cell_add(table, cell, BD_STR("cannot tell"));
    } else {
        add_ok_words(r, table, cell, result, pointer);
    }
    if (result->reason.size > 0) {
        bd_cell_add_muted(
            table, cell,
            bd_str_format(r->arena, " %.*s", BD_ARG(bd_words_journal_text(r, result->reason))));
    }
}

/* Results that differ in their scope alone are one row. */
static bool is_like(const bd_check_result *a, const bd_check_result *b) {
    return a->check == b->check && a->verdict == b->verdict && a->passed == 0 && b->passed == 0 &&
           a->failed == 0 && b->failed == 0 && a->snapshot == b->snapshot &&
           bd_str_eq(a->instance, b->instance) && bd_str_eq(a->reason, b->reason);
}

static const bd_check_result *result_at(const bd_report *r, size_t index) {
    bd_arenas_pass(sizeof(bd_check_result));
    return &r->assessment->checks.data[index];
}

static void part_items(bd_table *table, bd_cell *cell, bool is_first) {
    if (!is_first) {
        bd_cell_add(table, cell, BD_STR(", "));
    }
}

static void add_scopes_cell(bd_report *r, bd_table *table, const uint32_t *like, size_t count) {
    bd_cell *cell = bd_table_cell(table);
    for (size_t i = 0; i < count; i++) {
        const bd_check_result *result = result_at(r, like[i]);
        bool has_none = result->snapshot == BD_DAY_NONE && result->scope.size == 0;
        part_items(table, cell, i == 0);
        bd_cell_add(table, cell, has_none ? BD_STR(BD_DASH) : bd_words_scope(r, result->scope));
    }
}

static uint64_t count_of(const bd_check_result *result, bool is_not_applicable) {
    return is_not_applicable ? result->not_applicable : result->cannot_tell;
}

/* "3", "3 each", or one for each scope in the order in which these are named. */
static void add_count_cell(bd_report *r, bd_table *table, size_t control, const uint32_t *like,
                           size_t count, bool is_not_applicable) {
    bd_cell *cell = bd_table_cell(table);
    bool are_equal = true;
    uint64_t first = count_of(result_at(r, like[0]), is_not_applicable);
    for (size_t i = 1; i < count; i++) {
        are_equal = are_equal && count_of(result_at(r, like[i]), is_not_applicable) == first;
    }
    for (size_t i = 0; i < (are_equal ? 1 : count); i++) {
        part_items(table, cell, i == 0);
        bd_str pointer = bd_pointer_of(r, "/controls/%zu/checks/%zu/%s", r->position[control],
                                       r->check_position[like[i]],
                                       is_not_applicable ? "not_applicable" : "cannot_tell");
        bd_cell_add_figure(r, table, cell, pointer,
                           (int64_t)count_of(result_at(r, like[i]), is_not_applicable));
    }
    if (are_equal && count > 1 && first > 0) {
        bd_cell_add(table, cell, BD_STR(" each"));
    }
}

static void add_evidence_cell(bd_report *r, bd_table *table, const uint32_t *like, size_t count) {
    bd_cell *cell = bd_table_cell(table);
    bool has_any = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t number = result_at(r, like[i])->evidence;
        bool is_said = number == 0;
        for (size_t k = 0; k < i && !is_said; k++) {
            is_said = result_at(r, like[k])->evidence == number;
        }
        if (is_said) {
            continue;
        }
        part_items(table, cell, !has_any);
        bd_cell_add_link(table, cell, bd_evidence_id(r->arena, number),
                         bd_anchor_of_evidence(r, number));
        has_any = true;
    }
    if (!has_any) {
        bd_cell_add(table, cell, BD_STR(BD_DASH));
    }
}

static void add_result_row(bd_report *r, bd_table *table, size_t control, const uint32_t *like,
                           size_t count) {
    const bd_check_result *result = result_at(r, like[0]);
    bd_str pointer = bd_pointer_of(r, "/controls/%zu/checks/%zu", r->position[control],
                                   r->check_position[like[0]]);
    bd_table_text(table, result->instance.size > 0 ? result->instance : BD_STR("outside"));
    bd_table_text(table, bd_words_day(r, result->snapshot));
    add_scopes_cell(r, table, like, count);
    add_result_words(r, table, result, pointer);
    add_count_cell(r, table, control, like, count, true);
    add_count_cell(r, table, control, like, count, false);
    add_evidence_cell(r, table, like, count);
}

typedef struct {
    size_t all, failing; /* results of the check */
    uint64_t failed, judged;
} check_tally;

static check_tally tally_check(const bd_report *r, const bd_check *check) {
    check_tally t = {0, 0, 0, 0};
    const bd_result_range *of = &r->results[check->index];
    for (size_t i = of->from; i < of->to; i++) {
        const bd_check_result *result = result_at(r, i);
        t.all++;
        t.failing += result->verdict != BD_PASS && result->verdict != BD_NOT_APPLICABLE;
        t.failed += result->failed;
        t.judged += judged_of(result);
    }
    return t;
}

static bool is_shown(const bd_check_result *result, const check_tally *t) {
    return t->all <= RESULT_ROWS ||
           (result->verdict != BD_PASS && result->verdict != BD_NOT_APPLICABLE);
}

/* Yields how many results stand in the rows added. */
static size_t add_result_rows(bd_report *r, bd_table *table, size_t control,
                              const bd_index_list *shown) {
    size_t at = 0;
    for (size_t rows = 0; at < shown->count && rows < RESULT_ROWS; rows++) {
        const bd_check_result *first = result_at(r, shown->data[at]);
        size_t count = 1;
        while (at + count < shown->count && is_like(first, result_at(r, shown->data[at + count]))) {
            count++;
        }
        add_result_row(r, table, control, shown->data + at, count);
        at += count;
    }
    return at;
}

static void add_check_results(bd_report *r, size_t control, const bd_check *check) {
    static const bd_column_def columns[] = {
        {"Instance", BD_ALIGN_LEFT, 0},        {"Snapshot", BD_ALIGN_LEFT, 0},
        {"Scope", BD_ALIGN_LEFT, 1},           {"Result", BD_ALIGN_LEFT, 3},
        {"Not applicable", BD_ALIGN_RIGHT, 0}, {"Cannot tell", BD_ALIGN_RIGHT, 0},
        {"Evidence", BD_ALIGN_LEFT, 0}};
    check_tally t = tally_check(r, check);
    bd_index_list shown = {0};
    bd_str caption =
        bd_str_format(r->arena, "%.*s%.*s: %.*s", BD_ARG(check->requirement->control->number),
                      BD_ARG(check->requirement->req), BD_ARG(check->title));
    if (t.all == 0) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "%.*s: no evidence to judge.", BD_ARG(caption)));
        return;
    }
    const bd_result_range *of = &r->results[check->index];
    for (size_t i = of->from; i < of->to; i++) {
        if (is_shown(result_at(r, i), &t)) {
            *bd_push(r->arena, &shown) = (uint32_t)i;
        }
    }
    bd_table *table = BD_ADD_TABLE(r, caption, columns, true);
    size_t printed = add_result_rows(r, table, control, &shown);
    if (printed < t.all) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "%zu of %zu results are not printed; all stand in "
                                  "80_MACHINE/assessment.json.",
                                  t.all - printed, t.all));
    }
}

/* ---- failing records ------------------------------------------------------------------------------------------- */

static const bd_finding_group *group_of(const bd_report *r, const bd_check *check) {
    for (size_t i = 0; i < r->in->finding_group_count; i++) {
        if (r->in->findings[i].check == check) {
            return &r->in->findings[i];
        }
    }
    return NULL;
}

static void add_resource_cell(bd_report *r, bd_table *table, bd_str resource) {
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add(table, cell, bd_words_journal_text(r, bd_words_resource(r, resource)));
    bd_str place = bd_words_resource_place(r, resource);
    if (place.size > 0) {
        bd_cell_add_muted(
            table, cell, bd_words_journal_text(r, bd_str_format(r->arena, " %.*s", BD_ARG(place))));
    }
}

static void add_failing(bd_report *r, const bd_check *check) {
    static const bd_column_def columns[] = {{"Instance", BD_ALIGN_LEFT, 0},
                                            {"Snapshot", BD_ALIGN_LEFT, 0},
                                            {"Resource", BD_ALIGN_LEFT, 2},
                                            {"What was found", BD_ALIGN_LEFT, 2},
                                            {"Evidence", BD_ALIGN_LEFT, 0}};
    const bd_finding_group *group = group_of(r, check);
    if (group == NULL || group->count == 0) {
        return;
    }
    size_t printed =
        group->first.count < BD_REPORT_FINDINGS ? group->first.count : BD_REPORT_FINDINGS;
    bd_table *table = BD_ADD_TABLE(
        r, bd_str_format(r->arena, "Failing records of %.*s", BD_ARG(check->id)), columns, true);
    for (size_t i = 0; i < printed; i++) {
        const bd_finding *finding = &group->first.data[i];
        bd_table_text(table, finding->instance.size > 0 ? finding->instance : BD_STR("outside"));
        bd_table_text(table, bd_words_day(r, finding->snapshot));
        add_resource_cell(r, table, finding->resource);
        bd_table_text(table, bd_words_journal_text(r, finding->reason));
        bd_add_evidence(r, table, finding->evidence);
    }
    bd_say_left_out(r, "failing records", group->count, printed);
    if (check->remediation.size > 0) {
        bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
        bd_para_styled(para, BD_RUN_STRONG, BD_STR("What mends it: "));
        bd_para_text(para, bd_words_sentence(r, bd_words_catalog(r, check->remediation)));
        bd_doc_space(r->doc, 6);
    }
}

/* ---- exceptions -------------------------------------------------------------------------------------------------- */

static bd_str seen_words(const bd_report *r, bd_instant exact, bd_day day, const char *none) {
    if (exact != BD_INSTANT_NONE) {
        return bd_words_moment(r, exact);
    }
    return day == BD_DAY_NONE ? bd_str_of(none) : bd_words_day(r, day);
}

static void add_exceptions_of(bd_report *r, const bd_control_result *c) {
    static const bd_column_def columns[] = {{"Resource", BD_ALIGN_LEFT, 2},
                                            {"Last seen clean", BD_ALIGN_LEFT, 0},
                                            {"First seen failing", BD_ALIGN_LEFT, 0},
                                            {"Last seen failing", BD_ALIGN_LEFT, 0},
                                            {"First seen clean", BD_ALIGN_LEFT, 0},
                                            {"Failing on", BD_ALIGN_LEFT, 0},
                                            {"State", BD_ALIGN_LEFT, 0}};
    if (c->exceptions.count == 0) {
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Exceptions in the period"), columns, true);
    size_t printed = 0;
    for (size_t i = 0; i < c->exceptions.count && printed < BD_REPORT_EXCEPTIONS; i++, printed++) {
        size_t index = c->exceptions.data[i];
        const bd_exception *x = &r->assessment->exceptions.data[index];
        bd_add_link(table, bd_words_journal_text(r, bd_words_resource(r, x->resource)),
                    bd_anchor_of_exception(r, index));
        bd_table_text(table, seen_words(r, BD_INSTANT_NONE, x->last_seen_clean, "never before"));
        bd_table_text(table, seen_words(r, x->exact_from, x->first_seen_failing, BD_DASH));
        bd_table_text(table, bd_words_day(r, x->last_seen_failing));
        bd_table_text(table, seen_words(r, x->exact_to, x->first_seen_clean, "not since"));
        bd_add_observed(r, table, index);
        bd_table_text(table, x->is_open ? BD_STR("open") : BD_STR("closed"));
    }
    if (c->exceptions.count > printed) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %zu of %zu are printed; all stand in "
                                  "80_MACHINE/assessment.json.",
                                  printed, c->exceptions.count));
    }
}

/* ---- evidence ---- */

static bd_index_list evidence_of(const bd_report *r, const bd_control_result *c) {
    bd_index_list items = {0};
    bool *is_listed = bd_new(r->arena, bool, r->evidence->count + 1);
    for (size_t i = 0; i < c->requirement_count; i++) {
        for (size_t k = 0; k < c->requirements[i].evidence.count; k++) {
            size_t index = bd_index_of_evidence(r, c->requirements[i].evidence.data[k]);
            if (index != BD_NOWHERE) {
                is_listed[index] = true;
            }
        }
    }
    for (size_t i = 0; i < r->evidence->count; i++) {
        if (is_listed[i]) {
            *bd_push(r->arena, &items) = (uint32_t)i;
        }
    }
    return items;
}

static bd_str reviewer_words(const bd_report *r, const bd_evidence *item) {
    if (item->reviewers.count > 0) {
        return bd_words_journal_text(r, item->reviewers.data[0].name);
    }
    return item->origin == BD_ORIGIN_HANDED_IN ? BD_STR("none") : BD_STR(BD_DASH);
}

static void add_evidence_row(bd_report *r, bd_table *table, size_t index) {
    const bd_evidence *item = &r->evidence->data[index];
    bd_add_evidence(r, table, item->given.number);
    bd_table_text(table, bd_words_journal_text(r, item->title));
    bd_table_text(table, item->source.size > 0 ? item->source : BD_STR(BD_DASH));
    bd_table_text(table, bd_words_described(r, item));
    bd_table_text(table, bd_words_utc_day(r, item->collected_at));
    bd_add_figure(r, table, bd_pointer_of(r, "/evidence/%zu/rows_read", r->place_of_item[index]),
                  (int64_t)item->facts.rows_read);
    bd_table_styled(table, BD_RUN_MONO, bd_words_hash_short(r, item->given.sha256));
    bd_table_text(table, bd_str_of(bd_completeness_name(item->completeness)));
    bd_table_text(table, reviewer_words(r, item));
}

static void add_evidence(bd_report *r, const bd_index_list *items) {
    static const bd_column_def columns[] = {
        {"Evidence", BD_ALIGN_LEFT, 0},  {"What", BD_ALIGN_LEFT, 1},
        {"Source", BD_ALIGN_LEFT, 0},    {"Describes", BD_ALIGN_LEFT, 0},
        {"Collected", BD_ALIGN_LEFT, 0}, {"Rows", BD_ALIGN_RIGHT, 0},
        {"SHA-256", BD_ALIGN_LEFT, 0},   {"Complete", BD_ALIGN_LEFT, 0},
        {"Reviewer", BD_ALIGN_LEFT, 0.4}};
    if (items->count == 0) {
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Evidence"), columns, true);
    size_t printed = 0;
    for (; printed < items->count && printed < EVIDENCE_ROWS; printed++) {
        add_evidence_row(r, table, items->data[printed]);
    }
    if (items->count > printed) {
        bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
        bd_para_text(para, bd_str_format(r->arena, "%zu more items speak to it; the ",
                                         items->count - printed));
        bd_para_link(para, BD_STR("evidence sheets"), BD_STR("ipe"));
        bd_para_text(para, BD_STR(" name the controls that each is read for."));
    }
}

/* One line: who prepared and reviewed what was handed in. */
static void add_signoffs(bd_report *r, const bd_index_list *items) {
    size_t handed_in = 0, signed_off = 0;
    bd_strs names = {0};
    for (size_t i = 0; i < items->count; i++) {
        const bd_evidence *item = &r->evidence->data[items->data[i]];
        handed_in += item->origin == BD_ORIGIN_HANDED_IN;
        signed_off += item->origin == BD_ORIGIN_HANDED_IN && item->is_signed_off;
        if (item->origin == BD_ORIGIN_HANDED_IN && item->preparer.name.size > 0 &&
            names.count < 6) {
            bd_str reviewer = item->reviewers.count > 0
                                  ? bd_words_signoff(r, &item->reviewers.data[0])
                                  : BD_STR("nobody");
            *bd_push(r->arena, &names) =
                bd_str_format(r->arena, "%.*s prepared by %.*s, reviewed by %.*s",
                              BD_ARG(bd_evidence_id(r->arena, item->given.number)),
                              BD_ARG(bd_words_signoff(r, &item->preparer)), BD_ARG(reviewer));
        }
    }
    bd_str text = BD_STR("Nothing here was handed in by people; machine exports need no reviewer.");
    if (handed_in > 0) {
        text = bd_str_format(
            r->arena, "%zu of %zu handed-in items %s signed off%s%.*s. Stated, not authenticated.",
            signed_off, handed_in, signed_off == 1 ? "is" : "are", names.count > 0 ? ": " : "",
            BD_ARG(bd_words_list(r, &names, "; ")));
    }
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_styled(para, BD_RUN_STRONG, BD_STR("Sign-off. "));
    bd_para_text(para, text);
}

void section_results(bd_report *r, size_t control) {
    const bd_control_result *c = &r->assessment->controls[control];
    for (size_t i = 0; i < c->requirement_count; i++) {
        const bd_requirement *requirement = c->requirements[i].requirement;
        for (size_t k = 0; k < requirement->checks.count; k++) {
            const bd_check *check = &r->catalog->checks[requirement->checks.data[k]];
            add_check_results(r, control, check);
            add_failing(r, check);
        }
    }
    add_exceptions_of(r, c);
    bd_index_list items = evidence_of(r, c);
    add_evidence(r, &items);
    if (items.count > 0) {
        add_signoffs(r, &items);
    }
}
