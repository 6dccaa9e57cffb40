#include "bindery/layout.h"
#include "layout_priv.h"

#define CAPTION_HEIGHT CHART_CAPTION_HEIGHT
#define LABEL_SIZE CHART_LABEL_SIZE
#define SMALL_SIZE 6.5
#define GAP 6.0
#define BAR_PITCH 14.0
#define BAR_HEIGHT 9.5
#define CELL_PITCH 11.0
#define LEAST_PITCH 8.6
#define GRID_MARGIN 34.0 /* column labels above, legend below */
#define STRIP_PITCH 12.0

/* ---- parts shared by all charts -------------------------------------------------------------- */

static void draw_caption(flow *f, const bd_chart *chart) {
    if (chart->caption.size == 0) {
        return;
    }
    static const type_style type = {BD_ROLE_SEMIBOLD, 8, 11, ACCENT, false};
    tag_open(f, BD_TAG_P);
    text_draw(f, type.role, type.size, type.color, f->left, baseline_in(&type, f->y),
              chart->caption, f->width, BD_ALIGN_LEFT);
    tag_close(f);
    flow_take(f, CAPTION_HEIGHT);
}

double chart_label_width(flow *f, const bd_chart *chart) {
    double widest = 0;
    for (size_t i = 0; i < chart->row_count; i++) {
        double width = text_width(f, BD_ROLE_TEXT, LABEL_SIZE, chart->row_labels[i]);
        widest = width > widest ? width : widest;
    }
    return widest > f->width * 0.5 ? f->width * 0.5 : widest;
}

void chart_draw_row_label(flow *f, const bd_chart *chart, size_t row, double width, double y,
                          double height) {
    /* A link inside a figure would be hidden behind the figure's words: it stands beside it. */
    bd_str link = chart->row_links[row];
    uint32_t figure = f->element;
    if (link.size > 0 && f->is_tagging) {
        tag_enter(f, bd_layout_element(f->layout, figure)->parent);
        tag_open(f, BD_TAG_P);
        tag_open(f, BD_TAG_LINK);
    }
    double drawn = text_draw(f, BD_ROLE_TEXT, LABEL_SIZE, link.size > 0 ? ACCENT : INK, f->left,
                             y + height / 2 - LABEL_SIZE * 0.357, chart->row_labels[row], width,
                             BD_ALIGN_LEFT);
    if (link.size > 0) {
        flow_add_link(f, f->left, y, f->left + drawn, y + height, link, chart->row_labels[row]);
    }
    tag_enter(f, figure);
}

/* ---- stacked bars ---------------------------------------------------------------------------- */

typedef struct {
    uint32_t fill, edge, ink;
} part_look;

/* Falling lightness, then outlined: neighbours differ on a grey printer too. */
static const part_look part_looks[] = {
    {ACCENT, ACCENT, WHITE}, {ACCENT_MID, ACCENT_MID, WHITE},
    {WHITE, GREY, INK},      {0xc9ced5u, 0xc9ced5u, INK},
    {WASH, RULE, GREY},      {INK, INK, WHITE},
};

static const part_look *look_of_part(size_t part) {
    return &part_looks[part % BD_COUNT(part_looks)];
}

static void draw_swatch(flow *f, const part_look *look, double x, double y, double width,
                        double height) {
    op_rect(f, look->fill, x, y, width, height);
    if (look->edge != look->fill) {
        op_frame(f, look->edge, 0.6, x, y, width, height);
    }
}

static int64_t value_at(const bd_chart *chart, size_t row, size_t column) {
    int64_t value = chart->values[row * chart->column_count + column];
    return value < 0 ? 0 : value;
}

static double row_total(const bd_chart *chart, size_t row) {
    double total = 0;
    for (size_t i = 0; i < chart->column_count; i++) {
        total += (double)value_at(chart, row, i);
    }
    return total;
}

static void draw_parts_legend(flow *f, const bd_chart *chart) {
    double x = f->left;
    for (size_t i = 0; i < chart->column_count; i++) {
        double width = text_width(f, BD_ROLE_TEXT, SMALL_SIZE + 0.5, chart->column_labels[i]);
        if (x > f->left && x + 11 + width > f->left + f->width) {
            x = f->left;
            flow_take(f, 10);
        }
        draw_swatch(f, look_of_part(i), x, f->y - 8.5, 7, 7);
        text_draw(f, BD_ROLE_TEXT, SMALL_SIZE + 0.5, GREY, x + 10.5, f->y - 7.6,
                  chart->column_labels[i], f->width, BD_ALIGN_LEFT);
        x += 11 + width + 14;
    }
    flow_take(f, 15);
}

/* Numbers that do not fit their part stand behind the bar, in the order of the parts. */
static void draw_bar(flow *f, const bd_chart *chart, size_t row, double x, double y, double unit) {
    double end = x + row_total(chart, row) * unit;
    double tail = end + 5;
    for (size_t i = 0; i < chart->column_count; i++) {
        int64_t value = value_at(chart, row, i);
        if (value == 0) {
            continue;
        }
        double width = (double)value * unit;
        const part_look *look = look_of_part(i);
        draw_swatch(f, look, x, y, width, BAR_HEIGHT);
        bd_str text = bd_str_format(f->texts, "%lld", (long long)value);
        double needed = text_width(f, BD_ROLE_SEMIBOLD, SMALL_SIZE, text) + 3;
        if (width >= needed) {
            text_draw(f, BD_ROLE_SEMIBOLD, SMALL_SIZE, look->ink, x,
                      y + BAR_HEIGHT / 2 - SMALL_SIZE * 0.357, text, width, BD_ALIGN_CENTER);
        } else {
            bd_str note = bd_str_format(f->texts, "%lld %.*s", (long long)value,
                                        BD_ARG(chart->column_labels[i]));
            tail += 7 + text_draw(f, BD_ROLE_TEXT, SMALL_SIZE, GREY, tail,
                                  y + BAR_HEIGHT / 2 - SMALL_SIZE * 0.357, note,
                                  f->left + f->width - tail, BD_ALIGN_LEFT);
        }
        x += width;
    }
}

static void place_bars(flow *f, const bd_chart *chart) {
    draw_parts_legend(f, chart);
    double labels = chart_label_width(f, chart), most = 1;
    for (size_t i = 0; i < chart->row_count; i++) {
        double total = row_total(chart, i);
        most = total > most ? total : most;
    }
    double x = f->left + labels + GAP;
    double unit = (f->width - labels - GAP) * 0.82 / most; /* the rest is for numbers behind bars */
    for (size_t i = 0; i < chart->row_count && !f->is_full; i++) {
        flow_need(f, BAR_PITCH);
        double y = f->y - BAR_PITCH + (BAR_PITCH - BAR_HEIGHT) / 2;
        chart_draw_row_label(f, chart, i, labels, y, BAR_HEIGHT);
        draw_bar(f, chart, i, x, y, unit);
        flow_take(f, BAR_PITCH);
    }
}

/* ---- grids ----------------------------------------------------------------------------------- */

typedef struct {
    double labels, x, cell; /* width of labels; where cells begin; pitch of columns */
    double label_size;
    bool is_split; /* column labels on two lines: "2026" over "01" */
    double head;
} grid;

static double widest_column(flow *f, const bd_chart *chart, double size) {
    double widest = 0;
    for (size_t i = 0; i < chart->column_count; i++) {
        double width = text_width(f, BD_ROLE_TEXT, size, chart->column_labels[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static grid plan_grid(flow *f, const bd_chart *chart) {
    grid g = {.labels = chart_label_width(f, chart), .label_size = SMALL_SIZE};
    double gap = g.labels > 0 ? GAP : 0;
    g.x = f->left + g.labels + gap;
    double pitch = (f->width - g.labels - gap) / (double)chart->column_count;
    g.cell = pitch > 40 ? 40 : pitch;
    double widest = widest_column(f, chart, g.label_size);
    g.is_split = widest > g.cell - 2;
    double needed = g.is_split ? widest * 0.62 : widest;
    if (needed > g.cell - 1) {
        g.label_size = g.label_size * (g.cell - 1) / needed;
        g.label_size = g.label_size < 3.5 ? 3.5 : g.label_size;
    }
    g.head = g.is_split ? 18 : 11;
    return g;
}

static void draw_columns(flow *f, const bd_chart *chart, const grid *g) {
    for (size_t i = 0; i < chart->column_count; i++) {
        bd_str label = chart->column_labels[i];
        double x = g->x + (double)i * g->cell;
        ptrdiff_t cut = bd_str_find(label, BD_STR("-"));
        cut = cut < 0 ? bd_str_find(label, BD_STR(" ")) : cut;
        if (g->is_split && cut > 0) {
            text_draw(f, BD_ROLE_TEXT, g->label_size, GREY, x, f->y - 7,
                      bd_str_sub(label, 0, (size_t)cut), g->cell, BD_ALIGN_CENTER);
            label = bd_str_sub(label, (size_t)cut + 1, label.size);
        }
        text_draw(f, BD_ROLE_TEXT, g->label_size, GREY, x, f->y - g->head + 3.5, label, g->cell,
                  BD_ALIGN_CENTER);
    }
    flow_take(f, g->head);
}

static void draw_states_legend(flow *f, const bd_chart *chart) {
    bool is_used[BD_CELL_NOT_DUE + 1] = {false};
    for (size_t i = 0; i < chart->row_count * chart->column_count; i++) {
        BD_ASSERT(chart->values[i] >= 0 && chart->values[i] <= BD_CELL_NOT_DUE);
        is_used[chart->values[i]] = true;
    }
    flow_take(f, 4);
    double x = f->left;
    for (size_t i = 0; i <= BD_CELL_NOT_DUE; i++) {
        if (!is_used[i]) {
            continue;
        }
        bd_str word = bd_str_of(cell_word((bd_cell_state)i));
        cell_draw(f, (bd_cell_state)i, x, f->y - 9, 11, 8);
        x += 14 +
             text_draw(f, BD_ROLE_TEXT, SMALL_SIZE, GREY, x + 14, f->y - 7.4, word, f->width,
                       BD_ALIGN_LEFT) +
             12;
    }
    flow_take(f, 12);
}

/* Rows close up a little where that keeps a grid on the page. */
static double grid_pitch(const bd_chart *chart, double room) {
    double most = chart->kind == BD_CHART_STRIP ? STRIP_PITCH : CELL_PITCH;
    double fitting = (room - GRID_MARGIN) / (double)chart->row_count;
    return fitting >= most || fitting < LEAST_PITCH ? most : fitting;
}

static void draw_grid_row(flow *f, const bd_chart *chart, const grid *g, size_t row, double pitch) {
    double y = f->y - pitch;
    chart_draw_row_label(f, chart, row, g->labels, y, pitch);
    for (size_t i = 0; i < chart->column_count; i++) {
        cell_draw(f, (bd_cell_state)chart->values[row * chart->column_count + i],
                  g->x + (double)i * g->cell + 0.7, y + 0.7, g->cell - 1.4, pitch - 1.4);
    }
    flow_take(f, pitch);
}

static void place_grid(flow *f, const bd_chart *chart) {
    grid g = plan_grid(f, chart);
    double pitch = grid_pitch(chart, flow_left(f));
    draw_columns(f, chart, &g);
    for (size_t row = 0; row < chart->row_count && !f->is_full; row++) {
        if (flow_left(f) < pitch) {
            flow_new_page(f);
            draw_columns(f, chart, &g);
        }
        draw_grid_row(f, chart, &g, row, pitch);
    }
    if (flow_left(f) < 16) {
        flow_new_page(f);
    }
    draw_states_legend(f, chart);
}

/* ---- the block ------------------------------------------------------------------------------- */

static double grid_height(const bd_chart *chart, double pitch) {
    double caption = chart->caption.size > 0 ? CAPTION_HEIGHT : 0;
    return caption + GRID_MARGIN + (double)chart->row_count * pitch;
}

static double least_height(const bd_chart *chart) {
    switch (chart->kind) {
    case BD_CHART_STACKED_BAR: return CAPTION_HEIGHT + 25 + (double)chart->row_count * BAR_PITCH;
    case BD_CHART_HEAT_GRID: return grid_height(chart, LEAST_PITCH);
    case BD_CHART_STRIP: return grid_height(chart, STRIP_PITCH);
    case BD_CHART_TIMELINE: return timeline_height(chart);
    case BD_CHART_TREND: return trend_height(chart);
    }
    return 0;
}

double chart_height(const flow *f, const bd_chart *chart) {
    double least = least_height(chart), page = f->top - f->bottom;
    return least <= page ? least : CAPTION_HEIGHT + 80;
}

void chart_place(flow *f, const bd_chart *chart) {
    flow_need(f, chart_height(f, chart));
    flow_set_anchors(f);
    draw_caption(f, chart);
    size_t first_page = f->page_index;
    double top = f->y;
    tag_open_figure(f, chart->alternative.size > 0 ? chart->alternative : chart->caption);
    if (chart->kind == BD_CHART_STACKED_BAR) {
        place_bars(f, chart);
    } else if (chart->kind == BD_CHART_TIMELINE) {
        timeline_place(f, chart);
    } else if (chart->kind == BD_CHART_TREND) {
        trend_place(f, chart);
    } else {
        place_grid(f, chart);
    }
    tag_close_figure(f, first_page, top);
    flow_space(f, 12);
}
