/* template_priv.h - what the files of this room share: the table of sections, and the reading of attributes. */
#ifndef BINDERY_TEMPLATE_PRIV_H
#define BINDERY_TEMPLATE_PRIV_H

#include "bindery/read.h"
#include "bindery/template.h"

typedef enum { IN_FRONT, IN_BODY } section_place;

typedef struct {
    const char *name; /* of its element */
    bd_template_kind kind;
    section_place place;
    const char *why;    /* why it cannot be left out; NULL: it can */
    bool has_no_words; /* its headings are made of what it prints */
} section_def;

extern const section_def section_defs[BD_SECTION_COUNT]; /* by bd_section, in the order of the built-in templates */

#define MOST_PARTS 64    /* sections and pages of a template */
#define MOST_BLOCKS 2000 /* paragraphs, headings and items of a template */
#define MOST_SHAPES 64
#define MOST_POINTS 256
#define MOST_LETTERS 200 /* of a heading */

/* values.c: attribute values; false: not of that form.  The patterns of template.rng are the same. */
bool take_color(bd_str text, uint32_t *out);                      /* "#1f3a5f" */
bool take_number(bd_str text, double *out);                       /* up to four digits, then up to two decimals */
bool take_points(bd_str text, bd_arena *arena, bd_outline *out);     /* "0,0 10,0 10,5": three points or more */
bool take_view(bd_str text, double *width, double *height);        /* "120 40" */
bool is_logo_name(bd_str text);                                    /* letters, digits, . _ - ending in .png */
size_t count_letters(bd_str text);

#endif
