/* pdffile_test.c - PDFs as files: what is read, what is refused, and the update that carries a
 * signature. */
#include "bindery/pdffile.h"

#include "make_pdf.h"
#include "test.h"

#define AT_2026 (INT64_C(1767225600) * BD_SECOND) /* 2026-01-01T00:00:00Z */

/* ---- shared ---------------------------------------------------------------------------------- */

static bd_pdf *parse(bd_str text) {
    bd_err err = {0};
    bd_pdf *pdf = NULL;
    CHECK_OK(bd_pdf_parse(text, test_arena(), &pdf, &err), err);
    return pdf;
}

static void check_refused(bd_str text, bd_err_class class, const char *part) {
    bd_err err = {0};
    bd_pdf *pdf = NULL;
    test_failure("expected '%s'", part);
    CHECK_FAILS(bd_pdf_parse(text, test_arena(), &pdf, &err), err, class, part);
}

static bd_str page_text(bd_str text, size_t index) {
    bd_err err = {0};
    bd_str out;
    CHECK_OK(bd_pdf_page_text(parse(text), index, test_arena(), &out, &err), err);
    return out;
}

/* One page with `content`, whose font /F1 is object 5 and whose objects 6 to 8 are free to describe
 * it. */
static bd_str make_page(const char *content, const char *font, const char *sixth,
                        const char *seventh) {
    static const int numbers[] = {1, 2, 3, 4, 5, 6, 7};
    bd_str stream = bd_str_format(test_arena(), "<< /Length %zu >>\nstream\n%s\nendstream",
                                  strlen(content), content);
    const char *const bodies[] = {
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /Resources << /Font << /F1 5 0 R >> >> >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents [4 0 R] >>",
        bd_str_z(test_arena(), stream),
        font,
        sixth,
        seventh};
    return make_revision(BD_STR(""), numbers, bodies, 7, 8, 0, "");
}

static bd_pdf_signature_plan make_plan(void) {
    return (bd_pdf_signature_plan){.field_name = BD_STR("Signature1"),
                                   .signed_at = AT_2026,
                                   .docmdp = 1,
                                   .contents_bytes = 2000,
                                   .signer_name = BD_STR("Юлия (CFO)")};
}

static bd_pdf_signature_update build(bd_str text, const bd_pdf_signature_plan *plan) {
    bd_err err = {0};
    bd_pdf_signature_update update;
    CHECK_OK(bd_pdf_signature_build(parse(text), plan, test_arena(), &update, &err), err);
    return update;
}

/* ---- reading --------------------------------------------------------------------------------- */

TEST(pdffile, small_file_is_read_with_its_parts) {
    bd_err err = {0};
    const bd_pdf_object *found = NULL;
    bd_str text = make_pdf();
    bd_pdf *pdf = parse(text);
    CHECK_EQ_INT(bd_pdf_revision_count(pdf), 1);
    CHECK_EQ_INT(bd_pdf_revision_end(pdf, 0), text.size);
    CHECK_EQ_INT(bd_pdf_revision_end(pdf, 1), -1);
    CHECK_EQ_INT(bd_pdf_page_count(pdf), 1);
    CHECK_EQ_INT(bd_pdf_page_number(pdf, 0), 3);
    CHECK_EQ_INT(bd_pdf_page_number(pdf, 1), -1);
    CHECK_OK(bd_pdf_resolve(pdf, bd_pdf_find(bd_pdf_trailer(pdf), "Info"), &found, &err), err);
    CHECK_EQ_STR(bd_pdf_find(found, "Title")->text, "Binder");
    CHECK(bd_pdf_find(found, "Author") == NULL);
    CHECK_OK(bd_pdf_object_at(pdf, 99, &found, &err), err);
    CHECK(found == NULL);
    CHECK_OK(bd_pdf_object_at(pdf, 0, &found, &err), err);
    CHECK(found == NULL);
}

TEST(pdffile, objects_are_read_as_the_standard_writes_them) {
    bd_err err = {0};
    const bd_pdf_object *o = NULL;
    bd_str text = replace_once(make_pdf(), "<< /Title (Binder) >>",
                               "[ true false null 12 -7 +3 1.5 -.25 4. (a\\(b\\)\\\\\\101\\n(c)) "
                               "<48 6> /A#42c << /K [1 0 R 2] >> 7 0 8 ]");
    text = replace_once(text, "<48 6>", "<486>");
    /* The longer object moves the table: qpdf is not needed for that, the test mends the
     * numbers. */
    ptrdiff_t table = bd_str_find(text, BD_STR("xref\n0 1"));
    bd_str tail = bd_str_format(test_arena(), "startxref\n%td\n%%%%EOF\n", table);
    ptrdiff_t at = bd_str_find(text, BD_STR("startxref"));
    bd_pdf *pdf = parse(join(bd_str_sub(text, 0, (size_t)at), tail));
    CHECK_OK(bd_pdf_object_at(pdf, 6, &o, &err), err);
    CHECK_EQ_INT(o->count, 16);
    CHECK(o->items[0].kind == BD_PDF_BOOL && o->items[0].boolean && !o->items[1].boolean);
    CHECK(o->items[2].kind == BD_PDF_NULL);
    CHECK_EQ_INT(o->items[3].integer, 12);
    CHECK_EQ_INT(o->items[4].integer, -7);
    CHECK_EQ_INT(o->items[5].integer, 3);
    CHECK(o->items[6].kind == BD_PDF_REAL && o->items[6].real > 1.49 && o->items[6].real < 1.51);
    CHECK(o->items[7].real < -0.24 && o->items[7].real > -0.26);
    CHECK(o->items[8].kind == BD_PDF_REAL && o->items[8].real > 3.99);
    CHECK_EQ_STR(o->items[9].text, "a(b)\\A\n(c)");
    CHECK_EQ_STR(o->items[10].text, "H`");
    CHECK_EQ_STR(o->items[11].text, "ABc");
    const bd_pdf_object *list = bd_pdf_find(&o->items[12], "K");
    CHECK_EQ_INT(list->count, 2);
    CHECK(list->items[0].kind == BD_PDF_REF && list->items[0].integer == 1);
    CHECK(o->items[13].kind == BD_PDF_INTEGER && o->items[15].integer == 8);
    CHECK(text.data[o->items[10].start] == '<' && text.data[o->items[10].end - 1] == '>');
}

TEST(pdffile, revisions_are_counted_and_the_newest_object_wins) {
    bd_err err = {0};
    const bd_pdf_object *found = NULL;
    bd_str base = make_pdf();
    const int number = 6;
    const char *const body = "<< /Title (Second) >>";
    bd_str text = make_revision(base, &number, &body, 1, 7, find_startxref(base), "/Info 6 0 R ");
    bd_pdf *pdf = parse(text);
    CHECK_EQ_INT(bd_pdf_revision_count(pdf), 2);
    CHECK_EQ_INT(bd_pdf_revision_end(pdf, 0), base.size);
    CHECK_EQ_INT(bd_pdf_revision_end(pdf, 1), text.size);
    CHECK_OK(bd_pdf_object_at(pdf, 6, &found, &err), err);
    CHECK_EQ_STR(bd_pdf_find(found, "Title")->text, "Second");
}

TEST(pdffile, base_of_a_file_is_what_its_bytes_alone_are) {
    bd_err err = {0};
    bd_pdf *base = NULL;
    const bd_pdf_object *found = NULL;
    bd_str first = make_pdf();
    const int number = 6;
    const char *const body = "<< /Title (Second) >>";
    bd_pdf *whole =
        parse(make_revision(first, &number, &body, 1, 7, find_startxref(first), "/Info 6 0 R "));
    CHECK_OK(bd_pdf_base_parse(whole, test_arena(), &base, &err), err);
    CHECK_EQ_INT(bd_pdf_revision_count(base), 1);
    CHECK_EQ_INT(bd_pdf_revision_end(base, 0), first.size);
    CHECK_OK(bd_pdf_object_at(base, 6, &found, &err), err);
    CHECK_EQ_STR(bd_pdf_find(found, "Title")->text, "Binder");
}

TEST(pdffile, base_whose_stream_gets_its_length_later_is_refused) {
    static const int numbers[] = {1, 2, 3, 4};
    const char *const bodies[] = {"<< /Type /Catalog /Pages 2 0 R >>",
                                  "<< /Type /Pages /Kids [] /Count 0 >>",
                                  "<< /Length 4 0 R >>\nstream\nq Q\nendstream", "2"};
    const int fourth = 4;
    const char *const three = "3";
    bd_err err = {0};
    bd_pdf *base = NULL;
    bd_str first = make_revision(BD_STR(""), numbers, bodies, 4, 5, 0, "");
    bd_str text = make_revision(first, &fourth, &three, 1, 5, find_startxref(first), "");
    check_refused(first, BD_ERR_INPUT, "expected 'endstream'");
    CHECK_FAILS(bd_pdf_base_parse(parse(text), test_arena(), &base, &err), err, BD_ERR_INPUT,
                "expected 'endstream'");
}

/* What is read of <after> is the same with and without what is known of <before>. */
static void check_grown(bd_str before, bd_str after) {
    bd_err err = {0}, grown_err = {0};
    bd_pdf *plain = NULL, *grown = NULL;
    bd_rc rc = bd_pdf_parse(after, test_arena(), &plain, &err);
    bd_rc grown_rc = bd_pdf_grown_parse(after, NULL, parse(before), test_arena(), &grown, &grown_err);
    CHECK(bd_failed(rc) == bd_failed(grown_rc));
    if (bd_failed(rc)) {
        CHECK_EQ_STR(bd_str_of(err.message), bd_str_of(grown_err.message));
        return;
    }
    CHECK_EQ_INT(bd_pdf_revision_count(plain), bd_pdf_revision_count(grown));
    for (size_t i = 0; i < bd_pdf_revision_count(plain); i++) {
        CHECK_EQ_INT(bd_pdf_revision_end(plain, i), bd_pdf_revision_end(grown, i));
    }
    CHECK_EQ_INT(bd_pdf_page_count(plain), bd_pdf_page_count(grown));
    for (int64_t i = 0; i < 20; i++) {
        const bd_pdf_object *a = NULL, *b = NULL;
        CHECK_OK(bd_pdf_object_at(plain, i, &a, &err), err);
        CHECK_OK(bd_pdf_object_at(grown, i, &b, &err), err);
        CHECK((a == NULL) == (b == NULL));
        CHECK(a == NULL || (a->start == b->start && a->end == b->end && a->kind == b->kind));
    }
}

TEST(pdffile, a_grown_file_is_read_as_if_nothing_were_known) {
    bd_str base = make_pdf();
    bd_str cut = bd_str_sub(base, 0, base.size - 1); /* without its last line end */
    const int sixth = 6, ninth = 9;
    const char *const title = "<< /Title (Second) >>", *const page = "<< /Type /Page /Parent 2 0 R >>";
    bd_str second = make_revision(base, &sixth, &title, 1, 7, find_startxref(base), "/Info 6 0 R ");
    check_grown(base, second);
    check_grown(cut, second);
    check_grown(base, make_revision(base, &ninth, &page, 1, 10, find_startxref(base), ""));
    check_grown(second, make_revision(second, &ninth, &page, 1, 10, find_startxref(second), ""));
    check_grown(base, make_revision(base, &sixth, &title, 1, 3, find_startxref(base), "")); /* a smaller /Size */
    check_grown(base, make_revision(base, &sixth, &title, 1, 7, find_startxref(base) + 1, ""));
    check_grown(base, join(second, BD_STR("more")));
}

TEST(pdffile, a_grown_file_that_moves_the_end_of_an_old_stream_is_looked_at_again) {
    static const int numbers[] = {1, 2, 3, 4};
    const char *const bodies[] = {"<< /Type /Catalog /Pages 2 0 R >>",
                                  "<< /Type /Pages /Kids [] /Count 0 >>",
                                  "<< /Length 4 0 R >>\nstream\nq Q\nendstream", "3"};
    const int fourth = 4;
    const char *const two = "2";
    bd_str first = make_revision(BD_STR(""), numbers, bodies, 4, 5, 0, "");
    bd_str text = make_revision(first, &fourth, &two, 1, 5, find_startxref(first), "");
    check_refused(text, BD_ERR_INPUT, "expected 'endstream'");
    check_grown(first, text);
}

/* ---- refusing -------------------------------------------------------------------------------- */

TEST(pdffile, things_that_are_no_pdf_are_refused) {
    check_refused(BD_STR(""), BD_ERR_INPUT, "not a pdf");
    check_refused(BD_STR("PK\003\004"), BD_ERR_INPUT, "not a pdf");
    check_refused(BD_STR("%PDF-1.7\nhello"), BD_ERR_INPUT, "no startxref");
    check_refused(BD_STR("%PDF-1.7\nstartxref\n"), BD_ERR_INPUT, "number");
    check_refused(BD_STR("%PDF-1.7\nstartxref\n9\n%%EOF\n"), BD_ERR_INPUT, "xref");
    check_refused(BD_STR("%PDF-1.7\nstartxref\n99999999999999\n%%EOF\n"), BD_ERR_INPUT,
                  "section at byte");
}

TEST(pdffile, tables_that_lie_are_refused) {
    static const struct {
        const char *from, *to;
        bd_err_class class;
        const char *part;
    } cases[] = {
        {"0000000000 65535 f ", "0000000000 65535 g ", BD_ERR_INPUT, "20 bytes"},
        {"0000000015 00000 n ", "0000000015 00000 n\t", BD_ERR_INPUT, "20 bytes"},
        {"0000000015 00000 n ", "0000000016 00000 n ", BD_ERR_INPUT, "number"},
        {"0000000015 00000 n ", "0000000015 00001 n ", BD_ERR_INPUT, "expected '1 1'"},
        {"0000000015 00000 n ", "0000009999 00000 n ", BD_ERR_INPUT, "expected it between"},
        {"0 1\n0000000000", "0 99\n0000000000", BD_ERR_INPUT, "larger than the file"},
        {"/Size 7", "/Size 6", BD_ERR_INPUT, "beyond the trailer's /Size"},
        {"/Size 7", "/Size 0", BD_ERR_INPUT, "credible"},
        {"/Size 7", "/Syze 7", BD_ERR_INPUT, "credible"},
        {"/Info 6 0 R", "/Encrypt  6", BD_ERR_UNSUPPORTED, "encrypted"},
        {"/Info 6 0 R", "/XRefStm 12", BD_ERR_UNSUPPORTED, "hybrid"},
        {"/Info 6 0 R", "/Prev 00015", BD_ERR_INPUT, "'xref' or a cross-reference stream"},
        {"/Info 6 0 R", "/Prev 00016", BD_ERR_INPUT, "expected 'xref'"},
        {"/Info 6 0 R", "/Prev 99999", BD_ERR_INPUT, "expected it before"},
        {"/Info 6 0 R", "/Prev (abc)", BD_ERR_INPUT, "/Prev that is not a number"},
        {"/Info 6 0 R", "/Size     7", BD_ERR_INPUT, "names a key twice"},
        {"trailer\n", "trailor\n", BD_ERR_INPUT, "trailer"},
        {"/Title (Binder)", "/Title (Binder ", BD_ERR_INPUT, "string without end"},
        {"<< /Title (Binder) >>\nendobj", "<< /Title (Binder) >>\nendobk", BD_ERR_INPUT, "endobj"},
        {"<< /Length 65 >>", "<< /Length 67 >>", BD_ERR_INPUT, "endstream"},
        {"<< /Length 65 >>", "<< /Langth 65 >>", BD_ERR_INPUT, "without /Length"},
        {"<< /Length 65 >>", "<< /Length -1 >>", BD_ERR_INPUT, "longer than its place"},
    };
    CHECK(bd_str_find(make_pdf(), BD_STR("<< /Length 65 >>")) > 0);
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        check_refused(replace_once(make_pdf(), cases[i].from, cases[i].to), cases[i].class,
                      cases[i].part);
    }
}

/* ---- object streams -------------------------------------------------------------------------- */

static void check_page_of(bd_str text) {
    bd_err err = {0};
    const bd_pdf_object *found = NULL;
    bd_pdf *pdf = parse(text);
    CHECK_EQ_INT(bd_pdf_page_count(pdf), 1);
    CHECK_OK(bd_pdf_resolve(pdf, bd_pdf_find(bd_pdf_trailer(pdf), "Info"), &found, &err), err);
    CHECK_EQ_STR(bd_pdf_find(found, "Title")->text, "Binder");
    CHECK_EQ_STR(page_text(text, 0), page_text(make_pdf(), 0));
}

TEST(pdffile, objects_of_an_object_stream_are_read) {
    bd_err err = {0};
    const bd_pdf_object *found = NULL;
    bd_str text = make_streamed_pdf();
    bd_pdf *pdf = parse(text);
    check_page_of(text);
    CHECK_EQ_INT(bd_pdf_page_number(pdf, 0), 3);
    for (int64_t i = 1; i < 9; i++) {
        CHECK(bd_pdf_has(pdf, i));
        CHECK(bd_pdf_is_container(pdf, i) == (i > 6));
    }
    CHECK_OK(bd_pdf_object_at(pdf, 6, &found, &err), err);
    CHECK(found->start >= (int64_t)text.size && found->end - found->start == 21);
    test_write_file(test_path("streamed.pdf"), text);
    CHECK_EQ_INT(run_command(NULL, "qpdf --check streamed.pdf"), 0);
}

TEST(pdffile, object_streams_of_another_program_are_read) {
    static const char *const how[] = {"--object-streams=generate", "--object-streams=generate --stream-data=uncompress",
                                      "--object-streams=generate --compress-streams=n"};
    test_write_file(test_path("plain.pdf"), make_pdf());
    for (size_t i = 0; i < BD_COUNT(how); i++) {
        CHECK_EQ_INT(run_command(NULL, "qpdf %s plain.pdf streams.pdf", how[i]), 0);
        check_page_of(test_read_file(test_path("streams.pdf")));
    }
}

static make_streams make_second(bd_str base) {
    static const make_object title[] = {{6, "<< /Title (Second) >>"}};
    bd_str extra = bd_str_format(test_arena(), "/Size 11 /Info 6 0 R /Prev %ld ", find_startxref(base));
    return (make_streams){.before = base,
                          .plain = title,
                          .plain_count = 1,
                          .pack = 9,
                          .own = 10,
                          .pack_extra = "",
                          .own_extra = bd_str_z(test_arena(), extra)};
}

TEST(pdffile, a_later_revision_takes_objects_out_of_an_object_stream_and_puts_them_into_another) {
    bd_err err = {0};
    bd_pdf *before = NULL;
    const bd_pdf_object *found = NULL;
    bd_pdf_numbers changed = {0};
    bd_str base = make_streamed_pdf();
    make_streams plain = make_second(base), packed = make_second(base);
    packed.packed = plain.plain;
    packed.packed_count = 1;
    packed.plain_count = 0;
    const make_streams *const both[] = {&plain, &packed};
    for (size_t i = 0; i < BD_COUNT(both); i++) {
        bd_str text = make_with_streams(both[i]);
        bd_pdf *pdf = parse(text);
        CHECK_EQ_INT(bd_pdf_revision_count(pdf), 2);
        CHECK_OK(bd_pdf_object_at(pdf, 6, &found, &err), err);
        CHECK_EQ_STR(bd_pdf_find(found, "Title")->text, "Second");
        CHECK_OK(bd_pdf_base_parse(pdf, test_arena(), &before, &err), err);
        CHECK_OK(bd_pdf_object_at(before, 6, &found, &err), err);
        CHECK_EQ_STR(bd_pdf_find(found, "Title")->text, "Binder");
        changed.count = 0;
        bd_pdf_changes(before, pdf, test_arena(), &changed);
        CHECK_EQ_INT(changed.count, i == 0 ? 2 : 3);
        CHECK_EQ_INT(changed.data[0], 6);
        check_grown(base, text);
        test_write_file(test_path("second.pdf"), text);
        CHECK_EQ_INT(run_command(NULL, "qpdf --check second.pdf"), 0);
    }
}

/* Each of these lets one reader see what another does not. */
TEST(pdffile, object_streams_that_lie_are_refused) {
    static const struct {
        const char *head, *pack_extra;
        const char *from, *to;
        bd_err_class class;
        const char *part;
    } cases[] = {
        {"2 0 3 42 5 153 6 208 ", "", "", "", BD_ERR_INPUT, ""}, /* the right head, for once */
        {"2 0 3 42 6 153 5 208 ", "", "", "", BD_ERR_INPUT, "is not what the object stream 7 has in its place"},
        {"2 0 3 42 5 153 5 208 ", "", "", "", BD_ERR_INPUT, "is not what the object stream 7 has in its place"},
        {"2 0 3 42 5 208 6 153 ", "", "", "", BD_ERR_INPUT, "do not follow each other"},
        {"2 0 3 42 5 42 6 208 ", "", "", "", BD_ERR_INPUT, "do not follow each other"},
        {"2 1 3 42 5 153 6 208 ", "", "", "", BD_ERR_INPUT, "do not follow each other"},
        {"2 0 3 42 5 153 6 999 ", "", "", "", BD_ERR_INPUT, "do not follow each other"},
        {"2 0 3 40 5 153 6 208 ", "", "", "", BD_ERR_INPUT, "of an object stream"},
        {"2 0 3 42 5 153 6 208 9 9 ", "", "", "", BD_ERR_INPUT, "more in its head"},
        {"2 0 3 42 5 153 ", "", "", "", BD_ERR_INPUT, "number of at most 15 digits"},
        {NULL, "/Extends 9 0 R ", "", "", BD_ERR_UNSUPPORTED, "extends another one"},
        {NULL, "/Filter /LZWDecode ", "", "", BD_ERR_UNSUPPORTED, "unusual filter"},
        {NULL, "/Filter 6 0 R ", "", "", BD_ERR_UNSUPPORTED, "unusual filter"},
        {NULL, "/Filter /FlateDecode ", "", "", BD_ERR_INPUT, "no deflated text"},
        {NULL, "", "/Type /ObjStm", "/Type /Objects", BD_ERR_INPUT, "the object stream 7 is none"},
        {NULL, "", "/N 4", "/N 3", BD_ERR_INPUT, "more in its head"},
        {NULL, "", "/N 4", "/N 0", BD_ERR_INPUT, "no credible /N"},
        {NULL, "", "/First 21", "/First 19", BD_ERR_INPUT, "do not follow each other"},
        {NULL, "", "/First 21", "/First -1", BD_ERR_INPUT, "no credible /N and /First"},
        {NULL, "", "/First 21", "/First 99999", BD_ERR_INPUT, "no credible /N and /First"},
        {NULL, "", "(Binder) >> ", "(Binder)>>% ", BD_ERR_INPUT, "something between its objects"},
        {NULL, "", "/Count 1 >> ", "/Count 1>>5 ", BD_ERR_INPUT, "something between its objects"},
        {NULL, "", "/Size 9", "/Size 7", BD_ERR_INPUT, "beyond the trailer's /Size"},
        {NULL, "", "/W [1 4 2]", "/W [1 4 3]", BD_ERR_INPUT, "as many rows as it says"},
        {NULL, "", "/W [1 4 2]", "/W [1 0 2]", BD_ERR_INPUT, "/W of three widths"},
        {NULL, "", "/W [1 4 2]", "/W [1 4  ]", BD_ERR_INPUT, "/W of three widths"},
        {NULL, "", "/Index [ 1 1", "/Index [ 1 2", BD_ERR_INPUT, "as many rows as it says"},
        {NULL, "", "/Index [ 1 1 4 1", "/Index [ 1 1 4  ", BD_ERR_INPUT, "no list of pairs"},
        {NULL, "", "/Index [ 1 1 4 1", "/Index [ 1 1 1 1", BD_ERR_INPUT, "stands twice"},
        {NULL, "", "/Type /XRef", "/Type /XRxf", BD_ERR_INPUT, "a cross-reference stream where startxref"},
        {NULL, "", "/Info 6 0 R", "/XRefStm  1", BD_ERR_UNSUPPORTED, "hybrid"},
        {NULL, "", "/Info 6 0 R", "/Encrypt  1", BD_ERR_UNSUPPORTED, "encrypted"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        make_streams plan = make_streamed_plan();
        plan.head = cases[i].head;
        plan.pack_extra = cases[i].pack_extra;
        plan.has_no_own_row = true; /* it may move */
        bd_str text = make_with_streams(&plan);
        if (i == 0) {
            check_page_of(text);
            continue;
        }
        text = replace_once(text, cases[i].from, cases[i].to);
        ptrdiff_t own = bd_str_find(text, BD_STR("0 obj\n<< /Type /XR")); /* where the table has moved to */
        bd_str tail = bd_str_format(test_arena(), "startxref\n%td\n%%%%EOF\n", own - 2);
        ptrdiff_t end = bd_str_find(text, BD_STR("startxref"));
        text = join(bd_str_sub(text, 0, (size_t)end), tail);
        check_refused(text, cases[i].class, cases[i].part);
    }
}

/* Rows in the order of make_streamed_pdf: 1, 4, then 2, 3, 5, 6 in the stream, 7, 8. */
static bd_str with_row(bd_str text, size_t index, int kind, long second, int third) {
    bd_str row = make_row(BD_STR(""), kind, second, third);
    char *bytes = bd_new(test_arena(), char, text.size);
    ptrdiff_t table = bd_str_find(text, BD_STR("/Type /XRef"));
    ptrdiff_t rows = bd_str_find(bd_str_sub(text, (size_t)table, text.size), BD_STR("stream\n"));
    memcpy(bytes, text.data, text.size);
    memcpy(bytes + table + rows + 7 + index * row.size, row.data, row.size);
    return (bd_str){bytes, text.size};
}

TEST(pdffile, rows_that_lie_are_refused) {
    static const struct {
        size_t row;
        int kind;
        long second;
        int third;
        const char *part;
    } cases[] = {
        {2, 2, 7, 1, "is not what the object stream 7 has in its place"},
        {2, 2, 7, 9, "is not what the object stream 7 has in its place"},
        {2, 2, 4, 0, "the object stream 4 is none"},
        {2, 2, 2, 0, "which its revision has not"},
        {2, 2, 8, 0, "which its revision has not"},
        {2, 2, 99, 0, "which its revision has not"},
        {2, 2, 4000000000, 0, "which its revision has not"},
        {2, 0, 0, 0, "holds objects that its section does not name"},
        {2, 3, 7, 0, "row of another kind"},
        {2, 1, 15, 0, "overlaps"},
        {5, 0, 0, 0, "holds objects that its section does not name"},
        {6, 0, 0, 0, "which its revision has not"},
        {6, 1, 15, 0, "overlaps"},
        {7, 0, 0, 0, "object 8 at byte"},
        {7, 1, 15, 0, "object 8 at byte"},
        {0, 1, 4000000000, 0, "expected it between"},
        {0, 1, 15, 1, "expected '1 1'"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("row %zu: %d %ld %d", cases[i].row, cases[i].kind, cases[i].second, cases[i].third);
        check_refused(with_row(make_streamed_pdf(), cases[i].row, cases[i].kind, cases[i].second, cases[i].third),
                      BD_ERR_INPUT, cases[i].part);
    }
}

TEST(pdffile, an_object_stream_is_never_written_again) {
    static const make_object exchanged[] = {{7, "<< /Type /ObjStm /N 0 >>"}};
    bd_str base = make_streamed_pdf();
    make_streams plan = make_second(base);
    plan.plain = exchanged;
    check_refused(make_with_streams(&plan), BD_ERR_INPUT, "the object stream 7 is written again");
    plan = make_second(base);
    plan.packed = plan.plain;
    plan.packed_count = 1;
    plan.plain_count = 0;
    plan.pack = 7;
    check_refused(make_with_streams(&plan), BD_ERR_INPUT, "the object stream 7 is written again");
    plan = make_second(base);
    plan.own = 7;
    check_refused(make_with_streams(&plan), BD_ERR_INPUT, "the object stream 7 is written again");
    plan.own = 4;
    plan.has_no_own_row = true;
    check_refused(make_with_streams(&plan), BD_ERR_INPUT, "number of another object, 4");
    plan.own = 10;
    CHECK_EQ_INT(bd_pdf_revision_count(parse(make_with_streams(&plan))), 2);
}

TEST(pdffile, tables_and_cross_reference_streams_do_not_go_together) {
    const int number = 6;
    const char *const body = "<< /Title (Second) >>";
    bd_str streamed = make_streamed_pdf(), plain = make_pdf();
    make_streams plan = make_second(plain);
    check_refused(make_revision(streamed, &number, &body, 1, 9, find_startxref(streamed), "/Info 6 0 R "),
                  BD_ERR_UNSUPPORTED, "a table and a cross-reference stream");
    check_refused(make_with_streams(&plan), BD_ERR_UNSUPPORTED, "a table and a cross-reference stream");
}

TEST(pdffile, an_update_that_signs_has_the_form_of_its_base) {
    bd_err err = {0};
    const bd_pdf_object *found = NULL;
    bd_pdf_signature_plan plan = make_plan();
    plan.rect[2] = plan.rect[3] = 50;
    bd_str base = make_streamed_pdf();
    bd_str text = join(base, build(base, &plan).appended);
    bd_pdf *pdf = parse(text);
    CHECK_EQ_INT(bd_pdf_revision_count(pdf), 2);
    CHECK(bd_pdf_trailer(pdf)->kind == BD_PDF_STREAM);
    CHECK(bd_str_find(bd_str_sub(text, base.size, text.size), BD_STR("\ntrailer")) < 0);
    CHECK_OK(bd_pdf_object_at(pdf, 3, &found, &err), err);
    CHECK(found->end < (int64_t)text.size); /* the page stands in the file now, with what it had */
    CHECK(bd_pdf_find(found, "Annots") != NULL && bd_pdf_find(found, "Resources") != NULL);
    CHECK_EQ_STR(page_text(text, 0), page_text(base, 0));
    CHECK(bd_str_eq(build(base, &plan).appended, bd_str_sub(text, base.size, text.size)));
    test_write_file(test_path("signed.pdf"), text);
    CHECK_EQ_INT(run_command(NULL, "qpdf --check signed.pdf && mutool info signed.pdf"), 0);
}

TEST(pdffile, objects_that_share_bytes_are_refused) {
    /* Object 6 is said to begin inside object 5's bytes, where "6 0 obj" stands as part of a
     * comment. */
    static const int numbers[] = {1, 2, 3};
    const char *const bodies[] = {"<< /Type /Catalog /Pages 2 0 R >>",
                                  "<< /Type /Pages /Kids [] /Count 0 >> %3 0 obj (x) endobj",
                                  "(y)"};
    bd_str text = make_revision(BD_STR(""), numbers, bodies, 3, 4, 0, "");
    ptrdiff_t inside = bd_str_find(text, BD_STR("3 0 obj (x)")),
              outside = bd_str_find(text, BD_STR("3 0 obj\n(y)"));
    bd_str from = bd_str_format(test_arena(), "%010td", outside),
           to = bd_str_format(test_arena(), "%010td", inside);
    check_refused(replace_once(text, bd_str_z(test_arena(), from), bd_str_z(test_arena(), to)),
                  BD_ERR_INPUT, "overlaps");
}

TEST(pdffile, nesting_and_size_are_bounded) {
    char *deep = bd_new(test_arena(), char, 200001);
    memset(deep, '[', 100000);
    memset(deep + 100000, ']', 100000);
    static const int numbers[] = {1};
    const char *const bodies[] = {deep};
    check_refused(make_revision(BD_STR(""), numbers, bodies, 1, 2, 0, ""), BD_ERR_INPUT,
                  "nested too deeply");
    char *wide = bd_new(test_arena(), char, 1000003);
    for (size_t i = 0; i < 500000; i++) {
        memcpy(wide + 1 + 2 * i, "1 ", 2);
    }
    wide[0] = '[';
    wide[1000001] = ']';
    const char *const wide_bodies[] = {wide};
    check_refused(make_revision(BD_STR(""), numbers, wide_bodies, 1, 2, 0, ""), BD_ERR_INPUT,
                  "too large");
}

TEST(pdffile, page_trees_that_loop_have_no_pages) {
    static const char *const kids[] = {"[2 0 R]", "[3 0 R 3 0 R]", "[9 0 R]", "[1 0 R]", "7",
                                       "[7]"};
    for (size_t i = 0; i < BD_COUNT(kids); i++) {
        static const int numbers[] = {1, 2, 3};
        bd_str pages = bd_str_format(test_arena(), "<< /Type /Pages /Kids %s /Count 1 >>", kids[i]);
        const char *const bodies[] = {"<< /Type /Catalog /Pages 2 0 R >>",
                                      bd_str_z(test_arena(), pages),
                                      "<< /Type /Page /Parent 2 0 R >>"};
        test_failure("/Kids %s", kids[i]);
        CHECK_EQ_INT(
            bd_pdf_page_count(parse(make_revision(BD_STR(""), numbers, bodies, 3, 4, 0, ""))), 0);
    }
}

/* Whatever one byte becomes, the reader answers; the sanitizers watch over the rest. */
static void break_bytes(bd_str text) {
    char *copy = bd_new(test_arena(), char, text.size);
    size_t refused = 0;
    for (size_t i = 0; i < 2 * text.size; i++) {
        size_t at = i / 2;
        memcpy(copy, text.data, text.size);
        copy[at] = (char)((uint8_t)copy[at] ^ (i % 2 == 0 ? 0x08 : 0x60));
        bd_arena *arena = bd_arena_open("flip", 64u << 20);
        bd_pdf *pdf = NULL;
        bd_str page;
        bd_rc rc = bd_pdf_parse((bd_str){copy, i % 5 == 0 ? at : text.size}, arena, &pdf, NULL);
        if (bd_failed(rc) || bd_failed(bd_pdf_page_text(pdf, 0, arena, &page, NULL))) {
            refused++;
        }
        bd_arena_close(arena);
    }
    CHECK(refused > text.size / 2);
}

TEST(pdffile, no_flipped_byte_and_no_truncation_breaks_the_reader) {
    break_bytes(make_pdf());
    break_bytes(make_streamed_pdf());
    test_write_file(test_path("plain.pdf"), make_pdf());
    CHECK_EQ_INT(run_command(NULL, "qpdf --object-streams=generate plain.pdf streams.pdf"), 0);
    break_bytes(test_read_file(test_path("streams.pdf"))); /* deflated, and with a predictor */
}

/* ---- streams and words ----------------------------------------------------------------------- */

TEST(pdffile, deflated_streams_are_read_as_plain_ones) {
    bd_str plain = page_text(make_pdf(), 0);
    CHECK_EQ_STR(plain, "Control 6.7.2\npassed");
    test_write_file(test_path("plain.pdf"), make_pdf());
    CHECK_EQ_INT(run_command(NULL, "qpdf --compress-streams=y --recompress-flate "
                                   "--object-streams=disable plain.pdf z.pdf"),
                 0);
    bd_str deflated = test_read_file(test_path("z.pdf"));
    CHECK(bd_str_find(deflated, BD_STR("/FlateDecode")) > 0);
    CHECK_EQ_STR(page_text(deflated, 0), plain);
    /* One byte of the deflated stream changed: the check sum of zlib says so. */
    ptrdiff_t at = bd_str_find(deflated, BD_STR("stream\nx"));
    char *copy = bd_new(test_arena(), char, deflated.size);
    for (size_t i = 0; i < 60; i++) {
        memcpy(copy, deflated.data, deflated.size);
        copy[(size_t)at + 7 + i] ^= 0x10;
        bd_err err = {0};
        bd_str out;
        bd_rc rc =
            bd_pdf_page_text(parse((bd_str){copy, deflated.size}), 0, test_arena(), &out, &err);
        test_failure("byte %zu of the stream", i);
        CHECK(bd_failed(rc));
    }
}

TEST(pdffile, a_stream_that_unpacks_too_far_is_refused) {
    bd_err err = {0};
    const bd_pdf_object *stream = NULL;
    bd_str out;
    bd_pdf *pdf = parse(make_pdf());
    CHECK_OK(bd_pdf_object_at(pdf, 4, &stream, &err), err);
    CHECK_FAILS(bd_pdf_stream_decode(pdf, stream, 10, &out, &err), err, BD_ERR_LIMIT,
                "expected at most 10");
    CHECK_OK(bd_pdf_object_at(pdf, 5, &stream, &err), err);
    CHECK_FAILS(bd_pdf_stream_decode(pdf, stream, 10, &out, &err), err, BD_ERR_INPUT,
                "expected a stream");
}

TEST(pdffile, other_filters_are_not_guessed_at) {
    static const char *const filters[] = {"/LZWDecode", "[/FlateDecode /FlateDecode]",
                                          "/FlateDecode /DecodeParms << >>", "/Crypt"};
    for (size_t i = 0; i < BD_COUNT(filters); i++) {
        bd_err err = {0};
        const bd_pdf_object *stream = NULL;
        bd_str out;
        bd_str body = bd_str_format(test_arena(),
                                    "<< /Length 1 /Filter %s >>\nstream\nx\nendstream", filters[i]);
        const char *const bodies[] = {"<< /Type /Catalog >>", bd_str_z(test_arena(), body)};
        static const int numbers[] = {1, 2};
        bd_pdf *pdf = parse(make_revision(BD_STR(""), numbers, bodies, 2, 3, 0, ""));
        CHECK_OK(bd_pdf_object_at(pdf, 2, &stream, &err), err);
        CHECK_FAILS(bd_pdf_stream_decode(pdf, stream, 100, &out, &err), err, BD_ERR_UNSUPPORTED,
                    "filter");
    }
}

#define WIDE_FONT                                                                                  \
    "<< /Type /Font /Subtype /Type0 /Encoding /Identity-H /BaseFont /AAAAAA+Our /DescendantFonts " \
    "[6 0 R] /ToUnicode 7 0 R >>"
#define WIDE_DESCENDANT                                                                            \
    "<< /Type /Font /Subtype /CIDFontType2 /DW 500 /W [ 65 [600 600] 67 90 600 ] /BaseFont "       \
    "/AAAAAA+Our >>"
#define WIDE_MAP                                                                                   \
    "/CIDInit /ProcSet findresource begin\n12 dict begin begincmap\n"                              \
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"                   \
    "1 begincodespacerange <0000> <ffff> endcodespacerange\n"                                      \
    "2 beginbfchar <0001> <03A9> <0002> <00660066> endbfchar\n"                                    \
    "3 beginbfrange <0041> <005a> <0041> <0100> <0101> [<0436> <D83DDE00>] <0030> <0039> <0030> "  \
    "endbfrange\n"                                                                                 \
    "endcmap end end\n"

static bd_str make_wide(const char *content) {
    bd_str map = bd_str_format(test_arena(), "<< /Length %zu >>\nstream\n%s\nendstream",
                               strlen(WIDE_MAP), WIDE_MAP);
    return make_page(content, WIDE_FONT, WIDE_DESCENDANT, bd_str_z(test_arena(), map));
}

TEST(pdffile, words_come_through_the_fonts_own_map) {
    static const struct {
        const char *content, *words;
    } cases[] = {
        {"BT /F1 10 Tf 10 100 Td <004100420043> Tj ET", "ABC"},
        {"BT /F1 10 Tf 10 100 Td <0001000201000101> Tj ET", "Ωffж😀"},
        {"BT /F1 10 Tf 10 100 Td <00ff> Tj ET", "\xef\xbf\xbd"},
        {"BT /F1 10 Tf 10 100 Td [<0041> -50 <0042> -400 <0043>] TJ ET", "AB C"},
        {"BT /F1 10 Tf 10 100 Td <0041> Tj 6 0 Td <0042> Tj 20 0 Td <0043> Tj ET", "AB C"},
        {"BT /F1 10 Tf 10 100 Td <0041> Tj ET BT /F1 10 Tf 16 100 Td <0042> Tj ET", "AB"},
        {"BT /F1 10 Tf 10 100 Td <0041> Tj ET BT /F1 10 Tf 10 88 Td <0042> Tj ET", "A\nB"},
        {"BT /F1 10 Tf 12 TL 10 100 Td <0041> Tj T* <0042> Tj ET", "A\nB"},
        {"BT /F1 10 Tf 10 100 TD <0041> Tj 0 -12 TD <0042> Tj T* <0043> Tj ET", "A\nB\nC"},
        {"BT /F1 10 Tf 12 TL 10 100 Td <0041> ' ET", "A"},
        {"BT /F1 10 Tf 1 0 0 1 10 100 Tm <0041> Tj 1 0 0 1 10 50 Tm <0042> Tj ET", "A\nB"},
        {"q 1 0 0 1 0 50 cm BT /F1 10 Tf 10 50 Td <0041> Tj ET Q BT /F1 10 Tf 16 100 Td <0042> Tj "
         "ET",
         "AB"},
        {"0 0 10 10 re f % a comment\nBT /F1 10 Tf 0.5 Tc 10 100 Td <003600370032> Tj ET", "672"},
        {"q Q Q Q BT ET", ""},
        {"Tj Td TJ Tf BT /F1 10 Tf 10 100 Td <0041> Tj ET", "A"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s", cases[i].content);
        CHECK_EQ_STR(page_text(make_wide(cases[i].content), 0), cases[i].words);
    }
}

TEST(pdffile, broken_page_content_is_refused) {
    static const char *const contents[] = {"BT /F2 10 Tf ET", "BT (x", "BI /W 1 ID x EI",
                                           "BT <zz> Tj ET", "<< /A 1 /A 2 >> BDC"};
    for (size_t i = 0; i < BD_COUNT(contents); i++) {
        bd_err err = {0};
        bd_str out;
        bd_pdf *pdf = parse(make_wide(contents[i]));
        test_failure("%s", contents[i]);
        CHECK(bd_failed(bd_pdf_page_text(pdf, 0, test_arena(), &out, &err)));
        CHECK(bd_failed(bd_pdf_page_text(pdf, 1, test_arena(), &out, &err)));
    }
}

TEST(pdffile, text_strings_are_decoded) {
    CHECK_EQ_STR(bd_pdf_text_decode(BD_STR("\xfe\xff\x03\x9e\x00"
                                           "A\xd8\x3d\xde\x00"),
                                    test_arena()),
                 "ΞA😀");
    CHECK_EQ_STR(bd_pdf_text_decode(BD_STR("M\xfcller"), test_arena()), "Müller");
    CHECK_EQ_STR(bd_pdf_text_decode(BD_STR("\xfe\xff\xd8\x3d"), test_arena()), "\xef\xbf\xbd");
    CHECK_EQ_STR(bd_pdf_text_decode(BD_STR("\xfe\xff\x00"), test_arena()), "");
    CHECK_EQ_STR(bd_pdf_text_decode(BD_STR(""), test_arena()), "");
}

/* ---- the signature update -------------------------------------------------------------------- */

TEST(pdffile, update_names_exactly_the_hole) {
    bd_str base = make_pdf();
    bd_pdf_signature_plan plan = make_plan();
    bd_pdf_signature_update update = build(base, &plan);
    bd_str whole = join(base, update.appended);
    const int64_t *range = update.byte_range;
    CHECK_EQ_INT(range[0], 0);
    CHECK_EQ_INT(range[2] - range[1], 2 + 2 * 2000);
    CHECK_EQ_INT(range[2] + range[3], whole.size);
    CHECK(whole.data[range[1]] == '<' && whole.data[range[2] - 1] == '>');
    for (int64_t i = range[1] + 1; i < range[2] - 1; i++) {
        CHECK(whole.data[i] == '0');
    }
    bd_str text = bd_str_format(test_arena(), "/ByteRange [0 %10lld %10lld %10lld]",
                                (long long)range[1], (long long)range[2], (long long)range[3]);
    CHECK(bd_str_find(update.appended, text) > 0);
    CHECK_EQ_INT(bd_pdf_revision_count(parse(whole)), 2);
    test_write_file(test_path("whole.pdf"), whole);
    bd_str output;
    int status = run_command(&output, "qpdf --check whole.pdf");
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    CHECK(bd_str_eq(update.appended, build(base, &plan).appended));
}

TEST(pdffile, plan_is_read_back_as_it_was) {
    bd_err err = {0};
    bd_str base = make_pdf();
    bd_pdf_signature_plan plan = make_plan(), back;
    plan.reason = BD_STR("Ξένια \\ (Müller) 🙂");
    plan.location = BD_STR("Berlin");
    plan.contact = BD_STR("x)(");
    plan.signed_at = AT_2026 + 12345 * BD_SECOND;
    memcpy(plan.rect, (double[4]){-10.25, 20, 140.5, 60.01}, sizeof(plan.rect));
    bd_pdf_signature_update update = build(base, &plan);
    bd_pdf *pdf = parse(join(base, update.appended));
    const bd_pdf_object *field = NULL;
    CHECK_OK(bd_pdf_object_at(pdf, 8, &field, &err), err);
    CHECK_OK(bd_pdf_signature_read(pdf, field, test_arena(), &back, &err), err);
    CHECK_EQ_STR(back.reason, plan.reason);
    CHECK_EQ_STR(back.location, plan.location);
    CHECK_EQ_STR(back.contact, plan.contact);
    CHECK_EQ_STR(back.signer_name, plan.signer_name);
    CHECK_EQ_STR(back.field_name, plan.field_name);
    CHECK_EQ_INT(back.signed_at, plan.signed_at);
    CHECK_EQ_INT(back.docmdp, 1);
    CHECK_EQ_INT(back.contents_bytes, 2000);
    CHECK(bd_str_eq(update.appended, build(base, &back).appended));
}

TEST(pdffile, identifier_keeps_its_first_half) {
    bd_str base = replace_once(make_pdf(), "/Info 6 0 R", "/ID [<0a0B> (x)]");
    bd_pdf_signature_plan plan = make_plan();
    bd_str appended = build(base, &plan).appended;
    CHECK(bd_str_find(appended, BD_STR("/ID [<0a0B> <")) > 0);
    CHECK(bd_str_find(build(make_pdf(), &plan).appended, BD_STR("/ID [<")) > 0);
}

TEST(pdffile, plans_that_cannot_be_are_refused) {
    bd_err err = {0};
    bd_pdf_signature_update update;
    for (int i = 0; i < 9; i++) {
        bd_pdf_signature_plan plan = make_plan();
        plan.contents_bytes = i == 0 ? 0 : i == 1 ? 1u << 30 : plan.contents_bytes;
        plan.docmdp = i == 2 ? 0 : i == 3 ? 4 : plan.docmdp;
        plan.field_name = i == 4 ? BD_STR("") : plan.field_name;
        plan.rect[2] = i == 5 ? 1e300 : 0;
        plan.page_index = i == 6 ? 1 : 0;
        plan.signed_at = i == 7 ? BD_INSTANT_NONE : i == 8 ? -BD_SECOND : plan.signed_at;
        test_failure("plan %d", i);
        CHECK_FAILS(bd_pdf_signature_build(parse(make_pdf()), &plan, test_arena(), &update, &err),
                    err, BD_ERR_INPUT, "cannot sign");
    }
}
