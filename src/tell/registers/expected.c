/* What we count on others to do: vendors on whom the system rests (CSOCs), and our customers (CUECs). */
#include "bindery/registers.h"

#include "registers_priv.h"

static void cell_criteria(bd_report *r, bd_table *table, const bd_strs *criteria) {
    bd_cell *cell = bd_table_cell(table);
    for (size_t i = 0; i < criteria->count; i++) {
        bool is_known = bd_catalog_criterion(r->catalog, criteria->data[i]) != NULL;
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, bd_words_journal_text(r, criteria->data[i]),
                         is_known ? bd_anchor_of(r, "criterion", criteria->data[i]) : BD_STR(""));
    }
    bd_cell_add(table, cell, criteria->count == 0 ? BD_STR(BD_DASH) : BD_STR(""));
}

static void add_rows(bd_report *r, bd_table *table, bd_str of, const bd_expected_controls *list) {
    for (size_t i = 0; i < list->count; i++) {
        const bd_expected_control *one = &list->data[i];
        bd_table_text(table, of);
        bd_table_text(table, bd_words_journal_text(r, one->id));
        bd_table_text(table, bd_words_journal_text(r, one->text));
        cell_criteria(r, table, &one->criteria);
    }
}

static size_t count_csocs(const bd_report *r) {
    size_t count = 0;
    for (size_t i = 0; i < r->engagement->vendors.count; i++) {
        count += r->engagement->vendors.data[i].csocs.count;
    }
    return count;
}

void add_expected_of_vendors(bd_report *r) {
    static const bd_column_def columns[] = {{"Vendor", BD_ALIGN_LEFT, 1},
                                            {"Id", BD_ALIGN_LEFT, 0},
                                            {"What we count on it to do", BD_ALIGN_LEFT, 3},
                                            {"Criteria", BD_ALIGN_LEFT, 1}};
    bd_doc_heading(r->doc, 2, BD_STR("Controls that we expect of the vendors"),
                   BD_STR("vendor-csocs"));
    if (count_csocs(r) == 0) {
        bd_say(
            r, BD_PARA_BODY,
            "None is stated (bindery.json, vendors, csocs): what the system counts on its vendors "
            "to do is left to the description that management writes.");
        return;
    }
    bd_say(
        r, BD_PARA_BODY,
        "The criteria are met only together with these controls of the vendors (complementary "
        "subservice organisation controls), as management states them. We test none of them; the "
        "vendor's report does.");
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Controls expected of vendors"), columns, true);
    for (size_t i = 0; i < r->engagement->vendors.count; i++) {
        const bd_vendor *vendor = &r->engagement->vendors.data[i];
        add_rows(r, table, bd_words_journal_text(r, vendor->name), &vendor->csocs);
    }
}

void add_expected_of_customers(bd_report *r) {
    static const bd_column_def columns[] = {{"Of", BD_ALIGN_LEFT, 0},
                                            {"Id", BD_ALIGN_LEFT, 0},
                                            {"What we count on them to do", BD_ALIGN_LEFT, 3},
                                            {"Criteria", BD_ALIGN_LEFT, 1}};
    bd_str by;
    bd_day on;
    bd_doc_heading(r->doc, 2, BD_STR("Controls that we expect of our customers"),
                   BD_STR("our-cuecs"));
    if (bd_engagement_fact(r->engagement, "our_cuecs", &by, &on) == NULL) {
        bd_say(r, BD_PARA_BODY,
               "None is stated: the fact our_cuecs of bindery.json is not there. A list without "
               "entries would say that the criteria are met without any act of a customer.");
        return;
    }
    if (r->engagement->our_cuecs.count == 0) {
        bd_say_text(
            r, BD_PARA_BODY,
            bd_str_format(r->arena,
                          "None, as %.*s approved on %.*s: the criteria are met without any "
                          "act of a customer.",
                          BD_ARG(bd_words_journal_text(r, by)), BD_ARG(bd_words_day(r, on))));
        return;
    }
    bd_say_text(
        r, BD_PARA_BODY,
        bd_str_format(r->arena,
                      "The criteria are met only together with these controls of our "
                      "customers (complementary user entity controls), as %.*s approved them "
                      "on %.*s.",
                      BD_ARG(bd_words_journal_text(r, by)), BD_ARG(bd_words_day(r, on))));
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Controls expected of customers"), columns, true);
    add_rows(r, table, BD_STR("customers"), &r->engagement->our_cuecs);
}
