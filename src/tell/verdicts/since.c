/* Changes since the package before this one: what was compared stands in 80_MACHINE/previous.json, what came of it in
 * 80_MACHINE/changes.json.  Each number is a figure of the latter: "changes.json#" and its place there. */
#include "bindery/verdicts.h"

#define MOST_ROWS 100
#define CHANGES "/changes/"

static bd_str text_of(const bd_report *r, const bd_value *object, const char *key) {
    const bd_value *value = bd_value_find(object, key);
    bool is_text = value != NULL && (value->kind == BD_STRING || value->kind == BD_NUMBER);
    return is_text && value->text.size > 0 ? bd_words_journal_text(r, value->text)
                                           : BD_STR("\xe2\x80\x93");
}

/* ---- numbers ---- */

static const bd_value *list_at(const bd_report *r, bd_str pointer) {
    return bd_value_at(r->in->since, pointer);
}

/* False where there is no number: `before` of a population that is new. */
static bool number_at(const bd_report *r, bd_str pointer, int64_t *out) {
    const bd_value *value = bd_value_at(r->in->since, pointer);
    return value != NULL && value->kind == BD_NUMBER && bd_str_to_i64(value->text, out);
}

static bd_str place_of(const bd_report *r, bd_str pointer) {
    return bd_str_format(r->arena, "changes.json#%.*s", BD_ARG(pointer));
}

static void cell_number(bd_report *r, bd_table *table, bd_cell *cell, bd_str pointer) {
    int64_t number;
    if (number_at(r, pointer, &number)) {
        bd_cell_add_figure(r, table, cell, place_of(r, pointer), number);
        return;
    }
    bd_cell_add(table, cell, BD_STR("\xe2\x80\x93"));
}

/* A heading that says how many stand below it. */
static void heading(bd_report *r, const char *title, bd_str pointer, const char *anchor) {
    int64_t number = 0;
    BD_ASSERT(number_at(r, pointer, &number));
    bd_str text = bd_words_number(r, number);
    bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "%s (%.*s)", title, BD_ARG(text)),
                   bd_str_of(anchor));
    bd_doc_figure(r->doc, place_of(r, pointer), text);
}

static void say_more(bd_report *r, size_t count, bd_str pointer) {
    int64_t number;
    if (count <= MOST_ROWS || !number_at(r, pointer, &number)) {
        return;
    }
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_text(para, bd_str_format(r->arena, "The first %d are printed, of ", MOST_ROWS));
    bd_para_add_figure(r, para, place_of(r, pointer), number);
    bd_para_text(para, BD_STR("; all stand in "));
    bd_para_styled(para, BD_RUN_MONO, BD_STR("80_MACHINE/changes.json"));
    bd_para_text(para, BD_STR("."));
}

static bd_str arrow(const bd_report *r, bd_str before, bd_str after) {
    return bd_str_eq(before, after)
               ? bd_str_format(r->arena, "%.*s, unchanged", BD_ARG(after))
               : bd_str_format(r->arena, "%.*s before, now %.*s", BD_ARG(before), BD_ARG(after));
}

static bd_str score_place(const bd_report *r, const char *side, const char *name,
                          const char *part) {
    return bd_str_format(r->arena, CHANGES "%s/score/%s/%s", side, name, part);
}

static void cell_score(bd_report *r, bd_table *table, bd_cell *cell, const char *side,
                       const char *name) {
    cell_number(r, table, cell, score_place(r, side, name, "n"));
    bd_cell_add(table, cell, BD_STR(" of "));
    cell_number(r, table, cell, score_place(r, side, name, "of"));
}

static bool is_score_same(const bd_report *r, const char *name, const char *part) {
    int64_t before, after;
    return number_at(r, score_place(r, "before", name, part), &before) &&
           number_at(r, score_place(r, "after", name, part), &after) && before == after;
}

static void fact_score(bd_report *r, bd_table *table, const char *title, const char *name) {
    bd_cell *cell = bd_fact_cell(table, title);
    if (is_score_same(r, name, "n") && is_score_same(r, name, "of")) {
        cell_score(r, table, cell, "after", name);
        bd_cell_add(table, cell, BD_STR(", unchanged"));
        return;
    }
    cell_score(r, table, cell, "before", name);
    bd_cell_add(table, cell, BD_STR(" before, now "));
    cell_score(r, table, cell, "after", name);
}

static void fact_evidence(bd_report *r, bd_table *table) {
    static const struct {
        const char *key, *words;
    } parts[] = {{"carried", " carried, unchanged, hash equal; "},
                 {"new", " new; "},
                 {"changed", " with other content under the same path; "},
                 {"gone", " no longer there"}};
    bd_cell *cell = bd_fact_cell(table, "Items of evidence");
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        cell_number(r, table, cell,
                    bd_str_format(r->arena, CHANGES "evidence/counts/%s", parts[i].key));
        bd_cell_add(table, cell, bd_str_of(parts[i].words));
    }
}

static bd_str period_of(const bd_report *r, const bd_value *side) {
    const bd_value *period = bd_value_find(side, "period");
    return bd_str_format(r->arena, "%.*s as of %.*s", BD_ARG(text_of(r, period, "id")),
                         BD_ARG(text_of(r, side, "as_of")));
}

static void add_sides(bd_report *r, const bd_value *changes) {
    const bd_value *before = bd_value_find(changes, "before"), *after = bd_value_find(changes, "after");
    const bd_value *catalog = bd_value_find(changes, "catalog");
    bd_table *table = bd_add_facts(r, true);
    bd_add_fact(table, "Package before", text_of(r, r->in->since, "package_id"));
    bd_add_fact(table, "Its SHA256SUMS", text_of(r, r->in->since, "sums_sha256"));
    bd_add_fact(table, "Period", arrow(r, period_of(r, before), period_of(r, after)));
    fact_score(r, table, "READY", "ready");
    fact_score(r, table, "COVER", "cover");
    fact_score(r, table, "FRESH", "fresh");
    bd_add_fact(table, "Bindery",
                arrow(r, text_of(r, before, "bindery"), text_of(r, after, "bindery")));
    bd_add_fact(table, "Catalog",
                bd_value_is_true(catalog, "same")
                    ? BD_STR("the same controls, requirements, checks and mappings")
                    : arrow(r, bd_str_sub(text_of(r, before, "catalog_sha256"), 0, 12),
                            bd_str_sub(text_of(r, after, "catalog_sha256"), 0, 12)));
    fact_evidence(r, table);
}

/* ---- lists ---- */

static void add_exceptions(bd_report *r, const char *key, const char *title, const char *anchor) {
    static const bd_column_def columns[] = {{"Exception", BD_ALIGN_LEFT, 2},
                                            {"Resource", BD_ALIGN_LEFT, 2},
                                            {"Found", BD_ALIGN_LEFT, 2},
                                            {"Failing", BD_ALIGN_LEFT, 0},
                                            {"State", BD_ALIGN_LEFT, 0}};
    const bd_value *list = list_at(r, bd_str_format(r->arena, CHANGES "exceptions/%s", key));
    bd_str how_many = bd_str_format(r->arena, CHANGES "counts/exceptions/%s", key);
    size_t count = bd_value_count(list);
    if (count == 0) {
        return;
    }
    heading(r, title, how_many, anchor);
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_styled(table, BD_RUN_MONO, text_of(r, one, "id"));
        bd_table_text(table, bd_words_resource(r, text_of(r, one, "resource")));
        bd_table_text(table, text_of(r, one, "reason"));
        bd_table_text(table, bd_str_format(r->arena, "%.*s to %.*s%s",
                                           BD_ARG(text_of(r, one, "first_seen_failing")),
                                           BD_ARG(text_of(r, one, "last_seen_failing")),
                                           bd_value_is_true(one, "repeated") ? ", repeated" : ""));
        bd_table_text(table, text_of(r, one, "state"));
    }
    say_more(r, count, how_many);
}

static void add_states(bd_report *r, const bd_value *list) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Owner", BD_ALIGN_LEFT, 1},
                                            {"Before", BD_ALIGN_LEFT, 0},
                                            {"Now", BD_ALIGN_LEFT, 0},
                                            {"Change", BD_ALIGN_LEFT, 0}};
    size_t count = bd_value_count(list);
    if (count == 0) {
        return;
    }
    heading(r, "Control states that changed", BD_STR(CHANGES "counts/states"), "since-states");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_str id = bd_value_text(one, "id");
        bd_add_link(table, id, bd_anchor_of(r, "control", id));
        bd_table_text(table, text_of(r, one, "owner"));
        bd_table_text(table, text_of(r, one, "before"));
        bd_table_text(table, text_of(r, one, "after"));
        bd_table_text(table, text_of(r, one, "direction"));
    }
    say_more(r, count, BD_STR(CHANGES "counts/states"));
}

/* The members of a list in one line: texts, or objects by their name or id. */
static void fact_list(bd_report *r, bd_table *table, const char *title, const bd_value *list,
                      bd_str how_many) {
    bd_str out = {"", 0};
    for (size_t i = 0; i < bd_value_count(list) && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_str name = one->kind == BD_STRING                    ? one->text
                      : bd_value_text(one, "name").size > 0 ? bd_value_text(one, "name")
                                                            : bd_value_text(one, "id");
        bool is_moved = bd_value_find(one, "owner_after") != NULL;
        out = bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(out), i > 0 ? ", " : "", BD_ARG(name));
        if (is_moved) {
            out = bd_str_format(r->arena, "%.*s (owner %.*s, was %.*s)", BD_ARG(out),
                                BD_ARG(bd_value_text(one, "owner_after")),
                                BD_ARG(bd_value_text(one, "owner_before")));
        } else if (bd_value_is_true(one, "reworded")) {
            out = bd_str_format(r->arena, "%.*s (reworded)", BD_ARG(out));
        }
    }
    bd_cell *cell = bd_fact_cell(table, title);
    bd_cell_add(table, cell, bd_words_journal_text(r, out));
    if (bd_value_count(list) > MOST_ROWS) {
        bd_cell_add(table, cell, BD_STR(" and others, in all "));
        cell_number(r, table, cell, how_many);
    }
}

static void add_scope(bd_report *r, const bd_value *scope) {
    static const struct {
        const char *key, *title;
    } rows[] = {
        {"categories_added", "Categories added"},
        {"categories_removed", "Categories removed"},
        {"subscriptions_added", "Subscriptions added"},
        {"subscriptions_removed", "Subscriptions removed"},
        {"vendors_added", "Vendors added or restated"},
        {"vendors_removed", "Vendors removed or restated"},
        {"controls_added", "Controls now in scope"},
        {"controls_removed", "Controls no longer in scope"},
        {"controls_changed", "Controls with another owner or wording"},
    };
    bd_table *table = NULL;
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_value *list = bd_value_find(scope, rows[i].key);
        if (bd_value_count(list) == 0) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, BD_STR("Scope"), BD_STR("since-scope"));
            table = bd_add_facts(r, true);
        }
        fact_list(r, table, rows[i].title, list,
                  bd_str_format(r->arena, CHANGES "counts/scope/%s", rows[i].key));
    }
}

static void add_catalog(bd_report *r, const bd_value *catalog) {
    static const char *const lists[] = {"controls", "requirements", "checks", "mappings"};
    static const char *const kinds[] = {"added", "changed", "removed"};
    bd_table *table = NULL;
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        for (size_t k = 0; k < BD_COUNT(kinds); k++) {
            const bd_value *list = bd_value_find(bd_value_find(catalog, lists[i]), kinds[k]);
            if (bd_value_count(list) == 0) {
                continue;
            }
            if (table == NULL) {
                bd_doc_heading(r->doc, 3, BD_STR("Catalog"), BD_STR("since-catalog"));
                table = bd_add_facts(r, true);
            }
            fact_list(r, table, bd_str_format(r->arena, "%s %s", lists[i], kinds[k]).data, list,
                      bd_str_format(r->arena, CHANGES "counts/catalog/%s/%s", lists[i], kinds[k]));
        }
    }
}

static void add_populations(bd_report *r, const bd_value *list) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Population", BD_ALIGN_LEFT, 1},
                                            {"Before", BD_ALIGN_RIGHT, 0},
                                            {"Now", BD_ALIGN_RIGHT, 0}};
    size_t count = bd_value_count(list);
    if (count == 0) {
        return;
    }
    bd_str how_many = BD_STR(CHANGES "counts/populations");
    heading(r, "Populations of other items", how_many, "since-populations");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_text(table, text_of(r, one, "control"));
        bd_table_text(table, text_of(r, one, "name"));
        cell_number(r, table, bd_table_cell(table),
                    bd_str_format(r->arena, CHANGES "populations/%zu/before", i));
        cell_number(r, table, bd_table_cell(table),
                    bd_str_format(r->arena, CHANGES "populations/%zu/after", i));
    }
    say_more(r, count, how_many);
}

static void add_instances(bd_report *r, const bd_value *coverage) {
    static const bd_column_def columns[] = {{"Requirement", BD_ALIGN_LEFT, 0},
                                            {"Instance", BD_ALIGN_LEFT, 0},
                                            {"Outcome", BD_ALIGN_LEFT, 1}};
    const bd_value *list = bd_value_find(coverage, "instances");
    size_t count = bd_value_count(list);
    if (count == 0) {
        return;
    }
    bd_str how_many = BD_STR(CHANGES "counts/coverage/instances");
    heading(r, "Instances due since", how_many, "since-instances");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_text(table, bd_str_format(r->arena, "%.*s %.*s", BD_ARG(text_of(r, one, "control")),
                                           BD_ARG(bd_value_text(one, "req"))));
        bd_table_text(table, text_of(r, one, "instance"));
        bd_table_text(table, text_of(r, one, "outcome"));
    }
    say_more(r, count, how_many);
}

/* New files and changed ones; what is carried is unchanged and counted above. */
static void add_files(bd_report *r, const char *key, const char *title, const char *anchor) {
    static const bd_column_def columns[] = {
        {"Evidence", BD_ALIGN_LEFT, 0}, {"File", BD_ALIGN_LEFT, 1}, {"SHA-256", BD_ALIGN_LEFT, 0}};
    const bd_value *list = list_at(r, bd_str_format(r->arena, CHANGES "evidence/%s", key));
    bd_str how_many = bd_str_format(r->arena, CHANGES "evidence/counts/%s", key);
    size_t count = bd_value_count(list);
    if (count == 0) {
        return;
    }
    heading(r, title, how_many, anchor);
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_text(table, text_of(r, one, "id"));
        bd_table_styled(table, BD_RUN_MONO, text_of(r, one, "path"));
        bd_table_styled(table, BD_RUN_MONO, bd_str_sub(text_of(r, one, "sha256"), 0, 12));
    }
    say_more(r, count, how_many);
}

static void say_none(bd_report *r) {
    bd_str digest = r->in->previous_package;
    if (digest.size == 0) {
        bd_say(r, BD_PARA_BODY,
               "This is the first package of the engagement; there is no earlier one to "
               "compare it with.");
        return;
    }
    bd_say_text(
        r, BD_PARA_BODY,
        bd_str_format(r->arena,
                      "The package before this one has the SHA256SUMS of hash %.*s. It was not at "
                      "hand when this one was made, so that nothing is said of changes.",
                      BD_ARG(digest)));
}

void bd_section_since(bd_report *r) {
    const bd_value *changes = bd_value_find(r->in->since, "changes");
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Changes since the last binder"), BD_STR("since"));
    if (changes == NULL) {
        say_none(r);
        return;
    }
    bd_say(r, BD_PARA_BODY,
           "Compared with the package before this one, as 80_MACHINE/previous.json of this package "
           "sums it up; 80_MACHINE/changes.json holds what came of it. Fixed means that it was "
           "seen clean since or is closed, or that its check passed and lists it no more.");
    add_sides(r, changes);
    add_exceptions(r, "new", "New exceptions", "since-new");
    add_exceptions(r, "still", "Still failing or open", "since-still");
    add_exceptions(r, "fixed", "Fixed", "since-fixed");
    add_exceptions(r, "unobserved", "Failed before, not observed since", "since-unobserved");
    add_states(r, bd_value_find(changes, "states"));
    add_scope(r, bd_value_find(changes, "scope"));
    add_catalog(r, bd_value_find(changes, "catalog"));
    add_populations(r, bd_value_find(changes, "populations"));
    add_instances(r, bd_value_find(changes, "coverage"));
    add_files(r, "new", "New evidence", "since-evidence");
    add_files(r, "changed", "Evidence with other content", "since-changed");
    add_files(r, "gone", "Evidence no longer there", "since-gone");
}
