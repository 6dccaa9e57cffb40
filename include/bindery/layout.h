/* bindery/layout.h - a document becomes pages: positioned text, lines, shapes, links, bookmarks.
 *
 * What it is.  `bd_layout_build` runs through a bd_doc once and yields pages of drawing operations
 * in reading order; `bd_layout_each` shows them one by one and holds few.  It knows type, space and rules; it knows no
 * PDF and none of the words the report uses.  Page numbers in contents and references are filled in when they are
 * known, into room that was kept for them.
 *
 * Promises.  Same document, faces and options: same pages, to the last digit.  Headings stay with
 * what follows; a paragraph leaves no single line behind; a table's head is repeated on each page;
 * a row is cut only when it is taller than a page.  Every state mark and chart cell is told by
 * shape and letter, not by colour alone.
 *
 * Structure.  Every operation names the element of the document it is part of (a paragraph, a cell, a
 * link ...), or that it is furniture.  Elements are listed parent before child and in reading order, so a back end
 * that meets them page after page can write a tree of tags without knowing what a table is.  An element may go on
 * over pages: a paragraph or a row that is cut stays one.  A table's head is an element where it stands first;
 * repeated on later pages it is furniture.  Rules, fills and marks are furniture too (a state is also told in
 * words), but for those of a chart, which are the figure.  Words that follow each other in one element are parted
 * by a space that is drawn, at line ends too, so that the text can be taken out of the pages.
 *
 * Units.  bd_pt is 1/72 inch; the origin of a page is its lower left corner, y grows upwards, as in
 * PDF.
 *
 *     bd_layout *layout;
 *     bd_layout_options options = {.paper = BD_PAPER_A4};
 *     BD_TRY(bd_layout_build(doc, faces, &options, arena, &layout, err));
 *
 * The layout borrows text from `doc`: both live in arenas that outlive its use.  One thread.
 */
#ifndef BINDERY_LAYOUT_H
#define BINDERY_LAYOUT_H

#include "bindery/doc.h"
#include "bindery/text.h"
#include "bindery/util.h"

typedef double bd_pt;

typedef enum { BD_PAPER_A4, BD_PAPER_LETTER } bd_paper;

typedef struct {
    bd_paper paper;
    bool has_accent;  /* `accent` (0xRRGGBB) stands for our blue, and lighter ones of it for its lighter ones */
    uint32_t accent;
    size_t max_pages; /* 0: BD_LAYOUT_MAX_PAGES */
    size_t max_tagged_pages; /* 0: BD_LAYOUT_MAX_TAGGED_PAGES; a longer document has no structure */
    size_t max_held_pages; /* 0: BD_LAYOUT_MAX_HELD_PAGES; see bd_layout_each */
} bd_layout_options;

#define BD_LAYOUT_MAX_PAGES 100000
#define BD_LAYOUT_MAX_TAGGED_PAGES 5000
#define BD_LAYOUT_MAX_HELD_PAGES 1000

/* ---- structure ------------------------------------------------------------------------------- */

typedef enum { /* the standard types of ISO 32000-1, 14.8.4 */
               BD_TAG_DOCUMENT,
               BD_TAG_H1,
               BD_TAG_H2,
               BD_TAG_H3,
               BD_TAG_H4,
               BD_TAG_P,
               BD_TAG_L,
               BD_TAG_LI,
               BD_TAG_LBL,
               BD_TAG_LBODY,
               BD_TAG_CAPTION,
               BD_TAG_TABLE,
               BD_TAG_THEAD,
               BD_TAG_TBODY,
               BD_TAG_TR,
               BD_TAG_TH,
               BD_TAG_TD,
               BD_TAG_FIGURE,
               BD_TAG_LINK,
               BD_TAG_SPAN, /* a link that leads nowhere */
               BD_TAG_REFERENCE,
               BD_TAG_TOC,
               BD_TAG_TOCI,
               BD_TAG_FORM /* the signature panel; holds its widget once signed */
} bd_tag;
typedef enum { BD_SCOPE_NONE, BD_SCOPE_COLUMN, BD_SCOPE_ROW } bd_scope;

/* Small, because a long report has a million. */
typedef struct {
    uint32_t parent; /* place of an element before it; the document's own is 0 */
    uint8_t tag;     /* bd_tag */
    uint8_t scope;   /* TH: bd_scope */
    uint16_t span;   /* TH, TD: columns, at least 1 */
} bd_element;

/* What stands for an element where there is none. */
#define BD_ELEMENT_NONE 0u               /* rules, fills, repeated heads */
#define BD_ELEMENT_FURNITURE UINT32_MAX /* header and footer */

typedef struct {
    uint32_t element; /* FIGURE */
    bd_str alternative;
    bool has_box; /* it stands on one page */
    bd_pt box[4]; /* left, bottom, right, top */
} bd_illustration;

/* ---- pages ----------------------------------------------------------------------------------- */

typedef struct {
    bd_pt x, y;
} bd_point;

typedef enum {
    BD_OP_TEXT,   /* `text` from (x, y) on the baseline, in `face` at `size` */
    BD_OP_LINE,   /* from (x, y) to (x + width, y + height), `size` thick; `dash` 0 is solid */
    BD_OP_RECT,   /* filled; lower left corner (x, y) */
    BD_OP_FRAME,  /* a rectangle's outline, `size` thick, drawn inside the rectangle */
    BD_OP_POLYGON, /* filled, `points` */
    BD_OP_IMAGE    /* `image`, lower left corner (x, y) */
} bd_op_kind;

typedef struct {
    bd_op_kind kind;
    uint32_t color; /* 0xRRGGBB */
    uint32_t face;  /* TEXT: index in bd_text_faces */
    float size, dash;
    float x, y, width, height;
    uint32_t element; /* what it is part of, or BD_ELEMENT_NONE, BD_ELEMENT_FURNITURE */
    bd_str text; /* normal form; every code point has a glyph in `face` */
    const bd_point *points;
    size_t point_count;
    const bd_image *image;
} bd_op;
typedef BD_VEC(bd_op) bd_ops;

typedef struct {
    bd_pt rect[4];     /* left, bottom, right, top */
    size_t page_index; /* where it leads */
    bd_pt y;           /* top of the place it leads to */
    bd_str words;      /* what it says; empty: a page number alone */
    uint32_t element;  /* LINK */
} bd_link;
typedef BD_VEC(bd_link) bd_links;

typedef struct {
    bd_str label; /* "ii", "12" */
    bd_ops ops;   /* in drawing and reading order */
    bd_links links;
} bd_page;

typedef struct {
    bd_str name;
    size_t page_index;
    bd_pt y;
} bd_place;

typedef struct {
    int level; /* 1..3; never more than one deeper than the bookmark before it */
    bd_str title;
    size_t page_index;
    bd_pt y;
} bd_bookmark;

typedef struct bd_layout {
    const bd_doc *doc;
    bd_pt page_width, page_height;
    BD_VEC(bd_page) pages;
    size_t front_count;            /* pages labelled i, ii, ...; the rest is labelled 1, 2, ... */
    BD_VEC(bd_place) places;       /* named places, sorted by name bytes */
    BD_VEC(bd_bookmark) bookmarks; /* in document order */
    bool is_tagged; /* false: over max_tagged_pages; elements say nothing then */
    size_t element_count;
    BD_VEC(bd_element *) element_blocks; /* of BD_ELEMENTS_PER_BLOCK */
    BD_VEC(bd_illustration) illustrations; /* in document order */
    bool has_signature;
    uint32_t signature_element; /* FORM */
    size_t signature_page;   /* 0-based */
    bd_pt signature_rect[4]; /* left, bottom, right, top */
    bd_text_gaps gaps;       /* characters no face has, and the heading they stand under */
    bd_strs broken_links; /* targets that no anchor has, each once; drawn without a link, "?" for a
                             page */
    bd_strs double_anchors; /* anchors set twice: the first counts */
} bd_layout;

#define BD_ELEMENTS_PER_BLOCK 4096
static inline bd_element *bd_layout_element(const bd_layout *layout, size_t index) {
    return &layout->element_blocks.data[index / BD_ELEMENTS_PER_BLOCK][index % BD_ELEMENTS_PER_BLOCK];
}

/* Allocated in <arena>.  LIMIT: more than options->max_pages pages.  A missing target or glyph is
 * no failure: it is in the lists above. */
BD_MUST_USE bd_rc bd_layout_build(const bd_doc *doc, bd_text_faces *faces,
                                  const bd_layout_options *options, bd_arena *arena,
                                  bd_layout **out, bd_err *err);

/* The same pages, each shown to `hand` in its turn and given back after it: for whoever writes them down and needs no
 * page twice.  Up to options->max_held_pages are held until the last one is known; a longer document is gone through
 * twice instead, so that its pages take no memory however many they are.  When the first page is shown, all of
 * `layout` but what stands on pages is there: how many there are, their labels, places, bookmarks.
 *
 * The layout that comes out has no operations and links.  Beyond those of bd_layout_build it fails as `hand` does;
 * pages were shown by then. */
typedef bd_rc bd_page_fn(void *context, const bd_layout *layout, size_t index, bd_err *err);
BD_MUST_USE bd_rc bd_layout_each(const bd_doc *doc, bd_text_faces *faces,
                                 const bd_layout_options *options, bd_arena *arena,
                                 bd_page_fn *hand, void *context, bd_layout **out, bd_err *err);

/* The place of that name, or NULL. */
const bd_place *bd_layout_find(const bd_layout *layout, bd_str name);

#endif
