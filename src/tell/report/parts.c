/* The parts of a report as its template lists them: which function writes a section, and pages of the organisation's
 * own.  The order is the template's; there is no other. */
#include "bindery/report.h"

#include "bindery/readiness.h"
#include "bindery/registers.h"
#include "bindery/verdicts.h"
#include "report_priv.h"

#define BLOCK_BYTES ((size_t)4 << 10) /* of a table with its cells, about */

static void section_organisation_page(bd_report *r);

static void section_criteria_and_evidenced(bd_report *r) {
    bd_section_criteria_index(r);
    bd_section_evidenced(r);
}

static void (*const writers[])(bd_report *) = {
    [BD_SECTION_PAGE] = section_organisation_page,
    [BD_SECTION_COVER] = section_cover,
    [BD_SECTION_DOCUMENT_CONTROL] = section_control,
    [BD_SECTION_CONTENTS] = section_contents,
    [BD_SECTION_GLANCE] = bd_section_glance,
    [BD_SECTION_SCOPE] = section_scope,
    [BD_SECTION_VENDORS] = bd_section_vendors,
    [BD_SECTION_CRITERIA_INDEX] = section_criteria_and_evidenced,
    [BD_SECTION_CONTROL_MATRIX] = bd_section_control_matrix,
    [BD_SECTION_CRITERIA] = bd_section_criteria,
    [BD_SECTION_SAMPLES] = bd_section_samples,
    [BD_SECTION_MATCHES] = bd_section_matches,
    [BD_SECTION_REVIEWS] = bd_section_reviews,
    [BD_SECTION_POSTURE] = bd_section_posture,
    [BD_SECTION_EXCEPTIONS] = bd_section_exceptions,
    [BD_SECTION_SINCE] = bd_section_since,
    [BD_SECTION_SET_ASIDE] = bd_section_set_aside,
    [BD_SECTION_EVIDENCE] = bd_section_evidence,
    [BD_SECTION_PBC] = bd_section_pbc,
    [BD_SECTION_DATA_QUALITY] = bd_section_data_quality,
    [BD_SECTION_HASHES] = bd_section_hashes,
    [BD_SECTION_APPENDICES] = section_appendices,
    [BD_SECTION_SUMMARY] = bd_section_summary,
    [BD_SECTION_MONTHS] = bd_section_months,
    [BD_SECTION_DUES] = bd_section_dues,
    [BD_SECTION_STALE] = bd_section_stale,
    [BD_SECTION_AGEING] = bd_section_ageing,
    [BD_SECTION_VENDOR_CLOCK] = bd_section_vendor_clock,
    [BD_SECTION_SCORES] = bd_section_scores,
    [BD_SECTION_CHANGES] = bd_section_changes,
    [BD_SECTION_DOUBTS] = bd_section_doubts,
    [BD_SECTION_OWNERS] = bd_section_owners,
};
_Static_assert(BD_COUNT(writers) == BD_SECTION_COUNT, "every section has who writes it");

void parts_write(bd_report *r, const bd_template_parts *parts) {
    for (size_t i = 0; i < parts->count; i++) {
        r->part = &parts->data[i];
        writers[r->part->section](r);
    }
    r->part = NULL;
}

/* ---- pages of the organisation ---- */

static void section_organisation_page(bd_report *r) {
    r->page_count++;
    bd_doc_page_break(r->doc);
    bd_doc_heading(r->doc, 1, r->part->heading, bd_str_format(r->arena, "page-%zu", r->page_count));
    bd_say_text(
        r, BD_PARA_NOTE,
        bd_str_format(r->arena,
                      "Written by %.*s, printed as it stands in the template of this report. "
                      "Bindery tested nothing of it.",
                      BD_ARG(r->engagement->organisation_name)));
    bd_say_own(r);
}

/* ---- links into sections that the template leaves out ---- */

static void note_anchors(const bd_doc *doc, bd_map *known) {
    for (size_t i = 0; i < doc->blocks.count; i++) {
        const bd_block *block = &doc->blocks.data[i];
        bd_arenas_pass(BLOCK_BYTES);
        bool has_anchor = block->kind == BD_BLOCK_HEADING || block->kind == BD_BLOCK_ANCHOR;
        if (has_anchor && block->anchor.size > 0) {
            bd_map_put(known, block->anchor, (void *)&doc->blocks.data[i]);
        }
    }
}

static void cut_runs(bd_runs *runs, const bd_map *known) {
    for (size_t i = 0; i < runs->count; i++) {
        bd_run *run = &runs->data[i];
        if (run->link.size == 0 || bd_map_find(known, run->link) != NULL) {
            continue;
        }
        run->link = (bd_str){"", 0};
        if (run->is_page_ref) {
            run->is_page_ref = false;
            run->text = BD_STR(BD_DASH);
        }
    }
}

static void cut_block(bd_block *block, const bd_map *known) {
    if (block->kind == BD_BLOCK_PARA) {
        cut_runs(&block->para->runs, known);
    } else if (block->kind == BD_BLOCK_TABLE) {
        for (size_t i = 0; i < block->table->cells.count; i++) {
            cut_runs(&block->table->cells.data[i].runs, known);
        }
    } else if (block->kind == BD_BLOCK_CHART) {
        for (size_t i = 0; i < block->chart->row_count; i++) {
            bd_str *link = &block->chart->row_links[i];
            *link = bd_map_find(known, *link) != NULL ? *link : (bd_str){"", 0};
        }
    }
}

static bool has_section(const bd_template_parts *parts, bd_section section) {
    for (size_t i = 0; i < parts->count; i++) {
        if (parts->data[i].section == section) {
            return true;
        }
    }
    return false;
}

/* Names of the sections that the template leaves out, or "". */
static bd_str left_out(const bd_report *r) {
    const bd_doc_template *ours = bd_template_default(r->template->kind, r->arena);
    const bd_template_parts *lists[] = {&ours->front, &ours->body};
    bd_strs names = {0};
    for (size_t k = 0; k < BD_COUNT(lists); k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            bd_section section = lists[k]->data[i].section;
            if (!has_section(&r->template->front, section) &&
                !has_section(&r->template->body, section)) {
                *bd_push(r->arena, &names) = bd_str_of(bd_section_name(section));
            }
        }
    }
    return bd_words_list(r, &names, ", ");
}

bool parts_are_all(const bd_report *r) {
    return left_out(r).size == 0;
}

/* With all sections there a link that leads nowhere is a fault, and said; with some left out it is their absence. */
void parts_cut_links(bd_report *r) {
    if (parts_are_all(r)) {
        return;
    }
    bd_map *known = bd_map_make(r->arena);
    note_anchors(r->doc, known);
    for (size_t i = 0; i < r->doc->blocks.count; i++) {
        bd_arenas_pass(BLOCK_BYTES);
        cut_block(&r->doc->blocks.data[i], known);
    }
}

/* ---- what is said of the template ---- */

bd_str parts_words(const bd_report *r) {
    const bd_doc_template *template = r->template;
    size_t headings = 0, said = 0, pages = 0;
    const bd_template_parts *lists[] = {&template->front, &template->body};
    if (!template->is_own) {
        return BD_STR("built in (80_MACHINE/template.xml)");
    }
    for (size_t k = 0; k < BD_COUNT(lists); k++) {
        for (size_t i = 0; i < lists[k]->count; i++) {
            const bd_template_part *part = &lists[k]->data[i];
            bool is_page = part->section == BD_SECTION_PAGE;
            pages += is_page;
            headings += !is_page && part->heading.size > 0;
            said += !is_page && part->blocks.count > 0;
        }
    }
    bd_str absent = left_out(r);
    return bd_str_format(r->arena,
                         "of the organisation (80_MACHINE/template.xml): headings reworded %zu, "
                         "sections introduced %zu, pages added %zu; left out: %.*s",
                         headings, said, pages,
                         BD_ARG(absent.size > 0 ? absent : BD_STR("nothing")));
}
