/* Section 1: policy, roles, training, screening, guardrails, the vendor's report. */
#include "make_checks.h"

TEST(checks, the_checks_of_section_1_answer_as_the_cases_say) {
    run_check_cases("01.case", 66);
}

static scene *register_of(const char *from, const char *to) {
    return &files_of(from, to, NULL)->scene;
}

TEST(checks, a_table_of_roles_is_in_force_and_renewed) {
    static const struct {
        const char *approved, *from, *to, *expected;
    } rows[] = {
        {"2025-12-01", "2025-12-01", "", "C"},
        {"2025-12-01", "2025-12-01", "2026-06-29", "D"}, /* a day without one */
        {"2026-01-02", "2026-01-02", "", "D"},
        {"2025-05-30", "2025-05-30", "",
         "?"}, /* in force, but not renewed: that instance is empty */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        bd_document table = stating(in_force(rows[i].approved, rows[i].from, rows[i].to), "duties");
        table.version = BD_STR("4");
        put_document(s, "security-roles", table, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.2a"), rows[i].expected);
    }
}

#define READ "'report_type':'SOC 2 Type 2','auditor':'Deloitte','retrieved_by':'Ann Weber',"

static void put_report(scene *s, const char *type, const char *from, const char *to,
                       const char *more, const char *states) {
    const char *report = bd_str_format(test_arena(),
                                       "{'vendor':'Microsoft','period_from':'%s','period_to':'%s',"
                                       "%s}",
                                       from, to, more)
                             .data;
    put_document(s, type, telling(stating(carried_out("2026-07-10"), states), report), true);
}

#define PUT_LETTER(scene, to)                                                                      \
    put_report((scene), "azure-bridge-letter", "2026-03-31", (to), "'issued_by':'Microsoft'", "")

TEST(checks, the_azure_report_and_its_letter_are_judged_apart) {
    static const struct {
        const char *report_to, *letter_to, *report, *letter;
    } rows[] = {
        {"2026-06-30", NULL, "C", "0"}, /* no tail: nothing to bridge */
        {"2026-03-31", "2026-06-30", "C", "C"},
        {"2026-03-31", NULL, "D", "D"},
        {"2026-03-31", "2026-06-01", "D", "D"},
        {"2026-03-01", "2026-06-30", "D", "D"}, /* more than 92 days */
        {NULL, "2026-06-30", "M", "M"},         /* a letter to no report */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        if (rows[i].report_to != NULL) {
            put_report(s, "azure-soc2-report", "2025-04-01", rows[i].report_to,
                       READ "'opinion':'unmodified'", "");
        }
        if (rows[i].letter_to != NULL) {
            PUT_LETTER(s, rows[i].letter_to);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.6a"), rows[i].report);
        CHECK_EQ_STR(outcomes(s, "1.6b"), rows[i].letter);
    }
}

TEST(checks, a_modified_opinion_counts_when_it_was_assessed) {
    static const struct {
        const char *told, *states, *expected;
    } rows[] = {{READ "'opinion':'qualified'", "opinion-modified-and-assessed", "C"},
                {READ "'opinion':'qualified'", "opinion-modified", "D"},
                {READ "'opinion':'unqualified'", "", "C"},
                {READ "'retrieved_on':'2026-07-05'", "opinion-modified", "?"},
                {"'report_type':'SOC 2 Type 1','auditor':'Deloitte','retrieved_by':'Ann Weber',"
                 "'opinion':'unmodified'",
                 "", "D"},
                {"'report_type':'SOC 2 Type 2','auditor':'Deloitte','opinion':'unmodified'", "",
                 "?"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        put_report(s, "azure-soc2-report", "2025-04-01", "2026-06-30", rows[i].told,
                   rows[i].states);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.6a"), rows[i].expected);
    }
}

TEST(checks, our_own_letter_bridges_nothing) {
    scene *s = register_of("2026-01-01", "2026-06-30");
    put_report(s, "azure-soc2-report", "2025-04-01", "2026-03-31", READ "'opinion':'unmodified'",
               "");
    put_report(s, "azure-bridge-letter", "2026-04-01", "2026-06-30", "'issued_by':'Contoso'", "");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.6a"), "D");
    CHECK_EQ_STR(outcomes(s, "1.6b"), "D");
}

/* The type of the document does not make another company's paper one of Microsoft. */
TEST(checks, what_another_vendor_wrote_is_no_report_or_letter_of_microsoft) {
    static const struct {
        const char *of_report, *of_letter, *report, *letter;
    } rows[] = {{"Microsoft Corporation", "Microsoft", "C", "C"},
                {"Microsoft", "Contoso", "D", "D"},
                {"Fabrikam Cloud", "Microsoft", "M", "M"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = register_of("2026-01-01", "2026-06-30");
        put_document(s, "azure-soc2-report",
                     telling(carried_out("2026-07-10"),
                             bd_str_format(test_arena(),
                                           "{'vendor':'%s','period_from':'2025-04-01','period_to':"
                                           "'2026-03-31'," READ "'opinion':'unmodified'}",
                                           rows[i].of_report)
                                 .data),
                     true);
        put_document(s, "azure-bridge-letter",
                     telling(carried_out("2026-07-10"),
                             bd_str_format(test_arena(),
                                           "{'vendor':'%s','issued_by':'%s','period_from':"
                                           "'2026-04-01','period_to':'2026-06-30'}",
                                           rows[i].of_letter, rows[i].of_letter)
                                 .data),
                     true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "1.6a"), rows[i].report);
        CHECK_EQ_STR(outcomes(s, "1.6b"), rows[i].letter);
    }
}

/* Whether there is a tail is shown by a report that counts, not by one that nobody signed. */
TEST(checks, a_report_that_is_not_signed_does_not_show_that_there_is_no_tail) {
    scene *s = register_of("2026-01-01", "2026-06-30");
    put_document(s, "azure-soc2-report",
                 telling(carried_out("2026-05-01"),
                         "{'vendor':'Microsoft','report_type':'SOC 2 Type 2','period_from':"
                         "'2025-07-01','period_to':'2026-06-30'}"),
                 false);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.6b"), "?");
}

TEST(checks, a_letter_without_its_days_leaves_the_tail_open) {
    scene *s = register_of("2026-01-01", "2026-06-30");
    put_report(s, "azure-soc2-report", "2025-04-01", "2026-03-31", READ "'opinion':'unmodified'",
               "");
    put_document(s, "azure-bridge-letter",
                 telling(carried_out("2026-05-01"),
                         "{'vendor':'Microsoft','issued_by':'Microsoft'}"),
                 true);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "1.6b"), "?");
}

/* ---- guardrails (1.5 a) ---- */

#define SET                                                                                        \
    "/providers/Microsoft.Management/managementGroups/platform/providers/Microsoft.Authorization/" \
    "policyAssignments/"
#define TREE(chain)                                                                                \
    "{'totalRecords':1,'count':1,'resultTruncated':'false','data':[{'id':'/subscriptions/" SUB_A   \
    "','type':'microsoft.resources/subscriptions','name':'prod','subscriptionId':'" SUB_A          \
    "','tenantId':'99999999-0000-0000-0000-000000000009','properties':{'state':'Enabled',"         \
    "'managementGroupAncestorsChain':[" chain "]}}]}"
#define ROOT "{'name':'99999999-0000-0000-0000-000000000009'}"
#define IN_TREE TREE("{'name':'platform'}," ROOT)
#define GUARD(name, mode, effect)                                                                  \
    "{'id':'" SET name "','type':'Microsoft.Authorization/policyAssignments','name':'" name        \
    "','properties':{'enforcementMode':'" mode                                                     \
    "','notScopes':[],'policyDefinitionId':'/d/x','parameters':{'effect':{'value':'" effect        \
    "'}}}}"
#define AT "2026-01-15T06:00:00Z"
#define TENANT_SIDECAR(source)                                                                     \
    "{'source':'" source "','scope':{'kind':'tenant','ids':[]},'collected_at':'" AT                \
    "','command':'portal: export','exporter':'ann@contoso.example','complete':true}"

static scene *guarded(const char *tree, const char *assignments, const char *facts) {
    files *f = files_of("2026-01-01", "2026-01-31", facts);
    put_file(f, "tree.json", tree, TENANT_SIDECAR("S02"));
    put_file(f, "assignments.json", assignments, SIDECAR_OF("S08", SUB_A, AT));
    put_file(f, "exemptions.json", "[]", SIDECAR_OF("S08e", SUB_A, AT));
    return judge_files(f);
}

TEST(checks, guardrails_need_a_tree_a_name_and_an_effect_that_acts) {
    static const struct {
        const char *tree, *assignments, *expected;
    } rows[] = {
        {IN_TREE, "{'value':[" GUARD("loc", "Default", "Deny") "]}", "C"},
        {TREE(ROOT), "{'value':[" GUARD("loc", "Default", "Deny") "]}", "D"}, /* the root alone */
        {IN_TREE, "{'value':[" GUARD("loc", "DoNotEnforce", "Deny") "]}", "D"},
        {IN_TREE, "{'value':[" GUARD("loc", "Default", "Audit") "]}", "D"},
        {IN_TREE, "{'value':[" GUARD("other", "Default", "Deny") "]}", "D"},
        {IN_TREE, "{'value':[]}", "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = guarded(rows[i].tree, rows[i].assignments, "{'named_assignments':['loc']}");
        CHECK_EQ_STR(outcomes(s, "1.5a"), rows[i].expected);
    }
}

TEST(checks, guardrails_that_nobody_named_cannot_be_told) {
    scene *s = guarded(IN_TREE, "{'value':[" GUARD("loc", "Default", "Deny") "]}", NULL);
    CHECK_EQ_STR(outcomes(s, "1.5a"), "?");
    CHECK_EQ_STR(why(s, "1.5a", "2026-01"),
                 "the organisation fact 'named_assignments' is missing in bindery.json");
}

TEST(checks, a_subscription_in_scope_that_the_tree_does_not_list_stays_open) {
    files *f = files_of("2026-01-01", "2026-01-31", "{'named_assignments':['loc']}");
    expect_subscription(&f->scene, SUB_B, "test");
    put_file(f, "tree.json", IN_TREE, TENANT_SIDECAR("S02"));
    const char *list = "{'value':[" GUARD("loc", "Default", "Deny") "]}";
    put_file(f, "a.json", list, SIDECAR_OF("S08", SUB_A, AT));
    put_file(f, "b.json", list, SIDECAR_OF("S08", SUB_B, AT));
    put_file(f, "c.json", "[]", SIDECAR_OF("S08e", SUB_A, AT));
    put_file(f, "d.json", "[]", SIDECAR_OF("S08e", SUB_B, AT));
    scene *s = judge_files(f);
    CHECK_EQ_STR(outcomes(s, "1.5a"), "?");
}

/* ---- training (1.3 b, c) ---- */

#define LIST(source, from, to)                                                                     \
    "{'source':'" source                                                                           \
    "','scope':{'kind':'tenant','ids':[]},'collected_at':'2026-07-03T06:00:00Z',"                  \
    "'describes_from':'" from "','describes_to':'" to                                              \
    "','command':'portal: export','exporter':'ann@contoso.example','complete':true}"
#define HALF(source) LIST(source, "2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z")
#define ROSTER "employee_id,upn,person_type,start_date,end_date\n"
#define TRAINING "employee_id,upn,course_id,completed_at\n"
#define JOINERS "employee_id,upn,person_type,event,effective_date\n"

static scene *trained(const char *roster, const char *training, bool is_signed) {
    files *f = files_of("2026-01-01", "2026-06-30", NULL);
    put_signed(f, "roster.csv", roster, HALF("csv:roster"));
    if (is_signed) {
        put_signed(f, "training.csv", training, HALF("csv:training"));
    } else {
        put_file(f, "training.csv", training, HALF("csv:training"));
    }
    return judge_files(f);
}

TEST(checks, everyone_active_has_finished_in_the_twelve_months) {
    static const struct {
        const char *roster, *training, *expected;
    } rows[] = {
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,2025-09-01\n", "C"},
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,2026-06-30\n", "C"},
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,2025-07-01\n", "C"},
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,2025-06-30\n", "D"},
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,2026-07-01\n", "D"},
        {ROSTER "1,a,staff,2020-01-01,\n2,b,contractor,2026-02-01,\n",
         TRAINING "1,a,sec,2026-03-01\n", "D"}, /* contractors count */
        {ROSTER "1,a,staff,2020-01-01,2026-03-31\n", TRAINING "1,a,sec,2025-04-10\n",
         "C"}, /* a leaver: 12 months before his last day */
        {ROSTER "1,a,staff,2020-01-01,2026-03-31\n", TRAINING "1,a,sec,2026-04-10\n", "D"},
        {ROSTER "1,a,staff,2020-01-01,2025-12-31\n2,b,staff,2026-07-01,\n3,c,staff,2020-01-01,\n",
         TRAINING "3,c,sec,2026-04-10\n", "C"}, /* not active in the period */
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,\n", "D"}, /* assigned, not done */
        /* people are joined by their number: a list that has names only shows nobody's */
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "2,a,sec,2026-04-10\n", "D"},
        {ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,last May\n", "?"},
        {ROSTER "1,a,staff,who knows,\n", TRAINING "1,a,sec,2026-04-10\n", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = trained(rows[i].roster, rows[i].training, true);
        CHECK_EQ_STR(outcomes(s, "1.3b"), rows[i].expected);
    }
}

TEST(checks, a_training_list_that_nobody_signed_or_sent_shows_nothing) {
    scene *s = trained(ROSTER "1,a,staff,2020-01-01,\n", TRAINING "1,a,sec,2026-03-01\n", false);
    CHECK_EQ_STR(outcomes(s, "1.3b"), "?");
    files *f = files_of("2026-01-01", "2026-06-30", NULL);
    put_signed(f, "roster.csv", ROSTER "1,a,staff,2020-01-01,\n", HALF("csv:roster"));
    CHECK_EQ_STR(outcomes(judge_files(f), "1.3b"), "?");
}

TEST(checks, a_short_period_does_not_shorten_the_twelve_months) {
    files *f = files_of("2026-04-01", "2026-06-30", NULL);
    put_signed(f, "r.csv", ROSTER "1,a,staff,2020-01-01,\n", HALF("csv:roster"));
    put_signed(f, "t.csv", TRAINING "1,a,sec,2025-08-01\n", HALF("csv:training"));
    CHECK_EQ_STR(outcomes(judge_files(f), "1.3b"), "C");
}

TEST(checks, joiners_finish_within_the_days_of_the_programme) {
    static const struct {
        const char *joiners, *training, *facts, *expected;
    } rows[] = {
        {JOINERS "1,a,staff,joiner,2026-02-02\n", TRAINING "1,a,sec,2026-03-04\n", NULL, "0C0000"},
        {JOINERS "1,a,staff,joiner,2026-02-02\n", TRAINING "1,a,sec,2026-03-05\n", NULL, "0D0000"},
        {JOINERS "1,a,staff,joiner,2026-02-02\n", TRAINING "1,a,sec,2026-03-04T23:30:00Z\n", NULL,
         "0C0000"},
        {JOINERS "1,a,staff,rehire,2026-02-02\n", TRAINING "1,a,sec,2025-08-01\n", NULL,
         "0D0000"}, /* what a rehire finished long ago */
        {JOINERS "1,a,staff,transfer,2026-02-02\n", TRAINING "2,b,sec,2026-03-01\n", NULL,
         "000000"},
        {JOINERS "1,a,staff,joiner,2026-02-02\n", TRAINING "1,a,sec,2026-02-20\n",
         "{'slas':{'joiner_training_days':14}}", "0D0000"},
        {JOINERS "1,a,staff,joiner,2026-06-20\n", TRAINING "2,b,sec,2026-03-01\n", NULL,
         "00000?"}, /* the days are not over */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-06-30", rows[i].facts);
        put_signed(f, "j.csv", rows[i].joiners, HALF("csv:joiners"));
        put_signed(f, "t.csv", rows[i].training, HALF("csv:training"));
        scene *s = judge_files(f);
        CHECK_EQ_STR(outcomes(s, "1.3c"), rows[i].expected);
    }
}

/* ---- when customer-data access began (1.4 b) ---- */

#define ADDED(id, day, targets)                                                                    \
    "{'@odata.context':'https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits',"    \
    "'value':[{'id':'" id "','activityDateTime':'" day                                             \
    "T10:00:00Z','activityDisplayName':'Add member to group','result':'success',"                  \
    "'targetResources':[" targets "]}]}"
#define TO_ANN "{'type':'User','userPrincipalName':'ann@contoso.example'}"
#define EXTRACT(from, to)                                                                          \
    "{'source':'S58','scope':{'kind':'tenant','ids':['t']},'collected_at':'" to                    \
    "','describes_from':'" from "','describes_to':'" to                                            \
    "','command':'portal: export','exporter':'ann@contoso.example','complete':true}"

#define LISTED "{'customer_data_groups':['customers-prod']}"

TEST(checks, the_log_of_every_day_shows_to_whom_access_was_given) {
    static const struct {
        const char *facts, *from, *targets, *expected;
    } rows[] = {
        {LISTED, "2026-01-16T00:00:00Z", TO_ANN, "C"},
        {LISTED, "2026-01-17T00:00:00Z", TO_ANN, "?"}, /* a day that no extract describes */
        {LISTED, "2026-01-16T00:00:00Z", "", "D"},
        /* a group joined the group: its members got the access, and no event of theirs says so */
        {LISTED, "2026-01-16T00:00:00Z",
         "{'type':'Group','displayName':'nested'},{'type':'Group','displayName':'customers-prod'}",
         "?"},
        {"{}", "2026-01-16T00:00:00Z", TO_ANN, "?"}, /* what leads to customer data is not said */
        {"{'customer_data_groups':[]}", "2026-01-16T00:00:00Z", TO_ANN, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-01-31", rows[i].facts);
        put_file(f, "a.json", ADDED("1", "2026-01-10", TO_ANN),
                 EXTRACT("2026-01-01T00:00:00Z", "2026-01-16T00:00:00Z"));
        bd_str event = bd_str_format(test_arena(), ADDED("2", "2026-01-20", "%s"), rows[i].targets);
        bd_str sidecar =
            bd_str_format(test_arena(), EXTRACT("%s", "2026-02-01T00:00:00Z"), rows[i].from);
        put_file(f, "b.json", event.data, sidecar.data);
        CHECK_EQ_STR(outcomes(judge_files(f), "1.4b"), rows[i].expected);
    }
}
