#include "bindery/layout.h"
#include "layout_priv.h"

/* ---- state marks: square with a tick, half-filled square, empty square, dash, hollow circle --- */

double mark_width(double size) {
    return size * 1.16;
}

static void draw_tick(flow *f, uint32_t color, double x, double y, double side) {
    const double thick = side * 0.15;
    op_line(f, color, thick, x + side * 0.22, y + side * 0.5, x + side * 0.43, y + side * 0.27);
    op_line(f, color, thick, x + side * 0.40, y + side * 0.27, x + side * 0.80, y + side * 0.76);
}

/* A ring of straight strokes; sixteen look round at this size. */
static void draw_ring(flow *f, uint32_t color, double thick, double cx, double cy, double radius) {
    static const double cosine[] = {1,        0.92388,  0.70711, 0.38268,  0,        -0.38268,
                                    -0.70711, -0.92388, -1,      -0.92388, -0.70711, -0.38268,
                                    0,        0.38268,  0.70711, 0.92388};
    bd_point ring[34];
    for (size_t i = 0; i <= 16; i++) {
        double c = cosine[i % 16], s = cosine[(i + 12) % 16];
        ring[i] = (bd_point){cx + c * radius, cy + s * radius};
        ring[33 - i] = (bd_point){cx + c * (radius - thick), cy + s * (radius - thick)};
    }
    op_polygon(f, color, ring, BD_COUNT(ring));
}

void mark_draw(flow *f, bd_mark mark, double x, double baseline, double size) {
    double side = size * 0.82, y = baseline - size * 0.055, thick = size * 0.085;
    switch (mark) {
    case BD_MARK_NONE: break;
    case BD_MARK_COMPLETE:
        op_rect(f, ACCENT, x, y, side, side);
        draw_tick(f, WHITE, x, y, side);
        break;
    case BD_MARK_PROGRESS:
        op_rect(f, ACCENT_MID, x, y, side / 2, side);
        op_frame(f, ACCENT, thick, x, y, side, side);
        break;
    case BD_MARK_BLANK: op_frame(f, GREY, thick, x, y, side, side); break;
    case BD_MARK_NA:
        op_rect(f, PALE, x + side * 0.1, y + side * 0.42, side * 0.8, side * 0.16);
        break;
    case BD_MARK_NOT_DUE:
        draw_ring(f, GREY, thick, x + side / 2, y + side / 2, side / 2);
        op_line(f, GREY, thick, x + side / 2, y + side * 0.47, x + side / 2, y + side * 0.8);
        op_line(f, GREY, thick, x + side / 2, y + side * 0.5, x + side * 0.72, y + side * 0.5);
        break;
    }
}

void flag_draw(flow *f, double x, double baseline, double size) {
    double side = size * 0.94, y = baseline - size * 0.07;
    bd_point triangle[] = {{x, y}, {x + side, y}, {x + side / 2, y + side * 0.92}};
    op_polygon(f, ALERT, triangle, BD_COUNT(triangle));
    text_draw(f, BD_ROLE_BOLD, size * 0.66, WHITE, x, y + side * 0.12, BD_STR("!"), side,
              BD_ALIGN_CENTER);
    /* Read out, it is a word of its own. */
    bd_page *page = flow_page(f);
    page->ops.data[page->ops.count - 1].text = BD_STR("! ");
}

/* ---- cells of grids -------------------------------------------------------------------------- */

typedef struct {
    const char *word;
    const char *letter;
    uint32_t fill, ink;
} cell_look;

static const cell_look cell_looks[] = {
    [BD_CELL_NONE] = {"not in scope", "", WHITE, PALE},
    [BD_CELL_CLEAN] = {"clean", "C", 0xdbe6f3, ACCENT},
    [BD_CELL_DEVIATION] = {"deviation", "D", ALERT, WHITE},
    [BD_CELL_CANNOT_TELL] = {"cannot tell", "?", 0xb9bfc7, INK},
    [BD_CELL_MISSING] = {"missing", "M", WHITE, ALERT},
    [BD_CELL_NO_OCCURRENCE] = {"no occurrence", "N", WASH, GREY},
    [BD_CELL_CHANGE_LOG] = {"change log", "L", 0xdbe6f3, ACCENT},
    [BD_CELL_NOT_DUE] = {"not due", "", WHITE, PALE},
};
_Static_assert(BD_COUNT(cell_looks) == BD_CELL_NOT_DUE + 1, "every cell state has a look");

const char *cell_word(bd_cell_state state) {
    return cell_looks[state].word;
}

static void draw_cell_shape(flow *f, bd_cell_state state, double x, double y, double width,
                            double height) {
    const cell_look *l = &cell_looks[state];
    double corner = height * 0.36;
    switch (state) {
    case BD_CELL_CLEAN:
    case BD_CELL_NO_OCCURRENCE: break;
    case BD_CELL_NONE:
        op_line(f, RULE, 0.6, x + width / 2 - 2, y + height / 2, x + width / 2 + 2, y + height / 2);
        break;
    case BD_CELL_DEVIATION: {
        bd_point points[] = {{x + width - corner, y + height},
                             {x + width, y + height},
                             {x + width, y + height - corner}};
        op_polygon(f, WHITE, points, BD_COUNT(points));
        break;
    }
    case BD_CELL_CANNOT_TELL: op_rect(f, PALE, x, y, width, height * 0.18); break;
    case BD_CELL_MISSING: op_frame(f, l->ink, 0.8, x, y, width, height); break;
    case BD_CELL_CHANGE_LOG: op_rect(f, ACCENT_MID, x, y, width, height * 0.18); break;
    case BD_CELL_NOT_DUE:
        draw_ring(f, l->ink, 0.6, x + width / 2, y + height / 2, height * 0.2);
        break;
    }
}

void cell_draw(flow *f, bd_cell_state state, double x, double y, double width, double height) {
    BD_ASSERT((size_t)state < BD_COUNT(cell_looks));
    const cell_look *l = &cell_looks[state];
    if (l->fill != WHITE) {
        op_rect(f, l->fill, x, y, width, height);
    }
    draw_cell_shape(f, state, x, y, width, height);
    if (l->letter[0] == 0) {
        return;
    }
    double size = height * 0.62 > 7 ? 7 : height * 0.62;
    text_draw(f, BD_ROLE_SEMIBOLD, size, l->ink, x, y + height / 2 - size * 0.357,
              bd_str_of(l->letter), width, BD_ALIGN_CENTER);
}
