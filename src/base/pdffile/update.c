/* update.c - one incremental update that signs (ISO 32000-1, 7.5.6 and 12.8; ETSI EN 319 142-1).
 *
 * What a signed file of ours looks like.  The base revision is whatever the page writer made; not
 * one byte of it is touched.  Behind it stands one update, and behind the update stands nothing:
 *
 *     %PDF-1.7 …                                      base revision
 *     xref … trailer << /Size 9 /Root 1 0 R >> … %%EOF
 *     9 0 obj                                         the signature dictionary
 *     << /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached
 *        /ByteRange [0          a          b          c]
 *        /Contents <3082…0000> /M (D:…Z) … /Reference [ … /DocMDP … /P 1 … ] >>
 *     10 0 obj << … /Subtype /Widget /FT /Sig /V 9 0 R /P 3 0 R … >>
 *     [11 0 obj  appearance: a thin border, no text]  only for a visible widget
 *     3 0 obj    the page again, with the widget in /Annots
 *     [7 0 obj   the structure element again, with the widget as content]  only where the base is tagged
 *     1 0 obj    the catalog again, with /AcroForm /Perms /Extensions /Version
 *     xref … trailer << /Size 12 /Root 1 0 R /Prev … /ID [ … … ] >> … %%EOF
 *     [or 12 0 obj << /Type /XRef /Size 13 /Root 1 0 R /Prev … >> stream … %%EOF where the base has such a stream]
 *
 * The hole.  A signature cannot sign itself, so /ByteRange [0 a b c] names two runs of bytes, [0,
 * a) and [b, b + c), and the gap between them is exactly the string <…> of /Contents, both angle
 * brackets included.  b + c is the length of the file.  The numbers are known only when everything
 * is written, so they are written into places of fixed width (ten digits, padded on the left with
 * spaces) and patched; the hole is filled with zeros and patched later by whoever holds the key.
 * After that no byte moves.  Digits of the hole are lower case and what is left of it stays zero,
 * so that a signature has one spelling.
 *
 * Copied, not re-written.  Page and catalog are taken over value by value as the bytes they were,
 * because whatever a re-writer changes in a value is a change of the document that nobody asked
 * for.  Only the keys named above are new.
 *
 * Three shapes of /Annots.  A page may have none (the key is added), a direct array (it is copied
 * and the widget is put behind its members; libharu writes these), or a reference to an array (then
 * that array is the object that is written again, and the page stays as it is).
 *
 * One form.  The update uses the cross-reference form of the base: a table behind a table, a cross-reference stream
 * behind another.  That stream is not compressed, so that it is a function of the same bytes for every zlib, and the
 * update has no object streams: what it writes is to be seen by anybody.  A page or an element that stood in an object
 * stream of the base is taken over all the same, and stands in the file from then on.  A hybrid file is read
 * differently by different readers, and that difference is where forged documents live.
 *
 * No room for more.  An existing /AcroForm or /Perms is refused: a form could be filled in later,
 * and a second permission has no meaning.  A catalog with scripts or optional content is refused
 * too, since such content can look different tomorrow.  DocMDP with P = 1 says that no change is
 * allowed (12.8.2.2).
 *
 * Tags.  A tagged base of ours (tell/pdf/structure.c) keeps a place for the widget: key 0 of its parent tree leads to
 * an element /Form without content.  The widget takes that key and the element, written again, holds the widget;
 * so the tree, which may be large, stays as it is.  A base without that place is signed as it is.
 *
 * Proofs for later.  Certificates, CRLs and OCSP responses of signer and time-stamp authority go into the document
 * security store of the same update: then the signature covers them, and nothing has to be appended (ETSI EN 319
 * 142-1, 6.3, B-LT).  /VRI is left out: its keys are hashes of the signature value, which does not exist yet.
 *
 * What may follow.  A second signature, where the certification allows it (P = 2) and left a field open that locks
 * all others: two objects, signature and field.  And document time-stamps with new proofs, which ISO 32000-2,
 * 12.8.2.2.2 does not count as changes: signature, field, store, page and catalog; the widget has no appearance, since
 * one lifts the change to the filling of a form.
 *
 * Two readings of /ID.  The first half names the document and is kept; the second names the version
 * and is new.  Both are functions of the bytes, never of chance, so that equal runs give equal
 * files.  They identify; they protect nothing.
 *
 * The appearance holds a border and no text: text would need a font, a font that is not embedded
 * breaks archiving (ISO 19005), and the words of the seal stand in the page's own content anyway.
 * An invisible widget has no appearance at all (a zero rectangle needs none, and some validators
 * call one a change).
 *
 * The update is a function of base, plan and hole size alone.  The verifier uses that: it reads the
 * plan back out of the signed file, builds the update again and compares all bytes outside the
 * hole; so an object that we did not write cannot hide in the signature's own revision. */
#include "bindery/pdffile.h"

#include "pdffile_priv.h"

#include <stdio.h>
#include <string.h>

#define HOLE_MAX (1u << 20)
#define UPDATE_MAX (64u << 20)
#define COORDINATE_MAX 14400.0
#define PROOFS_MAX 256
#define OBJECTS_MAX (10 + PROOFS_MAX)

typedef struct {
    bd_pdf *pdf;
    const bd_pdf_signature_plan *plan;
    const bd_pdf_object *catalog, *page;
    const bd_pdf_object *panel; /* the element kept for the widget, or NULL */
    int64_t panel_number;
    int64_t catalog_number, page_number;
    int catalog_generation, page_generation;
    int64_t signature, field, appearance; /* numbers of the new objects; appearance 0: none */
    int field_generation;
    int64_t open_field; /* 0: none */
    int64_t store;      /* the document security store; 0: none is written */
    int64_t proofs;     /* the first of them */
    int64_t next;       /* the number after the last */
    const bd_pdf_object *old_store, *form;
    int64_t base_bytes;
    struct {
        int64_t number, offset;
        int generation;
    } written[OBJECTS_MAX];
    size_t written_count;
    size_t range_at, hole_at, hole_end; /* in `out` */
    bd_buf out;
    bd_err *err;
} update;

/* ---- small writers --------------------------------------------------------------------------- */

static bool is_visible(const bd_pdf_signature_plan *plan) {
    const double *r = plan->rect;
    return r[0] < r[2] && r[1] < r[3];
}

static void open_object(update *u, int64_t number, int generation) {
    BD_ASSERT(u->written_count < OBJECTS_MAX);
    u->written[u->written_count].number = number;
    u->written[u->written_count].generation = generation;
    u->written[u->written_count].offset = u->base_bytes + (int64_t)u->out.size;
    u->written_count++;
    bd_buf_printf(&u->out, "%lld %d obj\n", (long long)number, generation);
}

static void close_object(update *u) {
    bd_buf_puts(&u->out, BD_STR("\nendobj\n"));
}

/* Hundredths of a point: what a printed position needs, and the same text on every machine. */
static void put_coordinate(bd_buf *out, double value) {
    int64_t hundredths = (int64_t)(value * 100 + (value < 0 ? -0.5 : 0.5));
    int64_t size = hundredths < 0 ? -hundredths : hundredths;
    bd_buf_printf(out, "%s%lld.%02lld", hundredths < 0 ? "-" : "", (long long)(size / 100),
                  (long long)(size % 100));
}

static void put_name(bd_buf *out, bd_str name) {
    bd_buf_putc(out, '/');
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if (bd_pdf_is_regular(c) && c != '#' && c > ' ' && c < 0x7f) {
            bd_buf_putc(out, c);
        } else {
            bd_buf_printf(out, "#%02x", (unsigned)(uint8_t)c);
        }
    }
}

static bool is_plain_ascii(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static void put_utf16(bd_buf *out, bd_str text) {
    uint32_t c = 0;
    bd_buf_puts(out, BD_STR("<feff"));
    for (size_t at = 0; bd_utf8_next(text, &at, &c);) {
        if (c >= 0x10000) {
            bd_buf_printf(out, "%04x%04x", 0xd800 + ((c - 0x10000) >> 10),
                          0xdc00 + ((c - 0x10000) & 0x3ff));
        } else {
            bd_buf_printf(out, "%04x", c);
        }
    }
    bd_buf_putc(out, '>');
}

static void put_text(bd_buf *out, bd_str text) {
    if (!is_plain_ascii(text)) {
        put_utf16(out, text);
        return;
    }
    bd_buf_putc(out, '(');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '(' || text.data[i] == ')' || text.data[i] == '\\') {
            bd_buf_putc(out, '\\');
        }
        bd_buf_putc(out, text.data[i]);
    }
    bd_buf_putc(out, ')');
}

static void put_optional(bd_buf *out, const char *key, bd_str text) {
    if (text.size > 0) {
        bd_buf_printf(out, "/%s ", key);
        put_text(out, text);
        bd_buf_putc(out, '\n');
    }
}

static void put_date(bd_buf *out, bd_instant at) {
    bd_day day = bd_instant_utc_day(at);
    bd_date date = bd_date_of_day(day);
    int64_t second = (at - day * (24 * BD_HOUR)) / BD_SECOND;
    bd_buf_printf(out, "(D:%04d%02d%02d%02d%02d%02dZ)", date.year, date.month, date.day,
                  (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
}

/* The value as the bytes it was. */
static void put_raw(update *u, const bd_pdf_object *object) {
    bd_buf_puts(&u->out, bd_pdf_source(u->pdf, object));
}

/* Copies a dictionary but for the `left_out` keys (a list that ends with NULL); leaves it open. */
static void put_dict_without(update *u, const bd_pdf_object *dict, const char *const *left_out) {
    bd_buf_puts(&u->out, BD_STR("<<\n"));
    for (size_t i = 0; i < dict->count; i++) {
        bool is_kept = true;
        for (const char *const *key = left_out; *key != NULL; key++) {
            is_kept = is_kept && !bd_str_eqz(dict->keys[i], *key);
        }
        if (is_kept) {
            put_name(&u->out, dict->keys[i]);
            bd_buf_putc(&u->out, ' ');
            put_raw(u, &dict->items[i]);
            bd_buf_putc(&u->out, '\n');
        }
    }
}

/* ---- the objects ----------------------------------------------------------------------------- */

/* What the signature forbids: DocMDP for the first, FieldMDP over all fields for the second. */
static void put_reference(update *u) {
    if (u->plan->kind == BD_PDF_CERTIFICATION) {
        bd_buf_printf(&u->out,
                      "/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams "
                      "<< /Type /TransformParams /P %d /V /1.2 >> >>]\n>>",
                      u->plan->docmdp);
        return;
    }
    bd_buf_printf(&u->out,
                  "/Reference [<< /Type /SigRef /TransformMethod /FieldMDP /Data %lld %d R "
                  "/TransformParams << /Type /TransformParams /Action /All /V /1.2 >> >>]\n>>",
                  (long long)u->catalog_number, u->catalog_generation);
}

static void put_signature(update *u) {
    const bd_pdf_signature_plan *plan = u->plan;
    bool is_stamp = plan->kind == BD_PDF_TIMESTAMP;
    bd_buf *out = &u->out;
    open_object(u, u->signature, 0);
    bd_buf_printf(out, "<<\n/Type /%s\n/Filter /Adobe.PPKLite\n/SubFilter /ETSI.%s\n/ByteRange ",
                  is_stamp ? "DocTimeStamp" : "Sig", is_stamp ? "RFC3161" : "CAdES.detached");
    u->range_at = out->size;
    bd_buf_printf(out, "[0 %10d %10d %10d]\n/Contents ", 0, 0, 0);
    u->hole_at = out->size;
    bd_buf_putc(out, '<');
    for (size_t i = 0; i < plan->contents_bytes; i++) {
        bd_buf_puts(out, BD_STR("00"));
    }
    bd_buf_putc(out, '>');
    u->hole_end = out->size;
    if (is_stamp) {
        bd_buf_puts(out, BD_STR("\n>>"));
        close_object(u);
        return;
    }
    bd_buf_puts(out, BD_STR("\n/M "));
    put_date(out, plan->signed_at);
    bd_buf_putc(out, '\n');
    put_optional(out, "Name", plan->signer_name);
    put_optional(out, "Reason", plan->reason);
    put_optional(out, "Location", plan->location);
    put_optional(out, "ContactInfo", plan->contact);
    put_reference(u);
    close_object(u);
}

static void put_field(update *u) {
    bd_buf *out = &u->out;
    open_object(u, u->field, u->field_generation);
    bd_buf_puts(out, BD_STR("<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T "));
    put_text(out, u->plan->field_name);
    bd_buf_printf(out, "\n/V %lld 0 R\n/P %lld %d R\n/F 132\n/Rect [", (long long)u->signature,
                  (long long)u->page_number, u->page_generation);
    for (int i = 0; i < 4; i++) {
        put_coordinate(out, u->appearance != 0 ? u->plan->rect[i] : 0);
        bd_buf_putc(out, i < 3 ? ' ' : ']');
    }
    if (u->appearance != 0) {
        bd_buf_printf(out, "\n/AP << /N %lld 0 R >>", (long long)u->appearance);
    }
    if (u->panel != NULL) {
        bd_buf_puts(out, BD_STR("\n/StructParent 0"));
    }
    bd_buf_puts(out, BD_STR("\n/TU "));
    put_text(out, BD_STR("Signature"));
    if (u->plan->kind == BD_PDF_APPROVAL) {
        bd_buf_puts(out, BD_STR("\n/Lock << /Type /SigFieldLock /Action /All >>"));
    }
    bd_buf_puts(out, BD_STR("\n>>"));
    close_object(u);
}

static void put_panel(update *u) {
    static const char *const left_out[] = {"K", "Pg", NULL};
    open_object(u, u->panel_number, 0);
    put_dict_without(u, u->panel, left_out);
    bd_buf_printf(&u->out, "/Pg %lld %d R\n/K << /Type /OBJR /Obj %lld 0 R >>\n>>",
                  (long long)u->page_number, u->page_generation, (long long)u->field);
    close_object(u);
}

/* The place of the second signature: whoever fills it locks every field. */
static void put_open_field(update *u) {
    bd_buf *out = &u->out;
    open_object(u, u->open_field, 0);
    bd_buf_puts(out, BD_STR("<<\n/Type /Annot\n/Subtype /Widget\n/FT /Sig\n/T "));
    put_text(out, u->plan->open_field);
    bd_buf_printf(out, "\n/P %lld %d R\n/F 132\n/Rect [0.00 0.00 0.00 0.00]",
                  (long long)u->page_number, u->page_generation);
    bd_buf_puts(out, BD_STR("\n/TU ")); /* as the signature will have it: filling a field may add nothing else to it */
    put_text(out, BD_STR("Signature"));
    bd_buf_puts(out, BD_STR("\n/Lock << /Type /SigFieldLock /Action /All >>\n>>"));
    close_object(u);
}

/* ---- proofs for later ------------------------------------------------------------------------- */

static size_t count_proofs(const bd_pdf_proofs *proofs) {
    return proofs->certificates.count + proofs->crls.count + proofs->ocsps.count;
}

static bd_rc put_proof_list(update *u, const char *name, size_t count, int64_t *number) {
    const bd_pdf_object *old = NULL;
    BD_TRY(bd_pdf_value(u->pdf, u->old_store, name, &old, u->err));
    if (count == 0 && old == NULL) {
        return BD_OK;
    }
    bd_buf_printf(&u->out, "/%s [", name);
    for (size_t i = 0; old != NULL && old->kind == BD_PDF_ARRAY && i < old->count; i++) {
        put_raw(u, &old->items[i]);
        bd_buf_putc(&u->out, ' ');
    }
    for (size_t i = 0; i < count; i++, *number += 1) {
        bd_buf_printf(&u->out, "%s%lld 0 R", i > 0 ? " " : "", (long long)*number);
    }
    bd_buf_puts(&u->out, BD_STR("]\n"));
    return BD_OK;
}

static void put_proof_streams(update *u, const bd_strs *list, int64_t *number) {
    for (size_t i = 0; i < list->count; i++, *number += 1) {
        open_object(u, *number, 0);
        bd_buf_printf(&u->out, "<< /Length %zu >>\nstream\n", list->data[i].size);
        bd_buf_puts(&u->out, list->data[i]);
        bd_buf_puts(&u->out, BD_STR("\nendstream"));
        close_object(u);
    }
}

static bd_rc put_store(update *u) {
    const bd_pdf_proofs *proofs = &u->plan->proofs;
    int64_t number = u->proofs;
    if (u->store == 0) {
        return BD_OK;
    }
    open_object(u, u->store, 0);
    bd_buf_puts(&u->out, BD_STR("<<\n/Type /DSS\n"));
    BD_TRY(put_proof_list(u, "Certs", proofs->certificates.count, &number));
    BD_TRY(put_proof_list(u, "CRLs", proofs->crls.count, &number));
    BD_TRY(put_proof_list(u, "OCSPs", proofs->ocsps.count, &number));
    bd_buf_puts(&u->out, BD_STR(">>"));
    close_object(u);
    number = u->proofs;
    put_proof_streams(u, &proofs->certificates, &number);
    put_proof_streams(u, &proofs->crls, &number);
    put_proof_streams(u, &proofs->ocsps, &number);
    return BD_OK;
}

static void put_appearance(update *u) {
    const double *r = u->plan->rect;
    bd_buf drawing;
    bd_buf_init(&drawing, 1024);
    bd_buf_puts(&drawing, BD_STR("q 0.6 G 0.5 w 0.25 0.25 "));
    put_coordinate(&drawing, r[2] - r[0] - 0.5);
    bd_buf_putc(&drawing, ' ');
    put_coordinate(&drawing, r[3] - r[1] - 0.5);
    bd_buf_puts(&drawing, BD_STR(" re S Q"));
    open_object(u, u->appearance, 0);
    bd_buf_puts(&u->out,
                BD_STR("<<\n/Type /XObject\n/Subtype /Form\n/Resources << >>\n/BBox [0 0 "));
    put_coordinate(&u->out, r[2] - r[0]);
    bd_buf_putc(&u->out, ' ');
    put_coordinate(&u->out, r[3] - r[1]);
    bd_buf_printf(&u->out, "]\n/Length %zu\n>>\nstream\n", drawing.size);
    bd_buf_puts(&u->out, bd_buf_str(&drawing));
    bd_buf_puts(&u->out, BD_STR("\nendstream"));
    bd_buf_clear(&drawing);
    close_object(u);
}

static void put_array_with_field(update *u, const bd_pdf_object *array) {
    bd_str source = bd_pdf_source(u->pdf, array);
    bd_buf_puts(&u->out, bd_str_sub(source, 0, source.size - 1));
    bd_buf_printf(&u->out, " %lld 0 R", (long long)u->field);
    if (u->open_field != 0) {
        bd_buf_printf(&u->out, " %lld 0 R", (long long)u->open_field);
    }
    bd_buf_putc(&u->out, ']');
}

static void put_field_list(update *u) {
    bd_buf_printf(&u->out, "[%lld 0 R", (long long)u->field);
    if (u->open_field != 0) {
        bd_buf_printf(&u->out, " %lld 0 R", (long long)u->open_field);
    }
    bd_buf_putc(&u->out, ']');
}

static bd_rc put_page(update *u) {
    static const char *const left_out[] = {"Annots", NULL};
    const bd_pdf_object *annots = bd_pdf_find(u->page, "Annots");
    const bd_pdf_object *array = NULL;
    BD_TRY(bd_pdf_resolve(u->pdf, annots, &array, u->err));
    if (array != NULL && array->kind != BD_PDF_ARRAY) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: /Annots of page %zu is no array",
                 u->plan->page_index + 1);
    }
    if (array != NULL && annots->kind == BD_PDF_REF) {
        open_object(u, annots->integer, annots->generation);
        put_array_with_field(u, array);
        close_object(u);
        return BD_OK;
    }
    open_object(u, u->page_number, u->page_generation);
    put_dict_without(u, u->page, left_out);
    bd_buf_puts(&u->out, BD_STR("/Annots "));
    if (array != NULL) {
        put_array_with_field(u, array);
    } else {
        put_field_list(u);
    }
    bd_buf_puts(&u->out, BD_STR("\n>>"));
    close_object(u);
    return BD_OK;
}

/* Before 2.0 the two extensions say which later constructs the file uses (PAdES and SHA-2
 * signatures). */
static void put_catalog(update *u) {
    static const char *const first[] = {"Version", NULL};
    static const char *const later[] = {"Version", "AcroForm", "DSS", NULL};
    const char *const *left_out = u->plan->kind == BD_PDF_CERTIFICATION ? first : later;
    bool is_2 = bd_str_has_prefix(u->pdf->text, BD_STR("%PDF-2."));
    open_object(u, u->catalog_number, u->catalog_generation);
    put_dict_without(u, u->catalog, left_out);
    if (!is_2) {
        bd_buf_puts(&u->out, BD_STR("/Version /1.7\n"));
    }
    if (!is_2 && bd_pdf_find(u->catalog, "Extensions") == NULL) {
        bd_buf_puts(&u->out,
                    BD_STR("/Extensions << /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> "
                           "/ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >>\n"));
    }
    bd_buf_puts(&u->out, BD_STR("/AcroForm << /Fields "));
    if (u->form != NULL) {
        put_array_with_field(u, u->form);
    } else {
        put_field_list(u);
    }
    bd_buf_puts(&u->out, BD_STR(" /SigFlags 3 >>\n"));
    if (u->store != 0) {
        bd_buf_printf(&u->out, "/DSS %lld 0 R\n", (long long)u->store);
    } else if (u->old_store != NULL) {
        bd_buf_puts(&u->out, BD_STR("/DSS "));
        put_raw(u, bd_pdf_find(u->catalog, "DSS"));
        bd_buf_putc(&u->out, '\n');
    }
    if (u->plan->kind == BD_PDF_CERTIFICATION) {
        bd_buf_printf(&u->out, "/Perms << /DocMDP %lld 0 R >>\n", (long long)u->signature);
    }
    bd_buf_puts(&u->out, BD_STR(">>"));
    close_object(u);
}

/* ---- table and trailer ----------------------------------------------------------------------- */

static void sort_written(update *u) {
    for (size_t i = 1; i < u->written_count; i++) {
        for (size_t j = i; j > 0 && u->written[j].number < u->written[j - 1].number; j--) {
            int64_t number = u->written[j].number, offset = u->written[j].offset;
            int generation = u->written[j].generation;
            u->written[j] = u->written[j - 1];
            u->written[j - 1].number = number;
            u->written[j - 1].offset = offset;
            u->written[j - 1].generation = generation;
        }
    }
}

/* How many objects from the one at <from> on have numbers that follow each other. */
static size_t run_length(const update *u, size_t from) {
    size_t run = 1;
    while (from + run < u->written_count &&
           u->written[from + run].number == u->written[from].number + (int64_t)run) {
        run++;
    }
    return run;
}

static void put_table(update *u) {
    bd_buf_puts(&u->out, BD_STR("xref\n"));
    for (size_t i = 0; i < u->written_count;) {
        size_t run = run_length(u, i);
        bd_buf_printf(&u->out, "%lld %zu\n", (long long)u->written[i].number, run);
        for (size_t end = i + run; i < end; i++) {
            bd_buf_printf(&u->out, "%010lld %05d n \n", (long long)u->written[i].offset,
                          u->written[i].generation);
        }
    }
}

/* Line ends around the seam belong to neither side: whether the base ended with one must not show
 * in the result. */
static bd_str trim_line_ends(bd_str text) {
    size_t from = 0, to = text.size;
    while (from < to && (text.data[from] == '\n' || text.data[from] == '\r')) {
        from++;
    }
    while (to > from && (text.data[to - 1] == '\n' || text.data[to - 1] == '\r')) {
        to--;
    }
    return bd_str_sub(text, from, to);
}

/* Sixteen bytes out of four seeded check sums. */
static void put_identifier(bd_buf *out, bd_str text, uint32_t seed) {
    text = trim_line_ends(text);
    bd_buf_putc(out, '<');
    for (uint32_t i = 0; i < 4; i++) {
        bd_buf_printf(out, "%08x", (unsigned)bd_crc32(seed + i, text.data, text.size));
    }
    bd_buf_putc(out, '>');
}

static bd_rc put_identifiers(update *u) {
    const bd_pdf_object *pair = NULL;
    BD_TRY(bd_pdf_value(u->pdf, bd_pdf_trailer(u->pdf), "ID", &pair, u->err));
    bd_buf_puts(&u->out, BD_STR("/ID ["));
    bool is_kept = pair != NULL && pair->kind == BD_PDF_ARRAY && pair->count == 2 &&
                   pair->items[0].kind == BD_PDF_STRING;
    if (is_kept) {
        put_raw(u, &pair->items[0]);
    } else {
        put_identifier(&u->out, u->pdf->text, 1);
    }
    bd_buf_putc(&u->out, ' ');
    put_identifier(&u->out, bd_str_copy(u->pdf->arena, bd_buf_str(&u->out)), 5);
    bd_buf_puts(&u->out, BD_STR("]\n"));
    return BD_OK;
}

/* From /Size on, but for the end of the dictionary. */
static bd_rc put_trailer_entries(update *u) {
    const bd_pdf_object *document_facts = bd_pdf_find(bd_pdf_trailer(u->pdf), "Info");
    bd_buf_printf(&u->out, "/Size %lld\n/Root %lld %d R\n", (long long)u->next,
                  (long long)u->catalog_number, u->catalog_generation);
    if (document_facts != NULL) {
        bd_buf_puts(&u->out, BD_STR("/Info "));
        put_raw(u, document_facts);
        bd_buf_putc(&u->out, '\n');
    }
    bd_buf_printf(&u->out, "/Prev %lld\n",
                  (long long)u->pdf->revisions.data[u->pdf->revisions.count - 1].xref);
    return put_identifiers(u);
}

static bd_rc put_table_and_trailer(update *u) {
    put_table(u);
    bd_buf_puts(&u->out, BD_STR("trailer\n<<\n"));
    BD_TRY(put_trailer_entries(u));
    bd_buf_puts(&u->out, BD_STR(">>\n"));
    return BD_OK;
}

static void put_bytes(bd_buf *out, int64_t value, int count) {
    for (int i = count - 1; i >= 0; i--) {
        bd_buf_putc(out, (char)(uint8_t)((uint64_t)value >> 8 * i));
    }
}

enum { KIND_BYTES = 1, OFFSET_BYTES = 4, GENERATION_BYTES = 2 };

/* The stream is the last object and names itself (ISO 32000-2, 7.5.8). */
static bd_rc put_stream(update *u) {
    int64_t number = u->next++;
    open_object(u, number, 0);
    sort_written(u);
    bd_buf_printf(&u->out, "<<\n/Type /XRef\n/W [%d %d %d]\n/Index [", KIND_BYTES, OFFSET_BYTES, GENERATION_BYTES);
    for (size_t i = 0, run; i < u->written_count; i += run) {
        run = run_length(u, i);
        bd_buf_printf(&u->out, "%s%lld %zu", i > 0 ? " " : "", (long long)u->written[i].number, run);
    }
    bd_buf_puts(&u->out, BD_STR("]\n"));
    BD_TRY(put_trailer_entries(u));
    bd_buf_printf(&u->out, "/Length %zu\n>>\nstream\n",
                  u->written_count * (KIND_BYTES + OFFSET_BYTES + GENERATION_BYTES));
    for (size_t i = 0; i < u->written_count; i++) {
        put_bytes(&u->out, 1, KIND_BYTES);
        put_bytes(&u->out, u->written[i].offset, OFFSET_BYTES);
        put_bytes(&u->out, u->written[i].generation, GENERATION_BYTES);
    }
    bd_buf_puts(&u->out, BD_STR("\nendstream"));
    close_object(u);
    return BD_OK;
}

static bd_rc put_trailer(update *u) {
    bool is_stream = u->pdf->revisions.data[u->pdf->revisions.count - 1].stream_number > 0;
    int64_t table = u->base_bytes + (int64_t)u->out.size;
    sort_written(u);
    BD_TRY(is_stream ? put_stream(u) : put_table_and_trailer(u));
    bd_buf_printf(&u->out, "startxref\n%lld\n%%%%EOF\n", (long long)table);
    return BD_OK;
}

/* ---- guards ---------------------------------------------------------------------------------- */

static bd_rc check_plan(const bd_pdf_signature_plan *plan, bd_err *err) {
    bool has_rect = true;
    for (int i = 0; i < 4; i++) {
        has_rect = has_rect && plan->rect[i] >= -COORDINATE_MAX && plan->rect[i] <= COORDINATE_MAX;
    }
    bool is_stamp = plan->kind == BD_PDF_TIMESTAMP;
    if (count_proofs(&plan->proofs) > PROOFS_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "cannot sign: %zu certificates, CRLs and OCSP responses, expected at most %d",
                 count_proofs(&plan->proofs), PROOFS_MAX);
    }
    if (plan->open_field.size > 0 && (plan->kind != BD_PDF_CERTIFICATION || plan->docmdp != 2)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot sign: a further signature needs a certification with permission 2");
    }
    bool has_permission =
        plan->kind != BD_PDF_CERTIFICATION || (plan->docmdp >= 1 && plan->docmdp <= 3);
    if (plan->contents_bytes == 0 || plan->contents_bytes > HOLE_MAX || !has_permission ||
        plan->field_name.size == 0 || !has_rect) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot sign: a plan without a hole, a permission of 1 to 3, a field name or a "
                 "rectangle on the page");
    }
    if (is_stamp) {
        return BD_OK;
    }
    bd_date date = bd_date_of_day(
        bd_instant_utc_day(plan->signed_at == BD_INSTANT_NONE ? 0 : plan->signed_at));
    if (plan->signed_at == BD_INSTANT_NONE || date.year < 1970 || date.year > 9999) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot sign: no time of signing between 1970 and 9999 is given");
    }
    return BD_OK;
}

static bd_rc check_catalog(update *u) {
    static const char *const refused[] = {"AcroForm", "Perms", "AA", "OCProperties",
                                          "NeedsRendering", "DSS"};
    for (size_t i = 0; i < BD_COUNT(refused); i++) {
        if (bd_pdf_find(u->catalog, refused[i]) != NULL) {
            BD_RAISE(u->err, BD_ERR_INPUT,
                     "cannot sign: the pdf is signed already or can change its looks, its catalog "
                     "has /%s",
                     refused[i]);
        }
    }
    const bd_pdf_object *names = NULL, *action = NULL, *kind = NULL;
    BD_TRY(bd_pdf_value(u->pdf, u->catalog, "Names", &names, u->err));
    BD_TRY(bd_pdf_value(u->pdf, u->catalog, "OpenAction", &action, u->err));
    BD_TRY(bd_pdf_value(u->pdf, action, "S", &kind, u->err));
    bool is_going = kind == NULL || (kind->kind == BD_PDF_NAME && bd_str_eqz(kind->text, "GoTo"));
    if (bd_pdf_find(names, "JavaScript") != NULL || !is_going) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: the pdf runs a script when it is opened");
    }
    return BD_OK;
}

/* The element that key 0 of the parent tree leads to, if it is an empty /Form. */
static bd_rc find_panel(update *u) {
    const bd_pdf_object *root = NULL, *tree = NULL, *kids = NULL, *leaf = NULL, *pairs = NULL;
    const bd_pdf_object *panel = NULL, *kind = NULL;
    BD_TRY(bd_pdf_value(u->pdf, u->catalog, "StructTreeRoot", &root, u->err));
    BD_TRY(bd_pdf_value(u->pdf, root, "ParentTree", &tree, u->err));
    BD_TRY(bd_pdf_value(u->pdf, tree, "Kids", &kids, u->err));
    if (kids == NULL || kids->kind != BD_PDF_ARRAY || kids->count == 0) {
        return BD_OK;
    }
    BD_TRY(bd_pdf_resolve(u->pdf, &kids->items[0], &leaf, u->err));
    BD_TRY(bd_pdf_value(u->pdf, leaf, "Nums", &pairs, u->err));
    if (pairs == NULL || pairs->kind != BD_PDF_ARRAY || pairs->count < 2 ||
        pairs->items[0].kind != BD_PDF_INTEGER || pairs->items[0].integer != 0 ||
        pairs->items[1].kind != BD_PDF_REF || pairs->items[1].generation != 0) {
        return BD_OK;
    }
    BD_TRY(bd_pdf_resolve(u->pdf, &pairs->items[1], &panel, u->err));
    BD_TRY(bd_pdf_value(u->pdf, panel, "S", &kind, u->err));
    int64_t number = pairs->items[1].integer;
    bool is_panel = kind != NULL && kind->kind == BD_PDF_NAME && bd_str_eqz(kind->text, "Form") &&
                    bd_pdf_find(panel, "K") == NULL;
    if (is_panel && number != u->page_number && number != u->catalog_number) {
        u->panel = panel;
        u->panel_number = number;
    }
    return BD_OK;
}

/* The field that the second signature fills: of this name, a signature's, and empty. */
static bd_rc find_open_field(update *u, const bd_pdf_object *fields) {
    for (size_t i = 0; i < fields->count; i++) {
        const bd_pdf_object *field = NULL, *name = NULL;
        BD_TRY(bd_pdf_resolve(u->pdf, &fields->items[i], &field, u->err));
        BD_TRY(bd_pdf_value(u->pdf, field, "T", &name, u->err));
        bool is_it = name != NULL && name->kind == BD_PDF_STRING &&
                     bd_str_eq(bd_pdf_text_decode(name->text, u->pdf->arena), u->plan->field_name);
        if (is_it && fields->items[i].kind == BD_PDF_REF && bd_pdf_find(field, "V") == NULL &&
            bd_pdf_find(field, "Lock") != NULL) {
            u->field = fields->items[i].integer;
            u->field_generation = fields->items[i].generation;
            return BD_OK;
        }
    }
    BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: the pdf has no open field '%.*s' for a further signature",
             BD_ARG(u->plan->field_name));
}

/* A later update: there is a form with its fields, and maybe a store of proofs. */
static bd_rc find_form(update *u) {
    const bd_pdf_object *form = NULL, *fields = NULL;
    BD_TRY(bd_pdf_value(u->pdf, u->catalog, "AcroForm", &form, u->err));
    BD_TRY(bd_pdf_value(u->pdf, form, "Fields", &fields, u->err));
    BD_TRY(bd_pdf_value(u->pdf, u->catalog, "DSS", &u->old_store, u->err));
    if (fields == NULL || fields->kind != BD_PDF_ARRAY) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot add to the pdf: it is not signed");
    }
    u->form = fields;
    return u->plan->kind == BD_PDF_APPROVAL ? find_open_field(u, fields) : BD_OK;
}

static void number_objects(update *u) {
    const bd_pdf_object *store = bd_pdf_find(u->catalog, "DSS");
    u->signature = u->next++;
    if (u->plan->kind != BD_PDF_APPROVAL) {
        u->field = u->next++;
    }
    if (is_visible(u->plan) && u->plan->kind == BD_PDF_CERTIFICATION) {
        u->appearance = u->next++;
    }
    if (u->plan->open_field.size > 0) {
        u->open_field = u->next++;
    }
    if (u->plan->kind != BD_PDF_APPROVAL && count_proofs(&u->plan->proofs) > 0) {
        bool is_kept = store != NULL && store->kind == BD_PDF_REF && store->generation == 0;
        u->store = is_kept ? store->integer : u->next++;
        u->proofs = u->next;
        u->next += (int64_t)count_proofs(&u->plan->proofs);
    }
}

static bd_rc find_places(update *u) {
    bd_pdf *pdf = u->pdf;
    const bd_pdf_object *root = bd_pdf_find(bd_pdf_trailer(pdf), "Root");
    if (bd_pdf_revision_end(pdf, bd_pdf_revision_count(pdf) - 1) != (int64_t)pdf->text.size) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: the pdf goes on after its end at byte %lld",
                 (long long)bd_pdf_revision_end(pdf, bd_pdf_revision_count(pdf) - 1));
    }
    if (root == NULL || root->kind != BD_PDF_REF) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: the pdf has no catalog");
    }
    u->catalog_number = root->integer;
    u->catalog_generation = root->generation;
    BD_TRY(bd_pdf_resolve(pdf, root, &u->catalog, u->err));
    if (u->catalog == NULL || u->catalog->kind != BD_PDF_DICT) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: the pdf has no catalog");
    }
    BD_TRY(u->plan->kind == BD_PDF_CERTIFICATION ? check_catalog(u) : find_form(u));
    u->page_number = bd_pdf_page_number(pdf, u->plan->page_index);
    if (u->page_number < 0) {
        BD_RAISE(u->err, BD_ERR_INPUT, "cannot sign: the pdf has no page %zu",
                 u->plan->page_index + 1);
    }
    u->page_generation = bd_pdf_generation(pdf, u->page_number);
    BD_TRY(bd_pdf_object_at(pdf, u->page_number, &u->page, u->err));
    if (u->plan->kind == BD_PDF_CERTIFICATION) {
        BD_TRY(find_panel(u));
    }
    u->next = bd_pdf_find(bd_pdf_trailer(pdf), "Size")->integer;
    number_objects(u);
    return BD_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bd_rc write_update(update *u) {
    bd_str text = u->pdf->text;
    if (text.data[text.size - 1] != '\n' && text.data[text.size - 1] != '\r') {
        bd_buf_putc(&u->out, '\n');
    }
    put_signature(u);
    put_field(u);
    if (u->appearance != 0) {
        put_appearance(u);
    }
    if (u->panel != NULL) {
        put_panel(u);
    }
    if (u->open_field != 0) {
        put_open_field(u);
    }
    if (u->plan->kind != BD_PDF_APPROVAL) {
        BD_TRY(put_store(u));
        BD_TRY(put_page(u));
        put_catalog(u);
    }
    BD_TRY(put_trailer(u));
    return bd_buf_check(&u->out, "the signature update", u->err);
}

static void patch_range(update *u, bd_str appended, bd_pdf_signature_update *out) {
    char room[64];
    out->byte_range[0] = 0;
    out->byte_range[1] = u->base_bytes + (int64_t)u->hole_at;
    out->byte_range[2] = u->base_bytes + (int64_t)u->hole_end;
    out->byte_range[3] = (int64_t)(appended.size - u->hole_end);
    int count =
        snprintf(room, sizeof(room), "[0 %10lld %10lld %10lld]", (long long)out->byte_range[1],
                 (long long)out->byte_range[2], (long long)out->byte_range[3]);
    BD_ASSERT(count == 3 + 3 * 11);
    memcpy((char *)(uintptr_t)appended.data + u->range_at, room, (size_t)count);
    out->appended = appended;
}

bd_rc bd_pdf_signature_build(bd_pdf *pdf, const bd_pdf_signature_plan *plan, bd_arena *arena,
                             bd_pdf_signature_update *out, bd_err *err) {
    update u = {.pdf = pdf, .plan = plan, .base_bytes = (int64_t)pdf->text.size, .err = err};
    BD_TRY(check_plan(plan, err));
    BD_TRY(find_places(&u));
    bd_buf_init(&u.out, UPDATE_MAX);
    bd_rc rc = write_update(&u);
    if (!bd_failed(rc)) {
        patch_range(&u, bd_str_copy(arena, bd_buf_str(&u.out)), out);
    }
    bd_buf_clear(&u.out);
    return rc;
}
