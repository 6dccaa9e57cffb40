#include "bindery/zip.h"

#include <libdeflate.h>

enum { LEVEL = 6, FAST_LEVEL = 1, ARENA_BYTES = 1 << 20 };

struct bd_flate {
    bd_arena *arena;
    int level;
    struct libdeflate_compressor *compressor;
    struct libdeflate_decompressor *decompressor;
};

static bd_flate *open_level(int level) {
    bd_arena *arena = bd_arena_open("flate", ARENA_BYTES);
    bd_flate *flate = bd_new(arena, bd_flate, 1);
    *flate = (bd_flate){.arena = arena, .level = level};
    return flate;
}

bd_flate *bd_flate_open(void) {
    return open_level(LEVEL);
}

bd_flate *bd_flate_open_fast(void) {
    return open_level(FAST_LEVEL);
}

void bd_zip_settle(void) {
    libdeflate_set_memory_allocator(bd_heap_alloc, bd_heap_free);
}

bd_rc bd_flate_put(bd_flate *flate, bd_str text, bd_buf *out, bd_err *err) {
    if (flate->compressor == NULL) {
        flate->compressor = libdeflate_alloc_compressor(flate->level);
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

bd_rc bd_flate_undo(bd_flate *flate, bd_str packed, void *out, size_t size, bd_err *err) {
    if (flate->decompressor == NULL) {
        flate->decompressor = libdeflate_alloc_decompressor();
    }
    /* a NULL for the size found: any other than the one expected is a fault */
    if (flate->decompressor == NULL ||
        libdeflate_zlib_decompress(flate->decompressor, packed.data, packed.size, out, size,
                                   NULL) != LIBDEFLATE_SUCCESS) {
        BD_RAISE(err, BD_ERR_INPUT, "%zu bytes do not inflate to %zu", packed.size, size);
    }
    return BD_OK;
}

static bool is_undone(bd_flate *flate, bd_str packed, char *room, size_t most, size_t *size, bool *is_full) {
    size_t taken = 0;
    enum libdeflate_result result = libdeflate_zlib_decompress_ex(flate->decompressor, packed.data, packed.size, room,
                                                                  most, &taken, size);
    *is_full = result == LIBDEFLATE_INSUFFICIENT_SPACE;
    return result == LIBDEFLATE_SUCCESS && taken == packed.size;
}

/* Nobody knows how long it becomes, so room is given until it fits. */
bd_rc bd_flate_undo_all(bd_flate *flate, bd_str packed, size_t most, bd_buf *out, bd_err *err) {
    size_t size = 0, part = 16 * packed.size + 4096;
    bool is_full = true;
    if (flate->decompressor == NULL) {
        flate->decompressor = libdeflate_alloc_decompressor();
    }
    for (; flate->decompressor != NULL && is_full; part *= 4) {
        part = part < most ? part : most;
        char *room = bd_buf_room(out, part);
        if (room == NULL) {
            break;
        }
        if (is_undone(flate, packed, room, part, &size, &is_full)) {
            out->size += size;
            return BD_OK;
        }
        if (part == most) {
            break;
        }
    }
    if (is_full) {
        BD_RAISE(err, BD_ERR_LIMIT, "%zu bytes inflate to more than %zu", packed.size, most);
    }
    BD_RAISE(err, BD_ERR_INPUT, "%zu bytes that are no deflated text, or not all of one", packed.size);
}

void bd_flate_close(bd_flate *flate) {
    if (flate == NULL) {
        return;
    }
    libdeflate_free_compressor(flate->compressor);
    libdeflate_free_decompressor(flate->decompressor);
    bd_arena_close(flate->arena);
}
