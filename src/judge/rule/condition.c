/* Conditions in Azure Policy's language, compiled to a tree.  What is not understood is refused
 * here, once, by name: a condition that was read only in part would judge something else than what
 * it says. */
#include "bindery/rule.h"

#include "rule_priv.h"

#include <stdio.h>

bd_rc refuse(const compiler *compile, const place *at, const char *format, ...) {
    bd_str pointer = BD_STR("");
    for (const place *p = at; p != NULL; p = p->parent) {
        pointer = p->key.size > 0
                      ? bd_str_format(compile->arena, "/%.*s%.*s", BD_ARG(p->key), BD_ARG(pointer))
                      : bd_str_format(compile->arena, "/%zu%.*s", p->index, BD_ARG(pointer));
    }
    va_list args;
    va_start(args, format);
    bd_str text = bd_str_vformat(compile->arena, format, args);
    va_end(args);
    BD_RAISE(compile->err, BD_ERR_INPUT, "cannot use %s at '%.*s': %.*s", compile->subject,
             BD_ARG(pointer.size > 0 ? pointer : BD_STR("/")), BD_ARG(text));
}

/* ---- operators ---- */

static const struct {
    const char *name;
    operator_kind op;
    bool is_negated;
} operators[] = {
    {"equals", OP_EQUALS, false},
    {"notEquals", OP_EQUALS, true},
    {"like", OP_LIKE, false},
    {"notLike", OP_LIKE, true},
    {"match", OP_MATCH, false},
    {"notMatch", OP_MATCH, true},
    {"matchInsensitively", OP_MATCH_FOLDED, false},
    {"notMatchInsensitively", OP_MATCH_FOLDED, true},
    {"in", OP_IN, false},
    {"notIn", OP_IN, true},
    {"contains", OP_CONTAINS, false},
    {"notContains", OP_CONTAINS, true},
    {"containsKey", OP_CONTAINS_KEY, false},
    {"notContainsKey", OP_CONTAINS_KEY, true},
    {"less", OP_LESS, false},
    {"lessOrEquals", OP_LESS_OR_EQUALS, false},
    {"greater", OP_GREATER, false},
    {"greaterOrEquals", OP_GREATER_OR_EQUALS, false},
    {"exists", OP_EXISTS, false},
};

static const char *nearest_operator(bd_str word) {
    const char *known[BD_COUNT(operators) + 6] = {"field", "value", "count",
                                                  "allOf", "anyOf", "not"};
    for (size_t i = 0; i < BD_COUNT(operators); i++) {
        known[i + 6] = operators[i].name;
    }
    return bd_catalog_nearest(known, BD_COUNT(known), word);
}

static bool set_operator(node *out, bd_str name) {
    for (size_t i = 0; i < BD_COUNT(operators); i++) {
        if (bd_str_ieq(name, bd_str_of(operators[i].name))) {
            out->op = operators[i].op;
            out->is_negated = operators[i].is_negated;
            return true;
        }
    }
    return false;
}

/* ---- expressions ---- */

/* Parameters are named without regard to case; one that is spelled exactly comes first. */
const bd_value *find_parameter(const bd_value *parameters, bd_str name) {
    const bd_value *found = bd_value_find_str(parameters, name);
    bool is_object = found == NULL && parameters != NULL && parameters->kind == BD_OBJECT;
    for (size_t i = 0; is_object && found == NULL && i < parameters->count; i++) {
        found = bd_str_ieq(parameters->keys[i], name) ? &parameters->items[i] : NULL;
    }
    const bd_value *value = bd_value_find(found, "value");
    return value != NULL ? value : found;
}

/* ---- operands ---- */

bool has_two_stars(bd_str text) {
    ptrdiff_t star = bd_str_find(text, BD_STR("*"));
    return star >= 0 &&
           bd_str_find(bd_str_sub(text, (size_t)star + 1, text.size), BD_STR("*")) >= 0;
}

static const char *operand_fault(operator_kind op, const bd_value *operand) {
    bool is_text = operand->kind == BD_STRING;
    bool is_scalar = is_text || operand->kind == BD_NUMBER || operand->kind == BD_BOOL;
    switch (op) {
    case OP_EQUALS:
    case OP_CONTAINS: return is_scalar ? NULL : "a string, a number or a truth value";
    case OP_LIKE:
        return is_text && !has_two_stars(operand->text) ? NULL : "a string with at most one '*'";
    case OP_MATCH:
    case OP_MATCH_FOLDED:
    case OP_CONTAINS_KEY: return is_text ? NULL : "a string";
    case OP_IN: return operand->kind == BD_ARRAY ? NULL : "an array";
    case OP_LESS:
    case OP_LESS_OR_EQUALS:
    case OP_GREATER:
    case OP_GREATER_OR_EQUALS:
        return is_text || operand->kind == BD_NUMBER ? NULL : "a string or a number";
    case OP_EXISTS: {
        bool is_truth =
            operand->kind == BD_BOOL || (is_text && (bd_str_ieq(operand->text, BD_STR("true")) ||
                                                     bd_str_ieq(operand->text, BD_STR("false"))));
        return is_truth ? NULL : "true or false";
    }
    }
    return NULL;
}

static bd_rc compile_operand(compiler *compile, const bd_value *json, const scope *scopes,
                             const place *at, node *out) {
    BD_TRY(compile_expression(compile, json, scopes, at, &out->operand));
    const char *expected =
        out->operand.kind == EXPR_LITERAL ? operand_fault(out->op, out->operand.literal) : NULL;
    return expected == NULL
               ? BD_OK
               : refuse(compile, at, "the operand does not fit, expected %s", expected);
}

/* ---- the parts of a condition ---- */

static bd_rc compile_list(compiler *compile, const bd_value *list, const scope *scopes,
                          const place *at, node *out) {
    if (list->kind != BD_ARRAY || list->count == 0) {
        return refuse(compile, at, "expected an array of at least one condition");
    }
    out->child_count = list->count;
    out->children = bd_new(compile->arena, node *, list->count);
    for (size_t i = 0; i < list->count; i++) {
        place member = {.parent = at, .index = i};
        BD_TRY(compile_condition(compile, &list->items[i], scopes, &member, &out->children[i]));
    }
    return BD_OK;
}

static bd_rc compile_not(compiler *compile, const bd_value *json, const scope *scopes,
                         const place *at, node *out) {
    out->child_count = 1;
    out->children = bd_new(compile->arena, node *, 1);
    return compile_condition(compile, json, scopes, at, &out->children[0]);
}

static bd_rc compile_field(compiler *compile, const bd_value *json, const scope *scopes,
                           const place *at, path *out) {
    bd_str text = json->text;
    if (json->kind != BD_STRING) {
        return refuse(compile, at, "expected a field path");
    }
    if (is_template(json->text)) {
        expression made = {0};
        BD_TRY(compile_expression(compile, json, scopes, at, &made));
        bd_str unset = unset_parameter(&made);
        if (unset.size > 0) {
            return refuse(compile, at, "the parameter '%.*s' has no value",
                          BD_ARG(bd_str_visible(compile->arena, bd_str_sub(unset, 0, 64))));
        }
        if (made.kind != EXPR_LITERAL || made.literal->kind != BD_STRING) {
            return refuse(compile, at,
                          "expected a field path, found the template '%.*s', which has no text of "
                          "its own",
                          BD_ARG(bd_str_visible(compile->arena, bd_str_sub(text, 0, 80))));
        }
        text = made.literal->text;
    }
    return compile_path(compile, text, scopes, at, out);
}

static const bd_value *find_member(const bd_value *object, const char *key, bd_str *written) {
    for (size_t i = 0; i < object->count; i++) {
        if (bd_str_ieq(object->keys[i], bd_str_of(key))) {
            *written = object->keys[i];
            return &object->items[i];
        }
    }
    return NULL;
}

static bd_rc compile_count(compiler *compile, const bd_value *json, const scope *scopes,
                           const place *at, node *out) {
    bd_str key = {0}, name_key;
    if (json->kind != BD_OBJECT) {
        return refuse(compile, at, "expected an object with 'field' or 'value'");
    }
    for (size_t i = 0; i < json->count; i++) {
        static const char *const known[] = {"field", "value", "name", "where"};
        const char *nearest = bd_catalog_nearest(known, BD_COUNT(known), json->keys[i]);
        if (!bd_str_ieq(json->keys[i], bd_str_of(nearest))) {
            return refuse(compile, at, "unknown key '%.*s', the nearest known one is '%s'",
                          BD_ARG(bd_str_visible(compile->arena, bd_str_sub(json->keys[i], 0, 64))),
                          nearest);
        }
    }
    scope inner = {.outer = scopes, .depth = scopes == NULL ? 0 : scopes->depth + 1};
    if (inner.depth >= SCOPES_MAX) {
        return refuse(compile, at, "counts are nested deeper than %d", SCOPES_MAX);
    }
    out->scope = inner.depth;
    const bd_value *field = find_member(json, "field", &key),
                   *value = find_member(json, "value", &key);
    if ((field == NULL) == (value == NULL)) {
        return refuse(compile, at, "expected exactly one of 'field' and 'value'");
    }
    place here = {.parent = at, .key = key};
    if (field != NULL) {
        BD_TRY(compile_field(compile, field, scopes, &here, &out->field));
        /* inside of a count over the same list this is the list of its one current member */
        if (out->field.whole_count == 0 || !out->field.whole[out->field.whole_count - 1].is_each) {
            return refuse(compile, &here, "a counted field ends with '[*]'");
        }
        inner.field = &out->field;
    } else {
        out->is_value_count = true;
        const bd_value *name = find_member(json, "name", &name_key);
        inner.name = name != NULL && name->kind == BD_STRING ? name->text : BD_STR("");
        BD_TRY(compile_expression(compile, value, scopes, &here, &out->value));
    }
    const bd_value *where = find_member(json, "where", &key);
    place below = {.parent = at, .key = key};
    return where == NULL ? BD_OK : compile_condition(compile, where, &inner, &below, &out->where);
}

static bool is_subject(bd_str key) {
    return bd_str_ieq(key, BD_STR("field")) || bd_str_ieq(key, BD_STR("value")) ||
           bd_str_ieq(key, BD_STR("count"));
}

static bd_rc compile_subject(compiler *compile, bd_str key, const bd_value *json,
                             const scope *scopes, const place *at, node *out) {
    if (bd_str_ieq(key, BD_STR("field"))) {
        out->kind = NODE_FIELD;
        return compile_field(compile, json, scopes, at, &out->field);
    }
    if (bd_str_ieq(key, BD_STR("value"))) {
        out->kind = NODE_VALUE;
        return compile_expression(compile, json, scopes, at, &out->value);
    }
    out->kind = NODE_COUNT;
    return compile_count(compile, json, scopes, at, out);
}

/* {"field"|"value"|"count": ..., "<operator>": operand} */
static bd_rc compile_comparison(compiler *compile, const bd_value *json, const scope *scopes,
                                const place *at, node *out) {
    size_t subjects = 0, found = 0;
    for (size_t i = 0; i < json->count; i++) {
        if (!is_subject(json->keys[i]) && !set_operator(out, json->keys[i])) {
            return refuse(compile, at, "unknown operator '%.*s', the nearest known one is '%s'",
                          BD_ARG(bd_str_visible(compile->arena, bd_str_sub(json->keys[i], 0, 64))),
                          nearest_operator(json->keys[i]));
        }
        subjects += is_subject(json->keys[i]) ? 1 : 0;
        found += is_subject(json->keys[i]) ? 0 : 1;
    }
    if (subjects != 1 || found != 1) {
        return refuse(compile, at,
                      "expected one of 'field', 'value' and 'count', and one operator");
    }
    for (size_t i = 0; i < json->count; i++) {
        place member = {.parent = at, .key = json->keys[i]};
        if (is_subject(json->keys[i])) {
            BD_TRY(compile_subject(compile, json->keys[i], &json->items[i], scopes, &member, out));
        } else {
            BD_TRY(compile_operand(compile, &json->items[i], scopes, &member, out));
        }
    }
    return BD_OK;
}

/* The reader of JSON bounds the depth too, but a caller may set its limit higher. */
#define CONDITION_DEPTH 256

static int place_depth(const place *at) {
    int depth = 0;
    for (; at != NULL; at = at->parent) {
        depth++;
    }
    return depth;
}

bd_rc compile_condition(compiler *compile, const bd_value *json, const scope *scopes,
                        const place *at, node **out) {
    if (json == NULL || json->kind != BD_OBJECT || json->count == 0) {
        return refuse(compile, at,
                      "expected a condition, an object such as {\"field\":\"a\",\"equals\":\"b\"}");
    }
    node *made = *out = bd_new(compile->arena, node, 1);
    if (place_depth(at) > CONDITION_DEPTH) {
        return refuse(compile, NULL, "conditions are nested deeper than %d", CONDITION_DEPTH);
    }
    if (json->count > 1) {
        return compile_comparison(compile, json, scopes, at, made);
    }
    place below = {.parent = at, .key = json->keys[0]};
    if (bd_str_ieq(json->keys[0], BD_STR("allOf"))) {
        made->kind = NODE_ALL;
        return compile_list(compile, &json->items[0], scopes, &below, made);
    }
    if (bd_str_ieq(json->keys[0], BD_STR("anyOf"))) {
        made->kind = NODE_ANY;
        return compile_list(compile, &json->items[0], scopes, &below, made);
    }
    if (bd_str_ieq(json->keys[0], BD_STR("not"))) {
        made->kind = NODE_NOT;
        return compile_not(compile, &json->items[0], scopes, &below, made);
    }
    return compile_comparison(compile, json, scopes, at, made);
}

bd_rc bd_policy_condition_compile(const bd_value *json, const bd_value *parameters,
                                  const char *subject, bd_str key, bd_arena *arena,
                                  const bd_condition **out, bd_err *err) {
    compiler compile = {.arena = arena,
                        .parameters = parameters,
                        .subject = subject,
                        .is_policy = true,
                        .err = err};
    place at = {.key = key};
    bd_condition *condition = bd_new(arena, bd_condition, 1);
    BD_TRY(compile_condition(&compile, json, NULL, &at, &condition->root));
    *out = condition;
    return BD_OK;
}

bd_rc bd_condition_compile(const bd_value *json, const bd_value *parameters, bd_arena *arena,
                           const bd_condition **out, bd_err *err) {
    compiler compile = {.arena = arena,
                        .parameters = parameters,
                        .subject = "the condition",
                        .needs_parameters = true,
                        .err = err};
    bd_condition *condition = bd_new(arena, bd_condition, 1);
    BD_TRY(compile_condition(&compile, json, NULL, NULL, &condition->root));
    *out = condition;
    return BD_OK;
}
