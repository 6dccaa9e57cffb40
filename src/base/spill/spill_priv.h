/* What tests of this room may ask for besides. */
#ifndef BINDERY_SPILL_PRIV_H
#define BINDERY_SPILL_PRIV_H

#include "bindery/spill.h"

/* Before the first put: so many runs at most stand beside each other, at least 8, so that a sort of a few megabytes
 * goes through all the passes that one of a few terabytes would. */
void bd_sorter_merge_at_most(bd_sorter *sorter, size_t run_count);

#endif
