/* How the periods of an engagement lie beside each other. */
#include "bindery/engagement.h"

typedef struct {
    const bd_engagement *engagement;
    bd_arena *arena;
    bd_diags *out;
} looking;

static void say(const looking *l, const bd_period *at, bd_str sentence) {
    size_t index = (size_t)(at - l->engagement->periods.data);
    bd_diag_add(l->arena, l->out, BD_DIAG_WARNING, BD_STR("bindery.json"),
                bd_str_format(l->arena, "/periods/%zu/from", index), "%.*s", BD_ARG(sentence));
}

static void look_at_overlap(const looking *l, const bd_period *one, const bd_period *other) {
    if (one->from > other->to || other->from > one->to) {
        return;
    }
    const bd_period *later = other->from >= one->from ? other : one;
    const bd_period *earlier = later == other ? one : other;
    bd_day last = earlier->to < later->to ? earlier->to : later->to;
    say(l, later,
        bd_str_format(l->arena,
                      "period '%.*s' overlaps '%.*s' from %.*s to %.*s: what happened on these days is judged in both",
                      BD_ARG(later->id), BD_ARG(earlier->id), BD_ARG(bd_day_format(l->arena, later->from)),
                      BD_ARG(bd_day_format(l->arena, last))));
}

/* The last one that ends before `period` begins. */
static const bd_period *find_before(const bd_engagement *engagement, const bd_period *period) {
    const bd_period *found = NULL;
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *one = &engagement->periods.data[i];
        bool is_before = one->is_type_ii && one->to < period->from;
        if (is_before && (found == NULL || one->to > found->to)) {
            found = one;
        }
    }
    return found;
}

static bool is_covered(const bd_engagement *engagement, bd_day day) {
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *one = &engagement->periods.data[i];
        if (one->is_type_ii && one->from <= day && day <= one->to) {
            return true;
        }
    }
    return false;
}

static void look_at_gap(const looking *l, const bd_period *period) {
    const bd_period *before = find_before(l->engagement, period);
    if (before == NULL || is_covered(l->engagement, period->from - 1)) {
        return;
    }
    say(l, period,
        bd_str_format(l->arena,
                      "no period holds %.*s to %.*s, between '%.*s' and '%.*s': these days are judged in none",
                      BD_ARG(bd_day_format(l->arena, before->to + 1)),
                      BD_ARG(bd_day_format(l->arena, period->from - 1)), BD_ARG(before->id),
                      BD_ARG(period->id)));
}

void bd_engagement_look_at_periods(const bd_engagement *engagement, bd_arena *arena, bd_diags *out) {
    looking l = {engagement, arena, out};
    for (size_t i = 0; i < engagement->periods.count; i++) {
        const bd_period *one = &engagement->periods.data[i];
        for (size_t k = 0; k < i && one->is_type_ii; k++) {
            if (engagement->periods.data[k].is_type_ii) {
                look_at_overlap(&l, &engagement->periods.data[k], one);
            }
        }
        if (one->is_type_ii) {
            look_at_gap(&l, one);
        }
    }
}
