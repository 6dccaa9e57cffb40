#include "bindery/layout.h"
#include "test.h"

typedef struct {
    bd_doc *doc;
    bd_text_faces *faces;
    bd_layout *layout;
} bench;

static bench open_bench(void) {
    bench b = {0};
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    bd_err err;
    CHECK_OK(bd_text_open(specs, count, &b.faces, &err), err);
    b.doc = bd_doc_make(test_arena());
    return b;
}

static void build(bench *b) {
    bd_err err;
    bd_layout_options options = {.paper = BD_PAPER_A4};
    CHECK_OK(bd_layout_build(b->doc, b->faces, &options, test_arena(), &b->layout, &err), err);
    bd_text_close(b->faces);
}

/* The page's texts one after another, '|' between them. */
static bd_str page_text(const bd_layout *layout, size_t index) {
    bd_buf out;
    bd_buf_init(&out, 1 << 20);
    const bd_page *page = &layout->pages.data[index];
    for (size_t i = 0; i < page->ops.count; i++) {
        if (page->ops.data[i].kind == BD_OP_TEXT) {
            bd_buf_puts(&out, page->ops.data[i].text);
            bd_buf_putc(&out, '|');
        }
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return text;
}

static bool has_text(const bd_layout *layout, size_t page, const char *part) {
    return bd_str_find(page_text(layout, page), bd_str_of(part)) >= 0;
}

static const bd_op *find_op(const bd_layout *layout, size_t page, const char *text) {
    const bd_ops *ops = &layout->pages.data[page].ops;
    for (size_t i = 0; i < ops->count; i++) {
        /* What ends a line in running text ends with a space. */
        if (ops->data[i].kind == BD_OP_TEXT && bd_str_eqz(bd_str_trim(ops->data[i].text), text)) {
            return &ops->data[i];
        }
    }
    return NULL;
}

static void add_lines(bd_doc *doc, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_doc_text(doc, BD_PARA_BODY, BD_STR("A line of its own."));
    }
}

/* ---- hostile --------------------------------------------------------------------------------- */

TEST(layout, empty_document_is_one_page) {
    bench b = open_bench();
    build(&b);
    CHECK_EQ_INT(b.layout->pages.count, 1);
    CHECK_EQ_STR(b.layout->pages.data[0].label, "1");
    CHECK(!b.layout->has_signature);
}

TEST(layout, too_many_pages_is_a_limit) {
    bench b = open_bench();
    add_lines(b.doc, 4000);
    bd_err err;
    bd_layout_options options = {.paper = BD_PAPER_A4, .max_pages = 5};
    CHECK_FAILS(bd_layout_build(b.doc, b.faces, &options, test_arena(), &b.layout, &err), err,
                BD_ERR_LIMIT, "5");
    bd_text_close(b.faces);
}

TEST(layout, odd_tables_do_not_hang_or_crash) {
    bench b = open_bench();
    bd_column columns[40] = {{{0}, BD_ALIGN_LEFT, 0}};
    for (size_t i = 0; i < BD_COUNT(columns); i++) {
        columns[i].head = BD_STR("a-heading-without-any-space-in-it");
    }
    bd_doc_table(b.doc, BD_STR("no rows"), 3, columns);
    bd_table *wide = bd_doc_table(b.doc, BD_STR("many columns"), 40, columns);
    for (size_t i = 0; i < 85; i++) {
        bd_table_text(wide, BD_STR("0123456789abcdef0123456789abcdef")); /* last row is not full */
    }
    bd_table *spans = bd_doc_table(b.doc, BD_STR("spans"), 2, columns);
    for (int span = -3; span < 9; span += 3) {
        bd_cell *cell = bd_table_cell(spans);
        cell->span = span;
        bd_cell_run(spans, cell, BD_RUN_PLAIN, BD_STR("x"));
    }
    build(&b);
    CHECK(b.layout->pages.count >= 1);
}

TEST(layout, row_taller_than_a_page_goes_on_over_pages) {
    bench b = open_bench();
    bd_column columns[] = {{BD_STR("Id"), BD_ALIGN_LEFT, 0}, {BD_STR("Text"), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(b.doc, BD_STR(""), 2, columns);
    bd_table_text(table, BD_STR("E-0001"));
    bd_buf long_text;
    bd_buf_init(&long_text, 1 << 20);
    for (size_t i = 0; i < 3000; i++) {
        bd_buf_printf(&long_text, "word%zu ", i);
    }
    bd_table_text(table, bd_buf_str(&long_text));
    bd_buf_clear(&long_text);
    build(&b);
    CHECK(b.layout->pages.count >= 3);
    CHECK(has_text(b.layout, 0, "word0 "));
    CHECK(has_text(b.layout, b.layout->pages.count - 1, "word2999"));
    for (size_t i = 0; i < b.layout->pages.count; i++) {
        CHECK(find_op(b.layout, i, "Text") != NULL); /* the head is repeated */
    }
}

TEST(layout, nothing_is_drawn_outside_the_page) {
    bench b = open_bench();
    b.doc->header_left = b.doc->footer_left = b.doc->footer_right =
        BD_STR("a very long line of furniture that does not fit the page at all, however one turns "
               "it, and goes on and on and on and on and on and on and on and on");
    b.doc->header_right = b.doc->header_left;
    bd_doc_heading(
        b.doc, 1,
        BD_STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        BD_STR("h"));
    bd_chart *chart = bd_doc_chart(b.doc, BD_CHART_STACKED_BAR, BD_STR("c"), BD_STR("a"), 2, 2);
    chart->row_labels[0] = chart->column_labels[0] = b.doc->header_left;
    chart->values[0] = INT64_MAX;
    chart->values[3] = -5;
    bd_chart *grid = bd_doc_chart(b.doc, BD_CHART_HEAT_GRID, BD_STR("g"), BD_STR("a"), 90, 24);
    grid->column_labels[3] = BD_STR("2026-04");
    bd_doc_text(b.doc, BD_PARA_MONO, b.doc->header_left);
    build(&b);
    for (size_t p = 0; p < b.layout->pages.count; p++) {
        const bd_ops *ops = &b.layout->pages.data[p].ops;
        for (size_t i = 0; i < ops->count; i++) {
            const bd_op *op = &ops->data[i];
            test_failure("op %zu on page %zu: %.*s", i, p, BD_ARG(op->text));
            CHECK(op->x >= 0 && (double)op->x + (double)op->width <= b.layout->page_width - 40);
            CHECK(op->y >= 0 && (double)op->y <= b.layout->page_height);
        }
    }
}

TEST(layout, heading_and_entry_taller_than_a_page_go_on_over_pages) {
    bench b = open_bench();
    char *title = bd_new(test_arena(), char, 20000);
    memset(title, 'W', 20000);
    bd_doc_contents(b.doc, 1);
    bd_doc_heading(b.doc, 1, (bd_str){title, 20000}, BD_STR("h"))->in_contents = true;
    bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("last"));
    build(&b);
    CHECK(b.layout->pages.count > 4);
    CHECK(has_text(b.layout, b.layout->pages.count - 1, "last"));
    for (size_t p = 0; p < b.layout->pages.count; p++) {
        const bd_ops *ops = &b.layout->pages.data[p].ops;
        for (size_t i = 0; i < ops->count; i++) {
            test_failure("op %zu on page %zu", i, p);
            CHECK(ops->data[i].y >= 0 && (double)ops->data[i].y <= b.layout->page_height);
        }
    }
}

/* ---- flow ------------------------------------------------------------------------------------ */

TEST(layout, heading_is_never_the_last_thing_on_a_page) {
    for (size_t lines = 20; lines < 50; lines++) {
        bench b = open_bench();
        add_lines(b.doc, lines);
        bd_doc_heading(b.doc, 2, BD_STR("Stays"), BD_STR("stays"));
        bd_doc_heading(b.doc, 3, BD_STR("With"), BD_STR("with"));
        bd_column columns[] = {{BD_STR("Head"), BD_ALIGN_LEFT, 1}};
        bd_table *table = bd_doc_table(b.doc, BD_STR(""), 1, columns);
        bd_table_text(table, BD_STR("First row"));
        build(&b);
        const bd_place *heading = bd_layout_find(b.layout, BD_STR("stays"));
        CHECK(heading != NULL);
        test_failure("after %zu lines", lines);
        CHECK(find_op(b.layout, heading->page_index, "First row") != NULL);
    }
}

TEST(layout, a_heading_and_its_sentence_go_with_the_heading_behind_them) {
    static const bd_para_kind kinds[] = {BD_PARA_BODY, BD_PARA_NOTE};
    for (size_t i = 0; i < 60; i++) {
        bench b = open_bench();
        add_lines(b.doc, 20 + i / 2);
        bd_doc_heading(b.doc, 2, BD_STR("Criterion"), BD_STR("criterion"));
        bd_doc_text(b.doc, kinds[i % 2], BD_STR("Its state."));
        bd_doc_heading(b.doc, 3, BD_STR("Control"), BD_STR("control"));
        bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("What it says."));
        build(&b);
        const bd_place *heading = bd_layout_find(b.layout, BD_STR("criterion"));
        test_failure("after %zu lines", 20 + i / 2);
        CHECK(heading != NULL && find_op(b.layout, heading->page_index, "Control") != NULL);
    }
}

TEST(layout, short_table_of_keys_and_values_stays_on_the_page_of_its_heading) {
    for (size_t lines = 20; lines < 50; lines++) {
        bench b = open_bench();
        add_lines(b.doc, lines);
        bd_doc_heading(b.doc, 4, BD_STR("Sheet"), BD_STR("sheet"));
        bd_column columns[] = {{BD_STR(""), BD_ALIGN_LEFT, 0}, {BD_STR(""), BD_ALIGN_LEFT, 1}};
        bd_table *table = bd_doc_table(b.doc, BD_STR(""), 2, columns);
        table->has_no_head = true;
        for (size_t row = 0; row < 8; row++) {
            bd_table_text(table, BD_STR("Key"));
            bd_table_text(table, row == 7 ? BD_STR("Last") : BD_STR("Value"));
        }
        build(&b);
        const bd_place *heading = bd_layout_find(b.layout, BD_STR("sheet"));
        test_failure("after %zu lines", lines);
        CHECK(heading != NULL && find_op(b.layout, heading->page_index, "Last") != NULL);
    }
}

TEST(layout, paragraph_leaves_no_single_line_behind) {
    for (size_t lines = 24; lines < 42; lines++) {
        bench b = open_bench();
        add_lines(b.doc, lines);
        bd_doc_text(b.doc, BD_PARA_MONO, BD_STR("r1\nr2\nr3\nr4\nr5\nr6"));
        build(&b);
        size_t on_first = 0;
        for (char row = '1'; row <= '6'; row++) {
            char name[] = {'r', row, 0};
            on_first += find_op(b.layout, 0, name) != NULL;
        }
        test_failure("%zu lines before, %zu of 6 on the first page", lines, on_first);
        CHECK(on_first != 1 && on_first != 5);
    }
}

TEST(layout, table_head_is_repeated_and_rows_stay_whole) {
    bench b = open_bench();
    bd_column columns[] = {{BD_STR("Number"), BD_ALIGN_RIGHT, 0},
                           {BD_STR("Words"), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(b.doc, BD_STR("Rows"), 2, columns);
    for (size_t i = 0; i < 300; i++) {
        bd_table_text(table, bd_str_format(test_arena(), "%zu", i));
        bd_table_text(table, bd_str_format(test_arena(), "begin%zu\nend%zu", i, i));
    }
    build(&b);
    CHECK(b.layout->pages.count > 5);
    size_t rows = 0;
    for (size_t p = 0; p < b.layout->pages.count; p++) {
        CHECK(find_op(b.layout, p, "Number") != NULL);
        for (size_t i = 0; i < 300; i++) {
            const char *begin = bd_str_z(test_arena(), bd_str_format(test_arena(), "begin%zu", i));
            const char *end = bd_str_z(test_arena(), bd_str_format(test_arena(), "end%zu", i));
            CHECK_EQ_INT(find_op(b.layout, p, begin) != NULL, find_op(b.layout, p, end) != NULL);
            rows += find_op(b.layout, p, begin) != NULL;
        }
    }
    CHECK_EQ_INT(rows, 300);
}

TEST(layout, short_words_of_a_column_are_not_broken) {
    bench b = open_bench();
    bd_column columns[] = {{BD_STR("Id"), BD_ALIGN_LEFT, 0},
                           {BD_STR("Path"), BD_ALIGN_LEFT, 3},
                           {BD_STR("Date"), BD_ALIGN_LEFT, 0},
                           {BD_STR("Who"), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(b.doc, BD_STR(""), 4, columns);
    bd_table_text(table, BD_STR("E-0001"));
    bd_table_text(table, BD_STR("/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/"
                                "resourceGroups/rg-pay-prod-weu/providers/"
                                "Microsoft.Storage/storageAccounts/stpayprod01"));
    bd_table_text(table, BD_STR("2026-01-15"));
    bd_table_text(table, BD_STR("Παπαδοπούλου"));
    build(&b);
    CHECK(find_op(b.layout, 0, "E-0001") != NULL);
    CHECK(find_op(b.layout, 0, "2026-01-15") != NULL);
    CHECK(find_op(b.layout, 0, "Παπαδοπούλου") != NULL);
}

TEST(layout, figure_stays_on_one_line_and_keeps_its_spaces) {
    for (size_t words = 0; words < 30; words++) {
        bench b = open_bench();
        bd_para *para = bd_doc_paragraph(b.doc, BD_PARA_BODY);
        for (size_t i = 0; i < words; i++) {
            bd_para_text(para, BD_STR("wordy "));
        }
        bd_para_figure(para, BD_STR("/a"), BD_STR("1 234 of 5 678"));
        bd_para_text(para, BD_STR(" accounts"));
        build(&b);
        test_failure("after %zu words", words);
        CHECK(has_text(b.layout, 0, "1 234 of 5 678"));
        CHECK_EQ_INT(b.layout->doc->figures.count, 1);
    }
}

static const bd_op *find_mark(const bd_layout *layout) {
    const bd_ops *ops = &layout->pages.data[0].ops;
    for (size_t i = 0; i < ops->count; i++) {
        bool is_shape = ops->data[i].kind == BD_OP_RECT || ops->data[i].kind == BD_OP_FRAME;
        if (is_shape && (double)ops->data[i].width < 20) {
            return &ops->data[i];
        }
    }
    return NULL;
}

TEST(layout, the_mark_behind_a_heading_never_stands_alone_on_a_line) {
    for (size_t words = 1; words < 40; words++) {
        bench b = open_bench();
        bd_buf text;
        bd_buf_init(&text, 4096);
        for (size_t i = 0; i + 1 < words; i++) {
            bd_buf_puts(&text, BD_STR("wordy "));
        }
        bd_buf_puts(&text, BD_STR("end"));
        bd_doc_heading(b.doc, 3, bd_buf_str(&text), BD_STR("a"))->mark = BD_MARK_PROGRESS;
        build(&b);
        bd_buf_clear(&text);
        const bd_op *mark = find_mark(b.layout), *last = NULL;
        for (size_t i = 0; i < b.layout->pages.data[0].ops.count; i++) {
            const bd_op *op = &b.layout->pages.data[0].ops.data[i];
            last = op->kind == BD_OP_TEXT && bd_str_find(op->text, BD_STR("end")) >= 0 ? op : last;
        }
        test_failure("after %zu words", words);
        CHECK(mark != NULL && last != NULL);
        CHECK((double)mark->y > (double)last->y - 5 && (double)mark->y < (double)last->y + 5);
        CHECK(mark->x > last->x);
    }
}

TEST(layout, what_has_to_be_cut_begins_on_the_line_where_much_is_free) {
    bench b = open_bench();
    bd_para *para = bd_doc_paragraph(b.doc, BD_PARA_BODY);
    bd_para_text(para, BD_STR("GET https://management.azure.com/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/"
                              "resourceGroups/rg-pay-prod-weu/providers/Microsoft.Storage/storageAccounts/a"));
    build(&b);
    CHECK(has_text(b.layout, 0, "GET https://management.azure.com/"));
}

/* ---- pages, links, contents ------------------------------------------------------------------ */

TEST(layout, front_matter_has_roman_labels_and_the_rest_starts_at_one) {
    bench b = open_bench();
    for (int i = 0; i < 4; i++) {
        bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("front"));
        bd_doc_page_break(b.doc);
    }
    bd_doc_cover_end(b.doc);
    bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("body"));
    bd_doc_page_break(b.doc);
    bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("more"));
    bd_doc_page_break(b.doc); /* opens no page of its own at the end */
    build(&b);
    static const char *labels[] = {"i", "ii", "iii", "iv", "1", "2"};
    CHECK_EQ_INT(b.layout->pages.count, BD_COUNT(labels));
    for (size_t i = 0; i < BD_COUNT(labels); i++) {
        CHECK_EQ_STR(b.layout->pages.data[i].label, labels[i]);
    }
    CHECK(find_op(b.layout, 3, "Page iv") != NULL);
    CHECK(find_op(b.layout, 5, "Page 2 of 2") != NULL);
}

TEST(layout, contents_and_references_show_the_label_of_the_place) {
    bench b = open_bench();
    bd_doc_contents(b.doc, 2);
    bd_doc_cover_end(b.doc);
    bd_doc_heading(b.doc, 1, BD_STR("Alpha"), BD_STR("alpha"));
    bd_para *para = bd_doc_paragraph(b.doc, BD_PARA_BODY);
    bd_para_text(para, BD_STR("see page "));
    bd_para_page_ref(para, BD_STR("omega"));
    bd_para_text(para, BD_STR("."));
    bd_doc_page_break(b.doc);
    bd_doc_heading(b.doc, 1, BD_STR("Omega"), BD_STR("omega"));
    build(&b);
    CHECK(has_text(b.layout, 0, "Alpha |1|Omega |2|"));
    CHECK(has_text(b.layout, 1, "see page |2|.|"));
    CHECK_EQ_INT(b.layout->pages.data[0].links.count, 2);
    CHECK_EQ_INT(b.layout->pages.data[0].links.data[1].page_index, 2);
    /* The full stop closes up to the number. */
    const bd_op *number = find_op(b.layout, 1, "2"), *stop = find_op(b.layout, 1, ".");
    CHECK(stop->x - (number->x + number->width) < 0.01f);
}

TEST(layout, link_without_a_target_is_listed_and_not_drawn) {
    bench b = open_bench();
    bd_para *para = bd_doc_paragraph(b.doc, BD_PARA_BODY);
    bd_para_link(para, BD_STR("nowhere"), BD_STR("nowhere"));
    bd_para_page_ref(para, BD_STR("nowhere"));
    build(&b);
    CHECK_EQ_INT(b.layout->broken_links.count, 1);
    CHECK_EQ_STR(b.layout->broken_links.data[0], "nowhere");
    CHECK_EQ_INT(b.layout->pages.data[0].links.count, 0);
}

TEST(layout, anchor_set_twice_is_listed_and_the_first_counts) {
    bench b = open_bench();
    bd_doc_heading(b.doc, 1, BD_STR("One"), BD_STR("same"));
    bd_doc_page_break(b.doc);
    bd_doc_heading(b.doc, 1, BD_STR("Two"), BD_STR("same"));
    build(&b);
    CHECK_EQ_INT(b.layout->double_anchors.count, 1);
    CHECK_EQ_INT(bd_layout_find(b.layout, BD_STR("same"))->page_index, 0);
}

TEST(layout, bookmarks_never_skip_a_level) {
    bench b = open_bench();
    static const int levels[] = {3, 1, 3, 2, 3, 1};
    static const int expected[] = {1, 1, 2, 2, 3, 1};
    for (size_t i = 0; i < BD_COUNT(levels); i++) {
        bd_doc_heading(b.doc, levels[i], BD_STR("h"), bd_str_format(test_arena(), "h%zu", i));
    }
    build(&b);
    CHECK_EQ_INT(b.layout->bookmarks.count, BD_COUNT(levels));
    for (size_t i = 0; i < BD_COUNT(levels); i++) {
        CHECK_EQ_INT(b.layout->bookmarks.data[i].level, expected[i]);
    }
}

TEST(layout, places_are_sorted_by_bytes) {
    bench b = open_bench();
    static const char *names[] = {"b", "a", "CC6.10", "CC6.9", "é"};
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        bd_doc_anchor(b.doc, bd_str_of(names[i]));
    }
    bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("x"));
    build(&b);
    CHECK_EQ_INT(b.layout->places.count, BD_COUNT(names));
    for (size_t i = 1; i < b.layout->places.count; i++) {
        CHECK(bd_str_cmp(b.layout->places.data[i - 1].name, b.layout->places.data[i].name) < 0);
    }
}

TEST(layout, signature_place_is_reported) {
    bench b = open_bench();
    bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("x"));
    bd_doc_page_break(b.doc);
    bd_doc_signature(b.doc, 70);
    build(&b);
    CHECK(b.layout->has_signature);
    CHECK_EQ_INT(b.layout->signature_page, 1);
    const bd_pt *rect = b.layout->signature_rect;
    CHECK(rect[0] > 0 && rect[2] > rect[0] && rect[3] - rect[1] > 69.9 && rect[3] - rect[1] < 70.1);
}

TEST(layout, words_of_the_signature_panel_stand_inside_it_however_long) {
    bench b = open_bench();
    char subject[200];
    memset(subject, 'm', sizeof subject);
    bd_doc_signature(b.doc, 66);
    bd_doc_signature_line(b.doc, BD_STR("CN=Contoso Ltd"));
    bd_doc_signature_line(b.doc, (bd_str){subject, sizeof subject});
    build(&b);
    const bd_pt *rect = b.layout->signature_rect;
    const bd_ops *ops = &b.layout->pages.data[0].ops;
    int words = 0;
    for (size_t i = 0; i < ops->count; i++) {
        const bd_op *op = &ops->data[i];
        if (op->kind != BD_OP_TEXT || op->element == BD_ELEMENT_FURNITURE) {
            continue;
        }
        words++;
        CHECK(op->x > rect[0] && op->x + op->width < rect[2]);
        CHECK(op->y > rect[1] && op->y < rect[3]);
    }
    CHECK_EQ_INT(words, 2);
    CHECK(find_op(b.layout, 0, "CN=Contoso Ltd") != NULL);
}

TEST(layout, every_chart_cell_state_has_a_shape_of_its_own) {
    bench b = open_bench();
    bd_chart *grid = bd_doc_chart(b.doc, BD_CHART_STRIP, BD_STR(""), BD_STR("a"), 1, 8);
    for (int i = 0; i <= BD_CELL_NOT_DUE; i++) {
        grid->values[i] = i;
        grid->column_labels[i] = bd_str_format(test_arena(), "2026-%02d", i + 1);
    }
    build(&b);
    static const char *words[] = {"clean",         "deviation",  "cannot tell", "missing",
                                  "no occurrence", "change log", "not due"};
    for (size_t i = 0; i < BD_COUNT(words); i++) {
        CHECK(find_op(b.layout, 0, words[i]) != NULL);
    }
    CHECK(has_text(b.layout, 0, "|C|D|?|M|N|L|"));
}

TEST(layout, missing_glyph_is_listed_under_its_heading) {
    bench b = open_bench();
    bd_doc_heading(b.doc, 1, BD_STR("People"), BD_STR("people"));
    bd_doc_text(b.doc, BD_PARA_BODY, BD_STR("\xf0\x9f\xa6\x84"));
    build(&b);
    CHECK_EQ_INT(b.layout->gaps.gaps.count, 1);
    CHECK_EQ_STR(b.layout->gaps.gaps.data[0].where, "People");
    CHECK(has_text(b.layout, 0, "[U+1F984]"));
}
