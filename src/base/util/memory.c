#include "bindery/util.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "util_priv.h"

/* At once, without what libraries do at exit: other threads may be in the midst of them. */
static void leave_exhausted(const char *name, size_t limit_bytes) {
    if (limit_bytes < SIZE_MAX >> 20) {
        fprintf(stderr,
                "bindery: out of memory in '%s' (limit %zu MiB): nothing half-written was kept; "
                "give it less evidence at once or more memory\n",
                name, limit_bytes >> 20);
    } else {
        fprintf(stderr,
                "bindery: out of memory in '%s': nothing half-written was kept; give it less "
                "evidence at once or more memory\n",
                name);
    }
    _exit(5);
}

static bd_exhausted_fn *exhausted_hook = leave_exhausted;

void bd_set_exhausted(bd_exhausted_fn *hook) {
    exhausted_hook = hook != NULL ? hook : leave_exhausted;
}

void bd_exhausted(const char *name, size_t limit_bytes) {
    exhausted_hook(name, limit_bytes);
    abort();
}

/* ---- the budget ------------------------------------------------------------------------------------ */

/* Counted is what the C library has handed out, rounding included, since that is what it takes of the machine. */
static size_t size_of(void *memory) {
#ifdef __GLIBC__
    return memory != NULL ? malloc_usable_size(memory) : 0;
#else
    (void)memory;
    return 0;
#endif
}

static atomic_size_t held_bytes;
static size_t budget_bytes = SIZE_MAX;
static atomic_long until_failure; /* 0: none is asked for */

void bd_memory_limit(size_t bytes) {
    budget_bytes = bytes;
}

void bd_memory_fail_at(long count) {
    atomic_store(&until_failure, count);
}

size_t bd_memory_held(void) {
    return atomic_load_explicit(&held_bytes, memory_order_relaxed);
}

/* Asked before memory is taken: a budget that is passed afterwards is none. */
static void spend(size_t bytes, const char *name, size_t limit_bytes) {
    if (bd_memory_held() > budget_bytes || bytes > budget_bytes - bd_memory_held()) {
        bd_exhausted(name, budget_bytes);
    }
    if (atomic_load_explicit(&until_failure, memory_order_relaxed) > 0 &&
        atomic_fetch_sub(&until_failure, 1) == 1) {
        bd_exhausted(name, limit_bytes);
    }
}

static void *count_taken(void *memory, const char *name, size_t limit_bytes) {
    if (memory == NULL) {
        bd_exhausted(name, limit_bytes);
    }
    atomic_fetch_add_explicit(&held_bytes, size_of(memory), memory_order_relaxed);
    return memory;
}

static void count_given(void *memory) {
    atomic_fetch_sub_explicit(&held_bytes, size_of(memory), memory_order_relaxed);
}

void *memory_take(size_t bytes, const char *name, size_t limit_bytes) {
    spend(bytes, name, limit_bytes);
    block_note(bytes);
    return count_taken(malloc(bytes > 0 ? bytes : 1), name, limit_bytes);
}

void *bd_heap_alloc(size_t bytes) {
    return memory_take(bytes, "heap", SIZE_MAX);
}

void *bd_heap_zeroed(size_t bytes) {
    spend(bytes, "heap", SIZE_MAX);
    return count_taken(calloc(1, bytes > 0 ? bytes : 1), "heap", SIZE_MAX);
}

void *bd_heap_resize(void *memory, size_t bytes) {
    size_t had = size_of(memory);
    spend(bytes > had ? bytes - had : 0, "heap", SIZE_MAX);
    count_given(memory);
    return count_taken(realloc(memory, bytes > 0 ? bytes : 1), "heap", SIZE_MAX);
}

void *bd_heap_grow(void *data, size_t *count, size_t *room, size_t size_bytes) {
    if (*count == *room) {
        *room = *room == 0 ? 16 : *room + *room / 2;
        BD_ASSERT(*room <= SIZE_MAX / size_bytes);
        data = bd_heap_resize(data, *room * size_bytes);
    }
    memset((char *)data + *count * size_bytes, 0, size_bytes);
    *count += 1;
    return data;
}

void bd_heap_free(void *memory) {
    count_given(memory);
    free(memory);
}
