/* pdf_priv.h - what the files of this room share.  libharu itself is seen by file.c alone. */
#ifndef BINDERY_PDF_PRIV_H
#define BINDERY_PDF_PRIV_H

#include "bindery/pdf.h"
#include "bindery/zip.h"

/* ---- numbers and strings in PDF syntax ------------------------------------------------------- */

void put_number(bd_buf *out, double value); /* at most two decimals, no exponent */
void put_integer(bd_buf *out, int64_t value);
void put_text_string(bd_buf *out,
                     bd_str text); /* ASCII as (...), else UTF-16BE with a mark, as <...> */
void put_name_string(bd_buf *out, bd_str text);   /* a byte string */
void put_utf16(bd_buf *out, uint32_t code_point); /* hex digits, a surrogate pair beyond U+FFFF */
void put_date(bd_buf *out, bd_instant at);

/* ---- fonts: which code points of a face were drawn, in order of first use -------------------- */

typedef struct {
    BD_VEC(uint32_t) code_points;
    uint16_t *pages[0x1100]; /* code by code point, 0 unused; pages of 256 */
} pdf_font;

typedef struct {
    bd_arena *arena;
    bd_text_faces *faces;
    size_t count;
    pdf_font fonts[BD_FACE_MAX_COUNT];
} pdf_fonts;

unsigned font_code(pdf_fonts *fonts, size_t face, uint32_t code_point); /* 1... */
void font_put_to_unicode(const pdf_font *font, bd_buf *out);
void font_put_widths(pdf_fonts *fonts, size_t face, bd_buf *out);
void font_put_name(const pdf_fonts *fonts, size_t face, bd_buf *out); /* "ABCDEF+OpenSans" */
void font_put_descriptor(const pdf_fonts *fonts, size_t face,
                         bd_buf *out); /* entries but /FontFile2 */

/* ---- structure: what of the pages' content belongs to which element --------------------------- */

typedef struct structure structure;

structure *structure_open(bd_arena *arena, const bd_layout *layout);
void structure_close(structure *s);
void structure_begin_page(structure *s, size_t page_index);
/* The next stretch of content is the element's; yields its number on the page. */
unsigned structure_add_content(structure *s, uint32_t element);
const char *structure_tag(const structure *s, uint32_t element); /* "TD" */
/* An annotation that is the element; yields its key in the parent tree. */
unsigned structure_add_annotation(structure *s, uint32_t element, unsigned number);
unsigned structure_page_key(size_t page_index);

/* ---- content --------------------------------------------------------------------------------- */

/* Pictures in the order of first use; a name in the content is /I and the place. */
typedef struct {
    bd_arena *arena;
    BD_VEC(const bd_image *) list;
} pdf_images;

/* `tags` NULL: the page is drawn without marks. */
void content_put(const bd_page *page, pdf_fonts *fonts, pdf_images *images, structure *tags,
                 bd_buf *out);

/* ---- metadata -------------------------------------------------------------------------------- */

void metadata_put(const bd_layout *layout, const bd_pdf_options *options, bd_buf *out);
void profile_put(bd_buf *out); /* an ICC profile of sRGB */

/* ---- bytes that wait (waiting.c) ----------------------------------------------------------------- */

typedef struct {
    bd_buf held; /* what the file does not have yet */
    int fd;      /* -1: all is held */
    size_t file_bytes;
    bd_buf window; /* of the file, as it is read */
    size_t window_from;
} waiting;

void waiting_open(waiting *s);
void waiting_close(waiting *s);
size_t waiting_size(const waiting *s); /* where the next byte goes */
BD_MUST_USE bd_rc waiting_put(waiting *s, bd_str bytes, bd_err *err);
/* In rising order each byte is read from the file once. */
BD_MUST_USE bd_rc waiting_copy(waiting *s, size_t from, size_t count, bd_sink *to, bd_err *err);

/* ---- the object writer over libharu ---------------------------------------------------------- */

typedef struct pdf_file pdf_file;

/* Errors are latched: after the first, every call does nothing; file_finish reports it. */
pdf_file *file_open(bd_arena *arena, size_t page_count, double width, double height, unsigned jobs);
void file_close(pdf_file *file); /* accepts NULL */
void file_close_ref(pdf_file **file);
/* Adds an object and yields its number; the dictionary's entries ("/Type /Font ...") may be set
 * later, once. */
unsigned file_add_object(pdf_file *file);
void file_set_object(pdf_file *file, unsigned number, bd_str entries); /* copied */
/* A stream object, deflated here; `plain` is not, so that what is in it can be found without a PDF reader. */
unsigned file_add_stream(pdf_file *file, bd_str entries, bd_str data);
unsigned file_add_plain_stream(pdf_file *file, bd_str entries, bd_str data);
/* How many pages there will be is known from the start, and so are their numbers. */
unsigned file_page_number(const pdf_file *file, size_t index); /* object number */
/* Page after page, in order: what was put into the room is deflated on a worker while the next page is written.  The
 * room is Borrowed until `end`; `entries` ("/Annots [...]") are set between `end` and the next `begin`.  All pages
 * are there after `finish`. */
bd_buf *file_begin_page(pdf_file *file);
void file_end_page(pdf_file *file, unsigned resources);
void file_set_page_entries(pdf_file *file, bd_str entries); /* of the page ended last; copied */
void file_finish_pages(pdf_file *file);
bd_rc file_check(const pdf_file *file, bd_err *err); /* the failure that is latched, so far */
/* Objects beyond all others, `count` of them: the entries of each are asked for while the file leaves, so that a
 * million of them needs no memory.  Called once, after every other object was added; yields the first number. */
typedef void file_entries_fn(void *context, size_t index, bd_buf *out);
unsigned file_add_tail(pdf_file *file, size_t count, file_entries_fn *put, void *context);
void file_set_catalog(pdf_file *file, bd_str entries);
void file_set_info(pdf_file *file, bd_str entries);
void file_set_id(pdf_file *file, const uint8_t id[16]);
BD_MUST_USE bd_rc file_finish(pdf_file *file, bd_sink *sink, bd_err *err);

/* All pages are drawn and no other object follows: sets `root`, and adds the tree.  `text` is scratch. */
BD_MUST_USE bd_rc structure_finish(structure *s, pdf_file *file, unsigned root, bd_buf *text,
                                   bd_err *err);

#endif
