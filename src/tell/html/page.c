/* index.html as a whole: head, navigation, parts, foot. */
#include "bindery/html.h"

#include "html_priv.h"

static void put_days(bd_writing *run) {
    const bd_period *period = run->in->assessment->period;
    if (!period->is_type_ii) {
        html_put(run, "as of ");
        html_day(run, period->as_of);
        return;
    }
    html_day(run, period->from);
    html_put(run, " to ");
    html_day(run, period->to);
}

static void put_head(bd_writing *run) {
    html_put(run, "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
    html_text(run, run->in->engagement->organisation_name);
    html_put(run, ", evidence index, ");
    put_days(run);
    html_put(run, "</title>\n<style>\n");
    for (size_t i = 0; html_style[i] != NULL; i++) {
        html_put(run, html_style[i]);
    }
    html_put(run, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#criteria\">Skip to the "
                  "criteria</a>\n");
}

static void put_fact(bd_writing *run, const char *name, bd_str value) {
    if (value.size == 0) {
        return;
    }
    html_put(run, "<div><dt>");
    html_put(run, name);
    html_put(run, "</dt><dd>");
    html_text(run, value);
    html_put(run, "</dd></div>\n");
}

static void put_banner(bd_writing *run) {
    const bd_engagement *engagement = run->in->engagement;
    const bd_assessment *assessment = run->in->assessment;
    html_put(run, "<header>\n<p class=\"kicker\">SOC 2® evidence index · Type ");
    html_put(run, assessment->period->is_type_ii ? "II" : "I");
    html_put(run, "</p>\n<h1>");
    html_text(run, engagement->organisation_name);
    html_put(run, "</h1>\n<p class=\"lead\">");
    html_text(run, engagement->system_name);
    html_put(run, engagement->system_name.size > 0 ? ", " : "");
    put_days(run);
    html_put(run, "</p>\n<dl class=\"facts\">\n");
    put_fact(run, "Categories", bd_writing_joined(run->line, &engagement->categories, ", "));
    put_fact(run, "As of", bd_instant_words(run->line, engagement->zone, assessment->as_of));
    put_fact(run, "Time zone", engagement->zone_name);
    put_fact(run, "Package", run->in->package_id);
    html_put(run,
             "</dl>\n<p class=\"doors\"><a class=\"door\" href=\"binder.pdf\">Read the binder</a> "
             "<a class=\"door\" href=\"../90_INTEGRITY/verify.txt\">Check this package</a> "
             "<a href=\"README.txt\">README</a> <a href=\"index.csv\">index.csv</a> "
             "<a href=\"../80_MACHINE/assessment.json\">assessment.json</a></p>\n"
             "<p class=\"note\">Management’s evidence; no auditor’s opinion. 2017 Trust Services "
             "Criteria with revised "
             "points of focus, 2022; the titles of criteria are our own words.</p>\n</header>\n");
    bd_arena_reset(run->line);
}

static void put_navigation(bd_writing *run) {
    const bd_assessment *assessment = run->in->assessment;
    const bd_criterion *last = NULL;
    html_put(run, "<nav aria-label=\"Parts of this page\"><ul>\n<li><a href=\"#glance\">At a "
                  "glance</a></li>\n"
                  "<li><a href=\"#criteria\">By month</a></li>\n");
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        const bd_criterion_result *result = &assessment->criteria[i];
        if (!result->is_in_scope ||
            (last != NULL && bd_str_eq(last->series, result->criterion->series))) {
            continue;
        }
        last = result->criterion;
        html_put(run, "<li>");
        html_link(run, "#series-", last->series, last->series);
        html_put(run, "</li>\n");
    }
    html_put(run, "<li><a href=\"#exceptions\">Exceptions</a></li>\n<li><a "
                  "href=\"#evidence\">Evidence</a></li>\n"
                  "<li><a href=\"#gaps\">Gaps</a></li>\n</ul></nav>\n");
}

static void put_seals(bd_writing *run) {
    const bd_value *seals = bd_value_find(run->in->custody, "seals");
    for (size_t i = 0; seals != NULL && i < seals->count; i++) {
        const bd_value *seal = &seals->items[i];
        put_fact(run, "Sealed",
                 bd_str_format(run->line, "%.*s at %.*s, tree head %.*s",
                               BD_ARG(bd_value_text(seal, "name")), BD_ARG(bd_value_text(seal, "at")),
                               BD_ARG(bd_value_text(seal, "root"))));
    }
}

static void put_foot(bd_writing *run) {
    html_put(run, "<footer>\n<p>States: <strong>complete</strong> means that every due instance is "
                  "accepted, every "
                  "exception is closed and the evidence is fresh; it is derived from the evidence "
                  "and never set by "
                  "hand. Score definition bindery-1.</p>\n<dl class=\"facts\">\n");
    put_fact(run, "Made by",
             bd_str_format(run->line, "Bindery %.*s", BD_ARG(run->in->bindery_version)));
    put_fact(run, "Journal head", run->in->journal_head);
    put_seals(run);
    put_fact(run, "Catalog", bd_hex_text(run->line, run->in->catalog->sha256, 32));
    put_fact(run, "Time zone data", run->in->tzdata_version);
    html_put(run, "</dl>\n</footer>\n</body>\n</html>\n");
}

bd_rc bd_html_write_index(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    put_head(&run);
    put_banner(&run);
    put_navigation(&run);
    html_put(&run, "<main>\n");
    html_glance(&run);
    html_sections(&run);
    html_lists(&run);
    html_put(&run, "</main>\n");
    put_foot(&run);
    return bd_writing_close(&run, err);
}
