/* Threads that are handed their work piece by piece. */
#include "bindery/util.h"
#include "test.h"

#include <string.h>

typedef struct {
    unsigned done[64];
} tally;

static void count_job(void *context, size_t index, unsigned worker) {
    (void)worker;
    ((tally *)context)->done[index]++;
}

TEST(util, a_crew_does_each_job_once_for_each_time_it_is_put) {
    static const unsigned jobs[] = {1, 2, 7};
    for (size_t i = 0; i < BD_COUNT(jobs); i++) {
        tally all = {{0}};
        bd_crew *crew = bd_crew_open(jobs[i], count_job, &all);
        for (size_t round = 0; round < 500; round++) {
            for (size_t job = 0; job < 5; job++) {
                bd_crew_put(crew, job);
            }
            for (size_t job = 5; job > 0; job--) {
                bd_crew_wait(crew, job - 1);
                CHECK_EQ_INT(all.done[job - 1], round + 1);
            }
        }
        bd_crew_close(crew);
    }
}

typedef struct {
    size_t wanted, taken;
    uint32_t sum;
    bd_err_class failure;
    bool has_failed;
} listener;

static void listen(void *context, bd_source *source) {
    listener *ear = context;
    char bytes[1000];
    size_t got = 1;
    while (got > 0 && ear->taken < ear->wanted) {
        bd_err err;
        if (bd_failed(bd_source_read(source, bytes, sizeof bytes, &got, &err))) {
            ear->has_failed = true;
            ear->failure = err.class;
            return;
        }
        for (size_t i = 0; i < got; i++) {
            ear->sum = ear->sum * 31 + (unsigned char)bytes[i];
        }
        ear->taken += got;
    }
}

/* Hands on `total` bytes in uneven pieces; yields the sum over all of them. */
static uint32_t tell(listener *ear, size_t total, bool is_whole) {
    static char bytes[70001];
    bd_err err;
    uint32_t sum = 0;
    uint32_t state = 9;
    bd_follower *follower = bd_follower_open(listen, ear);
    for (size_t told = 0, piece; told < total; told += piece) {
        state = state * 1664525 + 1013904223;
        piece = state % sizeof bytes + 1 < total - told ? state % sizeof bytes + 1 : total - told;
        for (size_t i = 0; i < piece; i++) {
            bytes[i] = (char)((told + i) * 7);
            sum = sum * 31 + (unsigned char)bytes[i];
        }
        CHECK_OK(bd_sink_write(bd_follower_sink(follower), bytes, piece, &err), err);
    }
    bd_follower_finish(follower, is_whole);
    return sum;
}

TEST(util, a_follower_reads_what_is_written) {
    static const size_t sizes[] = {0, 1, 999, (size_t)2 << 20, ((size_t)9 << 20) + 17};
    for (size_t i = 0; i < BD_COUNT(sizes); i++) {
        listener ear = {.wanted = SIZE_MAX};
        uint32_t sum = tell(&ear, sizes[i], true);
        CHECK(!ear.has_failed);
        CHECK_EQ_INT(ear.taken, sizes[i]);
        CHECK_EQ_INT(ear.sum, sum);
    }
}

TEST(util, a_follower_that_has_enough_holds_nobody_up) {
    listener ear = {.wanted = 5000};
    (void)tell(&ear, (size_t)20 << 20, true);
    CHECK_EQ_INT(ear.taken, 5000);
}

TEST(util, what_was_given_up_does_not_end_like_a_file) {
    listener ear = {.wanted = SIZE_MAX};
    (void)tell(&ear, (size_t)3 << 20, false);
    CHECK(ear.has_failed);
    CHECK_EQ_INT(ear.failure, BD_ERR_IO);
}
