/* Access reviews: the member of assessment.json, and the lists of 30_ACCESS-REVIEWS. */
#include "bindery/export.h"

#include "export_priv.h"

static const bd_access_reviews *reviews_of(const export_run *run) {
    return &run->in->assessment->reviews;
}

/* ---- JSON ---- */

static void write_denied(export_run *run, bd_json_writer *w, size_t review) {
    const bd_access_reviews *all = reviews_of(run);
    bd_json_key(w, "denied");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->denied.count; i++) {
        const bd_denied *one = &all->denied.data[i];
        if (one->review != review) {
            continue;
        }
        bd_json_open(w, '{');
        bd_json_member(w, "applied", export_instant(run->line, one->applied));
        if (one->days >= 0) {
            export_member_int(w, "days", one->days);
        }
        bd_json_member(w, "name", one->name);
        export_member_str(w, "principal", one->principal);
        bd_json_member(w, "result", one->result);
        export_member_str(w, "still", one->still);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_review(export_run *run, bd_json_writer *w, size_t index) {
    const bd_access_review *one = &reviews_of(run)->reviews.data[index];
    bd_json_open(w, '{');
    export_member_int(w, "applied", one->applied);
    export_member_int(w, "approve", one->approve);
    export_member_int(w, "by_nobody", one->by_nobody);
    export_member_bool(w, "complete", one->is_whole);
    if (one->days >= 0) {
        export_member_int(w, "days", one->days);
    }
    write_denied(run, w, index);
    export_member_int(w, "deny", one->deny);
    export_member_int(w, "dont_know", one->dont_know);
    bd_json_member(w, "end", export_instant(run->line, one->end));
    export_member_str(w, "evidence", bd_evidence_id(run->line, one->evidence));
    export_member_int(w, "gone_unknown", one->gone_unknown);
    export_member_str(w, "id", one->id);
    export_member_bool(w, "in_period", one->is_in_period);
    export_member_int(w, "items", one->items);
    export_member_str(w, "kind", one->kind);
    export_member_int(w, "not_applied", one->not_applied);
    if (one->not_covered >= 0) {
        export_member_int(w, "not_covered", one->not_covered);
    }
    export_member_int(w, "not_reviewed", one->not_reviewed);
    export_member_int(w, "other", one->other);
    export_member_int(w, "present", one->present);
    bd_json_member(w, "quarter", one->quarter);
    bd_json_member(w, "reviewers", one->reviewers);
    export_member_str(w, "scope", one->scope);
    export_member_int(w, "self_reviews", one->self_reviews);
    bd_json_member(w, "side", one->side);
    bd_json_member(w, "start", export_instant(run->line, one->start));
    bd_json_member(w, "status", one->status);
    bd_json_member(w, "subscription", one->subscription);
    bd_json_close(w, '}');
}

static void write_quarters(export_run *run, bd_json_writer *w) {
    const bd_access_reviews *all = reviews_of(run);
    bd_json_key(w, "quarters");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->quarters.count; i++) {
        const bd_review_quarter *one = &all->quarters.data[i];
        bd_json_open(w, '{');
        export_member_str(w, "instance", one->instance->id);
        export_member_bool(w, "missed", one->is_missed);
        export_member_str(w, "outcome", bd_str_of(bd_outcome_name(one->instance->outcome)));
        bd_json_member(w, "reason", one->instance->reason);
        export_member_str(w, "requirement", one->requirement->requirement->id);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

void export_reviews(export_run *run, bd_json_writer *w) {
    bd_json_key(w, "access_reviews");
    bd_json_open(w, '{');
    write_quarters(run, w);
    bd_json_key(w, "reviews");
    bd_json_open(w, '[');
    for (size_t i = 0; i < reviews_of(run)->reviews.count; i++) {
        write_review(run, w, i);
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
    bd_json_close(w, '}');
}

/* ---- CSV ---- */

static void put_known(csv_table *to, int64_t count) {
    if (count >= 0) {
        csv_int(to, count);
    } else {
        csv_empty(to);
    }
}

static void put_review(csv_table *to, const bd_access_review *one) {
    const int64_t counts[] = {one->items,     one->approve,      one->deny,
                              one->not_reviewed, one->dont_know, one->other,
                              one->self_reviews, one->by_nobody, one->not_covered,
                              one->applied,   one->not_applied,  one->present,
                              one->gone_unknown, one->days};
    csv_text(to, one->quarter);
    csv_text(to, one->kind);
    csv_text(to, one->subscription);
    csv_text(to, one->scope);
    csv_text(to, one->side);
    csv_text(to, one->id);
    csv_text(to, one->status);
    csv_text(to, export_instant(to->run->line, one->start));
    csv_text(to, export_instant(to->run->line, one->end));
    for (size_t i = 0; i < BD_COUNT(counts); i++) {
        put_known(to, counts[i]);
    }
    csv_text(to, one->reviewers);
    csv_bool(to, one->is_in_period);
    csv_bool(to, one->is_whole);
    csv_text(to, bd_evidence_id(to->run->line, one->evidence));
    csv_end_row(to);
}

bd_rc bd_export_reviews_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "quarter",      "kind",      "subscription", "scope",        "side",
        "review",       "status",    "start",        "end",          "items",
        "approve",      "deny",      "not_reviewed", "dont_know",    "other",
        "self_reviews", "by_nobody", "not_covered",  "applied",      "not_applied",
        "still_present", "presence_unknown", "days_to_remediation", "reviewers", "in_period",
        "complete",     "evidence"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < reviews_of(&run)->reviews.count; i++) {
        put_review(&to, &reviews_of(&run)->reviews.data[i]);
    }
    return export_close(&run, err);
}

bd_rc bd_export_denied_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"quarter", "scope",   "review", "name", "principal",
                                        "result",  "applied", "days",   "still", "evidence"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < reviews_of(&run)->denied.count; i++) {
        const bd_denied *one = &reviews_of(&run)->denied.data[i];
        const bd_access_review *review = &reviews_of(&run)->reviews.data[one->review];
        csv_text(&to, review->quarter);
        csv_text(&to, review->scope);
        csv_text(&to, review->id);
        csv_text(&to, one->name);
        csv_text(&to, one->principal);
        csv_text(&to, one->result);
        csv_text(&to, export_instant(run.line, one->applied));
        put_known(&to, one->days);
        csv_text(&to, one->still);
        csv_text(&to, bd_evidence_id(run.line, review->evidence));
        csv_end_row(&to);
    }
    return export_close(&run, err);
}

bd_rc bd_export_review_quarters_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"requirement", "instance", "outcome", "missed", "reason"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < reviews_of(&run)->quarters.count; i++) {
        const bd_review_quarter *one = &reviews_of(&run)->quarters.data[i];
        csv_text(&to, one->requirement->requirement->id);
        csv_text(&to, one->instance->id);
        csv_word(&to, bd_outcome_name(one->instance->outcome));
        csv_bool(&to, one->is_missed);
        csv_text(&to, one->instance->reason);
        csv_end_row(&to);
    }
    return export_close(&run, err);
}
