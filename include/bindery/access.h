/* bindery/access.h - derivations of who may do what: Conditional Access as it reaches each person, roles as they are
 * held and activated, sign-ins, grants, passwords.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_ACCESS_H
#define BINDERY_ACCESS_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_access_derivations(size_t *count);

#endif
