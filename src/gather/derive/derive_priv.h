/* Shared by the files of the room `derive`. */
#ifndef BINDERY_DERIVE_PRIV_H
#define BINDERY_DERIVE_PRIV_H

#include "bindery/derive.h"

/* ---- building a record
 * ---------------------------------------------------------------------------------- */

#define MEMBERS_MAX 24
typedef struct {
    bd_arena *arena;
    bd_str keys[MEMBERS_MAX];
    const bd_value *values[MEMBERS_MAX];
    size_t count;
} builder;
void put_value(builder *build, const char *key,
               const bd_value *value);                       /* NULL: the member is left out */
void put_text(builder *build, const char *key, bd_str text); /* "": the member is left out */
const bd_value *build_object(const builder *build);

/* ---- reading a record
 * ----------------------------------------------------------------------------------- */

const bd_value *member(const bd_value *object,
                       const char *key); /* by the lookup rule; NULL when absent or ambiguous */
bd_str member_text(const bd_value *object,
                   const char *key);            /* a string, or {"value": string}; trimmed */
bd_str fold_text(bd_arena *arena, bd_str text); /* simple case folding */
const bd_value *parse_text(bd_arena *arena,
                           bd_str text);        /* JSON in a string; NULL when it is none */
bd_str resource_id(bd_arena *arena, bd_str id); /* lower case, leading '/', no trailing one */

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

#define MAP(name)                                                                                  \
    void map_##name(const bd_value *record, const bd_value *parameters, const bd_zone *zone,       \
                    bd_arena *arena, bd_derived_fn *emit, void *context)
MAP(grants_made);
MAP(grants_made_azure);
MAP(pim_activations);
MAP(pim_approvals);
MAP(sign_ins);

/* A pair of functions each, named for what they make. */
#define COLLECT(name)                                                                              \
    void collect_##name(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,           \
                        void *context)
#define REDUCE(name)                                                                               \
    void reduce_##name(const bd_join *join, bd_str group, const bd_part *parts, size_t count,      \
                       bd_arena *arena, bd_derived_fn *emit, void *context)
COLLECT(admin_rules);
REDUCE(admin_rules);
COLLECT(backup_stretches);
REDUCE(backup_stretches);
COLLECT(broad_assignments);
REDUCE(broad_assignments);
COLLECT(ca_coverage);
REDUCE(ca_coverage);
COLLECT(customer_keys);
REDUCE(customer_keys);
COLLECT(deployments);
REDUCE(deployment_changes);
REDUCE(deployment_duties);
REDUCE(deployment_scans);
REDUCE(deployment_staging);
COLLECT(federated_identities);
REDUCE(federated_identities);
COLLECT(screened_access);
REDUCE(screened_access);
COLLECT(soc2_exemptions);
REDUCE(soc2_exemptions);
COLLECT(disk_encryption);
REDUCE(disk_encryption);
COLLECT(flaws);
REDUCE(flaws);
COLLECT(guest_roles);
REDUCE(guest_roles);
COLLECT(password_settings);
REDUCE(password_settings);
COLLECT(pim_azure);
REDUCE(pim_azure);
COLLECT(pim_effective);
REDUCE(pim_effective);
COLLECT(pim_lists);
REDUCE(pim_lists);
COLLECT(role_settings);
REDUCE(role_settings);
REDUCE(role_settings_azure);
COLLECT(role_reviews);
REDUCE(role_reviews);
REDUCE(scope_reviews);
REDUCE(scope_denials);
REDUCE(scope_denials_azure);
REDUCE(role_reviews_azure);
/* Every review that a snapshot shows, as counts, and each Deny: records "review" and "denied". */
void list_reviews(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);
void list_reviews_azure(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);
REDUCE(review_items);
REDUCE(review_items_azure);
REDUCE(review_denials);
REDUCE(review_denials_azure);
COLLECT(sign_in_activity);
REDUCE(sign_in_activity);
COLLECT(user_methods);
REDUCE(user_methods);

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
