/* Kleene's three-valued logic: false decides an "all of", true decides an "any of", unknown stays
 * unknown. */
#include "bindery/rule.h"

#include "rule_priv.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const verdict_texts[] = {"pass", "fail", "not-applicable", "cannot-tell"};

const char *bd_verdict_text(bd_verdict verdict) {
    return verdict_texts[verdict];
}

bd_verdict bd_verdict_worse(bd_verdict a, bd_verdict b) {
    static const int rank[] = {
        [BD_NOT_APPLICABLE] = 0, [BD_PASS] = 1, [BD_CANNOT_TELL] = 2, [BD_FAIL] = 3};
    return rank[a] >= rank[b] ? a : b;
}

bd_verdict negate(bd_verdict verdict) {
    return verdict == BD_PASS ? BD_FAIL : verdict == BD_FAIL ? BD_PASS : verdict;
}

evaluation start_evaluation(const bd_value *record, const bd_source_def *source, bd_str type,
                            bd_arena *scratch) {
    return (evaluation){.record = record,
                        .source = source,
                        .type = {.kind = BD_STRING, .text = type},
                        .scratch = scratch};
}

bool has_cause(const evaluation *eval) {
    return eval->lacking.size > 0 || eval->trouble.size > 0;
}

void note_lacking(evaluation *eval, const path *at, bool is_ambiguous) {
    if (!has_cause(eval)) {
        eval->lacking = at->text;
        eval->is_ambiguous = is_ambiguous;
    }
}

void note_trouble(evaluation *eval, const char *format, ...) {
    if (has_cause(eval)) {
        return; /* the first is the cause */
    }
    va_list args;
    va_start(args, format);
    eval->trouble = bd_str_vformat(eval->scratch, format, args);
    va_end(args);
}

bool take_step(evaluation *eval, size_t steps) {
    if (eval->steps <= STEPS_MAX) {
        eval->steps += steps > STEPS_MAX ? STEPS_MAX : steps;
    }
    if (eval->steps <= STEPS_MAX) {
        return true;
    }
    note_trouble(eval, "the condition takes more than %d steps on this record", STEPS_MAX);
    return false;
}

bool take_bytes(evaluation *eval, size_t bytes) {
    return take_step(eval, 1 + bytes / 16);
}

/* ---- reading ---- */

/* True when the alias speaks of another resource type than the record's: then it is null.  "/x" asks
 * for the last part of the type only. */
static bool is_foreign(const evaluation *eval, const path *at) {
    bd_str type = eval->type.text;
    if (at->alias_type.size == 0 || type.size == 0 || at->scope != SCOPE_RECORD) {
        return false;
    }
    return at->alias_type.data[0] == '/' ? !bd_str_has_suffix(type, at->alias_type)
                                         : !bd_str_eq(type, at->alias_type);
}

static bool is_identity(const path *at) {
    static const char *const fields[] = {"type", "kind", "name"};
    for (size_t i = 0; i < BD_COUNT(fields); i++) {
        if (!at->is_alias && bd_str_ieq(at->text, bd_str_of(fields[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_type_field(const path *at) {
    return !at->is_alias && bd_str_ieq(at->text, BD_STR("type"));
}

static bool may_read(evaluation *eval, const path *at) {
    if (eval->only_identity && !(eval->record == NULL ? is_type_field(at) : is_identity(at))) {
        note_lacking(eval, at, false);
        return false;
    }
    return true;
}

/* Does the record leave out what an alias asks for?  A record of chosen columns shows all of what it
 * shows, so that a member lacks where its parent is there. */
static bool is_left_out(const evaluation *eval, const path *at) {
    const bd_value *found = NULL;
    if (eval->setting == NULL || !eval->setting->is_partial || !at->is_alias ||
        at->scope != SCOPE_RECORD) {
        return false;
    }
    return bd_value_lookup(eval->record, at->segments[0].key, &found) != BD_LOOKUP_FOUND ||
           at->count == 1;
}

/* The value of a path without "[*]": false when it cannot be told.  `*out` is NULL when it is
 * absent. */
static bool read_value(evaluation *eval, const path *at, const bd_value **out) {
    *out = NULL;
    if (eval->setting == NULL && !eval->only_identity) {
        bool is_clear = find_value(eval, at, out) != BD_LOOKUP_AMBIGUOUS;
        if (!is_clear) {
            note_lacking(eval, at, true);
        }
        return is_clear;
    }
    if (!may_read(eval, at)) {
        return false;
    }
    if (eval->record == NULL) {
        *out = &eval->type; /* it is all that is known */
        return true;
    }
    if (at->is_full_name) {
        *out = bd_value_string(eval->scratch, bd_full_name(eval->scratch, eval->setting->id));
        return true;
    }
    if (is_foreign(eval, at)) {
        return true;
    }
    if (is_type_field(at) && !bd_str_ieq(bd_value_text(eval->record, "type"), eval->type.text)) {
        *out = &eval->type; /* Key Vault's records, say, have no type or one of ours */
        return true;
    }
    for (const path *one = at; one != NULL && *out == NULL; one = one->otherwise) {
        if (find_value(eval, one, out) == BD_LOOKUP_AMBIGUOUS) {
            note_lacking(eval, at, true);
            return false;
        }
    }
    bool is_hidden = *out == NULL && is_left_out(eval, at);
    if (is_hidden) {
        note_lacking(eval, at, false);
    }
    return !is_hidden;
}

/* The values of a path with "[*]"; false when they cannot be told. */
static bool read_values(evaluation *eval, const path *at, selection *out) {
    eval->has_gap = false;
    if (eval->setting == NULL && !eval->only_identity) {
        bool is_clear = find_values(eval, at, out);
        if (!is_clear) {
            note_lacking(eval, at, true);
        }
        return is_clear;
    }
    if (!may_read(eval, at)) {
        return false;
    }
    if (is_foreign(eval, at)) {
        return true;
    }
    if (!find_values(eval, at, out)) {
        note_trouble(eval, "'%.*s' is no list in the record", BD_ARG(at->text));
        return false;
    }
    if (eval->has_gap && out->count == 0 && at->otherwise != NULL) {
        return find_values(eval, at->otherwise, out);
    }
    bool is_hidden = eval->has_gap && is_left_out(eval, at);
    if (is_hidden) {
        note_lacking(eval, at, false);
    }
    return !is_hidden;
}

/* ---- expressions ---- */

const bd_value null_value = {.kind = BD_NULL};
static const bd_value empty_text = {.kind = BD_STRING, .text = {"", 0}};

static bool list_values(evaluation *eval, const path *at, const bd_value **out) {
    selection values = {0};
    if (!read_values(eval, at, &values)) {
        return false;
    }
    for (size_t i = 0; i < values.count; i++) {
        values.data[i] = values.data[i] != NULL ? values.data[i] : &null_value;
    }
    if (!take_step(eval, values.count)) {
        return false;
    }
    *out = bd_value_array(eval->scratch, values.count, values.data);
    return true;
}

/* field('list[*].a') inside of a count is a list of the current member's alone. */
static bool eval_field_call(evaluation *eval, const path *at, const bd_value **out) {
    const bd_value *value = NULL;
    if (at->has_each) {
        return list_values(eval, at, out);
    }
    if (!read_value(eval, at, &value)) {
        return false;
    }
    if (at->scope != SCOPE_RECORD) {
        *out = bd_value_array(eval->scratch, value != NULL ? 1 : 0, &value);
        return true;
    }
    if (value == NULL && eval->setting == NULL) {
        note_lacking(eval, at, false);
        return false;
    }
    *out = value != NULL ? value : &empty_text;
    return true;
}

static bool eval_current(evaluation *eval, const path *at, const bd_value **out) {
    const bd_value *value = NULL;
    if (at->has_each) {
        return list_values(eval, at, out);
    }
    if (at->count == 0) {
        value = eval->current[at->scope];
    } else if (!read_value(eval, at, &value)) {
        return false;
    }
    if (value == NULL && eval->setting == NULL) {
        note_lacking(eval, at, false);
        return false;
    }
    *out = value != NULL ? value : &null_value;
    return true;
}

/* A member of what only Azure knows whole: it may well be there. */
static bool is_outline(const expression *from) {
    return from->kind == EXPR_CALL && !from->call->is_constant;
}

static bool eval_member(evaluation *eval, const expression *from, const bd_value **out) {
    const bd_value *target = NULL, *key = NULL;
    int64_t index = 0;
    if (!eval_expression(eval, &from->args[0], &target) ||
        !eval_expression(eval, &from->args[1], &key)) {
        return false;
    }
    if (key->kind == BD_NUMBER && target->kind == BD_ARRAY && bd_str_to_i64(key->text, &index) &&
        index >= 0 && (uint64_t)index < target->count) {
        *out = &target->items[index];
        return true;
    }
    if (key->kind == BD_STRING && target->kind == BD_OBJECT) {
        const bd_value *found = NULL;
        bd_lookup lookup = bd_value_lookup(target, key->text, &found);
        if (lookup == BD_LOOKUP_FOUND) {
            *out = found;
            return true;
        }
    }
    if (has_cause(eval)) {
        return false; /* in a count of a million members the first says it */
    }
    note_trouble(eval, "%s'%.*s' is not known",
                 is_outline(&from->args[0]) ? "of what surrounds the resource " : "the member ",
                 BD_ARG(bd_str_visible(eval->scratch, key->text)));
    return false;
}

/* The value that decides comes first, as in "any of": an argument that cannot be told matters only
 * where no other decides. */
static bool eval_logic(evaluation *eval, const expression *from, bool decisive,
                       const bd_value **out) {
    bool is_known = true;
    for (size_t i = 0; i < from->arg_count; i++) {
        const bd_value *value = NULL;
        bool has_value = eval_expression(eval, &from->args[i], &value);
        int truth = has_value ? truth_of_value(value) : -1;
        if (truth == (decisive ? 1 : 0)) {
            *out = bd_value_bool(eval->scratch, decisive);
            return true;
        }
        if (has_value && truth < 0) {
            note_trouble(eval, "%s(...) is given something else than truth values",
                         from->call->name);
        }
        is_known = is_known && truth >= 0;
    }
    *out = bd_value_bool(eval->scratch, !decisive);
    return is_known;
}

static bool eval_if(evaluation *eval, const expression *from, const bd_value **out) {
    const bd_value *value = NULL;
    if (!eval_expression(eval, &from->args[0], &value)) {
        return false;
    }
    int truth = truth_of_value(value);
    if (truth < 0) {
        note_trouble(eval, "if(...) is given something else than a truth value");
        return false;
    }
    return eval_expression(eval, &from->args[truth == 1 ? 1 : 2], out);
}

/* In a check an absent field has no value, and the next one is asked. */
static bool eval_coalesce(evaluation *eval, const expression *from, const bd_value **out) {
    for (size_t i = 0; i < from->arg_count; i++) {
        bool has_value = eval_expression(eval, &from->args[i], out);
        if (!has_value && (eval->setting != NULL || eval->trouble.size > 0)) {
            return false;
        }
        if (has_value && (*out)->kind != BD_NULL) {
            return true;
        }
    }
    *out = &null_value;
    return true;
}

static bool eval_call(evaluation *eval, const expression *from, const bd_value **out) {
    switch (from->call->lazy) {
    case LAZY_IF: return eval_if(eval, from, out);
    case LAZY_AND: return eval_logic(eval, from, false, out);
    case LAZY_OR: return eval_logic(eval, from, true, out);
    case LAZY_COALESCE: return eval_coalesce(eval, from, out);
    case LAZY_NOT: break;
    }
    const bd_value **args = bd_new(eval->scratch, const bd_value *, from->arg_count + 1);
    for (size_t i = 0; i < from->arg_count; i++) {
        if (!eval_expression(eval, &from->args[i], &args[i])) {
            return false;
        }
    }
    return take_step(eval, 1) && from->call->apply(eval, args, from->arg_count, out);
}

bool eval_expression(evaluation *eval, const expression *from, const bd_value **out) {
    switch (from->kind) {
    case EXPR_LITERAL: *out = from->literal; return true;
    case EXPR_UNSET:
        note_trouble(eval, "the parameter '%.*s' has no value", BD_ARG(from->name));
        return false;
    case EXPR_CURRENT: return eval_current(eval, &from->path, out);
    case EXPR_FIELD: return eval_field_call(eval, &from->path, out);
    case EXPR_CALL: return eval_call(eval, from, out);
    case EXPR_MEMBER: return eval_member(eval, from, out);
    }
    return false;
}

/* NULL when the expression has no value. */
static const bd_value *value_of(evaluation *eval, const expression *from) {
    const bd_value *value = NULL;
    return eval_expression(eval, from, &value) ? value : NULL;
}

/* ---- comparisons ---- */

static bd_verdict judge(evaluation *eval, const node *at, const bd_value *value) {
    const bd_value *operand = value_of(eval, &at->operand);
    if (operand == NULL) {
        return BD_CANNOT_TELL;
    }
    bool is_policy = eval->setting != NULL || eval->only_identity;
    bd_verdict verdict =
        is_policy ? compare_policy(at->op, value, operand) : compare(at->op, value, operand);
    if (verdict == BD_CANNOT_TELL && is_policy && !has_cause(eval)) {
        note_trouble(eval, "the value %.*s cannot be compared with %.*s",
                     BD_ARG(visible_value(eval->scratch, value)),
                     BD_ARG(visible_value(eval->scratch, operand)));
    }
    return at->is_negated ? negate(verdict) : verdict;
}

static bool is_known_word(const bd_value *known, const bd_value *value) {
    for (size_t i = 0; i < known->count; i++) {
        if (compare(OP_LIKE, value, &known->items[i]) == BD_PASS) {
            return true;
        }
    }
    return false;
}

enum { SHOWN_WORDS = 8 };

static bd_str words_shown(evaluation *eval, const bd_value *known) {
    bd_str list = {"", 0};
    for (size_t i = 0; i < known->count && i < SHOWN_WORDS; i++) {
        list = bd_str_format(eval->scratch, "%.*s%s%.*s", BD_ARG(list), i > 0 ? ", " : "",
                             BD_ARG(known->items[i].text));
    }
    return known->count <= SHOWN_WORDS
               ? list
               : bd_str_format(eval->scratch, "%.*s and %zu more, in 'words' of source %.*s",
                               BD_ARG(list), known->count - SHOWN_WORDS,
                               BD_ARG(eval->source->id));
}

/* What a word means that the source does not declare, nobody knows: it may be another spelling of the one that is asked
 * for, so that only a comparison which it meets is an answer. */
static bd_verdict judge_word(evaluation *eval, const node *at, const bd_value *value,
                             bd_verdict verdict) {
    const bd_value *words = eval->source != NULL ? eval->source->words : NULL, *known = NULL;
    bd_verdict met = at->is_negated ? BD_FAIL : BD_PASS;
    if (words == NULL || eval->setting != NULL || at->op == OP_EXISTS || verdict == met ||
        verdict == BD_CANNOT_TELL || value == NULL || value->kind != BD_STRING ||
        bd_value_is_absent(value) ||
        bd_value_lookup(words, at->field.text, &known) != BD_LOOKUP_FOUND ||
        is_known_word(known, value)) {
        return verdict;
    }
    const bd_value *operand = value_of(eval, &at->operand);
    if (operand != NULL && operand->kind == BD_STRING && operand->text.size == 0) {
        return verdict; /* is there anything at all? */
    }
    note_trouble(eval, "%.*s is '%.*s', which is none of the words that are known: %.*s",
                 BD_ARG(at->field.text), BD_ARG(bd_str_visible(eval->scratch, value->text)),
                 BD_ARG(words_shown(eval, known)));
    return BD_CANNOT_TELL;
}

/* What people write into a cell that has nothing in it. */
static bool stands_for_nothing(bd_str text, bd_str column) {
    static const char *const words[] = {
        "-",   "--",   "---",     "\xe2\x80\x93", "\xe2\x80\x94", "?",
        "n/a", "n.a.", "tbd",     "tbc",          "tba",          "todo",
        "...", "null", "unknown", "unassigned",   "nobody",       "no one"};
    bd_str trimmed = bd_str_trim(text);
    bool is_person =
        bd_str_ieq(column, BD_STR("owner")) || bd_str_has_suffix(column, BD_STR("_by"));
    for (size_t i = 0; i < BD_COUNT(words); i++) {
        if (bd_str_ieq(trimmed, bd_str_of(words[i]))) {
            return true;
        }
    }
    return is_person && bd_str_ieq(trimmed, BD_STR("none"));
}

/* "Is there anything?" is no question that a dash answers: nobody knows whether it stands for an empty cell. */
static bd_verdict judge_filler(evaluation *eval, const node *at, const bd_value *value,
                               bd_verdict verdict) {
    bool is_list = eval->source != NULL && eval->source->is_handed_in && eval->setting == NULL;
    if (!is_list || verdict == BD_CANNOT_TELL || value == NULL || value->kind != BD_STRING ||
        !stands_for_nothing(value->text, at->field.text)) {
        return verdict;
    }
    const bd_value *operand = value_of(eval, &at->operand);
    bool asks_for_any =
        at->op == OP_EXISTS || (at->op == OP_EQUALS && operand != NULL &&
                                operand->kind == BD_STRING && operand->text.size == 0);
    if (!asks_for_any) {
        return verdict;
    }
    note_trouble(
        eval,
        "%.*s is '%.*s', which may stand for nothing: leave the cell empty, or write what it is",
        BD_ARG(at->field.text), BD_ARG(bd_str_visible(eval->scratch, value->text)));
    return BD_CANNOT_TELL;
}

/* "exists" over a list asks for at least one member, all of them present: an empty list shows
 * nothing. */
static bd_verdict judge_exists(evaluation *eval, const node *at, const selection *values) {
    bool all = values->count > 0, any = false;
    for (size_t i = 0; i < values->count; i++) {
        bool is_there = !bd_value_is_absent(without_blanks(values->data[i]));
        all = all && is_there;
        any = any || is_there;
    }
    const bd_value *operand = value_of(eval, &at->operand);
    if (operand == NULL) {
        return BD_CANNOT_TELL;
    }
    bool wants = compare(OP_EXISTS, operand, operand) == BD_PASS;
    return (wants ? all : !any) ? BD_PASS : BD_FAIL;
}

static bd_verdict eval_field(evaluation *eval, const node *at) {
    if (!at->field.has_each) {
        const bd_value *value = NULL;
        if (!read_value(eval, &at->field, &value)) {
            return BD_CANNOT_TELL;
        }
        bd_verdict verdict = judge_word(eval, at, value, judge(eval, at, value));
        verdict = judge_filler(eval, at, value, verdict);
        if (verdict == BD_CANNOT_TELL) {
            note_lacking(eval, &at->field, false);
        }
        return verdict;
    }
    selection values = {0};
    if (!read_values(eval, &at->field, &values)) {
        return BD_CANNOT_TELL;
    }
    if (at->op == OP_EXISTS && eval->setting == NULL) {
        return judge_exists(eval, at, &values);
    }
    bd_verdict all = BD_PASS;
    for (size_t i = 0; i < values.count; i++) {
        bd_verdict each = judge(eval, at, values.data[i]);
        if (each == BD_FAIL) {
            return BD_FAIL;
        }
        all = each == BD_CANNOT_TELL ? BD_CANNOT_TELL : all;
    }
    if (all == BD_CANNOT_TELL) {
        note_lacking(eval, &at->field, false);
    }
    return all;
}

/* ---- count ---- */

static void count_member(evaluation *eval, const node *at, const bd_value *member, size_t *sure,
                         size_t *open) {
    if (at->where == NULL) {
        ++*sure;
        return;
    }
    eval->current[at->scope] = member;
    bd_verdict verdict = eval_node(eval, at->where);
    *sure += verdict == BD_PASS ? 1 : 0;
    *open += verdict == BD_CANNOT_TELL ? 1 : 0;
}

static bool count_members(evaluation *eval, const node *at, size_t *sure, size_t *open) {
    if (at->is_value_count) {
        const bd_value *list = value_of(eval, &at->value);
        if (list == NULL || list->kind != BD_ARRAY) {
            note_trouble(eval, "what is counted is no list");
            return false;
        }
        for (size_t i = 0; i < list->count; i++) {
            count_member(eval, at, &list->items[i], sure, open);
        }
        return take_step(eval, list->count);
    }
    selection members = {0};
    if (!read_values(eval, &at->field, &members)) {
        return false;
    }
    for (size_t i = 0; i < members.count; i++) {
        count_member(eval, at, members.data[i], sure, open);
    }
    return take_step(eval, members.count);
}

/* Members whose `where` is unknown may count or not: only an answer that is the same either way is
 * an answer. */
static bd_verdict eval_count(evaluation *eval, const node *at) {
    size_t sure = 0, open = 0;
    if (!count_members(eval, at, &sure, &open)) {
        return BD_CANNOT_TELL;
    }
    bd_verdict answer = BD_CANNOT_TELL;
    for (size_t n = sure; n <= sure + open; n++) {
        char text[24];
        int size = snprintf(text, sizeof text, "%zu", n);
        bd_value number = {.kind = BD_NUMBER, .text = {text, (size_t)size}};
        bd_verdict verdict = judge(eval, at, &number);
        if (n > sure && verdict != answer) {
            return BD_CANNOT_TELL;
        }
        answer = verdict;
    }
    return answer;
}

/* ---- the tree ---- */

static bd_verdict eval_children(evaluation *eval, const node *at, bd_verdict decisive) {
    bd_verdict verdict = negate(decisive);
    for (size_t i = 0; i < at->child_count; i++) {
        bd_verdict each = eval_node(eval, at->children[i]);
        if (each == decisive) {
            return decisive;
        }
        verdict = each == BD_CANNOT_TELL ? BD_CANNOT_TELL : verdict;
    }
    return verdict;
}

/* An expression without a value: in a check the operator asks what it makes of absence. */
static bd_verdict eval_value(evaluation *eval, const node *at) {
    const bd_value *value = value_of(eval, &at->value);
    bool is_policy = eval->setting != NULL || eval->only_identity;
    return value == NULL && is_policy ? BD_CANNOT_TELL : judge(eval, at, value);
}

bd_verdict eval_node(evaluation *eval, const node *at) {
    if (!take_step(eval, 1)) {
        return BD_CANNOT_TELL;
    }
    switch (at->kind) {
    case NODE_ALL: return eval_children(eval, at, BD_FAIL);
    case NODE_ANY: return eval_children(eval, at, BD_PASS);
    case NODE_NOT: return negate(eval_node(eval, at->children[0]));
    case NODE_FIELD: return eval_field(eval, at);
    case NODE_VALUE: return eval_value(eval, at);
    case NODE_COUNT: return eval_count(eval, at);
    }
    return BD_CANNOT_TELL;
}

bd_verdict bd_condition_eval(const bd_condition *condition, const bd_value *record,
                             const bd_source_def *source, bd_arena *scratch) {
    evaluation eval = start_evaluation(record, source, (bd_str){0}, scratch);
    return eval_node(&eval, condition->root);
}

bd_verdict bd_policy_condition_eval(const bd_condition *condition, const bd_value *record,
                                    const bd_source_def *source, const bd_policy_setting *setting,
                                    bd_arena *scratch, bd_str *reason) {
    evaluation eval = start_evaluation(record, source, setting->type, scratch);
    eval.setting = setting;
    bd_verdict verdict = eval_node(&eval, condition->root);
    if (verdict == BD_CANNOT_TELL && reason != NULL) {
        *reason = lacking_reason(&eval);
    }
    return verdict;
}

bool bd_condition_may_hold(const bd_condition *condition, bd_str type, const bd_value *record,
                           bd_arena *scratch) {
    evaluation eval = start_evaluation(record, NULL, type, scratch);
    eval.only_identity = true;
    return eval_node(&eval, condition->root) != BD_FAIL;
}
