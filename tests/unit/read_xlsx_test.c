/* Does a workbook yield exactly its cells, whoever wrote it, and nothing that it does not hold? */
#include "make_xlsx.h"

/* ---- cells ---- */

TEST(read, each_kind_of_cell_is_read_as_what_it_is) {
    static const struct {
        const char *cell, *line;
    } cases[] = {
        {"<c r='A1'><v>12.50</v></c>", "1: 1=12.50\n"},
        {"<c r='A1' t='n'><v>-1E-3</v></c>", "1: 1=-1E-3\n"},
        {"<c r='A1'><v>9007199254740993</v></c>", "1: 1=9007199254740993\n"},
        {"<c r='A1' t='s'><v>1</v></c>", "1: 1='rich text'\n"},
        {"<c r='A1' t='s'><v>2</v></c>", "1: 1='base'\n"},
        {"<c r='A1' t='s'><v>3</v></c>", "1: 1='a\rb_x_'\n"},
        {"<c r='A1' t='str'><v>_x0041_ text</v></c>", "1: 1='A text'\n"},
        {"<c r='A1' t='inlineStr'><is><r><t>in</t></r><r><t xml:space='preserve'> line</t></r>"
         "<rPh sb='0' eb='1'><t>no</t></rPh></is></c>",
         "1: 1='in line'\n"},
        {"<c r='A1' t='b'><v>1</v></c><c r='B1' t='b'><v>false</v></c>", "1: 1=true 2=false\n"},
        {"<c r='A1' t='d'><v>2026-03-31T10:00:00</v></c>", "1: 1='2026-03-31T10:00:00'\n"},
        {"<c r='A1'/><c r='B1' t='s'/><c r='C1'><v>1</v></c>", "1: 3=1\n"},
        {"<c r='A1'><v></v></c><c r='B1'><v>1</v></c>", "1: 2=1\n"},
        {"<c r='A1' t='s'><v>0</v></c><c r='B1'><v>1</v></c>", "1: 2=1\n"},
        {"<c><v>1</v></c><c><v>2</v></c><c r='F1'><v>3</v></c><c><v>4</v></c>",
         "1: 1=1 2=2 6=3 7=4\n"},
        {"<c r='XFD1'><v>1</v></c>", "1: 16384=1\n"},
        {"<c r='A1' t='str'><v>&lt;a&#x41;&amp;<![CDATA[<b>]]></v></c>", "1: 1='<aA&<b>'\n"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        xlsx_made made = {
            .rows = xlsx_text("<row r='1'>%s</row>", cases[i].cell).data,
            .strings = "<si><t/></si><si><r><rPr><b/></rPr><t>rich</t></r><r><t> text</t></r></si>"
                       "<si><t>base</t><rPh sb='0' eb='1'><t>kana</t></rPh><phoneticPr/></si>"
                       "<si><t>a_x000D_b_x005F_x_</t></si>"};
        test_failure("cell %s", cases[i].cell);
        CHECK_EQ_STR(xlsx_rows(&made), cases[i].line);
    }
}

TEST(read, a_cell_that_is_no_value_is_null_and_said) {
    xlsx_made made = {
        .rows = "<row r='2'><c r='A2' t='e'><v>#N/A</v></c><c r='B2'><f>1+1</f><v>2</v></c>"
                "<c r='C2'><f>NOW()</f></c><c r='D2' t='e'><f>1/0</f><v>#DIV/0!</v></c></row>"};
    CHECK_EQ_STR(xlsx_rows(&made),
                 "2: 1=null 2=2 3=null 4=null\n"
                 "warning sheet 'Data', A2: 2 cells hold an error, which is not a value\n"
                 "note sheet 'Data', B2: 2 cells hold formulas; the values that the file keeps "
                 "were taken\n"
                 "warning sheet 'Data', C2: 1 cell holds a formula for which the file keeps no "
                 "value\n");
}

TEST(read, a_malformed_cell_refuses_its_row_and_no_other) {
    static const struct {
        const char *row, *why;
    } cases[] = {
        {"<c r='A2'><v>1</v></c><c r='A2'><v>2</v></c>", "two cells are in one place"},
        {"<c r='B2'><v>1</v></c><c r='A2'><v>2</v></c>", "out of order"},
        {"<c r='A3'><v>1</v></c>", "of another row"},
        {"<c r='XFE2'><v>1</v></c>", "a place that is none"},
        {"<c r='$A$2'><v>1</v></c>", "a place that is none"},
        {"<c r='A1048577'><v>1</v></c>", "a place that is none"},
        {"<c r='A2' t='s'><v>1</v></c>", "shared string that is not there"},
        {"<c r='A2' t='s'><v>-1</v></c>", "shared string that is not there"},
        {"<c r='A2' t='s'><v>99999999999999999999</v></c>", "shared string that is not there"},
        {"<c r='A2' t='x'><v>1</v></c>", "a type that is not known"},
        {"<c r='A2'><v>abc</v></c>", "numbers holds something else"},
        {"<c r='A2'><v>NaN</v></c>", "numbers holds something else"},
        {"<c r='A2'><v>0x10</v></c>", "numbers holds something else"},
        {"<c r='A2' t='b'><v>2</v></c>", "truth values holds something else"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        xlsx_made made = {.strings = "<si><t>x</t></si>",
                          .rows =
                              xlsx_text("<row r='1'><c r='A1'><v>1</v></c></row><row r='2'>%s</row>"
                                        "<row r='3'><c r='A3'><v>3</v></c></row>",
                                        cases[i].row)
                                  .data};
        bd_str text = xlsx_rows(&made);
        test_failure("row %s gives %.*s", cases[i].row, BD_ARG(text));
        CHECK(bd_str_has_prefix(text, BD_STR("1: 1=1\nrefused sheet 'Data', row 2: ")));
        CHECK(bd_str_find(text, bd_str_of(cases[i].why)) > 0);
        CHECK(bd_str_has_suffix(text, BD_STR("\n3: 1=3\n")));
    }
}

TEST(read, rows_are_numbered_and_rise) {
    xlsx_made made = {.rows = "<row><c><v>1</v></c></row><row r='5'><c><v>2</v></c></row>"
                              "<row r='5'><c><v>3</v></c></row><row r='4'><c><v>4</v></c></row>"
                              "<row r='0'/><row r='1048577'/><row><c><v>5</v></c></row>"
                              "<row r='1048576'><c><v>6</v></c></row><row><c><v>7</v></c></row>"};
    CHECK_EQ_STR(xlsx_rows(&made),
                 "1: 1=1\n5: 1=2\n"
                 "refused sheet 'Data', row 5: two rows have one number, or rows are out of order\n"
                 "refused sheet 'Data', row 4: two rows have one number, or rows are out of order\n"
                 "refused sheet 'Data', row 6: a row has a number that is none\n"
                 "refused sheet 'Data', row 7: a row has a number that is none\n"
                 "8: 1=5\n1048576: 1=6\n"
                 "refused sheet 'Data', row 1048577: the sheet has more rows than the limit\n");
}

/* ---- dates ---- */

static bd_str dated(const char *number, const char *format, bool is_1904) {
    xlsx_made made = {
        .props = is_1904 ? "<workbookPr date1904='1'/>" : NULL,
        .rows = xlsx_text("<row><c s='1'><v>%s</v></c></row>", number).data,
        .styles =
            xlsx_text("<numFmts><numFmt numFmtId='200' formatCode='%s'/></numFmts>"
                      "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs><cellXfs><xf "
                      "numFmtId='0'/><xf numFmtId='%s'/></cellXfs>",
                      format,
                      format[0] >= '0' && format[0] <= '9' && strlen(format) < 3 ? format : "200")
                .data};
    bd_str text = xlsx_rows(&made);
    bd_str rest = bd_str_sub(text, 5, text.size), line = {"", 0};
    (void)bd_str_cut(&rest, '\n', &line);
    return line;
}

/* Serial numbers as spreadsheets show them; the calendar from Python's datetime. */
TEST(read, numbers_shown_as_dates_are_dates) {
    static const struct {
        const char *number, *format, *text, *text_1904;
    } cases[] = {
        {"46112", "14", "'2026-03-31'", "'2030-04-01'"},
        {"46112.729166666664", "22", "'2026-03-31T17:30:00'", "'2030-04-01T17:30:00'"},
        {"46112.729166666664", "14", "'2026-03-31T17:30:00'", "'2030-04-01T17:30:00'"},
        {"46112", "22", "'2026-03-31T00:00:00'", "'2030-04-01T00:00:00'"},
        {"1", "14", "'1900-01-01'", "'1904-01-02'"},
        {"59", "14", "'1900-02-28'", "'1904-02-29'"},
        {"60", "14", "60", "'1904-03-01'"},
        {"61", "14", "'1900-03-01'", "'1904-03-02'"},
        {"0", "14", "0", "'1904-01-01'"},
        {"-1", "14", "-1", "-1"},
        {"2958465", "14", "'9999-12-31'", "2958465"},
        {"2958466", "14", "2958466", "2958466"},
        {"1E300", "14", "1E300", "1E300"},
        {"0.5", "20", "'12:00:00'", "'12:00:00'"},
        {"0.5", "21", "'12:00:00'", "'12:00:00'"},
        {"1.5", "46", "'PT36H0M0S'", "'PT36H0M0S'"},
        {"46112.9999999999", "22", "'2026-04-01T00:00:00'", "'2030-04-02T00:00:00'"},
        {"46112.000011574", "22", "'2026-03-31T00:00:01'", "'2030-04-01T00:00:01'"},
        {"46112.00001", "22", "'2026-03-31T00:00:00.864'", "'2030-04-01T00:00:00.864'"},
        {"46112", "yyyy-mm-dd", "'2026-03-31'", "'2030-04-01'"},
        {"46112", "[$-409]d\\-mmm\\-yyyy;@", "'2026-03-31'", "'2030-04-01'"},
        {"46112.5", "dd/mm/yyyy hh:mm", "'2026-03-31T12:00:00'", "'2030-04-01T12:00:00'"},
        {"0.25", "h:mm AM/PM", "'06:00:00'", "'06:00:00'"},
        {"1.25", "[h]:mm:ss", "'PT30H0M0S'", "'PT30H0M0S'"},
        {"0.25", "mm:ss.0", "'06:00:00'", "'06:00:00'"},
        {"46112", "mmm", "'2026-03-31'", "'2030-04-01'"},
        {"46112", "General", "46112", "46112"},
        {"46112", "0.00", "46112", "46112"},
        {"46112", "#,##0 [Red]", "46112", "46112"},
        {"46112", "&quot;days&quot; 0", "46112", "46112"},
        {"46112", "0 \\d\\a\\y\\s", "46112", "46112"},
        {"46112", "0_d", "46112", "46112"},
        {"46112", "0.00E+00", "46112", "46112"},
        {"46112", "0%", "46112", "46112"},
        {"46112", "0;yyyy", "46112", "46112"},
        {"46112", "@", "46112", "46112"},
        {"46112", "9", "46112", "46112"},
        {"46112", "49", "46112", "46112"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s as %s", cases[i].number, cases[i].format);
        CHECK_EQ_STR(dated(cases[i].number, cases[i].format, false), cases[i].text);
        CHECK_EQ_STR(dated(cases[i].number, cases[i].format, true), cases[i].text_1904);
    }
}

TEST(read, a_serial_number_outside_the_calendar_is_said) {
    xlsx_made made = {.rows = "<row><c s='0'><v>60</v></c></row>",
                      .styles = "<cellXfs><xf numFmtId='14'/></cellXfs>"};
    CHECK_EQ_STR(xlsx_rows(&made), "1: 1=60\nwarning sheet 'Data', A1: 1 cell is shown as a date "
                                   "but is none of the calendar; its number was taken\n");
}

/* ---- the workbook ---- */

TEST(read, the_strict_dialect_is_read_like_the_transitional) {
    xlsx_made made = {.is_strict = true,
                      .rows = "<row r='1'><c r='A1' t='s'><v>0</v></c></row>",
                      .strings = "<si><t>strict</t></si>"};
    CHECK_EQ_STR(xlsx_rows(&made), "1: 1='strict'\n");
}

TEST(read, sheets_come_in_the_order_of_the_workbook_and_hidden_ones_are_said) {
    xlsx_made made = {.rows = "<row r='1' hidden='1'><c r='A1'><v>1</v></c></row>",
                      .before = "<cols><col min='2' max='3' hidden='1'/></cols>",
                      .second = "<row r='1'><c r='A1'><v>2</v></c></row>",
                      .sheets = "<sheet name='Zweites' sheetId='9' state='hidden' r:id='r2'/>"
                                "<sheet name='Chart' sheetId='3' r:id='r5'/><sheet name='Data' "
                                "sheetId='1' state='veryHidden' r:id='r1'/>"};
    CHECK_EQ_STR(xlsx_transcript(xlsx_make(&made), NULL),
                 "workbook: XLSX workbook\n"
                 "warning sheet 'Zweites': the sheet is hidden; it was read like the others\n"
                 "sheet Zweites hidden\n1: 1=2\n"
                 "note sheet 'Chart': it is a chart or a dialog and holds no rows\n"
                 "warning sheet 'Data': the sheet is hidden; it was read like the others\n"
                 "sheet Data very hidden\n1: 1=1\n"
                 "warning sheet 'Data', row 1: 1 row is hidden; it was read like the others\n"
                 "warning sheet 'Data', column 2: 2 columns are hidden; they were read like the "
                 "others\n");
}

TEST(read, other_zip_files_are_no_workbooks) {
    xlsx_made word = {.type = "application/vnd.openxmlformats-officedocument.wordprocessingml."
                              "document.main+xml"};
    CHECK_EQ_STR(xlsx_transcript(xlsx_make(&word), NULL), "other: Word document\n");
    xlsx_made strange = {.type = "text/plain"};
    CHECK_EQ_STR(xlsx_transcript(xlsx_make(&strange), NULL), "other: zip file\n");
    xlsx_part plain[] = {{"a.txt", BD_STR_INIT("xl/workbook.xml")}};
    CHECK_EQ_STR(xlsx_transcript(xlsx_zip(plain, 1, false), NULL), "other: zip file\n");
    xlsx_made binary = {.type = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"};
    bd_str text = xlsx_transcript(xlsx_make(&binary), NULL);
    CHECK(bd_str_find(text, BD_STR("failed 6: a binary workbook (.xlsb) cannot be read")) == 0);
    xlsx_made macros = {.type = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"};
    CHECK(bd_str_has_prefix(xlsx_transcript(xlsx_make(&macros), NULL),
                            BD_STR("workbook: XLSX workbook with macros\n")));
}

TEST(read, a_workbook_with_a_part_missing_or_malformed_is_refused_with_its_name) {
    xlsx_part parts[XLSX_PARTS];
    xlsx_made made = {.rows = "<row r='1'><c r='A1'><v>1</v></c></row>"};
    for (size_t gone = 2; gone < XLSX_PARTS; gone++) {
        size_t count = xlsx_parts(&made, parts);
        const char *name = parts[gone].name;
        if (gone == 4) {
            continue; /* the second sheet is in no list */
        }
        memmove(parts + gone, parts + gone + 1, (count - gone - 1) * sizeof *parts);
        bd_str text = xlsx_transcript(xlsx_zip(parts, count - 1, true), NULL);
        test_failure("%s gone gives %.*s", name, BD_ARG(text));
        CHECK(bd_str_find(text, BD_STR("is missing")) > 0 &&
              bd_str_find(text, bd_str_of(name)) > 0);
        count = xlsx_parts(&made, parts);
        parts[gone].text = bd_str_sub(parts[gone].text, 0, parts[gone].text.size - 3);
        text = xlsx_transcript(xlsx_zip(parts, count, true), NULL);
        test_failure("%s cut gives %.*s", name, BD_ARG(text));
        CHECK(bd_str_find(text, BD_STR("failed 2: malformed workbook part")) >= 0 &&
              bd_str_find(text, bd_str_of(name)) > 0);
    }
}

TEST(read, a_sheet_is_read_however_its_elements_are_prefixed_and_foreign_ones_are_left_out) {
    xlsx_made made = {
        .sheet = "<?xml version='1.0'?><x:worksheet xmlns:x='" XLSX_MAIN "' xmlns:o='urn:other'>"
                 "<!-- <x:row/> --><o:sheetData><o:row/></o:sheetData><x:sheetData><x:row r='1'>"
                 "<o:c r='A1'><x:v>9</x:v></o:c><x:c r='A1'><x:v>1</x:v><x:extLst><x:ext><x:v>8"
                 "</x:v></x:ext></x:extLst></x:c></x:row></x:sheetData></x:worksheet>"};
    bd_str text = xlsx_rows(&made);
    CHECK(bd_str_has_prefix(text, BD_STR("1: 1=1")) || bd_str_find(text, BD_STR("refused")) >= 0);
}

/* ---- hostile ---- */

#define LOL                                                                                        \
    "<!DOCTYPE l [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c "              \
    "'&b;&b;&b;&b;&b;&b;&b;&b;'>]>"

TEST(read, a_doctype_in_any_part_refuses_the_workbook) {
    xlsx_part parts[XLSX_PARTS];
    xlsx_made made = {.rows = "<row r='1'><c r='A1'><v>1</v></c></row>"};
    for (size_t at = 0; at < XLSX_PARTS; at++) {
        size_t count = xlsx_parts(&made, parts);
        if (at == 4) {
            continue;
        }
        parts[at].text = xlsx_text("%s%.*s", LOL, BD_ARG(parts[at].text));
        bd_str text = xlsx_transcript(xlsx_zip(parts, count, true), NULL);
        test_failure("in %s: %.*s", parts[at].name, BD_ARG(text));
        CHECK(bd_str_find(text, BD_STR("holds a document type declaration")) > 0);
    }
}

TEST(read, limits_are_kept_before_memory_is_taken) {
    xlsx_made made = {.rows = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1'><v>2</v></c></row>",
                      .strings = "<si><t>0123456789</t></si><si><t>b</t></si>",
                      .sheets = "<sheet name='a' sheetId='1' r:id='r1'/>"
                                "<sheet name='b' sheetId='2' r:id='r2'/>",
                      .styles = "<cellXfs><xf/><xf/></cellXfs>"};
    bd_str bytes = xlsx_make(&made);
    bd_xlsx_limits limits[8];
    for (size_t i = 0; i < BD_COUNT(limits); i++) {
        limits[i] = bd_xlsx_default_limits;
    }
    limits[0].file_bytes = 100;
    limits[1].sheets = 1;
    limits[2].cells = 1;
    limits[3].cell_bytes = 9;
    limits[4].row_bytes = 9;
    limits[5].strings = 1;
    limits[6].string_bytes = 9;
    limits[7].styles = 1;
    static const char *const words[] = {"the zip file",          "more than 1 sheets",
                                        "more than 1 cells",     "text of a cell is over",
                                        "row is over the limit", "more than 1 shared",
                                        "more than 9 bytes",     "more than 1 styles"};
    for (size_t i = 0; i < BD_COUNT(limits); i++) {
        bd_str text = xlsx_transcript(bytes, &limits[i]);
        test_failure("limit %zu gives %.*s", i, BD_ARG(text));
        CHECK(bd_str_find(text, bd_str_of(words[i])) > 0);
    }
}

TEST(read, a_declared_size_takes_no_memory) {
    xlsx_made made = {.before = "<dimension ref='A1:XFD1048576'/>",
                      .rows = "<row r='1' spans='1:1000000000'><c r='A1' t='s'><v>0</v></c></row>",
                      .strings = "<si><t>x</t></si>"};
    xlsx_part parts[XLSX_PARTS];
    size_t count = xlsx_parts(&made, parts);
    parts[5].text = BD_STR("<sst xmlns='" XLSX_MAIN "' count='1000000000' uniqueCount='4000000000'>"
                           "<si><t>x</t></si></sst>");
    CHECK_EQ_STR(xlsx_transcript(xlsx_zip(parts, count, true), NULL),
                 "workbook: XLSX workbook\nsheet Data\n1: 1='x'\n");
}

/* One long text in many cells: an index each, never a copy (the shape of a published bomb). */
TEST(read, a_text_shared_by_many_cells_is_not_multiplied) {
    bd_buf rows, text;
    bd_buf_init(&rows, 32 << 20);
    bd_buf_init(&text, 1 << 20);
    for (int i = 0; i < 20000; i++) {
        bd_buf_puts(&text, BD_STR("word "));
    }
    for (int i = 0; i < 16384; i++) {
        bd_buf_puts(&rows, BD_STR("<c t='s'><v>0</v></c>"));
    }
    xlsx_made made = {
        .rows =
            xlsx_text("<row>%.*s</row><row><c><v>1</v></c></row>", BD_ARG(bd_buf_str(&rows))).data,
        .strings = xlsx_text("<si><t>%.*s</t></si>", BD_ARG(bd_buf_str(&text))).data};
    CHECK_EQ_STR(xlsx_rows(&made),
                 "refused sheet 'Data', row 1: the row is over the limit of bytes\n2: 1=1\n");
    bd_buf_clear(&rows);
    bd_buf_clear(&text);
}

TEST(read, a_part_that_grows_beyond_reason_is_refused_unread) {
    size_t size = (size_t)8 << 20;
    char *zeros = bd_new(test_arena(), char, size);
    memset(zeros, ' ', size);
    xlsx_part parts[XLSX_PARTS];
    xlsx_made made = {0};
    size_t count = xlsx_parts(&made, parts);
    parts[4].text = (bd_str){zeros, size};
    bd_str text = xlsx_transcript(xlsx_zip(parts, count, true), NULL);
    CHECK(bd_str_find(text, BD_STR("failed 3: 'xl/sheet2.xml' in the zip file grows from")) == 0);
}

/* ---- cut and changed ---- */

TEST(read, a_workbook_cut_anywhere_never_reads_as_whole) {
    xlsx_made made = {.rows = "<row r='1'><c r='A1'><v>1</v></c></row>"};
    bd_str bytes = xlsx_make(&made);
    for (size_t size = 0; size < bytes.size; size++) {
        bd_str text = xlsx_transcript(bd_str_sub(bytes, 0, size), NULL);
        test_failure("cut at %zu gives %.*s", size, BD_ARG(text));
        CHECK(bd_str_has_prefix(text, BD_STR("failed ")));
    }
}

TEST(read, a_workbook_with_a_byte_changed_is_refused_or_says_the_same) {
    xlsx_made made = {.rows = "<row r='1'><c r='A1'><v>1</v></c></row>",
                      .sheets = "<sheet name='Data' sheetId='1' r:id='r1'/>"
                                "<sheet name='More' sheetId='2' r:id='r2'/>"};
    bd_str bytes = xlsx_make(&made);
    bd_str whole = xlsx_transcript(bytes, NULL);
    char *changed = bd_new(test_arena(), char, bytes.size);
    size_t same = 0;
    for (size_t i = 0; i < bytes.size; i++) {
        memcpy(changed, bytes.data, bytes.size);
        changed[i] = (char)(changed[i] ^ 0x41);
        bd_str text = xlsx_transcript((bd_str){changed, bytes.size}, NULL);
        bool is_same = bd_str_eq(text, whole);
        test_failure("byte %zu changed gives %.*s", i, BD_ARG(text));
        CHECK(is_same || bd_str_find(text, BD_STR("failed ")) >= 0 ||
              bd_str_has_prefix(text, BD_STR("other: zip file")));
        same += is_same;
    }
    /* times, versions and attributes of eight entries, 20 bytes each in both headers: what no reader looks at */
    test_failure("%zu of %zu bytes are free", same, bytes.size);
    CHECK(same <= (size_t)XLSX_PARTS * 20 + 22);
}
