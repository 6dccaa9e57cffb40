/* signature.c - reads back the plan of a signature field: the inverse of update.c. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

/* ---- texts ----------------------------------------------------------------------------------- */

static uint32_t read_unit(bd_str text, size_t at) {
    return (uint32_t)(uint8_t)text.data[at] << 8 | (uint8_t)text.data[at + 1];
}

static size_t put_utf16(bd_str text, char *out) {
    size_t count = 0;
    for (size_t at = 2; at + 1 < text.size; at += 2) {
        uint32_t c = read_unit(text, at);
        if (c >= 0xd800 && c < 0xdc00 && at + 3 < text.size) {
            uint32_t low = read_unit(text, at + 2);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            }
        }
        bool is_lone = c >= 0xd800 && c < 0xe000;
        count += bd_utf8_put(out + count, is_lone ? 0xfffd : c);
    }
    return count;
}

bd_str bd_pdf_text_decode(bd_str text, bd_arena *arena) {
    char *out = bd_new(arena, char, 4 * text.size + 4);
    if (bd_str_has_prefix(text, BD_STR("\xfe\xff"))) {
        return (bd_str){out, put_utf16(text, out)};
    }
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += bd_utf8_put(out + count, (uint8_t)text.data[i]);
    }
    return (bd_str){out, count};
}

/* ---- values ---------------------------------------------------------------------------------- */

static bd_rc read_text(const bd_pdf_object *dict, const char *key, bd_arena *arena, bd_str *out,
                       bd_err *err) {
    const bd_pdf_object *value = bd_pdf_find(dict, key);
    *out = (bd_str){0};
    if (value == NULL) {
        return BD_OK;
    }
    if (value->kind != BD_PDF_STRING) {
        BD_RAISE(err, BD_ERR_INPUT, "/%s of the signature is no text, at byte %lld", key,
                 (long long)value->start);
    }
    *out = bd_pdf_text_decode(value->text, arena);
    return BD_OK;
}

/* "D:20260817060004Z", the one form we write. */
static bool parse_date(bd_str text, bd_instant *out) {
    static const size_t widths[] = {4, 2, 2, 2, 2, 2};
    int64_t parts[6];
    if (text.size != 17 || !bd_str_has_prefix(text, BD_STR("D:")) || text.data[16] != 'Z') {
        return false;
    }
    size_t at = 2;
    for (size_t i = 0; i < 6; i++) {
        bd_str digits = bd_str_sub(text, at, at + widths[i]);
        if (!bd_str_to_i64(digits, &parts[i]) || digits.data[0] == '-') {
            return false;
        }
        at += widths[i];
    }
    if (!bd_date_is_valid((int)parts[0], (int)parts[1], (int)parts[2]) || parts[3] > 23 ||
        parts[4] > 59 || parts[5] > 59) {
        return false;
    }
    int64_t day = bd_day_of_date((int)parts[0], (int)parts[1], (int)parts[2]);
    *out = (day * 86400 + parts[3] * 3600 + parts[4] * 60 + parts[5]) * BD_SECOND;
    return true;
}

static bd_rc read_permission(bd_pdf *pdf, const bd_pdf_object *signature, int *out, bd_err *err) {
    const bd_pdf_object *references = NULL, *method = NULL, *parameters = NULL, *permission = NULL;
    *out = 0;
    BD_TRY(bd_pdf_value(pdf, signature, "Reference", &references, err));
    if (references == NULL || references->kind != BD_PDF_ARRAY || references->count != 1) {
        return BD_OK;
    }
    BD_TRY(bd_pdf_value(pdf, &references->items[0], "TransformMethod", &method, err));
    BD_TRY(bd_pdf_value(pdf, &references->items[0], "TransformParams", &parameters, err));
    BD_TRY(bd_pdf_value(pdf, parameters, "P", &permission, err));
    bool is_docmdp =
        method != NULL && method->kind == BD_PDF_NAME && bd_str_eqz(method->text, "DocMDP");
    if (is_docmdp && permission != NULL && permission->kind == BD_PDF_INTEGER &&
        permission->integer >= 1 && permission->integer <= 3) {
        *out = (int)permission->integer;
    }
    return BD_OK;
}

static bd_rc read_place(bd_pdf *pdf, const bd_pdf_object *field, bd_pdf_signature_plan *plan,
                        bd_err *err) {
    const bd_pdf_object *page = bd_pdf_find(field, "P");
    const bd_pdf_object *rect = bd_pdf_find(field, "Rect");
    if (page == NULL || page->kind != BD_PDF_REF || rect == NULL || rect->kind != BD_PDF_ARRAY ||
        rect->count != 4) {
        BD_RAISE(err, BD_ERR_INPUT, "the signature field has no page or no rectangle");
    }
    for (size_t i = 0; i < 4; i++) {
        const bd_pdf_object *side = &rect->items[i];
        if (side->kind != BD_PDF_INTEGER && side->kind != BD_PDF_REAL) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "the signature field's rectangle holds something else than numbers");
        }
        plan->rect[i] = side->real;
    }
    size_t count = bd_pdf_page_count(pdf);
    for (size_t i = 0; i < count; i++) {
        if (bd_pdf_page_number(pdf, i) == page->integer) {
            plan->page_index = i;
            return BD_OK;
        }
    }
    BD_RAISE(err, BD_ERR_INPUT, "the signature field's page is not in the page tree");
}

/* ---- proofs ---------------------------------------------------------------------------------- */

enum { PROOFS_MAX = 256, PROOF_BYTES_MAX = 1 << 20 };

/* Streams under `name` whose object number is beyond `after`. */
static bd_rc read_proof_list(bd_pdf *pdf, const bd_pdf_object *store, const char *name,
                             int64_t after, bd_arena *arena, bd_strs *out, bd_err *err) {
    const bd_pdf_object *list = NULL;
    BD_TRY(bd_pdf_value(pdf, store, name, &list, err));
    if (list == NULL) {
        return BD_OK;
    }
    if (list->kind != BD_PDF_ARRAY || list->count > PROOFS_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "/%s of the document security store is no list of at most %d",
                 name, PROOFS_MAX);
    }
    for (size_t i = 0; i < list->count; i++) {
        const bd_pdf_object *stream = NULL;
        bd_str bytes;
        BD_TRY(bd_pdf_resolve(pdf, &list->items[i], &stream, err));
        if (list->items[i].kind != BD_PDF_REF || stream == NULL || stream->kind != BD_PDF_STREAM) {
            BD_RAISE(err, BD_ERR_INPUT, "/%s of the document security store names no stream", name);
        }
        if (list->items[i].integer > after) {
            BD_TRY(bd_pdf_stream_decode(pdf, stream, PROOF_BYTES_MAX, &bytes, err));
            *bd_push(arena, out) = bytes;
        }
    }
    return BD_OK;
}

static bd_rc read_proofs(bd_pdf *pdf, int64_t after, bd_arena *arena, bd_pdf_proofs *out,
                         bd_err *err) {
    const bd_pdf_object *catalog = NULL, *store = NULL;
    BD_TRY(bd_pdf_value(pdf, bd_pdf_trailer(pdf), "Root", &catalog, err));
    BD_TRY(bd_pdf_value(pdf, catalog, "DSS", &store, err));
    *out = (bd_pdf_proofs){0};
    BD_TRY(read_proof_list(pdf, store, "Certs", after, arena, &out->certificates, err));
    BD_TRY(read_proof_list(pdf, store, "CRLs", after, arena, &out->crls, err));
    return read_proof_list(pdf, store, "OCSPs", after, arena, &out->ocsps, err);
}

bd_rc bd_pdf_proofs_read(bd_pdf *pdf, bd_arena *arena, bd_pdf_proofs *out, bd_err *err) {
    return read_proofs(pdf, -1, arena, out, err);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static bool is_name(const bd_pdf_object *object, const char *name) {
    return object != NULL && object->kind == BD_PDF_NAME && bd_str_eqz(object->text, name);
}

/* The field after the certification's own that is still empty, or was when it was written. */
static bd_rc read_open_field(bd_pdf *pdf, bd_arena *arena, bd_str *out, bd_err *err) {
    const bd_pdf_object *catalog = NULL, *form = NULL, *fields = NULL, *field = NULL;
    BD_TRY(bd_pdf_value(pdf, bd_pdf_trailer(pdf), "Root", &catalog, err));
    BD_TRY(bd_pdf_value(pdf, catalog, "AcroForm", &form, err));
    BD_TRY(bd_pdf_value(pdf, form, "Fields", &fields, err));
    if (fields == NULL || fields->kind != BD_PDF_ARRAY || fields->count != 2) {
        return BD_OK;
    }
    BD_TRY(bd_pdf_resolve(pdf, &fields->items[1], &field, err));
    return read_text(field, "T", arena, out, err);
}

bd_rc bd_pdf_signature_read(bd_pdf *pdf, const bd_pdf_object *field, bd_arena *arena,
                            bd_pdf_signature_plan *out, bd_err *err) {
    const bd_pdf_object *signature = NULL;
    bd_pdf_signature_plan plan = {.signed_at = BD_INSTANT_NONE};
    BD_TRY(bd_pdf_value(pdf, field, "V", &signature, err));
    const bd_pdf_object *contents = bd_pdf_find(signature, "Contents");
    const bd_pdf_object *at = bd_pdf_find(signature, "M");
    if (contents == NULL || contents->kind != BD_PDF_STRING) {
        BD_RAISE(err, BD_ERR_INPUT, "the signature dictionary has no /Contents");
    }
    bool is_stamp = is_name(bd_pdf_find(signature, "Type"), "DocTimeStamp");
    if (!is_stamp &&
        (at == NULL || at->kind != BD_PDF_STRING || !parse_date(at->text, &plan.signed_at))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the signature dictionary has no /M of the form D:YYYYMMDDHHMMSSZ");
    }
    plan.contents_bytes = contents->text.size;
    BD_TRY(read_text(field, "T", arena, &plan.field_name, err));
    BD_TRY(read_text(signature, "Name", arena, &plan.signer_name, err));
    BD_TRY(read_text(signature, "Reason", arena, &plan.reason, err));
    BD_TRY(read_text(signature, "Location", arena, &plan.location, err));
    BD_TRY(read_text(signature, "ContactInfo", arena, &plan.contact, err));
    BD_TRY(read_permission(pdf, signature, &plan.docmdp, err));
    BD_TRY(read_place(pdf, field, &plan, err));
    plan.kind = is_stamp           ? BD_PDF_TIMESTAMP
                : plan.docmdp != 0 ? BD_PDF_CERTIFICATION
                                   : BD_PDF_APPROVAL;
    if (plan.kind == BD_PDF_CERTIFICATION) {
        BD_TRY(read_open_field(pdf, arena, &plan.open_field, err));
    }
    const bd_pdf_object *reference = bd_pdf_find(field, "V");
    if (plan.kind != BD_PDF_APPROVAL && reference->kind == BD_PDF_REF) {
        BD_TRY(read_proofs(pdf, reference->integer, arena, &plan.proofs, err));
    }
    *out = plan;
    return BD_OK;
}
