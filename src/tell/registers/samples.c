/* Populations and samples: what there was to draw from, what was frozen, drawn, replaced and tested, and how anybody
 * repeats the draw. */
#include "bindery/registers.h"

#include "bindery/sample.h"

static bd_str anchor_of_population(const bd_report *r, const bd_population *of) {
    return bd_anchor_of(r, "population", of->id);
}

/* Only what was frozen or tested has a sheet of its own. */
static bool has_sheet(const bd_population *of) {
    return of->acts.count > 0;
}

/* ---- the register ---- */

static bd_str standing_of(const bd_report *r, const bd_population *of) {
    if (of->freeze == NULL) {
        return BD_STR("not frozen");
    }
    return of->is_changed ? bd_str_format(r->arena, "%.*s; changed since",
                                          BD_ARG(bd_words_moment(r, of->freeze->at)))
                          : bd_words_moment(r, of->freeze->at);
}

/* That nothing happened is said with who was asked and when; the sheet of the export has the query. */
static void add_none(bd_report *r, bd_table *table, bd_cell *cell, const bd_population *of) {
    bd_cell_add(table, cell,
                of->is_complete ? BD_STR("; no occurrence: ") : BD_STR("; none seen: "));
    if (of->evidence.count == 0) {
        bd_cell_add(table, cell, BD_STR("nobody was asked"));
        return;
    }
    bd_cell_add_link(table, cell, bd_evidence_id(r->arena, of->evidence.data[0]),
                     bd_anchor_of_evidence(r, of->evidence.data[0]));
    if (of->evidence.count > 1) {
        bd_cell_add(table, cell, bd_str_format(r->arena, " and %zu more", of->evidence.count - 1));
    }
    bd_cell_add(table, cell,
                bd_str_format(r->arena, " (sheets with the query), last on %.*s",
                              BD_ARG(bd_words_utc_day(r, of->collected_at))));
}

static void add_row(bd_report *r, bd_table *table, size_t index) {
    const bd_population *of = &r->assessment->populations[index];
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add_link(table, cell, of->id, has_sheet(of) ? anchor_of_population(r, of) : BD_STR(""));
    bd_cell_add_muted(
        table, cell,
        bd_str_format(r->arena, " %.*s", BD_ARG(bd_words_journal_text(r, of->source_title))));
    bd_add_link(table, of->control->number, bd_anchor_of(r, "control", of->control->number));
    bd_add_figure(r, table, bd_pointer_of(r, "/populations/%zu/count", index), (int64_t)of->count);
    bd_cell_run(table, bd_table_cell(table), BD_RUN_MONO, bd_words_hash_short(r, of->sha256));
    cell = bd_table_cell(table);
    bd_cell_add(table, cell, of->is_complete ? BD_STR("complete") : BD_STR("incomplete: "));
    bd_cell_add(table, cell, of->is_complete ? BD_STR("") : bd_words_journal_text(r, of->problem));
    if (of->count == 0) {
        add_none(r, table, cell, of);
    }
    bd_table_text(table, standing_of(r, of));
    cell = bd_table_cell(table);
    if (of->draw == NULL) {
        bd_cell_add(table, cell, BD_STR(BD_DASH));
        return;
    }
    bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/populations/%zu/size", index),
                       (int64_t)of->draw->size);
    bd_cell_add(table, cell, of->is_draw_older ? BD_STR(" of an earlier freeze") : BD_STR(""));
}

/* Of these there is nothing to tell but their names. */
static bool is_listed(const bd_population *of) {
    return of->evidence.count > 0 || has_sheet(of) || of->count > 0;
}

static void say_unlisted(bd_report *r) {
    bd_strs names = {0};
    for (size_t i = 0; i < r->assessment->population_count; i++) {
        if (!is_listed(&r->assessment->populations[i])) {
            *bd_push(r->arena, &names) = r->assessment->populations[i].id;
        }
    }
    if (names.count > 0) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "No evidence of the period is on file for %zu more: %.*s.",
                                  names.count, BD_ARG(bd_words_list(r, &names, ", "))));
    }
}

static void add_register(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Population", BD_ALIGN_LEFT, 2}, {"Control", BD_ALIGN_LEFT, 0},
        {"Items", BD_ALIGN_RIGHT, 0},     {"SHA-256", BD_ALIGN_LEFT, 0},
        {"Evidence", BD_ALIGN_LEFT, 2},   {"Frozen, UTC", BD_ALIGN_LEFT, 0},
        {"Size drawn", BD_ALIGN_RIGHT, 0}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Register of populations"), columns, true);
    for (size_t i = 0; i < r->assessment->population_count; i++) {
        if (is_listed(&r->assessment->populations[i])) {
            add_row(r, table, i);
        }
    }
    say_unlisted(r);
}

/* ---- one population ---- */

static void add_evidence(bd_report *r, bd_table *table, const bd_population *of) {
    enum { MOST = 12 };
    bd_cell *cell = bd_fact_cell(table, "Evidence");
    for (size_t i = 0; i < of->evidence.count && i < MOST; i++) {
        uint32_t number = of->evidence.data[i];
        bd_cell_add(table, cell, i > 0 ? BD_STR(", ") : BD_STR(""));
        bd_cell_add_link(table, cell, bd_evidence_id(r->arena, number),
                         bd_anchor_of_evidence(r, number));
    }
    if (of->evidence.count > MOST) {
        bd_cell_add(table, cell,
                    bd_str_format(r->arena, " and %zu more", of->evidence.count - MOST));
    }
    if (of->evidence.count == 0) {
        bd_cell_add(table, cell, BD_STR("none on file"));
    }
    bd_add_fact(table, "Asked for by", bd_words_journal_text(r, of->query));
    if (of->collected_at != BD_INSTANT_NONE) {
        bd_add_fact(table, "Newest export", bd_words_instant(r, of->collected_at));
    }
}

static bd_str freeze_words(const bd_report *r, const bd_sampling *act) {
    return bd_str_format(r->arena, "%.*s: %llu item%s, SHA-256 %.*s%s%.*s",
                         BD_ARG(bd_words_instant(r, act->at)), (unsigned long long)act->count,
                         act->count == 1 ? "" : "s", BD_ARG(act->sha256),
                         act->is_complete ? "" : "; its evidence was not complete: ",
                         BD_ARG(bd_words_journal_text(r, act->problem)));
}

static bd_str draw_words(const bd_report *r, const bd_sampling *act) {
    return bd_str_format(
        r->arena, "%.*s: size %llu by %.*s with seed \"%.*s\"%s%.*s%s%.*s%s%.*s%s%.*s",
        BD_ARG(bd_words_instant(r, act->at)), (unsigned long long)act->size,
        BD_ARG(bd_words_journal_text(r, act->method)), BD_ARG(bd_words_journal_text(r, act->seed)),
        act->strata.size > 0 ? ", inside each " : "", BD_ARG(bd_words_journal_text(r, act->strata)),
        act->problem.size > 0 ? "; the evidence behind the population was not complete: " : "",
        BD_ARG(bd_words_journal_text(r, act->problem)), act->reason.size > 0 ? "; once more: " : "",
        BD_ARG(bd_words_journal_text(r, act->reason)), act->by.size > 0 ? ", " : "",
        BD_ARG(bd_words_journal_text(r, act->by)));
}

static bd_str selection_words(const bd_report *r, const bd_sampling *act) {
    bd_str unmatched = bd_words_list(r, &act->unmatched, ", ");
    return bd_str_format(r->arena, "%.*s: %zu items, chosen by the auditor (%.*s)%s%.*s",
                         BD_ARG(bd_words_instant(r, act->at)), act->items.count,
                         BD_ARG(bd_words_journal_text(r, act->file)),
                         unmatched.size > 0 ? "; in the list and not in the population: " : "",
                         BD_ARG(bd_words_journal_text(r, unmatched)));
}

static void add_acts(bd_report *r, bd_table *table, const bd_population *of) {
    for (size_t i = 0; i < of->acts.count; i++) {
        const bd_sampling *act = of->acts.data[i];
        switch (act->kind) {
        case BD_SAMPLING_FROZEN: bd_add_fact(table, "Frozen", freeze_words(r, act)); break;
        case BD_SAMPLING_DRAWN: bd_add_fact(table, "Drawn", draw_words(r, act)); break;
        case BD_SAMPLING_SELECTED: bd_add_fact(table, "Selected", selection_words(r, act)); break;
        case BD_SAMPLING_REPLACED:
            bd_add_fact(table, "Replaced",
                        bd_str_format(r->arena, "%.*s by %.*s: %.*s (%.*s)",
                                      BD_ARG(bd_words_journal_text(r, act->key)),
                                      BD_ARG(bd_words_journal_text(r, act->replacement)),
                                      BD_ARG(bd_words_journal_text(r, act->reason)),
                                      BD_ARG(bd_words_journal_text(r, act->by))));
            break;
        case BD_SAMPLING_TESTED: break; /* beside the items */
        }
    }
}

static bd_str verdict_words(const bd_sample_item *item) {
    if (!item->is_there) {
        return BD_STR("no longer in the population");
    }
    switch (item->item.verdict) {
    case BD_PASS: return BD_STR("no deviation");
    case BD_FAIL: return BD_STR("deviation");
    case BD_NOT_APPLICABLE: return BD_STR("not applicable");
    case BD_CANNOT_TELL: return BD_STR("cannot tell");
    }
    return BD_STR("");
}

static bd_str tested_words(const bd_report *r, const bd_tested *tested) {
    if (tested == NULL) {
        return BD_STR(BD_DASH);
    }
    return bd_str_format(
        r->arena, "%s (%.*s, %.*s)%s%.*s", tested->is_deviation ? "deviation" : "no deviation",
        BD_ARG(bd_words_journal_text(r, tested->tester)),
        BD_ARG(bd_words_day(r, tested->tested_on)), tested->note.size > 0 ? ": " : "",
        BD_ARG(bd_words_journal_text(r, tested->note)));
}

static void add_item(bd_report *r, bd_table *table, const bd_sample_item *item) {
    bd_cell *cell = bd_table_cell(table);
    bd_cell_run(table, cell, BD_RUN_MONO, bd_words_journal_text(r, item->key));
    bd_table_text(table, bd_str_of(bd_sample_role_name(item->role)));
    if (item->drawn == NULL) {
        bd_table_text(table, BD_STR(BD_DASH));
    } else {
        bool has_stratum = item->drawn->stratum.size > 0; /* a month, or a subscription's name */
        bd_table_text(
            table, bd_str_format(r->arena, "%u%s%.*s", item->drawn->rank, has_stratum ? " of " : "",
                                 BD_ARG(bd_words_journal_text(
                                     r, has_stratum ? bd_words_scope(r, item->drawn->stratum)
                                                    : BD_STR("")))));
    }
    bd_table_text(table, verdict_words(item));
    bd_add_evidence(r, table, item->is_there ? item->item.evidence : 0);
    bd_table_text(table, tested_words(r, item->tested));
}

static void add_items(bd_report *r, const bd_population *of) {
    static const bd_column_def columns[] = {
        {"Item", BD_ALIGN_LEFT, 2},     {"Role", BD_ALIGN_LEFT, 0},
        {"Rank", BD_ALIGN_LEFT, 0},     {"Tested by Bindery", BD_ALIGN_LEFT, 0},
        {"Evidence", BD_ALIGN_LEFT, 0}, {"Tested by a person", BD_ALIGN_LEFT, 2}};
    enum { MOST = 100 };
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    size_t printed = 0, wanted = 0;
    for (size_t i = 0; i < of->sample.count; i++) {
        if (of->sample.data[i].role != BD_SAMPLE_RESERVE && wanted++ < MOST) {
            add_item(r, table, &of->sample.data[i]);
            printed++;
        }
    }
    if (wanted > printed) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %zu are printed; %zu more stand in "
                                  "80_MACHINE/assessment.json (SHA-256 %.*s).",
                                  printed, wanted - printed, BD_ARG(r->in->assessment_sha256)));
    }
}

static void add_population(bd_report *r, const bd_population *of) {
    bd_doc_heading(r->doc, 3, of->id, anchor_of_population(r, of));
    bd_table *table = bd_add_facts(r, true);
    bd_cell *cell = bd_fact_cell(table, "Control");
    bd_cell_add_link(table, cell, of->control->number,
                     bd_anchor_of(r, "control", of->control->number));
    bd_cell_add(
        table, cell,
        bd_str_format(r->arena, ", judged by %.*s", BD_ARG(bd_words_list(r, &of->checks, ", "))));
    bd_add_fact(table, "Source", bd_words_journal_text(r, of->source_title));
    add_evidence(r, table, of);
    if (!of->is_complete) {
        bd_add_fact(table, "Not complete", bd_words_journal_text(r, of->problem));
    }
    if (of->count == 0) {
        bd_add_fact(table, "Items",
                    of->is_complete
                        ? BD_STR("No occurrence in the period: nothing to draw from.")
                        : BD_STR("None was seen in the period, on incomplete evidence."));
    }
    if (of->is_changed) {
        bd_add_fact(table, "Changed",
                    bd_str_format(r->arena,
                                  "It holds other items now (%llu, SHA-256 %.*s) than "
                                  "those that were frozen last.",
                                  (unsigned long long)of->count,
                                  BD_ARG(bd_words_hash(r, of->sha256))));
    }
    add_acts(r, table, of);
    if (of->draw != NULL) {
        bd_add_fact(
            table, "Repeated",
            of->is_repeated
                ? BD_STR("The draw was computed again over these items with this run: the same "
                         "ones come first.")
                : BD_STR("The draw could not be repeated over the items as they are now."));
    }
    if (of->unanswered > 0) {
        bd_add_fact(
            table, "Deviations",
            bd_str_format(r->arena,
                          "%llu found by a tester that no check of ours shows; the control is not "
                          "complete for it.",
                          (unsigned long long)of->unanswered));
    }
    if (of->sample.count > 0) {
        add_items(r, of);
    }
}

void bd_section_samples(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Populations and samples"), BD_STR("samples"));
    if (r->assessment->population_count == 0) {
        bd_say(r, BD_PARA_BODY,
               "No control in scope has a population to draw from in this period.");
        return;
    }
    bd_say(
        r, BD_PARA_BODY,
        "A population is what the checks of a control judged over the period: every record, once. "
        "All of it was tested by query; failing items are listed under the control. What is drawn "
        "here is a self-test before fieldwork; the auditor chooses the sample. A population is "
        "frozen first, then a seed is taken, then the sample is drawn; each step is a line of the "
        "journal. The lists lie in 20_POPULATIONS.");
    add_register(r);
    for (size_t i = 0; i < r->assessment->population_count; i++) {
        if (has_sheet(&r->assessment->populations[i])) {
            add_population(r, &r->assessment->populations[i]);
        }
    }
}

/* ---- beside a control ---- */

void bd_add_samples(bd_report *r, bd_table *table, const bd_control *control) {
    bd_cell *cell = NULL;
    for (size_t i = 0; i < r->assessment->population_count; i++) {
        const bd_population *of = &r->assessment->populations[i];
        if (of->control != control) {
            continue;
        }
        bool is_first = cell == NULL;
        cell = is_first ? bd_fact_cell(table, "To draw from") : cell;
        bd_cell_add(table, cell, is_first ? BD_STR("") : BD_STR("; "));
        bd_cell_add_link(table, cell, of->name,
                         has_sheet(of) ? anchor_of_population(r, of) : BD_STR("samples"));
        bd_cell_add(table, cell, BD_STR(" ("));
        bd_cell_add_figure(r, table, cell, bd_pointer_of(r, "/populations/%zu/count", i),
                           (int64_t)of->count);
        bd_cell_add(table, cell,
                    bd_str_format(r->arena, " item%s%s%s%s)", of->count == 1 ? "" : "s",
                                  of->is_complete ? "" : ", evidence incomplete",
                                  of->freeze != NULL ? ", frozen" : "",
                                  of->draw != NULL ? ", drawn" : ""));
    }
}

/* ---- the appendix ---- */

static const char vector_seed[] = "2026-10-05T06:00:00Z/auditor-7319";
static const char vector_population[] = "6.3.1-leavers-2026Q3";
enum { VECTOR_ITEMS = 20, VECTOR_SIZE = 5 };

/* Computed by the code that draws: the published figures are a test of it. */
static bool draw_vector(bd_arena *arena, bd_drawn_list *out) {
    bd_err ignored;
    bd_sampler *sampler =
        bd_sampler_open(bd_str_of(vector_seed), bd_str_of(vector_population));
    bd_rc rc = BD_OK;
    for (int i = 1; i <= VECTOR_ITEMS && !bd_failed(rc); i++) {
        rc = bd_sampler_put(sampler, BD_STR(""), bd_str_format(arena, "L-%03d", i), &ignored);
    }
    rc = bd_failed(rc) ? rc : bd_sampler_draw(sampler, VECTOR_SIZE, arena, out, &ignored);
    bd_sampler_close(sampler);
    return !bd_failed(rc);
}

void bd_section_sample_method(bd_report *r) {
    static const bd_column_def columns[] = {{"Rank", BD_ALIGN_RIGHT, 0},
                                            {"Item key", BD_ALIGN_LEFT, 0},
                                            {"SHA-256", BD_ALIGN_LEFT, 1},
                                            {"Role", BD_ALIGN_LEFT, 0}};
    bd_drawn_list drawn = {0};
    bd_say(
        r, BD_PARA_BODY,
        "Method " BD_SAMPLE_METHOD ". The rank of an item is the SHA-256 of seed, line feed, "
        "population id, line feed, item key, in UTF-8, written in lower-case hex. Items are sorted "
        "by it, equal ones by key; the first n are the sample, those after them its replacements, "
        "in order. With strata the same is done inside each, with a slash and its name behind the "
        "population id. What is frozen is the item keys sorted by their bytes, a line feed after "
        "each. sha256sum and sort repeat it.");
    if (!draw_vector(r->arena, &drawn)) {
        return;
    }
    bd_str caption = bd_str_format(r->arena,
                                   "Test vector: seed %s, population %s, items L-001 to L-020",
                                   vector_seed, vector_population);
    bd_table *table = BD_ADD_TABLE(r, caption, columns, true);
    for (size_t i = 0; i < drawn.count; i++) {
        bd_table_text(table, bd_str_format(r->arena, "%u", drawn.data[i].rank));
        bd_table_text(table, drawn.data[i].key);
        bd_cell_run(table, bd_table_cell(table), BD_RUN_MONO, bd_words_hash(r, drawn.data[i].hash));
        bd_table_text(table,
                      drawn.data[i].is_reserve ? BD_STR("replacement") : BD_STR("sample"));
    }
}
