/* people.h - what derivations about people and roles share. */
#ifndef BINDERY_DERIVE_PEOPLE_H
#define BINDERY_DERIVE_PEOPLE_H

#include "derive_priv.h"

#define BD_ROLES_GLOBAL_ADMINISTRATOR "62e90394-69f5-4237-9190-012177145e10"

const char *bd_roles_directory_name(bd_str guid); /* NULL: not one of them */
const char *bd_roles_azure_name(bd_str guid);
size_t bd_roles_privileged_count(bool is_azure);
bd_str bd_roles_privileged_at(bool is_azure, size_t index);

/* A record of a role holder, from S47, S48 or S06: kept as {"p","r","k","t"}. */
const bd_value *bd_roles_keep_holder(const bd_join_record *record, bd_arena *arena);

/* How somebody stands to a directory role. */
typedef struct {
    bd_answer active, eligible;
    bd_str problem; /* of the first unknown */
} bd_holding;
/* `groups`: ids of the groups that he is a member of.  Knows nothing without a whole list of holders. */
bd_holding bd_roles_holding_of(const bd_join *join, bd_str user, const bd_strs *groups, bd_str role,
                               bd_arena *arena);
/* Ids of groups from parts of S65 in a user's group. */
bd_strs bd_roles_groups_of(const bd_part *parts, size_t count, bd_arena *arena);
/* Is the membership of this group known? */
bool bd_roles_is_expanded(const bd_join *join, bd_str group, bd_arena *arena);

void bd_roles_collect_member(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                             void *context);
void bd_roles_collect_user(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                           void *context);

#endif
