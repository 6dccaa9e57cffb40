/* The derivations of the room, by name. */
#include "bindery/protection.h"

#include "protection_priv.h"

static const bd_derivation derivations[] = {
    {.name = "customer-keys",
     .version = 3,
     .collect = collect_customer_keys,
     .reduce = reduce_customer_keys},
    {.name = "disk-encryption",
     .version = 3,
     .collect = collect_disk_encryption,
     .reduce = reduce_disk_encryption},
    {.name = "vault-certificates", .version = 1, .map = map_vault_certificates},
    {.name = "vault-hosts", .version = 1, .map = map_vault_hosts},
    {.name = "vault-policies", .version = 1, .map = map_vault_policies},
    {.name = "vault-secrets", .version = 2, .map = map_vault_secrets},
};

const bd_derivation *bd_protection_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
