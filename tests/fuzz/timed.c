/* timed.c - runs a fuzz target once for each file named and prints the processor time it took; fails above the limit.
 *
 *     timed LIMIT_MS FILE...
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long run_file(const char *path) {
    bd_arena *arena = bd_arena_open("file", (size_t)256 << 20);
    bd_str text;
    bd_err err;
    if (bd_failed(bd_file_read(path, 64 << 20, arena, &text, &err))) {
        fprintf(stderr, "%s\n", err.message);
        exit(2);
    }
    clock_t from = clock();
    (void)LLVMFuzzerTestOneInput((const uint8_t *)text.data, text.size);
    long took = (long)((clock() - from) * 1000 / CLOCKS_PER_SEC);
    bd_arena_close(arena);
    return took;
}

int main(int argc, char **argv) {
    int slow = 0;
    long limit = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    for (int i = 2; i < argc; i++) {
        if (i == 2) {
            (void)LLVMFuzzerTestOneInput((const uint8_t *)"",
                                         0); /* fonts and catalogs are loaded once */
        }
        long took = run_file(argv[i]);
        slow += took > limit;
        printf("%s %6ld ms  %s\n", took > limit ? "SLOW" : "ok  ", took, argv[i]);
        fflush(stdout);
    }
    return slow > 0;
}
