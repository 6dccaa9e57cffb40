/* index.html at a glance: the score, what stands against it, and criteria by month. */
#include "bindery/export.h"

#include "html_priv.h"

#include <string.h>

/* ---- score ---- */

static void put_figure(export_run *run, const char *name, bd_ratio ratio, const char *meaning,
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

static void put_score(export_run *run) {
    const bd_assessment *assessment = run->in->assessment;
    html_put(run, "<dl class=\"score\">\n");
    put_figure(run, "Ready", assessment->ready, "Controls that are complete",
               assessment->ready.with_exceptions);
    put_figure(run, "Cover", assessment->cover, "Due instances that are accepted", 0);
    put_figure(run, "Fresh", assessment->fresh,
               "Controls whose newest evidence is within its age limit", 0);
    html_put(run, "</dl>\n");
}

static void put_state_counts(export_run *run) {
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

static void put_gates(export_run *run) {
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

/* Due instances of one criterion in one month; the worst outcome colours the cell. */
typedef struct {
    int due, accepted, not_due;
    bd_outcome worst;
} cell;

static int rank_of(bd_outcome outcome) {
    static const int ranks[] = {
        [BD_OUTCOME_NOT_DUE] = 0,    [BD_OUTCOME_NO_OCCURRENCE] = 1, [BD_OUTCOME_CLEAN] = 2,
        [BD_OUTCOME_CHANGE_LOG] = 3, [BD_OUTCOME_MISSING] = 4,       [BD_OUTCOME_CANNOT_TELL] = 5,
        [BD_OUTCOME_DEVIATION] = 6,
    };
    _Static_assert(BD_COUNT(ranks) == BD_OUTCOME_NOT_DUE + 1, "a rank for every outcome");
    return ranks[outcome];
}

static void add_instance(cell *into, const bd_instance *instance) {
    if (!instance->is_due) {
        into->not_due++;
        return;
    }
    bool is_worse = into->due == 0 || rank_of(instance->outcome) > rank_of(into->worst);
    into->worst = is_worse ? instance->outcome : into->worst;
    into->due++;
    into->accepted += instance->is_accepted;
}

static bool is_by_month(bd_frequency frequency) {
    return frequency == BD_CONTINUOUS || frequency == BD_MONTHLY || frequency == BD_PER_EVENT;
}

/* cells: one per month, then one for quarterly, annual and single instances. */
static void add_requirement(const export_run *run, cell *cells,
                            const bd_requirement_result *requirement) {
    const bd_strs *months = &run->in->assessment->months;
    size_t month = 0;
    for (size_t i = 0; i < requirement->instance_count; i++) {
        const bd_instance *instance = &requirement->instances[i];
        size_t at = months->count;
        if (is_by_month(requirement->requirement->frequency)) {
            for (at = month; at < months->count && !bd_str_eq(months->data[at], instance->id);
                 at++) {
            }
            month = at < months->count ? at : month;
        }
        add_instance(&cells[at], instance);
    }
}

static bool counts(const bd_control_result *control) {
    return control->is_in_scope && control->state != BD_STATE_NA &&
           control->state != BD_STATE_NOT_DUE;
}

static void put_cell(export_run *run, const cell *shown) {
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

/* One cell for each month, then one for what is longer.  Allocated in the line's arena. */
static cell *cells_of(const export_run *run, const bd_criterion_result *result, int *complete,
                      int *counted) {
    cell *cells = bd_new(run->line, cell, run->in->assessment->months.count + 1);
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[result->controls.data[i]];
        if (!counts(control)) {
            continue;
        }
        *counted += 1;
        *complete += control->state == BD_STATE_COMPLETE;
        for (size_t j = 0; j < control->requirement_count; j++) {
            add_requirement(run, cells, &control->requirements[j]);
        }
    }
    return cells;
}

bd_rc bd_export_months_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"criterion", "month", "due", "accepted", "worst"};
    const bd_strs *months = &inputs->assessment->months;
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->criterion_count; i++) {
        const bd_criterion_result *result = &inputs->assessment->criteria[i];
        for (size_t k = 0; result->is_in_scope && k <= months->count; k++) {
            int complete = 0, counted = 0;
            const cell *one = &cells_of(&run, result, &complete, &counted)[k]; /* until the row ends */
            csv_text(&to, result->criterion->id);
            csv_text(&to, k < months->count ? months->data[k] : BD_STR("longer"));
            csv_int(&to, one->due);
            csv_int(&to, one->accepted);
            csv_word(&to, one->due > 0       ? bd_outcome_name(one->worst)
                          : one->not_due > 0 ? bd_outcome_name(BD_OUTCOME_NOT_DUE)
                                             : "");
            csv_end_row(&to);
        }
    }
    return export_close(&run, err);
}

static void put_grid_row(export_run *run, const bd_criterion_result *result) {
    size_t columns = run->in->assessment->months.count + 1;
    int complete = 0, counted = 0;
    const cell *cells = cells_of(run, result, &complete, &counted);
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
static void put_month_head(export_run *run, bd_str month) {
    html_put(run, "<th scope=\"col\" class=\"month\">");
    html_text(run, month);
    html_put(run, "</th>");
}

static void put_grid_head(export_run *run) {
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

static void put_series_row(export_run *run, const bd_criterion *criterion) {
    size_t columns = run->in->assessment->months.count + 5;
    html_put(run, "<tbody><tr class=\"series\"><th scope=\"rowgroup\" colspan=\"");
    html_int(run, (int64_t)columns);
    html_put(run, "\">");
    html_text(run, criterion->series);
    html_put(run, " <span>");
    html_text(run, criterion->series_title);
    html_put(run, "</span></th></tr>\n");
}

static void put_legend(export_run *run) {
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

static void put_grid(export_run *run) {
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

void html_glance(export_run *run) {
    html_put(run, "<section id=\"glance\" aria-labelledby=\"glance-head\">\n"
                  "<h2 id=\"glance-head\">At a glance</h2>\n");
    put_score(run);
    put_state_counts(run);
    put_gates(run);
    html_put(run, "</section>\n");
    put_grid(run);
}
