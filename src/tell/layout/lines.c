#include "bindery/layout.h"
#include "layout_priv.h"

#include <string.h>

/* Pieces come from runs word by word; a piece without a space before it is glued to the one before.
 */
typedef struct {
    piece subject;
    double space;  /* width of the space before it; 0: glued */
    size_t breaks; /* line feeds before it */
    bool is_solid; /* never broken inside (figures) */
    bool may_part; /* glued to the word before it, and a line may end between them (Chinese, Japanese) */
} word;
typedef BD_VEC(word) words;
struct lines_text {
    words words;
    bool keeps_spaces;
};

typedef struct {
    bd_text_role role;
    double size;
    uint32_t color;
} look;

static look look_of(const bd_run *run, const type_style *style) {
    look l = {style->role, style->size, style->color};
    switch (run->style) {
    case BD_RUN_PLAIN: break;
    case BD_RUN_STRONG: l.role = BD_ROLE_SEMIBOLD; break;
    case BD_RUN_EMPHASIS: l.role = BD_ROLE_ITALIC; break;
    case BD_RUN_MONO:
        l.role = BD_ROLE_MONO;
        l.size *= 0.88; /* DejaVu Sans Mono is large on its body; this matches x-heights */
        break;
    case BD_RUN_SMALL:
        l.size *= 0.86;
        l.color = GREY;
        break;
    case BD_RUN_MUTED: l.color = GREY; break;
    }
    if (run->link.size > 0 && l.color != WHITE) {
        l.color = ACCENT;
    }
    return l;
}

/* Into the flow's spans.  These lie with the texts, and go where those go. */
static void split_text(flow *f, bd_text_role role, bd_str text, bd_text_gaps *gaps) {
    bool stay = f->pass == PASS_HOLD && f->texts == f->drawn;
    if (stay && f->do_spans_stay) {
        f->spans.count = 0;
    } else {
        f->spans = (bd_text_spans){0};
    }
    f->do_spans_stay = stay;
    bd_text_split(f->faces, role, text, f->texts, &f->spans, gaps);
}

static double scaled(double size, int thousandths) {
    return size * thousandths / 1000.0;
}

static word *add_word(flow *f, words *list, const look *l, piece_kind kind, bd_str link) {
    word *w = bd_push(f->scratch, list);
    w->subject.kind = kind;
    w->subject.size = (float)l->size;
    w->subject.color = l->color;
    w->subject.link = link;
    return w;
}

/* What the space before the next word is worth; carried from run to run. */
typedef struct {
    double space;
    size_t breaks;
} gap;

static void take_gap(word *w, gap *before) {
    w->space = before->space;
    w->breaks = before->breaks;
    *before = (gap){0};
}

static void add_shape(flow *f, words *list, const look *l, piece_kind kind, bd_mark mark,
                      bd_str link, gap *before) {
    word *w = add_word(f, list, l, kind, link);
    w->subject.mark = mark;
    w->subject.width = (float)mark_width(l->size);
    w->is_solid = true;
    take_gap(w, before);
}

static void add_page_ref(flow *f, words *list, const look *l, const bd_run *run, gap *before) {
    word *w = add_word(f, list, l, PIECE_PAGE_REF, run->link);
    w->subject.face = (uint32_t)bd_text_primary(f->faces, l->role);
    w->subject.width = (float)text_width(f, l->role, l->size, BD_STR("888"));
    w->is_solid = true;
    take_gap(w, before);
}

/* No-break spaces have done their work when words are cut; drawn and copied they are spaces. */
static bd_str plain_spaces(flow *f, bd_str text) {
    if (bd_str_find(text, BD_STR("\xc2\xa0")) < 0) {
        return text;
    }
    char *bytes = bd_new(f->texts, char, text.size);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool is_no_break = (unsigned char)text.data[i] == 0xc2 && i + 1 < text.size &&
                           (unsigned char)text.data[i + 1] == 0xa0;
        bytes[size++] = is_no_break ? ' ' : text.data[i];
        i += is_no_break ? 1 : 0;
    }
    return (bd_str){bytes, size};
}

/* What the words of a stretch have in common. */
typedef struct {
    const look *look;
    const bd_run *run;
    bool keeps_spaces;
    int level;
} manner;

/* A word in the parts that a line may end between. */
static void add_units(flow *f, words *list, const manner *m, const bd_text_span *span,
                      const bd_text_word *found, gap *before) {
    bool is_first = true;
    for (size_t at = found->from; at < found->to; is_first = false) {
        bool is_solid = m->run->figure.size > 0;
        size_t end = is_solid ? found->to
                              : at + bd_text_unit(bd_str_sub(span->text, at, found->to));
        word *w = add_word(f, list, m->look, PIECE_TEXT, m->run->link);
        w->subject.face = (uint32_t)span->face;
        w->subject.level = (uint8_t)m->level;
        w->subject.text = plain_spaces(f, bd_str_sub(span->text, at, end));
        w->subject.width =
            (float)scaled(m->look->size, bd_text_measure(f->faces, span->face, w->subject.text));
        w->subject.has_space_after = end == found->to && end < span->text.size &&
                                     span->text.data[end] == ' ' &&
                                     w->subject.text.data == span->text.data + at;
        w->is_solid = is_solid;
        w->may_part = !is_first;
        take_gap(w, before);
        at = end;
    }
}

static void add_span(flow *f, words *list, const manner *m, const bd_text_span *span, gap *before) {
    const look *l = m->look;
    double space = scaled(l->size, bd_text_advance(f->faces, span->face, ' '));
    size_t at = 0;
    bd_text_word found;
    while (at < span->text.size) {
        bool is_word = bd_text_next_word(span->text, &at, &found);
        if (found.spaces > 0) {
            before->space = space * (m->keeps_spaces ? (double)found.spaces : 1.0);
        }
        before->breaks += found.breaks;
        if (!is_word) {
            return;
        }
        add_units(f, list, m, span, &found, before);
    }
}

/* Text of one direction. */
static void add_stretch(flow *f, words *list, const manner *m, bd_str text, gap *before) {
    split_text(f, m->look->role, text, f->gaps);
    for (size_t i = 0; i < f->spans.count; i++) {
        add_span(f, list, m, &f->spans.data[i], before);
    }
}

/* A figure's spaces hold it together. */
static bd_str solid_text(flow *f, const bd_run *run) {
    if (run->figure.size == 0 || !run->text.data || !memchr(run->text.data, ' ', run->text.size)) {
        return run->text;
    }
    char *bytes = bd_new(f->texts, char, run->text.size * 2);
    size_t size = 0;
    for (size_t i = 0; i < run->text.size; i++) {
        if (run->text.data[i] == ' ') {
            size += bd_utf8_put(bytes + size, 0xa0);
        } else {
            bytes[size++] = run->text.data[i];
        }
    }
    return (bd_str){bytes, size};
}

static void add_run(flow *f, words *list, const bd_run *run, const type_style *style, gap *before) {
    look l = look_of(run, style);
    if (run->mark != BD_MARK_NONE) {
        add_shape(f, list, &l, PIECE_MARK, run->mark, run->link, before);
    }
    if (run->is_flagged) {
        add_shape(f, list, &l, PIECE_FLAG, BD_MARK_NONE, run->link, before);
    }
    if (run->is_page_ref) {
        add_page_ref(f, list, &l, run, before);
        return;
    }
    bd_str text = solid_text(f, run);
    manner m = {.look = &l, .run = run, .keeps_spaces = style->keeps_spaces};
    if (!bd_text_is_bidi(text)) {
        add_stretch(f, list, &m, text, before);
        return;
    }
    bd_text_stretches stretches = {0};
    bd_text_direct(f->faces, l.role, text, f->texts, &stretches);
    for (size_t i = 0; i < stretches.count; i++) {
        m.level = stretches.data[i].level;
        add_stretch(f, list, &m, stretches.data[i].text, before);
    }
}

const lines_text *lines_prepare(flow *f, const bd_runs *runs, const type_style *style) {
    lines_text *text = bd_new(f->scratch, lines_text, 1);
    text->keeps_spaces = style->keeps_spaces;
    gap before = {0};
    for (size_t i = 0; i < runs->count; i++) {
        add_run(f, &text->words, &runs->data[i], style, &before);
    }
    return text;
}

/* ---- filling lines --------------------------------------------------------------------------- */

typedef struct {
    flow *f;
    lines out;
    BD_VEC(piece) pieces; /* of the line being filled */
    double x, width;
} filler;

/* UAX #9, L2: from the highest level down, what is of that level or higher changes its order.  The gap between two
 * pieces goes with the lower of them. */
static void reverse_pieces(piece *pieces, double *gaps, size_t from, size_t to) {
    for (size_t a = from, b = to; a + 1 < b; a++) {
        piece kept = pieces[a];
        pieces[a] = pieces[--b];
        pieces[b] = kept;
    }
    for (size_t a = from, b = to - 1; a + 1 < b; a++) { /* gap i lies behind piece i */
        double kept = gaps[a];
        gaps[a] = gaps[--b];
        gaps[b] = kept;
    }
}

/* The space that ends it for whoever takes the text out of the page adds nothing to its width: it stays at the end. */
static void mirror_piece(flow *f, piece *one) {
    bd_str text = one->text;
    bool has_space = text.size > 0 && text.data[text.size - 1] == ' ';
    bd_str mirrored = bd_text_mirror(bd_str_sub(text, 0, text.size - has_space), f->texts);
    one->text = has_space ? bd_str_format(f->texts, "%.*s ", BD_ARG(mirrored)) : mirrored;
    one->has_space_after = false; /* what lies behind it in memory is another's */
}

static void order_pieces(flow *f, piece *pieces, size_t count) {
    unsigned highest = 0;
    for (size_t i = 0; i < count; i++) {
        highest = pieces[i].level > highest ? pieces[i].level : highest;
    }
    if (highest == 0) {
        return;
    }
    double *gaps = bd_new(f->scratch, double, count);
    double x = (double)pieces[0].x;
    for (size_t i = 0; i + 1 < count; i++) {
        gaps[i] = (double)pieces[i + 1].x - (double)pieces[i].x - (double)pieces[i].width;
    }
    for (unsigned level = highest; level > 0; level--) {
        for (size_t from = 0; from < count; from++) {
            size_t to = from;
            while (to < count && pieces[to].level >= level) {
                to++;
            }
            if (to > from) {
                reverse_pieces(pieces, gaps, from, to);
                from = to - 1;
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        pieces[i].x = (float)x;
        x += (double)pieces[i].width + (i + 1 < count ? gaps[i] : 0);
        if (pieces[i].level % 2 == 1 && pieces[i].kind == PIECE_TEXT) {
            mirror_piece(f, &pieces[i]);
        }
    }
}

/* Two words are parted by a space that is drawn, or they are one word to whoever takes the text out of the page.  It
 * adds nothing to the width.  The space that stands behind the piece in memory serves, where there is one. */
static void put_space(flow *f, piece *last) {
    if (last->kind == PIECE_PAGE_REF) {
        last->has_space_after = true; /* its text comes later */
        return;
    }
    if (last->kind != PIECE_TEXT || last->text.size == 0 ||
        last->text.data[last->text.size - 1] == ' ') {
        return;
    }
    if (last->has_space_after) {
        last->text.size++;
        last->has_space_after = false;
    } else if (bd_text_has_glyph(f->faces, last->face, ' ')) {
        last->text = bd_str_format(f->texts, "%.*s ", BD_ARG(last->text));
    }
}

void line_end_with_space(flow *f, line *subject) {
    if (subject->count > 0) {
        put_space(f, &subject->pieces[subject->count - 1]);
    }
}

static void end_line(filler *fill) {
    line *l = bd_push(fill->f->scratch, &fill->out);
    l->count = fill->pieces.count;
    l->pieces = l->count > 0 ? bd_new(fill->f->plans, piece, l->count) : NULL;
    for (size_t i = 0; i < l->count; i++) {
        l->pieces[i] = fill->pieces.data[i];
    }
    order_pieces(fill->f, l->pieces, l->count);
    l->width = (float)fill->x;
    fill->pieces.count = 0;
    fill->x = 0;
}

static void end_line_at_space(filler *fill) {
    if (fill->pieces.count > 0) {
        put_space(fill->f, &fill->pieces.data[fill->pieces.count - 1]);
    }
    end_line(fill);
}

static bool can_join(const piece *a, const piece *b, bool has_space) {
    return a->kind == PIECE_TEXT && b->kind == PIECE_TEXT && a->level == 0 && b->level == 0 &&
           a->face == b->face &&
           a->size == b->size && a->color == b->color && bd_str_eq(a->link, b->link) &&
           a->text.data + a->text.size + (has_space ? 1 : 0) == b->text.data;
}

/* Neighbours that lie side by side in memory become one piece, and one drawing operation later.
 * Where they do not, the space between them is drawn with the first, so that copied text keeps it.
 */
static void put_piece(filler *fill, const piece *subject, double space) {
    piece *last = fill->pieces.count > 0 ? &fill->pieces.data[fill->pieces.count - 1] : NULL;
    double x = fill->x + (last ? space : 0);
    bool has_space = last && space > 0 && last->has_space_after && last->level == 0;
    if (last && (space == 0 || has_space) && can_join(last, subject, has_space)) {
        last->text.size += subject->text.size + (has_space ? 1 : 0);
        last->width = (float)(x + (double)subject->width - (double)last->x);
        last->has_space_after = subject->has_space_after;
        fill->x = x + (double)subject->width;
        return;
    }
    if (last && space > 0) {
        put_space(fill->f, last);
    }
    piece *p = bd_push(fill->f->scratch, &fill->pieces);
    *p = *subject;
    p->x = (float)x;
    fill->x = x + (double)subject->width;
}

/* What is left of a word after a cut.  A long rest is wider than any line; measuring it after every cut would
 * take time with the square of its length. */
static float rest_width(const filler *fill, const piece *rest) {
    const size_t long_bytes = 4096;
    if (rest->text.size > long_bytes) {
        return (float)fill->width * 2;
    }
    return (float)scaled((double)rest->size,
                         bd_text_measure(fill->f->faces, rest->face, rest->text));
}

/* Places a piece that is wider than a line, cut where bd_text_break says. */
static void put_broken(filler *fill, const word *w, double space) {
    piece rest = w->subject;
    if (rest.kind != PIECE_TEXT || w->is_solid) {
        put_piece(fill, &rest, space);
        return;
    }
    double size = (double)rest.size;
    while (fill->x + space + (double)rest.width > fill->width) {
        double room = (fill->width - fill->x - space) * 1000.0 / size;
        size_t cut = bd_text_break(fill->f->faces, rest.face, rest.text, room);
        if (cut == 0 && fill->pieces.count > 0) {
            end_line(fill);
            space = 0;
            continue;
        }
        piece head = rest;
        uint32_t first;
        size_t one = 0;
        bd_utf8_next(rest.text, &one, &first);
        head.text = bd_str_sub(rest.text, 0, cut == 0 ? one : cut);
        head.width = (float)scaled(size, bd_text_measure(fill->f->faces, rest.face, head.text));
        head.has_space_after = false;
        put_piece(fill, &head, space);
        space = 0;
        rest.text = bd_str_sub(rest.text, head.text.size, rest.text.size);
        if (rest.text.size == 0) {
            return;
        }
        rest.width = rest_width(fill, &rest);
        end_line(fill);
    }
    put_piece(fill, &rest, space);
}

/* Places words[from..to), which are glued together. */
static void put_group(filler *fill, const words *list, size_t from, size_t to) {
    double group = 0, space = list->data[from].space;
    for (size_t i = from; i < to; i++) {
        group += (double)list->data[i].subject.width;
    }
    const double slack = 0.01; /* widths are sums of rounded numbers */
    bool fits = group <= fill->width + slack;
    /* What has to be cut anyway begins on this line, where much of it is free. */
    bool begins_here = !fits && fill->width - fill->x - space > fill->width / 2;
    if (fill->pieces.count > 0 && fill->x + space + group > fill->width + slack && !begins_here) {
        end_line_at_space(fill);
    }
    for (size_t i = from; i < to; i++) {
        if (fits) {
            put_piece(fill, &list->data[i].subject, i == from ? space : 0);
        } else {
            put_broken(fill, &list->data[i], i == from && fill->pieces.count > 0 ? space : 0);
        }
    }
}

lines lines_break(flow *f, const lines_text *text, double width) {
    const words *list = &text->words;
    filler fill = {.f = f, .width = width > 1 ? width : 1};
    for (size_t from = 0; from < list->count;) {
        size_t to = from + 1;
        while (to < list->count && list->data[to].space <= 0 && list->data[to].breaks == 0 &&
               !list->data[to].may_part) {
            to++;
        }
        for (size_t i = 0; i < list->data[from].breaks; i++) {
            end_line_at_space(&fill);
        }
        if (fill.pieces.count == 0 && text->keeps_spaces) {
            fill.x = list->data[from].space; /* a listing keeps its indent */
        }
        put_group(&fill, list, from, to);
        from = to;
    }
    if (fill.pieces.count > 0) {
        end_line(&fill);
    }
    lines own = {bd_new(f->plans, line, fill.out.count + 1), fill.out.count, fill.out.count + 1};
    for (size_t i = 0; i < own.count; i++) {
        own.data[i] = fill.out.data[i];
    }
    return own;
}

lines lines_make(flow *f, const bd_runs *runs, const type_style *style, double width) {
    return lines_break(f, lines_prepare(f, runs, style), width);
}

lines lines_make_text(flow *f, bd_str text, const type_style *style, double width) {
    bd_run run = {.text = text};
    bd_runs runs = {&run, 1, 1};
    return lines_make(f, &runs, style, width);
}

/* Dates, ids and names are short and stay whole; hashes and paths may be broken. */
static double widest_part(flow *f, const word *w) {
    const piece *p = &w->subject;
    if (p->kind != PIECE_TEXT || w->is_solid || p->width < 11 * p->size) {
        return (double)p->width;
    }
    return scaled((double)p->size, bd_text_widest_part(f->faces, p->face, p->text));
}

lines_widths lines_measure(flow *f, const lines_text *text) {
    lines_widths found = {0};
    double current = 0, group = 0;
    for (size_t i = 0; i < text->words.count; i++) {
        const word *w = &text->words.data[i];
        bool is_glued = i > 0 && w->space <= 0 && w->breaks == 0;
        current = w->breaks > 0 ? 0 : current;
        current += w->space + (double)w->subject.width;
        group = (is_glued ? group : 0) + (double)w->subject.width;
        double part = widest_part(f, w);
        found.whole = current > found.whole ? current : found.whole;
        found.word = group > found.word ? group : found.word;
        found.part = part > found.part ? part : found.part;
    }
    return found;
}

/* ---- drawing --------------------------------------------------------------------------------- */

double baseline_in(const type_style *style, double top) {
    /* Puts the middle of the capitals (0.71 em high) on the middle of the line box. */
    return top - style->leading / 2 - style->size * 0.357;
}

static void draw_text_piece(flow *f, const piece *p, double x, double baseline) {
    bd_op *op = op_add(f, BD_OP_TEXT, p->color);
    op->face = p->face;
    op->size = p->size;
    op->x = (float)x;
    op->y = (float)baseline;
    op->width = p->width;
    op->text = flow_keep(f, p->text);
}

static void draw_page_ref(flow *f, const piece *p, double x, double baseline, bd_align align) {
    draw_text_piece(f, p, x, baseline);
    label_patch *patch = bd_push(f->arena, &f->label_patches);
    patch->page_index = f->page_index;
    patch->op_index = flow_page(f)->ops.count - 1;
    patch->anchor = flow_keep(f, p->link);
    patch->x = x;
    patch->room = (double)p->width;
    patch->align = align;
    patch->has_space_after = p->has_space_after;
    patch->next_link = f->link_patches.count + 1;
}

/* Neighbours that lead to the same place are one link; a page number may still move. */
static void add_link(flow *f, const piece *p, const piece *before, const double rect[4]) {
    bool is_one = before && p->kind != PIECE_PAGE_REF && before->kind != PIECE_PAGE_REF;
    if (!is_one) {
        flow_add_link(f, rect[0], rect[1], rect[2], rect[3], p->link, p->text);
        return;
    }
    link_patch *patch = &f->link_patches.data[f->link_patches.count - 1];
    patch->rect[2] = rect[2];
    patch->words = patch->words.size > 0 ? patch->words : flow_keep(f, p->text);
}

/* What follows a page reference on its line moves up when the number turns out shorter than its
 * room. */
static void note_followers(flow *f, size_t first_patch) {
    for (size_t i = first_patch; i < f->label_patches.count; i++) {
        label_patch *patch = &f->label_patches.data[i];
        patch->last_op = flow_page(f)->ops.count;
        patch->last_link = f->link_patches.count;
    }
}

void lines_draw(flow *f, const line *subject, const type_style *style, double x, double top,
                double room, bd_align align) {
    double spare = room - (double)subject->width;
    if (align == BD_ALIGN_RIGHT) {
        x += spare;
    }
    if (align == BD_ALIGN_CENTER) {
        x += spare / 2;
    }
    double baseline = baseline_in(style, top);
    size_t first_patch = f->label_patches.count;
    for (size_t i = 0; i < subject->count; i++) {
        const piece *p = &subject->pieces[i];
        const piece *before = i > 0 && bd_str_eq(p->link, p[-1].link) ? p - 1 : NULL;
        const piece *next = i + 1 < subject->count && bd_str_eq(p->link, p[1].link) ? p + 1 : NULL;
        double at = x + (double)p->x;
        if (p->link.size > 0 && !before) {
            tag_open(f, BD_TAG_LINK);
        }
        switch (p->kind) {
        case PIECE_TEXT: draw_text_piece(f, p, at, baseline); break;
        case PIECE_MARK: mark_draw(f, p->mark, at, baseline, (double)p->size); break;
        case PIECE_FLAG: flag_draw(f, at, baseline, (double)p->size); break;
        case PIECE_PAGE_REF:
            draw_page_ref(f, p, at, baseline, subject->count == 1 ? align : BD_ALIGN_LEFT);
            break;
        }
        if (p->link.size > 0) {
            add_link(f, p, before,
                     (double[]){at, top - style->leading, at + (double)p->width, top});
            if (!next) {
                tag_close(f);
            }
        }
    }
    if (align == BD_ALIGN_LEFT) {
        note_followers(f, first_patch);
    }
}

static double spans_width(flow *f, double size) {
    double width = 0;
    for (size_t i = 0; i < f->spans.count; i++) {
        width +=
            scaled(size, bd_text_measure(f->faces, f->spans.data[i].face, f->spans.data[i].text));
    }
    return width;
}

double text_width(flow *f, bd_text_role role, double size, bd_str text) {
    split_text(f, role, text, NULL);
    return spans_width(f, size);
}

/* The text of all spans, which lie one after another. */
static bd_str spans_text(const flow *f) {
    size_t size = 0;
    for (size_t i = 0; i < f->spans.count; i++) {
        size += f->spans.data[i].text.size;
    }
    return (bd_str){f->spans.count > 0 ? f->spans.data[0].text.data : "", size};
}

/* `text`, in normal form, cut so that it fits `room` with an ellipsis. */
static bd_str elide(flow *f, bd_text_role role, double size, bd_str text, double room) {
    size_t best = 0, at = 0;
    uint32_t c;
    double width = text_width(f, role, size, BD_STR("\xe2\x80\xa6"));
    while (bd_utf8_next(text, &at, &c)) {
        size_t face = bd_text_primary(f->faces, role);
        bd_text_find_face(f->faces, role, c, &face);
        width += scaled(size, bd_text_advance(f->faces, face, c));
        if (width > room) {
            break;
        }
        best = at;
    }
    return bd_str_format(f->texts, "%.*s\xe2\x80\xa6",
                         BD_ARG(bd_str_trim(bd_str_sub(text, 0, best))));
}

double text_draw(flow *f, bd_text_role role, double size, uint32_t color, double x, double baseline,
                 bd_str text, double room, bd_align align) {
    split_text(f, role, text, f->gaps);
    double width = spans_width(f, size);
    const double slack = 0.01;
    bd_str shown = text;
    if (width > room + slack) {
        shown = elide(f, role, size, spans_text(f), room);
        width = text_width(f, role, size, shown);
    }
    if (bd_text_is_bidi(shown)) {
        width = text_width(f, role, size, bd_text_line(f->faces, role, shown, f->texts));
    }
    x += align == BD_ALIGN_RIGHT ? room - width : align == BD_ALIGN_CENTER ? (room - width) / 2 : 0;
    for (size_t i = 0; i < f->spans.count; i++) {
        const bd_text_span *span = &f->spans.data[i];
        piece p = {
            .face = (uint32_t)span->face, .color = color, .size = (float)size, .text = span->text};
        p.width = (float)scaled(size, bd_text_measure(f->faces, span->face, span->text));
        draw_text_piece(f, &p, x, baseline);
        x += (double)p.width;
    }
    return width;
}
