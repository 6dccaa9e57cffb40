/* Document to PDF bytes. */
#include "bindery/produce.h"

#include "bindery/layout.h"
#include "bindery/pdf.h"
#include "bindery/text.h"
#include "produce_priv.h"

#include <string.h>

#define PDF_BYTES ((size_t)1 << 30)

static void say_untagged(const bd_layout *layout, bd_arena *arena, bd_diags *diags) {
    if (!layout->is_tagged) {
        bd_diag_add(arena, diags, BD_DIAG_WARNING, BD_STR("binder"), (bd_str){"", 0},
                    "%zu pages are more than %d: the file is written without a tree of tags, so screen "
                    "readers have its text alone",
                    layout->pages.count, BD_LAYOUT_MAX_TAGGED_PAGES);
    }
}

static void say_gaps(const bd_layout *layout, bd_arena *arena, bd_diags *diags) {
    for (size_t i = 0; i < layout->gaps.gaps.count; i++) {
        const bd_text_gap *gap = &layout->gaps.gaps.data[i];
        bd_diag_add(arena, diags, BD_DIAG_WARNING, BD_STR("binder"), gap->where,
                    "no font has U+%04X; it is printed as its code point (%zu times)",
                    gap->code_point, gap->count);
    }
    for (size_t i = 0; i < layout->broken_links.count; i++) {
        bd_diag_add(arena, diags, BD_DIAG_WARNING, BD_STR("binder"), (bd_str){"", 0},
                    "a link leads to '%.*s', which is not in the document",
                    BD_ARG(layout->broken_links.data[i]));
    }
}

bd_rc bd_render_faces(bd_text_faces **out, bd_err *err) {
    size_t count;
    const bd_text_face_spec *specs = bd_text_default_faces(&count);
    return bd_text_open(specs, count, out, err);
}

/* By name. */
static bd_rc attach(const bd_drawing *drawing, const bd_layout *layout, bd_arena *arena,
                    bd_pdf_attachment *out, size_t *count, bd_err *err) {
    *count = 0;
    if (drawing->manifest.size == 0) {
        return BD_OK;
    }
    *count = 2;
    out[0] = (bd_pdf_attachment){.name = "criteria-index.json",
                                 .media_type = "application/json",
                                 .relationship = "Data",
                                 .description = "Where each criterion stands in this binder, with its "
                                                "state and its controls"};
    out[1] = (bd_pdf_attachment){.name = "manifest.json",
                                 .media_type = "application/json",
                                 .relationship = "Data",
                                 .description = "The files of the package that this binder is of, with "
                                                "their SHA-256",
                                 .bytes = drawing->manifest};
    return bd_index_write(drawing->index, layout, arena, &out[0].bytes, err);
}

typedef struct {
    bd_drawing *drawing;
    bd_pdf_writer *pdf;
} drawer;

static bd_rc draw_page(void *context, const bd_layout *layout, size_t index, bd_err *err) {
    drawer *d = context;
    if (index == 0) {
        d->pdf = bd_pdf_begin(layout, d->drawing->faces, d->drawing->jobs);
    }
    return bd_pdf_add_page(d->pdf, &layout->pages.data[index], err);
}

static bd_rc finish(const bd_doc *doc, bd_instant created_at, drawer *d, const bd_layout *layout,
                    bd_arena *arena, bd_sink *sink, bd_err *err) {
    bd_pdf_options pdf = {.created_at = created_at, .creator = "Bindery " BINDERY_VERSION};
    uint8_t hash[32];
    bd_sha256_of(bd_str_format(arena, "%.*s\n%.*s\n%.*s", BD_ARG(doc->title), BD_ARG(doc->subject),
                               BD_ARG(doc->keywords)),
                 hash);
    memcpy(pdf.id, hash, sizeof pdf.id);
    bd_pdf_attachment attachments[2];
    BD_TRY(attach(d->drawing, layout, arena, attachments, &pdf.attachment_count, err));
    pdf.attachments = attachments;
    return bd_pdf_finish(d->pdf, &pdf, sink, err);
}

/* Page by page into a view: what a page takes is given back when the next one is drawn. */
static bd_rc draw(const bd_doc *doc, bd_instant created_at, drawer *d, bd_arena *arena,
                  bd_layout **layout, bd_sink *sink, bd_err *err) {
    const bd_doc_template *template = d->drawing->template;
    bd_layout_options options = {.paper = template->is_letter ? BD_PAPER_LETTER : BD_PAPER_A4,
                                 .has_accent = template->accent != BD_TEMPLATE_NO_ACCENT,
                                 .accent = template->accent};
    bd_rc rc = bd_layout_each(doc, d->drawing->faces, &options, arena, draw_page, d, layout, err);
    rc = bd_failed(rc) ? rc : finish(doc, created_at, d, *layout, arena, sink, err);
    bd_pdf_drop(d->pdf);
    return rc;
}

bd_rc bd_render_pdf(const bd_doc *doc, bd_instant created_at, bd_drawing *drawing, bd_err *err) {
    bd_layout *layout = NULL;
    bd_view_draft *draft = bd_view_draft_open(PDF_BYTES);
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("pages", (size_t)2 << 30);
    drawer d = {.drawing = drawing};
    bd_rc rc = draw(doc, created_at, &d, arena, &layout, bd_view_draft_sink(draft), err);
    if (bd_failed(rc)) {
        bd_view_draft_drop(draft);
        return rc;
    }
    BD_TRY(bd_view_draft_finish(draft, &drawing->view, err));
    drawing->pdf = bd_view_text(drawing->view);
    drawing->signature_page = layout->signature_page;
    if (layout->has_signature) {
        memcpy(drawing->signature_rect, layout->signature_rect, sizeof drawing->signature_rect);
    }
    say_gaps(layout, drawing->arena, &drawing->remarks);
    say_untagged(layout, drawing->arena, &drawing->remarks);
    return BD_OK;
}
