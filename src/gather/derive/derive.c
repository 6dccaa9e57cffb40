#include "bindery/derive.h"

#include "derive_priv.h"

static const bd_derivation derivations[] = {
    {.name = "account-events", .version = 1, .map = map_account_events},
    {.name = "active-people", .version = 1, .map = map_active_people, .asks_for_days = true},
    {.name = "activity-alerts", .version = 1, .map = map_activity_alerts},
    {.name = "admin-rules",
     .version = 1,
     .collect = collect_admin_rules,
     .reduce = reduce_admin_rules},
    {.name = "alert-bindings", .version = 1, .map = map_alert_bindings},
    {.name = "backup-failures",
     .version = 4,
     .sees_all = true,
     .facts = "rpo",
     .collect = collect_backup_failures,
     .reduce = reduce_backup_failures},
    {.name = "backup-stretches",
     .version = 3,
     .sees_all = true,
     .sees_others = true,
     .facts = "rpo",
     .collect = collect_backup_stretches,
     .reduce = reduce_backup_stretches},
    {.name = "badge-withdrawals", .version = 2, .map = map_badge_withdrawals},
    {.name = "branch-rules",
     .version = 3,
     .facts = "repositories infrastructure_repositories scanner_checks",
     .map = map_branch_rules},
    {.name = "broad-assignments",
     .version = 3,
     .collect = collect_broad_assignments,
     .reduce = reduce_broad_assignments},
    {.name = "ca-coverage",
     .version = 2,
     .collect = collect_ca_coverage,
     .reduce = reduce_ca_coverage},
    {.name = "capacity-alerts",
     .version = 2,
     .facts = "capacity_measures",
     .map = map_capacity_alerts},
    {.name = "capacity-resources",
     .version = 2,
     .facts = "capacity_measures",
     .map = map_capacity_resources},
    {.name = "change-notes",
     .version = 2,
     .sees_all = true,
     .facts = "slas.risk_note_days",
     .collect = collect_change_notes,
     .reduce = reduce_change_notes},
    {.name = "customer-keys",
     .version = 3,
     .collect = collect_customer_keys,
     .reduce = reduce_customer_keys},
    {.name = "deploy-gates", .version = 1, .facts = "production_gates", .map = map_deploy_gates},
    {.name = "deployment-changes",
     .version = 2,
     .sees_all = true,
     .facts = "production_gates repositories infrastructure_repositories",
     .collect = collect_deployments,
     .reduce = reduce_deployment_changes},
    {.name = "deployment-duties",
     .version = 2,
     .sees_all = true,
     .facts = "production_gates",
     .collect = collect_deployments,
     .reduce = reduce_deployment_duties},
    {.name = "deployment-scans",
     .version = 2,
     .sees_all = true,
     .facts = "production_gates infrastructure_repositories scanner_checks",
     .collect = collect_deployments,
     .reduce = reduce_deployment_scans},
    {.name = "deployment-staging",
     .version = 2,
     .sees_all = true,
     .facts = "production_gates environment_map",
     .collect = collect_deployments,
     .reduce = reduce_deployment_staging},
    {.name = "disk-encryption",
     .version = 3,
     .collect = collect_disk_encryption,
     .reduce = reduce_disk_encryption},
    {.name = "federated-identities",
     .version = 1,
     .facts = "production_scope production_gates repositories infrastructure_repositories",
     .collect = collect_federated_identities,
     .reduce = reduce_federated_identities},
    {.name = "flaws",
     .version = 1,
     .sees_all = true,
     .sees_own = true,
     .facts = "slas",
     .collect = collect_flaws,
     .reduce = reduce_flaws},
    {.name = "frontdoor-domains", .version = 2, .map = map_frontdoor_domains},
    {.name = "frontdoor-frontends", .version = 1, .map = map_frontdoor_frontends},
    {.name = "grants-made", .version = 3, .map = map_grants_made},
    {.name = "grants-made-azure", .version = 1, .map = map_grants_made_azure},
    {.name = "guest-roles",
     .version = 4,
     .collect = collect_guest_roles,
     .reduce = reduce_guest_roles},
    {.name = "incident-playbooks", .version = 1, .map = map_incident_playbooks},
    {.name = "incident-states", .version = 1, .map = map_incident_states},
    {.name = "joiner-days", .version = 1, .map = map_joiner_days},
    {.name = "leaver-accounts",
     .version = 2,
     .facts = "end_of_business",
     .map = map_leaver_accounts},
    {.name = "leaver-days", .version = 1, .map = map_leaver_days},
    {.name = "log-days", .version = 3, .facts = "central_workspace_guid", .map = map_log_days},
    {.name = "nsg-attachments", .version = 1, .map = map_nsg_attachments},
    {.name = "nsg-exposure", .version = 2, .map = map_nsg_exposure},
    {.name = "nsg-rules", .version = 1, .map = map_nsg_rules},
    {.name = "nsg-writes", .version = 2, .map = map_nsg_writes},
    {.name = "owner-activations",
     .version = 1,
     .facts = "slas.owner_activation_hours",
     .map = map_owner_activations},
    {.name = "owner-people", .version = 1, .map = map_owner_people},
    {.name = "password-settings",
     .version = 1,
     .collect = collect_password_settings,
     .reduce = reduce_password_settings},
    {.name = "pim-activations", .version = 1, .map = map_pim_activations},
    {.name = "pim-approvals", .version = 1, .map = map_pim_approvals},
    {.name = "pim-azure",
     .version = 1,
     .collect = collect_pim_azure,
     .reduce = reduce_pim_azure},
    {.name = "pim-effective",
     .version = 1,
     .collect = collect_pim_effective,
     .reduce = reduce_pim_effective},
    {.name = "pim-lists",
     .version = 1,
     .collect = collect_pim_lists,
     .reduce = reduce_pim_lists},
    {.name = "policy-reach", .version = 1, .map = map_policy_reach},
    {.name = "query-alerts", .version = 1, .map = map_query_alerts},
    {.name = "repositories", .version = 1, .map = map_repositories},
    {.name = "review-denials",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_denials},
    {.name = "review-denials-azure",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_denials_azure},
    {.name = "review-items",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_items},
    {.name = "review-items-azure",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_items_azure},
    {.name = "role-reviews",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_role_reviews},
    {.name = "role-reviews-azure",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_role_reviews_azure},
    {.name = "role-settings",
     .version = 2,
     .collect = collect_role_settings,
     .reduce = reduce_role_settings},
    {.name = "role-settings-azure",
     .version = 2,
     .collect = collect_role_settings,
     .reduce = reduce_role_settings_azure},
    {.name = "scope-denials",
     .version = 1,
     .sees_all = true,
     .facts = "access_review_scopes",
     .collect = collect_role_reviews,
     .reduce = reduce_scope_denials,
     .list = list_reviews},
    {.name = "scope-denials-azure",
     .version = 1,
     .sees_all = true,
     .facts = "access_review_scopes",
     .collect = collect_role_reviews,
     .reduce = reduce_scope_denials_azure,
     .list = list_reviews_azure},
    {.name = "scope-reviews",
     .version = 1,
     .sees_all = true,
     .facts = "access_review_scopes",
     .collect = collect_role_reviews,
     .reduce = reduce_scope_reviews},
    {.name = "screened-access",
     .version = 1,
     .sees_all = true,
     .facts = "customer_data_groups",
     .collect = collect_screened_access,
     .reduce = reduce_screened_access},
    {.name = "sentinel-states", .version = 1, .map = map_sentinel_states},
    {.name = "sign-in-activity",
     .version = 1,
     .collect = collect_sign_in_activity,
     .reduce = reduce_sign_in_activity},
    {.name = "sign-ins", .version = 1, .map = map_sign_ins},
    {.name = "soc2-exemptions",
     .version = 1,
     .collect = collect_soc2_exemptions,
     .reduce = reduce_soc2_exemptions},
    {.name = "subnets", .version = 1, .map = map_subnets},
    {.name = "training-days", .version = 1, .map = map_training_days},
    {.name = "user-methods",
     .version = 1,
     .collect = collect_user_methods,
     .reduce = reduce_user_methods},
    {.name = "vault-certificates", .version = 1, .map = map_vault_certificates},
    {.name = "vault-hosts", .version = 1, .map = map_vault_hosts},
    {.name = "vault-policies", .version = 1, .map = map_vault_policies},
    {.name = "vault-secrets", .version = 1, .map = map_vault_secrets},
    {.name = "vendor-onboardings", .version = 1, .map = map_vendor_onboardings},
    {.name = "waf-bindings", .version = 1, .map = map_waf_bindings},
};

const bd_derivation *bd_derivation_find(bd_str name) {
    size_t from = 0, to = BD_COUNT(derivations);
    while (from < to) { /* they stand by name */
        size_t middle = from + (to - from) / 2;
        int order = bd_str_cmp(name, bd_str_of(derivations[middle].name));
        if (order == 0) {
            return &derivations[middle];
        }
        from = order > 0 ? middle + 1 : from;
        to = order > 0 ? to : middle;
    }
    return NULL;
}

size_t bd_derivation_count(void) {
    return BD_COUNT(derivations);
}

const bd_derivation *bd_derivation_at(size_t index) {
    return &derivations[index];
}

/* ---- parts ---- */

void bd_part_pack(bd_packer *packer, uint32_t derived, bd_str group, bd_str source, bd_str scope,
                  bd_str kept) {
    bd_pack_u32(packer, derived);
    bd_pack_key(packer, group);
    bd_pack_key(packer, source);
    bd_pack_key(packer, scope);
    bd_pack_key(packer, kept);
}

bool bd_part_fits(bd_str packed, size_t at, size_t source_count) {
    bd_unpacker part = {.record = packed, .at = at};
    if (!bd_pack_fits(packed, &at, "4kkk") || bd_unpack_u32(&part) >= source_count) {
        return false;
    }
    bd_str kept = bd_str_sub(packed, at, packed.size - 2); /* JSON has no U+0000 in it */
    return bd_pack_fits(packed, &at, "k") && at == packed.size &&
           !bd_failed(bd_json_check(kept, NULL, NULL));
}

void bd_part_unpack(bd_unpacker *unpacker, bd_arena *arena, uint32_t *derived, bd_str *group,
                    bd_part *out) {
    *derived = bd_unpack_u32(unpacker);
    *group = bd_unpack_key(unpacker, arena);
    out->source = bd_unpack_key(unpacker, arena);
    out->scope = bd_unpack_key(unpacker, arena);
    out->kept = bd_derive_parse_text(arena, bd_unpack_key(unpacker, arena));
}
