/* bindery/doc.h - what a report is made of: headings, paragraphs, tables, figures; no fonts, no pages.
 *
 * `report` builds a `bd_doc`; `layout` turns it into pages.  A document is a flat list of blocks in reading
 * order.  Text is UTF-8.  A run of text has a style word, never a size: how it looks is the layout's matter.
 *
 * Figures that must be provable pass through bd_doc_figure(pointer, text): the text is printed where it is put
 * and recorded, in print order, with the JSON Pointer of the value in assessment.json that it prints.
 *
 *     bd_doc *doc = bd_doc_make(arena);
 *     bd_doc_heading(doc, 1, BD_STR("At a glance"), BD_STR("glance"));
 *     bd_para *p = bd_doc_paragraph(doc, BD_PARA_BODY);
 *     bd_para_text(p, BD_STR("READY ")); bd_para_figure(p, BD_STR("/score/ready/n"), BD_STR("41"));
 *
 * Everything is Allocated in the document's arena, but for rows that are put by (bd_doc_put_by).  One thread.
 */
#ifndef BINDERY_DOC_H
#define BINDERY_DOC_H

#include "bindery/util.h"

typedef enum {
    BD_RUN_PLAIN,
    BD_RUN_STRONG,
    BD_RUN_EMPHASIS, /* drawn as strong-grey or italic where the face has it */
    BD_RUN_MONO,     /* ids, hashes, queries */
    BD_RUN_SMALL,    /* notes */
    BD_RUN_MUTED     /* grey */
} bd_run_style;

typedef enum {
    BD_MARK_NONE,
    BD_MARK_COMPLETE,
    BD_MARK_PROGRESS,
    BD_MARK_BLANK,
    BD_MARK_NA,
    BD_MARK_NOT_DUE
} bd_mark;

typedef struct {
    bd_run_style style;
    bd_str text;
    bd_str link;      /* anchor inside the document, or "" */
    bd_str figure;    /* JSON Pointer when the text is a recorded figure, or "" */
    bd_mark mark;     /* not NONE: a state mark (shape) is drawn before the text */
    bool is_flagged;  /* with mark: the exception flag "!" beside it */
    bool is_page_ref; /* the text is replaced by the page label of `link` */
} bd_run;
typedef BD_VEC(bd_run) bd_runs;

typedef enum {
    BD_PARA_BODY,
    BD_PARA_LEAD,
    BD_PARA_NOTE,
    BD_PARA_WARNING,
    BD_PARA_BULLET,
    BD_PARA_MONO,
    BD_PARA_TITLE,
    BD_PARA_SUBTITLE,
    BD_PARA_CAPTION
} bd_para_kind;
typedef struct bd_para {
    struct bd_doc *doc;
    bd_para_kind kind;
    bd_runs runs;
} bd_para;

typedef enum { BD_ALIGN_LEFT, BD_ALIGN_RIGHT, BD_ALIGN_CENTER } bd_align;
typedef struct {
    bd_str head;
    bd_align align;
    double weight; /* share of the width that is left; 0: as narrow as its content */
} bd_column;
typedef struct {
    bd_runs runs;
    int span; /* columns, at least 1 */
    bool is_header;
} bd_cell;
struct bd_table;
/* Rows that are made when they are asked for, so that a table of any length is never held.  `put` puts the cells of one
 * row (bd_table_text ...), which fill its columns; the last row may end early.  Rows are asked for from 0 to the last,
 * as often as a layout goes through the document, and are the same each time.  What is put is kept only until the row
 * stands on its page.  Recorded figures have no place in such a row: they belong to the document. */
typedef struct {
    bd_rc (*put)(void *context, size_t index, struct bd_table *row, bd_err *err);
    void *context;
    size_t count;
} bd_rows;
typedef struct bd_table {
    struct bd_doc *doc;
    bd_str caption;
    size_t column_count;
    bd_column *columns;
    BD_VEC(bd_cell) cells; /* row by row; none where `rows` has a source */
    bd_rows rows;
    bool is_compact;       /* smaller type, for long lists */
    bool has_no_head;      /* key/value table: first column is the row header */
} bd_table;

/* Charts are data; the layout draws them as vectors. */
typedef enum {
    BD_CHART_STACKED_BAR, /* rows = bars, columns = parts; values are counts */
    BD_CHART_HEAT_GRID,   /* rows x columns of states (values are bd_cell_state) */
    BD_CHART_STRIP,       /* one row of states by month */
    BD_CHART_TIMELINE,    /* rows of spans of days; columns and values are not used */
    BD_CHART_TREND        /* rows = lines, columns = points in time; values are tenths of a percent, -1 is a gap */
} bd_chart_kind;
typedef enum { /* what a span of days is; told by its form and by words, not by colour alone */
               BD_SPAN_OURS,    /* the days that are asked about: one in row 0 */
               BD_SPAN_FULL,    /* described */
               BD_SPAN_BRIDGED, /* described by a letter */
               BD_SPAN_OPEN,    /* described by nothing */
               BD_SPAN_VOID     /* of what does not count */
} bd_span_look;
typedef struct {
    size_t row;
    bd_day from, to; /* both inclusive */
    bd_span_look look;
    bd_str label; /* left out where there is no room without touching another */
} bd_span;
typedef enum { /* how one due instance or criterion-month stands; letter + shape + shade */
               BD_CELL_NONE,
               BD_CELL_CLEAN,
               BD_CELL_DEVIATION,
               BD_CELL_CANNOT_TELL,
               BD_CELL_MISSING,
               BD_CELL_NO_OCCURRENCE,
               BD_CELL_CHANGE_LOG,
               BD_CELL_NOT_DUE
} bd_cell_state;
typedef struct bd_chart {
    bd_chart_kind kind;
    bd_str caption;
    bd_str alternative; /* what the picture shows, in words */
    size_t row_count, column_count;
    bd_str *row_labels, *column_labels;
    bd_str *row_links; /* anchors, may be empty */
    int64_t *values;   /* row-major */
    bd_day first, last; /* TIMELINE: the days drawn; spans are cut to them */
    BD_VEC(bd_span) spans;
    bd_str words[BD_SPAN_VOID + 1]; /* of the legend; a look without words is left out of it */
} bd_chart;

/* Pixels row by row from the top, three bytes each: red, green, blue. */
typedef struct {
    uint32_t width, height;
    const uint8_t *rgb;
} bd_image;

typedef struct {
    double x, y;
} bd_vertex;
typedef struct { /* a filled outline; y grows downwards */
    uint32_t fill; /* 0xRRGGBB */
    const bd_vertex *points;
    size_t point_count;
} bd_outline;

/* A picture of pixels, or, where `image` is NULL, of shapes in a box of view_width x view_height. */
typedef struct bd_picture {
    const bd_image *image;
    const bd_outline *shapes;
    size_t shape_count;
    double view_width, view_height;
    double width_pt; /* as printed; the height follows */
    bd_str alternative;
} bd_picture;

typedef enum {
    BD_BLOCK_HEADING,
    BD_BLOCK_PARA,
    BD_BLOCK_TABLE,
    BD_BLOCK_CHART,
    BD_BLOCK_PAGE_BREAK,
    BD_BLOCK_CONTENTS,
    BD_BLOCK_SIGNATURE,
    BD_BLOCK_SPACE,
    BD_BLOCK_ANCHOR,
    BD_BLOCK_COVER_END,
    BD_BLOCK_RULE,
    BD_BLOCK_PICTURE,
    BD_BLOCK_EXHIBITS
} bd_block_kind;
typedef enum { BD_EXHIBIT_TABLES, BD_EXHIBIT_CHARTS } bd_exhibit;
typedef struct {
    bd_block_kind kind;
    int level;           /* HEADING 1..4; CONTENTS: deepest level listed */
    bd_str text, anchor; /* HEADING, ANCHOR */
    bool in_contents;    /* HEADING: listed in contents and bookmarks */
    bd_para *para;
    bd_table *table;
    bd_chart *chart;
    const bd_picture *picture;
    bd_exhibit exhibit; /* EXHIBITS: of which kind all that have a caption are listed */
    double space_pt; /* SPACE; SIGNATURE: height of the panel */
    bd_strs lines;   /* SIGNATURE: what stands in the panel, the first line in bold */
    bd_mark mark;    /* HEADING: state mark after the text */
    bool is_flagged;
} bd_block;

typedef struct {
    bd_str pointer, text;
} bd_figure;

typedef struct bd_shelf bd_shelf;
typedef struct bd_doc {
    bd_arena *arena;
    bd_str title, author, subject, keywords, language; /* language: "en-GB" */
    bd_str header_left, header_right;                  /* page furniture */
    bd_str footer_left, footer_right; /* the page number "page n of m" is added by the layout */
    BD_VEC(bd_block) blocks;
    BD_VEC(bd_figure) figures; /* in print order (document order) */
    bd_shelf *shelf; /* where rows are put by; NULL: none are */
} bd_doc;

bd_doc *bd_doc_make(bd_arena *arena);
/* A heading starts a bookmark; `anchor` is unique in the document. */
bd_block *bd_doc_heading(bd_doc *doc, int level, bd_str text, bd_str anchor);
bd_para *bd_doc_paragraph(bd_doc *doc, bd_para_kind kind);
void bd_doc_text(bd_doc *doc, bd_para_kind kind, bd_str text); /* a paragraph of one plain run */
bd_table *bd_doc_table(bd_doc *doc, bd_str caption, size_t column_count, const bd_column *columns);
/* A table whose rows are asked for; `rows->context` is borrowed as long as the document is. */
bd_table *bd_doc_rows(bd_doc *doc, bd_str caption, size_t column_count, const bd_column *columns,
                      const bd_rows *rows);
bd_chart *bd_doc_chart(bd_doc *doc, bd_chart_kind kind, bd_str caption, bd_str alternative,
                       size_t rows, size_t columns);
bd_chart *bd_doc_timeline(bd_doc *doc, bd_str caption, bd_str alternative, size_t rows,
                          bd_day first, bd_day last);
void bd_chart_span(bd_doc *doc, bd_chart *chart, const bd_span *span);
void bd_doc_picture(bd_doc *doc, const bd_picture *picture); /* what it points to is borrowed */
void bd_doc_page_break(bd_doc *doc);
void bd_doc_contents(bd_doc *doc, int deepest_level);
/* A list of all tables or charts with a caption, each with its page; nothing where there are none. */
void bd_doc_exhibits(bd_doc *doc, bd_exhibit kind);
/* The visible signature panel's place; words are added to it line by line, each cut where the panel ends.  They are
 * part of the page, so that a signature covers them: they name who signs, and cannot say that he has. */
void bd_doc_signature(bd_doc *doc, double height_pt);
void bd_doc_signature_line(bd_doc *doc, bd_str line);
void bd_doc_space(bd_doc *doc, double pt);
void bd_doc_rule(bd_doc *doc);
void bd_doc_anchor(bd_doc *doc, bd_str anchor); /* a link target before the next block */
void bd_doc_cover_end(bd_doc *doc);             /* front matter (roman page labels) ends here */

bd_run *bd_para_text(bd_para *para, bd_str text);
bd_run *bd_para_styled(bd_para *para, bd_run_style style, bd_str text);
bd_run *bd_para_link(bd_para *para, bd_str text, bd_str anchor);
bd_run *bd_para_page_ref(bd_para *para, bd_str anchor);
/* A figure that --reperform will look for.  Digits are kept together on one line. */
bd_run *bd_para_figure(bd_para *para, bd_str pointer, bd_str text);

/* Starts the next cell; returns where its runs go. */
bd_cell *bd_table_cell(bd_table *table);
void bd_table_text(bd_table *table, bd_str text); /* a cell of one plain run */
void bd_table_styled(bd_table *table, bd_run_style style, bd_str text);
void bd_table_link(bd_table *table, bd_str text, bd_str anchor);
void bd_table_figure(bd_table *table, bd_str pointer, bd_str text);
void bd_table_state(bd_table *table, bd_mark mark, bool is_flagged, bd_str text);
void bd_table_page_ref(bd_table *table, bd_str anchor);
bd_run *bd_cell_run(bd_table *table, bd_cell *cell, bd_run_style style, bd_str text);

/* The rows that a table has so far are put by, and nothing of them stays in memory: while they are few, held as bytes,
 * else in a temporary file.  What they borrow may go.  A table of which rows were put by may get more, as long as no
 * other one is; it has no cells otherwise.  Before a layout asks for rows again, `settle`; then no more are put by.
 * IO: of the temporary file, also of an earlier `put_by`.  A document that puts nothing by needs neither `settle` nor
 * `close`. */
void bd_doc_put_by(bd_doc *doc, bd_table *table);
BD_MUST_USE bd_rc bd_doc_settle(bd_doc *doc, bd_err *err);
void bd_doc_close(bd_doc *doc); /* before its arena; accepts NULL */

/* Records a figure that is printed by other means (inside a chart); text as printed. */
void bd_doc_figure(bd_doc *doc, bd_str pointer, bd_str text);

#endif
