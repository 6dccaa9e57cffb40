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

#endif
