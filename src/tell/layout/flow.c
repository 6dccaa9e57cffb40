#include "bindery/layout.h"
#include "layout_priv.h"

bd_page *flow_page(flow *f) {
    return &f->layout->pages.data[f->page_index];
}

void flow_fail(flow *f, bd_rc rc) {
    if (!bd_failed(f->rc)) {
        f->rc = rc;
    }
    f->is_full = true;
}

bd_str flow_keep(flow *f, bd_str text) {
    return f->texts == f->drawn || text.size == 0 ? text : bd_str_copy(f->drawn, text);
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* The page's operations get memory of their own size. */
static void seal_page(flow *f) {
    const size_t furniture = 12; /* room for header and footer, drawn at the end */
    bd_ops *ops = &flow_page(f)->ops;
    bd_op *own = bd_new(f->drawn, bd_op, ops->count + furniture);
    for (size_t i = 0; i < ops->count; i++) {
        own[i] = ops->data[i];
    }
    ops->data = own;
    ops->room = ops->count + furniture;
}

static void hand_page(flow *f) {
    refer_fill_labels(f);
    refer_fill_links(f);
    furniture_draw(f, f->page_index);
    bd_rc rc = f->hand(f->hand_context, f->layout, f->page_index, f->err);
    if (bd_failed(rc)) {
        flow_fail(f, rc);
    }
}

void flow_end_page(flow *f) {
    bd_arenas_pass(FLOW_PAGE_BYTES);
    if (f->pass == PASS_HOLD) {
        seal_page(f);
        return;
    }
    bool is_kept = f->page_index < f->layout->pages.count; /* the last one may be empty, and was dropped */
    if (f->pass == PASS_HAND && is_kept && !f->is_full) {
        hand_page(f);
    }
    f->label_patches.count = 0;
    f->link_patches.count = 0;
    flow_page(f)->links = (bd_links){0};
    bd_arena_reset(f->drawn);
}

/* The growing block of operations is handed from page to page. */
void flow_new_page(flow *f) {
    size_t next = f->has_page ? f->page_index + 1 : 0;
    if (next >= f->max_pages) {
        f->is_full = true;
    } else {
        bd_ops open = {0};
        if (f->has_page) {
            open = flow_page(f)->ops;
            flow_end_page(f);
            open = f->pass == PASS_HOLD ? open : flow_page(f)->ops; /* it may have grown */
            flow_page(f)->ops = f->pass == PASS_HOLD ? flow_page(f)->ops : (bd_ops){0};
        }
        f->is_tagging = f->is_tagging && next < f->max_tagged_pages;
        f->element = f->is_tagging ? f->element : BD_ELEMENT_NONE;
        if (f->pass != PASS_HAND) {
            (void)bd_push(f->arena, &f->layout->pages);
        }
        f->page_index = next;
        f->has_page = true;
        flow_page(f)->ops = (bd_ops){open.data, 0, open.room};
    }
    f->y = f->top;
    f->is_page_empty = true;
}

double flow_left(const flow *f) {
    return f->y - f->bottom;
}

void flow_need(flow *f, double height) {
    if (height > flow_left(f) + 0.01 && !f->is_page_empty) {
        flow_new_page(f);
    }
}

void flow_space(flow *f, double height) {
    if (!f->is_page_empty) {
        f->y -= height;
    }
}

void flow_take(flow *f, double height) {
    f->y -= height;
    f->is_page_empty = false;
}

/* ---- anchors and links ----------------------------------------------------------------------- */

static void set_anchor(flow *f, bd_str name) {
    if (bd_map_find(f->place_of_name, name)) {
        *bd_push(f->arena, &f->layout->double_anchors) = name;
        return;
    }
    bd_place *place = bd_new(f->arena, bd_place, 1);
    *place = (bd_place){name, f->page_index, f->is_page_empty ? f->layout->page_height : f->y + 8};
    bd_map_put(f->place_of_name, name, place);
    *bd_push(f->arena, &f->layout->places) = *place;
}

void flow_set_anchors(flow *f) {
    for (size_t i = 0; i < f->waiting.count && f->pass != PASS_HAND; i++) {
        set_anchor(f, f->waiting.data[i]);
    }
    f->waiting.count = 0;
}

void flow_add_link(flow *f, double left, double bottom, double right, double top, bd_str anchor,
                   bd_str words) {
    link_patch *patch = bd_push(f->arena, &f->link_patches);
    *patch = (link_patch){f->page_index,         {left, bottom, right, top}, flow_keep(f, anchor),
                          flow_keep(f, words), f->element};
}

/* ---- operations ------------------------------------------------------------------------------ */

bd_op *op_add(flow *f, bd_op_kind kind, uint32_t color) {
    bd_op *op = bd_push(f->arena, &flow_page(f)->ops);
    *op = (bd_op){0}; /* the block has held another page's */
    op->kind = kind;
    op->color = palette_find(f, color);
    op->element = kind == BD_OP_TEXT || f->is_in_figure ? f->element : BD_ELEMENT_NONE;
    return op;
}

void op_rect(flow *f, uint32_t color, double x, double y, double width, double height) {
    bd_op *op = op_add(f, BD_OP_RECT, color);
    op->x = (float)x;
    op->y = (float)y;
    op->width = (float)width;
    op->height = (float)height;
}

void op_frame(flow *f, uint32_t color, double thick, double x, double y, double width,
              double height) {
    op_rect(f, color, x, y, width, height);
    bd_page *page = flow_page(f);
    bd_op *op = &page->ops.data[page->ops.count - 1];
    op->kind = BD_OP_FRAME;
    op->size = (float)thick;
}

void op_line(flow *f, uint32_t color, double thick, double x, double y, double to_x, double to_y) {
    op_rect(f, color, x, y, to_x - x, to_y - y);
    bd_page *page = flow_page(f);
    bd_op *op = &page->ops.data[page->ops.count - 1];
    op->kind = BD_OP_LINE;
    op->size = (float)thick;
}

void op_polygon(flow *f, uint32_t color, const bd_point *points, size_t count) {
    bd_point *copy = bd_new(f->drawn, bd_point, count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = points[i];
    }
    bd_op *op = op_add(f, BD_OP_POLYGON, color);
    op->points = copy;
    op->point_count = count;
}
