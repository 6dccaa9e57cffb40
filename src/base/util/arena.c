#include "bindery/util.h"

#include "util_priv.h"

#include <stdio.h>
#include <string.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#define ALIGNMENT 16
#define FIRST_BLOCK_BYTES ((size_t)16 << 10)
#define LARGEST_BLOCK_BYTES ((size_t)1 << 20)
#define KEPT_BLOCK_BYTES (LARGEST_BLOCK_BYTES - 4096) /* room for its head in as many whole pages */

typedef struct block block;
struct block {
    block *next;
    size_t room, used;
    bool is_apart; /* of blocks.c */
    _Alignas(ALIGNMENT) char bytes[];
};

struct bd_arena {
    const char *name;
    bool keeps; /* what is taken now stays in memory */
    size_t limit_bytes;
    size_t taken_bytes; /* from the system */
    size_t used_bytes;  /* handed out */
    block *first;       /* kept by reset */
    block *current;
};

#define RETURNED_BYTES (512 << 10)
#define KEPT_BYTES (2 << 20) /* at the top of the heap: small arenas come and go with every file */

void bd_arena_settle(void) {
#ifdef __GLIBC__
    /* Left alone, glibc raises this threshold to the largest block ever freed, and has a heap for every thread. */
    (void)mallopt(M_MMAP_THRESHOLD, RETURNED_BYTES);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    (void)mallopt(M_ARENA_MAX, 1);
#endif
}

static block *open_block(bd_arena *arena, size_t room) {
    if (room > arena->limit_bytes || arena->taken_bytes > arena->limit_bytes - room) {
        bd_exhausted(arena->name, arena->limit_bytes);
    }
    block_note(room);
    size_t held = arena->keeps ? KEPT_AFTER_BYTES : BLOCKS_AFTER_BYTES;
    bool is_apart = arena->taken_bytes + room > held;
    block *made = is_apart ? block_take(sizeof(block) + room, arena->keeps) : NULL;
    if (made == NULL) {
        is_apart = false;
        made = memory_take(sizeof(block) + room, arena->name, arena->limit_bytes);
    }
    made->next = NULL;
    made->room = room;
    made->used = 0;
    made->is_apart = is_apart;
    arena->taken_bytes += room;
    ASAN_POISON_MEMORY_REGION(made->bytes, room);
    return made;
}

bd_arena *bd_arena_open(const char *name, size_t limit_bytes) {
    bd_arena *arena = memory_take(sizeof *arena, name, limit_bytes);
    memset(arena, 0, sizeof *arena);
    arena->name = name;
    arena->limit_bytes = limit_bytes;
    return arena;
}

/* A block begun before is of the other kind. */
void bd_arena_keep(bd_arena *arena, bool keeps) {
    if (arena->keeps != keeps && arena->current != NULL) {
        arena->current->used = arena->current->room;
    }
    arena->keeps = keeps;
}

static void close_blocks(bd_arena *arena, block *from) {
    while (from != NULL) {
        block *next = from->next;
        ASAN_UNPOISON_MEMORY_REGION(from->bytes, from->room);
        arena->taken_bytes -= from->room;
        if (from->is_apart) {
            block_give(from, sizeof(block) + from->room);
        } else {
            bd_heap_free(from);
        }
        from = next;
    }
}

void bd_arena_close(bd_arena *arena) {
    if (arena == NULL) {
        return;
    }
    close_blocks(arena, arena->first);
    bd_heap_free(arena);
}

void bd_arena_close_ref(bd_arena **arena) {
    bd_arena_close(*arena);
    *arena = NULL;
}

void bd_arena_reset(bd_arena *arena) {
    arena->used_bytes = 0;
    if (arena->first == NULL) {
        return;
    }
    close_blocks(arena, arena->first->next);
    arena->first->next = NULL;
    arena->first->used = 0;
    ASAN_POISON_MEMORY_REGION(arena->first->bytes, arena->first->room);
    arena->current = arena->first;
}

size_t bd_arena_used(const bd_arena *arena) {
    return arena->used_bytes;
}

static block *block_with_room(bd_arena *arena, size_t bytes) {
    block *current = arena->current;
    if (current != NULL && current->room - current->used >= bytes) {
        return current;
    }
    size_t room = arena->keeps      ? KEPT_BLOCK_BYTES
                  : current == NULL ? FIRST_BLOCK_BYTES
                                    : current->room * 2;
    if (room > LARGEST_BLOCK_BYTES) {
        room = LARGEST_BLOCK_BYTES;
    }
    if (room > arena->limit_bytes - arena->taken_bytes) {
        room = arena->limit_bytes -
               arena->taken_bytes; /* the limit is on what is handed out, not on our steps */
    }
    if (room < bytes) {
        room = bytes;
    }
    block *made = open_block(arena, room);
    if (current == NULL) {
        arena->first = made;
    } else {
        current->next = made;
    }
    arena->current = made;
    return made;
}

void *bd_alloc(bd_arena *arena, size_t count, size_t size_bytes) {
    if (size_bytes != 0 && count > (SIZE_MAX - ALIGNMENT) / size_bytes) {
        bd_exhausted(arena->name, arena->limit_bytes);
    }
    size_t bytes = count * size_bytes;
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (bytes == 0) {
        bytes = ALIGNMENT;
    }
    block *home = block_with_room(arena, bytes);
    void *place = home->bytes + home->used;
    home->used += bytes;
    arena->used_bytes += bytes;
    ASAN_UNPOISON_MEMORY_REGION(place, bytes);
    if (bytes > LARGEST_BLOCK_BYTES) {
        block_zero(place, bytes);
    } else {
        memset(place, 0, bytes);
    }
    return place;
}

/* Most vectors stay short, and a report holds many thousands of them: the first room is about 64 bytes. */
static size_t first_room(size_t size_bytes) {
    return size_bytes >= 64 ? 1 : 64 / (size_bytes > 0 ? size_bytes : 1);
}

void *bd_grow(bd_arena *arena, void *data, size_t *count, size_t *room, size_t size_bytes) {
    if (*count == *room) {
        size_t wanted = *room == 0 ? first_room(size_bytes) : *room * 2;
        void *larger = bd_alloc(arena, wanted, size_bytes);
        if (*count > 0) {
            block_copy(larger, data, *count * size_bytes);
            block_rest(data, *count * size_bytes);
        }
        data = larger;
        *room = wanted;
    }
    memset((char *)data + *count * size_bytes, 0,
           size_bytes); /* a vector that was emptied is used again */
    *count += 1;
    return data;
}
