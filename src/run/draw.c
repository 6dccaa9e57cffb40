/* The two reports, drawn; the binder is signed. */
#include "bindery/run.h"

#include "bindery/sign.h"
#include "run_priv.h"

#include <string.h>

static void keep_remarks(bd_session *session, const bd_diags *remarks) {
    for (size_t i = 0; i < remarks->count; i++) {
        const bd_diag *diag = &remarks->data[i];
        bd_diag_add(session->arena, &session->outcome->diags, diag->severity, diag->subject,
                    diag->locus, "%.*s", BD_ARG(diag->message));
    }
}

/* Touches nothing of the session: other work may run at its side. */
bd_rc bd_draw_readiness(bd_production *run, bd_err *err) {
    if (!run->wanted.readiness) {
        return BD_OK;
    }
    bd_report_inputs inputs = run->report;
    inputs.package_id = (bd_str){"", 0};
    inputs.package_paths = NULL;
    BD_DEFER(bd_arena_close_ref) bd_arena *draft = bd_arena_open("document", BD_RUN_ARENA_BYTES);
    bd_drawing drawing = {.arena = run->drawn, .jobs = 1};
    BD_TRY(bd_render_pdf(bd_report_readiness(&inputs, draft), run->session->as_of, &drawing, err));
    run->readiness = drawing.pdf;
    run->remarks = drawing.remarks;
    return BD_OK;
}

static bd_rc sign_binder(bd_production *run, const bd_drawing *drawing, bd_err *err) {
    bd_session *session = run->session;
    run->binder = run->binder_unsigned;
    if (run->signer == NULL || run->is_signed_later) {
        return BD_OK;
    }
    bd_session_progress(session, "sign", 0, 1);
    bd_sign_options options = {.signed_at = bd_clock_now(),
                               .page_index = drawing->signature_page,
                               .signer_name = run->signer->facts.subject,
                               .reason = BD_STR("Management's evidence binder")};
    memcpy(options.rect, drawing->signature_rect, sizeof options.rect);
    return bd_sign_pdf(run->binder_unsigned, run->signer->key, &options, session->arena,
                       &run->binder, err);
}

bd_rc bd_production_draw(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    keep_remarks(session, &run->remarks);
    if (!run->wanted.binder) {
        return BD_OK;
    }
    bd_session_progress(session, "render", 0, 1);
    bd_drawing drawing = {.arena = session->arena, .jobs = session->jobs};
    BD_TRY(bd_render_pdf(run->document, session->as_of, &drawing, err));
    keep_remarks(session, &drawing.remarks);
    run->binder_unsigned = drawing.pdf;
    bd_arena_close(run->document_arena);
    run->document_arena = NULL;
    run->document = NULL;
    return sign_binder(run, &drawing, err);
}
