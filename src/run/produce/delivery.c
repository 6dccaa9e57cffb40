/* From drawn documents to files in the output folder: signed, sealed and packed, and noted once they are in place. */
#include "bindery/produce.h"

#include "bindery/sign.h"
#include "produce_priv.h"

/* ---- the package ---- */

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

static bd_rc seal_sums(bd_production *run, bd_err *err) {
    bd_arena *arena = run->session->arena;
    bd_str sums;
    BD_TRY(bd_package_add_late(run->package, BD_ROLE_BINDER, bd_blob_of_memory(arena, run->binder),
                               err));
    BD_TRY(bd_package_sums(run->package, &sums, err));
    BD_TRY(bd_package_add_late(run->package, BD_ROLE_SUMS, bd_blob_of_memory(arena, sums), err));
    uint8_t digest[32];
    bd_sha256_of(sums, digest);
    run->sums_sha256 = bd_hex_text(arena, digest, 32);
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
    bool is_signed = run->signer != NULL && !run->wanted.is_signed_later;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("signers", 1u << 20);
    return is_signed ? bd_check_signed_by(run->binder, bd_signer_trust(run->signer, arena), err)
                     : BD_OK;
}

static bd_production_part *const package_parts[] = {write_zip, check_binder};

static bd_rc put_package(bd_production *run, bd_outputs *outputs, bd_result *out, bd_err *err) {
    bd_session *session = run->session;
    bd_str name = bd_str_format(session->arena, "%.*s.zip", BD_ARG(run->facts.package_id));
    const char *path = bd_session_output(session, name.data);
    bd_session_progress(session, "package", 0, 1);
    BD_TRY(seal_sums(run, err));
    BD_TRY(bd_outputs_open(outputs, path, &run->zip, err));
    BD_TRY(bd_production_work(run, package_parts, BD_COUNT(package_parts), err));
    bd_result_text(out, "package_id", run->facts.package_id);
    bd_result_text(out, "package_file", bd_str_of(path));
    bd_result_text(out, "sums_sha256", run->sums_sha256);
    return BD_OK;
}

/* ---- the reports ---- */

static bd_rc put_readiness(const bd_production *run, bd_outputs *outputs, bd_result *out,
                           bd_err *err) {
    const char *path = bd_session_output(run->session, "readiness.pdf");
    BD_TRY(bd_outputs_put(outputs, path, run->readiness, err));
    bd_result_text(out, "readiness_file", bd_str_of(path));
    for (size_t i = 0; i < BD_PRODUCTION_LISTS; i++) {
        const bd_readiness_list *list = &bd_readiness_lists[i];
        path = bd_session_output(run->session, list->file);
        BD_TRY(bd_outputs_put_draft(outputs, path, run->lists[i], err));
        bd_result_text(out, list->key, bd_str_of(path));
    }
    return BD_OK;
}

static void say_signers(const bd_production *run, bd_result *out) {
    bd_result_text(out, "signer", run->signer->facts.subject);
    bd_result_bool(out, "trial", run->signer->is_trial);
    if (run->signer->reviewer != NULL) {
        bd_result_text(out, "reviewer", run->signer->reviewer_facts.subject);
    }
    bd_result_stamp(out, run->binder_stamp.is_stamped, &run->binder_stamp.stamp);
}

static bd_rc put_binder(const bd_production *run, bd_outputs *outputs, bd_result *out, bd_err *err) {
    const char *path = bd_session_output(run->session, "binder.pdf");
    bool is_as_drawn = run->binder.data == run->binder_drawing.pdf.data;
    bd_view *view = is_as_drawn ? run->binder_drawing.view : run->binder_view;
    BD_TRY(view != NULL ? bd_outputs_put_view(outputs, path, view, err)
                        : bd_outputs_put(outputs, path, run->binder, err));
    bd_result_text(out, "binder_file", bd_str_of(path));
    if (run->signer != NULL && !run->wanted.is_signed_later) {
        say_signers(run, out);
    }
    return BD_OK;
}

bd_rc bd_production_put(bd_production *run, bd_outputs *outputs, bd_result *out, bd_err *err) {
    if (run->wanted.readiness) {
        BD_TRY(put_readiness(run, outputs, out, err));
    }
    if (run->wanted.binder) {
        BD_TRY(put_binder(run, outputs, out, err));
    }
    return run->wanted.package ? put_package(run, outputs, out, err) : BD_OK;
}

/* ---- what the next run is told ---- */

bd_rc bd_production_note(bd_production *run, bd_err *err) {
    bd_session *session = run->session;
    bd_result line = {.arena = session->arena};
    if (!run->wanted.package) {
        return BD_OK;
    }
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
