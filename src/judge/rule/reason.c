/* The sentence that a finding prints: the check's template with the record's own values, or what
 * was lacking. */
#include "bindery/rule.h"

#include "rule_priv.h"

#define VALUE_MAX 200 /* bytes of one value in a sentence */
#define VALUES_MAX 5  /* values of one "[*]" path in a sentence */

bd_rc compile_reason(compiler *compile, bd_str text, const place *at, reason_template *out) {
    while (text.size > 0) {
        ptrdiff_t open = bd_str_find(text, BD_STR("{"));
        if (open < 0) {
            *bd_push(compile->arena, out) = (reason_part){.literal = text};
            return BD_OK;
        }
        *bd_push(compile->arena, out) = (reason_part){.literal = bd_str_sub(text, 0, (size_t)open)};
        text = bd_str_sub(text, (size_t)open + 1, text.size);
        ptrdiff_t close = bd_str_find(text, BD_STR("}"));
        if (close < 0) {
            return refuse(compile, at, "'{' without '}' in the reason");
        }
        reason_part part = {.field = bd_new(compile->arena, path, 1)};
        BD_TRY(compile_path(compile, bd_str_sub(text, 0, (size_t)close), NULL, at, part.field));
        *bd_push(compile->arena, out) = part;
        text = bd_str_sub(text, (size_t)close + 1, text.size);
    }
    return BD_OK;
}

bd_str visible_value(bd_arena *arena, const bd_value *value) {
    if (bd_value_is_absent(without_blanks(value))) {
        return BD_STR("absent");
    }
    switch (value->kind) {
    case BD_BOOL: return bd_str_of(value->boolean ? "true" : "false");
    case BD_NUMBER:
    case BD_STRING: {
        bd_str cut = bd_str_sub(value->text, 0, VALUE_MAX);
        while (cut.size < value->text.size && cut.size > 0 &&
               ((unsigned char)value->text.data[cut.size] & 0xc0) == 0x80) {
            cut.size--; /* not in the middle of a character */
        }
        bd_str visible = bd_str_visible(arena, cut);
        return cut.size < value->text.size ? bd_str_format(arena, "%.*s...", BD_ARG(visible))
                                           : visible;
    }
    case BD_ARRAY: return bd_str_format(arena, "a list of %zu", value->count);
    case BD_OBJECT: return BD_STR("an object");
    case BD_NULL: break;
    }
    return BD_STR("absent");
}

static bool has_text(const bd_strs *list, bd_str text) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_eq(list->data[i], text)) {
            return true;
        }
    }
    return false;
}

/* Different values in the order of the record, the first few of them. */
static bd_str visible_values(evaluation *eval, const path *at) {
    selection values = {0};
    if (!find_values(eval, at, &values) || values.count == 0) {
        return BD_STR("absent");
    }
    bd_strs texts = {0};
    for (size_t i = 0; i < values.count; i++) {
        bd_str text = visible_value(eval->scratch, values.data[i]);
        if (!has_text(&texts, text)) {
            *bd_push(eval->scratch, &texts) = text;
        }
    }
    bd_str all = texts.data[0];
    for (size_t i = 1; i < texts.count && i < VALUES_MAX; i++) {
        all = bd_str_format(eval->scratch, "%.*s, %.*s", BD_ARG(all), BD_ARG(texts.data[i]));
    }
    return texts.count <= VALUES_MAX ? all
                                     : bd_str_format(eval->scratch, "%.*s and %zu more",
                                                     BD_ARG(all), texts.count - VALUES_MAX);
}

bd_str fill_reason(evaluation *eval, const reason_template *reason) {
    if (reason->count == 1 && reason->data[0].field == NULL) {
        return reason->data[0].literal;
    }
    bd_str text = BD_STR("");
    for (size_t i = 0; i < reason->count; i++) {
        const reason_part *part = &reason->data[i];
        bd_str piece = part->literal;
        if (part->field != NULL && part->field->has_each) {
            piece = visible_values(eval, part->field);
        } else if (part->field != NULL) {
            const bd_value *value = NULL;
            find_value(eval, part->field, &value);
            piece = visible_value(eval->scratch, value);
        }
        text = text.size == 0 ? piece
                              : bd_str_concat(eval->scratch, (bd_str[]){text, piece}, 2);
    }
    return text;
}

bd_str lacking_reason(evaluation *eval) {
    if (eval->trouble.size > 0) {
        return eval->trouble;
    }
    if (eval->lacking.size == 0) {
        return BD_STR("the record does not show what the check asks");
    }
    bd_str field = bd_str_visible(eval->scratch, eval->lacking);
    if (eval->is_ambiguous) {
        return bd_str_format(eval->scratch,
                             "the record has '%.*s' more than once, spelled in different case",
                             BD_ARG(field));
    }
    const bd_value *problem = bd_value_find(eval->record, "problem");
    bool is_derived = eval->source != NULL && eval->source->derivation.size > 0;
    if (is_derived && problem != NULL && problem->kind == BD_STRING) {
        return bd_str_format(eval->scratch, "the record does not show '%.*s': %.*s", BD_ARG(field),
                             BD_ARG(bd_str_visible(eval->scratch, problem->text)));
    }
    return bd_str_format(eval->scratch, "the record does not show '%.*s'", BD_ARG(field));
}
