/* Events joined: the member "matches" of assessment.json, and the two lists of it in 20_POPULATIONS. */
#include "bindery/export.h"

#include "export_priv.h"

#define MOST_IN_JSON 20 /* of each side; the package's list has all that is kept */

static void write_rows(bd_writing *run, bd_json_writer *w, const char *key,
                       const bd_match_rows *rows) {
    bd_json_key(w, key);
    bd_json_open(w, '[');
    for (size_t i = 0; i < rows->count && i < MOST_IN_JSON; i++) {
        const bd_match_row *one = &rows->data[i];
        bd_json_open(w, '{');
        bd_json_member(w, "at", bd_writing_instant(run->line, one->at));
        bd_write_str(w, "evidence", bd_evidence_id(run->line, one->evidence));
        bd_write_str(w, "key", one->key);
        bd_json_member(w, "reason", one->reason);
        bd_json_member(w, "resource", one->resource);
        bd_write_str(w, "source", one->source);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

void export_matches(bd_writing *run, bd_json_writer *w) {
    bd_json_key(w, "matches");
    bd_json_open(w, '[');
    for (size_t i = 0; i < run->in->assessment->matches.count; i++) {
        const bd_match_sums *one = &run->in->assessment->matches.data[i];
        bd_json_open(w, '{');
        bd_write_int(w, "answered", (int64_t)(one->passed - one->not_shown));
        bd_write_str(w, "check", one->check->id);
        bd_write_str(w, "control", one->check->requirement->control->number);
        bd_write_int(w, "crowded_keys", (int64_t)one->crowded);
        bd_write_int(w, "events", (int64_t)one->events);
        bd_write_int(w, "events_left", (int64_t)one->events_left);
        bd_write_bool(w, "expects_none", one->expects_none);
        bd_write_int(w, "failed", (int64_t)one->failed);
        bd_write_str(w, "how", one->how);
        write_rows(run, w, "left", &one->left);
        bd_write_int(w, "not_shown", (int64_t)one->not_shown);
        bd_write_int(w, "open", (int64_t)one->open);
        bd_write_int(w, "passed", (int64_t)one->passed);
        bd_write_int(w, "rows", (int64_t)one->rows);
        write_rows(run, w, "unmatched", &one->unmatched);
        bd_write_str(w, "window", one->window);
        bd_json_close(w, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

/* ---- CSV ---- */

bd_rc bd_export_matches_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {
        "check",     "control", "rows",        "passed",        "answered",     "failed", "open",
        "not_shown", "events",  "events_left", "events_listed", "expects_none", "how",    "window"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->matches.count; i++) {
        const bd_match_sums *one = &inputs->assessment->matches.data[i];
        bd_list_put(&to, one->check->id);
        bd_list_put(&to, one->check->requirement->control->number);
        bd_list_put_int(&to, (int64_t)one->rows);
        bd_list_put_int(&to, (int64_t)one->passed);
        bd_list_put_int(&to, (int64_t)(one->passed - one->not_shown));
        bd_list_put_int(&to, (int64_t)one->failed);
        bd_list_put_int(&to, (int64_t)one->open);
        bd_list_put_int(&to, (int64_t)one->not_shown);
        bd_list_put_int(&to, (int64_t)one->events);
        bd_list_put_int(&to, (int64_t)one->events_left);
        bd_list_put_int(&to, (int64_t)one->left.count);
        bd_list_put_bool(&to, one->expects_none);
        bd_list_put(&to, one->how);
        bd_list_put(&to, one->window);
        bd_list_end_row(&to);
    }
    return bd_writing_close(&run, err);
}

static void put_rows(bd_list *to, const bd_match_sums *of, const bd_match_rows *rows,
                     const char *side) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_match_row *one = &rows->data[i];
        bd_list_put(to, of->check->id);
        bd_list_put_word(to, side);
        bd_list_put(to, one->key);
        bd_list_put(to, one->resource);
        bd_list_put(to, one->source);
        bd_list_put(to, bd_writing_instant(to->run->line, one->at));
        bd_list_put_word(to, one->verdict == BD_NOT_APPLICABLE ? "" : bd_verdict_text(one->verdict));
        bd_list_put(to, one->reason);
        bd_list_put(to, bd_evidence_id(to->run->line, one->evidence));
        bd_list_end_row(to);
    }
}

bd_rc bd_export_unmatched_csv(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"check", "side",    "key",    "resource", "source",
                                        "at",    "verdict", "reason", "evidence"};
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_list to = {&run, false};
    bd_list_put_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->matches.count; i++) {
        const bd_match_sums *one = &inputs->assessment->matches.data[i];
        put_rows(&to, one, &one->unmatched, "row");
        put_rows(&to, one, &one->left, "event");
    }
    return bd_writing_close(&run, err);
}
