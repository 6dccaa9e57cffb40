#include "bindery/read.h"

#include <string.h>

#include "read_priv.h"

#define SNIFF(kind, what)                                                                          \
    (bd_sniffed) {                                                                                 \
        .media = (kind), .words = BD_STR_INIT(what)                                                \
    }

typedef struct {
    const char *bytes;
    size_t size;
    bd_media media;
    const char *words;
} magic;

static const magic magics[] = {
    {"%PDF-", 5, BD_MEDIA_PDF, "PDF document"},
    {"\x89PNG\r\n\x1a\n", 8, BD_MEDIA_BINARY, "PNG image"},
    {"\xff\xd8\xff", 3, BD_MEDIA_BINARY, "JPEG image"},
    {"GIF8", 4, BD_MEDIA_BINARY, "GIF image"},
    {"\x1f\x8b", 2, BD_MEDIA_BINARY, "gzip file"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8, BD_MEDIA_BINARY, "Office file of the old kind"},
    {"{\\rtf", 5, BD_MEDIA_TEXT, "RTF document"},
};

/* Names of parts stand in the clear in a zip file; whether it is a workbook its content types say, which only a reader
 * finds. */
static bd_sniffed sniff_zip(bd_str head) {
    bd_sniffed found = SNIFF(BD_MEDIA_BINARY, "zip file");
    if (bd_str_find(head, BD_STR("xl/")) >= 0) {
        found = SNIFF(BD_MEDIA_XLSX, "XLSX workbook");
    } else if (bd_str_find(head, BD_STR("[Content_Types].xml")) >= 0) {
        found = SNIFF(BD_MEDIA_BINARY, "Office file");
    }
    found.is_zip = true;
    return found;
}

static bool begins_html(bd_str text) {
    return bd_str_ieq(bd_str_sub(text, 0, 5), BD_STR("<html")) ||
           bd_str_ieq(bd_str_sub(text, 0, 14), BD_STR("<!DOCTYPE html"));
}

static bd_sniffed sniff_markup(bd_str text) {
    bd_str body = text;
    bool is_xml = bd_str_has_prefix(text, BD_STR("<?xml"));
    ptrdiff_t end = is_xml ? bd_str_find(text, BD_STR("?>")) : -1;
    if (end >= 0) {
        body = bd_str_trim(bd_str_sub(text, (size_t)end + 2, text.size));
    }
    if (begins_html(body)) {
        return SNIFF(BD_MEDIA_TEXT, "HTML page");
    }
    return is_xml ? SNIFF(BD_MEDIA_XML, "XML document") : SNIFF(BD_MEDIA_TEXT, "text");
}

/* '{' is a slip in JSON more likely than anything else; '[' also opens an INI section or a log
 * line. */
static bool looks_like_json(bd_str text) {
    if (text.data[0] == '{') {
        return true;
    }
    bd_str inside = bd_str_trim(bd_str_sub(text, 1, text.size));
    return text.data[0] == '[' &&
           (inside.size == 0 || memchr("{[\"]-0123456789", inside.data[0], 15) != NULL ||
            bd_str_has_prefix(inside, BD_STR("true")) ||
            bd_str_has_prefix(inside, BD_STR("false")) ||
            bd_str_has_prefix(inside, BD_STR("null")));
}

static bd_sniffed sniff_json(bd_str text) {
    bd_str rest = text;
    bd_str line;
    bd_err ignored;
    (void)bd_str_cut(&rest, '\n', &line);
    bd_str more = bd_str_trim(rest);
    bool is_whole = more.size > 0 && !bd_failed(bd_json_check(bd_str_trim(line), NULL, &ignored));
    return is_whole ? SNIFF(BD_MEDIA_NDJSON, "JSON, one value per line")
                    : SNIFF(BD_MEDIA_JSON, "JSON");
}

/* Control characters do not stand in text; a character cut by the end of the head does not count.
 */
static bool is_text(bd_str head) {
    for (size_t i = 0; i < head.size; i++) {
        unsigned char c = (unsigned char)head.data[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) ||
            c == 0x7f) {
            return false;
        }
    }
    return true;
}

/* ---- CSV or prose ---- */

typedef struct {
    size_t cells, longest; /* of one record */
    bool is_whole;         /* a line end was seen */
} record_shape;

static record_shape measure_record(bd_str text, size_t *at, char separator) {
    record_shape shape = {.cells = 1};
    bool is_quoted = false;
    size_t cell = 0;
    for (; *at < text.size; *at += 1) {
        char c = text.data[*at];
        if (c == '"') {
            is_quoted = !is_quoted;
        } else if (!is_quoted && c == '\n') {
            *at += 1;
            shape.is_whole = true;
            return shape;
        } else if (!is_quoted && c == separator) {
            shape.cells++;
            cell = 0;
            continue;
        }
        cell++;
        shape.longest = cell > shape.longest ? cell : shape.longest;
    }
    return shape;
}

/* A header of short names, and a second record of as many cells where there is a second one; with
 * three names or more the header alone decides, so that a ragged file is refused as CSV instead of
 * passing as prose. */
static bool looks_like_csv(bd_str text, bool is_all) {
    if (bd_str_ieq(bd_str_sub(text, 0, 4), BD_STR("sep=")) ||
        bd_str_ieq(bd_str_sub(text, 0, 5), BD_STR("\"sep="))) {
        return true;
    }
    char separator = read_separator_of(text);
    size_t at = 0;
    record_shape header = measure_record(text, &at, separator);
    if (header.cells < 2 || header.longest > 96 || (!header.is_whole && !is_all)) {
        return false;
    }
    if (header.cells >= 3) {
        return true;
    }
    bool has_second = at < text.size;
    record_shape second = measure_record(text, &at, separator);
    return !has_second || second.cells == header.cells;
}

static bd_sniffed sniff_text(bd_str head, bool is_all) {
    bd_str text = bd_str_trim(head);
    if (text.size == 0) {
        bd_sniffed found = SNIFF(BD_MEDIA_UNKNOWN, "nothing");
        found.problem = BD_STR("the file holds nothing but white space");
        return found;
    }
    if (looks_like_json(text)) {
        return sniff_json(text);
    }
    if (text.data[0] == '<') {
        return sniff_markup(text);
    }
    if (looks_like_csv(text, is_all)) {
        return SNIFF(BD_MEDIA_CSV, "CSV");
    }
    return SNIFF(BD_MEDIA_TEXT, "text");
}

static bool find_magic(bd_str head, bd_sniffed *out) {
    for (size_t i = 0; i < BD_COUNT(magics); i++) {
        if (bd_str_has_prefix(head, (bd_str){magics[i].bytes, magics[i].size})) {
            *out = (bd_sniffed){.media = magics[i].media, .words = bd_str_of(magics[i].words)};
            out->is_ole = magics[i].bytes[0] == '\xd0';
            return true;
        }
    }
    return false;
}

bd_sniffed bd_sniff(bd_str head) {
    bd_sniffed found;
    if (head.size == 0) {
        found = SNIFF(BD_MEDIA_UNKNOWN, "nothing");
        found.problem = BD_STR("the file is empty");
        return found;
    }
    if (find_magic(head, &found)) {
        return found;
    }
    if (bd_str_has_prefix(head, BD_STR("PK\x03\x04"))) {
        return sniff_zip(head);
    }
    bool is_all = head.size < BD_SNIFF_BYTES;
    char plain[BD_SNIFF_BYTES * 2];
    read_decoder decoder;
    bool is_utf16 = read_decoder_init(&decoder, head);
    bd_str text = bd_str_sub(head, decoder.bom_bytes, head.size);
    if (is_utf16) {
        text = bd_str_sub(text, 0, BD_SNIFF_BYTES);
        size_t size = 0;
        bool is_sound = read_decode(&decoder, text.data, text.size, plain, &size);
        text = is_sound ? (bd_str){plain, size} : (bd_str){NULL, 0};
    }
    found = text.size > 0 && is_text(text) ? sniff_text(text, is_all)
                                           : SNIFF(BD_MEDIA_BINARY, "binary file");
    found.is_utf16 = is_utf16;
    return found;
}

/* ---- Office files of the old kind ---- */

typedef struct {
    const char *name; /* of a stream, UTF-16 */
    size_t size;
    const char *words, *problem;
} ole_kind;

#define WIDE(text) text, sizeof text - 1

/* An encrypted file first: it may also hold a stream of the old name. */
static const ole_kind ole_kinds[] = {
    {WIDE("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"), "encrypted Office file",
     "the file is encrypted with a password, which is not asked for: save it without one, a "
     "workbook's sheet also as CSV (UTF-8)"},
    {WIDE("W\0o\0r\0k\0b\0o\0o\0k\0\0\0"), "Excel workbook of the old kind",
     "unsupported: an Excel workbook of the old kind (.xls) cannot be read, save it as .xlsx or "
     "its sheet as CSV (UTF-8)"},
};

bd_rc bd_ole_look(bd_source *source, bd_sniffed *out, bd_err *err) {
    char window[8192 + 64];
    size_t kept = 0;
    bool has[BD_COUNT(ole_kinds)] = {false};
    for (;;) {
        size_t count = 0;
        BD_TRY(bd_source_read(source, window + kept, sizeof window - kept, &count, err));
        if (count == 0) {
            break;
        }
        bd_str text = {window, kept + count};
        for (size_t i = 0; i < BD_COUNT(ole_kinds); i++) {
            has[i] =
                has[i] || bd_str_find(text, (bd_str){ole_kinds[i].name, ole_kinds[i].size}) >= 0;
        }
        kept = text.size < 64 ? text.size : 64; /* a name may be cut */
        memmove(window, text.data + text.size - kept, kept);
    }
    for (size_t i = 0; i < BD_COUNT(ole_kinds); i++) {
        if (has[i]) {
            out->words = bd_str_of(ole_kinds[i].words);
            out->problem = bd_str_of(ole_kinds[i].problem);
            return BD_OK;
        }
    }
    return BD_OK;
}
