/* page.c - the page tree (ISO 32000-1, 7.7.3), walked once, each node at most once. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#define DEPTH_MAX 32
#define ARENA_BYTES ((size_t)16 << 20)

static bd_rc walk_pages(bd_pdf *pdf, const bd_pdf_object *reference, int depth, bd_err *err);

/* Of a long document the list alone has tens of thousands of members: each is read where it stands, none is
 * kept. */
static bd_rc walk_list(bd_pdf *pdf, const bd_pdf_lexer *looked, int depth, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("page tree", ARENA_BYTES);
    bd_pdf_lexer lexer = bd_pdf_lexer_of(looked->text, looked->kids_at + 1, looked->end, arena, err);
    for (bd_pdf_lexer_skip(&lexer); looked->text.data[lexer.at] != ']'; bd_pdf_lexer_skip(&lexer)) {
        bd_pdf_object kid;
        BD_TRY(bd_pdf_lexer_object(&lexer, &kid));
        BD_TRY(walk_pages(pdf, &kid, depth + 1, err));
    }
    return BD_OK;
}

static bd_rc walk_kids(bd_pdf *pdf, const bd_pdf_object *reference, const bd_pdf_lexer *looked, int depth,
                       bd_err *err) {
    const bd_pdf_object *node = NULL, *kids = NULL;
    if (looked->kids_at > 0) {
        return walk_list(pdf, looked, depth, err);
    }
    BD_TRY(bd_pdf_resolve(pdf, reference, &node, err));
    BD_TRY(bd_pdf_value(pdf, node, "Kids", &kids, err));
    if (kids == NULL || kids->kind != BD_PDF_ARRAY) {
        BD_RAISE(err, BD_ERR_INPUT, "object %lld in the page tree has no /Kids", (long long)reference->integer);
    }
    for (size_t i = 0; i < kids->count; i++) {
        BD_TRY(walk_pages(pdf, &kids->items[i], depth + 1, err));
    }
    return BD_OK;
}

static bd_rc raise_no_page(int64_t number, bd_err *err) {
    BD_RAISE(err, BD_ERR_INPUT, "object %lld in the page tree is no page or stands there twice", (long long)number);
}

/* A node whose form is known by a look.  /Type may be a reference. */
static bd_rc walk_node(bd_pdf *pdf, const bd_pdf_object *reference, int depth, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("page tree", ARENA_BYTES);
    const bd_pdf_object *node = NULL, *type = NULL;
    bd_pdf_lexer looked;
    BD_TRY(bd_pdf_look_at(pdf, reference->integer, arena, &looked, err));
    if (!looked.is_page && !(looked.has_type && looked.kids_at > 0)) {
        BD_TRY(bd_pdf_resolve(pdf, reference, &node, err));
        BD_TRY(bd_pdf_value(pdf, node, "Type", &type, err));
        if (type == NULL || type->kind != BD_PDF_NAME) {
            return raise_no_page(reference->integer, err);
        }
    }
    pdf->entries[reference->integer].is_page = looked.is_page || (type != NULL && bd_str_eqz(type->text, "Page"));
    return pdf->entries[reference->integer].is_page ? BD_OK : walk_kids(pdf, reference, &looked, depth, err);
}

/* A page whose form was checked is known by its entry: a long document has too many of them to parse and keep each. */
static bd_rc walk_pages(bd_pdf *pdf, const bd_pdf_object *reference, int depth, bd_err *err) {
    if (reference->kind != BD_PDF_REF || depth > DEPTH_MAX) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "a page tree that is too deep or holds no references, at byte %lld",
                 (long long)reference->start);
    }
    int64_t number = reference->integer;
    if (!bd_pdf_has(pdf, number) || bd_pdf_generation(pdf, number) != reference->generation ||
        pdf->entries[number].is_seen) {
        return raise_no_page(number, err);
    }
    pdf->entries[number].is_seen = true;
    if (!pdf->entries[number].is_page) {
        BD_TRY(walk_node(pdf, reference, depth, err));
    }
    if (pdf->entries[number].is_page) {
        *bd_push(pdf->arena, &pdf->pages) = number;
    }
    return BD_OK;
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
