/* Security admin rules of Azure Virtual Network Manager, which are asked before any network security group: AlwaysAllow
 * lets through what a group would deny, Deny ends it, Allow leaves it to the groups.
 *
 * So a group is not believed where an AlwaysAllow opens the port: it is judged here, by the rules of its collection in
 * the order of their numbers.  Rules of other collections apply to other networks and hide nothing.  A Deny does not
 * change what a group allows, and the control asks that no group does.  A list of what is configured does not show that
 * it was deployed; one of what is effective names the networks that it applies to. */
#include "bindery/derive.h"

#include "people.h"

#define COLLECTION "microsoft.network/networkmanagers/securityadminconfigurations/rulecollections"

/* {"addressPrefix": ..., "addressPrefixType": ...} each. */
static const bd_value *prefixes_of(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *list = member(record, key);
    size_t count = list != NULL && list->kind == BD_ARRAY ? list->count : 0;
    const bd_value **out = bd_new(arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        out[i] = bd_value_string(arena, member_text(&list->items[i], "addressPrefix"));
    }
    return count > 0 ? bd_value_array(arena, count, out) : NULL;
}

/* An Allow hands over to the groups: for what is behind it the admin rules are done, as after a Deny. */
static bd_str access_of(const bd_value *record) {
    bd_str access = member_text(record, "access");
    return bd_str_ieq(access, BD_STR("AlwaysAllow")) ? BD_STR("Allow")
           : bd_str_ieq(access, BD_STR("Allow"))     ? BD_STR("Deny")
                                                     : access;
}

COLLECT(admin_rules) {
    const bd_value *value = record->value;
    bd_str id = resource_id(arena, member_text(value, "id"));
    ptrdiff_t at = bd_str_find(id, BD_STR("/rules/"));
    if (at < 0 || bd_str_ieq(member_text(value, "kind"), BD_STR("Default"))) {
        return; /* rules of the platform open nothing */
    }
    bd_str protocol = member_text(value, "protocol");
    builder build = {.arena = arena};
    put_text(&build, "name", bd_path_name(id));
    put_text(&build, "direction", member_text(value, "direction"));
    put_text(&build, "access", access_of(value));
    put_value(&build, "priority", member(value, "priority"));
    put_text(&build, "protocol", bd_str_ieq(protocol, BD_STR("Any")) ? BD_STR("*") : protocol);
    put_value(&build, "sourceAddressPrefixes", prefixes_of(value, "sources", arena));
    put_value(&build, "destinationAddressPrefixes", prefixes_of(value, "destinations", arena));
    put_value(&build, "sourcePortRanges", member(value, "sourcePortRanges"));
    put_value(&build, "destinationPortRanges", member(value, "destinationPortRanges"));
    bool is_effective = member(value, "ruleGroups") != NULL ||
                        member(value, "ruleCollectionAppliesToGroups") != NULL;
    put_answer(&build, "effective", is_effective ? YES : UNKNOWN);
    keep(context, bd_str_sub(id, 0, (size_t)at), build_object(&build));
}

static answer is_effective(const bd_part *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (answer_of(parts[i].kept, "effective") == YES) {
            return YES;
        }
    }
    return UNKNOWN;
}

REDUCE(admin_rules) {
    if (group.size == 0) {
        return;
    }
    const bd_value **rules = bd_new(arena, const bd_value *, count);
    for (size_t i = 0; i < count; i++) {
        rules[i] = parts[i].kept;
    }
    exposure found = judge_admin_rules(bd_value_array(arena, count, rules), arena);
    bool opens = found.exposure_count > 0;
    answer in_force = is_effective(parts, count);
    builder build = {.arena = arena};
    put_text(&build, "collection", group);
    put_text(&build, "name", bd_path_name(group));
    put_answer(&build, "exposed",
               opens && in_force == YES     ? YES
               : found.is_known && !opens ? NO
                                          : UNKNOWN);
    put_text(&build, "problem",
             !found.is_known ? found.problem
                             : BD_STR("the list shows what is configured, not what was deployed"));
    put_value(&build, "exposures", found.exposures);
    put_value(&build, "shadowed", found.shadowed);
    put_value(&build, "warnings", found.warnings);
    (void)join;
    emit(context, BD_STR(COLLECTION), group, group, BD_INSTANT_NONE, build_object(&build));
}
