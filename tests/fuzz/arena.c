/* arena.c - the arenas of util.h with one heap block for each allocation, linked into fuzz targets in
 * place of src/base/util/arena.c: a byte read past a text, or a text kept beyond reset, is then an error
 * that AddressSanitizer sees.  An arena that passes its limit ends the run: inputs are bounded before
 * memory is, so that this is a finding. */
#include "bindery/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whatever limit the code under test asks for: an input of some KiB has no need of more. */
#define MOST_BYTES ((size_t)768 << 20)

typedef struct block block;
struct block {
    block *next;
    _Alignas(16) char bytes[];
};

struct bd_arena {
    const char *name;
    size_t limit_bytes, used_bytes;
    block *last;
};

BD_NORETURN static void leave_exhausted(const bd_arena *arena, size_t bytes) {
    fprintf(stderr, "arena '%s' is exhausted: %zu bytes used, %zu more asked for, limit %zu\n",
            arena->name, arena->used_bytes, bytes, arena->limit_bytes);
    abort();
}

bd_arena *bd_arena_open(const char *name, size_t limit_bytes) {
    bd_arena *arena = calloc(1, sizeof *arena);
    if (arena == NULL) {
        abort();
    }
    arena->name = name;
    arena->limit_bytes = limit_bytes < MOST_BYTES ? limit_bytes : MOST_BYTES;
    return arena;
}

void bd_arena_reset(bd_arena *arena) {
    while (arena->last != NULL) {
        block *next = arena->last->next;
        free(arena->last);
        arena->last = next;
    }
    arena->used_bytes = 0;
}

void bd_arena_close(bd_arena *arena) {
    if (arena != NULL) {
        bd_arena_reset(arena);
        free(arena);
    }
}

void bd_arena_close_ref(bd_arena **arena) {
    bd_arena_close(*arena);
    *arena = NULL;
}

size_t bd_arena_used(const bd_arena *arena) {
    return arena->used_bytes;
}

void *bd_alloc(bd_arena *arena, size_t count, size_t size_bytes) {
    if (size_bytes != 0 && count > SIZE_MAX / size_bytes) {
        leave_exhausted(arena, SIZE_MAX);
    }
    size_t bytes = count * size_bytes;
    if (bytes > arena->limit_bytes || arena->used_bytes > arena->limit_bytes - bytes) {
        leave_exhausted(arena, bytes);
    }
    block *made = calloc(1, sizeof(block) + bytes);
    if (made == NULL) {
        leave_exhausted(arena, bytes);
    }
    made->next = arena->last;
    arena->last = made;
    arena->used_bytes += bytes;
    return made->bytes;
}

void *bd_grow(bd_arena *arena, void *data, size_t *count, size_t *room, size_t size_bytes) {
    if (*count == *room) {
        size_t wanted = *room == 0 ? 8 : *room * 2;
        void *larger = bd_alloc(arena, wanted, size_bytes);
        if (*count > 0) {
            memcpy(larger, data, *count * size_bytes);
        }
        data = larger;
        *room = wanted;
    }
    *count += 1;
    return data;
}
