/* pbc_priv.h - shared by the files of room pbc. */
#ifndef BINDERY_PBC_PRIV_H
#define BINDERY_PBC_PRIV_H

#include "bindery/pbc.h"

typedef struct {
    const bd_pbc_inputs *in;
    bd_arena *arena;
    bd_pbc *out;
    BD_VEC(bd_request) requests;
    bd_strs *words; /* of each request; NULL until rows are matched */
    bd_map *usage;  /* word -> number of controls that use it */
} pbc_work;

/* match.c */
void pbc_match_all(pbc_work *work);

#endif
