/* later.c - what an update after a signature may bring, whoever wrote it.
 *
 * Proofs for later and document time-stamps are no changes of the document (ISO 32000-2, 12.8.2.2.2); everything else
 * is.  So each object that the update writes, in the file or in an object stream, must be one of these, reached from
 * where it belongs:
 *
 *     catalog          the same but for /DSS, /AcroForm and /Extensions, which holds versions alone
 *     /AcroForm        the same but for more /Fields
 *     /DSS             all that was in it, and more streams of certificates, CRLs and OCSP responses
 *     a new field      a document time-stamp: no appearance, no place on the page, nothing that acts
 *     a page           the same but for the widgets of such fields behind its /Annots
 *
 * An object that nothing of this reaches is refused although no reader would show it: what is prepared now can be
 * switched on by the next update.  The trailer keeps /Root, /Info and the first half of /ID. */
#include "sign_priv.h"

#include <string.h>

#define MOST_PARTS 4096
#define DEPTH_MOST 64
#define PROOF_BYTES_MAX ((size_t)1 << 20)

typedef struct {
    bd_pdf *before, *after;
    bd_arena *arena;
    bd_pdf_numbers fields;   /* of new document time-stamps */
    bd_pdf_numbers accounted; /* objects that the update may have written */
    bd_str fault;
    bd_err *err;
} later;

static void set_fault(later *l, bd_str fault) {
    if (l->fault.size == 0) {
        l->fault = fault;
    }
}

static bool holds(const bd_pdf_numbers *list, int64_t number) {
    for (size_t i = 0; i < list->count; i++) {
        if (list->data[i] == number) {
            return true;
        }
    }
    return false;
}

/* An object that was there may only be written again in the place where it stood (`old`): a page's content that
 * becomes the form's list of fields is a page without content. */
static void account(later *l, const bd_pdf_object *reference, const bd_pdf_object *old) {
    bool is_named = reference != NULL && reference->kind == BD_PDF_REF;
    bool is_kept = is_named && old != NULL && old->kind == BD_PDF_REF && old->integer == reference->integer;
    if (is_named && (is_kept || !bd_pdf_has(l->before, reference->integer)) &&
        !holds(&l->accounted, reference->integer) && l->accounted.count < MOST_PARTS) {
        *bd_push(l->arena, &l->accounted) = reference->integer;
    }
}

/* ---- sameness --------------------------------------------------------------------------------- */

static bool is_same(const bd_pdf_object *a, const bd_pdf_object *b, int depth);

static bool is_same_dict(const bd_pdf_object *a, const bd_pdf_object *b, int depth) {
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        const bd_pdf_object *other = NULL;
        for (size_t j = 0; j < b->count && other == NULL; j++) {
            other = bd_str_eq(a->keys[i], b->keys[j]) ? &b->items[j] : NULL;
        }
        if (other == NULL || !is_same(&a->items[i], other, depth + 1)) {
            return false;
        }
    }
    return true;
}

static bool is_same(const bd_pdf_object *a, const bd_pdf_object *b, int depth) {
    if (a->kind != b->kind || depth > DEPTH_MOST) {
        return false;
    }
    switch (a->kind) {
    case BD_PDF_NULL: return true;
    case BD_PDF_BOOL: return a->boolean == b->boolean;
    case BD_PDF_INTEGER: return a->integer == b->integer;
    case BD_PDF_REAL: return !(a->real < b->real) && !(a->real > b->real);
    case BD_PDF_STRING:
    case BD_PDF_NAME: return bd_str_eq(a->text, b->text);
    case BD_PDF_REF: return a->integer == b->integer && a->generation == b->generation;
    case BD_PDF_STREAM: return bd_str_eq(a->stream, b->stream) && is_same_dict(a, b, depth);
    case BD_PDF_DICT: return is_same_dict(a, b, depth);
    case BD_PDF_ARRAY: break;
    }
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++) {
        same = is_same(&a->items[i], &b->items[i], depth + 1);
    }
    return same;
}

/* Keys of both that are not the same; `free` may differ (a list that ends with NULL). */
static bool is_same_but(const bd_pdf_object *a, const bd_pdf_object *b, const char *const *free) {
    const bd_pdf_object *sides[2][2] = {{a, b}, {b, a}};
    for (size_t side = 0; side < 2; side++) {
        const bd_pdf_object *one = sides[side][0], *two = sides[side][1];
        for (size_t i = 0; i < one->count; i++) {
            bool is_free = false;
            for (const char *const *key = free; *key != NULL; key++) {
                is_free = is_free || bd_str_eqz(one->keys[i], *key);
            }
            const bd_pdf_object *other = NULL;
            for (size_t j = 0; j < two->count && other == NULL; j++) {
                other = bd_str_eq(one->keys[i], two->keys[j]) ? &two->items[j] : NULL;
            }
            if (!is_free && (other == NULL || !is_same(&one->items[i], other, 0))) {
                return false;
            }
        }
    }
    return true;
}

/* ---- parts ------------------------------------------------------------------------------------ */

static bd_rc find_value(bd_pdf *pdf, const bd_pdf_object *dict, const char *key,
                        const bd_pdf_object **out, bd_err *err) {
    return bd_pdf_resolve(pdf, bd_pdf_find(dict, key), out, err);
}

/* /Fields and /Annots may only grow at their end; what is new comes back in `added`. */
static bd_rc check_growth(later *l, const bd_pdf_object *old_owner, const bd_pdf_object *new_owner,
                          const char *key, bd_pdf_numbers *added) {
    const bd_pdf_object *old = NULL, *new = NULL;
    BD_TRY(find_value(l->before, old_owner, key, &old, l->err));
    BD_TRY(find_value(l->after, new_owner, key, &new, l->err));
    account(l, bd_pdf_find(new_owner, key), bd_pdf_find(old_owner, key));
    size_t count = old != NULL && old->kind == BD_PDF_ARRAY ? old->count : 0;
    bool is_grown = new == NULL ? count == 0 : new->kind == BD_PDF_ARRAY && new->count >= count;
    for (size_t i = 0; is_grown && i < count; i++) {
        is_grown = is_same(&old->items[i], &new->items[i], 0);
    }
    if (!is_grown) {
        set_fault(l, bd_str_format(l->arena, "a later update changes /%s", key));
        return BD_OK;
    }
    for (size_t i = count; new != NULL && i < new->count; i++) {
        if (new->items[i].kind != BD_PDF_REF) {
            set_fault(l, bd_str_format(l->arena, "a later update adds something to /%s that is no reference", key));
            return BD_OK;
        }
        *bd_push(l->arena, added) = new->items[i].integer;
    }
    return BD_OK;
}

static bool has_only(const bd_pdf_object *dict, const char *const *keys) {
    for (size_t i = 0; i < dict->count; i++) {
        bool is_known = false;
        for (const char *const *key = keys; *key != NULL; key++) {
            is_known = is_known || bd_str_eqz(dict->keys[i], *key);
        }
        if (!is_known) {
            return false;
        }
    }
    return true;
}

static bool is_nowhere(const bd_pdf_object *rect) {
    bool is_zero = rect != NULL && rect->kind == BD_PDF_ARRAY && rect->count == 4;
    for (size_t i = 0; is_zero && i < 4; i++) {
        const bd_pdf_object *side = &rect->items[i];
        is_zero = (side->kind == BD_PDF_INTEGER && side->integer == 0) ||
                  (side->kind == BD_PDF_REAL && !(side->real > 0) && !(side->real < 0));
    }
    return is_zero;
}

static bd_rc check_field(later *l, int64_t number) {
    static const char *const keys[] = {"Type", "Subtype", "FT", "T", "TU", "V", "P", "F", "Rect", NULL};
    static const char *const value_keys[] = {"Type", "Filter", "SubFilter", "ByteRange", "Contents", "V", NULL};
    const bd_pdf_object *field = NULL, *value = NULL, *rect = NULL;
    BD_TRY(bd_pdf_object_at(l->after, number, &field, l->err));
    BD_TRY(find_value(l->after, field, "V", &value, l->err));
    BD_TRY(find_value(l->after, field, "Rect", &rect, l->err));
    bool is_stamp = !bd_pdf_has(l->before, number) && field != NULL && field->kind == BD_PDF_DICT &&
                    value != NULL && value->kind == BD_PDF_DICT &&
                    sign_is_name(bd_pdf_find(field, "FT"), "Sig") && has_only(field, keys) &&
                    sign_is_name(bd_pdf_find(value, "Type"), "DocTimeStamp") &&
                    sign_is_name(bd_pdf_find(value, "SubFilter"), "ETSI.RFC3161") &&
                    has_only(value, value_keys) && is_nowhere(rect) && bd_pdf_find(field, "V")->kind == BD_PDF_REF &&
                    !bd_pdf_has(l->before, bd_pdf_find(field, "V")->integer);
    if (!is_stamp) {
        set_fault(l, bd_str_format(l->arena,
                                   "a later update adds the form field %lld, which is no invisible document "
                                   "time-stamp",
                                   (long long)number));
        return BD_OK;
    }
    *bd_push(l->arena, &l->fields) = number;
    *bd_push(l->arena, &l->accounted) = number;
    account(l, bd_pdf_find(field, "V"), NULL);
    return BD_OK;
}

static bd_rc check_form(later *l, const bd_pdf_object *old_catalog, const bd_pdf_object *new_catalog) {
    static const char *const free[] = {"Fields", NULL};
    const bd_pdf_object *old = NULL, *new = NULL;
    bd_pdf_numbers added = {0};
    BD_TRY(find_value(l->before, old_catalog, "AcroForm", &old, l->err));
    BD_TRY(find_value(l->after, new_catalog, "AcroForm", &new, l->err));
    account(l, bd_pdf_find(new_catalog, "AcroForm"), bd_pdf_find(old_catalog, "AcroForm"));
    if (old == NULL || new == NULL || old->kind != BD_PDF_DICT || new->kind != BD_PDF_DICT ||
        !is_same_but(old, new, free)) {
        set_fault(l, BD_STR("a later update changes the form"));
        return BD_OK;
    }
    BD_TRY(check_growth(l, old, new, "Fields", &added));
    for (size_t i = 0; i < added.count; i++) {
        BD_TRY(check_field(l, added.data[i]));
    }
    return BD_OK;
}

/* What stands in a list has to be what the list is of, from its first byte to its last: anything else would be content
 * that nobody signed. */
static bd_rc check_proof(later *l, bd_pdf *pdf, const char *list, const bd_pdf_object *stream) {
    bd_str bytes = {"", 0}, read = {"", 0};
    bd_strs one = {0}, certificates = {0};
    bd_revocations said = {.crls = {0}, .ocsps = {0}};
    bd_err problem = {0};
    BD_TRY(bd_pdf_stream_decode(pdf, stream, PROOF_BYTES_MAX, &bytes, l->err));
    *bd_push(l->arena, &one) = bytes;
    if (strncmp(list, "Cert", 4) == 0) {
        bd_str pem = bd_certificates_pem(&one, l->arena);
        bool is_one = pem.size > 0 && !bd_failed(bd_certificates_der(pem, l->arena, &certificates, &problem));
        read = is_one && certificates.count == 1 ? certificates.data[0] : read;
    } else if (!bd_failed(bd_revocation_add(bytes, l->arena, &said, &problem))) {
        const bd_strs *found = strncmp(list, "CRL", 3) == 0 ? &said.crls : &said.ocsps;
        read = found->count == 1 ? found->data[0] : read;
    }
    if (bytes.size == 0 || !bd_str_eq(bytes, read)) {
        set_fault(l, bd_str_format(l->arena, "a later update puts something into /%s of /DSS that is none", list));
    }
    return BD_OK;
}

/* Lists of streams; each part that was there before may be written again. */
static bd_rc collect_proofs(later *l, bd_pdf *pdf, const bd_pdf_object *store, bd_pdf_numbers *out) {
    static const char *const lists[] = {"Certs", "CRLs", "OCSPs", "Cert", "CRL", "OCSP"};
    for (size_t i = 0; i < BD_COUNT(lists); i++) {
        const bd_pdf_object *named = bd_pdf_find(store, lists[i]), *list = NULL;
        if (named != NULL && named->kind == BD_PDF_REF) {
            *bd_push(l->arena, out) = named->integer;
        }
        BD_TRY(bd_pdf_resolve(pdf, named, &list, l->err));
        for (size_t k = 0; list != NULL && list->kind == BD_PDF_ARRAY && k < list->count; k++) {
            const bd_pdf_object *stream = NULL;
            BD_TRY(bd_pdf_resolve(pdf, &list->items[k], &stream, l->err));
            if (list->items[k].kind != BD_PDF_REF || stream == NULL ||
                stream->kind != BD_PDF_STREAM || out->count > MOST_PARTS) {
                set_fault(l, BD_STR("a later update puts something else than proofs into /DSS"));
                return BD_OK;
            }
            if (pdf == l->after && !bd_pdf_has(l->before, list->items[k].integer)) {
                BD_TRY(check_proof(l, pdf, lists[i], stream));
            }
            *bd_push(l->arena, out) = list->items[k].integer;
        }
    }
    return BD_OK;
}

static bd_rc collect_store(later *l, bd_pdf *pdf, const bd_pdf_object *catalog, bd_pdf_numbers *out) {
    static const char *const keys[] = {"Type", "Certs", "CRLs", "OCSPs", "VRI", NULL};
    static const char *const vri_keys[] = {"Type", "Cert", "CRL", "OCSP", "TU", NULL};
    const bd_pdf_object *named = bd_pdf_find(catalog, "DSS"), *store = NULL, *vri = NULL;
    BD_TRY(bd_pdf_resolve(pdf, named, &store, l->err));
    BD_TRY(find_value(pdf, store, "VRI", &vri, l->err));
    if (named != NULL && named->kind == BD_PDF_REF) {
        *bd_push(l->arena, out) = named->integer;
    }
    if (store != NULL && (store->kind != BD_PDF_DICT || !has_only(store, keys))) {
        set_fault(l, BD_STR("a later update puts something else than proofs into /DSS"));
        return BD_OK;
    }
    BD_TRY(collect_proofs(l, pdf, store, out));
    const bd_pdf_object *vri_named = bd_pdf_find(store, "VRI");
    if (vri_named != NULL && vri_named->kind == BD_PDF_REF) {
        *bd_push(l->arena, out) = vri_named->integer;
    }
    for (size_t i = 0; vri != NULL && vri->kind == BD_PDF_DICT && i < vri->count; i++) {
        const bd_pdf_object *one = NULL;
        BD_TRY(bd_pdf_resolve(pdf, &vri->items[i], &one, l->err));
        if (vri->items[i].kind == BD_PDF_REF) {
            *bd_push(l->arena, out) = vri->items[i].integer;
        }
        const bd_pdf_object *made = bd_pdf_find(one, "TU");
        if (one != NULL && (!has_only(one, vri_keys) || (made != NULL && made->kind != BD_PDF_STRING))) {
            set_fault(l, BD_STR("a later update puts something else than proofs into /DSS"));
            return BD_OK;
        }
        BD_TRY(collect_proofs(l, pdf, one, out));
    }
    return BD_OK;
}

/* Proofs are added, never taken away or exchanged: a missing list may be the one that says "revoked". */
static bd_rc check_kept(later *l, const bd_pdf_numbers *old, const bd_pdf_numbers *new) {
    for (size_t i = 0; i < old->count; i++) {
        const bd_pdf_object *was = NULL, *is = NULL;
        bool is_kept = false;
        BD_TRY(bd_pdf_object_at(l->before, old->data[i], &was, l->err));
        for (size_t k = 0; k < new->count && was != NULL && !is_kept; k++) {
            BD_TRY(bd_pdf_object_at(l->after, new->data[k], &is, l->err));
            is_kept = is != NULL && is_same(was, is, 0);
        }
        if (was != NULL && was->kind == BD_PDF_STREAM && !is_kept) {
            set_fault(l, BD_STR("a later update takes a proof out of /DSS"));
        }
    }
    return BD_OK;
}

static bd_rc check_store(later *l, const bd_pdf_object *old_catalog, const bd_pdf_object *new_catalog) {
    bd_pdf_numbers old = {0}, new = {0};
    BD_TRY(collect_store(l, l->before, old_catalog, &old));
    BD_TRY(collect_store(l, l->after, new_catalog, &new));
    BD_TRY(check_kept(l, &old, &new));
    for (size_t i = 0; i < new.count; i++) {
        /* An object that was something else before must not become a proof: it would take the other away. */
        if (!bd_pdf_has(l->before, new.data[i]) || holds(&old, new.data[i])) {
            *bd_push(l->arena, &l->accounted) = new.data[i];
        }
    }
    return BD_OK;
}

/* A page that an update writes again: the same, with the widgets of new time-stamps. */
static bd_rc check_page(later *l, int64_t number) {
    static const char *const free[] = {"Annots", NULL};
    const bd_pdf_object *old = NULL, *new = NULL;
    bd_pdf_numbers added = {0};
    BD_TRY(bd_pdf_object_at(l->before, number, &old, l->err));
    BD_TRY(bd_pdf_object_at(l->after, number, &new, l->err));
    bool is_page = old != NULL && new != NULL && old->kind == BD_PDF_DICT && new->kind == BD_PDF_DICT &&
                   sign_is_name(bd_pdf_find(old, "Type"), "Page") && is_same_but(old, new, free);
    if (!is_page) {
        return BD_OK;
    }
    BD_TRY(check_growth(l, old, new, "Annots", &added));
    for (size_t i = 0; i < added.count; i++) {
        if (!holds(&l->fields, added.data[i])) {
            set_fault(l, bd_str_format(l->arena, "a later update adds the annotation %lld to a page",
                                       (long long)added.data[i]));
        }
    }
    *bd_push(l->arena, &l->accounted) = number;
    return BD_OK;
}

/* A new stream that holds nothing but objects, each of them looked at as if it stood in the file, or the table. */
static bd_rc check_container(later *l, int64_t number) {
    static const char *const keys[] = {"Type", "N", "First", "Length", "Filter", NULL};
    const bd_pdf_object *stream = NULL;
    if (bd_pdf_has(l->before, number) || !bd_pdf_is_container(l->after, number)) {
        return BD_OK;
    }
    BD_TRY(bd_pdf_object_at(l->after, number, &stream, l->err));
    if (sign_is_name(bd_pdf_find(stream, "Type"), "XRef") || has_only(stream, keys)) {
        *bd_push(l->arena, &l->accounted) = number;
    }
    return BD_OK;
}

static bool is_same_value(const bd_pdf_object *a, const bd_pdf_object *b, const char *key) {
    const bd_pdf_object *left = bd_pdf_find(a, key), *right = bd_pdf_find(b, key);
    return left == NULL ? right == NULL : right != NULL && is_same(left, right, 0);
}

static void check_trailer(later *l) {
    static const char *const keys[] = {"Size", "Root", "Info", "ID", "Prev", NULL};
    static const char *const stream_keys[] = {"Size", "Root", "Info",   "ID",     "Prev",        "Type",
                                              "W",    "Index", "Length", "Filter", "DecodeParms", NULL};
    const bd_pdf_object *old = bd_pdf_trailer(l->before), *new = bd_pdf_trailer(l->after);
    const bd_pdf_object *old_id = bd_pdf_find(old, "ID"), *new_id = bd_pdf_find(new, "ID");
    bool has_id = old_id != NULL && new_id != NULL && old_id->kind == BD_PDF_ARRAY && new_id->kind == BD_PDF_ARRAY &&
                  old_id->count == 2 && new_id->count == 2 && is_same(&old_id->items[0], &new_id->items[0], 0);
    if (!is_same_value(old, new, "Root") || !is_same_value(old, new, "Info") || !has_id ||
        !has_only(new, new->kind == BD_PDF_STREAM ? stream_keys : keys)) {
        set_fault(l, BD_STR("a later update changes the trailer: /Root, /Info or the first half of /ID"));
    }
}

/* /Extensions says which later constructs a file uses: versions, and where to read of them. */
static bool are_extensions(const bd_pdf_object *value, int depth) {
    static const char *const keys[] = {"Type", "BaseVersion", "ExtensionLevel", "ExtensionRevision", "URL", NULL};
    bool is_list = depth == 1 && value->kind == BD_PDF_ARRAY;
    if (value->kind != BD_PDF_DICT && !is_list) {
        return depth == 2 && (value->kind == BD_PDF_NAME || value->kind == BD_PDF_INTEGER ||
                              value->kind == BD_PDF_STRING);
    }
    bool are = depth < 2 && (depth == 0 || is_list || has_only(value, keys));
    for (size_t i = 0; are && i < value->count; i++) {
        bool is_type = depth == 0 && bd_str_eqz(value->keys[i], "Type");
        are = is_type ? value->items[i].kind == BD_PDF_NAME
                      : are_extensions(&value->items[i], is_list ? depth : depth + 1);
    }
    return are;
}

static bool has_good_extensions(const bd_pdf_object *old, const bd_pdf_object *new) {
    const bd_pdf_object *more = bd_pdf_find(new, "Extensions");
    return more == NULL ? bd_pdf_find(old, "Extensions") == NULL : are_extensions(more, 0);
}

static bd_rc check_catalog(later *l, const bd_pdf_object *root) {
    static const char *const free[] = {"DSS", "AcroForm", "Extensions", NULL};
    const bd_pdf_object *old = NULL, *new = NULL;
    BD_TRY(bd_pdf_resolve(l->before, root, &old, l->err));
    BD_TRY(bd_pdf_resolve(l->after, root, &new, l->err));
    account(l, root, root);
    if (old == NULL || new == NULL || old->kind != BD_PDF_DICT || new->kind != BD_PDF_DICT ||
        !is_same_but(old, new, free) || !has_good_extensions(old, new)) {
        set_fault(l, BD_STR("a later update changes the catalog beyond proofs and time-stamps"));
        return BD_OK;
    }
    BD_TRY(check_store(l, old, new));
    return check_form(l, old, new);
}

/* A table and what holds objects are no news. */
static bool is_empty(const bd_pdf *after, const bd_pdf_numbers *changed) {
    for (size_t i = 0; i < changed->count; i++) {
        if (!bd_pdf_is_container(after, changed->data[i])) {
            return false;
        }
    }
    return true;
}

bd_rc sign_check_later(bd_pdf *before, bd_pdf *after, bd_arena *arena, bd_str *fault, bd_err *err) {
    later l = {.before = before, .after = after, .arena = arena, .fault = {"", 0}, .err = err};
    bd_pdf_numbers changed = {0};
    check_trailer(&l);
    BD_TRY(check_catalog(&l, bd_pdf_find(bd_pdf_trailer(before), "Root")));
    bd_pdf_changes(before, after, arena, &changed);
    if (is_empty(after, &changed)) {
        set_fault(&l, BD_STR("a later update brings neither proof nor time-stamp"));
    }
    for (size_t i = 0; i < changed.count && l.fault.size == 0; i++) {
        if (!holds(&l.accounted, changed.data[i])) {
            BD_TRY(check_container(&l, changed.data[i]));
            BD_TRY(check_page(&l, changed.data[i]));
        }
    }
    for (size_t i = 0; i < changed.count && l.fault.size == 0; i++) {
        if (!holds(&l.accounted, changed.data[i]) || !bd_pdf_has(after, changed.data[i])) {
            set_fault(&l, bd_str_format(arena,
                                        "a later update writes object %lld, which is neither proof nor "
                                        "document time-stamp",
                                        (long long)changed.data[i]));
        }
    }
    *fault = l.fault;
    return BD_OK;
}
