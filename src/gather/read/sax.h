/* src/gather/read/sax.h - strict XML as events, for the readers of XML and XLSX.
 *
 * libxml2's push parser with handlers of our own and nothing of libxml2 around them: no tree, no DTD, no entities but
 * the five of XML, no other encodings than our own decoding gives (it is fed UTF-8 alone), no file and no network.
 * A document type declaration is refused before the parser sees it.  Any error of the parser ends the reading.
 *
 * libxml2 is loaded when the first document is read and never before: it brings Unicode tables of 30 MB along, and most
 * commands read no XML. */
#ifndef BINDERY_READ_SAX_H
#define BINDERY_READ_SAX_H

#include "bindery/read.h"

typedef bd_xml_attribute sax_attribute;

typedef struct {
    bd_str name, space;
    unsigned depth; /* of the root: 1 */
    const sax_attribute *attributes;
    size_t attribute_count;
} sax_element;

typedef struct {
    void *context;
    /* Borrowed until the call returns. */
    bd_rc (*open)(void *context, const sax_element *element, bd_err *err);
    bd_rc (*shut)(void *context, unsigned depth, bd_err *err);
    /* Text comes in pieces. */
    bd_rc (*text)(void *context, bd_str piece, bd_err *err);
    int *line; /* where not NULL: the line, before each call */
    const bool
        *is_done; /* where it turns true the reading ends at once, as a success; NULL: never */
} sax_events;

/* `label` names the document in messages: "XML document", "'xl/workbook.xml'". */
BD_MUST_USE bd_rc sax_read(bd_source *source, const char *label, const sax_events *events,
                           bd_err *err);

/* The attribute of that local name and no namespace; the empty string when absent. */
bd_str sax_attribute_of(const sax_element *element, const char *name);
bool sax_has_attribute(const sax_element *element, const char *name);

#endif
