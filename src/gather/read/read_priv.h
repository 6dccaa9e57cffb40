/* src/gather/read/read_priv.h - decoding and separators, shared by recognising and reading. */
#ifndef BINDERY_READ_PRIV_H
#define BINDERY_READ_PRIV_H

#include "bindery/read.h"

/* UTF-16 to UTF-8, piece by piece; UTF-8 passes as it is (cells are checked where they are handed
 * over). */
typedef struct {
    bool is_utf16, is_big_endian;
    size_t bom_bytes;
    unsigned char left[2]; /* half of a unit */
    bool has_left;
    uint32_t high; /* surrogate that waits for its partner, or 0 */
} read_decoder;

/* Looks at the byte order mark of `head`; true for UTF-16. */
bool read_decoder_init(read_decoder *decoder, bd_str head);
/* `out` has room for 2 * size + 4 bytes; false at a lone surrogate. */
bool read_decode(read_decoder *decoder, const char *bytes, size_t size, char *out,
                 size_t *out_size);
/* True if the input did not end inside a character. */
bool read_decoder_is_at_rest(const read_decoder *decoder);

/* The separator that stands most often outside quotes in the first record; ',' when none does. */
char read_separator_of(bd_str text);

/* Names for the columns of a table with the header `given`: trimmed, an empty one "column 3", a repeated one "a (2)";
 * `columns` maps as bd_csv_read says.  INPUT: the map names what is not there; `what` is the kind of table. */
BD_MUST_USE bd_rc read_name_columns(bd_arena *arena, const bd_str *given, size_t count,
                                    const bd_value *columns, const char *what, bd_str *out,
                                    bd_err *err);
/* Columns of that header that repeat another's, by column.  Allocated in <arena>. */
bd_repeat *read_repeats(bd_arena *arena, const bd_str *given, size_t count, size_t *found);
/* The text of a cell, or the JSON object or array that it is. */
void read_cell_text(bd_str text, const bd_json_limits *limits, bd_arena *arena, bd_value *out);

#endif
