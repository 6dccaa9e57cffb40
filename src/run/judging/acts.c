/* What people said of exceptions and controls, read from the journal.
 *
 * A line of kind response, closed or waiver names check, type, key and property of a failing stretch and the first day
 * on which it failed when it was signed; `not_applicable` names a control.  Names are stated, not authenticated. */
#include "bindery/judging.h"

#include "judging_priv.h"

static bd_day day_of(const bd_value *line, const char *key) {
    bd_day day;
    return bd_day_parse(bd_value_text(line, key), &day) ? day : BD_DAY_NONE;
}

static bd_instant instant_of(const bd_value *line) {
    bd_instant at;
    return bd_instant_parse(bd_value_text(line, "at"), &at) ? at : BD_INSTANT_NONE;
}

static void read_act(const bd_session *session, const bd_value *line, bd_act_kind kind,
                     bd_act *out) {
    bd_str name = bd_value_text(line, "name");
    *out = (bd_act){
        .kind = kind,
        .check = bd_value_text(line, "check"),
        .type = bd_value_text(line, "type"),
        .key = bd_value_text(line, "key"),
        .property = bd_value_text(line, "property"),
        .failing = day_of(line, "failing"),
        .name = name,
        .role = bd_value_text(line, "role"),
        .person = bd_session_person(session, name),
        .is_known = name.size > 0 && bd_session_knows(session, name),
        .cause = bd_value_text(line, "cause"),
        .effect = bd_value_text(line, "effect"),
        .text = bd_value_text(line, "text"),
        .until = day_of(line, kind == BD_ACT_WAIVER ? "until" : "due"),
        .at = instant_of(line),
    };
}

static void add_not_applicable(const bd_session *session, const bd_value *line, bd_acts *out,
                               bd_arena *arena) {
    bd_str by = bd_value_text(line, "by"), reviewer = bd_value_text(line, "reviewer");
    bool is_signed = by.size > 0 && reviewer.size > 0 && bd_session_knows(session, by) &&
                     bd_session_knows(session, reviewer) &&
                     !bd_is_same_person(bd_session_person(session, by),
                                        bd_session_person(session, reviewer));
    if (is_signed) {
        *bd_push(arena, &out->not_applicable) =
            (bd_not_applicable){.control = bd_value_text(line, "control"),
                                .reason = bd_value_text(line, "reason"),
                                .by = by,
                                .reviewer = reviewer};
    }
}

void bd_acts_read(const bd_session *session, bd_arena *arena, bd_acts *out) {
    static const struct {
        const char *kind;
        bd_act_kind act;
    } kinds[] = {
        {"response", BD_ACT_RESPONSE}, {"closed", BD_ACT_CLOSED}, {"waiver", BD_ACT_WAIVER}};
    *out = (bd_acts){0};
    for (size_t i = 0; i < bd_locker_line_count(session->locker); i++) {
        const bd_value *line = bd_locker_line(session->locker, i);
        bd_str kind = bd_value_text(line, "kind");
        if (bd_str_eqz(kind, "not_applicable")) {
            add_not_applicable(session, line, out, arena);
        }
        for (size_t k = 0; k < BD_COUNT(kinds); k++) {
            if (bd_str_eqz(kind, kinds[k].kind)) {
                read_act(session, line, kinds[k].act, bd_push(arena, &out->acts));
            }
        }
    }
}
