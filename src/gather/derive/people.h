/* people.h - what derivations about people and roles share. */
#ifndef BINDERY_DERIVE_PEOPLE_H
#define BINDERY_DERIVE_PEOPLE_H

#include "derive_priv.h"

/* Three-valued: what cannot be read is neither. */
typedef enum { NO, YES, UNKNOWN } answer;
answer answer_or(answer a, answer b);
answer answer_and(answer a, answer b);

#define GLOBAL_ADMINISTRATOR "62e90394-69f5-4237-9190-012177145e10"

/* The last part of an id, lower case: a role definition's or a group's own guid. */
bd_str tail_of(bd_arena *arena, bd_str id);
bool is_privileged_directory_role(bd_str guid); /* by template id, lower case */
const char *directory_role_name(bd_str guid);   /* NULL: not one of them */
bool is_privileged_azure_role(bd_str guid);
const char *azure_role_name(bd_str guid);
size_t privileged_role_count(bool is_azure);
bd_str privileged_role_at(bool is_azure, size_t index);

/* Is one of these on a list of bindery.json that was approved by the day of `at`?  Ids compare ignoring case. */
bool is_approved(const bd_join *join, const char *fact, const bd_str *ids, size_t count);
bool has_fact(const bd_join *join, const char *fact);
/* "the approved list", or that bindery.json does not give the fact. */
bd_str approved_list_words(const bd_join *join, const char *fact, bd_arena *arena);

/* The input of a source (and scope, unless NULL); NULL when nothing near was read. */
const bd_join_input *input_of(const bd_join *join, const char *source, const bd_str *scope);
/* All snapshots of a source that the join sees are whole, and there is one. */
bool is_whole(const bd_join *join, const char *source);
/* The same of a source that is kept by subscription: each subscription of the engagement is there. */
bool is_whole_everywhere(const bd_join *join, const char *source);
/* A source is whole and one of its snapshots names this entity set. */
bool has_set(const bd_join *join, const char *source, const char *set);
/* And each snapshot of the source that is seen shows it. */
bool has_set_everywhere(const bd_join *join, const char *source, const char *set);
/* Why a source is not whole: "S45 was not read within seven days" or the snapshot's own reason. */
bd_str why_not(const bd_join *join, const char *source, bd_arena *arena);

/* "PT8H", "P1DT30M" to minutes; false for anything else and for months and years, whose length varies. */
bool duration_minutes(bd_str text, int64_t *out);

/* A record of a role holder, from S47, S48 or S06: kept as {"p","r","k","t"}. */
const bd_value *keep_holder(const bd_join_record *record, bd_arena *arena);

/* How somebody stands to a directory role. */
typedef struct {
    answer active, eligible;
    bd_str problem; /* of the first unknown */
} holding;
/* `groups`: ids of the groups that he is a member of.  Knows nothing without a whole list of holders. */
holding holding_of(const bd_join *join, bd_str user, const bd_strs *groups, bd_str role,
                   bd_arena *arena);
/* Ids of groups from parts of S65 in a user's group. */
bd_strs groups_of(const bd_part *parts, size_t count, bd_arena *arena);
/* Is the membership of this group known? */
bool is_expanded(const bd_join *join, bd_str group, bd_arena *arena);

void collect_member(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep, void *context);
void collect_user(const bd_join_record *record, bd_arena *arena, bd_part_fn *keep, void *context);

bool is_source(const bd_join_record *record, const char *source);
bool is_part_of(const bd_part *part, const char *source);
bool is_set(const bd_value *record, const char *key); /* true, "true", "True" */
answer answer_of(const bd_value *record, const char *key);
void put_answer(builder *build, const char *key, answer value); /* unknown: left out */

/* ---- described.c: what whole extracts describe, in stretches that do not touch ---- */

typedef struct {
    bd_instant from, to; /* [from, to) */
} described_span;
typedef struct {
    described_span *data;
    size_t count;
} described;
typedef bool input_fn(const void *context, const bd_join_input *input);
described describe(const bd_join *join, input_fn *wants, const void *context, bd_arena *arena);
bool is_described(const described *of, bd_instant from, bd_instant to); /* each moment of [from, to] */
/* From when on, without a hole, all is described up to `to`; `to` where nothing is. */
bd_instant described_since(const described *of, bd_instant to);

#endif
