/* blocks.c - memory that need not stay in memory: blocks of unlinked files.
 *
 * What grows with the number of files (records, pages, lists) is written once, rests, and is read again in order.  So
 * arenas and buffers put what is beyond their first megabytes here: shared mappings of temporary files, all of which
 * are let go of whenever too much of them lies in memory; what is looked at comes again.  The advice that does it takes
 * pages from this process and nothing from the file, so that other threads may go on reading and writing meanwhile.
 *
 * What is asked for with every record must not come and go with the rest: it lies in files of its own, which stay in
 * memory until nobody keeps them any more.
 *
 * A file's room on the disk is taken before it is mapped, since a mapping of a hole ends the process on a full disk;
 * then its descriptor is closed.  Where there is no such file, no room, or a limit on files forbids it, blocks are the
 * heap's as before.  A child shares what is mapped, and takes no more of it. */
#include "bindery/util.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util_priv.h"

#define GRAIN_BYTES ((size_t)64 << 10)
#define USUAL_GRAINS ((size_t)256)
#define FIRST_GRAINS ((size_t)64) /* the first regions are small: most evidence fits there */
#define FIRST_REGIONS 4
#define LOOK_BYTES ((size_t)1 << 20)   /* taken between two looks at how much lies in memory */
#define KEPT_BYTES ((size_t)4 << 20)   /* so much more than after the last letting go: let go again */

/* Linux's, whose header hides it behind POSIX's, and that one does nothing. */
int madvise(void *at, size_t bytes, int advice);
enum { LET_GO = 4 };

/* One file.  What is larger than a usual region has one of its own. */
typedef struct {
    char *at;
    size_t grains, taken;
    bool is_kept; /* in memory */
    bool is_taken[USUAL_GRAINS];
} region;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_refused, has_fork_hook;
static region **regions;
static size_t region_count, region_room;
static int kept_file = -1; /* of a process that will be able to make none */
static size_t kept_bytes;
static size_t resting_bytes; /* in memory after the last letting go, or less since */
static int statm_file = -1;  /* open while there are regions of ours: it is asked often */
static _Thread_local size_t since_look;
static _Thread_local bool is_taking; /* under the lock, where what is taken on the way must not look */
static atomic_bool has_regions;

/* What a child inherits describes its parent. */
static void refuse(void) {
    is_refused = true;
    bd_fd_close(&statm_file);
}

static size_t whole_grains(size_t bytes) {
    return (bytes + GRAIN_BYTES - 1) / GRAIN_BYTES;
}

/* ---- files --------------------------------------------------------------------------------------- */

static void *map_part(int fd, size_t offset, size_t bytes) {
    if (posix_fallocate(fd, (off_t)offset, (off_t)bytes) != 0) {
        return NULL;
    }
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
    return at != MAP_FAILED ? at : NULL;
}

static void *map_file(size_t bytes) {
    BD_DEFER(bd_fd_close) int fd = -1;
    bd_err err = {0};
    if (kept_file < 0) {
        return bd_failed(bd_temp_open(&fd, &err)) ? NULL : map_part(fd, 0, bytes);
    }
    void *at = map_part(kept_file, kept_bytes, bytes);
    kept_bytes += at != NULL ? bytes : 0;
    return at;
}

void block_keep_file(void) {
    bd_err err = {0};
    if (kept_file < 0 && bd_failed(bd_temp_open(&kept_file, &err))) {
        kept_file = -1;
    }
}

static region *add_region(size_t grains, bool is_kept) {
    if (region_count == region_room) {
        size_t room = region_room == 0 ? 16 : region_room * 2;
        region **larger = realloc(regions, room * sizeof *regions);
        if (larger == NULL) {
            return NULL;
        }
        regions = larger;
        region_room = room;
    }
    size_t usual = region_count < FIRST_REGIONS ? FIRST_GRAINS : USUAL_GRAINS;
    region *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    made->grains = grains > usual ? grains : usual;
    made->is_kept = is_kept;
    made->at = map_file(made->grains * GRAIN_BYTES);
    if (made->at == NULL) {
        free(made);
        return NULL;
    }
    if (!has_fork_hook) {
        (void)pthread_atfork(NULL, NULL, refuse);
        has_fork_hook = true;
    }
    regions[region_count++] = made;
    atomic_store_explicit(&has_regions, true, memory_order_relaxed);
    return made;
}

static void close_region(size_t index) {
    region *one = regions[index];
    munmap(one->at, one->grains * GRAIN_BYTES);
    free(one);
    regions[index] = regions[--region_count];
    if (region_count == 0) {
        free(regions);
        regions = NULL;
        region_room = 0;
        bd_fd_close(&statm_file);
        atomic_store_explicit(&has_regions, false, memory_order_relaxed);
    }
}

/* ---- blocks of them ------------------------------------------------------------------------------ */

static void mark(region *one, size_t first, size_t grains, bool is_taken) {
    one->taken = is_taken ? one->taken + grains : one->taken - grains;
    for (size_t i = first; i < first + grains && i < USUAL_GRAINS; i++) {
        one->is_taken[i] = is_taken;
    }
}

static char *cut_block(region *one, size_t grains) {
    size_t run = 0;
    if (one->grains - one->taken < grains) {
        return NULL;
    }
    if (one->grains > USUAL_GRAINS) { /* it holds one block */
        mark(one, 0, one->grains, true);
        return one->at;
    }
    for (size_t i = 0; i < one->grains; i++) {
        run = one->is_taken[i] ? 0 : run + 1;
        if (run == grains) {
            size_t first = i + 1 - grains;
            mark(one, first, grains, true);
            return one->at + first * GRAIN_BYTES;
        }
    }
    return NULL;
}

static char *find_block(size_t grains, bool is_kept) {
    for (size_t i = region_count; i > 0; i--) {
        char *at = regions[i - 1]->is_kept == is_kept ? cut_block(regions[i - 1], grains) : NULL;
        if (at != NULL) {
            return at;
        }
    }
    region *made = add_region(grains, is_kept);
    return made != NULL ? cut_block(made, grains) : NULL;
}

void *block_take(size_t bytes, bool is_kept) {
    if (bytes == 0 || bytes > SIZE_MAX / 4) {
        return NULL;
    }
    pthread_mutex_lock(&lock);
    is_taking = true;
    char *at = is_refused ? NULL : find_block(whole_grains(bytes), is_kept);
    is_taking = false;
    pthread_mutex_unlock(&lock);
    return at;
}

/* Its pages leave memory now: whoever gives back a long chain of blocks has just looked at each. */
static void give_part(size_t index, size_t offset, size_t bytes) {
    region *one = regions[index];
    size_t grains = one->grains > USUAL_GRAINS ? one->grains : whole_grains(bytes);
    mark(one, offset / GRAIN_BYTES, grains, false);
    if (one->taken == 0) {
        close_region(index);
    } else if (!one->is_kept) {
        (void)madvise(one->at + offset, grains * GRAIN_BYTES, LET_GO);
    }
}

void block_give(void *block, size_t bytes) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < region_count && !is_refused; i++) {
        size_t offset = (size_t)((uintptr_t)block - (uintptr_t)regions[i]->at);
        if (offset < regions[i]->grains * GRAIN_BYTES) {
            give_part(i, offset, bytes);
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

/* The pages that lie in it whole: at its edges there may be what is looked at. */
void block_rest(const void *at, size_t bytes) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)at + page - 1) & ~(page - 1), to = ((uintptr_t)at + bytes) & ~(page - 1);
    if (to <= from || to - from < GRAIN_BYTES || is_taking) {
        return;
    }
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < region_count && !is_refused; i++) {
        uintptr_t offset = from - (uintptr_t)regions[i]->at;
        if (offset < regions[i]->grains * GRAIN_BYTES) {
            (void)madvise(regions[i]->at + offset, to - from, LET_GO);
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}

/* ---- letting go ---------------------------------------------------------------------------------- */

/* Of files that are mapped, ours among them; 0: the system does not say. */
static size_t resident_bytes(void) {
    char text[128];
    if (statm_file < 0) {
        statm_file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    }
    ssize_t size = statm_file < 0 ? 0 : pread(statm_file, text, sizeof text - 1, 0);
    if (region_count == 0 || is_refused) {
        bd_fd_close(&statm_file);
    }
    if (size <= 0) {
        return 0;
    }
    text[size] = '\0';
    const char *at = strchr(text, ' ');
    at = at != NULL ? strchr(at + 1, ' ') : NULL;
    return at != NULL ? (size_t)strtoull(at, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

static void release_all(void) {
    for (size_t i = 0; i < region_count; i++) {
        if (!regions[i]->is_kept) {
            (void)madvise(regions[i]->at, regions[i]->grains * GRAIN_BYTES, LET_GO);
        }
    }
    resting_bytes = resident_bytes();
}

void bd_arenas_release(void) {
    pthread_mutex_lock(&lock);
    release_all();
    pthread_mutex_unlock(&lock);
}

void bd_arenas_keep_none(void) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < region_count; i++) {
        regions[i]->is_kept = false;
    }
    release_all();
    pthread_mutex_unlock(&lock);
}

void block_note(size_t bytes) {
    if (bytes == 0 || is_taking || !atomic_load_explicit(&has_regions, memory_order_relaxed) ||
        (since_look += bytes) < LOOK_BYTES) {
        return;
    }
    since_look = 0;
    pthread_mutex_lock(&lock);
    size_t now = resident_bytes();
    if (now == 0 || now > resting_bytes + KEPT_BYTES) {
        release_all();
    } else if (now < resting_bytes) {
        resting_bytes = now;
    }
    pthread_mutex_unlock(&lock);
}

void bd_arenas_pass(size_t bytes) {
    block_note(bytes);
}

/* Neither needs more than a part of both sides in memory at a time. */
void block_copy(char *to, const char *from, size_t bytes) {
    for (size_t at = 0; at < bytes; at += LOOK_BYTES) {
        size_t count = bytes - at < LOOK_BYTES ? bytes - at : LOOK_BYTES;
        memcpy(to + at, from + at, count);
        block_note(bytes > LOOK_BYTES ? 2 * count : 0);
    }
}

void block_zero(char *at, size_t bytes) {
    for (size_t done = 0; done < bytes; done += LOOK_BYTES) {
        size_t count = bytes - done < LOOK_BYTES ? bytes - done : LOOK_BYTES;
        memset(at + done, 0, count);
        block_note(bytes > LOOK_BYTES ? count : 0);
    }
}
