/* What other tools say, added up and set beside ours; and that nothing of ours moves with it. */
#include "bindery/assess.h"

#include "make_imported.h"
#include "make_xlsx.h"

#define STATE(resource, groups, state)                                                             \
    policy_state(resource, TRANSFER, SOC_2, groups, "Audit", state)

static whole *judged_states(const char *states, const char *more) {
    whole *w = whole_open("{}");
    imported_add(w, policy_page(states), more);
    whole_judge(w);
    return w;
}

static void close_whole(whole *w) {
    scan_bench_close(&w->bench);
}

/* ---- policy states ---- */

TEST(assess, policy_states_are_counted_by_criterion_and_status_and_exempt_and_unknown_apart) {
    whole *w = judged_states(
        plain("%s,%s,%s,%s", STATE(STORAGE "a", "'SOC_2_CC6.1','SOC_2_CC6.7'", "Compliant"),
              STATE(STORAGE "b", "'SOC_2_CC6.1'", "NonCompliant"),
              STATE(STORAGE "c", "'SOC_2_CC6.1'", "Exempt"),
              policy_state(STORAGE "d", "other", SOC_2, "'SOC_2_CC6.1'", "Audit", "Unknown")),
        "");
    CHECK_EQ_STR(groups_text(w, "policy-states"),
                 "SOC 2 Type 2/*: 1 met 1 exempt 1 unknown 1 not-met\n"
                 "SOC 2 Type 2/CC6.1: 1 met 1 exempt 1 unknown 1 not-met\n"
                 "SOC 2 Type 2/CC6.7: 1 met\n");
    const bd_import_snapshot *snapshot = snapshot_of(w, "policy-states");
    CHECK_EQ_INT(snapshot->results, 4);
    CHECK_EQ_INT(snapshot->groups.data[1].resources, 4);
    CHECK_EQ_INT(snapshot->groups.data[1].resources_not_met, 1);
    CHECK_EQ_INT(snapshot->groups.data[1].tests, 2);
    CHECK(snapshot->is_complete);
    CHECK_EQ_STR(bd_instant_format(test_arena(), snapshot->newest), "2026-01-14T22:00:00Z");
    close_whole(w);
}

TEST(assess, manual_results_stand_apart_from_automatic_ones) {
    whole *w = judged_states(plain("%s,%s", STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"),
                                   policy_state("/subscriptions/$A", "m", SOC_2, "'SOC_2_CC6.1'",
                                                "Manual", "Compliant")),
                             "");
    CHECK_EQ_STR(groups_text(w, "policy-states"), "SOC 2 Type 2/*: 1 met; manual 1 met\n"
                                                  "SOC 2 Type 2/CC6.1: 1 met; manual 1 met\n");
    close_whole(w);
}

TEST(assess, strange_groups_are_listed_and_other_initiatives_kept_apart) {
    whole *w = judged_states(
        plain("%s,%s,%s", STATE(STORAGE "a", "'SOC_2_CC9.9','SOC_2_CC6.1'", "Compliant"),
              policy_state(STORAGE "a", "x", SOC_2023, "'SOC_2023_CM_8b','SOC_2023_CC.5.3'",
                           "Audit", "NonCompliant"),
              policy_state(STORAGE "a", "y", "/p/policySetDefinitions/benchmark", "'NS-1'", "Audit",
                           "NonCompliant")),
        "");
    CHECK_EQ_STR(groups_text(w, "policy-states"), "SOC 2 Type 2/*: 1 met\n"
                                                  "SOC 2 Type 2/CC6.1: 1 met\n"
                                                  "SOC 2 Type 2/?SOC_2_CC9.9: 1 met\n"
                                                  "SOC 2023/*: 1 not-met\n"
                                                  "SOC 2023/CC5.3: 1 not-met\n"
                                                  "SOC 2023/?SOC_2023_CM_8b: 1 not-met\n"
                                                  "benchmark(other)/*: 1 not-met\n");
    close_whole(w);
}

TEST(assess, the_misspelt_twin_of_a_group_counts_once) {
    whole *w =
        judged_states(policy_state(STORAGE "a", "x", SOC_2023, "'SOC_2023_CC.5.3','SOC_2023_CC5.3'",
                                   "Audit", "Compliant"),
                      "");
    CHECK_EQ_STR(groups_text(w, "policy-states"), "SOC 2023/*: 1 met\nSOC 2023/CC5.3: 1 met\n");
    CHECK_EQ_INT(snapshot_of(w, "policy-states")->repeated, 0);
    close_whole(w);
}

TEST(assess, the_same_result_twice_counts_once_with_the_worse_status) {
    whole *w = judged_states(plain("%s,%s,%s", STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"),
                                   STATE(STORAGE "a", "'SOC_2_CC6.1'", "NonCompliant"),
                                   STATE(STORAGE "A", "'SOC_2_CC6.1'", "Compliant")),
                             "");
    CHECK_EQ_STR(groups_text(w, "policy-states"),
                 "SOC 2 Type 2/*: 1 not-met\nSOC 2 Type 2/CC6.1: 1 not-met\n");
    CHECK_EQ_INT(snapshot_of(w, "policy-states")->repeated, 2);
    close_whole(w);
}

TEST(assess, results_of_a_set_of_ours_without_a_group_are_counted) {
    whole *w = judged_states(STATE(STORAGE "a", "", "Compliant"), "");
    CHECK_EQ_STR(groups_text(w, "policy-states"), "SOC 2 Type 2/*: 1 met\n");
    CHECK_EQ_INT(snapshot_of(w, "policy-states")->ungrouped, 1);
    close_whole(w);
}

TEST(assess, strange_groups_without_end_are_counted_and_not_kept) {
    bd_str states = {"", 0};
    for (int i = 0; i < 1000; i++) {
        const char *one = STATE(STORAGE "a", plain("'SOC_2_X%04d'", i), "Compliant");
        states = bd_str_format(test_arena(), "%.*s%s%s", BD_ARG(states), i > 0 ? "," : "", one);
    }
    whole *w = judged_states(states.data, "");
    const bd_import_snapshot *snapshot = snapshot_of(w, "policy-states");
    CHECK_EQ_INT(snapshot->groups.count, 1 + 256);
    CHECK_EQ_INT(snapshot->groups_left_out, 1000 - 256);
    close_whole(w);
}

TEST(assess, a_truncated_import_is_incomplete_and_says_why) {
    whole *w = whole_open("{}");
    const char *page =
        plain("{'@odata.nextLink':'https://management.azure.com/next','@odata.context':"
              "'https://management.azure.com/subscriptions/$A/providers/Microsoft.PolicyInsights/"
              "policyStates/$metadata#latest','value':[%s]}",
              STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"));
    imported_add(w, page, "");
    whole_judge(w);
    const bd_import_snapshot *snapshot = snapshot_of(w, "policy-states");
    CHECK(!snapshot->is_complete);
    CHECK(snapshot->why_not.size > 0);
    CHECK(!w->out->imported.sums.data[0].is_complete);
    close_whole(w);
}

TEST(assess, a_filtered_export_is_incomplete) {
    whole *w =
        judged_states(STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"),
                      ",'request':'POST https://management.azure.com/subscriptions/$A/providers/"
                      "Microsoft.PolicyInsights/policyStates/latest/queryResults?"
                      "api-version=2019-10-01&$filter=IsCompliant eq true'");
    CHECK(!snapshot_of(w, "policy-states")->is_complete);
    close_whole(w);
}

TEST(assess, an_empty_answer_is_shown_as_empty) {
    whole *w = judged_states("", ",'source':'S09','scope':{'kind':'subscription','ids':['$A']}");
    const bd_import_snapshot *snapshot = snapshot_of(w, "policy-states");
    CHECK(snapshot != NULL);
    CHECK_EQ_INT(snapshot->results, 0);
    CHECK_EQ_INT(snapshot->groups.count, 0);
    close_whole(w);
}

static void add_states(whole *w, const char *at, const char *states) {
    const char *sidecar = plain("{\"collected_at\":\"%s\",\"exporter\":\"e\",\"command\":"
                                "\"portal: export\",\"complete\":true}",
                                at);
    scan_file(&w->bench, plain("states-%s.json", at), spelled(policy_page(states)), sidecar);
}

#define IN_B                                                                                       \
    "/subscriptions/" SCAN_SUB_B "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/" \
    "b"

#define STATE_IN_B                                                                                 \
    "{'resourceId':'" IN_B                                                                         \
    "','policyAssignmentId':'x','policyDefinitionId':'p','subscriptionId':'" SCAN_SUB_B            \
    "','policySetDefinitionId':'" SOC_2                                                            \
    "','complianceState':'NonCompliant','policyDefinitionGroupNames':['SOC_2_CC6.1']}"

TEST(assess, what_describes_another_time_or_another_subscription_is_left_out) {
    whole *w = whole_open("{}");
    add_states(w, "2025-12-31T06:00:00Z", STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"));
    add_states(w, "2026-02-01T06:00:00Z", STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"));
    add_states(w, "2026-01-09T06:00:00Z", STATE_IN_B);
    whole_judge(w);
    CHECK_EQ_INT(w->out->imported.snapshots.count, 0);
    CHECK_EQ_INT(w->out->imported.imports.count, 0);
    CHECK_EQ_INT(w->out->imported.other_time, 2);
    CHECK_EQ_INT(w->out->imported.other_scope, 1);
    close_whole(w);
}

TEST(assess, the_newest_snapshots_of_all_scopes_are_added_up) {
    whole *w = whole_open("{}");
    *bd_push(test_arena(), &w->engagement.subscriptions) =
        (bd_subscription){BD_STR(SCAN_SUB_B), BD_STR("test")};
    add_states(w, "2026-01-08T06:00:00Z", STATE(STORAGE "a", "'SOC_2_CC6.1'", "NonCompliant"));
    add_states(w, "2026-01-15T06:00:00Z",
               plain("%s,%s", STATE(STORAGE "a", "'SOC_2_CC6.1'", "Compliant"),
                     STATE(STORAGE "c", "'SOC_2_CC6.1'", "Compliant")));
    add_states(w, "2026-01-09T06:00:00Z", STATE_IN_B);
    whole_judge(w);
    const bd_imported *imported = &w->out->imported;
    CHECK_EQ_INT(imported->snapshots.count, 3);
    CHECK(!imported->snapshots.data[0].is_newest);
    CHECK_EQ_INT(imported->sums.count, 2);
    const bd_import_sum *sum = &imported->sums.data[1];
    CHECK_EQ_STR(sum->sum.criterion, "CC6.1");
    CHECK_EQ_STR(counts_text(&sum->sum.automatic), " 2 met 1 not-met");
    CHECK_EQ_INT(sum->scopes, 2);
    CHECK_EQ_INT(sum->sum.resources, 3);
    CHECK_EQ_INT(sum->newest - sum->oldest, 6);
    close_whole(w);
}

/* ---- summaries ---- */

#define RESULTS(counts)                                                                            \
    "'results':{'queryResultsUri':'https://x/subscriptions/$A/providers/"                          \
    "q','resourceDetails':[" counts "]}"
#define COUNT(state, n) "{'complianceState':'" state "','count':" #n "}"

static const char *summary(const char *counts) {
    return plain(
        "{'@odata.context':'https://management.azure.com/subscriptions/$A/providers/"
        "Microsoft.PolicyInsights/policyStates/$metadata#summary','value':[{" RESULTS(COUNT(
            "compliant",
            9)) ",'policyAssignments':[{'policyAssignmentId':'/a/1',"
                "'policySetDefinitionId':'" SOC_2 "'," RESULTS(COUNT(
                    "noncompliant",
                    3)) ",'policyDefinitions':[],'policyGroups':[{'policyGroupName':'SOC_2_CC6.1',"
                        "'results':{'resourceDetails':[%s]}}]}]}]}",
        counts);
}

TEST(assess, a_summary_gives_its_counts_by_group) {
    whole *w = whole_open("{}");
    imported_add(
        w, summary(COUNT("compliant", 140) "," COUNT("noncompliant", 17) "," COUNT("exempt", 2)),
        "");
    whole_judge(w);
    CHECK_EQ_STR(groups_text(w, "policy-summary"),
                 "SOC 2 Type 2/*: 140 met 2 exempt 17 not-met\n"
                 "SOC 2 Type 2/CC6.1: 140 met 2 exempt 17 not-met\n");
    CHECK_EQ_STR(groups_text(w, "policy-summary-assignments"), "SOC 2 Type 2/*: 3 not-met\n");
    CHECK_EQ_STR(snapshot_of(w, "policy-summary")->scope, SCAN_SUB_A);
    close_whole(w);
}

/* What the command line prints: one object, its context under another name. */
TEST(assess, a_summary_of_the_command_line_is_the_same_summary) {
    whole *w = whole_open("{}");
    imported_add(
        w,
        plain("{'odatacontext':'https://x#summary/$entity','odataid':null," RESULTS(COUNT(
            "compliant", 9)) ",'policyAssignments':[{'policyAssignmentId':'/a/1',"
                             "'policySetDefinitionId':'" SOC_2 "'," RESULTS(COUNT(
                                 "noncompliant", 3)) ",'policyGroups':"
                                                     "[{'policyGroupName':'SOC_2_CC6.1','results':"
                                                     "{'resourceDetails':[" COUNT("compliant",
                                                                                  5) "]}}]}]}"),
        "");
    whole_judge(w);
    CHECK_EQ_STR(groups_text(w, "policy-summary"), "SOC 2 Type 2/*: 5 met\n"
                                                   "SOC 2 Type 2/CC6.1: 5 met\n");
    CHECK_EQ_STR(snapshot_of(w, "policy-summary")->scope, SCAN_SUB_A);
    close_whole(w);
}

TEST(assess, a_count_that_is_no_count_is_never_met) {
    whole *w = whole_open("{}");
    imported_add(w,
                 summary(COUNT("compliant", -4) ",{'complianceState':'compliant','count':'many'},"
                                                "{'complianceState':'compliant'},7"),
                 "");
    whole_judge(w);
    bd_str text = groups_text(w, "policy-summary");
    test_failure("%.*s", BD_ARG(text));
    CHECK(bd_str_find(text, BD_STR(" met")) < 0);
    CHECK(bd_str_find(text, BD_STR("other")) > 0);
    close_whole(w);
}

/* ---- Defender ---- */

#define STANDARD(name)                                                                             \
    "/subscriptions/$A/providers/Microsoft.Security/regulatoryComplianceStandards/" name
#define CONTROL(standard, control, state)                                                          \
    "{'id':'" STANDARD(standard) "/regulatoryComplianceControls/" control "','name':'" control     \
                                 "','type':'Microsoft.Security/"                                   \
                                 "regulatoryComplianceControl','properties':{'state':'" state      \
                                 "'}}"

TEST(assess, regulatory_controls_stand_under_their_criterion_and_those_of_the_old_standard_do_not) {
    static const char *const controls[] = {
        CONTROL("SOC-2-Type-2", "CC6.1", "Failed"),      CONTROL("SOC-TSP", "CC5.8", "Passed"),
        CONTROL("SOC-2-Type-2", "CC1.1", "Unsupported"), CONTROL("SOC-TSP", "A1.1", "Passed"),
        CONTROL("SOC-2-Type-2", "A1.2", "Passed"),       CONTROL("PCI-DSS-4", "1.1", "Skipped")};
    whole *w = whole_open("{}");
    const char *list = controls[0];
    for (size_t i = 1; i < BD_COUNT(controls); i++) {
        list = plain("%s,%s", list, controls[i]);
    }
    imported_add(w, plain("{'value':[%s]}", list), "");
    whole_judge(w);
    CHECK_EQ_STR(groups_text(w, "regulatory-controls"),
                 "SOC 2 Type 2/*: 1 met 1 unknown 1 not-met\n"
                 "SOC 2 Type 2/CC1.1: 1 unknown\n"
                 "SOC 2 Type 2/CC6.1: 1 not-met\n"
                 "SOC 2 Type 2/A1.2: 1 met\n"
                 "SOC TSP (criteria of 2016)/*: 2 met\n"
                 "SOC TSP (criteria of 2016)/?A1.1: 1 met\n"
                 "SOC TSP (criteria of 2016)/?CC5.8: 1 met\n"
                 "PCI-DSS-4(other)/*: 1 not-applicable\n");
    close_whole(w);
}

TEST(assess, standards_and_assessments_are_counts_by_state) {
    whole *w = whole_open("{}");
    imported_add(
        w,
        "[{'id':'" STANDARD(
            "SOC-2-Type-2") "','name':'SOC-2-Type-2','type':"
                            "'Microsoft.Security/regulatoryComplianceStandards','state':'Failed',"
                            "'passedControls':7,'failedControls':4,'skippedControls':0,'"
                            "unsupportedControls':50},"
                            "{'id':'" STANDARD(
                                "SOC-2-Type-2") "/regulatoryComplianceControls/CC6.1/"
                                                "regulatoryComplianceAssessments/"
                                                "x','name':'x','type':"
                                                "'Microsoft.Security/"
                                                "regulatoryComplianceAssessment','state':'Failed',"
                                                "'passedResources':7,'failedResources':4,'"
                                                "skippedResources':1}]",
        "");
    whole_judge(w);
    CHECK_EQ_STR(groups_text(w, "regulatory-standards"),
                 "SOC 2 Type 2/*: 7 met 50 unknown 4 not-met\n");
    CHECK_EQ_STR(groups_text(w, "regulatory-assessments"),
                 "SOC 2 Type 2/*: 7 met 1 not-applicable 4 not-met\n"
                 "SOC 2 Type 2/CC6.1: 7 met 1 not-applicable 4 not-met\n");
    close_whole(w);
}

TEST(assess, words_that_are_counted_are_kept_as_they_were_written) {
    whole *w = judged_states(
        plain("%s,%s", STATE(STORAGE "a", "", "Wonderful"), STATE(STORAGE "b", "", "NonCompliant")),
        "");
    const bd_import_snapshot *snapshot = snapshot_of(w, "policy-states");
    CHECK_EQ_INT(snapshot->words.count, 2);
    CHECK_EQ_STR(snapshot->words.data[0].status, "Wonderful");
    CHECK_EQ_INT(snapshot->words.data[0].means, BD_IMPORT_OTHER);
    close_whole(w);
}

TEST(assess, recommendations_downloaded_from_the_portal_count_by_reason) {
    whole *w = whole_open("{}");
    bd_str rows = spelled(
        "recommendationId,recommendationName,resourceId,state,notApplicableReason,severity\n"
        "/x/1c5de8e1,Transfer," STORAGE "a,Unhealthy,,High\n"
        "/x/1c5de8e1,Transfer," STORAGE "b,NotApplicable,Exempt,High\n"
        "/x/1c5de8e1,Transfer," STORAGE "c,NotApplicable,OffByPolicy,High\n"
        "/x/1c5de8e1,Transfer," STORAGE "d,Healthy,,High\n");
    scan_file(&w->bench, "recommendations.csv", rows,
              "{\"collected_at\":\"2026-01-15T06:00:00Z\",\"exporter\":\"e\",\"command\":"
              "\"portal: Download CSV report\",\"complete\":true}");
    whole_judge(w);
    CHECK_EQ_STR(groups_text(w, "recommendations"), "(other)/*: 1 met 1 off 1 exempt 1 not-met\n");
    CHECK_EQ_STR(snapshot_of(w, "recommendations")->scope, SCAN_SUB_A);
    CHECK(!snapshot_of(w, "recommendations")->is_complete);
    close_whole(w);
}

/* ---- scores ---- */

#define ASC(score)                                                                                 \
    "{'id':'/subscriptions/$A/providers/Microsoft.Security/secureScores/ascScore','name':"         \
    "'ascScore','type':'Microsoft.Security/secureScores',"                                         \
    "'properties':{'displayName':'ASC score'," score "}}"

TEST(assess, three_secure_scores_stay_three_with_their_own_numbers) {
    whole *w = whole_open("{}");
    imported_add(
        w,
        "{'value':[" ASC("'score':{'max':39,'current':23.53,'percentage':0.6033},'weight':67") "]}",
        "");
    imported_add(
        w,
        "{'@odata.context':'https://graph.microsoft.com/v1.0/$metadata#Security/secureScores',"
        "'value':[{'id':'t_2026-01-14','azureTenantId':'t','createdDateTime':"
        "'2026-01-14T15:21:00Z','currentScore':387.0,'maxScore':697.0}]}",
        "");
    scan_file(&w->bench, "risk.csv",
              BD_STR("cloud_secure_score,date,scope,max\n71,2026-01-15T06:00:00Z,tenant,100\n"),
              "{\"collected_at\":\"2026-01-15T06:00:00Z\",\"exporter\":\"e\",\"command\":"
              "\"portal: Cloud Secure Score\",\"complete\":true}");
    whole_judge(w);
    CHECK_EQ_STR(scores_text(w), "secure-score-classic: 23.53 of 39\n"
                                 "secure-score-risk: 71 of 100; incomplete: no preparer is named\n"
                                 "secure-score-microsoft: 387.0 of 697.0\n");
    CHECK_EQ_STR(w->out->imported.scores.data[0].percentage, "0.6033");
    CHECK_EQ_STR(w->out->imported.scores.data[0].weight, "67");
    close_whole(w);
}

TEST(assess, an_az_score_is_the_same_score_twice_hoisted) {
    whole *w = whole_open("{}");
    imported_add(
        w,
        "[{'id':'/subscriptions/$A/providers/Microsoft.Security/secureScores/ascScore',"
        "'name':'ascScore','type':'Microsoft.Security/secureScores','displayName':'ASC score',"
        "'max':39,'current':23.53,'percentage':0.6033,'weight':67}]",
        "");
    imported_add(
        w,
        "{'value':[" ASC("'score':{'max':39,'current':23.53,'percentage':0.6033},'weight':67") "]}",
        "");
    whole_judge(w);
    CHECK_EQ_STR(scores_text(w), "secure-score-classic: 23.53 of 39\n");
    close_whole(w);
}

TEST(assess, a_score_without_a_greatest_one_or_out_of_bounds_is_no_score) {
    static const struct {
        const char *score, *expected;
    } cases[] = {
        {"'score':{'max':0,'current':0}",
         "secure-score-classic: 0 of 0; its greatest score is 0: nothing was assessed\n"},
        {"'score':{'max':39,'current':40}",
         "secure-score-classic: 40 of 39; its score lies outside 0 and the greatest score\n"},
        {"'score':{'max':39,'current':-1}",
         "secure-score-classic: -1 of 39; its score lies outside 0 and the greatest score\n"},
        {"'score':{'max':39,'current':'high'}",
         "secure-score-classic:  of 39; its score is not a plain number\n"},
        {"'score':{'max':39,'current':1e1}",
         "secure-score-classic:  of 39; its score is not a plain number\n"},
        {"'score':null", "secure-score-classic:  of ; its score is not a plain number\n"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        whole *w = whole_open("{}");
        imported_add(w, plain("{'value':[" ASC("%s") "]}", cases[i].score), "");
        whole_judge(w);
        CHECK_EQ_STR(scores_text(w), cases[i].expected);
        close_whole(w);
    }
}

TEST(assess, only_the_last_of_several_readings_of_a_score_is_the_newest) {
    whole *w = whole_open("{}");
    imported_add(
        w,
        "{'@odata.context':'https://graph.microsoft.com/v1.0/$metadata#Security/secureScores',"
        "'value':[{'id':'t_2','azureTenantId':'t','createdDateTime':'2026-01-14T15:00:00Z',"
        "'currentScore':3,'maxScore':9},{'id':'t_1','azureTenantId':'t','createdDateTime':"
        "'2026-01-13T15:00:00Z','currentScore':2,'maxScore':9}]}",
        "");
    whole_judge(w);
    CHECK_EQ_INT(w->out->imported.scores.count, 2);
    CHECK(!w->out->imported.scores.data[0].is_newest);
    CHECK(w->out->imported.scores.data[1].is_newest);
    CHECK_EQ_STR(w->out->imported.scores.data[1].current, "3");
    close_whole(w);
}

/* ---- Compliance Manager ---- */

#define TEXT(ref, text) "<c r='" ref "' t='inlineStr'><is><t>" text "</t></is></c>"
#define NUMBER(ref, text) "<c r='" ref "'><v>" text "</v></c>"
#define ACTIONS_HEAD                                                                               \
    "<row r='1'>" TEXT("A1", "Action title") TEXT("B1", "Test status")                             \
        TEXT("C1", "Points achieved") TEXT("D1", "Points possible") "</row>"
#define ACTION(n, title, status, got, most)                                                        \
    "<row r='" n "'>" TEXT("A" n, title) TEXT("B" n, status) NUMBER("C" n, got)                    \
        NUMBER("D" n, most) "</row>"

static whole *judged_actions(const char *rows) {
    whole *w = whole_open("{}");
    xlsx_made made = {.rows = rows,
                      .sheets = "<sheet name='Action Update' sheetId='1' r:id='r1'/>"};
    scan_file(&w->bench, "purview.xlsx", xlsx_make(&made),
              "{\"collected_at\":\"2026-01-15T06:00:00Z\",\"exporter\":\"e\",\"command\":"
              "\"portal: Export actions\",\"complete\":true,\"source\":\"S61\"}");
    whole_judge(w);
    return w;
}

TEST(assess, points_of_a_compliance_manager_workbook_are_added_up_exactly) {
    whole *w = judged_actions(ACTIONS_HEAD ACTION("2", "MFA", "Passed", "27", "27") ACTION(
        "3", "Labels", "None", "0", "27") ACTION("4", "Train", "Failed high risk", "0.1", "9")
                                  ACTION("5", "Audit", "Could not be detected", "0.2", "3"));
    CHECK_EQ_STR(groups_text(w, "compliance-manager"), "(other)/*: 1 met 2 unknown 1 not-met\n");
    CHECK_EQ_STR(scores_text(w),
                 "compliance-manager: 27.3 of 66; incomplete: no preparer is named\n");
    close_whole(w);
}

TEST(assess, an_action_twice_counts_once_and_points_without_a_number_make_no_score) {
    whole *w = judged_actions(ACTIONS_HEAD ACTION("2", "MFA", "Passed", "27", "27")
                                  ACTION("3", "mfa", "Passed", "27", "27"));
    CHECK_EQ_STR(scores_text(w),
                 "compliance-manager: 27 of 27; incomplete: no preparer is named\n");
    close_whole(w);
    w = judged_actions(ACTIONS_HEAD "<row r='2'>" TEXT("A2", "MFA") TEXT("B2", "Passed")
                           TEXT("C2", "lots") NUMBER("D2", "27") "</row>");
    CHECK(bd_str_find(scores_text(w), BD_STR("no points are in it")) > 0);
    close_whole(w);
}

/* ---- attestations ---- */

#define ATTESTATION(name, state, expires)                                                          \
    "{'id':'/subscriptions/$A/providers/microsoft.policyinsights/attestations/" name               \
    "','name':'" name                                                                              \
    "','type':'Microsoft.PolicyInsights/attestations','properties':{'policyAssignmentId':"         \
    "'/a/1','policyDefinitionReferenceId':'train','complianceState':'" state                       \
    "','expiresOn':" expires                                                                       \
    ",'owner':'u-1','comments':'done','evidence':[{'description':'d','sourceUri':'s'}],"           \
    "'assessmentDate':'2026-01-02T00:00:00Z'}}"

TEST(assess, attestations_are_attestations_and_expire) {
    whole *w = whole_open("{}");
    imported_add(
        w,
        "{'value':[" ATTESTATION("1", "Compliant", "'2026-01-10T00:00:00Z'") "," ATTESTATION(
            "2", "Compliant", "null") "," ATTESTATION("3", "Unknown",
                                                      "'2027-01-01T00:00:00Z'") "]}",
        "");
    whole_judge(w);
    const bd_imported *imported = &w->out->imported;
    CHECK_EQ_INT(imported->attestations.count, 3);
    CHECK(imported->attestations.data[0].is_expired);
    CHECK(!imported->attestations.data[1].is_expired);
    CHECK_EQ_INT(imported->attestations.data[2].means, BD_IMPORT_UNKNOWN);
    CHECK_EQ_STR(imported->attestations.data[0].owner, "u-1");
    CHECK_EQ_STR(imported->attestations.data[0].resource, "/subscriptions/" SCAN_SUB_A);
    CHECK_EQ_INT(imported->attestations.data[0].evidence_count, 1);
    CHECK_EQ_INT(imported->snapshots.count, 0);
    close_whole(w);
}

/* ---- beside ours ---- */

#define ACCOUNT(name, transfer)                                                                    \
    "{'id':'" STORAGE name "','name':'" name "','type':'Microsoft.Storage/storageAccounts',"       \
    "'location':'x','properties':{'supportsHttpsTrafficOnly':" transfer "}}"

static whole *judged_beside(const char *states, const char *accounts) {
    whole *w = whole_open("{}");
    imported_add(w, policy_page(states), "");
    imported_add(w, plain("{'value':[%s]}", accounts), "");
    whole_judge(w);
    return w;
}

TEST(assess, a_resource_on_which_both_differ_is_listed_in_both_directions) {
    whole *w = judged_beside(
        plain("%s,%s,%s,%s,%s", STATE(STORAGE "good", "", "NonCompliant"),
              STATE(STORAGE "bad", "", "Compliant"), STATE(STORAGE "same", "", "Compliant"),
              STATE(STORAGE "exempt", "", "Exempt"), STATE(STORAGE "elsewhere", "", "Compliant")),
        ACCOUNT("good", "true") "," ACCOUNT("bad", "false") "," ACCOUNT("same", "true") "," ACCOUNT(
            "exempt", "false"));
    CHECK_EQ_STR(disagreements_text(w),
                 "storage-secure-transfer bad: ours fail, theirs met, 1\n"
                 "storage-secure-transfer good: ours pass, theirs not-met, 1\n");
    CHECK_EQ_STR(compared_text(w, "policy-states"),
                 "1 agree, 2 differ, 1 undecided, 1 unread, 0 no check");
    close_whole(w);
}

TEST(assess, ids_in_another_case_are_the_same_resource_and_other_tests_are_not_compared) {
    whole *w = judged_beside(plain("%s,%s",
                                   STATE("/SUBSCRIPTIONS/$A/RESOURCEGROUPS/RG/providers/"
                                         "Microsoft.Storage/STORAGEACCOUNTS/GOOD/",
                                         "", "NonCompliant"),
                                   policy_state(STORAGE "good", "some-other-policy", SOC_2, "",
                                                "Audit", "NonCompliant")),
                             ACCOUNT("good", "true"));
    CHECK_EQ_STR(compared_text(w, "policy-states"),
                 "0 agree, 1 differ, 0 undecided, 0 unread, 1 no check");
    close_whole(w);
}

TEST(assess, an_assessment_of_defender_is_set_beside_the_check_that_asks_the_same) {
    static const char *const assessment =
        "{'value':[{'id':'" STORAGE "good/providers/Microsoft.Security/assessments/"
        "1c5de8e1-f68d-6a17-e0d2-ec259c42768c','name':'1c5de8e1-f68d-6a17-e0d2-ec259c42768c','type'"
        ":"
        "'Microsoft.Security/assessments','properties':{'displayName':'Secure transfer','status':"
        "{'code':'Unhealthy'}}}]}";
    whole *w = whole_open("{}");
    imported_add(w, assessment, "");
    imported_add(w, "{'value':[" ACCOUNT("good", "true") "]}", "");
    whole_judge(w);
    CHECK_EQ_STR(disagreements_text(w),
                 "storage-secure-transfer good: ours pass, theirs not-met, 1\n");
    CHECK_EQ_STR(w->out->imported.disagreements.data[0].title, "Secure transfer");
    close_whole(w);
}

TEST(assess, one_test_in_two_sets_is_one_difference) {
    whole *w = judged_beside(
        plain("%s,%s", STATE(STORAGE "good", "", "NonCompliant"),
              policy_state(STORAGE "good", TRANSFER, SOC_2023, "", "Audit", "NonCompliant")),
        ACCOUNT("good", "true"));
    CHECK_EQ_INT(w->out->imported.disagreements.count, 1);
    close_whole(w);
}

TEST(assess, readings_more_than_a_week_apart_are_not_set_beside_each_other) {
    whole *w = whole_open("{}");
    imported_add(w, policy_page(STATE(STORAGE "good", "", "NonCompliant")), "");
    bd_evidence *item =
        scan_file(&w->bench, "accounts.json", spelled("{'value':[" ACCOUNT("good", "true") "]}"),
                  "{\"collected_at\":\"2026-01-24T06:00:00Z\",\"exporter\":\"e\","
                  "\"command\":\"az storage account list\",\"complete\":true}");
    CHECK(item != NULL);
    whole_judge(w);
    CHECK_EQ_INT(w->out->imported.disagreements.count, 0);
    CHECK_EQ_STR(compared_text(w, "policy-states"),
                 "0 agree, 0 differ, 0 undecided, 1 unread, 0 no check");
    close_whole(w);
}

/* ---- apart from ours ---- */

/* assessment.json with the member "imported" cut out. */
static bd_str without_imported(const whole *w) {
    bd_buf text;
    bd_err err;
    bd_buf_init(&text, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&text);
    bd_writing_inputs inputs = {.assessment = w->out,
                               .catalog = w->bench.plan.catalog,
                               .engagement = &w->engagement,
                               .evidence = &w->bench.items,
                               .collections = &w->bench.collections,
                               .snapshots = &w->bench.snapshots,
                               .journal_head = BD_STR("0")};
    CHECK_OK(bd_export_assessment(&inputs, &sink, &err), err);
    bd_str all = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    ptrdiff_t from = bd_str_find(all, BD_STR("\"imported\":{"));
    ptrdiff_t to = bd_str_find(all, BD_STR("\"journal_head\""));
    CHECK(from > 0 && to > from);
    return bd_str_concat(
        test_arena(),
        (bd_str[]){bd_str_sub(all, 0, (size_t)from), bd_str_sub(all, (size_t)to, all.size)}, 2);
}

/* One of everything that another tool says, all good or all bad. */
static whole *judged_everything(bool is_good, bool wants_imports) {
    whole *w = whole_open("{}");
    const char *state = is_good ? "Compliant" : "NonCompliant";
    if (!wants_imports) {
        w->bench.plan.imports = NULL;
    }
    imported_add(w, "{'value':[" ACCOUNT("good", "true") "," ACCOUNT("bad", "false") "]}", "");
    imported_add(w,
                 policy_page(plain("%s,%s", STATE(STORAGE "good", "'SOC_2_CC6.7'", state),
                                   STATE(STORAGE "bad", "'SOC_2_CC6.7'", state))),
                 "");
    imported_add(w,
                 plain("{'value':[%s]}", is_good ? ASC("'score':{'max':10,'current':10}")
                                                 : ASC("'score':{'max':10,'current':0}")),
                 "");
    imported_add(w,
                 plain("{'value':[%s]}", is_good ? CONTROL("SOC-2-Type-2", "CC6.1", "Passed")
                                                 : CONTROL("SOC-2-Type-2", "CC6.1", "Failed")),
                 "");
    whole_judge(w);
    return w;
}

/* Figures that hang on the bytes of the files themselves. */
static bd_str states_of(const whole *w) {
    bd_str out =
        bd_str_format(test_arena(), "ready %d/%d cover %d/%d fresh %d/%d findings %llu\n",
                      w->out->ready.n, w->out->ready.of, w->out->cover.n, w->out->cover.of,
                      w->out->fresh.n, w->out->fresh.of, (unsigned long long)w->out->finding_count);
    for (size_t i = 0; i < w->out->control_count; i++) {
        out = bd_str_format(test_arena(), "%.*s%s%s ", BD_ARG(out),
                            bd_state_name(w->out->controls[i].state),
                            w->out->controls[i].has_exception ? "!" : "");
    }
    for (size_t i = 0; i < w->out->criterion_count; i++) {
        out = bd_str_format(test_arena(), "%.*s%s ", BD_ARG(out),
                            bd_criterion_state_name(w->out->criteria[i].state));
    }
    for (size_t i = 0; i < w->out->checks.count; i++) {
        out = bd_str_format(test_arena(), "%.*s%s ", BD_ARG(out),
                            bd_verdict_text(w->out->checks.data[i].verdict));
    }
    return out;
}

TEST(assess, nothing_of_ours_changes_when_imports_are_left_out) {
    whole *with = judged_everything(true, true);
    whole *without = judged_everything(true, false);
    CHECK(with->out->imported.snapshots.count > 0);
    CHECK_EQ_INT(with->out->imported.disagreements.count, 1);
    CHECK_EQ_INT(without->out->imported.snapshots.count, 0);
    CHECK_EQ_STR(without_imported(with), without_imported(without));
    close_whole(with);
    close_whole(without);
}

TEST(assess, nothing_of_ours_changes_with_what_the_other_tools_say) {
    whole *good = judged_everything(true, true);
    whole *bad = judged_everything(false, true);
    CHECK_EQ_STR(states_of(good), states_of(bad));
    close_whole(good);
    close_whole(bad);
}

/* ---- much of it ---- */

TEST(assess, a_hundred_thousand_policy_states_are_added_up_in_flat_memory) {
    whole *w = whole_open("{}");
    enum { STATES = 100000 };
    bd_buf text;
    bd_buf_init(&text, (size_t)512 << 20);
    bd_str head = spelled(policy_page(""));
    bd_str one = spelled(
        STATE(STORAGE "NNNNNNNN", "'SOC_2_CC6.1','SOC_2_CC6.6','SOC_2_CC6.7'", "Compliant"));
    ptrdiff_t at = bd_str_find(one, BD_STR("NNNNNNNN"));
    bd_buf_put(&text, head.data, head.size - 2);
    for (int i = 0; i < STATES; i++) {
        char name[16];
        snprintf(name, sizeof name, "%08d", i);
        bd_buf_puts(&text, i > 0 ? BD_STR(",") : BD_STR(""));
        bd_buf_put(&text, one.data, (size_t)at);
        bd_buf_put(&text, name, 8);
        bd_buf_put(&text, one.data + at + 8, one.size - (size_t)at - 8);
    }
    bd_buf_puts(&text, BD_STR("]}"));
    scan_file(&w->bench, "states.json", bd_buf_str(&text),
              "{\"collected_at\":\"2026-01-15T06:00:00Z\",\"exporter\":\"e\",\"command\":"
              "\"az policy state list --all\",\"complete\":true}");
    bd_buf_clear(&text);
    bd_arena *result =
        bd_arena_open("result", (size_t)4 << 20); /* 40 bytes a state would not fit */
    scan_conclude(&w->bench);
    const bd_row_spool spools[] = {{.rows = w->bench.rows}};
    bd_assess_inputs inputs = {.catalog = w->bench.plan.catalog,
                               .rules = w->bench.plan.rules,
                               .imports = w->bench.plan.imports,
                               .engagement = &w->engagement,
                               .period = &w->period,
                               .as_of = bd_period_end(&w->period, w->engagement.zone),
                               .evidence = &w->bench.items,
                               .collections = &w->bench.collections,
                               .snapshots = &w->bench.snapshots,
                               .rows = spools,
                               .spool_count = 1};
    bd_err err;
    CHECK_OK(bd_assess(&inputs, result, NULL, NULL, &w->out, &err), err);
    const bd_import_snapshot *snapshot = snapshot_of(w, "policy-states");
    CHECK_EQ_INT(snapshot->results, STATES);
    CHECK_EQ_INT(snapshot->groups.data[3].automatic.of[BD_IMPORT_MET], STATES);
    CHECK_EQ_INT(snapshot->groups.data[3].resources, STATES);
    bd_arena_close(result);
    close_whole(w);
}
