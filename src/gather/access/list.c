/* The derivations of the room, by name. */
#include "bindery/access.h"

#include "access_priv.h"

static const bd_derivation derivations[] = {
    {.name = "broad-assignments",
     .version = 3,
     .collect = collect_broad_assignments,
     .reduce = reduce_broad_assignments},
    {.name = "ca-coverage",
     .version = 3,
     .collect = collect_ca_coverage,
     .reduce = reduce_ca_coverage},
    {.name = "grants-made", .version = 3, .map = map_grants_made},
    {.name = "grants-made-azure", .version = 1, .map = map_grants_made_azure},
    {.name = "guest-roles",
     .version = 4,
     .collect = collect_guest_roles,
     .reduce = reduce_guest_roles},
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
    {.name = "pim-azure", .version = 2, .collect = collect_pim_azure, .reduce = reduce_pim_azure},
    {.name = "pim-effective",
     .version = 2,
     .collect = collect_pim_effective,
     .reduce = reduce_pim_effective},
    {.name = "pim-lists", .version = 1, .collect = collect_pim_lists, .reduce = reduce_pim_lists},
    {.name = "role-settings",
     .version = 2,
     .collect = collect_role_settings,
     .reduce = reduce_role_settings},
    {.name = "role-settings-azure",
     .version = 2,
     .collect = collect_role_settings,
     .reduce = reduce_role_settings_azure},
    {.name = "sign-in-activity",
     .version = 1,
     .collect = collect_sign_in_activity,
     .reduce = reduce_sign_in_activity},
    {.name = "sign-ins", .version = 2, .map = map_sign_ins},
    {.name = "user-methods",
     .version = 1,
     .collect = collect_user_methods,
     .reduce = reduce_user_methods},
};

const bd_derivation *bd_access_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
