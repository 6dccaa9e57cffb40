#include "bindery/layout.h"
#include "layout_priv.h"

/* Columns are fitted to their content: a column that fits is left alone, one that does not shrinks
 * towards its longest word, and only then are long words (hashes, paths) broken; short ones (dates,
 * ids, names) stay whole. */

#define SIDE 4.5 /* between a cell's edge and its text */
#define SHEET_KEPT 190.0 /* the tallest table of keys and values that stays on one page */
#define ROWS_AT_ONCE 128 /* more than stand on a page: who asks how a row goes on asks for no more than that */

static const type_style normal_type = {BD_ROLE_TEXT, 8, 11.2, INK, false};
static const type_style compact_type = {BD_ROLE_TEXT, 7, 9.4, INK, false};
static const type_style caption_type = {BD_ROLE_SEMIBOLD, 8, 11, ACCENT, false};

typedef struct {
    lines lines;
    size_t column, span;
    bool is_header;
} cell_plan;

typedef struct {
    cell_plan *cells;
    size_t count;
    size_t line_count; /* of the tallest cell */
    bool is_header;
} row_plan;

/* Rows that are planned; a long table has two of these, the rows being placed and those behind them. */
typedef struct {
    row_plan *rows;
    size_t from, count;
} row_window;

struct table_plan {
    const bd_table *table;
    type_style type, head_type;
    double inset;       /* above and below a cell's text */
    double *x, *widths; /* per column; the widths hold both sides */
    lines caption;
    row_plan head;
    size_t row_count;
    bool is_long;          /* its rows are planned some hundred at a time */
    row_window windows[2]; /* `current` is being placed; the other one is behind it, or empty */
    size_t current;
    size_t next_cell, next_row; /* not planned yet */
};

/* Cells of some rows: of the table itself, or asked for. */
typedef struct {
    const bd_cell *cells;
    size_t count;
} cell_list;

/* ---- widths ---------------------------------------------------------------------------------- */

/* Spreads `spare` over the columns by weight, none beyond its limit; yields what nobody could take.
 */
static double pour(double spare, size_t count, const double *weights, const double *limits,
                   double *widths) {
    for (size_t round = 0; round < count + 1 && spare > 0.01; round++) {
        double total = 0, taken = 0;
        for (size_t i = 0; i < count; i++) {
            total += widths[i] < limits[i] - 0.001 ? weights[i] : 0;
        }
        if (total <= 0) {
            return spare;
        }
        for (size_t i = 0; i < count; i++) {
            double room = limits[i] - widths[i];
            double share = room > 0.001 ? spare * weights[i] / total : 0;
            share = share > room ? room : share;
            widths[i] += share;
            taken += share;
        }
        spare -= taken;
    }
    return spare;
}

static double sum(const double *values, size_t count) {
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        total += values[i];
    }
    return total;
}

/* What is left when everything fits goes to weighted columns, else to all in proportion. */
static void share_rest(const column_need *needs, size_t count, double rest, double *widths) {
    double weights = 0, used = sum(widths, count);
    for (size_t i = 0; i < count; i++) {
        weights += needs[i].weight;
    }
    for (size_t i = 0; i < count; i++) {
        double share = weights > 0 ? needs[i].weight / weights : used > 0 ? widths[i] / used : 0;
        widths[i] += rest * share;
    }
}

/* From `low` towards each column's whole content, by weight. */
static bool spread(flow *f, const double *low, const column_need *needs, size_t count, double room,
                   double *widths) {
    double used = sum(low, count);
    if (used > room) {
        return false;
    }
    double *weights = bd_new(f->scratch, double, count), *whole = bd_new(f->scratch, double, count);
    for (size_t i = 0; i < count; i++) {
        weights[i] = needs[i].weight > 0 ? needs[i].weight : 1;
        whole[i] = needs[i].whole;
        widths[i] = low[i];
    }
    double rest = pour(room - used, count, weights, whole, widths);
    share_rest(needs, count, rest, widths);
    return true;
}

/* A column without weight is as narrow as its content, as long as that is not much. */
static bool is_narrow(const column_need *n, double room) {
    return n->weight <= 0 && n->whole <= room * 0.3;
}

static void fit_columns(flow *f, const column_need *needs, size_t count, double room, double *widths) {
    double *roomy = bd_new(f->scratch, double, count), *tight = bd_new(f->scratch, double, count);
    double *least = bd_new(f->scratch, double, count);
    for (size_t i = 0; i < count; i++) {
        double word = needs[i].word > room * 0.4 ? room * 0.4 : needs[i].word;
        word = word > needs[i].part ? word : needs[i].part;
        roomy[i] = is_narrow(&needs[i], room) ? needs[i].whole : word;
        tight[i] = is_narrow(&needs[i], room) ? needs[i].whole : needs[i].part;
        least[i] = needs[i].part;
    }
    if (spread(f, roomy, needs, count, room, widths) ||
        spread(f, tight, needs, count, room, widths) ||
        spread(f, least, needs, count, room, widths)) {
        return;
    }
    double scale = room / sum(least, count);
    for (size_t i = 0; i < count; i++) {
        widths[i] = least[i] * scale;
    }
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool is_row_header(const table_plan *plan, const bd_cell *cell, size_t column) {
    return cell->is_header || (plan->table->has_no_head && column == 0);
}

static type_style cell_type(const table_plan *plan, const bd_cell *cell, size_t column) {
    type_style type = plan->type;
    if (is_row_header(plan, cell, column)) {
        type.role = BD_ROLE_SEMIBOLD;
        type.color = cell->is_header ? ACCENT : GREY;
    }
    return type;
}

static size_t span_of(const bd_cell *cell, size_t column, size_t column_count) {
    size_t span = cell->span < 1 ? 1 : (size_t)cell->span;
    return span > column_count - column ? column_count - column : span;
}

/* The cells of at most `most` rows from `from` on; yields how many rows these are. */
static size_t take_rows(const bd_table *table, size_t from, size_t most, cell_list *out) {
    size_t rows = 0, column = 0, at = from;
    for (; at < table->cells.count && (column > 0 || rows < most); at++) {
        rows += column == 0;
        column += span_of(&table->cells.data[at], column, table->column_count);
        column = column >= table->column_count ? 0 : column;
    }
    *out = (cell_list){table->cells.data + from, at - from};
    return rows;
}

static bd_runs head_runs(flow *f, bd_str head) {
    bd_run *run = bd_new(f->plans, bd_run, 1);
    run->text = head;
    return (bd_runs){run, 1, 1};
}

static void widen(column_need *n, lines_widths found) {
    n->whole = found.whole > n->whole ? found.whole : n->whole;
    n->word = found.word > n->word ? found.word : n->word;
    n->part = found.part > n->part ? found.part : n->part;
}

/* Texts of cells, in the scratch arena; they widen what their columns need, where that is asked for. */
static const lines_text **prepare_cells(flow *f, const table_plan *plan, cell_list list,
                                        column_need *needs) {
    size_t columns = plan->table->column_count, column = 0;
    const lines_text **texts = bd_new(f->scratch, const lines_text *, list.count + 1);
    for (size_t i = 0; i < list.count; i++) {
        const bd_cell *cell = &list.cells[i];
        type_style type = cell_type(plan, cell, column);
        size_t span = span_of(cell, column, columns);
        texts[i] = lines_prepare(f, &cell->runs, &type);
        if (span == 1 && needs != NULL) {
            widen(&needs[column], lines_measure(f, texts[i]));
        }
        column += span;
        column = column >= columns ? 0 : column;
    }
    return texts;
}

static void break_cells(flow *f, const table_plan *plan, cell_list list, const lines_text **texts,
                        row_plan *row) {
    size_t columns = plan->table->column_count, column = 0;
    for (size_t i = 0; i < list.count; i++) {
        const bd_cell *cell = &list.cells[i];
        size_t span = span_of(cell, column, columns);
        if (column == 0) {
            row->cells = bd_new(f->plans, cell_plan, columns);
            row->is_header = cell->is_header;
        }
        double width = sum(plan->widths + column, span) - 2 * SIDE;
        cell_plan *c = &row->cells[row->count++];
        *c = (cell_plan){lines_break(f, texts[i], width + 0.05), column, span, cell->is_header};
        row->line_count = c->lines.count > row->line_count ? c->lines.count : row->line_count;
        column += span;
        if (column >= columns) {
            column = 0;
            row++;
        }
    }
}

/* ---- rows of a long table ---- */

static bd_rc check_row(const bd_table *row, size_t first_cell, size_t index, bool is_last,
                       bd_err *err) {
    size_t column = 0, at = first_cell;
    for (; at < row->cells.count && column < row->column_count; at++) {
        column += span_of(&row->cells.data[at], column, row->column_count);
    }
    bool is_short = column < row->column_count && (!is_last || column == 0);
    if (is_short || at != row->cells.count || row->doc->figures.count > 0) {
        BD_RAISE(err, BD_ERR_BUG, "cannot lay out the table: row %zu is not one row of %zu columns",
                 index, row->column_count);
    }
    return BD_OK;
}

/* Made in <arena>. */
static size_t ask_rows(flow *f, const table_plan *plan, bd_arena *arena, cell_list *out) {
    const bd_rows *source = &plan->table->rows;
    size_t left = plan->row_count - plan->next_row, most = left < ROWS_AT_ONCE ? left : ROWS_AT_ONCE;
    bd_table *made = bd_new(arena, bd_table, 1);
    made->doc = bd_doc_make(arena);
    made->column_count = plan->table->column_count;
    for (size_t i = 0; i < most && !bd_failed(f->rc); i++) {
        size_t first_cell = made->cells.count, index = plan->next_row + i;
        bd_rc rc = source->put(source->context, index, made, f->err);
        rc = bd_failed(rc) ? rc : check_row(made, first_cell, index, index + 1 == plan->row_count, f->err);
        if (bd_failed(rc)) {
            flow_fail(f, rc);
        }
    }
    bool is_made = !bd_failed(f->rc);
    *out = (cell_list){made->cells.data, is_made ? made->cells.count : 0};
    return is_made ? most : 0;
}

/* The next rows that are not planned yet; none when there are none, or when their source failed. */
static size_t next_rows(flow *f, table_plan *plan, bd_arena *arena, cell_list *out) {
    size_t rows;
    if (plan->table->rows.put != NULL) {
        rows = ask_rows(f, plan, arena, out);
    } else {
        rows = take_rows(plan->table, plan->next_cell, ROWS_AT_ONCE, out);
        plan->next_cell += out->count;
    }
    plan->next_row += rows;
    return rows;
}

/* What rows borrow lies in the arena of their window: `plans` and, but for text that is held with its page, `texts`. */
static void enter_window(flow *f, const table_plan *plan, size_t window) {
    bool is_held = f->texts == f->drawn && plan->table->rows.put == NULL;
    bd_arena_reset(f->rows[window]);
    f->plans = f->rows[window];
    f->texts = is_held ? f->texts : f->rows[window];
}

static void plan_window(flow *f, table_plan *plan, size_t window) {
    bd_arena *plans = f->plans, *texts = f->texts;
    enter_window(f, plan, window);
    row_window *w = &plan->windows[window];
    cell_list list;
    w->from = plan->next_row;
    w->count = next_rows(f, plan, f->plans, &list);
    w->rows = bd_new(f->plans, row_plan, w->count + 1);
    break_cells(f, plan, list, prepare_cells(f, plan, list, NULL), w->rows);
    bd_arena_reset(f->scratch);
    f->plans = plans;
    f->texts = texts;
}

/* What all rows need.  Nothing is kept of them, and characters without a glyph are counted when they are drawn. */
static void fit_rows(flow *f, table_plan *plan, column_need *needs) {
    bd_arena *plans = f->plans, *texts = f->texts;
    bd_text_gaps *gaps = f->gaps;
    f->gaps = NULL;
    while (plan->next_row < plan->row_count && !f->is_full) {
        cell_list list;
        f->texts = f->rows[0];
        enter_window(f, plan, 0);
        next_rows(f, plan, f->plans, &list);
        prepare_cells(f, plan, list, needs);
        bd_arena_reset(f->scratch);
    }
    plan->next_row = plan->next_cell = 0;
    f->plans = plans;
    f->texts = texts;
    f->gaps = gaps;
}

static const row_plan *row_at(flow *f, table_plan *plan, size_t index) {
    static const row_plan none = {0};
    const row_window *current = &plan->windows[plan->current];
    row_window *behind = &plan->windows[1 - plan->current];
    if (index - current->from < current->count) {
        return &current->rows[index - current->from];
    }
    if (behind->count == 0 && plan->is_long) {
        plan_window(f, plan, 1 - plan->current);
    }
    BD_ASSERT(index - behind->from < behind->count || f->is_full);
    return f->is_full ? &none : &behind->rows[index - behind->from];
}

/* Rows before `index` are placed: when none is left of a window, its room is free for those to come. */
static void leave_rows(table_plan *plan, size_t index) {
    row_window *current = &plan->windows[plan->current];
    if (plan->is_long && index >= current->from + current->count && index > current->from) {
        current->count = 0;
        plan->current = 1 - plan->current;
    }
}

static void plan_head(flow *f, table_plan *plan, const lines_text **heads) {
    size_t count = plan->table->column_count;
    plan->head.cells = bd_new(f->plans, cell_plan, count);
    plan->head.count = count;
    for (size_t i = 0; i < count; i++) {
        lines text = lines_break(f, heads[i], plan->widths[i] - 2 * SIDE + 0.05);
        plan->head.cells[i] = (cell_plan){text, i, 1, true};
        plan->head.line_count =
            text.count > plan->head.line_count ? text.count : plan->head.line_count;
    }
}

/* Head texts lie in the scratch arena. */
static const lines_text **prepare_heads(flow *f, const table_plan *plan, column_need *needs) {
    const bd_table *table = plan->table;
    const lines_text **heads = bd_new(f->scratch, const lines_text *, table->column_count);
    for (size_t i = 0; i < table->column_count && !table->has_no_head; i++) {
        bd_runs runs = head_runs(f, table->columns[i].head);
        heads[i] = lines_prepare(f, &runs, &plan->head_type);
        lines_widths found = lines_measure(f, heads[i]);
        found.whole = found.word; /* a long head is broken rather than widening its column */
        widen(&needs[i], found);
    }
    return heads;
}

static void set_columns(flow *f, table_plan *plan, const column_need *needs, const lines_text **heads) {
    size_t count = plan->table->column_count;
    fit_columns(f, needs, count, f->width - 2 * SIDE * (double)count, plan->widths);
    double x = f->left;
    for (size_t i = 0; i < count; i++) {
        plan->widths[i] += 2 * SIDE;
        plan->x[i] = x;
        x += plan->widths[i];
    }
    if (!plan->table->has_no_head) {
        plan_head(f, plan, heads);
    }
}

static void plan_short(flow *f, table_plan *plan, column_need *needs) {
    row_window *all = &plan->windows[0];
    cell_list list;
    all->count = next_rows(f, plan, f->plans, &list);
    all->rows = bd_new(f->plans, row_plan, all->count + 1);
    const lines_text **heads = prepare_heads(f, plan, needs);
    const lines_text **texts = prepare_cells(f, plan, list, needs);
    set_columns(f, plan, needs, heads);
    break_cells(f, plan, list, texts, all->rows);
}

/* What its columns need is found once for all passes. */
static const column_need *find_needs(flow *f, table_plan *plan, column_need *needs) {
    if (f->fitted_at == f->fitted.count) {
        size_t count = plan->table->column_count;
        column_need *found = bd_new(f->arena, column_need, count);
        fit_rows(f, plan, needs);
        if (f->is_full) {
            return needs;
        }
        for (size_t i = 0; i < count; i++) {
            found[i] = needs[i];
        }
        *bd_push(f->arena, &f->fitted) = (fitted_table){plan->table, found};
    }
    const fitted_table *fitted = &f->fitted.data[f->fitted_at++];
    BD_ASSERT(fitted->table == plan->table);
    return fitted->needs;
}

static void plan_long(flow *f, table_plan *plan, column_need *needs) {
    const column_need *found = find_needs(f, plan, needs);
    for (size_t i = 0; i < plan->table->column_count; i++) {
        needs[i] = found[i];
    }
    set_columns(f, plan, needs, prepare_heads(f, plan, needs));
    bd_arena_reset(f->scratch);
    plan_window(f, plan, 0);
}

static size_t count_rows(const bd_table *table) {
    cell_list all;
    return table->rows.put != NULL ? table->rows.count : take_rows(table, 0, SIZE_MAX, &all);
}

table_plan *table_make(flow *f, const bd_table *table) {
    table_plan *plan = bd_new(f->plans, table_plan, 1);
    size_t count = table->column_count;
    BD_ASSERT(table->rows.put == NULL || table->cells.count == 0);
    plan->table = table;
    plan->type = table->is_compact ? compact_type : normal_type;
    plan->head_type = plan->type;
    plan->head_type.role = BD_ROLE_SEMIBOLD;
    plan->head_type.size *= 0.95;
    plan->head_type.color = ACCENT;
    plan->inset = !table->is_compact ? 2.9 : table->has_no_head ? 1.5 : 1.8;
    plan->row_count = count_rows(table);
    plan->is_long = plan->row_count > ROWS_AT_ONCE;
    plan->x = bd_new(f->plans, double, count);
    plan->widths = bd_new(f->plans, double, count);
    column_need *needs = bd_new(f->plans, column_need, count);
    for (size_t i = 0; i < count; i++) {
        needs[i].weight = table->columns[i].weight;
    }
    if (plan->is_long) {
        plan_long(f, plan, needs);
    } else {
        plan_short(f, plan, needs);
    }
    if (table->caption.size > 0) {
        plan->caption = lines_make_text(f, table->caption, &caption_type, f->width);
    }
    return plan;
}

/* ---- placing --------------------------------------------------------------------------------- */

static double row_height(const table_plan *plan, const row_plan *row) {
    size_t count = row->line_count > 0 ? row->line_count : 1;
    return (double)count * plan->type.leading + 2 * plan->inset;
}

static double head_height(const table_plan *plan) {
    return plan->table->has_no_head ? 0 : row_height(plan, &plan->head);
}

static double caption_height(const table_plan *plan) {
    return plan->caption.count > 0 ? (double)plan->caption.count * caption_type.leading + 3 : 0;
}

/* A group's header row stays with the row it heads, and the last row with the one before it: no page begins with a
 * single row under its repeated head. */
static double kept_height(flow *f, table_plan *plan, size_t row) {
    double height = 0, page = f->top - f->bottom;
    if (row > 0 && row + 2 == plan->row_count && !row_at(f, plan, row)->is_header) {
        height += row_height(plan, row_at(f, plan, row));
        row++;
    }
    for (; row < plan->row_count && height <= page && !f->is_full; row++) {
        const row_plan *next = row_at(f, plan, row);
        height += row_height(plan, next);
        if (!next->is_header) {
            break;
        }
    }
    return height;
}

/* A sheet of keys and values says one thing: a short one is not torn apart. */
static double sheet_height(flow *f, table_plan *plan) {
    double height = 0;
    for (size_t i = 0; i < plan->row_count && height <= SHEET_KEPT && !f->is_full; i++) {
        height += row_height(plan, row_at(f, plan, i));
    }
    return height;
}

double table_first_height(flow *f, table_plan *plan) {
    double least = kept_height(f, plan, 0);
    double sheet = plan->table->has_no_head ? sheet_height(f, plan) : 0;
    return caption_height(plan) + head_height(plan) +
           (sheet > least && sheet <= SHEET_KEPT ? sheet : least);
}

static bd_scope scope_of(const table_plan *plan, const cell_plan *cell, bool is_head) {
    if (is_head) {
        return BD_SCOPE_COLUMN;
    }
    if (cell->is_header) { /* over a whole row: of a group of rows below */
        bool is_of_row = cell->column == 0 && cell->span < plan->table->column_count;
        return is_of_row ? BD_SCOPE_ROW : BD_SCOPE_COLUMN;
    }
    return plan->table->has_no_head && cell->column == 0 ? BD_SCOPE_ROW : BD_SCOPE_NONE;
}

/* A row and its cells, whose elements follow each other; yields the first.  A row that ends early is filled up. */
static uint32_t tag_row(flow *f, const table_plan *plan, const row_plan *row, bool is_head) {
    uint32_t around = f->element, first = BD_ELEMENT_NONE;
    size_t column = 0;
    tag_open(f, BD_TAG_TR);
    for (size_t i = 0; i < row->count; i++) {
        const cell_plan *cell = &row->cells[i];
        bd_scope scope = scope_of(plan, cell, is_head);
        uint32_t made = tag_add(f, scope == BD_SCOPE_NONE ? BD_TAG_TD : BD_TAG_TH);
        tag_set_cell(f, made, scope, cell->span);
        first = i == 0 ? made : first;
        column = cell->column + cell->span;
    }
    if (column < plan->table->column_count) {
        tag_set_cell(f, tag_add(f, BD_TAG_TD), BD_SCOPE_NONE, plan->table->column_count - column);
    }
    tag_enter(f, around);
    return first;
}

/* Draws lines [from, to) of each cell with the row's top at y. */
static void draw_cells(flow *f, const table_plan *plan, const row_plan *row, const type_style *type,
                       size_t from, size_t to, uint32_t first_cell) {
    uint32_t around = f->element;
    for (size_t i = 0; i < row->count; i++) {
        const cell_plan *cell = &row->cells[i];
        tag_enter(f, first_cell == BD_ELEMENT_NONE ? BD_ELEMENT_NONE : first_cell + (uint32_t)i);
        double width = sum(plan->widths + cell->column, cell->span) - 2 * SIDE;
        double top = f->y - plan->inset;
        for (size_t k = from; k < to && k < cell->lines.count; k++) {
            lines_draw(f, &cell->lines.data[k], type, plan->x[cell->column] + SIDE, top, width,
                       plan->table->columns[cell->column].align);
            top -= type->leading;
        }
    }
    tag_enter(f, around);
}

/* Where it is repeated it is no element. */
static void draw_head(flow *f, const table_plan *plan, uint32_t first_cell) {
    double height = head_height(plan);
    if (plan->table->has_no_head) {
        op_line(f, RULE, 0.5, f->left, f->y, f->left + f->width, f->y);
        return;
    }
    op_rect(f, TINT, f->left, f->y - height, f->width, height);
    type_style type = plan->head_type;
    type.leading = plan->type.leading;
    draw_cells(f, plan, &plan->head, &type, 0, plan->head.line_count, first_cell);
    flow_take(f, height);
    op_line(f, ACCENT, 0.8, f->left, f->y, f->left + f->width, f->y);
}

static void draw_part(flow *f, const table_plan *plan, const row_plan *row, size_t from,
                      size_t to, uint32_t first_cell) {
    double height = (double)(to > from ? to - from : 1) * plan->type.leading + 2 * plan->inset;
    if (row->is_header) {
        op_rect(f, WASH, f->left, f->y - height, f->width, height);
    }
    draw_cells(f, plan, row, &plan->type, from, to, first_cell);
    flow_take(f, height);
    op_line(f, RULE, 0.5, f->left, f->y, f->left + f->width, f->y);
}

static void start_page(flow *f, const table_plan *plan) {
    flow_new_page(f);
    draw_head(f, plan, BD_ELEMENT_NONE);
}

/* A row taller than a page goes on line by line; a fresh page takes one line at least, however tall
 * its head. */
static void place_tall_row(flow *f, const table_plan *plan, const row_plan *row,
                           uint32_t first_cell) {
    bool is_fresh = false;
    for (size_t from = 0; from < row->line_count && !f->is_full;) {
        double free_lines = (flow_left(f) - 2 * plan->inset) / plan->type.leading;
        size_t fitting = free_lines < 1 ? 0 : (size_t)free_lines;
        if (!is_fresh && (fitting == 0 || (fitting < 3 && from == 0))) {
            start_page(f, plan);
            is_fresh = true;
            continue;
        }
        size_t to = from + (fitting > 0 ? fitting : 1);
        to = to < row->line_count ? to : row->line_count;
        draw_part(f, plan, row, from, to, first_cell);
        from = to;
        is_fresh = false;
    }
}

static void place_row(flow *f, table_plan *plan, size_t index) {
    const row_plan *row = row_at(f, plan, index);
    uint32_t first_cell = tag_row(f, plan, row, false);
    double page = f->top - f->bottom - head_height(plan);
    if (row_height(plan, row) > page) {
        place_tall_row(f, plan, row, first_cell);
        return;
    }
    double kept = kept_height(f, plan, index);
    if ((kept > page ? row_height(plan, row) : kept) > flow_left(f) + 0.01) {
        start_page(f, plan);
    }
    draw_part(f, plan, row, 0, row->line_count, first_cell);
}

static void place_caption(flow *f, const table_plan *plan, bd_tag tag) {
    if (plan->caption.count == 0) {
        return;
    }
    tag_open(f, tag);
    for (size_t i = 0; i < plan->caption.count; i++) {
        lines_draw(f, &plan->caption.data[i], &caption_type, f->left, f->y, f->width,
                   BD_ALIGN_LEFT);
        flow_take(f, caption_type.leading);
    }
    tag_close(f);
    flow_take(f, 3);
}

/* Text of rows that were asked for does not stay as long as a page that is held. */
static void place_rows(flow *f, table_plan *plan) {
    bd_arena *texts = f->texts;
    f->texts = plan->table->rows.put != NULL ? f->plans : texts;
    for (size_t i = 0; i < plan->row_count && !f->is_full; i++) {
        place_row(f, plan, i);
        leave_rows(plan, i + 1);
    }
    f->texts = texts;
}

void table_place(flow *f, table_plan *plan) {
    double first = table_first_height(f, plan), page = f->top - f->bottom;
    flow_need(f, first < page ? first : page / 3);
    flow_set_anchors(f);
    uint32_t around = f->element;
    bool is_table = plan->row_count > 0 || !plan->table->has_no_head;
    if (is_table) {
        tag_open(f, BD_TAG_TABLE);
    }
    place_caption(f, plan, is_table ? BD_TAG_CAPTION : BD_TAG_P);
    uint32_t first_head_cell = BD_ELEMENT_NONE;
    if (!plan->table->has_no_head) {
        tag_open(f, BD_TAG_THEAD);
        first_head_cell = tag_row(f, plan, &plan->head, true);
        tag_close(f);
    }
    draw_head(f, plan, first_head_cell);
    if (plan->row_count > 0) {
        tag_open(f, BD_TAG_TBODY);
    }
    place_rows(f, plan);
    tag_enter(f, around);
    flow_space(f, 12);
}
