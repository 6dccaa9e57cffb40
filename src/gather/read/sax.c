#include "bindery/read.h"

#include "read_priv.h"
#include "sax.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlversion.h>

#define LIBRARY "libxml2.so.2"
#define CHUNK_BYTES ((size_t)64 << 10)
#define TAG_BYTES                                                                                  \
    ((size_t)64 << 10) /* the parser compares each attribute of a tag with all others */
#define ATTRIBUTES 256
#define DEPTH 64
#define NAME_BYTES 1024

/* ---- the library ---- */

typedef struct {
    bool is_loaded;
    xmlParserCtxtPtr (*open)(xmlSAXHandlerPtr sax, void *user, const char *chunk, int size,
                             const char *name);
    int (*set_options)(xmlParserCtxtPtr parser, int options);
    int (*parse)(xmlParserCtxtPtr parser, const char *chunk, int size, int terminate);
    void (*stop)(xmlParserCtxtPtr parser);
    void (*close)(xmlParserCtxtPtr parser);
} library;

static library xml;
static pthread_once_t xml_once = PTHREAD_ONCE_INIT;

/* ISO C knows no way from an object pointer to a function pointer; POSIX promises that the bits are the same. */
static bool find_symbol(void *handle, const char *name, void *out) {
    void *symbol = dlsym(handle, name);
    memcpy(out, &symbol, sizeof symbol);
    return symbol != NULL;
}

static char *copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(bd_heap_alloc(size), text, size);
}

static void load_library(void) {
    void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        return;
    }
    void (*init)(void) = NULL;
    int (*set_memory)(xmlFreeFunc, xmlMallocFunc, xmlReallocFunc, xmlStrdupFunc) = NULL;
    xml.is_loaded = find_symbol(handle, "xmlInitParser", &init) &&
                    find_symbol(handle, "xmlMemSetup", &set_memory) &&
                    find_symbol(handle, "xmlCreatePushParserCtxt", &xml.open) &&
                    find_symbol(handle, "xmlCtxtUseOptions", &xml.set_options) &&
                    find_symbol(handle, "xmlParseChunk", &xml.parse) &&
                    find_symbol(handle, "xmlStopParser", &xml.stop) &&
                    find_symbol(handle, "xmlFreeParserCtxt", &xml.close);
    if (xml.is_loaded) {
        set_memory(bd_heap_free, bd_heap_alloc, bd_heap_resize, copy_text);
        init();
    }
}

bool bd_read_prepare(void) {
    pthread_once(&xml_once, load_library);
    return xml.is_loaded;
}

/* ---- state ---- */

typedef enum { IN_TEXT, AT_OPEN, IN_TAG, IN_QUOTE, AT_BANG, IN_COMMENT, IN_CDATA, IN_PI } place;

typedef struct {
    const char *label;
    const sax_events *events;
    bd_err *err;
    bd_rc rc; /* first failure of a handler, the parser or the feeder */
    xmlParserCtxtPtr parser;
    unsigned depth;
    int64_t bytes; /* fed so far */

    place place;
    char quote;
    size_t tag_bytes;
    char tail
        [10]; /* what stands behind "<!", or the last bytes of a comment, CDATA section or instruction */
    size_t tail_size;

    read_decoder decoder;
    bool is_latin1, is_begun;
    sax_attribute attributes[ATTRIBUTES];
} reading;

static bool has_stopped(const reading *r) {
    return bd_failed(r->rc) || (r->events->is_done != NULL && *r->events->is_done);
}

static void note(reading *r, bd_rc rc) {
    if (!bd_failed(r->rc)) {
        r->rc = rc;
    }
    if (has_stopped(r) && r->parser != NULL) {
        xml.stop(r->parser);
    }
}

static bd_str text_of(const xmlChar *text) {
    return bd_str_of((const char *)text);
}

/* ---- what the parser calls ---- */

static void tell_line(const reading *r) {
    if (r->events->line != NULL) {
        *r->events->line = r->parser->input != NULL ? r->parser->input->line : 0;
    }
}

static void take_attributes(reading *r, const xmlChar **attributes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const xmlChar **at = attributes + i * 5; /* name, prefix, namespace, value, its end */
        r->attributes[i] = (sax_attribute){
            .name = text_of(at[0]),
            .space = text_of(at[2]),
            .value = {(const char *)at[3], (size_t)(at[4] - at[3])},
        };
    }
}

static void on_open(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
                    int space_count, const xmlChar **spaces, int count, int defaulted,
                    const xmlChar **attributes) {
    (void)prefix;
    (void)space_count;
    (void)spaces;
    (void)defaulted;
    reading *r = user;
    if (has_stopped(r)) {
        return;
    }
    r->depth++;
    bd_str local = text_of(name);
    if (r->depth > DEPTH) {
        note(r, bd_raise(r->err, BD_ERR_LIMIT, "%s is nested deeper than %d elements", r->label,
                         DEPTH));
        return;
    }
    if (count < 0 || count > ATTRIBUTES || local.size > NAME_BYTES) {
        note(r, bd_raise(r->err, BD_ERR_LIMIT,
                         "%s has an element with more than %d attributes or a name of more than "
                         "%d bytes",
                         r->label, ATTRIBUTES, NAME_BYTES));
        return;
    }
    take_attributes(r, attributes, (size_t)count);
    sax_element element = {
        .name = local,
        .space = text_of(space),
        .depth = r->depth,
        .attributes = r->attributes,
        .attribute_count = (size_t)count,
    };
    tell_line(r);
    note(r, r->events->open(r->events->context, &element, r->err));
}

static void on_shut(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *space) {
    (void)name;
    (void)prefix;
    (void)space;
    reading *r = user;
    if (!has_stopped(r)) {
        tell_line(r);
        note(r, r->events->shut(r->events->context, r->depth, r->err));
        r->depth--;
    }
}

static void on_text(void *user, const xmlChar *text, int size) {
    reading *r = user;
    if (!has_stopped(r) && size > 0) {
        tell_line(r);
        note(r, r->events->text(r->events->context, (bd_str){(const char *)text, (size_t)size},
                                r->err));
    }
}

static bd_rc refuse_doctype(const reading *r) {
    BD_RAISE(r->err, BD_ERR_INPUT,
             "%s holds a document type declaration (DOCTYPE), which is never needed here and which "
             "can make a reader fetch or multiply things",
             r->label);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *outer,
                       const xmlChar *system) {
    (void)name;
    (void)outer;
    (void)system;
    reading *r = user;
    if (!has_stopped(r)) {
        note(r, refuse_doctype(r));
    }
}

/* One line, without the line feed that libxml2 ends it with, and only characters that a message may hold. */
static void copy_message(char *out, size_t room, const char *message) {
    size_t size = 0;
    for (; message != NULL && message[size] != '\0' && message[size] != '\n' && size + 1 < room;
         size++) {
        unsigned char c = (unsigned char)message[size];
        out[size] = c >= 0x20 && c < 0x7f ? message[size] : '?';
    }
    out[size] = '\0';
}

static void on_error(void *user, xmlErrorPtr error) {
    reading *r = user;
    if (has_stopped(r) || error == NULL || error->level <= XML_ERR_WARNING) {
        return;
    }
    if (error->code == XML_ERR_NO_MEMORY) {
        note(r, bd_raise(r->err, BD_ERR_LIMIT, "%s needs more memory than there is", r->label));
        return;
    }
    char message[200];
    copy_message(message, sizeof message, error->message);
    note(r, bd_raise(r->err, BD_ERR_INPUT, "malformed %s at line %d: %s", r->label, error->line,
                     message));
}

/* ---- bytes: what the parser must not see ---- */

static bool ends_with(const reading *r, const char *text) {
    size_t size = strlen(text);
    return r->tail_size >= size && memcmp(r->tail + r->tail_size - size, text, size) == 0;
}

static void keep_tail(reading *r, char c) {
    if (r->tail_size == sizeof r->tail) {
        memmove(r->tail, r->tail + 1, sizeof r->tail - 1);
        r->tail_size--;
    }
    r->tail[r->tail_size++] = c;
}

static place enter(reading *r, place where) {
    r->tail_size = 0;
    return where;
}

/* Behind "<!": a comment, a CDATA section, or what only a document type has. */
static bd_rc take_bang(reading *r, char c) {
    keep_tail(r, c);
    static const char cdata[] = "[CDATA[";
    if (r->tail_size == 2 && ends_with(r, "--")) {
        r->place = enter(r, IN_COMMENT);
    } else if (r->tail_size == sizeof cdata - 1 && ends_with(r, cdata)) {
        r->place = enter(r, IN_CDATA);
    } else if (memcmp(r->tail, "--", r->tail_size < 2 ? r->tail_size : 2) != 0 &&
               memcmp(r->tail, cdata, r->tail_size) != 0) {
        return refuse_doctype(r);
    }
    return BD_OK;
}

static bd_rc take_tag(reading *r, char c) {
    r->tag_bytes++;
    if (r->tag_bytes > TAG_BYTES) {
        BD_RAISE(r->err, BD_ERR_LIMIT, "%s has a tag of more than %zu bytes", r->label, TAG_BYTES);
    }
    if (r->place == IN_QUOTE) {
        r->place = c == r->quote ? IN_TAG : IN_QUOTE;
    } else if (c == '>') {
        r->place = IN_TEXT;
    } else if (c == '"' || c == '\'') {
        r->quote = c;
        r->place = IN_QUOTE;
    }
    return BD_OK;
}

static void take_until(reading *r, char c, const char *end) {
    keep_tail(r, c);
    if (ends_with(r, end)) {
        r->place = IN_TEXT;
    }
}

static bd_rc look_at(reading *r, char c) {
    switch (r->place) {
    case IN_TEXT:
        r->place = c == '<' ? AT_OPEN : IN_TEXT;
        r->tag_bytes = 0;
        break;
    case AT_OPEN:
        if (c == '!' || c == '?') {
            r->place = enter(r, c == '!' ? AT_BANG : IN_PI);
            break;
        }
        r->place = IN_TAG;
        return take_tag(r, c);
    case IN_TAG:
    case IN_QUOTE: return take_tag(r, c);
    case AT_BANG: return take_bang(r, c);
    case IN_COMMENT: take_until(r, c, "-->"); break;
    case IN_CDATA: take_until(r, c, "]]>"); break;
    case IN_PI: take_until(r, c, "?>"); break;
    }
    return BD_OK;
}

static bd_rc check_bytes(reading *r, bd_str text) {
    if (memchr(text.data, '\0', text.size) != NULL) {
        BD_RAISE(r->err, BD_ERR_INPUT, "malformed %s: it holds a NUL byte", r->label);
    }
    for (size_t i = 0; i < text.size; i++) {
        if (r->place == IN_TEXT) { /* most of a document: to the next tag at once */
            const char *open = memchr(text.data + i, '<', text.size - i);
            if (open == NULL) {
                break;
            }
            i = (size_t)(open - text.data);
        }
        BD_TRY(look_at(r, text.data[i]));
    }
    return BD_OK;
}

/* ---- encodings ---- */

/* The value of encoding="..." in the XML declaration at the beginning, or "". */
static bd_str declared_encoding(bd_str text) {
    bd_str none = {"", 0};
    ptrdiff_t end = bd_str_find(text, BD_STR("?>"));
    if (!bd_str_has_prefix(text, BD_STR("<?xml")) || end < 0) {
        return none;
    }
    bd_str declaration = bd_str_sub(text, 0, (size_t)end);
    ptrdiff_t from = bd_str_find(declaration, BD_STR("encoding"));
    if (from < 0) {
        return none;
    }
    bd_str rest = bd_str_trim(bd_str_sub(declaration, (size_t)from + 8, declaration.size));
    if (rest.size == 0 || rest.data[0] != '=') {
        return none;
    }
    rest = bd_str_trim(bd_str_sub(rest, 1, rest.size));
    char quote = rest.size > 0 ? rest.data[0] : '\0';
    bd_str value = none;
    rest = bd_str_sub(rest, 1, rest.size);
    return (quote == '"' || quote == '\'') && bd_str_cut(&rest, quote, &value) ? value : none;
}

static bd_rc choose_encoding(reading *r, bd_str text) {
    if (text.size == 0 || text.data[0] != '<') {
        BD_RAISE(r->err, BD_ERR_INPUT, "malformed %s: it does not begin with '<'", r->label);
    }
    bd_str encoding = declared_encoding(text);
    if (r->decoder.is_utf16 || encoding.size == 0 || bd_str_ieq(encoding, BD_STR("utf-8")) ||
        bd_str_ieq(encoding, BD_STR("utf8")) || bd_str_ieq(encoding, BD_STR("us-ascii")) ||
        bd_str_ieq(encoding, BD_STR("ascii"))) {
        return BD_OK;
    }
    r->is_latin1 = bd_str_ieq(encoding, BD_STR("iso-8859-1"));
    if (r->is_latin1) {
        return BD_OK;
    }
    bd_arena *arena = bd_arena_open("encoding", (size_t)1 << 20);
    bd_str shown = bd_str_visible(arena, bd_str_sub(encoding, 0, 40));
    bd_rc rc = bd_raise(r->err, BD_ERR_UNSUPPORTED,
                        "%s says that its encoding is '%.*s'; UTF-8, UTF-16 with byte order mark "
                        "and ISO-8859-1 are read",
                        r->label, BD_ARG(shown));
    bd_arena_close(arena);
    return rc;
}

static bd_rc feed(reading *r, bd_str text) {
    if (!r->is_begun) {
        BD_TRY(choose_encoding(r, text));
        r->is_begun = true;
    }
    BD_TRY(check_bytes(r, text));
    r->bytes += (int64_t)text.size;
    xml.parse(r->parser, text.data, (int)text.size, /*terminate*/ 0);
    return r->rc;
}

/* ISO-8859-1: each byte is its own code point. */
static bd_rc feed_plain(reading *r, bd_str text, char *room) {
    if (!r->is_begun || !r->is_latin1) {
        BD_TRY(feed(r, text)); /* the declaration itself is ASCII in all of them */
        return BD_OK;
    }
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        size += bd_utf8_put(room + size, (unsigned char)text.data[i]);
    }
    return feed(r, (bd_str){room, size});
}

/* The first piece is cut behind the declaration, so that what follows is decoded as the declaration says. */
static bd_rc feed_first(reading *r, bd_str text, char *room) {
    ptrdiff_t end = bd_str_has_prefix(text, BD_STR("<?xml")) ? bd_str_find(text, BD_STR("?>")) : -1;
    size_t cut = end >= 0 ? (size_t)end + 2 : 0;
    if (cut == 0) {
        return feed_plain(r, text, room);
    }
    BD_TRY(feed(r, bd_str_sub(text, 0, cut)));
    bd_str rest = bd_str_sub(text, cut, text.size);
    return rest.size > 0 ? feed_plain(r, rest, room) : BD_OK;
}

/* ---- reading ---- */

/* At least the whole beginning: byte order mark and declaration come in one piece however the source cuts them. */
static bd_rc read_head(bd_source *source, char *raw, size_t *size, bd_err *err) {
    *size = 0;
    for (size_t got = 1; got > 0 && *size < 1024;) {
        BD_TRY(bd_source_read(source, raw + *size, CHUNK_BYTES - *size, &got, err));
        *size += got;
    }
    return BD_OK;
}

static bd_rc decode(reading *r, const char *raw, size_t size, char *plain, bd_str *out) {
    size_t decoded = 0;
    if (!read_decode(&r->decoder, raw, size, plain, &decoded)) {
        BD_RAISE(r->err, BD_ERR_INPUT, "malformed %s: the text is not sound UTF-16", r->label);
    }
    *out = (bd_str){plain, decoded};
    return BD_OK;
}

static bd_rc finish(reading *r) {
    if (!read_decoder_is_at_rest(&r->decoder)) {
        BD_RAISE(r->err, BD_ERR_INPUT, "malformed %s: the text is not sound UTF-16", r->label);
    }
    xml.parse(r->parser, NULL, 0, /*terminate*/ 1);
    BD_TRY(r->rc);
    if (!r->parser->wellFormed || r->depth != 0) {
        BD_RAISE(r->err, BD_ERR_INPUT, "malformed %s: it is cut short", r->label);
    }
    return BD_OK;
}

static bd_rc read_all(reading *r, bd_source *source, char *raw, char *plain, char *wide) {
    size_t size = 0;
    BD_TRY(read_head(source, raw, &size, r->err));
    (void)read_decoder_init(&r->decoder, (bd_str){raw, size});
    bd_str text;
    size_t skip = r->decoder.bom_bytes;
    BD_TRY(decode(r, raw + skip, size - skip, plain, &text));
    BD_TRY(feed_first(r, text, wide));
    while (!has_stopped(r)) {
        BD_TRY(bd_source_read(source, raw, CHUNK_BYTES, &size, r->err));
        if (size == 0) {
            return finish(r);
        }
        BD_TRY(decode(r, raw, size, plain, &text));
        if (text.size > 0) {
            BD_TRY(feed_plain(r, text, wide));
        }
    }
    return r->rc;
}

bd_rc sax_read(bd_source *source, const char *label, const sax_events *events, bd_err *err) {
    if (!bd_read_prepare()) {
        BD_RAISE(err, BD_ERR_UNSUPPORTED,
                 "cannot read %s: the library %s is not on this machine, install libxml2", label,
                 LIBRARY);
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("XML", (size_t)2 << 20);
    reading *r = bd_new(arena, reading, 1);
    r->label = label;
    r->events = events;
    r->err = err;
    xmlSAXHandler *handler = bd_new(arena, xmlSAXHandler, 1);
    handler->initialized = XML_SAX2_MAGIC;
    handler->startElementNs = on_open;
    handler->endElementNs = on_shut;
    handler->characters = on_text;
    handler->ignorableWhitespace = on_text;
    handler->cdataBlock = on_text;
    handler->internalSubset = on_doctype;
    handler->serror = on_error;
    r->parser = xml.open(handler, r, NULL, 0, NULL);
    if (r->parser == NULL) {
        BD_RAISE(err, BD_ERR_LIMIT, "%s needs more memory than there is", label);
    }
    xml.set_options(r->parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    bd_rc rc =
        read_all(r, source, bd_alloc(arena, CHUNK_BYTES, 1),
                 bd_alloc(arena, CHUNK_BYTES * 2 + 4, 1), bd_alloc(arena, CHUNK_BYTES * 4 + 8, 1));
    xml.close(r->parser);
    return rc;
}

/* ---- asking ---- */

static const sax_attribute *find_attribute(const sax_element *element, const char *name) {
    for (size_t i = 0; i < element->attribute_count; i++) {
        const sax_attribute *at = &element->attributes[i];
        if (at->space.size == 0 && bd_str_eqz(at->name, name)) {
            return at;
        }
    }
    return NULL;
}

bd_str sax_attribute_of(const sax_element *element, const char *name) {
    const sax_attribute *found = find_attribute(element, name);
    return found != NULL ? found->value : (bd_str){"", 0};
}

bool sax_has_attribute(const sax_element *element, const char *name) {
    return find_attribute(element, name) != NULL;
}
