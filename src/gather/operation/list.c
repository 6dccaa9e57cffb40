/* The derivations of the room, by name. */
#include "bindery/operation.h"

#include "operation_priv.h"

static const bd_derivation derivations[] = {
    {.name = "activity-alerts", .version = 1, .map = map_activity_alerts},
    {.name = "alert-bindings", .version = 2, .map = map_alert_bindings},
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
    {.name = "capacity-alerts",
     .version = 4,
     .facts = "capacity_measures",
     .map = map_capacity_alerts},
    {.name = "capacity-resources",
     .version = 3,
     .facts = "capacity_measures",
     .map = map_capacity_resources},
    {.name = "flaws",
     .version = 1,
     .sees_all = true,
     .sees_own = true,
     .facts = "slas",
     .collect = collect_flaws,
     .reduce = reduce_flaws},
    {.name = "incident-playbooks", .version = 1, .map = map_incident_playbooks},
    {.name = "incident-states", .version = 1, .map = map_incident_states},
    {.name = "log-days", .version = 3, .facts = "central_workspace_guid", .map = map_log_days},
    {.name = "query-alerts", .version = 2, .map = map_query_alerts},
    {.name = "sentinel-states", .version = 1, .map = map_sentinel_states},
};

const bd_derivation *bd_operation_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
