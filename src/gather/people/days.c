/* Lists of people and vendors, by the day.
 *
 * Their systems write days, or times of which only the day matters: "within 30 days of starting" is counted in days.
 * Every date becomes one moment of its local day, the same of all, so that differences are whole days. */
#include "bindery/people.h"

#include "people_priv.h"

#define MOMENT                                                                                     \
    (10 * BD_HOUR + 1800 * BD_SECOND) /* 10:30 UTC lies in that calendar day nearly everywhere */

static bd_instant moment_of(bd_day day) {
    return (bd_instant)day * 24 * BD_HOUR + MOMENT;
}

/* The local day of a day, of a time with its offset, or of a local time. */
static bool parse_date(bd_str text, const bd_zone *zone, bd_day *day) {
    bd_instant at;
    int32_t seconds;
    if (bd_day_parse(text, day)) {
        return true;
    }
    if (zone != NULL && bd_instant_parse(text, &at)) {
        *day = bd_zone_day(zone, at);
        return true;
    }
    return bd_local_parse(text, day, &seconds);
}

static bd_str date_problem(bd_arena *arena, const char *column, bd_str text) {
    if (text.size == 0) {
        return bd_str_format(arena, "the row gives no %s", column);
    }
    return bd_str_format(arena,
                         "%s is '%.*s', expected a day such as 2026-03-31 or a time such as "
                         "2026-03-31T17:00:00+02:00",
                         column, BD_ARG(text));
}

typedef struct {
    const bd_value *record;
    const bd_zone *zone;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} row;

/* The row with some of its columns; `column` gives its time. */
static void emit_row(const row *from, const char *type, const char *const *kept, size_t count,
                     const char *column) {
    bd_builder build = {.arena = from->arena};
    bd_str text = bd_member_text(from->record, column);
    bd_day day;
    bool has_day = parse_date(text, from->zone, &day);
    bd_str key = bd_member_text(from->record, kept[0]);
    for (size_t i = 0; i < count; i++) {
        bd_put_text(&build, kept[i], bd_member_text(from->record, kept[i]));
    }
    bd_put_text(&build, "day", has_day ? bd_day_format(from->arena, day) : BD_STR(""));
    bd_put_text(&build, "time_problem",
                has_day ? BD_STR("") : date_problem(from->arena, column, text));
    bd_str dated = bd_str_format(from->arena, "%.*s\x1f%.*s", BD_ARG(key), BD_ARG(text));
    from->emit(from->context, bd_str_of(type), dated, key,
               has_day ? moment_of(day) : BD_INSTANT_NONE, bd_build_object(&build));
}

/* A row that assigns a course and shows no completion is none. */
void map_training_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    static const char *const kept[] = {"employee_id", "course_id", "course_version"};
    row from = {record, zone, arena, emit, context};
    if (bd_member_text(record, "completed_at").size > 0) {
        emit_row(&from, "training", kept, BD_COUNT(kept), "completed_at");
    }
}

void map_joiner_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    static const char *const kept[] = {"employee_id", "event", "person_type"};
    row from = {record, zone, arena, emit, context};
    emit_row(&from, "joiner", kept, BD_COUNT(kept), "effective_date");
}

void map_vendor_onboardings(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    static const char *const kept[] = {"vendor_id", "vendor_name", "in_scope", "assessed_at",
                                       "onboarded_at"};
    row from = {record, zone, arena, emit, context};
    if (bd_member_text(record, "onboarded_at").size > 0) {
        emit_row(&from, "vendor", kept, BD_COUNT(kept), "onboarded_at");
    }
}

/* Only the last day itself counts: at what hour somebody left that day does not matter for a badge. */
void map_leaver_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    static const char *const kept[] = {"employee_id", "type"};
    row from = {record, zone, arena, emit, context};
    emit_row(&from, "leaver", kept, BD_COUNT(kept), "terminated_at");
}

/* The day after which a badge opens nothing: it was withdrawn, or had run out before.  One that only runs out may still
 * be withdrawn, which a later list shows: the check asks whether the list is of after that day.  One that is out is
 * none. */
void map_badge_withdrawals(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context) {
    (void)parameters;
    static const char *const kept[] = {"badge_id", "employee_id", "site"};
    row from = {record, zone, arena, emit, context};
    bd_day withdrawn, until;
    bool has_until = parse_date(bd_member_text(record, "valid_until"), zone, &until);
    bool is_withdrawn = bd_member_text(record, "withdrawn_at").size > 0;
    bool ran_out =
        has_until &&
        (!is_withdrawn || (parse_date(bd_member_text(record, "withdrawn_at"), zone, &withdrawn) &&
                           until < withdrawn));
    if (is_withdrawn || has_until) {
        emit_row(&from, "badge", kept, BD_COUNT(kept), ran_out ? "valid_until" : "withdrawn_at");
    }
}

static bool parse_parameter(const bd_value *parameters, const char *name, bd_day *day) {
    return parameters != NULL && bd_day_parse(bd_value_text(parameters, name), day);
}

/* Whoever was active on a day of the period, with the last such day. */
void map_active_people(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context) {
    bd_str start = bd_member_text(record, "start_date"), end = bd_member_text(record, "end_date");
    bd_str id = bd_member_text(record, "employee_id");
    bd_day from, to, first, last;
    bool has_period = parse_parameter(parameters, "period_from", &from) &&
                      parse_parameter(parameters, "period_to", &to);
    bool has_start = parse_date(start, zone, &first);
    bool has_end = end.size == 0 || parse_date(end, zone, &last);
    /* of somebody who came back, with the last day of his first time: he is here */
    bool is_turned = has_start && has_end && end.size > 0 && last < first;
    bool is_known = has_period && has_start && has_end && !is_turned;
    last = !is_known || end.size == 0 || last > to ? to : last;
    if (is_known && (first > to || last < from)) {
        return;
    }
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "employee_id", id);
    bd_put_text(&build, "upn", bd_member_text(record, "upn"));
    bd_put_text(&build, "person_type", bd_member_text(record, "person_type"));
    bd_put_text(&build, "until", is_known ? bd_day_format(arena, last) : BD_STR(""));
    if (!is_known) {
        bd_put_text(&build, "time_problem",
                    !has_period  ? BD_STR("the period is not known")
                    : !has_start ? date_problem(arena, "start_date", start)
                    : is_turned  ? BD_STR("end_date lies before start_date")
                                 : date_problem(arena, "end_date", end));
    }
    emit(context, BD_STR("person"), id, id, is_known ? moment_of(last) : BD_INSTANT_NONE,
         bd_build_object(&build));
}
