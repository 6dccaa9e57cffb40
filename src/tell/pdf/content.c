#include "bindery/pdf.h"
#include "pdf_priv.h"

/* What the page's graphics state holds already; operators are written only on change. */
typedef struct {
    pdf_fonts *fonts;
    pdf_images *images;
    bd_buf *out;
    bool has_fill, has_stroke;
    uint32_t fill, stroke;
    double thick, font_size, dash;
    size_t face;
} painter;

static void put_spaced(bd_buf *out, double value) {
    put_number(out, value);
    bd_buf_putc(out, ' ');
}

static void put_color(bd_buf *out, uint32_t color, const char *operator) {
    for (int shift = 16; shift >= 0; shift -= 8) {
        /* Three decimals are needed to tell 256 levels apart. */
        uint32_t thousandths = ((color >> shift & 0xff) * 1000 + 127) / 255;
        char text[6] = {(char)('0' + thousandths / 1000),     '.',
                        (char)('0' + thousandths / 100 % 10), (char)('0' + thousandths / 10 % 10),
                        (char)('0' + thousandths % 10),       ' '};
        bd_buf_put(out, text, sizeof text);
    }
    bd_buf_puts(out, bd_str_of(operator));
}

static void set_fill(painter *p, uint32_t color) {
    if (!p->has_fill || p->fill != color) {
        put_color(p->out, color, "rg\n");
        p->has_fill = true;
        p->fill = color;
    }
}

static void set_stroke(painter *p, const bd_op *op) {
    if (!p->has_stroke || p->stroke != op->color) {
        put_color(p->out, op->color, "RG\n");
        p->has_stroke = true;
        p->stroke = op->color;
    }
    if (p->thick < (double)op->size || p->thick > (double)op->size) {
        put_spaced(p->out, (double)op->size);
        bd_buf_puts(p->out, BD_STR("w\n"));
        p->thick = (double)op->size;
    }
    if (p->dash < (double)op->dash || p->dash > (double)op->dash) {
        p->dash = (double)op->dash;
        bd_buf_putc(p->out, '[');
        if (op->dash > 0) {
            put_spaced(p->out, (double)op->size);
            put_number(p->out, (double)op->dash);
        }
        bd_buf_puts(p->out, BD_STR("] 0 d\n"));
    }
}

/* Two bytes of a code as they stand in a literal string. */
static void put_code(bd_buf *out, unsigned code) {
    char text[4];
    size_t size = 0;
    for (int shift = 8; shift >= 0; shift -= 8) {
        unsigned byte = code >> shift & 0xff;
        bool is_special = byte == '(' || byte == ')' || byte == '\\' || byte == '\r';
        if (is_special) {
            text[size++] = '\\';
        }
        text[size++] = byte == '\r' ? 'r' : (char)byte; /* a raw CR would be read as LF */
    }
    bd_buf_put(out, text, size);
}

static void paint_text(painter *p, const bd_op *op) {
    set_fill(p, op->color);
    bd_buf_puts(p->out, BD_STR("BT\n"));
    if (p->face != op->face || p->font_size < (double)op->size || p->font_size > (double)op->size) {
        p->face = op->face;
        p->font_size = (double)op->size;
        bd_buf_puts(p->out, BD_STR("/F"));
        put_integer(p->out, (int64_t)op->face);
        bd_buf_putc(p->out, ' ');
        put_spaced(p->out, (double)op->size);
        bd_buf_puts(p->out, BD_STR("Tf\n"));
    }
    put_spaced(p->out, (double)op->x);
    put_spaced(p->out, (double)op->y);
    bd_buf_puts(p->out, BD_STR("Td\n[("));
    uint32_t code_point, before = ' ';
    for (size_t at = 0; bd_utf8_next(op->text, &at, &code_point);) {
        int kerning = bd_text_kerning(p->fonts->faces, op->face, before, code_point);
        if (kerning != 0) {
            bd_buf_putc(p->out, ')');
            put_integer(p->out, -kerning);
            bd_buf_putc(p->out, '(');
        }
        put_code(p->out, font_code(p->fonts, op->face, code_point));
        before = code_point;
    }
    bd_buf_puts(p->out, BD_STR(")] TJ\nET\n"));
}

static void put_box(bd_buf *out, double x, double y, double width, double height) {
    put_spaced(out, x);
    put_spaced(out, y);
    put_spaced(out, width);
    put_spaced(out, height);
}

static void paint_line(painter *p, const bd_op *op) {
    set_stroke(p, op);
    put_spaced(p->out, (double)op->x);
    put_spaced(p->out, (double)op->y);
    bd_buf_puts(p->out, BD_STR("m "));
    put_spaced(p->out, (double)op->x + (double)op->width);
    put_spaced(p->out, (double)op->y + (double)op->height);
    bd_buf_puts(p->out, BD_STR("l S\n"));
}

static void paint_frame(painter *p, const bd_op *op) {
    double half = (double)op->size / 2;
    set_stroke(p, op);
    put_box(p->out, (double)op->x + half, (double)op->y + half, (double)op->width - 2 * half,
            (double)op->height - 2 * half);
    bd_buf_puts(p->out, BD_STR("re S\n"));
}

static void paint_polygon(painter *p, const bd_op *op) {
    set_fill(p, op->color);
    for (size_t i = 0; i < op->point_count; i++) {
        put_spaced(p->out, op->points[i].x);
        put_spaced(p->out, op->points[i].y);
        bd_buf_puts(p->out, i == 0 ? BD_STR("m ") : BD_STR("l "));
    }
    bd_buf_puts(p->out, BD_STR("h f\n"));
}

static size_t image_place(pdf_images *images, const bd_image *image) {
    for (size_t i = 0; i < images->list.count; i++) {
        if (images->list.data[i] == image) {
            return i;
        }
    }
    *bd_push(images->arena, &images->list) = image;
    return images->list.count - 1;
}

static void paint_image(painter *p, const bd_op *op) {
    bd_buf_puts(p->out, BD_STR("q "));
    put_spaced(p->out, (double)op->width);
    bd_buf_puts(p->out, BD_STR("0 0 "));
    put_spaced(p->out, (double)op->height);
    put_spaced(p->out, (double)op->x);
    put_spaced(p->out, (double)op->y);
    bd_buf_puts(p->out, BD_STR("cm /I"));
    put_integer(p->out, (int64_t)image_place(p->images, op->image));
    bd_buf_puts(p->out, BD_STR(" Do Q\n"));
}

static void paint_op(painter *p, const bd_op *op) {
    switch (op->kind) {
    case BD_OP_TEXT: paint_text(p, op); break;
    case BD_OP_LINE: paint_line(p, op); break;
    case BD_OP_RECT:
        set_fill(p, op->color);
        put_box(p->out, (double)op->x, (double)op->y, (double)op->width, (double)op->height);
        bd_buf_puts(p->out, BD_STR("re f\n"));
        break;
    case BD_OP_FRAME: paint_frame(p, op); break;
    case BD_OP_POLYGON: paint_polygon(p, op); break;
    case BD_OP_IMAGE: paint_image(p, op); break;
    }
}

/* What follows is the element's, up to the next mark. */
static void put_mark(bd_buf *out, structure *tags, uint32_t element) {
    if (element == BD_ELEMENT_NONE) {
        bd_buf_puts(out, BD_STR("/Artifact BMC\n"));
    } else if (element == BD_ELEMENT_FURNITURE) {
        bd_buf_puts(out, BD_STR("/Artifact<</Type/Pagination>>BDC\n"));
    } else {
        bd_buf_putc(out, '/');
        bd_buf_puts(out, bd_str_of(structure_tag(tags, element)));
        bd_buf_puts(out, BD_STR("<</MCID "));
        put_integer(out, structure_add_content(tags, element));
        bd_buf_puts(out, BD_STR(">>BDC\n"));
    }
}

void content_put(const bd_page *page, pdf_fonts *fonts, pdf_images *images, structure *tags,
                 bd_buf *out) {
    painter p = {.fonts = fonts, .images = images, .out = out, .thick = -1, .face = SIZE_MAX};
    for (size_t i = 0; i < page->ops.count; i++) {
        const bd_op *op = &page->ops.data[i];
        bool is_first = i == 0 || op[-1].element != op->element;
        if (tags != NULL && is_first) {
            bd_buf_puts(out, i == 0 ? BD_STR("") : BD_STR("EMC\n"));
            put_mark(out, tags, op->element);
        }
        paint_op(&p, op);
    }
    if (tags != NULL && page->ops.count > 0) {
        bd_buf_puts(out, BD_STR("EMC\n"));
    }
}
