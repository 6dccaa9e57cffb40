/* The checklist as `status` shows it, and its filters. */
#include "bindery/run.h"

#include "run_priv.h"

/* ---- filters ---- */

static bd_str joined(bd_arena *arena, const bd_strs *texts) {
    bd_str out = BD_STR("");
    for (size_t i = 0; i < texts->count; i++) {
        out = bd_str_format(arena, "%.*s%s'%.*s'", BD_ARG(out), i > 0 ? ", " : "",
                            BD_ARG(texts->data[i]));
    }
    return out;
}

static bool has_any_case(const bd_strs *texts, bd_str wanted) {
    for (size_t i = 0; i < texts->count; i++) {
        if (bd_str_ieq(texts->data[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* Names beyond ASCII are written as the catalog has them; of ASCII letters any case will do. */
static bd_rc check_owner(const bd_session *session, bd_str wanted, bd_err *err) {
    bd_strs owners = {0};
    for (size_t i = 0; i < session->catalog->control_count; i++) {
        bd_str owner = session->catalog->controls[i].owner;
        if (!has_any_case(&owners, owner)) {
            *bd_push(session->arena, &owners) = owner;
        }
    }
    if (wanted.size > 0 && !has_any_case(&owners, wanted)) {
        BD_RAISE(err, BD_ERR_USAGE, "no control has the owner '%.*s'; known are %.*s",
                 BD_ARG(wanted), BD_ARG(joined(session->arena, &owners)));
    }
    return BD_OK;
}

static bool is_category_in_scope(const bd_session *session, bd_str category) {
    return has_any_case(&session->engagement.categories, category);
}

static bd_rc check_criterion(const bd_session *session, bd_str wanted, bd_err *err) {
    bd_strs ids = {0};
    for (size_t i = 0; i < session->catalog->criterion_count; i++) {
        const bd_criterion *one = &session->catalog->criteria[i];
        if (is_category_in_scope(session, one->category)) {
            *bd_push(session->arena, &ids) = one->id;
        }
    }
    if (wanted.size > 0 && !has_any_case(&ids, wanted)) {
        BD_RAISE(err, BD_ERR_USAGE, "no criterion in scope is '%.*s'; known are %.*s",
                 BD_ARG(wanted), BD_ARG(joined(session->arena, &ids)));
    }
    return BD_OK;
}

static const struct {
    const char *mark, *word;
    bd_state state;
} state_words[] = {{"[x]", "complete", BD_STATE_COMPLETE},
                   {"[~]", "in-progress", BD_STATE_PROGRESS},
                   {"[ ]", "not-started", BD_STATE_BLANK},
                   {"n/a", "not-applicable", BD_STATE_NA},
                   {"[.]", "not-yet-due", BD_STATE_NOT_DUE}};

static bool is_flag_word(bd_str wanted) {
    return bd_str_eqz(wanted, "!") || bd_str_ieq(wanted, BD_STR("exception"));
}

static bool find_state(bd_str wanted, bd_state *out) {
    for (size_t i = 0; i < BD_COUNT(state_words); i++) {
        if (bd_str_eqz(wanted, state_words[i].mark) ||
            bd_str_ieq(wanted, bd_str_of(state_words[i].word)) ||
            bd_str_ieq(wanted, bd_str_of(bd_state_words(state_words[i].state)))) {
            *out = state_words[i].state;
            return true;
        }
    }
    return false;
}

static bd_rc check_state(bd_str wanted, bd_err *err) {
    bd_state state;
    if (wanted.size > 0 && !is_flag_word(wanted) && !find_state(wanted, &state)) {
        BD_RAISE(err, BD_ERR_USAGE,
                 "'%.*s' is no state; known are 'complete' [x], 'in-progress' [~], 'not-started' "
                 "[ ], 'not-applicable' n/a, 'not-yet-due' [.] and 'exception' !",
                 BD_ARG(wanted));
    }
    return BD_OK;
}

static bool fits(const bd_run_filter *filter, const bd_control_result *c) {
    bd_state state;
    if (filter->owner.size > 0 && !bd_str_ieq(c->control->owner, filter->owner)) {
        return false;
    }
    if (filter->criterion.size > 0 && !has_any_case(&c->control->criteria, filter->criterion)) {
        return false;
    }
    if (filter->state.size > 0 && is_flag_word(filter->state)) {
        return c->has_exception;
    }
    return filter->state.size == 0 || (find_state(filter->state, &state) && c->state == state);
}

/* ---- rows ---- */

static const bd_value *row_of(bd_session *session, const bd_control_result *c, const bd_due *due) {
    bd_arena *arena = session->arena;
    bd_result out = {.arena = arena};
    bd_result_bool(&out, "exception", c->has_exception);
    bd_result_bool(&out, "in_scope", c->is_in_scope);
    bd_result_text(&out, "item", c->control->statement);
    bd_result_text(&out, "number", c->control->number);
    bd_result_text(&out, "origin", c->control->is_ours ? BD_STR("ours") : BD_STR("checklist"));
    bd_result_text(&out, "owner", c->control->owner);
    bd_result_text(&out, "reason", c->reason);
    bd_result_text(&out, "section", c->control->section);
    bd_result_text(&out, "state", bd_str_of(bd_state_name(c->state)));
    if (due != NULL) {
        bd_result_text(&out, "due", bd_day_format(arena, due->day));
        bd_result_text(&out, "due_kind", bd_str_of(bd_due_name(due->kind)));
        bd_result_text(&out, "due_latest", bd_day_format(arena, due->latest));
        bd_result_text(&out, "due_requirement", due->subject);
    }
    if (c->newest != BD_INSTANT_NONE) {
        bd_result_text(&out, "newest", bd_day_format(arena, c->newest_day));
    }
    return bd_result_object(&out);
}

static const bd_value *rows_of(bd_session *session, const bd_run_filter *filter,
                               const bd_assessment *a, const bd_readiness *ready) {
    bool is_filtered = filter->owner.size + filter->criterion.size + filter->state.size > 0;
    const bd_value **rows = bd_new(session->arena, const bd_value *, a->control_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < a->control_count; i++) {
        const bd_control_result *c = &a->controls[i];
        bool is_listed =
            bd_report_is_listed(c) && (!c->control->is_ours || filter->all || is_filtered);
        if (is_listed && fits(filter, c)) {
            rows[count++] = row_of(session, c, bd_ready_next(ready, (uint32_t)i));
        }
    }
    return bd_value_array(session->arena, count, rows);
}

/* The members of an object and some more. */
static const bd_value *extend(bd_arena *arena, const bd_value *object, const char *const *names,
                              const bd_value *const *values, size_t count) {
    bd_str *keys = bd_new(arena, bd_str, object->count + count);
    const bd_value **all = bd_new(arena, const bd_value *, object->count + count);
    for (size_t i = 0; i < object->count; i++) {
        keys[i] = object->keys[i];
        all[i] = &object->items[i];
    }
    for (size_t i = 0; i < count; i++) {
        keys[object->count + i] = bd_str_of(names[i]);
        all[object->count + i] = values[i];
    }
    return bd_value_object(arena, object->count + count, keys, all);
}

static bd_rc list_checklist(bd_session *session, const bd_run_filter *filter,
                            const bd_judged_run *judged, bd_err *err) {
    static const char *const names[] = {"below", "checklist"};
    bd_arena *arena = session->arena;
    bd_run_outcome *outcome = session->outcome;
    const bd_readiness *ready = NULL;
    const bd_value *assessment = NULL;
    BD_TRY(bd_readiness_find(session, judged, judged->read.arena, &ready, err));
    bd_thresholds_apply(session->options, judged->assessment, arena, outcome);
    BD_TRY(bd_assessment_parse(judged->assessment_json, arena, &assessment, err));
    bd_result below = {.arena = arena};
    bd_result_list(&below, "below", &outcome->misses);
    const bd_value *const values[] = {bd_value_find(bd_result_object(&below), "below"),
                                      rows_of(session, filter, judged->assessment, ready)};
    outcome->result = extend(arena, assessment, names, values, BD_COUNT(names));
    return BD_OK;
}

bd_rc bd_run_checklist(const bd_run_options *options, const bd_run_filter *filter, bd_arena *arena,
                       bd_run_outcome *outcome, bd_err *err) {
    bd_session session;
    bd_judged_run judged = {0};
    BD_TRY(bd_thresholds_check(options, err));
    BD_TRY(bd_session_open(options, BD_LOCKER_READ, arena, outcome, &session, err));
    bd_rc rc = check_owner(&session, filter->owner, err);
    rc = bd_failed(rc) ? rc : check_criterion(&session, filter->criterion, err);
    rc = bd_failed(rc) ? rc : check_state(filter->state, err);
    rc = bd_failed(rc) ? rc : bd_judge(&session, NULL, &judged, err);
    if (!bd_failed(rc)) {
        rc = list_checklist(&session, filter, &judged, err);
        bd_judged_clear(&judged);
    }
    bd_session_close(&session);
    return rc;
}
