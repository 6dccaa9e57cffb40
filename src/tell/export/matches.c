/* Events joined: the member "matches" of assessment.json, and the two lists of it in 20_POPULATIONS. */
#include "bindery/export.h"

#include "export_priv.h"

#define MOST_IN_JSON 20 /* of each side; the package's list has all that is kept */

static void write_rows(export_run *run, bd_json_writer *w, const char *key,
                       const bd_match_rows *rows) {
    bd_json_key(w, key);
    bd_json_open(w, '[');
    for (size_t i = 0; i < rows->count && i < MOST_IN_JSON; i++) {
        const bd_match_row *one = &rows->data[i];
        bd_json_open(w, '{');
        bd_json_member(w, "at", export_instant(run->line, one->at));
        export_member_str(w, "evidence", bd_evidence_id(run->line, one->evidence));
        export_member_str(w, "key", one->key);
        bd_json_member(w, "reason", one->reason);
        bd_json_member(w, "resource", one->resource);
        export_member_str(w, "source", one->source);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

void export_matches(export_run *run, bd_json_writer *w) {
    bd_json_key(w, "matches");
    bd_json_open(w, '[');
    for (size_t i = 0; i < run->in->assessment->matches.count; i++) {
        const bd_match_sums *one = &run->in->assessment->matches.data[i];
        bd_json_open(w, '{');
        export_member_str(w, "check", one->check->id);
        export_member_str(w, "control", one->check->requirement->control->number);
        export_member_int(w, "crowded_keys", (int64_t)one->crowded);
        export_member_int(w, "events", (int64_t)one->events);
        export_member_int(w, "events_left", (int64_t)one->events_left);
        export_member_bool(w, "expects_none", one->expects_none);
        export_member_int(w, "failed", (int64_t)one->failed);
        export_member_str(w, "how", one->how);
        write_rows(run, w, "left", &one->left);
        export_member_int(w, "open", (int64_t)one->open);
        export_member_int(w, "passed", (int64_t)one->passed);
        export_member_int(w, "rows", (int64_t)one->rows);
        write_rows(run, w, "unmatched", &one->unmatched);
        export_member_str(w, "window", one->window);
        bd_json_close(w, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

/* ---- CSV ---- */

bd_rc bd_export_matches_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"check", "control", "rows",   "passed",      "failed",
                                        "open",  "events",  "events_left", "events_listed",
                                        "expects_none", "how", "window"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->matches.count; i++) {
        const bd_match_sums *one = &inputs->assessment->matches.data[i];
        csv_text(&to, one->check->id);
        csv_text(&to, one->check->requirement->control->number);
        csv_int(&to, (int64_t)one->rows);
        csv_int(&to, (int64_t)one->passed);
        csv_int(&to, (int64_t)one->failed);
        csv_int(&to, (int64_t)one->open);
        csv_int(&to, (int64_t)one->events);
        csv_int(&to, (int64_t)one->events_left);
        csv_int(&to, (int64_t)one->left.count);
        csv_bool(&to, one->expects_none);
        csv_text(&to, one->how);
        csv_text(&to, one->window);
        csv_end_row(&to);
    }
    return export_close(&run, err);
}

static void put_rows(csv_table *to, const bd_match_sums *of, const bd_match_rows *rows,
                     const char *side) {
    for (size_t i = 0; i < rows->count; i++) {
        const bd_match_row *one = &rows->data[i];
        csv_text(to, of->check->id);
        csv_word(to, side);
        csv_text(to, one->key);
        csv_text(to, one->resource);
        csv_text(to, one->source);
        csv_text(to, export_instant(to->run->line, one->at));
        csv_word(to, one->verdict == BD_NOT_APPLICABLE ? "" : bd_verdict_text(one->verdict));
        csv_text(to, one->reason);
        csv_text(to, bd_evidence_id(to->run->line, one->evidence));
        csv_end_row(to);
    }
}

bd_rc bd_export_unmatched_csv(const bd_export_inputs *inputs, bd_sink *sink, bd_err *err) {
    static const char *const heads[] = {"check", "side",    "key",    "resource", "source",
                                        "at",    "verdict", "reason", "evidence"};
    export_run run;
    export_open(&run, inputs, sink);
    csv_table to = {&run, false};
    csv_head(&to, heads, BD_COUNT(heads));
    for (size_t i = 0; i < inputs->assessment->matches.count; i++) {
        const bd_match_sums *one = &inputs->assessment->matches.data[i];
        put_rows(&to, one, &one->unmatched, "row");
        put_rows(&to, one, &one->left, "event");
    }
    return export_close(&run, err);
}
