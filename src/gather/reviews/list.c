/* The derivations of the room, by name. */
#include "bindery/reviews.h"

#include "reviews_priv.h"

static const bd_derivation derivations[] = {
    {.name = "review-denials",
     .version = 2,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_denials},
    {.name = "review-denials-azure",
     .version = 2,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_denials_azure},
    {.name = "review-items",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_items},
    {.name = "review-items-azure",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_review_items_azure},
    {.name = "role-reviews",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_role_reviews},
    {.name = "role-reviews-azure",
     .version = 1,
     .sees_all = true,
     .collect = collect_role_reviews,
     .reduce = reduce_role_reviews_azure},
    {.name = "scope-denials",
     .version = 2,
     .sees_all = true,
     .facts = "access_review_scopes",
     .collect = collect_role_reviews,
     .reduce = reduce_scope_denials,
     .list = list_reviews},
    {.name = "scope-denials-azure",
     .version = 2,
     .sees_all = true,
     .facts = "access_review_scopes",
     .collect = collect_role_reviews,
     .reduce = reduce_scope_denials_azure,
     .list = list_reviews_azure},
    {.name = "scope-reviews",
     .version = 1,
     .sees_all = true,
     .facts = "access_review_scopes",
     .collect = collect_role_reviews,
     .reduce = reduce_scope_reviews},
};

const bd_derivation *bd_reviews_derivations(size_t *count) {
    *count = BD_COUNT(derivations);
    return derivations;
}
