/* others_priv.h - shared by the files of room others. */
#ifndef OTHERS_PRIV_H
#define OTHERS_PRIV_H

#include "bindery/others.h"

#define OTHERS_SORT_BYTES ((size_t)512 << 10)

typedef struct {
    bd_others_inputs in;
    bd_arena *arena;   /* of what is found */
    bd_arena *scratch; /* until close */
    bd_imported *out;
    bd_packer packer;
} bd_others_side;

/* contrast.c: their verdicts beside ours, resource by resource */
typedef struct bd_contrast bd_contrast;
bd_contrast *bd_contrast_open(bd_others_side *side);
/* Is there a check that asks what this test asks? */
bool bd_contrast_has_check(const bd_contrast *contrast, bd_str test);
bd_rc bd_contrast_put_ours(bd_contrast *contrast, const bd_own_reading *ours, bd_err *err);
bd_rc bd_contrast_put_theirs(bd_contrast *contrast, const bd_import_row *row, bd_instant at,
                             uint32_t evidence, bd_err *err);
/* Fills disagreements, and counts into `compared` by index of the import. */
bd_rc bd_contrast_finish(bd_contrast *contrast, bd_import_compared *compared, bd_err *err);
void bd_contrast_close(bd_contrast *contrast); /* accepts NULL */

#endif
