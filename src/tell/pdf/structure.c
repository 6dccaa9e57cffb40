/* The tree of tags (ISO 32000-1, 14.7).
 *
 * While pages are drawn, each stretch of content is noted with its element; elements come in reading order, so one
 * is hung into its parent as soon as something at or behind it is drawn.  What an element holds is a chain of kids.
 * A report of 5,000 pages has a million elements: they have no dictionaries here, each is put in words while the
 * file leaves.
 *
 * The parent tree.  Key 0: the signature panel.  Keys 1 ...: pages, each with the elements of its stretches.  Then
 * annotations. */
#include "bindery/pdf.h"
#include "pdf_priv.h"

#define KIDS_BYTES ((size_t)1 << 30)
#define NO_KID UINT32_MAX
#define PAGES_PER_LEAF 16
#define LINKS_PER_LEAF 256
#define IS_ANNOTATION 0x80000000u

/* An element (`page` is NO_KID, `value` its index), a stretch (`value` its number on the page), an annotation. */
typedef struct {
    uint32_t next, page, value;
} kid;

typedef struct {
    uint32_t first, last;
} chain;

struct structure {
    bd_arena *arena;
    const bd_layout *layout;
    bd_buf kids;         /* of kid */
    chain *chains;       /* by element */
    size_t hung_count;   /* elements before this one are in their parents */
    bd_buf stretches;    /* of uint32_t: the element of each, page after page */
    uint32_t *page_from; /* first stretch of each page; one more for the end */
    bd_buf links;        /* of uint32_t: the element of each annotation */
    size_t page_index;
    size_t picture; /* the next one */
    size_t page_leaves, link_leaves, signature_leaves;
    pdf_file *file; /* while it is written */
    unsigned root, first_number;
};

static const char *const tag_names[] = {
    [BD_TAG_DOCUMENT] = "Document", [BD_TAG_H1] = "H1",
    [BD_TAG_H2] = "H2",             [BD_TAG_H3] = "H3",
    [BD_TAG_H4] = "H4",             [BD_TAG_P] = "P",
    [BD_TAG_L] = "L",               [BD_TAG_LI] = "LI",
    [BD_TAG_LBL] = "Lbl",           [BD_TAG_LBODY] = "LBody",
    [BD_TAG_CAPTION] = "Caption",   [BD_TAG_TABLE] = "Table",
    [BD_TAG_THEAD] = "THead",       [BD_TAG_TBODY] = "TBody",
    [BD_TAG_TR] = "TR",             [BD_TAG_TH] = "TH",
    [BD_TAG_TD] = "TD",             [BD_TAG_FIGURE] = "Figure",
    [BD_TAG_LINK] = "Link",         [BD_TAG_SPAN] = "Span",
    [BD_TAG_REFERENCE] = "Reference", [BD_TAG_TOC] = "TOC",
    [BD_TAG_TOCI] = "TOCI",         [BD_TAG_FORM] = "Form",
};
_Static_assert(BD_COUNT(tag_names) == BD_TAG_FORM + 1, "every tag has a name");

structure *structure_open(bd_arena *arena, const bd_layout *layout) {
    if (!layout->is_tagged) {
        return NULL;
    }
    structure *s = bd_new(arena, structure, 1);
    s->arena = arena;
    s->layout = layout;
    bd_buf_init(&s->kids, KIDS_BYTES);
    bd_buf_init(&s->stretches, KIDS_BYTES);
    bd_buf_init(&s->links, KIDS_BYTES);
    s->chains = bd_new(arena, chain, layout->element_count + 1);
    for (size_t i = 0; i < layout->element_count; i++) {
        s->chains[i] = (chain){NO_KID, NO_KID};
    }
    s->page_from = bd_new(arena, uint32_t, layout->pages.count + 1);
    s->hung_count = 1; /* the document hangs in the root */
    return s;
}

void structure_close(structure *s) {
    if (s != NULL) {
        bd_buf_clear(&s->kids);
        bd_buf_clear(&s->stretches);
        bd_buf_clear(&s->links);
    }
}

static kid *kid_at(const structure *s, size_t index) {
    void *first = s->kids.data;
    return (kid *)first + index;
}

static uint32_t number_at(const bd_buf *numbers, size_t index) {
    const void *first = numbers->data;
    return ((const uint32_t *)first)[index];
}

static void add_number(bd_buf *numbers, uint32_t value) {
    bd_buf_put(numbers, &value, sizeof value);
}

/* ---- while pages are drawn ------------------------------------------------------------------- */

static void add_kid(structure *s, uint32_t owner, uint32_t page, uint32_t value) {
    kid made = {NO_KID, page, value};
    size_t index = s->kids.size / sizeof(kid);
    chain *c = &s->chains[owner];
    bd_buf_put(&s->kids, &made, sizeof made);
    if (s->kids.size != (index + 1) * sizeof(kid)) {
        return; /* full: the buffer's failure is asked for at the end */
    }
    if (c->first == NO_KID) {
        c->first = (uint32_t)index;
    } else {
        kid_at(s, c->last)->next = (uint32_t)index;
    }
    c->last = (uint32_t)index;
}

static void hang_before(structure *s, size_t end) {
    for (; s->hung_count < end; s->hung_count++) {
        uint32_t parent = bd_layout_element(s->layout, s->hung_count)->parent;
        add_kid(s, parent, NO_KID, (uint32_t)s->hung_count);
    }
}

void structure_begin_page(structure *s, size_t page_index) {
    s->page_index = page_index;
    s->page_from[page_index] = (uint32_t)(s->stretches.size / sizeof(uint32_t));
}

unsigned structure_add_content(structure *s, uint32_t element) {
    BD_ASSERT(element < s->layout->element_count);
    unsigned number =
        (unsigned)(s->stretches.size / sizeof(uint32_t)) - s->page_from[s->page_index];
    hang_before(s, (size_t)element + 1);
    add_kid(s, element, (uint32_t)s->page_index, number);
    add_number(&s->stretches, element);
    return number;
}

const char *structure_tag(const structure *s, uint32_t element) {
    return tag_names[bd_layout_element(s->layout, element)->tag];
}

unsigned structure_page_key(size_t page_index) {
    return (unsigned)page_index + 1;
}

unsigned structure_add_annotation(structure *s, uint32_t element, unsigned number) {
    size_t count = s->links.size / sizeof(uint32_t);
    hang_before(s, (size_t)element + 1);
    add_kid(s, element, (uint32_t)s->page_index, number | IS_ANNOTATION);
    add_number(&s->links, element);
    return (unsigned)(1 + s->layout->pages.count + count);
}

/* ---- elements in words ----------------------------------------------------------------------- */

static void put_reference(bd_buf *out, unsigned number) {
    put_integer(out, number);
    bd_buf_puts(out, BD_STR(" 0 R"));
}

static void put_kid(structure *s, const kid *k, uint32_t page, bd_buf *out) {
    bool is_elsewhere = k->page != page;
    if (k->page == NO_KID) {
        put_reference(out, s->first_number + k->value);
        return;
    }
    bool is_annotation = (k->value & IS_ANNOTATION) != 0;
    if (!is_annotation && !is_elsewhere) {
        put_integer(out, k->value);
        return;
    }
    bd_buf_puts(out, is_annotation ? BD_STR("<</Type/OBJR") : BD_STR("<</Type/MCR"));
    if (is_elsewhere) {
        bd_buf_puts(out, BD_STR("/Pg "));
        put_reference(out, file_page_number(s->file, k->page));
    }
    bd_buf_puts(out, is_annotation ? BD_STR("/Obj ") : BD_STR("/MCID "));
    put_integer(out, k->value & ~IS_ANNOTATION);
    bd_buf_puts(out, is_annotation ? BD_STR(" 0 R>>") : BD_STR(">>"));
}

static void put_kids(structure *s, const chain *c, bd_buf *out) {
    uint32_t page = NO_KID;
    if (c->first == NO_KID) {
        return;
    }
    for (uint32_t i = c->first; i != NO_KID && page == NO_KID; i = kid_at(s, i)->next) {
        page = kid_at(s, i)->page;
    }
    if (page != NO_KID) {
        bd_buf_puts(out, BD_STR("/Pg "));
        put_reference(out, file_page_number(s->file, page));
    }
    bool is_one = c->first == c->last;
    bd_buf_puts(out, is_one ? BD_STR("/K ") : BD_STR("/K["));
    for (uint32_t i = c->first; i != NO_KID; i = kid_at(s, i)->next) {
        put_kid(s, kid_at(s, i), page, out);
        if (!is_one) {
            bd_buf_putc(out, ' ');
        }
    }
    if (!is_one) {
        bd_buf_putc(out, ']');
    }
}

static void put_cell(const bd_element *element, bd_buf *out) {
    if (element->scope == BD_SCOPE_NONE && element->span == 1) {
        return;
    }
    bd_buf_puts(out, BD_STR("/A<</O/Table"));
    if (element->scope != BD_SCOPE_NONE) {
        bd_buf_puts(out, element->scope == BD_SCOPE_ROW ? BD_STR("/Scope/Row")
                                                        : BD_STR("/Scope/Column"));
    }
    if (element->span > 1) {
        bd_buf_printf(out, "/ColSpan %u", element->span);
    }
    bd_buf_puts(out, BD_STR(">>"));
}

/* Pictures are asked for in their order. */
static void put_picture(structure *s, uint32_t index, bd_buf *out) {
    BD_ASSERT(s->picture < s->layout->illustrations.count);
    const bd_illustration *picture = &s->layout->illustrations.data[s->picture++];
    BD_ASSERT(picture->element == index);
    bd_buf_puts(out, BD_STR("/Alt "));
    put_text_string(out, picture->alternative);
    bd_buf_puts(out, BD_STR("/A<</O/Layout/Placement/Block"));
    for (size_t i = 0; picture->has_box && i < BD_COUNT(picture->box); i++) {
        bd_buf_puts(out, i == 0 ? BD_STR("/BBox[") : BD_STR(" "));
        put_number(out, picture->box[i]);
    }
    bd_buf_puts(out, picture->has_box ? BD_STR("]>>") : BD_STR(">>"));
}

static void put_element(structure *s, size_t index, bd_buf *out) {
    const bd_element *element = bd_layout_element(s->layout, index);
    bd_buf_puts(out, BD_STR("/S/"));
    bd_buf_puts(out, bd_str_of(tag_names[element->tag]));
    bd_buf_puts(out, BD_STR("/P "));
    put_reference(out, index == 0 ? s->root : s->first_number + element->parent);
    if (element->tag == BD_TAG_TH || element->tag == BD_TAG_TD) {
        put_cell(element, out);
    } else if (element->tag == BD_TAG_FIGURE) {
        put_picture(s, (uint32_t)index, out);
    } else if (element->tag == BD_TAG_L) {
        bd_buf_puts(out, BD_STR("/A<</O/List/ListNumbering/Disc>>"));
    }
    put_kids(s, &s->chains[index], out);
}

/* ---- the parent tree ------------------------------------------------------------------------- */

static void put_limits(bd_buf *out, size_t first, size_t last) {
    bd_buf_printf(out, "/Limits[%zu %zu]/Nums[", first, last);
}

static void put_page_leaf(structure *s, size_t from, bd_buf *out) {
    size_t count = s->layout->pages.count;
    size_t to = from + PAGES_PER_LEAF < count ? from + PAGES_PER_LEAF : count;
    put_limits(out, structure_page_key(from), structure_page_key(to - 1));
    for (size_t page = from; page < to; page++) {
        put_integer(out, structure_page_key(page));
        bd_buf_putc(out, '[');
        for (size_t i = s->page_from[page]; i < s->page_from[page + 1]; i++) {
            put_reference(out, s->first_number + number_at(&s->stretches, i));
            bd_buf_putc(out, ' ');
        }
        bd_buf_puts(out, BD_STR("]\n"));
    }
    bd_buf_putc(out, ']');
}

static void put_link_leaf(structure *s, size_t from, bd_buf *out) {
    size_t count = s->links.size / sizeof(uint32_t), first_key = 1 + s->layout->pages.count;
    size_t to = from + LINKS_PER_LEAF < count ? from + LINKS_PER_LEAF : count;
    put_limits(out, first_key + from, first_key + to - 1);
    for (size_t i = from; i < to; i++) {
        put_integer(out, (int64_t)(first_key + i));
        bd_buf_putc(out, ' ');
        put_reference(out, s->first_number + number_at(&s->links, i));
        bd_buf_putc(out, '\n');
    }
    bd_buf_putc(out, ']');
}

static void put_signature_leaf(structure *s, bd_buf *out) {
    put_limits(out, 0, 0);
    bd_buf_puts(out, BD_STR("0 "));
    put_reference(out, s->first_number + s->layout->signature_element);
    bd_buf_putc(out, ']');
}

static void put_tail(void *context, size_t index, bd_buf *out) {
    structure *s = context;
    if (index < s->layout->element_count) {
        put_element(s, index, out);
        return;
    }
    index -= s->layout->element_count;
    if (index < s->signature_leaves) {
        put_signature_leaf(s, out);
    } else if (index < s->signature_leaves + s->page_leaves) {
        put_page_leaf(s, (index - s->signature_leaves) * PAGES_PER_LEAF, out);
    } else {
        put_link_leaf(s, (index - s->signature_leaves - s->page_leaves) * LINKS_PER_LEAF, out);
    }
}

bd_rc structure_finish(structure *s, pdf_file *file, unsigned root, bd_buf *text, bd_err *err) {
    const bd_layout *layout = s->layout;
    size_t pages = layout->pages.count, links = s->links.size / sizeof(uint32_t);
    hang_before(s, layout->element_count);
    BD_TRY(bd_buf_check(&s->kids, "the structure of the PDF", err));
    BD_TRY(bd_buf_check(&s->stretches, "the structure of the PDF", err));
    BD_TRY(bd_buf_check(&s->links, "the structure of the PDF", err));
    s->page_from[pages] = (uint32_t)(s->stretches.size / sizeof(uint32_t));
    s->signature_leaves = layout->has_signature ? 1 : 0;
    s->page_leaves = (pages + PAGES_PER_LEAF - 1) / PAGES_PER_LEAF;
    s->link_leaves = (links + LINKS_PER_LEAF - 1) / LINKS_PER_LEAF;
    size_t leaves = s->signature_leaves + s->page_leaves + s->link_leaves;
    unsigned tree = file_add_object(file);
    s->file = file;
    s->root = root;
    s->first_number = file_add_tail(file, layout->element_count + leaves, put_tail, s);
    bd_buf_puts(text, BD_STR("/Kids["));
    for (size_t i = 0; i < leaves; i++) {
        put_reference(text, s->first_number + (unsigned)(layout->element_count + i));
        bd_buf_putc(text, ' ');
    }
    bd_buf_putc(text, ']');
    file_set_object(file, tree, bd_buf_str(text));
    text->size = 0;
    bd_buf_printf(text, "/Type/StructTreeRoot/K %u 0 R/ParentTree %u 0 R/ParentTreeNextKey %zu",
                  s->first_number, tree, 1 + pages + links);
    file_set_object(file, root, bd_buf_str(text));
    text->size = 0;
    return BD_OK;
}
