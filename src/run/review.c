/* `review`: a person signs for items; the journal keeps who, in which role, what was checked,
 * and of which bytes. */
#include "bindery/run.h"

#include "run_priv.h"

#include <string.h>

static const bd_evidence_given *find_item(bd_session *session, bd_str id) {
    int64_t number = 0;
    bd_str digits = bd_str_has_prefix(id, BD_STR("E-")) ? bd_str_sub(id, 2, id.size) : id;
    if (!bd_str_to_i64(digits, &number) || number < 1 || number > UINT32_MAX) {
        return NULL;
    }
    return bd_locker_find(session->locker, (uint32_t)number);
}

static bool is_same_person(bd_session *session, bd_str a, bd_str b) {
    return a.size > 0 &&
           bd_is_same_person(bd_session_person(session, a), bd_session_person(session, b));
}

/* Who is on record for an item in the other role? */
static bd_rc refuse_self_review(bd_session *session, const bd_judged_run *judged,
                                const bd_evidence_given *item, const bd_run_signoff *asked,
                                bd_err *err) {
    bd_str name = asked->name;
    const bd_evidence *record = &judged->read.evidence.data[item->number - 1];
    bool is_both = !asked->as_preparer && is_same_person(session, record->preparer.name, name);
    for (size_t i = 0; asked->as_preparer && i < record->reviewers.count; i++) {
        is_both = is_both || is_same_person(session, record->reviewers.data[i].name, name);
    }
    if (is_both) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "'%.*s' cannot be both preparer and reviewer of %.*s; another person has to sign",
                 BD_ARG(name), BD_ARG(bd_evidence_id(session->arena, item->number)));
    }
    return BD_OK;
}

/* The item that a sidecar describes: the one ingested with it, else the latest at its path; NULL when there is none. */
static const bd_evidence *find_described(const bd_judged_run *judged,
                                         const bd_evidence_given *sidecar) {
    bd_str subject = bd_sidecar_subject(sidecar->path);
    const bd_evidence *found = NULL;
    for (size_t i = 0; i < judged->read.evidence.count; i++) {
        const bd_evidence *item = &judged->read.evidence.data[i];
        if (item->given.sidecar == sidecar->number) {
            return item;
        }
        found = subject.size > 0 && bd_str_eq(item->given.path, subject) ? item : found;
    }
    return found;
}

/* A signature on what only describes would count for nothing: what is judged is the file described. */
static bd_rc refuse_description(bd_session *session, const bd_judged_run *judged,
                                const bd_evidence_given *item, bd_err *err) {
    bd_str id = bd_evidence_id(session->arena, item->number);
    if (bd_path_is_register(item->path)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "%.*s ('%.*s') is a register and describes other files; review the items that its "
                 "rows name",
                 BD_ARG(id), BD_ARG(item->path));
    }
    if (!bd_path_is_sidecar(item->path)) {
        return BD_OK;
    }
    const bd_evidence *described = find_described(judged, item);
    if (described == NULL) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "%.*s ('%.*s') is a sidecar and describes other files; review the items that it "
                 "describes",
                 BD_ARG(id), BD_ARG(item->path));
    }
    BD_RAISE(err, BD_ERR_INPUT,
             "%.*s ('%.*s') is a sidecar; review the item that it describes, %.*s ('%.*s')",
             BD_ARG(id), BD_ARG(item->path),
             BD_ARG(bd_evidence_id(session->arena, described->given.number)),
             BD_ARG(described->given.path));
}

static bd_str role_on_record(const bd_run_signoff *asked) {
    return asked->as_preparer ? BD_STR("preparer") : BD_STR("reviewer");
}

static bd_rc append_review(bd_session *session, const bd_evidence_given *item,
                           const bd_run_signoff *asked, bd_err *err) {
    char hex[65];
    bd_hex(item->sha256, 32, hex);
    bd_result line = {.arena = session->arena};
    bd_result_text(&line, "as", role_on_record(asked));
    bd_result_text(&line, "checked", asked->checked);
    bd_result_text(&line, "evidence", bd_evidence_id(session->arena, item->number));
    bd_result_text(&line, "name", asked->name);
    bd_result_text(&line, "role", asked->role);
    bd_result_text(&line, "sha256", bd_str_copy(session->arena, bd_str_of(hex)));
    return bd_locker_append(session->locker, BD_STR("reviewed"), bd_result_object(&line),
                            bd_clock_now(), err);
}

/* It is kept, for bindery.json may come to name the person; until then it signs nothing off. */
static void say_unknown(bd_session *session, bd_str name) {
    if (!bd_session_knows(session, name)) {
        bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_WARNING,
                    BD_STR("bindery.json"), BD_STR("/people"),
                    "'%.*s' is not among the people; the journal keeps the review, but it is no "
                    "sign-off until they name that person",
                    BD_ARG(name));
    }
}

static bd_rc review_all(bd_session *session, const bd_judged_run *judged, const bd_run_signoff *asked,
                        bd_err *err) {
    const bd_strs *evidence = asked->evidence;
    for (size_t i = 0; i < evidence->count; i++) {
        const bd_evidence_given *item = find_item(session, evidence->data[i]);
        if (item == NULL) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "there is no evidence item '%.*s'; 'bindery status --json' lists them",
                     BD_ARG(evidence->data[i]));
        }
        BD_TRY(refuse_description(session, judged, item, err));
        BD_TRY(refuse_self_review(session, judged, item, asked, err));
    }
    for (size_t i = 0; i < evidence->count; i++) {
        BD_TRY(append_review(session, find_item(session, evidence->data[i]), asked, err));
    }
    return BD_OK;
}

bd_rc bd_run_review(const bd_run_options *options, const bd_run_signoff *asked, bd_arena *arena,
                    bd_run_outcome *outcome, bd_err *err) {
    bd_str name = asked->name;
    if (asked->evidence->count == 0 || bd_str_trim(name).size == 0 ||
        bd_str_trim(asked->role).size == 0 || bd_str_trim(asked->checked).size == 0) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "a review names at least one item and gives --by, --role and --checked");
    }
    if (!bd_is_person_name(name)) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "--by gives '%.*s', which names nobody; give the reviewer's name", BD_ARG(name));
    }
    if (!bd_is_statement(asked->role) || !bd_is_statement(asked->checked)) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "--role gives '%.*s' and --checked '%.*s'; both must say something", BD_ARG(asked->role),
                 BD_ARG(asked->checked));
    }
    bd_session session;
    BD_TRY(bd_session_open(options, BD_LOCKER_WRITE, arena, outcome, &session, err));
    bd_judged_run judged;
    bd_rc rc = bd_judge(&session, NULL, &judged, err);
    if (!bd_failed(rc)) {
        rc = review_all(&session, &judged, asked, err);
        say_unknown(&session, name);
        bd_judged_clear(&judged);
    }
    bd_session_close(&session);
    BD_TRY(rc);
    bd_result out = {.arena = arena};
    bd_result_int(&out, "reviewed", (int64_t)asked->evidence->count);
    bd_result_text(&out, "by", name);
    bd_result_text(&out, "as", role_on_record(asked));
    outcome->result = bd_result_object(&out);
    return BD_OK;
}
