/* The derivations of the room, by name. */
#include "bindery/change.h"

#include "change_priv.h"

static const bd_derivation derivations[] = {
    {.name = "branch-rules",
     .version = 3,
     .facts = "repositories infrastructure_repositories scanner_checks",
     .map = map_branch_rules},
    {.name = "change-notes",
     .version = 2,
     .sees_all = true,
     .facts = "slas.risk_note_days",
     .collect = collect_change_notes,
     .reduce = reduce_change_notes},
    {.name = "deploy-gates", .version = 2, .facts = "production_gates", .map = map_deploy_gates},
    {.name = "deployment-changes",
     .version = 3,
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
    {.name = "federated-identities",
     .version = 1,
     .facts = "production_scope production_gates repositories infrastructure_repositories",
     .collect = collect_federated_identities,
     .reduce = reduce_federated_identities},
    {.name = "policy-reach", .version = 1, .map = map_policy_reach},
    {.name = "repositories", .version = 1, .map = map_repositories},
    {.name = "soc2-exemptions",
     .version = 1,
     .collect = collect_soc2_exemptions,
     .reduce = reduce_soc2_exemptions},
};

const bd_derivation *bd_change_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
