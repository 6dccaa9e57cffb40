/* What is still to do: the parts that need no clock but the as-of day. */
#include "bindery/ready.h"

#include "ready_priv.h"

bool ready_counts(const bd_control_result *control) {
    return control->is_in_scope && control->state != BD_STATE_NA;
}

uint32_t ready_control(const readying *r, bd_str number) {
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        if (bd_str_eq(r->assessment->controls[i].control->number, number)) {
            return (uint32_t)i;
        }
    }
    return BD_READY_NONE;
}

bd_str ready_owner(const readying *r, uint32_t control) {
    return control == BD_READY_NONE ? BD_STR("") : r->assessment->controls[control].control->owner;
}

/* ---- worst, stale, ageing ---- */

static int rank_of_severity(bd_str severity) {
    return bd_str_eqz(severity, "high") ? 100 : bd_str_eqz(severity, "medium") ? 10 : 1;
}

/* Open exceptions weigh most, the high ones first; then due instances that are not accepted; a control on which
 * nothing was begun before one that lacks a month. */
static int64_t weight_of(const bd_assessment *a, const bd_control_result *c) {
    int64_t weight = 0;
    for (size_t i = 0; i < c->exceptions.count; i++) {
        const bd_exception *x = bd_assessment_exception(a, c->exceptions.data[i]);
        weight += x->is_open ? rank_of_severity(x->check->severity) : 0;
    }
    weight = weight > 1000000 ? 1000000 : weight;
    return weight * 100000 + (c->due - c->accepted) * 10 + (c->state == BD_STATE_BLANK);
}

static int cmp_worst(const void *context, const void *a, const void *b) {
    const int64_t *weights = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (weights[x] != weights[y]) {
        return weights[x] > weights[y] ? -1 : 1;
    }
    return (x > y) - (x < y);
}

static void find_worst(readying *r) {
    int64_t *weights = bd_new(r->arena, int64_t, r->assessment->control_count + 1);
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        if (ready_counts(c) && (c->state == BD_STATE_PROGRESS || c->state == BD_STATE_BLANK)) {
            *bd_push(r->arena, &r->out->worst) = (uint32_t)i;
            weights[i] = weight_of(r->assessment, c);
        }
    }
    bd_sort(r->out->worst.data, r->out->worst.count, sizeof(uint32_t), cmp_worst, weights);
}

static int cmp_stale(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_stale *x = a, *y = b;
    if (x->age_days != y->age_days) {
        return x->age_days > y->age_days ? -1 : 1;
    }
    if (x->control != y->control) {
        return x->control < y->control ? -1 : 1;
    }
    return (x->requirement > y->requirement) - (x->requirement < y->requirement);
}

static void find_stale(readying *r) {
    for (size_t i = 0; i < r->assessment->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        for (size_t k = 0; ready_counts(c) && k < c->requirement_count; k++) {
            const bd_requirement_result *q = &c->requirements[k];
            if (q->due == 0 || q->is_fresh || q->newest == BD_INSTANT_NONE) {
                continue;
            }
            *bd_push(r->arena, &r->out->stale) =
                (bd_stale){.control = (uint32_t)i,
                           .requirement = (uint32_t)k,
                           .age_days = q->age_days,
                           .limit_days = q->requirement->max_age_days + q->requirement->grace_days};
        }
    }
    bd_sort(r->out->stale.data, r->out->stale.count, sizeof(bd_stale), cmp_stale, NULL);
}

static int cmp_ageing(const void *context, const void *a, const void *b) {
    (void)context;
    const bd_ageing *x = a, *y = b;
    if (x->days != y->days) {
        return x->days > y->days ? -1 : 1;
    }
    return (x->exception > y->exception) - (x->exception < y->exception);
}

static void find_ageing(readying *r) {
    for (size_t i = 0; i < r->assessment->exceptions.count; i++) {
        const bd_exception *x = bd_assessment_exception(r->assessment, i);
        if (!x->is_open) {
            continue;
        }
        bd_day first = x->first_seen_failing;
        int days = first == BD_DAY_NONE || first > r->out->today ? 0 : r->out->today - first + 1;
        *bd_push(r->arena, &r->out->open) = (bd_ageing){.exception = (uint32_t)i, .days = days};
        r->out->ages[days <= 30 ? 0 : days <= 60 ? 1 : days <= 90 ? 2 : 3]++;
    }
    bd_sort(r->out->open.data, r->out->open.count, sizeof(bd_ageing), cmp_ageing, NULL);
}

/* ---- what changed ---- */

static int cmp_texts(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

#define LOOKED_AT ((size_t)16 << 10) /* by one search of a long list: what the last one left is there still */

static bool has_text(const bd_strs *sorted, bd_str text) {
    bd_arenas_pass(LOOKED_AT);
    return bd_sorted_find(sorted->data, sorted->count, sizeof(bd_str), &text, cmp_texts, NULL) != NULL;
}

static void compare_exceptions(readying *r, const bd_past *from) {
    bd_strs now = {0};
    for (size_t i = 0; i < r->assessment->exceptions.count; i++) {
        const bd_exception *x = bd_assessment_exception(r->assessment, i);
        if (x->is_open) {
            *bd_push(r->arena, &now) = bd_str_copy(r->arena, x->id); /* side by side: they are sorted */
        }
        if (x->is_open && !has_text(&from->open, x->id)) {
            *bd_push(r->arena, &r->out->since.opened) = (uint32_t)i;
        }
    }
    bd_sort(now.data, now.count, sizeof(bd_str), cmp_texts, NULL);
    for (size_t i = 0; i < from->open.count; i++) {
        if (!has_text(&now, from->open.data[i])) {
            *bd_push(r->arena, &r->out->since.closed) = from->open.data[i];
        }
    }
}

static void compare(readying *r) {
    const bd_past *from = r->in->past_count > 0 ? &r->in->past[r->in->past_count - 1] : NULL;
    r->out->past = r->in->past;
    r->out->past_count = r->in->past_count;
    r->out->is_shortened = r->in->is_shortened;
    r->out->since.from = from;
    if (from == NULL) {
        return;
    }
    for (size_t i = 0; i < r->assessment->control_count && i < from->control_count; i++) {
        const bd_control_result *c = &r->assessment->controls[i];
        if (c->is_in_scope && (c->state != from->states[i] || c->has_exception != from->flags[i])) {
            *bd_push(r->arena, &r->out->since.turns) = (bd_turn){.control = (uint32_t)i,
                                                                 .before = from->states[i],
                                                                 .after = c->state,
                                                                 .had_flag = from->flags[i],
                                                                 .has_flag = c->has_exception};
        }
    }
    compare_exceptions(r, from);
}

/* ---- an earlier month ---- */

void bd_past_of(const bd_assessment *assessment, const bd_zone *zone, bd_arena *arena,
                bd_past *out) {
    size_t count = assessment->control_count;
    *out = (bd_past){.as_of = assessment->as_of,
                     .day = bd_zone_day(zone, assessment->as_of - 1),
                     .ready = assessment->ready,
                     .cover = assessment->cover,
                     .fresh = assessment->fresh,
                     .due = assessment->cover.of,
                     .accepted = assessment->cover.n,
                     .control_count = count,
                     .states = bd_new(arena, bd_state, count + 1),
                     .flags = bd_new(arena, bool, count + 1)};
    for (size_t i = 0; i < count; i++) {
        out->states[i] = assessment->controls[i].state;
        out->flags[i] = assessment->controls[i].has_exception;
    }
    for (size_t i = 0; i < assessment->exceptions.count; i++) {
        const bd_exception *one = bd_assessment_exception(assessment, i);
        if (one->is_open) {
            *bd_push(arena, &out->open) = bd_str_copy(arena, one->id);
        }
    }
    bd_sort(out->open.data, out->open.count, sizeof(bd_str), cmp_texts, NULL);
    for (size_t i = 0; i < assessment->gates.count; i++) {
        *bd_push(arena, &out->gates) = bd_str_copy(arena, assessment->gates.data[i]);
    }
}

size_t bd_past_instants(const bd_period *period, const bd_zone *zone, bd_instant as_of, size_t most,
                        bd_arena *arena, bd_instant **out) {
    BD_VEC(bd_instant) ends = {0};
    bd_day at = period->is_type_ii ? period->from : BD_DAY_NONE;
    while (at != BD_DAY_NONE && at <= period->to) {
        bd_date date = bd_date_of_day(at);
        bd_day next = at - date.day + 1 + bd_month_days(date.year, date.month);
        bd_instant end = bd_zone_day_start(zone, next - 1 < period->to ? next : period->to + 1);
        if (end >= as_of) {
            break;
        }
        *bd_push(arena, &ends) = end;
        at = next;
    }
    size_t left_out = ends.count > most ? ends.count - most : 0;
    *out = ends.data + left_out;
    return ends.count - left_out;
}

/* ---- all of it ---- */

static void index_checks(readying *r) {
    const bd_catalog *catalog = r->in->catalog;
    r->control_of_check = bd_new(r->arena, uint32_t, catalog->check_count + 1);
    for (size_t i = 0; i < catalog->check_count; i++) {
        uint32_t control = ready_control(r, catalog->checks[i].requirement->control->number);
        bool counts = control != BD_READY_NONE && ready_counts(&r->assessment->controls[control]);
        r->control_of_check[i] = counts ? control : BD_READY_NONE;
    }
}

bd_rc bd_ready_make(const bd_ready_inputs *inputs, bd_arena *arena, const bd_readiness **out,
                    bd_err *err) {
    const bd_period *period = inputs->assessment->period;
    bd_readiness *made = bd_new(arena, bd_readiness, 1);
    readying r = {.in = inputs, .assessment = inputs->assessment, .arena = arena, .out = made};
    made->today = bd_zone_day(inputs->engagement->zone, inputs->assessment->as_of - 1);
    made->ends = period->is_type_ii ? period->to : period->as_of;
    made->fieldwork = period->fieldwork;
    made->is_over = made->today >= made->ends;
    index_checks(&r);
    find_worst(&r);
    find_stale(&r);
    find_ageing(&r);
    compare(&r);
    BD_TRY(ready_find_dues(&r, err));
    ready_find_vendors(&r);
    ready_find_retention(&r);
    ready_sort_dues(&r);
    ready_find_unreached(&r);
    ready_find_incomplete(&r);
    ready_find_remarks(&r);
    *out = made;
    return BD_OK;
}

const bd_due *bd_ready_next(const bd_readiness *ready, uint32_t control) {
    for (size_t i = 0; i < ready->dues.count; i++) {
        const bd_due *due = &ready->dues.data[i];
        if (due->control == control && due->requirement != BD_READY_NONE) {
            return due;
        }
    }
    return NULL;
}

int bd_ready_horizon(const bd_readiness *ready, const bd_due *due) {
    if (due->is_over) {
        return 0;
    }
    int days = due->day - ready->today;
    return days <= 30 ? 0 : days <= 60 ? 1 : days <= 90 ? 2 : -1;
}

/* ---- thresholds ---- */

const char *const bd_score_names[3] = {"READY", "COVER", "FRESH"};

/* "99.5" as millionths of the whole. */
static bool parse_percent(bd_str text, int64_t *out) {
    int64_t whole = 0, part = 0, unit = 10000;
    size_t at = 0;
    for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9' && at < 3; at++) {
        whole = whole * 10 + (text.data[at] - '0');
    }
    bool has_digits = at > 0;
    if (has_digits && at < text.size && text.data[at] == '.') {
        size_t point = at++;
        for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9' && unit > 1; at++) {
            unit /= 10;
            part += (text.data[at] - '0') * unit;
        }
        has_digits = at > point + 1;
    }
    *out = whole * 10000 + part;
    return has_digits && at == text.size && *out <= 1000000;
}

bool bd_threshold_parse(bd_str text, bd_threshold *out) {
    ptrdiff_t equals = bd_str_find(text, BD_STR("="));
    if (equals <= 0) {
        return false;
    }
    bd_str name = bd_str_sub(text, 0, (size_t)equals);
    out->text = bd_str_sub(text, (size_t)equals + 1, text.size);
    for (size_t i = 0; i < BD_COUNT(bd_score_names); i++) {
        if (bd_str_ieq(name, bd_str_of(bd_score_names[i]))) {
            out->kind = (bd_score_kind)i;
            return parse_percent(out->text, &out->millionths);
        }
    }
    return false;
}

bool bd_threshold_is_met(const bd_threshold *threshold, bd_ratio ratio) {
    if (ratio.of <= 0) {
        return threshold->millionths == 0;
    }
    return (int64_t)ratio.n * 1000000 >= threshold->millionths * ratio.of;
}
