/* populations_priv.h - shared by the files of room populations. */
#ifndef POPULATIONS_PRIV_H
#define POPULATIONS_PRIV_H

#include "bindery/populations.h"

/* A population's sample while its items come by. */
typedef struct {
    bd_map *by_key;   /* item key -> place in the sample + 1; NULL: there is none */
    bd_map *farthest; /* stratum -> last drawn item of it, the highest rank; NULL: nothing to repeat */
    size_t met;       /* drawn items whose rank came out again */
    bool differs;     /* some item comes before one that was drawn */
} bd_sampling_view;

struct bd_populations {
    bd_populations_inputs in;
    bd_sorter *items;          /* NULL: there is no population */
    bd_arena *item_arena;      /* of one record on its way there */
    bd_sampling_view *sampled; /* by population */
};

/* sampled.c: what the journal says of them.  `bind` before the items are listed; `note_item` for each of them; `settle`
 * behind the last. */
void bd_populations_bind(bd_populations *all);
void bd_populations_note_item(bd_populations *all, bd_population *population, const bd_item *item);
void bd_populations_settle(bd_populations *all);

#endif
