/* assessment.json (templates/schema/assessment.schema.json).  Members are written in sorted order;
 * the writer refuses any other. */
#include "bindery/export.h"

#include "export_priv.h"

static void member_id(bd_json_writer *writer, bd_arena *line, uint32_t number) {
    if (number != 0) {
        bd_write_str(writer, "evidence", bd_evidence_id(line, number));
    }
}

/* ---- controls ---- */

static void write_instance(bd_writing *run, bd_json_writer *writer, const bd_instance *instance) {
    bd_json_open(writer, '{');
    bd_write_bool(writer, "accepted", instance->is_accepted);
    bd_write_ids(writer, run->line, "evidence", instance->evidence.data,
                 instance->evidence.count);
    bd_write_str(writer, "from", bd_day_format(run->line, instance->from));
    bd_write_str(writer, "instance", instance->id);
    bd_write_bool(writer, "late", instance->is_late);
    bd_write_str(writer, "outcome", bd_str_of(bd_outcome_name(instance->outcome)));
    bd_write_str(writer, "reason", instance->reason);
    bd_write_str(writer, "to", bd_day_format(run->line, instance->to));
    bd_json_close(writer, '}');
}

static void write_gap(bd_writing *run, bd_json_writer *writer, const bd_requirement_result *result) {
    if (result->gap_days == 0) {
        return;
    }
    bd_json_key(writer, "longest_gap");
    bd_json_open(writer, '{');
    bd_write_int(writer, "days", result->gap_days);
    bd_write_str(writer, "from", bd_writing_day(run->line, result->gap_from));
    bd_write_str(writer, "to", bd_writing_day(run->line, result->gap_to));
    bd_json_close(writer, '}');
}

static void write_requirement(bd_writing *run, bd_json_writer *writer,
                              const bd_requirement_result *result) {
    bd_json_open(writer, '{');
    bd_write_int(writer, "accepted", result->accepted);
    if (result->age_days >= 0) {
        bd_write_int(writer, "age_days", result->age_days);
    }
    bd_write_bool(writer, "checked", result->is_checked);
    bd_write_int(writer, "deviating", result->deviating);
    bd_write_int(writer, "due", result->due);
    bd_write_ids(writer, run->line, "evidence", result->evidence.data, result->evidence.count);
    bd_write_str(writer, "frequency",
                 bd_str_of(bd_frequency_name(result->requirement->frequency)));
    bd_write_bool(writer, "fresh", result->is_fresh);
    bd_json_key(writer, "instances");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < result->instance_count; i++) {
        write_instance(run, writer, &result->instances[i]);
    }
    bd_json_close(writer, ']');
    write_gap(run, writer, result);
    bd_json_member(writer, "missing_fact", result->missing_fact);
    bd_json_member(writer, "newest", bd_writing_instant(run->line, result->newest));
    bd_write_str(writer, "req", result->requirement->req);
    bd_json_close(writer, '}');
}

static void write_check(bd_writing *run, bd_json_writer *writer, const bd_check_result *result) {
    bd_json_open(writer, '{');
    bd_write_int(writer, "cannot_tell", (int64_t)result->cannot_tell);
    bd_write_bool(writer, "complete", result->is_complete);
    member_id(writer, run->line, result->evidence);
    bd_write_int(writer, "failed", (int64_t)result->failed);
    bd_write_str(writer, "id", result->check->id);
    bd_json_member(writer, "instance", result->instance);
    bd_write_int(writer, "not_applicable", (int64_t)result->not_applicable);
    bd_write_int(writer, "passed", (int64_t)result->passed);
    bd_json_member(writer, "reason", result->reason);
    bd_write_str(writer, "req", result->check->requirement->req);
    if (result->snapshot != BD_DAY_NONE) {
        bd_write_str(writer, "scope", result->scope);
        bd_write_str(writer, "snapshot", bd_day_format(run->line, result->snapshot));
    }
    bd_write_str(writer, "verdict", bd_str_of(bd_verdict_text(result->verdict)));
    bd_json_close(writer, '}');
}

static void write_checks(bd_writing *run, bd_json_writer *writer, const bd_control_result *result) {
    size_t count;
    const uint32_t *checks = bd_ties_of_control(run->ties, result, &count);
    bd_json_key(writer, "checks");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        const bd_check_result *one = &run->in->assessment->checks.data[checks[i]];
        bd_arenas_pass(sizeof *one + one->scope.size + one->reason.size);
        write_check(run, writer, one);
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

static void write_control(bd_writing *run, bd_json_writer *writer,
                          const bd_control_result *result) {
    const bd_control *control = result->control;
    bd_json_open(writer, '{');
    bd_write_int(writer, "accepted", result->accepted);
    if (result->age_days >= 0) {
        bd_write_int(writer, "age_days", result->age_days);
    }
    write_checks(run, writer, result);
    bd_write_strs(writer, "criteria", &control->criteria);
    bd_write_int(writer, "due", result->due);
    bd_write_bool(writer, "exception", result->has_exception);
    bd_json_key(writer, "exceptions");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < result->exceptions.count; i++) {
        bd_json_text(writer, bd_assessment_exception(run->in->assessment, result->exceptions.data[i])->id);
    }
    bd_json_close(writer, ']');
    bd_write_bool(writer, "fresh", result->is_fresh);
    bd_write_str(writer, "id", control->number);
    bd_write_bool(writer, "in_scope", result->is_in_scope);
    bd_json_member(writer, "newest", bd_writing_instant(run->line, result->newest));
    bd_write_bool(writer, "no_occurrence", result->is_no_occurrence);
    bd_write_str(writer, "origin", control->is_ours ? BD_STR("ours") : BD_STR("checklist"));
    bd_write_bool(writer, "outline", control->is_outline);
    bd_write_str(writer, "owner", control->owner);
    bd_json_member(writer, "primary", control->primary);
    bd_write_str(writer, "reason", result->reason);
    bd_json_key(writer, "requirements");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < result->requirement_count; i++) {
        write_requirement(run, writer, &result->requirements[i]);
    }
    bd_json_close(writer, ']');
    bd_write_str(writer, "state", bd_str_of(bd_state_name(result->state)));
    bd_write_str(writer, "statement", control->statement);
    bd_json_member(writer, "your_ref", result->your_ref);
    bd_json_member(writer, "your_statement", result->your_statement);
    bd_json_close(writer, '}');
}

static void write_controls(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "controls");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->assessment->control_count; i++) {
        const bd_control_result *result = &run->in->assessment->controls[i];
        if (bd_ties_is_listed(result)) {
            write_control(run, writer, result);
        }
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

/* ---- criteria ---- */

static void write_criterion(bd_writing *run, bd_json_writer *writer,
                            const bd_criterion_result *result) {
    bd_json_open(writer, '{');
    bd_write_str(writer, "category", result->criterion->category);
    bd_json_key(writer, "controls");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < result->controls.count; i++) {
        const bd_control_result *control = &run->in->assessment->controls[result->controls.data[i]];
        if (bd_ties_is_listed(control)) {
            bd_json_text(writer, control->control->number);
        }
    }
    bd_json_close(writer, ']');
    bd_json_key(writer, "evidenced");
    bd_json_open(writer, '{');
    bd_write_int(writer, "automated", result->automated);
    bd_write_int(writer, "document", result->document);
    bd_write_int(writer, "none", result->none);
    bd_write_int(writer, "of", result->of);
    bd_write_int(writer, "supporting", result->supporting);
    bd_json_close(writer, '}');
    bd_write_str(writer, "id", result->criterion->id);
    bd_write_bool(writer, "in_scope", result->is_in_scope);
    bd_json_key(writer, "mapped");
    bd_json_open(writer, '{');
    bd_write_int(writer, "automated", result->mapped.automated);
    bd_write_int(writer, "document", result->mapped.document);
    bd_write_int(writer, "none", result->mapped.none);
    bd_write_int(writer, "of", result->mapped.of);
    bd_write_int(writer, "supporting", result->mapped.supporting);
    bd_json_close(writer, '}');
    bd_write_int(writer, "open_exceptions", result->open_exceptions);
    bd_write_str(writer, "state", bd_str_of(bd_criterion_state_name(result->state)));
    bd_json_close(writer, '}');
}

static void write_criteria(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "criteria");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->assessment->criterion_count; i++) {
        write_criterion(run, writer, &run->in->assessment->criteria[i]);
    }
    bd_json_close(writer, ']');
}

/* ---- exceptions ---- */

static void open_act(bd_writing *run, bd_json_writer *writer, const char *key, const bd_act *act) {
    bd_json_key(writer, key);
    bd_json_open(writer, '{');
    bd_json_member(writer, "at", bd_writing_instant(run->line, act->at));
    bd_write_str(writer, "by", act->name);
}

static void write_closing(bd_writing *run, bd_json_writer *writer, const bd_act *act) {
    open_act(run, writer, "closed", act);
    bd_write_str(writer, "checked", act->text);
    bd_write_str(writer, "role", act->role);
    bd_json_close(writer, '}');
}

static void write_response(bd_writing *run, bd_json_writer *writer, const bd_act *act) {
    open_act(run, writer, "response", act);
    bd_json_member(writer, "cause", act->cause);
    bd_json_member(writer, "due", bd_writing_day(run->line, act->until));
    bd_json_member(writer, "effect", act->effect);
    bd_write_str(writer, "response", act->text);
    bd_write_str(writer, "role", act->role);
    bd_json_close(writer, '}');
}

static void write_waiver(bd_writing *run, bd_json_writer *writer, const bd_act *act) {
    open_act(run, writer, "waiver", act);
    bd_write_str(writer, "reason", act->text);
    bd_write_str(writer, "role", act->role);
    bd_json_member(writer, "until", bd_writing_day(run->line, act->until));
    bd_json_close(writer, '}');
}

static void write_exception(bd_writing *run, bd_json_writer *writer,
                            const bd_exception *exception) {
    bd_arena *line = run->line;
    bd_json_open(writer, '{');
    bd_write_str(writer, "check", exception->check->id);
    if (exception->closing != NULL) {
        write_closing(run, writer, exception->closing);
    }
    bd_write_strs(writer, "controls", &exception->controls);
    member_id(writer, line, exception->evidence);
    bd_json_member(writer, "exact_from", bd_writing_instant(line, exception->exact_from));
    bd_json_member(writer, "exact_to", bd_writing_instant(line, exception->exact_to));
    bd_write_int(writer, "failing_days", exception->failing_days);
    bd_json_member(writer, "first_seen_clean", bd_writing_day(line, exception->first_seen_clean));
    bd_json_member(writer, "first_seen_failing", bd_writing_day(line, exception->first_seen_failing));
    bd_write_str(writer, "id", exception->id);
    bd_write_bool(writer, "in_period", exception->is_in_period);
    bd_write_str(writer, "key", exception->key);
    bd_json_member(writer, "last_seen_clean", bd_writing_day(line, exception->last_seen_clean));
    bd_json_member(writer, "last_seen_failing", bd_writing_day(line, exception->last_seen_failing));
    bd_write_int(writer, "observed_days", exception->observed_days);
    bd_write_str(writer, "property", exception->property);
    bd_write_str(writer, "reason", exception->reason);
    bd_json_member(writer, "repeats", exception->repeats);
    bd_write_str(writer, "resource", exception->resource);
    if (exception->response != NULL) {
        write_response(run, writer, exception->response);
    }
    bd_write_str(writer, "severity", exception->check->severity);
    bd_write_str(writer, "state", exception->is_open ? BD_STR("open") : BD_STR("closed"));
    bd_json_member(writer, "subscription", exception->subscription);
    bd_write_str(writer, "type", exception->type);
    if (exception->waiver != NULL) {
        bd_write_bool(writer, "waived", exception->is_waived);
        write_waiver(run, writer, exception->waiver);
    }
    bd_json_close(writer, '}');
}

static void write_exceptions(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "exceptions");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->assessment->exceptions.count; i++) {
        write_exception(run, writer, bd_assessment_exception(run->in->assessment, i));
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

/* ---- evidence ---- */

static void write_evidence(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "evidence");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        export_evidence_record(run, writer, bd_ties_evidence_at(run->ties, i));
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

static void write_doubt(bd_writing *run, bd_json_writer *w, const bd_doubt *doubt) {
    bd_json_open(w, '{');
    if (doubt->evidence > 0) {
        bd_write_str(w, "evidence", bd_evidence_id(run->line, doubt->evidence));
    }
    bd_write_str(w, "kind", bd_str_of(bd_doubt_name(doubt->kind)));
    bd_json_member(w, "path", doubt->place);
    bd_json_member(w, "scope", doubt->scope);
    bd_write_str(w, "sentence", doubt->sentence);
    bd_json_member(w, "source", doubt->source);
    bd_json_close(w, '}');
    bd_arena_reset(run->line);
}

static void write_doubts(bd_writing *run, bd_json_writer *w) {
    const bd_assessment *assessment = run->in->assessment;
    for (size_t i = 0; i < assessment->doubts.count; i++) {
        write_doubt(run, w, &assessment->doubts.data[i]);
    }
}

static void write_data_quality(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "data_quality");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &run->in->evidence->data[bd_ties_evidence_at(run->ties, i)];
        export_diags(writer, item, bd_evidence_id(run->line, item->given.number));
        bd_arena_reset(run->line);
    }
    write_doubts(run, writer);
    bd_json_close(writer, ']');
}

static void write_unmapped(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "unmapped");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &run->in->evidence->data[bd_ties_evidence_at(run->ties, i)];
        if (!item->is_unmapped) {
            continue;
        }
        bd_json_open(writer, '{');
        bd_write_str(writer, "evidence", bd_evidence_id(run->line, item->given.number));
        bd_write_str(writer, "path", item->given.path);
        bd_json_close(writer, '}');
        bd_arena_reset(run->line);
    }
    bd_json_close(writer, ']');
}

/* ---- the engagement's own words ---- */

static void write_engagement(bd_writing *run, bd_json_writer *writer) {
    const bd_engagement *engagement = run->in->engagement;
    bd_json_key(writer, "engagement");
    bd_json_open(writer, '{');
    bd_write_strs(writer, "categories", &engagement->categories);
    bd_write_str(writer, "organisation", engagement->organisation_name);
    bd_write_str(writer, "short", engagement->short_name);
    bd_json_key(writer, "subscriptions");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        bd_json_open(writer, '{');
        bd_write_str(writer, "id", engagement->subscriptions.data[i].id);
        bd_json_member(writer, "name", engagement->subscriptions.data[i].name);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
    bd_write_str(writer, "system", engagement->system_name);
    bd_json_member(writer, "tenant", engagement->tenant);
    bd_write_str(writer, "timezone", engagement->zone_name);
    bd_json_close(writer, '}');
}

static void write_excluded(bd_writing *run, bd_json_writer *writer) {
    const bd_engagement *engagement = run->in->engagement;
    bd_json_key(writer, "excluded");
    bd_json_open(writer, '[');
    for (size_t i = 0; i < engagement->exclusions.count; i++) {
        const bd_exclusion *exclusion = &engagement->exclusions.data[i];
        bd_json_open(writer, '{');
        bd_write_str(writer, "approved_by", exclusion->approved_by);
        bd_json_member(writer, "approved_on", bd_writing_day(run->line, exclusion->approved_on));
        bd_write_str(writer, "check", exclusion->check);
        bd_json_member(writer, "expires_on", bd_writing_day(run->line, exclusion->expires_on));
        bd_write_str(writer, "reason", exclusion->reason);
        bd_write_str(writer, "resource", exclusion->resource);
        bd_json_close(writer, '}');
    }
    bd_json_close(writer, ']');
}

/* ---- period and score ---- */

static void write_period(bd_writing *run, bd_json_writer *writer) {
    const bd_assessment *assessment = run->in->assessment;
    const bd_period *period = assessment->period;
    bd_json_key(writer, "period");
    bd_json_open(writer, '{');
    bd_json_member(writer, "as_of",
                   bd_writing_day(run->line, period->is_type_ii ? BD_DAY_NONE : period->as_of));
    bd_write_str(writer, "end", bd_instant_format(run->line, assessment->period_end));
    bd_json_member(writer, "fieldwork", bd_writing_day(run->line, period->fieldwork));
    bd_write_str(writer, "from", bd_day_format(run->line, period->from));
    bd_write_str(writer, "id", period->id);
    bd_write_str(writer, "start", bd_instant_format(run->line, assessment->period_start));
    bd_write_str(writer, "timezone", run->in->engagement->zone_name);
    bd_write_str(writer, "to", bd_day_format(run->line, period->to));
    bd_write_str(writer, "type", period->is_type_ii ? BD_STR("II") : BD_STR("I"));
    bd_write_str(writer, "tzdata", run->in->tzdata_version);
    bd_write_str(writer, "until", bd_instant_format(run->line, assessment->until));
    bd_json_close(writer, '}');
}

/* `with_exceptions` below zero: not a member of this ratio. */
static void write_ratio(bd_writing *run, bd_json_writer *writer, const char *key, bd_ratio ratio,
                        int with_exceptions) {
    bd_json_key(writer, key);
    bd_json_open(writer, '{');
    bd_write_int(writer, "n", ratio.n);
    bd_write_int(writer, "of", ratio.of);
    bd_json_key(writer, "percent");
    bd_json_number(writer, bd_ratio_text(run->line, ratio));
    if (with_exceptions >= 0) {
        bd_write_int(writer, "with_exceptions", with_exceptions);
    }
    bd_json_close(writer, '}');
}

static void write_score(bd_writing *run, bd_json_writer *writer) {
    const bd_assessment *assessment = run->in->assessment;
    bd_json_key(writer, "score");
    bd_json_open(writer, '{');
    write_ratio(run, writer, "cover", assessment->cover, -1);
    write_ratio(run, writer, "fresh", assessment->fresh, -1);
    bd_write_strs(writer, "gates", &assessment->gates);
    bd_write_int(writer, "no_occurrence", assessment->no_occurrence);
    write_ratio(run, writer, "ready", assessment->ready, assessment->ready.with_exceptions);
    bd_json_close(writer, '}');
}

static void write_custody(bd_writing *run, bd_json_writer *writer) {
    bd_json_key(writer, "custody");
    if (run->in->custody != NULL) {
        bd_json_value(writer, run->in->custody);
        return;
    }
    bd_json_open(writer, '{');
    bd_write_strs(writer, "later_evidence", &(bd_strs){0});
    bd_write_int(writer, "later_lines", 0);
    bd_write_strs(writer, "seals", &(bd_strs){0});
    bd_json_close(writer, '}');
}

/* ---- the whole ---- */

static void write_all(bd_writing *run, bd_json_writer *writer) {
    const bd_writing_inputs *in = run->in;
    bd_json_open(writer, '{');
    export_reviews(run, writer);
    bd_write_str(writer, "as_of", bd_instant_format(run->arena, in->assessment->as_of));
    bd_write_str(writer, "bindery", in->bindery_version);
    bd_write_str(writer, "catalog_sha256", bd_hex_text(run->arena, in->catalog->sha256, 32));
    write_controls(run, writer);
    write_criteria(run, writer);
    write_custody(run, writer);
    write_data_quality(run, writer);
    write_engagement(run, writer);
    write_evidence(run, writer);
    write_exceptions(run, writer);
    write_excluded(run, writer);
    export_imported(run, writer);
    bd_write_str(writer, "journal_head", in->journal_head);
    export_matches(run, writer);
    export_pbc(run, writer);
    write_period(run, writer);
    export_populations(run, writer);
    write_score(run, writer);
    bd_write_str(writer, "score_definition", BD_STR("bindery-1"));
    bd_write_strs(writer, "sources_missing", &in->assessment->sources_missing);
    write_unmapped(run, writer);
    export_vendors(run, writer);
    bd_json_close(writer, '}');
    bd_json_newline(writer);
}

bd_rc bd_export_assessment(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err) {
    bd_writing run;
    bd_writing_open(&run, inputs, sink);
    bd_json_writer writer;
    bd_json_begin(&writer, bd_writing_sink(&run));
    write_all(&run, &writer);
    bd_rc written = bd_json_finish(&writer, err);
    bd_rc closed = bd_writing_close(&run, err);
    return bd_failed(written) ? written : closed;
}
