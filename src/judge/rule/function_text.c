/* Template functions over texts. */
#include "bindery/rule.h"

#include "function.h"

static bool join_lists(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    BD_VEC(const bd_value *) members = {0};
    for (size_t i = 0; i < count; i++) {
        if (args[i]->kind != BD_ARRAY) {
            return mismatch(eval, "concat", "lists alone or texts alone");
        }
        for (size_t m = 0; m < args[i]->count; m++) {
            *bd_push(eval->scratch, &members) = &args[i]->items[m];
        }
    }
    *out = bd_value_array(eval->scratch, members.count, members.data);
    return take_step(eval, members.count);
}

bool apply_concat(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    if (args[0]->kind == BD_ARRAY) {
        return join_lists(eval, args, count, out);
    }
    bd_str *pieces = bd_new(eval->scratch, bd_str, count);
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        if (!as_text(args[i], &pieces[i])) {
            return mismatch(eval, "concat", "lists alone or texts alone");
        }
        size += pieces[i].size;
        if (size > TEXT_MAX) {
            return too_long(eval, "concat");
        }
    }
    return give_text(eval, bd_str_concat(eval->scratch, pieces, count), out);
}

static bool fold_text(evaluation *eval, const bd_value *from, bool upper, const char *name,
                      const bd_value **out) {
    if (from->kind != BD_STRING) {
        return mismatch(eval, name, "a text");
    }
    char *bytes = bd_new(eval->scratch, char, from->text.size + 1);
    for (size_t i = 0; i < from->text.size; i++) {
        char c = from->text.data[i];
        bool is_turned = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
        bytes[i] = is_turned ? (char)(c ^ 0x20) : c;
    }
    return give_text(eval, (bd_str){bytes, from->text.size}, out);
}

bool apply_to_lower(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return fold_text(eval, args[0], false, "toLower", out);
}

bool apply_to_upper(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return fold_text(eval, args[0], true, "toUpper", out);
}

bool apply_trim(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return args[0]->kind == BD_STRING ? give_text(eval, bd_str_trim(args[0]->text), out)
                                      : mismatch(eval, "trim", "a text");
}

bool apply_replace(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str rest, old, new;
    if (!as_text(args[0], &rest) || !as_text(args[1], &old) || !as_text(args[2], &new) ||
        old.size == 0) {
        return mismatch(eval, "replace", "a text, a text that is not empty and a text");
    }
    bd_strs pieces = {0};
    size_t size = 0;
    for (ptrdiff_t at; (at = bd_str_find(rest, old)) >= 0;) {
        *bd_push(eval->scratch, &pieces) = bd_str_sub(rest, 0, (size_t)at);
        *bd_push(eval->scratch, &pieces) = new;
        size += (size_t)at + new.size;
        rest = bd_str_sub(rest, (size_t)at + old.size, rest.size);
        if (size > TEXT_MAX) {
            return too_long(eval, "replace");
        }
    }
    *bd_push(eval->scratch, &pieces) = rest;
    return give_text(eval, bd_str_concat(eval->scratch, pieces.data, pieces.count), out);
}

bool apply_substring(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    int64_t from = 0, size = 0;
    size_t has = args[0]->kind == BD_STRING ? char_count(args[0]->text) : 0;
    bool is_fine =
        args[0]->kind == BD_STRING && as_int(args[1], &from) && from >= 0 && (uint64_t)from <= has;
    size = (int64_t)has - from;
    if (is_fine && count > 2) {
        is_fine = as_int(args[2], &size) && size >= 0 && (uint64_t)size <= has - (uint64_t)from;
    }
    if (!is_fine) {
        return mismatch(eval, "substring", "a text and a part that lies in it");
    }
    size_t start = byte_of_char(args[0]->text, (size_t)from);
    bd_str tail = bd_str_sub(args[0]->text, start, args[0]->text.size);
    return give_text(eval, bd_str_sub(tail, 0, byte_of_char(tail, (size_t)size)), out);
}

bool apply_pad_left(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    int64_t width = 0;
    bd_str text, pad = BD_STR(" ");
    bool is_fine = as_text(args[0], &text) && args[0]->kind != BD_NULL && as_int(args[1], &width) &&
                   width >= 0 &&
                   (count < 3 || (args[2]->kind == BD_STRING && char_count(args[2]->text) == 1));
    if (!is_fine) {
        return mismatch(eval, "padLeft", "a text, a width and one character");
    }
    if (width > TEXT_MAX / 4) {
        return too_long(eval, "padLeft");
    }
    pad = count > 2 ? args[2]->text : pad;
    size_t has = char_count(text), lacks = (size_t)width > has ? (size_t)width - has : 0;
    bd_str *pieces = bd_new(eval->scratch, bd_str, lacks + 1);
    for (size_t i = 0; i < lacks; i++) {
        pieces[i] = pad;
    }
    pieces[lacks] = text;
    return give_text(eval, bd_str_concat(eval->scratch, pieces, lacks + 1), out);
}

/* How many bytes of `text` the longest delimiter at its start has; 0: none stands there. */
static size_t delimiter_at(bd_str text, const bd_value *delimiters) {
    size_t longest = 0;
    size_t count = delimiters->kind == BD_ARRAY ? delimiters->count : 1;
    for (size_t i = 0; i < count; i++) {
        const bd_value *one = delimiters->kind == BD_ARRAY ? &delimiters->items[i] : delimiters;
        if (one->kind == BD_STRING && one->text.size > longest &&
            bd_str_has_prefix(text, one->text)) {
            longest = one->text.size;
        }
    }
    return longest;
}

bool apply_split(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str text;
    bool is_fine = as_text(args[0], &text) &&
                   (args[1]->kind == BD_STRING || args[1]->kind == BD_ARRAY) &&
                   text.size <= TEXT_MAX;
    if (!is_fine) {
        return mismatch(eval, "split", "a text and what divides it");
    }
    BD_VEC(const bd_value *) parts = {0};
    size_t from = 0;
    for (size_t at = 0; at < text.size;) {
        size_t size = delimiter_at(bd_str_sub(text, at, text.size), args[1]);
        if (size == 0) {
            at++;
            continue;
        }
        *bd_push(eval->scratch, &parts) =
            bd_value_string(eval->scratch, bd_str_sub(text, from, at));
        at += size;
        from = at;
    }
    *bd_push(eval->scratch, &parts) =
        bd_value_string(eval->scratch, bd_str_sub(text, from, text.size));
    *out = bd_value_array(eval->scratch, parts.count, parts.data);
    return take_bytes(eval, parts.count * sizeof(bd_value) + text.size);
}

bool apply_string(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    bd_str text;
    return give_text(
        eval, as_text(args[0], &text) ? text : bd_json_canonical(eval->scratch, args[0]), out);
}

bool apply_base64(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (args[0]->kind != BD_STRING) {
        return mismatch(eval, "base64", "a text");
    }
    bd_str text = args[0]->text;
    if (text.size > TEXT_MAX / 2) {
        return too_long(eval, "base64");
    }
    char *bytes = bd_new(eval->scratch, char, text.size / 3 * 4 + 5);
    size_t size = 0;
    for (size_t at = 0; at < text.size; at += 3) {
        uint32_t three = 0;
        size_t has = text.size - at < 3 ? text.size - at : 3;
        for (size_t i = 0; i < 3; i++) {
            three = three << 8 | (i < has ? (uint8_t)text.data[at + i] : 0u);
        }
        for (size_t i = 0; i < 4; i++) {
            bytes[size++] = i <= has ? digits[three >> (18 - 6 * i) & 63] : '=';
        }
    }
    return give_text(eval, (bd_str){bytes, size}, out);
}

static bool find_ends(evaluation *eval, arguments args, const char *name, bool at_end,
                      const bd_value **out) {
    if (args[0]->kind != BD_STRING || args[1]->kind != BD_STRING) {
        return mismatch(eval, name, "two texts");
    }
    bd_str text = args[0]->text, part = args[1]->text;
    size_t from = at_end && text.size >= part.size ? text.size - part.size : 0;
    return give_bool(eval,
                     text.size >= part.size &&
                     bd_str_fold_cmp(bd_str_sub(text, from, from + part.size), part) == 0,
                     out);
}

bool apply_starts_with(evaluation *eval, arguments args, size_t count,
                       const bd_value **out) {
    (void)count;
    return find_ends(eval, args, "startsWith", false, out);
}

bool apply_ends_with(evaluation *eval, arguments args, size_t count, const bd_value **out) {
    (void)count;
    return find_ends(eval, args, "endsWith", true, out);
}
