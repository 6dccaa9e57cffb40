/* Scope and system: what is in, what is out, who said so. */
#include "bindery/report.h"

#include "report_priv.h"

#define FACT_MEMBERS 24 /* of a list; the rest is counted */

static bool is_category_in(const bd_report *r, const char *name) {
    for (size_t i = 0; i < r->engagement->categories.count; i++) {
        if (bd_str_eqz(r->engagement->categories.data[i], name)) {
            return true;
        }
    }
    return false;
}

static bd_str categories_out(const bd_report *r) {
    bd_strs out = {0};
    for (size_t i = 0; i < BD_COUNT(bd_category_names); i++) {
        if (!is_category_in(r, bd_category_names[i])) {
            *bd_push(r->arena, &out) = bd_str_of(bd_category_names[i]);
        }
    }
    return out.count > 0 ? bd_words_list(r, &out, ", ") : BD_STR("none");
}

static void add_system(bd_report *r) {
    const bd_engagement *e = r->engagement;
    bd_table *table = bd_add_facts(r, false);
    bd_add_fact(table, "Organisation", e->organisation_name);
    bd_add_fact(table, "System", e->system_name);
    bd_add_fact(table, "Description", e->system_description);
    bd_add_fact(table, "Categories in scope", bd_words_list(r, &e->categories, ", "));
    bd_add_fact(table, "Categories out of scope", categories_out(r));
    bd_add_fact(table, "Entra tenant", e->tenant);
}

static void add_subscriptions(bd_report *r) {
    static const bd_column_def columns[] = {{"Subscription", BD_ALIGN_LEFT, 1},
                                            {"Id", BD_ALIGN_LEFT, 1}};
    const bd_engagement *e = r->engagement;
    if (e->subscriptions.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "No subscriptions are named: all that the evidence shows are in scope.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Subscriptions in scope"), columns, true);
    for (size_t i = 0; i < e->subscriptions.count; i++) {
        bd_table_text(table, e->subscriptions.data[i].name.size > 0 ? e->subscriptions.data[i].name
                                                                    : BD_STR("unnamed"));
        bd_table_styled(table, BD_RUN_MONO, e->subscriptions.data[i].id);
    }
    bd_say(
        r, BD_PARA_NOTE,
        "Anything outside these subscriptions and this tenant is out of scope. Services, "
        "commitments, components, incidents and complementary controls of users are described in "
        "management's own description of the system, not here.");
}

static void add_calendar(bd_report *r) {
    const bd_assessment *a = r->assessment;
    bd_table *table = bd_add_facts(r, false);
    bd_add_fact(table, "Period",
                bd_str_format(r->arena, "%.*s, %.*s", BD_ARG(bd_words_period_kind(r)),
                              BD_ARG(bd_words_period(r))));
    bd_add_fact(table, "Time zone",
                bd_str_format(r->arena, "%.*s, time zone data %.*s",
                              BD_ARG(r->engagement->zone_name), BD_ARG(a->zone_data_version)));
    bd_add_fact(table, "Begins", bd_words_instant(r, a->period_start));
    bd_add_fact(table, "Ends before", bd_words_instant(r, a->period_end));
    bd_str instant = bd_words_instant(r, a->as_of);
    bd_str words = bd_words_as_of(r);
    bd_add_fact(table, "Judged as of",
                bd_str_eq(words, instant)
                    ? instant
                    : bd_str_format(r->arena, "%.*s, %.*s", BD_ARG(words), BD_ARG(instant)));
    if (a->until != a->as_of) {
        bd_add_fact(table, "Ages count to", bd_words_instant(r, a->until));
    }
    bd_add_fact(table, "Fieldwork from", bd_words_day(r, a->period->fieldwork));
    bd_add_fact(table, "Months", bd_words_list(r, &a->months, ", "));
}

static void add_vendors(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Vendor", BD_ALIGN_LEFT, 1}, {"Service", BD_ALIGN_LEFT, 1}, {"Method", BD_ALIGN_LEFT, 0}};
    if (r->engagement->vendors.count == 0) {
        bd_say(r, BD_PARA_BODY, "No subservice organisation is named.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < r->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &r->engagement->vendors.data[i];
        bd_table_text(table, vendor->name);
        bd_table_text(table, vendor->service);
        bd_table_text(table, vendor->method);
    }
}

/* ---- facts ------------------------------------------------------------------------------------------------ */

static bd_str scalar_words(bd_report *r, const bd_value *value) {
    if (value->kind == BD_STRING) {
        return bd_words_journal_text(r, value->text);
    }
    bd_strs texts = {0};
    for (size_t i = 0; value->kind == BD_ARRAY && i < value->count; i++) {
        if (value->items[i].kind != BD_STRING) {
            return bd_json_canonical(r->arena, value);
        }
        *bd_push(r->arena, &texts) = bd_words_journal_text(r, value->items[i].text);
    }
    return texts.count > 0 ? bd_words_list(r, &texts, " and ") : bd_json_canonical(r->arena, value);
}

/* "name: rg-pay, hours: 4"; what is deeper stands as it does in bindery.json. */
static bd_str object_words(bd_report *r, const bd_value *value) {
    bd_str text = {"", 0};
    for (size_t i = 0; i < value->count; i++) {
        text = bd_str_format(r->arena, "%.*s%s%.*s: %.*s", BD_ARG(text), i > 0 ? ", " : "",
                             BD_ARG(bd_words_journal_text(r, value->keys[i])),
                             BD_ARG(scalar_words(r, &value->items[i])));
    }
    return text;
}

static bd_str member_words(bd_report *r, const bd_value *value) {
    return value->kind == BD_OBJECT ? object_words(r, value)
                                    : bd_words_resource(r, scalar_words(r, value));
}

static bd_str fact_words(bd_report *r, const bd_value *value) {
    if (value == NULL) {
        return BD_STR("");
    }
    if (value->kind != BD_ARRAY) {
        return value->kind == BD_OBJECT ? object_words(r, value) : scalar_words(r, value);
    }
    bd_str text = value->count == 1 ? BD_STR("") : bd_str_format(r->arena, "%zu: ", value->count);
    for (size_t i = 0; i < value->count && i < FACT_MEMBERS; i++) {
        bool is_object = value->items[i].kind == BD_OBJECT;
        text = bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(text),
                             i == 0      ? ""
                             : is_object ? "; "
                                         : ", ",
                             BD_ARG(member_words(r, &value->items[i])));
    }
    if (value->count > FACT_MEMBERS) {
        text = bd_str_format(r->arena, "%.*s and %zu more in 80_MACHINE/engagement.json",
                             BD_ARG(text), value->count - FACT_MEMBERS);
    }
    return text;
}

static bd_str fact_name(bd_report *r, bd_str key) {
    if (bd_str_eqz(key, "our_cuecs")) {
        return BD_STR("Customers' controls (CUECs)");
    }
    if (bd_str_eqz(key, "rpo")) {
        return BD_STR("Recovery points (RPO)");
    }
    char *text = bd_new(r->arena, char, key.size + 1);
    for (size_t i = 0; i < key.size; i++) {
        text[i] = key.data[i] == '_' ? ' ' : key.data[i];
    }
    return bd_words_capital(r, (bd_str){text, key.size});
}

static void add_organisation_facts(bd_report *r) {
    static const bd_column_def columns[] = {{"Fact", BD_ALIGN_LEFT, 0},
                                            {"Stated", BD_ALIGN_LEFT, 1},
                                            {"Approved by", BD_ALIGN_LEFT, 0},
                                            {"On", BD_ALIGN_LEFT, 0}};
    const bd_value *facts = r->engagement->facts;
    if (facts == NULL || facts->count == 0) {
        bd_say(r, BD_PARA_BODY, "None is stated. Checks that need one cannot tell.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < facts->count; i++) {
        bd_str approved_by = {"", 0};
        bd_day approved_on = BD_DAY_NONE;
        const bd_value *value = bd_engagement_fact(
            r->engagement, bd_str_z(r->arena, facts->keys[i]), &approved_by, &approved_on);
        bd_table_text(table, fact_name(r, facts->keys[i]));
        bd_table_text(table, fact_words(r, value));
        bd_table_text(table, approved_by);
        bd_table_text(table, approved_on == BD_DAY_TO_APPROVE ? BD_STR("to be approved again")
                                                              : bd_words_day(r, approved_on));
    }
}

static void add_exclusions(bd_report *r) {
    static const bd_column_def columns[] = {{"Check", BD_ALIGN_LEFT, 1},
                                            {"Resource", BD_ALIGN_LEFT, 1},
                                            {"Reason", BD_ALIGN_LEFT, 2},
                                            {"Approved", BD_ALIGN_LEFT, 1},
                                            {"Until", BD_ALIGN_LEFT, 0}};
    const bd_engagement *e = r->engagement;
    if (e->exclusions.count == 0) {
        bd_say(r, BD_PARA_BODY, "None: every record that the evidence shows is judged.");
        return;
    }
    bd_say(
        r, BD_PARA_NOTE,
        "An exclusion takes a record out of a check for snapshots on or after its approval, until "
        "it expires. It never changes what was found before.");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < e->exclusions.count; i++) {
        const bd_exclusion *x = &e->exclusions.data[i];
        const bd_check *check = bd_catalog_check(r->catalog, x->check);
        bd_add_link(table, x->check,
                    check == NULL
                        ? BD_STR("")
                        : bd_anchor_of(r, "control", check->requirement->control->number));
        bd_cell *cell = bd_table_cell(table);
        bd_cell_add(table, cell, bd_words_resource(r, x->resource));
        bd_str place = bd_words_resource_place(r, x->resource);
        if (place.size > 0) {
            bd_cell_add_muted(table, cell, bd_str_format(r->arena, " (%.*s)", BD_ARG(place)));
        }
        bd_table_text(table, x->reason);
        bd_table_text(table, bd_str_format(r->arena, "%.*s, %.*s", BD_ARG(x->approved_by),
                                           BD_ARG(bd_words_day(r, x->approved_on))));
        bd_table_text(table, bd_words_day(r, x->expires_on));
    }
}

static void add_people(bd_report *r) {
    static const bd_column_def columns[] = {{"Owner of controls", BD_ALIGN_LEFT, 0},
                                            {"People", BD_ALIGN_LEFT, 1}};
    if (r->engagement->owners.count == 0) {
        bd_say(r, BD_PARA_BODY, "The organisation names nobody.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < r->engagement->owners.count; i++) {
        const bd_owner *owner = &r->engagement->owners.data[i];
        bd_table_text(table, owner->owner);
        bd_table_text(table, bd_words_list(r, &owner->people, ", "));
    }
}

void section_scope(bd_report *r) {
    static const struct {
        const char *title, *anchor;
        void (*add)(bd_report *);
    } parts[] = {
        {"Subscriptions", "scope-subscriptions", add_subscriptions},
        {"Period calendar", "scope-calendar", add_calendar},
        {"Subservice organisations", "scope-vendors", add_vendors},
        {"Facts stated by the organisation", "scope-facts", add_organisation_facts},
        {"Design exclusions", "scope-exclusions", add_exclusions},
        {"Owners of controls", "scope-owners", add_people},
    };
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Scope and system"), BD_STR("scope"));
    add_system(r);
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        bd_doc_heading(r->doc, 2, bd_str_of(parts[i].title), bd_str_of(parts[i].anchor));
        parts[i].add(r);
    }
}
