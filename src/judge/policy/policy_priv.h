/* Shared by the files of the room `policy`. */
#ifndef POLICY_PRIV_H
#define POLICY_PRIV_H

#include "bindery/policy.h"

/* Where the resources that an auditIfNotExists asks for hang, seen from the resource that is judged. */
typedef enum {
    RELATION_NONE,
    RELATION_EXTENSION,   /* on the resource itself, behind its own "/providers/" */
    RELATION_NESTED,      /* under the resource, `levels` types deeper */
    RELATION_GROUP,       /* in its resource group */
    RELATION_SUBSCRIPTION /* in its subscription */
} relation;

typedef struct {
    bd_policy shown;
    const bd_condition *rule;
    bool is_any_type; /* the condition names no type */
    bool is_data;     /* of Key Vault's own plane */
    relation relation;
    int levels;
    bd_str related_type;
    const char *stand_in;          /* the type that evidence has in its place, or NULL */
    const char *stand_in_anchor;   /* ... and the member that holds what it hangs on */
    const bd_condition *existence; /* NULL: that it exists is enough */
    const bd_template *name, *group;
} policy;

struct bd_policies {
    policy *list;
    size_t count;
};

/* map.c: what is carried behind the part of a row that sorts */
void pack_rest(bd_packer *packer, const bd_policy_row *row);

/* relate.c */
void settle_relation(policy *out, bool is_subscription_scope, bd_arena *arena);
bd_str anchor_of_related(const policy *of, const bd_record *record, bd_arena *arena);
bd_str anchor_of_subject(const policy *of, const bd_record *record, bd_arena *arena);
bd_str group_of_key(bd_str key); /* "/subscriptions/x/resourcegroups/y", or "" */

#endif
