/* src/gather/read/xlsx.h - the parts of a workbook, shared by the files that read it (ECMA-376, part 1). */
#ifndef BINDERY_READ_XLSX_H
#define BINDERY_READ_XLSX_H

#include "bindery/read.h"
#include "bindery/zip.h"

#include "sax.h"

/* What a number format shows. */
typedef enum { FORMAT_NUMBER, FORMAT_DATE, FORMAT_TIME, FORMAT_BOTH, FORMAT_ELAPSED } xlsx_format;

typedef struct {
    bd_str name, target; /* part name without leading '/' */
    bd_sheet_state state;
    bool is_worksheet; /* else a chart or dialog */
} xlsx_sheet;

typedef struct {
    const bd_xlsx_limits *limits;
    const bd_part_events *events;
    bd_arena *arena; /* lives as long as the workbook */
    bd_err *err;
    bd_archive *archive;
    BD_VEC(xlsx_sheet) sheets;
    bool is_1904;
    bd_buf strings; /* shared strings, end to end */
    BD_VEC(uint32_t) ends;
    BD_VEC(uint8_t) styles; /* xlsx_format of each cell style */
    uint64_t cells;
} xlsx_book;

/* Whether an element is one of SpreadsheetML, transitional or strict, by its local name. */
bool xlsx_is(const sax_element *element, const char *name);
/* A relationship namespace or type of either kind ends in `name`. */
bool xlsx_is_relation(bd_str type, const char *name);

/* Reads one part through the parser.  INPUT: no such part. */
BD_MUST_USE bd_rc xlsx_read_part(xlsx_book *book, bd_str name, const sax_events *events);
/* Workbook, relationships, styles and shared strings; `*is_workbook` false: another kind of file, said in `words`. */
BD_MUST_USE bd_rc xlsx_book_load(xlsx_book *book, bool *is_workbook, bd_str *words);
BD_MUST_USE bd_rc xlsx_sheet_read(xlsx_book *book, const xlsx_sheet *sheet);

/* Text as ST_Xstring has it: _x000D_ is the character U+000D.  In place; yields the new size. */
size_t xlsx_unescape(char *text, size_t size);

xlsx_format xlsx_format_of(uint64_t id, bd_str code); /* `code` empty: a built-in one */
/* ISO text of a serial number; false when it is no time of the calendar. */
bool xlsx_time(bd_str number, xlsx_format format, bool is_1904, bd_arena *arena, bd_str *out);

#endif
