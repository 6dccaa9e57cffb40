/* What is made of a judged run: the order in which it is planned, and what all of it is made in. */
#include "bindery/produce.h"

#include "produce_priv.h"

/* ---- side by side ---- */

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

/* ---- the plan ---- */

static bd_production_part *const plan_parts[] = {bd_contents_add, bd_documents_build};

static bd_rc plan_package(bd_production *run, bd_err *err) {
    BD_TRY(bd_identity_find(run, err));
    run->package = bd_package_make(run->session->arena, &run->facts);
    bd_entries_place(run);
    bd_documents_fill(run);
    bd_index_plan(run->judged->assessment, run->session->arena, &run->index);
    if (run->wanted.readiness) {
        BD_TRY(bd_readiness_find(run->session, run->judged, run->judged->read.arena, &run->ready, err));
        BD_TRY(bd_production_list(run, err));
    }
    BD_TRY(bd_production_work(run, plan_parts, BD_COUNT(plan_parts), err));
    BD_TRY(bd_contents_add_figures(run, err));
    BD_TRY(bd_blob_packer_finish(run->packer, err));
    BD_TRY(bd_package_manifest(run->package, &run->manifest, err));
    run->report.manifest_sha256 = bd_sha256_hex(run->session->arena, run->manifest);
    bd_report_set_manifest(&run->report, run->document);
    return BD_OK;
}

/* ---- life ---- */

bd_rc bd_production_open(bd_session *session, bd_judged_run *judged, bd_signer *signer,
                         const bd_products *wanted, bd_production **out, bd_err *err) {
    bd_production *run = bd_new(session->arena, bd_production, 1);
    *run = (bd_production){.session = session, .judged = judged, .signer = signer, .wanted = *wanted};
    *out = NULL;
    bd_session_progress(session, "plan", 0, 1);
    run->document_arena = bd_arena_open("document", BD_RUN_ARENA_BYTES);
    run->readiness_arena = bd_arena_open("readiness", BD_RUN_ARENA_BYTES);
    run->packer = bd_blob_packer_open(session->arena, session->jobs);
    bd_rc rc = plan_package(run, err);
    bd_blob_packer_close(run->packer);
    bd_judged_clear(judged);
    run->judged = NULL;
    run->ready = NULL;
    if (bd_failed(rc)) {
        bd_production_close(run);
        return rc;
    }
    *out = run;
    return BD_OK;
}

bd_str bd_production_manifest(const bd_production *run) {
    return run->manifest;
}

const bd_doc *bd_production_document(const bd_production *run) {
    return run->document;
}

bd_str bd_production_drawn_binder(const bd_production *run) {
    return run->binder_unsigned;
}

void bd_production_close(bd_production *run) {
    if (run == NULL) {
        return;
    }
    bd_text_close_ref(&run->faces);
    bd_view_close_ref(&run->binder_view);
    bd_view_close_ref(&run->binder_drawing.view);
    bd_view_close_ref(&run->readiness_drawing.view);
    bd_doc_close(run->document);
    bd_arena_close(run->document_arena);
    bd_arena_close(run->readiness_arena);
    for (size_t i = 0; i < BD_COUNT(run->lists); i++) {
        bd_draft_close(run->lists[i]);
    }
}
