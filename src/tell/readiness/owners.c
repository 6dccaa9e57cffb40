/* The readiness report: a list for each owner, in the checklist's own names, to be ticked off by hand. */
#include "bindery/readiness.h"

#define WANTED_SOURCES 2
#define TICK_BOX "\xe2\x98\x90"

static bool is_open(const bd_control_result *c) {
    return c->state == BD_STATE_PROGRESS || c->state == BD_STATE_BLANK;
}

static bool is_owned(const bd_report *r, size_t index, bd_str owner) {
    const bd_control_result *c = &r->assessment->controls[index];
    return r->position[index] != BD_NOWHERE && c->is_in_scope &&
           bd_str_eq(c->control->owner, owner);
}

static bd_strs owners_of(const bd_report *r) {
    bd_strs owners = {0};
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        bd_str owner = r->assessment->controls[i].control->owner;
        bool is_new = r->position[i] != BD_NOWHERE;
        for (size_t k = 0; k < owners.count && is_new; k++) {
            is_new = !bd_str_eq(owners.data[k], owner);
        }
        if (is_new) {
            *bd_push(r->arena, &owners) = owner;
        }
    }
    return owners;
}

/* ---- what to hand in ---- */

static void want(const bd_report *r, bd_strs *wanted, bd_str id) {
    const bd_source_def *source = bd_catalog_source(r->catalog, id);
    bd_str title = source == NULL          ? id
                   : bd_str_eqz(id, "doc") ? BD_STR("document, approved and reviewed")
                                           : source->title;
    for (size_t i = 0; i < wanted->count; i++) {
        if (bd_str_eq(wanted->data[i], title)) {
            return;
        }
    }
    *bd_push(r->arena, wanted) = title;
}

/* By requirement that is not met: "6.6.4a, b: Flow logs; Virtual networks; 2 more". */
static bd_str to_hand_in(const bd_report *r, const bd_control_result *c) {
    bd_strs wanted = {0}, letters = {0};
    for (size_t i = 0; i < c->requirement_count; i++) {
        const bd_requirement_result *q = &c->requirements[i];
        bool is_met = q->accepted >= q->due && (q->is_fresh || q->due == 0);
        for (size_t k = 0; !is_met && k < q->requirement->sources.count; k++) {
            want(r, &wanted, q->requirement->sources.data[k]);
        }
        if (!is_met) {
            *bd_push(r->arena, &letters) = q->requirement->req;
        }
    }
    if (wanted.count == 0) {
        return c->open_exceptions > 0 ? BD_STR("Responses to the open exceptions, signed by owner "
                                                "and reviewer")
                                       : BD_STR("Later evidence that is clean");
    }
    size_t left_out = wanted.count > WANTED_SOURCES ? wanted.count - WANTED_SOURCES : 0;
    wanted.count -= left_out;
    bd_str list = bd_words_list(r, &wanted, "; ");
    bd_str rest = left_out == 0 ? BD_STR("") : bd_str_format(r->arena, "; %zu more", left_out);
    bd_str answer = c->open_exceptions > 0 ? BD_STR("; responses to open exceptions") : BD_STR("");
    return bd_str_format(r->arena, "(%.*s) %.*s%.*s%.*s", BD_ARG(bd_words_list(r, &letters, ", ")),
                         BD_ARG(list), BD_ARG(rest), BD_ARG(answer));
}

/* ---- rows ---- */

static bd_str due_of(const bd_report *r, size_t index) {
    const bd_due *due = bd_ready_next(r->in->ready, (uint32_t)index);
    return due == NULL               ? BD_STR(BD_DASH)
           : due->kind == BD_DUE_NOW ? BD_STR("now")
           : due->kind == BD_DUE_LATE
               ? bd_str_format(r->arena, "late, until %.*s", BD_ARG(bd_words_day(r, due->latest)))
               : bd_words_day(r, due->day);
}

static void add_row(bd_report *r, bd_table *table, size_t index) {
    const bd_control_result *c = &r->assessment->controls[index];
    bd_table_text(table, bd_str_format(r->arena, TICK_BOX " %.*s", BD_ARG(c->control->number)));
    bd_table_text(table, bd_words_catalog(r, c->control->statement));
    bd_add_state(r, table, c);
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/controls/%zu/accepted", r->position[index]), c->accepted);
    bd_cell_add(table, cell, BD_STR("/"));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/controls/%zu/due", r->position[index]),
                       c->due);
    bd_table_text(table, due_of(r, index));
    bd_table_text(table, to_hand_in(r, c));
}

static void add_owner(bd_report *r, bd_str owner) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"What it is about", BD_ALIGN_LEFT, 1},
                                            {"State", BD_ALIGN_LEFT, 0},
                                            {"Accepted", BD_ALIGN_RIGHT, 0},
                                            {"Due", BD_ALIGN_LEFT, 0},
                                            {"To hand in", BD_ALIGN_LEFT, 1.25}};
    size_t complete = 0, total = 0, open = 0;
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        bool is_own = is_owned(r, i, owner);
        total += is_own;
        complete += is_own && r->assessment->controls[i].state == BD_STATE_COMPLETE;
        open += is_own && is_open(&r->assessment->controls[i]);
    }
    if (total == 0) {
        return;
    }
    bd_str people = bd_words_people(r, owner);
    bd_doc_heading(r->doc, 3,
                   bd_str_format(r->arena, "%.*s%s%.*s \xe2\x80\x93 %zu of %zu complete",
                                 BD_ARG(owner), people.size > 0 ? ": " : "", BD_ARG(people),
                                 complete, total),
                   bd_report_anchor(r->arena, "owner", owner));
    if (open == 0) {
        bd_say(r, BD_PARA_NOTE, "Nothing is open.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        if (is_owned(r, i, owner) && is_open(&r->assessment->controls[i])) {
            add_row(r, table, i);
        }
    }
}

void bd_section_owners(bd_report *r) {
    bd_open_section(r, BD_STR("By owner"), BD_STR("owners"));
    bd_say(
        r, BD_PARA_NOTE,
        "Where: put files into the engagement's inbox with a sidecar that names source, time and "
        "exporter, documents with a row in inbox/register.csv (preparer, a different reviewer, "
        "approver). Letters in front are the requirements that lack; todo.csv names every instance "
        "and the command behind each export.");
    bd_strs owners = owners_of(r);
    for (size_t i = 0; i < owners.count; i++) {
        add_owner(r, owners.data[i]);
    }
}
