/* What people say of exceptions and controls is put into the journal by `exception`, `waiver` and `na`; judging/acts.c
 * reads it from there and says what the lines hold.  Who may sign is decided by what is judged now. */
#include "bindery/run.h"

#include "run_priv.h"

/* ---- who may sign ---- */

static bd_rc check_signer(const bd_session *session, const char *option, bd_str name, bd_err *err) {
    if (!bd_is_person_name(name)) {
        BD_RAISE(err, BD_ERR_USAGE, "%s gives '%.*s', which names nobody; give a person's name",
                 option, BD_ARG(name));
    }
    if (!bd_session_knows(session, name)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' is not among the people of bindery.json, so that the signature would "
                 "count for nothing; add the person under /people",
                 BD_ARG(name));
    }
    return BD_OK;
}

static bool is_one_of(const bd_session *session, const bd_strs *people, bd_str name) {
    for (size_t i = 0; i < people->count; i++) {
        if (bd_is_same_person(bd_session_person(session, people->data[i]),
                              bd_session_person(session, name))) {
            return true;
        }
    }
    return false;
}

/* The owner answers: where bindery.json says who owns a control that the exception touches, one of them. */
static bd_rc check_owner(const bd_session *session, const bd_exception *exception, bd_str name,
                         bd_err *err) {
    const bd_owner *asked = NULL;
    bd_str number = {"", 0};
    for (size_t i = 0; i < exception->controls.count; i++) {
        const bd_control *control =
            bd_catalog_control(session->catalog, exception->controls.data[i]);
        for (size_t k = 0; control != NULL && k < session->engagement.owners.count; k++) {
            const bd_owner *owner = &session->engagement.owners.data[k];
            if (!bd_str_eq(owner->owner, control->owner) || owner->people.count == 0) {
                continue;
            }
            if (is_one_of(session, &owner->people, name)) {
                return BD_OK;
            }
            asked = asked != NULL ? asked : owner;
            number = number.size > 0 ? number : control->number;
        }
    }
    if (asked == NULL) {
        return BD_OK;
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "'%.*s' does not own control %.*s; the response is its owner's, %.*s (%.*s), as "
             "bindery.json names them under /owners",
             BD_ARG(name), BD_ARG(number), BD_ARG(asked->people.data[0]), BD_ARG(asked->owner));
}

/* ---- one exception ---- */

static const bd_exception *find_exception(const bd_assessment *assessment, bd_str id) {
    for (size_t i = 0; i < assessment->exceptions.count; i++) {
        const bd_exception *one = bd_assessment_exception(assessment, i);
        if (bd_str_ieq(one->id, id)) {
            return one;
        }
    }
    return NULL;
}

static bd_rc check_closing(const bd_session *session, const bd_exception *exception, bd_str name,
                           bd_err *err) {
    if (exception->response == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "%.*s has no response yet; its owner signs one with 'bindery exception respond'",
                 BD_ARG(exception->id));
    }
    if (bd_is_same_person(exception->response->person, bd_session_person(session, name))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' signed the response to %.*s; another person has to close it",
                 BD_ARG(name), BD_ARG(exception->id));
    }
    return BD_OK;
}

static bd_rc check_waiver(const bd_session *session, const bd_run_act *act, bd_err *err) {
    bd_day today = bd_zone_day(session->engagement.zone, bd_clock_now());
    if (act->until == BD_DAY_NONE || act->until < today) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "a waiver holds until a day that is still to come; '--until' gives %.*s",
                 BD_ARG(act->until == BD_DAY_NONE ? BD_STR("none")
                                                  : bd_day_format(session->arena, act->until)));
    }
    return BD_OK;
}

static bd_rc check_act(const bd_session *session, bd_run_act_kind kind, const bd_run_act *act,
                       const bd_exception *exception, bd_err *err) {
    BD_TRY(check_signer(session, "--by", act->by, err));
    switch (kind) {
    case BD_RUN_RESPOND: return check_owner(session, exception, act->by, err);
    case BD_RUN_CLOSE: return check_closing(session, exception, act->by, err);
    case BD_RUN_WAIVE: return check_waiver(session, act, err);
    }
    return BD_OK;
}

static void put_given(bd_result *line, const char *key, bd_str text) {
    if (bd_str_trim(text).size > 0) {
        bd_result_text(line, key, text);
    }
}

static bd_rc append_act(bd_session *session, bd_run_act_kind kind, const bd_run_act *act,
                        const bd_exception *exception, bd_err *err) {
    static const char *const kinds[] = {
        [BD_RUN_RESPOND] = "response", [BD_RUN_CLOSE] = "closed", [BD_RUN_WAIVE] = "waiver"};
    bd_result line = {.arena = session->arena};
    put_given(&line, "cause", act->cause);
    bd_result_text(&line, "check", exception->check->id);
    put_given(&line, "effect", act->effect);
    bd_result_text(&line, "exception", exception->id);
    bd_result_text(&line, "failing", bd_day_format(session->arena, exception->last_seen_failing));
    bd_result_text(&line, "key", exception->key);
    bd_result_text(&line, "name", act->by);
    bd_result_text(&line, "property", exception->property);
    bd_result_text(&line, "role", act->role);
    bd_result_text(&line, "text", act->text);
    bd_result_text(&line, "type", exception->type);
    if (act->until != BD_DAY_NONE) {
        bd_result_text(&line, kind == BD_RUN_WAIVE ? "until" : "due",
                       bd_day_format(session->arena, act->until));
    }
    return bd_locker_append(session->locker, bd_str_of(kinds[kind]), bd_result_object(&line),
                            bd_clock_now(), err);
}

/* What still keeps it open after this signature. */
static bd_str remaining(bd_run_act_kind kind, const bd_exception *exception) {
    if (kind == BD_RUN_RESPOND) {
        return BD_STR("it stays open until a later instance is clean and a reviewer closes it");
    }
    if (kind == BD_RUN_WAIVE) {
        return BD_STR("it stays open: a waiver explains it and changes no verdict");
    }
    return exception->first_seen_clean == BD_DAY_NONE
               ? BD_STR("it closes when a later instance is clean; none is on file yet")
               : BD_STR("it closes with the next assessment if a later instance is clean");
}

static bd_rc sign_exception(bd_session *session, const bd_judged_run *judged, bd_run_act_kind kind,
                            const bd_run_act *act, bd_result *out, bd_err *err) {
    const bd_exception *exception = find_exception(judged->assessment, act->subject);
    if (exception == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "there is no exception '%.*s' in period %.*s; 'bindery exception list' lists them",
                 BD_ARG(act->subject), BD_ARG(session->period->id));
    }
    BD_TRY(check_act(session, kind, act, exception, err));
    BD_TRY(append_act(session, kind, act, exception, err));
    bd_result_text(out, "exception", bd_str_copy(session->arena, exception->id));
    bd_result_text(out, "remaining", remaining(kind, exception));
    return BD_OK;
}

bd_rc bd_run_exception_sign(const bd_run_options *options, bd_run_act_kind kind,
                            const bd_run_act *act, bd_arena *arena, bd_run_outcome *outcome,
                            bd_err *err) {
    static const char *const words[] = {[BD_RUN_RESPOND] = "response signed",
                                        [BD_RUN_CLOSE] = "closing signed",
                                        [BD_RUN_WAIVE] = "waiver signed"};
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_WRITE, arena, outcome, &session, err));
    bd_result out = {.arena = arena};
    bd_judged_run judged;
    bd_rc rc = bd_judge(&session, NULL, &judged, err);
    if (!bd_failed(rc)) {
        rc = sign_exception(&session, &judged, kind, act, &out, err);
        bd_judged_clear(&judged);
    }
    bd_session_close(&session);
    BD_TRY(rc);
    bd_result_text(&out, "act", bd_str_of(words[kind]));
    bd_result_text(&out, "by", act->by);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}

/* ---- a control ---- */

static bd_rc sign_away(bd_session *session, const bd_run_act *act, bd_str reviewer, bd_err *err) {
    if (bd_catalog_control(session->catalog, act->subject) == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "there is no control '%.*s'; 'bindery status --all' lists them",
                 BD_ARG(act->subject));
    }
    BD_TRY(check_signer(session, "--by", act->by, err));
    BD_TRY(check_signer(session, "--reviewer", reviewer, err));
    if (bd_is_same_person(bd_session_person(session, act->by),
                          bd_session_person(session, reviewer))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' cannot be both who states and who reviews it; another person has to sign",
                 BD_ARG(act->by));
    }
    bd_result line = {.arena = session->arena};
    bd_result_text(&line, "by", act->by);
    bd_result_text(&line, "control", act->subject);
    bd_result_text(&line, "reason", act->text);
    bd_result_text(&line, "reviewer", reviewer);
    bd_result_text(&line, "role", act->role);
    return bd_locker_append(session->locker, BD_STR("not_applicable"), bd_result_object(&line),
                            bd_clock_now(), err);
}

bd_rc bd_run_not_applicable(const bd_run_options *options, const bd_run_act *act, bd_str reviewer,
                            bd_arena *arena, bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_WRITE, arena, outcome, &session, err));
    bd_rc rc = sign_away(&session, act, reviewer, err);
    bd_session_close(&session);
    BD_TRY(rc);
    bd_result out = {.arena = arena};
    bd_result_text(&out, "by", act->by);
    bd_result_text(&out, "control", act->subject);
    bd_result_text(&out, "reviewer", reviewer);
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
