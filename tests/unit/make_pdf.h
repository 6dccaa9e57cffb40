/* make_pdf.h - small PDFs written by hand, for the tests of pdffile and sign. */
#ifndef BINDERY_TEST_MAKE_PDF_H
#define BINDERY_TEST_MAKE_PDF_H

#include "test.h"

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
        text =
            bd_str_format(arena, "%.*s%d 0 obj\n%s\nendobj\n", BD_ARG(text), numbers[i], bodies[i]);
    }
    long table = (long)text.size;
    text = bd_str_format(arena, "%.*sxref\n", BD_ARG(text));
    if (previous == 0) {
        text = bd_str_format(arena, "%.*s0 1\n0000000000 65535 f \n", BD_ARG(text));
    }
    for (size_t i = 0; i < count; i++) {
        text = bd_str_format(arena, "%.*s%d 1\n%010ld 00000 n \n", BD_ARG(text), numbers[i],
                             offsets[i]);
    }
    bd_str back = previous == 0 ? BD_STR("") : bd_str_format(arena, "/Prev %ld ", previous);
    return bd_str_format(arena,
                         "%.*strailer\n<< /Size %d /Root 1 0 R %.*s%s>>\nstartxref\n%ld\n%%%%EOF\n",
                         BD_ARG(text), size, BD_ARG(back), trailer, table);
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

static inline bd_str join(bd_str a, bd_str b) {
    char *out = bd_new(test_arena(), char, a.size + b.size + 1);
    memcpy(out, a.data, a.size);
    memcpy(out + a.size, b.data, b.size);
    return (bd_str){out, a.size + b.size};
}

#endif
