/* What the organisation says in a section, by the template: its heading, its paragraphs, its logo. */
#include "bindery/wording.h"

static bd_str value_of(const bd_report *r, const bd_template_run *run) {
    switch (run->value) {
    case BD_TEMPLATE_TEXT: return run->text;
    case BD_TEMPLATE_ORGANISATION: return r->engagement->organisation_name;
    case BD_TEMPLATE_SYSTEM: return r->engagement->system_name;
    case BD_TEMPLATE_PERIOD: return bd_words_period(r);
    case BD_TEMPLATE_AS_OF: return bd_words_as_of(r);
    case BD_TEMPLATE_PACKAGE: return r->in->package_id;
    case BD_TEMPLATE_EDITION: return bd_words_edition(r);
    }
    return run->text;
}

static void say_heading(bd_report *r, const bd_template_block *block, size_t place) {
    bd_str text = {"", 0};
    for (size_t i = 0; i < block->runs.count; i++) {
        text = bd_str_format(r->arena, "%.*s%.*s", BD_ARG(text),
                             BD_ARG(value_of(r, &block->runs.data[i])));
    }
    bd_doc_heading(r->doc, 2, text, bd_str_format(r->arena, "page-%zu-%zu", r->page_count, place));
}

void bd_say_own(bd_report *r) {
    for (size_t i = 0; r->part != NULL && i < r->part->blocks.count; i++) {
        const bd_template_block *block = &r->part->blocks.data[i];
        if (block->kind == BD_TEMPLATE_HEADING) {
            say_heading(r, block, i + 1);
            continue;
        }
        if (block->runs.count == 0) {
            continue;
        }
        bd_para *para = bd_doc_paragraph(r->doc, block->kind == BD_TEMPLATE_ITEM ? BD_PARA_BULLET
                                                                                 : BD_PARA_BODY);
        for (size_t k = 0; k < block->runs.count; k++) {
            bd_para_styled(para, block->runs.data[k].style, value_of(r, &block->runs.data[k]));
        }
    }
}

bd_block *bd_open_section(bd_report *r, bd_str title, bd_str anchor) {
    bool is_renamed = r->part != NULL && r->part->heading.size > 0;
    size_t at = r->doc->blocks.count;
    (void)bd_doc_heading(r->doc, 1, is_renamed ? r->part->heading : title, anchor);
    bd_say_own(r);
    return &r->doc->blocks.data[at]; /* adding may have moved them */
}

/* ---- the logo ---- */

void bd_add_logo(bd_report *r) {
    const bd_template_logo *logo = &r->template->logo;
    if (logo->image == NULL && logo->shape_count == 0) {
        return;
    }
    bd_picture *picture = bd_new(r->arena, bd_picture, 1);
    *picture = (bd_picture){.image = logo->image,
                            .shapes = logo->shapes,
                            .shape_count = logo->shape_count,
                            .view_width = logo->view_width,
                            .view_height = logo->view_height,
                            .width_pt = logo->width_pt,
                            .alternative = logo->alternative};
    bd_doc_picture(r->doc, picture);
}
