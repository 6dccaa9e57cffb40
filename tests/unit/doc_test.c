#include "bindery/doc.h"
#include "test.h"

static bd_doc *make_doc(void) {
    return bd_doc_make(test_arena());
}

TEST(doc, copies_the_text_it_is_given) {
    char text[] = "first";
    bd_doc *doc = make_doc();
    bd_doc_text(doc, BD_PARA_BODY, bd_str_of(text));
    text[0] = 'X';
    CHECK_EQ_STR(doc->blocks.data[0].para->runs.data[0].text, "first");
}

TEST(doc, blocks_stand_in_reading_order) {
    bd_doc *doc = make_doc();
    bd_doc_heading(doc, 1, BD_STR("One"), BD_STR("one"));
    bd_doc_space(doc, 12);
    bd_doc_page_break(doc);
    bd_doc_contents(doc, 2);
    bd_doc_signature(doc, 60);
    bd_doc_anchor(doc, BD_STR("here"));
    bd_doc_cover_end(doc);
    bd_doc_rule(doc);
    static const bd_block_kind kinds[] = {
        BD_BLOCK_HEADING,   BD_BLOCK_SPACE,  BD_BLOCK_PAGE_BREAK, BD_BLOCK_CONTENTS,
        BD_BLOCK_SIGNATURE, BD_BLOCK_ANCHOR, BD_BLOCK_COVER_END,  BD_BLOCK_RULE};
    CHECK_EQ_INT(doc->blocks.count, BD_COUNT(kinds));
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        CHECK_EQ_INT(doc->blocks.data[i].kind, kinds[i]);
    }
}

TEST(doc, headings_to_level_three_are_in_contents) {
    bd_doc *doc = make_doc();
    for (int level = 1; level <= 4; level++) {
        CHECK_EQ_INT(bd_doc_heading(doc, level, BD_STR("x"), BD_STR("x"))->in_contents, level <= 3);
    }
}

TEST(doc, figures_are_recorded_in_print_order) {
    bd_doc *doc = make_doc();
    bd_para *para = bd_doc_paragraph(doc, BD_PARA_BODY);
    bd_run *run = bd_para_figure(para, BD_STR("/score/ready/n"), BD_STR("41"));
    bd_column columns[] = {{BD_STR("n"), BD_ALIGN_RIGHT, 0}};
    bd_table *table = bd_doc_table(doc, BD_STR(""), 1, columns);
    bd_table_figure(table, BD_STR("/score/ready/m"), BD_STR("67"));
    bd_doc_figure(doc, BD_STR("/score/cover"), BD_STR("86"));
    CHECK_EQ_STR(run->figure, "/score/ready/n");
    CHECK_EQ_STR(run->text, "41");
    CHECK_EQ_INT(doc->figures.count, 3);
    CHECK_EQ_STR(doc->figures.data[0].pointer, "/score/ready/n");
    CHECK_EQ_STR(doc->figures.data[1].text, "67");
    CHECK_EQ_STR(doc->figures.data[2].pointer, "/score/cover");
}

TEST(doc, table_cells_take_runs_marks_and_links) {
    bd_doc *doc = make_doc();
    bd_column columns[] = {{BD_STR("a"), BD_ALIGN_LEFT, 0}, {BD_STR("b"), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(doc, BD_STR("Caption"), 2, columns);
    bd_table_state(table, BD_MARK_PROGRESS, true, BD_STR("in progress"));
    bd_table_link(table, BD_STR("CC6.1"), BD_STR("cc61"));
    bd_table_page_ref(table, BD_STR("cc61"));
    bd_cell *cell = bd_table_cell(table);
    bd_cell_run(table, cell, BD_RUN_MONO, BD_STR("E-0001"));
    CHECK_EQ_INT(table->cells.count, 4);
    CHECK_EQ_INT(table->cells.data[0].runs.data[0].mark, BD_MARK_PROGRESS);
    CHECK(table->cells.data[0].runs.data[0].is_flagged);
    CHECK_EQ_STR(table->cells.data[1].runs.data[0].link, "cc61");
    CHECK(table->cells.data[2].runs.data[0].is_page_ref);
    CHECK_EQ_INT(table->cells.data[3].span, 1);
    CHECK_EQ_INT(table->cells.data[3].runs.data[0].style, BD_RUN_MONO);
}
