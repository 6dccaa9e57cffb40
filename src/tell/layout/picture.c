/* Pictures, and the colours that stand for our own. */
#include "bindery/layout.h"
#include "layout_priv.h"

#define PICTURE_AFTER 14.0

/* ---- pictures -------------------------------------------------------------------------------- */

static double width_of(const flow *f, const bd_picture *picture) {
    return picture->width_pt < f->width ? picture->width_pt : f->width;
}

double picture_height(const flow *f, const bd_picture *picture) {
    double ratio = picture->image != NULL
                       ? (double)picture->image->height / (double)picture->image->width
                       : picture->view_height / picture->view_width;
    double height = width_of(f, picture) * ratio, most = (f->top - f->bottom) / 3;
    return height < most ? height : most;
}

static void draw_outline(flow *f, const bd_picture *picture, const bd_outline *shape, double scale,
                         double top) {
    bd_point *points = bd_new(f->drawn, bd_point, shape->point_count);
    for (size_t i = 0; i < shape->point_count; i++) {
        bd_vertex at = shape->points[i];
        at.x = at.x < picture->view_width ? at.x : picture->view_width;
        at.y = at.y < picture->view_height ? at.y : picture->view_height;
        points[i] = (bd_point){f->left + at.x * scale, top - at.y * scale};
    }
    op_polygon(f, WHITE, points, shape->point_count);
    bd_page *page = flow_page(f);
    page->ops.data[page->ops.count - 1].color = shape->fill; /* its own, not one of ours */
}

/* A picture that is too high for its page is drawn smaller, never distorted. */
void picture_place(flow *f, const bd_picture *picture) {
    double height = picture_height(f, picture);
    flow_need(f, height);
    flow_set_anchors(f);
    double top = f->y;
    tag_open_figure(f, picture->alternative.size > 0 ? picture->alternative : BD_STR("Picture"));
    if (picture->image != NULL) {
        double scale = height / (double)picture->image->height;
        bd_op *op = op_add(f, BD_OP_IMAGE, WHITE);
        op->image = picture->image;
        op->x = (float)f->left;
        op->y = (float)(f->y - height);
        op->width = (float)((double)picture->image->width * scale);
        op->height = (float)height;
    }
    for (size_t i = 0; picture->image == NULL && i < picture->shape_count; i++) {
        draw_outline(f, picture, &picture->shapes[i], height / picture->view_height, f->y);
    }
    flow_take(f, height);
    tag_close_figure(f, f->page_index, top);
    flow_space(f, PICTURE_AFTER);
}

/* ---- colours --------------------------------------------------------------------------------- */

static const uint32_t ours[] = {ACCENT, ACCENT_MID, ACCENT_LIGHT};

/* How light a grey printer makes it, 0 to 255,000 (ITU-R BT.601). */
static uint32_t lightness(uint32_t color) {
    return (color >> 16 & 0xff) * 299 + (color >> 8 & 0xff) * 587 + (color & 0xff) * 114;
}

static uint32_t mixed_with_white(uint32_t color, uint32_t parts) {
    uint32_t mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
        uint32_t level = color >> shift & 0xff;
        mixed |= (level + (255 - level) * parts / 256) << shift;
    }
    return mixed;
}

/* The lighter ones are as light as ours are, so that neighbours in a chart differ as much on a grey printer. */
void palette_init(flow *f, const bd_layout_options *options) {
    for (size_t i = 0; i < BD_COUNT(ours); i++) {
        f->accents[i] = ours[i];
        if (options->has_accent) {
            uint32_t parts = 0;
            while (i > 0 && parts < 256 &&
                   lightness(mixed_with_white(options->accent, parts)) < lightness(ours[i])) {
                parts++;
            }
            f->accents[i] = mixed_with_white(options->accent, parts);
        }
    }
}

uint32_t palette_find(const flow *f, uint32_t color) {
    for (size_t i = 0; i < BD_COUNT(ours); i++) {
        if (color == ours[i]) {
            return f->accents[i];
        }
    }
    return color;
}
