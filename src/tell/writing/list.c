/* Cells and rows of the package's lists: RFC 4180 with LF, a header row, UTF-8 as it came.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe.  Beginnings count after white space and
 * invisible characters, and full-width signs count too, because some programs fold them.  A cell that is a plain number
 * as a whole ("-5") can do no harm and stays.  A semicolon or a tab inside a cell makes it quoted: programs that split
 * at those would otherwise see a new cell with a beginning of its own. */
#include "bindery/writing.h"

#include <string.h>

/* ---- cells ---- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static size_t skip_digits(bd_str text, size_t at) {
    while (at < text.size && is_digit(text.data[at])) {
        at++;
    }
    return at;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)? and nothing else. */
static bool is_plain_number(bd_str text) {
    size_t from = text.size > 0 && text.data[0] == '-' ? 1 : 0;
    size_t at = skip_digits(text, from);
    if (at == from || (text.data[from] == '0' && at - from > 1)) {
        return false;
    }
    if (at == text.size) {
        return true;
    }
    size_t fraction = at + 1;
    return text.data[at] == '.' && fraction < text.size && skip_digits(text, fraction) == text.size;
}

/* White space and characters without a shape, which importers drop or hide. */
static bool is_skipped(uint32_t c) {
    return c == ' ' || c == 0x85 || c == 0xA0 || c == 0xAD || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) ||
           (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF;
}

static bool starts_formula(uint32_t c) {
    switch (c) {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\t':
    case '\r':
    case '\n':
    case 0xFF1D: /* the full-width forms of the four */
    case 0xFF0B:
    case 0xFF0D:
    case 0xFF20: return true;
    default: return false;
    }
}

static bool is_formula(bd_str text) {
    size_t at = 0;
    uint32_t c = 0;
    while (bd_utf8_next(text, &at, &c)) {
        if (!is_skipped(c)) {
            return starts_formula(c) && !is_plain_number(text);
        }
    }
    return false;
}

static bool is_mark(char c) {
    return c == ',' || c == ';' || c == '"' || c == '\t' || c == '\r' || c == '\n';
}

static bool needs_quotes(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        if (is_mark(text.data[i])) {
            return true;
        }
    }
    return text.size > 0 && (text.data[0] == ' ' || text.data[text.size - 1] == ' ');
}

/* Control characters that no reader of CSV agrees on are shown (a key holds U+001F between its columns). */
static bool is_shown(char c) {
    unsigned char byte = (unsigned char)c;
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

static void put_plain(bd_list *to, bd_str text) {
    bd_writing *out = to->run;
    size_t from = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_quote = text.data[i] == '"';
        if (!is_quote && !is_shown(text.data[i])) {
            continue;
        }
        bd_writing_put(out, bd_str_sub(text, from, i));
        if (is_quote) {
            bd_writing_puts(out, "\"\"");
        } else {
            bd_writing_put(out, bd_str_format(to->run->line, "\\u{%04X}",
                                              (unsigned)(unsigned char)text.data[i]));
        }
        from = i + 1;
    }
    bd_writing_put(out, bd_str_sub(text, from, text.size));
}

static void next_cell(bd_list *to) {
    bd_writing_puts(to->run, to->has_cell ? "," : "");
    to->has_cell = true;
}

void bd_list_put(bd_list *to, bd_str text) {
    next_cell(to);
    bool is_guarded = is_formula(text);
    bool is_quoted = needs_quotes(text);
    bd_writing_puts(to->run, is_quoted ? "\"" : "");
    bd_writing_puts(to->run, is_guarded ? "'" : "");
    put_plain(to, text);
    bd_writing_puts(to->run, is_quoted ? "\"" : "");
}

void bd_list_put_word(bd_list *to, const char *word) {
    bd_list_put(to, bd_str_of(word));
}

void bd_list_put_int(bd_list *to, int64_t value) {
    next_cell(to);
    bd_writing_put(to->run, bd_str_format(to->run->line, "%lld", (long long)value));
}

void bd_list_put_bool(bd_list *to, bool value) {
    bd_list_put_word(to, value ? "yes" : "no");
}

void bd_list_put_empty(bd_list *to) {
    next_cell(to);
}

void bd_list_end_row(bd_list *to) {
    bd_writing_puts(to->run, "\n");
    to->has_cell = false;
    bd_arena_reset(to->run->line);
}

void bd_list_put_head(bd_list *to, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_list_put_word(to, names[i]);
    }
    bd_list_end_row(to);
}
