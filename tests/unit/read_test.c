/* Is a file taken for what its bytes are, and does a CSV yield exactly its cells? */
#include "bindery/read.h"

#include "test.h"

#include <dirent.h>
#include <stdlib.h>

/* ---- sniffing ---- */

TEST(read, files_are_known_by_their_bytes) {
    static const struct {
        const char *head;
        bd_media media;
        const char *words;
    } cases[] = {
        {"{\"value\":[", BD_MEDIA_JSON, "JSON"},
        {"\xef\xbb\xbf  [\n{", BD_MEDIA_JSON, "JSON"},
        {"{'a': 1}", BD_MEDIA_JSON, "JSON"},
        {"[1,2]", BD_MEDIA_JSON, "JSON"},
        {"[]", BD_MEDIA_JSON, "JSON"},
        {"[", BD_MEDIA_JSON, "JSON"},
        {"{\"a\":1}\n{\"a\":2}\n", BD_MEDIA_NDJSON, "JSON, one value per line"},
        {"{\"a\":1}\n", BD_MEDIA_JSON, "JSON"},
        {"[section]\nkey=value\n", BD_MEDIA_TEXT, "text"},
        {"%PDF-1.7\n", BD_MEDIA_PDF, "PDF document"},
        {"\x89PNG\r\n\x1a\n....", BD_MEDIA_BINARY, "PNG image"},
        {"PK\x03\x04....word/document.xml", BD_MEDIA_BINARY, "zip file"},
        {"PK\x03\x04....[Content_Types].xml", BD_MEDIA_BINARY, "Office file"},
        {"PK\x03\x04....xl/workbook.xml", BD_MEDIA_XLSX, "XLSX workbook"},
        {"<?xml version=\"1.0\"?><a/>", BD_MEDIA_XML, "XML document"},
        {"<?xml version=\"1.0\"?>\n<!DOCTYPE html><html/>", BD_MEDIA_TEXT, "HTML page"},
        {"<note>no prolog</note>", BD_MEDIA_TEXT, "text"},
        {"<!doctype html><html>", BD_MEDIA_TEXT, "HTML page"},
        {"{\\rtf1\\ansi", BD_MEDIA_TEXT, "RTF document"},
        {"upn,date,action\na,b,c\n", BD_MEDIA_CSV, "CSV"},
        {"upn;date\r\na;b\r\n", BD_MEDIA_CSV, "CSV"},
        {"sep=;\r\nupn;date\r\n", BD_MEDIA_CSV, "CSV"},
        {"a,b,c\n1,2\n", BD_MEDIA_CSV, "CSV"},
        {"\"a\nb\",c\n1,2\n", BD_MEDIA_CSV, "CSV"},
        {"Dear all, the review is done.\nYours\n", BD_MEDIA_TEXT, "text"},
        {"plain words", BD_MEDIA_TEXT, "text"},
        {"a\x01"
         "b,c\n",
         BD_MEDIA_BINARY, "binary file"},
        {"n\xe4me,x,y\n1,2,3\n", BD_MEDIA_CSV, "CSV"}, /* the reader says that it is not UTF-8 */
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_sniffed found = bd_sniff(bd_str_of(cases[i].head));
        test_failure("head %s", cases[i].head);
        CHECK_EQ_INT(found.media, cases[i].media);
        CHECK_EQ_STR(found.words, cases[i].words);
        CHECK_EQ_INT(found.problem.size, 0);
    }
}

TEST(read, what_cannot_be_read_says_so) {
    static const struct {
        const char *head, *words, *problem;
    } cases[] = {
        {"", "nothing", "the file is empty"},
        {" \r\n\t", "nothing", "nothing but white space"},
        {"\xef\xbb\xbf", "binary file", ""},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_sniffed found = bd_sniff(bd_str_of(cases[i].head));
        test_failure("head %s", cases[i].head);
        CHECK_EQ_STR(found.words, cases[i].words);
        CHECK(bd_str_find(found.problem, bd_str_of(cases[i].problem)) == 0 ||
              cases[i].problem[0] == 'n');
    }
}

TEST(read, utf16_text_is_recognised_behind_its_mark) {
    static const char little[] = "\xff\xfe"
                                 "a\0,\0b\0,\0c\0\n\0"
                                 "1\0,\0"
                                 "2\0,\0"
                                 "3\0\n\0";
    bd_sniffed found = bd_sniff((bd_str){little, sizeof little - 1});
    CHECK(found.is_utf16 && found.media == BD_MEDIA_CSV);
    static const char big[] = "\xfe\xff\0{\0\"\0a\0\"\0:\0"
                              "1\0}";
    found = bd_sniff((bd_str){big, sizeof big - 1});
    CHECK(found.is_utf16 && found.media == BD_MEDIA_JSON);
    static const char lone[] = "\xff\xfe\x00\xdc"
                               "a\0";
    CHECK_EQ_INT(bd_sniff((bd_str){lone, sizeof lone - 1}).media, BD_MEDIA_BINARY);
}

TEST(read, any_head_of_any_length_is_survived) {
    char head[BD_SNIFF_BYTES];
    uint32_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        seed = seed * 1664525u + 1013904223u;
        size_t size = (seed >> 8) % sizeof head;
        for (size_t i = 0; i < size; i++) {
            seed = seed * 1664525u + 1013904223u;
            head[i] =
                (char)(round % 2 == 0 ? seed >> 24
                                      : (uint32_t) "\",;\n{[}]\xff\xfe\0a"[(seed >> 24) % 13]);
        }
        (void)bd_sniff((bd_str){head, size});
        head[0] = (char)0xff;
        head[1] = (char)0xfe;
        (void)bd_sniff((bd_str){head, size});
    }
}

/* ---- CSV ---- */

typedef struct {
    bd_str text;
    size_t at, step;
} slow_source;

static bd_rc read_slowly(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    (void)err;
    slow_source *slow = source->context;
    size_t left = slow->text.size - slow->at;
    size_t size = slow->step < left ? slow->step : left;
    size = size < room ? size : room;
    memcpy(bytes, slow->text.data + slow->at, size);
    slow->at += size;
    *count = size;
    return BD_OK;
}

static bd_rc write_header(void *context, const bd_str *names, size_t count, bd_err *err) {
    (void)err;
    for (size_t i = 0; i < count; i++) {
        bd_buf_printf(context, "%s%.*s", i > 0 ? "|" : "", BD_ARG(names[i]));
    }
    bd_buf_putc(context, '\n');
    return BD_OK;
}

static bd_rc write_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)err;
    bd_buf_printf(context, "%llu:", (unsigned long long)ordinal);
    for (size_t i = 0; i < value->count; i++) {
        const bd_value *cell = &value->items[i];
        bd_str text = cell->kind == BD_STRING ? cell->text : bd_json_canonical(test_arena(), cell);
        bd_buf_printf(context, "%s%s%.*s", i > 0 ? "|" : "", cell->kind == BD_STRING ? "" : "json ",
                      BD_ARG(text));
    }
    bd_buf_putc(context, '\n');
    return BD_OK;
}

static bd_str transcript(bd_str text, size_t step, const bd_value *columns,
                         const bd_csv_limits *limits) {
    bd_buf out;
    bd_buf_init(&out, (size_t)1 << 24);
    slow_source slow = {text, 0, step};
    bd_source source = {.read = read_slowly, .context = &slow};
    bd_csv_events events = {.context = &out, .header = write_header, .row = write_row};
    bd_err err;
    if (bd_failed(bd_csv_read(&source, limits, columns, &events, &err))) {
        bd_buf_printf(&out, "%s", err.message);
    }
    bd_str made = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return made;
}

static const struct {
    const char *text, *said;
} csv_cases[] = {
    {"a,b\n1,2\n", "a|b\n0:1|2\n"},
    {"a,b\r\n1,2", "a|b\n0:1|2\n"},
    {"\xef\xbb\xbf"
     "a;b\r\n\"x;y\";\"\"\"q\"\"\"\r\n",
     "a|b\n0:x;y|\"q\"\n"},
    {"a\tb\n1,5\t2\n", "a|b\n0:1,5|2\n"},
    {"sep=;\r\na,x;b\r\n1;2\r\n", "a,x|b\n0:1|2\n"},
    {"\"sep=|\"\na|b\n1|2\n", "a|b\n0:1|2\n"},
    {"a,b\n\"line\r\none\",\"\n\"\n", "a|b\n0:line\r\none|\n\n"},
    {" a ,Incoming token type,b ,Incoming token type,,\n1,2,3,4,5,6\n",
     "a|Incoming token type|b|Incoming token type (2)|column 5|column 6\n0:1|2|3|4|5|6\n"},
    {"\"display\r\n  name\",\" a  b \"\n1,2\n", "display name|a  b\n0:1|2\n"},
    {"x,x,x (2)\n1,2,3\n", "x|x (2)'|x (2)\n0:1|2|3\n"},
    {"a,b\n\n1,2\n\r\n3,4\n\n", "a|b\n0:1|2\n1:3|4\n"},
    {"a\n\"\"\nx\n", "a\n0:\n1:x\n"},
    {"a,b\n\"{\"\"k\"\": [1,2.50]}\",\"{not json}\"\n[],[x\n",
     "a|b\n0:json {\"k\":[1,2.50]}|{not json}\n1:json []|[x\n"},
    {"a,b\n=cmd(),-5\n", "a|b\n0:=cmd()|-5\n"},
    {"a,b\n\xc3\xbc,\xf0\x9f\x98\x80\n", "a|b\n0:\xc3\xbc|\xf0\x9f\x98\x80\n"},
    {"only header\n", "only header\n"},
    {"", "no CSV header: the file is empty"},
    {"\n\n", "no CSV header: the file is empty"},
    {"a,b\n1,2,3\n", "a|b\nmalformed CSV at line 2: found 3 cells, expected 2 as in the header"},
    {"a,b\n\"x\ny\",1\n1\n",
     "a|b\n0:x\ny|1\nmalformed CSV at line 4: found 1 cells, expected 2 as in the header"},
    {"a,b\n1,37\"N x\"\n", "a|b\n0:1|37\"N x\"\n"},
    {"a,b\n1, \"y,z\"\n",
     "a|b\nmalformed CSV at line 2, column 2: white space before an opening quote"},
    {"a,b\n\"1\"x,2\n", "a|b\nmalformed CSV at line 2, column 1: text after a closing quote"},
    {"a,b\n\"1\" ,2\n", "a|b\nmalformed CSV at line 2, column 1: text after a closing quote"},
    {"a,b\n1,\"2\n3\n", "a|b\nCSV is cut short: the quote opened at line 2 is never closed"},
    {"a,b\n1\r2,3\n",
     "a|b\nmalformed CSV at line 2, column 1: a carriage return without a line feed"},
    {"a,b\n1,\xe4\n",
     "a|b\nmalformed CSV at line 2, column 2: text is not UTF-8, save the file again as UTF-8"},
};

TEST(read, a_csv_yields_its_cells_or_the_place_of_its_fault) {
    for (size_t i = 0; i < BD_COUNT(csv_cases); i++) {
        test_failure("text %s", csv_cases[i].text);
        CHECK_EQ_STR(transcript(bd_str_of(csv_cases[i].text), 1 << 16, NULL, NULL),
                     csv_cases[i].said);
    }
}

TEST(read, a_csv_yields_the_same_however_small_the_reads_are) {
    for (size_t i = 0; i < BD_COUNT(csv_cases); i++) {
        for (size_t step = 1; step <= 7; step++) {
            test_failure("text %s in reads of %zu", csv_cases[i].text, step);
            CHECK_EQ_STR(transcript(bd_str_of(csv_cases[i].text), step, NULL, NULL),
                         csv_cases[i].said);
        }
    }
}

static bd_str as_utf16(const char *text, bool is_big) {
    bd_str from = bd_str_of(text);
    char *out = bd_alloc(test_arena(), from.size * 2 + 2, 1);
    size_t size = 0;
    uint32_t point = 0xfeff;
    size_t at = 0;
    do {
        uint32_t units[2] = {point, 0};
        if (point > 0xffff) {
            units[0] = 0xd800 + ((point - 0x10000) >> 10);
            units[1] = 0xdc00 + ((point - 0x10000) & 0x3ff);
        }
        for (int i = 0; i < (point > 0xffff ? 2 : 1); i++) {
            out[size++] = (char)(is_big ? units[i] >> 8 : units[i] & 0xff);
            out[size++] = (char)(is_big ? units[i] & 0xff : units[i] >> 8);
        }
    } while (bd_utf8_next(from, &at, &point));
    return (bd_str){out, size};
}

TEST(read, utf16_with_a_mark_reads_as_utf8_does) {
    const char *text = "n\xc3\xa4me;x\r\n\"\xf0\x9f\x98\x80;\r\n\";\xd0\xae\r\n";
    for (size_t step = 1; step <= 5; step++) {
        CHECK_EQ_STR(transcript(as_utf16(text, false), step, NULL, NULL),
                     "n\xc3\xa4me|x\n0:\xf0\x9f\x98\x80;\r\n|\xd0\xae\n");
        CHECK_EQ_STR(transcript(as_utf16(text, true), step, NULL, NULL),
                     "n\xc3\xa4me|x\n0:\xf0\x9f\x98\x80;\r\n|\xd0\xae\n");
    }
    bd_str whole = as_utf16("a;b\n1;2\n", false);
    CHECK(bd_str_find(transcript(bd_str_sub(whole, 0, whole.size - 1), 3, NULL, NULL),
                      BD_STR("not sound UTF-16")) >= 0);
}

TEST(read, utf16_without_a_mark_and_nul_bytes_are_refused) {
    static const char text[] = "a\0,\0b\0\n\0";
    bd_str said = transcript((bd_str){text, 8}, 100, NULL, NULL);
    CHECK(bd_str_find(said, BD_STR("a NUL byte")) >= 0);
}

TEST(read, a_cut_csv_never_invents_cells) {
    bd_str whole = BD_STR("a,b\r\n\"x\"\"y\",\"1\r\n2\"\r\nz,w\r\n");
    bd_str full = transcript(whole, 3, NULL, NULL);
    for (size_t size = 0; size < whole.size; size++) {
        bd_str said = transcript(bd_str_sub(whole, 0, size), 3, NULL, NULL);
        if (bd_str_has_suffix(said, BD_STR("\n"))) {
            said.size--;
        }
        while (said.size > 0 && said.data[said.size - 1] != '\n') {
            said.size--;
        }
        /* the last row may be shorter: nothing in a CSV tells, counts in sidecars do; all before it
         * is as it was */
        test_failure("%zu bytes", size);
        CHECK(bd_str_has_prefix(full, said));
    }
}

TEST(read, a_column_map_gives_our_names) {
    const bd_value *map;
    bd_err err;
    CHECK_OK(bd_json_parse(BD_STR("{\"employee_id\":\"Personnel No\",\"upn\":\"MAIL\"}"), NULL,
                           test_arena(), &map, &err),
             err);
    CHECK_EQ_STR(transcript(BD_STR("Mail,Personnel No,x\n1,2,3\n"), 100, map, NULL),
                 "upn|employee_id|x\n0:1|2|3\n");
    CHECK_EQ_STR(transcript(BD_STR("Mail,x\n1,2\n"), 100, map, NULL),
                 "cannot read CSV: the column map names 'Personnel No', which the header lacks");
    CHECK_EQ_STR(transcript(BD_STR("Mail,Personnel No,upn\n1,2,3\n"), 100, map, NULL),
                 "cannot read CSV: the column map makes two columns 'upn'");
}

TEST(read, csv_limits_are_kept) {
    bd_csv_limits limits = {.row_bytes = 100, .columns = 3, .rows = 2};
    CHECK_EQ_STR(transcript(BD_STR("a,b\n1,2\n3,4\n5,6\n"), 100, NULL, &limits),
                 "a|b\n0:1|2\n1:3|4\nCSV has more than 2 rows");
    CHECK_EQ_STR(transcript(BD_STR("a,b,c,d\n"), 100, NULL, &limits),
                 "CSV has more than 3 columns at line 1");
    bd_str big = bd_str_format(test_arena(), "a,b\n1,\"%0200d\"\n", 7);
    CHECK_EQ_STR(transcript(big, 100, NULL, &limits),
                 "a|b\nCSV row at line 2 is over the limit of 100 bytes");
}

static bd_rc count_refused(void *context, uint64_t ordinal, uint64_t line, const bd_err *problem,
                           bd_err *err) {
    (void)err;
    bd_buf_printf(context, "%llu refused at %llu: %s\n", (unsigned long long)ordinal,
                  (unsigned long long)line, problem->message);
    return BD_OK;
}

TEST(read, a_ragged_row_can_be_refused_alone) {
    bd_buf out;
    bd_buf_init(&out, 4096);
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, BD_STR("a,b\n1\n2,3\n"));
    bd_csv_events events = {.context = &out, .row = write_row, .refused = count_refused};
    bd_err err;
    CHECK_OK(bd_csv_read(&source, NULL, NULL, &events, &err), err);
    CHECK_EQ_STR(bd_buf_str(&out), "0 refused at 2: malformed CSV at line 2: found 1 cells, "
                                   "expected 2 as in the header\n1:2|3\n");
    bd_buf_clear(&out);
}

/* ---- a public suite, by path ---- */

/* BINDERY_CSV_SPECTRUM names a work tree or a git directory of github.com/max-mapper/csv-spectrum.
 */
static const char *suite_folder(void) {
    const char *given = getenv("BINDERY_CSV_SPECTRUM");
    if (given == NULL || !bd_path_is_folder(given)) {
        test_skip("set BINDERY_CSV_SPECTRUM to a copy of max-mapper/csv-spectrum");
    }
    if (bd_path_is_folder(bd_path_join(test_arena(), given, "csvs"))) {
        return given;
    }
    if (run_command(NULL, "git --git-dir='%s' archive HEAD csvs json | tar -x", given) != 0) {
        test_skip("'%s' holds no csv-spectrum", given);
    }
    return test_folder();
}

typedef struct {
    bd_value *rows;
    size_t count;
} row_list;

static bd_rc keep_row(void *context, uint64_t ordinal, const bd_value *value, bd_err *err) {
    (void)err;
    row_list *list = context;
    CHECK(ordinal < 64);
    list->rows[list->count++] = *bd_value_copy(test_arena(), value);
    return BD_OK;
}

/* The suite holds cells as text: a JSON cell of ours goes back to its text for the comparison. */
static bd_str as_text(const bd_value *cell) {
    return cell->kind == BD_STRING ? cell->text : bd_json_canonical(test_arena(), cell);
}

static void compare_rows(const char *name, const row_list *ours, const bd_value *theirs) {
    test_failure("%s", name);
    CHECK_EQ_INT(ours->count, theirs->count);
    for (size_t i = 0; i < ours->count; i++) {
        CHECK_EQ_INT(ours->rows[i].count, theirs->items[i].count);
        for (size_t k = 0; k < ours->rows[i].count; k++) {
            const bd_value *cell = bd_value_find_str(&theirs->items[i], ours->rows[i].keys[k]);
            test_failure("%s row %zu", name, i);
            CHECK(cell != NULL);
            const bd_value *parsed;
            bool is_json = ours->rows[i].items[k].kind != BD_STRING;
            bd_str expected =
                is_json && !bd_failed(bd_json_parse(cell->text, NULL, test_arena(), &parsed, NULL))
                    ? bd_json_canonical(test_arena(), parsed)
                    : cell->text;
            CHECK_EQ_STR(as_text(&ours->rows[i].items[k]), expected);
        }
    }
}

TEST(read, csv_spectrum_is_read_as_it_asks) {
    const char *folder = suite_folder();
    DIR *list = opendir(bd_path_join(test_arena(), folder, "csvs"));
    CHECK(list != NULL);
    int files = 0;
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        bd_str name = bd_str_of(entry->d_name);
        if (!bd_str_has_suffix(name, BD_STR(".csv"))) {
            continue;
        }
        bd_str stem = bd_str_sub(name, 0, name.size - 4);
        bd_str csv =
            test_read_file(bd_str_format(test_arena(), "%s/csvs/%s", folder, entry->d_name).data);
        bd_str json = test_read_file(
            bd_str_format(test_arena(), "%s/json/%.*s.json", folder, BD_ARG(stem)).data);
        const bd_value *theirs;
        bd_err err;
        CHECK_OK(bd_json_parse(json, NULL, test_arena(), &theirs, &err), err);
        row_list ours = {bd_new(test_arena(), bd_value, 64), 0};
        bd_memory_source state;
        bd_source source = bd_source_of_memory(&state, csv);
        bd_csv_events events = {.context = &ours, .row = keep_row};
        CHECK_OK(bd_csv_read(&source, NULL, NULL, &events, &err), err);
        if (theirs->kind == BD_OBJECT) {
            /* location_coordinates.json tells one row, of another telephone number */
            CHECK_EQ_STR(bd_value_text(&ours.rows[0], "Location Coordinates"),
                         bd_value_text(theirs, "Location Coordinates"));
        } else {
            compare_rows(entry->d_name, &ours, theirs);
        }
        files++;
    }
    closedir(list);
    CHECK_EQ_INT(files, 12);
}
