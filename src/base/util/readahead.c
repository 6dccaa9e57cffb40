#include "bindery/util.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOT_COUNT 3
#define SLOT_BYTES ((size_t)256 << 10)

typedef struct {
    char *bytes;
    size_t size; /* 0: the end */
    bool is_full;
    bd_rc rc;
    bd_err err;
} slot;

struct bd_readahead {
    bd_source *from;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_stopped;
    slot slots[SLOT_COUNT];
    size_t next;  /* slot being taken */
    bool is_lent; /* whoever takes has it */
    bd_str left;  /* of what it holds */
};

/* Fills one slot as far as the source goes; only the reading thread touches an empty slot. */
static void fill_slot(bd_readahead *ahead, slot *into) {
    into->size = 0;
    into->rc = BD_OK;
    size_t got = 1;
    while (got > 0 && into->size < SLOT_BYTES && !bd_failed(into->rc)) {
        into->rc = bd_source_read(ahead->from, into->bytes + into->size, SLOT_BYTES - into->size,
                                  &got, &into->err);
        into->size += bd_failed(into->rc) ? 0 : got;
    }
}

static bool is_last_slot(const slot *full) {
    return bd_failed(full->rc) || full->size < SLOT_BYTES;
}

static void *read_on(void *argument) {
    bd_readahead *ahead = argument;
    for (size_t i = 0;; i = (i + 1) % SLOT_COUNT) {
        slot *into = &ahead->slots[i];
        pthread_mutex_lock(&ahead->lock);
        while (into->is_full && !ahead->is_stopped) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
        bool is_stopped = ahead->is_stopped;
        pthread_mutex_unlock(&ahead->lock);
        if (is_stopped) {
            return NULL;
        }
        fill_slot(ahead, into);
        bool is_last = is_last_slot(into);
        pthread_mutex_lock(&ahead->lock);
        into->is_full = true;
        pthread_cond_broadcast(&ahead->changed);
        pthread_mutex_unlock(&ahead->lock);
        if (is_last) {
            return NULL;
        }
    }
}

bd_readahead *bd_readahead_open(bd_source *from) {
    bd_readahead *ahead = bd_heap_zeroed(sizeof *ahead);
    ahead->from = from;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        ahead->slots[i].bytes = bd_heap_alloc(SLOT_BYTES);
    }
    ahead->has_thread = pthread_create(&ahead->thread, NULL, read_on, ahead) == 0;
    return ahead;
}

/* Waits for the slot in turn; without a thread it is filled here. */
static void lend_slot(bd_readahead *ahead) {
    slot *from = &ahead->slots[ahead->next];
    if (!ahead->has_thread) {
        fill_slot(ahead, from);
    } else {
        pthread_mutex_lock(&ahead->lock);
        while (!from->is_full) {
            pthread_cond_wait(&ahead->changed, &ahead->lock);
        }
        pthread_mutex_unlock(&ahead->lock);
    }
    ahead->is_lent = true;
    ahead->left = (bd_str){from->bytes, from->size};
}

static void give_slot_back(bd_readahead *ahead) {
    pthread_mutex_lock(&ahead->lock);
    ahead->slots[ahead->next].is_full = false;
    pthread_cond_broadcast(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    ahead->next = (ahead->next + 1) % SLOT_COUNT;
    ahead->is_lent = false;
}

bd_rc bd_readahead_take(bd_readahead *ahead, bd_str *out, bd_err *err) {
    const slot *from = &ahead->slots[ahead->next];
    if (ahead->left.size == 0 && ahead->is_lent && !is_last_slot(from)) {
        give_slot_back(ahead);
    }
    if (!ahead->is_lent) {
        lend_slot(ahead);
        from = &ahead->slots[ahead->next];
    }
    *out = ahead->left;
    ahead->left = (bd_str){0};
    if (out->size == 0 && bd_failed(from->rc)) {
        *err = from->err;
        return from->rc;
    }
    return BD_OK;
}

static bd_rc read_ahead(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    bd_readahead *ahead = source->context;
    bd_str taken;
    *count = 0;
    BD_TRY(bd_readahead_take(ahead, &taken, err));
    if (taken.size > 0) {
        *count = taken.size < room ? taken.size : room;
        memcpy(bytes, taken.data, *count);
    }
    ahead->left = bd_str_sub(taken, *count, taken.size);
    return BD_OK;
}

bd_source bd_readahead_source(bd_readahead *ahead) {
    return (bd_source){.read = read_ahead, .context = ahead};
}

void bd_readahead_close(bd_readahead *ahead) {
    if (ahead == NULL) {
        return;
    }
    if (ahead->has_thread) {
        pthread_mutex_lock(&ahead->lock);
        ahead->is_stopped = true;
        pthread_cond_broadcast(&ahead->changed);
        pthread_mutex_unlock(&ahead->lock);
        pthread_join(ahead->thread, NULL);
    }
    pthread_mutex_destroy(&ahead->lock);
    pthread_cond_destroy(&ahead->changed);
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        bd_heap_free(ahead->slots[i].bytes);
    }
    bd_heap_free(ahead);
}
