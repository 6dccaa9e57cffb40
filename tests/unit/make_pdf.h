/* make_pdf.h - small PDFs written by hand, for the tests of pdffile and sign. */
#ifndef BINDERY_TEST_MAKE_PDF_H
#define BINDERY_TEST_MAKE_PDF_H

#include "test.h"

static inline bd_str join(bd_str a, bd_str b) {
    char *out = bd_new(test_arena(), char, a.size + b.size + 1);
    memcpy(out, a.data, a.size);
    memcpy(out + a.size, b.data, b.size);
    return (bd_str){out, a.size + b.size};
}

/* Appends one revision: `bodies` are the texts of the objects `numbers` (without "obj"/"endobj");
 * `trailer` holds the keys beside /Size and /Prev.  `text` is what stands before; empty: a new
 * file. */
static inline bd_str make_revision(bd_str text, const int *numbers, const char *const *bodies,
                                   size_t count, int size, long previous, const char *trailer) {
    bd_arena *arena = test_arena();
    long offsets[32];
    if (text.size == 0) {
        text = BD_STR("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    }
    for (size_t i = 0; i < count; i++) {
        offsets[i] = (long)text.size;
        text = join(text, bd_str_format(arena, "%d 0 obj\n%s\nendobj\n", numbers[i], bodies[i]));
    }
    long table = (long)text.size;
    text = join(text, BD_STR("xref\n"));
    if (previous == 0) {
        text = join(text, BD_STR("0 1\n0000000000 65535 f \n"));
    }
    for (size_t i = 0; i < count; i++) {
        text = join(text, bd_str_format(arena, "%d 1\n%010ld 00000 n \n", numbers[i], offsets[i]));
    }
    bd_str back = previous == 0 ? BD_STR("") : bd_str_format(arena, "/Prev %ld ", previous);
    return join(text, bd_str_format(arena, "trailer\n<< /Size %d /Root 1 0 R %.*s%s>>\nstartxref\n%ld\n%%%%EOF\n",
                                    size, BD_ARG(back), trailer, table));
}

#define MAKE_PDF_CONTENT "BT /F1 12 Tf 20 150 Td (Control 6.7.2) Tj 0 -14 Td (passed) Tj ET"

/* One page; `before` is the head of the file, or empty; `page_extra` goes into the page dictionary, `catalog_extra`
 * into the catalog. */
static inline bd_str make_pdf_behind(bd_str before, const char *catalog_extra, const char *page_extra) {
    bd_arena *arena = test_arena();
    static const int numbers[] = {1, 2, 3, 4, 5, 6};
    bd_str catalog = bd_str_format(arena, "<< /Type /Catalog /Pages 2 0 R %s>>", catalog_extra);
    bd_str page = bd_str_format(
        arena,
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources "
        "<< /Font << /F1 5 0 R >> >> %s>>",
        page_extra);
    bd_str content = bd_str_format(arena, "<< /Length %zu >>\nstream\n%s\nendstream",
                                   strlen(MAKE_PDF_CONTENT), MAKE_PDF_CONTENT);
    const char *const bodies[] = {bd_str_z(arena, catalog),
                                  "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                                  bd_str_z(arena, page),
                                  bd_str_z(arena, content),
                                  "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
                                  "<< /Title (Binder) >>"};
    return make_revision(before, numbers, bodies, 6, 7, 0, "/Info 6 0 R ");
}

static inline bd_str make_pdf_with(const char *catalog_extra, const char *page_extra) {
    return make_pdf_behind(BD_STR(""), catalog_extra, page_extra);
}

static inline bd_str make_pdf(void) {
    return make_pdf_with("", "");
}

/* The last offset after "startxref", for the /Prev of a further revision. */
static inline long find_startxref(bd_str text) {
    for (size_t at = text.size - 9;; at--) {
        if (memcmp(text.data + at, "startxref", 9) == 0) {
            long value = 0;
            for (at += 10; text.data[at] >= '0' && text.data[at] <= '9'; at++) {
                value = value * 10 + (text.data[at] - '0');
            }
            return value;
        }
    }
}

/* `text` with the first `from` replaced by `to`; both of any length. */
static inline bd_str replace_once(bd_str text, const char *from, const char *to) {
    ptrdiff_t at = bd_str_find(text, bd_str_of(from));
    test_failure("'%s' is not in the file", from);
    CHECK(at >= 0);
    char *out = bd_new(test_arena(), char, text.size + strlen(to) + 1);
    size_t head = (size_t)at, tail = head + strlen(from);
    memcpy(out, text.data, head);
    memcpy(out + head, to, strlen(to));
    memcpy(out + head + strlen(to), text.data + tail, text.size - tail);
    return (bd_str){out, text.size - strlen(from) + strlen(to)};
}

/* ---- with a cross-reference stream ------------------------------------------------------------- */

typedef struct {
    int number;
    const char *body;
} make_object;

/* Appends one revision: objects as they are, `packed` ones in an object stream `pack`, and a cross-reference stream
 * `own` with a row for each and for itself; nothing is compressed.  `pack_extra` and `own_extra` go into the
 * dictionaries of both; a `head` is written instead of the right one. */
typedef struct {
    bd_str before; /* empty: a new file */
    const make_object *plain, *packed;
    size_t plain_count, packed_count;
    int pack, own;
    const char *head, *pack_extra, *own_extra;
    bool has_no_own_row;
} make_streams;

static inline bd_str make_row(bd_str rows, int kind, long second, int third) {
    char row[7] = {(char)kind, (char)(second >> 24), (char)(second >> 16), (char)(second >> 8), (char)second,
                   (char)(third >> 8), (char)third};
    char *out = bd_new(test_arena(), char, rows.size + sizeof row);
    memcpy(out, rows.data, rows.size);
    memcpy(out + rows.size, row, sizeof row);
    return (bd_str){out, rows.size + sizeof row};
}

static inline bd_str make_pack(const make_streams *how) {
    bd_arena *arena = test_arena();
    bd_str head = BD_STR(""), texts = BD_STR("");
    for (size_t i = 0; i < how->packed_count; i++) {
        head = bd_str_format(arena, "%.*s%d %zu ", BD_ARG(head), how->packed[i].number, texts.size);
        texts = bd_str_format(arena, "%.*s%s ", BD_ARG(texts), how->packed[i].body);
    }
    head = how->head != NULL ? bd_str_of(how->head) : head;
    return bd_str_format(arena, "<< /Type /ObjStm /N %zu /First %zu /Length %zu %s>>\nstream\n%.*s%.*s\nendstream",
                         how->packed_count, head.size, head.size + texts.size, how->pack_extra, BD_ARG(head),
                         BD_ARG(texts));
}

static inline bd_str make_with_streams(const make_streams *how) {
    bd_arena *arena = test_arena();
    bd_str text = how->before.size > 0 ? how->before : BD_STR("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
    bd_str rows = BD_STR(""), index = BD_STR("");
    for (size_t i = 0; i < how->plain_count; i++) {
        rows = make_row(rows, 1, (long)text.size, 0);
        index = bd_str_format(arena, "%.*s %d 1", BD_ARG(index), how->plain[i].number);
        text = join(text, bd_str_format(arena, "%d 0 obj\n%s\nendobj\n", how->plain[i].number, how->plain[i].body));
    }
    for (size_t i = 0; i < how->packed_count; i++) {
        rows = make_row(rows, 2, how->pack, (int)i);
        index = bd_str_format(arena, "%.*s %d 1", BD_ARG(index), how->packed[i].number);
    }
    if (how->packed_count > 0) {
        rows = make_row(rows, 1, (long)text.size, 0);
        index = bd_str_format(arena, "%.*s %d 1", BD_ARG(index), how->pack);
        text = join(text, bd_str_format(arena, "%d 0 obj\n%.*s\nendobj\n", how->pack, BD_ARG(make_pack(how))));
    }
    long at = (long)text.size;
    if (!how->has_no_own_row) {
        rows = make_row(rows, 1, at, 0);
        index = bd_str_format(arena, "%.*s %d 1", BD_ARG(index), how->own);
    }
    text = join(text, bd_str_format(arena,
                                    "%d 0 obj\n<< /Type /XRef /W [1 4 2] /Index [%.*s ] /Root 1 0 R /Length %zu %s>>\n"
                                    "stream\n",
                                    how->own, BD_ARG(index), rows.size, how->own_extra));
    text = join(text, rows);
    return join(text, bd_str_format(arena, "\nendstream\nendobj\nstartxref\n%ld\n%%%%EOF\n", at));
}

/* The page of make_pdf with all but catalog and content in object stream 7; the table is object 8. */
static const make_object make_streamed_plain[] = {
    {1, "<< /Type /Catalog /Pages 2 0 R >>"},
    {4, "<< /Length 65 >>\nstream\n" MAKE_PDF_CONTENT "\nendstream"}};
static const make_object make_streamed_packed[] = {
    {2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"},
    {3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>"},
    {5, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"},
    {6, "<< /Title (Binder) >>"}};

static inline make_streams make_streamed_plan(void) {
    return (make_streams){.before = {"", 0},
                          .plain = make_streamed_plain,
                          .plain_count = 2,
                          .packed = make_streamed_packed,
                          .packed_count = 4,
                          .pack = 7,
                          .own = 8,
                          .pack_extra = "",
                          .own_extra = "/Size 9 /Info 6 0 R "};
}

static inline bd_str make_streamed_pdf(void) {
    make_streams plan = make_streamed_plan();
    return make_with_streams(&plan);
}

#endif
