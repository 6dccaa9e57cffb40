/* Arbitrary text as a document of every kind of block: pages come out, everything lies on the page, and the pages can
 * be written. */
#include "fuzz.h"

#include "bindery/layout.h"
#include "bindery/pdf.h"

static bd_text_faces *faces;

/* Row labels of charts are words of the catalog: short, though not harmless.  Column heads and labels are the
 * report's own. */
#define LABEL_BYTES 80

static void put_table(bd_doc *doc, bd_str text, bd_str line) {
    bd_column columns[] = {{BD_STR("Id"), BD_ALIGN_LEFT, 0},
                           {BD_STR("State"), BD_ALIGN_CENTER, 1},
                           {BD_STR("n"), BD_ALIGN_RIGHT, 0.5}};
    bd_table *table = bd_doc_table(doc, line, BD_COUNT(columns), columns);
    bd_table_text(table, text);
    bd_table_state(table, BD_MARK_PROGRESS, /*flagged*/ true, line);
    bd_table_figure(table, BD_STR("/score/ready/n"), BD_STR("41")); /* ours, and never broken */
    bd_table_link(table, line, line);
    bd_table_styled(table, BD_RUN_MONO, text);
    bd_table_page_ref(table, BD_STR("one"));
}

static void put_chart(bd_doc *doc, bd_str line) {
    line = bd_str_sub(line, 0, LABEL_BYTES);
    bd_chart *chart = bd_doc_chart(doc, BD_CHART_HEAT_GRID, line, line, 2, 3);
    for (size_t i = 0; i < 2; i++) {
        chart->row_labels[i] = line;
    }
    for (size_t i = 0; i < 3; i++) {
        chart->column_labels[i] = BD_STR("2026-01");
    }
    for (size_t i = 0; i < 6; i++) {
        chart->values[i] = (int64_t)(i + line.size) % 8;
    }
}

static bd_doc *make_doc(bd_str text) {
    bd_doc *doc = bd_doc_make(fuzz_arena());
    bd_str rest = text, line = {0};
    int turn = 0;
    doc->title = doc->header_left = doc->footer_left = bd_str_sub(text, 0, 40);
    bd_doc_text(doc, BD_PARA_TITLE, bd_str_sub(text, 0, 60));
    bd_doc_signature(doc, 60);
    bd_doc_contents(doc, 3);
    bd_doc_cover_end(doc);
    bd_doc_heading(doc, 1, BD_STR("One"), BD_STR("one"));
    while (bd_str_cut(&rest, '\n', &line) && turn < 40) {
        int kind = turn++ % 5;
        if (kind == 0) {
            bd_doc_heading(doc, 1 + turn % 4, line, line);
        } else if (kind == 1) {
            put_table(doc, text, line);
        } else if (kind == 2) {
            put_chart(doc, line);
        } else {
            bd_doc_text(doc, (bd_para_kind)(turn % (BD_PARA_CAPTION + 1)), kind == 3 ? line : text);
        }
    }
    return doc;
}

static void check_page(const bd_layout *layout, const bd_page *page) {
    for (size_t i = 0; i < page->ops.count; i++) {
        const bd_op *op = &page->ops.data[i];
        FUZZ_CHECK(op->x >= -1 && op->x <= (float)layout->page_width + 1);
        FUZZ_CHECK(op->y >= -1 && op->y <= (float)layout->page_height + 1);
        FUZZ_CHECK(bd_utf8_is_valid(op->text));
    }
    for (size_t i = 0; i < page->links.count; i++) {
        FUZZ_CHECK(page->links.data[i].page_index < layout->pages.count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    bd_err err;
    bd_layout *layout = NULL;
    bd_layout_options options = {.paper = BD_PAPER_A4, .max_pages = 2000};
    bd_str text = fuzz_text(data, size);
    if (faces == NULL) {
        size_t count;
        const bd_text_face_spec *specs = bd_text_default_faces(&count);
        FUZZ_CHECK(fuzz_holds(bd_text_open(specs, count, &faces, &err), &err));
    }
    if (fuzz_holds(bd_layout_build(make_doc(text), faces, &options, fuzz_arena(), &layout, &err),
                   &err)) {
        for (size_t i = 0; i < layout->pages.count; i++) {
            check_page(layout, &layout->pages.data[i]);
        }
        bd_buf file;
        bd_buf_init(&file, 64 << 20);
        bd_sink sink = bd_sink_to_buf(&file);
        bd_pdf_options pdf = {.creator = "Bindery"};
        FUZZ_CHECK(size % 16 != 0 ||
                   fuzz_holds(bd_pdf_write(layout, faces, &pdf, &sink, &err), &err));
        bd_buf_clear(&file);
    }
    fuzz_end();
    return 0;
}
