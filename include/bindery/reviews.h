/* bindery/reviews.h - derivations of access reviews: of privileged roles, and of what else the organisation names.
 *
 * All that another room may know of them is what `derive.h` says of any derivation.
 */
#ifndef BINDERY_REVIEWS_H
#define BINDERY_REVIEWS_H

#include "bindery/derive.h"

/* All of the room's, in the order of their names.  Borrowed until the program ends. */
const bd_derivation *bd_reviews_derivations(size_t *count);

#endif
