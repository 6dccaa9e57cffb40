/* bindery/pdf.h - pages of a layout written as a PDF 1.7 file.
 *
 * What it is.  The back end draws what the layout says and nothing else: it knows no findings and
 * no keys.  Catalog, information and pages are libharu's objects; content streams and
 * fonts are ours, because libharu's fonts carry a broken ToUnicode map, cannot draw beyond U+FFFF
 * and cost more time than the whole report; so are numbers and cross-references, because it would keep every page until
 * the last one is drawn.
 *
 * The file.  What is no stream stands in object streams of up to 200 objects, but for catalog, root of the pages and
 * information; where everything is says a cross-reference stream (ISO 32000-2, 7.5.7 and 7.5.8).  A tagged report has
 * hundreds of objects to a page, and without that they would be most of the file.
 *
 * Fonts are TrueType subsets in Type0 / CIDFontType2 with Identity-H; a code is the
 * place of a code point in the order of first use, and the ToUnicode map has exactly one row for
 * each.  Links and bookmarks lead to direct destination arrays; every anchor is also a named
 * destination, so that "binder.pdf#CC6.1" works.  Bookmarks, page labels, language and title are
 * set.
 *
 * For archives and for readers who hear.  The file keeps to PDF/A-3b (ISO 19005-3): metadata in XMP, sRGB as output
 * intent, everything embedded.  A layout with structure becomes a tree of tags as PDF/UA-1 (ISO 14289-1) wants it;
 * without one the metadata claims PDF/A alone.  Key 0 of the parent tree is the signature panel's: its element
 * stands there before there is a widget, so that signing changes nothing but that element.  Files can be attached;
 * they lie in /EmbeddedFiles and in /AF.
 *
 * Nothing comes from a clock, a locale or a random number: same layout and options, same
 * bytes.
 *
 *     bd_pdf_options options = {.created_at = as_of, .creator = "Bindery"};
 *     memcpy(options.id, digest, sizeof options.id);
 *     BD_TRY(bd_pdf_write(layout, faces, &options, &sink, err));
 *
 * One call at a time for one set of faces; `faces` are filled while measuring.
 */
#ifndef BINDERY_PDF_H
#define BINDERY_PDF_H

#include "bindery/layout.h"
#include "bindery/text.h"
#include "bindery/util.h"

typedef struct {
    const char *name;         /* "manifest.json"; ASCII */
    const char *media_type;   /* "application/json" */
    const char *relationship; /* /AFRelationship: "Data", "Source", "Supplement" ... */
    const char *description;
    bd_str bytes;
} bd_pdf_attachment;

typedef struct {
    bd_instant created_at; /* CreationDate and ModDate, written in UTC */
    uint8_t id[16];        /* both halves of the trailer's /ID */
    const char *creator;   /* Info /Creator, or NULL */
    const bd_pdf_attachment *attachments; /* sorted by name bytes */
    size_t attachment_count;
    unsigned
        jobs; /* threads that compress, 1..16; 0 counts as 1.  The file is the same for any number */
} bd_pdf_options;

/* A file that pages are put into one by one, as a layout hands them out (bd_layout_each).  A page that was put is not
 * looked at again: what it became waits, 2 MiB in memory and more in a temporary file, for the catalog that goes before
 * it.  `layout` is borrowed until `drop`; its list of pages says how many there will be and how they are labelled. */
typedef struct bd_pdf_writer bd_pdf_writer;
bd_pdf_writer *bd_pdf_begin(const bd_layout *layout, bd_text_faces *faces, unsigned jobs);
BD_MUST_USE bd_rc bd_pdf_add_page(bd_pdf_writer *pdf, const bd_page *page, bd_err *err); /* the next one */
/* After the last page, once.  Title, author, subject, keywords and language are the document's.  The file goes to
 * `sink` in blocks of some 64 KiB.  `options->jobs` is not looked at: pages are deflated as they are drawn.
 * IO: the sink's own failure, passed on, or that of the temporary file; LIMIT: out of memory, or a file beyond 2 GiB;
 * BUG: an operation that the layout must not give. */
BD_MUST_USE bd_rc bd_pdf_finish(bd_pdf_writer *pdf, const bd_pdf_options *options, bd_sink *sink,
                                bd_err *err);
void bd_pdf_drop(bd_pdf_writer *pdf); /* accepts NULL */
void bd_pdf_drop_ref(bd_pdf_writer **pdf);

/* All of these, of a layout that holds its pages. */
BD_MUST_USE bd_rc bd_pdf_write(const bd_layout *layout, bd_text_faces *faces,
                               const bd_pdf_options *options, bd_sink *sink, bd_err *err);

bd_str bd_pdf_versions(bd_arena *arena); /* "libharu 2.3.0" */

#endif
