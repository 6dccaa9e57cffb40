/* What is counted of a file beside its rows: events of a log by day, and people who came, left, were made an account or
 * lost it.  It judges nothing; counts are held against each other once everything is read. */
#include "bindery/scan.h"

#include "scan_priv.h"

static const bd_value *first_of(const bd_value *list) {
    return list != NULL && list->kind == BD_ARRAY && list->count > 0 ? &list->items[0] : NULL;
}

static void add_day(bd_scan_state *state, bd_str source, bd_str scope, bd_day day) {
    bd_day_tallies *days = &state->facts->days;
    for (size_t i = days->count; i > 0; i--) { /* logs come in order of time: the last one it is, nearly always */
        bd_day_tally *one = &days->data[i - 1];
        if (one->day == day && bd_str_eq(one->scope, scope) && bd_str_eq(one->source, source)) {
            one->count++;
            return;
        }
    }
    if (days->count >= BD_MOST_DAY_TALLIES) {
        state->facts->has_more_days = true;
        return;
    }
    *bd_push(state->arena, days) = (bd_day_tally){.source = source,
                                                  .scope = bd_str_copy(state->arena, scope),
                                                  .day = day,
                                                  .count = 1};
}

static void add_person(bd_scan_state *state, bd_person_event event, bd_day day, bd_str who) {
    bd_person_tallies *people = &state->facts->people;
    if (who.size == 0 || people->count >= BD_MOST_PERSON_TALLIES) {
        state->facts->has_more_people = true;
        return;
    }
    *bd_push(state->arena, people) = (bd_person_tally){
        .event = event, .day = day, .who = bd_hash(bd_str_lower(state->scratch, bd_str_trim(who)), 0)};
}

static bool is_one_of(bd_str word, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_str_ieq(bd_str_trim(word), bd_str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

static void note_listed(bd_scan_state *state, const bd_record *record, bd_day day) {
    static const char *const came[] = {"joiner", "join", "joined", "hire", "new hire", "rehire", "start", "started"};
    bool is_joiner = bd_str_eqz(record->source->id, "csv:joiners");
    bd_str who = bd_value_text(record->value, "employee_id");
    if (is_joiner && !is_one_of(bd_value_text(record->value, "event"), came, BD_COUNT(came))) {
        return;
    }
    add_person(state, is_joiner ? BD_PERSON_JOINED : BD_PERSON_LEFT, day,
               who.size > 0 ? who : bd_value_text(record->value, "upn"));
}

static bd_str target_of(const bd_value *record) {
    const bd_value *target = first_of(bd_value_find(record, "targetResources"));
    target = target != NULL ? target : first_of(bd_value_find(record, "TargetResources"));
    bd_str id = bd_value_text(target, "id");
    return id.size > 0 ? id : bd_value_text(target, "userPrincipalName");
}

static void note_logged(bd_scan_state *state, const bd_record *record, bd_day day) {
    static const char *const shut[] = {"Disable account", "Delete user", "Hard Delete user"};
    bd_str name = bd_value_text(record->value, "activityDisplayName");
    bd_str result = bd_value_text(record->value, "result");
    name = name.size > 0 ? name : bd_value_text(record->value, "OperationName");
    result = result.size > 0 ? result : bd_value_text(record->value, "Result");
    bool is_made = bd_str_ieq(name, BD_STR("Add user"));
    if (!bd_str_ieq(result, BD_STR("success")) || (!is_made && !is_one_of(name, shut, BD_COUNT(shut)))) {
        return;
    }
    add_person(state, is_made ? BD_PERSON_CREATED : BD_PERSON_SHUT, day, target_of(record->value));
}

void bd_scan_tally(bd_scan_state *state, const bd_record *record) {
    const bd_source_def *source = record->source;
    if (!source->is_log || source->derivation.size > 0) {
        return;
    }
    bd_day day = record->time != BD_INSTANT_NONE ? bd_zone_day(state->plan->zone, record->time) : BD_DAY_NONE;
    if (day != BD_DAY_NONE && !source->is_handed_in) {
        add_day(state, source->id, record->scope, day);
    }
    if (bd_str_eqz(source->id, "csv:joiners") || bd_str_eqz(source->id, "csv:leavers") ||
        bd_str_eqz(source->id, "S80")) {
        note_listed(state, record, day);
    } else if (bd_str_eqz(source->id, "S58") || bd_str_eqz(source->id, "S63a")) {
        note_logged(state, record, day);
    }
}

/* ---- days without an event ---- */

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

void bd_scan_doubt_days(bd_conclusion *run, bd_collection *collection) {
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
