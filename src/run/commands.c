/* One function per command: stages in their order, outputs in their places, a result to print. */
#include "bindery/run.h"

#include "bindery/sign.h"
#include "run_priv.h"

#include <string.h>

#define COVER_BYTES ((size_t)1 << 30)

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
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        unmapped += judged->read.evidence.data[i].is_unmapped;
        items += !judged->read.evidence.data[i].is_sidecar && !judged->read.evidence.data[i].is_register;
    }
    bd_result_text(out, "period", session->period->id);
    bd_result_text(out, "period_why", session->period_why);
    bd_result_text(out, "as_of", bd_instant_format(session->arena, session->as_of));
    bd_result_text(out, "as_of_why", session->as_of_why);
    bd_result_text(out, "timezone", session->engagement.zone_name);
    bd_result_value(out, "ready", ratio_value(session->arena, assessment->ready));
    bd_result_value(out, "cover", ratio_value(session->arena, assessment->cover));
    bd_result_value(out, "fresh", ratio_value(session->arena, assessment->fresh));
    bd_result_int(out, "evidence", items);
    bd_result_int(out, "unmapped", unmapped);
    bd_result_int(out, "findings", (int64_t)assessment->finding_count);
    bd_result_int(out, "exceptions", (int64_t)assessment->exceptions.count);
    bd_result_int(out, "exceptions_open", (int64_t)assessment->open_exceptions);
    bd_result_list(out, "gates", &assessment->gates);
    count_states(out, assessment);
}

static bd_rc write_assessment(bd_outputs *outputs, const bd_judged_run *judged, bd_result *out,
                              bd_err *err) {
    const char *assessment = bd_session_output(outputs->session, "assessment.json");
    const char *findings = bd_session_output(outputs->session, "findings.ndjson");
    BD_TRY(bd_outputs_put_draft(outputs, assessment, judged->assessment_json, err));
    BD_TRY(bd_outputs_put_draft(outputs, findings, judged->findings, err));
    bd_result_text(out, "assessment_file", bd_str_of(assessment));
    bd_result_text(out, "findings_file", bd_str_of(findings));
    return BD_OK;
}

/* ---- stages ---- */

typedef struct {
    bool ingest, assess, binder, readiness, package;
    bool may_stand; /* the main job: where nothing changed since, what it made stands */
    bd_run_signing signing;
    const char *const *paths;
    size_t path_count;
    const char *const *partials; /* what shards found, in place of a scan */
    size_t partial_count;
} stages;

static bool needs_production(const stages *wanted) {
    return wanted->binder || wanted->readiness || wanted->package;
}

static bd_rc produce_all(bd_outputs *outputs, bd_production *production, bd_result *out,
                         bd_err *err) {
    BD_TRY(bd_production_draw(production, err));
    BD_TRY(bd_production_put(production, outputs, out, err));
    BD_TRY(bd_outputs_finish(outputs, err));
    return bd_production_note(production, err);
}

static bd_rc produce(bd_outputs *outputs, const stages *wanted, bd_judged_run *judged,
                     bd_signer *signer, bd_result *out, bd_err *err) {
    bd_production *production;
    bd_products products = {.binder = wanted->binder || wanted->package,
                            .readiness = wanted->readiness,
                            .package = wanted->package,
                            .is_signed_later = wanted->signing == BD_RUN_SIGN_LATER};
    BD_TRY(bd_production_open(outputs->session, judged, signer, &products, &production, err));
    bd_rc rc = produce_all(outputs, production, out, err);
    bd_production_close(production);
    return rc;
}

/* What a scan could not read is in the locker and in the lists; `--strict` asks to hear of it
 * by the exit code. */
static void count_unreadable(bd_session *session, const bd_judged_run *judged, bd_result *out) {
    int64_t malformed = 0;
    int64_t refused = 0;
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        malformed += judged->read.evidence.data[i].facts.is_malformed;
    }
    for (size_t i = 0; i < judged->read.diags.count; i++) {
        refused += judged->read.diags.data[i].severity == BD_DIAG_REFUSED;
    }
    bd_result_int(out, "malformed", malformed);
    if (session->options->is_strict && refused > 0) {
        session->outcome->exit_code = 3;
    }
}

static const char *const media_words[] = {[BD_MEDIA_UNKNOWN] = "of unknown form",
                                          [BD_MEDIA_JSON] = "JSON",
                                          [BD_MEDIA_NDJSON] = "JSON lines",
                                          [BD_MEDIA_CSV] = "CSV",
                                          [BD_MEDIA_XLSX] = "XLSX",
                                          [BD_MEDIA_XML] = "XML",
                                          [BD_MEDIA_PDF] = "PDF",
                                          [BD_MEDIA_TEXT] = "text",
                                          [BD_MEDIA_BINARY] = "binary"};

/* Kept, listed and read by nothing: the one who handed it in wants to know today, not from the
 * binder. */
static void say_unmapped(bd_session *session, const bd_judged_run *judged) {
    enum { MOST = 10 };
    size_t said = 0;
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        const bd_evidence *item = &judged->read.evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (!item->is_unmapped || item->facts.is_malformed) {
            continue;
        }
        if (++said <= MOST) {
            bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_NOTE, item->given.path,
                        (bd_str){"", 0},
                        "kept and listed as unmapped: its content (%s) is none that a source of "
                        "the catalog has; a sidecar can say what it is",
                        media_words[item->facts.media]);
        }
    }
    if (said > MOST) {
        bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_NOTE, BD_STR("locker"),
                    (bd_str){"", 0},
                    "%zu more files are unmapped; assessment.json and the binder list all",
                    said - MOST);
    }
}

/* Evidence of an assumed time never passes, and nothing else would tell a newcomer why. */
static void say_assumed_times(bd_session *session, const bd_judged_run *judged) {
    size_t count = 0;
    const bd_evidence *first = NULL;
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        const bd_evidence *item = &judged->read.evidence.data[i];
        bd_arenas_pass(sizeof *item);
        if (item->collected_at_is_assumed && item->sources.count > 0 && !item->is_document) {
            first = first == NULL ? item : first;
            count++;
        }
    }
    if (first != NULL) {
        bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_NOTE, first->given.path,
                    (bd_str){"", 0},
                    "%zu %s no time of collection, so the file's own time was assumed and nothing "
                    "in it can pass; give --collected-at, or \"collected_at\" in NAME.meta.json",
                    count, count == 1 ? "file has" : "files (this is the first) have");
    }
}

static bd_rc judge_and_produce(bd_session *session, const stages *wanted, bd_signer *signer,
                               bd_result *out, bd_err *err) {
    bd_judged_run judged;
    size_t said = session->outcome->diags.count;
    bd_judging_wants wants = {.history = wanted->readiness};
    BD_TRY(bd_judge(session, &wants, &judged, err));
    add_judged(out, session, &judged);
    bd_thresholds_apply(session->options, judged.assessment, session->arena, session->outcome);
    bd_result_list(out, "below", &session->outcome->misses);
    count_unreadable(session, &judged, out);
    say_unmapped(session, &judged);
    say_assumed_times(session, &judged);
    bd_outputs outputs = {.session = session};
    bd_rc rc = BD_OK;
    if (wanted->assess) {
        rc = write_assessment(&outputs, &judged, out, err);
    }
    if (!bd_failed(rc)) {
        rc = needs_production(wanted) ? produce(&outputs, wanted, &judged, signer, out, err)
                                      : bd_outputs_finish(&outputs, err);
    }
    bd_outputs_drop(&outputs);
    bd_judged_clear(&judged);
    return bd_failed(rc) || !wanted->may_stand ? rc
                                               : bd_standing_note(&outputs, signer, said, out, err);
}

static bd_rc ingest_and_judge(bd_session *session, const stages *wanted, bd_signer *signer,
                              bd_result *out, bd_err *err) {
    size_t before = bd_locker_count(session->locker);
    bool judges = wanted->assess || needs_production(wanted);
    session->tells_evidence = wanted->ingest;
    if (wanted->ingest) {
        const bd_value *ingested = NULL;
        BD_TRY(bd_ingest(session, wanted->paths, wanted->path_count, &ingested, err));
        bd_result_value(out, "ingest", ingested);
    }
    if (wanted->may_stand && !session->options->again) {
        bool stands = false;
        BD_TRY(bd_standing_find(session, signer, out, &stands, err));
        if (stands) {
            return BD_OK;
        }
    }
    if (wanted->partial_count > 0) {
        BD_TRY(bd_partials_open(session, wanted->partials, wanted->partial_count, err));
    }
    return judges ? judge_and_produce(session, wanted, signer, out, err)
                  : bd_read_fresh(session, before, err);
}

static bd_rc run_stages(const bd_run_options *options, const stages *wanted, bd_arena *arena,
                        bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    bool writes = wanted->ingest || wanted->package;
    BD_TRY(bd_thresholds_check(options, err));
    BD_TRY(bd_session_open(options, writes ? BD_LOCKER_WRITE : BD_LOCKER_READ, arena, outcome,
                           &session, err));
    bd_result out = {.arena = arena};
    bd_signer signer = {0};
    bool is_signed = needs_production(wanted) && wanted->signing != BD_RUN_UNSIGNED;
    /* first of all: a key that cannot be used is said before minutes of work, and a passphrase
     * is asked at once */
    bd_rc rc = is_signed ? bd_signer_open(&session, &signer, err) : BD_OK;
    if (!bd_failed(rc)) {
        rc = ingest_and_judge(&session, wanted, is_signed ? &signer : NULL, &out, err);
    }
    bd_signer_close(&signer);
    bd_session_close(&session);
    outcome->result = bd_result_object(&out);
    return rc;
}

bd_rc bd_run_ingest(const bd_run_options *options, const char *const *paths, size_t count,
                    bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    stages wanted = {.ingest = true, .paths = paths, .path_count = count};
    return run_stages(options, &wanted, arena, out, err);
}

static bd_rc run_shard(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                       bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    bd_rc rc = bd_shard_write(&session, &outcome->result, err);
    bd_session_close(&session);
    return rc;
}

bd_rc bd_run_assess(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out,
                    bd_err *err) {
    stages wanted = {.assess = true};
    return options->shard_count > 0 ? run_shard(options, arena, out, err)
                                    : run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_merge(const bd_run_options *options, const char *const *paths, size_t count,
                   bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    stages wanted = {.assess = true, .partials = paths, .partial_count = count};
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_render(const bd_run_options *options, bd_str kind, bd_run_signing signing,
                    bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    stages wanted = {.binder = bd_str_eqz(kind, "binder"),
                     .readiness = bd_str_eqz(kind, "readiness"),
                     .signing = signing};
    if (!wanted.binder && !wanted.readiness) {
        BD_RAISE(err, BD_ERR_USAGE, "'%.*s' is no report; render 'binder' or 'readiness'",
                 BD_ARG(kind));
    }
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_package(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out,
                     bd_err *err) {
    if (options->edition.size > 0 && !bd_str_eqz(options->edition, "auditor")) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED,
                 "edition '%.*s' is not made by this version; it makes 'auditor'",
                 BD_ARG(options->edition));
    }
    stages wanted = {.assess = true, .package = true};
    return run_stages(options, &wanted, arena, out, err);
}

bd_rc bd_run_all(const bd_run_options *options, bd_arena *arena, bd_run_outcome *out, bd_err *err) {
    stages wanted = {
        .ingest = true, .assess = true, .binder = true, .readiness = true, .package = true,
        .may_stand = true};
    return run_stages(options, &wanted, arena, out, err);
}

/* ---- sign ---- */

static bd_rc check_named(bd_pdf_copy *copy, bd_str fingerprint, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("cover", COVER_BYTES);
    bool is_named = false;
    BD_TRY(bd_cover_holds(bd_pdf_copy_pdf(copy), fingerprint, arena, &is_named, err));
    if (!is_named) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot sign: its cover does not name the certificate %.*s; render it again "
                 "with this signer",
                 BD_ARG(fingerprint));
    }
    return BD_OK;
}

static bd_rc check_cover(bd_pdf_copy *copy, const bd_signer *signer, bd_err *err) {
    BD_TRY(check_named(copy, signer->fingerprint, err));
    return signer->reviewer != NULL ? check_named(copy, signer->reviewer_fingerprint, err) : BD_OK;
}

static bd_rc sign_copy(bd_session *session, bd_signer *signer, bd_pdf_copy *copy, bd_stamping *stamping,
                       bd_err *err) {
    bd_sign_options signing = {.signed_at = bd_clock_now(),
                               .signer_name = signer->facts.subject,
                               .reason = BD_STR("Management's evidence binder")};
    BD_TRY(check_cover(copy, signer, err));
    bd_rc rc = bd_signer_sign(session, signer, copy, &signing, stamping, err);
    bd_signer_say(session, signer, stamping);
    return bd_failed(rc) ? rc : bd_pdf_copy_finish(copy, err);
}

bd_rc bd_run_sign(const bd_run_options *options, const char *path, bd_arena *arena,
                  bd_run_outcome *outcome, bd_err *err) {
    /* No more of the engagement than who signs: neither catalog nor locker is needed for it. */
    bd_session session;
    BD_DEFER(bd_zygote_close_ref) bd_zygote *zygote = NULL;
    BD_TRY(bd_session_zygote_open(&zygote, err));
    BD_TRY(bd_session_begin(options, arena, outcome, &session, err));
    session.zygote = zygote;
    BD_DEFER(bd_pdf_copy_drop_ref) bd_pdf_copy *copy = NULL;
    BD_TRY_CTX(bd_pdf_copy_open(path, path, arena, &copy, err), err, "while signing '%s'", path);
    if (bd_pdf_copy_is_signed(copy)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot sign '%s': it is signed already; 'bindery verify' checks it", path);
    }
    bd_signer signer;
    bd_stamping stamping = {0};
    BD_TRY(bd_signer_open(&session, &signer, err));
    bd_rc rc = sign_copy(&session, &signer, copy, &stamping, err);
    bd_signer_close(&signer);
    BD_TRY_CTX(rc, err, "in '%s'", path);
    bd_result out = {.arena = arena};
    bd_result_text(&out, "file", bd_str_of(path));
    bd_result_text(&out, "signer", signer.facts.subject);
    bd_result_text(&out, "fingerprint", signer.fingerprint);
    bd_result_stamp(&out, stamping.is_stamped, &stamping.stamp);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}

/* ---- status and explain ---- */

bd_rc bd_run_status(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                    bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    bd_judged_run judged;
    bd_rc rc = bd_judge(&session, NULL, &judged, err);
    bd_session_close(&session);
    BD_TRY(rc);
    rc = bd_assessment_parse(judged.assessment_json, arena, &outcome->result, err);
    bd_judged_clear(&judged);
    return rc;
}

static const bd_value *requirement_rules(const bd_requirement *requirement,
                                         const bd_catalog *catalog, bd_arena *arena) {
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

/* Where another tool says otherwise than a check of the control: beside its state, and no part of it. */
static const bd_value *disagreements_of(const bd_value *assessment, const bd_catalog *catalog,
                                        const bd_control *control, bd_arena *arena) {
    const bd_value *all = bd_value_find(bd_value_find(assessment, "imported"), "disagreements");
    size_t count = all != NULL ? all->count : 0, kept = 0;
    const bd_value **own = bd_new(arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        const bd_check *check = bd_catalog_check(catalog, bd_value_text(&all->items[i], "check"));
        if (check != NULL && check->requirement->control == control) {
            own[kept++] = &all->items[i];
        }
    }
    return bd_value_array(arena, kept, own);
}

static const bd_value *populations_of(const bd_value *assessment, const bd_control *control,
                                      bd_arena *arena) {
    const bd_value *all = bd_value_find(assessment, "populations");
    size_t count = all != NULL ? all->count : 0, kept = 0;
    const bd_value **own = bd_new(arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (bd_str_eq(bd_value_text(&all->items[i], "control"), control->number)) {
            own[kept++] = &all->items[i];
        }
    }
    return bd_value_array(arena, kept, own);
}

static void add_ids(bd_map *ids, const bd_value *texts) {
    for (size_t i = 0; i < bd_value_count(texts); i++) {
        bd_map_put(ids, texts->items[i].text, ids);
    }
}

/* Members of a list with one of these ids, in the order of the list: there may be very many of both. */
static const bd_value *members_of(const bd_value *list, const bd_map *ids, bd_arena *arena) {
    size_t count = bd_value_count(list), kept = 0;
    const bd_value **own = bd_new(arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (bd_map_find(ids, bd_value_text(&list->items[i], "id")) != NULL) {
            own[kept++] = &list->items[i];
        }
    }
    return bd_value_array(arena, kept, own);
}

/* What speaks to its requirements. */
static const bd_value *evidence_of(const bd_value *assessment, const bd_value *control, bd_arena *arena) {
    bd_map *ids = bd_map_make(arena);
    const bd_value *requirements = bd_value_find(control, "requirements");
    for (size_t i = 0; i < bd_value_count(requirements); i++) {
        add_ids(ids, bd_value_find(&requirements->items[i], "evidence"));
    }
    return members_of(bd_value_find(assessment, "evidence"), ids, arena);
}

static const bd_value *exceptions_of(const bd_value *assessment, const bd_value *control, bd_arena *arena) {
    bd_map *ids = bd_map_make(arena);
    add_ids(ids, bd_value_find(control, "exceptions"));
    return members_of(bd_value_find(assessment, "exceptions"), ids, arena);
}

bd_rc bd_run_explain(const bd_run_options *options, bd_str number, bd_arena *arena,
                     bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    const bd_control *control = bd_catalog_control(session.catalog, number);
    bd_session_close(&session);
    if (control == NULL) {
        BD_RAISE(err, BD_ERR_USAGE, "there is no control '%.*s'; 'bindery status' lists them",
                 BD_ARG(number));
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
    bd_result_value(&out, "evidence", evidence_of(outcome->result, found, arena));
    bd_result_value(&out, "exceptions", exceptions_of(outcome->result, found, arena));
    bd_result_value(&out, "disagreements",
                    disagreements_of(outcome->result, catalog, control, arena));
    bd_result_value(&out, "populations", populations_of(outcome->result, control, arena));
    bd_result_text(&out, "as_of", bd_value_text(outcome->result, "as_of"));
    bd_result_text(&out, "timezone",
                   bd_value_text(bd_value_find(outcome->result, "engagement"), "timezone"));
    outcome->result = bd_result_object(&out);
    return BD_OK;
}

/* ---- catalog lint ---- */

/* What sources declare of other tools is read by another room than the rest of them. */
static void lint_imports(const bd_catalog_file *files, size_t count, bd_arena *arena,
                         bd_diags *diags) {
    const bd_catalog *catalog;
    const bd_imports *imports;
    bd_err problem;
    if (!bd_failed(bd_catalog_load(files, count, arena, &catalog, &problem)) &&
        bd_failed(bd_imports_compile(catalog, arena, &imports, &problem))) {
        bd_diag_add(arena, diags, BD_DIAG_REFUSED, BD_STR("catalog"), (bd_str){"", 0}, "%s",
                    bd_str_copy(arena, bd_str_of(problem.message)).data);
    }
}

bd_rc bd_run_catalog_lint(const bd_run_options *options, bd_arena *arena, bd_run_outcome *outcome,
                          bd_err *err) {
    const bd_catalog_file *files;
    size_t count;
    if (!bd_path_is_folder(options->folder)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot look for a catalog in '%s': there is no such folder",
                 options->folder);
    }
    BD_TRY(bd_session_catalog_files(options->folder, arena, &files, &count, err));
    bd_catalog_lint(files, count, arena, &outcome->diags);
    lint_imports(files, count, arena, &outcome->diags);
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
