/* memory.c - an allocator that fails once, put before libc by LD_PRELOAD: MEMORY_AT=N fails the N-th allocation of all
 * threads; MEMORY_COUNT=FILE is given how many there were. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *memory, size_t bytes);

static atomic_long calls;
static atomic_long fail_at = -1;

static int strike(void) {
    long at = atomic_load(&fail_at);
    if (at < 0) {
        const char *text = getenv("MEMORY_AT");
        at = text != NULL ? atol(text) : 0;
        atomic_store(&fail_at, at);
    }
    if (atomic_fetch_add(&calls, 1) + 1 != at) {
        return 0;
    }
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t bytes) {
    return strike() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    return strike() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
    return strike() ? NULL : __libc_realloc(memory, bytes);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("MEMORY_COUNT");
    int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    char text[32];
    int size = snprintf(text, sizeof text, "%ld\n", (long)atomic_load(&calls));
    if (fd >= 0 && write(fd, text, (size_t)size) == size) {
        close(fd);
    }
}
