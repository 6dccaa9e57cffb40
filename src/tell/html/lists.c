/* index.html, the lists at the end: exceptions, every evidence item, and what is missing or was left out. */
#include "bindery/html.h"

#include "html_priv.h"

/* ---- exceptions ---- */

_Static_assert(HTML_EXCEPTIONS == 100, "the page says how many");

static void put_control_links(bd_writing *run, const bd_strs *numbers) {
    for (size_t i = 0; i < numbers->count; i++) {
        html_put(run, i > 0 ? ", " : "");
        const bd_control_result *control = bd_ties_find_control(run->ties, numbers->data[i]);
        if (control != NULL && bd_ties_is_listed(control)) {
            html_link(run, "#control-", numbers->data[i], numbers->data[i]);
        } else {
            html_text(run, numbers->data[i]);
        }
    }
}

static void put_exception(bd_writing *run, const bd_exception *exception) {
    html_put(run, "<tr id=\"");
    html_text(run, exception->id);
    html_put(run, "\"><th scope=\"row\" class=\"long\"><code>");
    html_text(run, exception->id);
    html_put(run, "</code></th><td>");
    html_exception_state(run, exception->is_open);
    html_put(run, "<br/><small>");
    html_text(run, exception->check->severity);
    html_put(run, "</small></td><td>");
    put_control_links(run, &exception->controls);
    html_put(run, "</td><td class=\"what\">");
    html_text(run, exception->reason);
    html_put(run, "<br/><code>");
    html_text(run, exception->resource);
    html_put(run, "</code></td><td class=\"day\">");
    html_day(run, exception->last_seen_clean);
    html_put(run, "</td><td class=\"day\">");
    html_day(run, exception->first_seen_failing);
    html_put(run, "</td><td class=\"day\">");
    html_day(run, exception->last_seen_failing);
    html_put(run, "</td><td class=\"day\">");
    html_day(run, exception->first_seen_clean);
    html_put(run, "</td><td class=\"number\">");
    html_int(run, exception->failing_days);
    html_put(run, "/");
    html_int(run, exception->observed_days);
    html_put(run, "</td></tr>\n");
    bd_arena_reset(run->line);
}

static const bd_exception *exception_at(const bd_writing *run, const uint32_t *places, size_t index) {
    return bd_assessment_exception(run->in->assessment, places != NULL ? places[index] : index);
}

html_stretch html_stretch_from(const bd_writing *run, const uint32_t *places, size_t count, size_t from, size_t most) {
    html_stretch of = {.check = exception_at(run, places, from)->check, .from = from, .shown = from, .to = from};
    while (of.to < count && exception_at(run, places, of.to)->check == of.check) {
        bool is_shown = of.to - from < most;
        of.shown += is_shown;
        of.open_left_out += !is_shown && exception_at(run, places, of.to)->is_open;
        of.to++;
    }
    return of;
}

/* Exact, like every number: only what is listed here is cut. */
static void put_left_out(bd_writing *run, const html_stretch *of) {
    if (of->shown == of->to) {
        return;
    }
    html_put(run, "<tr><td colspan=\"9\">The first ");
    html_int(run, (int64_t)(of->shown - of->from));
    html_put(run, " of ");
    html_count(run, (int64_t)(of->to - of->from), "exception");
    html_put(run, " of <code>");
    html_text(run, of->check->id);
    html_put(run, "</code> are listed; left out: ");
    html_int(run, (int64_t)(of->to - of->shown));
    html_put(run, " (open: ");
    html_int(run, (int64_t)of->open_left_out);
    html_put(run, "). All are in <a href=\"../60_EXCEPTIONS/exceptions.csv\">"
                  "exceptions.csv</a>, every failing record in "
                  "<a href=\"../80_MACHINE/findings.ndjson\">findings.ndjson</a>.</td></tr>\n");
}

static void put_stretch(bd_writing *run, const html_stretch *of) {
    html_put(run, "<tbody id=\"" HTML_EXCEPTIONS_OF);
    html_text(run, of->check->id);
    html_put(run, "\">\n");
    for (size_t i = of->from; i < of->shown; i++) {
        put_exception(run, &run->in->assessment->exceptions.data[i]);
    }
    put_left_out(run, of);
    html_put(run, "</tbody>\n");
}

static void put_exceptions(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    size_t count = assessment->exceptions.count;
    html_put(run, "<section id=\"exceptions\" aria-labelledby=\"exceptions-head\">\n"
                  "<h2 id=\"exceptions-head\">Exceptions</h2>\n");
    if (count == 0) {
        html_put(run,
                 "<p>No exception was seen in the period, in what was observed.</p>\n</section>\n");
        return;
    }
    html_put(run, "<p>In the period: ");
    html_int(run, (int64_t)count);
    html_put(run, "; open: ");
    html_int(run, (int64_t)assessment->open_exceptions);
    html_put(
        run,
        ". A failing stretch of one property of one resource is one exception. It stays disclosed "
        "after it is closed. Of each check at most the first 100 are listed here; all are in <a "
        "href=\"../60_EXCEPTIONS/exceptions.csv\">exceptions.csv</a>, "
        "every failing record in <a "
        "href=\"../80_MACHINE/findings.ndjson\">findings.ndjson</a>.</p>\n"
        "<div class=\"wide\" role=\"region\" aria-labelledby=\"exceptions-head\" "
        "tabindex=\"0\"><table>\n"
        "<thead><tr><th scope=\"col\">Exception</th><th scope=\"col\">State</th>"
        "<th scope=\"col\">Control</th><th scope=\"col\">What, and where</th>"
        "<th scope=\"col\">Last seen clean</th><th scope=\"col\">First seen failing</th>"
        "<th scope=\"col\">Last seen failing</th><th scope=\"col\">First seen clean</th>"
        "<th scope=\"col\" class=\"number\">Days failing of observed</th></tr></thead>\n");
    html_stretch of = {0};
    for (size_t from = 0; from < count; from = of.to) {
        of = html_stretch_from(run, NULL, count, from, HTML_EXCEPTIONS);
        put_stretch(run, &of);
    }
    html_put(run, "</table></div>\n</section>\n");
}

/* ---- evidence ---- */

static void put_speaks_to(bd_writing *run, size_t item) {
    size_t count;
    const bd_tie *links = bd_ties_of_evidence(run->ties, item, &count);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && links[i].control == links[i - 1].control) {
            continue;
        }
        const bd_control_result *control = &run->in->assessment->controls[links[i].control];
        html_put(run, i > 0 ? ", " : "");
        if (bd_ties_is_listed(control)) {
            html_link(run, "#control-", control->control->number, control->control->number);
        } else {
            html_text(run, control->control->number);
        }
    }
    size_t described;
    if (bd_ties_find_described(run->ties, item, &described)) {
        bd_str id = bd_evidence_id(run->line, run->in->evidence->data[described].given.number);
        html_put(run, "describes ");
        html_link(run, "#evidence-", id, id);
    } else if (count == 0) {
        html_put(run, "–");
    }
}

static void put_signoff(bd_writing *run, const bd_evidence *item) {
    if (item->is_signed_off) {
        html_put(run, "signed off");
        return;
    }
    if (item->origin != BD_ORIGIN_HANDED_IN) {
        html_put(run, "not needed");
        return;
    }
    html_put(run, "no: ");
    html_text(run, item->signoff_reason);
}

static void put_evidence_title(bd_writing *run, size_t index, const bd_evidence *item) {
    html_file(run, bd_writing_package_path(run, index), item->title);
    bd_str ipe = bd_writing_ipe_path(run, index);
    if (ipe.size > 0) {
        html_put(run, " <small>");
        html_link(run, "../", ipe, BD_STR("IPE sheet"));
        html_put(run, "</small>");
    }
    html_put(run, "<br/><small>");
    html_text(run, item->given.path);
    html_put(run, "</small>");
    if (item->given.is_withdrawn) {
        html_put(run, "<br/><small>withdrawn: ");
        html_text(run, item->given.withdrawn_reason);
        html_put(run, "</small>");
    }
}

static void put_evidence_facts(bd_writing *run, const bd_evidence *item) {
    html_put(run, "</td><td>");
    html_described(run, item);
    html_put(run, "</td><td>");
    html_time(run, item->collected_at);
    html_put(run, item->collected_at_is_assumed ? " <small>assumed</small>" : "");
    html_put(run, "</td><td class=\"number\">");
    html_rows(run, item);
    html_put(run, "</td><td>");
    html_words(run, bd_completeness_name(item->completeness));
    html_put(run, "</td><td>");
    put_signoff(run, item);
}

static void put_evidence(bd_writing *run, size_t index) {
    const bd_evidence *item = &run->in->evidence->data[index];
    bd_str id = bd_evidence_id(run->line, item->given.number);
    html_put(run, "<tr id=\"evidence-");
    html_text(run, id);
    html_put(run, "\"><th scope=\"row\">");
    html_text(run, id);
    html_put(run, "</th><td class=\"what\">");
    put_evidence_title(run, index, item);
    html_put(run, "</td><td>");
    html_words(run, bd_ties_kind(item));
    if (item->source.size > 0) {
        html_put(run, "<br/><small>");
        html_text(run, item->source);
        html_put(run, ", ");
        html_words(run, bd_origin_name(item->origin));
        html_put(run, "</small>");
    }
    if (bd_ties_is_aside(item)) {
        html_put(run, "</td><td>–</td><td>–</td><td class=\"number\">–</td><td>–</td><td>–");
    } else {
        put_evidence_facts(run, item);
    }
    html_put(run, "</td><td class=\"links\">");
    put_speaks_to(run, index);
    html_put(run, "</td><td class=\"hash\"><code>");
    html_text(run, bd_hex_text(run->line, item->given.sha256, 32));
    html_put(run, "</code></td></tr>\n");
    bd_arena_reset(run->line);
}

static void put_all_evidence(bd_writing *run) {
    const bd_evidences *evidence = run->in->evidence;
    html_put(run, "<section id=\"evidence\" aria-labelledby=\"evidence-head\">\n"
                  "<h2 id=\"evidence-head\">Evidence</h2>\n<p>");
    html_count(run, (int64_t)evidence->count, "file");
    html_put(
        run,
        ", each kept as it was handed in. Times are UTC. Sign-offs are stated, not authenticated. "
        "The same list, by criterion, is <a href=\"index.csv\">index.csv</a>.</p>\n"
        "<div class=\"wide\" role=\"region\" aria-labelledby=\"evidence-head\" tabindex=\"0\">"
        "<table class=\"all\">\n<thead><tr><th scope=\"col\">Evidence</th><th "
        "scope=\"col\">File</th>"
        "<th scope=\"col\">Kind</th><th scope=\"col\">Describes</th><th "
        "scope=\"col\">Collected</th>"
        "<th scope=\"col\" class=\"number\">Rows</th><th scope=\"col\">Complete</th>"
        "<th scope=\"col\">Sign-off</th><th scope=\"col\">Speaks to</th>"
        "<th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        put_evidence(run, bd_ties_evidence_at(run->ties, i));
    }
    html_put(run, "</tbody></table></div>\n</section>\n");
}

/* ---- what is missing, refused or left out ---- */

static void put_missing(bd_writing *run) {
    const bd_strs *missing = &run->in->assessment->sources_missing;
    if (missing->count == 0) {
        return;
    }
    html_put(run, "<h3>Sources that a check reads and no evidence gives</h3>\n<ul>\n");
    for (size_t i = 0; i < missing->count; i++) {
        const bd_source_def *source = bd_catalog_source(run->in->catalog, missing->data[i]);
        html_put(run, "<li><span class=\"id\">");
        html_text(run, missing->data[i]);
        html_put(run, "</span> ");
        html_text(run, source != NULL ? source->title : (bd_str){"", 0});
        html_put(run, "</li>\n");
        bd_arena_reset(run->line);
    }
    html_put(run, "</ul>\n");
}

static void put_evidence_item(bd_writing *run, const bd_evidence *item) {
    bd_str id = bd_evidence_id(run->line, item->given.number);
    html_put(run, "<li>");
    html_link(run, "#evidence-", id, id);
    html_put(run, " ");
    html_text(run, item->given.path);
}

static void put_unmapped(bd_writing *run) {
    bool is_open = false;
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &run->in->evidence->data[bd_ties_evidence_at(run->ties, i)];
        if (!item->is_unmapped) {
            continue;
        }
        html_put(run, is_open ? "" : "<h3>Files that nothing recognises</h3>\n<ul>\n");
        is_open = true;
        put_evidence_item(run, item);
        html_put(run, "</li>\n");
        bd_arena_reset(run->line);
    }
    html_put(run, is_open ? "</ul>\n" : "");
}

static void put_remark(bd_writing *run, const bd_evidence *item, bd_str locus, bd_str message) {
    put_evidence_item(run, item);
    html_put(run, locus.size > 0 ? ", " : "");
    html_text(run, locus);
    html_put(run, ": ");
    html_text(run, message);
    html_put(run, "</li>\n");
    bd_arena_reset(run->line);
}

static void put_data_quality(bd_writing *run) {
    bool is_open = false;
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &run->in->evidence->data[bd_ties_evidence_at(run->ties, i)];
        const bd_diags *diags = &item->facts.diags;
        bd_str problem = bd_ties_untold_problem(item);
        if (diags->count == 0 && problem.size == 0) {
            continue;
        }
        html_put(run, is_open ? "" : "<h3>Data quality</h3>\n<ul>\n");
        is_open = true;
        for (size_t j = 0; j < diags->count; j++) {
            put_remark(run, item, diags->data[j].locus, diags->data[j].message);
        }
        if (problem.size > 0) {
            put_remark(run, item, (bd_str){"", 0}, problem);
        }
    }
    html_put(run, is_open ? "</ul>\n" : "");
}

static void put_excluded(bd_writing *run) {
    const bd_engagement *engagement = run->in->engagement;
    if (engagement->exclusions.count == 0) {
        return;
    }
    html_put(run, "<h3>Design exclusions</h3>\n<ul>\n");
    for (size_t i = 0; i < engagement->exclusions.count; i++) {
        const bd_exclusion *exclusion = &engagement->exclusions.data[i];
        html_put(run, "<li><code>");
        html_text(run, exclusion->resource);
        html_put(run, "</code> is out of ");
        html_text(run, exclusion->check);
        html_put(run, ": ");
        html_text(run, exclusion->reason);
        html_put(run, " <small>Approved by ");
        html_text(run, exclusion->approved_by);
        html_put(run, " on ");
        html_day(run, exclusion->approved_on);
        if (exclusion->expires_on != BD_DAY_NONE) {
            html_put(run, ", until ");
            html_day(run, exclusion->expires_on);
        }
        html_put(run, ".</small></li>\n");
        bd_arena_reset(run->line);
    }
    html_put(run, "</ul>\n");
}

void html_lists(bd_writing *run) {
    put_exceptions(run);
    put_all_evidence(run);
    html_put(run, "<section id=\"gaps\" aria-labelledby=\"gaps-head\">\n"
                  "<h2 id=\"gaps-head\">What is missing or was left out</h2>\n");
    put_missing(run);
    put_unmapped(run);
    put_data_quality(run);
    put_excluded(run);
    html_put(run,
             "<p>Controls without evidence say so in their own place above.</p>\n</section>\n");
}
