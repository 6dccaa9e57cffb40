#include "bindery/layout.h"
#include "layout_priv.h"

#define SIDE_MARGIN 56.0
#define TOP_MARGIN 68.0
#define BOTTOM_MARGIN 68.0
#define MEASURE 446.0 /* longest line of running text: about 90 letters */
#define BULLET_INDENT 12.0
#define BOX_INSET 8.0
#define SCRATCH_BYTES ((size_t)256 << 20)
#define PLANS_BYTES ((size_t)8 << 30) /* of one table, as large as its rows */
#define MOST_LEADS 3 /* paragraphs that go with the table behind them */

/* ---- the type scale -------------------------------------------------------------------------- */

typedef struct {
    type_style type;
    double before, after;
} block_style;

static const block_style heading_styles[] = {
    {{BD_ROLE_SEMIBOLD, 20, 26, ACCENT, false}, 26, 6},
    {{BD_ROLE_SEMIBOLD, 13, 17, ACCENT, false}, 18, 4},
    {{BD_ROLE_SEMIBOLD, 10.5, 14, INK, false}, 12, 3},
    {{BD_ROLE_SEMIBOLD, 9.5, 13, GREY, false}, 2, 2}, /* over a sheet, which leaves its own space below */
};

static const block_style para_styles[] = {
    [BD_PARA_BODY] = {{BD_ROLE_TEXT, 9.5, 14, INK, false}, 0, 6},
    [BD_PARA_LEAD] = {{BD_ROLE_TEXT, 11.5, 17, INK, false}, 0, 8},
    [BD_PARA_NOTE] = {{BD_ROLE_TEXT, 8, 11.4, GREY, false}, 0, 5},
    [BD_PARA_WARNING] = {{BD_ROLE_TEXT, 9, 13, INK, false}, 4, 10},
    [BD_PARA_BULLET] = {{BD_ROLE_TEXT, 9.5, 14, INK, false}, 0, 3},
    [BD_PARA_MONO] = {{BD_ROLE_MONO, 7.5, 10.8, INK, true}, 3, 9},
    [BD_PARA_TITLE] = {{BD_ROLE_SEMIBOLD, 29, 36, ACCENT, false}, 0, 8},
    [BD_PARA_SUBTITLE] = {{BD_ROLE_TEXT, 14, 20, GREY, false}, 0, 6},
    [BD_PARA_CAPTION] = {{BD_ROLE_SEMIBOLD, 8, 11, ACCENT, false}, 6, 3},
};
_Static_assert(BD_COUNT(para_styles) == BD_PARA_CAPTION + 1, "every paragraph kind has a style");

/* ---- planned blocks: broken into lines once, asked for their height by headings before them --- */

typedef struct {
    bool is_made;
    lines lines;
    table_plan *table;
} block_plan;

typedef struct {
    flow flow;
    block_plan *plans;
    size_t last_planned; /* headings plan what they lead to */
    bool lists[BD_EXHIBIT_CHARTS + 1]; /* exhibits that are listed need an anchor */
    bool is_in_list; /* the current element is a list that the next bullet goes on with */
} run;

static const block_style *style_of(const bd_block *block) {
    return block->kind == BD_BLOCK_HEADING ? &heading_styles[block->level - 1]
                                           : &para_styles[block->para->kind];
}

static bool is_boxed(const bd_block *block) {
    return block->kind == BD_BLOCK_PARA &&
           (block->para->kind == BD_PARA_WARNING || block->para->kind == BD_PARA_MONO);
}

static bool is_bullet(const bd_block *block) {
    return block->kind == BD_BLOCK_PARA && block->para->kind == BD_PARA_BULLET;
}

static double line_room(const flow *f, const bd_block *block) {
    if (is_boxed(block)) {
        return f->width - 2 * BOX_INSET - 3;
    }
    if (block->kind == BD_BLOCK_HEADING || block->para->kind == BD_PARA_TITLE) {
        return f->width;
    }
    double room = f->width < MEASURE ? f->width : MEASURE;
    return is_bullet(block) ? room - BULLET_INDENT : room;
}

static void plan_heading(flow *f, const bd_block *block, block_plan *plan) {
    bd_run text = {.text = block->text};
    bd_run mark = {.mark = block->mark, .is_flagged = block->is_flagged, .text = BD_STR("")};
    bd_run gap = {.text = BD_STR("\xc2\xa0\xc2\xa0")}; /* the mark never stands alone on a line */
    bd_run parts[] = {text, gap, mark};
    bool is_marked = block->mark != BD_MARK_NONE || block->is_flagged;
    bd_runs runs = {parts, is_marked ? 3 : 1, 3};
    plan->lines = lines_make(f, &runs, &style_of(block)->type, line_room(f, block));
}

static block_plan *plan_block(run *r, size_t index) {
    block_plan *plan = &r->plans[index];
    const bd_block *block = &r->flow.doc->blocks.data[index];
    if (plan->is_made) {
        return plan;
    }
    plan->is_made = true;
    r->last_planned = index > r->last_planned ? index : r->last_planned;
    if (block->kind == BD_BLOCK_HEADING) {
        plan_heading(&r->flow, block, plan);
    }
    if (block->kind == BD_BLOCK_PARA) {
        plan->lines = lines_make(&r->flow, &block->para->runs, &style_of(block)->type,
                                 line_room(&r->flow, block));
    }
    if (block->kind == BD_BLOCK_TABLE) {
        plan->table = table_make(&r->flow, block->table);
    }
    bd_arena_reset(r->flow.scratch);
    return plan;
}

/* Lines of a paragraph that may not be parted from its first: two, or all of three. */
static size_t kept_lines(size_t count) {
    return count <= 3 ? count : 2;
}

static double heading_height(const bd_block *block, const block_plan *plan) {
    const block_style *style = style_of(block);
    double rule = block->level == 1 ? 8 : 0;
    return (double)plan->lines.count * style->type.leading + style->after + rule;
}

static bool is_running_text(const bd_block *block) {
    bd_para_kind kind = block->para->kind;
    return kind == BD_PARA_BODY || kind == BD_PARA_NOTE || kind == BD_PARA_LEAD;
}

/* A short paragraph between two headings goes with them. */
static bool is_preamble(run *r, size_t index) {
    const bd_block *blocks = r->flow.doc->blocks.data;
    return index > 0 && index + 1 < r->flow.doc->blocks.count &&
           is_running_text(&blocks[index]) && blocks[index - 1].kind == BD_BLOCK_HEADING &&
           blocks[index + 1].kind == BD_BLOCK_HEADING && plan_block(r, index)->lines.count <= 3;
}

/* A sentence or two that lead to a table or chart go with it: no heading and no lead stand at the foot of a page while
 * what they speak of begins on the next. */
static bool is_lead(run *r, size_t index, int most) {
    const bd_block *blocks = r->flow.doc->blocks.data;
    if (most == 0 || index + 1 >= r->flow.doc->blocks.count ||
        blocks[index].kind != BD_BLOCK_PARA) {
        return false;
    }
    bd_block_kind next = blocks[index + 1].kind;
    bool is_short = is_running_text(&blocks[index]) && plan_block(r, index)->lines.count <= 4;
    return is_short && (next == BD_BLOCK_TABLE || next == BD_BLOCK_CHART ||
                        is_lead(r, index + 1, most - 1));
}

/* Least height with which the block at `index` can begin, headings and captions with what follows
 * them. */
static double first_height(run *r, size_t index) {
    double height = 0;
    const size_t horizon = index + 8; /* a run of headings longer than this may break */
    for (; index < r->flow.doc->blocks.count && index < horizon; index++) {
        const bd_block *block = &r->flow.doc->blocks.data[index];
        switch (block->kind) {
        case BD_BLOCK_HEADING:
            height += style_of(block)->before + heading_height(block, plan_block(r, index));
            continue;
        case BD_BLOCK_PARA: {
            const block_plan *plan = plan_block(r, index);
            height += style_of(block)->before +
                      (double)kept_lines(plan->lines.count) * style_of(block)->type.leading;
            height += is_boxed(block) ? 2 * BOX_INSET : 0;
            if (block->para->kind == BD_PARA_CAPTION || is_preamble(r, index)) {
                continue;
            }
            if (is_lead(r, index, MOST_LEADS)) {
                size_t rest = plan->lines.count - kept_lines(plan->lines.count);
                height += (double)rest * style_of(block)->type.leading + style_of(block)->after;
                continue;
            }
            return height;
        }
        case BD_BLOCK_TABLE: return height + table_first_height(&r->flow, plan_block(r, index)->table);
        case BD_BLOCK_CHART: return height + chart_height(&r->flow, block->chart);
        case BD_BLOCK_SIGNATURE: return height + block->space_pt;
        case BD_BLOCK_SPACE: height += block->space_pt; continue;
        case BD_BLOCK_ANCHOR: continue;
        case BD_BLOCK_PICTURE: return height + picture_height(&r->flow, block->picture);
        case BD_BLOCK_EXHIBITS:
        case BD_BLOCK_CONTENTS: return height + 40;
        case BD_BLOCK_RULE:
        case BD_BLOCK_PAGE_BREAK:
        case BD_BLOCK_COVER_END: return height;
        }
    }
    return height;
}

/* ---- headings and paragraphs ----------------------------------------------------------------- */

static void add_bookmark(flow *f, const bd_block *block) {
    if (!block->in_contents || block->level > 3 || f->pass == PASS_HAND) {
        return;
    }
    bd_layout *layout = f->layout;
    int before =
        layout->bookmarks.count > 0 ? layout->bookmarks.data[layout->bookmarks.count - 1].level : 0;
    bd_bookmark *bookmark = bd_push(f->arena, &layout->bookmarks);
    bookmark->level = block->level > before + 1 ? before + 1 : block->level;
    bookmark->title = block->text;
    bookmark->page_index = f->page_index;
    bookmark->y = f->is_page_empty ? layout->page_height : f->y + 8;
}

static void place_heading(run *r, size_t index) {
    flow *f = &r->flow;
    const bd_block *block = &f->doc->blocks.data[index];
    const block_style *style = style_of(block);
    const block_plan *plan = plan_block(r, index);
    if (f->gaps != NULL) {
        f->gaps->where = block->text;
    }
    double need = first_height(r, index);
    flow_need(f, need < f->top - f->bottom ? need : 120);
    flow_space(f, f->is_after_heading ? style->before * 0.35 : style->before);
    if (block->anchor.size > 0) {
        *bd_push(f->arena, &f->waiting) = block->anchor;
    }
    add_bookmark(f, block);
    flow_set_anchors(f);
    tag_open(f, tag_of_heading(f, block->level));
    for (size_t i = 0; i < plan->lines.count && !f->is_full; i++) {
        flow_need(f, style->type.leading); /* taller than a page */
        lines_draw(f, &plan->lines.data[i], &style->type, f->left, f->y, f->width, BD_ALIGN_LEFT);
        flow_take(f, style->type.leading);
    }
    tag_close(f);
    if (block->level == 1) {
        op_rect(f, ACCENT, f->left, f->y - 5, 36, 2);
        flow_take(f, 8);
    }
    flow_take(f, style->after);
}

static void draw_box(flow *f, const bd_block *block, double height) {
    bool is_warning = block->para->kind == BD_PARA_WARNING;
    op_rect(f, is_warning ? TINT : WASH, f->left, f->y - height, f->width, height);
    op_rect(f, is_warning ? ALERT : RULE, f->left, f->y - height, 2.5, height);
}

/* Lines that go on this page so that neither page is left with a single one. */
static size_t fitting_lines(const flow *f, size_t rest, double leading, double inset,
                            bool is_first) {
    double fits = (flow_left(f) - 2 * inset + 0.01) / leading;
    size_t fitting = fits < 1 ? 0 : (size_t)fits;
    if (fitting >= rest) {
        return rest;
    }
    if (is_first && (fitting < 2 || rest <= 3)) {
        return 0;
    }
    return rest - fitting == 1 && fitting > 1 ? fitting - 1 : fitting;
}

static void place_lines(flow *f, const bd_block *block, const block_plan *plan) {
    const block_style *style = style_of(block);
    double inset = is_boxed(block) ? BOX_INSET : 0,
           x = f->left + (is_boxed(block) ? BOX_INSET + 3 : 0);
    x += is_bullet(block) ? BULLET_INDENT : 0;
    for (size_t from = 0; from < plan->lines.count && !f->is_full;) {
        size_t count =
            fitting_lines(f, plan->lines.count - from, style->type.leading, inset, from == 0);
        if (count == 0 && !f->is_page_empty) {
            flow_new_page(f);
            continue;
        }
        count = count == 0 ? 1 : count;
        flow_set_anchors(f);
        if (inset > 0) {
            draw_box(f, block, (double)count * style->type.leading + 2 * inset);
            flow_take(f, inset);
        }
        if (is_bullet(block) && from == 0) {
            tag_open(f, BD_TAG_LBL);
            text_draw(f, BD_ROLE_BOLD, style->type.size * 1.1, ACCENT, f->left + 2,
                      baseline_in(&style->type, f->y), BD_STR("\xe2\x80\xa2"), BULLET_INDENT,
                      BD_ALIGN_LEFT);
            tag_close(f);
            tag_open(f, BD_TAG_LBODY);
        }
        for (size_t i = from; i < from + count; i++) {
            lines_draw(f, &plan->lines.data[i], &style->type, x, f->y, line_room(f, block),
                       BD_ALIGN_LEFT);
            flow_take(f, style->type.leading);
        }
        flow_space(f, inset);
        from += count;
    }
}

static void place_para(run *r, size_t index) {
    flow *f = &r->flow;
    const bd_block *block = &f->doc->blocks.data[index];
    const block_style *style = style_of(block);
    if (block->para->kind == BD_PARA_CAPTION || is_lead(r, index, MOST_LEADS)) {
        double need = first_height(r, index);
        flow_need(f, need < f->top - f->bottom ? need : 120);
    }
    flow_space(f, style->before);
    const block_plan *plan = plan_block(r, index);
    if (plan->lines.count > 0) {
        uint32_t around = f->element;
        if (is_bullet(block) && !r->is_in_list) {
            around = tag_open(f, BD_TAG_L);
            r->is_in_list = true;
        }
        tag_open(f, is_bullet(block) ? BD_TAG_LI : BD_TAG_P);
        place_lines(f, block, plan);
        tag_enter(f, around);
    }
    flow_space(f, style->after);
}

/* ---- contents -------------------------------------------------------------------------------- */

static const block_style contents_styles[] = {
    {{BD_ROLE_SEMIBOLD, 9.5, 15, INK, false}, 7, 0},
    {{BD_ROLE_TEXT, 9, 13.4, INK, false}, 0, 0},
    {{BD_ROLE_TEXT, 8.5, 12.4, GREY, false}, 0, 0},
};
#define NUMBER_ROOM 26.0

static void draw_number(flow *f, const bd_block *entry, const type_style *type, double top) {
    bd_op *op = op_add(f, BD_OP_TEXT, type->color);
    op->face = (uint32_t)bd_text_primary(f->faces, type->role);
    op->size = (float)type->size;
    op->y = (float)baseline_in(type, top);
    label_patch *patch = bd_push(f->arena, &f->label_patches);
    patch->page_index = f->page_index;
    patch->op_index = flow_page(f)->ops.count - 1;
    patch->anchor = entry->anchor;
    patch->x = f->left + f->width - NUMBER_ROOM;
    patch->room = NUMBER_ROOM;
    patch->align = BD_ALIGN_RIGHT;
}

static void draw_leader(flow *f, const type_style *type, double from, double top) {
    double to = f->left + f->width - NUMBER_ROOM - 2;
    if (to - from < 12) {
        return;
    }
    double y = baseline_in(type, top) + 0.4;
    op_line(f, PALE, 0.6, from + 5, y, to, y);
    bd_page *page = flow_page(f);
    page->ops.data[page->ops.count - 1].dash = 2.4f;
}

static void place_entry(flow *f, const bd_block *entry) {
    const block_style *style = &contents_styles[entry->level - 1];
    double indent = (entry->level - 1) * 14.0;
    lines text =
        lines_make_text(f, entry->text, &style->type, f->width - indent - NUMBER_ROOM - 10);
    flow_space(f, style->before);
    flow_need(f, (double)text.count * style->type.leading + (entry->level == 1 ? 28 : 0));
    double top = f->y;
    uint32_t around = f->element;
    tag_open(f, BD_TAG_TOCI);
    tag_open(f, BD_TAG_REFERENCE);
    tag_open(f, BD_TAG_LINK);
    for (size_t i = 0; i < text.count && !f->is_full; i++) {
        if (flow_left(f) < style->type.leading && !f->is_page_empty) {
            flow_new_page(f); /* taller than a page: the link is where the number is */
            top = f->y;
        }
        line_end_with_space(f, &text.data[i]);
        lines_draw(f, &text.data[i], &style->type, f->left + indent, f->y, f->width, BD_ALIGN_LEFT);
        if (i + 1 == text.count) {
            draw_leader(f, &style->type, f->left + indent + (double)text.data[i].width, f->y);
            draw_number(f, entry, &style->type, f->y);
        }
        flow_take(f, style->type.leading);
    }
    flow_add_link(f, f->left, f->y, f->left + f->width, top, entry->anchor, entry->text);
    tag_enter(f, around);
}

/* A list of deeper entries stands in the list of those above it. */
static void nest_contents(flow *f, int *levels, size_t *depth, int level) {
    for (; *depth > 0 && levels[*depth - 1] > level; (*depth)--) {
        tag_close(f);
    }
    if (level > 0 && (*depth == 0 || levels[*depth - 1] < level)) {
        tag_open(f, BD_TAG_TOC);
        levels[(*depth)++] = level;
    }
}

static void place_contents(flow *f, int deepest_level) {
    int levels[BD_COUNT(contents_styles)];
    size_t depth = 0;
    flow_set_anchors(f);
    for (size_t i = 0; i < f->doc->blocks.count && !f->is_full; i++) {
        const bd_block *entry = &f->doc->blocks.data[i];
        bool is_listed = entry->kind == BD_BLOCK_HEADING && entry->in_contents &&
                         entry->level <= deepest_level &&
                         entry->level <= (int)BD_COUNT(contents_styles);
        if (is_listed) {
            nest_contents(f, levels, &depth, entry->level);
            place_entry(f, entry);
        }
        bd_arena_reset(f->scratch);
    }
    nest_contents(f, levels, &depth, 0);
}

/* ---- lists of tables and charts --------------------------------------------------------------- */

/* The caption of a table or chart that is listed, or "". */
static bd_str caption_of(const bd_block *block, bd_exhibit kind) {
    if (block->kind == BD_BLOCK_TABLE && kind == BD_EXHIBIT_TABLES) {
        return block->table->caption;
    }
    if (block->kind == BD_BLOCK_CHART && kind == BD_EXHIBIT_CHARTS) {
        return block->chart->caption;
    }
    return (bd_str){"", 0};
}

/* Named destinations are for people and index.html; an exhibit is found by its number in the document. */
static bd_str exhibit_anchor(const flow *f, size_t index) {
    return bd_str_format(f->arena, "exhibit-%zu", index);
}

static bool lists_exhibits(const bd_doc *doc, bd_exhibit kind) {
    for (size_t i = 0; i < doc->blocks.count; i++) {
        if (doc->blocks.data[i].kind == BD_BLOCK_EXHIBITS && doc->blocks.data[i].exhibit == kind) {
            return true;
        }
    }
    return false;
}

/* What belongs to one control, sheet or population stands below a heading of the third level, which has a bookmark of
 * its own, and is found there; a caption that is used several times tells nobody in a list which one is meant. */
static bd_map *count_captions(const flow *f, bd_exhibit kind) {
    static char one, many;
    bd_map *counts = bd_map_make(f->arena);
    for (size_t i = 0; i < f->doc->blocks.count; i++) {
        bd_str caption = caption_of(&f->doc->blocks.data[i], kind);
        if (caption.size > 0) {
            bd_map_put(counts, caption, bd_map_find(counts, caption) == NULL ? &one : &many);
        }
    }
    bd_map *single = bd_map_make(f->arena);
    int level = 0;
    for (size_t i = 0; i < f->doc->blocks.count; i++) {
        const bd_block *block = &f->doc->blocks.data[i];
        bd_str caption = caption_of(block, kind);
        level = block->kind == BD_BLOCK_HEADING ? block->level : level;
        if (caption.size > 0 && level < 3 && bd_map_find(counts, caption) == &one) {
            bd_map_put(single, caption, &one);
        }
    }
    return single;
}

static void place_exhibits(flow *f, bd_exhibit kind) {
    bool is_begun = false;
    const bd_map *single = count_captions(f, kind);
    for (size_t i = 0; i < f->doc->blocks.count && !f->is_full; i++) {
        bd_str caption = caption_of(&f->doc->blocks.data[i], kind);
        if (caption.size == 0 || bd_map_find(single, caption) == NULL) {
            continue;
        }
        if (!is_begun) {
            const block_style *style = &heading_styles[1];
            bd_str title = kind == BD_EXHIBIT_TABLES ? BD_STR("Tables") : BD_STR("Charts");
            flow_need(f, style->before + style->type.leading + 3 * contents_styles[1].type.leading);
            flow_space(f, style->before);
            tag_open(f, BD_TAG_P);
            text_draw(f, style->type.role, style->type.size, style->type.color, f->left,
                      baseline_in(&style->type, f->y), title, f->width, BD_ALIGN_LEFT);
            tag_close(f);
            flow_take(f, style->type.leading + style->after);
            tag_open(f, BD_TAG_TOC);
            is_begun = true;
        }
        bd_block entry = {.level = 2, .text = caption, .anchor = exhibit_anchor(f, i)};
        place_entry(f, &entry);
        bd_arena_reset(f->scratch);
    }
    if (is_begun) {
        tag_close(f);
    }
}

/* ---- other blocks ---------------------------------------------------------------------------- */

#define PANEL_INSET 10.0

static void draw_panel_words(flow *f, const bd_strs *words, double width) {
    double baseline = f->y - 17;
    for (size_t i = 0; i < words->count; i++) {
        tag_open(f, BD_TAG_P);
        text_draw(f, i == 0 ? BD_ROLE_SEMIBOLD : BD_ROLE_TEXT, i == 0 ? 9 : 7.5, i == 0 ? INK : GREY,
                  f->left + PANEL_INSET, baseline, words->data[i], width - 2 * PANEL_INSET,
                  BD_ALIGN_LEFT);
        tag_close(f);
        baseline -= i == 0 ? 15 : 12;
    }
}

static void place_signature(flow *f, const bd_block *panel) {
    const double width = 280, height = panel->space_pt;
    flow_need(f, height);
    flow_set_anchors(f);
    double bottom = f->y - height;
    op_rect(f, WASH, f->left, bottom, width, height);
    op_frame(f, PALE, 0.6, f->left, bottom, width, height);
    draw_panel_words(f, &panel->lines, width);
    bd_layout *layout = f->layout;
    layout->has_signature = true;
    layout->signature_element = tag_add(f, BD_TAG_FORM);
    layout->signature_page = f->page_index;
    layout->signature_rect[0] = f->left;
    layout->signature_rect[1] = bottom;
    layout->signature_rect[2] = f->left + width;
    layout->signature_rect[3] = f->y;
    flow_take(f, height);
    flow_space(f, 10);
}

static void place_rule(flow *f) {
    flow_need(f, 12);
    flow_space(f, 5);
    op_line(f, RULE, 0.6, f->left, f->y, f->left + f->width, f->y);
    flow_take(f, 7);
}

/* On the cover space is design; elsewhere it is only between blocks. */
static void place_space(flow *f, double height) {
    if (f->page_index == 0 && height < flow_left(f)) {
        f->y -= height;
        return;
    }
    flow_space(f, height);
}

static void end_page(flow *f) {
    if (!f->is_page_empty) {
        flow_new_page(f);
    }
}

/* Anchors between bullets are not seen. */
static void end_list(run *r, const bd_block *next) {
    if (r->is_in_list && !is_bullet(next) && next->kind != BD_BLOCK_ANCHOR) {
        tag_close(&r->flow);
        r->is_in_list = false;
    }
}

static void place_block(run *r, size_t index) {
    flow *f = &r->flow;
    const bd_block *block = &f->doc->blocks.data[index];
    end_list(r, block);
    for (size_t kind = 0; kind < BD_COUNT(r->lists); kind++) {
        if (r->lists[kind] && caption_of(block, (bd_exhibit)kind).size > 0) {
            *bd_push(f->arena, &f->waiting) = exhibit_anchor(f, index);
        }
    }
    switch (block->kind) {
    case BD_BLOCK_HEADING: place_heading(r, index); break;
    case BD_BLOCK_PARA: place_para(r, index); break;
    case BD_BLOCK_TABLE: table_place(f, plan_block(r, index)->table); break;
    case BD_BLOCK_CHART: chart_place(f, block->chart); break;
    case BD_BLOCK_PAGE_BREAK: end_page(f); break;
    case BD_BLOCK_CONTENTS: place_contents(f, block->level); break;
    case BD_BLOCK_SIGNATURE: place_signature(f, block); break;
    case BD_BLOCK_SPACE: place_space(f, block->space_pt); break;
    case BD_BLOCK_ANCHOR: *bd_push(f->arena, &f->waiting) = block->anchor; break;
    case BD_BLOCK_COVER_END:
        end_page(f);
        if (f->pass != PASS_HAND) {
            f->layout->front_count = f->layout->pages.count - 1;
        }
        break;
    case BD_BLOCK_RULE: place_rule(f); break;
    case BD_BLOCK_PICTURE: picture_place(f, block->picture); break;
    case BD_BLOCK_EXHIBITS: place_exhibits(f, block->exhibit); break;
    }
    f->is_after_heading =
        block->kind == BD_BLOCK_HEADING || (f->is_after_heading && block->kind == BD_BLOCK_ANCHOR);
    bd_arena_reset(f->scratch);
    if (r->last_planned <= index) {
        bd_arena_reset(f->plans);
    }
}

/* ---- the passes ------------------------------------------------------------------------------- */

static int cmp_places(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(((const bd_place *)a)->name, ((const bd_place *)b)->name);
}

/* A page that only a trailing break opened is not kept. */
static void drop_empty_page(flow *f) {
    bd_layout *layout = f->layout;
    flow_set_anchors(f);
    if (f->is_page_empty && layout->pages.count > 1 &&
        layout->pages.data[layout->pages.count - 1].ops.count == 0 &&
        (layout->places.count == 0 ||
         layout->places.data[layout->places.count - 1].page_index + 1 < layout->pages.count)) {
        layout->pages.count--;
    }
    layout->front_count =
        layout->front_count > layout->pages.count ? layout->pages.count : layout->front_count;
}

static bd_layout *make_layout(const bd_doc *doc, const bd_layout_options *options,
                              bd_arena *arena) {
    bd_layout *layout = bd_new(arena, bd_layout, 1);
    layout->doc = doc;
    layout->page_width = options->paper == BD_PAPER_A4 ? 595.276 : 612;
    layout->page_height = options->paper == BD_PAPER_A4 ? 841.89 : 792;
    layout->gaps.arena = arena;
    layout->gaps.where = doc->title;
    return layout;
}

static void start_flow(run *r, const bd_layout_options *options) {
    flow *f = &r->flow;
    f->layout = make_layout(f->doc, options, f->arena);
    f->max_pages = options->max_pages > 0 ? options->max_pages : BD_LAYOUT_MAX_PAGES;
    f->max_tagged_pages =
        options->max_tagged_pages > 0 ? options->max_tagged_pages : BD_LAYOUT_MAX_TAGGED_PAGES;
    f->left = SIDE_MARGIN;
    f->width = f->layout->page_width - 2 * SIDE_MARGIN;
    f->top = f->layout->page_height - TOP_MARGIN;
    f->bottom = BOTTOM_MARGIN;
    f->scratch = bd_arena_open("layout", SCRATCH_BYTES);
    f->plans = bd_arena_open("layout plans", PLANS_BYTES);
    for (size_t i = 0; i < BD_COUNT(f->rows); i++) {
        f->rows[i] = bd_arena_open("layout rows", PLANS_BYTES);
    }
    r->plans = bd_new(f->arena, block_plan, f->doc->blocks.count + 1);
    for (size_t kind = 0; kind < BD_COUNT(r->lists); kind++) {
        r->lists[kind] = lists_exhibits(f->doc, (bd_exhibit)kind);
    }
    palette_init(f, options);
}

static void end_flow(run *r) {
    flow *f = &r->flow;
    for (size_t i = 0; i < BD_COUNT(f->rows); i++) {
        bd_arena_close(f->rows[i]);
    }
    bd_arena_close(f->plans);
    bd_arena_close(f->scratch);
}

static void start_pass(run *r, pass_kind pass, bd_arena *drawn) {
    flow *f = &r->flow;
    f->pass = pass;
    f->drawn = drawn;
    f->texts = pass == PASS_HOLD ? drawn : f->plans;
    f->gaps = pass == PASS_HAND ? NULL : &f->layout->gaps;
    f->is_tagging = pass != PASS_HAND || f->layout->is_tagged;
    f->has_page = f->is_full = f->is_after_heading = f->do_spans_stay = false;
    f->element = BD_ELEMENT_NONE;
    f->element_count = f->level_count = f->fitted_at = 0;
    f->label_patches.count = f->link_patches.count = f->waiting.count = 0;
    f->layout->illustrations.count = 0;
    f->place_of_name = pass == PASS_HAND ? f->place_of_name : bd_map_make(f->arena);
    r->last_planned = 0;
    r->is_in_list = false;
    for (size_t i = 0; i < f->doc->blocks.count; i++) {
        r->plans[i] = (block_plan){0};
    }
    bd_arena_reset(f->plans);
}

static void place_all(run *r) {
    flow *f = &r->flow;
    flow_new_page(f);
    tag_open(f, BD_TAG_DOCUMENT);
    for (size_t i = 0; i < f->doc->blocks.count && !f->is_full; i++) {
        place_block(r, i);
    }
}

static bd_rc check_room(const flow *f, bd_err *err) {
    if (bd_failed(f->rc)) {
        return f->rc;
    }
    if (f->is_full) {
        BD_RAISE(err, BD_ERR_LIMIT, "too many pages: the report needs more than %zu", f->max_pages);
    }
    return BD_OK;
}

/* Where everything stands is known. */
static void end_places(flow *f) {
    bd_layout *layout = f->layout;
    flow_end_page(f);
    drop_empty_page(f);
    furniture_label_pages(f);
    layout->is_tagged = f->is_tagging;
    layout->element_count = f->element_count;
    bd_sort(layout->places.data, layout->places.count, sizeof(bd_place), cmp_places, NULL);
}

static void complete_pages(flow *f) {
    end_places(f);
    refer_fill_labels(f);
    refer_fill_links(f);
    for (size_t i = 0; i < f->layout->pages.count; i++) {
        bd_arenas_pass(FLOW_PAGE_BYTES);
        furniture_draw(f, i);
    }
}

bd_rc bd_layout_build(const bd_doc *doc, bd_text_faces *faces, const bd_layout_options *options,
                      bd_arena *arena, bd_layout **out, bd_err *err) {
    run r = {.flow = {.doc = doc, .faces = faces, .arena = arena, .err = err}};
    start_flow(&r, options);
    start_pass(&r, PASS_HOLD, arena);
    place_all(&r);
    bd_rc rc = check_room(&r.flow, err);
    if (!bd_failed(rc)) {
        complete_pages(&r.flow);
        *out = r.flow.layout;
    }
    end_flow(&r);
    return rc;
}

/* ---- page by page ---- */

/* False: there are more pages than may be held, and none was handed out. */
static bool hand_held(run *r, size_t most) {
    flow *f = &r->flow;
    BD_DEFER(bd_arena_close_ref) bd_arena *held = bd_arena_open("layout pages", PLANS_BYTES);
    size_t max_pages = f->max_pages;
    f->max_pages = most < max_pages ? most : max_pages;
    start_pass(r, PASS_HOLD, held);
    place_all(r);
    if (f->is_full) {
        f->max_pages = max_pages;
        return bd_failed(f->rc) || most >= max_pages;
    }
    complete_pages(f);
    for (size_t i = 0; i < f->layout->pages.count && !f->is_full; i++) {
        bd_arenas_pass(FLOW_PAGE_BYTES);
        bd_rc rc = f->hand(f->hand_context, f->layout, i, f->err);
        if (bd_failed(rc)) {
            flow_fail(f, rc);
        }
    }
    for (size_t i = 0; i < f->layout->pages.count; i++) {
        bd_page *page = &f->layout->pages.data[i];
        *page = (bd_page){.label = page->label};
    }
    return true;
}

static void hand_passing(run *r, const bd_layout_options *options) {
    flow *f = &r->flow;
    BD_DEFER(bd_arena_close_ref) bd_arena *page = bd_arena_open("layout page", PLANS_BYTES);
    f->layout = make_layout(f->doc, options, f->arena);
    start_pass(r, PASS_COUNT, page);
    place_all(r);
    if (f->is_full) {
        return;
    }
    end_places(f);
    start_pass(r, PASS_HAND, page);
    place_all(r);
    if (!f->is_full) {
        flow_end_page(f);
    }
    flow_page(f)->ops = (bd_ops){0};
    BD_ASSERT(f->is_full || f->page_index + 1 >= f->layout->pages.count);
    BD_ASSERT(f->is_full || !f->is_tagging || f->element_count == f->layout->element_count);
}

bd_rc bd_layout_each(const bd_doc *doc, bd_text_faces *faces, const bd_layout_options *options,
                     bd_arena *arena, bd_page_fn *hand, void *context, bd_layout **out,
                     bd_err *err) {
    run r = {.flow = {.doc = doc, .faces = faces, .arena = arena, .err = err}};
    size_t most = options->max_held_pages > 0 ? options->max_held_pages : BD_LAYOUT_MAX_HELD_PAGES;
    start_flow(&r, options);
    r.flow.hand = hand;
    r.flow.hand_context = context;
    if (!hand_held(&r, most)) {
        hand_passing(&r, options);
    }
    bd_rc rc = check_room(&r.flow, err);
    if (!bd_failed(rc)) {
        *out = r.flow.layout;
    }
    end_flow(&r);
    return rc;
}

const bd_place *bd_layout_find(const bd_layout *layout, bd_str name) {
    size_t from = 0, to = layout->places.count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = bd_str_cmp(layout->places.data[middle].name, name);
        if (order == 0) {
            return &layout->places.data[middle];
        }
        if (order < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return NULL;
}
