/* compare_priv.h - shared by the files of room compare: values as they are built. */
#ifndef COMPARE_PRIV_H
#define COMPARE_PRIV_H

#include "bindery/compare.h"

typedef struct {
    bd_arena *arena;
    BD_VEC(bd_str) keys;
    BD_VEC(const bd_value *) values;
} object_draft;
typedef BD_VEC(const bd_value *) value_list;

void object_put(object_draft *object, const char *key, const bd_value *value); /* NULL: left out */
void object_put_text(object_draft *object, const char *key, bd_str text);      /* "": left out */
const bd_value *object_value(object_draft *object);
const bd_value *list_value(bd_arena *arena, const value_list *list);
/* An object of those members of `from` that are there; the keys end with NULL. */
const bd_value *pick_members(bd_arena *arena, const bd_value *from, const char *const *keys);
/* A name that no two different lists of texts share. */
bd_str joined_name(bd_arena *arena, const bd_value *of, const char *const *keys);

#endif
