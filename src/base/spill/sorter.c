/* External merge sort in the textbook form (Knuth, TAOCP 3, 5.4): a buffer is sorted into a run, runs are merged at
 * most 256 at a time.
 *
 * When all places for runs are taken, the youngest runs of one level become one run of the level above: what is merged
 * again and again is always the small runs, so that n runs cost about log(n) passes and not n/256 of them.  The runs of
 * one level stand behind each other in one spool.  What is merged are always all runs of a level and of those below it,
 * so their spools can go then; two or three descriptors are enough for any number of runs. */
#include "bindery/spill.h"

#include "spill_priv.h"

#include <stdlib.h>
#include <string.h>

#define MOST_RUNS 256
#define LEAST_FAN_IN 8 /* fewer need more levels than there are */
#define MOST_LEVELS 16 /* the second begins behind 32,000 runs; nobody has a disk for the fifth */
#define RUN_BUFFER_BYTES ((size_t)64 << 10)
#define WINDOWS_BYTES ((size_t)1 << 20) /* of all runs that are merged, between them */
#define LEAST_WINDOW_BYTES ((size_t)4 << 10)
#define MOST_WINDOW_BYTES ((size_t)16 << 10)
#define FIRST_BYTES ((size_t)16 << 10)
#define FIRST_ENTRIES 256
#define INSERTED_ENTRIES 12 /* so few are sorted sooner one by one */
#define PASSED_BYTES (sizeof(uint32_t) + BD_SPILL_RECORD_BYTES) /* the largest record behind its size */
#define PASSAGE_BYTES (2 * PASSED_BYTES)                        /* merged ahead of who reads */

/* A record in memory: most differ in their first bytes, and those compare as one number. */
typedef struct {
    uint64_t prefix;
    uint32_t offset;
} entry;

/* Records that wait for their run. */
typedef struct {
    char *bytes;
    size_t room, used;
    entry *entries;
    size_t count, entry_room;
    entry *spare; /* half as many, while they are sorted */
    size_t spare_room;
} batch;

/* Merged records on their way to who reads them, each behind its size. */
typedef struct {
    char *bytes;
    size_t used, at;
    bool is_last;
    bd_rc rc; /* of what came behind its records */
    bd_err err;
} passage;

/* Records in order, between two marks of the spool of its level. */
typedef struct {
    bd_spool_mark from, to;
    unsigned level; /* never rising from old to young */
} run;

struct bd_sorter {
    batch filling;
    size_t memory_bytes; /* it grows to so much: most sorts see little */
    bd_spool *levels[MOST_LEVELS];
    run runs[MOST_RUNS];
    size_t run_count, most_runs;
    /* behind: while it is under way the runs are its own */
    bool works_behind, is_behind;
    batch behind;
    bd_crew *crew;
    bd_rc behind_rc;
    bd_err behind_err;
    /* merging */
    bd_spool *views[MOST_RUNS]; /* of the runs that are merged */
    bd_str heads[MOST_RUNS];
    uint64_t prefixes[MOST_RUNS]; /* of the heads */
    size_t heap[MOST_RUNS]; /* run indexes, smallest head first */
    size_t heap_count;
    /* of a sorter that works behind: one is read, the other filled meanwhile */
    passage passages[2];
    unsigned reading;
    bool is_ahead; /* the merge is the crew's */
    size_t memory_at; /* when there are no runs */
    bool has_taken;
    bool is_finished;
};

bd_sorter *bd_sorter_open(size_t memory_bytes) {
    bd_sorter *sorter = bd_heap_zeroed(sizeof *sorter);
    sorter->memory_bytes =
        memory_bytes > 4 * BD_SPILL_RECORD_BYTES ? memory_bytes : 4 * (size_t)BD_SPILL_RECORD_BYTES;
    BD_ASSERT(sorter->memory_bytes <= UINT32_MAX);
    sorter->most_runs = MOST_RUNS;
    return sorter;
}

void bd_sorter_merge_at_most(bd_sorter *sorter, size_t run_count) {
    BD_ASSERT(sorter->run_count == 0 && run_count >= LEAST_FAN_IN && run_count <= MOST_RUNS);
    sorter->most_runs = run_count;
}

void bd_sorter_work_behind(bd_sorter *sorter) {
    BD_ASSERT(sorter->filling.count == 0 && sorter->run_count == 0);
    sorter->works_behind = true;
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

/* The left half waits in `spare`; what is written never reaches what is still to be read of the right one. */
static void merge_halves(const char *memory, entry *to, size_t half, size_t count, entry *spare) {
    const entry *left = spare;
    const entry *left_end = spare + half;
    const entry *right = to + half;
    const entry *right_end = to + count;
    memcpy(spare, to, half * sizeof *to);
    while (left < left_end && right < right_end) {
        *to++ = is_not_after(memory, left, right) ? *left++ : *right++;
    }
    memcpy(to, left, (size_t)(left_end - left) * sizeof *to);
}

static void insert_each(const char *memory, entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++) {
        entry one = entries[i];
        size_t at = i;
        for (; at > 0 && !is_not_after(memory, &entries[at - 1], &one); at--) {
            entries[at] = entries[at - 1];
        }
        entries[at] = one;
    }
}

/* A sorter spends most of its time here.  As deep as the number of records has binary digits. */
static void sort_entries(const char *memory, entry *entries, size_t count, entry *spare) {
    size_t half = count / 2;
    if (count <= INSERTED_ENTRIES) {
        insert_each(memory, entries, count);
        return;
    }
    sort_entries(memory, entries, half, spare);
    sort_entries(memory, entries + half, count - half, spare);
    if (!is_not_after(memory, &entries[half - 1], &entries[half])) {
        merge_halves(memory, entries, half, count, spare);
    }
}

static void sort_batch(batch *all) {
    if (all->spare_room < all->count / 2) {
        all->spare_room = all->count / 2;
        all->spare = bd_heap_resize(all->spare, all->spare_room * sizeof *all->spare);
    }
    sort_entries(all->bytes, all->entries, all->count, all->spare);
}

static bd_rc merge_from(bd_sorter *sorter, size_t from, bd_spool *into, bd_err *err);

/* The oldest run that shares a level with the youngest; the level above joins where the youngest stands alone. */
static size_t first_of_level(const bd_sorter *sorter) {
    size_t from = sorter->run_count - 1;
    while (from > 0 && sorter->runs[from - 1].level == sorter->runs[from].level) {
        from--;
    }
    if (from + 1 < sorter->run_count || from == 0) {
        return from;
    }
    unsigned above = sorter->runs[--from].level;
    while (from > 0 && sorter->runs[from - 1].level == above) {
        from--;
    }
    return from;
}

static bd_spool *spool_of_level(bd_sorter *sorter, unsigned level) {
    BD_ASSERT(level < MOST_LEVELS);
    if (sorter->levels[level] == NULL) {
        sorter->levels[level] = bd_spool_open(RUN_BUFFER_BYTES);
    }
    return sorter->levels[level];
}

static bd_rc settle_levels(bd_sorter *sorter, bd_err *err) {
    for (size_t i = 0; i < MOST_LEVELS; i++) {
        if (sorter->levels[i] != NULL) {
            BD_TRY(bd_spool_settle(sorter->levels[i], err));
        }
    }
    return BD_OK;
}

static void close_views(bd_sorter *sorter) {
    for (size_t i = 0; i < MOST_RUNS; i++) {
        bd_spool_close(sorter->views[i]);
        sorter->views[i] = NULL;
    }
}

static bd_rc merge_youngest(bd_sorter *sorter, bd_err *err) {
    run *first = &sorter->runs[first_of_level(sorter)];
    unsigned level = first->level;
    bd_spool *above = spool_of_level(sorter, level + 1);
    bd_spool_mark from = bd_spool_at(above);
    bd_rc rc = merge_from(sorter, (size_t)(first - sorter->runs), above, err);
    close_views(sorter);
    BD_TRY(rc);
    for (unsigned i = 0; i <= level; i++) {
        bd_spool_close(sorter->levels[i]);
        sorter->levels[i] = NULL;
    }
    *first = (run){from, bd_spool_at(above), level + 1};
    sorter->run_count = (size_t)(first - sorter->runs) + 1;
    return BD_OK;
}

static bd_rc write_run(bd_sorter *sorter, batch *all, bd_err *err) {
    if (sorter->run_count == sorter->most_runs) {
        BD_TRY(merge_youngest(sorter, err));
    }
    sort_batch(all);
    bd_spool *into = spool_of_level(sorter, 0);
    bd_spool_mark from = bd_spool_at(into);
    for (size_t i = 0; i < all->count; i++) {
        BD_TRY(bd_spool_put(into, record_at(all->bytes, all->entries[i].offset), err));
    }
    sorter->runs[sorter->run_count++] = (run){from, bd_spool_at(into), 0};
    all->used = 0;
    all->count = 0;
    return BD_OK;
}

static void write_behind(void *context, size_t job, unsigned worker) {
    bd_sorter *sorter = context;
    (void)job;
    (void)worker;
    sorter->behind_rc = write_run(sorter, &sorter->behind, &sorter->behind_err);
}

static bd_rc end_behind(bd_sorter *sorter, bd_err *err) {
    if (!sorter->is_behind) {
        return BD_OK;
    }
    bd_crew_wait(sorter->crew, 0);
    sorter->is_behind = false;
    if (bd_failed(sorter->behind_rc)) {
        *err = sorter->behind_err;
    }
    return sorter->behind_rc;
}

static bd_rc flush_run(bd_sorter *sorter, bd_err *err) {
    if (!sorter->works_behind) {
        return write_run(sorter, &sorter->filling, err);
    }
    BD_TRY(end_behind(sorter, err));
    if (sorter->crew == NULL) {
        sorter->crew = bd_crew_open(2, write_behind, sorter);
    }
    batch swap = sorter->behind;
    sorter->behind = sorter->filling;
    sorter->filling = swap;
    sorter->is_behind = true;
    bd_crew_put(sorter->crew, 0);
    return BD_OK;
}

static void grow_bytes(bd_sorter *sorter, size_t wanted) {
    batch *all = &sorter->filling;
    size_t room = all->room == 0 ? FIRST_BYTES : all->room;
    while (room < wanted) {
        room *= 2;
    }
    room = room < sorter->memory_bytes ? room : sorter->memory_bytes;
    if (room > all->room) {
        all->bytes = bd_heap_resize(all->bytes, room);
        all->room = room;
    }
}

static void grow_entries(batch *all) {
    if (all->count < all->entry_room) {
        return;
    }
    all->entry_room = all->entry_room == 0 ? FIRST_ENTRIES : all->entry_room * 2;
    all->entries = bd_heap_resize(all->entries, all->entry_room * sizeof *all->entries);
}

bd_rc bd_sorter_put(bd_sorter *sorter, bd_str record, bd_err *err) {
    BD_ASSERT(record.size <= BD_SPILL_RECORD_BYTES && !sorter->is_finished);
    uint32_t size = (uint32_t)record.size;
    batch *all = &sorter->filling;
    if (all->used + sizeof size + size > sorter->memory_bytes) {
        BD_TRY(flush_run(sorter, err));
    }
    grow_bytes(sorter, all->used + sizeof size + size);
    grow_entries(all);
    all->entries[all->count++] = (entry){prefix_of(record), (uint32_t)all->used};
    memcpy(all->bytes + all->used, &size, sizeof size);
    if (size > 0) {
        memcpy(all->bytes + all->used + sizeof size, record.data, size);
    }
    all->used += sizeof size + size;
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

static size_t window_of_each(size_t count) {
    size_t each = WINDOWS_BYTES / count;
    return each < LEAST_WINDOW_BYTES  ? LEAST_WINDOW_BYTES
           : each > MOST_WINDOW_BYTES ? MOST_WINDOW_BYTES
                                      : each;
}

static bd_rc begin_merge(bd_sorter *sorter, size_t from, bd_err *err) {
    size_t window_bytes = window_of_each(sorter->run_count - from);
    sorter->heap_count = 0;
    for (size_t i = from; i < sorter->run_count; i++) {
        const run *one = &sorter->runs[i];
        bool has_record;
        sorter->views[i] =
            bd_spool_view_between(sorter->levels[one->level], one->from, one->to, window_bytes);
        BD_TRY(bd_spool_rewind(sorter->views[i], err));
        BD_TRY(bd_spool_next(sorter->views[i], &sorter->heads[i], &has_record, err));
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
        size_t least = sorter->heap[0];
        bool has_more;
        BD_TRY(bd_spool_next(sorter->views[least], &sorter->heads[least], &has_more, err));
        if (has_more) {
            sorter->prefixes[least] = prefix_of(sorter->heads[least]);
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

/* ---- merging ahead ---- */

static bd_rc fill(bd_sorter *sorter, passage *to, bd_err *err) {
    while (to->used + PASSED_BYTES <= PASSAGE_BYTES) {
        bd_str record;
        bool has_record;
        BD_TRY(next_merged(sorter, &record, &has_record, err));
        if (!has_record) {
            to->is_last = true;
            return BD_OK;
        }
        uint32_t size = (uint32_t)record.size;
        memcpy(to->bytes + to->used, &size, sizeof size);
        memcpy(to->bytes + to->used + sizeof size, record.data, size);
        to->used += sizeof size + size;
    }
    return BD_OK;
}

static void fill_ahead(void *context, size_t job, unsigned worker) {
    bd_sorter *sorter = context;
    passage *to = &sorter->passages[job];
    (void)worker;
    to->used = 0;
    to->at = 0;
    to->rc = fill(sorter, to, &to->err);
}

static void begin_ahead(bd_sorter *sorter) {
    for (size_t i = 0; i < BD_COUNT(sorter->passages); i++) {
        sorter->passages[i].bytes = bd_heap_alloc(PASSAGE_BYTES);
    }
    sorter->crew = bd_crew_open(2, fill_ahead, sorter);
    sorter->reading = 1; /* which is empty */
    bd_crew_put(sorter->crew, 0);
    sorter->is_ahead = true;
}

/* What was merged before a failure is read first. */
static bd_rc next_passage(bd_sorter *sorter, bd_err *err) {
    const passage *last = &sorter->passages[sorter->reading];
    if (bd_failed(last->rc)) {
        *err = last->err;
        return last->rc;
    }
    unsigned filled = 1 - sorter->reading;
    bd_crew_wait(sorter->crew, filled);
    sorter->is_ahead = !bd_failed(sorter->passages[filled].rc) && !sorter->passages[filled].is_last;
    if (sorter->is_ahead) {
        bd_crew_put(sorter->crew, sorter->reading);
    }
    sorter->reading = filled;
    return BD_OK;
}

static bd_rc next_ahead(bd_sorter *sorter, bd_str *record, bool *has_record, bd_err *err) {
    passage *from = &sorter->passages[sorter->reading];
    while (from->at == from->used && !from->is_last) {
        BD_TRY(next_passage(sorter, err));
        from = &sorter->passages[sorter->reading];
    }
    *has_record = from->at < from->used;
    if (*has_record) {
        *record = record_at(from->bytes, (uint32_t)from->at);
        from->at += sizeof(uint32_t) + record->size;
    }
    return BD_OK;
}

static void drop_batch(batch *all) {
    bd_heap_free(all->bytes);
    bd_heap_free(all->entries);
    bd_heap_free(all->spare);
    *all = (batch){0};
}

static void drop_memory(bd_sorter *sorter) {
    bd_crew_close(sorter->crew);
    sorter->crew = NULL;
    drop_batch(&sorter->filling);
    drop_batch(&sorter->behind);
}

bd_rc bd_sorter_finish(bd_sorter *sorter, bd_err *err) {
    BD_ASSERT(!sorter->is_finished);
    BD_TRY(end_behind(sorter, err));
    if (sorter->run_count == 0) {
        sort_batch(&sorter->filling);
        sorter->memory_at = 0;
        sorter->is_finished = true;
        return BD_OK;
    }
    if (sorter->filling.count > 0) {
        BD_TRY(write_run(sorter, &sorter->filling, err));
    }
    drop_memory(sorter);
    BD_TRY(settle_levels(sorter, err));
    BD_TRY(begin_merge(sorter, 0, err));
    if (sorter->works_behind) {
        begin_ahead(sorter);
    }
    sorter->is_finished = true;
    return BD_OK;
}

bd_rc bd_sorter_next(bd_sorter *sorter, bd_str *record, bool *has_record, bd_err *err) {
    BD_ASSERT(sorter->is_finished);
    if (sorter->run_count > 0) {
        return sorter->works_behind ? next_ahead(sorter, record, has_record, err)
                                    : next_merged(sorter, record, has_record, err);
    }
    batch *all = &sorter->filling;
    *has_record = sorter->memory_at < all->count;
    if (*has_record) {
        *record = record_at(all->bytes, all->entries[sorter->memory_at++].offset);
    }
    return BD_OK;
}

void bd_sorter_close(bd_sorter *sorter) {
    if (sorter == NULL) {
        return;
    }
    bd_err unused;
    (void)bd_failed(end_behind(sorter, &unused));
    if (sorter->is_ahead) {
        bd_crew_wait(sorter->crew, 1 - sorter->reading);
    }
    close_views(sorter);
    for (size_t i = 0; i < MOST_LEVELS; i++) {
        bd_spool_close(sorter->levels[i]);
    }
    drop_memory(sorter);
    bd_heap_free(sorter->passages[0].bytes);
    bd_heap_free(sorter->passages[1].bytes);
    bd_heap_free(sorter);
}
