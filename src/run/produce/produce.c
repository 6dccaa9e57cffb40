/* The package's plan and files, the binder, the readiness report, the zip. */
#include "bindery/produce.h"

#include "bindery/export.h"
#include "bindery/html.h"
#include "bindery/sign.h"
#include "bindery/ties.h"
#include "bindery/writing.h"
#include "produce_priv.h"

#include <string.h>


/* ---- where each item lies ---- */

static bd_str extension_of(bd_arena *arena, const bd_evidence *item) {
    bd_str name = bd_path_name(item->given.path);
    if (item->is_sidecar) {
        return BD_STR("meta.json");
    }
    for (size_t at = name.size; at > 0; at--) {
        if (name.data[at - 1] == '.') {
            bd_str own = bd_str_sub(name, at, name.size);
            return own.size <= 8 ? bd_str_lower(arena, own) : BD_STR("bin");
        }
    }
    return BD_STR("bin");
}

static bd_str date_of(bd_arena *arena, const bd_evidence *item) {
    if (item->is_sidecar || item->is_register || item->is_unmapped) {
        return (bd_str){"", 0};
    }
    bd_date date = bd_date_of_day(bd_instant_utc_day(item->describes_from));
    return bd_str_format(arena, "%04d-%02d", date.year, date.month);
}

/* The first control, in natural order, that an item speaks to; sidecars lie with what they
 * describe. */
static const bd_control **control_by_item(bd_production *run) {
    bd_judged_run *judged = run->judged;
    const bd_control **owners =
        bd_new(run->session->arena, const bd_control *, judged->read.evidence.count + 1);
    const bd_assessment *assessment = judged->assessment;
    for (size_t i = 0; i < assessment->control_count; i++) {
        const bd_control_result *control = &assessment->controls[i];
        for (size_t j = 0; j < control->requirement_count; j++) {
            for (size_t k = 0; k < control->requirements[j].evidence.count; k++) {
                uint32_t index = control->requirements[j].evidence.data[k] - 1;
                owners[index] = owners[index] != NULL ? owners[index] : control->control;
            }
        }
    }
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        uint32_t sidecar = judged->read.evidence.data[i].given.sidecar;
        if (sidecar > 0 && owners[sidecar - 1] == NULL) {
            owners[sidecar - 1] = owners[i];
        }
    }
    return owners;
}

static bd_str short_title(const bd_control *control) {
    return bd_str_sub(control->statement, 0, 48);
}

static bd_package_place place_of(bd_production *run, const bd_evidence *item,
                                 const bd_control *control) {
    bd_arena *arena = run->session->arena;
    return (bd_package_place){
        .package_id = run->facts.package_id,
        .criterion = control != NULL ? control->primary : (bd_str){"", 0},
        .control = control != NULL ? control->number : (bd_str){"", 0},
        .control_title = control != NULL ? short_title(control) : (bd_str){"", 0},
        .evidence_id = bd_evidence_id(arena, item->given.number),
        .date = date_of(arena, item),
        .title =
            item->is_sidecar ? bd_path_name(bd_sidecar_subject(item->given.path)) : item->title,
        .extension = extension_of(arena, item),
    };
}

/* ---- core files ---- */

static bd_rc add_file(bd_production *run, bd_str name, bd_role role, const bd_blob *blob,
                      bd_str evidence_id, const bd_control *control, bd_err *err) {
    bd_package_file file = {.name = name, .role = role, .evidence_id = evidence_id, .blob = blob};
    if (control != NULL) {
        *bd_push(run->session->arena, &file.controls) = control->number;
    }
    return bd_package_add(run->package, &file, err);
}

static bd_rc add_text(bd_production *run, const char *name, bd_role role, bd_str text,
                      bd_err *err) {
    const bd_blob *blob;
    BD_TRY(bd_blob_pack(run->packer, text, &blob, err));
    return add_file(run, bd_str_of(name), role, blob, (bd_str){"", 0}, NULL, err);
}

static bd_rc pack_draft(bd_production *run, bd_draft *text, const bd_blob **out, bd_err *err) {
    BD_TRY(bd_draft_finish(text, err));
    return bd_blob_pack_draft(run->packer, text, out, err);
}

/* Takes what was written into `text` and closes it. */
static bd_rc add_written(bd_production *run, const char *name, bd_role role, bd_draft *text,
                         bd_rc written, bd_err *err) {
    const bd_blob *blob = NULL;
    bd_rc rc = bd_failed(written) ? written : pack_draft(run, text, &blob, err);
    bd_draft_close(text);
    BD_TRY(rc);
    return add_file(run, bd_str_of(name), role, blob, (bd_str){"", 0}, NULL, err);
}

static bd_rc add_draft(bd_production *run, const char *name, bd_draft **text, bd_err *err) {
    const bd_blob *blob;
    BD_TRY(bd_blob_pack_draft(run->packer, *text, &blob, err));
    bd_draft_close(*text);
    *text = NULL;
    return add_file(run, bd_str_of(name), BD_ROLE_MACHINE, blob, (bd_str){"", 0}, NULL, err);
}

static bd_writing_inputs export_inputs(bd_production *run) {
    return (bd_writing_inputs){
        .assessment = run->judged->assessment,
        .catalog = run->session->catalog,
        .engagement = &run->session->engagement,
        .evidence = &run->judged->read.evidence,
        .collections = &run->judged->read.collections,
        .snapshots = &run->judged->read.snapshots,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .tzdata_version = run->judged->assessment->zone_data_version,
        .journal_head = bd_hex_text(run->session->arena, run->facts.journal_head, 32),
        .custody = run->judged->custody,
        .package_id = run->facts.package_id,
        .package_paths = run->paths,
        .ipe_paths = run->ipe_paths,
        .ties = run->ties,
        .pbc = run->judged->pbc,
    };
}

typedef bd_rc export_fn(const bd_writing_inputs *inputs, bd_sink *sink, bd_err *err);

static bd_rc add_export(bd_production *run, const char *name, bd_role role, export_fn *write,
                        bd_err *err) {
    bd_writing_inputs inputs = export_inputs(run);
    bd_draft *text = bd_session_draft(run->session);
    bd_rc rc = write(&inputs, bd_draft_sink(text), err);
    return add_written(run, name, role, text, rc, err);
}

static bd_rc add_ipe(bd_production *run, size_t index, const bd_package_place *place,
                     const bd_control *control, bd_err *err) {
    bd_writing_inputs inputs = export_inputs(run);
    bd_draft *text = bd_draft_open();
    const bd_blob *blob = NULL;
    bd_rc rc = bd_export_ipe(&inputs, index, bd_draft_sink(text), err);
    if (!bd_failed(rc)) {
        rc = pack_draft(run, text, &blob, err);
    }
    bd_draft_close(text);
    BD_TRY(rc);
    return add_file(run, run->ipe_paths[index], BD_ROLE_IPE, blob, place->evidence_id, control,
                    err);
}

/* Where everything will lie: what the reports and the lists print of the package. */
static void place_evidence(bd_production *run) {
    bd_arena *arena = run->session->arena;
    run->owners = control_by_item(run);
    run->places = bd_new(arena, bd_package_place, run->judged->read.evidence.count + 1);
    run->paths = bd_new(arena, bd_str, run->judged->read.evidence.count + 1);
    run->ipe_paths = bd_new(arena, bd_str, run->judged->read.evidence.count + 1);
    for (size_t i = 0; i < run->judged->read.evidence.count; i++) {
        const bd_evidence *item = &run->judged->read.evidence.data[i];
        bd_arenas_pass(sizeof *item);
        run->places[i] = place_of(run, item, run->owners[i]);
        run->paths[i] = bd_package_evidence_path(arena, &run->places[i]);
        if (!item->is_sidecar && !item->is_register) {
            bd_package_place sheet = run->places[i];
            sheet.extension = BD_STR("ipe.json");
            run->ipe_paths[i] = bd_package_evidence_path(arena, &sheet);
            /* of a vendor's report the package has the sheet, with the hash of its bytes, and not the bytes */
            run->paths[i] = item->is_withheld ? run->ipe_paths[i] : run->paths[i];
        }
    }
    run->ties = bd_ties_make(run->judged->assessment, &run->judged->read.evidence, arena);
}

static bd_rc add_evidence(bd_production *run, bd_err *err) {
    bd_arena *arena = run->session->arena;
    for (size_t i = 0; i < run->judged->read.evidence.count; i++) {
        const bd_evidence *item = &run->judged->read.evidence.data[i];
        bd_arenas_pass(sizeof *item);
        const bd_blob *blob;
        if (item->is_withheld) {
            BD_TRY(add_ipe(run, i, &run->places[i], run->owners[i], err));
            continue;
        }
        BD_TRY(bd_locker_blob(run->session->locker, &item->given, arena, &blob, err));
        bd_role role = item->is_sidecar || item->is_register ? BD_ROLE_SIDECAR : BD_ROLE_EVIDENCE;
        const bd_package_place *place = &run->places[i];
        BD_TRY(add_file(run, run->paths[i], role, blob, place->evidence_id, run->owners[i], err));
        if (role == BD_ROLE_EVIDENCE) {
            BD_TRY(add_ipe(run, i, place, run->owners[i], err));
        }
    }
    return BD_OK;
}

static bd_rc add_criterion_indexes(bd_production *run, bd_err *err) {
    const bd_assessment *assessment = run->judged->assessment;
    bd_arena *arena = run->session->arena;
    for (size_t i = 0; i < assessment->criterion_count; i++) {
        if (!assessment->criteria[i].is_in_scope) {
            continue;
        }
        bd_writing_inputs inputs = export_inputs(run);
        bd_str id = assessment->criteria[i].criterion->id;
        bd_draft *text = bd_draft_open();
        bd_rc rc = bd_export_criterion_csv(&inputs, id, bd_draft_sink(text), err);
        const char *name =
            bd_str_format(arena, "%.*s/_INDEX.csv", BD_ARG(bd_package_criterion_folder(arena, id)))
                .data;
        BD_TRY(add_written(run, name, BD_ROLE_INDEX, text, rc, err));
    }
    return BD_OK;
}

static bd_str readme_text(bd_production *run) {
    const bd_package_facts *facts = &run->facts;
    return bd_str_format(
        run->session->arena,
        "%.*s\n\nEvidence package of %.*s for the period %.*s to %.*s, as of %.*s.\n"
        "Management's evidence; no auditor's opinion. The auditor selects and tests.\n\n"
        "binder.pdf    the signed binder: states, exceptions, every evidence item\n"
        "index.html    the same by criterion, control and file; opens offline in any browser\n"
        "index.csv     one row per evidence item and criterion\n\n"
        "../10_EVIDENCE      files exactly as handed in, by criterion and control; each with its "
        ".ipe.json sheet\n"
        "                    (of a vendor's report the sheet alone: the report is not ours to pass on)\n"
        "../20_POPULATIONS   what was frozen and drawn from it; lists held against each other, and what is left over\n"
        "../30_ACCESS-REVIEWS  each access review with its decisions, who was denied, what was due\n"
        "../40_VENDORS      vendors' reports and what they expect of us, as lists; letters lie in 10_EVIDENCE\n"
        "../50_SCORES        the score and its parts; apart from it what Microsoft's tools say\n"
        "../60_EXCEPTIONS    every exception of the period\n"
        "../80_MACHINE       assessment, findings, catalog and engagement for machines\n"
        "../90_INTEGRITY     manifest, checksums, signature, journal; verify.txt says how to check "
        "all of it\n\n"
        "The state of a control is derived from evidence and never set by hand. What is not "
        "evidenced is listed\n"
        "as such. Questions go to the people the binder's cover names.\n",
        BD_ARG(facts->package_id), BD_ARG(facts->organisation), BD_ARG(facts->period_from),
        BD_ARG(facts->period_to),
        BD_ARG(bd_instant_words(run->session->arena, run->session->engagement.zone,
                                run->session->as_of)));
}

static void write_ratio(bd_json_writer *writer, const char *key, bd_ratio ratio, bd_arena *arena) {
    bd_json_key(writer, key);
    bd_json_open(writer, '{');
    bd_json_key(writer, "n");
    bd_json_int(writer, ratio.n);
    bd_json_key(writer, "of");
    bd_json_int(writer, ratio.of);
    bd_json_key(writer, "percent");
    bd_json_number(writer, bd_ratio_text(arena, ratio));
    bd_json_close(writer, '}');
}

static bd_rc add_score(bd_production *run, bd_err *err) {
    const bd_assessment *assessment = run->judged->assessment;
    bd_draft *text = bd_draft_open();
    bd_json_writer writer;
    bd_json_begin(&writer, bd_draft_sink(text));
    bd_json_open(&writer, '{');
    write_ratio(&writer, "cover", assessment->cover, run->session->arena);
    write_ratio(&writer, "fresh", assessment->fresh, run->session->arena);
    write_ratio(&writer, "ready", assessment->ready, run->session->arena);
    bd_json_key(&writer, "score_definition");
    bd_json_text(&writer, BD_STR("bindery-1"));
    bd_json_close(&writer, '}');
    bd_json_newline(&writer);
    bd_rc rc = bd_json_finish(&writer, err);
    return add_written(run, "50_SCORES/readiness.json", BD_ROLE_SCORE, text, rc, err);
}

/* ---- what other tools say ---- */

static bd_rc add_imported_list(bd_production *run, bd_str list, bd_err *err) {
    bd_writing_inputs inputs = export_inputs(run);
    bd_draft *text = bd_draft_open();
    const char *name = bd_str_format(run->session->arena, "50_SCORES/%.*s.csv", BD_ARG(list)).data;
    bd_rc rc = bd_export_imported_csv(&inputs, list, bd_draft_sink(text), err);
    return add_written(run, name, BD_ROLE_SCORE, text, rc, err);
}

static bd_rc add_imported(bd_production *run, bd_err *err) {
    const bd_imported *imported = &run->judged->assessment->imported;
    bd_writing_inputs inputs = export_inputs(run);
    bd_strs lists = bd_export_imported_lists(&inputs, run->session->arena);
    for (size_t i = 0; i < lists.count; i++) {
        BD_TRY(add_imported_list(run, lists.data[i], err));
    }
    if (imported->compared.count > 0) {
        BD_TRY(add_export(run, "50_SCORES/disagreements.csv", BD_ROLE_SCORE,
                          bd_export_disagreements_csv, err));
    }
    return imported->attestations.count == 0
               ? BD_OK
               : add_export(run, "50_SCORES/attestations.csv", BD_ROLE_SCORE,
                            bd_export_attestations_csv, err);
}

/* ---- vendors ---- */

/* Letters and memos lie with the other evidence; of the reports themselves the package has the sheets. */
static bd_rc add_vendors(bd_production *run, bd_err *err) {
    const bd_vendor_register *all = &run->judged->assessment->vendors;
    const bd_engagement *engagement = &run->session->engagement;
    size_t recipients = 0, expected = engagement->our_cuecs.count;
    for (size_t i = 0; i < engagement->vendors.count; i++) {
        recipients += engagement->vendors.data[i].recipients.count;
        expected += engagement->vendors.data[i].csocs.count;
    }
    if (expected > 0) {
        BD_TRY(add_export(run, "40_VENDORS/expected-controls.csv", BD_ROLE_VENDOR,
                          bd_export_expected_controls_csv, err));
    }
    if (all->vendors.count == 0) {
        return BD_OK;
    }
    BD_TRY(add_export(run, "40_VENDORS/vendor-reports.csv", BD_ROLE_VENDOR,
                      bd_export_vendor_reports_csv, err));
    BD_TRY(add_export(run, "40_VENDORS/cuec-map.csv", BD_ROLE_VENDOR, bd_export_cuec_map_csv, err));
    return recipients == 0 ? BD_OK
                           : add_export(run, "40_VENDORS/recipients.csv", BD_ROLE_VENDOR,
                                        bd_export_recipients_csv, err);
}

/* ---- events joined ---- */

static bd_rc add_matches(bd_production *run, bd_err *err) {
    if (run->judged->assessment->matches.count == 0) {
        return BD_OK;
    }
    BD_TRY(add_export(run, "20_POPULATIONS/matches.csv", BD_ROLE_POPULATION, bd_export_matches_csv,
                      err));
    return add_export(run, "20_POPULATIONS/unmatched.csv", BD_ROLE_POPULATION,
                      bd_export_unmatched_csv, err);
}

/* ---- access reviews ---- */

static bd_rc add_reviews(bd_production *run, bd_err *err) {
    if (run->judged->assessment->reviews.reviews.count == 0) {
        return BD_OK;
    }
    BD_TRY(add_export(run, "30_ACCESS-REVIEWS/reviews.csv", BD_ROLE_REVIEW, bd_export_reviews_csv,
                      err));
    BD_TRY(add_export(run, "30_ACCESS-REVIEWS/denied.csv", BD_ROLE_REVIEW, bd_export_denied_csv,
                      err));
    return add_export(run, "30_ACCESS-REVIEWS/quarters.csv", BD_ROLE_REVIEW,
                      bd_export_review_quarters_csv, err);
}

/* ---- populations and samples ---- */

static bd_rc add_population_text(bd_production *run, bd_str base, const char *extension,
                                 const bd_draft *text, const bd_control *control, bd_err *err) {
    const bd_blob *blob;
    bd_str name = bd_str_format(run->session->arena, "20_POPULATIONS/%.*s.%s", BD_ARG(base), extension);
    BD_TRY(bd_blob_pack_draft(run->packer, text, &blob, err));
    return add_file(run, name, BD_ROLE_POPULATION, blob, (bd_str){"", 0}, control, err);
}

typedef bd_rc population_fn(const bd_population *of, bd_sink *sink, bd_err *err);

static bd_rc add_population_list(bd_production *run, bd_str base, const char *extension,
                                 population_fn *write, const bd_population *of, bd_err *err) {
    bd_draft *text = bd_draft_open();
    bd_rc rc = write(of, bd_draft_sink(text), err);
    rc = bd_failed(rc) ? rc : bd_draft_finish(text, err);
    rc = bd_failed(rc) ? rc : add_population_text(run, base, extension, text, of->control, err);
    bd_draft_close(text);
    return rc;
}

static bd_rc add_sums(bd_production *run, bd_str base, bd_str sums, const bd_control *control,
                      bd_err *err) {
    const bd_blob *blob;
    bd_str name =
        bd_str_format(run->session->arena, "20_POPULATIONS/%.*s.population.sha256", BD_ARG(base));
    BD_TRY(bd_blob_pack(run->packer, sums, &blob, err));
    return add_file(run, name, BD_ROLE_POPULATION, blob, (bd_str){"", 0}, control, err);
}

/* Those that were frozen; of the others assessment.json has count and hash. */
static bd_rc add_populations(bd_production *run, bd_err *err) {
    const bd_assessment *assessment = run->judged->assessment;
    bd_str period = run->session->period->id;
    for (size_t i = 0; i < assessment->population_count; i++) {
        const bd_population *of = &assessment->populations[i];
        if (of->freeze == NULL) {
            continue;
        }
        bd_population_text text;
        bd_str base = bd_population_base(run->session->arena, of, period);
        BD_TRY(bd_population_texts(run->judged, of, period, run->session->arena, &text, err));
        BD_TRY(add_population_text(run, base, "population.csv", text.csv, of->control, err));
        BD_TRY(add_population_text(run, base, "population.keys", text.keys, of->control, err));
        BD_TRY(add_sums(run, base, text.sums, of->control, err));
        BD_TRY(add_population_list(run, base, "selection.json", bd_export_selection, of, err));
        if (of->sample.count > 0) {
            BD_TRY(add_population_list(run, base, "sample.csv", bd_export_sample_csv, of, err));
        }
    }
    return BD_OK;
}

static bd_str canonical_line(bd_arena *arena, const bd_value *value) {
    return bd_str_format(arena, "%.*s\n", BD_ARG(bd_json_canonical(arena, value)));
}

static bd_rc write_line(const bd_value *value, bd_sink *sink, bd_err *err) {
    BD_TRY(bd_json_write_canonical(value, sink, err));
    return sink->write(sink, "\n", 1, err);
}

static bd_rc add_machine_files(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    bd_arena *arena = session->arena;
    /* hashed and written to the output folder: packed, they need no room any more */
    BD_TRY(add_draft(run, "80_MACHINE/assessment.json", &run->judged->assessment_json, err));
    BD_TRY(add_draft(run, "80_MACHINE/findings.ndjson", &run->judged->findings, err));
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("machine", BD_RUN_ARENA_BYTES);
    BD_TRY(add_text(run, "80_MACHINE/catalog.json", BD_ROLE_MACHINE, session->catalog->canonical,
                    err));
    BD_TRY(add_text(run, "80_MACHINE/engagement.json", BD_ROLE_MACHINE,
                    canonical_line(scratch, bd_engagement_value(&session->engagement, scratch)),
                    err));
    BD_TRY(add_text(run, BD_TEMPLATE_ENTRY, BD_ROLE_MACHINE, session->templates.binder_text, err));
    if (session->templates.logo.size > 0) {
        BD_TRY(add_text(run, BD_TEMPLATE_LOGO_ENTRY, BD_ROLE_MACHINE, session->templates.logo, err));
    }
    BD_TRY(
        add_export(run, "80_MACHINE/controls.csv", BD_ROLE_MACHINE, bd_export_controls_csv, err));
    BD_TRY(
        add_export(run, "80_MACHINE/criteria.csv", BD_ROLE_MACHINE, bd_export_criteria_csv, err));
    BD_TRY(add_export(run, "50_SCORES/months.csv", BD_ROLE_SCORE, bd_export_months_csv, err));
    BD_TRY(add_export(run, "80_MACHINE/pbc.csv", BD_ROLE_MACHINE, bd_export_pbc_csv, err));
    BD_TRY(add_export(run, "60_EXCEPTIONS/exceptions.csv", BD_ROLE_EXCEPTION,
                      bd_export_exceptions_csv, err));
    BD_TRY(add_score(run, err));
    BD_TRY(add_imported(run, err));
    BD_TRY(add_populations(run, err));
    if (run->previous.size > 0) {
        BD_TRY(add_text(run, "80_MACHINE/previous.json", BD_ROLE_MACHINE, run->previous, err));
    }
    if (run->since != NULL) {
        bd_draft *text = bd_draft_open();
        bd_rc rc = write_line(run->since, bd_draft_sink(text), err);
        BD_TRY(add_written(run, "80_MACHINE/changes.json", BD_ROLE_MACHINE, text, rc, err));
    }
    BD_TRY(add_matches(run, err));
    BD_TRY(add_reviews(run, err));
    BD_TRY(add_vendors(run, err));
    BD_TRY(add_text(run, "90_INTEGRITY/journal.ndjson", BD_ROLE_INTEGRITY,
                    bd_locker_journal(session->locker), err));
    BD_TRY(add_text(run, "90_INTEGRITY/verify.txt", BD_ROLE_INTEGRITY,
                    bd_package_verify_text(arena, &run->facts), err));
    if (run->signer != NULL) {
        BD_TRY(add_text(run, "90_INTEGRITY/signer.pem", BD_ROLE_INTEGRITY,
                        run->signer->certificate_pem, err));
    }
    if (run->signer != NULL && run->signer->reviewer_pem.size > 0) {
        BD_TRY(add_text(run, "90_INTEGRITY/reviewer.pem", BD_ROLE_INTEGRITY,
                        run->signer->reviewer_pem, err));
    }
    return BD_OK;
}

static bd_rc add_start_files(bd_production *run, bd_err *err) {
    BD_TRY(add_text(run, "00_START-HERE/README.txt", BD_ROLE_START, readme_text(run), err));
    BD_TRY(add_export(run, "00_START-HERE/index.csv", BD_ROLE_INDEX, bd_export_index_csv, err));
    return add_export(run, "00_START-HERE/index.html", BD_ROLE_START, bd_html_write_index, err);
}

/* ---- the report's inputs ---- */

static void fill_report(bd_production *run) {
    bd_session *session = run->session;
    bd_arena *arena = session->arena;
    bd_report_inputs *report = &run->report;
    *report = (bd_report_inputs){
        .assessment = run->judged->assessment,
        .catalog = session->catalog,
        .engagement = &session->engagement,
        .evidence = &run->judged->read.evidence,
        .findings = run->judged->groups,
        .finding_group_count = run->judged->group_count,
        .diags = &run->judged->read.diags,
        .package_id = run->facts.package_id,
        .edition = run->facts.edition,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .versions = run->facts.versions,
        .assessment_sha256 = bd_hex_text(arena, bd_draft_sha256(run->judged->assessment_json), 32),
        .findings_sha256 = bd_hex_text(arena, bd_draft_sha256(run->judged->findings), 32),
        .journal_head = bd_hex_text(arena, run->facts.journal_head, 32),
        .custody = run->judged->custody,
        .is_signed = run->signer != NULL,
        .package_paths = run->paths,
        .previous_package = run->facts.previous_package,
        .since = run->since,
        .pbc = run->judged->pbc,
        .template = session->templates.binder,
    };
    if (run->signer != NULL) {
        report->is_trial = run->signer->is_trial;
        report->signer_subject = run->signer->facts.subject;
        report->signer_fingerprint = run->signer->fingerprint;
        report->reviewer_subject = run->signer->reviewer_facts.subject;
        report->reviewer_fingerprint = run->signer->reviewer_fingerprint;
    }
}

static bd_rc add_figures(bd_production *run, bd_err *err) {
    bd_draft *text = bd_draft_open();
    bd_rc rc = BD_OK;
    for (size_t i = 0; i < run->document->figures.count && !bd_failed(rc); i++) {
        const bd_figure *figure = &run->document->figures.data[i];
        rc = bd_export_figure(figure->pointer, figure->text, bd_draft_sink(text), err);
    }
    return add_written(run, "80_MACHINE/figures.ndjson", BD_ROLE_MACHINE, text, rc, err);
}

/* ---- identity of the package ---- */

/* N is 1 + the number of different plans packaged before; the same plan keeps its N and its
 * predecessor. */
static bd_rc number_package(bd_production *run, int64_t *n, bd_err *err) {
    bd_session *session = run->session;
    bd_str own = bd_hex_text(session->arena, run->facts.plan_sha256, 32);
    const bd_strs *runs = bd_locker_runs(session->locker);
    bd_strs known = {0};
    bd_str previous = {"", 0};
    *n = 0;
    for (size_t i = 0; i < runs->count; i++) {
        const bd_value *line;
        BD_TRY_CTX(
            bd_json_parse(runs->data[i], &bd_json_default_limits, session->arena, &line, err), err,
            "in line %zu of 'runs.ndjson'", i + 1);
        if (!bd_str_eqz(bd_value_text(line, "kind"), "package") ||
            !bd_str_eq(bd_value_text(line, "edition"), run->facts.edition)) {
            continue;
        }
        bd_str plan = bd_value_text(line, "plan");
        bool is_same_period = bd_str_eq(bd_value_text(line, "period"), session->period->id);
        if (is_same_period && bd_str_eq(plan, own)) {
            bd_value_i64(line, "n", n);
            run->facts.previous_package = bd_value_text(line, "previous_package");
            return BD_OK;
        }
        bool is_known = false;
        for (size_t j = 0; j < known.count; j++) {
            is_known = is_known || bd_str_eq(known.data[j], plan);
        }
        if (is_same_period && !is_known) {
            *bd_push(session->arena, &known) = plan;
        }
        previous = bd_value_text(line, "sums_sha256");
    }
    *n = (int64_t)known.count + 1;
    run->facts.previous_package = previous;
    return BD_OK;
}

static bd_rc name_package(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    bd_arena *arena = session->arena;
    const bd_engagement *engagement = &session->engagement;
    const bd_period *period = session->period;
    bd_package_facts *facts = &run->facts;
    *facts = (bd_package_facts){
        .edition = BD_STR("auditor"),
        .organisation = engagement->organisation_name,
        .short_name = engagement->short_name,
        .tenant = engagement->tenant,
        .period_id = period->id,
        .period_type = period->is_type_ii ? BD_STR("II") : BD_STR("I"),
        .period_from = bd_day_format(arena, period->from),
        .period_to = bd_day_format(arena, period->to),
        .as_of = bd_instant_format(arena, session->as_of),
        .fixed_time = session->as_of,
        .bindery_version = BD_STR(BINDERY_VERSION),
        .versions = bd_program_versions(arena),
    };
    bd_locker_head(session->locker, facts->journal_head);
    memcpy(facts->catalog_sha256, session->catalog->sha256, 32);
    if (run->signer != NULL) {
        memcpy(facts->signer_sha256, run->signer->facts.sha256, 32);
    }
    if (session->again != NULL) {
        facts->package_id = session->again->package_id;
        facts->previous_package = session->again->previous_package;
        memcpy(facts->plan_sha256, session->again->plan_sha256, 32);
        return BD_OK;
    }
    bd_plan_digest(session, run->signer, facts->edition, facts->plan_sha256);
    int64_t n = 1;
    BD_TRY(number_package(run, &n, err));
    facts->package_id =
        bd_str_format(arena, "%.*s_SOC2_%.*s_%.*s_v%lld", BD_ARG(facts->short_name),
                      BD_ARG(facts->period_from), BD_ARG(facts->period_to), (long long)n);
    run->number = n;
    return BD_OK;
}

/* What the binder says of changes must follow from the package alone: so it holds what it compares with. */
static bd_rc find_previous(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    if (!run->wanted.binder && !run->wanted.package) {
        return BD_OK;
    }
    if (session->again != NULL) {
        run->previous = session->previous;
    } else {
        BD_TRY(bd_previous_load(session, run->facts.previous_package, &run->previous, err));
    }
    return bd_previous_compare(run->previous, run->judged, session->catalog, run->judged->read.arena,
                               &run->since, err);
}

/* ---- the plan ---- */

static bd_rc pack_files(bd_production *run, bd_err *err) {
    BD_TRY(add_machine_files(run, err));
    BD_TRY(add_evidence(run, err));
    BD_TRY(add_criterion_indexes(run, err));
    return add_start_files(run, err);
}

static bd_rc build_documents(bd_production *run, bd_err *err) {
    BD_TRY(bd_render_faces(&run->faces, err));
    run->document = bd_report_binder(&run->report, run->document_arena);
    BD_TRY(bd_doc_settle(run->document, err));
    if (run->wanted.readiness) {
        bd_report_inputs inputs = run->report;
        inputs.package_id = (bd_str){"", 0};
        inputs.package_paths = NULL;
        inputs.ready = run->ready;
        inputs.template = run->session->templates.readiness;
        run->readiness_document = bd_report_readiness(&inputs, run->readiness_arena);
    }
    return BD_OK;
}

static bd_production_part *const plan_parts[] = {pack_files, build_documents};

enum { MOST_PARTS = 2 };

typedef struct {
    bd_production *run;
    bd_production_part *const *parts;
    bd_rc rcs[MOST_PARTS];
    bd_err errs[MOST_PARTS];
} production_work;

static void do_part(void *context, size_t index, unsigned worker) {
    (void)worker;
    production_work *work = context;
    work->rcs[index] = work->parts[index](work->run, &work->errs[index]);
}

bd_rc bd_production_work(bd_production *run, bd_production_part *const *parts, size_t count,
                         bd_err *err) {
    BD_ASSERT(count <= MOST_PARTS);
    production_work work = {.run = run, .parts = parts};
    bd_pool_run(run->session->jobs, count, do_part, &work);
    for (size_t i = 0; i < count; i++) {
        if (bd_failed(work.rcs[i])) {
            *err = work.errs[i];
            return work.rcs[i];
        }
    }
    return BD_OK;
}

static bd_rc plan_package(bd_production *run, bd_err *err) {
    BD_TRY(name_package(run, err));
    BD_TRY(find_previous(run, err));
    run->package = bd_package_make(run->session->arena, &run->facts);
    place_evidence(run);
    fill_report(run);
    bd_index_plan(run->judged->assessment, run->session->arena, &run->index);
    if (run->wanted.readiness) {
        BD_TRY(bd_readiness_find(run->session, run->judged, run->judged->read.arena, &run->ready, err));
        BD_TRY(bd_production_list(run, err));
    }
    BD_TRY(bd_production_work(run, plan_parts, BD_COUNT(plan_parts), err));
    BD_TRY(add_figures(run, err));
    BD_TRY(bd_blob_packer_finish(run->packer, err));
    BD_TRY(bd_package_manifest(run->package, &run->manifest, err));
    run->report.manifest_sha256 = bd_sha256_hex(run->session->arena, run->manifest);
    bd_report_set_manifest(&run->report, run->document);
    return BD_OK;
}

bd_rc bd_production_open(bd_session *session, bd_judged_run *judged, bd_signer *signer,
                         bd_products wanted, bd_production *out, bd_err *err) {
    *out =
        (bd_production){.session = session, .judged = judged, .signer = signer, .wanted = wanted};
    bd_session_progress(session, "plan", 0, 1);
    out->document_arena = bd_arena_open("document", BD_RUN_ARENA_BYTES);
    out->readiness_arena = bd_arena_open("readiness", BD_RUN_ARENA_BYTES);
    out->packer = bd_blob_packer_open(session->arena, session->jobs);
    bd_rc rc = plan_package(out, err);
    bd_blob_packer_close(out->packer);
    bd_judged_clear(judged);
    out->judged = NULL;
    out->ready = NULL;
    if (bd_failed(rc)) {
        bd_production_close(out);
    }
    return rc;
}

void bd_production_close(bd_production *run) {
    bd_text_close_ref(&run->faces);
    bd_view_close_ref(&run->binder_view);
    bd_view_close_ref(&run->binder_drawing.view);
    bd_view_close_ref(&run->readiness_drawing.view);
    bd_doc_close(run->document);
    bd_arena_close(run->document_arena);
    bd_arena_close(run->readiness_arena);
    run->document = NULL;
    run->document_arena = NULL;
    run->readiness_arena = NULL;
    for (size_t i = 0; i < BD_COUNT(run->lists); i++) {
        bd_draft_close(run->lists[i]);
        run->lists[i] = NULL;
    }
}

/* ---- products ---- */

/* Over the signature, so that it shows when that was there; without one the rest is as whole as before. */
static bd_rc stamp_sums(bd_production *run, bd_str signature, bd_err *err) {
    bd_arena *arena = run->session->arena;
    bd_str token;
    uint8_t imprint[32];
    bd_sha256_of(signature, imprint);
    run->sums_stamp = (bd_stamping){.authority = &run->signer->authority};
    BD_TRY(bd_stamp_for_cms(&run->sums_stamp, imprint, arena, &token, err));
    bd_stamping_say(run->session, "SHA256SUMS.p7s", &run->sums_stamp);
    if (token.size == 0) {
        return BD_OK;
    }
    return bd_package_add_late(run->package, BD_ROLE_TIMESTAMP,
                               bd_blob_of_memory(arena, bd_tsp_file_make(token, arena)), err);
}

static bd_rc seal_sums(bd_production *run, bd_str *sums_sha256, bd_err *err) {
    bd_arena *arena = run->session->arena;
    bd_str sums;
    BD_TRY(bd_package_add_late(run->package, BD_ROLE_BINDER, bd_blob_of_memory(arena, run->binder),
                               err));
    BD_TRY(bd_package_sums(run->package, &sums, err));
    BD_TRY(bd_package_add_late(run->package, BD_ROLE_SUMS, bd_blob_of_memory(arena, sums), err));
    uint8_t digest[32];
    bd_sha256_of(sums, digest);
    *sums_sha256 = bd_hex_text(arena, digest, 32);
    if (run->signer == NULL) {
        return BD_OK;
    }
    bd_str signature;
    BD_TRY(bd_cms_sign(run->signer->key, digest, arena, &signature, err));
    BD_TRY(bd_package_add_late(run->package, BD_ROLE_SIGNATURE, bd_blob_of_memory(arena, signature),
                               err));
    return run->signer->asks_stamp ? stamp_sums(run, signature, err) : BD_OK;
}

static bd_rc write_zip(bd_production *run, bd_err *err) {
    return bd_package_write(run->package, run->zip, err);
}

/* The signature is read back while the package is written; nothing is put in place before both are done. */
static bd_rc check_binder(bd_production *run, bd_err *err) {
    bool is_signed = run->signer != NULL && !run->is_signed_later;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("signers", 1u << 20);
    return is_signed ? bd_check_signed_by(run->binder, bd_signer_trust(run->signer, arena), err)
                     : BD_OK;
}

static bd_production_part *const package_parts[] = {write_zip, check_binder};

bd_rc bd_production_package(bd_production *run, bd_outputs *outputs, bd_str *sums_sha256,
                            bd_err *err) {
    bd_session *session = run->session;
    bd_session_progress(session, "package", 0, 1);
    BD_TRY(seal_sums(run, sums_sha256, err));
    run->sums_sha256 = *sums_sha256;
    const char *path = bd_session_output(
        session, bd_str_format(session->arena, "%.*s.zip", BD_ARG(run->facts.package_id)).data);
    BD_TRY(bd_outputs_open(outputs, path, &run->zip, err));
    return bd_production_work(run, package_parts, BD_COUNT(package_parts), err);
}

bd_rc bd_production_note(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    bd_result line = {.arena = session->arena};
    bd_result_text(&line, "edition", run->facts.edition);
    bd_result_text(&line, "kind", BD_STR("package"));
    bd_result_int(&line, "n", run->number);
    bd_result_text(&line, "package_id", run->facts.package_id);
    bd_result_text(&line, "period", session->period->id);
    bd_result_text(&line, "plan", bd_hex_text(session->arena, run->facts.plan_sha256, 32));
    bd_result_text(&line, "previous_package", run->facts.previous_package);
    bd_result_text(&line, "sums_sha256", run->sums_sha256);
    return bd_locker_note_run(session->locker, bd_result_object(&line), err);
}
