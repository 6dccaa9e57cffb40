/* text_priv.h - the handle behind bindery/text.h, shared by faces.c, normal.c, breaks.c and
 * subset.c. */
#ifndef BINDERY_TEXT_PRIV_H
#define BINDERY_TEXT_PRIV_H

#include "bindery/text.h"

/* FreeType's own headers are included by faces.c alone. */
struct FT_FaceRec_;
struct FT_LibraryRec_;

#define GLYPH_PAGES 0x1100 /* 0x110000 code points in pages of 256 */
#define KERN_FIRST 0x20
#define KERN_COUNT 0x60

typedef struct {
    uint16_t glyph;
    int16_t advance;
} glyph_cell;

typedef struct {
    const char *path, *package;
    bool is_broken; /* a rare face that turned out to be no font */
    bd_str data; /* the whole file, in the handle's arena */
    struct FT_FaceRec_ *face;
    bd_text_face facts;
    glyph_cell *glyph_pages[GLYPH_PAGES]; /* filled a page at a time, on first use */
    int16_t *ascii_kerning;               /* KERN_COUNT x KERN_COUNT, filled on first use */
} text_face;

struct bd_text_faces {
    bd_arena *arena;
    struct FT_LibraryRec_ *library;
    size_t count;
    text_face faces[BD_FACE_MAX_COUNT];
    size_t chain_count[BD_ROLE_COUNT];
    size_t chain[BD_ROLE_COUNT][BD_FACE_MAX_COUNT];
};

/* Glyph index of a code point, 0 when the face has none. */
bool text_wake(bd_text_faces *faces, size_t index); /* false: a rare face that is no font */
unsigned text_glyph(bd_text_faces *faces, size_t face, uint32_t code_point);
bool text_is_right_to_left(uint32_t code_point); /* of a script that is written so */
bd_str text_bidi_version(void); /* "1.0.8" */
bool text_is_mark(uint32_t code_point);          /* stays with the character before it */

#endif
