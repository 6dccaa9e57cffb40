#include "bindery/util.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

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

void *bd_heap_alloc(size_t bytes) {
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL) {
        bd_exhausted("heap", SIZE_MAX);
    }
    return memory;
}

void *bd_heap_zeroed(size_t bytes) {
    void *memory = calloc(1, bytes > 0 ? bytes : 1);
    if (memory == NULL) {
        bd_exhausted("heap", SIZE_MAX);
    }
    return memory;
}

void *bd_heap_resize(void *memory, size_t bytes) {
    void *larger = realloc(memory, bytes > 0 ? bytes : 1);
    if (larger == NULL) {
        bd_exhausted("heap", SIZE_MAX);
    }
    return larger;
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
    free(memory);
}
