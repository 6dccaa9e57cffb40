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
