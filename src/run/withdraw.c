/* `withdraw`: a person says that an item of evidence is not to be relied on, and why.  Nothing is removed: the item
 * stays in locker and package, its findings stay, and no pass rests on it any more (assess/withdrawn.c). */
#include "bindery/run.h"

#include "run_priv.h"

static const bd_evidence_given *find_item(const bd_session *session, bd_str id) {
    int64_t number = 0;
    bd_str digits = bd_str_has_prefix(id, BD_STR("E-")) ? bd_str_sub(id, 2, id.size) : id;
    if (!bd_str_to_i64(digits, &number) || number < 1 || number > UINT32_MAX) {
        return NULL;
    }
    return bd_locker_find(session->locker, (uint32_t)number);
}

/* A description is of other files: without it they would be judged by what nobody says, perhaps to their gain. */
static bd_rc refuse_description(const bd_session *session, const bd_evidence_given *item,
                                bd_err *err) {
    bool is_register = bd_path_is_register(item->path);
    if (!is_register && !bd_path_is_sidecar(item->path)) {
        return BD_OK;
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "cannot withdraw %.*s ('%.*s'): it is a %s and describes other files; withdraw the "
             "items that it describes, or hand in a corrected %s",
             BD_ARG(bd_evidence_id(session->arena, item->number)), BD_ARG(item->path),
             is_register ? "register" : "sidecar", is_register ? "register" : "sidecar");
}

static bd_rc withdraw(bd_session *session, bd_str evidence, bd_str by, bd_str reason,
                      bd_result *out, bd_err *err) {
    const bd_evidence_given *item = find_item(session, evidence);
    if (item == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "there is no evidence item '%.*s'; 'bindery status --json' lists them",
                 BD_ARG(bd_str_visible(session->arena, bd_str_sub(evidence, 0, 80))));
    }
    if (!bd_session_knows(session, by)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'--by %.*s' is not among the people of bindery.json, and only they may withdraw",
                 BD_ARG(bd_str_visible(session->arena, by)));
    }
    BD_TRY(refuse_description(session, item, err));
    bd_str id = bd_evidence_id(session->arena, item->number);
    bd_result line = {.arena = session->arena};
    bd_result_text(&line, "by", by);
    bd_result_text(&line, "evidence", id);
    bd_result_text(&line, "reason", reason);
    bd_result_text(out, "by", by);
    bd_result_text(out, "evidence", id);
    bd_result_text(out, "path", bd_str_copy(session->arena, item->path));
    bd_result_text(out, "reason", reason);
    return bd_locker_append(session->locker, BD_STR("withdrawn"), bd_result_object(&line),
                            bd_clock_now(), err);
}

bd_rc bd_run_withdraw(const bd_run_options *options, bd_str evidence, bd_str by, bd_str reason,
                      bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    if (bd_str_trim(reason).size == 0) {
        BD_RAISE(err, BD_ERR_USAGE, "--reason is empty; evidence is withdrawn with a reason that "
                                    "is printed");
    }
    if (!bd_is_person_name(by)) {
        BD_RAISE(err, BD_ERR_USAGE, "--by gives '%.*s', which names nobody; give a person's name",
                 BD_ARG(by));
    }
    bd_session session;
    bd_result out = {.arena = arena};
    BD_TRY(bd_session_open(options, BD_LOCKER_WRITE, arena, outcome, &session, err));
    bd_rc rc = withdraw(&session, bd_str_trim(evidence), by, bd_str_trim(reason), &out, err);
    bd_session_close(&session);
    BD_TRY(rc);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
