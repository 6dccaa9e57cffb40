/* The derivations of the room, by name. */
#include "bindery/network.h"

#include "network_priv.h"

static const bd_derivation derivations[] = {
    {.name = "admin-rules",
     .version = 2,
     .collect = collect_admin_rules,
     .reduce = reduce_admin_rules},
    {.name = "frontdoor-domains", .version = 3, .map = map_frontdoor_domains},
    {.name = "frontdoor-frontends", .version = 1, .map = map_frontdoor_frontends},
    {.name = "nsg-attachments", .version = 2, .map = map_nsg_attachments},
    {.name = "nsg-exposure", .version = 3, .map = map_nsg_exposure},
    {.name = "nsg-rules", .version = 2, .map = map_nsg_rules},
    {.name = "nsg-writes", .version = 3, .map = map_nsg_writes},
    {.name = "subnets", .version = 1, .map = map_subnets},
    {.name = "waf-bindings", .version = 1, .map = map_waf_bindings},
};

const bd_derivation *bd_network_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
