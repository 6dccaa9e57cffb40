/* Exemptions from the built-in SOC 2 initiatives: an exemption names the assignment that it is from, and only the list
 * of assignments says what that one assigns. */
#include "bindery/derive.h"

#include "people.h"

BD_DERIVE_COLLECT(soc2_exemptions) {
    const bd_value *value = record->value;
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "id", bd_member_text(value, "id"));
    if (bd_join_record_is_of(record, "S08")) {
        bd_put_text(&build, "definition",
                    bd_id_tail(arena, bd_member_text(value, "policyDefinitionId")));
        keep(context, bd_resource_id(arena, bd_member_text(value, "id")), bd_build_object(&build));
        return;
    }
    bd_str reason = bd_member_text(bd_member(value, "metadata"), "reason");
    bd_put_text(&build, "name", bd_member_text(value, "displayName"));
    bd_put_text(&build, "ends", bd_member_text(value, "expiresOn"));
    bd_put_text(&build, "reason", reason.size > 0 ? reason : bd_member_text(value, "description"));
    bd_str from = bd_member_text(value, "policyAssignmentId");
    keep(context, from.size > 0 ? bd_resource_id(arena, from) : BD_STR("?"),
         bd_build_object(&build));
}

/* Of an assignment that several snapshots show, one that is of an initiative of ours is enough. */
static bd_answer is_of_soc2(const bd_part *parts, size_t count) {
    bd_answer found = BD_UNKNOWN;
    for (size_t i = 0; i < count && found != BD_YES; i++) {
        bd_str definition = bd_value_text(parts[i].kept, "definition");
        if (bd_part_is_of(&parts[i], "S08") && definition.size > 0) {
            found = soc2_initiative_name(definition) != NULL ? BD_YES : BD_NO;
        }
    }
    return found;
}

static bd_answer is_to_come(const bd_join *join, bd_str ends) {
    bd_instant end;
    if (ends.size == 0) {
        return BD_NO;
    }
    return !bd_instant_parse(ends, &end) ? BD_UNKNOWN : end > join->at ? BD_YES : BD_NO;
}

BD_DERIVE_REDUCE(soc2_exemptions) {
    bd_answer is_ours = is_of_soc2(parts, count);
    for (size_t i = 0; group.size > 0 && i < count; i++) {
        const bd_value *kept = parts[i].kept;
        if (!bd_part_is_of(&parts[i], "S08e")) {
            continue;
        }
        bd_str id = bd_value_text(kept, "id"), ends = bd_value_text(kept, "ends");
        bd_builder build = {.arena = arena};
        bd_put_text(&build, "exemption", id);
        bd_put_text(&build, "displayName", bd_value_text(kept, "name"));
        bd_put_text(&build, "assignment", group);
        bd_put_text(&build, "expiresOn", ends);
        bd_put_text(&build, "reason", bd_value_text(kept, "reason"));
        bd_put_answer(&build, "has_reason",
                      bd_value_text(kept, "reason").size > 0 ? BD_YES : BD_NO);
        bd_answer to_come = is_to_come(join, ends);
        bd_put_answer(&build, "is_to_come", to_come);
        bd_put_answer(&build, "is_soc2", is_ours);
        bd_put_text(
            &build, "problem",
            is_ours == BD_UNKNOWN
                ? BD_STR("no list of assignments near this day shows what it is an exemption from")
            : to_come == BD_UNKNOWN ? BD_STR("its expiry is no time")
                                    : BD_STR(""));
        emit(context, BD_STR("microsoft.authorization/policyexemptions"), bd_resource_id(arena, id),
             id, BD_INSTANT_NONE, bd_build_object(&build));
    }
}
