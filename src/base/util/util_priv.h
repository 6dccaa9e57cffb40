/* util_priv.h - shared by the files of room util. */
#ifndef UTIL_PRIV_H
#define UTIL_PRIV_H

#include <stdbool.h>
#include <stddef.h>

/* blocks.c: memory of an unlinked file.  NULL: there is none, and the heap has to serve.  Not zeroed.  Any thread.
 * `is_kept`: it stays in memory until bd_arenas_keep_none. */
void *block_take(size_t bytes, bool is_kept);
void block_give(void *block, size_t bytes); /* of the size that was taken */
/* Nobody will look there again, though it is not given back: what lies in such memory leaves it now. */
void block_rest(const void *at, size_t bytes);
/* Makes the file now, once and for all: soon this process can make none.  Before any thread. */
void block_keep_file(void);
/* So much was taken from anywhere: now and then this lets go of blocks. */
void block_note(size_t bytes);

/* As memcpy and memset, for what may be large. */
void block_copy(char *to, const char *from, size_t bytes);
void block_zero(char *at, size_t bytes);

/* memory.c: from the heap, within the budget; never NULL.  The name and the limit are for the sentence. */
void *memory_take(size_t bytes, const char *name, size_t limit_bytes);

/* What is beyond so much of one arena or buffer lies in blocks. */
#define BLOCKS_AFTER_BYTES ((size_t)1 << 20)
#define KEPT_AFTER_BYTES ((size_t)64 << 10) /* of what is kept, which all is written once */

#endif
