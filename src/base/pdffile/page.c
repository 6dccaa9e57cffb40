/* page.c - the page tree (ISO 32000-1, 7.7.3), walked once, each node at most once. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#define DEPTH_MAX 32

static bd_rc walk_pages(bd_pdf *pdf, const bd_pdf_object *reference, int depth, bd_err *err);

static bd_rc walk_kids(bd_pdf *pdf, int64_t number, const bd_pdf_object *node, int depth, bd_err *err) {
    const bd_pdf_object *kids = NULL;
    BD_TRY(bd_pdf_value(pdf, node, "Kids", &kids, err));
    if (kids == NULL || kids->kind != BD_PDF_ARRAY) {
        BD_RAISE(err, BD_ERR_INPUT, "object %lld in the page tree has no /Kids", (long long)number);
    }
    for (size_t i = 0; i < kids->count; i++) {
        BD_TRY(walk_pages(pdf, &kids->items[i], depth + 1, err));
    }
    return BD_OK;
}

static bd_rc raise_no_page(int64_t number, bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT, "object %lld in the page tree is no page or stands there twice", (long long)number);
}

/* A page whose form was checked is known by its entry: a long document has too many of them to parse and keep each. */
static bd_rc walk_pages(bd_pdf *pdf, const bd_pdf_object *reference, int depth, bd_err *err) {
    const bd_pdf_object *node = NULL, *type = NULL;
    if (reference->kind != BD_PDF_REF || depth > DEPTH_MAX) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "a page tree that is too deep or holds no references, at byte %lld",
                 (long long)reference->start);
    }
    int64_t number = reference->integer;
    if (!bd_pdf_has(pdf, number) || pdf->entries[number].generation != reference->generation ||
        pdf->entries[number].is_seen) {
        return raise_no_page(number, err);
    }
    if (!pdf->entries[number].is_page) {
        BD_TRY(bd_pdf_resolve(pdf, reference, &node, err));
        BD_TRY(bd_pdf_value(pdf, node, "Type", &type, err));
        if (type == NULL || type->kind != BD_PDF_NAME) {
            return raise_no_page(number, err);
        }
    }
    pdf->entries[number].is_seen = true;
    if (type == NULL || bd_str_eqz(type->text, "Page")) {
        *bd_push(pdf->arena, &pdf->pages) = number;
        return BD_OK;
    }
    return walk_kids(pdf, number, node, depth, err);
}

static bd_rc load_pages(bd_pdf *pdf, bd_err *err) {
    const bd_pdf_object *catalog = NULL;
    BD_TRY(bd_pdf_value(pdf, bd_pdf_trailer(pdf), "Root", &catalog, err));
    const bd_pdf_object *pages = bd_pdf_find(catalog, "Pages");
    if (pages == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "the pdf has no page tree");
    }
    return walk_pages(pdf, pages, 0, err);
}

size_t bd_pdf_page_count(bd_pdf *pdf) {
    if (!pdf->has_pages) {
        pdf->has_pages = true;
        if (bd_failed(load_pages(pdf, NULL))) {
            pdf->pages.count = 0;
        }
    }
    return pdf->pages.count;
}

int64_t bd_pdf_page_number(bd_pdf *pdf, size_t index) {
    return index < bd_pdf_page_count(pdf) ? pdf->pages.data[index] : -1;
}
