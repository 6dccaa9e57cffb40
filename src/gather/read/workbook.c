/* Around the sheets: what kind of file it is, its parts, relationships, styles and shared strings. */
#include "bindery/read.h"

#include "xlsx.h"

#include <string.h>

#define TRANSITIONAL "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define STRICT "http://purl.oclc.org/ooxml/spreadsheetml/main"
#define PACKAGE_RELATIONS "http://schemas.openxmlformats.org/package/2006/relationships"
#define PACKAGE_TYPES "http://schemas.openxmlformats.org/package/2006/content-types"
#define RELATIONS_MAX 4096

bool xlsx_is(const sax_element *element, const char *name) {
    return bd_str_eqz(element->name, name) &&
           (bd_str_eqz(element->space, TRANSITIONAL) || bd_str_eqz(element->space, STRICT));
}

bool xlsx_is_relation(bd_str type, const char *name) {
    static const char *const spaces[] = {
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        "http://purl.oclc.org/ooxml/officeDocument/relationships"};
    for (size_t i = 0; i < BD_COUNT(spaces); i++) {
        bd_str space = bd_str_of(spaces[i]);
        if (bd_str_has_prefix(type, space)) {
            bd_str rest = bd_str_sub(type, space.size, type.size);
            return name[0] == '\0' ? rest.size == 0
                                   : rest.size > 0 && rest.data[0] == '/' &&
                                         bd_str_eqz(bd_str_sub(rest, 1, rest.size), name);
        }
    }
    return false;
}

static bd_rc ignore_shut(void *context, unsigned depth, bd_err *err) {
    (void)context;
    (void)depth;
    (void)err;
    return BD_OK;
}

static bd_rc ignore_text(void *context, bd_str piece, bd_err *err) {
    (void)context;
    (void)piece;
    (void)err;
    return BD_OK;
}

bd_rc xlsx_read_part(xlsx_book *book, bd_str name, const sax_events *events) {
    const bd_zip_entry *entry = bd_archive_find(book->archive, name);
    bd_str shown = bd_str_visible(book->arena, bd_str_sub(name, 0, 120));
    if (entry == NULL) {
        BD_RAISE(book->err, BD_ERR_INPUT, "malformed workbook: its part '%.*s' is missing",
                 BD_ARG(shown));
    }
    BD_DEFER(bd_archive_reading_close_ref)
    bd_archive_reading *reading = bd_archive_reading_open(book->archive, entry);
    bd_source source = bd_archive_reading_source(reading);
    const char *label = bd_str_format(book->arena, "workbook part '%.*s'", BD_ARG(shown)).data;
    return sax_read(&source, label, events, book->err);
}

/* ---- relationships ---- */

typedef struct {
    bd_str id, type, target;
} relation;

typedef struct {
    xlsx_book *book;
    bd_str folder; /* that targets are relative to, without '/' at the end */
    BD_VEC(relation) list;
} relations;

/* "../a/b" and "/xl/a" as names of parts; empty when it leads out. */
static bd_str resolve(bd_arena *arena, bd_str folder, bd_str target) {
    bd_strs parts = {0};
    bool is_absolute = target.size > 0 && target.data[0] == '/';
    bd_str whole =
        is_absolute ? target : bd_str_concat(arena, (bd_str[]){folder, BD_STR("/"), target}, 3);
    bd_str piece;
    while (bd_str_cut(&whole, '/', &piece)) {
        if (bd_str_eqz(piece, "..")) {
            if (parts.count == 0) {
                return (bd_str){"", 0};
            }
            parts.count -= parts.count > 1 ? 2 : 1;
        } else if (piece.size > 0 && !bd_str_eqz(piece, ".")) {
            if (parts.count > 0) {
                *bd_push(arena, &parts) = BD_STR("/");
            }
            *bd_push(arena, &parts) = piece;
        }
    }
    return bd_str_concat(arena, parts.data, parts.count);
}

static bd_rc relation_open(void *context, const sax_element *element, bd_err *err) {
    relations *r = context;
    if (!bd_str_eqz(element->space, PACKAGE_RELATIONS) ||
        !bd_str_eqz(element->name, "Relationship") ||
        bd_str_eqz(sax_attribute_of(element, "TargetMode"), "External")) {
        return BD_OK; /* what lies outside the file is no part of it, and is not followed */
    }
    if (r->list.count == RELATIONS_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "the workbook has more than %d relationships", RELATIONS_MAX);
    }
    bd_arena *arena = r->book->arena;
    *bd_push(arena, &r->list) = (relation){
        .id = bd_str_copy(arena, sax_attribute_of(element, "Id")),
        .type = bd_str_copy(arena, sax_attribute_of(element, "Type")),
        .target =
            resolve(arena, r->folder, bd_str_copy(arena, sax_attribute_of(element, "Target"))),
    };
    return BD_OK;
}

static bd_rc read_relations(xlsx_book *book, bd_str part, relations *out) {
    bd_str folder = {"", 0}, name = part;
    ptrdiff_t slash = -1;
    for (size_t i = 0; i < part.size; i++) {
        slash = part.data[i] == '/' ? (ptrdiff_t)i : slash;
    }
    if (slash >= 0) {
        folder = bd_str_sub(part, 0, (size_t)slash);
        name = bd_str_sub(part, (size_t)slash + 1, part.size);
    }
    *out = (relations){.book = book, .folder = folder};
    bd_str path = bd_str_format(book->arena, "%.*s%s_rels/%.*s.rels", BD_ARG(folder),
                                folder.size > 0 ? "/" : "", BD_ARG(name));
    sax_events events = {
        .context = out, .open = relation_open, .shut = ignore_shut, .text = ignore_text};
    return xlsx_read_part(book, path, &events);
}

static bd_str target_of(const relations *list, const char *type) {
    for (size_t i = 0; i < list->list.count; i++) {
        if (xlsx_is_relation(list->list.data[i].type, type)) {
            return list->list.data[i].target;
        }
    }
    return (bd_str){"", 0};
}

/* ---- content types: what kind of file it is ---- */

typedef struct {
    xlsx_book *book;
    bd_str main;      /* part name asked for, lower case */
    bd_str extension; /* of it */
    bd_str by_name, by_extension;
} typing;

static bd_rc type_open(void *context, const sax_element *element, bd_err *err) {
    (void)err;
    typing *t = context;
    if (!bd_str_eqz(element->space, PACKAGE_TYPES)) {
        return BD_OK;
    }
    bd_str type = sax_attribute_of(element, "ContentType");
    bd_str name = sax_attribute_of(element, "PartName");
    name = bd_str_sub(name, name.size > 0 && name.data[0] == '/' ? 1 : 0, name.size);
    if (bd_str_eqz(element->name, "Override") && bd_str_ieq(name, t->main)) {
        t->by_name = bd_str_copy(t->book->arena, type);
    } else if (bd_str_eqz(element->name, "Default") &&
               bd_str_ieq(sax_attribute_of(element, "Extension"), t->extension)) {
        t->by_extension = bd_str_copy(t->book->arena, type);
    }
    return BD_OK;
}

static bd_rc read_type(xlsx_book *book, bd_str main, bd_str *out) {
    typing t = {.book = book, .main = main};
    for (size_t i = 0; i < main.size; i++) {
        if (main.data[i] == '.') {
            t.extension = bd_str_sub(main, i + 1, main.size);
        }
    }
    sax_events events = {
        .context = &t, .open = type_open, .shut = ignore_shut, .text = ignore_text};
    BD_TRY(xlsx_read_part(book, BD_STR("[Content_Types].xml"), &events));
    *out = t.by_name.size > 0 ? t.by_name : t.by_extension;
    return BD_OK;
}

typedef enum { KIND_OTHER, KIND_WORKBOOK, KIND_BINARY_WORKBOOK } book_kind;

static book_kind kind_of(bd_str type, bd_str *words) {
    static const struct {
        const char *type, *words;
        book_kind kind;
    } kinds[] = {
        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
         "XLSX workbook", KIND_WORKBOOK},
        {"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
         "XLSX template", KIND_WORKBOOK},
        {"application/vnd.ms-excel.sheet.macroEnabled.main+xml", "XLSX workbook with macros",
         KIND_WORKBOOK},
        {"application/vnd.ms-excel.template.macroEnabled.main+xml", "XLSX template with macros",
         KIND_WORKBOOK},
        {"application/vnd.ms-excel.sheet.binary.macroEnabled.main", "binary workbook",
         KIND_BINARY_WORKBOOK},
        {"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
         "Word document", KIND_OTHER},
        {"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
         "presentation", KIND_OTHER},
    };
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        if (bd_str_ieq(type, bd_str_of(kinds[i].type))) {
            *words = bd_str_of(kinds[i].words);
            return kinds[i].kind;
        }
    }
    *words = BD_STR("zip file");
    return KIND_OTHER;
}

/* ---- workbook.xml ---- */

typedef struct {
    xlsx_book *book;
    const relations *links;
} listing;

static bd_str relation_id(const sax_element *element) {
    for (size_t i = 0; i < element->attribute_count; i++) {
        const sax_attribute *at = &element->attributes[i];
        if (bd_str_eqz(at->name, "id") && xlsx_is_relation(at->space, "")) {
            return at->value;
        }
    }
    return (bd_str){"", 0};
}

static bd_rc add_sheet(listing *l, const sax_element *element, bd_err *err) {
    xlsx_book *book = l->book;
    if (book->sheets.count == book->limits->sheets) {
        BD_RAISE(err, BD_ERR_LIMIT, "the workbook has more than %zu sheets", book->limits->sheets);
    }
    xlsx_sheet *sheet = bd_push(book->arena, &book->sheets);
    sheet->name = bd_str_copy(book->arena, bd_str_sub(sax_attribute_of(element, "name"), 0, 255));
    bd_str state = sax_attribute_of(element, "state");
    sheet->state = bd_str_eqz(state, "hidden")       ? BD_SHEET_HIDDEN
                   : bd_str_eqz(state, "veryHidden") ? BD_SHEET_VERY_HIDDEN
                                                     : BD_SHEET_SHOWN;
    bd_str id = relation_id(element);
    for (size_t i = 0; i < l->links->list.count; i++) {
        const relation *link = &l->links->list.data[i];
        if (bd_str_eq(link->id, id)) {
            sheet->target = link->target;
            sheet->is_worksheet = xlsx_is_relation(link->type, "worksheet");
            return BD_OK;
        }
    }
    bd_str shown = bd_str_visible(book->arena, sheet->name);
    BD_RAISE(err, BD_ERR_INPUT, "malformed workbook: sheet '%.*s' leads to no part of the file",
             BD_ARG(shown));
}

static bool is_on(bd_str text) {
    return bd_str_eqz(text, "1") || bd_str_eqz(text, "true");
}

static bd_rc workbook_open(void *context, const sax_element *element, bd_err *err) {
    listing *l = context;
    if (element->depth == 1 && !xlsx_is(element, "workbook")) {
        BD_RAISE(err, BD_ERR_INPUT, "malformed workbook: its main part is not a workbook");
    }
    if (xlsx_is(element, "workbookPr")) {
        l->book->is_1904 = is_on(sax_attribute_of(element, "date1904"));
    }
    return xlsx_is(element, "sheet") && element->depth == 3 ? add_sheet(l, element, err) : BD_OK;
}

/* ---- styles ---- */

typedef struct {
    xlsx_book *book;
    BD_VEC(uint64_t) ids; /* custom formats */
    bd_strs codes;
    bool is_in_cells; /* inside cellXfs */
} styling;

static uint64_t number_of(bd_str text) {
    int64_t value = -1;
    return bd_str_to_i64(text, &value) && value >= 0 ? (uint64_t)value : UINT64_MAX;
}

static xlsx_format format_of(const styling *s, uint64_t id) {
    for (size_t i = 0; i < s->ids.count; i++) {
        if (s->ids.data[i] == id) {
            return xlsx_format_of(id, s->codes.data[i]);
        }
    }
    return xlsx_format_of(id, (bd_str){"", 0});
}

static bd_rc styles_open(void *context, const sax_element *element, bd_err *err) {
    styling *s = context;
    xlsx_book *book = s->book;
    if (element->depth == 2) {
        s->is_in_cells = xlsx_is(element, "cellXfs");
    }
    size_t count = book->styles.count + s->ids.count;
    bool is_format = xlsx_is(element, "numFmt") && element->depth == 3;
    bool is_style = xlsx_is(element, "xf") && element->depth == 3 && s->is_in_cells;
    if ((is_format || is_style) && count >= book->limits->styles) {
        BD_RAISE(err, BD_ERR_LIMIT, "the workbook has more than %zu styles", book->limits->styles);
    }
    if (is_format) {
        *bd_push(book->arena, &s->ids) = number_of(sax_attribute_of(element, "numFmtId"));
        *bd_push(book->arena, &s->codes) =
            bd_str_copy(book->arena, bd_str_sub(sax_attribute_of(element, "formatCode"), 0, 255));
    } else if (is_style) {
        uint64_t id = number_of(sax_attribute_of(element, "numFmtId"));
        *bd_push(book->arena, &book->styles) = (uint8_t)format_of(s, id);
    }
    return BD_OK;
}

/* ---- shared strings ---- */

typedef struct {
    xlsx_book *book;
    bool is_in_item, is_in_text;
    unsigned phonetic_depth; /* 0: outside */
    size_t begin;            /* of the string at hand */
} stringing;

static bd_rc strings_open(void *context, const sax_element *element, bd_err *err) {
    stringing *s = context;
    xlsx_book *book = s->book;
    if (xlsx_is(element, "si") && element->depth == 2) {
        if (book->ends.count == book->limits->strings) {
            BD_RAISE(err, BD_ERR_LIMIT, "the workbook has more than %zu shared strings",
                     book->limits->strings);
        }
        s->is_in_item = true;
        s->begin = book->strings.size;
    } else if (xlsx_is(element, "rPh") && s->phonetic_depth == 0) {
        s->phonetic_depth = element->depth;
    }
    s->is_in_text = s->is_in_item && s->phonetic_depth == 0 && xlsx_is(element, "t");
    return BD_OK;
}

static bd_rc strings_text(void *context, bd_str piece, bd_err *err) {
    stringing *s = context;
    if (!s->is_in_text) {
        return BD_OK;
    }
    bd_buf_puts(&s->book->strings, piece);
    if (s->book->strings.overflowed) {
        BD_RAISE(err, BD_ERR_LIMIT, "the workbook has more than %zu bytes of shared strings",
                 s->book->limits->string_bytes);
    }
    return BD_OK;
}

static bd_rc strings_shut(void *context, unsigned depth, bd_err *err) {
    (void)err;
    stringing *s = context;
    s->is_in_text = false;
    s->phonetic_depth = s->phonetic_depth == depth ? 0 : s->phonetic_depth;
    if (depth == 2 && s->is_in_item) {
        bd_buf *all = &s->book->strings;
        if (all->size > s->begin) {
            all->size = s->begin + xlsx_unescape(all->data + s->begin, all->size - s->begin);
        }
        *bd_push(s->book->arena, &s->book->ends) = (uint32_t)all->size;
        s->is_in_item = false;
    }
    return BD_OK;
}

static bool unhex4(const char *at, uint32_t *out) {
    uint8_t bytes[2];
    if (!bd_unhex((bd_str){at, 4}, bytes, 2)) {
        return false;
    }
    *out = (uint32_t)bytes[0] << 8 | bytes[1];
    return true;
}

/* "_x000D_" at `at`, with room for it. */
static bool is_escape(const char *text, size_t size, size_t at, uint32_t *unit) {
    return size - at >= 7 && text[at] == '_' && text[at + 1] == 'x' && text[at + 6] == '_' &&
           unhex4(text + at + 2, unit);
}

size_t xlsx_unescape(char *text, size_t size) {
    size_t out = 0;
    for (size_t at = 0; at < size;) {
        uint32_t unit, low;
        if (!is_escape(text, size, at, &unit) || unit == 0) {
            text[out++] = text[at++];
            continue;
        }
        size_t taken = 7;
        if (unit >= 0xd800 && unit <= 0xdbff && is_escape(text, size, at + 7, &low) &&
            low >= 0xdc00 && low <= 0xdfff) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            taken = 14;
        } else if (unit >= 0xd800 && unit <= 0xdfff) { /* half a character: kept as it is written */
            text[out++] = text[at++];
            continue;
        }
        out += bd_utf8_put(text + out, unit);
        at += taken;
    }
    return out;
}

/* ---- all of it ---- */

static bd_rc read_optional(xlsx_book *book, bd_str part, sax_events events) {
    return part.size > 0 ? xlsx_read_part(book, part, &events) : BD_OK;
}

static bd_rc load_main(xlsx_book *book, bd_str main) {
    relations links;
    BD_TRY(read_relations(book, main, &links));
    listing l = {.book = book, .links = &links};
    sax_events events = {
        .context = &l, .open = workbook_open, .shut = ignore_shut, .text = ignore_text};
    BD_TRY(xlsx_read_part(book, main, &events));
    styling s = {.book = book};
    BD_TRY(read_optional(
        book, target_of(&links, "styles"),
        (sax_events){
            .context = &s, .open = styles_open, .shut = ignore_shut, .text = ignore_text}));
    stringing strings = {.book = book};
    return read_optional(
        book, target_of(&links, "sharedStrings"),
        (sax_events){
            .context = &strings, .open = strings_open, .shut = strings_shut, .text = strings_text});
}

bd_rc xlsx_book_load(xlsx_book *book, bool *is_workbook, bd_str *words) {
    *is_workbook = false;
    *words = BD_STR("zip file");
    if (bd_archive_find(book->archive, BD_STR("[Content_Types].xml")) == NULL ||
        bd_archive_find(book->archive, BD_STR("_rels/.rels")) == NULL) {
        return BD_OK;
    }
    relations roots;
    BD_TRY(read_relations(book, (bd_str){"", 0}, &roots));
    bd_str main = target_of(&roots, "officeDocument");
    if (main.size == 0) {
        return BD_OK;
    }
    bd_str type;
    BD_TRY(read_type(book, main, &type));
    book_kind kind = kind_of(type, words);
    if (kind == KIND_BINARY_WORKBOOK) {
        BD_RAISE(book->err, BD_ERR_UNSUPPORTED,
                 "a binary workbook (.xlsb) cannot be read, save it as .xlsx or its sheet as CSV");
    }
    *is_workbook = kind == KIND_WORKBOOK;
    return *is_workbook ? load_main(book, main) : BD_OK;
}
