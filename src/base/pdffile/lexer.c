/* lexer.c - PDF objects from bytes (ISO 32000-1, 7.2 and 7.3), strictly and within bounds.
 *
 * Stricter than the standard where two readers could understand two things: a dictionary may not
 * name a key twice, a hexadecimal string holds digits only, an integer has to fit. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#include <string.h>

#define NODES_MAX (1u << 18)
#define DEPTH_MAX 48
#define KEYS_MAX 4096
#define STRING_MAX (1u << 20)

bd_pdf_lexer bd_pdf_lexer_of(bd_str text, size_t at, size_t end, bd_arena *arena, bd_err *err) {
    return (bd_pdf_lexer){.text = text,
                          .at = at,
                          .end = end,
                          .arena = arena,
                          .nodes_left = NODES_MAX,
                          .has_references = true,
                          .err = err};
}

const uint8_t bd_pdf_classes[256] = {
    [' '] = BD_PDF_SPACE,     ['\n'] = BD_PDF_SPACE,    ['\r'] = BD_PDF_SPACE,
    ['\t'] = BD_PDF_SPACE,    ['\f'] = BD_PDF_SPACE,    ['\0'] = BD_PDF_SPACE,
    ['('] = BD_PDF_DELIMITER, [')'] = BD_PDF_DELIMITER, ['<'] = BD_PDF_DELIMITER,
    ['>'] = BD_PDF_DELIMITER, ['['] = BD_PDF_DELIMITER, [']'] = BD_PDF_DELIMITER,
    ['{'] = BD_PDF_DELIMITER, ['}'] = BD_PDF_DELIMITER, ['/'] = BD_PDF_DELIMITER,
    ['%'] = BD_PDF_DELIMITER,
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static int parse_hex_digit(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool has_more(const bd_pdf_lexer *lexer) {
    return lexer->at < lexer->end;
}

static char peek(const bd_pdf_lexer *lexer) {
    return has_more(lexer) ? lexer->text.data[lexer->at] : '\0';
}

static const char *place_of(const bd_pdf_lexer *lexer) {
    return lexer->is_packed ? " of an object stream" : "";
}

bd_rc bd_pdf_lexer_raise(const bd_pdf_lexer *lexer, const char *problem) {
    BD_RAISE(lexer->err, BD_ERR_INPUT, "%s, at byte %zu%s", problem, lexer->at, place_of(lexer));
}

void bd_pdf_lexer_skip_comments(bd_pdf_lexer *lexer) {
    const char *text = lexer->text.data;
    size_t at = lexer->at, end = lexer->end;
    do {
        if (text[at++] == '%') {
            while (at < end && text[at] != '\n' && text[at] != '\r') {
                at++;
            }
        }
    } while (at < end && (bd_pdf_is_space(text[at]) || text[at] == '%'));
    lexer->at = at;
}

bd_str bd_pdf_lexer_word(bd_pdf_lexer *lexer) {
    const char *text = lexer->text.data;
    size_t from = lexer->at, at = from;
    while (at < lexer->end && bd_pdf_is_regular(text[at])) {
        at++;
    }
    lexer->at = at;
    return (bd_str){text + from, at - from};
}

bd_rc bd_pdf_lexer_expect(bd_pdf_lexer *lexer, bd_str word) {
    bd_pdf_lexer_skip(lexer);
    size_t from = lexer->at;
    bd_str found = bd_pdf_lexer_word(lexer);
    if (bd_str_eq(found, word)) {
        return BD_OK;
    }
    lexer->at = from;
    BD_RAISE(lexer->err, BD_ERR_INPUT,
             "expected '%.*s' in the pdf, found something else, at byte %zu%s", BD_ARG(word), from,
             place_of(lexer));
}

bd_rc bd_pdf_lexer_digits(bd_pdf_lexer *lexer, int64_t *out) {
    size_t from = lexer->at;
    int64_t value = 0;
    while (is_digit(peek(lexer)) && lexer->at - from < 15) {
        value = value * 10 + (lexer->text.data[lexer->at++] - '0');
    }
    if (lexer->at == from || is_digit(peek(lexer))) {
        return bd_pdf_lexer_raise(lexer, "expected a number of at most 15 digits");
    }
    *out = value;
    return BD_OK;
}

/* ---- numbers and references ------------------------------------------------------------------ */

/* Tries "<generation> R" after an integer; leaves the cursor where it was when that does not
 * follow. */
static void find_reference(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    size_t from = lexer->at;
    int generation = 0;
    size_t digits = 0;
    bd_pdf_lexer_skip(lexer);
    for (; is_digit(peek(lexer)) && digits < 6; digits++) {
        generation = generation * 10 + (lexer->text.data[lexer->at++] - '0');
    }
    if (digits > 0 && bd_pdf_is_space(peek(lexer)) && generation <= 65535) {
        bd_pdf_lexer_skip(lexer);
        bd_str word = bd_pdf_lexer_word(lexer);
        if (word.size == 1 && word.data[0] == 'R') {
            out->kind = BD_PDF_REF;
            out->generation = generation;
            return;
        }
    }
    lexer->at = from;
}

static bd_rc parse_number(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    const char *text = lexer->text.data;
    size_t at = lexer->at, end = lexer->end, digits = 0;
    bool is_negative = text[at] == '-';
    int64_t whole = 0;
    double fraction = 0, scale = 1;
    if (is_negative || text[at] == '+') {
        at++;
    }
    for (; at < end && is_digit(text[at]); at++, digits++) {
        if (whole > (INT64_MAX - 9) / 10) {
            lexer->at = at;
            return bd_pdf_lexer_raise(lexer, "a number that is too large");
        }
        whole = whole * 10 + (text[at] - '0');
    }
    out->kind = BD_PDF_INTEGER;
    if (at < end && text[at] == '.') {
        out->kind = BD_PDF_REAL;
        for (at++; at < end && is_digit(text[at]); at++, digits++) {
            scale /= 10;
            fraction += scale * (text[at] - '0');
        }
    }
    lexer->at = at;
    if (digits == 0 || (at < end && bd_pdf_is_regular(text[at]))) {
        return bd_pdf_lexer_raise(lexer, "a number that is not well formed");
    }
    out->integer = is_negative ? -whole : whole;
    out->real = is_negative ? -((double)whole + fraction) : (double)whole + fraction;
    if (out->kind == BD_PDF_INTEGER && !is_negative && lexer->has_references) {
        find_reference(lexer, out);
    }
    return BD_OK;
}

/* ---- strings and names ----------------------------------------------------------------------- */

static bd_rc parse_hex_string(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    size_t from = ++lexer->at;
    while (has_more(lexer) && parse_hex_digit(peek(lexer)) >= 0) {
        lexer->at++;
    }
    if (peek(lexer) != '>') {
        return bd_pdf_lexer_raise(lexer, "a hexadecimal string with something else than digits");
    }
    size_t digits = lexer->at - from;
    if (digits > 2 * (size_t)STRING_MAX) {
        return bd_pdf_lexer_raise(lexer, "a string that is too long");
    }
    out->kind = BD_PDF_STRING;
    lexer->at++;
    if (lexer->is_check) {
        return BD_OK;
    }
    char *bytes = bd_new(lexer->arena, char, digits / 2 + 1);
    for (size_t i = 0; i < digits; i++) {
        int value = parse_hex_digit(lexer->text.data[from + i]);
        bytes[i / 2] = (char)((uint8_t)bytes[i / 2] | (uint8_t)(i % 2 == 0 ? value << 4 : value));
    }
    out->text = (bd_str){bytes, (digits + 1) / 2};
    return BD_OK;
}

/* The byte that an escape stands for, or -1 for a line continuation; the cursor is after the
 * backslash. */
static int parse_escape(bd_pdf_lexer *lexer) {
    static const char names[] = "nrtbf", values[] = "\n\r\t\b\f";
    char c = lexer->text.data[lexer->at++];
    const char *name = memchr(names, c, sizeof(names) - 1);
    if (name != NULL) {
        return values[name - names];
    }
    if (c == '\r' || c == '\n') {
        if (c == '\r' && peek(lexer) == '\n') {
            lexer->at++;
        }
        return -1;
    }
    if (c < '0' || c > '7') {
        return (uint8_t)c;
    }
    int value = c - '0';
    for (int i = 0; i < 2 && peek(lexer) >= '0' && peek(lexer) <= '7'; i++) {
        value = value * 8 + (lexer->text.data[lexer->at++] - '0');
    }
    return value & 0xff;
}

/* Finds the closing parenthesis so that room can be taken before the bytes are decoded. */
static bd_rc measure_string(bd_pdf_lexer *lexer, size_t *length) {
    size_t depth = 0;
    for (size_t at = lexer->at; at < lexer->end && at - lexer->at <= STRING_MAX; at++) {
        char c = lexer->text.data[at];
        if (c == '\\') {
            at++;
        } else if (c == '(') {
            depth++;
        } else if (c == ')' && --depth == 0) {
            *length = at - lexer->at;
            return BD_OK;
        }
    }
    return bd_pdf_lexer_raise(lexer, "a string without end");
}

static bd_rc parse_literal_string(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    size_t length = 0, count = 0;
    BD_TRY(measure_string(lexer, &length));
    size_t end = lexer->at + length;
    out->kind = BD_PDF_STRING;
    if (lexer->is_check) {
        lexer->at = end + 1;
        return BD_OK;
    }
    char *bytes = bd_new(lexer->arena, char, length);
    lexer->at++;
    while (lexer->at < end) {
        char c = lexer->text.data[lexer->at++];
        if (c == '\\') {
            int value = parse_escape(lexer);
            if (value >= 0) {
                bytes[count++] = (char)value;
            }
        } else {
            bytes[count++] = c;
        }
    }
    lexer->at = end + 1;
    out->text = (bd_str){bytes, count};
    return BD_OK;
}

#define NAME_BYTES ((size_t)255)

static bd_rc parse_name(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    lexer->at++;
    bd_str raw = bd_pdf_lexer_word(lexer);
    out->kind = BD_PDF_NAME;
    out->text = raw;
    bool has_escape = raw.size > 0 && memchr(raw.data, '#', raw.size) != NULL;
    /* "#ff" is one byte of the name: what we write with escapes must be read back. */
    if (raw.size > (has_escape ? 3 * NAME_BYTES : NAME_BYTES)) {
        return bd_pdf_lexer_raise(lexer, "a name of more than 255 bytes");
    }
    if (!has_escape) {
        return BD_OK;
    }
    char *bytes = bd_new(lexer->arena, char, raw.size);
    size_t count = 0;
    for (size_t i = 0; i < raw.size; i++) {
        bytes[count] = raw.data[i];
        if (raw.data[i] == '#') {
            bool is_whole = raw.size - i > 2;
            int high = is_whole ? parse_hex_digit(raw.data[i + 1]) : -1;
            int low = is_whole ? parse_hex_digit(raw.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return bd_pdf_lexer_raise(lexer, "a name with a broken '#' escape");
            }
            bytes[count] = (char)(high * 16 + low);
            i += 2;
        }
        count++;
    }
    out->text = (bd_str){bytes, count};
    if (count > NAME_BYTES) {
        return bd_pdf_lexer_raise(lexer, "a name of more than 255 bytes");
    }
    return BD_OK;
}

/* ---- containers ------------------------------------------------------------------------------ */

/* The cursor is behind white space. */
static bd_rc parse_object(bd_pdf_lexer *lexer, int depth, bd_pdf_object *out);

typedef BD_VEC(bd_pdf_object) bd_pdf_objects;

static bd_rc parse_array(bd_pdf_lexer *lexer, int depth, bd_pdf_object *out) {
    bd_pdf_objects items = {0};
    bd_pdf_object dropped = {0};
    lexer->at++;
    for (bd_pdf_lexer_skip(lexer); peek(lexer) != ']'; bd_pdf_lexer_skip(lexer)) {
        BD_TRY(parse_object(lexer, depth + 1,
                            lexer->is_check ? &dropped : bd_push(lexer->arena, &items)));
    }
    lexer->at++;
    out->kind = BD_PDF_ARRAY;
    out->items = items.data;
    out->count = items.count;
    return BD_OK;
}

static bool has_key(const bd_strs *keys, bd_str key) {
    for (size_t i = 0; i < keys->count; i++) {
        const bd_str *other = &keys->data[i];
        if (other->size == key.size && memcmp(other->data, key.data, key.size) == 0) {
            return true;
        }
    }
    return false;
}

static bd_rc parse_entry(bd_pdf_lexer *lexer, int depth, bd_strs *keys, bd_pdf_objects *items) {
    bd_pdf_object key, dropped = {0};
    if (peek(lexer) != '/' || keys->count >= KEYS_MAX) {
        return bd_pdf_lexer_raise(lexer,
                                  "expected a name as key of a dictionary of at most 4096 keys");
    }
    BD_TRY(parse_name(lexer, &key));
    if (has_key(keys, key.text)) {
        return bd_pdf_lexer_raise(lexer, "a dictionary names a key twice");
    }
    *bd_push(lexer->arena, keys) = key.text;
    bd_pdf_lexer_skip(lexer);
    bd_pdf_object *item = lexer->is_check ? &dropped : bd_push(lexer->arena, items);
    BD_TRY(parse_object(lexer, depth + 1, item));
    if (depth == 0 && bd_str_eq(key.text, BD_STR("Length"))) {
        lexer->length = *item;
    } else if (depth == 0 && item->kind == BD_PDF_NAME && bd_str_eq(key.text, BD_STR("Type"))) {
        lexer->has_type = true;
        lexer->is_page = bd_str_eq(item->text, BD_STR("Page"));
    } else if (depth == 0 && item->kind == BD_PDF_ARRAY && bd_str_eq(key.text, BD_STR("Kids"))) {
        lexer->kids_at = (size_t)(item->start - lexer->base);
    }
    return BD_OK;
}

static bd_rc parse_dict(bd_pdf_lexer *lexer, int depth, bd_pdf_object *out) {
    bd_pdf_objects items = {0};
    bd_strs keys = {0};
    lexer->at += 2;
    for (bd_pdf_lexer_skip(lexer); peek(lexer) != '>'; bd_pdf_lexer_skip(lexer)) {
        BD_TRY(parse_entry(lexer, depth, &keys, &items));
    }
    lexer->at++;
    if (peek(lexer) != '>') {
        return bd_pdf_lexer_raise(lexer, "a dictionary without end");
    }
    lexer->at++;
    out->kind = BD_PDF_DICT;
    out->items = items.data;
    out->keys = keys.data;
    out->count = items.count;
    return BD_OK;
}

static bd_rc parse_keyword(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    size_t from = lexer->at;
    bd_str word = bd_pdf_lexer_word(lexer);
    if (bd_str_eq(word, BD_STR("null"))) {
        out->kind = BD_PDF_NULL;
        return BD_OK;
    }
    out->kind = BD_PDF_BOOL;
    out->boolean = bd_str_eq(word, BD_STR("true"));
    if (out->boolean || bd_str_eq(word, BD_STR("false"))) {
        return BD_OK;
    }
    lexer->at = from;
    return bd_pdf_lexer_raise(lexer, "expected an object in the pdf");
}

static bd_rc parse_any(bd_pdf_lexer *lexer, int depth, bd_pdf_object *out) {
    char c = peek(lexer);
    if (c == '<') {
        bool is_dict = lexer->at + 1 < lexer->end && lexer->text.data[lexer->at + 1] == '<';
        return is_dict ? parse_dict(lexer, depth, out) : parse_hex_string(lexer, out);
    }
    if (c == '(') {
        return parse_literal_string(lexer, out);
    }
    if (c == '/') {
        return parse_name(lexer, out);
    }
    if (c == '[') {
        return parse_array(lexer, depth, out);
    }
    if (is_digit(c) || c == '-' || c == '+' || c == '.') {
        return parse_number(lexer, out);
    }
    return parse_keyword(lexer, out);
}

static bd_rc parse_object(bd_pdf_lexer *lexer, int depth, bd_pdf_object *out) {
    if (!has_more(lexer)) {
        return bd_pdf_lexer_raise(lexer, "the pdf ends inside an object");
    }
    if (depth > DEPTH_MAX || lexer->nodes_left == 0) {
        return bd_pdf_lexer_raise(lexer, "an object that is nested too deeply or too large");
    }
    lexer->nodes_left--;
    out->start = lexer->base + (int64_t)lexer->at;
    BD_TRY(parse_any(lexer, depth, out));
    out->end = lexer->base + (int64_t)lexer->at;
    return BD_OK;
}

bd_rc bd_pdf_lexer_object(bd_pdf_lexer *lexer, bd_pdf_object *out) {
    *out = (bd_pdf_object){0};
    lexer->length = (bd_pdf_object){0};
    lexer->has_type = lexer->is_page = false;
    lexer->kids_at = 0;
    bd_pdf_lexer_skip(lexer);
    return parse_object(lexer, 0, out);
}
