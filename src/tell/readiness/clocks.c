/* The readiness report: vendors' reports, what changed, what was not reached and what the platform is about to drop. */
#include "bindery/readiness.h"

#include "readiness_priv.h"

#define MOST_CHANGES 25
#define MOST_PAPERS 20
#define MOST_PERMISSIONS 8
#define MOST_TITLES 2 /* of the sources of one permission */

/* ---- vendors ---- */

static bd_str bridge_words(const bd_report *r, const bd_vendor_clock *one) {
    if (one->report_to == BD_DAY_NONE) {
        return BD_STR("no report counts yet");
    }
    return one->bridge_left >= 0
               ? bd_str_format(r->arena, "%.*s, %d day%s left",
                               BD_ARG(bd_words_day(r, one->bridge_until)), one->bridge_left,
                               one->bridge_left == 1 ? "" : "s")
               : bd_str_format(r->arena, "%.*s, %d day%s ago",
                               BD_ARG(bd_words_day(r, one->bridge_until)), -one->bridge_left,
                               one->bridge_left == -1 ? "" : "s");
}

static void add_vendors(bd_report *r) {
    static const bd_column_def columns[] = {{"Vendor", BD_ALIGN_LEFT, 1},
                                            {"Last report ends", BD_ALIGN_LEFT, 0},
                                            {"Covered to", BD_ALIGN_LEFT, 0},
                                            {"Open, days", BD_ALIGN_RIGHT, 0},
                                            {"Letters bridge until", BD_ALIGN_LEFT, 1}};
    const bd_readiness *ready = r->in->ready;
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < ready->vendors.count; i++) {
        const bd_vendor_clock *one = &ready->vendors.data[i];
        bd_table_text(table, one->vendor.size > 0 ? bd_words_journal_text(r, one->vendor)
                                                  : BD_STR("no vendor named"));
        bd_table_text(table, bd_words_day(r, one->report_to));
        bd_table_text(table, bd_words_day(r, one->covered_to));
        bd_table_text(table, bd_words_number(r, one->open_days));
        bd_table_text(table, bridge_words(r, one));
    }
}

static bd_str paper_words(bd_report *r, const bd_vendor_paper *one) {
    bd_str why = bd_words_journal_text(r, bd_words_list(r, &one->problems, "; "));
    return bd_str_format(r->arena, "%s%s%s%.*s", one->is_letter ? "letter, " : "",
                         one->counts ? "counts" : "does not count", why.size > 0 ? ": " : "",
                         BD_ARG(why));
}

static void add_papers(bd_report *r) {
    static const bd_column_def columns[] = {{"Evidence", BD_ALIGN_LEFT, 0},
                                            {"Report or letter", BD_ALIGN_LEFT, 2},
                                            {"From", BD_ALIGN_LEFT, 0},
                                            {"To", BD_ALIGN_LEFT, 0},
                                            {"Standing", BD_ALIGN_LEFT, 1}};
    const bd_readiness *ready = r->in->ready;
    if (ready->papers.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "No report or letter of a vendor is on file. Fetch the SOC 2 Type 2 reports of Azure "
               "from the Service Trust Portal and register them with their periods; behind the last "
               "one a letter that the vendor issued bridges at most 92 days.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Reports and letters on file"), columns, true);
    for (size_t i = 0; i < ready->papers.count && i < MOST_PAPERS; i++) {
        const bd_vendor_paper *one = &ready->papers.data[i];
        bd_add_evidence(r, table, one->evidence);
        bd_table_text(table, bd_words_journal_text(r, one->title));
        bd_table_text(table, bd_words_day(r, one->from));
        bd_table_text(table, bd_words_day(r, one->to));
        bd_table_text(table, paper_words(r, one));
    }
    if (ready->papers.count > MOST_PAPERS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "%zu more are on file; the binder's register of vendors "
                                            "has all.",
                                  ready->papers.count - MOST_PAPERS));
    }
}

void bd_section_vendor_clock(bd_report *r) {
    const bd_readiness *ready = r->in->ready;
    bd_open_section(r, BD_STR("Vendor clock"), BD_STR("vendors"));
    if (ready->vendors.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "No vendor is named in bindery.json and no report of one is on file. Azure is one: "
               "name it, fetch its SOC 2 Type 2 reports from the Service Trust Portal and register "
               "them with their periods.");
        return;
    }
    add_vendors(r);
    add_papers(r);
    bd_say(r, BD_PARA_NOTE,
           "The clock looks at days alone; whether a report speaks of what we use, with which "
           "opinion, is judged by the controls over vendors. Open: days of the period so far that "
           "neither a report nor a letter describes.");
}

/* ---- what changed ---- */

static void add_turns(bd_report *r) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Statement", BD_ALIGN_LEFT, 2},
                                            {"Owner", BD_ALIGN_LEFT, 0},
                                            {"Was", BD_ALIGN_LEFT, 0},
                                            {"Is", BD_ALIGN_LEFT, 0}};
    const bd_since *since = &r->in->ready->since;
    bd_table *table =
        BD_ADD_TABLE(r, BD_STR("Controls whose state or exception flag changed"), columns, true);
    for (size_t i = 0; i < since->turns.count && i < MOST_CHANGES; i++) {
        const bd_turn *turn = &since->turns.data[i];
        const bd_control_result *c = &r->assessment->controls[turn->control];
        bd_table_text(table, c->control->number);
        bd_table_text(table, bd_words_catalog(r, c->control->statement));
        bd_table_text(table, c->control->owner);
        bd_table_state(table, bd_mark_of_state(turn->before), turn->had_flag,
                       bd_str_of(bd_state_words(turn->before)));
        bd_table_state(table, bd_mark_of_state(turn->after), turn->has_flag,
                       bd_str_of(bd_state_words(turn->after)));
    }
    if (since->turns.count > MOST_CHANGES) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "%zu more changed; readiness.json has all.",
                                  since->turns.count - MOST_CHANGES));
    }
}

static void say_exceptions(bd_report *r) {
    const bd_since *since = &r->in->ready->since;
    bd_strs opened = {0};
    for (size_t i = 0; i < since->opened.count && i < MOST_CHANGES; i++) {
        *bd_push(r->arena, &opened) = r->assessment->exceptions.data[since->opened.data[i]].id;
    }
    bd_strs closed = since->closed;
    closed.count = closed.count < MOST_CHANGES ? closed.count : MOST_CHANGES;
    bd_say_text(r, BD_PARA_BODY,
                bd_str_format(r->arena, "Exceptions opened: %zu%s%.*s. No longer open: %zu%s%.*s.",
                              since->opened.count, opened.count > 0 ? ": " : "",
                              BD_ARG(bd_words_list(r, &opened, ", ")), since->closed.count,
                              closed.count > 0 ? ": " : "",
                              BD_ARG(bd_words_list(r, &closed, ", "))));
}

void bd_section_changes(bd_report *r) {
    const bd_since *since = &r->in->ready->since;
    if (since->from == NULL) {
        return;
    }
    bd_open_section(r,
                    bd_str_format(r->arena, "What changed since %.*s",
                                  BD_ARG(bd_words_day(r, since->from->day))),
                    BD_STR("changes"));
    say_exceptions(r);
    if (since->turns.count == 0) {
        bd_say(r, BD_PARA_BODY, "No control changed its state.");
        return;
    }
    add_turns(r);
}

/* ---- not reached, retention, permissions ---- */

static bd_str retention_words(const bd_report *r, const bd_retention *one) {
    bool goes_on = r->in->ready->today - one->source->retention_days < r->in->ready->ends;
    if (one->days_left > 0) {
        return bd_str_format(r->arena, "%d day%s left before loss", one->days_left,
                             one->days_left == 1 ? "" : "s");
    }
    if (one->lost_days == 0) {
        return BD_STR("the first day is dropped today");
    }
    return bd_str_format(r->arena, "%d day%s of the period lost on the platform%s", one->lost_days,
                         one->lost_days == 1 ? "" : "s", goes_on ? ", one more each day" : "");
}

static void add_retention(bd_report *r) {
    static const bd_column_def columns[] = {{"Log", BD_ALIGN_LEFT, 1},
                                            {"Kept, days", BD_ALIGN_RIGHT, 0},
                                            {"Described to", BD_ALIGN_LEFT, 0},
                                            {"In", BD_ALIGN_LEFT, 1},
                                            {"At risk", BD_ALIGN_LEFT, 2}};
    const bd_readiness *ready = r->in->ready;
    if (ready->retention.count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, BD_STR("Retention at risk"), BD_STR("quality-retention"));
    bd_table *table = BD_ADD_TABLE(r,
                                   BD_STR("What the platform drops can only come from a copy, such as a "
                                          "Log Analytics workspace"),
                                   columns, true);
    for (size_t i = 0; i < ready->retention.count; i++) {
        const bd_retention *one = &ready->retention.data[i];
        bd_table_text(table, one->source->title);
        bd_table_text(table, bd_words_number(r, one->source->retention_days));
        bd_table_text(table, bd_words_day(r, one->described_to));
        bd_table_text(table, one->described_to == BD_DAY_NONE ? BD_STR("nothing on file")
                                                              : bd_words_scope(r, one->scope));
        bd_table_text(table, retention_words(r, one));
    }
}

static void add_unreached(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Source", BD_ALIGN_LEFT, 1}, {"Subscriptions not seen in the period", BD_ALIGN_LEFT, 2}};
    const bd_readiness *ready = r->in->ready;
    if (ready->unreached.count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, BD_STR("Scopes not reached"), BD_STR("quality-scopes"));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < ready->unreached.count; i++) {
        const bd_unreached *one = &ready->unreached.data[i];
        bd_strs names = {0};
        for (size_t k = 0; k < one->missing.count; k++) {
            *bd_push(r->arena, &names) = bd_words_scope(r, one->missing.data[k]);
        }
        bd_table_text(table, bd_words_source_title(r, one->source->id));
        bd_table_text(table, bd_words_list(r, &names, ", "));
    }
}

static bd_str permission_of(const bd_source_def *source) {
    bool is_file = source != NULL && bd_str_eqz(source->permission, "file");
    return is_file || (source != NULL && source->permission.size == 0 && source->is_handed_in)
               ? BD_STR("none: a file that people keep")
           : source != NULL && source->permission.size > 0 ? source->permission
                                                           : BD_STR("none is named");
}

typedef struct {
    bd_str permission;
    bd_strs titles;
} asking;
typedef BD_VEC(asking) askings;

/* By sources, most first; a stable sort keeps the catalog's order of those that have as many. */
static int compare_askings(const void *context, const void *left, const void *right) {
    size_t a = ((const asking *)left)->titles.count;
    size_t b = ((const asking *)right)->titles.count;
    (void)context;
    return (a < b) - (a > b);
}

/* By the permission that their export takes: what to ask an administrator for. */
static askings by_permission(bd_report *r) {
    const bd_strs *missing = &r->assessment->sources_missing;
    askings all = {0};
    for (size_t i = 0; i < missing->count; i++) {
        const bd_source_def *source = bd_catalog_source(r->catalog, missing->data[i]);
        bd_str permission = permission_of(source);
        size_t at = 0;
        while (at < all.count && !bd_str_eq(all.data[at].permission, permission)) {
            at++;
        }
        if (at == all.count) {
            *bd_push(r->arena, &all) = (asking){.permission = permission};
        }
        *bd_push(r->arena, &all.data[at].titles) =
            source != NULL ? source->title : missing->data[i];
    }
    bd_sort(all.data, all.count, sizeof(asking), compare_askings, NULL);
    return all;
}

static void add_asking(bd_report *r, bd_table *table, const asking *one) {
    size_t more = one->titles.count > MOST_TITLES ? one->titles.count - MOST_TITLES : 0;
    bd_strs shown = one->titles;
    shown.count -= more;
    bd_str titles = bd_words_catalog(r, bd_words_list(r, &shown, "; "));
    bd_table_text(table, bd_words_catalog(r, one->permission));
    bd_table_text(table, bd_words_number(r, (int64_t)one->titles.count));
    bd_table_text(table, more == 0 ? titles
                                   : bd_str_format(r->arena, "%.*s; %zu more", BD_ARG(titles), more));
}

static void add_missing_sources(bd_report *r) {
    static const bd_column_def columns[] = {{"Permission", BD_ALIGN_LEFT, 1},
                                            {"Sources", BD_ALIGN_RIGHT, 0},
                                            {"Which", BD_ALIGN_LEFT, 1.5}};
    size_t count = r->assessment->sources_missing.count;
    askings all = by_permission(r);
    if (count == 0) {
        return;
    }
    bd_str rest = all.count <= MOST_PERMISSIONS
                      ? BD_STR("")
                      : bd_str_format(r->arena, " (readiness.json has %zu more)", all.count - MOST_PERMISSIONS);
    bd_doc_heading(r->doc, 3, BD_STR("Sources and permissions missing"), BD_STR("quality-sources"));
    bd_say_text(r, BD_PARA_NOTE,
                bd_str_format(r->arena,
                              "%zu source%s that checks read %s not on file; todo.csv names the "
                              "export behind each. By the permission that it takes%.*s:",
                              count, count == 1 ? "" : "s", count == 1 ? "is" : "are", BD_ARG(rest)));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < all.count && i < MOST_PERMISSIONS; i++) {
        add_asking(r, table, &all.data[i]);
    }
}

void section_unreached(bd_report *r) {
    add_retention(r);
    add_unreached(r);
    add_missing_sources(r);
}
