/* bindery/derivations.h - all derivations, found by name.
 *
 * Rooms of one subject each offer theirs as a list; this one knows the rooms.  Who scans and who judges asks for a
 * derivation by the name that a source of the catalog gives, and knows no subject.
 */
#ifndef BINDERY_DERIVATIONS_H
#define BINDERY_DERIVATIONS_H

#include "bindery/derive.h"

/* NULL when absent.  Borrowed until the program ends, as the others. */
const bd_derivation *bd_derivation_find(bd_str name);
size_t bd_derivation_count(void);
/* Of all rooms by name; NULL past the last.  For lists of all: it goes through them from the first. */
const bd_derivation *bd_derivation_at(size_t index);

#endif
