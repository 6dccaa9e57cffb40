#include "bindery/doubt.h"

#define SCRATCH_BYTES ((size_t)2 << 30)

typedef struct {
    const bd_doubt_inputs *in;
    bd_arena *arena, *scratch;
    bd_doubt_list *out;
} doubting;

const char *bd_doubt_name(bd_doubt_kind kind) {
    static const char *const names[] = {
        "truncated", "next-link", "service-error", "unreadable", "count",    "incomplete", "days-without-events",
        "not-shown", "time",      "snapshots-differ", "scope-not-seen", "scope-not-listed", "people-counts", "periods"};
    return names[kind];
}

bool bd_doubt_is_of_item(bd_doubt_kind kind) {
    return kind <= BD_DOUBT_TIME && kind != BD_DOUBT_DAYS;
}

static bd_doubt *add_doubt(doubting *run, bd_doubt_kind kind, bd_str sentence) {
    bd_doubt *out = bd_push(run->arena, run->out);
    *out = (bd_doubt){.kind = kind, .sentence = sentence};
    return out;
}

static bool is_of_now(const doubting *run, const bd_evidence *item) {
    return item->describes_from < run->in->as_of;
}

/* ---- one item ---- */

static bool has_part(bd_str text, const char *part) {
    return bd_str_find(text, bd_str_of(part)) >= 0;
}

static bd_doubt_kind kind_of(const bd_evidence *item) {
    const bd_facts *facts = &item->facts;
    if (facts->is_malformed) {
        return has_part(facts->problem, "the answer is the error") ? BD_DOUBT_ERROR : BD_DOUBT_UNREADABLE;
    }
    if (has_part(item->completeness_reason, "no event on ")) {
        return BD_DOUBT_DAYS;
    }
    if (item->completeness != BD_COMPLETE_NO) {
        return BD_DOUBT_NOT_SHOWN;
    }
    if (facts->is_truncated) {
        return BD_DOUBT_TRUNCATED;
    }
    if (has_part(item->completeness_reason, "a next link is left")) {
        return BD_DOUBT_NEXT_LINK;
    }
    if (facts->rows_refused > 0 || facts->rows_unmapped > 0) {
        return BD_DOUBT_UNREADABLE;
    }
    return has_part(item->completeness_reason, "count") ? BD_DOUBT_COUNT : BD_DOUBT_INCOMPLETE;
}

static bd_str scope_of(const bd_evidence *item) {
    if (item->has_sidecar && item->sidecar.scope_ids.count > 0) {
        return item->sidecar.scope_ids.data[0];
    }
    return item->facts.seen.count > 0 ? item->facts.seen.data[0].scope : (bd_str){"", 0};
}

static void doubt_item(doubting *run, const bd_evidence *item) {
    bool is_aside = item->is_sidecar || item->is_register || item->given.is_withdrawn;
    bool is_kept_aside = item->is_unmapped && !item->facts.is_malformed; /* listed as such */
    if (is_aside) {
        return;
    }
    if (is_of_now(run, item) && !is_kept_aside && (item->completeness != BD_COMPLETE_YES || item->facts.is_malformed)) {
        bd_str why = item->facts.is_malformed ? item->facts.problem : item->completeness_reason;
        bd_doubt *one = add_doubt(run, kind_of(item), why);
        one->evidence = item->given.number;
        one->source = item->source;
        one->scope = scope_of(item);
        one->place = item->given.path;
    }
    if (item->time_problem.size > 0) {
        bd_doubt *one = add_doubt(run, BD_DOUBT_TIME, item->time_problem);
        one->evidence = item->given.number;
        one->source = item->source;
        one->place = item->given.path;
    }
}

/* ---- two snapshots of one day ---- */

static const bd_evidence *item_of(const doubting *run, uint32_t number) {
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        if (run->in->evidence->data[i].given.number == number) {
            return &run->in->evidence->data[i];
        }
    }
    return NULL;
}

static void doubt_snapshots(doubting *run, const bd_snapshot *a, const bd_snapshot *b) {
    const bd_source_def *source = bd_catalog_source(run->in->catalog, a->source);
    bool is_one = bd_str_eq(a->source, b->source) && bd_str_eq(a->scope, b->scope) && a->date == b->date;
    bool are_whole = a->completeness == BD_COMPLETE_YES && b->completeness == BD_COMPLETE_YES;
    if (!is_one || !are_whole || a->rows == b->rows || a->collection == b->collection || source == NULL ||
        source->is_log || source->derivation.size > 0 || a->from >= run->in->as_of) {
        return;
    }
    const bd_evidence *item = item_of(run, b->evidence);
    bd_doubt *one = add_doubt(
        run, BD_DOUBT_SNAPSHOTS,
        bd_str_format(run->arena,
                      "%.*s shows %llu records of %.*s and %.*s %llu, both of %.*s and both complete; each counts, "
                      "with the worse verdict",
                      BD_ARG(bd_evidence_id(run->arena, a->evidence)), (unsigned long long)a->rows,
                      BD_ARG(source->title), BD_ARG(bd_evidence_id(run->arena, b->evidence)),
                      (unsigned long long)b->rows, BD_ARG(bd_day_format(run->arena, a->date))));
    one->evidence = b->evidence;
    one->source = a->source;
    one->scope = a->scope;
    one->place = item != NULL ? item->given.path : (bd_str){"", 0};
}

/* ---- scopes ---- */

static bool is_listed(const bd_engagement *engagement, bd_str scope) {
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        if (bd_str_eq(engagement->subscriptions.data[i].id, scope)) {
            return true;
        }
    }
    return engagement->subscriptions.count == 0;
}

static bool is_in_period(const doubting *run, const bd_snapshot *one) {
    return one->from < run->in->until && one->to >= run->in->period_start;
}

static void doubt_subscriptions(doubting *run) {
    const bd_engagement *engagement = run->in->engagement;
    bd_map *seen = bd_map_make(run->scratch);
    for (size_t i = 0; i < run->in->snapshots->count; i++) {
        const bd_snapshot *one = &run->in->snapshots->data[i];
        const bd_source_def *source = bd_catalog_source(run->in->catalog, one->source);
        if (source == NULL || source->scope != BD_SCOPE_SUBSCRIPTION || !is_in_period(run, one) ||
            one->scope.size == 0 || bd_map_find(seen, one->scope) != NULL) {
            continue;
        }
        bd_map_put(seen, one->scope, run);
        if (!is_listed(engagement, one->scope)) {
            bd_doubt *doubt = add_doubt(
                run, BD_DOUBT_UNLISTED,
                bd_str_format(run->arena,
                              "the evidence shows subscription %.*s (%.*s), which bindery.json does not list",
                              BD_ARG(one->scope), BD_ARG(bd_evidence_id(run->arena, one->evidence))));
            doubt->scope = one->scope;
            doubt->place = BD_STR("bindery.json, /subscriptions");
        }
    }
    for (size_t i = 0; i < engagement->subscriptions.count; i++) {
        bd_str id = engagement->subscriptions.data[i].id;
        if (bd_map_find(seen, id) == NULL) {
            bd_doubt *doubt =
                add_doubt(run, BD_DOUBT_SCOPE,
                          bd_str_format(run->arena, "no evidence of the period shows anything of subscription %.*s",
                                        BD_ARG(id)));
            doubt->scope = id;
            doubt->place = bd_str_format(run->arena, "bindery.json, /subscriptions/%zu", i);
        }
    }
}

/* ---- people ---- */

typedef struct {
    uint64_t count, unreadable;
    bd_strs files; /* evidence ids */
    bd_map *known;
    bool has_more, is_asked; /* some list or log of the kind is on file */
} people_count;

static bool holds_source(const bd_evidence *item, const char *const *sources, size_t count) {
    for (size_t i = 0; i < item->sources.count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (bd_str_eqz(item->sources.data[i], sources[k])) {
                return true;
            }
        }
    }
    return false;
}

static bool is_day_judged(const doubting *run, bd_day day) {
    bd_day last = bd_zone_day(run->in->engagement->zone, run->in->until - 1);
    return day >= run->in->period->from && day <= last;
}

/* Each person counts once, in however many lists. */
static uint64_t count_in(doubting *run, const bd_evidence *item, bd_person_event event, people_count *out) {
    uint64_t own = 0;
    bd_map *known = bd_map_make(run->scratch);
    for (size_t i = 0; i < item->facts.people.count; i++) {
        const bd_person_tally *one = &item->facts.people.data[i];
        if (one->event != event) {
            continue;
        }
        if (one->day == BD_DAY_NONE) {
            out->unreadable++;
            continue;
        }
        bd_str name = bd_str_format(run->scratch, "%llx", (unsigned long long)one->who);
        if (!is_day_judged(run, one->day)) {
            continue;
        }
        own += bd_map_find(known, name) == NULL ? 1 : 0;
        bd_map_put(known, name, run);
        out->count += bd_map_find(out->known, name) == NULL ? 1 : 0;
        bd_map_put(out->known, name, run);
    }
    return own;
}

static void doubt_lists(doubting *run, const bd_evidence *before, uint64_t count_before, const bd_evidence *item,
                        uint64_t count, const char *who) {
    bool is_same_time = before != NULL && before->describes_from == item->describes_from &&
                        before->describes_to == item->describes_to;
    if (!is_same_time || count_before == count) {
        return;
    }
    bd_doubt *one = add_doubt(
        run, BD_DOUBT_PEOPLE,
        bd_str_format(run->arena,
                      "%.*s names %llu people who %s in the period, %.*s %llu, and both describe the same days",
                      BD_ARG(bd_evidence_id(run->arena, before->given.number)), (unsigned long long)count_before, who,
                      BD_ARG(bd_evidence_id(run->arena, item->given.number)), (unsigned long long)count));
    one->evidence = item->given.number;
    one->source = item->source;
    one->place = item->given.path;
}

static people_count count_people(doubting *run, bd_person_event event, const char *const *sources, size_t count,
                                 const char *who) {
    people_count out = {.known = bd_map_make(run->scratch)};
    const bd_evidence *before = NULL;
    uint64_t count_before = 0;
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        const bd_evidence *item = &run->in->evidence->data[i];
        bd_arenas_pass(sizeof *item);
        if (item->given.is_withdrawn || item->is_document || !holds_source(item, sources, count) ||
            !is_of_now(run, item)) {
            continue;
        }
        uint64_t own = count_in(run, item, event, &out);
        out.is_asked = true;
        out.has_more = out.has_more || item->facts.has_more_people;
        *bd_push(run->arena, &out.files) = bd_evidence_id(run->arena, item->given.number);
        if (event == BD_PERSON_JOINED || event == BD_PERSON_LEFT) {
            doubt_lists(run, before, count_before, item, own, who);
        }
        before = item;
        count_before = own;
    }
    return out;
}

static bd_str files_of(doubting *run, const people_count *of) {
    bd_str out = {"", 0};
    for (size_t i = 0; i < of->files.count && i < 3; i++) {
        out = bd_str_format(run->arena, "%.*s%s%.*s", BD_ARG(out), i > 0 ? ", " : "", BD_ARG(of->files.data[i]));
    }
    return of->files.count > 3 ? bd_str_format(run->arena, "%.*s and %zu more", BD_ARG(out), of->files.count - 3) : out;
}

static bd_str uncounted_words(doubting *run, const people_count *list) {
    bool is_one = list->unreadable == 1;
    return list->unreadable == 0
               ? BD_STR(", not counting rows that cannot be counted")
               : bd_str_format(run->arena, ", not counting %llu row%s that cannot be counted, for %s no instant",
                               (unsigned long long)list->unreadable, is_one ? "" : "s",
                               is_one ? "it gives" : "they give");
}

static void compare_people(doubting *run, bd_person_event listed, bd_person_event logged, const char *who,
                           const char *what) {
    static const char *const joiners[] = {"csv:joiners"};
    static const char *const leavers[] = {"csv:leavers", "S80"};
    static const char *const logs[] = {"S58", "S63a"};
    bool is_left = listed == BD_PERSON_LEFT;
    people_count list =
        count_people(run, listed, is_left ? leavers : joiners, is_left ? BD_COUNT(leavers) : BD_COUNT(joiners), who);
    people_count log = count_people(run, logged, logs, BD_COUNT(logs), who);
    if (!list.is_asked || !log.is_asked) {
        return;
    }
    bool is_uncertain = list.has_more || log.has_more || list.unreadable > 0;
    if (list.count == log.count && !is_uncertain) {
        return;
    }
    bd_doubt *one = add_doubt(
        run, BD_DOUBT_PEOPLE,
        bd_str_format(run->arena,
                      "%llu people %s in the period by the lists of people (%.*s), %llu accounts were %s by the "
                      "directory's log (%.*s)%.*s; the difference is for a person to explain",
                      (unsigned long long)list.count, who, BD_ARG(files_of(run, &list)), (unsigned long long)log.count,
                      what, BD_ARG(files_of(run, &log)),
                      BD_ARG(is_uncertain ? uncounted_words(run, &list) : BD_STR(""))));
    one->source = is_left ? BD_STR("csv:leavers") : BD_STR("csv:joiners");
}

/* ---- all of it ---- */

static void doubt_periods(doubting *run) {
    bd_diags diags = {0};
    bd_engagement_look_at_periods(run->in->engagement, run->arena, &diags);
    for (size_t i = 0; i < diags.count; i++) {
        bd_doubt *one = add_doubt(run, BD_DOUBT_PERIODS, diags.data[i].message);
        one->place = bd_str_format(run->arena, "bindery.json, %.*s", BD_ARG(diags.data[i].locus));
    }
}

void bd_doubts_make(const bd_doubt_inputs *inputs, bd_arena *arena, bd_doubt_list *out) {
    BD_DEFER(bd_arena_close_ref) bd_arena *scratch = bd_arena_open("doubts", SCRATCH_BYTES);
    doubting doubts = {.in = inputs, .arena = arena, .scratch = scratch, .out = out};
    doubting *run = &doubts;
    *out = (bd_doubt_list){0};
    for (size_t i = 0; i < run->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        doubt_item(run, &run->in->evidence->data[i]);
    }
    for (size_t i = 1; i < run->in->snapshots->count; i++) { /* sorted: those of one day lie together */
        doubt_snapshots(run, &run->in->snapshots->data[i - 1], &run->in->snapshots->data[i]);
    }
    doubt_subscriptions(run);
    compare_people(run, BD_PERSON_JOINED, BD_PERSON_CREATED, "joined", "made");
    compare_people(run, BD_PERSON_LEFT, BD_PERSON_SHUT, "left", "disabled or deleted");
    doubt_periods(run);
}
