/* What a template asks of the layout, lists of exhibits, the trend, and what may not be parted. */
#include "bindery/layout.h"
#include "test.h"

static bd_text_faces *open_faces(void) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_text_faces *faces = NULL;
    bd_err err;
    CHECK_OK(bd_text_open(specs, count, &faces, &err), err);
    return faces;
}

static bd_layout *build(const bd_doc *doc, const bd_layout_options *options) {
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = open_faces();
    bd_layout *layout;
    bd_err err;
    CHECK_OK(bd_layout_build(doc, faces, options, test_arena(), &layout, &err), err);
    return layout;
}

static size_t count_ops(const bd_layout *layout, size_t page, bd_op_kind kind, uint32_t color) {
    size_t count = 0;
    const bd_ops *ops = &layout->pages.data[page].ops;
    for (size_t i = 0; i < ops->count; i++) {
        count += ops->data[i].kind == kind && ops->data[i].color == color;
    }
    return count;
}

static const bd_op *find_text(const bd_layout *layout, const char *text, size_t *page) {
    for (*page = 0; *page < layout->pages.count; (*page)++) {
        const bd_ops *ops = &layout->pages.data[*page].ops;
        for (size_t i = 0; i < ops->count; i++) {
            if (ops->data[i].kind == BD_OP_TEXT &&
                bd_str_eqz(bd_str_trim(ops->data[i].text), text)) {
                return &ops->data[i];
            }
        }
    }
    return NULL;
}

static bd_table *add_rows(bd_doc *doc, const char *caption, size_t rows) {
    static const bd_column columns[] = {{BD_STR_INIT("Head"), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(doc, bd_str_of(caption), 1, columns);
    for (size_t i = 0; i < rows; i++) {
        bd_table_text(table, bd_str_format(test_arena(), "row %zu of %zu", i + 1, rows));
    }
    return table;
}

static void fill_page(bd_doc *doc, size_t lines) {
    for (size_t i = 0; i < lines; i++) {
        bd_doc_text(doc, BD_PARA_BULLET, BD_STR("A line of its own."));
    }
}

TEST(layout, the_accent_of_a_template_stands_for_ours_and_its_lighter_ones_are_as_light) {
    bd_doc *doc = bd_doc_make(test_arena());
    bd_doc_heading(doc, 1, BD_STR("One"), BD_STR("one"));
    bd_chart *chart = bd_doc_chart(doc, BD_CHART_STACKED_BAR, BD_STR("c"), BD_STR("a"), 1, 2);
    chart->values[0] = chart->values[1] = 4;
    chart->row_labels[0] = chart->column_labels[0] = chart->column_labels[1] = BD_STR("x");
    bd_layout_options own = {.paper = BD_PAPER_LETTER, .has_accent = true, .accent = 0x7a1f3d};
    bd_layout *ours = build(doc, &(bd_layout_options){.paper = BD_PAPER_A4});
    bd_layout *theirs = build(doc, &own);
    CHECK(count_ops(ours, 0, BD_OP_TEXT, 0x1f3a5f) > 0 &&
          count_ops(ours, 0, BD_OP_RECT, 0x6d8bb3) > 0);
    CHECK_EQ_INT(count_ops(theirs, 0, BD_OP_TEXT, 0x1f3a5f), 0);
    CHECK_EQ_INT(count_ops(theirs, 0, BD_OP_TEXT, 0x7a1f3d),
                 count_ops(ours, 0, BD_OP_TEXT, 0x1f3a5f));
    CHECK_EQ_INT(count_ops(theirs, 0, BD_OP_RECT, 0x6d8bb3), 0);
    CHECK(theirs->page_width > 611.9 && theirs->page_width < 612.1 && theirs->page_height < 792.1);
    const bd_ops *ops = &theirs->pages.data[0].ops;
    size_t lighter = 0;
    for (size_t i = 0; i < ops->count; i++) {
        uint32_t c = ops->data[i].color;
        uint32_t grey = ((c >> 16) * 299 + (c >> 8 & 0xff) * 587 + (c & 0xff) * 114) / 1000;
        lighter += grey >= 134 && grey <= 136; /* 0x6d8bb3 is 134 on a grey printer */
    }
    CHECK(lighter > 0);
}

TEST(layout, a_picture_keeps_its_proportions_and_shapes_stay_in_their_box) {
    static const uint8_t pixels[2 * 4 * 3];
    const bd_image image = {.width = 2, .height = 4, .rgb = pixels};
    const bd_vertex corners[] = {{0, 0}, {100, 0}, {9999, 9999}};
    const bd_outline shape = {.fill = 0x123456, .points = corners, .point_count = 3};
    const bd_picture drawn = {.image = &image, .width_pt = 40};
    const bd_picture tall = {.image = &image, .width_pt = 300};
    const bd_picture shapes = {
        .shapes = &shape, .shape_count = 1, .view_width = 100, .view_height = 50, .width_pt = 50};
    bd_doc *doc = bd_doc_make(test_arena());
    bd_doc_picture(doc, &drawn);
    bd_doc_picture(doc, &tall);
    bd_doc_picture(doc, &shapes);
    bd_layout *layout = build(doc, &(bd_layout_options){.paper = BD_PAPER_A4});
    const bd_ops *ops = &layout->pages.data[0].ops;
    CHECK_EQ_INT(ops->data[0].kind, BD_OP_IMAGE);
    CHECK(ops->data[0].width > 39.9F && ops->data[0].width < 40.1F && ops->data[0].height < 80.1F);
    CHECK(ops->data[1].height < 240 && ops->data[1].width * 2 < ops->data[1].height + 0.1F);
    CHECK_EQ_INT(ops->data[2].kind, BD_OP_POLYGON);
    CHECK_EQ_INT(ops->data[2].color, 0x123456);
    for (size_t i = 0; i < 3; i++) {
        bd_point at = ops->data[2].points[i];
        CHECK(at.x <= 56 + 50.01 && at.y >= ops->data[2].points[0].y - 25.01);
    }
}

TEST(layout, tables_and_charts_are_listed_with_their_pages_but_for_those_of_a_control) {
    bd_doc *doc = bd_doc_make(test_arena());
    size_t page;
    bd_doc_exhibits(doc, BD_EXHIBIT_TABLES);
    bd_doc_exhibits(doc, BD_EXHIBIT_CHARTS);
    bd_doc_cover_end(doc);
    bd_doc_heading(doc, 1, BD_STR("One"), BD_STR("one"));
    add_rows(doc, "Listed", 1);
    add_rows(doc, "Twice", 1);
    bd_doc_page_break(doc);
    add_rows(doc, "Twice", 1);
    add_rows(doc, "On the second page", 1);
    bd_doc_heading(doc, 3, BD_STR("6.1.2"), BD_STR("c"));
    add_rows(doc, "Of a control", 1);
    bd_layout *layout = build(doc, &(bd_layout_options){.paper = BD_PAPER_A4});
    CHECK(find_text(layout, "Listed", &page) != NULL && page == 0);
    CHECK(find_text(layout, "On the second page", &page) != NULL && page == 0);
    CHECK(find_text(layout, "Twice", &page) != NULL && page == 1);
    CHECK(find_text(layout, "Of a control", &page) != NULL && page == 2);
    CHECK(find_text(layout, "Tables", &page) != NULL && page == 0);
    CHECK(find_text(layout, "Charts", &page) == NULL); /* none: no empty list */
    CHECK(find_text(layout, "2", &page) != NULL && page == 0);
    CHECK_EQ_INT(layout->broken_links.count + layout->double_anchors.count, 0);
}

TEST(layout, no_page_begins_with_the_single_last_row_of_a_table) {
    for (size_t lines = 20; lines < 45; lines++) {
        bd_doc *doc = bd_doc_make(test_arena());
        size_t last, before;
        fill_page(doc, lines);
        add_rows(doc, "", 9);
        bd_layout *layout = build(doc, &(bd_layout_options){.paper = BD_PAPER_A4});
        CHECK(find_text(layout, "row 9 of 9", &last) && find_text(layout, "row 8 of 9", &before));
        test_failure("%zu lines before the table", lines);
        CHECK_EQ_INT(last, before);
    }
}

TEST(layout, a_heading_and_its_lead_stand_on_the_page_of_the_table_they_lead_to) {
    for (size_t lines = 20; lines < 45; lines++) {
        bd_doc *doc = bd_doc_make(test_arena());
        size_t heading, lead, row;
        fill_page(doc, lines);
        bd_doc_heading(doc, 1, BD_STR("The heading"), BD_STR("h"));
        bd_doc_text(doc, BD_PARA_BODY, BD_STR("The lead."));
        bd_doc_text(doc, BD_PARA_NOTE, BD_STR("And a note."));
        add_rows(doc, "", 5);
        bd_layout *layout = build(doc, &(bd_layout_options){.paper = BD_PAPER_A4});
        CHECK(find_text(layout, "The heading", &heading) && find_text(layout, "The lead.", &lead) &&
              find_text(layout, "row 1 of 5", &row));
        test_failure("%zu lines before the heading", lines);
        CHECK(heading == lead && lead == row);
    }
}

TEST(layout, names_at_the_ends_of_lines_never_touch) {
    static const int64_t ends[][3] = {
        {0, 0, 0}, {22, 108, 275}, {1000, 1000, 1000}, {500, 501, 499}, {-1, 3, 1000}};
    for (size_t n = 0; n < BD_COUNT(ends); n++) {
        bd_doc *doc = bd_doc_make(test_arena());
        bd_chart *chart = bd_doc_chart(doc, BD_CHART_TREND, BD_STR("c"), BD_STR("a"), 3, 4);
        static const char *const names[] = {"READY 1", "COVER 2", "FRESH 3"};
        for (size_t i = 0; i < 3; i++) {
            chart->row_labels[i] = bd_str_of(names[i]);
            for (size_t k = 0; k < 4; k++) {
                chart->values[i * 4 + k] = k == 3 ? ends[n][i] : (int64_t)(k * 333);
                chart->column_labels[k] = BD_STR("2026-01-31");
            }
        }
        bd_layout *layout = build(doc, &(bd_layout_options){.paper = BD_PAPER_A4});
        double y[3];
        for (size_t i = 0; i < 3; i++) {
            size_t page;
            const bd_op *op = find_text(layout, names[i], &page);
            CHECK(op != NULL);
            y[i] = (double)op->y;
        }
        test_failure("case %zu: %.1f %.1f %.1f", n, y[0], y[1], y[2]);
        for (size_t i = 0; i < 3; i++) {
            double apart = y[i] > y[(i + 1) % 3] ? y[i] - y[(i + 1) % 3] : y[(i + 1) % 3] - y[i];
            CHECK(apart >= 8.99);
        }
    }
}
