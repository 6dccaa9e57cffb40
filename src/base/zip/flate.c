#include "bindery/zip.h"

#include <libdeflate.h>

enum { LEVEL = 6, ARENA_BYTES = 1 << 20 };

struct bd_flate {
    bd_arena *arena;
    struct libdeflate_compressor *compressor;
};

bd_flate *bd_flate_open(void) {
    bd_arena *arena = bd_arena_open("flate", ARENA_BYTES);
    bd_flate *flate = bd_new(arena, bd_flate, 1);
    flate->arena = arena;
    return flate;
}

void bd_zip_settle(void) {
    libdeflate_set_memory_allocator(bd_heap_alloc, bd_heap_free);
}

bd_rc bd_flate_put(bd_flate *flate, bd_str text, bd_buf *out, bd_err *err) {
    if (flate->compressor == NULL) {
        flate->compressor = libdeflate_alloc_compressor(LEVEL);
    }
    size_t most = libdeflate_zlib_compress_bound(flate->compressor, text.size);
    char *room = flate->compressor != NULL ? bd_buf_room(out, most) : NULL;
    size_t made =
        room != NULL ? libdeflate_zlib_compress(flate->compressor, text.data, text.size, room, most)
                     : 0;
    if (made == 0) {
        BD_RAISE(err, BD_ERR_LIMIT, "cannot compress %zu bytes: no memory for it", text.size);
    }
    out->size += made;
    return BD_OK;
}

void bd_flate_close(bd_flate *flate) {
    if (flate == NULL) {
        return;
    }
    libdeflate_free_compressor(flate->compressor);
    bd_arena_close(flate->arena);
}
