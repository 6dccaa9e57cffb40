/* The set-up of the next period, and how periods lie beside each other. */
#include "bindery/engagement.h"

#include "test.h"

#define OLD(more)                                                                                  \
    "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"Contoso "                   \
    "Ltd\",\"short\":\"CONTOSO\"},\"periods\":[{\"id\":\"H1\",\"type\":\"II\",\"from\":\"2026-01-" \
    "01\",\"to\":\"2026-06-30\"}]" more "}"

static bd_engagement parsed(bd_str text) {
    bd_engagement engagement;
    bd_err err;
    CHECK_OK(bd_engagement_parse(text, BD_STR("bindery.json"), test_arena(), &engagement, &err), err);
    return engagement;
}

static bd_engagement next_of(const char *old, const char *spec, bd_strs *notes) {
    bd_engagement before = parsed(bd_str_of(old));
    bd_str text;
    bd_err err;
    *notes = (bd_strs){0};
    CHECK_OK(bd_engagement_next_json(&before, bd_str_of(spec), test_arena(), &text, notes, &err), err);
    return parsed(text);
}

TEST(engagement, the_next_period_joins_the_others) {
    bd_strs notes;
    bd_engagement next = next_of(OLD(",\"owners\":[{\"owner\":\"CISO\",\"people\":[\"Ada Berg\"]}],\"column_maps\":[{"
                                     "\"source\":\"csv:leavers\",\"columns\":{\"employee_id\":\"No\"}}]"),
                                 "H2=2026-07-01..2026-12-31", &notes);
    CHECK_EQ_INT(next.periods.count, 2);
    CHECK_EQ_STR(next.periods.data[1].id.data, "H2");
    CHECK(next.periods.data[1].is_type_ii);
    CHECK_EQ_INT(next.owners.count, 1);
    CHECK_EQ_INT(next.column_maps.count, 1);
    CHECK_EQ_INT(notes.count, 0);
}

TEST(engagement, a_day_makes_the_next_period_one_of_type_i) {
    bd_strs notes;
    bd_engagement next = next_of(OLD(""), "D=2026-09-30", &notes);
    CHECK(!next.periods.data[1].is_type_ii);
}

TEST(engagement, a_copied_fact_is_approved_on_no_day_until_somebody_approves_it_again) {
    bd_strs notes;
    bd_engagement next = next_of(OLD(",\"facts\":{\"end_of_business\":{\"approved_by\":\"Ada Berg\",\"approved_on\":"
                                     "\"2025-12-01\",\"value\":\"18:00\"}}"),
                                 "H2=2026-07-01..2026-12-31", &notes);
    bd_day day = 0;
    const bd_value *value = bd_engagement_fact(&next, "end_of_business", NULL, &day);
    CHECK_EQ_STR(value->text.data, "18:00");
    CHECK_EQ_INT(day, BD_DAY_TO_APPROVE);
    CHECK_EQ_INT(notes.count, 1);
    bd_engagement again = parsed(bd_json_canonical(test_arena(), bd_engagement_value(&next, test_arena())));
    (void)bd_engagement_fact(&again, "end_of_business", NULL, &day);
    CHECK_EQ_INT(day, BD_DAY_TO_APPROVE); /* from the package as well */
}

TEST(engagement, exclusions_and_keys_stay_behind_and_that_is_said) {
    bd_strs notes;
    bd_engagement next =
        next_of(OLD(",\"exclusions\":[{\"check\":\"c\",\"resource\":\"r\",\"reason\":\"x\",\"approved_by\":\"Ada "
                    "Berg\",\"approved_on\":\"2025-12-01\"}],\"signing\":{\"pkcs12\":\"identity/own.p12\"}"),
                "H2=2026-07-01..2026-12-31", &notes);
    CHECK_EQ_INT(next.exclusions.count, 0);
    CHECK_EQ_INT(next.signing.preparer.pkcs12.size, 0);
    CHECK_EQ_INT(notes.count, 2);
}

TEST(engagement, a_next_period_that_cannot_be_is_refused) {
    static const struct {
        const char *spec, *part;
    } cases[] = {{"", "expected ID="},
                 {"H2", "expected ID="},
                 {"H2=2026-07-01..2026-06-31", "expected ID="},
                 {"H2=2026-07-01..2026-06-01", "it ends before it starts"},
                 {"../x=2026-07-01..2026-12-31", "the id must be"},
                 {"h1=2026-07-01..2026-12-31", "'/periods/0' of the engagement has this id"}};
    bd_engagement old = parsed(BD_STR(OLD("")));
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str text;
        bd_strs notes = {0};
        bd_err err;
        CHECK_FAILS(bd_engagement_next_json(&old, bd_str_of(cases[i].spec), test_arena(), &text, &notes, &err), err,
                    BD_ERR_USAGE, cases[i].part);
    }
}

static const char *looked_at(const char *periods) {
    bd_str text = bd_str_format(test_arena(), "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"C\","
                                              "\"short\":\"C\"},\"periods\":[%s]}",
                                periods);
    bd_engagement engagement = parsed(text);
    bd_diags diags = {0};
    bd_str out = {"", 0};
    bd_engagement_look_at_periods(&engagement, test_arena(), &diags);
    for (size_t i = 0; i < diags.count; i++) {
        out = bd_str_format(test_arena(), "%.*s%.*s: %.*s;", BD_ARG(out), BD_ARG(diags.data[i].locus),
                            BD_ARG(diags.data[i].message));
    }
    return out.data;
}

#define P(id, from, to) "{\"id\":\"" id "\",\"type\":\"II\",\"from\":\"" from "\",\"to\":\"" to "\"}"

TEST(engagement, periods_that_overlap_or_leave_days_out_are_said) {
    CHECK_EQ_STR(looked_at(P("a", "2026-01-01", "2026-06-30") "," P("b", "2026-07-01", "2026-12-31")), "");
    CHECK_EQ_STR(looked_at(P("a", "2026-01-01", "2026-06-30") "," P("b", "2026-06-30", "2026-12-31")),
                 "/periods/1/from: period 'b' overlaps 'a' from 2026-06-30 to 2026-06-30: what happened on these days "
                 "is judged in both;");
    CHECK_EQ_STR(looked_at(P("b", "2026-07-02", "2026-12-31") "," P("a", "2026-01-01", "2026-06-30")),
                 "/periods/0/from: no period holds 2026-07-01 to 2026-07-01, between 'a' and 'b': these days are "
                 "judged in none;");
    /* a year that holds both halves leaves no day out */
    CHECK(strstr(looked_at(P("a", "2026-01-01", "2026-03-31") "," P("y", "2026-01-01", "2026-12-31") "," P(
                     "b", "2026-05-01", "2026-06-30")),
                 "no period holds") == NULL);
    CHECK_EQ_STR(looked_at(P("a", "2026-01-01", "2026-06-30")
                           ",{\"id\":\"d\",\"type\":\"I\",\"as_of\":\"2026-03-31\"}"),
                 "");
}
