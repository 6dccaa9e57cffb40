/* wall.so, for LD_PRELOAD - a kernel without seccomp, and parsers that break.
 *
 *     WALL_NONE=1     no process gets behind seccomp
 *     WALL_BREAK=1    a child that reads untrusted files breaks where the bytes that it is given say so: "FAULT crash",
 *                     "FAULT hang", "FAULT hunger"; it has 2 seconds
 *     WALL_PDF=1      the child in which a PDF is tried breaks */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int is_reader; /* this process may open no file: it is one that reads what it is given */

int prctl(int what, ...) {
    static int (*real)(int, ...);
    unsigned long words[4];
    va_list list;
    va_start(list, what);
    for (int i = 0; i < 4; i++) {
        words[i] = va_arg(list, unsigned long);
    }
    va_end(list);
    if (what == PR_SET_SECCOMP && getenv("WALL_NONE") != NULL) {
        errno = EINVAL;
        return -1;
    }
    if (real == NULL) {
        real = (int (*)(int, ...))dlsym(RTLD_NEXT, "prctl");
    }
    return real(what, words[0], words[1], words[2], words[3]);
}

int setrlimit(__rlimit_resource_t what, const struct rlimit *given) {
    static int (*real)(__rlimit_resource_t, const struct rlimit *);
    struct rlimit limit = *given;
    if (real == NULL) {
        real = (int (*)(__rlimit_resource_t, const struct rlimit *))dlsym(RTLD_NEXT, "setrlimit");
    }
    is_reader = is_reader || (what == RLIMIT_NOFILE && given->rlim_cur == 0);
    if (what == RLIMIT_CPU && getenv("WALL_PDF") != NULL) {
        *(volatile char *)NULL = 1;
    }
    if (what == RLIMIT_CPU && getenv("WALL_BREAK") != NULL) {
        limit = (struct rlimit){2, 2};
    }
    return real(what, &limit);
}

ssize_t read(int fd, void *bytes, size_t room) {
    static ssize_t (*real)(int, void *, size_t);
    if (real == NULL) {
        real = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
    }
    ssize_t got = real(fd, bytes, room);
    if (got <= 0 || !is_reader || getenv("WALL_BREAK") == NULL) {
        return got;
    }
    if (memmem(bytes, (size_t)got, "FAULT crash", 11) != NULL) {
        *(volatile char *)NULL = 1;
    }
    if (memmem(bytes, (size_t)got, "FAULT hang", 10) != NULL) {
        for (volatile unsigned i = 1; i != 0; i |= 1) {
        }
    }
    if (memmem(bytes, (size_t)got, "FAULT hunger", 12) != NULL) {
        for (char *more; (more = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED;) {
            *more = 1;
        }
    }
    return got;
}
