/* Template expressions: [concat('a', parameters('b'))], compiled once to a small tree.
 *
 * Grammar (template functions and operators): a call, a literal or a number, and behind it any number of
 * ".member" and "[index]".  A quote inside of a text is written twice.  "[[" at the start stands for "[".
 * A call of constants is computed here: base64(concat(...)) over parameters costs nothing per record. */
#include "bindery/rule.h"

#include "rule_priv.h"

#define EXPRESSION_BYTES 32768
#define EXPRESSION_DEPTH 48

typedef struct {
    compiler *compile;
    const scope *scopes;
    const place *place;
    bd_str text;
    size_t at;
    int depth;
} parser;

static bd_rc parse_expression(parser *parse, expression *out);

bool is_template(bd_str text) {
    return text.size >= 2 && text.data[0] == '[' && text.data[1] != '[' &&
           text.data[text.size - 1] == ']';
}

/* ---- messages ---- */

static bd_str visible_part(parser *parse, bd_str text) {
    return bd_str_visible(parse->compile->arena, bd_str_sub(text, 0, 64));
}

static bd_rc refuse_at(parser *parse, const char *expected) {
    bd_str rest = bd_str_sub(parse->text, parse->at, parse->text.size);
    if (rest.size == 0) {
        return refuse(parse->compile, parse->place,
                      "the expression '%.*s' ends too early, expected %s",
                      BD_ARG(visible_part(parse, parse->text)), expected);
    }
    return refuse(parse->compile, parse->place,
                  "the expression has '%.*s' at character %zu, expected %s",
                  BD_ARG(visible_part(parse, bd_str_sub(rest, 0, 24))), parse->at + 1, expected);
}

/* ---- tokens ---- */

static char peek(parser *parse) {
    while (parse->at < parse->text.size &&
           (parse->text.data[parse->at] == ' ' || parse->text.data[parse->at] == '\t' ||
            parse->text.data[parse->at] == '\r' || parse->text.data[parse->at] == '\n')) {
        parse->at++;
    }
    return parse->at < parse->text.size ? parse->text.data[parse->at] : '\0';
}

static bool take(parser *parse, char wanted) {
    if (peek(parse) != wanted) {
        return false;
    }
    parse->at++;
    return true;
}

static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

static bd_str take_name(parser *parse) {
    (void)peek(parse);
    size_t from = parse->at;
    while (parse->at < parse->text.size && is_name_char(parse->text.data[parse->at])) {
        parse->at++;
    }
    return bd_str_sub(parse->text, from, parse->at);
}

static void set_literal(expression *out, const bd_value *value) {
    *out = (expression){.kind = EXPR_LITERAL, .literal = value};
}

static bd_rc parse_text(parser *parse, expression *out) {
    bd_strs pieces = {0};
    size_t from = ++parse->at;
    for (;; parse->at++) {
        if (parse->at >= parse->text.size) {
            return refuse_at(parse, "a closing quote");
        }
        if (parse->text.data[parse->at] != '\'') {
            continue;
        }
        *bd_push(parse->compile->arena, &pieces) = bd_str_sub(parse->text, from, parse->at++);
        if (parse->at >= parse->text.size || parse->text.data[parse->at] != '\'') {
            break;
        }
        from = parse->at; /* the second of two quotes is one */
    }
    bd_str text = bd_str_concat(parse->compile->arena, pieces.data, pieces.count);
    set_literal(out, bd_value_string(parse->compile->arena, text));
    return BD_OK;
}

static bd_rc parse_number(parser *parse, expression *out) {
    size_t from = parse->at;
    parse->at += parse->text.data[parse->at] == '-' ? 1 : 0;
    while (parse->at < parse->text.size &&
           ((parse->text.data[parse->at] >= '0' && parse->text.data[parse->at] <= '9'))) {
        parse->at++;
    }
    int64_t number;
    if (!bd_str_to_i64(bd_str_sub(parse->text, from, parse->at), &number)) {
        parse->at = from;
        return refuse_at(parse, "a whole number");
    }
    set_literal(out, bd_value_integer(parse->compile->arena, number));
    return BD_OK;
}

/* ---- calls ---- */

static bd_rc parse_arguments(parser *parse, expression *out) {
    BD_VEC(expression) args = {0};
    if (!take(parse, '(')) {
        return refuse_at(parse, "'('");
    }
    bool is_open = !take(parse, ')');
    while (is_open) {
        expression one = {0};
        BD_TRY(parse_expression(parse, &one));
        *bd_push(parse->compile->arena, &args) = one;
        is_open = !take(parse, ')');
        if (is_open && !take(parse, ',')) {
            return refuse_at(parse, "',' or ')'");
        }
    }
    out->args = args.data;
    out->arg_count = args.count;
    return BD_OK;
}

/* The one constant text that parameters(), field() and current() take. */
static bd_rc constant_text(parser *parse, const expression *call, bd_str name, bd_str *out) {
    bool is_text = call->arg_count == 1 && call->args[0].kind == EXPR_LITERAL &&
                   call->args[0].literal->kind == BD_STRING;
    if (!is_text) {
        return refuse(parse->compile, parse->place, "'%.*s(...)' takes one constant text",
                      BD_ARG(name));
    }
    *out = call->args[0].literal->text;
    return BD_OK;
}

/* "slas_or_none" is the fact slas where there is one. */
const bd_value *read_fact(compiler *compile, bd_str name) {
    const bd_value *value = find_parameter(compile->parameters, name);
    bd_strs *read = compile->plan == NULL ? NULL
                    : compile->is_limit   ? &compile->plan->limits
                                          : &compile->plan->facts;
    bd_str tail = BD_STR("_or_none");
    bd_str fact = bd_str_has_suffix(name, tail) ? bd_str_sub(name, 0, name.size - tail.size) : name;
    if (value != NULL && read != NULL) {
        *bd_push(compile->arena, read) = fact;
    }
    return value;
}

static bd_rc make_parameter(parser *parse, bd_str name, expression *out) {
    compiler *compile = parse->compile;
    const bd_value *value = find_parameter(compile->own, name);
    if (value == NULL) {
        value = read_fact(compile, name);
    }
    if (compile->controls != NULL && bd_str_eq(name, CONTROL_NUMBERS)) {
        value = compile->controls;
    }
    if (value != NULL && bd_str_eq(name, PLACE_FACT)) {
        compile->places = value;
    }
    if (value != NULL) {
        set_literal(out, value);
        return BD_OK;
    }
    if (compile->needs_parameters) {
        return refuse(compile, parse->place, "parameter '%.*s' has no value",
                      BD_ARG(visible_part(parse, name)));
    }
    *out = (expression){.kind = EXPR_UNSET, .name = name};
    if (compile->missing_fact.size == 0) {
        compile->missing_fact = name;
    }
    return BD_OK;
}

/* current(): the member of the innermost count; current('name'): of the value count so named;
 * current('list[*].a'): of the count over this list. */
static bd_rc make_current(parser *parse, bd_str name, expression *out) {
    out->kind = EXPR_CURRENT;
    for (const scope *s = parse->scopes; s != NULL; s = s->outer) {
        if (name.size == 0 || (s->field == NULL && bd_str_ieq(name, s->name))) {
            out->path = (path){.text = name, .scope = s->depth};
            return BD_OK;
        }
    }
    if (parse->scopes == NULL) {
        return refuse(parse->compile, parse->place, "'current(...)' stands outside of a count");
    }
    BD_TRY(compile_path(parse->compile, name, parse->scopes, parse->place, &out->path));
    if (out->path.scope == SCOPE_RECORD) {
        return refuse(parse->compile, parse->place, "'current('%.*s')' names no count around it",
                      BD_ARG(visible_part(parse, name)));
    }
    return BD_OK;
}

static bool are_constant(const expression *call) {
    for (size_t i = 0; i < call->arg_count; i++) {
        if (call->args[i].kind != EXPR_LITERAL) {
            return false;
        }
    }
    return true;
}

/* What can be computed now is computed once.  What has no value stays a call: it may stand in the branch of an if()
 * that is not taken. */
static void fold(parser *parse, expression *made) {
    evaluation eval = start_evaluation(&null_value, NULL, (bd_str){0}, parse->compile->arena);
    const bd_value *value = NULL;
    if (eval_expression(&eval, made, &value)) {
        set_literal(made, value);
    }
}

static bd_rc make_call(parser *parse, bd_str name, expression *out) {
    out->kind = EXPR_CALL;
    out->call = find_function(name);
    if (out->call == NULL) {
        return refuse(parse->compile, parse->place,
                      "the template function '%.*s' is not understood, the nearest known one is "
                      "'%s'",
                      BD_ARG(visible_part(parse, name)),
                      nearest_function(parse->compile->arena, name));
    }
    if (out->arg_count < out->call->least || out->arg_count > out->call->most) {
        return refuse(parse->compile, parse->place,
                      "'%s(...)' is given %zu arguments, expected %zu to %zu", out->call->name,
                      out->arg_count, out->call->least, out->call->most);
    }
    if (out->call->is_constant && are_constant(out)) {
        fold(parse, out);
    }
    return BD_OK;
}

static bd_rc parse_call(parser *parse, expression *out) {
    bd_str name = take_name(parse), text = BD_STR("");
    if (name.size == 0) {
        return refuse_at(parse, "a function, a text in single quotes or a whole number");
    }
    BD_TRY(parse_arguments(parse, out));
    if (bd_str_ieq(name, BD_STR("parameters"))) {
        BD_TRY(constant_text(parse, out, name, &text));
        return make_parameter(parse, text, out);
    }
    if (bd_str_ieq(name, BD_STR("field"))) {
        BD_TRY(constant_text(parse, out, name, &text));
        out->kind = EXPR_FIELD;
        return compile_path(parse->compile, text, parse->scopes, parse->place, &out->path);
    }
    if (bd_str_ieq(name, BD_STR("current"))) {
        if (out->arg_count > 0) {
            BD_TRY(constant_text(parse, out, name, &text));
        }
        return make_current(parse, text, out);
    }
    return make_call(parse, name, out);
}

/* ---- the grammar ---- */

static void make_member(parser *parse, expression key, expression *out) {
    expression *args = bd_new(parse->compile->arena, expression, 2);
    args[0] = *out;
    args[1] = key;
    *out = (expression){.kind = EXPR_MEMBER, .args = args, .arg_count = 2};
    if (are_constant(out)) {
        fold(parse, out);
    }
}

/* Members behind a primary make the tree as deep as parentheses do. */
static bd_rc parse_members(parser *parse, expression *out) {
    for (int count = 0;; count++) {
        expression key = {0};
        if (count > EXPRESSION_DEPTH) {
            return refuse(parse->compile, parse->place, "more than %d members follow one another",
                          EXPRESSION_DEPTH);
        }
        if (take(parse, '.')) {
            bd_str name = take_name(parse);
            if (name.size == 0) {
                return refuse_at(parse, "the name of a member");
            }
            set_literal(&key, bd_value_string(parse->compile->arena, name));
        } else if (take(parse, '[')) {
            BD_TRY(parse_expression(parse, &key));
            if (!take(parse, ']')) {
                return refuse_at(parse, "']'");
            }
        } else {
            return BD_OK;
        }
        make_member(parse, key, out);
    }
}

static bd_rc parse_expression(parser *parse, expression *out) {
    if (++parse->depth > EXPRESSION_DEPTH) {
        return refuse(parse->compile, parse->place, "the expression is nested deeper than %d",
                      EXPRESSION_DEPTH);
    }
    char next = peek(parse);
    if (next == '\'') {
        BD_TRY(parse_text(parse, out));
    } else if (next == '-' || (next >= '0' && next <= '9')) {
        BD_TRY(parse_number(parse, out));
    } else {
        BD_TRY(parse_call(parse, out));
    }
    BD_TRY(parse_members(parse, out));
    parse->depth--;
    return BD_OK;
}

static bd_rc compile_template(compiler *compile, bd_str text, const scope *scopes, const place *at,
                              expression *out) {
    if (text.size > EXPRESSION_BYTES) {
        return refuse(compile, at, "the expression has %zu bytes, one may have at most %d",
                      text.size, EXPRESSION_BYTES);
    }
    parser parse = {.compile = compile,
                    .scopes = scopes,
                    .place = at,
                    .text = bd_str_sub(text, 1, text.size - 1)};
    BD_TRY(parse_expression(&parse, out));
    return peek(&parse) == '\0' && parse.at == parse.text.size
               ? BD_OK
               : refuse_at(&parse, "the end of the expression");
}

bd_str unset_parameter(const expression *from) {
    bd_str found = from->kind == EXPR_UNSET ? from->name : BD_STR("");
    for (size_t i = 0; found.size == 0 && i < from->arg_count; i++) {
        found = unset_parameter(&from->args[i]);
    }
    return found;
}

/* ---- literals ---- */

/* "[[" stands for "["; "[" without "]" at the end is nearly always an expression cut short. */
static bd_rc compile_string(compiler *compile, const bd_value *json, const place *at,
                            const bd_value **out) {
    bd_str text = json->text;
    if (text.size < 1 || text.data[0] != '[') {
        *out = json;
        return BD_OK;
    }
    if (text.size >= 2 && text.data[1] == '[') {
        *out = bd_value_string(compile->arena, bd_str_sub(text, 1, text.size));
        return BD_OK;
    }
    return refuse(compile, at,
                  "the expression '%.*s' has no ']' at its end; a text that begins with '[' is "
                  "written '[['",
                  BD_ARG(bd_str_visible(compile->arena, bd_str_sub(text, 0, 64))));
}

/* A literal without templates inside, except that members of a list may be constant ones. */
static bd_rc compile_literal(compiler *compile, const bd_value *json, const place *at,
                             const bd_value **out) {
    *out = json;
    if (json->kind == BD_STRING) {
        return compile_string(compile, json, at, out);
    }
    if (json->kind != BD_ARRAY) {
        return BD_OK;
    }
    const bd_value **members = bd_new(compile->arena, const bd_value *, json->count + 1);
    for (size_t i = 0; i < json->count; i++) {
        place member = {.parent = at, .index = i};
        expression inner = {.literal = &json->items[i]};
        if (json->items[i].kind == BD_STRING && is_template(json->items[i].text)) {
            BD_TRY(compile_template(compile, json->items[i].text, NULL, &member, &inner));
        } else if (json->items[i].kind == BD_STRING) {
            BD_TRY(compile_string(compile, &json->items[i], &member, &inner.literal));
        }
        if (inner.kind != EXPR_LITERAL && inner.kind != EXPR_UNSET) {
            return refuse(compile, &member, "a member of a list is no constant");
        }
        members[i] = inner.kind == EXPR_LITERAL ? inner.literal : &null_value;
    }
    *out = bd_value_array(compile->arena, json->count, members);
    return BD_OK;
}

bd_rc compile_expression(compiler *compile, const bd_value *json, const scope *scopes,
                         const place *at, expression *out) {
    *out = (expression){.kind = EXPR_LITERAL};
    if (json->kind == BD_STRING && is_template(json->text)) {
        return compile_template(compile, json->text, scopes, at, out);
    }
    return compile_literal(compile, json, at, &out->literal);
}

struct bd_template {
    expression root;
};

bd_rc bd_template_compile(const bd_value *json, const bd_value *parameters, const char *subject,
                          bd_str key, bd_arena *arena, const bd_template **out, bd_err *err) {
    compiler compile = {.arena = arena,
                        .parameters = parameters,
                        .subject = subject,
                        .is_policy = true,
                        .err = err};
    place at = {.key = key};
    bd_template *made = bd_new(arena, bd_template, 1);
    BD_TRY(compile_expression(&compile, json, NULL, &at, &made->root));
    *out = made;
    return BD_OK;
}

bd_str bd_template_unset(const bd_template *from) {
    return unset_parameter(&from->root);
}

const bd_value *bd_template_constant(const bd_template *from) {
    return from->root.kind == EXPR_LITERAL ? from->root.literal : NULL;
}

const bd_value *bd_template_eval(const bd_template *from, const bd_value *record,
                                 const bd_source_def *source, const bd_policy_setting *setting,
                                 bd_arena *scratch, bd_str *reason) {
    evaluation eval = start_evaluation(record, source, setting->type, scratch);
    const bd_value *value = NULL;
    eval.setting = setting;
    if (eval_expression(&eval, &from->root, &value)) {
        return value;
    }
    *reason = lacking_reason(&eval);
    return NULL;
}
