/* What an auditIfNotExists looks at: from its type and scope to the join of both sides.
 *
 * Azure asks under the resource where the related type lies under its own, on the resource where it is an extension,
 * else in its resource group, or in the subscription where the policy says so or judges the subscription. */
#include "bindery/policy.h"

#include "policy_priv.h"

static const char *const extensions[] = {
    "microsoft.authorization/locks",
    "microsoft.authorization/roleassignments",
    "microsoft.eventgrid/eventsubscriptions",
    "microsoft.guestconfiguration/guestconfigurationassignments",
    "microsoft.insights/datacollectionruleassociations",
    "microsoft.insights/diagnosticsettings",
    "microsoft.kubernetesconfiguration/extensions",
    "microsoft.kubernetesconfiguration/fluxconfigurations",
    "microsoft.maintenance/configurationassignments",
    "microsoft.recoveryservices/backupprotecteditems",
    "microsoft.resources/links",
    "microsoft.security/advancedthreatprotectionsettings",
    "microsoft.security/assessments",
    "microsoft.security/defenderforstoragesettings",
    "microsoft.security/sqlvulnerabilityassessments",
};

/* Azure answers for it on the machine; evidence has the item in its vault, which names the machine. */
#define BACKUP_ITEM                                                                                \
    "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems"

#define SUBSCRIPTION_TYPE BD_STR("microsoft.resources/subscriptions")

static bool is_extension(bd_str type) {
    for (size_t i = 0; i < BD_COUNT(extensions); i++) {
        if (bd_str_eqz(type, extensions[i])) {
            return true;
        }
    }
    return false;
}

/* The type above; "" above a namespace's own. */
static bd_str parent_type(bd_str type) {
    bd_str parent = bd_path_folder(type);
    return bd_str_find(parent, BD_STR("/")) > 0 ? parent : BD_STR("");
}

static int levels_above(const policy *of, bd_arena *arena) {
    int levels = 1;
    for (bd_str at = parent_type(of->related_type); at.size > 0; at = parent_type(at), levels++) {
        if (!of->is_any_type && bd_condition_may_hold(of->rule, at, NULL, arena)) {
            return levels;
        }
    }
    return 0;
}

void settle_relation(policy *out, bool is_subscription_scope, bd_arena *arena) {
    if (is_extension(out->related_type)) {
        out->relation = RELATION_EXTENSION;
        if (bd_str_has_suffix(out->related_type, BD_STR("/backupprotecteditems"))) {
            out->stand_in = BACKUP_ITEM;
            out->stand_in_anchor = "sourceResourceId";
        }
        return;
    }
    if (!out->is_any_type && bd_condition_may_hold(out->rule, SUBSCRIPTION_TYPE, NULL, arena)) {
        out->relation = RELATION_SUBSCRIPTION;
        return;
    }
    out->levels = levels_above(out, arena);
    out->relation = out->levels > 0         ? RELATION_NESTED
                    : is_subscription_scope ? RELATION_SUBSCRIPTION
                                            : RELATION_GROUP;
}

/* ---- anchors ---- */

static bd_str first_parts(bd_str id, int parts) {
    for (size_t at = 1; at < id.size; at++) {
        if (id.data[at] == '/' && --parts == 0) {
            return bd_str_sub(id, 0, at);
        }
    }
    return parts == 1 ? id : BD_STR("");
}

bd_str group_of_key(bd_str key) {
    bd_str head = first_parts(key, 4);
    return bd_str_find(head, BD_STR("/resourcegroups/")) > 0 ? head : BD_STR("");
}

static bd_str subscription_of_key(bd_str key) {
    return bd_str_has_prefix(key, BD_STR("/subscriptions/")) ? first_parts(key, 2) : BD_STR("");
}

static bd_str without_levels(bd_str key, int levels) {
    bd_str at = key;
    for (int i = 0; i < 2 * levels; i++) {
        at = bd_path_folder(at);
    }
    return at.size > 1 ? at : BD_STR("");
}

bd_str anchor_of_related(const policy *of, const bd_record *record, bd_arena *arena) {
    switch (of->relation) {
    case RELATION_EXTENSION: {
        const bd_value *anchor = NULL;
        if (of->stand_in != NULL && bd_str_eqz(record->type, of->stand_in)) {
            bool is_there = bd_value_lookup(record->value, bd_str_of(of->stand_in_anchor),
                                            &anchor) == BD_LOOKUP_FOUND &&
                            anchor->kind == BD_STRING;
            return is_there ? bd_resource_id(arena, anchor->text) : BD_STR("");
        }
        ptrdiff_t at = bd_resource_id_last_provider(record->key, NULL);
        return at > 0 ? bd_str_sub(record->key, 0, (size_t)at) : BD_STR("");
    }
    case RELATION_NESTED: return without_levels(record->key, of->levels);
    case RELATION_GROUP: return group_of_key(record->key);
    case RELATION_SUBSCRIPTION: return subscription_of_key(record->key);
    case RELATION_NONE: break;
    }
    return BD_STR("");
}

bd_str anchor_of_subject(const policy *of, const bd_record *record, bd_arena *arena) {
    (void)arena;
    switch (of->relation) {
    case RELATION_EXTENSION:
    case RELATION_NESTED: return record->key;
    case RELATION_GROUP: {
        bd_str group = group_of_key(record->key);
        return group.size > 0 ? group : subscription_of_key(record->key);
    }
    case RELATION_SUBSCRIPTION: return subscription_of_key(record->key);
    case RELATION_NONE: break;
    }
    return BD_STR("");
}
