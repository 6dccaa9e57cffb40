/* What people set aside: waivers, controls that do not apply, evidence that is withdrawn.  None of it changes a verdict
 * for the better; each stands with its reason and who gave it. */
#include "bindery/verdicts.h"

static void add_waivers(bd_report *r) {
    static const bd_column_def columns[] = {{"Exception", BD_ALIGN_LEFT, 2},
                                            {"Until", BD_ALIGN_LEFT, 0},
                                            {"Reason", BD_ALIGN_LEFT, 3},
                                            {"Approved by", BD_ALIGN_LEFT, 1}};
    bd_table *table = NULL;
    for (size_t i = 0; i < r->assessment->exceptions.count; i++) {
        const bd_exception *x = bd_assessment_exception(r->assessment, i);
        if (x->waiver == NULL) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, BD_STR("Waivers"), BD_STR("aside-waivers"));
            bd_say(r, BD_PARA_BODY,
                   "A waiver explains an open exception until its last day; an expired "
                   "one counts as absent.");
            table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
        }
        bd_add_link(table, x->id, bd_anchor_of_exception(r, i));
        bd_table_text(table,
                      bd_str_format(r->arena, "%.*s%s", BD_ARG(bd_words_day(r, x->waiver->until)),
                                    x->is_waived ? "" : ", expired"));
        bd_table_text(table, bd_words_journal_text(r, x->waiver->text));
        bd_table_text(table, bd_words_journal_text(r, bd_str_format(r->arena, "%.*s (%.*s)",
                                                                    BD_ARG(x->waiver->name),
                                                                    BD_ARG(x->waiver->role))));
    }
}

static void add_not_applicable(bd_report *r) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Reason and who signed", BD_ALIGN_LEFT, 1}};
    bd_table *table = NULL;
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *control = &r->assessment->controls[i];
        if (!control->is_in_scope || control->state != BD_STATE_NA) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, BD_STR("Controls that are not applicable"), BD_STR("aside-na"));
            table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
        }
        bd_add_link(table, control->control->number,
                    bd_anchor_of(r, "control", control->control->number));
        bd_table_text(table, bd_words_journal_text(r, control->reason));
    }
}

static void add_withdrawn(bd_report *r) {
    static const bd_column_def columns[] = {{"Evidence", BD_ALIGN_LEFT, 0},
                                            {"File", BD_ALIGN_LEFT, 2},
                                            {"Reason", BD_ALIGN_LEFT, 3},
                                            {"Withdrawn by", BD_ALIGN_LEFT, 1},
                                            {"At (UTC)", BD_ALIGN_LEFT, 0}};
    bd_table *table = NULL;
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence_given *given = &r->evidence->data[i].given;
        if (!given->is_withdrawn) {
            continue;
        }
        if (table == NULL) {
            bd_doc_heading(r->doc, 3, BD_STR("Withdrawn evidence"), BD_STR("aside-withdrawn"));
            bd_say(r, BD_PARA_BODY,
                   "It stays in the package. What fails in it stays an exception, and what could "
                   "not be told of it stays open; nothing passes by it.");
            table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
        }
        bd_add_evidence(r, table, given->number);
        bd_table_styled(table, BD_RUN_MONO, bd_words_journal_text(r, given->path));
        bd_table_text(table, bd_words_journal_text(r, given->withdrawn_reason));
        bd_table_text(table, bd_words_journal_text(r, given->withdrawn_by));
        bd_table_text(table, bd_words_moment(r, given->withdrawn_at));
    }
}

static bool has_any(const bd_report *r) {
    bool found = false;
    for (size_t i = 0; i < r->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        found = found || r->evidence->data[i].given.is_withdrawn;
    }
    for (size_t i = 0; i < r->assessment->exceptions.count && !found; i++) {
        found = bd_assessment_exception(r->assessment, i)->waiver != NULL;
    }
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *control = &r->assessment->controls[i];
        found = found || (control->is_in_scope && control->state == BD_STATE_NA);
    }
    return found;
}

void bd_section_set_aside(bd_report *r) {
    bd_open_section(r, BD_STR("Waivers and withdrawals"), BD_STR("set-aside"));
    if (!has_any(r)) {
        bd_say(r, BD_PARA_BODY,
               "Nothing is waived, withdrawn or signed as not applicable at this journal head. "
               "Design exclusions stand with the scope.");
        return;
    }
    bd_say(r, BD_PARA_BODY,
           "Stated in the journal and not authenticated. Design exclusions stand with the scope.");
    add_waivers(r);
    add_not_applicable(r);
    add_withdrawn(r);
}
