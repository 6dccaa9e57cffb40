/* bindery/pdffile.h - PDF as a file: cross-reference reader, text of our own pages, incremental update.
 *
 * Reader: cross-reference tables or cross-reference streams with object streams, and their /Prev chain (ISO 32000-2,
 * 7.5.4, 7.5.7, 7.5.8), bounded; streams with FlateDecode; refuses files with both forms, encryption, objects that
 * overlap, and object streams that hold more than their revision says or are written again later.  It reads what we
 * write, and enough of other people's PDFs to say what they are.  It never needs a network, a font or a key.
 *
 * Writer: appends one incremental update (7.5.6), in the cross-reference form of what is there, to bytes that stay
 * untouched, and patches nothing that was written before it.  See update.c for the essay on the signature update.
 */
#ifndef BINDERY_PDFFILE_H
#define BINDERY_PDFFILE_H

#include "bindery/util.h"
#include "bindery/zip.h"

/* A PDF object, parsed. */
typedef enum {
    BD_PDF_NULL,
    BD_PDF_BOOL,
    BD_PDF_INTEGER,
    BD_PDF_REAL,
    BD_PDF_STRING,
    BD_PDF_NAME,
    BD_PDF_ARRAY,
    BD_PDF_DICT,
    BD_PDF_STREAM,
    BD_PDF_REF
} bd_pdf_kind;
typedef struct bd_pdf_object bd_pdf_object;
struct bd_pdf_object {
    bd_pdf_kind kind;
    bool boolean;
    int64_t integer; /* BD_PDF_INTEGER; object number of BD_PDF_REF */
    int generation;  /* BD_PDF_REF */
    double real;
    bd_str text; /* STRING: decoded bytes; NAME: without '/' */
    size_t count;
    bd_pdf_object *items; /* ARRAY members, DICT values */
    bd_str *keys;         /* DICT names; a stream's dictionary likewise */
    bd_str stream;        /* STREAM: raw (still encoded) bytes; Borrowed from the file's text */
    int64_t start,
        end; /* byte range in the file of the object's text ("<...>" of a string included); of an object in an
              * object stream it lies behind the end of the file */
};

typedef struct bd_pdf bd_pdf;
/* `text` (the whole file, at most 1 GiB) is borrowed as long as the handle's arena lives.
 * INPUT names the byte offset, what was found and what was expected; UNSUPPORTED: hybrid or encrypted files, object
 * streams that extend others, unusual filters; LIMIT: too large or too many revisions. */
BD_MUST_USE bd_rc bd_pdf_parse(bd_str text, bd_arena *arena, bd_pdf **out, bd_err *err);
/* The same of a file that is looked at through a view, a few MiB of it at a time; the view outlives the handle. */
BD_MUST_USE bd_rc bd_pdf_view_parse(bd_view *view, bd_arena *arena, bd_pdf **out, bd_err *err);
/* Lets the view forget what was looked at; without a view nothing. */
void bd_pdf_release(const bd_pdf *pdf);
/* A file that begins with <before>'s: the outcome of bd_pdf_parse without a second look at objects whose form is known.
 * `view` is that of `text`, or NULL. */
BD_MUST_USE bd_rc bd_pdf_grown_parse(bd_str text, bd_view *view, const bd_pdf *before, bd_arena *arena,
                                     bd_pdf **out, bd_err *err);
/* The first revision as a file of its own: the outcome of bd_pdf_parse for the bytes up to its end, without a
 * second look at objects whose form is known from <whole>.  <whole>'s text is borrowed. */
BD_MUST_USE bd_rc bd_pdf_base_parse(const bd_pdf *whole, bd_arena *arena, bd_pdf **out,
                                    bd_err *err);
/* The first <index> + 1 revisions as a file of their own. */
BD_MUST_USE bd_rc bd_pdf_revision_parse(const bd_pdf *whole, size_t index, bd_arena *arena,
                                        bd_pdf **out, bd_err *err);
/* Numbers of objects that are not the same in <after> as in <before>, its beginning: new, written again, or freed. */
typedef BD_VEC(int64_t) bd_pdf_numbers;
void bd_pdf_changes(const bd_pdf *before, const bd_pdf *after, bd_arena *arena, bd_pdf_numbers *out);
bool bd_pdf_has(const bd_pdf *pdf, int64_t number); /* an object of this number is in use */
/* An object stream or a cross-reference stream: nothing but what the file is made of. */
bool bd_pdf_is_container(const bd_pdf *pdf, int64_t number);
size_t bd_pdf_revision_count(const bd_pdf *pdf); /* 1 + number of incremental updates */
int64_t bd_pdf_revision_end(const bd_pdf *pdf,
                            size_t index); /* offset just after its %%EOF and line end */
const bd_pdf_object *bd_pdf_trailer(const bd_pdf *pdf);
/* Resolves references; NULL when absent or null.  INPUT for a broken object. */
BD_MUST_USE bd_rc bd_pdf_resolve(bd_pdf *pdf, const bd_pdf_object *object,
                                 const bd_pdf_object **out, bd_err *err);
const bd_pdf_object *bd_pdf_find(const bd_pdf_object *dict,
                                 const char *name); /* unresolved value, or NULL */
BD_MUST_USE bd_rc bd_pdf_object_at(bd_pdf *pdf, int64_t number, const bd_pdf_object **out,
                                   bd_err *err);
BD_MUST_USE bd_rc bd_pdf_stream_decode(bd_pdf *pdf, const bd_pdf_object *stream, size_t max_bytes,
                                       bd_str *out, bd_err *err);
size_t bd_pdf_page_count(bd_pdf *pdf);                 /* 0 when the page tree is broken */
int64_t bd_pdf_page_number(bd_pdf *pdf, size_t index); /* object number of a page, or -1 */
/* A text string (7.9.2.2: UTF-16BE with its mark, else one byte per character) as UTF-8. */
bd_str bd_pdf_text_decode(bd_str text, bd_arena *arena);
/* Text of page `index` (0-based) through the fonts' ToUnicode maps, in drawing order, one LF per text object
 * move to a new line, one space for a gap on the same line; for files that we wrote.  A code that no map explains
 * is U+FFFD.  Text inside form XObjects is not read. */
BD_MUST_USE bd_rc bd_pdf_page_text(bd_pdf *pdf, size_t index, bd_arena *arena, bd_str *out,
                                   bd_err *err);

/* The bytes of what is attached under `name`, through /AF and through the names of embedded files; each of several only
 * once where it follows itself.  INPUT for a broken list or stream, LIMIT beyond `most_bytes`. */
BD_MUST_USE bd_rc bd_pdf_attachments(bd_pdf *pdf, const char *name, size_t most_bytes, bd_arena *arena,
                                     bd_strs *out, bd_err *err);

/* ---- incremental update with a signature hole ------------------------------------------------------ */

typedef enum {
    BD_PDF_CERTIFICATION, /* the first: DocMDP (12.8.2.2) */
    BD_PDF_APPROVAL,      /* fills the field that the certification left open: FieldMDP over all (12.8.2.4) */
    BD_PDF_TIMESTAMP      /* a document time-stamp (ISO 32000-2, 12.8.5): invisible, without an appearance */
} bd_pdf_signature_kind;

/* What shows later that certificates held: DER each, written into the document security store of the same update
 * (ISO 32000-2, 12.8.4.3), so that the signature covers it. */
typedef struct {
    bd_strs certificates, crls, ocsps;
} bd_pdf_proofs;

typedef struct {
    bd_pdf_signature_kind kind;
    bd_str open_field;    /* certification with docmdp 2: a field for one further signature; else empty */
    bd_pdf_proofs proofs; /* not for an approval */
    bd_str field_name;                             /* "Signature1" */
    bd_str reason, location, contact, signer_name; /* optional texts of the signature dictionary */
    bd_instant signed_at;                          /* /M */
    int docmdp;            /* 1: certification, no change allowed (12.8.2.2) */
    size_t contents_bytes; /* room for the CMS (binary size); the hole is twice that in hex */
    size_t page_index;     /* page that carries the widget */
    double rect[4];        /* widget rectangle in points; all zero: invisible */
} bd_pdf_signature_plan;

typedef struct {
    bd_str appended;       /* bytes to follow the original; Allocated in <arena> */
    int64_t byte_range[4]; /* of the whole signed file; the gap is exactly the <hex> string */
} bd_pdf_signature_update;
/* Builds the update: signature dictionary (/SubFilter /ETSI.CAdES.detached), field and widget merged,
 * AcroForm with SigFlags 3, /Perms /DocMDP, /Extensions, trailer with /ID [first second].  The
 * hole is filled with zeros.  Where key 0 of the base's parent tree leads to an empty /Form element, the widget becomes
 * its content, so that a tagged file stays one. */
BD_MUST_USE bd_rc bd_pdf_signature_build(bd_pdf *pdf, const bd_pdf_signature_plan *plan,
                                         bd_arena *arena, bd_pdf_signature_update *out,
                                         bd_err *err);
/* The way back: the plan that a signature field was built by, as far as the field tells it.  With it a verifier
 * builds the update again and compares.  INPUT: the field or its dictionary is not of our form. */
/* All proofs that the document security store names, whoever wrote them; at most 256 of 1 MiB. */
BD_MUST_USE bd_rc bd_pdf_proofs_read(bd_pdf *pdf, bd_arena *arena, bd_pdf_proofs *out, bd_err *err);
BD_MUST_USE bd_rc bd_pdf_signature_read(bd_pdf *pdf, const bd_pdf_object *field, bd_arena *arena,
                                        bd_pdf_signature_plan *out, bd_err *err);

#endif
