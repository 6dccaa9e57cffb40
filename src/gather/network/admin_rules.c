/* Security admin rules of Azure Virtual Network Manager, which are asked before any network security group: AlwaysAllow
 * lets through what a group would deny, Deny ends it, Allow leaves it to the groups.
 *
 * So a group is not believed where an AlwaysAllow opens the port: it is judged here, by the rules of its collection in
 * the order of their numbers.  Rules of other collections apply to other networks and hide nothing.  A Deny does not
 * change what a group allows, and the control asks that no group does.  A list of what is configured does not show that
 * it was deployed; one of what is effective names the networks that it applies to. */
#include "bindery/network.h"

#include "network_priv.h"

#define COLLECTION "microsoft.network/networkmanagers/securityadminconfigurations/rulecollections"

/* {"addressPrefix": ..., "addressPrefixType": ...} each. */
static const bd_value *prefixes_of(const bd_value *record, const char *key, bd_arena *arena) {
    const bd_value *list = bd_member(record, key);
    size_t count = list != NULL && list->kind == BD_ARRAY ? list->count : 0;
    const bd_value **out = bd_new(arena, const bd_value *, count + 1);
    for (size_t i = 0; i < count; i++) {
        out[i] = bd_value_string(arena, bd_member_text(&list->items[i], "addressPrefix"));
    }
    return count > 0 ? bd_value_array(arena, count, out) : NULL;
}

/* An Allow hands over to the groups: for what is behind it the admin rules are done, as after a Deny. */
static bd_str access_of(const bd_value *record) {
    bd_str access = bd_member_text(record, "access");
    return bd_str_ieq(access, BD_STR("AlwaysAllow")) ? BD_STR("Allow")
           : bd_str_ieq(access, BD_STR("Allow"))     ? BD_STR("Deny")
                                                     : access;
}

BD_DERIVE_COLLECT(admin_rules) {
    const bd_value *value = record->value;
    bd_str id = bd_resource_id(arena, bd_member_text(value, "id"));
    ptrdiff_t at = bd_str_find(id, BD_STR("/rules/"));
    if (at < 0 || bd_str_ieq(bd_member_text(value, "kind"), BD_STR("Default"))) {
        return; /* rules of the platform open nothing */
    }
    bd_str protocol = bd_member_text(value, "protocol");
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "name", bd_path_name(id));
    bd_put_text(&build, "direction", bd_member_text(value, "direction"));
    bd_put_text(&build, "access", access_of(value));
    bd_put_value(&build, "priority", bd_member(value, "priority"));
    bd_put_text(&build, "protocol", bd_str_ieq(protocol, BD_STR("Any")) ? BD_STR("*") : protocol);
    bd_put_value(&build, "sourceAddressPrefixes", prefixes_of(value, "sources", arena));
    bd_put_value(&build, "destinationAddressPrefixes", prefixes_of(value, "destinations", arena));
    bd_put_value(&build, "sourcePortRanges", bd_member(value, "sourcePortRanges"));
    bd_put_value(&build, "destinationPortRanges", bd_member(value, "destinationPortRanges"));
    bool is_effective = bd_member(value, "ruleGroups") != NULL ||
                        bd_member(value, "ruleCollectionAppliesToGroups") != NULL;
    bd_put_answer(&build, "effective", is_effective ? BD_YES : BD_UNKNOWN);
    keep(context, bd_str_sub(id, 0, (size_t)at), bd_build_object(&build));
}

static bd_answer is_effective(const bd_part *parts, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (bd_answer_of(parts[i].kept, "effective") == BD_YES) {
            return BD_YES;
        }
    }
    return BD_UNKNOWN;
}

BD_DERIVE_REDUCE(admin_rules) {
    if (group.size == 0) {
        return;
    }
    const bd_value **rules = bd_new(arena, const bd_value *, count);
    for (size_t i = 0; i < count; i++) {
        rules[i] = parts[i].kept;
    }
    exposure found = judge_admin_rules(bd_value_array(arena, count, rules), arena);
    bool opens = found.exposure_count > 0;
    bd_answer in_force = is_effective(parts, count);
    bd_builder build = {.arena = arena};
    bd_put_text(&build, "collection", group);
    bd_put_text(&build, "name", bd_path_name(group));
    bd_put_answer(&build, "exposed",
                  opens && in_force == BD_YES ? BD_YES
                  : found.is_known && !opens  ? BD_NO
                                              : BD_UNKNOWN);
    bd_put_text(&build, "problem",
                !found.is_known
                    ? found.problem
                    : BD_STR("the list shows what is configured, not what was deployed"));
    bd_put_value(&build, "exposures", found.exposures);
    bd_put_value(&build, "shadowed", found.shadowed);
    bd_put_value(&build, "warnings", found.warnings);
    (void)join;
    emit(context, BD_STR(COLLECTION), group, group, BD_INSTANT_NONE, bd_build_object(&build));
}
