/* readiness.json: what is to do, for programs. */
#include "bindery/todo.h"

static const bd_readiness *ready_of(const bd_writing *run) {
    return run->in->ready;
}

static void write_ratio(bd_writing *run, bd_json_writer *w, const char *key, bd_ratio ratio) {
    bd_json_key(w, key);
    bd_json_open(w, '{');
    bd_write_int(w, "n", ratio.n);
    bd_write_int(w, "of", ratio.of);
    bd_json_key(w, "percent");
    bd_json_number(w, bd_ratio_text(run->line, ratio));
    bd_json_close(w, '}');
}

static void member_day(bd_writing *run, bd_json_writer *w, const char *key, bd_day day) {
    bd_json_member(w, key, bd_writing_day(run->line, day));
}

static void member_days_to(bd_writing *run, bd_json_writer *w, const char *key, bd_day day) {
    if (day != BD_DAY_NONE) {
        bd_write_int(w, key, day - ready_of(run)->today);
    }
}

static const bd_control *control_at(const bd_writing *run, uint32_t index) {
    return run->in->assessment->controls[index].control;
}

/* ---- the list of what is due ---- */

static void write_due(bd_writing *run, bd_json_writer *w, const bd_due *due) {
    bd_json_open(w, '{');
    if (due->control != BD_READY_NONE) {
        bd_json_member(w, "control", control_at(run, due->control)->number);
    }
    member_day(run, w, "due", due->day);
    if (due->exception != BD_READY_NONE) {
        bd_json_member(w, "exception", run->in->assessment->exceptions.data[due->exception].id);
    }
    bd_json_member(w, "instance", due->instance);
    bd_write_str(w, "kind", bd_str_of(bd_due_name(due->kind)));
    member_day(run, w, "latest", due->latest);
    bd_write_bool(w, "overdue", due->is_over);
    bd_json_member(w, "owner", due->owner);
    if (due->requirement != BD_READY_NONE) {
        bd_json_member(w, "requirement", due->subject);
    }
    bd_write_str(w, "subject", due->subject);
    bd_write_str(w, "what", due->what);
    bd_json_close(w, '}');
}

static void write_dues(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "due");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->dues.count; i++) {
        write_due(run, w, &ready->dues.data[i]);
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

static void write_due_counts(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    int64_t within[3] = {0}, over = 0;
    for (size_t i = 0; i < ready->dues.count; i++) {
        int horizon = bd_ready_horizon(ready, &ready->dues.data[i]);
        over += ready->dues.data[i].is_over;
        for (int k = 0; k < 3; k++) {
            within[k] += horizon >= 0 && horizon <= k;
        }
    }
    bd_json_key(w, "due_within");
    bd_json_open(w, '{');
    bd_write_int(w, "30", within[0]);
    bd_write_int(w, "60", within[1]);
    bd_write_int(w, "90", within[2]);
    bd_write_int(w, "now", over);
    bd_json_close(w, '}');
}

/* ---- data quality ---- */

static void write_incomplete(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "incomplete");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->incomplete.count; i++) {
        const bd_evidence *item = &run->in->evidence->data[ready->incomplete.data[i]];
        bd_json_open(w, '{');
        bd_write_str(w, "evidence", bd_evidence_id(run->line, item->given.number));
        bd_write_str(w, "path", item->given.path);
        bd_write_str(w, "reason", item->completeness_reason);
        bd_json_close(w, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

static void write_remarks(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "remarks");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->remarks.count; i++) {
        const bd_ready_remark *one = &ready->remarks.data[i];
        bd_json_open(w, '{');
        if (one->control != BD_READY_NONE) {
            bd_write_str(w, "control",
                         run->in->assessment->controls[one->control].control->number);
        }
        bd_write_str(w, "kind", bd_str_of(one->kind));
        bd_json_member(w, "path", one->path);
        bd_write_str(w, "sentence", one->what);
        bd_json_member(w, "subject", one->subject);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_missing_sources(bd_writing *run, bd_json_writer *w) {
    const bd_strs *missing = &run->in->assessment->sources_missing;
    bd_json_key(w, "sources_missing");
    bd_json_open(w, '[');
    for (size_t i = 0; i < missing->count; i++) {
        const bd_source_def *source = bd_catalog_source(run->in->catalog, missing->data[i]);
        bd_json_open(w, '{');
        bd_write_str(w, "id", missing->data[i]);
        if (source != NULL) {
            bd_json_member(w, "permission", source->permission);
            bd_json_member(w, "title", source->title);
        }
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_quality(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "data_quality");
    bd_json_open(w, '{');
    write_incomplete(run, w);
    write_remarks(run, w);
    write_missing_sources(run, w);
    bd_json_key(w, "unreached");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->unreached.count; i++) {
        const bd_unreached *one = &ready->unreached.data[i];
        bd_json_open(w, '{');
        bd_write_strs(w, "missing", &one->missing);
        bd_write_int(w, "of", (int64_t)one->of);
        bd_write_str(w, "source", one->source->id);
        bd_write_str(w, "title", one->source->title);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
    bd_json_close(w, '}');
}

/* ---- exceptions ---- */

static void write_exceptions(bd_writing *run, bd_json_writer *w) {
    static const char *const ages[BD_READY_AGES] = {"30", "60", "90", "more"};
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "exceptions_by_age");
    bd_json_open(w, '{');
    for (size_t i = 0; i < BD_READY_AGES; i++) {
        bd_write_int(w, ages[i], ready->ages[i]);
    }
    bd_json_close(w, '}');
    bd_json_key(w, "exceptions_open");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->open.count; i++) {
        const bd_exception *x =
            bd_assessment_exception(run->in->assessment, ready->open.data[i].exception);
        bd_json_open(w, '{');
        bd_write_int(w, "age_days", ready->open.data[i].days);
        bd_write_strs(w, "controls", &x->controls);
        bd_write_str(w, "id", x->id);
        bd_write_bool(w, "responded", x->response != NULL);
        if (x->response != NULL) {
            member_day(run, w, "response_due", x->response->until);
        }
        bd_write_str(w, "severity", x->check->severity);
        bd_write_bool(w, "waived", x->is_waived);
        bd_json_close(w, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

/* ---- the past ---- */

static void write_history(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "history");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->past_count; i++) {
        const bd_past *one = &ready->past[i];
        bd_json_open(w, '{');
        bd_write_str(w, "as_of", bd_instant_format(run->line, one->as_of));
        write_ratio(run, w, "cover", one->cover);
        member_day(run, w, "day", one->day);
        bd_write_int(w, "exceptions_open", (int64_t)one->open.count);
        write_ratio(run, w, "fresh", one->fresh);
        write_ratio(run, w, "ready", one->ready);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
    bd_write_bool(w, "history_shortened", ready->is_shortened);
}

static void write_turns(bd_writing *run, bd_json_writer *w) {
    const bd_since *since = &ready_of(run)->since;
    bd_json_key(w, "controls");
    bd_json_open(w, '[');
    for (size_t i = 0; i < since->turns.count; i++) {
        const bd_turn *turn = &since->turns.data[i];
        bd_json_open(w, '{');
        bd_write_str(w, "control", control_at(run, turn->control)->number);
        bd_write_bool(w, "exception", turn->has_flag);
        bd_write_bool(w, "exception_before", turn->had_flag);
        bd_write_str(w, "state", bd_str_of(bd_state_name(turn->after)));
        bd_write_str(w, "state_before", bd_str_of(bd_state_name(turn->before)));
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_since(bd_writing *run, bd_json_writer *w) {
    const bd_since *since = &ready_of(run)->since;
    if (since->from == NULL) {
        return;
    }
    bd_json_key(w, "since");
    bd_json_open(w, '{');
    write_turns(run, w);
    member_day(run, w, "day", since->from->day);
    bd_write_strs(w, "exceptions_closed", &since->closed);
    bd_json_key(w, "exceptions_opened");
    bd_json_open(w, '[');
    for (size_t i = 0; i < since->opened.count; i++) {
        bd_json_text(w, bd_assessment_exception(run->in->assessment, since->opened.data[i])->id);
    }
    bd_json_close(w, ']');
    bd_json_close(w, '}');
}

/* ---- owners ---- */

static bool is_counted(const bd_control_result *c) {
    return c->is_in_scope && c->state != BD_STATE_NA && c->state != BD_STATE_NOT_DUE;
}

static void write_owner(bd_writing *run, bd_json_writer *w, bd_str owner) {
    const bd_readiness *ready = ready_of(run);
    int64_t complete = 0, of = 0, due = 0;
    for (size_t i = 0; i < run->in->assessment->control_count; i++) {
        const bd_control_result *c = &run->in->assessment->controls[i];
        bool is_own = is_counted(c) && bd_str_eq(c->control->owner, owner);
        of += is_own;
        complete += is_own && c->state == BD_STATE_COMPLETE;
    }
    for (size_t i = 0; i < ready->dues.count; i++) {
        due += bd_str_eq(ready->dues.data[i].owner, owner) &&
               bd_ready_horizon(ready, &ready->dues.data[i]) == 0;
    }
    bd_json_open(w, '{');
    bd_write_int(w, "complete", complete);
    bd_write_int(w, "due_within_30", due);
    bd_write_int(w, "of", of);
    bd_write_str(w, "owner", owner);
    bd_json_close(w, '}');
}

static void write_owners(bd_writing *run, bd_json_writer *w) {
    bd_strs owners = {0};
    for (size_t i = 0; i < run->in->assessment->control_count; i++) {
        const bd_control_result *c = &run->in->assessment->controls[i];
        if (is_counted(c)) {
            bd_writing_add_once(run->arena, &owners, c->control->owner);
        }
    }
    bd_json_key(w, "owners");
    bd_json_open(w, '[');
    for (size_t i = 0; i < owners.count; i++) {
        write_owner(run, w, owners.data[i]);
    }
    bd_json_close(w, ']');
}

/* ---- clocks ---- */

static void write_period(bd_writing *run, bd_json_writer *w) {
    const bd_period *period = run->in->assessment->period;
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "period");
    bd_json_open(w, '{');
    member_days_to(run, w, "days_to_end", ready->ends);
    member_days_to(run, w, "days_to_fieldwork", ready->fieldwork);
    member_day(run, w, "fieldwork", ready->fieldwork);
    member_day(run, w, "from", period->from);
    bd_write_str(w, "id", period->id);
    bd_write_str(w, "timezone", run->in->engagement->zone_name);
    member_day(run, w, "to", period->to);
    bd_write_str(w, "type", period->is_type_ii ? BD_STR("II") : BD_STR("I"));
    bd_json_close(w, '}');
}

static void write_retention(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "retention");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->retention.count; i++) {
        const bd_retention *one = &ready->retention.data[i];
        bd_json_open(w, '{');
        bd_write_int(w, "days_left", one->days_left);
        member_day(run, w, "described_to", one->described_to);
        bd_write_int(w, "lost_days", one->lost_days);
        bd_write_int(w, "retention_days", one->source->retention_days);
        bd_json_member(w, "scope", one->scope);
        bd_write_str(w, "source", one->source->id);
        bd_write_str(w, "title", one->source->title);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_stale(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "stale");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->stale.count; i++) {
        const bd_stale *one = &ready->stale.data[i];
        const bd_control_result *c = &run->in->assessment->controls[one->control];
        bd_json_open(w, '{');
        bd_write_int(w, "age_days", one->age_days);
        bd_write_str(w, "control", c->control->number);
        bd_write_int(w, "limit_days", one->limit_days);
        bd_json_member(w, "newest",
                       bd_writing_instant(run->line, c->requirements[one->requirement].newest));
        bd_write_str(w, "owner", c->control->owner);
        bd_write_str(w, "requirement", c->requirements[one->requirement].requirement->id);
        bd_json_close(w, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(w, ']');
}

static void write_vendors(bd_writing *run, bd_json_writer *w) {
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "vendors");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->vendors.count; i++) {
        const bd_vendor_clock *one = &ready->vendors.data[i];
        bd_json_open(w, '{');
        if (one->report_to != BD_DAY_NONE) {
            bd_write_int(w, "bridge_days_left", one->bridge_left);
        }
        member_day(run, w, "bridge_until", one->bridge_until);
        member_day(run, w, "covered_to", one->covered_to);
        bd_write_int(w, "open_days", one->open_days);
        member_day(run, w, "report_to", one->report_to);
        bd_write_str(w, "vendor", one->vendor);
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

static void write_worst(bd_writing *run, bd_json_writer *w) {
    enum { MOST = 5 };
    const bd_readiness *ready = ready_of(run);
    bd_json_key(w, "worst");
    bd_json_open(w, '[');
    for (size_t i = 0; i < ready->worst.count && i < MOST; i++) {
        const bd_control_result *c = &run->in->assessment->controls[ready->worst.data[i]];
        bd_json_open(w, '{');
        bd_write_str(w, "control", c->control->number);
        bd_write_str(w, "owner", c->control->owner);
        bd_write_str(w, "reason", c->reason);
        bd_write_str(w, "state", bd_str_of(bd_state_name(c->state)));
        bd_json_close(w, '}');
    }
    bd_json_close(w, ']');
}

/* ---- all ---- */

bd_rc bd_todo_write_json(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    BD_ASSERT(inputs->ready != NULL);
    const bd_assessment *a = inputs->assessment;
    bd_writing run;
    bd_json_writer w;
    bd_writing_open(&run, inputs, sink);
    bd_json_begin(&w, bd_writing_sink(&run));
    bd_json_open(&w, '{');
    bd_write_str(&w, "as_of", bd_instant_format(run.arena, a->as_of));
    bd_write_str(&w, "bindery_version", inputs->bindery_version);
    write_ratio(&run, &w, "cover", a->cover);
    write_quality(&run, &w);
    write_dues(&run, &w);
    bd_json_member(&w, "due_period", inputs->ready->dues_period);
    write_due_counts(&run, &w);
    write_exceptions(&run, &w);
    bd_write_str(&w, "format", BD_STR("bindery-readiness 1"));
    write_ratio(&run, &w, "fresh", a->fresh);
    bd_write_strs(&w, "gates", &a->gates);
    write_history(&run, &w);
    write_owners(&run, &w);
    write_period(&run, &w);
    write_ratio(&run, &w, "ready", a->ready);
    write_retention(&run, &w);
    bd_write_str(&w, "score_definition", BD_STR("bindery-1"));
    write_since(&run, &w);
    write_stale(&run, &w);
    write_vendors(&run, &w);
    write_worst(&run, &w);
    bd_json_close(&w, '}');
    bd_json_newline(&w);
    bd_rc written = bd_json_finish(&w, err);
    bd_rc closed = bd_writing_close(&run, err);
    return bd_failed(written) ? written : closed;
}
