/* Shared by the files of the room `protection`. */
#ifndef BINDERY_PROTECTION_PRIV_H
#define BINDERY_PROTECTION_PRIV_H

#include "bindery/protection.h"

/* ---- disks.c ---- */

BD_DERIVE_COLLECT(disk_encryption);
BD_DERIVE_REDUCE(disk_encryption);

/* ---- keys.c ---- */

BD_DERIVE_COLLECT(customer_keys);
BD_DERIVE_REDUCE(customer_keys);

/* ---- vault.c ---- */

BD_DERIVE_MAP(vault_certificates);
BD_DERIVE_MAP(vault_hosts);
BD_DERIVE_MAP(vault_policies);
BD_DERIVE_MAP(vault_secrets);

#endif
