/* Shared by the files of the room `network`. */
#ifndef BINDERY_NETWORK_PRIV_H
#define BINDERY_NETWORK_PRIV_H

#include "bindery/network.h"

/* ---- nsg_rules.c ---- */

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

/* ---- nsg_tags.c ---- */

/* "VirtualNetwork", "Storage.WestEurope": a known tag, alone or with a region. */
bool is_service_tag(bd_str token);

/* ---- admin_rules.c ---- */

BD_DERIVE_COLLECT(admin_rules);
BD_DERIVE_REDUCE(admin_rules);

/* ---- network.c ---- */

BD_DERIVE_MAP(nsg_attachments);
BD_DERIVE_MAP(nsg_rules);
BD_DERIVE_MAP(subnets);

/* ---- nsg.c ---- */

BD_DERIVE_MAP(nsg_exposure);
BD_DERIVE_MAP(nsg_writes);

/* ---- waf.c ---- */

BD_DERIVE_MAP(frontdoor_domains);
BD_DERIVE_MAP(frontdoor_frontends);
BD_DERIVE_MAP(waf_bindings);

#endif
