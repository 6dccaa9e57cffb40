/* Are sheets and XML records judged like a CSV's rows, and is everything that was not read said? */
#include "make_scan.h"
#include "make_xlsx.h"

#define TEXT(place, text) "<c r='" place "' t='str'><v>" text "</v></c>"
#define LEAVERS                                                                                    \
    "<row r='1'>" TEXT("A1", "HR report") "</row><row r='2'>" TEXT("A2", "employee_id")            \
        TEXT("B2", "upn") TEXT("C2", "terminated_at") TEXT(                                        \
            "D2",                                                                                  \
            "type") "</row>"                                                                       \
                    "<row r='3'><c r='A3'><v>1001</v></c>" TEXT(                                   \
                        "B3",                                                                      \
                        "a@contoso.example") "<c r='C3' "                                          \
                                             "s='1'><v>46082.729166666664</v></"                   \
                                             "c>" TEXT(                                            \
                                                 "D3",                                             \
                                                 "leaver") "</row>"                                \
                                                           "<row r='4'><c "                        \
                                                           "r='A4'><v>1002</v></"                  \
                                                           "c>" TEXT(                              \
                                                               "B4",                               \
                                                               "b@contoso."                        \
                                                               "example") "<c "                    \
                                                                          "r='"                    \
                                                                          "C4' "                   \
                                                                          "s='1'"                  \
                                                                          "><v>"                   \
                                                                          "46083"                  \
                                                                          "</"                     \
                                                                          "v></"                   \
                                                                          "c"                      \
                                                                          ">" TEXT(                \
                                                                              "D4",                \
                                                                              "leaver") "</row>"
#define STYLES "<cellXfs><xf/><xf numFmtId='22'/></cellXfs>"

static bd_str said_of(const bd_evidence *item) {
    bd_buf out;
    bd_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < item->facts.diags.count; i++) {
        const bd_diag *diag = &item->facts.diags.data[i];
        bd_buf_printf(&out, "%.*s: %.*s\n", BD_ARG(diag->locus), BD_ARG(diag->message));
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return text;
}

static bd_str tables_of(const bd_evidence *item) {
    bd_buf out;
    bd_buf_init(&out, 1 << 20);
    for (size_t i = 0; i < item->facts.tables.count; i++) {
        const bd_table_facts *table = &item->facts.tables.data[i];
        bd_buf_printf(&out, "%.*s|%.*s|header %u|read %llu|refused %llu|left %llu%s\n",
                      BD_ARG(table->name), BD_ARG(table->source), table->header_row,
                      (unsigned long long)table->rows_read, (unsigned long long)table->rows_refused,
                      (unsigned long long)table->rows_left, table->is_hidden ? "|hidden" : "");
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return text;
}

static bd_evidence *scan_made(scan_bench *bench, const xlsx_made *made, const char *sidecar) {
    bd_evidence *item = scan_file(bench, "hr/leavers.xlsx", xlsx_make(made), sidecar);
    scan_conclude(bench);
    return item;
}

TEST(scan, a_sheet_is_recognised_by_its_columns_and_handed_in) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = LEAVERS, .styles = STYLES};
    bd_evidence *item = scan_made(&bench, &made, NULL);
    CHECK_EQ_INT(item->facts.media, BD_MEDIA_XLSX);
    CHECK_EQ_STR(item->facts.envelope, "E11");
    CHECK_EQ_STR(item->source, "S80");
    CHECK_EQ_INT(item->origin, BD_ORIGIN_HANDED_IN);
    CHECK_EQ_INT(item->facts.rows_read, 2);
    CHECK_EQ_INT(item->facts.rows_unmapped, 0);
    CHECK_EQ_STR(tables_of(item), "Data|S80|header 2|read 2|refused 0|left 0\n");
    CHECK_EQ_INT(item->completeness, BD_COMPLETE_NOT_SHOWN);
    scan_bench_close(&bench);
}

/* The rows of a workbook give the findings that the same rows in a CSV give. */
TEST(scan, a_sheet_gives_the_rows_that_the_same_csv_gives) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = LEAVERS, .styles = STYLES};
    (void)scan_file(&bench, "leavers.xlsx", xlsx_make(&made), NULL);
    scan_rows sheet = scan_rows_of(&bench, NULL);
    CHECK(sheet.count > 0);
    bd_err err;
    CHECK_OK(bd_spool_cut(bench.rows, (bd_spool_mark){0, 0}, &err), err);
    (void)scan_file(&bench, "leavers.csv",
                    BD_STR("employee_id,upn,terminated_at,type\n1001,a@contoso.example,"
                           "2026-03-01T17:30:00,leaver\n1002,b@contoso.example,"
                           "2026-03-02T00:00:00,leaver\n"),
                    NULL);
    scan_rows csv = scan_rows_of(&bench, NULL);
    CHECK_EQ_INT(sheet.count, csv.count);
    for (size_t i = 0; i < csv.count; i++) {
        CHECK_EQ_INT(sheet.data[i].check, csv.data[i].check);
        CHECK_EQ_STR(sheet.data[i].key, csv.data[i].key);
        CHECK_EQ_INT(sheet.data[i].ordinal, csv.data[i].ordinal);
        CHECK_EQ_INT(sheet.data[i].time, csv.data[i].time);
    }
    scan_bench_close(&bench);
}

TEST(scan, several_sheets_are_tables_of_one_item_and_nobodys_sheet_is_said) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {
        .rows = LEAVERS,
        .styles = STYLES,
        .second = "<row r='1'>" TEXT("A1", "employee_id") TEXT("B1", "upn") TEXT("C1", "start_date")
            TEXT("D1", "end_date") "</row><row r='2'>" TEXT("A2", "7") TEXT("B2", "c@x") "</row>",
        .sheets = "<sheet name='Leavers' sheetId='1' r:id='r1'/>"
                  "<sheet name='Roster' sheetId='2' state='hidden' r:id='r2'/>"};
    bd_evidence *item = scan_made(&bench, &made, NULL);
    CHECK_EQ_STR(tables_of(item), "Leavers|S80|header 2|read 2|refused 0|left 0\n"
                                  "Roster|csv:roster|header 1|read 1|refused 0|left 0|hidden\n");
    CHECK_EQ_INT(item->sources.count, 2);
    CHECK_EQ_STR(item->source, "S80");
    made.second = "<row r='1'>" TEXT("A1", "some")
        TEXT("B1", "words") "</row><row r='2'>" TEXT("A2", "x") "</row>";
    item = scan_made(&bench, &made, NULL);
    CHECK_EQ_STR(tables_of(item), "Leavers|S80|header 2|read 2|refused 0|left 0\n"
                                  "Roster||header 1|read 1|refused 0|left 1|hidden\n");
    CHECK(bd_str_find(said_of(item),
                      BD_STR("sheet 'Roster': no source recognises it; rows not judged: 1")) >= 0);
    CHECK_EQ_INT(item->facts.rows_unmapped, 0); /* it takes nothing from the other sheet */
    CHECK_EQ_INT(item->facts.rows_read, 2);
    scan_bench_close(&bench);
}

TEST(scan, a_workbook_that_nothing_recognises_is_unmapped_with_all_its_rows) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = "<row r='1'>" TEXT("A1", "some") TEXT(
                          "B1", "words") "</row>"
                                         "<row r='2'>" TEXT("A2", "x") "</row><row r='3'>" TEXT(
                                             "A3", "y") "</row>"};
    bd_evidence *item = scan_made(&bench, &made, NULL);
    CHECK(item->is_unmapped);
    CHECK_EQ_INT(item->facts.rows_read, 2);
    CHECK_EQ_INT(item->facts.rows_unmapped, 2);
    scan_bench_close(&bench);
}

TEST(scan, compliance_manager_is_known_by_the_name_of_its_sheet) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = "<row r='1'>" TEXT("A1", "Read this first") "</row>",
                      .second = "<row r='1'>" TEXT("A1", "Action")
                          TEXT("B1", "Status") "</row>"
                                               "<row r='2'>" TEXT("A2", "MFA")
                                                   TEXT("B2", "Implemented") "</row>",
                      .sheets = "<sheet name='How to update actions' sheetId='1' r:id='r1'/>"
                                "<sheet name='action update' sheetId='2' r:id='r2'/>"};
    bd_evidence *item = scan_made(&bench, &made, "{\"source\":\"S61\"}");
    CHECK_EQ_STR(item->source, "S61");
    CHECK_EQ_STR(tables_of(item), "How to update actions||header 1|read 0|refused 0|left 0\n"
                                  "action update|S61|header 1|read 1|refused 0|left 0\n");
    scan_bench_close(&bench);
}

TEST(scan, a_sidecars_word_goes_to_the_first_shown_sheet_alone) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = "<row r='1'>" TEXT("A1", "ticket_id")
                          TEXT("B1", "what") "</row>"
                                             "<row r='2'>" TEXT("A2", "T-1")
                                                 TEXT("B2", "x") "</row>",
                      .second = "<row r='1'>" TEXT("A1", "a")
                          TEXT("B1", "b") "</row><row r='2'>" TEXT("A2", "c") "</row>",
                      .sheets = "<sheet name='Two' sheetId='2' state='hidden' r:id='r2'/>"
                                "<sheet name='One' sheetId='1' r:id='r1'/>"};
    bd_evidence *item = scan_made(&bench, &made, "{\"source\":\"csv:tickets\"}");
    CHECK_EQ_STR(tables_of(item), "Two||header 1|read 1|refused 0|left 1|hidden\n"
                                  "One|csv:tickets|header 1|read 1|refused 0|left 0\n");
    scan_bench_close(&bench);
}

TEST(scan, a_refused_row_makes_a_sheet_incomplete_and_an_error_cell_no_value) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.styles = STYLES,
                      .rows =
                          LEAVERS "<row r='5'><c r='A5' t='s'><v>9</v></c></row><row r='6'>"
                                  "<c r='A6'><v>1003</v></c><c r='C6' t='e'><v>#N/A</v></c></row>"};
    bd_evidence *item = scan_made(
        &bench, &made,
        "{\"source\":\"S80\",\"complete\":true,\"command\":\"HR export\",\"exporter\":\"Ann\"}");
    CHECK_EQ_INT(item->facts.rows_read, 4);
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    CHECK_EQ_INT(item->completeness, BD_COMPLETE_NO);
    CHECK_EQ_STR(item->completeness_reason, "1 rows were refused");
    bd_str said = said_of(item);
    CHECK(bd_str_find(said, BD_STR("sheet 'Data', row 5: a cell names a shared string")) >= 0);
    CHECK(bd_str_find(said, BD_STR("sheet 'Data', C6: 1 cell holds an error")) >= 0);
    CHECK_EQ_STR(tables_of(item), "Data|S80|header 2|read 3|refused 1|left 0\n");
    scan_bench_close(&bench);
}

TEST(scan, other_zips_and_office_files_are_documents_or_say_what_they_are) {
    scan_bench bench = scan_bench_open();
    xlsx_made word = {
        .type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"};
    xlsx_part plain[] = {{"a.txt", BD_STR_INIT("text")}};
    static const char ole[] =
        "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
    static const char xls[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 W\0o\0r\0k\0b\0o\0o\0k\0\0\0";
    static const char doc[] =
        "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0";
    const struct {
        bd_str bytes;
        const char *problem;
    } cases[] = {
        {xlsx_make(&word), ""},
        {xlsx_zip(plain, 1, false), ""},
        {BD_STR("PK\x03\x04 some other format"), ""},
        {BD_STR("PK\x03\x04 cut workbook xl/workbook.xml"), "malformed zip file"},
        {BD_STR("PK\x03\x04 [Content_Types].xml"), "malformed zip file"},
        {{ole, sizeof ole - 1}, "the file is encrypted with a password"},
        {{xls, sizeof xls - 1}, "unsupported: an Excel workbook of the old kind"},
        {{doc, sizeof doc - 1}, ""},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_evidence *item = scan_file(&bench, "file", cases[i].bytes, NULL);
        test_failure("case %zu: %.*s", i, BD_ARG(item->facts.problem));
        CHECK_EQ_INT(item->facts.is_malformed, cases[i].problem[0] != '\0');
        CHECK(bd_str_has_prefix(item->facts.problem, bd_str_of(cases[i].problem)));
    }
    scan_bench_close(&bench);
}

#define NSG(name)                                                                                  \
    "<nsg id='" SCAN_IN_A "Microsoft.Network/networkSecurityGroups/" name "'>"                     \
    "<type>Microsoft.Network/networkSecurityGroups</type><properties><securityRules>"              \
    "<name>r</name></securityRules><securityRules><name>s</name></securityRules></properties></"   \
    "nsg>"

TEST(scan, xml_records_are_recognised_like_json_records) {
    scan_bench bench = scan_bench_open();
    bd_evidence *item = scan_alone(&bench,
                                   "<?xml version='1.0'?><list><info>x</info><all>" NSG("one")
                                       NSG("two") "</all></list>",
                                   NULL);
    CHECK_EQ_INT(item->facts.media, BD_MEDIA_XML);
    CHECK_EQ_STR(item->facts.envelope, "E13");
    CHECK_EQ_STR(item->source, "S01n");
    CHECK_EQ_INT(item->origin, BD_ORIGIN_HANDED_IN);
    CHECK_EQ_STR(tables_of(item), "list/all/nsg|S01n|header 0|read 2|refused 0|left 0\n");
    CHECK_EQ_INT(item->completeness, BD_COMPLETE_NOT_SHOWN);
    CHECK_EQ_INT(item->facts.seen.data[0].rows, 2);
    scan_bench_close(&bench);
}

TEST(scan, malformed_xml_is_said_and_what_nothing_recognises_is_unmapped) {
    scan_bench bench = scan_bench_open();
    bd_evidence *item = scan_alone(&bench, "<?xml version='1.0'?><a>" NSG("one") NSG("two"), NULL);
    CHECK(item->facts.is_malformed);
    CHECK_EQ_INT(item->completeness, BD_COMPLETE_NO);
    item = scan_alone(&bench, "<?xml version='1.0'?><!DOCTYPE a><a/>", NULL);
    CHECK(bd_str_find(item->facts.problem, BD_STR("DOCTYPE")) > 0);
    item = scan_alone(&bench, "<?xml version='1.0'?><a><b>1</b><b>2</b></a>", NULL);
    CHECK(item->is_unmapped && !item->facts.is_malformed);
    CHECK_EQ_INT(item->facts.rows_unmapped, 2);
    scan_bench_close(&bench);
}

TEST(scan, a_file_read_in_a_child_has_the_same_facts) {
    scan_bench bench = scan_bench_open();
    xlsx_made made = {.rows = LEAVERS, .styles = STYLES};
    bd_str here = tables_of(scan_made(&bench, &made, NULL));
    bd_err err;
    CHECK_OK(bd_zygote_open(bd_read_tasks, BD_COUNT(bd_read_tasks), &bench.plan.zygote, &err), err);
    CHECK_EQ_STR(tables_of(scan_made(&bench, &made, NULL)), here);
    bd_evidence *item = scan_file(
        &bench, "x.xml", BD_STR("<?xml version='1.0'?><a>" NSG("one") NSG("two") "</a>"), NULL);
    CHECK_EQ_STR(tables_of(item), "a/nsg|S01n|header 0|read 2|refused 0|left 0\n");
    bd_zygote_close(bench.plan.zygote);
    scan_bench_close(&bench);
}
