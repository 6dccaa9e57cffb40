/* bindery/read.h - evidence bytes in, values out: what a file is, the rows of a CSV, the sheets of a workbook, the
 * records of an XML document.
 *
 * Recognition is by content, never by name: `bd_sniff` looks at the first bytes.  JSON itself is read by
 * bindery/value.h; this room reads what is not JSON.
 *
 * CSV (RFC 4180, strictly): quoted line breaks, doubled quotes, a quote inside an unquoted cell as
 * text, CRLF or LF; a `sep=` first line; else the
 * separator among ',', ';' and TAB that stands most often in the header; UTF-8 with or without byte order mark,
 * UTF-16 with one.  Header names are trimmed and set on one line, an empty one becomes "column 3", a repeated one
 * gets " (2)" and is told by `repeats`.  Every row has as many cells as the header.  A cell that begins with '{' or
 * '[' and is JSON is handed over as that value, as portals write dynamic columns; every other cell is text, and
 * nothing in it is interpreted.
 *
 *     bd_csv_events events = {.context = me, .header = on_header, .row = on_row};
 *     BD_TRY(bd_csv_read(&source, &bd_csv_default_limits, NULL, &events, err));
 *
 * Workbooks and XML are formats that a parser can be attacked through.  Their readers take a byte source and hand
 * values to events, so that the functions `..._apart` can run them in a child process that can do nothing else
 * (bindery/util.h, bd_zygote), and the same events are called.  Every limit is checked before memory is taken.
 *
 * XLSX (ECMA-376, transitional and strict).  A sheet comes as rows of cells; `bd_sheet_table` makes header and
 * records of them.  Text: shared, inline and rich strings joined, phonetic runs left out, _xHHHH_ decoded.  Numbers
 * keep their text.  A number whose style shows a date or time becomes ISO text without offset: "2026-03-31",
 * "2026-03-31T17:30:00", "17:30:00", an elapsed time "PT26H30M0S"; both date systems; serial 60 of the 1900 system,
 * the 29 February 1900 that never was, and serials outside the calendar stay numbers, said.  An error cell (#N/A)
 * is null, said.  A formula gives the value that the file keeps for it, said; without one it is null.  Hidden
 * sheets, rows and columns are read like others, said.  Two cells in one place, cells or rows out of order, an
 * index outside the shared strings: the row is refused.
 *
 * XML.  An element without attributes and children is its text.  Any other is an object: a member for each attribute
 * and each child element under its local name (an attribute whose name is a child's too is "@name"), children of one
 * name an array in document order, text beside them trimmed as "#text".  Every leaf is a string; xsi:nil is null.
 * Prefixes, namespace declarations, xsi: and xml: attributes, comments and processing instructions are left out.  The
 * records are the children of one name of the element that is nearest the root and has several such (of those the one
 * with most, of those the first); where no name repeats, the document is one record: the root, or what lies alone
 * inside it.
 *
 * Memory: one row or record; of a workbook its stored bytes and shared strings besides.  Functions are re-entrant.
 */
#ifndef BINDERY_READ_H
#define BINDERY_READ_H

#include "bindery/util.h"
#include "bindery/value.h"

/* ---- what a file is ----------------------------------------------------------------------------- */

#define BD_SNIFF_BYTES 4096 /* how much of a file's beginning is looked at */

typedef struct {
    bd_media media;
    bd_str words; /* for people: "JSON", "XLSX workbook", "PNG image"; a literal */
    bd_str
        problem; /* why it cannot be read as records though it looks like some; empty: nothing is wrong; a literal */
    bool is_utf16;
    bool is_zip; /* any zip file: what it holds, bd_xlsx_read tells */
    bool is_ole; /* an Office file of the old kind, or an encrypted one: bd_ole_look tells */
} bd_sniffed;

/* `head` is the file's first BD_SNIFF_BYTES bytes, or all of a smaller file. */
bd_sniffed bd_sniff(bd_str head);
/* Looks through all bytes of an Office file of the old kind: an encrypted file and a workbook get their own `words` and
 * `problem`; any other is a document, which nothing is wrong with. */
BD_MUST_USE bd_rc bd_ole_look(bd_source *source, bd_sniffed *out, bd_err *err);

/* ---- tables -------------------------------------------------------------------------------------- */

/* A column whose header, set on one line, stands before it already: `column` repeats `first`, both from 0. */
typedef struct {
    size_t first, column;
    bd_str header; /* as both have it */
} bd_repeat;

/* ---- CSV ---------------------------------------------------------------------------------------- */

typedef struct {
    size_t row_bytes; /* default 16 MiB */
    size_t columns;   /* default 1,024 */
    uint64_t rows;    /* default 100,000,000 */
} bd_csv_limits;
extern const bd_csv_limits bd_csv_default_limits;

typedef struct {
    void *context;
    /* The column names, once, before the first row; NULL: not wanted.  Borrowed until the read ends. */
    bd_rc (*header)(void *context, const bd_str *names, size_t count, bd_err *err);
    /* Columns whose header stands twice: which of them was meant nothing says.  After `header`, before the first row;
     * only where there are some.  Borrowed until the call returns; NULL: not wanted. */
    void (*repeats)(void *context, const bd_repeat *repeats, size_t count);
    /* One row as an object of texts (and JSON values) in column order; `ordinal` counts from 0.  Borrowed until the
     * call returns. */
    bd_rc (*row)(void *context, uint64_t ordinal, const bd_value *value, bd_err *err);
    /* A row that has not as many cells as the header; `line` counts from 1.  NULL: the first such row fails the
     * read. */
    bd_rc (*refused)(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem,
                     bd_err *err);
} bd_csv_events;

/* Reads all rows.  `columns` (may be NULL) maps our names to the names in the header: {"employee_id": "Personnel No"};
 * a name that the header lacks is INPUT.  INPUT names line and column (the number of the cell); LIMIT the limit.
 * Rows already handed over stay handed over. */
BD_MUST_USE bd_rc bd_csv_read(bd_source *source, const bd_csv_limits *limits,
                              const bd_value *columns, const bd_csv_events *events, bd_err *err);

/* ---- workbooks and XML ---------------------------------------------------------------------------- */

/* A range of merged cells, both ends inclusive, rows and columns from 1. */
typedef struct {
    uint32_t first_row, last_row, first_column, last_column;
} bd_merge;

typedef enum { BD_SHEET_SHOWN, BD_SHEET_HIDDEN, BD_SHEET_VERY_HIDDEN } bd_sheet_state;

typedef struct {
    bd_str name;
    bd_sheet_state state;
    const bd_merge *merges; /* those that begin in the first 1,000 rows */
    size_t merge_count;
} bd_sheet;

typedef struct {
    uint32_t column; /* from 1 */
    bd_value value;  /* text, number, truth value, or null: a cell that holds no value */
} bd_cell_value;

/* What the readers hand over.  All arguments are borrowed until the call returns; NULL: not wanted. */
typedef struct {
    void *context;
    /* What the file turned out to be: "XLSX workbook", "Word document", "zip file".  First of all. */
    bd_rc (*kind)(void *context, bool is_workbook, bd_str words, bd_err *err);
    bd_rc (*sheet)(void *context, const bd_sheet *sheet, bd_err *err);
    /* Cells that are not empty, by rising column; rows by rising number from 1, empty ones left out. */
    bd_rc (*row)(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                 bd_err *err);
    bd_rc (*record)(void *context, uint64_t ordinal, const bd_value *value, bd_err *err);
    /* A row or record that is malformed or over a limit; the reading goes on. */
    bd_rc (*refused)(void *context, bd_str locus, const bd_err *problem, bd_err *err);
    bd_rc (*said)(void *context, bd_diag_severity severity, bd_str locus, bd_str sentence,
                  bd_err *err);
} bd_part_events;

typedef struct {
    int64_t file_bytes;  /* default 64 MiB */
    size_t sheets;       /* default 256 */
    uint32_t rows;       /* of a sheet; default 1,048,576 */
    uint32_t columns;    /* default 16,384 */
    uint64_t cells;      /* of a workbook, empty ones left out; default 20,000,000 */
    size_t cell_bytes;   /* default 128 KiB */
    size_t row_bytes;    /* default 16 MiB */
    size_t strings;      /* default 4,000,000 */
    size_t string_bytes; /* of all shared strings; default 128 MiB */
    size_t styles;       /* default 65,536 */
    size_t merges;       /* default 4,096 of those handed over */
} bd_xlsx_limits;
extern const bd_xlsx_limits bd_xlsx_default_limits;

/* Reads any zip file: of a workbook all sheets in its order, of others the kind alone.  INPUT names part and line;
 * UNSUPPORTED: encrypted, binary (.xlsb); LIMIT the limit.  What was handed over before a failure stays. */
BD_MUST_USE bd_rc bd_xlsx_read(bd_source *source, const bd_xlsx_limits *limits,
                               const bd_part_events *events, bd_err *err);

typedef struct {
    size_t record_bytes; /* text and names of one record; default 16 MiB */
    size_t nodes;        /* of one record; default 200,000 */
    size_t members;      /* of different names in one element; default 1,024 */
} bd_xml_limits;
extern const bd_xml_limits bd_xml_default_limits;

/* Finds where the records are: local names from the root to the record, "report/rows/row".  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_xml_find(bd_source *source, bd_arena *arena, bd_str *path, bd_err *err);
/* Reads the document from its beginning again. */
BD_MUST_USE bd_rc bd_xml_read(bd_source *source, bd_str path, const bd_xml_limits *limits,
                              const bd_part_events *events, bd_err *err);

/* ---- documents of our own, element by element -------------------------------------------------------- */

/* What a reader of XML with a grammar of its own asks for: elements in document order, each with its line.  Strict as
 * the reader of records is: no document type declaration, no entities but XML's five, no other file, bounded names,
 * tags and depth. */
typedef struct {
    bd_str name, space; /* local name, namespace name */
    bd_str value;
} bd_xml_attribute;

typedef struct {
    bd_str name, space;
    const bd_xml_attribute *attributes;
    size_t attribute_count;
    int line; /* where its start tag ends, from 1 */
} bd_xml_element;

typedef struct {
    void *context;
    /* All arguments are borrowed until the call returns. */
    bd_rc (*open)(void *context, const bd_xml_element *element, bd_err *err);
    bd_rc (*shut)(void *context, int line, bd_err *err);
    bd_rc (*text)(void *context, bd_str piece, int line, bd_err *err); /* comes in pieces */
} bd_xml_events;

/* `label` names the document in messages: "'templates/binder.xml'".  INPUT names the line. */
BD_MUST_USE bd_rc bd_xml_walk(bd_source *source, bd_str label, const bd_xml_events *events,
                              bd_err *err);

/* ---- tables ----------------------------------------------------------------------------------------- */

/* Makes a table of the rows of a sheet.  Its header is the first of the first 40 rows that `fits`; where none does, the
 * first with at least two texts and nothing else, else the first.  A merged cell names the header's row and column it
 * begins in; one that reaches down to the header's row from above names its column there.  Names are trimmed, a line
 * break in them and the white space around it become one space; an empty one is "column 3", a repeated one gets
 * " (2)".  A record has a member for each name: an empty cell is "", null stays null.
 *
 *     bd_sheet_table *table = bd_sheet_table_open(&table_events, columns);
 *     events.sheet: bd_sheet_table_begin; events.row: bd_sheet_table_put; at the next sheet and the end:
 *     bd_sheet_table_end
 */
typedef struct {
    void *context;
    bool (*fits)(void *context, const bd_str *names, size_t count); /* NULL: never */
    bd_rc (*header)(void *context, uint32_t row, const bd_str *names, size_t count, bd_err *err);
    void (*repeats)(void *context, const bd_repeat *repeats, size_t count); /* as of a CSV */
    bd_rc (*record)(void *context, uint32_t row, const bd_value *value, bd_err *err);
    bd_rc (*said)(void *context, bd_diag_severity severity, bd_str locus, bd_str sentence,
                  bd_err *err);
} bd_sheet_table_events;

typedef struct bd_sheet_table bd_sheet_table;
/* `columns` as for bd_csv_read, but a row that lacks one of them is not the header. */
bd_sheet_table *bd_sheet_table_open(const bd_sheet_table_events *events, const bd_value *columns);
void bd_sheet_table_close(bd_sheet_table *table); /* accepts NULL */
void bd_sheet_table_begin(bd_sheet_table *table, const bd_sheet *sheet);
BD_MUST_USE bd_rc bd_sheet_table_put(bd_sheet_table *table, uint32_t number,
                                     const bd_cell_value *cells, size_t count, bd_err *err);
BD_MUST_USE bd_rc bd_sheet_table_end(bd_sheet_table *table, bd_err *err);

/* ---- apart ------------------------------------------------------------------------------------------- */

/* Loads what reading XML needs; false when it is not on this machine.  Readers do it themselves. */
bool bd_read_prepare(void);

/* Tasks for bd_zygote_open; the readers' side of the pipe. */
#define BD_READ_TASKS 4
extern const bd_child_task *const bd_read_tasks[BD_READ_TASKS];

/* The same as bd_xlsx_read, bd_xml_find, bd_xml_read and bd_xml_walk with their default limits, in a child of `zygote`;
 * with NULL here, in this process.  A child that dies, hangs or answers what is no answer is INPUT or LIMIT, and says
 * how. */
BD_MUST_USE bd_rc bd_xlsx_read_apart(bd_zygote *zygote, bd_source *source,
                                     const bd_part_events *events, bd_err *err);
BD_MUST_USE bd_rc bd_xml_find_apart(bd_zygote *zygote, bd_source *source, bd_arena *arena,
                                    bd_str *path, bd_err *err);
BD_MUST_USE bd_rc bd_xml_read_apart(bd_zygote *zygote, bd_source *source, bd_str path,
                                    const bd_part_events *events, bd_err *err);
BD_MUST_USE bd_rc bd_xml_walk_apart(bd_zygote *zygote, bd_source *source, bd_str label,
                                    const bd_xml_events *events, bd_err *err);

#endif
