/* bindery/people.h - derivations of who comes, goes and is known: lists of people and vendors by the day, leavers and
 * their accounts, events of accounts, screening.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_PEOPLE_H
#define BINDERY_PEOPLE_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_people_derivations(size_t *count);

#endif
