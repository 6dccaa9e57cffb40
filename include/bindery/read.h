/* bindery/read.h - evidence bytes in, values out: what a file is, and the rows of a CSV.
 *
 * Recognition is by content, never by name: `bd_sniff` looks at the first bytes.  JSON itself is read by
 * bindery/value.h; this room reads what is not JSON.  XLSX and XML are named and not read yet.
 *
 * CSV (RFC 4180, strictly): quoted line breaks, doubled quotes, a quote inside an unquoted cell as
 * text, CRLF or LF; a `sep=` first line; else the
 * separator among ',', ';' and TAB that stands most often in the header; UTF-8 with or without byte order mark,
 * UTF-16 with one.  Header names are trimmed, an empty one becomes "column 3", a repeated one gets " (2)".  Every
 * row has as many cells as the header.  A cell that begins with '{' or '[' and is JSON is handed over as that value,
 * as portals write dynamic columns; every other cell is text, and nothing in it is interpreted.
 *
 *     bd_csv_events events = {.context = me, .header = on_header, .row = on_row};
 *     BD_TRY(bd_csv_read(&source, &bd_csv_default_limits, NULL, &events, err));
 *
 * Memory: one row.  Functions are re-entrant.
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
} bd_sniffed;

/* `head` is the file's first BD_SNIFF_BYTES bytes, or all of a smaller file. */
bd_sniffed bd_sniff(bd_str head);

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
    /* One row as an object of texts (and JSON values) in column order; `ordinal` counts from 0.  Borrowed until the
     * call returns. */
    bd_rc (*row)(void *context, uint64_t ordinal, const bd_value *value, bd_err *err);
    /* A row that has not as many cells as the header; `line` counts from 1.  NULL: the first such row fails the
     * read. */
    bd_rc (*refused)(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem,
                     bd_err *err);
} bd_csv_events;

/* Reads all rows.  `columns` (may be NULL) maps our names to the names in the header: {"employee_id": "Personnel No"};
 * a name that the header lacks is INPUT.  INPUT names line and column (the number of the cell); LIMIT the limit.  Rows
 * already handed over stay handed over. */
BD_MUST_USE bd_rc bd_csv_read(bd_source *source, const bd_csv_limits *limits,
                              const bd_value *columns, const bd_csv_events *events, bd_err *err);

#endif
