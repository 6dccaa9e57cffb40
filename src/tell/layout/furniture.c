#include "bindery/layout.h"
#include "layout_priv.h"

#define PAGE_BYTES 32768 /* what is looked at of one that was left long ago */
#define SIZE 7.0
#define PAGE_SIZE 7.5

static bd_str roman(bd_arena *arena, size_t number) {
    static const struct {
        size_t value;
        const char *digits;
    } steps[] = {{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"},
                 {90, "xc"},  {50, "l"},   {40, "xl"}, {10, "x"},   {9, "ix"},
                 {5, "v"},    {4, "iv"},   {1, "i"}};
    bd_str text = {0};
    for (size_t i = 0; i < BD_COUNT(steps); i++) {
        for (; number >= steps[i].value; number -= steps[i].value) {
            text = bd_str_format(arena, "%.*s%s", BD_ARG(text), steps[i].digits);
        }
    }
    return text;
}

void furniture_label_pages(flow *f) {
    bd_layout *layout = f->layout;
    for (size_t i = 0; i < layout->pages.count; i++) {
        bool is_front = i < layout->front_count;
        layout->pages.data[i].label =
            is_front ? roman(f->arena, i + 1)
                     : bd_str_format(f->arena, "%zu", i + 1 - layout->front_count);
        /* In memory a space stands behind it: what follows a number in a line of text is parted from it. */
        layout->pages.data[i].label =
            bd_str_sub(bd_str_format(f->arena, "%.*s ", BD_ARG(layout->pages.data[i].label)), 0,
                       layout->pages.data[i].label.size);
    }
}

static bd_str page_words(flow *f, size_t index) {
    const bd_layout *layout = f->layout;
    bd_str label = layout->pages.data[index].label;
    if (index < layout->front_count) {
        return bd_str_format(f->arena, "Page %.*s", BD_ARG(label));
    }
    return bd_str_format(f->arena, "Page %.*s of %zu", BD_ARG(label),
                         layout->pages.count - layout->front_count);
}

static void draw_header(flow *f) {
    const bd_doc *doc = f->doc;
    if (doc->header_left.size == 0 && doc->header_right.size == 0) {
        return;
    }
    double y = f->top + 26, right = text_width(f, BD_ROLE_TEXT, SIZE, doc->header_right);
    right = right > f->width * 0.6 ? f->width * 0.6 : right;
    text_draw(f, BD_ROLE_TEXT, SIZE, GREY, f->left, y, doc->header_left, f->width - right - 12,
              BD_ALIGN_LEFT);
    text_draw(f, BD_ROLE_TEXT, SIZE, GREY, f->left + f->width - right, y, doc->header_right, right,
              BD_ALIGN_RIGHT);
    op_line(f, RULE, 0.5, f->left, y - 6, f->left + f->width, y - 6);
}

/* Left and right text share the first line where they can; the page number always stands at its
 * right end. */
static void draw_footer(flow *f, size_t index) {
    const bd_doc *doc = f->doc;
    bd_str words = page_words(f, index);
    double page = text_width(f, BD_ROLE_SEMIBOLD, PAGE_SIZE, words);
    double y = f->bottom - 26, end = f->left + f->width;
    op_line(f, RULE, 0.5, f->left, y + 11, end, y + 11);
    text_draw(f, BD_ROLE_SEMIBOLD, PAGE_SIZE, ACCENT, end - page, y, words, page + 1,
              BD_ALIGN_LEFT);
    double room = f->width - page - 16;
    text_draw(f, BD_ROLE_TEXT, SIZE, GREY, f->left, y, doc->footer_left, room, BD_ALIGN_LEFT);
    if (doc->footer_right.size == 0) {
        return;
    }
    double left = text_width(f, BD_ROLE_TEXT, SIZE, doc->footer_left);
    double right = text_width(f, BD_ROLE_TEXT, SIZE, doc->footer_right);
    if (left + 14 + right <= room) {
        text_draw(f, BD_ROLE_TEXT, SIZE, GREY, end - page - 16 - right, y, doc->footer_right,
                  right + 1, BD_ALIGN_LEFT);
        return;
    }
    text_draw(f, BD_ROLE_TEXT, SIZE, GREY, f->left, y - 10, doc->footer_right, f->width,
              BD_ALIGN_LEFT);
}

/* The cover carries its own words; it gets a band of the accent colour instead of a header. */
static void draw_cover(flow *f) {
    const bd_layout *layout = f->layout;
    op_rect(f, ACCENT, 0, layout->page_height - 14, layout->page_width, 14);
}

void furniture_draw(flow *f) {
    f->element = BD_ELEMENT_FURNITURE;
    for (size_t i = 0; i < f->layout->pages.count; i++) {
        f->page_index = i;
        bd_arenas_pass(PAGE_BYTES);
        if (i == 0 && f->layout->front_count > 0) {
            draw_cover(f);
        } else {
            draw_header(f);
        }
        draw_footer(f, i);
    }
}
