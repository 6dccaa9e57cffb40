/* How checks stand to the evidence: places that a fact names.  The rest is seen through bd_assess (assess_*_test.c). */
#include "bindery/views.h"

#include "test.h"

static size_t unseen_after(const char *place, const char *key, const char *resource) {
    bd_strs unseen = {0};
    *bd_push(test_arena(), &unseen) = bd_str_of(place);
    bd_row row = {.key = bd_str_of(key), .resource = bd_str_of(resource)};
    bd_views_note_place(&unseen, &row);
    return unseen.count;
}

TEST(views, a_record_shows_the_places_that_it_lies_in) {
    static const struct {
        const char *place, *key;
        size_t left;
    } rows[] = {
        {"/subscriptions/s1", "/subscriptions/s1/resourcegroups/g/providers/a.b/c/d", 0},
        {"subscriptions/S1", "/subscriptions/s1/resourcegroups/g", 0},
        {"s1", "/subscriptions/s1/resourcegroups/g", 0},
        {"G", "/subscriptions/s1/resourcegroups/g/providers/a.b/c/d", 0},
        {"/subscriptions/s1/resourcegroups/prod-", "/subscriptions/s1/resourcegroups/prod-1", 1}, /* half a segment */
        {"/subscriptions/s1/", "/subscriptions/s1/resourcegroups/g", 0},
        {"s1", "/subscriptions/s11", 1},
        {"g", "/subscriptions/s1/providers/g", 1}, /* no group */
        {"d", "/subscriptions/s1/resourcegroups/g/providers/a.b/c/d", 1},
        {"s1", "s1", 1}, /* no path */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("%s in %s", rows[i].place, rows[i].key);
        CHECK_EQ_INT(unseen_after(rows[i].place, rows[i].key, ""), rows[i].left);
        /* what has no id of Azure for its key may have it as its resource */
        CHECK_EQ_INT(unseen_after(rows[i].place, "#7", rows[i].key), rows[i].left);
    }
}

TEST(views, a_fact_without_a_day_to_hold_from_says_so) {
    bd_dated_fact late = {.name = BD_STR("slas"), .from = 20500}; /* 2026-02-16 */
    CHECK_EQ_STR(bd_views_before_facts_text(test_arena(), &late, /*is_event*/ true),
                 "the fact slas was approved on 2026-02-16, after this day");
    CHECK_EQ_STR(bd_views_before_facts_text(test_arena(), &late, /*is_event*/ false),
                 "the fact slas was approved on 2026-02-16, after this snapshot");
    bd_dated_fact open = {.name = BD_STR("slas"), .from = BD_DAY_TO_APPROVE};
    CHECK_EQ_STR(bd_views_before_facts_text(test_arena(), &open, /*is_event*/ true),
                 "the fact slas was taken over from an earlier period and nobody has approved it again");
}
