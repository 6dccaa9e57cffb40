/* The spool and the external sort, against qsort and against a full disk. */
#include "bindery/spill.h"

#include "../../src/base/spill/spill_priv.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static uint32_t seed;

static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u; /* Numerical Recipes: the same sequence everywhere */
    return (seed >> 8) % below;
}

static bd_str draw_record(size_t most_bytes) {
    size_t size = draw((uint32_t)most_bytes + 1);
    char *bytes = bd_alloc(test_arena(), size + 1, 1);
    for (size_t i = 0; i < size; i++) {
        bytes[i] =
            (char)draw(i < 3 ? 4 : 256); /* many share their beginning, and U+0000 is among them */
    }
    return (bd_str){bytes, size};
}

static int cmp_oracle(const void *a, const void *b) {
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

static void check_sorted(bd_sorter *sorter, bd_str *wanted, size_t count) {
    bd_err err;
    bd_str record;
    bool has_record;
    qsort(wanted, count, sizeof *wanted, cmp_oracle);
    for (size_t i = 0; i < count; i++) {
        test_failure("record %zu of %zu", i, count);
        CHECK_OK(bd_sorter_next(sorter, &record, &has_record, &err), err);
        CHECK(has_record);
        CHECK(bd_str_eq(record, wanted[i]));
    }
    for (int i = 0; i < 2; i++) {
        CHECK_OK(bd_sorter_next(sorter, &record, &has_record, &err), err);
        CHECK(!has_record);
    }
}

static void check_one_sort(size_t count, size_t most_bytes, size_t memory_bytes, bool is_behind) {
    bd_err err;
    bd_sorter *sorter = bd_sorter_open(memory_bytes);
    if (is_behind) {
        bd_sorter_work_behind(sorter);
    }
    bd_str *wanted = bd_new(test_arena(), bd_str, count + 1);
    for (size_t i = 0; i < count; i++) {
        wanted[i] = i > 0 && draw(8) == 0 ? wanted[draw((uint32_t)i)] : draw_record(most_bytes);
        CHECK_OK(bd_sorter_put(sorter, wanted[i], &err), err);
    }
    CHECK_OK(bd_sorter_finish(sorter, &err), err);
    check_sorted(sorter, wanted, count);
    bd_sorter_close(sorter);
}

static void check_sort(size_t count, size_t most_bytes, size_t memory_bytes) {
    check_one_sort(count, most_bytes, memory_bytes, false);
    check_one_sort(count, most_bytes, memory_bytes, true);
}

TEST(spill, a_full_disk_is_an_io_failure_of_the_spool) {
    bd_err err;
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    limit.rlim_cur = 200000;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    bd_spool *spool = bd_spool_open(0);
    bd_str record = {bd_alloc(test_arena(), 50000, 1), 50000};
    bd_rc rc = BD_OK;
    int puts = 0;
    while (!bd_failed(rc) && puts < 100) {
        rc = bd_spool_put(spool, record, &err);
        puts++;
    }
    CHECK_FAILS(rc, err, BD_ERR_IO, "File too large");
    CHECK(puts < 10);
    bd_spool_close(spool);
}

static void check_full_disk(bool is_behind) {
    bd_err err;
    bd_sorter *sorter = bd_sorter_open(0);
    if (is_behind) {
        bd_sorter_work_behind(sorter);
    }
    bd_str record = {bd_alloc(test_arena(), 50000, 1), 50000};
    bd_rc rc = BD_OK;
    for (int i = 0; i < 1000 && !bd_failed(rc); i++) {
        rc = bd_sorter_put(sorter, record, &err);
    }
    if (!bd_failed(rc)) {
        rc = bd_sorter_finish(sorter, &err);
    }
    CHECK_FAILS(rc, err, BD_ERR_IO, "temporary file");
    bd_sorter_close(sorter);
}

TEST(spill, a_full_disk_is_an_io_failure_of_the_sort) {
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    limit.rlim_cur = 100000;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    check_full_disk(false);
    check_full_disk(true);
}

/* What was put last may lie with the thread when the sort is given up. */
TEST(spill, a_sort_that_is_given_up_waits_for_its_thread) {
    bd_err err;
    for (int count = 1; count < 14; count++) {
        bd_sorter *sorter = bd_sorter_open(0);
        bd_sorter_work_behind(sorter);
        bd_str record = {bd_alloc(test_arena(), 50000, 1), 50000};
        for (int i = 0; i < count; i++) {
            CHECK_OK(bd_sorter_put(sorter, record, &err), err);
        }
        bd_sorter_close(sorter);
    }
}

static bd_sorter *sort_large(int count, bool is_behind) {
    bd_err err;
    bd_sorter *sorter = bd_sorter_open(0);
    if (is_behind) {
        bd_sorter_work_behind(sorter);
    }
    bd_str record = {bd_alloc(test_arena(), 50000, 1), 50000};
    for (int i = 0; i < count; i++) {
        CHECK_OK(bd_sorter_put(sorter, record, &err), err);
    }
    CHECK_OK(bd_sorter_finish(sorter, &err), err);
    return sorter;
}

/* The next ones may be on their way. */
TEST(spill, a_sort_that_nobody_reads_to_its_end_waits_for_its_thread) {
    bd_err err;
    bd_str record;
    bool has_record;
    for (int count = 0; count <= 40; count++) {
        bd_sorter *sorter = sort_large(40, /*is_behind*/ true);
        for (int i = 0; i < count; i++) {
            CHECK_OK(bd_sorter_next(sorter, &record, &has_record, &err), err);
            CHECK(has_record);
        }
        bd_sorter_close(sorter);
    }
}

#define MOST_FDS 256

static void list_open(bool *is_open) {
    struct stat facts;
    for (int fd = 0; fd < MOST_FDS; fd++) {
        is_open[fd] = fstat(fd, &facts) == 0;
    }
}

/* Files without a name that were opened since. */
static int empty_temporary_files(const bool *was_open) {
    int emptied = 0;
    for (int fd = 3; fd < MOST_FDS; fd++) {
        struct stat facts;
        bool is_nameless =
            !was_open[fd] && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 0;
        if (is_nameless && ftruncate(fd, 0) == 0) {
            emptied++;
        }
    }
    return emptied;
}

/* What was read before comes; then the failure, and again when it is asked once more: never an end. */
static void check_lost_runs(bool is_behind) {
    bd_err err;
    bool was_open[MOST_FDS];
    list_open(was_open);
    bd_sorter *sorter = sort_large(60, is_behind);
    bd_str record;
    bool has_record = true;
    bd_rc rc = bd_sorter_next(sorter, &record, &has_record, &err);
    CHECK_OK(rc, err);
    CHECK(empty_temporary_files(was_open) > 0);
    int count = 1;
    for (; !bd_failed(rc) && has_record && count < 100; count++) {
        rc = bd_sorter_next(sorter, &record, &has_record, &err);
    }
    CHECK(count < 60);
    CHECK_FAILS(rc, err, BD_ERR_INPUT, "temporary file' ends at byte");
    if (is_behind) {
        rc = bd_sorter_next(sorter, &record, &has_record, &err);
        CHECK_FAILS(rc, err, BD_ERR_INPUT, "temporary file' ends at byte");
    }
    bd_sorter_close(sorter);
}

TEST(spill, runs_that_are_lost_are_a_failure_and_no_end) {
    check_lost_runs(false);
    check_lost_runs(true);
}

/* Records of two lengths, so that a tail is left in memory when the file gets its last part. */
TEST(spill, a_settled_spool_yields_all_that_was_put) {
    static const int counts[] = {0, 1, 3, 4000};
    for (size_t i = 0; i < BD_COUNT(counts); i++) {
        bd_err err;
        bd_spool *spool = bd_spool_open(0);
        char bytes[100];
        for (int k = 0; k < counts[i]; k++) {
            int size = snprintf(bytes, sizeof bytes, "%d%s", k, k % 2 == 0 ? "" : "-and-more");
            CHECK_OK(bd_spool_put(spool, (bd_str){bytes, (size_t)size}, &err), err);
        }
        CHECK_OK(bd_spool_settle(spool, &err), err);
        for (int reading = 0; reading < 2; reading++) {
            bd_str record;
            bool has_record = true;
            int found = 0;
            CHECK_OK(bd_spool_rewind(spool, &err), err);
            for (;;) {
                CHECK_OK(bd_spool_next(spool, &record, &has_record, &err), err);
                if (!has_record) {
                    break;
                }
                int size = snprintf(bytes, sizeof bytes, "%d%s", found,
                                    found % 2 == 0 ? "" : "-and-more");
                CHECK(bd_str_eq(record, (bd_str){bytes, (size_t)size}));
                found++;
            }
            CHECK_EQ_INT(found, counts[i]);
        }
        bd_spool_close(spool);
    }
}

TEST(spill, an_unwritable_temporary_folder_is_an_io_failure) {
    bd_err err;
    CHECK(setenv("TMPDIR", "/nonexistent/folder", 1) == 0);
    bd_spool *spool = bd_spool_open(0);
    bd_str record = {bd_alloc(test_arena(), 65536, 1), 65536};
    CHECK_OK(bd_spool_put(spool, record, &err), err);
    CHECK_FAILS(bd_spool_put(spool, record, &err), err, BD_ERR_IO, "/nonexistent/folder");
    bd_spool_close(spool);
}

/* A bug of ours leaves with 70; the child says so. */
static int run_child(void (*misuse)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stderr);
        misuse();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bd_sorter *misused; /* where the leak checker finds it when the child leaves */

static void put_after_finish(void) {
    misused = bd_sorter_open(0);
    (void)!bd_failed(bd_sorter_finish(misused, NULL));
    (void)!bd_failed(bd_sorter_put(misused, BD_STR("late"), NULL));
}

static void next_before_finish(void) {
    misused = bd_sorter_open(0);
    bd_str record;
    bool has_record;
    (void)!bd_failed(bd_sorter_next(misused, &record, &has_record, NULL));
}

static void finish_twice(void) {
    misused = bd_sorter_open(0);
    (void)!bd_failed(bd_sorter_finish(misused, NULL));
    (void)!bd_failed(bd_sorter_finish(misused, NULL));
}

static void put_too_large(void) {
    static char bytes[BD_SPILL_RECORD_BYTES + 1];
    static bd_spool *spool;
    spool = bd_spool_open(0);
    (void)!bd_failed(bd_spool_put(spool, (bd_str){bytes, sizeof bytes}, NULL));
}

TEST(spill, misuse_is_a_bug_and_never_a_wrong_order) {
    CHECK_EQ_INT(run_child(put_after_finish), 70);
    CHECK_EQ_INT(run_child(next_before_finish), 70);
    CHECK_EQ_INT(run_child(finish_twice), 70);
    CHECK_EQ_INT(run_child(put_too_large), 70);
}

TEST(spill, the_sort_agrees_with_qsort_in_memory) {
    seed = 1;
    check_sort(0, 10, 0);
    check_sort(1, 10, 0);
    check_sort(2, 0, 0);
    check_sort(5000, 20, 1 << 20);
    check_sort(300, 0, 0); /* all of them empty */
}

TEST(spill, the_sort_agrees_with_qsort_over_runs) {
    seed = 2;
    check_sort(20000, 60, 0); /* 256 KiB: a few runs */
    check_sort(100, BD_SPILL_RECORD_BYTES,
               0); /* a handful of records to a run, most of them on disk */
    check_sort(60000, 40, 300000);
}

static void check_passes(bool is_behind) {
    bd_err err;
    seed = 3;
    enum { COUNT = 1400 }; /* of full size: 4 to a run of 256 KiB, which are more runs than stand beside each other */
    bd_sorter *sorter = bd_sorter_open(0);
    if (is_behind) {
        bd_sorter_work_behind(sorter);
    }
    bd_str wanted[COUNT];
    char *bytes = bd_alloc(test_arena(), BD_SPILL_RECORD_BYTES + COUNT, 1);
    for (size_t i = 0; i < BD_SPILL_RECORD_BYTES + COUNT; i++) {
        bytes[i] = (char)draw(256);
    }
    for (size_t i = 0; i < COUNT; i++) {
        wanted[i] = (bd_str){bytes + draw(COUNT), BD_SPILL_RECORD_BYTES};
        CHECK_OK(bd_sorter_put(sorter, wanted[i], &err), err);
    }
    CHECK_OK(bd_sorter_finish(sorter, &err), err);
    check_sorted(sorter, wanted, COUNT);
    bd_sorter_close(sorter);
}

TEST(spill, the_sort_agrees_with_qsort_in_several_passes) {
    check_passes(false);
    check_passes(true);
}

static void check_levels(size_t most_runs) {
    bd_err err;
    bd_sorter *sorter = bd_sorter_open(0);
    bd_sorter_merge_at_most(sorter, most_runs);
    enum { COUNT = 26000, SIZE = 30000 }; /* 80 to a run */
    static char bytes[SIZE];
    uint32_t at = 7;
    for (size_t i = 0; i < COUNT; i++) {
        at = (at * 7919u + 13u) % COUNT; /* repeats are fine */
        memcpy(
            bytes,
            (uint8_t[4]){(uint8_t)(at >> 24), (uint8_t)(at >> 16), (uint8_t)(at >> 8), (uint8_t)at},
            4);
        CHECK_OK(bd_sorter_put(sorter, (bd_str){bytes, i % 10 == 0 ? SIZE : 4 + i % 97}, &err),
                 err);
    }
    CHECK_OK(bd_sorter_finish(sorter, &err), err);
    static char last[SIZE];
    size_t last_size = 0;
    size_t count = 0;
    for (;; count++) {
        bd_str record;
        bool has_record;
        CHECK_OK(bd_sorter_next(sorter, &record, &has_record, &err), err);
        if (!has_record) {
            break;
        }
        CHECK(bd_str_cmp((bd_str){last, last_size}, record) <= 0);
        memcpy(last, record.data, record.size);
        last_size = record.size;
    }
    CHECK_EQ_INT(count, COUNT);
    bd_sorter_close(sorter);
}

/* 325 runs: eight at a time they rise to the third level, thirty at a time only to the first. */
TEST(spill, hundreds_of_runs_keep_the_order) {
    check_levels(8);
    check_levels(9);
    check_levels(16);
    check_levels(30);
}

TEST(spill, a_failed_merge_leaves_nothing_open) {
    /* the runner fails a test that leaves descriptors open */
    bd_err err;
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    bd_sorter *sorter = bd_sorter_open(0);
    bd_sorter_merge_at_most(sorter, 16);
    bd_str record = {bd_alloc(test_arena(), 65536, 1), 65536};
    int next = dup(0);
    CHECK(next > 0 && close(next) == 0);
    limit.rlim_cur = (rlim_t)next + 1; /* the runs have their file, and what they are merged into has none */
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    bd_rc rc = BD_OK;
    for (int i = 0; i < 400 && !bd_failed(rc); i++) {
        rc = bd_sorter_put(sorter, record, &err);
    }
    CHECK_FAILS(rc, err, BD_ERR_IO, "Too many open files");
    bd_sorter_close(sorter);
}

/* ---- spool ---- */

static void check_spool(bd_spool *spool, const bd_str *wanted, size_t count) {
    bd_err err;
    bd_str record;
    bool has_record;
    CHECK_EQ_INT(bd_spool_count(spool), count);
    CHECK_OK(bd_spool_rewind(spool, &err), err);
    for (size_t i = 0; i < count; i++) {
        test_failure("record %zu of %zu", i, count);
        CHECK_OK(bd_spool_next(spool, &record, &has_record, &err), err);
        CHECK(has_record);
        CHECK(bd_str_eq(record, wanted[i]));
    }
    CHECK_OK(bd_spool_next(spool, &record, &has_record, &err), err);
    CHECK(!has_record);
}

TEST(spill, the_spool_gives_back_what_it_was_given_every_time) {
    bd_err err;
    for (size_t most = 0; most <= BD_SPILL_RECORD_BYTES; most = most == 0 ? 1 : most * 16) {
        for (size_t count = 0; count < 300; count = count * 3 + 1) {
            seed = (uint32_t)(most + count);
            bd_spool *spool = bd_spool_open(70000);
            bd_str wanted[400];
            for (size_t i = 0; i < count; i++) {
                wanted[i] = i == 5 ? (bd_str){NULL, 0} : draw_record(most);
                CHECK_OK(bd_spool_put(spool, wanted[i], &err), err);
            }
            check_spool(spool, wanted, count);
            CHECK_OK(bd_spool_rewind(spool, &err), err);
            bd_str record;
            bool has_record;
            CHECK_OK(bd_spool_next(spool, &record, &has_record, &err),
                     err); /* left in the middle */
            check_spool(spool, wanted, count);
            bd_spool_close(spool);
        }
    }
}

/* Parts of a spool whose beginning is in a file and whose end is in memory, each through the smallest window. */
TEST(spill, a_view_shows_what_lies_between_two_marks_and_nothing_else) {
    bd_err err;
    enum { COUNT = 3000 };
    bd_str wanted[COUNT];
    bd_spool_mark marks[COUNT + 1];
    bd_spool *spool = bd_spool_open(0);
    seed = 11;
    for (size_t i = 0; i < COUNT; i++) {
        marks[i] = bd_spool_at(spool);
        wanted[i] = draw_record(i % 50 == 0 ? 9000 : 60);
        CHECK_OK(bd_spool_put(spool, wanted[i], &err), err);
    }
    marks[COUNT] = bd_spool_at(spool);
    const size_t ends[] = {0, 1, 2, 700, 1500, 2900, COUNT - 1, COUNT};
    for (size_t i = 0; i < BD_COUNT(ends); i++) {
        for (size_t j = i; j < BD_COUNT(ends); j++) {
            test_failure("from %zu to %zu", ends[i], ends[j]);
            bd_spool *view = bd_spool_view_between(spool, marks[ends[i]], marks[ends[j]], 4);
            check_spool(view, wanted + ends[i], ends[j] - ends[i]);
            check_spool(view, wanted + ends[i], ends[j] - ends[i]); /* and again */
            bd_spool_close(view);
        }
    }
    bd_spool_close(spool);
}

TEST(spill, a_cut_spool_forgets_what_came_after_the_mark) {
    bd_err err;
    for (size_t before = 0; before < 40; before += 3) {
        for (size_t behind = 0; behind < 40; behind += 7) {
            seed = (uint32_t)(before * 100 + behind);
            bd_spool *spool = bd_spool_open(0);
            bd_str wanted[200];
            for (size_t i = 0; i < before; i++) {
                wanted[i] = draw_record(9000);
                CHECK_OK(bd_spool_put(spool, wanted[i], &err), err);
            }
            bd_spool_mark mark = bd_spool_at(spool);
            for (size_t i = 0; i < behind; i++) {
                CHECK_OK(bd_spool_put(spool, draw_record(9000), &err), err);
            }
            CHECK_OK(bd_spool_cut(spool, mark, &err), err);
            check_spool(spool, wanted, before);
            for (size_t i = before; i < before + 30; i++) {
                wanted[i] = draw_record(9000);
                CHECK_OK(bd_spool_put(spool, wanted[i], &err), err);
            }
            check_spool(spool, wanted, before + 30);
            bd_spool_close(spool);
        }
    }
}
