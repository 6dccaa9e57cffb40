/* What other tools say: their scores, their results by criterion beside our state, and where they and we differ.  A box
 * of its own: nothing of it is counted anywhere else. */
#include "bindery/registers.h"

#define MOST_ROWS 100 /* of a list; the rest is counted */
#define MOST_SHORT 8  /* in the readiness report */

/* ---- counts in words ---- */

static const struct {
    const char *member, *words;
    bd_import_class means;
} classes[] = {{"met", "met", BD_IMPORT_MET},
               {"not_met", "not met", BD_IMPORT_NOT_MET},
               {"unknown", "unknown", BD_IMPORT_UNKNOWN},
               {"exempt", "exempt", BD_IMPORT_EXEMPT},
               {"not_applicable", "not applicable", BD_IMPORT_NOT_APPLICABLE},
               {"off", "switched off", BD_IMPORT_OFF},
               {"protected", "protected", BD_IMPORT_PROTECTED},
               {"conflict", "in conflict", BD_IMPORT_CONFLICT},
               {"error", "in error", BD_IMPORT_ERROR},
               {"other", "of an unknown word", BD_IMPORT_OTHER}};
_Static_assert(BD_COUNT(classes) == BD_IMPORT_CLASSES, "one row per class");

static const char *words_of_class(bd_import_class means) {
    for (size_t i = 0; i < BD_COUNT(classes); i++) {
        if (classes[i].means == means) {
            return classes[i].words;
        }
    }
    return "";
}

/* "12 met, 3 not met"; a dash for none. */
static void cell_counts(bd_report *r, bd_table *table, bd_str pointer,
                        const bd_import_counts *counts) {
    bd_cell *cell = bd_table_cell(table);
    size_t printed = 0;
    for (size_t i = 0; i < BD_COUNT(classes); i++) {
        uint64_t count = counts->of[classes[i].means];
        if (count == 0) {
            continue;
        }
        bd_cell_add(table, cell, printed++ > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_figure(r, table, cell,
                           bd_pointer_of(r, "%.*s/%s", BD_ARG(pointer), classes[i].member),
                           (int64_t)count);
        bd_cell_add(table, cell, bd_str_format(r->arena, " %s", classes[i].words));
    }
    if (printed == 0) {
        bd_cell_add(table, cell, BD_STR(BD_DASH));
    }
}

static bd_str text_of(const bd_report *r, bd_str text) {
    return text.size > 0 ? bd_words_journal_text(r, text) : BD_STR(BD_DASH);
}

static bd_str standing_of(const bd_report *r, bool is_complete, bd_str why_not) {
    return is_complete ? BD_STR("complete")
                       : bd_str_format(r->arena, "incomplete: %.*s",
                                       BD_ARG(bd_words_journal_text(r, why_not)));
}

static void add_model(bd_report *r, const bd_import *import) {
    bd_table *box = bd_add_facts(r, true);
    bd_add_fact(box, "Model", import->model);
    bd_add_fact(box, "Formula", bd_words_sentence(r, import->formula));
    bd_add_fact(box, "Counted", import->unit);
}

/* ---- scores ---- */

static bool has_scores(const bd_import *import) {
    return import->kind == BD_IMPORT_SCORE || import->kind == BD_IMPORT_ACTIONS;
}

static void figure_text(bd_report *r, bd_table *table, bd_cell *cell, bd_str pointer, bd_str text) {
    bd_cell_run(table, cell, BD_RUN_PLAIN, text)->figure = pointer;
    bd_doc_figure(r->doc, pointer, text);
}

static void add_score_row(bd_report *r, bd_table *table, size_t index) {
    const bd_import_score *score = &r->assessment->imported.scores.data[index];
    bd_table_text(table, score->name.size > 0 ? text_of(r, score->name) : score->import->title);
    bd_table_text(table, bd_words_scope(r, score->scope));
    bd_table_text(table, bd_words_moment(r, score->at));
    bd_cell *cell = bd_table_cell(table);
    if (score->current.size == 0) {
        bd_cell_add(table, cell, BD_STR(BD_DASH));
    } else {
        figure_text(r, table, cell, bd_pointer_of(r, "/imported/scores/%zu/current", index),
                    score->current);
    }
    if (score->max.size > 0) {
        bd_cell_add(table, cell, BD_STR(" of "));
        figure_text(r, table, cell, bd_pointer_of(r, "/imported/scores/%zu/max", index),
                    score->max);
    }
    bd_str problem = bd_words_sentence(r, score->problem);
    bd_table_text(table,
                  score->problem.size > 0
                      ? bd_str_format(r->arena, "No score: %.*s", BD_ARG(problem))
                      : bd_words_sentence(r, standing_of(r, score->is_complete, score->why_not)));
    bd_add_evidence(r, table, score->evidence);
}

static void add_incomplete(bd_report *r, const bd_import *import) {
    const bd_imported *imported = &r->assessment->imported;
    for (size_t i = 0; i < imported->snapshots.count; i++) {
        const bd_import_snapshot *snapshot = &imported->snapshots.data[i];
        if (snapshot->import != import || !snapshot->is_newest) {
            continue;
        }
        if (!snapshot->is_complete) {
            bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_WARNING);
            bd_para_styled(para, BD_RUN_STRONG, BD_STR("Incomplete. "));
            bd_para_text(para, bd_str_format(r->arena, "%.*s on %.*s: %.*s",
                                             BD_ARG(bd_words_scope(r, snapshot->scope)),
                                             BD_ARG(bd_words_day(r, snapshot->date)),
                                             BD_ARG(bd_words_sentence(
                                                 r, bd_words_journal_text(r, snapshot->why_not)))));
        }
        if (snapshot->results == 0) {
            bd_say_text(r, BD_PARA_NOTE,
                        bd_str_format(r->arena, "%.*s on %.*s: the answer holds no result.",
                                      BD_ARG(bd_words_scope(r, snapshot->scope)),
                                      BD_ARG(bd_words_day(r, snapshot->date))));
        }
    }
}

/* Actions by the result of their tests; they name no criterion. */
static void add_actions(bd_report *r, const bd_import *import) {
    static const bd_column_def columns[] = {{"Actions, newest", BD_ALIGN_LEFT, 0},
                                            {"By the result of their test", BD_ALIGN_LEFT, 1}};
    const bd_imported *imported = &r->assessment->imported;
    for (size_t i = 0; i < imported->sums.count; i++) {
        const bd_import_sum *sum = &imported->sums.data[i];
        if (sum->import == import && sum->sum.criterion.size == 0 && sum->sum.group.size == 0) {
            bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
            bd_table_text(table, bd_words_day(r, sum->newest));
            cell_counts(r, table, bd_pointer_of(r, "/imported/latest/%zu/automatic", i),
                        &sum->sum.automatic);
        }
    }
}

static const bd_column_def score_columns[] = {
    {"What", BD_ALIGN_LEFT, 2},   {"Scope", BD_ALIGN_LEFT, 1},    {"At (UTC)", BD_ALIGN_LEFT, 0},
    {"Score", BD_ALIGN_RIGHT, 0}, {"Standing", BD_ALIGN_LEFT, 2}, {"Evidence", BD_ALIGN_LEFT, 0}};

/* The newest of each name; what came before and what is left out is counted. */
static void add_scores(bd_report *r, const bd_import *import, int level) {
    const bd_imported *imported = &r->assessment->imported;
    bd_doc_heading(r->doc, level, import->title,
                   bd_str_format(r->arena, "imported-%.*s", BD_ARG(import->id)));
    add_model(r, import);
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), score_columns, true);
    size_t printed = 0, earlier = 0, left = 0;
    for (size_t i = 0; i < imported->scores.count; i++) {
        const bd_import_score *score = &imported->scores.data[i];
        if (score->import != import) {
            continue;
        }
        earlier += !score->is_newest;
        left += score->is_newest && printed >= MOST_ROWS;
        if (score->is_newest && printed < MOST_ROWS) {
            add_score_row(r, table, i);
            printed++;
        }
    }
    if (left > 0) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "The first %d are printed; %zu more are left out.",
                                  MOST_ROWS, left));
    }
    if (earlier > 0) {
        bd_say_text(
            r, BD_PARA_NOTE,
            bd_str_format(r->arena,
                          "Newest readings; earlier ones: %zu. All stand in the package, in "
                          "50_SCORES/%.*s.csv.",
                          earlier, BD_ARG(import->list)));
    }
    add_incomplete(r, import);
    add_actions(r, import);
}

/* ---- results by criterion ---- */

static void cell_our_state(bd_report *r, bd_table *table, bd_str criterion) {
    const bd_assessment *a = r->assessment;
    for (size_t i = 0; criterion.size > 0 && i < a->criterion_count; i++) {
        const bd_criterion_result *c = &a->criteria[i];
        if (!bd_str_eq(c->criterion->id, criterion)) {
            continue;
        }
        if (c->is_in_scope) {
            bd_table_state(table, bd_mark_of_criterion(c->state), c->open_exceptions > 0,
                           bd_str_of(bd_criterion_state_name(c->state)));
        } else {
            bd_table_text(table, BD_STR("out of scope"));
        }
        return;
    }
    bd_table_text(table, BD_STR(BD_DASH));
}

static void cell_group_name(bd_report *r, bd_table *table, const bd_import_group *group) {
    if (group->criterion.size > 0) {
        bd_add_link(table, group->criterion, bd_anchor_of(r, "criterion", group->criterion));
        return;
    }
    bd_table_text(table, group->group.size > 0
                             ? bd_str_format(r->arena, "%.*s (no criterion has this name)",
                                             BD_ARG(bd_words_journal_text(r, group->group)))
                             : BD_STR("All groups"));
}

static void add_sum_row(bd_report *r, bd_table *table, size_t index) {
    const bd_import_group *group = &r->assessment->imported.sums.data[index].sum;
    bd_str pointer = bd_pointer_of(r, "/imported/latest/%zu", index);
    cell_group_name(r, table, group);
    cell_our_state(r, table, group->criterion);
    cell_counts(r, table, bd_pointer_of(r, "%.*s/automatic", BD_ARG(pointer)), &group->automatic);
    if (group->has_manual) {
        cell_counts(r, table, bd_pointer_of(r, "%.*s/manual", BD_ARG(pointer)), &group->manual);
    } else {
        bd_table_text(table, BD_STR(BD_DASH));
    }
    if (group->resources == 0) {
        bd_table_text(table, BD_STR(BD_DASH));
        return;
    }
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "%.*s/resources_not_met", BD_ARG(pointer)),
                       (int64_t)group->resources_not_met);
    bd_cell_add(table, cell, BD_STR(" of "));
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "%.*s/resources", BD_ARG(pointer)),
                       (int64_t)group->resources);
}

static bd_str caption_of(const bd_report *r, const bd_import_sum *sum) {
    bd_str days = sum->oldest == sum->newest ? bd_words_day(r, sum->newest)
                                             : bd_str_format(r->arena, "%.*s to %.*s",
                                                             BD_ARG(bd_words_day(r, sum->oldest)),
                                                             BD_ARG(bd_words_day(r, sum->newest)));
    return bd_str_format(r->arena, "%.*s, newest of each scope (%llu), %.*s%s",
                         BD_ARG(text_of(r, sum->sum.set)), (unsigned long long)sum->scopes,
                         BD_ARG(days), sum->is_complete ? "" : ": INCOMPLETE");
}

/* Rows of one import and set stand beside each other, the set as a whole first. */
static void add_set(bd_report *r, size_t from, size_t to) {
    static const bd_column_def columns[] = {{"Criterion", BD_ALIGN_LEFT, 1},
                                            {"Our state", BD_ALIGN_LEFT, 0},
                                            {"Their automatic results", BD_ALIGN_LEFT, 3},
                                            {"Their manual ones (attested)", BD_ALIGN_LEFT, 2},
                                            {"Resources not met", BD_ALIGN_RIGHT, 0}};
    const bd_imported *imported = &r->assessment->imported;
    bd_table *table = BD_ADD_TABLE(r, caption_of(r, &imported->sums.data[from]), columns, true);
    size_t strangers = 0;
    for (size_t i = from; i < to; i++) {
        bool is_stranger = imported->sums.data[i].sum.group.size > 0;
        strangers += is_stranger;
        if (!is_stranger || strangers <= MOST_ROWS) {
            add_sum_row(r, table, i);
        }
    }
    if (strangers > MOST_ROWS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %d groups that no criterion has are printed; %zu more "
                                  "stand in the package, in 50_SCORES/%.*s.csv.",
                                  MOST_ROWS, strangers - MOST_ROWS,
                                  BD_ARG(imported->sums.data[from].import->list)));
    }
}

/* Sets of tests that do not speak of our criteria: a line each. */
static void add_other_sets(bd_report *r, const bd_index_list *others) {
    static const bd_column_def columns[] = {{"Set", BD_ALIGN_LEFT, 2},
                                            {"Results", BD_ALIGN_LEFT, 3}};
    const bd_imported *imported = &r->assessment->imported;
    if (others->count == 0) {
        return;
    }
    bd_table *table =
        BD_ADD_TABLE(r, BD_STR("Results that name no criterion, by set"), columns, true);
    for (size_t i = 0; i < others->count && i < MOST_ROWS; i++) {
        const bd_import_group *group = &imported->sums.data[others->data[i]].sum;
        bd_table_text(table, group->set.size > 0 ? text_of(r, group->set) : BD_STR("No set named"));
        cell_counts(r, table, bd_pointer_of(r, "/imported/latest/%u/automatic", others->data[i]),
                    &group->automatic);
    }
}

static void add_results(bd_report *r, const bd_import *import) {
    const bd_imported *imported = &r->assessment->imported;
    bd_index_list others = {0};
    bd_doc_heading(r->doc, 2, import->title,
                   bd_str_format(r->arena, "results-%.*s", BD_ARG(import->id)));
    add_model(r, import);
    add_incomplete(r, import);
    for (size_t i = 0; i < imported->sums.count;) {
        const bd_import_sum *first = &imported->sums.data[i];
        size_t to = i + 1;
        while (to < imported->sums.count && imported->sums.data[to].import == first->import &&
               imported->sums.data[to].sum.is_soc == first->sum.is_soc &&
               bd_str_eq(imported->sums.data[to].sum.set, first->sum.set)) {
            to++;
        }
        if (first->import == import && first->sum.is_soc) {
            add_set(r, i, to);
        } else if (first->import == import) {
            *bd_push(r->arena, &others) = (uint32_t)i;
        }
        i = to;
    }
    add_other_sets(r, &others);
}

/* ---- attestations ---- */

static void add_attestations(bd_report *r, const bd_import *import) {
    static const bd_column_def columns[] = {
        {"Resource", BD_ALIGN_LEFT, 2},       {"Policy", BD_ALIGN_LEFT, 2},
        {"States", BD_ALIGN_LEFT, 0},         {"By", BD_ALIGN_LEFT, 1},
        {"Assessed (UTC)", BD_ALIGN_LEFT, 0}, {"Expires (UTC)", BD_ALIGN_LEFT, 0},
        {"Evidence", BD_ALIGN_LEFT, 0}};
    const bd_imported *imported = &r->assessment->imported;
    bd_doc_heading(r->doc, 2, import->title,
                   bd_str_format(r->arena, "results-%.*s", BD_ARG(import->id)));
    add_model(r, import);
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    size_t count = 0;
    for (size_t i = 0; i < imported->attestations.count; i++) {
        const bd_import_attestation *one = &imported->attestations.data[i];
        if (one->import != import || ++count > MOST_ROWS) {
            continue;
        }
        bd_table_text(table, bd_words_resource(r, one->resource));
        bd_table_text(table, text_of(r, one->test));
        bd_table_text(table, bd_str_of(words_of_class(one->means)));
        bd_table_text(table, text_of(r, one->owner));
        bd_table_text(table, bd_words_utc_day(r, one->assessed));
        bd_table_text(table,
                      bd_str_format(r->arena, "%.*s%s", BD_ARG(bd_words_utc_day(r, one->expires)),
                                    one->is_expired ? ", expired" : ""));
        bd_add_evidence(r, table, one->evidence);
    }
    if (count > MOST_ROWS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %d are printed; %zu more stand in the package, in "
                                  "50_SCORES/attestations.csv.",
                                  MOST_ROWS, count - MOST_ROWS));
    }
}

/* ---- where the two differ ---- */

static void add_compared(bd_report *r) {
    static const bd_column_def columns[] = {{"Results of", BD_ALIGN_LEFT, 1},
                                            {"Agree", BD_ALIGN_RIGHT, 0},
                                            {"Differ", BD_ALIGN_RIGHT, 0},
                                            {"One says neither", BD_ALIGN_RIGHT, 0},
                                            {"No reading of ours", BD_ALIGN_RIGHT, 0},
                                            {"No check asks it", BD_ALIGN_RIGHT, 0}};
    const bd_imported *imported = &r->assessment->imported;
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < imported->compared.count; i++) {
        const bd_import_compared *one = &imported->compared.data[i];
        const struct {
            const char *member;
            uint64_t count;
        } cells[] = {{"agree", one->agree},
                     {"disagree", one->disagree},
                     {"undecided", one->undecided},
                     {"unread", one->unread},
                     {"no_check", one->no_check}};
        bd_table_text(table, one->import->title);
        for (size_t k = 0; k < BD_COUNT(cells); k++) {
            bd_add_figure(r, table,
                          bd_pointer_of(r, "/imported/compared/%zu/%s", i, cells[k].member),
                          (int64_t)cells[k].count);
        }
    }
    bd_say(
        r, BD_PARA_NOTE,
        "A result of theirs is set beside ours where a check of the catalog names its test and "
        "judged the same resource at most seven days away. The first four columns count such pairs "
        "in all snapshots of the period, the last one results that no check answers.");
}

static void add_disagreements(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Resource", BD_ALIGN_LEFT, 2},   {"Our check", BD_ALIGN_LEFT, 2},
        {"Ours", BD_ALIGN_LEFT, 0},       {"Theirs", BD_ALIGN_LEFT, 0},
        {"Their test", BD_ALIGN_LEFT, 2}, {"From", BD_ALIGN_LEFT, 0},
        {"To", BD_ALIGN_LEFT, 0},         {"Evidence", BD_ALIGN_LEFT, 0}};
    const bd_imported *imported = &r->assessment->imported;
    size_t count = imported->disagreements.count;
    if (count == 0) {
        bd_say(r, BD_PARA_BODY, "On no resource that both judged do the two differ.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        const bd_disagreement *one = &imported->disagreements.data[i];
        bd_table_text(table, bd_words_resource(r, one->resource));
        bd_table_text(table, one->check->title);
        bd_table_text(table, bd_str_of(one->ours == BD_PASS ? "holds" : "deviates"));
        bd_table_text(table, bd_str_of(words_of_class(one->theirs)));
        bd_table_text(table, text_of(r, one->title.size > 0 ? one->title : one->test));
        bd_table_text(table, bd_words_day(r, one->first));
        bd_table_text(table, bd_words_day(r, one->last));
        bd_cell *cell = bd_table_cell(table);
        bd_cell_add_link(table, cell, bd_evidence_id(r->arena, one->evidence),
                         bd_anchor_of_evidence(r, one->evidence));
        bd_cell_add(table, cell, BD_STR(", "));
        bd_cell_add_link(table, cell, bd_evidence_id(r->arena, one->ours_evidence),
                         bd_anchor_of_evidence(r, one->ours_evidence));
    }
    if (count > MOST_ROWS) {
        bd_say_text(
            r, BD_PARA_NOTE,
            bd_str_format(r->arena,
                          "The first %d are printed. %zu more of %zu are left out; all stand in "
                          "50_SCORES/disagreements.csv.",
                          MOST_ROWS, count - MOST_ROWS, count));
    }
}

/* ---- sections ---- */

static const char boundary[] = "These verdicts and scores are made by other tools, each by its own "
                               "formula, and read from their exports. None of them enters a state, "
                               "a count or the score of this report. Made from Azure data alone, "
                               "they are silent on most of the criteria.";

/* For the readiness report: formula and model in a sentence, the newest readings alone. */
static void add_newest_scores(bd_report *r, const bd_import *import) {
    const bd_imported *imported = &r->assessment->imported;
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_styled(para, BD_RUN_STRONG, bd_str_format(r->arena, "%.*s. ", BD_ARG(import->title)));
    bd_para_text(para, bd_str_format(r->arena, "%.*s Formula: %.*s Counted in %.*s.",
                                     BD_ARG(bd_words_sentence(r, import->model)),
                                     BD_ARG(bd_words_sentence(r, import->formula)),
                                     BD_ARG(import->unit)));
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), score_columns, true);
    size_t printed = 0, count = 0;
    for (size_t i = 0; i < imported->scores.count; i++) {
        bool is_wanted = imported->scores.data[i].import == import && imported->scores.data[i].is_newest;
        count += is_wanted;
        if (is_wanted && printed < MOST_SHORT) {
            add_score_row(r, table, i);
            printed++;
        }
    }
    if (count > printed) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena, "%zu more are in the binder.", count - printed));
    }
    add_incomplete(r, import);
}

void bd_section_scores(bd_report *r) {
    const bd_imported *imported = &r->assessment->imported;
    if (imported->scores.count == 0) {
        return;
    }
    bd_open_section(r, BD_STR("Scores of Microsoft's tools"), BD_STR("posture"));
    bd_say(r, BD_PARA_BODY, boundary);
    for (size_t i = 0; i < imported->imports.count; i++) {
        if (has_scores(imported->imports.data[i])) {
            add_newest_scores(r, imported->imports.data[i]);
        }
    }
}

static void say_elsewhere(bd_report *r) {
    const bd_imported *imported = &r->assessment->imported;
    if (imported->other_time + imported->other_scope == 0) {
        return;
    }
    bd_para *para = bd_doc_paragraph(r->doc, BD_PARA_NOTE);
    bd_para_text(para, BD_STR("Left out, results that describe a time outside the period: "));
    bd_para_add_figure(r, para, BD_STR("/imported/other_time"), (int64_t)imported->other_time);
    bd_para_text(para, BD_STR("; of subscriptions out of scope: "));
    bd_para_add_figure(r, para, BD_STR("/imported/other_scope"), (int64_t)imported->other_scope);
    bd_para_text(para, BD_STR("."));
}

void bd_section_posture(bd_report *r) {
    const bd_imported *imported = &r->assessment->imported;
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("What Microsoft's tools say"), BD_STR("posture"));
    bd_say(r, BD_PARA_BODY, boundary);
    if (imported->imports.count == 0) {
        bd_say(r, BD_PARA_BODY, "No export of theirs describes a time inside the period.");
    }
    say_elsewhere(r);
    for (size_t i = 0; i < imported->imports.count; i++) {
        if (has_scores(imported->imports.data[i])) {
            add_scores(r, imported->imports.data[i], 2);
        }
    }
    for (size_t i = 0; i < imported->imports.count; i++) {
        const bd_import *import = imported->imports.data[i];
        if (import->kind == BD_IMPORT_ATTESTATIONS) {
            add_attestations(r, import);
        } else if (!has_scores(import)) {
            add_results(r, import);
        }
    }
    if (imported->compared.count > 0) {
        bd_doc_heading(r->doc, 2, BD_STR("Where ours and theirs differ"), BD_STR("disagreements"));
        add_compared(r);
        add_disagreements(r);
    }
}
