/* Access reviews: the member of assessment.json, and the lists of 30_ACCESS-REVIEWS. */
#include "bindery/export.h"

#include "export_priv.h"

static const bd_access_reviews *reviews_of(const bd_writing *run) {
    return &run->in->assessment->reviews;
}

/* ---- JSON ---- */

static void write_denied(bd_writing *run, bd_json_writer *w, size_t review) {
    const bd_access_reviews *all = reviews_of(run);
    bd_json_key(w, "denied");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->denied.count; i++) {
        const bd_denied *one = &all->denied.data[i];
        if (one->review != review) {
            continue;
        }
        bd_json_open(w, '{');
        bd_json_member(w, "applied", bd_writing_instant(run->line, one->applied));
        if (one->days >= 0) {
            bd_write_int(w, "days", one->days);
        }
        bd_json_member(w, "name", one->name);
        bd_write_str(w, "principal", one->principal);
        bd_json_member(w, "result", one->result);
        bd_write_str(w, "still", one->still);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_review(bd_writing *run, bd_json_writer *w, size_t index) {
    const bd_access_review *one = &reviews_of(run)->reviews.data[index];
    bd_json_open(w, '{');
    bd_write_int(w, "applied", one->applied);
    bd_write_int(w, "approve", one->approve);
    bd_write_int(w, "by_nobody", one->by_nobody);
    bd_write_bool(w, "complete", one->is_whole);
    if (one->days >= 0) {
        bd_write_int(w, "days", one->days);
    }
    write_denied(run, w, index);
    bd_write_int(w, "deny", one->deny);
    bd_write_int(w, "dont_know", one->dont_know);
    bd_json_member(w, "end", bd_writing_instant(run->line, one->end));
    bd_write_str(w, "evidence", bd_evidence_id(run->line, one->evidence));
    bd_write_int(w, "gone_unknown", one->gone_unknown);
    bd_write_str(w, "id", one->id);
    bd_write_bool(w, "in_period", one->is_in_period);
    bd_write_int(w, "items", one->items);
    bd_write_str(w, "kind", one->kind);
    bd_write_int(w, "not_applied", one->not_applied);
    if (one->not_covered >= 0) {
        bd_write_int(w, "not_covered", one->not_covered);
    }
    bd_write_int(w, "not_reviewed", one->not_reviewed);
    bd_write_int(w, "other", one->other);
    bd_write_int(w, "present", one->present);
    bd_json_member(w, "quarter", one->quarter);
    bd_json_member(w, "reviewers", one->reviewers);
    bd_write_str(w, "scope", one->scope);
    bd_write_int(w, "self_reviews", one->self_reviews);
    bd_json_member(w, "side", one->side);
    bd_json_member(w, "start", bd_writing_instant(run->line, one->start));
    bd_json_member(w, "status", one->status);
    bd_json_member(w, "subscription", one->subscription);
    bd_json_close(w, '}');
}

static void write_quarters(bd_writing *run, bd_json_writer *w) {
    const bd_access_reviews *all = reviews_of(run);
    bd_json_key(w, "quarters");
    bd_json_open(w, '[');
    for (size_t i = 0; i < all->quarters.count; i++) {
        const bd_review_quarter *one = &all->quarters.data[i];
        bd_json_open(w, '{');
        bd_write_str(w, "instance", one->instance->id);
        bd_write_bool(w, "missed", one->is_missed);
        bd_write_str(w, "outcome", bd_str_of(bd_outcome_name(one->instance->outcome)));
        bd_json_member(w, "reason", one->instance->reason);
        bd_write_str(w, "requirement", one->requirement->requirement->id);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

void export_reviews(bd_writing *run, bd_json_writer *w) {
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

static void put_known(bd_list *to, int64_t count) {
    if (count >= 0) {
        bd_list_put_int(to, count);
    } else {
        bd_list_put_empty(to);
    }
}

static void put_review(bd_list *to, const bd_access_review *one) {
    const int64_t counts[] = {one->items,     one->approve,      one->deny,
                              one->not_reviewed, one->dont_know, one->other,
                              one->self_reviews, one->by_nobody, one->not_covered,
                              one->applied,   one->not_applied,  one->present,
                              one->gone_unknown, one->days};
    bd_list_put(to, one->quarter);
    bd_list_put(to, one->kind);
    bd_list_put(to, one->subscription);
    bd_list_put(to, one->scope);
    bd_list_put(to, one->side);
    bd_list_put(to, one->id);
    bd_list_put(to, one->status);
    bd_list_put(to, bd_writing_instant(to->run->line, one->start));
    bd_list_put(to, bd_writing_instant(to->run->line, one->end));
    for (size_t i = 0; i < BD_COUNT(counts); i++) {
        put_known(to, counts[i]);
    }
    bd_list_put(to, one->reviewers);
    bd_list_put_bool(to, one->is_in_period);
    bd_list_put_bool(to, one->is_whole);
    bd_list_put(to, bd_evidence_id(to->run->line, one->evidence));
    bd_list_end_row(to);
}

bd_rc bd_export_reviews_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "quarter",      "kind",      "subscription", "scope",        "side",
        "review",       "status",    "start",        "end",          "items",
        "approve",      "deny",      "not_reviewed", "dont_know",    "other",
        "self_reviews", "by_nobody", "not_covered",  "applied",      "not_applied",
        "still_present", "presence_unknown", "days_to_remediation", "reviewers", "in_period",
        "complete",     "evidence"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < reviews_of(&run)->reviews.count; i++) {
        put_review(&to, &reviews_of(&run)->reviews.data[i]);
    }
    return bd_writing_close(&run, err);
}

bd_rc bd_export_denied_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"quarter", "scope",   "review", "name", "principal",
                                        "result",  "applied", "days",   "still", "evidence"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < reviews_of(&run)->denied.count; i++) {
        const bd_denied *one = &reviews_of(&run)->denied.data[i];
        const bd_access_review *review = &reviews_of(&run)->reviews.data[one->review];
        bd_list_put(&to, review->quarter);
        bd_list_put(&to, review->scope);
        bd_list_put(&to, review->id);
        bd_list_put(&to, one->name);
        bd_list_put(&to, one->principal);
        bd_list_put(&to, one->result);
        bd_list_put(&to, bd_writing_instant(run.line, one->applied));
        put_known(&to, one->days);
        bd_list_put(&to, one->still);
        bd_list_put(&to, bd_evidence_id(run.line, review->evidence));
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

bd_rc bd_export_review_quarters_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"requirement", "instance", "outcome", "missed", "reason"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < reviews_of(&run)->quarters.count; i++) {
        const bd_review_quarter *one = &reviews_of(&run)->quarters.data[i];
        bd_list_put(&to, one->requirement->requirement->id);
        bd_list_put(&to, one->instance->id);
        bd_list_put_word(&to, bd_outcome_name(one->instance->outcome));
        bd_list_put_bool(&to, one->is_missed);
        bd_list_put(&to, one->instance->reason);
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}
