/* Critical and high flaws of machines, from the day a snapshot first showed them.
 *
 * A flaw is a finding below the assessment of a machine's vulnerabilities.  Its age counts from the first snapshot that
 * shows it; each new scan gives it a new time.  A flaw that is gone was fixed only if the machine is still assessed. */
#include "bindery/operation.h"

#include "operation_priv.h"

#define ASSESSMENT                                                                                 \
    "1195afff-c881-495e-9bc5-1486211ae03f" /* of vulnerability findings on machines */
#define DAY (24 * BD_HOUR)
#define STUB (10 * DAY) /* that short a piece of a month is judged with its neighbour */
#define LONGEST_VIEW (125 * DAY) /* further back a join does not see */

/* ---- collect ---- */

/* The machine that stands before the assessment in an id; "" when it is none. */
static bd_str machine_of(bd_arena *arena, bd_str id) {
    static const char *const kinds[] = {"/microsoft.compute/virtualmachines/",
                                        "/microsoft.compute/virtualmachinescalesets/",
                                        "/microsoft.hybridcompute/machines/"};
    bd_str lower = bd_resource_id(arena, id);
    ptrdiff_t at =
        bd_str_find(lower, BD_STR("/providers/microsoft.security/assessments/" ASSESSMENT));
    bd_str machine = at < 0 ? BD_STR("") : bd_str_sub(lower, 0, (size_t)at);
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        if (bd_str_find(machine, bd_str_of(kinds[i])) > 0) {
            return machine;
        }
    }
    return BD_STR("");
}

/* The worse of what the record says: the service's own scale ends with high. */
static bd_str severity_of(bd_arena *arena, const bd_value *record, const bd_value *status) {
    const bd_value *more = bd_member(record, "additionalData");
    bd_str own = bd_str_lower(arena, bd_member_text(status, "severity"));
    bd_str inner =
        bd_str_lower(arena, bd_member_text(bd_member(more, "vulnerabilityDetails"), "severity"));
    return bd_str_eqz(inner, "critical") || own.size == 0 ? inner : own;
}

void collect_flaws(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_str id = bd_member_text(record->value, "id");
    bd_str from = bd_str_has_prefix(id, BD_STR("/")) ? id : record->resource;
    bd_str machine = machine_of(arena, from);
    const bd_value *status = bd_member(record->value, "status");
    if (machine.size == 0) {
        return;
    }
    bool is_finding = bd_str_eqz(record->type, "microsoft.security/assessments/subassessments");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "c", bd_str_lower(arena, bd_member_text(status, "code")));
    if (is_finding) {
        bd_put_text(&build, "f", bd_id_tail(arena, from));
        bd_put_text(&build, "s", severity_of(arena, record->value, status));
    }
    keep(context, machine, bd_build_object(&build));
}

/* ---- reduce ---- */

/* What one snapshot of the subscription says of the machine. */
typedef struct {
    bd_instant at;
    bool is_whole;
    size_t listed; /* findings, whatever their status */
    bd_str code;   /* of its own assessment: "healthy", "unhealthy", ...; "" where it is not there */
} view;

typedef struct {
    const bd_join *join;
    bd_str machine;
    BD_VEC(view) views; /* by time */
    int64_t critical_days, high_days; /* -1: bindery.json does not say */
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} case_file;

static int64_t days_of(const bd_join *join, const char *key) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, "slas") : NULL;
    const bd_value *value = fact != NULL ? bd_value_find(fact, "value") : NULL;
    int64_t days = -1;
    bool is_given = value != NULL && value->kind == BD_OBJECT && bd_value_i64(value, key, &days);
    return is_given && days >= 0 && days < 10000 ? days : -1;
}

static bool is_finding(const bd_part *part) {
    return bd_member_text(part->kept, "f").size > 0;
}

static view *view_at(const case_file *of, bd_instant at) {
    for (size_t i = of->views.count; i > 0; i--) {
        if (of->views.data[i - 1].at == at) {
            return &of->views.data[i - 1];
        }
    }
    return NULL;
}

/* Of two answers of one snapshot the one that says less for the machine. */
static bd_str worse_code(bd_str a, bd_str b) {
    bool is_worse = a.size == 0 || bd_str_eqz(a, "healthy") ||
                    (bd_str_eqz(a, "unhealthy") && !bd_str_eqz(b, "healthy"));
    return is_worse ? b : a;
}

static int cmp_views(const void *context, const void *a, const void *b) {
    (void)context;
    const view *x = a;
    const view *y = b;
    return (x->at > y->at) - (x->at < y->at);
}

static void view_all(case_file *of, const bd_part *parts, size_t count) {
    for (size_t i = 0; i < of->join->input_count; i++) {
        const bd_join_input *input = &of->join->inputs[i];
        if (bd_str_eq(input->scope, of->join->scope)) {
            *bd_push(of->arena, &of->views) =
                (view){.at = input->from, .is_whole = input->is_whole, .code = {"", 0}};
        }
    }
    bd_sort(of->views.data, of->views.count, sizeof of->views.data[0], cmp_views, NULL);
    for (size_t i = 0; i < count; i++) {
        view *seen = view_at(of, parts[i].at);
        if (seen != NULL && is_finding(&parts[i])) {
            seen->listed++;
        } else if (seen != NULL) {
            seen->code = worse_code(seen->code, bd_member_text(parts[i].kept, "c"));
        }
    }
}

static void emit_flaw(const case_file *of, bd_str id, bd_str severity, bd_instant first,
                      bd_answer holds, const char *problem) {
    bd_builder build = {.arena = of->arena};
    bd_put_text(&build, "machine", of->machine);
    bd_put_text(&build, "flaw", id);
    bd_put_text(&build, "severity", severity);
    bd_put_text(&build, "first_seen",
                first == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(of->arena, first));
    bd_put_answer(&build, "in_time", holds);
    bd_put_text(&build, "problem", bd_str_of(problem));
    bd_str key = bd_str_format(of->arena, "%.*s#%.*s", BD_ARG(of->machine), BD_ARG(id));
    of->emit(of->context, BD_STR("flaw"), key, of->machine, BD_INSTANT_NONE,
             bd_build_object(&build));
}

typedef struct {
    bd_str id;
    bd_instant first, last; /* snapshots that show it, up to the one that is judged */
    bd_instant end;         /* the last one of all */
    bool is_severe, is_unrated, is_critical;
    bool is_aside; /* the last one calls it not applicable, as an exemption or a rule does */
} flaw;

static void add_sighting(flaw *one, const bd_part *part, bd_instant now) {
    one->end = one->end == BD_INSTANT_NONE || part->at > one->end ? part->at : one->end;
    if (part->at > now) {
        return;
    }
    bd_str severity = bd_member_text(part->kept, "s");
    bool is_critical = bd_str_eqz(severity, "critical");
    bool is_aside = bd_str_eqz(bd_member_text(part->kept, "c"), "notapplicable");
    if (one->first == BD_INSTANT_NONE || part->at < one->first) {
        one->first = part->at;
    }
    if (one->last == BD_INSTANT_NONE || part->at >= one->last) {
        one->is_aside = is_aside || (one->is_aside && part->at == one->last);
        one->last = part->at;
    }
    one->is_critical = one->is_critical || is_critical;
    one->is_severe = one->is_severe || is_critical || bd_str_eqz(severity, "high");
    one->is_unrated = one->is_unrated || severity.size == 0;
}

/* How a flaw ended is told by all snapshots of that month alike: one that passes would outshine the others. */
static bool is_told_with(const case_file *of, bd_instant other) {
    bd_instant now = of->join->at, away = other > now ? other - now : now - other;
    bd_date a = bd_date_of_day(bd_zone_day(of->join->zone, now));
    bd_date b = bd_date_of_day(bd_zone_day(of->join->zone, other));
    return away <= STUB || (a.year == b.year && a.month == b.month);
}

/* The first snapshot after `at` that shows what the machine has, before the one that is judged or told with it: one
 * that calls it unhealthy has findings, and where it lists none, nobody asked for them.  NULL: there is none. */
static const view *shown_after(const case_file *of, bd_instant at) {
    for (size_t i = 0; i < of->views.count; i++) {
        const view *one = &of->views.data[i];
        bool is_shown = bd_str_eqz(one->code, "healthy") ||
                        (bd_str_eqz(one->code, "unhealthy") && one->listed > 0);
        bool is_in = one->at <= of->join->at || is_told_with(of, one->at);
        if (one->at > at && is_in && is_shown) {
            return one;
        }
    }
    return NULL;
}

static bd_instant snapshot_after(const case_file *of, bd_instant at) {
    for (size_t i = 0; i < of->views.count; i++) {
        if (of->views.data[i].at > at) {
            return of->views.data[i].at;
        }
    }
    return BD_INSTANT_NONE;
}

static void judge_present(const case_file *of, const flaw *one, bd_str severity, int64_t days) {
    bool is_late = of->join->at - one->first > days * DAY;
    if (one->is_aside) {
        emit_flaw(of, one->id, severity, one->first, BD_UNKNOWN,
                  "it is called not applicable, as by an exemption: that is no fix");
    } else if (is_late || days * DAY <= LONGEST_VIEW) {
        emit_flaw(of, one->id, severity, one->first, is_late ? BD_NO : BD_YES, "");
    } else {
        emit_flaw(of, one->id, severity, one->first, BD_UNKNOWN,
                  "when it was first seen lies too far back to be known");
    }
}

/* Last seen in snapshot `last`. */
static void judge_gone(const case_file *of, const flaw *one, bd_instant last, bd_str severity,
                       int64_t days) {
    const view *gone = shown_after(of, last);
    if (gone == NULL) {
        emit_flaw(of, one->id, severity, one->first, BD_UNKNOWN,
                  "it is gone, and no assessment of its machine since then lists what is there: "
                  "whether it was fixed is not shown");
    } else if (gone->at - one->first > days * DAY || !gone->is_whole) {
        emit_flaw(of, one->id, severity, one->first, BD_UNKNOWN,
                  "it was gone by the next snapshot; whether in time is not shown");
    } else {
        emit_flaw(of, one->id, severity, one->first, BD_YES, "");
    }
}

static void judge_rated(const case_file *of, const flaw *one, bd_str severity, int64_t days) {
    bd_instant now = of->join->at;
    bd_instant last = one->last == now ? one->end : one->last;
    bd_instant gone = snapshot_after(of, last);
    bool is_gone = gone != BD_INSTANT_NONE && is_told_with(of, gone) && !one->is_aside;
    bool has_failed = last - one->first > days * DAY; /* told of by the snapshots that showed it */
    if (is_gone && !has_failed) {
        judge_gone(of, one, last, severity, days);
    } else if (one->last == now) {
        judge_present(of, one, severity, days);
    }
}

static void judge_flaw(const case_file *of, const flaw *one) {
    int64_t days = one->is_critical ? of->critical_days : of->high_days;
    bd_str severity = one->is_critical ? BD_STR("critical") : BD_STR("high");
    bool is_old = one->last != of->join->at && !is_told_with(of, snapshot_after(of, one->last));
    if (one->first == BD_INSTANT_NONE || (!one->is_severe && !one->is_unrated) || is_old) {
        return;
    }
    if (!one->is_severe) {
        emit_flaw(of, one->id, BD_STR(""), one->first, BD_UNKNOWN,
                  "the finding does not say how severe it is");
    } else if (days < 0) {
        emit_flaw(of, one->id, severity, one->first, BD_UNKNOWN,
                  "the fact slas of bindery.json gives no critical_flaw_days or high_flaw_days");
    } else {
        judge_rated(of, one, severity, days);
    }
}

/* What the service calls unhealthy has findings: where the snapshot lists none, nobody asked for them. */
static void judge_machine(const case_file *of) {
    const view *now = view_at(of, of->join->at);
    if (now == NULL || now->listed > 0) {
        return;
    }
    if (bd_str_eqz(now->code, "unhealthy")) {
        emit_flaw(of, BD_STR("findings"), BD_STR(""), BD_INSTANT_NONE, BD_UNKNOWN,
                  "the machine has findings, and the export does not list them (sub-assessments)");
    } else if (bd_str_eqz(now->code, "healthy")) {
        emit_flaw(of, BD_STR("findings"), BD_STR(""), BD_INSTANT_NONE, BD_YES, "");
    }
}

void reduce_flaws(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                  bd_arena *arena, bd_derived_fn *emit, void *context) {
    case_file of = {.join = join,
                    .machine = group,
                    .critical_days = days_of(join, "critical_flaw_days"),
                    .high_days = days_of(join, "high_flaw_days"),
                    .arena = arena,
                    .emit = emit,
                    .context = context};
    bd_map *found = bd_map_make(arena);
    BD_VEC(flaw *) flaws = {0};
    if (group.size == 0) {
        return;
    }
    view_all(&of, parts, count);
    for (size_t i = 0; i < count; i++) {
        bd_str id = bd_member_text(parts[i].kept, "f");
        bool is_fixed = bd_str_eqz(bd_member_text(parts[i].kept, "c"), "healthy");
        if (id.size == 0 || is_fixed) {
            continue;
        }
        flaw *one = bd_map_find(found, id);
        if (one == NULL) {
            one = bd_new(arena, flaw, 1);
            *one = (flaw){.id = id,
                          .first = BD_INSTANT_NONE,
                          .last = BD_INSTANT_NONE,
                          .end = BD_INSTANT_NONE};
            bd_map_put(found, id, one);
            *bd_push(arena, &flaws) = one;
        }
        add_sighting(one, &parts[i], join->at);
    }
    for (size_t i = 0; i < flaws.count; i++) {
        judge_flaw(&of, flaws.data[i]);
    }
    judge_machine(&of);
}
