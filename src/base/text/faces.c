#include "bindery/text.h"
#include "text_priv.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_MODULE_H
#include FT_ADVANCES_H
#include FT_TRUETYPE_TABLES_H
#include FT_TRUETYPE_TAGS_H

#define FACES_ARENA_BYTES ((size_t)96 << 20)
#define OPEN_SANS "/usr/share/fonts/truetype/open-sans/OpenSans-"
#define DEJAVU "/usr/share/fonts/truetype/dejavu/DejaVuSans"
#define DROID "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"

#define NANUM "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"
/* Chinese and Japanese, Korean: large files that few reports need. */
#define RARE(for_role)                                                                             \
    {.role = (for_role), .path = DROID, .package = "fonts-droid-fallback", .is_rare = true},       \
        {.role = (for_role), .path = NANUM, .package = "fonts-nanum", .is_rare = true},

/* Mirrors fonts/fonts.json; tests/unit/text_test.c compares the two. */
static const bd_text_face_spec default_faces[] = {
    {BD_ROLE_TEXT, OPEN_SANS "Regular.ttf", "fonts-open-sans", false},
    {BD_ROLE_TEXT, DEJAVU ".ttf", "fonts-dejavu-core", false},
    RARE(BD_ROLE_TEXT)
    {BD_ROLE_SEMIBOLD, OPEN_SANS "Semibold.ttf", "fonts-open-sans", false},
    {BD_ROLE_SEMIBOLD, DEJAVU "-Bold.ttf", "fonts-dejavu-core", false},
    RARE(BD_ROLE_SEMIBOLD)
    {BD_ROLE_BOLD, OPEN_SANS "Bold.ttf", "fonts-open-sans", false},
    {BD_ROLE_BOLD, DEJAVU "-Bold.ttf", "fonts-dejavu-core", false},
    RARE(BD_ROLE_BOLD)
    {BD_ROLE_ITALIC, OPEN_SANS "Italic.ttf", "fonts-open-sans", false},
    {BD_ROLE_ITALIC, DEJAVU ".ttf", "fonts-dejavu-core", false},
    RARE(BD_ROLE_ITALIC)
    {BD_ROLE_MONO, DEJAVU "Mono.ttf", "fonts-dejavu-core", false},
    {BD_ROLE_MONO, DEJAVU ".ttf", "fonts-dejavu-core", false},
    RARE(BD_ROLE_MONO)
};

const bd_text_face_spec *bd_text_default_faces(size_t *count) {
    *count = BD_COUNT(default_faces);
    return default_faces;
}

/* ---- facts ----------------------------------------------------------------------------------- */

static int scale_length(const text_face *face, FT_Long units) {
    FT_Long em = face->face->units_per_EM;
    FT_Long half = units < 0 ? -(em / 2) : em / 2;
    return (int)((units * 1000 + half) / em);
}

/* Height of a capital or small letter, for faces whose OS/2 table is too old to say. */
static int measure_height(const text_face *face, FT_ULong letter) {
    if (FT_Load_Char(face->face, letter, FT_LOAD_NO_SCALE) != 0) {
        return 0;
    }
    return scale_length(face, face->face->glyph->metrics.horiBearingY);
}

static void read_facts(text_face *face) {
    const FT_Face ft = face->face;
    const TT_OS2 *os2 = FT_Get_Sfnt_Table(ft, FT_SFNT_OS2);
    const TT_Postscript *post = FT_Get_Sfnt_Table(ft, FT_SFNT_POST);
    bd_text_face *facts = &face->facts;
    const char *name = FT_Get_Postscript_Name(ft);
    facts->name = name ? name : "Unnamed";
    facts->ascent = scale_length(face, ft->ascender);
    facts->descent = scale_length(face, ft->descender);
    facts->bbox[0] = scale_length(face, ft->bbox.xMin);
    facts->bbox[1] = scale_length(face, ft->bbox.yMin);
    facts->bbox[2] = scale_length(face, ft->bbox.xMax);
    facts->bbox[3] = scale_length(face, ft->bbox.yMax);
    facts->cap_height = measure_height(face, 'H');
    facts->x_height = measure_height(face, 'x');
    facts->weight = os2 ? os2->usWeightClass : 400;
    facts->italic_angle = post ? (int)(post->italicAngle / 65536) : 0;
    facts->is_fixed_pitch = FT_IS_FIXED_WIDTH(ft) != 0;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bd_rc load_face(bd_text_faces *faces, text_face *face, bd_err *err) {
    BD_TRY_CTX(bd_file_read(face->path, BD_FACE_MAX_BYTES, faces->arena, &face->data, err), err,
               "while opening a font of the Debian package '%s'", face->package);
    FT_Error code = FT_New_Memory_Face(faces->library, (const FT_Byte *)face->data.data,
                                       (FT_Long)face->data.size, 0, &face->face);
    if (code != 0) {
        face->face = NULL;
        BD_RAISE(err, BD_ERR_INPUT, "cannot open font '%s': FreeType says %d, expected TrueType",
                 face->path, code);
    }
    FT_ULong glyf_bytes = 0;
    if (FT_Load_Sfnt_Table(face->face, TTAG_glyf, 0, NULL, &glyf_bytes) != 0 ||
        !FT_IS_SCALABLE(face->face)) {
        BD_RAISE(err, BD_ERR_INPUT, "cannot use font '%s': it has no 'glyf' outlines", face->path);
    }
    read_facts(face);
    return BD_OK;
}

/* A rare face is there from the start and read when the first character asks for it; one that turns out to be no font
 * by then has no glyphs, and what it lacks is printed as code points. */
bool text_wake(bd_text_faces *faces, size_t index) {
    bd_err unused;
    text_face *face = &faces->faces[index];
    if (face->face == NULL && !face->is_broken) {
        face->is_broken = bd_failed(load_face(faces, face, &unused));
    }
    return !face->is_broken;
}

static bd_rc open_face(bd_text_faces *faces, const bd_text_face_spec *spec, size_t *index,
                       bd_err *err) {
    for (size_t i = 0; i < faces->count; i++) {
        if (bd_str_eqz(bd_str_of(faces->faces[i].path), spec->path)) {
            *index = i;
            return BD_OK;
        }
    }
    if (faces->count == BD_FACE_MAX_COUNT) {
        BD_RAISE(err, BD_ERR_LIMIT, "too many fonts, at '%s': at most %d are opened", spec->path,
                 BD_FACE_MAX_COUNT);
    }
    text_face *face = &faces->faces[faces->count];
    face->path = bd_str_z(faces->arena, bd_str_of(spec->path));
    face->package = bd_str_z(faces->arena, bd_str_of(spec->package));
    *index = faces->count++;
    if (!spec->is_rare) {
        return load_face(faces, face, err);
    }
    if (!bd_path_exists(face->path)) {
        BD_RAISE(err, BD_ERR_IO, "cannot open '%s': it is not there, while opening a font of the Debian package '%s'",
                 face->path, face->package);
    }
    return BD_OK;
}

/* ---- the library, with memory that never fails it ---- */

static void *take_memory(FT_Memory memory, long bytes) {
    (void)memory;
    return bd_heap_alloc((size_t)bytes);
}

static void drop_memory(FT_Memory memory, void *block) {
    (void)memory;
    bd_heap_free(block);
}

static void *resize_memory(FT_Memory memory, long old_bytes, long bytes, void *block) {
    (void)memory;
    (void)old_bytes;
    return bd_heap_resize(block, (size_t)bytes);
}

static bool open_library(FT_Library *out) {
    static struct FT_MemoryRec_ memory = {
        .alloc = take_memory, .free = drop_memory, .realloc = resize_memory};
    if (FT_New_Library(&memory, out) != 0) {
        return false;
    }
    FT_Add_Default_Modules(*out);
    FT_Set_Default_Properties(*out);
    return true;
}

static bd_rc check_chains(bd_text_faces *faces, bd_err *err) {
    for (size_t role = 0; role < BD_ROLE_COUNT; role++) {
        if (faces->chain_count[role] == 0) {
            BD_RAISE(err, BD_ERR_INPUT, "no font for role %zu: every role needs one", role);
        }
        size_t first = faces->chain[role][0];
        for (uint32_t c = 0x20; c < 0x7f; c++) {
            if (!bd_text_has_glyph(faces, first, c)) {
                BD_RAISE(err, BD_ERR_INPUT,
                         "cannot use font '%s': it lacks U+%04X, all of printable ASCII is needed",
                         faces->faces[first].path, (unsigned)c);
            }
        }
    }
    return BD_OK;
}

static bd_rc fill_faces(bd_text_faces *faces, const bd_text_face_spec *specs, size_t count,
                        bd_err *err) {
    if (!open_library(&faces->library)) {
        faces->library = NULL;
        BD_RAISE(err, BD_ERR_LIMIT, "cannot start FreeType: out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        size_t role = (size_t)specs[i].role;
        BD_ASSERT(role < BD_ROLE_COUNT);
        if (faces->chain_count[role] == BD_FACE_MAX_COUNT) {
            BD_RAISE(err, BD_ERR_LIMIT, "too many fonts for one role, at '%s'", specs[i].path);
        }
        size_t index = 0;
        BD_TRY(open_face(faces, &specs[i], &index, err));
        faces->chain[role][faces->chain_count[role]++] = index;
    }
    return check_chains(faces, err);
}

bd_rc bd_text_open(const bd_text_face_spec *specs, size_t count, bd_text_faces **out, bd_err *err) {
    bd_arena *arena = bd_arena_open("fonts", FACES_ARENA_BYTES);
    bd_text_faces *faces = bd_new(arena, bd_text_faces, 1);
    faces->arena = arena;
    bd_rc rc = fill_faces(faces, specs, count, err);
    if (bd_failed(rc)) {
        bd_text_close(faces);
        return rc;
    }
    *out = faces;
    return BD_OK;
}

void bd_text_close(bd_text_faces *faces) {
    if (!faces) {
        return;
    }
    for (size_t i = 0; i < faces->count; i++) {
        if (faces->faces[i].face != NULL) {
            FT_Done_Face(faces->faces[i].face);
        }
    }
    if (faces->library) {
        FT_Done_Library(faces->library);
    }
    bd_arena_close(faces->arena); /* holds `faces` itself */
}

void bd_text_close_ref(bd_text_faces **faces) {
    bd_text_close(*faces);
    *faces = NULL;
}

size_t bd_text_face_count(const bd_text_faces *faces) {
    return faces->count;
}

const bd_text_face *bd_text_face_at(const bd_text_faces *faces, size_t face) {
    BD_ASSERT(face < faces->count);
    return &faces->faces[face].facts;
}

size_t bd_text_primary(const bd_text_faces *faces, bd_text_role role) {
    return faces->chain[role][0];
}

/* ---- glyphs ---------------------------------------------------------------------------------- */

/* Fills 256 cells at once: neighbours of a letter are mostly wanted too, and a page costs
 * microseconds. */
static glyph_cell *fill_page(bd_text_faces *faces, size_t index, size_t page) {
    text_face *face = &faces->faces[index];
    glyph_cell *cells = bd_new(faces->arena, glyph_cell, 256);
    face->glyph_pages[page] = cells;
    for (size_t i = 0; text_wake(faces, index) && i < 256; i++) {
        FT_UInt glyph = FT_Get_Char_Index(face->face, (FT_ULong)(page * 256 + i));
        FT_Fixed advance = 0;
        if (glyph == 0 || glyph > UINT16_MAX ||
            FT_Get_Advance(face->face, glyph, FT_LOAD_NO_SCALE, &advance) != 0) {
            continue;
        }
        int scaled = scale_length(face, advance);
        cells[i].glyph = (uint16_t)glyph;
        cells[i].advance = (int16_t)(scaled < 0 ? 0 : scaled > INT16_MAX ? INT16_MAX : scaled);
    }
    return cells;
}

static glyph_cell find_cell(bd_text_faces *faces, size_t face, uint32_t code_point) {
    if (code_point > 0x10ffff) {
        return (glyph_cell){0};
    }
    text_face *subject = &faces->faces[face];
    glyph_cell *cells = subject->glyph_pages[code_point >> 8];
    if (!cells) {
        cells = fill_page(faces, face, code_point >> 8);
    }
    return cells[code_point & 0xff];
}

unsigned text_glyph(bd_text_faces *faces, size_t face, uint32_t code_point) {
    return find_cell(faces, face, code_point).glyph;
}

bool bd_text_has_glyph(bd_text_faces *faces, size_t face, uint32_t code_point) {
    return find_cell(faces, face, code_point).glyph != 0;
}

bool bd_text_find_face(bd_text_faces *faces, bd_text_role role, uint32_t code_point, size_t *face) {
    for (size_t i = 0; i < faces->chain_count[role]; i++) {
        if (bd_text_has_glyph(faces, faces->chain[role][i], code_point)) {
            *face = faces->chain[role][i];
            return true;
        }
    }
    return false;
}

int bd_text_advance(bd_text_faces *faces, size_t face, uint32_t code_point) {
    return find_cell(faces, face, code_point).advance;
}

static int load_kerning(bd_text_faces *faces, size_t face, uint32_t left, uint32_t right) {
    FT_Vector delta = {0, 0};
    FT_Face ft = faces->faces[face].face;
    if (FT_Get_Kerning(ft, text_glyph(faces, face, left), text_glyph(faces, face, right),
                       FT_KERNING_UNSCALED, &delta) != 0) {
        return 0;
    }
    int scaled = scale_length(&faces->faces[face], delta.x);
    return scaled < -500 || scaled > 500 ? 0 : scaled;
}

int bd_text_kerning(bd_text_faces *faces, size_t face, uint32_t left, uint32_t right) {
    text_face *subject = &faces->faces[face];
    /* pairs of right-to-left letters are listed in the order of reading, and drawn in the other */
    if (subject->face == NULL || !FT_HAS_KERNING(subject->face) || left <= 0x20 || right <= 0x20 || left == 0xa0 ||
        right == 0xa0 || text_is_right_to_left(left) || text_is_right_to_left(right)) {
        return 0;
    }
    if (left >= KERN_FIRST + KERN_COUNT || right >= KERN_FIRST + KERN_COUNT) {
        return load_kerning(faces, face, left, right);
    }
    if (!subject->ascii_kerning) {
        subject->ascii_kerning = bd_new(faces->arena, int16_t, KERN_COUNT * KERN_COUNT);
        for (size_t i = 0; i < KERN_COUNT * KERN_COUNT; i++) {
            subject->ascii_kerning[i] = INT16_MIN;
        }
    }
    int16_t *slot =
        &subject->ascii_kerning[(left - KERN_FIRST) * KERN_COUNT + (right - KERN_FIRST)];
    if (*slot == INT16_MIN) {
        *slot = (int16_t)load_kerning(faces, face, left, right);
    }
    return *slot;
}

/* Most text is ASCII; its widths are looked up without the detour over UTF-8.  Yields how far it
 * got. */
static size_t measure_ascii(bd_text_faces *faces, size_t face, bd_str text, int64_t *width) {
    const text_face *subject = &faces->faces[face];
    const glyph_cell *cells = subject->glyph_pages[0];
    const int16_t *kerning = subject->ascii_kerning;
    if (!cells || subject->face == NULL || (!kerning && FT_HAS_KERNING(subject->face))) {
        return 0;
    }
    unsigned before = ' ';
    size_t i = 0;
    for (; i < text.size && (unsigned char)text.data[i] < 0x80; i++) {
        unsigned c = (unsigned char)text.data[i];
        *width += cells[c].advance;
        if (kerning && before > ' ' && c > ' ') {
            int16_t known = kerning[(before - KERN_FIRST) * KERN_COUNT + (c - KERN_FIRST)];
            *width += known == INT16_MIN ? bd_text_kerning(faces, face, before, c) : known;
        }
        before = c;
    }
    return i;
}

int bd_text_measure(bd_text_faces *faces, size_t face, bd_str text) {
    int64_t width = 0;
    size_t at = measure_ascii(faces, face, text, &width);
    uint32_t code_point, before = at > 0 ? (unsigned char)text.data[at - 1] : ' ';
    while (bd_utf8_next(text, &at, &code_point)) {
        width += bd_text_kerning(faces, face, before, code_point) +
                 bd_text_advance(faces, face, code_point);
        before = code_point;
    }
    return width > INT32_MAX / 2 ? INT32_MAX / 2 : (int)width;
}

bd_str bd_text_versions(bd_arena *arena) {
    FT_Library library;
    FT_Int major = 0;
    FT_Int minor = 0;
    FT_Int patch = 0;
    if (open_library(&library)) {
        FT_Library_Version(library, &major, &minor, &patch);
        FT_Done_Library(library);
    }
    return bd_str_format(arena, "FreeType %d.%d.%d, FriBidi %.*s", (int)major, (int)minor, (int)patch,
                         BD_ARG(text_bidi_version()));
}
