/* How each criterion is evidenced: what is on file, what the catalog could test, and what the mapping is worth. */
#include "bindery/verdicts.h"

typedef struct {
    int automated, supporting, document, none, of;
} shares;

/* "automated 3 of 6 controls, supporting 1, document 2, nothing 0" */
static void add_shares_cell(bd_report *r, bd_table *table, size_t index, const char *member,
                            const shares *of) {
    const struct {
        const char *words, *member;
        int count;
    } rest[] = {{", supporting ", "supporting", of->supporting},
                {", document ", "document", of->document},
                {", nothing ", "none", of->none}};
    bd_cell *cell = bd_table_cell(table);
    if (of->of == 0) {
        bd_cell_add_muted(table, cell, BD_STR("no control"));
        return;
    }
    bd_cell_add(table, cell, BD_STR("automated "));
    bd_cell_add_figure(r, table, cell,
                       bd_pointer_of(r, "/criteria/%zu/%s/automated", index, member),
                       of->automated);
    bd_cell_add(table, cell, BD_STR(" of "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/criteria/%zu/%s/of", index, member),
                       of->of);
    for (size_t i = 0; i < BD_COUNT(rest); i++) {
        bd_cell_add(table, cell, bd_str_of(rest[i].words));
        bd_cell_add_figure(r, table, cell,
                           bd_pointer_of(r, "/criteria/%zu/%s/%s", index, member, rest[i].member),
                           rest[i].count);
    }
}

static void add_row(bd_report *r, bd_table *table, size_t index) {
    const bd_criterion_result *c = &r->assessment->criteria[index];
    const shares found = {c->automated, c->supporting, c->document, c->none, c->of};
    const shares mapped = {c->mapped.automated, c->mapped.supporting, c->mapped.document,
                           c->mapped.none, c->mapped.of};
    bd_add_link(table, c->criterion->id, bd_anchor_of(r, "criterion", c->criterion->id));
    if (c->is_in_scope) {
        add_shares_cell(r, table, index, "evidenced", &found);
    } else {
        bd_cell_add_muted(table, bd_table_cell(table), BD_STR("out of scope"));
    }
    add_shares_cell(r, table, index, "mapped", &mapped);
}

/* The kind that one sentence can list is left to it. */
static void add_remarks(bd_report *r, const bd_catalog_coverage *found) {
    static const bd_column_def columns[] = {{"Of", BD_ALIGN_LEFT, 0}, {"Remark", BD_ALIGN_LEFT, 1}};
    bd_str without = {"", 0};
    bd_table *table = NULL;
    for (size_t i = 0; i < found->remarks.count; i++) {
        const bd_remark *remark = &found->remarks.data[i];
        if (remark->kind == BD_REMARK_NOT_AUTOMATED) {
            without = bd_str_format(r->arena, "%.*s%s%.*s", BD_ARG(without),
                                    without.size > 0 ? ", " : "", BD_ARG(remark->subject));
            continue;
        }
        table = table != NULL ? table
                              : BD_ADD_TABLE(r, BD_STR("Remarks on the mapping"), columns, true);
        bd_table_text(table, remark->subject);
        bd_table_text(table, bd_words_sentence(r, remark->text));
    }
    if (without.size > 0) {
        bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_BODY);
        bd_para_styled(para, BD_RUN_STRONG, BD_STR("No check over what machines made speaks to "));
        bd_para_text(para, bd_str_format(r->arena, "%.*s.", BD_ARG(without)));
    }
}

void bd_section_evidenced(bd_report *r) {
    static const bd_column_def columns[] = {{"Criterion", BD_ALIGN_LEFT, 0},
                                            {"On file in this period", BD_ALIGN_LEFT, 1},
                                            {"What the catalog can test", BD_ALIGN_LEFT, 1}};
    bd_catalog_coverage found;
    bd_catalog_survey(r->catalog, r->arena, &found);
    bd_doc_heading(r->doc, 2, BD_STR("How each criterion is evidenced"), BD_STR("evidenced"));
    bd_say(
        r, BD_PARA_NOTE,
        "Each control that lists the criterion counts once. Automated: a check over what machines "
        "made says why it speaks to this criterion. Supporting: what machines made, tested for "
        "another criterion or not at all. Document: only documents and lists that people hand in. "
        "The right column counts all controls of the catalog, as if everything that their checks "
        "read were on file.");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < r->assessment->criterion_count; i++) {
        add_row(r, table, i);
    }
    add_remarks(r, &found);
}
