/* pdf_structure_test.c - the tree of tags: what the layout says, and what is found in the file when it is read back. */
#include "bindery/layout.h"
#include "bindery/pdf.h"
#include "bindery/pdffile.h"
#include "test.h"

/* ---- a document with one of everything ------------------------------------------------------- */

static void add_table(bd_doc *doc, size_t rows) {
    bd_column columns[] = {{BD_STR("Id"), BD_ALIGN_LEFT, 0},
                           {BD_STR("State"), BD_ALIGN_LEFT, 1},
                           {BD_STR(""), BD_ALIGN_LEFT, 0}};
    bd_table *table = bd_doc_table(doc, BD_STR("Records"), BD_COUNT(columns), columns);
    bd_cell *group = bd_table_cell(table);
    group->span = 3;
    group->is_header = true;
    bd_cell_run(table, group, BD_RUN_PLAIN, BD_STR("Of one kind"));
    for (size_t i = 0; i < rows; i++) {
        bd_table_text(table, bd_str_format(doc->arena, "E-%04zu", i));
        bd_table_state(table, (bd_mark)(1 + i % 5), i % 3 == 0, BD_STR("state"));
        bd_table_cell(table); /* empty */
    }
}

static void add_sheet(bd_doc *doc) {
    bd_column columns[] = {{BD_STR(""), BD_ALIGN_LEFT, 0}, {BD_STR(""), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(doc, BD_STR(""), 2, columns);
    table->has_no_head = true;
    bd_table_text(table, BD_STR("Key"));
    bd_table_link(table, BD_STR("leads to one"), BD_STR("one"));
    bd_table_text(table, BD_STR("Alone")); /* the row ends early */
}

static void add_chart(bd_doc *doc) {
    bd_chart *chart = bd_doc_chart(doc, BD_CHART_STACKED_BAR, BD_STR("Counts"),
                                   BD_STR("Two bars: \"one\" is <short> & the other is not"), 2, 2);
    for (size_t i = 0; i < 4; i++) {
        chart->values[i] = (int64_t)i + 1;
    }
    chart->row_labels[0] = BD_STR("first");
    chart->row_labels[1] = BD_STR("second");
    chart->row_links[0] = BD_STR("one");
    chart->column_labels[0] = BD_STR("a");
    chart->column_labels[1] = BD_STR("b");
}

static bd_doc *make_document(size_t rows) {
    bd_doc *doc = bd_doc_make(test_arena());
    doc->title = BD_STR("Q&A: <all> \"quoted\" & 'done'");
    doc->author = BD_STR("Müller & Söhne");
    doc->header_left = BD_STR("Running head");
    bd_doc_text(doc, BD_PARA_TITLE, BD_STR("Cover"));
    bd_doc_signature(doc, 60);
    bd_doc_page_break(doc);
    bd_doc_contents(doc, 3);
    bd_doc_cover_end(doc);
    bd_doc_heading(doc, 1, BD_STR("One"), BD_STR("one"));
    bd_doc_heading(doc, 3, BD_STR("Deeper"), BD_STR("deeper")); /* skips a level */
    bd_doc_text(doc, BD_PARA_BODY, BD_STR("Words of a paragraph."));
    bd_doc_text(doc, BD_PARA_BULLET, BD_STR("first point"));
    bd_doc_anchor(doc, BD_STR("between"));
    bd_doc_text(doc, BD_PARA_BULLET, BD_STR("second point"));
    bd_doc_text(doc, BD_PARA_NOTE, BD_STR("A note at the foot of the list."));
    if (rows > 0) {
        add_table(doc, rows);
        add_sheet(doc);
    }
    bd_doc_heading(doc, 2, BD_STR("Two"), BD_STR("two"));
    add_chart(doc);
    bd_para *para = bd_doc_paragraph(doc, BD_PARA_BODY);
    for (size_t i = 0; i < 900; i++) {
        bd_para_text(para, BD_STR("word after word "));
    }
    bd_para_link(para, BD_STR("back"), BD_STR("one"));
    bd_para_text(para, BD_STR(" and page "));
    bd_para_page_ref(para, BD_STR("two"));
    bd_para_text(para, BD_STR(" or "));
    bd_para_link(para, BD_STR("nowhere"), BD_STR("nowhere"));
    return doc;
}

static bd_rc write_document(const bd_doc *doc, unsigned jobs, size_t max_tagged_pages,
                            const bd_layout **layout, bd_buf *out, bd_err *err) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = NULL;
    BD_TRY(bd_text_open(specs, count, &faces, err));
    bd_layout *built;
    bd_layout_options how = {.max_tagged_pages = max_tagged_pages};
    BD_TRY(bd_layout_build(doc, faces, &how, test_arena(), &built, err));
    *layout = built;
    bd_pdf_attachment attachments[] = {
        {"a.json", "application/json", "Data", "Numbers (all)", BD_STR("{\"a\":1}\n")},
        {"b.csv", "text/csv", "Supplement", "Rows", BD_STR("a,b\n")}};
    bd_pdf_options options = {.creator = "Bindery",
                              .jobs = jobs,
                              .attachments = attachments,
                              .attachment_count = BD_COUNT(attachments)};
    bd_sink sink = bd_sink_to_buf(out);
    return bd_pdf_write(built, faces, &options, &sink, err);
}

static bd_str make_file(const bd_doc *doc, unsigned jobs, size_t max_tagged_pages,
                        const bd_layout **layout) {
    bd_buf out;
    bd_err err;
    bd_buf_init(&out, 64 << 20);
    CHECK_OK(write_document(doc, jobs, max_tagged_pages, layout, &out, &err), err);
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    test_write_file(test_path("tagged.pdf"), text);
    return text;
}

/* ---- reading it back ------------------------------------------------------------------------- */

typedef struct {
    const bd_layout *layout;
    bd_pdf *pdf;
    const bd_pdf_object *root;
    size_t elements, stretches, annotations; /* met on the walk */
    int last_level;
    bd_map *of_tag; /* how often: size_t * */
    bd_buf spelled; /* the tags in order, each after its parent: "Table(THead(TR(TH TH TH)..." */
} reading;

static const bd_pdf_object *value_of(reading *r, const bd_pdf_object *dict, const char *name) {
    const bd_pdf_object *out = NULL;
    bd_err err;
    CHECK_OK(bd_pdf_resolve(r->pdf, bd_pdf_find(dict, name), &out, &err), err);
    return out;
}

static reading read_file(bd_str text, const bd_layout *layout) {
    reading r = {.layout = layout, .of_tag = bd_map_make(test_arena())};
    bd_err err;
    bd_buf_init(&r.spelled, 16 << 20);
    CHECK_OK(bd_pdf_parse(text, test_arena(), &r.pdf, &err), err);
    r.root = value_of(&r, value_of(&r, bd_pdf_trailer(r.pdf), "Root"), "StructTreeRoot");
    return r;
}

/* What the parent tree has under `key`. */
static const bd_pdf_object *find_key(reading *r, int64_t key) {
    const bd_pdf_object *kids = value_of(r, value_of(r, r->root, "ParentTree"), "Kids");
    CHECK(kids != NULL);
    for (size_t i = 0; i < kids->count; i++) {
        const bd_pdf_object *leaf = NULL;
        bd_err err;
        CHECK_OK(bd_pdf_resolve(r->pdf, &kids->items[i], &leaf, &err), err);
        const bd_pdf_object *limits = value_of(r, leaf, "Limits"), *nums = value_of(r, leaf, "Nums");
        for (size_t k = 0; k < nums->count; k += 2) {
            CHECK(nums->items[k].integer >= limits->items[0].integer &&
                  nums->items[k].integer <= limits->items[1].integer);
            if (nums->items[k].integer == key) {
                return &nums->items[k + 1];
            }
        }
    }
    return NULL;
}

static void check_stretch(reading *r, int64_t element, const bd_pdf_object *page, int64_t number) {
    const bd_pdf_object *dict = NULL;
    bd_err err;
    CHECK(page != NULL && page->kind == BD_PDF_REF);
    CHECK_OK(bd_pdf_resolve(r->pdf, page, &dict, &err), err);
    const bd_pdf_object *owners = find_key(r, value_of(r, dict, "StructParents")->integer);
    CHECK(owners != NULL && number >= 0 && (size_t)number < owners->count);
    CHECK_EQ_INT(owners->items[number].integer, element);
    r->stretches++;
}

static void check_annotation(reading *r, int64_t element, const bd_pdf_object *kid) {
    const bd_pdf_object *annotation = value_of(r, kid, "Obj");
    const bd_pdf_object *owner = find_key(r, value_of(r, annotation, "StructParent")->integer);
    CHECK(owner != NULL);
    CHECK_EQ_INT(owner->integer, element);
    const bd_pdf_object *words = value_of(r, annotation, "Contents");
    CHECK(words != NULL && words->text.size > 0);
    r->annotations++;
}

static void note_tag(reading *r, bd_str tag) {
    size_t *count = bd_map_find(r->of_tag, tag);
    if (count == NULL) {
        count = bd_new(test_arena(), size_t, 1);
        bd_map_put(r->of_tag, tag, count);
    }
    (*count)++;
    if (tag.size == 2 && tag.data[0] == 'H' && tag.data[1] >= '1' && tag.data[1] <= '9') {
        int level = tag.data[1] - '0';
        test_failure("H%d stands after H%d", level, r->last_level);
        CHECK(level <= r->last_level + 1);
        r->last_level = level;
    }
}

static size_t count_of(const reading *r, const char *tag) {
    const size_t *count = bd_map_find(r->of_tag, bd_str_of(tag));
    return count == NULL ? 0 : *count;
}

static void walk(reading *r, const bd_pdf_object *reference, int64_t parent);

static void walk_kid(reading *r, const bd_pdf_object *kid, const bd_pdf_object *element,
                     int64_t number) {
    if (kid->kind == BD_PDF_REF) {
        walk(r, kid, number);
    } else if (kid->kind == BD_PDF_INTEGER) {
        check_stretch(r, number, bd_pdf_find(element, "Pg"), kid->integer);
    } else if (bd_pdf_find(kid, "MCID") != NULL) {
        check_stretch(r, number, bd_pdf_find(kid, "Pg"), bd_pdf_find(kid, "MCID")->integer);
    } else {
        check_annotation(r, number, kid);
    }
}

static void walk(reading *r, const bd_pdf_object *reference, int64_t parent) {
    const bd_pdf_object *element = NULL;
    bd_err err;
    CHECK(reference->kind == BD_PDF_REF);
    CHECK_OK(bd_pdf_resolve(r->pdf, reference, &element, &err), err);
    CHECK_EQ_INT(bd_pdf_find(element, "P")->integer, parent);
    bd_str tag = bd_pdf_find(element, "S")->text;
    r->elements++;
    note_tag(r, tag);
    bd_buf_puts(&r->spelled, tag);
    bd_buf_putc(&r->spelled, '(');
    const bd_pdf_object *kids = bd_pdf_find(element, "K");
    bool is_list = kids != NULL && kids->kind == BD_PDF_ARRAY;
    for (size_t i = 0; kids != NULL && i < (is_list ? kids->count : 1); i++) {
        walk_kid(r, is_list ? &kids->items[i] : kids, element, reference->integer);
    }
    bd_buf_putc(&r->spelled, ')');
}

static void walk_all(reading *r) {
    const bd_pdf_object *catalog = value_of(r, bd_pdf_trailer(r->pdf), "Root");
    CHECK(r->root != NULL);
    walk(r, bd_pdf_find(r->root, "K"), bd_pdf_find(catalog, "StructTreeRoot")->integer);
}

/* How many stretches the content of a page has; they are numbered from 0 in order. */
static size_t count_marks(reading *r, size_t page) {
    const bd_pdf_object *dict = NULL, *content;
    bd_str text;
    bd_err err;
    CHECK_OK(bd_pdf_object_at(r->pdf, bd_pdf_page_number(r->pdf, page), &dict, &err), err);
    content = value_of(r, dict, "Contents");
    CHECK_OK(bd_pdf_stream_decode(r->pdf, content, 1 << 24, &text, &err), err);
    size_t marks = 0, begins = 0, ends = 0;
    bd_str rest = text, line;
    while (bd_str_cut(&rest, '\n', &line)) {
        begins += bd_str_has_suffix(line, BD_STR("BDC")) || bd_str_has_suffix(line, BD_STR("BMC"));
        ends += bd_str_eqz(line, "EMC");
        CHECK(begins == ends || begins == ends + 1); /* one at a time, none inside another */
        ptrdiff_t at = bd_str_find(line, BD_STR("<</MCID "));
        if (at >= 0 && bd_str_has_suffix(line, BD_STR("BDC"))) {
            bd_str wanted = bd_str_format(test_arena(), "<</MCID %zu>>BDC", marks++);
            CHECK(bd_str_has_suffix(line, wanted));
        }
    }
    CHECK_EQ_INT(begins, ends);
    return marks;
}

static bool is_spelled(reading *r, const char *part) {
    test_failure("'%s' is not in %.*s", part, (int)(r->spelled.size < 3000 ? r->spelled.size : 3000),
                 r->spelled.data);
    return bd_str_find(bd_buf_str(&r->spelled), bd_str_of(part)) >= 0;
}

static reading read_document(size_t rows) {
    const bd_layout *layout;
    bd_str text = make_file(make_document(rows), 1, 0, &layout);
    reading r = read_file(text, layout);
    walk_all(&r);
    return r;
}

/* ---- claims ---------------------------------------------------------------------------------- */

TEST(pdf, every_stretch_of_content_has_its_element_and_every_element_is_in_the_tree) {
    reading r = read_document(200);
    size_t marks = 0, links = 0;
    for (size_t i = 0; i < bd_pdf_page_count(r.pdf); i++) {
        marks += count_marks(&r, i);
        links += r.layout->pages.data[i].links.count;
    }
    CHECK(r.layout->pages.count > 6);
    CHECK_EQ_INT(r.stretches, marks);
    CHECK_EQ_INT(r.elements, r.layout->element_count);
    CHECK_EQ_INT(r.annotations, links);
    bd_buf_clear(&r.spelled);
}

TEST(pdf, headings_skip_no_level_and_lists_are_lists) {
    reading r = read_document(2);
    CHECK_EQ_INT(count_of(&r, "H1"), 1);
    CHECK_EQ_INT(count_of(&r, "H2"), 2); /* the third level under the first, and the second */
    CHECK_EQ_INT(count_of(&r, "H3"), 0);
    CHECK(is_spelled(&r, "H1()H2()P()L(LI(Lbl()LBody())LI(Lbl()LBody()))P()Table("));
    CHECK(is_spelled(&r, "Document(P()Form()TOC(TOCI(Reference(Link()))TOC("));
    bd_buf_clear(&r.spelled);
}

TEST(pdf, rows_have_cells_for_every_column_and_heads_a_scope) {
    reading r = read_document(2);
    CHECK(is_spelled(&r, "Table(Caption()THead(TR(TH()TH()TH()))TBody(TR(TH())TR(TD()TD()TD())TR("));
    CHECK(is_spelled(&r, "Table(TBody(TR(TH()TD(Link()))TR(TH()TD())))"));
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "qpdf --qdf --object-streams=disable tagged.pdf - | "
                                    "grep -a -A3 '/ColSpan\\|/Scope' | tr -d ' \\n'"), 0);
    CHECK(bd_str_find(said, BD_STR("/ColSpan3/O/Table/Scope/Column")) >= 0);
    CHECK(bd_str_find(said, BD_STR("/Scope/Row")) >= 0);
    bd_buf_clear(&r.spelled);
}

TEST(pdf, table_over_three_pages_has_one_head_and_one_body) {
    reading r = read_document(150);
    CHECK_EQ_INT(count_of(&r, "Table"), 2);
    CHECK_EQ_INT(count_of(&r, "THead"), 1);
    CHECK_EQ_INT(count_of(&r, "TBody"), 2);
    CHECK_EQ_INT(count_of(&r, "TR"), 1 + 1 + 150 + 2);
    size_t heads = 0;
    for (size_t p = 0; p < r.layout->pages.count; p++) {
        const bd_ops *ops = &r.layout->pages.data[p].ops;
        for (size_t i = 0; i < ops->count; i++) {
            bool is_head = bd_str_eqz(ops->data[i].text, "State");
            heads += is_head;
            CHECK(!is_head || heads == 1 || ops->data[i].element == BD_ELEMENT_NONE);
        }
    }
    CHECK(heads >= 3); /* drawn on each page */
    bd_buf_clear(&r.spelled);
}

TEST(pdf, document_without_tables_has_none) {
    reading r = read_document(0);
    CHECK_EQ_INT(count_of(&r, "Table") + count_of(&r, "TR") + count_of(&r, "TD"), 0);
    bd_buf_clear(&r.spelled);
}

TEST(pdf, paragraph_over_pages_is_one_element_and_its_words_stay_apart) {
    reading r = read_document(0);
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "pdfinfo -struct-text tagged.pdf 2>&1"), 0);
    CHECK(is_spelled(&r, "P(Link()Link()Span()))")); /* the last, which goes over pages */
    CHECK(bd_str_find(said, BD_STR("wordword")) < 0 && bd_str_find(said, BD_STR("wordafter")) < 0);
    CHECK(bd_str_find(said, BD_STR("Syntax")) < 0);
    bd_buf_clear(&r.spelled);
}

TEST(pdf, figure_says_what_it_shows_and_where_it_stands) {
    reading r = read_document(0);
    bd_str said;
    CHECK_EQ_INT(r.layout->illustrations.count, 1);
    CHECK(r.layout->illustrations.data[0].has_box);
    CHECK(is_spelled(&r, "P()Figure()P(Link())"));
    CHECK_EQ_INT(run_command(&said, "qpdf --qdf --object-streams=disable tagged.pdf - | grep -a /Alt"), 0);
    CHECK(bd_str_find(said, BD_STR("/Alt (Two bars: \"one\" is <short> & the other is not)")) >= 0);
    bd_buf_clear(&r.spelled);
}

TEST(pdf, furniture_and_rules_are_no_elements) {
    const bd_layout *layout;
    make_file(make_document(50), 1, 0, &layout);
    for (size_t p = 0; p < layout->pages.count; p++) {
        const bd_ops *ops = &layout->pages.data[p].ops;
        for (size_t i = 0; i < ops->count; i++) {
            const bd_op *op = &ops->data[i];
            bool is_head = bd_str_eqz(op->text, "Running head");
            bool is_figure = op->element > 0 && op->element < BD_ELEMENT_FURNITURE &&
                             bd_layout_element(layout, op->element)->tag == BD_TAG_FIGURE;
            CHECK(!is_head || op->element == BD_ELEMENT_FURNITURE);
            CHECK(op->kind == BD_OP_TEXT || op->element == BD_ELEMENT_NONE || is_figure);
        }
    }
}

static bd_str sign_file(bd_pdf *pdf) {
    bd_pdf_signature_plan plan = {.field_name = BD_STR("Signature1"),
                                  .signed_at = 0,
                                  .docmdp = 1,
                                  .contents_bytes = 64,
                                  .rect = {10, 10, 90, 50}};
    bd_pdf_signature_update update;
    bd_err err;
    CHECK_OK(bd_pdf_signature_build(pdf, &plan, test_arena(), &update, &err), err);
    return update.appended;
}

TEST(pdf, place_is_kept_for_the_signature) {
    reading r = read_document(0);
    const bd_pdf_object *panel = NULL;
    bd_err err;
    CHECK_OK(bd_pdf_resolve(r.pdf, find_key(&r, 0), &panel, &err), err);
    CHECK_EQ_STR(value_of(&r, panel, "S")->text, "Form");
    CHECK(bd_pdf_find(panel, "K") == NULL);
    bd_str update = sign_file(r.pdf);
    CHECK(bd_str_find(update, BD_STR("/StructParent 0\n/TU (Signature)")) > 0);
    CHECK(bd_str_find(update, BD_STR("/K << /Type /OBJR /Obj ")) > 0);
    bd_buf_clear(&r.spelled);
}

TEST(pdf, place_that_is_taken_or_is_something_else_is_left_alone) {
    static const char *const changes[][2] = {
        {"/S /Form", "/S /Farm"},               /* another element */
        {"/ParentTree ", "/ParentTrex "},       /* no parent tree */
        {"/Limits [ 0 0 ] /Nums [ 0 ", "/Limits [ 0 0 ] /Nums [ 9 "}, /* another key */
        {"/Limits [ 0 0 ] /Nums [", "/Limits [ 0 0 ] /Numz ["}};
    const bd_layout *layout;
    make_file(make_document(0), 1, 0, &layout);
    CHECK_EQ_INT(run_command(NULL, "qpdf --object-streams=disable tagged.pdf plain.pdf"), 0);
    for (size_t i = 0; i < BD_COUNT(changes); i++) {
        bd_str text = test_read_file(test_path("plain.pdf"));
        char *bytes = bd_new(test_arena(), char, text.size);
        memcpy(bytes, text.data, text.size);
        ptrdiff_t at = bd_str_find(text, bd_str_of(changes[i][0]));
        test_failure("'%s'", changes[i][0]);
        CHECK(at > 0);
        memcpy(bytes + at, changes[i][1], strlen(changes[i][1]));
        bd_pdf *pdf;
        bd_err err;
        CHECK_OK(bd_pdf_parse((bd_str){bytes, text.size}, test_arena(), &pdf, &err), err);
        bd_str update = sign_file(pdf);
        CHECK(bd_str_find(update, BD_STR("/StructParent 0")) < 0);
        CHECK(bd_str_find(update, BD_STR("/OBJR")) < 0);
    }
}

TEST(pdf, same_bytes_for_any_number_of_workers) {
    const bd_layout *layout;
    bd_str one = make_file(make_document(300), 1, 0, &layout);
    bd_str four = make_file(make_document(300), 4, 0, &layout);
    CHECK(bd_str_eq(one, four));
}

TEST(pdf, metadata_is_xml_and_says_what_the_document_says) {
    const bd_layout *layout;
    bd_str said, text = make_file(make_document(0), 1, 0, &layout);
    ptrdiff_t from = bd_str_find(text, BD_STR("<?xpacket begin")),
              to = bd_str_find(text, BD_STR("<?xpacket end"));
    CHECK(from > 0 && to > from); /* not compressed */
    test_write_file(test_path("xmp.xml"), bd_str_sub(text, (size_t)from, (size_t)to));
    CHECK_EQ_INT(run_command(&said, "xmllint --xpath \"string(//*[local-name()='title']//*"
                                    "[local-name()='li'])\" xmp.xml"), 0);
    CHECK_EQ_STR(bd_str_trim(said), "Q&A: <all> \"quoted\" & 'done'");
    CHECK_EQ_INT(run_command(&said, "xmllint --xpath \"string(//*[local-name()='creator'])\" xmp.xml"), 0);
    CHECK_EQ_STR(bd_str_trim(said), "Müller & Söhne");
    CHECK(bd_str_find(text, BD_STR("<pdfaid:part>3<")) > 0);
    CHECK(bd_str_find(text, BD_STR("<pdfuaid:part>1<")) > 0);
}

TEST(pdf, attached_files_come_out_as_they_went_in) {
    const bd_layout *layout;
    bd_str said, text = make_file(make_document(0), 1, 0, &layout);
    CHECK_EQ_INT(run_command(&said, "pdfdetach -saveall tagged.pdf && cat a.json b.csv"), 0);
    CHECK(bd_str_has_suffix(said, BD_STR("{\"a\":1}\na,b\n")));
    CHECK(bd_str_find(text, BD_STR("/Subtype /application#2Fjson")) > 0);
    CHECK_EQ_INT(run_command(&said, "qpdf --qdf --object-streams=disable tagged.pdf - | grep -a /AFRelationship"), 0);
    CHECK(bd_str_find(said, BD_STR("/AFRelationship /Supplement")) >= 0);
}

static int64_t count_rows(const char *pattern) {
    bd_str said;
    int64_t count = 0;
    CHECK_EQ_INT(run_command(&said, "grep -c '%s' rows.txt || true", pattern), 0);
    CHECK(bd_str_to_i64(bd_str_trim(said), &count));
    return count;
}

/* Catalog, root of the pages, information, table, content of each page, and what has to be a stream. */
TEST(pdf, objects_that_are_no_streams_stand_in_object_streams) {
    const bd_layout *layout;
    bd_str text = make_file(make_document(300), 2, 0, &layout);
    bd_err err;
    bd_pdf *pdf;
    CHECK_OK(bd_pdf_parse(text, test_arena(), &pdf, &err), err);
    CHECK_EQ_INT(run_command(NULL, "qpdf --show-xref tagged.pdf >rows.txt && qpdf --check tagged.pdf"), 0);
    int64_t plain = count_rows(": uncompressed;"), packed = count_rows(": compressed;");
    int64_t size = bd_pdf_find(bd_pdf_trailer(pdf), "Size")->integer, found = 0;
    CHECK_EQ_INT(plain + packed, size - 1);
    CHECK(packed > (int64_t)layout->element_count);
    int64_t most = (int64_t)layout->pages.count + packed / 100 + 40;
    test_failure("%lld objects are packed, %lld are not", (long long)packed, (long long)plain);
    CHECK(packed > 1000 && plain < most);
    for (int64_t i = 0; i < size; i++) {
        found += bd_pdf_has(pdf, i);
    }
    CHECK_EQ_INT(found, size - 1);
    CHECK_EQ_INT(run_command(NULL, "test $(mutool show tagged.pdf xref | grep -c ' o *$') = "
                                   "$(grep -c ': compressed;' rows.txt)"), 0);
}

TEST(pdf, every_stream_says_its_length_itself) {
    const bd_layout *layout;
    bd_str text = make_file(make_document(20), 1, 0, &layout);
    size_t streams = 0;
    for (ptrdiff_t at = 0;;) {
        ptrdiff_t next = bd_str_find(bd_str_sub(text, (size_t)at, text.size), BD_STR("/Length "));
        if (next < 0) {
            break;
        }
        at += next + 8;
        bd_str line = bd_str_sub(text, (size_t)at, (size_t)at + 12);
        ptrdiff_t end = bd_str_find(line, BD_STR("\n"));
        int64_t length = 0;
        CHECK(end > 0 && bd_str_to_i64(bd_str_sub(line, 0, (size_t)end), &length));
        streams++;
    }
    CHECK(streams > layout->pages.count);
}

TEST(pdf, too_long_a_document_is_untagged_and_claims_no_tags) {
    const bd_layout *layout;
    bd_str said, text = make_file(make_document(200), 1, 3, &layout);
    CHECK(layout->pages.count > 3 && !layout->is_tagged);
    CHECK(bd_str_find(text, BD_STR("/StructTreeRoot")) < 0);
    CHECK(bd_str_find(text, BD_STR("/MarkInfo")) < 0);
    CHECK(bd_str_find(text, BD_STR("pdfuaid:part>")) < 0);
    CHECK(bd_str_find(text, BD_STR("<pdfaid:part>3<")) > 0);
    CHECK_EQ_INT(run_command(&said, "qpdf --check tagged.pdf && pdfinfo tagged.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("Tagged:          no")) >= 0);
}

TEST(pdf, other_programs_find_no_fault) {
    const bd_layout *layout;
    bd_str said;
    make_file(make_document(200), 1, 0, &layout);
    CHECK_EQ_INT(run_command(&said, "qpdf --check tagged.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("No syntax or stream encoding errors")) >= 0);
    CHECK_EQ_INT(run_command(&said, "pdfinfo tagged.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("Tagged:          yes")) >= 0);
}
