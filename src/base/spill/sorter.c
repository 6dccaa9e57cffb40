/* External merge sort in the textbook form (Knuth, TAOCP 3, 5.4): a buffer is sorted into a run, runs are merged at
 * most 64 at a time.  A run is a spool, so a run that fits its small buffer never reaches the disk.
 *
 * When all places for runs are taken, the youngest runs of one level become one run of the level above: what is merged
 * again and again is always the small runs, so that n runs cost about log(n) passes and not n/64 of them. */
#include "bindery/spill.h"

#include <stdlib.h>
#include <string.h>

#define MOST_RUNS 64
#define RUN_BUFFER_BYTES ((size_t)64 << 10)
#define FIRST_BYTES ((size_t)16 << 10)

/* A record in memory: most differ in their first bytes, and those compare as one number. */
typedef struct {
    uint64_t prefix;
    uint32_t offset;
} entry;

struct bd_sorter {
    char *memory;
    size_t memory_room, memory_bytes, used; /* it grows to memory_bytes: most sorts see little */
    entry *entries;
    entry *merged; /* as many, while they are sorted */
    size_t count, room;
    bd_spool *runs[MOST_RUNS];
    unsigned levels[MOST_RUNS]; /* of each run; never rising from old to young */
    size_t run_count;
    /* merging */
    bd_str heads[MOST_RUNS];
    uint64_t prefixes[MOST_RUNS]; /* of the heads */
    size_t heap[MOST_RUNS]; /* run indexes, smallest head first */
    size_t heap_count;
    size_t memory_at; /* when there are no runs */
    bool has_taken;
    bool is_finished;
};

bd_sorter *bd_sorter_open(size_t memory_bytes) {
    bd_sorter *sorter = bd_heap_zeroed(sizeof *sorter);
    sorter->memory_bytes =
        memory_bytes > 4 * BD_SPILL_RECORD_BYTES ? memory_bytes : 4 * (size_t)BD_SPILL_RECORD_BYTES;
    BD_ASSERT(sorter->memory_bytes <= UINT32_MAX);
    return sorter;
}

static bd_str record_at(const char *memory, uint32_t offset) {
    uint32_t size;
    memcpy(&size, memory + offset, sizeof size);
    return (bd_str){memory + offset + sizeof size, size};
}

/* The first bytes as bytes compare: what is not there is less than any that is, or equal to a zero. */
static uint64_t prefix_of(bd_str record) {
    uint8_t bytes[8] = {0};
    uint64_t prefix = 0;
    if (record.size > 0) {
        memcpy(bytes, record.data, record.size < sizeof bytes ? record.size : sizeof bytes);
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        prefix = prefix << 8 | bytes[i];
    }
    return prefix;
}

static bool is_not_after(const char *memory, const entry *a, const entry *b) {
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix;
    }
    return bd_str_cmp(record_at(memory, a->offset), record_at(memory, b->offset)) <= 0;
}

static void merge_entries(const char *memory, entry *to, const entry *left, size_t left_count,
                          const entry *right, size_t right_count) {
    const entry *left_end = left + left_count;
    const entry *right_end = right + right_count;
    while (left < left_end && right < right_end) {
        *to++ = is_not_after(memory, left, right) ? *left++ : *right++;
    }
    memcpy(to, left, (size_t)(left_end - left) * sizeof *to);
    memcpy(to + (left_end - left), right, (size_t)(right_end - right) * sizeof *to);
}

/* Bottom up and stable, as bd_sort is; a sorter spends most of its time here. */
static void sort_memory(bd_sorter *sorter) {
    size_t count = sorter->count;
    sorter->merged = bd_heap_resize(sorter->merged, (sorter->room + 1) * sizeof *sorter->merged);
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += 2 * width) {
            size_t left = at + width < count ? width : count - at;
            size_t rest = count - at - left;
            size_t right = rest < width ? rest : width;
            merge_entries(sorter->memory, sorter->merged + at, sorter->entries + at, left,
                          sorter->entries + at + left, right);
        }
        entry *swap = sorter->entries;
        sorter->entries = sorter->merged;
        sorter->merged = swap;
    }
}

static bd_rc merge_from(bd_sorter *sorter, size_t from, bd_spool *into, bd_err *err);

/* The oldest run that shares a level with the youngest; the level above joins where the youngest stands alone. */
static size_t first_of_level(const bd_sorter *sorter) {
    size_t from = sorter->run_count - 1;
    while (from > 0 && sorter->levels[from - 1] == sorter->levels[from]) {
        from--;
    }
    if (from + 1 < sorter->run_count || from == 0) {
        return from;
    }
    unsigned above = sorter->levels[--from];
    while (from > 0 && sorter->levels[from - 1] == above) {
        from--;
    }
    return from;
}

static bd_rc merge_youngest(bd_sorter *sorter, bd_err *err) {
    size_t from = first_of_level(sorter);
    bd_spool *merged = bd_spool_open(RUN_BUFFER_BYTES);
    bd_rc rc = merge_from(sorter, from, merged, err);
    if (!bd_failed(rc)) {
        rc = bd_spool_settle(merged, err);
    }
    if (bd_failed(rc)) {
        bd_spool_close(merged);
        return rc;
    }
    for (size_t i = from; i < sorter->run_count; i++) {
        bd_spool_close(sorter->runs[i]);
    }
    sorter->runs[from] = merged;
    sorter->levels[from]++;
    sorter->run_count = from + 1;
    return BD_OK;
}

static bd_rc flush_run(bd_sorter *sorter, bd_err *err) {
    if (sorter->run_count == MOST_RUNS) {
        BD_TRY(merge_youngest(sorter, err));
    }
    sort_memory(sorter);
    bd_spool *run = bd_spool_open(RUN_BUFFER_BYTES);
    sorter->levels[sorter->run_count] = 0;
    sorter->runs[sorter->run_count++] = run;
    for (size_t i = 0; i < sorter->count; i++) {
        BD_TRY(bd_spool_put(run, record_at(sorter->memory, sorter->entries[i].offset), err));
    }
    sorter->used = 0;
    sorter->count = 0;
    return bd_spool_settle(run, err);
}

static void grow_memory(bd_sorter *sorter, size_t wanted) {
    size_t room = sorter->memory_room == 0 ? FIRST_BYTES : sorter->memory_room;
    while (room < wanted) {
        room *= 2;
    }
    room = room < sorter->memory_bytes ? room : sorter->memory_bytes;
    if (room > sorter->memory_room) {
        sorter->memory = bd_heap_resize(sorter->memory, room);
        sorter->memory_room = room;
    }
}

static void grow_entries(bd_sorter *sorter) {
    if (sorter->count < sorter->room) {
        return;
    }
    sorter->room = sorter->room == 0 ? 256 : sorter->room * 2;
    sorter->entries = bd_heap_resize(sorter->entries, sorter->room * sizeof *sorter->entries);
}

bd_rc bd_sorter_put(bd_sorter *sorter, bd_str record, bd_err *err) {
    BD_ASSERT(record.size <= BD_SPILL_RECORD_BYTES && !sorter->is_finished);
    uint32_t size = (uint32_t)record.size;
    if (sorter->used + sizeof size + size > sorter->memory_bytes) {
        BD_TRY(flush_run(sorter, err));
    }
    grow_memory(sorter, sorter->used + sizeof size + size);
    grow_entries(sorter);
    sorter->entries[sorter->count++] = (entry){prefix_of(record), (uint32_t)sorter->used};
    memcpy(sorter->memory + sorter->used, &size, sizeof size);
    if (size > 0) {
        memcpy(sorter->memory + sorter->used + sizeof size, record.data, size);
    }
    sorter->used += sizeof size + size;
    return BD_OK;
}

static bool is_before(const bd_sorter *sorter, size_t a, size_t b) {
    if (sorter->prefixes[a] != sorter->prefixes[b]) {
        return sorter->prefixes[a] < sorter->prefixes[b];
    }
    int order = bd_str_cmp(sorter->heads[a], sorter->heads[b]);
    return order != 0 ? order < 0 : a < b;
}

static void sift_down(bd_sorter *sorter, size_t at) {
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < sorter->heap_count;
             child++) {
            if (is_before(sorter, sorter->heap[child], sorter->heap[least])) {
                least = child;
            }
        }
        if (least == at) {
            return;
        }
        size_t swap = sorter->heap[at];
        sorter->heap[at] = sorter->heap[least];
        sorter->heap[least] = swap;
        at = least;
    }
}

static bd_rc begin_merge(bd_sorter *sorter, size_t from, bd_err *err) {
    sorter->heap_count = 0;
    for (size_t i = from; i < sorter->run_count; i++) {
        bool has_record;
        BD_TRY(bd_spool_rewind(sorter->runs[i], err));
        BD_TRY(bd_spool_next(sorter->runs[i], &sorter->heads[i], &has_record, err));
        if (has_record) {
            sorter->prefixes[i] = prefix_of(sorter->heads[i]);
            sorter->heap[sorter->heap_count++] = i;
        }
    }
    for (size_t at = sorter->heap_count; at > 0; at--) {
        sift_down(sorter, at - 1);
    }
    sorter->has_taken = false;
    return BD_OK;
}

/* The head stays borrowed until the next call, so its run moves on only then. */
static bd_rc next_merged(bd_sorter *sorter, bd_str *record, bool *has_record, bd_err *err) {
    if (sorter->has_taken) {
        size_t run = sorter->heap[0];
        bool has_more;
        BD_TRY(bd_spool_next(sorter->runs[run], &sorter->heads[run], &has_more, err));
        if (has_more) {
            sorter->prefixes[run] = prefix_of(sorter->heads[run]);
        } else {
            sorter->heap[0] = sorter->heap[--sorter->heap_count];
        }
        sift_down(sorter, 0);
    }
    *has_record = sorter->heap_count > 0;
    sorter->has_taken = *has_record;
    if (*has_record) {
        *record = sorter->heads[sorter->heap[0]];
    }
    return BD_OK;
}

static bd_rc merge_from(bd_sorter *sorter, size_t from, bd_spool *into, bd_err *err) {
    BD_TRY(begin_merge(sorter, from, err));
    for (;;) {
        bd_str record;
        bool has_record;
        BD_TRY(next_merged(sorter, &record, &has_record, err));
        if (!has_record) {
            return BD_OK;
        }
        BD_TRY(bd_spool_put(into, record, err));
    }
}

static void drop_memory(bd_sorter *sorter) {
    bd_heap_free(sorter->memory);
    bd_heap_free(sorter->entries);
    bd_heap_free(sorter->merged);
    sorter->memory = NULL;
    sorter->entries = NULL;
    sorter->merged = NULL;
}

bd_rc bd_sorter_finish(bd_sorter *sorter, bd_err *err) {
    BD_ASSERT(!sorter->is_finished);
    sorter->is_finished = true;
    if (sorter->run_count == 0) {
        sort_memory(sorter);
        sorter->memory_at = 0;
        return BD_OK;
    }
    if (sorter->count > 0) {
        BD_TRY(flush_run(sorter, err));
    }
    drop_memory(sorter);
    return begin_merge(sorter, 0, err);
}

bd_rc bd_sorter_next(bd_sorter *sorter, bd_str *record, bool *has_record, bd_err *err) {
    BD_ASSERT(sorter->is_finished);
    if (sorter->run_count > 0) {
        return next_merged(sorter, record, has_record, err);
    }
    *has_record = sorter->memory_at < sorter->count;
    if (*has_record) {
        *record = record_at(sorter->memory, sorter->entries[sorter->memory_at++].offset);
    }
    return BD_OK;
}

void bd_sorter_close(bd_sorter *sorter) {
    if (sorter == NULL) {
        return;
    }
    for (size_t i = 0; i < sorter->run_count; i++) {
        bd_spool_close(sorter->runs[i]);
    }
    drop_memory(sorter);
    bd_heap_free(sorter);
}
