/* bindery/template.h - how a report is put together: sections and their order, wording, logo, colour, paper.
 *
 * What it is.  A template is an XML document (templates/binder.xml, templates/readiness.xml; the grammar is
 * templates/schema/template.rng).  The built-in ones are part of the program, an engagement may have its own.  A
 * template decides in which order the sections stand, what they are headed, what the organisation says before each,
 * which pages of its own it adds, and how the document looks.  It decides nothing about what a section says of the
 * evidence: there is no way to reword a state, to hide a row or to colour a verdict.
 *
 * What cannot be left out.  Sections that tell the reader what he must know in any case (that this is management's
 * evidence and no opinion, every criterion in scope, every exception, what weakens the evidence, how to verify) are
 * demanded; a template without one of them is refused, and the message says why.
 *
 * Refusals name the file, the line, what was found and what was expected.  The document is read by bindery/read.h,
 * strictly, in a child process where there is a zygote: a package carries its template, and packages come from others.
 *
 *     const bd_doc_template *own;
 *     BD_TRY(bd_template_parse(text, BD_STR("templates/binder.xml"), BD_TEMPLATE_BINDER, zygote, arena, &own, err));
 *     if (own->logo.file.size > 0) { read it; BD_TRY(bd_template_set_logo(own, name, bytes, arena, err)); }
 *
 * Functions are re-entrant.  A parsed template is constant, but for its logo.
 */
#ifndef BINDERY_TEMPLATE_H
#define BINDERY_TEMPLATE_H

#include "bindery/doc.h"
#include "bindery/util.h"

#define BD_TEMPLATE_BYTES ((size_t)256 << 10) /* of a template's text */
#define BD_TEMPLATE_LOGO_BYTES ((size_t)1 << 20)
#define BD_TEMPLATE_LOGO_PIXELS 2000000
#define BD_TEMPLATE_LOGO_SIDE 4096
#define BD_TEMPLATE_SPACE "urn:bindery:template:1" /* namespace of all elements */

typedef enum { BD_TEMPLATE_BINDER, BD_TEMPLATE_READINESS } bd_template_kind;

/* Every section of either report; PAGE is a page of the organisation's own. */
typedef enum {
    BD_SECTION_PAGE,
    /* the binder, front matter */
    BD_SECTION_COVER,
    BD_SECTION_DOCUMENT_CONTROL,
    BD_SECTION_CONTENTS,
    /* the binder */
    BD_SECTION_GLANCE,
    BD_SECTION_SCOPE,
    BD_SECTION_VENDORS,
    BD_SECTION_CRITERIA_INDEX,
    BD_SECTION_CONTROL_MATRIX,
    BD_SECTION_CRITERIA,
    BD_SECTION_SAMPLES,
    BD_SECTION_MATCHES,
    BD_SECTION_REVIEWS,
    BD_SECTION_POSTURE,
    BD_SECTION_EXCEPTIONS,
    BD_SECTION_SINCE,
    BD_SECTION_SET_ASIDE,
    BD_SECTION_EVIDENCE,
    BD_SECTION_PBC,
    BD_SECTION_DATA_QUALITY,
    BD_SECTION_HASHES,
    BD_SECTION_APPENDICES,
    /* the readiness report */
    BD_SECTION_SUMMARY,
    BD_SECTION_MONTHS,
    BD_SECTION_DUES,
    BD_SECTION_STALE,
    BD_SECTION_AGEING,
    BD_SECTION_VENDOR_CLOCK,
    BD_SECTION_SCORES,
    BD_SECTION_CHANGES,
    BD_SECTION_DOUBTS,
    BD_SECTION_OWNERS
} bd_section;
#define BD_SECTION_COUNT (BD_SECTION_OWNERS + 1)

/* What a run of text stands for: itself, or a fact of the report. */
typedef enum {
    BD_TEMPLATE_TEXT,
    BD_TEMPLATE_ORGANISATION,
    BD_TEMPLATE_SYSTEM,
    BD_TEMPLATE_PERIOD,
    BD_TEMPLATE_AS_OF,
    BD_TEMPLATE_PACKAGE,
    BD_TEMPLATE_EDITION
} bd_template_value;

typedef struct {
    bd_template_value value;
    bd_run_style style;
    bd_str text; /* TEXT: white space collapsed */
} bd_template_run;

typedef enum { BD_TEMPLATE_HEADING, BD_TEMPLATE_PARAGRAPH, BD_TEMPLATE_ITEM } bd_template_block_kind;
typedef struct {
    bd_template_block_kind kind;
    BD_VEC(bd_template_run) runs;
} bd_template_block;

typedef struct {
    bd_section section;
    bd_str heading; /* instead of ours; "" keeps it.  PAGE: always there */
    BD_VEC(bd_template_block) blocks; /* what the organisation says below the heading */
    int depth;                        /* CONTENTS: deepest level listed, 1..3 */
    bool lists_tables, lists_charts;  /* CONTENTS */
} bd_template_part;
typedef BD_VEC(bd_template_part) bd_template_parts;

typedef struct {
    bd_str file; /* name of the PNG beside the template, or "" */
    bd_str alternative;
    double width_pt;                 /* 0: no logo */
    double view_width, view_height;  /* of the shapes */
    const bd_outline *shapes;
    size_t shape_count;
    const bd_image *image; /* set by bd_template_set_logo */
} bd_template_logo;

typedef struct {
    bd_template_kind kind;
    bool is_own;    /* it says something else than the built-in one */
    bool is_letter; /* paper: US Letter; else A4 */
    uint32_t accent; /* 0xRRGGBB; BD_TEMPLATE_NO_ACCENT: ours */
    bd_template_logo logo;
    bd_template_parts front; /* binder: begins with the cover */
    bd_template_parts body;
} bd_doc_template;
#define BD_TEMPLATE_NO_ACCENT UINT32_MAX

/* What templates/binder.xml and templates/readiness.xml say; a test holds them to it.  Allocated in <arena>. */
const bd_doc_template *bd_template_default(bd_template_kind kind, bd_arena *arena);

/* The name of a section as an element: "control-matrix". */
const char *bd_section_name(bd_section section);

/* Allocated in <arena>.  `name` is what messages call the file.  `zygote` may be NULL: then it is read in this process.
 * INPUT: malformed, or not what the grammar wants, with the line; LIMIT: larger than BD_TEMPLATE_BYTES. */
BD_MUST_USE bd_rc bd_template_parse(bd_str text, bd_str name, bd_template_kind kind,
                                    bd_zygote *zygote, bd_arena *arena, bd_doc_template **out,
                                    bd_err *err);

/* The bytes of the file that `logo.file` names, as pixels.  `name` is what messages call it.  INPUT: no PNG that we
 * draw; LIMIT: too large. */
BD_MUST_USE bd_rc bd_template_set_logo(bd_doc_template *subject, bd_str name, bd_str bytes,
                                       bd_arena *arena, bd_err *err);

/* A PNG as pixels on white.  Strict: every length, checksum, filter and index is looked at, nothing stands behind the
 * end, and what is neither needed nor harmless is refused; 16-bit and interlaced pictures are not read.  The pixels are
 * all that goes on: no byte of the file reaches a document.  Allocated in <arena>. */
BD_MUST_USE bd_rc bd_png_decode(bd_str bytes, bd_arena *arena, const bd_image **out, bd_err *err);

/* Contrast of two colours by WCAG 2.1, 1 to 21.  Text in the accent colour on white needs 4.5 (success criterion
 * 1.4.3), and so does white on it. */
double bd_template_contrast(uint32_t a, uint32_t b);
#define BD_TEMPLATE_LEAST_CONTRAST 4.5

#endif
