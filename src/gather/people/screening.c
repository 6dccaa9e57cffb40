/* Since when people who joined or moved have had customer data, and whether they were screened before (1.4 c).
 *
 * Access begins with the first event that puts somebody into a listed group, role or application, or into a group that
 * lies inside a listed one.  Access older than the log, or come by way of a group that was itself added, has no event
 * of his own: it is dated by the first list of members that shows him, and where an earlier whole list does not, it
 * began between the two. */
#include "bindery/people.h"

#include "people_priv.h"

/* ---- what is kept ---- */

static const bd_value *opened(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *found = bd_member(record, key);
    return found != NULL && found->kind == BD_STRING ? bd_derive_parse_text(arena, found->text)
                                                     : found;
}

static bd_str activity_of(const bd_value *record, bd_arena *arena) {
    bd_str text = bd_member_text(record, "activityDisplayName");
    text = bd_str_lower(arena, text.size > 0 ? text : bd_member_text(record, "OperationName"));
    return bd_str_has_suffix(text, BD_STR(".")) ? bd_str_sub(text, 0, text.size - 1) : text;
}

static bool is_grant(bd_str activity) {
    return bd_str_eqz(activity, "add member to group") ||
           bd_str_has_prefix(activity, BD_STR("add member to role")) ||
           bd_str_has_prefix(activity, BD_STR("add eligible member to role")) ||
           bd_str_eqz(activity, "add app role assignment grant to user");
}

/* "Group.ObjectID": "\"9c2e...\"", JSON in a string, among what the event changed of the user. */
static void put_changed(bd_builder *build, const char *key, const bd_value *user, const char *name,
                        bd_arena *arena) {
    const bd_value *list = opened(user, "modifiedProperties", arena);
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        if (bd_str_ieq(bd_member_text(&list->items[i], "displayName"), bd_str_of(name))) {
            bd_str text = bd_member_text(&list->items[i], "newValue");
            const bd_value *inner = bd_derive_parse_text(arena, text);
            bd_put_text(build, key,
                        bd_str_lower(arena, inner != NULL && inner->kind == BD_STRING ? inner->text
                                                                                      : text));
        }
    }
}

/* One part for each thing that the event gives access by: what it names, by id and by name. */
static void collect_grant(const bd_value *value, bd_arena *arena, bd_part_fn *keep, void *context) {
    const bd_value *targets = opened(value, "targetResources", arena), *user = NULL;
    bd_builder build = {.arena = arena};
    bd_str time = bd_member_text(value, "activityDateTime");
    if (!is_grant(activity_of(value, arena)) || targets == NULL || targets->kind != BD_ARRAY ||
        !bd_str_ieq(bd_member_text(value, "result"), BD_STR("success"))) {
        return;
    }
    for (size_t i = 0; i < targets->count; i++) {
        const bd_value *one = &targets->items[i];
        if (user == NULL && bd_str_ieq(bd_member_text(one, "type"), BD_STR("User"))) {
            user = one;
        } else {
            bd_put_text(&build, "target", bd_str_lower(arena, bd_member_text(one, "id")));
            bd_put_text(&build, "target_name",
                        bd_str_lower(arena, bd_member_text(one, "displayName")));
        }
    }
    bd_put_text(&build, "time", time.size > 0 ? time : bd_member_text(value, "TimeGenerated"));
    put_changed(&build, "group", user, "Group.ObjectID", arena);
    put_changed(&build, "group_name", user, "Group.DisplayName", arena);
    put_changed(&build, "role_name", user, "Role.DisplayName", arena);
    bd_str upn = bd_member_text(user, "userPrincipalName");
    if (upn.size > 0) {
        keep(context, bd_derive_fold_text(arena, upn), bd_build_object(&build));
    }
}

static void collect_listed(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                           void *context) {
    bd_str upn = bd_member_text(record->value, "userPrincipalName");
    bool is_group =
        bd_str_ieq(bd_member_text(record->value, "@odata.type"), BD_STR("#microsoft.graph.group"));
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "of", bd_id_tail(arena, record->scope));
    if (upn.size > 0) {
        keep(context, bd_derive_fold_text(arena, upn), bd_build_object(&build));
    } else if (is_group) {
        bd_put_text(&build, "inner", bd_str_lower(arena, bd_member_text(record->value, "id")));
        bd_put_text(&build, "inner_name",
                    bd_str_lower(arena, bd_member_text(record->value, "displayName")));
        keep(context, (bd_str){"", 0}, bd_build_object(&build));
    }
}

static void keep_texts(const bd_join_record *record, bd_str group, const char *const *names,
                       size_t count, bd_arena *arena, bd_part_fn *keep, void *context) {
    bd_builder build = {.arena = arena};
    for (size_t i = 0; i < count; i++) {
        bd_put_text(&build, names[i], bd_member_text(record->value, names[i]));
    }
    keep(context, group, bd_build_object(&build));
}

BD_DERIVE_COLLECT(screened_access) {
    static const char *const joiner[] = {"employee_id", "upn", "event", "effective_date",
                                         "customer_data_access"};
    static const char *const checked[] = {"employee_id", "completed_at", "not_permitted_reason"};
    if (bd_join_record_is_of(record, "csv:joiners")) {
        bd_str upn = bd_member_text(record->value, "upn");
        keep_texts(record, upn.size > 0 ? bd_derive_fold_text(arena, upn) : BD_STR("?"), joiner,
                   BD_COUNT(joiner), arena, keep, context);
    } else if (bd_join_record_is_of(record, "csv:screening")) {
        keep_texts(record, (bd_str){"", 0}, checked, BD_COUNT(checked), arena, keep, context);
    } else if (bd_join_record_is_of(record, "S65")) {
        collect_listed(record, arena, keep, context);
    } else {
        collect_grant(record->value, arena, keep, context);
    }
}

/* ---- when access began ---- */

typedef struct {
    bd_instant from, to; /* it began after `from` (none: nothing shows since when) and by `to` (none: not seen) */
    bd_str how;
    bd_instant since; /* his first day: without `from` it may have begun on it; none: not told */
} access_start;

static bool is_listed(const bd_join *join, bd_str id, bd_str name) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, "customer_data_groups") : NULL;
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    for (size_t i = 0; list != NULL && list->kind == BD_ARRAY && i < list->count; i++) {
        bd_str one = list->items[i].text;
        if ((id.size > 0 && bd_str_ieq(one, id)) || (name.size > 0 && bd_str_ieq(one, name))) {
            return true;
        }
    }
    return false;
}

/* A listed group, or one that some list of members shows inside of a listed one. */
static bool leads_to_data(const bd_join *join, bd_str id, bd_str name) {
    bool found = is_listed(join, id, name);
    for (size_t i = 0; !found && i < join->common_count; i++) {
        const bd_value *kept = join->common[i].kept;
        bd_str inner = bd_value_text(kept, "inner"), inner_name = bd_value_text(kept, "inner_name");
        bool is_inside = (id.size > 0 && bd_str_eq(inner, id)) ||
                         (name.size > 0 && bd_str_eq(inner_name, name));
        found = is_inside && is_listed(join, bd_value_text(kept, "of"), BD_STR(""));
    }
    return found;
}

static bool is_way(const bd_join *join, const bd_value *kept) {
    return leads_to_data(join, bd_value_text(kept, "group"), bd_value_text(kept, "group_name")) ||
           leads_to_data(join, bd_value_text(kept, "target"), bd_value_text(kept, "target_name")) ||
           leads_to_data(join, BD_STR(""), bd_value_text(kept, "role_name"));
}

/* The latest whole list of the group before it shows him: then he was not in it. */
static bd_instant last_without(const bd_join *join, bd_str of, bd_instant seen, bd_arena *arena) {
    bd_instant last = BD_INSTANT_NONE;
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eqz(input->source, "S65") && input->is_whole && input->from < seen &&
            bd_str_eq(bd_id_tail(arena, input->scope), of) &&
            (last == BD_INSTANT_NONE || input->from > last)) {
            last = input->from;
        }
    }
    return last;
}

static access_start start_of(const bd_join *join, const bd_part *parts, size_t count,
                             bd_arena *arena) {
    access_start out = {BD_INSTANT_NONE, BD_INSTANT_NONE, BD_STR(""), BD_INSTANT_NONE};
    bd_instant at;
    for (size_t i = 0; i < count; i++) {
        const bd_value *kept = parts[i].kept;
        bd_str of = bd_value_text(kept, "of");
        bool is_event = !bd_part_is_of(&parts[i], "S65") &&
                        bd_instant_parse(bd_value_text(kept, "time"), &at) && is_way(join, kept);
        bool is_seen = bd_part_is_of(&parts[i], "S65") && is_listed(join, of, BD_STR(""));
        at = is_seen ? parts[i].at : at;
        if ((is_event || is_seen) && (out.to == BD_INSTANT_NONE || at < out.to)) {
            out.to = at;
            out.from = is_event ? at : last_without(join, of, at, arena);
            out.how = is_event ? BD_STR("an event of the directory") : BD_STR("a list of members");
        }
    }
    return out;
}

/* The latest whole list of the members of a group from that day on; BD_INSTANT_NONE: there is none. */
static bd_instant last_list(const bd_join *join, bd_str of, bd_instant since, bd_arena *arena) {
    bd_instant last = BD_INSTANT_NONE;
    for (size_t i = 0; i < join->input_count; i++) {
        const bd_join_input *input = &join->inputs[i];
        if (bd_str_eqz(input->source, "S65") && input->is_whole && input->from >= since &&
            (last == BD_INSTANT_NONE || input->from > last) &&
            bd_str_eq(bd_id_tail(arena, input->scope), of)) {
            last = input->from;
        }
    }
    return last;
}

/* Up to when whole lists of all the groups show that somebody who is in none has no access; BD_INSTANT_NONE: they show
 * nothing of the days since he came. */
static bd_instant absent_until(const bd_join *join, bd_instant since, bd_arena *arena) {
    const bd_value *fact = join->facts != NULL ? bd_value_find(join->facts, "customer_data_groups") : NULL;
    const bd_value *list = fact != NULL ? bd_value_find(fact, "value") : NULL;
    size_t count = list != NULL && list->kind == BD_ARRAY && since != BD_INSTANT_NONE ? list->count : 0;
    bd_instant until = BD_INSTANT_NONE;
    for (size_t i = 0; i < count; i++) {
        bd_instant last =
            last_list(join, bd_str_lower(arena, list->items[i].text), since, arena);
        if (last == BD_INSTANT_NONE) {
            return BD_INSTANT_NONE;
        }
        until = until == BD_INSTANT_NONE || last < until ? last : until;
    }
    return until;
}

/* ---- screening ---- */

/* A day alone is the whole of it. */
static bool read_span(const bd_join *join, bd_str text, bd_instant *from, bd_instant *to) {
    bd_day day;
    if (bd_instant_parse(text, from)) {
        *to = *from;
        return true;
    }
    if (!bd_day_parse(text, &day)) {
        return false;
    }
    *from = bd_zone_day_start(join->zone, day);
    *to = bd_zone_day_start(join->zone, day + 1);
    return true;
}

/* Was this one finished before access began? */
static bd_answer is_before(const bd_join *join, bd_str completed, const access_start *access) {
    bd_instant from, to;
    if (!read_span(join, completed, &from, &to)) {
        return BD_UNKNOWN;
    }
    /* without an earlier list the first one dates it, or his first day, if that came before */
    bool is_open = access->since != BD_INSTANT_NONE && access->since < access->to;
    bd_instant earliest = access->from != BD_INSTANT_NONE ? access->from
                          : is_open                       ? access->since
                                                          : access->to;
    return to <= earliest ? BD_YES : from > access->to ? BD_NO : BD_UNKNOWN;
}

typedef struct {
    bd_answer in_time;
    bd_str completed, not_permitted;
} screening;

/* "n/a" in the column of reasons says that there is none. */
static bool is_reason(bd_str text) {
    static const char *const none[] = {"",  "-",   "--",   "n/a",   "n.a.", "na",       "no",
                                       "n", "nil", "none", "false", "0",    "permitted", "not applicable"};
    bd_str word = bd_str_trim(text);
    for (size_t i = 0; i < BD_COUNT(none); i++) {
        if (bd_str_ieq(word, bd_str_of(none[i]))) {
            return false;
        }
    }
    return true;
}

static screening screening_of(const bd_join *join, bd_str employee, const access_start *access) {
    bool is_seen = access->to != BD_INSTANT_NONE;
    screening out = {is_seen ? BD_NO : BD_UNKNOWN, BD_STR(""), BD_STR("")};
    for (size_t i = 0; i < join->common_count; i++) {
        const bd_value *kept = join->common[i].kept;
        bd_str completed = bd_value_text(kept, "completed_at");
        if (!bd_part_is_of(&join->common[i], "csv:screening") || employee.size == 0 ||
            !bd_str_eq(bd_value_text(kept, "employee_id"), employee)) {
            continue;
        }
        bd_str reason = bd_value_text(kept, "not_permitted_reason");
        out.not_permitted = is_reason(reason) ? reason : out.not_permitted;
        if (completed.size > 0 && is_seen) {
            bd_answer one = is_before(join, completed, access);
            bool is_better = out.completed.size == 0 || one == BD_YES ||
                             (one == BD_UNKNOWN && out.in_time == BD_NO);
            out.completed = is_better ? completed : out.completed;
            out.in_time = is_better ? one : out.in_time;
        }
    }
    if (out.in_time == BD_NO && out.completed.size == 0 &&
        !bd_join_is_whole(join, "csv:screening")) {
        out.in_time = BD_UNKNOWN; /* the list may lack him */
    }
    return out;
}

/* ---- one row ---- */

static bool is_no(bd_str flag) {
    static const char *const no[] = {"no", "false", "none", "n", "0"};
    for (size_t i = 0; i < BD_COUNT(no); i++) {
        if (bd_str_ieq(flag, bd_str_of(no[i]))) {
            return true;
        }
    }
    return false;
}

/* Whom the list of joiners gives customer data and no list of members shows: screened before the last of those lists,
 * he was so before anything can have opened; else it is open, as he may be there under another name. */
static bd_answer is_granted(const bd_join *join, bd_str employee, bd_str flag, bd_instant since,
                            access_start *access, screening *found, bd_arena *arena) {
    *found = screening_of(join, employee, access);
    if (access->to != BD_INSTANT_NONE) {
        return BD_YES;
    }
    if (is_no(flag)) {
        return BD_NO;
    }
    bd_instant until = absent_until(join, since, arena);
    access_start later = {until, until, BD_STR(""), BD_INSTANT_NONE};
    if (until == BD_INSTANT_NONE) {
        return BD_UNKNOWN;
    }
    *found = screening_of(join, employee, &later);
    found->in_time = found->in_time == BD_YES ? BD_YES : BD_UNKNOWN;
    return found->in_time == BD_YES || found->not_permitted.size > 0 ? BD_YES : BD_UNKNOWN;
}

static bd_str problem_of(const bd_join *join, bd_answer granted, const screening *found,
                         bd_arena *arena) {
    if (granted == BD_UNKNOWN) {
        return bd_join_has_fact(join, "customer_data_groups")
                   ? BD_STR("no event and no list of members shows since when there is access")
                   : BD_STR("the fact customer_data_groups is not in bindery.json");
    }
    return found->completed.size > 0
               ? BD_STR(
                     "access began about then: between two lists of members, between his first day "
                     "and the first list, or on the day itself")
               : bd_join_why_not(join, "csv:screening", arena);
}

BD_DERIVE_REDUCE(screened_access) {
    access_start access = start_of(join, parts, group.size > 0 ? count : 0, arena);
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        const bd_value *kept = parts[i].kept;
        if (!bd_part_is_of(&parts[i], "csv:joiners") || parts[i].at != join->at) {
            continue;
        }
        bd_str employee = bd_value_text(kept, "employee_id"), upn = bd_value_text(kept, "upn");
        bd_str day = bd_value_text(kept, "effective_date");
        access_start nobodys = {BD_INSTANT_NONE, BD_INSTANT_NONE, BD_STR(""), BD_INSTANT_NONE};
        access_start own = upn.size > 0 ? access : nobodys;
        bd_instant from = BD_INSTANT_NONE, to;
        bool has_day = read_span(join, day, &from, &to);
        own.since = has_day ? from : BD_INSTANT_NONE;
        screening found;
        bd_answer granted = is_granted(join, employee, bd_value_text(kept, "customer_data_access"),
                                       from, &own, &found, arena);
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "employee_id", employee);
        bd_put_text(&build, "account", upn);
        bd_put_text(&build, "event", bd_value_text(kept, "event"));
        bd_put_text(&build, "effective_date", day);
        bd_put_text(&build, "access_since",
                    own.to == BD_INSTANT_NONE ? BD_STR("") : bd_instant_format(arena, own.to));
        bd_put_text(&build, "shown_by", own.how);
        bd_put_text(&build, "completed_at", found.completed);
        bd_put_text(&build, "not_permitted_reason", found.not_permitted);
        bd_put_answer(&build, "is_granted", granted);
        bd_put_answer(&build, "in_time", found.in_time);
        bd_put_text(&build, "problem", problem_of(join, granted, &found, arena));
        bd_put_text(&build, "time_problem",
                    has_day ? BD_STR("") : BD_STR("the row shows no effective_date"));
        emit(context, BD_STR("joiner"),
             bd_str_format(arena, "%.*s\x1f%.*s\x1f%.*s", BD_ARG(employee),
                           BD_ARG(bd_value_text(kept, "event")), BD_ARG(day)),
             upn.size > 0 ? upn : employee, has_day ? from + 12 * BD_HOUR : BD_INSTANT_NONE,
             bd_build_object(&build));
    }
}
