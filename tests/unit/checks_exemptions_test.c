/* Exemptions from the SOC 2 initiatives (4.1 a): only those are asked for reason and end. */
#include "make_whole.h"

#define MG "/providers/Microsoft.Management/managementGroups/mg"
#define SUB "/subscriptions/" SCAN_SUB_A
#define POLICY "/providers/Microsoft.Authorization/"
#define SOC2 "4054785f-702b-4a98-9215-009cbd58b141"
#define OF_2023 "53AD89F5-8542-49E9-BA81-1CBD686E0D52"
#define OTHER "1f3afdf9-d0c9-4c3d-847f-89da613e70a8"
#define VALUE(items) "{\"value\":[" items "]}"
#define ASSIGNED(at, name, set)                                                                    \
    "{\"id\":\"" at POLICY "policyAssignments/" name "\",\"name\":\"" name                          \
    "\",\"type\":\"Microsoft.Authorization/policyAssignments\",\"properties\":{\"scope\":\"" at      \
    "\",\"enforcementMode\":\"Default\",\"notScopes\":[],\"policyDefinitionId\":\"" POLICY           \
    "policySetDefinitions/" set "\"}}"
#define EXEMPT(from, more)                                                                         \
    "{\"id\":\"" SUB POLICY "policyExemptions/e\",\"name\":\"e\",\"type\":"                         \
    "\"Microsoft.Authorization/policyExemptions\",\"properties\":{\"displayName\":\"e\","           \
    "\"policyAssignmentId\":\"" from "\"" more "}}"
/* As `az policy exemption list` prints it: hoisted, what is absent null. */
#define EXEMPT_AZ(from, ends, why)                                                                 \
    "[{\"id\":\"" SUB POLICY "policyExemptions/e\",\"name\":\"e\",\"type\":"                        \
    "\"Microsoft.Authorization/policyExemptions\",\"displayName\":\"e\",\"metadata\":null,"         \
    "\"policyAssignmentId\":\"" from "\",\"expiresOn\":" ends ",\"description\":" why "}]"
#define GOOD ",\"expiresOn\":\"2026-03-01T00:00:00Z\",\"metadata\":{\"reason\":\"ticket 7\"}"
#define PAST ",\"expiresOn\":\"2026-01-01T00:00:00Z\",\"description\":\"ticket 7\""
#define OF_A ",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\"]}"
#define FROM(name) SUB POLICY "policyAssignments/" name

TEST(checks, an_exemption_is_asked_for_reason_and_end_where_it_is_from_a_soc2_initiative) {
    static const struct {
        const char *assignments, *exemptions, *expected;
    } rows[] = {
        {VALUE(ASSIGNED(SUB, "a", SOC2)), VALUE(EXEMPT(FROM("a"), GOOD)), "pass"},
        {VALUE(ASSIGNED(SUB, "a", SOC2)), VALUE(EXEMPT(FROM("A"), "")), "fail"}, /* ids fold */
        {VALUE(ASSIGNED(SUB, "a", SOC2)), VALUE(EXEMPT(FROM("a"), PAST)), "fail"},
        {VALUE(ASSIGNED(SUB, "a", OF_2023)), VALUE(EXEMPT(FROM("a"), PAST)), "fail"},
        {VALUE(ASSIGNED(MG, "a", SOC2)), VALUE(EXEMPT(MG POLICY "policyAssignments/a", PAST)),
         "fail"}, /* inherited */
        {VALUE(ASSIGNED(SUB, "a", SOC2)), EXEMPT_AZ(FROM("a"), "null", "\"why\""), "fail"},
        {VALUE(ASSIGNED(SUB, "a", SOC2)),
         EXEMPT_AZ(FROM("a"), "\"2026-03-01T00:00:00Z\"", "\"why\""), "pass"},
        {VALUE(ASSIGNED(SUB, "a", SOC2) "," ASSIGNED(SUB, "b", OTHER)),
         VALUE(EXEMPT(FROM("b"), PAST)), "not-applicable"}, /* of a baseline that is not ours */
        {VALUE(ASSIGNED(SUB, "a", SOC2)), VALUE(EXEMPT(FROM("gone"), PAST)), "cannot-tell"},
        {VALUE(ASSIGNED(SUB, "a", SOC2)), VALUE(EXEMPT(FROM("gone"), GOOD)), "pass"},
        {NULL, VALUE(EXEMPT(FROM("a"), PAST)), "cannot-tell"},
        {NULL, VALUE(EXEMPT(FROM("a"), GOOD)), "pass"},
        {VALUE(ASSIGNED(SUB, "a", SOC2)),
         VALUE(EXEMPT(FROM("a"), ",\"expiresOn\":\"soon\",\"description\":\"x\"")), "cannot-tell"},
        {VALUE(ASSIGNED(SUB, "a", SOC2)), "[]", "not-applicable"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{}");
        if (rows[i].assignments != NULL) {
            whole_add(w, rows[i].assignments, ",\"source\":\"S08\"" OF_A);
        }
        whole_add(w, rows[i].exemptions,
                  ",\"source\":\"S08e\"" OF_A);
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "soc2-exemptions-dated"));
        scan_bench_close(&w->bench);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
