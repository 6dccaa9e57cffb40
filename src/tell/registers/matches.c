/* Events joined: of each check that matches two lists, how, and what is left over on either side. */
#include "bindery/registers.h"

#define MOST_ROWS 10 /* of each side of a check */

static void figure_of(bd_report *r, bd_table *table, size_t index, const char *key,
                      uint64_t count) {
    bd_add_figure(r, table, bd_pointer_of(r, "/matches/%zu/%s", index, key), (int64_t)count);
}

static void add_sums(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Check", BD_ALIGN_LEFT, 2},    {"Control", BD_ALIGN_LEFT, 0},
        {"Rows", BD_ALIGN_RIGHT, 0},    {"Answered", BD_ALIGN_RIGHT, 0},
        {"Failing", BD_ALIGN_RIGHT, 0}, {"Open", BD_ALIGN_RIGHT, 0},
        {"Not shown", BD_ALIGN_RIGHT, 0},
        {"Events", BD_ALIGN_RIGHT, 0},  {"Without a row", BD_ALIGN_RIGHT, 0}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Rows and events"), columns, true);
    for (size_t i = 0; i < r->assessment->matches.count; i++) {
        const bd_match_sums *one = &r->assessment->matches.data[i];
        bd_str number = one->check->requirement->control->number;
        bd_table_text(table, one->check->id);
        bd_add_link(table, number, bd_anchor_of(r, "control", number));
        figure_of(r, table, i, "rows", one->rows);
        figure_of(r, table, i, "answered", one->passed - one->not_shown);
        figure_of(r, table, i, "failed", one->failed);
        figure_of(r, table, i, "open", one->open);
        figure_of(r, table, i, "not_shown", one->not_shown);
        figure_of(r, table, i, "events", one->events);
        figure_of(r, table, i, "events_left", one->events_left);
    }
}

static void add_rows(bd_report *r, const char *caption, const bd_match_rows *rows, uint64_t total) {
    static const bd_column_def columns[] = {{"Record", BD_ALIGN_LEFT, 2},
                                            {"Of", BD_ALIGN_LEFT, 0},
                                            {"At (UTC)", BD_ALIGN_LEFT, 0},
                                            {"Why", BD_ALIGN_LEFT, 2},
                                            {"Evidence", BD_ALIGN_LEFT, 0}};
    if (rows->count == 0) {
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, bd_str_of(caption), columns, true);
    for (size_t i = 0; i < rows->count && i < MOST_ROWS; i++) {
        const bd_match_row *one = &rows->data[i];
        bd_str shown = one->resource.size > 0 ? bd_words_resource(r, one->resource) : one->key;
        bd_table_text(table, bd_words_journal_text(r, shown));
        bd_table_text(table, one->source);
        bd_table_text(table,
                      one->at != BD_INSTANT_NONE ? bd_words_moment(r, one->at) : BD_STR(BD_DASH));
        bd_table_text(table, one->reason.size > 0 ? bd_words_journal_text(r, one->reason)
                                                  : BD_STR("no row of the first list takes it"));
        bd_add_evidence(r, table, one->evidence);
    }
    if (total > MOST_ROWS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %d are printed; %llu more%s stand in "
                                  "20_POPULATIONS/unmatched.csv.",
                                  MOST_ROWS, (unsigned long long)(total - MOST_ROWS),
                                  total > BD_MATCH_MOST ? ", of which the first 10,000," : ""));
    }
}

static void add_match(bd_report *r, const bd_match_sums *one) {
    bd_doc_heading(r->doc, 3, one->check->id, bd_str_format(r->arena, "match-%.*s",
                                                            BD_ARG(one->check->id)));
    bd_table *table = bd_add_facts(r, true);
    bd_add_fact(table, "Asked", bd_words_sentence(r, bd_words_catalog(r, one->check->title)));
    bd_add_fact(table, "Joined", one->how);
    bd_add_fact(table, "Window", one->window);
    add_rows(r, one->expects_none ? "Rows with an event, or open" : "Rows without an event, or open",
             &one->unmatched, one->failed + one->open);
    add_rows(r, "Events without a row", &one->left, one->expects_none ? 0 : one->events_left);
}

void bd_section_matches(bd_report *r) {
    if (r->assessment->matches.count == 0) {
        return;
    }
    bd_open_section(r, BD_STR("Events joined"), BD_STR("matches"));
    bd_say(
        r, BD_PARA_BODY,
        "Checks that hold one list against another: every row of the first list, such as leavers, "
        "asks for an event in the second, such as an account disabled. What is left over on "
        "either side is listed. A row without its event is judged under its control; an event "
        "without a row is judged only where the check asks for both sides, and is listed in any "
        "case, for it may show a row that the first list lacks. Where no event may be there, "
        "events without a row are counted and not listed; a row is answered there when no event was "
        "found in lists that are complete, and not shown when none was found in lists of which that "
        "is open.");
    add_sums(r);
    for (size_t i = 0; i < r->assessment->matches.count; i++) {
        add_match(r, &r->assessment->matches.data[i]);
    }
}
