/* Changes since the package before this one: what was compared stands in 80_MACHINE/previous.json. */
#include "bindery/report.h"

#include "report_priv.h"

#define MOST_ROWS 100

static size_t count_of(const bd_value *list) {
    return list != NULL && list->kind == BD_ARRAY ? list->count : 0;
}

static bd_str text_of(const report *r, const bd_value *object, const char *key) {
    const bd_value *value = bd_value_find(object, key);
    bool is_text = value != NULL && (value->kind == BD_STRING || value->kind == BD_NUMBER);
    return is_text && value->text.size > 0 ? words_journal_text(r, value->text) : BD_STR("\xe2\x80\x93");
}

static void say_more(report *r, size_t count) {
    if (count > MOST_ROWS) {
        say_text(r, BD_PARA_NOTE,
                 bd_str_format(r->arena, "%zu more of %zu are left out here; 'bindery diff' lists all.",
                               count - MOST_ROWS, count));
    }
}

static bd_str arrow(const report *r, bd_str before, bd_str after) {
    return bd_str_eq(before, after)
               ? bd_str_format(r->arena, "%.*s, unchanged", BD_ARG(after))
               : bd_str_format(r->arena, "%.*s before, now %.*s", BD_ARG(before), BD_ARG(after));
}

static bd_str score_of(const report *r, const bd_value *side, const char *name) {
    const bd_value *ratio = bd_value_find(bd_value_find(side, "score"), name);
    return bd_str_format(r->arena, "%.*s of %.*s", BD_ARG(text_of(r, ratio, "n")),
                         BD_ARG(text_of(r, ratio, "of")));
}

static bd_str period_of(const report *r, const bd_value *side) {
    const bd_value *period = bd_value_find(side, "period");
    return bd_str_format(r->arena, "%.*s as of %.*s", BD_ARG(text_of(r, period, "id")),
                         BD_ARG(text_of(r, side, "as_of")));
}

static void add_sides(report *r, const bd_value *changes) {
    const bd_value *before = bd_value_find(changes, "before"), *after = bd_value_find(changes, "after");
    const bd_value *catalog = bd_value_find(changes, "catalog");
    const bd_value *counts = bd_value_find(bd_value_find(changes, "evidence"), "counts");
    bd_table *table = add_facts(r, true);
    fact(table, "Package before", text_of(r, r->in->since, "package_id"));
    fact(table, "Its SHA256SUMS", text_of(r, r->in->since, "sums_sha256"));
    fact(table, "Period", arrow(r, period_of(r, before), period_of(r, after)));
    fact(table, "READY", arrow(r, score_of(r, before, "ready"), score_of(r, after, "ready")));
    fact(table, "COVER", arrow(r, score_of(r, before, "cover"), score_of(r, after, "cover")));
    fact(table, "FRESH", arrow(r, score_of(r, before, "fresh"), score_of(r, after, "fresh")));
    fact(table, "Bindery", arrow(r, text_of(r, before, "bindery"), text_of(r, after, "bindery")));
    fact(table, "Catalog",
         bd_value_is_true(catalog, "same")
             ? BD_STR("the same controls, requirements, checks and mappings")
             : arrow(r, bd_str_sub(text_of(r, before, "catalog_sha256"), 0, 12),
                     bd_str_sub(text_of(r, after, "catalog_sha256"), 0, 12)));
    fact(table, "Evidence",
         bd_str_format(r->arena,
                       "%.*s items carried, unchanged, hash equal; %.*s new; %.*s with other content "
                       "under the same path; %.*s no longer there",
                       BD_ARG(text_of(r, counts, "carried")), BD_ARG(text_of(r, counts, "new")),
                       BD_ARG(text_of(r, counts, "changed")), BD_ARG(text_of(r, counts, "gone"))));
}

/* ---- lists ---- */

static void add_exceptions(report *r, const bd_value *list, const char *title, const char *anchor) {
    static const column_def columns[] = {{"Exception", BD_ALIGN_LEFT, 2},
                                         {"Resource", BD_ALIGN_LEFT, 2},
                                         {"Found", BD_ALIGN_LEFT, 2},
                                         {"Failing", BD_ALIGN_LEFT, 0},
                                         {"State", BD_ALIGN_LEFT, 0}};
    size_t count = count_of(list);
    if (count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "%s (%zu)", title, count), bd_str_of(anchor));
    bd_table *table = ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_styled(table, BD_RUN_MONO, text_of(r, one, "id"));
        bd_table_text(table, words_resource(r, text_of(r, one, "resource")));
        bd_table_text(table, text_of(r, one, "reason"));
        bd_table_text(table, bd_str_format(r->arena, "%.*s to %.*s%s",
                                           BD_ARG(text_of(r, one, "first_seen_failing")),
                                           BD_ARG(text_of(r, one, "last_seen_failing")),
                                           bd_value_is_true(one, "repeated") ? ", repeated" : ""));
        bd_table_text(table, text_of(r, one, "state"));
    }
    say_more(r, count);
}

static void add_states(report *r, const bd_value *list) {
    static const column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                         {"Owner", BD_ALIGN_LEFT, 1},
                                         {"Before", BD_ALIGN_LEFT, 0},
                                         {"Now", BD_ALIGN_LEFT, 0},
                                         {"", BD_ALIGN_LEFT, 0}};
    size_t count = count_of(list);
    if (count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "Control states that changed (%zu)", count),
                   BD_STR("since-states"));
    bd_table *table = ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_str id = bd_value_text(one, "id");
        cell_link(table, id, anchor_of(r, "control", id));
        bd_table_text(table, text_of(r, one, "owner"));
        bd_table_text(table, text_of(r, one, "before"));
        bd_table_text(table, text_of(r, one, "after"));
        bd_table_text(table, text_of(r, one, "direction"));
    }
    say_more(r, count);
}

/* The members of a list in one line: texts, or objects by their name or id. */
static bd_str list_words(const report *r, const bd_value *list) {
    bd_str out = {"", 0};
    for (size_t i = 0; i < count_of(list) && i < MOST_ROWS; i++) {
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
    bool is_cut = count_of(list) > MOST_ROWS;
    return words_journal_text(r, is_cut ? bd_str_format(r->arena, "%.*s and %zu more", BD_ARG(out),
                                                        count_of(list) - MOST_ROWS)
                                        : out);
}

static void add_scope(report *r, const bd_value *scope) {
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
        if (count_of(list) == 0) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, BD_STR("Scope"), BD_STR("since-scope"));
            table = add_facts(r, true);
        }
        fact(table, rows[i].title, list_words(r, list));
    }
}

static void add_catalog(report *r, const bd_value *catalog) {
    static const char *const lists[] = {"controls", "requirements", "checks", "mappings"};
    static const char *const kinds[] = {"added", "changed", "removed"};
    bd_table *table = NULL;
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        for (size_t k = 0; k < BD_COUNT(kinds); k++) {
            const bd_value *list = bd_value_find(bd_value_find(catalog, lists[i]), kinds[k]);
            if (count_of(list) == 0) {
                continue;
            }
            if (table == NULL) {
                bd_doc_heading(r->doc, 3, BD_STR("Catalog"), BD_STR("since-catalog"));
                table = add_facts(r, true);
            }
            fact(table, bd_str_format(r->arena, "%s %s", lists[i], kinds[k]).data,
                 list_words(r, list));
        }
    }
}

static void add_populations(report *r, const bd_value *list) {
    static const column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                         {"Population", BD_ALIGN_LEFT, 1},
                                         {"Before", BD_ALIGN_RIGHT, 0},
                                         {"Now", BD_ALIGN_RIGHT, 0}};
    size_t count = count_of(list);
    if (count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "Populations of other items (%zu)", count),
                   BD_STR("since-populations"));
    bd_table *table = ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_text(table, text_of(r, one, "control"));
        bd_table_text(table, text_of(r, one, "name"));
        bd_table_text(table, text_of(r, one, "before"));
        bd_table_text(table, text_of(r, one, "after"));
    }
    say_more(r, count);
}

static void add_instances(report *r, const bd_value *coverage) {
    static const column_def columns[] = {{"Requirement", BD_ALIGN_LEFT, 0},
                                         {"Instance", BD_ALIGN_LEFT, 0},
                                         {"Outcome", BD_ALIGN_LEFT, 1}};
    const bd_value *list = bd_value_find(coverage, "instances");
    size_t count = count_of(list);
    if (count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "Instances due since (%zu)", count),
                   BD_STR("since-instances"));
    bd_table *table = ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_text(table, bd_str_format(r->arena, "%.*s %.*s", BD_ARG(text_of(r, one, "control")),
                                           BD_ARG(bd_value_text(one, "req"))));
        bd_table_text(table, text_of(r, one, "instance"));
        bd_table_text(table, text_of(r, one, "outcome"));
    }
    say_more(r, count);
}

/* New files and changed ones; what is carried is unchanged and counted above. */
static void add_files(report *r, const bd_value *list, const char *title, const char *anchor) {
    static const column_def columns[] = {{"Evidence", BD_ALIGN_LEFT, 0},
                                         {"File", BD_ALIGN_LEFT, 1},
                                         {"SHA-256", BD_ALIGN_LEFT, 0}};
    size_t count = count_of(list);
    if (count == 0) {
        return;
    }
    bd_doc_heading(r->doc, 3, bd_str_format(r->arena, "%s (%zu)", title, count), bd_str_of(anchor));
    bd_table *table = ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_value *one = &list->items[i];
        bd_table_text(table, text_of(r, one, "id"));
        bd_table_styled(table, BD_RUN_MONO, text_of(r, one, "path"));
        bd_table_styled(table, BD_RUN_MONO, bd_str_sub(text_of(r, one, "sha256"), 0, 12));
    }
    say_more(r, count);
}

static void say_none(report *r) {
    bd_str digest = r->in->previous_package;
    if (digest.size == 0) {
        say(r, BD_PARA_BODY, "This is the first package of the engagement; there is no earlier one to "
                             "compare it with.");
        return;
    }
    say_text(r, BD_PARA_BODY,
             bd_str_format(r->arena,
                           "The package before this one has the SHA256SUMS of hash %.*s. It was not at "
                           "hand when this one was made, so that nothing is said of changes.",
                           BD_ARG(digest)));
}

void section_since(report *r) {
    const bd_value *changes = bd_value_find(r->in->since, "changes");
    const bd_value *exceptions = bd_value_find(changes, "exceptions");
    const bd_value *evidence = bd_value_find(changes, "evidence");
    bd_doc_page_break(r->doc);
    open_section(r, BD_STR("Changes since the last binder"), BD_STR("since"));
    if (changes == NULL) {
        say_none(r);
        return;
    }
    say(r, BD_PARA_BODY,
        "Compared with the package before this one, as 80_MACHINE/previous.json of this package sums it "
        "up. Fixed means that it was seen clean since or is closed, or that its check passed and lists it no more.");
    add_sides(r, changes);
    add_exceptions(r, bd_value_find(exceptions, "new"), "New exceptions", "since-new");
    add_exceptions(r, bd_value_find(exceptions, "still"), "Still failing or open", "since-still");
    add_exceptions(r, bd_value_find(exceptions, "fixed"), "Fixed", "since-fixed");
    add_exceptions(r, bd_value_find(exceptions, "unobserved"), "Failed before, not observed since",
                   "since-unobserved");
    add_states(r, bd_value_find(changes, "states"));
    add_scope(r, bd_value_find(changes, "scope"));
    add_catalog(r, bd_value_find(changes, "catalog"));
    add_populations(r, bd_value_find(changes, "populations"));
    add_instances(r, bd_value_find(changes, "coverage"));
    add_files(r, bd_value_find(evidence, "new"), "New evidence", "since-evidence");
    add_files(r, bd_value_find(evidence, "changed"), "Evidence with other content", "since-changed");
    add_files(r, bd_value_find(evidence, "gone"), "Evidence no longer there", "since-gone");
}
