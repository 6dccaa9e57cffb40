/* Spans of days in rows, against months above and the days asked about as two lines through all rows. */
#include "bindery/layout.h"
#include "layout_priv.h"

#define PITCH 13.5
#define BAR 8.0
#define HEAD 12.0
#define LEGEND 17.0
#define SMALL 6.5
#define HATCH 3.5
#define DASH_PT 2.0

typedef struct {
    const bd_chart *chart;
    double labels, x, unit; /* width of row labels; where the first day begins; width of a day */
    double end;
    bd_day asked_from, asked_to; /* both inclusive; BD_DAY_NONE: nothing is asked about */
} timeline;

static double x_of(const timeline *t, bd_day day) {
    bd_day first = t->chart->first, last = t->chart->last;
    bd_day cut = day < first ? first : day > last + 1 ? last + 1 : day;
    return t->x + (double)(cut - first) * t->unit;
}

static timeline plan_timeline(flow *f, const bd_chart *chart) {
    timeline t = {.chart = chart, .asked_from = BD_DAY_NONE, .asked_to = BD_DAY_NONE};
    t.labels = chart_label_width(f, chart);
    t.x = f->left + t.labels + 6;
    t.end = f->left + f->width;
    t.unit = (t.end - t.x) / (double)(chart->last - chart->first + 1);
    for (size_t i = 0; i < chart->spans.count; i++) {
        if (chart->spans.data[i].look == BD_SPAN_OURS) {
            t.asked_from = chart->spans.data[i].from;
            t.asked_to = chart->spans.data[i].to;
        }
    }
    return t;
}

/* ---- months ---- */

static bd_day next_month(bd_day day) {
    bd_date date = bd_date_of_day(day);
    bool is_last = date.month == 12;
    return bd_day_of_date(is_last ? date.year + 1 : date.year, is_last ? 1 : date.month + 1, 1);
}

/* Every month, every second, third, sixth or twelfth: as many as have room. */
static int month_step(const timeline *t, double needed) {
    static const int steps[] = {1, 2, 3, 6, 12};
    for (size_t i = 0; i < BD_COUNT(steps); i++) {
        if ((double)steps[i] * 30.0 * t->unit >= needed) {
            return steps[i];
        }
    }
    return 24;
}

static void draw_months(flow *f, const timeline *t) {
    double needed = text_width(f, BD_ROLE_TEXT, SMALL, BD_STR("2026-09")) + 6;
    int step = month_step(t, needed);
    bd_day day = t->chart->first;
    bd_date date = bd_date_of_day(day);
    day = date.day == 1 ? day : next_month(day);
    for (; day <= t->chart->last; day = next_month(day)) {
        date = bd_date_of_day(day);
        double x = x_of(t, day);
        if ((date.month - 1) % step != 0 || (step > 12 && date.year % 2 != 0)) {
            continue;
        }
        op_line(f, RULE, 0.5, x, f->y - HEAD, x, f->y - HEAD + 3);
        if (x + needed - 4 <= t->end) {
            bd_str label = bd_str_format(f->texts, "%04d-%02d", date.year, date.month);
            text_draw(f, BD_ROLE_TEXT, SMALL, GREY, x + 1.5, f->y - HEAD + 4, label, needed,
                      BD_ALIGN_LEFT);
        }
    }
    op_line(f, RULE, 0.5, t->x, f->y - HEAD, t->end, f->y - HEAD);
    flow_take(f, HEAD + 2);
}

/* ---- spans ---- */

static void draw_dashed(flow *f, uint32_t color, double x, double y, double width, double height) {
    const double edges[4][4] = {{x, y, x + width, y},
                                {x, y + height, x + width, y + height},
                                {x, y, x, y + height},
                                {x + width, y, x + width, y + height}};
    for (size_t i = 0; i < BD_COUNT(edges); i++) {
        op_line(f, color, 0.8, edges[i][0], edges[i][1], edges[i][2], edges[i][3]);
        bd_page *page = flow_page(f);
        page->ops.data[page->ops.count - 1].dash = (float)DASH_PT;
    }
}

static void draw_hatch(flow *f, double x, double y, double width, double height) {
    for (double at = HATCH; at < width + height; at += HATCH) {
        double left = at > width ? at - width : 0;
        double right = at > height ? at - height : 0;
        op_line(f, ACCENT_MID, 0.5, x + right, y + (at - right), x + at - left, y + left);
    }
}

static void draw_look(flow *f, bd_span_look look, double x, double y, double width,
                      double height) {
    switch (look) {
    case BD_SPAN_OURS:
        op_rect(f, INK, x, y + height / 2 - 1, width, 2);
        op_rect(f, INK, x, y, 1.4, height);
        op_rect(f, INK, x + width - 1.4, y, 1.4, height);
        break;
    case BD_SPAN_FULL: op_rect(f, ACCENT, x, y, width, height); break;
    case BD_SPAN_BRIDGED:
        op_rect(f, WHITE, x, y, width, height);
        draw_hatch(f, x, y, width, height);
        op_frame(f, ACCENT, 0.8, x, y, width, height);
        break;
    case BD_SPAN_OPEN: /* crossed out: nothing is there */
        op_frame(f, ALERT, 1.0, x, y, width, height);
        op_line(f, ALERT, 0.6, x, y, x + width, y + height);
        op_line(f, ALERT, 0.6, x, y + height, x + width, y);
        break;
    case BD_SPAN_VOID: draw_dashed(f, GREY, x, y, width, height); break;
    }
}

/* May text stand from `left` to `right` in this row?  Not on a bar, not on text that stands there. */
static bool is_free(const timeline *t, size_t row, double left, double right, double taken) {
    if (left < t->x || right > t->end || left < taken) {
        return false;
    }
    for (size_t i = 0; i < t->chart->spans.count; i++) {
        const bd_span *span = &t->chart->spans.data[i];
        if (span->row == row && x_of(t, span->from) < right && x_of(t, span->to + 1) > left) {
            return false;
        }
    }
    return true;
}

/* Inside a filled bar, else behind it, else before it, else not at all.  Yields up to where text stands. */
static double draw_label(flow *f, const timeline *t, const bd_span *span, double y, double taken) {
    double from = x_of(t, span->from), to = x_of(t, span->to + 1);
    double width = text_width(f, BD_ROLE_TEXT, SMALL, span->label);
    double baseline = y + BAR / 2 - SMALL * 0.357;
    bool is_plain = span->look != BD_SPAN_OURS && span->look != BD_SPAN_BRIDGED;
    double x = is_plain && to - from >= width + 6                          ? from + 3
               : is_free(t, span->row, to + 3, to + 3 + width, taken)      ? to + 3
               : is_free(t, span->row, from - 3 - width, from - 3, taken) ? from - 3 - width
                                                                           : -1;
    if (span->label.size == 0 || x < 0) {
        return taken;
    }
    bool is_inside = x == from + 3 && is_plain && span->look != BD_SPAN_OPEN;
    uint32_t color = is_inside && span->look == BD_SPAN_FULL ? WHITE
                     : span->look == BD_SPAN_OPEN            ? ALERT
                                                             : INK;
    if (!is_inside) { /* the lines of the days asked about run behind it */
        op_rect(f, WHITE, x - 1, y + 1, width + 2, BAR - 2);
    }
    text_draw(f, BD_ROLE_TEXT, SMALL, color, x, baseline, span->label, width + 1, BD_ALIGN_LEFT);
    return x + width + 3 > taken ? x + width + 3 : taken;
}

static void draw_asked(flow *f, const timeline *t, double y) {
    if (t->asked_from == BD_DAY_NONE) {
        return;
    }
    const double at[] = {x_of(t, t->asked_from), x_of(t, t->asked_to + 1)};
    for (size_t i = 0; i < BD_COUNT(at); i++) {
        op_line(f, PALE, 0.6, at[i], y, at[i], y + PITCH);
        bd_page *page = flow_page(f);
        page->ops.data[page->ops.count - 1].dash = 1.5f;
    }
}

static void draw_row(flow *f, const timeline *t, size_t row) {
    double y = f->y - PITCH, bar = y + (PITCH - BAR) / 2, taken = 0;
    draw_asked(f, t, y);
    chart_draw_row_label(f, t->chart, row, t->labels, bar, BAR);
    for (size_t i = 0; i < t->chart->spans.count; i++) {
        const bd_span *span = &t->chart->spans.data[i];
        double from = x_of(t, span->from), to = x_of(t, span->to + 1);
        if (span->row == row && to > from) {
            draw_look(f, span->look, from, bar, to - from < 1.2 ? 1.2 : to - from, BAR);
        }
    }
    for (size_t i = 0; i < t->chart->spans.count; i++) {
        if (t->chart->spans.data[i].row == row) {
            taken = draw_label(f, t, &t->chart->spans.data[i], bar, taken);
        }
    }
    flow_take(f, PITCH);
}

static void draw_legend(flow *f, const bd_chart *chart) {
    double x = f->left;
    flow_take(f, 4);
    for (size_t look = 0; look < BD_COUNT(chart->words); look++) {
        bd_str words = chart->words[look];
        if (words.size == 0) {
            continue;
        }
        draw_look(f, (bd_span_look)look, x, f->y - 9, 16, 7.5);
        x += 20 + text_draw(f, BD_ROLE_TEXT, SMALL, GREY, x + 20, f->y - 7.4, words, f->width,
                            BD_ALIGN_LEFT) +
             12;
    }
    flow_take(f, LEGEND - 4);
}

double timeline_height(const bd_chart *chart) {
    return CHART_CAPTION_HEIGHT + HEAD + 2 + LEGEND + (double)chart->row_count * PITCH;
}

void timeline_place(flow *f, const bd_chart *chart) {
    timeline t = plan_timeline(f, chart);
    draw_months(f, &t);
    for (size_t row = 0; row < chart->row_count && !f->is_full; row++) {
        if (flow_left(f) < PITCH) {
            flow_new_page(f);
            draw_months(f, &t);
        }
        draw_row(f, &t, row);
    }
    if (flow_left(f) < LEGEND) {
        flow_new_page(f);
    }
    draw_legend(f, chart);
}
