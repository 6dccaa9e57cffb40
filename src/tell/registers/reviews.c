/* Access reviews: each with its decisions, who was denied and still has access, and the quarters that lack one. */
#include "bindery/registers.h"

#define MOST_REVIEWS 100
#define MOST_DENIED 100

static const bd_access_reviews *reviews_of(const bd_report *r) {
    return &r->assessment->reviews;
}

static bd_str text_or_dash(const bd_report *r, bd_str text) {
    return text.size > 0 ? bd_words_journal_text(r, text) : BD_STR(BD_DASH);
}

/* ---- decisions per quarter ---- */

enum { APPROVE, DENY, NOT_REVIEWED, DONT_KNOW, OTHER, DECISIONS };

static void find_quarters(const bd_report *r, bd_strs *out) {
    for (size_t i = 0; i < reviews_of(r)->reviews.count; i++) { /* by end: quarters rise */
        const bd_access_review *one = &reviews_of(r)->reviews.data[i];
        bool is_new = out->count == 0 || !bd_str_eq(out->data[out->count - 1], one->quarter);
        if (one->is_in_period && one->items > 0 && is_new) {
            *bd_push(r->arena, out) = one->quarter;
        }
    }
}

static void sum_quarter(const bd_report *r, bd_str quarter, int64_t sums[DECISIONS]) {
    for (size_t i = 0; i < reviews_of(r)->reviews.count; i++) {
        const bd_access_review *one = &reviews_of(r)->reviews.data[i];
        if (one->is_in_period && bd_str_eq(one->quarter, quarter)) {
            sums[APPROVE] += one->approve;
            sums[DENY] += one->deny;
            sums[NOT_REVIEWED] += one->not_reviewed;
            sums[DONT_KNOW] += one->dont_know;
            sums[OTHER] += one->other;
        }
    }
}

static void add_chart(bd_report *r) {
    static const char *const words[] = {"approve", "deny", "not reviewed", "don't know", "other"};
    bd_strs quarters = {0};
    find_quarters(r, &quarters);
    if (quarters.count == 0) {
        return;
    }
    bd_chart *chart = bd_doc_chart(r->doc, BD_CHART_STACKED_BAR, BD_STR("Decisions per quarter"),
                                   BD_STR(""), quarters.count, DECISIONS);
    for (size_t i = 0; i < DECISIONS; i++) {
        chart->column_labels[i] = bd_str_of(words[i]);
    }
    for (size_t i = 0; i < quarters.count; i++) {
        int64_t sums[DECISIONS] = {0};
        sum_quarter(r, quarters.data[i], sums);
        chart->row_labels[i] = bd_str_copy(r->arena, quarters.data[i]); /* layout comes later */
        for (size_t k = 0; k < DECISIONS; k++) {
            chart->values[i * DECISIONS + k] = sums[k];
        }
        chart->alternative = bd_str_format(
            r->arena, "%.*s%s%.*s: %lld approve, %lld deny, %lld not reviewed, %lld don't know, "
                      "%lld other.",
            BD_ARG(chart->alternative), i > 0 ? " " : "", BD_ARG(quarters.data[i]),
            (long long)sums[APPROVE], (long long)sums[DENY], (long long)sums[NOT_REVIEWED],
            (long long)sums[DONT_KNOW], (long long)sums[OTHER]);
    }
}

/* ---- the reviews ---- */

static void figure_of(bd_report *r, bd_table *table, size_t index, const char *key, int64_t count) {
    bd_add_figure(r, table, bd_pointer_of(r, "/access_reviews/reviews/%zu/%s", index, key), count);
}

/* What speaks against it, in words; the checks judge it. */
static bd_str remarks_of(const bd_report *r, const bd_access_review *one) {
    const struct {
        int64_t count;
        const char *words;
    } remarks[] = {{one->self_reviews, "decided on by the holder himself"},
                   {one->by_nobody, "decided by nobody"},
                   {one->not_covered, "holder without an item"},
                   {one->not_applied, "Deny not carried out"},
                   {one->present, "denied and still present"},
                   {one->gone_unknown, "denied, no later list shows whether gone"}};
    bd_str text = BD_STR("");
    for (size_t i = 0; i < BD_COUNT(remarks); i++) {
        if (remarks[i].count > 0) {
            text = bd_str_format(r->arena, "%.*s%s%lld %s", BD_ARG(text),
                                 text.size > 0 ? "; " : "", (long long)remarks[i].count,
                                 remarks[i].words);
        }
    }
    if (!one->is_whole) {
        text = bd_str_format(r->arena, "%.*s%sthe export is not shown to be complete",
                             BD_ARG(text), text.size > 0 ? "; " : "");
    }
    return text.size > 0 ? text : BD_STR(BD_DASH);
}

static void add_review(bd_report *r, bd_table *table, size_t index) {
    const bd_access_review *one = &reviews_of(r)->reviews.data[index];
    bd_cell *cell = bd_table_cell(table);
    bd_cell_add(table, cell, text_or_dash(r, one->quarter));
    bd_cell_add_muted(table, cell, one->is_in_period ? BD_STR("") : BD_STR(" (not of the period)"));
    cell = bd_table_cell(table);
    bd_cell_add(table, cell, text_or_dash(r, one->scope));
    bd_cell_add_muted(
        table, cell,
        bd_str_format(
            r->arena, " %.*s%s%.*s%s%.*s%s%.*s", BD_ARG(one->kind), one->side.size > 0 ? ", " : "",
            BD_ARG(one->side), one->subscription.size > 0 ? ", " : "",
            BD_ARG(one->subscription.size > 0 ? bd_words_scope(r, one->subscription) : BD_STR("")),
            one->reviewers.size > 0 ? "; by " : "",
            BD_ARG(bd_words_journal_text(r, one->reviewers))));
    bd_table_text(table, bd_str_format(r->arena, "%.*s to %.*s, %.*s",
                                       BD_ARG(bd_words_utc_day(r, one->start)),
                                       BD_ARG(bd_words_utc_day(r, one->end)),
                                       BD_ARG(text_or_dash(r, one->status))));
    figure_of(r, table, index, "items", one->items);
    figure_of(r, table, index, "approve", one->approve);
    figure_of(r, table, index, "deny", one->deny);
    figure_of(r, table, index, "not_reviewed", one->not_reviewed);
    figure_of(r, table, index, "dont_know", one->dont_know);
    if (one->days >= 0) {
        figure_of(r, table, index, "days", one->days);
    } else {
        bd_table_text(table, BD_STR(BD_DASH));
    }
    bd_table_text(table, remarks_of(r, one));
    bd_add_evidence(r, table, one->evidence);
}

static void add_reviews(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Quarter", BD_ALIGN_LEFT, 0},   {"Of what", BD_ALIGN_LEFT, 2},
        {"Ran (UTC)", BD_ALIGN_LEFT, 1}, {"Items", BD_ALIGN_RIGHT, 0},
        {"Appr.", BD_ALIGN_RIGHT, 0},    {"Deny", BD_ALIGN_RIGHT, 0},
        {"Not rev.", BD_ALIGN_RIGHT, 0}, {"Don't know", BD_ALIGN_RIGHT, 0},
        {"Days", BD_ALIGN_RIGHT, 0},     {"Remarks", BD_ALIGN_LEFT, 2},
        {"Evidence", BD_ALIGN_LEFT, 0}};
    const bd_access_reviews *all = reviews_of(r);
    bd_table *table = BD_ADD_TABLE(r, BD_STR("Reviews on file"), columns, true);
    for (size_t i = 0; i < all->reviews.count && i < MOST_REVIEWS; i++) {
        add_review(r, table, i);
    }
    if (all->reviews.count > MOST_REVIEWS) {
        bd_say_text(r, BD_PARA_NOTE,
                    bd_str_format(r->arena,
                                  "The first %d are printed; %zu more stand in "
                                  "30_ACCESS-REVIEWS/reviews.csv.",
                                  MOST_REVIEWS, all->reviews.count - MOST_REVIEWS));
    }
    bd_say(
        r, BD_PARA_NOTE,
        "Days: from the end of the review to the last Deny carried out. Of several exports of one "
        "review the one with most items is printed.");
}

/* ---- denied, and present ---- */

static void add_denied(bd_report *r) {
    static const bd_column_def columns[] = {
        {"Who", BD_ALIGN_LEFT, 2},           {"Of what", BD_ALIGN_LEFT, 1},
        {"Quarter", BD_ALIGN_LEFT, 0},       {"Result", BD_ALIGN_LEFT, 1},
        {"Applied (UTC)", BD_ALIGN_LEFT, 0}, {"Afterwards", BD_ALIGN_LEFT, 1},
        {"Evidence", BD_ALIGN_LEFT, 0}};
    const bd_access_reviews *all = reviews_of(r);
    bd_table *table = NULL;
    size_t gone = 0, printed = 0;
    bd_doc_heading(r->doc, 2, BD_STR("Denied, and not shown to be gone"), BD_STR("denied"));
    for (size_t i = 0; i < all->denied.count; i++) {
        const bd_denied *one = &all->denied.data[i];
        const bd_access_review *review = &all->reviews.data[one->review];
        bool is_gone = bd_str_eqz(one->still, "gone");
        gone += is_gone ? 1 : 0;
        if (is_gone || printed++ >= MOST_DENIED) {
            continue;
        }
        table = table != NULL ? table : BD_ADD_TABLE(r, BD_STR(""), columns, true);
        bd_table_text(table,
                      bd_words_journal_text(r, one->name.size > 0 ? one->name : one->principal));
        bd_table_text(table, text_or_dash(r, review->scope));
        bd_table_text(table, text_or_dash(r, review->quarter));
        bd_table_text(table, text_or_dash(r, one->result));
        bd_table_text(table, one->applied != BD_INSTANT_NONE ? bd_words_moment(r, one->applied)
                                                             : BD_STR(BD_DASH));
        bd_table_text(table, bd_str_eqz(one->still, "present")
                                 ? BD_STR("still present in the first list after it")
                                 : BD_STR("no complete list after it on file"));
        bd_add_evidence(r, table, review->evidence);
    }
    bd_say_text(
        r, BD_PARA_BODY,
        all->denied.count == 0
            ? BD_STR("No review on file denied anybody.")
            : bd_str_format(r->arena,
                            "%zu denied; for %zu of them the first complete list after it shows "
                            "that the access is gone. All stand in 30_ACCESS-REVIEWS/denied.csv.",
                            all->denied.count, gone));
}

/* ---- what was due ---- */

static void add_quarters(bd_report *r) {
    static const bd_column_def columns[] = {{"Control", BD_ALIGN_LEFT, 0},
                                            {"Asked for", BD_ALIGN_LEFT, 2},
                                            {"Due for", BD_ALIGN_LEFT, 0},
                                            {"Outcome", BD_ALIGN_LEFT, 1},
                                            {"Why", BD_ALIGN_LEFT, 2}};
    const bd_access_reviews *all = reviews_of(r);
    size_t missed = 0;
    bd_doc_heading(r->doc, 2, BD_STR("What was due"), BD_STR("review-quarters"));
    if (all->quarters.count == 0) {
        bd_say(r, BD_PARA_BODY, "No control in scope asked for a review up to now.");
        return;
    }
    bd_table *table = BD_ADD_TABLE(r, BD_STR(""), columns, true);
    for (size_t i = 0; i < all->quarters.count; i++) {
        const bd_review_quarter *one = &all->quarters.data[i];
        const bd_requirement *requirement = one->requirement->requirement;
        missed += one->is_missed ? 1 : 0;
        bd_add_link(table, requirement->id,
                    bd_anchor_of(r, "control", requirement->control->number));
        bd_table_text(table, bd_words_catalog(r, requirement->statement));
        bd_table_text(table, one->instance->id);
        bd_str outcome = bd_words_outcome(one->instance->outcome, requirement->frequency);
        bd_table_text(table, one->is_missed
                                 ? bd_str_format(r->arena, "missed, or not shown: %.*s",
                                                 BD_ARG(outcome))
                                 : outcome);
        bd_table_text(table, text_or_dash(r, one->instance->reason));
    }
    bd_say_text(
        r, BD_PARA_NOTE,
        bd_str_format(r->arena,
                      "Missed, or not shown: due, over, and no evidence on file shows that it "
                      "was done; %zu of %zu. A few items not reviewed among many are deviations of their "
                      "own, and no missed quarter.",
                      missed, all->quarters.count));
}

void bd_section_reviews(bd_report *r) {
    bd_doc_page_break(r->doc);
    bd_open_section(r, BD_STR("Access reviews"), BD_STR("access-reviews"));
    if (reviews_of(r)->reviews.count == 0) {
        bd_say(r, BD_PARA_BODY, "No access review is on file.");
    } else {
        bd_say(r, BD_PARA_BODY,
               "Every access review that an export on file shows, with its decisions as they stand "
               "there. What they are worth is judged under the controls; here they stand side by "
               "side.");
        add_chart(r);
        add_reviews(r);
        add_denied(r);
    }
    add_quarters(r);
}
