/* One sheet: rows of cells, values as the file keeps them (ECMA-376 part 1, 18.3). */
#include "bindery/read.h"

#include "xlsx.h"

#include <string.h>

#define MERGE_ROWS 1000
#define COLUMN_LETTERS 3

/* What is remarked once for a sheet, with the first place and the number. */
typedef enum {
    NOTE_ERROR,
    NOTE_FORMULA,
    NOTE_EMPTY_FORMULA,
    NOTE_NO_TIME,
    NOTE_HIDDEN_ROW,
    NOTE_HIDDEN_COLUMN,
    NOTE_COUNT
} note_kind;

static const struct {
    bd_diag_severity severity;
    const char *one, *many; /* after the number */
} notes[] = {
    [NOTE_ERROR] = {BD_DIAG_WARNING, "cell holds an error, which is not a value",
                    "cells hold an error, which is not a value"},
    [NOTE_FORMULA] = {BD_DIAG_NOTE, "cell holds a formula; the value that the file keeps was taken",
                      "cells hold formulas; the values that the file keeps were taken"},
    [NOTE_EMPTY_FORMULA] = {BD_DIAG_WARNING,
                            "cell holds a formula for which the file keeps no value",
                            "cells hold formulas for which the file keeps no value"},
    [NOTE_NO_TIME] = {BD_DIAG_WARNING,
                      "cell is shown as a date but is none of the calendar; its number was taken",
                      "cells are shown as dates but are none of the calendar; their numbers were "
                      "taken"},
    [NOTE_HIDDEN_ROW] = {BD_DIAG_WARNING, "row is hidden; it was read like the others",
                         "rows are hidden; they were read like the others"},
    [NOTE_HIDDEN_COLUMN] = {BD_DIAG_WARNING, "column is hidden; it was read like the others",
                            "columns are hidden; they were read like the others"},
};
_Static_assert(BD_COUNT(notes) == NOTE_COUNT, "a sentence for each note");

typedef enum {
    CELL_NUMBER,
    CELL_SHARED,
    CELL_TEXT,
    CELL_INLINE,
    CELL_BOOL,
    CELL_ERROR,
    CELL_DATE
} cell_type;

typedef struct {
    xlsx_book *book;
    const xlsx_sheet *sheet;
    bd_arena *arena; /* one row */
    BD_VEC(bd_merge) merges;

    uint32_t last_row, row, last_column;
    bool is_in_row, is_row_hidden, is_refused;
    bd_err problem;
    BD_VEC(bd_cell_value) cells;
    size_t row_bytes;

    bool is_in_cell, has_formula, has_value;
    unsigned phonetic_depth;
    bool takes_text;
    cell_type type;
    uint32_t column;
    uint8_t format;
    bd_buf text;

    uint64_t counts[NOTE_COUNT];
    bd_str places[NOTE_COUNT];
} sheeting;

static void remark(sheeting *s, note_kind kind, uint64_t count, bd_str at) {
    if (s->counts[kind] == 0) {
        s->places[kind] = bd_str_copy(s->book->arena, at);
    }
    s->counts[kind] += count;
}

static void refuse_row(sheeting *s, bd_err_class class, const char *what) {
    if (!s->is_refused) {
        (void)bd_raise(&s->problem, class, "%s", what);
        s->is_refused = true;
    }
}

/* ---- places ---- */

static bd_str place_text(bd_arena *arena, uint32_t row, uint32_t column) {
    char letters[8];
    size_t at = sizeof letters;
    for (uint32_t rest = column; rest > 0 && at > 0; rest = (rest - 1) / 26) {
        letters[--at] = (char)('A' + (rest - 1) % 26);
    }
    return bd_str_format(arena, "%.*s%u", (int)(sizeof letters - at), letters + at, row);
}

static bool parse_row(bd_str text, uint32_t most, uint32_t *out) {
    int64_t value = 0;
    if (text.size == 0 || text.size > 10 || text.data[0] < '1' || text.data[0] > '9' ||
        !bd_str_to_i64(text, &value) || value > most) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* "AB12"; false for anything else, absolute references included. */
static bool parse_place(bd_str text, const bd_xlsx_limits *limits, uint32_t *row,
                        uint32_t *column) {
    size_t at = 0;
    uint32_t value = 0;
    while (at < text.size && at < COLUMN_LETTERS && text.data[at] >= 'A' && text.data[at] <= 'Z') {
        value = value * 26 + (uint32_t)(text.data[at++] - 'A' + 1);
    }
    *column = value;
    return value >= 1 && value <= limits->columns &&
           parse_row(bd_str_sub(text, at, text.size), limits->rows, row);
}

static bool parse_range(bd_str text, const bd_xlsx_limits *limits, bd_merge *out) {
    bd_str rest = text, first, last;
    if (!bd_str_cut(&rest, ':', &first) || !bd_str_cut(&rest, ':', &last)) {
        return false;
    }
    return parse_place(first, limits, &out->first_row, &out->first_column) &&
           parse_place(last, limits, &out->last_row, &out->last_column) &&
           out->first_row <= out->last_row && out->first_column <= out->last_column;
}

/* ---- values ---- */

static bool is_json_number(bd_str text) {
    bd_err unused;
    bool may_be = text.size > 0 && text.size <= 400 &&
                  (text.data[0] == '-' || (text.data[0] >= '0' && text.data[0] <= '9'));
    return may_be && !bd_failed(bd_json_check(text, NULL, &unused));
}

static void take_number(sheeting *s, bd_str text, bd_cell_value *cell) {
    bd_str number = bd_str_trim(text);
    if (!is_json_number(number)) {
        refuse_row(s, BD_ERR_INPUT, "a cell of numbers holds something else");
        return;
    }
    cell->value = (bd_value){.kind = BD_NUMBER, .text = bd_str_copy(s->arena, number)};
    bd_str time;
    if (s->format == FORMAT_NUMBER) {
        return;
    }
    if (!xlsx_time(number, (xlsx_format)s->format, s->book->is_1904, s->arena, &time)) {
        remark(s, NOTE_NO_TIME, 1, place_text(s->arena, s->row, s->column));
        return;
    }
    cell->value = (bd_value){.kind = BD_STRING, .text = time};
}

static void take_shared(sheeting *s, bd_str text, bd_cell_value *cell) {
    const xlsx_book *book = s->book;
    int64_t index = -1;
    if (!bd_str_to_i64(bd_str_trim(text), &index) || index < 0 ||
        (uint64_t)index >= book->ends.count) {
        refuse_row(s, BD_ERR_INPUT, "a cell names a shared string that is not there");
        return;
    }
    size_t from = index > 0 ? book->ends.data[index - 1] : 0;
    bd_str shared = bd_str_sub(bd_buf_str(&book->strings), from, book->ends.data[index]);
    if (shared.size > book->limits->cell_bytes) {
        refuse_row(s, BD_ERR_LIMIT, "the text of a cell is over the limit");
        return;
    }
    /* not copied: many cells may share one long text */
    cell->value = (bd_value){.kind = BD_STRING, .text = shared};
}

static void take_bool(sheeting *s, bd_str text, bd_cell_value *cell) {
    bd_str word = bd_str_trim(text);
    bool is_true = bd_str_eqz(word, "1") || bd_str_eqz(word, "true");
    if (!is_true && !bd_str_eqz(word, "0") && !bd_str_eqz(word, "false")) {
        refuse_row(s, BD_ERR_INPUT, "a cell of truth values holds something else");
        return;
    }
    cell->value = (bd_value){.kind = BD_BOOL, .boolean = is_true};
}

static void take_text(sheeting *s, bd_str text, bd_cell_value *cell) {
    char *copy = bd_alloc(s->arena, text.size + 1, 1);
    if (text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    size_t size = s->type == CELL_DATE ? text.size : xlsx_unescape(copy, text.size);
    bd_str own = {copy, size};
    cell->value =
        (bd_value){.kind = BD_STRING, .text = s->type == CELL_DATE ? bd_str_trim(own) : own};
}

static void take_value(sheeting *s, bd_cell_value *cell) {
    bd_str text = bd_buf_str(&s->text);
    switch (s->type) {
    case CELL_NUMBER: take_number(s, text, cell); break;
    case CELL_SHARED: take_shared(s, text, cell); break;
    case CELL_BOOL: take_bool(s, text, cell); break;
    case CELL_ERROR:
        cell->value = (bd_value){.kind = BD_NULL};
        remark(s, NOTE_ERROR, 1, place_text(s->arena, s->row, s->column));
        break;
    case CELL_TEXT:
    case CELL_INLINE:
    case CELL_DATE: take_text(s, text, cell); break;
    }
}

/* ---- cells ---- */

static cell_type type_of(sheeting *s, bd_str name) {
    static const struct {
        const char *name;
        cell_type type;
    } types[] = {
        {"n", CELL_NUMBER}, {"s", CELL_SHARED}, {"str", CELL_TEXT}, {"inlineStr", CELL_INLINE},
        {"b", CELL_BOOL},   {"e", CELL_ERROR},  {"d", CELL_DATE}};
    for (size_t i = 0; i < BD_COUNT(types); i++) {
        if (bd_str_eqz(name, types[i].name)) {
            return types[i].type;
        }
    }
    if (name.size > 0) {
        refuse_row(s, BD_ERR_INPUT, "a cell is of a type that is not known");
    }
    return CELL_NUMBER;
}

static void place_cell(sheeting *s, const sax_element *element) {
    bd_str place = sax_attribute_of(element, "r");
    uint32_t row = s->row;
    s->column = s->last_column + 1;
    if (place.size > 0 && !parse_place(place, s->book->limits, &row, &s->column)) {
        refuse_row(s, BD_ERR_INPUT, "a cell has a place that is none");
        s->column = s->last_column + 1;
    }
    if (row != s->row) {
        refuse_row(s, BD_ERR_INPUT, "a cell says that it is of another row");
    } else if (s->column <= s->last_column) {
        refuse_row(s, BD_ERR_INPUT, "two cells are in one place, or cells are out of order");
    } else if (s->column > s->book->limits->columns) {
        refuse_row(s, BD_ERR_LIMIT, "a row has more columns than the limit");
    }
    s->last_column = s->column > s->last_column ? s->column : s->last_column;
}

static void begin_cell(sheeting *s, const sax_element *element) {
    int64_t style = 0;
    place_cell(s, element);
    s->is_in_cell = true;
    s->has_formula = false;
    s->has_value = false;
    s->type = type_of(s, sax_attribute_of(element, "t"));
    s->text.size = 0;
    bool has_style = bd_str_to_i64(sax_attribute_of(element, "s"), &style) && style >= 0 &&
                     (uint64_t)style < s->book->styles.count;
    s->format = has_style ? s->book->styles.data[style] : FORMAT_NUMBER;
}

static void add_cell(sheeting *s) {
    bd_cell_value cell = {.column = s->column, .value = {.kind = BD_NULL}};
    if (s->has_value) {
        take_value(s, &cell);
    }
    bool is_empty_text = cell.value.kind == BD_STRING && cell.value.text.size == 0;
    if (s->is_refused || is_empty_text) {
        return;
    }
    s->row_bytes += cell.value.text.size;
    if (s->row_bytes > s->book->limits->row_bytes) {
        refuse_row(s, BD_ERR_LIMIT, "the row is over the limit of bytes");
        return;
    }
    s->book->cells++;
    *bd_push(s->arena, &s->cells) = cell;
}

static void end_cell(sheeting *s) {
    s->is_in_cell = false;
    /* <v/> of a text is the empty text; a number, an index or a truth value without text is no value */
    bool is_text = s->type == CELL_TEXT || s->type == CELL_INLINE;
    s->has_value = s->has_value && (is_text || s->text.size > 0);
    if (s->has_formula) {
        remark(s, s->has_value ? NOTE_FORMULA : NOTE_EMPTY_FORMULA, 1,
               place_text(s->arena, s->row, s->column));
    }
    if (!s->is_refused && (s->has_value || s->has_formula)) {
        add_cell(s);
    }
}

/* ---- rows ---- */

static void begin_row(sheeting *s, const sax_element *element) {
    bd_str number = sax_attribute_of(element, "r");
    s->is_in_row = true;
    s->is_refused = false;
    s->cells.data = NULL;
    s->cells.count = 0;
    s->cells.room = 0;
    s->row_bytes = 0;
    s->last_column = 0;
    s->row = s->last_row + 1;
    if (number.size > 0 && !parse_row(number, s->book->limits->rows, &s->row)) {
        refuse_row(s, BD_ERR_INPUT, "a row has a number that is none");
    } else if (s->row <= s->last_row) {
        refuse_row(s, BD_ERR_INPUT, "two rows have one number, or rows are out of order");
    } else if (s->row > s->book->limits->rows) {
        refuse_row(s, BD_ERR_LIMIT, "the sheet has more rows than the limit");
    }
    bd_str hidden = sax_attribute_of(element, "hidden");
    s->is_row_hidden = bd_str_eqz(hidden, "1") || bd_str_eqz(hidden, "true");
}

static bd_str sheet_locus(bd_arena *arena, const xlsx_sheet *sheet, bd_str rest) {
    bd_str shown = bd_str_visible(arena, sheet->name);
    return bd_str_format(arena, "sheet '%.*s'%s%.*s", BD_ARG(shown), rest.size > 0 ? ", " : "",
                         BD_ARG(rest));
}

static bd_rc end_row(sheeting *s, bd_err *err) {
    const bd_part_events *events = s->book->events;
    bd_rc rc = BD_OK;
    s->is_in_row = false;
    if (s->book->cells > s->book->limits->cells) {
        BD_RAISE(err, BD_ERR_LIMIT, "the workbook has more than %llu cells",
                 (unsigned long long)s->book->limits->cells);
    }
    if (s->is_refused) {
        bd_str row = bd_str_format(s->arena, "row %u", s->row);
        rc = events->refused == NULL
                 ? BD_OK
                 : events->refused(events->context, sheet_locus(s->arena, s->sheet, row),
                                   &s->problem, err);
    } else if (s->cells.count > 0 && events->row != NULL) {
        rc = events->row(events->context, s->row, s->cells.data, s->cells.count, err);
    }
    if (s->is_row_hidden && s->cells.count > 0) {
        remark(s, NOTE_HIDDEN_ROW, 1, bd_str_format(s->arena, "row %u", s->row));
    }
    s->last_row = s->row > s->last_row ? s->row : s->last_row;
    bd_arena_reset(s->arena);
    return rc;
}

/* ---- the parser's events ---- */

static void note_columns(sheeting *s, const sax_element *element) {
    uint32_t first = 0, last = 0, most = s->book->limits->columns;
    bd_str hidden = sax_attribute_of(element, "hidden");
    bool is_hidden = bd_str_eqz(hidden, "1") || bd_str_eqz(hidden, "true");
    if (is_hidden && parse_row(sax_attribute_of(element, "min"), most, &first) &&
        parse_row(sax_attribute_of(element, "max"), most, &last) && first <= last) {
        /* a sheet hides all columns behind its last by one range up to the end */
        uint64_t count = last == most ? 1 : last - first + 1;
        remark(s, NOTE_HIDDEN_COLUMN, count, bd_str_format(s->arena, "column %u", first));
    }
}

static void open_in_cell(sheeting *s, const sax_element *element) {
    if (xlsx_is(element, "f")) {
        s->has_formula = true;
        return;
    }
    if (xlsx_is(element, "rPh") && s->phonetic_depth == 0) {
        s->phonetic_depth = element->depth;
    }
    bool is_value = s->type != CELL_INLINE && xlsx_is(element, "v");
    bool is_text = s->type == CELL_INLINE && s->phonetic_depth == 0 && xlsx_is(element, "t");
    s->takes_text = is_value || is_text;
    s->has_value = s->has_value || s->takes_text;
}

static bd_rc sheet_open(void *context, const sax_element *element, bd_err *err) {
    sheeting *s = context;
    if (element->depth == 1 && !xlsx_is(element, "worksheet")) {
        bd_str shown = sheet_locus(s->arena, s->sheet, (bd_str){"", 0});
        BD_RAISE(err, BD_ERR_INPUT, "malformed workbook: the part of %.*s is no worksheet",
                 BD_ARG(shown));
    }
    s->takes_text = false;
    if (s->is_in_cell) {
        open_in_cell(s, element);
    } else if (s->is_in_row && element->depth == 4 && xlsx_is(element, "c")) {
        begin_cell(s, element);
    } else if (element->depth == 3 && xlsx_is(element, "row")) {
        begin_row(s, element);
    } else if (element->depth == 3 && xlsx_is(element, "col")) {
        note_columns(s, element);
    }
    return BD_OK;
}

static bd_rc sheet_text(void *context, bd_str piece, bd_err *err) {
    (void)err;
    sheeting *s = context;
    if (!s->takes_text || s->is_refused) {
        return BD_OK;
    }
    bd_buf_puts(&s->text, piece);
    if (s->text.overflowed) {
        s->text.overflowed = false;
        refuse_row(s, BD_ERR_LIMIT, "the text of a cell is over the limit");
    }
    return BD_OK;
}

static bd_rc sheet_shut(void *context, unsigned depth, bd_err *err) {
    sheeting *s = context;
    s->takes_text = false;
    s->phonetic_depth = s->phonetic_depth == depth ? 0 : s->phonetic_depth;
    if (s->is_in_cell && depth == 4) {
        end_cell(s);
    } else if (s->is_in_row && depth == 3) {
        return end_row(s, err);
    }
    return BD_OK;
}

/* ---- merged cells stand behind the rows and are wanted before them ---- */

static bd_rc merge_open(void *context, const sax_element *element, bd_err *err) {
    sheeting *s = context;
    bd_merge merge;
    if (element->depth != 3 || !xlsx_is(element, "mergeCell")) {
        return BD_OK;
    }
    bd_str range = sax_attribute_of(element, "ref");
    if (!parse_range(range, s->book->limits, &merge)) {
        bd_str shown = sheet_locus(s->arena, s->sheet, (bd_str){"", 0});
        BD_RAISE(err, BD_ERR_INPUT, "malformed workbook: %.*s merges a range that is none",
                 BD_ARG(shown));
    }
    if (merge.first_row <= MERGE_ROWS && s->merges.count < s->book->limits->merges) {
        *bd_push(s->book->arena, &s->merges) = merge;
    }
    return BD_OK;
}

static bd_rc merge_shut(void *context, unsigned depth, bd_err *err) {
    (void)context;
    (void)depth;
    (void)err;
    return BD_OK;
}

static bd_rc merge_text(void *context, bd_str piece, bd_err *err) {
    (void)context;
    (void)piece;
    (void)err;
    return BD_OK;
}

/* ---- one sheet ---- */

static bd_rc say_notes(const sheeting *s) {
    const bd_part_events *events = s->book->events;
    for (size_t i = 0; i < NOTE_COUNT && events->said != NULL; i++) {
        if (s->counts[i] == 0) {
            continue;
        }
        bd_str sentence = bd_str_format(s->book->arena, "%llu %s", (unsigned long long)s->counts[i],
                                        s->counts[i] == 1 ? notes[i].one : notes[i].many);
        BD_TRY(events->said(events->context, notes[i].severity,
                            sheet_locus(s->book->arena, s->sheet, s->places[i]), sentence,
                            s->book->err));
    }
    return BD_OK;
}

static bd_rc read_rows(sheeting *s) {
    const bd_part_events *events = s->book->events;
    sax_events merges = {.context = s, .open = merge_open, .shut = merge_shut, .text = merge_text};
    BD_TRY(xlsx_read_part(s->book, s->sheet->target, &merges));
    bd_sheet facts = {.name = s->sheet->name,
                      .state = s->sheet->state,
                      .merges = s->merges.data,
                      .merge_count = s->merges.count};
    if (events->sheet != NULL) {
        BD_TRY(events->sheet(events->context, &facts, s->book->err));
    }
    sax_events rows = {.context = s, .open = sheet_open, .shut = sheet_shut, .text = sheet_text};
    BD_TRY(xlsx_read_part(s->book, s->sheet->target, &rows));
    return say_notes(s);
}

static bd_rc say_of_sheet(xlsx_book *book, const xlsx_sheet *sheet, bd_diag_severity severity,
                          const char *sentence) {
    return book->events->said == NULL
               ? BD_OK
               : book->events->said(book->events->context, severity,
                                    sheet_locus(book->arena, sheet, (bd_str){"", 0}),
                                    bd_str_of(sentence), book->err);
}

bd_rc xlsx_sheet_read(xlsx_book *book, const xlsx_sheet *sheet) {
    if (!sheet->is_worksheet) {
        return say_of_sheet(book, sheet, BD_DIAG_NOTE,
                            "it is a chart or a dialog and holds no rows");
    }
    if (sheet->state != BD_SHEET_SHOWN) {
        BD_TRY(say_of_sheet(book, sheet, BD_DIAG_WARNING,
                            "the sheet is hidden; it was read like the others"));
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *row = bd_arena_open("row of a sheet", (size_t)256 << 20);
    sheeting s = {.book = book, .sheet = sheet, .arena = row};
    bd_buf_init(&s.text, book->limits->cell_bytes);
    bd_rc rc = read_rows(&s);
    bd_buf_clear(&s.text);
    return rc;
}
