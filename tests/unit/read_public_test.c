/* Do public workbooks read as a second reader reads them? */
#include "make_xlsx.h"

#include <dirent.h>
#include <stdlib.h>

typedef struct {
    bd_buf out;
    unsigned sheet;
    bool is_workbook;
} dump;

static bd_rc on_kind(void *context, bool is_workbook, bd_str words, bd_err *err) {
    (void)words;
    (void)err;
    ((dump *)context)->is_workbook = is_workbook;
    return BD_OK;
}

static bd_rc on_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    (void)sheet;
    (void)err;
    ((dump *)context)->sheet++;
    return BD_OK;
}

static bd_rc on_row(void *context, uint32_t number, const bd_cell_value *cells, size_t count,
                    bd_err *err) {
    static const char *const kinds[] = {"null", "bool", "number", "string", "array", "object"};
    dump *d = context;
    (void)err;
    bd_arena *arena = bd_arena_open("dump", (size_t)64 << 20);
    for (size_t i = 0; i < count; i++) {
        const bd_value *value = &cells[i].value;
        bd_str text =
            value->kind == BD_BOOL ? bd_str_of(value->boolean ? "true" : "false") : value->text;
        bd_str json = bd_json_canonical(arena, bd_value_string(arena, text));
        bd_buf_printf(&d->out, "%u\t%u\t%u\t%s\t%.*s\n", d->sheet - 1, number, cells[i].column,
                      kinds[value->kind], BD_ARG(json));
    }
    bd_arena_close(arena);
    return BD_OK;
}

/* Whether the workbook was read whole; then its cells lie in dumps/NAME.tsv. */
static bool dump_workbook(bd_zygote *zygote, const char *folder, const char *name) {
    dump d = {0};
    bd_err err;
    bd_memory_source state;
    bd_arena *arena = bd_arena_open("workbook", (size_t)256 << 20);
    bd_str bytes;
    const char *path = bd_path_join(test_arena(), folder, name);
    CHECK_OK(bd_file_read(path, 128 << 20, arena, &bytes, &err), err);
    bd_buf_init(&d.out, (size_t)512 << 20);
    bd_source source = bd_source_of_memory(&state, bytes);
    bd_part_events events = {.context = &d, .kind = on_kind, .sheet = on_sheet, .row = on_row};
    bool is_read = !bd_failed(bd_xlsx_read_apart(zygote, &source, &events, &err)) && d.is_workbook;
    if (!is_read && getenv("BINDERY_SAY") != NULL) {
        printf("%s: %s\n", name, err.message);
    }
    if (is_read) {
        bd_str out = bd_str_format(test_arena(), "dumps/%s.tsv", name);
        test_write_file(test_path(out.data), bd_buf_str(&d.out));
    }
    bd_buf_clear(&d.out);
    bd_arena_close(arena);
    return is_read;
}

/* BINDERY_WORKBOOKS names a folder of .xlsx files (github.com/SheetJS/test_files, apache/poi test-data/spreadsheet). */
TEST(read, public_workbooks_hold_the_cells_that_a_second_reader_finds) {
    const char *folder = getenv("BINDERY_WORKBOOKS");
    DIR *list = folder != NULL ? opendir(folder) : NULL;
    if (list == NULL) {
        test_skip("set BINDERY_WORKBOOKS to a folder of public .xlsx files");
    }
    bd_zygote *zygote = NULL;
    bd_err err;
    size_t read = 0, count = 0;
    CHECK_OK(bd_zygote_open(bd_read_tasks, BD_COUNT(bd_read_tasks), &zygote, &err), err);
    CHECK_OK(bd_folder_make(test_path("dumps"), &err), err);
    for (struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list)) {
        if (bd_str_has_suffix(bd_str_of(entry->d_name), BD_STR(".xlsx"))) {
            count++;
            read += dump_workbook(zygote, folder, entry->d_name);
        }
    }
    closedir(list);
    bd_zygote_close(zygote);
    bd_str said = {"", 0};
    int status = run_command(
        &said, "${PYTHON:-/usr/bin/python3} '%s/tests/conformance/workbooks.py' dumps '%s'",
        realpath(test_root(), NULL), folder);
    if (status == 77) {
        test_skip("needs python3-openpyxl");
    }
    unsigned sheets = 0, differing = 0;
    bd_str rest = said, line = {"", 0};
    while (bd_str_cut(&rest, '\n', &line)) {
        if (line.size > 0) {
            (void)sscanf(bd_str_z(test_arena(), line), "%u sheets, %u differ", &sheets, &differing);
        }
    }
    printf("    %zu of %zu workbooks read; %.*s\n", read, count, BD_ARG(said));
    test_failure("%.*s", BD_ARG(said));
    CHECK_EQ_INT(status, 0);
    CHECK(sheets > 0 && differing * 100 <= sheets);
}
