/* Shared by the files of the room `derive`. */
#ifndef BINDERY_DERIVE_PRIV_H
#define BINDERY_DERIVE_PRIV_H

#include "bindery/derive.h"

/* ---- network security groups
 * ---------------------------------------------------------------------------- */

typedef struct {
    bool is_known;                                   /* false: a rule lacks what decides */
    bd_str problem;                                  /* why it is not known, "" when it is */
    const bd_value *exposures, *shadowed, *warnings; /* arrays */
    size_t exposure_count;
} exposure;
/* Judges a set of rules: `custom` and `standard` are arrays of rules or NULL. */
exposure judge_rules(const bd_value *custom, const bd_value *standard, bd_arena *arena);
/* The same of rules whose numbers begin at 1. */
exposure judge_admin_rules(const bd_value *rules, bd_arena *arena);

/* "VirtualNetwork", "Storage.WestEurope": a known tag, alone or with a region. */
bool is_service_tag(bd_str token);

void map_nsg_exposure(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_nsg_writes(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                    bd_arena *arena, bd_derived_fn *emit, void *context);
void map_log_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                  bd_arena *arena, bd_derived_fn *emit, void *context);
void map_leaver_accounts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void map_account_events(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                        bd_arena *arena, bd_derived_fn *emit, void *context);
void map_activity_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void map_query_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_alert_bindings(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                        bd_arena *arena, bd_derived_fn *emit, void *context);
void map_branch_rules(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_deploy_gates(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_policy_reach(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_owner_people(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_owner_activations(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context);

/* ---- network.c, waf.c, vault.c, incident.c, repositories.c: parts of a resource that are judged on their own
 * ---------------------------- */

void map_subnets(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                 bd_arena *arena, bd_derived_fn *emit, void *context);
void map_nsg_attachments(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void map_nsg_rules(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                   bd_arena *arena, bd_derived_fn *emit, void *context);
void map_waf_bindings(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);
void map_frontdoor_domains(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context);
void map_frontdoor_frontends(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                             bd_arena *arena, bd_derived_fn *emit, void *context);
void map_vault_hosts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context);
void map_vault_secrets(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context);
void map_vault_certificates(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context);
void map_vault_policies(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                        bd_arena *arena, bd_derived_fn *emit, void *context);
void map_incident_playbooks(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context);
void map_incident_states(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void map_sentinel_states(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void map_repositories(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                      bd_arena *arena, bd_derived_fn *emit, void *context);

/* assignments.c: of one of the two built-in SOC 2 initiatives, by its guid in lower case; NULL of any other. */
const char *soc2_initiative_name(bd_str guid);

/* ---- derivations that join collections
 * ---------------------------------------------------------------------------- */

BD_DERIVE_MAP(grants_made);
BD_DERIVE_MAP(grants_made_azure);
BD_DERIVE_MAP(pim_activations);
BD_DERIVE_MAP(pim_approvals);
BD_DERIVE_MAP(sign_ins);

BD_DERIVE_COLLECT(admin_rules);
BD_DERIVE_REDUCE(admin_rules);
BD_DERIVE_COLLECT(backup_stretches);
BD_DERIVE_REDUCE(backup_stretches);
BD_DERIVE_COLLECT(broad_assignments);
BD_DERIVE_REDUCE(broad_assignments);
BD_DERIVE_COLLECT(ca_coverage);
BD_DERIVE_REDUCE(ca_coverage);
BD_DERIVE_COLLECT(customer_keys);
BD_DERIVE_REDUCE(customer_keys);
BD_DERIVE_COLLECT(deployments);
BD_DERIVE_REDUCE(deployment_changes);
BD_DERIVE_REDUCE(deployment_duties);
BD_DERIVE_REDUCE(deployment_scans);
BD_DERIVE_REDUCE(deployment_staging);
BD_DERIVE_COLLECT(federated_identities);
BD_DERIVE_REDUCE(federated_identities);
BD_DERIVE_COLLECT(screened_access);
BD_DERIVE_REDUCE(screened_access);
BD_DERIVE_COLLECT(soc2_exemptions);
BD_DERIVE_REDUCE(soc2_exemptions);
BD_DERIVE_COLLECT(disk_encryption);
BD_DERIVE_REDUCE(disk_encryption);
BD_DERIVE_COLLECT(flaws);
BD_DERIVE_REDUCE(flaws);
BD_DERIVE_COLLECT(guest_roles);
BD_DERIVE_REDUCE(guest_roles);
BD_DERIVE_COLLECT(password_settings);
BD_DERIVE_REDUCE(password_settings);
BD_DERIVE_COLLECT(pim_azure);
BD_DERIVE_REDUCE(pim_azure);
BD_DERIVE_COLLECT(pim_effective);
BD_DERIVE_REDUCE(pim_effective);
BD_DERIVE_COLLECT(pim_lists);
BD_DERIVE_REDUCE(pim_lists);
BD_DERIVE_COLLECT(role_settings);
BD_DERIVE_REDUCE(role_settings);
BD_DERIVE_REDUCE(role_settings_azure);
BD_DERIVE_COLLECT(role_reviews);
BD_DERIVE_REDUCE(role_reviews);
BD_DERIVE_REDUCE(scope_reviews);
BD_DERIVE_REDUCE(scope_denials);
BD_DERIVE_REDUCE(scope_denials_azure);
BD_DERIVE_REDUCE(role_reviews_azure);
/* Every review that a snapshot shows, as counts, and each Deny: records "review" and "denied". */
void list_reviews(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);
void list_reviews_azure(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);
BD_DERIVE_REDUCE(review_items);
BD_DERIVE_REDUCE(review_items_azure);
BD_DERIVE_REDUCE(review_denials);
BD_DERIVE_REDUCE(review_denials_azure);
BD_DERIVE_COLLECT(sign_in_activity);
BD_DERIVE_REDUCE(sign_in_activity);
BD_DERIVE_COLLECT(user_methods);
BD_DERIVE_REDUCE(user_methods);

/* ---- lists by the day
 * ----------------------------------------------------------------------------------- */

void map_active_people(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context);
void map_joiner_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context);
void map_training_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                       bd_arena *arena, bd_derived_fn *emit, void *context);
void collect_change_notes(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                          void *context);
void reduce_change_notes(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void collect_backup_failures(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                             void *context);
void reduce_backup_failures(const bd_join *join, bd_str group, const bd_part *parts, size_t count,
                            bd_arena *arena, bd_derived_fn *emit, void *context);
void map_capacity_alerts(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                         bd_arena *arena, bd_derived_fn *emit, void *context);
void map_capacity_resources(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                            bd_arena *arena, bd_derived_fn *emit, void *context);
void map_leaver_days(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                     bd_arena *arena, bd_derived_fn *emit, void *context);
void map_badge_withdrawals(const bd_value *record, const bd_value *parameters, const bd_zone *zone,
                           bd_arena *arena, bd_derived_fn *emit, void *context);
void map_vendor_onboardings(const bd_value *record, const bd_value *parameters,
                            const bd_zone *zone, bd_arena *arena, bd_derived_fn *emit,
                            void *context);

/* The fact rpo: hours between two good backups of a store, by its id, else its default.  False: it gives none. */
bool rpo_hours(const bd_join *join, bd_str store, bd_arena *arena, int64_t *hours);
bool has_own_rpo(const bd_join *join, bd_str store, bd_arena *arena); /* by its own id or name */
/* Id of what a backup job is of: what it says, or a machine in the subscription of its vault; "" when it shows but a
 * name, which others may have. */
bd_str store_of_job(const bd_value *job, bd_arena *arena);
/* What protects the store: its backup instance, or the kind of backup and the name shown; "" when the job does not
 * say.  A store may have several, and a copy of one says nothing of the other. */
bd_str protected_item(const bd_value *job, bd_arena *arena);

#endif
