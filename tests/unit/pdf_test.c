#include "bindery/pdf.h"
#include "test.h"

static bd_doc *make_report(void) {
    bd_doc *doc = bd_doc_make(test_arena());
    doc->title = BD_STR("Evidence · Müller & Söhne");
    doc->author = BD_STR("Contoso (Ltd)");
    doc->subject = BD_STR("Period 2026-H1");
    doc->keywords = BD_STR("CC6.1, CC6.7");
    doc->header_left = BD_STR("Contoso");
    doc->footer_left = BD_STR("Auditor edition");
    bd_doc_text(doc, BD_PARA_TITLE, BD_STR("Cover"));
    bd_doc_signature(doc, 60);
    bd_doc_page_break(doc);
    bd_doc_contents(doc, 3);
    bd_doc_cover_end(doc);
    bd_doc_heading(doc, 1, BD_STR("Names"), BD_STR("names"));
    bd_doc_text(doc, BD_PARA_BODY,
                BD_STR("Jens Müller, Łukasz Wójcik, Ξένια Παπαδοπούλου, "
                       "Юлия, arrow \xe2\x86\x92, smile \xf0\x9f\x98\x80, AVATAR"));
    bd_doc_heading(doc, 2, BD_STR("Ταυτότητα"), BD_STR("CC6.1"));
    bd_para *para = bd_doc_paragraph(doc, BD_PARA_BODY);
    bd_para_link(para, BD_STR("back to names"), BD_STR("names"));
    bd_para_styled(para, BD_RUN_MONO, BD_STR(" f(x) \\ ) ("));
    bd_column columns[] = {{BD_STR("Id"), BD_ALIGN_LEFT, 0}, {BD_STR("State"), BD_ALIGN_LEFT, 1}};
    bd_table *table = bd_doc_table(doc, BD_STR("Table"), 2, columns);
    for (int i = 0; i < 120; i++) {
        bd_doc_anchor(doc, bd_str_format(test_arena(), "E-%04d", i));
        bd_table_text(table, bd_str_format(test_arena(), "E-%04d", i));
        bd_table_state(table, (bd_mark)(1 + i % 5), i % 3 == 0, BD_STR("state"));
    }
    bd_doc_text(doc, BD_PARA_BODY, BD_STR("end"));
    return doc;
}

static bd_rc write_report(bd_doc *doc, bd_sink *sink, bd_err *err) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    BD_DEFER(bd_text_close_ref) bd_text_faces *faces = NULL;
    BD_TRY(bd_text_open(specs, count, &faces, err));
    bd_layout *layout;
    bd_layout_options options = {.paper = BD_PAPER_A4};
    BD_TRY(bd_layout_build(doc, faces, &options, test_arena(), &layout, err));
    bd_instant at = 0;
    CHECK(bd_instant_parse(BD_STR("2026-07-02T06:00:00Z"), &at));
    bd_pdf_options pdf = {.created_at = at,
                          .id = {0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xcd},
                          .creator = "Bindery"};
    return bd_pdf_write(layout, faces, &pdf, sink, err);
}

static bd_str make_pdf(void) {
    bd_buf out;
    bd_buf_init(&out, 16 << 20);
    bd_sink sink = bd_sink_to_buf(&out);
    bd_err err;
    CHECK_OK(write_report(make_report(), &sink, &err), err);
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    test_write_file(test_path("report.pdf"), text);
    return text;
}

/* ---- failing sinks --------------------------------------------------------------------------- */

static bd_rc refuse_write(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)bytes;
    (void)count;
    size_t *left = sink->context;
    if (*left == 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot write 'binder.pdf': no space left on device");
    }
    (*left)--;
    return BD_OK;
}

TEST(pdf, full_disk_is_reported_at_whatever_block_it_happens) {
    for (size_t blocks = 0; blocks < 3; blocks++) {
        size_t left = blocks;
        bd_sink sink = {refuse_write, &left};
        bd_err err;
        bd_rc rc = write_report(make_report(), &sink, &err);
        if (!bd_failed(rc)) {
            CHECK(blocks > 0); /* the file was smaller than that */
            continue;
        }
        CHECK_FAILS(rc, err, BD_ERR_IO, "no space left");
    }
}

/* ---- checked by other programs --------------------------------------------------------------- */

TEST(pdf, qpdf_finds_no_fault) {
    make_pdf();
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "qpdf --check report.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("No syntax or stream encoding errors")) >= 0);
}

TEST(pdf, poppler_reads_the_text_without_a_warning) {
    make_pdf();
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "pdftotext report.pdf out.txt"), 0);
    CHECK_EQ_STR(said, "");
    bd_str text = test_read_file(test_path("out.txt"));
    static const char *parts[] = {"Jens Müller, Łukasz Wójcik, Ξένια Παπαδοπούλου, Юлия",
                                  "\xe2\x86\x92",
                                  "\xf0\x9f\x98\x80",
                                  "AVATAR",
                                  "f(x) \\ ) (",
                                  "E-0119",
                                  "Page ii",
                                  "Page 1 of"};
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        test_failure("'%s' is not in the text", parts[i]);
        CHECK(bd_str_find(text, bd_str_of(parts[i])) >= 0);
    }
}

TEST(pdf, mutool_reads_the_same_names) {
    make_pdf();
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "mutool draw -q -F txt report.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("Łukasz Wójcik, Ξένια Παπαδοπούλου, Юлия")) >= 0);
    CHECK(bd_str_find(said, BD_STR("error:")) < 0);
}

TEST(pdf, all_fonts_are_embedded_subsets_with_unicode) {
    make_pdf();
    bd_str said, row;
    CHECK_EQ_INT(run_command(&said, "pdffonts report.pdf | tail -n +3"), 0);
    size_t rows = 0;
    while (bd_str_cut(&said, '\n', &row)) {
        if (row.size == 0) {
            continue;
        }
        test_failure("%.*s", BD_ARG(row));
        CHECK(bd_str_find(row, BD_STR("Identity-H       yes yes yes")) > 0);
        rows++;
    }
    CHECK(rows >= 3);
}

TEST(pdf, info_version_and_language_are_set) {
    bd_str pdf = make_pdf();
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "TZ=UTC pdfinfo -isodates report.pdf"), 0);
    static const char *parts[] = {"Evidence · Müller & Söhne",
                                  "Contoso (Ltd)",
                                  "Period 2026-H1",
                                  "CC6.1, CC6.7",
                                  "Bindery",
                                  "2026-07-02T06:00:00",
                                  "PDF version:     1.7",
                                  "A4"};
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        test_failure("'%s' is not in: %.*s", parts[i], BD_ARG(said));
        CHECK(bd_str_find(said, bd_str_of(parts[i])) >= 0);
    }
    CHECK(bd_str_find(pdf, BD_STR("/Lang (en-GB)")) > 0);
    CHECK(bd_str_find(pdf, BD_STR("/DisplayDocTitle true")) > 0);
    CHECK(bd_str_find(pdf, BD_STR("(D:20260702060000+00'00')")) > 0);
}

TEST(pdf, anchors_are_named_destinations_and_headings_bookmarks) {
    make_pdf();
    bd_str said;
    CHECK_EQ_INT(run_command(&said, "pdfinfo -dests report.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("\"CC6.1\"")) > 0);
    CHECK(bd_str_find(said, BD_STR("\"E-0119\"")) > 0);
    CHECK_EQ_INT(run_command(&said, "mutool show report.pdf outline"), 0);
    CHECK(bd_str_find(said, BD_STR("Names")) >= 0);
    CHECK(bd_str_find(said, BD_STR("Ταυτότητα")) > 0);
    CHECK_EQ_INT(
        run_command(&said, "qpdf --json --json-key=pagelabels --json-key=outlines report.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("\"/r\"")) > 0);
    CHECK(bd_str_find(said, BD_STR("\"/D\"")) > 0);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

TEST(pdf, same_document_gives_same_bytes) {
    bd_str first = make_pdf();
    bd_str second = make_pdf();
    CHECK(bd_str_eq(first, second));
}

TEST(pdf, id_is_the_callers) {
    bd_str pdf = make_pdf();
    CHECK(bd_str_find(pdf, BD_STR("<AB0102030405060708090A0B0C0D0ECD>")) > 0);
}
