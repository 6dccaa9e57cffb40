/* bindery/operation.h - derivations of how systems are kept running: backups, alerts, capacity, incidents, flaws of
 * machines, days of a log.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_OPERATION_H
#define BINDERY_OPERATION_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_operation_derivations(size_t *count);

#endif
