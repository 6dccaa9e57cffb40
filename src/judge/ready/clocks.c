/* Clocks that nobody here can stop: vendors' reports and the retention of logs; and what was not reached at all. */
#include "bindery/ready.h"

#include "bindery/documents.h"
#include "ready_priv.h"

/* ---- vendors ---- */

/* The first control in scope that asks for vendors' reports. */
static uint32_t control_of_reports(const readying *r) {
    uint32_t first = BD_READY_NONE;
    for (size_t i = 0; i < r->in->catalog->check_count; i++) {
        uint32_t control = r->control_of_check[i];
        bool asks = bd_value_find(r->in->catalog->checks[i].body, "reports") != NULL;
        first = asks && control < first ? control : first;
    }
    return first;
}

static void add_paper(readying *r, const bd_vendor_document *one) {
    *bd_push(r->arena, &r->out->papers) =
        (bd_vendor_paper){.evidence = one->item->given.number,
                          .vendor = r->assessment->vendors.vendors.data[one->vendor].name,
                          .title = one->item->title,
                          .is_letter = one->kind == BD_VENDOR_LETTER,
                          .counts = one->counts,
                          .from = one->from,
                          .to = one->to,
                          .problems = one->problems};
}

/* The last day without a gap behind the newest report that letters describe, as far as they may bridge at all. */
static bd_day reach(const readying *r, uint32_t vendor) {
    const bd_vendor_register *all = &r->assessment->vendors;
    const bd_vendor_standing *standing = &all->vendors.data[vendor];
    bd_day at = standing->report_to;
    for (bool has_moved = standing->gap_days <= all->tail_days; has_moved;) {
        has_moved = false;
        for (size_t i = 0; i < all->documents.count; i++) {
            const bd_vendor_document *one = &all->documents.data[i];
            bool follows = one->vendor == vendor && one->kind == BD_VENDOR_LETTER && one->counts &&
                           one->from <= at + 1;
            bd_day to = one->counts_to < standing->bridge_until ? one->counts_to
                                                                : standing->bridge_until;
            if (follows && to > at) {
                at = to;
                has_moved = true;
            }
        }
    }
    return at;
}

static void add_report_due(readying *r, const bd_vendor_standing *standing, uint32_t control) {
    bd_due *due = ready_add_due(r, BD_DUE_REPORT, standing->bridge_until, control);
    due->subject = standing->name;
    due->what = bd_str_format(r->arena,
                              "next report: the last one ends on %.*s, letters bridge at most "
                              "%lld days",
                              BD_ARG(bd_day_format(r->arena, standing->report_to)),
                              (long long)r->assessment->vendors.tail_days);
}

/* As the register of vendors has them: what it counts, bridges and leaves open is counted once. */
void ready_find_vendors(readying *r) {
    const bd_vendor_register *all = &r->assessment->vendors;
    uint32_t control = control_of_reports(r);
    for (uint32_t i = 0; i < all->vendors.count; i++) {
        const bd_vendor_standing *standing = &all->vendors.data[i];
        bool has_report = standing->report_to != BD_DAY_NONE;
        *bd_push(r->arena, &r->out->vendors) = (bd_vendor_clock){
            .vendor = standing->name,
            .report_to = standing->report_to,
            .covered_to = has_report ? reach(r, i) : BD_DAY_NONE,
            .bridge_until = standing->bridge_until,
            .bridge_left = has_report ? standing->bridge_until - r->out->today : 0,
            .open_days = (int)standing->open_days};
        if (has_report) {
            add_report_due(r, standing, control);
        }
    }
    for (size_t i = 0; i < all->documents.count; i++) {
        if (all->documents.data[i].kind != BD_VENDOR_MEMO) {
            add_paper(r, &all->documents.data[i]);
        }
    }
}

/* ---- what checks in scope read ---- */

static bool derives_from(const readying *r, bd_str derived, bd_str source) {
    const bd_source_def *def = bd_catalog_source(r->in->catalog, derived);
    for (size_t i = 0; def != NULL && i < def->derived_from.count; i++) {
        if (bd_str_eq(def->derived_from.data[i], source)) {
            return true;
        }
    }
    return false;
}

static bool reads(const readying *r, const bd_check *check, bd_str source) {
    for (size_t i = 0; i < check->sources.count; i++) {
        if (bd_str_eq(check->sources.data[i], source) ||
            derives_from(r, check->sources.data[i], source)) {
            return true;
        }
    }
    return false;
}

/* The first control in scope with a check that reads the source, or BD_READY_NONE. */
uint32_t ready_reader(const readying *r, bd_str source) {
    uint32_t first = BD_READY_NONE;
    for (size_t i = 0; i < r->in->catalog->check_count; i++) {
        uint32_t control = r->control_of_check[i];
        if (control < first && reads(r, &r->in->catalog->checks[i], source)) {
            first = control;
        }
    }
    return first;
}

/* ---- retention ---- */

/* The last local day that lies in an extract whole, or the one before it ends. */
static bd_day last_day_of(const readying *r, bd_instant to) {
    const bd_zone *zone = r->in->engagement->zone;
    bd_day day = bd_zone_day(zone, to);
    return day - 1;
}

static void measure(const readying *r, bd_retention *one) {
    bd_day today = r->out->today, ends = r->out->ends, first = r->assessment->period->from;
    bd_day behind = one->described_to == BD_DAY_NONE || one->described_to < first - 1
                        ? first - 1
                        : one->described_to;
    /* on the day after today the platform still has the last `retention_days` days */
    bd_day oldest = today - one->source->retention_days + 1;
    bd_day dropped = (oldest - 1 < ends ? oldest - 1 : ends);
    one->lost_days = dropped > behind ? dropped - behind : 0;
    one->days_left = behind + 1 - oldest;
}

static int cmp_retention(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_retention *x = a, *y = b;
    if (x->days_left != y->days_left) {
        return x->days_left < y->days_left ? -1 : 1;
    }
    return bd_str_cmp(x->source->id, y->source->id);
}

typedef struct {
    bd_str scope;
    bd_instant to;
} reached;
typedef BD_VEC(reached) reached_list;

static reached_list reach_of(const readying *r, bd_str source) {
    reached_list list = {0};
    for (size_t i = 0; i < r->in->snapshots->count; i++) {
        const bd_snapshot *one = &r->in->snapshots->data[i];
        if (!bd_str_eq(one->source, source) || one->from >= r->assessment->as_of ||
            one->completeness == BD_COMPLETE_NO) {
            continue;
        }
        bd_instant to = one->to < r->assessment->as_of ? one->to : r->assessment->as_of;
        size_t at = 0;
        while (at < list.count && !bd_str_eq(list.data[at].scope, one->scope)) {
            at++;
        }
        if (at == list.count) {
            *bd_push(r->arena, &list) = (reached){one->scope, to};
        }
        list.data[at].to = to > list.data[at].to ? to : list.data[at].to;
    }
    return list;
}

/* The scope that reaches least far speaks for the source. */
static void add_retention(readying *r, const bd_source_def *source, uint32_t control) {
    reached_list list = reach_of(r, source->id);
    bd_retention out = {.source = source, .scope = BD_STR(""), .described_to = BD_DAY_NONE};
    for (size_t i = 0; i < list.count; i++) {
        bd_day day = last_day_of(r, list.data[i].to);
        if (i == 0 || day < out.described_to ||
            (day == out.described_to && bd_str_cmp(list.data[i].scope, out.scope) < 0)) {
            out.described_to = day;
            out.scope = list.data[i].scope;
        }
    }
    bool is_whole = out.described_to != BD_DAY_NONE && out.described_to >= r->out->ends;
    if (is_whole || r->out->today < r->assessment->period->from) {
        return; /* all of the period is on file, or none of it has come */
    }
    measure(r, &out);
    bool has_passed = out.days_left <= 0 && r->out->today - source->retention_days >= r->out->ends;
    *bd_push(r->arena, &r->out->retention) = out;
    if (has_passed) {
        return; /* nothing of the period is left to be exported */
    }
    bd_day day = out.days_left > 0 ? r->out->today + out.days_left : r->out->today;
    bd_due *due = ready_add_due(r, BD_DUE_EXPORT, day, control);
    due->is_over = out.days_left <= 0;
    due->subject = source->id;
    due->what =
        out.days_left > 0
            ? bd_str_format(r->arena, "%.*s: %d day%s left before loss", BD_ARG(source->title),
                            out.days_left, out.days_left == 1 ? "" : "s")
            : bd_str_format(r->arena, "%.*s: a day of the period is lost with each day",
                            BD_ARG(source->title));
}

void ready_find_retention(readying *r) {
    for (size_t i = 0; i < r->in->catalog->source_count; i++) {
        const bd_source_def *source = &r->in->catalog->sources[i];
        uint32_t control =
            source->is_log && source->retention_days > 0 && source->derivation.size == 0
                ? ready_reader(r, source->id)
                : BD_READY_NONE;
        if (control != BD_READY_NONE && r->assessment->period->is_type_ii) {
            add_retention(r, source, control);
        }
    }
    bd_sort(r->out->retention.data, r->out->retention.count, sizeof(bd_retention), cmp_retention,
            NULL);
}

/* ---- scopes ---- */

/* Every source, and every source and scope, of which a snapshot lies in the time that is judged. */
static bd_map *index_seen(readying *r) {
    bd_map *seen = bd_map_make(r->arena);
    for (size_t i = 0; i < r->in->snapshots->count; i++) {
        const bd_snapshot *one = &r->in->snapshots->data[i];
        const bd_source_def *source = bd_catalog_source(r->in->catalog, one->source);
        if (source == NULL || source->scope != BD_SCOPE_SUBSCRIPTION ||
            one->from >= r->assessment->until || one->to < r->assessment->period_start) {
            continue;
        }
        bd_str key =
            bd_str_format(r->arena, "%.*s\x1f%.*s", BD_ARG(one->source), BD_ARG(one->scope));
        if (bd_map_find(seen, key) == NULL) {
            bd_map_put(seen, key, r->out);
            bd_map_put(seen, one->source, r->out);
        }
    }
    return seen;
}

static bool is_seen(const readying *r, const bd_map *seen, bd_str source, bd_str scope) {
    bd_str key = bd_str_format(r->arena, "%.*s\x1f%.*s", BD_ARG(source), BD_ARG(scope));
    return bd_map_find(seen, key) != NULL;
}

void ready_find_unreached(readying *r) {
    const bd_engagement *engagement = r->in->engagement;
    const bd_map *seen = index_seen(r);
    for (size_t i = 0; i < r->in->catalog->source_count; i++) {
        const bd_source_def *source = &r->in->catalog->sources[i];
        if (bd_map_find(seen, source->id) == NULL || source->derivation.size > 0 ||
            ready_reader(r, source->id) == BD_READY_NONE) {
            continue;
        }
        bd_unreached one = {.source = source, .of = engagement->subscriptions.count};
        for (size_t k = 0; k < engagement->subscriptions.count; k++) {
            if (!is_seen(r, seen, source->id, engagement->subscriptions.data[k].id)) {
                *bd_push(r->arena, &one.missing) = engagement->subscriptions.data[k].id;
            }
        }
        if (one.missing.count > 0) {
            *bd_push(r->arena, &r->out->unreached) = one;
        }
    }
}

static bool is_of_now(const readying *r, const bd_evidence *item) {
    return !item->given.is_withdrawn && item->describes_from < r->assessment->as_of;
}

void ready_find_incomplete(readying *r) {
    for (size_t i = 0; i < r->in->evidence->count; i++) {
        bd_arenas_pass(sizeof(bd_evidence));
        const bd_evidence *item = &r->in->evidence->data[i];
        bool is_aside = item->is_sidecar || item->is_register || item->is_document;
        if (!is_aside && is_of_now(r, item) && item->completeness == BD_COMPLETE_NO) {
            *bd_push(r->arena, &r->out->incomplete) = (uint32_t)i;
        }
    }
}
