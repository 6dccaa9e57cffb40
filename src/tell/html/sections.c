/* index.html, the body: criterion, its controls, their evidence. */
#include "bindery/html.h"

#include "html_priv.h"

#define OPEN_ROWS 6 /* longer evidence lists start folded */

/* ---- one control ---- */

static void put_control_id(bd_writing *run, const char *attribute, bd_str number) {
    html_put(run, attribute);
    html_put(run, "=\"control-");
    html_text(run, number);
    html_put(run, "\"");
}

static void put_control_link(bd_writing *run, bd_str number) {
    html_link(run, "#control-", number, number);
}

static void put_other_criteria(bd_writing *run, const bd_control_result *result, bd_str home) {
    const char *between = " · also supports ";
    for (size_t i = 0; i < result->control->criteria.count; i++) {
        const bd_criterion_result *other =
            bd_ties_find_criterion(run->ties, result->control->criteria.data[i]);
        if (other == NULL || !other->is_in_scope || bd_str_eq(other->criterion->id, home)) {
            continue;
        }
        html_put(run, between);
        html_link(run, "#", other->criterion->id, other->criterion->id);
        between = ", ";
    }
}

static void put_control_facts(bd_writing *run, const bd_control_result *result, bd_str home) {
    const bd_control *control = result->control;
    html_put(run, "<p class=\"facts\">Owner ");
    html_text(run, control->owner);
    html_put(run, " · ");
    html_words(run, bd_frequency_name(control->frequency));
    html_put(run, control->is_ours ? " · added by Bindery" : " · from the checklist");
    html_put(run, control->is_outline ? " · outline: write your own" : "");
    if (result->your_ref.size > 0) {
        html_put(run, " · your reference ");
        html_text(run, result->your_ref);
    }
    put_other_criteria(run, result, home);
    if (result->is_in_scope) {
        html_put(run, " · ");
        html_link(run, "binder.pdf#control-", control->number, BD_STR("in the binder"));
    }
    html_put(run, "</p>\n");
    if (result->your_statement.size > 0) {
        html_put(run, "<p class=\"yours\">");
        html_text(run, result->your_statement);
        html_put(run, "</p>\n");
    }
}

/* ---- requirements and instances ---- */

static void put_instance(bd_writing *run, const bd_instance *instance) {
    html_put(run, "<li class=\"instance ");
    html_put(run, html_outcome_style(instance->outcome));
    if (instance->reason.size > 0) {
        html_put(run, "\" title=\"");
        html_text(run, instance->reason);
    }
    html_put(run, "\">");
    html_text(run, instance->id);
    html_put(run, " ");
    html_outcome_short(run, instance->outcome);
    html_put(run, instance->is_late ? " <small>late</small>" : "");
    html_put(run, "</li>");
}

static void put_requirement(bd_writing *run, const bd_requirement_result *result) {
    html_put(run, "<tr><th scope=\"row\">");
    html_text(run, result->requirement->id);
    html_put(run, "</th><td class=\"statement\">");
    html_text(run, result->requirement->statement);
    html_put(run, "</td><td>");
    html_words(run, bd_frequency_name(result->requirement->frequency));
    html_put(run, "</td><td class=\"number\">");
    html_int(run, result->accepted);
    html_put(run, "/");
    html_int(run, result->due);
    html_put(run, "</td><td>");
    html_day(run, result->newest_day);
    html_put(run,
             result->newest != BD_INSTANT_NONE && !result->is_fresh ? " <small>stale</small>" : "");
    html_put(run, "</td><td><ul class=\"instances\">");
    for (size_t i = 0; i < result->instance_count; i++) {
        put_instance(run, &result->instances[i]);
    }
    html_put(run, "</ul></td></tr>\n");
}

static void put_requirements(bd_writing *run, const bd_control_result *result) {
    bool is_blank = result->state == BD_STATE_BLANK || result->state == BD_STATE_NA;
    html_put(run, is_blank ? "<details>" : "<details open=\"open\">");
    html_put(run, "<summary>");
    html_count(run, (int64_t)result->requirement_count, "requirement");
    html_put(run, ", ");
    html_int(run, result->accepted);
    html_put(run, " of ");
    html_count(run, result->due, "due instance");
    html_put(run,
             " accepted</summary>\n<div class=\"wide\"><table class=\"requirements\"><thead><tr>"
             "<th scope=\"col\">Requirement</th><th scope=\"col\">What it asks</th>"
             "<th scope=\"col\">How often</th><th scope=\"col\" class=\"number\">Accepted</th>"
             "<th scope=\"col\">Newest evidence</th><th "
             "scope=\"col\">Instances</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < result->requirement_count; i++) {
        put_requirement(run, &result->requirements[i]);
    }
    html_put(run, "</tbody></table></div></details>\n");
}

/* ---- evidence of one control ---- */

static void put_evidence_row(bd_writing *run, const bd_mention *mentions, size_t count) {
    size_t item = 0;
    if (!bd_ties_find_evidence(run->ties, mentions[0].number, &item)) {
        return;
    }
    const bd_evidence *evidence = &run->in->evidence->data[item];
    bd_str id = bd_evidence_id(run->line, evidence->given.number);
    bd_strs requirements = {0};
    for (size_t i = 0; i < count; i++) {
        bd_writing_add_once(run->line, &requirements, mentions[i].requirement);
    }
    html_put(run, "<tr><th scope=\"row\">");
    html_link(run, "#evidence-", id, id);
    html_put(run, "</th><td class=\"title\">");
    html_file(run, bd_writing_package_path(run, item), evidence->title);
    html_put(run, evidence->given.is_withdrawn ? " <small>withdrawn</small>" : "");
    html_put(run, "</td><td>");
    html_described(run, evidence);
    html_put(run, "</td><td class=\"number\">");
    html_rows(run, evidence);
    html_put(run, "</td><td>");
    html_words(run, bd_completeness_name(evidence->completeness));
    html_put(run, "</td><td>");
    html_words(run, bd_origin_name(evidence->origin));
    html_put(run, "</td><td>");
    html_text(run, bd_writing_joined(run->line, &requirements, ", "));
    html_put(run, "</td></tr>\n");
    bd_arena_reset(run->line);
}

static size_t count_items(const bd_mentions *list) {
    size_t items = 0;
    for (size_t i = 0; i < list->count; i++) {
        items += i == 0 || list->data[i].number != list->data[i - 1].number;
    }
    return items;
}

static void put_evidence(bd_writing *run, const bd_control_result *result) {
    bd_mentions list = bd_mentions_make(run->arena, result);
    size_t items = count_items(&list);
    if (items == 0) {
        return;
    }
    html_put(run, items <= OPEN_ROWS ? "<details open=\"open\"><summary>" : "<details><summary>");
    html_count(run, (int64_t)items, "evidence file");
    html_put(run, "</summary>\n<div class=\"wide\"><table class=\"evidence\"><thead><tr><th "
                  "scope=\"col\">Evidence</th>"
                  "<th scope=\"col\">File</th><th scope=\"col\">Describes</th>"
                  "<th scope=\"col\" class=\"number\">Rows</th><th scope=\"col\">Complete</th>"
                  "<th scope=\"col\">Origin</th><th "
                  "scope=\"col\">Requirement</th></tr></thead>\n<tbody>\n");
    for (size_t from = 0, to = 0; from < list.count; from = to) {
        for (to = from; to < list.count && list.data[to].number == list.data[from].number; to++) {
        }
        put_evidence_row(run, &list.data[from], to - from);
    }
    html_put(run, "</tbody></table></div></details>\n");
}

static void put_named(bd_writing *run, const bd_exception *exception) {
    html_link(run, "#", exception->id, exception->id);
    html_put(run, exception->is_open ? " (open)" : " (closed)");
    bd_arena_reset(run->line);
}

/* Those that are not named stand further down on the page, or say there where they stand. */
static void put_unnamed(bd_writing *run, const html_stretch *of) {
    if (of->shown == of->to) {
        return;
    }
    html_put(run, ", ");
    html_link_open(run, "#" HTML_EXCEPTIONS_OF, of->check->id);
    html_int(run, (int64_t)(of->to - of->shown));
    html_put(run, " more of ");
    html_text(run, of->check->id);
    html_put(run, "</a> (");
    html_int(run, (int64_t)of->open_left_out);
    html_put(run, " open)");
}

static void put_control_exceptions(bd_writing *run, const bd_control_result *result) {
    const uint32_t *places = result->exceptions.data;
    size_t count = result->exceptions.count;
    if (count == 0) {
        return;
    }
    html_put(run, "<p class=\"facts\">");
    html_put(run, count == 1 ? "Exception " : "Exceptions ");
    html_stretch of = {0};
    for (size_t from = 0; from < count; from = of.to) {
        of = html_stretch_from(run, places, count, from, HTML_NAMED);
        for (size_t i = of.from; i < of.shown; i++) {
            html_put(run, i > 0 ? ", " : "");
            put_named(run, bd_assessment_exception(run->in->assessment, places[i]));
        }
        put_unnamed(run, &of);
    }
    html_put(run, "</p>\n");
}

static void put_control(bd_writing *run, const bd_control_result *result, bd_str home) {
    html_put(run, "<article class=\"control\" ");
    put_control_id(run, "id", result->control->number);
    html_put(run, ">\n<h4><span class=\"id\">");
    html_text(run, result->control->number);
    html_put(run, "</span> ");
    html_text(run, result->control->statement);
    html_put(run, "</h4>\n<p class=\"state\">");
    html_state(run, result->state, result->has_exception);
    if (result->reason.size > 0) {
        html_put(run, " <span class=\"reason\">");
        html_text(run, result->reason);
        html_put(run, "</span>");
    }
    html_put(run, "</p>\n");
    put_control_facts(run, result, home);
    put_control_exceptions(run, result);
    put_requirements(run, result);
    bd_arena_reset(run->line);
    put_evidence(run, result);
    html_put(run, "</article>\n");
    bd_arena_reset(run->line);
}

/* ---- one criterion ---- */

static void put_evidenced(bd_writing *run, const bd_criterion_result *result) {
    html_put(run, "<p class=\"facts\">");
    if (result->of > 0) {
        html_put(run, "Evidenced: automated ");
        html_int(run, result->automated);
        html_put(run, " of ");
        html_count(run, result->of, "control");
        html_put(run, ", supporting ");
        html_int(run, result->supporting);
        html_put(run, ", document ");
        html_int(run, result->document);
        html_put(run, " · ");
    }
    if (result->open_exceptions > 0) {
        html_count(run, result->open_exceptions, "open exception");
        html_put(run, " · ");
    }
    html_link(run, "binder.pdf#criterion-", result->criterion->id, BD_STR("in the binder"));
    html_put(run, "</p>\n");
}

static void put_elsewhere(bd_writing *run, const bd_criterion_result *result) {
    bool is_open = false;
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[result->controls.data[i]];
        if (!bd_ties_is_listed(control) || bd_ties_find_home(run->ties, control) == result) {
            continue;
        }
        html_put(run, is_open
                          ? ""
                          : "<p class=\"facts\">Also supported by</p>\n<ul class=\"elsewhere\">\n");
        is_open = true;
        html_put(run, "<li>");
        put_control_link(run, control->control->number);
        html_put(run, " ");
        html_text(run, control->control->statement);
        html_put(run, " ");
        html_state(run, control->state, control->has_exception);
        html_put(run, "</li>\n");
        bd_arena_reset(run->line);
    }
    html_put(run, is_open ? "</ul>\n" : "");
}

static void put_criterion(bd_writing *run, const bd_criterion_result *result) {
    bd_str id = result->criterion->id;
    html_put(run, "<section class=\"criterion\" id=\"");
    html_text(run, id);
    html_put(run, "\" aria-labelledby=\"criterion-");
    html_text(run, id);
    html_put(run, "\">\n<h3 id=\"criterion-");
    html_text(run, id);
    html_put(run, "\"><span class=\"id\">");
    html_text(run, id);
    html_put(run, "</span> ");
    html_text(run, result->criterion->title);
    html_put(run, " ");
    html_criterion_state(run, result->state);
    html_put(run, "</h3>\n");
    put_evidenced(run, result);
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[result->controls.data[i]];
        if (bd_ties_is_listed(control) && bd_ties_find_home(run->ties, control) == result) {
            put_control(run, control, id);
        }
    }
    put_elsewhere(run, result);
    html_put(run, "</section>\n");
    bd_arena_reset(run->line);
}

static void put_series_head(bd_writing *run, const bd_criterion *criterion) {
    html_put(run, "<section class=\"series\" aria-labelledby=\"series-");
    html_text(run, criterion->series);
    html_put(run, "\">\n<h2 id=\"series-");
    html_text(run, criterion->series);
    html_put(run, "\">");
    html_text(run, criterion->series);
    html_put(run, " ");
    html_text(run, criterion->series_title);
    html_put(run, "</h2>\n");
}

static void put_homeless(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    bool is_open = false;
    for (size_t i = 0; i < assessment->control_count; i++) {
        const bd_control_result *control = &assessment->controls[i];
        if (!bd_ties_is_listed(control) || bd_ties_find_home(run->ties, control) != NULL) {
            continue;
        }
        html_put(
            run,
            is_open ? ""
                    : "<section class=\"series\" id=\"out-of-scope\" "
                      "aria-labelledby=\"out-of-scope-head\">\n"
                      "<h2 id=\"out-of-scope-head\">Controls outside the categories in scope</h2>\n"
                      "<p>They stand here for completeness and count in no figure.</p>\n");
        is_open = true;
        put_control(run, control, (bd_str){"", 0});
    }
    html_put(run, is_open ? "</section>\n" : "");
}

void html_sections(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    const bd_criterion *last = NULL;
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        const bd_criterion_result *result = &assessment->criteria[i];
        if (!result->is_in_scope) {
            continue;
        }
        if (last == NULL || !bd_str_eq(last->series, result->criterion->series)) {
            html_put(run, last != NULL ? "</section>\n" : "");
            put_series_head(run, result->criterion);
            last = result->criterion;
        }
        put_criterion(run, result);
    }
    html_put(run, last != NULL ? "</section>\n" : "");
    put_homeless(run);
}
