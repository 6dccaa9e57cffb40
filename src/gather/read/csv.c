#include "bindery/read.h"

#include <string.h>

#include "read_priv.h"

#define CHUNK_BYTES ((size_t)64 << 10)
#define CELL_ARENA_BYTES ((size_t)512 << 20)
#define READ_ARENA_BYTES ((size_t)256 << 20)

const bd_csv_limits bd_csv_default_limits = {
    .row_bytes = (size_t)16 << 20,
    .columns = 1024,
    .rows = 100000000,
};

typedef enum { AT_CELL_START, IN_PLAIN, IN_QUOTES, AFTER_QUOTE, AFTER_CR } csv_state;

typedef struct {
    const bd_csv_limits *limits;
    const bd_csv_events *events;
    const bd_value *columns;
    bd_arena *arena; /* names, cell ends, decoded chunk */
    bd_arena *cells; /* JSON cells of one row */
    bd_err *err;

    csv_state state;
    char separator;
    bool has_header;
    uint64_t line, row_line, quote_line; /* from 1 */
    uint64_t ordinal;
    bd_buf row;   /* bytes of the cells, end to end */
    size_t *ends; /* where each cell ends in `row` */
    size_t cell_count;
    bool is_quoted_row; /* a quote was seen: an empty line it is not */

    bd_str *names;
    bd_value *items;
    size_t column_count;
} reader;

static bd_rc fail_here(const reader *r, const char *what) {
    BD_RAISE(r->err, BD_ERR_INPUT, "malformed CSV at line %llu, column %zu: %s",
             (unsigned long long)r->line, r->cell_count + 1, what);
}

/* ---- the header ---- */

static bd_str cell_text(const reader *r, size_t index) {
    size_t from = index > 0 ? r->ends[index - 1] : 0;
    return bd_str_sub(bd_buf_str(&r->row), from, r->ends[index]);
}

static bd_rc take_header(reader *r) {
    bd_str *given = bd_new(r->arena, bd_str, r->cell_count);
    for (size_t i = 0; i < r->cell_count; i++) {
        given[i] = cell_text(r, i);
    }
    r->column_count = r->cell_count;
    r->names = bd_new(r->arena, bd_str, r->column_count);
    r->items = bd_new(r->arena, bd_value, r->column_count);
    BD_TRY(read_name_columns(r->arena, given, r->cell_count, r->columns, "CSV", r->names, r->err));
    r->has_header = true;
    if (r->events->header != NULL) {
        BD_TRY(r->events->header(r->events->context, r->names, r->column_count, r->err));
    }
    size_t count = 0;
    const bd_repeat *repeats = read_repeats(r->arena, given, r->cell_count, &count);
    if (r->events->repeats != NULL && count > 0) {
        r->events->repeats(r->events->context, repeats, count);
    }
    return BD_OK;
}

/* ---- rows ---- */

static bd_rc refuse_row(reader *r) {
    bd_err problem;
    (void)bd_raise(&problem, BD_ERR_INPUT,
                   "malformed CSV at line %llu: found %zu cells, expected %zu as in the header",
                   (unsigned long long)r->row_line, r->cell_count, r->column_count);
    uint64_t ordinal = r->ordinal++;
    if (r->events->refused == NULL) {
        BD_RAISE(r->err, problem.class, "%s", problem.message);
    }
    return r->events->refused(r->events->context, ordinal, r->row_line, &problem, r->err);
}

static bd_rc check_cells(const reader *r) {
    for (size_t i = 0; i < r->cell_count; i++) {
        bd_str text = cell_text(r, i);
        bool has_nul = text.size > 0 && memchr(text.data, '\0', text.size) != NULL;
        if (has_nul || !bd_utf8_is_valid(text)) {
            BD_RAISE(r->err, BD_ERR_INPUT, "malformed CSV at line %llu, column %zu: %s",
                     (unsigned long long)r->row_line, i + 1,
                     has_nul ? "a NUL byte" : "text is not UTF-8, save the file again as UTF-8");
        }
    }
    return BD_OK;
}

static bd_rc hand_row(reader *r) {
    if (r->cell_count != r->column_count) {
        return refuse_row(r);
    }
    if (r->ordinal == r->limits->rows) {
        BD_RAISE(r->err, BD_ERR_LIMIT, "CSV has more than %llu rows",
                 (unsigned long long)r->limits->rows);
    }
    for (size_t i = 0; i < r->cell_count; i++) {
        read_cell_text(cell_text(r, i), NULL, r->cells, &r->items[i]);
    }
    bd_value row = {
        .kind = BD_OBJECT, .count = r->column_count, .items = r->items, .keys = r->names};
    uint64_t ordinal = r->ordinal++;
    bd_rc rc =
        r->events->row != NULL ? r->events->row(r->events->context, ordinal, &row, r->err) : BD_OK;
    if (bd_arena_used(r->cells) > 0) {
        bd_arena_reset(r->cells);
    }
    return rc;
}

static bd_rc end_cell(reader *r) {
    if (r->cell_count == r->limits->columns) {
        BD_RAISE(r->err, BD_ERR_LIMIT, "CSV has more than %zu columns at line %llu",
                 r->limits->columns, (unsigned long long)r->row_line);
    }
    r->ends[r->cell_count++] = r->row.size;
    r->state = AT_CELL_START;
    return BD_OK;
}

static bd_rc end_row(reader *r) {
    bool is_blank = r->cell_count == 0 && r->row.size == 0 && !r->is_quoted_row;
    bd_rc rc = BD_OK;
    if (!is_blank) {
        BD_TRY(end_cell(r));
        BD_TRY(check_cells(r));
        rc = r->has_header ? hand_row(r) : take_header(r);
    }
    r->row.size = 0;
    r->cell_count = 0;
    r->is_quoted_row = false;
    r->state = AT_CELL_START;
    r->row_line = r->line;
    return rc;
}

/* ---- bytes ---- */

static bd_rc add_bytes(reader *r, const char *bytes, size_t count) {
    bd_buf_put(&r->row, bytes, count);
    if (r->row.overflowed) {
        BD_RAISE(r->err, BD_ERR_LIMIT, "CSV row at line %llu is over the limit of %zu bytes",
                 (unsigned long long)r->row_line, r->limits->row_bytes);
    }
    return BD_OK;
}

static bd_rc end_line(reader *r) {
    r->line++;
    return end_row(r);
}

static bd_str open_cell(const reader *r) {
    size_t from = r->cell_count > 0 ? r->ends[r->cell_count - 1] : 0;
    return (bd_str){r->row.data + from, r->row.size - from};
}

/* 37'37.8"N is text as it stands; a quote after white space alone was meant to open the cell, and
 * taking it for text would cut the cell at the next separator. */
static bd_rc take_inner_quote(reader *r) {
    if (bd_str_trim(open_cell(r)).size == 0) {
        return fail_here(r, "white space before an opening quote");
    }
    return add_bytes(r, "\"", 1);
}

/* A byte that ends a cell or cannot stand in one. */
static bd_rc take_mark(reader *r, char c) {
    if (c == r->separator) {
        return end_cell(r);
    }
    if (c == '\n') {
        return end_line(r);
    }
    if (c == '\r') {
        r->state = AFTER_CR;
        return BD_OK;
    }
    if (r->state == AFTER_QUOTE) {
        return fail_here(r, "text after a closing quote");
    }
    if (r->state == IN_PLAIN) {
        return take_inner_quote(r);
    }
    r->state = IN_QUOTES;
    r->is_quoted_row = true;
    r->quote_line = r->line;
    return BD_OK;
}

static bool is_mark(const reader *r, char c) {
    return c == r->separator || c == '\n' || c == '\r' || c == '"';
}

static bd_rc take_plain(reader *r, const char **at, const char *end) {
    const char *from = *at;
    while (*at < end && !is_mark(r, **at)) {
        *at += 1;
    }
    if (*at > from) {
        r->state = IN_PLAIN;
        BD_TRY(add_bytes(r, from, (size_t)(*at - from)));
    }
    if (*at == end) {
        return BD_OK;
    }
    char c = **at;
    *at += 1;
    return take_mark(r, c);
}

static bd_rc take_quoted(reader *r, const char **at, const char *end) {
    const char *from = *at;
    const char *quote = memchr(from, '"', (size_t)(end - from));
    const char *to = quote != NULL ? quote : end;
    for (const char *c = from; c < to; c++) {
        r->line += *c == '\n';
    }
    BD_TRY(add_bytes(r, from, (size_t)(to - from)));
    r->state = quote != NULL ? AFTER_QUOTE : IN_QUOTES;
    *at = quote != NULL ? quote + 1 : end;
    return BD_OK;
}

static bd_rc take_after_quote(reader *r, const char **at) {
    char c = **at;
    *at += 1;
    if (c == '"') {
        r->state = IN_QUOTES;
        return add_bytes(r, "\"", 1);
    }
    return is_mark(r, c) ? take_mark(r, c) : fail_here(r, "text after a closing quote");
}

static bd_rc feed(reader *r, bd_str text) {
    const char *at = text.data;
    const char *end = at + text.size;
    while (at < end) {
        switch (r->state) {
        case AT_CELL_START:
        case IN_PLAIN: BD_TRY(take_plain(r, &at, end)); break;
        case IN_QUOTES: BD_TRY(take_quoted(r, &at, end)); break;
        case AFTER_QUOTE: BD_TRY(take_after_quote(r, &at)); break;
        case AFTER_CR:
            if (*at++ != '\n') {
                return fail_here(r, "a carriage return without a line feed");
            }
            BD_TRY(end_line(r));
            break;
        }
    }
    return BD_OK;
}

static bd_rc finish(reader *r) {
    if (r->state == IN_QUOTES) {
        BD_RAISE(r->err, BD_ERR_INPUT,
                 "CSV is cut short: the quote opened at line %llu is never closed",
                 (unsigned long long)r->quote_line);
    }
    BD_TRY(end_row(r));
    if (!r->has_header) {
        BD_RAISE(r->err, BD_ERR_INPUT, "no CSV header: the file is empty");
    }
    return BD_OK;
}

/* ---- the beginning: byte order mark, "sep=", separator ---- */

typedef struct {
    bd_source *source;
    read_decoder decoder;
    char *raw, *plain;
    bool is_at_end, is_broken;
} feeder;

static bd_rc fail_decoding(bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT, "malformed CSV: the text is not sound UTF-16");
}

/* The next decoded piece; empty at the end.  What stands before a malformed unit is handed over first, so that the
 * rows read do not depend on the pieces the source gives. */
static bd_rc read_piece(feeder *f, bd_str *out, bd_err *err) {
    size_t count = 0;
    size_t size = 0;
    while (size == 0 && !f->is_at_end && !f->is_broken) {
        BD_TRY(bd_source_read(f->source, f->raw, CHUNK_BYTES, &count, err));
        f->is_at_end = count == 0;
        f->is_broken = !read_decode(&f->decoder, f->raw, count, f->plain, &size) ||
                       (f->is_at_end && !read_decoder_is_at_rest(&f->decoder));
    }
    *out = (bd_str){f->plain, size};
    return size == 0 && f->is_broken ? fail_decoding(err) : BD_OK;
}

static bd_rc read_first(feeder *f, bd_str *out, bd_err *err) {
    size_t size = 0;
    while (size < 4 && !f->is_at_end) {
        size_t count;
        BD_TRY(bd_source_read(f->source, f->raw + size, CHUNK_BYTES - size, &count, err));
        f->is_at_end = count == 0;
        size += count;
    }
    (void)read_decoder_init(&f->decoder, (bd_str){f->raw, size});
    size_t bom = f->decoder.bom_bytes;
    *out = (bd_str){f->plain, 0};
    f->is_broken = !read_decode(&f->decoder, f->raw + bom, size - bom, f->plain, &out->size);
    return out->size == 0 && f->is_broken ? fail_decoding(err) : BD_OK;
}

static bool has_record(bd_str text) {
    bool is_quoted = false;
    for (size_t i = 0; i < text.size; i++) {
        is_quoted ^= text.data[i] == '"';
        if (!is_quoted && text.data[i] == '\n') {
            return true;
        }
    }
    return false;
}

/* "sep=;" as spreadsheets write it: the separator, and the length of the line. */
static size_t take_sep_line(bd_str head, char *separator) {
    bd_str line;
    bd_str rest = head;
    (void)bd_str_cut(&rest, '\n', &line);
    size_t size = rest.data != NULL ? (size_t)(rest.data - head.data) : head.size;
    bool is_quoted = line.size > 0 && line.data[0] == '"';
    line = bd_str_sub(line, is_quoted ? 1 : 0, line.size);
    if (line.size < 5 || !bd_str_ieq(bd_str_sub(line, 0, 4), BD_STR("sep=")) ||
        memchr(",;\t|", line.data[4], 4) == NULL) {
        return 0;
    }
    bd_str after = bd_str_trim(bd_str_sub(line, 5, line.size));
    if (!bd_str_eqz(after, is_quoted ? "\"" : "")) {
        return 0;
    }
    *separator = line.data[4];
    return size;
}

static bd_rc feed_head(reader *r, feeder *f, bd_buf *head) {
    bd_str piece;
    BD_TRY(read_first(f, &piece, r->err));
    for (;;) {
        bd_buf_puts(head, piece);
        BD_TRY(bd_buf_check(head, "the CSV header", r->err));
        if (head->size >= CHUNK_BYTES || has_record(bd_buf_str(head))) {
            break;
        }
        BD_TRY(read_piece(f, &piece, r->err));
        if (piece.size == 0) {
            break;
        }
    }
    bd_str text = bd_buf_str(head);
    if (text.size == 0) {
        return BD_OK;
    }
    size_t skip = take_sep_line(text, &r->separator);
    if (skip == 0) {
        r->separator = read_separator_of(text);
    }
    r->line += skip > 0;
    r->row_line = r->line;
    return feed(r, bd_str_sub(text, skip, text.size));
}

static bd_rc read_all(reader *r, feeder *f, bd_buf *head) {
    BD_TRY(feed_head(r, f, head));
    for (;;) {
        bd_str piece;
        BD_TRY(read_piece(f, &piece, r->err));
        if (piece.size == 0) {
            return finish(r);
        }
        BD_TRY(feed(r, piece));
    }
}

bd_rc bd_csv_read(bd_source *source, const bd_csv_limits *limits, const bd_value *columns,
                  const bd_csv_events *events, bd_err *err) {
    limits = limits != NULL ? limits : &bd_csv_default_limits;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("CSV", READ_ARENA_BYTES);
    BD_DEFER(bd_arena_close_ref) bd_arena *cells = bd_arena_open("CSV cells", CELL_ARENA_BYTES);
    reader r = {.limits = limits,
                .events = events,
                .columns = columns,
                .arena = arena,
                .cells = cells,
                .err = err,
                .line = 1,
                .row_line = 1,
                .separator = ',',
                .ends = bd_new(arena, size_t, limits->columns + 1)};
    feeder f = {.source = source,
                .raw = bd_alloc(arena, CHUNK_BYTES, 1),
                .plain = bd_alloc(arena, CHUNK_BYTES * 2 + 4, 1)};
    bd_buf head;
    bd_buf_init(&head, limits->row_bytes + CHUNK_BYTES * 2);
    bd_buf_init(&r.row, limits->row_bytes);
    bd_rc rc = read_all(&r, &f, &head);
    bd_buf_clear(&head);
    bd_buf_clear(&r.row);
    return rc;
}
