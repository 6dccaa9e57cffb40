/* Shares over time as lines: each told by its dashes and marks, and named with its last value at its end. */
#include "bindery/layout.h"
#include "layout_priv.h"

#define PLOT 60.0
#define AXIS 14.0
#define SCALE 26.0 /* room for "100 %" at the left */
#define NAMES 82.0 /* room for "COVER 10.8 %" at the right */
#define SMALL 6.5
#define NAME_PITCH 9.0
#define MARK 2.2
#define MOST 1000 /* tenths of a percent */

typedef struct {
    const bd_chart *chart;
    double x, bottom, step; /* of the first point, of zero, between points */
    int64_t top;            /* the highest value drawn: 25, 50, 75 or 100 % */
} plot;

static const uint32_t line_colors[] = {ACCENT, GREY, ACCENT_MID};
static const float line_dashes[] = {0, 1.4F, 3.4F};

double trend_height(const bd_chart *chart) {
    return (chart->caption.size > 0 ? CHART_CAPTION_HEIGHT : 0) + PLOT + AXIS + 4;
}

static int64_t value_of(const plot *p, size_t row, size_t column) {
    return p->chart->values[row * p->chart->column_count + column];
}

static bool is_known(const plot *p, size_t row, size_t column) {
    return value_of(p, row, column) >= 0 && value_of(p, row, column) <= MOST;
}

static double y_of(const plot *p, int64_t value) {
    return p->bottom + (double)value * PLOT / (double)p->top;
}

/* The scale always begins at nothing; it ends where the values do, so that small ones can be told apart. */
static int64_t highest_of(const plot *p) {
    int64_t top = MOST / 4;
    for (size_t row = 0; row < p->chart->row_count; row++) {
        for (size_t i = 0; i < p->chart->column_count; i++) {
            while (is_known(p, row, i) && value_of(p, row, i) > top) {
                top += MOST / 4;
            }
        }
    }
    return top;
}

static void draw_axes(flow *f, const plot *p) {
    int64_t between = p->top == MOST / 4 ? MOST / 20 : p->top == MOST / 2 ? MOST / 10 : MOST / 4;
    for (int64_t value = 0; value <= p->top; value += between) {
        double y = y_of(p, value);
        op_line(f, RULE, value == 0 ? 0.8 : 0.4, f->left + SCALE, y, f->left + f->width - NAMES, y);
        text_draw(f, BD_ROLE_TEXT, SMALL, GREY, f->left, y - SMALL * 0.357,
                  bd_str_format(f->texts, "%d %%", (int)(value / 10)), SCALE - 5, BD_ALIGN_RIGHT);
    }
    /* as many labels as have room: the last always, and those a whole number of steps before it */
    size_t count = p->chart->column_count, every = 1;
    while ((double)every * p->step < 42 && every < count) {
        every++;
    }
    for (size_t i = count; i-- > 0;) {
        if ((count - 1 - i) % every == 0) {
            text_draw(f, BD_ROLE_TEXT, SMALL, GREY, p->x + (double)i * p->step - 30, p->bottom - 10,
                      p->chart->column_labels[i], 60, BD_ALIGN_CENTER);
        }
    }
}

/* A disc drawn as an octagon, a square, a triangle. */
static void draw_mark(flow *f, size_t row, double x, double y) {
    static const bd_point shapes[][8] = {
        {{1, 0.4}, {0.4, 1}, {-0.4, 1}, {-1, 0.4}, {-1, -0.4}, {-0.4, -1}, {0.4, -1}, {1, -0.4}},
        {{1, 1}, {-1, 1}, {-1, -1}, {1, -1}},
        {{0, 1.3}, {-1.2, -0.9}, {1.2, -0.9}},
    };
    static const size_t counts[] = {8, 4, 3};
    bd_point points[8];
    size_t kind = row % BD_COUNT(counts);
    for (size_t i = 0; i < counts[kind]; i++) {
        points[i] = (bd_point){x + shapes[kind][i].x * MARK, y + shapes[kind][i].y * MARK};
    }
    op_polygon(f, line_colors[kind], points, counts[kind]);
}

static void draw_series(flow *f, const plot *p, size_t row) {
    size_t kind = row % BD_COUNT(line_colors);
    for (size_t i = 0; i < p->chart->column_count; i++) {
        if (!is_known(p, row, i)) {
            continue;
        }
        double x = p->x + (double)i * p->step, y = y_of(p, value_of(p, row, i));
        if (i > 0 && is_known(p, row, i - 1)) {
            op_line(f, line_colors[kind], 1.1, x - p->step, y_of(p, value_of(p, row, i - 1)), x, y);
            bd_page *page = flow_page(f);
            page->ops.data[page->ops.count - 1].dash = line_dashes[kind];
        }
        draw_mark(f, row, x, y);
    }
}

/* Names stand at the height of their last points, moved apart where they would touch, none below the axis. */
static void draw_names(flow *f, const plot *p) {
    size_t count = p->chart->row_count, last = p->chart->column_count - 1;
    size_t *order = bd_new(f->texts, size_t, count);
    double *heights = bd_new(f->texts, double, count);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at > 0 && value_of(p, order[at - 1], last) > value_of(p, i, last); at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    for (size_t i = 0; i < count; i++) { /* from the lowest up */
        double wanted =
            is_known(p, order[i], last) ? y_of(p, value_of(p, order[i], last)) : p->bottom;
        double least = i > 0 ? heights[i - 1] + NAME_PITCH : p->bottom + 1;
        heights[i] = wanted > least ? wanted : least;
    }
    for (size_t i = count; i-- > 0;) { /* none above the plot */
        double most = i + 1 < count ? heights[i + 1] - NAME_PITCH : p->bottom + PLOT;
        heights[i] = heights[i] < most ? heights[i] : most;
    }
    double x = f->left + f->width - NAMES + 10;
    for (size_t i = 0; i < count; i++) {
        draw_mark(f, order[i], x, heights[i]);
        text_draw(f, BD_ROLE_SEMIBOLD, CHART_LABEL_SIZE, INK, x + 6,
                  heights[i] - CHART_LABEL_SIZE * 0.357, p->chart->row_labels[order[i]], NAMES - 16,
                  BD_ALIGN_LEFT);
    }
}

void trend_place(flow *f, const bd_chart *chart) {
    double room = f->width - SCALE - NAMES - 30;
    size_t steps = chart->column_count > 1 ? chart->column_count - 1 : 1;
    plot p = {.chart = chart,
              .x = f->left + SCALE + 15,
              .bottom = f->y - PLOT - 4,
              .step = room / (double)steps};
    p.top = highest_of(&p);
    draw_axes(f, &p);
    for (size_t i = 0; i < chart->row_count; i++) {
        draw_series(f, &p, i);
    }
    draw_names(f, &p);
    flow_take(f, PLOT + AXIS + 4);
}
