/* Section 3: risks, vulnerability assessment, benchmark, recommendations, vendors. */
#include "make_checks.h"

TEST(checks, the_checks_of_section_3_answer_as_the_cases_say) {
    run_check_cases("03.case", 60);
}

#define AT "2026-01-15T06:00:00Z"
#define IN_A "/subscriptions/" SUB_A "/providers/Microsoft.Security/"
#define PLAN(tier, sub, agentless)                                                                 \
    "{'value':[{'id':'" IN_A "pricings/VirtualMachines','type':'Microsoft.Security/pricings',"     \
    "'name':'VirtualMachines','properties':{'pricingTier':'" tier "','subPlan':'" sub              \
    "','extensions':[{'name':'AgentlessVmScanning','isEnabled':'" agentless "'}]}}]}"
#define SCANNER(provider)                                                                          \
    "{'value':[{'id':'subscriptions/" SUB_A                                                        \
    "/providers/Microsoft.Security/serverVulnerabilityAssessmentsSettings/azureServersSetting',"   \
    "'name':'azureServersSetting','type':'Microsoft.Security/"                                     \
    "serverVulnerabilityAssessmentsSettings','kind':'AzureServersSetting','properties':"           \
    "{'selectedProvider':'" provider "'}}]}"

TEST(checks, a_plan_and_a_scanner_are_both_needed) {
    static const struct {
        const char *plans, *scanner, *expected;
    } rows[] = {
        {PLAN("Standard", "P2", "True"), NULL, "C"},
        {PLAN("Standard", "P2", "False"), SCANNER("MdeTvm"), "C"},
        {PLAN("Standard", "P1", "False"), SCANNER("MdeTvm"), "C"},
        {PLAN("Standard", "P2", "False"), "{'value':[]}", "D"},
        {PLAN("Standard", "P2", "False"), SCANNER("Other"), "D"},
        {PLAN("Standard", "P1", "True"), "{'value':[]}", "D"}, /* P1 has no agentless scanning */
        {PLAN("Standard", "P2", "False"), NULL, "?"},
        {PLAN("Free", "", "False"), SCANNER("MdeTvm"), "D"},
        {"{'value':[]}", SCANNER("MdeTvm"), "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-01-31", NULL);
        put_file(f, "p.json", rows[i].plans, SIDECAR_OF("S10", SUB_A, AT));
        if (rows[i].scanner != NULL) {
            put_file(f, "s.json", rows[i].scanner, SIDECAR_OF("S15", SUB_A, AT));
        }
        CHECK_EQ_STR(outcomes(judge_files(f), "3.2a"), rows[i].expected);
    }
}

#define BENCHMARK                                                                                  \
    "/providers/Microsoft.Authorization/policySetDefinitions/1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
#define ASSIGNED(id, excluded)                                                                     \
    "{'value':[{'id':'" id "/providers/Microsoft.Authorization/policyAssignments/b',"              \
    "'type':'Microsoft.Authorization/policyAssignments','name':'b','properties':"                  \
    "{'policyDefinitionId':'" BENCHMARK "','notScopes':[" excluded "]}}]}"
#define DIRECT "/subscriptions/" SUB_A
#define INHERITED "/providers/Microsoft.Management/managementGroups/root"
#define STANDARD(name, state)                                                                      \
    "{'value':[{'id':'" IN_A "regulatoryComplianceStandards/" name "','name':'" name               \
    "','type':'Microsoft.Security/regulatoryComplianceStandard','properties':"                     \
    "{'state':'" state "'}}]}"

TEST(checks, the_benchmark_is_assigned_and_evaluated) {
    static const struct {
        const char *assigned, *standard, *expected;
    } rows[] = {
        {ASSIGNED(DIRECT, ""), STANDARD("Microsoft-cloud-security-benchmark", "Failed"), "C"},
        {ASSIGNED(INHERITED, ""), STANDARD("Azure-Security-Benchmark", "Passed"), "C"},
        {ASSIGNED(INHERITED, "'" DIRECT "'"), STANDARD("Azure-Security-Benchmark", "Passed"), "D"},
        {ASSIGNED(INHERITED, "'" INHERITED "'"), STANDARD("Azure-Security-Benchmark", "Passed"),
         "?"},
        {ASSIGNED(DIRECT, ""), STANDARD("Azure-Security-Benchmark", "Unsupported"), "D"},
        {ASSIGNED(DIRECT, ""), STANDARD("PCI-DSS-3.2", "Passed"), "D"},
        {"{'value':[]}", STANDARD("Azure-Security-Benchmark", "Passed"), "D"},
        {ASSIGNED(DIRECT, ""), NULL, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-01-31", NULL);
        put_file(f, "a.json", rows[i].assigned, SIDECAR_OF("S08", SUB_A, AT));
        if (rows[i].standard != NULL) {
            put_file(f, "s.json", rows[i].standard, SIDECAR_OF("S11", SUB_A, AT));
        }
        CHECK_EQ_STR(outcomes(judge_files(f), "3.3a"), rows[i].expected);
    }
}

/* Without a subscription said, an assignment of a management group may be of any. */
TEST(checks, an_inherited_assignment_without_its_subscription_fails_nobody) {
    files *f = files_of("2026-01-01", "2026-01-31", NULL);
    put_file(f, "a.json", ASSIGNED(INHERITED, ""),
             "{'source':'S08','collected_at':'" AT
             "','command':'portal: export','exporter':'a','complete':true}");
    put_file(f, "b.json", "{'value':[]}", SIDECAR_OF("S08", SUB_A, AT));
    put_file(f, "s.json", STANDARD("Azure-Security-Benchmark", "Passed"),
             SIDECAR_OF("S11", SUB_A, AT));
    CHECK_EQ_STR(outcomes(judge_files(f), "3.3a"), "?");
}

#define ASSESSMENT                                                                                 \
    "{'value':[{'id':'" IN_A "assessments/a','type':'Microsoft.Security/assessments','name':'a',"  \
    "'properties':{'status':{'code':'Unhealthy'}}}]}"

TEST(checks, each_month_has_its_list_of_recommendations) {
    files *f = files_of("2026-01-01", "2026-03-31", NULL);
    put_file(f, "jan.json", ASSESSMENT, SIDECAR_OF("S13", SUB_A, "2026-01-31T06:00:00Z"));
    put_file(f, "mar.json", ASSESSMENT,
             "{'source':'S13','scope':{'kind':'subscription','ids':['" SUB_A
             "']},'collected_at':'2026-03-01T06:00:00Z','complete':false}");
    CHECK_EQ_STR(outcomes(judge_files(f), "3.4a"), "CM?");
}

/* ---- scanners of machines (3.2 b) ---- */

#define MACHINE(name)                                                                              \
    "{'id':'" IN_A "virtualMachines/" name "','name':'" name                                       \
    "','type':'Microsoft.Compute/virtualMachines'}"
#define SCAN_OF(key, name, status)                                                                 \
    "{'id':'" IN_A "virtualMachines/" name "/providers/Microsoft.Security/assessments/" key        \
    "','type':'Microsoft.Security/assessments','name':'" key                                       \
    "','properties':{'resourceDetails':{'Source':'Azure','Id':'" IN_A "virtualMachines/" name      \
    "'},'displayName':'d','status':{" status "}}}"
#define SCANS "ffff0522-1e88-47fc-8382-2a80ba848f5d"
#define FINDINGS "1195afff-c881-495e-9bc5-1486211ae03f"

TEST(checks, a_machine_has_a_scanner_and_was_scanned) {
    static const struct {
        const char *assessments, *expected;
    } rows[] = {
        {SCAN_OF(SCANS, "m", "'code':'Healthy'") "," SCAN_OF(FINDINGS, "m", "'code':'Healthy'"),
         "C"},
        {SCAN_OF(SCANS, "m", "'code':'Unhealthy'") "," SCAN_OF(FINDINGS, "m", "'code':'Healthy'"),
         "D"},
        {SCAN_OF(SCANS, "m", "'code':'NotApplicable','cause':'OffByPolicy'") "," SCAN_OF(
             FINDINGS, "m", "'code':'Healthy'"),
         "D"},
        {SCAN_OF(SCANS, "m", "'code':'NotApplicable','cause':'VmDeallocated'") "," SCAN_OF(
             FINDINGS, "m", "'code':'Healthy'"),
         "?"},
        {SCAN_OF(SCANS, "m", "'code':'NotApplicable'") "," SCAN_OF(FINDINGS, "m",
                                                                    "'code':'Healthy'"),
         "?"},
        /* findings that nobody dates */
        {SCAN_OF(SCANS, "m", "'code':'Healthy'") "," SCAN_OF(FINDINGS, "m", "'code':'Unhealthy'"),
         "?"},
        {SCAN_OF(SCANS, "m", "'code':'Healthy'"), "D"},
        {SCAN_OF(FINDINGS, "m", "'code':'Healthy'"), "D"},
        {SCAN_OF(SCANS, "other", "'code':'Healthy'") "," SCAN_OF(FINDINGS, "other",
                                                                  "'code':'Healthy'"),
         "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-01-31", NULL);
        put_file(f, "vms.json", "{'value':[" MACHINE("m") "]}",
                 SIDECAR_OF("S19", SUB_A, "2026-01-10T06:00:00Z"));
        put_file(f, "a.json",
                 bd_str_format(test_arena(), "{'value':[%s]}", rows[i].assessments).data,
                 SIDECAR_OF("S13", SUB_A, "2026-01-10T06:00:00Z"));
        CHECK_EQ_STR(outcomes(judge_files(f), "3.2b"), rows[i].expected);
    }
    files *f = files_of("2026-01-01", "2026-01-31", NULL); /* nothing was read of assessments */
    put_file(f, "vms.json", "{'value':[" MACHINE("m") "]}",
             SIDECAR_OF("S19", SUB_A, "2026-01-10T06:00:00Z"));
    CHECK_EQ_STR(outcomes(judge_files(f), "3.2b"), "?");
}

/* ---- lists ---- */

#define LIST(source, at)                                                                           \
    "{'source':'" source "','scope':{'kind':'tenant','ids':[]},'collected_at':'" at                \
    "','command':'portal: export','exporter':'ann@contoso.example','complete':true}"
#define RISKS                                                                                      \
    "risk_id,rating,owner,treatment,treatment_due,treatment_done_at,accepted_by,accepted_until,"   \
    "reviewed_at\n"

TEST(checks, a_later_register_shows_the_review_that_an_earlier_one_could_not) {
    static const struct {
        const char *later, *expected;
    } rows[] = {
        {RISKS "R1,high,CISO,reduce,2026-12-31,,,,2026-04-01\n", "C"},
        {NULL, "?"},
        {RISKS "R1,high,CISO,reduce,2026-12-31,,,,2025-04-01\n", "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        files *f = files_of("2026-01-01", "2026-06-30", NULL);
        put_signed(f, "jan.csv", RISKS "R1,high,CISO,reduce,2026-12-31,,,,2025-04-01\n",
                   LIST("csv:risk-register", "2026-01-20T06:00:00Z"));
        if (rows[i].later != NULL) {
            put_signed(f, "jun.csv", rows[i].later,
                       LIST("csv:risk-register", "2026-06-20T06:00:00Z"));
        }
        CHECK_EQ_STR(outcomes(judge_files(f), "3.1b"), rows[i].expected);
    }
}

#define VENDORS                                                                                    \
    "vendor_id,vendor_name,in_scope,tier,onboarded_at,assessed_at,mitigation,report_type\n"
#define DAILY                                                                                      \
    "{'source':'csv:vendors','scope':{'kind':'tenant','ids':[]},'collected_at':'2026-06-30T22:00:" \
    "00Z',"                                                                                        \
    "'describes_from':'2026-01-01T00:00:00Z','describes_to':'2026-06-30T22:00:00Z',"               \
    "'command':'portal: export','exporter':'ann@contoso.example','complete':true}"

TEST(checks, vendors_are_judged_in_the_month_in_which_they_were_taken_on) {
    files *f = files_of("2026-01-01", "2026-06-30", NULL);
    put_signed(f, "v.csv",
               VENDORS "V1,Acme,yes,critical,2026-02-10,2026-02-01,x,none\n"
                       "V2,Late,yes,low,2026-03-10,2026-03-11,x,none\n"
                       "V3,Old,yes,low,2020-01-01,,x,none\n",
               DAILY);
    scene *s = judge_files(f);
    CHECK_EQ_STR(outcomes(s, "3.5c"),
                 "0CD00?"); /* the last day of June is not described to its end */
    CHECK_EQ_STR(s->findings.data[0].key, "V2\x1f"
                                          "2026-03-10");
}
