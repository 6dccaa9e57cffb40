/* Shared by the files of the room `change`. */
#ifndef BINDERY_CHANGE_PRIV_H
#define BINDERY_CHANGE_PRIV_H

#include "bindery/change.h"

/* ---- changes.c ---- */

BD_DERIVE_COLLECT(change_notes);
BD_DERIVE_REDUCE(change_notes);

/* ---- deployment_lists.c ---- */

BD_DERIVE_COLLECT(deployments);

/* ---- deployments.c ---- */

BD_DERIVE_REDUCE(deployment_changes);
BD_DERIVE_REDUCE(deployment_duties);
BD_DERIVE_REDUCE(deployment_scans);
BD_DERIVE_REDUCE(deployment_staging);
const bd_value *fact_value(const bd_join *join, const char *name); /* NULL: not given */
/* A fact lists the repository; `*branch` is what stands behind its '@'. */
bool lists_repository(const bd_join *join, const char *fact, bd_str repository, bd_str *branch);

/* ---- federated.c ---- */

BD_DERIVE_COLLECT(federated_identities);
BD_DERIVE_REDUCE(federated_identities);

/* ---- policies.c ---- */

BD_DERIVE_MAP(policy_reach);
BD_DERIVE_COLLECT(soc2_exemptions);
BD_DERIVE_REDUCE(soc2_exemptions);

/* ---- repositories.c ---- */

BD_DERIVE_MAP(branch_rules);
BD_DERIVE_MAP(deploy_gates);

/* ---- repository_names.c ---- */

BD_DERIVE_MAP(repositories);

#endif
