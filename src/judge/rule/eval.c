/* Kleene's three-valued logic: false decides an "all of", true decides an "any of", unknown stays
 * unknown. */
#include "bindery/rule.h"

#include "rule_priv.h"

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

static void note_lacking(evaluation *eval, const path *at, bool is_ambiguous) {
    if (eval->lacking.size == 0) {
        eval->lacking = at->text;
        eval->is_ambiguous = is_ambiguous;
    }
}

/* NULL when the expression has no value. */
static const bd_value *value_of(evaluation *eval, const expression *from) {
    if (from->kind == EXPR_LITERAL) {
        return from->literal;
    }
    const bd_value *value = NULL;
    if (from->kind == EXPR_CURRENT &&
        find_value(eval, &from->current, &value) != BD_LOOKUP_AMBIGUOUS) {
        return value;
    }
    return NULL;
}

static bd_verdict judge(evaluation *eval, const node *at, const bd_value *value) {
    const bd_value *operand = value_of(eval, &at->operand);
    if (operand == NULL) {
        return BD_CANNOT_TELL;
    }
    bd_verdict verdict = compare(at->op, value, operand);
    return at->is_negated ? negate(verdict) : verdict;
}

/* "exists" over a list asks for at least one member, all of them present: an empty list shows
 * nothing. */
static bd_verdict judge_exists(evaluation *eval, const node *at, const selection *values) {
    bool all = values->count > 0, any = false;
    for (size_t i = 0; i < values->count; i++) {
        bool is_there = !bd_value_is_absent(values->data[i]);
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
        if (find_value(eval, &at->field, &value) == BD_LOOKUP_AMBIGUOUS) {
            note_lacking(eval, &at->field, true);
            return BD_CANNOT_TELL;
        }
        bd_verdict verdict = judge(eval, at, value);
        if (verdict == BD_CANNOT_TELL) {
            note_lacking(eval, &at->field, false);
        }
        return verdict;
    }
    selection values = {0};
    if (!find_values(eval, &at->field, &values)) {
        note_lacking(eval, &at->field, true);
        return BD_CANNOT_TELL;
    }
    if (at->op == OP_EXISTS) {
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

/* ---- count
 * ---------------------------------------------------------------------------------------------- */

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
            return false;
        }
        for (size_t i = 0; i < list->count; i++) {
            count_member(eval, at, &list->items[i], sure, open);
        }
        return true;
    }
    selection members = {0};
    if (!find_values(eval, &at->field, &members)) {
        note_lacking(eval, &at->field, true);
        return false;
    }
    for (size_t i = 0; i < members.count; i++) {
        count_member(eval, at, members.data[i], sure, open);
    }
    return true;
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

/* ---- the tree
 * ------------------------------------------------------------------------------------------- */

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

bd_verdict eval_node(evaluation *eval, const node *at) {
    switch (at->kind) {
    case NODE_ALL: return eval_children(eval, at, BD_FAIL);
    case NODE_ANY: return eval_children(eval, at, BD_PASS);
    case NODE_NOT: return negate(eval_node(eval, at->children[0]));
    case NODE_FIELD: return eval_field(eval, at);
    case NODE_VALUE: return judge(eval, at, value_of(eval, &at->value));
    case NODE_COUNT: return eval_count(eval, at);
    }
    return BD_CANNOT_TELL;
}

bd_verdict bd_condition_eval(const bd_condition *condition, const bd_value *record,
                             const bd_source_def *source, bd_arena *scratch) {
    evaluation eval = start_evaluation(record, source, (bd_str){0}, scratch);
    return eval_node(&eval, condition->root);
}
