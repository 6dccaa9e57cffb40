/* Days of a log without an event, where other days have a thousand: nobody knows that nothing is missing. */
#include "bindery/conclude.h"

#include "conclude_priv.h"

enum { BUSY = 1000, LEAST_DAYS = 7, MOST_SAID = 5 };

static const bd_day_tally *find_day(const bd_day_tally *days, size_t count, bd_day day) {
    for (size_t i = 0; i < count; i++) {
        if (days[i].day == day) {
            return &days[i];
        }
    }
    return NULL;
}

static int cmp_counts(const void *context, const void *a, const void *b) {
    (void)context;
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t median_of(bd_conclusion *run, const bd_day_tally *days, size_t count) {
    uint64_t *counts = bd_new(run->scratch, uint64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        counts[i] = days[i].count;
    }
    bd_sort(counts, count, sizeof *counts, cmp_counts, NULL);
    return count > 0 ? counts[count / 2] : 0;
}

/* The same scope of a source over all pages. */
static void gather_days(bd_conclusion *run, const bd_collection *collection, const bd_day_tally *of,
                        bd_day_tallies *out) {
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_day_tallies *days = &run->evidence->data[collection->members.data[i]].facts.days;
        for (size_t k = 0; k < days->count; k++) {
            const bd_day_tally *one = &days->data[k];
            if (!bd_str_eq(one->source, of->source) || !bd_str_eq(one->scope, of->scope)) {
                continue;
            }
            const bd_day_tally *known = find_day(out->data, out->count, one->day);
            if (known != NULL) {
                out->data[known - out->data].count += one->count;
            } else {
                *bd_push(run->scratch, out) = *one;
            }
        }
    }
}

static bd_str empty_days(bd_conclusion *run, const bd_day_tallies *days, bd_instant from, bd_instant to) {
    const bd_zone *zone = run->plan->zone;
    bd_str text = {"", 0};
    int count = 0;
    bd_day last = bd_zone_day(zone, to - 1);
    for (bd_day day = bd_zone_day(zone, from); day <= last; day++) {
        bool is_whole = bd_zone_day_start(zone, day) >= from && bd_zone_day_start(zone, day + 1) <= to;
        if (!is_whole || find_day(days->data, days->count, day) != NULL) {
            continue;
        }
        if (++count <= MOST_SAID) {
            text = bd_str_format(run->arena, "%.*s%s%.*s", BD_ARG(text), count > 1 ? ", " : "",
                                 BD_ARG(bd_day_format(run->arena, day)));
        }
    }
    return count > MOST_SAID ? bd_str_format(run->arena, "%.*s and %d more", BD_ARG(text), count - MOST_SAID) : text;
}

void bd_conclude_doubt_days(bd_conclusion *run, bd_collection *collection) {
    bd_instant from = BD_INSTANT_NONE, to = BD_INSTANT_NONE;
    const bd_day_tally *of = NULL;
    for (size_t i = 0; i < collection->members.count; i++) {
        const bd_evidence *item = &run->evidence->data[collection->members.data[i]];
        from = from == BD_INSTANT_NONE || item->describes_from < from ? item->describes_from : from;
        to = to == BD_INSTANT_NONE || item->describes_to > to ? item->describes_to : to;
        of = of == NULL && item->facts.days.count > 0 ? &item->facts.days.data[0] : of;
    }
    if (of == NULL || collection->completeness != BD_COMPLETE_YES || (to - from) / (24 * BD_HOUR) > 4000) {
        return;
    }
    bd_day_tallies days = {0};
    gather_days(run, collection, of, &days);
    uint64_t usual = median_of(run, days.data, days.count);
    bd_str missing = days.count >= LEAST_DAYS && usual >= BUSY ? empty_days(run, &days, from, to) : (bd_str){"", 0};
    if (missing.size > 0) {
        collection->completeness = BD_COMPLETE_NOT_SHOWN;
        collection->reason =
            bd_str_format(run->arena, "no event on %.*s, where other days have about %llu", BD_ARG(missing),
                          (unsigned long long)usual);
        for (size_t i = 0; i < collection->members.count; i++) {
            bd_evidence *item = &run->evidence->data[collection->members.data[i]];
            item->completeness = collection->completeness;
            item->completeness_reason = collection->reason;
        }
    }
}
