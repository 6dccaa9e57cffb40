/* What other tools say: words, groups, rows; the sums and contrasts of them are in assess_imported_test.c. */
#include "bindery/imported.h"

#include "make_imported.h"

#include <stdlib.h>

/* ---- words ---- */

static bd_import_class class_of(const char *record) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, spelled(record).data, NULL);
    import_rows rows = import_rows_of(&bench);
    test_failure("%s", record);
    CHECK_EQ_INT(rows.count, 1);
    bd_import_class means = rows.data[0].means;
    scan_bench_close(&bench);
    return means;
}

TEST(imported, only_the_one_word_of_a_policy_state_counts_as_met) {
    static const struct {
        const char *word, *means;
    } cases[] = {{"Compliant", "met"},          {"compliant", "met"},
                 {"NonCompliant", "not-met"},   {"noncompliant", "not-met"},
                 {"Non-compliant", "not-met"},  {"Exempt", "exempt"},
                 {"Unknown", "unknown"},        {"Not started", "unknown"},
                 {"NotRegistered", "unknown"},  {"Conflict", "conflict"},
                 {"Conflicting", "conflict"},   {"Error", "error"},
                 {"Protected", "protected"},    {"Compliant?!", "met"},
                 {"Mostly compliant", "other"}, {"", "other"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const char *state =
            policy_state(STORAGE "a", TRANSFER, SOC_2, "'SOC_2_CC6.1'", "Audit", cases[i].word);
        CHECK_EQ_STR(bd_import_class_name(class_of(policy_page(state))), cases[i].means);
    }
}

TEST(imported, a_state_that_is_no_text_is_never_met) {
    static const char *const members[] = {"'complianceState':null",
                                          "'complianceState':7",
                                          "'complianceState':['Compliant']",
                                          "'complianceState':{'a':'Compliant'}",
                                          "'isCompliant':false",
                                          "'isCompliant':null"};
    for (size_t i = 0; i < BD_COUNT(members); i++) {
        const char *state = plain("{'resourceId':'" STORAGE
                                  "a','policyAssignmentId':'x','policyDefinitionId':'y/z',"
                                  "'policyDefinitionGroupNames':[],'subscriptionId':'$A',%s}",
                                  members[i]);
        CHECK(class_of(policy_page(state)) != BD_IMPORT_MET);
    }
}

TEST(imported, the_flag_of_an_older_interface_speaks_where_the_state_is_absent) {
    const char *state = policy_page("{'resourceId':'" STORAGE "a','policyDefinitionId':'y/z',"
                                    "'subscriptionId':'$A','isCompliant':true}");
    CHECK_EQ_INT(class_of(state), BD_IMPORT_MET);
}

TEST(imported, not_applicable_counts_by_its_cause) {
    static const struct {
        const char *status, *means;
    } cases[] = {{"'code':'Healthy'", "met"},
                 {"'code':'Unhealthy'", "not-met"},
                 {"'code':'NotApplicable','cause':'OffByPolicy'", "off"},
                 {"'code':'notapplicable','cause':'offbypolicy'", "off"},
                 {"'code':'NotApplicable','cause':'Exempt'", "exempt"},
                 {"'code':'NotApplicable','cause':'ResourceNotSupported'", "not-applicable"},
                 {"'code':'NotApplicable'", "not-applicable"},
                 {"'code':'Healthy','cause':'OffByPolicy'", "met"},
                 {"'code':'Pending'", "other"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const char *page = plain(
            "{'value':[{'id':'" STORAGE "a/providers/Microsoft.Security/assessments/x','name':'x',"
            "'type':'Microsoft.Security/assessments','properties':{'resourceDetails':"
            "{'source':'Azure','Id':'" STORAGE "a'},'status':{%s}}}]}",
            cases[i].status);
        CHECK_EQ_STR(bd_import_class_name(class_of(page)), cases[i].means);
    }
}

/* ---- groups ---- */

TEST(imported, a_group_is_the_criterion_in_all_its_spellings) {
    static const struct {
        const char *group, *criterion;
    } cases[] = {{"SOC_2_CC6.1", "CC6.1"},
                 {"soc_2_cc6.1", "CC6.1"},
                 {"SOC_2_2017_CC6.1", "CC6.1"},
                 {"SOC_2023_CC6.1", "CC6.1"},
                 {"SOC_2023_CC.5.3", "CC5.3"},
                 {"CC6.1", "CC6.1"},
                 {"CC 6.1", "CC6.1"},
                 {"CC6.1.", "CC6.1"},
                 {"cc_6_1", "CC6.1"},
                 {"cc_a_1_1", "A1.1"},
                 {"pi_1_2", "PI1.2"},
                 {"SOC_2_A1.2", "A1.2"},
                 {"SOC_2_PI1.5", "PI1.5"},
                 {"SOC_2_P8.1", "P8.1"},
                 {"SOC_2_C1.1", "C1.1"},
                 {"SOC_2023_CM_8b", ""},
                 {"SOC_2_CC6.99", ""},
                 {"SOC_2_CC61", ""},
                 {"CC6.1.1", ""},
                 {"6.1", ""},
                 {"", ""},
                 {"CC", ""},
                 {"CC6.1a", ""},
                 {"NIST_SP_800-53_R4_AC-2", ""},
                 {"CC99999999999.1", ""},
                 {"ISO27001-2013_A.9.4.2", ""},
                 {"x6.1", ""},
                 {"cc_x_1_1", ""}};
    static bd_str prefixes[] = {BD_STR_INIT("soc_2_2017_"), BD_STR_INIT("soc_2023_"),
                                BD_STR_INIT("soc_2_")};
    const bd_catalog *catalog = make_catalog();
    bd_strs list = {.data = prefixes, .count = BD_COUNT(prefixes)};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_criterion *found = bd_import_criterion(catalog, &list, bd_str_of(cases[i].group));
        test_failure("%s", cases[i].group);
        CHECK_EQ_STR(found != NULL ? found->id : BD_STR(""), cases[i].criterion);
    }
}

TEST(imported, every_group_of_both_initiatives_is_a_criterion_or_a_known_stranger) {
    const bd_catalog *catalog = make_catalog();
    static bd_str prefixes[] = {BD_STR_INIT("soc_2_"), BD_STR_INIT("soc_2023_")};
    for (size_t p = 0; p < BD_COUNT(prefixes); p++) {
        bd_strs list = {.data = &prefixes[p], .count = 1};
        for (size_t i = 0; i < catalog->criterion_count; i++) {
            bd_str group =
                bd_str_concat(test_arena(), (bd_str[]){prefixes[p], catalog->criteria[i].id}, 2);
            const bd_criterion *found = bd_import_criterion(catalog, &list, group);
            CHECK(found == &catalog->criteria[i]);
        }
    }
}

/* ---- forms ---- */

#define ONE_ROW "SOC 2 Type 2|CC6.1,CC6.7|a|404c3081|NonCompliant|not-met\n"

static bd_str rows_of_text(const char *text, const char *sidecar) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, spelled(text).data, sidecar);
    bd_str out = rows_text(&bench);
    scan_bench_close(&bench);
    return out;
}

TEST(imported, a_page_an_az_array_and_a_resource_graph_row_give_the_same_row) {
    const char *state = policy_state(STORAGE "a", TRANSFER, SOC_2, "'SOC_2_CC6.1','SOC_2_CC6.7'",
                                     "Audit", "NonCompliant");
    CHECK_EQ_STR(rows_of_text(policy_page(state), NULL), ONE_ROW);
    CHECK_EQ_STR(rows_of_text(plain("[%s]", state), NULL), ONE_ROW);
    const char *row =
        "{'totalRecords':1,'count':1,'resultTruncated':'false','data':[{'id':'" STORAGE
        "a/providers/Microsoft.PolicyInsights/policyStates/1','type':"
        "'microsoft.policyinsights/policystates','subscriptionId':'$A','properties':"
        "{'resourceId':'" STORAGE "a','policyAssignmentId':'x','policyDefinitionId':"
        "'/providers/microsoft.authorization/policydefinitions/" TRANSFER
        "','policySetDefinitionId':'" SOC_2 "','complianceState':'NonCompliant',"
        "'policyDefinitionAction':'audit','policyDefinitionGroupNames':"
        "['soc_2_cc6.1','soc_2_cc6.7']}}]}";
    CHECK_EQ_STR(rows_of_text(row, NULL), ONE_ROW);
}

TEST(imported, groups_may_stand_in_one_text) {
    const char *page = policy_page(
        "{'resourceId':'" STORAGE "a','policyDefinitionId':'x/y','subscriptionId':'$A',"
        "'complianceState':'Compliant','policyDefinitionGroupNames':'SOC_2_CC6.1, SOC_2_CC6.7'}");
    CHECK_EQ_STR(rows_of_text(page, NULL), "SOC 2 Type 2|CC6.1,CC6.7|a|y|Compliant|met\n");
}

TEST(imported, a_set_is_known_by_its_id_else_by_its_groups_and_is_else_another) {
    static const struct {
        const char *set, *groups, *expected;
    } cases[] = {{SOC_2023, "'SOC_2023_CC6.1'", "SOC 2023|CC6.1|a|404c3081|Compliant|met\n"},
                 {"", "'SOC_2023_CC6.1'", "SOC 2023|CC6.1|a|404c3081|Compliant|met\n"},
                 {"/x/policySetDefinitions/our-own", "'CC6.1','AC-2'",
                  "our-own|CC6.1,?|a|404c3081|Compliant|met\n"},
                 {"/x/policySetDefinitions/1f3afdf9", "'Azure_Security_Benchmark_v3.0_NS-1'",
                  "1f3afdf9|?|a|404c3081|Compliant|met\n"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const char *state = policy_state(STORAGE "a", TRANSFER, cases[i].set, cases[i].groups,
                                         "Audit", "Compliant");
        CHECK_EQ_STR(rows_of_text(policy_page(state), NULL), cases[i].expected);
    }
}

TEST(imported, more_groups_than_a_row_holds_are_counted) {
    bd_str groups = {"'SOC_2_CC6.1'", 13};
    for (int i = 0; i < 100; i++) {
        groups = bd_str_format(test_arena(), "%.*s,'SOC_2_X%d'", BD_ARG(groups), i);
    }
    scan_bench bench = scan_bench_open();
    const char *state =
        policy_state(STORAGE "a", TRANSFER, SOC_2, groups.data, "Audit", "Compliant");
    scan_alone(&bench, spelled(policy_page(state)).data, NULL);
    import_rows rows = import_rows_of(&bench);
    CHECK_EQ_INT(rows.count, 1);
    CHECK_EQ_INT(rows.data[0].groups.count, BD_IMPORT_GROUPS_MAX);
    CHECK_EQ_INT(rows.data[0].groups_left, 101 - BD_IMPORT_GROUPS_MAX);
    scan_bench_close(&bench);
}

TEST(imported, a_hostile_record_of_long_texts_fits_into_a_row) {
    char *lots = bd_alloc(test_arena(), 100001, 1);
    memset(lots, 'x', 100000);
    bd_str groups = {"'g'", 3};
    for (int i = 0; i < 200; i++) {
        groups = bd_str_format(test_arena(), "%.*s,'%.*s%d'", BD_ARG(groups), 2000, lots, i);
    }
    scan_bench bench = scan_bench_open();
    const char *state =
        plain("{'resourceId':'%s','policyAssignmentId':'%s','policyDefinitionId':'%s',"
              "'policySetDefinitionId':'%s','complianceState':'%s','timestamp':'%s',"
              "'policyDefinitionGroupNames':[%s],'subscriptionId':'$A'}",
              lots, lots, lots, lots, lots, lots, groups.data);
    scan_alone(&bench, spelled(policy_page(state)).data, NULL);
    import_rows rows = import_rows_of(&bench);
    CHECK_EQ_INT(rows.count, 1);
    CHECK_EQ_INT(rows.data[0].means, BD_IMPORT_OTHER);
    scan_bench_close(&bench);
}

TEST(imported, records_of_other_sources_give_no_row) {
    CHECK_EQ_STR(rows_of_text("{'value':[{'id':'" STORAGE "a','name':'a','type':"
                              "'Microsoft.Storage/storageAccounts','complianceState':'Compliant',"
                              "'properties':{}}]}",
                              NULL),
                 "");
}

/* ---- published examples ---- */

/* Rows of each import in a published example, "policy-states 2". */
static bd_str imports_in(const char *name) {
    const char *folder = scan_samples_folder(getenv("BINDERY_SHARED"));
    scan_bench bench = scan_bench_open();
    bd_str text = test_read_file(bd_path_join(test_arena(), folder, name));
    scan_alone(&bench, bd_str_z(test_arena(), text), NULL);
    import_rows rows = import_rows_of(&bench);
    bd_str out = {"", 0};
    for (size_t k = 0; k < bd_imports_count(bench.plan.imports); k++) {
        size_t count = 0;
        for (size_t i = 0; i < rows.count; i++) {
            count += rows.data[i].import == k ? 1 : 0;
        }
        if (count > 0) {
            out =
                bd_str_format(test_arena(), "%.*s%s%.*s %zu", BD_ARG(out), out.size > 0 ? ", " : "",
                              BD_ARG(bd_imports_at(bench.plan.imports, k)->id), count);
        }
    }
    scan_bench_close(&bench);
    return out;
}

TEST(imported, published_examples_give_their_rows) {
    static const struct {
        const char *name, *expected;
    } cases[] = {{"arm_policystates_query_subscription.json", "policy-states 2"},
                 {"arm_policystates_summarize_subscription.json",
                  "policy-summary 10, policy-summary-assignments 10"},
                 {"arm_policy_attestations_list.json", "policy-attestations 2"},
                 {"arm_security_regcompliance_standards_list.json", "regulatory-standards 4"},
                 {"arm_security_regcompliance_controls_list.json", "regulatory-controls 3"},
                 {"arm_security_regcompliance_assessments_list.json", "regulatory-assessments 4"},
                 {"arm_security_assessments_list.json", "assessments 2"},
                 {"arm_security_securescores_list.json", "secure-score-classic 1"},
                 {"graph_securescores_list.json", "secure-score-microsoft 1"},
                 {"graph_securescorecontrolprofiles_list.json", ""},
                 {"derived_cli/az_security_assessment_list.json", "assessments 2"},
                 {"derived_cli/az_security_secure-scores_list.json", "secure-score-classic 1"},
                 {"derived_cli/az_security_regulatory-compliance-standards_list.json",
                  "regulatory-standards 4"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("%s", cases[i].name);
        CHECK_EQ_STR(imports_in(cases[i].name), cases[i].expected);
    }
}

/* ---- declarations ---- */

#define SOURCE_WITH(imported)                                                                      \
    "{\"format\":\"bindery-catalog 1\",\"sources\":[{\"id\":\"X1\",\"title\":\"x\",\"origin\":"    \
    "\"machine\",\"scope\":\"tenant\",\"history\":\"none\",\"imported\":[" imported "]}]}"
#define DECLARED(list, more)                                                                       \
    "{\"id\":\"a\",\"title\":\"t\",\"model\":\"m\",\"formula\":\"f\",\"unit\":\"u\",\"list\":"     \
    "\"" list "\"," more "}"

static bd_rc compile(const char *catalog, bd_err *err) {
    bd_catalog_file file = {BD_STR_INIT("own.json"), bd_str_of(catalog)};
    const bd_catalog *loaded = NULL;
    const bd_imports *imports = NULL;
    bd_rc rc = bd_catalog_load(&file, 1, test_arena(), &loaded, err);
    return bd_failed(rc) ? rc : bd_imports_compile(loaded, test_arena(), &imports, err);
}

TEST(imported, a_declaration_that_is_wrong_names_its_place) {
    static const struct {
        const char *catalog, *message;
    } cases[] = {
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"opinion\"")), "'/imported/0/kind': 'opinion'"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"verdicts\"")), "'/imported/0/status': absent"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"score\"")), "'/imported/0/current': absent"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"counts\",\"statuses\":{\"A\":\"met\"}")),
         "'/imported/0/counts': absent"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"verdicts\",\"status\":\"s\",\"statuses\":"
                                   "{\"A\":\"good\"}")),
         "'A' counts as 'good', which is no class"},
        {SOURCE_WITH(DECLARED("../x", "\"kind\":\"score\",\"current\":\"c\"")), "'../x', expected"},
        {SOURCE_WITH(DECLARED("readiness", "\"kind\":\"score\",\"current\":\"c\"")),
         "'readiness', expected"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"score\",\"current\":\"c\"") "," DECLARED(
             "x", "\"kind\":\"score\",\"current\":\"c\"")),
         "'/imported/1/id': 'a' is the id of another one"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"score\",\"curent\":\"c\"")),
         "unknown key 'curent', the nearest known one is 'current'"},
        {SOURCE_WITH(DECLARED("x", "\"kind\":\"score\",\"current\":\"c\",\"sets\":[{\"nam\":1}]")),
         "'/sources/0/imported/0/sets/0'"},
        {SOURCE_WITH("7"), "found a number, expected an object"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_err err;
        test_failure("%s", cases[i].message);
        CHECK_FAILS(compile(cases[i].catalog, &err), err, BD_ERR_INPUT, cases[i].message);
    }
}

TEST(imported, a_declaration_of_an_organisation_is_read) {
    bd_err err;
    CHECK_OK(compile(SOURCE_WITH(DECLARED("our-tool", "\"kind\":\"verdicts\",\"status\":\"result\","
                                                      "\"statuses\":{\"ok\":\"met\"}")),
                     &err),
             err);
}

/* A check that reads another tool's verdict would agree with it by reading it. */
TEST(imported, no_check_is_set_beside_the_source_that_it_reads) {
    const bd_catalog *catalog = make_catalog();
    const bd_imports *imports = NULL;
    bd_err err;
    size_t seen = 0;
    CHECK_OK(bd_imports_compile(catalog, test_arena(), &imports, &err), err);
    for (size_t i = 0; i < catalog->check_count; i++) {
        const bd_check *check = &catalog->checks[i];
        seen += check->same_as.count > 0 ? 1 : 0;
        for (size_t s = 0; check->same_as.count > 0 && s < check->sources.count; s++) {
            for (size_t k = 0; k < bd_imports_count(imports); k++) {
                test_failure("%.*s", BD_ARG(check->id));
                CHECK(!bd_str_eq(bd_imports_at(imports, k)->source->id, check->sources.data[s]));
            }
        }
    }
    CHECK(seen >= 15);
}
