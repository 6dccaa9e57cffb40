/* Every account of every leaver, with the instant from which none of them may be open. */
#include "bindery/people.h"

#include "people_priv.h"

/* "18:00" to seconds of the day; false for anything else. */
static bool parse_clock(bd_str text, int32_t *seconds) {
    int64_t hours, minutes;
    bd_str rest = bd_str_trim(text), piece;
    if (!bd_str_cut(&rest, ':', &piece) || !bd_str_to_i64(piece, &hours) ||
        !bd_str_to_i64(bd_str_sub(rest, 0, 2), &minutes)) {
        return false;
    }
    *seconds = (int32_t)(hours * 3600 + minutes * 60);
    return rest.size == 2 && hours >= 0 && minutes >= 0 && minutes < 60 &&
           hours * 60 + minutes <= 24 * 60;
}

static bool end_of_business(const bd_value *parameters, int32_t *seconds) {
    const bd_value *fact = bd_value_find(parameters, "end_of_business");
    const bd_value *value =
        fact != NULL && fact->kind == BD_OBJECT ? bd_value_find(fact, "value") : fact;
    return value != NULL && value->kind == BD_STRING && parse_clock(value->text, seconds);
}

/* The row's own zone, else the engagement's; NULL when the row names one that nobody knows. */
static const bd_zone *zone_of(const bd_value *record, const bd_zone *zone, bd_arena *arena) {
    bd_str name = bd_member_text(record, "time_zone");
    if (name.size == 0 || (zone != NULL && bd_str_eq(name, bd_zone_name(zone)))) {
        return zone;
    }
    const bd_zone *own = NULL;
    bd_err ignored;
    return bd_failed(bd_zone_load(name, arena, &own, &ignored)) ? NULL : own;
}

/* A time with its offset; else local time of the zone; else a day, which ends with the end of
 * business. */
static bd_instant leaving_time(const bd_value *record, const bd_value *parameters,
                               const bd_zone *zone, bd_arena *arena) {
    bd_str text = bd_member_text(record, "terminated_at");
    bd_instant time = BD_INSTANT_NONE;
    bd_day day;
    int32_t seconds;
    bool is_day = bd_day_parse(text, &day);
    if (!is_day && bd_instant_parse(text, &time)) {
        return time;
    }
    const bd_zone *own = zone_of(record, zone, arena);
    if (own == NULL ||
        (is_day ? !end_of_business(parameters, &seconds) : !bd_local_parse(text, &day, &seconds))) {
        return BD_INSTANT_NONE;
    }
    return bd_zone_instant(own, day, seconds);
}

/* Why there is no time of leaving; empty where there is one. */
static bd_str time_problem(const bd_value *record, const bd_zone *zone, bd_instant time,
                           bd_arena *arena) {
    bd_str text = bd_member_text(record, "terminated_at");
    bd_day day;
    int32_t seconds;
    if (time != BD_INSTANT_NONE) {
        return (bd_str){"", 0};
    }
    if (text.size == 0) {
        return BD_STR("the row gives no terminated_at");
    }
    if (!bd_day_parse(text, &day) && !bd_local_parse(text, &day, &seconds)) {
        return bd_str_format(arena,
                             "terminated_at is '%.*s', expected a time such as "
                             "2026-03-31T17:00:00+02:00 or a day such as 2026-03-31",
                             BD_ARG(text));
    }
    if (zone_of(record, zone, arena) == NULL) {
        return bd_str_format(arena,
                             "terminated_at is '%.*s' in the time zone '%.*s', which is unknown; "
                             "expected a name such as Europe/Berlin",
                             BD_ARG(text), BD_ARG(bd_member_text(record, "time_zone")));
    }
    return bd_str_format(arena,
                         "terminated_at is '%.*s', a day alone, which ends with the fact "
                         "end_of_business; bindery.json does not give it as a time such as 18:00",
                         BD_ARG(text));
}

typedef struct {
    const bd_value *record;
    bd_str problem; /* why `time` is unknown */
    bd_instant time;
    bd_arena *arena;
    bd_derived_fn *emit;
    void *context;
} leaver;

static void emit_account(const leaver *who, bd_str account) {
    bd_str folded = bd_derive_fold_text(who->arena, account);
    bd_builder build = {.arena = who->arena};
    bd_put_text(&build, "employee_id", bd_member_text(who->record, "employee_id"));
    bd_put_text(&build, "account", folded);
    bd_put_text(&build, "upn", bd_member_text(who->record, "upn"));
    bd_put_text(&build, "leaving_type", bd_member_text(who->record, "type"));
    bd_put_text(&build, "terminated_at_given", bd_member_text(who->record, "terminated_at"));
    bd_put_text(&build, "reported_at", bd_member_text(who->record, "reported_at"));
    bd_put_text(&build, "terminated_at",
                who->time == BD_INSTANT_NONE ? BD_STR("")
                                             : bd_instant_format(who->arena, who->time));
    bd_put_text(&build, "time_problem", who->problem);
    who->emit(who->context, BD_STR("account"), folded, account, who->time, bd_build_object(&build));
}

static bool is_listed(const bd_strs *list, bd_str account) {
    for (size_t i = 0; i < list->count; i++) {
        if (bd_str_fold_cmp(list->data[i], account) == 0) {
            return true;
        }
    }
    return false;
}

static void add_account(bd_arena *arena, bd_strs *list, bd_str account) {
    bd_str bare = bd_str_trim(account);
    if (bare.size > 0 && !is_listed(list, bare)) {
        *bd_push(arena, list) = bare;
    }
}

void map_leaver_accounts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context) {
    bd_instant time = leaving_time(record, parameters, zone, arena);
    leaver who = {.record = record,
                  .problem = time_problem(record, zone, time, arena),
                  .time = time,
                  .arena = arena,
                  .emit = emit,
                  .context = context};
    bd_strs accounts = {0};
    bd_str rest = bd_member_text(record, "other_accounts"), piece;
    add_account(arena, &accounts, bd_member_text(record, "upn"));
    while (bd_str_cut(&rest, ';', &piece)) {
        add_account(arena, &accounts, piece);
    }
    for (size_t i = 0; i < accounts.count; i++) {
        emit_account(&who, accounts.data[i]);
    }
    if (accounts.count == 0) {
        emit_account(
            &who,
            BD_STR(
                "")); /* a leaver without an account named cannot be judged, and must not vanish */
    }
}
