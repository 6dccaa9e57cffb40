#include "bindery/util.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* A ring: the writer fills from `end`, the reader takes from `at`; both only grow. */
#define RING_BYTES ((size_t)2 << 20)

struct bd_follower {
    bd_follow_fn *fn;
    void *context;
    bd_sink sink;
    bd_source source;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *ring;
    uint64_t at, end;
    bool is_ended, is_whole; /* the writer's word: no more comes; all of it came */
    bool has_left;           /* the reader wants no more */
};

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* What lies free in one piece is filled without the lock: only the writer touches it. */
static bd_rc write_ring(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    bd_follower *follower = sink->context;
    const char *from = bytes;
    (void)err;
    while (count > 0) {
        pthread_mutex_lock(&follower->lock);
        while (follower->end - follower->at == RING_BYTES && !follower->has_left) {
            pthread_cond_wait(&follower->changed, &follower->lock);
        }
        size_t room = RING_BYTES - (size_t)(follower->end - follower->at);
        bool has_left = follower->has_left;
        pthread_mutex_unlock(&follower->lock);
        if (has_left) {
            return BD_OK;
        }
        size_t place = (size_t)(follower->end % RING_BYTES);
        size_t piece = least(count, least(room, RING_BYTES - place));
        memcpy(follower->ring + place, from, piece);
        from += piece;
        count -= piece;
        pthread_mutex_lock(&follower->lock);
        follower->end += piece;
        pthread_cond_broadcast(&follower->changed);
        pthread_mutex_unlock(&follower->lock);
    }
    return BD_OK;
}

static bd_rc read_ring(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    bd_follower *follower = source->context;
    pthread_mutex_lock(&follower->lock);
    while (follower->end == follower->at && !follower->is_ended) {
        pthread_cond_wait(&follower->changed, &follower->lock);
    }
    size_t ready = (size_t)(follower->end - follower->at);
    bool is_broken = ready == 0 && !follower->is_whole;
    pthread_mutex_unlock(&follower->lock);
    if (is_broken) {
        BD_RAISE(err, BD_ERR_IO, "cannot read on: whoever reads the file gave it up");
    }
    size_t place = (size_t)(follower->at % RING_BYTES);
    *count = least(room, least(ready, RING_BYTES - place));
    if (*count == 0) {
        return BD_OK;
    }
    memcpy(bytes, follower->ring + place, *count);
    pthread_mutex_lock(&follower->lock);
    follower->at += *count;
    pthread_cond_broadcast(&follower->changed);
    pthread_mutex_unlock(&follower->lock);
    return BD_OK;
}

static void *follow(void *argument) {
    bd_follower *follower = argument;
    follower->fn(follower->context, &follower->source);
    pthread_mutex_lock(&follower->lock);
    follower->has_left = true;
    pthread_cond_broadcast(&follower->changed);
    pthread_mutex_unlock(&follower->lock);
    return NULL;
}

static void close_ring(bd_follower *follower) {
    pthread_mutex_destroy(&follower->lock);
    pthread_cond_destroy(&follower->changed);
    bd_heap_free(follower->ring);
    bd_heap_free(follower);
}

bd_follower *bd_follower_open(bd_follow_fn *fn, void *context) {
    bd_follower *follower = bd_heap_zeroed(sizeof *follower);
    *follower = (bd_follower){.fn = fn, .context = context};
    follower->ring = bd_heap_alloc(RING_BYTES);
    follower->sink = (bd_sink){.write = write_ring, .context = follower};
    follower->source = (bd_source){.read = read_ring, .context = follower};
    pthread_mutex_init(&follower->lock, NULL);
    pthread_cond_init(&follower->changed, NULL);
    if (pthread_create(&follower->thread, NULL, follow, follower) != 0) {
        close_ring(follower);
        return NULL;
    }
    return follower;
}

bd_sink *bd_follower_sink(bd_follower *follower) {
    return &follower->sink;
}

void bd_follower_finish(bd_follower *follower, bool is_whole) {
    if (follower == NULL) {
        return;
    }
    pthread_mutex_lock(&follower->lock);
    follower->is_ended = true;
    follower->is_whole = is_whole;
    pthread_cond_broadcast(&follower->changed);
    pthread_mutex_unlock(&follower->lock);
    pthread_join(follower->thread, NULL);
    close_ring(follower);
}
