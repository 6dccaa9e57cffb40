/* Three-line cases: condition, record, verdict.  What a person writes to show what a condition means is what a machine
 * runs. */
#include "bindery/rule.h"

#include "rule_priv.h"

typedef struct {
    const bd_case_world *world;
    const bd_value *parameters;
    const bd_rules *rules; /* compiled for `parameters` when a check is first asked */
    bd_arena *arena, *keep;
    bd_str lines[3];
    size_t line; /* of the first of them, from 1 */
    bd_case_fn *done;
    void *context;
} casework;

/* ---- answers ---- */

static bd_str truth_word(bd_verdict verdict) {
    return bd_str_of(verdict == BD_PASS ? "true" : verdict == BD_FAIL ? "false" : "unknown");
}

static bd_rc answer_condition(casework *work, const bd_value *json, const bd_value *record,
                              bd_str *out, bd_err *err) {
    const bd_condition *made = NULL;
    BD_TRY(bd_condition_compile(json, work->parameters, work->arena, &made, err));
    *out = truth_word(bd_condition_eval(made, record, NULL, work->arena));
    return BD_OK;
}

static bd_policy_setting setting_of(casework *work, const bd_value *json, const bd_value *record) {
    bd_policy_setting setting = {.as_of = 0,
                                 .type = bd_str_lower(work->arena, bd_value_text(record, "type")),
                                 .id = bd_value_text(record, "id"),
                                 .group = bd_value_find(json, "group"),
                                 .is_partial = bd_value_is_true(json, "partial")};
    (void)bd_instant_parse(bd_value_text(json, "as_of"), &setting.as_of);
    return setting;
}

static const bd_value *own_parameters(casework *work, const bd_value *json) {
    const bd_value *own = bd_value_find(json, "parameters");
    return own != NULL ? own : work->parameters;
}

static bd_rc answer_policy(casework *work, const bd_value *json, const bd_value *record,
                           bd_str *out, bd_err *err) {
    const bd_condition *made = NULL;
    bd_policy_setting setting = setting_of(work, json, record);
    bd_str reason = BD_STR("");
    BD_TRY(bd_policy_condition_compile(bd_value_find(json, "if"), own_parameters(work, json),
                                       "the condition", BD_STR("if"), work->arena, &made, err));
    bd_verdict verdict =
        bd_policy_condition_eval(made, record, NULL, &setting, work->arena, &reason);
    *out = verdict == BD_CANNOT_TELL ? bd_str_format(work->arena, "unknown %.*s", BD_ARG(reason))
                                     : truth_word(verdict);
    return BD_OK;
}

static bd_rc answer_template(casework *work, const bd_value *json, const bd_value *record,
                             bd_str *out, bd_err *err) {
    const bd_template *made = NULL;
    bd_policy_setting setting = setting_of(work, json, record);
    bd_str reason = BD_STR("");
    BD_TRY(bd_template_compile(bd_value_find(json, "template"), own_parameters(work, json),
                               "the template", BD_STR("template"), work->arena, &made, err));
    const bd_value *value = bd_template_eval(made, record, NULL, &setting, work->arena, &reason);
    *out = value != NULL ? bd_json_canonical(work->arena, value)
                         : bd_str_format(work->arena, "unknown %.*s", BD_ARG(reason));
    return BD_OK;
}

/* ---- checks by id ---- */

/* Does the record meet alone what several may meet together? */
static bd_verdict eval_together(evaluation *eval, const program *made) {
    bd_verdict worst = BD_PASS;
    for (size_t i = 0; i < made->plan.together.count; i++) {
        worst = bd_verdict_worse(worst, eval_node(eval, made->together[i]));
    }
    return worst;
}

static bd_rc judge_by(const program *made, casework *work, const bd_value *record, bd_str *out,
                      bd_err *err) {
    const bd_source_def *source =
        bd_catalog_source(work->world->catalog, bd_value_text(made->check->body, "source"));
    evaluation eval = start_evaluation(
        record, source, bd_str_lower(work->arena, bd_value_text(record, "type")), work->arena);
    bd_verdict belongs = made->where == NULL ? BD_PASS : eval_node(&eval, made->where);
    const node *pass = made->pass != NULL ? made->pass : made->of;
    bool is_shared = made->check->shape == BD_AGGREGATE && made->together != NULL;
    if (pass == NULL && !is_shared) {
        BD_RAISE(err, BD_ERR_INPUT, "check '%.*s' has no 'pass' that one record could meet",
                 BD_ARG(made->check->id));
    }
    if (belongs == BD_FAIL) {
        *out = BD_STR("not-applicable");
        return BD_OK;
    }
    bd_verdict holds = belongs != BD_PASS ? BD_CANNOT_TELL
                       : is_shared        ? eval_together(&eval, made)
                                          : eval_node(&eval, pass);
    bd_verdict verdict = holds == BD_CANNOT_TELL ? made->missing : holds;
    bd_str reason = holds == BD_FAIL          ? fill_reason(&eval, &made->reason)
                    : holds == BD_CANNOT_TELL ? lacking_reason(&eval)
                                              : BD_STR("");
    *out = bd_str_trim(
        bd_str_format(work->arena, "%s %.*s", bd_verdict_text(verdict), BD_ARG(reason)));
    return BD_OK;
}

static bd_rc answer_check(casework *work, bd_str id, const bd_value *record, bd_str *out,
                          bd_err *err) {
    const bd_catalog *catalog = work->world->catalog;
    if (catalog != NULL && work->rules == NULL) {
        BD_TRY(bd_rules_compile(catalog, work->parameters, work->keep, &work->rules, err));
    }
    for (size_t i = 0; catalog != NULL && i < catalog->check_count; i++) {
        if (bd_str_eq(catalog->checks[i].id, id)) {
            return judge_by(&work->rules->programs[i], work, record, out, err);
        }
    }
    BD_RAISE(err, BD_ERR_INPUT, "there is no check '%.*s' in the catalog", BD_ARG(id));
}

/* ---- one case ---- */

static bd_rc answer(casework *work, const bd_value *json, const bd_value *record, bd_str *out,
                    bd_err *err) {
    if (json->kind == BD_STRING) {
        return answer_check(work, json->text, record, out, err);
    }
    if (bd_value_find(json, "if") != NULL) {
        return answer_policy(work, json, record, out, err);
    }
    return bd_value_find(json, "template") != NULL ? answer_template(work, json, record, out, err)
                                                   : answer_condition(work, json, record, out, err);
}

/* An answer of several words is met by its first one alone: the reason is written where it matters. */
static bool is_met(bd_str expected, bd_str got) {
    bd_str first = got, rest = got;
    static const char *const words[] = {"unknown", "fail", "cannot-tell", "pass"};
    (void)bd_str_cut(&rest, ' ', &first);
    for (size_t i = 0; i < BD_COUNT(words); i++) {
        if (bd_str_eqz(first, words[i]) && bd_str_eq(expected, first)) {
            return true;
        }
    }
    return bd_str_eq(expected, got);
}

static bd_str problem_of(casework *work, bd_rc rc, bd_str got, const bd_err *err) {
    bd_str expected = work->lines[2];
    bool wants_error = expected.data[0] == '!';
    bd_str message = bd_failed(rc) ? bd_str_of(err->message) : BD_STR("");
    if (bd_failed(rc) != wants_error) {
        return wants_error
                   ? bd_str_format(work->arena, "an error was expected, it is %.*s", BD_ARG(got))
                   : bd_str_format(work->arena, "it is refused: %.*s", BD_ARG(message));
    }
    if (wants_error) {
        bd_str words = bd_str_sub(expected, 1, expected.size);
        return bd_str_find(message, words) >= 0
                   ? BD_STR("")
                   : bd_str_format(work->arena, "the error is: %.*s", BD_ARG(message));
    }
    return is_met(expected, got) ? BD_STR("")
                                 : bd_str_format(work->arena, "it is %.*s", BD_ARG(got));
}

static bd_rc parse_line(casework *work, size_t index, const bd_value **out, bd_err *err) {
    bd_rc rc = bd_json_parse(work->lines[index], &bd_json_default_limits, work->arena, out, err);
    if (bd_failed(rc)) {
        bd_err_context(err, "in the %s of the case at line %zu",
                       index == 0 ? "condition" : "record", work->line);
    }
    return rc;
}

static bd_rc run_case(casework *work, bd_err *err) {
    const bd_value *json = NULL, *record = NULL;
    bd_str got = BD_STR("");
    bd_err problem = {0};
    BD_TRY(parse_line(work, 0, &json, err));
    BD_TRY(parse_line(work, 1, &record, err));
    bd_rc rc = answer(work, json, record, &got, &problem);
    work->done(work->context, work->line, work->lines[0], problem_of(work, rc, got, &problem));
    return BD_OK;
}

static bd_rc take_parameters(casework *work, bd_str text, size_t line, bd_err *err) {
    work->rules = NULL;
    BD_TRY_CTX(bd_json_parse(text, &bd_json_default_limits, work->keep, &work->parameters, err),
               err, "in the parameters at line %zu", line);
    return BD_OK;
}

bd_rc bd_cases_run(const bd_case_world *world, bd_str text, bd_arena *scratch, bd_case_fn *done,
                   void *context, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *keep = bd_arena_open("cases", (size_t)256 << 20);
    casework work = {.world = world,
                     .parameters = world->parameters,
                     .arena = scratch,
                     .keep = keep,
                     .done = done,
                     .context = context};
    bd_str rest = text, line, head = BD_STR("parameters ");
    size_t count = 0;
    for (size_t number = 1; bd_str_cut(&rest, '\n', &line); number++) {
        line = bd_str_trim(line);
        if (line.size == 0 || line.data[0] == '#') {
            continue;
        }
        if (count == 0 && bd_str_has_prefix(line, head)) {
            BD_TRY(take_parameters(&work, bd_str_sub(line, head.size, line.size), number, err));
            continue;
        }
        work.line = count == 0 ? number : work.line;
        work.lines[count++] = line;
        if (count == 3) {
            count = 0;
            BD_TRY(run_case(&work, err));
            bd_arena_reset(scratch);
        }
    }
    if (count != 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the case at line %zu has %zu of 3 lines, expected condition, record and verdict",
                 work.line, count);
    }
    return BD_OK;
}
