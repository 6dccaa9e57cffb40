#include "bindery/read.h"

#include "xlsx.h"

const bd_xlsx_limits bd_xlsx_default_limits = {
    .file_bytes = (int64_t)64 << 20,
    .sheets = 256,
    .rows = 1048576,
    .columns = 16384,
    .cells = 20000000,
    .cell_bytes = (size_t)128 << 10,
    .row_bytes = (size_t)16 << 20,
    .strings = 4000000,
    .string_bytes = (size_t)128 << 20,
    .styles = 65536,
    .merges = 4096,
};

#define ARENA_BYTES ((size_t)256 << 20)

static bd_rc read_book(xlsx_book *book, bd_str bytes) {
    bool is_workbook = false;
    bd_str words;
    BD_TRY(bd_archive_open(bytes, NULL, book->arena, &book->archive, book->err));
    BD_TRY(xlsx_book_load(book, &is_workbook, &words));
    if (book->events->kind != NULL) {
        BD_TRY(book->events->kind(book->events->context, is_workbook, words, book->err));
    }
    for (size_t i = 0; i < book->sheets.count && is_workbook; i++) {
        BD_TRY(xlsx_sheet_read(book, &book->sheets.data[i]));
    }
    return BD_OK;
}

bd_rc bd_xlsx_read(bd_source *source, const bd_xlsx_limits *limits, const bd_part_events *events,
                   bd_err *err) {
    limits = limits != NULL ? limits : &bd_xlsx_default_limits;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("workbook", ARENA_BYTES);
    xlsx_book book = {.limits = limits, .events = events, .arena = arena, .err = err};
    bd_buf bytes;
    bd_buf_init(&bytes, (size_t)limits->file_bytes);
    bd_buf_init(&book.strings, limits->string_bytes);
    bd_rc rc = bd_buf_fill(&bytes, source, "the zip file", err);
    if (!bd_failed(rc)) {
        rc = read_book(&book, bd_buf_str(&bytes));
    }
    bd_buf_clear(&bytes);
    bd_buf_clear(&book.strings);
    return rc;
}
