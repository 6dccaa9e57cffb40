/* Page numbers and links: drawn before anybody knows where they lead, filled in when it is known. */
#include "bindery/layout.h"
#include "layout_priv.h"

static void note_broken(flow *f, bd_str anchor) {
    bd_strs *broken = &f->layout->broken_links;
    for (size_t i = 0; i < broken->count; i++) {
        if (bd_str_eq(broken->data[i], anchor)) {
            return;
        }
    }
    *bd_push(f->arena, broken) = bd_str_copy(f->arena, anchor);
}

/* Words behind a page number in running text close up to it. */
static void pull_followers(flow *f, const label_patch *patch, double spare) {
    bd_ops *ops = &f->layout->pages.data[patch->page_index].ops;
    for (size_t i = patch->op_index + 1; i < patch->last_op; i++) {
        bd_op *op = &ops->data[i];
        op->x -= (float)spare;
        bd_point *moved = bd_new(f->drawn, bd_point, op->point_count);
        for (size_t k = 0; k < op->point_count; k++) {
            moved[k] = (bd_point){op->points[k].x - spare, op->points[k].y};
        }
        op->points = moved;
    }
    for (size_t i = patch->next_link; i < patch->last_link; i++) {
        f->link_patches.data[i].rect[0] -= spare;
        f->link_patches.data[i].rect[2] -= spare;
    }
}

/* Patches come in the order of their pages. */
static void turn_to(size_t page_index, size_t *last_page) {
    bd_arenas_pass(page_index != *last_page ? FLOW_PAGE_BYTES : 0);
    *last_page = page_index;
}

void refer_fill_labels(flow *f) {
    size_t last_page = SIZE_MAX;
    for (size_t i = 0; i < f->label_patches.count; i++) {
        const label_patch *patch = &f->label_patches.data[i];
        turn_to(patch->page_index, &last_page);
        bd_op *op = &f->layout->pages.data[patch->page_index].ops.data[patch->op_index];
        const bd_place *place = bd_map_find(f->place_of_name, patch->anchor);
        if (!place) {
            note_broken(f, patch->anchor);
        }
        op->text = place ? f->layout->pages.data[place->page_index].label : BD_STR("?");
        double width = (double)op->size * bd_text_measure(f->faces, op->face, op->text) / 1000.0;
        double spare = patch->room - width;
        if (place && patch->has_space_after) {
            op->text.size++; /* the space behind it, see furniture_label_pages */
        }
        op->x = (float)(patch->x + (patch->align == BD_ALIGN_RIGHT    ? spare
                                    : patch->align == BD_ALIGN_CENTER ? spare / 2
                                                                      : 0));
        op->width = (float)width;
        pull_followers(f, patch, spare);
    }
    f->label_patches.count = 0;
}

void refer_fill_links(flow *f) {
    size_t last_page = SIZE_MAX;
    for (size_t i = 0; i < f->link_patches.count; i++) {
        const link_patch *patch = &f->link_patches.data[i];
        turn_to(patch->page_index, &last_page);
        const bd_place *place = bd_map_find(f->place_of_name, patch->anchor);
        if (!place) {
            note_broken(f, patch->anchor);
            if (f->is_tagging) {
                bd_layout_element(f->layout, patch->element)->tag = BD_TAG_SPAN;
            }
            continue;
        }
        bd_link *link = bd_push(f->drawn, &f->layout->pages.data[patch->page_index].links);
        for (size_t k = 0; k < 4; k++) {
            link->rect[k] = patch->rect[k];
        }
        link->page_index = place->page_index;
        link->y = place->y;
        link->words = patch->words;
        link->element = patch->element;
    }
    f->link_patches.count = 0;
}
