/* Shared by the files of the room `reviews`. */
#ifndef BINDERY_REVIEWS_PRIV_H
#define BINDERY_REVIEWS_PRIV_H

#include "bindery/reviews.h"

/* ---- review_list.c ---- */

/* Every review that a snapshot shows, as counts, and each Deny: records "review" and "denied". */
void list_reviews(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);
void list_reviews_azure(const bd_join *join, bd_arena *arena, bd_derived_fn *emit, void *context);

/* ---- review_parts.c ---- */

BD_DERIVE_COLLECT(role_reviews);

/* ---- reviews.c ---- */

BD_DERIVE_REDUCE(review_denials);
BD_DERIVE_REDUCE(review_denials_azure);
BD_DERIVE_REDUCE(review_items);
BD_DERIVE_REDUCE(review_items_azure);
BD_DERIVE_REDUCE(role_reviews);
BD_DERIVE_REDUCE(role_reviews_azure);
BD_DERIVE_REDUCE(scope_denials);
BD_DERIVE_REDUCE(scope_denials_azure);
BD_DERIVE_REDUCE(scope_reviews);

/* ---- what derivations and lists of them share (reviews.c, review_list.c) ---- */

#define POLICY_DAYS 10 /* from the end of a review to its Deny being carried out */
#define DAY_TICKS (24 * BD_HOUR)

/* The parts that review_parts.c keeps, on their way to records of one derivation. */
typedef struct {
    const bd_join *join;
    bd_arena *arena;
    bool is_azure;
    bd_derived_fn *emit;
    void *context;
    bool is_of_all; /* denials: of every review, not of those of privileged roles alone */
} reduction;

/* "definition", "review", "decision", "holder" or "member" */
bool is_kind(const bd_value *kept, const char *kind);
/* NULL: none of the privileged ones */
const char *name_of_role(const reduction *of, bd_str role);
/* Its own text, or that of its definition. */
bd_str text_of_review(const reduction *of, const bd_value *review, const char *key);
bd_str name_of_scope(const reduction *of, const bd_value *review);
bd_instant stated_time(const bd_value *kept, const char *key); /* BD_INSTANT_NONE: none can be read */
bool has_item(const reduction *of, bd_str review, bd_str who);

/* The snapshot of holders that decides: the last whole one up to `time`, or the first whole one from it on. */
bd_instant holders_at(const reduction *of, bd_instant time, bool is_before);
/* A person or group that held the role at the snapshot of `at`; no side: on either. */
bool is_holder_of(const bd_part *part, bd_instant at, bd_str role, const char *side);

bool is_carried_out(bd_str result);
/* Gone from the first whole list after it, of the role's holders or the group's members: unknown where none is. */
bd_answer is_gone(const reduction *of, bd_str role, bd_str who, bd_instant after);
bd_answer has_left(const reduction *of, bd_str group, bd_str who, bd_instant after);

#endif
