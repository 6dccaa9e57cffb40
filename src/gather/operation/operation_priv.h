/* Shared by the files of the room `operation`. */
#ifndef BINDERY_OPERATION_PRIV_H
#define BINDERY_OPERATION_PRIV_H

#include "bindery/operation.h"

/* ---- alerts.c ---- */

BD_DERIVE_MAP(activity_alerts);
BD_DERIVE_MAP(alert_bindings);
BD_DERIVE_MAP(query_alerts);

/* ---- backup_failures.c ---- */

BD_DERIVE_COLLECT(backup_failures);
BD_DERIVE_REDUCE(backup_failures);

/* ---- backups.c ---- */

BD_DERIVE_COLLECT(backup_stretches);
BD_DERIVE_REDUCE(backup_stretches);
/* The fact rpo: hours between two good backups of a store, by its id, else its default.  False: it gives none. */
bool rpo_hours(const bd_join *join, bd_str store, bd_arena *arena, int64_t *hours);
bool has_own_rpo(const bd_join *join, bd_str store, bd_arena *arena); /* by its own id or name */
/* Id of what a backup job is of: what it says, or a machine in the subscription of its vault; "" when it shows but a
 * name, which others may have. */
bd_str store_of_job(const bd_value *job, bd_arena *arena);
/* What protects the store: its backup instance, or the kind of backup and the name shown; "" when the job does not
 * say.  A store may have several, and a copy of one says nothing of the other. */
bd_str protected_item(const bd_value *job, bd_arena *arena);

/* ---- capacity.c ---- */

BD_DERIVE_MAP(capacity_alerts);
BD_DERIVE_MAP(capacity_resources);

/* ---- flaws.c ---- */

BD_DERIVE_COLLECT(flaws);
BD_DERIVE_REDUCE(flaws);

/* ---- incident.c ---- */

BD_DERIVE_MAP(incident_playbooks);
BD_DERIVE_MAP(incident_states);
BD_DERIVE_MAP(sentinel_states);

/* ---- logdays.c ---- */

BD_DERIVE_MAP(log_days);

#endif
