/* bindery/network.h - derivations of what a network lets through: rules of security groups and of the manager above
 * them, what they are attached to, what stands before a gateway and a front door.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_NETWORK_H
#define BINDERY_NETWORK_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_network_derivations(size_t *count);

#endif
