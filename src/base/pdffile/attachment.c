/* attachment.c - files that are attached to a PDF (ISO 32000-1, 7.11.4; /AF of ISO 19005-3, 6.8). */
#include "bindery/pdffile.h"

enum { ATTACHMENTS_MAX = 1000 };

static bool is_named(bd_pdf *pdf, const bd_pdf_object *file, const char *key, const char *name, bd_arena *arena) {
    const bd_pdf_object *text = NULL;
    bd_err problem = {0};
    bool is_read = !bd_failed(bd_pdf_resolve(pdf, bd_pdf_find(file, key), &text, &problem));
    return is_read && text != NULL && text->kind == BD_PDF_STRING &&
           bd_str_eqz(bd_pdf_text_decode(text->text, arena), name);
}

/* Readers show /F or /UF, whichever they know: each of them counts. */
static bd_rc read_file(bd_pdf *pdf, const bd_pdf_object *named, const char *name, size_t most_bytes,
                       bd_arena *arena, bd_strs *out, bd_err *err) {
    static const char *const keys[] = {"F", "UF"};
    const bd_pdf_object *file = NULL, *streams = NULL;
    BD_TRY(bd_pdf_resolve(pdf, named, &file, err));
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(file, "EF"), &streams, err));
    if (!is_named(pdf, file, "F", name, arena) && !is_named(pdf, file, "UF", name, arena)) {
        return BD_OK;
    }
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        const bd_pdf_object *stream = NULL;
        bd_str bytes;
        BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(streams, keys[i]), &stream, err));
        if (stream == NULL || stream->kind != BD_PDF_STREAM) {
            continue;
        }
        BD_TRY(bd_pdf_stream_decode(pdf, stream, most_bytes, &bytes, err));
        if (out->count == 0 || !bd_str_eq(out->data[out->count - 1], bytes)) {
            *bd_push(arena, out) = bytes;
        }
    }
    return BD_OK;
}

static bd_rc read_list(bd_pdf *pdf, const bd_pdf_object *list, const char *name, size_t most_bytes,
                       bd_arena *arena, bd_strs *out, bd_err *err) {
    if (list == NULL) {
        return BD_OK;
    }
    if (list->kind != BD_PDF_ARRAY || list->count > ATTACHMENTS_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "the pdf's attachments are no list of at most %d", ATTACHMENTS_MAX);
    }
    for (size_t i = 0; i < list->count; i++) {
        BD_TRY(read_file(pdf, &list->items[i], name, most_bytes, arena, out, err));
    }
    return BD_OK;
}

bd_rc bd_pdf_attachments(bd_pdf *pdf, const char *name, size_t most_bytes, bd_arena *arena, bd_strs *out,
                         bd_err *err) {
    const bd_pdf_object *catalog = NULL, *list = NULL, *names = NULL, *tree = NULL;
    *out = (bd_strs){0};
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(bd_pdf_trailer(pdf), "Root"), &catalog, err));
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(catalog, "AF"), &list, err));
    BD_TRY(read_list(pdf, list, name, most_bytes, arena, out, err));
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(catalog, "Names"), &names, err));
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(names, "EmbeddedFiles"), &tree, err));
    BD_TRY(bd_pdf_resolve(pdf, bd_pdf_find(tree, "Names"), &list, err));
    return read_list(pdf, list, name, most_bytes, arena, out, err);
}
