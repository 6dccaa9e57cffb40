/* index.html at a glance: the score, what stands against it, and criteria by month. */
#include "bindery/html.h"

#include "html_priv.h"

#include <string.h>

/* ---- score ---- */

static void put_figure(bd_writing *run, const char *name, bd_ratio ratio, const char *meaning,
                       int with_exceptions) {
    html_put(run, "<div class=\"figure\"><dt>");
    html_put(run, name);
    html_put(run, "</dt><dd><p class=\"big\">");
    html_int(run, ratio.n);
    html_put(run, " <span>of ");
    html_int(run, ratio.of);
    html_put(run, "</span></p><p class=\"bar\" aria-hidden=\"true\"><span style=\"width:");
    html_text(run, bd_ratio_text(run->line, ratio));
    html_put(run, "%\"></span></p><p>");
    html_text(run, bd_ratio_text(run->line, ratio));
    html_put(run, "&#160;%. ");
    html_put(run, meaning);
    if (with_exceptions > 0) {
        html_put(run, ", ");
        html_int(run, with_exceptions);
        html_put(run, " of them with exceptions");
    }
    html_put(run, ".</p></dd></div>\n");
}

static void put_score(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    html_put(run, "<dl class=\"score\">\n");
    put_figure(run, "Ready", assessment->ready, "Controls that are complete",
               assessment->ready.with_exceptions);
    put_figure(run, "Cover", assessment->cover, "Due instances that are accepted", 0);
    put_figure(run, "Fresh", assessment->fresh,
               "Controls whose newest evidence is within its age limit", 0);
    html_put(run, "</dl>\n");
}

static void put_state_counts(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    int counts[BD_STATE_NOT_DUE + 1] = {0};
    for (size_t i = 0; i < assessment->control_count; i++) {
        counts[assessment->controls[i].state] += assessment->controls[i].is_in_scope;
    }
    static const bd_state shown[] = {BD_STATE_COMPLETE, BD_STATE_PROGRESS, BD_STATE_BLANK,
                                     BD_STATE_NA, BD_STATE_NOT_DUE};
    html_put(run, "<p class=\"counts\">Controls in scope: ");
    for (size_t i = 0; i < BD_COUNT(shown); i++) {
        html_put(run, "<span class=\"count\">");
        html_state(run, shown[i], false);
        html_put(run, " ");
        html_int(run, counts[shown[i]]);
        html_put(run, "</span> ");
    }
    html_put(run, "</p>\n");
}

static void put_gates(bd_writing *run) {
    const bd_strs *gates = &run->in->assessment->gates;
    if (gates->count == 0) {
        return;
    }
    html_put(run, "<div class=\"gates\"><h3>Not complete</h3>\n<ul>\n");
    for (size_t i = 0; i < gates->count; i++) {
        bd_str gate = gates->data[i];
        bd_str known = BD_STR("Not complete: ");
        html_put(run, "<li>");
        html_text(run,
                  bd_str_has_prefix(gate, known) ? bd_str_sub(gate, known.size, gate.size) : gate);
        html_put(run, "</li>\n");
    }
    html_put(run, "</ul></div>\n");
}

/* ---- heat grid ---- */

static void put_cell(bd_writing *run, const bd_month_cell *shown) {
    if (shown->due == 0) {
        html_put(run, shown->not_due > 0
                          ? "<td class=\"cell off\"><span aria-hidden=\"true\">–</span><span "
                            "class=\"heard\">not due</span></td>"
                          : "<td class=\"cell\"></td>");
        return;
    }
    html_put(run, "<td class=\"cell ");
    html_put(run, html_outcome_style(shown->worst));
    html_put(run, "\">");
    html_outcome_short(run, shown->worst);
    html_put(run, " <small>");
    html_int(run, shown->accepted);
    html_put(run, "/");
    html_int(run, shown->due);
    html_put(run, "</small></td>");
}

static void put_grid_row(bd_writing *run, const bd_criterion_result *result) {
    size_t columns = run->in->assessment->months.count + 1;
    int complete = 0, counted = 0;
    const bd_month_cell *cells =
        bd_month_cells_make(run->line, run->in->assessment, result, &complete, &counted);
    html_put(run, "<tr><th scope=\"row\">");
    html_link(run, "#", result->criterion->id, result->criterion->id);
    html_put(run, "</th><td class=\"title\">");
    html_text(run, result->criterion->title);
    html_put(run, "</td><td>");
    html_criterion_state(run, result->state);
    html_put(run, "</td><td class=\"number\">");
    html_int(run, complete);
    html_put(run, "/");
    html_int(run, counted);
    html_put(run, "</td>");
    for (size_t i = 0; i < columns; i++) {
        put_cell(run, &cells[i]);
    }
    html_put(run, "</tr>\n");
    bd_arena_reset(run->line);
}

/* "2026-01" as "Jan 26" would need a language; the number of the month does not. */
static void put_month_head(bd_writing *run, bd_str month) {
    html_put(run, "<th scope=\"col\" class=\"month\">");
    html_text(run, month);
    html_put(run, "</th>");
}

static void put_grid_head(bd_writing *run) {
    const bd_strs *months = &run->in->assessment->months;
    html_put(run, "<caption>Each cell: accepted of due instances, marked with the worst outcome "
                  "among them. "
                  "“Longer” holds what is due by quarter, by year or once.</caption>\n"
                  "<thead><tr><th scope=\"col\">Criterion</th><th scope=\"col\">Our title</th>"
                  "<th scope=\"col\">State</th><th scope=\"col\" class=\"number\">Complete</th>");
    for (size_t i = 0; i < months->count; i++) {
        put_month_head(run, months->data[i]);
    }
    html_put(run, "<th scope=\"col\" class=\"month\">Longer</th></tr></thead>\n");
}

static void put_series_row(bd_writing *run, const bd_criterion *criterion) {
    size_t columns = run->in->assessment->months.count + 5;
    html_put(run, "<tbody><tr class=\"series\"><th scope=\"rowgroup\" colspan=\"");
    html_int(run, (int64_t)columns);
    html_put(run, "\">");
    html_text(run, criterion->series);
    html_put(run, " <span>");
    html_text(run, criterion->series_title);
    html_put(run, "</span></th></tr>\n");
}

static void put_legend(bd_writing *run) {
    static const bd_outcome shown[] = {BD_OUTCOME_CLEAN,         BD_OUTCOME_CHANGE_LOG,
                                       BD_OUTCOME_NO_OCCURRENCE, BD_OUTCOME_DEVIATION,
                                       BD_OUTCOME_CANNOT_TELL,   BD_OUTCOME_MISSING};
    html_put(run, "<ul class=\"legend\" aria-label=\"Outcomes\">");
    for (size_t i = 0; i < BD_COUNT(shown); i++) {
        html_put(run, "<li>");
        html_outcome(run, shown[i]);
        html_put(run, "</li>");
    }
    html_put(run, "</ul>\n");
}

static void put_grid(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    bd_str series = {"", 0};
    bool is_open = false;
    html_put(run, "<section id=\"criteria\" aria-labelledby=\"criteria-head\">\n"
                  "<h2 id=\"criteria-head\">Criteria by month</h2>\n");
    put_legend(run);
    html_put(run,
             "<div class=\"wide\" role=\"region\" aria-labelledby=\"criteria-head\" tabindex=\"0\">"
             "<table class=\"grid\">\n");
    put_grid_head(run);
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        const bd_criterion_result *result = &assessment->criteria[i];
        if (!result->is_in_scope) {
            continue;
        }
        if (!is_open || !bd_str_eq(series, result->criterion->series)) {
            html_put(run, is_open ? "</tbody>\n" : "");
            put_series_row(run, result->criterion);
            series = result->criterion->series;
            is_open = true;
        }
        put_grid_row(run, result);
    }
    html_put(run, is_open ? "</tbody>\n</table></div>\n</section>\n"
                          : "<tbody><tr><td>No criterion is in "
                            "scope.</td></tr></tbody></table></div>\n</section>\n");
}

void html_glance(bd_writing *run) {
    html_put(run, "<section id=\"glance\" aria-labelledby=\"glance-head\">\n"
                  "<h2 id=\"glance-head\">At a glance</h2>\n");
    put_score(run);
    put_state_counts(run);
    put_gates(run);
    html_put(run, "</section>\n");
    put_grid(run);
}
