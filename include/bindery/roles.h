/* bindery/roles.h - roles of Entra and Azure that are privileged, and who holds one.
 *
 * Derivations of several subjects ask for it: access, reviews of it, and what a repository's identity may do.  Who
 * holds a role is joined from lists of assignments, of members of groups and of users.  `collect` keeps of them what
 * is asked for here, a holder for all groups of the join, a member and a user under his own id:
 *
 *     if (bd_roles_collect_holding(record, arena, keep, context)) {
 *         return;
 *     }
 *     ...
 *     bd_strs groups = bd_roles_groups_of(parts, count, arena);
 *     bd_holding held = bd_roles_holding_of(join, user, &groups, role, arena);
 *
 * Pure, as all of derive is, and may be called from several threads.
 */
#ifndef BINDERY_ROLES_H
#define BINDERY_ROLES_H

#include "bindery/derive.h"

/* ---- privileged roles, by the guid of their definition ---- */

#define BD_ROLES_GLOBAL_ADMINISTRATOR "62e90394-69f5-4237-9190-012177145e10"

/* Microsoft's name of a role of Entra that it marks as privileged and that people hold; NULL: not one of them.  Guids
 * compare ignoring case. */
const char *bd_roles_directory_name(bd_str guid);
/* The same of Azure's own roles. */
const char *bd_roles_azure_name(bd_str guid);
size_t bd_roles_privileged_count(bool is_azure);
bd_str bd_roles_privileged_at(bool is_azure, size_t index); /* its guid, in an order that stays */

/* ---- collect ---- */

/* A record of a role holder, from S47, S48 or S06, as {"p": principal, "r": role, "k": "active" or "eligible",
 * "t": type of the principal}; NULL where it does not show them.  Allocated in `arena`. */
const bd_value *bd_roles_keep_holder(const bd_join_record *record, bd_arena *arena);
/* Users of S53, with what says who they are and whether they may sign in, and members of the groups that S65 lists,
 * each under his own id; who has none is not kept.  False: the record is of another list. */
bool bd_roles_collect_person(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                             void *context);
/* These, and the holders of roles of Entra from S47 and S48 for all groups.  False: of another list. */
bool bd_roles_collect_holding(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep,
                              void *context);

/* ---- reduce ---- */

/* How somebody stands to a directory role. */
typedef struct {
    bd_answer active, eligible;
    bd_answer scoped; /* active over a part of the directory, an administrative unit, say */
    bd_str problem;   /* of the first unknown */
} bd_holding;
/* `groups`: ids of the groups that he is a member of.  Knows nothing without a whole list of holders.  Its problem is
 * allocated in `arena`. */
bd_holding bd_roles_holding_of(const bd_join *join, bd_str user, const bd_strs *groups, bd_str role,
                               bd_arena *arena);
/* Ids of groups from parts of S65 in a user's group.  Allocated in `arena`. */
bd_strs bd_roles_groups_of(const bd_part *parts, size_t count, bd_arena *arena);
/* Is the membership of this group known?  `arena` for scratch. */
bool bd_roles_is_expanded(const bd_join *join, bd_str group, bd_arena *arena);

#endif
