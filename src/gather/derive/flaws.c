/* Critical and high flaws of machines, from the day a snapshot first showed them.
 *
 * A flaw is a finding below the assessment of a machine's vulnerabilities.  Its age counts from the first snapshot that
 * shows it; each new scan gives it a new time.  A flaw that is gone was fixed only if the machine is still assessed. */
#include "bindery/derive.h"

#include "people.h"

#define ASSESSMENT                                                                                 \
    "1195afff-c881-495e-9bc5-1486211ae03f" /* of vulnerability findings on machines */
#define DAY (24 * BD_HOUR)
#define TOLD_AFTER                                                                                 \
    (31 * DAY) /* how it ended is told by all snapshots of a month: none outshines another */
#define LONGEST_VIEW (125 * DAY) /* further back a join does not see */

/* ---- collect ---- */

/* The machine that stands before the assessment in an id; "" when it is none. */
static bd_str machine_of(bd_arena *arena, bd_str id) {
    static const char *const kinds[] = {"/microsoft.compute/virtualmachines/",
                                        "/microsoft.compute/virtualmachinescalesets/",
                                        "/microsoft.hybridcompute/machines/"};
    bd_str lower = resource_id(arena, id);
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
    const bd_value *more = member(record, "additionalData");
    bd_str own = bd_str_lower(arena, member_text(status, "severity"));
    bd_str inner =
        bd_str_lower(arena, member_text(member(more, "vulnerabilityDetails"), "severity"));
    return bd_str_eqz(inner, "critical") || own.size == 0 ? inner : own;
}

void collect_flaws(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_str id = member_text(record->value, "id");
    bd_str from = bd_str_has_prefix(id, BD_STR("/")) ? id : record->resource;
    bd_str machine = machine_of(arena, from);
    const bd_value *status = member(record->value, "status");
    if (machine.size == 0) {
        return;
    }
    bool is_finding = bd_str_eqz(record->type, "microsoft.security/assessments/subassessments");
    builder build = {.arena = arena};
    put_text(&build, "c", bd_str_lower(arena, member_text(status, "code")));
    if (is_finding) {
        put_text(&build, "f", tail_of(arena, from));
        put_text(&build, "s", severity_of(arena, record->value, status));
    }
    keep(context, machine, build_object(&build));
}

/* ---- reduce ---- */

typedef struct {
    const bd_join *join;
    bd_str machine;
    const bd_part *parts;
    size_t count;
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
    return member_text(part->kept, "f").size > 0;
}

static bool is_open(const bd_part *part) {
    return !bd_str_eqz(member_text(part->kept, "c"), "healthy") &&
           !bd_str_eqz(member_text(part->kept, "c"), "notapplicable");
}

static bool is_whole_at(const bd_join *join, bd_instant at) {
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eq(input->scope, join->scope) && input->from == at) {
            return input->is_whole;
        }
    }
    return false;
}

/* What the machine's own assessment says in the snapshot: "healthy", "unhealthy", ...; "" where it is not there. */
static bd_str assessed(const case_file *of, bd_instant at) {
    for (size_t i = 0; i < of->count; i++) {
        if (of->parts[i].at == at && !is_finding(&of->parts[i])) {
            return member_text(of->parts[i].kept, "c");
        }
    }
    return BD_STR("");
}

static void emit_flaw(const case_file *of, bd_str id, bd_str severity, bd_instant first,
                      answer holds, const char *problem) {
    builder build = {.arena = of->arena};
    put_text(&build, "machine", of->machine);
    put_text(&build, "flaw", id);
    put_text(&build, "severity", severity);
    put_text(&build, "first_seen",
             first == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(of->arena, first));
    put_answer(&build, "in_time", holds);
    put_text(&build, "problem", bd_str_of(problem));
    bd_str key = bd_str_format(of->arena, "%.*s#%.*s", BD_ARG(of->machine), BD_ARG(id));
    of->emit(of->context, BD_STR("flaw"), key, of->machine, BD_INSTANT_NONE, build_object(&build));
}

typedef struct {
    bd_instant first, last; /* snapshots that show it open, up to the one that is judged */
    bool is_severe, is_unrated, is_critical;
    bd_str severity;
} flaw;

static flaw trace(const case_file *of, bd_str id) {
    flaw out = {.first = BD_INSTANT_NONE, .last = BD_INSTANT_NONE, .severity = {"", 0}};
    for (size_t i = 0; i < of->count; i++) {
        const bd_part *part = &of->parts[i];
        if (!bd_str_eq(member_text(part->kept, "f"), id) || !is_open(part) ||
            part->at > of->join->at) {
            continue;
        }
        bd_str severity = member_text(part->kept, "s");
        bool is_critical = bd_str_eqz(severity, "critical");
        out.first = out.first == BD_INSTANT_NONE || part->at < out.first ? part->at : out.first;
        out.last = out.last == BD_INSTANT_NONE || part->at > out.last ? part->at : out.last;
        out.is_critical = out.is_critical || is_critical;
        out.is_severe = out.is_severe || is_critical || bd_str_eqz(severity, "high");
        out.is_unrated = out.is_unrated || severity.size == 0;
    }
    out.severity = out.is_critical ? BD_STR("critical") : BD_STR("high");
    return out;
}

/* The first snapshot of this scope after `at`; BD_INSTANT_NONE when there is none. */
static bd_instant snapshot_after(const bd_join *join, bd_instant at) {
    bd_instant next = BD_INSTANT_NONE;
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eq(input->scope, join->scope) && input->from > at &&
            (next == BD_INSTANT_NONE || input->from < next)) {
            next = input->from;
        }
    }
    return next;
}

static void judge_flaw(const case_file *of, bd_str id) {
    flaw one = trace(of, id);
    bd_instant now = of->join->at;
    bool is_here = one.last == now;
    if (one.first == BD_INSTANT_NONE || (!one.is_severe && !one.is_unrated)) {
        return;
    }
    bd_instant gone = is_here ? now : snapshot_after(of->join, one.last);
    if (now - gone > TOLD_AFTER) {
        return;
    }
    int64_t days = one.is_critical ? of->critical_days : of->high_days;
    bool is_late = days >= 0 && gone - one.first > days * DAY;
    if (!one.is_severe) {
        emit_flaw(of, id, BD_STR(""), one.first, UNKNOWN,
                  "the finding does not say how severe it is");
    } else if (days < 0) {
        emit_flaw(of, id, one.severity, one.first, UNKNOWN,
                  "the fact slas of bindery.json gives no critical_flaw_days or high_flaw_days");
    } else if (is_here && (is_late || days * DAY <= LONGEST_VIEW)) {
        emit_flaw(of, id, one.severity, one.first, is_late ? NO : YES, "");
    } else if (is_here) {
        emit_flaw(of, id, one.severity, one.first, UNKNOWN,
                  "when it was first seen lies too far back to be known");
    } else if (one.last - one.first > days * DAY) {
        return; /* it failed while it was there */
    } else if (!bd_str_eqz(assessed(of, gone), "healthy") &&
               !bd_str_eqz(assessed(of, gone), "unhealthy")) {
        emit_flaw(
            of, id, one.severity, one.first, UNKNOWN,
            "it is gone, and so is the assessment of its machine: whether it was fixed is not "
            "shown");
    } else if (is_late || !is_whole_at(of->join, gone)) {
        emit_flaw(of, id, one.severity, one.first, UNKNOWN,
                  "it was gone by the next snapshot; whether in time is not shown");
    } else {
        emit_flaw(of, id, one.severity, one.first, YES, "");
    }
}

/* What the service calls unhealthy has findings: where the snapshot lists none, nobody asked for them. */
static void judge_machine(const case_file *of) {
    size_t listed = 0;
    for (size_t i = 0; i < of->count; i++) {
        listed +=
            of->parts[i].at == of->join->at && is_finding(&of->parts[i]) && is_open(&of->parts[i]);
    }
    if (listed == 0 && bd_str_eqz(assessed(of, of->join->at), "unhealthy")) {
        emit_flaw(of, BD_STR("findings"), BD_STR(""), BD_INSTANT_NONE, UNKNOWN,
                  "the machine has findings, and the export does not list them (sub-assessments)");
    } else if (listed == 0 && bd_str_eqz(assessed(of, of->join->at), "healthy")) {
        emit_flaw(of, BD_STR("findings"), BD_STR(""), BD_INSTANT_NONE, YES, "");
    }
}

void reduce_flaws(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                  bd_arena *arena, bd_derived_fn *emit, void *context) {
    case_file of = {.join = join,
                    .machine = group,
                    .parts = parts,
                    .count = count,
                    .critical_days = days_of(join, "critical_flaw_days"),
                    .high_days = days_of(join, "high_flaw_days"),
                    .arena = arena,
                    .emit = emit,
                    .context = context};
    bd_map *told = bd_map_make(arena);
    for (size_t i = 0; i < count && group.size > 0; i++) {
        bd_str id = member_text(parts[i].kept, "f");
        if (id.size > 0 && bd_map_find(told, id) == NULL) {
            bd_map_put(told, id, told);
            judge_flaw(&of, id);
        }
    }
    if (group.size > 0) {
        judge_machine(&of);
    }
}
