/* Appendices: how the score is made, when evidence counts, words, versions, what is not claimed. */
#include "bindery/report.h"

#include "bindery/registers.h"
#include "report_priv.h"

typedef struct {
    const char *term, *meaning;
} term;

static void add_terms(bd_report *r, const term *terms, size_t count) {
    bd_table *table = bd_add_facts(r, true);
    for (size_t i = 0; i < count; i++) {
        bd_add_fact(table, terms[i].term, bd_str_of(terms[i].meaning));
    }
}

/* ---- A: score -------------------------------------------------------------------------------------------------- */

static void add_score(bd_report *r) {
    static const term terms[] = {
        {"Counted", "Controls that at least one criterion in scope lists, without those that are "
                    "not applicable by a signed reason and those of which nothing is due yet."},
        {"READY", "Complete controls out of the counted controls."},
        {"COVER", "Accepted due instances out of the due instances, over all requirements of the "
                  "counted controls."},
        {"FRESH", "Counted controls whose newest evidence is within its age limit, out of the "
                  "counted controls."},
        {"Percent", "Rounded half up to one decimal; 99.9 at most unless everything is there. No "
                    "partial credit, no weights."},
        {"Complete", "Every due instance of every requirement is accepted; the exceptions of every "
                     "deviation are closed; the last due instance does not deviate; the evidence "
                     "is fresh; and in no requirement do both more than one and more than a "
                     "quarter of the due instances deviate."},
        {"Gates", "The whole is called not complete while a criterion in scope is uncovered, the "
                  "reports of a subservice organisation that is carved out leave a day open, or an "
                  "exception rated high is open."},
        {"Microsoft's scores",
         "Secure scores and policy compliance figures are other measures. They never enter these."},
    };
    bd_say(r, BD_PARA_BODY,
           "Definition bindery-1. A score is only comparable with one of the same definition and "
           "scope.");
    add_terms(r, terms, BD_COUNT(terms));
}

/* ---- B: frequencies ---------------------------------------------------------------------------------------------- */

static void add_frequencies(bd_report *r) {
    static const term terms[] = {
        {"Continuous", "Each month of the period that has ended is due. It is accepted when a "
                       "snapshot that describes one of its days was judged. A month without a "
                       "snapshot is not observed, never failed; a complete change log without a "
                       "write to the setting can cover it."},
        {"Monthly", "Each month that has ended is due; carried out in it, or late within the days "
                    "of grace and before the period ends."},
        {"Quarterly", "Each calendar quarter, clipped to the period; carried out in it, or late "
                      "within the days of grace and before the period ends."},
        {"Annual", "One instance: carried out in the twelve months before the end of the period or "
                   "the as-of instant."},
        {"Per event", "Every day of the period must be described by a complete extract of the log "
                      "or list, judged by month."},
        {"Once", "One instance: in force on every day of the period."},
        {"Clipping", "Windows are days of the period's time zone. A stub of under ten days joins "
                     "its neighbour."},
        {"Age", "From the last instant that the evidence describes (for documents: approval, "
                "review or end of report) to the end of the period or the as-of instant, whichever "
                "is earlier; never from the day of collection."},
        {"Outcomes",
         "Deviation: some record failed. Clean: every check found nothing. Cannot tell: evidence, "
         "but not enough. Missing: none. No occurrence: a complete answer shows that nothing "
         "happened."},
        {"Completeness", "A fact of each export: the chain of pages ended, or its rows equal a "
                         "count from elsewhere, or the person who exported it stated command, time "
                         "and completeness. Otherwise it is not shown, and nothing that it lacks "
                         "can count as clean."},
        {"Sign-off", "What people hand in needs a preparer and a different reviewer. Without them "
                     "it can show a deviation, never its absence."},
    };
    add_terms(r, terms, BD_COUNT(terms));
}

/* ---- C: words ---- */

static void add_marks(bd_report *r) {
    static const struct {
        bd_mark mark;
        bool is_flagged;
        const char *sign, *meaning;
    } rows[] = {
        {BD_MARK_COMPLETE, false, "[x] complete", "the rule above holds"},
        {BD_MARK_PROGRESS, false, "[~] in progress",
         "some evidence describes a day of the period, but the rule does not hold"},
        {BD_MARK_BLANK, false, "[ ] not started", "no evidence describes a day of the period"},
        {BD_MARK_NA, false, "n/a not applicable", "a signed reason; outside all ratios"},
        {BD_MARK_NOT_DUE, false, "not yet due", "no instance is due yet; outside all ratios"},
        {BD_MARK_NONE, true, "! exception",
         "a flag beside a state: an exception happened in the period, open or closed"},
    };
    static const bd_column_def columns[] = {{"State", BD_ALIGN_LEFT, 0},
                                            {"Meaning", BD_ALIGN_LEFT, 1}};
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Marks of states"), columns, true);
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_table_state(table, rows[i].mark, rows[i].is_flagged, bd_str_of(rows[i].sign));
        bd_table_text(table, bd_str_of(rows[i].meaning));
    }
}

static void add_glossary(bd_report *r) {
    static const term terms[] = {
        /* an even number: two on a row */
        {"Binder", "This document: management's evidence, put in the order of the criteria."},
        {"Check", "A written test that Bindery runs over evidence; its text, version and result "
                  "are part of the package."},
        {"Control", "What the organisation does so that a criterion holds."},
        {"Criterion",
         "What the audit measures against; named here by its id and a short title of ours."},
        {"Deviation", "A record that does not meet a check."},
        {"Exception", "A stretch in which one property of one resource deviated."},
        {"Evidence", "A file kept unchanged, with its hash, its origin and the time it describes."},
        {"IPE", "Information produced by the entity: exports and lists whose completeness the "
                "auditor has to judge."},
        {"Instance", "One time that a requirement is due."},
        {"Period", "The days that the audit looks at; its boundaries are printed in UTC."},
        {"Population", "Everything that a test could be drawn from."},
        {"Sidecar", "A small file beside an export that states who took it, when and how."},
        {"Snapshot", "A source as it stood at one instant."},
        {"Subservice organisation", "A vendor whose controls the system rests on."},
        {"Type I, Type II",
         "An audit of the design at one day; an audit of the operation over a period."},
        {"Waiver", "A signed acceptance of an open exception until a day; it changes no verdict."},
    };
    add_marks(r);
    bd_say(
        r, BD_PARA_NOTE,
        "Cells of the month grids: C clean, D deviation, ? cannot tell, M missing or not observed, "
        "N no occurrence, L covered by a change log; a ring is not due yet.");
    bd_table *table = bd_add_sheet(r);
    for (size_t i = 0; i + 1 < BD_COUNT(terms); i += 2) {
        bd_sheet_pair(table, terms[i].term, bd_str_of(terms[i].meaning), terms[i + 1].term,
                      bd_str_of(terms[i + 1].meaning));
    }
}

/* ---- D: samples ---- */

static void add_sizes(bd_report *r) {
    static const bd_column_def columns[] = {{"Occurrences in the period", BD_ALIGN_LEFT, 1},
                                            {"Usual size", BD_ALIGN_RIGHT, 0},
                                            {"Range", BD_ALIGN_LEFT, 0},
                                            {"Note", BD_ALIGN_LEFT, 3}};
    const bd_value *sampling = r->catalog->sampling;
    if (sampling == NULL || sampling->kind != BD_ARRAY || sampling->count == 0) {
        return;
    }
    bd_say(r, BD_PARA_BODY,
           "Usual sizes, for a self-test before fieldwork; the auditor chooses samples and their "
           "sizes.");
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < sampling->count; i++) {
        const bd_value *row = &sampling->items[i];
        const bd_value *size = bd_value_find(row, "n");
        bd_str id = bd_words_catalog(r, bd_value_text(row, "id"));
        bd_str occurrences = bd_value_text(row, "occurrences");
        bool is_event = bd_str_has_prefix(id, BD_STR("per_event"));
        bd_str label = is_event ? BD_STR("events") : id;
        ptrdiff_t cut = bd_str_find(label, BD_STR("_"));
        label = cut < 0 ? label : bd_str_sub(label, 0, (size_t)cut);
        bd_table_text(table,
                      bd_str_format(r->arena, "%.*s: %.*s", BD_ARG(label), BD_ARG(occurrences)));
        bd_table_text(table, size == NULL ? BD_STR("") : size->text);
        bd_table_text(table, bd_value_text(row, "range"));
        bd_table_text(table, bd_words_catalog(r, bd_value_text(row, "note")));
    }
}

static void add_sampling(bd_report *r) {
    bd_section_sample_method(r);
    add_sizes(r);
}

/* ---- E: versions ---- */

static void add_versions(bd_report *r) {
    bd_table *table = bd_add_facts(r, true);
    bd_add_fact(table, "Bindery", r->in->bindery_version);
    bd_add_fact(table, "With", r->in->versions);
    bd_add_fact(table, "Time zone data", r->assessment->zone_data_version);
    bd_cell_run(table, bd_fact_cell(table, "Catalog, SHA-256"), BD_RUN_MONO,
                bd_words_hash(r, r->catalog->sha256));
    bd_cell_run(table, bd_fact_cell(table, "Journal head"), BD_RUN_MONO, r->in->journal_head);
    bd_say(
        r, BD_PARA_NOTE,
        "The same evidence, catalog, settings, as-of instant and versions give the same bytes of "
        "every file but the signatures.");
}

/* ---- F: claims ---- */

static void add_claims(bd_report *r) {
    static const char *const claims[] = {
        "It is not a SOC 2\xc2\xae report and holds no opinion: only an independent CPA firm gives "
        "one.",
        ("A complete control is one whose evidence meets the rules printed here. Design and "
         "operating effectiveness are for the auditor to judge."),
        "It holds no text of the AICPA. Criteria are named by id; titles and explanations are "
        "ours.",
        "Exports show what Microsoft's interfaces gave at the time. Bindery does not test those "
        "interfaces.",
        "Sign-offs, approvals and facts are as the organisation stated them; nobody was "
        "authenticated.",
    };
    for (size_t i = 0; i < BD_COUNT(claims); i++) {
        bd_say(r, BD_PARA_BULLET, claims[i]);
    }
}

void section_appendices(bd_report *r) {
    static const struct {
        const char *title, *anchor;
        void (*add)(bd_report *);
    } parts[] = {
        {"A  How the score is made", "appendix-score", add_score},
        {"B  When evidence counts", "appendix-frequency", add_frequencies},
        {"C  Words and marks", "appendix-glossary", add_glossary},
        {"D  Samples: method and usual sizes", "appendix-sampling", add_sampling},
        {"E  Versions", "appendix-versions", add_versions},
        {"F  What this binder does not claim", "appendix-claims", add_claims},
        {"G  Custody of the evidence", "appendix-custody", bd_section_custody},
    };
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Appendices"), BD_STR("appendices"));
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        bd_doc_heading(r->doc, 2, bd_str_of(parts[i].title), bd_str_of(parts[i].anchor));
        parts[i].add(r);
    }
}
