/* What is beyond the first mebibytes of arenas and buffers leaves memory and comes back; one budget for all of it. */
#define _DEFAULT_SOURCE /* setenv */
#include "bindery/util.h"

#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW 1 /* which grows with what is looked at */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SHADOW 1
#endif
#endif

#define MIB ((size_t)1 << 20)
#define PIECE_BYTES ((size_t)200000) /* no multiple of anything */

static size_t resident_bytes(void) {
    char text[128] = "";
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file != NULL && fgets(text, sizeof text, file) != NULL);
    fclose(file);
    return (size_t)strtoull(strchr(text, ' '), NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static int mapped_files(void) {
    char line[512];
    int count = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL) {
        count += strstr(line, "/bindery-") != NULL;
    }
    fclose(file);
    return count;
}

static unsigned char byte_of(size_t piece, size_t at) {
    return (unsigned char)(piece * 31 + at % 251);
}

static unsigned char **fill(bd_arena *list, bd_arena *arena, size_t count) {
    unsigned char **pieces = bd_new(list, unsigned char *, count);
    for (size_t i = 0; i < count; i++) {
        pieces[i] = bd_alloc(arena, PIECE_BYTES, 1);
        for (size_t at = 0; at < PIECE_BYTES; at++) {
            pieces[i][at] = byte_of(i, at);
        }
    }
    return pieces;
}

static bool holds(unsigned char **pieces, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_arenas_pass(PIECE_BYTES);
        for (size_t at = 0; at < PIECE_BYTES; at++) {
            if (pieces[i][at] != byte_of(i, at)) {
                return false;
            }
        }
    }
    return true;
}

TEST(util, an_arena_of_many_mebibytes_is_not_held_in_memory) {
    enum { COUNT = 600 }; /* 114 MiB */
    bd_arena *list = bd_arena_open("list", MIB), *arena = bd_arena_open("large", 256 * MIB);
    size_t before = resident_bytes();
    unsigned char **pieces = fill(list, arena, COUNT);
    size_t filled = resident_bytes();
    CHECK(holds(pieces, COUNT));
    size_t read = resident_bytes();
    bd_arenas_release();
    size_t released = resident_bytes();
    CHECK(holds(pieces, COUNT));
    CHECK(mapped_files() > 0);
    bd_arena_close(arena);
    bd_arena_close(list);
    CHECK_EQ_INT(mapped_files(), 0);
#ifndef HAS_SHADOW
    CHECK(filled < before + 24 * MIB);
    CHECK(read < before + 24 * MIB);
    CHECK(released < before + 8 * MIB);
#else
    (void)before, (void)filled, (void)read, (void)released;
#endif
}

TEST(util, what_an_arena_takes_while_it_keeps_stays_in_memory_until_nothing_is_kept) {
    enum { COUNT = 40 }; /* 7.6 MiB */
    bd_arena *list = bd_arena_open("list", MIB), *arena = bd_arena_open("kept", 256 * MIB);
    bd_arena_keep(arena, true);
    unsigned char **kept = fill(list, arena, COUNT);
    bd_arena_keep(arena, false);
    size_t filled = resident_bytes();
    bd_arenas_release();
    size_t released = resident_bytes();
    unsigned char **more = fill(list, arena, COUNT);
    bd_arenas_release();
    size_t with_more = resident_bytes();
    CHECK(holds(kept, COUNT) && holds(more, COUNT));
    bd_arenas_keep_none();
    size_t rest = resident_bytes();
    CHECK(mapped_files() > 0);
    CHECK(holds(kept, COUNT) && holds(more, COUNT));
    bd_arena_close(arena);
    bd_arena_close(list);
    CHECK_EQ_INT(mapped_files(), 0);
#ifndef HAS_SHADOW
    CHECK(released + MIB > filled);
    CHECK(with_more < filled + 4 * MIB);
    CHECK(rest + 6 * MIB < filled);
#else
    (void)filled, (void)released, (void)with_more, (void)rest;
#endif
}

/* Its name is taken from the heap, which now and then looks at how much lies in memory: not while a file is made. */
TEST(util, a_new_file_is_made_though_a_look_is_due) {
    bd_buf first, second;
    bd_buf_init(&first, 64 * MIB);
    bd_buf_init(&second, 64 * MIB);
    alarm(20);
    CHECK(bd_buf_room(&first, 3 * MIB) != NULL);
    CHECK(mapped_files() > 0);
    bd_arenas_pass(MIB);
    bd_arenas_pass(MIB - 2);
    CHECK(bd_buf_room(&second, 20 * MIB) != NULL);
    alarm(0);
    bd_buf_clear(&first);
    bd_buf_clear(&second);
}

TEST(util, a_buffer_of_many_mebibytes_is_not_held_in_memory) {
    bd_buf buf;
    char block[4096];
    size_t before = resident_bytes(), most = before;
    bd_buf_init(&buf, 128 * MIB);
    for (size_t i = 0; i < 70 * MIB / sizeof block; i++) {
        memset(block, (int)(i % 251), sizeof block);
        bd_buf_put(&buf, block, sizeof block);
        most = resident_bytes() > most && i % 1000 == 0 ? resident_bytes() : most;
    }
    CHECK_EQ_INT(buf.size, 70 * MIB);
    for (size_t i = 0; i < buf.size / sizeof block; i++) {
        CHECK_EQ_INT((unsigned char)buf.data[i * sizeof block], i % 251);
        CHECK_EQ_INT((unsigned char)buf.data[(i + 1) * sizeof block - 1], i % 251);
    }
    bd_buf_clear(&buf);
    CHECK_EQ_INT(mapped_files(), 0);
#ifndef HAS_SHADOW
    CHECK(most < before + 64 * MIB); /* what is put piece by piece lies there until somebody looks */
#endif
}

/* ---- where no file can be had ---- */

static int run_child(void (*fn)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stderr);
        fn();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void fill_and_read(void) {
    bd_arena *list = bd_arena_open("list", MIB), *arena = bd_arena_open("large", 64 * MIB);
    unsigned char **pieces = fill(list, arena, 100);
    bd_arenas_release();
    bool is_good = holds(pieces, 100) && mapped_files() == 0;
    bd_arena_close(arena);
    bd_arena_close(list);
    _exit(is_good ? 0 : 1);
}

static void without_folder(void) {
    setenv("TMPDIR", "/nowhere/at/all", 1);
    fill_and_read();
}

static void without_room(void) {
    struct rlimit limit = {MIB, MIB};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    fill_and_read();
}

TEST(util, without_a_temporary_file_large_arenas_are_held) {
    CHECK_EQ_INT(run_child(without_folder), 0);
    CHECK_EQ_INT(run_child(without_room), 0);
}

static void confined(void) {
    (void)bd_confine(false);
    bd_arena *list = bd_arena_open("list", MIB), *arena = bd_arena_open("large", 64 * MIB);
    unsigned char **pieces = fill(list, arena, 100);
    _exit(holds(pieces, 100) && mapped_files() > 0 ? 0 : 1);
}

TEST(util, a_confined_process_keeps_one_file_for_what_is_large) {
    CHECK_EQ_INT(run_child(confined), 0);
}

/* ---- tried in a child ---- */

static bd_rc come_back(void *context, bd_err *err) {
    *(int *)context = 1; /* the child's */
    BD_RAISE(err, BD_ERR_INPUT, "no matter");
}

static bd_rc break_down(void *context, bd_err *err) {
    (void)context;
    (void)err;
    raise(SIGSEGV);
    return BD_OK;
}

static bd_rc hunger(void *context, bd_err *err) {
    (void)err;
    for (int i = 0; i < 2000; i++) {
        memset(bd_heap_alloc(MIB), 1, 4096);
    }
    (void)context;
    return BD_OK;
}

static bd_rc loop(void *context, bd_err *err) {
    (void)err;
    for (volatile int *turn = context; *turn != -1;) {
        *turn = (*turn + 1) & 0xffff;
    }
    return BD_OK;
}

/* Breaks down where it is not behind the wall. */
static bd_rc write_file(void *context, bd_err *err) {
    FILE *file = fopen(context, "w");
    if (file != NULL) {
        abort();
    }
    BD_RAISE(err, BD_ERR_IO, "as it should");
}

TEST(util, what_breaks_a_reader_breaks_a_child_first) {
    int mark = 0;
    bd_err err;
    CHECK_OK(bd_confined_try("it", 5, come_back, &mark, &err), err);
    CHECK_EQ_INT(mark, 0);
    CHECK_FAILS(bd_confined_try("it", 5, break_down, &mark, &err), err, BD_ERR_INPUT, "it broke down");
    CHECK_FAILS(bd_confined_try("it", 1, loop, &mark, &err), err, BD_ERR_LIMIT, "took more than 1 s");
#ifndef HAS_SHADOW
    CHECK_FAILS(bd_confined_try("it", 5, hunger, &mark, &err), err, BD_ERR_LIMIT, "needed more than 1024 MiB");
#else
    (void)hunger;
#endif
    if (bd_can_confine()) {
        CHECK_OK(bd_confined_try("it", 5, write_file, (void *)(uintptr_t)test_path("none"), &err), err);
    }
}

/* ---- several at once ---- */

typedef struct {
    unsigned char **pieces;
    bool is_good;
} reading;

static void *read_again(void *context) {
    reading *one = context;
    one->is_good = true;
    for (int round = 0; round < 5; round++) {
        one->is_good = one->is_good && holds(one->pieces, 100);
    }
    return NULL;
}

TEST(util, threads_read_and_write_while_memory_is_let_go_of) {
    bd_arena *list = bd_arena_open("list", MIB), *arena = bd_arena_open("large", 64 * MIB);
    reading one = {.pieces = fill(list, arena, 100)};
    pthread_t thread;
    CHECK_EQ_INT(pthread_create(&thread, NULL, read_again, &one), 0);
    for (int round = 0; round < 20; round++) {
        bd_arena *own = bd_arena_open("large", 64 * MIB);
        unsigned char **pieces = fill(own, own, 20);
        bd_arenas_release();
        CHECK(holds(pieces, 20));
        bd_arena_close(own);
    }
    pthread_join(thread, NULL);
    CHECK(one.is_good);
    bd_arena_close(arena);
    bd_arena_close(list);
}

static void fill_another(void) {
    bd_arena *arena = bd_arena_open("child's", 64 * MIB);
    unsigned char **pieces = fill(arena, arena, 50);
    for (size_t i = 0; i < 50; i++) {
        memset(pieces[i], 0xee, PIECE_BYTES);
    }
    bd_arena_close(arena);
}

TEST(util, a_child_takes_nothing_of_what_its_parent_holds) {
    bd_arena *list = bd_arena_open("list", MIB), *arena = bd_arena_open("large", 64 * MIB);
    unsigned char **pieces = fill(list, arena, 50);
    CHECK_EQ_INT(run_child(fill_another), 0);
    CHECK(holds(pieces, 50));
    bd_arena_close(arena);
    bd_arena_close(list);
}

/* ---- the budget ---- */

static void leave_with_5(const char *name, size_t limit_bytes) {
    (void)name;
    _exit(limit_bytes == 8 * MIB ? 5 : 1);
}

static void pass_the_budget(void) {
    bd_set_exhausted(leave_with_5);
    bd_memory_limit(8 * MIB);
    for (int i = 0; i < 9; i++) {
        memset(bd_heap_alloc(MIB), 1, MIB);
    }
}

static void widen_over_the_budget(void) {
    bd_set_exhausted(leave_with_5);
    bd_memory_limit(8 * MIB);
    void *memory = bd_heap_alloc(MIB);
    memory = bd_heap_resize(memory, 4 * MIB);
    memory = bd_heap_resize(memory, 9 * MIB);
    bd_heap_free(memory);
}

static void keep_within_the_budget(void) {
    bd_set_exhausted(leave_with_5);
    bd_memory_limit(8 * MIB);
    for (int i = 0; i < 100; i++) {
        bd_heap_free(bd_heap_resize(bd_heap_zeroed(MIB), 2 * MIB));
    }
    bd_arena *arena = bd_arena_open("large", 64 * MIB);
    (void)fill(arena, arena, 100); /* which is not held */
}

TEST(util, no_more_is_held_than_the_budget) {
#ifdef __GLIBC__
    CHECK_EQ_INT(run_child(pass_the_budget), 5);
    CHECK_EQ_INT(run_child(widen_over_the_budget), 5);
    CHECK_EQ_INT(run_child(keep_within_the_budget), 0);
    size_t before = bd_memory_held();
    void *memory = bd_heap_alloc(100000);
    CHECK(bd_memory_held() >= before + 100000);
    memory = bd_heap_resize(memory, 300000);
    CHECK(bd_memory_held() >= before + 300000);
    bd_heap_free(memory);
    bd_heap_free(NULL);
    CHECK_EQ_INT(bd_memory_held(), before);
#endif
}

static void leave_without_limit(const char *name, size_t limit_bytes) {
    (void)name;
    _exit(limit_bytes == SIZE_MAX ? 5 : 1);
}

static void fail_the_third(void) {
    bd_set_exhausted(leave_without_limit);
    bd_memory_fail_at(3);
    bd_heap_free(bd_heap_alloc(10));
    bd_heap_free(bd_heap_zeroed(10));
    bd_memory_fail_at(0);
    bd_heap_free(bd_heap_alloc(10));
    bd_memory_fail_at(2);
    bd_heap_free(bd_heap_alloc(10));
    bd_heap_free(bd_heap_resize(NULL, 10));
    _exit(2);
}

TEST(util, the_allocation_of_a_number_fails) {
    CHECK_EQ_INT(run_child(fail_the_third), 5);
}
