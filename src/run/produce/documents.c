/* The two reports: built while the judged run is there, drawn when it is gone; the binder is signed. */
#include "bindery/produce.h"

#include "bindery/sign.h"
#include "produce_priv.h"

#include <string.h>

/* ---- built ---- */

void bd_documents_fill(bd_production *run) {
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

bd_rc bd_documents_build(bd_production *run, bd_err *err) {
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

/* ---- drawn ---- */

static void keep_remarks(bd_session *session, const bd_diags *remarks) {
    for (size_t i = 0; i < remarks->count; i++) {
        const bd_diag *diag = &remarks->data[i];
        bd_diag_add(session->arena, &session->outcome->diags, diag->severity, diag->subject,
                    diag->locus, "%.*s", BD_ARG(diag->message));
    }
}

static bd_rc draw_binder(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    bd_drawing *drawing = &run->binder_drawing;
    *drawing = (bd_drawing){.arena = session->arena,
                            .jobs = session->jobs,
                            .faces = run->faces,
                            .manifest = run->manifest,
                            .index = &run->index,
                            .template = session->templates.binder};
    BD_TRY(bd_render_pdf(run->document, session->as_of, drawing, err));
    run->binder_unsigned = drawing->pdf;
    bd_doc_close(run->document);
    bd_arena_close(run->document_arena);
    run->document_arena = NULL;
    run->document = NULL;
    return BD_OK;
}

static bd_rc sign_binder(bd_production *run, bd_err *err) {
    run->binder = run->binder_unsigned;
    if (!run->wanted.binder || run->signer == NULL || run->wanted.is_signed_later) {
        return BD_OK;
    }
    const bd_drawing *drawing = &run->binder_drawing;
    bd_sign_options options = {.signed_at = bd_clock_now(),
                               .page_index = drawing->signature_page,
                               .signer_name = run->signer->facts.subject,
                               .reason = BD_STR("Management's evidence binder"),
                               .is_checked_later = run->wanted.package};
    memcpy(options.rect, drawing->signature_rect, sizeof options.rect);
    BD_DEFER(bd_pdf_copy_drop_ref) bd_pdf_copy *copy = NULL;
    BD_TRY(bd_pdf_copy_of_view(drawing->view, run->session->arena, &copy, err));
    BD_TRY(bd_signer_sign(run->session, run->signer, copy, &options, &run->binder_stamp, err));
    run->binder = bd_pdf_copy_text(copy);
    int fd = bd_view_fd(drawing->view);
    if (fd >= 0) { /* the copy's own view goes with it */
        BD_TRY(bd_view_open(fd, run->binder.size, "the signed binder", &run->binder_view, err));
        run->binder = bd_view_text(run->binder_view);
    }
    return BD_OK;
}

/* In an arena of its own: the binder is signed at its side. */
static bd_rc draw_readiness(bd_production *run, bd_err *err) {
    bd_drawing *drawing = &run->readiness_drawing;
    *drawing = (bd_drawing){.arena = run->readiness_arena, .jobs = 1, .faces = run->faces,
                            .template = run->session->templates.readiness};
    if (run->wanted.readiness) {
        BD_TRY(bd_render_pdf(run->readiness_document, run->session->as_of, drawing, err));
        run->readiness = drawing->pdf;
    }
    return BD_OK;
}

/* Drawing takes most of the memory of a run, so the two are drawn one after the other. */
static bd_production_part *const last_parts[] = {sign_binder, draw_readiness};

bd_rc bd_production_draw(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    if (run->wanted.binder) {
        bd_session_progress(session, "render", 0, 1);
        BD_TRY(draw_binder(run, err));
        keep_remarks(session, &run->binder_drawing.remarks);
    }
    bd_session_progress(session, "sign", 0, 1);
    BD_TRY(bd_production_work(run, last_parts, BD_COUNT(last_parts), err));
    keep_remarks(session, &run->readiness_drawing.remarks);
    if (run->signer != NULL) {
        bd_signer_say(session, run->signer, &run->binder_stamp);
    }
    return BD_OK;
}
