/* Are header and records of a sheet those that a person sees?  And does a reader in a child say what it says here? */
#include "make_xlsx.h"

#include <unistd.h>

typedef struct {
    bd_buf out;
    bd_sheet_table *table;
    const char *known; /* a name that makes a row the header */
    bool is_open;
} tabling;

static bool on_fits(void *context, const bd_str *names, size_t count) {
    const tabling *t = context;
    for (size_t i = 0; i < count && t->known != NULL; i++) {
        if (bd_str_eqz(names[i], t->known)) {
            return true;
        }
    }
    return false;
}

static bd_rc on_header(void *context, uint32_t row, const bd_str *names, size_t count,
                       bd_err *err) {
    tabling *t = context;
    (void)err;
    bd_buf_printf(&t->out, "header %u", row);
    for (size_t i = 0; i < count; i++) {
        bd_buf_printf(&t->out, "|%.*s", BD_ARG(names[i]));
    }
    bd_buf_putc(&t->out, '\n');
    return BD_OK;
}

static bd_rc on_record(void *context, uint32_t row, const bd_value *value, bd_err *err) {
    tabling *t = context;
    (void)err;
    bd_buf_printf(&t->out, "%u", row);
    for (size_t i = 0; i < value->count; i++) {
        bd_buf_putc(&t->out, '|');
        xlsx_put_value(&t->out, &value->items[i]);
    }
    bd_buf_putc(&t->out, '\n');
    return BD_OK;
}

static bd_rc on_said(void *context, bd_diag_severity severity, bd_str locus, bd_str sentence,
                     bd_err *err) {
    return xlsx_on_said(&((tabling *)context)->out, severity, locus, sentence, err);
}

static bd_rc on_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    tabling *t = context;
    BD_TRY(bd_sheet_table_end(t->table, err));
    bd_sheet_table_begin(t->table, sheet);
    return BD_OK;
}

static bd_rc on_row(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                    bd_err *err) {
    return bd_sheet_table_put(((tabling *)context)->table, number, cells, count, err);
}

static bd_str table_of(const xlsx_made *made, const char *known, const char *columns) {
    tabling t = {.known = known};
    bd_sheet_table_events events = {
        .context = &t, .fits = on_fits, .header = on_header, .record = on_record, .said = on_said};
    const bd_value *map = NULL;
    bd_err err;
    bd_memory_source state;
    if (columns != NULL) {
        CHECK_OK(bd_json_parse(bd_str_of(columns), NULL, test_arena(), &map, &err), err);
    }
    bd_buf_init(&t.out, 1 << 20);
    t.table = bd_sheet_table_open(&events, map);
    bd_source source = bd_source_of_memory(&state, xlsx_make(made));
    bd_part_events parts = {.context = &t, .sheet = on_sheet, .row = on_row};
    CHECK_OK(bd_xlsx_read(&source, NULL, &parts, &err), err);
    CHECK_OK(bd_sheet_table_end(t.table, &err), err);
    bd_sheet_table_close(t.table);
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&t.out));
    bd_buf_clear(&t.out);
    return text;
}

#define TEXT(place, text) "<c r='" place "' t='str'><v>" text "</v></c>"
#define NUMBER(place, number) "<c r='" place "'><v>" number "</v></c>"

TEST(read, the_header_is_the_row_whose_names_somebody_knows) {
    xlsx_made made = {
        .rows = "<row r='1'>" TEXT("A1", "Report") TEXT(
            "B1", "of March") "</row>"
                              "<row r='3'>" TEXT("A3", " id ") TEXT("B3", "display&#10;  name")
                                  NUMBER("D3", "2026") "</row>"
                                                       "<row r='4'>" NUMBER("A4", "7") TEXT("B4",
                                                                                            "seven")
                                                           TEXT("D4", "x") "</row>"
                                                                           "<row r='6'>" NUMBER(
                                                                               "A6", "8") "</row>"};
    CHECK_EQ_STR(table_of(&made, "id", NULL), "header 3|id|display name|column 3|2026\n"
                                              "4|7|'seven'|''|'x'\n6|8|''|''|''\n");
    CHECK_EQ_STR(table_of(&made, NULL, NULL), "header 1|Report|of March\n"
                                              "3|' id '|'display\n  name'\n4|7|'seven'\n6|8|''\n"
                                              "warning sheet 'Data', row 3, column 4: cells that "
                                              "stand under no header were left out: 2\n");
    CHECK_EQ_STR(table_of(&made, "key", "{\"key\":\"ID\"}"),
                 "header 3|key|display name|column 3|2026\n4|7|'seven'|''|'x'\n6|8|''|''|''\n");
}

TEST(read, names_repeat_and_merged_cells_name_their_first_column) {
    xlsx_made made = {
        .rows = "<row r='1'>" TEXT("A1", "id") TEXT("B1", "Scores")
            TEXT("D1", "n") "</row>"
                            "<row r='2'>" TEXT("B2", "n")
                                TEXT("C2", "of") "</row>"
                                                 "<row r='3'>" NUMBER("A3", "1") NUMBER("B3", "2")
                                                     NUMBER("C3", "3") NUMBER("D3", "4") "</row>",
        .behind = "<mergeCells count='9'><mergeCell ref='A1:A2'/><mergeCell ref='B1:C1'/>"
                  "<mergeCell ref='D1:D2'/><mergeCell ref='A3:A4'/></mergeCells>"};
    CHECK_EQ_STR(table_of(&made, "of", NULL),
                 "header 2|id|n|of|n (2)\n3|1|2|3|4\n"
                 "warning sheet 'Data': cells below the header are merged; the first of each range "
                 "alone holds the value (ranges: 1)\n");
}

TEST(read, json_in_a_cell_is_that_value_and_nothing_else_is) {
    xlsx_made made = {.rows = "<row r='1'>" TEXT("A1", "a")
                          TEXT("B1", "b") "</row>"
                                          "<row r='2'>" TEXT("A2", "{\"x\":[1,2]}")
                                              TEXT("B2", "{not}") "</row>"
                                                                  "<row r='3'>" TEXT("A3", "=1+1")
                                                                      TEXT("B3", "'5") "</row>"};
    CHECK_EQ_STR(table_of(&made, "a", NULL),
                 "header 1|a|b\n2|{\"x\":[1,2]}|'{not}'\n3|'=1+1'|''5'\n");
}

TEST(read, a_sheet_without_rows_or_with_one_has_no_records) {
    xlsx_made none = {0};
    CHECK_EQ_STR(table_of(&none, "a", NULL), "");
    xlsx_made one = {.rows = "<row r='9'>" TEXT("A9", "a") "</row>"};
    CHECK_EQ_STR(table_of(&one, "a", NULL), "header 9|a\n");
    CHECK_EQ_STR(table_of(&one, NULL, NULL), "header 9|a\n");
    xlsx_made wide = {
        .rows = "<row r='1'>" TEXT("XFD1", "a") "</row><row r='2'>" NUMBER("A2", "1") "</row>"};
    CHECK_EQ_STR(
        table_of(&wide, NULL, NULL),
        "header 1\nwarning sheet 'Data', row 2, column 1: cells that stand under no header "
        "were left out: 1\n");
}

/* ---- in a child ---- */

static bd_zygote *open_zygote(const bd_child_task *const *tasks, size_t count) {
    bd_zygote *zygote = NULL;
    bd_err err;
    CHECK_OK(bd_zygote_open(tasks, count, &zygote, &err), err);
    return zygote;
}

static bd_str xlsx_apart(bd_zygote *zygote, bd_str bytes) {
    bd_buf out;
    bd_err err;
    bd_memory_source state;
    bd_buf_init(&out, (size_t)64 << 20);
    bd_source source = bd_source_of_memory(&state, bytes);
    bd_part_events events = xlsx_events(&out);
    bd_rc rc = bd_xlsx_read_apart(zygote, &source, &events, &err);
    return xlsx_take(&out, rc, &err);
}

TEST(read, a_workbook_read_in_a_child_says_what_it_says_here) {
    bd_zygote *zygote = open_zygote(bd_read_tasks, BD_READ_TASKS);
    xlsx_made made = {
        .rows = "<row r='1'>" TEXT(
            "A1", "a") "<c r='B1' t='b'><v>1</v></c><c r='C1' t='e'><v>#REF!</v></c></row>"
                       "<row r='1'/><row r='7' hidden='1'>" NUMBER("A7", "1E5") "</row>",
        .behind = "<mergeCells><mergeCell ref='A1:B1'/></mergeCells>",
        .second = "<row>" TEXT("A1", "second") "</row>",
        .sheets = "<sheet name='a&amp;b' sheetId='1' r:id='r1'/><sheet name='c' state='hidden' "
                  "sheetId='2' r:id='r2'/>"};
    bd_str bytes = xlsx_make(&made);
    CHECK_EQ_STR(xlsx_apart(zygote, bytes), xlsx_transcript(bytes, NULL));
    bd_str cut = bd_str_sub(bytes, 0, bytes.size - 30);
    CHECK_EQ_STR(xlsx_apart(zygote, cut), xlsx_transcript(cut, NULL));
    made.second = "<row><c></row>";
    bytes = xlsx_make(&made);
    bd_str text = xlsx_apart(zygote, bytes);
    CHECK_EQ_STR(text, xlsx_transcript(bytes, NULL));
    CHECK(bd_str_find(text, BD_STR("1: 1='a'")) > 0 &&
          bd_str_find(text, BD_STR("\nfailed 2: ")) > 0);
    bd_zygote_close(zygote);
}

TEST(read, xml_read_in_a_child_says_what_it_says_here) {
    bd_zygote *zygote = open_zygote(bd_read_tasks, BD_READ_TASKS);
    bd_str xml = BD_STR("<a><m>1</m><l><r k='1'><x/><x>\xc3\xa4</x></r><r/></l></a>");
    bd_buf here, there;
    bd_err err;
    bd_memory_source state;
    bd_buf_init(&here, 1 << 20);
    bd_buf_init(&there, 1 << 20);
    for (int i = 0; i < 2; i++) {
        bd_zygote *where = i == 0 ? NULL : zygote;
        bd_str path;
        bd_source source = bd_source_of_memory(&state, xml);
        CHECK_OK(bd_xml_find_apart(where, &source, test_arena(), &path, &err), err);
        CHECK_EQ_STR(path, "a/l/r");
        source = bd_source_of_memory(&state, xml);
        bd_part_events events = xlsx_events(i == 0 ? &here : &there);
        CHECK_OK(bd_xml_read_apart(where, &source, path, &events, &err), err);
    }
    CHECK_EQ_STR(xlsx_take(&there, BD_OK, NULL), xlsx_take(&here, BD_OK, NULL));
    bd_source source = bd_source_of_memory(&state, BD_STR("<a>"));
    bd_str path;
    CHECK_FAILS(bd_xml_find_apart(zygote, &source, test_arena(), &path, &err), err, BD_ERR_INPUT,
                "malformed XML");
    bd_zygote_close(zygote);
}

/* A child that has been taken over sends what it likes: the argument of the test, as the frames. */
static bd_str evil_frames;

static bd_rc run_evil(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)in;
    return bd_sink_write(out, evil_frames.data, evil_frames.size, err);
}

static const bd_child_task evil = {
    .id = "xlsx", .name = "evil", .run = run_evil, .memory_bytes = 256 << 20, .seconds = 10};
static const bd_child_task *const evil_tasks[] = {&evil};

#define FRAMES(text) BD_STR_INIT(text)

TEST(read, what_a_child_that_was_taken_over_sends_is_refused) {
    static const bd_str cases[] = {
        FRAMES("\x09\0\0\0\0"),                                     /* no such frame */
        FRAMES("\x03\xff\xff\xff\xff"),                             /* a frame of 4 GiB */
        FRAMES("\x03\x04\0\0"),                                     /* cut */
        FRAMES("\x03\x04\0\0\0\x01\0\0\0"),                         /* a row without a count */
        FRAMES("\x03\x08\0\0\0\x01\0\0\0\xff\xff\xff\xff"),         /* 4 G cells */
        FRAMES("\x03\x08\0\0\0\x00\0\0\0\0\0\0\0"),                 /* row 0 */
        FRAMES("\x03\x0d\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x09"), /* no such kind of value */
        FRAMES("\x03\x0d\0\0\0\x01\0\0\0\x01\0\0\0\x00\0\0\0\0"),   /* column 0 */
        FRAMES("\x03\x11\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x04\0\0\0\0"), /* an array in a cell */
        FRAMES("\x03\x12\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x03\x01\0\0\0\xff"), /* no UTF-8 */
        FRAMES("\x03\x12\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\0\0\x02\x01\0\0\0x"),    /* no number */
        FRAMES("\x04\x01\0\0\0\0"),                         /* a record that is null */
        FRAMES("\x04\x05\0\0\0\x05\xff\xff\xff\x7f"),       /* 2 G members */
        FRAMES("\x02\x09\0\0\0\0\0\0\0\0\xff\xff\xff\xff"), /* 4 G merged ranges */
        FRAMES("\x02\x09\0\0\0\0\0\0\0\x07\0\0\0\0"),       /* no such state of a sheet */
        FRAMES("\x05\x09\0\0\0\x08\0\0\0\0\0\0\0\0"),       /* a refusal that is our bug */
        FRAMES("\x06\x09\0\0\0\x02\0\0\0\0\0\0\0\0"),       /* a remark that is a refusal */
        FRAMES("\x07\x05\0\0\0\x01\0\0\0a"),                /* a path nobody asked for */
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        evil_frames = cases[i];
        bd_zygote *zygote = open_zygote(evil_tasks, 1);
        bd_str text = xlsx_apart(zygote, BD_STR("x"));
        test_failure("case %zu gives %.*s", i, BD_ARG(text));
        CHECK_EQ_STR(text, "failed 2: the reader of untrusted files broke down over this file: its "
                           "answer is malformed\n");
        bd_zygote_close(zygote);
    }
}
