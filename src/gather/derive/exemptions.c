/* Exemptions from the built-in SOC 2 initiatives: an exemption names the assignment that it is from, and only the list
 * of assignments says what that one assigns. */
#include "bindery/derive.h"

#include "people.h"

COLLECT(soc2_exemptions) {
    const bd_value *value = record->value;
    builder build = {.arena = arena};
    put_text(&build, "id", member_text(value, "id"));
    if (is_source(record, "S08")) {
        put_text(&build, "definition", tail_of(arena, member_text(value, "policyDefinitionId")));
        keep(context, resource_id(arena, member_text(value, "id")), build_object(&build));
        return;
    }
    bd_str reason = member_text(member(value, "metadata"), "reason");
    put_text(&build, "name", member_text(value, "displayName"));
    put_text(&build, "ends", member_text(value, "expiresOn"));
    put_text(&build, "reason", reason.size > 0 ? reason : member_text(value, "description"));
    bd_str from = member_text(value, "policyAssignmentId");
    keep(context, from.size > 0 ? resource_id(arena, from) : BD_STR("?"), build_object(&build));
}

/* Of an assignment that several snapshots show, one that is of an initiative of ours is enough. */
static answer is_of_soc2(const bd_part *parts, size_t count) {
    answer found = UNKNOWN;
    for (size_t i = 0; i < count && found != YES; i++) {
        bd_str definition = bd_value_text(parts[i].kept, "definition");
        if (is_part_of(&parts[i], "S08") && definition.size > 0) {
            found = soc2_initiative_name(definition) != NULL ? YES : NO;
        }
    }
    return found;
}

static answer is_to_come(const bd_join *join, bd_str ends) {
    bd_instant end;
    if (ends.size == 0) {
        return NO;
    }
    return !bd_instant_parse(ends, &end) ? UNKNOWN : end > join->at ? YES : NO;
}

REDUCE(soc2_exemptions) {
    answer is_ours = is_of_soc2(parts, count);
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        const bd_value *kept = parts[i].kept;
        if (!is_part_of(&parts[i], "S08e")) {
            continue;
        }
        bd_str id = bd_value_text(kept, "id"), ends = bd_value_text(kept, "ends");
        builder build = {.arena = arena};
        put_text(&build, "exemption", id);
        put_text(&build, "displayName", bd_value_text(kept, "name"));
        put_text(&build, "assignment", group);
        put_text(&build, "expiresOn", ends);
        put_text(&build, "reason", bd_value_text(kept, "reason"));
        put_answer(&build, "has_reason", bd_value_text(kept, "reason").size > 0 ? YES : NO);
        answer to_come = is_to_come(join, ends);
        put_answer(&build, "is_to_come", to_come);
        put_answer(&build, "is_soc2", is_ours);
        put_text(&build, "problem",
                 is_ours == UNKNOWN
                     ? BD_STR("no list of assignments near this day shows what it is an exemption from")
                 : to_come == UNKNOWN ? BD_STR("its expiry is no time")
                                      : BD_STR(""));
        emit(context, BD_STR("microsoft.authorization/policyexemptions"), resource_id(arena, id), id,
             BD_INSTANT_NONE, build_object(&build));
    }
}
