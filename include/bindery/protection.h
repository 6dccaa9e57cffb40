/* bindery/protection.h - derivations of what protects data at rest: keys and who uses them, vaults and what is in
 * them, encryption of disks.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_PROTECTION_H
#define BINDERY_PROTECTION_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_protection_derivations(size_t *count);

#endif
