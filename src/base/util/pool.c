#include "bindery/util.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    pthread_mutex_t lock;
    size_t next, count;
    bd_job_fn *fn;
    void *context;
} job_queue;

typedef struct {
    job_queue *queue;
    unsigned worker;
} worker_state;

static bool take_index(job_queue *queue, size_t *index) {
    pthread_mutex_lock(&queue->lock);
    bool has_more = queue->next < queue->count;
    if (has_more) {
        *index = queue->next++;
    }
    pthread_mutex_unlock(&queue->lock);
    return has_more;
}

static void *work(void *argument) {
    worker_state *state = argument;
    size_t index;
    while (take_index(state->queue, &index)) {
        state->queue->fn(state->queue->context, index, state->worker);
    }
    return NULL;
}

#define MOST_JOBS 64

void bd_pool_run(unsigned jobs, size_t count, bd_job_fn *fn, void *context) {
    if (jobs > MOST_JOBS) {
        jobs = MOST_JOBS;
    }
    if (jobs > count) {
        jobs = (unsigned)count;
    }
    job_queue queue = {.count = count, .fn = fn, .context = context};
    pthread_mutex_init(&queue.lock, NULL);
    pthread_t threads[MOST_JOBS];
    worker_state states[MOST_JOBS];
    unsigned started = 0;
    /* The caller is worker 0; a thread that cannot be started only makes the run slower. */
    for (unsigned i = 1; i < jobs; i++) {
        states[i] = (worker_state){&queue, i};
        if (pthread_create(&threads[started], NULL, work, &states[i]) == 0) {
            started++;
        }
    }
    states[0] = (worker_state){&queue, 0};
    work(&states[0]);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_mutex_destroy(&queue.lock);
}

unsigned bd_pool_default_jobs(void) {
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    if (online < 1) {
        return 1;
    }
    return online > 16 ? 16 : (unsigned)online;
}
