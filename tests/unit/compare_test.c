/* Two assessments side by side. */
#include "bindery/compare.h"

#include "test.h"

static const bd_value *parse(const char *text) {
    bd_str copy = bd_str_copy(test_arena(), bd_str_of(text));
    char *bytes = bd_alloc(test_arena(), copy.size + 1, 1);
    const bd_value *out = NULL;
    bd_err err;
    for (size_t i = 0; i < copy.size; i++) {
        bytes[i] = copy.data[i] == '\'' ? '"' : copy.data[i];
    }
    CHECK_OK(bd_json_parse((bd_str){bytes, copy.size}, &bd_json_default_limits, test_arena(), &out,
                           &err),
             err);
    return out;
}

typedef struct {
    const char *tenant, *controls, *exceptions, *evidence, *populations, *vendors;
} side;

static const side plain = {.tenant = "t1",
                           .controls = "",
                           .exceptions = "",
                           .evidence = "",
                           .populations = "",
                           .vendors = ""};

static const bd_value *assessment_of(const side *of) {
    return parse(bd_str_format(
                     test_arena(),
                     "{'score_definition':'bindery-1','as_of':'2026-06-30T22:00:00Z','bindery':'1',"
                     "'catalog_sha256':'aa','score':{'cover':{'n':1,'of':2}},'period':{'id':'P'},"
                     "'engagement':{'organisation':'Acme','tenant':'%s','categories':['Security'],"
                     "'subscriptions':[{'id':'s1','name':'prod'}]},'controls':[%s],'exceptions':[%s],"
                     "'evidence':[%s],'populations':[%s],'vendors':[%s]}",
                     of->tenant, of->controls, of->exceptions, of->evidence, of->populations,
                     of->vendors)
                     .data);
}

static const bd_value *summary_of(const side *of, const char *catalog) {
    const bd_value *out = NULL;
    bd_err err;
    CHECK_OK(bd_compare_make_summary(assessment_of(of), catalog != NULL ? parse(catalog) : NULL,
                                     test_arena(), &out, &err),
             err);
    return out;
}

static const bd_value *compare(const side *before, const side *after) {
    return bd_compare_make(summary_of(before, NULL), summary_of(after, NULL), test_arena());
}

static size_t count_at(const bd_value *changes, const char *pointer) {
    const bd_value *list = bd_value_at(changes, bd_str_of(pointer));
    CHECK(list != NULL && list->kind == BD_ARRAY);
    return list->count;
}

static bd_str text_at(const bd_value *changes, const char *pointer) {
    const bd_value *value = bd_value_at(changes, bd_str_of(pointer));
    return value != NULL ? value->text : BD_STR("absent");
}

#define CONTROL(id, state, owner, checks)                                                          \
    "{'id':'" id "','state':'" state "','owner':'" owner "','in_scope':true,'due':2,'accepted':1," \
    "'statement':'s','checks':[" checks "],'requirements':[]}"
#define PASSED "{'id':'c','verdict':'pass'}"
#define EXCEPTION(id, key, from, to, clean, state)                                                 \
    "{'id':'" id "','check':'c','type':'t','key':'" key "','property':'p','first_seen_failing':'"  \
    from "','last_seen_failing':'" to "'" clean ",'state':'" state "','resource':'r'}"
#define CLEAN(day) ",'first_seen_clean':'" day "'"

TEST(compare, an_exception_is_new_fixed_or_still_failing_by_what_it_is_of) {
    side before = plain, after = plain;
    before.exceptions = EXCEPTION("X1", "a", "2026-01-01", "2026-03-01", "", "open") ","
        EXCEPTION("X2", "b", "2026-01-01", "2026-03-01", "", "open");
    after.exceptions = EXCEPTION("X1-moved", "a", "2026-01-01", "2026-06-01", "", "open") ","
        EXCEPTION("X2", "b", "2026-01-01", "2026-03-01", CLEAN("2026-04-01"), "open") ","
        EXCEPTION("X3", "c", "2026-05-01", "2026-05-01", "", "open");
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_INT(count_at(changes, "/exceptions/new"), 1);
    CHECK_EQ_STR(text_at(changes, "/exceptions/new/0/id"), "X3");
    CHECK_EQ_INT(count_at(changes, "/exceptions/still"), 1);
    CHECK_EQ_STR(text_at(changes, "/exceptions/still/0/id"), "X1-moved");
    CHECK_EQ_INT(count_at(changes, "/exceptions/fixed"), 1);
    CHECK_EQ_STR(text_at(changes, "/exceptions/fixed/0/id"), "X2");
}

TEST(compare, what_fails_again_after_it_was_clean_is_repeated_and_not_new) {
    side before = plain, after = plain;
    before.exceptions = EXCEPTION("X1", "a", "2026-01-01", "2026-01-01", CLEAN("2026-02-01"), "closed");
    after.exceptions = EXCEPTION("X1", "a", "2026-01-01", "2026-01-01", CLEAN("2026-02-01"), "closed") ","
        EXCEPTION("X9", "a", "2026-05-01", "2026-05-01", "", "open");
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_INT(count_at(changes, "/exceptions/new"), 0);
    CHECK_EQ_STR(text_at(changes, "/exceptions/still/0/id"), "X9");
    CHECK(bd_value_is_true(bd_value_at(changes, BD_STR("/exceptions/still/0")), "repeated"));
}

TEST(compare, what_is_listed_no_more_is_fixed_only_where_its_check_was_judged) {
    side before = plain, after = plain;
    before.exceptions = EXCEPTION("X1", "a", "2026-01-01", "2026-03-01", "", "open");
    after.controls = CONTROL("1.1", "[~]", "o", "");
    CHECK_EQ_INT(count_at(compare(&before, &after), "/exceptions/fixed"), 0);
    CHECK_EQ_INT(count_at(compare(&before, &after), "/exceptions/unobserved"), 1);
    after.controls = CONTROL("1.1", "[~]", "o", PASSED);
    CHECK_EQ_INT(count_at(compare(&before, &after), "/exceptions/fixed"), 1);
    CHECK_EQ_INT(count_at(compare(&before, &after), "/exceptions/unobserved"), 0);
}

TEST(compare, a_state_gets_better_or_worse_and_n_a_is_neither) {
    side before = plain, after = plain;
    before.controls = CONTROL("1.1", "[~]", "o", "") "," CONTROL("1.2", "[x]", "o", "") ","
        CONTROL("1.3", "[~]", "o", "") "," CONTROL("1.4", "[~]", "o", "");
    after.controls = CONTROL("1.1", "[x]", "o", "") "," CONTROL("1.2", "[ ]", "o", "") ","
        CONTROL("1.3", "n/a", "o", "") "," CONTROL("1.4", "[~]", "o", "");
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_INT(count_at(changes, "/states"), 3);
    CHECK_EQ_STR(text_at(changes, "/states/0/direction"), "better");
    CHECK_EQ_STR(text_at(changes, "/states/1/direction"), "worse");
    CHECK_EQ_STR(text_at(changes, "/states/2/direction"), "other");
}

TEST(compare, scope_names_who_came_who_went_and_whose_it_is_now) {
    side before = plain, after = plain;
    before.controls = CONTROL("1.1", "[~]", "Ada", "") "," CONTROL("1.2", "[~]", "Ada", "");
    after.controls = CONTROL("1.1", "[~]", "Ola", "") "," CONTROL("1.3", "[~]", "Ada", "");
    before.vendors = "{'name':'Microsoft','service':'Azure','method':'carve-out'}";
    after.vendors = "{'name':'Microsoft','service':'Azure','method':'inclusive'}";
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_STR(text_at(changes, "/scope/controls_added/0/id"), "1.3");
    CHECK_EQ_STR(text_at(changes, "/scope/controls_removed/0/id"), "1.2");
    CHECK_EQ_STR(text_at(changes, "/scope/controls_changed/0/owner_after"), "Ola");
    CHECK_EQ_INT(count_at(changes, "/scope/vendors_added"), 1);
    CHECK_EQ_INT(count_at(changes, "/scope/vendors_removed"), 1);
    CHECK_EQ_INT(count_at(changes, "/scope/subscriptions_added"), 0);
}

TEST(compare, evidence_is_carried_only_with_the_same_bytes_under_the_same_path) {
    side before = plain, after = plain;
    before.evidence = "{'id':'E-0001','path':'a','sha256':'1'},{'id':'E-0002','path':'b','sha256':'2'},"
                      "{'id':'E-0003','path':'c','sha256':'3'}";
    after.evidence = "{'id':'E-0001','path':'a','sha256':'1'},{'id':'E-0002','path':'b','sha256':'9'},"
                     "{'id':'E-0004','path':'d','sha256':'3'}";
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_STR(text_at(changes, "/evidence/counts/carried"), "1");
    CHECK_EQ_STR(text_at(changes, "/evidence/changed/0/path"), "b");
    CHECK_EQ_STR(text_at(changes, "/evidence/new/0/path"), "d");
    CHECK_EQ_STR(text_at(changes, "/evidence/counts/gone"), "2"); /* b as it was, and c */
}

TEST(compare, populations_of_other_items_are_listed_with_both_sizes) {
    side before = plain, after = plain;
    before.populations = "{'control':'6.3.1','name':'leavers','count':4,'sha256':'1'},"
                         "{'control':'6.3.1','name':'roster','count':4,'sha256':'1'}";
    after.populations = "{'control':'6.3.1','name':'leavers','count':4,'sha256':'2'},"
                        "{'control':'6.3.1','name':'roster','count':4,'sha256':'1'},"
                        "{'control':'8.1','name':'alerts','count':9,'sha256':'3'}";
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_INT(count_at(changes, "/populations"), 2); /* as many, but others */
    CHECK_EQ_STR(text_at(changes, "/populations/0/name"), "leavers");
    CHECK(bd_value_at(changes, BD_STR("/populations/1/before")) == NULL); /* was not there */
    CHECK_EQ_STR(text_at(changes, "/populations/1/after"), "9");
}

TEST(compare, each_list_has_its_length_among_the_counts) {
    side before = plain, after = plain;
    after.populations = "{'control':'8.1','name':'alerts','count':9,'sha256':'3'}";
    after.exceptions = EXCEPTION("X1", "a", "2026-05-01", "2026-05-01", "", "open") ","
        EXCEPTION("X2", "b", "2026-05-01", "2026-05-01", "", "open");
    after.vendors = "{'name':'Microsoft','service':'Azure','method':'inclusive'}";
    const bd_value *changes = compare(&before, &after);
    CHECK_EQ_STR(text_at(changes, "/counts/populations"), "1");
    CHECK_EQ_STR(text_at(changes, "/counts/exceptions/new"), "2");
    CHECK_EQ_STR(text_at(changes, "/counts/exceptions/still"), "0");
    CHECK_EQ_STR(text_at(changes, "/counts/scope/vendors_added"), "1");
    CHECK_EQ_STR(text_at(changes, "/counts/coverage/instances"), "0");
    CHECK_EQ_STR(text_at(changes, "/counts/states"), "0");
    CHECK(bd_value_at(changes, BD_STR("/counts/evidence")) == NULL); /* it counts its own */
}

TEST(compare, a_check_that_says_something_else_is_named_where_both_catalogs_are_there) {
    const char *old = "{'checks':[{'id':'a','pass':1},{'id':'b','pass':1}],'controls':[],'mappings':[],"
                      "'requirements':[{'control':'1.1','req':'a','x':1}]}";
    const char *now = "{'checks':[{'id':'a','pass':2},{'id':'c','pass':1}],'controls':[],'mappings':[],"
                      "'requirements':[{'control':'1.1','req':'a','x':2}]}";
    const bd_value *changes =
        bd_compare_make(summary_of(&plain, old), summary_of(&plain, now), test_arena());
    CHECK_EQ_STR(text_at(changes, "/catalog/checks/changed/0"), "a");
    CHECK_EQ_STR(text_at(changes, "/catalog/checks/added/0"), "c");
    CHECK_EQ_STR(text_at(changes, "/catalog/checks/removed/0"), "b");
    CHECK_EQ_STR(text_at(changes, "/catalog/requirements/changed/0"), "1.1a");
    changes = bd_compare_make(summary_of(&plain, NULL), summary_of(&plain, now), test_arena());
    CHECK(!bd_value_is_true(bd_value_find(changes, "catalog"), "known"));
}

TEST(compare, an_assessment_beside_itself_changes_nothing) {
    side one = plain;
    one.controls = CONTROL("1.1", "[~]", "o", PASSED);
    one.exceptions = EXCEPTION("X1", "a", "2026-01-01", "2026-03-01", "", "open");
    const bd_value *changes = compare(&one, &one);
    CHECK_EQ_INT(count_at(changes, "/states"), 0);
    CHECK_EQ_INT(count_at(changes, "/exceptions/new"), 0);
    CHECK_EQ_INT(count_at(changes, "/exceptions/still"), 1);
    CHECK_EQ_INT(count_at(changes, "/populations"), 0);
    CHECK_EQ_INT(count_at(changes, "/coverage/controls"), 0);
}

TEST(compare, what_is_no_assessment_of_this_form_is_refused) {
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"{'a':1}", "this is no assessment"},
        {"[1]", "this is no assessment"},
        {"'x'", "this is no assessment"},
        {"{'score_definition':'bindery-0','as_of':'x'}", "its score definition is 'bindery-0'"},
        {"{'score_definition':'bindery-1','as_of':'x','controls':[]}", "no list 'exceptions'; it is of an older"},
        {"{'score_definition':'bindery-1','as_of':'x','controls':{}}", "no list 'controls'"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_value *out = NULL;
        bd_err err = {0};
        CHECK(bd_failed(bd_compare_make_summary(parse(rows[i].text), NULL, test_arena(), &out, &err)));
        CHECK(err.class == BD_ERR_INPUT);
        CHECK(bd_str_find(bd_str_of(err.message), bd_str_of(rows[i].said)) >= 0);
    }
}

TEST(compare, another_organisation_s_is_refused) {
    side other = plain;
    bd_err err = {0};
    other.tenant = "t2";
    CHECK(bd_failed(bd_compare_check_pair(summary_of(&plain, NULL), summary_of(&other, NULL), &err)));
    CHECK(bd_str_find(bd_str_of(err.message), BD_STR("different tenants")) >= 0);
    CHECK_OK(bd_compare_check_pair(summary_of(&plain, NULL), summary_of(&plain, NULL), &err), err);
    CHECK(bd_failed(bd_compare_check_summary(parse("{'format':'x'}"), &err)));
    CHECK_OK(bd_compare_check_summary(summary_of(&plain, NULL), &err), err);
}
