/* pdf_pages_test.c - a document whose pages are handed out one by one becomes the file that it becomes when all of them
 * are held; and nothing comes out of one that cannot be finished. */
#include "bindery/layout.h"
#include "bindery/pdf.h"
#include "test.h"

#include <stdlib.h>

/* ---- a document with what changes when pages are not held ------------------------------------- */

/* Rows of every height, groups with a head of their own, links, page numbers that are known late, marks, words that
 * are drawn from right to left, and characters that no face has. */
static bd_rc put_row(void *context, size_t index, bd_table *table, bd_err *err) {
    (void)err;
    const size_t *count = context;
    bd_arena *arena = table->doc->arena;
    if (index % 41 == 0 || index % 41 == 1) {
        bd_cell *group = bd_table_cell(table);
        group->span = 4;
        group->is_header = true;
        bd_cell_run(table, group, BD_RUN_PLAIN, bd_str_format(arena, "Group %zu of %zu", index / 41, *count));
        return BD_OK;
    }
    bd_table_link(table, bd_str_format(arena, "E-%06zu", index), BD_STR("last"));
    bd_table_state(table, (bd_mark)(1 + index % 5), index % 3 == 0, BD_STR("state"));
    bd_cell *words = bd_table_cell(table);
    for (size_t i = 0; i < (index == 700 ? 2000 : index % 17); i++) {
        bd_cell_run(table, words, i % 3 == 0 ? BD_RUN_STRONG : BD_RUN_PLAIN, bd_str_format(arena, "word%zu ", i));
    }
    bd_cell_run(table, words, BD_RUN_PLAIN,
                index % 5 == 0 ? BD_STR("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d and \xf4\x80\x80\x80") : BD_STR("plain"));
    bd_table_page_ref(table, index % 7 == 0 ? BD_STR("nowhere") : BD_STR("last"));
    return BD_OK;
}

typedef enum { ROWS_HELD, ROWS_ASKED_FOR, ROWS_PUT_BY } row_place;

static void add_table(bd_doc *doc, size_t rows, row_place place) {
    static const bd_column columns[] = {{BD_STR_INIT("Id of the record"), BD_ALIGN_LEFT, 0},
                                        {BD_STR_INIT("State"), BD_ALIGN_LEFT, 0},
                                        {BD_STR_INIT("Words"), BD_ALIGN_LEFT, 2},
                                        {BD_STR_INIT("Page"), BD_ALIGN_RIGHT, 0}};
    size_t *count = bd_new(doc->arena, size_t, 1);
    bd_str caption = bd_str_format(doc->arena, "%zu records", rows);
    *count = rows;
    if (place == ROWS_ASKED_FOR) {
        bd_rows source = {put_row, count, rows};
        bd_doc_rows(doc, caption, BD_COUNT(columns), columns, &source);
        return;
    }
    bd_table *table = bd_doc_table(doc, caption, BD_COUNT(columns), columns);
    bd_err err;
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("rows", 1u << 30);
    bd_doc passing = {.arena = arena};
    for (size_t i = 0; i < rows; i++) {
        table->doc = place == ROWS_PUT_BY ? &passing : doc;
        CHECK_OK(put_row(count, i, table, &err), err);
        if (place == ROWS_PUT_BY && (i % 100 == 99 || i + 1 == rows)) { /* and nothing of them is left */
            bd_doc_put_by(doc, table);
            CHECK_EQ_INT(table->cells.count, 0);
            CHECK_EQ_INT(table->rows.count, i + 1);
            bd_arena_reset(arena);
        }
    }
    table->doc = doc;
}

/* Two columns, of which the last row has one; a figure. */
static void add_sheet(bd_doc *doc, row_place place) {
    static const bd_column columns[] = {{BD_STR_INIT(""), BD_ALIGN_LEFT, 0}, {BD_STR_INIT(""), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(doc, BD_STR(""), 2, columns);
    table->has_no_head = true;
    bd_table_text(table, BD_STR("Key"));
    bd_table_figure(table, BD_STR("/rows"), BD_STR("1 234"));
    bd_table_text(table, BD_STR("Alone"));
    if (place == ROWS_PUT_BY) {
        bd_doc_put_by(doc, table);
    }
}

static void add_front(bd_doc *doc) {
    doc->title = BD_STR("Many pages");
    doc->author = BD_STR("Contoso");
    doc->header_left = BD_STR("Running head \xf4\x80\x80\x81");
    doc->header_right = BD_STR("right");
    doc->footer_left = BD_STR("left foot");
    doc->footer_right = BD_STR("right foot");
    bd_doc_text(doc, BD_PARA_TITLE, BD_STR("Cover"));
    bd_doc_signature(doc, 60);
    bd_doc_page_break(doc);
    bd_doc_contents(doc, 3);
    bd_doc_exhibits(doc, BD_EXHIBIT_TABLES);
    bd_doc_cover_end(doc);
}

static bd_doc *make_document(row_place place) {
    static const size_t row_counts[] = {0, 1, 2, 127, 128, 129, 130, 1300, 3};
    bd_doc *doc = bd_doc_make(test_arena());
    add_front(doc);
    for (size_t i = 0; i < BD_COUNT(row_counts); i++) {
        bd_doc_heading(doc, i % 3 == 0 ? 1 : 2, bd_str_format(doc->arena, "Part %zu", i),
                       bd_str_format(doc->arena, "part-%zu", i));
        bd_para *para = bd_doc_paragraph(doc, BD_PARA_BODY);
        bd_para_text(para, BD_STR("See page "));
        bd_para_page_ref(para, BD_STR("last"));
        bd_para_text(para, BD_STR(", or "));
        bd_para_link(para, BD_STR("the first part"), BD_STR("part-0"));
        bd_doc_text(doc, BD_PARA_BULLET, BD_STR("one"));
        bd_doc_text(doc, BD_PARA_BULLET, BD_STR("two"));
        bd_doc_text(doc, BD_PARA_MONO, BD_STR("  a listing\n    of two lines"));
        add_table(doc, row_counts[i], place);
        add_sheet(doc, place);
        bd_chart *chart = bd_doc_chart(doc, BD_CHART_TREND, BD_STR("Trend"), BD_STR("Two lines"), 2, 3);
        for (size_t k = 0; k < 6; k++) {
            chart->values[k] = (int64_t)(k * 100);
        }
    }
    bd_doc_heading(doc, 1, BD_STR("The last"), BD_STR("last"));
    bd_doc_anchor(doc, BD_STR("part-0")); /* set before */
    bd_doc_page_break(doc);
    bd_err err;
    CHECK_OK(bd_doc_settle(doc, &err), err);
    return doc;
}

/* ---- both ways -------------------------------------------------------------------------------- */

typedef struct {
    bd_text_faces *faces;
    bd_pdf_writer *pdf;
    size_t page_count, refused; /* the page that is not taken; 0: none */
    bd_str contents;            /* texts of the second page */
} taker;

static bd_text_faces *open_faces(void) {
    size_t count;
    bd_text_faces *faces;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_err err;
    CHECK_OK(bd_text_open(specs, count, &faces, &err), err);
    return faces;
}

static bd_rc take_page(void *context, const bd_layout *layout, size_t index, bd_err *err) {
    taker *t = context;
    CHECK_EQ_INT(index, t->page_count++);
    if (t->refused == index && index > 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot write 'binder.pdf': no space left on device");
    }
    const bd_page *page = &layout->pages.data[index];
    for (size_t i = 0; index == 1 && i < page->ops.count; i++) {
        if (page->ops.data[i].kind == BD_OP_TEXT) {
            t->contents = bd_str_format(test_arena(), "%.*s|%.*s", BD_ARG(t->contents), BD_ARG(page->ops.data[i].text));
        }
    }
    t->pdf = index == 0 ? bd_pdf_begin(layout, t->faces, 3) : t->pdf;
    return bd_pdf_add_page(t->pdf, page, err);
}

typedef struct {
    bool is_each;
    row_place place;
    bd_layout_options options;
} manner;

static bd_layout *last_layout; /* of the last one made */

static bd_str make_pdf(const manner *m) {
    bd_err err;
    bd_buf out;
    bd_buf_init(&out, 64 << 20);
    bd_sink sink = bd_sink_to_buf(&out);
    bd_doc *doc = make_document(m->place);
    taker t = {.faces = open_faces()};
    bd_pdf_options pdf = {.creator = "test", .jobs = 2, .id = {1, 2, 3}};
    if (m->is_each) {
        CHECK_OK(bd_layout_each(doc, t.faces, &m->options, test_arena(), take_page, &t, &last_layout, &err), err);
        CHECK_EQ_INT(t.page_count, last_layout->pages.count);
        CHECK_OK(bd_pdf_finish(t.pdf, &pdf, &sink, &err), err);
    } else {
        CHECK_OK(bd_layout_build(doc, t.faces, &m->options, test_arena(), &last_layout, &err), err);
        CHECK_OK(bd_pdf_write(last_layout, t.faces, &pdf, &sink, &err), err);
    }
    bd_pdf_drop(t.pdf);
    bd_text_close(t.faces);
    CHECK_EQ_INT(doc->figures.count, 9);
    bd_doc_close(doc);
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return text;
}

static void check_same_gaps(const bd_text_gaps *a, const bd_text_gaps *b) {
    CHECK_EQ_INT(a->gaps.count, b->gaps.count);
    for (size_t i = 0; i < a->gaps.count; i++) {
        CHECK_EQ_INT(a->gaps.data[i].code_point, b->gaps.data[i].code_point);
        CHECK_EQ_INT(a->gaps.data[i].count, b->gaps.data[i].count);
        CHECK_EQ_STR(a->gaps.data[i].where, b->gaps.data[i].where);
    }
}

static void check_same_layouts(const bd_layout *a, const bd_layout *b) {
    check_same_gaps(&a->gaps, &b->gaps);
    CHECK_EQ_INT(a->broken_links.count, b->broken_links.count);
    CHECK_EQ_INT(a->double_anchors.count, b->double_anchors.count);
    CHECK_EQ_INT(a->front_count, b->front_count);
    CHECK_EQ_INT(a->signature_page, b->signature_page);
    CHECK_EQ_INT(a->element_count, b->element_count);
    CHECK_EQ_INT(a->places.count, b->places.count);
    for (size_t i = 0; i < a->places.count; i++) {
        CHECK_EQ_STR(a->places.data[i].name, b->places.data[i].name);
        CHECK_EQ_INT(a->places.data[i].page_index, b->places.data[i].page_index);
    }
}

TEST(pdf, pages_handed_out_and_rows_asked_for_make_the_same_file) {
    static const size_t tagged[] = {0, 1, 20};
    for (size_t k = 0; k < BD_COUNT(tagged); k++) {
        manner plain = {.options = {.max_tagged_pages = tagged[k]}};
        bd_str held = make_pdf(&plain);
        const bd_layout *layout = last_layout;
        CHECK(layout->pages.count > 60);
        CHECK(layout->gaps.gaps.count > 1);
        CHECK_EQ_INT(layout->broken_links.count, 1);
        for (size_t i = 1; i < 12; i++) {
            size_t most = i < 6 ? 0 : i < 9 ? 1 : layout->pages.count - i % 2;
            manner m = {i > 2, (row_place)(i % 3), {.max_tagged_pages = tagged[k], .max_held_pages = most}};
            bd_str made = make_pdf(&m);
            test_failure("tagged %zu, manner %zu", tagged[k], i);
            check_same_layouts(layout, last_layout);
            CHECK_EQ_INT(made.size, held.size);
            CHECK(bd_str_eq(made, held));
        }
    }
}

TEST(pdf, contents_of_pages_handed_out_name_the_pages_that_come_later) {
    manner m = {true, ROWS_ASKED_FOR, {.max_held_pages = 1}};
    bd_str text = make_pdf(&m);
    test_write_file(test_path("many.pdf"), text);
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "qpdf --check many.pdf"), 0);
    const bd_place *last = bd_layout_find(last_layout, BD_STR("last"));
    CHECK(last != NULL);
    bd_str label = last_layout->pages.data[last->page_index].label;
    CHECK(last->page_index > 60);
    CHECK_EQ_INT(run_command(&said, "pdftotext -layout -f 2 -l 2 many.pdf - | grep -E 'The last +%.*s$'",
                             BD_ARG(label)), 0);
    CHECK_EQ_INT(run_command(&said, "pdftotext -f %zu -l %zu many.pdf - | grep -x 'The last'",
                             last->page_index + 1, last->page_index + 1), 0);
    CHECK_EQ_INT(run_command(&said, "pdftotext -f 3 -l 3 many.pdf - | grep 'See page %.*s, or the first part'",
                             BD_ARG(label)), 0);
    CHECK_EQ_INT(run_command(&said, "pdftotext many.pdf - | grep -o 'E-[0-9]*' | sort -u | wc -l"), 0);
    CHECK_EQ_STR(bd_str_trim(said), "1236"); /* of 1,300 rows 64 are heads of groups */
}

/* ---- what cannot be finished ------------------------------------------------------------------ */

static size_t asked, failing; /* counts rows asked for; `failing` is the one that is not made */

static bd_rc put_failing(void *context, size_t index, bd_table *table, bd_err *err) {
    (void)context;
    if (++asked == failing) {
        BD_RAISE(err, BD_ERR_IO, "cannot read row %zu", index);
    }
    bd_table_text(table, bd_str_format(table->doc->arena, "row %zu", index));
    return BD_OK;
}

static bd_doc *make_failing(bd_rc (*put)(void *, size_t, bd_table *, bd_err *), size_t rows) {
    static const bd_column column = {BD_STR_INIT("Rows"), BD_ALIGN_LEFT, 1};
    bd_doc *doc = bd_doc_make(test_arena());
    bd_rows source = {put, NULL, rows};
    bd_doc_heading(doc, 1, BD_STR("Rows"), BD_STR("rows"));
    bd_doc_rows(doc, BD_STR(""), 1, &column, &source);
    bd_doc_text(doc, BD_PARA_BODY, BD_STR("end"));
    return doc;
}

TEST(pdf, rows_that_cannot_be_made_end_the_layout_whenever_it_happens) {
    bd_text_faces *faces = open_faces();
    for (failing = 1; failing < 4000; failing += 149) { /* 1,000 rows, asked for up to four times */
        bd_err err;
        bd_layout *layout = NULL;
        taker t = {.faces = faces};
        bd_layout_options options = {.max_held_pages = 2};
        asked = 0;
        bd_rc rc = bd_layout_each(make_failing(put_failing, 1000), faces, &options, test_arena(), take_page,
                                  &t, &layout, &err);
        bd_pdf_drop(t.pdf);
        if (asked < failing) {
            CHECK_OK(rc, err);
            CHECK(failing > 3000);
            break;
        }
        CHECK_FAILS(rc, err, BD_ERR_IO, "cannot read row");
        CHECK(layout == NULL);
        CHECK_EQ_INT(asked, failing); /* and no row after it is asked for */
    }
    bd_text_close(faces);
}

static bd_rc put_two(void *context, size_t index, bd_table *table, bd_err *err) {
    (void)context;
    (void)err;
    bd_table_text(table, BD_STR("one"));
    if (index == 3) {
        bd_table_text(table, BD_STR("too many"));
    }
    return BD_OK;
}

static bd_rc put_figure(void *context, size_t index, bd_table *table, bd_err *err) {
    (void)context;
    (void)index;
    (void)err;
    bd_table_figure(table, BD_STR("/score/ready/n"), BD_STR("41"));
    return BD_OK;
}

static bd_rc put_nothing(void *context, size_t index, bd_table *table, bd_err *err) {
    (void)context;
    (void)index;
    (void)table;
    (void)err;
    return BD_OK;
}

TEST(pdf, rows_that_are_no_rows_are_refused) {
    bd_text_faces *faces = open_faces();
    bd_rc (*const puts[])(void *, size_t, bd_table *, bd_err *) = {put_two, put_figure, put_nothing};
    for (size_t i = 0; i < BD_COUNT(puts); i++) {
        bd_err err;
        bd_layout *layout;
        bd_layout_options options = {0};
        CHECK_FAILS(bd_layout_build(make_failing(puts[i], 10), faces, &options, test_arena(), &layout, &err),
                    err, BD_ERR_BUG, "is not one row of 1 columns");
    }
    bd_text_close(faces);
}

TEST(pdf, page_that_is_not_taken_ends_the_layout) {
    bd_text_faces *faces = open_faces();
    static const size_t held[] = {1, 1000};
    for (size_t i = 0; i < BD_COUNT(held); i++) {
        bd_err err;
        bd_layout *layout;
        taker t = {.faces = faces, .refused = 7};
        bd_layout_options options = {.max_held_pages = held[i]};
        bd_rc rc = bd_layout_each(make_document(ROWS_ASKED_FOR), faces, &options, test_arena(), take_page, &t,
                                  &layout, &err);
        CHECK_FAILS(rc, err, BD_ERR_IO, "no space left");
        CHECK_EQ_INT(t.page_count, 8);
        bd_pdf_drop(t.pdf);
    }
    bd_text_close(faces);
}

TEST(pdf, too_many_pages_are_a_limit_before_one_is_handed_out) {
    bd_err err;
    bd_layout *layout;
    taker t = {.faces = open_faces()};
    bd_layout_options options = {.max_pages = 30};
    static const size_t held[] = {5, 0};
    for (size_t i = 0; i < BD_COUNT(held); i++) {
        options.max_held_pages = held[i];
        bd_rc rc = bd_layout_each(make_document(ROWS_ASKED_FOR), t.faces, &options, test_arena(), take_page, &t,
                                  &layout, &err);
        CHECK_FAILS(rc, err, BD_ERR_LIMIT, "needs more than 30");
    }
    CHECK_EQ_INT(t.page_count, 0);
    bd_text_close(t.faces);
}

/* What does not fit in memory goes to a temporary file, of whose folder nothing is known. */
static bd_rc write_large(const char *folder, bd_buf *out, bd_err *err) {
    static char noise[6 << 20];
    uint64_t state = 88172645463325252u;
    for (size_t i = 0; i < sizeof noise; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise[i] = (char)(state >> 32);
    }
    CHECK(setenv("TMPDIR", folder, 1) == 0);
    bd_pdf_attachment attachment = {"noise.bin", "application/json", "Data", "noise", {noise, sizeof noise}};
    bd_pdf_options options = {.creator = "test", .attachments = &attachment, .attachment_count = 1};
    bd_text_faces *faces = open_faces();
    bd_layout *layout;
    bd_layout_options how = {0};
    bd_sink sink = bd_sink_to_buf(out);
    CHECK_OK(bd_layout_build(make_document(ROWS_ASKED_FOR), faces, &how, test_arena(), &layout, err), *err);
    bd_rc rc = bd_pdf_write(layout, faces, &options, &sink, err);
    bd_text_close(faces);
    return rc;
}

TEST(pdf, what_waits_in_a_temporary_file_comes_out_of_it) {
    bd_buf out;
    bd_buf_init(&out, 64 << 20);
    bd_err err;
    CHECK_OK(write_large(test_folder(), &out, &err), err);
    test_write_file(test_path("large.pdf"), bd_buf_str(&out));
    bd_buf_clear(&out);
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "qpdf --check large.pdf && pdftotext -f 9 -l 9 large.pdf - | grep 'Page 7 of'"), 0);
    CHECK_EQ_INT(run_command(&said, "pdfdetach -save 1 -o noise.bin large.pdf && wc -c <noise.bin | grep -x 6291456"),
                 0);
    CHECK_EQ_INT(run_command(&said, "ls bindery-*"), 2);
}

TEST(pdf, without_room_for_a_temporary_file_nothing_is_written) {
    bd_buf out;
    bd_buf_init(&out, 64 << 20);
    bd_err err;
    CHECK_FAILS(write_large("/nonexistent/folder", &out, &err), err, BD_ERR_IO, "temporary file");
    CHECK_EQ_INT(out.size, 0);
    bd_buf_clear(&out);
}

TEST(pdf, rows_that_cannot_be_put_by_are_said_when_the_document_is_complete) {
    bd_err err;
    bd_doc *doc = bd_doc_make(test_arena());
    static const bd_column column = {BD_STR_INIT("Rows"), BD_ALIGN_LEFT, 1};
    bd_table *table = bd_doc_table(doc, BD_STR(""), 1, &column);
    CHECK(setenv("TMPDIR", "/nonexistent/folder", 1) == 0);
    for (size_t i = 0; i < 100000; i++) {
        bd_table_text(table, BD_STR("some hundred bytes of a row of which there are so many that no memory is to hold "
                                    "them"));
        bd_doc_put_by(doc, table);
    }
    CHECK_FAILS(bd_doc_settle(doc, &err), err, BD_ERR_IO, "temporary file");
    bd_doc_close(doc);
    bd_doc_close(NULL);
}

TEST(pdf, rows_put_by_come_again_as_often_as_they_are_asked_for) {
    enum { ROWS = 200000 };
    bd_err err;
    bd_doc *doc = bd_doc_make(test_arena());
    static const bd_column column = {BD_STR_INIT("Rows"), BD_ALIGN_LEFT, 1};
    bd_table *table = bd_doc_table(doc, BD_STR(""), 1, &column);
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("rows", 1u << 30);
    bd_doc passing = {.arena = arena};
    bd_table row = {.doc = &passing, .column_count = 1};
    table->doc = &passing;
    for (size_t i = 0; i < ROWS; i++) {
        bd_table_link(table, bd_str_format(arena, "row %zu of a table that is longer than what is held", i),
                      BD_STR("to"));
        bd_doc_put_by(doc, table);
        bd_arena_reset(arena);
    }
    CHECK_OK(bd_doc_settle(doc, &err), err);
    CHECK_OK(bd_doc_settle(doc, &err), err); /* once is enough */
    CHECK_EQ_INT(table->rows.count, ROWS);
    for (size_t i = 0; i < ROWS + 10; i++) { /* the first ten a second time */
        size_t index = i % ROWS;
        row.cells = (__typeof__(row.cells)){0};
        CHECK_OK(table->rows.put(table->rows.context, index, &row, &err), err);
        CHECK_EQ_INT(row.cells.count, 1);
        const bd_run *run = &row.cells.data[0].runs.data[0];
        CHECK_EQ_STR(run->text, bd_str_format(arena, "row %zu of a table that is longer than what is held", index));
        CHECK_EQ_STR(run->link, "to");
        bd_arena_reset(arena);
    }
    bd_doc_close(doc);
}
