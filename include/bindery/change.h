/* bindery/change.h - derivations of what reaches production and what it has to keep to: deployments and what stands
 * behind them, repositories and their guards, identities that trust one, policies, changes and the risks they led to.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_CHANGE_H
#define BINDERY_CHANGE_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_change_derivations(size_t *count);

#endif
