/* One function per command: stages in their order, outputs in their places, a result to print. */
#include "bindery/run.h"

#include "bindery/sign.h"
#include "run_priv.h"

#include <string.h>

#define PDF_BYTES ((size_t)1 << 30)

/* ---- results ---- */

static const bd_value *ratio_value(bd_arena *arena, bd_ratio ratio) {
    bd_result out = {.arena = arena};
    bd_result_int(&out, "n", ratio.n);
    bd_result_int(&out, "of", ratio.of);
    bd_result_text(&out, "percent", bd_ratio_text(arena, ratio));
    return bd_result_object(&out);
}

static void count_states(bd_result *out, const bd_assessment *assessment) {
    int64_t counts[BD_STATE_NOT_DUE + 1] = {0};
    int64_t checklist[BD_STATE_NOT_DUE + 1] = {0};
    int64_t flagged = 0;
    for (size_t i = 0; i < assessment->control_count; i++) {
        const bd_control_result *control = &assessment->controls[i];
        counts[control->state] += control->is_in_scope;
        checklist[control->state] += !control->control->is_ours;
        flagged += control->is_in_scope && control->has_exception;
    }
    bd_result_int(out, "complete", counts[BD_STATE_COMPLETE]);
    bd_result_int(out, "in_progress", counts[BD_STATE_PROGRESS]);
    bd_result_int(out, "not_started", counts[BD_STATE_BLANK]);
    bd_result_int(out, "not_applicable", counts[BD_STATE_NA]);
    bd_result_int(out, "not_yet_due", counts[BD_STATE_NOT_DUE]);
    bd_result_int(out, "with_exception", flagged);
    bd_result_int(out, "checklist_complete", checklist[BD_STATE_COMPLETE]);
    bd_result_int(out, "checklist_in_progress", checklist[BD_STATE_PROGRESS]);
    bd_result_int(out, "checklist_not_started", checklist[BD_STATE_BLANK]);
}

static void add_judged(bd_result *out, bd_session *session, const bd_judged_run *judged) {
    const bd_assessment *assessment = judged->assessment;
    int64_t unmapped = 0;
    int64_t items = 0;
    int64_t open = 0;
    for (size_t i = 0; i < judged->evidence.count; i++) {
        unmapped += judged->evidence.data[i].is_unmapped;
        items += !judged->evidence.data[i].is_sidecar && !judged->evidence.data[i].is_register;
    }
    for (size_t i = 0; i < assessment->exceptions.count; i++) {
        open += assessment->exceptions.data[i].is_open;
    }
    bd_result_text(out, "period", session->period->id);
    bd_result_text(out, "period_why", session->period_why);
    bd_result_text(out, "as_of", bd_instant_format(session->arena, session->as_of));
    bd_result_text(out, "as_of_why", session->as_of_why);
    bd_result_value(out, "ready", ratio_value(session->arena, assessment->ready));
    bd_result_value(out, "cover", ratio_value(session->arena, assessment->cover));
    bd_result_value(out, "fresh", ratio_value(session->arena, assessment->fresh));
    bd_result_int(out, "evidence", items);
    bd_result_int(out, "unmapped", unmapped);
    bd_result_int(out, "findings", (int64_t)assessment->finding_count);
    bd_result_int(out, "exceptions", (int64_t)assessment->exceptions.count);
    bd_result_int(out, "exceptions_open", open);
    bd_result_list(out, "gates", &assessment->gates);
    count_states(out, assessment);
}

/* A path as the user would type it from where the engagement was named. */
static bd_str shown(const char *path) {
    return bd_str_of(path);
}

static bd_rc write_assessment(bd_session *session, const bd_judged_run *judged, bd_result *out, bd_err *err) {
    const char *assessment = bd_session_output(session, "assessment.json");
    const char *findings = bd_session_output(session, "findings.ndjson");
    BD_TRY(bd_folder_make(bd_session_output(session, ""), err));
    BD_TRY(bd_file_write(assessment, 0644, bd_buf_str(&judged->assessment_json), err));
    BD_TRY(bd_file_write(findings, 0644, bd_buf_str(&judged->findings), err));
    bd_result_text(out, "assessment_file", shown(assessment));
    bd_result_text(out, "findings_file", shown(findings));
    return BD_OK;
}

static bd_rc write_readiness(bd_production *production, bd_result *out, bd_err *err) {
    bd_str pdf;
    BD_TRY(bd_production_readiness(production, &pdf, err));
    const char *path = bd_session_output(production->session, "readiness.pdf");
    BD_TRY(bd_folder_make(bd_session_output(production->session, ""), err));
    BD_TRY(bd_file_write(path, 0644, pdf, err));
    bd_result_text(out, "readiness_file", shown(path));
    return BD_OK;
}

static bd_rc write_binder(bd_production *production, bd_result *out, bd_err *err) {
    BD_TRY(bd_production_binder(production, err));
    const char *path = bd_session_output(production->session, "binder.pdf");
    BD_TRY(bd_folder_make(bd_session_output(production->session, ""), err));
    BD_TRY(bd_file_write(path, 0644, production->binder, err));
    bd_result_text(out, "binder_file", shown(path));
    if (production->signer != NULL) {
        bd_result_text(out, "signer", production->signer->facts.subject);
        bd_result_bool(out, "trial", production->signer->is_trial);
    }
    return BD_OK;
}

static bd_rc write_package(bd_production *production, bd_result *out, bd_err *err) {
    bd_session *session = production->session;
    bd_str sums;
    BD_TRY(bd_production_package(production, &sums, err));
    bd_str name = bd_str_format(session->arena, "%.*s.zip", BD_ARG(production->facts.package_id));
    bd_result_text(out, "package_id", production->facts.package_id);
    bd_result_text(out, "package_file", shown(bd_session_output(session, name.data)));
    bd_result_text(out, "sums_sha256", sums);
    return BD_OK;
}

/* ---- stages ---- */

typedef struct {
    bool ingest, assess, binder, readiness, package, is_unsigned;
    const char *const *paths;
    size_t path_count;
} stages;

static bd_rc produce(bd_session *session, const stages *wanted, bd_judged_run *judged, bd_result *out, bd_err *err) {
    bd_signer signer = {0};
    if (!wanted->is_unsigned) {
        BD_TRY(bd_signer_open(session, &signer, err));
    }
    bd_production *production = bd_new(session->arena, bd_production, 1);
    bd_rc rc = bd_production_open(session, judged, wanted->is_unsigned ? NULL : &signer, production, err);
    if (!bd_failed(rc) && (wanted->binder || wanted->package)) {
        rc = write_binder(production, out, err);
    }
    if (!bd_failed(rc) && wanted->readiness) {
        rc = write_readiness(production, out, err);
    }
    if (!bd_failed(rc) && wanted->package) {
        rc = write_package(production, out, err);
    }
    bd_signer_close(&signer);
    return rc;
}

static bd_rc judge_and_produce(bd_session *session, const stages *wanted, bd_result *out, bd_err *err) {
    bd_judged_run judged;
    BD_TRY(bd_judge(session, &judged, err));
    add_judged(out, session, &judged);
    bd_rc rc = BD_OK;
    if (wanted->assess) {
        rc = write_assessment(session, &judged, out, err);
    }
    if (!bd_failed(rc) && (wanted->binder || wanted->readiness || wanted->package)) {
        rc = produce(session, wanted, &judged, out, err);
    }
    bd_judged_clear(&judged);
    return rc;
}

static bd_rc run_stages(const bd_run_options *options, const stages *wanted, bd_arena *arena,
                        bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    bool writes = wanted->ingest || wanted->package;
    BD_TRY(bd_session_open(options, writes ? BD_LOCKER_WRITE : BD_LOCKER_READ, arena, outcome, &session, err));
    bd_result out = {.arena = arena};
    bd_rc rc = BD_OK;
    if (wanted->ingest) {
        const bd_value *ingested = NULL;
        rc = bd_ingest(&session, wanted->paths, wanted->path_count, &ingested, err);
        bd_result_value(&out, "ingest", ingested);
    }
    bool judges = wanted->assess || wanted->binder || wanted->readiness || wanted->package;
    if (!bd_failed(rc) && judges) {
        rc = judge_and_produce(&session, wanted, &out, err);
    }
    bd_session_close(&session);
    outcome->result = bd_result_object(&out);
    return rc;
}

bd_rc bd_run_ingest(const bd_run_options *options, const char *const *paths, size_t count, bd_arena *arena,
                    bd_run_outcome *out, bd_err *err) {
    stages wanted = {.ingest = true, .paths = paths, .path_count = count};
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_assess(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    stages wanted = {.assess = true};
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_render(const bd_run_options *options, bd_str kind, bool is_unsigned, bd_arena *arena,
                    bd_run_outcome *out, bd_err *err) {
    stages wanted = {.binder = bd_str_eqz(kind, "binder"), .readiness = bd_str_eqz(kind, "readiness")};
    wanted.is_unsigned = is_unsigned;
    if (!wanted.binder && !wanted.readiness) {
        BD_RAISE(err, BD_ERR_USAGE, "'%.*s' is no report; render 'binder' or 'readiness'", BD_ARG(kind));
    }
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_package(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    if (options->edition.size > 0 && !bd_str_eqz(options->edition, "auditor")) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED, "edition '%.*s' is not made by this version; it makes 'auditor'",
                 BD_ARG(options->edition));
    }
    stages wanted = {.assess = true, .package = true};
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_all(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    stages wanted = {.ingest = true, .assess = true, .binder = true, .readiness = true, .package = true};
    return run_stages(options, &wanted, arena, out, err);
}

/* ---- sign ---- */

bd_rc bd_run_sign(const bd_run_options *options, const char *path, bd_arena *arena, bd_run_outcome *outcome,
                  bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    bd_locker_close(session.locker);
    session.locker = NULL;
    bd_str pdf;
    BD_TRY(bd_file_read(path, PDF_BYTES, arena, &pdf, err));
    bd_signer signer;
    BD_TRY(bd_signer_open(&session, &signer, err));
    bool is_named = false;
    bd_str signed_pdf = {"", 0};
    bd_rc rc = bd_cover_holds(pdf, signer.fingerprint, arena, &is_named, err);
    if (!bd_failed(rc) && !is_named) {
        rc = bd_raise(err, BD_ERR_INPUT,
                      "cannot sign '%s': its cover does not name the certificate %.*s; render it again with this signer",
                      path, BD_ARG(signer.fingerprint));
    }
    bd_sign_options signing = {.signed_at = bd_clock_now(),
                               .signer_name = signer.facts.subject,
                               .reason = BD_STR("Management's evidence binder")};
    if (!bd_failed(rc)) {
        rc = bd_sign_pdf(pdf, signer.key, &signing, arena, &signed_pdf, err);
    }
    bd_signer_close(&signer);
    BD_TRY(rc);
    BD_TRY(bd_file_write(path, 0644, signed_pdf, err));
    bd_result out = {.arena = arena};
    bd_result_text(&out, "file", bd_str_of(path));
    bd_result_text(&out, "signer", signer.facts.subject);
    bd_result_text(&out, "fingerprint", signer.fingerprint);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}

/* ---- status and explain ---- */

bd_rc bd_run_status(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    bd_judged_run judged;
    bd_rc rc = bd_judge(&session, &judged, err);
    bd_session_close(&session);
    BD_TRY(rc);
    bd_json_limits limits = bd_json_default_limits;
    limits.nodes = 100000000;
    limits.record_bytes = (size_t)2 << 30;
    rc = bd_json_parse(bd_str_copy(arena, bd_buf_str(&judged.assessment_json)), &limits, arena, &outcome->result, err);
    bd_judged_clear(&judged);
    return rc;
}

static const bd_value *requirement_rules(const bd_requirement *requirement, const bd_catalog *catalog, bd_arena *arena) {
    bd_result out = {.arena = arena};
    bd_result_text(&out, "id", requirement->id);
    bd_result_text(&out, "statement", requirement->statement);
    bd_result_text(&out, "half", requirement->half);
    bd_result_text(&out, "frequency", bd_str_of(bd_frequency_name(requirement->frequency)));
    bd_result_int(&out, "max_age_days", requirement->max_age_days);
    bd_result_int(&out, "grace_days", requirement->grace_days);
    bd_result_bool(&out, "signoff", requirement->needs_signoff);
    bd_result_text(&out, "pass", requirement->pass);
    bd_result_text(&out, "deviation", requirement->deviation);
    bd_result_list(&out, "sources", &requirement->sources);
    const bd_value **checks = bd_new(arena, const bd_value *, requirement->checks.count + 1);
    for (size_t i = 0; i < requirement->checks.count; i++) {
        checks[i] = catalog->checks[requirement->checks.data[i]].body;
    }
    bd_result_value(&out, "checks", bd_value_array(arena, requirement->checks.count, checks));
    return bd_result_object(&out);
}

bd_rc bd_run_explain(const bd_run_options *options, bd_str number, bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    const bd_control *control = bd_catalog_control(session.catalog, number);
    bd_session_close(&session);
    if (control == NULL) {
        BD_RAISE(err, BD_ERR_USAGE, "there is no control '%.*s'; 'bindery status' lists them", BD_ARG(number));
    }
    const bd_catalog *catalog = session.catalog;
    BD_TRY(bd_run_status(options, arena, outcome, err));
    const bd_value *controls = bd_value_find(outcome->result, "controls");
    const bd_value *found = NULL;
    for (size_t i = 0; controls != NULL && i < controls->count; i++) {
        if (bd_str_eq(bd_value_text(&controls->items[i], "number"), number) ||
            bd_str_eq(bd_value_text(&controls->items[i], "id"), number)) {
            found = &controls->items[i];
        }
    }
    const bd_value **rules = bd_new(arena, const bd_value *, control->requirement_count + 1);
    for (size_t i = 0; i < control->requirement_count; i++) {
        rules[i] = requirement_rules(&control->requirements[i], catalog, arena);
    }
    bd_result out = {.arena = arena};
    bd_result_value(&out, "control", found);
    bd_result_text(&out, "test", control->test);
    bd_result_value(&out, "rules", bd_value_array(arena, control->requirement_count, rules));
    bd_result_value(&out, "evidence", bd_value_find(outcome->result, "evidence"));
    bd_result_value(&out, "exceptions", bd_value_find(outcome->result, "exceptions"));
    bd_result_text(&out, "as_of", bd_value_text(outcome->result, "as_of"));
    outcome->result = bd_result_object(&out);
    return BD_OK;
}

/* ---- catalog lint ---- */

bd_rc bd_run_catalog_lint(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    const bd_catalog_file *files;
    size_t count;
    BD_TRY(bd_session_catalog_files(options->folder, arena, &files, &count, err));
    bd_catalog_lint(files, count, arena, &outcome->diags);
    int64_t faults = 0;
    for (size_t i = 0; i < outcome->diags.count; i++) {
        faults += outcome->diags.data[i].severity == BD_DIAG_REFUSED;
    }
    bd_result out = {.arena = arena};
    bd_result_int(&out, "files", (int64_t)count);
    bd_result_int(&out, "faults", faults);
    bd_result_int(&out, "remarks", (int64_t)outcome->diags.count - faults);
    const bd_catalog *catalog;
    bd_err first;
    if (!bd_failed(bd_catalog_load(files, count, arena, &catalog, &first))) {
        bd_result_int(&out, "criteria", (int64_t)catalog->criterion_count);
        bd_result_int(&out, "controls", (int64_t)catalog->control_count);
        bd_result_int(&out, "sources", (int64_t)catalog->source_count);
        bd_result_int(&out, "checks", (int64_t)catalog->check_count);
        bd_result_list(&out, "uncovered", &catalog->uncovered);
    }
    outcome->result = bd_result_object(&out);
    outcome->exit_code = faults > 0 ? 3 : 0;
    return BD_OK;
}
