/* zlib_priv.h - zlib for the files of room zip that inflate. */
#ifndef ZLIB_PRIV_H
#define ZLIB_PRIV_H

#include <stdbool.h>
#include <zlib.h>

/* A raw inflate whose memory is bd_heap_alloc's.  False: this zlib is another than was compiled for. */
bool zlib_open(z_stream *z);

#endif
