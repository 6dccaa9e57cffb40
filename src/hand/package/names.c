#include "bindery/package.h"

#include "package_priv.h"

#include <string.h>

/* ---- roles -------------------------------------------------------------------------------------- */

static const char *const role_names[] = {
    "evidence", "sidecar", "ipe",   "derived",   "index",     "population",
    "review",   "vendor",  "score", "exception", "machine",   "integrity",
    "start",    "binder",  "sums",  "signature", "timestamp",
};
_Static_assert(BD_COUNT(role_names) == BD_ROLE_TIMESTAMP + 1, "every role has its name");

const char *bd_role_name(bd_role role) {
    return role_names[role];
}

bool package_role_parse(bd_str name, bd_role *out) {
    for (size_t i = 0; i < BD_COUNT(role_names); i++) {
        if (bd_str_eqz(name, role_names[i])) {
            *out = (bd_role)i;
            return true;
        }
    }
    return false;
}

bool package_is_zero(const uint8_t sha256[32]) {
    static const uint8_t zeros[32];
    return memcmp(sha256, zeros, sizeof(zeros)) == 0;
}

/* ---- names -------------------------------------------------------------------------------------- */

static bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-' || c == '/';
}

bd_rc package_name_check(bd_str name, size_t root_bytes, bd_err *err) {
    if (name.size + root_bytes + 1 > BD_PACKAGE_NAME_MAX) {
        BD_RAISE(
            err, BD_ERR_INPUT,
            "cannot pack '%.*s': with the root folder its path has %zu bytes, expected at most %d",
            BD_ARG(bd_str_sub(name, 0, 200)), name.size + root_bytes + 1, BD_PACKAGE_NAME_MAX);
    }
    BD_TRY(bd_zip_name_check(name, BD_PACKAGE_NAME_MAX, err));
    for (size_t i = 0; i < name.size; i++) {
        if (!is_name_byte(name.data[i])) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "cannot pack '%.*s': byte %zu is not one of A-Z a-z 0-9 . _ - /", BD_ARG(name),
                     i);
        }
    }
    return BD_OK;
}

bool package_path_is_reserved(bd_str path) {
    static const bd_str reserved[] = {BD_STR_INIT(PACKAGE_MANIFEST), BD_STR_INIT(PACKAGE_BINDER),
                                      BD_STR_INIT(PACKAGE_SUMS), BD_STR_INIT(PACKAGE_SIGNATURE),
                                      BD_STR_INIT(PACKAGE_TIMESTAMP)};
    for (size_t i = 0; i < BD_COUNT(reserved); i++) {
        if (bd_str_ieq(path, reserved[i])) {
            return true;
        }
    }
    return false;
}

/* ---- words for names ------------------------------------------------------------------------------ */

/* Letters beyond ASCII that names in evidence really use, by folded code point; all others part words. */
static const struct {
    uint32_t first, last;
    const char *ascii;
} letters[] = {
    {0xDF, 0xDF, "ss"},   {0xE0, 0xE5, "a"},      {0xE6, 0xE6, "ae"},   {0xE7, 0xE7, "c"},
    {0xE8, 0xEB, "e"},    {0xEC, 0xEF, "i"},      {0xF0, 0xF0, "d"},    {0xF1, 0xF1, "n"},
    {0xF2, 0xF6, "o"},    {0xF8, 0xF8, "o"},      {0xF9, 0xFC, "u"},    {0xFD, 0xFD, "y"},
    {0xFE, 0xFE, "th"},   {0xFF, 0xFF, "y"},      {0x100, 0x105, "a"},  {0x106, 0x10D, "c"},
    {0x10E, 0x111, "d"},  {0x112, 0x11B, "e"},    {0x11C, 0x123, "g"},  {0x124, 0x127, "h"},
    {0x128, 0x131, "i"},  {0x132, 0x133, "ij"},   {0x134, 0x135, "j"},  {0x136, 0x138, "k"},
    {0x139, 0x142, "l"},  {0x143, 0x14B, "n"},    {0x14C, 0x151, "o"},  {0x152, 0x153, "oe"},
    {0x154, 0x159, "r"},  {0x15A, 0x161, "s"},    {0x162, 0x167, "t"},  {0x168, 0x173, "u"},
    {0x174, 0x175, "w"},  {0x176, 0x178, "y"},    {0x179, 0x17E, "z"},  {0x17F, 0x17F, "s"},
    {0x218, 0x219, "s"},  {0x21A, 0x21B, "t"},    {0x3AC, 0x3AC, "a"},  {0x3AD, 0x3AD, "e"},
    {0x3AE, 0x3AE, "i"},  {0x3AF, 0x3AF, "i"},    {0x3B1, 0x3B1, "a"},  {0x3B2, 0x3B2, "v"},
    {0x3B3, 0x3B3, "g"},  {0x3B4, 0x3B4, "d"},    {0x3B5, 0x3B5, "e"},  {0x3B6, 0x3B6, "z"},
    {0x3B7, 0x3B7, "i"},  {0x3B8, 0x3B8, "th"},   {0x3B9, 0x3B9, "i"},  {0x3BA, 0x3BA, "k"},
    {0x3BB, 0x3BB, "l"},  {0x3BC, 0x3BC, "m"},    {0x3BD, 0x3BD, "n"},  {0x3BE, 0x3BE, "x"},
    {0x3BF, 0x3BF, "o"},  {0x3C0, 0x3C0, "p"},    {0x3C1, 0x3C1, "r"},  {0x3C2, 0x3C3, "s"},
    {0x3C4, 0x3C4, "t"},  {0x3C5, 0x3C5, "y"},    {0x3C6, 0x3C6, "f"},  {0x3C7, 0x3C7, "ch"},
    {0x3C8, 0x3C8, "ps"}, {0x3C9, 0x3C9, "o"},    {0x3CC, 0x3CC, "o"},  {0x3CD, 0x3CD, "y"},
    {0x3CE, 0x3CE, "o"},  {0x430, 0x430, "a"},    {0x431, 0x431, "b"},  {0x432, 0x432, "v"},
    {0x433, 0x433, "g"},  {0x434, 0x434, "d"},    {0x435, 0x435, "e"},  {0x436, 0x436, "zh"},
    {0x437, 0x437, "z"},  {0x438, 0x439, "i"},    {0x43A, 0x43A, "k"},  {0x43B, 0x43B, "l"},
    {0x43C, 0x43C, "m"},  {0x43D, 0x43D, "n"},    {0x43E, 0x43E, "o"},  {0x43F, 0x43F, "p"},
    {0x440, 0x440, "r"},  {0x441, 0x441, "s"},    {0x442, 0x442, "t"},  {0x443, 0x443, "u"},
    {0x444, 0x444, "f"},  {0x445, 0x445, "kh"},   {0x446, 0x446, "ts"}, {0x447, 0x447, "ch"},
    {0x448, 0x448, "sh"}, {0x449, 0x449, "shch"}, {0x44A, 0x44A, ""},   {0x44B, 0x44B, "y"},
    {0x44C, 0x44C, ""},   {0x44D, 0x44D, "e"},    {0x44E, 0x44E, "yu"}, {0x44F, 0x44F, "ya"},
    {0x451, 0x451, "e"},  {0x454, 0x454, "ye"},   {0x456, 0x456, "i"},  {0x457, 0x457, "yi"},
    {0x491, 0x491, "g"},
};

/* ASCII spelling of a code point; NULL: it parts words. */
static const char *letter_spelling(uint32_t code_point) {
    for (size_t i = 0; i < BD_COUNT(letters); i++) {
        if (code_point >= letters[i].first && code_point <= letters[i].last) {
            return letters[i].ascii;
        }
    }
    return NULL;
}

static void put_word_character(bd_buf *buf, uint32_t code_point) {
    uint32_t folded = bd_fold(code_point);
    if (folded < 0x80) {
        char c = (char)(folded >= 'A' && folded <= 'Z' ? folded + 32 : folded);
        bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bd_buf_putc(buf, is_word ? c : '-');
        return;
    }
    const char *spelling = letter_spelling(folded);
    bd_buf_puts(buf, spelling != NULL ? bd_str_of(spelling) : BD_STR("-"));
}

/* Cuts at the last '-' within `max_bytes` when that keeps at least half; a cut word reads as another word. */
static bd_str cut_slug(bd_str slug, size_t max_bytes) {
    if (slug.size > max_bytes) {
        size_t at = max_bytes;
        while (at > max_bytes / 2 && slug.data[at] != '-') {
            at--;
        }
        slug.size = at > max_bytes / 2 ? at : max_bytes;
    }
    while (slug.size > 0 && slug.data[slug.size - 1] == '-') {
        slug.size--;
    }
    return slug;
}

enum { SLUG_TEXT_MAX = 1024, SLUG_SPELLING_MAX = 4 };

bd_str bd_package_slug(bd_arena *arena, bd_str text, size_t max_bytes) {
    bd_buf buf;
    bd_buf_init(&buf, SLUG_TEXT_MAX * SLUG_SPELLING_MAX);
    uint32_t code_point = 0;
    bd_str head = bd_str_sub(text, 0, SLUG_TEXT_MAX);
    for (size_t at = 0; bd_utf8_next(head, &at, &code_point);) {
        put_word_character(&buf, code_point);
    }
    bd_str raw = bd_buf_str(&buf);
    char *slug = bd_new(arena, char, raw.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < raw.size; i++) {
        if (raw.data[i] != '-' || (size > 0 && slug[size - 1] != '-')) {
            slug[size++] = raw.data[i];
        }
    }
    bd_buf_clear(&buf);
    bd_str cut = cut_slug((bd_str){slug, size}, max_bytes);
    slug[cut.size] = '\0';
    return cut;
}

/* ---- where evidence lies --------------------------------------------------------------------------- */

enum {
    CONTROL_SLUG_MAX = 24,
    ID_AND_DATE_ROOM = 18, /* "E-00041_2026-07-15" */
    EXTENSION_MAX = 10,    /* ".ipe.json", ".meta.json" */
    DATE_MAX = 10
};

bd_str bd_package_criterion_folder(bd_arena *arena, bd_str criterion) {
    if (criterion.size == 0) {
        return BD_STR("10_EVIDENCE/_UNMAPPED");
    }
    bd_str rest = criterion, series = {0};
    (void)bd_str_cut(&rest, '.', &series);
    return bd_str_format(arena, "10_EVIDENCE/%.*s/%.*s", BD_ARG(series), BD_ARG(criterion));
}

/* Bytes that folder and root leave for the slugs when id, date and extension have their usual size. */
static size_t slug_room(size_t taken) {
    size_t fixed = taken + 1 + ID_AND_DATE_ROOM + 1 + EXTENSION_MAX;
    return fixed < BD_PACKAGE_NAME_MAX ? BD_PACKAGE_NAME_MAX - fixed : 0;
}

/* Depends on the package and the control alone: all evidence of a control meets in one folder. */
static bd_str build_control_folder(bd_arena *arena, const bd_package_place *place) {
    bd_str folder = bd_package_criterion_folder(arena, place->criterion);
    if (place->criterion.size == 0) {
        return folder;
    }
    size_t taken = place->package_id.size + 1 + folder.size + 1 + place->control.size + 1;
    size_t room = slug_room(taken) * 3 / 5;
    bd_str slug = bd_package_slug(arena, place->control_title,
                                  room < CONTROL_SLUG_MAX ? room : CONTROL_SLUG_MAX);
    return bd_str_format(arena, "%.*s/%.*s%s%.*s", BD_ARG(folder), BD_ARG(place->control),
                         slug.size > 0 ? "_" : "", BD_ARG(slug));
}

static bd_str clean_extension(bd_arena *arena, bd_str extension) {
    char *clean = bd_new(arena, char, EXTENSION_MAX);
    size_t size = 0;
    bd_str lower = bd_str_lower(arena, extension);
    for (size_t i = 0; i < lower.size && size < EXTENSION_MAX - 1; i++) {
        char c = lower.data[i];
        bool is_inner_dot = c == '.' && size > 0 && clean[size - 1] != '.';
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || is_inner_dot) {
            clean[size++] = c;
        }
    }
    while (size > 0 && clean[size - 1] == '.') {
        size--;
    }
    return size > 0 ? (bd_str){clean, size} : BD_STR("bin");
}

static bd_str clean_date(bd_arena *arena, bd_str date) {
    char *clean = bd_new(arena, char, DATE_MAX);
    size_t size = 0;
    for (size_t i = 0; i < date.size && size < DATE_MAX; i++) {
        if (is_name_byte(date.data[i]) && date.data[i] != '/' && date.data[i] != '.') {
            clean[size++] = date.data[i];
        }
    }
    return size > 0 ? (bd_str){clean, size} : BD_STR("static");
}

bd_str bd_package_evidence_path(bd_arena *arena, const bd_package_place *place) {
    bd_str folder = build_control_folder(arena, place);
    bd_str date = clean_date(arena, place->date);
    bd_str extension = clean_extension(arena, place->extension);
    bd_str head = bd_str_format(arena, "%.*s/%.*s_%.*s", BD_ARG(folder), BD_ARG(place->evidence_id),
                                BD_ARG(date));
    size_t taken = place->package_id.size + 1 + head.size + 1 + EXTENSION_MAX;
    size_t room = taken < BD_PACKAGE_NAME_MAX ? BD_PACKAGE_NAME_MAX - taken : 0;
    bd_str slug = bd_package_slug(arena, place->title, room);
    return bd_str_format(arena, "%.*s%s%.*s.%.*s", BD_ARG(head), slug.size > 0 ? "_" : "",
                         BD_ARG(slug), BD_ARG(extension));
}
