/* What lies in the package besides the lists that have a folder each: evidence with its sheets, what a reader begins
 * with, what machines read, and what integrity is checked by. */
#include "bindery/produce.h"

#include "bindery/export.h"
#include "bindery/html.h"
#include "produce_priv.h"

/* ---- evidence ---- */

static bd_rc add_ipe(bd_production *run, size_t index, const bd_package_place *place,
                     const bd_control *control, bd_err *err) {
    bd_writing_inputs inputs = bd_entry_inputs(run);
    bd_draft *text = bd_draft_open();
    const bd_blob *blob;
    bd_rc rc = bd_export_ipe(&inputs, index, bd_draft_sink(text), err);
    BD_TRY(bd_entry_pack(run, text, rc, &blob, err));
    return bd_entry_add(run, run->ipe_paths[index], BD_ROLE_IPE, blob, place->evidence_id, control,
                        err);
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
        BD_TRY(bd_entry_add(run, run->paths[i], role, blob, place->evidence_id, run->owners[i], err));
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
        bd_writing_inputs inputs = bd_entry_inputs(run);
        bd_str id = assessment->criteria[i].criterion->id;
        bd_draft *text = bd_draft_open();
        bd_rc rc = bd_export_criterion_csv(&inputs, id, bd_draft_sink(text), err);
        const char *name =
            bd_str_format(arena, "%.*s/_INDEX.csv", BD_ARG(bd_package_criterion_folder(arena, id)))
                .data;
        BD_TRY(bd_entry_add_written(run, name, BD_ROLE_INDEX, text, rc, err));
    }
    return BD_OK;
}

/* ---- for a start ---- */

static bd_str readme_text(bd_production *run) {
    const bd_package_facts *facts = &run->facts;
    return bd_str_format(
        run->session->arena,
        "%.*s\n\nEvidence package of %.*s for the period %.*s to %.*s, as of %.*s.\n"
        "Management's evidence; no auditor's opinion. The auditor selects and tests.\n\n"
        "binder.pdf            the signed binder: states, exceptions, every evidence item\n"
        "index.html            the same by criterion, control and file; opens offline in any browser\n"
        "index.csv             one row per evidence item and criterion\n\n"
        "../10_EVIDENCE        files exactly as handed in, by criterion and control; each with its "
        ".ipe.json sheet\n"
        "                      (of a vendor's report the sheet alone: the report is not ours to pass on)\n"
        "                      _UNMAPPED holds what no control reads: registers, sidecars of whole folders,\n"
        "                      other tools' scores, and what was not recognised\n"
        "../20_POPULATIONS     what was frozen and drawn from it; lists held against each other, and what is left "
        "over\n"
        "../30_ACCESS-REVIEWS  each access review with its decisions, who was denied, what was due\n"
        "../40_VENDORS         vendors' reports and what they expect of us, as lists; letters lie in 10_EVIDENCE\n"
        "../50_SCORES          the score and its parts; apart from it what Microsoft's tools say\n"
        "../60_EXCEPTIONS      every exception of the period\n"
        "../80_MACHINE         assessment, findings, catalog and engagement for machines\n"
        "../90_INTEGRITY       manifest, checksums, signature, journal; verify.txt says how to check "
        "all of it\n\n"
        "The state of a control is derived from evidence and never set by hand. What is not "
        "evidenced is listed\n"
        "as such. Questions go to the owners of the controls, whom the binder names under Scope and system.\n",
        BD_ARG(facts->package_id), BD_ARG(facts->organisation), BD_ARG(facts->period_from),
        BD_ARG(facts->period_to),
        BD_ARG(bd_instant_words(run->session->arena, run->session->engagement.zone,
                                run->session->as_of)));
}

static bd_rc add_start_files(bd_production *run, bd_err *err) {
    BD_TRY(bd_entry_add_text(run, "00_START-HERE/README.txt", BD_ROLE_START, readme_text(run), err));
    BD_TRY(bd_entry_add_export(run, "00_START-HERE/index.csv", BD_ROLE_INDEX, bd_export_index_csv, err));
    return bd_entry_add_export(run, "00_START-HERE/index.html", BD_ROLE_START, bd_html_write_index, err);
}

/* ---- for machines, and to check it all ---- */

static bd_str canonical_line(bd_arena *arena, const bd_value *value) {
    return bd_str_format(arena, "%.*s\n", BD_ARG(bd_json_canonical(arena, value)));
}

static bd_rc write_line(const bd_value *value, bd_sink *sink, bd_err *err) {
    BD_TRY(bd_json_write_canonical(value, sink, err));
    return sink->write(sink, "\n", 1, err);
}

static bd_rc add_changes(bd_production *run, bd_err *err) {
    if (run->previous.size > 0) {
        BD_TRY(bd_entry_add_text(run, "80_MACHINE/previous.json", BD_ROLE_MACHINE, run->previous, err));
    }
    if (run->since == NULL) {
        return BD_OK;
    }
    bd_draft *text = bd_draft_open();
    bd_rc rc = write_line(run->since, bd_draft_sink(text), err);
    return bd_entry_add_written(run, "80_MACHINE/changes.json", BD_ROLE_MACHINE, text, rc, err);
}

static bd_rc add_draft(bd_production *run, const char *name, bd_draft **text, bd_err *err) {
    const bd_blob *blob;
    BD_TRY(bd_blob_pack_draft(run->packer, *text, &blob, err));
    bd_draft_close(*text);
    *text = NULL;
    return bd_entry_add(run, bd_str_of(name), BD_ROLE_MACHINE, blob, (bd_str){"", 0}, NULL, err);
}

static bd_rc add_machine_files(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    /* hashed and written to the output folder: packed, they need no room any more */
    BD_TRY(add_draft(run, "80_MACHINE/assessment.json", &run->judged->assessment_json, err));
    BD_TRY(add_draft(run, "80_MACHINE/findings.ndjson", &run->judged->findings, err));
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("machine", BD_RUN_ARENA_BYTES);
    BD_TRY(bd_entry_add_text(run, "80_MACHINE/catalog.json", BD_ROLE_MACHINE,
                             session->catalog->canonical, err));
    BD_TRY(bd_entry_add_text(
        run, "80_MACHINE/engagement.json", BD_ROLE_MACHINE,
        canonical_line(scratch, bd_engagement_value(&session->engagement, scratch)), err));
    BD_TRY(bd_entry_add_text(run, BD_TEMPLATE_ENTRY, BD_ROLE_MACHINE, session->templates.binder_text,
                             err));
    if (session->templates.logo.size > 0) {
        BD_TRY(bd_entry_add_text(run, BD_TEMPLATE_LOGO_ENTRY, BD_ROLE_MACHINE, session->templates.logo,
                                 err));
    }
    BD_TRY(bd_entry_add_export(run, "80_MACHINE/controls.csv", BD_ROLE_MACHINE, bd_export_controls_csv,
                               err));
    BD_TRY(bd_entry_add_export(run, "80_MACHINE/criteria.csv", BD_ROLE_MACHINE, bd_export_criteria_csv,
                               err));
    BD_TRY(bd_entry_add_export(run, "80_MACHINE/pbc.csv", BD_ROLE_MACHINE, bd_export_pbc_csv, err));
    return add_changes(run, err);
}

static bd_rc add_integrity(bd_production *run, bd_err *err) {
    bd_str words = bd_package_verify_text(run->session->arena, &run->facts);
    BD_TRY(bd_entry_add_text(run, "90_INTEGRITY/journal.ndjson", BD_ROLE_INTEGRITY,
                             bd_locker_journal(run->session->locker), err));
    BD_TRY(bd_entry_add_text(run, "90_INTEGRITY/verify.txt", BD_ROLE_INTEGRITY, words, err));
    if (run->signer == NULL) {
        return BD_OK;
    }
    BD_TRY(bd_entry_add_text(run, "90_INTEGRITY/signer.pem", BD_ROLE_INTEGRITY,
                             run->signer->certificate_pem, err));
    return run->signer->reviewer_pem.size == 0
               ? BD_OK
               : bd_entry_add_text(run, "90_INTEGRITY/reviewer.pem", BD_ROLE_INTEGRITY,
                                   run->signer->reviewer_pem, err);
}

/* ---- all of it ---- */

bd_rc bd_contents_add(bd_production *run, bd_err *err) {
    BD_TRY(add_machine_files(run, err));
    BD_TRY(bd_folders_add(run, err));
    BD_TRY(add_integrity(run, err));
    BD_TRY(add_evidence(run, err));
    BD_TRY(add_criterion_indexes(run, err));
    return add_start_files(run, err);
}

bd_rc bd_contents_add_figures(bd_production *run, bd_err *err) {
    bd_draft *text = bd_draft_open();
    bd_rc rc = BD_OK;
    for (size_t i = 0; i < run->document->figures.count && !bd_failed(rc); i++) {
        const bd_figure *figure = &run->document->figures.data[i];
        rc = bd_export_figure(figure->pointer, figure->text, bd_draft_sink(text), err);
    }
    return bd_entry_add_written(run, "80_MACHINE/figures.ndjson", BD_ROLE_MACHINE, text, rc, err);
}
