/* Data quality in the readiness report: the same as in the binder, in one list with who can mend it. */
#include "bindery/readiness.h"

#include "bindery/registers.h"
#include "readiness_priv.h"

static bd_str kind_words(bd_report *r, const char *kind) {
    bd_str words = bd_str_copy(r->arena, bd_str_of(kind));
    char *bytes = bd_alloc(r->arena, words.size + 1, 1);
    for (size_t i = 0; i < words.size; i++) {
        bytes[i] = words.data[i] == '-' ? ' ' : words.data[i];
    }
    return (bd_str){bytes, words.size};
}

static void add_row(bd_report *r, bd_table *table, const bd_ready_remark *one) {
    bool has_control = one->control != BD_READY_NONE;
    const bd_control *control =
        has_control ? r->assessment->controls[one->control].control : NULL;
    bd_table_text(table, kind_words(r, one->kind));
    bd_table_text(table,
                  one->subject.size > 0 ? bd_words_journal_text(r, one->subject) : BD_STR(BD_DASH));
    bd_cell *cell = bd_table_cell(table);
    if (one->path.size > 0) {
        bd_cell_run(table, cell, BD_RUN_MONO, bd_words_journal_text(r, one->path));
        bd_cell_add(table, cell, BD_STR(": "));
    }
    bd_cell_add(table, cell, bd_words_sentence(r, bd_words_journal_text(r, one->what)));
    bd_table_text(table, control != NULL ? control->owner : BD_STR(BD_DASH));
}

static size_t add_remarks(bd_report *r) {
    static const bd_column_def columns[] = {{"Kind", BD_ALIGN_LEFT, 0},
                                            {"Of", BD_ALIGN_LEFT, 0},
                                            {"What", BD_ALIGN_LEFT, 1},
                                            {"Owner", BD_ALIGN_LEFT, 0}};
    const bd_readiness *ready = r->in->ready;
    size_t count = ready->remarks.count;
    if (count == 0) {
        return 0;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < BD_REPORT_FINDINGS; i++) {
        add_row(r, table, &ready->remarks.data[i]);
    }
    if (count > BD_REPORT_FINDINGS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "%zu more of %zu are left out here; readiness.json has all.",
                                  count - BD_REPORT_FINDINGS, count));
    }
    return count;
}

/* What was noted of a file, and stands above as what is wrong with it, is not said twice. */
static bool is_said(const bd_report *r, const bd_diag *diag) {
    const bd_readiness *ready = r->in->ready;
    for (size_t i = 0; i < ready->remarks.count; i++) {
        if (bd_str_eq(ready->remarks.data[i].path, diag->subject) &&
            bd_str_eq(ready->remarks.data[i].what, diag->message)) {
            return true;
        }
    }
    return false;
}

static size_t add_notes(bd_report *r) {
    size_t count = 0, all = r->in->diags == NULL ? 0 : r->in->diags->count;
    bd_diags left = {0};
    for (size_t i = 0; i < all; i++) {
        if (!is_said(r, &r->in->diags->data[i])) {
            *bd_push(r->arena, &left) = r->in->diags->data[i];
            count++;
        }
    }
    bd_add_diags(r, &left);
    return count;
}

void bd_section_doubts(bd_report *r) {
    bd_open_section(r, BD_STR("Data quality"), BD_STR("data-quality"));
    bd_say(r, BD_PARA_BODY,
           "What weakens the evidence. Nothing listed here can make an instance clean; a deviation "
           "that it shows counts all the same.");
    size_t count = add_remarks(r);
    count += add_notes(r);
    if (count == 0 && r->assessment->sources_missing.count == 0) {
        bd_say(r, BD_PARA_BODY,
               "Nothing: every file was read, recognised and shown to be complete.");
    }
    section_unreached(r);
}
