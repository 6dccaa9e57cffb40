/* What the mapping of checks to criteria is worth: shares, and a remark of each kind.  Counted by hand. */
#include "bindery/catalog.h"

#include "make_assess.h"
#include "make_catalog.h"

#define CRITERION_OF(id)                                                                            \
    "{'id':'" id "','category':'Security','series':'CC1','series_title':'s','title':'t'}"
#define CONTROL_OF(number, criteria)                                                               \
    "{'number':'" number "','origin':'checklist','owner':'CISO','statement':'s','criteria':["      \
    criteria "],'frequency':'annual'}"
#define SOURCE_OF(id, origin, more)                                                                \
    "{'id':'" id "','title':'t','origin':'" origin                                                 \
    "','scope':'tenant','history':'none','recognise':{}" more "}"
#define SPEAKING(id, control, source, criteria)                                                    \
    "{'id':'" id "','version':1,'control':'" control                                               \
    "','requirement':'a','shape':'each','source':'" source                                         \
    "','title':'t','tested':'t','severity':'high','criteria':[" criteria                           \
    "],'property':'p','missing':'cannot-tell','pass':{'field':'a','equals':1}}"
#define TO(id) "{'id':'" id "','why':'w'}"
#define MAPPING(criteria, controls, requirements, sources, checks)                                 \
    "{'format':'bindery-catalog 1','criteria':[" criteria "],'controls':[" controls                \
    "],'requirements':[" requirements "],'sources':[" sources "],'checks':[" checks "]}"
#define ASKED(control) A_REQUIREMENT(control, "a", "annual", 365, 0, "'S1'")
#define MACHINE SOURCE_OF("S1", "machine", "")

static const bd_catalog *load_mapping(const char *text) {
    const bd_catalog *catalog = NULL;
    bd_err err;
    bd_catalog_file file = {BD_STR_INIT("test.json"), quoted(text)};
    CHECK_OK(bd_catalog_load(&file, 1, test_arena(), &catalog, &err), err);
    return catalog;
}

static const bd_catalog_coverage *survey_of(const char *text) {
    bd_catalog_coverage *found = bd_new(test_arena(), bd_catalog_coverage, 1);
    bd_catalog_survey(load_mapping(text), test_arena(), found);
    return found;
}

/* "kind subject: text; ..." of all remarks but the kind that every small catalog has. */
static bd_str remarks_of(const bd_catalog_coverage *found, bool with_automation) {
    bd_str text = BD_STR("");
    for (size_t i = 0; i < found->remarks.count; i++) {
        const bd_remark *remark = &found->remarks.data[i];
        if ((remark->kind == BD_REMARK_NOT_AUTOMATED) == with_automation) {
            text = bd_str_format(test_arena(), "%.*s%s%s %.*s: %.*s", BD_ARG(text),
                                 text.size > 0 ? "; " : "", bd_remark_kind_name(remark->kind),
                                 BD_ARG(remark->subject), BD_ARG(remark->text));
        }
    }
    return text;
}

TEST(catalog, each_control_counts_once_by_the_best_that_speaks_to_the_criterion) {
    const bd_catalog_coverage *found = survey_of(MAPPING(
        CRITERION_OF("CC1.1") "," CRITERION_OF("CC1.2"),
        CONTROL_OF("1.1", "'CC1.1','CC1.2'") "," CONTROL_OF("1.2", "'CC1.1'") "," CONTROL_OF(
            "1.3", "'CC1.1'"),
        ASKED("1.1") "," ASKED("1.2") "," ASKED("1.3"),
        MACHINE "," SOURCE_OF("csv:a", "handed-in", ""),
        SPEAKING("auto", "1.1", "S1", TO("CC1.1")) "," SPEAKING("list", "1.2", "csv:a",
                                                                TO("CC1.1"))));
    const bd_coverage *first = &found->criteria[0], *second = &found->criteria[1];
    CHECK_EQ_INT(first->of, 3);
    CHECK_EQ_INT(first->automated, 1);
    CHECK_EQ_INT(first->supporting, 0);
    CHECK_EQ_INT(first->document, 1);
    CHECK_EQ_INT(first->none, 1);
    CHECK_EQ_INT(first->checks.count, 2);
    CHECK_EQ_INT(second->of, 1);
    CHECK_EQ_INT(second->automated, 0); /* its check speaks to the other criterion */
    CHECK_EQ_INT(second->supporting, 1);
    CHECK_EQ_INT(second->checks.count, 0);
    CHECK_EQ_INT(found->automated, 1);
}

TEST(catalog, criteria_with_the_same_checks_are_named_once) {
    const bd_catalog_coverage *found = survey_of(
        MAPPING(CRITERION_OF("CC1.1") "," CRITERION_OF("CC1.2") "," CRITERION_OF("CC1.3"),
                CONTROL_OF("1.1", "'CC1.1','CC1.2','CC1.3'"), ASKED("1.1"), MACHINE,
                SPEAKING("c", "1.1", "S1", TO("CC1.1") "," TO("CC1.2") "," TO("CC1.3"))));
    CHECK_EQ_STR(remarks_of(found, false),
                 "same-checks CC1.1: the same checks stand under CC1.2, CC1.3: nothing tells them "
                 "apart");
    found = survey_of(MAPPING(
        CRITERION_OF("CC1.1") "," CRITERION_OF("CC1.2"), CONTROL_OF("1.1", "'CC1.1','CC1.2'"),
        ASKED("1.1"), MACHINE,
        SPEAKING("c", "1.1", "S1", TO("CC1.1") "," TO("CC1.2")) "," SPEAKING("d", "1.1", "S1",
                                                                            TO("CC1.2"))));
    CHECK_EQ_STR(remarks_of(found, false), "");
}

TEST(catalog, a_check_under_a_criterion_to_which_it_does_not_speak_is_named) {
    static const struct {
        const char *speaks, *expected;
    } rows[] = {
        {MAPPING(CRITERION_OF("CC1.1") "," CRITERION_OF("CC1.2"), CONTROL_OF("1.1", "'CC1.1'"),
                 ASKED("1.1"), MACHINE,
                 SPEAKING("c", "1.1", "S1", TO("CC1.1") "," TO("CC1.2"))),
         "other-criterion c: the check speaks to criterion 'CC1.2', which its control '1.1' does "
         "not list"},
        {MAPPING(CRITERION_OF("CC1.1"), CONTROL_OF("1.1", "'CC1.1'"), ASKED("1.1"), MACHINE,
                 SPEAKING("c", "1.1", "S1", "")),
         "no-criterion c: the check says of no criterion of its control '1.1' why it speaks to it; "
         "silent-control 1.1: the control stands under criterion 'CC1.1', and none of its checks "
         "speaks to it"},
        {MAPPING(CRITERION_OF("CC1.1") "," CRITERION_OF("CC1.2"),
                 CONTROL_OF("1.1", "'CC1.1','CC1.2'"), ASKED("1.1"), MACHINE,
                 SPEAKING("c", "1.1", "S1", TO("CC1.1"))),
         "silent-control 1.1: the control stands under criterion 'CC1.2', and none of its checks "
         "speaks to it"},
        {MAPPING(CRITERION_OF("CC1.1"), CONTROL_OF("1.1", "'CC1.1'"), ASKED("1.1"), MACHINE, ""),
         ""}, /* no check speaks wrongly */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(remarks_of(survey_of(rows[i].speaks), false), rows[i].expected);
    }
}

#define ENDING(checks)                                                                             \
    MAPPING(CRITERION_OF("CC1.1"), CONTROL_OF("1.1", "'CC1.1'"), ASKED("1.1"),                      \
            MACHINE "," SOURCE_OF(                                                                 \
                "S2", "machine",                                                                   \
                ",'retires':{'product':'Old logs','on':'2027-09-30','instead':'new logs'}"),       \
            checks)

TEST(catalog, a_product_that_ends_is_named_where_checks_read_it) {
    CHECK_EQ_STR(remarks_of(survey_of(ENDING(SPEAKING("c", "1.1", "S2", TO("CC1.1")))), false),
                 "retiring S2: checks read Old logs, retired on 2027-09-30; instead: new logs");
    CHECK_EQ_STR(remarks_of(survey_of(ENDING(SPEAKING("c", "1.1", "S1", TO("CC1.1")))), false), "");
    const bd_catalog *catalog = NULL;
    bd_err err;
    bd_catalog_file file = {
        BD_STR_INIT("test.json"),
        quoted(MAPPING(CRITERION_OF("CC1.1"), "", "",
                       SOURCE_OF("S2", "machine", ",'retires':{'product':'Old','on':'soon'}"),
                       ""))};
    CHECK_FAILS(bd_catalog_load(&file, 1, test_arena(), &catalog, &err), err, BD_ERR_INPUT,
                "at '/sources/0/retires': expected 'product', 'on' as a day YYYY-MM-DD");
}

TEST(catalog, criteria_without_automated_input_say_what_they_have) {
    const bd_catalog_coverage *found = survey_of(MAPPING(
        CRITERION_OF("CC1.1") "," CRITERION_OF("CC1.2") "," CRITERION_OF("CC1.3") "," CRITERION_OF(
            "CC1.4"),
        CONTROL_OF("1.1", "'CC1.1'") "," CONTROL_OF("1.2", "'CC1.2'") "," CONTROL_OF("1.3",
                                                                                    "'CC1.3'"),
        ASKED("1.1") "," ASKED("1.2") "," ASKED("1.3"),
        MACHINE "," SOURCE_OF("csv:a", "handed-in", ""),
        SPEAKING("auto", "1.1", "S1", TO("CC1.1")) "," SPEAKING("list", "1.2", "csv:a",
                                                                TO("CC1.2"))));
    CHECK_EQ_STR(remarks_of(found, true),
                 "not-automated CC1.2: documents and lists alone speak to it, no export of a "
                 "machine; not-automated CC1.3: no check speaks to it: what is handed in is kept, "
                 "and a person has to judge it; not-automated CC1.4: no control lists this "
                 "criterion");
}

/* The built-in mapping has no slips; what ends and what no machine shows is no slip. */
TEST(catalog, no_built_in_check_stands_where_it_does_not_speak) {
    bd_catalog_coverage found;
    bd_catalog_survey(make_catalog(), test_arena(), &found);
    for (size_t i = 0; i < found.remarks.count; i++) {
        const bd_remark *remark = &found.remarks.data[i];
        if (remark->kind != BD_REMARK_RETIRING && remark->kind != BD_REMARK_NOT_AUTOMATED) {
            test_fail(__FILE__, __LINE__, "%.*s: %.*s", BD_ARG(remark->subject),
                      BD_ARG(remark->text));
        }
    }
    CHECK_EQ_INT(found.count, 61);
}
