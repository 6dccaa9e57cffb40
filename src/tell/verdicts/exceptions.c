/* The register of exceptions: everything that failed in the period, open or closed. */
#include "bindery/verdicts.h"

static bd_str exact_words(const bd_report *r, bd_instant exact, bd_day day, const char *none) {
    if (exact != BD_INSTANT_NONE) {
        return bd_str_format(r->arena, "%.*s, by the change log",
                             BD_ARG(bd_words_instant(r, exact)));
    }
    return day == BD_DAY_NONE ? bd_str_of(none) : bd_words_day(r, day);
}

static void add_seen(bd_report *r, bd_table *table, const bd_exception *x) {
    bd_sheet_pair(table, "Last seen clean",
                  exact_words(r, BD_INSTANT_NONE, x->last_seen_clean, "never before"),
                  "First seen failing", exact_words(r, x->exact_from, x->first_seen_failing, ""));
    bd_sheet_pair(table, "Last seen failing",
                  exact_words(r, BD_INSTANT_NONE, x->last_seen_failing, ""), "First seen clean",
                  exact_words(r, x->exact_to, x->first_seen_clean, "not since"));
}

static void add_days(bd_report *r, bd_table *table, size_t index) {
    const bd_exception *x = &r->assessment->exceptions.data[index];
    bd_instant length = r->assessment->until - r->assessment->period_start;
    long long days = length > 0 ? (long long)((length + 12 * BD_HOUR) / (24 * BD_HOUR)) : 0;
    bd_cell *cell = bd_sheet_cell(table, "Failing on");
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/exceptions/%zu/failing_days", index),
                       x->failing_days);
    bd_cell_add(table, cell, x->failing_days == 1 ? BD_STR(" day") : BD_STR(" days"));
    cell = bd_sheet_cell(table, "Observed on");
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/exceptions/%zu/observed_days", index),
                       x->observed_days);
    bd_cell_add(table, cell, bd_str_format(r->arena, " of %lld days", days));
}

static void add_touched(bd_report *r, bd_table *table, const bd_exception *x) {
    bd_cell *cell = bd_sheet_cell(table, "Controls");
    for (size_t i = 0; i < x->controls.count; i++) {
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, x->controls.data[i],
                         bd_anchor_of(r, "control", x->controls.data[i]));
    }
    cell = bd_sheet_cell(table, "Criteria");
    for (size_t i = 0; i < x->check->criteria.count; i++) {
        bd_str id = x->check->criteria.data[i];
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, id, bd_anchor_of(r, "criterion", id));
    }
}

static bd_str signed_by(const bd_report *r, const bd_act *act) {
    return bd_str_format(r->arena, "%.*s (%.*s), %.*s", BD_ARG(bd_words_journal_text(r, act->name)),
                         BD_ARG(bd_words_journal_text(r, act->role)),
                         BD_ARG(bd_words_instant(r, act->at)));
}

/* As a sentence, whether it was given as one or not. */
static bd_str sentence(const bd_report *r, bd_str text) {
    bd_str given = bd_str_trim(bd_words_journal_text(r, text));
    bool is_ended = given.size > 0 && given.data[given.size - 1] == '.';
    return is_ended ? given : bd_str_format(r->arena, "%.*s.", BD_ARG(given));
}

static void add_response(bd_report *r, bd_table *table, const bd_act *response) {
    bd_sheet_wide(table, "Cause", BD_RUN_PLAIN, bd_words_journal_text(r, response->cause));
    bd_sheet_wide(table, "Effect", BD_RUN_PLAIN, bd_words_journal_text(r, response->effect));
    bd_str due =
        response->until == BD_DAY_NONE
            ? BD_STR("")
            : bd_str_format(r->arena, "; due %.*s", BD_ARG(bd_words_day(r, response->until)));
    bd_sheet_wide(table, "Response", BD_RUN_PLAIN,
                  bd_str_format(r->arena, "%.*s Signed by %.*s%.*s.",
                                BD_ARG(sentence(r, response->text)), BD_ARG(signed_by(r, response)),
                                BD_ARG(due)));
}

static void add_waiver(bd_report *r, bd_table *table, const bd_exception *x) {
    const bd_act *waiver = x->waiver;
    bd_str until = bd_words_day(r, waiver->until);
    bd_sheet_wide(table, "Waiver", BD_RUN_PLAIN,
                  bd_str_format(r->arena, "%s %.*s: %.*s Approved by %.*s. It changes no verdict.",
                                x->is_waived ? "Until" : "Expired after", BD_ARG(until),
                                BD_ARG(sentence(r, waiver->text)), BD_ARG(signed_by(r, waiver))));
}

/* What people signed of it: management's words, stated in the journal and not authenticated. */
static void add_acts(bd_report *r, bd_table *table, const bd_exception *x) {
    if (x->response == NULL) {
        bd_sheet_wide(table, "Response", BD_RUN_PLAIN,
                      BD_STR("No response of the owner stands at this journal head."));
    } else {
        add_response(r, table, x->response);
    }
    if (x->closing != NULL) {
        bd_sheet_wide(
            table, x->is_open ? "Reviewed" : "Closed", BD_RUN_PLAIN,
            bd_str_format(r->arena, "%.*s Signed by %.*s.%s", BD_ARG(sentence(r, x->closing->text)),
                          BD_ARG(signed_by(r, x->closing)),
                          x->is_open ? " It stays open until a later instance is clean." : ""));
    }
    if (x->waiver != NULL) {
        add_waiver(r, table, x);
    }
}

static bd_str state_words(const bd_exception *x) {
    if (!x->is_open) {
        return BD_STR("closed");
    }
    return x->is_waived          ? BD_STR("open, waived")
           : x->response != NULL ? BD_STR("open, answered")
                                 : BD_STR("open");
}

static void add_exception(bd_report *r, size_t index) {
    const bd_exception *x = &r->assessment->exceptions.data[index];
    bd_str title = bd_str_format(
        r->arena, "%.*s: %.*s", BD_ARG(bd_words_journal_text(r, bd_words_resource(r, x->resource))),
        BD_ARG(bd_words_journal_text(r, x->reason)));
    bd_block *heading = bd_doc_heading(r->doc, 4, title, bd_anchor_of_exception(r, index));
    heading->is_flagged = x->is_open;
    bd_table *table = bd_add_sheet(r);
    bd_cell_run(table, bd_sheet_cell(table, "Exception"), BD_RUN_MONO, x->id);
    bd_cell_add(table, bd_sheet_cell(table, "State"),
                bd_str_format(r->arena, "%.*s; check rated %.*s", BD_ARG(state_words(x)),
                              BD_ARG(x->check->severity)));
    add_touched(r, table, x);
    bd_sheet_wide(table, "Resource", BD_RUN_MONO, bd_words_journal_text(r, x->resource));
    add_seen(r, table, x);
    add_days(r, table, index);
    bd_cell_add(table, bd_sheet_cell(table, "Property"), x->property);
    bd_cell_add_link(table, bd_sheet_cell(table, "First evidence"),
                     x->evidence == 0 ? BD_STR("\xe2\x80\x93")
                                      : bd_evidence_id(r->arena, x->evidence),
                     bd_anchor_of_evidence(r, x->evidence));
    if (x->repeats.size > 0) {
        bd_sheet_wide(table, "Repeated", BD_RUN_PLAIN,
                      bd_str_format(r->arena,
                                    "It failed before (%.*s) and was seen clean in between.",
                                    BD_ARG(x->repeats)));
    }
    add_acts(r, table, x);
}

/* Exceptions of one check stand together: [from, to) of assessment->exceptions. */
typedef struct {
    const bd_check *check;
    size_t from, to;
} check_exceptions;

static check_exceptions exceptions_from(const bd_report *r, size_t from) {
    const bd_assessment *a = r->assessment;
    check_exceptions of = {bd_assessment_exception(a, from)->check, from, from + 1};
    while (of.to < a->exceptions.count && bd_assessment_exception(a, of.to)->check == of.check) {
        of.to++;
    }
    return of;
}

static void add_line(bd_report *r, bd_table *table, size_t index) {
    const bd_exception *x = &r->assessment->exceptions.data[index];
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add(table, cell,
                bd_str_format(r->arena, "%.*s  ",
                              BD_ARG(bd_words_journal_text(r, bd_words_resource(r, x->resource)))));
    bd_cell_run(table, cell, BD_RUN_MONO, x->id);
    bd_cell_add(table, cell, x->repeats.size > 0 ? BD_STR(", repeated") : BD_STR(""));
    bd_table_text(table, bd_words_journal_text(r, x->reason));
    bd_table_text(table,
                  exact_words(r, BD_INSTANT_NONE, x->last_seen_clean, "never before"));
    cell = bd_table_cell(table);
    bd_cell_add(table, cell, exact_words(r, x->exact_from, x->first_seen_failing, ""));
    if (x->last_seen_failing != x->first_seen_failing) {
        bd_cell_add(
            table, cell,
            bd_str_format(r->arena, " to %.*s", BD_ARG(bd_words_day(r, x->last_seen_failing))));
    }
    bd_table_text(table, exact_words(r, x->exact_to, x->first_seen_clean, "not since"));
    bd_add_observed(r, table, index);
    bd_table_text(table, state_words(x));
}

static void add_lines(bd_report *r, const check_exceptions *of, size_t from, size_t to) {
    static const bd_column_def columns[] = {{"Resource, exception", BD_ALIGN_LEFT, 3},
                                            {"Found", BD_ALIGN_LEFT, 2},
                                            {"Last seen clean", BD_ALIGN_LEFT, 0},
                                            {"Seen failing", BD_ALIGN_LEFT, 0},
                                            {"First seen clean", BD_ALIGN_LEFT, 0},
                                            {"Failing on", BD_ALIGN_LEFT, 0},
                                            {"State", BD_ALIGN_LEFT, 0}};
    bd_table *table =
        BD_ADD_TABLE(r,
                     bd_str_format(r->arena, "Further exceptions: %.*s (rated %.*s)",
                                   BD_ARG(of->check->title), BD_ARG(of->check->severity)),
                     columns, true);
    for (size_t i = from; i < to; i++) {
        add_line(r, table, i);
    }
}

static void say_rest(bd_report *r, size_t printed, size_t total) {
    bd_say_text(
        r, BD_PARA_NOTE,
        bd_str_format(r->arena,
                      "The first %zu exceptions of this check are printed. %zu more of %zu are "
                      "left out; all stand in 80_MACHINE/assessment.json (SHA-256 %.*s), their "
                      "records in 80_MACHINE/findings.ndjson (SHA-256 %.*s).",
                      printed, total - printed, total, BD_ARG(r->in->assessment_sha256),
                      BD_ARG(r->in->findings_sha256)));
}

static void add_exceptions(bd_report *r, const check_exceptions *of) {
    size_t total = of->to - of->from;
    size_t printed = total < BD_REPORT_EXCEPTIONS ? total : BD_REPORT_EXCEPTIONS;
    size_t sheets = total < BD_REPORT_SHEETS ? total : BD_REPORT_SHEETS;
    bd_doc_heading(r->doc, 3,
                   bd_str_format(r->arena, "%.*s (%zu)", BD_ARG(of->check->title), total),
                   bd_anchor_of(r, "exceptions", of->check->id));
    for (size_t i = 0; i < sheets; i++) {
        add_exception(r, of->from + i);
    }
    if (printed > sheets) {
        add_lines(r, of, of->from + sheets, of->from + printed);
    }
    if (total > printed) {
        say_rest(r, printed, total);
    }
}

void bd_section_exceptions(bd_report *r) {
    const bd_assessment *a = r->assessment;
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Exceptions"), BD_STR("exceptions"));
    if (a->exceptions.count == 0) {
        bd_say(r, BD_PARA_BODY, "No exception happened in the period.");
        return;
    }
    bd_say(
        r, BD_PARA_BODY,
        "A failing stretch of one property of one resource is one exception, listed under each "
        "control that it touches and counted once. It opens by itself, and closes only when a "
        "later instance is clean and the owner and a reviewer have signed a response; it stays "
        "disclosed either way. Days are those of snapshots; exact times come from a change log "
        "only.");
    bd_say_text(r, BD_PARA_BODY,
                bd_str_format(r->arena, "In the period: %zu; open: %zu.", a->exceptions.count,
                              a->open_exceptions));
    check_exceptions of = {0};
    for (size_t from = 0; from < a->exceptions.count; from = of.to) {
        of = exceptions_from(r, from);
        add_exceptions(r, &of);
    }
}
