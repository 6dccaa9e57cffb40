/* pages.c - how fast a long document of tables becomes a PDF, and in how much memory.
 *
 *     pages-bench PAGES FILE [untagged]
 *
 * A page is 50 rows of 5 cells, made as they are asked for.  Prints pages, seconds of layout and of writing, the most
 * memory held in MB, and the size of the file in MB. */
#include "bindery/pdf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ROWS_PER_TABLE 5000

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static bd_rc write_bytes(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    if (fwrite(bytes, 1, count, sink->context) != count) {
        BD_RAISE(err, BD_ERR_IO, "cannot write: %s", strerror(errno));
    }
    return BD_OK;
}

/* Of the table that begins with row <context>. */
static bd_rc put_row(void *context, size_t index, bd_table *table, bd_err *err) {
    (void)err;
    size_t row = *(const size_t *)context + index;
    bd_arena *arena = table->doc->arena;
    bd_table_text(table, bd_str_format(arena, "E-%06zu", row));
    bd_table_text(table, bd_str_format(arena, "person%zu@contoso.example", row % 977));
    bd_table_text(table, bd_str_format(arena, "change %zu of a role", row % 131));
    bd_table_text(table, BD_STR("2026-03-14"));
    bd_table_text(table, bd_str_format(arena, "%zu", row % 1013));
    return BD_OK;
}

static bd_doc *make_document(size_t pages, bd_arena *arena) {
    static bd_column columns[] = {{BD_STR_INIT("Id"), BD_ALIGN_LEFT, 0},
                                  {BD_STR_INIT("Who"), BD_ALIGN_LEFT, 1},
                                  {BD_STR_INIT("What"), BD_ALIGN_LEFT, 2},
                                  {BD_STR_INIT("Day"), BD_ALIGN_LEFT, 0},
                                  {BD_STR_INIT("Count"), BD_ALIGN_RIGHT, 0}};
    bd_doc *doc = bd_doc_make(arena);
    doc->title = BD_STR("Pages");
    for (size_t row = 0; row < pages * 50; row += ROWS_PER_TABLE) {
        size_t left = pages * 50 - row, *first = bd_new(arena, size_t, 1);
        *first = row;
        bd_rows rows = {put_row, first, left < ROWS_PER_TABLE ? left : ROWS_PER_TABLE};
        bd_doc_heading(doc, 1, bd_str_format(arena, "Part %zu", row / ROWS_PER_TABLE + 1),
                       bd_str_format(arena, "part-%zu", row / ROWS_PER_TABLE));
        bd_doc_rows(doc, BD_STR("Records"), BD_COUNT(columns), columns, &rows)->is_compact = true;
    }
    return doc;
}

typedef struct {
    bd_text_faces *faces;
    bd_pdf_writer *pdf;
    double seconds; /* of writing */
} drawing;

static bd_rc draw_page(void *context, const bd_layout *layout, size_t index, bd_err *err) {
    drawing *d = context;
    double start = now();
    d->pdf = index == 0 ? bd_pdf_begin(layout, d->faces, 2) : d->pdf;
    bd_rc rc = bd_pdf_add_page(d->pdf, &layout->pages.data[index], err);
    d->seconds += now() - start;
    return rc;
}

static bd_rc measure(size_t pages, const char *path, bool is_untagged, bd_err *err) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("pages", (size_t)8 << 30);
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = NULL;
    BD_TRY(bd_text_open(specs, count, &faces, err));
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        BD_RAISE(err, BD_ERR_IO, "cannot open '%s'", path);
    }
    bd_layout *layout;
    bd_layout_options how = {.max_tagged_pages = is_untagged ? 1 : 0};
    bd_pdf_options options = {.creator = "pages-bench"};
    bd_sink sink = {write_bytes, file};
    const bd_doc *doc = make_document(pages, arena);
    drawing d = {.faces = faces};
    double start = now();
    bd_rc rc = bd_layout_each(doc, faces, &how, arena, draw_page, &d, &layout, err);
    double middle = now();
    rc = bd_failed(rc) ? rc : bd_pdf_finish(d.pdf, &options, &sink, err);
    double end = now();
    bd_pdf_drop(d.pdf);
    long size = ftell(file);
    fclose(file);
    if (!bd_failed(rc)) {
        struct rusage used;
        double writing = d.seconds + end - middle;
        getrusage(RUSAGE_SELF, &used);
        printf("%zu pages, %s: layout %.2f s, writing %.2f s, %.0f pages/s, %ld MB held, %.1f MB file\n",
               layout->pages.count, layout->is_tagged ? "tagged" : "untagged", end - start - writing,
               writing, (double)layout->pages.count / (end - start), used.ru_maxrss / 1024,
               (double)size / 1e6);
    }
    return rc;
}

int main(int argc, char **argv) {
    bd_err err;
    if (argc < 3) {
        fprintf(stderr, "usage: pages-bench PAGES FILE [untagged]\n");
        return 2;
    }
    if (bd_failed(measure(strtoul(argv[1], NULL, 10), argv[2], argc > 3, &err))) {
        fprintf(stderr, "pages-bench: %s\n", err.message);
        return 1;
    }
    return 0;
}
