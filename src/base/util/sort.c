#include "bindery/util.h"

#include "util_priv.h"

#include <stdlib.h>
#include <string.h>

#define COMPARED_BYTES 16384 /* the system brings what lies around it, too */
enum { NOTED_ITEMS = 256 }; /* often enough for large arrays, and nothing to short ones */

/* What an item leads to, its name for one, may lie on a page of its own. */
static void note_items(size_t *seen, size_t count, size_t size) {
    *seen += count;
    if (*seen >= NOTED_ITEMS) {
        block_note(*seen * (size + COMPARED_BYTES));
        *seen = 0;
    }
}

/* Bottom-up merge sort: stable, so that equal keys keep input order and no output depends on chance. */
static void merge_runs(char *to, const char *left, size_t left_count, const char *right, size_t right_count,
                       size_t size, bd_cmp_fn *cmp, const void *context, size_t *seen) {
    bool is_in_order = right_count == 0 || cmp(context, left + (left_count - 1) * size, right) <= 0;
    while (!is_in_order && left_count > 0 && right_count > 0) {
        if (cmp(context, left, right) <= 0) {
            memcpy(to, left, size);
            left += size;
            left_count--;
        } else {
            memcpy(to, right, size);
            right += size;
            right_count--;
        }
        to += size;
        note_items(seen, 1, 2 * size);
    }
    block_copy(to, left, left_count * size); /* notes what is long */
    block_copy(to + left_count * size, right, right_count * size);
    note_items(seen, left_count + right_count, 2 * size);
}

static bool is_sorted(const char *items, size_t count, size_t size, bd_cmp_fn *cmp,
                      const void *context) {
    size_t seen = 0;
    for (size_t i = 1; i < count; i++) {
        if (cmp(context, items + (i - 1) * size, items + i * size) > 0) {
            return false;
        }
        note_items(&seen, 1, size);
    }
    return true;
}

void bd_sort(void *items, size_t count, size_t size_bytes, bd_cmp_fn *cmp, const void *context) {
    if (is_sorted(items, count, size_bytes, cmp, context)) {
        return;
    }
    bd_arena *scratch = bd_arena_open("sort", SIZE_MAX / 2);
    char *from = items;
    char *to = bd_alloc(scratch, count, size_bytes);
    size_t seen = 0;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += 2 * width) {
            size_t left = at + width < count ? width : count - at;
            size_t rest = count - at - left;
            size_t right = rest < width ? rest : width;
            merge_runs(to + at * size_bytes, from + at * size_bytes, left,
                       from + (at + left) * size_bytes, right, size_bytes, cmp, context, &seen);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != (char *)items) {
        block_copy(items, from, count * size_bytes);
    }
    bd_arena_close(scratch);
}

const void *bd_sorted_find(const void *items, size_t count, size_t size_bytes, const void *key,
                           bd_cmp_fn *cmp, const void *context) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const void *item = (const char *)items + middle * size_bytes;
        int order = cmp(context, key, item);
        if (order == 0) {
            return item;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
