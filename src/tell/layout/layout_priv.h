/* layout_priv.h - the flow that turns blocks into pages, shared by the files of this room.
 *
 * `lines` breaks runs into lines of positioned pieces; `flow` owns the current page and the height
 * left on it; `table` and `chart` place their blocks through it; `mark` draws the small shapes.
 */
#ifndef BINDERY_LAYOUT_PRIV_H
#define BINDERY_LAYOUT_PRIV_H

#include "bindery/layout.h"

#define FLOW_PAGE_BYTES ((size_t)256 << 10) /* looked at for one page, about: what it shows lies here and there */

/* One accent and greys; each state differs from its neighbours in lightness too, so that it
 * survives a grey printer. */
#define INK 0x1b2027u
#define GREY 0x57626fu
#define PALE 0x98a3afu
#define RULE 0xd2d9e1u
#define TINT 0xeef2f7u
#define WASH 0xf6f8fbu
#define ACCENT 0x1f3a5fu
#define ACCENT_MID 0x6d8bb3u
#define ACCENT_LIGHT 0xc4d3e6u
#define ALERT 0x8c1c1cu
#define WHITE 0xffffffu

/* ---- lines ----------------------------------------------------------------------------------- */

typedef enum { PIECE_TEXT, PIECE_MARK, PIECE_FLAG, PIECE_PAGE_REF } piece_kind;

typedef struct {
    piece_kind kind;
    bd_mark mark;
    uint32_t face, color;
    float size, x, width; /* x from the line's left end */
    bool has_space_after; /* in memory, just behind `text` */
    uint8_t level;        /* odd: it runs from right to left; `text` is in reading order until its line is full */
    bd_str text;
    bd_str link; /* anchor or "" */
} piece;

typedef struct {
    piece *pieces;
    size_t count;
    float width;
} line;

typedef struct {
    line *data;
    size_t count, room;
} lines;

/* How plain runs look; other run styles are derived from it. */
typedef struct {
    bd_text_role role;
    double size, leading;
    uint32_t color;
    bool keeps_spaces; /* queries and listings */
} type_style;

typedef struct flow flow;
#define HEADING_LEVELS 4

/* What a pass over the document is for.  A short document takes one.  A long one is gone through twice, since its first
 * page may name the number of its last: the first pass finds where everything stands, the second hands out pages. */
typedef enum {
    PASS_HOLD,  /* pages are held until the end */
    PASS_COUNT, /* pages are forgotten; places, bookmarks and their number stay */
    PASS_HAND   /* each page is completed and handed out; nothing is found anew */
} pass_kind;

/* What the columns of a long table need: found once, whatever passes there are. */
typedef struct {
    double whole, word, part, weight;
} column_need;
typedef struct {
    const bd_table *table;
    const column_need *needs;
} fitted_table;

/* Runs cut into words and measured; in the flow's scratch arena, gone after the block is planned.
 */
typedef struct lines_text lines_text;
const lines_text *lines_prepare(flow *f, const bd_runs *runs, const type_style *style);
/* Width on one line, and of the widest word and of the widest part where a long word may be broken.
 */
typedef struct {
    double whole, word, part;
} lines_widths;
lines_widths lines_measure(flow *f, const lines_text *text);
/* Breaks at `width`; no line when there is no text. */
lines lines_break(flow *f, const lines_text *text, double width);
lines lines_make(flow *f, const bd_runs *runs, const type_style *style, double width);
lines lines_make_text(flow *f, bd_str text, const type_style *style, double width);
/* So that what is drawn next in the same element is another word. */
void line_end_with_space(flow *f, line *subject);
/* Draws with the line box's top at `top`; `room` is the width to align in. */
void lines_draw(flow *f, const line *subject, const type_style *style, double x, double top,
                double room, bd_align align);
/* One line of text cut to `room` with an ellipsis; yields its width. */
double text_draw(flow *f, bd_text_role role, double size, uint32_t color, double x, double baseline,
                 bd_str text, double room, bd_align align);
double text_width(flow *f, bd_text_role role, double size, bd_str text);
double baseline_in(const type_style *style, double top);

/* ---- flow ------------------------------------------------------------------------------------ */

/* A page label to be written where room was kept, once all places are known. */
typedef struct {
    size_t page_index, op_index;
    bd_str anchor;
    double x, room; /* the room kept; the label is aligned in it */
    bd_align align;
    size_t last_op; /* operations up to here follow it on a left-aligned line; 0: none do */
    size_t next_link, last_link;
    bool has_space_after;
} label_patch;

/* A link whose target is not placed yet. */
typedef struct {
    size_t page_index;
    bd_pt rect[4];
    bd_str anchor, words;
    uint32_t element;
} link_patch;

struct flow {
    const bd_doc *doc;
    bd_text_faces *faces;
    bd_arena *arena;   /* of what outlives all passes */
    bd_arena *scratch; /* emptied after each block is planned */
    bd_arena *plans;   /* lines and rows; emptied when every block that is planned is placed */
    bd_arena *texts;   /* what is planned is borrowed from the document or lies here */
    bd_arena *drawn;   /* of pages: as long as they are held, or until the one drawn on is done */
    bd_arena *rows[2]; /* of a long table, some hundred at a time */
    bd_layout *layout;
    pass_kind pass;
    bd_page_fn *hand; /* HAND */
    void *hand_context;
    bd_rc rc;    /* what a source of rows or a taker of pages failed with; then is_full */
    bd_err *err;
    bd_text_gaps *gaps; /* HAND: NULL while blocks are drawn, they are counted already */
    size_t max_pages, max_tagged_pages;
    uint32_t accents[3]; /* what stands for ACCENT, ACCENT_MID and ACCENT_LIGHT */
    double left, width, top, bottom; /* the area for text */
    bool has_page;
    size_t page_index;               /* the page drawn on */
    uint32_t element;                /* what is drawn is part of it */
    size_t element_count;            /* made in this pass */
    bool is_tagging;                 /* false: too many pages for it */
    bool is_in_figure;               /* shapes belong to the element, too */
    int levels[HEADING_LEVELS];      /* headings that are open, as the document calls them */
    size_t level_count;
    double y;                        /* upper edge of what is free on the page */
    bool is_page_empty;              /* nothing placed yet: spaces before are dropped */
    bool is_after_heading;           /* the next heading needs less space before it */
    bool is_full;                    /* max_pages reached; nothing more is placed */
    bd_text_spans spans;             /* of the last split */
    bool do_spans_stay;              /* their memory serves the next one */
    bd_strs waiting;                 /* anchors to be set where the next block is placed */
    BD_VEC(label_patch) label_patches;
    BD_VEC(link_patch) link_patches;
    bd_map *place_of_name; /* bd_place * */
    BD_VEC(fitted_table) fitted;
    size_t fitted_at; /* the next one; tables come in the same order in each pass */
};

bd_page *flow_page(flow *f);
void flow_new_page(flow *f);
void flow_end_page(flow *f); /* the last one; `new_page` does it to those before */
/* What failed outside: nothing more is placed. */
void flow_fail(flow *f, bd_rc rc);
bd_str flow_keep(flow *f, bd_str text); /* of a plan, for as long as the page */
double flow_left(const flow *f); /* height free on this page */
/* Goes to a new page unless `height` is free; an empty page is kept whatever the height. */
void flow_need(flow *f, double height);
void flow_space(flow *f, double height); /* dropped at the top of a page */
void flow_take(flow *f, double height);  /* moves y down after drawing */
void flow_set_anchors(flow *f);          /* waiting anchors point to the current y */
/* The link is the current element; `words` may be empty. */
void flow_add_link(flow *f, double left, double bottom, double right, double top, bd_str anchor,
                   bd_str words);

/* ---- tags ------------------------------------------------------------------------------------ */

/* A child of the current element, which it becomes; `close` goes back to the parent. */
uint32_t tag_open(flow *f, bd_tag tag);
void tag_close(flow *f);
uint32_t tag_add(flow *f, bd_tag tag); /* without going into it */
/* Goes to an element made before, or to none; yields the one left. */
uint32_t tag_enter(flow *f, uint32_t element);
void tag_set_cell(flow *f, uint32_t cell, bd_scope scope, size_t span);
/* The type of a heading whose level the document says: none is left out on the way down. */
bd_tag tag_of_heading(flow *f, int level);
void tag_open_figure(flow *f, bd_str alternative);
void tag_close_figure(flow *f, size_t first_page, double top); /* the box ends at the flow's y */

/* ---- operations ------------------------------------------------------------------------------ */

bd_op *op_add(flow *f, bd_op_kind kind, uint32_t color);
void op_rect(flow *f, uint32_t color, double x, double y, double width, double height);
void op_frame(flow *f, uint32_t color, double thick, double x, double y, double width,
              double height);
void op_line(flow *f, uint32_t color, double thick, double x, double y, double to_x, double to_y);
void op_polygon(flow *f, uint32_t color, const bd_point *points, size_t count);

/* ---- blocks ---------------------------------------------------------------------------------- */

typedef struct table_plan table_plan;
table_plan *table_make(flow *f, const bd_table *table);
double table_first_height(flow *f, table_plan *plan); /* caption, head and first row */
void table_place(flow *f, table_plan *plan);

double chart_height(const flow *f, const bd_chart *chart); /* what must stay together */
void chart_place(flow *f, const bd_chart *chart);
/* Parts that all charts share. */
#define CHART_CAPTION_HEIGHT 14.0
#define CHART_LABEL_SIZE 7.5
double chart_label_width(flow *f, const bd_chart *chart);
void chart_draw_row_label(flow *f, const bd_chart *chart, size_t row, double width, double y,
                          double height);
/* timeline.c */
double timeline_height(const bd_chart *chart);
void timeline_place(flow *f, const bd_chart *chart);
/* trend.c */
double trend_height(const bd_chart *chart);
void trend_place(flow *f, const bd_chart *chart);

/* ---- pictures and colours (picture.c) -------------------------------------------------------- */

double picture_height(const flow *f, const bd_picture *picture);
void picture_place(flow *f, const bd_picture *picture);
void palette_init(flow *f, const bd_layout_options *options);
uint32_t palette_find(const flow *f, uint32_t color); /* what one of the colours above is drawn in */

/* ---- furniture ------------------------------------------------------------------------------- */

void furniture_label_pages(flow *f); /* needs the number of pages and of front pages */
void furniture_draw(flow *f, size_t index); /* header and footer of a page */

/* ---- labels and links (refer.c) -------------------------------------------------------------- */

/* Page numbers and links that wait are written, on whatever pages they stand. */
void refer_fill_labels(flow *f);
void refer_fill_links(flow *f);

/* ---- marks ----------------------------------------------------------------------------------- */

double mark_width(double size); /* with the gap after it */
void mark_draw(flow *f, bd_mark mark, double x, double baseline, double size);
void flag_draw(flow *f, double x, double baseline, double size);
/* One state in a cell of a grid: shade, shape and letter. */
void cell_draw(flow *f, bd_cell_state state, double x, double y, double width, double height);
const char *cell_word(bd_cell_state state);

#endif
