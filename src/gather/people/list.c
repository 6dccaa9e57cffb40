/* The derivations of the room, by name. */
#include "bindery/people.h"

#include "people_priv.h"

static const bd_derivation derivations[] = {
    {.name = "account-events", .version = 1, .map = map_account_events},
    {.name = "active-people", .version = 2, .map = map_active_people, .asks_for_days = true},
    {.name = "badge-withdrawals", .version = 2, .map = map_badge_withdrawals},
    {.name = "joiner-days", .version = 1, .map = map_joiner_days},
    {.name = "leaver-accounts",
     .version = 2,
     .facts = "end_of_business",
     .map = map_leaver_accounts},
    {.name = "leaver-days", .version = 1, .map = map_leaver_days},
    {.name = "screened-access",
     .version = 2,
     .sees_all = true,
     .facts = "customer_data_groups",
     .collect = collect_screened_access,
     .reduce = reduce_screened_access},
    {.name = "training-days", .version = 1, .map = map_training_days},
    {.name = "vendor-onboardings", .version = 1, .map = map_vendor_onboardings},
};

const bd_derivation *bd_people_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
