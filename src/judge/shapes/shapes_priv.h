/* shapes_priv.h - shared by the files of room shapes. */
#ifndef SHAPES_PRIV_H
#define SHAPES_PRIV_H

#include "bindery/shapes.h"

/* row.c: what a row says of itself, in the scope and with the verdict that it has */
bd_judged bd_shapes_judged_of(const bd_views *views, uint32_t check, const bd_group_row *from);
bd_rc bd_shapes_put(bd_shapes *shapes, const bd_judged *judged, bd_err *err);

/* joined.c, nothing where `shapes` lists nothing.  `note_person` as it was judged, `note_event` once all rows of the
 * key have taken theirs. */
void bd_shapes_note_person(bd_shapes *shapes, const bd_judged *judged, const bd_group_row *person);
void bd_shapes_note_crowd(bd_shapes *shapes, uint32_t check);
void bd_shapes_note_event(bd_shapes *shapes, uint32_t check, const bd_group_row *event);

#endif
