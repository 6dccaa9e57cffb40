/* pdffile_priv.h - what the files of this room share: the lexer and the inside of bd_pdf. */
#ifndef BINDERY_PDFFILE_PRIV_H
#define BINDERY_PDFFILE_PRIV_H

#include "bindery/pdffile.h"

/* ---- lexer ----------------------------------------------------------------------------------- */

/* The three classes of bytes (7.2.2).  A table, and in the header: every byte of a file that is no
 * stream is asked for its class at least once. */
enum { BD_PDF_REGULAR, BD_PDF_SPACE, BD_PDF_DELIMITER };
extern const uint8_t bd_pdf_classes[256];

static inline bool bd_pdf_is_space(char c) {
    return bd_pdf_classes[(uint8_t)c] == BD_PDF_SPACE;
}

static inline bool bd_pdf_is_regular(char c) {
    return bd_pdf_classes[(uint8_t)c] == BD_PDF_REGULAR;
}

/* Reads objects from text[at, end); offsets in messages are those of `text`, in objects those behind `base`. */
typedef struct {
    bd_str text;
    size_t at, end;
    int64_t base;   /* 0 but for the text of an object stream */
    bool is_packed; /* it is such a text */
    bd_arena *arena;
    size_t nodes_left;   /* objects that may still be made: bounds memory before it is taken */
    bool has_references; /* "1 0 R" is a reference; false in content streams */
    /* Only the form is looked at, by the same rules: containers come back without members, strings
     * without bytes.  Each object of a file is checked, a few are used; storing was most of the
     * work. */
    bool is_check;
    bool has_type, is_page; /* the outermost dictionary has a name as /Type; it is /Page */
    size_t kids_at;         /* where the array of its /Kids begins; 0: it has none */
    bd_pdf_object length;   /* /Length of the outermost dictionary, with is_check too; else null */
    bd_err *err;
} bd_pdf_lexer;

bd_pdf_lexer bd_pdf_lexer_of(bd_str text, size_t at, size_t end, bd_arena *arena, bd_err *err);
/* From a '%' on: comments and the white space between and behind them. */
void bd_pdf_lexer_skip_comments(bd_pdf_lexer *lexer);

/* White space and comments; mostly it is one space or nothing. */
static inline void bd_pdf_lexer_skip(bd_pdf_lexer *lexer) {
    const char *text = lexer->text.data;
    size_t at = lexer->at, end = lexer->end;
    while (at < end && bd_pdf_is_space(text[at])) {
        at++;
    }
    lexer->at = at;
    if (at < end && text[at] == '%') {
        bd_pdf_lexer_skip_comments(lexer);
    }
}

/* INPUT "…, at byte N". */
bd_rc bd_pdf_lexer_raise(const bd_pdf_lexer *lexer, const char *problem);
bd_rc bd_pdf_lexer_object(bd_pdf_lexer *lexer, bd_pdf_object *out);
/* The run of regular characters at the cursor: a keyword or an operator; may be empty. */
bd_str bd_pdf_lexer_word(bd_pdf_lexer *lexer);
bd_rc bd_pdf_lexer_expect(bd_pdf_lexer *lexer, bd_str word);
/* Decimal digits only; at most 15 of them. */
bd_rc bd_pdf_lexer_digits(bd_pdf_lexer *lexer, int64_t *out);

/* ---- the file -------------------------------------------------------------------------------- */

typedef enum {
    BD_PDF_ENTRY_ABSENT,
    BD_PDF_ENTRY_FREE,
    BD_PDF_ENTRY_USED,  /* stands in the file */
    BD_PDF_ENTRY_PACKED /* stands in an object stream; its generation is 0 */
} bd_pdf_entry_state;

/* Eight bytes: a long document has hundreds of thousands of them.  A file has at most 1 GiB. */
typedef struct {
    uint32_t offset;     /* PACKED: the number of the object stream */
    uint16_t generation; /* PACKED: as which of its objects */
    uint8_t state;       /* bd_pdf_entry_state */
    bool is_page : 1;    /* seen to be one when its form was checked */
    bool is_seen : 1;    /* by the walk over the page tree */
    bool is_pack : 1;    /* an object stream: objects of its revision are in it */
} bd_pdf_entry;

/* An entry with its number, as a section has it. */
typedef struct {
    uint32_t number;
    bd_pdf_entry entry;
} bd_pdf_placed;

typedef struct {
    bd_pdf_placed *data;
    size_t count, room;
} bd_pdf_section;

/* One cross-reference section with what stands around it. */
typedef struct {
    int64_t xref, end;     /* of "xref" or of the stream; just after %%EOF and its line end */
    int64_t stream_number; /* of a cross-reference stream; 0: a table */
    bd_pdf_object trailer; /* that stream, or the dictionary behind the table */
} bd_pdf_revision;

/* An object stream that was looked into. */
typedef struct {
    int64_t number;
    bd_str text;       /* inflated */
    int64_t base;      /* of its objects' `start` and `end`: behind the file and the streams before it */
    size_t first;      /* where its objects begin */
    uint32_t *numbers; /* of its objects */
    uint32_t *from;    /* where each of them begins in the text; one more for the end */
    size_t count;
} bd_pdf_pack;

typedef struct bd_pdf_font bd_pdf_font;

/* An object that was parsed, found again by its number: open addressing, at most half full. */
typedef struct {
    int64_t number;
    bd_pdf_object *object; /* NULL: an empty place */
} bd_pdf_parsed;

struct bd_pdf {
    bd_str text;
    bd_view *view; /* whose text it is; NULL: memory that is held */
    bd_arena *arena;
    BD_VEC(bd_pdf_revision) revisions; /* base first */
    bd_pdf_entry *entries;             /* by object number; the newest revision wins */
    size_t entry_count;
    bd_pdf_parsed *parsed; /* by object number */
    size_t parsed_count, parsed_room;
    BD_VEC(int64_t) lengths; /* objects that a stream of any revision names as its /Length */
    BD_VEC(bd_pdf_pack *) packs; /* by `base` */
    bd_map *packs_by_number;     /* NULL: none yet */
    int64_t packed_bytes;        /* of their texts */
    bool has_pages;
    BD_VEC(int64_t) pages; /* object numbers in order */
    BD_VEC(bd_pdf_font *) fonts;
};

/* Where the lexer stands after "N G obj …", which is only looked at: /Type /Page, /Kids and the form are told by
 * it. */
bd_rc bd_pdf_look_at(bd_pdf *pdf, int64_t number, bd_arena *arena, bd_pdf_lexer *out, bd_err *err);
int bd_pdf_generation(const bd_pdf *pdf, int64_t number);
/* An object that stands in the file itself. */
bd_rc bd_pdf_plain_parse(const bd_pdf *pdf, int64_t number, bd_arena *arena, bd_pdf_object *out, bd_err *err);
/* Resolved dictionary value under `name`, or NULL when absent. */
bd_rc bd_pdf_value(bd_pdf *pdf, const bd_pdf_object *dict, const char *name,
                   const bd_pdf_object **out, bd_err *err);

/* ---- cross-reference streams and object streams ------------------------------------------------ */

/* Room that many of them are inflated into, one after the other. */
typedef struct {
    bd_flate *flate;
    bd_buf plain;
} bd_pdf_inflating;

void bd_pdf_inflating_open(bd_pdf_inflating *with, size_t max_bytes);
void bd_pdf_inflating_close(bd_pdf_inflating *with); /* for BD_DEFER */
/* The bytes of a stream whose dictionary says all there is to say, by values and not by references; `row_bytes` above 0
 * allows the predictor of a table whose rows are so long.  Borrowed until the next call with the same room. */
bd_rc bd_pdf_own_decode(const bd_pdf_object *stream, size_t max_bytes, size_t row_bytes, bd_pdf_inflating *with,
                        bd_str *out, bd_err *err);
/* The entries of a cross-reference stream with a credible /Size; no number is above the limit. */
bd_rc bd_pdf_rows_read(const bd_pdf_object *stream, int64_t number_limit, bd_arena *arena, bd_pdf_section *out,
                       bd_err *err);
#define BD_PDF_PACK_BYTES ((size_t)16 << 20) /* an object stream holds no more */
/* The objects that a section places in one object stream, sorted by their places in it: all of them, each of good form.
 * `bytes_left` bounds what may be inflated.  Both arenas are scratch. */
bd_rc bd_pdf_pack_check(bd_pdf *pdf, const bd_pdf_placed *members, size_t count, size_t *bytes_left,
                        bd_pdf_inflating *with, bd_arena *arenas[2], bd_err *err);
/* A lexer over exactly one packed object. */
bd_rc bd_pdf_packed_lexer(bd_pdf *pdf, const bd_pdf_entry *entry, bd_pdf_lexer *out, bd_err *err);
/* The bytes that an object was parsed from. */
bd_str bd_pdf_source(const bd_pdf *pdf, const bd_pdf_object *object);

#endif
