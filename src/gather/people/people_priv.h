/* Shared by the files of the room `people`. */
#ifndef BINDERY_PEOPLE_PRIV_H
#define BINDERY_PEOPLE_PRIV_H

#include "bindery/people.h"

/* ---- accounts.c ---- */

BD_DERIVE_MAP(account_events);

/* ---- days.c ---- */

BD_DERIVE_MAP(active_people);
BD_DERIVE_MAP(badge_withdrawals);
BD_DERIVE_MAP(joiner_days);
BD_DERIVE_MAP(leaver_days);
BD_DERIVE_MAP(training_days);
BD_DERIVE_MAP(vendor_onboardings);

/* ---- leavers.c ---- */

BD_DERIVE_MAP(leaver_accounts);

/* ---- screening.c ---- */

BD_DERIVE_COLLECT(screened_access);
BD_DERIVE_REDUCE(screened_access);

#endif
