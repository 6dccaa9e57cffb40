#include "bindery/doc.h"

bd_doc *bd_doc_make(bd_arena *arena) {
    bd_doc *doc = bd_new(arena, bd_doc, 1);
    doc->arena = arena;
    doc->language = BD_STR("en-GB");
    return doc;
}

static bd_block *add_block(bd_doc *doc, bd_block_kind kind) {
    bd_block *block = bd_push(doc->arena, &doc->blocks);
    block->kind = kind;
    return block;
}

/* ---- blocks ---------------------------------------------------------------------------------- */

bd_block *bd_doc_heading(bd_doc *doc, int level, bd_str text, bd_str anchor) {
    BD_ASSERT(level >= 1 && level <= 4);
    bd_block *block = add_block(doc, BD_BLOCK_HEADING);
    block->level = level;
    block->text = bd_str_copy(doc->arena, text);
    block->anchor = bd_str_copy(doc->arena, anchor);
    block->in_contents = level <= 3;
    return block;
}

bd_para *bd_doc_paragraph(bd_doc *doc, bd_para_kind kind) {
    bd_block *block = add_block(doc, BD_BLOCK_PARA);
    block->para = bd_new(doc->arena, bd_para, 1);
    block->para->doc = doc;
    block->para->kind = kind;
    return block->para;
}

void bd_doc_text(bd_doc *doc, bd_para_kind kind, bd_str text) {
    bd_para_text(bd_doc_paragraph(doc, kind), text);
}

bd_table *bd_doc_table(bd_doc *doc, bd_str caption, size_t column_count, const bd_column *columns) {
    BD_ASSERT(column_count > 0);
    bd_block *block = add_block(doc, BD_BLOCK_TABLE);
    bd_table *table = bd_new(doc->arena, bd_table, 1);
    table->doc = doc;
    table->caption = bd_str_copy(doc->arena, caption);
    table->column_count = column_count;
    table->columns = bd_new(doc->arena, bd_column, column_count);
    for (size_t i = 0; i < column_count; i++) {
        table->columns[i] = columns[i];
        table->columns[i].head = bd_str_copy(doc->arena, columns[i].head);
    }
    block->table = table;
    return table;
}

bd_table *bd_doc_rows(bd_doc *doc, bd_str caption, size_t column_count, const bd_column *columns,
                      const bd_rows *rows) {
    bd_table *table = bd_doc_table(doc, caption, column_count, columns);
    table->rows = *rows;
    return table;
}

bd_chart *bd_doc_chart(bd_doc *doc, bd_chart_kind kind, bd_str caption, bd_str alternative,
                       size_t rows, size_t columns) {
    BD_ASSERT(rows > 0 && columns > 0 && rows < SIZE_MAX / columns);
    bd_block *block = add_block(doc, BD_BLOCK_CHART);
    bd_chart *chart = bd_new(doc->arena, bd_chart, 1);
    chart->kind = kind;
    chart->caption = bd_str_copy(doc->arena, caption);
    chart->alternative = bd_str_copy(doc->arena, alternative);
    chart->row_count = rows;
    chart->column_count = columns;
    chart->row_labels = bd_new(doc->arena, bd_str, rows);
    chart->column_labels = bd_new(doc->arena, bd_str, columns);
    chart->row_links = bd_new(doc->arena, bd_str, rows);
    chart->values = bd_new(doc->arena, int64_t, rows * columns);
    block->chart = chart;
    return chart;
}

bd_chart *bd_doc_timeline(bd_doc *doc, bd_str caption, bd_str alternative, size_t rows,
                          bd_day first, bd_day last) {
    BD_ASSERT(first <= last);
    bd_chart *chart = bd_doc_chart(doc, BD_CHART_TIMELINE, caption, alternative, rows, 1);
    chart->first = first;
    chart->last = last;
    return chart;
}

void bd_chart_span(bd_doc *doc, bd_chart *chart, const bd_span *span) {
    BD_ASSERT(span->row < chart->row_count);
    bd_span *kept = bd_push(doc->arena, &chart->spans);
    *kept = *span;
    kept->label = bd_str_copy(doc->arena, span->label);
}

void bd_doc_picture(bd_doc *doc, const bd_picture *picture) {
    add_block(doc, BD_BLOCK_PICTURE)->picture = picture;
}

void bd_doc_exhibits(bd_doc *doc, bd_exhibit kind) {
    add_block(doc, BD_BLOCK_EXHIBITS)->exhibit = kind;
}

void bd_doc_page_break(bd_doc *doc) {
    add_block(doc, BD_BLOCK_PAGE_BREAK);
}

void bd_doc_contents(bd_doc *doc, int deepest_level) {
    add_block(doc, BD_BLOCK_CONTENTS)->level = deepest_level;
}

void bd_doc_signature(bd_doc *doc, double height_pt) {
    add_block(doc, BD_BLOCK_SIGNATURE)->space_pt = height_pt;
}

void bd_doc_signature_line(bd_doc *doc, bd_str line) {
    BD_ASSERT(doc->blocks.count > 0);
    bd_block *panel = &doc->blocks.data[doc->blocks.count - 1];
    BD_ASSERT(panel->kind == BD_BLOCK_SIGNATURE);
    *bd_push(doc->arena, &panel->lines) = bd_str_copy(doc->arena, line);
}

void bd_doc_space(bd_doc *doc, double pt) {
    add_block(doc, BD_BLOCK_SPACE)->space_pt = pt;
}

void bd_doc_rule(bd_doc *doc) {
    add_block(doc, BD_BLOCK_RULE);
}

void bd_doc_anchor(bd_doc *doc, bd_str anchor) {
    add_block(doc, BD_BLOCK_ANCHOR)->anchor = bd_str_copy(doc->arena, anchor);
}

void bd_doc_cover_end(bd_doc *doc) {
    add_block(doc, BD_BLOCK_COVER_END);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static bd_run *add_run(bd_doc *doc, bd_runs *runs, bd_run_style style, bd_str text) {
    if (runs->room == 0) { /* most cells hold one run, and there are many cells */
        runs->data = bd_new(doc->arena, bd_run, 1);
        runs->room = 1;
    }
    bd_run *run = bd_push(doc->arena, runs);
    run->style = style;
    run->text = bd_str_copy(doc->arena, text);
    return run;
}

bd_run *bd_para_text(bd_para *para, bd_str text) {
    return add_run(para->doc, &para->runs, BD_RUN_PLAIN, text);
}

bd_run *bd_para_styled(bd_para *para, bd_run_style style, bd_str text) {
    return add_run(para->doc, &para->runs, style, text);
}

bd_run *bd_para_link(bd_para *para, bd_str text, bd_str anchor) {
    bd_run *run = add_run(para->doc, &para->runs, BD_RUN_PLAIN, text);
    run->link = bd_str_copy(para->doc->arena, anchor);
    return run;
}

static bd_run *add_page_ref(bd_doc *doc, bd_runs *runs, bd_str anchor) {
    bd_run *run = add_run(doc, runs, BD_RUN_PLAIN, (bd_str){0});
    run->link = bd_str_copy(doc->arena, anchor);
    run->is_page_ref = true;
    return run;
}

bd_run *bd_para_page_ref(bd_para *para, bd_str anchor) {
    return add_page_ref(para->doc, &para->runs, anchor);
}

static bd_run *add_figure_run(bd_doc *doc, bd_runs *runs, bd_str pointer, bd_str text) {
    bd_run *run = add_run(doc, runs, BD_RUN_PLAIN, text);
    run->figure = bd_str_copy(doc->arena, pointer);
    *bd_push(doc->arena, &doc->figures) = (bd_figure){run->figure, run->text};
    return run;
}

bd_run *bd_para_figure(bd_para *para, bd_str pointer, bd_str text) {
    return add_figure_run(para->doc, &para->runs, pointer, text);
}

/* ---- tables ---------------------------------------------------------------------------------- */

bd_cell *bd_table_cell(bd_table *table) {
    bd_cell *cell = bd_push(table->doc->arena, &table->cells);
    cell->span = 1;
    return cell;
}

bd_run *bd_cell_run(bd_table *table, bd_cell *cell, bd_run_style style, bd_str text) {
    return add_run(table->doc, &cell->runs, style, text);
}

void bd_table_text(bd_table *table, bd_str text) {
    bd_table_styled(table, BD_RUN_PLAIN, text);
}

void bd_table_styled(bd_table *table, bd_run_style style, bd_str text) {
    bd_cell_run(table, bd_table_cell(table), style, text);
}

void bd_table_link(bd_table *table, bd_str text, bd_str anchor) {
    bd_run *run = bd_cell_run(table, bd_table_cell(table), BD_RUN_PLAIN, text);
    run->link = bd_str_copy(table->doc->arena, anchor);
}

void bd_table_figure(bd_table *table, bd_str pointer, bd_str text) {
    add_figure_run(table->doc, &bd_table_cell(table)->runs, pointer, text);
}

void bd_table_state(bd_table *table, bd_mark mark, bool is_flagged, bd_str text) {
    bd_run *run = bd_cell_run(table, bd_table_cell(table), BD_RUN_PLAIN, text);
    run->mark = mark;
    run->is_flagged = is_flagged;
}

void bd_table_page_ref(bd_table *table, bd_str anchor) {
    add_page_ref(table->doc, &bd_table_cell(table)->runs, anchor);
}

/* ---- figures --------------------------------------------------------------------------------- */

void bd_doc_figure(bd_doc *doc, bd_str pointer, bd_str text) {
    bd_figure *figure = bd_push(doc->arena, &doc->figures);
    figure->pointer = bd_str_copy(doc->arena, pointer);
    figure->text = bd_str_copy(doc->arena, text);
}
