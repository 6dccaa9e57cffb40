/* The readiness report: what is still missing, and whose it is. */
#include "bindery/report.h"

#include "report_priv.h"

#define WORST_ITEMS 5
#define WANTED_SOURCES 2

/* ---- one page first ---------------------------------------------------------------------------------------------- */

static bd_str days_to(report *r, bd_day day) {
    if (day == BD_DAY_NONE) {
        return BD_STR("no day given");
    }
    bd_day today = bd_zone_day(r->engagement->zone, r->assessment->as_of - 1);
    long long days = (long long)day - today;
    bd_str date = words_day(r, day);
    if (days == 0) {
        return bd_str_format(r->arena, "%.*s, the as-of day", BD_ARG(date));
    }
    return days > 0 ? bd_str_format(r->arena, "%.*s, in %lld day%s", BD_ARG(date), days,
                                    days == 1 ? "" : "s")
                    : bd_str_format(r->arena, "%.*s, %lld day%s ago", BD_ARG(date), -days,
                                    days == -1 ? "" : "s");
}

static void add_clock(report *r) {
    const bd_period *period = r->assessment->period;
    bd_table *table = add_facts(r, false);
    fact(table, "Period",
         bd_str_format(r->arena, "%.*s, %.*s (%.*s)", BD_ARG(words_period_kind(r)),
                       BD_ARG(words_period(r)), BD_ARG(period->id)));
    fact(table, "As of", words_as_of(r));
    fact(table, "Period ends", days_to(r, period->is_type_ii ? period->to : period->as_of));
    fact(table, "Fieldwork begins", days_to(r, period->fieldwork));
    bd_cell_run(table, fact_cell(table, "Assessment"), BD_RUN_MONO,
                bd_str_format(r->arena, "SHA-256 %.*s", BD_ARG(r->in->assessment_sha256)));
}

/* Open exceptions weigh most, then due instances that are not accepted. */
static int64_t weight_of(const report *r, const bd_control_result *c) {
    return (int64_t)count_open_of(r, c) * 1000 + (c->due - c->accepted);
}

static int cmp_worst(const void *context, const void *a, const void *b) {
    const report *r = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int64_t left = weight_of(r, &r->assessment->controls[x]),
            right = weight_of(r, &r->assessment->controls[y]);
    if (left != right) {
        return left > right ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static index_list unfinished(report *r) {
    index_list list = {0};
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        bool is_unfinished = c->state == BD_STATE_PROGRESS || c->state == BD_STATE_BLANK;
        if (r->position[i] != NOWHERE && c->is_in_scope && is_unfinished) {
            *bd_push(r->arena, &list) = (uint32_t)i;
        }
    }
    return list;
}

static void add_worst(report *r) {
    static const column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                         {"Statement", BD_ALIGN_LEFT, 2},
                                         {"Owner", BD_ALIGN_LEFT, 0},
                                         {"State", BD_ALIGN_LEFT, 0},
                                         {"Why", BD_ALIGN_LEFT, 2}};
    index_list list = unfinished(r);
    bd_sort(list.data, list.count, sizeof(uint32_t), cmp_worst, r);
    if (list.count == 0) {
        say(r, BD_PARA_BODY, "Nothing is unfinished.");
        return;
    }
    bd_table *table = ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < list.count && i < WORST_ITEMS; i++) {
        const bd_control_result *c = &r->assessment->controls[list.data[i]];
        bd_table_text(table, c->control->number);
        bd_table_text(table, words_catalog(r, c->control->statement));
        bd_table_text(table, c->control->owner);
        cell_state(r, table, c);
        bd_table_text(table, words_sentence(r, words_journal_text(r, c->reason)));
    }
}

void section_readiness_summary(report *r) {
    bd_doc_heading(r->doc, 1,
                   bd_str_format(r->arena, "Readiness of %.*s", BD_ARG(r->engagement->system_name)),
                   BD_STR("readiness"));
    add_clock(r);
    section_score(r);
    section_series_chart(r);
    bd_doc_heading(r->doc, 2, BD_STR("Look at these first"), BD_STR("worst"));
    add_worst(r);
}

/* ---- stale and missing
 * ------------------------------------------------------------------------------------------------ */

typedef struct {
    const bd_control_result *control;
    size_t position, index;
} stale_item;
typedef BD_VEC(stale_item) stale_list;

static int cmp_oldest(const void *context, const void *a, const void *b) {
    (void)context;
    const stale_item *x = a;
    const stale_item *y = b;
    int left = x->control->requirements[x->index].age_days,
        right = y->control->requirements[y->index].age_days;
    if (left != right) {
        return left > right ? -1 : 1;
    }
    return (x->position > y->position) - (x->position < y->position);
}

static stale_list stale_of(report *r) {
    stale_list list = {0};
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        for (size_t k = 0; r->position[i] != NOWHERE && c->is_in_scope && k < c->requirement_count;
             k++) {
            const bd_requirement_result *q = &c->requirements[k];
            if (q->due > 0 && !q->is_fresh && q->newest != BD_INSTANT_NONE &&
                c->state != BD_STATE_NA) {
                *bd_push(r->arena, &list) = (stale_item){c, r->position[i], k};
            }
        }
    }
    bd_sort(list.data, list.count, sizeof(stale_item), cmp_oldest, NULL);
    return list;
}

static void add_stale(report *r, const stale_list *list) {
    static const column_def columns[] = {
        {"Requirement", BD_ALIGN_LEFT, 0}, {"What", BD_ALIGN_LEFT, 2},
        {"Owner", BD_ALIGN_LEFT, 0},       {"Newest", BD_ALIGN_LEFT, 0},
        {"Age, days", BD_ALIGN_RIGHT, 0},  {"Limit", BD_ALIGN_RIGHT, 0}};
    bd_table *table = ADD_TABLE(
        r, BD_STR("Stale: newest evidence older than its limit, oldest first"), columns, true);
    for (size_t i = 0; i < list->count; i++) {
        const bd_requirement_result *q = &list->data[i].control->requirements[list->data[i].index];
        bd_table_text(table, q->requirement->id);
        bd_table_text(table, words_catalog(r, q->requirement->statement));
        bd_table_text(table, list->data[i].control->control->owner);
        bd_table_text(table, words_utc_day(r, q->newest));
        cell_figure(r, table,
                    pointer_of(r, "/controls/%zu/requirements/%zu/age_days", list->data[i].position,
                               list->data[i].index),
                    q->age_days);
        bd_table_text(table,
                      words_age_limit(r, q->requirement->max_age_days, q->requirement->grace_days));
    }
}

static bool is_gap(const bd_requirement_result *q) {
    return q->is_checked && q->has_evidence && q->accepted < q->due;
}

static bd_str open_instances(const report *r, const bd_requirement_result *q) {
    bd_strs open = {0};
    for (size_t i = 0; i < q->instance_count; i++) {
        const bd_instance *instance = &q->instances[i];
        if (instance->is_due && !instance->is_accepted) {
            *bd_push(r->arena, &open) =
                bd_str_format(r->arena, "%.*s %.*s", BD_ARG(instance->id),
                              BD_ARG(words_outcome(instance->outcome, q->requirement->frequency)));
        }
    }
    return words_list(r, &open, ", ");
}

/* Only what a check reads: more evidence can complete it. */
static void add_gaps(report *r) {
    static const column_def columns[] = {{"Requirement", BD_ALIGN_LEFT, 0},
                                         {"What", BD_ALIGN_LEFT, 2},
                                         {"Owner", BD_ALIGN_LEFT, 0},
                                         {"Instances not accepted", BD_ALIGN_LEFT, 2}};
    bd_table *table = NULL;
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        for (size_t k = 0;
             r->position[i] != NOWHERE && c->state == BD_STATE_PROGRESS && k < c->requirement_count;
             k++) {
            const bd_requirement_result *q = &c->requirements[k];
            if (!is_gap(q)) {
                continue;
            }
            if (table == NULL) {
                table = ADD_TABLE(
                    r, BD_STR("Missing: tested, but with instances that are not accepted"), columns,
                    true);
            }
            bd_table_text(table, q->requirement->id);
            bd_table_text(table, words_catalog(r, q->requirement->statement));
            bd_table_text(table, c->control->owner);
            bd_table_text(table, open_instances(r, q));
        }
    }
}

void section_stale(report *r) {
    bd_doc_page_break(r->doc);
    bd_doc_heading(r->doc, 1, BD_STR("Stale and missing evidence"), BD_STR("stale"));
    stale_list list = stale_of(r);
    if (list.count > 0) {
        add_stale(r, &list);
    } else {
        say(r, BD_PARA_BODY, "No evidence is stale.");
    }
    add_gaps(r);
}

/* ---- owner pages
 * ------------------------------------------------------------------------------------------------------------ */

static bd_strs owners_of(report *r) {
    bd_strs owners = {0};
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        bd_str owner = r->assessment->controls[i].control->owner;
        bool is_new = r->position[i] != NOWHERE;
        for (size_t k = 0; k < owners.count; k++) {
            is_new = is_new && !bd_str_eq(owners.data[k], owner);
        }
        if (is_new) {
            *bd_push(r->arena, &owners) = owner;
        }
    }
    return owners;
}

typedef struct {
    bd_strs seen;
    bd_str text;
    size_t left_out;
} wanted_list;

static void want(const report *r, wanted_list *wanted, bd_str source) {
    for (size_t i = 0; i < wanted->seen.count; i++) {
        if (bd_str_eq(wanted->seen.data[i], source)) {
            return;
        }
    }
    *bd_push(r->arena, &wanted->seen) = source;
    if (wanted->seen.count > WANTED_SOURCES) {
        wanted->left_out++;
        return;
    }
    const bd_source_def *known = bd_catalog_source(r->catalog, source);
    bd_str title = known == NULL ? source : known->title;
    title = bd_str_eqz(source, "doc") ? BD_STR("Document, approved and reviewed") : title;
    wanted->text = bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(wanted->text),
                                 wanted->text.size > 0 ? "; " : "", BD_ARG(title));
}

/* What the requirements that are not met yet are shown by; `explain` names all of it. */
static bd_str to_hand_in(report *r, const bd_control_result *c) {
    wanted_list wanted = {.text = {"", 0}};
    for (size_t i = 0; i < c->requirement_count; i++) {
        const bd_requirement_result *q = &c->requirements[i];
        for (size_t k = 0;
             (q->accepted < q->due || !q->is_fresh) && k < q->requirement->sources.count; k++) {
            want(r, &wanted, q->requirement->sources.data[k]);
        }
    }
    if (wanted.text.size > 0) {
        return wanted.left_out == 0 ? wanted.text
                                    : bd_str_format(r->arena, "%.*s; %zu more", BD_ARG(wanted.text),
                                                    wanted.left_out);
    }
    return count_open_of(r, c) > 0
               ? BD_STR("Response to the open exceptions, signed by the owner and a reviewer")
               : BD_STR("Later evidence that is clean");
}

static bool is_tested(const bd_control_result *c) {
    for (size_t i = 0; i < c->requirement_count; i++) {
        if (c->requirements[i].is_checked) {
            return true;
        }
    }
    return false;
}

static void add_owner_row(report *r, bd_table *table, size_t index) {
    const bd_control_result *c = &r->assessment->controls[index];
    bd_table_text(table, c->control->number);
    cell_state(r, table, c);
    bd_cell *cell = bd_table_cell(table);
    cell_add_figure(r, table, cell, pointer_of(r, "/controls/%zu/accepted", r->position[index]),
                    c->accepted);
    cell_add(table, cell, BD_STR(" / "));
    cell_add_figure(r, table, cell, pointer_of(r, "/controls/%zu/due", r->position[index]), c->due);
    cell = bd_table_cell(table);
    cell_add(table, cell, words_catalog(r, c->control->statement));
    if (is_tested(c)) {
        cell_add_muted(table, cell,
                       bd_str_format(r->arena, " %.*s",
                                     BD_ARG(words_sentence(r, words_journal_text(r, c->reason)))));
    }
    bd_table_text(table, to_hand_in(r, c));
}

static bool is_owned(const report *r, size_t index, bd_str owner) {
    const bd_control_result *c = &r->assessment->controls[index];
    return r->position[index] != NOWHERE && c->is_in_scope && bd_str_eq(c->control->owner, owner);
}

static bd_str complete_of(const report *r, bd_str owner) {
    size_t complete = 0, total = 0;
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        total += is_owned(r, i, owner);
        complete += is_owned(r, i, owner) && r->assessment->controls[i].state == BD_STATE_COMPLETE;
    }
    return bd_str_format(r->arena, "%zu of %zu complete", complete, total);
}

static void add_owner(report *r, bd_str owner) {
    static const column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                         {"State", BD_ALIGN_LEFT, 0},
                                         {"Accepted / due", BD_ALIGN_RIGHT, 0},
                                         {"What it is about", BD_ALIGN_LEFT, 1.1},
                                         {"To hand in", BD_ALIGN_LEFT, 1}};
    bd_table *table = NULL;
    bd_str people = words_people(r, owner);
    bd_str name = people.size > 0
                      ? bd_str_format(r->arena, "%.*s: %.*s", BD_ARG(owner), BD_ARG(people))
                      : owner;
    bd_doc_heading(r->doc, 3,
                   bd_str_format(r->arena, "%.*s \xe2\x80\x93 %.*s", BD_ARG(name),
                                 BD_ARG(complete_of(r, owner))),
                   bd_report_anchor(r->arena, "owner", owner));
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        if (is_owned(r, i, owner) &&
            (c->state == BD_STATE_PROGRESS || c->state == BD_STATE_BLANK)) {
            table = table != NULL ? table : ADD_TABLE(r, BD_STR(""), columns, true);
            add_owner_row(r, table, i);
        }
    }
}

void section_owners(report *r) {
    bd_doc_heading(r->doc, 1, BD_STR("By owner"), BD_STR("owners"));
    say(r, BD_PARA_NOTE,
        "Put files into the inbox with a sidecar that names source, time and exporter; documents "
        "need a "
        "preparer, a different reviewer and, for policies, an approver. 'bindery explain CONTROL' "
        "names every requirement, source and file behind a state.");
    bd_strs owners = owners_of(r);
    for (size_t i = 0; i < owners.count; i++) {
        add_owner(r, owners.data[i]);
    }
}

void section_exceptions_short(report *r) {
    bd_doc_heading(r->doc, 1, BD_STR("Open exceptions"), BD_STR("exceptions"));
    section_open_exceptions(r, BD_REPORT_EXCEPTIONS);
}
