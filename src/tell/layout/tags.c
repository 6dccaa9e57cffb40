/* The structure of the document, written down while it is drawn. */
#include "bindery/layout.h"
#include "layout_priv.h"

static uint32_t add_element(flow *f, bd_tag tag, uint32_t parent) {
    bd_layout *layout = f->layout;
    if (!f->is_tagging) {
        return BD_ELEMENT_NONE;
    }
    BD_ASSERT(f->element_count < BD_ELEMENT_FURNITURE);
    if (f->element_count == layout->element_blocks.count * BD_ELEMENTS_PER_BLOCK) {
        *bd_push(f->arena, &layout->element_blocks) =
            bd_new(f->arena, bd_element, BD_ELEMENTS_PER_BLOCK);
    }
    uint32_t made = (uint32_t)f->element_count++; /* the same element in every pass */
    *bd_layout_element(layout, made) =
        (bd_element){.parent = parent, .tag = (uint8_t)tag, .span = 1};
    return made;
}

uint32_t tag_add(flow *f, bd_tag tag) {
    return add_element(f, tag, f->element);
}

uint32_t tag_open(flow *f, bd_tag tag) {
    f->element = add_element(f, tag, f->element);
    return f->element;
}

void tag_close(flow *f) {
    f->element = f->is_tagging ? bd_layout_element(f->layout, f->element)->parent : BD_ELEMENT_NONE;
}

uint32_t tag_enter(flow *f, uint32_t element) {
    uint32_t left = f->element;
    f->element = f->is_tagging ? element : BD_ELEMENT_NONE;
    return left;
}

void tag_set_cell(flow *f, uint32_t cell, bd_scope scope, size_t span) {
    if (f->is_tagging) {
        bd_element *element = bd_layout_element(f->layout, cell);
        element->scope = (uint8_t)scope;
        element->span = (uint16_t)(span > UINT16_MAX ? UINT16_MAX : span);
    }
}

/* A document may go from level 1 to level 3; a tree of headings may not.  Headings of one level under the same
 * heading stay of one level. */
bd_tag tag_of_heading(flow *f, int level) {
    while (f->level_count > 0 && f->levels[f->level_count - 1] >= level) {
        f->level_count--;
    }
    BD_ASSERT(f->level_count < HEADING_LEVELS);
    f->levels[f->level_count++] = level;
    return (bd_tag)(BD_TAG_H1 + (int)f->level_count - 1);
}

void tag_open_figure(flow *f, bd_str alternative) {
    uint32_t element = tag_open(f, BD_TAG_FIGURE);
    f->is_in_figure = true;
    if (f->is_tagging) {
        *bd_push(f->arena, &f->layout->illustrations) =
            (bd_illustration){.element = element,
                         .alternative = alternative.size > 0 ? alternative : BD_STR("Chart")};
    }
}

void tag_close_figure(flow *f, size_t first_page, double top) {
    f->is_in_figure = false;
    if (f->is_tagging) {
        bd_illustration *picture = &f->layout->illustrations.data[f->layout->illustrations.count - 1];
        picture->has_box = first_page == f->page_index;
        const double box[] = {f->left, f->y, f->left + f->width, top};
        for (size_t i = 0; i < BD_COUNT(box); i++) {
            picture->box[i] = box[i];
        }
    }
    tag_close(f);
}
