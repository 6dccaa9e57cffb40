/* Custody: how evidence was kept, who sealed it, and what came after the seal. */
#include "bindery/registers.h"

static void add_seal(bd_report *r, size_t index, const bd_value *seal) {
    bd_table *table = bd_add_facts(r, true);
    bd_cell *lines;
    bd_add_fact(table, "Seal", bd_value_text(seal, "name"));
    bd_add_fact(table, "At", bd_value_text(seal, "at"));
    bd_add_fact(table, "Signed by", bd_words_journal_text(r, bd_value_text(seal, "signer")));
    bd_cell_run(table, bd_fact_cell(table, "Certificate, SHA-256"), BD_RUN_MONO,
                bd_value_text(seal, "fingerprint"));
    bd_add_fact(table, "Time-stamp of the signature", bd_value_text(seal, "timestamp"));
    int64_t count = 0;
    (void)bd_value_i64(seal, "lines", &count);
    lines = bd_fact_cell(table, "Journal lines");
    bd_cell_add_figure(r, table, lines, bd_str_format(r->arena, "/custody/seals/%zu/lines", index),
                       count);
    bd_cell_run(table, bd_fact_cell(table, "Tree head"), BD_RUN_MONO, bd_value_text(seal, "root"));
    bd_cell_run(table, bd_fact_cell(table, "Manifest, SHA-256"), BD_RUN_MONO,
                bd_value_text(seal, "manifest_sha256"));
    bd_add_fact(table, "Reason", bd_words_journal_text(r, bd_value_text(seal, "reason")));
}

static void add_later(bd_report *r, const bd_value *later) {
    static const bd_column_def columns[] = {{"Evidence", BD_ALIGN_LEFT, 0},
                                            {"Covered by", BD_ALIGN_LEFT, 1}};
    bd_say(r, BD_PARA_BODY, "Evidence that came after the seal:");
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Evidence after the seal"), columns, true);
    for (size_t i = 0; i < later->count; i++) {
        bd_str seal = bd_value_text(&later->items[i], "seal");
        bd_table_text(table, bd_value_text(&later->items[i], "evidence"));
        bd_table_text(table, seal.size > 0 ? seal : BD_STR("no seal"));
    }
}

void bd_section_custody(bd_report *r) {
    const bd_value *custody = r->in->custody;
    const bd_value *seals = bd_value_find(custody, "seals");
    const bd_value *later = bd_value_find(custody, "later_evidence");
    bd_say(
        r, BD_PARA_BODY,
        "Each file is kept once, under the SHA-256 of its bytes, and a journal whose lines are "
        "chained by SHA-256 says when it came. A seal is a signature over the head of the hash "
        "tree (RFC 6962) of all journal lines before it; its checkpoint shows whether they were "
        "altered since.");
    if (seals == NULL || seals->count == 0) {
        bd_say(r, BD_PARA_BODY, "The period is not sealed.");
        return;
    }
    for (size_t i = 0; i < seals->count; i++) {
        add_seal(r, i, &seals->items[i]);
    }
    int64_t lines = 0;
    (void)bd_value_i64(custody, "later_lines", &lines);
    bd_table *table = bd_add_facts(r, true);
    bd_cell_add_figure(r, table, bd_fact_cell(table, "Journal lines after the last seal"),
                       BD_STR("/custody/later_lines"), lines);
    if (later != NULL && later->count > 0) {
        add_later(r, later);
    } else {
        bd_say(r, BD_PARA_BODY, "No evidence came after the seal.");
    }
}
