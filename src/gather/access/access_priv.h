/* Shared by the files of the room `access`. */
#ifndef BINDERY_ACCESS_PRIV_H
#define BINDERY_ACCESS_PRIV_H

#include "bindery/access.h"

/* ---- conditional.c ---- */

BD_DERIVE_COLLECT(ca_coverage);
BD_DERIVE_REDUCE(ca_coverage);

/* ---- holdings.c ---- */

BD_DERIVE_COLLECT(broad_assignments);
BD_DERIVE_REDUCE(broad_assignments);
BD_DERIVE_COLLECT(guest_roles);
BD_DERIVE_REDUCE(guest_roles);
BD_DERIVE_COLLECT(pim_lists);
BD_DERIVE_REDUCE(pim_lists);
BD_DERIVE_COLLECT(sign_in_activity);
BD_DERIVE_REDUCE(sign_in_activity);

/* ---- owners.c ---- */

BD_DERIVE_MAP(owner_activations);
BD_DERIVE_MAP(owner_people);

/* ---- passwords.c ---- */

BD_DERIVE_COLLECT(password_settings);
BD_DERIVE_REDUCE(password_settings);

/* ---- privilege.c ---- */

BD_DERIVE_COLLECT(pim_azure);
BD_DERIVE_REDUCE(pim_azure);
BD_DERIVE_COLLECT(pim_effective);
BD_DERIVE_REDUCE(pim_effective);
BD_DERIVE_COLLECT(role_settings);
BD_DERIVE_REDUCE(role_settings);
BD_DERIVE_REDUCE(role_settings_azure);
BD_DERIVE_COLLECT(user_methods);
BD_DERIVE_REDUCE(user_methods);

/* ---- signins.c ---- */

BD_DERIVE_MAP(grants_made);
BD_DERIVE_MAP(grants_made_azure);
BD_DERIVE_MAP(pim_activations);
BD_DERIVE_MAP(pim_approvals);
BD_DERIVE_MAP(sign_ins);

#endif
