/* Which stretches of time the extracts that a join sees describe. */
#include "bindery/derive.h"

static int cmp_spans(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_described_span *x = a;
    const bd_described_span *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

bd_described bd_join_describe(const bd_join *join, bd_join_input_fn *wants, const void *context,
                              bd_arena *arena) {
    bd_described out = {.data = bd_new(arena, bd_described_span, join->input_count)};
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (input->is_whole && wants(context, input)) {
            out.data[out.count++] = (bd_described_span){input->from, input->to};
        }
    }
    bd_sort(out.data, out.count, sizeof out.data[0], cmp_spans, NULL);
    size_t kept = 0;
    for (size_t i = 0; i < out.count; i++) {
        bd_described_span next = out.data[i];
        if (kept > 0 && next.from <= out.data[kept - 1].to) {
            bd_described_span *last = &out.data[kept - 1];
            last->to = next.to > last->to ? next.to : last->to;
        } else {
            out.data[kept++] = next;
        }
    }
    out.count = kept;
    return out;
}

bool bd_described_has(const bd_described *of, bd_instant from, bd_instant to) {
    for (size_t i = 0; i < of->count; i++) {
        if (of->data[i].from <= from && of->data[i].to > to) {
            return true;
        }
    }
    return false;
}

bd_instant bd_described_since(const bd_described *of, bd_instant to) {
    for (size_t i = 0; i < of->count; i++) {
        if (of->data[i].from < to && of->data[i].to >= to) {
            return of->data[i].from;
        }
    }
    return to;
}
