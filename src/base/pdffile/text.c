/* text.c - the words of a page, read back from the drawing operators (ISO 32000-1, 9.4 and 9.10).
 *
 * Its purpose is to check what was printed: every figure of a report is compared with the data
 * behind it.  So it reads the fonts that our page writer embeds (Type 0 with two-byte codes and a
 * ToUnicode map) and plain one-byte fonts, and a code that no map explains becomes U+FFFD instead
 * of a guess.  Drawing order is kept.  A piece of text that begins on another line is set off with
 * a line feed, one that begins behind a gap on the same line with a space; widths come from the
 * font, so a word that is drawn in two pieces stays one word. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#include <stdio.h>
#include <string.h>

#define CODES 65536u
#define CONTENT_MAX (64u << 20)
#define MAP_MAX (8u << 20)
#define TEXT_MAX (16u << 20)
#define OPERANDS_MAX 4096
#define MAP_OPERANDS_MAX (3u * CODES)
#define MAPPED_MAX (2u * CODES)
#define STATES_MAX 64
#define PARENTS_MAX 32
#define UNKNOWN 0xfffdu
/* Parts of the font size: a gap that reads as a space, a step that reads as a new line. */
#define GAP 0.15
#define STEP 0.3

struct bd_pdf_font {
    const bd_pdf_object *object;
    bool is_wide;      /* two bytes per code */
    uint32_t *unicode; /* by code; 0: not mapped */
    bd_map *sequences; /* codes that stand for several characters, as UTF-8 */
    double *width;     /* by code, thousandths of the font size */
    size_t
        mapped_count; /* rows of the map so far; a map that repeats itself without end is cut off */
};

typedef double matrix[6];

typedef struct {
    matrix ctm;
    const bd_pdf_font *font;
    double size, char_space, word_space, scale, leading;
} text_state;

typedef struct {
    bd_pdf *pdf;
    const bd_pdf_object *fonts;
    text_state state, saved[STATES_MAX];
    size_t saved_count;
    matrix text, line;
    bool has_text;
    double end_x, end_y; /* where the last piece ended */
    bd_buf out;
    bd_err *err;
} reader;

static double number_of(const bd_pdf_object *object) {
    bool is_number = object->kind == BD_PDF_INTEGER || object->kind == BD_PDF_REAL;
    return is_number ? object->real : 0;
}

/* ---- ToUnicode ------------------------------------------------------------------------------- */

typedef BD_VEC(bd_pdf_object) bd_pdf_operands;

static uint32_t read_code(bd_str text) {
    uint32_t code = 0;
    for (size_t i = 0; i < text.size && i < 4; i++) {
        code = code << 8 | (uint8_t)text.data[i];
    }
    return code;
}

/* UTF-16BE as the map has it; `add` moves the last unit on within a range. */
static void map_code(bd_pdf *pdf, bd_pdf_font *font, uint32_t code, bd_str utf16, uint32_t add) {
    font->mapped_count++;
    if (code >= CODES || utf16.size < 2 || utf16.size > 64 || font->mapped_count > MAPPED_MAX) {
        return;
    }
    char marked[66] = "\xfe\xff";
    memcpy(marked + 2, utf16.data, utf16.size);
    uint32_t last =
        ((uint32_t)(uint8_t)marked[utf16.size] << 8 | (uint8_t)marked[utf16.size + 1]) + add;
    marked[utf16.size] = (char)(last >> 8);
    marked[utf16.size + 1] = (char)(last & 0xff);
    bd_str text = bd_pdf_text_decode((bd_str){marked, utf16.size + 2}, pdf->arena);
    size_t at = 0;
    uint32_t character = UNKNOWN;
    bd_utf8_next(text, &at, &character);
    font->unicode[code] = character == 0 ? UNKNOWN : character;
    if (at < text.size) {
        bd_str *kept = bd_new(pdf->arena, bd_str, 1);
        *kept = text;
        bd_map_put(font->sequences, bd_str_format(pdf->arena, "%u", code), kept);
    }
}

static void map_range(bd_pdf *pdf, bd_pdf_font *font, const bd_pdf_object *row) {
    uint32_t from = read_code(row[0].text), to = read_code(row[1].text);
    for (uint32_t code = from; code <= to && code < CODES && font->mapped_count <= MAPPED_MAX;
         code++) {
        uint32_t index = code - from;
        if (row[2].kind == BD_PDF_STRING) {
            map_code(pdf, font, code, row[2].text, index);
        } else if (row[2].kind == BD_PDF_ARRAY && index < row[2].count) {
            map_code(pdf, font, code, row[2].items[index].text, 0);
        }
    }
}

static void map_block(bd_pdf *pdf, bd_pdf_font *font, bd_str word,
                      const bd_pdf_operands *operands) {
    if (bd_str_eqz(word, "endbfchar")) {
        for (size_t i = 0; i + 1 < operands->count; i += 2) {
            map_code(pdf, font, read_code(operands->data[i].text), operands->data[i + 1].text, 0);
        }
    }
    if (bd_str_eqz(word, "endbfrange")) {
        for (size_t i = 0; i + 2 < operands->count; i += 3) {
            map_range(pdf, font, &operands->data[i]);
        }
    }
}

static bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'' || c == '"' || c == '*';
}

/* Next operand or operator; false at the end of the text. */
static bd_rc next_token(bd_pdf_lexer *lexer, bool *has_token, bd_str *word,
                        bd_pdf_object *operand) {
    bd_pdf_lexer_skip(lexer);
    *has_token = lexer->at < lexer->end;
    *word = (bd_str){0};
    if (!*has_token) {
        return BD_OK;
    }
    size_t at = lexer->at;
    if (is_word_start(lexer->text.data[at])) {
        *word = bd_pdf_lexer_word(lexer);
        bool is_value =
            bd_str_eqz(*word, "true") || bd_str_eqz(*word, "false") || bd_str_eqz(*word, "null");
        if (!is_value) {
            return BD_OK;
        }
        lexer->at = at;
        *word = (bd_str){0};
    }
    lexer->nodes_left = OPERANDS_MAX;
    return bd_pdf_lexer_object(lexer, operand);
}

static bd_rc read_map(bd_pdf *pdf, bd_pdf_font *font, const bd_pdf_object *stream, bd_err *err) {
    bd_str text;
    BD_TRY(bd_pdf_stream_decode(pdf, stream, MAP_MAX, &text, err));
    bd_pdf_lexer lexer = bd_pdf_lexer_of(text, 0, text.size, pdf->arena, err);
    bd_pdf_operands operands = {0};
    lexer.has_references = false;
    for (;;) {
        bool has_token = false;
        bd_str word;
        bd_pdf_object operand;
        BD_TRY(next_token(&lexer, &has_token, &word, &operand));
        if (!has_token) {
            return BD_OK;
        }
        if (word.size > 0) {
            map_block(pdf, font, word, &operands);
            operands.count = 0;
        } else if (operands.count < MAP_OPERANDS_MAX) {
            *bd_push(pdf->arena, &operands) = operand;
        }
    }
}

/* ---- fonts ----------------------------------------------------------------------------------- */

static void put_width(bd_pdf_font *font, int64_t code, double width) {
    if (code >= 0 && (uint64_t)code < CODES) {
        font->width[code] = width;
    }
}

/* /W: "c [w w …]" or "from to w" (9.7.4.3). */
static void read_wide_widths(bd_pdf_font *font, const bd_pdf_object *widths) {
    for (size_t i = 0; i + 1 < widths->count;) {
        int64_t from = widths->items[i].integer;
        const bd_pdf_object *next = &widths->items[i + 1];
        if (next->kind == BD_PDF_ARRAY) {
            for (size_t k = 0; k < next->count; k++) {
                put_width(font, from + (int64_t)k, number_of(&next->items[k]));
            }
            i += 2;
        } else if (i + 2 < widths->count) {
            for (int64_t code = from; code <= next->integer && code < (int64_t)CODES; code++) {
                put_width(font, code, number_of(&widths->items[i + 2]));
            }
            i += 3;
        } else {
            return;
        }
    }
}

static bd_rc load_wide(bd_pdf *pdf, bd_pdf_font *font, bd_err *err) {
    const bd_pdf_object *descendants = NULL, *descendant = NULL, *widths = NULL, *standard = NULL;
    BD_TRY(bd_pdf_value(pdf, font->object, "DescendantFonts", &descendants, err));
    if (descendants == NULL || descendants->kind != BD_PDF_ARRAY || descendants->count != 1) {
        BD_RAISE(err, BD_ERR_INPUT, "a composite font without its descendant, at byte %lld",
                 (long long)font->object->start);
    }
    BD_TRY(bd_pdf_resolve(pdf, &descendants->items[0], &descendant, err));
    BD_TRY(bd_pdf_value(pdf, descendant, "DW", &standard, err));
    BD_TRY(bd_pdf_value(pdf, descendant, "W", &widths, err));
    for (size_t i = 0; i < CODES; i++) {
        font->width[i] = standard != NULL ? number_of(standard) : 1000;
    }
    if (widths != NULL && widths->kind == BD_PDF_ARRAY) {
        read_wide_widths(font, widths);
    }
    return BD_OK;
}

static bd_rc load_narrow(bd_pdf *pdf, bd_pdf_font *font, bd_err *err) {
    const bd_pdf_object *first = NULL, *widths = NULL;
    BD_TRY(bd_pdf_value(pdf, font->object, "FirstChar", &first, err));
    BD_TRY(bd_pdf_value(pdf, font->object, "Widths", &widths, err));
    for (uint32_t i = 0; i < 256; i++) {
        font->width[i] = 500;
        font->unicode[i] = i < ' ' || (i >= 0x7f && i < 0xa0) ? UNKNOWN : i;
    }
    for (size_t i = 0;
         first != NULL && widths != NULL && widths->kind == BD_PDF_ARRAY && i < widths->count;
         i++) {
        put_width(font, first->integer + (int64_t)i, number_of(&widths->items[i]));
    }
    return BD_OK;
}

static bd_rc load_font(bd_pdf *pdf, const bd_pdf_object *object, const bd_pdf_font **out,
                       bd_err *err) {
    for (size_t i = 0; i < pdf->fonts.count; i++) {
        if (pdf->fonts.data[i]->object == object) {
            *out = pdf->fonts.data[i];
            return BD_OK;
        }
    }
    const bd_pdf_object *kind = NULL, *map = NULL;
    BD_TRY(bd_pdf_value(pdf, object, "Subtype", &kind, err));
    BD_TRY(bd_pdf_value(pdf, object, "ToUnicode", &map, err));
    bd_pdf_font *font = bd_new(pdf->arena, bd_pdf_font, 1);
    font->object = object;
    font->is_wide = kind != NULL && kind->kind == BD_PDF_NAME && bd_str_eqz(kind->text, "Type0");
    font->unicode = bd_new(pdf->arena, uint32_t, CODES);
    font->width = bd_new(pdf->arena, double, CODES);
    font->sequences = bd_map_make(pdf->arena);
    BD_TRY(font->is_wide ? load_wide(pdf, font, err) : load_narrow(pdf, font, err));
    if (map != NULL) {
        BD_TRY(read_map(pdf, font, map, err));
    }
    *bd_push(pdf->arena, &pdf->fonts) = font;
    *out = font;
    return BD_OK;
}

/* ---- positions ------------------------------------------------------------------------------- */

static void multiply(const matrix a, const matrix b, matrix out) {
    matrix made = {a[0] * b[0] + a[1] * b[2],        a[0] * b[1] + a[1] * b[3],
                   a[2] * b[0] + a[3] * b[2],        a[2] * b[1] + a[3] * b[3],
                   a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5]};
    memcpy(out, made, sizeof(made));
}

static void move_line(reader *r, double x, double y) {
    multiply((matrix){1, 0, 0, 1, x, y}, r->line, r->line);
    memcpy(r->text, r->line, sizeof(matrix));
}

static double absolute(double value) {
    return value < 0 ? -value : value;
}

/* ---- showing --------------------------------------------------------------------------------- */

static void put_break(reader *r, const matrix place, double size) {
    if (r->out.size == 0 || !r->has_text) {
        return;
    }
    char last = r->out.data[r->out.size - 1];
    if (absolute(place[5] - r->end_y) > STEP * size) {
        bd_buf_putc(&r->out, '\n');
    } else if (absolute(place[4] - r->end_x) > GAP * size && last != ' ' && last != '\n') {
        bd_buf_putc(&r->out, ' ');
    }
}

static void put_code(reader *r, uint32_t code) {
    const bd_pdf_font *font = r->state.font;
    char utf8[4], key[16];
    int count = snprintf(key, sizeof(key), "%u", code);
    const bd_str *sequence = bd_map_find(font->sequences, (bd_str){key, (size_t)count});
    if (sequence != NULL) {
        bd_buf_puts(&r->out, *sequence);
        return;
    }
    uint32_t character = font->unicode[code] != 0 ? font->unicode[code] : UNKNOWN;
    bd_buf_put(&r->out, utf8, bd_utf8_put(utf8, character));
}

static void show(reader *r, const bd_pdf_object *string) {
    const text_state *state = &r->state;
    bd_str text = string->text;
    if (state->font == NULL || string->kind != BD_PDF_STRING || text.size == 0) {
        return;
    }
    matrix place;
    multiply(r->text, state->ctm, place);
    put_break(r, place, state->size * absolute(place[3]));
    size_t step = state->font->is_wide ? 2 : 1;
    for (size_t i = 0; i + step <= text.size; i += step) {
        uint32_t code = read_code(bd_str_sub(text, i, i + step));
        put_code(r, code);
        double advance = state->font->width[code] / 1000 * state->size + state->char_space;
        if (step == 1 && code == ' ') {
            advance += state->word_space;
        }
        multiply((matrix){1, 0, 0, 1, advance * state->scale, 0}, r->text, r->text);
    }
    multiply(r->text, state->ctm, place);
    r->end_x = place[4];
    r->end_y = place[5];
    r->has_text = true;
}

static void show_array(reader *r, const bd_pdf_object *array) {
    for (size_t i = 0; array->kind == BD_PDF_ARRAY && i < array->count; i++) {
        if (array->items[i].kind == BD_PDF_STRING) {
            show(r, &array->items[i]);
        } else {
            double move = -number_of(&array->items[i]) / 1000 * r->state.size * r->state.scale;
            multiply((matrix){1, 0, 0, 1, move, 0}, r->text, r->text);
        }
    }
}

/* ---- operators ------------------------------------------------------------------------------- */

typedef enum {
    OP_BT,
    OP_CM,
    OP_DQUOTE,
    OP_GRESTORE,
    OP_GSAVE,
    OP_QUOTE,
    OP_TC,
    OP_TD,
    OP_TD_LEADING,
    OP_TF,
    OP_TJ,
    OP_TJ_ARRAY,
    OP_TL,
    OP_TM,

    OP_TSTAR,
    OP_TW,
    OP_TZ,
    OP_INLINE_IMAGE,
    OP_COUNT
} operator_kind;

static const struct {
    const char *word;
    size_t operands;
} operators[OP_COUNT] = {
    [OP_BT] = {"BT", 0},      [OP_CM] = {"cm", 6},   [OP_DQUOTE] = {"\"", 3},
    [OP_GRESTORE] = {"Q", 0}, [OP_GSAVE] = {"q", 0}, [OP_QUOTE] = {"'", 1},
    [OP_TC] = {"Tc", 1},      [OP_TD] = {"Td", 2},   [OP_TD_LEADING] = {"TD", 2},
    [OP_TF] = {"Tf", 2},      [OP_TJ] = {"Tj", 1},   [OP_TJ_ARRAY] = {"TJ", 1},
    [OP_TL] = {"TL", 1},      [OP_TM] = {"Tm", 6},   [OP_TSTAR] = {"T*", 0},
    [OP_TW] = {"Tw", 1},      [OP_TZ] = {"Tz", 1},   [OP_INLINE_IMAGE] = {"BI", 0},
};

static operator_kind find_operator(bd_str word, size_t operand_count) {
    operator_kind kind = 0;
    while (kind < OP_COUNT && !bd_str_eqz(word, operators[kind].word)) {
        kind++;
    }
    return kind < OP_COUNT && operand_count >= operators[kind].operands ? kind : OP_COUNT;
}

static bd_rc set_font(reader *r, const bd_pdf_object *args) {
    const bd_pdf_object *object = NULL;
    char name[256];
    r->state.font = NULL;
    r->state.size = number_of(&args[1]);
    if (args[0].kind != BD_PDF_NAME || args[0].text.size >= sizeof(name)) {
        return BD_OK;
    }
    memcpy(name, args[0].text.data, args[0].text.size);
    name[args[0].text.size] = '\0';
    BD_TRY(bd_pdf_value(r->pdf, r->fonts, name, &object, r->err));
    if (object == NULL || object->kind != BD_PDF_DICT) {
        BD_RAISE(r->err, BD_ERR_INPUT, "the page uses font '%s' and does not name it", name);
    }
    return load_font(r->pdf, object, &r->state.font, r->err);
}

static void set_matrix(matrix out, const bd_pdf_object *args) {
    for (size_t i = 0; i < 6; i++) {
        out[i] = number_of(&args[i]);
    }
}

static void save_or_restore(reader *r, bool is_save) {
    if (is_save && r->saved_count < STATES_MAX) {
        r->saved[r->saved_count] = r->state;
    }
    r->saved_count += is_save ? 1 : 0;
    if (!is_save && r->saved_count > 0) {
        r->saved_count--;
        if (r->saved_count < STATES_MAX) {
            r->state = r->saved[r->saved_count];
        }
    }
}

static void show_on_next_line(reader *r, const bd_pdf_object *string) {
    move_line(r, 0, -r->state.leading);
    show(r, string);
}

/* The last operands count: whatever stands before them belongs to nothing. */
static bd_rc run_operator(reader *r, operator_kind kind, const bd_pdf_object *args) {
    matrix made;
    switch (kind) {
    case OP_BT:
        memcpy(r->text, (matrix){1, 0, 0, 1, 0, 0}, sizeof(matrix));
        memcpy(r->line, r->text, sizeof(matrix));
        break;
    case OP_CM:
        set_matrix(made, args);
        multiply(made, r->state.ctm, r->state.ctm);
        break;
    case OP_GSAVE:
    case OP_GRESTORE: save_or_restore(r, kind == OP_GSAVE); break;
    case OP_TC: r->state.char_space = number_of(&args[0]); break;
    case OP_TW: r->state.word_space = number_of(&args[0]); break;
    case OP_TZ: r->state.scale = number_of(&args[0]) / 100; break;
    case OP_TL: r->state.leading = number_of(&args[0]); break;
    case OP_TD_LEADING:
        r->state.leading = -number_of(&args[1]);
        move_line(r, number_of(&args[0]), number_of(&args[1]));
        break;
    case OP_TD: move_line(r, number_of(&args[0]), number_of(&args[1])); break;
    case OP_TM:
        set_matrix(r->line, args);
        memcpy(r->text, r->line, sizeof(matrix));
        break;
    case OP_TSTAR: move_line(r, 0, -r->state.leading); break;
    case OP_TJ: show(r, &args[0]); break;
    case OP_TJ_ARRAY: show_array(r, &args[0]); break;
    case OP_QUOTE: show_on_next_line(r, &args[0]); break;
    case OP_DQUOTE:
        r->state.word_space = number_of(&args[0]);
        r->state.char_space = number_of(&args[1]);
        show_on_next_line(r, &args[2]);
        break;
    case OP_TF: return set_font(r, args);
    case OP_INLINE_IMAGE: BD_RAISE(r->err, BD_ERR_UNSUPPORTED, "a page with an inline image");
    case OP_COUNT: break;
    }
    return BD_OK;
}

static bd_rc read_content(reader *r, bd_str content, bd_arena *scratch) {
    bd_pdf_lexer lexer = bd_pdf_lexer_of(content, 0, content.size, scratch, r->err);
    bd_pdf_object operands[16];
    size_t count = 0;
    lexer.has_references = false;
    for (;;) {
        bool has_token = false;
        bd_str word;
        bd_pdf_object operand;
        BD_TRY(next_token(&lexer, &has_token, &word, &operand));
        if (!has_token) {
            return bd_buf_check(&r->out, "the text of a page", r->err);
        }
        if (word.size > 0) {
            operator_kind kind = find_operator(word, count);
            size_t needed = kind < OP_COUNT ? operators[kind].operands : 0;
            BD_TRY(run_operator(r, kind, operands + count - needed));
            count = 0;
            bd_arena_reset(scratch);
            continue;
        }
        if (count == BD_COUNT(operands)) {
            memmove(operands, operands + 1, (count - 1) * sizeof(operands[0]));
            count--;
        }
        operands[count++] = operand;
    }
}

/* ---- pages ----------------------------------------------------------------------------------- */

static bd_rc find_fonts(bd_pdf *pdf, const bd_pdf_object *page, const bd_pdf_object **out,
                        bd_err *err) {
    const bd_pdf_object *resources = NULL;
    for (int i = 0; page != NULL && i < PARENTS_MAX; i++) {
        BD_TRY(bd_pdf_value(pdf, page, "Resources", &resources, err));
        if (resources != NULL) {
            return bd_pdf_value(pdf, resources, "Font", out, err);
        }
        BD_TRY(bd_pdf_value(pdf, page, "Parent", &page, err));
    }
    *out = NULL;
    return BD_OK;
}

static bd_rc load_content(bd_pdf *pdf, const bd_pdf_object *page, bd_buf *out, bd_err *err) {
    const bd_pdf_object *contents = NULL;
    BD_TRY(bd_pdf_value(pdf, page, "Contents", &contents, err));
    size_t count = contents == NULL ? 0 : contents->kind == BD_PDF_ARRAY ? contents->count : 1;
    for (size_t i = 0; i < count; i++) {
        const bd_pdf_object *stream = contents;
        bd_str text;
        if (contents->kind == BD_PDF_ARRAY) {
            BD_TRY(bd_pdf_resolve(pdf, &contents->items[i], &stream, err));
        }
        BD_TRY(bd_pdf_stream_decode(pdf, stream, CONTENT_MAX, &text, err));
        bd_buf_puts(out, text);
        bd_buf_putc(out, '\n');
    }
    return bd_buf_check(out, "the content of a page", err);
}

static void buf_close(bd_buf *buf) {
    bd_buf_clear(buf);
}

bd_rc bd_pdf_page_text(bd_pdf *pdf, size_t index, bd_arena *arena, bd_str *out, bd_err *err) {
    const bd_pdf_object *page = NULL;
    reader r = {.pdf = pdf, .err = err, .state = {.ctm = {1, 0, 0, 1, 0, 0}, .scale = 1}};
    if (index >= bd_pdf_page_count(pdf)) {
        BD_RAISE(err, BD_ERR_INPUT, "the pdf has no page %zu", index + 1);
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("pdf text", 64u << 20);
    BD_DEFER(buf_close) bd_buf content;
    bd_buf_init(&content, CONTENT_MAX);
    bd_buf_init(&r.out, TEXT_MAX);
    BD_TRY(bd_pdf_object_at(pdf, bd_pdf_page_number(pdf, index), &page, err));
    BD_TRY(find_fonts(pdf, page, &r.fonts, err));
    BD_TRY(load_content(pdf, page, &content, err));
    bd_rc rc = read_content(&r, bd_buf_str(&content), scratch);
    if (!bd_failed(rc)) {
        *out = bd_str_copy(arena, bd_buf_str(&r.out));
    }
    bd_buf_clear(&r.out);
    return rc;
}
