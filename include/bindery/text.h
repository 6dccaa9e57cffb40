/* bindery/text.h - text as a font sees it: faces, fallback, widths, normal form, line breaks.
 *
 * Faces.  A role (text, semibold, italic, mono, ...) has a chain of faces; each code point is drawn
 * by the first face of the chain that has a glyph for it.  A code point that no face has is never
 * an empty box: it is written out as "[U+1F600]" and listed, so that a reader of evidence sees that
 * something stood there.
 *
 * Normal form.  `bd_text_split` gives text that can be drawn: malformed UTF-8 becomes U+FFFD,
 * combining sequences of Latin, Greek and Cyrillic are composed (as NFC does), tabs are spaces, CR
 * LF is LF, control, format and other invisible characters are written out like missing ones.
 *
 * Direction.  `bd_text_direct` tells which stretches run from right to left, and `bd_text_mirror` gives such a stretch
 * as it is drawn; who fills lines puts the stretches of a line in their places.
 *
 * Units.  Widths are in thousandths of the type size, rounded per glyph: the very numbers the PDF's
 * width table carries, so that what was measured is what is drawn.
 *
 *     bd_text_faces *faces;
 *     size_t count;
 *     const bd_text_face_spec *specs = bd_text_default_faces(&count);
 *     BD_TRY(bd_text_open(specs, count, &faces, err));
 *     int width = bd_text_measure(faces, bd_text_primary(faces, BD_ROLE_TEXT), BD_STR("Łukasz"));
 *     bd_text_close(faces);
 *
 * A handle belongs to one thread: asking for a width fills its tables.
 */
#ifndef BINDERY_TEXT_H
#define BINDERY_TEXT_H

#include "bindery/util.h"

typedef enum {
    BD_ROLE_TEXT,
    BD_ROLE_SEMIBOLD,
    BD_ROLE_BOLD,
    BD_ROLE_ITALIC,
    BD_ROLE_MONO
} bd_text_role;
#define BD_ROLE_COUNT 5

/* One link of a role's chain, in the order of fallback.  A file may serve several roles and is
 * opened once. */
typedef struct {
    bd_text_role role;
    const char *path;    /* TrueType with glyf outlines, at most BD_FACE_MAX_BYTES */
    const char *package; /* Debian package that holds it, for the message when it is not there */
    bool is_rare;        /* must be there, and is read when the first character asks for it */
} bd_text_face_spec;

#define BD_FACE_MAX_BYTES ((size_t)16 << 20)
#define BD_FACE_MAX_COUNT 32

/* The faces of fonts/fonts.json, compiled in.  Static. */
const bd_text_face_spec *bd_text_default_faces(size_t *count);

/* FreeType takes its memory from bd_heap_alloc.  FriBidi has no hook: it takes a few words for each change of direction
 * of a line, from the C library, and gives them back before it returns; where there are none the exhaustion hook is
 * called. */
bd_str bd_text_versions(bd_arena *arena); /* "FreeType 2.12.1, FriBidi 1.0.8" */

typedef struct bd_text_faces bd_text_faces;

/* Opens every face.  IO: a file that cannot be read (the message names its package); INPUT: not a
 * TrueType font with outlines; LIMIT: too large or too many.  Each role needs at least one face
 * with all of printable ASCII. */
BD_MUST_USE bd_rc bd_text_open(const bd_text_face_spec *specs, size_t count, bd_text_faces **out,
                               bd_err *err);
void bd_text_close(bd_text_faces *faces); /* accepts NULL */
void bd_text_close_ref(bd_text_faces **faces);

/* What a font descriptor says; lengths in thousandths of the type size, y upwards. */
typedef struct {
    const char *name;    /* PostScript name, Borrowed until close */
    int ascent, descent; /* descent is negative */
    int cap_height, x_height;
    int bbox[4];
    int italic_angle; /* degrees, negative leans right */
    int weight;       /* 400 regular, 700 bold */
    bool is_fixed_pitch;
} bd_text_face;

size_t bd_text_face_count(const bd_text_faces *faces);
const bd_text_face *bd_text_face_at(const bd_text_faces *faces, size_t face);
size_t bd_text_primary(const bd_text_faces *faces, bd_text_role role); /* first face of the chain */

/* ---- asking ---------------------------------------------------------------------------------- */

bool bd_text_has_glyph(bd_text_faces *faces, size_t face, uint32_t code_point);
/* First face of the role's chain that has the code point; false: none has. */
bool bd_text_find_face(bd_text_faces *faces, bd_text_role role, uint32_t code_point, size_t *face);
int bd_text_advance(bd_text_faces *faces, size_t face, uint32_t code_point);
/* Adjustment between two neighbours; 0 beside a space, and where the face has no kerning. */
int bd_text_kerning(bd_text_faces *faces, size_t face, uint32_t left, uint32_t right);
/* Width of text that this one face draws, kerning included. */
int bd_text_measure(bd_text_faces *faces, size_t face, bd_str text);

/* ---- direction ------------------------------------------------------------------------------- */

/* Whether any of it may run from right to left (Hebrew, Arabic and the like); most text is settled by its bytes. */
bool bd_text_is_bidi(bd_str text);

/* A stretch of one direction: an odd level runs from right to left (UAX #9).  The text is in reading order; Arabic
 * letters are the presentation forms that their neighbours ask for, where the role has a face for them. */
typedef struct {
    bd_str text;
    int level;
} bd_text_stretch;
typedef BD_VEC(bd_text_stretch) bd_text_stretches;

/* Cuts valid UTF-8 into stretches, the whole of it standing in a line that runs from left to right.  Characters that
 * command a direction are not obeyed.  Allocated in <arena> (text that runs one way is borrowed). */
void bd_text_direct(bd_text_faces *faces, bd_text_role role, bd_str text, bd_arena *arena,
                    bd_text_stretches *out);
/* Normal text of an odd level as it is drawn, from left to right: last letter first, brackets mirrored.  Allocated in
 * <arena>. */
bd_str bd_text_mirror(bd_str text, bd_arena *arena);
/* A text that is drawn on one line: its stretches in their places, from left to right.  Allocated in <arena>. */
bd_str bd_text_line(bd_text_faces *faces, bd_text_role role, bd_str text, bd_arena *arena);
/* What a glyph means to whoever searches or copies: an Arabic presentation form is its letters, anything else itself.
 * Yields how many. */
#define BD_TEXT_PLAIN_LETTERS 18
size_t bd_text_plain_letters(uint32_t code_point, uint32_t out[BD_TEXT_PLAIN_LETTERS]);

/* ---- splitting ------------------------------------------------------------------------------- */

typedef struct {
    uint32_t code_point; /* 0xFFFD also stands for malformed bytes */
    bd_str where;        /* the place it was first met, as the caller named it */
    size_t count;
} bd_text_gap;
typedef struct {
    bd_arena *arena;
    bd_str where;             /* set by the caller before bd_text_split; copied into new entries */
    BD_VEC(bd_text_gap) gaps; /* in order of first appearance */
    uint32_t **pages;         /* bd_text_split's own: where a code point stands in `gaps` */
} bd_text_gaps;

/* A stretch that one face draws. */
typedef struct {
    size_t face;
    bd_str text;
} bd_text_span;
typedef BD_VEC(bd_text_span) bd_text_spans;

/* Brings `text` into normal form and cuts it where the face changes; the spans lie one after
 * another in memory. White space stays with the face before it.  `gaps` may be NULL.  Allocated in
 * <arena> (text that is in normal form already is borrowed). */
void bd_text_split(bd_text_faces *faces, bd_text_role role, bd_str text, bd_arena *arena,
                   bd_text_spans *out, bd_text_gaps *gaps);

/* ---- breaking -------------------------------------------------------------------------------- */

/* The next word of normal text from *at on: bytes without white space (a no-break space is no white
 * space), after `spaces` spaces and `breaks` line feeds.  False when only white space was left. */
typedef struct {
    size_t from, to;
    size_t spaces, breaks;
} bd_text_word;
bool bd_text_next_word(bd_str text, size_t *at, bd_text_word *word);

/* Bytes at the beginning of a word that are not parted: all of it, but for Chinese and Japanese, where a line may end
 * behind most characters. */
size_t bd_text_unit(bd_str word);

/* Where to break a word that is wider than `room` (thousandths): the longest prefix that fits and
 * ends after one of / \ | , ; ? & (if it fills two fifths of the room), else after one of - _ . : =
 * @ or a closing bracket, else the longest that fits.  0: not one character fits. */
size_t bd_text_break(bd_text_faces *faces, size_t face, bd_str word, double room);
/* Width of the widest part between places where bd_text_break prefers to break. */
int bd_text_widest_part(bd_text_faces *faces, size_t face, bd_str word);

/* ---- embedding ------------------------------------------------------------------------------- */

/* Puts a TrueType file into `out` that has .notdef as glyph 0 and the glyph of code_points[i] as
 * glyph i + 1 (a code point without a glyph gets an empty one).  BUG: more than 65,000 glyphs;
 * INPUT: the face's tables do not hold together. */
BD_MUST_USE bd_rc bd_text_subset(bd_text_faces *faces, size_t face, const uint32_t *code_points,
                                 size_t count, bd_buf *out, bd_err *err);

#endif
