/* make_xlsx.h - workbooks of a few lines for tests, and what their reader hands over as text. */
#ifndef BINDERY_MAKE_XLSX_H
#define BINDERY_MAKE_XLSX_H

#include "bindery/read.h"
#include "bindery/zip.h"

#include "test.h"

#define XLSX_MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define XLSX_STRICT "http://purl.oclc.org/ooxml/spreadsheetml/main"
#define XLSX_DOC "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define XLSX_DOC_STRICT "http://purl.oclc.org/ooxml/officeDocument/relationships"
#define XLSX_PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define XLSX_TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml."

typedef struct {
    const char *rows;    /* inside <sheetData> */
    const char *behind;  /* behind it: merged cells */
    const char *before;  /* before it: columns */
    const char *strings; /* inside <sst> */
    const char *styles;  /* inside <styleSheet> */
    const char *sheets;  /* inside <sheets>; NULL: one, 'Data' */
    const char *second;  /* rows of a second sheet, xl/sheet2.xml */
    const char *props;   /* inside <workbook>, before the sheets */
    const char *type;    /* content type of the main part; NULL: a workbook's */
    const char *sheet;   /* the whole part of the first sheet instead of the above */
    bool is_strict;
} xlsx_made;

typedef struct {
    const char *name;
    bd_str text;
} xlsx_part;

/* Zips the parts, which must be given by rising name. */
static inline bd_str xlsx_zip(const xlsx_part *parts, size_t count, bool is_deflated) {
    bd_buf file;
    bd_err err;
    bd_buf_init(&file, (size_t)256 << 20);
    bd_sink sink = bd_sink_to_buf(&file);
    bd_zip_writer *writer = bd_zip_writer_open(&sink, 0);
    bd_blob_packer *packer = bd_blob_packer_open(test_arena(), 1);
    for (size_t i = 0; i < count; i++) {
        const bd_blob *blob = NULL;
        if (is_deflated) {
            CHECK_OK(bd_blob_pack(packer, parts[i].text, &blob, &err), err);
            CHECK_OK(bd_blob_packer_finish(packer, &err), err);
        } else {
            blob = bd_blob_of_memory(test_arena(), parts[i].text);
        }
        CHECK_OK(bd_zip_writer_add(writer, bd_str_of(parts[i].name), blob, is_deflated, &err), err);
    }
    CHECK_OK(bd_zip_writer_finish(writer, &err), err);
    bd_zip_writer_close(writer);
    bd_blob_packer_close(packer);
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&file));
    bd_buf_clear(&file);
    return text;
}

static inline bd_str xlsx_text(const char *format, ...) BD_PRINTF(1, 2);
static inline bd_str xlsx_text(const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str text = bd_str_vformat(test_arena(), format, args);
    va_end(args);
    return text;
}

#define XLSX_PARTS 8

/* The parts of a workbook, by rising name; `out` has room for XLSX_PARTS. */
static inline size_t xlsx_parts(const xlsx_made *made, xlsx_part *out) {
    const char *main = made->is_strict ? XLSX_STRICT : XLSX_MAIN;
    const char *doc = made->is_strict ? XLSX_DOC_STRICT : XLSX_DOC;
    const char *sheets =
        made->sheets != NULL ? made->sheets : "<sheet name='Data' sheetId='1' r:id='r1'/>";
#define OR(text) ((text) != NULL ? (text) : "")
    size_t n = 0;
    out[n++] = (xlsx_part){
        "[Content_Types].xml",
        xlsx_text("<Types xmlns='" XLSX_PACKAGE "content-types'><Default Extension='xml' "
                  "ContentType='text/xml'/><Override PartName='/xl/workbook.xml' "
                  "ContentType='%s'/></Types>",
                  made->type != NULL ? made->type : XLSX_TYPE "sheet.main+xml")};
    out[n++] = (xlsx_part){
        "_rels/.rels",
        xlsx_text("<Relationships xmlns='" XLSX_PACKAGE "relationships'><Relationship Id='r1' "
                  "Type='%s/officeDocument' Target='xl/workbook.xml'/></Relationships>",
                  doc)};
    out[n++] =
        (xlsx_part){"xl/_rels/workbook.xml.rels",
                    xlsx_text("<Relationships xmlns='" XLSX_PACKAGE "relationships'>"
                              "<Relationship Id='r1' Type='%s/worksheet' Target='sheet1.xml'/>"
                              "<Relationship Id='r2' Type='%s/worksheet' Target='/xl/sheet2.xml'/>"
                              "<Relationship Id='r3' Type='%s/sharedStrings' Target='strings.xml'/>"
                              "<Relationship Id='r4' Type='%s/styles' Target='../xl/styles.xml'/>"
                              "<Relationship Id='r5' Type='%s/chartsheet' Target='chart.xml'/>"
                              "</Relationships>",
                              doc, doc, doc, doc, doc)};
#define FRAME "<worksheet xmlns='%s'>%s<sheetData>%s</sheetData>%s</worksheet>"
    out[n++] = (xlsx_part){"xl/sheet1.xml", made->sheet != NULL
                                                ? bd_str_of(made->sheet)
                                                : xlsx_text(FRAME, main, OR(made->before),
                                                            OR(made->rows), OR(made->behind))};
    out[n++] = (xlsx_part){"xl/sheet2.xml", xlsx_text(FRAME, main, "", OR(made->second), "")};
    out[n++] = (xlsx_part){"xl/strings.xml",
                           xlsx_text("<sst xmlns='%s'>%s</sst>", main, OR(made->strings))};
    out[n++] = (xlsx_part){"xl/styles.xml", xlsx_text("<styleSheet xmlns='%s'>%s</styleSheet>",
                                                      main, OR(made->styles))};
    out[n++] = (xlsx_part){"xl/workbook.xml",
                           xlsx_text("<workbook xmlns='%s' xmlns:r='%s'>%s<sheets>%s</sheets>"
                                     "</workbook>",
                                     main, doc, OR(made->props), sheets)};
#undef OR
#undef FRAME
    return n;
}

static inline bd_str xlsx_make(const xlsx_made *made) {
    xlsx_part parts[XLSX_PARTS];
    return xlsx_zip(parts, xlsx_parts(made, parts), /*is_deflated*/ true);
}

/* ---- what comes out, as lines ---- */

static inline void xlsx_put_value(bd_buf *out, const bd_value *value) {
    switch (value->kind) {
    case BD_STRING: bd_buf_printf(out, "'%.*s'", BD_ARG(value->text)); break;
    case BD_NUMBER: bd_buf_puts(out, value->text); break;
    case BD_BOOL: bd_buf_puts(out, bd_str_of(value->boolean ? "true" : "false")); break;
    case BD_NULL: bd_buf_puts(out, BD_STR("null")); break;
    case BD_ARRAY:
    case BD_OBJECT: bd_buf_puts(out, bd_json_canonical(test_arena(), value)); break;
    }
}

static inline bd_rc xlsx_on_kind(void *context, bool is_workbook, bd_str words, bd_err *err) {
    (void)err;
    bd_buf_printf(context, "%s: %.*s\n", is_workbook ? "workbook" : "other", BD_ARG(words));
    return BD_OK;
}

static inline bd_rc xlsx_on_sheet(void *context, const bd_sheet *sheet, bd_err *err) {
    static const char *const states[] = {"", " hidden", " very hidden"};
    (void)err;
    bd_buf_printf(context, "sheet %.*s%s\n", BD_ARG(sheet->name), states[sheet->state]);
    return BD_OK;
}

static inline bd_rc xlsx_on_row(void *context, uint32_t number, const bd_cell_value *cells,
                                size_t count, bd_err *err) {
    (void)err;
    bd_buf_printf(context, "%u:", number);
    for (size_t i = 0; i < count; i++) {
        bd_buf_printf(context, " %u=", cells[i].column);
        xlsx_put_value(context, &cells[i].value);
    }
    bd_buf_putc(context, '\n');
    return BD_OK;
}

static inline bd_rc xlsx_on_record(void *context, uint64_t ordinal, const bd_value *value,
                                   bd_err *err) {
    (void)err;
    bd_str text = bd_json_canonical(test_arena(), value);
    bd_buf_printf(context, "%llu %.*s\n", (unsigned long long)ordinal, BD_ARG(text));
    return BD_OK;
}

static inline bd_rc xlsx_on_refused(void *context, bd_str locus, const bd_err *problem,
                                    bd_err *err) {
    (void)err;
    bd_buf_printf(context, "refused %.*s: %s\n", BD_ARG(locus), problem->message);
    return BD_OK;
}

static inline bd_rc xlsx_on_said(void *context, bd_diag_severity severity, bd_str locus,
                                 bd_str sentence, bd_err *err) {
    (void)err;
    bd_buf_printf(context, "%s %.*s: %.*s\n", severity == BD_DIAG_NOTE ? "note" : "warning",
                  BD_ARG(locus), BD_ARG(sentence));
    return BD_OK;
}

static inline bd_part_events xlsx_events(bd_buf *out) {
    return (bd_part_events){.context = out,
                            .kind = xlsx_on_kind,
                            .sheet = xlsx_on_sheet,
                            .row = xlsx_on_row,
                            .record = xlsx_on_record,
                            .refused = xlsx_on_refused,
                            .said = xlsx_on_said};
}

static inline bd_str xlsx_take(bd_buf *out, bd_rc rc, const bd_err *err) {
    if (bd_failed(rc)) {
        bd_buf_printf(out, "failed %d: %s\n", (int)err->class, err->message);
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(out));
    bd_buf_clear(out);
    return text;
}

/* All that reading these bytes says; a failure is its last line. */
static inline bd_str xlsx_transcript(bd_str bytes, const bd_xlsx_limits *limits) {
    bd_buf out;
    bd_err err;
    bd_memory_source state;
    bd_buf_init(&out, (size_t)64 << 20);
    bd_source source = bd_source_of_memory(&state, bytes);
    bd_part_events events = xlsx_events(&out);
    bd_rc rc = bd_xlsx_read(&source, limits, &events, &err);
    return xlsx_take(&out, rc, &err);
}

/* The lines of the first sheet of a workbook of these rows. */
static inline bd_str xlsx_rows(const xlsx_made *made) {
    bd_str text = xlsx_transcript(xlsx_make(made), NULL);
    bd_str head = BD_STR("workbook: XLSX workbook\nsheet Data\n");
    return bd_str_has_prefix(text, head) ? bd_str_sub(text, head.size, text.size) : text;
}

#endif
