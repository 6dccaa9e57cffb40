#include "bindery/util.h"

#include <pthread.h>
#include <stdlib.h>

#define MOST_WORKERS 16
#define MOST_WAITING 64

struct bd_crew {
    bd_job_fn *fn;
    void *context;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t waiting[MOST_WAITING]; /* a ring of jobs that nobody has taken */
    unsigned first, count;
    bool is_done[MOST_WAITING]; /* by job */
    bool is_closed;
    pthread_t threads[MOST_WORKERS];
    struct crew_worker {
        bd_crew *crew;
        unsigned number;
    } workers[MOST_WORKERS];
    unsigned worker_count;
};

/* Under the lock, which is let go while the job is done. */
static void do_first(bd_crew *crew, unsigned worker) {
    size_t job = crew->waiting[crew->first];
    crew->first = (crew->first + 1) % MOST_WAITING;
    crew->count--;
    pthread_mutex_unlock(&crew->lock);
    crew->fn(crew->context, job, worker);
    pthread_mutex_lock(&crew->lock);
    crew->is_done[job] = true;
    pthread_cond_broadcast(&crew->changed);
}

static void *work(void *argument) {
    struct crew_worker *worker = argument;
    bd_crew *crew = worker->crew;
    pthread_mutex_lock(&crew->lock);
    while (!crew->is_closed) {
        if (crew->count > 0) {
            do_first(crew, worker->number);
        } else {
            pthread_cond_wait(&crew->changed, &crew->lock);
        }
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

bd_crew *bd_crew_open(unsigned jobs, bd_job_fn *fn, void *context) {
    bd_crew *crew = bd_heap_zeroed(sizeof *crew);
    crew->fn = fn;
    crew->context = context;
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->changed, NULL);
    /* The caller is worker 0; a thread that cannot be started only makes the run slower. */
    for (unsigned i = 1; i < jobs && i < MOST_WORKERS; i++) {
        crew->workers[i] = (struct crew_worker){crew, i};
        if (pthread_create(&crew->threads[crew->worker_count], NULL, work, &crew->workers[i]) ==
            0) {
            crew->worker_count++;
        }
    }
    return crew;
}

void bd_crew_put(bd_crew *crew, size_t job) {
    pthread_mutex_lock(&crew->lock);
    BD_ASSERT(job < MOST_WAITING && crew->count < MOST_WAITING);
    crew->is_done[job] = false;
    crew->waiting[(crew->first + crew->count) % MOST_WAITING] = job;
    crew->count++;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
}

void bd_crew_wait(bd_crew *crew, size_t job) {
    pthread_mutex_lock(&crew->lock);
    while (!crew->is_done[job]) {
        if (crew->count > 0) {
            do_first(crew, 0);
        } else {
            pthread_cond_wait(&crew->changed, &crew->lock);
        }
    }
    pthread_mutex_unlock(&crew->lock);
}

void bd_crew_close(bd_crew *crew) {
    if (crew == NULL) {
        return;
    }
    pthread_mutex_lock(&crew->lock);
    crew->is_closed = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    for (unsigned i = 0; i < crew->worker_count; i++) {
        pthread_join(crew->threads[i], NULL);
    }
    pthread_mutex_destroy(&crew->lock);
    pthread_cond_destroy(&crew->changed);
    bd_heap_free(crew);
}
